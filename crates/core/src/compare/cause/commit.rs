//! Bytes that name the commit they were built from: no seal can hold them, for the commit that has
//! the seal has another id.

use super::{Explained, Sealed, because};
use crate::compare::finding::Cause;

/// The fewest digits that are taken for an id: git abbreviates to no fewer by itself.
const FEWEST: usize = 7;

/// How many bytes are hashed in search of the sealed id, at most, for all files together.
pub const MAX_SEARCHED: usize = 4 << 30;

/// Tries to replace the id of the commit at hand, the first of `history`, by that of an ancestor;
/// whole or abbreviated, wherever it stands. `budget` is what may still be hashed, in bytes.
pub(super) fn embeds(
    sealed: &Sealed,
    there: &[u8],
    history: &[String],
    budget: &mut usize,
) -> Explained {
    let (head, ancestors) = history.split_first()?;
    if sealed.size != there.len() {
        return None;
    }
    let places = places(there, head.as_bytes());
    let longest = places.iter().map(|(_, length)| *length).max()?;
    let mut candidate = there.to_vec();
    for ancestor in ancestors {
        *budget = budget.checked_sub(candidate.len())?;
        for &(at, length) in &places {
            candidate[at..at + length].copy_from_slice(&ancestor.as_bytes()[..length]);
        }
        if sealed.is(&candidate) {
            let (now, then) = (&head[..longest], &ancestor[..longest]);
            return Some(because(Cause::EmbedsCommit, format!("{now} where {then} was sealed")));
        }
    }
    None
}

/// Where `head` stands in `text`, and how many of its digits.
fn places(text: &[u8], head: &[u8]) -> Vec<(usize, usize)> {
    let mut places = Vec::new();
    let mut at = 0;
    while at + FEWEST <= text.len() {
        let alike = text[at..].iter().zip(head).take_while(|(a, b)| a == b).count();
        if alike >= FEWEST {
            places.push((at, alike));
        }
        at += alike.max(1);
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::entry::Digest;

    const HEAD: &str = "0123456789abcdef0123456789abcdef01234567";
    const OLD: &str = "fedcba9876543210fedcba9876543210fedcba98";
    const OLDER: &str = "1111111111111111111111111111111111111111";

    fn explained(sealed: &str, there: &str, budget: &mut usize) -> Option<String> {
        let sealed = Sealed { size: sealed.len(), digest: Digest::of(sealed.as_bytes()) };
        let history = [HEAD, OLD, OLDER].map(str::to_owned);
        let (cause, detail) = embeds(&sealed, there.as_bytes(), &history, budget)?;
        assert_eq!(cause, Cause::EmbedsCommit);
        detail
    }

    #[test]
    fn an_id_is_recognised_whole_and_abbreviated_wherever_it_stands() {
        let cases = [
            (format!("built from {OLDER}\n"), format!("built from {HEAD}\n"), 40),
            (format!("v1-g{}-dirty", &OLD[..7]), format!("v1-g{}-dirty", &HEAD[..7]), 7),
            (OLD[..12].to_owned(), HEAD[..12].to_owned(), 12),
            (format!("{OLD}{OLD}"), format!("{HEAD}{HEAD}"), 40),
            (format!("{} of {OLD}", &OLD[..8]), format!("{} of {HEAD}", &HEAD[..8]), 40),
        ];
        for (sealed, there, length) in cases {
            let told = explained(&sealed, &there, &mut MAX_SEARCHED.clone()).unwrap();
            assert!(told.starts_with(&HEAD[..length]), "{told}");
            assert!(told.ends_with(" was sealed"), "{told}");
        }
    }

    #[test]
    fn nothing_is_guessed() {
        let cases = [
            (format!("{OLD} and more"), format!("{HEAD} and else")),
            (OLD.to_owned(), format!("{HEAD} ")),
            (OLD[..6].to_owned(), HEAD[..6].to_owned()),
            (OLD.to_uppercase(), HEAD.to_uppercase()),
            (String::new(), String::new()),
            (OLD.to_owned(), "no id in here, of just this length......".to_owned()),
        ];
        for (sealed, there) in cases {
            assert_eq!(explained(&sealed, &there, &mut MAX_SEARCHED.clone()), None, "{there}");
        }
    }

    #[test]
    fn the_search_ends_where_its_budget_does() {
        assert!(explained(OLDER, HEAD, &mut 80).is_some());
        assert_eq!(explained(OLDER, HEAD, &mut 79), None);
    }
}
