//! Checks on what git does to bytes on their way into a working tree and onto a reviewer's screen.

use std::collections::{BTreeMap, BTreeSet};

use sealgate_core::seal::path::is_below;
use sealgate_core::text::escape::printable_str;
use sealgate_git::attributes::{LineEnds, pattern};

use super::facts::{Facts, SealFacts};
use super::wording::{append, approve_by_hand, files, listed, on_seal};
use crate::report::advice::Advice;
use crate::report::shell::pathspec;

/// The words of attributes that paths lack.
type Lacks<'a> = Vec<(&'a str, Vec<&'static str>)>;

/// Roots kept in git whose files attributes rewrite, or leave to whoever checks out.
pub(super) fn roots(facts: &Facts) -> Vec<Advice> {
    let tracked = facts.seals.iter().filter(|seal| seal.seal.header.tracked);
    tracked.filter_map(|seal| root(facts, seal)).collect()
}

fn root(facts: &Facts, seal: &SealFacts) -> Option<Advice> {
    let rewritten = seal.touched.iter().filter(|(_, values)| values.rewrite());
    let rewritten: Vec<&str> = rewritten.map(|(path, _)| path.as_str()).collect();
    let lacks = seal.touched.iter().filter(|(_, values)| !values.lfs());
    let lacks: Lacks = lacks.map(|(path, values)| (path.as_str(), values.exact())).collect();
    let fix = exact(facts, seal, &lacks);
    if !rewritten.is_empty() {
        let what = format!(
            "attributes let git rewrite {} of it: {}",
            files(rewritten.len()),
            listed(rewritten.into_iter())
        );
        let why = "A clone then holds other bytes than those that were approved, and the check \
                   fails for no good reason.";
        return Some(on_seal("root-rewritten", seal, what, why, fix));
    }
    (!lacks.is_empty()).then(|| {
        let what =
            format!("nothing tells git to leave the line ends of {} alone", files(lacks.len()));
        let why = "A clone of someone with core.autocrlf, the default on Windows, holds other \
                   bytes, and the check fails for no good reason.";
        on_seal("root-unprotected", seal, what, why, fix)
    })
}

/// Makes git leave the files of a root alone.
fn exact(facts: &Facts, seal: &SealFacts, lacks: &Lacks) -> Vec<String> {
    let root = seal.seal.header.root.as_str();
    let (mut fix, written) = attributes(facts, root, lacks);
    fix.push(format!("git add --renormalize -- {}", pathspec(root.as_bytes())));
    let sealed = |path: &String| {
        let below = if root == "." { Some(path.as_str()) } else { inside(path, root) };
        below.is_some_and(|path| seal.seal.entry(path.as_bytes()).is_some())
    };
    if written.iter().any(sealed) {
        fix.push(approve_by_hand(facts, seal));
    }
    fix
}

/// Seals whose line ends are not left alone.
pub(super) fn seals(facts: &Facts) -> Vec<Advice> {
    let open = |seal: &&SealFacts| seal.own.line_ends() != LineEnds::Kept || seal.own.rewrite();
    let open: Vec<&SealFacts> = facts.seals.iter().filter(open).collect();
    if open.is_empty() {
        return Vec::new();
    }
    let lacks = open.iter().map(|seal| (seal.file.as_str(), seal.own.exact())).collect();
    let what = format!(
        "nothing tells git to leave the line ends of the seals alone: {}",
        listed(open.iter().map(|seal| seal.file.as_str()))
    );
    let why = "A checkout that rewrites a seal makes an error of every check.";
    let fix = attributes(facts, &facts.seals_directory, &lacks).0;
    vec![Advice { code: "seals-unprotected", seal: None, what, why, fix }]
}

/// What this user's own configuration does to line ends.
pub(super) fn configuration(facts: &Facts) -> Vec<Advice> {
    let setting = |code,
                   key: &str,
                   value: Option<&str>,
                   count: &super::facts::Count,
                   good: &str| {
        let what = format!(
            "{key} is {} here, and attributes leave {} to it, such as {}",
            printable_str(value.unwrap_or_default()),
            files(count.number),
            printable_str(&count.one)
        );
        let why = if value.is_some_and(|value| value.eq_ignore_ascii_case("input")) {
            "What is committed here may be other bytes than were checked here."
        } else {
            "The same commit has other bytes in this checkout than elsewhere, and so has what is \
             built from them."
        };
        let fix = vec![
            format!("git config {key} {good}"),
            format!(
                "# what is checked out stays as it is: clone afresh with git clone -c {key}={good} URL"
            ),
        ];
        Advice { code, seal: None, what, why, fix }
    };
    let mut advice = Vec::new();
    if facts.autocrlf() && facts.open.number > 0 {
        let value = facts.autocrlf.as_deref();
        advice.push(setting("core-autocrlf", "core.autocrlf", value, &facts.open, "false"));
    }
    if facts.crlf_by_choice() && facts.native.number > 0 {
        advice.push(setting("core-eol", "core.eol", facts.eol.as_deref(), &facts.native, "lf"));
    }
    advice
}

/// Whether git sees a change of an execute bit.
pub(super) fn modes(facts: &Facts) -> Vec<Advice> {
    const OFF: [&str; 4] = ["false", "no", "off", "0"];
    let off = |value: &String| OFF.contains(&value.to_ascii_lowercase().as_str());
    let kept = facts.seals.iter().filter(|seal| seal.seal.header.tracked).count();
    let Some(value) = facts.file_mode.as_ref().filter(|value| off(value) && kept > 0) else {
        return Vec::new();
    };
    let what = format!("core.fileMode is {} here", printable_str(value));
    let why = "git does not see that an execute bit changed: the same files can be sealed with \
               modes that no clone has, and no commit corrects them.";
    let fix = vec![
        "git config core.fileMode true".to_owned(),
        "# on a file system that keeps no modes, seal on another one".to_owned(),
    ];
    vec![Advice { code: "core-filemode", seal: None, what, why, fix }]
}

/// Roots kept in git whose content Git LFS keeps.
pub(super) fn lfs(facts: &Facts) -> Vec<Advice> {
    let of_seal = |seal: &SealFacts| {
        let kept = seal.touched.iter().filter(|(_, values)| values.lfs());
        let lacks: Lacks = kept.map(|(path, values)| (path.as_str(), values.exact())).collect();
        let what = format!(
            "Git LFS keeps {} of it: {}",
            files(lacks.len()),
            listed(lacks.iter().map(|(path, _)| *path))
        );
        let why = "A clone without Git LFS has pointers in their place, and so has every commit.";
        let fix = if seal.pointers.is_empty() {
            exact(facts, seal, &lacks)
        } else {
            vec![
                "# fetch the content first: git lfs pull; then run sealgate doctor again"
                    .to_owned(),
            ]
        };
        (!lacks.is_empty()).then(|| on_seal("lfs-filter", seal, what, why, fix))
    };
    facts.seals.iter().filter(|seal| seal.seal.header.tracked).filter_map(of_seal).collect()
}

/// Sealed files that are no more than pointers.
pub(super) fn pointers(facts: &Facts) -> Vec<Advice> {
    let of_seal = |seal: &SealFacts| {
        let what = format!(
            "a Git LFS pointer stands in the place of {}: {}",
            files(seal.pointers.len()),
            listed(seal.pointers.iter().map(String::as_str))
        );
        let why = "A seal of a pointer says nothing of the bytes that are shipped.";
        let fix = vec![
            "# fetch the content (git lfs pull), or build again; if the pointer was sealed:"
                .to_owned(),
            approve_by_hand(facts, seal),
        ];
        (!seal.pointers.is_empty()).then(|| on_seal("lfs-pointer", seal, what, why, fix))
    };
    facts.seals.iter().filter_map(of_seal).collect()
}

/// Seals whose changes hosts fold away.
pub(super) fn hidden(facts: &Facts) -> Vec<Advice> {
    let hidden: Vec<&SealFacts> = facts.seals.iter().filter(|seal| seal.own.hidden()).collect();
    if hidden.is_empty() {
        return Vec::new();
    }
    let lacks = hidden.iter().map(|seal| (seal.file.as_str(), seal.own.shown())).collect();
    let what = format!(
        "attributes call seals generated, or their changes not worth showing: {}",
        listed(hidden.iter().map(|seal| seal.file.as_str()))
    );
    let why = "Hosts fold such changes away, so that nobody reviews a reseal.";
    let fix = attributes(facts, &facts.seals_directory, &lacks).0;
    vec![Advice { code: "seals-hidden", seal: None, what, why, fix }]
}

/// Commands that give paths in the directory `place` the words that they lack, each in the file of
/// attributes that wins for it; and those files.
fn attributes(facts: &Facts, place: &str, lacks: &Lacks) -> (Vec<String>, Vec<String>) {
    let mut groups: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (path, words) in lacks {
        let group = groups.entry(nearest(facts, path)).or_default();
        for word in words {
            if !group.contains(word) {
                group.push(word);
            }
        }
    }
    let (mut commands, mut written, mut all) = (Vec::new(), Vec::new(), BTreeSet::new());
    for (directory, words) in groups {
        let below = if directory.is_empty() { Some(place) } else { inside(place, directory) };
        let line = format!("{} {}", below.map_or("*".to_owned(), pattern), words.join(" "));
        let file = match directory {
            "" => ".gitattributes".to_owned(),
            directory => format!("{directory}/.gitattributes"),
        };
        let unfinished = facts.attribute_files.get(directory).copied().unwrap_or(false);
        commands.push(append(&file, &line, unfinished));
        written.push(file);
        all.extend(words);
    }
    if let (Some(own), false) = (&facts.own_attributes, all.is_empty()) {
        // It wins over all others, and may be the one that says so.
        let words: Vec<_> = all.into_iter().collect();
        let line = format!("{} {}", pattern(place), words.join(" "));
        commands.push(append(&own.to_string_lossy(), &line, true));
    }
    (commands, written)
}

/// The directory above `path` whose file of attributes wins for it; the root of the repository,
/// which is empty, where none has one.
fn nearest<'a>(facts: &Facts, path: &'a str) -> &'a str {
    let parents = path.rmatch_indices('/').map(|(at, _)| &path[..at]);
    parents.into_iter().find(|parent| facts.attribute_files.contains_key(*parent)).unwrap_or("")
}

/// `path` relative to the directory `above`, if it lies in it.
fn inside<'a>(path: &'a str, above: &str) -> Option<&'a str> {
    is_below(path.as_bytes(), above.as_bytes()).then(|| &path[above.len() + 1..])
}
