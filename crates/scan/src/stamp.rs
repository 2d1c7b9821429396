//! What a stat says of one version of a file or of a directory.
//!
//! A stamp is taken before and after a read: if both are equal, nothing was changed in between, as
//! far as a stat can tell. Two limits of that are dealt with here.
//!
//! - The clock of a file system advances in ticks of up to 10 ms; on some file systems its unit is
//!   a second. A change in the same tick leaves the stamp as it was. A stamp is *young* if such a
//!   change may still come: a young file is read after the tick ([`outwait`]), and a young
//!   directory is treated as one that changed.
//! - A stamp takes 80 bytes, and there may be millions of files. An item keeps a [`FileVersion`], a
//!   hash of 8 bytes with a random key, which nobody outside this process can aim at.

use std::hash::{BuildHasher as _, RandomState};
use std::num::NonZeroU64;
use std::sync::LazyLock;
use std::time::Duration;

use sealgate_core::compare::inventory::FileVersion;

/// Nanoseconds since 1970.
type Time = i128;

const SECOND: Time = 1_000_000_000;

/// The longest tick of a file system's clock whose times are finer than a second.
const TICK: Time = SECOND / 50;

/// What tells two things below one root apart: device and inode. Where there is no such number,
/// all are equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) struct Identity([i128; 2]);

/// One version of a file or of a directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Stamp {
    identity: Identity,
    size: u64,
    mode: u32,
    /// When its content changed last.
    modified: Time,
    /// When its content or anything else of it changed last; nobody can set this one.
    changed: Time,
}

/// One version of a directory: which one it is, and the names in it, as far as a stat can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Version {
    pub(super) stamp: Stamp,
    /// Whether a change right after the look could have left the stamp as it is.
    pub(super) young: bool,
}

impl Version {
    /// Whether a later look, which found `now`, shows that nothing changed in between.
    #[must_use]
    pub fn is_unchanged(&self, now: &Self) -> bool {
        self.stamp == now.stamp && !self.young
    }
}

static KEY: LazyLock<RandomState> = LazyLock::new(RandomState::new);

impl Stamp {
    /// The stamp that `stat` makes.
    #[cfg(unix)]
    pub(super) fn of(stat: &rustix::fs::Stat) -> Self {
        let time = |seconds: i128, nanoseconds: i128| seconds * SECOND + nanoseconds;
        // Narrower on some systems than `u32`, and never wider.
        let mode = u32::try_from(i128::from(stat.st_mode)).unwrap_or_default();
        Self {
            identity: Identity([i128::from(stat.st_dev), i128::from(stat.st_ino)]),
            size: u64::try_from(stat.st_size).unwrap_or(u64::MAX),
            mode,
            modified: time(i128::from(stat.st_mtime), i128::from(stat.st_mtime_nsec)),
            changed: time(i128::from(stat.st_ctime), i128::from(stat.st_ctime_nsec)),
        }
    }

    /// The stamp that `metadata` makes: there are neither inodes nor execute bits here.
    #[cfg(not(unix))]
    pub(super) fn of(metadata: &std::fs::Metadata) -> Self {
        let since = |time: std::time::SystemTime| time.duration_since(std::time::UNIX_EPOCH).ok();
        let modified = metadata.modified().ok().and_then(since);
        let modified = modified.map_or(0, |since| Time::try_from(since.as_nanos()).unwrap_or(0));
        let (identity, size, mode) = (Identity::default(), metadata.len(), 0o644);
        Self { identity, size, mode, modified, changed: modified }
    }

    /// The size in bytes.
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// The permissions, as Unix has them.
    pub(super) fn mode(&self) -> u32 {
        self.mode
    }

    /// Which file or directory it is.
    pub(super) fn identity(&self) -> Identity {
        self.identity
    }

    /// Whether a change that is made at `now` or later could leave this stamp as it is.
    pub(super) fn is_young(&self, now: Now) -> bool {
        let newest = self.newest();
        // Times in whole seconds come from a clock that knows nothing finer; FAT counts by two.
        let tick = if newest % SECOND == 0 { 2 * SECOND } else { 1 };
        newest + tick > now.0
    }

    /// The time after which no change is hidden by this stamp. A file system that keeps no time of
    /// change reports 0.
    pub(super) fn newest(&self) -> Time {
        if self.changed == 0 { self.modified } else { self.changed }
    }

    /// The hash of this stamp.
    pub(super) fn version(&self) -> FileVersion {
        FileVersion(NonZeroU64::new(KEY.hash_one(self)).unwrap_or(NonZeroU64::MIN))
    }
}

/// The time that a change made now would get.
#[derive(Debug, Clone, Copy)]
pub(super) struct Now(Time);

impl Now {
    /// Asks the clock from which the kernel takes the times of files: one read of memory.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    pub(super) fn ask() -> Self {
        let now = rustix::time::clock_gettime(rustix::time::ClockId::RealtimeCoarse);
        Self(Time::from(now.tv_sec) * SECOND + Time::from(now.tv_nsec))
    }

    /// Asks the system's clock. That of the file system may be a tick behind it.
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    pub(super) fn ask() -> Self {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let now = since.map_or(0, |since| Time::try_from(since.as_nanos()).unwrap_or(0));
        Self(now - TICK)
    }

    /// Whether `newest` is not over yet, and will be within a tick.
    fn is_followed_soon_by(self, newest: Time) -> bool {
        newest >= self.0 && newest - self.0 <= TICK
    }
}

/// Waits until a change would get a later time than `newest`, which is one tick at most. It does
/// not wait for a time that is further away: that is a clock of seconds, or one of another machine.
pub(super) fn outwait(newest: Time) {
    let mut left = Duration::from_millis(50);
    let pause = Duration::from_millis(1);
    while let Some(rest) = left.checked_sub(pause)
        && Now::ask().is_followed_soon_by(newest)
    {
        left = rest;
        std::thread::sleep(pause);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamp(modified: Time, changed: Time) -> Stamp {
        Stamp { identity: Identity([1, 2]), size: 3, mode: 0o100_644, modified, changed }
    }

    #[test]
    fn a_stamp_is_young_until_the_clock_has_passed_its_time() {
        // The time of change cannot be set; where there is none, that of the content is taken.
        for (modified, changed) in [(1_007, 1_007), (5, 1_007), (SECOND, 1_007), (1_007, 0)] {
            let stamp = stamp(modified, changed);
            for (now, young) in [(0, true), (1_006, true), (1_007, true), (1_008, false)] {
                assert_eq!(stamp.is_young(Now(now)), young, "{modified} {changed} {now}");
            }
        }
    }

    #[test]
    fn a_time_in_whole_seconds_is_young_for_two_of_them() {
        let stamp = stamp(5, 7 * SECOND);
        for (now, young) in [(8 * SECOND, true), (9 * SECOND - 1, true), (9 * SECOND, false)] {
            assert_eq!(stamp.is_young(Now(now)), young, "{now}");
        }
    }

    #[test]
    fn every_field_of_a_stamp_counts_in_its_print() {
        let one = stamp(10, 20);
        assert_eq!(one.version(), stamp(10, 20).version());
        let others = [
            Stamp { identity: Identity([0, 2]), ..one },
            Stamp { identity: Identity([1, 3]), ..one },
            Stamp { size: 4, ..one },
            Stamp { mode: 0o100_755, ..one },
            Stamp { modified: 11, ..one },
            Stamp { changed: 21, ..one },
        ];
        for other in others {
            assert_ne!(other.version(), one.version(), "{other:?}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_file_that_was_written_before_the_wait_is_old_after_it() {
        let tree = tempfile::tempdir().unwrap();
        std::fs::write(tree.path().join("f"), "x").unwrap();
        let file = std::fs::File::open(tree.path().join("f")).unwrap();
        let stamp = Stamp::of(&rustix::fs::fstat(&file).unwrap());
        outwait(stamp.newest());
        assert!(!stamp.is_young(Now::ask()));
    }

    #[test]
    fn only_a_time_within_a_tick_is_waited_for() {
        let now = Now(100 * SECOND);
        for (newest, waits) in [(-1, false), (0, true), (TICK, true), (TICK + 1, false)] {
            assert_eq!(now.is_followed_soon_by(100 * SECOND + newest), waits, "{newest}");
        }
    }
}
