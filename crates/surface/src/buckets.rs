//! Rows that have no entries of their own: the digests of each bucket, sorted.
//!
//! Of a large table, digests go to a file without a name, so that memory stays bounded.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};

use rayon::iter::{IntoParallelRefMutIterator as _, ParallelIterator as _};
use sealgate_core::seal::entry::Digest;
use sealgate_core::text::hex;

/// So many digests stay in memory, which are 32 MiB.
const KEPT: usize = 1 << 20;

/// The length of a digest, in bytes.
const DIGEST_BYTES: usize = size_of::<Digest>();

/// The digests of rows, by bucket.
#[derive(Debug)]
pub(crate) struct Buckets {
    /// Those in memory: a bucket for each first byte of a key's digest.
    numbered: Vec<Vec<Digest>>,
    /// Those of buckets with other names, which are few.
    named: BTreeMap<String, Vec<Digest>>,
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

impl Default for Buckets {
    fn default() -> Self {
        Self::keeping(KEPT)
    }
}

impl Buckets {
    fn keeping(most_in_memory: usize) -> Self {
        Self {
            numbered: vec![Vec::new(); 256],
            named: BTreeMap::new(),
            in_memory: 0,
            most_in_memory,
            spilled: None,
        }
    }

    /// Adds `row` to the bucket `number`.
    ///
    /// # Errors
    ///
    /// The file for what memory is not to hold cannot be written.
    pub(crate) fn add(&mut self, number: u8, row: Digest) -> io::Result<()> {
        self.numbered[usize::from(number)].push(row);
        self.in_memory += 1;
        if self.in_memory >= self.most_in_memory { self.spill() } else { Ok(()) }
    }

    /// Adds `row` to a bucket of another name.
    pub(crate) fn add_to(&mut self, name: &str, row: Digest) {
        self.named.entry(name.to_owned()).or_default().push(row);
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

    /// Hands over each bucket: its name, and its content.
    ///
    /// # Errors
    ///
    /// What went to a file cannot be read back.
    pub(crate) fn finish(self, take: &mut dyn FnMut(&str, &[u8])) -> io::Result<()> {
        let Self { mut numbered, mut named, mut spilled, .. } = self;
        if spilled.is_none() {
            numbered.par_iter_mut().for_each(|digests| sort(digests));
        }
        for (number, mut digests) in numbered.into_iter().enumerate() {
            if let Some(spilled) = &mut spilled {
                spilled.read(number, &mut digests)?;
                sort(&mut digests);
            }
            if !digests.is_empty() {
                take(&format!("+{number:02x}"), &bytes_of(&digests));
            }
        }
        for (name, digests) in &mut named {
            sort(digests);
            take(name, &bytes_of(digests));
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

    #[test]
    fn what_went_to_a_file_is_in_the_bucket_all_the_same() {
        let of = |most| {
            let mut buckets = Buckets::keeping(most);
            for row in 0..10_000_u32 {
                let row = Digest::of(&row.to_le_bytes());
                buckets.add(row.0[0], row).unwrap();
            }
            buckets.add_to("+null", Digest::of(b"b"));
            buckets.add_to("+null", Digest::of(b"a"));
            let mut all = BTreeMap::new();
            buckets
                .finish(&mut |name, content| _ = all.insert(name.to_owned(), content.to_vec()))
                .unwrap();
            all
        };
        let (kept, spilled) = (of(usize::MAX), of(700));
        assert_eq!(kept.len(), 257);
        assert!(kept == spilled);
        let (rows, _) = kept["+2a"].as_chunks::<DIGEST_BYTES>();
        assert!(rows.is_sorted() && rows.iter().all(|row| row[0] == 0x2a));
    }
}
