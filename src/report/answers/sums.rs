//! The lines of a check file, as `b3sum --check` and GNU `sha256sum --check` read them.

/// `HEX  PATH`. A name with a backslash or a line end is escaped, and the line then begins with a
/// backslash (GNU coreutils manual, "cksum output modes"; `b3sum` does the same).
#[must_use]
pub fn line(hex: &str, path: &str) -> String {
    // A file of this name would be taken for standard input.
    let path = if path == "-" { "./-" } else { path };
    if path.contains(['\\', '\n', '\r']) {
        let escaped = path.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r");
        format!("\\{hex}  {escaped}\n")
    } else {
        format!("{hex}  {path}\n")
    }
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn names_are_escaped_as_coreutils_escapes_them() {
        let cases = [
            ("a", "H  a\n"),
            ("a b", "H  a b\n"),
            (" *a", "H   *a\n"),
            ("-", "H  ./-\n"),
            ("d/-", "H  d/-\n"),
            ("a\nb", "\\H  a\\nb\n"),
            ("a\rb", "\\H  a\\rb\n"),
            ("a\\nb", "\\H  a\\\\nb\n"),
        ];
        for (path, expected) in cases {
            assert_eq!(line("H", path), expected);
        }
    }
}
