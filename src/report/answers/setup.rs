//! What `init` says when it is done.

use std::fmt::Write as _;

use sealgate_core::text::escape::printable_str;

use crate::report::Verbosity;
use crate::report::words::shell::quote;
use crate::report::words::text::listed;

/// The most seals, or lines of a file, that are named one by one.
pub const MOST_NAMED: usize = 8;

/// What was set up, beside what is said of each new seal.
#[derive(Debug, Default)]
pub struct SetUp {
    /// The roots that were asked for and have a seal, each with the seal's file.
    pub already: Vec<(String, String)>,
    /// The names of the seals that were there.
    pub there: Vec<String>,
    /// The files of the new seals.
    pub sealed: Vec<String>,
    /// The other files that were written, each with the lines that are new in it; none where it is
    /// new as a whole.
    pub written: Vec<(String, Vec<String>)>,
    /// The new roots that are kept in git and were built again.
    pub built: Vec<String>,
    /// What the builds of new roots did not make, of each root.
    pub unmade: Vec<Unmade>,
    /// The names of new seals of packages: what was written just now may go into them.
    pub packages: Vec<String>,
    /// The seals directory, relative to the repository root.
    pub seals_directory: String,
    /// The roots that git rewrote until now.
    pub renormalise: Vec<String>,
    /// The way from the user to the root of the repository, where that is somewhere else.
    pub way: Option<String>,
}

/// The files of one root that are kept in git, and that its build did not make.
#[derive(Debug)]
pub struct Unmade {
    /// Their paths, relative to the repository root.
    pub paths: Vec<String>,
    /// The command that brings them back and leaves them out of the seal; `None` where they are many.
    pub keep: Option<String>,
}

/// What was written beside the seals, what was there, and what comes next.
#[must_use]
pub fn text(done: &SetUp, verbosity: Verbosity) -> String {
    let mut said = String::new();
    // Writing to a string cannot fail.
    for (root, file) in &done.already {
        let _ = writeln!(
            said,
            "{}: under seal already, in {}",
            printable_str(root),
            printable_str(file)
        );
    }
    for (path, lines) in &done.written {
        if lines.len() > MOST_NAMED && verbosity != Verbosity::Verbose {
            let _ = writeln!(said, "{path}: added {} lines", lines.len());
            continue;
        }
        let lines: Vec<_> = lines.iter().map(|line| format!("`{}`", printable_str(line))).collect();
        let _ = match lines.len() {
            0 => writeln!(said, "{path}: written"),
            _ => writeln!(said, "{path}: added {}", lines.join(", ")),
        };
    }
    if done.sealed.is_empty() && done.written.is_empty() {
        let _ = writeln!(said, "nothing to do; under seal already: {}", done.there.join(", "));
    } else if verbosity != Verbosity::Quiet {
        said.push_str(&next(done));
    }
    said
}

fn next(done: &SetUp) -> String {
    let way = done.way.as_ref().map(|way| format!(" -C {}", quote(way.as_bytes())));
    let git = format!("git{}", way.as_deref().unwrap_or_default());
    let mut paths: Vec<&str> = done.written.iter().map(|(path, _)| path.as_str()).collect();
    if done.sealed.len() > MOST_NAMED {
        paths.push(&done.seals_directory);
    } else {
        paths.extend(done.sealed.iter().map(String::as_str));
    }
    paths.extend(done.built.iter().map(String::as_str));
    let paths: Vec<_> = paths.into_iter().map(|path| quote(path.as_bytes())).collect();
    let mut said = String::from("\nNext, when you have looked at them:\n");
    for Unmade { paths, keep } in &done.unmade {
        let named = listed(paths, MOST_NAMED);
        let _ =
            writeln!(said, "  # the build does not make {named}: the commit drops what is named");
        if let Some(keep) = keep {
            let _ = writeln!(said, "  # to keep that instead, outside of the seal:\n  # {keep}");
        }
    }
    for name in &done.packages {
        let _ = writeln!(
            said,
            "  # a package takes in files that were written just now: build it again"
        );
        let _ = writeln!(said, "  sealgate rebuild {} --seal", quote(name.as_bytes()));
    }
    // With `-A`, what the build no longer makes goes too.
    let all = if done.built.is_empty() { "" } else { " -A --" };
    let _ = writeln!(said, "  {git} add{all} {}", paths.join(" "));
    for root in &done.renormalise {
        // What git holds of it went through the old attributes.
        let _ = writeln!(said, "  {git} add --renormalize -- {}", quote(root.as_bytes()));
    }
    let _ =
        writeln!(said, "  {git} commit -m {}\n  sealgate doctor", quote(subject(done).as_bytes()));
    said
}

/// The subject of the commit: what is under seal now.
fn subject(done: &SetUp) -> String {
    let names = done.sealed.iter().map(|file| {
        let name = file.rsplit_once('/').map_or(file.as_str(), |(_, name)| name);
        name.strip_suffix(".toml").unwrap_or(name)
    });
    match done.sealed.len() {
        0 => "Set up sealgate".to_owned(),
        1..=MOST_NAMED => format!("Seal {}", names.collect::<Vec<_>>().join(", ")),
        number => format!("Seal {number} directories"),
    }
}
