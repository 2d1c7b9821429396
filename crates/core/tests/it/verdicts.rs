//! The verdict, over all combinations of what it depends on.

use sealgate_core::compare::changes::{OnReseal, Reseal, ScopeChange};
use sealgate_core::compare::finding::{Finding, FindingKind};
use sealgate_core::compare::verdict::{Base, SealResult, Source, Verdict, overall};
use sealgate_core::text::problem::Problem;

/// The result of a seal, of which so many entries were judged.
fn result(
    checked: u64,
    taken: Option<u64>,
    finding: Option<FindingKind>,
    problem: bool,
) -> SealResult {
    let findings = finding.map(|kind| Finding::new(kind, b"a")).into_iter().collect();
    let problems = if problem { vec![Problem::new("x", "y")] } else { Vec::new() };
    let new = SealResult::new("dist", Source::Worktree, Source::Worktree);
    SealResult { checked, taken, findings, problems, ..new }
}

#[test]
fn the_verdict_on_a_seal_is_a_pass_only_if_nothing_speaks_against_it() {
    let kinds = FindingKind::ALL.map(Some).into_iter().chain([None]);
    let mut passes = Vec::new();
    for finding in kinds {
        for (checked, taken) in [(0, None), (0, Some(0)), (0, Some(1)), (1, None), (1, Some(1))] {
            for (problem, allowed) in [(false, false), (false, true), (true, false), (true, true)] {
                let result = result(checked, taken, finding, problem);
                let unjudged = finding.is_some_and(FindingKind::is_error);
                let nothing = checked == 0 && taken != Some(0);
                let expected = match (unjudged || problem || nothing, finding.is_some() || !allowed)
                {
                    (true, _) => Verdict::Error,
                    (false, true) => Verdict::Fail,
                    (false, false) => Verdict::Pass,
                };
                let case = (checked, taken, finding, problem, allowed);
                assert_eq!(result.verdict_where(allowed), expected, "{case:?}");
                if expected == Verdict::Pass {
                    passes.push((checked, taken));
                }
            }
        }
    }
    assert_eq!(passes, [(0, Some(0)), (1, None), (1, Some(1))]);
}

/// The results of the seals, the base, other problems, and the verdict on all of it.
type Case<'c> = (&'c [SealResult], Option<Base>, &'c [Problem], Verdict);

#[test]
fn the_verdict_on_a_run_is_the_heaviest_and_never_a_pass_of_nothing() {
    let pass = || result(1, None, None, false);
    let fail = || result(1, None, Some(FindingKind::Modified), false);
    let error = || result(0, None, None, false);
    let gone = |allowed| Base {
        source: Source::Worktree,
        on_reseal: OnReseal::Entries,
        deleted: vec![Reseal {
            name: "gone".to_owned(),
            root: "gone".to_owned(),
            new: false,
            scope: vec![ScopeChange::Deleted],
            build: None,
            exclude: Vec::new(),
            changes: Vec::new(),
            allowed,
        }],
    };
    let problem = [Problem::new("x", "y")];
    let cases: [Case<'_>; 11] = [
        (&[], None, &[], Verdict::Error),
        (&[], Some(gone(false)), &[], Verdict::Error),
        (&[pass()], None, &[], Verdict::Pass),
        (&[pass(), fail(), pass()], None, &[], Verdict::Fail),
        (&[fail(), error(), pass()], None, &[], Verdict::Error),
        (&[pass()], Some(gone(true)), &[], Verdict::Pass),
        (&[pass()], Some(gone(false)), &[], Verdict::Fail),
        (&[error()], Some(gone(false)), &[], Verdict::Error),
        (&[pass()], None, &problem, Verdict::Error),
        (&[pass()], Some(gone(false)), &problem, Verdict::Error),
        (&[fail()], Some(gone(true)), &problem, Verdict::Error),
    ];
    for (at, (results, base, problems, expected)) in cases.into_iter().enumerate() {
        assert_eq!(overall(results, base.as_ref(), problems), expected, "case {at}");
    }
}

#[test]
fn a_verdict_has_a_word_and_an_exit_code() {
    let words = [Verdict::Pass, Verdict::Refused, Verdict::Fail, Verdict::Error]
        .map(|verdict| (verdict.code(), verdict.exit_code()));
    assert_eq!(words, [("pass", 0), ("refused", 1), ("fail", 1), ("error", 2)]);
}
