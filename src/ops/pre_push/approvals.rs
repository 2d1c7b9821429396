//! What the policy of the remote says of a push, and which emergencies are in it. It stops no push:
//! whoever approves a change must be able to fetch it first. CI refuses what is not granted.

use std::collections::HashSet;

use sealgate_core::approval::Moment;
use sealgate_core::compare::changes::SealRef;
use sealgate_core::text::problem::Problem;
use sealgate_git::{Objects, Oid};

use super::protocol::{Named, Push, Pushes};
use crate::ops::authorize::{
    Authorization, Question, Reference, StandIn, Surroundings, clear, emergencies, program,
    stand_in,
};
use crate::report::Notice;
use crate::tree::{CommitTree, Loaded, Workspace};

/// Of how many changes the policy is asked.
const MOST_REFS: usize = 8;

/// How many reasons are stated for a ref.
const MOST_REASONS: usize = 5;

/// What the policy states of a push to one ref.
#[derive(Default)]
struct Answer {
    /// Why CI will refuse it.
    refusals: Vec<Problem>,
    /// The emergencies that no usual grant has followed.
    emergencies: Vec<Notice>,
}

/// A line for each emergency in what is pushed, and for each reason why CI will refuse it. The `spare`
/// conversations with git are used.
#[must_use]
pub fn unapproved(
    pushes: &Pushes,
    repository: &Workspace,
    now: Moment,
    spare: Vec<Objects>,
) -> Vec<String> {
    let mut lines = Vec::new();
    let mut asking = Asking { repository, now, spare };
    let mut asked = HashSet::new();
    for push in &pushes.list {
        let Named::Id(oid) = &push.what else { continue };
        let before = match &push.before {
            Some(Named::Id(before)) => before.to_string(),
            Some(Named::Revision(_)) | None => push.to.clone(),
        };
        // Of refs that lead from one commit to one other, the first is asked.
        if asked.len() == MOST_REFS || !asked.insert((oid.to_string(), before)) {
            continue;
        }
        let answer = asking
            .answer(push, oid)
            .unwrap_or_else(|problem| Answer { refusals: vec![problem], ..Answer::default() });
        for emergency in &answer.emergencies {
            let line = format!("sealgate: {}", emergency.message);
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
        let more = answer.refusals.len().saturating_sub(MOST_REASONS);
        for problem in answer.refusals.iter().take(MOST_REASONS) {
            lines.push(line(push, problem));
        }
        if more > 0 {
            lines.push(format!("sealgate: {}: {more} more reasons", push.to));
        }
    }
    lines
}

fn line(push: &Push, problem: &Problem) -> String {
    let next = problem.remedy.as_ref().map_or(String::new(), |remedy| format!("; next: {remedy}"));
    format!("sealgate: by the policy, CI will refuse {}: {}{next}", push.to, problem.message)
}

/// Asks the policy of one ref after the other, through the same conversations with git.
struct Asking<'r> {
    repository: &'r Workspace,
    now: Moment,
    /// The conversations with git that nobody uses.
    spare: Vec<Objects>,
}

impl<'r> Asking<'r> {
    /// What the policy states of the push; nothing without a policy.
    fn answer(&mut self, push: &Push, oid: &Oid) -> Result<Answer, Problem> {
        // What is no commit has no seals, and was judged as such.
        let Ok(judged) = self.open(oid) else { return Ok(Answer::default()) };
        let base = self.base(push, &judged)?;
        let answer = match &base {
            Some(base) if base.has_policy() => self.judge(base, &judged).map(answer_of),
            _ if judged.has_policy() => judged
                .approval_files()
                .map(|files| Answer { emergencies: emergencies(&files), ..Answer::default() }),
            _ => Ok(Answer::default()),
        };
        self.spare.extend(base.and_then(CommitTree::into_objects));
        self.spare.extend(judged.into_objects());
        answer
    }

    fn open(&mut self, oid: &Oid) -> Result<CommitTree<'r>, Problem> {
        CommitTree::through(&mut self.spare, self.repository, &oid.to_string(), oid)
    }

    /// What the remote has, or the commit at which a new branch left those of the policy.
    fn base(
        &mut self,
        push: &Push,
        judged: &CommitTree<'r>,
    ) -> Result<Option<CommitTree<'r>>, Problem> {
        if let Some(Named::Id(before)) = &push.before {
            // One that is not here cannot be asked; git refuses such a push unless it is forced.
            return Ok(self.open(before).ok());
        }
        if !judged.has_policy() {
            return Ok(None);
        }
        let reference = Reference::parse(&push.to);
        let around =
            Surroundings { default_branch: None, reference: reference.as_ref(), environment: None };
        match stand_in(self.repository, Some(judged), &around)? {
            StandIn::Commit { base, .. } => Ok(Some(*base)),
            StandIn::NotNeeded => Ok(None),
        }
    }

    fn judge(
        &self,
        base: &CommitTree<'_>,
        judged: &CommitTree<'_>,
    ) -> Result<Authorization, Problem> {
        let names = judged.contents().unwrap_or_default().names;
        let loaded: Vec<Loaded> =
            names.iter().map(|name| judged.load(name)).collect::<Result<_, Problem>>()?;
        let seals: Vec<SealRef<'_>> = names
            .iter()
            .zip(&loaded)
            .map(|(name, loaded)| SealRef { name: name.as_str(), seal: loaded.seal.as_ref().ok() })
            .collect();
        let question = Question {
            base,
            judged: Some(judged),
            policy_digest: None,
            seals: &seals,
            patterns: &[],
            environment: None,
            now: self.now,
            program: &program(self.repository),
        };
        Ok(clear(self.repository, &question))
    }
}

fn answer_of(authorization: Authorization) -> Answer {
    let Authorization { refusals, emergencies, .. } = authorization;
    Answer { refusals, emergencies: emergencies.unwrap_or_default() }
}
