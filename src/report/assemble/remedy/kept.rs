//! Approving what a run in CI found, from its report: for roots that only CI builds.

use sealgate_core::compare::finding::FindingKind;
use sealgate_core::compare::verdict::{SealResult, Source};

use super::{Advice, Invocation, ToStage};
use crate::report::v1::Fix;
use crate::report::words::shell::quote;

/// Where the JSON report of a run in CI is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// As an artifact, if the run fails.
    Artifact {
        /// Its name.
        name: String,
        /// The id of the run of the workflow.
        run: String,
        /// The directory in it that has what the builds made of each seal that fails, if they are kept.
        builds: Option<String>,
    },
    /// In a file, if one is named.
    InCi {
        /// The file, as it was given.
        file: Option<String>,
    },
}

impl Kept {
    /// The same, where the artifact has what the builds made too, in its directory `builds`.
    #[must_use]
    pub fn with_builds(self, builds: Option<&str>) -> Self {
        match self {
            Self::Artifact { name, run, .. } => {
                Self::Artifact { name, run, builds: builds.map(str::to_owned) }
            }
            in_ci @ Self::InCi { .. } => in_ci,
        }
    }
}

/// Where the artifact is unpacked.
const PLACE: &str = "ci-report";

/// Whether what was found can be approved from the report: nobody but CI need have the bytes.
pub(super) fn is_for_a_report(judgement: &SealResult) -> bool {
    let is_takable = matches!(judgement.source, Source::Worktree | Source::Directory { .. });
    let is_unsealable = |kind: FindingKind| kind == FindingKind::Unsealable;
    judgement.tracked == Some(false)
        && is_takable
        && judgement.database.is_none()
        && judgement.taken.is_none()
        && !judgement.findings.iter().any(|finding| is_unsealable(finding.kind))
}

/// How the seals of `failing` are approved from the artifact `name` of `run`.
pub(super) fn of_artifact(
    failing: &[&SealResult],
    (name, run): (&str, &str),
    caution: String,
    invocation: &Invocation,
) -> Fix {
    let names: Vec<String> = failing.iter().map(|one| quote(one.name.as_bytes())).collect();
    let (names, sealgate) = (names.join(" "), invocation.sealgate());
    let approve = format!("{sealgate} seal {names} --from-report {PLACE}/report.json");
    let staged: Vec<ToStage<'_>> =
        failing.iter().map(|one| ToStage { name: &one.name, root: None }).collect();
    let subject = match failing {
        [one] => format!("Approve {}", one.root.as_deref().unwrap_or(&one.name)),
        _ => format!("Approve {} directories", failing.len()),
    };
    let steps = vec![
        download(name, run),
        approve.clone(),
        invocation.stage(&staged, None),
        format!("{} commit -m {}", invocation.git(), quote(subject.as_bytes())),
    ];
    Fix { approve, caution, steps, from_report: true, compare: Vec::new() }
}

/// How a build of one's own is held against what the run made of the seals `names`, words of a shell.
/// Empty where that is not kept.
pub(super) fn with_the_build(names: &[String], invocation: &Invocation) -> Vec<String> {
    let Some(Kept::Artifact { name, run, builds: Some(builds) }) = &invocation.kept else {
        return Vec::new();
    };
    let sealgate = invocation.sealgate();
    let diff = |seal| format!("{sealgate} diff {seal} --against {PLACE}/{builds}/{seal}");
    [download(name, run)].into_iter().chain(names.iter().map(diff)).collect()
}

/// The command that fetches the artifact `name` of `run`.
fn download(name: &str, run: &str) -> String {
    format!("gh run download {} -n {} -D {PLACE}", quote(run.as_bytes()), quote(name.as_bytes()))
}

impl Advice<'_> {
    /// How what was found is approved without a build of one's own, where no artifact keeps the report.
    pub(super) fn by_report(&self) -> Option<String> {
        let Some(Kept::InCi { file }) = &self.invocation.kept else { return None };
        if !is_for_a_report(self.judgement) {
            return None;
        }
        let seal = self.sealgate("seal");
        let name = file.as_deref().unwrap_or("report.json");
        let file_name = name.rsplit('/').next().unwrap_or(name);
        let approve = format!("`{seal} --from-report {}`", quote(file_name.as_bytes()));
        Some(match file {
            Some(_) => format!(
                "To approve exactly what was found here, take {} of this run into your clone, and run \
                 {approve}.",
                quote(name.as_bytes())
            ),
            None => format!(
                "To approve exactly what was found here, let this run keep its report with `--report \
                 json={name}`, take that into your clone, and run {approve}."
            ),
        })
    }
}
