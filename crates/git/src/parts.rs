//! Work on many paths, cut into parts that go on side by side.

use std::panic::resume_unwind;
use std::thread;

use super::GitError;

/// What `work` makes of `all`, in order: of the whole, or of parts of about one length, of which there are
/// at most `threads`, and at most one for each `fewest` things.
///
/// # Errors
///
/// The first part that fails.
pub(super) fn in_parts<T: Sync, R: Send>(
    all: &[T],
    fewest: usize,
    threads: usize,
    work: impl Fn(&[T]) -> Result<Vec<R>, GitError> + Sync,
) -> Result<Vec<R>, GitError> {
    let parts = threads.min(all.len() / fewest);
    if parts < 2 {
        return work(all);
    }
    let work = &work;
    thread::scope(|scope| {
        let mut parts = all.chunks(all.len().div_ceil(parts));
        let own = parts.next().unwrap_or_default();
        let start = |part| {
            let started = thread::Builder::new().spawn_scoped(scope, move || work(part));
            started.map_err(|_| part)
        };
        let others: Vec<_> = parts.map(start).collect();
        let mut made = work(own)?;
        for other in others {
            made.append(&mut match other {
                Ok(thread) => thread.join().unwrap_or_else(|panic| resume_unwind(panic))?,
                // No more threads are to be had.
                Err(part) => work(part)?,
            });
        }
        Ok(made)
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    /// What comes of `count` numbers, and how long the parts were.
    fn doubled(count: usize, threads: usize) -> (Vec<usize>, Vec<usize>) {
        let lengths = Mutex::new(Vec::new());
        let all: Vec<usize> = (0..count).collect();
        let made = in_parts(&all, 10, threads, |part| {
            lengths.lock().unwrap().push(part.len());
            Ok(part.iter().map(|number| 2 * number).collect())
        });
        let mut lengths = lengths.into_inner().unwrap();
        lengths.sort_unstable();
        (made.unwrap(), lengths)
    }

    #[test]
    fn there_are_no_more_parts_than_are_worth_it_and_they_stay_in_order() {
        for (count, threads, lengths) in [
            (0, 4, vec![0]),
            (19, 4, vec![19]),
            (20, 4, vec![10, 10]),
            (25, 1, vec![25]),
            (41, 4, vec![8, 11, 11, 11]),
        ] {
            let expected: Vec<usize> = (0..count).map(|number| 2 * number).collect();
            assert_eq!(doubled(count, threads), (expected, lengths), "{count} {threads}");
        }
    }

    #[test]
    fn a_part_that_fails_fails_the_whole() {
        let failed = |stderr: &str| GitError::Failed { command: "add", stderr: stderr.to_owned() };
        let made = in_parts(&[1, 2, 3], 1, 3, |part| match part {
            [1] => Ok(vec![1]),
            [number, ..] => Err(failed(&number.to_string())),
            [] => Ok(vec![]),
        });
        assert_eq!(made.unwrap_err().to_string(), failed("2").to_string());
    }
}
