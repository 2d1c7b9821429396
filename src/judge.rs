//! One seal through the pipeline: inventory, comparison, causes, judgement.

use crate::cause;
use crate::compare::{Comparison, compare};
use crate::inventory::{self, Directory, Engine, Inventory, read_whole};
use crate::problem::Problem;
use crate::repository::{Begun, Loaded, NamedBy, Repository, root_problem};
use crate::seal::{Header, Seal, SealName};
use crate::verdict::{Judgement, Source};

/// Judges the bytes of `source` by the seal `name`, as far as it could be loaded. Whatever goes
/// wrong is in the judgement.
#[must_use]
pub fn judge(
    repository: &Repository,
    name: &SealName,
    begun: Result<Begun, Problem>,
    source: &Source,
    engine: &Engine,
) -> Judgement {
    let mut judgement = Judgement {
        name: name.as_str().to_owned(),
        root: None,
        tracked: None,
        digest: None,
        source: source.clone(),
        checked: 0,
        matched: 0,
        bytes: 0,
        findings: Vec::new(),
        problems: Vec::new(),
    };
    let judged = begun.and_then(|begun| fill(&mut judgement, repository, name, begun, engine));
    judgement.problems.extend(judged.err());
    judgement
}

fn fill(
    judgement: &mut Judgement,
    repository: &Repository,
    name: &SealName,
    begun: Begun,
    engine: &Engine,
) -> Result<(), Problem> {
    let (seal, root, inventory) = both_sides(judgement, repository, name, begun, engine)?;
    let Comparison { mut findings, checked, matched } = compare(&seal, &inventory);
    cause::explain(&seal, &mut findings, &mut |path| {
        read_whole(&root, path, cause::MAX_PROOF_BYTES).ok()
    });
    judgement.bytes = inventory.bytes;
    (judgement.findings, judgement.checked, judgement.matched) = (findings, checked, matched);
    engine.workers.discard((seal, inventory));
    if checked == 0 && judgement.findings.is_empty() {
        return Err(Problem::new("nothing-judged", "not one sealed entry could be judged")
            .seal(name.as_str())
            .remedy("make the whole root readable, and check again"));
    }
    Ok(())
}

/// The seal, and what is really there; a long seal is read while its root is walked.
fn both_sides(
    judgement: &mut Judgement,
    repository: &Repository,
    name: &SealName,
    begun: Begun,
    engine: &Engine,
) -> Result<(Seal, Directory, Inventory), Problem> {
    if let Some(header) = begun.header() {
        judgement.root = Some(header.root.as_str().to_owned());
        judgement.tracked = Some(header.tracked);
    }
    let source = judgement.source.clone();
    let look = |header: &Header| -> Result<_, Problem> {
        let root = open(repository, name, header, &source)?;
        let inventory = observe(&root, name, header, engine)?;
        Ok((root, inventory))
    };
    let (seal, looked) = match begun {
        Begun::Whole(loaded) => {
            let Loaded { digest, seal, .. } = *loaded;
            judgement.digest = Some(digest);
            let seal = seal?;
            let looked = look(&seal.header);
            (seal, looked)
        }
        Begun::Long(long) => {
            let header = long.header().clone();
            let (read, looked) = engine.workers.both(|| long.finish(), || look(&header));
            let Some((seal, digest)) = read else {
                // What stands above the entries may be another now, and the walk was in vain.
                (judgement.root, judgement.tracked) = (None, None);
                let Loaded { digest, seal, .. } = repository.load(name)?;
                judgement.digest = Some(digest);
                return Err(seal.err().unwrap_or_else(|| changed(name, repository)));
            };
            judgement.digest = Some(digest);
            (seal, looked)
        }
    };
    let (root, inventory) = looked?;
    Ok((seal, root, inventory))
}

fn changed(name: &SealName, repository: &Repository) -> Problem {
    Problem::new("seal-unreadable", "the seal changed while it was read")
        .seal(name.as_str())
        .file(repository.file_of(name))
        .remedy("keep it still, and check again")
}

/// Opens the directory that holds the bytes to be judged by the seal `name`.
pub fn open(
    repository: &Repository,
    name: &SealName,
    header: &Header,
    source: &Source,
) -> Result<Directory, Problem> {
    let (opened, named_by) = match source {
        Source::Worktree => (repository.open(&header.root), NamedBy::Seal),
        Source::Directory { path, .. } => (Directory::open_root(path, None), NamedBy::User),
    };
    opened.map_err(|error| root_problem(&error, name, named_by))
}

/// Takes the inventory of an open root, in the scope of the seal `name`.
pub fn observe(
    root: &Directory,
    name: &SealName,
    header: &Header,
    engine: &Engine,
) -> Result<Inventory, Problem> {
    inventory::take(root, &header.scope, engine)
        .map_err(|error| root_problem(&error, name, NamedBy::Seal))
}
