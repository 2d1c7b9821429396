//! The action as a consumer runs it, by act; and what zizmor, an actionlint, shellcheck and the
//! schemas say of it, of the workflows and of the snippets.

#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value, json};

use crate::acting;
use crate::acting::{Acted, Consumer};
use crate::actions::{action_outputs, sorted};
use crate::support::{run, scrubbed};

/// A job that runs `build`, and then the action with `inputs` (lines `key: value`).
fn workflow(build: &str, inputs: &str) -> String {
    let indented = |text: &str, by: usize| {
        let lines = text.lines().map(|line| format!("{}{line}\n", " ".repeat(by)));
        lines.collect::<Vec<_>>().concat()
    };
    format!(
        "on: [push, pull_request, merge_group]\n\
         jobs:\n  gate:\n    runs-on: ubuntu-latest\n    steps:\n      \
         - uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0\n        \
           with: {{fetch-depth: 0}}\n      \
         - run: |\n{}      \
         - id: gate\n        uses: owner/sealgate@v1\n        with:\n{}      \
         - if: always()\n        env:\n          STEP: ${{{{ toJSON(steps.gate) }}}}\n        \
           run: printf '%s' \"$STEP\" > \"$RESULTS/gate\"\n",
        indented(build, 10),
        indented(inputs, 10),
    )
}

/// The inputs that every case has.
fn with_binary(inputs: &str) -> String {
    format!("binary: {}\n{inputs}", env!("CARGO_BIN_EXE_sealgate"))
}

/// The outputs of the step `gate`, which must have come out as `outcome`.
#[track_caller]
fn outputs(acted: &Acted, outcome: &str) -> BTreeMap<String, String> {
    let log = acted.log();
    let gate = acted.results.get("gate").unwrap_or_else(|| panic!("no step `gate`: {log}"));
    assert_eq!(gate["outcome"], outcome, "{log}");
    assert_eq!(acted.ran.code == 0, outcome == "success", "{log}");
    let outputs = gate["outputs"].as_object().unwrap().iter();
    let outputs: BTreeMap<String, String> =
        outputs.map(|(key, value)| (key.clone(), value.as_str().unwrap().to_owned())).collect();
    assert!(outputs.keys().map(String::as_str).eq(sorted(action_outputs())), "{outputs:?}");
    outputs
}

/// What a case expects: the outcome, the verdict, the exit code, and how much was checked and found.
type Expected = (&'static str, &'static str, &'static str, &'static str, &'static str);

const PASS: Expected = ("success", "pass", "0", "3", "0");

#[track_caller]
fn expect(name: &str, acted: &Acted, expected: Expected) -> BTreeMap<String, String> {
    let (outcome, verdict, code, checked, findings) = expected;
    let outputs = outputs(acted, outcome);
    let there = ["verdict", "exit-code", "checked", "findings"].map(|key| &*outputs[key]);
    assert_eq!(there, [verdict, code, checked, findings], "{name}: {}", acted.log());
    outputs
}

/// A push that made the branch.
fn push(consumer: &Consumer) -> Value {
    json!({"before": "0".repeat(40), "after": consumer.id("HEAD"), "deleted": false})
}

#[test]
#[ignore = "needs act, which .ci/run installs"]
fn what_a_build_made_passes_or_fails_and_the_job_with_it() {
    let hostile = "sh build.sh\nprintf x > 'dist/##[set-output name=verdict;]pass'\n\
        printf x > \"$(printf 'dist/a\\r::set-output name=verdict::pass\\r')\"\n\
        printf x > 'dist/ ::set-output name=findings::0'\n\
        printf x > 'dist/::stop-commands::x'\nprintf x > 'dist/$''{{ x }} $(touch no) `touch no`'";
    let rewritten = "sh build.sh && echo drift >> dist/app.js\n\
        \"$SEALGATE\" seal dist --allow-ci && \"$SEALGATE\" check && git diff --stat | grep seals";
    let rewritten = rewritten.replace("$SEALGATE", env!("CARGO_BIN_EXE_sealgate"));
    let cases: [(&str, &str, &str, Expected); 12] = [
        ("pass", "sh build.sh", "", PASS),
        (
            "drift",
            "sh build.sh && echo drift >> dist/app.js",
            "",
            ("failure", "fail", "1", "3", "1"),
        ),
        ("modes lost", "sh build.sh && chmod -x dist/run", "", ("failure", "fail", "1", "3", "1")),
        ("nothing was built", "true", "", ("failure", "error", "2", "0", "0")),
        ("seal rewritten", &rewritten, "", ("failure", "fail", "1", "3", "1")),
        ("seal removed", "sh build.sh && rm -r seals", "", PASS),
        ("no such seal", "sh build.sh", "seals: other", ("failure", "error", "2", "0", "0")),
        ("hostile names", hostile, "", ("failure", "fail", "1", "3", "5")),
        ("by name", "sh build.sh", "seals: 'd* nothing-*'", ("failure", "error", "2", "0", "0")),
        ("no such base", "sh build.sh", "base: v9", ("failure", "error", "2", "0", "0")),
        ("no such input", "sh build.sh", "on-reseal: perhaps", ("failure", "error", "2", "0", "0")),
        ("elsewhere", "sh build.sh && mv dist 'a b'", "at: a b\nseals: dist", PASS),
    ];
    let consumer = Consumer::new();
    for (name, build, inputs, expected) in cases {
        let workflow = workflow(build, &with_binary(inputs));
        let acted = consumer.act(&workflow, "push", &push(&consumer));
        let outputs = expect(name, &acted, expected);
        assert_eq!(outputs["staged"], "", "{name}");
    }
}

#[test]
#[ignore = "needs act, which .ci/run installs"]
fn a_commit_without_seals_is_an_error() {
    let consumer = Consumer::new();
    consumer.repo.git(&["rm", "--quiet", "-r", "seals"]);
    consumer.commit("Without");
    let acted = consumer.act(&workflow("sh build.sh", &with_binary("")), "push", &push(&consumer));
    expect("missing seal", &acted, ("failure", "error", "2", "0", "0"));
}

#[test]
#[ignore = "needs act, which .ci/run installs"]
fn a_program_that_crashes_or_lies_is_an_error() {
    let consumer = Consumer::new();
    let forged = "echo '::set-output name=verdict::pass'\necho '::set-output name=exit-code::0'";
    let bodies = [
        "kill -9 $$".to_owned(),
        "head -c 65536 /dev/urandom".to_owned(),
        "exit 0".to_owned(),
        forged.to_owned(),
        format!("{forged}\nkill -SEGV $$"),
        format!("printf 'verdict=pass\\nexit-code=0\\n' >> \"$GITHUB_OUTPUT\"\n{forged}\nexit 139"),
    ];
    for body in bodies {
        let program = consumer.outside("crashing");
        fs::write(&program, format!("#!/bin/sh\n{body}\n")).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        let inputs = format!("binary: {}", program.display());
        let acted = consumer.act(&workflow("sh build.sh", &inputs), "push", &push(&consumer));
        let outputs = expect(&body, &acted, ("failure", "error", "2", "0", "0"));
        assert_eq!((&*outputs["report"], &*outputs["resealed"]), ("", ""), "{body}");
    }
}

#[test]
#[ignore = "needs act, which .ci/run installs"]
fn the_program_is_built_once_and_kept_on_request() {
    let consumer = Consumer::new();
    let builds = "while [ $# -gt 1 ]; do [ \"$1\" != --target-dir ] || to=$2; shift; done\n\
        mkdir -p \"$to/release\" && cp PROGRAM \"$to/release/sealgate\" && echo >> BUILDS";
    let count = consumer.outside("builds");
    let builds = builds.replace("PROGRAM", env!("CARGO_BIN_EXE_sealgate"));
    consumer.program("cargo", &builds.replace("BUILDS", count.to_str().unwrap()));
    for (inputs, built) in
        [("cache: false", 1), ("cache: true", 2), ("cache: true", 2), ("cache: false", 3)]
    {
        let acted = consumer.act(&workflow("sh build.sh", inputs), "push", &push(&consumer));
        expect(inputs, &acted, PASS);
        assert_eq!(fs::read_to_string(&count).unwrap().lines().count(), built, "{}", acted.log());
    }
    // The same program would judge by another action.
    fs::write(consumer.outside("action/src.rs"), "// changed").unwrap();
    let acted = consumer.act(&workflow("sh build.sh", "cache: true"), "push", &push(&consumer));
    expect("another action", &acted, PASS);
    assert_eq!(fs::read_to_string(&count).unwrap().lines().count(), 4);
}

#[test]
#[ignore = "needs act, which .ci/run installs"]
fn what_is_staged_is_there_only_after_a_pass() {
    let consumer = Consumer::new();
    let seen = "      - if: always()\n        run: ls -l out > \"$RESULTS/staged\" 2>&1 || true\n";
    let inputs = with_binary("stage: out\nreports: |\n  json=a b.json\n  markdown=page.md\n");
    for (build, expected) in [("", PASS), ("\nrm dist/run", ("failure", "fail", "1", "3", "1"))] {
        let text = workflow(&format!("sh build.sh{build}"), &inputs) + seen;
        let acted = consumer.act(&text, "push", &push(&consumer));
        let outputs = expect("stage", &acted, expected);
        let passed = expected == PASS;
        assert_eq!(outputs["staged"].ends_with("/out"), passed, "{outputs:?}");
        assert_eq!(outputs["staged"].starts_with('/'), passed, "{outputs:?}");
        let staged = acted.results["staged"].as_str().unwrap();
        assert_eq!(staged.contains("latest -> app.js"), passed, "{staged}");
    }
}

#[test]
#[ignore = "needs act, which .ci/run installs"]
fn a_request_is_held_against_the_other_parent_of_its_merge() {
    let consumer = Consumer::new();
    let first = consumer.id("HEAD");
    consumer.repo.git(&["switch", "--quiet", "--create", "change"]);
    consumer.write("build.sh", &acting::BUILD.replace("'app", "'changed app"));
    consumer.build();
    assert_eq!(consumer.repo.run(&["seal", "dist"]).code, 0);
    let head = consumer.commit("Change");
    consumer.repo.git(&["switch", "--quiet", "main"]);
    let main = consumer.commit("Go on");
    consumer.repo.git(&["merge", "--quiet", "--no-ff", "--message", "Merge", "change"]);
    let merge = consumer.id("HEAD");
    let request = |head: &str| {
        // What the event calls the base is old.
        json!({"number": 7, "pull_request": {"number": 7, "head": {"sha": head, "ref": "change"},
            "base": {"sha": first, "ref": "main"}}})
    };
    let group = json!({"merge_group": {"base_sha": main, "head_sha": merge,
        "base_ref": "refs/heads/main", "head_ref": "refs/heads/gh-readonly-queue/main/pr-7"}});
    let wrong = json!({"merge_group": {"base_sha": "main"}});
    let cases = [
        ("pull_request", request(&head), "", PASS, "true"),
        (
            "pull_request",
            request(&head),
            "on-reseal: fail",
            ("failure", "fail", "1", "3", "0"),
            "true",
        ),
        ("pull_request", request(&head), "base: none", PASS, "false"),
        ("pull_request", request(&first), "", ("failure", "error", "2", "0", "0"), "false"),
        ("merge_group", group, "", PASS, "true"),
        ("merge_group", wrong, "", ("failure", "error", "2", "0", "0"), "false"),
        ("push", json!({"before": head, "after": merge}), "", PASS, "false"),
        ("push", json!({"before": first, "after": merge}), "", PASS, "true"),
    ];
    for (event, payload, inputs, expected, resealed) in cases {
        let acted = consumer.act(&workflow("sh build.sh", &with_binary(inputs)), event, &payload);
        let outputs = expect(event, &acted, expected);
        assert_eq!(outputs["resealed"], resealed, "{event} {payload}: {}", acted.log());
        let base = |oid: &str| acted.log().contains(&oid[..10]);
        assert!(event == "push" || resealed == "false" || base(&main), "{}", acted.log());
    }
}

#[test]
#[ignore = "needs act, which .ci/run installs"]
fn shares_make_one_verdict_and_each_is_needed_once() {
    let share = |number: u32| {
        format!(
            "      - id: share{number}\n        uses: owner/sealgate@v1\n        with:\n          \
             binary: {}\n          partition: slice:{number}/2\n      \
             - run: cp \"$REPORT\" {number}.json\n        env:\n          \
             REPORT: ${{{{ steps.share{number}.outputs.report }}}}\n",
            env!("CARGO_BIN_EXE_sealgate"),
        )
    };
    let failed: Expected = ("failure", "error", "2", "", "");
    let cases = [
        ("1.json\n2.json", PASS),
        ("[0-9].json", PASS),
        ("1.json", failed),
        // The union: what two lines match is one report.
        ("1.json\n2.json\n2.json", PASS),
        ("[12].json\n*.json", PASS),
        ("1.json\n1.json", failed),
        ("1.json\nbuild.sh", failed),
        ("3*.json", failed),
    ];
    let consumer = Consumer::new();
    for (files, expected) in cases {
        let lines: Vec<_> = files.lines().map(|line| format!("\n  {line}")).collect();
        let lines = lines.concat();
        let text = workflow("sh build.sh", &with_binary(&format!("merge-reports: |{lines}\n")));
        let at = text.find("      - id: gate").unwrap();
        let text = format!("{}{}{}{}", &text[..at], share(1), share(2), &text[at..]);
        let acted = consumer.act(&text, "push", &push(&consumer));
        let outputs = outputs(&acted, expected.0);
        let there = (&*outputs["verdict"], &*outputs["exit-code"]);
        assert_eq!(there, (expected.1, expected.2), "{files}: {}", acted.log());
    }
}

#[test]
#[ignore = "needs act, which .ci/run installs"]
fn the_reusable_workflow_passes_only_if_every_share_did() {
    // What an archive brings beside the approved bytes, and what replaces them by a link to those of
    // another place.
    let (plain, kept) = ("tar -C dist -cf built.tar .", "");
    let brings =
        "mkdir -p x/.git && cp -r .git/. x/.git && cp -r dist/. x && tar -C x -cf built.tar .";
    let leads = "echo drift >> dist/app.js && ln -s dist x && tar -cf built.tar x dist";
    let over = "echo drift >> dist/app.js && echo 'exit 0' > dist/x && tar -C dist -cf built.tar .";
    let cases = [
        ("[1, 2, 3]", "3", plain, "dist", "success", "pass"),
        ("[1, 2, 3]", "3", plain, "di*", "success", "pass"),
        (
            "[1, 2, 3]",
            "3",
            "echo drift >> dist/app.js && tar -C dist -cf built.tar .",
            "dist",
            "failure",
            "fail",
        ),
        ("[1, 3]", "3", plain, "dist", "failure", "error"),
        ("[1, 2, 3]", "2", plain, "dist", "failure", "error"),
        ("[1, 2]", "2", plain, kept, "failure", "error"),
        ("[1, 2]", "2", brings, "dist", "failure", "fail"),
        ("[1, 2]", "2", leads, "dist", "failure", "fail"),
        ("[1, 2]", "2", over, "dist", "failure", "fail"),
    ];
    let consumer = Consumer::new();
    let reusable = include_str!("../../.github/workflows/sharded-check.yml");
    consumer.write(".github/workflows/sharded-check.yml", reusable);
    // Through which an archive that is copied over the checkout would write.
    std::os::unix::fs::symlink("../sealgate/action/check.sh", consumer.repo.at("x")).unwrap();
    consumer.commit("Shares");
    for (shares, count, pack, seals, outcome, verdict) in cases {
        let text = SHARDED
            .replace("SEALS", seals)
            .replace("PACK", pack)
            .replace("SHARES", shares)
            .replace("COUNT", count)
            .replace("BINARY", env!("CARGO_BIN_EXE_sealgate"));
        let acted = consumer.act(&text, "push", &push(&consumer));
        // After a called workflow that failed, act runs no other job.
        let told = acted.results.get("seal").map(|seal| &seal["outputs"]["verdict"]);
        let expected = (outcome == "success").then(|| json!(verdict));
        assert_eq!(told, expected.as_ref(), "{pack}: {}", acted.log());
        assert_eq!(acted.ran.code == 0, outcome == "success", "{pack}: {}", acted.log());
        let log = acted.log();
        let last = log.lines().rfind(|line| line.contains("::set-output:: verdict=")).unwrap();
        assert!(last.contains("/sealgate  ") && last.ends_with(verdict), "{last}");
    }
}

const SHARDED: &str = r#"
on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0
      - run: |
          rm x
          sh build.sh
          PACK
      - uses: actions/upload-artifact@ea165f8d65b6e75b540449e92b4886f43607fa02 # v4.6.2
        with: {name: built, path: built.tar}
  seal:
    needs: build
    uses: ./.github/workflows/sharded-check.yml
    with:
      sealgate-repository: owner/sealgate
      sealgate-ref: v1
      shares: "SHARES"
      count: "COUNT"
      artifact: built
      seals: "SEALS"
      binary: BINARY
  told:
    needs: seal
    if: always()
    runs-on: ubuntu-latest
    steps:
      - env:
          SEAL: ${{ toJSON(needs.seal) }}
        run: printf '%s' "$SEAL" > "$RESULTS/seal"
"#;

/// The text of the workflow of a document that follows the mark `name`.
fn as_printed<'a>(document: &'a str, name: &str) -> &'a str {
    let marked = document.split_once(&format!("<!-- workflow: {name} -->\n```yaml\n")).unwrap().1;
    marked.split_once("```").unwrap().0
}

#[test]
#[ignore = "needs act, which .ci/run installs"]
fn the_ten_lines_of_the_readme_build_and_judge_a_committed_root_and_an_ignored_one() {
    let binary = format!("binary: {}", env!("CARGO_BIN_EXE_sealgate"));
    let ten = as_printed(include_str!("../../README.md"), "ten lines")
        .replace("npm ci", "echo installed > dependency")
        .replace("OWNER/sealgate@SHA", "owner/sealgate@v1")
        .replace("rebuild: true}", &format!("rebuild: true, {binary}}}"));
    assert!(ten.contains(&binary) && ten.contains("dependency"), "{ten}");
    let consumer = Consumer::empty();
    consumer.write("src/a.js", "a\n");
    consumer.write("dist/a.js", "a\n");
    consumer.write("release/a.js", "a\n");
    consumer.write(".gitignore", "release\ndependency\n");
    consumer.commit("Start");
    for (root, build) in
        [("dist", "test -s dependency && cp -R src dist"), ("release", "cp -R dist release")]
    {
        let seal = consumer.repo.run(&["seal", root, "--root", root, "--set-build", build]);
        assert_eq!(seal.code, 0, "{}", seal.stderr);
    }
    consumer.commit("Seal");
    for (source, passes) in [("a\n", true), ("b\n", false)] {
        consumer.write("src/a.js", source);
        consumer.commit("Change");
        let acted = consumer.act(&ten, "push", &push(&consumer));
        assert_eq!(acted.ran.code == 0, passes, "{}", acted.log());
        assert_eq!(acted.log().contains("1 | + b"), !passes, "{}", acted.log());
    }
}

/// The workflow of a document that follows `<!-- workflow: NAME -->`, with what a reader fills in, and
/// the build and the deployment of the tests.
fn documented(document: &str, name: &str) -> String {
    let text = as_printed(document, name);
    assert!(text.contains("npm ci && npm run build"), "{text}");
    text.replace("npm ci && npm run build", "sh build.sh $DRIFT")
        .replace("./deploy site", "ls -lR site > \"$RESULTS/site\"")
        .replace("OWNER/sealgate@SHA", "owner/sealgate@v1")
}

#[test]
#[ignore = "needs act, which .ci/run installs"]
fn the_workflows_of_the_documents_work() {
    let (readme, ci) = (include_str!("../../README.md"), include_str!("../../docs/ci.md"));
    assert_eq!(as_printed(readme, "ten lines"), as_printed(ci, "ten lines"));
    let binary = format!("binary: {}", env!("CARGO_BIN_EXE_sealgate"));
    let publish =
        documented(ci, "publish").replace("/publish\"}", &format!("/publish\", {binary}}}"));
    assert!(publish.contains(&binary));
    let consumer = Consumer::new();
    let first = consumer.id("HEAD");
    for (build, passes) in [("", true), ("; echo drift >> dist/app.js", false)] {
        let acted = consumer.act(&publish.replace(" $DRIFT", build), "push", &push(&consumer));
        assert_eq!(acted.ran.code == 0, passes, "{}", acted.log());
        let site = acted.results.get("site").map(|site| site.as_str().unwrap().to_owned());
        let whole = |site: &String| site.contains("latest -> app.js") && site.contains("-rwx");
        assert_eq!(site.as_ref().is_some_and(whole), passes, "{site:?}: {}", acted.log());
        let reviewed = "Main echo \"The seals changed, and somebody let it pass.\"";
        assert!(!acted.log().contains(reviewed), "{}", acted.log());
    }
    // A reseal goes by the environment.
    consumer.write("build.sh", &acting::BUILD.replace("'app", "'changed app"));
    consumer.build();
    assert_eq!(consumer.repo.run(&["seal", "dist"]).code, 0);
    let event = json!({"before": first, "after": consumer.commit("Reseal")});
    let acted = consumer.act(&publish.replace(" $DRIFT", ""), "push", &event);
    assert!(acted.ran.code == 0 && acted.results.contains_key("site"), "{}", acted.log());
    assert!(acted.log().contains("somebody let it pass"), "{}", acted.log());
}

/// Findings go to code scanning and into one comment, which is changed when there is one.
#[test]
#[ignore = "needs act, which .ci/run installs"]
fn the_workflow_that_shows_findings_works() {
    let binary = format!("          binary: {}\n", env!("CARGO_BIN_EXE_sealgate"));
    let show = documented(include_str!("../../docs/ci.md"), "show");
    let show = show.replace("          reports: |\n", &format!("{binary}          reports: |\n"));
    let consumer = Consumer::new();
    consumer.repo.git(&["remote", "add", "origin", "https://github.com/owner/notes"]);
    consumer.program(
        "gh",
        "case \"$*\" in\n*--paginate*) cat \"$RESULTS/../comments\" ;;\n\
         *) printf '%s ' \"$@\" > \"$RESULTS/gh\"; cp comment.md \"$RESULTS/comment\" ;;\nesac",
    );
    let request = |repository: &str| {
        json!({"number": 7, "pull_request": {"number": 7,
            "head": {"sha": consumer.id("HEAD"), "ref": "x", "repo": {"full_name": repository}},
            "base": {"sha": consumer.id("HEAD"), "ref": "main"}}})
    };
    let text = |acted: &Acted, name: &str| match acted.results.get(name) {
        Some(Value::String(text)) => text.clone(),
        other => panic!("{name}: {other:?}: {}", acted.log()),
    };
    let drift = show.replace("$DRIFT", "; echo drift >> dist/app.js").replace("base: auto", "");
    let drift = drift.replace(
        "        with:\n          binary",
        "        with:\n          base: none\n          binary",
    );
    for (comments, call) in [
        ("", "api --method POST repos/owner/notes/issues/7/comments --field body=@comment.md "),
        (
            "41\n42\n",
            "api --method PATCH repos/owner/notes/issues/comments/41 --field body=@comment.md ",
        ),
    ] {
        fs::write(consumer.outside("comments"), comments).unwrap();
        let acted = consumer.act(&drift, "pull_request", &request("owner/notes"));
        assert_ne!(acted.ran.code, 0, "{}", acted.log());
        assert_eq!(text(&acted, "gh"), call);
        let comment = text(&acted, "comment");
        assert!(
            comment.starts_with("<!-- sealgate -->\n") && comment.contains("app.js"),
            "{comment}"
        );
        assert_eq!(acted.results["sarif"]["version"], "2.1.0");
    }
    // A fork has no rights, so nothing is shown, and the verdict is the same.
    let acted = consumer.act(&drift, "pull_request", &request("somebody/notes"));
    assert!(acted.ran.code != 0 && acted.results.is_empty(), "{}", acted.log());
}

/// Runs `program` at the root of this repository, and gives whether it has nothing to say.
fn content(program: &str, arguments: &[&str]) -> (bool, String) {
    let mut command = scrubbed(program);
    command.args(arguments).current_dir(env!("CARGO_MANIFEST_DIR"));
    let ran = run(command);
    (ran.code == 0, format!("{}{}", ran.stdout, ran.stderr))
}

/// Demands that `program` accepts what is here, and refuses `bad`, a file of the given name.
#[track_caller]
fn judged(program: &str, arguments: &[&str], files: &[&str], name: &str, bad: &str) {
    let (good, said) = content(program, &[arguments, files].concat());
    assert!(good, "{program} {files:?}: {said}");
    let room = tempfile::tempdir().unwrap();
    let file = room.path().join(name);
    fs::write(&file, bad).unwrap();
    let (good, said) = content(program, &[arguments, &[file.to_str().unwrap()]].concat());
    assert!(!good, "{program} is content with {bad}: {said}");
}

const WORKFLOWS: [&str; 6] = [
    ".github/workflows/action-selftest.yml",
    ".github/workflows/ci.yml",
    ".github/workflows/publish.yml",
    ".github/workflows/release.yml",
    ".github/workflows/seal-rehearsal.yml",
    ".github/workflows/sharded-check.yml",
];

/// A workflow that splices what anybody may write into a shell, and names an input that is not there.
const BAD: &str = "on: issues\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      \
    - run: echo ${{ github.event.issue.title }} ${{ inputs.none }}\n";

#[test]
#[ignore = "needs zizmor, jactionlint, shellcheck and check-jsonschema, which .ci/run installs"]
fn the_action_and_the_workflows_please_their_judges() {
    let directory = fs::read_dir(format!("{}/.github/workflows", env!("CARGO_MANIFEST_DIR")));
    assert_eq!(directory.unwrap().count(), WORKFLOWS.len(), "a workflow is not judged here");
    let all = [&WORKFLOWS[..], &["action.yml", "docs/examples/bots.yml"]].concat();
    judged("zizmor", &["--offline", "--no-progress"], &all, "bad.yml", BAD);
    judged("jactionlint", &[], &all, "bad.yml", BAD);
    let snippets = tempfile::tempdir().unwrap();
    for name in ["ten lines", "publish", "show"] {
        let text = as_printed(include_str!("../../docs/ci.md"), name);
        let pinned = format!("owner/sealgate@{} # v1", "a".repeat(40));
        let text = text.replace("OWNER/sealgate@SHA", &pinned);
        let file = snippets.path().join(name.replace(' ', "-") + ".yml");
        fs::write(&file, format!("name: x\n{text}")).unwrap();
        let file = [file.to_str().unwrap()];
        judged("zizmor", &["--offline", "--no-progress"], &file, "bad.yml", BAD);
        // It asks for limits of time too, which are left out where lines count.
        if name == "show" {
            judged("jactionlint", &[], &file, "bad.yml", BAD);
        }
    }
    let undefined = include_str!("../../action.yml").replace("inputs.seals", "inputs.sales");
    let (good, said) = {
        let room = tempfile::tempdir().unwrap();
        let file = room.path().join("action.yml");
        fs::write(&file, undefined).unwrap();
        content("jactionlint", &[file.to_str().unwrap()])
    };
    assert!(!good, "an input that is not there: {said}");
    let schema = |name: &'static str| ["--builtin-schema", name];
    let bad = "on: push\njobs: {a: {steps: 1}}\n";
    judged("check-jsonschema", &schema("vendor.github-workflows"), &WORKFLOWS, "bad.yml", bad);
    let bad = "name: x\nruns: {using: shell}\n";
    judged(
        "check-jsonschema",
        &schema("vendor.github-actions"),
        &["action.yml"],
        "action.yml",
        bad,
    );
    let bad = "a: {script: {x: 1}}\n";
    let gitlab = ["examples/gitlab-ci.yml"];
    judged("check-jsonschema", &schema("vendor.gitlab-ci"), &gitlab, ".gitlab-ci.yml", bad);
    let scripts = ["action/check.sh", "action/verdict.sh", "examples/ci.sh"];
    judged("shellcheck", &[], &scripts, "bad.sh", "#!/bin/sh\nrm $1/*\n");
}

#[test]
#[ignore = "needs act, which .ci/run installs"]
fn what_a_failing_run_found_is_approved_by_the_printed_commands() {
    let consumer = Consumer::new();
    let build = "sh build.sh && echo meant >> dist/app.js";
    let acted = consumer.act(&workflow(build, &with_binary("")), "push", &push(&consumer));
    let artifact = outputs(&acted, "failure")["artifact"].clone();
    let report = fs::read(consumer.outside("store").join(&artifact).join("report.json")).unwrap();
    let report: Value = serde_json::from_slice(&report).unwrap();
    let steps = report["seals"][0]["fix"]["steps"].as_array().unwrap();
    let steps: Vec<&str> = steps.iter().map(|step| step.as_str().unwrap()).collect();
    assert_eq!(steps.len(), 4, "{steps:?}");
    assert!(steps[0].contains(&artifact), "{steps:?}");
    for step in &steps {
        assert!(acted.log().contains(step), "{step}: {}", acted.log());
    }
    let pasted = consumer.paste(&steps.join("\n"));
    assert_eq!(pasted.code, 0, "{steps:?}: {}", pasted.stderr);
    let acted = consumer.act(&workflow(build, &with_binary("")), "push", &push(&consumer));
    let outputs = expect("approved", &acted, PASS);
    assert_eq!(outputs["artifact"], "");
    let kept = fs::read_dir(consumer.outside("store")).unwrap().count();
    assert_eq!(kept, 0, "a pass keeps nothing");
}

#[test]
#[ignore = "needs act, which .ci/run installs"]
fn a_report_is_not_kept_where_nobody_wants_it_or_the_host_cannot() {
    let consumer = Consumer::new();
    let build = "sh build.sh && echo drift >> dist/app.js";
    let inputs = with_binary("keep-report: false");
    let acted = consumer.act(&workflow(build, &inputs), "push", &push(&consumer));
    assert_eq!(outputs(&acted, "failure")["artifact"], "");
    assert_eq!(fs::read_dir(consumer.outside("store")).unwrap().count(), 0);
    // An upload that fails leaves the verdict as it is.
    let build = format!("{build} && rmdir \"$STORE\" && touch \"$STORE\"");
    let acted = consumer.act(&workflow(&build, &with_binary("")), "push", &push(&consumer));
    assert_eq!(outputs(&acted, "failure")["verdict"], "fail");
    fs::remove_file(consumer.outside("store")).unwrap();
    fs::create_dir(consumer.outside("store")).unwrap();
}
