//! An inventory of what a database hands over.

use sealgate_core::compare::inventory::{Inventory, Item, Observed, ScanError};
use sealgate_core::seal::entry::{Digest, Entry};
use sealgate_core::seal::path;
use sealgate_core::seal::surface::Surface;

use crate::{Sink, Survey};

/// Makes an inventory of what it takes.
pub(crate) struct Hashing<'a> {
    items: Vec<Item>,
    surface: &'a Surface,
    /// For each line of `include`, whether it covers anything.
    is_matched: Vec<bool>,
    /// Whether each does, so that nothing needs to be asked any more.
    all_match: bool,
    /// Why two entries with one path are no entry.
    repeated: &'static str,
}

impl<'a> Hashing<'a> {
    /// Takes what `surface` covers. `repeated` is why two rows of one table can have one path.
    pub(crate) fn new(surface: &'a Surface, repeated: &'static str) -> Self {
        let is_matched = vec![false; surface.include.len()];
        Self { items: Vec::new(), surface, is_matched, all_match: false, repeated }
    }

    /// What was taken.
    pub(crate) fn finish(self) -> Survey {
        let Self { mut items, is_matched, surface, repeated, .. } = self;
        items.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        let items = without_repetition(items, repeated);
        let bytes = items.iter().map(|item| item.observed.bytes()).sum();
        let include = surface.include.iter().zip(is_matched);
        let unmatched = include.filter(|(_, is_matched)| !is_matched);
        Survey {
            inventory: Inventory { items, bytes, modes: true },
            unmatched: unmatched.map(|(included, _)| included.to_string()).collect(),
        }
    }

    fn push(&mut self, path: String, observed: Observed) {
        if !self.all_match {
            for at in self.surface.covering(path.as_bytes()) {
                self.is_matched[at] = true;
            }
            self.all_match = !self.is_matched.contains(&false);
        }
        self.items.push(Item::new(path.into_bytes().into(), observed));
    }
}

impl Sink for Hashing<'_> {
    fn take(&mut self, path: String, content: &[u8]) {
        let (size, digest) = (content.len() as u64, Digest::of(content));
        self.push(path, Observed::Entry(Entry::File { size, digest, executable: false }));
    }

    fn fail(&mut self, place: String, error: ScanError) {
        // What cannot be read may be anything: nothing below it is called unmatched.
        let surface = self.surface;
        for (included, is_matched) in surface.include.iter().zip(&mut self.is_matched) {
            *is_matched |= included.reaches(place.as_bytes());
        }
        // A table that cannot be read to its end: what was read of it is no part of anything.
        let lost = |item: &Item| path::is_below(&item.path, place.as_bytes());
        self.items.retain(|item| !lost(item));
        self.push(place, Observed::ScanError(error));
    }
}

/// `items`, which are sorted, with one for each path.
fn without_repetition(items: Vec<Item>, repeated: &str) -> Vec<Item> {
    let mut unique: Vec<Item> = Vec::with_capacity(items.len());
    for item in items {
        match unique.last_mut() {
            Some(last) if last.path == item.path => {
                let error = std::io::Error::other(repeated);
                last.observed = Observed::ScanError(ScanError::unreadable(&error));
            }
            _ => unique.push(item),
        }
    }
    unique
}
