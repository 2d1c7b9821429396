//! `sealgate seal`: what it writes, what it refuses, and that nothing but it writes a seal.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support;
use crate::support::{Repo, refused};

const FILES: [(&str, &str); 5] = [
    ("dist/app.js", "app"),
    ("dist/lib/one.js", "one"),
    ("dist/lib/two.js", "two"),
    ("dist/page.html", "page"),
    ("dist/z.css", "style"),
];

fn made() -> Repo {
    Repo::once("", || {
        let repo = Repo::with(&FILES);
        seals(&repo, &["seal", "dist", "--root", "dist"]);
        repo
    })
}

/// Runs `arguments`, which must end well, and gives what was said on stdout.
#[track_caller]
fn seals(repo: &Repo, arguments: &[&str]) -> String {
    let run = repo.run(arguments);
    assert_eq!(run.code, 0, "{arguments:?}: {run:#?}");
    run.stdout
}

/// The line of a file in a seal, from its content alone.
fn line(path: &str, kind: &str, content: &str) -> String {
    format!("\"{path}\" = \"{kind} {} {}\"\n", content.len(), blake3::hash(content.as_bytes()))
}

/// The text of a seal of `dist` with these lines of entries.
fn seal_text(header: &str, entries: &[String]) -> String {
    format!(
        "# Seal of dist: the exact bytes approved. Written by `sealgate seal dist`; review it like \
         code.\nformat = \"sealgate-seal/1\"\nroot = \"dist\"\n{header}\n[entries]\n{}",
        entries.concat()
    )
}

#[test]
fn a_seal_states_every_file_link_and_empty_directory_in_the_order_of_bytes() {
    let repo =
        Repo::with(&[("dist/b", "bytes"), ("dist/a/x", ""), ("dist/a-b", "1"), ("dist/B", "2")]);
    fs::create_dir_all(repo.at("dist/empty/inner")).unwrap();
    repo.write("dist/skipped/only.log", "log");
    symlink("a/x", repo.at("dist/link")).unwrap();
    symlink("gone", repo.at("dist/dangling")).unwrap();
    repo.write("dist/run", "#!");
    fs::set_permissions(repo.at("dist/run"), fs::Permissions::from_mode(0o611)).unwrap();

    let said = seals(&repo, &["seal", "dist", "--root", "dist", "--exclude", "*.log"]);
    assert!(said.contains("dist: sealed 9 entries, 9 B, not kept in git, in seals/dist.toml"));
    let entries = [
        line("B", "file", "2"),
        line("a-b", "file", "1"),
        line("a/x", "file", ""),
        line("b", "file", "bytes"),
        "\"dangling\" = \"link gone\"\n".to_owned(),
        "\"empty/inner\" = \"dir\"\n".to_owned(),
        "\"link\" = \"link a/x\"\n".to_owned(),
        line("run", "exec", "#!"),
        "\"skipped\" = \"dir\"\n".to_owned(),
    ];
    let header = "tracked = false\nexclude = [\n  \"*.log\",\n]\n";
    assert_eq!(repo.read("seals/dist.toml"), seal_text(header, &entries));
    seals(&repo, &["check"]);
}

#[test]
fn sealing_again_without_a_change_writes_nothing() {
    let repo = made();
    let before = repo.contents();
    for command in [&["seal"][..], &["seal", "dist"], &["seal", "--all"], &["seal", "*"], &["fmt"]]
    {
        let said = seals(&repo, command);
        let nothing = ["nothing to change in seals/dist.toml", "canonical already"];
        assert!(nothing.iter().any(|words| said.contains(words)), "{said}");
        assert_eq!(repo.contents(), before, "{command:?} wrote something");
    }
}

#[test]
fn a_seal_written_again_is_the_one_that_would_be_made_now() {
    let repo = made();
    repo.write("dist/app.js", "another app");
    fs::remove_file(repo.at("dist/z.css")).unwrap();
    repo.write("dist/new/file", "new");
    fs::rename(repo.at("dist/page.html"), repo.at("dist/moved.html")).unwrap();
    let said = seals(&repo, &["seal", "dist"]);
    assert!(
        said.contains("dist: 1 added, 1 removed, 1 changed, 1 moved in seals/dist.toml"),
        "{said}"
    );
    let again = repo.read("seals/dist.toml");
    fs::remove_file(repo.at("seals/dist.toml")).unwrap();
    seals(&repo, &["seal", "dist", "--root", "dist"]);
    assert_eq!(repo.read("seals/dist.toml"), again);
}

#[test]
fn only_takes_what_it_matches_and_keeps_the_rest_as_approved() {
    // Each pattern, and the paths whose new state is taken.
    let cases: [(&[&str], &[&str]); 9] = [
        (&["app.js"], &["app.js"]),
        (&["/lib/"], &["lib/new.js", "lib/one.js", "lib/two.js"]),
        (&["lib/two.js"], &["lib/two.js"]),
        (&["*.js"], &["app.js", "lib/new.js", "lib/one.js", "lib/two.js"]),
        (&["*.js", "!app.js"], &["lib/new.js", "lib/one.js", "lib/two.js"]),
        (&["app.js", "z.css"], &["app.js", "z.css"]),
        (&["gone.txt"], &["gone.txt"]),
        (&["new.js", "nothing-else"], &["lib/new.js"]),
        (
            &["*"],
            &["app.js", "gone.txt", "lib/new.js", "lib/one.js", "lib/two.js", "page.html", "z.css"],
        ),
    ];
    for (patterns, taken) in cases {
        let repo = Repo::with(&FILES);
        repo.write("dist/gone.txt", "gone");
        seals(&repo, &["seal", "dist", "--root", "dist"]);
        let old = repo.read("seals/dist.toml");
        for path in ["app.js", "lib/one.js", "lib/new.js", "page.html", "z.css"] {
            repo.write(Path::new("dist").join(path), "now");
        }
        fs::remove_file(repo.at("dist/lib/two.js")).unwrap();
        fs::remove_file(repo.at("dist/gone.txt")).unwrap();

        let flags = patterns.iter().flat_map(|pattern| ["--only", pattern]);
        seals(&repo, &["seal", "dist"].into_iter().chain(flags).collect::<Vec<_>>());
        let mut expected = std::collections::BTreeMap::new();
        for line in old.lines().filter(|line| line.starts_with('"')) {
            expected.insert(line.split('"').nth(1).unwrap().to_owned(), format!("{line}\n"));
        }
        for path in taken {
            if repo.at("dist").join(path).exists() {
                expected.insert((*path).to_owned(), line(path, "file", "now"));
            } else {
                expected.remove(*path);
            }
        }
        let entries: Vec<String> = expected.into_values().collect();
        let text = seal_text("tracked = false\nexclude = []\n", &entries);
        assert_eq!(repo.read("seals/dist.toml"), text, "{patterns:?}");
    }
}

#[test]
fn a_part_that_does_not_fit_the_rest_is_not_taken() {
    let repo = made();
    fs::remove_file(repo.at("dist/app.js")).unwrap();
    repo.write("dist/app.js/now", "a directory");
    let says = "--only takes a part that does not fit the rest: entry \"app.js/now\" lies below";
    refused(&repo, &["seal", "dist", "--only", "now"], says);
    refused(&repo, &["seal", "dist", "--only", "now"], "next: take the whole directory");
    seals(&repo, &["seal", "dist", "--only", "app.js"]);
    seals(&repo, &["check"]);
}

#[test]
fn sizes_that_only_keeps_may_add_up_to_more_than_there_is() {
    let repo = Repo::with(&[("dist/new", "new")]);
    assert_eq!(repo.run(&["seal", "dist", "--root", "dist"]).code, 0);
    let seal = repo.read("seals/dist.toml");
    let (head, _) = seal.split_once("\"new\"").unwrap();
    let digest = "0".repeat(64);
    let entry = |name: &str| format!("\"{name}\" = \"file {} {digest}\"\n", i64::MAX);
    repo.write(
        "seals/dist.toml",
        ["a", "b", "c"].map(entry).iter().fold(head.to_owned(), |a, b| a + b),
    );
    let run = repo.run(&["seal", "dist", "--only", "new"]);
    assert_eq!(run.code, 0, "{run:#?}");
    assert!(run.stdout.contains("now 4 entries, 16 EiB"), "{run:#?}");
}

#[test]
fn only_needs_a_seal_that_can_be_read() {
    let repo = made();
    repo.write(
        "seals/dist.toml",
        repo.read("seals/dist.toml").replace("exclude = []", "exclude=[]"),
    );
    refused(&repo, &["seal", "dist", "--only", "app.js"], "next: run `sealgate fmt dist`");
}

#[test]
fn several_seals_change_only_if_all_are_meant() {
    let repo = made();
    for (name, root) in [("lib", "dist/lib"), ("other", "other")] {
        repo.write(Path::new(root).join("x"), "x");
        seals(&repo, &["seal", name, "--root", root]);
    }
    seals(&repo, &["seal", "dist"]);
    repo.write("other/x", "changed");
    let said = seals(&repo, &["seal"]);
    assert!(said.contains("other: 1 changed"), "one change needs no --all: {said}");
    repo.write("dist/lib/x", "changed");
    refused(&repo, &["seal"], "error: 2 seals would change: dist, lib");
    refused(&repo, &["seal", "--only", "x"], "error: 2 seals would change: dist, lib");
    seals(&repo, &["seal", "lib"]);
    assert_eq!(repo.run(&["check"]).code, 1);
    repo.write("dist/lib/x", "changed again");
    seals(&repo, &["seal", "--all"]);
    seals(&repo, &["check"]);
    repo.write("dist/lib/x", "and again");
    seals(&repo, &["seal", "d*", "lib"]);
    seals(&repo, &["check"]);
}

#[test]
fn nothing_is_written_when_one_of_several_roots_cannot_be_sealed() {
    let repo = made();
    repo.write("other/x", "x");
    seals(&repo, &["seal", "other", "--root", "other"]);
    repo.write("dist/app.js", "changed");
    fs::remove_dir_all(repo.at("other")).unwrap();
    refused(&repo, &["seal", "--all"], "seal other: there is nothing at other");
    repo.write("other/C:x", "x");
    refused(&repo, &["seal", "*"], "other/C:x: cannot be sealed: the path begins with a drive");
}

#[test]
fn what_people_edit_above_the_entries_is_kept_and_written_canonically() {
    let excluding = "tracked = false\nexclude = [\n  \"*.css\",\n  \"/page.*\",\n]\n";
    let cases = [
        ("exclude = []", "exclude = ['*.css', \"/page.*\"] # mine", excluding),
        ("exclude = []", "exclude=[\n'''*.css''',\n\n  # why\n \"/page.\\u002A\" ]", excluding),
        (
            "tracked = false\nexclude = []",
            "exclude = ['*.css','/page.*']\n'tracked'=false",
            excluding,
        ),
        ("tracked = false", "tracked = false # built", "tracked = false\nexclude = []\n"),
        ("\nexclude = []", "", "tracked = false\nexclude = []\n"),
        ("[entries]", " [ entries ]", "tracked = false\nexclude = []\n"),
        ("[entries]", "[entries] # old ones\nnonsense", "tracked = false\nexclude = []\n"),
        ("\n", "\r\n", "tracked = false\nexclude = []\n"),
    ];
    for (from, to, header) in cases {
        let repo = made();
        let edited = repo.read("seals/dist.toml").replace(from, to);
        repo.write("seals/dist.toml", &edited);
        assert_eq!(repo.run(&["check"]).code, 2, "{edited}");
        seals(&repo, &["seal", "dist"]);
        let mut entries = FILES.map(|(path, content)| line(&path[5..], "file", content)).to_vec();
        if header == excluding {
            entries.truncate(3);
        }
        assert_eq!(repo.read("seals/dist.toml"), seal_text(header, &entries), "{edited}");
        seals(&repo, &["check"]);
    }
}

#[test]
fn an_unfinished_merge_below_the_entries_is_sealed_anew_and_one_above_is_not() {
    let repo = made();
    let good = repo.read("seals/dist.toml");
    let app = line("app.js", "file", "app");
    let ours_theirs = format!(
        "<<<<<<< ours\n{app}||||||| base\n=======\n{}>>>>>>> theirs\n",
        line("app.js", "file", "theirs")
    );
    repo.write("seals/dist.toml", good.replace(&app, &ours_theirs));
    refused(&repo, &["check"], "line 8 is a conflict marker");
    refused(&repo, &["fmt"], "line 8 is a conflict marker");
    seals(&repo, &["seal", "dist"]);
    assert_eq!(repo.read("seals/dist.toml"), good);

    let both = "<<<<<<< ours\nexclude = []\n=======\nexclude = [\"*.css\"]\n>>>>>>> theirs\n";
    repo.write("seals/dist.toml", good.replace("exclude = []\n", both));
    refused(&repo, &["seal", "dist"], "seals/dist.toml:5: line 5 is a conflict marker `<<<<<<<`");
}

/// A git without anybody's configuration.
fn git(repo: &Repo, arguments: &[&str]) {
    let mut git = Command::new("git");
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("GIT_") {
            git.env_remove(name);
        }
    }
    git.envs([("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_SYSTEM", "/dev/null")]);
    git.args(["-c", "user.name=a", "-c", "user.email=a@b", "-c", "protocol.file.allow=always"]);
    git.args(["-c", "init.defaultBranch=main", "-C"]).arg(repo.root()).args(arguments);
    let output = git.output().unwrap();
    assert!(output.status.success(), "git {arguments:?}: {output:?}");
}

/// A repository with git in which `dist` is tracked.
fn tracked() -> Repo {
    Repo::once("", || {
        let repo = Repo::with(&FILES);
        git(&repo, &["init", "-q"]);
        git(&repo, &["add", "dist"]);
        git(&repo, &["commit", "-qm", "first"]);
        repo
    })
}

#[test]
fn whether_a_new_root_is_tracked_is_found_out_from_git() {
    let repo = tracked();
    repo.write(".gitignore", "/built\n/above/\n/within/*\n/:(top)odd\n/fr*\n!/fresh\n");
    for root in ["built", "above/built", "within", ":(top)odd", "fresh"] {
        repo.write(Path::new(root).join("app.js"), "app");
    }
    for (name, root, kept) in [
        ("dist", "dist", true),
        ("lib", "dist/lib", true),
        ("built", "built", false),
        ("above", "above/built", false),
        ("within", "within", false),
        ("odd", ":(top)odd", false),
    ] {
        let said = seals(&repo, &["seal", name, "--root", root]);
        let words = if kept { ", tracked in git, " } else { ", not kept in git, " };
        assert!(said.contains(words), "{root}: {said}");
        let text = repo.read(Path::new("seals").join(name).with_extension("toml"));
        assert!(text.contains(&format!("\ntracked = {kept}\n")), "{text}");
    }
    refused(&repo, &["seal", "fresh", "--root", "fresh"], "git add fresh");
    git(&repo, &["add", "fresh"]);
    seals(&repo, &["seal", "fresh", "--root", "fresh"]);
    seals(&repo, &["check"]);
}

#[test]
fn an_absolute_root_may_name_the_repository_by_a_link_and_nothing_below_it() {
    let repo = made();
    let seal = repo.read("seals/dist.toml");
    let link = repo.root().with_file_name("link");
    symlink(repo.root(), &link).unwrap();
    symlink(repo.root(), repo.at("inside")).unwrap();
    let absolute = |path: PathBuf| path.to_str().unwrap().to_owned();
    seals(&repo, &["seal", "other", "--root", &absolute(link.join("dist"))]);
    assert_eq!(
        repo.read("seals/other.toml"),
        seal.replace("dist:", "other:").replace("seal dist", "seal other")
    );
    for root in [link.join("inside/dist"), repo.at("inside/dist")] {
        refused(&repo, &["seal", "third", "--root", &absolute(root)], "inside is a symbolic link");
    }
    let beside = link.with_file_name("beside");
    fs::create_dir(&beside).unwrap();
    refused(&repo, &["seal", "third", "--root", &absolute(beside)], "is outside the repository");
}

#[test]
fn a_whole_repository_can_be_sealed() {
    let repo = tracked();
    seals(&repo, &["seal", "all", "--root", "."]);
    let text = repo.read("seals/all.toml");
    let header =
        "root = \".\"\ntracked = true\nexclude = [\n  \"/.git\",\n  \"/seals\",\n]\n\n[entries]\n";
    assert!(text.contains(header), "{text}");
    assert!(text.ends_with(&line("dist/z.css", "file", "style")), "{text}");
    seals(&repo, &["check"]);
    repo.write("stray", "");
    assert_eq!(repo.run(&["check"]).code, 1);
    // What git would add is sealed; what it ignores is not.
    seals(&repo, &["seal", "all"]);
    seals(&repo, &["check"]);
    repo.write(".gitignore", "ignored\n");
    repo.write("ignored", "");
    refused(&repo, &["seal", "all"], "ignored by git: ignored");
}

#[test]
fn the_seals_are_left_out_of_a_whole_repository_whatever_their_directory_is_called() {
    for place in ["seals", "deep/er", "s[1]", "a*", "what?", "{a,b}", "#x", "!x", "x!", "a b", "é"]
    {
        let repo = Repo::with(&FILES);
        repo.write("app/file", "begins like one of them");
        repo.write("deep/file", "beside one of them");
        let flag = format!("--seals={place}");
        let said = seals(&repo, &[&flag, "seal", "all", "--root", "."]);
        assert!(said.contains("sealed 7 entries"), "{place}: {said}");
        seals(&repo, &[&flag, "check"]);
        seals(&repo, &[&flag, "seal"]);
        repo.write(Path::new(place).join("README.md"), "not judged");
        seals(&repo, &[&flag, "check"]);
    }
}

#[test]
fn a_directory_that_would_hold_the_seals_alone_is_left_out_by_name_or_not_at_all() {
    let repo = Repo::with(&FILES);
    let seal = ["--seals=ci/deep/seals", "seal", "all", "--root", "."];
    refused(&repo, &seal, "ci would hold nothing but the seals, and be an entry of this one");
    // The advice fixes it.
    seals(&repo, &[&seal[..], &["--exclude", "/ci"]].concat());
    seals(&repo, &["--seals=ci/deep/seals", "check"]);
}

#[test]
fn roots_with_names_that_git_could_take_for_patterns_are_asked_for_literally() {
    for root in ["a*b", "[x]", ":(top)x", "-x", "!x", "é", "a b", "a\"b", "a\nb", "#x", "?"] {
        let repo = tracked();
        repo.write(Path::new(root).join("file"), "content");
        repo.write("axb/file", "another");
        git(&repo, &["--literal-pathspecs", "add", "--", root]);
        let root = format!("./{root}");
        let said = seals(&repo, &["seal", "odd", "--root", &root]);
        assert!(said.contains("sealed 1 entry, 7 B, tracked in git"), "{root}: {said}");
        seals(&repo, &["check"]);
    }
}

#[test]
fn what_git_does_not_keep_is_not_sealed_as_kept() {
    let repo = tracked();
    seals(&repo, &["seal", "dist", "--root", "dist"]);
    repo.write("dist/untracked.js", "x");
    repo.write("dist/lib/app.map", "x");
    repo.write(".gitignore", "*.map\n");
    fs::create_dir(repo.at("dist/empty")).unwrap();
    for says in [
        "tracked = true, but a directory with nothing in scope, which git cannot keep: empty\n  next: remove it,",
        "tracked = true, but ignored by git: lib/app.map\n  next: git add -f it, ",
    ] {
        refused(&repo, &["seal", "dist"], says);
    }
    git(&repo, &["add", "-f", "dist"]);
    fs::remove_dir(repo.at("dist/empty")).unwrap();
    seals(&repo, &["seal", "dist"]);
    let text = repo.read("seals/dist.toml");
    repo.write("seals/dist.toml", text.replace("tracked = true", "tracked = false"));
    fs::create_dir(repo.at("dist/empty")).unwrap();
    seals(&repo, &["seal", "dist"]);
    seals(&repo, &["check"]);
}

#[test]
fn a_tracked_root_without_git_is_refused() {
    let repo = made();
    let text = repo.read("seals/dist.toml").replace("tracked = false", "tracked = true");
    repo.write("seals/dist.toml", text);
    refused(&repo, &["seal", "dist"], "tracked = true, but this is no git repository");
    seals(&repo, &["check"]);
}

#[test]
fn a_submodule_is_not_sealed_as_kept() {
    let library = Repo::with(&[("code", "code"), ("built/out", "out")]);
    git(&library, &["init", "-q"]);
    git(&library, &["add", "."]);
    git(&library, &["commit", "-qm", "first"]);
    let repo = tracked();
    let url = library.root();
    git(&repo, &["submodule", "--quiet", "add", url.to_str().unwrap(), "dist/sub"]);
    git(&repo, &["commit", "-qm", "sub"]);
    let says = "in a submodule, which the repository does not keep: ";
    refused(&repo, &["seal", "dist", "--root", "dist"], &format!("{says}sub/.git, sub/built/out"));
    refused(&repo, &["seal", "sub", "--root", "dist/sub"], &format!("{says}.git, built/out"));
    refused(&repo, &["seal", "sub", "--root", "dist/sub/built"], &format!("{says}out"));
    seals(&repo, &["seal", "dist", "--root", "dist", "--exclude", "/sub"]);
    seals(&repo, &["check"]);
}

#[test]
fn a_linked_worktree_and_a_subdirectory_are_the_repository_too() {
    let repo = tracked();
    git(&repo, &["worktree", "add", "-q", "../linked"]);
    let linked = repo.root().with_file_name("linked");
    let within = |directory: &Path, arguments: &[&str]| {
        let mut command = repo.command(arguments);
        command.current_dir(directory);
        let run = support::run(command);
        assert_eq!(run.code, 0, "{arguments:?}: {run:#?}");
        run.stdout
    };
    assert!(within(&linked, &["seal", "dist", "--root", "dist"]).contains("tracked in git"));
    assert!(within(&linked.join("dist/lib"), &["check"]).starts_with("PASS  1 seal (dist)"));
    assert!(!repo.at("seals").exists());

    within(&repo.at("dist/lib"), &["seal", "lib", "--root", "."]);
    assert!(repo.read("seals/lib.toml").contains("\nroot = \"dist/lib\"\n"));
    within(repo.root().parent().unwrap(), &["-C", "repo/dist", "seal", "deep", "--root", "lib"]);
    assert!(repo.read("seals/deep.toml").contains("\nroot = \"dist/lib\"\n"));
    symlink("repo/dist", repo.root().with_file_name("link")).unwrap();
    within(repo.root().parent().unwrap(), &["-C", "link", "seal", "up", "--root", "../dist"]);
    assert!(repo.read("seals/up.toml").contains("\nroot = \"dist\"\n"));
    within(repo.root().parent().unwrap(), &["-C", "link/lib", "check"]);
}

#[test]
fn a_report_never_lands_in_the_git_directory_of_a_linked_worktree() {
    let repo = tracked();
    git(&repo, &["worktree", "add", "-q", "../linked"]);
    let linked = repo.root().with_file_name("linked");
    let at_linked = |arguments: &[&str]| {
        let mut command = repo.command(arguments);
        command.current_dir(&linked);
        support::run(command)
    };
    assert_eq!(at_linked(&["seal", "dist", "--root", "dist"]).code, 0);
    for place in [".git", "../repo/.git/worktrees/linked/x", "../repo/.git/hooks/pre-push"] {
        let run = at_linked(&["check", "--report", &format!("json={place}")]);
        assert!(run.refusal().contains("which this check reads"), "{place}: {run:#?}");
    }
    assert_eq!(at_linked(&["check", "--report", "json=../report"]).code, 0);
}

/// A directory with a program `git` that leaves a mark when it runs, and that mark.
fn marking_git(repo: &Repo) -> (PathBuf, PathBuf) {
    let (directory, mark) = (repo.root().with_file_name("bin"), repo.root().with_file_name("mark"));
    fs::create_dir(&directory).unwrap();
    script(&directory.join("git"), &mark);
    (directory, mark)
}

/// A program that leaves `mark` when it runs. Another process writes it: a child that is forked
/// while this one has the file open for writing would keep it busy.
fn script(path: &Path, mark: &Path) {
    let text = format!("#!/bin/sh\n: >>'{}'\nexit 1\n", mark.display());
    let mut shell = Command::new("sh");
    shell.args(["-c", "printf %s \"$1\" >\"$0\" && chmod 755 \"$0\""]).arg(path).arg(text);
    assert!(shell.status().unwrap().success());
}

#[test]
fn a_plain_check_runs_no_git() {
    let repo = tracked();
    seals(&repo, &["seal", "dist", "--root", "dist"]);
    let (directory, mark) = marking_git(&repo);
    let with_path = |path: &Path, arguments: &[&str]| {
        let mut command = repo.command(arguments);
        command.env("PATH", path);
        support::run(command)
    };
    for path in [&*directory, Path::new("/nonexistent"), Path::new("")] {
        for command in [
            &["check"][..],
            &["check", "dist", "--at", "dist", "--format", "json"],
            &["check", "--require-sealed", "dist/*"],
            &["ls", "dist"],
            &["diff"],
            &["fmt"],
            &["export", "dist", "--format", "sha256sum"],
        ] {
            let run = with_path(path, command);
            assert_eq!(run.code, 0, "{command:?}: {run:#?}");
        }
    }
    assert!(!mark.exists());
    // The mark works: a seal of a tracked root does ask git.
    assert!(with_path(&directory, &["seal", "dist"]).refusal().contains("git ls-files failed"));
    assert!(mark.exists());
    let without = with_path(Path::new("/nonexistent"), &["seal", "dist"]);
    assert!(
        without.refusal().contains("git is needed for this, and cannot be run"),
        "{without:#?}"
    );
    assert!(without.refusal().contains("next: install git, or put it in PATH"), "{without:#?}");
}

#[test]
fn variables_of_git_change_nothing() {
    let repo = tracked();
    repo.write("built/app.js", "app");
    repo.write(".gitignore", "/built\n");
    let mark = repo.root().with_file_name("mark");
    let monitor = repo.root().with_file_name("monitor");
    script(&monitor, &mark);
    let other = tracked();
    let other_git = other.at(".git");
    let seal = |name: &str, root: &str, variables: &[(&str, &Path)]| {
        let mut command = repo.command(&["seal", name, "--root", root]);
        command.envs(variables.iter().copied());
        let run = support::run(command);
        assert_eq!(run.code, 0, "{variables:?}: {run:#?}");
        let path = repo.at(format!("seals/{name}.toml"));
        let text = fs::read_to_string(&path).unwrap();
        fs::remove_file(path).unwrap();
        text
    };
    let plain = [seal("dist", "dist", &[]), seal("built", "built", &[])];
    assert!(plain[0].contains("tracked = true") && plain[1].contains("tracked = false"));
    let trace = repo.root().with_file_name("trace");
    for variables in [
        &[("GIT_DIR", Path::new("/nonexistent"))][..],
        &[("GIT_DIR", &*other_git), ("GIT_WORK_TREE", &*other.root())],
        &[("GIT_INDEX_FILE", Path::new("/dev/null"))],
        &[("GIT_WORK_TREE", Path::new("/"))],
        &[("GIT_LITERAL_PATHSPECS", Path::new("1"))],
        &[("GIT_CEILING_DIRECTORIES", &*repo.root())],
        &[("GIT_OBJECT_DIRECTORY", Path::new("/nonexistent"))],
        &[("GIT_TRACE", &*trace), ("GIT_TRACE2", &*trace), ("GIT_TRACE_SETUP", &*trace)],
        &[("GIT_EXEC_PATH", Path::new("/nonexistent"))],
        &[("GIT_CONFIG_GLOBAL", Path::new("/nonexistent")), ("GIT_CONFIG", Path::new("/dev/null"))],
        &[
            ("GIT_CONFIG_COUNT", Path::new("1")),
            ("GIT_CONFIG_KEY_0", Path::new("core.fsmonitor")),
            ("GIT_CONFIG_VALUE_0", &*monitor),
        ],
    ] {
        assert_eq!(seal("dist", "dist", variables), plain[0], "{variables:?}");
        assert_eq!(seal("built", "built", variables), plain[1], "{variables:?}");
    }
    assert!(!mark.exists() && !trace.exists());
}

#[test]
fn nothing_that_the_repository_configures_is_run() {
    let repo = tracked();
    let outside = repo.root().with_file_name("hooks");
    let mark = repo.root().with_file_name("mark");
    fs::create_dir(&outside).unwrap();
    for name in
        ["program", "post-index-change", "post-checkout", "pre-auto-gc", "fsmonitor-watchman"]
    {
        script(&outside.join(name), &mark);
    }
    let program = outside.join("program");
    let program = program.to_str().unwrap();
    for (key, value) in [
        ("core.fsmonitor", program),
        ("core.fsmonitorHookVersion", "2"),
        ("core.hooksPath", outside.to_str().unwrap()),
        ("core.pager", program),
        ("pager.ls-files", "true"),
        ("core.editor", program),
        ("core.askPass", program),
        ("core.sshCommand", program),
        ("core.alternateRefsCommand", program),
        ("alias.ls-files", &format!("!{program}")),
        ("diff.external", program),
        ("filter.x.clean", program),
        ("filter.x.process", program),
        ("credential.helper", program),
        ("gpg.program", program),
    ] {
        git(&repo, &["config", key, value]);
    }
    repo.write(".gitattributes", "* filter=x diff=x\n");
    seals(&repo, &["seal", "dist", "--root", "dist"]);
    repo.write("dist/app.js", "touched, so that filters would run");
    // What a filter would make of the file is not known then.
    let runs = [
        (&["seal", "dist"][..], 2),
        (&["seal", "new", "--root", "dist"], 2),
        (&["seal", "all", "--root", ".", "--exclude", "/.gitattributes"], 2),
        (&["check", "dist"], 1),
        (&["diff"], 0),
    ];
    for (command, code) in runs {
        let run = repo.run(command);
        assert_eq!(run.code, code, "{command:?}: {run:#?}");
        let is_refused = run.stderr.contains("sealgate runs no filters");
        assert_eq!(is_refused, code == 2, "{command:?}: {run:#?}");
        assert!(!mark.exists(), "{command:?} ran what the repository configures");
    }
    // The trap works: a plain git falls into it.
    let status = Command::new("git").arg("-C").arg(repo.root()).arg("status").output();
    assert!(status.is_ok() && mark.exists());
}

#[test]
fn a_link_out_of_the_root_is_sealed_only_if_it_is_allowed_and_then_stays_allowed() {
    for target in ["/etc/passwd", "..", "../seals", "lib/../../x", "lib/..", "./../x", "C:\\x"] {
        let repo = Repo::with(&FILES);
        symlink(target, repo.at("dist/out")).unwrap();
        let make = ["seal", "dist", "--root", "dist"];
        refused(&repo, &make, "error: dist/out: a link that leaves the root: its target is ");
        refused(&repo, &make, "or pass --allow-outside-links");
        seals(&repo, &[&make[..], &["--allow-outside-links"]].concat());
        let text = repo.read("seals/dist.toml");
        assert!(
            text.contains(&format!("\"out\" = \"link {}\"", target.replace('\\', "\\\\"))),
            "{text}"
        );
        repo.write("dist/app.js", "changed");
        seals(&repo, &["seal", "dist"]);
        seals(&repo, &["check"]);
        fs::remove_file(repo.at("dist/out")).unwrap();
        symlink(format!("{target}/y"), repo.at("dist/out")).unwrap();
        refused(&repo, &["seal", "dist"], "a link that leaves the root");
        seals(&repo, &["seal", "dist", "--allow-outside-links"]);
    }
    let repo = Repo::with(&FILES);
    for (name, target) in
        [("in", "lib/one.js"), ("lib/up", "../app.js"), ("gone", "nowhere"), ("dot", ".")]
    {
        symlink(target, repo.at("dist").join(name)).unwrap();
    }
    seals(&repo, &["seal", "dist", "--root", "dist"]);
    seals(&repo, &["check"]);
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_other_systems_take_for_one_are_sealed_with_a_warning() {
    for (first, second) in [
        ("README", "readme"),
        ("Lib/x", "lib/y"),
        ("caf\u{e9}", "cafe\u{301}"),
        ("stra\u{df}e", "STRASSE"),
        ("\u{212a}", "k"),
    ] {
        let repo = Repo::with(&[]);
        repo.write(Path::new("dist").join(first), "1");
        repo.write(Path::new("dist").join(second), "2");
        let run = repo.run(&["seal", "dist", "--root", "dist"]);
        assert_eq!(run.code, 0, "{run:#?}");
        let both = [first, second].map(|path| path.split('/').next().unwrap());
        let warned = run.stderr.lines().any(|line| {
            line.starts_with("warning: dist: ")
                && both.iter().all(|name| line.contains(name))
                && line.contains("are one name where case or Unicode form is ignored")
        });
        assert!(warned, "{run:#?}");
        seals(&repo, &["check"]);
    }
    let repo = made();
    assert_eq!(repo.run(&["seal", "dist"]).stderr, "");
}

#[test]
fn many_runs_at_once_leave_one_good_seal() {
    const RUNS: usize = 12;
    let repo = made();
    for round in 0..3 {
        repo.write("dist/app.js", format!("round {round}"));
        let start = |number: usize| {
            let arguments = if number % 3 == 2 { &["fmt"][..] } else { &["seal", "dist"] };
            let mut command = repo.command(arguments);
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
            command.spawn().unwrap()
        };
        let running: Vec<_> = (0..RUNS).map(start).collect();
        for child in running {
            let output = child.wait_with_output().unwrap();
            assert!(output.status.success(), "{output:?}");
        }
        let names: Vec<_> =
            fs::read_dir(repo.at("seals")).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(names, ["dist.toml"]);
        assert!(repo.read("seals/dist.toml").contains(&line(
            "app.js",
            "file",
            &format!("round {round}")
        )));
        seals(&repo, &["check"]);
    }
}

#[test]
fn new_seals_made_at_once_are_all_there() {
    let repo = made();
    let make = |number: usize| {
        let mut command = repo.command(&["seal", &format!("n{number}"), "--root", "dist"]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let running: Vec<_> = (0..8).map(make).collect();
    for child in running {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{output:?}");
    }
    assert!(seals(&repo, &["check"]).starts_with("PASS  9 seals"));
}

#[test]
fn the_mode_of_a_seal_is_kept() {
    for mode in [0o600, 0o640, 0o664, 0o755] {
        let repo = made();
        let path = repo.at("seals/dist.toml");
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        repo.write("dist/app.js", "changed");
        seals(&repo, &["seal", "dist"]);
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o7777, mode);
        repo.write("seals/dist.toml", repo.read("seals/dist.toml").replace("[]", "[ ]"));
        seals(&repo, &["fmt"]);
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o7777, mode);
    }
}

#[test]
fn a_seal_that_others_link_to_is_replaced_and_not_written_into() {
    let repo = made();
    let old = repo.read("seals/dist.toml");
    fs::hard_link(repo.at("seals/dist.toml"), repo.at("kept")).unwrap();
    repo.write("dist/app.js", "changed");
    seals(&repo, &["seal", "dist"]);
    assert_eq!(repo.read("kept"), old);
    assert_ne!(repo.read("seals/dist.toml"), old);
}

#[test]
fn a_pattern_added_by_hand_takes_its_entries_out_and_touches_no_digest() {
    let repo = Repo::with(&[("dist/app.js", "app"), ("dist/app.js.map", "map"), ("dist/b", "b")]);
    seals(&repo, &["seal", "dist", "--root", "dist"]);
    let seal = repo.read("seals/dist.toml");
    let edited = seal.replace("exclude = []", "exclude = [\"*.map\"]");
    repo.write("seals/dist.toml", &edited);
    repo.write("dist/b", "changed meanwhile");
    let says =
        "next: if the pattern is meant, `sealgate fmt dist` removes the entries that it covers";
    refused(&repo, &["check"], says);
    let said = seals(&repo, &["fmt"]);
    assert!(said.contains("exclude covered, and removed: app.js.map"), "{said}");
    let canonical = seal
        .replace("exclude = []", "exclude = [\n  \"*.map\",\n]")
        .replace(&line("app.js.map", "file", "map"), "");
    assert_eq!(repo.read("seals/dist.toml"), canonical);
    let run = repo.run(&["check"]);
    assert!(run.code == 1 && run.stdout.contains("modified      b "), "{run:#?}");
}

#[test]
fn a_seal_that_is_broken_is_written_anew_only_with_what_that_changes_told() {
    let repo = Repo::with(&[("dist/app.js", "app"), ("dist/b", "b"), ("dist/c", "c")]);
    seals(&repo, &["seal", "dist", "--root", "dist"]);
    let seal = repo.read("seals/dist.toml");
    repo.write("dist/b", "changed meanwhile");
    let broken = [
        // An entry that an edit broke, one side of a conflict, and a file that was cut off.
        seal.replace("\"c\" = \"file 1 ", "\"c\" = \"file one "),
        format!("{seal}<<<<<<< ours\n{}=======\n>>>>>>> theirs\n", line("c", "file", "ours")),
        seal[..seal.len() - 10].to_owned(),
    ];
    for text in broken {
        repo.write("seals/dist.toml", &text);
        let said = seals(&repo, &["seal", "dist"]);
        assert!(said.contains("\n  changed  b"), "{said}");
        assert!(!said.contains("app.js"), "{said}");
        assert!(said.contains("the old seal was broken: compared with the lines of it"), "{said}");
        seals(&repo, &["check"]);
    }
}

#[test]
fn what_leaves_out_and_what_takes_a_part_are_not_given_together() {
    let repo = made();
    for arguments in [
        &["seal", "dist", "--only", "app.js", "--exclude", "*.map"][..],
        &["seal", "new", "--root", "dist", "--only", "app.js", "--exclude", "*.map"],
    ] {
        let before = repo.contents();
        assert_eq!(repo.run(arguments).code, 2, "{arguments:?}");
        assert_eq!(repo.contents(), before, "{arguments:?}");
    }
}

#[test]
fn a_checkout_that_rewrote_a_seal_is_told_how_to_keep_that_from_happening() {
    let repo = made();
    let seal = repo.read("seals/dist.toml");
    repo.write("seals/dist.toml", seal.replace('\n', "\r\n"));
    refused(&repo, &["check"], "put a line for the seals directory into .gitattributes");
    seals(&repo, &["fmt"]);
    assert_eq!(repo.read("seals/dist.toml"), seal);
}

#[test]
fn a_root_that_is_a_repository_is_built_where_git_ignores_it() {
    // As a worktree of the branch that is published.
    for root in ["site", "site/docs"] {
        let repo = Repo::in_git();
        repo.write(".gitignore", "/site/\n");
        repo.write("site/docs/a.js", "1");
        repo.git(&["init", "--quiet", "site"]);
        let run = repo.run(&["seal", "site", "--root", root, "--exclude", "/.git"]);
        assert_eq!(run.code, 0, "{root}: {run:#?}");
        assert!(repo.read("seals/site.toml").contains("tracked = false"), "{root}");
        assert_eq!(repo.run(&["check"]).code, 0);
        // One that git does not ignore is kept nowhere, and there is nothing to leave out.
        repo.write(".gitignore", "");
        fs::remove_file(repo.at("seals/site.toml")).unwrap();
        let run = repo.run(&["seal", "site", "--root", root, "--exclude", "/.git"]);
        assert!(run.code == 2 && run.stderr.contains("to .gitignore, and seal again"), "{run:#?}");
    }
}
