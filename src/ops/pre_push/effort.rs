//! How much work one push may be: a few small objects can stand for any number of commits, seals and
//! files.

use crate::tree::CommitTree;

/// The work of a push beyond its first commit. A unit is about the work of reading a small file.
const MOST: u64 = 500_000;

/// The work of reading and judging a seal without the files of its root.
const SEAL: u64 = 8;

/// The work of opening a commit.
const COMMIT: u64 = 4;

/// So many seals whose outcome is known are one unit of work.
const KNOWN_SEALS: u64 = 8;

/// So many bytes are one unit: of files, and of commits and trees.
const FILES: u64 = 8 << 10;
const STRUCTURE: u64 = 1 << 10;

/// The work of looking at a name, in the units of a commit's own count.
const NAME: u64 = 64;

/// The work that is left.
#[derive(Debug)]
pub(super) struct Effort {
    left: u64,
}

impl Default for Effort {
    fn default() -> Self {
        Self { left: MOST }
    }
}

impl Effort {
    /// Whether nothing is left.
    pub(super) fn is_spent(&self) -> bool {
        self.left == 0
    }

    fn take(&mut self, units: u64) {
        self.left = self.left.saturating_sub(units);
    }

    /// Counts the looks at so many seals.
    pub(super) fn count_looks(&mut self, seals: usize) {
        self.take(seals as u64 / KNOWN_SEALS);
    }

    /// Counts so many seals that were read or judged, and the bytes of their files.
    pub(super) fn count_seals(&mut self, seals: usize, bytes: u64) {
        self.take(seals as u64 * SEAL + bytes / FILES);
    }

    /// Counts so many files of a root, and their bytes.
    pub(super) fn count_files(&mut self, files: u64, bytes: u64) {
        self.take(files + bytes / FILES);
    }

    /// Counts that a commit is opened.
    pub(super) fn count_opening(&mut self) {
        self.take(COMMIT);
    }

    /// Counts so many bytes of commits, tags and trees.
    pub(super) fn count_structure(&mut self, bytes: u64) {
        self.take(bytes / STRUCTURE);
    }

    /// Counts the names, and the bytes of commits and trees, that were looked at in `commit`.
    pub(super) fn count_commit(&mut self, commit: &CommitTree<'_>) {
        let (names, structure) = commit.work_done();
        self.take(names / NAME);
        self.count_structure(structure);
    }
}
