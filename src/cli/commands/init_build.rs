//! `init` builds: it finds the commands that make the roots, and proves them before it seals.

use std::collections::BTreeMap;

use sealgate_core::compare::changes::{ChangeKind, between};
use sealgate_core::seal::exclude::{pattern_of, patterns_of};
use sealgate_core::seal::path::parents;
use sealgate_core::seal::{BuildCommand, BuildEdit, Header, Root, Seal, SealName};
use sealgate_core::text::escape::printable_str;
use sealgate_core::text::problem::Problem;
use sealgate_scan::Scanner;

use super::init_answers::answered;
use super::ready::PendingSeal;
use super::rebuild::{build_twice, tell_left};
use super::{Context, seal, seal_header};
use crate::ops::rebuild::plan::Plan;
use crate::report::Verbosity;
use crate::report::setup::{MOST_NAMED, Unmade};
use crate::report::shell::{pathspec, quote};
use crate::report::text::{bytes as bytes_in_words, count, listed};
use crate::setup::artifacts::looks_built;
use crate::setup::init::build::{at_the_root, find, may_be_built, split};
use crate::setup::packaging::SelfSealed;

type Problems = Vec<Problem>;

/// How the roots are built.
#[derive(Debug, Default)]
pub(super) struct Builds {
    /// The command of each root that is built.
    pub(super) of_roots: BTreeMap<Root, BuildCommand>,
    /// What installs what they need, for the workflow.
    installs: Vec<String>,
}

impl Builds {
    /// The commands for `roots`: the one that the user `stated`, or those of the project.
    pub(super) fn of(
        stated: Option<&str>,
        roots: &[Root],
        context: &Context,
    ) -> Result<Self, Problems> {
        let mut builds = Self::default();
        builds.add(stated, roots, context)?;
        Ok(builds)
    }

    /// Adds the commands for `roots`, in the same way.
    fn add(
        &mut self,
        stated: Option<&str>,
        roots: &[Root],
        context: &Context,
    ) -> Result<(), Problems> {
        for root in roots.iter().filter(|root| may_be_built(root.as_str())) {
            let (install, build) = if let Some(stated) = stated {
                split(stated)
            } else {
                let Some(found) = find(context.repository.root(), root.as_str()) else { continue };
                if roots.len() <= MOST_NAMED || context.terminal.verbosity == Verbosity::Verbose {
                    context
                        .terminal
                        .remark(&format!("{root} is built by `{}` ({})", found.build, found.file));
                }
                (found.install, found.build)
            };
            let command = BuildCommand::parse(&build).map_err(|fault| {
                vec![
                    Problem::new("usage", format!("--build: {fault}"))
                        .remedy("name a script of yours: --build 'sh build.sh'"),
                ]
            })?;
            self.of_roots.insert(root.clone(), command);
            self.add_install(install);
        }
        Ok(())
    }

    /// Those of `roots` that a build may make, and for which no command is known.
    fn unknown<'a>(&self, roots: &'a [Root]) -> impl Iterator<Item = &'a Root> {
        let known = |root: &&Root| {
            may_be_built(root.as_str())
                && root.path().is_some()
                && !self.of_roots.contains_key(root)
        };
        roots.iter().filter(known)
    }

    /// Asks for the command of the `roots` for which none is known, and of those that are `unbuilt` and that
    /// a workflow must build; gives the answer.
    pub(super) fn ask(
        &mut self,
        roots: &[Root],
        unbuilt: &[&str],
        context: &Context,
    ) -> Result<Option<String>, Problems> {
        let unknown: Vec<Root> = self.unknown(roots).cloned().collect();
        let mut named: Vec<&str> = unknown.iter().map(Root::as_str).collect();
        named.extend(unbuilt);
        named.sort_unstable();
        named.dedup();
        if named.is_empty() {
            return Ok(None);
        }
        let answer = answered(|dialogue| dialogue.build(&named, !unbuilt.is_empty()))?;
        if answer.is_some() {
            self.add(answer.as_deref(), &unknown, context)?;
        }
        Ok(answer)
    }

    /// Adds a command that installs, if it is another one. Each begins at the repository root.
    fn add_install(&mut self, install: Option<String>) {
        let Some(install) = install.map(|install| at_the_root(&install)) else { return };
        if !self.installs.contains(&install) {
            self.installs.push(install);
        }
    }

    /// What installs what these builds need, and those that `seals` state, in one command.
    pub(super) fn install(&self, seals: &[&Seal], context: &Context) -> Option<String> {
        let mut all = Self { installs: self.installs.clone(), ..Self::default() };
        for seal in seals {
            let found = find(context.repository.root(), seal.header.root.as_str());
            let stated = seal.header.build.as_ref().map(BuildCommand::as_str);
            if let Some(found) = found.filter(|found| stated == Some(&*found.build)) {
                all.add_install(found.install);
            }
        }
        (!all.installs.is_empty()).then(|| all.installs.join(" && "))
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

/// Refuses new seals of packages that contain the seals.
pub(super) fn refuse_self_sealed(new: &[PendingSeal], context: &Context) -> Result<(), Problems> {
    let repository = &context.repository;
    let seals = repository.seals().as_str();
    let of_seal = |pending: &PendingSeal| {
        let found = SelfSealed::find(repository.root(), &pending.seal, seals)?;
        Some(found.problem(&pending.seal))
    };
    let problems: Problems = new.iter().filter_map(of_seal).collect();
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

/// Names the roots of which the build made other bytes than those that lay there, in the drafts `before`
/// and `after` it.
pub(super) fn tell_other_bytes(before: &[PendingSeal], after: &[PendingSeal], context: &Context) {
    for (old, new) in before.iter().zip(after).filter(|(old, new)| old.seal.name == new.seal.name) {
        let number = between(&old.seal, &new.seal).len();
        if number > 0 {
            let changed = count(number, "entry differs", "entries differ");
            let header = &new.seal.header;
            let shown = if header.tracked {
                let root = pathspec(header.root.as_str().as_bytes());
                format!("; see them with git diff -- {root}")
            } else {
                String::new()
            };
            context.terminal.remark(&format!(
                "{}: the build made other bytes than those that lay there: {changed}{shown}",
                header.root
            ));
        }
    }
}

/// What git keeps of the new roots and their builds did not make, by the drafts `before` and `after` them.
pub(super) fn unmade(
    before: &[PendingSeal],
    after: &[PendingSeal],
    context: &Context,
) -> Vec<Unmade> {
    let of_seal = |(old, new): (&PendingSeal, &PendingSeal)| {
        let seal = &new.seal;
        let changes = between(&old.seal, seal);
        let removed: Vec<&str> = changes
            .iter()
            .filter(|change| change.kind == ChangeKind::Removed)
            .map(|change| &*change.path)
            .collect();
        if !seal.header.tracked || removed.is_empty() {
            return None;
        }
        let place = |path: &&str| seal.header.root.join(path);
        let keep = (removed.len() <= MOST_NAMED).then(|| keep_unmade(seal, &removed, context));
        let paths = removed.iter().map(|path| printable_str(&place(path)).into_owned()).collect();
        Some(Unmade { paths, keep: keep.flatten() })
    };
    before.iter().zip(after).filter_map(of_seal).collect()
}

/// The command that brings back the files at `paths` of the root of `seal`, and leaves them out of that.
fn keep_unmade(seal: &Seal, paths: &[&str], context: &Context) -> Option<String> {
    // A directory without an entry would be found next: it is left out as a whole.
    let (mut patterns, mut files) = (Vec::new(), Vec::new());
    for path in paths.iter().map(|path| path.as_bytes()) {
        match parents(path).find(|parent| !seal.has_below(parent)) {
            Some(directory) => patterns.push(format!("{}/", pattern_of(directory)?)),
            None => files.push(path),
        }
    }
    patterns.dedup();
    let others: Vec<&[u8]> =
        seal.entries.iter().map(|sealed| sealed.path.as_str().as_bytes()).collect();
    let of_files = patterns_of(&files, &others);
    if of_files.is_empty() && !files.is_empty() {
        return None;
    }
    patterns.extend(of_files);
    let places = paths.iter().map(|path| pathspec(seal.header.root.join(path).as_bytes()));
    let exclude = |pattern: &String| format!(" --exclude {}", quote(pattern.as_bytes()));
    let exclude: String = patterns.iter().map(exclude).collect();
    Some(format!(
        "{} restore -- {} && {} seal {}{exclude}",
        context.invocation.git(),
        places.collect::<Vec<_>>().join(" "),
        context.invocation.sealgate(),
        quote(seal.name.as_str().as_bytes()),
    ))
}

/// Names the new seals; in one line where they are many.
pub(super) fn tell_new(new: &[PendingSeal], context: &Context) -> Vec<u8> {
    let verbosity = context.terminal.verbosity;
    if new.len() <= MOST_NAMED || verbosity == Verbosity::Verbose {
        return new.iter().flat_map(|new| seal::tell(new, context, Verbosity::Quiet)).collect();
    }
    let entries = new.iter().flat_map(|new| &new.seal.entries);
    let bytes = entries.clone().filter_map(|sealed| sealed.entry.size());
    format!(
        "sealed {} directories, {}, {}, in {}/ (-v names them)\n",
        new.len(),
        count(entries.count(), "entry", "entries"),
        bytes_in_words(bytes.fold(0, u64::saturating_add)),
        printable_str(context.repository.seals().as_str())
    )
    .into_bytes()
}

/// Says of which new roots no build command is known, where their names say that one makes them.
pub(super) fn remark_on_unknown(new: &[&Seal], context: &Context) {
    let is_unknown = |seal: &&&Seal| {
        let header = &seal.header;
        header.tracked && header.build.is_none() && looks_built(header.root.as_str())
    };
    let unknown: Vec<&&Seal> = new.iter().filter(is_unknown).collect();
    let Some(first) = unknown.first() else { return };
    let roots: Vec<_> =
        unknown.iter().map(|seal| printable_str(seal.header.root.as_str())).collect();
    context.terminal.remark(&format!(
        "no build command is known of {}, so nothing will notice a stale build; to state one: {} seal {} \
         --set-build CMD",
        listed(&roots, MOST_NAMED),
        context.invocation.sealgate(),
        quote(first.name.as_str().as_bytes())
    ));
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
    let Ok(build) = BuildCommand::parse(&build) else { return Ok(Vec::new()) };
    let edit = BuildEdit::Set(build);
    let edited = sealed
        .iter()
        .filter(without)
        .map(|seal| seal_header::edit(&seal.name, &[], &edit, context).map_err(Vec::from));
    super::collect(edited)
}
