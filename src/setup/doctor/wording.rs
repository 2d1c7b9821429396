//! What the checks share: names as a sentence shows them, and commands.

use sealgate_core::text::escape::printable_str;

use super::facts::{Facts, SealFacts};
use crate::report::advice::Advice;
use crate::report::shell::{pathspec, quote};
use crate::report::text;

/// How many names a sentence or a command holds.
const SHOWN: usize = 3;

/// How many commands of one kind are printed.
pub(super) const MOST_COMMANDS: usize = 20;

const IN_A_COMMAND: usize = 20;

/// Names as a sentence shows them: some, and how many more.
pub(super) fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<_> = names.map(printable_str).collect();
    text::listed(&names, SHOWN)
}

/// `1 file`, `2 files`.
pub(super) fn files(number: usize) -> String {
    text::count(number, "file", "files")
}

/// `sealgate ARGUMENTS`, for the seals that these are.
pub(super) fn sealgate(facts: &Facts, arguments: &str) -> String {
    match facts.seals_directory.as_str() {
        "seals" => format!("sealgate {arguments}"),
        other => format!("sealgate --seals {} {arguments}", quote(other.as_bytes())),
    }
}

/// The comment that names the command which approves the files of `seal`. No fix runs it: a person
/// looks at the bytes first.
pub(super) fn approve_by_hand(facts: &Facts, seal: &SealFacts) -> String {
    let command = sealgate(facts, &format!("seal {}", seal.seal.name));
    format!("# look at what changed, then approve it: {command}")
}

/// The command that restores the file at `path`, from the index where that has it, or else from HEAD.
pub(super) fn restore(path: &str, in_index: bool) -> String {
    let source = if in_index { "" } else { "--source=HEAD --staged --worktree " };
    format!("git restore {source}-- {}", pathspec(path.as_bytes()))
}

/// Adds `line` to the file at `path`; `unfinished` says that its last line has no end.
pub(super) fn append(path: &str, line: &str, unfinished: bool) -> String {
    let format = if unfinished { r"'\n%s\n'" } else { r"'%s\n'" };
    format!("printf {format} {} >> {}", quote(line.as_bytes()), quote(path.as_bytes()))
}

/// The pathspecs of `paths` of a seal; that of its whole root where they are many.
pub(super) fn pathspecs(seal: &SealFacts, paths: &[String]) -> String {
    let root = &seal.seal.header.root;
    if paths.len() > IN_A_COMMAND {
        return pathspec(root.as_str().as_bytes());
    }
    let specs: Vec<_> = paths.iter().map(|path| pathspec(root.join(path).as_bytes())).collect();
    specs.join(" ")
}

/// Advice on one seal.
pub(super) fn on_seal(
    code: &'static str,
    seal: &SealFacts,
    what: String,
    why: &'static str,
    fix: Vec<String>,
) -> Advice {
    Advice { code, seal: Some(seal.seal.name.as_str().to_owned()), what, why, fix }
}
