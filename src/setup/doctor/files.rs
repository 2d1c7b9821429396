//! Files that the doctor reads, and whether one of them runs the check.

use std::path::Path;

use sealgate_core::text::place::shown_path;
use sealgate_git::{GitError, hooks_directory, setup};
use sealgate_scan::{NamedFault, read_named};

/// No file of owners or attributes and no hook is as long, in bytes.
const LONGEST: u64 = 100 << 20;

/// Whether a file that git tracks, or a new one, or the pre-push hook names sealgate. The seals and what
/// is for reading do not count.
pub(super) fn is_called(
    root: &Path,
    seals: &str,
    unread: &mut Vec<String>,
) -> Result<bool, GitError> {
    let hook = hooks_directory(root)?.join("pre-push");
    let hook = bytes_of(&hook, unread).unwrap_or_default();
    let mentions = |within: &[&str]| {
        setup::mentions(root, "sealgate", within, &[seals, "*.md", ".gitattributes"])
    };
    Ok(names_sealgate(&hook) || mentions(&LIKELY)? || mentions(&[":/"])?)
}

/// Where most repositories say what runs: at the top, and in directories whose name begins with a dot. The
/// other files can be many, such as all that is sealed.
const LIKELY: [&str; 2] = [":(top,glob)*", ":(top,glob).*/**"];

/// Whether `text` names the program.
pub(super) fn names_sealgate(text: &[u8]) -> bool {
    text.windows(b"sealgate".len()).any(|word| word == b"sealgate")
}

/// The bytes of a regular file; `None` where there is none, or it cannot be read, which is noted.
pub(super) fn bytes_of(path: &Path, unread: &mut Vec<String>) -> Option<Vec<u8>> {
    match read_named(path, LONGEST) {
        Ok(bytes) => Some(bytes),
        Err(NamedFault::Absent | NamedFault::NotRegular) => None,
        Err(fault) => {
            unread.push(format!("{}: {fault}", shown_path(path)));
            None
        }
    }
}
