//! Whether reports can be merged at all: one version, one commit, one base.

use sealgate_core::compare::changes::OnReseal;
use sealgate_core::text::problem::Problem;
use sealgate_git::Oid;

use super::{AGAIN, Given, inconsistent};
use crate::report::read::cut;
use crate::report::{AuthorityView, BaseView, Notice, SourceView, Tool};

/// Where the seals that judged came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SealsNamed {
    /// The working tree.
    Worktree,
    /// A commit.
    Commit {
        /// The revision by which it is shown.
        given: String,
        /// Its id.
        oid: Oid,
    },
}

/// The commit that the seals were held against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseNamed {
    /// The revision by which it is shown.
    pub given: String,
    /// Its id.
    pub oid: Oid,
    /// Which changes of seals pass.
    pub on_reseal: OnReseal,
}

/// Refuses reports of another version: it may share out, judge or tell otherwise.
pub fn check_tools(reports: &[Given]) -> Result<(), Vec<Problem>> {
    let this = Tool::this();
    let other = |given: &&Given| given.report.tool != this;
    let problem = |given: &Given| {
        let tool = &given.report.tool;
        let (name, version) = (cut(&tool.name), cut(&tool.version));
        let message = format!("{name} {version} wrote it; this is {} {}", this.name, this.version);
        Problem::new("report-version-differs", message)
            .file(&*given.file)
            .remedy("use one version for all checks and for merging")
    };
    none(reports.iter().filter(other).map(problem))
}

/// Refuses reports that were asked about an environment: each spoke of its own part alone.
pub fn check_authority(reports: &[Given]) -> Result<(), Vec<Problem>> {
    none(reports.iter().filter_map(|given| {
        let environment = match given.report.authority.as_ref()? {
            AuthorityView::None => return None,
            AuthorityView::Of(asked) => cut(&asked.environment),
        };
        let message = format!("it was asked to rule {environment}, which no merged verdict can");
        Some(Problem::new("report-of-environment", message).file(&*given.file).remedy(
            "check parts without --environment, and the whole with it where the gate is to rule",
        ))
    }))
}

/// Where the seals of all `reports` came from, which is one place.
pub fn seals_of(reports: &[Given]) -> Result<SealsNamed, Vec<Problem>> {
    let mut first: Option<(SealsNamed, &str)> = None;
    let mut problems = Vec::new();
    for given in reports {
        for seal in &given.report.seals {
            let Some(named) = named(&seal.seal_source) else {
                problems
                    .push(inconsistent(&given.file, "it does not say where the seals came from"));
                break;
            };
            match &mut first {
                None => first = Some((named, &given.file)),
                Some((known, file)) if !known.is_one_with(&named) => {
                    let message =
                        format!("its seals are those of {named}, and those of {file} of {known}");
                    let problem = Problem::new("report-commit-differs", message).file(&*given.file);
                    problems.push(problem.remedy("merge reports of one commit"));
                    break;
                }
                Some((known, _)) => known.settle(named),
            }
        }
    }
    let named = first.map_or(SealsNamed::Worktree, |(named, _)| named);
    none(problems.into_iter()).map(|()| named)
}

fn named(source: &SourceView) -> Option<SealsNamed> {
    match source {
        SourceView::Worktree => Some(SealsNamed::Worktree),
        SourceView::Commit { rev, oid } => {
            let oid = Oid::from_hex(oid.as_bytes())?;
            Some(SealsNamed::Commit { given: shown(rev, &oid), oid })
        }
        SourceView::Directory { .. } | SourceView::Database { .. } => None,
    }
}

impl SealsNamed {
    /// Refuses the seals of anything but the commit `oid`.
    pub fn check(&self, oid: &Oid) -> Result<(), Problem> {
        if matches!(self, Self::Commit { oid: known, .. } if known == oid) {
            return Ok(());
        }
        let message = format!("the reports are of the seals of {self}, not of the commit {oid}");
        Err(Problem::new("report-commit-differs", message)
            .remedy("check with the same --seals-from, and merge the reports of that"))
    }

    fn is_one_with(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Worktree, Self::Worktree) => true,
            (Self::Commit { oid, .. }, Self::Commit { oid: other, .. }) => oid == other,
            _ => false,
        }
    }

    /// Where the commit was named in two ways, its id is what both mean.
    fn settle(&mut self, other: Self) {
        if let (Self::Commit { given, oid }, Self::Commit { given: other, .. }) = (self, other)
            && *given != other
        {
            *given = oid.to_string();
        }
    }
}

impl std::fmt::Display for SealsNamed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Worktree => f.write_str("the working tree"),
            Self::Commit { oid, .. } => write!(f, "the commit {oid}"),
        }
    }
}

/// A revision as it may be asked for: a report may hold anything.
fn shown(rev: &str, oid: &Oid) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._/@~^-+".contains(&byte);
    let fine = rev.bytes().all(plain) && !rev.starts_with('-') && !rev.is_empty();
    if fine && rev.len() <= 300 { rev.to_owned() } else { oid.to_string() }
}

/// The base of all `reports`, if they have one; then it is one for all.
pub fn base_of(reports: &[Given]) -> Result<Option<BaseNamed>, Vec<Problem>> {
    let Some((first, rest)) = reports.split_first() else { return Ok(None) };
    let identity =
        |given: &Given| given.report.base.as_ref().map(|base| (base.oid.clone(), base.on_reseal));
    let known = identity(first);
    let differs = |given: &&Given| identity(given) != known;
    none(rest.iter().filter(differs).map(|given| {
        let message =
            format!("its seals were held against another base than those of {}", first.file);
        Problem::new("report-base-differs", message)
            .file(&*given.file)
            .remedy("give all checks the same --base and --on-reseal")
    }))?;
    let Some(BaseView { rev, oid, on_reseal, .. }) = &first.report.base else { return Ok(None) };
    let Some(oid) = Oid::from_hex(oid.as_bytes()) else {
        return Err(vec![inconsistent(&first.file, "its base is no base that a check can have")]);
    };
    let same = rest.iter().all(|given| given.report.base.as_ref().is_some_and(|b| b.rev == *rev));
    let given = if same { shown(rev, &oid) } else { oid.to_string() };
    Ok(Some(BaseNamed { given, oid, on_reseal: *on_reseal }))
}

/// The notices of `reports` that are true of all that they say together.
pub(super) fn notices(reports: &[Given]) -> Vec<Notice> {
    let has = |code: &str| {
        reports.iter().any(|given| given.report.notices.iter().any(|n| n.code == code))
    };
    let known = [
        (
            "modes-not-compared",
            "a check was made where there are no execute bits: file and exec were taken as one",
        ),
        (
            "seals-differ",
            "where a check was made, the working tree has other seals; those of the commit judged",
        ),
    ];
    let stated = known.into_iter().filter(|(code, _)| has(code));
    stated.map(|(code, message)| Notice::new(code, message)).collect()
}

fn none(problems: impl Iterator<Item = Problem>) -> Result<(), Vec<Problem>> {
    let problems: Vec<_> = problems.collect();
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

/// Refuses another base than the one that is demanded, and none.
pub fn check_base(
    named: Option<&BaseNamed>,
    oid: &Oid,
    on_reseal: OnReseal,
) -> Result<(), Problem> {
    let against = |oid: &Oid, which: OnReseal| format!("{oid} with --on-reseal {}", which.code());
    let known = match named {
        Some(base) if (&base.oid, base.on_reseal) == (oid, on_reseal) => return Ok(()),
        Some(base) => against(&base.oid, base.on_reseal),
        None => "no base".to_owned(),
    };
    let wanted = against(oid, on_reseal);
    let message = format!("the seals were held against {known}; asked for is {wanted}");
    Err(Problem::new("report-base-differs", message).remedy(AGAIN))
}
