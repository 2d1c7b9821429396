//! The report, `sealgate-report/1`: what every format is written from.
//!
//! Its field names are a contract with scripts, kept apart from the types that the gate works
//! with so that those can change. Optional fields may be added; nothing is renamed or removed.

use std::time::Duration;

use sealgate_core::compare::finding::{Cause, Finding, FindingKind};
use sealgate_core::compare::verdict::{Base, Judgement, Source, Verdict, overall};
use sealgate_core::seal::entry::{Entry, UnreadFile};
use sealgate_core::text::hex;
use sealgate_core::text::problem::Problem;
use serde::Serialize;

use super::areas::Area;
use super::authority::AuthorityView;
use super::partition::PartitionView;
use super::remedy::{self, Caller};
use super::resealed::{BaseView, ResealView};

/// A whole run.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// `sealgate-report/1`.
    pub format: &'static str,
    /// What wrote it.
    pub tool: Tool,
    /// The overall verdict.
    pub verdict: Verdict,
    /// One for each selected seal, by name; a broken one too.
    pub seals: Vec<SealView>,
    /// What kept something from being judged.
    pub errors: Vec<ErrorView>,
    /// What is worth knowing and changes no verdict.
    pub notices: Vec<Notice>,
    /// What the verdict is worth, where there is a policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authority: Option<AuthorityView>,
    /// The commit that the seals were held against, if one was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base: Option<BaseView>,
    /// The share that it is of, if it is not of a whole check.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partition: Option<PartitionView>,
    /// Where a copy of the bytes that passed is, as the user named it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub staged: Option<String>,
    /// Wall time of the whole run.
    pub elapsed_ms: u64,
}

/// The program that wrote a report.
#[derive(Debug, Clone, Serialize)]
pub struct Tool {
    /// `sealgate`.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
}

/// What came of one seal.
#[derive(Debug, Clone, Serialize)]
pub struct SealView {
    /// The seal's name.
    pub name: String,
    /// The seal file, relative to the repository root: where the lines of findings are.
    pub file: String,
    /// The directory under seal, null if the seal could not be read.
    pub root: Option<String>,
    /// The seal digest in hex, null if the file could not be read.
    pub digest: Option<String>,
    /// Where the bytes came from.
    pub source: SourceView,
    /// Where the seal came from.
    pub seal_source: SourceView,
    /// The verdict on this seal.
    pub verdict: Verdict,
    /// Entries judged, missing ones included.
    pub checked: u64,
    /// Entries without a finding.
    pub matched: u64,
    /// Bytes hashed.
    pub bytes: u64,
    /// Sorted by path.
    pub findings: Vec<FindingView>,
    /// What became of the seal since the base, if it changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reseal: Option<ResealView>,
    /// How the sealed bytes lie in directories, for pictures; empty where nobody asked.
    #[serde(skip)]
    pub areas: Vec<Area>,
    /// What to do about a fail; absent when there is nothing to mend.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mend: Option<Mend>,
}

/// Where bytes came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum SourceView {
    /// The working tree.
    Worktree,
    /// Another directory.
    Directory {
        /// As the user named it.
        path: String,
    },
    /// A commit.
    Commit {
        /// The revision as the user named it.
        rev: String,
        /// The commit's id in hex.
        oid: String,
    },
}

/// How a failing seal is mended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mend {
    /// The command that takes the bytes there are as the approved ones.
    pub approve: String,
    /// When that command is the wrong answer, and what is right then.
    pub caution: String,
}

/// One finding.
#[derive(Debug, Clone, Serialize)]
pub struct FindingView {
    /// What is wrong.
    pub kind: FindingKind,
    /// Relative to the root; lossy where it is not UTF-8.
    pub path: String,
    /// The exact bytes in hex, where `path` is lossy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path_bytes: Option<String>,
    /// The sealed path of something moved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The entry's line in the seal file, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// What was sealed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<EntryView>,
    /// What is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed: Option<EntryView>,
    /// Why, if proved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// What else is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// What to do about it.
    pub remedy: String,
}

/// One entry, sealed or observed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EntryView {
    /// `file`, `exec`, `link` or `dir`.
    pub kind: &'static str,
    /// Bytes, of a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// The content's digest in hex, of a file that was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blake3: Option<String>,
    /// The raw target, of a link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
}

/// One error.
#[derive(Debug, Clone, Serialize)]
pub struct ErrorView {
    /// The stable kebab-case code.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// The seal that it concerns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seal: Option<String>,
    /// The file that it concerns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The line in it, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// The next step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
    /// Whether it kept nothing from being judged, and is why what was asked is not authorised.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub refusal: bool,
}

/// Something worth knowing that changes no verdict.
#[derive(Debug, Clone, Serialize)]
pub struct Notice {
    /// The stable kebab-case code.
    pub code: &'static str,
    /// What it is.
    pub message: String,
}

impl Report {
    /// Puts what the gate found into the report's form.
    #[must_use]
    pub fn new(
        judgements: &[Judgement],
        base: Option<&Base>,
        problems: &[Problem],
        notices: Vec<Notice>,
        elapsed: Duration,
        caller: &Caller,
    ) -> Self {
        let of_seals = judgements.iter().flat_map(|judgement| &judgement.problems);
        Self {
            format: "sealgate-report/1",
            tool: Tool::this(),
            verdict: overall(judgements, base, problems),
            seals: judgements.iter().map(|judgement| SealView::new(judgement, caller)).collect(),
            errors: problems.iter().chain(of_seals).map(ErrorView::new).collect(),
            notices,
            authority: None,
            base: base.map(|base| BaseView::new(base, judgements, caller)),
            partition: None,
            staged: None,
            elapsed_ms: u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
        }
    }
}

impl Report {
    /// The same, which says what it is worth; with `refusals` it is no pass.
    #[must_use]
    pub fn authorised(mut self, authority: Option<AuthorityView>, refusals: &[Problem]) -> Self {
        if !refusals.is_empty() {
            self.verdict = self.verdict.max(Verdict::Refused);
        }
        self.errors.extend(refusals.iter().map(ErrorView::refusal));
        self.authority = authority;
        self
    }
}

impl Tool {
    /// This program.
    #[must_use]
    pub fn this() -> Self {
        Self { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") }
    }
}

impl SealView {
    fn new(judgement: &Judgement, caller: &Caller) -> Self {
        let view = |finding| FindingView::new(finding, judgement, caller);
        Self {
            name: judgement.name.clone(),
            file: caller.seal_file(&judgement.name),
            root: judgement.root.clone(),
            digest: judgement.digest.map(|digest| digest.to_string()),
            source: SourceView::new(&judgement.source),
            seal_source: SourceView::new(&judgement.seal_source),
            verdict: judgement.verdict(),
            checked: judgement.checked,
            matched: judgement.matched,
            bytes: judgement.bytes,
            findings: judgement.findings.iter().map(view).collect(),
            reseal: judgement.reseal.as_ref().map(ResealView::new),
            areas: Vec::new(),
            mend: remedy::mend(judgement, caller),
        }
    }
}

impl SourceView {
    /// The revision and the id of a commit. A base is one; of anything else there is nothing to say.
    pub(super) fn into_commit(self) -> (String, String) {
        match self {
            Self::Commit { rev, oid } => (rev, oid),
            Self::Worktree | Self::Directory { .. } => Default::default(),
        }
    }

    pub(super) fn new(source: &Source) -> Self {
        match source {
            Source::Worktree => Self::Worktree,
            Source::Directory { given, .. } => Self::Directory { path: given.clone() },
            Source::Commit { given, oid } => Self::Commit { rev: given.clone(), oid: oid.clone() },
        }
    }
}

impl FindingView {
    fn new(finding: &Finding, judgement: &Judgement, caller: &Caller) -> Self {
        let path = String::from_utf8_lossy(&finding.path);
        let lossy = path.as_bytes() != &*finding.path;
        Self {
            kind: finding.kind,
            path_bytes: lossy.then(|| hex::text(&finding.path)),
            path: path.into_owned(),
            from: finding.from.as_ref().map(|path| path.as_str().to_owned()),
            line: finding.line,
            expected: finding.expected.as_ref().map(EntryView::new),
            observed: (finding.observed.as_ref().map(EntryView::new))
                .or_else(|| finding.unread.as_ref().map(EntryView::of_unread)),
            cause: finding.cause,
            detail: finding.detail.clone(),
            remedy: remedy::of(finding, judgement, caller),
        }
    }
}

impl EntryView {
    /// The view of one entry.
    #[must_use]
    pub fn new(entry: &Entry) -> Self {
        let (blake3, target) = match entry {
            Entry::File { digest, .. } => (Some(digest.to_string()), None),
            Entry::Link { target } => (None, Some(target.to_string())),
            Entry::Dir => (None, None),
        };
        Self { kind: entry.kind(), size: entry.size(), blake3, target }
    }
}

impl EntryView {
    /// The view of a file that was not read: it has no digest.
    fn of_unread(file: &UnreadFile) -> Self {
        Self { kind: file.kind(), size: Some(file.size), blake3: None, target: None }
    }
}

impl ErrorView {
    /// The view of one problem.
    #[must_use]
    pub fn new(problem: &Problem) -> Self {
        Self {
            code: problem.code,
            message: problem.message.to_string(),
            seal: problem.seal.as_deref().map(str::to_owned),
            file: problem.file.as_deref().map(str::to_owned),
            line: problem.line,
            remedy: problem.remedy.as_deref().map(str::to_owned),
            refusal: false,
        }
    }

    /// The view of a refusal.
    #[must_use]
    pub fn refusal(problem: &Problem) -> Self {
        Self { refusal: true, ..Self::new(problem) }
    }
}
