//! `sealgate doctor`: that each weakness is told, and that the command it gives fixes it.

#![cfg(unix)]

use std::fs;

use serde_json::Value;

use crate::support;
use crate::support::{Repo, refused, shell, shell_in};

/// A repository in which there is nothing to fix: `dist` is built, `vendor` is kept in git.
pub(crate) fn sound() -> Repo {
    Repo::once("", || {
        let repo = Repo::with(&[
            (".gitignore", "dist\n"),
            (".gitattributes", "* text=auto eol=lf\n/seals/** -text\n/vendor/** -text\n"),
            (".github/CODEOWNERS", "* @all\n/seals/ @release\n/.github/ @release\n"),
            (".github/workflows/gate.yml", "name: sealgate\n"),
            ("dist/app.js", "app"),
            ("dist/two.js", "two"),
            ("vendor/lib/one.c", "one\n"),
            ("vendor/two.c", "two\r\n"),
            ("src/app.js", "source\n"),
        ]);
        shell(
            &repo,
            "git init -q; git add .; sealgate seal dist --root dist; sealgate seal vendor --root vendor
             git add .; git commit -qm first",
        );
        repo
    })
}

/// What `doctor` says, as data.
#[track_caller]
pub(crate) fn examined(repo: &Repo) -> Value {
    let run = repo.run(&["doctor", "--format", "json"]);
    assert_eq!(run.code, 0, "{run:#?}");
    serde_json::from_str(&run.stdout).unwrap()
}

pub(crate) fn codes(examined: &Value) -> Vec<&str> {
    let advice = examined["advice"].as_array().unwrap();
    advice.iter().map(|advice| advice["code"].as_str().unwrap()).collect()
}

/// A line of a fix. The commands that only a person may run are comments: they run here too.
fn without_mark(line: &str) -> &str {
    let approval = line.strip_prefix("# look at what changed, then approve it: ");
    let owners = line.contains("CODEOWNERS").then(|| line.strip_prefix("# ")).flatten();
    approval.or(owners).unwrap_or(line)
}

/// All the commands that `examined` gives.
fn fix(examined: &Value) -> String {
    let advice = examined["advice"].as_array().unwrap();
    let lines = advice.iter().flat_map(|advice| advice["fix"].as_array().unwrap());
    let lines: Vec<_> = lines.map(|line| without_mark(line.as_str().unwrap())).collect();
    lines.join("\n").replace("@OWNER", "@someone")
}

/// One way to weaken the gate.
struct Case {
    /// The commands that do so.
    breaks: &'static str,
    /// The advice that this gives.
    codes: &'static [&'static str],
    /// What only a person can do about it, before the commands that are given are run.
    person: &'static str,
}

const fn case(breaks: &'static str, codes: &'static [&'static str]) -> Case {
    Case { breaks, codes, person: "" }
}

const POINTER: &str =
    r"printf 'version https://git-lfs.github.com/spec/v1\noid sha256:%064d\nsize 9\n' 0 >";

const CASES: [Case; 49] = [
    // Attributes that rewrite.
    case("echo '/vendor/*.c text=auto' >> .gitattributes", &["root-rewritten"]),
    case("echo 'two.c eol=crlf' >> .gitattributes; sed -i 3d .gitattributes", &["root-rewritten"]),
    case("sed -i 's/\\r//' vendor/two.c; echo '*.c text' > vendor/.gitattributes; git add .; sealgate seal vendor", &["root-rewritten"]),
    case("printf '*.c ident' > vendor/lib/.gitattributes; git add .; sealgate seal vendor", &["root-rewritten"]),
    case("printf '*.c crlf=input\n*.c !text' > vendor/lib/.gitattributes; git add .; sealgate seal vendor", &["root-rewritten"]),
    case("printf '\n/vendor/lib/* filter=tidy ident' >> .gitattributes", &["root-rewritten"]),
    case("echo '/vendor/lib/* working-tree-encoding=UTF-16' >> .gitattributes", &["root-rewritten"]),
    case("mkdir -p .git/info; echo '/vendor/** text' > .git/info/attributes", &["root-rewritten"]),
    case(
        "sed -i 's/\\r//' vendor/two.c; printf '*.c text' > vendor/lib/.gitattributes
         printf '*.c text' > vendor/.gitattributes; git add .; sealgate seal vendor",
        &["root-rewritten"],
    ),
    // Attributes that do not tell.
    case("printf '/seals/** -text' > .gitattributes", &["root-unprotected"]),
    case("echo '/vendor/** -text' > .gitattributes", &["seals-unprotected"]),
    case("git rm -q .gitattributes", &["root-unprotected", "seals-unprotected"]),
    case("sed -i 2d .gitattributes", &["seals-unprotected"]),
    case("mkdir -p .git/info; printf 'seals/* text' > .git/info/attributes", &["seals-unprotected"]),
    // Configuration; where attributes leave nothing to it, it does not matter.
    case("git config core.autocrlf true; git config core.eol crlf", &[]),
    case("git config core.autocrlf true; sed -i 1d .gitattributes", &["core-autocrlf"]),
    case("git config core.autocrlf Input; sed -i 1d .gitattributes", &["core-autocrlf"]),
    case("git config core.autocrlf false; sed -i 1d .gitattributes", &[]),
    case("git config --global core.autocrlf yes; sed -i 1d .gitattributes", &["core-autocrlf"]),
    case("git config core.eol crlf; sed -i 's/ eol=lf//' .gitattributes", &["core-eol"]),
    case("git config core.eol lf; sed -i 's/ eol=lf//' .gitattributes", &[]),
    case("git config core.fileMode false", &["core-filemode"]),
    case("git config --global core.fileMode off", &[]),
    // Seals that reviewers are not shown.
    case("echo '/seals/* linguist-generated' >> .gitattributes", &["seals-hidden"]),
    case("echo '/seals/dist.toml linguist-generated=true' >> .gitattributes", &["seals-hidden"]),
    case("echo '*.toml -diff' >> .gitattributes", &["seals-hidden"]),
    case("echo '*.toml binary linguist-generated=false' >> .gitattributes", &["seals-hidden"]),
    // Owners.
    case("rm .github/CODEOWNERS", &["seals-unowned", "workflows-unowned"]),
    case("printf '/src/ @a' > .github/CODEOWNERS", &["seals-unowned", "workflows-unowned"]),
    case("printf '/seals/ # nobody' >> .github/CODEOWNERS", &["seals-unowned"]),
    case("mv .github/CODEOWNERS docs-owners; echo '/.github/ @a' > CODEOWNERS", &["seals-unowned"]),
    case("rm -r .github; mkdir docs; echo '/seals/ a@b.example' > docs/CODEOWNERS", &["not-called"]),
    // Who calls it.
    case("echo 'name: gate' > .github/workflows/gate.yml", &["not-called"]),
    case("rm -r .github/workflows; echo 'sealgate check' > check.sh", &[]),
    case("rm -r .github/workflows; echo 'sealgate check' > check.md", &["not-called"]),
    case("rm -r .github/workflows; sealgate hook install", &[]),
    case("rm -r .github/workflows; mkdir -p .git/hooks; echo sealgate > .git/hooks/pre-push; chmod +x .git/hooks/pre-push", &[]),
    Case {
        breaks: "rm -r .github/workflows; mkdir -p .husky/_; git config core.hooksPath .husky/_",
        codes: &["not-called"],
        person: "echo 'sealgate hook pre-push \"$@\"' > .husky/pre-push",
    },
    // Names.
    Case {
        breaks: "echo 1 > vendor/lib/ONE.c; git add .; sealgate seal vendor",
        codes: &["names-collide"],
        person: "git mv vendor/lib/ONE.c vendor/lib/three.c",
    },
    // Files that git was told not to look at.
    case("git update-index --skip-worktree vendor/two.c vendor/lib/one.c", &["skip-worktree"]),
    case("git update-index --assume-unchanged seals/dist.toml", &["assume-unchanged"]),
    case(
        "git update-index --skip-worktree vendor/two.c; git update-index --assume-unchanged vendor/two.c",
        &["skip-worktree", "assume-unchanged"],
    ),
    case("git sparse-checkout set --cone src seals .github", &["sparse-checkout"]),
    case("git sparse-checkout set --no-cone '/*' '!/vendor/lib/'", &["sparse-checkout"]),
    // `tracked` that no longer holds.
    case("git rm -q --cached vendor/two.c", &["not-in-git"]),
    case("git rm -q --cached vendor/two.c; echo two.c >> .gitignore", &["not-in-git"]),
    case("git add -f dist/app.js", &["in-git-after-all"]),
    // What has no seal.
    case(
        "mkdir -p 'packages/my web/dist'; echo x > 'packages/my web/dist/x'; sed -i 2,3d .gitattributes
         printf '/seals/** -text\n/vendor/** -text\n' >> .gitattributes",
        &["unsealed-artifacts"],
    ),
    // Nothing at all.
    case("true", &[]),
];

#[test]
fn each_weakness_is_told_and_its_command_mends_it() {
    for Case { breaks, codes: expected, person } in CASES {
        let repo = sound();
        shell(&repo, breaks);
        let found = examined(&repo);
        assert_eq!(codes(&found), expected, "{breaks}: {found:#}");
        if !expected.is_empty() {
            shell(&repo, &format!("{person}\n{}", fix(&found)));
        }
        let after = examined(&repo);
        assert_eq!(codes(&after), [""; 0], "after {breaks} and {}: {after:#}", fix(&found));
        let check = repo.run(&["check"]);
        assert_eq!(check.code, 0, "after {breaks} and {}: {check:#?}", fix(&found));
    }
}

#[test]
fn pointers_are_told_wherever_they_are() {
    let repo = sound();
    shell(&repo, &format!("{POINTER} dist/app.js"));
    let found = examined(&repo);
    assert_eq!(codes(&found), ["lfs-pointer"], "{found:#}");
    shell(&repo, &format!("echo content > dist/app.js\n{}", fix(&found)));
    assert_eq!(codes(&examined(&repo)), [""; 0]);

    let breaks = "echo 'vendor/lib/* filter=lfs diff=lfs merge=lfs -text' >> .gitattributes";
    shell(&repo, &format!("{breaks}; {POINTER} vendor/lib/one.c"));
    let found = examined(&repo);
    assert_eq!(codes(&found), ["lfs-filter", "lfs-pointer"], "{found:#}");
    // The content first, and then what keeps it.
    shell(&repo, "printf 'one\n' > vendor/lib/one.c");
    let found = examined(&repo);
    assert_eq!(codes(&found), ["lfs-filter"], "{found:#}");
    shell(&repo, &fix(&found));
    assert_eq!(codes(&examined(&repo)), [""; 0]);
    assert_eq!(repo.run(&["check"]).code, 0);
}

#[test]
fn a_root_that_changed_sides_is_told_with_the_line_to_change() {
    let to_git = "git add -f dist; echo '/dist/** -text' >> .gitattributes";
    let from_git = "git rm -rq --cached vendor; echo vendor >> .gitignore";
    for (breaks, code, file, line) in [
        (to_git, "in-git-after-all", "seals/dist.toml", "tracked = true"),
        (from_git, "not-in-git", "seals/vendor.toml", "tracked = false"),
    ] {
        let repo = sound();
        shell(&repo, breaks);
        let found = examined(&repo);
        assert_eq!(codes(&found), [code], "{found:#}");
        shell(&repo, &fix(&found));
        assert_eq!(codes(&examined(&repo)), [""; 0]);
        assert!(repo.read(file).contains(line));
        assert_eq!(repo.run(&["check"]).code, 0);
    }
}

#[test]
fn a_hook_that_git_would_pass_over_is_told_wherever_hooks_are() {
    let hook = "printf '#!/bin/sh\nsealgate check\n' >";
    let cases = [
        ("mkdir -p .git/hooks", ".git/hooks"),
        ("mkdir -p 'my hooks'; git config core.hooksPath 'my hooks'", "my hooks"),
        ("mkdir -p ~/hooks; git config --global core.hooksPath '~/hooks'", "../hooks"),
    ];
    for (prepare, directory) in cases {
        let repo = sound();
        shell(&repo, &format!("{prepare}; {hook} '{directory}/pre-push'"));
        let found = examined(&repo);
        assert_eq!(codes(&found), ["hook-not-executable"], "{prepare}");
        shell(&repo, &fix(&found));
        assert_eq!(codes(&examined(&repo)), [""; 0], "{prepare}");
        shell(
            &repo,
            &format!("chmod -x '{directory}/pre-push'; echo true > '{directory}/pre-push'"),
        );
        assert_eq!(codes(&examined(&repo)), [""; 0], "a hook that has nothing to do with us");
    }
    // In a linked worktree, hooks are those of the main one.
    let repo = sound();
    shell(
        &repo,
        &format!("mkdir -p .git/hooks; {hook} .git/hooks/pre-push; git worktree add -q ../w"),
    );
    let run = repo.run(&["-C", "../w", "doctor", "-q"]);
    assert!(run.stdout.contains("hook-not-executable"), "{run:#?}");
}

#[test]
fn a_checkout_as_on_windows_is_told_from_one_that_attributes_protect() {
    let repo = sound();
    shell(&repo, "git clone -q -c core.autocrlf=true . ../protected");
    shell(&repo, "git rm -q --cached .gitattributes; rm .gitattributes; git commit -qm open");
    shell(&repo, "git clone -q -c core.autocrlf=true . ../open");
    let told = |clone: &str| {
        let run = repo.run(&["-C", clone, "doctor", "--format", "json"]);
        assert_eq!(run.code, 0, "{run:#?}");
        serde_json::from_str::<Value>(&run.stdout).unwrap()
    };
    assert_eq!(codes(&told("../protected")), [""; 0]);
    let vendor = repo.run(&["-C", "../protected", "check", "vendor"]);
    assert_eq!(vendor.code, 0, "{vendor:#?}");
    // The seals came with CRLF, and are no seals any more.
    let run = repo.run(&["-C", "../open", "doctor", "--format", "json"]);
    assert_eq!(run.code, 2, "{run:#?}");
    let found: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(codes(&found), ["core-autocrlf"], "{found:#}");
    assert!(run.stdout.contains("git clone -c core.autocrlf=false"), "{run:#?}");
    assert_eq!(found["errors"].as_array().unwrap().len(), 2, "{found:#}");
    assert!(run.stderr.contains("CRLF"), "{run:#?}");
    let open = repo.root().join("../open");
    shell_in(&repo, &open, "git config core.autocrlf false; rm -r seals vendor; git checkout -q .");
    let found = told("../open");
    assert_eq!(codes(&found), ["root-unprotected", "seals-unprotected"], "{found:#}");
    shell_in(&repo, &open, &fix(&found));
    assert_eq!(codes(&told("../open")), [""; 0]);
}

#[test]
fn roots_and_files_of_odd_names_are_shown_safely_and_mended() {
    let names =
        ["a b", "it's [x]*?", "we\"ird", "new\nline", "\u{1b}[31m", "::error::x", "-x", "{a}"];
    for name in names {
        let repo = sound();
        repo.write(format!("{name}/sub/file\u{202e}"), "odd\n");
        repo.write(format!("{name}/.gitattributes"), "sub/* ident\n");
        shell(&repo, "git add .");
        let root = format!("--root=./{name}");
        assert_eq!(repo.run(&["seal", "odd", &root]).code, 0);
        shell(
            &repo,
            "git ls-files -z | grep -z sub/file | git update-index -z --assume-unchanged --stdin",
        );
        let human = repo.run(&["doctor"]);
        assert!(
            !human.stdout.contains(['\u{1b}', '\u{202e}']) && !human.stdout.contains("::error")
        );
        let found = examined(&repo);
        assert_eq!(codes(&found), ["root-rewritten", "assume-unchanged"], "{name:?}: {found:#}");
        shell(&repo, &fix(&found));
        let after = examined(&repo);
        assert_eq!(codes(&after), [""; 0], "{name:?}: {}: {after:#}", fix(&found));
        assert_eq!(repo.run(&["check"]).code, 0, "{name:?}");
    }
}

#[test]
fn attributes_of_this_user_alone_protect_nothing() {
    let repo = sound();
    shell(&repo, "git rm -q --cached .gitattributes; rm .gitattributes");
    shell(&repo, "echo '* -text' > ~/mine; git config --global core.attributesFile ~/mine");
    assert_eq!(codes(&examined(&repo)), ["root-unprotected", "seals-unprotected"]);
}

#[test]
fn a_root_of_many_files_is_asked_about_as_a_whole() {
    let repo = sound();
    let directory = format!("vendor/{}", "long".repeat(20));
    for number in 0..3000 {
        repo.write(format!("{directory}/{number:04}"), "");
    }
    repo.write(format!("{directory}/.gitattributes"), "1* text\n2999 -text\n");
    shell(&repo, "git add .; sealgate seal vendor");
    let found = examined(&repo);
    let what = found["advice"][0]["what"].as_str().unwrap();
    assert!(
        what.starts_with("attributes let git rewrite 1,000 files of it: vendor/long"),
        "{what}"
    );
    assert!(what.ends_with("/1002 and 997 more"), "{what}");
    shell(&repo, &fix(&found));
    assert_eq!(codes(&examined(&repo)), [""; 0]);
}

#[test]
fn exit_codes_tell_advice_from_none_and_from_no_answer() {
    let repo = sound();
    let code = |arguments: &[&str]| repo.run(&[&["doctor"], arguments].concat()).code;
    for format in ["human", "json"] {
        assert_eq!(code(&["--format", format]), 0);
        assert_eq!(code(&["--format", format, "--exit-code"]), 0);
    }
    shell(&repo, "rm .github/CODEOWNERS");
    for format in ["human", "json"] {
        assert_eq!(code(&["--format", format]), 0);
        assert_eq!(code(&["--format", format, "--exit-code"]), 1);
    }
    repo.write("seals/broken.toml", "x");
    for format in ["human", "json"] {
        let run = repo.run(&["doctor", "--exit-code", "--format", format]);
        assert!(run.refusal().contains("seals/broken.toml"), "{run:#?}");
        assert!(run.stdout.contains("seals-unowned"), "{run:#?}");
    }
    refused(&repo, &["-C", "nowhere", "doctor"], "nowhere");
    fs::remove_file(repo.at("seals/broken.toml")).unwrap();
    // Longer than anybody's, and no byte of it on the disk.
    let owners = fs::File::create(repo.at("CODEOWNERS")).unwrap();
    owners.set_len(101 << 20).unwrap();
    let run = repo.run(&["doctor"]);
    assert!(run.refusal().contains("CODEOWNERS: it is 105906176 bytes long"), "{run:#?}");
}

#[test]
fn nothing_is_written_and_the_callers_variables_have_no_say() {
    let repo = sound();
    shell(&repo, "sed -i 1d .gitattributes; git status -s > /dev/null");
    let before = repo.contents();
    let plain = repo.run(&["doctor"]);
    assert_eq!(plain.stdout, "nothing to fix: 2 seals (dist, vendor)\n", "{plain:#?}");
    let mut command = repo.command(&["doctor"]);
    let other = repo.root().join("../elsewhere");
    command.envs([
        ("GIT_CONFIG_COUNT", "1"),
        ("GIT_CONFIG_KEY_0", "core.autocrlf"),
        ("GIT_CONFIG_VALUE_0", "true"),
    ]);
    command.env("GIT_DIR", &other).env("GIT_INDEX_FILE", &other).env("GIT_ATTR_SOURCE", "HEAD~9");
    assert_eq!(support::run(command).stdout, plain.stdout);
    assert_eq!(repo.contents(), before);
    assert!(!other.exists());
}

#[test]
fn it_answers_without_seals_and_from_anywhere_in_the_repository() {
    let repo = Repo::with(&[("src/a", "a"), ("dist/app.js", "app"), (".gitignore", "dist\n")]);
    shell(&repo, "git init -q; git add .");
    let found = examined(&repo);
    assert_eq!(codes(&found), ["unsealed-artifacts"], "{found:#}");
    let from_below = repo.run(&["-C", "src", "doctor"]);
    assert!(from_below.stdout.contains("1 thing to fix: no seals; the commands are for src/..\n"));
    shell(&repo, &fix(&found));
    let found = examined(&repo);
    assert_eq!(codes(&found), ["seals-unowned", "not-called"], "{found:#}");
    fs::remove_dir_all(repo.at("seals")).unwrap();
    fs::remove_dir_all(repo.at("dist")).unwrap();
    assert_eq!(repo.run(&["doctor"]).stdout, "nothing to fix: no seals\n");
}

#[test]
fn a_seal_that_should_state_its_build_is_named_with_the_command() {
    let script = r#"{"scripts": {"build": "mkdir dist && cp src/a.js dist"}}"#;
    for (root, file, text, build) in [
        ("dist", "package.json", script, "npm run build"),
        (
            "packages/web/lib",
            "packages/web/package.json",
            script,
            "cd ./packages/web && npm run build",
        ),
        ("out", "Makefile", "all:\n\tmkdir out\n", "make all"),
    ] {
        let repo = Repo::with(&[(file, text), (".gitattributes", "* -text\n")]);
        repo.write(".github/CODEOWNERS", "* @a\n");
        repo.write(".github/workflows/gate.yml", "name: sealgate\n");
        repo.write("src/a.js", "a\n");
        repo.write(format!("{root}/a.js"), "a\n");
        shell(&repo, "git init -q; git add .");
        assert_eq!(repo.run(&["seal", "made", "--root", root]).code, 0);
        let said = repo.run(&["doctor"]).stdout;
        let found = examined(&repo);
        assert_eq!(codes(&found), ["build-unstated"], "{found:#}");
        let advice = &found["advice"][0];
        let what = format!(
            "the seal states no build command, and `{build}` ({file}) looks like what makes {root}"
        );
        assert_eq!(advice["what"], what.as_str());
        let fix = advice["fix"].as_array().unwrap();
        let state = fix[0].as_str().unwrap().strip_prefix(&format!("# if it makes {root}: "));
        let state = state.unwrap_or_else(|| panic!("{found:#}"));
        assert!(said.contains(state), "{said}");
        // No command that runs by itself changes a seal.
        assert!(fix.iter().all(|line| line.as_str().unwrap().starts_with('#')), "{found:#}");
        shell(&repo, state);
        assert!(repo.read("seals/made.toml").contains(&format!("build = \"{build}\"")));
        assert_eq!(codes(&examined(&repo)), [""; 0]);
    }
    // Sources, and copies of other projects, are not built.
    for root in ["src", "vendor"] {
        let repo = Repo::with(&[("package.json", script), ("src/a.js", "a"), ("vendor/a.js", "a")]);
        shell(&repo, "git init -q; git add .");
        assert_eq!(repo.run(&["seal", "made", "--root", root]).code, 0);
        assert!(!codes(&examined(&repo)).contains(&"build-unstated"), "{root}");
    }
}

#[test]
fn placeholders_that_nobody_filled_in_are_named() {
    let example = "owner/sealgate@0123456789abcdef0123456789abcdef01234567";
    let repo = sound();
    shell(&repo, &format!("echo '- uses: {example}' >> .github/workflows/gate.yml"));
    let found = examined(&repo);
    assert_eq!(codes(&found), ["placeholder"]);
    let what = format!("nobody filled in {example} (.github/workflows/gate.yml:2)");
    assert_eq!(found["advice"][0]["what"], what);

    let repo = sound();
    repo.write(".github/workflows/gate.yml", "jobs:\n  a:\n    - uses: OWNER/sealgate@SHA # v1\n");
    repo.write(".github/CODEOWNERS", "/seals/ @OWNER\n/.github/ @release # not @OWNER\n");
    let examined = examined(&repo);
    assert_eq!(codes(&examined), ["placeholder"]);
    assert_eq!(
        examined["advice"][0]["what"],
        "nobody filled in @OWNER (.github/CODEOWNERS:1), OWNER/sealgate@SHA \
         (.github/workflows/gate.yml:3)"
    );
}
