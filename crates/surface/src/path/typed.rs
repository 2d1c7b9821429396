//! Values of a key whose type is stored with them, as components: equal texts of different types never meet.

use std::fmt::Write as _;

use super::{TEXT, escaped, shortened};

/// The component of a key column that holds the integer `value`.
#[must_use]
pub(crate) fn integer(value: i64) -> String {
    value.to_string()
}

/// The component of a key column that holds this text. Text that reads as an integer is marked.
#[must_use]
pub(crate) fn text(bytes: &[u8]) -> String {
    let escaped = escaped(bytes);
    let is_ambiguous = escaped.is_empty()
        || escaped.parse::<i64>().is_ok_and(|value| value.to_string() == escaped);
    shortened(if is_ambiguous { format!("{TEXT}{escaped}") } else { escaped })
}

/// The component of a key column that holds this number.
#[must_use]
pub(crate) fn real(value: f64) -> String {
    // The shortest digits that read back as the same bits.
    format!("%r{value:?}")
}

/// The component of a key column that holds these bytes.
#[must_use]
pub(crate) fn blob(bytes: &[u8]) -> String {
    hexadecimal("%b", bytes)
}

/// The component of a key column that holds text which is not what its encoding says.
#[must_use]
pub(crate) fn broken_text(bytes: &[u8]) -> String {
    hexadecimal("%u", bytes)
}

fn hexadecimal(mark: &str, bytes: &[u8]) -> String {
    let mut component = String::with_capacity(mark.len() + 2 * bytes.len());
    component.push_str(mark);
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(component, "{byte:02x}");
    }
    shortened(component)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;
    use sealgate_core::seal::path::EntryPath;

    use super::*;

    #[test]
    fn keys_of_different_types_never_meet() {
        let components = [
            integer(1),
            integer(-1),
            text(b"1"),
            text(b"-1"),
            text(b"01"),
            text(b"1.0"),
            text(b""),
            text(b"t"),
            text(b"%t"),
            real(1.0),
            real(-0.0),
            real(0.0),
            real(1.000_000_000_000_000_2),
            blob(b""),
            blob(b"1"),
            broken_text(b"1"),
            text(b"9223372036854775807"),
            integer(i64::MAX),
            text(b"9223372036854775808"),
        ];
        let distinct: HashSet<&String> = components.iter().collect();
        assert_eq!(distinct.len(), components.len(), "{components:?}");
        assert_eq!(text(b"01"), "01");
        assert_eq!(text(b"1"), "%t1");
    }

    proptest! {
        #[test]
        fn each_text_has_a_legal_component_of_its_own(a: Vec<u8>, b: Vec<u8>) {
            let component = text(&a);
            let path = format!("main/{component}/rows");
            prop_assert!(EntryPath::parse(&path).is_ok());
            prop_assert!(!component.contains('/'));
            prop_assert!(!component.starts_with('+'));
            prop_assert_eq!(a == b, text(&a) == text(&b));
        }
    }
}
