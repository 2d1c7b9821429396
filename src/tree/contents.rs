//! What the seals directory holds: the seals, and what does not belong there.

use sealgate_core::seal::SealName;
use sealgate_core::seal::exclude::pattern::Glob;
use sealgate_core::text::problem::Problem;
use sealgate_scan::{Directory, Kind, RootError, Version};

use super::Workspace;
use super::limits::check_names;
use crate::tree::replace::is_leftover_beside;

/// What the seals directory holds.
#[derive(Debug, Default)]
pub struct Contents {
    /// The seals, by name.
    pub names: Vec<SealName>,
    /// What must not be there.
    pub strays: Vec<Problem>,
    /// Whether something beside seals is there that may be: a policy, grants, evidence, a README.
    pub others: bool,
}

impl Contents {
    /// The names of all seals, where the directory holds nothing else.
    #[must_use]
    pub fn nothing_but_seals(&self) -> Option<Vec<String>> {
        (self.strays.is_empty() && !self.others)
            .then(|| self.names.iter().map(|name| name.as_str().to_owned()).collect())
    }
}

impl Workspace {
    /// Lists the seals directory; `None` where there is none. What a run that writes beside this one
    /// has there for a moment, or a killed one left, is passed over.
    pub fn contents(&self) -> Result<Option<Contents>, Problem> {
        let Some(directory) = self.seals_directory()? else { return Ok(None) };
        let listing = directory.list().map_err(|trouble| {
            unreadable(format!("{}: {}", self.seals.as_str(), trouble.detail))
        })?;
        check_names(self.seals.as_str(), listing.len())?;
        let mut contents = Contents::default();
        for (name, kind) in listing {
            if kind == Kind::File && is_leftover_beside(&name) {
                continue;
            }
            match sort_out(&name, kind) {
                Place::Seal(name) => contents.names.push(name),
                Place::Known => contents.others = true,
                Place::Stray(why) => contents.strays.push(self.stray(&name, why)),
            }
        }
        contents.names.sort();
        contents.strays.sort_by(|a, b| a.file.cmp(&b.file));
        Ok(Some(contents))
    }

    /// The version of the seals directory that is there now; `None` where there is none.
    pub fn seals_version(&self) -> Result<Option<Version>, Problem> {
        let Some(directory) = self.seals_directory()? else { return Ok(None) };
        let version = directory.version().map_err(|trouble| {
            unreadable(format!("{}: {}", self.seals.as_str(), trouble.detail))
        })?;
        Ok(Some(version))
    }

    fn seals_directory(&self) -> Result<Option<Directory>, Problem> {
        match Directory::open_root(&self.root, Some(&self.seals)) {
            Ok(directory) => Ok(Some(directory)),
            Err(RootError::Missing(_)) => Ok(None),
            Err(error) => Err(unreadable(error.to_string())),
        }
    }

    pub(super) fn stray(&self, name: &[u8], why: &str) -> Problem {
        let name = String::from_utf8_lossy(name);
        let file = format!("{}/{name}", self.seals.as_str());
        let is_seal_name =
            name.strip_suffix(".toml").is_some_and(|name| SealName::parse(name).is_some());
        let remedy = if is_seal_name {
            "move it away: a seal is a regular file; if git has the seal, restore that"
        } else if name.ends_with(".toml") {
            "rename it: the name of a seal is [a-z0-9][a-z0-9._-]*"
        } else {
            "move it elsewhere: only seals and a README.md belong here"
        };
        Problem::new("seals-stray", format!("{why} does not belong in the seals directory"))
            .file(file)
            .remedy(remedy)
    }
}

fn unreadable(message: String) -> Problem {
    Problem::new("seals-unreadable", message)
        .remedy("make it a directory that this user can read, or name another with --seals")
}

/// What a name in the seals directory is.
pub(super) enum Place {
    Seal(SealName),
    Known,
    Stray(&'static str),
}

pub(super) fn sort_out(name: &[u8], kind: Kind) -> Place {
    let known = std::str::from_utf8(name).ok();
    let seal = known.and_then(|name| name.strip_suffix(".toml")).and_then(SealName::parse);
    match (kind, known, seal) {
        (Kind::File, _, Some(name)) => Place::Seal(name),
        (Kind::File, Some("policy.toml" | "README.md"), _)
        | (Kind::Directory, Some("grants" | "evidence"), _) => Place::Known,
        (Kind::File, _, _) => Place::Stray("this file"),
        (Kind::Directory, _, _) => Place::Stray("this directory"),
        (Kind::Link, _, _) => Place::Stray("a symbolic link"),
        (Kind::Special(what), _, _) => Place::Stray(what),
    }
}

/// The names that `patterns` select, as far as they are sound patterns: all of them where there is
/// no pattern.
#[must_use]
pub fn matching(names: &[SealName], patterns: &[String]) -> Vec<SealName> {
    if patterns.is_empty() {
        return names.to_vec();
    }
    patterns.iter().flat_map(|pattern| matching_one(names, pattern).unwrap_or_default()).collect()
}

fn matching_one(names: &[SealName], pattern: &str) -> Result<Vec<SealName>, &'static str> {
    let glob = Glob::new(pattern)?;
    Ok(names.iter().filter(|name| glob.is_match(name.as_str())).cloned().collect())
}

/// The names that `patterns` select: all of them where there is no pattern. Each pattern, a name
/// or a glob, must select one at least.
pub fn select(names: &[SealName], patterns: &[String]) -> Result<Vec<SealName>, Vec<Problem>> {
    if patterns.is_empty() {
        return Ok(names.to_vec());
    }
    let mut problems = Vec::new();
    let mut selected = Vec::new();
    for pattern in patterns {
        let before = selected.len();
        match matching_one(names, pattern) {
            Ok(mut found) => selected.append(&mut found),
            Err(why) => {
                problems.push(
                    Problem::new("name-invalid", format!("{pattern}: {why}"))
                        .remedy("write a name, or a glob such as 'web-*'"),
                );
                continue;
            }
        }
        if selected.len() == before {
            let known: Vec<_> = names.iter().map(SealName::as_str).collect();
            problems.push(
                Problem::new("name-unmatched", format!("no seal is named {pattern}"))
                    .remedy(format!("the seals here: {}", known.join(", "))),
            );
        }
    }
    selected.sort();
    selected.dedup();
    if problems.is_empty() { Ok(selected) } else { Err(problems) }
}
