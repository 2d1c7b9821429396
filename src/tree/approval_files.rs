//! What authority is read from: the policy and the grants, of the working tree or of a commit. Each file
//! is read once, and nothing is judged here.

use std::collections::BTreeMap;

use sealgate_core::approval::{
    GrantFile, MAX_GRANT_BYTES, MAX_POLICY_BYTES, MAX_SIGNATURE_BYTES, SignatureFile,
};
use sealgate_core::seal::entry::Digest;
use sealgate_core::seal::path::EntryPath;
use sealgate_core::text::problem::{Problem, in_words};
use sealgate_git::{TreeEntry, TreeMode};
use sealgate_scan::{Directory, Kind, ReadFault, RootError, read_whole};

use super::commit_tree::{CommitTree, kind};
use super::trouble::trouble;
use super::{Workspace, is_absence};
use crate::tree::commit::find;
use crate::tree::replace::is_leftover_beside;

/// The most files that the directory of grants may hold.
const MOST_FILES: usize = 20_000;

/// The most bytes in them together: in a commit, thousands of names can be one long file.
const MOST_BYTES: usize = 32 << 20;

/// The policy and the grants, as they were read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ApprovalFiles {
    /// The bytes of the policy; `None` where there is none.
    pub policy: Option<Vec<u8>>,
    /// The grants with their signatures, by id.
    pub grants: Vec<GrantFile>,
}

impl CommitTree<'_> {
    /// Whether this commit has a policy, sound or not.
    #[must_use]
    pub fn has_policy(&self) -> bool {
        self.entries().iter().any(|entry| &*entry.name == b"policy.toml")
    }

    /// The bytes of the policy of this commit; `None` where it has none. Reads no grant.
    pub fn policy(&self) -> Result<Option<Vec<u8>>, Problem> {
        let entries = self.entries();
        let Some(entry) = entries.iter().find(|entry| &*entry.name == b"policy.toml") else {
            return Ok(None);
        };
        match entry.mode {
            TreeMode::File { .. } => self.paper("policy.toml", entry, MAX_POLICY_BYTES).map(Some),
            mode => Err(out_of_place("policy.toml", kind(mode))),
        }
    }

    /// The policy and the grants of this commit.
    pub fn approval_files(&self) -> Result<ApprovalFiles, Problem> {
        let mut approval_files = ApprovalFiles::default();
        for entry in self.entries() {
            match (&*entry.name, entry.mode) {
                (b"policy.toml", TreeMode::File { .. }) => {
                    approval_files.policy =
                        Some(self.paper("policy.toml", entry, MAX_POLICY_BYTES)?);
                }
                (b"grants", TreeMode::Tree) => {
                    let tree = self.objects().tree(&entry.oid);
                    let tree = tree.map_err(|error| {
                        trouble(self.repository, &self.given, "the grants", &error)
                    })?;
                    approval_files.grants = self.grants(&tree)?;
                }
                // Not what stands in their place either: a link, or a submodule.
                (b"policy.toml" | b"grants", mode) => {
                    return Err(out_of_place(&String::from_utf8_lossy(&entry.name), kind(mode)));
                }
                _ => {}
            }
        }
        Ok(approval_files)
    }

    fn grants(&self, tree: &[TreeEntry]) -> Result<Vec<GrantFile>, Problem> {
        let names = tree.iter().map(|entry| (&*entry.name, kind(entry.mode)));
        let places = sort_out(names)?;
        let mut read = Together::default();
        for (place, entry) in places.into_iter().zip(tree) {
            let name = String::from_utf8_lossy(&entry.name).into_owned();
            let Some(place) = place else { continue };
            let bytes = self.paper(&format!("grants/{name}"), entry, place.limit())?;
            read.add(place, bytes)?;
        }
        read.grants()
    }

    fn paper(&self, name: &str, entry: &TreeEntry, limit: u64) -> Result<Vec<u8>, Problem> {
        let file = format!("{}/{name}", self.repository.seals().as_str());
        self.objects()
            .blob(&entry.oid, limit)
            .map_err(|error| trouble(self.repository, &self.given, &file, &error).file(file))
    }

    /// Whether the file at `path` is one object in this commit and in `other`. Reads neither.
    pub fn same_file(&self, other: &Self, path: &str) -> Result<bool, Problem> {
        let object = |commit: &Self| {
            let found = find(&mut commit.objects(), &commit.tree, path.as_bytes());
            let found = found.map_err(|error| {
                trouble(self.repository, &commit.given, path, &error).file(path)
            })?;
            let file = found.filter(|entry| matches!(entry.mode, TreeMode::File { .. }));
            Ok::<_, Problem>(file.map(|entry| entry.oid))
        };
        let here = object(self)?;
        Ok(here.is_some() && here == object(other)?)
    }

    /// The bytes of the file at `path` from the repository root, at most `limit` of them; `None` where
    /// there is none.
    pub fn file(&self, path: &str, limit: u64) -> Result<Option<Vec<u8>>, Problem> {
        let told = |error| trouble(self.repository, &self.given, path, &error).file(path);
        let mut objects = self.objects();
        match find(&mut objects, &self.tree, path.as_bytes()).map_err(told)? {
            None => Ok(None),
            Some(entry) if matches!(entry.mode, TreeMode::File { .. }) => {
                objects.blob(&entry.oid, limit).map(Some).map_err(told)
            }
            Some(entry) => Err(out_of_place(path, kind(entry.mode))),
        }
    }
}

impl Workspace {
    /// Whether there is a policy in the working tree, sound or not.
    pub fn has_policy(&self) -> Result<bool, Problem> {
        let file = format!("{}/policy.toml", self.seals().as_str());
        match self.root().join(&file).symlink_metadata() {
            Ok(_) => Ok(true),
            Err(error) if is_absence(&error) => Ok(false),
            Err(error) => {
                let message = format!("whether there is a policy: {}", in_words(&error));
                Err(Problem::new("policy-unreadable", message)
                    .file(file)
                    .remedy("give this user the right to look there"))
            }
        }
    }

    /// The policy and the grants in the working tree. A seals directory that is not there is an
    /// error: without it, nobody can tell that there are no grants.
    pub fn approval_files(&self) -> Result<ApprovalFiles, Problem> {
        let seals = self.directory(self.seals())?.ok_or_else(|| {
            let message = format!("there is no directory {} here", self.seals().as_str());
            Problem::new("seals-missing", message).remedy(
                "go to the repository that has the policy, or name its directory with --seals",
            )
        })?;
        let mut approval_files = ApprovalFiles::default();
        for (name, kind) in list(&seals, self.seals())? {
            match (&*name, kind) {
                (b"policy.toml", Kind::File) => {
                    approval_files.policy =
                        Some(read(&seals, self.seals(), "policy.toml", MAX_POLICY_BYTES)?);
                }
                (b"grants", Kind::Directory) => approval_files.grants = self.grants()?,
                (b"policy.toml" | b"grants", kind) => {
                    return Err(out_of_place(&String::from_utf8_lossy(&name), kind));
                }
                _ => {}
            }
        }
        Ok(approval_files)
    }

    fn grants(&self) -> Result<Vec<GrantFile>, Problem> {
        let path = format!("{}/grants", self.seals().as_str());
        let path = EntryPath::parse(&path)
            .map_err(|fault| Problem::new("papers-unreadable", format!("{path}: {fault}")))?;
        let directory = self.directory(&path)?;
        let directory = directory
            .ok_or_else(|| unreadable(path.as_str(), "it was there, and is not any more"))?;
        let mut listing = list(&directory, &path)?;
        listing.retain(|(name, kind)| *kind != Kind::File || !is_leftover_beside(name));
        let places = sort_out(listing.iter().map(|(name, kind)| (&**name, *kind)))?;
        let mut files = Together::default();
        for (place, (name, _)) in places.into_iter().zip(&listing) {
            let Some(place) = place else { continue };
            let name = String::from_utf8_lossy(name);
            let bytes = read(&directory, &path, &name, place.limit())?;
            files.add(place, bytes)?;
        }
        files.grants()
    }

    /// The bytes of the file at `path` in the working tree, at most `limit` of them; `None` where there
    /// is none.
    pub fn file(&self, path: &EntryPath, limit: u64) -> Result<Option<Vec<u8>>, Problem> {
        if self.root().join(path.as_str()).symlink_metadata().is_err_and(|error| {
            matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory)
        }) {
            return Ok(None);
        }
        let root = Directory::open_root(self.root(), None)
            .map_err(|error| unreadable(path.as_str(), &error.to_string()))?;
        read_whole(&root, path, limit).map(Some).map_err(|fault| told(path.as_str(), fault, limit))
    }

    fn directory(&self, path: &EntryPath) -> Result<Option<Directory>, Problem> {
        match Directory::open_root(self.root(), Some(path)) {
            Ok(directory) => Ok(Some(directory)),
            Err(RootError::Missing(_)) => Ok(None),
            Err(error) => Err(unreadable(path.as_str(), &error.to_string())),
        }
    }
}

/// The names in a directory, and what each is.
type Names = Vec<(Box<[u8]>, Kind)>;

fn list(directory: &Directory, path: &EntryPath) -> Result<Names, Problem> {
    let listing = directory.list().map_err(|trouble| unreadable(path.as_str(), &trouble.detail))?;
    Ok(listing.into_iter().map(|(name, kind)| (Box::from(&*name), kind)).collect())
}

fn read(
    directory: &Directory,
    path: &EntryPath,
    name: &str,
    limit: u64,
) -> Result<Vec<u8>, Problem> {
    let file = format!("{}/{name}", path.as_str());
    let name = EntryPath::parse(name).map_err(|fault| unreadable(&file, &fault.to_string()))?;
    read_whole(directory, &name, limit).map_err(|fault| told(&file, fault, limit))
}

fn told(file: &str, fault: ReadFault, limit: u64) -> Problem {
    match fault {
        ReadFault::TooLarge(size) => {
            unreadable(file, &format!("it is {size} bytes long; the limit is {limit}"))
        }
        ReadFault::ScanError(trouble) => unreadable(file, &trouble.detail),
    }
}

fn unreadable(file: &str, why: &str) -> Problem {
    Problem::new("papers-unreadable", why)
        .file(file)
        .remedy("make it a regular file that this user can read, or remove it")
}

fn out_of_place(name: &str, kind: Kind) -> Problem {
    let what = match kind {
        Kind::File => "a file",
        Kind::Directory => "a directory",
        Kind::Link => "a symbolic link",
        Kind::Special(what) => what,
    };
    let message = format!("{name} must not be {what}");
    Problem::new("papers-unreadable", message).remedy("policies and grants are regular files")
}

/// What a file in the directory of grants is.
enum Place {
    Grant(String),
    Signature(String, String),
}

impl Place {
    fn limit(&self) -> u64 {
        match self {
            Self::Grant(_) => MAX_GRANT_BYTES,
            Self::Signature(..) => MAX_SIGNATURE_BYTES,
        }
    }
}

/// What each name is; `None`: a README. Anything else that lies there is an error.
fn sort_out<'n>(
    names: impl Iterator<Item = (&'n [u8], Kind)>,
) -> Result<Vec<Option<Place>>, Problem> {
    let mut places = Vec::new();
    for (name, kind) in names {
        if places.len() >= MOST_FILES {
            let message = format!("there are more than {MOST_FILES} files of grants");
            return Err(Problem::new("grants-too-many", message).remedy("remove expired ones"));
        }
        let text = std::str::from_utf8(name).ok().filter(|_| kind == Kind::File);
        let place = text.and_then(|text| match text {
            "README.md" => Some(None),
            text => place(text).map(Some),
        });
        places.push(place.ok_or_else(|| {
            let name = String::from_utf8_lossy(name);
            let message = format!("{name} is no grant (ID.toml) and no signature (ID.KEYNAME.sig)");
            Problem::new("grants-stray", message).remedy("move it out of the directory of grants")
        })?);
    }
    Ok(places)
}

fn place(name: &str) -> Option<Place> {
    let is_id = |id: &str| Digest::from_hex(id.as_bytes()).is_some();
    if let Some(id) = name.strip_suffix(".toml").filter(|id| is_id(id)) {
        return Some(Place::Grant(id.to_owned()));
    }
    let (id, key) = name.strip_suffix(".sig")?.split_once('.')?;
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let legal = is_id(id) && !key.is_empty() && key.bytes().all(plain);
    legal.then(|| Place::Signature(id.to_owned(), key.to_owned()))
}

/// The files of the directory of grants, until signatures are put to their grants.
#[derive(Default)]
struct Together {
    grants: BTreeMap<String, GrantFile>,
    signatures: Vec<(String, SignatureFile)>,
    bytes: usize,
}

impl Together {
    fn add(&mut self, place: Place, bytes: Vec<u8>) -> Result<(), Problem> {
        self.bytes += bytes.len();
        if self.bytes > MOST_BYTES {
            let message = format!("the files of grants together have more than {MOST_BYTES} bytes");
            return Err(Problem::new("grants-too-many", message).remedy("remove expired ones"));
        }
        match place {
            Place::Grant(id) => {
                let file = GrantFile { id: id.clone(), bytes, signatures: Vec::new() };
                self.grants.insert(id, file);
            }
            Place::Signature(id, name) => self.signatures.push((id, SignatureFile { name, bytes })),
        }
        Ok(())
    }

    /// The grants with their signatures; a signature without a grant is an error.
    fn grants(mut self) -> Result<Vec<GrantFile>, Problem> {
        // A directory lists in an order of its own.
        self.signatures.sort_by(|(_, one), (_, other)| one.name.cmp(&other.name));
        for (id, signature) in self.signatures {
            let grant = self.grants.get_mut(&id).ok_or_else(|| {
                let name = &signature.name;
                let message = format!("{id}.{name}.sig is the signature of no grant there");
                Problem::new("grants-stray", message)
                    .remedy("put the grant beside it, or remove it")
            })?;
            grant.signatures.push(signature);
        }
        Ok(self.grants.into_values().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stops_reading_grants_after_a_number_of_bytes_however_many_files_have_them() {
        let mut together = Together::default();
        let mut added = 0;
        let refused = loop {
            let id = Digest::of(format!("{added}").as_bytes()).to_string();
            match together.add(Place::Grant(id), vec![b'x'; 16 << 10]) {
                Ok(()) => added += 1,
                Err(problem) => break problem,
            }
        };
        assert_eq!((refused.code, added), ("grants-too-many", MOST_BYTES / (16 << 10)));
    }
}
