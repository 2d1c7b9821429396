//! Whether a workflow runs with the rights of the repository on behalf of somebody who may have none:
//! there, a build that a change request states must not run.

use serde::Deserialize;

/// What is read of the event.
#[derive(Debug, Default, Deserialize)]
struct Payload {
    workflow_run: Option<WorkflowRun>,
    repository: Option<Repository>,
}

#[derive(Debug, Default, Deserialize)]
struct WorkflowRun {
    head_repository: Option<Repository>,
}

#[derive(Debug, Default, Deserialize)]
struct Repository {
    full_name: Option<String>,
}

/// Why no build may run for the event `name`, of which `read` gives the content; `None` where one may.
pub fn why_no_build(name: &str, read: impl FnOnce() -> Option<Vec<u8>>) -> Option<String> {
    match name {
        "pull_request_target" => Some(
            "the event pull_request_target has the rights and secrets of the repository, and the \
             build is whatever the pull request says"
                .to_owned(),
        ),
        "workflow_run" => {
            let json = read().unwrap_or_default();
            let payload: Payload = serde_json::from_slice(&json).unwrap_or_default();
            let head = payload.workflow_run.and_then(|run| run.head_repository);
            let head = head.and_then(|repository| repository.full_name);
            let own = payload.repository.and_then(|repository| repository.full_name);
            match (head, own) {
                (Some(head), Some(own)) if head == own => None,
                (Some(head), Some(_)) => Some(format!(
                    "the event workflow_run has the rights and secrets of the repository, and is \
                     about a commit of another one, {head}"
                )),
                _ => Some(
                    "the event workflow_run does not say which repository its commit is of"
                        .to_owned(),
                ),
            }
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_build_runs_only_with_the_rights_of_whoever_wrote_it() {
        let own = r#"{"workflow_run":{"head_repository":{"full_name":"o/r"}},"repository":{"full_name":"o/r"}}"#;
        let fork = own.replacen("o/r", "fork/r", 1);
        let gone = r#"{"workflow_run":{"head_repository":null},"repository":{"full_name":"o/r"}}"#;
        let cases = [
            ("push", "", true),
            ("pull_request", "", true),
            ("merge_group", "", true),
            ("workflow_run", own, true),
            ("workflow_run", &fork, false),
            ("workflow_run", gone, false),
            ("workflow_run", "{}", false),
            ("workflow_run", "no json", false),
            ("pull_request_target", own, false),
        ];
        for (name, json, may) in cases {
            let why = why_no_build(name, || Some(json.into()));
            assert_eq!(why.is_none(), may, "{name}: {json}");
        }
        assert!(why_no_build("workflow_run", || None).is_some());
    }
}
