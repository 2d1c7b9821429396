//! How a revision is written. Touches nothing.

/// The most generations that `~` and `^` may go back.
const MOST_GENERATIONS: usize = 100_000;

/// What may stand after a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// `~N`, and `^` for 1: so many first parents back.
    Back(usize),
    /// `^N`: the parent with this number, from 1.
    Parent(usize),
    /// `^0`, `^{}`, `^{commit}`: the commit itself.
    Peel,
}

/// The name that `revision` begins with, and what stands after it.
pub(super) fn split(revision: &str) -> (&str, &str) {
    let at = revision.find(['^', '~', ':']).into_iter().chain(revision.find("@{")).min();
    revision.split_at(at.unwrap_or(revision.len()))
}

/// Reads what stands after a name, or says what is wrong with it.
pub(super) fn steps(mut rest: &str) -> Result<Vec<Step>, &'static str> {
    let mut steps = Vec::new();
    let mut generations = 0_usize;
    while let Some(sign) = rest.chars().next() {
        rest = &rest[sign.len_utf8()..];
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, after) = rest.split_at(digits);
        let number = if number.is_empty() { Some(1) } else { number.parse().ok() };
        let number: usize = number.ok_or("the number is too large")?;
        let step = match sign {
            '~' => Step::Back(number),
            '^' if number == 0 => Step::Peel,
            '^' => match after.strip_prefix('{') {
                None => Step::Parent(number),
                Some(word) => {
                    let known = word.strip_prefix("commit}").or_else(|| word.strip_prefix('}'));
                    rest = known.filter(|_| digits == 0).ok_or(
                        "of all that may stand in braces after `^`, it reads {commit} alone",
                    )?;
                    steps.push(Step::Peel);
                    continue;
                }
            },
            ':' => return Err("`:` stands before a path or a message, and names no commit"),
            '@' if rest.starts_with('{') => {
                return Err("what `@{...}` means depends on this clone's reflogs and settings");
            }
            _ => return Err("after a name, it reads `~N`, `^N` and `^{commit}` alone"),
        };
        generations = generations.saturating_add(if sign == '~' { number } else { 1 });
        if generations > MOST_GENERATIONS {
            return Err("it goes back more than 100000 generations");
        }
        steps.push(step);
        rest = after;
    }
    Ok(steps)
}

/// Whether a ref may be called `name` (git-check-ref-format).
pub(super) fn is_name(name: &str) -> bool {
    let forbidden = |c: char| c.is_ascii_control() || " ~^:?*[\\".contains(c);
    let component = |part: &str| {
        // git keeps names in `.lock` for the files that it locks with.
        let locks = part.strip_suffix(".lock").is_some();
        !part.is_empty() && !part.starts_with('.') && !part.ends_with('.') && !locks
    };
    !name.starts_with('-')
        && !name.contains(forbidden)
        && !name.contains("..")
        && !name.contains("@{")
        && name.split('/').all(component)
}

/// What git might mean by `revision`, whose name `base` no ref can have; `None`: nothing.
pub(super) fn refusal(revision: &str, base: &str) -> Option<&'static str> {
    if base.contains("..") {
        Some("a range names no single commit")
    } else if base.is_empty() && revision.starts_with('^') {
        Some("nothing stands before `^`")
    } else {
        None
    }
}

/// Which refs `name` belongs to: tags, branches, or those of one remote.
pub(super) fn kind(name: &str) -> &str {
    let parts = if name.starts_with("refs/remotes/") { 3 } else { 2 };
    name.match_indices('/').nth(parts - 1).map_or(name, |(at, _)| &name[..at])
}

/// The digits in what `git describe` prints: `NAME-COUNT-gDIGITS`.
pub(super) fn described(name: &str) -> Option<&str> {
    let (before, digits) = name.rsplit_once("-g")?;
    let (_, count) = before.rsplit_once('-')?;
    let all = |text: &str, is: fn(&u8) -> bool| !text.is_empty() && text.bytes().all(|b| is(&b));
    (all(count, u8::is_ascii_digit) && all(digits, u8::is_ascii_hexdigit)).then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_after_a_name_are_read_and_nothing_else_is() {
        let cases: [(&str, &[Step]); 8] = [
            ("", &[]),
            ("~", &[Step::Back(1)]),
            ("~3", &[Step::Back(3)]),
            ("^", &[Step::Parent(1)]),
            ("^2~12", &[Step::Parent(2), Step::Back(12)]),
            ("^0", &[Step::Peel]),
            ("^{}^^{commit}", &[Step::Peel, Step::Parent(1), Step::Peel]),
            ("~0", &[Step::Back(0)]),
        ];
        for (text, expected) in cases {
            assert_eq!(steps(text).as_deref(), Ok(expected), "{text}");
        }
        for text in [
            "^{tree}",
            "^{/fix}",
            "^2{commit}",
            "^{commit",
            "^{",
            "^-",
            "^@",
            "^!",
            "@{0}",
            "@{u}",
            "~1@{1}",
            ":dist",
            "~99999999999999999999999",
            "~100001",
            "~60000~60000",
            "~x",
            "^x",
        ] {
            assert!(steps(text).is_err(), "{text}");
        }
    }

    #[test]
    fn names_are_those_that_git_allows() {
        for name in ["main", "a/b", "v1.0-2-gabc", "é", "a@b", "@", "x'y", "$(x)", "a.lockx"] {
            assert!(is_name(name), "{name}");
        }
        for name in [
            "", "-x", "a b", "a..b", "a//b", "/a", "a/", ".a", "a/.b", "a.", "a.lock", "a.lock/b",
            "a*", "a?", "a[b", "a\\b", "a\nb", "a\u{7f}", "a@{b",
        ] {
            assert!(!is_name(name), "{name}");
        }
    }

    #[test]
    fn what_describe_prints_ends_with_digits() {
        assert_eq!(described("v1-0-g0beac94d"), Some("0beac94d"));
        assert_eq!(described("a-gb-12-gabc"), Some("abc"));
        for name in ["v1", "v1-g0beac94d", "v1-x-g0beac94d", "v1-1-g", "v1-1-g0beac94d-dirty"] {
            assert_eq!(described(name), None, "{name}");
        }
    }

    #[test]
    fn kinds_are_tags_branches_and_each_remote() {
        for (name, kind_of_it) in [
            ("refs/tags/v1", "refs/tags"),
            ("refs/heads/a/b", "refs/heads"),
            ("refs/remotes/origin/HEAD", "refs/remotes/origin"),
            ("refs/remotes/other/main", "refs/remotes/other"),
        ] {
            assert_eq!(kind(name), kind_of_it);
        }
    }
}
