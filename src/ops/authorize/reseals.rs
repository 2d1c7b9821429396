//! The seals that changed between the base and what is judged.

use std::collections::{BTreeSet, HashMap};

use sealgate_core::approval::change::{Side, of_seal};
use sealgate_core::compare::changes::SealRef;
use sealgate_core::seal::entry::Digest;
use sealgate_core::seal::{Seal, SealName};
use sealgate_core::text::problem::Problem;

use super::Question;
use crate::tree::{CommitTree, matching};

/// A seal that changed since the base.
#[derive(Debug)]
pub struct Reseal<'a> {
    /// Its name.
    pub name: SealName,
    /// The digest of its change.
    pub change: Digest,
    /// The seal of the base, as [`before`] gives it; `None` where there was none.
    pub before: Option<Result<Seal, Digest>>,
    /// The seal that is judged.
    pub after: Side<'a>,
}

/// The seals that changed since the base.
pub fn reseals<'a>(question: &Question<'a>) -> Result<Vec<Reseal<'a>>, Problem> {
    let there = question.base.contents().unwrap_or_default().names;
    let mut names: BTreeSet<SealName> = matching(&there, question.patterns).into_iter().collect();
    names.extend(question.seals.iter().filter_map(|stated| SealName::parse(stated.name)));
    let there: BTreeSet<SealName> = there.into_iter().collect();
    let seals: HashMap<&str, &SealRef<'_>> =
        question.seals.iter().map(|stated| (stated.name, stated)).collect();
    let mut changed = Vec::new();
    for name in names {
        let old = if there.contains(&name) { Some(before(question.base, &name)?) } else { None };
        let new = match seals.get(name.as_str()) {
            None => Side::Nothing,
            Some(SealRef { seal: Some(seal), .. }) => Side::Seal(seal),
            // It cannot be read: the check is an error anyway.
            Some(SealRef { seal: None, .. }) => continue,
        };
        let change = of_seal(&name, side(old.as_ref()), new);
        if !change.text.is_empty() {
            changed.push(Reseal { name, change: change.digest, before: old, after: new });
        }
    }
    Ok(changed)
}

/// The seal `name` of a commit, one that is not canonical too, or the digest of what is none.
pub fn before(base: &CommitTree<'_>, name: &SealName) -> Result<Result<Seal, Digest>, Problem> {
    let loaded = base.load(name)?;
    let digest = loaded.digest;
    Ok(base.repository().any_form(name, loaded).ok_or(digest))
}

/// The side of a change that [`before`] gives.
#[must_use]
pub fn side(old: Option<&Result<Seal, Digest>>) -> Side<'_> {
    match old {
        None => Side::Nothing,
        Some(Ok(seal)) => Side::Seal(seal),
        Some(Err(digest)) => Side::Unreadable(*digest),
    }
}
