//! How two files differ that are both at hand: lines of text, members of an archive, or bytes.

use std::fmt::Write as _;

use sealgate_core::compare::archive::{
    ArchiveDifference, Aspect, Form, MemberChange, MemberContent,
};
use sealgate_core::compare::repeat::Resemblance;
use sealgate_core::text::escape::printable;
use sealgate_scan::Divergence;

use crate::report::v1::DifferenceView;
use crate::report::words::text;

/// How many members of one archive are shown.
const MEMBERS: usize = 10;

/// How two files differ.
#[derive(Debug)]
pub struct FileDifference {
    /// The first byte that differs.
    pub divergence: Divergence,
    /// What the difference looks like.
    pub resemblance: Option<Resemblance>,
    /// What shows it best.
    pub detail: Detail,
}

/// What shows best how two files differ.
#[derive(Debug)]
pub enum Detail {
    /// The bytes around the first difference.
    Bytes,
    /// Lines of text.
    Lines(DifferenceView),
    /// Members of archives.
    Archive(ArchiveDifference),
    /// The bytes: these are archives that were not looked into, and why.
    UnreadArchive(String),
}

impl FileDifference {
    /// For people: the file at `path`, and how it differs.
    pub(crate) fn shown(&self, path: &str) -> String {
        let name = printable(path.as_bytes());
        let mut shown = String::new();
        // Writing to a string cannot fail.
        match &self.detail {
            Detail::Archive(difference) => return shown_archive(&name, difference),
            Detail::Lines(lines) => {
                let _ = writeln!(
                    shown,
                    "\n  {name}: first difference at byte {}",
                    self.divergence.offset
                );
                for line in lines.text_lines() {
                    let _ = writeln!(shown, "    {line}");
                }
            }
            Detail::Bytes | Detail::UnreadArchive(_) => {
                shown.push_str(&window(&name, &self.divergence));
            }
        }
        if let Detail::UnreadArchive(why) = &self.detail {
            let why = printable(why.as_bytes());
            let _ = writeln!(shown, "  the archive was not looked into: {why}");
        } else if let Some(resemblance) = self.resemblance {
            let _ = writeln!(shown, "  it looks like {}", resemblance.words());
        }
        shown
    }

    /// In a few words, where they say more than the first byte that differs.
    pub(crate) fn in_brief(&self) -> Option<String> {
        match &self.detail {
            Detail::Archive(difference) => Some(summary(difference)),
            Detail::UnreadArchive(why) => Some(format!("not looked into: {why}")),
            Detail::Bytes | Detail::Lines(_) => None,
        }
    }
}

/// Where two files begin to differ, and the bytes around it.
fn window(name: &str, found: &Divergence) -> String {
    let mut shown = String::new();
    let Divergence { offset, start, left, right } = found;
    let _ = writeln!(shown, "\n  {name}: first difference at byte {offset}");
    for (sign, bytes) in [("-", left), ("+", right)] {
        let _ = writeln!(shown, "  {sign} {start:>10}  {}", hex_and_text(bytes));
    }
    let before = usize::try_from(offset - start).unwrap_or(0);
    let _ = writeln!(shown, "    {:>10}  {:width$}^^", "", "", width = before * 3);
    shown
}

fn hex_and_text(bytes: &[u8]) -> String {
    let hex: Vec<_> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let plain = |&byte: &u8| if matches!(byte, 0x20..=0x7e) { char::from(byte) } else { '.' };
    format!("{}  |{}|", hex.join(" "), bytes.iter().map(plain).collect::<String>())
}

fn shown_archive(name: &str, difference: &ArchiveDifference) -> String {
    let mut shown = String::new();
    let _ = writeln!(shown, "\n  {name}: {}", summary(difference));
    let members = match difference.form {
        Form::Members => &difference.members[..],
        Form::Stream => &[],
    };
    for change in members.iter().take(MEMBERS) {
        let _ = writeln!(shown, "    {}", member(change));
    }
    let hidden = members.len().saturating_sub(MEMBERS);
    if hidden > 0 {
        let _ = writeln!(shown, "    and {}", text::count(hidden, "more member", "more members"));
    }
    for aspect in &difference.aspects {
        let _ = writeln!(shown, "  next: {}", advice(*aspect));
    }
    shown
}

/// How two archives differ, in one sentence.
fn summary(difference: &ArchiveDifference) -> String {
    let aspects: Vec<&str> = difference.aspects.iter().copied().map(noun).collect();
    let aspects = and(&aspects);
    let too = if aspects.is_empty() { String::new() } else { format!("; {aspects} too") };
    let same = text::count(difference.same, "member has", "members have");
    match (difference.form, difference.members.len(), difference.same) {
        (Form::Stream, 0, _) => format!("the content has the same bytes; what differs: {aspects}"),
        (Form::Stream, ..) => format!("the content differs{too}"),
        (Form::Members, 0, 0) => format!("both archives are empty; what differs: {aspects}"),
        (Form::Members, 0, _) => format!("{same} the same bytes; what differs: {aspects}"),
        (Form::Members, differ, equal) => {
            let differ = text::count(differ, "member differs", "members differ");
            let same = if equal == 0 { String::new() } else { format!(", {same} the same bytes") };
            format!("{differ}{same}{too}")
        }
    }
}

fn and(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [word] => (*word).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

fn noun(aspect: Aspect) -> &'static str {
    match aspect {
        Aspect::Times => "times",
        Aspect::Order => "the order of members",
        Aspect::Modes => "modes",
        Aspect::Owners => "owners",
        Aspect::Packing => "packing (compression, comments or extra fields)",
    }
}

fn advice(aspect: Aspect) -> &'static str {
    match aspect {
        Aspect::Times => "times: set SOURCE_DATE_EPOCH for the build",
        Aspect::Order => {
            "order: sort what is packed; some packers do so if SOURCE_DATE_EPOCH is set"
        }
        Aspect::Modes => "modes: set the umask and the modes of the files before they are packed",
        Aspect::Owners => {
            "owners: pack with a fixed owner, as in `tar --owner=0 --group=0 --numeric-owner`"
        }
        Aspect::Packing => {
            "packing: build with one version of the packer, and one level of compression"
        }
    }
}

fn member(change: &MemberChange) -> String {
    let name = printable(&change.name);
    match (&change.old, &change.new) {
        (None, Some(new)) => format!("added    {name}  {}", content(new)),
        (Some(old), None) => format!("removed  {name}  {}", content(old)),
        (Some(MemberContent::File(old, _)), Some(MemberContent::File(new, _))) => {
            format!("changed  {name}  {}", text::size_change(*old, *new))
        }
        (Some(old), Some(new)) => format!("changed  {name}  {} -> {}", content(old), content(new)),
        (None, None) => name.into_owned(),
    }
}

fn content(content: &MemberContent) -> String {
    match content {
        MemberContent::File(size, _) => text::bytes(*size),
        MemberContent::Link(target) => format!("link to {}", printable(target)),
        MemberContent::HardLink(target) => format!("hard link to {}", printable(target)),
        MemberContent::Other(_) => "directory or special file".to_owned(),
    }
}
