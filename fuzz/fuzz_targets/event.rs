//! Any bytes as the event of a workflow: a base that is named stands in the event.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sealgate::github::event::{Variables, Wanted, wanted};

const NAMES: [&str; 8] = [
    "pull_request",
    "pull_request_target",
    "pull_request_review",
    "merge_group",
    "push",
    "workflow_dispatch",
    "schedule",
    "",
];
const REFERENCES: [&str; 4] = ["refs/heads/main", "refs/pull/7/merge", "refs/pull/x/merge", ""];
const SHA: &str = "0123456789abcdef0123456789abcdef01234567";

fuzz_target!(|bytes: &[u8]| {
    let Some((&first, json)) = bytes.split_first() else { return };
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let variables = Variables {
        name: text(NAMES[usize::from(first & 7)]),
        reference: text(REFERENCES[usize::from(first >> 3 & 3)]),
        sha: if first & 32 == 0 { text(SHA) } else { None },
        ..Variables::default()
    };
    let Ok(answer) = wanted(&variables, json) else { return };
    // An id has no digit that JSON could write otherwise than by an escape.
    let stated = |id: String| {
        let json = String::from_utf8_lossy(json).into_owned();
        assert!(json.contains(&id) || json.contains('\\'), "{id} stands nowhere");
    };
    match answer {
        Wanted::Commit(oid) => stated(oid.to_string()),
        Wanted::OtherParent { merge, head } => {
            assert_eq!(merge.to_string(), SHA);
            stated(head.to_string());
        }
        Wanted::Nothing(reason) => assert!(!reason.is_empty()),
    }
});
