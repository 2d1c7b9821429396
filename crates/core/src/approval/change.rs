//! A change as one text, whose BLAKE3 digest a grant states.
//!
//! Every line is `WHAT TAB WHERE TAB OLD TAB NEW` and a line feed; lines are sorted by their bytes. Strings
//! are written as a seal writes them, quotes included, so that no text holds a tab or a line end of its
//! own; what is not there is `-`. The change of a seal names entries and not the seal digest: two that
//! touch different entries merge, and each stays what was approved.

use crate::seal::entry::Digest;
use crate::seal::surface::SurfaceList;
use crate::seal::{Seal, SealName, SealedEntry, entry_text, quoted};

/// What is not there.
const NOTHING: &str = "-";

/// The text of a change, and its digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The lines.
    pub text: String,
    /// BLAKE3 of them.
    pub digest: Digest,
}

/// A side of a reseal.
#[derive(Debug, Clone, Copy)]
pub enum Side<'a> {
    /// There is no such seal.
    Nothing,
    /// There is one.
    Seal(&'a Seal),
    /// What is there cannot be read as a seal; this is the digest of its bytes.
    Unreadable(Digest),
}

impl Change {
    fn of(mut lines: Vec<String>) -> Self {
        lines.sort();
        let text = lines.concat();
        let digest = Digest::of(text.as_bytes());
        Self { text, digest }
    }
}

/// The change of the seal `name` from `old` to `new`: `NAME TAB "PATH" TAB OLD TAB NEW` for each entry that
/// differs; for what it covers, the key stands without quotes where the path would: `root`, `tracked`,
/// `build`, `exclude`, and for a database `database`, `include`, `buckets` and `omit`. No line: nothing changed.
#[must_use]
pub fn of_seal(name: &SealName, old: Side<'_>, new: Side<'_>) -> Change {
    let mut lines = Vec::new();
    let mut push = |place: &str, old: &str, new: &str| {
        if old != new {
            lines.push(line(name.as_str(), place, old, new));
        }
    };
    let (before, after) = (scope(old), scope(new));
    for ((place, old), (_, new)) in before.iter().zip(&after) {
        push(place, old, new);
    }
    let (mut before, mut after) = (entries(old).iter().peekable(), entries(new).iter().peekable());
    loop {
        let (old, new) = match (before.peek(), after.peek()) {
            (None, None) => break,
            (Some(_), None) => (before.next(), None),
            (None, Some(_)) => (None, after.next()),
            (Some(old), Some(new)) => match old.path.cmp(&new.path) {
                std::cmp::Ordering::Less => (before.next(), None),
                std::cmp::Ordering::Greater => (None, after.next()),
                std::cmp::Ordering::Equal => (before.next(), after.next()),
            },
        };
        let Some(place) = old.or(new).map(|sealed| quoted(sealed.path.as_str())) else { break };
        let value = |sealed: Option<&SealedEntry>| {
            sealed.map_or(NOTHING.to_owned(), |sealed| entry_text(&sealed.entry))
        };
        push(&place, &value(old), &value(new));
    }
    Change::of(lines)
}

/// The change of the policy, by the digests of its bytes.
#[must_use]
pub fn of_policy(old: &Digest, new: &Digest) -> Change {
    Change::of(vec![line("policy", "policy.toml", &old.to_string(), &new.to_string())])
}

/// The change of the item `id` in the blocker map at `map`, by the digests of what it says.
#[must_use]
pub fn of_blocker(map: &str, id: &str, old: &Digest, new: Option<&Digest>) -> Change {
    let new = new.map_or(NOTHING.to_owned(), ToString::to_string);
    Change::of(vec![line(&quoted(map), &quoted(id), &old.to_string(), &new)])
}

/// The replacement of the whole blocker map at `map`, by the digests of the two files.
#[must_use]
pub fn of_map(map: &str, old: Option<&Digest>, new: Option<&Digest>) -> Change {
    let digest = |side: Option<&Digest>| side.map_or(NOTHING.to_owned(), ToString::to_string);
    Change::of(vec![line("map", &quoted(map), &digest(old), &digest(new))])
}

/// What any other action does: it takes the bytes under these seals, by their digests, in a commit whose
/// tree has the id `tree` without grants and evidence, and follows the plan, if there is one.
#[must_use]
pub fn of_action(seals: &[(SealName, Digest)], plan: Option<&Digest>, tree: &str) -> Change {
    let seal = |(name, digest): &(SealName, Digest)| {
        line("seal", name.as_str(), NOTHING, &digest.to_string())
    };
    let mut lines: Vec<String> = seals.iter().map(seal).collect();
    lines.push(line("tree", NOTHING, NOTHING, tree));
    lines.extend(plan.map(|plan| line("plan", NOTHING, NOTHING, &plan.to_string())));
    Change::of(lines)
}

fn line(what: &str, place: &str, old: &str, new: &str) -> String {
    format!("{what}\t{place}\t{old}\t{new}\n")
}

/// The keys of what a side covers. Lists of a seal over a database are those of [`SurfaceList`].
const SCOPE_KEYS: [&str; 9] =
    ["root", "tracked", "build", "exclude", "unreadable", "database", "include", "buckets", "omit"];

/// What a side covers, by key.
fn scope(side: Side<'_>) -> [(&'static str, String); 9] {
    let mut values = [(); 9].map(|()| NOTHING.to_owned());
    match side {
        Side::Nothing => {}
        Side::Unreadable(digest) => values[4] = digest.to_string(),
        Side::Seal(seal) => {
            if !seal.header.root.is_on_server() {
                values[0] = quoted(seal.header.root.as_str());
                values[1] = seal.header.tracked.to_string();
            }
            if let Some(build) = &seal.header.build {
                values[2] = quoted(build.as_str());
            }
            values[3] = list(seal.header.scope.patterns());
            if let Some(surface) = &seal.header.surface {
                values[5] = quoted(&surface.system.to_string());
                for (value, key) in values[6..].iter_mut().zip(SurfaceList::ALL) {
                    *value = list(&surface.listed(key));
                }
            }
        }
    }
    let mut values = values.into_iter();
    SCOPE_KEYS.map(|key| (key, values.next().unwrap_or_default()))
}

/// `[]`, or the strings in quotes.
fn list(strings: &[String]) -> String {
    let strings: Vec<String> = strings.iter().map(|string| quoted(string)).collect();
    format!("[{}]", strings.join(", "))
}

fn entries(side: Side<'_>) -> &[SealedEntry] {
    match side {
        Side::Seal(seal) => &seal.entries,
        Side::Nothing | Side::Unreadable(_) => &[],
    }
}
