//! The share that a check is of, where it is of one.

use sealgate_core::compare::partition::{Assignment, Share};
use sealgate_core::seal::Seal;

use super::sources::Selected;
use crate::cli::args::CheckArgs;
use crate::report::text::listed;
use crate::report::{Notice, PartitionView, quote};

/// How many seals a notice names.
const NAMED: usize = 8;

/// What is to be done, and what the report says of it.
pub(super) fn share(
    arguments: &CheckArgs,
    selected: &[Selected],
) -> Option<(Share, PartitionView)> {
    let slice = arguments.partition?;
    let seals: Vec<&Seal> =
        selected.iter().filter_map(|(_, begun)| begun.as_ref().ok()?.whole()).collect();
    let share = Share { slice, assignment: Assignment::of(&seals, slice.count()) };
    let view = PartitionView::new(&share, &seals);
    Some((share, view))
}

/// That a part is judged: what matches `patterns`.
pub(super) fn of_part(patterns: &[String]) -> Option<Notice> {
    if patterns.is_empty() {
        return None;
    }
    let options: Vec<String> =
        patterns.iter().map(|pattern| format!("--only {}", quote(pattern.as_bytes()))).collect();
    let message = format!("a PART was judged, {}: no other entry was looked at", options.join(" "));
    Some(Notice::new("part", message))
}

/// That it is a share, and of which seals it takes nothing.
pub(super) fn notices(view: &PartitionView) -> Vec<Notice> {
    let PartitionView { index, count, seals, .. } = view;
    let message = format!(
        "this is share {index} of {count}: `sealgate merge-reports` with the JSON reports of all \
         {count} gives the verdict"
    );
    let share = Notice::new("share", message);
    let idle: Vec<&str> =
        seals.iter().filter(|part| part.entries == 0).map(|part| &*part.name).collect();
    let idle = (!idle.is_empty()).then(|| {
        let names = listed(&idle, NAMED);
        Notice::new("share-empty", format!("this share takes no entry of {names}"))
    });
    [share].into_iter().chain(idle).collect()
}
