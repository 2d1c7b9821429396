//! How the sealed bytes lie in directories: what a picture of the tree is drawn from.

use std::collections::{BTreeMap, HashMap};

use sealgate_core::compare::finding::FindingKind;
use sealgate_core::seal::Seal;

use crate::report::v1::{Area, EntryView, FindingView};

/// How many components of a directory are told apart.
const DEPTH: usize = 2;

/// The most areas of one seal; smaller ones count to the directory above them.
const MOST: usize = 120;

impl Area {
    /// The areas of `seal`, sorted by path.
    #[must_use]
    pub fn of(seal: &Seal) -> Vec<Self> {
        let mut sums: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
        for sealed in &seal.entries {
            let sum = sums.entry(directory(sealed.path.as_str())).or_default();
            sum.0 += 1;
            sum.1 = sum.1.saturating_add(sealed.entry.size().unwrap_or(0));
        }
        for depth in (1..=DEPTH).rev() {
            fold(&mut sums, depth);
        }
        let area =
            |(path, (entries, bytes)): (&str, _)| Self { path: path.to_owned(), entries, bytes };
        sums.into_iter().map(area).collect()
    }
}

/// Adds the smallest directories with `depth` components to those above them, until there are few
/// enough.
fn fold(sums: &mut BTreeMap<&str, (u64, u64)>, depth: usize) {
    let deep = |path: &&str| !path.is_empty() && path.split('/').count() == depth;
    let mut small: Vec<(u64, &str)> =
        sums.iter().filter(|(path, _)| deep(path)).map(|(path, sum)| (sum.1, *path)).collect();
    small.sort_unstable();
    let surplus = sums.len().saturating_sub(MOST);
    for (_, path) in small.into_iter().take(surplus) {
        let Some((entries, bytes)) = sums.remove(path) else { continue };
        let above = path.rsplit_once('/').map_or("", |(above, _)| above);
        let sum = sums.entry(above).or_default();
        *sum = (sum.0 + entries, sum.1.saturating_add(bytes));
    }
}

/// The directory to which a path counts.
fn directory(path: &str) -> &str {
    let ends = path.match_indices('/').take(DEPTH);
    ends.last().map_or("", |(at, _)| &path[..at])
}

/// An area with what is wrong in it.
#[derive(Debug, Clone)]
pub(crate) struct Marked {
    /// The directory, as [`Area::path`].
    pub(crate) path: String,
    /// How many bytes are sealed there, or are there and not sealed.
    pub(crate) bytes: u64,
    /// How many findings of each kind, and of how many bytes; worst first.
    pub(crate) findings: BTreeMap<FindingKind, (u64, u64)>,
}

/// `areas` with `findings` in them. What is not sealed may have areas of its own.
pub(crate) fn marked(areas: &[Area], findings: &[FindingView]) -> Vec<Marked> {
    let mut all: Vec<Marked> = areas
        .iter()
        .map(|area| Marked {
            path: area.path.clone(),
            bytes: area.bytes,
            findings: BTreeMap::new(),
        })
        .collect();
    let mut places: HashMap<String, usize> =
        all.iter().enumerate().map(|(at, area)| (area.path.clone(), at)).collect();
    for finding in findings {
        let at = place(directory(&finding.path), &mut places, &mut all);
        let Some(area) = all.get_mut(at) else { continue };
        let size = |entry: &Option<EntryView>| entry.as_ref().and_then(|entry| entry.size);
        let (sealed, there) = (size(&finding.expected), size(&finding.observed));
        if matches!(finding.kind, FindingKind::Unsealed | FindingKind::Moved) {
            area.bytes = area.bytes.saturating_add(there.unwrap_or(0));
        }
        let bytes = if finding.kind == FindingKind::Unsealed { there } else { sealed.or(there) };
        let sum = area.findings.entry(finding.kind).or_default();
        *sum = (sum.0 + 1, sum.1.saturating_add(bytes.unwrap_or(0)));
    }
    all
}

/// The area that holds `path`: its own, one that is made for it, or the nearest above.
fn place(path: &str, places: &mut HashMap<String, usize>, all: &mut Vec<Marked>) -> usize {
    let mut at = path;
    loop {
        let top = !at.contains('/');
        if let Some(&index) = places.get(at) {
            return index;
        }
        if (top && all.len() < 2 * MOST) || at.is_empty() {
            places.insert(at.to_owned(), all.len());
            all.push(Marked { path: at.to_owned(), bytes: 0, findings: BTreeMap::new() });
            return all.len() - 1;
        }
        at = at.rsplit_once('/').map_or("", |(above, _)| above);
    }
}

/// A part of a picture, in units of its width and height.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Rect {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

/// How much wider than high the picture is thought to be.
const ASPECT: f64 = 1.7;

/// Shares `whole` among `weights`, each above 0: halves of about the same weight side by side,
/// along the longer side, again and again.
pub(crate) fn share(weights: &[f64], whole: Rect, out: &mut Vec<Rect>) {
    let total: f64 = weights.iter().sum();
    if weights.len() < 2 || total <= 0.0 {
        out.extend(weights.iter().map(|_| whole));
        return;
    }
    let (mut at, mut left) = (1, weights[0]);
    while at + 1 < weights.len() && left + weights[at] / 2.0 < total / 2.0 {
        left += weights[at];
        at += 1;
    }
    let part = left / total;
    let (first, second) = if whole.width * ASPECT >= whole.height {
        let width = whole.width * part;
        (Rect { width, ..whole }, Rect { x: whole.x + width, width: whole.width - width, ..whole })
    } else {
        let height = whole.height * part;
        (
            Rect { height, ..whole },
            Rect { y: whole.y + height, height: whole.height - height, ..whole },
        )
    };
    share(&weights[..at], first, out);
    share(&weights[at..], second, out);
}

#[cfg(test)]
mod tests {
    use sealgate_core::seal::entry::{Digest, Entry};
    use sealgate_core::seal::exclude::Scope;
    use sealgate_core::seal::path::EntryPath;
    use sealgate_core::seal::{Header, Root, SealName, SealedEntry};

    use super::*;

    fn seal(files: &[(&str, u64)]) -> Seal {
        let entry = |&(path, size): &(&str, u64)| SealedEntry {
            path: EntryPath::parse(path).unwrap(),
            entry: Entry::File { size, digest: Digest([0; 32]), executable: false },
        };
        Seal {
            name: SealName::parse("dist").unwrap(),
            header: Header {
                root: Root::parse("dist").unwrap(),
                tracked: false,
                build: None,
                scope: Scope::new(Vec::new()).unwrap(),
                surface: None,
            },
            entries: files.iter().map(entry).collect(),
        }
    }

    #[test]
    fn bytes_count_to_the_directory_two_levels_down() {
        let seal = seal(&[("a/b/c/d", 1), ("a/b/x", 2), ("a/x", 4), ("x", 8), ("y/z", 16)]);
        let areas = Area::of(&seal);
        let told: Vec<_> = areas.iter().map(|a| (&*a.path, a.entries, a.bytes)).collect();
        assert_eq!(told, [("", 1, 8), ("a", 1, 4), ("a/b", 2, 3), ("y", 1, 16)]);
    }

    #[test]
    fn there_are_never_many_areas_and_no_byte_is_lost() {
        let names: Vec<_> = (0..400).map(|n| (format!("d{:03}/e{}/f", n / 2, n % 2), n)).collect();
        let files: Vec<_> = names.iter().map(|(name, n)| (&**name, *n)).collect();
        let areas = Area::of(&seal(&files));
        assert!((MOST / 2..=MOST + 1).contains(&areas.len()), "{}", areas.len());
        assert_eq!(areas.iter().map(|area| area.bytes).sum::<u64>(), (0..400).sum::<u64>());
        assert_eq!(areas.iter().map(|area| area.entries).sum::<u64>(), 400);
    }

    #[test]
    fn a_picture_is_shared_without_gap_or_overlap() {
        let whole = Rect { x: 0.0, y: 0.0, width: 1.0, height: 1.0 };
        for count in 1..60_u32 {
            let weights: Vec<f64> = (1..=count).map(|n| f64::from(n * n)).rev().collect();
            let mut parts = Vec::new();
            share(&weights, whole, &mut parts);
            assert_eq!(parts.len(), weights.len());
            let total: f64 = weights.iter().sum();
            for (part, weight) in parts.iter().zip(&weights) {
                let area = part.width * part.height;
                assert!((area - weight / total).abs() < 1e-9, "{part:?}");
                assert!(part.x >= 0.0 && part.x + part.width <= 1.0 + 1e-9, "{part:?}");
                assert!(part.y >= 0.0 && part.y + part.height <= 1.0 + 1e-9, "{part:?}");
            }
        }
    }
}
