//! The command that makes a root, as the `build` key of a seal states it.

use std::fmt;

use super::escape::{Escape, escape_of};

/// The most bytes of a build command.
pub const MAX_BUILD_BYTES: usize = 1_024;

/// One line for `sh -c` at the repository root. Every character of it shows: nobody approves a
/// command that reads otherwise than it runs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BuildCommand(Box<str>);

/// Why a text is not taken as a build command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CommandFault {
    /// Nothing, or nothing but spaces.
    #[error("it is empty")]
    Empty,
    /// A space at its beginning or its end, where nobody sees it.
    #[error("it begins or ends with a space")]
    OuterSpace,
    /// More bytes than [`MAX_BUILD_BYTES`].
    #[error("it is {0} bytes long; the limit is {MAX_BUILD_BYTES}")]
    TooLong(usize),
    /// A line end, a control character or another one that does not show.
    #[error("it has a line break or another character that does not show (U+{0:04X})")]
    Hidden(u32),
}

impl BuildCommand {
    /// Takes `text` as a build command.
    ///
    /// # Errors
    ///
    /// It is empty, too long, or has a character that does not show.
    pub fn parse(text: &str) -> Result<Self, CommandFault> {
        let shown = text.trim_matches(' ');
        if shown.is_empty() {
            return Err(CommandFault::Empty);
        }
        if let Some(hidden) = text.chars().find(|&c| is_hidden(c)) {
            return Err(CommandFault::Hidden(hidden as u32));
        }
        if shown.len() < text.len() {
            return Err(CommandFault::OuterSpace);
        }
        if text.len() > MAX_BUILD_BYTES {
            return Err(CommandFault::TooLong(text.len()));
        }
        Ok(Self(text.into()))
    }

    /// The command as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What becomes of the command of a seal whose header is edited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BuildEdit {
    /// It stays.
    Keep,
    /// The seal states none any more.
    Remove,
    /// The seal states this one.
    Set(BuildCommand),
}

impl fmt::Display for BuildCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether a seal writes `c` as an escape and not as itself, quotes and backslashes aside.
fn is_hidden(c: char) -> bool {
    match escape_of(c) {
        None => false,
        Some(Escape::Letter(letter)) => !matches!(letter, b'"' | b'\\'),
        Some(Escape::Code(_)) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_one_line_whose_characters_show() {
        for good in ["make", "npm run build -- --x \"a\\b\"", "é", &"x".repeat(MAX_BUILD_BYTES)] {
            assert_eq!(
                BuildCommand::parse(good).map(|command| command.to_string()).as_deref(),
                Ok(good)
            );
        }
        let bad = [
            ("", CommandFault::Empty),
            ("   ", CommandFault::Empty),
            (" make", CommandFault::OuterSpace),
            ("make ", CommandFault::OuterSpace),
            ("a\nb", CommandFault::Hidden(0xa)),
            ("a\tb", CommandFault::Hidden(9)),
            ("a\u{7f}", CommandFault::Hidden(0x7f)),
            ("a\u{202e}b", CommandFault::Hidden(0x202e)),
            ("a\u{2028}b", CommandFault::Hidden(0x2028)),
        ];
        for (text, fault) in bad {
            assert_eq!(BuildCommand::parse(text), Err(fault), "{text:?}");
        }
        let long = "é".repeat(MAX_BUILD_BYTES / 2) + "x";
        assert_eq!(BuildCommand::parse(&long), Err(CommandFault::TooLong(MAX_BUILD_BYTES + 1)));
    }
}
