//! What to do about an object that is not here.

use std::path::Path;

use super::run;

/// Whether the history here is cut off.
#[must_use]
pub fn is_shallow(repository: &Path) -> bool {
    run(repository, "rev-parse", &["--is-shallow-repository"])
        .is_ok_and(|answer| answer.trim_ascii_end() == b"true")
}

/// The command that brings the object `oid`, as far as that can be known.
#[must_use]
pub fn how_to_fetch(repository: &Path, oid: &str) -> String {
    if let Some(remote) = promisor(repository) {
        return format!(
            "this is a partial clone: `git fetch --refetch --no-filter {remote}` brings everything"
        );
    }
    let remote = run(repository, "remote", &[]).ok();
    let remote = remote.as_deref().and_then(|names| names.split(|&byte| byte == b'\n').next());
    let remote = remote.map_or("", |name| std::str::from_utf8(name).unwrap_or_default());
    match remote {
        "" => "fetch it from where it is, or clone again".to_owned(),
        remote => format!("fetch it first: `git fetch --depth=1 {remote} {oid}`"),
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
