//! Values of options whose types belong to crates that know no command line.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use sealgate_core::compare::changes::OnReseal;

/// Reads `--on-reseal`.
pub(super) fn on_reseal() -> impl TypedValueParser<Value = OnReseal> {
    let help = |value| match value {
        OnReseal::Allow => "All of them",
        OnReseal::Entries => "Changes of entries; what a seal covers must stay as it was",
        OnReseal::Fail => "None",
    };
    let possible = OnReseal::ALL.map(|value| PossibleValue::new(value.code()).help(help(value)));
    PossibleValuesParser::new(possible).try_map(|word| {
        OnReseal::ALL.into_iter().find(|value| value.code() == word).ok_or("no such value")
    })
}
