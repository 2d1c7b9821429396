//! A ledger in the clone itself: a file for each record, below the directory that all working trees of the
//! clone share. A file is given its name only when its bytes are on the disk, and never twice.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::PathBuf;

use sealgate_core::approval::MAX_RECORD_BYTES;
use sealgate_core::text::place::shown_path;
use sealgate_core::text::problem::{Problem, in_words};
use sealgate_scan::read_named;

use super::nonce;
use super::record::{HeldRecord, NewRecord, Spending};
use crate::tree::Workspace;

/// The directory, below the one that all working trees share.
const DIRECTORY: &str = "sealgate/used";

/// How many directories a first record may have made or changed: those of [`DIRECTORY`], and git's own.
const NEW_DIRECTORIES: usize = 3;

/// The ledger of one clone.
#[derive(Debug)]
pub struct LocalLedger {
    directory: PathBuf,
}

impl LocalLedger {
    pub(super) fn open(repository: &Workspace) -> Result<Self, Problem> {
        repository.needs_git("the ledger")?;
        let common = sealgate_git::common_directory(repository.root())?;
        Ok(Self { directory: common.join(DIRECTORY) })
    }

    fn problem(&self, error: &io::Error) -> Problem {
        let message = format!("the ledger {}: {}", shown_path(&self.directory), in_words(error));
        Problem::new("ledger-unwritable", message).remedy(
            "the action did not run; give this user room and the right to write there, and try again",
        )
    }

    pub(super) fn names(&self) -> Result<Vec<String>, Problem> {
        let listing = match fs::read_dir(&self.directory) {
            Ok(listing) => listing,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(self.problem(&error)),
        };
        let mut names = Vec::new();
        for entry in listing {
            let entry = entry.map_err(|error| self.problem(&error))?;
            names.extend(entry.file_name().into_string());
        }
        Ok(names)
    }

    pub(super) fn records(&self) -> Result<Vec<HeldRecord>, Problem> {
        let mut records = Vec::new();
        for name in self.names()? {
            let bytes = read_named(&self.directory.join(&name), MAX_RECORD_BYTES).ok();
            records.push((name, bytes.and_then(|bytes| String::from_utf8(bytes).ok())));
        }
        Ok(records)
    }

    pub(super) fn add(&self, record: &NewRecord<'_>) -> Result<Spending, Problem> {
        let beside = self.directory.join(format!("new-{}", nonce()?));
        let added = self.write(&beside, record);
        // What is left of a failed attempt has no name of a record, and counts for nothing.
        let _ = fs::remove_file(&beside);
        match added {
            Ok(()) => Ok(Spending::Spent),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(Spending::UsedBefore),
            Err(error) => Err(self.problem(&error)),
        }
    }

    fn write(&self, beside: &PathBuf, record: &NewRecord<'_>) -> io::Result<()> {
        fs::create_dir_all(&self.directory)?;
        let mut file = File::options().write(true).create_new(true).open(beside)?;
        file.write_all(record.text.as_bytes())?;
        file.sync_all()?;
        // Unlike a rename, a second name fails where the name is taken.
        fs::hard_link(beside, self.directory.join(record.name))?;
        if cfg!(unix) {
            // The directories may be new: a power cut must take none of them, and the record with it.
            for directory in self.directory.ancestors().take(NEW_DIRECTORIES) {
                File::open(directory)?.sync_all()?;
            }
        }
        Ok(())
    }
}
