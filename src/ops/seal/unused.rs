//! Patterns of a seal that match nothing: legal, and often a slip.

use std::path::Path;

use sealgate_core::seal::exclude::Scope;
use sealgate_core::seal::path;
use walkdir::WalkDir;

/// How often a pattern is held against a name, before nothing is claimed.
const MOST_TRIES: usize = 5_000_000;

/// The patterns of `scope` that match nothing below `root`, what others exclude aside. Where too much is
/// there to tell, none.
#[must_use]
pub fn unused_patterns(root: &Path, scope: &Scope) -> Vec<String> {
    let mut unused: Vec<(&str, Scope)> = Vec::new();
    for pattern in scope.patterns() {
        let positive = pattern.strip_prefix('!').unwrap_or(pattern).to_owned();
        let Ok(alone) = Scope::new(vec![positive]) else { return Vec::new() };
        unused.push((pattern, alone));
    }
    let mut tries = 0;
    let mut walk = WalkDir::new(root).min_depth(1).into_iter();
    while let (false, Some(found)) = (unused.is_empty(), walk.next()) {
        // What cannot be listed may hold what a pattern matches.
        let Ok(entry) = found else { return Vec::new() };
        let path = path::relative(root, entry.path());
        let is_dir = entry.file_type().is_dir();
        tries += unused.len();
        if tries > MOST_TRIES {
            return Vec::new();
        }
        unused.retain(|(_, alone)| alone.excludes_child(&path, is_dir).is_none());
        if is_dir && scope.excludes_child(&path, is_dir).is_some() {
            walk.skip_current_dir();
        }
    }
    unused.into_iter().map(|(pattern, _)| pattern.to_owned()).collect()
}

/// What `pattern` means, if it has a backslash before a letter or a digit: gitignore has no escapes such
/// as `\x2d`.
#[must_use]
pub fn without_idle_backslashes(pattern: &str) -> Option<String> {
    let mut meant = String::with_capacity(pattern.len());
    let mut chars = pattern.chars();
    let mut idle = false;
    while let Some(c) = chars.next() {
        if c != '\\' {
            meant.push(c);
            continue;
        }
        match chars.next() {
            Some(next) if next.is_ascii_alphanumeric() => {
                idle = true;
                meant.push(next);
            }
            next => {
                meant.push(c);
                meant.extend(next);
            }
        }
    }
    idle.then_some(meant)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_pattern_needs_a_backslash_for_is_told() {
        let cases = [
            (r"a\x2db", Some("ax2db")),
            (r"\\x", None),
            (r"\*x\n", Some(r"\*xn")),
            ("plain", None),
            (r"end\ ", None),
        ];
        for (pattern, meant) in cases {
            assert_eq!(without_idle_backslashes(pattern).as_deref(), meant, "{pattern}");
        }
    }
}
