//! Payloads of events as GitHub delivers them, about commits of a test.

#![cfg(unix)]

use std::fs;

use serde_json::{Value, json};

/// The event in `fixtures/events/NAME.json`.
pub(crate) fn event(name: &str) -> Value {
    let path = format!("{}/fixtures/events/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// Commits: a base, a change of scope on a branch, and the merge of it.
pub(crate) struct Ids {
    pub(crate) base: String,
    pub(crate) change: String,
    pub(crate) merge: String,
}

/// The request of `ids`, with `labels`.
pub(crate) fn request(event_name: &str, ids: &Ids, labels: &[&str]) -> Value {
    let mut event = event(event_name);
    let given = event["pull_request"]["labels"][0].clone();
    let labels: Vec<Value> = labels
        .iter()
        .map(|name| {
            let mut label = given.clone();
            label["name"] = json!(name);
            label
        })
        .collect();
    event["pull_request"]["labels"] = json!(labels);
    event["pull_request"]["head"]["sha"] = json!(ids.change);
    event["pull_request"]["base"]["sha"] = json!(ids.base);
    event
}

/// The event of a merge queue that holds the merge of `ids`.
pub(crate) fn queue(ids: &Ids) -> Value {
    let mut event = event("merge-group");
    event["merge_group"]["base_sha"] = json!(ids.base);
    event["merge_group"]["head_sha"] = json!(ids.merge);
    event
}

/// A push of the merge to `reference`.
pub(crate) fn push(ids: &Ids, reference: &str) -> Value {
    let mut event = event("push");
    event["ref"] = json!(reference);
    event["before"] = json!(ids.base);
    event["after"] = json!(ids.merge);
    event["created"] = json!(false);
    event
}
