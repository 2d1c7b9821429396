//! One seal through the pipeline: inventory, comparison, causes, judgement.

pub mod checkout;
pub mod coverage;
mod evidence;
pub mod lines;
mod opened;
pub mod review;
pub mod shifted;
pub mod since;

use sealgate_core::compare::cause;
use sealgate_core::compare::fold::folds;
use sealgate_core::compare::inventory::{Extent, Inventory};
use sealgate_core::compare::partition::{Share, Taken};
use sealgate_core::compare::verdict::{SealResult, Source};
use sealgate_core::compare::{
    Comparison, compare, compare_only, differences, extent_of_differences, is_left_out,
    new_directories,
};
use sealgate_core::seal::entry::Digest;
use sealgate_core::seal::exclude::Scope;
use sealgate_core::seal::{Header, Seal, SealName};
use sealgate_core::text::problem::Problem;
use sealgate_scan::{PassOver, Scanner};
use sealgate_surface::{AnyDatabase, without_password};

use self::evidence::Evidence;
pub use self::opened::{NamedPlace, Observation, Opened, observe, open_build};
use crate::tree::{Begun, CommitTree, Loaded, Long, NamedBy, Workspace, not_named, not_shared};

/// Where bytes are read from.
#[derive(Debug, Clone)]
pub enum Bytes<'a> {
    /// The roots in the working tree.
    Worktree,
    /// Another directory or database (`--at`).
    Directory(NamedPlace),
    /// A commit.
    Commit(&'a CommitTree<'a>),
}

/// What judges seals: everything that is the same for all seals of a run.
#[derive(Debug)]
pub struct Judge<'a> {
    /// The repository that has the seals.
    pub repository: &'a Workspace,
    /// Where the bytes come from.
    pub bytes: Bytes<'a>,
    /// Where the seals came from.
    pub seal_source: Source,
    /// How files are read.
    pub scanner: &'a Scanner,
    /// The share that is taken, if not all is.
    pub share: Option<&'a Share>,
    /// What is judged, if not everything is: patterns in the language of `exclude`.
    pub only: Option<&'a Scope>,
    /// Which causes of findings are proved.
    pub causes: Causes,
}

/// Which causes of findings are proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Causes {
    /// None.
    Unproved,
    /// Those that bytes and git show.
    Proved,
    /// These, and that a build made other bytes than the commit has: one ran just now.
    ProvedAfterBuild,
}

impl Bytes<'_> {
    /// The same, for a report.
    #[must_use]
    pub fn source(&self) -> Source {
        match self {
            Self::Worktree => Source::Worktree,
            Self::Directory(NamedPlace { given, path }) => {
                Source::Directory { given: given.clone(), path: path.clone() }
            }
            Self::Commit(snapshot) => snapshot.source(),
        }
    }
}

impl<'a> Judge<'a> {
    /// Judges the working tree by its own seals.
    #[must_use]
    pub fn of_worktree(repository: &'a Workspace, scanner: &'a Scanner) -> Self {
        Self {
            repository,
            bytes: Bytes::Worktree,
            seal_source: Source::Worktree,
            scanner,
            share: None,
            only: None,
            causes: Causes::Proved,
        }
    }

    /// Judges by the seal `name`, as far as it could be loaded. Whatever goes wrong is in the
    /// judgement.
    #[must_use]
    pub fn judge(&self, name: &SealName, begun: Result<Begun, Problem>) -> SealResult {
        let mut judgement =
            SealResult::new(name.as_str(), self.bytes.source(), self.seal_source.clone());
        let judged = begun.and_then(|begun| self.fill(&mut judgement, name, begun));
        judgement.problems.extend(judged.err());
        judgement
    }

    fn fill(
        &self,
        judgement: &mut SealResult,
        name: &SealName,
        begun: Begun,
    ) -> Result<(), Problem> {
        let (seal, root, observation) = self.both_sides(judgement, name, begun)?;
        let Observation { mut inventory, problems } = observation;
        judgement.problems.extend(problems);
        if let Bytes::Commit(commit) = &self.bytes {
            commit.count_differing(&seal, extent_of_differences(&seal, &inventory))?;
        }
        let mut evidence = Evidence::new(self, &root, &seal);
        let (bytes, modes) = (inventory.bytes, inventory.modes);
        let Comparison { findings, checked, matched } = match self.taken(name) {
            None => {
                let mut comparison = match self.only {
                    None => compare(&seal, &inventory),
                    Some(only) => {
                        let items = std::mem::take(&mut inventory.items);
                        compare_only(&seal, Inventory { items, bytes, modes }, only)
                    }
                };
                if self.causes != Causes::Unproved {
                    cause::explain(&seal, &mut comparison.findings, &mut evidence);
                }
                comparison
            }
            Some(taken) => {
                let mut comparison = differences(&seal, &inventory, Some(taken));
                if self.causes != Causes::Unproved {
                    cause::explain_each(&mut comparison.findings, &mut evidence);
                }
                judgement.taken = Some(taken.count());
                comparison
            }
        };
        judgement.bytes = bytes;
        judgement.new_directories = new_directories(&seal, &findings);
        judgement.folds = folds(&seal, &findings);
        (judgement.findings, judgement.checked, judgement.matched) = (findings, checked, matched);
        judgement.problems.extend(not_on_windows(&seal));
        self.scanner.workers.discard((seal, inventory));
        if checked == 0 && self.only.is_some() {
            return Err(Problem::new("only-unmatched", "--only matches no entry of the seal")
                .seal(name.as_str())
                .remedy(format!("sealgate ls {name} lists the paths")));
        }
        if checked == 0 && judgement.findings.is_empty() && judgement.taken != Some(0) {
            return Err(Problem::new("nothing-judged", "not one sealed entry could be judged")
                .seal(name.as_str())
                .remedy("make the whole root readable, and check again"));
        }
        Ok(())
    }

    /// The seal, and what is really there; a long seal is read while its root is walked.
    fn both_sides(
        &self,
        judgement: &mut SealResult,
        name: &SealName,
        begun: Begun,
    ) -> Result<(Seal, Opened<'a>, Observation), Problem> {
        if let Some(header) = begun.header() {
            judgement.root = Some(header.root.as_str().to_owned());
            judgement.tracked = Some(header.tracked);
            judgement.build.clone_from(&header.build);
            judgement.database = header.surface.as_ref().map(|surface| surface.system);
            if let Bytes::Directory(place) = &self.bytes
                && header.root.is_on_server()
            {
                judgement.source = on_server(&place.given, "");
            }
        }
        let look = |header: &Header, sealed, pass_over: PassOver<'_>| -> Result<_, Problem> {
            let root = self.open(name, header)?;
            let left_out = |path: &[u8]| self.only.is_some_and(|only| is_left_out(only, path));
            let pass_over = match self.only {
                Some(_) => Some(&left_out as &(dyn Fn(&[u8]) -> bool + Sync)),
                None => pass_over,
            };
            let observation = root.observe(name, header, sealed, self.scanner, pass_over)?;
            Ok((root, observation))
        };
        let (seal, looked) = match begun {
            Begun::Whole(loaded) => {
                let Loaded { digest, seal, .. } = *loaded;
                judgement.digest = Some(digest);
                let seal = seal?;
                let sealed = self.extent(&seal);
                let looked = match self.taken(name) {
                    None => look(&seal.header, sealed, None),
                    Some(taken) => {
                        look(&seal.header, sealed, Some(&|path| taken.leaves(&seal, path)))
                    }
                };
                (seal, looked)
            }
            Begun::Long(long) => {
                let header = long.header().clone();
                // Only files are read with it, and their number has no limit.
                let look = || look(&header, Extent::default(), None);
                let (read, looked) = self.scanner.workers.both(|| self.finish(*long), look);
                let Some((seal, digest)) = read else {
                    // What stands above the entries may be another now, and the walk was in vain.
                    (judgement.root, judgement.tracked, judgement.build) = (None, None, None);
                    let Loaded { digest, seal, .. } = self.repository.load(name)?;
                    judgement.digest = Some(digest);
                    return Err(seal.err().unwrap_or_else(|| changed(name, self.repository)));
                };
                judgement.digest = Some(digest);
                (seal, looked)
            }
        };
        let (root, observation) = looked?;
        if let (Bytes::Directory(place), Some(version)) = (&self.bytes, root.server_version()) {
            judgement.source = on_server(&place.given, version);
        }
        Ok((seal, root, observation))
    }

    /// Reads the rest of a long seal, and says how much there is to hash.
    fn finish(&self, long: Long) -> Option<(Seal, Digest)> {
        let read = long.finish();
        let bytes = read.as_ref().map_or(0, |(seal, _)| self.bytes_to_hash(seal));
        self.scanner.meter.make_known(bytes);
        read
    }

    /// Says how much there is to hash by a seal that is to be judged.
    pub fn expect(&self, begun: &Begun) {
        match begun {
            Begun::Whole(loaded) => {
                let bytes = loaded.seal.as_ref().map_or(0, |seal| self.bytes_to_hash(seal));
                self.scanner.meter.expect(bytes);
            }
            Begun::Long(_) => self.scanner.meter.expect_unknown(),
        }
    }

    /// The sizes that `seal` states of what is judged, in bytes.
    fn bytes_to_hash(&self, seal: &Seal) -> u64 {
        let taken = self.taken(&seal.name);
        let sizes = seal.entries.iter().enumerate().filter_map(|(index, sealed)| {
            taken.is_none_or(|taken| taken.takes(index)).then(|| sealed.entry.size()).flatten()
        });
        sizes.fold(0, u64::saturating_add)
    }

    /// How much `seal` states, where that limits what is kept: in a commit.
    fn extent(&self, seal: &Seal) -> Extent {
        if !matches!(self.bytes, Bytes::Commit(_)) {
            return Extent::default();
        }
        let bytes = seal.entries.iter().map(|sealed| sealed.path.as_bytes().len()).sum();
        Extent { paths: seal.entries.len(), bytes }
    }

    fn taken(&self, name: &SealName) -> Option<Taken<'a>> {
        self.share?.taken(name.as_str())
    }

    fn open(&self, name: &SealName, header: &Header) -> Result<Opened<'a>, Problem> {
        // Each share would be taken of another state.
        if self.share.is_some() && header.root.is_on_server() {
            return Err(not_shared(name));
        }
        match &self.bytes {
            Bytes::Worktree => Opened::of_root(self.repository, name, header, NamedBy::Seal),
            Bytes::Directory(place) => Opened::of_place(place, name, header),
            Bytes::Commit(_) if header.root.is_on_server() => Err(not_named(name)),
            Bytes::Commit(commit) if header.surface.is_some() => {
                let database = commit.database(name, &header.root)?;
                Ok(Opened::Database(Box::new(AnyDatabase::Sqlite(database))))
            }
            Bytes::Commit(commit) => Ok(Opened::Commit(commit)),
        }
    }
}

/// The database on a server to which `connection` leads, for a report.
fn on_server(connection: &str, version: &str) -> Source {
    Source::Server {
        given: without_password(connection),
        system: "postgresql".to_owned(),
        version: version.to_owned(),
    }
}

/// What this system cannot judge, where a backslash separates directories. Such an entry seems to be
/// missing there, and is never joined to a path.
fn not_on_windows(seal: &Seal) -> Option<Problem> {
    let odd = seal.entries.iter().find(|sealed| cfg!(windows) && !sealed.path.fits_windows())?;
    let message = format!("Windows cannot hold a name with a backslash: {}", odd.path.as_str());
    Some(
        Problem::new("name-not-on-windows", message)
            .seal(seal.name.as_str())
            .remedy("check on another system, or exclude such names"),
    )
}

fn changed(name: &SealName, repository: &Workspace) -> Problem {
    Problem::new("seal-unreadable", "the seal changed while it was read")
        .seal(name.as_str())
        .file(repository.file_of(name))
        .remedy("keep it still, and check again")
}
