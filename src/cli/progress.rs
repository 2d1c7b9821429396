//! The progress display: on a terminal, when the work takes more than half a second.

use std::io::IsTerminal as _;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use indicatif::{HumanBytes, HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};
use sealgate_scan::Meter;

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
        let meter = Arc::clone(meter);
        let thread = std::thread::Builder::new().spawn(move || {
            if finished.recv_timeout(PATIENCE) != Err(RecvTimeoutError::Timeout) {
                return;
            }
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
                bar.set_style(style);
            }
            while finished.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                let (entries, bytes) = (HumanCount(meter.entries()), HumanBytes(meter.bytes()));
                bar.set_message(format!("hashed {entries} entries, {bytes}"));
                bar.tick();
            }
            bar.finish_and_clear();
        });
        Self(thread.ok().map(|thread| (done, thread)))
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
