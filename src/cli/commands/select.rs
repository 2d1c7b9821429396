//! Seals that are named by a place: the directory that they cover, or their own file.

use std::path::Path;

use sealgate_core::seal::{SealName, loose_header};
use sealgate_core::text::problem::Problem;

use super::Context;
use crate::ops::seal::plan::relative_root;
use crate::tree::{Loaded, matching};

/// `patterns`, with the names of seals instead of the places that stand for them: the root of a seal,
/// a path from where the user is, or a seal file. What is a name or a glob of `names` stays, and so
/// does what is neither.
///
/// A seal that cannot be read may cover any root, so each root stands for it too: the command then
/// reports what is wrong with it.
pub(super) fn by_place(
    context: &Context,
    names: &[SealName],
    patterns: &[String],
    load: &dyn Fn(&SealName) -> Result<Loaded, Problem>,
) -> Vec<String> {
    let mut roots: Option<Vec<(&SealName, Option<String>)>> = None;
    let mut selected = Vec::new();
    for pattern in patterns {
        let place = match &matching(names, std::slice::from_ref(pattern))[..] {
            [] => relative_root(&context.repository, &context.base, Path::new(pattern)).ok(),
            _ => None,
        };
        let Some(place) = place else {
            selected.push(pattern.clone());
            continue;
        };
        let is_file = |name: &&SealName| context.repository.file_of(name) == place.as_str();
        if let Some(name) = names.iter().find(is_file) {
            selected.push(name.to_string());
            continue;
        }
        let roots = roots.get_or_insert_with(|| {
            names.iter().map(|name| (name, root_of(&load(name)))).collect::<Vec<_>>()
        });
        let covers = |root: &Option<String>| root.as_deref() == Some(place.as_str());
        if roots.iter().any(|(_, root)| covers(root)) {
            let meant = roots.iter().filter(|(_, root)| root.is_none() || covers(root));
            selected.extend(meant.map(|(name, _)| name.to_string()));
        } else {
            selected.push(pattern.clone());
        }
    }
    selected
}

/// The same among the seals of the working tree.
pub(super) fn by_place_here(
    context: &Context,
    names: &[SealName],
    patterns: &[String],
) -> Vec<String> {
    by_place(context, names, patterns, &|name| context.repository.load(name))
}

/// The root that a seal states, as far as it can be made out.
fn root_of(loaded: &Result<Loaded, Problem>) -> Option<String> {
    let loaded = loaded.as_ref().ok()?;
    match &loaded.seal {
        Ok(seal) => Some(seal.header.root.as_str().to_owned()),
        Err(_) => Some(loose_header(&loaded.bytes).ok()?.root.as_str().to_owned()),
    }
}
