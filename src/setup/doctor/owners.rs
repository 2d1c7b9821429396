//! CODEOWNERS as GitHub and GitLab read it: of the patterns that match a path, the last one names
//! its owners. Pure.
//!
//! What is not judged: whether the owners exist, may write, or are asked at all, which is set on
//! the host. GitLab's sections each have a last pattern; an owner in one of them is one.

use sealgate_core::seal::exclude::pattern::{Automaton, Matches, Pattern, pieces};
use sealgate_core::seal::path::MAX_PATH_BYTES;

/// Rules that are matched together, at most: their tables grow with them.
const TOGETHER: usize = 500;

/// A file of owners.
#[derive(Debug)]
pub(super) struct Owners {
    sections: Vec<Vec<Rules>>,
}

/// Some rules that follow each other.
#[derive(Debug)]
struct Rules {
    patterns: Automaton,
    /// Of each, whether it names an owner.
    owned: Vec<bool>,
}

/// One line.
struct Rule {
    pattern: Pattern,
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
        let compiled = |rules: Vec<Rule>| rules.chunks(TOGETHER).map(Rules::new).collect();
        Self { sections: sections.into_iter().map(compiled).collect() }
    }

    /// Whether `path`, relative to the repository root, has an owner.
    pub(super) fn owns(&self, path: &str) -> bool {
        let last = |rules: &Vec<Rules>| rules.iter().rev().find_map(|rules| rules.last(path));
        self.sections.iter().any(|rules| last(rules) == Some(true))
    }
}

impl Rules {
    fn new(rules: &[Rule]) -> Self {
        let patterns: Vec<Pattern> = rules.iter().map(|rule| rule.pattern.clone()).collect();
        let owned = rules.iter().map(|rule| rule.owned).collect();
        Self { patterns: Automaton::new(&patterns), owned }
    }

    /// Whether the last rule that matches `path`, or a directory above it, names an owner.
    fn last(&self, path: &str) -> Option<bool> {
        let (above, name) = path.rsplit_once('/').unwrap_or(("", path));
        let mut level = self.patterns.top().clone();
        let mut last = None;
        for name in above.split('/').filter(|name| !name.is_empty()) {
            last = last.max(self.patterns.enter(&mut level, name.as_bytes()));
        }
        last = last.max(self.patterns.last_match(&level, name.as_bytes(), false));
        self.owned.get(last?).copied()
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
        let (text, owners) = line.split_at(end.unwrap_or(line.len()));
        if text.is_empty() || text.starts_with('!') || text.len() > MAX_PATH_BYTES {
            return None;
        }
        let mut pattern = Pattern::of_gitignore(&pieces(text).ok()?);
        // `docs/*` is what lies directly in `docs`, unlike in a `.gitignore`.
        if text.ends_with("/*") {
            pattern.matches = Matches::Files;
        }
        let bare = owners.split_whitespace().next().is_none_or(|first| first.starts_with('#'));
        let owned = names_an_owner(owners) || bare && inherited;
        Some(Self { pattern, owned })
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
