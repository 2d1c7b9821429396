//! What can be wrong with a seal, said so that a person can fix it.

use std::borrow::Cow;

use super::model::SealName;
use crate::text::problem::Problem;

/// The classes of faults; each has a stable code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SealFault {
    /// Not UTF-8, not TOML, or a value of the wrong type.
    Malformed,
    /// A valid seal, in another form than the canonical one.
    NotCanonical,
    /// The same, and all that is wrong with its line is a CRLF: a checkout rewrote it.
    LineEndings,
    /// TOML that states no valid seal: a hostile path, a key that is missing or unknown.
    Invalid,
    /// An entry that the seal's own `exclude` covers: most often a pattern that was just added.
    Excluded,
    /// Conflict markers of an unfinished merge.
    Conflict,
    /// Another version of the format.
    FormatUnknown,
    /// A database system that this version does not know.
    DatabaseUnsupported,
    /// No entries, so that nothing would be approved.
    Empty,
    /// More bytes than a seal may have.
    TooLarge,
}

impl SealFault {
    /// The stable kebab-case code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Malformed => "seal-malformed",
            Self::NotCanonical | Self::LineEndings => "seal-not-canonical",
            Self::Invalid | Self::Excluded => "seal-invalid",
            Self::Conflict => "seal-conflict",
            Self::FormatUnknown => "seal-format-unknown",
            Self::DatabaseUnsupported => "database-unsupported",
            Self::Empty => "seal-empty",
            Self::TooLarge => "seal-too-large",
        }
    }
}

/// Why a text is not accepted as a seal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SealError {
    /// The class of the fault.
    pub fault: SealFault,
    /// The line at fault, from 1, where there is one.
    pub line: Option<usize>,
    /// What is wrong, in one sentence; may quote hostile text.
    pub message: String,
}

impl SealError {
    pub(super) fn new(
        fault: SealFault,
        line: impl Into<Option<usize>>,
        message: impl Into<String>,
    ) -> Self {
        Self { fault, line: line.into(), message: message.into() }
    }

    pub(super) fn invalid(line: impl Into<Option<usize>>, message: impl Into<String>) -> Self {
        Self::new(SealFault::Invalid, line, message)
    }

    pub(super) fn malformed(line: impl Into<Option<usize>>, message: impl Into<String>) -> Self {
        Self::new(SealFault::Malformed, line, message)
    }

    pub(super) fn not_canonical(line: usize, message: impl Into<String>) -> Self {
        Self::new(SealFault::NotCanonical, line, message)
    }

    /// The stable kebab-case code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.fault.code()
    }

    /// The next step for whoever keeps the seal `name`.
    ///
    /// Hashing again is the repair of no fault of form: it would approve whatever lies there.
    #[must_use]
    pub fn remedy(&self, name: &SealName) -> String {
        match self.fault {
            SealFault::NotCanonical => format!("run `sealgate fmt {name}`"),
            SealFault::LineEndings => format!(
                "git rewrote it at checkout: put a line for the seals directory into \
                 .gitattributes (`/seals/** -text`) and commit that; here, run `sealgate fmt {name}`"
            ),
            SealFault::Excluded => format!(
                "if the pattern is meant, `sealgate fmt {name}` removes the entries that it \
                 covers; no digest changes"
            ),
            SealFault::Malformed | SealFault::Invalid => {
                "correct the line by hand, or restore the file from the commit that approved it"
                    .to_owned()
            }
            SealFault::Conflict => format!(
                "run `sealgate resolve {name}`, which joins what both sides changed; or build, keep \
                 one header above `[entries]`, and run `sealgate seal {name}` on bytes that you \
                 approve"
            ),
            SealFault::FormatUnknown => {
                "use a version of sealgate that reads this format".to_owned()
            }
            SealFault::DatabaseUnsupported => {
                "use a version of sealgate that knows this database".to_owned()
            }
            SealFault::Empty => {
                "restore the file from the commit that approved it, or remove the seal".to_owned()
            }
            SealFault::TooLarge => "split the directory into several seals".to_owned(),
        }
    }

    /// The error in the form that every report tells: about the seal `name`, kept in `file`.
    #[must_use]
    pub fn into_problem(self, name: &SealName, file: &str) -> Problem {
        let remedy = self.remedy(name);
        let problem = Problem::new(self.fault.code(), self.message)
            .seal(name.as_str())
            .file(file)
            .remedy(remedy);
        Problem { line: self.line, ..problem }
    }
}

/// `text` in quotes for a message, cut where it is long.
pub(super) fn quoted(text: &str) -> String {
    let shown = head(text);
    if shown.len() < text.len() {
        format!("{shown:?}... ({} bytes)", text.len())
    } else {
        format!("{text:?}")
    }
}

/// `text` for a message as it is, cut where it is long.
pub(super) fn cut(text: &str) -> Cow<'_, str> {
    let shown = head(text);
    if shown.len() < text.len() { Cow::Owned(format!("{shown}...")) } else { Cow::Borrowed(text) }
}

fn head(text: &str) -> &str {
    const SHOWN: usize = 160;
    text.char_indices().nth(SHOWN).map_or(text, |(end, _)| &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_says_which_seal_where_and_what_next() {
        let name = SealName::parse("dist").unwrap();
        let error = SealError::not_canonical(3, "line 3 differs");
        let problem = error.into_problem(&name, "seals/dist.toml");
        assert_eq!(problem.code, "seal-not-canonical");
        assert_eq!(&*problem.message, "line 3 differs");
        assert_eq!(problem.seal.as_deref(), Some("dist"));
        assert_eq!(problem.file.as_deref(), Some("seals/dist.toml"));
        assert_eq!(problem.line, Some(3));
        assert_eq!(problem.remedy.as_deref(), Some("run `sealgate fmt dist`"));
    }

    #[test]
    fn only_a_conflict_mentions_sealing_and_not_as_the_repair() {
        let name = SealName::parse("dist").unwrap();
        for fault in [
            SealFault::Malformed,
            SealFault::NotCanonical,
            SealFault::LineEndings,
            SealFault::Invalid,
            SealFault::Excluded,
            SealFault::FormatUnknown,
            SealFault::DatabaseUnsupported,
            SealFault::Empty,
            SealFault::TooLarge,
        ] {
            let remedy = SealError::new(fault, None, "").remedy(&name);
            assert!(!remedy.contains("sealgate seal"), "{remedy}");
        }
        let remedy = SealError::new(SealFault::Conflict, None, "").remedy(&name);
        assert!(remedy.starts_with("run `sealgate resolve dist`"), "{remedy}");
        assert!(remedy.ends_with("on bytes that you approve"), "{remedy}");
    }

    #[test]
    fn long_text_is_cut_between_characters() {
        assert_eq!(quoted("a\"\u{202e}"), r#""a\"\u{202e}""#);
        let long = quoted(&"é".repeat(1_000));
        assert!(long.len() < 400 && long.ends_with("... (2000 bytes)"), "{long}");
    }
}
