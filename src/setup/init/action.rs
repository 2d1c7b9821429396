//! The action that a workflow runs: whose it is, and at which commit.

use std::fmt;
use std::str::FromStr;

use sealgate_core::text::escape::message;

/// `OWNER/REPO@SHA`, with what follows `#` in a workflow, such as `v1.2.3`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionRef {
    repository: String,
    commit: String,
    comment: Option<String>,
}

/// Why a text names no action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ActionFault {
    /// There is no `@`, or what stands before it names no repository.
    #[error("write OWNER/REPO@SHA: who publishes sealgate, its repository, and a commit of it")]
    NoRepository,
    /// A tag, a branch or an abbreviated id.
    #[error("after the @ comes the full id of a commit, 40 digits of 0-9a-f: a tag can be moved")]
    NoCommit,
    /// What follows `#` does not show, or is long.
    #[error("what follows # is at most 100 characters that show")]
    BadComment,
}

impl ActionRef {
    /// The action that this program was released with: the variable `SEALGATE_ACTION` of its build. A
    /// development build has none.
    #[must_use]
    pub fn built_in() -> Option<Self> {
        option_env!("SEALGATE_ACTION").and_then(|text| text.parse().ok())
    }
}

impl FromStr for ActionRef {
    type Err = ActionFault;

    fn from_str(text: &str) -> Result<Self, ActionFault> {
        /// The longest comment, in characters.
        const LONGEST_COMMENT: usize = 100;
        let (action, comment) = match text.split_once('#') {
            Some((action, comment)) => (action.trim(), Some(comment.trim())),
            None => (text.trim(), None),
        };
        let (repository, commit) = action.split_once('@').ok_or(ActionFault::NoRepository)?;
        let parts: Vec<&str> = repository.split('/').collect();
        let is_name = |part: &&str| {
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
            !part.is_empty() && !matches!(*part, "." | "..") && part.bytes().all(plain)
        };
        if parts.len() < 2 || !parts.iter().all(is_name) || parts[0] == "OWNER" {
            return Err(ActionFault::NoRepository);
        }
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        let is_id = matches!(commit.len(), 40 | 64) && commit.bytes().all(is_digit);
        if !is_id || commit.bytes().all(|byte| byte == b'0') {
            return Err(ActionFault::NoCommit);
        }
        let comment = comment.filter(|comment| !comment.is_empty());
        let shows = |text: &str| {
            text.chars().count() <= LONGEST_COMMENT
                && message(text) == text
                && !text.contains("${{")
        };
        if !comment.is_none_or(shows) {
            return Err(ActionFault::BadComment);
        }
        Ok(Self {
            repository: repository.to_owned(),
            commit: commit.to_owned(),
            comment: comment.map(str::to_owned),
        })
    }
}

/// As it stands behind `uses:` in a workflow.
impl fmt::Display for ActionRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.repository, self.commit)?;
        self.comment.as_ref().map_or(Ok(()), |comment| write!(f, " # {comment}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_an_action_by_the_full_id_of_a_commit() {
        let id = "0123456789abcdef0123456789abcdef01234567";
        let long = "0123456789abcdef".repeat(4);
        let shown = |text: &str| text.parse::<ActionRef>().map(|action| action.to_string());
        for (text, uses) in [
            (format!("seal-gate/sealgate@{id}"), format!("seal-gate/sealgate@{id}")),
            (format!(" a/b@{id} #  v1.2.3 "), format!("a/b@{id} # v1.2.3")),
            (format!("a/b@{id} #"), format!("a/b@{id}")),
            (format!("a/b/sub.dir@{long}"), format!("a/b/sub.dir@{long}")),
        ] {
            assert_eq!(shown(&text), Ok(uses));
        }
        for (text, fault) in [
            (String::new(), ActionFault::NoRepository),
            ("OWNER/sealgate@SHA".to_owned(), ActionFault::NoRepository),
            (format!("OWNER/sealgate@{id}"), ActionFault::NoRepository),
            (format!("sealgate@{id}"), ActionFault::NoRepository),
            (format!("./a@{id}"), ActionFault::NoRepository),
            (format!("a/../b@{id}"), ActionFault::NoRepository),
            (format!("a/b c@{id}"), ActionFault::NoRepository),
            (format!("a/b\n@{id}"), ActionFault::NoRepository),
            ("a/sealgate@SHA".to_owned(), ActionFault::NoCommit),
            ("a/sealgate@v1".to_owned(), ActionFault::NoCommit),
            (format!("a/sealgate@{}", &id[..12]), ActionFault::NoCommit),
            (format!("a/sealgate@{}", id.to_uppercase()), ActionFault::NoCommit),
            (format!("a/sealgate@{}", "0".repeat(40)), ActionFault::NoCommit),
            (format!("a/sealgate@{id}\nx: y"), ActionFault::NoCommit),
            (format!("a/sealgate@{id} # v1\n      - run: x"), ActionFault::BadComment),
            (format!("a/sealgate@{id} # ${{{{ x }}}}"), ActionFault::BadComment),
            (format!("a/sealgate@{id} # {}", "x".repeat(101)), ActionFault::BadComment),
        ] {
            assert_eq!(shown(&text), Err(fault), "{text:?}");
        }
    }
}
