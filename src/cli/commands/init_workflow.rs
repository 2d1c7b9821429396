//! The workflow that `init` writes.

use sealgate_core::seal::Seal;
use sealgate_core::text::problem::Problem;

use super::Context;
use super::init_build::Builds;
use super::ready::PendingSeal;
use crate::setup::init::build::split;
use crate::setup::init::files::{self, Change};
use crate::setup::init::{Steps, Workflow};

type Problems = Vec<Problem>;

/// What is done beside the seals.
pub(super) struct Wishes {
    pub(super) workflow: Workflow,
    /// The command that the user stated, for all that is built.
    pub(super) stated: Option<String>,
    pub(super) builds: Builds,
    pub(super) everywhere: bool,
}

pub(super) fn workflow_is_there(context: &Context) -> bool {
    let file = Workflow::Check.file();
    file.is_some_and(|file| context.repository.root().join(file).symlink_metadata().is_ok())
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
    let steps = match stated {
        _ if rebuilds => {
            let install = stated.and_then(|stated| split(stated).0);
            Steps::Rebuild { install: install.or(wishes.builds.install.as_deref()) }
        }
        Some(command) => Steps::Build(command),
        None => Steps::CheckAlone,
    };
    let text = wishes.workflow.text(steps);
    match files::existing(context.repository.root(), path)? {
        None => Ok(Some(Change { path, bytes: text.into_bytes(), lines: Vec::new() })),
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

pub(super) fn remark_on_workflow(wishes: &Wishes, seals: &[&Seal], context: &Context) {
    let built = seals.iter().any(|seal| !seal.header.tracked);
    let silent = wishes.workflow != Workflow::None || workflow_is_there(context);
    if built && !silent {
        context.terminal.remark(
            "no workflow was written; to have one: sealgate init --workflow check --build CMD --yes",
        );
    }
}
