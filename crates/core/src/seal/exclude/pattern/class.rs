//! Sets of bytes: what one place of a name may hold, and how `[...]` states it.

/// A set of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct ByteSet([u64; 4]);

impl ByteSet {
    /// Every byte.
    pub(super) const ALL: Self = Self([u64::MAX; 4]);

    /// One byte alone.
    pub(super) fn of(byte: u8) -> Self {
        let mut set = Self::default();
        set.insert(byte);
        set
    }

    pub(super) fn contains(&self, byte: u8) -> bool {
        self.0[usize::from(byte >> 6)] >> (byte & 63) & 1 == 1
    }

    /// Its only byte, if it has one alone.
    pub(super) fn single(&self) -> Option<u8> {
        let count: u32 = self.0.iter().map(|word| word.count_ones()).sum();
        let at = self.0.iter().position(|&word| word != 0)?;
        let byte = at * 64 + self.0[at].trailing_zeros() as usize;
        u8::try_from(byte).ok().filter(|_| count == 1)
    }

    /// Its lowest byte.
    pub(super) fn lowest(&self) -> Option<u8> {
        (0..=u8::MAX).find(|&byte| self.contains(byte))
    }

    pub(super) fn union(self, other: Self) -> Self {
        let mut both = self.0;
        both.iter_mut().zip(other.0).for_each(|(word, more)| *word |= more);
        Self(both)
    }

    fn insert(&mut self, byte: u8) {
        self.0[usize::from(byte >> 6)] |= 1 << (byte & 63);
    }

    fn complement(self) -> Self {
        Self(self.0.map(|word| !word))
    }
}

/// Reads the class that `text` begins with; gives its length in bytes and what it matches.
///
/// The rules are those of git's wildmatch: `!` or `^` negates, a `]` in the first place is a member,
/// a `-` between two members makes a range. What git reads in an unexpected way is refused.
pub(super) fn class(text: &[u8]) -> Result<(usize, ByteSet), &'static str> {
    let negated = matches!(text.get(1), Some(b'!' | b'^'));
    let first = if negated { 2 } else { 1 };
    let mut set = ByteSet::default();
    let mut at = first;
    // The member before, from which a `-` may make a range, and whether a range ended just here.
    let (mut before, mut after_range) = (None, false);
    loop {
        let Some(&byte) = text.get(at) else {
            return Err("unclosed character class: a `[` has no `]`");
        };
        if byte == b']' && at > first {
            break;
        }
        check_member(byte, text.get(at + 1).copied())?;
        let end = text.get(at + 1).copied().filter(|&end| end != b']');
        match (byte, before, end) {
            (b'-', Some(start), Some(end)) => {
                check_member(end, text.get(at + 2).copied())?;
                if start > end {
                    return Err("in `[...]`, a range ends before it begins");
                }
                (start..=end).for_each(|member| set.insert(member));
                (before, after_range) = (None, true);
                at += 2;
            }
            (b'-', None, Some(_)) if after_range => {
                return Err("in `[...]`, a `-` after a range is read in two ways");
            }
            _ => {
                set.insert(byte);
                (before, after_range) = (Some(byte), false);
                at += 1;
            }
        }
    }
    Ok((at + 1, if negated { set.complement() } else { set }))
}

/// Refuses a member of a class whose meaning people and programs disagree about.
fn check_member(byte: u8, next: Option<u8>) -> Result<(), &'static str> {
    match (byte, next) {
        (b'\\', _) => Err("in `[...]`, a backslash is read in two ways"),
        (b'/', _) => Err("in `[...]`, a `/` never matches"),
        (b'[', Some(b':' | b'.' | b'=')) => {
            Err("classes such as `[:alpha:]` are not understood; write a range")
        }
        (0x80.., _) => Err("in `[...]`, git takes bytes, not characters, beyond ASCII"),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(text: &str) -> String {
        let (length, set) = class(text.as_bytes()).unwrap();
        assert_eq!(length, text.len(), "{text}");
        (0..128).filter(|&byte| set.contains(byte)).map(char::from).collect()
    }

    #[test]
    fn classes_that_git_reads_by_name_are_refused_wherever_they_stand() {
        for text in ["[[:alpha:]]", "[a[:digit:]]", "[a-c[.x.]]", "[![=a=]]"] {
            let why = class(text.as_bytes()).err();
            assert_eq!(
                why,
                Some("classes such as `[:alpha:]` are not understood; write a range"),
                "{text}"
            );
        }
    }

    #[test]
    fn members_and_ranges_are_those_of_git() {
        let cases = [
            ("[ab]", "ab"),
            ("[]a]", "]a"),
            ("[a-c]", "abc"),
            ("[-a]", "-a"),
            ("[a-]", "-a"),
            ("[--0]", "-./0"),
            ("[]-_]", "]^_"),
            ("[+--]", "+,-"),
            ("[a-c-]", "-abc"),
            ("[[a]", "[a"),
            ("[a!^]", "!^a"),
        ];
        for (text, expected) in cases {
            let mut expected: Vec<char> = expected.chars().collect();
            expected.sort_unstable();
            assert_eq!(members(text), expected.into_iter().collect::<String>(), "{text}");
        }
    }

    #[test]
    fn a_negated_class_holds_every_other_byte() {
        for text in ["[!a-c]", "[^a-c]"] {
            let (_, set) = class(text.as_bytes()).unwrap();
            let held = (0..=255).filter(|&byte| set.contains(byte)).count();
            assert_eq!((held, set.contains(b'b'), set.contains(0xff)), (253, false, true));
        }
    }
}
