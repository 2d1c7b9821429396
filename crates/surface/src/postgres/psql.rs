//! The one place that runs `psql`. It is run as git is: it brings every way to authenticate, and no code of
//! a driver is linked.
//!
//! One process is one session. Statements go to its stdin. Behind each stands an `\echo` of a nonce, which
//! nobody who filled the database can know: what comes before it is the answer, and an answer without it is
//! an error, however psql ended.

use std::fmt::Write as _;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use super::fault::{PostgresFault, Refusal};

/// How much of what psql writes to stderr is kept, in bytes.
const KEPT_OF_STDERR: u64 = 16 << 10;

/// How long stderr may stay open after psql has ended.
const STDERR_STAYS_OPEN: Duration = Duration::from_secs(1);

/// The longest line that is kept of an answer, in bytes. A longer one is cut, and the answer is an error.
pub(super) const LONGEST_LINE: u64 = 65 << 20;

/// Variables of libpq that say where the database is and how to get in, beside those of TLS. All others that
/// begin with `PG` or `PSQL` would change what is read, and are kept from psql.
const KEPT_VARIABLES: [&str; 22] = [
    "PGCHANNELBINDING",
    "PGCONNECT_TIMEOUT",
    "PGDATABASE",
    "PGGSSDELEGATION",
    "PGGSSENCMODE",
    "PGGSSLIB",
    "PGHOST",
    "PGHOSTADDR",
    "PGKRBSRVNAME",
    "PGLOADBALANCEHOSTS",
    "PGMAXPROTOCOLVERSION",
    "PGMINPROTOCOLVERSION",
    "PGPASSFILE",
    "PGPASSWORD",
    "PGPORT",
    "PGREQUIREAUTH",
    "PGREQUIREPEER",
    "PGSERVICE",
    "PGSERVICEFILE",
    "PGSYSCONFDIR",
    "PGTARGETSESSIONATTRS",
    "PGUSER",
];

/// What the variables of libpq about TLS begin with.
const TLS_VARIABLES: &str = "PGSSL";

/// Takes the lines of an answer, each without its line feed.
pub(super) type Take<'t> = &'t mut dyn FnMut(&[u8]);

/// Sent before each statement: where the server broke off an answer after its first line, psql does not set
/// `ERROR`, which would keep its value from the statement before.
const UNANSWERED: &str = "\\set ERROR unanswered\n";

/// A session: psql, which is killed and reaped when this is dropped.
#[derive(Debug)]
pub(super) struct Session {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
    /// What psql wrote to stderr, once it has ended.
    stderr: Receiver<Vec<u8>>,
    /// Ends each answer.
    nonce: String,
}

impl Session {
    /// Connects to the database that `connection` names: a conninfo string, an address that begins with
    /// `postgresql://`, or the name of a database.
    ///
    /// # Errors
    ///
    /// There is no psql, or it cannot connect.
    pub(super) fn open(connection: &str) -> Result<Self, PostgresFault> {
        if connection.contains('\0') {
            return Err(PostgresFault::Unreachable("the connection string has a NUL".to_owned()));
        }
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(|error| PostgresFault::Broken(error.to_string()))?;
        let nonce = format!("{:032x}", u128::from_ne_bytes(random));
        let mut child = command(connection).spawn().map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => PostgresFault::NoPsql,
            _ => PostgresFault::Broken(format!("psql cannot be run: {error}")),
        })?;
        let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(stdin), Some(stdout), Some(stderr)) = pipes else {
            return Err(PostgresFault::Broken("psql has no pipes".to_owned()));
        };
        let (sender, receiver) = mpsc::channel();
        thread::Builder::new()
            .spawn(move || {
                let mut kept = Vec::new();
                let mut stderr = stderr;
                let _ = (&mut stderr).take(KEPT_OF_STDERR).read_to_end(&mut kept);
                // Read and dropped, so that psql never waits.
                let _ = io::copy(&mut stderr, &mut io::sink());
                let _ = sender.send(kept);
            })
            .map_err(|error| PostgresFault::Broken(error.to_string()))?;
        let stdout = BufReader::with_capacity(1 << 18, stdout);
        let mut session = Self { child, stdin, stdout, stderr: receiver, nonce };
        // Whoever is not let in ends here.
        session.run("", &mut |_| ()).map_err(|fault| match fault {
            PostgresFault::Ended(why) => PostgresFault::Unreachable(why),
            other => other,
        })?;
        Ok(session)
    }

    /// Runs `statement`, and gives `take` each line of its answer.
    ///
    /// # Errors
    ///
    /// The server refused it ([`PostgresFault::Refused`]), or psql ended.
    pub(super) fn run(&mut self, statement: &str, take: Take<'_>) -> Result<(), PostgresFault> {
        let end = format!("\n\\echo {} :ERROR :SQLSTATE\n", self.nonce);
        if statement.is_empty() {
            self.send(&[&end])?;
            return self.answer(take).map(drop);
        }
        self.send(&[UNANSWERED, statement, "\n;", &end])?;
        let rest = self.answer(take)?;
        let rest = String::from_utf8_lossy(&rest);
        let mut words = rest.split_ascii_whitespace();
        match words.next() {
            Some("false") => return Ok(()),
            Some("true") => {}
            _ => return Err(PostgresFault::Refused(Refusal::broken_off())),
        }
        let state = words.next().unwrap_or_default().to_owned();
        let mut message = Vec::new();
        self.send(&["\\echo :LAST_ERROR_MESSAGE", &end])?;
        self.answer(&mut |line| {
            message.extend_from_slice(line);
            message.push(b'\n');
        })?;
        let message = String::from_utf8_lossy(&message).trim().to_owned();
        Err(PostgresFault::Refused(Refusal { state, message }))
    }

    /// Runs `statement`, which answers with one line.
    ///
    /// # Errors
    ///
    /// As [`Session::run`].
    pub(super) fn one(&mut self, statement: &str) -> Result<String, PostgresFault> {
        let mut answer = String::new();
        self.run(statement, &mut |line| answer = String::from_utf8_lossy(line).into_owned())?;
        Ok(answer)
    }

    fn send(&mut self, parts: &[&str]) -> Result<(), PostgresFault> {
        let mut write = || -> io::Result<()> {
            for part in parts {
                self.stdin.write_all(part.as_bytes())?;
            }
            self.stdin.flush()
        };
        match write() {
            Ok(()) => Ok(()),
            // It has ended, and says why on stderr.
            Err(error) => Err(self.ended(&error.to_string())),
        }
    }

    /// Hands over the lines before the nonce; gives what stands behind it on its line.
    fn answer(&mut self, take: Take<'_>) -> Result<Vec<u8>, PostgresFault> {
        let mut line = Vec::new();
        let mut is_cut = false;
        loop {
            self.whole_lines(take)?;
            line.clear();
            let read = (&mut self.stdout).take(LONGEST_LINE).read_until(b'\n', &mut line);
            match read {
                Ok(0) => return Err(self.ended("it ended before its answer did")),
                Err(error) => return Err(self.ended(&error.to_string())),
                Ok(_) => {}
            }
            if line.last() == Some(&b'\n') {
                line.pop();
            } else {
                // The rest of a line that is too long, or of an answer that was cut off.
                self.skip_line()?;
                is_cut = true;
            }
            match line.strip_prefix(self.nonce.as_bytes()) {
                Some(_) if is_cut => return Err(PostgresFault::Refused(Refusal::too_long())),
                Some(rest) => return Ok(rest.to_vec()),
                None => take(&line),
            }
        }
    }

    /// Hands over the lines that are in memory already, but for the first that may end the answer.
    fn whole_lines(&mut self, take: Take<'_>) -> Result<(), PostgresFault> {
        let buffer = match self.stdout.fill_buf() {
            Ok(buffer) => buffer,
            Err(error) => {
                let why = error.to_string();
                return Err(self.ended(&why));
            }
        };
        let mut taken = 0;
        while let Some(end) = memchr::memchr(b'\n', &buffer[taken..]) {
            let line = &buffer[taken..taken + end];
            if line.starts_with(self.nonce.as_bytes()) {
                break;
            }
            take(line);
            taken += end + 1;
        }
        self.stdout.consume(taken);
        Ok(())
    }

    fn skip_line(&mut self) -> Result<(), PostgresFault> {
        match self.stdout.skip_until(b'\n') {
            Ok(0) => Err(self.ended("its answer was cut off")),
            Ok(_) => Ok(()),
            Err(error) => Err(self.ended(&error.to_string())),
        }
    }

    /// Why psql ended, in its own words where it has some.
    fn ended(&mut self, otherwise: &str) -> PostgresFault {
        // An error says that it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let stderr = self.stderr.recv_timeout(STDERR_STAYS_OPEN).unwrap_or_default();
        let text = String::from_utf8_lossy(&stderr);
        let text = text.trim().trim_start_matches("psql: ").trim_start_matches("error: ");
        let why = if text.is_empty() { otherwise } else { text };
        PostgresFault::Ended(why.to_owned())
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that runs psql")]
fn command(connection: &str) -> Command {
    let mut command = Command::new("psql");
    // No file of the user's, no prompt, and no word but what was asked for.
    command.args(["--no-psqlrc", "--no-password", "--quiet", "--no-align", "--tuples-only"]);
    for variable in
        ["ON_ERROR_STOP=0", "ON_ERROR_ROLLBACK=on", "AUTOCOMMIT=on", "VERBOSITY=default"]
    {
        command.args(["--set", variable]);
    }
    command.arg(format!("--dbname={connection}"));
    for (name, _) in std::env::vars_os() {
        let Some(name) = name.to_str() else { continue };
        let is_of_postgres = name.starts_with("PG") || name.starts_with("PSQL");
        let is_kept = name.starts_with(TLS_VARIABLES) || KEPT_VARIABLES.contains(&name);
        if is_of_postgres && !is_kept {
            command.env_remove(name);
        }
    }
    // Messages in one language, and bytes as they are.
    command.env("LC_ALL", "C").env("PGCLIENTENCODING", "UTF8").env("PGAPPNAME", "sealgate");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// `name` as an identifier of SQL, in which psql and the server see the same whatever it holds: each
/// character of ASCII that is no letter, digit or `_` is escaped.
pub(super) fn identifier(name: &str) -> String {
    let mut quoted = String::from("U&\"");
    for c in name.chars() {
        if c.is_ascii_alphanumeric() || c == '_' || !c.is_ascii() {
            quoted.push(c);
        } else {
            // Writing to a string cannot fail.
            let _ = write!(quoted, "\\{:04x}", u32::from(c));
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_identifier_whatever_it_holds() {
        let cases = [
            ("births", "U&\"births\""),
            ("Gr\u{fc}n", "U&\"Gr\u{fc}n\""),
            ("a\"b", "U&\"a\\0022b\""),
            ("a\n\\.\n", "U&\"a\\000a\\005c\\002e\\000a\""),
            (":x %", "U&\"\\003ax\\0020\\0025\""),
        ];
        for (name, quoted) in cases {
            assert_eq!(identifier(name), quoted);
        }
    }
}
