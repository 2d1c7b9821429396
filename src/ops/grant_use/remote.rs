//! A ledger in another repository: a tag for each record.

use sealgate_core::approval::MAX_RECORD_BYTES;
use sealgate_core::text::problem::Problem;
use sealgate_git::{LedgerError, Oid, Pushed, RemoteLedger};

use super::record::{HeldRecord, NewRecord, Spending};

/// Where the tags are. A host can protect them by the pattern `sealgate-used/*`.
const TAGS: &str = "refs/tags/sealgate-used/";

/// What a person gets to know of a ledger at `url` that cannot be asked.
pub(super) fn problem(url: &str, error: &LedgerError) -> Problem {
    match error {
        LedgerError::Redirected(_) => {
            Problem::new("ledger-redirected", format!("the ledger {url}: {error}")).remedy(
                "remove that setting of git: a use that is recorded elsewhere counts nowhere",
            )
        }
        _ => Problem::new("ledger-unreachable", format!("the ledger {url}: {error}")).remedy(
            "the action did not run; reach the repository of the ledger (git ls-remote URL), and try \
             again",
        ),
    }
}

fn told(remote: &RemoteLedger<'_>) -> impl Fn(LedgerError) -> Problem {
    let url = remote.url().to_owned();
    move |error| problem(&url, &error)
}

pub(super) fn tip(remote: &RemoteLedger<'_>, branch: &str) -> Result<String, Problem> {
    let name = format!("refs/heads/{branch}");
    let tip = remote.value(&name).map_err(told(remote))?;
    tip.map(|oid| oid.to_string()).ok_or_else(|| {
        let message =
            format!("the repository of the ledger, {}, has no branch {branch}", remote.url());
        Problem::new("ref-unknown", message).remedy(
            "let the ledger be the repository whose branches the policy names, and push the branch",
        )
    })
}

/// The tags of the ledger without what is before the name.
fn tags(remote: &RemoteLedger<'_>) -> Result<Vec<(String, Oid)>, Problem> {
    let refs = remote.refs(&[&format!("{TAGS}*")]).map_err(told(remote))?;
    Ok(refs.into_iter().filter(|(name, _)| name.starts_with(TAGS)).collect())
}

pub(super) fn names(remote: &RemoteLedger<'_>) -> Result<Vec<String>, Problem> {
    let tags = tags(remote)?;
    Ok(tags.into_iter().map(|(name, _)| name[TAGS.len()..].to_owned()).collect())
}

pub(super) fn records(remote: &RemoteLedger<'_>) -> Result<Vec<HeldRecord>, Problem> {
    let tags = tags(remote)?;
    let texts = remote.records(&tags, MAX_RECORD_BYTES).map_err(told(remote))?;
    let names = tags.into_iter().map(|(name, _)| name[TAGS.len()..].to_owned());
    Ok(names.zip(texts).collect())
}

/// Pushes `record` as a new tag, and looks whether it is there. Only a tag that the other repository took
/// as new, and that then holds this very record, counts.
pub(super) fn add(remote: &RemoteLedger<'_>, record: &NewRecord<'_>) -> Result<Spending, Problem> {
    let name = format!("{TAGS}{}", record.name);
    let oid = remote.write(record.text, record.at.seconds()).map_err(told(remote))?;
    let pushed = remote.push(&oid, &name);
    let held = remote.value(&name);
    match (pushed, held) {
        (Ok(Pushed::Created), Ok(Some(held))) if held == oid => Ok(Spending::Spent),
        (_, Ok(Some(held))) if held != oid => Ok(Spending::UsedBefore),
        (_, Ok(Some(_))) => {
            Ok(Spending::Unclear("the record is there, but the push did not state it".to_owned()))
        }
        (Err(error), _) => Err(told(remote)(error)),
        (Ok(Pushed::NotCreated(said)), Ok(None)) => {
            let message =
                format!("the ledger {} refused the record: {}", remote.url(), said.trim());
            Err(Problem::new("ledger-unreachable", message).remedy(
                "the action did not run; give this user the right to push tags sealgate-used/*",
            ))
        }
        (Ok(_), Ok(None)) => Ok(Spending::Unclear("the pushed record is not there".to_owned())),
        (Ok(_), Err(error)) => Ok(Spending::Unclear(error.to_string())),
    }
}
