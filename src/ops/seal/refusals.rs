//! Why paths cannot be sealed: one problem for each reason, however many paths it concerns. Pure.

use std::collections::BTreeMap;

use sealgate_core::compare::inventory::{Inventory, ScanError, ScanErrorKind};
use sealgate_core::seal::entry::Entry;
use sealgate_core::seal::exclude::patterns_of;
use sealgate_core::seal::path::leaves_root;
use sealgate_core::seal::{Header, Root, Seal, SealName, SealedEntry};
use sealgate_core::text::escape::printable;
use sealgate_core::text::problem::Problem;

use super::part::Part;
use crate::report::{quote, text};

/// So many paths with one reason have a problem each; more have one together.
const ONE_BY_ONE: usize = 3;

/// What could not be observed or cannot be stated, by reason.
pub(super) fn unreadable(
    name: &SealName,
    header: &Header,
    inventory: &Inventory,
    part: Option<Part<'_>>,
) -> Vec<Problem> {
    let concerns = |(path, trouble): &(&[u8], &ScanError)| {
        part.is_none_or(|part| part.concerns(path, trouble))
    };
    let mut reasons: BTreeMap<(ScanErrorKind, &str), Vec<&[u8]>> = BTreeMap::new();
    for (path, trouble) in inventory.troubles().filter(concerns) {
        reasons.entry((trouble.kind, &trouble.detail)).or_default().push(path);
    }
    if reasons.is_empty() {
        return Vec::new();
    }
    // Nothing but these paths is to be left out: neither entries, nor what has another reason.
    let all: Vec<&[u8]> = inventory.items.iter().map(|item| &*item.path).collect();
    let mut problems = Vec::new();
    for ((kind, reason), paths) in reasons {
        let at_once = if paths.len() <= ONE_BY_ONE { 1 } else { paths.len() };
        for paths in paths.chunks(at_once) {
            problems.push(unsealable(name, &header.root, kind, reason, paths, &all));
        }
    }
    problems
}

/// The problem of `paths`, which have one reason, beside `all` that is there.
fn unsealable(
    name: &SealName,
    root: &Root,
    kind: ScanErrorKind,
    reason: &str,
    paths: &[&[u8]],
    all: &[&[u8]],
) -> Problem {
    let leave_out = leave_out(paths, all);
    let it = if paths.len() == 1 { "it" } else { "them" };
    let (code, remedy) = match kind {
        ScanErrorKind::Unreadable => {
            ("unreadable", format!("give this user the right to read {it}, or {leave_out}"))
        }
        ScanErrorKind::Unstable => {
            ("unstable", "stop what writes there, then seal again".to_owned())
        }
        ScanErrorKind::Unsealable => ("unsealable", format!("remove {it}, or {leave_out}")),
    };
    let what = format!("cannot be sealed: {reason}");
    about(root, paths, code, &what).seal(name.as_str()).remedy(remedy)
}

/// The links in `new` whose target is absolute or leaves the root: they seal a name, not bytes.
/// Those that `old` states alike were allowed before.
#[must_use]
pub fn outside_links(new: &Seal, old: Option<&Seal>) -> Option<Problem> {
    let approved = |sealed: &SealedEntry| {
        old.and_then(|old| old.entry(sealed.path.as_bytes())) == Some(&sealed.entry)
    };
    let mut paths: Vec<&[u8]> = Vec::new();
    let mut first_target = None;
    for sealed in &new.entries {
        if let Entry::Link { target } = &sealed.entry
            && leaves_root(&sealed.path, target)
            && !approved(sealed)
        {
            first_target.get_or_insert(target);
            paths.push(sealed.path.as_bytes());
        }
    }
    let target = first_target?;
    let all: Vec<&[u8]> = new.entries.iter().map(|sealed| sealed.path.as_bytes()).collect();
    let leave_out = leave_out(&paths, &all);
    let (what, remedy) = if paths.len() == 1 {
        (
            format!("a link that leaves the root: its target is {target}"),
            format!(
                "what it leads to is not under seal: copy it in, {leave_out}, or pass --allow-outside-links"
            ),
        )
    } else {
        (
            format!("are links that leave the root, the first of them to {target}"),
            format!(
                "what they lead to is not under seal: copy it in, {leave_out}, or pass --allow-outside-links"
            ),
        )
    };
    Some(
        about(&new.header.root, &paths, "outside-link", &what)
            .seal(new.name.as_str())
            .remedy(remedy),
    )
}

/// A problem of `paths` below `root`, of which `what` says what is wrong.
fn about(root: &Root, paths: &[&[u8]], code: &'static str, what: &str) -> Problem {
    if let [path] = paths
        && let Ok(path) = std::str::from_utf8(path)
    {
        return Problem::new(code, what).file(root.join(path));
    }
    let count = text::count(paths.len(), "path", "paths");
    let below = if root.path().is_none() { String::new() } else { format!(" below {root}") };
    Problem::new(code, format!("{count}{below} {what}"))
        .paths(paths.iter().map(|path| printable(path).into_owned()))
}

/// How `paths` are left out of a seal of `all` that there is, for a person to paste: after `or`.
pub(super) fn leave_out(paths: &[&[u8]], all: &[&[u8]]) -> String {
    let others: Vec<&[u8]> =
        all.iter().filter(|path| paths.binary_search(path).is_err()).copied().collect();
    let patterns = patterns_of(paths, &others);
    if patterns.is_empty() {
        return "leave them out by patterns for --exclude".to_owned();
    }
    let it = if paths.len() == 1 { "it" } else { "them" };
    let options: Vec<String> =
        patterns.iter().map(|pattern| format!("--exclude {}", quote(pattern.as_bytes()))).collect();
    format!("leave {it} out with {}", options.join(" "))
}
