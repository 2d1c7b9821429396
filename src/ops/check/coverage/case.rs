//! Whether a file system ignores the case of names.

use std::fs;
use std::path::Path;

/// Whether the directory at `path` has its name in another case as well.
pub(super) fn ignores_case(path: &Path) -> bool {
    let Some(name) = path.file_name().map(|name| name.to_string_lossy().into_owned()) else {
        return false;
    };
    let swapped: String = name.chars().map(swap_case).collect();
    if swapped == name {
        return false;
    }
    let [here, there] = [path.to_owned(), path.with_file_name(swapped)].map(fs::canonicalize);
    // Two directories side by side have two places; one directory by two names has one.
    match (here, there) {
        (Ok(here), Ok(there)) => same_directory(&here, &there),
        _ => false,
    }
}

fn swap_case(c: char) -> char {
    if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() }
}

#[cfg(unix)]
fn same_directory(a: &Path, b: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let id = |path| fs::symlink_metadata(path).map(|found| (found.dev(), found.ino()));
    matches!((id(a), id(b)), (Ok(a), Ok(b)) if a == b)
}

#[cfg(not(unix))]
fn same_directory(a: &Path, b: &Path) -> bool {
    a == b
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_directories_side_by_side_show_that_case_counts() {
        let directory = tempfile::tempdir().unwrap();
        let place = |name: &str| directory.path().join(name);
        fs::create_dir(place("dist")).unwrap();
        assert!(!ignores_case(&place("dist")));
        fs::create_dir(place("DIST")).unwrap();
        assert!(!ignores_case(&place("dist")));
        assert!(!ignores_case(&place("1")));
    }
}
