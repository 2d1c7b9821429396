//! What the event of GitHub Actions says of changes of scope: whether one may pass where neither an
//! option nor a policy decides. Decides from what it is given, and touches nothing.

use sealgate_core::compare::changes::SCOPE_LABEL;
use serde::Deserialize;

use super::event::Variables;

/// Why a change of scope may pass by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScopePermission {
    /// The change request has the label [`SCOPE_LABEL`].
    Label,
    /// The event is one of a merge queue: the change request was judged before it was queued.
    MergeQueue,
    /// The event is a push to the default branch: the change request was judged before it was merged.
    DefaultBranch,
}

impl ScopePermission {
    /// Finds the permission that the event states, of which `json` is the file. What cannot be read
    /// states none.
    #[must_use]
    pub fn of(variables: &Variables, json: &[u8]) -> Option<Self> {
        let event: Event = serde_json::from_slice(json).ok()?;
        match variables.name.as_deref()? {
            "merge_group" => event.merge_group.is_some().then_some(Self::MergeQueue),
            "push" => event.is_push_to_default_branch(variables).then_some(Self::DefaultBranch),
            "pull_request"
            | "pull_request_target"
            | "pull_request_review"
            | "pull_request_review_comment" => event.has_label().then_some(Self::Label),
            _ => None,
        }
    }

    /// Why the change passes, as the end of `allowed: ...`.
    #[must_use]
    pub fn reason(self) -> String {
        match self {
            Self::Label => format!("the change request has the label {SCOPE_LABEL}"),
            Self::MergeQueue => {
                "this is a merge queue, and the change request was judged before it".to_owned()
            }
            Self::DefaultBranch => {
                "this is a push to the default branch, and the change request was judged before it"
                    .to_owned()
            }
        }
    }
}

/// What is read of the event; everything else in it is passed over.
#[derive(Deserialize)]
struct Event {
    #[serde(rename = "ref")]
    reference: Option<String>,
    repository: Option<Repository>,
    pull_request: Option<PullRequest>,
    merge_group: Option<MergeGroup>,
}

#[derive(Deserialize)]
struct Repository {
    default_branch: Option<String>,
}

#[derive(Deserialize)]
struct PullRequest {
    #[serde(default)]
    labels: Vec<Label>,
}

#[derive(Deserialize)]
struct Label {
    name: String,
}

#[derive(Deserialize)]
struct MergeGroup {}

impl Event {
    /// Whether the ref that the runner states is the default branch, and the event states no other.
    fn is_push_to_default_branch(&self, variables: &Variables) -> bool {
        let repository = self.repository.as_ref();
        let Some(branch) = repository.and_then(|repository| repository.default_branch.as_deref())
        else {
            return false;
        };
        let Some(reference) = variables.reference.as_deref() else { return false };
        !branch.is_empty()
            && reference.strip_prefix("refs/heads/") == Some(branch)
            && self.reference.as_deref().is_none_or(|stated| stated == reference)
    }

    fn has_label(&self) -> bool {
        let request = self.pull_request.as_ref();
        request.is_some_and(|request| request.labels.iter().any(|label| label.name == SCOPE_LABEL))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn permission(name: &str, reference: &str, json: &str) -> Option<ScopePermission> {
        let some = |text: &str| Some(text.to_owned());
        let variables = Variables { name: some(name), sha: None, reference: some(reference) };
        ScopePermission::of(&variables, json.as_bytes())
    }

    #[test]
    fn finds_what_the_event_permits() {
        let labelled = r#"{"pull_request": {"labels": [{"name": "bug"}, {"name": "seal-scope"}]}}"#;
        let other = r#"{"pull_request": {"labels": [{"name": "seal-scope-not"}]}}"#;
        let title = r#"{"pull_request": {"title": "seal-scope", "labels": []}}"#;
        // Only the labels of the request itself count.
        let beside = r#"{"label": {"name": "seal-scope"}, "labels": [{"name": "seal-scope"}],
            "pull_request": {"head": {"labels": [{"name": "seal-scope"}]}}}"#;
        let queue = r#"{"merge_group": {"base_sha": "1"}}"#;
        let main = r#"{"ref": "refs/heads/main", "repository": {"default_branch": "main"}}"#;
        let no_ref = r#"{"repository": {"default_branch": "main"}}"#;
        let (merge, branch) = ("refs/pull/7/merge", "refs/heads/main");
        let cases = [
            ("pull_request", merge, labelled, Some(ScopePermission::Label)),
            ("pull_request_target", branch, labelled, Some(ScopePermission::Label)),
            ("pull_request_review", merge, labelled, Some(ScopePermission::Label)),
            ("push", branch, labelled, None),
            ("workflow_run", branch, labelled, None),
            ("issue_comment", branch, labelled, None),
            ("pull_request", merge, other, None),
            ("pull_request", merge, title, None),
            ("pull_request", merge, beside, None),
            ("pull_request", merge, queue, None),
            ("pull_request", merge, main, None),
            ("pull_request", branch, main, None),
            (
                "merge_group",
                "refs/heads/gh-readonly-queue/main/pr-7",
                queue,
                Some(ScopePermission::MergeQueue),
            ),
            ("merge_group", branch, "{}", None),
            ("push", branch, main, Some(ScopePermission::DefaultBranch)),
            ("push", branch, no_ref, Some(ScopePermission::DefaultBranch)),
            ("push", "refs/heads/other", main, None),
            ("push", "refs/heads/other", no_ref, None),
            ("push", "refs/tags/main", no_ref, None),
            ("push", "main", no_ref, None),
            ("push", "refs/heads/refs/heads/main", no_ref, None),
            ("push", "refs/heads/", r#"{"repository": {"default_branch": ""}}"#, None),
            ("push", branch, r#"{"repository": {}}"#, None),
            ("push", branch, r#"{"repository": null}"#, None),
            ("push", branch, queue, None),
            ("create", branch, main, None),
        ];
        for (name, reference, json, expected) in cases {
            assert_eq!(permission(name, reference, json), expected, "{name} {reference} {json}");
        }
    }

    #[test]
    fn what_cannot_be_read_permits_nothing() {
        for json in [
            "",
            "[]",
            r#"{"pull_request": {"labels": ["seal-scope"]}}"#,
            r#"{"pull_request": {"labels": "seal-scope"}}"#,
            r#"{"pull_request": {"labels": [{"name": "seal-scope"}, {"name": 7}]}}"#,
            r#"{"pull_request": {"labels": [{"name": "seal-scope"}]}, "pull_request": {}}"#,
            "{\"pull_request\": {\"labels\": [{\"name\": \"seal-scope\"}]}}\0",
        ] {
            assert_eq!(permission("pull_request", "refs/pull/7/merge", json), None, "{json}");
        }
        let without_name = Variables::default();
        assert_eq!(ScopePermission::of(&without_name, br#"{"merge_group": {}}"#), None);
    }
}
