//! The lenient reader: any TOML that states a valid seal, as people leave it after editing.
//!
//! It serves `fmt` and `seal`, and `explain`, which tells what is wrong with a text that the strict
//! reader refuses. What it lets through is form alone: order, quoting, comments, line ends.

use std::borrow::Cow;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::{SealError, SealFault, quoted};
use super::model::{Header, Seal, SealName, SealedEntry};
use super::rules::{self, Entries, EntryFault, List, Place, Stated, StatedSurface};
use super::write::SealKind;

/// What git leaves at the start of a line where a merge was not finished.
const CONFLICT_MARKERS: [&[u8]; 4] = [b"<<<<<<<", b"|||||||", b"=======", b">>>>>>>"];

pub(super) const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

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

pub(super) fn check_conflict(bytes: &[u8]) -> Result<(), SealError> {
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
    database: Option<(Key<'t>, Value<'t>)>,
    include: Option<(Key<'t>, Value<'t>)>,
    buckets: Option<(Key<'t>, Value<'t>)>,
    omit: Option<(Key<'t>, Value<'t>)>,
    entries: Option<(Key<'t>, Value<'t>)>,
    /// The first key that no seal has.
    unknown: Option<Key<'t>>,
}

impl<'t> Fields<'t> {
    /// The first key that only a seal over a database has.
    fn first_of_surface(&mut self) -> Option<Key<'t>> {
        let fields = [&mut self.database, &mut self.include, &mut self.buckets, &mut self.omit];
        let keys = fields.into_iter().filter_map(|field| Some(field.take()?.0));
        keys.min_by_key(|key| key.span().start)
    }
}

/// A list of the header: where its key stands, its strings, and where each begins. Lines are counted for
/// the string that is at fault alone.
struct Listed {
    line: usize,
    strings: Vec<String>,
    starts: Vec<usize>,
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
                "database" => &mut fields.database,
                "include" => &mut fields.include,
                "buckets" => &mut fields.buckets,
                "omit" => &mut fields.omit,
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

    fn header(&self, mut fields: Fields<'t>) -> Result<Header, SealError> {
        // The version comes first: another one may have other keys.
        let (format, format_line) = self.string("format", fields.format.take())?;
        let kind = rules::check_format(&format, Some(format_line))?;
        let unknown = match kind {
            SealKind::Directory => fields.first_of_surface().or(fields.unknown.take()),
            SealKind::Surface => fields.unknown.take(),
        };
        if let Some(key) = unknown {
            let message = format!("the key {} is unknown", quoted(key.as_ref()));
            return Err(SealError::invalid(self.line(&key), message));
        }
        let mut has_root = true;
        let database = match kind {
            SealKind::Directory => None,
            SealKind::Surface => Some(self.string("database", fields.database)?),
        };
        let database_line = database.as_ref().map_or(format_line, |(_, line)| *line);
        if let Some((database, line)) = &database {
            // The keys that are needed depend on it.
            has_root = rules::database(database, Some(*line))?.is_file();
        }
        if !has_root {
            self.refuse_root([&fields.root, &fields.tracked, &fields.build])?;
        }
        let (root, tracked) = if has_root {
            let root = self.string("root", fields.root)?;
            let (key, tracked) = fields.tracked.ok_or_else(|| missing("tracked"))?;
            let &DeValue::Boolean(tracked) = tracked.as_ref() else {
                let message = "`tracked` must be true or false";
                return Err(SealError::malformed(self.line(&key), message));
            };
            (Some(root), tracked)
        } else {
            (None, false)
        };
        let root_line = root.as_ref().map_or(database_line, |(_, line)| *line);
        let build = match fields.build {
            Some(field) => Some(self.string("build", Some(field))?),
            None => None,
        };
        let build_line = build.as_ref().map_or(root_line, |(_, line)| *line);
        let include = self.paths(List::Include, fields.include, root_line)?;
        let exclude = self.list(List::Exclude, fields.exclude, root_line)?;
        let buckets = self.paths(List::Buckets, fields.buckets, root_line)?;
        let omit = self.paths(List::Omit, fields.omit, root_line)?;
        let surface = database.map(|(database, _)| StatedSurface {
            database: database.into_owned(),
            include: include.strings,
            buckets: buckets.strings,
            omit: omit.strings,
        });
        let build = build.as_ref().map(|(command, _)| &**command);
        let exclude_strings = exclude.strings;
        let root = root.as_ref().map(|(root, _)| &**root);
        let stated = Stated { root, tracked, build, exclude: exclude_strings, surface };
        let list = |list: List| match list {
            List::Include => (include.line, &include.starts),
            List::Exclude => (exclude.line, &exclude.starts),
            List::Buckets => (buckets.line, &buckets.starts),
            List::Omit => (omit.line, &omit.starts),
        };
        rules::header(stated, |place| match place {
            Place::Database => Some(database_line),
            Place::Root => Some(root_line),
            Place::Build => Some(build_line),
            Place::List(key) => Some(list(key).0),
            Place::Listed(key, index) => list(key).1.get(index).map(|start| self.line_at(*start)),
        })
    }

    /// Refuses the keys that only what is in the repository has.
    fn refuse_root(&self, keys: [&Option<(Key<'t>, Value<'t>)>; 3]) -> Result<(), SealError> {
        match keys.into_iter().flatten().next() {
            None => Ok(()),
            Some((key, _)) => {
                let message = format!(
                    "the key {} does not go with a database on a server: --at says where it is",
                    quoted(key.as_ref())
                );
                Err(SealError::invalid(self.line(key), message))
            }
        }
    }

    /// The same as [`Document::list`], of paths, whose order is a matter of form.
    fn paths(
        &self,
        list: List,
        field: Option<(Key<'t>, Value<'t>)>,
        root_line: usize,
    ) -> Result<Listed, SealError> {
        let listed = self.list(list, field, root_line)?;
        let mut both: Vec<_> = listed.strings.into_iter().zip(listed.starts).collect();
        both.sort();
        let (strings, starts) = both.into_iter().unzip();
        Ok(Listed { line: listed.line, strings, starts })
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

    /// The strings of a list; a list that is not there is empty, and on the line of the root.
    fn list(
        &self,
        list: List,
        field: Option<(Key<'t>, Value<'t>)>,
        root_line: usize,
    ) -> Result<Listed, SealError> {
        let Some((key, value)) = field else {
            return Ok(Listed { line: root_line, strings: Vec::new(), starts: Vec::new() });
        };
        let message = format!("`{}` must be a list of strings", list.key());
        let refuse = |line| SealError::malformed(line, message.clone());
        let DeValue::Array(items) = value.into_inner() else {
            return Err(refuse(self.line(&key)));
        };
        let string = |item: Value<'t>| {
            let start = item.span().start;
            match item.into_inner() {
                DeValue::String(string) => Ok((string.into_owned(), start)),
                _ => Err(refuse(self.line_at(start))),
            }
        };
        let (strings, starts) = items.into_iter().map(string).collect::<Result<_, _>>()?;
        Ok(Listed { line: self.line(&key), strings, starts })
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
            match (entries.push(header, text, stated), &mut dropped) {
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
