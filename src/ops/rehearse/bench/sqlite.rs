//! Copies of an SQLite database.

use std::ffi::OsString;
use std::path::PathBuf;

use sealgate_core::seal::entry::Digest;
use sealgate_core::seal::exclude::Scope;
use sealgate_core::seal::path::EntryPath;
use sealgate_core::seal::surface::Surface;
use sealgate_core::text::problem::{Problem, in_words};
use sealgate_rehearse::ended::Ended;
use sealgate_rehearse::state::{Class, Place, State};
use sealgate_rehearse::supervise::AtEnd;
use sealgate_surface::{Survey, Wanted};

use super::super::broken;
use super::super::helper::{Job, JobEnd};
use super::{
    BASE, Bench, FAULT, Fault, Made, Shared, Step, Task, TaskRun, copy_file, decoded, run_words,
    sealed_digest, unmeasured,
};
use crate::tree::{database_at, database_problem};

/// The file of a copy, in its directory.
const FILE: &str = "database.db";

/// Copies of an SQLite database.
#[derive(Debug)]
pub(crate) struct SqliteBench<'a> {
    shared: Shared<'a>,
    /// The tables whose rows have no entries of their own when everything is measured.
    buckets: Vec<EntryPath>,
}

/// How a script is run on a copy.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Mode {
    /// What it commits stays.
    Committed,
    /// In a transaction that is rolled back; this file is what it saw at its end.
    RolledBack(PathBuf),
    /// What it commits stays, and no trigger is run.
    WithoutTriggers,
}

impl<'a> SqliteBench<'a> {
    /// The bench whose first copy has the bytes `clone`.
    ///
    /// # Errors
    ///
    /// There is no room for the copy, or it cannot be read.
    pub(crate) fn new(shared: Shared<'a>, clone: &[u8]) -> Result<Self, Problem> {
        let mut bench = Self { shared, buckets: Vec::new() };
        let file = bench.file(BASE)?;
        std::fs::write(&file, clone).map_err(|error| super::no_room(&file, &in_words(&error)))?;
        let database = database_at(&file, &bench.shared.seal.name)?;
        let wants = database
            .wants_buckets(&bench.shared.everything(&[])?)
            .map_err(|fault| bench.fault(&fault))?;
        bench.buckets = wants.into_iter().map(|wants| wants.table).collect();
        bench.buckets.sort();
        Ok(bench)
    }

    fn file(&self, label: &str) -> Result<PathBuf, Problem> {
        Ok(self.shared.directory(label)?.join(FILE))
    }

    fn survey(&self, label: &str, surface: &Surface, exclude: &Scope) -> Result<Survey, Problem> {
        let database = database_at(&self.file(label)?, &self.shared.seal.name)?;
        database.survey(Wanted { surface, exclude }).map_err(|fault| self.fault(&fault))
    }

    fn fault(&self, fault: &sealgate_surface::DatabaseFault) -> Problem {
        database_problem(fault, "a copy of the database", &self.shared.seal.name)
    }

    /// Runs the script in the file `path`, which is called `shown`, on the copy `label`.
    fn execute(
        &self,
        (path, shown): (PathBuf, &str),
        label: &str,
        mode: &Mode,
    ) -> Result<JobEnd, Problem> {
        let directory = self.shared.directory(label)?;
        let mut arguments: Vec<OsString> = vec!["--database".into(), self.file(label)?.into()];
        arguments.extend(["--script".into(), path.into()]);
        let mut writable = vec![directory.clone()];
        match mode {
            Mode::Committed => {}
            Mode::RolledBack(inside) => {
                arguments.extend(["--inside".into(), inside.into()]);
                writable.extend(inside.parent().map(ToOwned::to_owned));
            }
            Mode::WithoutTriggers => arguments.push("--without-triggers".into()),
        }
        let variables = Vec::new();
        let at_end = AtEnd::Kill;
        self.shared.helpers.run(&Job { shown, writable, directory, arguments, variables, at_end })
    }

    /// Runs the first of `scripts` that runs on the copy `label`; whether any does.
    fn first_that_runs(&self, scripts: &[String], label: &str) -> Result<bool, Problem> {
        let file = self.shared.scratch.directory("faults")?.join("fault.sql");
        for script in scripts {
            std::fs::write(&file, format!("BEGIN; {script} COMMIT;"))
                .map_err(|error| super::no_room(&file, &in_words(&error)))?;
            let script = (file.clone(), "a fault that is made on purpose");
            let end = self.execute(script, label, &Mode::WithoutTriggers)?;
            if end.ended == Ended::Exit(0) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl Bench for SqliteBench<'_> {
    fn shared(&self) -> &Shared<'_> {
        &self.shared
    }

    fn copy(&self, from: &str, to: &str) -> Result<(), Problem> {
        copy_file(&self.file(from)?, &self.file(to)?)
    }

    fn measure(&self, label: &str) -> Result<State, Problem> {
        let nothing = Scope::new(Vec::new()).map_err(|error| broken(&error.to_string()))?;
        let survey = self.survey(label, &self.shared.everything(&self.buckets)?, &nothing)?;
        State::of(&survey.inventory, Class::in_database).map_err(|unread| unmeasured(&unread))
    }

    fn seal_digest(&self, label: &str) -> Result<Digest, Problem> {
        let seal = self.shared.seal;
        let scope = &seal.header.scope;
        let survey = self.survey(label, self.shared.surface()?, scope)?;
        sealed_digest(seal, &survey.inventory)
    }

    fn run(&self, task: Task<'_>, label: &str) -> Result<TaskRun, Problem> {
        let end = match task.step {
            Step::Script(name) => {
                let script = (self.shared.plan().join(name), name);
                self.execute(script, label, &Mode::Committed)?
            }
            Step::Command(words) => {
                let (file, directory) = (self.file(label)?, self.shared.directory(label)?);
                let words = self.shared.words(words, &file.to_string_lossy(), &directory)?;
                run_words(&self.shared, task, words, (label, &directory), Vec::new())?
            }
        };
        Ok(TaskRun::of(task, "sqlite", end))
    }

    fn run_rolled_back(
        &self,
        task: Task<'_>,
        label: &str,
    ) -> Result<(TaskRun, Option<State>), Problem> {
        let Step::Script(name) = task.step else {
            return Err(broken("a command has no transaction"));
        };
        let inside = self.file("inside")?;
        let script = (self.shared.plan().join(name), name);
        let end = self.execute(script, label, &Mode::RolledBack(inside))?;
        let run = TaskRun::of(task, "sqlite", end);
        let state = if run.is_success() { Some(self.measure("inside")?) } else { None };
        Ok((run, state))
    }

    fn damage(&self, state: &State, label: &str) -> Result<(), Problem> {
        let mut always = format!("CREATE TABLE {FAULT}(a);");
        if state.class(Class::Sequences).0 > 0 {
            always += "UPDATE sqlite_sequence SET seq = seq + 1;";
        }
        let tables = tables(state, Class::Rows, &|_| true);
        let mut scripts: Vec<String> = Vec::new();
        for table in &tables {
            scripts.extend(deletions(table).map(|deletion| format!("{always}{deletion}")));
        }
        scripts.push(always);
        // Whether it shows in every class is a rule of the proof.
        self.first_that_runs(&scripts, label).map(drop)
    }

    fn make(&self, fault: Fault, state: &State, label: &str) -> Result<Made, Problem> {
        let is_inside = |path: &str| self.is_inside(path);
        let mut made = Made::OneRow;
        let scripts = match fault {
            Fault::Content => {
                let tables = tables(state, Class::Rows, &is_inside);
                tables.iter().flat_map(deletions).collect()
            }
            Fault::Inside => {
                let tables = tables(state, Class::Schema, &is_inside);
                let path = |table: &Table| format!("{}/triggers/{FAULT}", table.path);
                let table = tables.iter().find(|table| is_inside(&path(table)));
                let Some(table) = table else { return Ok(Made::Impossible) };
                made = Made::Place(Place::new(&path(table), Class::Schema));
                let name = &table.name;
                vec![format!("CREATE TRIGGER {FAULT} AFTER DELETE ON {name} BEGIN SELECT 1; END;")]
            }
            Fault::Outside => {
                let path = format!("main/{FAULT}/+table");
                if is_inside(&path) {
                    return Ok(Made::Impossible);
                }
                made = Made::Place(Place::new(&path, Class::Schema));
                vec![format!("CREATE TABLE {FAULT}(a);")]
            }
        };
        if scripts.is_empty() {
            return Ok(Made::Impossible);
        }
        Ok(if self.first_that_runs(&scripts, label)? { made } else { Made::Failed })
    }
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Table {
    /// Its path.
    path: String,
    /// Its name, in quotes.
    name: String,
}

/// The tables with something of `class` among the paths that `is_meant` picks, each once.
fn tables(state: &State, class: Class, is_meant: &dyn Fn(&str) -> bool) -> Vec<Table> {
    let mut tables: Vec<Table> = Vec::new();
    for (place, _) in state.lines().filter(|(place, _)| place.class == class) {
        let mark = if class == Class::Rows { "/rows/" } else { "/+table" };
        let Some((path, _)) = place.path.split_once(mark).filter(|_| is_meant(&place.path)) else {
            continue;
        };
        let name = path.strip_prefix("main/").and_then(decoded);
        if let Some(name) = name.filter(|_| tables.last().is_none_or(|last| last.path != path)) {
            let name = format!("\"{}\"", name.replace('"', "\"\""));
            tables.push(Table { path: path.to_owned(), name });
        }
    }
    tables
}

/// Two ways to delete one row of `table`: by its rowid, or, where a table has none, by writing the others again.
fn deletions(table: &Table) -> [String; 2] {
    let name = &table.name;
    [
        format!("DELETE FROM {name} WHERE rowid = (SELECT min(rowid) FROM {name});"),
        format!(
            "CREATE TEMP TABLE {FAULT}_rows AS SELECT * FROM {name} LIMIT -1 OFFSET 1; \
             DELETE FROM {name}; INSERT INTO {name} SELECT * FROM temp.{FAULT}_rows;"
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_table_with_rows_is_tried_once() {
        let paths = ["main/a/rows/1", "main/a/rows/2", "main/a/+table", "main/b\"c/rows/1"];
        let line = |path| (Place::new(path, Class::in_database(path)), "x".to_owned());
        let state = State::from_lines(paths.map(line));
        let named = |class| {
            let tables = tables(&state, class, &|_| true).into_iter();
            tables.map(|table| (table.path, table.name)).collect::<Vec<_>>()
        };
        let owned = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect::<Vec<_>>()
        };
        let both = owned(&[("main/a", "\"a\""), ("main/b\"c", "\"b\"\"c\"")]);
        assert_eq!(named(Class::Rows), both);
        assert_eq!(named(Class::Schema), owned(&[("main/a", "\"a\"")]));
    }
}
