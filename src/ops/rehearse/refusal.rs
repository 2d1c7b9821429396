//! Why a change is not proven: the code of a broken rule, what breaks it, and what to do.

use std::fmt::Write as _;

use sealgate_core::seal::quoted;
use sealgate_core::text::problem::Problem;
use sealgate_rehearse::plan::AllowanceKind;
use sealgate_rehearse::proof::{Finding, Rule, can_be_allowed};

use crate::report::text;

/// The most lines that are offered for a plan.
const MOST_ALLOWANCES: usize = 10;

/// How many of the places that break a rule a sentence names.
const NAMED: usize = 3;

/// What a reader gets of a broken rule, beside the places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    /// The code of the error.
    pub(super) code: &'static str,
    /// What to do.
    pub(super) remedy: String,
    /// The lines for the plan, if the differences are meant.
    pub(super) allow: Option<String>,
}

impl Refusal {
    /// That of `finding`, which does not hold.
    pub(super) fn of(finding: &Finding, is_inside: &dyn Fn(&str) -> bool) -> Self {
        let (remedy, allow) = advice(finding, is_inside);
        Self { code: code(finding.rule), remedy, allow }
    }
}

/// `finding`, which does not hold, as a problem.
pub(super) fn refused(finding: &Finding, is_inside: &dyn Fn(&str) -> bool) -> Problem {
    let Refusal { code, remedy, allow } = Refusal::of(finding, is_inside);
    let paths: Vec<&str> = finding.places.iter().map(|(place, _)| &*place.path).collect();
    let places =
        if paths.is_empty() { String::new() } else { format!(": {}", text::listed(&paths, NAMED)) };
    let lines = allow.map_or(String::new(), |lines| format!("\n{}", lines.trim_end()));
    Problem::new(code, format!("{}{places}", finding.rule.meaning(false)))
        .remedy(format!("{remedy}{lines}"))
}

/// The code of the error that a broken `rule` is.
fn code(rule: Rule) -> &'static str {
    match rule {
        Rule::ApplyChanges | Rule::TransactionChanges => "apply-changed-nothing",
        Rule::ApplyStaysInside => "outside-surface",
        Rule::RollbackRestores => "rollback-differs",
        Rule::ReapplyRepeats | Rule::SnapshotApplyRepeats => "reapply-differs",
        Rule::TransactionRollsBack => "transaction-differs",
        Rule::SnapshotChangesNothing => "snapshot-changed",
        Rule::DamageIsDone => "damage-not-done",
        Rule::RestoreRestores => "restore-differs",
        Rule::SourceIsUnchanged => "not-deterministic",
    }
}

/// What to do about a broken rule, and the lines for the plan if it is meant.
fn advice(finding: &Finding, is_inside: &dyn Fn(&str) -> bool) -> (String, Option<String>) {
    let Some(kind) = finding.rule.allowance() else {
        let text = match finding.rule {
            Rule::ApplyChanges | Rule::TransactionChanges => "correct the script of `apply`",
            Rule::TransactionRollsBack => {
                "the script does what no transaction takes back: set `transaction = false`, with a reason"
            }
            Rule::SnapshotChangesNothing => "correct the command of `snapshot`",
            Rule::RestoreRestores => "correct the commands of `snapshot` and `restore`",
            Rule::DamageIsDone => {
                "the copy could not be damaged, so that its restore proves nothing"
            }
            _ => "see who else writes the copies: `--scratch DIR` names another place for them",
        };
        return (text.to_owned(), None);
    };
    let mut paths: Vec<&str> = Vec::new();
    for (place, _) in &finding.places {
        let above = place.path.split_once("/rows/").map(|(table, _)| table.len() + "/rows".len());
        let path = &place.path[..above.unwrap_or(place.path.len())];
        if can_be_allowed(kind, place, is_inside) && !paths.contains(&path) {
            paths.push(path);
        }
    }
    let script = if kind == AllowanceKind::Left { "rollback" } else { "apply" };
    if paths.is_empty() {
        let text = format!("correct the script of `{script}`: what is under seal must come back");
        return (text, None);
    }
    let mut lines = String::new();
    for path in paths.iter().take(MOST_ALLOWANCES) {
        let (what, path) = (kind.word(), quoted(path));
        // Writing to a string cannot fail.
        let _ = write!(lines, "[[allow]]\nwhat = \"{what}\"\npath = {path}\nreason = \"...\"\n");
    }
    let hidden = paths.len().saturating_sub(MOST_ALLOWANCES);
    let more =
        if hidden > 0 { format!(" ({hidden} more paths need such lines)") } else { String::new() };
    let rest = finding.places.iter().any(|(place, _)| !can_be_allowed(kind, place, is_inside));
    let must = if rest { ", for what is under seal must come back" } else { "" };
    let text = format!(
        "correct the script of `{script}`{must}; or, where it is meant, add to the plan and seal it{more}:"
    );
    (text, Some(lines))
}

#[cfg(test)]
mod tests {
    use sealgate_core::text::codes::CODES;
    use sealgate_rehearse::state::{Change, Class, Place};

    use super::*;

    const INSIDE: &str = "reg/t/rows/1";
    const OUTSIDE: &str = "reg/log/rows/1";

    fn broken(rule: Rule, paths: &[&str]) -> Finding {
        let place = |path: &&str| (Place::new(path, Class::in_database(path)), Change::Changed);
        Finding {
            rule,
            holds: false,
            places: paths.iter().map(place).collect(),
            noticed: Vec::new(),
            unharmed: Vec::new(),
        }
    }

    fn problem(rule: Rule, paths: &[&str]) -> Problem {
        refused(&broken(rule, paths), &|path| path.starts_with("reg/t/"))
    }

    #[test]
    fn each_broken_rule_has_its_code() {
        let cases = [
            (Rule::ApplyChanges, "apply-changed-nothing"),
            (Rule::TransactionChanges, "apply-changed-nothing"),
            (Rule::ApplyStaysInside, "outside-surface"),
            (Rule::RollbackRestores, "rollback-differs"),
            (Rule::ReapplyRepeats, "reapply-differs"),
            (Rule::SnapshotApplyRepeats, "reapply-differs"),
            (Rule::TransactionRollsBack, "transaction-differs"),
            (Rule::SnapshotChangesNothing, "snapshot-changed"),
            (Rule::DamageIsDone, "damage-not-done"),
            (Rule::RestoreRestores, "restore-differs"),
            (Rule::SourceIsUnchanged, "not-deterministic"),
        ];
        for (rule, code) in cases {
            let problem = problem(rule, &[OUTSIDE]);
            assert_eq!(problem.code, code);
            assert!(problem.message.ends_with(&format!(": {OUTSIDE}")), "{problem:?}");
            assert!(problem.remedy.as_ref().is_some_and(|text| text.len() > 20), "{problem:?}");
            assert!(CODES.iter().copied().flatten().any(|known| known.code == code), "{code}");
        }
    }

    #[test]
    fn the_lines_for_a_plan_are_offered_where_an_allowance_may_be() {
        let cases = [
            (Rule::ApplyStaysInside, "outside", true, true),
            (Rule::RollbackRestores, "left", true, false),
            (Rule::ReapplyRepeats, "varies", true, true),
            (Rule::SnapshotApplyRepeats, "varies", true, true),
            (Rule::RestoreRestores, "", false, false),
            (Rule::SnapshotChangesNothing, "", false, false),
            (Rule::SourceIsUnchanged, "", false, false),
        ];
        for (rule, what, outside, inside) in cases {
            for (path, table, is_offered) in
                [(OUTSIDE, "reg/log/rows", outside), (INSIDE, "reg/t/rows", inside)]
            {
                let remedy = problem(rule, &[path]).remedy.unwrap_or_default();
                let line =
                    format!("[[allow]]\nwhat = \"{what}\"\npath = \"{table}\"\nreason = \"...\"");
                assert_eq!(remedy.contains(&line), is_offered, "{rule:?} {path}: {remedy}");
            }
        }
    }
}
