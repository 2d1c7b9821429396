//! Keeps a process from writing anywhere but below some directories, and from the network.
//!
//! A process restricts itself, and what it starts is restricted with it. There is no way back.

use std::path::PathBuf;

/// What confines a process, as a record states it.
pub const CONFINEMENT: &str = "landlock-4";

/// What a record states where the operator wanted no confinement.
pub const UNCONFINED: &str = "none";

/// Why a process could not be confined.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ConfineError(String);

/// Keeps this process, and all that it starts, from writing anywhere but below the directories `writable`
/// and to `/dev/null`, and from TCP.
///
/// # Errors
///
/// The system cannot confine a process in all these ways. Nothing may be run then.
#[cfg(target_os = "linux")]
pub fn confine(writable: &[PathBuf]) -> Result<(), ConfineError> {
    use landlock::{
        ABI, Access as _, AccessFs, AccessNet, CompatLevel, Compatible as _, Ruleset,
        RulesetAttr as _, RulesetCreatedAttr as _, RulesetStatus, path_beneath_rules,
    };
    // The first version that confines TCP.
    const NEEDED: ABI = ABI::V4;
    let failed = |error: &dyn std::error::Error| ConfineError(format!("Landlock: {error}"));
    let everything = AccessFs::from_all(NEEDED);
    let reading = AccessFs::from_read(NEEDED);
    let ruleset = Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(everything)
        .and_then(|ruleset| ruleset.handle_access(AccessNet::from_all(NEEDED)))
        .and_then(Ruleset::create)
        .and_then(|ruleset| ruleset.add_rules(path_beneath_rules(["/"], reading)))
        .and_then(|ruleset| ruleset.add_rules(path_beneath_rules(writable, everything)))
        .and_then(|ruleset| {
            let writing = AccessFs::WriteFile | AccessFs::ReadFile;
            ruleset.add_rules(path_beneath_rules(["/dev/null"], writing))
        })
        .map_err(|error| failed(&error))?;
    let status = ruleset.restrict_self().map_err(|error| failed(&error))?;
    if status.ruleset != RulesetStatus::FullyEnforced {
        return Err(ConfineError("Landlock: not every restriction is enforced".to_owned()));
    }
    Ok(())
}

/// The same, where no system call confines a process.
///
/// # Errors
///
/// Always.
#[cfg(not(target_os = "linux"))]
pub fn confine(_: &[PathBuf]) -> Result<(), ConfineError> {
    Err(ConfineError("only Linux can confine what a plan runs (Landlock)".to_owned()))
}
