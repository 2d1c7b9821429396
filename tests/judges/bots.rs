//! The workflow of the documents that builds again for bots, run by act.

#![cfg(unix)]

use serde_json::{Value, json};

use crate::acting::{BUILD, Consumer};

const WORKFLOW: &str = include_str!("../../docs/examples/bots.yml");

/// The workflow, which builds with `build.sh` and runs the program of these tests.
fn workflow() -> String {
    let install = WORKFLOW.lines().find(|line| line.contains("cargo install")).unwrap();
    let program = format!(
        "        run: mkdir -p \"$RUNNER_TEMP/sealgate/bin\" && cp {} \"$RUNNER_TEMP/sealgate/bin/\"",
        env!("CARGO_BIN_EXE_sealgate")
    );
    assert!(WORKFLOW.contains("npm ci && rm -rf dist && npm run build"));
    let workflow = WORKFLOW.replace("npm ci && rm -rf dist && npm run build", "sh build.sh");
    workflow.replace(install, &program)
}

/// A repository with `dist` in git, and a branch of a bot whose sources build another one.
fn consumer(source: &str) -> Consumer {
    let consumer = Consumer::new();
    consumer.write(".gitignore", "built.tar\n");
    consumer.repo.git(&["rm", "--quiet", "seals/dist.toml"]);
    consumer.repo.git(&["add", "--all"]);
    consumer.repo.seal("dist", "dist");
    consumer.commit("Keep dist in git");
    consumer.repo.git(&["switch", "--quiet", "--create", "bot/bump"]);
    consumer.write("build.sh", source);
    consumer.commit("Bump");
    consumer
}

/// The event of a request of `author`.
fn request(consumer: &Consumer, author: &str) -> Value {
    let repository = json!({"full_name": "owner/consumer"});
    json!({"number": 7, "repository": repository, "pull_request": {
        "number": 7,
        "user": {"login": author},
        "head": {"sha": consumer.id("bot/bump"), "ref": "bot/bump", "repo": repository},
        "base": {"sha": consumer.id("main"), "ref": "main"},
    }})
}

#[test]
#[ignore = "needs act, which .ci/run installs"]
fn a_bots_request_gets_the_build_and_its_seal_and_nothing_else() {
    // The build also writes where it has no business.
    let source = BUILD.replace("'app", "'bumped") + "echo x > stray.txt; echo '# x' >> build.sh\n";
    let consumer = consumer(&source);
    let event = request(&consumer, "dependabot[bot]");
    consumer.repo.git(&["switch", "--quiet", "main"]);
    let before = consumer.id("bot/bump");
    let acted = consumer.act(&workflow(), "pull_request", &event);
    assert_eq!(acted.ran.code, 0, "{}", acted.log());
    assert_eq!(consumer.id("bot/bump~1"), before, "{}", acted.log());
    let changed = consumer.repo.git(&["diff", "--name-only", "bot/bump~1", "bot/bump"]);
    assert_eq!(String::from_utf8(changed).unwrap(), "dist/app.js\nseals/dist.toml\n");
    assert_eq!(consumer.repo.run(&["check", "--rev", "bot/bump"]).code, 0);
    // Again: there is nothing to do.
    let again = consumer.act(&workflow(), "pull_request", &request(&consumer, "renovate[bot]"));
    assert_eq!(again.ran.code, 0, "{}", again.log());
    assert_eq!(consumer.id("bot/bump~1"), before, "{}", again.log());
}

#[test]
#[ignore = "needs act, which .ci/run installs"]
fn nobody_elses_request_gets_a_commit() {
    let consumer = consumer(&BUILD.replace("'app", "'bumped"));
    let event = request(&consumer, "somebody");
    consumer.repo.git(&["switch", "--quiet", "main"]);
    let before = consumer.id("bot/bump");
    let acted = consumer.act(&workflow(), "pull_request", &event);
    assert_eq!(consumer.id("bot/bump"), before, "{}", acted.log());
    let mut fork = event;
    fork["pull_request"]["user"]["login"] = json!("dependabot[bot]");
    fork["pull_request"]["head"]["repo"]["full_name"] = json!("else/where");
    let acted = consumer.act(&workflow(), "pull_request", &fork);
    assert_eq!(consumer.id("bot/bump"), before, "{}", acted.log());
}
