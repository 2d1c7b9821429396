//! The signals that would end this program, caught while something must be put back or removed.

#[cfg(unix)]
mod system {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::flag;

    /// Signals that end this program, caught as long as this lives; after that they end it again.
    #[derive(Debug)]
    pub struct Signals {
        last: Arc<AtomicUsize>,
        over: Arc<AtomicBool>,
    }

    impl Signals {
        /// Begins to catch them.
        #[must_use]
        pub fn catch() -> Self {
            let signals = Self { last: Arc::default(), over: Arc::default() };
            for signal in [SIGHUP, SIGINT, SIGTERM] {
                let number = usize::try_from(signal).unwrap_or(1);
                // What cannot be caught ends the run; the next one says what that leaves.
                let over = Arc::clone(&signals.over);
                let _ = flag::register_conditional_default(signal, over);
                let _ = flag::register_usize(signal, Arc::clone(&signals.last), number);
            }
            signals
        }

        /// The last one that came.
        #[must_use]
        pub fn caught(&self) -> Option<i32> {
            i32::try_from(self.last.load(Ordering::SeqCst)).ok().filter(|signal| *signal != 0)
        }
    }

    impl Drop for Signals {
        fn drop(&mut self) {
            self.over.store(true, Ordering::SeqCst);
        }
    }
}

#[cfg(not(unix))]
mod system {
    /// No signals are caught here.
    #[derive(Debug)]
    pub struct Signals;

    impl Signals {
        /// Catches nothing.
        #[must_use]
        pub fn catch() -> Self {
            Self
        }

        /// None.
        #[must_use]
        pub fn caught(&self) -> Option<i32> {
            None
        }
    }
}

pub use system::Signals;
