//! An open root: what is observed, whatever it is kept in.

use std::path::{Path, PathBuf};

use sealgate_core::compare::inventory::{Extent, Inventory, Item};
use sealgate_core::seal::path::EntryPath;
use sealgate_core::seal::surface::{DatabaseSystem, Included, Surface};
use sealgate_core::seal::{Header, SealName};
use sealgate_core::text::problem::Problem;
use sealgate_scan::{self as scan, Directory, PassOver, RootError, Scanner};
use sealgate_surface::{AnyDatabase, Sink, Wanted};

use crate::ops::bring_back::how_to_bring_back;
use crate::tree::{
    CommitTree, NamedBy, Workspace, database_at, database_problem, not_named, root_problem,
    server_database,
};

/// An open root.
#[derive(Debug)]
pub enum Opened<'a> {
    /// A directory on the disk.
    Directory(Directory),
    /// A directory in a commit.
    Commit(&'a CommitTree<'a>),
    /// A database.
    Database(Box<AnyDatabase>),
}

/// What the user names instead of the root of a seal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedPlace {
    /// As it was given: of a database on a server, how to connect to it.
    pub given: String,
    /// Where that is, if it is a path.
    pub path: PathBuf,
}

/// What was observed below a root.
#[derive(Debug)]
pub struct Observation {
    /// The entries.
    pub inventory: Inventory,
    /// What the seal covers and the database does not have.
    pub problems: Vec<Problem>,
}

impl Opened<'_> {
    /// Opens the root of the seal `name` in the working tree; who named it decides on the advice.
    ///
    /// # Errors
    ///
    /// It is not there, or cannot be read.
    pub fn of_root(
        repository: &Workspace,
        name: &SealName,
        header: &Header,
        named_by: NamedBy,
    ) -> Result<Self, Problem> {
        if header.surface.is_none() {
            return open(repository, name, header, named_by).map(Self::Directory);
        }
        if header.root.is_on_server() {
            return Err(not_named(name));
        }
        let opened = repository.database(name, &header.root);
        let database = opened.map_err(|problem| match problem.code {
            "root-missing" if header.tracked => with_way_back(problem, repository, header),
            _ => problem,
        })?;
        Ok(Self::Database(Box::new(AnyDatabase::Sqlite(database))))
    }

    /// Opens `place`, which the user named, instead of the root of the seal `name`.
    ///
    /// # Errors
    ///
    /// It is not there, or cannot be read.
    pub fn of_place(place: &NamedPlace, name: &SealName, header: &Header) -> Result<Self, Problem> {
        let database = match header.surface.as_ref().map(|surface| surface.system) {
            None => return open_build(&place.path, name).map(Self::Directory),
            Some(DatabaseSystem::Sqlite) => AnyDatabase::Sqlite(database_at(&place.path, name)?),
            Some(DatabaseSystem::Postgres { major }) => {
                AnyDatabase::Postgres(server_database(&place.given, major, name)?)
            }
        };
        Ok(Self::Database(Box::new(database)))
    }

    /// Takes the inventory of what the seal `name` covers, of which `sealed` says how much it states, without
    /// what `pass_over` says.
    ///
    /// # Errors
    ///
    /// The root cannot be listed.
    pub fn observe(
        &self,
        name: &SealName,
        header: &Header,
        sealed: Extent,
        scanner: &Scanner,
        pass_over: PassOver<'_>,
    ) -> Result<Observation, Problem> {
        let inventory = match self {
            Self::Directory(root) => scan::take_part(root, &header.scope, scanner, pass_over)
                .map_err(|error| root_problem(&error, name, NamedBy::Seal)),
            Self::Commit(commit) => commit.observe(name, header, sealed, scanner, pass_over),
            Self::Database(database) => {
                return survey(database, name, header, scanner, pass_over);
            }
        };
        inventory.map(|inventory| Observation { inventory, problems: Vec::new() })
    }

    /// The version of the server, if it is a database on one.
    #[must_use]
    pub fn server_version(&self) -> Option<&str> {
        match self {
            Self::Database(database) => match &**database {
                AnyDatabase::Postgres(database) => Some(database.version()),
                AnyDatabase::Sqlite(_) => None,
            },
            Self::Directory(_) | Self::Commit(_) => None,
        }
    }

    /// The directory, if it is one on the disk.
    #[must_use]
    pub fn directory(&self) -> Option<&Directory> {
        match self {
            Self::Directory(directory) => Some(directory),
            Self::Commit(_) | Self::Database(_) => None,
        }
    }
}

impl Observation {
    /// The inventory, of which everything that the seal covers is there.
    ///
    /// # Errors
    ///
    /// The seal covers what is not there.
    pub fn complete(self) -> Result<Inventory, Vec<Problem>> {
        if self.problems.is_empty() { Ok(self.inventory) } else { Err(self.problems) }
    }
}

/// Takes the inventory of a database.
fn survey(
    database: &AnyDatabase,
    name: &SealName,
    header: &Header,
    scanner: &Scanner,
    pass_over: PassOver<'_>,
) -> Result<Observation, Problem> {
    if scanner.stage.is_some() {
        return Err(Problem::new("usage", "--stage copies files, and the seal covers a database")
            .seal(name.as_str())
            .remedy("copy the file of the database, and check the copy with --at"));
    }
    let surface = surface_of(header, name)?;
    let wanted = Wanted { surface, exclude: &header.scope };
    let survey = database.survey(wanted);
    let mut survey =
        survey.map_err(|fault| database_problem(&fault, header.root.as_str(), name))?;
    let inventory = &mut survey.inventory;
    scanner.meter.count(inventory.items.len() as u64, inventory.bytes);
    for item in &mut inventory.items {
        if pass_over.is_some_and(|pass_over| pass_over(&item.path)) {
            inventory.bytes -= item.observed.bytes();
            *item = Item::passed(item.path.clone());
        }
    }
    // The first look is for what a new seal is to cover, and the second may be elsewhere.
    let (at, example) = if header.root.is_on_server() {
        (" --at ...", "public/births or public/+functions/total(integer)")
    } else {
        ("", "main/births")
    };
    let unmatched = survey.unmatched.iter().map(|included| {
        let message = format!("{} has nothing at {included}, which `include` lists", header.root);
        Problem::new("include-matches-nothing", message)
            .seal(name.as_str())
            .remedy(format!(
                "write a path such as {example}, or `.` for everything; if it is gone for good, take it \
                 out of `include` in the seal (sealgate ls {name}{at} lists the rest)"
            ))
    });
    let problems = unmatched.collect();
    Ok(Observation { inventory: survey.inventory, problems })
}

/// The surface of a seal over a database.
fn surface_of<'h>(header: &'h Header, name: &SealName) -> Result<&'h Surface, Problem> {
    header.surface.as_ref().ok_or_else(|| {
        Problem::new("usage", "the seal covers a directory, and no database").seal(name.as_str())
    })
}

/// The bytes of the object at `path` in `database`; `None` for rows, which explain nothing.
pub(super) fn object(database: &AnyDatabase, path: &EntryPath, header: &Header) -> Option<Vec<u8>> {
    if path.as_str().contains("/rows/") {
        return None;
    }
    let surface = header.surface.as_ref()?;
    let include = vec![Included::parse(path.as_str()).ok()?];
    let surface = Surface { include, ..surface.clone() };
    let mut object = Object { path: path.as_str(), content: None };
    database.visit(Wanted { surface: &surface, exclude: &header.scope }, &mut object).ok()?;
    object.content
}

/// Takes the bytes at one path.
struct Object<'p> {
    path: &'p str,
    content: Option<Vec<u8>>,
}

impl Sink for Object<'_> {
    fn take(&mut self, path: String, content: &[u8]) {
        if path == self.path {
            self.content = Some(content.to_vec());
        }
    }

    fn fail(&mut self, _: String, _: sealgate_core::compare::inventory::ScanError) {}
}

/// Opens the root of the seal `name`, which is a directory.
fn open(
    repository: &Workspace,
    name: &SealName,
    header: &Header,
    named_by: NamedBy,
) -> Result<Directory, Problem> {
    let opened = repository.open(&header.root);
    opened.map_err(|error| {
        let problem = root_problem(&error, name, named_by);
        let lost = header.tracked && matches!(error, RootError::Missing(_));
        if lost { with_way_back(problem, repository, header) } else { problem }
    })
}

/// Adds the command that brings the root back, where the commit that is checked out has it.
fn with_way_back(problem: Problem, repository: &Workspace, header: &Header) -> Problem {
    match how_to_bring_back(repository, header.root.as_str()) {
        Some(command) => {
            problem.remedy(format!("the commit that is checked out has it: {command}"))
        }
        None => problem,
    }
}

/// Opens the directory `build` instead of the root of the seal `name`.
pub fn open_build(build: &Path, name: &SealName) -> Result<Directory, Problem> {
    let opened = Directory::open_root(build, None);
    opened.map_err(|error| root_problem(&error, name, NamedBy::User))
}

/// Takes the inventory of an open root, in the scope of the seal `name`.
pub fn observe(
    root: &Directory,
    name: &SealName,
    header: &Header,
    scanner: &Scanner,
) -> Result<Inventory, Problem> {
    scan::take(root, &header.scope, scanner)
        .map_err(|error| root_problem(&error, name, NamedBy::Seal))
}
