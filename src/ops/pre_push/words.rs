//! What the hook says, a line each. Touches nothing.

use std::time::Duration;

use sealgate_core::compare::changes::{Reseal, ScopeChange};
use sealgate_core::compare::verdict::{SealResult, Source, Verdict};
use sealgate_core::seal::BuildCommand;
use sealgate_core::seal::surface::DatabaseSystem;
use sealgate_git::Oid;

use super::outcome::{ScopeChanged, Stopped, Tally, Unsealed};
use super::protocol::Pushes;
use crate::report::shell::pathspec;
use crate::report::{quote, text};

/// How many names a line holds.
const NAMED: usize = 8;

/// Above the report on a commit.
#[must_use]
pub fn heading(commit: &Oid, refs: &[String]) -> String {
    format!("sealgate: commit {}, pushed to {}", commit.short(), listed(refs))
}

/// Of a push in which no ref leads anywhere.
#[must_use]
pub fn nothing(pushes: &Pushes) -> Option<String> {
    match (pushes.list.is_empty(), pushes.deleted) {
        (false, _) => None,
        (true, 0) => Some("sealgate: git names no ref to push, nothing to judge".to_owned()),
        (true, _) => Some("sealgate: refs are deleted and none is pushed".to_owned()),
    }
}

/// Of what passed; `None` where nothing had seals.
#[must_use]
pub fn passed(tally: &Tally, elapsed: Duration) -> Option<String> {
    if tally.commits == 0 {
        return None;
    }
    let commits = text::count(tally.commits, "commit", "commits");
    let names = |names: &std::collections::BTreeSet<String>| {
        let number = text::count(names.len(), "seal", "seals");
        format!("{number} ({})", listed(&names.iter().cloned().collect::<Vec<_>>()))
    };
    let time = text::duration_ms(u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX));
    Some(if tally.seals.is_empty() {
        format!("sealgate: {commits}, {}: built, not committed; CI judges it", names(&tally.built))
    } else {
        let amount = text::count(tally.entries, "entry", "entries");
        let (seals, bytes) = (names(&tally.seals), text::bytes(tally.bytes));
        let judged = match tally.unchanged.len() {
            0 => format!("{seals}, {amount}, {bytes}"),
            all if all == tally.seals.len() && tally.entries == 0 => {
                format!("{seals} unchanged since judged here,")
            }
            some => format!(
                "{seals}, {} unchanged since judged here, {amount}, {bytes}",
                text::grouped(some)
            ),
        };
        format!("sealgate: PASS  {commits}, {judged} in {time}")
    })
}

/// Of the refs that have no seals.
#[must_use]
pub fn skipped(unsealed: &[Unsealed]) -> Option<String> {
    let word = |one: &Unsealed| match one.instead {
        None => one.name.clone(),
        Some(kind) => format!("{} (a {kind}, no commit)", one.name),
    };
    let names: Vec<String> = unsealed.iter().map(word).collect();
    (!names.is_empty()).then(|| format!("sealgate: no seals, not judged: {}", listed(&names)))
}

/// Of a ref that takes away the seals in `directory`, and what to do.
#[must_use]
pub fn stopped(stopped: &Stopped, directory: &str) -> [String; 2] {
    let Stopped { name, before, seals } = stopped;
    let (before, seals) = (before.short(), listed(seals));
    let directory = quote(directory.as_bytes());
    [
        format!(
            "FAIL  {name}: what is pushed has no seals, and takes away those of {before} ({seals})"
        ),
        format!(
            "  next: restore them (`git restore --source={before} -- {directory}`), and commit"
        ),
    ]
}

/// Of the seals in `directory` that no longer cover what they cover on the remote. Under a policy of the
/// remote it is a warning.
#[must_use]
pub fn scope_changed(changed: &[ScopeChanged], directory: &str) -> Vec<String> {
    let reseals =
        changed.iter().flat_map(|at_ref| at_ref.reseals.iter().map(move |of| (at_ref, of)));
    let first = reseals.take(NAMED);
    let mut lines: Vec<String> = first.map(|(at_ref, of)| change_of_scope(at_ref, of)).collect();
    let number: usize = changed.iter().map(|at_ref| at_ref.reseals.len()).sum();
    if let Some(more) = number.checked_sub(NAMED).filter(|more| *more > 0) {
        lines.push(format!("and so do {} more", text::count(more, "seal", "seals")));
    }
    if let Some(first) = changed.iter().find(|changed| !changed.under_policy) {
        lines.push(format!(
            "  next: take it back (`{}`), and commit; or, if it is meant, have it reviewed",
            take_back(first, directory)
        ));
    }
    lines
}

/// The command that gives the seals of `changed` the form that they have on the remote, and touches no
/// other file of the seals `directory`.
fn take_back(changed: &ScopeChanged, directory: &str) -> String {
    let file = |name: &str| pathspec(format!("{directory}/{name}.toml").as_bytes());
    let (mut restored, mut removed) = (Vec::new(), Vec::new());
    for reseal in changed.reseals.iter() {
        let before = reseal.scope.iter().find_map(|change| match change {
            ScopeChange::Renamed(from) => Some(from.as_str()),
            _ => None,
        });
        restored.push(file(before.unwrap_or(&reseal.name)));
        removed.extend(before.map(|_| file(&reseal.name)));
    }
    let mut command =
        format!("git restore --source={} -- {}", changed.before.short(), restored.join(" "));
    if !removed.is_empty() {
        command = format!("{command} && git rm --quiet -- {}", removed.join(" "));
    }
    command
}

fn change_of_scope(changed: &ScopeChanged, reseal: &Reseal) -> String {
    let ScopeChanged { name, before, under_policy, .. } = changed;
    let how: Vec<String> = reseal.scope.iter().map(|change| scope(change, reseal)).collect();
    let (how, seal, before) = (how.join("; "), &reseal.name, before.short());
    let (mark, end) = if *under_policy {
        ("warning:", ". The push goes on; CI asks for a grant")
    } else {
        ("FAIL ", "")
    };
    format!(
        "{mark} {name}: the seal {seal} covers other things than in {before}, which the remote has: {how}{end}"
    )
}

/// The build command of a seal in words.
fn command(build: Option<&BuildCommand>) -> String {
    build.map_or_else(|| "no command".to_owned(), |command| format!("`{command}`"))
}

fn scope(change: &ScopeChange, now: &Reseal) -> String {
    match change {
        ScopeChange::Deleted => "it is gone".to_owned(),
        ScopeChange::Renamed(from) => format!("it was called {from}"),
        ScopeChange::Unreadable => "there it is no seal that can be read".to_owned(),
        ScopeChange::Root(old) => format!("root was {old} and is {}", now.root),
        ScopeChange::Tracked(old) => format!("tracked was {old} and is {}", !old),
        ScopeChange::Build(old) => format!(
            "it is built by {} and was built by {}",
            command(now.build.as_ref()),
            command(old.as_ref())
        ),
        ScopeChange::Exclude(old) => list_change("exclude", old, &now.exclude),
        ScopeChange::Database { old, new } => {
            let kind = |side: &Option<DatabaseSystem>| {
                side.map_or("a directory".to_owned(), |system| system.to_string())
            };
            format!("it covers {} and covered {}", kind(new), kind(old))
        }
        ScopeChange::Listed { list, old, new } => list_change(list.key(), old, new),
    }
}

/// How the list under `key` differs from what it was.
fn list_change(key: &str, old: &[String], now: &[String]) -> String {
    let lacks = |list: &[String], string: &String| !list.contains(string);
    let new: Vec<String> = now.iter().filter(|string| lacks(old, string)).cloned().collect();
    let gone: Vec<String> = old.iter().filter(|string| lacks(now, string)).cloned().collect();
    match (&new[..], &gone[..]) {
        ([], []) => format!("{key} has another order"),
        ([], gone) => format!("{key} no longer has {}", listed(gone)),
        (new, []) => format!("{key} also has {}", listed(new)),
        (new, gone) => format!("{key} has {} instead of {}", listed(new), listed(gone)),
    }
}

/// Of the refs whose seals were not held against those of the remote.
#[must_use]
pub fn not_held(refs: &[String]) -> Option<String> {
    (!refs.is_empty()).then(|| {
        format!(
            "warning: {}: the commit that the remote has is not here, so nobody looked whether the \
             seals cover what they covered there; `git fetch` brings it",
            listed(refs)
        )
    })
}

/// Of a root that is built and is not here, or not as its seal says. `None`: it is.
#[must_use]
pub fn warning(judgement: &SealResult) -> Option<String> {
    let SealResult { name, problems, findings, .. } = judgement;
    let root = judgement.root.as_deref().unwrap_or("its root");
    let revision = match &judgement.seal_source {
        Source::Commit { given, .. } => given,
        Source::Worktree | Source::Directory { .. } | Source::Server { .. } => "HEAD",
    };
    let see = format!("`sealgate check {name} --seals-from {revision}` shows it");
    let why = match (judgement.verdict(), problems.first()) {
        (Verdict::Pass, _) => return None,
        (_, Some(problem)) if problem.code == "root-missing" => {
            format!("{root} is built and is not here, so it was not compared; build it to see")
        }
        (_, Some(problem)) => format!("{root} is built, and {}; {see}", problem.message),
        (_, None) => {
            let number = text::count(findings.len(), "finding", "findings");
            format!("{number} in {root}, which is built; {see}")
        }
    };
    Some(format!("warning: {name}: {why}. The push goes on; CI judges what it builds"))
}

/// The first of `names`, and how many more there are.
pub(super) fn listed(names: &[String]) -> String {
    let shown = names[..names.len().min(NAMED)].join(", ");
    match names.len().saturating_sub(NAMED) {
        0 => shown,
        more => format!("{shown} and {} more", text::grouped(more)),
    }
}
