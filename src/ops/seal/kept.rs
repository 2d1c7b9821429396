//! What git would keep of files that are about to be sealed.
//!
//! A seal of a root that is kept in git states what a clone must hold. So each file is held against what
//! `git add` would store now: filters, line endings, and the configuration of modes all count.

use sealgate_core::seal::entry::Entry;
use sealgate_core::seal::{Seal, SealedEntry};
use sealgate_core::text::problem::Problem;
use sealgate_git::attributes::{LineEnds, Values, pattern};
use sealgate_git::setup::{self, AttributeFiles, Unwatched};
use sealgate_git::{Addition, GitError, Stored, TreeMode, UnwatchedFiles, additions};
use sealgate_scan::read_named;

use super::draft::listed;
use crate::report::shell::{pathspec, quote};
use crate::tree::Workspace;

/// The file of attributes at the root of a repository.
const ATTRIBUTES: &str = ".gitattributes";

/// No file of attributes is longer, in bytes: git reads none that is.
const LONGEST_ATTRIBUTES: u64 = 100 << 20;

/// What becomes of line endings before anything is added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineEndRules {
    /// They stay as attributes and configuration have them now.
    AsConfigured,
    /// The same command writes attributes that leave the line endings of the root alone.
    AboutToBeExact,
}

/// The entries of one seal that are about to be approved.
#[derive(Debug)]
pub struct Approving<'s> {
    /// The seal, whose root is kept in git.
    pub seal: &'s Seal,
    /// Those of its entries that were read.
    pub entries: Vec<&'s SealedEntry>,
}

/// Why git would keep something else than the seal states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    /// `core.fileMode` is off, so that git keeps the modes that it has.
    ModeUnseen,
    /// git looks at the execute bit of the owner alone.
    ModeOfOthers,
    /// A sparse checkout, or somebody, told git to skip the file.
    Skipped,
    /// Somebody told git to assume that the file is unchanged.
    AssumedUnchanged,
    /// Git LFS keeps the content elsewhere.
    Lfs,
    /// A filter that was not run decides.
    Filtered,
    /// A filter, or a conversion of line endings, of an encoding or of keywords, changes the bytes.
    Converted,
}

const CHANGES: [Change; 7] = [
    Change::ModeUnseen,
    Change::ModeOfOthers,
    Change::Skipped,
    Change::AssumedUnchanged,
    Change::Lfs,
    Change::Filtered,
    Change::Converted,
];

/// A file of which git would keep something else.
struct Changed<'s> {
    path: &'s str,
    executable: bool,
    change: Change,
    attributes: Values,
}

/// The reasons why a clone could not hold what these seals state. At most `threads` read their files.
///
/// # Errors
///
/// git cannot be asked.
pub fn changed_by_git(
    repository: &Workspace,
    approving: &[Approving<'_>],
    rules: LineEndRules,
    threads: usize,
) -> Result<Vec<Problem>, GitError> {
    let mut files: Vec<(usize, &SealedEntry, String)> = Vec::new();
    for (at, one) in approving.iter().enumerate() {
        let root = &one.seal.header.root;
        let entries = one.entries.iter().filter(|sealed| sealed.entry.size().is_some());
        files.extend(entries.map(|sealed| (at, *sealed, root.join(sealed.path.as_str()))));
    }
    let paths: Vec<&str> = files.iter().map(|(_, _, path)| &**path).collect();
    let added = additions(repository.root(), &paths, threads)?;
    let differing: Vec<_> = files
        .iter()
        .zip(&added)
        .filter_map(|(file, addition)| Some((file, difference(file.1, addition.as_ref()?)?)))
        .collect();
    if differing.is_empty() {
        return Ok(Vec::new());
    }
    let asked: Vec<Vec<u8>> =
        differing.iter().map(|((_, _, path), _)| path.clone().into_bytes()).collect();
    let values = setup::values(repository.root(), &asked, AttributeFiles::All)?;
    let roots = approving.iter().map(|one| one.seal.header.root.as_str());
    let unwatched = UnwatchedFiles::of(repository.root(), roots)?;
    let sees_modes = sees_modes(repository)?;
    let mut problems = Vec::new();
    for (at, one) in approving.iter().enumerate() {
        let of_seal = differing.iter().zip(&values).filter(|(((seal, ..), _), _)| *seal == at);
        let changed: Vec<Changed<'_>> = of_seal
            .map(|(((_, sealed, path), what), attributes)| Changed {
                path: sealed.path.as_str(),
                executable: is_executable(&sealed.entry),
                change: change(*what, attributes, unwatched.below(path), sees_modes),
                attributes: *attributes,
            })
            .filter(|changed| !is_about_to_be_exact(changed, rules))
            .collect();
        for change in CHANGES {
            let alike: Vec<&Changed<'_>> =
                changed.iter().filter(|changed| changed.change == change).collect();
            problems.extend(problem(one.seal, change, &alike, repository));
        }
    }
    Ok(problems)
}

/// What of a file git would change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Difference {
    Bytes,
    /// Perhaps: a filter that was not run decides.
    Filtered,
    Mode,
}

fn difference(sealed: &SealedEntry, addition: &Addition) -> Option<Difference> {
    match addition.mode {
        _ if matches!(addition.stored, Stored::Filtered(_)) => Some(Difference::Filtered),
        _ if addition.stored != Stored::Bytes(addition.on_disk) => Some(Difference::Bytes),
        // Where the disk has no modes, the seal keeps those that it had.
        TreeMode::File { executable }
            if cfg!(unix) && executable != is_executable(&sealed.entry) =>
        {
            Some(Difference::Mode)
        }
        TreeMode::File { .. } => None,
        // A link that stands there as a file, because the file system has no links.
        TreeMode::Link | TreeMode::Tree | TreeMode::Submodule => Some(Difference::Bytes),
    }
}

fn is_executable(entry: &Entry) -> bool {
    matches!(entry, Entry::File { executable: true, .. })
}

fn change(what: Difference, attributes: &Values, unwatched: Unwatched, sees_modes: bool) -> Change {
    match what {
        _ if unwatched.skipped > 0 => Change::Skipped,
        _ if unwatched.assumed > 0 => Change::AssumedUnchanged,
        Difference::Mode if sees_modes => Change::ModeOfOthers,
        Difference::Mode => Change::ModeUnseen,
        Difference::Bytes | Difference::Filtered if attributes.lfs() => Change::Lfs,
        Difference::Filtered => Change::Filtered,
        Difference::Bytes => Change::Converted,
    }
}

/// Whether git looks at the execute bits of the disk.
pub(crate) fn sees_modes(repository: &Workspace) -> Result<bool, GitError> {
    const OFF: [&str; 4] = ["false", "no", "off", "0"];
    let value = setup::config(repository.root(), "core.fileMode")?;
    Ok(!value.is_some_and(|value| OFF.contains(&value.to_ascii_lowercase().as_str())))
}

/// Whether nothing but line endings would be changed, and that is about to end.
fn is_about_to_be_exact(changed: &Changed<'_>, rules: LineEndRules) -> bool {
    rules == LineEndRules::AboutToBeExact
        && changed.change == Change::Converted
        && changed.attributes.line_ends() != LineEnds::Kept
        && changed.attributes.exact() == ["-text"]
}

/// One refusal for all files of a seal that git would change in the same way.
fn problem(
    seal: &Seal,
    change: Change,
    alike: &[&Changed<'_>],
    repository: &Workspace,
) -> Option<Problem> {
    let first = alike.first()?;
    let root = seal.header.root.as_str();
    let paths: Vec<&str> = alike.iter().map(|changed| changed.path).collect();
    let paths = listed(&paths);
    // One command for the first file; the others go alike.
    let file = seal.header.root.join(first.path);
    let on_file = |command: &str| {
        let command =
            |way: &str| format!("{command} -- {}", quote(format!("{way}{file}").as_bytes()));
        from_here(command, repository)
    };
    let (what, fix) = match change {
        Change::ModeUnseen => (
            "git would store another execute bit than the disk has, because core.fileMode is false",
            format!(
                "let git store the modes of the disk: {}; or, on a disk that has no modes, seal where the \
                 disk has them",
                from_here(|_| "git config core.fileMode true".to_owned(), repository)
            ),
        ),
        Change::ModeOfOthers => (
            "git stores the execute bit of the owner alone, and here another user has it",
            "give it to the owner (chmod u+x), or take it from all (chmod a-x)".to_owned(),
        ),
        Change::Skipped => (
            "git add would store nothing of it: the index says that git skips it",
            on_file("git update-index --no-skip-worktree"),
        ),
        Change::AssumedUnchanged => (
            "git add would store nothing of it: the index says that it is unchanged",
            on_file("git update-index --no-assume-unchanged"),
        ),
        Change::Lfs => (
            "git add would store a Git LFS pointer and not these bytes",
            format!(
                "leave it out (--exclude), or take it out of Git LFS: {}",
                exact(root, alike, repository)
            ),
        ),
        Change::Filtered => (
            "a filter decides what git add stores, and sealgate runs no filters",
            format!(
                "let git run it, and seal again: {}; or let git leave these bytes alone: {}",
                from_here(|_| format!("git add -- {}", pathspec(root.as_bytes())), repository),
                exact(root, alike, repository)
            ),
        ),
        Change::Converted => (
            "git add would store other bytes than the disk has, because a filter or the rules for \
             line endings change them",
            format!("let git leave these bytes alone: {}", exact(root, alike, repository)),
        ),
    };
    let message = format!("tracked = true, but {what}: {paths}");
    let hint = match change {
        Change::ModeUnseen if first.executable => {
            format!("; for one file: {}", on_file("git add --chmod=+x"))
        }
        Change::ModeUnseen => format!("; for one file: {}", on_file("git add --chmod=-x")),
        _ => String::new(),
    };
    let remedy = format!("{fix}{hint}; then seal again (paths below {root})");
    Some(Problem::new("git-changes", message).seal(seal.name.as_str()).remedy(remedy))
}

/// The command after which git stores the files of `root` as they are.
fn exact(root: &str, alike: &[&Changed<'_>], repository: &Workspace) -> String {
    let mut words: Vec<&str> = Vec::new();
    for word in alike.iter().flat_map(|changed| changed.attributes.exact()) {
        if !words.contains(&word) {
            words.push(word);
        }
    }
    let renormalize = format!("git add --renormalize -- {}", pathspec(root.as_bytes()));
    if words.is_empty() {
        return from_here(|_| renormalize.clone(), repository);
    }
    let there = read_named(&repository.root().join(ATTRIBUTES), LONGEST_ATTRIBUTES);
    let unfinished = there.is_ok_and(|text| text.last().is_some_and(|&last| last != b'\n'));
    let format = if unfinished { r"'\n%s\n'" } else { r"'%s\n'" };
    let line = quote(format!("{} {}", pattern(root), words.join(" ")).as_bytes());
    let write = |way: &str| format!("printf {format} {line} >> {way}{ATTRIBUTES} && {renormalize}");
    from_here(write, repository)
}

/// `command`, which takes the way from where the user is to the top of `repository`, as it works there.
fn from_here(command: impl Fn(&str) -> String, repository: &Workspace) -> String {
    let here = std::env::current_dir().and_then(|here| here.canonicalize());
    let below = here.as_ref().ok().and_then(|here| here.strip_prefix(repository.root()).ok());
    if let Some(below) = below {
        return command(&"../".repeat(below.components().count()));
    }
    let command = command("");
    let top = quote(repository.root().as_os_str().as_encoded_bytes());
    format!("(cd {top} && {command})")
}
