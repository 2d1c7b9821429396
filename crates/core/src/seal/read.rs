//! The strict reader: accepts the bytes that the writer writes, and no others.
//!
//! It takes the text a line at a time and allocates nothing for an entry but its path, because
//! it stands before every check. Where it refuses, `lenient` says what is really wrong.

use super::error::SealError;
use super::escape::take_string;
use super::explain::explain;
use super::lenient;
use super::model::{Header, Seal, SealName};
use super::rules::{self, Entries, List, Place, Stated, StatedSurface};
use super::scan;
use super::write::{SealKind, first_line};

/// Bytes of text for each entry that room is made for; most lines are longer.
const BYTES_PER_ENTRY: usize = 96;

/// Reads the canonical text of the seal `name`.
///
/// Any other text is refused, even one that states the same: a seal has one digest.
pub fn read(name: &SealName, bytes: &[u8]) -> Result<Seal, SealError> {
    read_explained(name, bytes, |_| true)
}

/// The same. `may_explain` is asked, with the length of the text, before it is read leniently to say
/// what is wrong with it; without that the error names a line alone.
pub fn read_explained(
    name: &SealName,
    bytes: &[u8],
    may_explain: impl FnOnce(usize) -> bool,
) -> Result<Seal, SealError> {
    rules::check_length(bytes)?;
    lenient::text_of(bytes)
        .and_then(|text| {
            let (mut parts, rest) = Parts::begin(name, text, text.len())?;
            parts.take(rest)?;
            parts.finish()
        })
        .map_err(|error| explain(name, bytes, error, may_explain))
}

/// A seal that is read a part at a time, so that a long one is never in memory as text.
///
/// Its errors are those of a reader that has seen a part alone: who meets one gives the whole text
/// to [`read`], which says what is wrong with it.
#[derive(Debug)]
pub struct Parts {
    name: SealName,
    header: Header,
    entries: Entries,
    /// The number of the line that was taken last, and of the one above the entries.
    line: usize,
    headline: usize,
}

impl Parts {
    /// Begins with `text`, in which all that stands above the entries must be; gives what is left
    /// of it as well. The whole seal is `length` bytes long.
    pub fn begin<'t>(
        name: &SealName,
        text: &'t str,
        length: usize,
    ) -> Result<(Self, &'t str), SealError> {
        let mut reader = Reader { rest: text, line: 0 };
        let header = reader.header(name)?;
        reader.exactly("")?;
        reader.exactly("[entries]")?;
        let entries = Entries::new(length / BYTES_PER_ENTRY);
        let (name, line) = (name.clone(), reader.line);
        Ok((Self { name, header, entries, line, headline: line }, reader.rest))
    }

    /// What stands above the entries.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Takes the next entries; `text` ends where a line does.
    pub fn take(&mut self, text: &str) -> Result<(), SealError> {
        let mut reader = Reader { rest: text, line: self.line };
        let mut scratch = Scratch::default();
        while !reader.rest.is_empty() {
            let line = reader.next()?;
            let (key, value) = take_entry(line, &mut scratch).ok_or_else(|| reader.form())?;
            self.entries.push(&self.header, key, value).map_err(|fault| {
                if has_canonical_strings(line) { fault.at(reader.line) } else { reader.form() }
            })?;
        }
        self.line = reader.line;
        Ok(())
    }

    /// The seal, when all of its text was taken.
    pub fn finish(self) -> Result<Seal, SealError> {
        let entries = self.entries.finish(Some(self.headline))?;
        Ok(Seal { name: self.name, header: self.header, entries })
    }
}

/// The numbers of the lines on which the keys of a header stand.
#[derive(Debug, Default)]
struct Lines {
    database: usize,
    root: usize,
    build: usize,
    include: usize,
    exclude: usize,
    buckets: usize,
    omit: usize,
}

impl Lines {
    fn set(&mut self, list: List, line: usize) {
        match list {
            List::Include => self.include = line,
            List::Exclude => self.exclude = line,
            List::Buckets => self.buckets = line,
            List::Omit => self.omit = line,
        }
    }

    fn of(&self, place: Place) -> usize {
        match place {
            Place::Database => self.database,
            Place::Root => self.root,
            Place::Build => self.build,
            Place::List(List::Include) => self.include,
            Place::List(List::Exclude) => self.exclude,
            Place::List(List::Buckets) => self.buckets,
            Place::List(List::Omit) => self.omit,
            Place::Listed(list, index) => self.of(Place::List(list)) + 1 + index,
        }
    }
}

/// What is left of the text, and the number of the line that was taken last.
struct Reader<'t> {
    rest: &'t str,
    line: usize,
}

impl<'t> Reader<'t> {
    /// The comment with which the seal `name` begins, and the keys above the entries.
    fn header(&mut self, name: &SealName) -> Result<Header, SealError> {
        let mut scratch = String::new();
        let comment = self.next()?;
        if [SealKind::Directory, SealKind::Surface]
            .iter()
            .all(|kind| comment != first_line(name, *kind))
        {
            return Err(self.form());
        }
        let format = self.string("format = ", "", &mut scratch)?.to_owned();
        let kind = rules::check_format(&format, Some(self.line))?;
        if comment != first_line(name, kind) {
            self.line = 1;
            return Err(self.form());
        }
        let mut lines = Lines::default();
        let mut surface = match kind {
            SealKind::Directory => None,
            SealKind::Surface => Some(StatedSurface::default()),
        };
        let mut has_root = true;
        if let Some(surface) = &mut surface {
            self.string("database = ", "", &mut scratch)?.clone_into(&mut surface.database);
            // The keys that follow depend on it.
            has_root = rules::database(&surface.database, Some(self.line))?.is_file();
            lines.database = self.line;
        }
        let (mut root, mut tracked, mut build) = (None, false, None);
        if has_root {
            root = Some(self.string("root = ", "", &mut scratch)?.to_owned());
            lines.root = self.line;
            tracked = match self.next()? {
                "tracked = true" => true,
                "tracked = false" => false,
                _ => return Err(self.form()),
            };
            if self.rest.starts_with("build = ") {
                build = Some(self.string("build = ", "", &mut scratch)?.to_owned());
                lines.build = self.line;
            }
        }
        if let Some(surface) = &mut surface {
            surface.include = self.list(List::Include, &mut lines, &mut scratch)?;
        }
        let exclude = self.list(List::Exclude, &mut lines, &mut scratch)?;
        if let Some(surface) = &mut surface {
            surface.buckets = self.list(List::Buckets, &mut lines, &mut scratch)?;
            surface.omit = self.list(List::Omit, &mut lines, &mut scratch)?;
        }
        let (root, build) = (root.as_deref(), build.as_deref());
        let stated = Stated { root, tracked, build, exclude, surface };
        rules::header(stated, |place| Some(lines.of(place)))
    }

    /// The strings of `list`, which comes next.
    fn list(
        &mut self,
        list: List,
        lines: &mut Lines,
        scratch: &mut String,
    ) -> Result<Vec<String>, SealError> {
        let line = self.next()?;
        lines.set(list, self.line);
        match line.strip_prefix(list.key()) {
            Some(" = []") => return Ok(Vec::new()),
            Some(" = [") => {}
            _ => return Err(self.form()),
        }
        let mut strings = vec![self.string("  ", ",", scratch)?.to_owned()];
        while !self.rest.starts_with("]\n") {
            strings.push(self.string("  ", ",", scratch)?.to_owned());
        }
        self.exactly("]")?;
        Ok(strings)
    }

    /// The next line, without its line feed, which no line may lack.
    fn next(&mut self) -> Result<&'t str, SealError> {
        self.line += 1;
        let end = scan::line_feed(self.rest.as_bytes()).ok_or_else(|| self.form())?;
        let line = &self.rest[..end];
        self.rest = &self.rest[end + 1..];
        Ok(line)
    }

    fn exactly(&mut self, expected: &str) -> Result<(), SealError> {
        if self.next()? == expected { Ok(()) } else { Err(self.form()) }
    }

    /// The string between `before` and `after`, which make up the next line.
    fn string<'a>(
        &mut self,
        before: &str,
        after: &str,
        scratch: &'a mut String,
    ) -> Result<&'a str, SealError>
    where
        't: 'a,
    {
        let line = self.next()?;
        line.strip_prefix(before)
            .and_then(|text| take_string(text, scratch))
            .filter(|&(_, rest)| rest == after)
            .map(|(text, _)| text)
            .ok_or_else(|| self.form())
    }

    fn form(&self) -> SealError {
        let message = format!("line {} is not in canonical form", self.line);
        SealError::not_canonical(self.line, message)
    }
}

/// Room for the strings of a line that hold escapes, used again for every line.
#[derive(Default)]
struct Scratch {
    key: String,
    value: String,
}

/// Key and value of an entry's line.
fn take_entry<'a>(line: &'a str, scratch: &'a mut Scratch) -> Option<(&'a str, &'a str)> {
    let (key, rest) = take_string(line, &mut scratch.key)?;
    let value = rest.strip_prefix(" = ")?;
    if value.starts_with("\"link ") {
        let (value, rest) = take_string(value, &mut scratch.value)?;
        return rest.is_empty().then_some((key, value));
    }
    // No other legal value holds what is escaped: whether this one is a canonical string need
    // be asked only when the value is refused.
    value.strip_prefix('"')?.strip_suffix('"').map(|value| (key, value))
}

/// Whether an entry's line is in canonical form, whatever its key and value say.
fn has_canonical_strings(line: &str) -> bool {
    let mut scratch = String::new();
    let value = take_string(line, &mut scratch).and_then(|(_, rest)| rest.strip_prefix(" = "));
    let end = value.and_then(|value| take_string(value, &mut scratch)).map(|(_, rest)| rest);
    end == Some("")
}
