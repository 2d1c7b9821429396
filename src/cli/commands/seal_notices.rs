//! What `seal` remarks on before it writes: what is legal, and often a slip.

use sealgate_core::text::escape::printable_str;
use sealgate_core::text::problem::Problem;

use super::Context;
use super::ready::PendingSeal;
use crate::cli::args::SealArgs;
use crate::ops::seal::unused::{unused_patterns, without_idle_backslashes};
use crate::report::{Verbosity, quote};

/// Remarks on patterns that match nothing, and on a root that has a seal already.
pub(super) fn remark(
    ready: &PendingSeal,
    arguments: &SealArgs,
    context: &Context,
) -> Result<(), Vec<Problem>> {
    if context.terminal.verbosity == Verbosity::Quiet {
        return Ok(());
    }
    if arguments.only.is_empty() {
        remark_on_patterns(ready, arguments, context);
    }
    if arguments.root.is_some() {
        remark_on_other_seals(ready, context)?;
    }
    Ok(())
}

fn remark_on_patterns(ready: &PendingSeal, arguments: &SealArgs, context: &Context) {
    let header = &ready.seal.header;
    if header.root.is_on_server() {
        return;
    }
    let root = match &arguments.at {
        None => context.repository.root().join(header.root.as_str()),
        Some(at) => context.path(at),
    };
    // A seal of the whole repository must state these, whether they are there or not.
    let needed = match header.root.path() {
        None => context.repository.excludes_of_whole().to_vec(),
        Some(_) => Vec::new(),
    };
    let unused = unused_patterns(&root, &header.scope);
    for pattern in unused.iter().filter(|pattern| !needed.contains(pattern)) {
        let shown = quote(pattern.as_bytes());
        let meant = without_idle_backslashes(pattern).map(|meant| {
            let meant = printable_str(&meant).into_owned();
            format!("; patterns know no escapes such as \\x2d, and this one means {meant}")
        });
        context.terminal.remark(&format!(
            "notice: {}: the exclude pattern {shown} matches nothing{}",
            ready.seal.name,
            meant.unwrap_or_default()
        ));
    }
}

fn remark_on_other_seals(ready: &PendingSeal, context: &Context) -> Result<(), Problem> {
    let repository = &context.repository;
    let (name, root) = (&ready.seal.name, &ready.seal.header.root);
    for other in repository.contents()?.unwrap_or_default().names {
        if other != *name && repository.loose_root(&other).as_ref() == Some(root) {
            context.terminal.remark(&format!(
                "warning: {other} seals {root} already: both seals are judged, and each change of {root} \
                 must be approved in both; if {other} is enough: remove {}, and run {} seal {other}",
                repository.file_of(name),
                context.invocation.sealgate()
            ));
        }
    }
    Ok(())
}
