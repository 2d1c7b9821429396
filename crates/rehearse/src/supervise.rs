//! What a helper does for what it runs: it ends with all its descendants, at the latest when the process that
//! started the helper has gone.
//!
//! The helper adopts every orphan among its descendants, so that each of them is its child sooner or later.

use std::io::{self, Read as _};
use std::process::{Child, Command};
use std::sync::{Mutex, PoisonError};

/// What becomes of what a helper runs when the process that started the helper has gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AtEnd {
    /// It is killed.
    Kill,
    /// It is asked to quit, and killed if it does not. A server of PostgreSQL, and those that initdb starts
    /// and waits for, give back what they have of the system: a killed one leaves segments of shared memory.
    Quit,
}

/// Held while something is started, and from the moment on at which this process ends.
static STARTING: Mutex<()> = Mutex::new(());

/// Begins to watch stdin, which the process that started this one keeps open as long as it lives. At its end,
/// this process and all its descendants end.
///
/// # Errors
///
/// Orphans cannot be adopted, or nothing can be watched.
pub fn watch(at_end: AtEnd) -> io::Result<()> {
    system::adopt_orphans()?;
    std::thread::Builder::new().name("watch".to_owned()).spawn(move || {
        let mut nothing = [0; 64];
        // An error is an end too.
        while matches!(io::stdin().read(&mut nothing), Ok(read) if read > 0) {}
        // What starts from now on would be left.
        let _starting = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
        if at_end == AtEnd::Quit {
            system::let_children_quit();
        }
        system::kill_descendants();
        system::kill_self();
    })?;
    Ok(())
}

/// Starts `command`, unless this process ends at this very moment.
///
/// # Errors
///
/// It cannot be started.
pub fn start(command: &mut Command) -> io::Result<Child> {
    let _starting = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
    command.spawn()
}

/// Kills everything that this process started, and what that started.
pub fn kill_descendants() {
    system::kill_descendants();
}

#[cfg(target_os = "linux")]
mod system {
    use std::time::{Duration, Instant};
    use std::{fs, io, thread};

    use rustix::process::{
        Pid, Signal, WaitOptions, getpid, kill_process, set_child_subreaper, waitpid,
    };

    /// How long what was asked to quit may take before it is killed.
    const PATIENCE: Duration = Duration::from_secs(30);

    /// How often the children are looked at.
    const TICK: Duration = Duration::from_millis(5);

    pub(super) fn adopt_orphans() -> io::Result<()> {
        Ok(set_child_subreaper(Some(getpid()))?)
    }

    pub(super) fn kill_descendants() {
        loop {
            let children = children();
            if children.is_empty() {
                return;
            }
            for child in children {
                // It may have ended, and been waited for, at this very moment.
                let _ = kill_process(child, Signal::KILL);
                let _ = waitpid(Some(child), WaitOptions::empty());
            }
        }
    }

    pub(super) fn let_children_quit() {
        let asked = children();
        for child in &asked {
            // It may have ended at this very moment.
            let _ = kill_process(*child, Signal::QUIT);
        }
        let began = Instant::now();
        while children().iter().any(|child| asked.contains(child)) && began.elapsed() < PATIENCE {
            thread::sleep(TICK);
        }
    }

    pub(super) fn kill_self() {
        let _ = kill_process(getpid(), Signal::KILL);
    }

    /// The processes whose parent is this one.
    fn children() -> Vec<Pid> {
        let own = getpid().as_raw_nonzero().get();
        let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
        let processes = entries.flatten().filter_map(|entry| {
            let process: i32 = entry.file_name().to_str()?.parse().ok()?;
            let stat = fs::read(entry.path().join("stat")).ok()?;
            (parent(&stat)? == own).then(|| Pid::from_raw(process))?
        });
        processes.collect()
    }

    /// The parent that `stat` (proc(5)) states: the second field behind the name, which ends at the last `)`.
    fn parent(stat: &[u8]) -> Option<i32> {
        let end = stat.iter().rposition(|&byte| byte == b')')?;
        let rest = std::str::from_utf8(&stat[end + 1..]).ok()?;
        rest.split_ascii_whitespace().nth(1)?.parse().ok()
    }

    #[test]
    fn a_name_with_parentheses_hides_no_parent() {
        let cases: [(&[u8], Option<i32>); 3] =
            [(b"7 (sh) S 5 7", Some(5)), (b"7 (a) S 9 \xff) R 6 1", Some(6)), (b"7 sh", None)];
        for (stat, expected) in cases {
            assert_eq!(parent(stat), expected);
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use std::io;

    /// Nothing adopts them here.
    #[expect(clippy::unnecessary_wraps, reason = "Linux may refuse")]
    pub(super) fn adopt_orphans() -> io::Result<()> {
        Ok(())
    }

    pub(super) fn kill_descendants() {}

    pub(super) fn let_children_quit() {}

    pub(super) fn kill_self() {
        std::process::abort();
    }
}
