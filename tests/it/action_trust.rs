//! What the action trusts: what it is built from, which names it hands on and takes, and which
//! programs it runs. Each test plants what somebody else may write, and demands that it has no say.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use crate::action::{SHA, Step};
use crate::support::{copy, run, scrubbed};

/// The program of the tests, built for them.
pub(crate) const SEALGATE: &str = env!("CARGO_BIN_EXE_sealgate");

/// A crate in the place of sealgate, which runs the program that `PROGRAM` names: sealgate itself
/// takes minutes to build.
fn stand_in(action: &Path) {
    let version = env!("CARGO_PKG_VERSION");
    let package = format!("[package]\nname = \"sealgate\"\nversion = \"{version}\"\n");
    fs::write(action.join("Cargo.toml"), package + "edition = \"2021\"\n").unwrap();
    let lock = format!("version = 3\n[[package]]\nname = \"sealgate\"\nversion = \"{version}\"\n");
    fs::write(action.join("Cargo.lock"), lock).unwrap();
    fs::create_dir_all(action.join("src")).unwrap();
    let main = "fn main() {\n    let program = std::env::var_os(\"PROGRAM\").unwrap();\n    \
        let status = std::process::Command::new(program).args(std::env::args_os().skip(1)).status();\n    \
        std::process::exit(status.unwrap().code().unwrap());\n}\n";
    fs::write(action.join("src/main.rs"), main).unwrap();
}

/// Where rustup keeps the toolchains of this machine.
fn rustup_home() -> String {
    let home = std::env::var("HOME").unwrap_or_default();
    std::env::var("RUSTUP_HOME").unwrap_or_else(|_| format!("{home}/.rustup"))
}

/// A vendored copy of the action in the workspace, as a consumer may have it.
fn vendored(step: &Step) -> PathBuf {
    let action = step.at("workspace/vendor/sealgate");
    fs::create_dir_all(action.parent().unwrap()).unwrap();
    copy(&step.at("action"), &action).unwrap();
    stand_in(&action);
    action
}

/// Runs the action of `path` without `binary`, with `variables`, and demands that it is built and
/// passes.
#[track_caller]
fn builds(step: &Step, path: &Path, variables: &[(&str, &str)], case: &str) {
    let (program, rustup) = (step.at("bin/sealgate"), rustup_home());
    let inputs = [
        ("binary", ""),
        ("RUSTUP_HOME", &*rustup),
        ("GITHUB_ACTION_PATH", path.to_str().unwrap()),
        ("PROGRAM", program.to_str().unwrap()),
    ];
    let stepped = step.run(&[&inputs[..], variables].concat());
    let passed = stepped.arguments.is_some() && step.passes(&stepped.outputs);
    assert!(passed, "{case}: {}", stepped.ran.stderr);
    let room = fs::read_dir(step.room()).unwrap().map(|entry| entry.unwrap().file_name());
    let ran: Vec<_> = room.filter(|name| name.to_string_lossy().ends_with(".ran")).collect();
    assert!(ran.is_empty(), "{case} had a program run: {ran:?}");
}

/// A program in the room that leaves the file `NAME.ran` beside it and runs its arguments.
fn wrapper(step: &Step, name: &str) -> String {
    let file = step.at(name);
    fs::write(&file, "#!/bin/sh\ntouch \"$0.ran\"\nexec \"$@\"\n").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    file.to_str().unwrap().to_owned()
}

#[test]
fn no_configuration_around_the_action_decides_how_it_is_built() {
    // The parents of the action, those of the directory that it is built in, and the homes.
    let places = ["", "workspace", "workspace/vendor", "workspace/vendor/sealgate", "temp", "home"];
    for place in places {
        let step = Step::new();
        let action = vendored(&step);
        let wrapper = wrapper(&step, "wrapper");
        let cargo = step.at(place).join(".cargo");
        fs::create_dir_all(&cargo).unwrap();
        let config = format!("[build]\nrustc-wrapper = \"{wrapper}\"\n");
        fs::write(cargo.join("config.toml"), &config).unwrap();
        fs::write(cargo.join("config"), &config).unwrap();
        let toolchain = "[toolchain]\nchannel = \"no-such-toolchain\"\n";
        fs::write(step.at(place).join("rust-toolchain.toml"), toolchain).unwrap();
        if !place.ends_with("sealgate") {
            let workspace = "[workspace]\nmembers = [\"no-such-member\"]\n";
            fs::write(step.at(place).join("Cargo.toml"), workspace).unwrap();
        }
        let (home, cargo_home) = (step.at("home"), step.at("home/.cargo"));
        let homes =
            [("HOME", home.to_str().unwrap()), ("CARGO_HOME", cargo_home.to_str().unwrap())];
        builds(&step, &action, &homes, place);
    }
}

#[test]
fn no_variable_of_an_earlier_step_decides_how_the_action_is_built() {
    let step = Step::new();
    let action = vendored(&step);
    let wrapper = wrapper(&step, "wrapper");
    let elsewhere = step.at("elsewhere").to_str().unwrap().to_owned();
    let variables = [
        ("RUSTC_WRAPPER", &*wrapper),
        ("RUSTC_WORKSPACE_WRAPPER", &wrapper),
        ("CARGO_BUILD_RUSTC_WRAPPER", &wrapper),
        ("CARGO_BUILD_RUSTC", "/no/such/compiler"),
        ("RUSTC", "/no/such/compiler"),
        ("RUSTFLAGS", "--no-such-flag"),
        ("CARGO_ENCODED_RUSTFLAGS", "--no-such-flag"),
        ("CARGO_BUILD_RUSTFLAGS", "--no-such-flag"),
        ("CARGO_BUILD_TARGET", "no-such-target"),
        ("CARGO_TARGET_DIR", &elsewhere),
        ("CARGO_BUILD_TARGET_DIR", &elsewhere),
        ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "none"),
        ("RUSTUP_TOOLCHAIN", "no-such-toolchain"),
    ];
    for variable in variables {
        builds(&step, &action, &[variable], variable.0);
    }
    assert!(!step.at("elsewhere").exists());
}

#[test]
fn the_build_gets_a_new_environment_and_a_copy_without_links() {
    let step = Step::new();
    let action = vendored(&step);
    fs::create_dir_all(step.at("outside")).unwrap();
    fs::write(step.at("outside/lib.rs"), "").unwrap();
    symlink(step.at("outside"), action.join("src/outside")).unwrap();
    symlink("../../../../outside/lib.rs", action.join("src/lib.rs")).unwrap();
    for directory in [".git", "target"] {
        fs::create_dir(action.join(directory)).unwrap();
        fs::write(action.join(directory).join("file"), "").unwrap();
    }
    let seen = "pwd; printf '%s\\n' \"$@\"; echo; env | sort; echo\n\
        while [ $# -gt 0 ]; do case $1 in --manifest-path) m=$2 ;; --target-dir) t=$2 ;; esac; shift; done\n\
        cd \"${m%/Cargo.toml}\" && find . | sort\n\
        mkdir -p \"$t/release\" && cp ROOM/bin/sealgate \"$t/release/\"";
    let room = step.room().to_str().unwrap().to_owned();
    step.program("cargo", &format!("{{ {seen}; }} > ROOM/seen").replace("ROOM", &room));
    let handed_on = [
        "ALL_PROXY",
        "HTTPS_PROXY",
        "HTTP_PROXY",
        "NO_PROXY",
        "SSL_CERT_DIR",
        "SSL_CERT_FILE",
        "all_proxy",
        "http_proxy",
        "https_proxy",
        "no_proxy",
    ];
    let reach = handed_on.map(|name| (name, "http://proxy.example:3128"));
    let variables = [
        ("GIT_DIR", "/x"),
        ("LD_LIBRARY_PATH", "/x"),
        ("CFLAGS", "-x"),
        ("CC", "/x"),
        ("RUSTUP_HOME", "toolchains"),
        ("HOME", "/home/of user"),
        ("PYTHONPATH", "/x"),
        ("SECRET_TOKEN", "secret"),
    ];
    let path = [("binary", ""), ("GITHUB_ACTION_PATH", action.to_str().unwrap())];
    let stepped = step.run(&[&path[..], &variables, &reach].concat());
    assert!(stepped.arguments.is_some(), "{:?}", stepped.ran);
    let seen = fs::read_to_string(step.at("seen")).unwrap();
    let parts: Vec<&str> = seen.splitn(3, "\n\n").collect();
    let [called, environment, copied] = parts[..] else { panic!("{seen}") };
    assert!(called.starts_with("/\nbuild\n--release\n--locked\n--bin\nsealgate\n"), "{called}");
    let own = format!("{room}/temp/sealgate-");
    let mut names: Vec<&str> = environment
        .lines()
        .map(|line| line.split_once('=').unwrap().0)
        // The shell of the stand-in sets these itself.
        .filter(|name| !["OLDPWD", "PWD", "SHLVL", "_"].contains(name))
        .collect();
    names.sort_unstable();
    let mut kept = ["CARGO_HOME", "HOME", "PATH", "RUSTUP_HOME", "TMPDIR"].to_vec();
    kept.extend(handed_on);
    kept.sort_unstable();
    assert_eq!(names, kept, "{environment}");
    for name in ["CARGO_HOME", "HOME", "TMPDIR"] {
        assert!(environment.contains(&format!("{name}={own}")), "{environment}");
    }
    assert!(environment.contains("RUSTUP_HOME=/home/of user/.rustup\n"), "{environment}");
    assert!(called.contains(&format!("--manifest-path\n{own}")), "{called}");
    for there in ["./Cargo.toml", "./Cargo.lock", "./src/main.rs", "./action/check.sh"] {
        assert!(copied.lines().any(|line| line == there), "{there}: {copied}");
    }
    for not in ["./.git", "./target", "./src/outside", "./src/lib.rs"] {
        assert!(!copied.lines().any(|line| line.starts_with(not)), "{not}: {copied}");
    }
    // A build that fails is not gone past.
    step.program("cargo", "exit 101");
    let stepped = step.run(&path);
    assert_eq!((stepped.ran.code, stepped.arguments), (2, None));
    assert_eq!(stepped.outputs["verdict"], "error");
}

#[test]
fn the_search_for_a_workspace_ends_in_the_manifest_of_the_action() {
    let manifest = include_str!("../../Cargo.toml");
    assert!(manifest.lines().any(|line| line == "[workspace]"));
}

/// A repository at `place` with its directory `directory` under the seal `dist`; the commit.
pub(crate) fn sealed(step: &Step, place: &str, directory: &str) -> String {
    let workspace = step.at(place);
    let git = |arguments: &[&str]| {
        let mut git = scrubbed("git");
        git.args(arguments).current_dir(&workspace);
        let ran = run(git);
        assert_eq!(ran.code, 0, "{arguments:?}: {}", ran.stderr);
        ran.stdout.trim().to_owned()
    };
    let dist = workspace.join(directory);
    fs::create_dir_all(&dist).unwrap();
    for name in ["a", "b", "c", "d"] {
        fs::write(dist.join(name), name).unwrap();
    }
    git(&["init", "--quiet", "--initial-branch=main"]);
    git(&["add", "--all"]);
    let mut seal = scrubbed(SEALGATE);
    seal.args(["seal", "dist", "--root", directory]).current_dir(&workspace);
    let ran = run(seal);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    git(&["add", "--all"]);
    git(&["commit", "--quiet", "--message", "Seal"]);
    git(&["rev-parse", "HEAD"])
}

#[test]
fn what_was_staged_is_found_from_where_the_next_step_starts() {
    let step = Step::new();
    let sha = sealed(&step, "workspace", "packages/one/dist");
    // What the same word names in the workspace, nobody judged.
    fs::create_dir(step.at("workspace/out")).unwrap();
    let inputs = [
        ("binary", SEALGATE),
        ("EVENT_SHA", &*sha),
        ("base", "none"),
        ("working-directory", "packages/one"),
        ("stage", "out"),
    ];
    let stepped = step.run(&inputs);
    assert!(step.passes(&stepped.outputs), "{}", stepped.ran.stderr);
    let staged = step.at("workspace/packages/one/out").canonicalize().unwrap();
    assert_eq!(stepped.outputs["staged"], staged.to_str().unwrap());
}

#[test]
fn a_file_named_like_the_glob_of_the_shares_hides_none() {
    let step = Step::new();
    let sha = sealed(&step, "workspace", "dist");
    fs::create_dir(step.at("workspace/reports")).unwrap();
    let check = |arguments: &[&str]| {
        let mut check = scrubbed(SEALGATE);
        check.args(["check", "--seals-from", &sha]).args(arguments);
        run({
            check.current_dir(step.at("workspace"));
            check
        })
        .code
    };
    assert_eq!(check(&["--report", "json=reports/whole"]), 0);
    fs::write(step.at("workspace/dist/a"), "drift").unwrap();
    fs::write(step.at("workspace/dist/d"), "drift").unwrap();
    for share in ["1", "2"] {
        let report = format!("json=reports/share-{share}.json");
        check(&["--partition", &format!("slice:{share}/2"), "--report", &report]);
    }
    for glob in ["share-[0-9].json", "share-?.json", "share-*"] {
        let inputs = [
            ("binary", SEALGATE),
            ("EVENT_SHA", &*sha),
            ("base", "none"),
            ("merge-reports", &*format!("reports/{glob}")),
        ];
        let stepped = step.run(&inputs);
        assert_eq!((stepped.ran.code, &*stepped.outputs["verdict"]), (1, "fail"), "{glob}");
        let decoy = step.at("workspace/reports").join(glob);
        fs::copy(step.at("workspace/reports/whole"), &decoy).unwrap();
        let stepped = step.run(&inputs);
        assert_ne!(stepped.ran.code, 0, "{glob}: the decoy passed");
        assert!(!step.passes(&stepped.outputs), "{glob}");
        fs::remove_file(decoy).unwrap();
    }
}

#[test]
fn no_program_of_the_workspace_is_run_by_a_relative_search_path() {
    let step = Step::new();
    let own = std::env::var("PATH").unwrap();
    let path = format!(":.:tools:{}:{own}:", step.at("bin").display());
    for program in ["sed", "awk", "mktemp", "uname", "tar", "git"] {
        for directory in ["workspace", "workspace/tools"] {
            let file = step.at(directory).join(program);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(&file, format!("#!/bin/sh\ntouch {}/ran\n", step.room().display())).unwrap();
            fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
        }
    }
    let keep = "printf '%s\\0' \"$PATH\" > \"$ARGUMENTS\"";
    step.program("sealgate", keep);
    let stepped = step.run(&[("PATH", &path), ("EVENT_SHA", SHA)]);
    assert!(!step.at("ran").exists(), "a program of the workspace was run");
    let expected = format!("{}:{own}", step.at("bin").display());
    assert_eq!(stepped.arguments.unwrap(), [expected], "{:?}", stepped.ran);
}
