//! Globs that a person types: the same patterns, with `{a,b}`.

use super::automaton::{Automaton, Level};
use super::parse::{Pattern, pieces};

/// The most patterns that the braces of one glob may stand for.
const MAX_ALTERNATIVES: usize = 1_000;

/// The most bytes that these patterns may have together.
const MAX_BYTES: usize = 64 << 10;

/// A glob, matched from the top: `*`, `?` and `[...]` match no `/`; `**` as a whole component
/// stands for any number of directories; `{a,b}` for either; `\` takes a character literally.
#[derive(Debug)]
pub struct Glob {
    automaton: Automaton,
    bytes: usize,
}

impl Glob {
    /// Reads `text`, or says why it is no glob.
    pub fn new(text: &str) -> Result<Self, &'static str> {
        let (mut patterns, mut bytes) = (Vec::new(), 0);
        for alternative in alternatives(text)? {
            bytes += alternative.len();
            patterns.push(Pattern::anchored(&pieces(&alternative)?));
        }
        Ok(Self { automaton: Automaton::new(&patterns), bytes })
    }

    /// Reads `text` as a glob over the paths of a tree, from its top: a `./` at the beginning and a
    /// `/` at the end change nothing, and what can match no path is refused.
    pub fn of_path(text: &str) -> Result<Self, &'static str> {
        let (mut patterns, mut bytes) = (Vec::new(), 0);
        for alternative in alternatives(text)? {
            bytes += alternative.len();
            let mut path = alternative.trim_end_matches('/');
            while let Some(rest) = path.strip_prefix("./") {
                path = rest.trim_start_matches('/');
            }
            if alternative.starts_with('/') {
                return Err("it is absolute; write it as seen from the repository root");
            }
            if path.split('/').any(|name| matches!(name, "" | "." | "..")) {
                return Err("an empty, `.` or `..` component never matches");
            }
            patterns.push(Pattern::anchored(&pieces(path)?));
        }
        Ok(Self { automaton: Automaton::new(&patterns), bytes })
    }

    /// How many bytes the patterns have that it stands for.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Whether anything in a directory at `level`, or below it, can match.
    #[must_use]
    pub fn leads_on(&self, level: &Level) -> bool {
        self.automaton.leads_on(level)
    }

    /// The state at the top of the tree.
    #[must_use]
    pub fn top(&self) -> &Level {
        self.automaton.top()
    }

    /// Whether `name` matches in a directory at `level`.
    #[must_use]
    pub fn matches(&self, level: &Level, name: &[u8]) -> bool {
        self.automaton.last_match(level, name, true).is_some()
    }

    /// The state in the directory `name`, which lies in a directory at `level`.
    #[must_use]
    pub fn below(&self, level: &Level, name: &[u8]) -> Level {
        self.automaton.below(level, name)
    }

    /// Whether `name` matches in a directory at `level`, and the state in the directory `name`.
    #[must_use]
    pub fn enter(&self, level: &Level, name: &[u8]) -> (bool, Level) {
        let mut level = level.clone();
        let last = self.automaton.enter(&mut level, name);
        (last.is_some(), level)
    }

    /// Whether it matches `path`; a path with an empty component is none.
    #[must_use]
    pub fn is_match(&self, path: &str) -> bool {
        let mut level = self.automaton.top().clone();
        let mut names = path.as_bytes().split(|&byte| byte == b'/').peekable();
        while let Some(name) = names.next() {
            if name.is_empty() {
                return false;
            }
            if names.peek().is_none() {
                return self.matches(&level, name);
            }
            level = self.automaton.below(&level, name);
        }
        false
    }
}

/// The patterns without braces that `text` stands for.
fn alternatives(text: &str) -> Result<Vec<String>, &'static str> {
    let mut waiting = vec![text.to_owned()];
    let (mut done, mut bytes) = (Vec::new(), 0);
    while let Some(text) = waiting.pop() {
        let Some(group) = Group::first(&text)? else {
            bytes += text.len();
            done.push(text);
            if done.len() > MAX_ALTERNATIVES || bytes > MAX_BYTES {
                return Err("its braces stand for too many patterns");
            }
            continue;
        };
        let (before, after) = (&text[..group.open], &text[group.close + 1..]);
        for choice in group.choices(&text) {
            waiting.push(format!("{before}{choice}{after}"));
        }
        // Each that waits becomes at least one pattern.
        if waiting.len() > MAX_ALTERNATIVES {
            return Err("its braces stand for too many patterns");
        }
    }
    Ok(done)
}

/// The places of the braces of a `{a,b}`, and of the commas between them.
struct Group {
    open: usize,
    close: usize,
    commas: Vec<usize>,
}

impl Group {
    /// The first group of `text` that is in no other.
    fn first(text: &str) -> Result<Option<Self>, &'static str> {
        let text = text.as_bytes();
        let (mut open, mut depth, mut commas) = (None, 0_usize, Vec::new());
        let mut at = 0;
        while let Some(&byte) = text.get(at) {
            match byte {
                b'\\' => at += 1,
                b'[' => at = end_of_class(text, at),
                b'{' => {
                    depth += 1;
                    open = open.or(Some(at));
                }
                b',' if depth == 1 => commas.push(at),
                b'}' => match (depth, open) {
                    (1, Some(open)) => return Ok(Some(Self { open, close: at, commas })),
                    (0, _) => return Err("a `}` has no `{`; write `\\}`"),
                    _ => depth -= 1,
                },
                _ => {}
            }
            at += 1;
        }
        if depth > 0 { Err("a `{` has no `}`; write `\\{`") } else { Ok(None) }
    }

    fn choices<'t>(&self, text: &'t str) -> Vec<&'t str> {
        let mut choices = Vec::new();
        let mut begin = self.open + 1;
        for &end in self.commas.iter().chain([&self.close]) {
            choices.push(&text[begin..end]);
            begin = end + 1;
        }
        choices
    }
}

/// Where the class that begins at `at` ends; an open one is refused when the pattern is read.
fn end_of_class(text: &[u8], at: usize) -> usize {
    let negated = matches!(text.get(at + 1), Some(b'!' | b'^'));
    let first = at + if negated { 2 } else { 1 };
    let rest = text.get(first + 1..).unwrap_or_default();
    rest.iter().position(|&byte| byte == b']').map_or(text.len(), |end| first + 1 + end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_match_as_a_shell_reads_them() {
        let cases: [(&str, &[&str], &[&str]); 13] = [
            ("web", &["web"], &["we", "webs", "a/web", ""]),
            ("web-*", &["web-", "web-a"], &["web", "web-/a"]),
            ("*", &["a", ".a"], &["a/b", ""]),
            ("packages/*/dist", &["packages/a/dist"], &["packages/dist", "packages/a/b/dist"]),
            ("**/dist", &["dist", "a/dist", "a/b/dist"], &["a/dist/b", "xdist"]),
            ("a/**", &["a/b", "a/b/c"], &["a", "ab"]),
            ("a/**/b", &["a/b", "a/x/y/b"], &["ab", "a/xb"]),
            ("{a,b/c}/d", &["a/d", "b/c/d"], &["c/d", "a,b/c/d"]),
            ("x{,.{y,z}}", &["x", "x.y", "x.z"], &["x.", "x,"]),
            ("[{,}]", &["{", ",", "}"], &["[{,}]"]),
            ("\\{a\\}", &["{a}"], &["a"]),
            ("[!a-c]", &["d", "-"], &["b", "/", ""]),
            ("a//b", &[], &["a/b", "a//b"]),
        ];
        for (text, matched, others) in cases {
            let glob = Glob::new(text).unwrap();
            for path in matched {
                assert!(glob.is_match(path), "{text} does not match {path}");
            }
            for path in others {
                assert!(!glob.is_match(path), "{text} matches {path}");
            }
        }
    }

    #[test]
    fn what_is_no_glob_is_refused() {
        let many = "{a,b}".repeat(10);
        let long = format!("{{a,b}}{}", "c".repeat(MAX_BYTES));
        for text in ["[a", "a\\", "{a", "a}", "a**", "{a,{b}", "[c-a]", &many, &long] {
            assert!(Glob::new(text).is_err(), "{text}");
        }
    }
}
