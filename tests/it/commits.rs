//! `check --rev`: the seals and the bytes of a commit, whatever the working tree, the attributes,
//! the configuration or the environment say.

#![cfg(unix)]

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::Stdio;

use crate::support::{Checked, Found, Node, Repo, Run, copy, fixture, run, scrubbed};

fn file(text: &str) -> Node {
    Node::File(text.into())
}

/// A repository with a commit: `dist` has a file, an executable, a link and a directory, tracked
/// and sealed.
fn committed() -> Repo {
    committed_as(&["init", "--quiet", "--initial-branch=main"])
}

fn committed_as(init: &[&str]) -> Repo {
    Repo::once(&init.concat(), || {
        let repo = Repo::plain();
        repo.git(init);
        let tree = [
            ("app.js", file("const app = 1;\n")),
            ("lib/one.js", file("one\n")),
            ("run", Node::Exec(b"#!/bin/sh\n".to_vec())),
            ("latest", Node::Link("app.js".into())),
        ];
        repo.build("dist", &tree);
        repo.git(&["add", "dist"]);
        repo.seal("dist", "dist");
        commit(&repo, "first");
        assert_passes(&repo, "HEAD");
        repo
    })
}

fn commit(repo: &Repo, message: &str) -> String {
    repo.git(&["add", "--all", "--force"]);
    repo.git(&["commit", "--quiet", "--allow-empty", "--no-verify", "-m", message]);
    id(repo, "HEAD")
}

fn id(repo: &Repo, revision: &str) -> String {
    String::from_utf8(repo.git(&["rev-parse", revision])).unwrap().trim().to_owned()
}

#[track_caller]
fn assert_passes(repo: &Repo, revision: &str) {
    let ran = repo.run(&["check", "--rev", revision]);
    assert_eq!(ran.code, 0, "{revision}: {}{}", ran.stdout, ran.stderr);
}

/// Kinds and paths of what is found at `revision`.
fn found(repo: &Repo, revision: &str) -> Vec<(String, String)> {
    plain(&repo.check(&["--rev", revision]))
}

fn plain(checked: &Checked) -> Vec<(String, String)> {
    let path = |found: &Found| String::from_utf8_lossy(&found.path).into_owned();
    checked.findings().iter().map(|found| (found.kind.clone(), path(found))).collect()
}

/// What `check` says, without what differs by nature: sources, times and advice.
fn essence(checked: &Checked) -> (i32, Vec<Found>, Vec<String>) {
    let seals = checked.report["seals"].as_array().unwrap();
    let counts = seals.iter().map(|seal| {
        let keys = ["name", "root", "digest", "verdict", "checked", "matched", "bytes"];
        keys.map(|key| seal[key].to_string()).join(" ")
    });
    (checked.code, checked.findings(), counts.collect())
}

#[track_caller]
fn error(repo: &Repo, arguments: &[&str], says: &str) {
    let ran = repo.run(arguments);
    assert_eq!(ran.code, 2, "{arguments:?}: {ran:?}");
    assert!(ran.stderr.contains(says), "{arguments:?} should say {says:?}: {}", ran.stderr);
    assert!(ran.stderr.contains("\n  next: "), "no next step: {}", ran.stderr);
}

/// Writes an object as it is, whatever git thinks of it.
fn object(repo: &Repo, kind: &str, bytes: &[u8]) -> String {
    let mut git = scrubbed("git");
    git.current_dir(repo.at("")).args(["hash-object", "-t", kind, "-w", "--stdin", "--literally"]);
    let mut child = git.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(bytes).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn tree_entry(mode: &str, name: &[u8], id: &str) -> Vec<u8> {
    let id = (0..id.len()).step_by(2).map(|at| u8::from_str_radix(&id[at..at + 2], 16).unwrap());
    [mode.as_bytes(), b" ", name, b"\0", &id.collect::<Vec<u8>>()].concat()
}

/// A commit whose `dist` is the tree with these bytes, with the seals of HEAD.
fn commit_of_tree(repo: &Repo, dist: &[u8]) -> String {
    let dist = object(repo, "tree", dist);
    let seals = id(repo, "HEAD:seals");
    let top = [tree_entry("40000", b"dist", &dist), tree_entry("40000", b"seals", &seals)];
    let top = object(repo, "tree", &top.concat());
    object(
        repo,
        "commit",
        format!("tree {top}\nauthor A <a> 1 +0000\ncommitter A <a> 1 +0000\n\nx\n").as_bytes(),
    )
}

#[test]
fn the_commit_is_judged_and_not_the_working_tree() {
    let repo = committed();
    fs::write(repo.at("dist/app.js"), "tampered").unwrap();
    fs::write(repo.at("dist/stray"), "").unwrap();
    fs::remove_file(repo.at("dist/run")).unwrap();
    fs::write(repo.at("seals/dist.toml"), "no seal").unwrap();
    fs::write(repo.at("seals/stray"), "").unwrap();
    assert_eq!(repo.run(&["check"]).code, 2);
    assert_passes(&repo, "HEAD");

    repo.git(&["checkout", "--quiet", "--force", "HEAD"]);
    repo.git(&["clean", "--quiet", "-fdx"]);
    fs::write(repo.at("dist/app.js"), "other").unwrap();
    commit(&repo, "drift");
    fs::write(repo.at("dist/app.js"), "const app = 1;\n").unwrap();
    assert_eq!(repo.run(&["check"]).code, 0, "the working tree is as sealed");
    assert_eq!(found(&repo, "HEAD"), [("modified".to_owned(), "app.js".to_owned())]);
    assert_passes(&repo, "HEAD~1");
}

#[test]
fn a_report_names_the_revision_and_its_id_as_source_of_bytes_and_seals() {
    let repo = committed();
    for tag in [&["v1"][..], &["v2", "v1"]] {
        repo.git(&[&["tag", "--annotate", "-m", "t"], tag].concat());
    }
    let oid = id(&repo, "HEAD");
    for revision in ["HEAD", "main", &oid[..12], &oid, "v1", "v2", "v2~0", "v1^{commit}"] {
        let checked = repo.check(&["--rev", revision]);
        assert_eq!(checked.code, 0, "{revision}");
        let source = serde_json::json!({"kind": "commit", "rev": revision, "oid": oid});
        for key in ["source", "seal_source"] {
            assert_eq!(checked.report["seals"][0][key], source, "{key} of {revision}");
        }
    }
}

#[test]
fn every_change_in_a_commit_is_found_as_in_a_checkout_of_it() {
    type Drift = fn(&Repo);
    let cases: [(&str, Drift); 14] = [
        ("nothing", |_| {}),
        ("bytes", |r| fs::write(r.at("dist/app.js"), "x").unwrap()),
        ("line endings", |r| fs::write(r.at("dist/lib/one.js"), "one\r\n").unwrap()),
        ("emptied", |r| fs::write(r.at("dist/app.js"), "").unwrap()),
        ("missing", |r| fs::remove_file(r.at("dist/app.js")).unwrap()),
        ("a stray", |r| fs::write(r.at("dist/lib/two.js"), "two").unwrap()),
        ("moved", |r| fs::rename(r.at("dist/app.js"), r.at("dist/b.js")).unwrap()),
        ("execute bit lost", |r| {
            fs::set_permissions(r.at("dist/run"), fs::Permissions::from_mode(0o644)).unwrap();
        }),
        ("execute bit gained", |r| {
            fs::set_permissions(r.at("dist/app.js"), fs::Permissions::from_mode(0o755)).unwrap();
        }),
        ("another target", |r| {
            fs::remove_file(r.at("dist/latest")).unwrap();
            symlink("run", r.at("dist/latest")).unwrap();
        }),
        ("a link became a file", |r| {
            fs::remove_file(r.at("dist/latest")).unwrap();
            fs::write(r.at("dist/latest"), "app.js").unwrap();
        }),
        ("a file became a directory", |r| {
            fs::remove_file(r.at("dist/app.js")).unwrap();
            fs::create_dir(r.at("dist/app.js")).unwrap();
            fs::write(r.at("dist/app.js/inner"), "x").unwrap();
        }),
        ("names that nobody likes", |r| {
            for name in ["a\nb", "::error::x", "##[group]", "\u{202e}txt", "back\\slash", "-rf"] {
                fs::write(r.at("dist").join(name), name).unwrap();
            }
        }),
        ("names that are not UTF-8", |r| {
            use std::os::unix::ffi::OsStrExt as _;
            let name = std::ffi::OsStr::from_bytes(b"\xff\xfe");
            fs::write(r.at("dist").join(name), "x").unwrap();
            symlink(name, r.at("dist/to-nowhere")).unwrap();
        }),
    ];
    for (what, drift) in cases {
        let repo = committed();
        drift(&repo);
        commit(&repo, what);
        let here = essence(&repo.check(&[]));
        assert_eq!(essence(&repo.check(&["--rev", "HEAD"])), here, "{what}");
        for threads in ["1", "3"] {
            let again = repo.check(&["--rev", "HEAD", "--threads", threads]);
            assert_eq!(essence(&again), here, "{what} by {threads} threads");
        }
        assert_eq!(here.0 == 0, what == "nothing", "{what}: {here:?}");
    }
}

#[test]
fn a_commit_of_thousands_of_files_and_one_large_one_is_read_as_its_checkout() {
    let repo = committed();
    for number in 0..3_000 {
        let path = format!("dist/d{}/f{number}", number % 40);
        fs::create_dir_all(repo.at(&path).parent().unwrap()).unwrap();
        // Every third one has the content of another: one blob, two paths.
        fs::write(repo.at(&path), "x".repeat(number % 1_000)).unwrap();
    }
    let large: Vec<u8> =
        (0..9_000_000_u32).map(|n| (n.wrapping_mul(n) >> 7).to_le_bytes()[0]).collect();
    fs::write(repo.at("dist/large.bin"), large).unwrap();
    repo.git(&["add", "--all"]);
    assert_eq!(repo.run(&["seal", "dist"]).code, 0);
    commit(&repo, "many");
    let here = essence(&repo.check(&[]));
    assert_eq!(here.0, 0);
    for threads in ["1", "2", "8"] {
        assert_eq!(essence(&repo.check(&["--rev", "HEAD", "--threads", threads])), here);
    }
    repo.git(&["gc", "--quiet"]);
    assert_eq!(essence(&repo.check(&["--rev", "HEAD"])), here, "packed");
}

#[test]
fn a_directory_of_which_all_is_excluded_is_an_entry_as_in_the_working_tree() {
    let repo = Repo::in_git();
    fs::write(repo.at(".gitignore"), "dist").unwrap();
    repo.build("dist", &[("logs/a.log", file("x")), ("app.js", file("y"))]);
    assert_eq!(repo.run(&["seal", "dist", "--root", "dist", "--exclude", "*.log"]).code, 0);
    assert!(fs::read_to_string(repo.at("seals/dist.toml")).unwrap().contains("\"logs\" = \"dir\""));
    commit(&repo, "excluded");
    assert_passes(&repo, "HEAD");
    assert_eq!(essence(&repo.check(&["--rev", "HEAD"])), essence(&repo.check(&[])));
}

/// Each trick leaves `git status` clean, or close to it, and changes what a naive reader sees.
#[test]
fn no_trick_of_git_changes_what_a_commit_holds() {
    type Trick = fn(&Repo);
    let tricks: [(&str, Trick); 12] = [
        ("skip-worktree", |r| {
            r.git(&["update-index", "--skip-worktree", "dist/app.js", "seals/dist.toml"]);
            fs::write(r.at("dist/app.js"), "hidden").unwrap();
            fs::write(r.at("seals/dist.toml"), "hidden").unwrap();
            assert!(r.git(&["status", "--porcelain"]).is_empty());
        }),
        ("assume-unchanged", |r| {
            r.git(&["update-index", "--assume-unchanged", "dist/app.js"]);
            fs::write(r.at("dist/app.js"), "hidden").unwrap();
        }),
        ("eol=crlf", |r| {
            fs::write(r.at(".git/info/attributes"), "* text eol=crlf\n").unwrap();
            fs::remove_file(r.at("dist/app.js")).unwrap();
            r.git(&["checkout", "--quiet", "--force", "HEAD"]);
            assert!(fs::read(r.at("dist/app.js")).unwrap().ends_with(b"\r\n"));
        }),
        ("ident and working-tree-encoding", |r| {
            let lines = "*.js ident\n*.js working-tree-encoding=UTF-16\n";
            fs::write(r.at(".git/info/attributes"), lines).unwrap();
        }),
        ("a filter", |r| {
            fs::write(r.at(".git/info/attributes"), "* filter=evil\n").unwrap();
            r.git(&["config", "filter.evil.smudge", "touch ../smudged; cat"]);
            r.git(&["config", "filter.evil.clean", "touch ../smudged; cat"]);
        }),
        ("export-ignore and export-subst", |r| {
            let lines = "dist/app.js export-ignore\ndist/run export-subst\n";
            fs::write(r.at(".git/info/attributes"), lines).unwrap();
        }),
        ("a monitor, hooks and a pager", |r| {
            for key in ["core.fsmonitor", "core.pager", "core.sshCommand", "core.editor"] {
                r.git(&["config", key, "touch ran-it; false"]);
            }
            fs::create_dir(r.at("hooks")).unwrap();
            fs::write(r.at("hooks/post-checkout"), "#!/bin/sh\ntouch ran-it\n").unwrap();
            fs::set_permissions(r.at("hooks/post-checkout"), fs::Permissions::from_mode(0o755))
                .unwrap();
            r.git(&["config", "core.hooksPath", "hooks"]);
        }),
        ("aliases of the commands", |r| {
            for name in ["cat-file", "rev-parse", "ls-tree", "config"] {
                r.git(&["config", &format!("alias.{name}"), "!touch ran-it; false"]);
            }
        }),
        ("odd settings", |r| {
            r.git(&["config", "core.quotePath", "true"]);
            r.git(&["config", "core.abbrev", "7"]);
            r.git(&["config", "core.precomposeUnicode", "true"]);
            r.git(&["config", "core.bigFileThreshold", "1"]);
            r.git(&["config", "core.ignoreCase", "true"]);
            r.git(&["config", "core.fileMode", "false"]);
            r.git(&["config", "core.symlinks", "false"]);
        }),
        ("sparse checkout", |r| {
            r.git(&["sparse-checkout", "set", "seals"]);
            assert!(!r.at("dist").exists());
        }),
        ("an index of its own", |r| {
            r.git(&["rm", "--quiet", "-r", "--cached", "dist"]);
        }),
        ("a shallow file and grafts", |r| {
            fs::write(r.at(".git/info/grafts"), format!("{}\n", id(r, "HEAD"))).unwrap();
        }),
    ];
    for (what, trick) in tricks {
        let repo = committed();
        trick(&repo);
        assert_passes(&repo, "HEAD");
        for mark in ["ran-it", "smudged"] {
            assert!(!repo.at(mark).exists() && !repo.at(".git").join(mark).exists(), "{what}");
        }
    }
}

#[test]
fn variables_of_the_caller_do_not_lead_to_another_repository() {
    let (repo, other) = (committed(), committed());
    fs::write(other.at("dist/app.js"), "other").unwrap();
    commit(&other, "drift");
    let git_dir = other.at(".git");
    let variables: [(&str, &Path); 8] = [
        ("GIT_DIR", &git_dir),
        ("GIT_COMMON_DIR", &git_dir),
        ("GIT_WORK_TREE", &other.at("")),
        ("GIT_INDEX_FILE", &git_dir.join("index")),
        ("GIT_OBJECT_DIRECTORY", &git_dir.join("objects")),
        ("GIT_ALTERNATE_OBJECT_DIRECTORIES", &git_dir.join("objects")),
        ("GIT_NAMESPACE", Path::new("x")),
        ("GIT_REPLACE_REF_BASE", Path::new("refs/heads/")),
    ];
    for (name, value) in variables {
        let mut command = repo.command(&["check", "--rev", "HEAD"]);
        command.env(name, value);
        let ran = run(command);
        assert_eq!(ran.code, 0, "{name}: {}", ran.stderr);
    }
    let mut command = repo.command(&["check", "--rev", "HEAD"]);
    command.env("GIT_CONFIG_COUNT", "1").env("GIT_CONFIG_KEY_0", "core.worktree");
    command.env("GIT_CONFIG_VALUE_0", other.at(""));
    assert_eq!(run(command).code, 0);
}

#[test]
fn replace_refs_replace_nothing() {
    let repo = committed();
    let good = id(&repo, "HEAD");
    fs::write(repo.at("dist/app.js"), "tampered").unwrap();
    let bad = commit(&repo, "drift");
    assert_eq!(repo.run(&["check", "--rev", &bad]).code, 1);
    for (from, to) in
        [("", ""), ("^{tree}", "^{tree}"), (":dist", ":dist"), (":dist/app.js", ":dist/app.js")]
    {
        let (bad, good) = (id(&repo, &format!("{bad}{from}")), id(&repo, &format!("{good}{to}")));
        repo.git(&["replace", &bad, &good]);
        assert_eq!(repo.run(&["check", "--rev", "HEAD"]).code, 1, "{from}");
        repo.git(&["replace", "-d", &bad]);
    }
}

#[test]
fn an_object_that_was_replaced_on_disk_is_an_error_and_never_a_verdict() {
    let loose =
        |repo: &Repo, oid: &str| repo.at(format!(".git/objects/{}/{}", &oid[..2], &oid[2..]));
    let revisions =
        ["", "^{tree}", ":dist", ":seals", ":seals/dist.toml", ":dist/app.js", ":dist/latest"];
    for revision in revisions {
        let repo = committed();
        let good = id(&repo, &format!("HEAD{revision}"));
        fs::write(repo.at("dist/app.js"), "another").unwrap();
        fs::remove_file(repo.at("dist/latest")).unwrap();
        symlink("lib", repo.at("dist/latest")).unwrap();
        fs::write(repo.at("seals/README.md"), "x").unwrap();
        let seal = fs::read_to_string(repo.at("seals/dist.toml")).unwrap();
        fs::write(repo.at("seals/dist.toml"), seal.replace("tracked = true", "tracked = false"))
            .unwrap();
        commit(&repo, "other");
        let other = id(&repo, &format!("HEAD{revision}"));
        assert_ne!(good, other, "{revision}");
        fs::set_permissions(loose(&repo, &good), fs::Permissions::from_mode(0o644)).unwrap();
        fs::copy(loose(&repo, &other), loose(&repo, &good)).unwrap();
        error(&repo, &["check", "--rev", "HEAD~1"], "was replaced on disk");
    }
}

#[test]
fn a_broken_object_is_an_error_with_what_git_says_of_it() {
    for length in [0, 5, 20] {
        let repo = committed();
        let oid = id(&repo, "HEAD:dist/app.js");
        let loose = repo.at(format!(".git/objects/{}/{}", &oid[..2], &oid[2..]));
        fs::set_permissions(&loose, fs::Permissions::from_mode(0o644)).unwrap();
        let bytes = fs::read(&loose).unwrap();
        fs::write(&loose, &bytes[..length.min(bytes.len())]).unwrap();
        let ran = repo.run(&["check", "--rev", "HEAD"]);
        assert_eq!(ran.code, 2, "{length}: {ran:?}");
        assert!(ran.stderr.contains("dist/app.js in HEAD"), "{length}: {}", ran.stderr);
        assert!(ran.stderr.contains("next: "), "{length}: {}", ran.stderr);
    }
}

#[test]
fn repositories_of_every_make_are_read() {
    let sha256 =
        committed_as(&["init", "--quiet", "--object-format=sha256", "--initial-branch=main"]);
    assert_eq!(id(&sha256, "HEAD").len(), 64);
    fs::write(sha256.at("dist/app.js"), "x").unwrap();
    commit(&sha256, "drift");
    assert_eq!(found(&sha256, "HEAD"), [("modified".to_owned(), "app.js".to_owned())]);

    let repo = committed();
    let reftable = committed_as(&["init", "--quiet", "--initial-branch=main"]);
    let linked = repo.at("../linked").to_string_lossy().into_owned();
    repo.git(&["worktree", "add", "--quiet", "--detach", &linked]);
    let ran = repo.run(&["-C", &linked, "check", "--rev", "main"]);
    assert_eq!(ran.code, 0, "a linked worktree: {}", ran.stderr);
    fs::remove_dir_all(&linked).unwrap();

    // Objects in another repository.
    let origin = repo.at("").to_string_lossy().into_owned();
    reftable.git(&["clone", "--quiet", "--shared", "--no-checkout", &origin, "sharing"]);
    let ran = reftable.run(&["-C", "sharing", "check", "--rev", "HEAD"]);
    assert_eq!(ran.code, 0, "alternates: {}", ran.stderr);
}

#[test]
fn a_commit_that_a_shallow_clone_lacks_is_an_error_whose_mend_brings_it() {
    let (origin, place) = (committed(), Repo::plain());
    let old = id(&origin, "HEAD");
    fs::write(origin.at("other"), "x").unwrap();
    commit(&origin, "second");
    origin.git(&["config", "uploadpack.allowAnySHA1InWant", "true"]);
    let url = format!("file://{}", origin.at("").display());
    place.git(&["clone", "--quiet", "--depth=1", &url, "clone"]);
    let run = |arguments: &[&str]| place.run(&[&["-C", "clone"], arguments].concat());
    assert_eq!(run(&["check", "--rev", "HEAD"]).code, 0);
    let ran = run(&["check", "--rev", &old]);
    assert_eq!(ran.code, 2);
    let fix = format!("git fetch --depth=1 origin {old}");
    assert!(ran.stderr.contains(&fix), "{}", ran.stderr);
    let ran = run(&["check", "--base", "HEAD~1"]);
    assert!(ran.stderr.contains(&fix), "{}", ran.stderr);
    let ran = run(&["check", "--base", "v1"]);
    assert!(ran.stderr.contains("this is a shallow clone"), "{}", ran.stderr);
    let words: Vec<&str> = fix.split(' ').skip(1).collect();
    place.git(&[&["-C", "clone"], &words[..]].concat());
    assert_eq!(run(&["check", "--rev", &old]).code, 0);
    assert_eq!(run(&["check", "--base", &old]).code, 0);
}

#[test]
fn a_blob_that_a_partial_clone_lacks_is_an_error_whose_mend_brings_it() {
    let (origin, place) = (committed(), Repo::plain());
    origin.git(&["config", "uploadpack.allowFilter", "true"]);
    origin.git(&["config", "uploadpack.allowAnySHA1InWant", "true"]);
    let url = format!("file://{}", origin.at("").display());
    place.git(&["clone", "--quiet", "--filter=blob:none", "--no-checkout", &url, "clone"]);
    let ran = place.run(&["-C", "clone", "check", "--rev", "HEAD"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.stderr.contains("is not in this repository"), "{}", ran.stderr);
    let fix = "git fetch --refetch --no-filter origin";
    assert!(ran.stderr.contains(fix), "{}", ran.stderr);
    place.git(&["-C", "clone", "fetch", "--quiet", "--refetch", "--no-filter", "origin"]);
    let ran = place.run(&["-C", "clone", "check", "--rev", "HEAD"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
}

#[test]
fn a_submodule_cannot_be_sealed_and_a_root_in_one_is_no_directory() {
    let repo = committed();
    let head = id(&repo, "HEAD");
    repo.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{head},dist/sub")]);
    repo.git(&["commit", "--quiet", "-m", "sub"]);
    assert_eq!(found(&repo, "HEAD"), [("unsealable".to_owned(), "sub".to_owned())]);
    repo.git(&["rm", "--quiet", "-r", "--cached", "dist"]);
    repo.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{head},dist")]);
    repo.git(&["commit", "--quiet", "-m", "root"]);
    error(&repo, &["check", "--rev", "HEAD"], "dist in HEAD is not a directory");
}

#[test]
fn the_whole_repository_is_judged_in_a_commit_wherever_its_seals_are() {
    let repo = Repo::in_git();
    repo.build(".", &[("src/main.c", file("int x;\n")), ("ci/run", file("make\n"))]);
    repo.git(&["add", "--all"]);
    fs::remove_dir(repo.at("seals")).unwrap();
    let seals = ["--seals", "ci/seals"];
    let ran = repo.run(&[&["seal", "all", "--root", "."], &seals[..]].concat());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    commit(&repo, "first");
    let check = [&["check", "--rev", "HEAD"], &seals[..]].concat();
    assert_eq!(repo.run(&check).code, 0);
    fs::write(repo.at("src/more.c"), "").unwrap();
    commit(&repo, "second");
    assert_eq!(repo.run(&check).code, 1);
    error(&repo, &["check", "--rev", "HEAD"], "there are no seals in seals of HEAD");
}

#[test]
fn a_root_that_is_missing_or_a_link_in_the_commit_is_an_error() {
    let repo = committed();
    fs::rename(repo.at("dist"), repo.at("real")).unwrap();
    commit(&repo, "gone");
    error(&repo, &["check", "--rev", "HEAD"], "there is nothing at dist in HEAD");
    symlink("real", repo.at("dist")).unwrap();
    commit(&repo, "link");
    error(&repo, &["check", "--rev", "HEAD"], "dist in HEAD is a symbolic link");
    fs::remove_file(repo.at("dist")).unwrap();
    fs::write(repo.at("dist"), "x").unwrap();
    commit(&repo, "file");
    error(&repo, &["check", "--rev", "HEAD"], "dist in HEAD is not a directory");
}

#[test]
fn trees_that_git_would_not_write_never_pass() {
    let repo = committed();
    let dist = id(&repo, "HEAD:dist");
    let good = repo.git(&["cat-file", "tree", &dist]);
    assert_eq!(repo.run(&["check", "--rev", &commit_of_tree(&repo, &good)]).code, 0);
    let blob = id(&repo, "HEAD:dist/app.js");
    let with = |mode: &str, name: &[u8]| [good.clone(), tree_entry(mode, name, &blob)].concat();
    let cases = [
        (with("100644", b"app.js"), 2, "a name that stands in it twice"),
        (with("40000", b"run"), 2, "a name that stands in it twice"),
        (with("100644", b"a/b"), 2, "a name that is empty or holds a slash"),
        (with("100644", b""), 2, "a name that is empty or holds a slash"),
        (with("170000", b"x"), 2, "a mode that git does not know"),
        (good[..good.len() - 1].to_vec(), 2, "an entry that breaks off"),
        (with("40000", b"x"), 2, "is a blob, not a tree"),
        (with("100644", b".."), 1, ""),
        (with("100644", b"."), 1, ""),
        (with("100644", b".git"), 1, ""),
        (with("100644", b"x\\y"), 1, ""),
        (with("120000", b"nul"), 1, ""),
        (Vec::new(), 1, ""),
    ];
    for (tree, code, says) in cases {
        let ran = repo.run(&["check", "--rev", &commit_of_tree(&repo, &tree)]);
        let shown = String::from_utf8_lossy(&tree).into_owned();
        assert_eq!(ran.code, code, "{shown:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(says), "{shown:?}: {}", ran.stderr);
    }
    // As old versions of git wrote them: the same to a checkout.
    let old: Vec<u8> = [
        tree_entry("100664", b"app.js", &blob),
        tree_entry("120000", b"latest", &id(&repo, "HEAD:dist/latest")),
        tree_entry("040000", b"lib", &id(&repo, "HEAD:dist/lib")),
        tree_entry("100775", b"run", &id(&repo, "HEAD:dist/run")),
    ]
    .concat();
    assert_eq!(repo.run(&["check", "--rev", &commit_of_tree(&repo, &old)]).code, 0);
}

#[test]
fn a_few_trees_that_name_more_paths_than_there_is_memory_are_refused() {
    let repo = committed();
    let mut tree = tree_entry("100644", b"f", &id(&repo, "HEAD:dist/app.js"));
    for _ in 0..12 {
        let oid = object(&repo, "tree", &tree);
        let names = (0..10).map(|n| tree_entry("40000", format!("d{n}").as_bytes(), &oid));
        tree = names.collect::<Vec<_>>().concat();
    }
    let bomb = commit_of_tree(&repo, &tree);
    error(&repo, &["check", "--rev", &bomb], "paths are in scope");
}

#[test]
fn links_that_no_file_system_holds_are_unsealable() {
    let repo = committed();
    for target in [&b""[..], b"a\0b", b"\xff", &[b'x'; 4_097]] {
        let blob = object(&repo, "blob", target);
        let tree = tree_entry("120000", b"latest", &blob);
        let commit = commit_of_tree(&repo, &tree);
        let found_alone = found(&repo, &commit);
        let unsealable = ("unsealable".into(), "latest".into());
        assert!(found_alone.contains(&unsealable), "{} bytes: {found_alone:?}", target.len());
        // What stands after it is read all the same.
        let lib = id(&repo, "HEAD:dist/lib");
        let tree = [tree, tree_entry("40000", b"lib", &lib)].concat();
        let found = found(&repo, &commit_of_tree(&repo, &tree));
        assert!(found.contains(&unsealable), "{} bytes: {found:?}", target.len());
        assert_eq!(found.len() + 1, found_alone.len(), "{} bytes: {found:?}", target.len());
    }
}

#[test]
fn what_is_no_commit_here_is_an_error_with_a_next_step() {
    let repo = committed();
    let blob = id(&repo, "HEAD:dist/app.js");
    let unknown = "1".repeat(40);
    let cases = [
        ("nope", "nope names no commit that is here"),
        ("", " names no commit that is here"),
        ("--all", "--all names no commit that is here"),
        ("-C/", "-C/ names no commit that is here"),
        ("HEAD..HEAD", "is not a revision that sealgate reads"),
        ("^HEAD", "is not a revision that sealgate reads"),
        ("HEAD~7", "names no commit that is here"),
        ("HEAD:dist", "is not a revision that sealgate reads"),
        (&blob, "is a blob, not a commit"),
        (&unknown, "is not in this repository"),
        ("HEAD\n", "names no commit that is here"),
        ("\u{1b}[31mHEAD", "names no commit that is here"),
    ];
    for (revision, says) in cases {
        for option in ["--rev", "--seals-from", "--base"] {
            if option == "--rev" && revision.contains("..") {
                // Each commit of the range is judged.
                continue;
            }
            error(&repo, &["check", &format!("{option}={revision}")], says);
        }
    }
    let none = Repo::plain();
    none.build("dist", &[("a", file("x"))]);
    none.seal("dist", "dist");
    for option in ["--rev", "--seals-from", "--base"] {
        error(&none, &["check", option, "HEAD"], "is no git repository");
    }
    let alone = Repo::plain();
    alone.git(&["clone", "--quiet", "--bare", &repo.at("").to_string_lossy(), "bare.git"]);
    fs::remove_dir(alone.at("seals")).unwrap();
    error(&alone, &["-C", "bare.git", "check", "--rev", "HEAD"], "is a bare repository");
}

#[test]
fn a_commit_without_seals_or_with_strays_among_them_is_an_error() {
    let repo = committed();
    fs::write(repo.at("seals/NOTES"), "x").unwrap();
    commit(&repo, "stray");
    error(&repo, &["check", "--rev", "HEAD"], "does not belong in the seals directory");
    repo.git(&["rm", "--quiet", "-r", "seals"]);
    commit(&repo, "none");
    error(&repo, &["check", "--rev", "HEAD"], "there are no seals in seals of HEAD");
    fs::write(repo.at("seals"), "x").unwrap();
    commit(&repo, "a file");
    error(&repo, &["check", "--rev", "HEAD"], "seals is no directory");
    error(&repo, &["check", "dist", "--rev", "HEAD~3", "nope"], "no seal is named nope");
}

#[test]
fn options_that_ask_for_files_do_not_go_with_a_commit() {
    let repo = committed();
    let others: [&[&str]; 4] = [
        &["--at", "dist"],
        &["--stage", "out"],
        &["--seals-from", "HEAD"],
        &["--require-sealed", "*"],
    ];
    for other in others {
        let ran = repo.run(&[&["check", "--rev", "HEAD"], other].concat());
        assert_eq!(ran.code, 2, "{other:?}");
        assert!(ran.stderr.contains("cannot be used with"), "{other:?}: {}", ran.stderr);
    }
}

#[test]
fn a_pointer_in_place_of_content_is_named_by_its_cause() {
    let repo = committed();
    let pointer = format!(
        "version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize 15\n",
        "a".repeat(64)
    );
    fs::write(repo.at("dist/app.js"), pointer).unwrap();
    commit(&repo, "pointer");
    let found = repo.check(&["--rev", "HEAD"]).findings();
    assert_eq!(found[0].cause.as_deref(), Some("lfs-pointer"));
}

/// This repository's own history: each of its last commits, as a commit and as a checkout.
#[test]
fn commits_of_this_repository_are_judged_as_their_checkouts() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    if !top.join(".git").exists() {
        return; // Unpacked from an archive, which has no history.
    }
    let place = Repo::plain();
    let git = |arguments: &[&str]| {
        String::from_utf8(place.git(&[&["-C", "clone"], arguments].concat())).unwrap()
    };
    place.git(&["clone", "--quiet", "--no-checkout", &top.to_string_lossy(), "clone"]);
    let commits = git(&["log", "--format=%H", "--max-count=12", "HEAD", "--", "seals"]);
    assert!(!commits.is_empty(), "no commit with seals");
    for commit in commits.lines() {
        let clone = ["-C", "clone", "check", "--format", "json"];
        let report = |ran: Run| {
            serde_json::from_str(&ran.stdout).map(|report| Checked { code: ran.code, report })
        };
        let of_commit = report(place.run(&[&clone[..], &["--rev", commit]].concat())).unwrap();
        git(&["checkout", "--quiet", "--force", commit]);
        git(&["clean", "--quiet", "-ffdx"]);
        assert_eq!(essence(&of_commit), essence(&report(place.run(&clone)).unwrap()), "{commit}");
    }
}

/// A checkout as Windows and careless tools make it: named by cause, and fixed by what is printed.
#[test]
fn a_checkout_that_git_bent_is_named_by_cause_and_mended_by_the_printed_commands() {
    let origin = Repo::in_git();
    copy(&fixture("release"), &origin.at("release")).unwrap();
    fs::write(origin.at(".gitattributes"), "seals/** -text\n").unwrap();
    origin.git(&["add", "release"]);
    origin.seal("release", "release");
    commit(&origin, "release");
    for (setting, cause) in [
        ("core.autocrlf=true", "line-endings"),
        ("core.symlinks=false", "link-as-file"),
        ("core.fileMode=true", "modes-lost"),
    ] {
        let place = Repo::plain();
        let url = origin.at("").to_string_lossy().into_owned();
        place.git(&["clone", "--quiet", "-c", setting, &url, "clone"]);
        if cause == "modes-lost" {
            for path in ["quire", "quire-version"] {
                let path = place.at("clone/release/bin").join(path);
                fs::set_permissions(path, fs::Permissions::from_mode(0o644)).unwrap();
            }
        }
        let ran = place.run(&["-C", "clone", "check", "release", "--format", "json"]);
        let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        let findings = report["seals"][0]["findings"].as_array().unwrap();
        assert!(!findings.is_empty(), "{setting} changes nothing here");
        for finding in findings {
            assert_eq!(finding["cause"], cause, "{setting}: {finding}");
        }
        assert_eq!(place.run(&["-C", "clone", "check", "--rev", "HEAD"]).code, 0, "{setting}");
        let remedy = findings[0]["remedy"].as_str().unwrap().to_owned();
        fix(&place, cause, &remedy);
        let ran = place.run(&["-C", "clone", "check", "release"]);
        assert_eq!(ran.code, 0, "{remedy}\n{}", ran.stdout);
    }
}

/// Does what `remedy` says, with the commands that stand in it.
fn fix(place: &Repo, cause: &str, remedy: &str) {
    let commands = remedy.split('`').skip(1).step_by(2);
    if cause == "line-endings" {
        fs::write(place.at("clone/.gitattributes"), "release/** -text\n").unwrap();
        assert!(remedy.contains("`release/** -text`"), "{remedy}");
    }
    if cause != "modes-lost" {
        fs::remove_dir_all(place.at("clone/release")).unwrap();
    }
    for command in commands.filter(|command| command.starts_with("git ")) {
        let words: Vec<&str> =
            command.split(' ').skip(1).map(|word| word.trim_matches('\'')).collect();
        let words = words.iter().filter(|word| !matches!(**word, "-C" | "clone"));
        let words: Vec<&str> = ["-C", "clone"].into_iter().chain(words.copied()).collect();
        place.git(&words);
    }
    if cause == "link-as-file" {
        place.git(&["-C", "clone", "checkout", "--quiet", "--force", "HEAD"]);
    }
}
