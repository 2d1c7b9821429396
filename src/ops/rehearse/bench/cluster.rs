//! A PostgreSQL cluster of one's own: its programs, and its server, which is confined and listens on a Unix
//! socket in the scratch alone.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use sealgate_core::text::problem::Problem;
use sealgate_rehearse::supervise::AtEnd;

use super::super::broken;
use super::super::helper::{Helpers, Job, JobEnd, Running};
use super::super::scratch::unusable;

/// The superuser of the cluster: a name that no dump makes a role of.
pub(super) const SUPERUSER: &str = "sealgate_rehearsal";

/// The port, which names the socket.
const PORT: &str = "5432";

/// The data of a cluster, in the directory of its copy.
pub(super) const DATA: &str = "cluster";

/// The longest path of a Unix socket, in bytes.
const LONGEST_SOCKET: usize = 107;

/// How long a server may take to start or to stop.
const PATIENCE: Duration = Duration::from_secs(120);

/// How often a server is asked whether it is ready.
const TICK: Duration = Duration::from_millis(5);

/// Where distributions keep the programs of each major version.
const INSTALLED: [(&str, &str); 2] = [("/usr/lib/postgresql", ""), ("/usr", "pgsql-")];

/// The programs of a server.
#[derive(Debug, Clone)]
pub(crate) struct Binaries {
    directory: PathBuf,
    /// As the server states it, such as `15.18`.
    pub(crate) version: String,
}

impl Binaries {
    /// Finds the programs of the major version `major`.
    ///
    /// # Errors
    ///
    /// There are none, or only those of another version; or this process is one of root, whom the server
    /// refuses.
    pub(crate) fn find(major: u16) -> Result<Self, Problem> {
        refuse_root()?;
        let found = directories().into_iter().filter_map(|directory| {
            let version = version(&directory)?;
            Some(Self { directory, version })
        });
        Self::of_major(found, major)
    }

    /// The first of `found` that are of the major version `major`.
    fn of_major(found: impl Iterator<Item = Self>, major: u16) -> Result<Self, Problem> {
        let mut others = Vec::new();
        for binaries in found {
            let number = binaries.version.split(|c: char| !c.is_ascii_digit()).next();
            if number.and_then(|number| number.parse().ok()) == Some(major) {
                return Ok(binaries);
            }
            others.push(binaries.version);
        }
        if others.is_empty() {
            let message = "the programs of a PostgreSQL server (initdb, postgres) are not here";
            return Err(Problem::new("server-binaries-missing", message).remedy(format!(
                "install the server of PostgreSQL {major}, or have its programs in PATH"
            )));
        }
        let message = format!(
            "the seal is over PostgreSQL {major}, and the servers here are {}",
            others.join(", ")
        );
        Err(Problem::new("server-major-differs", message)
            .remedy(format!("install the server of PostgreSQL {major}")))
    }

    /// The path of the program `name`.
    pub(super) fn program(&self, name: &str) -> OsString {
        self.directory.join(name).into_os_string()
    }

    /// `PATH` with these programs before all others.
    pub(super) fn path(&self) -> OsString {
        let mut path = self.directory.clone().into_os_string();
        if let Some(rest) = std::env::var_os("PATH") {
            path.push(":");
            path.push(rest);
        }
        path
    }
}

/// The directories in which programs of a server may be.
fn directories() -> Vec<PathBuf> {
    let mut directories = Vec::new();
    if let Some(output) = output("pg_config", "--bindir") {
        directories.push(PathBuf::from(output.trim()));
    }
    for (above, prefix) in INSTALLED {
        let entries = fs::read_dir(above).into_iter().flatten().flatten();
        let named = entries.filter(|entry| {
            entry.file_name().to_str().is_some_and(|name| name.starts_with(prefix))
        });
        let mut found: Vec<PathBuf> = named.map(|entry| entry.path().join("bin")).collect();
        found.retain(|directory| directory.join("initdb").is_file());
        found.sort();
        directories.extend(found.into_iter().rev());
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    directories.extend(std::env::split_paths(&path).filter(|place| place.join("initdb").is_file()));
    directories.retain(|directory| directory.is_absolute());
    directories
}

/// The version of the server whose programs are in `directory`.
fn version(directory: &Path) -> Option<String> {
    let program = directory.join("postgres");
    let text = output(program.to_str()?, "--version")?;
    let mut words = text.split_ascii_whitespace();
    words.find(|word| word.starts_with(|c: char| c.is_ascii_digit())).map(str::to_owned)
}

/// What `program` says when it is asked for `what`.
#[expect(clippy::disallowed_methods, reason = "programs of PostgreSQL are asked which they are")]
fn output(program: &str, what: &str) -> Option<String> {
    let output = Command::new(program).arg(what).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(unix)]
fn refuse_root() -> Result<(), Problem> {
    if !rustix::process::geteuid().is_root() {
        return Ok(());
    }
    let message = "PostgreSQL refuses to serve for root, and this is root";
    Err(Problem::new("running-as-root", message).remedy(
        "rehearse as another user, who can read the repository: runuser -u USER -- sealgate ...",
    ))
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "there is a root elsewhere")]
fn refuse_root() -> Result<(), Problem> {
    Ok(())
}

/// A server that runs on one copy.
#[derive(Debug)]
pub(super) struct Server {
    /// The copy.
    pub(super) label: String,
    /// Where its socket is.
    directory: PathBuf,
    running: Option<Running>,
}

impl Server {
    /// Makes a new cluster in `directory`.
    ///
    /// # Errors
    ///
    /// It cannot be made.
    pub(super) fn initialise(
        helpers: &Helpers<'_>,
        binaries: &Binaries,
        directory: &Path,
    ) -> Result<(), Problem> {
        let socket = directory.join(format!(".s.PGSQL.{PORT}"));
        if socket.as_os_str().len() > LONGEST_SOCKET {
            return Err(unusable(directory, "the path is too long for a Unix socket"));
        }
        let mut arguments = vec!["--".into(), binaries.program("initdb")];
        // Small segments of the log: each copy of the cluster has several of them.
        let options = [
            "--locale=C",
            "--encoding=UTF8",
            "--auth=trust",
            "--no-sync",
            "--no-instructions",
            "--wal-segsize=1",
        ];
        arguments.extend(options.map(OsString::from));
        arguments.push(format!("--username={SUPERUSER}").into());
        arguments.extend(["-D".into(), directory.join(DATA).into()]);
        let end = helpers.run(&job("initdb", directory, arguments))?;
        match end.ended.code() {
            0 => Ok(()),
            _ => Err(broken(&format!("initdb failed: {}", said(&end)))),
        }
    }

    /// Starts a server on the copy `label`, whose cluster is in `directory`, and waits until it is ready.
    ///
    /// # Errors
    ///
    /// It does not start.
    pub(super) fn start(
        helpers: &Helpers<'_>,
        binaries: &Binaries,
        label: &str,
        directory: &Path,
    ) -> Result<Self, Problem> {
        let mut arguments = vec!["--".into(), binaries.program("postgres"), "-D".into()];
        arguments.push(directory.join(DATA).into());
        let mut set = |setting: OsString| arguments.extend(["-c".into(), setting]);
        for setting in [
            "listen_addresses=",
            "fsync=off",
            "full_page_writes=off",
            "autovacuum=off",
            "dynamic_shared_memory_type=mmap",
            "logging_collector=off",
            "shared_preload_libraries=",
        ] {
            set(setting.into());
        }
        let mut sockets = OsString::from("unix_socket_directories=");
        sockets.push(directory);
        set(sockets);
        set(format!("port={PORT}").into());
        let running = helpers.start(&job("postgres", directory, arguments))?;
        let (label, directory) = (label.to_owned(), directory.to_owned());
        let mut server = Self { label, directory, running: Some(running) };
        server.wait_until_ready(helpers)?;
        Ok(server)
    }

    fn wait_until_ready(&mut self, helpers: &Helpers<'_>) -> Result<(), Problem> {
        let began = Instant::now();
        while began.elapsed() < PATIENCE {
            helpers.check_signals()?;
            if self.line_of_lock(7).as_deref() == Some("ready") {
                return Ok(());
            }
            if self.running.as_mut().is_some_and(|running| running.has_ended().unwrap_or(true)) {
                let end = self.running.take().map(|running| running.end("postgres")).transpose()?;
                let said = end.map(|end| said(&end)).unwrap_or_default();
                return Err(broken(&format!("the server did not start: {said}")));
            }
            std::thread::sleep(TICK);
        }
        Err(broken("the server does not get ready"))
    }

    /// A line of the file that the server keeps as long as it lives: 0 is its process, 7 whether it is ready.
    fn line_of_lock(&self, line: usize) -> Option<String> {
        let text = fs::read_to_string(self.directory.join(DATA).join("postmaster.pid")).ok()?;
        text.lines().nth(line).map(|line| line.trim().to_owned())
    }

    /// The parameters of a connection to `database`.
    pub(super) fn connection(&self, database: &str) -> String {
        let quoted = |text: &str| text.replace('\\', "\\\\").replace('\'', "\\'");
        let host = quoted(&self.directory.to_string_lossy());
        let database = quoted(database);
        format!("host='{host}' port={PORT} user={SUPERUSER} dbname='{database}'")
    }

    /// The same as variables of the environment.
    pub(super) fn variables(&self, database: &str) -> Vec<(&'static str, OsString)> {
        vec![
            ("PGHOST", self.directory.clone().into_os_string()),
            ("PGPORT", PORT.into()),
            ("PGUSER", SUPERUSER.into()),
            ("PGDATABASE", database.into()),
            ("PGCLIENTENCODING", "UTF8".into()),
        ]
    }

    /// Stops it, so that its files can be copied.
    ///
    /// # Errors
    ///
    /// It does not stop.
    pub(super) fn stop(mut self) -> Result<(), Problem> {
        self.shut_down(PATIENCE);
        match self.running.take() {
            None => Ok(()),
            Some(_) => Err(broken("the server does not stop")),
        }
    }

    /// Lets it end its work, for at most `patience`.
    fn shut_down(&mut self, patience: Duration) {
        self.ask_to_end();
        let told = Instant::now();
        while told.elapsed() < patience {
            let Some(running) = &mut self.running else { return };
            if running.has_ended().unwrap_or(true) {
                self.running = None;
                return;
            }
            std::thread::sleep(TICK);
        }
    }

    /// Asks the server for a fast shutdown.
    #[cfg(unix)]
    fn ask_to_end(&self) {
        use rustix::process::{Pid, Signal, kill_process};
        let process = self.line_of_lock(0).and_then(|line| line.parse().ok());
        if let Some(process) = process.filter(|process| *process > 1).and_then(Pid::from_raw) {
            // It may have ended at this very moment.
            let _ = kill_process(process, Signal::INT);
        }
    }

    #[cfg(not(unix))]
    fn ask_to_end(&self) {}
}

impl Drop for Server {
    fn drop(&mut self) {
        // What it holds of the system goes with an orderly end; the helper kills it otherwise.
        if self.running.is_some() {
            self.shut_down(Duration::from_secs(5));
        }
    }
}

/// The last that a program wrote to stderr.
pub(super) fn said(end: &JobEnd) -> String {
    let text = String::from_utf8_lossy(&end.output[1]);
    let lines: Vec<&str> = text.trim().lines().collect();
    lines[lines.len().saturating_sub(5)..].join("\n")
}

/// A program of the server, which writes into `directory` alone.
fn job<'j>(shown: &'j str, directory: &Path, arguments: Vec<OsString>) -> Job<'j> {
    let (writable, directory) = (vec![directory.to_owned()], directory.to_owned());
    Job { shown, writable, directory, arguments, variables: Vec::new(), at_end: AtEnd::Quit }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_programs_of_the_sealed_major_version_are_taken() {
        let cases = [
            (&["16.2", "15.18", "15.2"][..], Ok("15.18")),
            (&["15beta1"], Ok("15beta1")),
            (&["16.2", "14.9"], Err("server-major-differs")),
            (&[], Err("server-binaries-missing")),
        ];
        for (versions, expected) in cases {
            let found = versions.iter().map(|version| Binaries {
                directory: PathBuf::from("/programs"),
                version: (*version).to_owned(),
            });
            let found = Binaries::of_major(found, 15);
            if let Err(problem) = &found {
                assert!(problem.remedy.as_ref().is_some_and(|text| text.contains("PostgreSQL 15")));
            }
            let found = found.as_ref().map(|binaries| &*binaries.version);
            assert_eq!(found.map_err(|problem| problem.code), expected, "{versions:?}");
        }
    }
}
