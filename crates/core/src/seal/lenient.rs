//! The lenient reader: any TOML that states a valid seal, as people leave it after editing.
//!
//! It serves `fmt` and `seal`, and it tells what is wrong with a text that the strict reader
//! refuses. What it lets through is form alone: order, quoting, comments, line ends.

use std::borrow::Cow;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::{SealError, SealFault, cut, quoted};
use super::model::{Header, Seal, SealName, SealedEntry};
use super::rules::{self, Entries, EntryFault, Place};
use super::write::to_bytes;

/// The longest text that is read leniently only to say what is wrong with it: `toml` needs some
/// fifty times the memory.
const MAX_EXPLAINED_BYTES: usize = 8 << 20;

/// What git leaves at the start of a line where a merge was not finished.
const CONFLICT_MARKERS: [&[u8]; 4] = [b"<<<<<<<", b"|||||||", b"=======", b">>>>>>>"];

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

type Table<'t> = DeTable<'t>;
type Value<'t> = Spanned<DeValue<'t>>;
type Key<'t> = Spanned<Cow<'t, str>>;

/// Reads the seal `name` from any TOML that states one.
pub fn loose_seal(name: &SealName, bytes: &[u8]) -> Result<Seal, SealError> {
    read(name, bytes, None)
}

/// The same, without the entries that the seal's own `exclude` covers, whose keys go to
/// `dropped`: what is left after a pattern was added.
pub fn loose_seal_in_scope(
    name: &SealName,
    bytes: &[u8],
    dropped: &mut Vec<String>,
) -> Result<Seal, SealError> {
    read(name, bytes, Some(dropped))
}

fn read(
    name: &SealName,
    bytes: &[u8],
    dropped: Option<&mut Vec<String>>,
) -> Result<Seal, SealError> {
    rules::check_length(bytes)?;
    check_conflict(bytes)?;
    check_not_blank(bytes)?;
    let document = Document { text: text_of(bytes)? };
    let mut fields = document.fields()?;
    let entries = fields.entries.take();
    let header = document.header(fields)?;
    let (key, entries) = entries.ok_or_else(|| missing("[entries]"))?;
    let line = document.line(&key);
    let DeValue::Table(table) = entries.into_inner() else {
        return Err(SealError::malformed(line, "`entries` must be a table"));
    };
    let entries = document.entries(&header, table, line, dropped)?;
    Ok(Seal { name: name.clone(), header, entries })
}

/// Reads what stands above `[entries]`, whatever has become of the entries.
pub fn loose_header(bytes: &[u8]) -> Result<Header, SealError> {
    rules::check_length(bytes)?;
    let head = above_entries(bytes);
    check_conflict(head)?;
    check_not_blank(bytes)?;
    let document = Document { text: text_of(head)? };
    let fields = document.fields()?;
    document.header(fields)
}

/// Tells what is wrong with `bytes`, of which the strict reader says `refusal`.
pub(super) fn explain(
    name: &SealName,
    bytes: &[u8],
    refusal: SealError,
    may_explain: impl FnOnce(usize) -> bool,
) -> SealError {
    if let Err(conflict) = check_conflict(bytes) {
        return conflict;
    }
    // Only a refusal of form leaves open what the text means.
    if refusal.fault != SealFault::NotCanonical || bytes.len() > MAX_EXPLAINED_BYTES {
        return refusal;
    }
    if !may_explain(bytes.len()) {
        return refusal;
    }
    match loose_seal(name, bytes) {
        Ok(seal) => first_difference(bytes, &to_bytes(&seal)).unwrap_or(refusal),
        Err(error) => error,
    }
}

/// Names the first line of `given` that is not as in `canonical`.
fn first_difference(given: &[u8], canonical: &[u8]) -> Option<SealError> {
    let mut given_lines = given.split_inclusive(|&byte| byte == b'\n');
    let mut canonical_lines = canonical.split_inclusive(|&byte| byte == b'\n');
    let mut line = 0;
    let (found, expected) = loop {
        line += 1;
        match (given_lines.next(), canonical_lines.next()) {
            (None, None) => return None,
            (found, expected) if found != expected => break (found, expected),
            _ => {}
        }
    };
    let early = canonical_lines.any(|later| Some(later) == found);
    let found = found.unwrap_or_default();
    let why = describe(found, expected, early);
    let message = format!("line {line} is not in canonical form: {why}");
    let fault = if why == CRLF { SealFault::LineEndings } else { SealFault::NotCanonical };
    Some(SealError::new(fault, line, message))
}

/// What is wrong with a line that a checkout rewrote.
const CRLF: &str = "it ends with CRLF instead of LF";

/// What is wrong with the line `found`; `early` says that it belongs further down.
fn describe(found: &[u8], expected: Option<&[u8]>, early: bool) -> String {
    let Some(expected) = expected else {
        return "the seal should end before it".to_owned();
    };
    let expected = expected.strip_suffix(b"\n").unwrap_or(expected);
    if found.starts_with(BYTE_ORDER_MARK) {
        "it begins with a byte order mark".to_owned()
    } else if found == expected {
        "it lacks the line feed at its end".to_owned()
    } else if found.strip_suffix(b"\r\n") == Some(expected) {
        CRLF.to_owned()
    } else if expected.is_empty() {
        "it should be empty".to_owned()
    } else {
        // Canonical text hides nothing, so that it can be shown as it is.
        let expected = String::from_utf8_lossy(expected);
        let order = if early { "; what stands here belongs further down" } else { "" };
        format!("it should read `{}`{order}", cut(&expected))
    }
}

/// `bytes` as text, validated once for all.
pub(super) fn text_of(bytes: &[u8]) -> Result<&str, SealError> {
    std::str::from_utf8(bytes).map_err(|error| {
        let line = line_at(bytes, error.valid_up_to());
        SealError::malformed(line, format!("line {line} is not UTF-8"))
    })
}

/// The line, from 1, on which the byte at `offset` stands.
fn line_at(bytes: &[u8], offset: usize) -> usize {
    1 + bytes.iter().take(offset).filter(|&&byte| byte == b'\n').count()
}

fn check_conflict(bytes: &[u8]) -> Result<(), SealError> {
    let text = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    for (index, line) in text.split(|&byte| byte == b'\n').enumerate() {
        if CONFLICT_MARKERS.iter().any(|marker| line.starts_with(marker)) {
            let marker = String::from_utf8_lossy(&line[..7]);
            let message = format!("line {} is a conflict marker `{marker}`", index + 1);
            return Err(SealError::new(SealFault::Conflict, index + 1, message));
        }
    }
    Ok(())
}

fn check_not_blank(bytes: &[u8]) -> Result<(), SealError> {
    if bytes.trim_ascii().is_empty() {
        return Err(SealError::new(SealFault::Empty, None, "the file is empty"));
    }
    Ok(())
}

/// The part of `bytes` above the line `[entries]`; all of it where there is no such line.
fn above_entries(bytes: &[u8]) -> &[u8] {
    let mut length = 0;
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        let after = line.trim_ascii().strip_prefix(b"[entries]").map(<[u8]>::trim_ascii_start);
        if matches!(after, Some([] | [b'#', ..])) {
            break;
        }
        length += line.len();
    }
    &bytes[..length]
}

fn missing(key: &str) -> SealError {
    SealError::invalid(None, format!("`{key}` is missing"))
}

/// The keys that a seal may have, as far as the text has them.
#[derive(Default)]
struct Fields<'t> {
    format: Option<(Key<'t>, Value<'t>)>,
    root: Option<(Key<'t>, Value<'t>)>,
    tracked: Option<(Key<'t>, Value<'t>)>,
    build: Option<(Key<'t>, Value<'t>)>,
    exclude: Option<(Key<'t>, Value<'t>)>,
    entries: Option<(Key<'t>, Value<'t>)>,
    /// The first key that no seal has.
    unknown: Option<Key<'t>>,
}

/// A text of TOML; knows on which line a value stands.
struct Document<'t> {
    text: &'t str,
}

impl<'t> Document<'t> {
    fn line<T>(&self, spanned: &Spanned<T>) -> usize {
        self.line_at(spanned.span().start)
    }

    fn line_at(&self, offset: usize) -> usize {
        line_at(self.text.as_bytes(), offset)
    }

    fn parse(&self) -> Result<Table<'t>, SealError> {
        DeTable::parse(self.text).map(Spanned::into_inner).map_err(|error| {
            let span = error.span();
            let line = span.as_ref().map(|span| line_at(self.text.as_bytes(), span.start));
            if error.message() == "duplicate key" {
                let key = span.and_then(|span| self.text.get(span)).unwrap_or_default();
                let key = quoted(key.trim_matches(['"', '\'']));
                return SealError::invalid(line, format!("the key {key} is there twice"));
            }
            SealError::malformed(line, format!("not TOML: {}", error.message()))
        })
    }

    fn fields(&self) -> Result<Fields<'t>, SealError> {
        let mut fields = Fields::default();
        for (key, value) in self.parse()? {
            let field = match key.as_ref().as_ref() {
                "format" => &mut fields.format,
                "root" => &mut fields.root,
                "tracked" => &mut fields.tracked,
                "build" => &mut fields.build,
                "exclude" => &mut fields.exclude,
                "entries" => &mut fields.entries,
                _ => {
                    let start = |key: &Key<'t>| key.span().start;
                    if fields.unknown.as_ref().is_none_or(|first| start(&key) < start(first)) {
                        fields.unknown = Some(key);
                    }
                    continue;
                }
            };
            *field = Some((key, value));
        }
        Ok(fields)
    }

    fn header(&self, fields: Fields<'t>) -> Result<Header, SealError> {
        // The version comes first: another one may have other keys.
        let (format, format_line) = self.string("format", fields.format)?;
        rules::check_format(&format, Some(format_line))?;
        if let Some(key) = fields.unknown {
            let message = format!("the key {} is unknown", quoted(key.as_ref()));
            return Err(SealError::invalid(self.line(&key), message));
        }
        let (root, root_line) = self.string("root", fields.root)?;
        let (key, tracked) = fields.tracked.ok_or_else(|| missing("tracked"))?;
        let &DeValue::Boolean(tracked) = tracked.as_ref() else {
            return Err(SealError::malformed(self.line(&key), "`tracked` must be true or false"));
        };
        let build = match fields.build {
            Some(field) => Some(self.string("build", Some(field))?),
            None => None,
        };
        let build_line = build.as_ref().map_or(root_line, |(_, line)| *line);
        let exclude_line = fields.exclude.as_ref().map_or(root_line, |(key, _)| self.line(key));
        let (patterns, starts) = self.patterns(fields.exclude)?;
        let build = build.as_ref().map(|(command, _)| &**command);
        rules::header(&root, tracked, build, patterns, |place| match place {
            Place::Root => Some(root_line),
            Place::Build => Some(build_line),
            Place::Exclude => Some(exclude_line),
            Place::Pattern(index) => starts.get(index).map(|start| self.line_at(*start)),
        })
    }

    fn string(
        &self,
        key: &str,
        field: Option<(Key<'t>, Value<'t>)>,
    ) -> Result<(Cow<'t, str>, usize), SealError> {
        let (_, value) = field.ok_or_else(|| missing(key))?;
        let line = self.line(&value);
        match value.into_inner() {
            DeValue::String(text) => Ok((text, line)),
            _ => Err(SealError::malformed(line, format!("`{key}` must be a string"))),
        }
    }

    /// The patterns, and where each begins: lines are counted for the one that is at fault alone.
    fn patterns(
        &self,
        field: Option<(Key<'t>, Value<'t>)>,
    ) -> Result<(Vec<String>, Vec<usize>), SealError> {
        let Some((key, value)) = field else {
            return Ok((Vec::new(), Vec::new()));
        };
        let refuse = |line| SealError::malformed(line, "`exclude` must be a list of strings");
        let DeValue::Array(items) = value.into_inner() else {
            return Err(refuse(self.line(&key)));
        };
        let pattern = |item: Value<'t>| {
            let start = item.span().start;
            match item.into_inner() {
                DeValue::String(pattern) => Ok((pattern.into_owned(), start)),
                _ => Err(refuse(self.line_at(start))),
            }
        };
        items.into_iter().map(pattern).collect()
    }

    fn entries(
        &self,
        header: &Header,
        table: Table<'t>,
        line: usize,
        mut dropped: Option<&mut Vec<String>>,
    ) -> Result<Vec<SealedEntry>, SealError> {
        let mut items: Vec<(Key<'t>, Value<'t>)> = table.into_iter().collect();
        items.sort_unstable_by(|(a, _), (b, _)| a.as_ref().cmp(b.as_ref()));
        let mut entries = Entries::new(items.len());
        let mut covered = None;
        for (key, value) in items {
            let text = key.as_ref().as_ref();
            let DeValue::String(stated) = value.as_ref() else {
                let message = format!(
                    "the value of {} is no string; a path with a `.` stands in quotes",
                    quoted(text)
                );
                return Err(SealError::malformed(self.line(&key), message));
            };
            match (entries.push(&header.scope, text, stated), &mut dropped) {
                (Err(EntryFault::Excluded(why)), Some(dropped)) => {
                    dropped.push(text.to_owned());
                    covered.get_or_insert_with(|| (self.line(&key), why));
                }
                (pushed, _) => pushed.map_err(|fault| fault.at(self.line(&key)))?,
            }
        }
        entries.finish(Some(line)).map_err(|empty| match covered {
            Some((line, why)) => {
                SealError::invalid(line, format!("{why}, and so is every other entry"))
            }
            None => empty,
        })
    }
}
