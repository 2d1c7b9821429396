//! What a terminal sees: colour, and lines that fit it. A pipe gets no colour and lines of 100 columns.

#![cfg(unix)]

use std::fs::{self, File};
use std::io::Read as _;
use std::process::Stdio;

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use crate::snapshot::timeless;
use crate::support::{Node, Repo};

/// A seal whose two files have other bytes.
fn failing() -> Repo {
    Repo::once("", || {
        let repo = Repo::plain();
        repo.build(
            "dist",
            &[("app.js", Node::File(b"1".to_vec())), ("b", Node::File(b"2".to_vec()))],
        );
        repo.seal("dist", "dist");
        fs::write(repo.at("dist/app.js"), "changed").unwrap();
        repo
    })
}

/// What `arguments` print on a terminal of so many columns.
fn on_terminal(
    repo: &Repo,
    arguments: &[&str],
    columns: u16,
    variables: &[(&str, &str)],
) -> String {
    let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&terminal).unwrap();
    unlockpt(&terminal).unwrap();
    let name = ptsname(&terminal, Vec::new()).unwrap().into_string().unwrap();
    let end = File::options().read(true).write(true).open(name).unwrap();
    let size = Winsize { ws_row: 40, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
    tcsetwinsize(&end, size).unwrap();
    let mut command = repo.command(arguments);
    command.env("TERM", "xterm").envs(variables.iter().copied()).stdin(Stdio::null());
    command.stdout(end.try_clone().unwrap()).stderr(end);
    let mut child = command.spawn().unwrap();
    // The command holds this process's side of the terminal open as long as it is there.
    drop(command);
    let mut seen = Vec::new();
    // When the last side is closed, Linux answers with an error instead of the end.
    let _ = File::from(terminal).read_to_end(&mut seen);
    child.wait().unwrap();
    String::from_utf8(seen).unwrap()
}

/// The text without the sequences that set colours.
fn plain(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once('m').map_or(part, |(_, rest)| rest))
}

/// The columns of the longest line of advice.
fn widest(text: &str) -> usize {
    let text = plain(text);
    let advice = text.lines().filter(|line| line.starts_with("  "));
    advice.map(|line| line.trim_end().chars().count()).max().unwrap()
}

#[test]
fn sentences_fit_the_terminal_and_are_coloured() {
    let repo = failing();
    let seen = on_terminal(&repo, &["check"], 60, &[]);
    assert!(seen.contains("\u{1b}["), "{seen:?}");
    assert!(plain(&seen).contains("FAIL  1 seal (dist)"), "{seen}");
    assert!((45..=60).contains(&widest(&seen)), "{seen}");
    let wide = on_terminal(&repo, &["check"], 250, &[]);
    assert!((61..=100).contains(&widest(&wide)), "{wide}");
    for never in [&["--color", "never", "check"][..], &["check", "--color", "never"]] {
        assert!(!on_terminal(&repo, never, 60, &[]).contains('\u{1b}'), "{never:?}");
    }
    assert!(!on_terminal(&repo, &["check"], 60, &[("NO_COLOR", "1")]).contains('\u{1b}'));
    let narrow = on_terminal(&repo, &["check"], 200, &[("COLUMNS", "58")]);
    // A command is never broken, and this one takes 57 columns.
    assert!(widest(&narrow) <= 58, "{narrow}");
}

#[test]
fn a_pipe_gets_no_colour_unless_it_is_asked_for() {
    let repo = failing();
    let piped = |arguments: &[&str]| repo.run(arguments).stdout;
    let text = piped(&["check"]);
    assert!(!text.contains('\u{1b}') && (61..=100).contains(&widest(&text)), "{text}");
    assert_eq!(timeless(&piped(&["--color", "auto", "check"])), timeless(&text));
    assert!(piped(&["--color", "always", "check"]).contains("\u{1b}["));
}
