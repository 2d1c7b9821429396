//! The first line of a page: the verdict, and what made it.

use sealgate_core::compare::verdict::Verdict;

use super::scope;
use crate::report::v1::Report;
use crate::report::words::text;

/// `FAIL: 3 findings in 1 of 2 seals`.
pub(crate) fn of(report: &Report) -> String {
    let resealed = report.base.as_ref().is_some_and(|base| base.resealed);
    let word = report.verdict.code().to_uppercase();
    let word = match scope::heading(report) {
        Some(heading) => format!("{word}, {heading}"),
        None => word,
    };
    let word = report.extent().beside(word);
    let found: usize = report.seals.iter().map(|seal| seal.findings.len()).sum();
    let concerned = report.seals.iter().filter(|seal| !seal.findings.is_empty()).count();
    let mut parts = Vec::new();
    parts.extend(text::troubles(&report.errors));
    if found > 0 {
        let seals = text::count(report.seals.len(), "seal", "seals");
        let found = text::count(found, "finding", "findings");
        parts.push(format!("{found} in {} of {seals}", text::grouped(concerned)));
    }
    match (&parts[..], report.verdict) {
        ([], _) if report.seals.is_empty() => parts.push("nothing was checked".to_owned()),
        ([], Verdict::Pass) if scope::passed_since(report).is_some() => {
            parts.push("the bytes are as sealed, and what the seals cover changed".to_owned());
        }
        ([], Verdict::Pass) if resealed => {
            parts.push("the bytes are as sealed, and the seals changed".to_owned());
        }
        ([], Verdict::Pass) => parts.push(report.extent().pass().to_owned()),
        ([], _) if resealed => parts.push("the seals changed".to_owned()),
        ([], _) => parts.push("nothing was judged".to_owned()),
        _ => {}
    }
    format!("{word}: {}", parts.join(", "))
}
