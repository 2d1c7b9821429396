//! Reading a report back: `sealgate-report/1`, as far as it takes to accept what it says.
//!
//! A report is input like any other: it may be hostile. What is read here has the right shape and
//! no more; what it says is held against the seals by whoever uses it.

use serde::Deserialize;

use crate::entry::{Digest, Entry};

/// The value of the `format` key.
const FORMAT: &str = "sealgate-report/1";

/// How much of a text out of a report is passed on in an error, in characters.
const QUOTED: usize = 300;

/// The beginning of a text out of a report, for an error.
#[must_use]
pub fn cut(text: &str) -> String {
    text.chars().take(QUOTED).collect()
}

/// A report that was read. Fields that are not known here are passed over.
#[derive(Debug, Deserialize)]
pub struct ReportRead {
    /// One for each seal that was selected.
    pub seals: Vec<SealRead>,
    /// What kept something from being judged.
    pub errors: Vec<ErrorRead>,
    notices: Vec<NoticeRead>,
}

/// What came of one seal.
#[derive(Debug, Deserialize)]
pub struct SealRead {
    /// The seal's name, legal or not.
    pub name: String,
    /// The directory under seal.
    pub root: Option<String>,
    /// The seal digest in hex.
    pub digest: Option<String>,
    /// Where the bytes came from.
    pub source: SourceRead,
    /// The word for the verdict.
    pub verdict: String,
    /// What was found.
    pub findings: Vec<FindingRead>,
}

/// Where bytes came from.
#[derive(Debug, Deserialize)]
pub struct SourceRead {
    /// `worktree`, `directory`, `commit` or a word that is not known here.
    pub kind: String,
}

/// One finding.
#[derive(Debug, Deserialize)]
pub struct FindingRead {
    /// The word for its kind.
    pub kind: String,
    /// Relative to the root, legal or not.
    pub path: String,
    /// There if `path` is not the exact name.
    pub path_bytes: Option<String>,
    /// The sealed path of something moved.
    pub from: Option<String>,
    /// What was sealed.
    pub expected: Option<EntryRead>,
    /// What was there.
    pub observed: Option<EntryRead>,
}

/// One entry.
#[derive(Debug, Deserialize)]
pub struct EntryRead {
    kind: String,
    size: Option<u64>,
    blake3: Option<String>,
    target: Option<String>,
}

/// One error.
#[derive(Debug, Deserialize)]
pub struct ErrorRead {
    /// The stable code.
    pub code: String,
    /// The seal that it concerns.
    pub seal: Option<String>,
}

#[derive(Debug, Deserialize)]
struct NoticeRead {
    code: String,
}

/// Why a text is no report.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// JSON of another shape, or no JSON.
    #[error("it is no report: {0}")]
    Malformed(String),
    /// Another format, or another version of this one.
    #[error("its format {0} is unknown; this is \"sealgate-report/1\"")]
    Format(String),
}

impl ReportRead {
    /// Reads the text of a report.
    pub fn from_json(bytes: &[u8]) -> Result<Self, ReadError> {
        #[derive(Deserialize)]
        struct Head {
            format: String,
        }
        // What it says may quote the input.
        let malformed = |error: serde_json::Error| ReadError::Malformed(cut(&error.to_string()));
        // The format comes first: another one may have another shape.
        let Head { format } = serde_json::from_slice(bytes).map_err(malformed)?;
        if format != FORMAT {
            return Err(ReadError::Format(format!("{:?}", cut(&format))));
        }
        serde_json::from_slice(bytes).map_err(malformed)
    }

    /// Whether execute bits were seen where it was made.
    #[must_use]
    pub fn modes(&self) -> bool {
        self.notices.iter().all(|notice| notice.code != "modes-not-compared")
    }
}

impl EntryRead {
    /// The entry that it states; `None` if its fields do not make one.
    #[must_use]
    pub fn entry(&self) -> Option<Entry> {
        match (&*self.kind, self.size, &self.blake3, &self.target) {
            (kind @ ("file" | "exec"), Some(size), Some(digest), None) => {
                let digest = Digest::from_hex(digest.as_bytes())?;
                Some(Entry::File { size, digest, executable: kind == "exec" })
            }
            ("link", None, None, Some(target)) => Some(Entry::Link { target: (**target).into() }),
            ("dir", None, None, None) => Some(Entry::Dir),
            _ => None,
        }
    }
}
