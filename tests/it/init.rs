//! `sealgate init`: what it proposes, asks and writes; that a second run changes nothing; and that
//! a refusal writes nothing.

#![cfg(unix)]

use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::{Command, Stdio};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use crate::support;
use crate::support::{Repo, refused};

/// Runs git in the repository, which must end well, and gives what it printed.
#[track_caller]
fn git(repo: &Repo, arguments: &[&str]) -> String {
    let mut git = Command::new("git");
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("GIT_") {
            git.env_remove(name);
        }
    }
    git.envs([("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_SYSTEM", "/dev/null")]);
    git.args(["-c", "user.name=a", "-c", "user.email=a@b", "-C"]).arg(repo.root());
    let output = git.args(arguments).output().unwrap();
    assert!(output.status.success(), "git {arguments:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// A project with `dist/`, which git ignores, and `vendor/`, which it tracks.
fn project() -> Repo {
    Repo::once("", || {
        let repo = Repo::with(&[
            (".gitignore", "dist\n"),
            ("dist/app.js", "app"),
            ("vendor/lib/one.c", "one\n"),
            ("vendor/two.c", "two\r\n"),
            ("src/app.js", "source\n"),
        ]);
        git(&repo, &["init", "-q"]);
        git(&repo, &["-c", "core.autocrlf=false", "add", "."]);
        repo
    })
}

#[track_caller]
fn inits(repo: &Repo, arguments: &[&str]) -> String {
    let run = repo.run(&[&["init"], arguments].concat());
    assert_eq!(run.code, 0, "{arguments:?}: {run:#?}");
    run.stdout
}

/// The names of the seals that there are.
fn seals(repo: &Repo) -> Vec<String> {
    let names = fs::read_dir(repo.at("seals")).unwrap();
    let mut names: Vec<_> =
        names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// The action of a release, as a user names it.
const ACTION: &str = "--action=seal-gate/sealgate@0123456789abcdef0123456789abcdef01234567 # v1";
const USES: &str =
    "        uses: seal-gate/sealgate@0123456789abcdef0123456789abcdef01234567 # v1\n";

const HOOK: &str = ".git/hooks/pre-push";
const CHECK: &str = ".github/workflows/sealgate.yml";
const REHEARSAL: &str = ".github/workflows/seal-rehearsal.yml";

#[test]
fn what_is_proposed_is_sealed_protected_and_checked_in_a_workflow() {
    let repo = project();
    let said = inits(&repo, &["--yes", "--build", "npm run build", ACTION]);
    assert_eq!(seals(&repo), ["dist.toml", "vendor.toml"]);
    assert!(repo.read("seals/dist.toml").contains("tracked = false"));
    assert!(repo.read("seals/vendor.toml").contains("tracked = true"));
    assert_eq!(repo.read(".gitattributes"), "/seals/** -text\n/dist/** -text\n/vendor/** -text\n");
    assert!(repo.read(CHECK).ends_with("        with:\n          rebuild: true\n"));
    assert!(repo.read("seals/dist.toml").contains("build = \"npm run build\""));
    assert!(!repo.read("seals/vendor.toml").contains("build"), "nobody builds what is copied");
    assert!(!repo.at(REHEARSAL).exists());
    assert!(said.contains("git add .gitattributes .github/workflows/sealgate.yml seals/dist.toml"));
    assert!(said.contains("git commit -m 'Seal dist, vendor'"), "{said}");
    assert_eq!(repo.run(&["check"]).code, 0);
    // The commands that it prints are taken as they stand.
    git(&repo, &["add", ".gitattributes", CHECK, "seals/dist.toml", "seals/vendor.toml"]);
    git(&repo, &["commit", "-qm", "sealed"]);
    assert_eq!(repo.run(&["check"]).code, 0);
}

#[test]
fn a_second_run_changes_nothing() {
    let cases: [&[&str]; 8] = [
        &["--yes"],
        &["--yes", ACTION],
        &["--yes", "--build", "make", ACTION],
        &["--root", "dist"],
        &["--root", "vendor", "--root", "dist", "--root", "vendor/../dist"],
        &["--root", "dist", "--workflow", "rehearsal", "--build", "make", ACTION],
        &["--yes", "--workflow", "none"],
        &["--root", "vendor", "--workflow", "check", ACTION],
    ];
    for arguments in cases {
        let repo = project();
        // Without the CRLF, `text=auto` would rewrite nothing: it is not set unasked all the same.
        repo.write("vendor/two.c", "two\n");
        git(&repo, &["add", "."]);
        inits(&repo, arguments);
        assert!(repo.read(".gitattributes").starts_with("/seals/** -text\n"), "{arguments:?}");
        let before = repo.contents();
        for _ in 0..2 {
            let said = inits(&repo, arguments);
            assert!(said.contains("nothing to do"), "{arguments:?}: {said}");
            assert_eq!(repo.contents(), before, "{arguments:?}");
        }
    }
}

#[test]
fn directories_are_told_by_their_name_and_by_what_git_makes_of_them() {
    let ignored =
        ["a/dist", "a/b/dist", "build", "out", "public", "_site", "generated", ".out/dist"];
    let tracked = ["c/gen", "d/__generated__", "third_party", "third-party", "e/vendor"];
    let passed_over = [
        "a/b/c/dist",
        "node_modules/x/dist",
        "target/dist",
        "venv/dist",
        "tests/dist",
        "fixtures/vendor",
        "seals/dist",
        "f/vendor",
        "g/build",
        "h/dist",
        "elsewhere/dist",
    ];
    let repo = Repo::with(&[("src/dist.js", "no directory")]);
    git(&repo, &["init", "-q"]);
    git(&repo, &["init", "-q", "elsewhere"]);
    for path in ignored.iter().chain(&tracked).chain(&passed_over) {
        if *path != "seals/dist" {
            repo.write(format!("{path}/file"), path);
        }
    }
    // What lies in one of them is under seal with it.
    repo.write("e/vendor/dist/file", "");
    symlink("a", repo.at("link")).unwrap();
    symlink("a/dist", repo.at("dist")).unwrap();
    fs::create_dir_all(repo.at("i/dist/empty")).unwrap();
    // What git ignores counts for some names, what it tracks for others, and what is neither for none.
    let rules = ignored.iter().chain(&["f/vendor", "elsewhere"]).map(|path| format!("/{path}/\n"));
    repo.write(".gitignore", rules.collect::<String>() + "venv\nnode_modules\ntarget\ntests\n");
    git(&repo, &["add", ".gitignore", "src", "g", "fixtures"]);
    git(&repo, &[&["add"], &tracked[..]].concat());
    inits(&repo, &["--yes", "--workflow", "none"]);
    assert_eq!(
        seals(&repo),
        [
            "a-b-dist.toml",
            "a-dist.toml",
            "build.toml",
            "c-gen.toml",
            "d-__generated__.toml",
            "e-vendor.toml",
            "generated.toml",
            "out.toml",
            "public.toml",
            "site.toml",
            "third-party.toml",
            "third_party.toml",
        ]
    );
    assert_eq!(repo.run(&["check"]).code, 0);
}

#[test]
fn what_git_ignores_by_a_file_that_is_not_checked_out_is_ignored() {
    let repo = Repo::in_git();
    repo.write("src/x", "x");
    repo.write("web/.gitignore", "dist/\n");
    git(&repo, &["add", "."]);
    git(&repo, &["commit", "--quiet", "-m", "x"]);
    git(&repo, &["sparse-checkout", "set", "src"]);
    repo.write("web/dist/app.js", "built");
    inits(&repo, &["--yes", "--workflow", "none"]);
    assert_eq!(seals(&repo), ["web-dist.toml"]);
}

#[test]
fn lines_are_added_only_where_git_says_that_they_are_needed() {
    // What stands there, and what is added for `vendor` and the seals.
    let cases = [
        ("", "/seals/** -text\n/vendor/** -text\n"),
        ("* -text\n", ""),
        ("* text=auto\n/seals/** -text", "\n/vendor/** -text\n"),
        ("vendor/** -text\nseals/* binary\n", ""),
        ("*.c -crlf\r\n# end\r\n", "/seals/** -text\r\n"),
        ("* eol=lf", "\n/seals/** -text\n/vendor/** -text\n"),
    ];
    for (there, added) in cases {
        let repo = project();
        if !there.is_empty() {
            repo.write(".gitattributes", there);
        }
        let said = inits(&repo, &["--root", "vendor"]);
        let rewrote = there.starts_with("* text=auto") || there.starts_with("* eol");
        assert_eq!(said.contains("git add --renormalize -- vendor\n"), rewrote, "{said}");
        let now = fs::read_to_string(repo.at(".gitattributes")).unwrap_or_default();
        assert_eq!(now, format!("{there}{added}"), "{there:?}");
        for path in ["seals/vendor.toml", "vendor/lib/one.c"] {
            let said = git(&repo, &["check-attr", "text", "crlf", "--", path]);
            assert!(said.contains(": unset"), "{there:?}: {said}");
        }
    }
}

#[test]
fn attributes_that_came_with_a_library_are_pointed_out_and_not_written_over() {
    let repo = project();
    repo.write("vendor/lib/.gitattributes", "*.c text\n");
    git(&repo, &["add", "."]);
    for run in [repo.run(&["init", "--root", "vendor"]), repo.run(&["init", "--root", "vendor"])] {
        assert_eq!(run.code, 0, "{run:#?}");
        assert!(run.stderr.contains("rewrite some in vendor: see sealgate doctor"), "{run:#?}");
    }
    assert_eq!(repo.read("vendor/lib/.gitattributes"), "*.c text\n");
    assert_eq!(repo.read(".gitattributes"), "/seals/** -text\n/vendor/** -text\n");
}

#[test]
fn roots_of_odd_names_are_sealed_and_protected() {
    let names = [
        "a b",
        "it's",
        "[x]*?",
        "#!",
        "we\"ird",
        "\u{e9}\u{202e}",
        "new\nline",
        "tab\t",
        " edge ",
        "-x",
        "deep/policy",
        ":(top)",
        "{a,b}",
        "!no",
        "\u{1b}[31m",
    ];
    let repo = Repo::with(&[]);
    git(&repo, &["init", "-q"]);
    let mut arguments = vec!["init".to_owned()];
    for name in names {
        repo.write(format!("{name}/sub/file"), name);
        arguments.push(format!("--root=./{name}"));
    }
    git(&repo, &["add", "."]);
    let run = repo.run(&arguments);
    assert_eq!(run.code, 0, "{run:#?}");
    assert!(!run.stdout.contains(['\u{1b}', '\u{202e}', '\t']), "{run:#?}");
    for name in names {
        let said = git(&repo, &["check-attr", "-z", "text", "--", &format!("{name}/sub/file")]);
        assert!(said.ends_with("text\0unset\0"), "{name:?}: {said:?}");
        let said = git(&repo, &["check-attr", "-z", "text", "--", "ab/sub/file"]);
        assert!(said.ends_with("text\0unspecified\0"), "{said:?}");
    }
    assert_eq!(seals(&repo).len(), names.len());
    assert_eq!(repo.run(&["check"]).code, 0);
    let before = repo.contents();
    assert_eq!(repo.run(&arguments).code, 0);
    assert_eq!(repo.contents(), before);
}

#[test]
fn the_whole_repository_can_be_a_root() {
    let repo = Repo::with(&[("a", "a"), ("b/c", "c")]);
    git(&repo, &["init", "-q"]);
    git(&repo, &["add", "."]);
    inits(&repo, &["--root", "."]);
    assert_eq!(seals(&repo), ["repo.toml"]);
    let said = git(&repo, &["check-attr", "text", "--", "b/c", "a", "seals/repo.toml"]);
    assert_eq!(said.matches(": unset").count(), 3, "{said}");
    let before = repo.contents();
    inits(&repo, &["--root", "."]);
    assert_eq!(repo.contents(), before);
}

#[test]
fn a_workflow_runs_the_build_as_it_was_typed_and_only_reads() {
    let installs = [
        "npm ci",
        "npm ci 'a: b' & d | e > f \"g\" \\ %!*@`h`",
        "npm ci - x: [y, {z}]",
        "npm ci a::b ##[x]",
    ];
    for (workflow, file) in [("check", CHECK), ("rehearsal", REHEARSAL)] {
        for install in installs {
            let repo = project();
            let flag = format!("--build={install} && mkdir dist && printf app >dist/app.js");
            inits(&repo, &["--root", "dist", "--workflow", workflow, &flag, ACTION]);
            let text = repo.read(file);
            let (before, after) = text.split_once("        run: |\n").unwrap();
            assert_eq!(after.lines().next().unwrap().strip_prefix("          "), Some(install));
            assert!(
                !text.contains('\t') && before.contains("permissions:\n  contents: read\njobs")
            );
            assert!(
                before.contains("          persist-credentials: false\n          fetch-depth: 0\n")
            );
            let end = format!("{USES}        with:\n          rebuild: true\n");
            assert!(after.ends_with(&end), "{after}");
            assert!(!text.contains("OWNER") && !text.contains("SHA"), "{text}");
            assert!(!text.contains("write"), "{text}");
            let anywhere = before.contains("pull_request:") || before.contains("merge_group:");
            assert_eq!(anywhere, workflow == "check");
            let rehearses = before.contains("push:\n    branches: [\"seal-rehearsal/**\"]\n");
            assert_eq!(rehearses, workflow == "rehearsal");
            assert_eq!(before.contains("It authorises nothing"), workflow == "rehearsal");
        }
    }
}

#[test]
fn a_workflow_that_is_there_stays_as_it_is() {
    let repo = project();
    let arguments = ["--root", "dist", "--workflow", "check", "--build", "make", ACTION];
    inits(&repo, &arguments);
    let filled = repo.read(CHECK).replace("seal-gate/sealgate@", "a/sealgate@");
    let filled = filled.replace("[main, master]", "[trunk]");
    for (text, says) in [(filled.as_str(), ""), ("name: mine\n", "stays as it is")] {
        repo.write(CHECK, text);
        let run = repo.run(&[&["init"], &arguments[..]].concat());
        assert_eq!(run.code, 0, "{run:#?}");
        assert_eq!(run.stderr.contains("stays as it is"), !says.is_empty(), "{run:#?}");
        assert_eq!(repo.read(CHECK), text);
    }
}

#[test]
fn it_works_from_below_and_for_another_seals_directory() {
    let repo = project();
    let mut command = repo.command(&["init", "--root", "../dist", "--seals", "ci/my seals"]);
    command.current_dir(repo.at("src"));
    let run = support::run(command);
    assert_eq!(run.code, 0, "{run:#?}");
    assert!(
        run.stdout.contains("git -C .. add .gitattributes 'ci/my seals/dist.toml'"),
        "{run:#?}"
    );
    assert_eq!(repo.read(".gitattributes"), "\"/ci/my seals/**\" -text\n/dist/** -text\n");
    assert_eq!(repo.run(&["check", "--seals", "ci/my seals"]).code, 0);
}

#[test]
fn what_cannot_be_done_is_refused_and_nothing_is_written() {
    type Prepare = fn(&Repo);
    let cases: [(&[&str], &str, Prepare); 26] = [
        (&[], "to ask questions\n  next: sealgate init --root dist --root vendor; or take", |_| {}),
        (&[], "name what is to be under seal: sealgate init --root DIR", |repo| {
            fs::remove_dir_all(repo.at("dist")).unwrap();
            fs::remove_dir_all(repo.at("vendor")).unwrap();
        }),
        (&["--yes"], "no directory here looks like build artifacts", |repo| {
            fs::remove_dir_all(repo.at("dist")).unwrap();
            fs::remove_dir_all(repo.at("vendor")).unwrap();
        }),
        (&["--yes"], "git neither tracks all of dist nor ignores it", |repo| {
            fs::remove_dir_all(repo.at("vendor")).unwrap();
            fs::remove_file(repo.at(".gitignore")).unwrap();
        }),
        (&["--root", "dist", "--workflow", "check", ACTION], "must build dist first", |_| {}),
        (&["--yes", "--workflow", "rehearsal", ACTION], "must build dist first", |_| {}),
        (
            &["--yes", "--workflow", "check"],
            "does not know which action runs it\n  next: name it, by the full id of a commit that you \
             trust: --action OWNER/REPO@SHA",
            |_| {},
        ),
        (&["--yes", "--build", ""], "--build: it is empty", |_| {}),
        (&["--yes", "--build", "a\nb"], "--build: it holds a line break", |_| {}),
        (&["--yes", "--build", "a\u{2028}b"], "--build: it holds a line break", |_| {}),
        (&["--yes", "--build", "${{ x }}"], "--build: GitHub replaces", |_| {}),
        (&["--yes", "--seals", "s", "--workflow", "check"], "seals in seals/ and no", |_| {}),
        (&["--root", "nowhere"], "there is nothing at nowhere", |_| {}),
        (&["--root", ".."], "is outside the repository", |_| {}),
        (&["--root", ".git"], "git's own directory is no artifact", |_| {}),
        (&["--root", "seals"], "the root and the seals directory overlap", |_| {}),
        (&["--root", "src/app.js"], "src/app.js is not a directory", |_| {}),
        (&["--root", "dist", "--root", "new"], "git neither tracks nor ignores what is", |repo| {
            repo.write("new/file", "");
        }),
        (&["--root", "dist", "--root", "vendor"], "seal that directory by hand", |repo| {
            symlink("/etc", repo.at("dist/out")).unwrap();
        }),
        (&["--yes"], "seals/x does not belong|seals/x", |repo| repo.write("seals/x", "")),
        (&["--yes"], "seals/broken.toml", |repo| repo.write("seals/broken.toml", "x")),
        (&["--yes"], "error: .gitattributes", |repo| {
            symlink("elsewhere", repo.at(".gitattributes")).unwrap();
        }),
        (&["--yes"], "it is read-only", |repo| {
            repo.write(".gitattributes", "x\n");
            let read_only = fs::Permissions::from_mode(0o444);
            fs::set_permissions(repo.at(".gitattributes"), read_only).unwrap();
        }),
        (
            &["--yes", "--build", "make", ACTION],
            "is a symbolic link, which is never followed",
            |repo| {
                fs::create_dir_all(repo.at("elsewhere/workflows")).unwrap();
                symlink("elsewhere", repo.at(".github")).unwrap();
            },
        ),
        (&["--yes", "--build", "make", ACTION], "it is no plain file", |repo| {
            fs::create_dir_all(repo.at(CHECK)).unwrap();
        }),
        (&["--yes", "--threads", "0"], "--threads", |_| {}),
    ];
    for (arguments, says, prepare) in cases {
        let repo = project();
        prepare(&repo);
        let arguments = [&["init"], arguments].concat();
        if arguments.contains(&"--threads") {
            let before = repo.contents();
            let run = repo.run(&arguments);
            assert_eq!((run.code, repo.contents()), (2, before));
            assert!(run.stderr.contains(says), "{run:#?}");
        } else {
            refused(&repo, &arguments, says.split('|').next_back().unwrap());
        }
    }
}

#[test]
fn where_git_has_no_working_tree_and_in_ci_nothing_is_written() {
    for command in [&["init", "--yes"][..], &["doctor"]] {
        let repo = Repo::with(&[("dist/app.js", "app")]);
        refused(&repo, command, "this is no git repository");
        git(&repo, &["init", "-q", "--bare", "bare.git"]);
        let in_bare = [&["-C", "bare.git"], command].concat();
        refused(&repo, &in_bare, "this repository is bare");
        git(&repo, &["init", "-q"]);
        refused(&repo, &in_bare, "this repository is bare");
        git(&repo, &["config", "core.bare", "true"]);
        refused(&repo, command, "this repository is bare");
        for flag in ["--hook", "--nonsense", "stray"] {
            let before = repo.contents();
            let run = repo.run(&[command, &[flag]].concat());
            assert_eq!((run.code, repo.contents()), (2, before), "{run:#?}");
        }
    }
    let repo = project();
    let before = repo.contents();
    for (arguments, code) in [(&["init", "--yes"][..], 2), (&["init", "--yes", "--allow-ci"], 0)] {
        let mut command = repo.command(arguments);
        command.env("CI", "true");
        let run = support::run(command);
        assert_eq!(run.code, code, "{run:#?}");
        assert_eq!(repo.contents() == before, code == 2);
    }
}

#[test]
fn the_hook_is_installed_where_it_is_asked_for_and_can_be() {
    let repo = project();
    let init = ["init", "--root", "dist", "--hook"];
    for said in ["dist: sealed 1 entry", "nothing to do"] {
        let run = repo.run(&init);
        assert_eq!(run.code, 0, "{run:#?}");
        assert!(run.stdout.contains(said), "{run:#?}");
        assert!(repo.read(HOOK).contains("sealgate"));
    }
    let before = repo.contents();
    assert_eq!(repo.run(&init).code, 0);
    assert_eq!(repo.contents(), before);

    let repo = project();
    git(&repo, &["config", "core.hooksPath", "hooks"]);
    refused(&repo, &init, "core.hooksPath makes git take hooks from");
}

/// Runs `init` on a terminal at which `typed` was typed.
fn on_a_terminal(repo: &Repo, arguments: &[&str], typed: &str) -> (Option<i32>, String) {
    typed_at_a_terminal(repo, &[&["init"], arguments].concat(), typed)
}

/// Runs `arguments` on a terminal at which `typed` was typed, and gives the exit code and what was
/// shown there on stderr.
pub(crate) fn typed_at_a_terminal(
    repo: &Repo,
    arguments: &[&str],
    typed: &str,
) -> (Option<i32>, String) {
    let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&terminal).unwrap();
    unlockpt(&terminal).unwrap();
    let name = ptsname(&terminal, Vec::new()).unwrap();
    let name = Path::new(name.to_str().unwrap());
    let side = || fs::File::options().read(true).write(true).open(name).unwrap();
    let mut command = repo.command(arguments);
    command.stdin(side()).stderr(side()).stdout(Stdio::null());
    let mut child = command.spawn().unwrap();
    // It holds copies of the other side, without which the terminal would never end.
    drop(command);
    let mut terminal = fs::File::from(terminal);
    terminal.write_all(typed.as_bytes()).unwrap();
    let mut shown = Vec::new();
    // Linux says that the other side is gone by an error.
    let _ = terminal.read_to_end(&mut shown);
    (child.wait().unwrap().code(), String::from_utf8_lossy(&shown).into_owned())
}

#[test]
fn on_a_terminal_it_asks_what_no_flag_states() {
    let repo = project();
    repo.write("vendor/two.c", "two\n");
    git(&repo, &["add", "."]);
    let action = ACTION.split_once('=').unwrap().1;
    let typed = format!("dits\n1,9\n1\n\nOWNER/x@SHA\n{action}\nnpm run build\nno\nyes\n");
    let (code, shown) = on_a_terminal(&repo, &[], &typed);
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.contains("  there is nothing at dits"), "{shown}");
    assert!(shown.contains("  there is no such number"), "{shown}");
    assert!(shown.contains("  write OWNER/REPO@SHA: who publishes"), "{shown}");
    assert!(repo.read(CHECK).contains(USES));
    assert!(shown.contains("  1  dist  1 file, 3 B; git ignores it: it is built"), "{shown}");
    assert!(
        shown.contains("The command that builds dist (empty: none, and no workflow): "),
        "{shown}"
    );
    assert_eq!(seals(&repo), ["dist.toml"]);
    assert_eq!(repo.read(".gitattributes"), "/seals/** -text\n/dist/** -text\n");
    assert!(repo.read(CHECK).contains("          rebuild: true\n"));
    assert!(repo.read("seals/dist.toml").contains("build = \"npm run build\""));
    assert!(repo.read(HOOK).contains("sealgate"), "the hook");
    fs::remove_file(repo.at(HOOK)).unwrap();

    let (code, shown) = on_a_terminal(&repo, &["--workflow", "none"], "vendor\nyes\nno\n");
    assert_eq!(code, Some(0), "{shown}");
    assert!(!shown.contains("Write a workflow"), "{shown}");
    assert!(!repo.at(HOOK).exists(), "no hook");
    assert_eq!(seals(&repo), ["dist.toml", "vendor.toml"]);
    assert!(repo.read(".gitattributes").starts_with("* text=auto eol=lf\n/seals/** -text\n"));

    let before = repo.contents();
    let (code, shown) = on_a_terminal(&repo, &[], "");
    assert_eq!(code, Some(0), "{shown}");
    assert_eq!(repo.contents(), before);
}

/// A project with a committed `dist`, and no file that says how it is built.
fn bare() -> Repo {
    let repo = Repo::with(&[("src/app.js", "app\n"), ("dist/app.js", "app\n")]);
    git(&repo, &["init", "-q"]);
    git(&repo, &["add", "."]);
    git(&repo, &["commit", "-qm", "x"]);
    repo
}

/// The end of a workflow that builds again with the sealgate of its runner.
const BY_RUNNER: &str = "      - name: Build again, and compare
        # The sealgate that this runner has: install it in a step above, or on the runner.
        run: sealgate rebuild
      - name: Judge the seals
        run: sealgate check --base auto
";

#[test]
fn on_a_terminal_empty_answers_end_the_questions() {
    // Nothing but the return key: the program of the runner, and no build command.
    let repo = bare();
    let (code, shown) = on_a_terminal(&repo, &[], "\n\n\n\n\nno\n");
    assert_eq!(code, Some(0), "{shown}");
    let action = "The action that the workflow runs, as OWNER/REPO@SHA (empty: the sealgate that the \
                  runner has; none: no workflow): ";
    for question in [action, "The command that builds dist (empty: none): "] {
        assert_eq!(shown.matches(question).count(), 1, "{question}: {shown}");
    }
    assert!(!repo.read("seals/dist.toml").contains("build ="));
    let check = "      - name: sealgate
        # The sealgate that this runner has: install it in a step above, or on the runner.
        run: sealgate check --base auto
";
    assert!(repo.read(CHECK).ends_with(check), "{}", repo.read(CHECK));

    // A command, which is proved before it is sealed.
    let repo = bare();
    let typed = "\n\n\nmkdir dist && cp src/app.js dist\n\nno\n";
    let (code, shown) = on_a_terminal(&repo, &[], typed);
    assert_eq!(code, Some(0), "{shown}");
    assert!(repo.read("seals/dist.toml").contains("build = \"mkdir dist && cp src/app.js dist\""));
    assert!(repo.read(CHECK).ends_with(BY_RUNNER), "{}", repo.read(CHECK));
    assert_eq!(repo.run(&["rebuild"]).code, 0);

    // A workflow that cannot build what git ignores is not written.
    let repo = project();
    let (code, shown) = on_a_terminal(&repo, &[], "1\n\n\n\nno\nno\n");
    assert_eq!(code, Some(0), "{shown}");
    assert!(
        shown.contains("The command that builds dist (empty: none, and no workflow): "),
        "{shown}"
    );
    assert!(!repo.at(CHECK).exists());
    assert_eq!(seals(&repo), ["dist.toml"]);

    // What the project says is not asked for.
    let repo = package("mkdir dist && cp src/app.js dist");
    let (code, shown) = on_a_terminal(&repo, &[], "\n\n\n\nno\n");
    assert_eq!(code, Some(0), "{shown}");
    assert!(!shown.contains("The command that builds"), "{shown}");
    assert!(repo.read(CHECK).ends_with(BY_RUNNER), "{}", repo.read(CHECK));
}

#[test]
fn answers_that_end_too_early_leave_everything_as_it_was() {
    for typed in [
        "\u{4}",
        "7\n\u{4}",
        "\n\u{4}",
        "1\ncheck\n\u{4}",
        "1\ncheck\nnone\n\u{4}",
        "1\ncheck\nnone\n\nno\n\u{4}",
        "1\ncheck\n\n\u{4}",
        "1\ncheck\na/b\n\u{4}",
        "1\ncheck\na/b@0123456789abcdef0123456789abcdef01234567\nmake\n\u{4}",
        "1\ncheck\na/b@0123456789abcdef0123456789abcdef01234567\nmake\nyes\n\u{4}",
    ] {
        let repo = project();
        repo.write("vendor/two.c", "two\n");
        git(&repo, &["add", "."]);
        let before = repo.contents();
        let (code, shown) = on_a_terminal(&repo, &[], typed);
        assert_eq!(code, Some(2), "{typed:?}: {shown}");
        assert!(shown.contains("was not answered, and nothing was written"), "{typed:?}: {shown}");
        assert_eq!(repo.contents(), before, "{typed:?}");
    }
}

/// A project with a committed `dist` and the npm script `build`, which is a line of shell.
fn package(build: &str) -> Repo {
    let package = serde_json::json!({"scripts": {"build": build}}).to_string();
    let repo = Repo::with(&[
        ("package.json", &package),
        ("package-lock.json", "{}"),
        ("src/app.js", "app\n"),
        ("dist/app.js", "app\n"),
    ])
    .with_npm();
    git(&repo, &["init", "-q"]);
    git(&repo, &["add", "."]);
    git(&repo, &["commit", "-qm", "x"]);
    repo
}

#[test]
fn the_command_of_the_project_is_found_and_proved_before_anything_is_sealed() {
    let repo = package("mkdir dist && cp src/app.js dist");
    let run = repo.run(&["init", "--yes", ACTION]);
    assert_eq!(run.code, 0, "{run:#?}");
    assert!(!run.stderr.contains("other bytes"), "{run:#?}");
    assert!(run.stderr.contains("dist is built by `npm run build` (package.json)"), "{run:#?}");
    assert!(run.stdout.contains("dist: built twice, the same bytes"), "{run:#?}");
    assert!(repo.read(CHECK).contains("        run: |\n          npm ci\n"));
    assert_eq!(repo.run(&["rebuild"]).code, 0);

    // It is written again for the seals that are there.
    let written = repo.read(CHECK);
    fs::remove_file(repo.at(CHECK)).unwrap();
    assert_eq!(repo.run(&["init", "--yes", ACTION]).code, 0);
    assert_eq!(repo.read(CHECK), written);

    // What differs with each build is named, and not sealed; what was there is back.
    let repo = package("mkdir dist && date +%N >dist/app.js");
    let run = repo.run(&["init", "--yes"]);
    assert_eq!(run.code, 2, "{run:#?}");
    assert!(run.stdout.contains("two builds differ") && run.stdout.contains("app.js"), "{run:#?}");
    assert!(!repo.at("seals").exists() && !repo.at(CHECK).exists());
    assert_eq!(repo.read("dist/app.js"), "app\n");

    // A build that fails here proves nothing, and says so.
    let repo = package("exit 1");
    let run = repo.run(&["init", "--yes"]);
    assert_eq!(run.code, 0, "{run:#?}");
    assert!(run.stderr.contains("nothing proves that the build makes it"), "{run:#?}");
    assert_eq!(repo.read("dist/app.js"), "app\n");
}

#[test]
fn a_seal_that_was_there_gets_the_command_that_is_stated() {
    let repo = package("mkdir dist && cp src/app.js dist");
    assert_eq!(repo.run(&["seal", "dist", "--root", "dist"]).code, 0);
    let said = inits(&repo, &["--yes", "--build", "npm ci && npm run build", ACTION]);
    assert!(said.contains("dist: built by npm run build in seals/dist.toml"), "{said}");
    assert!(
        repo.read(CHECK).contains("          npm ci\n      - name: Build again, and compare\n")
    );
    assert_eq!(repo.run(&["rebuild"]).code, 0);
}

#[test]
fn a_root_that_was_stale_is_added_with_its_seal() {
    let repo = package("mkdir dist && cp src/app.js dist/new.js");
    let run = repo.run(&["init", "--yes", ACTION]);
    assert_eq!(run.code, 0, "{run:#?}");
    let says = "dist: the build made other bytes than those that lay there: 1 entry differs; see them \
                with git diff -- ':/dist'";
    assert!(run.stderr.contains(says), "{run:#?}");
    let printed: Vec<&str> = run.stdout.lines().filter(|line| line.starts_with("  git ")).collect();
    assert_eq!(
        printed,
        [
            "  git add -A -- .gitattributes .github/workflows/sealgate.yml seals/dist.toml dist",
            "  git commit -m 'Seal dist'"
        ]
    );
    git(&repo, &printed[0].split_whitespace().skip(1).collect::<Vec<_>>());
    git(&repo, &["commit", "-qm", "sealed"]);
    assert_eq!(repo.run(&["check", "--rev", "HEAD"]).code, 0);
}

#[test]
fn what_the_build_does_not_make_is_named_with_the_command_that_keeps_it() {
    let kept = |more: &[&str]| {
        let repo = package("mkdir dist && cp src/app.js dist");
        for path in more {
            repo.write(path, "by hand");
        }
        git(&repo, &["add", "."]);
        git(&repo, &["commit", "--allow-empty", "-qm", "x"]);
        let said = inits(&repo, &["--yes", ACTION]);
        (repo, said)
    };
    let (repo, said) = kept(&["dist/LICENSE", "dist/a b/c.txt"]);
    let next = "Next, when you have looked at them:
  # the build does not make dist/LICENSE, dist/a b/c.txt: the commit drops what is named
  # to keep that instead, outside of the seal:
  # git restore -- ':/dist/LICENSE' ':(top,literal)dist/a b/c.txt' && sealgate seal dist \
                --exclude '/a b/' --exclude /LICENSE
  git add -A -- .gitattributes .github/workflows/sealgate.yml seals/dist.toml dist
";
    assert!(said.contains(next), "{said}");
    let keep = said.lines().find_map(|line| line.strip_prefix("  # git restore")).unwrap();
    let ran = repo.paste(&format!("git restore{keep}"));
    assert_eq!(ran.code, 0, "{ran:#?}");
    git(&repo, &["add", "-A", "."]);
    git(&repo, &["commit", "-qm", "sealed"]);
    assert_eq!(repo.run(&["rebuild"]).code, 0);
    assert_eq!(repo.read("dist/LICENSE"), "by hand");
    assert_eq!(git(&repo, &["status", "--short"]), "");

    // Of many, some are named.
    let many: Vec<String> = (0..9).map(|at| format!("dist/kept/{at}.txt")).collect();
    let (_, said) = kept(&many.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(said.contains("dist/kept/7.txt and 1 more: the commit drops"), "{said}");
    assert!(!said.contains("# git restore"), "{said}");
    let (_, said) = kept(&[]);
    assert!(!said.contains("does not make"), "{said}");
}

#[test]
fn without_an_action_no_placeholder_is_written() {
    let repo = package("mkdir dist && cp src/app.js dist");
    let run = repo.run(&["init", "--yes"]);
    assert_eq!(run.code, 0, "{run:#?}");
    assert!(run.stderr.contains("the workflow runs the sealgate that its runner has"), "{run:#?}");
    assert!(repo.read(CHECK).ends_with(BY_RUNNER), "{}", repo.read(CHECK));
    without_placeholder(&repo);

    // What only checks is not worth a workflow that cannot run as it is.
    let repo = Repo::with(&[("dist/app.js", "app\n")]);
    git(&repo, &["init", "-q"]);
    git(&repo, &["add", "."]);
    git(&repo, &["commit", "-qm", "x"]);
    let run = repo.run(&["init", "--yes"]);
    assert_eq!(run.code, 0, "{run:#?}");
    assert!(!repo.at(CHECK).exists());
    let says = "no build command is known of dist, so nothing will notice a stale build; to state \
                one: sealgate seal dist --set-build CMD";
    assert!(run.stderr.contains(says), "{run:#?}");
    let says = "sealgate init --workflow check --action OWNER/REPO@SHA --yes";
    assert!(run.stderr.contains(says), "{run:#?}");
    inits(&repo, &["--workflow", "check", "--yes", ACTION]);
    assert!(repo.read(CHECK).contains(USES));
    without_placeholder(&repo);
}

fn without_placeholder(repo: &Repo) {
    for (path, content) in repo.contents() {
        let content = format!("{content:?}");
        assert!(!content.contains("OWNER") && !content.contains("@SHA"), "{}", path.display());
    }
}

#[test]
fn the_workflow_runs_for_the_default_branch_of_the_remote() {
    let repo = package("mkdir dist && cp src/app.js dist");
    git(&repo, &["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk"]);
    inits(&repo, &["--yes", ACTION]);
    assert!(repo.read(CHECK).contains("    branches: [trunk]\n"));
    let repo = package("mkdir dist && cp src/app.js dist");
    git(&repo, &["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/a+b"]);
    inits(&repo, &["--yes", ACTION]);
    assert!(repo.read(CHECK).contains("    branches: [main, master]\n"));
}

#[test]
fn many_directories_make_no_long_command() {
    let repo = Repo::with(&[(".gitignore", "dist\n")]);
    git(&repo, &["init", "-q"]);
    for number in 0..40 {
        repo.write(format!("packages/p{number}/dist/app.js"), "app");
    }
    let run = repo.run(&["init"]);
    assert_eq!(run.code, 2, "{run:#?}");
    assert!(run.stderr.contains("take all 40 directories that are proposed: sealgate init --yes"));
    let said = inits(&repo, &["--yes"]);
    assert!(said.contains("  git add .gitattributes seals\n"), "{said}");
    assert!(said.contains("  git commit -m 'Seal 40 directories'\n"), "{said}");
    assert!(said.lines().all(|line| line.len() < 200), "{said}");
    git(&repo, &["add", "."]);
    git(&repo, &["commit", "-qm", "sealed"]);
    for number in 40..60 {
        repo.write(format!("packages/p{number}/dist/app.js"), "app");
    }
    let doctor = repo.run(&["doctor"]);
    assert!(doctor.stdout.contains("    sealgate init --yes\n"), "{doctor:#?}");
}

#[test]
fn a_package_that_contains_the_seals_is_refused_until_they_are_left_out() {
    let pyproject =
        "[build-system]\nbuild-backend = \"hatchling.build\"\n[project]\nname = \"tool\"\n";
    let left_out = "[tool.hatch.build.targets.sdist]\nexclude = [\"/seals\"]\n";
    let repo = Repo::with(&[
        (".gitignore", "dist\n"),
        ("pyproject.toml", pyproject),
        ("dist/tool-1.0.tar.gz", "x"),
        ("dist/tool-1.0-py3-none-any.whl", "x"),
    ]);
    git(&repo, &["init", "-q"]);
    git(&repo, &["add", "."]);
    let says = "dist: tool-1.0.tar.gz contains the seals themselves (hatch packs seals/), so each new seal \
                makes another package\n  next: in pyproject.toml, below [tool.hatch.build.targets.sdist]: \
                exclude = [\"/seals\"]";
    refused(&repo, &["init", "--yes", "--workflow", "none"], says);
    assert_eq!(repo.run(&["seal", "dist", "--root", "dist"]).code, 0);
    let doctor = repo.run(&["doctor"]);
    assert!(doctor.stdout.contains("seal-in-package\n"), "{doctor:#?}");
    repo.write("pyproject.toml", format!("{pyproject}{left_out}"));
    assert!(!repo.run(&["doctor"]).stdout.contains("seal-in-package"));
    fs::remove_dir_all(repo.at("seals")).unwrap();
    let build = "mkdir dist && cat .gitattributes >dist/tool-1.0.tar.gz 2>&1 || true";
    let said = inits(&repo, &["--yes", "--workflow", "none", "--build", build]);
    assert_eq!(seals(&repo), ["dist.toml"]);
    // The package has what was written after it was built.
    assert!(said.contains("\n  sealgate rebuild dist --seal\n  git add "), "{said}");
    assert_eq!(repo.run(&["rebuild"]).code, 1);
    assert_eq!(repo.run(&["rebuild", "dist", "--seal"]).code, 0);
    assert_eq!(repo.run(&["rebuild"]).code, 0);
}
