//! The commits that are pushed, each judged once, and what its untracked roots hold here.
//!
//! A root with any file in the commit is judged as the commit has it, whatever is in the working tree
//! and whatever its seal says of `tracked`. One that is built is in no commit: what lies in the working
//! tree is compared, read once, and never stops a push.

use std::collections::{BTreeSet, HashMap, HashSet};

use sealgate_core::compare::changes::Stated;
use sealgate_core::compare::verdict::{Source, Verdict};
use sealgate_core::seal::SealName;
use sealgate_core::text::problem::Problem;
use sealgate_git::{ObjectError, Objects, Oid};
use sealgate_scan::Engine;

use super::held::scope_changes;
use super::outcome::{JudgedCommit, Judging, Stopped, Unsealed};
use super::protocol::{Named, Push, Pushes};
use crate::ops::check::{Bytes, Judge};
use crate::report::quote;
use crate::tree::{Begun, Contents, Loaded, Repository, Snapshot};

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
    /// The conversations with git that nobody uses: each commit takes one and gives it back.
    objects: Vec<Objects>,
    built: Vec<Built>,
    /// The names of the seals in `built`.
    built_names: HashSet<SealName>,
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
        let (objects, built, built_names, judging) = Default::default();
        let mut run = Run { repository, engine, remote, objects, built, built_names, judging };
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
}

impl<'a> Run<'a> {
    fn peel(&mut self, what: &Named) -> Result<Peeled, Problem> {
        let oid = match what {
            Named::Id(oid) => *oid,
            Named::Revision(revision) => sealgate_git::resolve(self.repository.root(), revision)?
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
        let mut objects = match self.objects.pop() {
            Some(objects) => objects,
            None => Objects::open(self.repository.root())?,
        };
        let found = objects.commit(oid).map(|commit| commit.oid);
        self.objects.extend(objects.renewed());
        Ok(found)
    }

    fn open(&mut self, oid: &Oid) -> Result<Snapshot<'a>, Problem> {
        match self.objects.pop() {
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
            self.objects.extend(snapshot.into_objects());
            return self.without_seals(pushes, None);
        }
        let bytes = Bytes::Commit(&snapshot);
        let (repository, engine) = (self.repository, self.engine);
        let judge =
            Judge { repository, bytes, seal_source: snapshot.source(), engine, share: None };
        let load = |name: SealName| (snapshot.load(&name), name);
        let seals: Vec<(Result<Loaded, Problem>, SealName)> = names.into_iter().map(load).collect();
        self.hold(&snapshot, pushes, &seals);
        let mut judgements = Vec::new();
        let mut built = BTreeSet::new();
        for (loaded, name) in seals {
            match loaded.and_then(|loaded| Ok((is_built(&loaded, &snapshot)?, loaded))) {
                Ok((true, loaded)) => {
                    built.insert(name.as_str().to_owned());
                    // What is in the working tree belongs to one commit, of which the first is as
                    // good a guess as any.
                    if self.built_names.insert(name.clone()) {
                        self.built.push(Built { name, loaded, source: snapshot.source() });
                    }
                }
                judged => {
                    let begun = judged.map(|(_, loaded)| Begun::from(loaded));
                    judgements.push(judge.judge(&name, begun));
                }
            }
        }
        self.objects.extend(snapshot.into_objects());
        let judged = JudgedCommit { oid, refs, judgements, problems: strays };
        if judged.verdict() == Verdict::Pass {
            self.judging.passed.add(judged, built);
        } else {
            self.judging.failing.push(judged);
        }
    }

    /// Holds the seals of a commit against those that the remote has, ref by ref.
    fn hold(
        &mut self,
        snapshot: &Snapshot<'_>,
        pushes: &[&Push],
        seals: &[(Result<Loaded, Problem>, SealName)],
    ) {
        let stated: Vec<Stated<'_>> = seals
            .iter()
            .map(|(loaded, name)| Stated {
                name: name.as_str(),
                seal: loaded.as_ref().ok().and_then(|loaded| loaded.seal.as_ref().ok()),
            })
            .collect();
        for push in pushes {
            let Some(before) = &push.before else { continue };
            let name = name(push);
            let held = match self.commit_before(before) {
                Ok(None) => {
                    self.judging.not_held.push(name);
                    continue;
                }
                Ok(Some(Err(_not_a_commit))) => continue,
                Ok(Some(Ok(commit))) => self.open(&commit).and_then(|before| {
                    let changed = scope_changes(&name, &before, snapshot, &stated);
                    self.objects.extend(before.into_objects());
                    changed
                }),
                Err(problem) => Err(problem),
            };
            match held {
                Ok(changed) => self.judging.scope_changed.extend(changed),
                Err(problem) => self.judging.problems.push(told(&name, problem)),
            }
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

    /// The commit that the remote has, or the id of what is no commit; `None` where it is not here.
    fn commit_before(&mut self, before: &Named) -> Result<Option<Result<Oid, Oid>>, Problem> {
        let oid = match before {
            Named::Id(oid) => Some(*oid),
            Named::Revision(revision) => sealgate_git::resolve(self.repository.root(), revision)?,
        };
        let Some(oid) = oid else { return Ok(None) };
        Ok(match self.commit(&oid)? {
            Ok(commit) => Some(Ok(commit)),
            Err(ObjectError::Kind(..)) => Some(Err(oid)),
            Err(ObjectError::Missing(_)) => None,
            // Opening it as a commit tells what is wrong.
            Err(_) => Some(Ok(oid)),
        })
    }

    /// The seals of what the remote has.
    fn seals_of(&mut self, push: &Push, before: &Named) -> Result<(Oid, Vec<String>), Problem> {
        let commit = match self.commit_before(before)? {
            Some(Ok(commit)) => commit,
            Some(Err(oid)) => return Ok((oid, Vec::new())),
            None => return Err(self.unknown(push)),
        };
        let snapshot = self.open(&commit)?;
        let names = snapshot.contents().unwrap_or_default().names;
        self.objects.extend(snapshot.into_objects());
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

/// Whether the root is in no commit. What its seal says is not enough: one word in it would keep files
/// that are in the commit from being judged.
fn is_built(loaded: &Loaded, snapshot: &Snapshot<'_>) -> Result<bool, Problem> {
    match &loaded.seal {
        Ok(seal) if !seal.header.tracked => Ok(!snapshot.has_files_of(&seal.header)?),
        _ => Ok(false),
    }
}

/// What a push is called: by its remote ref, which is what it changes.
fn name(push: &Push) -> String {
    if push.to.is_empty() { push.from.clone() } else { push.to.clone() }
}

fn told(name: &str, problem: Problem) -> Problem {
    let message = format!("{name}: {}", problem.message).into();
    Problem { message, ..problem }
}
