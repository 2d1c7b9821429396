//! CODEOWNERS as GitHub and GitLab read it: of the patterns that match a path, the last one names
//! its owners. Pure.
//!
//! What is not judged: whether the owners exist, may write, or are asked at all, which is set on
//! the host. GitLab's sections each have a last pattern; an owner in one of them is one.

use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// A file of owners.
#[derive(Debug)]
pub(super) struct Owners {
    sections: Vec<Vec<Rule>>,
}

#[derive(Debug)]
struct Rule {
    matcher: Gitignore,
    /// `docs/*` is what lies directly in `docs`, unlike in a `.gitignore`.
    shallow: bool,
    owned: bool,
}

impl Owners {
    /// Reads `text`; lines that a host would skip are skipped.
    pub(super) fn read(text: &str) -> Self {
        let mut sections = vec![Vec::new()];
        let mut inherited = false;
        for line in text.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
            if line.starts_with('[') || line.starts_with("^[") {
                let (_, owners) = line.rsplit_once(']').unwrap_or((line, ""));
                inherited = names_an_owner(owners);
                sections.push(Vec::new());
            } else if let (Some(rule), Some(section)) =
                (Rule::read(line, inherited), sections.last_mut())
            {
                section.push(rule);
            }
        }
        Self { sections }
    }

    /// Whether `path`, relative to the repository root, has an owner.
    pub(super) fn owns(&self, path: &str) -> bool {
        let last = |rules: &Vec<Rule>| {
            rules.iter().rev().find(|rule| rule.matches(path)).is_some_and(|rule| rule.owned)
        };
        self.sections.iter().any(last)
    }
}

impl Rule {
    fn read(line: &str, inherited: bool) -> Option<Self> {
        let mut escaped = false;
        let end = line.find(|c: char| {
            let ends = c.is_whitespace() && !escaped;
            escaped = !escaped && c == '\\';
            ends
        });
        let (pattern, owners) = line.split_at(end.unwrap_or(line.len()));
        if pattern.is_empty() || pattern.starts_with('!') {
            return None;
        }
        let mut builder = GitignoreBuilder::new("");
        builder.add_line(None, pattern).ok()?;
        let matcher = builder.build().ok()?;
        let bare = owners.split_whitespace().next().is_none_or(|first| first.starts_with('#'));
        let owned = names_an_owner(owners) || bare && inherited;
        Some(Self { matcher, shallow: pattern.ends_with("/*"), owned })
    }

    fn matches(&self, path: &str) -> bool {
        if self.shallow {
            self.matcher.matched(path, false).is_ignore()
        } else {
            self.matcher.matched_path_or_any_parents(path, false).is_ignore()
        }
    }
}

/// Whether `@someone`, `@a/team` or an address stands in `text` before a comment.
fn names_an_owner(text: &str) -> bool {
    let words = text.split_whitespace().take_while(|word| !word.starts_with('#'));
    words.into_iter().any(|word| word.contains('@'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_pattern_that_matches_names_the_owners() {
        let cases = [
            ("", false),
            ("* @all", true),
            ("*", false),
            ("/seals/ @a", true),
            ("seals/ @a", true),
            ("/seals @a", true),
            ("/seals/** @a", true),
            ("/seals/* @a", true),
            ("/seals/*.toml someone@example.org", true),
            ("* @all\n/seals/", false),
            ("/seals/\n* @all", true),
            ("* @all\n/seals/ # @nobody", false),
            ("# /seals/ @a", false),
            ("  /seals/\t@a # why", true),
            ("/docs/ @a", false),
            ("/* @a", false),
            ("!seals/ @a", false),
            ("[x]\n/seals/ @a", true),
            ("[x] @a\n/seals/", true),
            ("[x][2] @a\n/seals/\n^[y]\n/seals/", true),
            ("[x] @a\n[y]\n/seals/", false),
            ("\\", false),
            ("/seals\\ x/ @a", false),
        ];
        for (text, owned) in cases {
            assert_eq!(Owners::read(text).owns("seals/dist.toml"), owned, "{text:?}");
        }
        assert!(Owners::read("/my\\ seals/ @a").owns("my seals/dist.toml"));
    }
}
