//! Judging by one seal after the other.

use sealgate_core::compare::verdict::SealResult;

use super::sources::Selected;
use crate::ops::bounds::Bounds;
use crate::ops::check::Judge;

/// Judges by each seal in turn, as long as many seals over one tree stay within bounds.
pub(super) fn judge_each(judge: &Judge<'_>, selected: Vec<Selected>) -> Vec<SealResult> {
    let root = |(name, begun): &'_ Selected| {
        let header = begun.as_ref().ok()?.header()?;
        Some((name.to_string(), header.root.to_string()))
    };
    let roots: Vec<(String, String)> = selected.iter().filter_map(root).collect();
    let mut bounds = Bounds::new(roots.iter().map(|(name, root)| (&**name, &**root)));
    selected
        .iter()
        .filter_map(|(_, begun)| begun.as_ref().ok())
        .for_each(|seal| judge.expect(seal));
    let mut judgements = Vec::new();
    for (name, begun) in selected {
        let names = judge.scanner.meter.names();
        let begun = bounds.refuse(name.as_str()).map_or(begun, Err);
        let judgement = judge.judge(&name, begun);
        let names = judge.scanner.meter.names() - names;
        let paths = judgement.findings.iter().map(|finding| finding.path.len());
        bounds.count(name.as_str(), names, judgement.bytes, paths);
        judgements.push(judgement);
    }
    judgements
}
