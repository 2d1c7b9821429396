//! Reports on many seals that fail alike: the advice once, and one command for all.

#![cfg(unix)]

use crate::support::Repo;

const SEALS: usize = 20;

/// Seals that all fail in the same way, and one that passes.
fn failing() -> Repo {
    let repo = Repo::with(&[("fine/a", "1\n")]);
    assert_eq!(repo.run(&["seal", "fine", "--root", "fine"]).code, 0);
    for at in 0..SEALS {
        repo.write(format!("p{at:02}/a"), format!("{at}\n"));
        let name = format!("p{at:02}");
        assert_eq!(repo.run(&["seal", &name, "--root", &name]).code, 0);
        repo.write(format!("p{at:02}/a"), format!("{at}\r\n"));
    }
    repo
}

#[test]
fn advice_that_many_seals_share_stands_in_a_report_once() {
    let repo = failing();
    for format in ["human", "markdown", "html"] {
        let run = repo.run(&["check", "--format", format]);
        assert_eq!(run.code, 1, "{run:#?}");
        // The page also has the advice of each finding, in the table that can be filtered.
        let advice = if format == "html" { "<b>line-endings</b>" } else { "A filter rewrote" };
        assert_eq!(run.stdout.matches(advice).count(), 1, "{format}");
        assert_eq!(run.stdout.matches("approve these bytes").count(), 1, "{format}");
        assert_eq!(run.stdout.matches("sealgate seal --all").count(), 1, "{format}");
    }
}

#[test]
fn the_command_for_many_seals_approves_those_that_were_judged_and_no_others() {
    let repo = failing();
    let run = repo.run(&["check", "p0[1-3]"]);
    assert!(run.stdout.contains("sealgate seal p01 p02 p03\n"), "{run:#?}");
    assert_eq!(repo.run(&["seal", "p01", "p02", "p03"]).code, 0);
    assert_eq!(repo.run(&["check", "p01", "p02", "p03"]).code, 0);
    assert_eq!(repo.run(&["check", "p04"]).code, 1);
    assert_eq!(repo.run(&["seal", "--all"]).code, 0);
    assert_eq!(repo.run(&["check"]).code, 0);
}

#[test]
fn where_one_seal_is_broken_the_command_names_those_that_can_be_approved() {
    let repo = failing();
    repo.write("seals/fine.toml", "broken");
    let run = repo.run(&["check"]);
    assert!(!run.stdout.contains("seal --all"), "{run:#?}");
    assert!(run.stdout.contains("sealgate seal p00 p01 "), "{run:#?}");
}
