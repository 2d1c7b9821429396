//! Bad input of every sort: a clear error that says where, what and what next; exit code 2; and
//! nothing written.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, lchown, symlink};
use std::os::unix::net::UnixListener;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use walkdir::WalkDir;

use crate::support;
use crate::support::{Repo, Run, refused};

/// A repository with a directory `dist` and its seal.
fn sealed() -> Repo {
    Repo::once("", || {
        let repo = Repo::with(&[("dist/app.js", "app"), ("dist/lib/util.js", "util")]);
        assert_eq!(repo.run(&["seal", "dist", "--root", "dist"]).code, 0);
        repo
    })
}

/// The lines of entries, in the order of the seal.
fn entry_lines(seal: &str) -> Vec<String> {
    let lines = seal.lines().map(|line| line.trim().replace('\'', "\""));
    let mut lines: Vec<_> = lines.filter(|line| line.contains(" = \"file ")).collect();
    lines.sort();
    lines
}

/// What becomes of a seal when `from` in it is replaced by `to`, and where and what `check` says.
struct Broken {
    from: &'static str,
    to: &'static str,
    says: &'static str,
}

const fn broken(from: &'static str, to: &'static str, says: &'static str) -> Broken {
    Broken { from, to, says }
}

impl Broken {
    fn make(&self, repo: &Repo) -> String {
        let good = repo.read("seals/dist.toml");
        let bad = good.replace(self.from, self.to);
        assert_ne!(bad, good, "{:?} is not in the seal", self.from);
        repo.write("seals/dist.toml", bad);
        good
    }
}

/// Other forms of a valid seal, which `fmt` can fix.
const OTHER_FORMS: [Broken; 11] = [
    broken("root = ", "root  = ", ":3: line 3 is not in canonical form: it should read `root = "),
    broken("of dist", "of DIST", ":1: line 1 is not in canonical form: it should read `# Seal"),
    broken("\n[entries]", "[entries]", ":6: line 6 is not in canonical form: it should be empty"),
    broken("\n", "\r\n", ":1: line 1 is not in canonical form: it ends with CRLF instead of LF"),
    broken(
        "# Seal",
        "\u{feff}# Seal",
        ":1: line 1 is not in canonical form: it begins with a byte",
    ),
    broken("exclude = []\n", "", ":5: line 5 is not in canonical form: it should read `exclude ="),
    broken("exclude = []", "exclude = ['*.log']", ":5: line 5 is not in canonical form"),
    broken(
        "\"app.js\" =",
        "'app.js' =",
        ":8: line 8 is not in canonical form: it should read `\"a",
    ),
    broken("\"app.js\" =", "\"app\\u002Ejs\" =", ":8: line 8 is not in canonical form"),
    broken("tracked", "# by hand\ntracked", ":4: line 4 is not in canonical form: it should read"),
    broken("[entries]\n", "[entries]\n\"z\" = \"dir\"\n", ":8: line 8 is not in canonical form"),
];

/// What no form can fix.
const NO_SEALS: [Broken; 38] = [
    broken("\"dist\"", "\"dist", ":3: not TOML"),
    broken("root = \"dist\"", "", ": `root` is missing"),
    broken("tracked = false", "tracked = maybe", ":4: not TOML"),
    broken("tracked = false", "tracked = 'false'", ":4: `tracked` must be true or false"),
    broken("tracked", "note = \"x\"\ntracked", ":4: the key \"note\" is unknown"),
    broken("root", "<<<<<<< ours\nroot", ":3: line 3 is a conflict marker `<<<<<<<`"),
    broken("\"app.js", "=======\n\"app.js", ":8: line 8 is a conflict marker `=======`"),
    broken("\"lib/", ">>>>>>> theirs\n\"lib/", ":9: line 9 is a conflict marker `>>>>>>>`"),
    broken("\"lib/util.js\"", "\"app.js\"", "\"app.js\" is there twice"),
    broken("root =", "root = \"dist\"\nroot =", ":4: the key \"root\" is there twice"),
    broken("\"app.js\"", "\"../x\"", ":8: entry \"../x\": the path has a `.` or `..` component"),
    broken("\"app.js\"", "\"./x\"", ":8: entry \"./x\": the path has a `.` or `..` component"),
    broken("\"app.js\"", "\"/x\"", ":8: entry \"/x\": the path is absolute"),
    broken("\"app.js\"", "\"a//b\"", ":8: entry \"a//b\": the path has an empty component"),
    broken(
        "\"app.js\"",
        "\"C:\\\\x\"",
        ":8: entry \"C:\\\\x\": the path begins with a drive prefix",
    ),
    broken("\"app.js\"", "\"a\\u0000x\"", ":8: entry \"a\\0x\": the path holds a NUL"),
    broken("\"app.js\"", "\"a\0x\"", ":8: not TOML"),
    broken(
        "\"app.js\"",
        "\"lib\"",
        ":9: entry \"lib/util.js\" lies below \"lib\", which is an entry",
    ),
    broken("file 3 ", "file 3 0", "the digest has 65 characters; BLAKE3 has 64"),
    broken("file 3 84", "file 3 8", "the digest has 63 characters; BLAKE3 has 64"),
    broken("file 3 84", "file 3 8X", "the digest holds something else than `0-9` and `a-f`"),
    broken("file 3 84", "file 3 ", "the digest has 62 characters"),
    broken("file 3 ", "file 03 ", "the size is not a decimal number without leading zeros"),
    broken("file 3 ", "file -3 ", "the size is not a decimal number without leading zeros"),
    broken("file 3 ", "file 9223372036854775808 ", "the size is above 2^63-1"),
    broken("file 3 ", "file 99999999999999999999999999 ", "the size is above 2^63-1"),
    broken("file 3 ", "fifo 3 ", ":8: entry \"app.js\": value \"fifo 3 "),
    broken(
        "seal/1",
        "seal/2",
        ":2: the version \"sealgate-seal/2\" is unknown; this is \"sealgate-",
    ),
    broken("\"sealgate-seal/1\"", "\"x\"", ":2: the format \"x\" is unknown"),
    broken("\"dist\"", "\"../dist\"", ":3: root \"../dist\": the path has a `.` or `..` component"),
    broken("\"dist\"", "\"/dist\"", ":3: root \"/dist\": the path is absolute"),
    broken("\"dist\"", "\"dist/\"", ":3: root \"dist/\": the path has an empty component"),
    broken("\"dist\"", "\"seals\"", ": the root and the seals directory overlap"),
    broken("\"dist\"", "\"seals/x\"", ": the root and the seals directory overlap"),
    broken(
        "\"dist\"",
        "\".\"",
        ":5: with root \".\" the first pattern of `exclude` must be \"/.git\"",
    ),
    broken("[]", "[\n  \"x\",\n  \"[a\",\n]", ":7: exclude pattern \"[a\": unclosed character"),
    broken(
        "[]",
        "[\n  \"x\",\n  \"x\",\n]",
        ":7: exclude pattern \"x\": it stands in the list twice",
    ),
    broken("[]", "[\n  1,\n]", ":6: `exclude` must be a list of strings"),
];

/// Exclude patterns of each sort that is refused.
const BAD_PATTERNS: [(&str, &str); 12] = [
    ("", "it is empty"),
    (" ", "it is empty"),
    ("#x", "it is a comment"),
    ("!", "a lone `!` matches nothing"),
    ("/", "a lone `/` matches nothing"),
    ("./a", "a `.` or `..` component never matches"),
    ("a/../b", "a `.` or `..` component never matches"),
    ("a//b", "it has an empty component"),
    ("[a", "unclosed character class"),
    ("a ", "it ends with white space"),
    ("{a,b}", "`{` and `}` stand for themselves"),
    ("a\nb", "a NUL or a line break"),
];

#[test]
fn a_seal_in_another_form_is_refused_and_fmt_mends_its_form_alone() {
    for broken in OTHER_FORMS {
        let repo = sealed();
        let good = broken.make(&repo);
        refused(&repo, &["check"], &format!("seals/dist.toml{}", broken.says));
        refused(&repo, &["ls", "dist"], "run `sealgate fmt dist`");
        let bad = repo.read("seals/dist.toml").replace("\\u002E", ".");

        let run = repo.run(&["fmt", "dist"]);
        assert_eq!(run.code, 0, "{bad}\n{run:#?}");
        let fixed = repo.read("seals/dist.toml");
        assert_eq!(entry_lines(&fixed), entry_lines(&bad));
        assert!(entry_lines(&fixed).starts_with(&entry_lines(&good)), "{fixed}");
        assert_eq!(repo.run(&["fmt", "--check"]).code, 0, "{fixed}");
        assert_ne!(repo.run(&["check"]).code, 2, "{fixed}");
    }
}

#[test]
fn a_text_that_is_no_seal_is_refused_by_check_and_by_fmt() {
    for broken in NO_SEALS {
        let repo = sealed();
        broken.make(&repo);
        refused(&repo, &["check"], broken.says);
        refused(&repo, &["fmt"], broken.says);
        refused(&repo, &["fmt", "--check"], "error: seals/dist.toml:");
    }
}

#[test]
fn an_entry_that_the_seal_itself_excludes_is_refused() {
    let repo = sealed();
    broken("[]", "[\n  \"*.js\",\n]", "").make(&repo);
    refused(&repo, &["check"], "dist.toml:10: entry \"app.js\" is excluded by \"*.js\"");
}

#[test]
fn every_command_that_reads_a_seal_refuses_a_broken_one() {
    let repo = sealed();
    repo.write("seals/dist.toml", "root = \"dist\"\n");
    for command in [
        &["check", "--format", "human", "dist"][..],
        &["check", "--at", "dist"],
        &["diff"],
        &["diff", "--against", "dist"],
        &["ls", "dist"],
        &["export", "dist", "--format", "b3sum"],
        &["export", "dist", "--format", "sha256sum"],
        &["fmt"],
        &["seal", "dist"],
        &["seal", "dist", "--only", "app.js"],
    ] {
        refused(&repo, command, "error: seals/dist.toml: `format` is missing");
    }
    let report = repo.run(&["check", "--format", "json"]);
    assert_eq!((report.code, &*report.stderr), (2, ""));
    assert!(report.stdout.contains(r#""verdict": "error""#), "{}", report.stdout);
    assert!(report.stdout.contains(r#""file": "seals/dist.toml""#), "{}", report.stdout);
}

#[test]
fn an_error_in_one_seal_spares_no_other_seal_its_judgement() {
    let repo = sealed();
    repo.write("seals/broken.toml", "");
    repo.write("dist/app.js", "changed");
    let run = repo.run(&["check"]);
    assert!(run.refusal().contains("seals/broken.toml: the file is empty"), "{run:#?}");
    assert!(run.stdout.contains("modified"), "{run:#?}");
}

#[test]
fn seals_without_entries_are_refused() {
    for text in ["[entries]\n", ""] {
        let repo = sealed();
        let good = repo.read("seals/dist.toml");
        let header = good.split("[entries]").next().unwrap();
        repo.write("seals/dist.toml", format!("{header}{text}"));
        let says = if text.is_empty() { "`[entries]` is missing" } else { "`[entries]` is empty" };
        refused(&repo, &["check"], says);
        refused(&repo, &["fmt"], says);
    }
}

#[test]
fn a_seal_beyond_the_limit_is_refused_before_it_is_read() {
    let repo = sealed();
    let file = fs::File::create(repo.at("seals/dist.toml")).unwrap();
    file.set_len((256 << 20) + 1).unwrap();
    let says = "seals/dist.toml: the seal is 268435457 bytes long; the limit is 268435456";
    for command in [&["check"][..], &["fmt"], &["seal", "dist"]] {
        refused(&repo, command, says);
    }
}

#[test]
fn a_pattern_that_cannot_mean_anything_is_refused_wherever_it_is_given() {
    let repo = sealed();
    for (pattern, says) in BAD_PATTERNS {
        refused(&repo, &["seal", "x", "--root", "dist", "--exclude", pattern], says);
        refused(&repo, &["seal", "dist", "--only", pattern], says);
    }
    refused(&repo, &["seal", "x", "--root", "dist", "--exclude=a", "--exclude=a"], "twice");
}

/// Makes something in the seals directory.
type Stray = fn(&Repo);

#[test]
fn nothing_but_seals_may_lie_in_the_seals_directory() {
    let strays: [(&str, &str, Stray); 11] = [
        ("notes.txt", "this file", |repo| repo.write("seals/notes.txt", "")),
        ("dist.toml.orig", "this file", |repo| repo.write("seals/dist.toml.orig", "")),
        ("Dist.toml", "this file", |repo| repo.write("seals/Dist.toml", "")),
        ("POLICY.toml", "this file", |repo| repo.write("seals/POLICY.toml", "")),
        ("old", "this directory", |repo| fs::create_dir(repo.at("seals/old")).unwrap()),
        ("x.toml", "this directory", |repo| fs::create_dir(repo.at("seals/x.toml")).unwrap()),
        ("x.toml", "a symbolic link", |repo| {
            symlink("dist.toml", repo.at("seals/x.toml")).unwrap();
        }),
        ("policy.toml", "a symbolic link", |repo| {
            symlink("dist.toml", repo.at("seals/policy.toml")).unwrap();
        }),
        ("x.toml", "a FIFO", |repo| fifo(&repo.at("seals/x.toml"))),
        ("x.toml", "a socket", |repo| drop(UnixListener::bind(repo.at("seals/x.toml")).unwrap())),
        ("grants", "this file", |repo| repo.write("seals/grants", "")),
    ];
    for (name, what, make) in strays {
        let repo = sealed();
        make(&repo);
        let says = format!("error: seals/{name}: {what} does not belong in the seals directory");
        for command in [
            &["check"][..],
            &["check", "dist"],
            &["seal", "dist"],
            &["seal", "y", "--root", "dist"],
            &["fmt"],
            &["diff"],
            &["ls", "dist"],
        ] {
            refused(&repo, command, &says);
        }
    }
}

#[test]
fn a_seals_directory_that_is_none_is_refused() {
    let repo = sealed();
    fs::rename(repo.at("seals"), repo.at("real")).unwrap();
    let all = |says: &str| {
        for command in [&["check"][..], &["seal"], &["seal", "x", "--root", "dist"], &["fmt"]] {
            refused(&repo, command, says);
        }
    };
    symlink("real", repo.at("seals")).unwrap();
    all("error: seals is a symbolic link, which is never followed");
    fs::remove_file(repo.at("seals")).unwrap();
    symlink("nowhere", repo.at("seals")).unwrap();
    all("error: seals is a symbolic link, which is never followed");
    fs::remove_file(repo.at("seals")).unwrap();
    fifo(&repo.at("seals"));
    all("error: seals is not a directory");
    fs::remove_file(repo.at("seals")).unwrap();
    repo.write("seals", "");
    all("error: seals is not a directory");
    refused(&repo, &["--seals", "seals/below", "check"], "seals is not a directory");
    refused(&repo, &["--seals", "../seals", "check"], "the path has a `.` or `..` component");
    refused(&repo, &["--seals", "/seals", "check"], "the path is absolute");
    refused(&repo, &["--seals", "", "check"], "the path is empty");
}

#[test]
fn without_a_seal_there_is_nothing_to_pass() {
    let repo = Repo::with(&[("dist/app.js", "app")]);
    let commands = [&["check"][..], &["check", "dist"], &["seal"], &["fmt"], &["diff"]];
    for command in commands {
        refused(&repo, command, "make one: sealgate seal NAME --root DIR");
    }
    fs::create_dir(repo.at("seals")).unwrap();
    for command in commands {
        refused(&repo, command, "error: there are no seals in ");
    }
    repo.write("seals/README.md", "");
    repo.write("seals/policy.toml", "");
    refused(&repo, &["check"], "error: there are no seals in ");
}

#[test]
fn a_name_that_selects_nothing_is_an_error() {
    let repo = sealed();
    for name in ["nope", "d", "*x*", "dist.toml", "", "DIST", "seals/dist"] {
        refused(&repo, &["check", name], &format!("no seal is named {name}"));
        refused(&repo, &["check", "dist", name], &format!("no seal is named {name}"));
        refused(&repo, &["fmt", name], "next: the seals here: dist");
    }
    for glob in ["[a", "{a", "a\\"] {
        refused(&repo, &["check", glob], &format!("error: {glob}: "));
    }
    refused(&repo, &["seal", "nope"], "next: to make a seal: sealgate seal NAME --root DIR");
    for name in ["X", "policy", "-", ".x", "a/b", "a b", "", "\u{e9}"] {
        let says = format!("{name} cannot be the name of a seal");
        refused(&repo, &["seal", "--root", "dist", "--", name], &says);
    }
}

#[test]
fn a_root_that_cannot_be_judged_is_an_error() {
    let says = |repo: &Repo, says: &str| {
        refused(repo, &["check"], says);
        refused(repo, &["diff"], says);
        refused(repo, &["seal", "deep"], says);
        refused(repo, &["seal", "new", "--root", "in/dist"], says);
    };
    let repo = Repo::with(&[("in/dist/app.js", "app"), ("else/dist/app.js", "app")]);
    assert_eq!(repo.run(&["seal", "deep", "--root", "in/dist"]).code, 0);
    fs::rename(repo.at("in/dist"), repo.at("in/other")).unwrap();
    says(&repo, "there is nothing at in/dist");
    symlink("other", repo.at("in/dist")).unwrap();
    says(&repo, "in/dist is a symbolic link, which is never followed");
    fs::remove_file(repo.at("in/dist")).unwrap();
    repo.write("in/dist", "app");
    says(&repo, "in/dist is not a directory");
    fs::remove_file(repo.at("in/dist")).unwrap();
    fifo(&repo.at("in/dist"));
    says(&repo, "in/dist is not a directory");
    fs::remove_dir_all(repo.at("in")).unwrap();
    symlink("else", repo.at("in")).unwrap();
    says(&repo, "in is a symbolic link, which is never followed");
    fs::remove_file(repo.at("in")).unwrap();
    repo.write("in", "");
    says(&repo, "in is not a directory");
}

#[test]
fn a_root_outside_the_repository_or_over_the_seals_is_refused() {
    let repo = sealed();
    let outside = repo.root().parent().unwrap().canonicalize().unwrap();
    let parent = outside.to_str().unwrap();
    fs::create_dir(outside.join("elsewhere")).unwrap();
    for (root, says) in [
        ("..", "is outside the repository"),
        ("../elsewhere", "is outside the repository"),
        ("dist/../../elsewhere", "is outside the repository"),
        ("/", "is outside the repository"),
        ("/etc", "is outside the repository"),
        (parent, "is outside the repository"),
        ("seals", "the root and the seals directory overlap"),
        ("seals/x", "the root and the seals directory overlap"),
        ("./dist/../seals", "the root and the seals directory overlap"),
        ("dist\\x", "the path holds a backslash"),
    ] {
        refused(&repo, &["seal", "x", "--root", root], says);
    }
    refused(&repo, &["--seals", "dist/seals", "seal", "x", "--root", "dist"], "overlap");
}

#[test]
fn the_whole_repository_is_a_root_only_without_git_and_the_seals() {
    let repo = sealed();
    let good = repo.read("seals/dist.toml").replace("root = \"dist\"", "root = \".\"");
    let needed = r#"the exclude list of root "." must begin with ["/.git", "/seals"]"#;
    for (exclude, says) in [
        ("\"/seals\",", "must be \"/.git\""),
        ("\"/.git\",", needed),
        ("\"/.git\",\n  \"/seals/\",", needed),
        ("\"/.git\",\n  \"*.log\",\n  \"/seals\",", needed),
    ] {
        let text = good.replace("[]", &format!("[\n  {exclude}\n]"));
        repo.write("seals/dist.toml", text);
        refused(&repo, &["check"], says);
        refused(&repo, &["seal", "dist"], if says == needed { "must begin with" } else { says });
    }
}

#[test]
fn a_root_with_nothing_in_scope_is_not_sealed_and_does_not_pass() {
    let repo = sealed();
    fs::create_dir(repo.at("empty")).unwrap();
    for arguments in [
        &["--root", "empty"][..],
        &["--root", "dist", "--exclude", "*"],
        &["--root", "dist", "--exclude", "app.js", "--exclude", "/lib/"],
    ] {
        let command = [&["seal", "x"], arguments].concat();
        refused(&repo, &command, "seal x: there is nothing in scope in ");
    }
    fs::remove_dir_all(repo.at("dist")).unwrap();
    fs::create_dir(repo.at("dist")).unwrap();
    refused(&repo, &["seal"], "seal dist: there is nothing in scope in dist");
    assert_eq!(repo.run(&["check"]).code, 1);
}

#[test]
fn what_cannot_be_meant_is_a_usage_error() {
    let repo = sealed();
    assert_eq!(repo.run(&["seal", "twin", "--root", "dist"]).code, 0);
    for (command, says) in [
        (&["check", "--at", "dist"][..], "--at judges by one seal, not by 2"),
        (&["check", "--at", "dist", "*"], "--at judges by one seal, not by 2"),
        (&["diff", "--against", "dist"], "--against takes one seal, not 2"),
        (&["ls", "*"], "ls takes one seal, not 2"),
        (&["export", "*", "--format", "b3sum"], "export takes one seal, not 2"),
        (&["check", "dist", "--at", "nowhere"], "nowhere"),
        (&["check", "dist", "--at", "dist/app.js"], "dist/app.js is not a directory"),
        (&["diff", "dist", "--against", "nowhere"], "nowhere"),
        (&["seal", "--root", "dist"], "make one seal"),
        (&["seal", "a", "b", "--root", "dist"], "make one seal"),
        (&["seal", "dist", "--root", "dist"], "there is a seal dist already"),
        (&["seal", "dist", "--only", "nope"], "--only matches no entry, sealed or there"),
        (&["check", "--report", "json"], "no FORMAT=FILE"),
        (&["check", "--report", "json="], "no FORMAT=FILE"),
        (&["check", "--report", "xml=x"], "there is no format xml"),
        (&["check", "--report", "json=no/x"], "next: make the directory first"),
        (&["check", "--require-sealed", "[a"], "unclosed character class"),
        (&["check", "--require-sealed", "nope"], "no directory matches"),
        (&["ls", "dist", "../x"], "the path has a `.` or `..` component"),
        (&["-C", "nowhere", "check"], "next: name a directory that exists after -C"),
        (&["man", "nope"], "there is no command nope"),
    ] {
        refused(&repo, command, says);
    }
}

#[test]
fn two_reports_to_one_file_are_refused() {
    let repo = sealed();
    for (first, second) in [
        ("json=r", "json=r"),
        ("json=r", "human=r"),
        ("json=r", "human=./r"),
        ("json=r", "human=dist/../r"),
    ] {
        let command = ["check", "--report", first, "--report", second];
        refused(&repo, &command, "is the file of two reports");
    }
}

#[test]
fn words_of_other_tools_are_answered_with_ours() {
    let repo = sealed();
    for (word, ours) in [
        ("verify", "check"),
        ("test", "check"),
        ("audit", "check"),
        ("status", "check"),
        ("update", "seal"),
        ("lock", "seal"),
        ("approve", "seal"),
        ("format", "fmt"),
        ("compare", "diff"),
        ("list", "ls"),
        ("checksums", "export"),
    ] {
        let before = repo.contents();
        let run = repo.run(&[word]);
        assert_eq!(run.code, 2, "{run:#?}");
        let said = format!("unrecognized subcommand '{word}'");
        assert!(
            run.stderr.contains(&said) && run.stderr.contains(&format!("'{ours}'")),
            "{run:#?}"
        );
        assert_eq!(repo.contents(), before);
    }
    let unknown = repo.run(&["frobnicate"]);
    assert_eq!(unknown.code, 2);
    assert!(!unknown.stderr.contains("tip:"), "{unknown:#?}");
}

#[test]
fn nothing_is_sealed_in_ci_unless_it_is_allowed() {
    let in_ci = |repo: &Repo, value: &str, arguments: &[&str]| {
        let mut command = repo.command(arguments);
        command.env("CI", value);
        support::run(command)
    };
    for (value, writes) in [
        ("true", false),
        ("1", false),
        ("yes", false),
        ("woodpecker", false),
        ("", true),
        ("0", true),
        ("false", true),
    ] {
        for command in [&["seal", "dist"][..], &["seal", "new", "--root", "dist"], &["fmt"]] {
            let repo = sealed();
            let seal = repo.read("seals/dist.toml");
            // `seal` has new bytes to approve, `fmt` another form to fix.
            let (path, text) = match command {
                ["fmt"] => ("seals/dist.toml", seal.replace("exclude = []", "exclude=[]")),
                _ => ("dist/app.js", "other".to_owned()),
            };
            repo.write(path, text);
            let before = repo.contents();
            let run = in_ci(&repo, value, command);
            if writes {
                assert_eq!(run.code, 0, "CI={value} {command:?}: {run:#?}");
                assert_ne!(repo.contents(), before, "CI={value} {command:?}");
            } else {
                let says = format!("error: sealgate {} does not write in CI", command[0]);
                assert!(run.refusal().contains(&says), "CI={value} {command:?}: {run:#?}");
                assert_eq!(repo.contents(), before, "CI={value} {command:?}");
                let allowed = [command, &["--allow-ci"]].concat();
                assert_eq!(in_ci(&repo, value, &allowed).code, 0);
                assert_ne!(repo.contents(), before, "CI={value} {allowed:?}");
            }
        }
        let repo = sealed();
        assert_eq!(in_ci(&repo, value, &["check"]).code, 0);
        assert_eq!(in_ci(&repo, value, &["fmt", "--check"]).code, 0);
    }
}

fn fifo(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[test]
fn a_fifo_or_a_socket_in_the_root_is_found_and_never_opened() {
    let repo = sealed();
    fifo(&repo.at("dist/pipe"));
    fifo(&repo.at("dist/lib/app.js"));
    fs::remove_file(repo.at("dist/app.js")).unwrap();
    fifo(&repo.at("dist/app.js"));
    drop(UnixListener::bind(repo.at("dist/socket")).unwrap());
    fifo(&repo.at("pipe"));
    let before = repo.contents();
    for command in [&["check"][..], &["check", "dist", "--at", "dist"]] {
        let run = repo.run(command);
        assert_eq!(run.code, 1, "{run:#?}");
        for (path, what) in [
            ("app.js", "a FIFO"),
            ("lib/app.js", "a FIFO"),
            ("pipe", "a FIFO"),
            ("socket", "a socket"),
        ] {
            let line = run.stdout.lines().find(|line| line.contains(&format!(" {path} ")));
            assert!(line.is_some_and(|line| line.ends_with(what)), "{path}: {run:#?}");
        }
    }
    for command in [
        &["seal", "dist"][..],
        &["seal", "new", "--root", "dist"],
        &["diff"],
        &["diff", "dist", "--against", "dist"],
    ] {
        let run = repo.run(command);
        assert!(run.refusal().contains("dist/pipe: cannot be sealed: a FIFO"), "{run:#?}");
    }
    assert_eq!(repo.run(&["export", "dist", "--format", "sha256sum"]).code, 1);
    assert_eq!(repo.run(&["ls", "dist"]).code, 0);
    refused(&repo, &["check", "--report", "json=dist/pipe"], "--report");
    refused(&repo, &["check", "--report", "json=pipe"], "it is not a regular file");
    assert_eq!(repo.contents(), before);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_stdout_is_an_error_and_a_closed_one_changes_nothing() {
    let repo = sealed();
    let to = |redirection: &str, arguments: &[&str]| {
        let program = repo.command(arguments);
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(format!("exec \"$0\" \"$@\" {redirection}"));
        shell.arg(program.get_program()).args(arguments).current_dir(repo.root());
        shell.env_remove("CI");
        support::run(shell)
    };
    for command in [
        &["check"][..],
        &["check", "--format", "json"],
        &["diff"],
        &["ls", "dist"],
        &["export", "dist", "--format", "b3sum"],
        &["man"],
        &["seal", "dist"],
    ] {
        let full = to(">/dev/full", command);
        assert!(full.refusal().contains("error: stdout: "), "{command:?}: {full:#?}");
        assert_eq!(to("| true", command).code, 0);
        assert_eq!(to("2>/dev/full", command).code, 0, "{command:?}");
    }
    repo.write("dist/app.js", "other");
    assert_eq!(to(">/dev/full 2>/dev/full", &["check"]).code, 2);
    assert_eq!(to("2>/dev/full", &["check"]).code, 1);
}

/// Someone without rights: the owner of a repository in which he took rights from himself, for
/// root another user, whom rights concern.
struct Unprivileged {
    repo: Repo,
    program: PathBuf,
    root: bool,
}

const NOBODY: u32 = 65534;

impl Unprivileged {
    fn new() -> Self {
        let repo = sealed();
        let root = rustix::process::getuid().is_root();
        let mut program = PathBuf::from(env!("CARGO_BIN_EXE_sealgate"));
        if root {
            // The place of the build may be closed to others. Another process copies: a child that
            // is forked while this one has the file open for writing would keep it busy.
            let copy = repo.root().with_file_name("sealgate");
            assert!(Command::new("cp").arg(&program).arg(&copy).status().unwrap().success());
            program = copy;
            for entry in WalkDir::new(repo.root()) {
                lchown(entry.unwrap().path(), Some(NOBODY), Some(NOBODY)).unwrap();
            }
        }
        Self { repo, program, root }
    }

    fn mode(&self, path: &str, mode: u32) {
        fs::set_permissions(self.repo.at(path), fs::Permissions::from_mode(mode)).unwrap();
    }

    fn run(&self, arguments: &[&str]) -> Run {
        let mut command = Command::new(&self.program);
        command.args(arguments).current_dir(self.repo.root()).env_remove("CI");
        if self.root {
            command.uid(NOBODY).gid(NOBODY);
        }
        support::run(command)
    }

    #[track_caller]
    fn refused(&self, arguments: &[&str], says: &str) {
        let before = self.repo.contents();
        let run = self.run(arguments);
        assert!(run.refusal().contains(says), "{says}: {run:#?}");
        assert_eq!(self.repo.contents(), before, "{arguments:?} wrote something");
    }
}

#[test]
fn what_cannot_be_read_is_an_error_and_hides_nothing_else() {
    let user = Unprivileged::new();
    assert_eq!(user.run(&["check"]).code, 0, "{:#?}", user.run(&["check"]));
    user.mode("dist/lib", 0);
    user.mode("dist/app.js", 0);
    let run = user.run(&["check"]);
    assert_eq!((run.code, &*run.stderr), (2, ""), "{run:#?}");
    assert!(run.stdout.contains("unreadable    app.js  permission denied\n"), "{run:#?}");
    let lib = "unreadable    lib     permission denied; 1 entry below it not judged\n";
    assert!(run.stdout.contains(lib), "{run:#?}");
    assert!(!run.stdout.contains("missing"), "{run:#?}");
    for command in [&["seal", "dist"][..], &["seal", "x", "--root", "dist"], &["diff"]] {
        user.refused(command, "error: dist/app.js: cannot be sealed: permission denied");
        user.refused(command, "error: dist/lib: cannot be sealed: permission denied");
    }
    // What does not match is no reason to refuse.
    for only in ["lib", "/lib/util.js"] {
        let command = ["seal", "--only", only];
        user.refused(&command, "error: dist/lib: cannot be sealed: permission denied");
        let run = user.run(&command);
        assert!(!run.stderr.contains("app.js"), "{run:#?}");
    }
    user.refused(&["ls", "dist"], "ermission denied");
    user.refused(&["export", "dist", "--format", "sha256sum"], "dist/app.js: permission denied");
    // To list a directory and to look into it are two rights.
    user.mode("dist/app.js", 0o600);
    for mode in [0o300, 0o400] {
        user.mode("dist/lib", mode);
        let run = user.run(&["check"]);
        assert_eq!(run.code, 2, "{mode:o}: {run:#?}");
        assert!(run.stdout.contains("permission denied"), "{mode:o}: {run:#?}");
        user.refused(&["seal", "dist"], "cannot be sealed: permission denied");
    }
    user.mode("dist", 0);
    user.refused(&["check"], "seal dist: dist cannot be read: permission denied");
    user.refused(&["seal", "dist"], "seal dist: dist cannot be read: permission denied");
}

#[test]
fn a_seal_that_cannot_be_read_is_an_error() {
    let user = Unprivileged::new();
    user.mode("seals/dist.toml", 0);
    for command in [&["check"][..], &["seal", "dist"], &["fmt"], &["diff"], &["ls", "dist"]] {
        user.refused(command, "error: seals/dist.toml: permission denied");
    }
    user.mode("seals/dist.toml", 0o644);
    for mode in [0, 0o300, 0o400] {
        user.mode("seals", mode);
        for command in [&["check"][..], &["seal", "dist"], &["fmt"], &["diff"]] {
            user.refused(command, "ermission denied");
        }
        user.refused(&["seal", "x", "--root", "dist"], "ermission denied");
        user.mode("seals", 0o755);
    }
}

#[test]
fn a_seal_that_cannot_be_written_stays_as_it_is() {
    let user = Unprivileged::new();
    user.repo.write("dist/app.js", "other");
    user.mode("seals/dist.toml", 0o444);
    user.refused(
        &["seal", "dist"],
        "seals/dist.toml: the seal cannot be written: its file is read-",
    );
    user.mode("seals/dist.toml", 0o644);
    user.mode("seals", 0o555);
    user.refused(&["seal", "dist"], "seals/dist.toml: the seal cannot be written: ");
    user.refused(
        &["seal", "new", "--root", "dist"],
        "seals/new.toml: the seal cannot be written: ",
    );
    user.refused(&["--seals", "more", "fmt"], "there are no seals in ");
    user.mode("seals", 0o755);
    user.mode(".", 0o555);
    user.refused(
        &["--seals", "more", "seal", "new", "--root", "dist"],
        "more/new.toml: the seal cannot be written: ",
    );
    user.mode(".", 0o755);
    let other_form = user.repo.read("seals/dist.toml").replace("[]", "[ ]");
    fs::write(user.repo.at("seals/dist.toml"), other_form).unwrap();
    user.mode("seals/dist.toml", 0o444);
    user.refused(&["fmt"], "seals/dist.toml: the seal cannot be written: its file is read-only");
    user.mode("seals/dist.toml", 0o644);
    assert_eq!(user.run(&["seal", "dist"]).code, 0, "with the rights it is written");
}

#[test]
fn reports_that_cannot_be_written_are_an_error() {
    let user = Unprivileged::new();
    user.mode(".", 0o555);
    for report in ["json=r", "human=r"] {
        user.refused(&["check", "--report", report], "/repo/r: ");
    }
}

#[cfg(target_os = "linux")]
#[test]
#[ignore = "needs a mount namespace"]
fn a_full_disk_leaves_the_old_seal_and_no_litter() {
    let repo = Repo::with(&[("dist/app.js", "app")]);
    fs::create_dir(repo.at("disk")).unwrap();
    let script = r#"
        set -eu
        fail() { echo "$1"; exit 99; }
        mount -t tmpfs -o size=100k none disk
        mkdir disk/seals
        sealgate() { "$0" --seals disk/seals "$@"; }
        sealgate seal dist --root dist
        cat /dev/zero >disk/filler || true
        echo other >>dist/app.js
        before=$(ls -A disk disk/seals; cat disk/seals/dist.toml)
        unchanged() { [ "$before" = "$(ls -A disk disk/seals; cat disk/seals/dist.toml)" ]; }
        for command in 'seal dist' 'seal new --root dist' 'check --report json=disk/report'; do
            code=0
            sealgate $command || code=$?
            [ "$code" = 2 ] || fail "$command: $code"
            unchanged || fail "$command left something: $(ls -A disk disk/seals)"
        done
        rm disk/filler
        sealgate seal dist || fail 'with room it is written'
        exit 2
    "#;
    let mut shell = Command::new("unshare");
    let namespace = if rustix::process::getuid().is_root() { "-m" } else { "-rm" };
    shell.args([namespace, "sh", "-c", script, env!("CARGO_BIN_EXE_sealgate")]);
    shell.current_dir(repo.root()).env_remove("CI");
    let run = support::run(shell);
    let said = run.refusal();
    for says in [
        "error: disk/seals/dist.toml: the seal cannot be written: no space left on device",
        "error: disk/seals/new.toml: the seal cannot be written: no space left on device",
        "/disk/report: no space left on device",
    ] {
        assert!(said.contains(says), "{run:#?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_no_seal_can_hold_are_found_and_not_sealed() {
    use std::os::unix::ffi::OsStrExt as _;
    let long = "x".repeat(255);
    let wide = "\u{e9}".repeat(127);
    for (name, says) in [
        (&b"a\xff"[..], "the name is not UTF-8"),
        (b"\xed\xa0\x80", "the name is not UTF-8"),
        (b"C:x", "the path begins with a drive prefix"),
        (b"d:", "the path begins with a drive prefix"),
    ] {
        for directory in [false, true] {
            let repo = sealed();
            let path = repo.at("dist").join(std::ffi::OsStr::from_bytes(name));
            let made = if directory { fs::create_dir(path) } else { fs::write(path, "x") };
            made.unwrap();
            let run = repo.run(&["check"]);
            assert_eq!(run.code, 1, "{run:#?}");
            assert!(run.stdout.contains("unsealable") && run.stdout.contains(says), "{run:#?}");
            refused(&repo, &["seal", "dist"], says);
            refused(&repo, &["seal", "new", "--root", "dist"], says);
        }
    }
    let repo = sealed();
    for name in [&*long, &wide, " ", "-", "...", "~", "1:b", "\u{202e}", "\u{1b}[31m", "\n"] {
        repo.write(Path::new("dist").join(name), name);
    }
    assert_eq!(repo.run(&["seal", "dist"]).code, 0);
    assert_eq!(repo.run(&["check"]).code, 0);
}

/// Makes a file at the end of directories that no path can name as a whole.
fn dig(start: &Path, name: &str, depth: usize, file: &str) {
    use rustix::fs::{CWD, Mode, OFlags, mkdirat, open, openat};
    let mode = Mode::from_raw_mode(0o755);
    let flags = OFlags::RDONLY | OFlags::DIRECTORY;
    mkdirat(CWD, start, mode).unwrap();
    let mut here = open(start, flags, Mode::empty()).unwrap();
    for _ in 0..depth {
        mkdirat(&here, name, mode).unwrap();
        here = openat(&here, name, flags, Mode::empty()).unwrap();
    }
    openat(&here, file, OFlags::CREATE | OFlags::WRONLY, mode).unwrap();
}

#[test]
fn paths_up_to_the_limits_are_sealed_and_longer_ones_are_refused() {
    // 16 directories of 255 bytes and their slashes are 4,096 bytes.
    let name = "d".repeat(255);
    for (name, depth, file, says) in [
        ("d", 255, "f", ""),
        ("d", 256, "f", "the path is 257 components deep; the limit is 256"),
        ("d", 2_500, "f", "the path is 257 components deep; the limit is 256"),
        (&*name, 15, &name, ""),
        (&name, 15, "f", ""),
        (&name, 16, "f", "the path is 4097 bytes long; the limit is 4096"),
        (&name, 20, "f", "the path is 4351 bytes long; the limit is 4096"),
    ] {
        let repo = sealed();
        dig(&repo.at("deep"), name, depth, file);
        let run = repo.run(&["seal", "deep", "--root", "deep"]);
        if says.is_empty() {
            assert_eq!(run.code, 0, "{depth} of {name}: {run:#?}");
            let check = repo.run(&["check"]);
            assert_eq!(check.code, 0, "{depth} of {name}: {check:#?}");
            continue;
        }
        assert!(run.refusal().contains(says), "{depth} of {name}: {run:#?}");
        assert!(!repo.at("seals/deep.toml").exists());
        let other = repo.read("seals/dist.toml").replace("dist", "deep");
        repo.write("seals/deep.toml", other);
        let run = repo.run(&["check", "deep"]);
        assert_eq!(run.code, 1, "{depth} of {name}: {run:#?}");
        assert!(run.stdout.contains("unsealable") && run.stdout.contains(says), "{run:#?}");
    }
}

#[test]
fn git_is_not_asked_where_it_would_wait_for_a_fifo() {
    let cases: [(&str, &[&str], &str); 4] = [
        ("dist/.gitignore", &["seal", "dist"], "dist/.gitignore: cannot be sealed"),
        ("sub/.gitignore", &["seal", "sub"], "sub/.gitignore is not a regular file"),
        (".gitignore", &["seal", "dist"], ".gitignore is not a regular file"),
        ("dist/.gitattributes", &["doctor"], "dist/.gitattributes is not a regular file"),
    ];
    for (place, command, says) in cases {
        let repo = Repo::with(&[("dist/app.js", "app"), ("sub/dist/app.js", "app")]);
        for arguments in [&["init", "--quiet"][..], &["add", "."]] {
            let git = Command::new("git").arg("-C").arg(repo.root()).args(arguments).status();
            assert!(git.unwrap().success());
        }
        assert_eq!(repo.run(&["seal", "dist", "--root", "dist"]).code, 0);
        assert_eq!(repo.run(&["seal", "sub", "--root", "sub/dist"]).code, 0);
        fifo(&repo.at(place));
        refused(&repo, command, says);
    }
}
