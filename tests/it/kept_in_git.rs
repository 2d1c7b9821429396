//! A seal of a root that is kept in git states what a clone can hold: what `git add` would store.

#![cfg(unix)]

use std::fs;

use serde_json::Value;

use crate::support::{Repo, refused, shell, shell_in};

const POINTER: &str = "version https://git-lfs.github.com/spec/v1\n\
     oid sha256:4665a5ea423c2713d436b5ee50593a9640e0018c1550b5a0002f74190d6caea8\nsize 5000\n";

/// A repository with the directory `d`, of which git keeps `a.js`.
fn kept() -> Repo {
    Repo::once("", || {
        let repo = Repo::with(&[("d/a.js", "one\ntwo\n"), ("d/sub/b.js", "b\n")]);
        shell(&repo, "git init -q -b main; git add -A; git commit -qm first");
        repo
    })
}

/// The commands in the last refusal: what stands after `what` in its next step, up to `until`.
fn command<'s>(said: &'s str, what: &str, until: &str) -> &'s str {
    let rest = said.split(what).nth(1).unwrap_or_else(|| panic!("no {what:?} in {said}"));
    rest.split(until).next().unwrap()
}

/// One way in which git keeps something else than the disk has.
struct Case {
    breaks: &'static str,
    says: &'static str,
    /// What stands before and after the command that corrects it.
    fix: (&'static str, &'static str),
}

const CASES: [Case; 12] = [
    Case {
        breaks: "chmod 755 d/a.js; git commit -qam exec; git config core.fileMode false; chmod 644 d/a.js",
        says: "core.fileMode is false: a.js",
        fix: ("for one file: ", "; then"),
    },
    Case {
        breaks: "git config core.fileMode false; chmod 755 d/a.js",
        says: "core.fileMode is false: a.js",
        fix: ("modes of the disk: ", "; or"),
    },
    Case {
        breaks: "git config core.fileMode false; echo new > d/n.js; chmod 755 d/n.js",
        says: "core.fileMode is false: n.js",
        fix: ("for one file: ", "; then"),
    },
    Case {
        breaks: "git config core.autocrlf true; printf 'one\\r\\ntwo\\r\\n' > d/a.js",
        says: "rules for line endings change them: a.js",
        fix: ("these bytes alone: ", "; then"),
    },
    Case {
        breaks: "git config core.safecrlf true; printf '* text=auto' > .gitattributes
                 printf 'one\\r\\n' > d/n.js",
        says: "rules for line endings change them: n.js",
        fix: ("these bytes alone: ", "; then"),
    },
    Case {
        breaks: "git config filter.up.clean 'tr a-z A-Z'; echo '*.js filter=up' > .gitattributes
                 echo three >> d/a.js; git add d/a.js",
        says: "a filter or the rules for line endings change them: a.js",
        fix: ("these bytes alone: ", "; then"),
    },
    Case {
        breaks: "git config filter.x=y.process false; git config filter.x=y.required true
                 echo '*.js filter=x=y' > .gitattributes; echo three >> d/a.js",
        says: "sealgate runs no filters: a.js",
        fix: ("these bytes alone: ", "; then"),
    },
    Case {
        breaks: "git config filter.same.clean cat; echo '*.js filter=same' > .gitattributes
                 echo three >> d/a.js",
        says: "sealgate runs no filters: a.js",
        fix: ("seal again: ", "; or"),
    },
    Case {
        breaks: "mkdir -p \"$HOME/.config/git\"
                 echo '*.js ident' > \"$HOME/.config/git/attributes\"
                 printf '$Id: x $\\n' > d/a.js",
        says: "change them: a.js",
        fix: ("these bytes alone: ", "; then"),
    },
    Case {
        breaks: "git config filter.lfs.clean 'printf pointer'
                 echo 'd/sub/* filter=lfs -text' > .gitattributes; echo c > d/sub/b.js",
        says: "a Git LFS pointer and not these bytes: sub/b.js",
        fix: ("out of Git LFS: ", "; then"),
    },
    Case {
        breaks: "git update-index --skip-worktree d/a.js; echo changed > d/a.js",
        says: "says that git skips it: a.js",
        fix: ("next: ", "; then"),
    },
    Case {
        breaks: "git update-index --assume-unchanged d/a.js; echo changed > d/a.js",
        says: "says that it is unchanged: a.js",
        fix: ("next: ", "; then"),
    },
];

#[test]
fn what_git_would_change_is_refused_and_the_printed_command_corrects_it() {
    for Case { breaks, says, fix } in CASES {
        let repo = kept();
        shell(&repo, breaks);
        refused(&repo, &["seal", "d", "--root", "d"], says);
        let said = repo.run(&["seal", "d", "--root", "d"]).stderr;
        assert!(said.contains("error: seal d: tracked = true, but "), "{said}");
        shell(&repo, command(&said, fix.0, fix.1));
        shell(&repo, "sealgate seal d --root d; git add -A; git commit -qm sealed");
        let check = repo.run(&["check", "--rev", "HEAD"]);
        assert_eq!(check.code, 0, "after {breaks}: {check:#?}");
        shell(&repo, "git clone -q . ../clone; cd ../clone; sealgate check");
    }
}

#[test]
fn the_printed_command_works_in_a_directory_below_and_outside() {
    let places =
        [("d/sub", "sealgate seal d --root .."), ("..", "sealgate -C repo seal d --root d")];
    for Case { breaks, fix, .. } in CASES {
        for (place, seal) in places {
            let repo = kept();
            shell(&repo, breaks);
            let place = repo.at(place);
            let said = String::from_utf8(repo.script(&place, seal).stderr).unwrap();
            shell_in(&repo, &place, command(&said, fix.0, fix.1));
            let again = repo.script(&repo.root(), "sealgate seal d --root d");
            assert!(again.status.success(), "after {breaks}, {seal}: {said}{again:?}");
        }
    }
}

/// Nothing that git leaves as it is may be refused, whatever is configured.
#[test]
fn what_git_keeps_as_it_is_is_sealed() {
    let cases = [
        "echo more >> d/a.js; echo new > d/n.js",
        "git config core.autocrlf true",
        // git converts no line endings of a file that has CRLF in the index.
        "printf 'one\\r\\n' > d/a.js; git add d; git config core.autocrlf true; printf 'two\\r\\n' >> d/a.js",
        "git config core.fileMode false; git add --chmod=+x d/a.js; chmod 755 d/a.js",
        "git config core.fileMode false",
        "chmod 755 d/a.js",
        "git update-index --split-index; echo x >> d/a.js",
        "ln -s a.js d/link; printf x > 'd/odd \"name é'; printf x > \"d/$(printf 'a\\nb')\"",
        "git rm -q --cached d/a.js",
        "git mv d/sub d/other; mkdir d/a; git rm -q --cached d/a.js; mv d/a.js d/a/a.js",
        "git checkout -qb x; echo x > d/a.js; git commit -qam x; git checkout -q main
         echo y > d/a.js; git commit -qam y; git merge -q x || true; echo z > d/a.js; git add d/a.js",
    ];
    for case in cases {
        let repo = kept();
        shell(&repo, case);
        let before = fs::read(repo.at(".git/index")).unwrap();
        shell(&repo, "sealgate seal d --root d");
        let after = fs::read(repo.at(".git/index")).unwrap();
        assert_eq!(before, after, "the index changed: {case}");
        shell(&repo, "git add -A; git commit -qm sealed");
        let check = repo.run(&["check", "--rev", "HEAD"]);
        assert_eq!(check.code, 0, "after {case}: {check:#?}");
    }
}

#[test]
fn only_holds_what_it_takes_against_git() {
    let repo = kept();
    shell(&repo, "sealgate seal d --root d; git config core.fileMode false; chmod 755 d/a.js");
    repo.write("d/sub/b.js", "new\n");
    let run = repo.run(&["seal", "d", "--only", "/sub/"]);
    assert_eq!(run.code, 0, "{run:#?}");
    refused(&repo, &["seal", "d", "--only", "a.js"], "core.fileMode is false: a.js");
    refused(&repo, &["seal", "d"], "core.fileMode is false: a.js");
}

#[test]
fn an_attributes_file_that_git_would_wait_for_is_refused() {
    let repo = kept();
    shell(&repo, "sealgate seal d --root d; mkfifo d/sub/.gitattributes");
    repo.write("d/sub/b.js", "new\n");
    let refusal = repo.run(&["seal", "d", "--only", "/sub/b.js"]);
    assert_eq!(refusal.code, 2, "{refusal:#?}");
}

#[test]
fn init_writes_the_attributes_before_git_can_change_line_endings() {
    let repo = kept();
    shell(&repo, "git config core.autocrlf true; printf 'crlf\\r\\n' > d/n.js");
    shell(&repo, "sealgate init --root d --yes; git add -A; git commit -qm sealed");
    let check = repo.run(&["check", "--rev", "HEAD"]);
    assert_eq!(check.code, 0, "{check:#?}");
}

#[test]
fn a_pointer_is_not_sealed_as_if_it_were_content() {
    let repo = kept();
    repo.write(".gitignore", "built\n");
    repo.write("built/tool", "content");
    shell(&repo, "sealgate seal d --root d; sealgate seal built --root built");
    repo.write("d/tool", POINTER);
    for command in
        [&["seal", "d"][..], &["seal", "new", "--root", "d"], &["seal", "d", "--only", "tool"]]
    {
        refused(&repo, command, "a Git LFS pointer is in the place of content: tool");
    }
    repo.write("d/other", "x");
    let passes = [
        &["seal", "d", "--only", "other"][..],
        &["seal", "without", "--root", "d", "--exclude", "tool"],
    ];
    for command in passes {
        let run = repo.run(command);
        assert_eq!(run.code, 0, "{command:?}: {run:#?}");
    }
    #[cfg(unix)]
    for name in ["d/odd/deep/c:tool", "d/odd/a\nb", "d/odd/c:x/tool"] {
        let seal = ["seal", "odd", "--root", "d", "--exclude", "/tool"];
        repo.write(name, POINTER);
        refused(&repo, &seal, "a Git LFS pointer is in the place of content: ");
        fs::remove_dir_all(repo.at("d/odd")).unwrap();
    }
    // What is built may hold one on purpose, and no clone holds anything else.
    repo.write("built/tool", POINTER);
    let run = repo.run(&["seal", "built"]);
    let said = "warning: built: a Git LFS pointer is in the place of content: tool; fetch";
    assert!(run.code == 0 && run.stderr.contains(said), "{run:#?}");
    let again = repo.run(&["seal", "built"]);
    assert!(again.code == 0 && again.stderr.is_empty(), "{again:#?}");
}

/// A report shows no bytes; its cause shows the pointer.
#[test]
fn a_report_of_a_pointer_is_not_accepted() {
    let repo = Repo::with(&[("d/tool", "content"), ("d/other", "x")]);
    assert_eq!(repo.run(&["seal", "d", "--root", "d"]).code, 0);
    let paths = ["d/tool", "d/new"];
    for path in paths {
        let before = fs::read(repo.at(path)).ok();
        repo.write(path, POINTER);
        let run = repo.run(&["check", "--report", "json=report.json"]);
        assert_eq!(run.code, 1, "{run:#?}");
        let report: Value = serde_json::from_str(&repo.read("report.json")).unwrap();
        assert_eq!(report["seals"][0]["findings"][0]["cause"], "lfs-pointer", "{report:#}");
        refused(&repo, &["seal", "--from-report", "report.json"], "a Git LFS pointer is there");
        match before {
            Some(bytes) => fs::write(repo.at(path), bytes).unwrap(),
            None => fs::remove_file(repo.at(path)).unwrap(),
        }
    }
}
