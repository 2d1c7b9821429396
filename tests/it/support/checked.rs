//! What `check --format json` reports, as tests compare it.

use serde_json::Value;

/// What `check --format json` said.
#[derive(Debug)]
pub(crate) struct Checked {
    pub(crate) code: i32,
    pub(crate) report: Value,
}

/// One finding of a report; the order is that of paths.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Found {
    pub(crate) path: Vec<u8>,
    pub(crate) kind: String,
    pub(crate) from: Option<Vec<u8>>,
    pub(crate) cause: Option<String>,
}

impl Checked {
    /// The findings of all seals, sorted by path.
    pub(crate) fn findings(&self) -> Vec<Found> {
        let seals = self.report["seals"].as_array().expect("seals");
        let findings = seals.iter().flat_map(|seal| seal["findings"].as_array().expect("findings"));
        let mut found: Vec<Found> = findings.map(Found::read).collect();
        found.sort();
        found
    }

    /// The codes of the errors, in the order of the report.
    pub(crate) fn errors(&self) -> Vec<&str> {
        let errors = self.report["errors"].as_array().expect("errors");
        errors.iter().map(|error| error["code"].as_str().expect("a code")).collect()
    }
}

impl Found {
    fn read(finding: &Value) -> Self {
        let text = |key: &str| finding[key].as_str().map(str::to_owned);
        let path = match finding["path_bytes"].as_str() {
            Some(hex) => unhex(hex),
            None => text("path").expect("a path").into_bytes(),
        };
        let kind = text("kind").expect("a kind");
        Self { path, kind, from: text("from").map(String::into_bytes), cause: text("cause") }
    }
}

fn unhex(hex: &str) -> Vec<u8> {
    let digit = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).expect("two hex digits");
    (0..hex.len()).step_by(2).map(digit).collect()
}
