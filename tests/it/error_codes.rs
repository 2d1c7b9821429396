//! The table of error codes has a line for each code that the sources create, and no other.
//! `docs/errors.md` shows the table.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use sealgate_core::text::codes::{CODES, ErrorCode, NOTICES};

use crate::house::sources;

/// The folder of the table itself.
const TABLE: &str = "crates/core/src/text/codes";

/// The files that pass to `Problem::new` a code that is no literal: in how many places, and what stands
/// before the literals that come there, without white space.
const PASSED_ON: [(&str, usize, &[&str]); 22] = [
    ("crates/core/src/approval/grant.rs", 1, &["refused("]),
    ("crates/core/src/approval/blockers/honest.rs", 1, &["}=>"]),
    ("crates/core/src/approval/blockers/read.rs", 1, &["=>"]),
    ("crates/core/src/approval/decide.rs", 0, &["refused(", "bad("]),
    ("crates/core/src/approval/refusals.rs", 1, &["refused("]),
    ("crates/core/src/approval/vanished.rs", 0, &["refused("]),
    ("crates/core/src/seal/error.rs", 1, &["=>"]),
    ("src/cli/commands/export.rs", 2, &["problem(", "constNOT_AS_SEALED:&str="]),
    ("src/cli/commands/hook.rs", 1, &["constBY_HAND:&str="]),
    ("src/cli/commands/reports.rs", 1, &["problem("]),
    ("src/ops/rebuild/plan.rs", 1, &[]),
    ("src/ops/seal/from_report.rs", 1, &["refuse("]),
    ("src/ops/rehearse/legs.rs", 1, &["\"rollback\"=>", "\"restore\"=>", "_=>"]),
    ("src/ops/rehearse/refusal.rs", 1, &["=>"]),
    (
        "src/ops/rehearse/prepare.rs",
        1,
        &["MAX_PLAN_BYTES,", "MAX_DATABASE_BYTES,", "MAX_SCRIPT_BYTES,"],
    ),
    ("src/ops/merge/groups.rs", 1, &["problem(", "Err(("]),
    ("src/ops/seal/refusals.rs", 2, &["=>(", "=>{(", "&paths,"]),
    ("src/ops/seal/plan.rs", 1, &["problem("]),
    ("src/tree/database.rs", 1, &["=>(", "=>{("]),
    ("src/tree/limits.rs", 1, &["constSEALS_TOO_LARGE:&str="]),
    ("src/tree/mod.rs", 1, &["=>"]),
    ("src/tree/server.rs", 1, &["=>(", "=>{("]),
];

/// The same for the codes of notices.
const NOTICES_PASSED_ON: [(&str, usize, &[&str]); 6] = [
    ("src/cli/commands/check/authority.rs", 1, &[]),
    ("src/cli/commands/check/reseals.rs", 1, &[]),
    ("src/ops/authorize/emergencies.rs", 2, &[]),
    ("src/ops/authorize/place.rs", 1, &["constOLDER_COMMIT:&str="]),
    ("src/ops/merge/heads.rs", 1, &[]),
    (
        "src/report/assemble/authority.rs",
        0,
        &["constRESEAL_GRANTED:&str=", "constBREAK_GLASS:&str=", "constSCOPE_CHANGE_ALLOWED:&str="],
    ),
];

/// The codes that the sources create.
#[derive(Default)]
struct Created {
    errors: BTreeSet<String>,
    notices: BTreeSet<String>,
}

/// One string literal of a source file, with what stands before it.
struct Literal<'t> {
    before: String,
    text: &'t str,
}

fn is_code(text: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    text.starts_with(|first: char| first.is_ascii_lowercase()) && text.split('-').all(is_part)
}

/// The last bytes of `text`, without white space.
fn tail(text: &str) -> String {
    let mut last: Vec<char> = text.chars().rev().filter(|c| !c.is_whitespace()).take(40).collect();
    last.reverse();
    last.into_iter().collect()
}

/// The literals of `code` that have the form of a code. Every quote begins one here, even the one that
/// ends a text: what stands between two texts never has that form.
fn literals(code: &str) -> impl Iterator<Item = Literal<'_>> {
    code.match_indices('"').filter_map(|(at, _)| {
        let (text, _) = code[at + 1..].split_once('"')?;
        is_code(text).then(|| Literal { before: tail(&code[..at]), text })
    })
}

/// How often something else than a literal stands in `code` after `opening`.
fn passed_on(code: &str, opening: &str) -> usize {
    code.split(opening).skip(1).filter(|rest| !rest.trim_start().starts_with('"')).count()
}

/// The line of `file` in a list of files that pass codes on.
fn listed(
    list: &[(&str, usize, &'static [&'static str])],
    file: &str,
) -> (usize, &'static [&'static str]) {
    let line = list.iter().find(|(name, ..)| *name == file);
    line.map_or((0, &[]), |(_, places, markers)| (*places, *markers))
}

/// All files of the program and its crates, without the table.
fn all() -> Vec<(PathBuf, String)> {
    let all = ["src", "crates/core/src", "crates/git/src", "crates/scan/src", "crates/surface/src"]
        .map(sources);
    all.into_iter().flatten().filter(|(path, _)| !path.starts_with(TABLE)).collect()
}

/// Collects the codes, and holds that no code is made in a way that this cannot see.
fn created() -> Created {
    let mut found = Created::default();
    let files = all();
    for (path, code) in &files {
        let name = &*path.to_str().unwrap().replace('\\', "/");
        let own = code.contains("for Problem {");
        let (places, markers) = listed(&PASSED_ON, name);
        let (notice_places, notice_markers) = listed(&NOTICES_PASSED_ON, name);
        for Literal { before, text } in literals(code) {
            let ends = |marker: &str| before.ends_with(marker);
            let any = |markers: &[&str]| markers.iter().any(|marker| ends(marker));
            if ends("Notice::new(") || any(notice_markers) {
                found.notices.insert(text.to_owned());
            } else if any(&["Problem::new(", "Problem{code:"])
                || own && ends("Self::new(")
                || any(markers)
            {
                found.errors.insert(text.to_owned());
            } else {
                let other = ends("code:") && !ends("Advice{code:");
                assert!(!other, "{name}: {text}: is this the code of an error or of a notice?");
            }
        }
        let own_places = if own { passed_on(code, " Self::new(") } else { 0 };
        let seen = passed_on(code, "Problem::new(") + own_places;
        assert_eq!(seen, places, "{name}: which codes does it pass to Problem::new?");
        let seen = passed_on(code, "Notice::new(");
        assert_eq!(seen, notice_places, "{name}: which codes of notices does it pass on?");
    }
    for (file, ..) in PASSED_ON.iter().chain(&NOTICES_PASSED_ON) {
        assert!(files.iter().any(|(path, _)| path == Path::new(file)), "{file} is not there");
    }
    found
}

/// The lines of the table of errors, by code.
pub(crate) fn errors() -> Vec<ErrorCode> {
    let mut all = CODES.concat();
    all.sort_by_key(|line| line.code);
    all
}

fn codes(lines: &[ErrorCode]) -> BTreeSet<String> {
    lines.iter().map(|line| line.code.to_owned()).collect()
}

fn compare(kind: &str, created: &BTreeSet<String>, lines: &[ErrorCode]) {
    let table = codes(lines);
    let lacking: Vec<_> = created.difference(&table).collect();
    assert!(lacking.is_empty(), "the table of {kind} ({TABLE}) has no line for {lacking:?}");
    let surplus: Vec<_> = table.difference(created).collect();
    assert!(surplus.is_empty(), "no source creates these codes of {kind}: {surplus:?}");
}

#[test]
fn every_code_has_a_line_and_every_line_has_a_code() {
    let created = created();
    assert!(created.errors.len() > 100, "few codes were found: is this test blind?");
    compare("errors", &created.errors, &errors());
    compare("notices", &created.notices, NOTICES);
}

#[test]
fn the_table_is_sorted_and_its_lines_are_whole() {
    for subject in CODES.into_iter().chain([NOTICES]) {
        assert!(subject.is_sorted_by(|a, b| a.code < b.code), "sort this: {subject:?}");
    }
    let (errors, notices) = (errors(), NOTICES);
    assert_eq!(codes(&errors).len(), errors.len(), "a code stands in two subjects");
    for ErrorCode { code, title, explanation } in errors.iter().chain(notices) {
        assert!(is_code(code), "{code}");
        let is_name = title.starts_with("ssh-keygen ") || title.starts_with("doctor ");
        assert!(is_name || title.starts_with(|first: char| first.is_uppercase()), "{title}");
        assert!(!title.ends_with('.') && title.len() <= 60, "{code}: {title}");
        assert!(explanation.ends_with('.') && explanation.len() >= 60, "{code}: {explanation}");
        assert_eq!(explanation.matches('`').count() % 2, 0, "{code}: a backtick is alone");
        assert!(!explanation.contains("  ") && !explanation.contains('\n'), "{code}");
    }
}

/// The words in backticks in the first cells of the tables whose first column has codes of errors.
fn named(text: &str) -> Vec<String> {
    let mut named: Vec<String> = Vec::new();
    let mut in_table = false;
    for line in text.lines() {
        in_table = line.starts_with("| code of ")
            || line.starts_with("| code | contradiction ")
            || in_table && line.starts_with('|');
        if !in_table {
            continue;
        }
        let cell = line.split('|').nth(1).unwrap();
        let mut first = String::new();
        for word in cell.split('`').skip(1).step_by(2) {
            // `-subject` after `grant-other-action` is `grant-other-subject`.
            let whole = match word.strip_prefix('-') {
                Some(end) => format!("{}-{end}", first.rsplit_once('-').unwrap().0),
                None => word.to_owned(),
            };
            if first.is_empty() {
                first.clone_from(&whole);
            }
            named.push(whole);
        }
    }
    named
}

#[test]
fn every_code_in_a_table_of_the_documents_exists() {
    let known = codes(&errors());
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let mut seen = 0;
    for entry in fs::read_dir(docs).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|end| end == "md") {
            for code in named(&fs::read_to_string(&path).unwrap()) {
                seen += 1;
                assert!(known.contains(&code), "{}: there is no code {code}", path.display());
            }
        }
    }
    assert!(seen >= 45, "only {seen} codes were found in the documents");
}
