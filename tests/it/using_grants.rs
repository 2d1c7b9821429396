//! `grant use`: an action runs once, and the ledger tells of it.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use sealgate_core::approval::{Grant, GrantUse};
use sealgate_core::seal::entry::Digest;

use crate::authority::{policy_text, signers};
use crate::authority_checks::{commit, project, refused, ruled};
use crate::support::{Repo, Run, run, scrubbed};

/// A repository whose policy names a ledger in a bare repository, to which main is pushed.
pub(crate) struct Deployment {
    pub(crate) repo: Repo,
    ledger: tempfile::TempDir,
    /// The grant.
    pub(crate) id: String,
}

pub(crate) const USE: [&str; 10] = [
    "grant",
    "use",
    "apply",
    "--environment",
    "production",
    "--ref",
    "refs/heads/main",
    "--plan",
    "plan.sql",
    "--base=base",
];

/// The policy of the tests with the ledger `ledger`.
pub(crate) fn policy_with(ledger: &str) -> String {
    let line = format!("max-grant-hours = 48\nledger = \"{ledger}\"\n");
    policy_text().replace("max-grant-hours = 48\n", &line)
}

/// What was printed, by a run that ended with `code`.
pub(crate) fn told(ran: &Run, code: i32) -> String {
    let said = ran.stdout.clone() + &ran.stderr;
    assert_eq!(ran.code, code, "{said}");
    said
}

/// Signs the grant `id` for two approvers.
pub(crate) fn sign(repo: &Repo, id: &str) {
    let bytes = fs::read(repo.at(format!("seals/grants/{id}.toml"))).unwrap();
    for (name, signer) in &signers()[..2] {
        let file = repo.at(format!("seals/grants/{id}.{name}-key.sig"));
        fs::write(file, signer.sign(&bytes)).unwrap();
    }
}

/// Makes a grant to apply `plan.sql` in production, and signs it; its id.
pub(crate) fn grant_to_apply(repo: &Repo, more: &[&str]) -> String {
    let new = ["grant", "new", "apply", "--environment", "production", "--base", "base"];
    let rest = ["--plan", "plan.sql", "--reason", "the release"];
    let said = told(&repo.run(&[&new[..], &rest, more].concat()), 0);
    let file = said.lines().find_map(|line| line.strip_prefix("wrote seals/grants/")).unwrap();
    let id = file.strip_suffix(".toml").unwrap().to_owned();
    sign(repo, &id);
    id
}

/// A repository under a policy with `ledger`, with a plan and a signed grant for it, committed.
pub(crate) fn granted(ledger: &str) -> (Repo, String) {
    let repo = ruled(&policy_with(ledger));
    fs::write(repo.at("plan.sql"), "DROP TABLE births;\n").unwrap();
    fs::write(repo.at("apply.sh"), "echo applied\n").unwrap();
    std::os::unix::fs::symlink("apply.sh", repo.at("current")).unwrap();
    commit(&repo, "a plan");
    let id = grant_to_apply(&repo, &[]);
    commit(&repo, "a grant");
    (repo, id)
}

impl Deployment {
    pub(crate) fn new() -> Self {
        let ledger = tempfile::tempdir().unwrap();
        let place = ledger.path().to_str().unwrap().to_owned();
        let (repo, id) = granted(&place);
        repo.git(&["init", "--quiet", "--bare", "--initial-branch=main", &place]);
        let deployment = Self { repo, ledger, id };
        deployment.push();
        deployment
    }

    pub(crate) fn url(&self) -> &str {
        self.ledger.path().to_str().unwrap()
    }

    pub(crate) fn push(&self) {
        self.repo.git(&["push", "--quiet", self.url(), "main"]);
    }

    /// Uses the grant for a command that leaves a line in the file `ran`.
    pub(crate) fn use_grant(&self, more: &[&str]) -> Run {
        self.repo.run(&[&USE[..], more, &["--", "sh", "-c", "echo ran >> .git/ran"]].concat())
    }

    /// How often the command ran.
    pub(crate) fn runs(&self) -> usize {
        fs::read_to_string(self.repo.at(".git/ran")).unwrap_or_default().lines().count()
    }

    fn log(&self) -> String {
        told(&self.repo.run(&["grant", "log"]), 0)
    }

    /// The tags of the ledger.
    pub(crate) fn tags(&self) -> Vec<String> {
        let listed = self.repo.git(&["ls-remote", "--refs", self.url(), "refs/tags/*"]);
        let text = String::from_utf8(listed).unwrap();
        text.lines().map(|line| line.split_once('\t').unwrap().1.to_owned()).collect()
    }

    fn hook(&self, name: &str, script: &str) {
        make_hook(&self.ledger.path().join("hooks").join(name), script);
    }
}

pub(crate) fn make_hook(path: &Path, script: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn an_action_runs_once_and_the_log_tells_how_it_ended() {
    let deployment = Deployment::new();
    let id = &deployment.id;
    assert!(deployment.log().contains("no grant is recorded as used"));
    let dry = told(&deployment.use_grant(&["--dry-run"]), 0);
    assert!(dry.contains("nothing was recorded, and nothing ran"), "{dry}");
    assert_eq!((deployment.runs(), deployment.tags()), (0, vec![]));
    let said = told(&deployment.use_grant(&[]), 0);
    assert!(said.contains("apply ended: exit code 0"), "{said}");
    assert_eq!(deployment.runs(), 1);
    let tag = format!("refs/tags/sealgate-used/{id}");
    assert_eq!(deployment.tags(), [tag.clone(), format!("{tag}.end")]);
    // The record is a commit without a parent and without files.
    let git = |arguments: &[&str]| {
        let mut git = scrubbed("git");
        git.current_dir(deployment.ledger.path()).args(arguments);
        run(git).stdout
    };
    let body = git(&["log", "--format=%B%P", "-1", &tag]);
    let record = GrantUse::read(&format!("{}\n", body.trim_end())).unwrap();
    assert_eq!((record.grant.to_string(), &*record.action), (id.clone(), "apply"));
    assert_eq!(record.plan, Some(Digest::of(b"DROP TABLE births;\n")));
    assert_eq!(git(&["ls-tree", "-r", &tag]), "");
    for more in [&[][..], &["--dry-run"]] {
        let again = told(&deployment.use_grant(more), 1);
        assert!(again.contains("was used before") && again.contains("exit code 0"), "{again}");
    }
    assert_eq!(deployment.runs(), 1);
    let log = deployment.log();
    let commit = String::from_utf8(deployment.repo.git(&["rev-parse", "HEAD"])).unwrap();
    for part in ["apply in production", &id[..10], &commit[..10], "exit code 0"] {
        assert!(log.contains(part), "{log}");
    }
}

#[test]
fn a_check_is_never_enough_and_its_advice_is_the_command_that_is() {
    let deployment = Deployment::new();
    let repo = &deployment.repo;
    let asked = ["--base", "base", "--environment", "production", "--ref", "refs/heads/main"];
    let asked = [&asked[..], &["--action", "apply", "--plan", "plan.sql"]].concat();
    refused(repo, &asked, &["action-needs-use"]);
    let report = repo.check(&asked).report;
    let remedy = report["errors"][0]["remedy"].as_str().unwrap().to_owned();
    let mut shell = repo.command(&[""; 0]);
    let path = format!(
        "{}:{}",
        Path::new(env!("CARGO_BIN_EXE_sealgate")).parent().unwrap().display(),
        std::env::var("PATH").unwrap()
    );
    let line = remedy.replace(" -- COMMAND", " -- sh -c 'echo ran >> .git/ran'");
    shell = {
        let mut sh = scrubbed("sh");
        sh.current_dir(shell.get_current_dir().unwrap()).env("PATH", path).args(["-c", &line]);
        sh
    };
    told(&run(shell), 0);
    assert_eq!(deployment.runs(), 1);
    // As it is printed, it uses nothing up.
    let words: Vec<&str> = remedy.split(' ').skip(1).collect();
    let said = told(&repo.run(&words), 2);
    assert!(said.contains("no program COMMAND"), "{said}");
}

#[test]
fn a_command_that_fails_is_an_error_and_the_grant_is_used() {
    let deployment = Deployment::new();
    let fails = [&USE[..], &["--", "sh", "-c", "exit 7"]].concat();
    let said = told(&deployment.repo.run(&fails), 2);
    assert!(said.contains("exit code 7"), "{said}");
    assert!(deployment.log().contains("exit code 7"));
    told(&deployment.use_grant(&[]), 1);
    assert_eq!(deployment.runs(), 0);
}

#[test]
fn nothing_is_used_up_by_what_cannot_start() {
    let deployment = Deployment::new();
    fs::write(deployment.repo.at("no-program"), "").unwrap();
    for program in ["nonsuch", "./nonsuch", "/nonsuch", "./no-program", "/", ""] {
        told(&deployment.repo.run(&[&USE[..], &["--", program]].concat()), 2);
    }
    assert_eq!(deployment.tags(), Vec::<String>::new());
}

#[test]
fn without_a_command_the_use_is_recorded_and_printed() {
    let deployment = Deployment::new();
    let ran = deployment.repo.run(&USE);
    told(&ran, 0);
    let record = GrantUse::read(&ran.stdout).unwrap();
    assert!(!record.has_command && record.grant.to_string() == deployment.id);
    assert!(deployment.log().contains("used without a command"));
    told(&deployment.use_grant(&[]), 1);
    assert_eq!(deployment.runs(), 0);
}

#[test]
fn a_report_of_a_use_states_a_pass_only_when_all_is_over() {
    let deployment = Deployment::new();
    let repo = &deployment.repo;
    let outputs = repo.at(".git/outputs");
    let reported = |command: &[&str]| {
        fs::write(&outputs, "").unwrap();
        let mut used = repo.command(&USE);
        used.args(["--format", "github", "--report", "json=.git-report.json"]);
        used.arg("--").args(command).env("GITHUB_OUTPUT", &outputs);
        let ran = run(used);
        let report = fs::read(repo.at(".git-report.json")).unwrap();
        let report: serde_json::Value = serde_json::from_slice(&report).unwrap();
        let text = fs::read_to_string(&outputs).unwrap();
        let authority = crate::actions::handed_on(&text)["authority"].clone();
        let _ = fs::remove_file(repo.at(".git-report.json"));
        (ran.code, report["verdict"].as_str().unwrap().to_owned(), authority)
    };
    // The report is not there while the command runs.
    let (code, verdict, authority) = reported(&["test", "!", "-e", ".git-report.json"]);
    assert_eq!((code, &*verdict, &*authority), (0, "pass", "apply in production"));
    let (code, verdict, authority) = reported(&["true"]);
    assert_eq!((code, &*verdict, &*authority), (1, "refused", "none"));
    grant_to_apply(repo, &["--hours", "1"]);
    commit(repo, "again");
    deployment.push();
    let (code, verdict, authority) = reported(&["false"]);
    assert_eq!((code, &*verdict, &*authority), (2, "error", "none"));
    // A report must not lie in what is judged, and nothing is used up by one that does.
    grant_to_apply(repo, &["--hours", "2"]);
    commit(repo, "once more");
    deployment.push();
    let before = deployment.tags();
    told(&repo.run(&[&USE[..], &["--report", "json=dist/x.json", "--", "true"]].concat()), 2);
    told(&repo.run(&[&USE[..], &["--dry-run", "--report", "json=x", "--", "true"]].concat()), 2);
    assert_eq!(deployment.tags(), before);
    commit(repo, "not pushed");
    let stale = [&USE[..], &["--format", "json", "--", "true"]].concat();
    let report = repo.run(&stale);
    assert_eq!(report.code, 1);
    let report: serde_json::Value = serde_json::from_str(&report.stdout).unwrap();
    assert_eq!(report["errors"][0]["code"], "tip-differs");
}

#[test]
fn of_fifty_runs_at_the_same_time_one_runs() {
    let deployment = Deployment::new();
    // Some in clones of their own: nothing but the ledger is between them.
    let clones = tempfile::tempdir().unwrap();
    let mut places: Vec<PathBuf> = vec![deployment.repo.at("")];
    for number in 0..4 {
        let place = clones.path().join(number.to_string());
        deployment.repo.git(&["clone", "--quiet", ".", place.to_str().unwrap()]);
        places.push(place);
    }
    let ran = deployment.repo.at(".git/ran");
    let script = format!("echo ran >> '{}'", ran.display());
    let mut children = Vec::new();
    for number in 0..50 {
        let mut command =
            deployment.repo.command(&[&USE[..], &["--", "sh", "-c", &script]].concat());
        command.current_dir(&places[number % places.len()]);
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        children.push(command.spawn().unwrap());
    }
    let mut codes = [0; 3];
    for child in children {
        let output = child.wait_with_output().unwrap();
        let code = usize::try_from(output.status.code().unwrap()).unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(code == 0 || said.contains("used before"), "{code}: {said}");
        codes[code] += 1;
    }
    assert_eq!((codes, deployment.runs()), ([1, 49, 0], 1));
    assert_eq!(deployment.tags().len(), 2);
}

#[test]
fn a_run_that_is_killed_between_recording_and_running_never_runs() {
    let deployment = Deployment::new();
    let pid = deployment.repo.at(".git/pid");
    deployment.hook("post-receive", &format!("kill -9 $(cat '{}')", pid.display()));
    let words: Vec<String> = USE.iter().map(|word| format!("'{word}'")).collect();
    let script = format!(
        "echo $$ > '{}'; exec '{}' {} -- sh -c 'echo ran >> .git/ran'",
        pid.display(),
        env!("CARGO_BIN_EXE_sealgate"),
        words.join(" ")
    );
    let mut shell = scrubbed("sh");
    shell.current_dir(deployment.repo.at("")).args(["-c", &script]);
    let status = shell.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
    assert_eq!(status.code(), None, "it was not killed");
    fs::remove_file(deployment.ledger.path().join("hooks/post-receive")).unwrap();
    assert!(deployment.log().contains("no end is recorded"), "{}", deployment.log());
    told(&deployment.use_grant(&[]), 1);
    assert_eq!(deployment.runs(), 0);
}

#[test]
fn what_cannot_be_recorded_does_not_run() {
    let deployment = Deployment::new();
    // The repository takes no tag, as with a full disk or without the right to push.
    deployment.hook("pre-receive", "exit 1");
    let said = told(&deployment.use_grant(&[]), 2);
    assert!(said.contains("refused the record"), "{said}");
    fs::remove_file(deployment.ledger.path().join("hooks/pre-receive")).unwrap();
    // It is not there.
    let aside = deployment.ledger.path().with_extension("aside");
    fs::rename(deployment.ledger.path(), &aside).unwrap();
    for arguments in [&["grant", "log"][..], &[&USE[..], &["--", "true"]].concat()] {
        let said = told(&deployment.repo.run(arguments), 2);
        assert!(said.contains("the ledger /"), "{said}");
    }
    fs::rename(&aside, deployment.ledger.path()).unwrap();
    assert_eq!((deployment.runs(), deployment.tags()), (0, vec![]));
    // No object can be written here.
    let objects = deployment.repo.at(".git/objects");
    let script = "ulimit -f 0; exec \"$0\" \"$@\"";
    let mut shell = scrubbed("sh");
    shell.current_dir(deployment.repo.at("")).args(["-c", script]);
    shell.arg(env!("CARGO_BIN_EXE_sealgate")).args(USE).args(["--", "touch", "ran"]);
    let said = told(&run(shell), 2);
    assert!(said.contains("ledger"), "{said} {}", objects.display());
    assert_eq!((deployment.repo.at("ran").exists(), deployment.tags()), (false, vec![]));
    told(&deployment.use_grant(&[]), 0);
    assert_eq!(deployment.runs(), 1);
}

#[test]
fn an_end_that_cannot_be_recorded_is_an_error() {
    let deployment = Deployment::new();
    deployment.hook("update", "case $1 in *.end) exit 1;; esac");
    let said = told(&deployment.use_grant(&[]), 2);
    assert!(said.contains("is not recorded"), "{said}");
    assert!(deployment.log().contains("no end is recorded"));
    told(&deployment.use_grant(&[]), 1);
    assert_eq!(deployment.runs(), 1);
}

#[test]
fn whatever_is_at_the_place_of_a_record_uses_the_grant_up() {
    for name in ["", ".end"] {
        let deployment = Deployment::new();
        let tag = format!("main:refs/tags/sealgate-used/{}{name}", deployment.id);
        deployment.repo.git(&["push", "--quiet", deployment.url(), &tag]);
        let said = told(&deployment.use_grant(&[]), 1);
        assert!(said.contains("was used before"), "{said}");
        let log = deployment.log();
        assert!(log.contains("unreadable record"), "{log}");
        assert_eq!(deployment.runs(), 0);
    }
}

#[test]
fn no_setting_of_git_leads_the_ledger_elsewhere() {
    let deployment = Deployment::new();
    let elsewhere = tempfile::tempdir().unwrap();
    let other = elsewhere.path().to_str().unwrap();
    deployment.repo.git(&["clone", "--quiet", "--bare", ".", other]);
    let url = deployment.url();
    let settings = [
        (format!("url.{other}.insteadOf"), url),
        (format!("url.{other}.pushInsteadOf"), &url[..3]),
        (format!("remote.{url}.url"), other),
        (format!("remote.{url}.pushurl"), other),
    ];
    for (setting, value) in settings {
        deployment.repo.git(&["config", &setting, value]);
        let said = told(&deployment.use_grant(&[]), 2);
        assert!(said.contains("leads it elsewhere"), "{setting}: {said}");
        deployment.repo.git(&["config", "--unset", &setting]);
    }
    assert_eq!((deployment.runs(), deployment.tags()), (0, vec![]));
    // No hook of the clone has a say, and none runs.
    make_hook(&deployment.repo.at(".git/hooks/pre-push"), "touch hooked; exit 1");
    told(&deployment.use_grant(&[]), 0);
    assert!(!deployment.repo.at("hooked").exists());
}

#[test]
fn only_the_tip_of_the_branch_where_the_ledger_is_counts() {
    let deployment = Deployment::new();
    commit(&deployment.repo, "not pushed");
    let said = told(&deployment.use_grant(&[]), 1);
    assert!(said.contains("is not the tip"), "{said}");
    deployment.push();
    deployment.repo.git(&["reset", "--quiet", "--hard", "HEAD~"]);
    let said = told(&deployment.use_grant(&[]), 1);
    assert!(said.contains("main is at"), "{said}");
    let bare = ["--git-dir", deployment.url(), "branch", "-m", "main", "other"];
    deployment.repo.git(&bare);
    let said = told(&deployment.use_grant(&[]), 1);
    assert!(said.contains("has no branch main"), "{said}");
    assert_eq!((deployment.runs(), deployment.tags()), (0, vec![]));
}

#[test]
fn no_action_is_authorised_for_an_open_change_request() {
    let deployment = Deployment::new();
    for (event, more) in
        [("pull_request", &[][..]), ("pull_request_target", &["--dry-run"]), ("merge_group", &[])]
    {
        let mut command =
            deployment.repo.command(&[&USE[..], more, &["--", "touch", "ran"]].concat());
        command.env("GITHUB_EVENT_NAME", event).env("GITHUB_BASE_REF", "main");
        let said = told(&run(command), 1);
        assert!(said.contains("is open"), "{said}");
    }
    let asked = ["check", "--base", "base", "--environment", "production", "--action", "apply"];
    let mut command = deployment.repo.command(&asked);
    command.args(["--plan", "plan.sql"]);
    command.env("GITHUB_EVENT_NAME", "pull_request").env("GITHUB_BASE_REF", "main");
    let said = told(&run(command), 1);
    assert!(said.contains("change request into main is open"), "{said}");
    assert_eq!(deployment.tags(), Vec::<String>::new());
}

#[test]
fn a_grant_is_for_the_files_of_one_commit_and_one_plan() {
    let deployment = Deployment::new();
    let repo = &deployment.repo;
    // What lies in the directories of grants and of evidence is not covered.
    fs::write(repo.at("seals/grants/README.md"), "grants\n").unwrap();
    fs::create_dir(repo.at("seals/evidence")).unwrap();
    fs::write(repo.at("seals/evidence/x"), "").unwrap();
    commit(repo, "notes");
    deployment.push();
    told(&deployment.use_grant(&["--dry-run"]), 0);
    fs::write(repo.at("plan.sql"), "DROP TABLE deaths;\n").unwrap();
    let said = told(&deployment.use_grant(&[]), 1);
    assert!(said.contains("permits another change"), "{said}");
    repo.git(&["checkout", "--quiet", "plan.sql"]);
    let without: Vec<&str> = USE.iter().copied().filter(|word| !word.contains("plan")).collect();
    told(&repo.run(&[&without[..], &["--", "true"]].concat()), 1);
    for (file, code) in [("README", 1), ("seals/README.md", 1), ("seals/grants.txt", 2)] {
        fs::write(repo.at(file), "x").unwrap();
        commit(repo, "another file");
        deployment.push();
        told(&deployment.use_grant(&[]), code);
        repo.git(&["reset", "--quiet", "--hard", "HEAD~"]);
        repo.git(&["push", "--quiet", "--force", deployment.url(), "main"]);
    }
    assert_eq!((deployment.runs(), deployment.tags()), (0, vec![]));
    told(&deployment.use_grant(&[]), 0);
}

#[test]
fn the_subject_of_a_grant_is_the_tree_that_git_writes_without_grants() {
    let deployment = Deployment::new();
    let repo = &deployment.repo;
    let file = repo.at(format!("seals/grants/{}.toml", deployment.id));
    let grant = Grant::read(&fs::read(file).unwrap()).unwrap();
    repo.git(&["rm", "-r", "--quiet", "--cached", "seals/grants"]);
    let tree = String::from_utf8(repo.git(&["write-tree"])).unwrap();
    let bound = grant.binding.unwrap();
    assert_eq!(bound.tree, tree.trim());
    assert_eq!(bound.plan.unwrap().text, "DROP TABLE births;\n");
}

#[test]
fn the_base_of_a_later_use_is_the_commit_of_the_last_one() {
    let deployment = Deployment::new();
    let repo = &deployment.repo;
    let without_base = &USE[..USE.len() - 1];
    let said = told(&repo.run(&[without_base, &["--", "true"]].concat()), 1);
    assert!(said.contains("--base REV"), "{said}");
    told(&deployment.use_grant(&[]), 0);
    // Another grant for the same files and the same plan: the used one does not stand in its way.
    grant_to_apply(repo, &["--hours", "1"]);
    commit(repo, "again");
    deployment.push();
    told(&repo.run(&[without_base, &["--", "true"]].concat()), 0);
    assert_eq!(deployment.log().lines().count(), 2);
}

#[test]
fn a_local_ledger_is_one_time_in_its_clone_and_says_so() {
    let (repo, id) = granted("local");
    let used = repo.at(".git/sealgate/used");
    let runs = || fs::read_to_string(repo.at(".git/ran")).unwrap_or_default().lines().count();
    let go = || repo.run(&[&USE[..], &["--", "sh", "-c", "echo ran >> .git/ran"]].concat());
    // What cannot be recorded does not run.
    fs::write(repo.at(".git/sealgate"), "").unwrap();
    told(&go(), 2);
    fs::remove_file(repo.at(".git/sealgate")).unwrap();
    assert_eq!(runs(), 0);
    let said = told(&go(), 0);
    assert!(said.contains("one-time in this clone only"), "{said}");
    let mut names: Vec<_> =
        fs::read_dir(&used).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, [id.clone(), format!("{id}.end")].map(std::ffi::OsString::from));
    told(&go(), 1);
    assert_eq!(runs(), 1);
    let log = told(&repo.run(&["grant", "log"]), 0);
    assert!(log.contains("exit code 0") && log.contains("one-time in this clone only"), "{log}");
    // An empty record is a use of which nothing is known.
    fs::write(used.join(&id), "").unwrap();
    told(&go(), 1);
}

#[test]
fn of_many_runs_with_a_local_ledger_one_runs_and_none_without_room() {
    let (repo, _) = granted("local");
    let runs = || fs::read_to_string(repo.at(".git/ran")).unwrap_or_default().lines().count();
    let arguments = [&USE[..], &["--", "sh", "-c", "echo ran >> .git/ran"]].concat();
    // No file can grow, as on a full disk.
    let mut shell = scrubbed("sh");
    shell.current_dir(repo.at("")).args(["-c", "trap '' XFSZ; ulimit -f 0; exec \"$0\" \"$@\""]);
    shell.arg(env!("CARGO_BIN_EXE_sealgate")).args(&arguments);
    let said = told(&run(shell), 2);
    assert!(said.contains("the ledger"), "{said}");
    assert_eq!(runs(), 0);
    let mut children = Vec::new();
    for _ in 0..20 {
        let mut command = repo.command(&arguments);
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        children.push(command.spawn().unwrap());
    }
    let mut codes = [0; 3];
    for child in children {
        let output = child.wait_with_output().unwrap();
        codes[usize::try_from(output.status.code().unwrap()).unwrap()] += 1;
    }
    assert_eq!((codes, runs()), ([1, 19, 0], 1));
}

#[test]
fn without_a_ledger_no_action_is_authorised() {
    let repo = project(&policy_text());
    fs::write(repo.at("plan.sql"), "x\n").unwrap();
    commit(&repo, "a plan");
    grant_to_apply(&repo, &[]);
    commit(&repo, "a grant");
    let said = told(&repo.run(&[&USE[..], &["--", "true"]].concat()), 1);
    assert!(said.contains("has no ledger"), "{said}");
    let asked = ["--base", "base", "--environment", "production", "--ref", "refs/heads/main"];
    let action = ["--action", "apply", "--plan", "plan.sql"];
    refused(&repo, &[&asked[..], &action].concat(), &["ledger-missing"]);
}
