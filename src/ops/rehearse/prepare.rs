//! What a rehearsal begins with: a plan under a seal, the seal over what it changes, and a clone of that.

use std::path::{Path, PathBuf};

use sealgate_core::compare::verdict::Verdict;
use sealgate_core::seal::entry::{Digest, Entry};
use sealgate_core::seal::path::EntryPath;
use sealgate_core::seal::surface::{DatabaseSystem, Surface};
use sealgate_core::seal::{Seal, SealName};
use sealgate_core::text::problem::{Problem, in_words};
use sealgate_rehearse::plan::{MAX_PLAN_BYTES, Plan, Target};
use sealgate_rehearse::state::{Class, State};
use sealgate_scan::{Scanner, read_named};
use sealgate_surface::MAX_DATABASE_BYTES;

use super::bench::{
    Bench, Binaries, PostgresBench, Shared, SqliteBench, TreeBench, is_plan_file, tree_state,
};
use super::scratch::unusable;
use crate::ops::check::Judge;
use crate::ops::seal::plan::relative_root;
use crate::tree::{Loaded, Workspace, database_at};

/// A longer script is refused, in bytes.
pub const MAX_SCRIPT_BYTES: u64 = 64 << 20;

/// A plan whose bytes, and those of the files that it names, are what a seal states.
#[derive(Debug)]
pub struct SealedPlan {
    /// Its path from the repository root.
    pub path: String,
    /// The digest of its bytes.
    pub digest: Digest,
    /// The name and the digest of the seal.
    pub seal: (SealName, Digest),
    /// The files that it names, by their names there.
    pub files: Vec<(String, Vec<u8>)>,
}

/// Reads the plan in the file `path`, and its bytes.
///
/// # Errors
///
/// It cannot be read, or is no plan.
pub fn read_plan(path: &Path) -> Result<(Plan, Vec<u8>), Problem> {
    let bytes = read(path, MAX_PLAN_BYTES, "plan-invalid")?;
    let plan = Plan::read(&bytes).map_err(|error| {
        Problem::new("plan-invalid", error.to_string())
            .file(path.to_string_lossy())
            .remedy("correct the plan; docs/rehearse.md describes it")
    })?;
    Ok((plan, bytes))
}

fn read(path: &Path, limit: u64, code: &'static str) -> Result<Vec<u8>, Problem> {
    read_named(path, limit).map_err(|fault| {
        Problem::new(code, format!("{}: {fault}", path.display()))
            .remedy("name a file that this user can read")
    })
}

impl SealedPlan {
    /// Finds a seal of `seals` that passes and covers the plan at `given` (relative to `base`), which has
    /// these `bytes`, and all that it names.
    ///
    /// # Errors
    ///
    /// There is none, or a file cannot be read.
    pub fn find(
        (repository, seals): (&Workspace, &[SealName]),
        (base, given): (&Path, &Path),
        plan: &Plan,
        bytes: &[u8],
    ) -> Result<Self, Vec<Problem>> {
        let place = relative_root(repository, base, given)?;
        let path = place.as_str();
        let directory = path.rsplit_once('/').map_or(".", |(directory, _)| directory);
        let above = repository.root().join(directory);
        let mut wanted: Vec<&str> = plan.scripts().collect();
        let words = plan.commands().flatten().map(String::as_str);
        wanted.extend(words.filter(|word| is_plan_file(word) && above.join(word).is_file()));
        wanted.sort_unstable();
        wanted.dedup();
        let mut files = Vec::new();
        for file in wanted {
            let text = read(&above.join(file), MAX_SCRIPT_BYTES, "script-unreadable")?;
            files.push((file.to_owned(), text));
        }
        let full = |name: &str| {
            let file = name.strip_prefix("./").unwrap_or(name);
            if directory == "." { file.to_owned() } else { format!("{directory}/{file}") }
        };
        let states_all = |seal: &Seal| {
            let mut all = files.iter().map(|(name, bytes)| (full(name), bytes.as_slice()));
            states(seal, path, bytes) && all.all(|(file, bytes)| states(seal, &file, bytes))
        };
        for name in seals {
            let Ok(Loaded { seal: Ok(seal), digest, .. }) = repository.load(name) else { continue };
            if seal.header.surface.is_some() || !states_all(&seal) {
                continue;
            }
            let scanner = Scanner::new(None);
            let judge = Judge::of_worktree(repository, &scanner);
            let judged = judge.judge(name, repository.begin(name));
            if judged.verdict() == Verdict::Pass && judged.digest == Some(digest) {
                let (path, seal) = (path.to_owned(), (name.clone(), digest));
                return Ok(Self { path, digest: Digest::of(bytes), seal, files });
            }
        }
        let mut all: Vec<(String, &[u8])> = vec![(path.to_owned(), bytes)];
        all.extend(files.iter().map(|(name, bytes)| (full(name), bytes.as_slice())));
        let mut known = seals.iter().filter_map(|name| repository.load(name).ok()?.seal.ok());
        let is_of_plans =
            |seal: &Seal| seal.header.surface.is_none() && seal.header.root.as_str() == directory;
        Err(vec![unsealed(known.find(is_of_plans).as_ref(), directory, repository.in_git(), &all)])
    }

    /// Writes the files that it names into `directory`: what is run is what was sealed, whatever becomes of
    /// the files of the plan.
    ///
    /// # Errors
    ///
    /// There is no room for them.
    fn write(&self, directory: &Path) -> Result<(), Problem> {
        for (name, bytes) in &self.files {
            let path = directory.join(name);
            let written = path.parent().map_or(Ok(()), std::fs::create_dir_all);
            written
                .and_then(|()| std::fs::write(&path, bytes))
                .and_then(|()| make_executable(&path))
                .map_err(|error| unusable(directory, &in_words(&error)))?;
        }
        Ok(())
    }
}

/// Says that no seal covers a plan and the files that it names, `all` of which are in `directory`. `known` is the
/// seal of that directory, if there is one.
fn unsealed(
    known: Option<&Seal>,
    directory: &str,
    in_git: bool,
    all: &[(String, &[u8])],
) -> Problem {
    let is_open =
        |(file, bytes): &&(String, &[u8])| known.is_none_or(|seal| !states(seal, file, bytes));
    let mut open: Vec<&str> = all.iter().filter(is_open).map(|(file, _)| file.as_str()).collect();
    if open.is_empty() {
        // The seal states them, and something else in the directory keeps it from passing.
        open = all.iter().map(|(file, _)| file.as_str()).collect();
    }
    let message = format!("no seal that passes covers {}", open.join(", "));
    let seal = if let Some(seal) = known {
        format!("sealgate seal {}", seal.name)
    } else {
        let directory = crate::report::quote(directory.as_bytes());
        let add = if in_git { format!("git add -- {directory} && ") } else { String::new() };
        format!("{add}sealgate seal plans --root {directory}")
    };
    let remedy = format!("review what the plan consists of, and seal it: {seal}");
    Problem::new("plan-unsealed", message).remedy(remedy)
}

#[cfg(unix)]
fn make_executable(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o500))
}

#[cfg(not(unix))]
fn make_executable(_: &Path) -> std::io::Result<()> {
    Ok(())
}

/// Whether `seal` states that the file at `path`, relative to the repository root, has these bytes.
fn states(seal: &Seal, path: &str, bytes: &[u8]) -> bool {
    let below = match seal.header.root.path() {
        None => Some(path),
        Some(root) => path.strip_prefix(root.as_str()).and_then(|rest| rest.strip_prefix('/')),
    };
    let path = below.and_then(|path| EntryPath::parse(path).ok());
    match path.as_ref().and_then(|path| seal.entry(path.as_bytes())) {
        Some(Entry::File { size, digest, .. }) => {
            *size == bytes.len() as u64 && *digest == Digest::of(bytes)
        }
        _ => false,
    }
}

/// What is cloned.
#[derive(Debug)]
pub struct Clone {
    /// Where it is.
    path: PathBuf,
    /// The digest of its bytes, or of the lines that a seal would have for its files.
    pub digest: Digest,
    /// How many bytes it has.
    pub bytes: u64,
    /// What would serve it, as a record states it.
    pub system: String,
    content: Content,
}

/// What was read of a clone.
#[derive(Debug)]
enum Content {
    /// The bytes of an SQLite file, until the first copy has them.
    Sqlite,
    /// A tree, and what was measured of it.
    Tree(State),
    /// A dump of a PostgreSQL database, the server for it, and the script of roles that the plan names.
    Dump(Binaries, Option<String>),
}

impl Clone {
    /// Looks at the clone of `plan`, whose directory is `above`, and which is for what `seal` covers.
    ///
    /// # Errors
    ///
    /// It cannot be read, or is something else than what the seal covers.
    pub fn open(plan: &Plan, above: &Path, seal: &Seal) -> Result<Self, Problem> {
        let path = above.join(&plan.clone);
        let other = |covers: &str, key: &str| {
            Problem::new("plan-invalid", format!("the seal {} covers {covers}", seal.name))
                .remedy(format!("name the seal in the plan as `{key}`, or name another"))
        };
        match (&plan.target, &seal.header.surface) {
            (Target::Surface(_), None) => Err(other("a directory, and no database", "tree")),
            (Target::Tree(..), Some(_)) => Err(other("a database, and no directory", "surface")),
            (
                Target::Surface(_),
                Some(Surface { system: DatabaseSystem::Postgres { major }, .. }),
            ) => {
                let binaries = Binaries::find(*major)?;
                let (digest, bytes) = dump_identity(&path)?;
                let system = format!("postgresql {}", binaries.version);
                let content = Content::Dump(binaries, plan.roles.clone());
                Ok(Self { path, digest, bytes, system, content })
            }
            (Target::Surface(_), Some(_)) if plan.roles.is_some() => {
                Err(Problem::new("plan-invalid", "`roles` goes with a dump of PostgreSQL")
                    .remedy("take `roles` out of the plan"))
            }
            (Target::Surface(_), Some(_)) => {
                let content = read(&path, MAX_DATABASE_BYTES, "clone-unreadable")?;
                // Opened where it is, so that a journal beside it is seen.
                database_at(&path, &seal.name)?;
                let (digest, bytes) = (Digest::of(&content), content.len() as u64);
                Ok(Self {
                    path,
                    digest,
                    bytes,
                    system: "sqlite".to_owned(),
                    content: Content::Sqlite,
                })
            }
            (Target::Tree(..), None) => {
                let unreadable = |why: String| {
                    Problem::new("clone-unreadable", format!("{}: {why}", plan.clone))
                        .remedy("name a directory in which this user can read everything")
                };
                let path = path.canonicalize().map_err(|error| unreadable(in_words(&error)))?;
                let measured = tree_state(&path);
                let (state, bytes) =
                    measured.map_err(|(path, why)| unreadable(format!("{path}: {why}")))?;
                let (_, digest) = state.class(Class::Files);
                Ok(Self {
                    path,
                    digest,
                    bytes,
                    system: "tree".to_owned(),
                    content: Content::Tree(state),
                })
            }
        }
    }

    /// The problem that it is not what it was any more, if so.
    ///
    /// # Errors
    ///
    /// It cannot be read.
    pub fn change(&self, plan: &Plan) -> Result<Option<Problem>, Problem> {
        let is_same = match &self.content {
            Content::Sqlite => {
                let bytes = read(&self.path, MAX_DATABASE_BYTES, "clone-unreadable")?;
                Digest::of(&bytes) == self.digest
            }
            Content::Tree(state) => tree_state(&self.path).is_ok_and(|(now, _)| now == *state),
            Content::Dump(..) => dump_identity(&self.path)? == (self.digest, self.bytes),
        };
        let message = format!("{} changed during the rehearsal", plan.clone);
        Ok((!is_same).then(|| {
            Problem::new("source-changed", message).remedy("rehearse on a clone that nobody writes")
        }))
    }
}

/// The bench on which `clone` is rehearsed; the files of `plan` are written beside the copies.
///
/// # Errors
///
/// There is no room, or the clone cannot be read.
pub fn bench<'a>(
    shared: Shared<'a>,
    plan: &SealedPlan,
    clone: &Clone,
) -> Result<Box<dyn Bench + 'a>, Problem> {
    plan.write(&shared.scratch.directory("plan")?)?;
    match &clone.content {
        Content::Sqlite => {
            let bytes = read(&clone.path, MAX_DATABASE_BYTES, "clone-unreadable")?;
            Ok(Box::new(SqliteBench::new(shared, &bytes)?))
        }
        Content::Tree(_) => Ok(Box::new(TreeBench::new(shared, &clone.path)?)),
        Content::Dump(binaries, roles) => {
            let path = clone.path.canonicalize();
            let path = path.map_err(|error| unreadable_dump(&clone.path, &in_words(&error)))?;
            let bench = PostgresBench::new(shared, binaries.clone(), &path, roles.as_deref())?;
            Ok(Box::new(bench))
        }
    }
}

/// The digest and the length of the dump at `path`: of the file, or of the lines that a seal would have for a
/// directory.
fn dump_identity(path: &Path) -> Result<(Digest, u64), Problem> {
    if path.is_dir() {
        let measured = tree_state(path);
        let (state, bytes) =
            measured.map_err(|(file, why)| unreadable_dump(path, &format!("{file}: {why}")))?;
        return Ok((state.class(Class::Files).1, bytes));
    }
    let hash = || -> std::io::Result<(Digest, u64)> {
        let mut hasher = blake3::Hasher::new();
        let file = std::fs::File::open(path)?;
        if !file.metadata()?.is_file() {
            return Err(std::io::Error::other("it is no regular file"));
        }
        hasher.update_reader(file)?;
        let digest = Digest::from_hex(hasher.finalize().to_hex().as_bytes());
        Ok((digest.unwrap_or(Digest::of(&[])), hasher.count()))
    };
    hash().map_err(|error| unreadable_dump(path, &in_words(&error)))
}

fn unreadable_dump(path: &Path, why: &str) -> Problem {
    Problem::new("clone-unreadable", format!("{}: {why}", path.display()))
        .remedy("name a dump that this user can read")
}
