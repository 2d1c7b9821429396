//! Reading objects: one `git cat-file --batch`, of which every answer is hashed again.
//!
//! git serves what lies under an id without looking whether it belongs there, so an object that
//! was replaced on disk would speak for the good one. Nothing is fetched: an object that is not
//! here is an error.

use std::collections::{HashMap, HashSet};
use std::io::{self, BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;

use super::object::{self, Commit, IdHasher, ObjectKind, Oid, TreeEntry};
use super::{GitError, plumbing};
use crate::answers::Answers;
use crate::child::{Running, Stderr};
use crate::requests::Requests;

/// Larger commits and tags are refused; git itself makes none near this.
const MAX_COMMIT: u64 = 8 << 20;

/// Larger trees are refused.
pub(super) const MAX_TREE: u64 = 64 << 20;

/// How much of commits, tags and trees is read in one conversation, in bytes. A few small objects that
/// name each other can stand for any number of large ones.
const MAX_STRUCTURE: u64 = 512 << 20;

/// How many entries of trees are kept to be given again.
const KEPT_ENTRIES: usize = 1 << 18;

/// How much of an object is handed on at a time, at most, in bytes.
const PIECE: usize = 128 << 10;

/// Why an object could not be had.
#[derive(Debug, thiserror::Error)]
pub enum ObjectError {
    /// git could not be asked, or failed.
    #[error(transparent)]
    Git(#[from] GitError),
    /// It is not in this repository.
    #[error("the object {0} is not in this repository")]
    Missing(Oid),
    /// It is of another kind.
    #[error("{0} is a {1}, not a {2}")]
    Kind(Oid, &'static str, &'static str),
    /// What lies under its id has another one.
    #[error("the object {0} was replaced on disk: what lies there has another id")]
    Forged(Oid),
    /// It is no object that git would write.
    #[error("the object {0} is broken: {1}")]
    Broken(Oid, &'static str),
    /// It is larger than what is wanted may be.
    #[error("the object {0} is {1} bytes long; the limit is {2}")]
    TooLarge(Oid, u64, u64),
    /// Its commits and trees are more than anybody makes.
    #[error("more than {MAX_STRUCTURE} bytes of commits and trees were read, the limit")]
    TooMuch,
}

/// A conversation with `git cat-file --batch`.
#[derive(Debug)]
pub struct Objects {
    repository: PathBuf,
    git: Running,
    requests: Option<Requests>,
    answers: BufReader<Answers>,
    stderr: Stderr,
    /// How many objects were asked for and not taken yet.
    waiting: usize,
    /// How much of commits, tags and trees may still be read, in bytes.
    structure: u64,
    trees: Trees,
    /// Whether an answer could not be understood or was not what was asked for: what comes next may
    /// belong to anything.
    out_of_step: bool,
}

/// Trees that were read, to be given again: one that stands at a million paths is read once.
#[derive(Debug, Default)]
struct Trees {
    kept: HashMap<Oid, Arc<[TreeEntry]>>,
    entries: usize,
}

impl Trees {
    /// Keeps a tree; where there is no room, the others go.
    fn keep(&mut self, oid: Oid, entries: &Arc<[TreeEntry]>) {
        if self.entries + entries.len() > KEPT_ENTRIES {
            *self = Self::default();
        }
        if entries.len() <= KEPT_ENTRIES {
            // A tree without names takes room too.
            self.entries += entries.len() + 1;
            self.kept.insert(oid, Arc::clone(entries));
        }
    }
}

impl Objects {
    /// Begins to read from the repository at `repository`.
    pub fn open(repository: &Path) -> Result<Self, GitError> {
        Self::start(repository, &[])
    }

    /// Begins to read all of `oids` from the repository at `repository`: they are to be taken by
    /// [`Objects::take`], in this order, and nothing else can be asked for.
    ///
    /// # Errors
    ///
    /// git or a thread cannot be started.
    pub fn open_all(repository: &Path, oids: Vec<Oid>) -> Result<Self, GitError> {
        let mut objects = Self::start(repository, &["--buffer"])?;
        objects.answers.get_mut().expect_many();
        objects.waiting = oids.len();
        if let Some(requests) = objects.requests.take() {
            requests.send_all(oids).map_err(GitError::NotRun)?;
        }
        Ok(objects)
    }

    fn start(repository: &Path, options: &[&str]) -> Result<Self, GitError> {
        let mut git = plumbing(repository);
        git.args(["cat-file", "--batch"]).args(options);
        git.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut git = Running::new(git.spawn().map_err(GitError::NotRun)?);
        let stderr = git.drain_stderr().map_err(GitError::NotRun)?;
        let pipes = (git.child().stdin.take(), git.child().stdout.take());
        let (Some(stdin), Some(answers)) = pipes else {
            return Err(GitError::NotRun(io::ErrorKind::BrokenPipe.into()));
        };
        let requests = Some(Requests::new(stdin));
        let answers = BufReader::with_capacity(PIECE, Answers::new(answers));
        Ok(Self {
            repository: repository.to_owned(),
            git,
            requests,
            answers,
            stderr,
            waiting: 0,
            structure: MAX_STRUCTURE,
            trees: Trees::default(),
            out_of_step: false,
        })
    }

    /// The same conversation for another commit, which may take as much as the first; `None` where
    /// it ended, or something is still to be answered.
    #[must_use]
    pub fn renewed(mut self) -> Option<Self> {
        self.structure = MAX_STRUCTURE;
        (!self.out_of_step && self.waiting == 0 && self.requests.is_some()).then_some(self)
    }

    /// How many bytes of commits, tags and trees were read for this commit.
    #[must_use]
    pub fn structure_read(&self) -> u64 {
        MAX_STRUCTURE.saturating_sub(self.structure)
    }

    /// The repository that is read.
    #[must_use]
    pub fn repository(&self) -> &Path {
        &self.repository
    }

    /// The commit that `oid` is, or that the tag `oid` leads to.
    pub fn commit(&mut self, oid: &Oid) -> Result<Commit, ObjectError> {
        /// Tags of tags are legal, and nobody makes this many.
        const TAGS: usize = 64;
        let mut oid = *oid;
        for _ in 0..TAGS {
            let (kind, bytes) = self.read(&oid, MAX_COMMIT)?;
            self.spend(&bytes)?;
            oid = match kind {
                ObjectKind::Commit => {
                    let broken = ObjectError::Broken(oid, "a commit without a tree");
                    return object::commit(&bytes, oid).ok_or(broken);
                }
                ObjectKind::Tag => object::tagged(&bytes, oid)
                    .ok_or(ObjectError::Broken(oid, "a tag that names nothing"))?,
                other => return Err(ObjectError::Kind(oid, other.word(), "commit")),
            };
        }
        Err(ObjectError::Broken(oid, "too many tags of tags"))
    }

    /// What the tree `oid` holds.
    pub fn tree(&mut self, oid: &Oid) -> Result<Arc<[TreeEntry]>, ObjectError> {
        if let Some(entries) = self.trees.kept.get(oid) {
            return Ok(Arc::clone(entries));
        }
        self.ask(std::slice::from_ref(oid))?;
        self.take_tree(oid)
    }

    /// Reads those of the trees `oids` that are not kept, where the first is one of them, so that
    /// [`Objects::tree`] need not wait for each. An error is that of the tree at the index that comes
    /// with it.
    ///
    /// # Errors
    ///
    /// A tree cannot be had.
    pub fn read_ahead(&mut self, oids: &[Oid]) -> Result<(), (usize, ObjectError)> {
        if oids.first().is_none_or(|first| self.trees.kept.contains_key(first)) {
            return Ok(());
        }
        let mut asked = HashSet::new();
        let is_new =
            |(_, oid): &(usize, &Oid)| !self.trees.kept.contains_key(*oid) && asked.insert(**oid);
        let new: Vec<(usize, Oid)> =
            oids.iter().enumerate().filter(is_new).map(|(at, oid)| (at, *oid)).collect();
        let ids: Vec<Oid> = new.iter().map(|(_, oid)| *oid).collect();
        self.ask(&ids).map_err(|error| (0, error))?;
        for (at, oid) in new {
            self.take_tree(&oid).map_err(|error| (at, error))?;
        }
        Ok(())
    }

    /// Takes the answer for the tree `oid`, and keeps it.
    fn take_tree(&mut self, oid: &Oid) -> Result<Arc<[TreeEntry]>, ObjectError> {
        let (kind, bytes) = self.take_whole(oid, MAX_TREE)?;
        if kind != ObjectKind::Tree {
            return Err(ObjectError::Kind(*oid, kind.word(), ObjectKind::Tree.word()));
        }
        self.spend(&bytes)?;
        let entries = object::tree(&bytes, oid).map_err(|why| ObjectError::Broken(*oid, why))?;
        let entries = entries.into();
        self.trees.keep(*oid, &entries);
        Ok(entries)
    }

    pub(super) fn spend(&mut self, bytes: &[u8]) -> Result<(), ObjectError> {
        let left = self.structure.checked_sub(bytes.len() as u64);
        self.structure = left.ok_or(ObjectError::TooMuch)?;
        Ok(())
    }

    /// The content of the blob `oid`, of at most `limit` bytes.
    pub fn blob(&mut self, oid: &Oid, limit: u64) -> Result<Vec<u8>, ObjectError> {
        self.whole(oid, ObjectKind::Blob, limit)
    }

    pub(super) fn whole(
        &mut self,
        oid: &Oid,
        wanted: ObjectKind,
        limit: u64,
    ) -> Result<Vec<u8>, ObjectError> {
        let (kind, bytes) = self.read(oid, limit)?;
        if kind == wanted {
            Ok(bytes)
        } else {
            Err(ObjectError::Kind(*oid, kind.word(), wanted.word()))
        }
    }

    fn read(&mut self, oid: &Oid, limit: u64) -> Result<(ObjectKind, Vec<u8>), ObjectError> {
        self.ask(std::slice::from_ref(oid))?;
        self.take_whole(oid, limit)
    }

    fn take_whole(&mut self, oid: &Oid, limit: u64) -> Result<(ObjectKind, Vec<u8>), ObjectError> {
        let mut bytes = Vec::new();
        let kind = self.answer(oid, limit, |piece| bytes.extend_from_slice(piece))?.0;
        Ok((kind, bytes))
    }

    /// Asks for `oids`; each is then to be taken by [`Objects::take`], in this order. Any number may be
    /// asked for before the first one is taken.
    pub fn ask(&mut self, oids: &[Oid]) -> Result<(), ObjectError> {
        let waiting = self.waiting;
        self.waiting += oids.len();
        let sent = match &mut self.requests {
            Some(requests) => requests.send(oids, waiting),
            None => Err(io::ErrorKind::BrokenPipe.into()),
        };
        sent.map_err(|error| self.gone(&error).into())
    }

    /// Takes the answer for the blob `oid`: gives its content to `sink` piece by piece, and then its
    /// size. Only when this succeeds are the pieces what the id stands for.
    pub fn take(&mut self, oid: &Oid, sink: impl FnMut(&[u8])) -> Result<u64, ObjectError> {
        match self.answer(oid, u64::MAX, sink)? {
            (ObjectKind::Blob, size) => Ok(size),
            (kind, _) => Err(ObjectError::Kind(*oid, kind.word(), ObjectKind::Blob.word())),
        }
    }

    fn answer(
        &mut self,
        oid: &Oid,
        limit: u64,
        sink: impl FnMut(&[u8]),
    ) -> Result<(ObjectKind, u64), ObjectError> {
        let answer = self.next_answer(oid, limit, sink);
        let in_step =
            matches!(answer, Ok(_) | Err(ObjectError::Missing(_) | ObjectError::TooLarge(..)));
        self.out_of_step |= !in_step;
        answer
    }

    /// `OID SP KIND SP SIZE LF`, the content, LF; or `OID missing LF`.
    fn next_answer(
        &mut self,
        oid: &Oid,
        limit: u64,
        mut sink: impl FnMut(&[u8]),
    ) -> Result<(ObjectKind, u64), ObjectError> {
        self.waiting = self.waiting.saturating_sub(1);
        let (kind, size) = self.head(oid)?;
        if size > limit {
            // What is not wanted stands before the next answer all the same, and its end with it.
            let unwanted = &mut (&mut self.answers).take(size.saturating_add(1));
            io::copy(unwanted, &mut io::sink()).map_err(|error| self.gone(&error))?;
            return Err(ObjectError::TooLarge(*oid, size, limit));
        }
        let mut id = IdHasher::new(kind, size, oid);
        let mut left = size;
        while left > 0 {
            let there = self.answers.fill_buf().map(<[u8]>::len);
            let length = match there {
                Ok(0) => return Err(self.gone(&io::ErrorKind::UnexpectedEof.into()).into()),
                Ok(there) => there.min(usize::try_from(left).unwrap_or(usize::MAX)),
                Err(error) => return Err(self.gone(&error).into()),
            };
            let piece = &self.answers.buffer()[..length];
            id.update(piece);
            sink(piece);
            self.answers.consume(length);
            left -= length as u64;
        }
        let mut end = [0];
        self.answers.read_exact(&mut end).map_err(|error| self.gone(&error))?;
        if id.finish().as_ref() == Some(oid) {
            Ok((kind, size))
        } else {
            Err(ObjectError::Forged(*oid))
        }
    }

    fn head(&mut self, oid: &Oid) -> Result<(ObjectKind, u64), ObjectError> {
        /// An id, a word and a number, with room.
        const LONGEST: u64 = 256;
        let mut line = Vec::with_capacity(128);
        let read = (&mut self.answers).take(LONGEST).read_until(b'\n', &mut line);
        match read {
            Ok(_) if line.ends_with(b"\n") => line.pop(),
            Ok(_) => return Err(self.gone(&io::ErrorKind::UnexpectedEof.into()).into()),
            Err(error) => return Err(self.gone(&error).into()),
        };
        let (digits, rest) = line.split_at(line.len().min(2 * oid.length()));
        let rest = rest.strip_prefix(b" ").filter(|_| Oid::from_hex(digits).as_ref() == Some(oid));
        if rest == Some(b"missing") {
            return Err(ObjectError::Missing(*oid));
        }
        let head = rest.and_then(|rest| {
            let space = rest.iter().position(|&byte| byte == b' ')?;
            let size = std::str::from_utf8(&rest[space + 1..]).ok()?.parse().ok()?;
            Some((ObjectKind::from_word(&rest[..space])?, size))
        });
        head.ok_or(ObjectError::Broken(*oid, "git answers what cannot be understood"))
    }

    /// Why the conversation ended: git says it on its way out.
    fn gone(&mut self, error: &io::Error) -> GitError {
        self.requests = None;
        // It may be in the middle of an answer that nobody takes any more.
        self.git.kill();
        let said = self.stderr.text();
        let stderr = if said.is_empty() { error.to_string() } else { said };
        GitError::Failed { command: "cat-file", stderr }
    }
}

#[cfg(target_os = "linux")]
#[cfg(test)]
mod tests {
    use std::fs;
    use std::process::Command;
    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;
    use crate::requests::SMALLEST_PIPE;

    /// A repository of SHA-256, whose ids are the longest, with many blobs of some kilobytes.
    fn blobs(repository: &Path) -> Vec<Oid> {
        let git = |arguments: &[&str]| {
            let output = Command::new("git").arg("-C").arg(repository).args(arguments).output();
            let output = output.unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            output.stdout
        };
        git(&["init", "--quiet", "--object-format=sha256"]);
        let names: Vec<String> = (0..300).map(|number| format!("f{number}")).collect();
        for name in &names {
            fs::write(repository.join(name), name.repeat(1_000)).unwrap();
        }
        let mut arguments = vec!["hash-object", "-w"];
        arguments.extend(names.iter().map(String::as_str));
        let ids = git(&arguments);
        ids.split(|&byte| byte == b'\n').filter_map(Oid::from_hex).collect()
    }

    /// One page, two pages, and so on up to the usual size.
    const SIZES: [usize; 5] = [4 << 10, 8 << 10, 16 << 10, 32 << 10, 64 << 10];

    /// Asks for everything before it takes anything, through pipes of so many bytes.
    fn take_all(repository: &Path, oids: &[Oid], size: usize) -> u64 {
        let mut objects = Objects::open(repository).unwrap();
        let stdin = Arc::into_inner(objects.requests.take().unwrap().stdin).unwrap();
        rustix::pipe::fcntl_setpipe_size(&stdin, size).unwrap();
        rustix::pipe::fcntl_setpipe_size(&objects.answers.get_ref().pipe, SMALLEST_PIPE).unwrap();
        objects.requests = Some(Requests::new(stdin));
        for oids in oids.chunks(100) {
            objects.ask(oids).unwrap();
        }
        oids.iter().map(|oid| objects.take(oid, |_| ()).unwrap()).sum()
    }

    #[test]
    fn any_number_of_blobs_is_asked_for_through_pipes_of_any_size() {
        let directory = tempfile::tempdir().unwrap();
        let oids = blobs(directory.path());
        assert_eq!(oids.len(), 300);
        let lengths = (0..300).map(|number| 1_000 * format!("f{number}").len() as u64);
        let expected: Vec<u64> = vec![lengths.sum(); SIZES.len()];
        let (done, bytes) = mpsc::channel();
        // In a thread, because the fault is to wait for ever.
        std::thread::spawn(move || {
            let taken = SIZES.map(|size| take_all(directory.path(), &oids, size));
            done.send(taken.to_vec())
        });
        assert_eq!(bytes.recv_timeout(Duration::from_secs(100)).unwrap(), expected);
    }

    #[test]
    fn all_blobs_are_read_at_once_and_in_order() {
        let directory = tempfile::tempdir().unwrap();
        let oids = blobs(directory.path());
        let mut objects = Objects::open_all(directory.path(), oids.clone()).unwrap();
        let mut first = Vec::new();
        for oid in &oids {
            let mut bytes = Vec::new();
            objects.take(oid, |piece| bytes.extend_from_slice(piece)).unwrap();
            first.push(bytes[0]);
        }
        assert_eq!(first, [b'f'; 300]);
        assert!(objects.ask(&oids).is_err() && objects.renewed().is_none());
    }

    #[test]
    fn trees_are_kept_until_there_is_no_room() {
        let oid = |digit: &str| Oid::from_hex(digit.repeat(40).as_bytes()).unwrap();
        let entry = TreeEntry { mode: object::TreeMode::Tree, name: (*b"x").into(), oid: oid("f") };
        let half: Arc<[TreeEntry]> = vec![entry.clone(); KEPT_ENTRIES / 2].into();
        let mut trees = Trees::default();
        trees.keep(oid("1"), &half);
        trees.keep(oid("2"), &vec![entry.clone(); 9].into());
        assert_eq!(trees.kept.len(), 2);
        trees.keep(oid("3"), &half);
        assert_eq!(trees.kept.keys().collect::<Vec<_>>(), [&oid("3")]);
        trees.keep(oid("4"), &vec![entry; KEPT_ENTRIES + 1].into());
        assert_eq!((trees.kept.len(), trees.entries), (0, 0));
    }
}
