//! What the formats share: which rows they show, what advice they give, and what the first and the
//! last line say.

pub(crate) mod extent;
pub(crate) mod issues;
pub(crate) mod last_line;
pub(crate) mod rows;
pub(crate) mod scope;
pub(crate) mod title;
pub(crate) mod to_do;

use to_do::Advice;

use crate::report::v1::{BaseView, Fix, Report, ResealView, SealView};

/// What a report shows to people, worked out once for all formats that they read.
pub(crate) struct Presentation<'r> {
    pub(crate) report: &'r Report,
    /// All seals, the worst verdict first.
    pub(crate) seals: Vec<&'r SealView>,
    /// The seals with findings.
    pub(crate) failing: Vec<&'r SealView>,
    /// What to do about the findings, the most telling advice first.
    pub(crate) advice: Vec<Advice<'r>>,
    /// The command that approves what was found, if there is one.
    pub(crate) fix: Option<&'r Fix>,
    /// The base, if a seal changed since.
    pub(crate) resealed: Option<&'r BaseView>,
    /// The seals that changed since the base. A change of what they cover comes first.
    pub(crate) reseals: Vec<(&'r SealView, &'r ResealView)>,
    /// How many entries were judged.
    pub(crate) entries: u64,
    /// How many bytes were hashed.
    pub(crate) bytes: u64,
}

/// What stands above the commands that approve.
pub(crate) fn to_approve(fix: &Fix) -> &'static str {
    match fix {
        Fix { from_report: true, .. } => {
            "To approve exactly what was found here, from the report of this run:"
        }
        Fix { steps, .. } if steps.is_empty() => "To approve these bytes:",
        Fix { .. } => "To build it again, approve that and commit it:",
    }
}

/// What stands above the commands that compare, where there are some.
pub(crate) const TO_COMPARE: &str = "To see where they differ:";

impl<'r> Presentation<'r> {
    pub(crate) fn new(report: &'r Report) -> Self {
        let mut seals: Vec<&SealView> = report.seals.iter().collect();
        seals.sort_by_key(|seal| std::cmp::Reverse(seal.verdict));
        let failing: Vec<&SealView> =
            report.seals.iter().filter(|seal| !seal.findings.is_empty()).collect();
        let mut reseals = Vec::new();
        let (mut entries, mut bytes) = (0_u64, 0_u64);
        for seal in &report.seals {
            reseals.extend(seal.reseal.as_ref().map(|reseal| (seal, reseal)));
            // A report may state any number.
            entries = entries.saturating_add(seal.checked);
            bytes = bytes.saturating_add(seal.bytes);
        }
        reseals.sort_by_key(|(_, reseal)| reseal.scope.is_empty());
        let mut fixes =
            report.fix.iter().chain(failing.iter().filter_map(|seal| seal.fix.as_ref()));
        Self {
            report,
            seals,
            advice: to_do::advice(&failing),
            fix: fixes.next(),
            failing,
            resealed: report.base.as_ref().filter(|base| base.resealed),
            reseals,
            entries,
            bytes,
        }
    }

    /// How many findings there are.
    pub(crate) fn findings(&self) -> usize {
        self.failing.iter().map(|seal| seal.findings.len()).sum()
    }
}
