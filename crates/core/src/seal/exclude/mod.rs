//! What lies in scope: the `exclude` patterns of a seal, decided by one function for every source.
//!
//! The patterns are gitignore patterns, and this is the only place that decides by them. A path is
//! decided from the top down, a component at a time; an ignored directory ends it, and nothing
//! below it is included again. No `.gitignore`, no hidden-file rule, no environment and no
//! configuration elsewhere has a say.
//!
//! A pattern that is accepted means what git says, byte for byte; what git reads in a way that
//! people do not expect is refused: an unescaped `{` or `}`, white space at the end, an unclosed
//! `[`; runs of `*` other than a whole component `**`; `\/`; and in `[...]` a `/`, a backslash,
//! `[:alpha:]` and the like, a `-` after a range, and what is not ASCII.

pub mod pattern;
mod spell;

use std::collections::HashSet;
use std::sync::Arc;

use crate::seal::exclude::pattern::{Automaton, Level, Pattern, pieces};

pub use spell::{pattern_of, pattern_of_file, patterns_of};

/// The most patterns that a seal may have.
pub const MAX_PATTERNS: usize = 1_000;

/// The most bytes that all patterns of a seal may have together. Matching costs time in proportion
/// to them, for every byte of every path.
pub const MAX_PATTERN_BYTES: usize = 64 << 10;

/// The compiled `exclude` patterns of one seal.
#[derive(Debug, Clone)]
pub struct Scope {
    patterns: Vec<String>,
    /// `None` when there is no pattern: most seals, and then nothing needs deciding.
    matcher: Option<Arc<Automaton>>,
}

/// A refused pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("exclude pattern {pattern:?}: {reason}")]
pub struct ScopeError {
    /// Its place in the list, from 0.
    pub index: usize,
    /// The pattern as written.
    pub pattern: String,
    /// What is wrong with it.
    pub reason: String,
}

impl Scope {
    /// Compiles `patterns`, in their order, or names the first that is refused.
    pub fn new(patterns: Vec<String>) -> Result<Self, ScopeError> {
        if patterns.is_empty() {
            return Ok(Self { patterns, matcher: None });
        }
        if let Some(pattern) = patterns.get(MAX_PATTERNS) {
            let reason =
                format!("the list has {} patterns; the limit is {MAX_PATTERNS}", patterns.len());
            return Err(ScopeError { index: MAX_PATTERNS, pattern: pattern.clone(), reason });
        }
        let mut compiled = Vec::with_capacity(patterns.len());
        let mut seen = HashSet::new();
        let mut bytes = 0;
        for (index, pattern) in patterns.iter().enumerate() {
            let refuse = |reason: String| ScopeError { index, pattern: pattern.clone(), reason };
            bytes += pattern.len();
            if bytes > MAX_PATTERN_BYTES {
                let reason = format!(
                    "the list up to here has {bytes} bytes; the limit is {MAX_PATTERN_BYTES}"
                );
                return Err(refuse(reason));
            }
            if let Some(reason) = refusal(pattern) {
                return Err(refuse(reason.to_owned()));
            }
            if !seen.insert(pattern.as_str()) {
                return Err(refuse("it stands in the list twice".to_owned()));
            }
            let pieces = pieces(body(pattern)).map_err(|reason| refuse(reason.to_owned()))?;
            compiled.push(Pattern::of_gitignore(&pieces));
        }
        Ok(Self { patterns, matcher: Some(Arc::new(Automaton::new(&compiled))) })
    }

    /// The patterns as written, in order.
    #[must_use]
    pub fn patterns(&self) -> &[String] {
        &self.patterns
    }

    /// The pattern that excludes `path`, whose parents are known to be in scope.
    ///
    /// A walk that has a [`Level`] for each directory asks [`Scope::excludes_name`] instead.
    #[must_use]
    pub fn excludes_child(&self, path: &[u8], is_dir: bool) -> Option<&str> {
        let matcher = self.matcher.as_deref()?;
        let Some(slash) = path.iter().rposition(|&byte| byte == b'/') else {
            return self.deciding(matcher.last_match(matcher.top(), path, is_dir));
        };
        let (above, name) = (&path[..slash], &path[slash + 1..]);
        let decision = match matcher.everywhere_below() {
            Some(level) => matcher.last_match(level, name, is_dir),
            None => matcher.last_match(&self.level(above), name, is_dir),
        };
        self.deciding(decision)
    }

    /// The pattern that excludes `path` or a directory above it.
    #[must_use]
    pub fn excludes(&self, path: &[u8], is_dir: bool) -> Option<&str> {
        let matcher = self.matcher.as_deref()?;
        let mut level = matcher.top().clone();
        let mut names = path.split(|&byte| byte == b'/').peekable();
        while let Some(name) = names.next() {
            if names.peek().is_none() {
                return self.deciding(matcher.last_match(&level, name, is_dir));
            }
            let last = matcher.enter(&mut level, name);
            if let Some(pattern) = self.deciding(last) {
                return Some(pattern);
            }
        }
        None
    }

    /// How far the patterns agree with the path of `directory`, empty for the root. It and the
    /// directories above it are known to be in scope.
    #[must_use]
    pub fn level(&self, directory: &[u8]) -> Level {
        let Some(matcher) = self.matcher.as_deref() else { return Level::default() };
        let mut level = matcher.top().clone();
        if !directory.is_empty() {
            for name in directory.split(|&byte| byte == b'/') {
                level = matcher.below(&level, name);
            }
        }
        level
    }

    /// The level of the directory `name`, which lies in a directory at `level`.
    #[must_use]
    pub fn below(&self, level: &Level, name: &[u8]) -> Level {
        self.matcher.as_deref().map_or_else(Level::default, |matcher| matcher.below(level, name))
    }

    /// The pattern that excludes `name` in a directory at `level`, which is known to be in scope.
    ///
    /// This is the step that a walk takes at each name it meets.
    #[must_use]
    pub fn excludes_name(&self, level: &Level, name: &[u8], is_dir: bool) -> Option<&str> {
        let matcher = self.matcher.as_deref()?;
        self.deciding(matcher.last_match(level, name, is_dir))
    }

    /// The last pattern that matched, if it excludes.
    fn deciding(&self, last: Option<usize>) -> Option<&str> {
        let pattern = self.patterns.get(last?)?;
        (!pattern.starts_with('!')).then_some(pattern)
    }
}

/// `pattern` without the `!` that includes again.
fn body(pattern: &str) -> &str {
    pattern.strip_prefix('!').unwrap_or(pattern)
}

/// Why `pattern` is refused as a line of a list, whatever its pieces are.
fn refusal(pattern: &str) -> Option<&'static str> {
    let body = body(pattern);
    let components = || body.trim_start_matches('/').trim_end_matches('/').split('/');
    if pattern.trim().is_empty() {
        Some("it is empty")
    } else if pattern.starts_with('#') {
        Some("it is a comment; write `\\#` for a name that begins with `#`")
    } else if pattern.starts_with('\u{feff}') {
        Some("it begins with a byte order mark, which git drops at the beginning of a file")
    } else if body.is_empty() {
        Some("a lone `!` matches nothing")
    } else if body.chars().all(|c| c == '/') {
        Some("a lone `/` matches nothing")
    } else if body.contains("//") {
        Some("it has an empty component")
    } else if components().any(|c| c == "." || c == "..") {
        Some("a `.` or `..` component never matches")
    } else if pattern.contains(['\0', '\n', '\r']) {
        Some("it holds a NUL or a line break")
    } else if ends_with_bare_space(pattern) {
        Some("it ends with white space, which is not matched; write `\\ ` if it is meant")
    } else if has_bare_brace(pattern) {
        Some("`{` and `}` stand for themselves in gitignore; write `\\{` and `\\}`")
    } else {
        None
    }
}

/// Whether `pattern` ends with white space other than one escaped space. A backslash that is
/// escaped itself escapes nothing.
fn ends_with_bare_space(pattern: &str) -> bool {
    let Some(before) = pattern.strip_suffix(' ') else {
        return pattern.ends_with(char::is_whitespace);
    };
    let backslashes = before.bytes().rev().take_while(|&byte| byte == b'\\').count();
    backslashes % 2 == 0
}

fn has_bare_brace(pattern: &str) -> bool {
    let mut escaped = false;
    pattern.chars().any(|c| {
        let bare = !escaped && matches!(c, '{' | '}');
        escaped = !escaped && c == '\\';
        bare
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbered(count: usize) -> Vec<String> {
        (0..count).map(|number| format!("/{number}")).collect()
    }

    #[test]
    fn a_list_of_absurd_length_is_refused_before_it_is_compiled() {
        let scope = Scope::new(numbered(MAX_PATTERNS)).unwrap();
        assert_eq!(scope.excludes(b"999", false), Some("/999"));
        let error = Scope::new(numbered(MAX_PATTERNS + 1)).unwrap_err();
        assert_eq!((error.index, &*error.pattern), (MAX_PATTERNS, "/1000"));
        assert!(error.reason.ends_with("the limit is 1000"), "{error}");
    }

    #[test]
    fn nothing_below_an_ignored_directory_is_included_again() {
        let patterns = ["/cache/", "!/cache/keep", "*.log", "!important.log"];
        let scope = Scope::new(patterns.map(str::to_owned).to_vec()).unwrap();
        let cases: [(&str, bool, Option<&str>); 7] = [
            ("cache", true, Some("/cache/")),
            ("cache", false, None),
            ("cache/keep", false, Some("/cache/")),
            ("a/cache/x", false, None),
            ("a/x.log", false, Some("*.log")),
            ("a/important.log", false, None),
            ("x.log/y", false, Some("*.log")),
        ];
        for (path, is_dir, pattern) in cases {
            assert_eq!(scope.excludes(path.as_bytes(), is_dir), pattern, "{path}");
        }
    }

    #[test]
    fn a_class_never_matches_a_slash() {
        for pattern in ["v[!0-9]x", "v[^a]x", "v[--0]x", "v[+-z]x", "**/v[!0-9]x", "/v[!0]x"] {
            let scope = Scope::new(vec![pattern.to_owned()]).unwrap();
            assert_eq!(scope.excludes(b"v/x", false), None, "{pattern}");
            assert_eq!(scope.excludes(b"v-x", false), Some(pattern));
        }
    }

    #[test]
    fn a_blank_at_the_end_needs_a_backslash_of_its_own() {
        let accepted = ["z\\ ", "z\\\\\\ ", "z\\\\", "[a ]", "\\ "];
        let refused = ["z ", "z\\\\ ", "z\\  ", "z\t", "z\\\t", "z\u{a0}", " "];
        for pattern in accepted {
            assert!(Scope::new(vec![pattern.to_owned()]).is_ok(), "{pattern:?}");
        }
        for pattern in refused {
            assert!(Scope::new(vec![pattern.to_owned()]).is_err(), "{pattern:?}");
        }
        let scope = Scope::new(vec!["z\\ ".to_owned()]).unwrap();
        assert_eq!(scope.excludes(b"z ", false), Some("z\\ "));
        assert_eq!(scope.excludes(b"z\\ ", false), None);
    }

    #[test]
    fn all_patterns_together_have_a_limit() {
        let long = "x".repeat(MAX_PATTERN_BYTES - 1);
        assert!(Scope::new(vec![long.clone(), "y".to_owned()]).is_ok());
        let error = Scope::new(vec![long, "y".to_owned(), "z".to_owned()]).unwrap_err();
        assert_eq!((error.index, &*error.pattern), (2, "z"));
        assert!(error.reason.ends_with("the limit is 65536"), "{error}");
    }
}
