//! `grant use` and `grant log`: an action is checked, its grant is recorded as used, and it runs once.

use std::cell::OnceCell;
use std::fmt::Write as _;

use sealgate_core::approval::{Authorised, Exit, GrantUse, Ledger, Policy, UseEnd};
use sealgate_core::compare::verdict::Verdict;
use sealgate_core::seal::entry::Digest;
use sealgate_core::text::problem::Problem;

use super::check::authority::now;
use super::check::{Checked, check};
use super::environment::variable;
use super::grant_evidence::read_evidence;
use super::{Context, Outcome};
use crate::cli::args::{AuthorityArgs, CheckArgs, OutputArgs, UseArgs};
use crate::cli::output::ReportFile;
use crate::ops::authorize::{Asks, change_request, grant_used};
use crate::ops::grant_use::{
    OpenLedger, OperatorCommand, Spending, ledger_of, ledger_of_policy, nonce, user,
};
use crate::report::Report;
use crate::tree::CommitTree;

/// The events whose commits are not merged yet.
const OPEN_EVENTS: [&str; 2] = ["pull_request", "merge_group"];

/// Why an action does not run, or did not end well.
enum Stop {
    /// It is not authorised. The check has not reported this.
    Refused(Problem),
    /// The check gave this verdict, and reported why.
    Checked(Verdict),
    /// Nobody can tell, or something failed.
    Failed(Vec<Problem>),
}

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Self {
        Self::Failed(vec![problem])
    }
}

/// What this program itself does with a grant: it gives the verdict.
type Work<'a> = &'a dyn Fn() -> Outcome;

/// Uses the grant that `arguments` ask for, as `grant use` does, and then does `work` instead of a command.
pub(super) fn use_for(arguments: &UseArgs, context: &Context, work: Work<'_>) -> Outcome {
    told(use_grant(arguments, &OnceCell::new(), context, Some(work)), context)
}

pub(super) fn run(arguments: &UseArgs, context: &Context) -> Outcome {
    let checked = OnceCell::new();
    let outcome = use_grant(arguments, &checked, context, None);
    if arguments.is_told_as_it_goes() {
        return told(outcome, context);
    }
    let (report, files) = match (outcome, checked.into_inner()) {
        (Err(Stop::Refused(problem)), None) => (Report::refused(&problem), Vec::new()),
        (outcome, None) => return told(outcome, context),
        (outcome, Some((report, files))) => (concluded(report, outcome), files),
    };
    Ok(context.terminal.report(report, arguments.format, &files, None))
}

/// Tells how it ended, where the check was told before.
fn told(outcome: Result<(), Stop>, context: &Context) -> Outcome {
    match outcome {
        Ok(()) => Ok(Verdict::Pass),
        Err(Stop::Checked(verdict)) => Ok(verdict),
        Err(Stop::Failed(problems)) => Err(problems),
        Err(Stop::Refused(problem)) => {
            context.terminal.deny(&problem);
            Ok(Verdict::Refused)
        }
    }
}

/// The report of the check with how it ended after that.
fn concluded(report: Report, outcome: Result<(), Stop>) -> Report {
    match outcome {
        Ok(()) | Err(Stop::Checked(_)) => report,
        Err(Stop::Failed(problems)) => report.failed(&problems),
        Err(Stop::Refused(problem)) => {
            let authority = report.authority.clone();
            report.authorised(authority, &[problem])
        }
    }
}

/// The report of the check, and the files for it. A report that states a pass is written only when the use
/// is recorded and the command has ended well.
type CheckReport = OnceCell<(Report, Vec<ReportFile>)>;

/// What the check granted.
struct Granted {
    by: Authorised,
    /// The digest of the plan, as the check read it.
    plan: Option<Digest>,
}

/// What an action is done with, and where its use is recorded.
struct Using<'a> {
    arguments: &'a UseArgs,
    context: &'a Context,
    judged: &'a CommitTree<'a>,
    policy: &'a Policy,
    ledger: OpenLedger<'a>,
    command: Option<OperatorCommand<'a>>,
    work: Option<Work<'a>>,
    checked: &'a CheckReport,
}

fn use_grant(
    arguments: &UseArgs,
    checked: &CheckReport,
    context: &Context,
    work: Option<Work<'_>>,
) -> Result<(), Stop> {
    let event = variable("GITHUB_EVENT_NAME").unwrap_or_default();
    if OPEN_EVENTS.iter().any(|open| event.starts_with(open)) {
        let what = format!("what the event {event} is about");
        return Err(Stop::Refused(change_request(&what)));
    }
    let command = OperatorCommand::find(&arguments.command, &context.base)?;
    let judged = arguments.rev.as_deref().unwrap_or("HEAD");
    let judged = CommitTree::open(&context.repository, judged)?;
    let (policy, named) = ledger_of(&judged).map_err(Stop::Refused)?;
    let ledger = OpenLedger::open(&context.repository, &named)?;
    let (judged, policy) = (&judged, &policy);
    let using = Using { arguments, context, judged, policy, ledger, command, work, checked };
    let base = using.base()?;
    using.check_tip()?;
    let granted = using.check(base)?;
    if arguments.dry_run {
        let id = &granted.by.grant.to_string()[..10];
        context.terminal.say(&format!(
            "dry run: the grant {id} can be used; nothing was recorded, and nothing ran"
        ));
        return Ok(());
    }
    using.spend(&granted)?;
    using.run(&granted.by)
}

impl Using<'_> {
    /// The base that was named, or the commit of the last use in the environment.
    fn base(&self) -> Result<String, Stop> {
        if let Some(base) = &self.arguments.base {
            return Ok(base.clone());
        }
        let environment = &self.arguments.environment;
        self.ledger.last_commit(environment)?.ok_or_else(|| {
            let message =
                format!("the ledger has no use in {environment} yet, so there is no base");
            Stop::Refused(
                Problem::new("base-missing", message)
                    .remedy("name the commit from which the first use is judged: --base REV"),
            )
        })
    }

    /// Judges everything that `check --action` judges, and which grants are used.
    fn check(&self, base: String) -> Result<Granted, Stop> {
        let UseArgs { action, environment, plan, evidence, rev, reference, policy_digest, .. } =
            self.arguments;
        // A name may stand for another commit by now than the one whose tip was asked for.
        let judged = self.judged.oid().to_string();
        let (rev, seals_from) = match rev {
            Some(_) => (Some(judged), None),
            None => (None, Some(judged)),
        };
        let arguments = CheckArgs {
            rev,
            seals_from,
            base: Some(base),
            authority: AuthorityArgs {
                environment: Some(environment.clone()),
                action: Some(action.clone()),
                plan: plan.clone(),
                reference: reference.clone(),
                policy_digest: policy_digest.clone(),
                older: false,
            },
            output: OutputArgs {
                format: self.arguments.format,
                report: self.arguments.report.clone(),
            },
            ..CheckArgs::default()
        };
        let mut records = Vec::new();
        for path in evidence {
            records.push(Digest::of(&read_evidence(path, self.context)?));
        }
        let used = self.ledger.used()?;
        let asks = Asks::Use { used: &used, evidence: &records };
        let Checked { report, authorization, files, .. } =
            check(&arguments, Some(asks), self.context).map_err(Stop::Failed)?;
        let verdict = report.verdict;
        if self.arguments.is_told_as_it_goes() {
            // stdout belongs to the command.
            self.context.terminal.tell(&report);
        }
        // Nothing was there before.
        let _ = self.checked.set((report, files));
        let authorization = authorization.unwrap_or_default();
        if authorization.refusals.iter().any(|problem| problem.code == "grant-used") {
            self.tell_last_use();
        }
        match authorization.action {
            Some(by) if verdict == Verdict::Pass => Ok(Granted { by, plan: authorization.plan }),
            _ => Err(Stop::Checked(verdict.max(Verdict::Refused))),
        }
    }

    /// The last use of this action: whoever finds the grant used wants to know by whom.
    fn tell_last_use(&self) {
        // The verdict stands without it.
        let Ok(entries) = self.ledger.entries() else { return };
        let is_of = |record: &GrantUse| {
            record.action == self.arguments.action
                && record.environment == self.arguments.environment
        };
        let last = entries.iter().rev().find(|entry| entry.record.as_ref().is_some_and(is_of));
        if let Some(last) = last {
            self.context.terminal.say(&format!("the last use: {}", last.line().trim_end()));
        }
    }

    /// Refuses a commit that is not the tip of a branch of the environment where the ledger is.
    fn check_tip(&self) -> Result<(), Stop> {
        let judged = self.judged.oid().to_string();
        let Some(environment) = self.policy.environment(&self.arguments.environment) else {
            // The check refuses it.
            return Ok(());
        };
        let mut found = Vec::new();
        let mut unknown = None;
        for branch in &environment.branches {
            match self.ledger.tip(&self.context.repository, branch) {
                Ok(tip) if tip == judged => return Ok(()),
                Ok(tip) => found.push(format!("{branch} is at {}", &tip[..10])),
                Err(problem) if problem.code == "ref-unknown" => unknown = Some(problem),
                Err(problem) => return Err(problem.into()),
            }
        }
        if let (Some(problem), true) = (unknown, found.is_empty()) {
            return Err(Stop::Refused(problem));
        }
        let message = format!(
            "the commit {} is not the tip of a branch of {}, where the ledger is: {}",
            &judged[..10],
            self.arguments.environment,
            found.join(", ")
        );
        Err(Stop::Refused(
            Problem::new("tip-differs", message)
                .remedy("push the commit, or fetch the branch and use the grant on its tip"),
        ))
    }

    /// Records that the grant is used. After this, the action may run once.
    fn spend(&self, Granted { by: granted, plan }: &Granted) -> Result<(), Stop> {
        let record = GrantUse {
            grant: granted.grant,
            repository: self.policy.repository.clone(),
            action: self.arguments.action.clone(),
            environment: self.arguments.environment.clone(),
            commit: self.judged.oid().to_string(),
            plan: *plan,
            by: user(variable, || sealgate_git::identity(self.context.repository.root())),
            at: now()?,
            has_command: self.command.is_some() || self.work.is_some(),
            nonce: nonce()?,
        };
        let id = &granted.grant.to_string()[..10];
        match self.ledger.spend(&record)? {
            Spending::Spent => {}
            Spending::UsedBefore => {
                self.tell_last_use();
                let how = ": another run recorded it first";
                return Err(Stop::Refused(grant_used(&granted.grant, how)));
            }
            Spending::Unclear(why) => {
                let message =
                    format!("whether this run recorded the use of {id} is not clear: {why}");
                return Err(Problem::new("use-unclear", message)
                    .remedy("the action did not run; sealgate grant log shows what is recorded, and a new grant is needed")
                    .into());
            }
        }
        self.context.terminal.say(&format!(
            "the grant {id} is used now, recorded in the ledger ({})",
            self.ledger.reach()
        ));
        if self.command.is_none() && self.work.is_none() && self.arguments.is_told_as_it_goes() {
            self.context.terminal.answer(record.to_text().as_bytes())?;
        }
        Ok(())
    }

    /// Runs the command or does the work, if there is one, and records how it ended.
    fn run(&self, granted: &Authorised) -> Result<(), Stop> {
        if let Some(work) = self.work {
            let outcome = work();
            let verdict = outcome.as_ref().map_or(Verdict::Error, |verdict| *verdict);
            let ended = self.end(granted, Exit::Code(verdict.exit_code().into()));
            return match (outcome, ended) {
                (Ok(Verdict::Pass), Ok(())) => Ok(()),
                (Ok(verdict), Ok(())) => Err(Stop::Checked(verdict)),
                (Ok(_), Err(problem)) => Err(problem.into()),
                (Err(mut problems), ended) => {
                    problems.extend(ended.err());
                    Err(Stop::Failed(problems))
                }
            };
        }
        let Some(command) = &self.command else { return Ok(()) };
        let mut problems = Vec::new();
        let exit = command.run().unwrap_or_else(|problem| {
            problems.push(problem);
            Exit::NotStarted
        });
        if problems.is_empty() && exit != Exit::Code(0) {
            let message = format!("the command of {} failed: {exit}", self.arguments.action);
            problems.push(Problem::new("command-failed", message).remedy(
                "the grant is used; see what was done, and make a new grant for what is left",
            ));
        }
        problems.extend(self.end(granted, exit).err());
        if !problems.is_empty() {
            return Err(Stop::Failed(problems));
        }
        let message = format!("{} ended: {exit}", self.arguments.action);
        self.context.terminal.say(&message);
        Ok(())
    }

    /// Records how the action ended.
    fn end(&self, granted: &Authorised, exit: Exit) -> Result<(), Problem> {
        self.ledger.end(&UseEnd { grant: granted.grant, exit, at: now()?, nonce: nonce()? })
    }
}

/// The uses in the ledger of the policy that is here.
pub(super) fn log(context: &Context) -> Result<String, Problem> {
    let repository = &context.repository;
    let bytes = repository.approval_files()?.policy;
    let (_, named) = ledger_of_policy(bytes.as_deref(), "the policy here")?;
    let ledger = OpenLedger::open(repository, &named)?;
    let mut out = String::new();
    for entry in ledger.entries()? {
        out.push_str(&entry.line());
    }
    if out.is_empty() {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "no grant is recorded as used in the ledger {}", named.as_str());
    }
    if named == Ledger::Local {
        let _ = writeln!(out, "({})", ledger.reach());
    }
    Ok(out)
}
