//! The commits that are pushed, each judged once, and what its untracked roots hold here.
//!
//! A root that is kept in git is judged as the commit has it, whatever is in the working tree. One
//! that is built is in no commit: what lies in the working tree is compared, read once, and never
//! stops a push.

use std::collections::{BTreeSet, HashMap};

use crate::git::{self, ObjectError, Objects, Oid};
use crate::inventory::Engine;
use crate::judge::{Bytes, Judge};
use crate::problem::Problem;
use crate::report::quote;
use crate::repository::{Begun, Contents, Loaded, Repository, Snapshot};
use crate::seal::SealName;
use crate::verdict::{Judgement, Source, Verdict, overall};

use super::protocol::{Named, Push, Pushes};

/// What came of one push.
#[derive(Debug, Default)]
pub struct Judging {
    /// The commits that do not pass.
    pub failing: Vec<JudgedCommit>,
    /// What passed.
    pub passed: Tally,
    /// What has no seals, and may have none.
    pub unsealed: Vec<Unsealed>,
    /// What has no seals, and should have.
    pub stopped: Vec<Stopped>,
    /// What kept something from being judged.
    pub problems: Vec<Problem>,
    /// The judgements of roots that are built: what is here, by the seals of the commits. Empty
    /// where the push is stopped anyway.
    pub built: Vec<Judgement>,
}

/// A commit with its judgements.
#[derive(Debug)]
pub struct JudgedCommit {
    /// Its id.
    pub oid: Oid,
    /// The refs that lead to it.
    pub refs: Vec<String>,
    /// One for each seal of a root that is kept in git, and for each broken seal.
    pub judgements: Vec<Judgement>,
    /// What is wrong with its seals directory.
    pub problems: Vec<Problem>,
}

/// What passed, in numbers.
#[derive(Debug, Default)]
pub struct Tally {
    /// Commits with seals.
    pub commits: usize,
    /// The names of the seals that judged.
    pub seals: BTreeSet<String>,
    /// The names of the seals of roots that are built, which CI judges.
    pub built: BTreeSet<String>,
    /// Entries judged.
    pub entries: u64,
    /// Bytes hashed.
    pub bytes: u64,
}

/// A ref that leads to no seals.
#[derive(Debug, PartialEq, Eq)]
pub struct Unsealed {
    /// The ref.
    pub name: String,
    /// What it leads to, if that is no commit.
    pub instead: Option<&'static str>,
}

/// A ref that takes the seals away.
#[derive(Debug, PartialEq, Eq)]
pub struct Stopped {
    /// The ref.
    pub name: String,
    /// What the remote has there.
    pub before: Oid,
    /// The seals of that.
    pub seals: Vec<String>,
}

/// What a pushed object leads to.
enum Peeled {
    Commit(Oid),
    Other(&'static str),
}

/// The seal of a built root, read from a commit.
struct Built {
    name: SealName,
    loaded: Loaded,
    source: Source,
}

/// One run.
struct Run<'a> {
    repository: &'a Repository,
    engine: &'a Engine,
    /// The remote, as the user named it.
    remote: Option<&'a str>,
    /// A conversation with git, once there is one; the first commit that is judged takes it over.
    objects: Option<Objects>,
    built: Vec<Built>,
    judging: Judging,
}

impl Judging {
    /// Judges `pushes` to `remote`, if its name is known.
    pub fn of(
        pushes: &Pushes,
        remote: Option<&str>,
        repository: &Repository,
        engine: &Engine,
    ) -> Result<Self, Problem> {
        needs_repository(repository)?;
        let (built, judging) = (Vec::new(), Self::default());
        let mut run = Run { repository, engine, remote, objects: None, built, judging };
        let mut groups: Vec<(Peeled, Vec<&Push>)> = Vec::new();
        let mut known = HashMap::new();
        for push in &pushes.list {
            let peeled = match run.peel(&push.what) {
                Ok(peeled) => peeled,
                Err(problem) => {
                    run.judging.problems.push(told(&name(push), problem));
                    continue;
                }
            };
            let next = groups.len();
            let at = match peeled {
                Peeled::Commit(oid) => *known.entry(oid).or_insert(next),
                Peeled::Other(_) => next,
            };
            if at == next {
                groups.push((peeled, Vec::new()));
            }
            groups[at].1.push(push);
        }
        for (peeled, pushes) in groups {
            match peeled {
                Peeled::Commit(oid) => run.judge(oid, &pushes),
                Peeled::Other(kind) => run.without_seals(&pushes, Some(kind)),
            }
        }
        Ok(run.finish())
    }

    /// The verdict on the push. Nothing to judge passes: it is git's to say what is pushed.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let failing = self.failing.iter().map(JudgedCommit::verdict).max();
        let stopped = if self.stopped.is_empty() { Verdict::Pass } else { Verdict::Fail };
        let unjudged = if self.problems.is_empty() { Verdict::Pass } else { Verdict::Error };
        stopped.max(unjudged).max(failing.unwrap_or(Verdict::Pass))
    }
}

impl JudgedCommit {
    /// The verdict on it. Where all its roots are built, there is nothing that stops it.
    fn verdict(&self) -> Verdict {
        if self.judgements.is_empty() && self.problems.is_empty() {
            return Verdict::Pass;
        }
        overall(&self.judgements, None, &self.problems)
    }
}

impl<'a> Run<'a> {
    fn peel(&mut self, what: &Named) -> Result<Peeled, Problem> {
        let oid = match what {
            Named::Id(oid) => *oid,
            Named::Revision(revision) => git::resolve(self.repository.root(), revision)?
                .ok_or_else(|| {
                    Problem::new("revision-unknown", format!("{revision} names nothing here"))
                        .remedy("push again; if that changes nothing, run the hook natively")
                })?,
        };
        Ok(match self.commit(&oid)? {
            Ok(commit) => Peeled::Commit(commit),
            Err(ObjectError::Kind(_, kind, _)) => Peeled::Other(kind),
            // Opening it as a commit tells what is wrong.
            Err(_) => Peeled::Commit(oid),
        })
    }

    /// The id of the commit that `oid` is or leads to.
    fn commit(&mut self, oid: &Oid) -> Result<Result<Oid, ObjectError>, Problem> {
        let mut objects = match self.objects.take() {
            Some(objects) => objects,
            None => Objects::open(self.repository.root())?,
        };
        let found = objects.commit(oid).map(|commit| commit.oid);
        // After other errors than these the conversation may be out of step.
        if matches!(found, Ok(_) | Err(ObjectError::Kind(..) | ObjectError::Missing(_))) {
            self.objects = Some(objects);
        }
        Ok(found)
    }

    fn open(&mut self, oid: &Oid) -> Result<Snapshot<'a>, Problem> {
        match self.objects.take() {
            Some(objects) => Snapshot::through(objects, self.repository, &oid.short(), oid),
            None => Snapshot::of(self.repository, &oid.short(), oid),
        }
    }

    fn judge(&mut self, oid: Oid, pushes: &[&Push]) {
        let refs: Vec<String> = pushes.iter().map(|push| name(push)).collect();
        let snapshot = match self.open(&oid) {
            Ok(snapshot) => snapshot,
            Err(problem) => return self.judging.problems.push(told(&refs.join(", "), problem)),
        };
        let Contents { names, strays } = snapshot.contents().unwrap_or_default();
        if names.is_empty() && strays.is_empty() {
            return self.without_seals(pushes, None);
        }
        let bytes = Bytes::Commit(&snapshot);
        let (repository, engine) = (self.repository, self.engine);
        let judge =
            Judge { repository, bytes, seal_source: snapshot.source(), engine, share: None };
        let mut judgements = Vec::new();
        let mut built = BTreeSet::new();
        for name in names {
            match snapshot.load(&name) {
                Ok(loaded) if is_built(&loaded) => {
                    built.insert(name.as_str().to_owned());
                    // What is in the working tree belongs to one commit, of which the first is as
                    // good a guess as any.
                    if !self.built.iter().any(|known| known.name == name) {
                        self.built.push(Built { name, loaded, source: snapshot.source() });
                    }
                }
                loaded => judgements.push(judge.judge(&name, loaded.map(Begun::from))),
            }
        }
        let judged = JudgedCommit { oid, refs, judgements, problems: strays };
        if judged.verdict() == Verdict::Pass {
            self.judging.passed.add(judged, built);
        } else {
            self.judging.failing.push(judged);
        }
    }

    /// What has no seals is no matter of ours, unless it takes those away that the remote has.
    fn without_seals(&mut self, pushes: &[&Push], instead: Option<&'static str>) {
        for push in pushes {
            let before = push.before.as_ref().map(|before| self.seals_of(push, before));
            match before.transpose() {
                Ok(Some((before, seals))) if !seals.is_empty() => {
                    self.judging.stopped.push(Stopped { name: name(push), before, seals });
                }
                Ok(_) => self.judging.unsealed.push(Unsealed { name: name(push), instead }),
                Err(problem) => self.judging.problems.push(problem),
            }
        }
    }

    /// The seals of what the remote has.
    fn seals_of(&mut self, push: &Push, before: &Named) -> Result<(Oid, Vec<String>), Problem> {
        let oid = match before {
            Named::Id(oid) => Some(*oid),
            Named::Revision(revision) => git::resolve(self.repository.root(), revision)?,
        };
        let Some(oid) = oid else { return Err(self.unknown(push)) };
        let commit = match self.commit(&oid)? {
            Ok(commit) => commit,
            Err(ObjectError::Kind(..)) => return Ok((oid, Vec::new())),
            Err(ObjectError::Missing(_)) => return Err(self.unknown(push)),
            // Opening it as a commit tells what is wrong.
            Err(_) => oid,
        };
        let snapshot = self.open(&commit)?;
        let names = snapshot.contents().unwrap_or_default().names;
        Ok((commit, names.iter().map(ToString::to_string).collect()))
    }

    fn unknown(&self, push: &Push) -> Problem {
        let fetch = match (self.remote, &*push.to) {
            (None, _) | (_, "") => "fetch it first (`git fetch`)".to_owned(),
            (Some(remote), to) => {
                let (remote, to) = (quote(remote.as_bytes()), quote(to.as_bytes()));
                format!("fetch it first: `git fetch {remote} {to}`")
            }
        };
        let message = format!(
            "{} has no seals, and whether it takes any away cannot be told: the commit that the \
             remote has is not here",
            name(push)
        );
        Problem::new("remote-unknown", message).remedy(format!("{fetch}, and push again"))
    }

    /// Reads the roots that are built, once each.
    fn finish(mut self) -> Judging {
        if self.judging.verdict() != Verdict::Pass {
            return self.judging;
        }
        for Built { name, loaded, source: seal_source } in self.built {
            let (repository, engine) = (self.repository, self.engine);
            let judge =
                Judge { repository, bytes: Bytes::Worktree, seal_source, engine, share: None };
            self.judging.built.push(judge.judge(&name, Ok(loaded.into())));
        }
        self.judging
    }
}

impl Tally {
    fn add(&mut self, judged: JudgedCommit, built: BTreeSet<String>) {
        self.commits += 1;
        self.built.extend(built);
        for judgement in judged.judgements {
            self.entries += judgement.checked;
            self.bytes += judgement.bytes;
            self.seals.insert(judgement.name);
        }
    }
}

/// A repository that only a variable names (`GIT_DIR`) is found by git and by nobody else.
fn needs_repository(repository: &Repository) -> Result<(), Problem> {
    // A bare one: what is pushed from it is in its objects.
    if repository.in_git() || repository.is_bare() {
        return Ok(());
    }
    let root = repository.root().display();
    let message = format!("{root} lies in no git repository that can be found by its .git");
    Err(Problem::new("not-a-repository", message)
        .remedy("push from the repository's own directory"))
}

fn is_built(loaded: &Loaded) -> bool {
    loaded.seal.as_ref().is_ok_and(|seal| !seal.header.tracked)
}

/// What a push is called: by its remote ref, which is what it changes.
fn name(push: &Push) -> String {
    if push.to.is_empty() { push.from.clone() } else { push.to.clone() }
}

fn told(name: &str, problem: Problem) -> Problem {
    let message = format!("{name}: {}", problem.message).into();
    Problem { message, ..problem }
}
