//! Which roots a rebuild moves aside, the commands that make them, and every reason not to begin.

use std::collections::HashMap;

use sealgate_core::compare::inventory::Extent;
use sealgate_core::seal::exclude::Scope;
use sealgate_core::seal::path::{EntryPath, is_below};
use sealgate_core::seal::{BuildCommand, Header, Root, Seal, SealName};
use sealgate_core::text::problem::Problem;
use sealgate_git::Listing;
use sealgate_scan::{Directory, RootError, Scanner};

use super::record;
use super::runs::runs;
use super::{Bytes, Contents, contents, contents_of};
use crate::report::quote;
use crate::report::text::listed;
use crate::tree::{CommitTree, Workspace, root_code};

/// How many paths a refusal names; the others are counted.
const NAMED: usize = 10;

/// Which bytes that lie aside may be removed: those that are in their place again, and more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dispensable {
    /// Those that a seal states, too, and those that git has: what was built is as it was approved.
    Sealed,
    /// Those that git has, too.
    Committed,
    /// No others.
    ThereAgain,
}

/// What becomes of what lies aside of a root. What is in neither list stays there.
#[derive(Debug, Default)]
pub struct Sorted {
    /// What is removed.
    pub removed: Vec<Box<[u8]>>,
    /// What goes back to its place, if nothing is there: no build makes it, and git has it.
    pub brought_back: Vec<Box<[u8]>>,
}

/// A seal whose root is built.
#[derive(Debug)]
pub struct Rebuilt {
    /// Its name.
    pub name: SealName,
    /// What it covers.
    pub header: Header,
    /// Its root, which is not the whole repository.
    pub root: EntryPath,
    /// What makes it.
    pub build: BuildCommand,
    /// What it states, as far as it can be read.
    sealed: Contents,
}

/// The selected seals.
#[derive(Debug, Default)]
pub struct Plan {
    /// Those that are built, by name.
    pub rebuilt: Vec<Rebuilt>,
    /// Those that state no command.
    pub without_build: Vec<SealName>,
}

impl Plan {
    /// Plans to build what `seals` cover, which the user `named` or not; `all` are the roots of all
    /// seals that there are.
    ///
    /// # Errors
    ///
    /// A seal that was named states no command, or none does; or a root cannot be moved aside without
    /// harm.
    pub fn new(
        repository: &Workspace,
        seals: Vec<(SealName, Header, Option<Seal>)>,
        named: bool,
        all: &[Root],
        scanner: &Scanner,
    ) -> Result<Self, Vec<Problem>> {
        let mut plan = Self::default();
        let mut problems = Vec::new();
        for (name, header, seal) in seals {
            let Some(build) = header.build.clone() else {
                if named {
                    problems.push(no_command(&name));
                }
                plan.without_build.push(name);
                continue;
            };
            if header.surface.is_some() {
                if named {
                    problems.push(is_database(&name));
                }
                plan.without_build.push(name);
                continue;
            }
            match movable(repository, &header.root, all) {
                Ok(root) => {
                    let sealed = seal.as_ref().map(sealed).unwrap_or_default();
                    plan.rebuilt.push(Rebuilt { name, header, root, build, sealed });
                }
                Err(problem) => problems.push(problem.seal(name.as_str())),
            }
        }
        if let (true, Some(first)) =
            (problems.is_empty() && plan.rebuilt.is_empty(), plan.without_build.first())
        {
            problems.push(no_command(first));
        }
        if problems.is_empty() {
            problems = plan.strays(repository, scanner)?;
        }
        if problems.is_empty() { Ok(plan) } else { Err(problems) }
    }

    /// What the seals that can be read state, for sorting out what lies aside.
    #[must_use]
    pub fn of_known(seals: Vec<(SealName, Header, Option<Seal>)>) -> Self {
        let known = seals.into_iter().filter_map(|(name, header, seal)| {
            let (root, build) = (header.root.path()?.clone(), header.build.clone()?);
            let sealed = seal.as_ref().map(sealed).unwrap_or_default();
            Some(Rebuilt { name, header, root, build, sealed })
        });
        Self { rebuilt: known.collect(), without_build: Vec::new() }
    }

    /// The roots, each once.
    #[must_use]
    pub fn roots(&self) -> Vec<EntryPath> {
        let mut roots: Vec<EntryPath> = self.rebuilt.iter().map(|seal| seal.root.clone()).collect();
        roots.sort();
        roots.dedup();
        roots
    }

    /// The commands, each once, in the order of the seals.
    #[must_use]
    pub fn commands(&self) -> Vec<&BuildCommand> {
        let mut commands: Vec<&BuildCommand> = Vec::new();
        for seal in &self.rebuilt {
            if !commands.contains(&&seal.build) {
                commands.push(&seal.build);
            }
        }
        commands
    }

    /// The seals of whose root the commands made no directory.
    #[must_use]
    pub fn not_made(&self, repository: &Workspace) -> Vec<&Rebuilt> {
        let is_made = |seal: &&Rebuilt| repository.open(&seal.header.root).is_ok();
        self.rebuilt.iter().filter(|seal| !is_made(seal)).collect()
    }

    /// What nobody would bring back: files in scope that no seal states, and that git neither tracks nor
    /// ignores.
    fn strays(&self, repository: &Workspace, scanner: &Scanner) -> Result<Vec<Problem>, Problem> {
        let listing =
            Listing::of(repository.root(), self.rebuilt.iter().map(|seal| seal.root.as_str()))?;
        let mut problems = Vec::new();
        for seal in &self.rebuilt {
            let tracking = listing.below(seal.root.as_str());
            let is_stray = |path: &&[u8]| {
                let is_dir = path.ends_with(b"/");
                let plain = path.strip_suffix(b"/").unwrap_or(path);
                seal.header.scope.excludes(plain, is_dir).is_none()
                    && !seal.sealed.contains_key(plain)
            };
            let mut strays = tracking.addable().filter(is_stray).peekable();
            if strays.peek().is_none() {
                continue;
            }
            let (made, there) = (made_before(seal, repository), there(seal, repository, scanner));
            let is_made =
                |path: &[u8]| made.get(path).is_some_and(|made| there.get(path) == Some(made));
            let strays: Vec<String> = strays
                .filter(|path| !is_made(path))
                .map(|path| String::from_utf8_lossy(path).into_owned())
                .collect();
            if !strays.is_empty() {
                problems.push(stray(seal, &strays));
            }
        }
        Ok(problems)
    }

    /// Records what the commands made, so that the next rebuild knows it.
    pub fn record(&self, repository: &Workspace, scanner: &Scanner) {
        let made = self
            .rebuilt
            .iter()
            .map(|seal| (seal.root.as_str().to_owned(), there(seal, repository, scanner)));
        if let Ok(runs) = runs(repository) {
            record::write(&runs, made.collect());
        }
    }

    /// Whether no seal of `root` covers `path` there: its build does not make it.
    fn leaves_out(&self, root: &EntryPath, path: &[u8]) -> bool {
        let mut seals = self.rebuilt.iter().filter(|seal| seal.root == *root).peekable();
        seals.peek().is_some()
            && seals.all(|seal| seal.header.scope.excludes(path, false).is_some())
    }

    /// Says what becomes of what lies aside of `root`, in `aside`; `dispensable` is what may be removed.
    #[must_use]
    pub fn sort(
        &self,
        root: &EntryPath,
        aside: &Directory,
        dispensable: Dispensable,
        (repository, scanner): (&Workspace, &Scanner),
    ) -> Sorted {
        let aside = contents_of(aside, scanner);
        let seals = || self.rebuilt.iter().filter(|seal| seal.root == *root);
        let now = seals().next().map(|seal| there(seal, repository, scanner)).unwrap_or_default();
        let is_known = |path: &[u8], bytes: &Bytes| {
            let is_sealed = || seals().any(|seal| seal.sealed.get(path) == Some(bytes));
            now.get(path) == Some(bytes) || (dispensable == Dispensable::Sealed && is_sealed())
        };
        let (known, others): (Contents, Contents) =
            aside.into_iter().partition(|(path, bytes)| is_known(path, bytes));
        let mut sorted = Sorted { removed: known.into_keys().collect(), ..Sorted::default() };
        if others.is_empty() || dispensable == Dispensable::ThereAgain {
            return sorted;
        }
        let committed = committed(root, others.len(), repository, scanner);
        for (path, bytes) in others {
            if committed.get(&path) != Some(&bytes) {
                continue;
            }
            let home = if self.leaves_out(root, &path) {
                &mut sorted.brought_back
            } else {
                &mut sorted.removed
            };
            home.push(path);
        }
        sorted
    }
}

/// What an earlier rebuild made of the root of `seal`.
fn made_before(seal: &Rebuilt, repository: &Workspace) -> Contents {
    let runs = runs(repository);
    runs.map_or_else(|_| Contents::new(), |runs| record::made(&runs, seal.root.as_str()))
}

/// What is in the root of `seal` now.
fn there(seal: &Rebuilt, repository: &Workspace, scanner: &Scanner) -> Contents {
    let root = repository.open(&seal.header.root);
    root.map_or_else(|_| Contents::new(), |root| contents_of(&root, scanner))
}

/// The bytes of what `seal` states.
fn sealed(seal: &Seal) -> Contents {
    let bytes = |sealed: &sealgate_core::seal::SealedEntry| {
        (sealed.path.as_bytes().into(), Bytes::of(&sealed.entry))
    };
    seal.entries.iter().map(bytes).collect()
}

/// The bytes of everything below `root` in the commit that is checked out; nothing where that cannot be
/// told.
fn committed(
    root: &EntryPath,
    paths: usize,
    repository: &Workspace,
    scanner: &Scanner,
) -> Contents {
    let observed = || {
        let commit = CommitTree::open(repository, "HEAD").ok()?;
        let header = Header {
            root: Root::parse(root.as_str()).ok()?,
            tracked: true,
            build: None,
            scope: Scope::new(Vec::new()).ok()?,
            surface: None,
        };
        let name = SealName::parse("head")?;
        let extent = Extent { paths, bytes: 0 };
        commit.observe(&name, &header, extent, scanner, None).ok()
    };
    observed().as_ref().map_or_else(HashMap::new, contents)
}

/// `root` as a directory that can be moved aside, or as one that is not there: not the repository itself,
/// and no other root in it.
///
/// # Errors
///
/// It is the whole repository, holds the root of another seal, or is something else than a directory that
/// can be read.
pub fn movable(repository: &Workspace, root: &Root, all: &[Root]) -> Result<EntryPath, Problem> {
    let refused = |message: String| {
        Problem::new("rebuild-root", message).remedy(
            "seal the directory that the build makes, and nothing around it; what holds more than a \
             build's output cannot be moved aside for it",
        )
    };
    let Some(path) = root.path() else {
        return Err(refused(
            "the root is the whole repository: a build cannot start without it".to_owned(),
        ));
    };
    if let Some(why) = repository.misplaced(root, &[]) {
        return Err(refused(format!("{root}: {why}")));
    }
    let holds = |other: &&Root| {
        other.path().is_some_and(|other| is_below(other.as_bytes(), path.as_bytes()))
    };
    if let Some(other) = all.iter().find(holds) {
        return Err(refused(format!("{root} contains {other}, which has a seal of its own")));
    }
    match repository.open(root) {
        Ok(_) | Err(RootError::Missing(_)) => Ok(path.clone()),
        // Nobody could sort out afterwards what was in it.
        Err(error) => Err(Problem::new(root_code(&error), error.to_string()).remedy(
            "only a directory that can be read is moved aside for a build: move what is there \
             elsewhere, and the build makes the directory; or give this user the right to read it",
        )),
    }
}

fn no_command(name: &SealName) -> Problem {
    Problem::new("no-build-command", "the seal does not state how its root is built")
        .seal(name.as_str())
        .remedy(format!(
            "say how: sealgate seal {name} --set-build 'npm run build', or what yours is"
        ))
}

fn is_database(name: &SealName) -> Problem {
    Problem::new("usage", "rebuild builds directories, and this seal covers a database")
        .seal(name.as_str())
        .remedy(format!("run the command that the seal states, then: sealgate check {name}"))
}

fn stray(seal: &Rebuilt, strays: &[String]) -> Problem {
    let named = listed(strays, NAMED);
    let root = quote(seal.root.as_str().as_bytes());
    let message = format!(
        "{} has what is neither sealed nor known to git, and nothing would bring it back: {named}",
        seal.root.as_str()
    );
    Problem::new("rebuild-stray", message)
        .seal(seal.name.as_str())
        .remedy(format!("move it elsewhere or remove it; if it belongs there: git add -- {root}"))
}
