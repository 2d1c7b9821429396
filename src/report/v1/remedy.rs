//! What to do about a finding. Most findings of one kind and cause share it: it is held once, and written
//! with the first of them.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use sealgate_core::compare::finding::{Cause, FindingKind};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::FindingView;

/// What to do about a finding, in a sentence or two.
#[derive(Clone)]
pub struct Remedy {
    text: Arc<str>,
    /// Whether a finding above it, with the same kind and cause and under the same seal, has it too.
    repeated: bool,
}

/// The remedies of the findings of one seal, which come in order.
#[derive(Debug, Default)]
pub struct Remedies(HashMap<(FindingKind, Option<Cause>), Arc<str>>);

impl Remedies {
    /// The remedy `text` of the next finding, which has this kind and cause.
    pub fn next(&mut self, kind: FindingKind, cause: Option<Cause>, text: String) -> Remedy {
        match self.0.get(&(kind, cause)) {
            Some(first) if **first == *text => Remedy { text: Arc::clone(first), repeated: true },
            Some(_) => Remedy { text: text.into(), repeated: false },
            None => {
                let text: Arc<str> = text.into();
                self.0.insert((kind, cause), Arc::clone(&text));
                Remedy { text, repeated: false }
            }
        }
    }

    /// Gives `findings`, which were read, the remedies that stand with the first of their kind and cause.
    pub(super) fn complete(findings: &mut [FindingView]) {
        let mut remedies = Self::default();
        for FindingView { kind, cause, remedy, .. } in findings {
            match remedies.0.get(&(*kind, *cause)) {
                Some(first) if remedy.is_empty() => {
                    *remedy = Remedy { text: Arc::clone(first), repeated: true };
                }
                Some(_) => {}
                None => drop(remedies.0.insert((*kind, *cause), Arc::clone(&remedy.text))),
            }
        }
    }
}

impl Remedy {
    /// Whether a finding above it has it too.
    pub(super) fn is_repeated(&self) -> bool {
        self.repeated
    }
}

impl Default for Remedy {
    fn default() -> Self {
        Self { text: "".into(), repeated: false }
    }
}

impl Deref for Remedy {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl fmt::Debug for Remedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl PartialEq for Remedy {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.text, &other.text) || self.text == other.text
    }
}

impl Serialize for Remedy {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self)
    }
}

impl<'d> Deserialize<'d> for Remedy {
    fn deserialize<D: Deserializer<'d>>(from: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(from)?;
        Ok(Self { text: text.into(), repeated: false })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_written_with_the_first_of_its_kind_and_cause_and_where_it_is_another() {
        let findings = [
            (FindingKind::Modified, None, "a"),
            (FindingKind::Modified, None, "a"),
            (FindingKind::Modified, Some(Cause::LineEndings), "a"),
            (FindingKind::Missing, None, "a"),
            (FindingKind::Modified, None, "b"),
            (FindingKind::Modified, None, "a"),
        ];
        let mut remedies = Remedies::default();
        let repeated = findings.map(|(kind, cause, text)| {
            let remedy = remedies.next(kind, cause, text.to_owned());
            assert_eq!(&*remedy, text);
            remedy.is_repeated()
        });
        assert_eq!(repeated, [false, true, false, false, false, true]);
    }
}
