//! Patterns without a wildcard, which are looked up by name instead of matched.

use std::collections::BTreeMap;

use super::parse::{Pattern, Piece};

/// All patterns of a list that are plain names or plain paths.
#[derive(Debug, Default)]
pub(super) struct Literals {
    /// The names that match in every directory.
    anywhere: Names,
    /// The names in each directory that a path leads through; the first is the top.
    directories: Vec<Names>,
}

type Names = BTreeMap<Box<[u8]>, Literal>;

/// What one name means in one directory.
#[derive(Debug, Default)]
struct Literal {
    /// The last pattern that matches a directory of that name.
    directory: Option<usize>,
    /// The last pattern that matches anything else of that name.
    file: Option<usize>,
    /// The number of that directory, if a path leads further.
    below: Option<usize>,
}

impl Literals {
    /// The number of the top.
    pub(super) const TOP: usize = 0;

    /// Takes in `pattern`, the last of its list so far, and says so; not if it has a wildcard.
    pub(super) fn take(&mut self, index: usize, pattern: &Pattern) -> bool {
        let Some(names) = literal_names(pattern) else { return false };
        let literal = match &names[..] {
            [name] if pattern.components[0].deep => self.anywhere.entry(name.clone()).or_default(),
            [above @ .., name] => {
                let directory = self.directory(above);
                self.directories[directory].entry(name.clone()).or_default()
            }
            [] => return false,
        };
        literal.directory = Some(index);
        if !pattern.only_directories {
            literal.file = Some(index);
        }
        true
    }

    /// The number of the directory `path`, which is made if it is new.
    fn directory(&mut self, path: &[Box<[u8]>]) -> usize {
        if self.directories.is_empty() {
            self.directories.push(Names::new());
        }
        let mut at = Self::TOP;
        for name in path {
            let next = self.directories.len();
            let below = &mut self.directories[at].entry(name.clone()).or_default().below;
            at = *below.get_or_insert(next);
            if at == next {
                self.directories.push(Names::new());
            }
        }
        at
    }

    /// Whether there is a name that matches in every directory.
    pub(super) fn anywhere(&self) -> bool {
        !self.anywhere.is_empty()
    }

    /// Whether any path has more than one component.
    pub(super) fn nested(&self) -> bool {
        self.directories.len() > 1
    }

    /// The last pattern that matches `name` in the directory with the number `directory`.
    pub(super) fn last_match(
        &self,
        directory: Option<usize>,
        name: &[u8],
        is_dir: bool,
    ) -> Option<usize> {
        let of = |literal: &Literal| if is_dir { literal.directory } else { literal.file };
        let anywhere = self.anywhere.get(name).and_then(of);
        anywhere.max(self.literal(directory, name).and_then(of))
    }

    /// The number of the directory `name` in the directory with the number `directory`.
    pub(super) fn below(&self, directory: Option<usize>, name: &[u8]) -> Option<usize> {
        self.literal(directory, name)?.below
    }

    fn literal(&self, directory: Option<usize>, name: &[u8]) -> Option<&Literal> {
        self.directories.get(directory?)?.get(name)
    }
}

/// The names that the components of `pattern` spell, if one name alone matches each.
fn literal_names(pattern: &Pattern) -> Option<Vec<Box<[u8]>>> {
    let single = pattern.components.len() == 1;
    let of_component = |component: &super::Component| {
        let byte = |piece: &Piece| match piece {
            Piece::One(bytes) => bytes.single(),
            Piece::Star | Piece::Deep | Piece::Slash => None,
        };
        if component.deep && !single {
            return None;
        }
        component.pieces.iter().map(byte).collect::<Option<Box<[u8]>>>()
    };
    pattern.components.iter().map(of_component).collect()
}
