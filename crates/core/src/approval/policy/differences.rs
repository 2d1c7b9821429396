//! What one policy says otherwise than another, table by table: a number that changed is one line.

use std::fmt::Write as _;

use crate::text::escape::printable_str;

/// The keys that tell which table of a kind a table is.
const NAMING: [&str; 7] = ["name", "action", "environment", "seals", "break-glass", "key", "grant"];

/// A table of a policy, or its head.
#[derive(Debug, PartialEq, Eq)]
struct Table<'t> {
    /// `[[rule]]`; empty for the head.
    kind: &'t str,
    lines: Vec<&'t str>,
}

/// The lines that tell the canonical text `new` from the canonical text `old`: each with a mark, below the
/// table in which it stands.
#[must_use]
pub fn differences(old: &str, new: &str) -> String {
    let (before, after) = (tables(old), tables(new));
    let mut out = String::new();
    for table in &before {
        match after.iter().find(|other| other.title() == table.title()) {
            Some(other) => push_changed(&mut out, table, other),
            None => push_whole(&mut out, '-', table),
        }
    }
    for table in after.iter().filter(|new| before.iter().all(|old| old.title() != new.title())) {
        push_whole(&mut out, '+', table);
    }
    out
}

/// Comments are no part of a policy.
fn tables(text: &str) -> Vec<Table<'_>> {
    let mut tables = vec![Table { kind: "", lines: Vec::new() }];
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if line.starts_with("[[") {
            tables.push(Table { kind: line, lines: Vec::new() });
        } else if let Some(table) = tables.last_mut() {
            table.lines.push(line);
        }
    }
    tables
}

fn key(line: &str) -> &str {
    line.split_once(" = ").map_or(line, |(key, _)| key)
}

impl Table<'_> {
    /// What tells it from the others: its kind, and the lines that name it.
    fn title(&self) -> String {
        // A key's name names it, whatever the key is.
        let is_named = self.lines.iter().any(|line| key(line) == "name");
        let names =
            |line: &&&str| if is_named { key(line) == "name" } else { NAMING.contains(&key(line)) };
        let naming: Vec<&str> = self.lines.iter().filter(names).copied().collect();
        match self.kind {
            "" => "the head".to_owned(),
            kind => format!("{kind} {}", naming.join(", ")),
        }
    }
}

fn push_changed(out: &mut String, old: &Table<'_>, new: &Table<'_>) {
    if old == new {
        return;
    }
    // Writing to a string cannot fail.
    let _ = writeln!(out, "  in {}:", printable_str(&old.title()));
    for line in old.lines.iter().filter(|line| !new.lines.contains(line)) {
        push(out, '-', line);
    }
    for line in new.lines.iter().filter(|line| !old.lines.contains(line)) {
        push(out, '+', line);
    }
}

fn push_whole(out: &mut String, mark: char, table: &Table<'_>) {
    push(out, mark, table.kind);
    table.lines.iter().for_each(|line| push(out, mark, line));
}

fn push(out: &mut String, mark: char, line: &str) {
    let _ = writeln!(out, "  {mark} {}", printable_str(line));
}

#[cfg(test)]
mod tests {
    use super::differences;

    const OLD: &str = "# Policy\nformat = \"p/1\"\nmax-grant-hours = 72\n\n[[key]]\nname = \"ada\"\n\
        key = \"a\"\n\n[[rule]]\naction = \"apply\"\nenvironment = \"production\"\nthreshold = 2\n\n\
        [[rule]]\naction = \"policy-update\"\nthreshold = 2\n";

    #[test]
    fn a_change_is_a_line_below_its_table() {
        let cases = [
            (OLD.to_owned(), ""),
            (
                OLD.replacen("threshold = 2", "threshold = 1", 1),
                "  in [[rule]] action = \"apply\", environment = \"production\":\n\
                 \x20 - threshold = 2\n  + threshold = 1\n",
            ),
            (
                OLD.replace("72", "9"),
                "  in the head:\n  - max-grant-hours = 72\n  + max-grant-hours = 9\n",
            ),
            (
                OLD.replace("key = \"a\"", "key = \"b\""),
                "  in [[key]] name = \"ada\":\n  - key = \"a\"\n  + key = \"b\"\n",
            ),
            (
                format!("{OLD}\n[[revoked]]\ngrant = \"1\"\n"),
                "  + [[revoked]]\n  + grant = \"1\"\n",
            ),
            (
                OLD.replace("[[key]]\nname = \"ada\"\nkey = \"a\"\n\n", ""),
                "  - [[key]]\n  - name = \"ada\"\n  - key = \"a\"\n",
            ),
        ];
        for (new, expected) in cases {
            assert_eq!(differences(OLD, &new), expected);
        }
    }
}
