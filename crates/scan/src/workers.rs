//! The threads that share the work: started when there is work for more than one, and not before.

use std::num::NonZeroUsize;
use std::sync::OnceLock;

use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};
use rayon::{ThreadPool, ThreadPoolBuilder};

/// How many threads may work, and the pool that they are in once they are needed.
///
/// Only this count decides: rayon's environment variables are not read. To be used by one thread,
/// and by the workers that it starts.
#[derive(Debug)]
pub struct Workers {
    wanted: Option<NonZeroUsize>,
    /// How many the process may use, once that is asked: it takes as long as reading some files.
    usable: OnceLock<usize>,
    /// `None` in it: there are no more threads to be had.
    pool: OnceLock<Option<ThreadPool>>,
}

impl Workers {
    /// `count` threads, this one included; without a count, as many as the process may use, which
    /// on Linux heeds the affinity mask and the quotas of its control groups.
    #[must_use]
    pub fn new(count: Option<NonZeroUsize>) -> Self {
        Self { wanted: count, usable: OnceLock::new(), pool: OnceLock::new() }
    }

    /// How many there may be.
    pub fn count(&self) -> usize {
        self.wanted.map_or_else(|| *self.usable.get_or_init(usable), NonZeroUsize::get)
    }

    /// Starts the threads, if that was not done yet; says whether there are several. From then on
    /// rayon's functions, called on this thread, share their work among them.
    pub(super) fn several(&self) -> bool {
        self.count() > 1 && self.pool.get_or_init(|| self.start()).is_some()
    }

    /// This thread is one of the workers: there is one thread less to start.
    fn start(&self) -> Option<ThreadPool> {
        ThreadPoolBuilder::new().num_threads(self.count()).use_current_thread().build().ok()
    }

    /// Does both, at the same time where there are several threads.
    pub fn both<A: Send, B: Send>(
        &self,
        a: impl FnOnce() -> A + Send,
        b: impl FnOnce() -> B + Send,
    ) -> (A, B) {
        if self.several() { rayon::join(a, b) } else { (a(), b()) }
    }

    /// Frees `value` on another thread, where there is one: that of a large seal or inventory takes
    /// longer than what is left to do.
    pub fn discard(&self, value: impl Send + 'static) {
        if matches!(self.pool.get(), Some(Some(_))) {
            rayon::spawn(|| drop(value));
        }
    }

    /// Gives `work` each of `all`; what it makes of them stays in order.
    pub fn map<'t, T: Sync, R: Send>(
        &self,
        all: &'t [T],
        work: impl Fn(&'t T) -> R + Send + Sync,
    ) -> Vec<R> {
        if self.several() {
            all.par_iter().map(work).collect()
        } else {
            all.iter().map(work).collect()
        }
    }
}

fn usable() -> usize {
    std::thread::available_parallelism().map_or(1, NonZeroUsize::get)
}
