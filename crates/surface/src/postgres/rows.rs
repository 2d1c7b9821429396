//! The rows of one table, in the text form of COPY.

use super::copy::{self, NULL, Span};
use super::fault::PostgresFault;
use super::psql::{Session, identifier};
use super::tables::{Columns, Table};
use crate::buckets::Buckets;
use crate::{MAX_ROW_BYTES, path};

/// The path, below the rows of a table, of those whose key has a NULL.
const NULL_KEYS: &str = "+null";

/// Why the rows of a table cannot be read or sealed.
#[derive(Debug, thiserror::Error)]
pub(super) enum RowsFault {
    #[error("{0}")]
    Server(#[from] PostgresFault),
    #[error("a row is longer than the limit of {MAX_ROW_BYTES} bytes")]
    LongRow,
    #[error("the digests of its rows cannot be kept in a file: {0}")]
    Buckets(#[from] std::io::Error),
}

/// How rows become entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Grouping {
    /// Each is one.
    Each,
    /// At most 256 buckets.
    Buckets,
}

/// Reads every row of `table`, and gives `take` each entry: its path below the rows of the table, and its
/// content.
pub(super) fn read(
    session: &mut Session,
    table: &Table,
    columns: &Columns,
    grouping: Grouping,
    take: &mut dyn FnMut(&str, &[u8]),
) -> Result<(), RowsFault> {
    let selected: Vec<String> = columns.names.iter().map(|name| identifier(name)).collect();
    let statement =
        format!("COPY (SELECT {} FROM ONLY {}) TO STDOUT", selected.join(", "), table.name);
    let mut reader = Reader {
        columns,
        grouping,
        omits: columns.omitted.contains(&true),
        spans: Vec::new(),
        kept: Vec::new(),
        buckets: Buckets::default(),
        fault: None,
    };
    let answered = session.run(&statement, &mut |line| {
        if reader.fault.is_none() {
            reader.fault = reader.row(line, take).err();
        }
    });
    match (reader.fault, answered) {
        (Some(fault), _) => Err(fault),
        (None, Err(fault)) => Err(fault.into()),
        (None, Ok(())) => reader.buckets.finish(&mut |name, content| {
            take(name, content);
            Ok(())
        }),
    }
}

struct Reader<'a> {
    columns: &'a Columns,
    grouping: Grouping,
    /// Whether the value of a column of the key is left out.
    omits: bool,
    spans: Vec<Span>,
    /// A row without what is left out.
    kept: Vec<u8>,
    buckets: Buckets,
    fault: Option<RowsFault>,
}

impl Reader<'_> {
    fn row(&mut self, line: &[u8], take: &mut dyn FnMut(&str, &[u8])) -> Result<(), RowsFault> {
        if line.len() > MAX_ROW_BYTES {
            return Err(RowsFault::LongRow);
        }
        let key = self.key(line);
        if self.omits {
            without_omitted(line, self.columns, &mut self.spans, &mut self.kept);
        }
        let content = if self.omits { &self.kept } else { line };
        match (self.grouping, key) {
            (Grouping::Each, Some(key)) => take(&key, content),
            (Grouping::Each, None) => self.buckets.add_to(NULL_KEYS, content),
            (Grouping::Buckets, key) => {
                let key = key.filter(|_| self.columns.key > 0);
                self.buckets.add(key.as_deref(), content)?;
            }
        }
        Ok(())
    }

    /// The path that the key of the row makes; `None` if it has a NULL.
    fn key(&self, line: &[u8]) -> Option<String> {
        let mut key = String::with_capacity(24);
        let mut fields = line.split(|&byte| byte == b'\t');
        for at in 0..self.columns.key {
            let field = fields.next()?;
            if field == NULL {
                return None;
            }
            if at > 0 {
                key.push('/');
            }
            if field.contains(&b'\\') {
                path::push_name(&mut key, &copy::unescape(field));
            } else {
                path::push_name(&mut key, field);
            }
        }
        Some(path::whole_key(key))
    }
}

/// Leaves in `kept` the fields of `line` that are not left out.
fn without_omitted(line: &[u8], columns: &Columns, spans: &mut Vec<Span>, kept: &mut Vec<u8>) {
    copy::split(line, spans);
    kept.clear();
    let fields = spans.iter().zip(&columns.omitted).filter(|(_, omitted)| !**omitted);
    for (at, (span, _)) in fields.enumerate() {
        if at > 0 {
            kept.push(b'\t');
        }
        kept.extend_from_slice(&line[span.clone()]);
    }
}
