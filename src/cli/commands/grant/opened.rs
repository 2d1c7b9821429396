//! A grant of the working tree, opened for a person: what it permits, and who has approved it.

use std::collections::{BTreeSet, HashSet};
use std::fmt::Write as _;
use std::path::Path;

use sealgate_core::approval::{
    Demand, Grant, GrantFile, Moment, POLICY_UPDATE, Policy, Procedure, REPLACE_MAP, Rule, verify,
};
use sealgate_core::seal::entry::Digest;
use sealgate_core::text::escape::printable_str;
use sealgate_core::text::problem::Problem;

use super::super::Context;
use super::super::check::authority::now;
use super::plan;
use crate::cli::args::GrantArgs;
use crate::ops::authorize::{base_policy, described, older_policies};
use crate::tree::{ApprovalFiles, CommitTree};

/// Which grants a person means.
#[derive(Debug, Clone, Copy)]
pub(super) enum Choice<'a> {
    /// The one that begins so.
    Named(&'a str),
    /// Those that the base does not have.
    New,
}

/// A grant of the working tree, and the change that it permits.
pub(super) struct Opened<'r> {
    pub(super) base: CommitTree<'r>,
    /// The policy and the grants of the base.
    pub(super) there: ApprovalFiles,
    /// Those of the working tree.
    pub(super) here: ApprovalFiles,
    /// The policy of the base.
    pub(super) policy: Policy,
    pub(super) file: GrantFile,
    pub(super) grant: Grant,
    now: Moment,
    words: String,
}

impl<'r> Opened<'r> {
    /// Opens the one grant that `arguments` name.
    pub(super) fn the_one(arguments: &GrantArgs, context: &'r Context) -> Result<Self, Problem> {
        let base = CommitTree::open(&context.repository, &arguments.between.base)?;
        let files = [base.approval_files()?, context.repository.approval_files()?];
        let choice = arguments.id.as_deref().map_or(Choice::New, Choice::Named);
        let mut chosen = chosen(choice, &files);
        let (Some(file), true) = (chosen.pop(), chosen.is_empty()) else {
            return Err(unclear(choice));
        };
        let plan = arguments.between.plan.as_deref();
        Self::new(base, files, file, plan, context)
    }

    /// Opens `file`, one of the grants of the working tree.
    pub(super) fn new(
        base: CommitTree<'r>,
        [there, here]: [ApprovalFiles; 2],
        file: GrantFile,
        plan: Option<&Path>,
        context: &'r Context,
    ) -> Result<Self, Problem> {
        let grant = Grant::read(&file.bytes).map_err(|error| {
            Problem::new("grant-invalid", error.to_string()).remedy("make a new one")
        })?;
        if Digest::of(&file.bytes).to_string() != file.id {
            let message = "the name of the file is not its digest: it was changed since";
            return Err(Problem::new("grant-invalid", message)
                .file(format!("{}.toml", file.id))
                .remedy("do not sign it; make a new one"));
        }
        // The grant has the text of its plan; a plan that is named as well must be the same.
        let stated = grant.binding.as_ref().and_then(|bound| bound.plan.clone());
        let plan = self::plan(plan, context)?.or(stated);
        let repository = &context.repository;
        let changes = described(repository, &base, &grant.action, &grant.subject, plan)?;
        let change = changes.into_iter().find(|there| there.change == grant.change);
        let words = change.map(|there| there.words).ok_or_else(|| {
            let message = "the grant permits a change that is not the one between base and here";
            Problem::new("grant-other-change", message)
                .remedy("do not sign it: nobody can tell what it permits; make a new one")
        })?;
        let policy = base_policy(&there, base.given())?;
        Ok(Self { base, there, here, policy, file, grant, now: now()?, words })
    }

    /// What a person must know before they sign.
    pub(super) fn words(&self) -> String {
        let Grant { repository, action, subject, not_before, not_after, reason, .. } = &self.grant;
        let evidence = self.grant.evidence.map_or("none".to_owned(), |digest| digest.to_string());
        let (repository, reason) = (printable_str(repository), printable_str(reason));
        let emergency = match self.grant.procedure {
            Procedure::Usual => "",
            Procedure::BreakGlass => {
                "  BREAK-GLASS: an emergency, judged by the break-glass rules alone; every report \
                 states it until a usual grant for the same follows\n"
            }
        };
        let expired = if self.now < *not_after { "" } else { " (EXPIRED: it counts no more)" };
        format!(
            "grant {}\n{emergency}  permits {action} of {}, in {repository}\n  from {not_before} until \
             {not_after}{expired}\n  under the policy {}{}\n  because {reason}\n  evidence: \
             {evidence}\n{}\n{}",
            self.file.id,
            subject.words(),
            self.grant.policy,
            if self.is_of_base() { ", that of the base" } else { ", NOT that of the base" },
            self.approvals(),
            self.words
        )
    }

    fn is_of_base(&self) -> bool {
        self.grant.policy == self.policy.digest()
    }

    /// Why a signature under it would not count; `None`, if it can.
    pub(super) fn unsignable(&self) -> Result<Option<Problem>, Problem> {
        let short = &self.file.id[..10];
        if self.now >= self.grant.not_after {
            let message = format!("the grant {short} expired at {}", self.grant.not_after);
            let problem = Problem::new("grant-expired", message);
            return Ok(Some(problem.remedy("make a new one: nobody can use this one")));
        }
        let judged = std::slice::from_ref(&self.file);
        let own = self.policy.digest();
        if self.is_of_base()
            || !older_policies(&self.base, &own, (&self.there.grants, judged))?.is_empty()
        {
            return Ok(None);
        }
        let message = format!(
            "the grant {short} is for the policy {}, which is neither that of {} nor an older one \
             of its line",
            self.grant.policy,
            self.base.given()
        );
        let problem = Problem::new("grant-other-policy", message);
        Ok(Some(problem.remedy("do not sign it; make a new one under the policy of the base")))
    }

    /// The rules that the signatures must meet, each with the policy in which it stands.
    pub(super) fn rules(&self) -> Vec<(&'static str, Rule)> {
        let Grant { action, subject, change, .. } = &self.grant;
        let demand = Demand { action: action.clone(), subject: subject.clone(), change: *change };
        let of = |whose: &'static str, policy: &Policy| -> Vec<(&'static str, Rule)> {
            policy
                .rules_of(&demand, self.grant.procedure)
                .into_iter()
                .map(|rule| (whose, rule.clone()))
                .collect()
        };
        let mut rules = of("the policy of the base", &self.policy);
        if *action == POLICY_UPDATE || (*action == REPLACE_MAP && rules.is_empty()) {
            rules.extend(self.next().iter().flat_map(|next| of("the new policy", next)));
        }
        rules
    }

    /// The policy of the working tree, if it is another.
    pub(super) fn next(&self) -> Option<Policy> {
        let bytes =
            self.here.policy.as_ref().filter(|bytes| Some(*bytes) != self.there.policy.as_ref());
        bytes.and_then(|bytes| Policy::read(bytes).ok())
    }

    /// A line for each rule: how many approve, and who has not signed.
    fn approvals(&self) -> String {
        let signed = self.signed();
        let mut lines = String::new();
        for (whose, rule) in self.rules() {
            let (have, missing): (Vec<_>, Vec<_>) =
                rule.approvers.iter().partition(|name| signed.contains(*name));
            let names = |names: &[&String]| match names {
                [] => "nobody".to_owned(),
                names => names.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(", "),
            };
            // Writing to a string cannot fail.
            let _ = writeln!(
                lines,
                "  {} of {} approvals by {whose}; signed: {}; not signed: {}",
                have.len(),
                rule.threshold,
                names(&have),
                names(&missing)
            );
        }
        if lines.is_empty() {
            lines.push_str("  no rule of the policy permits this to anybody\n");
        }
        lines
    }

    /// Whose signatures hold.
    fn signed(&self) -> BTreeSet<String> {
        let next = self.next();
        let keys = || self.policy.keys.iter().chain(next.iter().flat_map(|next| &next.keys));
        let by = |bytes: &[u8]| verify(bytes, &self.file.bytes, keys()).ok();
        let all = self.file.signatures.iter().filter_map(|file| by(&file.bytes));
        all.map(|key| key.principal.clone()).collect()
    }
}

/// The grants of the working tree that are meant.
pub(super) fn chosen(choice: Choice<'_>, [there, here]: &[ApprovalFiles; 2]) -> Vec<GrantFile> {
    let spent: HashSet<&str> = there.grants.iter().map(|there| &*there.id).collect();
    let is_meant = |file: &&GrantFile| match choice {
        Choice::Named(id) => file.id.starts_with(id),
        Choice::New => !spent.contains(&*file.id),
    };
    here.grants.iter().filter(is_meant).cloned().collect()
}

/// It is not one grant that is meant.
pub(super) fn unclear(choice: Choice<'_>) -> Problem {
    let message = match choice {
        Choice::New => {
            "there is no grant here that the base has not, or there are several".to_owned()
        }
        Choice::Named(id) => format!("{id} is the beginning of no grant here, or of several"),
    };
    Problem::new("grant-unknown", message)
        .remedy("name one that is here by its id: sealgate grant list shows them")
}
