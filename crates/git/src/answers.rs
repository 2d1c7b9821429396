//! What `git cat-file --batch` answers, read without a wake-up for each answer where there are many.

use std::io::{self, Read};
use std::process::ChildStdout;
use std::time::Duration;

/// How long a pipe is made through which many answers come, in bytes.
#[cfg(target_os = "linux")]
const LONG_PIPE: usize = 512 << 10;

/// How long answers are left to gather in it.
const GATHERING: Duration = Duration::from_micros(200);

/// The way from git's stdout.
#[derive(Debug)]
pub(super) struct Answers {
    pub(super) pipe: ChildStdout,
    /// How much the last read gave, in bytes, where many answers are to come.
    last: Option<usize>,
}

impl Answers {
    /// Takes charge of the pipe.
    pub(super) fn new(pipe: ChildStdout) -> Self {
        Self { pipe, last: None }
    }

    /// Prepares for many answers. git writes each blob for itself; whoever reads as soon as something is
    /// there is woken for each of them, which takes longer than the answers do.
    pub(super) fn expect_many(&mut self) {
        self.last = Some(0);
        // A shorter pipe does as well, and some users may have none that is as long.
        #[cfg(target_os = "linux")]
        let _ = rustix::pipe::fcntl_setpipe_size(&self.pipe, LONG_PIPE);
    }
}

impl Read for Answers {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(last) = self.last else { return self.pipe.read(buffer) };
        if last < buffer.len() / 2 {
            std::thread::sleep(GATHERING);
        }
        let read = self.pipe.read(buffer)?;
        self.last = Some(read);
        Ok(read)
    }
}
