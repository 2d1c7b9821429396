//! Rows that have no entries of their own: the digests of each bucket, sorted.

use std::collections::BTreeMap;

use sealgate_core::seal::entry::Digest;

/// Why buckets cannot be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BucketsFault {}

/// The digests of rows, by bucket.
#[derive(Debug, Default)]
pub(crate) struct Buckets {
    groups: BTreeMap<String, Vec<Digest>>,
}

impl Buckets {
    /// Adds `row` to the bucket `number`.
    ///
    /// # Errors
    ///
    /// It cannot be kept.
    pub(crate) fn add(&mut self, number: u8, row: Digest) -> Result<(), BucketsFault> {
        self.groups.entry(format!("+{number:02x}")).or_default().push(row);
        Ok(())
    }

    /// Adds `row` to the bucket of another name.
    pub(crate) fn add_to(&mut self, name: &str, row: Digest) {
        self.groups.entry(name.to_owned()).or_default().push(row);
    }

    /// Hands over each bucket: its name, and its content.
    ///
    /// # Errors
    ///
    /// What was kept cannot be read back.
    pub(crate) fn finish(self, take: &mut dyn FnMut(&str, &[u8])) -> Result<(), BucketsFault> {
        let mut content = Vec::new();
        for (name, mut digests) in self.groups {
            digests.sort_unstable();
            content.clear();
            for digest in digests {
                content.extend_from_slice(&digest.0);
            }
            take(&name, &content);
        }
        Ok(())
    }
}
