//! `grant use` runs a command on the files of the commit that is judged, and on no others.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use crate::authority_checks::commit;
use crate::support::{Repo, run};
use crate::using_grants::{Deployment, USE, granted, make_hook, told};

/// What a test changes in the working tree.
type Change = fn(&Repo);

fn write_apply(repo: &Repo) {
    fs::write(repo.at("apply.sh"), "echo else...\n").unwrap();
}

#[test]
fn a_file_that_is_not_as_in_the_commit_refuses_the_use() {
    let deployment = Deployment::new();
    let repo = &deployment.repo;
    let cases: [(&str, &str, Change); 9] = [
        ("bytes", "apply.sh", write_apply),
        ("bytes in the index too", "apply.sh", |repo| {
            write_apply(repo);
            repo.git(&["add", "apply.sh"]);
        }),
        ("bytes that git is told to overlook", "apply.sh", |repo| {
            repo.git(&["update-index", "--assume-unchanged", "apply.sh"]);
            write_apply(repo);
        }),
        ("bytes that a filter of this clone makes the same", "apply.sh", |repo| {
            repo.git(&["config", "filter.same.clean", "echo echo applied"]);
            fs::write(repo.at(".git/info/attributes"), "apply.sh filter=same\n").unwrap();
            write_apply(repo);
        }),
        ("the mode", "apply.sh", |repo| {
            fs::set_permissions(repo.at("apply.sh"), fs::Permissions::from_mode(0o755)).unwrap();
        }),
        ("gone", "apply.sh", |repo| fs::remove_file(repo.at("apply.sh")).unwrap()),
        ("a link in its place", "apply.sh", |repo| {
            fs::rename(repo.at("apply.sh"), repo.at(".git/apply.sh")).unwrap();
            symlink(".git/apply.sh", repo.at("apply.sh")).unwrap();
        }),
        ("the target of a link", "current", |repo| {
            fs::remove_file(repo.at("current")).unwrap();
            symlink("plan.sql", repo.at("current")).unwrap();
        }),
        ("a directory behind a link", "dist/app.js", |repo| {
            fs::rename(repo.at("dist"), repo.at(".git/dist")).unwrap();
            symlink(".git/dist", repo.at("dist")).unwrap();
        }),
    ];
    for (what, path, change) in cases {
        change(repo);
        for more in [&["--dry-run"][..], &["--rev", "HEAD"]] {
            let ran = deployment.use_grant(more);
            let said = ran.stdout.clone() + &ran.stderr;
            assert!(ran.code != 0, "{what}: {said}");
            // Without --rev, the check of the sealed bytes ends before that.
            if more[0] == "--rev" || path != "dist/app.js" {
                assert!(ran.code == 1 && said.contains(path), "{what}: {said}");
            }
        }
        repo.git(&["update-index", "--no-assume-unchanged", "apply.sh"]);
        if path == "dist/app.js" {
            fs::remove_file(repo.at("dist")).unwrap();
        }
        let _ = fs::remove_file(repo.at(".git/info/attributes"));
        let _ = fs::remove_file(repo.at("apply.sh"));
        repo.git(&["reset", "--quiet", "--hard"]);
    }
    assert_eq!((deployment.runs(), deployment.tags()), (0, vec![]));
    // What no commit has, and what the index alone has otherwise, is in nobody's way.
    fs::write(repo.at("notes"), "mine\n").unwrap();
    write_apply(repo);
    repo.git(&["add", "apply.sh"]);
    fs::write(repo.at("apply.sh"), "echo applied\n").unwrap();
    told(&deployment.use_grant(&[]), 0);
    assert_eq!(deployment.runs(), 1);
}

#[test]
fn a_changed_sealed_file_refuses_a_use_of_a_commit() {
    let deployment = Deployment::new();
    fs::write(deployment.repo.at("dist/app.js"), "two").unwrap();
    for more in [&[][..], &["--rev", "HEAD"]] {
        let said = told(&deployment.use_grant(more), 1);
        assert!(said.contains("app.js"), "{said}");
    }
    assert_eq!((deployment.runs(), deployment.tags()), (0, vec![]));
}

#[test]
fn the_commit_whose_tip_was_asked_for_is_the_one_that_is_judged() {
    let deployment = Deployment::new();
    let repo = &deployment.repo;
    repo.git(&["tag", "granted"]);
    fs::write(repo.at("README"), "the grant is not for this\n").unwrap();
    commit(repo, "another file");
    repo.git(&["tag", "newer"]);
    deployment.push();
    told(&deployment.use_grant(&[]), 1);
    // Somebody goes back to the older commit while the ledger is asked which grants are used.
    let path = std::env::var("PATH").unwrap();
    let root = repo.at("");
    let script = format!(
        "case \"$*\" in *ls-remote*sealgate-used*) PATH='{path}' git -C '{}' reset -q --hard granted;; \
         esac\nPATH='{path}' exec git \"$@\"",
        root.display()
    );
    make_hook(&repo.at(".git/bin/git"), &script);
    for more in [&[][..], &["--rev", "main"]] {
        repo.git(&["reset", "--quiet", "--hard", "newer"]);
        let mut command =
            repo.command(&[&USE[..], more, &["--", "sh", "-c", "echo ran >> .git/ran"]].concat());
        command.env("PATH", format!("{}:{path}", repo.at(".git/bin").display()));
        told(&run(command), 1);
        let now = repo.git(&["rev-parse", "HEAD"]);
        assert_eq!(now, repo.git(&["rev-parse", "granted"]), "the commit was not changed");
    }
    assert_eq!((deployment.runs(), deployment.tags()), (0, vec![]));
}

#[test]
fn no_setting_for_a_host_leads_the_ledger_elsewhere() {
    for (url, setting, value) in [
        ("ssh://git@ledger.invalid/notes.git", "core.sshCommand", "false"),
        ("git@ledger.invalid:notes.git", "core.sshCommand", "false"),
        ("https://ledger.invalid/notes.git", "http.curloptResolve", "ledger.invalid:443:127.0.0.1"),
    ] {
        let (repo, _) = granted(url);
        repo.git(&["config", setting, value]);
        let said = told(&repo.run(&[&USE[..], &["--", "true"]].concat()), 2);
        assert!(said.contains("leads it elsewhere"), "{setting}: {said}");
        assert!(said.to_ascii_lowercase().contains(&setting.to_ascii_lowercase()), "{said}");
    }
    let deployment = Deployment::new();
    deployment.repo.git(&["config", "core.sshCommand", "false"]);
    told(&deployment.use_grant(&[]), 0);
}

#[test]
fn no_file_that_git_reads_as_a_remote_leads_the_ledger_elsewhere() {
    let url = "git@ledger.invalid:notes.git";
    for directory in ["remotes", "branches"] {
        let (repo, _) = granted(url);
        fs::create_dir_all(repo.at(format!(".git/{directory}"))).unwrap();
        fs::write(repo.at(format!(".git/{directory}/{url}")), "URL: /elsewhere.git\n").unwrap();
        let said = told(&repo.run(&[&USE[..], &["--", "true"]].concat()), 2);
        assert!(said.contains(&format!("{directory}/{url}")), "{said}");
        assert!(said.contains("leads it elsewhere"), "{said}");
    }
}
