//! What is to be sealed: a seal that there is, as far as it can be made out, or a new one.

mod unmerged;

use std::path::{Component, Path, PathBuf};

use sealgate_core::seal::exclude::Scope;
use sealgate_core::seal::path::PathFault;
use sealgate_core::seal::surface::DatabaseSystem;
use sealgate_core::seal::{
    BuildCommand, Header, Root, Seal, SealName, SealedEntry, loose_header, loose_seal,
    loose_seal_in_scope, salvage,
};
use sealgate_core::text::place::shown_path;
use sealgate_core::text::problem::{Problem, in_words};

use super::database::surface_of;
use crate::tree::Workspace;

type Problems = Vec<Problem>;

/// A seal that is to be written.
#[derive(Debug)]
pub struct Plan {
    /// Its name.
    pub name: SealName,
    /// What it is to cover.
    pub header: Header,
    /// What its file holds now.
    pub old_bytes: Option<Vec<u8>>,
    /// The seal that it holds now, if that can be read.
    pub old: Option<Seal>,
    /// What of a seal that cannot be read can be made out.
    pub salvaged: Vec<SealedEntry>,
    /// Whether `header` is what both sides of an open merge say, and not its file.
    pub merged: bool,
    /// Whether there is no such seal yet, and `tracked` is still to be found out.
    pub new: bool,
}

/// A new seal, as the user asks for it.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// Its name.
    pub name: &'a str,
    /// The directory to seal; `None` for a database on a server.
    pub root: Option<&'a Path>,
    /// The command that builds it, if it is known.
    pub build: Option<&'a BuildCommand>,
    /// What to leave out of it.
    pub exclude: &'a [String],
    /// What of a database to seal; nothing for a directory.
    pub include: &'a [String],
}

/// Plans to write the seal `name` again; `needs_old` says that it must be one that can be read.
pub fn again(repository: &Workspace, name: SealName, needs_old: bool) -> Result<Plan, Problems> {
    plan_again(repository, name, needs_old, OpenMerge::Refused)
}

/// The same after its root was built: where a merge is open, what it left in the root is gone.
///
/// # Errors
///
/// Nothing tells what the seal is to cover.
pub fn again_after_build(repository: &Workspace, name: SealName) -> Result<Plan, Problems> {
    plan_again(repository, name, false, OpenMerge::Built)
}

/// What becomes of files in the root that a merge left in conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OpenMerge {
    /// They keep the root from being sealed.
    Refused,
    /// The build made them anew.
    Built,
}

fn plan_again(
    repository: &Workspace,
    name: SealName,
    needs_old: bool,
    open_merge: OpenMerge,
) -> Result<Plan, Problems> {
    let loaded = repository.load(&name)?;
    let old = match loaded.seal {
        Ok(seal) => Some(seal),
        Err(problem) if needs_old => return Err(vec![problem]),
        // Edited, and a whole seal all the same.
        Err(_) => loose_seal(&name, &loaded.bytes).ok(),
    };
    let (header, salvaged, merged) = if let Some(seal) = &old {
        (seal.header.clone(), Vec::new(), false)
    } else {
        let (header, merged) = header_of_ruin(repository, &name, &loaded.bytes, open_merge)?;
        (header, salvage(&loaded.bytes), merged)
    };
    let old_bytes = Some(loaded.bytes);
    let plan = Plan { name, header, old_bytes, old, salvaged, merged, new: false };
    check_place(&plan, repository)?;
    Ok(plan)
}

/// What the seal `name` is to cover, of which the file holds `bytes` that are no seal; and whether
/// that was taken from the two sides of a merge.
fn header_of_ruin(
    repository: &Workspace,
    name: &SealName,
    bytes: &[u8],
    open_merge: OpenMerge,
) -> Result<(Header, bool), Problems> {
    // Whole but for what a pattern takes out that was added by hand: nobody needs to be asked.
    if let Ok(seal) = loose_seal_in_scope(name, bytes, &mut Vec::new()) {
        return Ok((seal.header, false));
    }
    let agreed = unmerged::header(repository, name)?;
    let (in_merge, in_file) = (agreed.is_some(), loose_header(bytes));
    let (header, merged) = match (in_file, agreed) {
        // Where both sides are alike, what differs from them is what somebody wrote there.
        (Ok(header), _) => (header, false),
        (Err(_), Some(header)) => (header, true),
        (Err(error), None) => {
            return Err(vec![error.into_problem(name, &repository.file_of(name))]);
        }
    };
    if in_merge && open_merge == OpenMerge::Refused {
        unmerged::check_root(repository, name, &header)?;
    }
    Ok((header, merged))
}

/// Plans a new seal; `base` is where a relative root begins.
pub fn make(repository: &Workspace, base: &Path, wanted: &Wanted<'_>) -> Result<Plan, Problems> {
    let usage = |message: &str, remedy: &str| vec![Problem::new("usage", message).remedy(remedy)];
    let name = wanted.name;
    let name = SealName::parse(name).ok_or_else(|| {
        usage(
            &format!("{name} cannot be the name of a seal"),
            "a name is [a-z0-9][a-z0-9._-]*, and not policy",
        )
    })?;
    if let Some(contents) = repository.contents()? {
        if !contents.strays.is_empty() {
            return Err(contents.strays);
        }
        if contents.names.contains(&name) {
            return Err(vec![
                Problem::new("seal-exists", format!("there is a seal {name} already"))
                    .file(repository.file_of(&name))
                    .remedy(format!("seal it again: sealgate seal {name}; its root and excludes stand above [entries] in its file")),
            ]);
        }
    }
    let root = match wanted.root {
        Some(root) => relative_root(repository, base, root)?,
        None => Root::on_server(),
    };
    let is_repository = root.path().is_none() && !root.is_on_server();
    if root.as_str() == ".git" || root.as_str().starts_with(".git/") {
        return Err(usage(
            "git's own directory is no artifact",
            "name the directory that you ship",
        ));
    }
    let system = match wanted.root {
        Some(_) => DatabaseSystem::Sqlite,
        // The server says which it is.
        None => DatabaseSystem::Postgres { major: 0 },
    };
    let surface = surface_of(system, wanted.include)?;
    if surface.is_some() && is_repository {
        return Err(usage(
            "--include selects from a database, and the root is the repository",
            "name the file of the database: --root FILE",
        ));
    }
    let mut exclude = wanted.exclude.to_vec();
    if is_repository {
        let needed = repository.excludes_of_whole();
        exclude.retain(|pattern| !needed.contains(pattern));
        exclude.splice(..0, needed);
    }
    let scope = Scope::new(exclude)
        .map_err(|error| usage(&error.to_string(), "see gitignore(5) for the syntax"))?;
    if let Some(alone) = holds_seals_alone(repository, &root, &scope) {
        let message =
            format!("{alone} would hold nothing but the seals, and be an entry of this one");
        return Err(usage(&message, &format!("leave it out: --exclude /{alone}")));
    }
    let header = Header { root, tracked: false, build: wanted.build.cloned(), scope, surface };
    let plan = Plan {
        name,
        header,
        old_bytes: None,
        old: None,
        salvaged: Vec::new(),
        merged: false,
        new: true,
    };
    check_place(&plan, repository)?;
    Ok(plan)
}

/// The directory that is made for the seals, if the whole repository is to be sealed with it: empty in
/// scope, it would be found at the next check.
fn holds_seals_alone<'r>(repository: &'r Workspace, root: &Root, scope: &Scope) -> Option<&'r str> {
    let new = |parent: &&str| repository.root().join(parent).symlink_metadata().is_err();
    let is_repository = root.path().is_none() && !root.is_on_server();
    let mut parents = repository.seals().parents();
    let parent = parents.find(new).filter(|_| is_repository)?;
    scope.excludes(parent.as_bytes(), true).is_none().then_some(parent)
}

/// The root as the seal states it: relative to the repository root.
pub fn relative_root(repository: &Workspace, base: &Path, root: &Path) -> Result<Root, Problems> {
    let given = shown_path(root);
    let problem =
        |code, message: String, remedy: &str| vec![Problem::new(code, message).remedy(remedy)];
    let absolute = base.canonicalize().map(|base| lexical(&base.join(root))).map_err(|error| {
        problem("root-unreadable", format!("{}: {}", given, in_words(&error)), "name a directory")
    })?;
    let below = below_root(&absolute, repository.root()).ok_or_else(|| {
        let repository = shown_path(repository.root());
        problem(
            "root-outside",
            format!("{} is outside the repository {repository}", shown_path(&absolute)),
            "a root lies in the repository that holds its seal; to seal what is built outside: \
             --root DIR --at THERE, where DIR is the place that it has in the repository",
        )
    })?;
    let text = below.to_str().map(|text| text.replace(std::path::MAIN_SEPARATOR, "/"));
    let text = text.map(|text| if text.is_empty() { ".".to_owned() } else { text });
    text.as_deref().ok_or(PathFault::NotUtf8).and_then(Root::parse).map_err(|fault| {
        problem(
            "root-invalid",
            format!("{given}: {fault}"),
            "name a directory that a seal can state",
        )
    })
}

/// What of the absolute `path` lies below `root`, which is canonical. `path` may name the directory
/// `root` in another way: by a link, in other letters, or without the `\\?\` of Windows.
fn below_root<'p>(path: &'p Path, root: &Path) -> Option<&'p Path> {
    if let Ok(below) = path.strip_prefix(root) {
        return Some(below);
    }
    let is_root = |above: &&Path| above.canonicalize().is_ok_and(|canonical| canonical == root);
    // The outermost: below the root itself, no link is followed.
    let above = path.ancestors().filter(is_root).last()?;
    path.strip_prefix(above).ok()
}

/// `path` without `.` and `..`, which here never follow a link: no component of a root may be one.
fn lexical(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => {
                plain.pop();
            }
            Component::CurDir => {}
            other => plain.push(other),
        }
    }
    plain
}

fn check_place(plan: &Plan, repository: &Workspace) -> Result<(), Problems> {
    match repository.misplaced(&plan.header.root, plan.header.scope.patterns()) {
        None => Ok(()),
        Some(why) => Err(vec![
            Problem::new("root-invalid", why)
                .seal(plan.name.as_str())
                .file(repository.file_of(&plan.name))
                .remedy("choose another root, or another seals directory"),
        ]),
    }
}
