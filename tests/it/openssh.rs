//! OpenSSH as a judge of signatures.

#![cfg(unix)]

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use sealgate_core::approval::NAMESPACE;

/// Whether `ssh-keygen -Y verify` accepts the signature `file` of `message` by `who`, whom the file
/// `allowed` lists. Writes into `scratch`.
pub(crate) fn openssh_accepts(
    scratch: &Path,
    allowed: &Path,
    file: &[u8],
    message: &[u8],
    who: &str,
) -> bool {
    let signature = scratch.join("signature");
    std::fs::write(&signature, file).unwrap();
    let mut child = Command::new("ssh-keygen")
        .args(["-Y", "verify", "-n", NAMESPACE, "-I", who, "-f"])
        .arg(allowed)
        .arg("-s")
        .arg(&signature)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // It may have gone before it read: its exit code tells.
    drop(child.stdin.take().unwrap().write_all(message));
    child.wait().unwrap().success()
}
