//! How two archives differ, as JSON.

use sealgate_core::compare::archive::{
    ArchiveDifference, Aspect, Form, MemberChange, MemberContent,
};
use serde::Serialize;

/// How many members that differ a document holds; an archive may have a million.
const MEMBERS: usize = 1_000;

/// How two archives differ.
#[derive(Debug, Serialize)]
pub(crate) struct ArchiveView {
    /// `members`, or `stream` of one compressed stream of bytes.
    form: &'static str,
    /// How many members both have, and the same.
    same: usize,
    /// The members that differ, sorted by name, at most [`MEMBERS`].
    members: Vec<MemberView>,
    /// How many more of them there are.
    #[serde(skip_serializing_if = "is_zero")]
    more: usize,
    /// What else differs: `times`, `order`, `modes`, `owners`, `packing`.
    aspects: Vec<&'static str>,
}

/// One member that differs. Without `old` it is new, without `new` it is gone.
#[derive(Debug, Serialize)]
struct MemberView {
    /// Its name in the archive; lossy where that is not UTF-8.
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    old: Option<ContentView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    new: Option<ContentView>,
}

/// What a member is: `file`, `link`, `hard-link` or `other`.
#[derive(Debug, Serialize)]
struct ContentView {
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    blake3: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over references")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

impl ArchiveView {
    pub(crate) fn new(difference: &ArchiveDifference) -> Self {
        let members = difference.members.iter();
        Self {
            form: match difference.form {
                Form::Members => "members",
                Form::Stream => "stream",
            },
            same: difference.same,
            members: members.take(MEMBERS).map(MemberView::new).collect(),
            more: difference.members.len().saturating_sub(MEMBERS),
            aspects: difference.aspects.iter().copied().map(code).collect(),
        }
    }
}

impl MemberView {
    fn new(change: &MemberChange) -> Self {
        Self {
            name: lossy(&change.name),
            old: change.old.as_ref().map(ContentView::new),
            new: change.new.as_ref().map(ContentView::new),
        }
    }
}

impl ContentView {
    fn new(content: &MemberContent) -> Self {
        let nothing = Self { kind: "other", size: None, blake3: None, target: None };
        match content {
            MemberContent::File(size, digest) => {
                let blake3 = Some(digest.to_string());
                Self { kind: "file", size: Some(*size), blake3, ..nothing }
            }
            MemberContent::Link(target) => {
                Self { kind: "link", target: Some(lossy(target)), ..nothing }
            }
            MemberContent::HardLink(target) => {
                Self { kind: "hard-link", target: Some(lossy(target)), ..nothing }
            }
            MemberContent::Other(_) => nothing,
        }
    }
}

fn lossy(name: &[u8]) -> String {
    String::from_utf8_lossy(name).into_owned()
}

fn code(aspect: Aspect) -> &'static str {
    match aspect {
        Aspect::Times => "times",
        Aspect::Order => "order",
        Aspect::Modes => "modes",
        Aspect::Owners => "owners",
        Aspect::Packing => "packing",
    }
}
