//! What one run over many seals may take: a few hundred bytes make a seal, and each may cover the
//! same tree again.

use std::collections::{HashMap, HashSet};

use sealgate_core::text::problem::Problem;

/// How many seals may cover one directory without being counted.
const COVERED_BY: usize = 16;

/// The names that all further seals of a directory may look at together; 64 KiB of a file are one more.
const MOST_AGAIN: u64 = 500_000;

/// After how many findings no further seal is judged. One with a long path counts as several.
const MOST_FINDINGS: usize = 250_000;

/// For each so many bytes of its path, a finding counts once more.
const PART_OF_PATH: usize = 128;

/// What was read and found so far.
#[derive(Debug, Default)]
pub struct Bounds {
    /// The seals whose root many others cover too, by name.
    crowded: HashSet<String>,
    again: u64,
    findings: usize,
}

impl Bounds {
    /// Bounds for the seals of these names and roots.
    pub fn new<'s>(seals: impl IntoIterator<Item = (&'s str, &'s str)>) -> Self {
        let seals: Vec<(&str, &str)> = seals.into_iter().collect();
        let mut number: HashMap<&str, usize> = HashMap::new();
        for (_, root) in &seals {
            *number.entry(root).or_default() += 1;
        }
        // Once for each root, however many seals have it.
        let mut covering: HashMap<&str, usize> = HashMap::new();
        for root in number.keys() {
            let seals = above(root).filter_map(|above| number.get(above)).sum();
            covering.insert(root, seals);
        }
        let is_crowded = |root| covering.get(root).is_some_and(|seals| *seals > COVERED_BY);
        let crowded = seals.iter().filter(|(_, root)| is_crowded(*root));
        let crowded = crowded.map(|(name, _)| (*name).to_owned()).collect();
        Self { crowded, again: 0, findings: 0 }
    }

    /// Whether so many seals cannot cover one directory too often.
    #[must_use]
    pub fn are_few(seals: usize) -> bool {
        seals <= COVERED_BY
    }

    /// Why the seal `name` is not read any more, if it is not.
    #[must_use]
    pub fn refuse(&self, name: &str) -> Option<Problem> {
        if self.findings >= MOST_FINDINGS {
            let message = "the seals before it fill a report: it was not judged";
            let problem = Problem::new("findings-too-many", message).seal(name);
            return Some(problem.remedy("correct those first, or name this seal alone"));
        }
        if self.again >= MOST_AGAIN && self.crowded.contains(name) {
            let message = format!(
                "more than {COVERED_BY} seals cover its root, and reading that again and again takes too \
                 long: it was not read"
            );
            let problem = Problem::new("roots-overlap", message).seal(name);
            return Some(
                problem.remedy("give the seals roots of their own, or name fewer of them"),
            );
        }
        None
    }

    /// Counts what the seal `name` took; `paths` are the lengths in bytes of the paths that were found to
    /// differ.
    pub fn count(
        &mut self,
        name: &str,
        names: u64,
        bytes: u64,
        paths: impl IntoIterator<Item = usize>,
    ) {
        if self.crowded.contains(name) {
            self.again += names + (bytes >> 16);
        }
        self.findings += paths.into_iter().map(|length| 1 + length / PART_OF_PATH).sum::<usize>();
    }
}

/// `root` and the directories above it, up to the repository.
fn above(root: &str) -> impl Iterator<Item = &str> {
    let ends = root.match_indices('/').map(|(end, _)| end).chain([root.len()]);
    let inner = ends.map(|end| &root[..end]).filter(|above| *above != ".");
    std::iter::once(".").chain(inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_a_root_and_all_that_contain_it() {
        for (root, expected) in
            [(".", &["."][..]), ("a", &[".", "a"]), ("a/b/c", &[".", "a", "a/b", "a/b/c"])]
        {
            assert_eq!(above(root).collect::<Vec<_>>(), expected, "{root}");
        }
    }

    #[test]
    fn stops_reading_a_tree_that_many_seals_cover_and_no_other() {
        let names: Vec<String> = (0..40).map(|at| format!("s{at}")).collect();
        let nested = |at: usize| ["a", "a/b", "a/b/c", "."][at % 4];
        let seals = names.iter().enumerate().map(|(at, name)| (&**name, nested(at)));
        let mut bounds = Bounds::new(seals.chain([("other", "b")]));
        // `.`, `a` and `a/b` are above `a/b/c`: 40 seals; 10 cover `.`, and 20 `a`.
        assert_eq!(bounds.crowded.len(), 30);
        bounds.count("s3", MOST_AGAIN * 2, 0, []);
        assert_eq!(bounds.refuse("s0"), None, "what few seals cover is not counted");
        bounds.count("s0", MOST_AGAIN - 1, 0, []);
        assert_eq!(bounds.refuse("s1"), None);
        bounds.count("s1", 0, 1 << 16, []);
        let codes = |name: &str| bounds.refuse(name).map(|problem| problem.code);
        assert_eq!([codes("s1"), codes("s3"), codes("other")], [Some("roots-overlap"), None, None]);
    }

    #[test]
    fn judges_no_further_seal_once_there_are_more_findings_than_a_report_can_hold() {
        let mut bounds = Bounds::new([("a", "a"), ("b", "b")]);
        bounds.count("a", 1, 1, vec![1; MOST_FINDINGS - 1]);
        assert_eq!(bounds.refuse("b"), None);
        bounds.count("a", 1, 1, [1]);
        assert_eq!(bounds.refuse("b").map(|problem| problem.code), Some("findings-too-many"));
    }

    #[test]
    fn a_finding_counts_by_the_length_of_its_path() {
        let mut bounds = Bounds::new([("a", "a"), ("b", "b")]);
        bounds.count("a", 1, 1, vec![4_000; MOST_FINDINGS / 32 - 1]);
        assert_eq!(bounds.refuse("b"), None);
        bounds.count("a", 1, 1, [4_000; 2]);
        assert_eq!(bounds.refuse("b").map(|problem| problem.code), Some("findings-too-many"));
    }
}
