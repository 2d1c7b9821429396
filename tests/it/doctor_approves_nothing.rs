//! The commands that `sealgate doctor` prints approve no bytes that nobody looked at.

#![cfg(unix)]

use crate::doctor::{codes, examined, sound};
use crate::support::{Repo, shell};

/// What the pipe in docs/setup.md runs: the indented lines of the answer. A command that fails ends it.
fn run_the_commands(repo: &Repo) -> String {
    let lines = "sealgate doctor 2> ../stderr | sed -n 's/^    //p' > ../lines || true";
    shell(repo, &format!("{lines}; sh -e ../lines > ../out 2>&1 || true"));
    repo.read("../lines")
}

/// Ways to take a seal that HEAD has out of the working tree, and the code of the advice.
const LOST: [(&str, &str); 6] = [
    ("rm seals/dist.toml", "seal-missing"),
    ("rm -r seals", "seal-missing"),
    ("git rm -q seals/dist.toml", "seal-missing"),
    ("git rm -rq seals", "seal-missing"),
    ("git rm -q seals/dist.toml; rm -f seals/dist.toml; echo evil >> dist/app.js", "seal-missing"),
    ("sed -i 's/^root = .*/root = \"src\"/' seals/dist.toml", "no-longer-sealed"),
];

#[test]
fn restores_a_seal_that_head_has() {
    for (breaks, code) in LOST {
        let repo = sound();
        shell(&repo, &format!("{breaks}; echo evil > dist/evil"));
        let found = examined(&repo);
        assert!(codes(&found).contains(&code), "{breaks}: {found:#}");
        let lines = run_the_commands(&repo);
        assert!(!lines.contains("sealgate init"), "{breaks}: {lines}");
        assert_ne!(repo.run(&["check"]).code, 0, "{breaks}: {lines}");
        if code == "seal-missing" {
            shell(&repo, "git diff --quiet HEAD -- seals");
            assert_eq!(repo.run(&["check"]).code, 1, "{breaks}: {lines}");
        }
    }
}

/// Seal files that say nothing, whether or not HEAD has better ones.
const BROKEN: [&str; 6] = [
    ": > seals/dist.toml",
    "sed -i 's/$/\\r/' seals/dist.toml",
    "echo x >> seals/dist.toml",
    ": > seals/dist.toml; git commit -qam broken",
    "rm seals/dist.toml; mkdir seals/dist.toml",
    "git rm -q --cached seals/dist.toml; git commit -qm untracked; : > seals/dist.toml",
];

#[test]
fn seals_nothing_beside_a_broken_seal() {
    for breaks in BROKEN {
        let repo = sound();
        shell(&repo, &format!("{breaks}; echo evil > dist/evil"));
        let run = repo.run(&["doctor"]);
        assert_eq!(run.code, 2, "{breaks}: {run:#?}");
        assert!(run.stdout.is_empty() || run.stdout.contains("cannot be read"), "{run:#?}");
        let lines = run_the_commands(&repo);
        assert!(!lines.contains("sealgate init"), "{breaks}: {lines}");
        assert_ne!(repo.run(&["check"]).code, 0, "{breaks}: {lines}");
    }
}

#[test]
fn seals_nothing_while_head_cannot_be_read() {
    let repo = sound();
    shell(&repo, "rm seals/dist.toml; echo evil > dist/evil; chmod -R u+w .git/objects");
    shell(&repo, "commit=$(git rev-parse HEAD); rm .git/objects/${commit:0:2}/${commit:2}");
    let run = repo.run(&["doctor"]);
    assert_eq!(run.code, 2, "{run:#?}");
    assert!(!run.stdout.contains("sealgate init"), "{run:#?}");
}

/// Weaknesses after which a root must be sealed again.
const RESEALED: [&str; 2] = [
    "sed -i 's/\\r//' vendor/two.c; echo '*.c text' > vendor/.gitattributes; git add .
     sealgate seal vendor",
    "printf 'version https://git-lfs.github.com/spec/v1\\noid sha256:%064d\\nsize 9\\n' 0 > dist/app.js",
];

#[test]
fn leaves_the_approval_to_a_person() {
    for breaks in RESEALED {
        let repo = sound();
        shell(&repo, &format!("{breaks}; echo evil > dist/evil; echo evil > vendor/evil"));
        let lines = run_the_commands(&repo);
        assert!(lines.contains("sealgate seal "), "{breaks}: {lines}");
        assert_eq!(repo.run(&["check", "dist"]).code, 1, "{breaks}: {lines}");
        assert_eq!(repo.run(&["check", "vendor"]).code, 1, "{breaks}: {lines}");
    }
}
