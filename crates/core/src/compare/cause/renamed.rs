//! Names that are one but for case, Unicode form, a content hash or a version.

use std::collections::HashMap;

use super::{Explained, text};
use crate::compare::finding::{Cause, Finding, FindingKind};
use crate::seal::collisions;

/// A content hash in a name has no fewer characters.
const SHORTEST_HASH: usize = 4;

/// As long as the hashes of most bundlers: esbuild, Rollup and Vite.
const BUNDLER_HASH: usize = 8;

/// A longer name is not looked into, in bytes: seals hold none.
const LONGEST: usize = 4_096;

/// What may follow a version: `1.3.0rc1`, `2.0.0-beta.1`.
const RELEASES: [&str; 10] =
    ["alpha", "beta", "canary", "dev", "next", "post", "pre", "rc", "a", "b"];

/// How two different names are one, if they are.
fn rename(sealed: &str, there: &str) -> Option<Cause> {
    if collisions::case_folded(sealed) == collisions::case_folded(there) {
        Some(Cause::CaseOnlyRename)
    } else if collisions::normalised(sealed) == collisions::normalised(there) {
        Some(Cause::UnicodeNormalisation)
    } else if name_without_digests(sealed)
        .is_some_and(|name| name_without_digests(there).is_some_and(|other| name == other))
    {
        Some(Cause::RenamedByDigest)
    } else {
        None
    }
}

/// The cause of something that moved.
pub(super) fn moved(finding: &Finding) -> Explained {
    let cause = rename(finding.from.as_ref()?.as_str(), text(&finding.path)?)?;
    Some((cause, None))
}

/// Missing and unsealed names, by index, each under a form that names of one file share.
pub(super) struct Renames {
    folded: HashMap<String, [Vec<usize>; 2]>,
    without_digests: HashMap<String, [Vec<usize>; 2]>,
}

impl Renames {
    pub(super) fn among(findings: &[Finding]) -> Self {
        let mut all = Self { folded: HashMap::new(), without_digests: HashMap::new() };
        for (index, finding) in findings.iter().enumerate() {
            let side = match finding.kind {
                FindingKind::Missing => 0,
                FindingKind::Unsealed => 1,
                _ => continue,
            };
            let Some(path) = text(&finding.path) else { continue };
            all.folded.entry(collisions::folded(path)).or_default()[side].push(index);
            if let Some(name) = name_without_digests(path) {
                all.without_digests.entry(name).or_default()[side].push(index);
            }
        }
        all
    }

    /// Proved only where the partner is unique.
    pub(super) fn of(&self, index: usize, findings: &[Finding]) -> Explained {
        let path = text(&findings[index].path)?;
        let partners = only(self.folded.get(&collisions::folded(path)))
            .or_else(|| only(self.without_digests.get(&name_without_digests(path)?)));
        let (missing, unsealed) = partners?;
        let (sealed, there) = (text(&findings[missing].path)?, text(&findings[unsealed].path)?);
        let cause = rename(sealed, there)?;
        let detail = if index == missing {
            format!("{there} is there instead")
        } else {
            format!("sealed as {sealed}")
        };
        Some((cause, Some(detail)))
    }
}

/// The one missing and the one unsealed name, if there is one of each.
fn only(sides: Option<&[Vec<usize>; 2]>) -> Option<(usize, usize)> {
    match sides {
        Some([missing, unsealed]) => match (&missing[..], &unsealed[..]) {
            (&[missing], &[unsealed]) => Some((missing, unsealed)),
            _ => None,
        },
        None => None,
    }
}

/// `path` with a mark in the place of each content hash and version in its names; `None` where it has
/// none.
///
/// A version is numbers joined by dots (`1.2`, `v2.0.0-beta.1`). A hash stands between marks such as `-`
/// and `.`, and is of a kind that words are not: hexadecimal digits of both kinds from four characters on
/// (`4f2a`), eight or more characters with letters and numbers among each other (`B2xg9K4z`), or eight
/// capitals (`QWERTZUI`).
#[must_use]
pub fn name_without_digests(path: &str) -> Option<String> {
    if path.len() > LONGEST {
        return None;
    }
    let bytes = path.as_bytes();
    let (mut name, mut at, mut kept, mut found) = (String::new(), 0, 0, false);
    while at < bytes.len() {
        let begins = at == 0 || is_mark(bytes[at - 1]);
        match if begins { digest_length(&path[at..]) } else { None } {
            Some(length) => {
                name.push_str(&path[kept..at]);
                // No file has it in its name.
                name.push('\0');
                at += length;
                (kept, found) = (at, true);
            }
            // The next place at which a name or a part of one can begin.
            None => {
                at += bytes[at..]
                    .iter()
                    .position(|&byte| is_mark(byte))
                    .map_or(bytes.len(), |to| to + 1);
            }
        }
    }
    name.push_str(path.get(kept..)?);
    found.then_some(name)
}

/// Whether `byte` sets parts of a name apart.
fn is_mark(byte: u8) -> bool {
    matches!(byte, b'/' | b'-' | b'.' | b'_' | b'+' | b'~' | b'@' | b' ')
}

/// How many bytes at the start of `text` are a version or a content hash.
fn digest_length(text: &str) -> Option<usize> {
    let ends = |length: &usize| text.as_bytes().get(*length).is_none_or(|&byte| is_mark(byte));
    let length = version_length(text).or_else(|| hash_length(text)).filter(ends);
    length.or_else(|| marked_hash_length(text))
}

/// How many bytes at the start of `text` are a version: two numbers at least.
fn version_length(text: &str) -> Option<usize> {
    let rest = text.strip_prefix('v').unwrap_or(text);
    let number =
        |text: &str| text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let mut length = match number(rest) {
        0 => return None,
        length => length,
    };
    let mut numbers = 1;
    while let Some(more) = rest[length..].strip_prefix('.').map(number).filter(|&more| more > 0) {
        length += 1 + more;
        numbers += 1;
    }
    if numbers < 2 {
        return None;
    }
    let tail = rest[length..].strip_prefix(['-', '.', '_']).unwrap_or(&rest[length..]);
    if let Some(release) = RELEASES.iter().find_map(|release| tail.strip_prefix(release)) {
        let dotted = release.strip_prefix(['.', '-']).filter(|rest| number(rest) > 0);
        let rest_of_it = dotted.unwrap_or(release);
        let end = &rest_of_it[number(rest_of_it)..];
        if end.as_bytes().first().is_none_or(|&byte| is_mark(byte)) {
            return Some(text.len() - end.len());
        }
    }
    Some(text.len() - rest.len() + length)
}

/// How many bytes at the start of `text` are a hash of letters and digits.
fn hash_length(text: &str) -> Option<usize> {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(text.len());
    let token = &text.as_bytes()[..end];
    let has = |kind: fn(&u8) -> bool| token.iter().any(kind);
    let mixed = has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic);
    let is_hex = token.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    // `chapter12` and `Win32` count; a hash has letters after a digit, too.
    let counts = {
        let letters = token.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        token[letters..].iter().all(u8::is_ascii_digit)
    };
    let is_capitals = token.len() == BUNDLER_HASH && token.iter().all(u8::is_ascii_uppercase);
    let is_hash = (is_hex && mixed && end >= SHORTEST_HASH)
        || (mixed && !counts && end >= BUNDLER_HASH)
        || is_capitals;
    is_hash.then_some(end)
}

/// How many bytes at the start of `text` are a hash in the alphabet of base64 in URLs, which has marks of
/// its own: eight characters of every kind before an extension.
fn marked_hash_length(text: &str) -> Option<usize> {
    let token = text.as_bytes().get(..BUNDLER_HASH)?;
    let is_of_it = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let has = |kind: fn(&u8) -> bool| token.iter().any(kind);
    let of_every_kind =
        has(u8::is_ascii_digit) && has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase);
    let before_extension = text.as_bytes().get(BUNDLER_HASH) == Some(&b'.');
    (token.iter().all(is_of_it) && of_every_kind && before_extension).then_some(BUNDLER_HASH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_one_but_for_a_hash_or_a_version() {
        for (sealed, there) in [
            ("chunk-4f2a.js", "chunk-9b1c.js"),
            ("chunk-4NB5QH2K.js", "chunk-QWERTZUI.js"),
            ("main.3f2a9c1d0b.css", "main.00ffeedd12.css"),
            ("index-BQ2xg9-K.js", "index-D_8wr1da.js"),
            ("index-B2xg9K4z.js.map", "index-zz2xg9K4.js.map"),
            ("static/4f2a/app.js", "static/9b1c/app.js"),
            ("pkg-1.2.whl", "pkg-1.3.whl"),
            ("pkg-1.2-py3-none-any.whl", "pkg-1.2.1-py3-none-any.whl"),
            ("pkg-1.3.0rc1.tar.gz", "pkg-1.3.0.tar.gz"),
            ("lib@2.0.0-beta.1.tgz", "lib@2.0.0.tgz"),
            ("tool_v1.9_linux_amd64", "tool_v1.10_linux_amd64"),
            ("libfoo.so.1.2.3", "libfoo.so.1.3.0"),
            ("app-2.4.1/assets/app.js", "app-2.5.0/assets/app.js"),
            ("é-4f2a.js", "é-9b1c.js"),
        ] {
            assert_eq!(rename(sealed, there), Some(Cause::RenamedByDigest), "{sealed} {there}");
        }
        for (sealed, there) in [
            ("page1.html", "page2.html"),
            ("page-1.html", "page-2.html"),
            ("chapter12.html", "chapter13.html"),
            ("index-Settings.js", "index-Overview.js"),
            ("x-My-Files.js", "x-My-Texts.js"),
            ("chunk-4f2a.js", "chunk-9b1c.css"),
            ("chunk-4f2a.js", "chunk-main.js"),
            ("pkg-1.2.whl", "other-1.2.whl"),
            ("data-2024.json", "data-2025.json"),
            ("a/x.js", "b/x.js"),
            ("win32/a", "win64/a"),
        ] {
            assert_eq!(rename(sealed, there), None, "{sealed} {there}");
        }
    }

    #[test]
    fn any_name_can_be_looked_into() {
        for name in [
            "",
            "/",
            "v",
            "1.",
            "1.2.",
            "v1.2",
            "é",
            "1.2é",
            "1é.2",
            "-é-",
            "\u{202e}1.2",
            "0.0rcé",
        ] {
            let _ = name_without_digests(name);
        }
        assert_eq!(name_without_digests(&"1.2-".repeat(2_000)), None);
    }
}
