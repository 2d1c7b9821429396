//! The text of one pattern, read into components.

use super::class::{ByteSet, class};

/// A part of a pattern's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece {
    /// `/`: one component ends, the next begins.
    Slash,
    /// `*`: any number of bytes of one name.
    Star,
    /// `**` as a whole component: any number of names.
    Deep,
    /// One byte out of a set.
    One(ByteSet),
}

/// What one name must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Component {
    /// Whether any number of directories may lie before that name.
    pub deep: bool,
    /// The places of the name, each [`Piece::Star`] or [`Piece::One`].
    pub pieces: Vec<Piece>,
}

/// What a path must be: one name for each component, and directories where one is deep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// Its components, outermost first.
    pub components: Vec<Component>,
    /// What it matches, if the names agree.
    pub matches: Matches,
}

/// What a pattern matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matches {
    /// Directories and everything else.
    Anything,
    /// Directories alone.
    Directories,
    /// Everything but directories.
    Files,
}

impl Matches {
    pub(super) fn directories(self) -> bool {
        self != Self::Files
    }

    pub(super) fn files(self) -> bool {
        self != Self::Directories
    }
}

/// Reads `text`, in which `\` takes the next byte literally, or says why it is refused.
pub fn pieces(text: &str) -> Result<Vec<Piece>, &'static str> {
    let text = text.as_bytes();
    let mut pieces = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        let (piece, length) = match byte {
            b'/' => (Piece::Slash, 1),
            b'?' => (Piece::One(ByteSet::ALL), 1),
            b'*' => stars(text, at)?,
            b'\\' => match text.get(at + 1) {
                Some(b'/') => return Err("a `/` cannot be escaped"),
                Some(&byte) => (Piece::One(ByteSet::of(byte)), 2),
                None => return Err("it ends with a backslash that escapes nothing"),
            },
            b'[' => {
                let (length, set) = class(&text[at..])?;
                (Piece::One(set), length)
            }
            byte => (Piece::One(ByteSet::of(byte)), 1),
        };
        pieces.push(piece);
        at += length;
    }
    Ok(pieces)
}

/// The `*` or `**` at `at`.
fn stars(text: &[u8], at: usize) -> Result<(Piece, usize), &'static str> {
    let count = text[at..].iter().take_while(|&&byte| byte == b'*').count();
    let begins = at == 0 || text[at - 1] == b'/';
    let ends = text.get(at + count).is_none_or(|&byte| byte == b'/');
    match count {
        1 => Ok((Piece::Star, 1)),
        2 if begins && ends => Ok((Piece::Deep, 2)),
        _ => Err("`**` stands for directories as a whole component; write `*`"),
    }
}

impl Pattern {
    /// The pattern of `pieces`, matched from the top.
    #[must_use]
    pub fn anchored(pieces: &[Piece]) -> Self {
        Self { components: components(pieces), matches: Matches::Anything }
    }

    /// The pattern of `pieces` as a line of `.gitignore` means it: a `/` at the end asks for a
    /// directory, and any other `/` anchors it at the top.
    #[must_use]
    pub fn of_gitignore(pieces: &[Piece]) -> Self {
        let (pieces, matches) = match pieces {
            [pieces @ .., Piece::Slash] => (pieces, Matches::Directories),
            pieces => (pieces, Matches::Anything),
        };
        let anchored = pieces.contains(&Piece::Slash);
        let mut components = components(pieces.strip_prefix(&[Piece::Slash]).unwrap_or(pieces));
        if let (false, Some(first)) = (anchored, components.first_mut()) {
            first.deep = true;
        }
        Self { components, matches }
    }
}

/// The components of `pieces`. A `**` before a component makes it deep; at the end it stands for
/// one name at any depth below.
fn components(pieces: &[Piece]) -> Vec<Component> {
    let mut components = Vec::new();
    let mut deep = false;
    for pieces in pieces.split(|piece| *piece == Piece::Slash) {
        if pieces == [Piece::Deep] {
            deep = true;
        } else {
            components.push(Component { deep, pieces: pieces.to_vec() });
            deep = false;
        }
    }
    if deep {
        components.push(Component { deep, pieces: vec![Piece::Star] });
    }
    components
}
