//! Talks with a program that was started. Neither side ever waits for the other in a circle: what the
//! program reads is written by a thread, what it writes to stderr is read by a thread, and both happen
//! whatever the pipes can hold.

use std::io::{self, Read, Write as _};
use std::process::{Child, ChildStderr, ChildStdin, ExitStatus};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// How much of what a program writes to stderr is kept, in bytes. The rest is read and dropped.
pub const KEPT_OF_STDERR: usize = 16 << 10;

/// The longest answer that is taken from a program, in bytes.
const LONGEST_ANSWER: u64 = 512 << 20;

/// How long stderr may stay open after the program has ended. A process that the program started, and
/// left behind, can hold it open for ever.
const STDERR_STAYS_OPEN: Duration = Duration::from_secs(1);

/// A program that was started. It is killed and reaped when this is dropped, so that no error leaves
/// it behind.
#[derive(Debug)]
pub struct Running(Child);

/// What a program answered.
#[derive(Debug)]
pub struct Answer {
    /// How it ended.
    pub status: ExitStatus,
    /// All that it wrote to stdout.
    pub stdout: Vec<u8>,
    /// The beginning of what it wrote to stderr, without white space around it.
    pub stderr: String,
}

/// The stderr of a program, read by a thread until its end.
#[derive(Debug)]
pub struct Stderr {
    kept: Arc<Mutex<Vec<u8>>>,
    /// Is disconnected when the thread has read everything.
    end: Receiver<()>,
}

/// A thread that writes to the stdin of a program.
#[derive(Debug)]
pub struct Writer(Sender<Vec<u8>>);

impl Running {
    /// Takes charge of `child`.
    #[must_use]
    pub fn new(child: Child) -> Self {
        Self(child)
    }

    /// The program's own handle, with the pipes that were not taken yet.
    pub fn child(&mut self) -> &mut Child {
        &mut self.0
    }

    /// Reads the program's stderr from now on.
    ///
    /// # Errors
    ///
    /// No thread could be started.
    pub fn drain_stderr(&mut self) -> io::Result<Stderr> {
        Stderr::drain(self.0.stderr.take())
    }

    /// Kills the program, if it still runs.
    pub fn kill(&mut self) {
        // An error says that it has ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }

    /// Gives the program all of `input`, takes its whole answer, and waits for its end.
    ///
    /// # Errors
    ///
    /// A pipe cannot be read, the answer is too long, or no thread could be started.
    pub fn exchange(mut self, input: Vec<u8>) -> io::Result<Answer> {
        let stderr = self.drain_stderr()?;
        if let Some(stdin) = self.0.stdin.take() {
            // A program that does not read to the end says why by its exit code.
            let _ = Writer::start(Arc::new(stdin))?.write(input);
        }
        let mut answer = Vec::new();
        if let Some(stdout) = self.0.stdout.take() {
            stdout.take(LONGEST_ANSWER + 1).read_to_end(&mut answer)?;
        }
        if answer.len() as u64 > LONGEST_ANSWER {
            let message = format!("its answer is over the limit of {LONGEST_ANSWER} bytes");
            return Err(io::Error::other(message));
        }
        let status = self.0.wait()?;
        Ok(Answer { status, stdout: answer, stderr: stderr.text() })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Stderr {
    fn drain(stderr: Option<ChildStderr>) -> io::Result<Self> {
        let kept = Arc::new(Mutex::new(Vec::new()));
        let (ended, end) = mpsc::channel();
        if let Some(mut stderr) = stderr {
            let kept = Arc::clone(&kept);
            thread::Builder::new().spawn(move || {
                read_to_the_end(&mut stderr, &kept);
                drop(ended);
            })?;
        }
        Ok(Self { kept, end })
    }

    /// What was kept of it. Waits for the end of stderr, which comes when the program has ended.
    #[must_use]
    pub fn text(&self) -> String {
        let _ = self.end.recv_timeout(STDERR_STAYS_OPEN);
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&kept).trim().to_owned()
    }
}

fn read_to_the_end(stderr: &mut impl Read, kept: &Mutex<Vec<u8>>) {
    let mut piece = [0; 4 << 10];
    loop {
        match stderr.read(&mut piece) {
            Ok(0) => return,
            Ok(length) => {
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                let room = KEPT_OF_STDERR.saturating_sub(kept.len());
                kept.extend_from_slice(&piece[..length.min(room)]);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return,
        }
    }
}

impl Writer {
    /// Starts the thread. It ends, and lets go of `stdin`, when this is dropped and all is written, or
    /// when the program does not read any more.
    ///
    /// # Errors
    ///
    /// No thread could be started.
    pub fn start(stdin: Arc<ChildStdin>) -> io::Result<Self> {
        let (to, texts) = mpsc::channel::<Vec<u8>>();
        thread::Builder::new().spawn(move || {
            for text in texts {
                if (&*stdin).write_all(&text).is_err() {
                    return;
                }
            }
        })?;
        Ok(Self(to))
    }

    /// Has `text` written after everything that was given before; whether the thread still writes.
    #[must_use]
    pub fn write(&self, text: Vec<u8>) -> bool {
        self.0.send(text).is_ok()
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    fn started(script: &str) -> Running {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Running::new(command.spawn().unwrap())
    }

    /// More than any pipe holds.
    const MUCH: usize = 3 << 20;

    #[test]
    fn both_sides_may_write_more_than_the_pipes_hold() {
        let complain = format!("head -c {MUCH} /dev/zero | tr '\\0' e >&2");
        for script in [format!("{complain}; cat"), format!("cat; {complain}")] {
            let answer = started(&script).exchange(vec![b'x'; MUCH]).unwrap();
            assert!(answer.status.success() && answer.stdout == vec![b'x'; MUCH], "{script}");
            assert_eq!(answer.stderr, "e".repeat(KEPT_OF_STDERR), "{script}");
        }
    }

    #[test]
    fn a_program_that_reads_nothing_ends_by_itself() {
        let answer = started("echo why >&2; exit 3").exchange(vec![b'x'; MUCH]).unwrap();
        assert_eq!((answer.status.code(), &*answer.stderr), (Some(3), "why"));
        assert_eq!(answer.stdout, b"");
    }

    #[test]
    fn what_a_program_leaves_behind_does_not_hold_the_answer_back() {
        // The process in the background keeps stderr open, and no other pipe.
        let script = "sleep 100 </dev/null >/dev/null & echo why >&2; echo answer; echo $!";
        let answer = started(script).exchange(Vec::new()).unwrap();
        let text = String::from_utf8(answer.stdout).unwrap();
        let (said, behind) = text.trim().split_once('\n').unwrap();
        assert_eq!((said, &*answer.stderr), ("answer", "why"));
        assert!(Command::new("kill").arg(behind).status().unwrap().success());
    }

    #[test]
    fn a_program_that_is_let_go_is_killed_and_reaped() {
        let mut running = started("exec sleep 100");
        let id = running.child().id().to_string();
        drop(running);
        let alive = Command::new("kill").args(["-0", &id]).stderr(Stdio::null()).status().unwrap();
        assert!(!alive.success());
    }
}
