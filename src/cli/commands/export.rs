//! `export`: a seal in the format of `b3sum` or `sha256sum`.

use std::collections::HashMap;

use sealgate_core::compare::inventory::ScanError;
use sealgate_core::compare::verdict::Verdict;
use sealgate_core::seal::entry::{Digest, Entry};
use sealgate_core::seal::path::is_below;
use sealgate_core::seal::{Seal, SealedEntry};
use sealgate_core::text::hex;
use sealgate_core::text::problem::Problem;
use sealgate_scan::{ByteSink, Directory, Workers, hash_into};
use sealgate_surface::{AnyDatabase, Sink, Wanted};
use sha2::{Digest as _, Sha256};

use super::{Context, Outcome, collect};
use crate::cli::args::{ExportArgs, ExportFormat};
use crate::ops::check::Opened;
use crate::report::{sums, text};
use crate::tree::{NamedBy, database_problem};

pub(super) fn run(arguments: &ExportArgs, context: &Context) -> Outcome {
    let name = context.select_one(std::slice::from_ref(&arguments.name), "export")?;
    let seal = context.repository.load(&name).and_then(|loaded| loaded.seal)?;
    let lines = match arguments.format {
        ExportFormat::B3sum => {
            seal.entries.iter().filter_map(|sealed| blake3_line(&seal, sealed)).collect()
        }
        ExportFormat::Sha256sum => {
            let Seal { name, header, .. } = &seal;
            let root = match &arguments.at {
                Some(at) => Opened::of_place(&context.named_place(at), name, header)?,
                None => Opened::of_root(&context.repository, name, header, NamedBy::Seal)?,
            };
            let lines = match &root {
                Opened::Database(database) => sha256_of_rows(&seal, database),
                Opened::Directory(root) => sha256_lines(&seal, root),
                Opened::Commit(_) => Ok(Vec::new()),
            };
            match lines {
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

/// The same of rows and objects.
fn sha256_of_rows(seal: &Seal, database: &AnyDatabase) -> Result<Vec<String>, Vec<Problem>> {
    let mut sums = Sums::default();
    if let Some(surface) = &seal.header.surface {
        let wanted = Wanted { surface, exclude: &seal.header.scope };
        database.visit(wanted, &mut sums).map_err(|fault| {
            vec![database_problem(&fault, seal.header.root.as_str(), &seal.name)]
        })?;
    }
    let problem = |sealed: &SealedEntry, what: &str| {
        vec![
            Problem::new(NOT_AS_SEALED, what)
                .seal(seal.name.as_str())
                .file(place(seal, sealed))
                .remedy(format!("sealgate check {}", seal.name)),
        ]
    };
    let line = |sealed: &SealedEntry| match sums.0.get(sealed.path.as_str()) {
        Some((entry, sha256)) if *entry == sealed.entry => {
            Ok(sums::line(sha256, &place(seal, sealed)))
        }
        Some(_) => Err(problem(sealed, "the bytes are not the sealed ones")),
        None => Err(problem(sealed, "the sealed row or object is not there")),
    };
    collect(seal.entries.iter().map(line))
}

/// What each path of a database is, and its SHA-256 in hexadecimal digits.
#[derive(Default)]
struct Sums(HashMap<String, (Entry, String)>);

impl Sink for Sums {
    fn take(&mut self, path: String, content: &[u8]) {
        let (size, digest) = (content.len() as u64, Digest::of(content));
        let entry = Entry::File { size, digest, executable: false };
        let previous = self.0.insert(path.clone(), (entry, hex::text(&Sha256::digest(content))));
        if previous.is_some() {
            // Two rows with one key: neither is the sealed one.
            self.0.remove(&path);
        }
    }

    fn fail(&mut self, path: String, _: ScanError) {
        let is_lost = |known: &String| is_below(known.as_bytes(), path.as_bytes());
        self.0.retain(|known, _| !is_lost(known));
    }
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
    if seal.header.surface.is_some() {
        context.terminal.remark(
            "note: these are the rows and objects of a database: no tool finds them as files",
        );
        return;
    }
    context.terminal.remark(
        "note: such a list does not see new files, modes or links; run the check from the repository root",
    );
}
