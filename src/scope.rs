//! What lies in scope: the `exclude` patterns of a seal, decided by one function for every source.
//!
//! The patterns are gitignore patterns, and this is the only place that matches them. A path is
//! decided from the top down, a component at a time; an ignored directory ends it, and nothing
//! below it is included again. No `.gitignore`, no hidden-file rule, no environment and no
//! configuration elsewhere has a say.
//!
//! Syntax on which git and the matcher disagree is refused, so that a pattern means what
//! `man gitignore` says: an unescaped `{` or `}`, white space at the end, an unclosed `[`; runs of
//! `*` other than a whole component `**`; `\/`; and in `[...]` a backslash, `[:alpha:]` and the
//! like, a `-` after a range, and what is not ASCII.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::path::Path;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// The most patterns that a seal may have: compiling them takes time and memory.
pub const MAX_PATTERNS: usize = 1_000;

/// The compiled `exclude` patterns of one seal.
#[derive(Debug, Clone)]
pub struct Scope {
    patterns: Vec<String>,
    /// `None` when there is no pattern: most seals, and then nothing needs deciding.
    matcher: Option<Gitignore>,
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
        let mut builder = GitignoreBuilder::new("");
        builder.allow_unclosed_class(false);
        let mut seen = HashSet::new();
        for (index, pattern) in patterns.iter().enumerate() {
            let refuse = |reason: String| ScopeError { index, pattern: pattern.clone(), reason };
            if let Some(reason) = refusal(pattern) {
                return Err(refuse(reason.to_owned()));
            }
            if !seen.insert(pattern.as_str()) {
                return Err(refuse("it stands in the list twice".to_owned()));
            }
            builder.add_line(None, pattern).map_err(|error| refuse(plain(&error)))?;
        }
        let matcher = builder.build().map_err(|error| ScopeError {
            index: 0,
            pattern: patterns[0].clone(),
            reason: plain(&error),
        })?;
        Ok(Self { patterns, matcher: Some(matcher) })
    }

    /// The patterns as written, in order.
    #[must_use]
    pub fn patterns(&self) -> &[String] {
        &self.patterns
    }

    /// The pattern that excludes `path`, whose parents are known to be in scope.
    ///
    /// This is the step that a walk takes at each name it meets.
    #[must_use]
    pub fn excludes_child(&self, path: &[u8], is_dir: bool) -> Option<&str> {
        let matcher = self.matcher.as_ref()?;
        match matcher.matched(native(path)?, is_dir) {
            ignore::Match::Ignore(glob) => Some(glob.original()),
            ignore::Match::None | ignore::Match::Whitelist(_) => None,
        }
    }

    /// The pattern that excludes `path` or a directory above it.
    #[must_use]
    pub fn excludes(&self, path: &[u8], is_dir: bool) -> Option<&str> {
        self.matcher.as_ref()?;
        let separators = path.iter().enumerate().filter(|&(_, &byte)| byte == b'/');
        separators
            .map(|(at, _)| at)
            .find_map(|at| self.excludes_child(&path[..at], true))
            .or_else(|| self.excludes_child(path, is_dir))
    }
}

/// Bytes as the platform's path; `None` where the platform cannot hold them.
fn native(path: &[u8]) -> Option<&Path> {
    #[cfg(unix)]
    let name = Some(<OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(path));
    #[cfg(not(unix))]
    let name = std::str::from_utf8(path).ok().map(OsStr::new);
    name.map(Path::new)
}

/// Why `pattern` is refused before the matcher sees it.
fn refusal(pattern: &str) -> Option<&'static str> {
    let body = pattern.strip_prefix('!').unwrap_or(pattern);
    let components = || body.trim_start_matches('/').trim_end_matches('/').split('/');
    if pattern.trim().is_empty() {
        Some("it is empty")
    } else if pattern.starts_with('#') {
        Some("it is a comment; write `\\#` for a name that begins with `#`")
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
        unclear(body.as_bytes())
    }
}

/// What git and the matcher read in two ways, if `body`, a pattern without its `!`, has any of it.
fn unclear(body: &[u8]) -> Option<&'static str> {
    let mut at = 0;
    while let Some(&byte) = body.get(at) {
        let rest = &body[at..];
        at += match byte {
            b'\\' if rest.get(1) == Some(&b'/') => return Some("a `/` cannot be escaped"),
            b'\\' => 2,
            b'[' => match class(rest) {
                Ok(length) => length,
                Err(reason) => return Some(reason),
            },
            b'*' => {
                let stars = rest.iter().take_while(|&&byte| byte == b'*').count();
                let alone = (at == 0 || body[at - 1] == b'/')
                    && rest.get(stars).is_none_or(|&byte| byte == b'/');
                if stars > 2 || stars == 2 && !alone {
                    return Some("`**` stands for directories as a whole component; write `*`");
                }
                stars
            }
            _ => 1,
        };
    }
    None
}

/// The length of the class `[...]` that `text` begins with, or why it is unclear. One that is not
/// closed is left to the matcher, which refuses it.
fn class(text: &[u8]) -> Result<usize, &'static str> {
    let first = if matches!(text.get(1), Some(b'!' | b'^')) { 2 } else { 1 };
    // How much of a range the bytes before form: `a`, `a-`, `a-c`.
    let mut range = 0;
    for (at, &byte) in text.iter().enumerate().skip(first) {
        match (byte, text.get(at + 1)) {
            (b']', _) if at > first => return Ok(at + 1),
            (b'\\', _) => return Err("in `[...]`, a backslash is read in two ways"),
            (b'[', Some(b':' | b'.' | b'=')) => {
                return Err("classes such as `[:alpha:]` are not understood; write a range");
            }
            (b'-', next) if range == 3 && next != Some(&b']') => {
                return Err("in `[...]`, a `-` after a range is read in two ways");
            }
            (0x80.., _) => return Err("in `[...]`, git takes bytes, not characters, beyond ASCII"),
            _ => {}
        }
        range = match (range, byte) {
            (1, b'-') => 2,
            (2, _) => 3,
            _ => 1,
        };
    }
    Ok(text.len())
}

fn ends_with_bare_space(pattern: &str) -> bool {
    pattern.ends_with(char::is_whitespace) && !pattern.ends_with("\\ ")
}

fn has_bare_brace(pattern: &str) -> bool {
    let mut escaped = false;
    pattern.chars().any(|c| {
        let bare = !escaped && matches!(c, '{' | '}');
        escaped = !escaped && c == '\\';
        bare
    })
}

/// The matcher's own words without its framing.
fn plain(error: &ignore::Error) -> String {
    match error {
        ignore::Error::Glob { err, .. } => err.clone(),
        other => other.to_string(),
    }
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
}
