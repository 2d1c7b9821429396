//! The ledger: where the uses of grants for actions are recorded, and what a record states.
//!
//! A grant for an action counts once. Its use is recorded before the action runs, under the id of the
//! grant, at a place that takes no second record. When the action has ended, a second record states how.

use std::fmt;

use serde::Deserialize;

use super::text::{cut, is_kebab, push_text};
use super::time::Moment;
use crate::seal::entry::Digest;

/// The value of the `format` key of a record of a use.
pub const USE_FORMAT: &str = "sealgate-use/1";

/// The value of the `format` key of a record of an end.
pub const END_FORMAT: &str = "sealgate-use-end/1";

/// The longest record that is read, in bytes.
pub const MAX_RECORD_BYTES: u64 = 16 << 10;

/// The longest URL of a ledger, and the longest name of a user, in bytes.
const LONGEST: usize = 1_024;

/// The value of `ledger` in a policy for a ledger in the clone itself.
const LOCAL: &str = "local";

/// Where uses are recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ledger {
    /// Below the directory that the working trees of one clone share: a grant counts once in each clone.
    Local,
    /// In the repository at this URL, as tags.
    Remote(String),
}

impl Ledger {
    /// Reads the value of `ledger` in a policy: `local`, an absolute path, a URL of the schemes `https`,
    /// `ssh` and `file`, or `USER@HOST:PATH`. A name of a remote is refused, because the configuration
    /// of each clone decides where it leads; so is every form that runs a program.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_plain = (1..=LONGEST).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_graphic())
            && !text.starts_with('-');
        if !is_plain {
            return None;
        }
        if text == LOCAL {
            return Some(Self::Local);
        }
        (is_url(text) || is_absolute(text) || is_ssh_place(text))
            .then(|| Self::Remote(text.to_owned()))
    }

    /// The value in a policy.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Local => LOCAL,
            Self::Remote(url) => url,
        }
    }
}

fn is_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    // `ssh://-oProxyCommand=...` would be an option of ssh.
    ["https", "ssh", "file"].contains(&scheme) && !rest.is_empty() && !rest.starts_with('-')
}

fn is_absolute(text: &str) -> bool {
    text.starts_with('/') && text.len() > 1 && !text.contains("::")
}

/// `USER@HOST:PATH`, as ssh takes it.
fn is_ssh_place(text: &str) -> bool {
    let Some((user, (host, path))) =
        text.split_once('@').and_then(|(user, rest)| Some((user, rest.split_once(':')?)))
    else {
        return false;
    };
    let is_word = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_alphanumeric())
            && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
    };
    is_word(user) && is_word(host) && !path.is_empty() && !path.starts_with([':', '-'])
}

/// The record that a grant is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantUse {
    /// The id of the grant.
    pub grant: Digest,
    /// The repository that the grant is for.
    pub repository: String,
    /// The action.
    pub action: String,
    /// Where it is done.
    pub environment: String,
    /// The id of the commit that was judged, in hex.
    pub commit: String,
    /// The digest of the plan that the action follows, if it follows one.
    pub plan: Option<Digest>,
    /// Who used it, as their machine states it.
    pub by: String,
    /// When.
    pub at: Moment,
    /// Whether sealgate runs the command itself, and records its end.
    pub has_command: bool,
    /// 128 random bits in hex: no two records are the same object.
    pub nonce: String,
}

/// The record that what was run by a grant has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UseEnd {
    /// The id of the grant.
    pub grant: Digest,
    /// How it ended.
    pub exit: Exit,
    /// When it ended.
    pub at: Moment,
    /// 128 random bits in hex.
    pub nonce: String,
}

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// By itself, with this code.
    Code(i32),
    /// By a signal.
    Signal,
    /// It could not be started.
    NotStarted,
}

impl Exit {
    fn read(text: &str) -> Option<Self> {
        match text {
            "signal" => Some(Self::Signal),
            "not-started" => Some(Self::NotStarted),
            code => code.parse().ok().map(Self::Code),
        }
    }

    fn to_text(self) -> String {
        match self {
            Self::Code(code) => code.to_string(),
            Self::Signal => "signal".to_owned(),
            Self::NotStarted => "not-started".to_owned(),
        }
    }
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => write!(f, "exit code {code}"),
            Self::Signal => f.write_str("ended by a signal"),
            Self::NotStarted => f.write_str("not started"),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawUse {
    format: String,
    grant: String,
    repository: String,
    action: String,
    environment: String,
    commit: String,
    plan: String,
    by: String,
    at: String,
    command: bool,
    nonce: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawEnd {
    format: String,
    grant: String,
    exit: String,
    at: String,
    nonce: String,
}

impl GrantUse {
    /// The text of the record, which [`GrantUse::read`] accepts.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut out = String::new();
        push_text(&mut out, "format", USE_FORMAT);
        push_text(&mut out, "grant", &self.grant.to_string());
        push_text(&mut out, "repository", &self.repository);
        push_text(&mut out, "action", &self.action);
        push_text(&mut out, "environment", &self.environment);
        push_text(&mut out, "commit", &self.commit);
        let plan = self.plan.map_or("none".to_owned(), |digest| digest.to_string());
        push_text(&mut out, "plan", &plan);
        push_text(&mut out, "by", &cut(&self.by));
        push_text(&mut out, "at", &self.at.to_string());
        out.push_str(if self.has_command { "command = true\n" } else { "command = false\n" });
        push_text(&mut out, "nonce", &self.nonce);
        out
    }

    /// Reads the record of a use; `None` of anything else. A ledger may hold whatever people push, so a
    /// record that cannot be read still uses up its grant.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let raw: RawUse = toml::from_str(text).ok()?;
        let read = Self {
            grant: Digest::from_hex(raw.grant.as_bytes())?,
            repository: raw.repository,
            action: raw.action,
            environment: raw.environment,
            commit: raw.commit,
            plan: match &*raw.plan {
                "none" => None,
                hex => Some(Digest::from_hex(hex.as_bytes())?),
            },
            by: raw.by,
            at: Moment::parse(&raw.at)?,
            has_command: raw.command,
            nonce: raw.nonce,
        };
        let is_sound = raw.format == USE_FORMAT
            && is_kebab(&read.action)
            && is_kebab(&read.environment)
            && is_object_id(&read.commit)
            && read.to_text() == text;
        is_sound.then_some(read)
    }
}

impl UseEnd {
    /// The text of the record, which [`UseEnd::read`] accepts.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut out = String::new();
        push_text(&mut out, "format", END_FORMAT);
        push_text(&mut out, "grant", &self.grant.to_string());
        push_text(&mut out, "exit", &self.exit.to_text());
        push_text(&mut out, "at", &self.at.to_string());
        push_text(&mut out, "nonce", &self.nonce);
        out
    }

    /// Reads the record of an end; `None` of anything else.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let raw: RawEnd = toml::from_str(text).ok()?;
        let read = Self {
            grant: Digest::from_hex(raw.grant.as_bytes())?,
            exit: Exit::read(&raw.exit)?,
            at: Moment::parse(&raw.at)?,
            nonce: raw.nonce,
        };
        (raw.format == END_FORMAT && read.to_text() == text).then_some(read)
    }
}

/// Whether `text` is the id of an object of git: 40 or 64 lower-case hexadecimal digits.
pub(super) fn is_object_id(text: &str) -> bool {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    matches!(text.len(), 40 | 64) && text.bytes().all(is_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_places_that_no_configuration_decides() {
        for text in [
            "https://example.org/notes.git",
            "ssh://git@example.org:22/notes",
            "file:///srv/ledger.git",
            "/srv/ledger.git",
            "git@example.org:notes/ledger.git",
        ] {
            assert_eq!(Ledger::parse(text), Some(Ledger::Remote(text.to_owned())), "{text}");
        }
        assert_eq!(Ledger::parse("local"), Some(Ledger::Local));
        for text in [
            "",
            "/",
            "origin",
            "../x",
            "./x",
            "x/y",
            "ext::sh -c x",
            "ext::x",
            "/x::y",
            "http://x/y",
            "git://x/y",
            "--upload-pack=x",
            "-x@y:z",
            "ssh://-oProxyCommand=x",
            "a@-oX:y",
            "a@b:-x",
            "https://",
            "a b@c:d",
            "a@b::c",
            "C:/x",
            "Local",
            "https://x/\n",
            "https://x/ä",
        ] {
            assert_eq!(Ledger::parse(text), None, "{text}");
        }
        assert_eq!(Ledger::parse(&format!("/{}", "x".repeat(LONGEST))), None);
    }

    fn used() -> GrantUse {
        GrantUse {
            grant: Digest::of(b"grant"),
            repository: "example/notes".to_owned(),
            action: "apply".to_owned(),
            environment: "production".to_owned(),
            commit: "a".repeat(40),
            plan: Some(Digest::of(b"plan")),
            by: "Ada \"A\" <ada@example.org>\n\u{1b}".to_owned(),
            at: Moment::parse("2026-03-01T12:00:00Z").unwrap(),
            has_command: true,
            nonce: "0".repeat(32),
        }
    }

    #[test]
    fn reads_what_it_writes_and_no_other_text() {
        let text = used().to_text();
        assert_eq!(GrantUse::read(&text), Some(used()));
        let other = GrantUse { plan: None, has_command: false, ..used() };
        assert_eq!(GrantUse::read(&other.to_text()), Some(other));
        for bad in [
            String::new(),
            format!("{text}x = 1\n"),
            format!(" {text}"),
            text.replace("use/1", "use/2"),
            text.replace("\"apply\"", "\"Apply\""),
            text.replace(&"a".repeat(40), &"a".repeat(39)),
        ] {
            assert_eq!(GrantUse::read(&bad), None, "{bad}");
        }
        for exit in [Exit::Code(0), Exit::Code(-1), Exit::Signal, Exit::NotStarted] {
            let (grant, at) = (used().grant, used().at);
            let end = UseEnd { grant, exit, at, nonce: "1".repeat(32) };
            assert_eq!(UseEnd::read(&end.to_text()), Some(end));
        }
        assert_eq!(UseEnd::read(&text), None);
    }
}
