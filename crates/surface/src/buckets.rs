//! Rows that have no entries of their own: the digests of each bucket, sorted.
//!
//! The rows of a large table are hashed by a thread of their own while the next ones are read, and their
//! digests go to a file without a name, so that memory stays bounded.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::sync::mpsc::{self, SyncSender};
use std::thread::{self, JoinHandle};

use sealgate_core::seal::entry::Digest;
use sealgate_core::text::hex;
use sealgate_scan::Contents;

/// Takes an entry below the rows of a table: its path there, and its content.
type Take<'t, E> = &'t mut dyn FnMut(&str, &[u8]) -> Result<(), E>;

/// So many digests stay in memory, which are 32 MiB.
const KEPT: usize = 1 << 20;

/// How many bytes of rows and keys are hashed together.
const BATCH_BYTES: usize = 64 << 10;

/// The length of a digest, in bytes.
const DIGEST_BYTES: usize = size_of::<Digest>();

/// The rows of one table, by bucket.
#[derive(Debug, Default)]
pub(crate) struct Buckets {
    /// The rows that are not hashed yet.
    batch: Batch,
    /// Has the digests of those before, once there are many.
    thread: Option<HashingThread>,
    /// Those of buckets with other names, which are few.
    named: BTreeMap<String, Vec<Digest>>,
}

/// Rows that are hashed together.
#[derive(Debug, Default)]
struct Batch {
    /// The key of each row, if it has one, and the row.
    contents: Contents,
    /// For each row, whether it has a key.
    keyed: Vec<bool>,
    bytes: usize,
}

/// A thread that hashes batches, and ends with the digests when no more come.
#[derive(Debug)]
struct HashingThread {
    batches: SyncSender<Batch>,
    thread: JoinHandle<io::Result<Digests>>,
}

/// The digests of rows, by the first byte of that of their key.
#[derive(Debug)]
struct Digests {
    numbered: Vec<Vec<Digest>>,
    in_memory: usize,
    most_in_memory: usize,
    spilled: Option<Spilled>,
}

/// The digests that went to a file.
#[derive(Debug)]
struct Spilled {
    file: File,
    /// For each bucket, where its digests are: offsets and lengths, in bytes.
    parts: Vec<Vec<(u64, usize)>>,
    length: u64,
}

impl Buckets {
    /// Adds `row` to the bucket of `key`, or to that of its own digest if it has none.
    ///
    /// # Errors
    ///
    /// The file for what memory is not to hold cannot be written.
    pub(crate) fn add(&mut self, key: Option<&str>, row: &[u8]) -> io::Result<()> {
        self.batch.push(key, row);
        if self.batch.bytes < BATCH_BYTES {
            return Ok(());
        }
        let batch = std::mem::take(&mut self.batch);
        let thread = match self.thread.take() {
            Some(thread) => thread,
            None => HashingThread::start()?,
        };
        self.thread = Some(thread.hash(batch)?);
        Ok(())
    }

    /// Adds `row` to a bucket of another name.
    pub(crate) fn add_to(&mut self, name: &str, row: &[u8]) {
        self.named.entry(name.to_owned()).or_default().push(Digest::of(row));
    }

    /// Hands over each bucket: its name, and its content.
    ///
    /// # Errors
    ///
    /// What went to a file cannot be read back, or `take` gave an error.
    pub(crate) fn finish<E: From<io::Error>>(self, take: Take<'_, E>) -> Result<(), E> {
        let mut digests = match self.thread {
            Some(thread) => thread.end()?,
            None => Digests::keeping(KEPT),
        };
        digests.add(self.batch)?;
        digests.finish(take)?;
        for (name, mut digests) in self.named {
            sort(&mut digests);
            take(&name, &bytes_of(&digests))?;
        }
        Ok(())
    }
}

impl Batch {
    fn push(&mut self, key: Option<&str>, row: &[u8]) {
        for content in key.map(str::as_bytes).into_iter().chain([row]) {
            self.contents.take(content);
            self.contents.end();
            self.bytes += content.len();
        }
        self.keyed.push(key.is_some());
    }
}

impl HashingThread {
    fn start() -> io::Result<Self> {
        // One waits, one is hashed, and the next one is gathered.
        let (batches, received) = mpsc::sync_channel::<Batch>(1);
        let thread = thread::Builder::new().spawn(move || {
            let mut digests = Digests::keeping(KEPT);
            for batch in received {
                digests.add(batch)?;
            }
            Ok(digests)
        })?;
        Ok(Self { batches, thread })
    }

    fn hash(self, batch: Batch) -> io::Result<Self> {
        match self.batches.send(batch) {
            Ok(()) => Ok(self),
            // It has ended, with an error.
            Err(_) => self.end().and_then(|_| Err(io::Error::other("it stopped early"))),
        }
    }

    fn end(self) -> io::Result<Digests> {
        drop(self.batches);
        self.thread.join().map_err(|_| io::Error::other("the thread that hashes rows broke"))?
    }
}

impl Digests {
    fn keeping(most_in_memory: usize) -> Self {
        Self { numbered: vec![Vec::new(); 256], in_memory: 0, most_in_memory, spilled: None }
    }

    fn add(&mut self, batch: Batch) -> io::Result<()> {
        let mut digests = batch.contents.finish().into_iter().map(|(_, digest)| digest);
        for keyed in batch.keyed {
            let named = if keyed { digests.next() } else { None };
            let Some(row) = digests.next() else { break };
            self.numbered[usize::from(named.unwrap_or(row).0[0])].push(row);
            self.in_memory += 1;
        }
        if self.in_memory >= self.most_in_memory { self.spill() } else { Ok(()) }
    }

    fn spill(&mut self) -> io::Result<()> {
        let spilled = match &mut self.spilled {
            Some(spilled) => spilled,
            None => self.spilled.insert(Spilled {
                file: unnamed_file()?,
                parts: vec![Vec::new(); 256],
                length: 0,
            }),
        };
        for (digests, parts) in self.numbered.iter_mut().zip(&mut spilled.parts) {
            if digests.is_empty() {
                continue;
            }
            let bytes = bytes_of(digests);
            spilled.file.write_all(&bytes)?;
            parts.push((spilled.length, bytes.len()));
            spilled.length += bytes.len() as u64;
            digests.clear();
        }
        self.in_memory = 0;
        Ok(())
    }

    /// Hands over each bucket that has rows: its name, and its content.
    fn finish<E: From<io::Error>>(mut self, take: Take<'_, E>) -> Result<(), E> {
        for (number, mut digests) in self.numbered.into_iter().enumerate() {
            if let Some(spilled) = &mut self.spilled {
                spilled.read(number, &mut digests)?;
            }
            sort(&mut digests);
            if !digests.is_empty() {
                take(&format!("+{number:02x}"), &bytes_of(&digests))?;
            }
        }
        Ok(())
    }
}

impl Spilled {
    /// Adds to `digests` those of the bucket `number`.
    fn read(&mut self, number: usize, digests: &mut Vec<Digest>) -> io::Result<()> {
        let mut bytes = Vec::new();
        for (offset, length) in &self.parts[number] {
            self.file.seek(SeekFrom::Start(*offset))?;
            bytes.resize(*length, 0);
            self.file.read_exact(&mut bytes)?;
            let (whole, _) = bytes.as_chunks::<DIGEST_BYTES>();
            digests.extend(whole.iter().map(|bytes| Digest(*bytes)));
        }
        Ok(())
    }
}

/// Sorts by bytes. The first eight nearly always decide, and as a number they cost no call of `memcmp`.
fn sort(digests: &mut [Digest]) {
    let start = |digest: &Digest| digest.0.first_chunk().map(|bytes| u64::from_be_bytes(*bytes));
    digests.sort_unstable_by(|a, b| start(a).cmp(&start(b)).then_with(|| a.cmp(b)));
}

fn bytes_of(digests: &[Digest]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(digests.len() * DIGEST_BYTES);
    for digest in digests {
        bytes.extend_from_slice(&digest.0);
    }
    bytes
}

/// A file that only this process sees, and that goes with it.
fn unnamed_file() -> io::Result<File> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(|error| io::Error::other(error.to_string()))?;
    let path = std::env::temp_dir().join(format!("sealgate-{}", hex::text(&random)));
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    // FILE_FLAG_DELETE_ON_CLOSE.
    #[cfg(windows)]
    std::os::windows::fs::OpenOptionsExt::custom_flags(&mut options, 0x0400_0000);
    let file = options.open(&path)?;
    #[cfg(unix)]
    std::fs::remove_file(&path)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    type All = BTreeMap<String, Vec<u8>>;

    /// What `finish` hands over.
    fn all(
        finish: impl FnOnce(&mut dyn FnMut(&str, &[u8]) -> io::Result<()>) -> io::Result<()>,
    ) -> All {
        let mut all = All::new();
        finish(&mut |name, content| {
            assert!(all.insert(name.to_owned(), content.to_vec()).is_none(), "{name} twice");
            Ok(())
        })
        .unwrap();
        all
    }

    /// Buckets as the format states them.
    fn expected(rows: impl Iterator<Item = (Option<String>, Vec<u8>)>) -> All {
        let mut buckets: BTreeMap<String, Vec<[u8; 32]>> = BTreeMap::new();
        for (key, row) in rows {
            let named = Digest::of(key.as_deref().map_or(&row, str::as_bytes));
            buckets.entry(format!("+{:02x}", named.0[0])).or_default().push(Digest::of(&row).0);
        }
        let content = |(name, mut digests): (String, Vec<[u8; 32]>)| {
            digests.sort_unstable();
            (name, digests.concat())
        };
        buckets.into_iter().map(content).collect()
    }

    /// Rows of all lengths, with keys and without, and more than go into one batch.
    fn rows(count: usize) -> impl Iterator<Item = (Option<String>, Vec<u8>)> {
        (0..count).map(|row| {
            let length = if row % 1_000 == 7 { 2 * BATCH_BYTES } else { row % 90 };
            (
                (row % 3 > 0).then(|| format!("{row}/{}", row % 7)),
                vec![row.to_le_bytes()[0]; length],
            )
        })
    }

    #[test]
    fn each_row_is_in_the_bucket_of_its_key() {
        for count in [0, 1, 7, 20_000] {
            let mut buckets = Buckets::default();
            for (key, row) in rows(count) {
                buckets.add(key.as_deref(), &row).unwrap();
            }
            assert_eq!(buckets.thread.is_some(), count > 7);
            assert!(all(|take| buckets.finish(take)) == expected(rows(count)), "{count} rows");
        }
    }

    #[test]
    fn what_went_to_a_file_is_in_the_bucket_all_the_same() {
        let mut digests = Digests::keeping(700);
        for row in 0..10_000_u32 {
            let mut batch = Batch::default();
            batch.push(None, &row.to_le_bytes());
            digests.add(batch).unwrap();
        }
        assert!(digests.spilled.is_some());
        let rows = (0..10_000_u32).map(|row| (None, row.to_le_bytes().to_vec()));
        assert!(all(|take| digests.finish(take)) == expected(rows));
    }

    #[test]
    fn rows_without_a_key_of_their_own_are_sorted_under_one_name() {
        let mut buckets = Buckets::default();
        for row in [b"b", b"a", b"b"] {
            buckets.add_to("+null", row);
        }
        let mut digests = [b"b", b"a", b"b"].map(|row| Digest::of(row).0);
        digests.sort_unstable();
        assert!(
            all(|take| buckets.finish(take)) == All::from([("+null".to_owned(), digests.concat())])
        );
    }
}
