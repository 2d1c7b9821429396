//! What a report says of the environment that was asked about.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What the verdict of a check is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuthorityView {
    /// Nothing: the check was asked about bytes alone.
    None,
    /// What it says of an environment: with the verdict `pass`, that it is authorised.
    Of(Box<RulingView>),
}

/// What was asked of an environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RulingView {
    /// The environment.
    pub environment: String,
    /// The action that needed a grant, if one was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// The digest of the policy that judged, in hex; null where there is none.
    pub policy: Option<String>,
    /// The id of the grant, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grant: Option<String>,
    /// Whose signatures counted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approvers: Vec<String>,
    /// Whether what is judged is an older commit of the environment's branch; absent if it is not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub older: bool,
}

impl Serialize for AuthorityView {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::None => to.serialize_str("none"),
            Self::Of(ruling) => ruling.serialize(to),
        }
    }
}

impl<'de> Deserialize<'de> for AuthorityView {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "expected `none` or what was asked of an environment")]
        enum Form {
            Word(Word),
            Ruling(Box<RulingView>),
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "kebab-case")]
        enum Word {
            None,
        }
        Ok(match Form::deserialize(from)? {
            Form::Word(Word::None) => Self::None,
            Form::Ruling(ruling) => Self::Of(ruling),
        })
    }
}
