//! Random histories of policies, grants, blocker maps and seals: the program decides each as the model in
//! `tests/judges/authority.py` does, which was written from the documents alone.

#![cfg(unix)]

mod history;
mod policies;

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use self::history::{Asked, Seals, asked};

/// How many histories are decided, unless the variable `AUTHORITY_CASES` states another number.
const CASES: u64 = 150;

/// What the model answers to each of `cases`.
fn answers(cases: &[Asked]) -> Vec<Value> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judges/authority.py");
    let mut python = Command::new("python3");
    python.arg(script).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = python.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let lines: Vec<String> = cases.iter().map(|case| case.case.to_string() + "\n").collect();
    let writing = std::thread::spawn(move || stdin.write_all(lines.concat().as_bytes()));
    let output = child.wait_with_output().unwrap();
    writing.join().unwrap().unwrap();
    assert!(output.status.success(), "the model failed");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// What the program decided, as the model states it.
fn decision(report: &Value) -> Value {
    if report["verdict"] != "pass" {
        return json!({"verdict": report["verdict"]});
    }
    let mut granted = serde_json::Map::new();
    for seal in report["seals"].as_array().unwrap() {
        let Some(grants) = seal["reseal"]["grants"].as_array() else { continue };
        let mut steps: Vec<Value> =
            grants.iter().map(|grant| json!([grant["grant"], grant["approvers"]])).collect();
        steps.sort_by_key(ToString::to_string);
        granted.insert(seal["name"].as_str().unwrap().to_owned(), steps.into());
    }
    json!({"verdict": "pass", "granted": granted})
}

/// Whether everything is there that an action needs, and it only has to be done.
fn needs_use_alone(report: &Value) -> bool {
    let errors = report["errors"].as_array().unwrap();
    errors.len() == 1 && errors[0]["code"] == "action-needs-use"
}

#[test]
#[ignore = "needs python3 and takes minutes"]
fn random_histories_are_decided_as_the_model_decides_them() {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let (cases, first) =
        (number("AUTHORITY_CASES").unwrap_or(CASES), number("AUTHORITY_SEED").unwrap_or(1));
    let seals = Seals::new();
    let all: Vec<Asked> = (first..first + cases).map(|seed| asked(seed, &seals)).collect();
    let (mut passed, mut granted, mut ready, mut differing) = (0, 0, 0, Vec::new());
    for (case, answer) in all.iter().zip(answers(&all)) {
        let program = decision(&case.report);
        let mut model = answer.clone();
        let why = model.as_object_mut().unwrap().remove("why").unwrap_or_default();
        let model_is_ready = why == json!(["only grant use authorises an action"]);
        let is_equal = program == model && needs_use_alone(&case.report) == model_is_ready;
        if !is_equal {
            let errors = &case.report["errors"];
            differing.push(format!(
                "seed {}: the program: {program} {errors:#}\nthe model: {answer}",
                case.seed
            ));
        }
        passed += usize::from(model["verdict"] == "pass");
        ready += usize::from(model_is_ready);
        granted += model["granted"].as_object().map_or(0, serde_json::Map::len);
    }
    println!(
        "{cases} histories: {passed} pass ({granted} granted reseals), {ready} actions are ready, {} differ",
        differing.len()
    );
    assert!(differing.is_empty(), "{}", differing.join("\n"));
    // A generator that leads to refusals alone would prove little.
    let share = usize::try_from(cases).unwrap() / 20;
    assert!(passed >= share && granted >= share, "{passed} {granted}");
}
