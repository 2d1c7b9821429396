//! Files that are nearly all holes: they are found and named, and nobody waits for them.

#![cfg(target_os = "linux")]

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use serde_json::Value;

use crate::support::{Repo, Run};

const EIB: u64 = 1 << 60;
const TIB: u64 = 1 << 40;

/// A repository where files may have any size, and one that `Repo` knows, from which it is named.
struct Disk {
    repo: Repo,
    place: tempfile::TempDir,
}

impl Disk {
    /// With the seal of a file of 2 bytes and of a program.
    fn new() -> Self {
        let disk = Self { repo: Repo::with(&[]), place: tempfile::tempdir_in("/dev/shm").unwrap() };
        fs::create_dir(disk.path("dist")).unwrap();
        fs::write(disk.path("dist/a"), "x\n").unwrap();
        fs::write(disk.path("dist/run"), "#!/bin/sh\n").unwrap();
        fs::set_permissions(disk.path("dist/run"), fs::Permissions::from_mode(0o755)).unwrap();
        let run = disk.run(&["seal", "dist", "--root", "dist"]);
        assert_eq!(run.code, 0, "{run:#?}");
        disk
    }

    fn path(&self, path: &str) -> PathBuf {
        self.place.path().join(path)
    }

    fn run(&self, arguments: &[&str]) -> Run {
        self.repo.run(&[&["-C", self.place.path().to_str().unwrap()], arguments].concat())
    }

    fn make(&self, path: &str, size: u64) {
        File::options()
            .create(true)
            .append(true)
            .open(self.path(path))
            .unwrap()
            .set_len(size)
            .unwrap();
    }

    /// The report of `arguments`, which end with `code`.
    #[track_caller]
    fn report(&self, arguments: &[&str], code: i32) -> Value {
        let run = self.run(&[arguments, &["--format", "json"]].concat());
        assert_eq!(run.code, code, "{run:#?}");
        serde_json::from_str(&run.stdout).unwrap()
    }
}

#[test]
fn a_giant_is_a_finding_with_its_size_and_without_a_digest() {
    let disk = Disk::new();
    disk.make("dist/a", 7 * EIB);
    disk.make("dist/b", TIB);
    disk.make("dist/run", 3 * EIB);
    let report = disk.report(&["check"], 1);
    assert_eq!(report["verdict"], "fail");
    let findings = report["seals"][0]["findings"].as_array().unwrap();
    let expected =
        [("a", "file", 7 * EIB, true), ("b", "file", TIB, false), ("run", "exec", 3 * EIB, true)];
    assert_eq!(findings.len(), expected.len(), "{report:#}");
    for (finding, (path, kind, size, sealed)) in findings.iter().zip(expected) {
        assert_eq!(finding["kind"], "unsealable", "{finding:#}");
        assert_eq!(finding["path"], path);
        let observed = serde_json::json!({"kind": kind, "size": size});
        assert_eq!(finding["observed"], observed, "{finding:#}");
        assert_eq!(finding["expected"].is_object(), sealed, "{finding:#}");
        assert!(finding["detail"].as_str().unwrap().contains("nearly all holes"), "{finding:#}");
    }
}

#[test]
fn a_giant_is_never_sealed_nor_accepted_nor_staged() {
    let disk = Disk::new();
    let seal = fs::read_to_string(disk.path("seals/dist.toml")).unwrap();
    disk.make("dist/a", 7 * EIB);
    let refused = |arguments: &[&str], says: &str| {
        let run = disk.run(arguments);
        assert!(run.code == 2 && run.stderr.contains(says), "{arguments:?}: {run:#?}");
    };
    refused(&["seal", "dist"], "dist/a: cannot be sealed: it is 8070450532247928832 bytes long");
    refused(&["seal", "other", "--root", "dist"], "cannot be sealed: it is 8070450532247928832");
    let report = disk.path("report.json");
    let written = format!("json={}", report.display());
    assert_eq!(disk.run(&["check", "--report", &written]).code, 1);
    refused(&["seal", "--from-report", report.to_str().unwrap()], "it was found unsealable");
    let run = disk.run(&["check", "--stage", "stage"]);
    assert_eq!(run.code, 1, "{run:#?}");
    assert!(!disk.path("stage").exists());
    assert_eq!(fs::read_to_string(disk.path("seals/dist.toml")).unwrap(), seal);
}

#[test]
fn a_giant_is_told_in_every_format_and_by_every_command() {
    let disk = Disk::new();
    disk.make("dist/a", 7 * EIB);
    for format in ["human", "json", "github", "markdown", "sarif", "junit", "codequality", "html"] {
        let run = disk.run(&["check", "--format", format]);
        assert_eq!(run.code, 1, "{format}: {run:#?}");
        assert!(run.stdout.contains("8070450532247928832"), "{format}: {run:#?}");
    }
    for (arguments, code) in [
        (&["diff"][..], 2),
        (&["ls", "dist"], 0),
        (&["export", "dist", "--format", "b3sum"], 0),
        (&["export", "dist", "--format", "sha256sum"], 2),
        (&["check", "--partition", "slice:2/2"], 1),
    ] {
        let run = disk.run(arguments);
        assert_eq!(run.code, code, "{arguments:?}: {run:#?}");
    }
}

#[test]
fn reports_of_a_giant_are_merged_and_others_of_one_refused() {
    let disk = Disk::new();
    disk.make("dist/a", 7 * EIB);
    disk.make("dist/b", TIB);
    let share = |number: usize| disk.path(&format!("{number}.json"));
    for number in 1..=2 {
        let (slice, report) = (format!("slice:{number}/2"), share(number));
        let report = format!("json={}", report.display());
        disk.run(&["check", "--partition", &slice, "--report", &report]);
    }
    let (one, two) = (share(1), share(2));
    let merge = ["merge-reports", one.to_str().unwrap(), two.to_str().unwrap()];
    let merged = disk.report(&merge, 1);
    let whole = disk.report(&["check"], 1);
    assert_eq!(merged["seals"][0]["findings"], whole["seals"][0]["findings"]);
    // No check leaves a file of 64 GiB unread.
    let text = fs::read_to_string(&one).unwrap();
    assert!(text.contains(&TIB.to_string()), "{text}");
    fs::write(&one, text.replace(&TIB.to_string(), &(64_u64 << 30).to_string())).unwrap();
    let refused = disk.report(&merge, 2);
    assert_eq!(refused["errors"][0]["code"], "report-inconsistent", "{refused:#}");
}
