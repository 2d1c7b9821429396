//! A committed output that is not what the build makes: the cause, the lines, and the steps that end it.

#![cfg(unix)]

use std::fs;

use serde_json::Value;

use crate::support::{Node, Repo, run};

/// A package whose build copies `src` to the committed and sealed `dist`.
fn package() -> Repo {
    Repo::once("", || {
        let repo = Repo::in_git().with_npm();
        let text = |text: &str| Node::File(text.into());
        let package = r#"{"name": "a", "scripts": {"build": "mkdir dist && cp src/* dist"}}"#;
        let lock = r#"{"name": "a", "lockfileVersion": 3, "packages": {"": {"name": "a"}}}"#;
        repo.build(".", &[("package.json", text(package)), ("package-lock.json", text(lock))]);
        repo.build(".", &[(".gitignore", text("node_modules\n"))]);
        for root in ["src", "dist"] {
            repo.build(root, &[("a.js", text("one\ntwo\n")), ("b.js", text("b\n"))]);
        }
        repo.git(&["config", "user.name", "a"]);
        repo.git(&["config", "user.email", "a@b.example"]);
        repo.git(&["add", "--all"]);
        let build = ["seal", "dist", "--root", "dist", "--set-build", "npm run build"];
        assert_eq!(repo.run(&build).code, 0);
        commit(&repo);
        repo
    })
}

fn commit(repo: &Repo) {
    repo.git(&["add", "--all"]);
    repo.git(&["commit", "--quiet", "--message", "x"]);
}

/// What `rebuild` reports as JSON; the output of the build comes first.
fn report(repo: &Repo) -> Value {
    repo.run(&["rebuild", "--report", "json=r.json"]);
    serde_json::from_slice(&fs::read(repo.at("r.json")).unwrap()).unwrap()
}

fn causes(report: &Value) -> Vec<(String, String, Option<String>)> {
    let findings = report["seals"][0]["findings"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    findings
        .map(|found| {
            let cause = found.get("cause").map(text);
            (text(&found["kind"]), text(&found["path"]), cause)
        })
        .collect()
}

fn found(kind: &str, path: &str, cause: Option<&str>) -> (String, String, Option<String>) {
    (kind.to_owned(), path.to_owned(), cause.map(str::to_owned))
}

const DIFFERS: Option<&str> = Some("build-differs");

#[test]
fn what_the_build_makes_differently_is_told_with_steps_that_end_it() {
    type Change = fn(&Repo);
    type Found = &'static [(&'static str, &'static str)];
    let cases: [(&str, Change, Found); 4] = [
        ("stale", |r| fs::write(r.at("src/a.js"), "one\n2\n").unwrap(), &[("modified", "a.js")]),
        ("orphan", |r| fs::remove_file(r.at("src/b.js")).unwrap(), &[("missing", "b.js")]),
        ("new", |r| fs::write(r.at("src/c.js"), "c").unwrap(), &[("unsealed", "c.js")]),
        (
            "renamed",
            |r| fs::rename(r.at("src/b.js"), r.at("src/c.js")).unwrap(),
            &[("moved", "c.js")],
        ),
    ];
    for (name, change, kinds) in cases {
        let repo = package();
        change(&repo);
        repo.git(&["add", "src"]);
        repo.git(&["commit", "--quiet", "--message", "sources alone"]);
        let report = report(&repo);
        let expected: Vec<_> =
            kinds.iter().map(|(kind, path)| found(kind, path, DIFFERS)).collect();
        assert_eq!(causes(&report), expected, "{name}");
        let ran = repo.run(&["rebuild"]);
        let stdout = ran.stdout;
        assert_eq!(ran.code, 1, "{name}: {stdout}");
        assert!(stdout.contains("in dist, which `npm run build` makes differently"), "{stdout}");
        let lines = stdout.contains("2 | - two\n") && stdout.contains("2 | + 2\n");
        assert_eq!(lines, name == "stale", "{stdout}");
        // Neither brings back what is wrong, nor names a commit that has nothing to do with it.
        let other = stdout.replace(
            "git restore --source=HEAD --staged --worktree -- ':/dist/b.js' && sealgate seal dist",
            "",
        );
        assert!(!other.contains("git restore") && !other.contains("git log"), "{stdout}");
        let steps = report["seals"][0]["fix"]["steps"].as_array().unwrap();
        let steps: Vec<&str> = steps.iter().map(|step| step.as_str().unwrap()).collect();
        assert_eq!(
            steps,
            [
                "npm ci",
                "sealgate rebuild dist --seal",
                "git add -A -- dist seals/dist.toml",
                "git commit -m 'Rebuild dist'"
            ]
        );
        for step in steps {
            assert!(stdout.contains(&format!("\n    {step}\n")), "{name}: {stdout}");
            let ran = repo.paste(step);
            assert_eq!(ran.code, 0, "{name}: {step}: {ran:?}");
        }
        assert_eq!(repo.run(&["rebuild"]).code, 0, "{name}");
        assert_eq!(repo.run(&["check", "--rev", "HEAD"]).code, 0, "{name}");
    }
}

#[test]
fn what_the_build_did_not_make_has_another_cause() {
    // No build ran: a person may have edited it.
    let repo = package();
    fs::write(repo.at("dist/a.js"), "by hand\n").unwrap();
    assert_eq!(repo.check(&[]).report["seals"][0]["findings"][0].get("cause"), None);
    // The commit does not agree with its seal.
    let repo = package();
    fs::write(repo.at("dist/a.js"), "drift\n").unwrap();
    repo.git(&["commit", "--quiet", "--all", "--message", "drift"]);
    fs::write(repo.at("src/a.js"), "new\n").unwrap();
    let report_of_drift = report(&repo);
    assert_eq!(causes(&report_of_drift), [found("modified", "a.js", None)]);
    // To restore what HEAD has brings no sealed bytes back.
    let fix = &report_of_drift["seals"][0]["fix"];
    assert_eq!(fix["approve"], "sealgate rebuild dist --seal");
    assert!(!fix["caution"].as_str().unwrap().contains("git restore"), "{fix}");
    // What proves more comes first.
    let repo = package();
    fs::write(repo.at("src/a.js"), "one\r\ntwo\r\n").unwrap();
    assert_eq!(causes(&report(&repo)), [found("modified", "a.js", Some("line-endings"))]);
}

#[test]
fn a_file_that_no_build_makes_is_named_before_it_is_dropped() {
    let repo = package();
    fs::write(repo.at("dist/LICENSE"), "by hand").unwrap();
    repo.git(&["add", "--all"]);
    assert_eq!(repo.run(&["seal", "dist"]).code, 0);
    commit(&repo);
    let said = repo.run(&["rebuild"]).stdout;
    let words = said.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("missing No build makes it. If it is kept by hand, let the"), "{said}");
    assert!(words.contains("That drops what no build makes: dist/LICENSE."), "{said}");
    let leave_out = words.split('`').find(|command| command.contains("--exclude")).unwrap();
    assert_eq!(
        leave_out,
        "git restore --source=HEAD --staged --worktree -- ':/dist/LICENSE' && sealgate seal dist \
         --exclude /LICENSE"
    );
    assert_eq!(repo.paste(leave_out).code, 0, "{leave_out}");
    assert_eq!(repo.run(&["rebuild"]).code, 0);
    assert_eq!(repo.read("dist/LICENSE"), "by hand");
    // Both kinds of findings have their advice.
    fs::write(repo.at("src/a.js"), "new\n").unwrap();
    fs::remove_file(repo.at("src/b.js")).unwrap();
    let said = repo.run(&["rebuild"]).stdout;
    for advice in ["    missing        No build", "    build-differs  The committed dist"] {
        assert!(said.contains(advice), "{said}");
    }
}

#[test]
fn a_report_of_a_stale_build_is_read_again() {
    let repo = package();
    fs::write(repo.at("src/a.js"), "new\n").unwrap();
    fs::remove_file(repo.at("src/b.js")).unwrap();
    assert_eq!(causes(&report(&repo)).len(), 2);
    let merged = repo.run(&["merge-reports", "r.json"]);
    let stdout = merged.stdout;
    assert_eq!(merged.code, 1, "{stdout}{}", merged.stderr);
    for why in ["the build made something else", "the build does not make it"] {
        assert_eq!(stdout.matches(&format!("; {why}\n")).count(), 1, "{stdout}");
    }
}

#[test]
fn several_stale_roots_have_one_list_of_steps() {
    let repo = package();
    let text = |text: &str| Node::File(text.into());
    repo.build("gen", &[("g.js", text("g"))]);
    repo.git(&["add", "gen"]);
    let build = "mkdir gen && cat src/a.js > gen/g.js";
    assert_eq!(repo.run(&["seal", "gen", "--root", "gen", "--set-build", build]).code, 0);
    commit(&repo);
    fs::write(repo.at("src/a.js"), "new\n").unwrap();
    let ran = repo.run(&["rebuild"]);
    let stdout = ran.stdout;
    let steps = "    npm ci\n    sealgate rebuild dist gen --seal\n    \
                 git add -A -- dist gen seals/dist.toml seals/gen.toml\n    git commit -m 'Rebuild 2 directories'\n";
    assert!(stdout.contains(steps), "{stdout}");
}

#[test]
fn each_step_begins_at_the_root_of_the_repository() {
    let repo = package();
    let text = |text: &str| Node::File(text.into());
    let inner = r#"{"name": "b", "scripts": {"build": "mkdir dist && cp src/* dist"}}"#;
    let lock = r#"{"name": "b", "lockfileVersion": 3, "packages": {"": {"name": "b"}}}"#;
    repo.build("web", &[("package.json", text(inner)), ("package-lock.json", text(lock))]);
    repo.build("web", &[("src/w.js", text("w\n")), ("dist/w.js", text("w\n"))]);
    repo.git(&["add", "--all"]);
    let build = "cd ./web && npm run build";
    assert_eq!(repo.run(&["seal", "web", "--root", "web/dist", "--set-build", build]).code, 0);
    commit(&repo);
    fs::write(repo.at("web/src/w.js"), "new\n").unwrap();
    commit(&repo);
    let ran = repo.run(&["rebuild"]);
    let stdout = ran.stdout;
    assert!(stdout.contains("\n    (cd ./web && npm ci)\n"), "{stdout}");
    let steps = stdout.split_once("commit it:\n").unwrap().1;
    let steps: Vec<&str> = steps.lines().map_while(|line| line.strip_prefix("    ")).collect();
    // Pasted as one text, into one shell.
    let ran = repo.paste(&format!("set -e\n{}", steps.join("\n")));
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(repo.run(&["rebuild"]).code, 0);
}

/// What somebody does to the committed output, and the finding.
const CHANGES: [(&str, &str, &str); 4] = [
    ("echo evil >> dist/a.js", "modified", "a.js"),
    ("echo evil > dist/more.js", "unsealed", "more.js"),
    ("rm dist/b.js", "missing", "b.js"),
    ("chmod +x dist/b.js", "mode-changed", "b.js"),
];

#[test]
fn a_step_that_builds_before_the_check_hides_nothing_that_the_commit_ships() {
    for (change, kind, path) in CHANGES {
        let repo = package();
        assert_eq!(repo.paste(change).code, 0);
        commit(&repo);
        assert_eq!(repo.paste("rm -r dist && mkdir dist && cp src/* dist").code, 0);
        assert_eq!(repo.run(&["check"]).code, 0, "the working tree is right");
        let check = ["check", "--seals-from", "HEAD"];
        for more in [&[][..], &["--stage", "staged"], &["--only", "*.js"]] {
            let ran = repo.run(&[&check[..], more].concat());
            assert_eq!(ran.code, 1, "{change} {more:?}: {}", ran.stderr);
            assert!(ran.stdout.contains("1 finding in dist of HEAD"), "{}", ran.stdout);
            assert!(ran.stdout.contains(kind) && ran.stdout.contains(path), "{}", ran.stdout);
            assert!(!repo.at("staged").exists());
        }
        let shares = ["slice:1/2", "slice:2/2"].map(|share| {
            repo.run(&[&check[..], &["--partition", share, "--format", "json"]].concat()).stdout
        });
        let reports = [repo.at("1.json"), repo.at("2.json")];
        reports.iter().zip(&shares).for_each(|(file, share)| fs::write(file, share).unwrap());
        let merged = repo.run(&["merge-reports", "1.json", "2.json"]);
        assert_eq!(merged.code, 2, "{change}: {}", merged.stderr);
        let message = format!(
            "it contains an error (commit-differs): HEAD does not have the dist that its seal approves: \
             dist/{path}"
        );
        assert!(merged.stderr.contains(&message), "{change}: {}", merged.stderr);
        let next = "next: sealgate check dist --rev HEAD shows how; build it again, and commit that: \
                    sealgate rebuild dist --seal && git add -A -- dist seals/dist.toml";
        assert!(merged.stderr.contains(next), "{}", merged.stderr);
        for file in reports {
            fs::remove_file(file).unwrap();
        }
        // What the merge says ends it.
        let command = next.split_once("that: ").unwrap().1;
        assert_eq!(repo.paste(command).code, 0, "{command}");
        repo.git(&["commit", "--quiet", "--message", "built"]);
        assert_eq!(repo.run(&["check", "--rev", "HEAD"]).code, 0, "{change}");
    }
    let repo = package();
    assert_eq!(repo.paste(CHANGES[0].0).code, 0);
    commit(&repo);
    assert_eq!(repo.paste("rm -r dist && mkdir dist && cp src/* dist").code, 0);
    let check = ["check", "--seals-from", "HEAD", "--format", "json"];
    let report: Value = serde_json::from_str(&repo.run(&check).stdout).unwrap();
    for step in report["seals"][0]["fix"]["steps"].as_array().unwrap() {
        assert_eq!(repo.paste(step.as_str().unwrap()).code, 0, "{step}");
    }
    assert_eq!(repo.run(&check).code, 0);
}

/// What a commit ships at the root of a seal that says that git does not keep it.
#[test]
fn one_word_in_a_seal_hides_nothing_that_the_commit_ships() {
    for ship in [
        "echo evil > dist/a.js; git add --force dist",
        "rm -r dist; ln -s src dist; git add --force dist",
    ] {
        let repo = Repo::in_git();
        repo.write("src/a.js", "1\n");
        repo.write("dist/a.js", "1\n");
        repo.write(".gitignore", "/dist\n");
        repo.git(&["add", "--all"]);
        let build = "mkdir -p dist && cp src/a.js dist/a.js";
        let seal = repo.run(&["seal", "dist", "--root", "dist", "--set-build", build]);
        assert!(seal.code == 0 && repo.read("seals/dist.toml").contains("tracked = false"));
        commit(&repo);
        let check = ["check", "--seals-from", "HEAD", "--base", "HEAD"];
        let rebuild = ["rebuild", "--seals-from", "HEAD", "--base", "HEAD"];
        assert_eq!((repo.run(&check).code, repo.run(&rebuild).code), (0, 0), "nothing is shipped");
        repo.paste(&format!("{ship}; git -c user.name=a -c user.email=a@b commit -qm ship"));
        repo.paste("rm -rf dist; mkdir dist; cp src/a.js dist");
        for arguments in [check, rebuild] {
            let ran = repo.run(&arguments);
            assert!(matches!(ran.code, 1 | 2), "{ship}: {arguments:?}: {}", ran.stdout);
        }
    }
}

#[test]
fn a_seal_of_head_that_cannot_be_read_is_an_error() {
    let repo = package();
    let object = String::from_utf8(repo.git(&["rev-parse", "HEAD:seals/dist.toml"])).unwrap();
    let (above, name) = object.trim().split_at(2);
    let file = repo.at(format!(".git/objects/{above}/{name}"));
    assert_eq!(repo.run(&["rebuild"]).code, 0);
    fs::remove_file(&file).unwrap();
    assert_eq!(repo.run(&["rebuild"]).code, 2, "missing");
    fs::write(&file, "garbage").unwrap();
    assert_eq!(repo.run(&["rebuild"]).code, 2, "damaged");
}

#[test]
fn bytes_from_elsewhere_hide_nothing_that_the_commit_ships() {
    let repo = package();
    repo.paste("cp -R dist ../built; echo evil > dist/a.js");
    commit(&repo);
    let ran = repo.run(&["check", "dist", "--seals-from", "HEAD", "--at", "../built"]);
    assert_eq!(ran.code, 1, "{}", ran.stdout);
    assert!(ran.stdout.contains("dist of HEAD"), "{}", ran.stdout);
}

#[test]
fn a_root_that_git_keeps_and_one_that_it_ignores_are_built_again_together() {
    let repo = package();
    repo.write(".gitignore", "node_modules\nout\n");
    repo.write("out/a.js", "one\ntwo\n");
    let build = "mkdir out && cp src/a.js out";
    assert_eq!(repo.run(&["seal", "out", "--root", "out", "--set-build", build]).code, 0);
    commit(&repo);
    repo.write("src/a.js", "three\n");
    let mut rebuild = repo.command(&["rebuild"]);
    rebuild.env("CI", "true");
    let ran = run(rebuild);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    let steps = "    npm ci\n    sealgate rebuild dist out --seal\n    \
                 git add -A -- dist seals/dist.toml seals/out.toml\n";
    assert!(ran.stdout.contains(steps), "{}", ran.stdout);
    for step in steps.lines() {
        assert_eq!(repo.paste(step).code, 0, "{step}");
    }
    commit(&repo);
    assert_eq!(repo.run(&["rebuild"]).code, 0);
}

#[test]
fn a_seal_is_reported_once_also_where_build_and_commit_both_differ() {
    let repo = package();
    repo.write("dist/a.js", "by hand\n");
    commit(&repo);
    repo.write("src/a.js", "three\n");
    assert_eq!(report(&repo)["seals"].as_array().unwrap().len(), 1);
    let merged = repo.run(&["merge-reports", "r.json"]);
    assert_eq!(merged.code, 1, "{}", merged.stderr);
}

#[test]
fn a_commit_that_ships_something_else_does_not_pass() {
    for (change, kind, path) in CHANGES {
        for revision in [&[][..], &["--seals-from", "HEAD"]] {
            let repo = package();
            assert_eq!(repo.paste(change).code, 0);
            commit(&repo);
            let rebuild = [&["rebuild"][..], revision].concat();
            let with_report = [&rebuild[..], &["--report", "json=r.json"]].concat();
            assert_eq!(repo.run(&with_report).code, 1, "{change} {revision:?}");
            let report: Value =
                serde_json::from_slice(&fs::read(repo.at("r.json")).unwrap()).unwrap();
            fs::remove_file(repo.at("r.json")).unwrap();
            assert_eq!(report["seals"].as_array().unwrap().len(), 1, "{change}");
            assert_eq!(report["seals"][0]["source"]["kind"], "commit", "{change}");
            let found = &report["seals"][0]["findings"][0];
            assert_eq!((&found["kind"], &found["path"]), (&kind.into(), &path.into()), "{change}");
            for step in report["seals"][0]["fix"]["steps"].as_array().unwrap() {
                let ran = repo.paste(step.as_str().unwrap());
                assert_eq!(ran.code, 0, "{step}: {}", ran.stderr);
            }
            assert_eq!(repo.run(&rebuild).code, 0, "{change}");
            assert_eq!(repo.run(&["check", "--rev", "HEAD"]).code, 0, "{change}");
        }
    }
    // What is not committed yet is nothing that the commit ships.
    let repo = package();
    fs::write(repo.at("src/a.js"), "three\n").unwrap();
    assert_eq!(repo.run(&["rebuild", "--seal"]).code, 0);
    assert_eq!(repo.run(&["rebuild"]).code, 0);
}
