//! How something ended that a helper ran, as a line: the helper writes it where what it runs cannot write.

/// How it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// With this exit code.
    Exit(i32),
    /// By this signal.
    Signal(i32),
    /// The database refused a statement.
    Refused,
    /// It ended the transaction that it was run in.
    EndsTransaction,
    /// It was not started, and this is why.
    NotStarted(String),
    /// It was not started, because nothing confines it here, and this is why.
    Unconfined(String),
}

impl Ended {
    /// As a line, without its end.
    #[must_use]
    pub fn to_line(&self) -> String {
        match self {
            Self::Exit(code) => format!("exit {code}"),
            Self::Signal(number) => format!("signal {number}"),
            Self::Refused => "refused".to_owned(),
            Self::EndsTransaction => "ends-transaction".to_owned(),
            Self::NotStarted(why) => format!("not-started {}", why.replace('\n', " ")),
            Self::Unconfined(why) => format!("unconfined {}", why.replace('\n', " ")),
        }
    }

    /// Reads such a line; `None` of any other text.
    #[must_use]
    pub fn parse(line: &str) -> Option<Self> {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        Some(match word {
            "exit" => Self::Exit(rest.parse().ok()?),
            "signal" => Self::Signal(rest.parse().ok()?),
            "refused" if rest.is_empty() => Self::Refused,
            "ends-transaction" if rest.is_empty() => Self::EndsTransaction,
            "not-started" => Self::NotStarted(rest.to_owned()),
            "unconfined" => Self::Unconfined(rest.to_owned()),
            _ => return None,
        })
    }

    /// The exit code that a record states; -1 where there is none.
    #[must_use]
    pub fn code(&self) -> i32 {
        match self {
            Self::Exit(code) => *code,
            Self::Refused | Self::EndsTransaction => 1,
            Self::Signal(_) | Self::NotStarted(_) | Self::Unconfined(_) => -1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_end_reads_back_from_its_line() {
        let ends = [
            (Ended::Exit(3), "exit 3", 3),
            (Ended::Signal(9), "signal 9", -1),
            (Ended::Refused, "refused", 1),
            (Ended::EndsTransaction, "ends-transaction", 1),
            (Ended::NotStarted("no such file".to_owned()), "not-started no such file", -1),
            (Ended::Unconfined("Landlock: off".to_owned()), "unconfined Landlock: off", -1),
        ];
        for (end, line, code) in ends {
            assert_eq!((end.to_line().as_str(), end.code()), (line, code));
            assert_eq!(Ended::parse(line), Some(end));
        }
        let broken = Ended::NotStarted("a\nexit 0".to_owned()).to_line();
        assert_eq!(broken, "not-started a exit 0");
        for line in ["", "exit", "exit x", "refused 1", "ends-transaction 1", "done"] {
            assert_eq!(Ended::parse(line), None, "{line}");
        }
    }
}
