//! What lies in scope: the `exclude` patterns of a seal, decided by one function for every source.
//!
//! The patterns are gitignore patterns, and this is the only place that matches them. A path is
//! decided from the top down, a component at a time; an ignored directory ends it, and nothing
//! below it is included again. No `.gitignore`, no hidden-file rule, no environment and no
//! configuration elsewhere has a say.
//!
//! Syntax on which git and the matcher disagree is refused, so that a pattern means what
//! `man gitignore` says: an unescaped `{` or `}`, white space at the end, an unclosed `[`.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::path::Path;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

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
        None
    }
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
