//! Records of rehearsals: one text each, and what makes them worthless for a grant.

use sealgate_core::approval::evidence::{
    Asked, EvidenceError, MAX_EVIDENCE_BYTES, PlanSeal, Record, said, weaknesses,
};
use sealgate_core::approval::{EvidenceKind, EvidenceRule, Policy};
use sealgate_core::seal::entry::Digest;

use crate::authority::records::{allowance, record};
use crate::authority::{canonical, moment, policy_text};

const STARTED: &str = "2026-02-28T12:00:00Z";

fn plan() -> Digest {
    Digest::of(b"plan")
}

fn dist() -> Digest {
    Digest::of(b"dist")
}

fn passing() -> Record {
    record(&plan(), &dist(), STARTED)
}

const RULE: EvidenceRule =
    EvidenceRule { kind: EvidenceKind::Rehearsal, hours: Some(24), allowances: Some(false) };

/// The seal of the plan, which states a file with the digest `plan` at the path of the plan.
fn sealed(plan: Option<Digest>) -> PlanSeal {
    PlanSeal { digest: dist(), plan }
}

/// What is asked of a record for a grant that counts from a day after the rehearsal, less a second.
fn asked(rule: &EvidenceRule) -> Asked<'_> {
    let not_before = moment("2026-03-01T11:59:59Z");
    Asked {
        rule,
        plan: Some(plan()),
        not_before,
        plan_seal: Some(sealed(Some(plan()))),
        surface_seal: Some(dist()),
    }
}

/// What a test changes in a record.
type Change = Box<dyn FnOnce(&mut Record)>;

/// The codes with which a record is refused that `change` made of a passing one.
fn codes(asked: &Asked<'_>, change: impl FnOnce(&mut Record)) -> Vec<&'static str> {
    let mut record = passing();
    change(&mut record);
    let read = Record::read(record.to_text().as_bytes()).unwrap();
    asked.judge(&read).iter().map(|problem| problem.code).collect()
}

#[test]
fn has_the_text_of_the_contract() {
    let text = passing().to_text();
    assert!(
        text.starts_with("{\n  \"format\": \"sealgate-evidence/1\",\n  \"verdict\": \"pass\",\n")
    );
    assert!(text.contains("\n  \"authorizes\": [],\n  \"tool\": {\n    \"name\": \"sealgate\",\n"));
    assert!(text.contains("\"schema\": {},\n          \"sequences\": {},\n"), "{text}");
    assert!(text.ends_with("\n  \"allowances\": []\n}\n"));
    assert_eq!(Record::read(text.as_bytes()), Ok(passing()));
    for part in ["plan.sql", "2026-02-28", "landlock-4", "1 of 1 controls caught"] {
        assert!(said(&passing()).contains(part), "{part}");
    }
}

#[test]
fn counts_if_it_is_about_the_plan_the_surface_and_the_time() {
    assert_eq!(codes(&asked(&RULE), |_| ()), [""; 0]);
    let lax = EvidenceRule { hours: None, allowances: None, ..RULE };
    let later = Asked { not_before: moment("2027-01-01T00:00:00Z"), ..asked(&lax) };
    assert_eq!(codes(&later, |record| record.allowances.push(allowance())), [""; 0]);
}

#[test]
fn each_weakness_has_its_code() {
    let hex = Digest::of(b"other").to_string();
    let cases: Vec<(&str, Change)> = vec![
        ("evidence-failed", Box::new(|it| it.verdict = "fail".to_owned())),
        ("evidence-failed", Box::new(|it| it.verdict = "PASS".to_owned())),
        ("evidence-failed", Box::new(|it| it.authorizes.push("apply".to_owned()))),
        ("evidence-failed", Box::new(|it| it.controls[0].caught = false)),
        ("evidence-failed", Box::new(|it| it.controls.clear())),
        ("evidence-failed", Box::new(|it| it.invariants[0].holds = false)),
        ("evidence-failed", Box::new(|it| it.invariants.clear())),
        ("evidence-failed", Box::new(|it| it.legs.clear())),
        ("evidence-failed", Box::new(|it| it.legs[0].runs[0].exit = 1)),
        ("evidence-failed", Box::new(|it| it.legs[0].runs.clear())),
        ("evidence-failed", Box::new(|it| it.legs[0].measures.clear())),
        ("evidence-failed", Box::new(|it| it.invariants[0].differ = 7)),
        ("evidence-failed", Box::new(|it| it.invariants[0].names.push("x".to_owned()))),
        ("evidence-unconfined", Box::new(|it| it.clone.confinement = String::new())),
        ("evidence-unconfined", Box::new(|it| it.clone.confinement = "none".to_owned())),
        ("evidence-unconfined", Box::new(|it| it.clone.confinement = "landlock-0".to_owned())),
        ("evidence-unconfined", Box::new(|it| it.clone.confinement = "landlock-".to_owned())),
        ("evidence-unconfined", Box::new(|it| it.clone.confinement = "landlock-4x".to_owned())),
        ("evidence-other-plan", Box::new(|it| it.plan.blake3 = Digest::of(b"x").to_string())),
        ("evidence-other-plan", Box::new(|it| it.plan.seal.digest = Digest::of(b"x").to_string())),
        ("evidence-other-surface", Box::new(move |it| it.surface.digest = hex)),
        ("evidence-too-old", Box::new(|it| it.started = "2026-02-28T11:59:59Z".to_owned())),
        // It began after the grant.
        ("evidence-too-old", Box::new(|it| it.started = "2026-03-01T12:00:00Z".to_owned())),
        ("evidence-allowances", Box::new(|it| it.allowances.push(allowance()))),
    ];
    for (number, (code, change)) in cases.into_iter().enumerate() {
        assert_eq!(codes(&asked(&RULE), change), [code], "case {number}");
    }
    for (code, asked) in [
        ("evidence-other-plan", Asked { plan: None, ..asked(&RULE) }),
        ("evidence-other-plan", Asked { plan_seal: None, ..asked(&RULE) }),
        ("evidence-other-plan", Asked { plan_seal: Some(sealed(None)), ..asked(&RULE) }),
        ("evidence-other-plan", Asked { plan_seal: Some(sealed(Some(dist()))), ..asked(&RULE) }),
        ("evidence-other-surface", Asked { surface_seal: None, ..asked(&RULE) }),
    ] {
        assert_eq!(codes(&asked, |_| ()), [code]);
    }
    assert!(weaknesses(&passing()).is_empty());
}

#[test]
fn is_read_in_its_one_text_alone() {
    let text = passing().to_text();
    let (head, rest) = text.split_once(",\n  \"verdict\": \"pass\"").unwrap();
    let long = " ".repeat(usize::try_from(MAX_EVIDENCE_BYTES).unwrap());
    let minified: String = text.lines().map(str::trim).collect();
    for bad in [
        String::new(),
        format!("\u{feff}{text}"),
        format!("{text}\n"),
        format!(" {text}"),
        format!("{text}{long}"),
        text.trim_end().to_owned(),
        text.replace('\n', "\r\n"),
        text.replace("  ", "\t"),
        minified,
        // Another order of keys, a key twice, one too many, one too few.
        format!(
            "{{\n  \"verdict\": \"pass\",\n  \"format\"{}{rest}",
            head.split_once("\"format\"").unwrap().1
        ),
        text.replace("\"seconds\": 80,", "\"seconds\": 80,\n  \"seconds\": 80,"),
        text.replace("\"seconds\": 80,", "\"seconds\": 80,\n  \"note\": 1,"),
        text.replace("\n  \"seconds\": 80,", ""),
        // Other spellings of one value.
        text.replace("\"pass\"", "\"p\\u0061ss\""),
        text.replace("\"seconds\": 80", "\"seconds\": 8e1"),
        text.replace("\"seconds\": 80", "\"seconds\": 80.0"),
        text.replace("\"count\": 490", "\"count\": -490"),
        text.replace("\"root\": ", "\"count\": 1, \"root\": "),
        // Values that no record has.
        text.replace("evidence/1", "evidence/2"),
        text.replace(STARTED, "2026-02-28T12:00:00+00:00"),
        text.replace(&plan().to_string(), &plan().to_string().to_uppercase()),
        text.replace(&plan().to_string(), "plan"),
    ] {
        assert!(Record::read(bad.as_bytes()).is_err(), "{bad}");
    }
    assert_eq!(Record::read(b"\xff"), Err(EvidenceError::NotUtf8));
    let mut record = passing();
    record.invariants[0].names = vec!["x".to_owned(); 101];
    assert!(Record::read(record.to_text().as_bytes()).is_err());
}

#[test]
fn every_flipped_bit_and_every_truncation_gives_another_digest_or_no_record() {
    let text = passing().to_text().into_bytes();
    let digest = Digest::of(&text);
    let mut read = 0;
    for bit in 0..text.len() * 8 {
        let mut flipped = text.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        // What is still a record is another one, which its name gives away.
        if let Ok(record) = Record::read(&flipped) {
            assert_ne!(record, passing());
            read += 1;
        }
        assert_ne!(Digest::of(&flipped), digest);
    }
    assert!(read > 0, "no flip gives a record: the test is blind");
    for length in 0..text.len() {
        assert!(Record::read(&text[..length]).is_err(), "{length}");
    }
}

#[test]
fn a_policy_states_what_evidence_it_wants() {
    let rule = "action = \"apply\"\nenvironment = \"production\"\napprovers = [\"ada@example.org\", \
                \"bob@example.org\", \"cy@example.org\"]\nthreshold = 2\n";
    let text = policy_text();
    assert!(text.contains(rule));
    let with = |keys: &str| text.replace(rule, &format!("{rule}{keys}"));
    for keys in [
        "evidence = \"rehearsal\"\n",
        "evidence = \"rehearsal\"\nevidence-hours = 24\n",
        "evidence = \"rehearsal\"\nevidence-hours = 24\nallowances = false\n",
        "evidence = \"rehearsal\"\nallowances = true\n",
    ] {
        let policy = Policy::read(with(keys).as_bytes()).unwrap();
        assert_eq!(policy.to_text(), with(keys));
        assert_eq!(canonical(&with(keys)), with(keys));
    }
    for keys in [
        "evidence = \"prayer\"\n",
        "evidence = \"\"\n",
        "evidence-hours = 24\n",
        "allowances = false\n",
        "evidence = \"rehearsal\"\nevidence-hours = 0\n",
        "evidence = \"rehearsal\"\nevidence-hours = 8785\n",
        "evidence-hours = 24\nevidence = \"rehearsal\"\n",
    ] {
        assert!(Policy::read(with(keys).as_bytes()).is_err(), "{keys}");
    }
    let reseal = "seals = [\"*\"]\napprovers = [\"ada@example.org\", \"bob@example.org\", \
                  \"cy@example.org\"]\nthreshold = 2\n";
    assert!(text.contains(reseal));
    let demanding = text.replace(reseal, &format!("{reseal}evidence = \"rehearsal\"\n"));
    assert!(Policy::read(demanding.as_bytes()).is_err());
}
