//! Points in time as policies and grants write them: RFC 3339, UTC, whole seconds, with `Z`.

use std::fmt;

/// Seconds since 1970-01-01T00:00:00Z, of the years 1970 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(u64);

const DAY: u64 = 86_400;

/// The first second of the year 10000.
const END: u64 = 253_402_300_800;

impl Moment {
    /// The point in time `seconds` after the beginning of 1970; `None` beyond the year 9999.
    #[must_use]
    pub fn from_seconds(seconds: u64) -> Option<Self> {
        (seconds < END).then_some(Self(seconds))
    }

    /// Reads `YYYY-MM-DDTHH:MM:SSZ`, and no other form: local times mean something else on every
    /// machine.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        const FORM: &[u8; 20] = b"dddd-dd-ddTdd:dd:ddZ";
        let bytes: &[u8; 20] = text.as_bytes().try_into().ok()?;
        let fits = |(byte, form): (&u8, &u8)| match form {
            b'd' => byte.is_ascii_digit(),
            form => byte == form,
        };
        if !bytes.iter().zip(FORM).all(fits) {
            return None;
        }
        let number = |from: usize, to: usize| {
            bytes[from..to].iter().fold(0, |n, b| n * 10 + u64::from(b - b'0'))
        };
        let (year, month, day) = (number(0, 4), number(5, 7), number(8, 10));
        let (hour, minute, second) = (number(11, 13), number(14, 16), number(17, 19));
        let legal = year >= 1970
            && (1..=12).contains(&month)
            && (1..=days_in(year, month)).contains(&day)
            && hour < 24
            && minute < 60
            && second < 60;
        let days = (1970..year).map(days_of).sum::<u64>()
            + (1..month).map(|month| days_in(year, month)).sum::<u64>()
            + day.checked_sub(1)?;
        legal.then_some(Self(days * DAY + hour * 3_600 + minute * 60 + second))
    }

    /// How many seconds after the beginning of 1970.
    #[must_use]
    pub fn seconds(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut days, seconds) = (self.0 / DAY, self.0 % DAY);
        let (mut year, mut month) = (1970, 1);
        while days >= days_of(year) {
            days -= days_of(year);
            year += 1;
        }
        while days >= days_in(year, month) {
            days -= days_in(year, month);
            month += 1;
        }
        let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
        write!(f, "{year:04}-{month:02}-{:02}T{hour:02}:{minute:02}:{second:02}Z", days + 1)
    }
}

fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

fn days_of(year: u64) -> u64 {
    365 + u64::from(is_leap(year))
}

fn days_in(year: u64, month: u64) -> u64 {
    match month {
        2 => 28 + u64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_moments_read_and_print_back() {
        let cases = [
            ("1970-01-01T00:00:00Z", 0),
            ("1999-12-31T23:59:59Z", 946_684_799),
            ("2000-02-29T12:00:00Z", 951_825_600),
            ("2026-03-01T00:00:00Z", 1_772_323_200),
            ("9999-12-31T23:59:59Z", END - 1),
        ];
        for (text, seconds) in cases {
            assert_eq!(Moment::parse(text), Some(Moment(seconds)), "{text}");
            assert_eq!(Moment(seconds).to_string(), text);
        }
        assert_eq!(Moment::from_seconds(END), None);
    }

    #[test]
    fn every_day_of_four_centuries_prints_and_reads_back_in_order() {
        for day in 0..146_097_u64 {
            let moment = Moment(day * DAY + day % DAY);
            assert_eq!(Moment::parse(&moment.to_string()), Some(moment));
        }
    }

    #[test]
    fn another_form_or_a_day_that_is_none_is_refused() {
        for text in [
            "",
            "2026-01-01",
            "2026-01-01T00:00:00",
            "2026-01-01T00:00:00z",
            "2026-01-01t00:00:00Z",
            "2026-01-01 00:00:00Z",
            "2026-01-01T00:00:00+00:00",
            "2026-01-01T00:00:00.0Z",
            "2026-1-01T00:00:00Z",
            "02026-01-01T00:00:0Z",
            "1969-12-31T23:59:59Z",
            "2026-00-01T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-01-00T00:00:00Z",
            "2026-02-29T00:00:00Z",
            "2100-02-29T00:00:00Z",
            "2026-04-31T00:00:00Z",
            "2026-01-01T24:00:00Z",
            "2026-01-01T00:60:00Z",
            "2026-01-01T23:59:60Z",
            "-026-01-01T00:00:00Z",
            "2026-01-01T00:00:0\u{665}",
        ] {
            assert_eq!(Moment::parse(text), None, "{text}");
        }
    }
}
