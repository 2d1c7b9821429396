use sealgate_core::seal::path::EntryPath;

use super::*;

type Lines = &'static [(&'static str, &'static str)];

const BEFORE: Lines = &[
    ("main/+sequences/t.value", "1"),
    ("main/log/rows/+aa", "1"),
    ("main/t/+table", "1"),
    ("main/t/rows/1", "1"),
];
const AFTER: Lines = &[
    ("main/+sequences/t.value", "1"),
    ("main/log/rows/+aa", "1"),
    ("main/t/+table", "2"),
    ("main/t/rows/1", "2"),
];
const DAMAGED: Lines = &[("main/+sequences/t.value", "9"), ("main/t/+table", "9")];

fn state(lines: Lines) -> State {
    State::from_lines(lines.iter().map(|line| placed(*line)))
}

fn placed((path, text): (&str, &str)) -> (Place, String) {
    (Place::new(path, Class::in_database(path)), text.to_owned())
}

fn honest() -> Moments {
    let (before, after) = (state(BEFORE), state(AFTER));
    Moments {
        before: before.clone(),
        transaction: Some([after.clone(), before.clone()]),
        applied: after.clone(),
        rolled_back: before.clone(),
        reapplied: after.clone(),
        snapshot: SnapshotMoments {
            taken: before.clone(),
            applied: after,
            damaged: state(DAMAGED),
            restored: before.clone(),
        },
        again: before,
    }
}

/// The state with another text at `path`, which may be a new one.
fn with(lines: Lines, path: &'static str, text: &'static str) -> State {
    let kept = lines.iter().copied().filter(|(known, _)| *known != path);
    State::from_lines(kept.chain([(path, text)]).map(placed))
}

fn is_inside(path: &str) -> bool {
    path.starts_with("main/t/")
}

fn allowance(kind: AllowanceKind, path: &str) -> Allowance {
    Allowance { kind, path: EntryPath::parse(path).unwrap(), reason: "because".to_owned() }
}

/// As a database is judged that takes back everything with a transaction.
fn judging(allowances: &[Allowance]) -> Judging<'_> {
    Judging { allowances, is_inside: &is_inside, meta: MetaRule::Notice, sequences_roll_back: true }
}

/// The rules that do not hold, each with the paths that break it, or the classes.
fn broken(moments: &Moments, allowances: &[Allowance]) -> Vec<(&'static str, Vec<String>)> {
    broken_by(moments, judging(allowances))
}

fn broken_by(moments: &Moments, judging: Judging<'_>) -> Vec<(&'static str, Vec<String>)> {
    let proof = prove(moments, judging);
    let broken: Vec<_> = proof.findings.iter().filter(|finding| !finding.holds).collect();
    assert_eq!(proof.holds(), broken.is_empty());
    let names = |finding: &Finding| {
        let paths = finding.places.iter().map(|(place, _)| place.path.clone());
        paths.chain(finding.unharmed.iter().map(|class| class.word().to_owned())).collect()
    };
    broken.into_iter().map(|finding| (finding.rule.word(), names(finding))).collect()
}

fn one(rule: &'static str, paths: &[&str]) -> Vec<(&'static str, Vec<String>)> {
    vec![(rule, paths.iter().map(ToString::to_string).collect())]
}

#[test]
fn an_honest_change_is_proven() {
    assert_eq!(broken(&honest(), &[]), []);
    assert_eq!(broken(&Moments { transaction: None, ..honest() }, &[]), []);
}

#[test]
fn each_moment_that_is_not_as_it_must_be_breaks_its_own_rule() {
    const LEFT: &str = "main/t/rows/2";
    let snapshot = || honest().snapshot;
    let cases = [
        (
            Moments { rolled_back: with(BEFORE, LEFT, "1"), ..honest() },
            one("rollback-restores", &[LEFT]),
        ),
        (
            Moments { rolled_back: with(BEFORE, "main/t/+table", "2"), ..honest() },
            one("rollback-restores", &["main/t/+table"]),
        ),
        (
            Moments { reapplied: with(AFTER, LEFT, "1"), ..honest() },
            one("reapply-repeats", &[LEFT]),
        ),
        (
            Moments { again: with(BEFORE, LEFT, "1"), ..honest() },
            one("source-is-unchanged", &[LEFT]),
        ),
        (
            Moments { transaction: Some([state(BEFORE), state(BEFORE)]), ..honest() },
            one("transaction-changes", &[]),
        ),
        (
            Moments { transaction: Some([state(AFTER), with(BEFORE, LEFT, "1")]), ..honest() },
            one("transaction-rolls-back", &[LEFT]),
        ),
        (
            Moments {
                snapshot: SnapshotMoments { taken: with(BEFORE, LEFT, "1"), ..snapshot() },
                ..honest()
            },
            one("snapshot-changes-nothing", &[LEFT]),
        ),
        (
            Moments {
                snapshot: SnapshotMoments { applied: with(AFTER, LEFT, "1"), ..snapshot() },
                ..honest()
            },
            one("snapshot-apply-repeats", &[LEFT]),
        ),
        (
            Moments {
                snapshot: SnapshotMoments { damaged: state(AFTER), ..snapshot() },
                ..honest()
            },
            one("damage-is-done", &["rows", "schema", "sequences"]),
        ),
        (
            Moments {
                snapshot: SnapshotMoments {
                    damaged: with(AFTER, "main/t/rows/1", "9"),
                    ..snapshot()
                },
                ..honest()
            },
            one("damage-is-done", &["schema", "sequences"]),
        ),
        (
            Moments {
                snapshot: SnapshotMoments { restored: with(BEFORE, LEFT, "1"), ..snapshot() },
                ..honest()
            },
            one("restore-restores", &[LEFT]),
        ),
    ];
    for (moments, expected) in cases {
        assert_eq!(broken(&moments, &[]), expected);
    }
}

#[test]
fn a_change_of_nothing_is_never_proven() {
    let idle = Moments {
        applied: state(BEFORE),
        reapplied: state(BEFORE),
        snapshot: SnapshotMoments { applied: state(BEFORE), ..honest().snapshot },
        ..honest()
    };
    assert_eq!(broken(&idle, &[]), one("apply-changes", &[]));
}

#[test]
fn what_is_touched_outside_must_be_allowed() {
    const LOG: &str = "main/log/rows/+aa";
    let after = with(AFTER, LOG, "2");
    let moments = Moments {
        applied: after.clone(),
        reapplied: after.clone(),
        rolled_back: with(BEFORE, LOG, "2"),
        snapshot: SnapshotMoments { applied: after, ..honest().snapshot },
        ..honest()
    };
    let outside = allowance(AllowanceKind::Outside, "main/log/rows");
    let left = allowance(AllowanceKind::Left, "main/log");
    let both = [one("apply-stays-inside", &[LOG]), one("rollback-restores", &[LOG])].concat();
    assert_eq!(broken(&moments, &[]), both);
    assert_eq!(broken(&moments, std::slice::from_ref(&outside)), both[1..]);
    assert_eq!(broken(&moments, std::slice::from_ref(&left)), both[..1]);
    assert_eq!(broken(&moments, &[outside.clone(), left.clone()]), []);
    assert_eq!(prove(&moments, judging(&[outside, left])).used, [1, 1]);
    // A name that only begins alike is another path.
    let beside = allowance(AllowanceKind::Outside, "main/lo");
    assert_eq!(broken(&moments, &[beside]), both);
}

#[test]
fn what_a_rollback_leaves_in_the_surface_is_never_allowed() {
    let left = allowance(AllowanceKind::Left, "main/t");
    let moments = Moments { rolled_back: with(BEFORE, "main/t/rows/2", "1"), ..honest() };
    assert_eq!(broken(&moments, &[left]), one("rollback-restores", &["main/t/rows/2"]));
    // But for the value of a sequence, whatever the surface is.
    let moments = Moments { rolled_back: with(BEFORE, "main/+sequences/t.value", "2"), ..honest() };
    let left = allowance(AllowanceKind::Left, "main/+sequences/t.value");
    let everything = |_: &str| true;
    let judging = Judging { is_inside: &everything, ..judging(&[]) };
    assert_eq!(broken_by(&moments, Judging { allowances: &[left], ..judging }), []);
}

#[test]
fn what_differs_each_time_is_allowed_between_two_applications_alone() {
    let moments = Moments {
        reapplied: with(AFTER, "main/t/rows/1", "3"),
        snapshot: SnapshotMoments {
            applied: with(AFTER, "main/t/rows/1", "4"),
            ..honest().snapshot
        },
        ..honest()
    };
    let varies = allowance(AllowanceKind::Varies, "main/t/rows/1");
    assert_eq!(broken(&moments, std::slice::from_ref(&varies)), []);
    assert_eq!(prove(&moments, judging(std::slice::from_ref(&varies))).used, [2]);
    let moments = Moments { rolled_back: with(BEFORE, "main/t/rows/1", "3"), ..honest() };
    assert_eq!(broken(&moments, &[varies]), one("rollback-restores", &["main/t/rows/1"]));
}

#[test]
fn each_rule_names_its_sides() {
    let proof = prove(&honest(), judging(&[]));
    let sides: Vec<String> = proof
        .findings
        .iter()
        .map(|finding| {
            let (left, op, right) = finding.rule.sides();
            format!("{left} {op} {right}")
        })
        .collect();
    let expected = [
        "A1 != B0",
        "A1 within B0",
        "R = B0",
        "A2 = A1",
        "I != B0",
        "B1 = B0",
        "S0 = B0",
        "S1 = A1",
        "D != S1",
        "S2 = B0",
        "B2 = B0",
    ];
    assert_eq!(sides, expected);
    assert!(proof.finding(Rule::RestoreRestores).is_some_and(|finding| finding.holds));
}

/// `moments` with another mode of a file in each of them.
fn with_meta(moments: Moments, modes: [&'static str; 4]) -> Moments {
    let meta = |state: State, mode: &str| {
        state.with([(Place::new("main/t/rows/1", Class::Meta), mode.to_owned())])
    };
    let [before, applied, rolled_back, damaged] = modes;
    let Moments { snapshot, .. } = moments.clone();
    Moments {
        before: meta(moments.before, before),
        transaction: None,
        applied: meta(moments.applied, applied),
        rolled_back: meta(moments.rolled_back, rolled_back),
        reapplied: meta(moments.reapplied, applied),
        snapshot: SnapshotMoments {
            taken: meta(snapshot.taken, before),
            applied: meta(snapshot.applied, applied),
            damaged: meta(snapshot.damaged, damaged),
            restored: meta(snapshot.restored, before),
        },
        again: meta(moments.again, before),
    }
}

#[test]
fn modes_and_times_are_noted_or_count_as_the_plan_says() {
    const PATH: &str = "main/t/rows/1";
    let exact = Judging { meta: MetaRule::Exact, ..judging(&[]) };
    let cases = [
        (["a", "b", "a", "c"], vec![], vec![]),
        (["a", "b", "c", "d"], vec![], one("rollback-restores", &[PATH])),
        (["a", "a", "a", "a"], vec![], one("damage-is-done", &["meta"])),
    ];
    for (modes, by_notice, by_exact) in cases {
        let moments = with_meta(honest(), modes);
        assert_eq!(broken(&moments, &[]), by_notice, "{modes:?}");
        assert_eq!(broken_by(&moments, exact), by_exact, "{modes:?}");
    }
    let moments = with_meta(honest(), ["a", "b", "c", "d"]);
    let proof = prove(&moments, judging(&[]));
    let noticed = &proof.finding(Rule::RollbackRestores).unwrap().noticed;
    assert_eq!(*noticed, [(Place::new(PATH, Class::Meta), Change::Changed)]);
    let idle = Moments {
        applied: state(BEFORE),
        reapplied: state(BEFORE),
        snapshot: SnapshotMoments { applied: state(BEFORE), ..honest().snapshot },
        ..honest()
    };
    let touched = with_meta(idle, ["a", "b", "a", "c"]);
    assert_eq!(broken(&touched, &[]), one("apply-changes", &[]));
    assert_eq!(broken_by(&touched, exact), []);
}

#[test]
fn sequences_that_survive_a_transaction_are_noted() {
    const SEQUENCE: &str = "main/+sequences/t.value";
    let after = with(BEFORE, SEQUENCE, "2");
    let moments = Moments { transaction: Some([state(AFTER), after]), ..honest() };
    assert_eq!(broken(&moments, &[]), one("transaction-rolls-back", &[SEQUENCE]));
    let surviving = Judging { sequences_roll_back: false, ..judging(&[]) };
    assert_eq!(broken_by(&moments, surviving), []);
    let proof = prove(&moments, surviving);
    let noticed = &proof.finding(Rule::TransactionRollsBack).unwrap().noticed;
    assert_eq!(*noticed, [(Place::new(SEQUENCE, Class::Sequences), Change::Changed)]);
    // Nowhere else.
    let moments = Moments { rolled_back: with(BEFORE, SEQUENCE, "2"), ..honest() };
    assert_eq!(broken_by(&moments, surviving), one("rollback-restores", &[SEQUENCE]));
}

#[test]
fn an_allowance_covers_its_path_and_what_is_below() {
    let allowance = allowance(AllowanceKind::Left, "main/log");
    let cases =
        [("main/log", true), ("main/log/rows/1", true), ("main/logs", false), ("main", false)];
    for (path, covered) in cases {
        assert_eq!(allowance.covers(path), covered, "{path}");
    }
}

#[test]
fn each_rule_says_in_words_whether_it_holds() {
    let proof = prove(&honest(), judging(&[]));
    let mut words: Vec<&str> = Vec::new();
    for finding in &proof.findings {
        words.extend([true, false].map(|holds| finding.rule.meaning(holds)));
    }
    let count = words.len();
    words.sort_unstable();
    words.dedup();
    assert_eq!((words.len(), count), (22, 22));
    assert!(words.iter().all(|words| words.contains(' ')), "{words:?}");
    let forgotten = Rule::RollbackRestores.meaning(false);
    assert_eq!(forgotten, "the rollback does not bring back everything");
}
