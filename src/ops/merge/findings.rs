//! The findings of one seal in one report, decoded and compared with the seal again.
//!
//! A finding that no check could have come to is refused: the report was changed, or is of something
//! else. Causes that several findings show together are worked out again; those that a check proved
//! from bytes explain and excuse nothing, so they are taken as they are.

use std::collections::HashMap;

use sealgate_core::compare::cause::{self, Explained};
use sealgate_core::compare::decode::{Decoded, Judged};
use sealgate_core::compare::finding::{Cause, Finding};
use sealgate_core::compare::pair;
use sealgate_core::seal::Seal;
use sealgate_core::seal::path::EntryPath;

use crate::ops::reported::{self, Against, Reported, about};
use crate::report::SealView;

/// Causes that a report claims, by path.
#[derive(Debug, Default)]
pub(super) struct Claims(HashMap<Box<[u8]>, (Cause, Option<String>)>);

/// The findings of one seal in one report.
#[derive(Debug)]
pub(super) struct FindingsRead {
    /// What follows from them.
    pub(super) decoded: Decoded,
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
            Cause::ColumnOrder,
            Cause::OnlyQuoting,
            Cause::OwnerOrGrants,
            Cause::Comment,
        ];
        self.0.get(path).filter(|(cause, _)| from_bytes.contains(cause)).cloned()
    }

    fn is_built_otherwise(&mut self, finding: &Finding) -> bool {
        let claim = self.0.get(&finding.path);
        claim.is_some_and(|(cause, _)| *cause == Cause::BuildDiffers)
    }

    fn proved_later(&mut self, finding: &Finding) -> Explained {
        let later = [Cause::BuildVaries, Cause::CommittedSince];
        self.0.get(&finding.path).filter(|(cause, _)| later.contains(cause)).cloned()
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

/// Reads what is `stated` of one seal; if no check can have stated it, why.
pub(super) fn read(stated: &SealView, against: Against<'_>) -> Result<FindingsRead, String> {
    let Reported { findings, decoded } = reported::read(stated, against)?;
    let mut claims = Claims::default();
    for finding in &findings {
        if let Some(cause) = finding.cause {
            claims.0.insert(finding.path.clone(), (cause, finding.detail.clone()));
        }
    }
    let unexplained = decoded.comparison.findings.clone();
    let explained = match against.judged {
        Judged::Share(_) => {
            let mut explained = unexplained;
            cause::explain_each(&mut explained, &mut &claims);
            explained
        }
        Judged::All | Judged::Only(_) => whole(against.seal, unexplained, &claims),
    };
    // Both are of the same paths: that is what decoding makes sure of.
    match explained.iter().zip(&findings).find(|(explained, stated)| explained != stated) {
        None => Ok(FindingsRead { decoded, claims }),
        Some((_, stated)) => {
            Err(about(&stated.path, &"its cause, or its place, is not what follows from it"))
        }
    }
}
