//! What to do about findings, said once: a piece of advice for each cause, or kind where there is no
//! cause, however many findings and seals share it.

use sealgate_core::compare::finding::FindingKind;

use super::v1::{FindingView, Report, SealView};

/// How many findings a piece of advice names, where it names any.
const NAMED: usize = 3;

/// One piece of advice.
pub(super) struct Advice<'a> {
    /// The code of the cause or the kind.
    pub(super) label: &'static str,
    /// The remedy of the first finding.
    pub(super) remedy: &'a str,
    /// The first findings that it is for.
    pub(super) first: Vec<&'a FindingView>,
    /// How many findings it is for, beside the very first.
    pub(super) more: usize,
    /// How many of these have another remedy, such as a command with another path.
    pub(super) others: usize,
    caused: bool,
    kind: FindingKind,
}

impl Advice<'_> {
    /// How many findings it is for that are not among the first.
    pub(super) fn hidden(&self) -> usize {
        self.more + 1 - self.first.len()
    }
}

/// The advice on all these findings. What has a cause comes first: that says more than a kind.
pub(super) fn advice<'a>(findings: impl IntoIterator<Item = &'a FindingView>) -> Vec<Advice<'a>> {
    let mut all: Vec<Advice<'_>> = Vec::new();
    for finding in findings {
        let label = finding.cause.map_or(finding.kind.code(), |cause| cause.code());
        if let Some(advice) = all.iter_mut().find(|advice| advice.label == label) {
            advice.more += 1;
            if advice.first.len() < NAMED {
                advice.first.push(finding);
            }
            advice.others += usize::from(advice.remedy != finding.remedy);
        } else {
            let (caused, kind) = (finding.cause.is_some(), finding.kind);
            let (remedy, first) = (&*finding.remedy, vec![finding]);
            all.push(Advice { label, remedy, first, more: 0, others: 0, caused, kind });
        }
    }
    all.sort_by_key(|advice| (!advice.caused, advice.kind));
    all
}

/// The seals with findings.
pub(super) fn failing(report: &Report) -> Vec<&SealView> {
    report.seals.iter().filter(|seal| !seal.findings.is_empty()).collect()
}

/// The findings of `seals`, the worst first, then in their order.
pub(super) fn findings<'a>(seals: &[&'a SealView]) -> Vec<&'a FindingView> {
    let mut findings: Vec<_> = seals.iter().flat_map(|seal| &seal.findings).collect();
    findings.sort_by_key(|finding| finding.kind);
    findings
}
