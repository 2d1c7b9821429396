//! `hook`: what git runs before a push, and how git comes to run it.

use std::io::{IsTerminal as _, Read as _};
use std::num::NonZeroUsize;
use std::time::Instant;

use sealgate_core::compare::verdict::Verdict;
use sealgate_core::text::escape::message;
use sealgate_core::text::problem::{Problem, in_words};
use sealgate_scan::Scanner;

use super::check::authority::now;
use super::{Context, Outcome};
use crate::cli::args::{HookCommand, PrePushArgs};
use crate::cli::progress::Progress;
use crate::ops::broken::Broken;
use crate::ops::check::checkout::checkout;
use crate::ops::pre_push::{
    self, Judging, MAX_INPUT, MAX_LINE, ProtocolError, Pushes, Variables, of_stdin, of_variables,
};
use crate::report::{Invocation, Report, Verbosity};
use crate::setup::hook::{self, Place};
use crate::setup::merge_driver;

/// How to do what was not allowed: whoever is stopped must not need to look it up.
const ANYWAY: &str = "sealgate stopped this push. To push anyway: git push --no-verify; CI will \
                      still judge it.";

/// The code of the error where no git is at work that could push anything.
const BY_HAND: &str = "usage";

pub(super) fn run(command: &HookCommand, context: &Context) -> Outcome {
    match command {
        HookCommand::PrePush(arguments) => Ok(pre_push(arguments, context)),
        HookCommand::Install { print: true, .. } => script(context)
            .and_then(|script| context.terminal.answer(&script).map(|()| Verdict::Pass)),
        HookCommand::Install { force, .. } => {
            let _lock = context.lock()?;
            install(*force, context)
        }
        HookCommand::Uninstall => {
            let _lock = context.lock()?;
            uninstall(context)
        }
    }
    .map_err(Vec::from)
}

fn install(force: bool, context: &Context) -> Result<Verdict, Problem> {
    let said = PendingSeal::new(force, context)?.install(context)?;
    answer(&said, context)?;
    match set_up_merging(context)? {
        Some(said) => answer(&said, context),
        None => Ok(Verdict::Pass),
    }
}

/// A hook that may be installed.
pub(super) struct PendingSeal {
    place: Place,
    script: Vec<u8>,
}

impl PendingSeal {
    /// Looks for reasons not to install it; writes nothing.
    pub(super) fn new(force: bool, context: &Context) -> Result<Self, Problem> {
        let place = Place::find(&context.repository)?;
        if !force {
            place.check(&context.repository)?;
        }
        Ok(Self { place, script: script(context)? })
    }

    /// Installs it, and says what that did.
    pub(super) fn install(&self, context: &Context) -> Result<String, Problem> {
        let done = self.place.install(&self.script)?;
        Ok(hook::installed(done, &shown(&self.place, context)))
    }
}

/// Lets git join two changes of one seal, and says so where it did not.
pub(super) fn set_up_merging(context: &Context) -> Result<Option<String>, Problem> {
    Ok(match merge_driver::install(&context.repository, &binary()?) {
        Ok(is_new) => is_new.then(|| merge_driver::SET_UP.to_owned()),
        // A convenience: whatever keeps git's configuration from being written keeps nobody from the hook.
        Err(problem) => {
            Some(format!("git does not join seals entry by entry yet: {}", problem.message))
        }
    })
}

fn uninstall(context: &Context) -> Result<Verdict, Problem> {
    let place = Place::find(&context.repository)?;
    let done = place.uninstall()?;
    let removed = hook::removed(done, &shown(&place, context));
    match merge_driver::uninstall(&context.repository) {
        Ok(_) => answer(&removed, context),
        // The hook is gone, and git still merges seals by entry.
        Err(problem) => {
            answer(&format!("{removed}; the merge driver stays: {}", problem.message), context)
        }
    }
}

fn answer(text: &str, context: &Context) -> Result<Verdict, Problem> {
    let text = format!("{}\n", message(text));
    context.terminal.answer(text.as_bytes()).map(|()| Verdict::Pass)
}

/// The hook's file as a person in the repository would name it.
fn shown(place: &Place, context: &Context) -> String {
    let file = place.file();
    file.strip_prefix(context.repository.root()).unwrap_or(file).display().to_string()
}

/// The hook for this repository.
fn script(context: &Context) -> Result<Vec<u8>, Problem> {
    Ok(hook::script(&binary()?, context.invocation.seals.as_deref()))
}

/// Where this program is.
fn binary() -> Result<Vec<u8>, Problem> {
    let path = std::env::current_exe().map_err(|error| {
        Problem::new("usage", format!("this program cannot tell where it is: {}", in_words(&error)))
            .remedy("start it by its whole path")
    })?;
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStringExt as _;
        Ok(path.into_os_string().into_vec())
    }
    #[cfg(not(unix))]
    {
        Ok(path.to_string_lossy().replace('\\', "/").into_bytes())
    }
}

/// Whatever goes wrong stops the push, and says how to push anyway.
fn pre_push(arguments: &PrePushArgs, context: &Context) -> Verdict {
    let outcome = judged(arguments, context);
    let by_hand = matches!(&outcome, Err(problem) if problem.code == BY_HAND);
    let verdict = outcome.unwrap_or_else(|problem| {
        context.terminal.complain([&problem]);
        Verdict::Error
    });
    if verdict != Verdict::Pass && !by_hand {
        context.terminal.say(ANYWAY);
    }
    verdict
}

fn judged(arguments: &PrePushArgs, context: &Context) -> Result<Verdict, Problem> {
    let started = Instant::now();
    let terminal = context.terminal;
    let pushes = pushes()?;
    if let Some(line) = pre_push::nothing(&pushes) {
        terminal.remark(&line);
        return Ok(Verdict::Pass);
    }
    let scanner = Scanner::new(None::<NonZeroUsize>);
    let progress = Progress::watch(&scanner.meter, terminal.verbosity != Verbosity::Quiet);
    let remote = arguments.remote.as_ref().map(|remote| remote.to_string_lossy());
    let mut judging = Judging::of(&pushes, remote.as_deref(), &context.repository, &scanner)?;
    drop(progress);
    let verdict = judging.verdict();
    terminal.complain(&judging.problems);
    for stopped in &judging.stopped {
        let seals = context.repository.seals().as_str();
        for line in pre_push::stopped(stopped, seals) {
            terminal.say(&line);
        }
    }
    let scope_changed =
        pre_push::scope_changed(&judging.scope_changed, context.repository.seals().as_str());
    for line in scope_changed {
        terminal.say(&line);
    }
    explain_broken(&mut judging, context);
    tell_failing(&judging, started, context);
    let spare = std::mem::take(&mut judging.spare);
    for line in pre_push::unapproved(&pushes, &context.repository, now()?, spare) {
        terminal.say(&line);
    }
    if let Some(line) = pre_push::not_held(&judging.not_held) {
        terminal.remark(&line);
    }
    for line in judging.built.iter().filter_map(pre_push::warning) {
        terminal.remark(&line);
    }
    if let Some(line) = pre_push::skipped(&judging.unsealed) {
        terminal.remark(&line);
    }
    let passed = pre_push::passed(&judging.passed, started.elapsed());
    if let (Verdict::Pass, Some(line)) = (verdict, passed) {
        terminal.remark(&line);
    }
    Ok(verdict)
}

/// What is pushed: by stdin, and where nothing comes from there by the variables of pre-commit and
/// prek, which keep it to themselves.
fn pushes() -> Result<Pushes, Problem> {
    let told = |error: ProtocolError| {
        Problem::new("push-unreadable", error.to_string())
            .remedy("let git run this as its pre-push hook, with all that git writes on stdin")
    };
    let stdin = std::io::stdin();
    let by_hand = stdin.is_terminal();
    let mut input = Vec::new();
    if !by_hand {
        let limit = MAX_INPUT as u64 + 1;
        stdin.lock().take(limit).read_to_end(&mut input).map_err(|error| {
            Problem::new("push-unreadable", format!("stdin: {}", in_words(&error)))
                .remedy("let git run this as its pre-push hook")
        })?;
    }
    let pushes = of_stdin(&input).map_err(told)?;
    if pushes != Pushes::default() {
        return Ok(pushes);
    }
    match of_variables(&variables()?).map_err(told)? {
        Some(pushes) => Ok(pushes),
        None if by_hand => Err(Problem::new(
            BY_HAND,
            "git runs this as its pre-push hook, with a line on stdin for each ref",
        )
        .remedy("`sealgate hook install` tells git; `sealgate check --rev HEAD` judges by hand")),
        None => Ok(pushes),
    }
}

fn variables() -> Result<Variables, Problem> {
    let read = |name: &str| {
        let usage = |why: &str| {
            Problem::new("push-unreadable", format!("{name} {why}"))
                .remedy("let git run the hook itself: `sealgate hook install`")
        };
        match std::env::var_os(name).filter(|value| !value.is_empty()) {
            None => Ok(None),
            Some(value) if value.len() > MAX_LINE => Err(usage("is too long for a revision")),
            Some(value) => match value.into_string() {
                Ok(text) if text.contains('\n') => Err(usage("is not one line")),
                Ok(text) => Ok(Some(text)),
                Err(_) => Err(usage("is not UTF-8")),
            },
        }
    };
    // It is for people, and what cannot be shown stops nothing.
    let remote_branch = std::env::var_os("PRE_COMMIT_REMOTE_BRANCH");
    Ok(Variables {
        from_ref: read("PRE_COMMIT_FROM_REF")?,
        to_ref: read("PRE_COMMIT_TO_REF")?,
        local_branch: read("PRE_COMMIT_LOCAL_BRANCH")?,
        remote_branch: remote_branch.map(|name| name.to_string_lossy().into_owned()),
        running: read("PRE_COMMIT")?.is_some(),
    })
}

/// What to run about the seals of the commits that cannot be read.
fn explain_broken(judging: &mut Judging, context: &Context) {
    let mut broken = Broken::new(&context.repository, &context.invocation);
    for commit in &mut judging.failing {
        broken.explain_judged(&mut commit.judgements);
    }
}

fn tell_failing(judging: &Judging, started: Instant, context: &Context) {
    for commit in &judging.failing {
        context.terminal.say(&pre_push::heading(&commit.oid, &commit.refs));
        let (judgements, problems) = (&commit.judgements, &commit.problems);
        let elapsed = started.elapsed();
        let checkout = checkout(&context.repository, judgements);
        let invocation = Invocation { checkout, ..context.invocation.clone() };
        let report = Report::new(judgements, None, problems, Vec::new(), elapsed, &invocation);
        context.terminal.tell(&report);
    }
    for commit in &judging.also_failing {
        let heading = pre_push::heading(&commit.oid, &commit.refs);
        context.terminal.say(&format!("{heading}: does not pass either"));
    }
}
