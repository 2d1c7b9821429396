//! SARIF 2.1.0, as code scanning takes it: a rule for each kind of finding, a result for each thing
//! that is wrong, at its line in the seal file.
//!
//! Artifacts are often not in git, seals always are: so a result stands where the entry is. The
//! names of fields are those of the standard (OASIS SARIF 2.1.0, section 3).
//!
//! Plain structures through serde: the one crate with the whole object model needs forty others,
//! and writes its strings past the inert form of `json`.

use std::collections::BTreeSet;
use std::io;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sealgate_core::compare::finding::FindingKind;
use sealgate_core::compare::verdict::Verdict;
use serde::Serialize;

use crate::report::present::issues::{self, Issue};
use crate::report::render::json::to_writer;
use crate::report::v1::Report;
use crate::report::words::meaning;

/// Where the schema of this version is.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The most results that GitHub takes of one run.
const MOST: usize = 25_000;

/// About the most text of results, in bytes. GitHub takes 10 MB compressed; all but this text
/// compresses to next to nothing.
const LONGEST: usize = 6 << 20;

/// What stays as it is in the address of a file: RFC 3986, `unreserved`, and the separator.
const KEPT: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// Writes `report` as a SARIF log with one run.
pub(crate) fn render(report: &Report, sink: &mut dyn io::Write) -> io::Result<()> {
    let all = issues::of(report, MOST);
    let (shown, hidden) = all.cut(MOST, LONGEST);
    let codes = codes(&all.listed);
    let results = shown.iter().map(|issue| SarifResult::new(issue, &codes)).collect();
    let errors = all.listed.iter().filter(|issue| issue.error && issue.finding.is_none());
    let mut notifications: Vec<_> = errors.take(MOST).map(Notification::of_error).collect();
    notifications.extend(Notification::of_cut(hidden));
    notifications.extend(report.notices.iter().map(|notice| Notification {
        descriptor: Descriptor { id: &notice.code },
        level: "note",
        message: Message { text: inert(&sealgate_core::text::escape::message(&notice.message)) },
    }));
    let log = Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [Run {
            tool: ToolView {
                driver: Driver {
                    name: &report.tool.name,
                    version: &report.tool.version,
                    semantic_version: &report.tool.version,
                    rules: codes.iter().map(|code| Rule::new(code)).collect(),
                },
            },
            automation_details: Details { id: "sealgate/" },
            invocations: [Invocation {
                execution_successful: report.verdict != Verdict::Error,
                exit_code: report.verdict.exit_code(),
                exit_code_description: report.verdict.code(),
                tool_execution_notifications: notifications,
            }],
            column_kind: "unicodeCodePoints",
            results,
        }],
    };
    to_writer(&log, sink)
}

/// The rules: every kind of finding in its order, and then what else occurs.
fn codes<'a>(issues: &[Issue<'a>]) -> Vec<&'a str> {
    let kinds: Vec<_> = FindingKind::ALL.into_iter().map(FindingKind::code).collect();
    let others: BTreeSet<_> =
        issues.iter().map(|issue| issue.code).filter(|code| !kinds.contains(code)).collect();
    kinds.into_iter().chain(others).collect()
}

/// Text in which nothing is a link: `[words](target)` is one in plain text as well (3.11.6).
fn inert(text: &str) -> String {
    text.replace('[', "\\x5b").replace(']', "\\x5d")
}

impl<'a> Rule<'a> {
    fn new(code: &'a str) -> Self {
        let kind = FindingKind::ALL.into_iter().find(|kind| kind.code() == code);
        let (short, full, help) = match kind.map(meaning::of) {
            Some(meaning) => (
                format!("{}.", meaning.short),
                meaning.full.to_owned(),
                meaning.help.to_owned(),
            ),
            None => (
                format!("The gate could not say pass: {}.", code.replace('-', " ")),
                "Something other than the bytes of one path kept the check from a pass. What it is \
                 stands in the message."
                    .to_owned(),
                "Do what the message says is next, and check again.".to_owned(),
            ),
        };
        Self {
            id: code,
            name: format!("{}{}", if kind.is_some() { "Path" } else { "Gate" }, pascal(code)),
            short_description: Message { text: short },
            full_description: Message { text: full },
            help: Help { text: help.clone(), markdown: help },
            default_configuration: Configuration { level: "error" },
            properties: Properties { precision: "very-high", tags: ["integrity"] },
        }
    }
}

/// `kind-changed` as `KindChanged`.
fn pascal(code: &str) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
    };
    code.split('-').map(capital).collect::<Vec<String>>().concat()
}

impl<'a> SarifResult<'a> {
    fn new(issue: &Issue<'a>, codes: &[&str]) -> Self {
        Self {
            rule_id: issue.code,
            rule_index: codes.iter().position(|code| *code == issue.code).unwrap_or_default(),
            level: "error",
            message: Message { text: inert(&issue.text()) },
            locations: [Location {
                physical_location: PhysicalLocation {
                    artifact_location: ArtifactLocation {
                        uri: utf8_percent_encode(&issue.file, KEPT).to_string(),
                    },
                    region: Region::new(issue),
                },
            }],
            partial_fingerprints: Fingerprints {
                line: format!("{}:{}", &issue.fingerprint[..16], issue.occurrence),
            },
        }
    }
}

impl Region {
    /// The key of the entry where there is one, else the beginning of the line.
    fn new(issue: &Issue<'_>) -> Self {
        let entry = issue.finding.filter(|finding| finding.line.is_some());
        let key = entry.map(|finding| finding.from.as_deref().unwrap_or(&finding.path));
        let length = key.map_or(1, key_length);
        Self {
            start_line: issue.line,
            start_column: 1,
            end_line: issue.line,
            end_column: 1 + length,
        }
    }
}

/// The characters that a key takes in a seal file, with its quotes.
fn key_length(key: &str) -> usize {
    let mut bytes = Vec::new();
    sealgate_core::seal::push_string(&mut bytes, key);
    String::from_utf8_lossy(&bytes).chars().count()
}

impl<'a> Notification<'a> {
    fn of_error(issue: &Issue<'a>) -> Self {
        Self {
            descriptor: Descriptor { id: issue.code },
            level: "error",
            message: Message { text: inert(&issue.text()) },
        }
    }

    /// What to say of `hidden` results.
    fn of_cut(hidden: usize) -> Option<Self> {
        let text = format!("{hidden} more results are left out. The JSON report has them all.");
        let notification = Self {
            descriptor: Descriptor { id: "left-out" },
            level: "error",
            message: Message { text },
        };
        (hidden > 0).then_some(notification)
    }
}

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: ToolView<'a>,
    automation_details: Details,
    invocations: [Invocation<'a>; 1],
    column_kind: &'static str,
    results: Vec<SarifResult<'a>>,
}

#[derive(Serialize)]
struct Details {
    id: &'static str,
}

#[derive(Serialize)]
struct ToolView<'a> {
    driver: Driver<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver<'a> {
    name: &'a str,
    version: &'a str,
    semantic_version: &'a str,
    rules: Vec<Rule<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule<'a> {
    id: &'a str,
    name: String,
    short_description: Message,
    full_description: Message,
    help: Help,
    default_configuration: Configuration,
    properties: Properties,
}

#[derive(Serialize)]
struct Help {
    text: String,
    markdown: String,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct Properties {
    precision: &'static str,
    tags: [&'static str; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation<'a> {
    execution_successful: bool,
    exit_code: u8,
    exit_code_description: &'static str,
    tool_execution_notifications: Vec<Notification<'a>>,
}

#[derive(Serialize)]
struct Notification<'a> {
    descriptor: Descriptor<'a>,
    level: &'static str,
    message: Message,
}

#[derive(Serialize)]
struct Descriptor<'a> {
    id: &'a str,
}

#[derive(Serialize)]
struct Message {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult<'a> {
    rule_id: &'a str,
    rule_index: usize,
    level: &'static str,
    message: Message,
    locations: [Location; 1],
    partial_fingerprints: Fingerprints,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: PhysicalLocation,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    region: Region,
}

#[derive(Serialize)]
struct ArtifactLocation {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
    start_column: usize,
    end_line: usize,
    end_column: usize,
}

#[derive(Serialize)]
struct Fingerprints {
    /// As GitHub's own upload writes it: sixteen digits, and a number where they repeat.
    #[serde(rename = "primaryLocationLineHash")]
    line: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_as_long_as_it_stands_in_the_seal() {
        let cases = [("app.js", 8), ("é", 3), ("a\"b", 6), ("a\u{202e}", 9), ("日本", 4)];
        for (key, length) in cases {
            assert_eq!(key_length(key), length, "{key}");
        }
    }

    #[test]
    fn a_rule_is_named_after_its_code() {
        assert_eq!(pascal("kind-changed"), "KindChanged");
        assert_eq!(pascal("usage"), "Usage");
    }
}
