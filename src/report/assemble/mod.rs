//! Puts what the gate found into the form of a report.

pub(crate) mod areas;
pub(crate) mod authority;
pub(crate) mod partition;
pub(crate) mod remedy;

use std::time::Duration;

use sealgate_core::approval::Authorised;
use sealgate_core::compare::finding::Finding;
use sealgate_core::compare::fold::Fold;
use sealgate_core::compare::lines::{ChangedLine, LineDifference, More, Side};
use sealgate_core::compare::verdict::{Base, SealResult, Source, Verdict, overall};
use sealgate_core::seal::entry::{Entry, UnreadFile};
use sealgate_core::text::hex;
use sealgate_core::text::problem::Problem;

use self::authority::BREAK_GLASS;
use self::remedy::Invocation;
use crate::report::Verbosity;
use crate::report::v1::{
    AuthorityView, BaseView, DifferenceView, EntryKind, EntryView, ErrorView, FORMAT, FindingView,
    FoldView, GrantView, LineView, Notice, Remedies, Report, ResealView, SealView, SideView,
    SourceView, Tool,
};
use crate::report::words::text;

impl Report {
    /// Puts what the gate found into the report's form.
    #[must_use]
    pub fn new(
        judgements: &[SealResult],
        base: Option<&Base>,
        problems: &[Problem],
        notices: Vec<Notice>,
        elapsed: Duration,
        invocation: &Invocation,
    ) -> Self {
        let of_seals = judgements.iter().flat_map(|judgement| &judgement.problems);
        Self {
            format: FORMAT.into(),
            tool: Tool::this(),
            verdict: overall(judgements, base, problems),
            seals: judgements
                .iter()
                .map(|judgement| SealView::new(judgement, invocation))
                .collect(),
            errors: problems.iter().chain(of_seals).map(ErrorView::new).collect(),
            notices,
            authority: None,
            base: base.map(|base| BaseView::new(base, judgements, invocation)),
            partition: None,
            only: Vec::new(),
            staged: None,
            fix: remedy::fix_of_all(judgements, invocation),
            occasion: None,
            elapsed_ms: u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
        }
    }
}

impl Report {
    /// The report of a command that judged nothing because of `problem`, which is not an error.
    #[must_use]
    pub fn refused(problem: &Problem) -> Self {
        let nothing = Self::new(&[], None, &[], Vec::new(), Duration::ZERO, &Invocation::default());
        let report = nothing.authorised(None, std::slice::from_ref(problem));
        Self { verdict: Verdict::Refused, ..report }
    }

    /// The same, after which `problems` kept something from being done.
    #[must_use]
    pub fn failed(mut self, problems: &[Problem]) -> Self {
        self.verdict = Verdict::Error;
        self.errors.extend(problems.iter().map(ErrorView::new));
        self
    }

    /// The emergencies that it states.
    pub fn emergencies(&self) -> impl Iterator<Item = &Notice> {
        self.notices.iter().filter(|notice| notice.code == BREAK_GLASS)
    }

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

    /// The same, with the grants of the seals that changed since the base.
    #[must_use]
    pub fn granted(mut self, reseals: &[(String, Authorised)]) -> Self {
        for (name, authorised) in reseals {
            let seals = self.seals.iter_mut().filter(|seal| seal.name == *name);
            let changed = seals.filter_map(|seal| Some(&mut seal.reseal.as_mut()?.grants));
            let gone = self.base.iter_mut().flat_map(|base| &mut base.deleted);
            let gone = gone.filter(|seal| seal.name == *name).map(|seal| &mut seal.grants);
            for grants in changed.chain(gone) {
                grants.push(GrantView {
                    grant: authorised.grant.to_string(),
                    approvers: authorised.principals.clone(),
                });
            }
        }
        self
    }
}

impl Tool {
    /// This program.
    #[must_use]
    pub fn this() -> Self {
        Self { name: env!("CARGO_PKG_NAME").into(), version: env!("CARGO_PKG_VERSION").into() }
    }
}

impl SealView {
    fn new(judgement: &SealResult, invocation: &Invocation) -> Self {
        let mut remedies = Remedies::default();
        let mut view = |finding| FindingView::new(finding, judgement, invocation, &mut remedies);
        Self {
            name: judgement.name.clone(),
            file: invocation.seal_file(&judgement.name),
            root: judgement.root.clone(),
            build: judgement.build.as_ref().map(ToString::to_string),
            digest: judgement.digest.map(|digest| digest.to_string()),
            source: SourceView::new(&judgement.source),
            seal_source: SourceView::new(&judgement.seal_source),
            verdict: judgement.verdict(),
            checked: judgement.checked,
            matched: judgement.matched,
            bytes: judgement.bytes,
            findings: judgement.findings.iter().map(&mut view).collect(),
            reseal: judgement.reseal.as_ref().map(ResealView::new),
            areas: Vec::new(),
            is_database: judgement.database.is_some(),
            folds: judgement.folds.iter().map(FoldView::new).collect(),
            fix: remedy::fix(judgement, invocation),
        }
    }
}

impl SourceView {
    /// The revision and the id of a commit. A base is one; of anything else there is nothing to say.
    pub(crate) fn into_commit(self) -> (String, String) {
        match self {
            Self::Commit { rev, oid } => (rev, oid),
            Self::Worktree | Self::Directory { .. } | Self::Database { .. } => Default::default(),
        }
    }

    /// Whether both are one place, however a commit was named.
    #[must_use]
    pub fn is_same_place(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Commit { oid, .. }, Self::Commit { oid: other, .. }) => oid == other,
            _ => self == other,
        }
    }

    pub(crate) fn new(source: &Source) -> Self {
        match source {
            Source::Worktree => Self::Worktree,
            Source::Directory { given, .. } => Self::Directory { path: given.clone() },
            Source::Server { system, version, .. } => {
                Self::Database { system: system.clone(), version: version.clone() }
            }
            Source::Commit { given, oid } => Self::Commit { rev: given.clone(), oid: oid.clone() },
        }
    }
}

impl FindingView {
    fn new(
        finding: &Finding,
        judgement: &SealResult,
        invocation: &Invocation,
        remedies: &mut Remedies,
    ) -> Self {
        let remedy = remedy::of(finding, judgement, invocation);
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
            difference: None,
            remedy: remedies.next(finding.kind, finding.cause, remedy),
        }
    }
}

impl FoldView {
    fn new(fold: &Fold) -> Self {
        let text = |path: &[u8]| String::from_utf8_lossy(path).into_owned();
        Self {
            kind: fold.kind,
            path: text(&fold.path),
            from: fold.from.as_deref().map(text),
            entries: fold.entries,
            bytes: fold.bytes,
        }
    }
}

impl DifferenceView {
    /// The view of `difference`.
    #[must_use]
    pub fn new(difference: &LineDifference) -> Self {
        let line = |line: &ChangedLine| LineView {
            side: match line.side {
                Side::Sealed => SideView::Sealed,
                Side::Observed => SideView::Observed,
            },
            number: line.number,
            text: line.text.clone(),
        };
        Self {
            lines: difference.lines.iter().map(line).collect(),
            more: match difference.more {
                More::Lines(more) => Some(more),
                More::Uncounted => None,
            },
        }
    }
}

impl EntryView {
    /// The view of one entry.
    #[must_use]
    pub fn new(entry: &Entry) -> Self {
        let (kind, blake3, target) = match entry {
            Entry::File { digest, executable, .. } => {
                (EntryKind::of_file(*executable), Some(digest.to_string()), None)
            }
            Entry::Link { target } => (EntryKind::Link, None, Some(target.to_string())),
            Entry::Dir => (EntryKind::Dir, None, None),
        };
        Self { kind, size: entry.size(), blake3, target }
    }
}

impl EntryView {
    /// The view of a file that was not read: it has no digest.
    fn of_unread(file: &UnreadFile) -> Self {
        let kind = EntryKind::of_file(file.executable);
        Self { kind, size: Some(file.size), blake3: None, target: None }
    }
}

impl EntryKind {
    fn of_file(executable: bool) -> Self {
        if executable { Self::Exec } else { Self::File }
    }
}

/// How many paths of a problem are named; the others are counted.
const NAMED: usize = 5;

impl ErrorView {
    /// The view of one problem.
    #[must_use]
    pub fn new(problem: &Problem) -> Self {
        Self::naming(problem, NAMED)
    }

    /// The view of one problem for a terminal, which shows more of its paths or fewer.
    #[must_use]
    pub fn on_screen(problem: &Problem, verbosity: Verbosity) -> Self {
        match verbosity {
            Verbosity::Quiet => Self::naming(problem, 0),
            Verbosity::Normal => Self::naming(problem, NAMED),
            Verbosity::Verbose => Self::naming(problem, usize::MAX),
        }
    }

    /// The view of one problem, with `most` of its paths.
    fn naming(problem: &Problem, most: usize) -> Self {
        let mut message = problem.message.to_string();
        if most > 0 && !problem.paths.is_empty() {
            message = format!("{message}: {}", text::listed(&problem.paths, most));
        }
        Self {
            code: problem.code.into(),
            message,
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
