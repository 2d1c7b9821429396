//! The one canonical text of a seal.

use super::escape::{push_string, push_text};
use super::model::{FORMAT, Header, Seal, SealName, SealedEntry};
use super::surface::{Included, SURFACE_FORMAT};
use crate::seal::entry::Entry;
use crate::seal::path::EntryPath;

/// What a line of a file's entry takes beside its path: fields, quotes and digest.
const LINE_WITHOUT_PATH: usize = 96;

/// The canonical bytes of `seal`; the very ones that `read` accepts.
#[must_use]
pub fn to_bytes(seal: &Seal) -> Vec<u8> {
    let entries: usize =
        seal.entries.iter().map(|sealed| sealed.path.as_bytes().len() + LINE_WITHOUT_PATH).sum();
    let mut out = Vec::with_capacity(entries + 512);
    push_head(&mut out, &seal.name, &seal.header);
    out.extend_from_slice(b"\n[entries]\n");
    for sealed in &seal.entries {
        push_entry(&mut out, sealed);
    }
    out
}

fn push_head(out: &mut Vec<u8>, name: &SealName, header: &Header) {
    out.extend_from_slice(first_line(name, SealKind::of(header)).as_bytes());
    push_header(out, header);
}

/// The canonical lines above the blank line and `[entries]`.
pub(super) fn head(name: &SealName, header: &Header) -> String {
    let mut out = Vec::new();
    push_head(&mut out, name, header);
    // Escaping makes text of text.
    String::from_utf8_lossy(&out).into_owned()
}

/// The canonical line of one entry, with its line end.
pub(super) fn entry_line(sealed: &SealedEntry) -> Vec<u8> {
    let mut out = Vec::new();
    push_entry(&mut out, sealed);
    out
}

/// The comment with which the seal `name` begins.
pub(super) fn first_line(name: &SealName, what: SealKind) -> String {
    let approved = match what {
        SealKind::Directory => "bytes",
        SealKind::Surface => "rows and objects",
    };
    format!(
        "# Seal of {name}: the exact {approved} approved. \
         Written by `sealgate seal {name}`; review it like code."
    )
}

/// What a seal covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SealKind {
    /// The files below a directory.
    Directory,
    /// A part of a database.
    Surface,
}

impl SealKind {
    fn of(header: &Header) -> Self {
        if header.surface.is_some() { Self::Surface } else { Self::Directory }
    }
}

fn push_header(out: &mut Vec<u8>, header: &Header) {
    let surface = header.surface.as_ref();
    out.extend_from_slice(b"\nformat = ");
    push_string(out, if surface.is_some() { SURFACE_FORMAT } else { FORMAT });
    if let Some(surface) = surface {
        out.extend_from_slice(b"\ndatabase = ");
        push_string(out, &surface.system.to_string());
    }
    if !header.root.is_on_server() {
        out.extend_from_slice(b"\nroot = ");
        push_string(out, header.root.as_str());
        let tracked: &[u8] = if header.tracked { b"true" } else { b"false" };
        out.extend_from_slice(b"\ntracked = ");
        out.extend_from_slice(tracked);
    }
    if let Some(build) = &header.build {
        out.extend_from_slice(b"\nbuild = ");
        push_string(out, build.as_str());
    }
    out.push(b'\n');
    if let Some(surface) = surface {
        push_list(out, "include", surface.include.iter().map(Included::as_str));
    }
    push_list(out, "exclude", header.scope.patterns().iter().map(String::as_str));
    if let Some(surface) = surface {
        push_list(out, "buckets", surface.buckets.iter().map(EntryPath::as_str));
        push_list(out, "omit", surface.omit.iter().map(EntryPath::as_str));
    }
}

/// `KEY = []`, or one string a line.
fn push_list<'s>(out: &mut Vec<u8>, key: &str, strings: impl ExactSizeIterator<Item = &'s str>) {
    out.extend_from_slice(key.as_bytes());
    out.extend_from_slice(if strings.len() == 0 { b" = [" } else { b" = [\n" });
    for string in strings {
        out.extend_from_slice(b"  ");
        push_string(out, string);
        out.extend_from_slice(b",\n");
    }
    out.extend_from_slice(b"]\n");
}

fn push_entry(out: &mut Vec<u8>, sealed: &SealedEntry) {
    push_string(out, sealed.path.as_str());
    out.extend_from_slice(b" = ");
    push_value(out, &sealed.entry);
    out.push(b'\n');
}

/// The value of an entry as a seal writes it, quotes included.
#[must_use]
pub fn entry_text(entry: &Entry) -> String {
    let mut out = Vec::new();
    push_value(&mut out, entry);
    // Escaping makes text of text.
    String::from_utf8_lossy(&out).into_owned()
}

fn push_value(out: &mut Vec<u8>, entry: &Entry) {
    match entry {
        Entry::File { size, digest, executable } => {
            out.extend_from_slice(if *executable { b"\"exec " } else { b"\"file " });
            push_decimal(out, *size);
            out.push(b' ');
            out.extend_from_slice(&digest.to_hex());
            out.push(b'"');
        }
        Entry::Link { target } => {
            out.extend_from_slice(b"\"link ");
            push_text(out, target);
            out.push(b'"');
        }
        Entry::Dir => out.extend_from_slice(b"\"dir\""),
    }
}

fn push_decimal(out: &mut Vec<u8>, mut number: u64) {
    let mut digits = [0; 20];
    let mut start = digits.len();
    loop {
        start -= 1;
        digits[start] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[start..]);
}
