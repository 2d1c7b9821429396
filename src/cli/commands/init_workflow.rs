//! The workflow that `init` writes.

use sealgate_core::seal::Seal;
use sealgate_core::text::problem::Problem;
use sealgate_git::setup;

use super::Context;
use super::init_answers::{Answers, answered};
use super::init_build::Builds;
use super::init_place::{git_problem, usual_seals};
use super::ready::PendingSeal;
use crate::cli::args::InitArgs;
use crate::setup::init::build::split;
use crate::setup::init::files::{self, Change};
use crate::setup::init::{ActionRef, Dialogue, Runs, Steps, Workflow};

type Problems = Vec<Problem>;

/// What is done beside the seals.
pub(super) struct Wishes {
    pub(super) workflow: Workflow,
    /// The action that the workflow runs.
    pub(super) action: Option<ActionRef>,
    /// Whether the person at the terminal chose the program that the runner has, in place of an action.
    pub(super) by_program: bool,
    /// The command that the user stated, for all that is built.
    pub(super) stated: Option<String>,
    pub(super) builds: Builds,
    pub(super) everywhere: bool,
}

pub(super) fn workflow_is_there(context: &Context) -> bool {
    let file = Workflow::Check.file();
    file.is_some_and(|file| context.repository.root().join(file).symlink_metadata().is_ok())
}

/// The workflow that is wanted, with what it runs: [`Runs::Nothing`] where no action is known and nobody
/// chose. A placeholder in the action's place is never written.
///
/// # Errors
///
/// A workflow was asked for, and no action is known.
pub(super) fn with_action(
    workflow: Workflow,
    arguments: &InitArgs,
    answers: Answers,
    context: &Context,
) -> Result<(Workflow, Runs), Problems> {
    let action = arguments.action.clone().or_else(ActionRef::built_in);
    let file = workflow.file().map(|file| context.repository.root().join(file));
    let is_needed = file.is_some_and(|file| file.symlink_metadata().is_err());
    if action.is_some() || !is_needed {
        return Ok((workflow, action.map_or(Runs::Nothing, Runs::Action)));
    }
    match answers {
        Answers::Asked => Ok(match answered(Dialogue::action)? {
            Runs::Nothing => (Workflow::None, Runs::Nothing),
            runs => (workflow, runs),
        }),
        Answers::Proposed | Answers::SealRef if arguments.workflow.is_some() => {
            let message = "this build of sealgate does not know which action runs it";
            Err(vec![Problem::new("usage", message).remedy(
                "name it, by the full id of a commit that you trust: --action OWNER/REPO@SHA",
            )])
        }
        Answers::Proposed | Answers::SealRef => Ok((workflow, Runs::Nothing)),
    }
}

/// The workflow, if it is wanted and not there.
pub(super) fn workflow(
    wishes: &Wishes,
    seals: &[&Seal],
    edits: &[PendingSeal],
    context: &Context,
) -> Result<Option<Change>, Problems> {
    let Some(path) = wishes.workflow.file() else { return Ok(None) };
    let stated = wishes.stated.as_deref();
    let rebuilds = !edits.is_empty() || seals.iter().any(|seal| seal.header.build.is_some());
    let installing;
    let steps = match stated {
        _ if rebuilds => {
            let of_stated = stated.and_then(|stated| split(stated).0);
            installing = of_stated.or_else(|| wishes.builds.install(seals, context));
            Steps::Rebuild { install: installing.as_deref() }
        }
        Some(command) => Steps::Build(command),
        None => Steps::CheckAlone,
    };
    let root = context.repository.root();
    let branch = setup::default_branch(root).map_err(|error| vec![git_problem(error)])?;
    let action = wishes.action.as_ref().map(ToString::to_string);
    let text = wishes.workflow.text(steps, action.as_deref(), branch.as_deref());
    match files::existing(root, path)? {
        // What only checks is a line to write; what builds again is more than that.
        None if action.is_none()
            && !wishes.by_program
            && !matches!(steps, Steps::Rebuild { .. }) =>
        {
            Ok(None)
        }
        None => {
            if action.is_none() {
                context.terminal.remark(
                    "the workflow runs the sealgate that its runner has, since this build of sealgate \
                     does not know which action runs it: install it there, or put the action in that step",
                );
            }
            Ok(Some(Change { path, bytes: text.into_bytes(), lines: Vec::new() }))
        }
        Some(there) => {
            if !Workflow::is_same(&there, &text) {
                context.terminal.remark(&format!(
                    "{path} is there with other content, and stays as it is; move it away to have \
                     it written"
                ));
            }
            Ok(None)
        }
    }
}

/// Says how to have the workflow that was not written.
pub(super) fn remark_on_workflow(wishes: &Wishes, seals: &[&Seal], context: &Context) {
    let is_known = wishes.workflow != Workflow::None && wishes.action.is_some();
    if is_known || workflow_is_there(context) || !usual_seals(context) {
        return;
    }
    let unbuilt = |seal: &&&Seal| !seal.header.tracked && seal.header.build.is_none();
    let build = if seals.iter().any(|seal| unbuilt(&seal)) && wishes.stated.is_none() {
        " --build CMD"
    } else {
        ""
    };
    let (why, action) = match ActionRef::built_in().or_else(|| wishes.action.clone()) {
        Some(_) => ("", ""),
        None => (
            ": this build of sealgate does not know which action runs it",
            " --action OWNER/REPO@SHA",
        ),
    };
    context.terminal.remark(&format!(
        "no workflow was written{why}; to have one: sealgate init --workflow check{build}{action} --yes"
    ));
}
