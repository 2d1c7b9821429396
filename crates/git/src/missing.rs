//! What to do about an object that is not here.

use std::path::Path;

use super::run;

/// Whether the history here is cut off.
#[must_use]
pub fn is_shallow(repository: &Path) -> bool {
    run(repository, "rev-parse", &["--is-shallow-repository"])
        .is_ok_and(|answer| answer.trim_ascii_end() == b"true")
}

/// Where objects that are not here can be had, as far as that can be known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetching {
    /// From the remote of a partial clone, all of them at once.
    Partial(String),
    /// From this remote, each by its id.
    Remote(String),
    /// There is no remote.
    Unknown,
}

impl Fetching {
    /// Asks the configuration of the repository at `repository`.
    #[must_use]
    pub fn of(repository: &Path) -> Self {
        if let Some(remote) = promisor(repository) {
            return Self::Partial(remote);
        }
        let remote = run(repository, "remote", &[]).ok();
        let remote = remote.as_deref().and_then(|names| names.split(|&byte| byte == b'\n').next());
        match remote.map_or("", |name| std::str::from_utf8(name).unwrap_or_default()) {
            "" => Self::Unknown,
            remote => Self::Remote(remote.to_owned()),
        }
    }

    /// The command that brings the object `oid`.
    #[must_use]
    pub fn how(&self, oid: &str) -> String {
        match self {
            Self::Partial(remote) => format!(
                "this is a partial clone: `git fetch --refetch --no-filter {remote}` brings everything"
            ),
            Self::Remote(remote) => format!("fetch it first: `git fetch --depth=1 {remote} {oid}`"),
            Self::Unknown => "fetch it from where it is, or clone again".to_owned(),
        }
    }
}

/// The remote that was to send missing objects when they are needed.
fn promisor(repository: &Path) -> Option<String> {
    let arguments = ["--name-only", "--get-regexp", r"^remote\..*\.promisor$"];
    let names = run(repository, "config", &arguments).ok()?;
    let first = names.split(|&byte| byte == b'\n').next()?;
    let name = std::str::from_utf8(first).ok()?;
    Some(name.strip_prefix("remote.")?.strip_suffix(".promisor")?.to_owned())
}
