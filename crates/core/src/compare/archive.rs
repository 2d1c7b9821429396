//! How two archives differ: which members, or only what stands around their bytes. Pure: reading is
//! done elsewhere.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::seal::entry::Digest;

/// What one archive holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Archive {
    /// Whether it has members at all.
    pub form: Form,
    /// Its members, in its own order. A name may occur more than once.
    pub members: Vec<Member>,
    /// What the archive states that belongs to no member: a comment, bytes before the first member.
    pub frame: Digest,
    /// The gzip file that it is in.
    pub wrapper: Option<Wrapper>,
}

/// Whether an archive has members.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// It has, if only none so far.
    Members,
    /// It is one compressed stream of bytes, given as one member without a name.
    Stream,
}

/// One member of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its name, as it stands in the archive.
    pub name: Box<[u8]>,
    /// What it is.
    pub content: MemberContent,
    /// What the archive states of it beside that.
    pub stated: Stated,
}

/// What a member is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MemberContent {
    /// A file: its size in bytes, and their digest.
    File(u64, Digest),
    /// A symbolic link, to this target.
    Link(Box<[u8]>),
    /// Another name of this earlier member.
    HardLink(Box<[u8]>),
    /// A directory, a device or the like: its type in the archive.
    Other(u8),
}

/// Digests of what an archive states of a member. Only their equality means anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stated {
    /// Its times.
    pub times: Digest,
    /// Its mode.
    pub mode: Digest,
    /// Its owner.
    pub owner: Digest,
    /// How it is packed: compressed bytes, extra fields, comments.
    pub packing: Digest,
}

/// A gzip file around one stream of bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrapper {
    /// The time in its header, in seconds since 1970.
    pub time: u32,
    /// The digest of its header without the time.
    pub header: Digest,
    /// The digest of the whole file without that time.
    pub packed: Digest,
    /// The digest of the bytes that it holds.
    pub unpacked: Digest,
}

/// How two archives differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveDifference {
    /// What both are; members where they are not the same.
    pub form: Form,
    /// The members that differ, sorted by name.
    pub members: Vec<MemberChange>,
    /// How many members both have, and the same.
    pub same: usize,
    /// What else differs; never empty where no member differs.
    pub aspects: BTreeSet<Aspect>,
}

/// A member that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberChange {
    /// Its name.
    pub name: Box<[u8]>,
    /// What it was; `None` where it was not there.
    pub old: Option<MemberContent>,
    /// What it is; `None` where it is gone.
    pub new: Option<MemberContent>,
}

/// What may differ between two archives whose members have the same bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Aspect {
    /// The times of members, or of the archive.
    Times,
    /// The order of the members.
    Order,
    /// The modes of members.
    Modes,
    /// The owners of members.
    Owners,
    /// Compression, extra fields, comments or padding.
    Packing,
}

/// How `new` differs from `old`, two archives of different bytes.
#[must_use]
pub fn archive_difference(old: &Archive, new: &Archive) -> ArchiveDifference {
    let (before, after) = (numbered(&old.members), numbered(&new.members));
    let mut aspects = BTreeSet::new();
    let mut members = Vec::new();
    let mut same = 0;
    for (key, was) in &before {
        let Some(is) = after.get(key) else {
            members.push(change(was.name.clone(), Some(was), None));
            continue;
        };
        if was.content == is.content {
            same += 1;
        } else {
            members.push(change(was.name.clone(), Some(was), Some(is)));
        }
        let packing_counts = was.content == is.content;
        aspects.extend(differing(&was.stated, &is.stated, packing_counts));
    }
    for (key, is) in &after {
        if !before.contains_key(key) {
            members.push(change(is.name.clone(), None, Some(is)));
        }
    }
    members.sort_by(|a, b| a.name.cmp(&b.name));
    if order(&old.members, &after) != order(&new.members, &before) {
        aspects.insert(Aspect::Order);
    }
    if let (Some(old), Some(new)) = (&old.wrapper, &new.wrapper) {
        aspects.extend(wrappers_differ(old, new));
    }
    if old.frame != new.frame || (members.is_empty() && aspects.is_empty()) {
        aspects.insert(Aspect::Packing);
    }
    let form = if old.form == new.form { old.form } else { Form::Members };
    ArchiveDifference { form, members, same, aspects }
}

/// The name of a member, and how many of that name were before it.
type Key<'a> = (&'a [u8], usize);

fn numbered(members: &[Member]) -> BTreeMap<Key<'_>, &Member> {
    keys(members).into_iter().zip(members).collect()
}

fn keys(members: &[Member]) -> Vec<Key<'_>> {
    let mut seen: HashMap<&[u8], usize> = HashMap::new();
    let mut keys = Vec::with_capacity(members.len());
    for member in members {
        let earlier = seen.entry(&member.name).or_default();
        keys.push((&*member.name, *earlier));
        *earlier += 1;
    }
    keys
}

/// The members that `other` has too, in their order here.
fn order<'a>(members: &'a [Member], other: &BTreeMap<Key<'_>, &Member>) -> Vec<Key<'a>> {
    keys(members).into_iter().filter(|key| other.contains_key(key)).collect()
}

fn change(name: Box<[u8]>, old: Option<&&Member>, new: Option<&&Member>) -> MemberChange {
    let content = |member: &&Member| member.content.clone();
    MemberChange { name, old: old.map(content), new: new.map(content) }
}

/// Other bytes are always packed otherwise: `packing_counts` where the bytes are the same.
fn differing(old: &Stated, new: &Stated, packing_counts: bool) -> impl Iterator<Item = Aspect> {
    [
        (old.times != new.times, Aspect::Times),
        (old.mode != new.mode, Aspect::Modes),
        (old.owner != new.owner, Aspect::Owners),
        (packing_counts && old.packing != new.packing, Aspect::Packing),
    ]
    .into_iter()
    .filter_map(|(differs, aspect)| differs.then_some(aspect))
}

fn wrappers_differ(old: &Wrapper, new: &Wrapper) -> impl Iterator<Item = Aspect> {
    // Other bytes are always compressed otherwise.
    let packing = if old.unpacked == new.unpacked {
        old.packed != new.packed
    } else {
        old.header != new.header
    };
    [(old.time != new.time, Aspect::Times), (packing, Aspect::Packing)]
        .into_iter()
        .filter_map(|(differs, aspect)| differs.then_some(aspect))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(text: &str) -> Digest {
        Digest::of(text.as_bytes())
    }

    fn member(name: &str, bytes: &str) -> Member {
        let same = digest("");
        Member {
            name: name.as_bytes().into(),
            content: MemberContent::File(bytes.len() as u64, digest(bytes)),
            stated: Stated { times: same, mode: same, owner: same, packing: same },
        }
    }

    fn archive(members: &[Member]) -> Archive {
        Archive { form: Form::Members, members: members.to_vec(), frame: digest(""), wrapper: None }
    }

    /// `+a` for an added member, `-a` for a removed one, `~a` for a changed one; then the aspects.
    fn shown(old: &Archive, new: &Archive) -> String {
        let found = archive_difference(old, new);
        let sign = |change: &MemberChange| match (&change.old, &change.new) {
            (None, _) => '+',
            (_, None) => '-',
            _ => '~',
        };
        let name = |change: &MemberChange| String::from_utf8_lossy(&change.name).into_owned();
        let mut all: Vec<String> = found
            .members
            .iter()
            .map(|change| format!("{}{}", sign(change), name(change)))
            .collect();
        all.extend(found.aspects.iter().map(|aspect| format!("{aspect:?}")));
        all.join(" ")
    }

    #[test]
    fn members_are_held_against_each_other_by_name() {
        let (a, b, c) = (member("a", "1"), member("b", "2"), member("c", "3"));
        let other = member("a", "9");
        let cases: [(&[&Member], &[&Member], &str); 8] = [
            (&[&a, &b], &[&other, &b], "~a"),
            (&[&a], &[&a, &b], "+b"),
            (&[&a, &b, &c], &[&c, &a], "-b Order"),
            (&[&a, &b], &[&b, &a], "Order"),
            (&[&a, &b], &[&a, &b], "Packing"),
            // Names that occur twice are paired in their order.
            (&[&a, &a], &[&a, &other], "~a"),
            (&[&a], &[&a, &other], "+a"),
            (&[], &[&a], "+a"),
        ];
        for (old, new, expected) in cases {
            let of = |members: &[&Member]| {
                archive(&members.iter().map(|member| (*member).clone()).collect::<Vec<_>>())
            };
            assert_eq!(shown(&of(old), &of(new)), expected);
        }
    }

    #[test]
    fn what_stands_around_the_bytes_is_named() {
        type Change = fn(&mut Member);
        let cases: [(Change, &str); 5] = [
            (|member| member.stated.times = digest("x"), "Times"),
            (|member| member.stated.mode = digest("x"), "Modes"),
            (|member| member.stated.owner = digest("x"), "Owners"),
            (|member| member.stated.packing = digest("x"), "Packing"),
            (|member| member.content = MemberContent::Link((*b"x").into()), "~a"),
        ];
        for (change, expected) in cases {
            let mut other = member("a", "1");
            change(&mut other);
            assert_eq!(shown(&archive(&[member("a", "1")]), &archive(&[other])), expected);
        }
        // Changed bytes are packed otherwise, which says nothing.
        let mut other = member("a", "2");
        other.stated.packing = digest("x");
        assert_eq!(shown(&archive(&[member("a", "1")]), &archive(&[other])), "~a");
    }

    #[test]
    fn a_gzip_file_differs_by_its_time_or_its_compression() {
        let wrapper = |time, header: &str, packed: &str, unpacked: &str| Archive {
            wrapper: Some(Wrapper {
                time,
                header: digest(header),
                packed: digest(packed),
                unpacked: digest(unpacked),
            }),
            ..archive(&[member("a", "1")])
        };
        let old = wrapper(1, "h", "p", "u");
        let cases = [
            (wrapper(2, "h", "p", "u"), "Times"),
            (wrapper(1, "h", "q", "u"), "Packing"),
            (wrapper(2, "i", "q", "u"), "Times Packing"),
            // What is in it differs, so it must be compressed otherwise.
            (wrapper(2, "h", "q", "v"), "Times"),
        ];
        for (new, expected) in cases {
            assert_eq!(shown(&old, &new), expected);
        }
    }
}
