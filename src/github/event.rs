//! The event for which GitHub Actions runs a workflow, and the commit that the seals are held against
//! because of it: `check --base auto`. Decides from what it is given, and touches nothing.
//!
//! The rules are those of the events themselves (GitHub's "Events that trigger workflows" and "Webhook
//! events and payloads"). What is judged for a pull request is a merge that GitHub made; the
//! event's `base.sha` is as old as the last push to the request, so the base is read from the merge.

use sealgate_core::text::problem::Problem;
use sealgate_git::Oid;
use serde::Deserialize;

/// A longer event is not read, in bytes. GitHub delivers none above 25 MB.
pub const MAX_EVENT_BYTES: u64 = 64 << 20;

/// What the environment says of the event; `None` where a variable is not set, or empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Variables {
    /// `GITHUB_EVENT_NAME`.
    pub name: Option<String>,
    /// `GITHUB_SHA`: the full id of the commit that the workflow runs for.
    pub sha: Option<String>,
    /// `GITHUB_REF`: its ref, in full.
    pub reference: Option<String>,
}

/// Where the base is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// It is this commit.
    Commit(Oid),
    /// It is the parent of `merge` that is not `head`: see [`other_parent`].
    OtherParent {
        /// The merge commit that is judged.
        merge: Oid,
        /// The last commit of the request.
        head: Oid,
    },
    /// There is none, for this reason.
    Nothing(String),
}

/// Why the base cannot be told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EventError {
    /// A variable is not there.
    #[error("{0} is not set: --base auto asks the event for which GitHub Actions runs a workflow")]
    NotSet(&'static str),
    /// The file is too long.
    #[error("the event is over the limit of {MAX_EVENT_BYTES} bytes")]
    TooLarge,
    /// The file is not JSON, or something in it is of another kind.
    #[error("the event cannot be read: {0}")]
    Malformed(String),
    /// Something is not in it.
    #[error("the event {0} has no field `{1}`")]
    Lacks(String, &'static str),
    /// An id is none.
    #[error("{0} is {1:?}, which is not the full id of a commit")]
    NoId(&'static str, String),
    /// A pull request without a merge commit.
    #[error("the event {0} came with the ref {1:?}, not with that of a merge, refs/pull/N/merge")]
    NoMerge(String, String),
    /// The ref is gone.
    #[error("this push deleted the ref: there is nothing to judge")]
    Deleted,
    /// The merge is no merge of two.
    #[error(
        "{0} is not the merge of a pull request with its base: it has {1} of the 2 parents of one"
    )]
    Parents(Oid, usize),
    /// The merge is one of something else.
    #[error("{0} does not merge {1}, the head of the pull request, with another commit")]
    OtherHead(Oid, Oid),
}

impl From<EventError> for Problem {
    fn from(error: EventError) -> Self {
        let remedy = match error {
            EventError::OtherHead(..) => {
                "run the workflow again, from a new event; or name the base: --base REV"
            }
            EventError::Deleted => "do not run this workflow for refs that are deleted",
            _ => "name the base (--base REV), or do without one (--base none)",
        };
        Self::new("base-unknown", error.to_string()).remedy(remedy)
    }
}

/// What is read of the event; everything else in it is passed over.
#[derive(Debug, Default, Deserialize)]
struct Payload {
    pull_request: Option<PullRequest>,
    merge_group: Option<MergeGroup>,
    before: Option<String>,
    after: Option<String>,
    deleted: Option<bool>,
}

#[derive(Debug, Default, Deserialize)]
struct PullRequest {
    base: Option<End>,
    head: Option<End>,
}

#[derive(Debug, Default, Deserialize)]
struct End {
    sha: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
struct MergeGroup {
    base_sha: Option<String>,
}

/// Tells where the base is, from the environment and `json`, the content of the event's file.
pub fn wanted(variables: &Variables, json: &[u8]) -> Result<Wanted, EventError> {
    if json.len() as u64 > MAX_EVENT_BYTES {
        return Err(EventError::TooLarge);
    }
    let name = set(variables.name.as_ref(), "GITHUB_EVENT_NAME")?;
    let sha = id("GITHUB_SHA", set(variables.sha.as_ref(), "GITHUB_SHA")?)?;
    let payload: Payload =
        serde_json::from_slice(json).map_err(|error| EventError::Malformed(error.to_string()))?;
    let lacks = |what| EventError::Lacks(name.to_owned(), what);
    let end = |end: Option<End>, what| {
        let sha = end.and_then(|end| end.sha).ok_or_else(|| lacks(what))?;
        id(what, &sha)
    };
    let request = payload.pull_request.unwrap_or_default();
    let reference = variables.reference.as_deref().unwrap_or_default();
    match name {
        "pull_request_target" => end(request.base, "pull_request.base.sha").map(Wanted::Commit),
        "merge_group" => {
            let base = payload.merge_group.and_then(|group| group.base_sha);
            let what = "merge_group.base_sha";
            id(what, &base.ok_or_else(|| lacks(what))?).map(Wanted::Commit)
        }
        "push" => {
            let before = id("before", &payload.before.ok_or_else(|| lacks("before"))?)?;
            let after = id("after", &payload.after.ok_or_else(|| lacks("after"))?)?;
            if payload.deleted == Some(true) || after.is_zero() {
                return Err(EventError::Deleted);
            }
            Ok(if before.is_zero() {
                Wanted::Nothing("this push made the ref: there was nothing before".to_owned())
            } else {
                Wanted::Commit(before)
            })
        }
        _ if is_merge(reference) => {
            let head = end(request.head, "pull_request.head.sha")?;
            Ok(Wanted::OtherParent { merge: sha, head })
        }
        "pull_request" | "pull_request_review" | "pull_request_review_comment" => {
            set(variables.reference.as_ref(), "GITHUB_REF")?;
            Err(EventError::NoMerge(name.to_owned(), reference.to_owned()))
        }
        _ => Ok(Wanted::Nothing(format!("an event {name} changes nothing"))),
    }
}

/// The default branch of the repository, if `json` states it.
#[must_use]
pub fn default_branch(json: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Payload {
        repository: Repository,
    }
    #[derive(Deserialize)]
    struct Repository {
        default_branch: String,
    }
    let payload: Payload = serde_json::from_slice(json).ok()?;
    Some(payload.repository.default_branch)
}

/// The branch that the changes of a merge queue go into, if `json` states it.
#[must_use]
pub fn queue_branch(json: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Payload {
        merge_group: Group,
    }
    #[derive(Deserialize)]
    struct Group {
        base_ref: String,
    }
    let payload: Payload = serde_json::from_slice(json).ok()?;
    payload.merge_group.base_ref.strip_prefix("refs/heads/").map(str::to_owned)
}

/// The one of the two `parents` of `merge` that is not `head`.
pub fn other_parent(merge: &Oid, parents: &[Oid], head: &Oid) -> Result<Oid, EventError> {
    match parents {
        [one, other] if one == head && other != head => Ok(*other),
        [other, one] if one == head && other != head => Ok(*other),
        [_, _] => Err(EventError::OtherHead(*merge, *head)),
        _ => Err(EventError::Parents(*merge, parents.len())),
    }
}

fn set<'a>(value: Option<&'a String>, name: &'static str) -> Result<&'a str, EventError> {
    value.map(String::as_str).ok_or(EventError::NotSet(name))
}

fn id(name: &'static str, text: &str) -> Result<Oid, EventError> {
    /// How much of what is no id is quoted, in characters.
    const QUOTED: usize = 80;
    Oid::from_hex(text.as_bytes())
        .ok_or_else(|| EventError::NoId(name, text.chars().take(QUOTED).collect()))
}

/// Whether `reference` is the merge that GitHub makes of a pull request: `refs/pull/N/merge`.
fn is_merge(reference: &str) -> bool {
    let number = reference.strip_prefix("refs/pull/").and_then(|rest| rest.strip_suffix("/merge"));
    number.is_some_and(|number| {
        !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHA: &str = "1111111111111111111111111111111111111111";
    const HEAD: &str = "2222222222222222222222222222222222222222";
    const BASE: &str = "3333333333333333333333333333333333333333";
    const ZERO: &str = "0000000000000000000000000000000000000000";
    const MERGE: &str = "refs/pull/7/merge";
    const MAIN: &str = "refs/heads/main";

    fn oid(text: &str) -> Oid {
        Oid::from_hex(text.as_bytes()).unwrap()
    }

    fn variables(name: &str, reference: &str) -> Variables {
        let some = |text: &str| Some(text.to_owned());
        Variables { name: some(name), sha: some(SHA), reference: some(reference) }
    }

    /// An event of which every part is there, and each stands for another commit.
    fn event() -> String {
        format!(
            r#"{{"action": "synchronize", "number": 7, "before": "{0}", "after": "{1}",
            "deleted": false, "created": false, "forced": true, "commits": [{{"id": [null, 1.5e3]}}],
            "pull_request": {{"head": {{"sha": "{HEAD}", "ref": "x"}}, "base": {{"sha": "{BASE}"}}}},
            "merge_group": {{"base_sha": "{2}", "head_sha": "{SHA}"}}}}"#,
            "4".repeat(40),
            "5".repeat(40),
            "6".repeat(40),
        )
    }

    #[test]
    fn each_event_has_its_base() {
        let merge = Wanted::OtherParent { merge: oid(SHA), head: oid(HEAD) };
        let commit = |digit: &str| Wanted::Commit(oid(&digit.repeat(40)));
        let cases = [
            ("pull_request", MERGE, merge.clone()),
            ("pull_request_review", MERGE, merge.clone()),
            ("pull_request_review_comment", "refs/pull/12345/merge", merge.clone()),
            // Whatever else may come to run on a merge.
            ("some_review", MERGE, merge),
            ("pull_request_target", MAIN, commit("3")),
            ("pull_request_target", MERGE, commit("3")),
            ("merge_group", "refs/heads/gh-readonly-queue/main/pr-7", commit("6")),
            ("push", MAIN, commit("4")),
            ("push", "refs/tags/v1", commit("4")),
        ];
        for (name, reference, base) in cases {
            let told = wanted(&variables(name, reference), event().as_bytes());
            assert_eq!(told, Ok(base), "{name} {reference}");
        }
    }

    #[test]
    fn an_event_that_changes_nothing_has_no_base_and_says_so() {
        for name in
            ["schedule", "workflow_dispatch", "release", "issue_comment", "workflow_run", "x"]
        {
            for reference in [MAIN, "refs/heads/refs/pull/7/merge", "refs/pull/7/head", ""] {
                let told = wanted(&variables(name, reference), event().as_bytes());
                let Ok(Wanted::Nothing(why)) = told else { panic!("{name}: {told:?}") };
                assert!(why.contains(name), "{why}");
            }
        }
        let new = event().replace(&"4".repeat(40), ZERO);
        for reference in [MAIN, "refs/tags/v1"] {
            let told = wanted(&variables("push", reference), new.as_bytes());
            assert!(matches!(&told, Ok(Wanted::Nothing(why)) if why.contains("made")), "{told:?}");
        }
    }

    #[test]
    fn a_repository_of_sha_256_has_longer_ids() {
        let long = |digit: &str| digit.repeat(64);
        let text = format!(r#"{{"before": "{}", "after": "{}"}}"#, long("a"), long("b"));
        let variables = Variables { sha: Some(long("b")), ..variables("push", MAIN) };
        assert_eq!(wanted(&variables, text.as_bytes()), Ok(Wanted::Commit(oid(&long("a")))));
        let text = text.replace(&long("a"), &long("0"));
        assert!(matches!(wanted(&variables, text.as_bytes()), Ok(Wanted::Nothing(_))));
    }

    #[test]
    fn what_is_missing_or_is_no_id_is_an_error() {
        let event = event();
        let without = |what: &str| event.replace(what, "other");
        let with = |old: &str, new: &str| event.replace(&format!("\"{old}\""), new);
        let cases = [
            ("push", MAIN, without("\"before\"").replace("other", "\"other\"")),
            ("push", MAIN, with("after", "\"other\"")),
            ("push", MAIN, with(&"4".repeat(40), "null")),
            ("push", MAIN, with(&"4".repeat(40), "\"main\"")),
            ("push", MAIN, with(&"4".repeat(40), "\"444444\"")),
            ("push", MAIN, with(&"4".repeat(40), "7")),
            ("push", MAIN, with(&"4".repeat(40), &format!("\"{}\"", "A".repeat(40)))),
            ("push", MAIN, with(&"5".repeat(40), &format!("\"{ZERO}\""))),
            ("push", MAIN, event.replace("\"deleted\": false", "\"deleted\": true")),
            ("push", MAIN, event.replace("\"deleted\": false", "\"deleted\": \"no\"")),
            ("push", MAIN, event.replace("\"number\": 7", &format!("\"before\": \"{SHA}\""))),
            ("pull_request", MERGE, with("pull_request", "\"other\"")),
            ("pull_request", MERGE, with("head", "\"other\"")),
            ("pull_request", MERGE, with(HEAD, "\"--help\"")),
            ("pull_request", MAIN, event.clone()),
            ("pull_request", "refs/pull/7/head", event.clone()),
            ("pull_request", "refs/pull//merge", event.clone()),
            ("pull_request", "refs/pull/7/8/merge", event.clone()),
            ("pull_request_target", MAIN, with(BASE, "\"\"")),
            ("pull_request_target", MAIN, with("base", "\"other\"")),
            ("merge_group", MAIN, with("merge_group", "\"other\"")),
            ("merge_group", MAIN, with("base_sha", "\"other\"")),
            ("merge_group", MAIN, with(&"6".repeat(40), "\"HEAD\"")),
            ("schedule", MAIN, String::new()),
            ("schedule", MAIN, "{".to_owned()),
            ("schedule", MAIN, "[]".to_owned()),
            ("schedule", MAIN, format!("{event}{event}")),
            ("schedule", MAIN, "[".repeat(100_000)),
            ("schedule", MAIN, format!("{{\"x\": {}", "[".repeat(100_000))),
            ("schedule", MAIN, "\u{feff}{}".to_owned()),
        ];
        for (name, reference, json) in cases {
            let told = wanted(&variables(name, reference), json.as_bytes());
            assert!(told.is_err(), "{name} {reference}: {told:?} from {json}");
            let problem = Problem::from(told.unwrap_err());
            assert!(problem.remedy.is_some() && problem.message.len() < 300, "{problem:?}");
        }
        for broken in [&b"{\"before\": \"\xff\"}"[..], b"\0", &[0xff; 64]] {
            assert!(wanted(&variables("schedule", MAIN), broken).is_err());
        }
        let long = vec![b' '; usize::try_from(MAX_EVENT_BYTES).unwrap() + 1];
        assert_eq!(wanted(&variables("schedule", MAIN), &long), Err(EventError::TooLarge));
    }

    #[test]
    fn variables_that_are_not_set_are_an_error() {
        let whole = variables("pull_request", MERGE);
        let cases = [
            (Variables { name: None, ..whole.clone() }, "GITHUB_EVENT_NAME"),
            (Variables { sha: None, ..whole.clone() }, "GITHUB_SHA"),
            (Variables { reference: None, ..whole.clone() }, "GITHUB_REF"),
        ];
        for (variables, name) in cases {
            let told = wanted(&variables, event().as_bytes());
            assert_eq!(told, Err(EventError::NotSet(name)));
        }
        for sha in ["HEAD", "1111111", "", &"g".repeat(40)] {
            let variables = Variables { sha: Some(sha.to_owned()), ..whole.clone() };
            assert!(matches!(wanted(&variables, b"{}"), Err(EventError::NoId("GITHUB_SHA", _))));
        }
    }

    #[test]
    fn the_base_of_a_merge_is_the_parent_that_is_not_the_head() {
        let (merge, head, base) = (oid(SHA), oid(HEAD), oid(BASE));
        assert_eq!(other_parent(&merge, &[base, head], &head), Ok(base));
        assert_eq!(other_parent(&merge, &[head, base], &head), Ok(base));
        let other = Err(EventError::OtherHead(merge, head));
        assert_eq!(other_parent(&merge, &[base, merge], &head), other);
        assert_eq!(other_parent(&merge, &[head, head], &head), other);
        for parents in [&[][..], &[head], &[base, head, merge]] {
            let error = Err(EventError::Parents(merge, parents.len()));
            assert_eq!(other_parent(&merge, parents, &head), error);
        }
    }
}
