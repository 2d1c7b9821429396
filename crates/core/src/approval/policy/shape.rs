//! Which keys the tables of a policy have, and of which kinds their values are: all that differs is
//! found at once.

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use super::super::text::cut;
use super::PolicyError;
use super::faults::Faults;

/// A key of a table.
struct Field {
    key: &'static str,
    kind: Kind,
    presence: Presence,
}

/// What stands behind a key.
enum Kind {
    Text,
    /// From 0 to 4,294,967,295.
    Number,
    Flag,
    Texts,
    /// Tables of this shape.
    Tables(&'static [Field]),
}

impl Kind {
    fn describe(&self) -> &'static str {
        match self {
            Self::Text => "a text in quotes",
            Self::Number => "a whole number, at most 4294967295",
            Self::Flag => "true or false",
            Self::Texts => "a list of texts",
            Self::Tables(_) => "tables, each below its name in [[ ]]",
        }
    }
}

#[derive(PartialEq)]
enum Presence {
    Required,
    Optional,
}

const fn required(key: &'static str, kind: Kind) -> Field {
    Field { key, kind, presence: Presence::Required }
}

const fn optional(key: &'static str, kind: Kind) -> Field {
    Field { key, kind, presence: Presence::Optional }
}

static POLICY: [Field; 9] = [
    required("format", Kind::Text),
    required("repository", Kind::Text),
    required("max-grant-hours", Kind::Number),
    optional("ledger", Kind::Text),
    optional("words", Kind::Texts),
    optional("key", Kind::Tables(&KEY)),
    optional("rule", Kind::Tables(&RULE)),
    optional("environment", Kind::Tables(&ENVIRONMENT)),
    optional("revoked", Kind::Tables(&REVOKED)),
];

static KEY: [Field; 5] = [
    required("name", Kind::Text),
    required("principal", Kind::Text),
    required("key", Kind::Text),
    optional("not-after", Kind::Text),
    required("touch", Kind::Flag),
];

static RULE: [Field; 9] = [
    required("action", Kind::Text),
    optional("environment", Kind::Text),
    optional("seals", Kind::Texts),
    required("approvers", Kind::Texts),
    required("threshold", Kind::Number),
    optional("break-glass", Kind::Flag),
    optional("evidence", Kind::Text),
    optional("evidence-hours", Kind::Number),
    optional("allowances", Kind::Flag),
];

static ENVIRONMENT: [Field; 5] = [
    required("name", Kind::Text),
    required("branches", Kind::Texts),
    required("enforced", Kind::Flag),
    optional("blockers", Kind::Text),
    optional("blocked-by", Kind::Texts),
];

static REVOKED: [Field; 2] = [optional("key", Kind::Text), optional("grant", Kind::Text)];

/// Takes what has another shape out of `table`, the policy in `text`, and adds it to `faults`. The rest
/// can be read and judged.
pub(super) fn prune(table: &mut DeTable<'_>, text: &str, faults: &mut Faults) {
    Shape { text, faults }.prune(table, &POLICY, "the policy", 0);
}

struct Shape<'t> {
    text: &'t str,
    faults: &'t mut Faults,
}

impl Shape<'_> {
    /// Whether everything is there that a table of these `fields` must have. `start` is where the table
    /// begins in the text, in bytes.
    fn prune(
        &mut self,
        table: &mut DeTable<'_>,
        fields: &[Field],
        what: &str,
        start: usize,
    ) -> bool {
        let is_missing =
            |field: &&Field| field.presence == Presence::Required && !table.contains_key(field.key);
        let missing: Vec<&Field> = fields.iter().filter(is_missing).collect();
        let mut is_whole = missing.is_empty();
        for field in missing {
            self.push(start, || format!("{what} has no {}", field.key));
        }
        for (key, mut value) in std::mem::take(table) {
            let Some(field) = fields.iter().find(|field| field.key == key.get_ref().as_ref())
            else {
                self.push(key.span().start, || unknown(key.get_ref(), fields, what));
                continue;
            };
            let is_kept = self.value(&mut value, field, what);
            is_whole &= is_kept;
            if is_kept {
                table.insert(key, value);
            }
        }
        is_whole
    }

    /// Whether `value` is of the kind of `field`.
    fn value(&mut self, value: &mut Spanned<DeValue<'_>>, field: &Field, what: &str) -> bool {
        let start = value.span().start;
        let is_right = match (&field.kind, value.get_mut()) {
            (Kind::Text, DeValue::String(_)) | (Kind::Flag, DeValue::Boolean(_)) => true,
            (Kind::Number, DeValue::Integer(number)) => {
                u32::from_str_radix(number.as_str(), number.radix()).is_ok()
            }
            (Kind::Texts, DeValue::Array(all)) => {
                all.iter().all(|text| matches!(text.get_ref(), DeValue::String(_)))
            }
            (Kind::Tables(fields), DeValue::Array(all)) => {
                self.tables(all, fields, field.key);
                true
            }
            _ => false,
        };
        if !is_right {
            let expected = field.kind.describe();
            self.push(start, || format!("{} of {what} must be {expected}", field.key));
        }
        is_right
    }

    /// Keeps the tables `all` that have the shape of `fields`.
    fn tables<'i>(&mut self, all: &mut DeArray<'i>, fields: &[Field], key: &str) {
        let what = format!("a [[{key}]]");
        let mut kept: DeArray<'i> = DeArray::new();
        let before = all.len();
        for mut value in std::mem::replace(all, DeArray::new()) {
            let start = value.span().start;
            let is_kept = if let DeValue::Table(table) = value.get_mut() {
                self.prune(table, fields, &what, start)
            } else {
                self.push(start, || format!("{what} must be a table"));
                false
            };
            if is_kept {
                kept.push(value);
            }
        }
        let lacks = kept.len() < before;
        match key {
            "key" => self.faults.lacks_keys |= lacks,
            "environment" => self.faults.lacks_environments |= lacks,
            _ => {}
        }
        *all = kept;
    }

    fn push(&mut self, at: usize, message: impl FnOnce() -> String) {
        // To count the lines for each of a million faults would take long.
        if self.faults.is_full() {
            return;
        }
        let before = self.text.get(..at).unwrap_or_default();
        let line = 1 + before.matches('\n').count();
        self.faults.push(PolicyError::Syntax { line, message: message() });
    }
}

fn unknown(key: &str, fields: &[Field], what: &str) -> String {
    let expected: Vec<&str> = fields.iter().map(|field| field.key).collect();
    format!("unknown key {:?} in {what}, which has {}", cut(key), expected.join(", "))
}
