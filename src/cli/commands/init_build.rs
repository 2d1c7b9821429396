//! `init` builds: it finds the commands that make the roots, and proves them before it seals.

use std::collections::BTreeMap;

use sealgate_core::seal::{BuildCommand, BuildEdit, Header, Root, Seal, SealName};
use sealgate_core::text::problem::Problem;
use sealgate_scan::Scanner;

use super::ready::PendingSeal;
use super::rebuild::{build_twice, tell_left};
use super::{Context, seal_header};
use crate::ops::rebuild::plan::Plan;
use crate::report::Verbosity;
use crate::setup::init::build::{find, may_be_built, split};

type Problems = Vec<Problem>;

/// How the roots are built.
#[derive(Debug, Default)]
pub(super) struct Builds {
    /// The command of each root that is built.
    pub(super) of_roots: BTreeMap<Root, BuildCommand>,
    /// What installs what they need, for the workflow.
    pub(super) install: Option<String>,
}

impl Builds {
    /// The commands for `roots`: the one that the user `stated`, or those of the project.
    pub(super) fn of(
        stated: Option<&str>,
        roots: &[Root],
        context: &Context,
    ) -> Result<Self, Problems> {
        let mut builds = Self::default();
        for root in roots.iter().filter(|root| may_be_built(root.as_str())) {
            let (install, build) = if let Some(stated) = stated {
                let (install, build) = split(stated);
                (install.map(str::to_owned), build.to_owned())
            } else {
                let Some(found) = find(context.repository.root(), root.as_str()) else { continue };
                context
                    .terminal
                    .remark(&format!("{root} is built by `{}` ({})", found.build, found.file));
                (found.install, found.build)
            };
            let command = BuildCommand::parse(&build).map_err(|fault| {
                vec![
                    Problem::new("usage", format!("--build: {fault}"))
                        .remedy("name a script of yours: --build 'sh build.sh'"),
                ]
            })?;
            builds.of_roots.insert(root.clone(), command);
            builds.install = builds.install.or(install);
        }
        Ok(builds)
    }

    /// Runs the commands of the `new` seals twice, each in an empty place, and takes out those that made
    /// nothing. What they make is there afterwards.
    ///
    /// # Errors
    ///
    /// Two builds differ: nothing is sealed.
    pub(super) fn prove(
        &mut self,
        new: &[&Seal],
        scanner: &Scanner,
        context: &Context,
    ) -> Result<(), Problems> {
        let seals: Vec<(SealName, Header, Option<Seal>)> = new
            .iter()
            .filter_map(|seal| {
                let build = Some(self.of_roots.get(&seal.header.root)?.clone());
                let header = Header { build, ..seal.header.clone() };
                // Nobody approved what is there: only what git has, or what the build makes again, may go.
                Some((seal.name.clone(), header, None))
            })
            .collect();
        if seals.is_empty() {
            return Ok(());
        }
        let roots: Vec<Root> = new.iter().map(|seal| seal.header.root.clone()).collect();
        let built = Plan::new(&context.repository, seals, false, &roots, scanner)
            .and_then(|plan| build_twice(&plan, scanner, context));
        match built {
            Ok(left) => {
                tell_left(&left, context);
                Ok(())
            }
            Err(problems)
                if problems.iter().any(|problem| problem.code == "build-not-repeatable") =>
            {
                Err(problems)
            }
            Err(problems) => {
                context.terminal.complain(&problems);
                context.terminal.say(
                    "warning: what was there is sealed, and nothing proves that the build makes it; \
                     when it builds: sealgate rebuild",
                );
                Ok(())
            }
        }
    }
}

/// What was edited in a seal that was there.
pub(super) fn tell_edit(ready: &PendingSeal, context: &Context) -> Vec<u8> {
    let build = ready.seal.header.build.clone().map_or(BuildEdit::Keep, BuildEdit::Set);
    seal_header::tell(ready, &[], &build, context, Verbosity::Quiet)
}

/// The seals that there are and that state no command yet, with the one that the user `stated`.
pub(super) fn edits(
    stated: Option<&str>,
    sealed: &[Seal],
    context: &Context,
) -> Result<Vec<PendingSeal>, Problems> {
    let without =
        |seal: &&Seal| seal.header.build.is_none() && may_be_built(seal.header.root.as_str());
    let Some(stated) = stated else { return Ok(Vec::new()) };
    let build = split(stated).1;
    let Ok(build) = BuildCommand::parse(build) else { return Ok(Vec::new()) };
    let edit = BuildEdit::Set(build);
    let edited = sealed
        .iter()
        .filter(without)
        .map(|seal| seal_header::edit(&seal.name, &[], &edit, context).map_err(Vec::from));
    super::collect(edited)
}
