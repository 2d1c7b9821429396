//! Seals and inventories written as text.
//!
//! A tree is a list of `PATH=CONTENT`; the content `->T` is a link to T, `/` a directory without
//! entries, and a leading `+` an execute bit. `!kind` stands for what could not be observed, and
//! `!unreadable/` for a directory that could not be listed.

use sealgate_core::compare::inventory::{Inventory, Item, Observed, ScanError, ScanErrorKind};
use sealgate_core::seal::entry::{Digest, Entry};
use sealgate_core::seal::exclude::Scope;
use sealgate_core::seal::path::EntryPath;
use sealgate_core::seal::{Header, Root, Seal, SealName, SealedEntry};

fn entry(content: &str) -> Entry {
    if let Some(target) = content.strip_prefix("->") {
        return Entry::Link { target: target.into() };
    }
    if content == "/" {
        return Entry::Dir;
    }
    let bytes = content.strip_prefix('+').unwrap_or(content).as_bytes();
    let executable = content.starts_with('+');
    Entry::File { size: bytes.len() as u64, digest: Digest::of(bytes), executable }
}

fn observed(content: &str) -> Observed {
    let kind = match content {
        "!unreadable" | "!unreadable/" => ScanErrorKind::Unreadable,
        "!unstable" => ScanErrorKind::Unstable,
        "!fifo" => ScanErrorKind::Unsealable,
        _ => return Observed::Entry(entry(content)),
    };
    let (detail, directory) = (content.to_owned(), content.ends_with('/'));
    Observed::ScanError(ScanError { kind, detail, directory, unread: None })
}

pub(crate) fn pairs<'t>(tree: &[&'t str]) -> Vec<(&'t str, &'t str)> {
    let mut pairs: Vec<_> = tree.iter().map(|line| line.split_once('=').unwrap()).collect();
    pairs.sort_unstable();
    pairs
}

pub(crate) fn seal(tree: &[&str]) -> Seal {
    let sealed = |(path, content): (&str, &str)| SealedEntry {
        path: EntryPath::parse(path).unwrap(),
        entry: entry(content),
    };
    let scope = Scope::new(Vec::new()).unwrap();
    let header = Header {
        root: Root::parse("dist").unwrap(),
        tracked: false,
        build: None,
        scope,
        surface: None,
    };
    let entries = pairs(tree).into_iter().map(sealed).collect();
    Seal { name: SealName::parse("dist").unwrap(), header, entries }
}

pub(crate) fn inventory(tree: &[&str]) -> Inventory {
    let item = |(path, content): (&str, &str)| Item::new(path.as_bytes().into(), observed(content));
    Inventory { items: pairs(tree).into_iter().map(item).collect(), bytes: 0, modes: true }
}
