//! The blocker map: what stands in the way of an environment or an action, and who can clear it.
//! Pure.
//!
//! A map is read ([`BlockerMap::read`]), held against itself ([`BlockerMap::honest`]), and only then
//! asked ([`ValidMap::open_that_block`]): one that contradicts itself rules nothing. Where a text is
//! unclear, the item blocks:
//!
//! - every status but `CLOSED` is open;
//! - a word in `blocks` that is not known blocks everything, and so does an item without a word;
//! - a word that is asked for and not known is blocked by everything.
//!
//! Words match whole: `production` does not block `production-ci`, nor the other way round.
//!
//! The parts: `read` takes bytes, `honest` finds contradictions, `between` compares two maps.

mod between;
pub mod demands;
mod honest;
mod read;

use std::collections::BTreeSet;

pub use between::{How, Relaxation, loosened};
pub use honest::{Contradiction, ValidMap};
pub use read::{BlockerError, MAX_MAP_BYTES};

/// The words that are known in every map; a policy adds the names of its environments and actions.
pub const VOCABULARY: [&str; 8] = [
    "production",
    "production-ci",
    "real-run",
    "cutover",
    "apply",
    "permit",
    "activation",
    "repoint",
];

#[cfg(test)]
thread_local! {
    /// How often it was worked out in this thread what an item blocks: tests count it.
    pub(crate) static REACHES: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// A map as it was read: of the right shape, and perhaps not honest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockerMap {
    /// What the map is about.
    pub doc: String,
    /// When it was written, in its own words.
    pub date: String,
    /// Who may close an item, in its own words.
    pub authority: String,
    /// The items in their order, at least one; ids may stand twice.
    pub blockers: Vec<Blocker>,
    /// The ids that it says were closed since the last map.
    pub newly_closed: Vec<String>,
    /// The ids of which it says that a part was done since the last map.
    pub partially_discharged: Vec<String>,
    /// How many items it says are open.
    pub open_count: u64,
    /// Whether it says that work was done in production.
    pub production_work_performed: bool,
    /// Anything else.
    pub note: Option<String>,
}

/// One item of a map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blocker {
    /// ASCII letters, digits, `.`, `_` and `-`.
    pub id: String,
    /// What it is about.
    pub item: String,
    /// As it was written; [`Blocker::state`] tells what it comes to.
    pub status: String,
    /// Who must act.
    pub actor_needed: String,
    /// What that is.
    pub next_action: String,
    /// As it was written: words with `/` between them.
    pub blocks: String,
    /// What became of it in this lane of work.
    pub change_this_lane: Option<String>,
    /// Who closed it; `None` where nothing is said.
    pub closed_by: Option<String>,
    /// When, as it was written; `None` where nothing is said.
    pub closed_at: Option<String>,
    /// What somebody noted.
    pub remark: Option<String>,
    /// Where the proof lies, in its own words.
    pub evidence: Option<String>,
}

/// The one status that closes an item.
const CLOSED: &str = "CLOSED";

/// What a status comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It begins with `OPEN`.
    Open,
    /// It is `CLOSED`.
    Closed,
    /// Anything else, which makes the map dishonest and blocks like an open item.
    Unknown,
}

/// What an item blocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// Everything, because of the words that are not known, in the normal form.
    Everything(Vec<String>),
    /// These words, in the normal form.
    Words(BTreeSet<String>),
}

/// The words that are known where a map is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words(BTreeSet<String>);

impl Words {
    /// The [`VOCABULARY`] and `more`.
    #[must_use]
    pub fn new(more: &[&str]) -> Self {
        Self(VOCABULARY.iter().chain(more).map(|word| normal(word)).collect())
    }

    /// Whether `word`, in any form, is one of them.
    #[must_use]
    pub fn know(&self, word: &str) -> bool {
        let word = normal(word);
        !word.is_empty() && self.0.contains(&word)
    }
}

/// The words in `text`: split at `/`, each in the normal form. At least one, perhaps empty.
pub fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split('/').map(normal)
}

/// Lower case, `-` for `_`, no white space around it. What lies outside ASCII stays as it is: no
/// word that is known holds any.
fn normal(word: &str) -> String {
    let word = word.trim_matches(|c: char| c.is_ascii_whitespace());
    word.to_ascii_lowercase().replace('_', "-")
}

impl Blocker {
    /// What its status comes to.
    #[must_use]
    pub fn state(&self) -> State {
        match &*self.status {
            CLOSED => State::Closed,
            status if status.starts_with("OPEN") => State::Open,
            _ => State::Unknown,
        }
    }

    /// Whether it may still block: whatever is not closed.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.state() != State::Closed
    }

    /// What it blocks where `known` are the words.
    #[must_use]
    pub fn reach(&self, known: &Words) -> Reach {
        #[cfg(test)]
        REACHES.with(|reaches| reaches.set(reaches.get() + 1));
        let (known, unknown): (Vec<_>, Vec<_>) =
            words(&self.blocks).partition(|word| known.know(word));
        if unknown.is_empty() {
            Reach::Words(known.into_iter().collect())
        } else {
            Reach::Everything(unknown)
        }
    }
}

/// The words that a question is about, put into the normal form once for all items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    words: BTreeSet<String>,
    /// Whether one of them is not known: everything blocks such a word.
    any_unknown: bool,
}

impl Asked {
    /// These words, in any form and known or not.
    #[must_use]
    pub fn new(words: &[impl AsRef<str>], known: &Words) -> Self {
        Self {
            words: words.iter().map(|word| normal(word.as_ref())).collect(),
            any_unknown: words.iter().any(|word| !known.know(word.as_ref())),
        }
    }

    /// Whether what reaches so far blocks one of them at least.
    #[must_use]
    pub fn blocked_by(&self, reach: &Reach) -> bool {
        let hit = |words: &BTreeSet<String>| words.iter().any(|word| self.words.contains(word));
        match reach {
            // Nothing that was asked for cannot be blocked.
            _ if self.words.is_empty() => false,
            Reach::Everything(_) => true,
            Reach::Words(words) => self.any_unknown || hit(words),
        }
    }
}

impl Reach {
    /// Whether it blocks all that `other` blocks.
    fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Everything(_), _) => true,
            (Self::Words(_), Self::Everything(_)) => false,
            (Self::Words(words), Self::Words(others)) => words.is_superset(others),
        }
    }
}

impl BlockerMap {
    /// The items that are not closed.
    pub fn open(&self) -> impl Iterator<Item = &Blocker> {
        self.blockers.iter().filter(|blocker| blocker.is_open())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(status: &str, blocks: &str) -> Blocker {
        Blocker {
            id: "A".to_owned(),
            item: "a".to_owned(),
            status: status.to_owned(),
            actor_needed: "a".to_owned(),
            next_action: "a".to_owned(),
            blocks: blocks.to_owned(),
            change_this_lane: None,
            closed_by: None,
            closed_at: None,
            remark: None,
            evidence: None,
        }
    }

    #[test]
    fn only_the_word_closed_closes() {
        let cases = [
            ("OPEN", State::Open),
            ("OPEN_PARTIALLY_DISCHARGED", State::Open),
            ("OPENED", State::Open),
            ("OPEN BUT CLOSED", State::Open),
            ("CLOSED", State::Closed),
            ("closed", State::Unknown),
            ("CLOSED ", State::Unknown),
            ("CLOSED_BY_OWNER", State::Unknown),
            ("open", State::Unknown),
            (" OPEN", State::Unknown),
            ("DONE", State::Unknown),
            ("", State::Unknown),
        ];
        for (status, state) in cases {
            assert_eq!(item(status, "").state(), state, "{status:?}");
            assert_eq!(item(status, "").is_open(), status != "CLOSED", "{status:?}");
        }
    }

    #[test]
    fn what_an_item_blocks_is_split_folded_and_matched_whole() {
        let words = |words: &[&str]| Reach::Words(words.iter().map(|&word| word.into()).collect());
        let all = |words: &[&str]| Reach::Everything(words.iter().map(|&w| w.into()).collect());
        let cases = [
            ("production", words(&["production"])),
            ("production-ci", words(&["production-ci"])),
            ("Production_CI", words(&["production-ci"])),
            ("REAL_RUN", words(&["real-run"])),
            (" apply / CutOver ", words(&["apply", "cutover"])),
            ("apply/apply", words(&["apply"])),
            ("staging", words(&["staging"])),
            ("", all(&[""])),
            ("/", all(&["", ""])),
            ("apply/", all(&[""])),
            ("apply,cutover", all(&["apply,cutover"])),
            ("production-c", all(&["production-c"])),
            ("production\u{a0}", all(&["production\u{a0}"])),
            ("real--run", all(&["real--run"])),
            // The Kelvin sign, which folds to a k by Unicode.
            ("to\u{212a}en/apply", all(&["to\u{212a}en"])),
        ];
        let known = Words::new(&["Staging", "token", ""]);
        for (blocks, reach) in cases {
            assert_eq!(item("OPEN", blocks).reach(&known), reach, "{blocks:?}");
        }
    }

    #[test]
    fn what_is_not_known_blocks_and_is_blocked() {
        let known = Words::new(&[]);
        let cases = [
            ("production", "production", true),
            ("production", "PRODUCTION", true),
            ("production", "production-ci", false),
            ("production-ci", "production", false),
            ("production-ci", "production_ci", true),
            ("apply/permit", "permit", true),
            ("apply/permit", "repoint", false),
            ("nobody-knows", "production", true),
            ("production", "nobody-knows", true),
            ("production", "", true),
        ];
        for (blocks, asked, blocked) in cases {
            let reach = item("OPEN", blocks).reach(&known);
            assert_eq!(
                Asked::new(&[asked], &known).blocked_by(&reach),
                blocked,
                "{blocks} {asked}"
            );
        }
    }
}
