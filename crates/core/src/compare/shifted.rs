//! A tree that is a level too deep: an archive that was unpacked into a directory of its own name.

use std::collections::HashSet;

use crate::compare::finding::{Finding, FindingKind};
use crate::seal::path::EntryPath;

/// The directory in which every sealed entry is found by its path, where not one of them is in its place.
/// `checked` entries were judged, which came to these `findings`.
#[must_use]
pub fn shifted(findings: &[Finding], checked: u64) -> Option<String> {
    let (mut gone, mut there) = (HashSet::new(), HashSet::new());
    for finding in findings {
        match finding.kind {
            FindingKind::Missing => drop(gone.insert(&*finding.path)),
            FindingKind::Unsealed => drop(there.insert(&*finding.path)),
            FindingKind::Moved => {
                gone.extend(finding.from.as_ref().map(EntryPath::as_bytes));
                there.insert(&*finding.path);
            }
            // A directory of the name of a sealed file is the one to look in.
            _ => {}
        }
    }
    if gone.len() as u64 != checked {
        return None;
    }
    let first = gone.iter().min()?;
    let directories = there.iter().filter_map(|path| path.strip_suffix(*first)?.strip_suffix(b"/"));
    let mut directories: Vec<&[u8]> = directories.collect();
    directories.sort_unstable_by_key(|directory| (directory.len(), *directory));
    let holds_all = |directory: &&[u8]| {
        gone.iter().all(|path| there.contains(&*[directory, &b"/"[..], path].concat()))
    };
    let directory = directories.into_iter().find(holds_all)?;
    std::str::from_utf8(directory).ok().map(str::to_owned)
}
