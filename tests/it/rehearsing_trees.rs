//! `rehearse` on directories: what a deployment and its way back on a clone prove, and what they do not.

#![cfg(target_os = "linux")]

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::rehearsals::{processes_in, rehearse, scratches, seal_each, start, wait_until};
use crate::snapshot::expect;
use crate::support::{Repo, Run};

/// A repository whose seal `deploy` covers a tree, with a clone of that tree beside it and a plan.
pub(crate) fn planned(apply: &str, rollback: &str, more: &str) -> Repo {
    Repo::once(&[apply, rollback, more].concat(), || {
        let repo = Repo::with(&[("plans/up.sh", apply), ("plans/down.sh", rollback)]);
        for tree in ["deploy", "../clone"] {
            repo.write(format!("{tree}/app.js"), "one");
            repo.write(format!("{tree}/bin/run"), "#!/bin/sh\n");
            repo.write(format!("{tree}/etc/app.conf"), "port = 1\n");
            repo.write(format!("{tree}/var/log"), "started\n");
            fs::create_dir(repo.at(tree).join("empty")).unwrap();
            symlink("app.js", repo.at(tree).join("latest")).unwrap();
            let run = repo.at(tree).join("bin/run");
            fs::set_permissions(run, fs::Permissions::from_mode(0o755)).unwrap();
        }
        fs::create_dir(repo.at("../scratch")).unwrap();
        let (mut apply, mut rollback) = ("\"up.sh\"", "\"down.sh\"");
        if more.contains("\napply =") || more.starts_with("apply =") {
            apply = "";
        }
        if more.contains("rollback =") {
            rollback = "";
        }
        let line = |key, value: &str| {
            if value.is_empty() { String::new() } else { format!("{key} = {value}\n") }
        };
        repo.write(
            "plans/deploy.toml",
            format!(
                "format = \"sealgate-plan/1\"\nsubject = \"the new version\"\ntree = \"deploy\"\n\
                 clone = \"../../clone\"\n{}{}{more}",
                line("apply", apply),
                line("rollback", rollback),
            ),
        );
        seal_each(
            &repo,
            &[
                &["seal", "deploy", "--root", "deploy", "--exclude", "/var"],
                &["seal", "plans", "--root", "plans"],
            ],
        );
        repo
    })
}

fn rehearsed(repo: &Repo) -> Run {
    rehearse(repo, "plans/deploy.toml", &[])
}

/// The one record that there is, if there is any.
fn record(repo: &Repo) -> Option<Value> {
    let files = fs::read_dir(repo.at("seals/evidence")).ok()?;
    let files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    assert!(files.len() < 2, "{files:?}");
    files.first().map(|file| serde_json::from_slice(&fs::read(file).unwrap()).unwrap())
}

/// The invariants that a record states as broken, each with its paths.
fn broken(record: &Value) -> Vec<String> {
    let invariants = record["invariants"].as_array().unwrap().iter();
    let broken = invariants.filter(|invariant| invariant["holds"] == false);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let named = |invariant: &Value| {
        let names: Vec<String> = invariant["names"].as_array().unwrap().iter().map(text).collect();
        format!("{}: {}", text(&invariant["name"]), names.join(" "))
    };
    broken.map(named).collect()
}

struct Case {
    what: &'static str,
    apply: &'static str,
    rollback: &'static str,
    plan: &'static str,
    broken: &'static [&'static str],
}

const DEPLOY: &str = "echo two >app.js; mkdir new; echo x >new/file; ln -sfn bin latest";
const BACK: &str = "printf one >app.js; rm -r new; ln -sfn app.js latest";
const EXACT: &str = "meta = \"exact\"\n";

const CASES: [Case; 17] = [
    Case { what: "an honest change", apply: DEPLOY, rollback: BACK, plan: "", broken: &[] },
    Case {
        what: "nothing",
        apply: "true",
        rollback: "true",
        plan: "",
        broken: &["apply-changes: "],
    },
    Case {
        what: "a mode that no seal states",
        apply: "chmod 600 app.js",
        rollback: "chmod 644 app.js",
        plan: "",
        broken: &["apply-changes: "],
    },
    Case {
        what: "a mode, where modes count",
        apply: "chmod 600 app.js",
        rollback: "chmod 644 app.js",
        plan: EXACT,
        broken: &[],
    },
    Case {
        what: "a mode that is left, where modes count",
        apply: "chmod 600 app.js",
        rollback: "chmod 640 app.js",
        plan: EXACT,
        broken: &["rollback-restores: app.js (meta)"],
    },
    Case {
        what: "a file that is left",
        apply: DEPLOY,
        rollback: "printf one >app.js; ln -sfn app.js latest",
        plan: "",
        broken: &["rollback-restores: new/file"],
    },
    Case {
        what: "an empty directory that is lost",
        apply: "rmdir empty",
        rollback: "true",
        plan: "",
        broken: &["rollback-restores: empty"],
    },
    Case {
        what: "an execute bit that is lost",
        apply: "cp app.js bin/run",
        rollback: "rm bin/run; printf '#!/bin/sh\\n' >bin/run",
        plan: "",
        broken: &["rollback-restores: bin/run", "reapply-repeats: bin/run"],
    },
    Case {
        what: "a link that becomes a file",
        apply: DEPLOY,
        rollback: "printf one >app.js; rm -r new latest; cp app.js latest",
        plan: "",
        broken: &["rollback-restores: latest"],
    },
    Case {
        what: "a line of the log, which is not under seal",
        apply: "echo two >app.js; echo deployed >>var/log",
        rollback: "printf one >app.js",
        plan: "",
        broken: &[
            "apply-stays-inside: var/log",
            "rollback-restores: var/log",
            "reapply-repeats: var/log",
        ],
    },
    Case {
        what: "a line of the log, which is allowed",
        apply: "echo two >app.js; echo deployed >>var/log",
        rollback: "printf one >app.js",
        plan: "[[allow]]\nwhat = \"outside\"\npath = \"var/log\"\nreason = \"append-only\"\n\
               [[allow]]\nwhat = \"left\"\npath = \"var\"\nreason = \"append-only\"\n\
               [[allow]]\nwhat = \"varies\"\npath = \"var/log\"\nreason = \"append-only\"\n",
        broken: &[],
    },
    Case {
        what: "what is left under the seal, which nothing allows",
        apply: DEPLOY,
        rollback: "printf one >app.js; ln -sfn app.js latest",
        plan: "[[allow]]\nwhat = \"left\"\npath = \"new\"\nreason = \"no\"\n",
        broken: &["rollback-restores: new/file"],
    },
    Case {
        what: "another content each time",
        apply: "head -c 8 /dev/urandom >app.js",
        rollback: "printf one >app.js",
        plan: "",
        broken: &["reapply-repeats: app.js", "snapshot-apply-repeats: app.js"],
    },
    Case {
        what: "commands, and a file beside the plan in them",
        apply: "",
        rollback: "",
        plan: "apply = [\"sh\", \"-c\", \"sh $0 && mv more less && test $PWD = $1\", \"up.sh\", \"{tree}\"]\n\
               rollback = [\"mv\", \"less\", \"more\"]\n",
        broken: &["rollback-restores: more"],
    },
    Case {
        what: "a snapshot by tar, restored over what is there",
        apply: DEPLOY,
        rollback: BACK,
        plan: "snapshot = [\"tar\", \"cf\", \"{snapshot}\", \".\"]\n\
               restore = [\"tar\", \"xf\", \"{snapshot}\"]\n",
        broken: &["restore-restores: new/file sealgate_control"],
    },
    Case {
        what: "a snapshot by tar, restored into an emptied tree",
        apply: DEPLOY,
        rollback: BACK,
        plan: "snapshot = [\"tar\", \"cf\", \"{snapshot}\", \".\"]\n\
               restore = [\"sh\", \"-c\", \"find . -mindepth 1 -delete && tar xpf {snapshot}\"]\n",
        broken: &[],
    },
    Case {
        what: "a snapshot that changes what it saves",
        apply: DEPLOY,
        rollback: BACK,
        plan: "snapshot = [\"sh\", \"-c\", \"touch locked && cp -a . {snapshot}\"]\n\
               restore = [\"sh\", \"-c\", \"rm -rf ./* && cp -a {snapshot}/. .\"]\n",
        broken: &[
            "snapshot-changes-nothing: locked",
            "snapshot-apply-repeats: locked",
            "restore-restores: locked",
        ],
    },
];

#[test]
fn each_plan_comes_to_the_verdict_that_the_whole_tree_gives() {
    let mut wrong = Vec::new();
    for Case { what, apply, rollback, plan, broken: expected } in CASES {
        let apply = if apply.is_empty() { "touch more" } else { apply };
        let repo = planned(apply, rollback, plan);
        let run = rehearsed(&repo);
        let Some(record) = record(&repo) else { panic!("{what}: {run:?}") };
        let proven = expected.is_empty();
        let names = ["no-op-apply", "no-op-rollback", "one-file", "inside-file", "outside-file"];
        let controls = record["controls"].as_array().unwrap().iter();
        let caught: Vec<_> =
            controls.filter(|one| one["caught"] == true).map(|one| one["name"].as_str()).collect();
        let is_right = broken(&record) == expected
            && run.code == i32::from(!proven)
            && record["verdict"] == if proven { "pass" } else { "fail" }
            && run.stdout.contains("\nPROVEN") == proven
            && caught == names.map(Some)
            && fs::read_dir(repo.at("../scratch")).unwrap().count() == 0;
        if !is_right {
            wrong.push(format!("{what}: {:?}, {caught:?}, {run:#?}", broken(&record)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_record_of_a_tree_counts_as_evidence() {
    let repo = planned(DEPLOY, BACK, "");
    assert_eq!(rehearsed(&repo).code, 0);
    let record = record(&repo).unwrap();
    assert_eq!(record["clone"]["system"], "tree");
    assert_eq!(record["clone"]["confinement"], "landlock-4");
    let moment = &record["legs"][0]["measures"]["B0"];
    assert_eq!(moment["files"]["count"], 6, "{moment}");
    assert_eq!(moment["meta"]["count"], 10, "{moment}");
    let file = fs::read_dir(repo.at("seals/evidence")).unwrap().next().unwrap().unwrap();
    let run = repo.run(&["evidence", "check", file.path().to_str().unwrap()]);
    assert_eq!(run.code, 0, "{run:?}");
    // What the change comes to, sealed in earnest.
    let after = record["surface"]["after"].as_str().unwrap();
    let done = repo.script(&repo.at("deploy"), DEPLOY);
    assert!(done.status.success());
    assert_eq!(repo.run(&["seal", "deploy"]).code, 0);
    let digest = blake3::hash(&fs::read(repo.at("seals/deploy.toml")).unwrap()).to_string();
    assert_eq!(after, digest);
}

#[test]
fn a_script_reaches_nothing_but_its_copy() {
    let cases = [
        ("echo x >../../../outside", "cannot create"),
        ("echo x >$HOME/../base/tree/app.js", "cannot create"),
        ("echo x >$HOME/../plan/down.sh", "cannot create"),
        ("echo x >$HOME/../outcome-1", "cannot create"),
        ("exec 3<>/dev/tcp/127.0.0.1/1", "cannot create"),
        (
            "python3 -c 'import socket; socket.create_connection((\"127.0.0.1\", 9))'",
            "Permission denied",
        ),
    ];
    for (apply, says) in cases {
        let repo = planned(&format!("set -e\n{apply}\n"), "true", "");
        let run = rehearsed(&repo);
        assert_eq!(run.code, 1, "{apply}: {run:?}");
        let refused = run.stderr.contains("up.sh failed") && run.stderr.contains(says);
        assert!(refused || run.stderr.contains("not found"), "{apply}: {run:?}");
        assert!(!repo.at("../scratch/outside").exists());
        let record = record(&repo).unwrap();
        assert_eq!(
            (&record["verdict"], &record["invariants"]),
            (&"fail".into(), &Value::Array(vec![]))
        );
    }
}

#[test]
fn what_a_script_leaves_running_ends_with_it() {
    let apply = "echo two >app.js\n(setsid sleep 1000 >/dev/null 2>&1 &)\nsleep 1000 &\n\
                 yes | head -c 5000000\n";
    let repo = planned(apply, "printf one >app.js", "");
    let run = rehearsed(&repo);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(processes_in(&repo), Vec::<String>::new());
}

#[test]
fn an_unconfined_rehearsal_says_so_and_is_no_evidence() {
    let repo = planned("echo two >app.js; echo x >../../../outside", "printf one >app.js", "");
    let run = rehearse(&repo, "plans/deploy.toml", &["--unconfined"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("not confined"), "{run:?}");
    assert!(repo.at("../scratch/outside").exists());
    assert_eq!(record(&repo).unwrap()["clone"]["confinement"], "none");
    let file = fs::read_dir(repo.at("seals/evidence")).unwrap().next().unwrap().unwrap();
    let run = repo.run(&["evidence", "check", file.path().to_str().unwrap()]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stderr.contains("confinement is \"none\""), "{run:?}");
}

#[test]
fn what_cannot_be_rehearsed_is_refused_before_anything_runs() {
    type Spoil = fn(&Repo);
    let cases: [(&str, &str, Spoil); 6] = [
        ("plan-unsealed", "plans/down.sh", |repo| repo.write("plans/down.sh", "false")),
        ("clone-unreadable", "no such file", |repo| {
            fs::remove_dir_all(repo.at("../clone")).unwrap();
        }),
        ("clone-unreadable", "a FIFO", |repo| {
            let made = repo.script(&repo.at("../clone"), "mkfifo pipe");
            assert!(made.status.success());
        }),
        ("scratch-unusable", "no such file", |repo| {
            fs::remove_dir(repo.at("../scratch")).unwrap();
        }),
        ("seals-missing", "no seals", |repo| fs::remove_dir_all(repo.at("seals")).unwrap()),
        ("plan-invalid", "covers a directory", |repo| {
            let plan = repo.read("plans/deploy.toml").replace("tree =", "surface =");
            repo.write("plans/deploy.toml", plan);
            assert_eq!(repo.run(&["seal", "plans"]).code, 0);
        }),
    ];
    for (code, says, spoil) in cases {
        let repo = planned(DEPLOY, BACK, "");
        spoil(&repo);
        let report = "json=../report.json";
        let run = rehearse(&repo, "plans/deploy.toml", &["--report", report]);
        assert_eq!(run.code, 2, "{code}: {run:?}");
        assert!(run.stderr.contains(says), "{code}: {run:?}");
        assert!(record(&repo).is_none());
        let report: Value = serde_json::from_str(&repo.read("../report.json")).unwrap();
        assert_eq!(
            (&report["verdict"], &report["errors"][0]["code"]),
            (&"error".into(), &code.into())
        );
    }
}

/// Hangs with a child and a grandchild of its own session, in the copy `label`, once it wrote a marker.
fn hanging(label: &str) -> String {
    format!(
        "case $PWD in */{label}/tree)\n(setsid sleep 1000 &)\nsleep 1000 &\n\
         echo x >\"$TMPDIR/marker\"\nsleep 1000;;\nesac\n"
    )
}

/// A plan by the name of what hangs in it.
fn hanging_plans() -> [(&'static str, Repo); 5] {
    let (apply, rollback) = ("echo two >app.js\n", "printf one >app.js\n");
    let commands = |take: &str, restore: &str| {
        format!(
            "snapshot = [\"sh\", \"-c\", '''{take}cp -a . {{snapshot}}''']\n\
             restore = [\"sh\", \"-c\", '''{restore}rm -rf ./* && cp -a {{snapshot}}/. .''']\n"
        )
    };
    let hangs = hanging("restored");
    [
        ("apply", planned(&format!("{}{apply}", hanging("committed")), rollback, "")),
        ("rollback", planned(apply, &format!("{}{rollback}", hanging("committed")), "")),
        ("apply after a snapshot", planned(&format!("{hangs}{apply}"), rollback, "")),
        ("snapshot", planned(apply, rollback, &commands(&hangs, ""))),
        ("restore", planned(apply, rollback, &commands("", &hangs))),
    ]
}

fn has_marker(repo: &Repo) -> bool {
    scratches(repo).first().is_some_and(|path| path.join("tmp/marker").exists())
}

#[test]
fn a_signal_in_any_leg_leaves_no_process_no_copy_and_no_record() {
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        for (what, repo) in hanging_plans() {
            let child = start(&repo, "plans/deploy.toml", &|| has_marker(&repo));
            assert!(processes_in(&repo).len() > 2, "{what}: nothing runs");
            kill_process(Pid::from_child(&child), signal).unwrap();
            let output = child.wait_with_output().unwrap();
            assert_eq!(output.status.code(), Some(2), "{what} {signal:?}: {output:?}");
            let said = String::from_utf8(output.stderr).unwrap();
            assert!(said.contains("the rehearsal was interrupted"), "{what} {signal:?}: {said}");
            assert_eq!(processes_in(&repo), Vec::<String>::new(), "{what} {signal:?}");
            assert_eq!(scratches(&repo).len(), 0, "{what} {signal:?}");
            assert!(record(&repo).is_none(), "{what} {signal:?}");
        }
    }
}

#[test]
fn what_a_killed_rehearsal_leaves_is_removed_by_the_next() {
    for (what, repo) in hanging_plans() {
        let mut child = start(&repo, "plans/deploy.toml", &|| has_marker(&repo));
        let left = scratches(&repo);
        child.kill().unwrap();
        child.wait().unwrap();
        wait_until(&|| processes_in(&repo).is_empty(), "a process is left");
        assert!(record(&repo).is_none(), "{what}");
        assert_eq!(scratches(&repo), left, "{what}");
        // The same plan would hang again.
        repo.write("plans/up.sh", "echo two >app.js");
        repo.write("plans/down.sh", "printf one >app.js");
        let plan = repo.read("plans/deploy.toml");
        let plan: Vec<_> = plan.lines().take(6).collect();
        repo.write("plans/deploy.toml", plan.join("\n"));
        assert_eq!(repo.run(&["seal", "plans"]).code, 0);
        let run = rehearsed(&repo);
        assert_eq!(run.code, 0, "{what}: {run:?}");
        let name = left[0].file_name().unwrap().to_str().unwrap();
        assert!(
            run.stderr.contains("removed the copies that a killed rehearsal left: "),
            "{run:?}"
        );
        assert!(run.stderr.contains(name), "{run:?}");
        assert_eq!(scratches(&repo).len(), 0, "{what}");
    }
}

#[test]
fn a_script_that_hangs_is_ended_with_all_that_it_started() {
    let apply = format!("{}echo two >app.js", hanging("committed"));
    let repo = planned(&apply, "printf one >app.js", "timeout-seconds = 1\n");
    let run = rehearsed(&repo);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stderr.contains("up.sh ran longer than 1 seconds"), "{run:?}");
    assert_eq!(processes_in(&repo), Vec::<String>::new());
    assert_eq!((scratches(&repo).len(), record(&repo).is_none()), (0, true));
}

#[test]
fn a_clone_that_changes_meanwhile_proves_nothing() {
    let repo = planned("", BACK, "");
    let clone = repo.at("../clone").canonicalize().unwrap();
    repo.write("plans/up.sh", format!("{DEPLOY}; echo more >>{}/var/log\n", clone.display()));
    assert_eq!(repo.run(&["seal", "plans"]).code, 0);
    let more = ["--unconfined", "--report", "json=../report.json"];
    let run = rehearse(&repo, "plans/deploy.toml", &more);
    assert_eq!(run.code, 1, "{run:?}");
    let report: Value = serde_json::from_str(&repo.read("../report.json")).unwrap();
    assert_eq!(report["errors"][0]["code"], "source-changed", "{report}");
    assert!(run.stderr.contains("rehearse on a clone that nobody writes"), "{run:?}");
    assert_eq!(record(&repo).unwrap()["verdict"], "fail");
}

#[test]
fn copies_are_kept_on_request() {
    let repo = planned(DEPLOY, BACK, "");
    let run = rehearse(&repo, "plans/deploy.toml", &["--keep"]);
    assert_eq!(run.code, 0, "{run:?}");
    let [kept] = &scratches(&repo)[..] else { panic!("no copies") };
    assert!(run.stdout.contains(&format!("copies: {}", kept.canonicalize().unwrap().display())));
    assert_eq!(fs::read_to_string(kept.join("committed/tree/app.js")).unwrap(), "two\n");
    assert_eq!(fs::metadata(kept).unwrap().permissions().mode() & 0o777, 0o700);
    // They are no litter for the next.
    assert_eq!(rehearsed(&repo).code, 0);
    assert!(kept.is_dir());
}

#[test]
#[ignore = "mounts a small file system in a namespace of its own: needs unshare; run by .ci/run"]
fn a_disk_that_is_full_in_a_leg_leaves_nothing() {
    let fill = |label: &str| {
        format!("case $PWD in */{label}/tree) head -c 10000000 /dev/zero >big || exit 1;; esac\n")
    };
    let (apply, rollback) = ("echo two >app.js\n", "printf one >app.js\n");
    let snapshots = |take: &str| {
        format!(
            "snapshot = [\"sh\", \"-c\", \"{take}\"]\nrestore = [\"cp\", \"{{snapshot}}\", \"x\"]\n"
        )
    };
    let fills = snapshots("head -c 10000000 /dev/zero >{snapshot}");
    let cases = [
        (planned(&format!("{}{apply}", fill("committed")), rollback, ""), "1", "apply-failed"),
        (planned(apply, &format!("{}{rollback}", fill("committed")), ""), "1", "rollback-failed"),
        (planned(&format!("{}{apply}", fill("restored")), rollback, ""), "1", "apply-failed"),
        (planned(apply, rollback, &fills), "1", "snapshot-failed"),
        // The copy that is saved finds no room beside what the script wrote elsewhere.
        (
            planned(&format!("{apply}head -c 350000 /dev/zero >$TMPDIR/x\n"), rollback, ""),
            "2",
            "scratch-unusable",
        ),
    ];
    for (repo, code, error) in cases {
        repo.write("../clone/large", vec![7; 100_000]);
        let output = repo.script(
            &repo.root(),
            "unshare --map-root-user --mount sh -c 'mount -t tmpfs -o size=700k tmpfs ../scratch && \
             sealgate rehearse plans/deploy.toml --scratch ../scratch --report json=../report.json; \
             echo $? >../code; ls ../scratch >../left' || true",
        );
        let report: Value = serde_json::from_str(&repo.read("../report.json")).unwrap();
        assert_eq!(report["errors"][0]["code"], error, "{output:?}");
        let message = report["errors"][0]["message"].as_str().unwrap();
        assert!(message.contains("No space left"), "{message}");
        assert_eq!((repo.read("../code").trim(), &*repo.read("../left")), (code, ""));
    }
}

/// `text` without what differs from run to run: digests, times, durations.
fn steady(text: &str) -> String {
    let mut steady = String::new();
    for line in text.lines() {
        let indent = &line[..line.len() - line.trim_start().len()];
        let key = line.trim_start().split(':').next().unwrap_or_default();
        let line = match key {
            "\"ms\"" | "\"elapsed_ms\"" => format!("{indent}{key}: 1,"),
            "\"blake3\"" => format!("{indent}{key}: \"...\","),
            "\"record\"" => format!("{indent}{key}: \"seals/evidence/...\","),
            _ => line.to_owned(),
        };
        steady += &line;
        steady.push('\n');
    }
    steady
}

const FORGETFUL: (&str, &str) = (
    "echo two >app.js; echo x >'new <b>'; echo deployed >>var/log",
    "printf one >app.js; echo gone >&2",
);

#[test]
fn a_report_names_the_leg_the_invariant_and_the_paths() {
    let repo = planned(FORGETFUL.0, FORGETFUL.1, "");
    let run = rehearse(
        &repo,
        "plans/deploy.toml",
        &["--report", "json=../report.json", "--report", "html=../report.html"],
    );
    assert_eq!(run.code, 1, "{run:?}");
    let mut human = run.stdout.clone();
    human.truncate(human.find("  record: ").unwrap());
    expect("rehearsal.human", human.as_bytes());
    expect("rehearsal.json", steady(&repo.read("../report.json")).as_bytes());
    let page = repo.read("../report.html");
    for part in ["NOT PROVEN", "left behind", "new &lt;b&gt;", "what = &quot;left&quot;", "gone"] {
        assert!(page.contains(part), "{part} is not in {page}");
    }
    assert!(!page.contains("<b>x") && !page.contains("<script"), "{page}");
}

#[test]
fn a_report_in_another_format_or_place_is_refused() {
    let cases = [
        ("sarif=../report", "has no report in this format"),
        ("json", "no FORMAT=FILE"),
        ("json=nowhere/report", "no such file"),
    ];
    for (value, says) in cases {
        let repo = planned(DEPLOY, BACK, "");
        let run = rehearse(&repo, "plans/deploy.toml", &["--report", value]);
        assert_eq!(run.code, 2, "{value}: {run:?}");
        assert!(run.stderr.contains(says), "{value}: {run:?}");
        assert!(record(&repo).is_none());
    }
}

#[test]
fn a_clone_that_is_not_what_the_seal_approves_is_named() {
    let repo = planned("echo two > app.js\n", "printf one > app.js\n", "");
    let alike = rehearsed(&repo);
    assert!(!alike.stderr.contains("is not what the seal"), "{alike:?}");
    fs::remove_dir_all(repo.at("seals/evidence")).unwrap();
    repo.write("../clone/etc/app.conf", "port = 2\n");
    let other = rehearsed(&repo);
    assert_eq!(other.code, alike.code, "{other:?}");
    let note = "note: the clone is not what the seal deploy approves";
    assert!(other.stderr.contains(note), "{other:?}");
    // What is outside of the seal is not approved by it.
    repo.write("../clone/etc/app.conf", "port = 1\n");
    repo.write("../clone/var/log", "started twice\n");
    fs::remove_dir_all(repo.at("seals/evidence")).unwrap();
    assert!(!rehearsed(&repo).stderr.contains(note));
}
