//! Checks on which seals there are, and what they cover.

use std::collections::HashSet;

use sealgate_core::seal::{Header, SealName};
use sealgate_core::text::escape::printable_str;

use super::approved::ApprovedSeal;
use super::facts::{Facts, SealFacts};
use super::wording::{MOST_COMMANDS, listed, on_seal, restore, sealgate};
use crate::ops::check::coverage::covered;
use crate::report::advice::Advice;
use crate::report::shell::{pathspec, quote};
use crate::report::text;
use crate::setup::artifacts::Kept;
use crate::setup::init::MOST_ROOTS;

/// Seals that git has and the working tree has not.
pub(super) fn missing(facts: &Facts) -> Vec<Advice> {
    if facts.sparse && facts.unwatched.skipped > 0 {
        // The sparse checkout leaves them out, and the advice on that brings them back.
        return Vec::new();
    }
    let missing: Vec<(String, &ApprovedSeal)> = missing_seals(facts)
        .filter(|(_, seal)| !seal.has_successor(facts.seals.iter().map(|facts| &facts.seal)))
        .map(|(name, seal)| (file_of(facts, name), seal))
        .collect();
    if missing.is_empty() {
        return Vec::new();
    }
    let what = format!(
        "git has {} that {} not here: {}",
        text::count(missing.len(), "seal", "seals"),
        if missing.len() == 1 { "is" } else { "are" },
        listed(missing.iter().map(|(file, _)| file.as_str()))
    );
    let why = "No check covers its root until the seal is back.";
    let commands = missing.iter().take(MOST_COMMANDS);
    let mut fix: Vec<String> = commands.map(|(file, seal)| restore(file, seal.in_index)).collect();
    if missing.len() > MOST_COMMANDS {
        fix.push("# these are not all: run sealgate doctor again".to_owned());
    }
    vec![Advice { code: "seal-missing", seal: None, what, why, fix }]
}

/// The seals that git has, and that are not in the seals directory, in any form.
fn missing_seals(facts: &Facts) -> impl Iterator<Item = (&SealName, &ApprovedSeal)> {
    let read = facts.seals.iter().map(|seal| &seal.file);
    let here: HashSet<&String> = read.chain(&facts.unread_seals).collect();
    facts.approved.iter().flatten().filter(move |(name, _)| !here.contains(&file_of(facts, name)))
}

fn file_of(facts: &Facts, name: &SealName) -> String {
    format!("{}/{name}.toml", facts.seals_directory)
}

/// Directories that look like build artifacts, that no seal covers, and that one of HEAD does.
pub(super) fn no_longer_covered(facts: &Facts) -> Vec<Advice> {
    let missing: HashSet<&SealName> = missing_seals(facts).map(|(name, _)| name).collect();
    let here = facts.approved.iter().flatten().filter(|(name, _)| !missing.contains(name));
    let headers: Vec<&Header> = here.filter_map(|(_, seal)| seal.header.as_ref()).collect();
    if !facts.unread_seals.is_empty() {
        return Vec::new();
    }
    let open: Vec<&str> = uncovered(facts).filter(|path| covered(path, &headers)).collect();
    if open.is_empty() {
        return Vec::new();
    }
    let what =
        format!("no seal covers {} any more; one of HEAD does", listed(open.iter().copied()));
    let why = "What is shipped without a seal is shipped unchecked.";
    let fix = vec![format!(
        "# look at what changed in the seals: git diff HEAD -- {}",
        pathspec(facts.seals_directory.as_bytes())
    )];
    vec![Advice { code: "no-longer-sealed", seal: None, what, why, fix }]
}

/// Directories that look like build artifacts and that no seal covers, here or in HEAD.
pub(super) fn unsealed(facts: &Facts) -> Vec<Advice> {
    let Some(approved) = &facts.approved else { return Vec::new() };
    let unknown = missing_seals(facts).any(|(_, seal)| seal.header.is_none());
    if unknown || !facts.unread_seals.is_empty() {
        // A seal of which nobody knows the root may be about any directory.
        return Vec::new();
    }
    let headers: Vec<&Header> = approved.values().filter_map(|seal| seal.header.as_ref()).collect();
    let open: Vec<&str> = uncovered(facts).filter(|path| !covered(path, &headers)).collect();
    if open.is_empty() {
        return Vec::new();
    }
    let what =
        format!("no seal covers what looks like build artifacts: {}", listed(open.iter().copied()));
    let why = "What is shipped without a seal is shipped unchecked.";
    let fix = if open.len() > MOST_ROOTS {
        // It proposes the same directories.
        vec![sealgate(facts, "init --yes")]
    } else {
        let roots: Vec<_> =
            open.iter().map(|path| format!("--root {}", quote(path.as_bytes()))).collect();
        vec![sealgate(facts, &format!("init {}", roots.join(" ")))]
    };
    vec![Advice { code: "unsealed-artifacts", seal: None, what, why, fix }]
}

/// Seals of packages that contain the seals.
pub(super) fn in_package(facts: &Facts) -> Vec<Advice> {
    let of_seal = |seal: &SealFacts| {
        let found = seal.self_sealed.as_ref()?;
        let why =
            "Whoever builds the package again gets other bytes than those that were approved.";
        let fix = vec![format!(
            "# leave them out of the package, then build and seal again: {}",
            found.remedy()
        )];
        Some(on_seal("seal-in-package", seal, found.what(), why, fix))
    };
    facts.seals.iter().filter_map(of_seal).collect()
}

/// Seals of roots that are kept in git and look built, and that state no build command.
pub(super) fn unstated_builds(facts: &Facts) -> Vec<Advice> {
    let of_seal = |seal: &SealFacts| {
        let found = seal.unstated_build.as_ref()?;
        let (name, root) = (&seal.seal.name, printable_str(seal.seal.header.root.as_str()));
        let (build, file) = (printable_str(&found.build), printable_str(&found.file));
        let what = format!(
            "the seal states no build command, and `{build}` ({file}) looks like what makes {root}"
        );
        let why = "When a source changes and nobody builds, no check notices it.";
        let state = format!("seal {name} --set-build {}", quote(found.build.as_bytes()));
        let fix = vec![
            format!("# if it makes {root}: {}", sealgate(facts, &state)),
            format!(
                "# then see whether it makes the sealed bytes: {}",
                sealgate(facts, &format!("rebuild {name}"))
            ),
        ];
        Some(on_seal("build-unstated", seal, what, why, fix))
    };
    facts.seals.iter().filter_map(of_seal).collect()
}

/// The directories that look like build artifacts and that no seal here covers.
fn uncovered(facts: &Facts) -> impl Iterator<Item = &str> {
    let headers: Vec<&Header> = facts.seals.iter().map(|seal| &seal.seal.header).collect();
    let clear = facts.artifacts.iter().filter(|artifact| artifact.kept != Kept::Unclear);
    clear.map(|artifact| artifact.path.as_str()).filter(move |path| !covered(path, &headers))
}
