//! Copies of a PostgreSQL cluster. A server runs on one of them at a time, and is stopped to copy its files: so
//! roles and settings of the cluster are copied too.

use std::cell::RefCell;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use sealgate_core::seal::Header;
use sealgate_core::seal::entry::Digest;
use sealgate_core::seal::exclude::Scope;
use sealgate_core::seal::path::EntryPath;
use sealgate_core::seal::surface::{DatabaseSystem, Surface};
use sealgate_core::text::problem::{Problem, in_words};
use sealgate_rehearse::ended::Ended;
use sealgate_rehearse::state::{Class, Place, State};
use sealgate_rehearse::supervise::AtEnd;
use sealgate_surface::{OtherDatabase, Postgres, Survey, Wanted};

use super::super::broken;
use super::super::helper::{Job, JobEnd};
use super::around;
use super::cluster::{Binaries, DATA, Server, said};
use super::dump::{is_archive, refused, restore_failed};
use super::tree::copy_tree;
use super::{
    BASE, Bench, FAULT, Fault, Made, Shared, Step, Task, TaskRun, no_room, sealed_digest, sql,
    unmeasured,
};
use crate::tree::{database_problem, server_database};

/// The database that a plain dump fills which makes none itself.
const OWN_DATABASE: &str = "rehearsal";

/// Copies of a PostgreSQL cluster.
#[derive(Debug)]
pub(crate) struct PostgresBench<'a> {
    shared: Shared<'a>,
    binaries: Binaries,
    server: RefCell<Option<Server>>,
    /// The database that is rehearsed.
    database: String,
    /// The tables whose rows have no entries of their own when everything is measured.
    buckets: Vec<EntryPath>,
}

impl<'a> PostgresBench<'a> {
    /// The bench whose first copy is a new cluster, with what the file or directory `dump` holds; `roles` is a
    /// script that is run before.
    ///
    /// # Errors
    ///
    /// The cluster cannot be made, or the dump not be restored.
    pub(crate) fn new(
        shared: Shared<'a>,
        binaries: Binaries,
        dump: &Path,
        roles: Option<&str>,
    ) -> Result<Self, Problem> {
        let directory = shared.directory(BASE)?;
        Server::initialise(shared.helpers, &binaries, &directory)?;
        let (server, buckets) = (RefCell::new(None), Vec::new());
        let database = OWN_DATABASE.to_owned();
        let mut bench = Self { shared, binaries, server, database, buckets };
        bench.restore(dump, roles)?;
        let wants = bench.connect(BASE)?.wants_buckets(&bench.shared.everything(&[])?);
        let wants = wants.map_err(|fault| bench.fault(&fault))?;
        bench.buckets = wants.into_iter().map(|wants| wants.table).collect();
        bench.buckets.sort();
        Ok(bench)
    }

    /// Restores `dump`, and finds the database that it made.
    fn restore(&mut self, dump: &Path, roles: Option<&str>) -> Result<(), Problem> {
        if let Some(roles) = roles {
            let file = self.shared.plan().join(roles);
            Self::must(&self.psql(BASE, "template1", &file)?, roles)?;
        }
        // A dump of the database `postgres` makes its own, and nothing but the dump's is left to be found.
        self.must_execute("template1", "DROP DATABASE postgres;")?;
        if is_archive(dump)? {
            let words = ["--create", "--exit-on-error", "--dbname=template1"];
            let mut arguments = vec![self.binaries.program("pg_restore")];
            arguments.extend(words.map(OsString::from));
            arguments.push(dump.into());
            let end = self.words("pg_restore", arguments, BASE, "template1", &self.scratch()?)?;
            Self::must(&end, "pg_restore")?;
        } else {
            self.must_execute("template1", &format!("CREATE DATABASE {OWN_DATABASE};"))?;
            let end = self.psql(BASE, OWN_DATABASE, dump)?;
            Self::must(&end, &dump.to_string_lossy())?;
        }
        let mut made = self.databases(BASE)?;
        made.retain(|name| name != OWN_DATABASE);
        if made.is_empty() {
            return Ok(());
        }
        if made.len() > 1 {
            let names = made.join(", ");
            return Err(restore_failed(&format!("it makes several databases: {names}")));
        }
        self.database = made.remove(0);
        self.must_execute("template1", &format!("DROP DATABASE IF EXISTS {OWN_DATABASE};"))
    }

    /// Where our own scripts are run.
    fn scratch(&self) -> Result<PathBuf, Problem> {
        self.shared.scratch.directory("faults")
    }

    fn must(end: &JobEnd, what: &str) -> Result<(), Problem> {
        if end.ended == Ended::Exit(0) { Ok(()) } else { Err(refused(what, &said(end))) }
    }

    /// Runs our own `statements` on the first copy.
    fn must_execute(&self, database: &str, statements: &str) -> Result<(), Problem> {
        let end = self.execute(BASE, database, statements)?;
        Self::must(&end, "the cluster")
    }

    /// Runs our own `statements` on the copy `label`.
    fn execute(&self, label: &str, database: &str, statements: &str) -> Result<JobEnd, Problem> {
        let file = self.scratch()?.join("statements.sql");
        fs::write(&file, statements).map_err(|error| no_room(&file, &in_words(&error)))?;
        self.psql(label, database, &file)
    }

    /// Runs the script in `file` with psql, which ends at the first error.
    fn psql(&self, label: &str, database: &str, file: &Path) -> Result<JobEnd, Problem> {
        let mut arguments = vec![self.binaries.program("psql")];
        let options = ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"];
        arguments.extend(options.map(OsString::from));
        arguments.extend(["--file".into(), file.into()]);
        let shown = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        self.words(&shown, arguments, label, database, &self.scratch()?)
    }

    /// Runs a program with a server on the copy `label`.
    fn words(
        &self,
        shown: &str,
        words: Vec<OsString>,
        label: &str,
        database: &str,
        directory: &Path,
    ) -> Result<JobEnd, Problem> {
        let mut variables = self.with_server(label, |server| server.variables(database))?;
        variables.push(("PATH", self.binaries.path()));
        let mut arguments = vec![OsString::from("--")];
        arguments.extend(words);
        let writable = vec![self.shared.snapshots()?, self.scratch()?];
        let directory = directory.to_owned();
        let at_end = AtEnd::Kill;
        self.shared.helpers.run(&Job { shown, writable, directory, arguments, variables, at_end })
    }

    /// What `ask` gets of a server that runs on the copy `label`.
    fn with_server<T>(&self, label: &str, ask: impl FnOnce(&Server) -> T) -> Result<T, Problem> {
        let runs = self.server.borrow().as_ref().is_some_and(|server| server.label == label);
        if !runs {
            self.stop()?;
            let directory = self.shared.directory(label)?;
            let server = Server::start(self.shared.helpers, &self.binaries, label, &directory)?;
            *self.server.borrow_mut() = Some(server);
        }
        let server = self.server.borrow();
        server.as_ref().map(ask).ok_or_else(|| broken("there is no server"))
    }

    /// Stops the server, if one runs.
    fn stop(&self) -> Result<(), Problem> {
        self.server.take().map_or(Ok(()), Server::stop)
    }

    fn connect(&self, label: &str) -> Result<Postgres, Problem> {
        self.connect_to(label, &self.database)
    }

    fn connect_to(&self, label: &str, database: &str) -> Result<Postgres, Problem> {
        let connection = self.with_server(label, |server| server.connection(database))?;
        let major = match self.shared.surface()?.system {
            DatabaseSystem::Postgres { major } => major,
            DatabaseSystem::Sqlite => 0,
        };
        server_database(&connection, major, &self.shared.seal.name)
    }

    fn survey(
        &self,
        database: &Postgres,
        surface: &Surface,
        exclude: &Scope,
    ) -> Result<Survey, Problem> {
        database.survey(Wanted { surface, exclude }).map_err(|fault| self.fault(&fault))
    }

    /// What is in `surface` of `database`, but for what is excluded.
    fn state(
        &self,
        database: &Postgres,
        surface: &Surface,
        exclude: &Scope,
    ) -> Result<State, Problem> {
        let survey = self.survey(database, surface, exclude)?;
        let state = State::of(&survey.inventory, Class::in_database);
        state.map_err(|unread| unmeasured(&unread))
    }

    /// What the database that is rehearsed, on the copy `label`, does not show: the other databases, and files
    /// of the cluster.
    fn around(&self, label: &str, database: &Postgres) -> Result<Vec<(Place, String)>, Problem> {
        let cluster = self.shared.directory(label)?.join(DATA);
        let mut lines = around::files(&cluster).map_err(|error| broken(&in_words(&error)))?;
        let everything = self.shared.everything(&[])?;
        let shared = Scope::new(around::SHARED.map(str::to_owned).to_vec());
        let shared = shared.map_err(|error| broken(&error.to_string()))?;
        let others = database.others().map_err(|fault| self.fault(&fault.into()))?;
        for OtherDatabase { name, is_open, content, .. } in others {
            let mut inside = None;
            if is_open {
                let other = self.connect_to(label, &name)?;
                inside = Some(self.state(&other, &everything, &shared)?);
            }
            lines.push(around::database(&name, &content, inside.as_ref()));
        }
        Ok(lines)
    }

    /// The names of the databases of the cluster in the copy `label`, but for the templates.
    fn databases(&self, label: &str) -> Result<Vec<String>, Problem> {
        let others = self.connect_to(label, "template1")?.others();
        let mut others = others.map_err(|fault| self.fault(&fault.into()))?;
        others.retain(|other| !other.is_template);
        Ok(others.into_iter().map(|other| other.name).collect())
    }

    fn fault(&self, fault: &sealgate_surface::DatabaseFault) -> Problem {
        database_problem(fault, "a copy of the database", &self.shared.seal.name)
    }

    /// Runs the script `name` of the plan on the copy `label` in a transaction that ends with `end`. Whether the
    /// script ends it before is known by the number of the transaction.
    fn in_transaction(&self, name: &str, label: &str, end: &str) -> Result<JobEnd, Problem> {
        let mark = self.scratch()?.join("ended");
        // It is not there the first time.
        let _ = fs::remove_file(&mark);
        let script = self.shared.plan().join(name);
        let statements = format!(
            "BEGIN;\nSELECT pg_catalog.pg_current_xact_id() AS {FAULT}_before \\gset\n\\i {}\n\
             \\set ON_ERROR_STOP 1\nRESET ROLE;\nRESET SESSION AUTHORIZATION;\n\
             SELECT pg_catalog.pg_current_xact_id_if_assigned() IS NOT DISTINCT FROM \
             :'{FAULT}_before'::pg_catalog.xid8 AS {FAULT}_same \\gset\n\
             \\if :{FAULT}_same\n{end};\n\\else\n\\o {}\n\\qecho ended\n\\o\n\\endif\n",
            sql::argument(&script),
            sql::argument(&mark),
        );
        let mut end = self.execute(label, &self.database, &statements)?;
        if mark.exists() && end.ended == Ended::Exit(0) {
            end.ended = Ended::EndsTransaction;
            end.output[1] = b"the script ends the transaction that it is run in".to_vec();
        }
        Ok(end)
    }
}

impl Bench for PostgresBench<'_> {
    fn shared(&self) -> &Shared<'_> {
        &self.shared
    }

    fn copy(&self, from: &str, to: &str) -> Result<(), Problem> {
        self.stop()?;
        let directory = self.shared.scratch.path();
        copy_tree(&directory.join(from), &directory.join(to))
    }

    fn discard(&self, label: &str) -> Result<(), Problem> {
        self.stop()?;
        self.shared.scratch.discard(label);
        Ok(())
    }

    fn measure(&self, label: &str) -> Result<State, Problem> {
        let nothing = Scope::new(Vec::new()).map_err(|error| broken(&error.to_string()))?;
        let database = self.connect(label)?;
        let everything = self.shared.everything(&self.buckets)?;
        let state = self.state(&database, &everything, &nothing)?;
        Ok(state.with(self.around(label, &database)?))
    }

    fn seal_digest(&self, label: &str) -> Result<Digest, Problem> {
        let seal = self.shared.seal;
        let Header { scope, .. } = &seal.header;
        let survey = self.survey(&self.connect(label)?, self.shared.surface()?, scope)?;
        sealed_digest(seal, &survey.inventory)
    }

    fn run(&self, task: Task<'_>, label: &str) -> Result<TaskRun, Problem> {
        let end = match task.step {
            Step::Script(name) => {
                self.psql(label, &self.database, &self.shared.plan().join(name))?
            }
            Step::Command(words) => {
                let connection =
                    self.with_server(label, |server| server.connection(&self.database))?;
                let words = self.shared.words(words, &connection, Path::new(""))?;
                let directory = self.shared.snapshots()?;
                self.words(&task.shown(), words, label, &self.database, &directory)?
            }
        };
        Ok(TaskRun::of(task, "psql", end))
    }

    fn run_rolled_back(
        &self,
        task: Task<'_>,
        label: &str,
    ) -> Result<(TaskRun, Option<State>), Problem> {
        let Step::Script(name) = task.step else {
            return Err(broken("a command has no transaction"));
        };
        // What nobody else can see of a transaction that is open is seen of one that is committed, on another
        // copy.
        self.copy(label, "inside")?;
        let end = self.in_transaction(name, "inside", "COMMIT")?;
        let run = TaskRun::of(task, "psql", end);
        if !run.is_success() {
            return Ok((run, None));
        }
        let inside = self.measure("inside")?;
        let run = TaskRun::of(task, "psql", self.in_transaction(name, label, "ROLLBACK")?);
        let inside = run.is_success().then_some(inside);
        Ok((run, inside))
    }

    fn damage(&self, state: &State, label: &str) -> Result<(), Problem> {
        // Whether it shows in every class is a rule of the proof.
        let statements = format!("\\set ON_ERROR_STOP 0\n{}", sql::damage(state));
        self.execute(label, &self.database, &statements).map(drop)
    }

    fn make(&self, fault: Fault, state: &State, label: &str) -> Result<Made, Problem> {
        let is_inside = |path: &str| self.is_inside(path);
        let (made, statement) = match fault {
            Fault::Content => {
                let tables = sql::tables(state, Class::Rows, &is_inside);
                if tables.is_empty() {
                    return Ok(Made::Impossible);
                }
                (Made::OneRow, sql::delete_one(&tables))
            }
            Fault::Inside => {
                let tables = sql::tables(state, Class::Schema, &is_inside);
                let Some(table) = tables.first() else { return Ok(Made::Impossible) };
                let place = Place::new(&format!("{}/+table", table.path), Class::Schema);
                (Made::Place(place), sql::comment_on(table))
            }
            Fault::Outside => {
                let place = Place::new(&format!("{FAULT}/+schema"), Class::Schema);
                if is_inside(&place.path) {
                    return Ok(Made::Impossible);
                }
                (Made::Place(place), sql::schema())
            }
        };
        let statements = format!("{}{statement}", sql::BEGIN);
        let end = self.execute(label, &self.database, &statements)?;
        Ok(if end.ended == Ended::Exit(0) { made } else { Made::Failed })
    }

    fn sequences_roll_back(&self) -> bool {
        false
    }
}
