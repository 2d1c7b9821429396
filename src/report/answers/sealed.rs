//! What `seal` says when it is done.

use sealgate_core::compare::changes::Change;
use sealgate_core::seal::BuildEdit;
use sealgate_core::text::escape::{message, printable};

use crate::report::Verbosity;
use crate::report::words::changes::{rows, totals};
use crate::report::words::text;

/// One seal that was written, or was right already.
#[derive(Debug)]
pub struct Summary<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its file, relative to the repository root.
    pub file: &'a str,
    /// How many entries it has.
    pub entries: usize,
    /// The bytes that they stand for.
    pub bytes: u64,
    /// Whether its root is kept in git.
    pub tracked: bool,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a seal.
#[derive(Debug)]
pub enum Outcome {
    /// It was made.
    New,
    /// Its file stayed as it was.
    Same,
    /// Its file was written anew.
    Replaced {
        /// What that changed, as far as the old seal could be made out.
        changes: Vec<Change>,
        /// Whether the old seal could be read as a whole; if not, `changes` come from a comparison
        /// with single lines of it.
        whole: bool,
    },
    /// Only what stands above its entries was edited.
    HeaderEdited {
        /// The patterns that were added to its exclude list.
        patterns: Vec<String>,
        /// What became of its build command.
        build: BuildEdit,
        /// The entries that the patterns dropped.
        changes: Vec<Change>,
    },
    /// Its file was written anew, after these changes were told.
    Accepted(Vec<Change>),
}

/// The answer for one seal.
#[must_use]
pub fn text(seal: &Summary<'_>, verbosity: Verbosity) -> Vec<u8> {
    let Summary { name, file, .. } = seal;
    let file = printable(file.as_bytes());
    let entries = text::count(seal.entries, "entry", "entries");
    let bytes = text::bytes(seal.bytes);
    let mut said = match &seal.outcome {
        Outcome::Same => {
            return format!("{name}: nothing to change in {file}: {entries}, {bytes}\n").into();
        }
        Outcome::New => {
            let kept = if seal.tracked { "tracked in git" } else { "not kept in git" };
            format!("{name}: sealed {entries}, {bytes}, {kept}, in {file}\n")
        }
        Outcome::HeaderEdited { patterns, build, changes } => {
            let edits = header_edits(patterns, build, changes);
            format!("{name}: {edits} in {file}, now {entries}, {bytes}; no bytes were read\n")
        }
        Outcome::Replaced { changes, .. } if changes.is_empty() => {
            format!("{name}: {file} brought into canonical form: {entries}, {bytes}\n")
        }
        Outcome::Replaced { changes, .. } | Outcome::Accepted(changes) => {
            format!("{name}: {} in {file}, now {entries}, {bytes}\n", totals(changes))
        }
    };
    if verbosity == Verbosity::Quiet {
        return said.into();
    }
    if let Outcome::HeaderEdited { changes, .. } = &seal.outcome {
        said.push_str(&rows(changes, verbosity, "git diff"));
    }
    if let Outcome::Replaced { changes, whole } = &seal.outcome {
        said.push_str(&rows(changes, verbosity, "git diff"));
        if !whole {
            said.push_str(
                "  the old seal was broken: compared with the lines of it that could be read\n",
            );
        }
    }
    said.into()
}

/// What comes after seals were written: below the answers, once for all of them.
///
/// `changed` are the files of those that were written, relative to the repository root, and `stage` is the
/// command that stages them, if there is a git to take them.
#[must_use]
pub fn next(changed: &[&str], stage: Option<&str>, verbosity: Verbosity) -> String {
    let (it, indent) = match changed {
        [] => return String::new(),
        _ if verbosity == Verbosity::Quiet => return String::new(),
        [_] => ("it", "  "),
        _ => ("them", ""),
    };
    let files: Vec<_> = changed.iter().map(|file| printable(file.as_bytes())).collect();
    match stage {
        Some(stage) => {
            format!("{indent}review {it} like code, and commit {it}: {}\n", message(stage))
        }
        None => format!("{indent}review {it} like code, and commit {}\n", files.join(", ")),
    }
}

/// What was edited above the entries of a seal, and which entries that dropped.
fn header_edits(patterns: &[String], build: &BuildEdit, changes: &[Change]) -> String {
    let mut edits = Vec::new();
    match build {
        BuildEdit::Set(command) => edits.push(format!("built by {}", message(command.as_str()))),
        BuildEdit::Remove => edits.push("built by no command".to_owned()),
        BuildEdit::Keep => {}
    }
    if !patterns.is_empty() {
        let patterns: Vec<_> =
            patterns.iter().map(|pattern| printable(pattern.as_bytes())).collect();
        let dropped = match totals(changes) {
            totals if totals.is_empty() => "no entry dropped".to_owned(),
            totals => totals,
        };
        edits.push(format!("excludes {}: {dropped}", patterns.join(", ")));
    }
    edits.join("; ")
}
