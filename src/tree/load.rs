//! Reading seal files: whole, or a long one while its root is walked.

use sealgate_core::compare::inventory::ScanError;
use sealgate_core::seal::entry::Digest;
use sealgate_core::seal::path::EntryPath;
use sealgate_core::seal::{
    self, Header, MAX_SEAL_BYTES, Parts, Root, Seal, SealError, SealName, loose_seal,
};
use sealgate_core::text::problem::Problem;
use sealgate_scan::{Directory, FileInParts, ReadFault, read_whole};

use super::Workspace;

/// How much of a long seal is in memory as text, in bytes.
const PART: u64 = 256 << 10;

/// The bytes of one seal file, and what they say.
#[derive(Debug)]
pub struct Loaded {
    /// The exact bytes.
    pub bytes: Vec<u8>,
    /// BLAKE3 of them.
    pub digest: Digest,
    /// The seal, or why it is none.
    pub seal: Result<Seal, Problem>,
}

/// A seal file of which as much was read as it takes to begin with the work.
#[derive(Debug)]
pub enum Begun {
    /// All of it.
    Whole(Box<Loaded>),
    /// What stands above the entries, and some of these.
    Long(Box<Long>),
}

/// A long seal, open, and sound as far as it was read.
#[derive(Debug)]
pub struct Long {
    file: FileInParts,
    parts: Parts,
    hasher: blake3::Hasher,
    /// What was read and not taken yet: the beginning of a line.
    left: Vec<u8>,
}

impl Begun {
    /// What stands above the entries, if that is sound.
    #[must_use]
    pub fn header(&self) -> Option<&Header> {
        match self {
            Self::Whole(loaded) => loaded.seal.as_ref().ok().map(|seal| &seal.header),
            Self::Long(long) => Some(long.header()),
        }
    }

    /// The seal, if all of it was read, and is sound.
    #[must_use]
    pub fn whole(&self) -> Option<&Seal> {
        match self {
            Self::Whole(loaded) => loaded.seal.as_ref().ok(),
            Self::Long(_) => None,
        }
    }
}

impl From<Loaded> for Begun {
    fn from(loaded: Loaded) -> Self {
        Self::Whole(Box::new(loaded))
    }
}

impl Workspace {
    /// Reads the seal file `name`, with the care that any file gets, and then the seal.
    pub fn load(&self, name: &SealName) -> Result<Loaded, Problem> {
        let about = |problem: Problem| problem.seal(name.as_str()).file(self.file_of(name));
        self.read.check(name).map_err(about)?;
        let (directory, path) = self.place_of(name)?;
        let bytes = read_whole(&directory, &path, MAX_SEAL_BYTES).map_err(|fault| match fault {
            ReadFault::TooLarge(size) => {
                let message =
                    format!("the seal is {size} bytes long; the limit is {MAX_SEAL_BYTES}");
                Problem { code: "seal-too-large", ..self.unreadable(name, message) }
                    .remedy("seal parts of the root apart, or exclude what needs no seal")
            }
            ReadFault::ScanError(trouble) => self.unreadable(name, trouble.detail),
        })?;
        self.read.count(name, bytes.len() as u64).map_err(about)?;
        let digest = Digest::of(&bytes);
        let seal = self
            .read_seal(name, &bytes)
            .map_err(|error| {
                let problem = error.into_problem(name, &self.file_of(name));
                match rebuilt_after_merge(name, &bytes, problem.code) {
                    Some(remedy) => problem.remedy(remedy),
                    None => problem,
                }
            })
            .and_then(|seal| self.check_place(seal));
        Ok(Loaded { bytes, digest, seal })
    }

    /// Reads the seal `name`. What is wrong with it is explained as long as that is not too much work.
    pub(super) fn read_seal(&self, name: &SealName, bytes: &[u8]) -> Result<Seal, SealError> {
        seal::read_explained(name, bytes, |length| self.lenient.take(length))
    }

    /// The seal that `loaded` states, one that is not canonical too; `None` where it states none, or
    /// where it is too much work to find out.
    #[must_use]
    pub fn any_form(&self, name: &SealName, loaded: Loaded) -> Option<Seal> {
        loaded.seal.ok().or_else(|| {
            let within_limits = self.lenient.take(loaded.bytes.len());
            within_limits.then(|| loose_seal(name, &loaded.bytes).ok()).flatten()
        })
    }

    /// Reads the seal file `name`, a long one only as far as its root can be walked.
    pub fn begin(&self, name: &SealName) -> Result<Begun, Problem> {
        match self.begin_long(name)? {
            Some(long) => Ok(Begun::Long(Box::new(long))),
            // A short one; or one with which something is wrong, and that is found out here.
            None => self.load(name).map(Begun::from),
        }
    }

    /// `None`: it is short, or not sound as far as it was read. What cannot be read is an error, and
    /// not tried again.
    fn begin_long(&self, name: &SealName) -> Result<Option<Long>, Problem> {
        let unreadable = |trouble: ScanError| self.unreadable(name, trouble.detail);
        let (directory, path) = self.place_of(name)?;
        let mut file = FileInParts::open(&directory, &path).map_err(unreadable)?;
        if file.size() <= PART || file.size() > MAX_SEAL_BYTES {
            return Ok(None);
        }
        let mut left = Vec::new();
        file.read(PART, &mut left).map_err(unreadable)?;
        let mut hasher = blake3::Hasher::new();
        hasher.update(&left);
        let whole_lines = whole_lines(&left, 0);
        let begun = self.begin_parts(name, &left[..whole_lines], file.size());
        left.drain(..whole_lines);
        Ok(begun.map(|parts| Long { file, parts, hasher, left }))
    }

    /// The digest of the seal file `name`, if it can be read.
    #[must_use]
    pub fn digest_of(&self, name: &SealName) -> Option<Digest> {
        let (directory, path) = self.place_of(name).ok()?;
        read_whole(&directory, &path, MAX_SEAL_BYTES).ok().map(|bytes| Digest::of(&bytes))
    }

    /// The root that the seal `name` states above its entries, as far as that can be made out.
    #[must_use]
    pub fn loose_root(&self, name: &SealName) -> Option<Root> {
        let (directory, path) = self.place_of(name).ok()?;
        let mut head = Vec::new();
        FileInParts::open(&directory, &path).ok()?.read(PART, &mut head).ok()?;
        seal::loose_header(&head).ok().map(|header| header.root)
    }

    fn begin_parts(&self, name: &SealName, first: &[u8], length: u64) -> Option<Parts> {
        let text = std::str::from_utf8(first).ok()?;
        let (mut parts, entries) = Parts::begin(name, text, usize::try_from(length).ok()?).ok()?;
        parts.take(entries).ok()?;
        let header = parts.header();
        let misplaced = self.misplaced(&header.root, header.scope.patterns()).is_some();
        (!misplaced).then_some(parts)
    }

    fn place_of(&self, name: &SealName) -> Result<(Directory, EntryPath), Problem> {
        let path = EntryPath::parse(&format!("{name}.toml"))
            .map_err(|fault| self.unreadable(name, fault.to_string()))?;
        let directory = Directory::open_root(self.root(), Some(self.seals()))
            .map_err(|error| self.unreadable(name, error.to_string()))?;
        Ok((directory, path))
    }

    fn unreadable(&self, name: &SealName, message: String) -> Problem {
        Problem::new("seal-unreadable", message)
            .file(self.file_of(name))
            .seal(name.as_str())
            .remedy("give this user the right to read it, and keep it still meanwhile")
    }
}

impl Long {
    /// What stands above the entries.
    #[must_use]
    pub fn header(&self) -> &Header {
        self.parts.header()
    }

    /// Reads the rest; the seal and its digest. `None`: something is wrong with it, and
    /// [`Workspace::load`] tells what.
    #[must_use]
    pub fn finish(mut self) -> Option<(Seal, Digest)> {
        let mut part = std::mem::take(&mut self.left);
        loop {
            let before = part.len();
            if self.file.read(PART, &mut part).ok()? == 0 {
                break;
            }
            self.hasher.update(&part[before..]);
            let whole_lines = whole_lines(&part, before);
            self.parts.take(std::str::from_utf8(&part[..whole_lines]).ok()?).ok()?;
            part.drain(..whole_lines);
        }
        if !part.is_empty() || self.file.check_whole().is_err() {
            return None;
        }
        let digest = Digest(*self.hasher.finalize().as_bytes());
        Some((self.parts.finish().ok()?, digest))
    }
}

/// What to do about a seal that a merge left in conflict below its header, if that says how the root is
/// built.
fn rebuilt_after_merge(name: &SealName, bytes: &[u8], code: &str) -> Option<String> {
    let conflict = code == "seal-conflict";
    conflict.then(|| seal::loose_header(bytes).ok()?.build).flatten().map(|_| {
        format!("build again and approve that: sealgate rebuild {name} --seal; or resolve the conflict by hand")
    })
}

/// How many bytes of `text` are whole lines; the first `before` of them do not end one.
fn whole_lines(text: &[u8], before: usize) -> usize {
    let end = text[before..].iter().rposition(|&byte| byte == b'\n');
    end.map_or(0, |at| before + at + 1)
}
