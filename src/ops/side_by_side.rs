//! How files differ of which two builds made different bytes.

use std::collections::BTreeMap;

use sealgate_core::compare::changes::Change;
use sealgate_core::compare::inventory::ScanError;
use sealgate_core::compare::lines::{ChangedLine, LineDifference, line_difference};
use sealgate_core::compare::repeat::resemblance;
use sealgate_core::seal::entry::Entry;
use sealgate_core::seal::path::EntryPath;
use sealgate_scan::{Directory, FileInParts, ReadFault, first_difference, read_whole};

use super::archive::{
    ArchiveKind, Compared, HEAD, LARGEST, Unpacking, archive_kind, compare_archives,
};
use crate::report::DifferenceView;
use crate::report::side_by_side::{Detail, FileDifference};
use crate::report::text;

/// No larger file is read to tell what its difference looks like, in bytes.
const LARGEST_GUESSED: u64 = 16 << 20;

/// No larger text is compared line by line, in bytes.
const LARGEST_TEXT: usize = 4 << 20;

/// The most lines that are shown of one file.
const LINES_OF_FILE: usize = 12;

/// The most lines that are shown of all files.
const LINES: usize = 60;

/// How the first `most` of the files differ that have other bytes in the second of `builds`, by path.
/// What cannot be read any more is left out: that it changed is known already.
#[must_use]
pub fn differing_files(
    changes: &[Change],
    builds: (&Directory, &Directory),
    most: usize,
) -> BTreeMap<String, FileDifference> {
    let mut look = Look { builds, lines: LINES, unpacking: Unpacking::default() };
    let mut files = BTreeMap::new();
    for change in changes.iter().filter(|change| has_other_bytes(change)).take(most) {
        let Ok(path) = EntryPath::parse(&change.path) else { continue };
        if let Some(difference) = look.difference(&path) {
            files.insert(change.path.clone(), difference);
        }
    }
    files
}

fn has_other_bytes(change: &Change) -> bool {
    match (&change.old, &change.new) {
        (Some(Entry::File { digest: old, .. }), Some(Entry::File { digest: new, .. })) => {
            old != new
        }
        _ => false,
    }
}

/// The two builds, and what may still be shown and read of them.
struct Look<'a> {
    builds: (&'a Directory, &'a Directory),
    lines: usize,
    unpacking: Unpacking,
}

impl Look<'_> {
    fn difference(&mut self, path: &EntryPath) -> Option<FileDifference> {
        let (first, second) = self.builds;
        let divergence = first_difference(first, second, path).ok()??;
        if let Some(kind) = self.both_archives(path) {
            let detail = self.archives(kind, path)?;
            return Some(FileDifference { divergence, resemblance: None, detail });
        }
        let read = |build| read_whole(build, path, LARGEST_GUESSED).ok();
        let bytes = read(first).zip(read(second));
        let resemblance = bytes.as_ref().and_then(|(old, new)| resemblance(old, new));
        let lines = bytes.as_ref().and_then(|(old, new)| self.lines(old, new));
        let detail = lines.map_or(Detail::Bytes, Detail::Lines);
        Some(FileDifference { divergence, resemblance, detail })
    }

    /// The kind of the two archives, if both files are of one kind.
    fn both_archives(&self, path: &EntryPath) -> Option<ArchiveKind> {
        let kind = |build| archive_kind(&head(build, path).ok()?);
        kind(self.builds.0).filter(|first| kind(self.builds.1) == Some(*first))
    }

    fn archives(&self, kind: ArchiveKind, path: &EntryPath) -> Option<Detail> {
        let read = |build| read_whole(build, path, LARGEST);
        let (first, second) = self.builds;
        match compare_archives(kind, || read(first), || read(second), &self.unpacking) {
            Ok(Compared::Differ(difference)) => Some(Detail::Archive(difference)),
            Ok(Compared::NotRead(why)) => Some(Detail::UnreadArchive(why)),
            Err(ReadFault::TooLarge(_)) => {
                let most = text::bytes(LARGEST);
                Some(Detail::UnreadArchive(format!("it is larger than {most}")))
            }
            Err(ReadFault::ScanError(_)) => None,
        }
    }

    /// The first lines that differ, where those show it.
    fn lines(&mut self, old: &[u8], new: &[u8]) -> Option<DifferenceView> {
        if old.len().max(new.len()) > LARGEST_TEXT || self.lines == 0 {
            return None;
        }
        let most = self.lines.min(LINES_OF_FILE);
        let difference = line_difference(old, new, most).filter(is_visible)?;
        self.lines -= difference.lines.len();
        Some(DifferenceView::new(&difference))
    }
}

/// Whether some line shows a difference: where the last line feed alone is missing, none does.
fn is_visible(difference: &LineDifference) -> bool {
    let lines = &difference.lines;
    let has_equal = |line: &ChangedLine| {
        let is_equal = |other: &ChangedLine| {
            other.side != line.side && other.number == line.number && other.text == line.text
        };
        lines.iter().any(is_equal)
    };
    lines.iter().any(|line| !has_equal(line))
}

fn head(build: &Directory, path: &EntryPath) -> Result<Vec<u8>, ScanError> {
    let mut head = Vec::new();
    FileInParts::open(build, path)?.read(HEAD as u64, &mut head)?;
    Ok(head)
}
