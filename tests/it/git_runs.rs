//! How often git is run: as often for many seals, and for many pushed commits, as for a few.

#![cfg(unix)]

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::support::{Node, Repo, run};

/// A commit of so many sealed roots of their own, and a change in each.
fn sealed(number: usize) -> Repo {
    Repo::once(&number.to_string(), || {
        let repo = Repo::in_git();
        for at in 0..number {
            repo.build(&format!("d{at}"), &[("f", Node::File(at.to_string().into_bytes()))]);
        }
        repo.git(&["add", "."]);
        for at in 0..number {
            repo.seal(&format!("s{at}"), &format!("d{at}"));
        }
        commit(&repo);
        for at in 0..number {
            fs::write(repo.at(format!("d{at}/f")), "changed").unwrap();
        }
        repo
    })
}

fn commit(repo: &Repo) {
    repo.git(&["add", "."]);
    repo.git(&["-c", "user.name=t", "-c", "user.email=t@t", "commit", "--quiet", "-m", "x"]);
}

/// What a command asked of git, and what it said itself.
#[derive(Debug)]
struct Asked {
    /// How often git was run.
    runs: usize,
    /// How many objects were asked for.
    objects: usize,
    code: i32,
    stderr: String,
}

/// How often `arguments` run git.
fn runs_of_git(repo: &Repo, arguments: &[&str], input: &str) -> usize {
    let asked = asked(repo, arguments, input);
    assert!(asked.code < 2, "{arguments:?}: {asked:?}");
    asked.runs
}

/// Runs `arguments` with a program in git's place that keeps count.
fn asked(repo: &Repo, arguments: &[&str], input: &str) -> Asked {
    // What passed in an earlier push would not be asked for.
    let _ = fs::remove_dir_all(repo.at(".git/sealgate/hook"));
    let path = std::env::var_os("PATH").unwrap();
    let real = std::env::split_paths(&path).map(|place| place.join("git"));
    let real = real.into_iter().find(|git| git.is_file()).expect("git in PATH");
    let place = tempfile::tempdir().unwrap();
    let (git, count) = (place.path().join("git"), place.path().join("count"));
    let objects = place.path().join("objects");
    // A request is written down before git gets it: the last one is there once it is answered.
    let script = format!(
        "#!/bin/sh\necho >>'{}'\ncase \" $* \" in\n\
         *' cat-file '*) tee -a '{}' /dev/fd/3 3>&1 >/dev/null | '{2}' \"$@\";;\n\
         *) exec '{2}' \"$@\";;\nesac\n",
        count.display(),
        objects.display(),
        real.display()
    );
    fs::write(&git, script).unwrap();
    fs::set_permissions(&git, fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = repo.command(arguments);
    let places = [place.path().to_owned()].into_iter().chain(std::env::split_paths(&path));
    command.env("PATH", std::env::join_paths(places).unwrap());
    let mut command = assert_cmd::Command::from_std(command);
    let ran = command.write_stdin(input).output().unwrap();
    let lines = |path| fs::read_to_string(path).map_or(0, |text| text.lines().count());
    Asked {
        runs: lines(&count),
        objects: lines(&objects),
        code: ran.status.code().unwrap(),
        stderr: String::from_utf8_lossy(&ran.stderr).into_owned(),
    }
}

#[test]
fn git_is_run_as_often_for_many_seals_as_for_a_few() {
    let commands: [&[&str]; 5] = [
        &["doctor"],
        &["check"],
        &["check", "--rev", "HEAD"],
        &["check", "--base", "HEAD"],
        &["seal", "--all"],
    ];
    let (few, many) = (sealed(3), sealed(30));
    for command in commands {
        let counts = [&few, &many].map(|repo| runs_of_git(repo, command, ""));
        assert!(counts[0] == counts[1] && counts[1] > 0, "{command:?}: {counts:?}");
    }
}

#[test]
fn init_runs_git_as_often_for_many_directories_as_for_a_few() {
    let counts = [2, 12].map(|number| {
        let repo = sealed(number);
        fs::remove_dir_all(repo.at("seals")).unwrap();
        let mut arguments =
            vec!["init".to_owned(), "--yes".to_owned(), "--workflow=none".to_owned()];
        arguments.extend((0..number).map(|at| format!("--root=d{at}")));
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        runs_of_git(&repo, &arguments, "")
    });
    assert!(counts[0] == counts[1] && counts[1] > 0, "{counts:?}");
}

#[test]
fn the_hook_runs_git_as_often_for_many_commits_as_for_a_few() {
    let pushed = |number: usize| {
        let repo = sealed(1);
        let zeros = "0".repeat(40);
        let mut lines = String::new();
        for at in 0..number {
            fs::write(repo.at("d0/f"), format!("pushed {at}")).unwrap();
            assert_eq!(run(repo.command(&["seal", "--all"])).code, 0);
            commit(&repo);
            let head = String::from_utf8(repo.git(&["rev-parse", "HEAD"])).unwrap();
            writeln!(lines, "refs/heads/a {} refs/heads/b{at} {zeros}", head.trim()).unwrap();
        }
        runs_of_git(&repo, &["hook", "pre-push", "origin", "x"], &lines)
    };
    let counts = [2, 12].map(pushed);
    assert!(counts[0] == counts[1] && counts[1] > 0, "{counts:?}");
}

const HOOK: [&str; 4] = ["hook", "pre-push", "origin", "x"];

fn head(repo: &Repo) -> String {
    String::from_utf8(repo.git(&["rev-parse", "HEAD"])).unwrap().trim().to_owned()
}

/// A line for each id: it is pushed to a ref of its own, on which the remote has `before`.
fn lines<'i>(ids: impl IntoIterator<Item = &'i String>, before: &str) -> String {
    let mut lines = String::new();
    for (at, id) in ids.into_iter().enumerate() {
        writeln!(lines, "refs/heads/b{at} {id} refs/heads/b{at} {before}").unwrap();
    }
    lines
}

/// The ids of so many commits after HEAD, each with what `change` does.
fn commits(repo: &Repo, number: usize, change: impl Fn(usize)) -> Vec<String> {
    let base = head(repo);
    let one = |at| {
        repo.git(&["reset", "--quiet", "--hard", &base]);
        change(at);
        commit(repo);
        head(repo)
    };
    let ids = (0..number).map(one).collect();
    repo.git(&["reset", "--quiet", "--hard", &base]);
    ids
}

#[test]
fn refs_of_the_same_two_commits_are_one_review() {
    let repo = sealed(4);
    repo.git(&["reset", "--quiet", "--hard"]);
    let before = head(&repo);
    fs::remove_file(repo.at("seals/s1.toml")).unwrap();
    fs::remove_file(repo.at("seals/s2.toml")).unwrap();
    commit(&repo);
    let pushed = head(&repo);
    let counts = [2, 40].map(|refs| {
        let asked = asked(&repo, &HOOK, &lines(&vec![pushed.clone(); refs], &before));
        assert_eq!(asked.code, 1, "{asked:?}");
        // Each ref counts, though only the first ones are told of.
        let told = asked.stderr.matches("it is gone").count();
        assert_eq!(told, (2 * refs).min(8), "{asked:?}");
        assert_eq!(asked.stderr.contains("and so do 72 seals more"), refs == 40, "{asked:?}");
        (asked.runs, asked.objects)
    });
    assert_eq!(counts[0], counts[1]);
}

#[test]
fn refs_that_take_away_the_seals_of_one_commit_read_it_once() {
    let repo = sealed(4);
    let before = head(&repo);
    fs::remove_dir_all(repo.at("seals")).unwrap();
    commit(&repo);
    let pushed = head(&repo);
    let counts = [2, 40].map(|refs| {
        let asked = asked(&repo, &HOOK, &lines(&vec![pushed.clone(); refs], &before));
        assert_eq!(asked.code, 1, "{asked:?}");
        assert_eq!(asked.stderr.matches("takes away those of").count(), refs, "{asked:?}");
        (asked.runs, asked.objects)
    });
    assert_eq!(counts[0], counts[1]);
}

#[test]
fn seals_and_roots_that_commits_share_are_judged_once() {
    // What ten more commits ask for, with so many seals.
    let more = |seals: usize| {
        let repo = sealed(seals);
        repo.git(&["reset", "--quiet", "--hard"]);
        let ids = commits(&repo, 12, |at| fs::write(repo.at("other"), at.to_string()).unwrap());
        let counts = [2, 12].map(|number| {
            let asked = asked(&repo, &HOOK, &lines(&ids[..number], &"0".repeat(40)));
            let (entries, said) = (number * seals, &asked.stderr);
            let passed = format!("PASS  {number} commits, {seals} seals (");
            assert!(said.contains(&passed) && asked.code == 0, "{asked:?}");
            assert!(said.contains(&format!(", {entries} entries, ")), "{asked:?}");
            asked.objects
        });
        counts[1] - counts[0]
    };
    assert_eq!(more(2), more(20));
}

#[test]
fn what_passed_in_one_commit_excuses_nothing_in_another() {
    let repo = sealed(3);
    repo.git(&["reset", "--quiet", "--hard"]);
    let good = head(&repo);
    let seal = fs::read_to_string(repo.at("seals/s2.toml")).unwrap();
    let change = |at: usize| match at {
        // Bytes, a mode, an additional file, no root, a seal of other bytes, a stray, a root of the same
        // tree by another name, and a root that is a link.
        0 => fs::write(repo.at("d2/f"), "x").unwrap(),
        1 => fs::set_permissions(repo.at("d2/f"), fs::Permissions::from_mode(0o755)).unwrap(),
        2 => fs::write(repo.at("d2/g"), "2").unwrap(),
        3 => fs::remove_dir_all(repo.at("d2")).unwrap(),
        4 => fs::write(repo.at("seals/s2.toml"), seal.replace("file 1 ", "file 2 ")).unwrap(),
        5 => fs::write(repo.at("seals/stray"), "").unwrap(),
        6 => fs::rename(repo.at("d2"), repo.at("d3")).unwrap(),
        _ => {
            fs::remove_dir_all(repo.at("d2")).unwrap();
            std::os::unix::fs::symlink("d1", repo.at("d2")).unwrap();
        }
    };
    let bad = commits(&repo, 8, change);
    let zeros = "0".repeat(40);
    for id in &bad {
        let alone = asked(&repo, &HOOK, &lines([id], &zeros));
        let after = asked(&repo, &HOOK, &lines([&good, id], &zeros));
        assert!(alone.code > 0 && after.code == alone.code, "{alone:?} {after:?}");
        // The report is the same, whatever was judged before.
        let report = |asked: &Asked| {
            let lines = asked.stderr.lines().filter(|line| !line.starts_with("sealgate: commit "));
            let lines = lines.map(|line| line.rsplit_once(" in ").map_or(line, |(most, _)| most));
            lines.map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(report(&alone), report(&after));
    }
    // And what failed fails again, in the ninth commit too, of which no report is written.
    let other = commits(&repo, 12, |at| {
        fs::write(repo.at("d2/f"), "x").unwrap();
        fs::write(repo.at("other"), at.to_string()).unwrap();
    });
    let ran = asked(&repo, &HOOK, &lines([&good].into_iter().chain(&other), &zeros));
    assert_eq!(ran.code, 1, "{ran:?}");
    assert_eq!(ran.stderr.matches("modified      f").count(), 8, "{ran:?}");
    assert_eq!(ran.stderr.matches(": does not pass either").count(), 4, "{ran:?}");
}

#[test]
fn causes_are_proved_for_the_commits_alone_that_are_shown() {
    let repo = sealed(1);
    repo.git(&["reset", "--quiet", "--hard"]);
    let ids = commits(&repo, 20, |at| fs::write(repo.at("d0/f"), format!("{at:040}")).unwrap());
    let runs = [8, 10, 20].map(|number| {
        let input = lines(&ids[..number], &"0".repeat(40));
        runs_of_git(&repo, &HOOK, &input)
    });
    assert!(runs[0] == runs[1] && runs[1] == runs[2], "{runs:?}");
}

#[test]
fn objects_that_are_not_here_do_not_start_git_again() {
    let repo = sealed(1);
    let missing: Vec<String> = (1..=40).map(|at| format!("{at:040x}")).collect();
    let runs = [2, 40].map(|number| {
        let asked = asked(&repo, &HOOK, &lines(&missing[..number], &"0".repeat(40)));
        assert_eq!(asked.code, 2, "{asked:?}");
        let said = asked.stderr.matches("is not in this repository").count();
        assert_eq!(said, number, "{asked:?}");
        asked.runs
    });
    assert_eq!(runs[0], runs[1]);
}

/// The ids of so many commits. Each has another tree at the root d0, which holds the same 90,000 names
/// and leaves them out.
fn wide(repo: &Repo, number: usize) -> Vec<String> {
    let seal = fs::read_to_string(repo.at("seals/s0.toml")).unwrap();
    let seal = seal.replace("exclude = []", "exclude = [\n  \"*.map\",\n]");
    fs::write(repo.at("seals/s0.toml"), seal).unwrap();
    for at in 0..300 {
        // Without a file in scope, each directory would be an entry, and git keeps none.
        fs::create_dir_all(repo.at(format!("d0/wide/{at}"))).unwrap();
        fs::write(repo.at(format!("d0/wide/{at}/f")), "f").unwrap();
    }
    repo.git(&["add", "."]);
    let ran = repo.run(&["seal", "s0"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    commit(repo);
    let mut stream = "blob\nmark :1\ndata 1\nx\n".to_owned();
    let begin = |name: &str, from: &str| {
        let author = "committer t <t@t> 1 +0000";
        format!("commit refs/heads/{name}\n{author}\ndata 1\nx\nfrom {from}\n")
    };
    stream += &begin("wide", &head(repo));
    for at in 0..300 {
        writeln!(stream, "M 100644 :1 d0/wide/0/{at}.map").unwrap();
    }
    for at in 1..300 {
        writeln!(stream, "C d0/wide/0 d0/wide/{at}").unwrap();
    }
    for at in 0..number {
        stream += &begin(&format!("n{at}"), "refs/heads/wide");
        writeln!(stream, "M 100644 :1 d0/n{at}.map").unwrap();
    }
    let mut git = crate::support::scrubbed("git");
    git.args(["fast-import", "--quiet"]).current_dir(repo.at("."));
    let ran = crate::pushing::run_with_input(&mut git, stream.as_bytes());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let id = |at| repo.git(&["rev-parse", &format!("refs/heads/n{at}")]);
    (0..number).map(|at| String::from_utf8(id(at)).unwrap().trim().to_owned()).collect()
}

#[test]
fn a_push_that_is_too_much_work_is_stopped_and_parts_of_it_are_judged() {
    let repo = sealed(1);
    repo.git(&["reset", "--quiet", "--hard"]);
    let ids = wide(&repo, 9);
    let input = lines(&ids, &"0".repeat(40));
    let ran = asked(&repo, &HOOK, &input);
    assert_eq!(ran.code, 2, "{ran:?}");
    let left = "took as much work as one push may: refs/heads/b6, refs/heads/b7, refs/heads/b8\n";
    assert!(ran.stderr.contains(left), "{ran:?}");
    let command = "`git push origin 'refs/heads/b6:refs/heads/b6'`";
    assert!(ran.stderr.contains(command) && !ran.stderr.contains("PASS"), "{ran:?}");
    let each: Vec<&str> = input.lines().collect();
    for part in each.chunks(3) {
        let ran = asked(&repo, &HOOK, &(part.join("\n") + "\n"));
        assert!(ran.code == 0 && ran.stderr.contains("PASS  3 commits, 1 seal"), "{ran:?}");
    }
}

#[test]
fn large_commits_are_work_too() {
    let repo = sealed(1);
    repo.git(&["reset", "--quiet", "--hard"]);
    // Each tag has an id of its own, and all of them lead to one commit of 7 MB.
    let message = "x".repeat(7 << 20);
    let author = "t <t@t> 1 +0000";
    let mut stream = format!(
        "commit refs/heads/large\nmark :1\ncommitter {author}\ndata {}\n{message}\nfrom {}\n",
        message.len(),
        head(&repo)
    );
    for at in 0..100 {
        writeln!(stream, "tag t{at}\nfrom :1\ntagger {author}\ndata 1\nx").unwrap();
    }
    let mut git = crate::support::scrubbed("git");
    git.args(["fast-import", "--quiet"]).current_dir(repo.at("."));
    let ran = crate::pushing::run_with_input(&mut git, stream.as_bytes());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let tags = repo.git(&["for-each-ref", "--format=%(objectname)", "refs/tags"]);
    let tags = String::from_utf8(tags).unwrap();
    let tags: Vec<String> = tags.lines().map(str::to_owned).collect();
    let counts = [70, 100].map(|number| {
        let ran = asked(&repo, &HOOK, &lines(&tags[..number], &"0".repeat(40)));
        assert!(ran.code == 2 && ran.stderr.contains("as much work as one push may"), "{ran:?}");
        ran.objects
    });
    assert_eq!(counts[0], counts[1]);
    let ran = asked(&repo, &HOOK, &lines(&tags[..3], &"0".repeat(40)));
    assert!(ran.code == 0 && ran.stderr.contains("PASS  1 commit, 1 seal"), "{ran:?}");
    // What the remote has may be as large.
    let mut input = String::new();
    for (at, tag) in tags.iter().enumerate() {
        writeln!(input, "refs/heads/b{at} {} refs/heads/b{at} {tag}", head(&repo)).unwrap();
    }
    let ran = asked(&repo, &HOOK, &input);
    assert!(ran.code == 2 && ran.objects < 200, "{ran:?}");
}
