//! Where among the branches lies what is judged.

use sealgate_core::approval::Place;
use sealgate_core::text::problem::Problem;

use crate::tree::{CommitTree, Workspace};

/// The ref that is judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference {
    /// A branch.
    Branch(String),
    /// A tag.
    Tag(String),
    /// A change request into this branch.
    Into(String),
}

impl Reference {
    /// Reads `refs/heads/NAME` or `refs/tags/NAME`; any other form could mean several things.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let named = |name: &&str| !name.is_empty();
        if let Some(name) = text.strip_prefix("refs/heads/").filter(named) {
            return Some(Self::Branch(name.to_owned()));
        }
        text.strip_prefix("refs/tags/").filter(named).map(|name| Self::Tag(name.to_owned()))
    }

    /// Its full name; `None` of a change request, which is on no branch.
    #[must_use]
    pub fn full_name(&self) -> Option<String> {
        match self {
            Self::Branch(name) => Some(format!("refs/heads/{name}")),
            Self::Tag(name) => Some(format!("refs/tags/{name}")),
            Self::Into(_) => None,
        }
    }

    /// Where it is among `branches`: a branch is itself, if the commit is on its first-parent line; a
    /// change request is where it wants to go, if its base is there; a tag is where its commit is.
    pub(super) fn place(
        &self,
        repository: &Workspace,
        base: &CommitTree<'_>,
        judged: Option<&CommitTree<'_>>,
        branches: &[String],
    ) -> Result<Place, Problem> {
        let head;
        let judged = if let Some(judged) = judged {
            judged
        } else {
            head = CommitTree::open(repository, "HEAD")?;
            &head
        };
        let (named, commit) = match self {
            Self::Branch(name) => (format!("the branch {name}"), judged),
            Self::Into(name) => (format!("a change request into {name}"), base),
            Self::Tag(name) => {
                let tag = CommitTree::open_ref(repository, &format!("refs/tags/{name}"))?;
                if tag.oid() != judged.oid() {
                    let message = format!("the tag {name} is not on the commit that is judged");
                    return Err(Problem::new("ref-mismatch", message)
                        .remedy("check the commit that the tag names"));
                }
                (format!("the tag {name}"), judged)
            }
        };
        let mut on = Vec::new();
        for branch in branches {
            let meant = match self {
                Self::Branch(name) | Self::Into(name) => name == branch,
                Self::Tag(_) => true,
            };
            if meant && tip(repository, branch)?.has_on_its_line(commit.oid())? {
                on.push(branch.clone());
            }
        }
        Ok(Place { named, on })
    }
}

/// The tip of `branch` as the remote has it, or else as it is here.
pub fn tip<'r>(repository: &'r Workspace, branch: &str) -> Result<CommitTree<'r>, Problem> {
    let absent = |problem: &Problem| problem.code == "revision-unknown";
    match CommitTree::open_ref(repository, &format!("refs/remotes/origin/{branch}")) {
        Err(problem) if absent(&problem) => {}
        found => return found,
    }
    CommitTree::open_ref(repository, &format!("refs/heads/{branch}")).map_err(|problem| {
        if !absent(&problem) {
            return problem;
        }
        let message = format!("the branch {branch} is not here, so nothing is known to be on it");
        Problem::new("ref-unknown", message)
            .remedy(format!("fetch it with its history: git fetch origin {branch}"))
    })
}
