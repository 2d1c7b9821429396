//! A PostgreSQL cluster of a test's own: on a Unix socket in a scratch directory, gone with the test.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// The user who runs the server where root runs the tests: PostgreSQL refuses root.
const NOBODY: u32 = 65_534;

/// Where Debian keeps the programs of each version, out of PATH.
const VERSIONS: &str = "/usr/lib/postgresql";

/// A running cluster. Its superuser is `postgres`.
pub(crate) struct Cluster {
    scratch: TempDir,
    programs: PathBuf,
}

impl Cluster {
    /// Makes and starts one.
    pub(crate) fn start() -> Self {
        let scratch = tempfile::Builder::new().prefix("pg").tempdir_in("/tmp").unwrap();
        if rustix::process::geteuid().is_root() {
            fs::set_permissions(scratch.path(), fs::Permissions::from_mode(0o755)).unwrap();
            chown(scratch.path(), Some(NOBODY), Some(NOBODY)).unwrap();
        }
        let cluster = Self { scratch, programs: programs() };
        let data = cluster.data();
        let initdb =
            ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "-D"];
        run(cluster.server("initdb").args(initdb).arg(&data));
        let options = format!(
            "-c listen_addresses='' -c unix_socket_directories={} -c fsync=off -c autovacuum=off \
             -c max_prepared_transactions=2",
            cluster.scratch.path().display()
        );
        run(cluster.server("pg_ctl").args(["-w", "-o", &options, "-D"]).arg(&data).arg("start"));
        cluster
    }

    /// How to connect to the database `name`.
    pub(crate) fn connection(&self, name: &str) -> String {
        format!("host={} user=postgres dbname={name}", self.scratch.path().display())
    }

    /// Runs `script` in the database `name`, up to its first error; gives what it answers.
    pub(crate) fn sql(&self, name: &str, script: &str) -> String {
        let mut psql = self.client("psql");
        psql.args(["-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", "-d", name]);
        let mut child = psql
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{stderr}\n{script:.300}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// A client program that connects to this cluster.
    pub(crate) fn client(&self, program: &str) -> Command {
        let mut command = Command::new(self.programs.join(program));
        command.env("PGHOST", self.scratch.path()).env("PGUSER", "postgres");
        command
    }

    /// Runs a client program to its good end.
    pub(crate) fn run(&self, program: &str, arguments: &[&str]) {
        run(self.client(program).args(arguments));
    }

    /// The directory of the programs.
    pub(crate) fn programs(&self) -> &Path {
        &self.programs
    }

    /// A directory in which clients may write.
    pub(crate) fn scratch(&self) -> &Path {
        self.scratch.path()
    }

    fn data(&self) -> PathBuf {
        self.scratch.path().join("data")
    }

    /// A program of the server, run as a user whom it does not refuse.
    fn server(&self, program: &str) -> Command {
        let program = self.programs.join(program);
        let mut command = if rustix::process::geteuid().is_root() {
            let id = NOBODY.to_string();
            let mut command = Command::new("setpriv");
            command.args(["--reuid", &id, "--regid", &id, "--clear-groups"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.current_dir(self.scratch.path());
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let mut stop = self.server("pg_ctl");
        let _ = stop.args(["-m", "immediate", "-w", "-D"]).arg(self.data()).arg("stop").output();
    }
}

fn run(command: &mut Command) {
    // What the server inherits of ours would stay open as long as it runs.
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    assert!(status.unwrap().success(), "{command:?}");
}

/// Where the programs of PostgreSQL are: in PATH, or the newest of Debian's.
fn programs() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let mut versions: Vec<PathBuf> = fs::read_dir(VERSIONS)
        .map(|versions| versions.map(|version| version.unwrap().path().join("bin")).collect())
        .unwrap_or_default();
    versions.sort();
    places.extend(versions.into_iter().rev());
    let initdb = places.into_iter().find_map(|place| place.join("initdb").canonicalize().ok());
    let initdb = initdb.expect("there is no initdb in PATH or below /usr/lib/postgresql");
    // Where a link leads to, the other programs are too.
    initdb.parent().unwrap().to_owned()
}
