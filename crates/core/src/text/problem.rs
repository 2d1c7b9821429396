//! An error as a person gets it: what, where, and the next step.
//!
//! Every stage has an error type of its own; each turns into this one form, so that the
//! terminal and every report format tell an error alike.

/// One error: nothing could be judged, or nothing may be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The stable kebab-case code.
    pub code: &'static str,
    /// What is wrong, in one sentence; may quote hostile text, which is escaped on printing.
    pub message: Box<str>,
    /// The seal that it concerns.
    pub seal: Option<Box<str>>,
    /// The file that it concerns, relative to the repository root where it lies below it.
    pub file: Option<Box<str>>,
    /// The line in that file, from 1.
    pub line: Option<usize>,
    /// The next step: a command, or what to do.
    pub remedy: Option<Box<str>>,
    /// The paths that it concerns, safe to show, where `message` only counts them.
    pub paths: Box<[Box<str>]>,
}

/// So `?` gives one problem where several may be given.
impl From<Problem> for Vec<Problem> {
    fn from(problem: Problem) -> Self {
        vec![problem]
    }
}

impl Problem {
    /// A problem of which only `code` and `message` are known.
    #[must_use]
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        let message = message.into().into();
        Self {
            code,
            message,
            seal: None,
            file: None,
            line: None,
            remedy: None,
            paths: Box::default(),
        }
    }

    /// The same with a next step.
    #[must_use]
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into().into());
        self
    }

    /// The same problem, about a file.
    #[must_use]
    pub fn file(mut self, file: impl Into<String>) -> Self {
        self.file = Some(file.into().into());
        self
    }

    /// The same problem, about these paths, which are safe to show.
    #[must_use]
    pub fn paths(mut self, paths: impl IntoIterator<Item = impl Into<Box<str>>>) -> Self {
        self.paths = paths.into_iter().map(Into::into).collect();
        self
    }

    /// The same problem, about a seal.
    #[must_use]
    pub fn seal(mut self, name: impl Into<String>) -> Self {
        self.seal = Some(name.into().into());
        self
    }
}

/// An I/O error in words, without the number that Rust appends and the full stop of Windows: a
/// message goes on after it.
#[must_use]
pub fn in_words(error: &std::io::Error) -> String {
    words_of(&error.to_string())
}

fn words_of(text: &str) -> String {
    let words = text.find(" (os error").map_or(text, |at| &text[..at]);
    words.trim_end().trim_end_matches('.').to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_of_the_system_is_shown_without_its_number_and_its_full_stop() {
        for (text, words) in [
            ("File not found. (os error 2)", "file not found"),
            ("Access is denied.\r\n (os error 5)", "access is denied"),
            ("No such file or directory (os error 2)", "no such file or directory"),
            ("a loop", "a loop"),
            ("", ""),
        ] {
            assert_eq!(words_of(text), words);
        }
    }
}
