//! A finding in words: where, what changed, and why. Everything returned is safe to show.

use std::borrow::Cow;

use sealgate_core::compare::finding::{Cause, FindingKind};
use sealgate_core::text::escape::{printable, printable_str};

use crate::report::v1::{EntryKind, EntryView, FindingView};
use crate::report::words::changes::Names;
use crate::report::words::text;

/// What changed: `1.2 KiB -> 1.3 KiB`, `exec -> file`, `from old/path`; empty where the kind of
/// the finding says it all.
pub(crate) fn change(finding: &FindingView) -> String {
    change_in(finding, Names::Plain)
}

/// [`change`], with names set apart as `names` says.
pub(crate) fn change_in(finding: &FindingView, names: Names) -> String {
    let (expected, observed) = (finding.expected.as_ref(), finding.observed.as_ref());
    match (finding.kind, expected, observed) {
        (FindingKind::Moved, ..) => finding
            .from
            .as_deref()
            .map_or(String::new(), |from| format!("from {}", names.name(from))),
        (FindingKind::Modified, Some(old), Some(new)) => modified(old, new),
        (FindingKind::LinkChanged, Some(old), Some(new)) => {
            format!("{} -> {}", target(old, names), target(new, names))
        }
        (FindingKind::KindChanged | FindingKind::ModeChanged, Some(old), Some(new)) => {
            format!("{} -> {}", kind(old, names), kind(new, names))
        }
        (FindingKind::Missing, Some(entry), _) | (FindingKind::Unsealed, _, Some(entry)) => {
            whole(entry, names)
        }
        _ => String::new(),
    }
}

/// What is said of a new file beside its path: the name and the size of the sealed one that it follows.
pub(crate) fn renamed(missing: &FindingView, unsealed: &FindingView, names: Names) -> String {
    let size = |entry: &Option<EntryView>| entry.as_ref().and_then(|entry| entry.size);
    let sizes = match (size(&missing.expected), size(&unsealed.observed)) {
        (Some(before), Some(after)) => format!(", {}", text::size_change(before, after)),
        _ => String::new(),
    };
    format!("from {}{sizes}", names.name(&missing.path))
}

/// The path as it may be shown, from its exact bytes.
pub(crate) fn path(finding: &FindingView) -> Cow<'_, str> {
    match finding.path_bytes.as_deref().and_then(unhex) {
        Some(bytes) => Cow::Owned(printable(&bytes).into_owned()),
        None => printable_str(&finding.path),
    }
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let byte = |pair: &[u8; 2]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    if rest.is_empty() { pairs.iter().map(byte).collect() } else { None }
}

/// Why, as the end of a sentence about the path of `finding`.
pub(crate) fn cause(finding: &FindingView) -> Option<&'static str> {
    Some(match (finding.cause?, finding.kind) {
        (Cause::BuildDiffers, FindingKind::Missing) => "the build does not make it",
        (Cause::BuildDiffers, FindingKind::Unsealed) => "the build makes it",
        (Cause::CommittedSince, FindingKind::Unsealed) => "a commit added it, and not to the seal",
        (cause, _) => of_cause(cause),
    })
}

fn of_cause(cause: Cause) -> &'static str {
    match cause {
        Cause::Swapped => "swapped",
        Cause::CaseOnlyRename => "only the case of the name differs",
        Cause::UnicodeNormalisation => "only the Unicode form of the name differs",
        Cause::NamesCollide => "two names that differ in case or Unicode form became one file",
        Cause::RenamedByDigest => "the names differ in a content hash or a version",
        Cause::DirectoryLinked => "the directory became a link",
        Cause::LinkFollowed => "a copy of what the link led to",
        Cause::LfsPointer => "Git LFS pointer",
        Cause::Emptied => "nothing is left of the content",
        Cause::LineEndings => "only line endings differ",
        Cause::ByteOrderMark => "only a byte order mark differs",
        Cause::TrailingNewline => "only the line ends at the end differ",
        Cause::LinkAsFile => "a file with the link's target as text",
        Cause::ModesLost => "every sealed exec lost its execute bit",
        Cause::BuildDiffers => "the build made something else",
        Cause::NotInGit => "git does not have it",
        Cause::BuildVaries => "two builds of one source differ here",
        Cause::CommittedSince => "a commit changed it, and not the seal",
        Cause::EmbedsCommit => "only the id of a commit in it differs",
        Cause::ColumnOrder => "only the order of the columns differs",
        Cause::OnlyQuoting => "only quotes around names differ",
        Cause::SettingOfDatabase => "a setting of the database",
        Cause::OwnerOrGrants => "only the owner or privileges differ",
        Cause::Comment => "only a comment is new",
    }
}

fn modified(old: &EntryView, new: &EntryView) -> String {
    let sizes = match (old.size, new.size) {
        (Some(before), Some(after)) => text::size_change(before, after),
        _ => "other bytes".to_owned(),
    };
    if old.kind == new.kind { sizes } else { format!("{sizes}, {} -> {}", old.kind, new.kind) }
}

fn kind(entry: &EntryView, names: Names) -> String {
    match &entry.target {
        Some(target) => format!("{} to {}", entry.kind, names.name(target)),
        None => entry.kind.to_string(),
    }
}

fn target(entry: &EntryView, names: Names) -> String {
    entry.target.as_deref().map_or_else(|| entry.kind.to_string(), |target| names.name(target))
}

fn whole(entry: &EntryView, names: Names) -> String {
    match (entry.kind, entry.size) {
        (EntryKind::File, Some(size)) => text::bytes(size),
        (_, Some(size)) => format!("{}, {}", text::bytes(size), entry.kind),
        _ => kind(entry, names),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::v1::Remedy;

    #[test]
    fn each_kind_of_change_is_told_in_its_own_way() {
        use FindingKind as K;
        let view = |kind, size, target| Some(EntryView { kind, size, blake3: None, target });
        let file = |kind, size| view(kind, Some(size), None);
        let link = |target: &str| view(EntryKind::Link, None, Some(target.to_owned()));
        let dir = || view(EntryKind::Dir, None, None);
        let cases = [
            (
                K::Modified,
                file(EntryKind::File, 1234),
                file(EntryKind::File, 1333),
                "1,234 B -> 1,333 B",
            ),
            (
                K::Modified,
                file(EntryKind::File, 1234),
                file(EntryKind::File, 1234),
                "1,234 B, other bytes",
            ),
            (
                K::Modified,
                file(EntryKind::File, 1 << 20),
                file(EntryKind::File, 1_048_577),
                "1,048,576 B -> 1,048,577 B",
            ),
            (
                K::Modified,
                file(EntryKind::Exec, 1),
                file(EntryKind::File, 2),
                "1 B -> 2 B, exec -> file",
            ),
            (K::Modified, None, file(EntryKind::File, 2), ""),
            (K::ModeChanged, file(EntryKind::Exec, 5), file(EntryKind::File, 5), "exec -> file"),
            (K::KindChanged, file(EntryKind::File, 5), link("a\nb"), r"file -> link to a\nb"),
            (K::KindChanged, link("a"), dir(), "link to a -> dir"),
            (K::LinkChanged, link("old"), link("new "), r"old -> new\x20"),
            (K::Missing, file(EntryKind::File, 410), None, "410 B"),
            (K::Missing, link("x"), None, "link to x"),
            (K::Unsealed, None, file(EntryKind::Exec, 6144), "6.0 KiB, exec"),
            (K::Unsealed, None, dir(), "dir"),
            (K::Unreadable, file(EntryKind::File, 5), None, ""),
        ];
        for (kind, expected, observed, words) in cases {
            let finding = FindingView {
                kind,
                path: "p".into(),
                path_bytes: None,
                from: None,
                line: None,
                expected,
                observed,
                cause: None,
                detail: None,
                difference: None,
                remedy: Remedy::default(),
            };
            assert_eq!(change(&finding), words);
            let moved = FindingView { kind: K::Moved, from: Some("a:".into()), ..finding };
            assert_eq!(change(&moved), r"from a\x3a");
        }
    }

    #[test]
    fn no_two_causes_share_their_words() {
        let words: std::collections::HashSet<_> = Cause::ALL.map(of_cause).into();
        assert_eq!(words.len(), Cause::ALL.len());
    }
}
