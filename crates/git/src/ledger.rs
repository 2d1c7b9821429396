//! A repository elsewhere in which the uses of grants are recorded: the one place that changes something
//! outside this clone.
//!
//! A record is a commit without parent, whose message is the record, under a tag. The other repository
//! takes a new tag from one of any number of runs that push at the same time, and refuses the others.
//!
//! The caller's variables for SSH and for asking for passwords stay, because a push needs them. All others
//! are removed, no hook runs here, and the configuration must not lead the URL elsewhere.

use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

use super::hooks::common_directory;
use super::object::{ObjectKind, Oid};
use super::objects::{ObjectError, Objects};
use super::{GitError, answer, git, plumbing, records};
use crate::child::Running;

/// The variables by which a caller states how to reach another repository.
const KEPT: [&str; 4] = ["GIT_SSH", "GIT_SSH_COMMAND", "GIT_SSH_VARIANT", "GIT_ASKPASS"];

/// The protocols that a push and a fetch may use; none runs a program that the URL names.
const PROTOCOLS: &str = "file:https:ssh";

/// Why the other repository could not be asked.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The configuration leads the URL elsewhere.
    #[error("the setting {0} leads it elsewhere")]
    Redirected(String),
    /// git could not be run, or the repository could not be reached.
    #[error(transparent)]
    Git(#[from] GitError),
    /// A record in it cannot be read.
    #[error(transparent)]
    Object(#[from] ObjectError),
}

/// What became of a push of a new tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pushed {
    /// The other repository took it as new.
    Created,
    /// It did not, or it is not certain that it did.
    NotCreated(String),
}

/// The repository at a URL.
#[derive(Debug)]
pub struct RemoteLedger<'a> {
    repository: &'a Path,
    url: &'a str,
}

impl<'a> RemoteLedger<'a> {
    /// The repository at `url`, asked from the repository at `repository`.
    ///
    /// # Errors
    ///
    /// The configuration gives the URL another meaning: `url.X.insteadOf`, `url.X.pushInsteadOf`, a remote
    /// or a file in `remotes` or `branches` of the git directory that is named like the URL,
    /// `core.sshCommand` or `http.curloptResolve`.
    pub fn open(repository: &'a Path, url: &'a str) -> Result<Self, LedgerError> {
        let arguments = ["--null", "--get-regexp", r"^(url|remote|core|http)\."];
        let settings = answer(git(repository), "config", &arguments, b"", &[0, 1])?;
        for setting in records(&settings) {
            let setting = String::from_utf8_lossy(&setting).into_owned();
            let (key, value) = setting.split_once('\n').unwrap_or((&setting, ""));
            let lower = key.to_ascii_lowercase();
            let replaces = lower.ends_with(".insteadof") || lower.ends_with(".pushinsteadof");
            let is_remote = key.strip_prefix("remote.").is_some_and(|rest| {
                rest.strip_prefix(url).is_some_and(|rest| rest.starts_with('.'))
            });
            let connects = match Transport::of(url) {
                Transport::Ssh => lower == "core.sshcommand",
                Transport::Https => lower.ends_with(".curloptresolve"),
                Transport::Files => false,
            };
            if is_remote || connects || replaces && url.starts_with(value) {
                return Err(LedgerError::Redirected(key.to_owned()));
            }
        }
        if let Some(file) = remote_file(repository, url)? {
            return Err(LedgerError::Redirected(file));
        }
        Ok(Self { repository, url })
    }

    /// The URL.
    #[must_use]
    pub fn url(&self) -> &'a str {
        self.url
    }

    /// The refs whose names fit one of `patterns`, with what each holds.
    ///
    /// # Errors
    ///
    /// The repository cannot be reached.
    pub fn refs(&self, patterns: &[&str]) -> Result<Vec<(String, Oid)>, LedgerError> {
        let mut arguments = vec!["--quiet", "--refs", self.url];
        arguments.extend(patterns);
        let listed = answer(self.git(), "ls-remote", &arguments, b"", &[0])?;
        let mut refs = Vec::new();
        for line in String::from_utf8_lossy(&listed).lines() {
            let found = line
                .split_once('\t')
                .and_then(|(oid, name)| Some((name.to_owned(), Oid::from_hex(oid.as_bytes())?)));
            refs.extend(found);
        }
        Ok(refs)
    }

    /// What the ref with the full name `name` holds; `None` where there is no such ref.
    ///
    /// # Errors
    ///
    /// The repository cannot be reached.
    pub fn value(&self, name: &str) -> Result<Option<Oid>, LedgerError> {
        let refs = self.refs(&[name])?;
        Ok(refs.into_iter().find(|(found, _)| found == name).map(|(_, oid)| oid))
    }

    /// Makes a commit without parent and without files whose message is `record`, in this clone. `seconds`
    /// is its time after the beginning of 1970.
    ///
    /// # Errors
    ///
    /// git cannot write it: the disk is full, or this user must not write.
    pub fn write(&self, record: &str, seconds: u64) -> Result<Oid, LedgerError> {
        let tree = self.write_object("tree", b"")?;
        let who = format!("sealgate <sealgate@localhost> {seconds} +0000");
        let commit = format!("tree {tree}\nauthor {who}\ncommitter {who}\n\n{record}");
        self.write_object("commit", commit.as_bytes())
    }

    fn write_object(&self, kind: &str, bytes: &[u8]) -> Result<Oid, LedgerError> {
        let arguments = ["-t", kind, "-w", "--stdin"];
        let id = answer(plumbing(self.repository), "hash-object", &arguments, bytes, &[0])?;
        let stderr = "git printed no id of the object that it wrote".to_owned();
        let unclear = GitError::Failed { command: "hash-object", stderr };
        Ok(Oid::from_hex(id.trim_ascii_end()).ok_or(unclear)?)
    }

    /// Pushes the commit `oid` as the new ref `name`: nothing may be there.
    ///
    /// # Errors
    ///
    /// git could not be run, or the repository could not be reached.
    pub fn push(&self, oid: &Oid, name: &str) -> Result<Pushed, LedgerError> {
        let mut git = self.git();
        git.args(["push", "--porcelain", "--no-verify", "--no-follow-tags", "--no-signed"]);
        git.args(["--recurse-submodules=no", &format!("--force-with-lease={name}:"), self.url]);
        git.arg(format!("{oid}:{name}")).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = git.spawn().map_err(GitError::NotRun)?;
        let failed = |stderr| GitError::Failed { command: "push", stderr };
        let answer =
            Running::new(child).exchange(Vec::new()).map_err(|error| failed(error.to_string()))?;
        let said = String::from_utf8_lossy(&answer.stdout).into_owned();
        match (answer.status.code(), statuses(&said, name)[..].as_ref()) {
            (Some(0), ["*"]) => Ok(Pushed::Created),
            (_, []) => Err(failed(answer.stderr).into()),
            (_, [..]) => Ok(Pushed::NotCreated(said)),
        }
    }

    /// The messages of the commits that the refs `names` hold, in their order; `None` of one whose commit is
    /// longer than `limit` bytes, or has a parent, or is none.
    ///
    /// # Errors
    ///
    /// The repository cannot be reached.
    pub fn records(
        &self,
        names: &[(String, Oid)],
        limit: u64,
    ) -> Result<Vec<Option<String>>, LedgerError> {
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let mut wanted = String::new();
        for (name, _) in names {
            wanted.push_str(name);
            wanted.push('\n');
        }
        let options = ["--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance"];
        let more = ["--recurse-submodules=no", "--stdin", self.url];
        let arguments = [&options[..], &more].concat();
        answer(self.git(), "fetch", &arguments, wanted.as_bytes(), &[0])?;
        let mut objects = Objects::open(self.repository)?;
        let mut messages = Vec::with_capacity(names.len());
        for (_, oid) in names {
            messages.push(message(&mut objects, oid, limit)?);
        }
        Ok(messages)
    }

    /// A git that reaches other repositories.
    fn git(&self) -> Command {
        let mut git = plumbing(self.repository);
        for name in KEPT {
            if let Some(value) = std::env::var_os(name) {
                git.env(name, value);
            }
        }
        git.env("GIT_ALLOW_PROTOCOL", PROTOCOLS);
        // Where nothing arrives for a minute, nothing will.
        git.args(["-c", "http.lowSpeedLimit=1", "-c", "http.lowSpeedTime=60"]);
        git
    }
}

/// How git reaches a URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Transport {
    Files,
    Https,
    Ssh,
}

impl Transport {
    /// Any URL that is not known to be reached in another way may be reached by SSH.
    fn of(url: &str) -> Self {
        if url.starts_with("https://") {
            Self::Https
        } else if url.starts_with("file://") || Path::new(url).is_absolute() {
            Self::Files
        } else {
            Self::Ssh
        }
    }
}

/// The file by which git takes `url` for the name of a remote, as it did before remotes were settings.
fn remote_file(repository: &Path, url: &str) -> Result<Option<String>, GitError> {
    // git takes no name with a slash for that of such a file.
    if url.contains('/') {
        return Ok(None);
    }
    let directory = common_directory(repository)?;
    for kind in ["remotes", "branches"] {
        match directory.join(kind).join(url).symlink_metadata() {
            Err(error) if is_absence(&error) => {}
            // One of which nobody can tell may be there for git.
            Ok(_) | Err(_) => return Ok(Some(format!("{kind}/{url} of the git directory"))),
        }
    }
    Ok(None)
}

fn is_absence(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// The flags of `git push --porcelain` for the ref `name`: `FLAG TAB FROM:TO TAB SUMMARY`.
fn statuses<'t>(said: &'t str, name: &str) -> Vec<&'t str> {
    let mut flags = Vec::new();
    for line in said.lines() {
        let mut fields = line.split('\t');
        let (flag, refs) = (fields.next(), fields.next());
        if let (Some(flag), Some((_, to))) = (flag, refs.and_then(|refs| refs.split_once(':')))
            && to == name
        {
            flags.push(flag);
        }
    }
    flags
}

fn message(objects: &mut Objects, oid: &Oid, limit: u64) -> Result<Option<String>, ObjectError> {
    let bytes = match objects.whole(oid, ObjectKind::Commit, limit) {
        Ok(bytes) => bytes,
        Err(ObjectError::Kind(..) | ObjectError::TooLarge(..)) => return Ok(None),
        Err(error) => return Err(error),
    };
    let text = String::from_utf8(bytes).ok();
    Ok(text.and_then(|text| {
        let (head, message) = text.split_once("\n\n")?;
        let has_parent = head.lines().any(|line| line.starts_with("parent "));
        (!has_parent).then(|| message.to_owned())
    }))
}

/// Who commits in `repository`, `NAME <ADDRESS>`, as the caller's variables and the configuration state it;
/// `None` where neither does.
#[must_use]
pub fn identity(repository: &Path) -> Option<String> {
    let mut git = git(repository);
    for name in ["GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL"] {
        if let Some(value) = std::env::var_os(name) {
            git.env(name, value);
        }
    }
    let line = answer(git, "var", &["GIT_COMMITTER_IDENT"], b"", &[0]).ok()?;
    let line = String::from_utf8(line).ok()?;
    let (who, _) = line.rsplit_once('>')?;
    Some(format!("{who}>"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_flag_of_one_ref_alone() {
        let name = "refs/tags/sealgate-used/a";
        let line = |flag: &str, to: &str| format!("{flag}\t{}:{to}\t[x]\n", "b".repeat(40));
        let said = |lines: &[String]| format!("To /x\n{}Done\n", lines.concat());
        for (lines, flags) in [
            (vec![line("*", name)], vec!["*"]),
            (vec![line("=", name)], vec!["="]),
            (vec![line("!", name)], vec!["!"]),
            (vec![line("*", "refs/tags/sealgate-used/ab")], vec![]),
            (vec![line("*", name), line("!", name)], vec!["*", "!"]),
            (vec![], vec![]),
        ] {
            assert_eq!(statuses(&said(&lines), name), flags);
        }
    }
}
