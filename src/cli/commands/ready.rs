//! What the ways to seal share: seals that may be written, and the writing.

use sealgate_core::seal::collisions;
use sealgate_core::seal::{Header, LARGE_SEAL_BYTES, Seal, to_bytes};
use sealgate_core::text::escape::printable_str;
use sealgate_core::text::problem::Problem;

use super::Context;
use crate::cli::args::SealArgs;
use crate::ops::seal::database::named_rows;
use crate::ops::seal::pointers;
use crate::report::sealed::{self, Outcome, Summary};
use crate::report::{ToStage, Verbosity, text};

/// A seal that may be written.
pub(super) struct PendingSeal {
    pub(super) seal: Seal,
    pub(super) bytes: Vec<u8>,
    /// The seal that it replaces, as far as that could be made out.
    pub(super) old: Option<Seal>,
    pub(super) old_was_whole: bool,
    /// Whether it differs from what its file holds.
    pub(super) changed: bool,
    /// The paths of Git LFS pointers that it approves.
    pub(super) pointers: Vec<String>,
    /// Of a database that was read: the seal of its file.
    pub(super) file: Option<Seal>,
}

impl PendingSeal {
    /// The seal that `loaded` becomes without a look at the bytes.
    pub(super) fn edited(seal: Seal, old: Seal, loaded: &[u8]) -> Self {
        let bytes = to_bytes(&seal);
        let changed = bytes != loaded;
        Self {
            seal,
            bytes,
            old: Some(old),
            old_was_whole: true,
            changed,
            pointers: Vec::new(),
            file: None,
        }
    }

    /// Says what is legal and will still cause trouble.
    pub(super) fn warn(&self, context: &Context) {
        let name = &self.seal.name;
        if self.seal.header.surface.is_some() {
            self.warn_of_keys(context);
            return;
        }
        for pair in collisions::collisions(self.seal.entries.iter().map(|sealed| &sealed.path)) {
            context.terminal.remark(&format!(
                "warning: {name}: {} and {} are one name where case or Unicode form is ignored (macOS, Windows)",
                pair.first, pair.second
            ));
        }
        let odd = self.seal.entries.iter().find(|sealed| !sealed.path.fits_windows());
        if let Some(odd) = odd {
            context.terminal.remark(&format!(
                "warning: {name}: {} has a backslash in its name, which Windows cannot hold",
                printable_str(odd.path.as_str())
            ));
        }
        if let Some(problem) = pointers::problem(&self.seal, &self.pointers) {
            let remedy = problem.remedy.unwrap_or_default();
            context.terminal.remark(&format!("warning: {name}: {}; {remedy}", problem.message));
        }
        if self.bytes.len() as u64 > LARGE_SEAL_BYTES {
            context.terminal.remark(&format!(
                "warning: {name}: the seal is over 40 MiB: hosts stop showing and accepting such files; seal parts of the root apart"
            ));
        }
    }

    /// Says that keys of rows are in the file of a new seal over a database.
    fn warn_of_keys(&self, context: &Context) {
        let rows = named_rows(&self.seal);
        if self.old.is_none() && rows > 0 {
            let rows = text::count(rows, "row", "rows");
            context.terminal.remark(&format!(
                "note: {}: the seal names {rows} by key; list a table under `buckets` if its keys must not be \
                 in git, or if its values could be guessed from their digests",
                self.seal.name
            ));
        }
    }

    /// What was done, which is `outcome`, in the words of a reviewer.
    pub(super) fn tell(
        &self,
        outcome: Outcome,
        context: &Context,
        verbosity: Verbosity,
    ) -> Vec<u8> {
        let seal = &self.seal;
        let sizes = seal.entries.iter().filter_map(|sealed| sealed.entry.size());
        let summary = Summary {
            name: seal.name.as_str(),
            file: &context.repository.file_of(&seal.name),
            entries: seal.entries.len(),
            // Entries that were not read here may state any size.
            bytes: sizes.fold(0, u64::saturating_add),
            tracked: seal.header.tracked,
            outcome,
        };
        sealed::text(&summary, verbosity)
    }
}

/// What to do about the seals that were written: one command, which stages them all.
pub(super) fn tell_next(ready: &[PendingSeal], context: &Context) -> Vec<u8> {
    let changed: Vec<&Seal> =
        ready.iter().filter(|ready| ready.changed).map(|ready| &ready.seal).collect();
    let files: Vec<String> =
        changed.iter().map(|seal| context.repository.file_of(&seal.name)).collect();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let is_kept = changed.iter().any(|seal| seal.header.tracked);
    let stage = if is_kept || (changed.len() > 1 && context.repository.in_git()) {
        let seals: Vec<ToStage<'_>> = changed.iter().map(|seal| to_stage(seal)).collect();
        let contents = context.repository.contents().ok().flatten().unwrap_or_default();
        Some(context.invocation.stage(&seals, contents.nothing_but_seals().as_deref()))
    } else {
        None
    };
    sealed::next(&files, stage.as_deref(), context.terminal.verbosity).into_bytes()
}

fn to_stage(seal: &Seal) -> ToStage<'_> {
    let Header { root, tracked, .. } = &seal.header;
    ToStage { name: seal.name.as_str(), root: tracked.then(|| root.as_str()) }
}

/// Without NAME, one seal may change; more only when all are meant.
pub(super) fn refuse_many(arguments: &SealArgs, ready: &[PendingSeal]) -> Result<(), Vec<Problem>> {
    let changed: Vec<_> =
        ready.iter().filter(|ready| ready.changed).map(|ready| ready.seal.name.as_str()).collect();
    if arguments.all || !arguments.names.is_empty() || changed.len() < 2 {
        return Ok(());
    }
    let message = format!("{} seals would change: {}", changed.len(), changed.join(", "));
    Err(vec![
        Problem::new("several-seals", message)
            .remedy("name the ones that are meant, or pass --all"),
    ])
}

/// Writes what changed, unless one of the files was made read-only.
pub(super) fn write(ready: &[PendingSeal], context: &Context) -> Result<(), Vec<Problem>> {
    let changed = ready.iter().filter(|ready| ready.changed);
    let seals: Vec<_> = changed.map(|ready| (&ready.seal.name, &*ready.bytes)).collect();
    context.repository.write(&seals).map_err(Vec::from)
}
