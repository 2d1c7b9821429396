//! What a grant for an action is bound to: the files of one commit, and one plan.

use crate::seal::entry::Digest;

/// The longest plan that a grant states, in bytes: people read it before they sign.
pub const MAX_PLAN_BYTES: u64 = 64 << 10;

/// What an action is done with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// The id, in hex, of the judged commit's tree without the directories of grants and of evidence. A
    /// grant lies in the tree, so it cannot name the whole of it.
    pub tree: String,
    /// The plan that the action follows, if it follows one.
    pub plan: Option<Plan>,
}

/// A plan: a text that people read, and that a command follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The digest of the text.
    pub digest: Digest,
    /// The text.
    pub text: String,
}

impl Plan {
    /// The plan with these bytes; `None` if they are not text.
    #[must_use]
    pub fn of(bytes: Vec<u8>) -> Option<Self> {
        let digest = Digest::of(&bytes);
        String::from_utf8(bytes).ok().map(|text| Self { digest, text })
    }
}
