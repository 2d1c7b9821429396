//! Commands in small repositories, each with what must hold when the command is disturbed.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::authority::{Signer, policy_of, policy_text, signers};
use crate::support::{Node, Repo, scrubbed};

/// The action that the workflow of `init` runs.
const ACTION: &str = "owner/sealgate@0123456789abcdef0123456789abcdef01234567";

/// A command and the repository that it runs in.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    /// The repository as it is before the command; runs take place in copies of it.
    pub(crate) template: Repo,
    pub(crate) arguments: Vec<String>,
    pub(crate) input: Vec<u8>,
    pub(crate) expect: Expect,
}

/// What must hold of a disturbed run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expect {
    /// Something is wrong here that the command must see: it never exits with 0.
    Refusal,
    /// All is right here: it exits with 0 only with the answer of an undisturbed run.
    Answer,
    /// It replaces files: each holds its old content or its new one, and after exit code 0 the new.
    Writes,
}

impl Case {
    fn new(name: &'static str, template: Repo, arguments: &[&str], expect: Expect) -> Self {
        let arguments = arguments.iter().map(|&argument| argument.to_owned()).collect();
        Self { name, template, arguments, input: Vec::new(), expect }
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.template.at("")
    }

    /// The command, about to run in the repository `root`.
    pub(crate) fn command(&self, root: &Path) -> Command {
        let mut command = scrubbed(env!("CARGO_BIN_EXE_sealgate"));
        command.current_dir(root).args(&self.arguments);
        command
    }
}

/// The commands that only look.
pub(crate) fn reading() -> Vec<Case> {
    let mut cases = Vec::new();
    for (name, spoil) in WRONG {
        let repo = plain();
        spoil(&repo);
        cases.push(Case::new(name, repo, &["check", "--format", "json"], Expect::Refusal));
    }
    let check = ["check", "--format", "json"];
    cases.push(Case::new("check, as sealed", plain(), &check, Expect::Answer));
    let (good, bad) = (committed(false), committed(true));
    let rev = ["check", "--rev", "HEAD", "--format", "json"];
    let line = |repo: &Repo| {
        let id = String::from_utf8(repo.git(&["rev-parse", "HEAD"])).unwrap();
        format!("refs/heads/main {} refs/heads/main {}\n", id.trim(), "0".repeat(40))
    };
    let push = ["hook", "pre-push", "origin", "../remote"];
    cases.push(Case::new("check --rev, as sealed", good, &rev, Expect::Answer));
    cases.push(Case::new("check --rev, another byte", bad, &rev, Expect::Refusal));
    for (name, bad, expect) in [
        ("hook pre-push, as sealed", false, Expect::Answer),
        ("hook pre-push, another byte", true, Expect::Refusal),
    ] {
        let repo = committed(bad);
        let input = line(&repo).into_bytes();
        cases.push(Case { input, ..Case::new(name, repo, &push, expect) });
    }
    cases.extend(under_a_policy());
    cases
}

/// The name of a case, and what makes its tree wrong.
type Spoilt = (&'static str, fn(&Repo));

/// Ways to make [`plain`] differ from its seal, each in one place alone.
const WRONG: [Spoilt; 8] = [
    ("check, another byte", |repo| fs::write(repo.at("dist/d/b"), "c").unwrap()),
    ("check, another byte in the last file", |repo| fs::write(repo.at("dist/z"), "c").unwrap()),
    ("check, a file more", |repo| fs::write(repo.at("dist/d/more"), "x").unwrap()),
    ("check, a directory more", |repo| fs::create_dir(repo.at("dist/d/more")).unwrap()),
    ("check, a file less", |repo| fs::remove_file(repo.at("dist/a")).unwrap()),
    ("check, an execute bit less", |repo| {
        fs::set_permissions(repo.at("dist/run"), fs::Permissions::from_mode(0o644)).unwrap();
    }),
    ("check, another target of a link", |repo| {
        fs::remove_file(repo.at("dist/link")).unwrap();
        symlink("d/c", repo.at("dist/link")).unwrap();
    }),
    ("check, a broken seal", |repo| {
        let seal = fs::read_to_string(repo.at("seals/dist.toml")).unwrap();
        fs::write(repo.at("seals/dist.toml"), seal + "\n").unwrap();
    }),
];

/// A repository without git, with one of everything under seal.
pub(crate) fn plain() -> Repo {
    let repo = Repo::plain();
    let file = |text: &str| Node::File(text.as_bytes().to_vec());
    repo.build(
        "dist",
        &[
            ("a", file("a")),
            ("run", Node::Exec(b"#!/bin/sh\n".to_vec())),
            ("d/b", file("b")),
            ("d/e/c", file("c")),
            ("link", Node::Link("d/b".into())),
            ("nothing", Node::Dir),
            ("z", file("z")),
        ],
    );
    repo.seal("dist", "dist");
    repo
}

/// A git repository without what git puts there as examples.
fn in_git() -> Repo {
    let repo = Repo::in_git();
    fs::remove_dir_all(repo.at(".git/hooks")).unwrap();
    fs::create_dir(repo.at(".git/hooks")).unwrap();
    repo
}

fn commit(repo: &Repo, message: &str) {
    repo.git(&["add", "-A"]);
    repo.git(&["commit", "--quiet", "-m", message]);
}

/// A commit with `dist` under seal, of which one byte is another one if it is `bad`.
fn committed(bad: bool) -> Repo {
    let repo = in_git();
    let file = |text: &str| Node::File(text.as_bytes().to_vec());
    repo.build("dist", &[("app.js", file("one")), ("d/b.js", file("two"))]);
    repo.git(&["add", "-A"]);
    repo.seal("dist", "dist");
    if bad {
        fs::write(repo.at("dist/d/b.js"), "too").unwrap();
    }
    commit(&repo, "sealed");
    repo
}

/// A seal that changed since `base`, under a policy, with a grant that has `approvals` of two.
fn granted(approvals: usize) -> Repo {
    let repo = committed(false);
    fs::write(repo.at("seals/policy.toml"), policy_text()).unwrap();
    commit(&repo, "base");
    repo.git(&["tag", "base"]);
    fs::write(repo.at("dist/app.js"), "three").unwrap();
    assert_eq!(repo.run(&["seal", "dist"]).code, 0);
    let id = new_grant(&repo);
    let bytes = fs::read(repo.at(format!("seals/grants/{id}.toml"))).unwrap();
    for (name, signer) in &signers()[..approvals] {
        let file = repo.at(format!("seals/grants/{id}.{name}-key.sig"));
        fs::write(file, signer.sign(&bytes)).unwrap();
    }
    commit(&repo, "three");
    repo
}

/// Writes a grant for the change since `base`; its id.
fn new_grant(repo: &Repo) -> String {
    let ran = repo.run(&NEW_GRANT);
    let said = ran.stdout.clone();
    let file = said.lines().find_map(|line| line.strip_prefix("wrote seals/grants/"));
    file.and_then(|file| file.strip_suffix(".toml")).expect(&ran.stderr).to_owned()
}

const NEW_GRANT: [&str; 9] =
    ["grant", "new", "reseal", "--seal", "dist", "--base", "base", "--reason", "the release"];

/// The commands that a policy has a say in.
fn under_a_policy() -> Vec<Case> {
    use Expect::{Answer, Refusal};
    let base = ["check", "--base", "base", "--format", "json"];
    let rev = ["check", "--base", "base", "--rev", "HEAD", "--format", "json"];
    let environment =
        ["check", "--base", "base", "--environment", "production", "--action", "apply"];
    let unsound = || {
        let repo = plain();
        // Two approvals of one person are wanted; he can give only one.
        let text =
            policy_of(&[("ada", Signer::new(1))], 1).replace("threshold = 1", "threshold = 2");
        fs::write(repo.at("seals/policy.toml"), text).unwrap();
        repo
    };
    let sound = || {
        let repo = plain();
        fs::write(repo.at("seals/policy.toml"), policy_text()).unwrap();
        repo
    };
    let map = |text: &str| {
        let repo = plain();
        fs::write(repo.at("map.json"), text).unwrap();
        repo
    };
    let open = include_str!("../../../fixtures/blockers.json");
    let contradicted = open.replacen("\"open_count\": 7", "\"open_count\": 6", 1);
    assert_ne!(open, contradicted);
    let blocked = ["blockers", "check", "map.json", "--blocks", "production-ci"];
    // With one approval of two the latest grant does not count.
    let verify = |repo: &Repo| {
        let grants = fs::read_dir(repo.at("seals/grants")).unwrap();
        let mut names = grants.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.find_map(|name| name.strip_suffix(".toml").map(str::to_owned)).unwrap()
    };
    let (few, enough) = (granted(1), granted(2));
    let (id_few, id_enough) = (verify(&few), verify(&enough));
    let verify_few = ["grant", "verify", &id_few, "--base", "base"];
    let verify_enough = ["grant", "verify", &id_enough, "--base", "base"];
    let show = ["grant", "show", &id_enough, "--base", "base"];
    let mut cases = vec![
        Case::new("check --base, a grant with too few approvals", granted(1), &base, Refusal),
        Case::new("check --base, a grant that counts", granted(2), &base, Answer),
        Case::new("check --base --rev, a grant with too few approvals", granted(1), &rev, Refusal),
        Case::new("check --environment, nothing is granted", granted(2), &environment, Refusal),
        Case::new("grant list", granted(2), &["grant", "list"], Answer),
        Case::new("policy check, sound", sound(), &["policy", "check"], Answer),
        Case::new("policy check, unsound", unsound(), &["policy", "check"], Refusal),
        Case::new("blockers check, open", map(open), &blocked, Refusal),
        Case::new("blockers check, contradicted", map(&contradicted), &blocked[..3], Refusal),
        Case::new("blockers list", map(open), &["blockers", "list", "map.json"], Answer),
    ];
    cases.push(Case::new("grant show", granted_as(&enough), &show, Answer));
    cases.push(Case::new("grant verify, too few approvals", few, &verify_few, Refusal));
    cases.push(Case::new("grant verify, enough", enough, &verify_enough, Answer));
    cases
}

/// A copy of a repository: a grant's id depends on when it was made.
fn granted_as(repo: &Repo) -> Repo {
    let copy = Repo::plain();
    let copied = Command::new("cp").arg("-a").arg(repo.at(".")).arg(copy.at("")).status();
    assert!(copied.unwrap().success());
    copy
}

/// The commands that write.
pub(crate) fn writing() -> Vec<Case> {
    let case = |name, repo, arguments: &[&str]| Case::new(name, repo, arguments, Expect::Writes);
    let changed = |repo: Repo| {
        fs::write(repo.at("dist/new"), "new").unwrap();
        repo
    };
    let added = |repo: Repo| {
        repo.git(&["add", "-A"]);
        repo
    };
    let reported = |repo: Repo| {
        repo.run(&["check", "--report", "json=report.json"]);
        assert!(repo.at("report.json").exists());
        repo
    };
    let edited = || {
        let repo = plain();
        let seal = fs::read_to_string(repo.at("seals/dist.toml")).unwrap();
        fs::write(repo.at("seals/dist.toml"), seal.replace(" = ", "  =  ")).unwrap();
        repo
    };
    let hooked = |before: bool| {
        let repo = committed(false);
        if before {
            let hook = repo.at(".git/hooks/pre-push");
            fs::write(&hook, "#!/bin/sh\nexit 0\n").unwrap();
            fs::set_permissions(hook, fs::Permissions::from_mode(0o755)).unwrap();
        }
        repo
    };
    let installed = |before| {
        let repo = hooked(before);
        assert_eq!(repo.run(&["hook", "install"]).code, 0);
        repo
    };
    let bare = || {
        let repo = in_git();
        let file = |text: &str| Node::File(text.as_bytes().to_vec());
        repo.build("dist", &[("app.js", file("one")), ("d/b.js", file("two"))]);
        repo.git(&["add", "-A"]);
        repo.git(&["commit", "--quiet", "-m", "one"]);
        fs::remove_dir(repo.at("seals")).unwrap();
        repo
    };
    let ungranted = || {
        let repo = granted(0);
        fs::remove_dir_all(repo.at("seals/grants")).unwrap();
        commit(&repo, "without");
        repo
    };
    vec![
        case("seal", changed(plain()), &["seal", "dist"]),
        case("seal, tracked by git", added(changed(committed(false))), &["seal", "dist"]),
        case("seal, a new one", changed(plain()), &["seal", "two", "--root", "dist/d"]),
        case("fmt", edited(), &["fmt"]),
        case(
            "seal --from-report",
            reported(changed(plain())),
            &["seal", "--from-report", "report.json"],
        ),
        case("hook install", hooked(false), &["hook", "install"]),
        case("hook install, over a hook", hooked(true), &["hook", "install"]),
        case("hook uninstall", installed(false), &["hook", "uninstall"]),
        case("hook uninstall, over a hook", installed(true), &["hook", "uninstall"]),
        case(
            "init",
            bare(),
            &["init", "--yes", "--root", "dist", "--workflow", "check", "--action", ACTION],
        ),
        case("grant new", ungranted(), &NEW_GRANT),
        case(
            "grant sign",
            signing(),
            &["grant", "sign", "--base", "base", "--key", "ada", "--yes"],
        ),
        case("check --report", plain(), &["check", "--report", "sarif=report.sarif"]),
        case("check --stage", plain(), &["check", "--stage", "staged"]),
        case(
            "merge-reports --report",
            reported(plain()),
            &["merge-reports", "report.json", "--report", "sarif=report.sarif"],
        ),
    ]
}

/// A grant that nobody signed, and the key of Ada in the file `ada`.
fn signing() -> Repo {
    let repo = committed(false);
    let key = repo.at("ada");
    let made = Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", "", "-C", "", "-f"])
        .arg(&key)
        .status();
    assert!(made.expect("ssh-keygen is installed").success());
    let line = fs::read_to_string(repo.at("ada.pub")).unwrap();
    let text = policy_of(&[("ada", Signer::new(1))], 1);
    let text = text.replace(&Signer::new(1).line(), line.trim_end());
    fs::write(repo.at("seals/policy.toml"), crate::authority::canonical(&text)).unwrap();
    commit(&repo, "base");
    repo.git(&["tag", "base"]);
    fs::write(repo.at("dist/app.js"), "three").unwrap();
    assert_eq!(repo.run(&["seal", "dist"]).code, 0);
    new_grant(&repo);
    repo
}
