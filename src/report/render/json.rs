//! JSON that no log viewer and no CI runner can misread, and every JSON parser reads alike.
//!
//! The runner's old command form `##[` counts anywhere in a line, and so does Azure's `##vso[`;
//! bidi controls, line separators, DEL and C1 change what a person sees. All of these are written
//! as `\uXXXX`, which means the same string.

use std::io;

use serde::Serialize;
use serde_json::ser::{Formatter, PrettyFormatter, Serializer};

use crate::report::v1::Report;

/// Writes `report` as `sealgate-report/1`.
pub fn json(report: &Report, sink: &mut dyn io::Write) -> io::Result<()> {
    to_writer(report, sink)
}

/// Writes `value` as JSON: two spaces a level, a line feed at the end, nothing that acts on a
/// terminal or a runner.
pub(crate) fn to_writer<T: Serialize + ?Sized>(
    value: &T,
    sink: &mut dyn io::Write,
) -> io::Result<()> {
    let mut buffer = io::BufWriter::new(sink);
    value.serialize(&mut Serializer::with_formatter(&mut buffer, Inert::default()))?;
    io::Write::write_all(&mut buffer, b"\n")?;
    io::Write::flush(&mut buffer)
}

/// The pretty layout with inert strings.
#[derive(Default)]
struct Inert(PrettyFormatter<'static>);

impl Formatter for Inert {
    fn write_string_fragment<W>(&mut self, to: &mut W, fragment: &str) -> io::Result<()>
    where
        W: ?Sized + io::Write,
    {
        let mut written = 0;
        for (at, c) in fragment.char_indices() {
            let end = at + c.len_utf8();
            if acts(c, &fragment[end..]) {
                to.write_all(&fragment.as_bytes()[written..at])?;
                write!(to, "\\u{:04x}", u32::from(c))?;
                written = end;
            }
        }
        to.write_all(&fragment.as_bytes()[written..])
    }

    fn begin_array<W: ?Sized + io::Write>(&mut self, to: &mut W) -> io::Result<()> {
        self.0.begin_array(to)
    }

    fn end_array<W: ?Sized + io::Write>(&mut self, to: &mut W) -> io::Result<()> {
        self.0.end_array(to)
    }

    fn begin_array_value<W: ?Sized + io::Write>(
        &mut self,
        to: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.0.begin_array_value(to, first)
    }

    fn end_array_value<W: ?Sized + io::Write>(&mut self, to: &mut W) -> io::Result<()> {
        self.0.end_array_value(to)
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, to: &mut W) -> io::Result<()> {
        self.0.begin_object(to)
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, to: &mut W) -> io::Result<()> {
        self.0.end_object(to)
    }

    fn begin_object_key<W: ?Sized + io::Write>(
        &mut self,
        to: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.0.begin_object_key(to, first)
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, to: &mut W) -> io::Result<()> {
        self.0.begin_object_value(to)
    }

    fn end_object_value<W: ?Sized + io::Write>(&mut self, to: &mut W) -> io::Result<()> {
        self.0.end_object_value(to)
    }
}

/// Whether `c`, with `rest` after it, means something to a terminal or a runner. Everything here
/// lies below U+10000, so that one `\uXXXX` holds it; C0 never comes here.
fn acts(c: char, rest: &str) -> bool {
    match c {
        '#' => rest.starts_with(['[', '#']),
        '\u{7f}'..='\u{9f}'
        | '\u{61c}'
        | '\u{200e}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}' => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(value: &(impl Serialize + ?Sized)) -> String {
        let mut bytes = Vec::new();
        to_writer(value, &mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn what_acts_is_written_by_number_and_the_rest_as_it_is() {
        let cases = [
            ("##[x]", r#""\u0023\u0023[x]""#),
            ("#[x]#", r#""\u0023[x]#""#),
            ("##vso[x]", r#""\u0023#vso[x]""#),
            ("#\"[", r##""#\"[""##),
            ("\u{7f}\u{85}\u{9f}", r#""\u007f\u0085\u009f""#),
            ("\u{61c}\u{200e}\u{202e}\u{2069}", r#""\u061c\u200e\u202e\u2069""#),
            ("a\u{2028}b\u{2029}", r#""a\u2028b\u2029""#),
            ("\n\u{1b}\0\\", r#""\n\u001b\u0000\\""#),
            ("日本語 é #1 ::x::", r#""日本語 é #1 ::x::""#),
        ];
        for (text, json) in cases {
            assert_eq!(written(text), format!("{json}\n"));
        }
    }

    #[test]
    fn every_character_reads_back_as_it_was() {
        let all: Vec<String> = ('\0'..=char::MAX).map(|c| format!("a{c}{c}b#{c}[")).collect();
        let text = written(&all);
        let back: Vec<String> = serde_json::from_str(&text).unwrap();
        assert_eq!(back, all);
        assert!(!text.chars().any(|c| c.is_control() && c != '\n'));
        assert!(!text.contains("##"));
    }

    #[test]
    fn keys_are_as_inert_as_values() {
        let map = std::collections::BTreeMap::from([("##[k]", 1)]);
        assert_eq!(written(&map), "{\n  \"\\u0023\\u0023[k]\": 1\n}\n");
    }

    #[test]
    fn layout_is_two_spaces_a_level_and_a_line_feed_at_the_end() {
        let value = serde_json::json!({"a": [1, {"b": null}], "c": [], "d": {}});
        let expected = "{\n  \"a\": [\n    1,\n    {\n      \"b\": null\n    }\n  ],\n  \"c\": [],\n  \"d\": {}\n}\n";
        assert_eq!(written(&value), expected);
    }

    #[test]
    fn a_sink_that_fails_is_told() {
        struct Full;
        impl io::Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::StorageFull.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        assert_eq!(to_writer("x", &mut Full).unwrap_err().kind(), io::ErrorKind::StorageFull);
    }
}
