//! Why a finding arose, proved from bytes. Pure: whoever calls hands in the reading.
//!
//! A cause explains and never excuses. Nothing is guessed: each one is either read off the
//! digests, or shown by undoing the suspected change on the bytes that are there and arriving at
//! the sealed digest. The causes stand in [`Cause`]'s order; the first proved counts.

mod catalog;
mod collide;
mod commit;
mod definition;
mod followed;
mod linked;
mod pointer;
mod renamed;
mod swapped;

pub use self::catalog::of_catalog;
use self::catalog::of_setting;
use self::collide::Collisions;
pub use self::commit::MAX_SEARCHED;
pub use self::definition::of_definition;
pub use self::pointer::{LONGEST_POINTER, SHORTEST_POINTER, pointed_size, pointer_length};

use self::followed::FollowedLinks;
use self::linked::LinkedDirectories;
use self::pointer::{lfs_pointer, new_pointer};
pub use self::renamed::name_without_digests;
use self::renamed::{Renames, moved};
use self::swapped::Swaps;

use crate::compare::finding::{Cause, Finding, FindingKind};
use crate::seal::Seal;
use crate::seal::entry::{Digest, Entry};
use crate::seal::path::EntryPath;

/// How many files are read again for proofs, at most.
pub const MAX_PROOFS: usize = 1_000;

/// The largest file that is read again, in bytes.
pub const MAX_PROOF_BYTES: u64 = 64 << 20;

/// A cause, and what more there is to say about it.
pub type Explained = Option<(Cause, Option<String>)>;

/// What proofs are made of. It is asked for only where there is something to prove.
pub trait Evidence {
    /// The bytes at a path of the inventory, if they can still be had; those that no longer have the
    /// observed digest prove nothing.
    fn read(&mut self, path: &EntryPath) -> Option<Vec<u8>>;

    /// What was proved elsewhere, from the bytes at `path`.
    fn proved(&mut self, path: &[u8]) -> Explained {
        let _ = path;
        None
    }

    /// Whether git has the file at `path` below the root, or will have it once everything is added;
    /// `there` says that it is in the inventory. `None` where git need not have it, or where that
    /// cannot be told.
    fn is_in_git(&mut self, path: &[u8], there: bool) -> Option<bool> {
        let _ = (path, there);
        None
    }

    /// Whether a build made what `finding` is about, and the commit at hand agrees with the seal there.
    fn is_built_otherwise(&mut self, finding: &Finding) -> bool {
        let _ = finding;
        false
    }

    /// What was proved of `finding` after it was judged, by the history or by a second build.
    fn proved_later(&mut self, finding: &Finding) -> Explained {
        let _ = finding;
        None
    }

    /// The id of the commit at hand in hex, and then those of the commits before it.
    fn history(&mut self) -> &[String] {
        &[]
    }

    /// How many bytes may still be hashed in search of an older id. A run over many seals has one budget.
    fn search_budget(&mut self) -> usize {
        MAX_SEARCHED
    }

    /// Takes back what is `left` of that budget.
    fn keep_budget(&mut self, left: usize) {
        let _ = left;
    }
}

/// Bytes alone are evidence too.
impl<F: FnMut(&EntryPath) -> Option<Vec<u8>>> Evidence for F {
    fn read(&mut self, path: &EntryPath) -> Option<Vec<u8>> {
        self(path)
    }
}

/// Gives each finding the first cause that can be proved.
pub fn explain(seal: &Seal, findings: &mut [Finding], evidence: &mut dyn Evidence) {
    explain_together(seal, findings);
    explain_each(findings, evidence);
}

/// Gives the findings the causes that several of them show together: those of a whole check.
pub fn explain_together(seal: &Seal, findings: &mut [Finding]) {
    let swaps = Swaps::among(findings);
    let renames = Renames::among(findings);
    let collisions = Collisions::among(findings);
    let linked = LinkedDirectories::among(seal, findings);
    let followed = FollowedLinks::among(seal, findings);
    let modes_lost = every_exec_lost_its_bit(seal, findings);
    let explained: Vec<Explained> = findings
        .iter()
        .enumerate()
        .map(|(index, finding)| match finding.kind {
            FindingKind::Modified => {
                swaps.of(finding, findings).or_else(|| collisions.of(index, findings))
            }
            FindingKind::Moved => moved(finding),
            FindingKind::Missing => renames
                .of(index, findings)
                .or_else(|| collisions.of(index, findings))
                .or_else(|| linked.of(finding)),
            FindingKind::Unsealed => renames
                .of(index, findings)
                .or_else(|| linked.of(finding))
                .or_else(|| followed.of(finding)),
            FindingKind::KindChanged => link_as_file(finding).or_else(|| followed.of(finding)),
            FindingKind::ModeChanged if modes_lost => Some((Cause::ModesLost, None)),
            _ => None,
        })
        .collect();
    let is_database = seal.header.surface.is_some();
    for (finding, explained) in findings.iter_mut().zip(explained) {
        let is_open = is_database && explained.is_none() && !finding.kind.is_error();
        let setting = is_open.then(|| of_setting(&finding.path)).flatten();
        set(finding, explained.or(setting));
    }
}

/// Gives each finding that has no cause yet the first one that it shows by itself.
pub fn explain_each(findings: &mut [Finding], evidence: &mut dyn Evidence) {
    let mut reads = 0;
    for finding in findings.iter_mut().filter(|finding| finding.cause.is_none()) {
        let explained = match finding.kind {
            FindingKind::Modified => emptied(finding),
            FindingKind::Missing => not_in_git(finding, evidence),
            FindingKind::Unsealed => {
                not_in_git(finding, evidence).or_else(|| new_pointer(finding, evidence, &mut reads))
            }
            _ => None,
        };
        set(finding, explained);
    }
    let unexplained = findings
        .iter_mut()
        .filter(|finding| finding.kind == FindingKind::Modified && finding.cause.is_none());
    let small = |finding: &&mut Finding| {
        finding.observed.as_ref().and_then(Entry::size).is_some_and(|size| size <= MAX_PROOF_BYTES)
    };
    let mut budget = evidence.search_budget();
    for finding in unexplained.filter(small).take(MAX_PROOFS) {
        let proved = evidence.proved(&finding.path);
        let explained = proved.or_else(|| from_bytes(finding, evidence, &mut budget));
        set(finding, explained);
    }
    evidence.keep_budget(budget);
    let unexplained = findings.iter_mut().filter(|finding| finding.cause.is_none());
    for finding in unexplained.filter(|finding| !finding.kind.is_error()).take(MAX_PROOFS) {
        if evidence.is_built_otherwise(finding) {
            finding.cause = Some(Cause::BuildDiffers);
        } else {
            set(finding, evidence.proved_later(finding));
        }
    }
}

fn set(finding: &mut Finding, explained: Explained) {
    if let Some((cause, detail)) = explained {
        finding.cause = Some(cause);
        finding.detail = detail.or(finding.detail.take());
    }
}

fn text(path: &[u8]) -> Option<&str> {
    std::str::from_utf8(path).ok()
}

fn digest(entry: Option<&Entry>) -> Option<Digest> {
    match entry {
        Some(Entry::File { digest, .. }) => Some(*digest),
        _ => None,
    }
}

fn emptied(finding: &Finding) -> Explained {
    let empty = finding.observed.as_ref().and_then(Entry::size) == Some(0);
    empty.then_some((Cause::Emptied, None))
}

fn link_as_file(finding: &Finding) -> Explained {
    match (&finding.expected, &finding.observed) {
        (Some(Entry::Link { target }), Some(Entry::File { digest, .. }))
            if Digest::of(target.as_bytes()) == *digest =>
        {
            Some((Cause::LinkAsFile, None))
        }
        _ => None,
    }
}

/// Whether no sealed `exec` is executable any more: the mark of a step that drops modes.
fn every_exec_lost_its_bit(seal: &Seal, findings: &[Finding]) -> bool {
    let is_exec = |entry: &Entry| matches!(entry, Entry::File { executable: true, .. });
    let sealed = seal.entries.iter().filter(|sealed| is_exec(&sealed.entry)).count();
    let lost = findings
        .iter()
        .filter(|finding| finding.expected.as_ref().is_some_and(is_exec))
        .filter(|finding| matches!(finding.observed, Some(Entry::File { executable: false, .. })))
        .count();
    sealed > 0 && lost == sealed
}

fn not_in_git(finding: &Finding, evidence: &mut dyn Evidence) -> Explained {
    // git keeps no directories: there it says nothing that it has none.
    let entry = finding.expected.as_ref().or(finding.observed.as_ref());
    let kept = !matches!(entry, None | Some(Entry::Dir));
    let there = finding.observed.is_some() || finding.unread.is_some();
    let lacks = kept && evidence.is_in_git(&finding.path, there) == Some(false);
    lacks.then_some((Cause::NotInGit, None))
}

fn from_bytes(finding: &Finding, evidence: &mut dyn Evidence, budget: &mut usize) -> Explained {
    let (Some(Entry::File { size, digest: sealed, .. }), Some(there)) =
        (&finding.expected, digest(finding.observed.as_ref()))
    else {
        return None;
    };
    let bytes = evidence.read(&EntryPath::parse(text(&finding.path)?).ok()?)?;
    let sealed = Sealed { size: usize::try_from(*size).ok()?, digest: *sealed };
    if Digest::of(&bytes) != there {
        return None;
    }
    prove(&sealed, &bytes).or_else(|| commit::embeds(&sealed, &bytes, evidence.history(), budget))
}

/// What the seal states of a file.
struct Sealed {
    size: usize,
    digest: Digest,
}

impl Sealed {
    /// Whether `candidate` are the sealed bytes; the size is asked first, it costs nothing.
    fn is(&self, candidate: &[u8]) -> bool {
        candidate.len() == self.size && Digest::of(candidate) == self.digest
    }
}

/// The first single change that leads from the sealed bytes to `there`.
fn prove(sealed: &Sealed, there: &[u8]) -> Explained {
    let proofs = [lfs_pointer, line_endings, byte_order_mark, trailing_newline];
    proofs.iter().find_map(|proof| proof(sealed, there))
}

fn because(cause: Cause, detail: impl Into<String>) -> (Cause, Option<String>) {
    (cause, Some(detail.into()))
}

fn line_endings(sealed: &Sealed, there: &[u8]) -> Explained {
    let pairs = there.windows(2).filter(|pair| pair == b"\r\n").count();
    let bare = there.split(|&byte| byte == b'\n').count() - 1 - pairs;
    if pairs > 0 && there.len() - pairs == sealed.size && sealed.is(&to_lf(there)) {
        Some(because(Cause::LineEndings, "CRLF where LF was sealed"))
    } else if bare > 0 && there.len() + bare == sealed.size && sealed.is(&to_crlf(there)) {
        Some(because(Cause::LineEndings, "LF where CRLF was sealed"))
    } else {
        None
    }
}

fn to_lf(bytes: &[u8]) -> Vec<u8> {
    let mut lf = Vec::with_capacity(bytes.len());
    for (at, &byte) in bytes.iter().enumerate() {
        if !(byte == b'\r' && bytes.get(at + 1) == Some(&b'\n')) {
            lf.push(byte);
        }
    }
    lf
}

fn to_crlf(bytes: &[u8]) -> Vec<u8> {
    let mut crlf = Vec::with_capacity(bytes.len());
    let mut before = 0;
    for &byte in bytes {
        if byte == b'\n' && before != b'\r' {
            crlf.push(b'\r');
        }
        crlf.push(byte);
        before = byte;
    }
    crlf
}

fn byte_order_mark(sealed: &Sealed, there: &[u8]) -> Explained {
    const MARK: &[u8] = b"\xef\xbb\xbf";
    if there.strip_prefix(MARK).is_some_and(|rest| sealed.is(rest)) {
        Some(because(Cause::ByteOrderMark, "one was added"))
    } else if there.len() + MARK.len() == sealed.size && sealed.is(&[MARK, there].concat()) {
        Some(because(Cause::ByteOrderMark, "it was removed"))
    } else {
        None
    }
}

fn trailing_newline(sealed: &Sealed, there: &[u8]) -> Explained {
    if let Some(added) = there.get(sealed.size..).filter(|added| !added.is_empty()) {
        let only_line_ends = added.iter().all(|byte| matches!(byte, b'\r' | b'\n'));
        return (only_line_ends && sealed.is(&there[..sealed.size]))
            .then(|| because(Cause::TrailingNewline, "added"));
    }
    // What was taken away can only be tried.
    let gone = sealed.size - there.len();
    let with = |end: &[u8]| {
        gone.is_multiple_of(end.len())
            && sealed.is(&[there, &end.repeat(gone / end.len())].concat())
    };
    ((1..=MOST_NEWLINES).contains(&gone) && (with(b"\n") || with(b"\r\n")))
        .then(|| because(Cause::TrailingNewline, "removed"))
}

/// Nobody ends a file with more line ends than this, in bytes.
const MOST_NEWLINES: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    /// Evidence of a run over many seals: a file that names the commit at hand, and one budget.
    struct OfARun {
        history: [String; 2],
        budget: usize,
    }

    impl Evidence for OfARun {
        fn read(&mut self, _: &EntryPath) -> Option<Vec<u8>> {
            Some(self.history[0].clone().into_bytes())
        }

        fn history(&mut self) -> &[String] {
            &self.history
        }

        fn search_budget(&mut self) -> usize {
            self.budget
        }

        fn keep_budget(&mut self, left: usize) {
            self.budget = left;
        }
    }

    #[test]
    fn the_seals_of_a_run_share_one_budget_of_search() {
        let history = ["0", "1"].map(|digit| digit.repeat(40));
        let entry = |text: &str| Entry::File {
            size: 40,
            digest: Digest::of(text.as_bytes()),
            executable: false,
        };
        let finding = Finding {
            expected: Some(entry(&history[1])),
            observed: Some(entry(&history[0])),
            ..Finding::new(FindingKind::Modified, b"app.js")
        };
        let mut evidence = OfARun { history, budget: 100 };
        let mut explained = |seals: usize| -> Vec<Option<Cause>> {
            let explained = |_| {
                let mut findings = [finding.clone()];
                explain_each(&mut findings, &mut evidence);
                findings[0].cause
            };
            (0..seals).map(explained).collect()
        };
        let proved = Some(Cause::EmbedsCommit);
        assert_eq!(explained(3), [proved, proved, None]);
    }
}
