//! JSON that no log viewer and no CI runner can misread, and every JSON parser reads alike.
//!
//! The runner's old command form `##[` counts anywhere in a line, and so does Azure's `##vso[`;
//! bidi controls, line separators, DEL and C1 change what a person sees. All of these are written
//! as `\uXXXX`, which means the same string.

use std::io;

use serde::Serialize;
use serde_json::ser::{Formatter, PrettyFormatter, Serializer};

use crate::report::v1::Report;

/// On this level are the findings, each on one line: there may be a hundred thousand of them.
const FINDING: usize = 4;

/// Writes `report` as `sealgate-report/1`.
pub fn json(report: &Report, sink: &mut dyn io::Write) -> io::Result<()> {
    write(report, Inert { one_line_from: FINDING, ..Inert::default() }, sink)
}

/// Writes `value` as JSON: two spaces a level, a line feed at the end, nothing that acts on a
/// terminal or a runner.
pub(crate) fn to_writer<T: Serialize + ?Sized>(
    value: &T,
    sink: &mut dyn io::Write,
) -> io::Result<()> {
    write(value, Inert::default(), sink)
}

fn write<T: Serialize + ?Sized>(
    value: &T,
    layout: Inert,
    sink: &mut dyn io::Write,
) -> io::Result<()> {
    let mut buffer = io::BufWriter::with_capacity(BUFFER, sink);
    value.serialize(&mut Serializer::with_formatter(&mut buffer, layout))?;
    io::Write::write_all(&mut buffer, b"\n")?;
    io::Write::flush(&mut buffer)
}

/// How much is written at a time, in bytes.
const BUFFER: usize = 64 << 10;

/// The pretty layout with inert strings. What lies deep enough stands on one line.
struct Inert {
    pretty: PrettyFormatter<'static>,
    /// How many arrays and objects are around what is written.
    depth: usize,
    /// An array or an object with so many around it stands on one line.
    one_line_from: usize,
}

impl Default for Inert {
    fn default() -> Self {
        Self { pretty: PrettyFormatter::new(), depth: 0, one_line_from: usize::MAX }
    }
}

impl Inert {
    /// Whether what is written is in an array or an object that stands on one line.
    fn on_one_line(&self) -> bool {
        self.depth > self.one_line_from
    }

    fn begin<W: ?Sized + io::Write>(
        &mut self,
        to: &mut W,
        bracket: &[u8],
        begin: impl FnOnce(&mut PrettyFormatter<'static>, &mut W) -> io::Result<()>,
    ) -> io::Result<()> {
        self.depth += 1;
        if self.on_one_line() { to.write_all(bracket) } else { begin(&mut self.pretty, to) }
    }

    fn end<W: ?Sized + io::Write>(
        &mut self,
        to: &mut W,
        bracket: &[u8],
        end: impl FnOnce(&mut PrettyFormatter<'static>, &mut W) -> io::Result<()>,
    ) -> io::Result<()> {
        let on_one_line = self.on_one_line();
        self.depth = self.depth.saturating_sub(1);
        if on_one_line { to.write_all(bracket) } else { end(&mut self.pretty, to) }
    }

    fn next<W: ?Sized + io::Write>(
        &mut self,
        to: &mut W,
        first: bool,
        next: impl FnOnce(&mut PrettyFormatter<'static>, &mut W) -> io::Result<()>,
    ) -> io::Result<()> {
        match (self.on_one_line(), first) {
            (true, true) => Ok(()),
            (true, false) => to.write_all(b","),
            (false, _) => next(&mut self.pretty, to),
        }
    }
}

impl Formatter for Inert {
    fn write_string_fragment<W>(&mut self, to: &mut W, fragment: &str) -> io::Result<()>
    where
        W: ?Sized + io::Write,
    {
        // Nearly all text is of this sort.
        let acting = |byte| u8::from(byte >= 0x7f) | u8::from(byte == b'#');
        // To the end of the fragment, which takes a vector of bytes at a time.
        if fragment.bytes().fold(0, |any, byte| any | acting(byte)) == 0 {
            return to.write_all(fragment.as_bytes());
        }
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
        self.begin(to, b"[", PrettyFormatter::begin_array)
    }

    fn end_array<W: ?Sized + io::Write>(&mut self, to: &mut W) -> io::Result<()> {
        self.end(to, b"]", PrettyFormatter::end_array)
    }

    fn begin_array_value<W: ?Sized + io::Write>(
        &mut self,
        to: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.next(to, first, |pretty, to| pretty.begin_array_value(to, first))
    }

    fn end_array_value<W: ?Sized + io::Write>(&mut self, to: &mut W) -> io::Result<()> {
        if self.on_one_line() { Ok(()) } else { self.pretty.end_array_value(to) }
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, to: &mut W) -> io::Result<()> {
        self.begin(to, b"{", PrettyFormatter::begin_object)
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, to: &mut W) -> io::Result<()> {
        self.end(to, b"}", PrettyFormatter::end_object)
    }

    fn begin_object_key<W: ?Sized + io::Write>(
        &mut self,
        to: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.next(to, first, |pretty, to| pretty.begin_object_key(to, first))
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, to: &mut W) -> io::Result<()> {
        if self.on_one_line() { to.write_all(b":") } else { self.pretty.begin_object_value(to) }
    }

    fn end_object_value<W: ?Sized + io::Write>(&mut self, to: &mut W) -> io::Result<()> {
        if self.on_one_line() { Ok(()) } else { self.pretty.end_object_value(to) }
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
    fn what_lies_deep_stands_on_one_line() {
        let value = serde_json::json!({"a": [{"b": [1, {"c": []}], "d": {}}, 2], "e": {"f": 1}});
        let mut bytes = Vec::new();
        write(&value, Inert { one_line_from: 2, ..Inert::default() }, &mut bytes).unwrap();
        let expected = "{\n  \"a\": [\n    {\"b\":[1,{\"c\":[]}],\"d\":{}},\n    2\n  ],\n  \"e\": {\n    \"f\": 1\n  }\n}\n";
        assert_eq!(String::from_utf8(bytes).unwrap(), expected);
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
