//! Numbers and sentences as people read them.

use unicode_width::UnicodeWidthStr;

/// A length in bytes: `0 B`, `410 B`, `1.2 KiB`, `893 MiB`, `4.0 GiB`.
///
/// Two digits or more, rounded to the nearest; always below 1,024 of the unit.
#[must_use]
pub fn bytes(length: u64) -> String {
    const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    if length < 1024 {
        return format!("{length} B");
    }
    let mut scale = 1_u128;
    let mut text = String::new();
    for unit in UNITS {
        scale *= 1024;
        let tenths = rounded(u128::from(length) * 10, scale);
        let whole = rounded(u128::from(length), scale);
        text = if tenths < 100 {
            format!("{}.{} {unit}", tenths / 10, tenths % 10)
        } else {
            format!("{whole} {unit}")
        };
        if whole < 1024 {
            break;
        }
    }
    text
}

fn rounded(value: u128, scale: u128) -> u128 {
    (value + scale / 2) / scale
}

/// What became of a length in bytes: `1.2 KiB -> 3.0 MiB`; to the byte where both have the same unit, so
/// that a difference shows: `930,456 B -> 930,461 B`.
#[must_use]
pub fn size_change(before: u64, after: u64) -> String {
    let exact = |size| format!("{} B", grouped(size));
    let (old, new) = (bytes(before), bytes(after));
    let unit = |text: &str| text.rsplit(' ').next().unwrap_or_default().to_owned();
    if before == after {
        format!("{}, other bytes", exact(before))
    } else if unit(&old) == unit(&new) {
        format!("{} -> {}", exact(before), exact(after))
    } else {
        format!("{old} -> {new}")
    }
}

/// A whole number with its thousands set apart: `1,234`.
#[must_use]
pub fn grouped(number: impl TryInto<u64>) -> String {
    let digits = whole(number).to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number of things: `1 entry`, `100,000 entries`.
#[must_use]
pub fn count(number: impl TryInto<u64>, one: &str, many: &str) -> String {
    let number = whole(number);
    format!("{} {}", grouped(number), if number == 1 { one } else { many })
}

/// The first `most` of `names`, and how many more there are: `a, b and 7 more`.
#[must_use]
pub fn listed<S: AsRef<str>>(names: &[S], most: usize) -> String {
    let shown: Vec<&str> = names.iter().take(most).map(AsRef::as_ref).collect();
    match names.len().saturating_sub(most) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// Numbers of things are `usize` or `u64`; neither ever exceeds the other in practice.
fn whole(number: impl TryInto<u64>) -> u64 {
    number.try_into().unwrap_or(u64::MAX)
}

/// The columns that `text` takes in a terminal.
#[must_use]
pub fn width(text: &str) -> usize {
    text.width()
}

/// A time: `under 1 ms`, `12 ms`, `3.4 s`, `45 s`, `2 min 5 s`, `1 h 3 min`.
#[must_use]
pub fn duration_ms(ms: u64) -> String {
    let tenths = ms.saturating_add(50) / 100;
    let seconds = ms.saturating_add(500) / 1000;
    let minutes = ms.saturating_add(30_000) / 60_000;
    if ms == 0 {
        "under 1 ms".to_owned()
    } else if ms < 1000 {
        format!("{ms} ms")
    } else if tenths < 100 {
        format!("{}.{} s", tenths / 10, tenths % 10)
    } else if seconds < 60 {
        format!("{seconds} s")
    } else if seconds < 3600 {
        format!("{} min {} s", seconds / 60, seconds % 60)
    } else {
        format!("{} h {} min", grouped(minutes / 60), minutes % 60)
    }
}

/// How fast: `412 MiB/s`; `None` where too little was read, or in too short a time, to tell.
#[must_use]
pub fn speed(length: u64, ms: u64) -> Option<String> {
    let a_second = u128::from(length) * 1000 / u128::from(ms).max(1);
    let a_second = u64::try_from(a_second).unwrap_or(u64::MAX);
    (ms > 0 && length >= 64 << 10).then(|| format!("{}/s", bytes(a_second)))
}

/// Breaks `text` into lines of at most `columns`, between words and never inside a command
/// in backticks, which must stay whole to be copied. A wider word has a line of its own.
#[must_use]
pub(crate) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut quoted = false;
    let words = text.split(|c| {
        quoted ^= c == '`';
        c == ' ' && !quoted
    });
    let mut lines: Vec<String> = Vec::new();
    for word in words {
        match lines.last_mut() {
            Some(line) if line.width() + 1 + word.width() <= columns => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// Errors, and then refusals, counted; nothing where there are none.
pub(crate) fn troubles(errors: &[crate::report::ErrorView]) -> Vec<String> {
    let refusals = errors.iter().filter(|error| error.refusal).count();
    let counted = [
        (errors.len() - refusals, "error", "errors"),
        (refusals, "reason why it is not authorised", "reasons why it is not authorised"),
    ];
    let there = counted.into_iter().filter(|(number, ..)| *number > 0);
    there.map(|(number, one, many)| count(number, one, many)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_of_size_shows_however_small_it_is() {
        let kib = 1024;
        for (before, after, expected) in [
            (0, 1, "0 B -> 1 B"),
            (7, 7, "7 B, other bytes"),
            (930_456, 930_461, "930,456 B -> 930,461 B"),
            (51_020, 51_377, "51,020 B -> 51,377 B"),
            (12, 3 * kib, "12 B -> 3.0 KiB"),
            (900 * kib, 3 * kib * kib, "900 KiB -> 3.0 MiB"),
        ] {
            assert_eq!(size_change(before, after), expected);
        }
    }

    #[test]
    fn sizes_change_their_unit_where_they_would_round_up_to_it() {
        let (kib, mib, gib) = (1024, 1024 * 1024, 1024 * 1024 * 1024);
        let cases = [
            (0, "0 B"),
            (1, "1 B"),
            (410, "410 B"),
            (1023, "1023 B"),
            (1024, "1.0 KiB"),
            (1229, "1.2 KiB"),
            (10 * kib - 52, "9.9 KiB"),
            (10 * kib - 51, "10 KiB"),
            (10 * kib, "10 KiB"),
            (mib - 513, "1023 KiB"),
            (mib - 512, "1.0 MiB"),
            (mib - 1, "1.0 MiB"),
            (mib, "1.0 MiB"),
            (893 * mib, "893 MiB"),
            (gib - mib / 2 - 1, "1023 MiB"),
            (gib - 1, "1.0 GiB"),
            (4 * gib, "4.0 GiB"),
            (1 << 40, "1.0 TiB"),
            (1 << 50, "1.0 PiB"),
            (1 << 60, "1.0 EiB"),
            (u64::MAX, "16 EiB"),
        ];
        for (length, text) in cases {
            assert_eq!(bytes(length), text, "{length}");
        }
    }

    #[test]
    fn no_size_ever_reads_as_1024_of_a_unit() {
        for power in 10..64 {
            let edge = 1_u64 << power;
            for length in (edge - 600..edge + 600).chain([edge - edge / 2048, edge - edge / 2047]) {
                assert!(!bytes(length).starts_with("1024"), "{length}");
            }
        }
    }

    #[test]
    fn of_many_names_some_are_listed() {
        let names = ["a", "b", "c"];
        let cases = [(0, " and 3 more"), (1, "a and 2 more"), (3, "a, b, c"), (9, "a, b, c")];
        for (most, text) in cases {
            assert_eq!(listed(&names, most), text);
        }
    }

    #[test]
    fn counts_have_thousands_set_apart_and_the_right_number() {
        let cases = [
            (0_u64, "0 entries"),
            (1, "1 entry"),
            (2, "2 entries"),
            (999, "999 entries"),
            (1000, "1,000 entries"),
            (100_000, "100,000 entries"),
            (1_234_567, "1,234,567 entries"),
        ];
        for (number, text) in cases {
            assert_eq!(count(number, "entry", "entries"), text);
        }
        assert_eq!(grouped(u64::MAX), "18,446,744,073,709,551,615");
    }

    #[test]
    fn times_change_their_unit_where_they_would_round_up_to_it() {
        let cases = [
            (0, "under 1 ms"),
            (1, "1 ms"),
            (999, "999 ms"),
            (1000, "1.0 s"),
            (9949, "9.9 s"),
            (9950, "10 s"),
            (59_499, "59 s"),
            (59_500, "1 min 0 s"),
            (125_000, "2 min 5 s"),
            (3_599_499, "59 min 59 s"),
            (3_599_500, "1 h 0 min"),
            (3_780_000, "1 h 3 min"),
        ];
        for (ms, text) in cases {
            assert_eq!(duration_ms(ms), text, "{ms}");
        }
        assert!(duration_ms(u64::MAX).ends_with(" min"));
    }

    #[test]
    fn speed_is_told_only_where_it_was_measured() {
        assert_eq!(speed(1 << 30, 1000).as_deref(), Some("1.0 GiB/s"));
        assert_eq!(speed(1_258_291, 3).as_deref(), Some("400 MiB/s"));
        assert_eq!(speed(u64::MAX, 1).as_deref(), Some("16 EiB/s"));
        assert_eq!(speed(0, 5), None);
        assert_eq!(speed(5, 0), None);
    }

    #[test]
    fn lines_break_between_words_and_never_inside_a_command() {
        let text = "run `git restore -- x` and then look";
        assert_eq!(wrap(text, 10), ["run", "`git restore -- x`", "and then", "look"]);
        assert_eq!(wrap(text, 100), [text]);
        assert_eq!(wrap("aaaaaaaaaaaaaaa b", 4), ["aaaaaaaaaaaaaaa", "b"]);
        assert_eq!(wrap("", 4), [""]);
    }
}
