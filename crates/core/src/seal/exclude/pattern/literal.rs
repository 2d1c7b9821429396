//! Patterns without a wildcard, which are looked up by name instead of matched.

use std::collections::BTreeMap;
use std::ops::Bound;

use super::parse::{Pattern, Piece};
use crate::seal::path::join;

/// All patterns of a list that are plain names or plain paths.
#[derive(Debug, Default)]
pub(super) struct Literals {
    /// Names that match in every directory.
    names: BTreeMap<Box<[u8]>, Literal>,
    /// Paths from the top.
    paths: BTreeMap<Box<[u8]>, Literal>,
}

/// Which patterns of a list a name or a path is.
#[derive(Debug, Default)]
struct Literal {
    /// The last one that matches a directory.
    directory: Option<usize>,
    /// The last one that matches anything else.
    file: Option<usize>,
}

impl Literals {
    /// Takes in `pattern`, the last of its list so far, and says so; not if it has a wildcard.
    pub(super) fn take(&mut self, index: usize, pattern: &Pattern) -> bool {
        let literal = match literal_of(pattern) {
            None => return false,
            Some((true, name)) => self.names.entry(name).or_default(),
            Some((false, path)) => self.paths.entry(path).or_default(),
        };
        if pattern.matches.directories() {
            literal.directory = Some(index);
        }
        if pattern.matches.files() {
            literal.file = Some(index);
        }
        true
    }

    /// Whether there is a name that matches in every directory.
    pub(super) fn anywhere(&self) -> bool {
        !self.names.is_empty()
    }

    /// Whether any path has more than one component.
    pub(super) fn nested(&self) -> bool {
        self.paths.keys().any(|path| path.contains(&b'/'))
    }

    /// The top, if any path begins there.
    pub(super) fn top(&self) -> Option<Box<[u8]>> {
        (!self.paths.is_empty()).then(Box::default)
    }

    /// The last pattern that matches `name` in `directory`, which is `None` where no path leads.
    pub(super) fn last_match(
        &self,
        directory: Option<&[u8]>,
        name: &[u8],
        is_dir: bool,
    ) -> Option<usize> {
        let of = |literal: &Literal| if is_dir { literal.directory } else { literal.file };
        let as_path = directory.and_then(|directory| match directory {
            [] => self.paths.get(name),
            directory => self.paths.get(&join(directory, name)),
        });
        self.names.get(name).and_then(of).max(as_path.and_then(of))
    }

    /// The directory `name` in `directory`, if a path leads through it.
    pub(super) fn below(&self, directory: &[u8], name: &[u8]) -> Option<Box<[u8]>> {
        let path = join(directory, name);
        let prefix = join(&path, b"");
        let bounds = (Bound::Excluded(&*prefix), Bound::Unbounded);
        let (next, _) = self.paths.range::<[u8], _>(bounds).next()?;
        next.starts_with(&prefix).then_some(path)
    }
}

/// The name or path that `pattern` spells, if it spells one alone, and whether it is a name that
/// may lie anywhere.
fn literal_of(pattern: &Pattern) -> Option<(bool, Box<[u8]>)> {
    let anywhere = match &pattern.components[..] {
        [only] => only.deep,
        several if several.iter().any(|component| component.deep) => return None,
        _ => false,
    };
    let mut text = Vec::new();
    for (number, component) in pattern.components.iter().enumerate() {
        text.extend((number > 0).then_some(b'/'));
        for piece in &component.pieces {
            match piece {
                Piece::One(bytes) => text.push(bytes.single()?),
                Piece::Star | Piece::Deep | Piece::Slash => return None,
            }
        }
    }
    Some((anywhere, text.into()))
}
