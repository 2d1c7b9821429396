//! What to do about findings, said once: a piece of advice for each cause, or kind where there is no
//! cause, however many findings and seals share it.

use sealgate_core::compare::finding::{Cause, FindingKind};

use crate::report::v1::{FindingView, Remedy, SealView};

/// How many findings a piece of advice names, where it names any.
const NAMED: usize = 3;

/// One piece of advice.
pub(crate) struct Advice<'a> {
    /// The code of the cause or the kind.
    pub(crate) label: &'static str,
    /// The remedy of the first finding.
    pub(crate) remedy: &'a Remedy,
    /// The first findings that it is for.
    pub(crate) first: Vec<&'a FindingView>,
    /// How many findings it is for, beside the very first.
    pub(crate) more: usize,
    /// How many of these have another remedy, such as a command with another path.
    pub(crate) others: usize,
    caused: bool,
    kind: FindingKind,
}

impl Advice<'_> {
    /// How many findings it is for that are not among the first.
    pub(crate) fn hidden(&self) -> usize {
        self.more + 1 - self.first.len()
    }
}

/// The code of the cause of `finding`, or of its kind where that says more.
fn label(finding: &FindingView) -> &'static str {
    match finding.cause {
        // What the build does not make needs another answer than what it makes otherwise.
        Some(Cause::BuildDiffers) if finding.kind == FindingKind::Missing => finding.kind.code(),
        Some(cause) => cause.code(),
        None => finding.kind.code(),
    }
}

/// The advice on the findings of `seals`. What has a cause comes first: that says more than a kind.
pub(crate) fn advice<'a>(seals: &[&'a SealView]) -> Vec<Advice<'a>> {
    let mut findings: Vec<&FindingView> = seals.iter().flat_map(|seal| &seal.findings).collect();
    findings.sort_by_key(|finding| finding.kind);
    let mut all: Vec<Advice<'_>> = Vec::new();
    for finding in findings {
        let label = label(finding);
        if let Some(advice) = all.iter_mut().find(|advice| advice.label == label) {
            advice.more += 1;
            if advice.first.len() < NAMED {
                advice.first.push(finding);
            }
            advice.others += usize::from(*advice.remedy != finding.remedy);
        } else {
            let (caused, kind) = (finding.cause.is_some(), finding.kind);
            let (remedy, first) = (&finding.remedy, vec![finding]);
            all.push(Advice { label, remedy, first, more: 0, others: 0, caused, kind });
        }
    }
    all.sort_by_key(|advice| (!advice.caused, advice.kind));
    all
}
