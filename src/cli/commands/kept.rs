//! Where the report of this run is kept, for whoever approves what it found from somewhere else.

use super::environment::{in_ci, variable};
use crate::report::Kept;

/// Set by the action, which keeps the report as an artifact of this name if the run fails.
const ARTIFACT: &str = "SEALGATE_ARTIFACT";

/// No artifact has a longer name.
const LONGEST: usize = 100;

/// Where the report is kept, as the environment says; `None` outside of CI.
pub(super) fn kept() -> Option<Kept> {
    let is_plain = |text: &String| {
        text.len() <= LONGEST
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    let artifact = variable(ARTIFACT).filter(is_plain);
    let run = variable("GITHUB_RUN_ID").filter(is_plain);
    match artifact.zip(run) {
        Some((name, run)) => Some(Kept::Artifact { name, run, builds: None }),
        None => in_ci().then_some(Kept::InCi { file: None }),
    }
}

/// The same, where the values of `--report` may name a file of JSON.
pub(super) fn kept_in(kept: Option<Kept>, reports: &[String]) -> Option<Kept> {
    match kept? {
        Kept::InCi { .. } => {
            let file = reports.iter().find_map(|report| report.strip_prefix("json="));
            Some(Kept::InCi { file: file.map(str::to_owned) })
        }
        artifact @ Kept::Artifact { .. } => Some(artifact),
    }
}
