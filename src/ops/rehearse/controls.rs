//! Faults that are made on purpose. A proof that does not find each of them, and name it exactly, is none.

use sealgate_core::text::problem::{Problem, in_words};
use sealgate_rehearse::proof::{Moments, Rule, prove};
use sealgate_rehearse::state::{Class, State};

use super::bench::{Bench, Mode};

/// Each fault by its name, and whether it was found.
pub(super) type Controls = Vec<(&'static str, bool)>;

/// An object that no database has by chance.
const OBJECT: &str = "sealgate_control";

/// Makes each fault, and looks whether the proof finds it.
///
/// # Errors
///
/// A copy cannot be made or measured.
pub(super) fn run(
    bench: &Bench<'_>,
    moments: &Moments,
    is_inside: &dyn Fn(&str) -> bool,
) -> Result<Controls, Problem> {
    // No allowance covers a fault.
    let finds = |moments: &Moments, rule| {
        let proof = prove(moments, &[], is_inside);
        proof.finding(rule).filter(|finding| !finding.holds).map(|finding| finding.paths.clone())
    };
    let idle = Moments { applied: moments.before.clone(), ..moments.clone() };
    let mut controls = vec![("no-op-apply", finds(&idle, Rule::ApplyChanges).is_some())];
    let left = Moments { rolled_back: moments.applied.clone(), ..moments.clone() };
    let changed = moments.before.differences(&moments.applied);
    let found = finds(&left, Rule::RollbackRestores);
    controls.push(("no-op-rollback", changed.is_empty() || found == Some(changed)));
    let rows = tables_with_rows(&moments.before, is_inside);
    if !rows.is_empty() {
        let found =
            sabotaged(bench, &rows.iter().map(|table| delete_one(table)).collect::<Vec<_>>())?;
        let found = found.and_then(|state| {
            finds(&Moments { rolled_back: state, ..moments.clone() }, Rule::RollbackRestores)
        });
        let is_one_row = |paths: &Vec<String>| matches!(&paths[..], [path] if is_inside(path) && Class::of(path) == Class::Rows);
        controls.push(("one-row", found.as_ref().is_some_and(is_one_row)));
    }
    let path = format!("main/{OBJECT}/+table");
    let found = sabotaged(bench, &[format!("CREATE TABLE {OBJECT}(a);")])?;
    let found = found.and_then(|state| {
        finds(&Moments { rolled_back: state, ..moments.clone() }, Rule::RollbackRestores)
    });
    controls.push(("one-object", found == Some(vec![path])));
    Ok(controls)
}

/// Damages the copy `label`, which has the state `state`, in every class.
///
/// # Errors
///
/// It cannot be damaged.
pub(super) fn damage(bench: &Bench<'_>, state: &State, label: &str) -> Result<(), Problem> {
    let mut always = format!("CREATE TABLE {OBJECT}(a);");
    if state.class(Class::Sequences).0 > 0 {
        always += "UPDATE sqlite_sequence SET seq = seq + 1;";
    }
    let tables = tables_with_rows(state, &|_| true);
    let mut scripts: Vec<String> =
        tables.iter().map(|table| format!("{always}{}", delete_one(table))).collect();
    scripts.push(always);
    // Whether it shows in every class is a rule of the proof.
    first_that_runs(bench, &scripts, label).map(drop)
}

/// The state of the clone after the first of `scripts` that runs; `None` if none does.
fn sabotaged(bench: &Bench<'_>, scripts: &[String]) -> Result<Option<State>, Problem> {
    bench.copy("base", "control")?;
    if !first_that_runs(bench, scripts, "control")? {
        return Ok(None);
    }
    bench.measure("control").map(Some)
}

fn first_that_runs(bench: &Bench<'_>, scripts: &[String], label: &str) -> Result<bool, Problem> {
    let file = bench.scratch.join("control.sql");
    for script in scripts {
        let script = format!("BEGIN; {script} COMMIT;");
        std::fs::write(&file, script).map_err(|error| {
            Problem::new("rehearsal-broken", format!("{}: {}", file.display(), in_words(&error)))
                .remedy("make room in the scratch, and rehearse again")
        })?;
        let run = bench.run("control", &file, "control.sql", label, Mode::WithoutTriggers)?;
        if run.is_success() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The names of the tables that have rows among the paths that `is_meant` picks, each once, in quotes.
fn tables_with_rows(state: &State, is_meant: &dyn Fn(&str) -> bool) -> Vec<String> {
    let mut tables = Vec::new();
    for path in state.paths().filter(|path| is_meant(path)) {
        let Some((table, _)) = path.split_once("/rows/") else { continue };
        let name = table.strip_prefix("main/").and_then(decoded);
        let quoted = name.map(|name| format!("\"{}\"", name.replace('"', "\"\"")));
        if let Some(quoted) = quoted.filter(|quoted| tables.last() != Some(quoted)) {
            tables.push(quoted);
        }
    }
    tables
}

/// The name that a component of a path stands for; `None` if it stands as its digest.
fn decoded(component: &str) -> Option<String> {
    if component.starts_with('~') {
        return None;
    }
    let mut bytes = Vec::new();
    let mut rest = component.strip_prefix("%t").unwrap_or(component).as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        if let (b'%', [high, low, after @ ..]) = (first, after) {
            let digits = [*high, *low];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
            rest = after;
        } else {
            bytes.push(first);
        }
    }
    String::from_utf8(bytes).ok()
}

/// Deletes one row of `table`, a name in quotes. A table without rowids refuses it.
fn delete_one(table: &str) -> String {
    format!("DELETE FROM {table} WHERE rowid = (SELECT min(rowid) FROM {table});")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_read_back_as_names() {
        let cases = [
            ("births", Some("births")),
            ("a%2Fb", Some("a/b")),
            ("100%25", Some("100%")),
            ("%t", Some("")),
            ("%C2%85", Some("\u{85}")),
            ("~af13", None),
            ("%FF", None),
        ];
        for (component, name) in cases {
            assert_eq!(decoded(component).as_deref(), name, "{component}");
        }
    }

    #[test]
    fn each_table_with_rows_is_tried_once() {
        let paths = ["main/a/rows/1", "main/a/rows/2", "main/a/+table", "main/b\"c/rows/1"];
        let state = State::from_lines(paths.map(|path| (path, "x")));
        assert_eq!(tables_with_rows(&state, &|_| true), ["\"a\"", "\"b\"\"c\""]);
    }
}
