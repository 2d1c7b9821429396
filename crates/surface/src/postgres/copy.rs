//! The text form of COPY: fields between tabs, and escapes in them.

/// Where a field begins and ends in its line.
pub(super) type Span = std::ops::Range<usize>;

/// What stands for NULL.
pub(super) const NULL: &[u8] = b"\\N";

/// The fields of `line`, into `spans`.
pub(super) fn split(line: &[u8], spans: &mut Vec<Span>) {
    spans.clear();
    let mut start = 0;
    for (at, _) in line.iter().enumerate().filter(|(_, byte)| **byte == b'\t') {
        spans.push(start..at);
        start = at + 1;
    }
    spans.push(start..line.len());
}

/// The value of `field`, which is not NULL.
pub(super) fn unescape(field: &[u8]) -> Vec<u8> {
    let mut value = Vec::with_capacity(field.len());
    let mut bytes = field.iter();
    while let Some(&byte) = bytes.next() {
        value.push(match byte {
            b'\\' => match bytes.next() {
                Some(b'b') => 8,
                Some(b't') => b'\t',
                Some(b'n') => b'\n',
                Some(b'v') => 11,
                Some(b'f') => 12,
                Some(b'r') => b'\r',
                Some(&other) => other,
                None => b'\\',
            },
            other => other,
        });
    }
    value
}

/// The values of `line`; `None` stands for NULL.
pub(super) fn values(line: &[u8]) -> Vec<Option<String>> {
    let field = |field: &[u8]| {
        (field != NULL).then(|| String::from_utf8_lossy(&unescape(field)).into_owned())
    };
    line.split(|&byte| byte == b'\t').map(field).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_as_the_server_wrote_them() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(values(b"a\t\\N\t"), [some("a"), None, some("")]);
        assert_eq!(
            values(b"\\\\N\t\\\\.\\t\\n\\r\\b\\v\\f"),
            [some("\\N"), some("\\.\t\n\r\u{8}\u{b}\u{c}")]
        );
        let mut spans = Vec::new();
        split(b"a\t\tbc", &mut spans);
        assert_eq!(spans, [0..1, 2..2, 3..5]);
        split(b"", &mut spans);
        assert_eq!(spans, [Span::default()]);
    }
}
