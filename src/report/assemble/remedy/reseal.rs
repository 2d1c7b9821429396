//! What to do about seals that changed since a base in a way that does not pass.

use sealgate_core::compare::changes::{OnReseal, SCOPE_LABEL};

use super::Invocation;
use crate::report::words::shell::{pathspec, quote};

/// Seals that changed since a base in a way that does not pass, by their names.
#[derive(Debug, Default)]
pub(crate) struct RefusedReseals<'a> {
    /// Those that the base has.
    pub(crate) in_base: Vec<&'a str>,
    /// Those that it has not.
    pub(crate) new: Vec<&'a str>,
}

/// What to do about seals that changed since `base` in a way that does not pass.
pub(crate) fn on_reseal(
    base: &str,
    refused: &RefusedReseals,
    rule: OnReseal,
    invocation: &Invocation,
) -> String {
    let mut steps = Vec::new();
    if !refused.in_base.is_empty() {
        let files = refused.in_base.iter().map(|name| invocation.seal_file(name));
        let files: Vec<_> = files.map(|file| pathspec(file.as_bytes())).collect();
        steps.push(format!(
            "take it back with `{} restore --source={} -- {}`",
            invocation.git(),
            quote(base.as_bytes()),
            files.join(" ")
        ));
    }
    if !refused.new.is_empty() {
        let files: Vec<_> = refused.new.iter().map(|name| invocation.seal_file(name)).collect();
        steps.push(format!("delete {}", files.join(", ")));
    }
    let steps = steps.join(", and ");
    let (first, rest) = steps.split_at(steps.len().min(1));
    let label = match rule {
        OnReseal::Entries => format!(
            "with the label `{SCOPE_LABEL}` on the change request (where `--base auto` is used without \
             `--on-reseal`), or "
        ),
        OnReseal::Allow | OnReseal::Fail => String::new(),
    };
    format!(
        "{}{rest}; or, if it is meant, whoever may decide that lets it pass {label}with `--on-reseal allow`.",
        first.to_uppercase()
    )
}
