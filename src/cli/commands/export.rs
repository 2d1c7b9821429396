//! `export`: a seal in the format of `b3sum` or `sha256sum`.

use sealgate_core::compare::verdict::Verdict;
use sealgate_core::seal::entry::Entry;
use sealgate_core::seal::{Seal, SealedEntry};
use sealgate_core::text::hex;
use sealgate_core::text::problem::Problem;
use sealgate_scan::{ByteSink, Directory, Workers, hash_into};
use sha2::{Digest as _, Sha256};

use super::{Context, Outcome, collect};
use crate::cli::args::{ExportArgs, ExportFormat};
use crate::report::{sums, text};
use crate::tree::{NamedBy, root_problem};

pub(super) fn run(arguments: &ExportArgs, context: &Context) -> Outcome {
    let name = context.select_one(std::slice::from_ref(&arguments.name), "export")?;
    let seal = context.repository.load(&name).and_then(|loaded| loaded.seal)?;
    let lines = match arguments.format {
        ExportFormat::B3sum => {
            seal.entries.iter().filter_map(|sealed| blake3_line(&seal, sealed)).collect()
        }
        ExportFormat::Sha256sum => {
            let root = context.repository.open(&seal.header.root);
            let root =
                root.map_err(|error| vec![root_problem(&error, &seal.name, NamedBy::Seal)])?;
            match sha256_lines(&seal, &root) {
                Ok(lines) => lines,
                Err(problems) if problems.iter().all(|problem| problem.code == NOT_AS_SEALED) => {
                    context.terminal.complain(&problems);
                    return Ok(Verdict::Fail);
                }
                Err(problems) => return Err(problems),
            }
        }
    };
    remark(&seal, &lines, arguments.format, context);
    context.terminal.data(&lines)?;
    Ok(Verdict::Pass)
}

/// The code of bytes that are there and are not the approved ones: a fail, no error.
const NOT_AS_SEALED: &str = "not-as-sealed";

fn blake3_line(seal: &Seal, sealed: &SealedEntry) -> Option<String> {
    match &sealed.entry {
        Entry::File { digest, .. } => Some(sums::line(&digest.to_string(), &place(seal, sealed))),
        Entry::Link { .. } | Entry::Dir => None,
    }
}

/// Computes SHA-256 in the very read that proves the bytes against the seal; bytes that are not
/// the sealed ones end it, for their sums would be taken for approved.
fn sha256_lines(seal: &Seal, root: &Directory) -> Result<Vec<String>, Vec<Problem>> {
    let line = |sealed: &SealedEntry| -> Option<Result<String, Problem>> {
        let Entry::File { .. } = sealed.entry else { return None };
        let mut sha256 = Sha256Sink(Sha256::new());
        let problem = |code: &'static str, what: &str| {
            Problem::new(code, what)
                .seal(seal.name.as_str())
                .file(place(seal, sealed))
                .remedy(format!("sealgate check {}", seal.name))
        };
        Some(match hash_into(root, &sealed.path, &mut sha256) {
            Ok(Some(entry)) if same_bytes(&entry, &sealed.entry) => {
                Ok(sums::line(&sha256.hex(), &place(seal, sealed)))
            }
            Ok(Some(_)) => Err(problem(NOT_AS_SEALED, "the bytes are not the sealed ones")),
            Ok(None) => Err(problem(NOT_AS_SEALED, "the sealed file is not there")),
            Err(trouble) => Err(problem("unreadable", &trouble.detail)),
        })
    };
    let lines = Workers::new(None).map(&seal.entries, line);
    collect(lines.into_iter().flatten().map(|line| line.map_err(Vec::from)))
}

fn same_bytes(a: &Entry, b: &Entry) -> bool {
    match (a, b) {
        (
            Entry::File { size, digest, .. },
            Entry::File { size: other_size, digest: other_digest, .. },
        ) => (size, digest) == (other_size, other_digest),
        _ => false,
    }
}

struct Sha256Sink(Sha256);

impl Sha256Sink {
    fn hex(self) -> String {
        hex::text(&self.0.finalize())
    }
}

impl ByteSink for Sha256Sink {
    fn begin(&mut self) {
        self.0.reset();
    }

    fn take(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }
}

/// The path as the other tool is to open it, from the repository root.
fn place(seal: &Seal, sealed: &SealedEntry) -> String {
    seal.header.root.join(sealed.path.as_str())
}

/// Says what such a list leaves out.
fn remark(seal: &Seal, lines: &[String], format: ExportFormat, context: &Context) {
    let left_out = seal.entries.len() - lines.len();
    if left_out > 0 {
        let left_out = text::count(left_out, "entry is", "entries are");
        context.terminal.remark(&format!(
            "note: {left_out} not in this list, which holds files only: no links, no directories"
        ));
    }
    let unreadable = seal.entries.iter().any(|sealed| sealed.path.as_str().contains('\u{fffd}'));
    if format == ExportFormat::B3sum && unreadable {
        context
            .terminal
            .remark("note: b3sum --check refuses names that hold U+FFFD, and some here do");
    }
    context.terminal.remark(
        "note: such a list does not see new files, modes or links; run the check from the repository root",
    );
}
