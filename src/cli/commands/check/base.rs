//! The commit that the seals are held against: named, found by the event, or none.

use std::path::Path;

use sealgate_core::text::place::shown_path;
use sealgate_core::text::problem::Problem;
use sealgate_git::Oid;
use sealgate_scan::{NamedFault, read_named};

use super::super::Context;
use super::super::environment::variable;
use crate::github::event::{
    EventError, MAX_EVENT_BYTES, Variables, Wanted, default_branch, other_parent, queue_branch,
    wanted,
};
use crate::github::scope::ScopePermission;
use crate::ops::authorize::{Reference, StandIn, Surroundings, stand_in};
use crate::report::Notice;
use crate::tree::CommitTree;

/// The value of `--base` that asks the event. A branch of this name is `refs/heads/auto`.
const AUTO: &str = "auto";

/// The value of `--base` for no base.
const NONE: &str = "none";

/// What the file of the event is called in errors: its own path says nothing to people.
const FILE: &str = "GITHUB_EVENT_PATH";

/// What the value of `--base` leads to.
#[derive(Default)]
pub(in crate::cli::commands) struct Opened<'a> {
    /// The base; `None` where there is none.
    pub(in crate::cli::commands) base: Option<CommitTree<'a>>,
    /// That the event has none.
    pub(in crate::cli::commands) notice: Option<Notice>,
    /// Why nothing may pass: there is a policy, and no base to judge by.
    pub(in crate::cli::commands) refusal: Option<Problem>,
    /// Why changes of scope since the base may pass by default, if the event says so.
    pub(in crate::cli::commands) permission: Option<ScopePermission>,
}

/// What is judged, as far as the base depends on it.
#[derive(Clone, Copy, Default)]
pub(in crate::cli::commands) struct Judged<'j, 'a> {
    /// The commit; `None`: the working tree.
    pub(in crate::cli::commands) commit: Option<&'j CommitTree<'a>>,
    /// The ref of `--ref`.
    pub(in crate::cli::commands) reference: Option<&'j str>,
    /// The environment that is asked about.
    pub(in crate::cli::commands) environment: Option<&'j str>,
}

/// Opens the base that `given`, the value of `--base`, asks for; and a notice where the event has none.
pub(in crate::cli::commands) fn open<'a>(
    given: Option<&str>,
    judged: Judged<'_, 'a>,
    context: &'a Context,
) -> Result<Opened<'a>, Problem> {
    let (revision, permission) = match given {
        None | Some(NONE) => return Ok(Opened::default()),
        Some(AUTO) => match by_event(context)? {
            OfEvent::Base { oid, permission } => (oid.to_string(), permission),
            OfEvent::NoBase { why, default_branch } => {
                return Ok(without_base(&why, default_branch.as_deref(), judged, context));
            }
        },
        Some(revision) => (revision.to_owned(), None),
    };
    let base = Some(CommitTree::open(&context.repository, &revision)?);
    Ok(Opened { base, permission, ..Opened::default() })
}

/// What is used where the event has no base: nothing without a policy.
fn without_base<'a>(
    why: &str,
    default_branch: Option<&str>,
    judged: Judged<'_, 'a>,
    context: &'a Context,
) -> Opened<'a> {
    let own = variable("GITHUB_REF");
    let reference = judged.reference.or(own.as_deref()).and_then(Reference::parse);
    let around = Surroundings {
        default_branch,
        reference: reference.as_ref(),
        environment: judged.environment,
    };
    match stand_in(&context.repository, judged.commit, &around) {
        Ok(StandIn::NotNeeded) => Opened { notice: Some(no_base(why)), ..Opened::default() },
        Ok(StandIn::Commit { base, what, one_step }) => {
            let message = format!("{why}; under a policy the base is {what}");
            let notice = Some(if one_step {
                Notice::new("one-step-judged", message)
            } else {
                Notice::new("base-of-branch", message)
            });
            Opened { base: Some(*base), notice, ..Opened::default() }
        }
        Err(problem) => {
            let message = format!("{why}; {}", problem.message);
            let message = message.into_boxed_str();
            let refusal = Some(Problem { code: "base-missing", message, ..problem });
            Opened { refusal, ..Opened::default() }
        }
    }
}

/// The branch that the changes of the event's merge queue go into.
pub(super) fn branch_of_queue() -> Option<String> {
    let path = variable(FILE)?;
    queue_branch(&read(Path::new(&path)).ok()?)
}

/// What the event says of the base.
enum OfEvent {
    /// The base is this commit.
    Base {
        oid: Oid,
        /// Why changes of scope since then may pass by default.
        permission: Option<ScopePermission>,
    },
    /// The event has none.
    NoBase {
        why: String,
        /// The default branch of the repository, if the event states it.
        default_branch: Option<String>,
    },
}

fn by_event(context: &Context) -> Result<OfEvent, Problem> {
    let variables = Variables {
        name: variable("GITHUB_EVENT_NAME"),
        sha: variable("GITHUB_SHA"),
        reference: variable("GITHUB_REF"),
    };
    let path = variable(FILE).ok_or(EventError::NotSet(FILE))?;
    let event = read(Path::new(&path))?;
    let oid = match wanted(&variables, &event)? {
        Wanted::Commit(base) => base,
        Wanted::OtherParent { merge, head } => {
            let commit = CommitTree::open(&context.repository, &merge.to_string())?;
            other_parent(&merge, commit.parents(), &head)?
        }
        Wanted::Nothing(why) => {
            return Ok(OfEvent::NoBase { why, default_branch: default_branch(&event) });
        }
    };
    Ok(OfEvent::Base { oid, permission: ScopePermission::of(&variables, &event) })
}

fn read(path: &Path) -> Result<Vec<u8>, Problem> {
    read_named(path, MAX_EVENT_BYTES).map_err(|fault| match fault {
        NamedFault::TooLarge(..) => EventError::TooLarge.into(),
        fault => {
            let message = format!("{FILE} ({}): {fault}", shown_path(path));
            Problem::new("base-unknown", message)
                .remedy("name the base (--base REV), or do without one (--base none)")
        }
    })
}

fn no_base(why: &str) -> Notice {
    let message = format!("the seals are not held against a base: {why}");
    Notice::new("no-base", message)
}
