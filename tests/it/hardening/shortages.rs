//! Shortages: a disk without space or without room for another file, a disk that cannot be
//! written, and limits on open files, file size, memory, processes and the stack.
//!
//! The disk is a tmpfs in a mount namespace of its own, which `unshare` makes; where it cannot, the
//! test fails.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::cases::{self, Case, Expect};
use super::figures::{Fault, Sweep, sample};
use super::kills::{Known, look};
use super::snapshot;
use super::strace;

/// Cases of a sample.
const SAMPLE: usize = 100;

/// The bar of a full run.
const FEWEST: u64 = 40;

/// What is short, and how bash arranges it: before the run in the repository, which is the current
/// directory. `$MOUNT` is where the disk is.
const SHORTAGES: [(&str, &str); 24] = [
    ("no space left", "fill 0"),
    ("a page of space left", "fill 1"),
    ("two pages of space left", "fill 2"),
    ("eight pages of space left", "fill 8"),
    ("no inode left", "use_inodes 0"),
    ("an inode left", "use_inodes 1"),
    ("two inodes left", "use_inodes 2"),
    ("a read-only disk", "mount -o remount,ro \"$MOUNT\""),
    ("files of 0 bytes at most", "ulimit -f 0"),
    ("files of 0 bytes at most, the signal ignored", "trap '' XFSZ; ulimit -f 0"),
    ("files of 1 KiB at most", "ulimit -f 1"),
    ("files of 1 KiB at most, the signal ignored", "trap '' XFSZ; ulimit -f 1"),
    ("4 open files", "ulimit -n 4"),
    ("6 open files", "ulimit -n 6"),
    ("8 open files", "ulimit -n 8"),
    ("12 open files", "ulimit -n 12"),
    ("16 MiB of memory", "ulimit -v 16384"),
    ("32 MiB of memory", "ulimit -v 32768"),
    ("64 MiB of memory", "ulimit -v 65536"),
    ("128 MiB of memory", "ulimit -v 131072"),
    ("no other process", "as_nobody; ulimit -u 1"),
    ("two processes", "as_nobody; ulimit -u 2"),
    ("64 KiB of stack", "ulimit -s 64"),
    ("256 KiB of stack", "ulimit -s 256"),
];

/// Mounts the disk, copies the repository to it, arranges the shortage, runs the command, and copies
/// back what is there then. What the shell itself needs is opened before.
const SCRIPT: &str = r#"
set -eu
mount -t tmpfs -o size=4m,nr_inodes=400,mode=755 sealgate-hardening "$MOUNT"
cp -a "$TEMPLATE" "$MOUNT/repo"
run=("$PROGRAM")
# The limit on processes does not bind root.
as_nobody() {
    [ "$ROOT" = true ] || return 0
    chown -R 65534 "$MOUNT"
    # Where the program was built need not be open to others.
    cp "$PROGRAM" "$MOUNT/../program"
    run=(setpriv --reuid 65534 --clear-groups "$MOUNT/../program")
}
fill() {
    head -c 16m /dev/zero 2>/dev/null >"$MOUNT/filler" || true
    truncate -s "-$(($1 * 4096))" "$MOUNT/filler"
}
use_inodes() {
    mkdir "$MOUNT/filler"
    local made=0
    while : 2>/dev/null >"$MOUNT/filler/$made"; do made=$((made + 1)); done
    local freed
    for ((freed = 0; freed < $1; freed++)); do rm "$MOUNT/filler/$freed"; done
}
cd "$MOUNT/repo"
set +e
(
    eval "$SHORTAGE"
    exec "${run[@]}" "$@"
)
echo "$?" >"$OUT/code"
cp -a "$MOUNT/repo" "$OUT/after"
"#;

#[test]
#[ignore = "long: needs unshare and ssh-keygen; run by .ci/run as a sample, by .ci/hardening in full"]
fn no_shortage_lets_anything_wrong_pass_or_tears_a_file() {
    let sweep = Sweep::begin("shortages::no_shortage_lets_anything_wrong_pass_or_tears_a_file");
    let writing = cases::writing();
    let reading: Vec<Case> = cases::reading()
        .into_iter()
        .filter(|case| case.expect == Expect::Refusal && !case.name.starts_with("blockers"))
        .collect();
    let known: Vec<Known> = writing.iter().map(Known::of).collect();
    let mut all: Vec<(&Case, Option<&Known>, usize)> = Vec::new();
    for shortage in 0..SHORTAGES.len() {
        all.extend(writing.iter().zip(&known).map(|(case, known)| (case, Some(known), shortage)));
        all.extend(reading.iter().map(|case| (case, None, shortage)));
    }
    // A hook names the program that wrote it, and another user runs a copy.
    let is_copy = |shortage: usize| SHORTAGES[shortage].1.contains("as_nobody");
    all.retain(|(case, _, shortage)| !(is_copy(*shortage) && case.name.starts_with("hook")));
    for (case, known, shortage) in sample(all, SAMPLE) {
        judge(&sweep, case, known, SHORTAGES[shortage]);
    }
    sweep.end(FEWEST);
}

fn judge(sweep: &Sweep, case: &Case, known: Option<&Known>, (short, how): (&str, &str)) {
    let scratch = tempfile::tempdir().unwrap();
    let (mount, out) = (scratch.path().join("mount"), scratch.path().join("out"));
    let template = scratch.path().join("template");
    fs::create_dir(&mount).unwrap();
    fs::create_dir(&out).unwrap();
    snapshot::copy(&case.root(), &template);
    open_to_all(scratch.path());
    let inner = case.command(&template);
    let mut command = Command::new("unshare");
    let is_root = rustix::process::getuid().is_root();
    command.args(if is_root { &["-m"][..] } else { &["-rm"] });
    command.args(["bash", "-c", SCRIPT, "bash"]).args(inner.get_args());
    for (name, value) in inner.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command.env("MOUNT", &mount).env("TEMPLATE", &template).env("OUT", &out);
    command.env("SHORTAGE", how).env("PROGRAM", env!("CARGO_BIN_EXE_sealgate"));
    command.env("ROOT", is_root.to_string());
    let ended = strace::run(&command, &case.input);
    let what = format!("{}: {short}", case.name);
    if ended.hung {
        return sweep.fault(Fault::Hung, &what);
    }
    let code = fs::read_to_string(out.join("code"));
    let code = code.unwrap_or_else(|_| panic!("no disk could be made for the test: {ended:#?}"));
    let code: i32 = code.trim().parse().unwrap();
    sweep.count(short);
    // The shell gives 128 and the number of the signal that ended the program.
    if code > 128 {
        sweep.killed();
    } else if !matches!(code, 0..=2 | 126 | 127) {
        sweep.fault(Fault::Broken, &format!("{what}: exit code {code}: {}", ended.stderr));
    }
    let mut now = look(case, &out.join("after"));
    // A whole report that tells of the error is what a run with exit code 2 is to write.
    let report = fs::read(out.join("after/report.sarif")).unwrap_or_default();
    if code == 2 && serde_json::from_slice::<serde_json::Value>(&report).is_ok() {
        now.remove(Path::new("report.sarif"));
    }
    let Some(known) = known else {
        if code == 0 {
            sweep.fault(Fault::PassedWrongly, &format!("{what}: {}", ended.stdout));
        }
        return;
    };
    let now = snapshot::given(now, &known.new, &ended.stdout);
    let (strange, litter) = snapshot::strange(&now, &known.old, &known.new);
    if code == 0 && now != known.new {
        sweep.fault(Fault::PassedWrongly, &format!("{what}: {strange:?} {litter:?}"));
    } else if !strange.is_empty() || (code <= 128 && !litter.is_empty()) {
        sweep.fault(Fault::Broken, &format!("{what}: {code}: {strange:?} {litter:?}"));
    }
}

/// Lets the user whom `setpriv` makes into the test's directory.
fn open_to_all(directory: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(directory, fs::Permissions::from_mode(0o755)).unwrap();
}
