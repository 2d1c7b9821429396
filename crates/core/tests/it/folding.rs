//! Which directories are shown as one line.

use sealgate_core::compare::compare;
use sealgate_core::compare::fold::folds;

use crate::trees::{inventory, seal};

/// What was sealed, what is there, and the folded directories as `kind path [<- from] number`.
type Case = (&'static [&'static str], &'static [&'static str], &'static [&'static str]);

const CASES: &[Case] = &[
    // All of it, and a directory beside it that is as it was.
    (&["d/1=1", "d/2=2", "d/3=3", "d/4=4", "e/a=5"], &["e/a=5"], &["missing d 4"]),
    (&["e/a=5"], &["d/1=1", "d/2=2", "d/3=3", "d/4=4", "e/a=5"], &["unsealed d 4"]),
    (
        &["d/1=1", "d/2=2", "d/x/3=3", "d/x/4=4", "e=5"],
        &["n/1=1", "n/2=2", "n/x/3=3", "n/x/4=4", "e=5"],
        &["moved n <- d 4"],
    ),
    // Too few.
    (&["d/1=1", "d/2=2", "d/3=3", "e/a=5"], &["e/a=5"], &[]),
    // One entry of it is there, in whatever form.
    (&["d/1=1", "d/2=2", "d/3=3", "d/4=4", "d/5=5"], &["d/5=5"], &[]),
    (&["d/1=1", "d/2=2", "d/3=3", "d/4=4", "d/5=5"], &["d/5=x"], &[]),
    (&["d/1=1", "d/2=2", "d/3=3", "d/4=4", "e=e"], &["d/5=x", "e=e"], &[]),
    // The part of it that is alike.
    (&["d/x/1=1", "d/x/2=2", "d/x/3=3", "d/x/4=4", "d/5=5"], &["d/5=5"], &["missing d/x 4"]),
    // Names that sort between a directory and what is in it.
    (&["d/1=1", "d/2=2", "d/3=3", "d/4=4", "d-e=5", "d.f=6"], &["d-e=x"], &["missing d 4"]),
    // Two directories became one, and one became two.
    (
        &["a/1=1", "a/2=2", "b/3=3", "b/4=4", "e=e"],
        &["n/1=1", "n/2=2", "n/3=3", "n/4=4", "e=e"],
        &[],
    ),
    (
        &["d/1=1", "d/2=2", "d/3=3", "d/4=4", "d/5=5", "e=e"],
        &["n/1=1", "n/2=2", "n/3=3", "n/4=4", "m/5=5", "e=e"],
        &[],
    ),
    // Moved, with another name inside.
    (
        &["d/1=1", "d/2=2", "d/3=3", "d/4=4", "e=e"],
        &["n/1=1", "n/2=2", "n/3=3", "n/5=4", "e=e"],
        &[],
    ),
    // Moved into a directory that was there.
    (
        &["d/1=1", "d/2=2", "d/3=3", "d/4=4", "n/e=e"],
        &["n/1=1", "n/2=2", "n/3=3", "n/4=4", "n/e=e"],
        &[],
    ),
    // Moved a level deeper.
    (
        &["d/1=1", "d/2=2", "d/3=3", "d/4=4", "e=e"],
        &["d/d/1=1", "d/d/2=2", "d/d/3=3", "d/d/4=4", "e=e"],
        &["moved d/d <- d 4"],
    ),
    // Something could not be read.
    (&["e=e"], &["d/1=1", "d/2=2", "d/3=3", "d/4=!fifo", "e=e"], &[]),
];

#[test]
fn a_directory_is_folded_where_all_that_is_in_it_is_alike() {
    for (sealed, there, expected) in CASES {
        let (seal, inventory) = (seal(sealed), inventory(there));
        let folds = folds(&seal, &compare(&seal, &inventory).findings);
        let shown: Vec<String> = folds
            .iter()
            .map(|fold| {
                let text = |path: &[u8]| String::from_utf8_lossy(path).into_owned();
                let from = fold.from.as_deref().map(|from| format!(" <- {}", text(from)));
                let (kind, path) = (fold.kind.code(), text(&fold.path));
                format!("{kind} {path}{} {}", from.unwrap_or_default(), fold.entries)
            })
            .collect();
        assert_eq!(shown, *expected, "{sealed:?} {there:?}");
    }
}
