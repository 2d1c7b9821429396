//! The findings of one seal in one report, read back and held against the seal.
//!
//! A finding that no check could have come to is refused: the report was changed, or is of something
//! else. What is left apart are the causes: those that several findings show together are worked
//! out anew, and those that were proved from bytes are taken as what they are, explanations.

use std::collections::HashMap;

use sealgate_core::compare::cause::{self, Explained};
use sealgate_core::compare::finding::{Cause, Finding, FindingKind};
use sealgate_core::compare::partition::Taken;
use sealgate_core::compare::{difference, pair};
use sealgate_core::seal::Seal;
use sealgate_core::seal::entry::Entry;
use sealgate_core::seal::path::EntryPath;
use sealgate_core::text::hex;

use crate::report::read::{EntryRead, FindingRead, cut};

/// The seal that findings are held against, and what of it the report is about.
#[derive(Clone, Copy)]
pub(super) struct Against<'a> {
    pub(super) seal: &'a Seal,
    /// Of a share, what it takes.
    pub(super) taken: Option<Taken<'a>>,
    /// Whether execute bits were seen.
    pub(super) modes: bool,
}

/// Causes that a report claims, by path.
#[derive(Debug, Default)]
pub(super) struct Claims(HashMap<Box<[u8]>, (Cause, Option<String>)>);

/// The findings of one seal in one report.
#[derive(Debug)]
pub(super) struct FindingsRead {
    /// Before moves are paired, without causes, sorted by path.
    pub(super) findings: Vec<Finding>,
    pub(super) claims: Claims,
}

impl Claims {
    pub(super) fn append(&mut self, more: Self) {
        for (path, claim) in more.0 {
            self.0.entry(path).or_insert(claim);
        }
    }
}

/// What was claimed stands for what could be read where the report was made.
impl cause::Evidence for &Claims {
    fn read(&mut self, _path: &EntryPath) -> Option<Vec<u8>> {
        None
    }

    fn proved(&mut self, path: &[u8]) -> Explained {
        let from_bytes = [
            Cause::LfsPointer,
            Cause::LineEndings,
            Cause::ByteOrderMark,
            Cause::TrailingNewline,
            Cause::EmbedsCommit,
        ];
        self.0.get(path).filter(|(cause, _)| from_bytes.contains(cause)).cloned()
    }

    fn is_in_git(&mut self, path: &[u8], _there: bool) -> Option<bool> {
        let lacks = self.0.get(path).is_some_and(|(cause, _)| *cause == Cause::NotInGit);
        lacks.then_some(false)
    }
}

/// What a whole check makes of `findings`: moves, and every cause.
pub(super) fn whole(seal: &Seal, findings: Vec<Finding>, mut claims: &Claims) -> Vec<Finding> {
    let mut findings = pair(findings);
    cause::explain_together(seal, &mut findings);
    cause::explain_each(&mut findings, &mut claims);
    findings
}

/// Reads `stated` back; why not, where no check could have stated it.
pub(super) fn read(stated: &[FindingRead], against: Against<'_>) -> Result<FindingsRead, String> {
    let mut claims = Claims::default();
    let (mut told, mut findings) = (Vec::new(), Vec::new());
    for stated in stated {
        let about = |why: &str| format!("{}: {why}", cut(&stated.path));
        let finding = finding(stated, against).map_err(about)?;
        if let Some(cause) = finding.cause {
            claims.0.insert(finding.path.clone(), (cause, finding.detail.clone()));
        }
        told.push(finding);
    }
    for finding in &told {
        findings.extend(unpaired(finding.clone()));
    }
    findings.sort_by(|a, b| a.path.cmp(&b.path));
    if let Some(twice) = findings.windows(2).find(|two| two[0].path == two[1].path) {
        let path = String::from_utf8_lossy(&twice[0].path);
        return Err(format!("{}: two findings are about it", cut(&path)));
    }
    let again = if against.taken.is_some() {
        let mut again = findings.clone();
        cause::explain_each(&mut again, &mut &claims);
        again
    } else {
        whole(against.seal, findings.clone(), &claims)
    };
    match again.iter().zip(&told).find(|(again, told)| again != told) {
        None if again.len() == told.len() => Ok(FindingsRead { findings, claims }),
        None => Err("its moves are not those of its findings".to_owned()),
        Some((_, told)) => {
            let path = String::from_utf8_lossy(&told.path);
            Err(format!("{}: its cause, or its place, is not what follows from it", cut(&path)))
        }
    }
}

/// One finding as it was stated, if it can be.
fn finding(stated: &FindingRead, against: Against<'_>) -> Result<Finding, &'static str> {
    let kind = FindingKind::ALL.into_iter().find(|kind| kind.code() == stated.kind);
    let kind = kind.ok_or("a finding of a kind that is not known")?;
    let cause = match &stated.cause {
        None => None,
        Some(word) => {
            let known = Cause::ALL.into_iter().find(|cause| cause.code() == word);
            Some(known.ok_or("a cause that is not known")?)
        }
    };
    let from = match &stated.from {
        None => None,
        Some(from) => Some(EntryPath::parse(from).map_err(|_| "it moved from no legal path")?),
    };
    // Of what no seal can hold, a file that was not read is all that can have been observed.
    let unread = match &stated.observed {
        Some(observed) if kind == FindingKind::Unsealable => observed.unread(),
        _ => None,
    };
    let observed = if unread.is_some() { None } else { entry(stated.observed.as_ref())? };
    let finding = Finding {
        line: stated.line,
        expected: entry(stated.expected.as_ref())?,
        observed,
        unread,
        from,
        cause,
        detail: stated.detail.clone(),
        ..Finding::new(kind, &path(stated)?)
    };
    check(&finding, against).map(|()| finding)
}

fn entry(stated: Option<&EntryRead>) -> Result<Option<Entry>, &'static str> {
    let read = |stated: &EntryRead| stated.entry().ok_or("its fields do not make an entry");
    stated.map(read).transpose()
}

/// The exact bytes of the path.
fn path(stated: &FindingRead) -> Result<Vec<u8>, &'static str> {
    let Some(digits) = &stated.path_bytes else { return Ok(stated.path.clone().into_bytes()) };
    let bytes = hex::bytes(digits).filter(|bytes| {
        std::str::from_utf8(bytes).is_err() && String::from_utf8_lossy(bytes) == *stated.path
    });
    bytes.ok_or("its bytes are not those of its path")
}

/// Refuses what is not so: of what is sealed, the seal says what is expected.
fn check(finding: &Finding, against: Against<'_>) -> Result<(), &'static str> {
    let Against { seal, taken, modes } = against;
    let own = |index: usize| taken.is_none_or(|taken| taken.takes(index));
    let states = |index: usize| {
        finding.expected.as_ref() == Some(&seal.entries[index].entry)
            && finding.line == Some(seal.line_of(index))
    };
    match (seal.index_of(&finding.path), &finding.from) {
        (Some(_), Some(_)) => Err("nothing can have moved to where something is sealed"),
        (Some(index), None) if !own(index) => Err("it is another share's to look at"),
        (Some(index), None) if !states(index) => Err("the seal states something else there"),
        (Some(_), None) => sealed_and(finding, modes),
        (None, Some(_)) if taken.is_some() => Err("a share cannot know what moved"),
        (None, Some(from)) => {
            let index =
                seal.index_of(from.as_bytes()).ok_or("it moved from where nothing is sealed")?;
            if finding.kind != FindingKind::Moved || !states(index) {
                return Err("the seal states something else where it moved from");
            }
            unsealed(finding, seal)
        }
        (None, None) if finding.expected.is_some() || finding.line.is_some() => {
            Err("it is not sealed")
        }
        (None, None) => match finding.kind {
            FindingKind::Unsealed => unsealed(finding, seal),
            FindingKind::Unreadable | FindingKind::Unstable | FindingKind::Unsealable => {
                let excluded = |is_dir| seal.header.scope.excludes(&finding.path, is_dir).is_some();
                match &finding.observed {
                    None if excluded(true) && excluded(false) => Err("the seal excludes it"),
                    None => Ok(()),
                    Some(_) => Err("what could not be read was not observed"),
                }
            }
            _ => Err("it is not sealed"),
        },
    }
}

/// Refuses a kind that is not how what was observed differs from what is sealed.
fn sealed_and(finding: &Finding, modes: bool) -> Result<(), &'static str> {
    let fits = match (finding.kind, &finding.expected, &finding.observed) {
        (
            FindingKind::Missing
            | FindingKind::KindChanged
            | FindingKind::Unreadable
            | FindingKind::Unstable
            | FindingKind::Unsealable,
            Some(_),
            None,
        ) => true,
        (kind, Some(expected), Some(observed)) => {
            difference(expected, observed, modes) == Some(kind)
        }
        _ => false,
    };
    if fits { Ok(()) } else { Err("what was observed there makes no such finding") }
}

fn unsealed(finding: &Finding, seal: &Seal) -> Result<(), &'static str> {
    let Some(observed) = &finding.observed else { return Err("nothing was observed there") };
    let legal = std::str::from_utf8(&finding.path).is_ok_and(|path| EntryPath::parse(path).is_ok());
    if !legal {
        return Err("no seal can hold that path");
    }
    match seal.header.scope.excludes(&finding.path, *observed == Entry::Dir) {
        Some(_) => Err("the seal excludes it"),
        None => Ok(()),
    }
}

/// What a comparison finds before moves are paired and causes sought.
fn unpaired(mut finding: Finding) -> Vec<Finding> {
    finding.cause = None;
    // What could not be read, or is a directory now, has words of its own; others have those of a
    // cause alone.
    let own_words = match finding.kind {
        FindingKind::Unreadable | FindingKind::Unstable | FindingKind::Unsealable => true,
        FindingKind::KindChanged => finding.observed.is_none(),
        _ => false,
    };
    if !own_words {
        finding.detail = None;
    }
    let Some(from) = finding.from.take() else { return vec![finding] };
    let missing = Finding {
        line: finding.line.take(),
        expected: finding.expected.take(),
        ..Finding::new(FindingKind::Missing, from.as_bytes())
    };
    vec![missing, Finding { kind: FindingKind::Unsealed, ..finding }]
}
