//! `check --base auto` without `--on-reseal`, run as a step.

use crate::acting::{BUILD, Consumer};
use crate::payloads::{Ids, push, queue, request};

#[test]
#[ignore = "needs act, which .ci/run installs"]
fn a_label_lets_a_scope_change_pass_under_act() {
    let consumer = Consumer::new();
    consumer.repo.git(&["switch", "--quiet", "--create", "change"]);
    assert_eq!(consumer.repo.run(&["seal", "dist", "--exclude", "latest"]).code, 0);
    let change = consumer.commit("Leave the link out");
    consumer.repo.git(&["switch", "--quiet", "main"]);
    let base = consumer.commit("Go on");
    consumer.repo.git(&["merge", "--quiet", "--no-ff", "--message", "Merge", "change"]);
    let ids = Ids { base, change, merge: consumer.id("HEAD") };
    let workflow = format!(
        "on: [push, pull_request, merge_group]\njobs:\n  gate:\n    runs-on: ubuntu-latest\n    steps:\n      \
         - uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0\n        \
           with: {{fetch-depth: 0}}\n      - run: sh build.sh\n      \
         - id: gate\n        uses: owner/sealgate@v1\n        with: {{binary: {}}}\n      \
         - if: always()\n        env:\n          STEP: ${{{{ toJSON(steps.gate) }}}}\n        \
           run: printf '%s' \"$STEP\" > \"$RESULTS/gate\"\n",
        env!("CARGO_BIN_EXE_sealgate")
    );
    assert!(BUILD.contains("latest"), "the build makes what is left out");
    let cases = [
        ("pull_request", request("pull-request-labeled", &ids, &["seal-scope"]), "pass"),
        ("pull_request", request("pull-request-labeled", &ids, &["bug"]), "fail"),
        ("merge_group", queue(&ids), "pass"),
        ("push", push(&ids, "refs/heads/master"), "pass"),
        ("push", push(&ids, "refs/heads/other"), "fail"),
    ];
    for (name, event, verdict) in cases {
        let acted = consumer.act(&workflow, name, &event);
        let log = acted.log();
        let gate = acted.results.get("gate").unwrap_or_else(|| panic!("no step `gate`: {log}"));
        assert_eq!(gate["outputs"]["verdict"], verdict, "{name}: {log}");
        assert_eq!(log.contains("what dist covers changed since"), verdict == "pass", "{log}");
    }
}
