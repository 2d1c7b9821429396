//! What there is to know, gathered before anything is concluded from it.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use sealgate_core::compare::cause::{LONGEST_POINTER, pointed_size};
use sealgate_core::seal::Seal;
use sealgate_core::seal::path::EntryPath;
use sealgate_core::text::problem::Problem;
use sealgate_git::attributes::{LineEnds, Values};
use sealgate_git::setup::{self, AttributeFiles, Unwatched};
use sealgate_git::{GitError, Listing, UnwatchedFiles, hooks_directory};
use sealgate_scan::{Directory, RootError, Workers, read_whole};

use super::approved::{self, ApprovedSeals};
use super::files::{bytes_of, is_called, names_sealgate};
use super::placeholders::{self, Placeholder};
use crate::setup::artifacts::{self, Artifact};
use crate::setup::hook::Place;
use crate::setup::init::build::{FoundBuild, find};
use crate::setup::merge_driver;
use crate::setup::packaging::SelfSealed;
use crate::tree::Workspace;

/// Where hosts look for owners, the first that is there counts.
const OWNERS: [&str; 4] =
    [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"];

/// Where GitHub looks for workflows.
pub(super) const WORKFLOWS: &str = ".github/workflows";

/// Everything that the checks look at.
#[derive(Debug)]
pub struct Facts {
    /// The seals directory, relative to the repository root.
    pub seals_directory: String,
    /// The seals that can be read.
    pub seals: Vec<SealFacts>,
    /// What is in the seals directory and cannot be read as a seal, relative to the repository root.
    pub unread_seals: Vec<String>,
    /// The seals that git has; `None` where they cannot be read.
    pub(super) approved: Option<ApprovedSeals>,
    /// `core.autocrlf`, and `core.eol`.
    pub(super) autocrlf: Option<String>,
    pub(super) eol: Option<String>,
    /// `core.fileMode`.
    pub(super) file_mode: Option<String>,
    /// The tracked files whose line ends are left to whoever checks out, and to their platform:
    /// how many, and one of them. Counted only where configuration makes use of that.
    pub(super) open: Count,
    pub(super) native: Count,
    /// The directories with a `.gitattributes` that can matter here, as far as needed; and whether
    /// its last line is unfinished.
    pub(super) attribute_files: BTreeMap<String, bool>,
    /// The file of attributes that is in no commit, if there is one.
    pub(super) own_attributes: Option<PathBuf>,
    /// Whether this is a sparse checkout, and one that takes directories rather than patterns.
    pub(super) sparse: bool,
    pub(super) cone: bool,
    /// Of the seals directory.
    pub(super) unwatched: Unwatched,
    /// The CODEOWNERS file that counts, and its text.
    pub(super) owners: Option<(&'static str, String)>,
    pub(super) workflows: Vec<String>,
    /// What nobody filled in, in workflows and in the file of owners.
    pub(super) placeholders: Vec<Placeholder>,
    /// Whether a workflow, a script or the pre-push hook names sealgate.
    pub(super) is_called: bool,
    /// The file that is to call the hook, where it is not installed because git takes hooks from a
    /// directory that is not this repository's own.
    pub(super) hook_by_hand: Option<&'static str>,
    /// The pre-push hook, if it speaks of sealgate and cannot be run.
    pub(super) dead_hook: Option<PathBuf>,
    pub(super) artifacts: Vec<Artifact>,
    /// What there is to say of the policy.
    pub policy: PolicyFacts,
    /// What could not be looked into.
    pub unread: Vec<String>,
}

/// How many there are, and one of them.
#[derive(Debug, Default)]
pub(super) struct Count {
    pub(super) number: usize,
    pub(super) one: String,
}

/// What there is to know of one seal.
#[derive(Debug)]
pub struct SealFacts {
    /// The seal.
    pub seal: Seal,
    /// Its file, relative to the repository root.
    pub(super) file: String,
    /// The attributes of that file.
    pub(super) own: Values,
    /// The sealed files that attributes do not leave alone, relative to the repository root.
    pub(super) touched: Vec<(String, Values)>,
    pub(super) unwatched: Unwatched,
    /// The sealed files and links that git tracks, relative to the root.
    pub(super) tracked: Vec<String>,
    /// Those that it does not track, and that are there.
    pub(super) untracked: Vec<String>,
    pub(super) in_submodule: bool,
    /// The files that are Git LFS pointers, relative to the root.
    pub(super) pointers: Vec<String>,
    /// A package in the root that contains the seals.
    pub(super) self_sealed: Option<SelfSealed>,
    /// How the project makes the root, where git keeps that and the seal does not say how it is built.
    pub(super) unstated_build: Option<FoundBuild>,
}

/// What there is to say of a policy.
#[derive(Debug, Default)]
pub struct PolicyFacts {
    /// What its owners may not mean, a sentence each.
    pub(super) doubts: Vec<String>,
    /// The URL of the repository in which uses of grants are recorded.
    pub(super) ledger: Option<String>,
}

impl Facts {
    /// Gathers what there is to know of `repository`, of which these are the `seals`.
    pub fn gather(repository: &Workspace, seals: Vec<Seal>) -> Result<Self, GitError> {
        let root = repository.root();
        let directory = repository.seals().as_str();
        let roots: Vec<&str> = seals.iter().map(|seal| seal.header.root.as_str()).collect();
        let unwatched = UnwatchedFiles::of(root, roots.into_iter().chain([directory]))?;
        let (seals, found) = Workers::new(None).both(
            || of_seals(repository, seals, &unwatched),
            || artifacts::likely(root, directory),
        );
        let (seals, found) = (seals?, found?);
        let mut unread = found.unread;
        let is_on =
            |key| setup::config(root, key).map(|value| value.is_some_and(|on| is_true(&on)));
        let mut facts = Self {
            seals_directory: directory.to_owned(),
            unread_seals: Vec::new(),
            approved: None,
            autocrlf: setup::config(root, "core.autocrlf")?,
            file_mode: setup::config(root, "core.fileMode")?,
            eol: setup::config(root, "core.eol")?,
            open: Count::default(),
            native: Count::default(),
            attribute_files: BTreeMap::new(),
            own_attributes: own_attributes(root, directory, &mut unread)?,
            sparse: is_on("core.sparseCheckout")?,
            cone: is_on("core.sparseCheckoutCone")?,
            unwatched: unwatched.below(directory),
            owners: OWNERS.iter().find_map(|path| {
                let text = bytes_of(&root.join(path), &mut unread)?;
                Some((*path, String::from_utf8_lossy(&text).into_owned()))
            }),
            placeholders: Vec::new(),
            is_called: is_called(root, directory, &mut unread)?,
            hook_by_hand: Place::find(repository)
                .and_then(|place| place.by_hand(repository))
                .unwrap_or_default(),
            workflows: workflows(root, &mut unread),
            dead_hook: dead_hook(root, &mut unread)?,
            artifacts: found.artifacts,
            policy: PolicyFacts::default(),
            unread,
            seals,
        };
        facts.look_for_placeholders(root);
        facts.look_at_line_ends(root)?;
        facts.look_for_attribute_files(root);
        Ok(facts)
    }

    /// Reads the seals that git has. Until then nothing is called unsealed.
    ///
    /// # Errors
    ///
    /// The commit that is checked out, or a seal of it, cannot be read.
    pub fn read_approved(&mut self, repository: &Workspace) -> Result<(), Problem> {
        self.approved = Some(approved::read(repository)?);
        Ok(())
    }

    /// Finds out which tracked files feel this user's `core.autocrlf` and `core.eol`.
    fn look_at_line_ends(&mut self, root: &Path) -> Result<(), GitError> {
        if !(self.autocrlf() || self.crlf_by_choice()) {
            return Ok(());
        }
        let files = setup::tracked_files(root)?;
        for (path, values) in
            files.iter().zip(setup::values(root, &files, AttributeFiles::Repository)?)
        {
            let count = match values.line_ends() {
                LineEnds::Open => &mut self.open,
                LineEnds::RewrittenNatively => &mut self.native,
                LineEnds::Kept | LineEnds::Rewritten => continue,
            };
            count.number += 1;
            if count.one.is_empty() {
                count.one = String::from_utf8_lossy(path).into_owned();
            }
        }
        Ok(())
    }

    /// Whether `core.autocrlf` converts anything.
    pub(super) fn autocrlf(&self) -> bool {
        let on = |value: &String| is_true(value) || value.eq_ignore_ascii_case("input");
        self.autocrlf.as_ref().is_some_and(on)
    }

    /// Whether `core.eol` asks for CRLF.
    pub(super) fn crlf_by_choice(&self) -> bool {
        self.eol.as_ref().is_some_and(|eol| eol.eq_ignore_ascii_case("crlf"))
    }

    /// Looks into the workflows and the file of owners.
    fn look_for_placeholders(&mut self, root: &Path) {
        if let Some((file, text)) = &self.owners {
            self.placeholders.extend(placeholders::in_owners(file, text));
        }
        for name in &self.workflows {
            let file = format!("{WORKFLOWS}/{name}");
            let bytes = bytes_of(&root.join(&file), &mut self.unread).unwrap_or_default();
            let text = String::from_utf8_lossy(&bytes);
            self.placeholders.extend(placeholders::in_workflow(&file, &text));
        }
    }

    fn look_for_attribute_files(&mut self, root: &Path) {
        let mut directories = HashSet::from([""]);
        let touched = self.seals.iter().flat_map(|seal| &seal.touched);
        let paths = touched.map(|(path, _)| path).chain(self.seals.iter().map(|seal| &seal.file));
        for path in paths {
            directories.extend(path.match_indices('/').map(|(at, _)| &path[..at]));
        }
        let mut unread = Vec::new();
        let mut unfinished = |directory: &str| {
            let bytes = bytes_of(&root.join(directory).join(".gitattributes"), &mut unread)?;
            Some(bytes.last().is_some_and(|&last| last != b'\n'))
        };
        self.attribute_files = directories
            .into_iter()
            .filter_map(|directory| Some((directory.to_owned(), unfinished(directory)?)))
            .collect();
        self.unread.append(&mut unread);
    }
}

/// What there is to know of each of `seals`. git is asked once for all of them.
fn of_seals(
    repository: &Workspace,
    seals: Vec<Seal>,
    unwatched: &UnwatchedFiles,
) -> Result<Vec<SealFacts>, GitError> {
    let top = repository.root();
    let listing = Listing::of(top, seals.iter().map(|seal| seal.header.root.as_str()))?;
    let mut asked: Vec<Vec<u8>> = Vec::new();
    for seal in &seals {
        asked.push(repository.file_of(&seal.name).into_bytes());
        asked.extend(
            sealed_files(seal).map(|path| seal.header.root.join(path.as_str()).into_bytes()),
        );
    }
    let mut values = setup::values(top, &asked, AttributeFiles::Repository)?.into_iter();
    let mut next = || values.next().unwrap_or_default();
    let mut facts = Vec::new();
    for seal in seals {
        let own = next();
        let touched = sealed_files(&seal)
            .map(|path| (seal.header.root.join(path.as_str()), next()))
            .filter(|(_, values)| !values.exact().is_empty())
            .collect();
        facts.push(SealFacts::of(repository, seal, own, touched, &listing, unwatched));
    }
    Ok(facts)
}

/// The paths of the files of `seal`, in the order of their entries. The rows of a database are no files.
fn sealed_files(seal: &Seal) -> impl Iterator<Item = &EntryPath> {
    let has_files = seal.header.surface.is_none();
    let files =
        seal.entries.iter().filter(move |sealed| has_files && sealed.entry.size().is_some());
    files.map(|sealed| &sealed.path)
}

impl SealFacts {
    fn of(
        repository: &Workspace,
        seal: Seal,
        own: Values,
        touched: Vec<(String, Values)>,
        listing: &Listing,
        unwatched: &UnwatchedFiles,
    ) -> Self {
        let root = &seal.header.root;
        let tracking = listing.below(root.as_str());
        let is_there =
            |path: &str| repository.root().join(root.join(path)).symlink_metadata().is_ok();
        let (mut tracked, mut untracked) = (Vec::new(), Vec::new());
        for sealed in seal.entries.iter().filter(|sealed| sealed.entry.kind() != "dir") {
            let path = sealed.path.as_str();
            if tracking.tracks(path.as_bytes()) {
                tracked.push(path.to_owned());
            } else if is_there(path) {
                untracked.push(path.to_owned());
            }
        }
        Self {
            own,
            file: repository.file_of(&seal.name),
            touched,
            unwatched: unwatched.below(root.as_str()),
            tracked,
            untracked,
            in_submodule: tracking.has_submodules(),
            pointers: pointers(repository, &seal),
            self_sealed: SelfSealed::find(repository.root(), &seal, repository.seals().as_str()),
            unstated_build: unstated_build(repository, &seal),
            seal,
        }
    }
}

/// The command of the project that makes the root of `seal`, where the seal should state one.
fn unstated_build(repository: &Workspace, seal: &Seal) -> Option<FoundBuild> {
    let header = &seal.header;
    let root = header.root.as_str();
    let is_silent = header.tracked && header.build.is_none() && header.surface.is_none();
    (is_silent && artifacts::looks_built(root)).then(|| find(repository.root(), root)).flatten()
}

/// The sealed files that hold a Git LFS pointer now.
fn pointers(repository: &Workspace, seal: &Seal) -> Vec<String> {
    let Ok(root) = repository.open(&seal.header.root) else { return Vec::new() };
    let is_pointer = |path: &EntryPath| {
        let size = repository.root().join(seal.header.root.join(path.as_str())).symlink_metadata();
        // What is longer is not read: most files are.
        size.is_ok_and(|found| found.is_file() && found.len() < LONGEST_POINTER as u64)
            && read_whole(&root, path, LONGEST_POINTER as u64)
                .is_ok_and(|bytes| pointed_size(&bytes).is_some())
    };
    sealed_files(seal)
        .filter(|path| is_pointer(path))
        .map(|path| path.as_str().to_owned())
        .collect()
}

fn own_attributes(
    root: &Path,
    seals: &str,
    unread: &mut Vec<String>,
) -> Result<Option<PathBuf>, GitError> {
    let path = setup::own_attributes(root)?;
    let text = bytes_of(&root.join(&path), unread).unwrap_or_default();
    // The line of our own merge driver says nothing about bytes.
    let ours = merge_driver::line(seals);
    let lines = text.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii);
    let says_more = lines.into_iter().any(|line| !(line.is_empty() || line == ours.as_bytes()));
    Ok(says_more.then_some(path))
}

fn workflows(root: &Path, unread: &mut Vec<String>) -> Vec<String> {
    let Ok(path) = EntryPath::parse(WORKFLOWS) else { return Vec::new() };
    let listing = match Directory::open_root(root, Some(&path)) {
        Ok(directory) => directory.list().map_err(|trouble| trouble.detail),
        Err(RootError::Missing(_)) => Ok(Vec::new()),
        Err(error) => Err(error.to_string()),
    };
    let listing = listing.unwrap_or_else(|why| {
        unread.push(format!("{WORKFLOWS}: {why}"));
        Vec::new()
    });
    let mut names: Vec<_> =
        listing.iter().map(|(name, _)| String::from_utf8_lossy(name).into_owned()).collect();
    let is_workflow = |name: &String| {
        Path::new(name).extension().is_some_and(|end| end == "yml" || end == "yaml")
    };
    names.retain(is_workflow);
    names.sort();
    names
}

/// The pre-push hook, where it would run sealgate and is no program to the system.
fn dead_hook(root: &Path, unread: &mut Vec<String>) -> Result<Option<PathBuf>, GitError> {
    let there = hooks_directory(root)?.join("pre-push");
    let Ok(found) = there.metadata() else { return Ok(None) };
    #[cfg(unix)]
    let runs = std::os::unix::fs::PermissionsExt::mode(&found.permissions()) & 0o111 != 0;
    #[cfg(not(unix))]
    let runs = true;
    if runs || !found.is_file() {
        return Ok(None);
    }
    let text = bytes_of(&there, unread).unwrap_or_default();
    Ok(names_sealgate(&text).then(|| there.strip_prefix(root).unwrap_or(&there).to_owned()))
}

fn is_true(value: &str) -> bool {
    ["true", "yes", "on", "1"].iter().any(|word| value.eq_ignore_ascii_case(word))
}
