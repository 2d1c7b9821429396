//! Reading a report back: `sealgate-report/1`, as far as it takes to accept what it says, or to merge
//! it with others.
//!
//! A report is input like any other: it may be hostile. What is read here has the right shape and
//! no more; what it says is held against the seals by whoever uses it.

use sealgate_core::seal::entry::{Digest, Entry, UnreadFile};
use serde::Deserialize;
use serde::de::IgnoredAny;

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
    /// What wrote it.
    pub tool: ToolRead,
    /// The word for the verdict on all.
    pub verdict: String,
    /// One for each seal that was selected.
    pub seals: Vec<SealRead>,
    /// What kept something from being judged.
    pub errors: Vec<ErrorRead>,
    /// What is worth knowing.
    pub notices: Vec<NoticeRead>,
    /// The commit that the seals were held against.
    pub base: Option<BaseRead>,
    /// The share that it is of.
    pub partition: Option<PartitionRead>,
    /// The patterns that say what was judged; empty where everything was.
    #[serde(default)]
    pub only: Vec<String>,
    /// What its verdict is worth, where there is a policy.
    pub authority: Option<AuthorityRead>,
    /// Wall time.
    pub elapsed_ms: u64,
}

/// What wrote a report.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub struct ToolRead {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// The commit that seals were held against.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub struct BaseRead {
    /// The revision as it was given.
    pub rev: String,
    /// The commit's id, legal or not.
    pub oid: String,
    /// The word for which changes pass.
    pub on_reseal: String,
}

/// The share that a report is of.
#[derive(Debug, Deserialize)]
pub struct PartitionRead {
    /// `slice`, or a word that is not known here.
    pub kind: String,
    /// Which share it is, from 1.
    pub index: u16,
    /// How many there are.
    pub count: u16,
    /// What it takes of each seal.
    pub seals: Vec<PartRead>,
}

/// What a share takes of one seal.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub struct PartRead {
    /// The seal's name.
    pub name: String,
    /// How many entries.
    pub entries: u64,
    /// How many bytes are sealed in them.
    pub bytes: u64,
    /// The digest of their paths in hex.
    pub paths: String,
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
    /// Where the seal came from.
    pub seal_source: SourceRead,
    /// The word for the verdict.
    pub verdict: String,
    /// Entries judged.
    pub checked: u64,
    /// Entries without a finding.
    pub matched: u64,
    /// Bytes hashed.
    pub bytes: u64,
    /// What was found.
    pub findings: Vec<FindingRead>,
}

/// Where bytes, or a seal, came from.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct SourceRead {
    /// `worktree`, `directory`, `commit` or a word that is not known here.
    pub kind: String,
    /// Of a directory, as it was given.
    pub path: Option<String>,
    /// Of a commit, as it was given.
    pub rev: Option<String>,
    /// Of a commit, its id, legal or not.
    pub oid: Option<String>,
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
    /// The entry's line in the seal file.
    pub line: Option<usize>,
    /// What was sealed.
    pub expected: Option<EntryRead>,
    /// What was there.
    pub observed: Option<EntryRead>,
    /// The word for its cause.
    pub cause: Option<String>,
    /// What else is known.
    pub detail: Option<String>,
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
    /// What is wrong.
    pub message: String,
    /// The seal that it concerns.
    pub seal: Option<String>,
    /// The file that it concerns.
    pub file: Option<String>,
    /// The line in that file.
    pub line: Option<usize>,
    /// The next step.
    pub remedy: Option<String>,
    /// Whether it is a reason why what was asked is not authorised, and no error.
    #[serde(default)]
    pub refusal: bool,
}

/// What a verdict is worth.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum AuthorityRead {
    /// The word for nothing.
    Word(String),
    /// What was asked of an environment.
    Environment(EnvironmentRead),
    /// Something that is not known here.
    Other(IgnoredAny),
}

/// What was asked of an environment.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub struct EnvironmentRead {
    /// Its name.
    pub environment: String,
}

/// Something worth knowing.
#[derive(Debug, Deserialize)]
pub struct NoticeRead {
    /// The stable code.
    pub code: String,
    /// What it is.
    pub message: String,
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

    /// The file without a digest that it states; `None` if a check would have read such a file.
    #[must_use]
    pub fn unread(&self) -> Option<UnreadFile> {
        match (&*self.kind, self.size, &self.blake3, &self.target) {
            (kind @ ("file" | "exec"), Some(size), None, None) if UnreadFile::may_be_one(size) => {
                Some(UnreadFile { size, executable: kind == "exec" })
            }
            _ => None,
        }
    }
}
