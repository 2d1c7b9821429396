//! Why `init` does not go on, each with what to do instead.

use sealgate_core::text::escape::printable_str;
use sealgate_core::text::problem::Problem;

use crate::report::shell::quote;
use crate::setup::artifacts::Artifact;

/// The most roots that one command names.
pub const MOST_ROOTS: usize = 8;

/// Nobody can be asked; `proposed` are the roots that could be named.
#[must_use]
pub fn not_a_terminal(proposed: &[&str]) -> Problem {
    let stated = if proposed.is_empty() {
        "name what is to be under seal: sealgate init --root DIR".to_owned()
    } else if proposed.len() > MOST_ROOTS {
        format!(
            "take all {} directories that are proposed: sealgate init --yes; or name some: sealgate init \
             --root DIR",
            proposed.len()
        )
    } else {
        let roots: Vec<_> =
            proposed.iter().map(|path| format!("--root {}", quote(path.as_bytes()))).collect();
        format!(
            "sealgate init {}; or take all that is proposed: sealgate init --yes",
            roots.join(" ")
        )
    };
    Problem::new("usage", "init needs a terminal to ask questions").remedy(stated)
}

/// There is nothing to propose; `unclear` is what git neither tracks nor ignores.
#[must_use]
pub fn nothing_found(unclear: &[&Artifact]) -> Problem {
    match unclear.first() {
        None => Problem::new("usage", "no directory here looks like build artifacts")
            .remedy("build first, or name one: sealgate init --root DIR"),
        Some(artifact) => {
            let path = printable_str(&artifact.path);
            Problem::new("usage", format!("git neither tracks all of {path} nor ignores it"))
                .remedy("if it is kept in git: git add it; if it is built: add it to .gitignore; then run init again")
        }
    }
}

/// What `seal` refuses and has a flag for, `init` has none for.
#[must_use]
pub fn by_hand(problems: Vec<Problem>) -> Vec<Problem> {
    let by_hand = |problem: Problem| {
        match problem.code {
        "outside-link" => problem.remedy(
            "copy in what it leads to, or seal that directory by hand (sealgate seal NAME --root DIR, \
             with --exclude or --allow-outside-links) and run init again",
        ),
        _ => problem,
    }
    };
    problems.into_iter().map(by_hand).collect()
}
