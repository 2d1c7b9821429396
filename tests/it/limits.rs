//! Hostile input of less than 5 MB for each command, under a limit of memory: no run may take it all,
//! hang, or die. Only a hang fails by time, for machines differ; the seconds are printed as figures.
//!
//! Each eighth case is run. `SEALGATE_CASE=all` runs all of them, and `SEALGATE_CASE=WORD` those with the
//! word in their names; `SEALGATE_MEASURED` names another build to measure.

#![cfg(unix)]

mod inputs;

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::support::{Repo, scrubbed};
use inputs::CASES;

/// What a case may bring, in bytes: its files, and the objects of its commits.
const MOST_INPUT: u64 = 5_000_000;

/// The address space of a run, in KiB.
const MEMORY: u64 = 512 << 10;

/// A run that takes longer hangs.
const WATCHDOG: Duration = Duration::from_secs(60);

/// An input, and the commands that meet it.
struct Case {
    name: &'static str,
    make: fn(&Repo),
    /// Command lines, divided at spaces. What lies in the files `stdin` and `event.json` is given to
    /// them as such.
    commands: &'static [&'static str],
}

#[test]
#[ignore = "takes minutes"]
fn no_input_below_the_limit_takes_more_memory_than_there_is_or_hangs() {
    let only = std::env::var("SEALGATE_CASE").unwrap_or_default();
    let is_meant = |at: usize, case: &Case| match &*only {
        "" => at.is_multiple_of(8),
        "all" => true,
        word => case.name.contains(word),
    };
    let meant = CASES.iter().enumerate().filter(|(at, case)| is_meant(*at, case));
    let meant: Vec<&Case> = meant.map(|(_, case)| case).collect();
    let (mut runs, mut wrong) = (0, Vec::new());
    let mut slowest = (Duration::ZERO, String::new());
    for case in &meant {
        let repo = Repo::plain();
        (case.make)(&repo);
        let size = size(&repo.at(""));
        if size > MOST_INPUT {
            wrong.push(format!("{}: {size} bytes of input", case.name));
        }
        for command in case.commands {
            runs += 1;
            let what = format!("{} ({size} B): {command}", case.name);
            let (ended, took) = run(&repo, command);
            println!("{:7.2} s  {ended:10}  {what}", took.as_secs_f64());
            if took > slowest.0 {
                slowest = (took, what.clone());
            }
            if !matches!(&*ended, "exit 0" | "exit 1" | "exit 2") {
                wrong.push(format!("{what}: {ended} after {took:?}"));
            }
        }
    }
    let (took, what) = slowest;
    let (cases, all) = (meant.len(), CASES.len());
    println!("hostile inputs of at most {MOST_INPUT} bytes ({cases} of {all} cases, {runs} runs)");
    println!("the slowest: {:.2} s, {what}", took.as_secs_f64());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(runs > 0, "no case is named {only}");
}

/// Runs one command line: how it ended, and after how long.
fn run(repo: &Repo, line: &str) -> (String, Duration) {
    let binary = std::env::var("SEALGATE_MEASURED");
    let binary = binary.unwrap_or_else(|_| env!("CARGO_BIN_EXE_sealgate").to_owned());
    let mut command: Command = scrubbed("sh");
    let limited = format!("ulimit -v {MEMORY}; exec \"$@\"");
    command.args(["-c", &limited, "sh", &binary]).args(line.split(' ')).current_dir(repo.at(""));
    let event = repo.at("event.json");
    if event.is_file() {
        let zeros = "0".repeat(40);
        command.env("GITHUB_EVENT_NAME", "push").env("GITHUB_EVENT_PATH", event);
        command.env("GITHUB_SHA", zeros).env("GITHUB_REF", "refs/heads/main");
    }
    let mut command = assert_cmd::Command::from_std(command);
    command.timeout(WATCHDOG).write_stdin(fs::read(repo.at("stdin")).unwrap_or_default());
    let started = Instant::now();
    let output = command.output();
    let took = started.elapsed();
    let ended = match output {
        Err(error) => error.to_string(),
        Ok(output) => match output.status.code() {
            Some(code) => format!("exit {code}"),
            None if took >= WATCHDOG => "hangs".to_owned(),
            None => output.status.to_string(),
        },
    };
    (ended, took)
}

/// The bytes of all files below `directory`, and of their names.
fn size(directory: &PathBuf) -> u64 {
    let files = walkdir::WalkDir::new(directory).into_iter().filter_map(Result::ok);
    let of = |file: walkdir::DirEntry| {
        let bytes = file.metadata().ok().filter(fs::Metadata::is_file).map_or(0, |file| file.len());
        bytes + file.file_name().len() as u64
    };
    files.map(of).sum()
}
