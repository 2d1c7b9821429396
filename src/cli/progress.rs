//! The progress displays: on a terminal, when hashing takes more than half a second; and of a rehearsal.

use std::cell::RefCell;
use std::io::IsTerminal as _;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use indicatif::{
    HumanBytes, HumanCount, HumanDuration, ProgressBar, ProgressDrawTarget, ProgressStyle,
};
use sealgate_scan::Meter;

use crate::cli::output::Terminal;
use crate::report::Verbosity;

/// Work shorter than this shows nothing.
const PATIENCE: Duration = Duration::from_millis(500);

/// How often the display is drawn anew.
const TICK: Duration = Duration::from_millis(100);

/// A display that goes away when it is dropped.
pub struct Progress(Option<(Sender<()>, JoinHandle<()>)>);

impl Progress {
    /// Watches `meter` and shows it on stderr, if that is a terminal and `wanted`.
    #[must_use]
    pub fn watch(meter: &Arc<Meter>, wanted: bool) -> Self {
        if !wanted || !std::io::stderr().is_terminal() {
            return Self(None);
        }
        let (done, finished) = channel();
        let (meter, started) = (Arc::clone(meter), Instant::now());
        let thread = std::thread::Builder::new().spawn(move || {
            if finished.recv_timeout(PATIENCE) != Err(RecvTimeoutError::Timeout) {
                return;
            }
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
                bar.set_style(style);
            }
            while finished.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                let state = State { entries: meter.entries(), bytes: meter.bytes() };
                bar.set_message(state.message(meter.expected(), started.elapsed()));
                bar.tick();
            }
            bar.finish_and_clear();
        });
        Self(thread.ok().map(|thread| (done, thread)))
    }
}

/// How far the work is.
struct State {
    entries: u64,
    bytes: u64,
}

impl State {
    /// The display, of so many bytes that are `expected`, after `elapsed`: `hashed 1.20 GiB of 4.00 GiB
    /// (30 %), 2,310 entries, 7 s left`.
    fn message(&self, expected: Option<u64>, elapsed: Duration) -> String {
        let (entries, bytes) = (HumanCount(self.entries), HumanBytes(self.bytes));
        // What is not sealed, or grew, is hashed beside what is expected.
        let expected = expected.filter(|&expected| self.bytes <= expected);
        let Some(expected) = expected else { return format!("hashed {entries} entries, {bytes}") };
        let percent = u128::from(self.bytes) * 100 / u128::from(expected.max(1));
        let rest = u128::from(expected - self.bytes);
        let left = match elapsed.as_millis().checked_mul(rest) {
            Some(work) if self.bytes > 0 => {
                format!(", {} s left", (work / u128::from(self.bytes)).div_ceil(1000))
            }
            _ => String::new(),
        };
        let expected = HumanBytes(expected);
        format!("hashed {bytes} of {expected} ({percent} %), {entries} entries{left}")
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((done, thread)) = self.0.take() {
            drop(done);
            // A display that panicked changes no verdict.
            let _ = thread.join();
        }
    }
}

/// How a rehearsal goes on: a line for each leg, and on a terminal what it is doing and how long that took.
pub struct LegProgress {
    terminal: Terminal,
    shown: Option<ProgressBar>,
    current: RefCell<Option<(String, Instant)>>,
}

impl LegProgress {
    /// Tells on stderr, unless `terminal` is quiet.
    #[must_use]
    pub fn new(terminal: Terminal) -> Self {
        let is_shown = std::io::stderr().is_terminal() && terminal.verbosity != Verbosity::Quiet;
        let shown = is_shown.then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix}: {msg}") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(TICK);
            bar
        });
        Self { terminal, shown, current: RefCell::new(None) }
    }

    /// A leg begins, which does this.
    pub fn begin(&self, leg: &str, doing: &str) {
        self.end();
        let line = format!("{leg}: {doing}");
        match &self.shown {
            None => self.terminal.remark(&format!("{line} ...")),
            Some(bar) => {
                bar.set_prefix(line.clone());
                bar.set_message("...");
            }
        }
        *self.current.borrow_mut() = Some((line, Instant::now()));
    }

    /// A step of the leg begins.
    pub fn step(&self, step: &str) {
        if let Some(bar) = &self.shown {
            bar.set_message(format!("{step} ..."));
        }
    }

    /// The leg has ended.
    pub fn end(&self) {
        if let (Some(bar), Some((line, began))) = (&self.shown, self.current.take()) {
            let took = HumanDuration(began.elapsed());
            bar.suspend(|| self.terminal.remark(&format!("{line} ({took:#})")));
        }
    }
}

impl Drop for LegProgress {
    fn drop(&mut self) {
        if let Some(bar) = &self.shown {
            bar.finish_and_clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIB: u64 = 1 << 30;

    #[test]
    fn it_tells_how_much_is_done_of_how_much() {
        let message = |entries, bytes, expected, seconds| {
            State { entries, bytes }.message(expected, Duration::from_secs(seconds))
        };
        let cases = [
            (
                message(2310, GIB, Some(4 * GIB), 3),
                "hashed 1.00 GiB of 4.00 GiB (25 %), 2,310 entries, 9 s left",
            ),
            (
                message(1, GIB, Some(GIB), 3),
                "hashed 1.00 GiB of 1.00 GiB (100 %), 1 entries, 0 s left",
            ),
            (message(0, 0, Some(GIB), 3), "hashed 0 B of 1.00 GiB (0 %), 0 entries"),
            (message(7, GIB, None, 3), "hashed 7 entries, 1.00 GiB"),
            (message(7, 2 * GIB, Some(GIB), 3), "hashed 7 entries, 2.00 GiB"),
            (
                message(7, 1, Some(u64::MAX), u64::MAX / 2),
                "hashed 1 B of 16.00 EiB (0 %), 7 entries",
            ),
        ];
        for (message, expected) in cases {
            assert_eq!(message, expected);
        }
    }
}
