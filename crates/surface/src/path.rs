//! Names and keys as components of paths.
//!
//! Each encoding is injective: two names or keys never have one component, but for those of more than 200
//! bytes, which stand as their BLAKE3 digest.

#[cfg(feature = "sqlite")]
mod typed;

use std::fmt::Write as _;

use sealgate_core::seal::entry::Digest;

#[cfg(feature = "sqlite")]
pub(crate) use self::typed::{blob, broken_text, integer, real, text};

/// A longer component stands as `~` and its digest.
const MAX_COMPONENT_BYTES: usize = 200;

/// The longest key, and the most components that it may have: a longer one stands as its digest.
const MAX_KEY_BYTES: usize = 3_000;
const MAX_KEY_COMPONENTS: usize = 200;

/// Marks text that would read as something else without the mark, and the empty text.
const TEXT: &str = "%t";

/// The component of the object `name`.
#[must_use]
pub(crate) fn name(name: &[u8]) -> String {
    shortened(if name.is_empty() { TEXT.to_owned() } else { escaped(name) })
}

/// Adds the component of the name `name` to `path`, as [`name`] makes it.
pub(crate) fn push_name(path: &mut String, bytes: &[u8]) {
    let is_plain =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b' ' | b':');
    match std::str::from_utf8(bytes) {
        // Most keys: nothing in them is escaped.
        Ok(text)
            if bytes.len() <= MAX_COMPONENT_BYTES
                && !bytes.is_empty()
                && bytes.iter().all(is_plain) =>
        {
            path.push_str(text);
        }
        _ => path.push_str(&name(bytes)),
    }
}

/// The path of a key, whose components stand in `key` with slashes between them.
pub(crate) fn whole_key(key: String) -> String {
    // Counted as bytes: this runs for each row.
    let slashes = key.bytes().filter(|&byte| byte == b'/').count();
    if key.len() > MAX_KEY_BYTES || slashes >= MAX_KEY_COMPONENTS {
        return format!("~{}", Digest::of(key.as_bytes()));
    }
    key
}

/// The path of a key with these components, below the rows of its table.
#[cfg(feature = "sqlite")]
#[must_use]
pub(crate) fn key(components: &[String]) -> String {
    whole_key(components.join("/"))
}

fn shortened(component: String) -> String {
    if component.len() > MAX_COMPONENT_BYTES {
        format!("~{}", Digest::of(component.as_bytes()))
    } else {
        component
    }
}

/// `bytes` with `%XX` for each byte of `%`, `/`, `\`, of control characters, of what is not UTF-8, of a
/// leading `+` or `~`, and of a lone `.` or the first of `..`.
fn escaped(bytes: &[u8]) -> String {
    let mut escaped = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            let is_first = escaped.is_empty();
            let is_dots = is_first && matches!(bytes, b"." | b"..");
            let is_mark = is_first && matches!(c, '+' | '~');
            if c.is_control() || matches!(c, '%' | '/' | '\\') || is_mark || is_dots {
                push_escaped(&mut escaped, c.encode_utf8(&mut [0; 4]).as_bytes());
            } else {
                escaped.push(c);
            }
        }
        push_escaped(&mut escaped, chunk.invalid());
    }
    escaped
}

fn push_escaped(escaped: &mut String, bytes: &[u8]) {
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(escaped, "%{byte:02X}");
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sealgate_core::seal::path::EntryPath;

    use super::*;

    #[test]
    fn names_stay_readable_and_never_end_a_component() {
        let long = "x".repeat(201);
        let cases: [(&[u8], &str); 14] = [
            (b"births", "births"),
            (b"", "%t"),
            (b".", "%2E"),
            (b"..", "%2E."),
            (b"...", "..."),
            (b"a/b", "a%2Fb"),
            (b"a\\b", "a%5Cb"),
            (b"100%", "100%25"),
            (b"+table", "%2Btable"),
            (b"a+b", "a+b"),
            (b"~a", "%7Ea"),
            (b"a\tb\n\0", "a%09b%0A%00"),
            (b"\xff\xc3\xa9", "%FF\u{e9}"),
            (b"\xc2\x85", "%C2%85"),
        ];
        for (bytes, component) in cases {
            assert_eq!(name(bytes), component);
        }
        assert_eq!(name(long.as_bytes()), format!("~{}", Digest::of(long.as_bytes())));
    }

    #[test]
    fn a_key_that_no_path_can_hold_stands_as_its_digest() {
        let wide: Vec<String> = (0..201).map(|_| "1".to_owned()).collect();
        let long: Vec<String> = (0..20).map(|_| "x".repeat(199)).collect();
        for components in [wide, long] {
            assert_eq!(
                whole_key(components.join("/")),
                format!("~{}", Digest::of(components.join("/").as_bytes()))
            );
        }
        assert_eq!(whole_key("a/2".to_owned()), "a/2");
    }

    proptest! {
        #[test]
        fn each_name_has_a_legal_component_of_its_own(a: Vec<u8>, b: Vec<u8>) {
            let component = name(&a);
            let path = format!("main/{component}/rows");
            prop_assert!(EntryPath::parse(&path).is_ok());
            prop_assert!(!component.contains('/'));
            prop_assert!(!component.starts_with('+'));
            prop_assert_eq!(a == b, name(&a) == name(&b));
            let mut pushed = String::new();
            push_name(&mut pushed, &a);
            prop_assert_eq!(pushed, name(&a));
        }
    }
}
