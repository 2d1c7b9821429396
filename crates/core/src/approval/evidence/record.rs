//! The format of a record.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::super::text::{Deviation, cut, deviation};
use super::super::time::Moment;
use crate::seal::entry::Digest;

/// The value of the `format` key.
pub const EVIDENCE_FORMAT: &str = "sealgate-evidence/1";

/// A longer record is refused before it is read.
pub const MAX_EVIDENCE_BYTES: u64 = 256 << 10;

/// The most names in one list of a record.
const MOST_NAMES: usize = 100;

/// The record of a rehearsal. The fields stand in the order of the keys.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Record {
    /// [`EVIDENCE_FORMAT`].
    pub format: String,
    /// `pass`, or another word.
    pub verdict: String,
    /// Always empty: evidence permits nothing by itself.
    pub authorizes: Vec<String>,
    /// What wrote it.
    pub tool: Tool,
    /// When the rehearsal began.
    pub started: String,
    /// How long it took, in seconds.
    pub seconds: u64,
    /// The plan that was rehearsed.
    pub plan: PlanRef,
    /// What the plan changed.
    pub surface: Surface,
    /// On what it was rehearsed.
    pub clone: CloneFile,
    /// What was run and measured.
    pub legs: Vec<Leg>,
    /// What had to hold.
    pub invariants: Vec<Invariant>,
    /// The faults that were made on purpose, and had to be caught.
    pub controls: Vec<Control>,
    /// The exceptions that the plan asked for.
    pub allowances: Vec<Allowance>,
}

/// What wrote a record.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tool {
    /// `sealgate`.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The digest of the program.
    pub blake3: String,
}

/// A plan, by its place and its bytes.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanRef {
    /// The path from the repository root.
    pub path: String,
    /// The digest of its bytes.
    pub blake3: String,
    /// The seal that covers it and every file that it names.
    pub seal: SealDigest,
}

/// A seal, by its name and its bytes.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealDigest {
    /// The name of the seal.
    pub name: String,
    /// The digest of its bytes.
    pub digest: String,
}

/// The surface that a plan changes.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Surface {
    /// The name of its seal.
    pub name: String,
    /// The digest of that seal.
    pub digest: String,
    /// The digest that sealing it before the change gives.
    pub before: String,
    /// The digest that sealing it after the change gives.
    pub after: String,
}

/// The clone that a rehearsal ran on.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CloneFile {
    /// The digest of the file that it was made from.
    pub blake3: String,
    /// The size of that file, in bytes.
    pub bytes: u64,
    /// What served it.
    pub system: String,
    /// What kept the rehearsal away from everything else, `landlock-N`.
    pub confinement: String,
}

/// A part of a rehearsal.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Leg {
    /// Its name.
    pub leg: String,
    /// The programs that were run, in their order.
    pub runs: Vec<Run>,
    /// What was measured, by the name of the moment.
    pub measures: BTreeMap<String, Measure>,
}

/// A program that was run.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// Why.
    pub what: String,
    /// The program and its arguments.
    pub argv: Vec<String>,
    /// Its exit code.
    pub exit: i32,
    /// The digest of what it wrote to stdout.
    pub stdout: String,
    /// The digest of what it wrote to stderr.
    pub stderr: String,
    /// How long it ran, in milliseconds.
    pub ms: u64,
}

/// What was there at one moment, by class.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Measure {
    /// Rows of tables.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<Class>,
    /// Definitions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema: Option<Class>,
    /// Values of sequences.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sequences: Option<Class>,
    /// Large objects.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub large_objects: Option<Class>,
    /// Roles and their members.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub roles: Option<Class>,
    /// What came with the system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub builtin: Option<Class>,
    /// Files of a directory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub files: Option<Class>,
    /// Modes, owners and times of files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meta: Option<Class>,
}

/// What was there of one class.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Class {
    /// The digest of all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub root: Option<String>,
    /// How many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
}

/// Something that had to hold between two measures.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Invariant {
    /// Its name.
    pub name: String,
    /// The measure on the left.
    pub left: String,
    /// How the two had to be: `=` or another sign.
    pub op: String,
    /// The measure on the right.
    pub right: String,
    /// Whether it held.
    pub holds: bool,
    /// How many paths differ.
    pub differ: u64,
    /// The first of them.
    pub names: Vec<String>,
}

/// A fault that was made on purpose.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Control {
    /// Its name.
    pub name: String,
    /// Whether the rehearsal found it.
    pub caught: bool,
}

/// An exception that a plan asked for.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Allowance {
    /// `outside`, `left` or `varies`.
    pub what: String,
    /// The path that it covers.
    pub path: String,
    /// Why.
    pub reason: String,
    /// How often it was needed.
    pub used: u64,
}

/// Why a file is no record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EvidenceError {
    /// Longer than [`MAX_EVIDENCE_BYTES`].
    #[error("the record is longer than {MAX_EVIDENCE_BYTES} bytes")]
    TooLong,
    /// The bytes are no UTF-8.
    #[error("the record is not UTF-8")]
    NotUtf8,
    /// It is no JSON, or has other keys or values than a record has.
    #[error("line {line}: {message}")]
    Syntax {
        /// From 1.
        line: usize,
        /// What the reader says.
        message: String,
    },
    /// A value that no record has.
    #[error("{0}")]
    Unsound(String),
    /// It states it in another text than the canonical one.
    #[error("line {}: {:?} stands where the canonical form has {:?}", .0.line, .0.found, .0.expected)]
    NotCanonical(Deviation),
}

impl Record {
    /// Reads the canonical bytes of a record, and nothing else.
    ///
    /// # Errors
    ///
    /// Why the bytes are no record.
    pub fn read(bytes: &[u8]) -> Result<Self, EvidenceError> {
        if bytes.len() as u64 > MAX_EVIDENCE_BYTES {
            return Err(EvidenceError::TooLong);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| EvidenceError::NotUtf8)?;
        let record: Self = serde_json::from_str(text).map_err(|error| EvidenceError::Syntax {
            line: error.line(),
            message: cut(&error.to_string()),
        })?;
        if let Some(deviation) = deviation(text, &record.to_text()) {
            return Err(EvidenceError::NotCanonical(deviation));
        }
        record.check()?;
        Ok(record)
    }

    /// The canonical text: keys in the order of the fields, two spaces for each level, a final line feed.
    #[must_use]
    pub fn to_text(&self) -> String {
        // A record has no map whose keys are not text, which alone could fail. An empty text is canonical
        // for nothing.
        serde_json::to_string_pretty(self).map_or_else(|_| String::new(), |text| text + "\n")
    }

    /// When the rehearsal began; `None` of a time that no sound record states.
    #[must_use]
    pub fn began(&self) -> Option<Moment> {
        Moment::parse(&self.started)
    }

    fn check(&self) -> Result<(), EvidenceError> {
        let unsound = |why: String| Err(EvidenceError::Unsound(why));
        if self.format != EVIDENCE_FORMAT {
            let found = cut(&self.format);
            return unsound(format!("format is {found:?}, not {EVIDENCE_FORMAT:?}"));
        }
        if self.began().is_none() {
            return unsound("started is a time in UTC, such as 2027-01-31T12:00:00Z".to_owned());
        }
        for (key, digest) in self.digests() {
            if Digest::from_hex(digest.as_bytes()).is_none() {
                return unsound(format!("{key} is a digest: 64 digits of 0-9a-f"));
            }
        }
        let longest = self.invariants.iter().map(|invariant| invariant.names.len()).max();
        if longest.is_some_and(|longest| longest > MOST_NAMES) {
            return unsound(format!("a list of names has more than {MOST_NAMES} of them"));
        }
        Ok(())
    }

    /// Every digest of the record, with its key.
    fn digests(&self) -> Vec<(&'static str, &str)> {
        let Self { tool, plan, surface, clone, legs, .. } = self;
        let mut digests: Vec<(&str, &str)> = vec![
            ("tool.blake3", &tool.blake3),
            ("plan.blake3", &plan.blake3),
            ("plan.seal.digest", &plan.seal.digest),
            ("surface.digest", &surface.digest),
            ("surface.before", &surface.before),
            ("surface.after", &surface.after),
            ("clone.blake3", &clone.blake3),
        ];
        for leg in legs {
            for run in &leg.runs {
                digests
                    .extend([("stdout of a run", &*run.stdout), ("stderr of a run", &*run.stderr)]);
            }
            for measure in leg.measures.values() {
                let roots = measure.classes().into_iter().flatten();
                digests.extend(roots.filter_map(|class| Some(("root", class.root.as_deref()?))));
            }
        }
        digests
    }
}

impl Invariant {
    /// Whether two sides that had to be equal are said to be so, and to differ.
    pub(super) fn is_contradictory(&self) -> bool {
        self.holds && self.op == "=" && (self.differ > 0 || !self.names.is_empty())
    }
}

impl Measure {
    fn classes(&self) -> [Option<&Class>; 8] {
        [
            &self.rows,
            &self.schema,
            &self.sequences,
            &self.large_objects,
            &self.roles,
            &self.builtin,
            &self.files,
            &self.meta,
        ]
        .map(Option::as_ref)
    }
}
