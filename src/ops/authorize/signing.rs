//! The one place that runs `ssh-keygen`: keys stay where their owners keep them.

use std::path::Path;
use std::process::{Command, Stdio};

use sealgate_core::text::problem::{Problem, in_words};
use sealgate_git::child::Running;

/// The signature of `message` by the key in the file `key`, made for `namespace`.
///
/// `ssh-keygen` asks for a passphrase or a touch on the terminal.
#[expect(clippy::disallowed_methods, reason = "no private key is ever read here: ssh-keygen does")]
pub fn sign(message: &[u8], key: &Path, namespace: &str) -> Result<Vec<u8>, Problem> {
    let failed = |what: String| {
        Problem::new("signing-failed", format!("ssh-keygen: {what}"))
            .remedy("name the file of a key that OpenSSH can sign with: --key ~/.ssh/id_ed25519")
    };
    let told = |error: std::io::Error| failed(in_words(&error));
    // A path that begins with a hyphen would be an option; this is none.
    let key = std::path::absolute(key).map_err(told)?;
    let child = Command::new("ssh-keygen")
        .args(["-Y", "sign", "-n", namespace, "-f"])
        .arg(key)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(told)?;
    let answer = Running::new(child).exchange(message.to_vec()).map_err(told)?;
    if answer.status.success() { Ok(answer.stdout) } else { Err(failed(answer.stderr)) }
}
