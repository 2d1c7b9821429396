//! `ls`: the names of the seals; or of one seal, what is sealed, unsealed, unsealable, or excluded and by
//! which pattern. Reads names, no bytes.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::fs::FileType;
use std::path::Path;

use sealgate_core::compare::inventory::{Item, Observed};
use sealgate_core::compare::verdict::Verdict;
use sealgate_core::seal::Seal;
use sealgate_core::seal::exclude::Scope;
use sealgate_core::seal::path::{self, is_below};
use sealgate_core::seal::surface::Surface;
use sealgate_core::text::escape::{printable, printable_str};
use sealgate_core::text::problem::Problem;
use sealgate_surface::Wanted;
use walkdir::WalkDir;

use super::{Context, Outcome};
use crate::cli::args::LsArgs;
use crate::ops::check::Opened;
use crate::tree::{NamedBy, database_problem, root_problem};

/// A path below the root, and the word and the reason for it.
type Row = (Box<[u8]>, &'static str, Option<String>);

pub(super) fn run(arguments: &LsArgs, context: &Context) -> Outcome {
    let Some(name) = &arguments.name else {
        let names = context.select(&[])?;
        let mut listing = String::new();
        for name in &names {
            listing.push_str(name.as_str());
            listing.push('\n');
        }
        context.terminal.answer(listing.as_bytes())?;
        return Ok(Verdict::Pass);
    };
    let name = context.select_one(std::slice::from_ref(name), "ls")?;
    let seal = context.repository.load(&name).and_then(|loaded| loaded.seal)?;
    let wanted = arguments.path.as_deref().map(|path| path.trim_end_matches('/').as_bytes());
    let within = |path: &[u8]| wanted.is_none_or(|wanted| path == wanted || is_below(path, wanted));

    if arguments.at.is_some() && seal.header.surface.is_none() {
        let message = "--at lists a database, and the seal covers a directory";
        return Err(vec![
            Problem::new("usage", message).remedy("leave it out: ls lists the root of the seal"),
        ]);
    }
    let mut rows = match &seal.header.surface {
        None => there(&seal, wanted, context)?,
        Some(surface) => in_database(&seal, surface, arguments.at.as_deref(), context)?,
    };
    let found: HashSet<Box<[u8]>> = rows.iter().map(|(path, ..)| path.clone()).collect();
    let absent = seal.entries.iter().map(|sealed| sealed.path.as_bytes());
    let absent = absent.filter(|path| within(path) && !found.contains(*path));
    rows.extend(absent.map(|path| (path.into(), "missing", None)));
    rows.retain(|(path, ..)| within(path));
    rows.sort();
    if let (Some(wanted), true) = (wanted, rows.is_empty()) {
        rows.push(of_absent(&seal, wanted)?);
    }
    let mut listing = String::new();
    for (path, word, why) in rows {
        let why = why.map(|why| format!("  {why}")).unwrap_or_default();
        // Writing to a string cannot fail.
        let _ = writeln!(listing, "{word:<10} {}{why}", printable(&path));
    }
    context.terminal.answer(listing.as_bytes())?;
    Ok(Verdict::Pass)
}

/// Everything below the root, excluded names once and not what is below them. Of a directory that neither
/// leads to what is `wanted` nor lies in it, nothing is listed.
fn there(seal: &Seal, wanted: Option<&[u8]>, context: &Context) -> Result<Vec<Row>, Vec<Problem>> {
    let concerns = |path: &[u8]| {
        wanted
            .is_none_or(|wanted| path == wanted || is_below(path, wanted) || is_below(wanted, path))
    };
    // Opened for its checks: no link on the way, and a directory at the end.
    context
        .repository
        .open(&seal.header.root)
        .map_err(|error| vec![root_problem(&error, &seal.name, NamedBy::Seal)])?;
    let root = context.repository.root().join(seal.header.root.as_str());
    let mut rows: Vec<Row> = Vec::new();
    let mut occupied: HashSet<Box<[u8]>> = HashSet::new();
    let mut directories = Vec::new();
    let mut walk = WalkDir::new(&root).min_depth(1).into_iter();
    while let Some(found) = walk.next() {
        let entry = found.map_err(|error| {
            vec![
                Problem::new("unreadable", error.to_string())
                    .seal(seal.name.as_str())
                    .remedy("give this user the right to read it"),
            ]
        })?;
        let path = path::relative(&root, entry.path());
        let is_dir = entry.file_type().is_dir();
        if !concerns(&path) {
            if is_dir {
                walk.skip_current_dir();
            }
            continue;
        }
        if let Some(pattern) = seal.header.scope.excludes_child(&path, is_dir) {
            rows.push((path, "excluded", Some(format!("by {}", printable(pattern.as_bytes())))));
            if is_dir {
                walk.skip_current_dir();
            }
            continue;
        }
        if let Some(at) = path.iter().rposition(|&byte| byte == b'/') {
            occupied.insert(path[..at].into());
        }
        match unsealable(&path, entry.file_type()) {
            Some(why) if !is_dir => rows.push((path, "unsealable", Some(why.to_owned()))),
            _ if is_dir => directories.push(path),
            _ => rows.push(named(seal, path)),
        }
    }
    let empty = directories.into_iter().filter(|path| !occupied.contains(path));
    rows.extend(empty.map(|path| named(seal, path)));
    Ok(rows)
}

/// Everything that the database has in `include`, whatever `exclude` says.
fn in_database(
    seal: &Seal,
    surface: &Surface,
    at: Option<&Path>,
    context: &Context,
) -> Result<Vec<Row>, Vec<Problem>> {
    let Seal { name, header, .. } = seal;
    let opened = match at {
        Some(at) => Opened::of_place(&context.named_place(at), name, header)?,
        None => Opened::of_root(&context.repository, name, header, NamedBy::Seal)?,
    };
    let Opened::Database(database) = opened else { return Ok(Vec::new()) };
    let nothing = Scope::new(Vec::new())
        .map_err(|error| Problem::new("usage", error.to_string()).remedy("report this"))?;
    let survey = database
        .survey(Wanted { surface, exclude: &nothing })
        .map_err(|fault| vec![database_problem(&fault, seal.header.root.as_str(), &seal.name)])?;
    let row = |item: Item| match &item.observed {
        Observed::ScanError(error) => {
            (item.path, "unreadable", Some(printable_str(&error.detail).into_owned()))
        }
        _ => match seal.header.scope.excludes(&item.path, false) {
            Some(pattern) => {
                (item.path, "excluded", Some(format!("by {}", printable(pattern.as_bytes()))))
            }
            None => named(seal, item.path),
        },
    };
    Ok(survey.inventory.items.into_iter().map(row).collect())
}

/// Why no seal can state the path, if so.
fn unsealable(path: &[u8], kind: FileType) -> Option<&'static str> {
    if !(kind.is_file() || kind.is_dir() || kind.is_symlink()) {
        return Some("no file, directory or link: a FIFO, a socket or a device");
    }
    std::str::from_utf8(path).is_err().then_some("its name is not UTF-8")
}

fn named(seal: &Seal, path: Box<[u8]>) -> Row {
    let sealed = seal.entry(&path).is_some();
    (path, if sealed { "sealed" } else { "unsealed" }, None)
}

/// What would become of a path at which there is nothing.
fn of_absent(seal: &Seal, path: &[u8]) -> Result<Row, Vec<Problem>> {
    if let Err(fault) = path::check(path) {
        return Err(vec![
            Problem::new("usage", fault.to_string())
                .remedy("give a path relative to the root of the seal"),
        ]);
    }
    let pattern =
        seal.header.scope.excludes(path, false).or_else(|| seal.header.scope.excludes(path, true));
    let (word, why) = match pattern {
        Some(pattern) => ("excluded", format!("by {}", printable(pattern.as_bytes()))),
        None => ("absent", format!("there is no such path below {}", seal.header.root)),
    };
    Ok((path.into(), word, Some(why)))
}
