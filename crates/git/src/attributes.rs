//! What git's attributes mean for bytes under seal, and how a line of `.gitattributes` is written.
//! Pure: git itself is asked which attributes a path has, because a nested file may win.

use std::fmt::Write as _;

/// The attributes that [`Values`] understands.
pub const ASKED: [&str; 8] = [
    "text",
    "crlf",
    "eol",
    "ident",
    "filter",
    "working-tree-encoding",
    "linguist-generated",
    "diff",
];

/// The attributes of one path, as far as they change its bytes or hide its changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "attributes are independent of each other")]
pub struct Values {
    text: Option<bool>,
    /// The old name of `text`, which counts where that is not specified.
    crlf: Option<bool>,
    eol: bool,
    ident: bool,
    filter: bool,
    lfs: bool,
    encoding: bool,
    generated: bool,
    no_diff: bool,
}

/// Who decides about line ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineEnds {
    /// Nobody: they stay.
    Kept,
    /// The configuration of whoever checks out (`core.autocrlf`).
    Open,
    /// git, in one way everywhere.
    Rewritten,
    /// git, in the way of the platform or of `core.eol`.
    RewrittenNatively,
}

impl Values {
    /// Takes one answer of `git check-attr`.
    pub fn take(&mut self, name: &str, value: &str) {
        let said = !matches!(value, "unspecified" | "unset");
        match name {
            "text" => self.text = conversion(value),
            "crlf" => self.crlf = conversion(value),
            "eol" => self.eol = matches!(value, "lf" | "crlf"),
            "ident" => self.ident = value == "set",
            "filter" => (self.filter, self.lfs) = (said, value == "lfs"),
            "working-tree-encoding" => self.encoding = said,
            "linguist-generated" => self.generated = said && value != "false",
            "diff" => self.no_diff = value == "unset",
            _ => {}
        }
    }

    /// Who decides about its line ends (gitattributes(5), `text` and `eol`).
    #[must_use]
    pub fn line_ends(&self) -> LineEnds {
        match (self.text.or(self.crlf), self.eol) {
            (Some(false), _) => LineEnds::Kept,
            (_, true) => LineEnds::Rewritten,
            (Some(true), false) => LineEnds::RewrittenNatively,
            (None, false) => LineEnds::Open,
        }
    }

    /// Whether attributes let git write other bytes into a working tree than a commit holds.
    #[must_use]
    pub fn rewrite(&self) -> bool {
        let converted = !matches!(self.line_ends(), LineEnds::Kept | LineEnds::Open);
        converted || self.ident || self.encoding || self.filter && !self.lfs
    }

    /// Whether Git LFS keeps it.
    #[must_use]
    pub fn lfs(&self) -> bool {
        self.lfs
    }

    /// Whether hosts fold away its changes.
    #[must_use]
    pub fn hidden(&self) -> bool {
        self.generated || self.no_diff
    }

    /// The words of a line that keeps its bytes as they are, and no more words than it takes.
    #[must_use]
    pub fn exact(&self) -> Vec<&'static str> {
        let words = [
            (self.line_ends() != LineEnds::Kept, "-text"),
            (self.ident, "-ident"),
            // Not `-`: git dies of an encoding that is unset rather than unspecified.
            (self.encoding, "!working-tree-encoding"),
            (self.filter, "!filter"),
        ];
        words.into_iter().filter(|(needed, _)| *needed).map(|(_, word)| word).collect()
    }

    /// The words of a line that shows its changes.
    #[must_use]
    pub fn shown(&self) -> Vec<&'static str> {
        let words = [(self.generated, "-linguist-generated"), (self.no_diff, "diff")];
        words.into_iter().filter(|(needed, _)| *needed).map(|(_, word)| word).collect()
    }
}

/// What the value of `text` or `crlf` says; values that mean nothing to git are as good as none.
fn conversion(value: &str) -> Option<bool> {
    match value {
        "unset" => Some(false),
        "set" | "auto" | "input" => Some(true),
        _ => None,
    }
}

/// The pattern of `.gitattributes` for everything below the directory `path`, relative to the
/// directory of that file; `.` is that directory itself.
#[must_use]
pub fn pattern(path: &str) -> String {
    if path == "." {
        return "*".to_owned();
    }
    let glob = glob(path);
    let plain = |c: char| !(c.is_whitespace() || c.is_control() || c == '"');
    if glob.chars().all(plain) { glob } else { quoted(&glob) }
}

/// The gitignore pattern for everything below the directory `path`.
#[must_use]
pub fn glob(path: &str) -> String {
    let mut glob = String::from("/");
    for c in path.chars() {
        if matches!(c, '*' | '?' | '[' | '\\') {
            glob.push('\\');
        }
        glob.push(c);
    }
    glob.push_str("/**");
    glob
}

/// `text` in the quotes that git takes apart: those of C.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            // Writing to a string cannot fail.
            _ if c.is_ascii_control() => drop(write!(quoted, "\\{:03o}", u32::from(c))),
            _ => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// `existing`, the content of a `.gitattributes`, with `first` before everything, which makes it
/// the weakest line, and with `lines` after everything. Bytes that are there stay, and new lines
/// end as the old ones do.
#[must_use]
pub fn with_lines(existing: &[u8], first: Option<&str>, lines: &[String]) -> Vec<u8> {
    const MARK: &[u8] = b"\xef\xbb\xbf";
    let first_end = existing.iter().position(|&byte| byte == b'\n');
    let crlf = first_end.is_some_and(|at| at > 0 && existing[at - 1] == b'\r');
    let end: &[u8] = if crlf { b"\r\n" } else { b"\n" };
    let (mark, rest) = match existing.strip_prefix(MARK) {
        Some(rest) => (MARK, rest),
        None => (&b""[..], existing),
    };
    let mut text = mark.to_vec();
    if let Some(first) = first {
        text.extend([first.as_bytes(), end].concat());
    }
    text.extend_from_slice(rest);
    if !lines.is_empty() && !rest.is_empty() && !rest.ends_with(b"\n") {
        text.extend_from_slice(end);
    }
    for line in lines {
        text.extend([line.as_bytes(), end].concat());
    }
    text
}

/// Whether `line` stands in `existing` as it is.
#[must_use]
pub fn has_line(existing: &[u8], line: &str) -> bool {
    existing.split(|&byte| byte == b'\n').any(|there| there.trim_ascii() == line.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Attributes with their values.
    type Said = &'static [(&'static str, &'static str)];

    fn values(said: &[(&str, &str)]) -> Values {
        let mut values = Values::default();
        for (name, value) in said {
            values.take(name, value);
        }
        values
    }

    #[test]
    fn what_git_says_tells_who_decides_about_line_ends() {
        use LineEnds as L;
        let cases: [(Said, LineEnds); 12] = [
            (&[], L::Open),
            (&[("text", "unspecified"), ("eol", "unspecified")], L::Open),
            (&[("text", "nonsense")], L::Open),
            (&[("text", "unset"), ("eol", "crlf")], L::Kept),
            (&[("crlf", "unset")], L::Kept),
            (&[("text", "set"), ("crlf", "unset")], L::RewrittenNatively),
            (&[("text", "auto")], L::RewrittenNatively),
            (&[("text", "auto"), ("eol", "lf")], L::Rewritten),
            (&[("eol", "crlf")], L::Rewritten),
            (&[("eol", "nonsense")], L::Open),
            (&[("crlf", "input")], L::RewrittenNatively),
            (&[("text", "unset"), ("crlf", "set")], L::Kept),
        ];
        for (said, decides) in cases {
            assert_eq!(values(said).line_ends(), decides, "{said:?}");
        }
    }

    #[test]
    fn a_line_has_the_words_that_it_takes_and_no_more() {
        let cases: [(Said, &[&str]); 6] = [
            (&[("text", "unset")], &[]),
            (&[], &["-text"]),
            (&[("text", "unset"), ("ident", "set")], &["-ident"]),
            (&[("text", "unset"), ("filter", "lfs")], &["!filter"]),
            (&[("text", "unset"), ("filter", "unset")], &[]),
            (&[("working-tree-encoding", "UTF-16")], &["-text", "!working-tree-encoding"]),
        ];
        for (said, words) in cases {
            assert_eq!(values(said).exact(), words, "{said:?}");
        }
        assert_eq!(values(&[("linguist-generated", "true")]).shown(), ["-linguist-generated"]);
        assert_eq!(values(&[("linguist-generated", "false"), ("diff", "python")]).shown(), [""; 0]);
        assert_eq!(values(&[("diff", "unset")]).shown(), ["diff"]);
    }

    #[test]
    fn lines_are_added_without_touching_those_there() {
        let lines = ["/a/** -text".to_owned(), "/b/** -text".to_owned()];
        let cases: [(&[u8], &[u8]); 6] = [
            (b"", b"* x\n/a/** -text\n/b/** -text\n"),
            (b"*.png -text\n", b"* x\n*.png -text\n/a/** -text\n/b/** -text\n"),
            (b"*.png -text", b"* x\n*.png -text\n/a/** -text\n/b/** -text\n"),
            (b"a\r\nb", b"* x\r\na\r\nb\r\n/a/** -text\r\n/b/** -text\r\n"),
            (b"\xef\xbb\xbfa\n", b"\xef\xbb\xbf* x\na\n/a/** -text\n/b/** -text\n"),
            (b"\xff\n", b"* x\n\xff\n/a/** -text\n/b/** -text\n"),
        ];
        for (existing, whole) in cases {
            assert_eq!(with_lines(existing, Some("* x"), &lines), whole);
            assert_eq!(with_lines(existing, None, &[]), existing);
            assert!(has_line(whole, &lines[0]) && !has_line(existing, &lines[0]));
        }
    }
}
