//! The text of the hook that git runs, and how one is recognised. Touches nothing.
//!
//! The second line states the digest of all that follows, so that an edited hook is told from one
//! that any version of sealgate wrote.

use std::num::NonZeroU32;

use sealgate_core::seal::entry::Digest;

/// What git runs.
const SHEBANG: &str = "#!/bin/sh\n";

/// How the second line begins; a number and a digest follow.
const MARK: &str = "# sealgate-hook/";

/// The form of this script.
const VERSION: u32 = 1;

/// What the hook is called that was there before ours.
pub(super) const ASIDE: &str = "pre-push.before-sealgate";

/// The script, in POSIX sh; `@BINARY@` is for the path of the program, `@SEALS@` for its options.
const BODY: &str = include_str!("pre-push.sh");

/// Whose a hook is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Author {
    /// Written by sealgate, some version of it.
    Sealgate,
    /// Written by sealgate, and edited; or it holds a part of such a hook.
    Edited,
    /// Somebody else's.
    Other,
}

/// The hook, which runs the `sealgate` in PATH, or else `binary`; `seals` is the seals directory, if it
/// is not the usual one.
#[must_use]
pub fn script(binary: &[u8], seals: Option<&str>) -> Vec<u8> {
    let seals = seals
        .map_or_else(Vec::new, |seals| [b"--seals ", &*quoted(seals.as_bytes()), b" "].concat());
    let (before, after) = BODY.split_once("@BINARY@").unwrap_or((BODY, ""));
    let after: Vec<&[u8]> = after.split("@SEALS@").map(str::as_bytes).collect();
    let body = [before.as_bytes(), &quoted(binary), &after.join(&*seals)].concat();
    let mark = format!("{SHEBANG}{MARK}{VERSION} {}\n", Digest::of(&body));
    [mark.as_bytes(), &body].concat()
}

/// `word` for any shell, byte for byte.
fn quoted(word: &[u8]) -> Vec<u8> {
    let mut text = vec![b'\''];
    for &byte in word {
        match byte {
            b'\'' => text.extend(br"'\''"),
            other => text.push(other),
        }
    }
    text.push(b'\'');
    text
}

/// Whose hook `text` is.
#[must_use]
pub fn author(text: &[u8]) -> Author {
    if is_untouched(text) {
        return Author::Sealgate;
    }
    // Kept aside, such a hook would look for the one before itself, and run itself for ever.
    let holds = |part: &str| text.windows(part.len()).any(|window| window == part.as_bytes());
    if holds(MARK) || holds(ASIDE) { Author::Edited } else { Author::Other }
}

fn is_untouched(text: &[u8]) -> bool {
    let stated = || {
        let rest = text.strip_prefix(SHEBANG.as_bytes())?.strip_prefix(MARK.as_bytes())?;
        let end = rest.iter().position(|&byte| byte == b'\n')?;
        let line = std::str::from_utf8(&rest[..end]).ok()?;
        let (version, digest) = line.split_once(' ')?;
        version.parse::<NonZeroU32>().ok()?;
        Some((digest, &rest[end + 1..]))
    };
    stated().is_some_and(|(digest, body)| Digest::of(body).to_string() == digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_ours_until_a_byte_of_it_changes() {
        let whole = script(b"/opt/o'clock/sealgate", Some("approved"));
        assert_eq!(author(&whole), Author::Sealgate);
        for at in 0..whole.len() {
            let mut edited = whole.clone();
            edited[at] ^= 1;
            assert_ne!(author(&edited), Author::Sealgate, "byte {at}");
            assert_ne!(author(&whole[..at]), Author::Sealgate, "cut at {at}");
        }
        let mut longer = whole.clone();
        longer.push(b'\n');
        assert_eq!(author(&longer), Author::Edited);
        let unmarked: Vec<u8> = whole.splitn(3, |&byte| byte == b'\n').nth(2).unwrap().to_vec();
        assert_eq!(author(&unmarked), Author::Edited);
    }

    #[test]
    fn a_script_of_another_version_is_ours_too() {
        let body = b"exec true\n";
        let of = |version: &str| {
            let mark = format!("#!/bin/sh\n# sealgate-hook/{version} {}\n", Digest::of(body));
            author(&[mark.as_bytes(), body].concat())
        };
        assert_eq!(of("7"), Author::Sealgate);
        assert_eq!(of("x"), Author::Edited);
    }

    #[test]
    fn the_hook_of_another_tool_is_not_ours() {
        for text in ["", "#!/bin/sh\n", "#!/bin/sh\nsealgate hook pre-push \"$@\"\n", "\x7fELF"] {
            assert_eq!(author(text.as_bytes()), Author::Other, "{text:?}");
        }
    }

    #[test]
    fn the_path_of_the_program_is_quoted_byte_for_byte() {
        let text = script(b"/a b/$(c)'\n\xff", None);
        let line = b"\nsealgate='/a b/$(c)'\\''\n\xff'\n";
        assert!(text.windows(line.len()).any(|window| window == line));
    }
}
