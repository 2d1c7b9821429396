//! One seal through the pipeline: inventory, comparison, causes, judgement.

use crate::cause;
use crate::compare::{Comparison, compare};
use crate::inventory::{self, Directory, Engine, Inventory, read_whole};
use crate::problem::Problem;
use crate::repository::{Loaded, NamedBy, Repository, root_problem};
use crate::seal::{Seal, SealName};
use crate::verdict::{Judgement, Source};

/// Judges the bytes of `source` by the seal `name`, as far as it could be loaded. Whatever goes
/// wrong is in the judgement.
#[must_use]
pub fn judge(
    repository: &Repository,
    name: &SealName,
    loaded: Result<Loaded, Problem>,
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
    let judged = loaded.and_then(|loaded| fill(&mut judgement, repository, loaded, engine));
    judgement.problems.extend(judged.err());
    judgement
}

fn fill(
    judgement: &mut Judgement,
    repository: &Repository,
    Loaded { digest, seal, .. }: Loaded,
    engine: &Engine,
) -> Result<(), Problem> {
    judgement.digest = Some(digest);
    let seal = seal?;
    judgement.root = Some(seal.header.root.as_str().to_owned());
    judgement.tracked = Some(seal.header.tracked);

    let root = open(repository, &seal, &judgement.source)?;
    let inventory = observe(&root, &seal, engine)?;
    let Comparison { mut findings, checked, matched } = compare(&seal, &inventory);
    cause::explain(&seal, &mut findings, &mut |path| {
        read_whole(&root, path, cause::MAX_PROOF_BYTES).ok()
    });
    judgement.bytes = inventory.bytes;
    (judgement.findings, judgement.checked, judgement.matched) = (findings, checked, matched);
    if checked == 0 && judgement.findings.is_empty() {
        return Err(Problem::new("nothing-judged", "not one sealed entry could be judged")
            .seal(seal.name.as_str())
            .remedy("make the whole root readable, and check again"));
    }
    Ok(())
}

/// Opens the directory that holds the bytes to be judged.
pub fn open(repository: &Repository, seal: &Seal, source: &Source) -> Result<Directory, Problem> {
    let (opened, named_by) = match source {
        Source::Worktree => (repository.open(&seal.header.root), NamedBy::Seal),
        Source::Directory { path, .. } => (Directory::open_root(path, None), NamedBy::User),
    };
    opened.map_err(|error| root_problem(&error, &seal.name, named_by))
}

/// Takes the inventory of an open root, in the scope of `seal`.
pub fn observe(root: &Directory, seal: &Seal, engine: &Engine) -> Result<Inventory, Problem> {
    inventory::take(root, &seal.header.scope, engine)
        .map_err(|error| root_problem(&error, &seal.name, NamedBy::Seal))
}
