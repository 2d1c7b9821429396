//! The name of a seal, from the directory that it is of.

use sealgate_core::seal::SealName;
use sealgate_core::seal::path::base;

/// A longer name is cut, in bytes: file systems take names of 255.
const LONGEST: usize = 100;

/// A name for the seal of `root` that is none of `taken`: `packages/web/dist` becomes
/// `packages-web-dist`. The root `.` takes the name of the repository's directory, `repository`.
#[must_use]
pub fn seal_name(root: &str, repository: &str, taken: &[SealName]) -> Option<SealName> {
    let text = if root == "." { base(repository) } else { root };
    let mut name = String::new();
    for c in text.chars().map(|c| c.to_ascii_lowercase()) {
        let plain = c.is_ascii_lowercase() || c.is_ascii_digit();
        if plain || matches!(c, '.' | '_') && !name.is_empty() {
            name.push(c);
        } else if !name.is_empty() && !name.ends_with('-') {
            name.push('-');
        }
    }
    name.truncate(LONGEST);
    let name = name.trim_end_matches('-');
    let name = if name.is_empty() { "artifacts" } else { name };
    let others = (2..).map(|number| format!("{name}-{number}"));
    let mut names = std::iter::once(name.to_owned()).chain(others).take(taken.len() + 2);
    names.find_map(|name| SealName::parse(&name).filter(|name| !taken.contains(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_gives_its_seal_a_legal_name_that_no_other_has() {
        let taken = [SealName::parse("vendor").unwrap(), SealName::parse("vendor-2").unwrap()];
        let long = "d".repeat(300);
        let cases = [
            ("dist", "dist"),
            ("packages/web/dist", "packages-web-dist"),
            ("Packages/My App/dist", "packages-my-app-dist"),
            ("_site", "site"),
            (".output/public", "output-public"),
            ("__generated__", "generated__"),
            ("third_party", "third_party"),
            ("v1.2/out", "v1.2-out"),
            ("\u{e9}t\u{e9}", "t"),
            ("\u{65e5}\u{672c}", "artifacts"),
            ("policy", "policy-2"),
            ("vendor", "vendor-3"),
            (".", "repo"),
            (&long, &long[..LONGEST]),
        ];
        for (root, name) in cases {
            let made = seal_name(root, "/home/me/repo", &taken).unwrap();
            assert_eq!(made.as_str(), name, "{root}");
        }
        assert_eq!(seal_name(".", "/", &[]).unwrap().as_str(), "artifacts");
    }
}
