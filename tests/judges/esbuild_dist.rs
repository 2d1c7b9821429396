//! A repository with a committed `dist` that esbuild makes: from nothing to a guarded change request, and
//! each way in which that goes wrong, with the commands that end it.

use std::fs;

use serde_json::{Value, json};

use crate::acting::{Acted, Consumer};

const SHA: &str = "0123456789abcdef0123456789abcdef01234567";

const BUILD: &str =
    "esbuild src/main.js src/post.js --bundle --platform=node --outdir=dist --log-level=error";

/// Runs `line` as a person would who pasted it. It must end well; gives what was said.
#[track_caller]
fn done(consumer: &Consumer, line: &str) -> String {
    let ran = consumer.paste(line);
    let said = ran.stdout.clone() + &ran.stderr;
    assert_eq!(ran.code, 0, "{line}: {said}");
    said
}

/// An action in JavaScript, built and committed, and put under seal by the three commands.
fn guarded() -> Consumer {
    let consumer = Consumer::empty();
    let package = json!({"name": "a", "version": "1.0.0", "scripts": {"build": BUILD}});
    let lock = json!({"name": "a", "version": "1.0.0", "lockfileVersion": 3,
        "packages": {"": {"name": "a", "version": "1.0.0"}}});
    consumer.write("package.json", &format!("{package:#}\n"));
    consumer.write("package-lock.json", &lock.to_string());
    consumer.write(".gitignore", "node_modules\n");
    consumer.write("src/time.js", "export function label(ms) {\n  return `time: ${ms}`;\n}\n");
    consumer.write("src/main.js", "import { label } from './time.js';\nconsole.log(label(1));\n");
    consumer.write("src/post.js", "console.log('after');\n");
    done(&consumer, "npm run build");
    consumer.commit("Start");
    let said = done(&consumer, &format!("sealgate init --yes --action owner/sealgate@{SHA}"));
    assert!(said.contains("dist: built twice, the same bytes: 2 entries"), "{said}");
    let next: Vec<&str> = said.lines().filter(|line| line.starts_with("  git ")).collect();
    assert_eq!(next.len(), 2, "three commands in all: {said}");
    for command in next {
        done(&consumer, command);
    }
    assert_eq!(done(&consumer, "git status --porcelain"), "");
    consumer
}

/// Runs the workflow that `init` wrote, for a change request of the branch `work` onto main.
fn request(consumer: &Consumer) -> Acted {
    done(consumer, "git switch -qC merged main; git merge -q --no-ff --no-edit work");
    let workflow = fs::read_to_string(consumer.repo.at(".github/workflows/sealgate.yml")).unwrap();
    let own = format!("uses: owner/sealgate@{SHA}\n        with:\n");
    assert!(workflow.contains(&own), "{workflow}");
    let program = env!("CARGO_BIN_EXE_sealgate");
    let tried = format!("uses: owner/sealgate@v1\n        with:\n          binary: {program}\n");
    let repository = json!({"full_name": "owner/consumer", "default_branch": "main"});
    let head = consumer.id("work");
    let event = json!({"number": 7, "action": "synchronize", "repository": repository, "pull_request": {
        "number": 7, "labels": [],
        "head": {"sha": head, "ref": "work", "repo": repository},
        "base": {"sha": consumer.id("main"), "ref": "main", "repo": repository},
    }});
    let acted = consumer.act(&workflow.replace(&own, &tried), "pull_request", &event);
    done(consumer, "git switch -q work");
    acted
}

/// The report that the action kept of a run that failed.
#[track_caller]
fn kept(consumer: &Consumer, acted: &Acted) -> Value {
    assert_ne!(acted.ran.code, 0, "{}", acted.log());
    let mut kept = fs::read_dir(consumer.outside("store")).unwrap();
    let report = kept.next().unwrap_or_else(|| panic!("nothing was kept: {}", acted.log()));
    let report = fs::read(report.unwrap().path().join("report.json")).unwrap();
    serde_json::from_slice(&report).unwrap()
}

/// What is changed, what the log must show of it, and what differs from the build that the run kept.
const CASES: [(&str, &str, &[&str], &str); 4] = [
    (
        "stale",
        "sed -i 's/time:/took:/' src/time.js; git commit -qam 'Change the source alone'",
        &["- ", "return `time: ${ms}`;", "+ ", "return `took: ${ms}`;"],
        "took: ",
    ),
    (
        "orphan",
        "git rm -q src/post.js; sed -i 's| src/post.js||' package.json; git commit -qam 'Drop post'",
        &["missing", "post.js", "the build does not make it"],
        "post.js",
    ),
    (
        "stray",
        "echo 'remember' > dist/notes.txt; git add dist; git commit -qm 'Add notes'",
        &["unsealed", "notes.txt", "commit what the"],
        "notes.txt",
    ),
    (
        "edited by hand",
        "echo '// patched' >> dist/main.js; git commit -qam 'Patch the output'",
        &["modified", "main.js", "commit what the"],
        "// patched",
    ),
];

#[test]
#[ignore = "needs act, npm and esbuild, which .ci/run installs"]
fn a_change_request_is_guarded_and_each_failure_ends_with_the_printed_steps() {
    let consumer = guarded();
    done(&consumer, "git switch -qC work main; git commit -q --allow-empty -m 'Change nothing'");
    let acted = request(&consumer);
    assert_eq!(acted.ran.code, 0, "{}", acted.log());
    for (name, change, shown, apart) in CASES {
        done(&consumer, &format!("git switch -qC work main; {change}"));
        let here = consumer.paste("sealgate rebuild");
        assert_eq!(here.code, 1, "{name}: {}", here.stderr);
        let said = here.stdout.clone();
        done(&consumer, "git restore .");
        let acted = request(&consumer);
        let report = kept(&consumer, &acted);
        for words in shown {
            assert!(said.contains(words), "{name}: {words}: {said}");
            assert!(acted.log().contains(words), "{name}: {words}: {}", acted.log());
        }
        let fix = &report["seals"][0]["fix"];
        let compared = fix["compare"].as_array().unwrap().iter().map(|line| line.as_str().unwrap());
        let compared: Vec<&str> = compared.collect();
        assert!(compared.iter().all(|line| acted.log().contains(line)), "{name}: {}", acted.log());
        let compared = consumer.paste(&compared.join("\n"));
        assert_eq!(compared.code, 0, "{name}: {}", compared.stderr);
        assert!(compared.stdout.contains(apart), "{name}: {}", compared.stdout);
        fs::remove_dir_all(consumer.repo.at("ci-report")).unwrap();
        for step in fix["steps"].as_array().unwrap() {
            let step = step.as_str().unwrap();
            assert!(said.contains(step) && acted.log().contains(step), "{name}: {step}: {said}");
            done(&consumer, step);
        }
        let acted = request(&consumer);
        assert_eq!(acted.ran.code, 0, "{name}: {}", acted.log());
    }
}

#[test]
#[ignore = "needs act, npm and esbuild, which .ci/run installs"]
fn a_build_that_writes_nothing_or_never_the_same_is_told_from_a_stale_one() {
    let consumer = guarded();
    done(
        &consumer,
        "git switch -qC work; sed -i 's|\"build\": \".*\"|\"build\": \"true\"|' package.json; git commit -qam empty",
    );
    let acted = request(&consumer);
    assert_ne!(acted.ran.code, 0);
    assert!(acted.log().contains("the build wrote nothing"), "{}", acted.log());
    // What was there is there again.
    assert_eq!(consumer.paste("sealgate rebuild").code, 2);
    assert_eq!(done(&consumer, "git status --porcelain"), "");
    done(&consumer, "git switch -qC work main");
    consumer.write("src/time.js", "export const label = (ms) => `${BUILT}: ${ms}`;\n");
    let unstable = format!("{BUILD} --define:BUILT=$(date +%s%3N)");
    let package = fs::read_to_string(consumer.repo.at("package.json")).unwrap();
    consumer.write("package.json", &package.replace(BUILD, &unstable));
    done(&consumer, "sealgate rebuild --seal; git add -A; git commit -qm 'Build in the time'");
    let report = kept(&consumer, &request(&consumer));
    let caution = report["seals"][0]["fix"]["caution"].as_str().unwrap();
    let twice = caution.split('`').find(|word| word.ends_with("--twice")).unwrap();
    let ran = consumer.paste(twice);
    let said = ran.stdout.clone();
    assert_eq!(ran.code, 1, "{said}{}", ran.stderr);
    assert!(said.contains("main.js") && said.contains("it looks like a time"), "{said}");
    // `init` refuses to seal such a build in the first place.
    done(&consumer, "git rm -qr seals .github; git commit -qm unsealed");
    let ran = consumer.paste(&format!("sealgate init --yes --action owner/sealgate@{SHA}"));
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.stderr.contains("two builds of one source differ"), "{ran:?}");
}

#[test]
#[ignore = "needs act, npm and esbuild, which .ci/run installs"]
fn neighbours_merge_and_a_stray_file_on_the_disk_is_named() {
    let consumer = guarded();
    for (branch, file) in [("left", "main"), ("right", "post")] {
        done(
            &consumer,
            &format!(
                "git switch -qC {branch} main; echo 'console.log(\"{branch}\");' >> src/{file}.js"
            ),
        );
        done(&consumer, "sealgate rebuild --seal; git add -A; git commit -qm change");
    }
    // `init` set up the merge driver: the seal needs no hands.
    done(&consumer, "git merge -q --no-edit left; git switch -qC work");
    let acted = request(&consumer);
    assert_eq!(acted.ran.code, 0, "{}", acted.log());
    consumer.write("dist/.DS_Store", "x");
    let ran = consumer.paste("sealgate check");
    let said = ran.stdout.clone();
    assert_eq!(ran.code, 1, "{said}");
    let joined = said.split_whitespace().collect::<Vec<_>>().join(" ");
    let exclude = joined.split('`').find(|word| word.contains("--exclude")).unwrap();
    done(&consumer, &format!("{exclude}; sealgate check"));
}
