//! What git's objects say: ids, commits, tags and trees, from their bytes. Touches nothing.
//!
//! The formats are those of git's own documentation (gitformat-pack, git-mktree, and "Git Objects"
//! in the book): an id is the hash of `KIND SP SIZE NUL` and the content, SHA-1 or SHA-256.

use std::fmt;

use sealgate_core::text::hex;
use sha1::Sha1;
use sha2::{Digest as _, Sha256};

/// The longest id, in bytes: SHA-256.
const LONGEST: usize = 32;

/// The id of an object: 20 bytes (SHA-1) or 32 (SHA-256).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Oid {
    bytes: [u8; LONGEST],
    length: usize,
}

impl Oid {
    /// Reads 40 or 64 lower-case hexadecimal digits; anything else is `None`.
    #[must_use]
    pub fn from_hex(text: &[u8]) -> Option<Self> {
        let length = text.len() / 2;
        let mut digits = [b'0'; 2 * LONGEST];
        if !matches!(text.len(), 40 | 64) {
            return None;
        }
        digits[..text.len()].copy_from_slice(text);
        hex::decode(&digits).map(|bytes| Self { bytes, length })
    }

    /// Takes 20 or 32 bytes for an id.
    fn from_bytes(raw: &[u8]) -> Option<Self> {
        if !matches!(raw.len(), 20 | 32) {
            return None;
        }
        let mut bytes = [0; LONGEST];
        bytes[..raw.len()].copy_from_slice(raw);
        Some(Self { bytes, length: raw.len() })
    }

    /// Whether it stands for nothing, as in the protocol of git's hooks: all zeros.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.bytes == [0; LONGEST]
    }

    /// Its length in bytes.
    #[must_use]
    pub fn length(&self) -> usize {
        self.length
    }

    /// Its bytes.
    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    /// The first digits, for people.
    #[must_use]
    pub fn short(&self) -> String {
        hex::text(&self.bytes[..5])
    }
}

impl Oid {
    /// Appends its digits to `text`.
    pub(super) fn write_to(&self, text: &mut String) {
        hex::push(text, self.as_bytes());
    }
}

impl fmt::Display for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::text(&self.bytes[..self.length]))
    }
}

impl fmt::Debug for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The sorts of objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObjectKind {
    /// The content of a file, or the target of a link.
    Blob,
    /// A directory.
    Tree,
    /// A commit.
    Commit,
    /// An annotated tag.
    Tag,
}

impl ObjectKind {
    /// git's word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Blob => "blob",
            Self::Tree => "tree",
            Self::Commit => "commit",
            Self::Tag => "tag",
        }
    }

    pub(super) fn from_word(word: &[u8]) -> Option<Self> {
        [Self::Blob, Self::Tree, Self::Commit, Self::Tag]
            .into_iter()
            .find(|kind| kind.word().as_bytes() == word)
    }
}

/// Computes the id of an object from its content, piece by piece.
pub(super) enum IdHasher {
    Sha1(Sha1),
    Sha256(Sha256),
}

impl IdHasher {
    /// For an object of `kind` and `size` whose id is as long as `like`.
    pub(super) fn new(kind: ObjectKind, size: u64, like: &Oid) -> Self {
        let mut hasher =
            if like.length == 20 { Self::Sha1(Sha1::new()) } else { Self::Sha256(Sha256::new()) };
        hasher.update(format!("{} {size}\0", kind.word()).as_bytes());
        hasher
    }

    pub(super) fn update(&mut self, piece: &[u8]) {
        match self {
            Self::Sha1(hasher) => hasher.update(piece),
            Self::Sha256(hasher) => hasher.update(piece),
        }
    }

    pub(super) fn finish(self) -> Option<Oid> {
        match self {
            Self::Sha1(hasher) => Oid::from_bytes(&hasher.finalize()),
            Self::Sha256(hasher) => Oid::from_bytes(&hasher.finalize()),
        }
    }
}

/// What an entry of a tree is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TreeMode {
    /// A directory.
    Tree,
    /// A regular file.
    File {
        /// Whether its owner may execute it, the only execute bit that git keeps.
        executable: bool,
    },
    /// A symbolic link; its blob holds the target.
    Link,
    /// A submodule; its commit is in another repository.
    Submodule,
}

/// One name in a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeEntry {
    /// What it is.
    pub mode: TreeMode,
    /// One component of a path: not empty, without `/` and NUL.
    pub name: Box<[u8]>,
    /// Its object.
    pub oid: Oid,
}

/// The most names that a tree may hold.
const MAX_NAMES: usize = 1 << 20;

/// Reads the tree with the id `oid`. Why it is none that git would write is in words.
pub(super) fn tree(bytes: &[u8], oid: &Oid) -> Result<Vec<TreeEntry>, &'static str> {
    let mut entries: Vec<TreeEntry> = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let space = rest.iter().position(|&b| b == b' ').ok_or("an entry without a mode")?;
        let mode = tree_mode(&rest[..space]).ok_or("an entry of a mode that git does not know")?;
        rest = &rest[space + 1..];
        let end = rest.iter().position(|&b| b == 0).ok_or("a name without an end")?;
        let (name, id) = (&rest[..end], rest.get(end + 1..end + 1 + oid.length));
        let id = id.and_then(Oid::from_bytes).ok_or("an entry that breaks off")?;
        rest = &rest[end + 1 + oid.length..];
        if name.is_empty() || name.contains(&b'/') {
            return Err("a name that is empty or holds a slash");
        }
        if entries.len() == MAX_NAMES {
            return Err("more than 1048576 names");
        }
        entries.push(TreeEntry { mode, name: name.into(), oid: id });
    }
    // git sorts names, all but those that begin like that of a directory.
    if entries.windows(2).all(|pair| pair[0].name < pair[1].name) {
        return Ok(entries);
    }
    let mut names: Vec<&[u8]> = entries.iter().map(|entry| &*entry.name).collect();
    names.sort_unstable();
    if names.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err("a name that stands in it twice");
    }
    Ok(entries)
}

/// Octal digits, as git-fsck takes them: what a checkout would make of the mode.
pub(super) fn tree_mode(digits: &[u8]) -> Option<TreeMode> {
    let text = std::str::from_utf8(digits).ok().filter(|text| !text.starts_with('+'))?;
    let mode = u32::from_str_radix(text, 8).ok()?;
    match mode >> 12 {
        0o04 => Some(TreeMode::Tree),
        0o10 => Some(TreeMode::File { executable: mode & 0o100 != 0 }),
        0o12 => Some(TreeMode::Link),
        0o16 => Some(TreeMode::Submodule),
        _ => None,
    }
}

/// A commit, as far as it matters here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// Its id.
    pub oid: Oid,
    /// The directory that it holds.
    pub tree: Oid,
    /// Its parents, the first one first.
    pub parents: Vec<Oid>,
}

/// Reads the commit with the id `oid`; `None` if that is no commit.
pub(super) fn commit(bytes: &[u8], oid: Oid) -> Option<Commit> {
    let mut lines = bytes.split(|&byte| byte == b'\n');
    let tree = id_after(b"tree ", lines.next()?, oid)?;
    let parents = lines.map_while(|line| line.strip_prefix(b"parent "));
    let parents = parents.map(Oid::from_hex).collect::<Option<_>>()?;
    Some(Commit { oid, tree, parents })
}

/// The object that the tag with the id `oid` names.
pub(super) fn tagged(bytes: &[u8], oid: Oid) -> Option<Oid> {
    id_after(b"object ", bytes.split(|&byte| byte == b'\n').next()?, oid)
}

fn id_after(word: &[u8], text: &[u8], like: Oid) -> Option<Oid> {
    text.strip_prefix(word).and_then(Oid::from_hex).filter(|oid| oid.length == like.length)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OID: &str = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391";

    fn oid() -> Oid {
        Oid::from_hex(OID.as_bytes()).unwrap()
    }

    fn entry(mode: &str, name: &[u8]) -> Vec<u8> {
        [mode.as_bytes(), b" ", name, b"\0", &[7; 20]].concat()
    }

    #[test]
    fn an_id_reads_and_prints_in_both_lengths_and_no_other() {
        let long = OID.to_owned() + &OID[..24];
        for good in [OID, &long] {
            assert_eq!(Oid::from_hex(good.as_bytes()).unwrap().to_string(), good);
        }
        for bad in ["", &OID[1..], &long[1..], &OID.to_uppercase(), &OID.replace('e', "g")] {
            assert_eq!(Oid::from_hex(bad.as_bytes()), None, "{bad}");
        }
        assert_ne!(
            Oid::from_hex("0".repeat(40).as_bytes()),
            Oid::from_hex("0".repeat(64).as_bytes())
        );
        assert!(Oid::from_hex("0".repeat(64).as_bytes()).unwrap().is_zero());
        assert!(!oid().is_zero());
    }

    #[test]
    fn the_id_of_the_empty_blob_is_the_one_that_everybody_knows() {
        let sha1 = IdHasher::new(ObjectKind::Blob, 0, &oid()).finish().unwrap();
        assert_eq!(sha1.to_string(), OID);
        let like = Oid::from_hex("0".repeat(64).as_bytes()).unwrap();
        let sha256 = IdHasher::new(ObjectKind::Blob, 0, &like).finish().unwrap();
        let known = "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813";
        assert_eq!(sha256.to_string(), known);
    }

    #[test]
    fn a_tree_is_read_entry_by_entry_and_modes_are_what_a_checkout_makes_of_them() {
        let file = |executable| TreeMode::File { executable };
        let cases = [
            ("40000", TreeMode::Tree),
            ("040000", TreeMode::Tree),
            ("100644", file(false)),
            ("100664", file(false)),
            ("100755", file(true)),
            ("100655", file(false)),
            ("120000", TreeMode::Link),
            ("160000", TreeMode::Submodule),
        ];
        let names: Vec<String> = (0..cases.len()).map(|n| format!("n{n}")).collect();
        let bytes: Vec<u8> = (cases.iter().zip(&names))
            .flat_map(|((mode, _), name)| entry(mode, name.as_bytes()))
            .collect();
        let read = tree(&bytes, &oid()).unwrap();
        for (entry, ((_, mode), name)) in read.iter().zip(cases.iter().zip(&names)) {
            assert_eq!((entry.mode, &*entry.name), (*mode, name.as_bytes()));
            assert_eq!(entry.oid.to_string(), "07".repeat(20));
        }
        assert_eq!(read.len(), cases.len());
        assert_eq!(tree(b"", &oid()), Ok(Vec::new()));
    }

    #[test]
    fn a_tree_that_git_would_not_write_is_refused_with_the_reason() {
        let whole = entry("100644", b"a");
        let cases: [(Vec<u8>, &str); 9] = [
            (b"100644".to_vec(), "an entry without a mode"),
            (entry("10x644", b"a"), "an entry of a mode that git does not know"),
            (entry("+40000", b"a"), "an entry of a mode that git does not know"),
            (entry("60644", b"a"), "an entry of a mode that git does not know"),
            (b"100644 a".to_vec(), "a name without an end"),
            (whole[..whole.len() - 1].to_vec(), "an entry that breaks off"),
            (entry("100644", b""), "a name that is empty or holds a slash"),
            (entry("100644", b"a/b"), "a name that is empty or holds a slash"),
            ([whole.clone(), entry("40000", b"a")].concat(), "a name that stands in it twice"),
        ];
        for (bytes, why) in cases {
            assert_eq!(tree(&bytes, &oid()), Err(why), "{}", String::from_utf8_lossy(&bytes));
        }
    }

    #[test]
    fn a_commit_gives_its_tree_and_its_parents_and_nothing_of_its_message() {
        let text = |rest: &str| format!("tree {OID}\n{rest}author A <a> 1 +0000\n\nparent {OID}\n");
        let two = format!("parent {OID}\nparent {OID}\n");
        for (rest, parents) in [("", 0), (&two[..48], 1), (&two, 2)] {
            let commit = commit(text(rest).as_bytes(), oid()).unwrap();
            assert_eq!((commit.tree, commit.parents.len()), (oid(), parents));
        }
        let long = OID.to_owned() + &OID[..24];
        for bad in ["", "tree", "tree abc\n", &format!("tree {long}\n"), &format!("object {OID}\n")]
        {
            assert_eq!(commit(bad.as_bytes(), oid()), None, "{bad}");
        }
        assert_eq!(commit(format!("tree {OID}\nparent x\n").as_bytes(), oid()), None);
    }

    #[test]
    fn a_tag_names_its_object() {
        let text = format!("object {OID}\ntype commit\ntag v1\n\nobject x\n");
        assert_eq!(tagged(text.as_bytes(), oid()), Some(oid()));
        assert_eq!(tagged(b"type commit\n", oid()), None);
    }
}
