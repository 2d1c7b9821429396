//! `doctor`: what weakens the gate here, and how each is fixed.

use sealgate_core::compare::verdict::Verdict;
use sealgate_core::text::problem::Problem;

use super::check::authority::now;
use super::init_place::{git_problem, work_tree};
use super::{Context, Outcome};
use crate::cli::args::{DoctorArgs, DoctorFormat};
use crate::ops::broken::Broken;
use crate::report::ErrorView;
use crate::report::advice::{Diagnosis, human, json};
use crate::setup::doctor::{Facts, advice, policy_facts};

pub(super) fn run(arguments: &DoctorArgs, context: &Context) -> Outcome {
    work_tree(context)?;
    let contents = context.repository.contents()?.unwrap_or_default();
    let mut problems = contents.strays;
    let mut seals = Vec::new();
    for name in &contents.names {
        match context.repository.load(name).and_then(|loaded| loaded.seal) {
            Ok(seal) => seals.push(seal),
            Err(problem) => problems.push(problem),
        }
    }
    let mut facts =
        Facts::gather(&context.repository, seals).map_err(|error| vec![git_problem(error)])?;
    facts.unread_seals = problems.iter().map(|problem| place_of(problem, &facts)).collect();
    facts.read_approved(&context.repository).unwrap_or_else(|problem| problems.push(problem));
    match policy_facts(&context.repository, now()?) {
        Ok(policy) => facts.policy = policy,
        Err(problem) => problems.push(problem),
    }
    problems.extend(facts.unread.iter().map(|unread| {
        Problem::new("not-looked-at", unread.clone())
            .remedy("give this user the right to read it, or take it out of the way")
    }));
    Broken::new(&context.repository, &context.invocation).explain_here(&mut problems);
    let diagnosis = Diagnosis {
        advice: advice(&facts),
        errors: problems.iter().map(ErrorView::new).collect(),
        seals: facts.seals.iter().map(|seal| seal.seal.name.as_str().to_owned()).collect(),
        unread_seals: facts.unread_seals.clone(),
        way: context.invocation.repository.clone().or_else(|| context.invocation.directory.clone()),
    };
    let answer = match arguments.format {
        DoctorFormat::Human => human(&diagnosis, context.terminal.screen()),
        DoctorFormat::Json => json(&diagnosis),
    };
    context.terminal.answer(&answer)?;
    if !problems.is_empty() {
        context.terminal.complain(&problems);
        return Ok(Verdict::Error);
    }
    Ok(if arguments.exit_code && !diagnosis.advice.is_empty() {
        Verdict::Fail
    } else {
        Verdict::Pass
    })
}

/// What `problem`, which is about a seal, concerns, relative to the repository root.
fn place_of(problem: &Problem, facts: &Facts) -> String {
    problem.file.as_deref().unwrap_or(&facts.seals_directory).to_owned()
}
