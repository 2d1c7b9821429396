//! What `git cat-file --batch` is asked, written so that neither side waits for the other in a circle.

use std::io::{self, Write as _};
use std::process::ChildStdin;
use std::sync::Arc;

use super::object::Oid;
use crate::child::Writer;

/// The least that an empty pipe takes without waiting for a reader, in bytes: one page. Linux makes
/// pipes this short for a user who has many of them.
pub(super) const SMALLEST_PIPE: usize = 4 << 10;

/// How many requests are written at a time.
const LINES: usize = 1_000;

/// The way to git's stdin.
#[derive(Debug)]
pub(super) struct Requests {
    pub(super) stdin: Arc<ChildStdin>,
    /// How much may wait in the pipe without filling it, in bytes.
    room: usize,
    /// Writes what may not fit into the pipe; started when there is such a thing.
    writer: Option<Writer>,
}

impl Requests {
    /// Takes charge of the pipe.
    pub(super) fn new(stdin: ChildStdin) -> Self {
        // A pipe is made of pages, and of each two at least one is half full; the first and the last may
        // be nearly empty.
        let room = (capacity(&stdin) / 2).saturating_sub(2 * SMALLEST_PIPE);
        Self { stdin: Arc::new(stdin), room, writer: None }
    }

    /// Asks for `oids`, while the answers to `waiting` requests were not taken yet. Until somebody takes
    /// them git may read nothing: what may not fit into the pipe is written by a thread, so that this
    /// thread is free to take them.
    pub(super) fn send(&mut self, oids: &[Oid], waiting: usize) -> io::Result<()> {
        let text = lines(oids);
        let waiting = waiting * (text.len() / oids.len().max(1));
        let empty = waiting == 0 && text.len() <= SMALLEST_PIPE;
        let fits = self.writer.is_none() && waiting + text.len() <= self.room;
        if empty || fits {
            return (&*self.stdin).write_all(text.as_bytes());
        }
        if self.writer.is_none() {
            self.writer = Some(Writer::start(Arc::clone(&self.stdin))?);
        }
        let sent = self.writer.as_ref().is_some_and(|writer| writer.write(text.into()));
        if sent { Ok(()) } else { Err(io::ErrorKind::BrokenPipe.into()) }
    }

    /// Asks for all of `oids` by a thread, as git takes them, and then closes the pipe.
    pub(super) fn send_all(self, oids: Vec<Oid>) -> io::Result<()> {
        let stdin = self.stdin;
        std::thread::Builder::new().spawn(move || {
            for oids in oids.chunks(LINES) {
                // git says on its own way out why it reads no more.
                if (&*stdin).write_all(lines(oids).as_bytes()).is_err() {
                    return;
                }
            }
        })?;
        Ok(())
    }
}

/// A line for each of `oids`.
fn lines(oids: &[Oid]) -> String {
    let mut text = String::new();
    for oid in oids {
        oid.write_to(&mut text);
        text.push('\n');
    }
    text
}

/// How much the pipe can hold, in bytes.
fn capacity(pipe: &ChildStdin) -> usize {
    #[cfg(target_os = "linux")]
    let capacity = rustix::pipe::fcntl_getpipe_size(pipe).unwrap_or(SMALLEST_PIPE);
    #[cfg(not(target_os = "linux"))]
    let (capacity, _) = (SMALLEST_PIPE, pipe);
    capacity
}
