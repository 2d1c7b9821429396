//! Seals that a merge left in conflict, joined from what the index has of both sides. No root is read.

use sealgate_core::seal::path::EntryPath;
use sealgate_core::seal::{
    Joined, MARKER_SIZE, MAX_SEAL_BYTES, Seal, SealName, join, loose_seal, to_bytes,
};
use sealgate_core::text::problem::Problem;
use sealgate_git::{Objects, Oid, Unmerged, leaves_our_side, unmerged};

use crate::tree::{Workspace, unreadable_object};

/// What became of a seal in conflict.
#[derive(Debug)]
pub enum Resolution {
    /// Both changes are in this seal.
    Joined {
        /// The seal.
        seal: Box<Seal>,
        /// Its canonical text.
        bytes: Vec<u8>,
    },
    /// Something was changed by both sides.
    Conflict {
        /// The text with markers.
        bytes: Vec<u8>,
        /// The keys of the header that are in conflict.
        keys: Vec<String>,
        /// The entries that are in conflict.
        paths: Vec<EntryPath>,
    },
    /// Its file holds a seal already, which is that of no version in the index.
    ByHand,
    /// Somebody edited what was written between the markers, and is not done.
    Edited,
}

/// The seals of which the index has more than one version.
///
/// # Errors
///
/// git cannot be asked.
pub fn in_conflict(repository: &Workspace) -> Result<Vec<(SealName, Unmerged)>, Problem> {
    let directory = repository.seals().as_str();
    let files = unmerged(repository.root(), directory).map_err(Problem::from)?;
    let named = files.into_iter().filter_map(|file| {
        let path = std::str::from_utf8(&file.path).ok()?;
        let name = path.strip_prefix(directory)?.strip_prefix('/')?.strip_suffix(".toml")?;
        Some((SealName::parse(name)?, file))
    });
    Ok(named.collect())
}

/// Joins the `sides` of the seal `name`; nothing is written.
///
/// # Errors
///
/// One side deleted the seal or holds no seal, or git cannot read one.
pub fn resolve(
    repository: &Workspace,
    name: &SealName,
    sides: &Unmerged,
) -> Result<Resolution, Problem> {
    let file = repository.file_of(name);
    let conflict = |message: String, remedy: String| {
        Problem::new("seal-conflict", message).seal(name.as_str()).file(&*file).remedy(remedy)
    };
    let (Some(ours), Some(theirs)) = (&sides.ours, &sides.theirs) else {
        let whose = if sides.ours.is_none() { "ours" } else { "theirs" };
        return Err(conflict(
            format!("one side of the merge ({whose}) deleted it, and the other changed it"),
            format!("decide: `git rm :/{file}`, or `git add :/{file}` to keep it"),
        ));
    };
    let mut objects = Objects::open(repository.root()).map_err(Problem::from)?;
    let mut read = |oid: &Oid, side: &str| {
        let bytes = objects.blob(oid, MAX_SEAL_BYTES).map_err(|error| unreadable_object(&error))?;
        let seal = loose_seal(name, &bytes).map_err(|error| {
            conflict(
                format!("{side} of the merge is no seal: {error}"),
                format!("build, correct the lines above [entries], and run `sealgate seal {name}`"),
            )
        })?;
        Ok::<_, Problem>((seal, bytes))
    };
    let base = sides.base.as_ref().map(|base| read(base, "the common ancestor")).transpose()?;
    let (ours, our_bytes) = read(ours, "our side")?;
    let (theirs, _) = read(theirs, "the other side")?;
    let loaded = repository.load(name).ok();
    let is_base = |bytes: &Vec<u8>| base.as_ref().is_some_and(|(_, base)| base == bytes);
    let edited = match loaded {
        Some(loaded) if is_base(&loaded.bytes) => None,
        // Where git writes markers, somebody chose our side.
        Some(loaded) if loaded.bytes == our_bytes && leaves_our_side(repository.root(), &file)? => {
            None
        }
        loaded => loaded,
    };
    if edited.as_ref().is_some_and(|loaded| loaded.seal.is_ok()) {
        return Ok(Resolution::ByHand);
    }
    match join(base.as_ref().map(|(seal, _)| seal), &ours, &theirs, MARKER_SIZE) {
        Joined::Whole(seal) => {
            let seal = Box::new(repository.check_place(*seal)?);
            let bytes = to_bytes(&seal);
            Ok(Resolution::Joined { seal, bytes })
        }
        Joined::Conflict { text: bytes, .. }
            if edited.is_some_and(|loaded| has_choices(&loaded.bytes, &bytes)) =>
        {
            Ok(Resolution::Edited)
        }
        Joined::Conflict { text: bytes, keys, paths } => {
            Ok(Resolution::Conflict { bytes, keys, paths })
        }
    }
}

/// Whether `text` came from `written`, the seal with markers, by an edit. What git wrote itself has
/// markers with other labels, and is replaced.
fn has_choices(text: &[u8], written: &[u8]) -> bool {
    let opens = "<".repeat(MARKER_SIZE) + " ";
    let ours = format!("{opens}ours");
    let mut lines = text.split(|&byte| byte == b'\n');
    text != written
        && lines.all(|line| !line.starts_with(opens.as_bytes()) || line == ours.as_bytes())
}
