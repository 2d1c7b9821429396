//! What reading an archive may take, whatever the archive says of itself.

use std::cell::Cell;
use std::io::{self, Read};

use sealgate_core::compare::archive::Member;
use sealgate_core::seal::entry::Digest;

/// The most members of one archive.
const MEMBERS: usize = 100_000;

/// The most bytes of all names and link targets of one archive.
const NAMES: usize = 16 << 20;

/// The most bytes that are read out of one archive.
const OF_ARCHIVE: u64 = 512 << 20;

/// The most bytes that are read out of all archives of one run.
const OF_RUN: u64 = 4 << 30;

/// Why an archive was not looked into.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    #[error("it has more than {MEMBERS} members")]
    ManyMembers,
    #[error("the names of its members are longer than {} MiB together", NAMES >> 20)]
    LongNames,
    #[error("it unpacks to more than {} MiB", OF_ARCHIVE >> 20)]
    Large,
    #[error("the archives of this run unpack to more than {} GiB", OF_RUN >> 30)]
    RunLarge,
    #[error("several of its members have the same name")]
    SameNames,
    #[error("it has {0}, which sealgate does not read")]
    Unsupported(&'static str),
    #[error("it is damaged, or of a form that sealgate does not read: {0}")]
    Damaged(String),
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::Damaged(error.to_string())
    }
}

impl From<zip::result::ZipError> for Fault {
    fn from(error: zip::result::ZipError) -> Self {
        Self::Damaged(error.to_string())
    }
}

/// How much all archives of one run may still unpack to.
#[derive(Debug)]
pub struct Unpacking {
    left: Cell<u64>,
}

impl Default for Unpacking {
    fn default() -> Self {
        Self { left: Cell::new(OF_RUN) }
    }
}

impl Unpacking {
    /// The limits for the next archive.
    pub(super) fn begin(&self) -> Limits<'_> {
        let before = self.left.get();
        Limits { run: self, left: Cell::new(OF_ARCHIVE.min(before)), is_last: before < OF_ARCHIVE }
    }
}

/// How much one archive may still unpack to.
#[derive(Debug)]
pub(super) struct Limits<'a> {
    run: &'a Unpacking,
    left: Cell<u64>,
    /// The run has less left than an archive may take.
    is_last: bool,
}

impl Limits<'_> {
    /// `reader`, which ends with an error where the limit ends.
    pub(super) fn reader<R: Read>(&self, reader: R) -> Limited<'_, R> {
        Limited { reader, limits: self }
    }

    /// The size in bytes and the digest of all that comes from `reader`.
    pub(super) fn hash(&self, reader: impl Read) -> io::Result<(u64, Digest)> {
        let mut hasher = blake3::Hasher::new();
        hasher.update_reader(self.reader(reader))?;
        Ok((hasher.count(), Digest(*hasher.finalize().as_bytes())))
    }

    /// Refuses one more member than there may be, and too many long names.
    pub(super) fn check_members(members: &[Member], names: usize) -> Result<(), Fault> {
        if members.len() > MEMBERS {
            return Err(Fault::ManyMembers);
        }
        if names > NAMES {
            return Err(Fault::LongNames);
        }
        Ok(())
    }

    /// Refuses `count` members, before they are read.
    pub(super) fn check_count(count: usize) -> Result<(), Fault> {
        if count > MEMBERS { Err(Fault::ManyMembers) } else { Ok(()) }
    }

    /// The true reason for `fault`: a reader that the limit ended knows only that it ended.
    pub(super) fn explain(&self, fault: Fault) -> Fault {
        match (self.left.get(), self.is_last) {
            (0, true) => Fault::RunLarge,
            (0, false) => Fault::Large,
            _ => fault,
        }
    }
}

/// A reader that the limits of its archive end.
#[derive(Debug)]
pub(super) struct Limited<'a, R> {
    reader: R,
    limits: &'a Limits<'a>,
}

impl<R: Read> Read for Limited<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.limits.left.get();
        if left == 0 {
            return Err(io::Error::other("the limit is reached"));
        }
        let most = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        let read = self.reader.read(&mut buffer[..most])?;
        self.limits.left.set(left - read as u64);
        let run = &self.limits.run.left;
        run.set(run.get().saturating_sub(read as u64));
        Ok(read)
    }
}
