//! Where among the branches lies what is judged.

use sealgate_core::approval::{BranchPlace, Place};
use sealgate_core::text::problem::Problem;

use crate::report::Notice;
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
    pub(super) fn place<'r>(
        &self,
        repository: &'r Workspace,
        base: &CommitTree<'_>,
        judged: &CommitTree<'_>,
        branches: &[String],
    ) -> Result<Placed<'r>, Problem> {
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
        let mut placed = Placed { place: Place { named, on: Vec::new() }, tips: Vec::new() };
        for branch in branches {
            let meant = match self {
                Self::Branch(name) | Self::Into(name) => name == branch,
                Self::Tag(_) => true,
            };
            if !meant {
                continue;
            }
            let tip = tip(repository, branch)?;
            if !tip.has_on_its_line(commit.oid())? {
                continue;
            }
            // A change request is no commit of the branch yet.
            let is_request = matches!(self, Self::Into(_));
            let is_beyond = !is_request && tip.oid() != commit.oid();
            let tip_beyond = is_beyond.then(|| tip.oid().to_string());
            placed.place.on.push(BranchPlace { branch: branch.clone(), tip_beyond });
            placed.tips.push((branch.clone(), tip));
        }
        Ok(placed)
    }
}

/// The code of the notice that an older commit is judged.
pub(super) const OLDER_COMMIT: &str = "older-commit";

/// The tip of a branch, with the name of the branch.
pub(super) type Tip<'r> = (String, CommitTree<'r>);

/// A place among the branches, and the tips of those branches.
#[derive(Debug)]
pub(super) struct Placed<'r> {
    pub(super) place: Place,
    pub(super) tips: Vec<Tip<'r>>,
}

impl Placed<'_> {
    /// That what is judged is an older commit of its branches.
    pub(super) fn older_commit(&self) -> Option<Notice> {
        let beyond = |on: &BranchPlace| Some((on.branch.clone(), on.tip_beyond.clone()?));
        let all: Option<Vec<_>> = self.place.on.iter().map(beyond).collect();
        let (branch, tip) = all?.into_iter().next()?;
        let message = format!(
            "AN OLDER COMMIT of the branch {branch} is judged; its tip is {tip}, and what was added \
             since is not in it"
        );
        Some(Notice::new(OLDER_COMMIT, message))
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
