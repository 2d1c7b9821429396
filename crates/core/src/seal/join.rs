//! Joins two changes of one seal, entry by entry and header key by header key. Pure: no bytes are looked
//! at, so the result states what the two sides approved and nothing else.

use std::collections::{BTreeMap, HashSet};

use super::exclude::Scope;
use super::model::{Seal, SealedEntry};
use super::read::read;
use super::write::{entry_line, head};
use crate::seal::entry::Entry;
use crate::seal::path::EntryPath;

/// How many characters long git makes a marker by default.
pub const MARKER_SIZE: usize = 7;

/// What two changes of a seal come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Joined {
    /// A seal, in which both changes are.
    Whole(Box<Seal>),
    /// Both sides changed the same thing in different ways.
    Conflict {
        /// The canonical text, with git's markers around the lines in conflict.
        text: Vec<u8>,
        /// The keys of the header that are in conflict.
        keys: Vec<String>,
        /// The entries that are in conflict, in their order.
        paths: Vec<EntryPath>,
    },
}

/// What one side has, or nothing.
type Side<'s, T> = Option<&'s T>;

/// One key, or one entry, of the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Choice<'s, T> {
    /// Both sides agree, or one of them alone changed it; nothing if that deleted it.
    Taken(Side<'s, T>),
    /// The sides differ.
    Open { ours: Side<'s, T>, theirs: Side<'s, T> },
}

/// The rule of every three-way merge.
fn choose<'s, T: PartialEq>(
    base: Side<'s, T>,
    ours: Side<'s, T>,
    theirs: Side<'s, T>,
) -> Choice<'s, T> {
    if ours == theirs || theirs == base {
        Choice::Taken(ours)
    } else if ours == base {
        Choice::Taken(theirs)
    } else {
        Choice::Open { ours, theirs }
    }
}

/// Joins `ours` and `theirs`, which both come from `base`; without a base, both added the seal. Markers
/// have `marker_size` characters.
#[must_use]
pub fn join(base: Option<&Seal>, ours: &Seal, theirs: &Seal, marker_size: usize) -> Joined {
    let mut head = Head::join(base, ours, theirs);
    let mut entries = entries(base, ours, theirs);
    reopen_excluded(&mut entries, head.scope(ours, theirs), ours, theirs);
    reopen_nested(&mut entries, ours, theirs);
    if taken(&entries).is_empty() {
        reopen(&mut entries, ours, theirs, |_, _| true);
    }
    if head.open_keys().is_empty() && open_paths(&entries).is_empty() {
        if let Ok(seal) = read(&ours.name, &text(&head, &entries, marker_size)) {
            return Joined::Whole(Box::new(seal));
        }
        // What is legal apart and not together, such as a root and what it must exclude.
        head.reopen();
        reopen(&mut entries, ours, theirs, |_, _| true);
    }
    Joined::Conflict {
        text: text(&head, &entries, marker_size),
        keys: head.open_keys(),
        paths: open_paths(&entries),
    }
}

fn open_paths(entries: &Choices<'_>) -> Vec<EntryPath> {
    let is_open = |choice: &Choice<'_, Entry>| matches!(choice, Choice::Open { .. });
    entries.iter().filter(|(_, choice)| is_open(choice)).map(|(path, _)| (*path).clone()).collect()
}

/// The part of a seal above `[entries]`, as blocks of lines that begin with a key.
#[derive(Debug)]
struct Head {
    blocks: Vec<Block>,
}

#[derive(Debug)]
struct Block {
    key: String,
    ours: Option<String>,
    theirs: Option<String>,
    result: BlockResult,
}

/// What the two sides of a block come to.
#[derive(Debug, PartialEq, Eq)]
enum BlockResult {
    /// These lines, or none.
    Taken(Option<String>),
    /// The sides differ.
    Open,
}

impl Head {
    fn join(base: Option<&Seal>, ours: &Seal, theirs: &Seal) -> Self {
        let [base, ours, theirs] = [base, Some(ours), Some(theirs)]
            .map(|seal| seal.map_or_else(Vec::new, |seal| blocks(&head(&seal.name, &seal.header))));
        let mut keys: Vec<&String> = ours.iter().map(|(key, _)| key).collect();
        for (at, (key, _)) in theirs.iter().enumerate() {
            if keys.contains(&key) {
                continue;
            }
            // After the key that stands before it there.
            let before = at.checked_sub(1).and_then(|at| theirs.get(at)).map(|(key, _)| key);
            let place = keys.iter().position(|known| Some(*known) == before);
            keys.insert(place.map_or(keys.len(), |place| place + 1), key);
        }
        let block = |key: &String| {
            let find = |blocks: &[(String, String)]| {
                let found = blocks.iter().find(|(known, _)| known == key);
                found.map(|(_, text)| text.clone())
            };
            let (base, ours, theirs) = (find(&base), find(&ours), find(&theirs));
            let result = match choose(base.as_ref(), ours.as_ref(), theirs.as_ref()) {
                Choice::Taken(text) => BlockResult::Taken(text.cloned()),
                Choice::Open { .. } => BlockResult::Open,
            };
            Block { key: key.clone(), ours, theirs, result }
        };
        Self { blocks: keys.into_iter().map(block).collect() }
    }

    fn open_keys(&self) -> Vec<String> {
        let open = self.blocks.iter().filter(|block| block.result == BlockResult::Open);
        open.map(|block| block.key.clone()).collect()
    }

    /// What the result covers; `None` while the sides differ in that.
    fn scope<'s>(&self, ours: &'s Seal, theirs: &'s Seal) -> Option<&'s Scope> {
        let exclude = self.blocks.iter().find(|block| block.key == "exclude")?;
        let BlockResult::Taken(taken) = &exclude.result else { return None };
        let side = if *taken == exclude.ours { ours } else { theirs };
        Some(&side.header.scope)
    }

    /// Leaves every key open in which the sides differ.
    fn reopen(&mut self) {
        for block in self.blocks.iter_mut().filter(|block| block.ours != block.theirs) {
            block.result = BlockResult::Open;
        }
    }
}

/// The lines of `head`, each list with its key; what stands before the first key has the key `#`.
fn blocks(head: &str) -> Vec<(String, String)> {
    let mut blocks: Vec<(String, String)> = Vec::new();
    for line in head.split_inclusive('\n') {
        let key = line
            .split_once(" = ")
            .map(|(key, _)| key)
            .filter(|key| !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_lowercase()));
        match (key, blocks.last_mut()) {
            (Some(key), _) => blocks.push((key.to_owned(), line.to_owned())),
            (None, Some((_, text))) => text.push_str(line),
            (None, None) => blocks.push(("#".to_owned(), line.to_owned())),
        }
    }
    blocks
}

type Choices<'s> = BTreeMap<&'s EntryPath, Choice<'s, Entry>>;

fn entries<'s>(base: Option<&'s Seal>, ours: &'s Seal, theirs: &'s Seal) -> Choices<'s> {
    let paths = ours.entries.iter().chain(&theirs.entries).map(|sealed| &sealed.path);
    let entry = |seal: &'s Seal, path: &EntryPath| seal.entry(path.as_bytes());
    let choice = |path: &EntryPath| {
        choose(base.and_then(|base| entry(base, path)), entry(ours, path), entry(theirs, path))
    };
    paths.map(|path| (path, choice(path))).collect()
}

/// Leaves open what `which` selects of what was taken, where the sides differ.
fn reopen<'s>(
    entries: &mut Choices<'s>,
    ours: &'s Seal,
    theirs: &'s Seal,
    which: impl Fn(&EntryPath, &Entry) -> bool,
) {
    for (path, choice) in entries {
        let Choice::Taken(taken) = *choice else { continue };
        let [ours, theirs] = [ours, theirs].map(|seal| seal.entry(path.as_bytes()));
        let Some(entry) = taken.or(ours).or(theirs) else { continue };
        if ours != theirs && which(path, entry) {
            *choice = Choice::Open { ours, theirs };
        }
    }
}

/// Leaves open the entries that one side took in and the other side's `exclude` covers.
fn reopen_excluded<'s>(
    entries: &mut Choices<'s>,
    scope: Option<&Scope>,
    ours: &'s Seal,
    theirs: &'s Seal,
) {
    let Some(scope) = scope else { return };
    let taken: HashSet<&EntryPath> = taken(entries);
    reopen(entries, ours, theirs, |path, entry| {
        taken.contains(path) && scope.excludes(path.as_bytes(), *entry == Entry::Dir).is_some()
    });
}

/// Leaves open an entry of one side and the other side's entries below it.
fn reopen_nested<'s>(entries: &mut Choices<'s>, ours: &'s Seal, theirs: &'s Seal) {
    let taken = taken(entries);
    let by_text: HashSet<&str> = taken.iter().map(|path| path.as_str()).collect();
    let mut nested: HashSet<&str> = HashSet::new();
    for path in &taken {
        for above in path.parents().filter(|above| by_text.contains(above)) {
            nested.extend([above, path.as_str()]);
        }
    }
    reopen(entries, ours, theirs, |path, _| nested.contains(path.as_str()));
}

fn taken<'s>(entries: &Choices<'s>) -> HashSet<&'s EntryPath> {
    let is_there = |choice: &Choice<'_, Entry>| matches!(choice, Choice::Taken(Some(_)));
    entries.iter().filter(|(_, choice)| is_there(choice)).map(|(path, _)| *path).collect()
}

/// The canonical text, with markers where something is open. Neighbours that are open share their markers.
fn text(head: &Head, entries: &Choices<'_>, marker_size: usize) -> Vec<u8> {
    let mut text = Marked { marker_size, out: Vec::new(), ours: Vec::new(), theirs: Vec::new() };
    for block in &head.blocks {
        let bytes = |side: &Option<String>| side.clone().unwrap_or_default().into_bytes();
        match &block.result {
            BlockResult::Taken(taken) => text.push(&bytes(taken)),
            BlockResult::Open => text.push_open(&bytes(&block.ours), &bytes(&block.theirs)),
        }
    }
    text.push(b"\n[entries]\n");
    for (path, choice) in entries {
        let line = |entry: Side<'_, Entry>| {
            entry.map_or_else(Vec::new, |entry| {
                entry_line(&SealedEntry { path: (*path).clone(), entry: entry.clone() })
            })
        };
        match *choice {
            Choice::Taken(None) => {}
            Choice::Taken(entry) => text.push(&line(entry)),
            Choice::Open { ours, theirs } => text.push_open(&line(ours), &line(theirs)),
        }
    }
    text.finish()
}

/// A text with conflicts.
struct Marked {
    marker_size: usize,
    out: Vec<u8>,
    ours: Vec<u8>,
    theirs: Vec<u8>,
}

impl Marked {
    fn push(&mut self, lines: &[u8]) {
        self.close();
        self.out.extend_from_slice(lines);
    }

    fn push_open(&mut self, ours: &[u8], theirs: &[u8]) {
        self.ours.extend_from_slice(ours);
        self.theirs.extend_from_slice(theirs);
    }

    /// Writes what is open between markers.
    fn close(&mut self) {
        if self.ours.is_empty() && self.theirs.is_empty() {
            return;
        }
        let marker = |sign: &str, label: &str| {
            format!("{}{label}\n", sign.repeat(self.marker_size)).into_bytes()
        };
        self.out.extend(marker("<", " ours"));
        self.out.append(&mut self.ours);
        self.out.extend(marker("=", ""));
        self.out.append(&mut self.theirs);
        self.out.extend(marker(">", " theirs"));
    }

    fn finish(mut self) -> Vec<u8> {
        self.close();
        self.out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::{SealName, to_bytes};

    /// A seal of these patterns and entries; an entry is a path and a digit that stands for its bytes, or
    /// a path alone for an empty directory.
    fn seal(root: &str, exclude: &[&str], entries: &[&str]) -> Seal {
        let name = SealName::parse("d").unwrap();
        let patterns: Vec<String> =
            exclude.iter().map(|pattern| format!("  \"{pattern}\",\n")).collect();
        let list =
            if exclude.is_empty() { "[]".to_owned() } else { format!("[\n{}]", patterns.concat()) };
        let entries: Vec<String> = entries
            .iter()
            .map(|entry| match entry.split_once('=') {
                Some((path, digit)) => {
                    format!("\"{path}\" = \"file 1 {}\"\n", digit.repeat(64))
                }
                None => format!("\"{entry}\" = \"dir\"\n"),
            })
            .collect();
        let text = format!(
            "# Seal of d: the exact bytes approved. Written by `sealgate seal d`; review it like \
             code.\nformat = \"sealgate-seal/1\"\nroot = \"{root}\"\ntracked = false\nexclude = \
             {list}\n\n[entries]\n{}",
            entries.concat()
        );
        read(&name, text.as_bytes()).unwrap()
    }

    #[track_caller]
    fn conflict(joined: Joined) -> (Vec<String>, Vec<String>, String) {
        let Joined::Conflict { text, keys, paths } = joined else { panic!("{joined:?}") };
        let paths = paths.iter().map(|path| path.as_str().to_owned()).collect();
        (keys, paths, String::from_utf8(text).unwrap())
    }

    #[test]
    fn what_one_side_changed_is_taken() {
        let base = ["a=1", "b=1", "c=1", "d=1"];
        // What each side has, and what both come to.
        let cases: [(&[&str], &[&str], &[&str]); 8] = [
            (&base, &base, &base),
            (&["a=1", "b=2", "c=1", "d=1"], &base, &["a=1", "b=2", "c=1", "d=1"]),
            (
                &["a=1", "b=2", "c=1", "d=1"],
                &["a=1", "b=1", "c=2", "d=1"],
                &["a=1", "b=2", "c=2", "d=1"],
            ),
            (&["b=1", "c=1", "d=1"], &["a=1", "b=1", "c=1"], &["b=1", "c=1"]),
            (
                &["a=1", "a1=1", "b=1", "c=1", "d=1"],
                &["a=1", "a2=1", "b=1", "c=1", "d=1"],
                &["a=1", "a1=1", "a2=1", "b=1", "c=1", "d=1"],
            ),
            (&["a=2", "b=1", "c=1"], &["a=2", "b=1", "c=1"], &["a=2", "b=1", "c=1"]),
            (&["e=1", "b=1", "c=1"].map(|e| e), &base, &["b=1", "c=1", "e=1"]),
            (
                &["a/x=1", "b=1", "c=1", "d=1"],
                &["a=1", "b=1", "c=1", "d=3"],
                &["a/x=1", "b=1", "c=1", "d=3"],
            ),
        ];
        for (ours, theirs, both) in cases {
            let sorted = |entries: &[&str]| {
                let mut entries = entries.to_vec();
                entries.sort_unstable_by_key(|entry| entry.split('=').next());
                seal("d", &[], &entries)
            };
            let (base, ours, theirs, both) =
                (sorted(&base), sorted(ours), sorted(theirs), sorted(both));
            for (one, other) in [(&ours, &theirs), (&theirs, &ours)] {
                let joined = join(Some(&base), one, other, MARKER_SIZE);
                assert_eq!(joined, Joined::Whole(Box::new(both.clone())));
            }
        }
    }

    #[test]
    fn what_both_sides_changed_differently_stays_open() {
        let cases: [(&[&str], &[&str], &[&str]); 5] = [
            (&["a=2", "k=1"], &["a=3", "k=1"], &["a"]),
            (&["k=1"], &["a=3", "k=1"], &["a"]),
            (&["a=1", "k=1", "n=1"], &["a=1", "k=1", "n=2"], &["n"]),
            // A file of one side, and what the other side has below it.
            (&["a=1", "k=1", "n=1"], &["a=1", "k=1", "n/x=1"], &["n", "n/x"]),
            (&["a=1"], &["k=1"], &["a", "k"]),
        ];
        let base = seal("d", &[], &["a=1", "k=1"]);
        for (ours, theirs, open) in cases {
            let (ours, theirs) = (seal("d", &[], ours), seal("d", &[], theirs));
            for (one, other) in [(&ours, &theirs), (&theirs, &ours)] {
                let (keys, paths, _) = conflict(join(Some(&base), one, other, MARKER_SIZE));
                assert!(keys.is_empty() && paths == open, "{keys:?} {paths:?} {open:?}");
            }
        }
        // Without a base nothing was deleted.
        let (ours, theirs) = (seal("d", &[], &["a=1"]), seal("d", &[], &["k=1"]));
        assert_eq!(join(None, &ours, &theirs, MARKER_SIZE), Joined::Whole(Box::new(base)));
    }

    #[test]
    fn neighbours_that_are_open_share_their_markers() {
        let base = seal("d", &[], &["a=1", "b=1", "c=1", "e=1"]);
        let ours = seal("d", &[], &["a=2", "b=2", "c=1", "e=2"]);
        let theirs = seal("d", &[], &["a=3", "c=1", "e=3"]);
        let (_, paths, text) = conflict(join(Some(&base), &ours, &theirs, 9));
        assert_eq!(paths, ["a", "b", "e"]);
        let line =
            |path: &str, digit: &str| format!("\"{path}\" = \"file 1 {}\"\n", digit.repeat(64));
        let (begin, middle, end) = ("<<<<<<<<< ours\n", "=========\n", ">>>>>>>>> theirs\n");
        let expected = [
            "[entries]\n",
            begin,
            &line("a", "2"),
            &line("b", "2"),
            middle,
            &line("a", "3"),
            end,
            &line("c", "1"),
            begin,
            &line("e", "2"),
            middle,
            &line("e", "3"),
            end,
        ];
        assert!(text.ends_with(&expected.concat()), "{text}");
    }

    #[test]
    fn the_header_is_joined_key_by_key() {
        let base = seal("d", &[], &["a=1", "b.log=1"]);
        let ours = seal("other", &[], &["a=1", "b.log=1"]);
        let theirs = seal("d", &["*.log"], &["a=1"]);
        let both = seal("other", &["*.log"], &["a=1"]);
        let joined = join(Some(&base), &ours, &theirs, MARKER_SIZE);
        assert_eq!(joined, Joined::Whole(Box::new(both.clone())));
        let (keys, _, text) =
            conflict(join(Some(&base), &both, &seal("third", &["x"], &["a=1", "b.log=1"]), 7));
        assert_eq!(keys, ["root", "exclude"]);
        assert!(
            text.contains(
                "<<<<<<< ours\nroot = \"other\"\n=======\nroot = \"third\"\n>>>>>>> theirs\ntracked"
            ),
            "{text}"
        );
        // What one side took in, and the other side excludes.
        let ours = seal("d", &[], &["a=1", "b.log=1", "c.log=1"]);
        let (keys, paths, _) = conflict(join(Some(&base), &ours, &theirs, MARKER_SIZE));
        assert!(keys.is_empty() && paths == ["c.log"], "{keys:?} {paths:?}");
    }

    #[test]
    fn keys_that_are_not_legal_together_stay_open() {
        let base = seal(".", &["/.git"], &["a=1"]);
        let ours = seal("d", &["/.git"], &["a=1"]);
        let theirs = seal(".", &["/.git", "x"], &["a=1"]);
        assert!(matches!(join(Some(&base), &ours, &theirs, 7), Joined::Whole(_)));
        let base = seal("d", &["/.git"], &["a=1"]);
        let (ours, theirs) = (seal(".", &["/.git"], &["a=1"]), seal("d", &[], &["a=1"]));
        let (keys, _, _) = conflict(join(Some(&base), &ours, &theirs, 7));
        assert_eq!(keys, ["root", "exclude"]);
    }

    #[test]
    fn a_seal_joined_with_itself_is_itself() {
        let own = seal("d", &["*.log"], &["a=1", "b", "c/d=2"]);
        for base in [None, Some(&own)] {
            let Joined::Whole(joined) = join(base, &own, &own, 7) else { panic!() };
            assert_eq!(to_bytes(&joined), to_bytes(&own));
        }
    }
}
