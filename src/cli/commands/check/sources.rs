//! Where the seals and the bytes of a check come from.

use sealgate_core::seal::SealName;
use sealgate_core::text::problem::Problem;

use super::super::Context;
use super::super::select::{by_place, by_place_here};
use super::again::SealsBefore;
use super::base;
use crate::cli::args::CheckArgs;
use crate::github::scope::ScopePermission;
use crate::ops::check::Bytes;
use crate::report::Notice;
use crate::report::text::listed;
use crate::tree::{Begun, CommitTree, Contents, SEALS_TOO_LARGE, select};

/// With more seals than these, none stays open while others are judged: descriptors are few.
const MANY: usize = 64;

/// How many seals a notice names.
const NAMED: usize = 8;

/// A selected seal, as far as it was read.
pub(super) type Selected = (SealName, Result<Begun, Problem>);

/// The commits that a check reads.
#[derive(Default)]
pub(super) struct Commits<'a> {
    /// That of the seals, if they are not those of the working tree.
    pub(super) seals: Option<CommitTree<'a>>,
    /// Whether the bytes are that commit's too.
    pub(super) and_bytes: bool,
    /// That which the seals are held against.
    pub(super) base: Option<CommitTree<'a>>,
    /// The seals directory of the working tree, if the seals are read there.
    pub(super) before: Option<SealsBefore<'a>>,
    /// That the event has no such commit.
    pub(super) no_base: Option<Notice>,
    /// Why nothing may pass without one.
    pub(super) refusal: Option<Problem>,
    /// Why changes of scope since the base may pass by default.
    pub(super) permission: Option<ScopePermission>,
    /// What selects the seals that judge: names and globs, no places.
    pub(super) names: Vec<String>,
    /// The same, and the seals of the base that cover the places that the user named.
    pub(super) names_since: Vec<String>,
}

pub(super) fn open_commits<'a>(
    arguments: &CheckArgs,
    context: &'a Context,
) -> Result<Option<Commits<'a>>, Problem> {
    let open = |revision: &String| CommitTree::open(&context.repository, revision);
    let seals = arguments.rev.as_ref().or(arguments.seals_from.as_ref()).map(open).transpose()?;
    // Before anything there is read: what changes after this is noticed.
    let before = match &seals {
        Some(_) => None,
        None => Some(SealsBefore::look(&context.repository)?),
    };
    let judged = base::Judged {
        commit: seals.as_ref(),
        reference: arguments.authority.reference.as_deref(),
        environment: arguments.authority.environment.as_deref(),
    };
    let base::Opened { base, notice: no_base, refusal, permission } =
        base::open(arguments.base.as_deref(), judged, context)?;
    let names = match &seals {
        Some(commit) => in_commit(arguments, context, commit),
        None if arguments.names.is_empty() => Vec::new(),
        None => match context.repository.contents()? {
            Some(found) => by_place_here(context, &found.names, &arguments.names),
            // That there is no seals directory is reported when the seals are loaded.
            None => arguments.names.clone(),
        },
    };
    let mut names_since = names.clone();
    names_since.extend(base.iter().flat_map(|base| in_commit(arguments, context, base)));
    Ok(Some(Commits {
        names,
        names_since,
        before,
        seals,
        and_bytes: arguments.rev.is_some(),
        base,
        no_base,
        refusal,
        permission,
    }))
}

/// The seals of `commit` that the user named, places replaced by names.
fn in_commit(arguments: &CheckArgs, context: &Context, commit: &CommitTree<'_>) -> Vec<String> {
    let names = commit.contents().unwrap_or_default().names;
    by_place(context, &names, &arguments.names, &|name| commit.load(name))
}

pub(super) fn bytes<'a>(
    arguments: &CheckArgs,
    context: &Context,
    commits: &'a Commits<'a>,
) -> Bytes<'a> {
    match (&commits.seals, &arguments.at) {
        (Some(commit), _) if commits.and_bytes => Bytes::Commit(commit),
        (_, Some(at)) => Bytes::Directory(context.named_place(at)),
        (_, None) => Bytes::Worktree,
    }
}

/// Loads the selected seals. What is wrong with the selection, or in the seals directory, goes to
/// `problems`; the seals that can be judged are judged all the same. With `whole`, no seal stays open.
pub(super) fn load(
    arguments: &CheckArgs,
    whole: bool,
    context: &Context,
    commits: &Commits<'_>,
    problems: &mut Vec<Problem>,
) -> Vec<Selected> {
    let contents = match &commits.seals {
        Some(commit) => context.contents_of(commit),
        None => context.contents(),
    };
    let names = match contents {
        Ok(Contents { names, strays, .. }) => {
            problems.extend(strays);
            select(&names, &commits.names).unwrap_or_else(|unmatched| {
                problems.extend(unmatched);
                Vec::new()
            })
        }
        Err(problem) => {
            problems.push(problem);
            Vec::new()
        }
    };
    let alone = [
        (arguments.at.is_some(), "--at judges by one seal, not by"),
        (arguments.stage.is_some(), "--stage keeps what is under one seal, not"),
    ];
    if let (Some((_, what)), 2..) = (alone.iter().find(|(given, _)| *given), names.len()) {
        problems.push(
            Problem::new("usage", format!("{what} {}", names.len()))
                .remedy("name the seal that is meant"),
        );
        return Vec::new();
    }
    // A seal that is held against a base, or shared out, must be there as a whole.
    let whole =
        whole || names.len() > MANY || commits.base.is_some() || arguments.partition.is_some();
    let mut selected = Vec::with_capacity(names.len());
    for name in names {
        let repository = &context.repository;
        let begun = match &commits.seals {
            Some(commit) => commit.load(&name).map(Begun::from),
            None if whole => repository.load(&name).map(Begun::from),
            None => repository.begin(&name),
        };
        match begun {
            // It would be said again of each seal that is left.
            Err(problem) if problem.code == SEALS_TOO_LARGE => {
                problems.push(problem);
                break;
            }
            begun => selected.push((name, begun)),
        }
    }
    selected
}

/// Tells that the seals in the working tree are others than those of the commit that judge.
pub(super) fn differing(commit: &CommitTree<'_>) -> Option<Notice> {
    let differing = commit.differing_in_worktree();
    if differing.is_empty() {
        return None;
    }
    let names = listed(&differing, NAMED);
    let message =
        format!("the working tree has other seals ({names}); those of {} judge", commit.given());
    Some(Notice::new("seals-differ", message))
}

/// What this system cannot see of the bytes that are judged.
pub(super) fn system_notices(selected: &[Selected], bytes: &Bytes<'_>) -> Vec<Notice> {
    let in_files = !matches!(bytes, Bytes::Commit(_));
    let blind = cfg!(not(unix)) && in_files && !selected.is_empty();
    let message = "this system has no execute bits: file and exec were taken as one";
    let notice = Notice::new("modes-not-compared", message);
    blind.then_some(notice).into_iter().collect()
}
