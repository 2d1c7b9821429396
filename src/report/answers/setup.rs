//! What `init` says when it is done.

use std::fmt::Write as _;

use sealgate_core::text::escape::printable_str;

use crate::report::Verbosity;
use crate::report::words::shell::quote;

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
    /// The roots that git rewrote until now.
    pub renormalise: Vec<String>,
    /// The way from the user to the root of the repository, where that is somewhere else.
    pub way: Option<String>,
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
        let lines: Vec<_> = lines.iter().map(|line| format!("`{}`", printable_str(line))).collect();
        let _ = match lines.len() {
            0 => writeln!(said, "{path}: written; fill in OWNER and SHA before you commit it"),
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
    let written = done.written.iter().map(|(path, _)| path).chain(&done.sealed);
    let written: Vec<_> = written.map(|path| quote(path.as_bytes())).collect();
    let mut said = String::from("\nNext, when you have looked at them:\n");
    let _ = writeln!(said, "  {git} add {}", written.join(" "));
    for root in &done.renormalise {
        // What git holds of it went through the old attributes.
        let _ = writeln!(said, "  {git} add --renormalize -- {}", quote(root.as_bytes()));
    }
    let _ = writeln!(said, "  {git} commit\n  sealgate doctor");
    said
}
