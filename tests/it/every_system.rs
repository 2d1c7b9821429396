//! What is alike on every system. The other files of tests use what Unix has, and are built there
//! alone; this one is built and run everywhere.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use sealgate::ops::seal::draft::take_modes_of_git;
use sealgate_core::seal::{self, SealName};
use sealgate_git::Listing;
use serde_json::Value;
use tempfile::TempDir;

/// The files of `dist`, with their contents.
const FILES: [(&str, &str); 3] =
    [("dist/app.js", "app"), ("dist/deep/é/b.txt", "x\r\n"), ("dist/empty/gone", "")];

/// The seal of them.
const SEAL: &str = r#"# Seal of dist: the exact bytes approved. Written by `sealgate seal dist`; review it like code.
format = "sealgate-seal/1"
root = "dist"
tracked = false
exclude = []

[entries]
"app.js" = "file 3 84072ad96bc03d1afde0ace780a8cc288271edf78ff7a9629617f63df4259e1e"
"deep/é/b.txt" = "file 3 6484443b04abd7cd481075aba09bde0b5365155845a085cb79278dd1c74c79ad"
"empty" = "dir"
"#;

/// A directory with [`FILES`], and perhaps their seal.
struct Tree(TempDir);

impl Tree {
    fn new() -> Self {
        let tree = Self(tempfile::tempdir().unwrap());
        for (path, content) in FILES {
            tree.write(path, content);
        }
        fs::remove_file(tree.at("dist/empty/gone")).unwrap();
        fs::create_dir(tree.at("seals")).unwrap();
        tree
    }

    fn sealed() -> Self {
        let tree = Self::new();
        tree.write("seals/dist.toml", SEAL);
        tree
    }

    /// The absolute path of `path`, as Windows itself gives names: without `\\?\`.
    fn at(&self, path: &str) -> PathBuf {
        path.split('/').fold(self.0.path().to_owned(), |place, name| place.join(name))
    }

    fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let place = self.at(path);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::write(place, content).unwrap();
    }

    fn sealgate(&self, arguments: &[&str]) -> Command {
        self.command(env!("CARGO_BIN_EXE_sealgate"), arguments)
    }

    fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text == "CI" || ["GITHUB_", "GIT_"].iter().any(|begin| text.starts_with(begin)) {
                command.env_remove(&name);
            }
        }
        command.args(arguments).current_dir(self.0.path());
        command
    }

    /// Runs the program; gives its exit code, and all that it printed.
    fn run(&self, arguments: &[&str]) -> (Option<i32>, String) {
        read(&self.sealgate(arguments).output().unwrap())
    }

    /// Runs the program, which succeeds.
    fn passes(&self, arguments: &[&str]) -> String {
        let (code, printed) = self.run(arguments);
        assert_eq!(code, Some(0), "{arguments:?}: {printed}");
        printed
    }

    /// Runs git, which succeeds; `None` where there is no git.
    fn git(&self, arguments: &[&str]) -> Option<()> {
        let ran = self.command("git", arguments).output().ok()?;
        assert!(ran.status.success(), "{arguments:?}: {}", read(&ran).1);
        Some(())
    }
}

fn read(output: &Output) -> (Option<i32>, String) {
    let printed = [&*output.stdout, &*output.stderr].concat();
    (output.status.code(), String::from_utf8(printed).unwrap())
}

/// The text of `path`, as other programs take it.
fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_seal_has_the_same_bytes() {
    let tree = Tree::new();
    tree.passes(&["seal", "dist", "--root", "dist"]);
    assert_eq!(fs::read_to_string(tree.at("seals/dist.toml")).unwrap(), SEAL);
    assert!(tree.passes(&["check"]).contains("PASS  1 seal (dist), 3 entries, 6 B"));
}

#[test]
fn drift_fails_and_is_reported_with_slashes() {
    let tree = Tree::sealed();
    tree.write("dist/deep/é/b.txt", "x\n");
    tree.write("dist/deep/new", "");
    let (code, printed) = tree.run(&["check", "--format", "json"]);
    assert_eq!(code, Some(1), "{printed}");
    assert!(!printed.contains('\\'), "{printed}");
    let report: Value = serde_json::from_str(&printed).unwrap();
    let findings = report["seals"][0]["findings"].as_array().unwrap();
    let paths: Vec<&str> = findings.iter().map(|one| one["path"].as_str().unwrap()).collect();
    assert_eq!(paths, ["deep/new", "deep/é/b.txt"], "{printed}");
}

#[test]
fn a_root_is_named_by_an_absolute_path() {
    let tree = Tree::new();
    tree.passes(&["seal", "dist", "--root", text(&tree.at("dist"))]);
    assert_eq!(fs::read_to_string(tree.at("seals/dist.toml")).unwrap(), SEAL);
    let outside = tempfile::tempdir().unwrap();
    let (code, printed) = tree.run(&["seal", "other", "--root", text(outside.path())]);
    assert_eq!(code, Some(2), "{printed}");
    assert!(printed.contains("is outside the repository"), "{printed}");
    assert!(!printed.contains(r"\\?\"), "{printed}");
}

#[test]
fn outputs_of_a_step_hold_plain_paths() {
    let tree = Tree::sealed();
    let report = format!("json={}", text(&tree.at("r.json")));
    let arguments = ["check", "--format", "github", "--report", &report, "--stage", "staged"];
    let mut check = tree.sealgate(&arguments);
    let (code, printed) = read(&check.env("GITHUB_OUTPUT", tree.at("out")).output().unwrap());
    assert_eq!(code, Some(0), "{printed}");
    let outputs = fs::read_to_string(tree.at("out")).unwrap();
    for (name, place) in [("report", "r.json"), ("staged", "staged")] {
        let (_, after) = outputs.split_once(&format!("\n{name}<<")).unwrap();
        let output = after.lines().nth(1).unwrap();
        assert!(!output.contains('?'), "{name}: {output}");
        let same = |path: &Path| path.canonicalize().unwrap();
        assert_eq!(same(Path::new(output)), same(&tree.at(place)), "{name}");
    }
    assert_eq!(fs::read(tree.at("staged/deep/é/b.txt")).unwrap(), b"x\r\n");
    tree.passes(&["check", "--at", "staged"]);
}

#[test]
fn messages_hold_plain_paths() {
    let tree = Tree::sealed();
    fs::create_dir(tree.at("there")).unwrap();
    for arguments in [
        &["check", "--stage", "there"][..],
        &["check", "--stage", "dist/x"],
        &["check", "--report", "json=seals/r.json"],
        &["check", "--report", "json=no/r.json"],
        &["-C", "there/gone", "check"],
        &["-C", "dist/app.js", "check"],
        &["--seals", "none", "check"],
        &["check", "--at", "there/gone"],
    ] {
        let (code, printed) = tree.run(arguments);
        assert_eq!(code, Some(2), "{arguments:?}: {printed}");
        assert!(!printed.contains(r"\\"), "{arguments:?}: {printed}");
    }
}

#[test]
fn shares_are_merged() {
    let tree = Tree::sealed();
    for share in ["1/2", "2/2"] {
        let report = format!("json={}.json", &share[..1]);
        tree.passes(&["check", "--partition", &format!("slice:{share}"), "--report", &report]);
    }
    let merged = tree.passes(&["merge-reports", "1.json", "2.json"]);
    assert!(merged.contains("PASS"), "{merged}");
}

#[test]
fn runs_that_write_seals_at_once_all_succeed() {
    let tree = Tree::sealed();
    let spawned: Vec<_> = (0..6)
        .map(|number| {
            let name = format!("seal-{number}");
            let mut run = tree.sealgate(&["seal", &name, "--root", "dist"]);
            run.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    for run in spawned {
        let (code, printed) = read(&run.wait_with_output().unwrap());
        assert_eq!(code, Some(0), "{printed}");
    }
    assert_eq!(fs::read_dir(tree.at("seals")).unwrap().count(), 7);
    assert!(tree.passes(&["check"]).contains("PASS  7 seals"));
}

/// A file that its owner made read-only is replaced by what is written for it, or the run says why; in
/// either case no later run is stopped by what this one left.
#[test]
fn a_read_only_report_stops_no_later_run() {
    let tree = Tree::sealed();
    tree.write("r.json", "old");
    let mut permissions = fs::metadata(tree.at("r.json")).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(tree.at("r.json"), permissions).unwrap();
    let (first, _) = tree.run(&["check", "--report", "json=r.json"]);
    let names = |place: &Path| fs::read_dir(place).unwrap().count();
    let left = names(tree.0.path());
    let (second, printed) = tree.run(&["check", "--report", "json=r.json"]);
    assert_eq!(first, second, "{printed}");
    assert_eq!(left, names(tree.0.path()), "{printed}");
    tree.passes(&["check", "--report", "json=other.json"]);
}

#[test]
fn a_links_target_is_stated_with_slashes() {
    let tree = Tree::new();
    #[cfg(unix)]
    std::os::unix::fs::symlink("deep/é/b.txt", tree.at("dist/link")).unwrap();
    // Not every user may make links on Windows.
    #[cfg(windows)]
    if std::os::windows::fs::symlink_file(r"deep\é\b.txt", tree.at("dist/link")).is_err() {
        return;
    }
    let made = tree.at("dist/link").symlink_metadata();
    if cfg!(windows) && !made.is_ok_and(|made| made.is_symlink()) {
        // Wine makes something else.
        return;
    }
    tree.passes(&["seal", "dist", "--root", "dist"]);
    let seal = fs::read_to_string(tree.at("seals/dist.toml")).unwrap();
    assert!(seal.contains("\"link\" = \"link deep/é/b.txt\"\n"), "{seal}");
    tree.passes(&["check"]);
}

/// Windows keeps no execute bits; git does.
#[test]
fn execute_bits_of_files_in_git_are_those_of_the_index() {
    let tree = Tree::new();
    if tree.git(&["init", "-q"]).is_none() {
        return;
    }
    fs::remove_dir(tree.at("dist/empty")).unwrap();
    tree.write(".gitattributes", "* -text\n");
    tree.git(&["add", "."]).unwrap();
    tree.git(&["update-index", "--chmod=+x", "dist/app.js"]).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::Permissions::from_mode(0o755);
        fs::set_permissions(tree.at("dist/app.js"), mode).unwrap();
    }
    tree.passes(&["seal", "dist", "--root", "dist"]);
    let seal = fs::read_to_string(tree.at("seals/dist.toml")).unwrap();
    assert!(seal.contains("\"app.js\" = \"exec 3 "), "{seal}");
    assert!(seal.contains("b.txt\" = \"file 3 "), "{seal}");
}

#[test]
fn where_no_execute_bits_are_seen_they_are_taken_from_the_index() {
    let tree = Tree::new();
    if tree.git(&["init", "-q"]).is_none() {
        return;
    }
    tree.git(&["add", "dist/app.js"]).unwrap();
    tree.git(&["update-index", "--chmod=+x", "dist/app.js"]).unwrap();
    let listing = Listing::of(tree.0.path(), ["dist"]).unwrap();
    let name = SealName::parse("dist").unwrap();
    let mut seal = seal::read(&name, SEAL.as_bytes()).unwrap();
    take_modes_of_git(&mut seal, &listing.below("dist"));
    let as_in_index = SEAL.replace("\"file 3 8407", "\"exec 3 8407");
    assert_eq!(String::from_utf8(seal::to_bytes(&seal)).unwrap(), as_in_index);
    tree.git(&["update-index", "--chmod=-x", "dist/app.js"]).unwrap();
    let listing = Listing::of(tree.0.path(), ["dist"]).unwrap();
    take_modes_of_git(&mut seal, &listing.below("dist"));
    assert_eq!(String::from_utf8(seal::to_bytes(&seal)).unwrap(), SEAL);
}

/// Win32 takes `foo.` for `foo`, and `NUL` for a device. What lies under such a name is judged.
#[cfg(windows)]
#[test]
fn names_that_windows_rewrites_are_those_of_their_own_files() {
    const NAMES: [&str; 8] = ["foo", "foo.", "foo ", "NUL", "con", "aux.js", "COM1", "x. ."];
    let tree = Tree::new();
    let literal = tree.0.path().canonicalize().unwrap();
    for directory in ["dist", "build"] {
        fs::create_dir_all(literal.join(directory)).unwrap();
        for name in NAMES {
            fs::write(literal.join(directory).join(name), format!("<{name}>")).unwrap();
        }
    }
    let build = text(&tree.at("build")).to_owned();
    let seals: Vec<String> = [&["--root", "dist"][..], &["--root", "build"]]
        .iter()
        .enumerate()
        .map(|(number, root)| {
            let name = format!("n{number}");
            tree.passes(&[&["seal", &name][..], root].concat());
            fs::read_to_string(tree.at(&format!("seals/{name}.toml"))).unwrap()
        })
        .collect();
    for name in NAMES {
        let line = |seal: &str| {
            let begin = format!("\"{name}\" = ");
            seal.lines().find(|line| line.starts_with(&begin)).unwrap().to_owned()
        };
        assert_eq!(line(&seals[0]), line(&seals[1]));
        assert!(line(&seals[0]).contains(&format!("file {} ", name.len() + 2)), "{name}");
    }
    tree.passes(&["check", "n1", "--at", &build, "--stage", "staged"]);
    for name in NAMES {
        let staged = fs::read_to_string(literal.join("staged").join(name)).unwrap();
        assert_eq!(staged, format!("<{name}>"));
    }
    fs::write(literal.join("build").join("foo."), "<FOO>").unwrap();
    assert_eq!(tree.run(&["check", "n1", "--at", &build]).0, Some(1));
}
