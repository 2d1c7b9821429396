//! Seals that a merge left in conflict, joined from what the index has of both sides. No root is read.

use sealgate_core::seal::path::EntryPath;
use sealgate_core::seal::{
    Joined, MARKER_SIZE, MAX_SEAL_BYTES, Seal, SealName, join, loose_seal, to_bytes,
};
use sealgate_core::text::problem::Problem;
use sealgate_git::{ObjectError, Objects, Oid, Unmerged, unmerged};
use sealgate_scan::read_named;

use crate::report::shell::pathspec;
use crate::tree::Workspace;

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
    /// Its file holds a seal already, which is that of neither side.
    ByHand,
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
        let bytes = objects.blob(oid, MAX_SEAL_BYTES).map_err(|error| broken(&error))?;
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
    let (theirs, their_bytes) = read(theirs, "the other side")?;
    if let Ok(loaded) = repository.load(name)
        && loaded.seal.is_ok()
        && ![&our_bytes, &their_bytes].contains(&&loaded.bytes)
    {
        return Ok(Resolution::ByHand);
    }
    match join(base.as_ref().map(|(seal, _)| seal), &ours, &theirs, MARKER_SIZE) {
        Joined::Whole(seal) => {
            let seal = Box::new(repository.check_place(*seal)?);
            let bytes = to_bytes(&seal);
            Ok(Resolution::Joined { seal, bytes })
        }
        Joined::Conflict { text: bytes, .. } if has_choices(repository, &file, &bytes) => {
            Err(conflict(
                format!("{file} has markers of an earlier `resolve`, and was changed since"),
                format!(
                    "choose between the markers that are left; or give up what was chosen: \
                     git checkout --ours -- {}, and run `sealgate resolve {name}` again",
                    pathspec(file.as_bytes())
                ),
            ))
        }
        Joined::Conflict { text: bytes, keys, paths } => {
            Ok(Resolution::Conflict { bytes, keys, paths })
        }
    }
}

/// Whether a person changed the markers in `file` that [`join`] wrote, which would be `fresh` now.
fn has_choices(repository: &Workspace, file: &str, fresh: &[u8]) -> bool {
    let marker = [&[b'<'; MARKER_SIZE][..], b" ours"].concat();
    read_named(&repository.root().join(file), MAX_SEAL_BYTES).is_ok_and(|now| {
        now != fresh && now.split(|byte| *byte == b'\n').any(|line| line.starts_with(&marker))
    })
}

fn broken(error: &ObjectError) -> Problem {
    let not_ours = match error {
        ObjectError::Git(error) => error.of_another_user(),
        _ => None,
    };
    not_ours.unwrap_or_else(|| {
        Problem::new("git", error.to_string())
            .remedy("`git fsck --full` shows what is broken; fix that, or clone again")
    })
}
