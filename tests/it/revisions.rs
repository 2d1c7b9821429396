//! What a revision means: one rule, held against real git in both of its hashes.

#![cfg(unix)]

use std::fs;

use crate::support::{Repo, Run};

/// Two commits whose seals differ: the first is `base`, the second HEAD of `main`.
struct History {
    repo: Repo,
    base: String,
    head: String,
}

impl History {
    fn new(format: &str) -> Self {
        Self::made(&[
            "init",
            "--quiet",
            "--initial-branch=main",
            &format!("--object-format={format}"),
        ])
    }

    fn made(init: &[&str]) -> Self {
        let (repo, [base, head]) = Repo::once_with(&init.concat(), || Self::of_two(init));
        Self { repo, base, head }
    }

    /// A repository of two commits, and their ids.
    fn of_two(init: &[&str]) -> (Repo, [String; 2]) {
        let repo = Repo::plain();
        repo.git(init);
        fs::create_dir(repo.at("dist")).unwrap();
        let mut ids = Vec::new();
        for (text, seal) in
            [("good", &["seal", "dist", "--root", "dist"][..]), ("evil", &["seal", "dist"])]
        {
            fs::write(repo.at("dist/a.js"), text).unwrap();
            repo.git(&["add", "dist"]);
            assert_eq!(repo.run(seal).code, 0);
            repo.git(&["add", "--all"]);
            repo.git(&["commit", "--quiet", "--message", text]);
            ids.push(id(&repo, "HEAD"));
        }
        (repo, ids.try_into().unwrap())
    }

    fn git(&self, arguments: &[&str]) {
        self.repo.git(arguments);
    }

    /// A check against `revision` that passes only where the seals are as they are in HEAD.
    fn against(&self, revision: &str) -> Run {
        let base = format!("--base={revision}");
        self.repo.run(&["check", &base, "--on-reseal", "fail"])
    }

    /// `revision` means the first commit.
    #[track_caller]
    fn assert_is_base(&self, revision: &str) {
        let base = format!("--base={revision}");
        let checked = self.repo.check(&[&base, "--on-reseal", "fail"]);
        assert_eq!(checked.code, 1, "{revision}: {}", checked.report);
        assert_eq!(checked.report["base"]["oid"], *self.base, "{revision}");
    }

    /// `revision` is an error that says `says`, and the next step.
    #[track_caller]
    fn assert_refused(&self, revision: &str, says: &str) -> Run {
        for option in ["--base", "--rev", "--seals-from"] {
            let ran = self.repo.run(&["check", &format!("{option}={revision}")]);
            assert_eq!(ran.code, 2, "{option} {revision}: {ran:?}");
            assert!(ran.stderr.contains(says), "{revision} should say {says:?}: {}", ran.stderr);
            assert!(ran.stderr.contains("\n  next: "), "{revision}: {}", ran.stderr);
        }
        self.against(revision)
    }
}

fn id(repo: &Repo, revision: &str) -> String {
    String::from_utf8(repo.git(&["rev-parse", revision])).unwrap().trim().to_owned()
}

const FORMATS: [&str; 2] = ["sha1", "sha256"];

#[test]
fn a_name_that_several_places_have_is_an_error_that_names_them_all() {
    // The name; the ref of the good commit that it means at first; and the one that then takes it.
    let cases = [
        ("topic", "refs/heads/topic", "refs/tags/topic"),
        ("topic", "refs/remotes/topic/HEAD", "refs/tags/topic"),
        ("topic", "refs/remotes/topic", "refs/heads/topic"),
        ("topic", "refs/heads/topic", "refs/topic"),
        ("heads/topic", "refs/heads/topic", "refs/tags/heads/topic"),
        ("origin/main", "refs/remotes/origin/main", "refs/heads/origin/main"),
        ("deadbeef", "refs/heads/deadbeef", "refs/tags/deadbeef"),
        ("v1-0-gdeadbeef", "refs/heads/v1-0-gdeadbeef", "refs/tags/v1-0-gdeadbeef"),
        ("refs/topic", "refs/refs/topic", "refs/topic"),
    ];
    for format in FORMATS {
        for (name, first, second) in cases {
            let history = History::new(format);
            history.git(&["update-ref", first, &history.base]);
            if name.starts_with("refs/") {
                // A full name means one place alone, whatever the others hold.
                history.assert_refused(name, "names no commit that is here");
                continue;
            }
            history.assert_is_base(name);
            history.git(&["update-ref", second, &history.head]);
            let ran = history.assert_refused(name, "has more than one meaning");
            let ran = [ran, history.assert_refused(&format!("{name}~0"), second)];
            for full in [first, second] {
                assert!(ran[0].stderr.contains(full), "{}", ran[0].stderr);
                assert!(ran[1].stderr.contains(&format!("{full}~0")), "{}", ran[1].stderr);
            }
            // What is printed works as it is printed.
            history.assert_is_base(first);
            assert_eq!(history.against(second).code, 0, "{second}");
        }
    }
}

#[test]
fn a_tag_named_like_a_remote_a_short_id_or_a_description_takes_nothings_place() {
    for format in FORMATS {
        let history = History::new(format);
        let short = history.base[..8].to_owned();
        history.git(&["tag", "v1", &history.base]);
        for name in [short.clone(), format!("v1-0-g{short}")] {
            history.assert_is_base(&name);
            let tag = format!("refs/tags/{name}");
            history.git(&["update-ref", &tag, &history.head]);
            let ran = history.assert_refused(&name, "has more than one meaning");
            assert!(
                ran.stderr.contains(&history.base) && ran.stderr.contains(&tag),
                "{}",
                ran.stderr
            );
            history.git(&["update-ref", "-d", &tag]);
            history.assert_is_base(&name);
        }
        history.assert_refused(&history.base[..6], "names no commit that is here");
        history.assert_refused(&format!("v1-0-g{}", &history.base[..6]), "names no commit");
    }
}

#[test]
fn a_full_id_is_that_object_and_the_digits_of_the_other_hash_are_none() {
    for format in FORMATS {
        let history = History::new(format);
        let (base, head) = (&history.base, &history.head);
        history.git(&["update-ref", &format!("refs/tags/{base}"), head]);
        history.git(&["update-ref", &format!("refs/heads/{base}"), head]);
        history.assert_is_base(base);
        let other =
            if format == "sha1" { base.repeat(2)[..64].to_owned() } else { base[..40].to_owned() };
        history.assert_refused(&other, "digits of 0-9a-f in this repository");
        history.git(&["update-ref", &format!("refs/tags/{other}"), head]);
        history.assert_refused(&other, "digits of 0-9a-f in this repository");
        history.assert_refused(&base.to_uppercase(), "digits of 0-9a-f in this repository");
    }
}

#[test]
fn head_is_what_head_holds_and_never_a_branch_or_a_tag() {
    for format in FORMATS {
        let history = History::new(format);
        for place in ["refs/heads/HEAD", "refs/tags/HEAD", "refs/remotes/HEAD/HEAD", "refs/heads/@"]
        {
            history.git(&["update-ref", place, &history.head]);
        }
        history.git(&["checkout", "--quiet", "--detach", &history.base]);
        // The working tree is the first commit now, so that nothing changed since HEAD.
        for name in ["HEAD", "@", "HEAD^{commit}", "@~0"] {
            let checked = history.repo.check(&["--rev", name]);
            assert_eq!(checked.report["seals"][0]["source"]["oid"], *history.base, "{name}");
        }
        // A branch without a commit: git would go on to the tag.
        history.git(&["symbolic-ref", "HEAD", "refs/heads/unborn"]);
        history.assert_refused("HEAD", "HEAD names no commit that is here");
    }
}

#[test]
fn a_full_ref_is_that_ref_and_a_tag_with_its_whole_name_is_none() {
    for format in FORMATS {
        let history = History::new(format);
        history.git(&["update-ref", "refs/heads/topic", &history.base]);
        history.git(&["update-ref", "refs/tags/refs/heads/topic", &history.head]);
        history.git(&["update-ref", "refs/tags/refs/heads/none", &history.head]);
        history.assert_is_base("refs/heads/topic");
        history.assert_refused("refs/heads/none", "refs/heads/none names no commit that is here");
        history.git(&["pack-refs", "--all"]);
        history.assert_is_base("refs/heads/topic");
        history.assert_is_base("topic");
    }
}

#[test]
fn what_git_itself_reads_must_be_the_value_of_the_one_place() {
    let history = History::new("sha1");
    history.git(&["update-ref", "refs/heads/topic", &history.base]);
    history.assert_is_base("topic");
    // git's own directory comes first.
    fs::write(history.repo.at(".git/topic"), format!("{}\n", history.head)).unwrap();
    history.assert_refused("topic", &history.head);
    history.assert_is_base("refs/heads/topic");
    let short = &history.base[..7];
    fs::write(history.repo.at(".git").join(short), format!("{}\n", history.head)).unwrap();
    history.assert_refused(short, "has more than one meaning");
    // Names of other working trees are refs to git.
    history.git(&["update-ref", "refs/heads/main-worktree/HEAD", &history.base]);
    history.assert_refused("main-worktree/HEAD", "has more than one meaning");
    // In another case it is another name, also where files have but one.
    history.assert_refused("TOPIC", "names no commit that is here");
}

#[test]
fn pseudo_refs_are_read_unless_a_ref_is_named_like_one() {
    let history = History::new("sha1");
    history.assert_refused("ORIG_HEAD", "names no commit that is here");
    history.git(&["update-ref", "ORIG_HEAD", &history.base]);
    fs::write(history.repo.at(".git/FETCH_HEAD"), format!("{}\t\tbranch 'x' of y\n", history.base))
        .unwrap();
    for name in ["ORIG_HEAD", "FETCH_HEAD"] {
        history.assert_is_base(name);
        history.git(&["update-ref", &format!("refs/tags/{name}"), &history.head]);
        history.assert_refused(name, "has more than one meaning");
    }
}

#[test]
fn a_symbolic_ref_leads_to_no_ref_of_another_kind() {
    let history = History::new("sha1");
    history.git(&["update-ref", "refs/remotes/origin/main", &history.base]);
    history.git(&["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main"]);
    history.assert_is_base("origin");
    history.git(&["update-ref", "refs/tags/t", &history.head]);
    history.git(&["symbolic-ref", "refs/remotes/origin/HEAD", "refs/tags/t"]);
    let spellings = ["origin", "origin/HEAD", "remotes/origin/HEAD", "refs/remotes/origin/HEAD"];
    for spelling in spellings {
        history.assert_refused(spelling, "refs/remotes/origin/HEAD leads to refs/tags/t");
    }
    // By way of another symbolic ref.
    history.git(&["symbolic-ref", "refs/remotes/origin/way", "refs/tags/t"]);
    history.git(&["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/way"]);
    for spelling in spellings {
        history.assert_refused(spelling, "refs/remotes/origin/HEAD leads to refs/tags/t");
    }
}

#[test]
fn steps_go_through_the_commits_themselves() {
    for format in FORMATS {
        let history = History::new(format);
        for revision in ["HEAD~1", "main^", "HEAD^1", "HEAD~^0", "main^^{}", "main~1^{commit}"] {
            history.assert_is_base(revision);
        }
        for revision in ["HEAD~2", "HEAD^2", "main^^"] {
            history.assert_refused(revision, "names no commit that is here");
        }
        // A graft and a replacement say that HEAD comes from itself.
        let tree = id(&history.repo, "HEAD^{tree}");
        let other = history.repo.git(&["commit-tree", "-p", &history.head, "-m", "x", &tree]);
        let other = String::from_utf8(other).unwrap().trim().to_owned();
        history.git(&["replace", &history.head, &other]);
        history.assert_is_base("HEAD~1");
        history.git(&["replace", "--delete", &history.head]);
        fs::create_dir_all(history.repo.at(".git/info")).unwrap();
        fs::write(history.repo.at(".git/info/grafts"), format!("{} {other}\n", history.head))
            .unwrap();
        history.assert_is_base("HEAD~1");
    }
}

#[test]
fn other_ways_to_name_a_commit_are_refused_and_the_printed_command_gives_its_id() {
    let history = History::new("sha1");
    for (revision, says) in [
        ("main@{1}", "reflogs"),
        ("@{-1}", "reflogs"),
        ("main@{upstream}", "reflogs"),
        (":/good", "names no commit"),
        ("HEAD^{/good}", "{commit} alone"),
        ("HEAD^{tree}", "{commit} alone"),
        ("HEAD:dist", "stands before a path"),
        ("^HEAD", "nothing stands before"),
        ("HEAD^@", "reads `~N`, `^N` and `^{commit}` alone"),
        ("HEAD~100001", "generations"),
        ("HEAD~99999999999999999999999999", "too large"),
    ] {
        let ran = history.assert_refused(revision, says);
        let printed = ran.stderr.split('`').find(|part| part.starts_with("git rev-parse"));
        if let (Some(printed), "main@{1}" | ":/good" | "HEAD^{/good}") = (printed, revision) {
            let mut shell = crate::support::scrubbed("sh");
            let output =
                shell.current_dir(history.repo.at("")).args(["-c", printed]).output().unwrap();
            let printed = String::from_utf8(output.stdout).unwrap();
            assert_eq!(printed.trim(), history.base, "{revision}");
        }
    }
    // A quote would end the quoted word of the command: there is none.
    let ran = history.assert_refused("it's@{1}", "reflogs");
    assert!(!ran.stderr.contains("rev-parse"), "{}", ran.stderr);
}

#[test]
fn refs_are_found_wherever_git_keeps_them() {
    let table = ["init", "--quiet", "--initial-branch=main", "--ref-format=reftable"];
    let history = History::made(&table);
    history.git(&["update-ref", "refs/remotes/origin/main", &history.base]);
    history.git(&["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main"]);
    for name in ["origin", "origin/main", "HEAD~1", &history.base[..9]] {
        history.assert_is_base(name);
    }
    history.git(&["update-ref", "refs/tags/origin", &history.head]);
    history.assert_refused("origin", "refs/remotes/origin/HEAD");

    let history = History::new("sha1");
    let linked = history.repo.at("../linked-of-revisions").to_string_lossy().into_owned();
    history.git(&["worktree", "add", "--quiet", "--detach", &linked, &history.base]);
    let ran = history.repo.run(&["-C", &linked, "check", "--base=main", "--on-reseal=fail"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    let ran = history.repo.run(&["-C", &linked, "check", "--base=HEAD", "--on-reseal=fail"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    fs::remove_dir_all(&linked).unwrap();
}
