//! A root of which two builds differ, as a report states it: a finding for each path that differs.

use std::collections::{BTreeSet, HashMap};

use sealgate_core::compare::changes::Change;
use sealgate_core::compare::finding::{Cause, Finding};
use sealgate_core::compare::fold::folds;
use sealgate_core::compare::inventory::{Inventory, Item, Observed};
use sealgate_core::compare::verdict::SealResult;
use sealgate_core::compare::{compare, new_directories};
use sealgate_core::seal::Seal;

/// What two builds of one root made.
#[derive(Debug)]
pub struct Varying {
    /// The name of its seal.
    pub name: String,
    /// The paths at which they differ.
    paths: BTreeSet<Box<[u8]>>,
    first: Inventory,
    second: Inventory,
}

impl Varying {
    /// Of the seal `name`, with the `changes` from the `first` build to the `second`.
    #[must_use]
    pub fn new(name: &str, changes: &[Change], (first, second): (Inventory, Inventory)) -> Self {
        let path = |path: &String| path.clone().into_bytes().into_boxed_slice();
        let of_change =
            |change: &Change| [Some(path(&change.path)), change.from.as_ref().map(path)];
        let paths = changes.iter().flat_map(of_change).flatten().collect();
        Self { name: name.to_owned(), paths, first, second }
    }

    /// Puts a finding for each path that differs into `result`, that of the second build by `seal`. At most
    /// one of two builds is as sealed; where it is the second, the first is what is found.
    pub fn tell(self, seal: &Seal, result: &mut SealResult) {
        let Self { paths, first, mut second, .. } = self;
        for path in &paths {
            let sealed = seal.entry(path).cloned().map(Observed::Entry);
            if second.observed(path) != sealed.as_ref() {
                continue;
            }
            match first.observed(path) {
                Some(there) => second.put(Item::new(path.clone(), there.clone())),
                None => second.remove(path),
            }
        }
        let known = std::mem::take(&mut result.findings).into_iter();
        let mut known: HashMap<_, _> =
            known.map(|finding| ((finding.kind, finding.path.clone()), finding)).collect();
        let comparison = compare(seal, &second);
        let explained = |finding: Finding| {
            let of = (finding.kind, finding.path.clone());
            let mut finding = known.remove(&of).unwrap_or(finding);
            let differs = paths.contains(&finding.path)
                || finding.from.as_ref().is_some_and(|from| paths.contains(from.as_bytes()));
            if differs && matches!(finding.cause, None | Some(Cause::BuildDiffers)) {
                finding.cause = Some(Cause::BuildVaries);
            }
            finding
        };
        result.findings = comparison.findings.into_iter().map(explained).collect();
        result.matched = comparison.matched;
        result.new_directories = new_directories(seal, &result.findings);
        result.folds = folds(seal, &result.findings);
    }
}
