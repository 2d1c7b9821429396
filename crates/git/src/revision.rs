//! What a revision means. One rule decides, and under it no ref takes the place of another one.
//!
//! git tries six places for a name and takes the first that has it, then ids, then what `git describe`
//! prints. So whoever may push a tag could choose what `main`, `origin` or `1a2b3c4` stands for. Here a
//! name is an error when it has more than one meaning, and what git itself makes of the name must be
//! the value of the one place that has it.

use std::path::Path;

use sealgate_core::text::problem::Problem;

use super::notation::{Step, described, is_name, kind, refusal, split, steps};
use super::object::Oid;
use super::objects::{ObjectError, Objects};
use super::{GitError, answer, plumbing, run};

/// The fewest digits of an abbreviated id. git prints no fewer by itself.
const FEWEST_DIGITS: usize = 7;

/// What git keeps beside `refs/` and people name.
const PSEUDO_REFS: [&str; 4] = ["FETCH_HEAD", "ORIG_HEAD", "MERGE_HEAD", "CHERRY_PICK_HEAD"];

/// Why a revision was not resolved.
#[derive(Debug, thiserror::Error)]
pub enum RevisionError {
    /// git could not be asked.
    #[error(transparent)]
    Git(#[from] GitError),
    /// git might read it, and it is no part of the rule.
    #[error("{revision} is not a revision that sealgate reads: {why}")]
    NotRead {
        /// The whole revision.
        revision: String,
        /// What is wrong with it.
        why: String,
        /// What to write instead.
        instead: String,
    },
    /// The name means several things.
    #[error("{name} has more than one meaning: {}", meanings.join(", "))]
    Ambiguous {
        /// The name, without what stands after it.
        name: String,
        /// The full refs and ids that it may mean.
        meanings: Vec<String>,
        /// What stands after the name.
        steps: String,
    },
    /// A commit on the way cannot be read.
    #[error("{0}: {1}")]
    Object(String, #[source] ObjectError),
}

impl From<RevisionError> for Problem {
    fn from(error: RevisionError) -> Self {
        let message = error.to_string();
        match error {
            RevisionError::Git(error) => error.into(),
            RevisionError::NotRead { instead, .. } => {
                Self::new("revision-unknown", message).remedy(instead)
            }
            RevisionError::Ambiguous { meanings, steps, .. } => {
                let full = meanings.iter().filter(|meaning| !meaning.contains(' '));
                let full: Vec<String> = full.map(|meaning| format!("{meaning}{steps}")).collect();
                Self::new("revision-ambiguous", message)
                    .remedy(format!("write the one that you mean in full: {}", full.join(" or ")))
            }
            RevisionError::Object(..) => Self::new("git", message)
                .remedy("fetch the history up to there, or name a commit that is here by its id"),
        }
    }
}

/// One ref.
#[derive(Debug)]
struct Ref {
    name: String,
    value: Oid,
    /// The ref that it leads to, if it is symbolic; else empty.
    leads_to: String,
}

/// The object that `revision` names in the repository at `repository`; `None` where nothing has the
/// name.
///
/// A revision is BASE, and then any number of `~N`, `^N`, `^{commit}` and `^{}`. BASE is one of:
///
/// - a full id, which is never taken for anything else;
/// - a full ref, `refs/...`, or a pseudo-ref such as HEAD;
/// - a short name that exactly one of git's places has: `refs/`, `refs/tags/`, `refs/heads/`,
///   `refs/remotes/`, and `refs/remotes/NAME/HEAD`;
/// - an abbreviated id of at least seven digits, or the output of `git describe`, that no ref is named
///   like and that exactly one object has.
///
/// # Errors
///
/// The name has several meanings, is written in another way, or cannot be asked for.
pub fn resolve(repository: &Path, revision: &str) -> Result<Option<Oid>, RevisionError> {
    let (base, after) = split(revision);
    if let Some(why) = refusal(revision, base) {
        return Err(not_read(revision, why));
    }
    let steps = steps(after).map_err(|why| not_read(revision, why))?;
    if !is_name(base) {
        return Ok(None);
    }
    let Some(base) = Base { repository, revision, name: base, after }.resolve()? else {
        return Ok(None);
    };
    if steps.is_empty() {
        return Ok(Some(base));
    }
    let broken = |error| RevisionError::Object(revision.to_owned(), error);
    follow(&mut Objects::open(repository)?, base, &steps).map_err(broken)
}

/// The object that the ref with this full name leads to; `None` where there is no such ref.
///
/// # Errors
///
/// git cannot be asked, or the ref is symbolic and leads to a ref of another kind.
pub fn resolve_ref(repository: &Path, name: &str) -> Result<Option<Oid>, RevisionError> {
    if !is_name(name) {
        return Ok(None);
    }
    Base { repository, revision: name, name, after: "" }.full_ref()
}

fn not_read(revision: &str, why: &str) -> RevisionError {
    // A quote would end the quoted word early; then there is no command to paste.
    let plain = |c: char| c != '\'' && !c.is_control();
    let asks_git = revision.contains("@{") || revision.contains("^{") || revision.starts_with(':');
    let instead = if asks_git && revision.chars().all(plain) {
        format!("write the id of the commit; `git rev-parse --verify '{revision}'` prints it")
    } else {
        "name one commit: by its id, a branch, a tag or HEAD, and then ~N or ^N".to_owned()
    };
    RevisionError::NotRead { revision: revision.to_owned(), why: why.to_owned(), instead }
}

/// The beginning of a revision: a name that a ref may have.
struct Base<'a> {
    repository: &'a Path,
    /// The whole revision, for messages.
    revision: &'a str,
    name: &'a str,
    /// What stands after it, for messages.
    after: &'a str,
}

impl Base<'_> {
    fn resolve(&self) -> Result<Option<Oid>, RevisionError> {
        let name = self.name;
        if matches!(name, "HEAD" | "@") {
            return self.head();
        }
        if name.starts_with("refs/") {
            return self.full_ref();
        }
        let is_hex = name.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_hex && matches!(name.len(), 40 | 64) {
            return self.full_id().map(Some);
        }
        let refs = self.places()?;
        let ids = self.ids(is_hex)?;
        let mut meanings: Vec<(String, Oid)> =
            refs.iter().map(|found| (found.name.clone(), found.value)).collect();
        meanings.extend(ids.into_iter().map(|id| (id.to_string(), id)));
        if PSEUDO_REFS.contains(&name) {
            if let (Some(value), []) = (self.as_git_reads_it()?, &meanings[..]) {
                return Ok(Some(value));
            }
            return if meanings.is_empty() {
                Ok(None)
            } else {
                Err(self.ambiguous(meanings, None))
            };
        }
        match &meanings[..] {
            [] => Ok(None),
            [(_, value)] => {
                refs.iter().try_for_each(|found| self.check_symbolic(found))?;
                let value = *value;
                let read = self.as_git_reads_it()?;
                if read == Some(value) {
                    Ok(Some(value))
                } else {
                    Err(self.ambiguous(meanings, read))
                }
            }
            _ => Err(self.ambiguous(meanings, None)),
        }
    }

    /// The ref of this very name.
    fn full_ref(&self) -> Result<Option<Oid>, RevisionError> {
        let Some(found) = refs(self.repository, &[self.name.to_owned()])?.pop() else {
            return Ok(None);
        };
        self.check_symbolic(&found)?;
        Ok(Some(found.value))
    }

    /// What HEAD itself holds, whatever branches and tags are called HEAD.
    fn head(&self) -> Result<Option<Oid>, RevisionError> {
        match run(self.repository, "show-ref", &["--verify", "--hash", "HEAD"]) {
            Ok(output) => Ok(Oid::from_hex(output.trim_ascii_end())),
            // No commit was made yet.
            Err(GitError::Failed { stderr, .. }) if stderr.contains("not a valid ref") => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// 40 or 64 digits. They are an id of this repository or an error: in a repository of the other
    /// hash git would take 40 digits for an abbreviation, or for a ref.
    fn full_id(&self) -> Result<Oid, RevisionError> {
        let format = run(self.repository, "rev-parse", &["--show-object-format"])?;
        let length = if format.trim_ascii_end() == b"sha256" { 64 } else { 40 };
        let id = Oid::from_hex(self.name.as_bytes()).filter(|id| 2 * id.length() == length);
        id.ok_or_else(|| RevisionError::NotRead {
            revision: self.revision.to_owned(),
            why: format!("an id has {length} digits of 0-9a-f in this repository"),
            instead:
                "write the full id, or the full name of a ref (refs/heads/... or refs/tags/...)"
                    .to_owned(),
        })
    }

    /// The refs that have this short name. Of git's six places the first one, its own directory, is not
    /// among them: [`Base::as_git_reads_it`] finds what lies there.
    fn places(&self) -> Result<Vec<Ref>, RevisionError> {
        let name = self.name;
        let places = ["", "tags/", "heads/", "remotes/"].map(|place| format!("refs/{place}{name}"));
        let mut places = places.to_vec();
        places.push(format!("refs/remotes/{name}/HEAD"));
        refs(self.repository, &places)
    }

    /// The ids that the name may abbreviate.
    fn ids(&self, is_hex: bool) -> Result<Vec<Oid>, RevisionError> {
        let digits = if is_hex { Some(self.name) } else { described(self.name) };
        let Some(digits) = digits.filter(|digits| digits.len() >= FEWEST_DIGITS) else {
            return Ok(Vec::new());
        };
        let ids = run(self.repository, "rev-parse", &[&format!("--disambiguate={digits}")])?;
        let ids = ids.split(|&byte| byte == b'\n').filter_map(Oid::from_hex);
        Ok(ids.collect())
    }

    /// What git makes of the name by its own rules.
    fn as_git_reads_it(&self) -> Result<Option<Oid>, RevisionError> {
        let mut git = plumbing(self.repository);
        // An abbreviation of several objects is none, whatever they are.
        git.args(["-c", "core.disambiguate=none"]);
        let arguments = ["--verify", "--quiet", "--end-of-options", self.name];
        match answer(git, "rev-parse", &arguments, b"", &[0]) {
            Ok(output) => Ok(Oid::from_hex(output.trim_ascii_end())),
            // It says nothing about what it does not know, and what else is wrong it says.
            Err(GitError::Failed { stderr, .. }) if stderr.is_empty() => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Refuses a symbolic ref that leads to refs of another kind: a remote's HEAD that leads to a tag
    /// would let whoever may push tags choose what it means.
    fn check_symbolic(&self, found: &Ref) -> Result<(), RevisionError> {
        if found.leads_to.is_empty() || kind(&found.leads_to) == kind(&found.name) {
            return Ok(());
        }
        Err(RevisionError::NotRead {
            revision: self.revision.to_owned(),
            why: format!("{} leads to {}", found.name, found.leads_to),
            instead: format!("if that is meant, write {}{}", found.leads_to, self.after),
        })
    }

    fn ambiguous(&self, meanings: Vec<(String, Oid)>, read: Option<Oid>) -> RevisionError {
        let mut meanings: Vec<String> = meanings.into_iter().map(|(meaning, _)| meaning).collect();
        if meanings.len() == 1 {
            let read = read.map_or_else(|| "nothing".to_owned(), |read| read.to_string());
            meanings.push(format!("and to git {read}"));
        }
        RevisionError::Ambiguous {
            name: self.name.to_owned(),
            meanings,
            steps: self.after.to_owned(),
        }
    }
}

/// Those of the refs with these full `names` that there are, in the order of `names`.
fn refs(repository: &Path, names: &[String]) -> Result<Vec<Ref>, RevisionError> {
    let mut arguments = vec!["--format=%(refname) %(objectname) %(symref)", "--"];
    arguments.extend(names.iter().map(String::as_str));
    // It lists what lies below a name too.
    let listed = run(repository, "for-each-ref", &arguments)?;
    let listed = String::from_utf8_lossy(&listed);
    let read = |line: &str| {
        let mut fields = line.splitn(3, ' ');
        let (name, value, leads_to) = (fields.next()?, fields.next()?, fields.next()?);
        let value = Oid::from_hex(value.as_bytes())?;
        Some(Ref { name: name.to_owned(), value, leads_to: leads_to.to_owned() })
    };
    let mut found: Vec<Ref> =
        listed.lines().filter_map(read).filter(|found| names.contains(&found.name)).collect();
    found.sort_by_key(|found| names.iter().position(|name| *name == found.name));
    Ok(found)
}

/// Goes the `steps` from `base` through commits that were hashed again: neither grafts nor a
/// commit-graph has a say.
fn follow(objects: &mut Objects, base: Oid, steps: &[Step]) -> Result<Option<Oid>, ObjectError> {
    let mut at = base;
    for step in steps {
        let (times, parent) = match *step {
            Step::Peel => {
                at = objects.commit(&at)?.oid;
                continue;
            }
            Step::Back(times) => (times, 1),
            Step::Parent(number) => (1, number),
        };
        for _ in 0..times {
            let commit = objects.commit(&at)?;
            let Some(parent) = commit.parents.get(parent - 1) else { return Ok(None) };
            at = *parent;
        }
    }
    Ok(Some(at))
}
