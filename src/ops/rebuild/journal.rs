//! What a run that is killed leaves for the next one: which roots it moved aside, and how far it came.

use std::fs;
use std::io;
use std::path::Path;

use sealgate_core::seal::path::EntryPath;
use sealgate_scan::read_named;
use serde::{Deserialize, Serialize};

use crate::tree::replace::Writer;

/// The value of the key `format`.
const FORMAT: &str = "sealgate-rebuild/1";

/// A longer journal is not read, in bytes.
const LONGEST: u64 = 1 << 20;

/// How far a run came. The name of the journal says it: a file is renamed in one step, on a full disk
/// too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// Roots are being moved aside, or a build runs.
    Building,
    /// The build made the roots anew, and what lies aside is being sorted out.
    Built,
}

impl Stage {
    const ALL: [Self; 2] = [Self::Building, Self::Built];

    fn file(self) -> &'static str {
        match self {
            Self::Building => "journal",
            Self::Built => "journal-built",
        }
    }
}

/// The roots of a run.
#[derive(Debug, Serialize, Deserialize)]
struct Text {
    format: String,
    roots: Vec<String>,
}

/// Writes the journal of the run in `place`; it is on the disk when this returns.
pub(super) fn begin(place: &Path, roots: &[EntryPath]) -> io::Result<()> {
    let roots = roots.iter().map(|root| root.as_str().to_owned()).collect();
    let text = Text { format: FORMAT.to_owned(), roots };
    let bytes = serde_json::to_vec(&text).map_err(io::Error::other)?;
    Writer::default().write(&place.join(Stage::Building.file()), &bytes)
}

/// How far the run in `place` came; `None` where it came to its end.
pub(super) fn stage(place: &Path) -> Option<Stage> {
    Stage::ALL.into_iter().rev().find(|stage| place.join(stage.file()).symlink_metadata().is_ok())
}

/// The roots of the run in `place`.
pub(super) fn roots(place: &Path, stage: Stage) -> io::Result<Vec<EntryPath>> {
    let bytes = read_named(&place.join(stage.file()), LONGEST);
    let bytes = bytes.map_err(|fault| io::Error::other(fault.to_string()))?;
    let text: Text = serde_json::from_slice(&bytes)?;
    if text.format != FORMAT {
        return Err(io::Error::other("another version of sealgate wrote the journal"));
    }
    let root =
        |root: &String| EntryPath::parse(root).map_err(|fault| io::Error::other(fault.to_string()));
    text.roots.iter().map(root).collect()
}

/// Says that the build of the run in `place` came to a good end.
pub(super) fn mark_built(place: &Path) -> io::Result<()> {
    fs::rename(place.join(Stage::Building.file()), place.join(Stage::Built.file()))
}

/// Says that nothing is left to do for the run in `place`.
pub(super) fn end(place: &Path) -> io::Result<()> {
    for stage in Stage::ALL {
        match fs::remove_file(place.join(stage.file())) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}
