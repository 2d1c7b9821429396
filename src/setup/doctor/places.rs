//! Checks on where things are: owners, names, what git watches and keeps, and what has no seal.

use sealgate_core::seal::collisions::collisions;
use sealgate_core::text::escape::printable_str;
use sealgate_git::attributes::glob;
use sealgate_git::setup::Unwatched;

use super::facts::{Facts, SealFacts, WORKFLOWS};
use super::owners::Owners;
use super::placeholders::Placeholder;
use super::wording::{append, approve_by_hand, files, listed, on_seal, pathspecs, sealgate};
use crate::report::advice::Advice;
use crate::report::shell::{pathspec, quote};
use crate::report::text;
use crate::setup::hook::LINE;

/// How many placeholders a sentence names.
const PLACEHOLDERS: usize = 5;

/// Seals and workflows that nobody owns.
pub(super) fn owners(facts: &Facts) -> Vec<Advice> {
    let owners = Owners::read(facts.owners.as_ref().map_or("", |(_, text)| text));
    let owned = |directory: &str, mut files: Box<dyn Iterator<Item = String> + '_>| {
        files.all(|file| owners.owns(&format!("{directory}/{file}")))
    };
    let names = facts.seals.iter().map(|seal| format!("{}.toml", seal.seal.name));
    let mut advice = Vec::new();
    if !(facts.seals.is_empty() || owned(&facts.seals_directory, Box::new(names))) {
        let why =
            "A change of what is approved can be merged without the people who answer for it.";
        advice.push(unowned(facts, "seals-unowned", &facts.seals_directory, why));
    }
    if !owned(WORKFLOWS, Box::new(facts.workflows.iter().cloned())) {
        let why = "A change that takes the gate out of a workflow can be merged without the people \
                   who answer for it.";
        advice.push(unowned(facts, "workflows-unowned", WORKFLOWS, why));
    }
    advice
}

fn unowned(facts: &Facts, code: &'static str, directory: &str, why: &'static str) -> Advice {
    let place = printable_str(directory);
    let (what, file, unfinished) = if let Some((file, text)) = &facts.owners {
        let unfinished = !text.is_empty() && !text.ends_with('\n');
        (format!("{file} names no owner of {place}/"), *file, unfinished)
    } else {
        let what = format!("there is no CODEOWNERS, and so no owner of {place}/");
        (what, ".github/CODEOWNERS", false)
    };
    let line = format!("/{}/ @OWNER", directory.replace(' ', r"\ "));
    let append = append(file, &line, unfinished);
    let fix = vec![
        "# with the people or the team in place of @OWNER; and let your host require their review:"
            .to_owned(),
        match facts.owners {
            Some(_) => format!("# {append}"),
            None => format!("# mkdir -p .github && {append}"),
        },
    ];
    Advice { code, seal: None, what, why, fix }
}

/// Names in workflows and in the file of owners that nobody filled in.
pub(super) fn placeholders(facts: &Facts) -> Vec<Advice> {
    if facts.placeholders.is_empty() {
        return Vec::new();
    }
    let shown = |placeholder: &Placeholder| {
        let Placeholder { file, line, word } = placeholder;
        format!("{} ({}:{line})", printable_str(word), printable_str(file))
    };
    let all: Vec<String> = facts.placeholders.iter().map(shown).collect();
    let what = format!("nobody filled in {}", text::listed(&all, PLACEHOLDERS));
    let why = "A workflow with such a name does not start, and nobody is asked for a review.";
    let fix = vec![
        "# for OWNER/sealgate@SHA, or an example of a commit, write the action that you trust, at the \
         full id of a commit; for @OWNER, write people or a team"
            .to_owned(),
    ];
    vec![Advice { code: "placeholder", seal: None, what, why, fix }]
}

/// Seals that nothing checks, as far as the files of the repository and the hook show.
pub(super) fn not_called(facts: &Facts) -> Vec<Advice> {
    if facts.is_called || facts.seals.is_empty() {
        return Vec::new();
    }
    let what = "no workflow, script or hook here names sealgate".to_owned();
    let why = "Nothing checks the seals, and what is under them can change unseen.";
    let fix = vec![
        match facts.hook_by_hand {
            None => sealgate(facts, "hook install"),
            Some(file) => format!("# add the line `{LINE}` to {file}"),
        },
        format!(
            "# and in CI: {}",
            sealgate(facts, "init --workflow check --action OWNER/REPO@SHA --yes")
        ),
    ];
    vec![Advice { code: "not-called", seal: None, what, why, fix }]
}

/// Names that some file systems take for one.
pub(super) fn names(facts: &Facts) -> Vec<Advice> {
    let of_seal = |seal: &SealFacts| {
        let pairs = collisions(seal.seal.entries.iter().map(|sealed| &sealed.path));
        let first = pairs.first()?;
        let more = match pairs.len() {
            1 => String::new(),
            count => format!(", and {} more pairs", count - 1),
        };
        let what = format!(
            "{} and {} are one name where case or Unicode form is ignored{more}",
            printable_str(&first.first),
            printable_str(&first.second)
        );
        let why = "On macOS and Windows one of the two is missing, and the check fails.";
        let fix = vec![
            "# rename one of them where it comes from, and build again".to_owned(),
            approve_by_hand(facts, seal),
        ];
        Some(on_seal("names-collide", seal, what, why, fix))
    };
    facts.seals.iter().filter_map(of_seal).collect()
}

/// Files in git that git was told not to look at.
pub(super) fn unwatched(facts: &Facts) -> Vec<Advice> {
    let mut advice = Vec::new();
    let roots = facts.seals.iter().map(|seal| {
        (Some(seal.seal.name.as_str()), seal.seal.header.root.as_str(), seal.unwatched)
    });
    let seals = (None, facts.seals_directory.as_str(), facts.unwatched);
    for (seal, root, Unwatched { skipped, assumed }) in roots.chain([seals]) {
        let mut add = |code, what: String, why, fix| {
            let seal = seal.map(str::to_owned);
            advice.push(Advice { code, seal, what, why, fix: vec![fix] });
        };
        let place = printable_str(root);
        let index = |flag: &str| {
            let spec = pathspec(root.as_bytes());
            format!("git ls-files -z -- {spec} | git update-index -z --{flag} --stdin")
        };
        if skipped > 0 && facts.sparse {
            let fix = match root {
                "." => "git sparse-checkout disable".to_owned(),
                root if facts.cone => format!("git sparse-checkout add {}", quote(root.as_bytes())),
                root => format!("git sparse-checkout add {}", quote(glob(root).as_bytes())),
            };
            let why = "What is not checked out cannot be checked: it counts as missing.";
            let what = format!("a sparse checkout leaves out {} in {place}", files(skipped));
            add("sparse-checkout", what, why, fix);
        } else if skipped > 0 {
            let why = "git shows no change of them, whatever is there.";
            let what = format!("the skip-worktree bit is set on {} in {place}", files(skipped));
            add("skip-worktree", what, why, index("no-skip-worktree"));
        }
        if assumed > 0 {
            let why = "git shows no change of them, whatever is there.";
            let what = format!("the assume-unchanged bit is set on {} in {place}", files(assumed));
            add("assume-unchanged", what, why, index("no-assume-unchanged"));
        }
    }
    advice
}

/// A hook that git passes over.
pub(super) fn hook(facts: &Facts) -> Vec<Advice> {
    let of_hook = |path: &std::path::PathBuf| {
        let what = format!("{} is not executable", printable_str(&path.to_string_lossy()));
        let why = "git passes over it, and pushes go unchecked.";
        let fix = vec![format!("chmod +x {}", quote(path.as_os_str().as_encoded_bytes()))];
        Advice { code: "hook-not-executable", seal: None, what, why, fix }
    };
    facts.dead_hook.iter().map(of_hook).collect()
}

/// Seals that say that git keeps their root, where it does not.
pub(super) fn not_in_git(facts: &Facts) -> Vec<Advice> {
    let of_seal = |seal: &SealFacts| {
        let lost = &seal.untracked;
        let what = format!(
            "the seal says tracked = true, and git does not track {} of it: {}",
            files(lost.len()),
            listed(lost.iter().map(String::as_str))
        );
        let why = "No clone has these files, and the check fails there.";
        let fix = if seal.in_submodule {
            vec!["# exclude the submodule, or seal it in its own repository".to_owned()]
        } else if seal.tracked.is_empty() {
            say_tracked(seal, false)
        } else {
            vec![format!("git add --force -- {}", pathspecs(seal, lost))]
        };
        let broken = seal.seal.header.tracked && !lost.is_empty();
        broken.then(|| on_seal("not-in-git", seal, what, why, fix))
    };
    facts.seals.iter().filter_map(of_seal).collect()
}

/// Seals that say that git does not keep their root, where it does.
pub(super) fn in_git_after_all(facts: &Facts) -> Vec<Advice> {
    let of_seal = |seal: &SealFacts| {
        let kept = &seal.tracked;
        let what = format!(
            "the seal says tracked = false, and git tracks {} of it: {}",
            files(kept.len()),
            listed(kept.iter().map(String::as_str))
        );
        let why = "A stale copy from a commit passes for what a build made.";
        let fix = if seal.untracked.is_empty() {
            say_tracked(seal, true)
        } else {
            vec![format!("git rm --cached --quiet -- {}", pathspecs(seal, kept))]
        };
        let broken = !seal.seal.header.tracked && !kept.is_empty();
        broken.then(|| on_seal("in-git-after-all", seal, what, why, fix))
    };
    facts.seals.iter().filter_map(of_seal).collect()
}

/// Writes the line `tracked` of a seal anew.
fn say_tracked(seal: &SealFacts, tracked: bool) -> Vec<String> {
    let file = quote(seal.file.as_bytes());
    let copy = quote(format!("{}.old", seal.file).as_bytes());
    let sed = format!("sed -i.old 's/^tracked = {}$/tracked = {tracked}/' {file}", !tracked);
    vec![format!("{sed} && rm {copy}")]
}
