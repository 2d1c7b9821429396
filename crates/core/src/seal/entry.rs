//! What one path holds: the words shared by seals, inventories and findings.

use std::fmt;

use crate::text::hex;

/// A BLAKE3 digest, 32 bytes; printed as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// The digest of `bytes`.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(*blake3::hash(bytes).as_bytes())
    }

    /// Reads 64 lower-case hexadecimal digits; anything else is `None`.
    #[must_use]
    pub fn from_hex(text: &[u8]) -> Option<Self> {
        hex::decode(text).map(Self)
    }

    /// The 64 digits, in ASCII.
    #[must_use]
    pub fn to_hex(&self) -> [u8; 64] {
        hex::encode(&self.0)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&hex::encode(&self.0)).unwrap_or_default())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What one path is: sealed (approved) or observed (there).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// A regular file; `file` or, with any execute bit, `exec`.
    File {
        /// Length in bytes.
        size: u64,
        /// BLAKE3 of the content.
        digest: Digest,
        /// Whether any execute bit is set.
        executable: bool,
    },
    /// A symbolic link, never followed.
    Link {
        /// The raw target.
        target: Box<str>,
    },
    /// A directory without entries in scope.
    Dir,
}

impl Entry {
    /// The word for it in a seal and in reports: `file`, `exec`, `link` or `dir`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::File { executable: false, .. } => "file",
            Self::File { executable: true, .. } => "exec",
            Self::Link { .. } => "link",
            Self::Dir => "dir",
        }
    }

    /// Length of a file's content in bytes; `None` for links and directories.
    #[must_use]
    pub fn size(&self) -> Option<u64> {
        match self {
            Self::File { size, .. } => Some(*size),
            Self::Link { .. } | Self::Dir => None,
        }
    }
}

/// The largest file that is read however little of it is on the disk, in bytes.
const MOST_HOLES: u64 = 64 << 30;

/// A larger file is read if at least one byte in so many takes room on the disk.
const SPARSE: u64 = 64;

/// A file that is found and not read, for nearly all of it are holes: hashing them would take hours
/// or years.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnreadFile {
    /// Length in bytes.
    pub size: u64,
    /// Whether any execute bit is set.
    pub executable: bool,
}

impl UnreadFile {
    /// Whether a file of `size` bytes, of which so many are `on_disk`, is left unread.
    #[must_use]
    pub fn is_one(size: u64, on_disk: u64) -> bool {
        Self::may_be_one(size) && on_disk.saturating_mul(SPARSE) < size
    }

    /// Whether a file of `size` bytes can be left unread at all.
    #[must_use]
    pub fn may_be_one(size: u64) -> bool {
        size > MOST_HOLES
    }

    /// The word for it in reports: `file` or `exec`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        if self.executable { "exec" } else { "file" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_file_over_64_gib_of_which_under_a_64th_is_on_the_disk_is_left_unread() {
        let gib = 1 << 30;
        for (size, on_disk, unread) in [
            (0, 0, false),
            (64 * gib - 1, 0, false),
            (64 * gib, 0, false),
            (64 * gib + 1, 0, true),
            (64 * gib + 64, gib, true),
            (64 * gib + 64, gib + 1, false),
            (64 * gib + 1, gib, true),
            (64 * gib + 1, gib + 1, false),
            (128 * gib, 2 * gib - 1, true),
            (128 * gib, 2 * gib, false),
            (128 * gib, 2 * gib + 1, false),
            (128 * gib, 128 * gib, false),
            (u64::MAX, 0, true),
            (u64::MAX, u64::MAX, false),
        ] {
            assert_eq!(UnreadFile::is_one(size, on_disk), unread, "{size} {on_disk}");
        }
    }

    #[test]
    fn a_digest_prints_as_blake3_prints_it_and_reads_back() {
        let digest = Digest::of(b"sealgate");
        assert_eq!(digest.to_string(), blake3::hash(b"sealgate").to_hex().as_str());
        assert_eq!(Digest::from_hex(digest.to_string().as_bytes()), Some(digest));
    }

    #[test]
    fn a_digest_of_another_length_or_case_is_refused() {
        let hex = Digest::of(b"").to_string();
        for bad in
            ["", &hex[..62], &hex[..63], &format!("{hex}0"), &hex.to_uppercase(), &"g".repeat(64)]
        {
            assert_eq!(Digest::from_hex(bad.as_bytes()), None, "{bad}");
        }
    }
}
