//! Whether a demand is granted: everything that is missing or wrong is a refusal with its reason.

use sealgate_core::approval::change::of_policy;
use sealgate_core::approval::{
    Demand, Facts, Grant, GrantFile, Moment, Policy, Revoked, SignatureFile, Subject, decide,
    vanished,
};
use sealgate_core::seal::entry::Digest;

use crate::authority::{
    ACTIONS, ENVIRONMENTS, Signer, canonical, demand, facts, file, grant_for, moment, policy,
    policy_of, policy_text, refusal, signers,
};

/// A grant as it should be, signed by Ada and Bob.
fn good() -> (Demand, Policy, GrantFile) {
    let (demand, policy) = (demand(), policy());
    let file = file(&grant_for(&demand, &policy).to_text(), &signers()[..2]);
    (demand, policy, file)
}

#[test]
fn a_demand_is_granted_by_the_grant_that_is_for_it() {
    let (demand, policy, file) = good();
    let files = [file];
    let authorised = decide(&demand, &facts(&policy, &files)).unwrap();
    assert_eq!(authorised.grant.to_string(), files[0].id);
    assert_eq!(authorised.principals, ["ada@example.org", "bob@example.org"]);
}

#[test]
fn nothing_but_the_action_and_the_environment_of_the_grant_is_granted() {
    let policy = policy();
    let mut pairs = 0;
    for given in demands() {
        let files = [file(&grant_for(&given, &policy).to_text(), &signers()[..2])];
        for wanted in demands() {
            let granted = decide(&wanted, &facts(&policy, &files));
            assert_eq!(granted.is_ok(), given == wanted, "{given:?} used for {wanted:?}");
            pairs += 1;
        }
    }
    println!("each action of each environment against each other: {pairs} pairs");
    assert_eq!(pairs, (ACTIONS.len() * ENVIRONMENTS.len() + 3_usize).pow(2));
}

#[test]
fn a_grant_that_is_over_does_not_make_a_new_one_ambiguous() {
    let (demand, policy, new) = good();
    let mut old = grant_for(&demand, &policy);
    (old.not_before, old.not_after) =
        (moment("2026-02-01T00:00:00Z"), moment("2026-02-02T00:00:00Z"));
    let old = file(&old.to_text(), &signers()[..2]);
    let mut twin = grant_for(&demand, &policy);
    twin.reason = "another reason".to_owned();
    let twin = file(&twin.to_text(), &signers()[..2]);
    let code =
        |files: &[GrantFile]| decide(&demand, &facts(&policy, files)).err().map(|it| it.code);
    assert_eq!(code(&[old.clone(), new.clone()]), None);
    assert_eq!(code(std::slice::from_ref(&old)), Some("grant-expired"));
    assert_eq!(code(&[old.clone(), new.clone(), twin.clone()]), Some("grant-ambiguous"));
    let id = Digest::from_hex(twin.id.as_bytes()).unwrap();
    let revoking = [Policy { revoked: vec![Revoked::Grant(id)], ..policy.clone() }];
    let files = [old, new, twin];
    let facts = Facts { stopping: &revoking, ..facts(&policy, &files) };
    assert!(decide(&demand, &facts).is_ok());
}

/// Every action in every environment, and the reserved ones, of one change.
fn demands() -> Vec<Demand> {
    let change = Digest::of(b"the change");
    let of = |action: &str, subject: Subject| Demand { action: action.to_owned(), subject, change };
    let mut all = vec![
        of("reseal", Subject::Seal("dist".to_owned())),
        of("policy-update", Subject::Policy),
        of("close-blocker", Subject::Environment("production".to_owned())),
    ];
    for environment in ENVIRONMENTS {
        let subject = Subject::Environment(environment.to_owned());
        all.extend(ACTIONS.map(|action| of(action, subject.clone())));
    }
    all
}

#[test]
fn each_thing_that_is_wrong_with_a_grant_has_its_reason() {
    let (demand, policy, _) = good();
    let grant = grant_for(&demand, &policy);
    let of = |change: &dyn Fn(&mut Grant)| {
        let mut grant = grant.clone();
        change(&mut grant);
        file(&grant.to_text(), &signers()[..2])
    };
    let cases: [(&str, GrantFile); 12] = [
        ("grant-other-action", of(&|grant| grant.action = "cutover".to_owned())),
        (
            "grant-other-subject",
            of(&|grant| grant.subject = Subject::Environment("rehearsal".to_owned())),
        ),
        ("grant-other-change", of(&|grant| grant.change = Digest::of(b"other"))),
        ("grant-other-repository", of(&|grant| grant.repository = "example/other".to_owned())),
        ("grant-other-policy", of(&|grant| grant.policy = Digest::of(b"other"))),
        ("grant-too-early", of(&|grant| grant.not_before = moment("2026-03-01T12:00:01Z"))),
        ("grant-expired", of(&|grant| grant.not_after = moment("2026-03-01T12:00:00Z"))),
        ("grant-too-long", of(&|grant| grant.not_after = moment("2026-03-03T00:00:01Z"))),
        ("too-few-approvals", file(&grant.to_text(), &[])),
        ("too-few-approvals", file(&grant.to_text(), &signers()[..1])),
        ("signature-invalid", file(&grant.to_text(), &[("eve", Signer::new(9))])),
        ("grant-not-canonical", file(&grant.to_text().replace(" = ", "  = "), &signers()[..2])),
    ];
    for (code, file) in cases {
        assert_eq!(refusal(&demand, &facts(&policy, &[file])), code);
    }
    assert_eq!(refusal(&demand, &facts(&policy, &[])), "grant-missing");
}

#[test]
fn a_grant_counts_from_its_first_second_to_the_one_before_its_last_bound() {
    let (demand, policy, file) = good();
    let files = [file];
    let at = |text: &str| Facts { now: moment(text), ..facts(&policy, &files) };
    assert_eq!(refusal(&demand, &at("2026-02-28T23:59:59Z")), "grant-too-early");
    assert!(decide(&demand, &at("2026-03-01T00:00:00Z")).is_ok());
    assert!(decide(&demand, &at("2026-03-01T23:59:59Z")).is_ok());
    assert_eq!(refusal(&demand, &at("2026-03-02T00:00:00Z")), "grant-expired");
}

#[test]
fn a_grant_lives_as_long_as_the_policy_allows_and_no_second_longer() {
    let (demand, policy, _) = good();
    let grant = grant_for(&demand, &policy);
    let most = grant.not_before.seconds() + 48 * 3_600;
    for (end, fits) in [(most, true), (most + 1, false)] {
        let grant = Grant { not_after: Moment::from_seconds(end).unwrap(), ..grant.clone() };
        let files = [file(&grant.to_text(), &signers()[..2])];
        assert_eq!(decide(&demand, &facts(&policy, &files)).is_ok(), fits);
    }
}

#[test]
fn every_line_of_a_grant_is_needed_once_and_as_it_is() {
    let (demand, policy, good) = good();
    let text = String::from_utf8(good.bytes).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let mut tried = 0;
    let mut refused = |text: String| {
        tried += 1;
        let files = [file(&text, &signers()[..2])];
        let decided = decide(&demand, &facts(&policy, &files));
        assert!(decided.is_err(), "granted: {text}");
    };
    for at in 0..lines.len() {
        let with = |put: &[&str]| [&lines[..at], put, &lines[at + 1..]].concat().join("\n") + "\n";
        refused(with(&[]));
        refused(with(&[lines[at], lines[at]]));
        refused(with(&["unknown = \"key\"", lines[at]]));
        if let Some((key, _)) = lines[at].split_once(" = ") {
            for value in ["\"\"", "\"x\"", "1", "true", "[]", "{}", "2026-03-01T00:00:00Z"] {
                // A reason may be any sentence; its signatures then are for another text.
                if (key, value) != ("reason", "\"x\"") {
                    refused(with(&[&format!("{key} = {value}")]));
                }
            }
            refused(with(&[&lines[at].replace(" = ", "=")]));
            refused(with(&[&format!("{} # why", lines[at])]));
        }
    }
    for change in ["\u{feff}{}", "{}\n", "\n{}", "{} "] {
        refused(change.replace("{}", &text));
    }
    refused(text.replace('\n', "\r\n"));
    println!("fields of a grant missing, doubled, of another type or form: {tried}");
}

#[test]
fn no_bit_of_a_signed_grant_can_be_flipped() {
    let (demand, policy, good) = good();
    for bit in 0..good.bytes.len() * 8 {
        let mut file = good.clone();
        file.bytes[bit / 8] ^= 1 << (bit % 8);
        // Under its old name, and under that of its new bytes.
        let renamed = GrantFile { id: Digest::of(&file.bytes).to_string(), ..file.clone() };
        for file in [file, renamed] {
            assert!(decide(&demand, &facts(&policy, &[file])).is_err(), "bit {bit}");
        }
    }
    println!("flipped bits of a grant: {}", good.bytes.len() * 16);
}

#[test]
fn a_grant_in_a_file_of_another_name_does_not_count() {
    let (demand, policy, good) = good();
    for id in [String::new(), "x".to_owned(), good.id.to_uppercase(), good.id[1..].to_owned()] {
        let file = GrantFile { id, ..good.clone() };
        assert_eq!(refusal(&demand, &facts(&policy, &[file])), "grant-misnamed");
    }
}

#[test]
fn a_grant_that_the_base_has_is_spent() {
    let (demand, policy, file) = good();
    let files = [file];
    let spent = Facts { base: &files, ..facts(&policy, &files) };
    assert_eq!(refusal(&demand, &spent), "grant-spent");
    // A second one for the same change is another grant.
    let again = Grant { reason: "again".to_owned(), ..grant_for(&demand, &policy) };
    let both = [files[0].clone(), self::file(&again.to_text(), &signers()[..2])];
    let facts = Facts { base: &files, ..facts(&policy, &both) };
    assert_eq!(decide(&demand, &facts).unwrap().grant, again.id());
}

#[test]
fn two_grants_that_fit_are_none() {
    let (demand, policy, first) = good();
    let again = Grant { reason: "again".to_owned(), ..grant_for(&demand, &policy) };
    let files = [first, file(&again.to_text(), &signers()[..2])];
    assert_eq!(refusal(&demand, &facts(&policy, &files)), "grant-ambiguous");
}

#[test]
fn only_an_expired_grant_may_go_and_none_may_change() {
    let (_, policy, file) = good();
    let base = [file];
    let mut changed = base.clone();
    changed[0].bytes.push(b'\n');
    for judged in [&[][..], &changed] {
        let at = |text: &str| Facts { now: moment(text), base: &base, ..facts(&policy, judged) };
        let codes: Vec<_> =
            vanished(&at("2026-03-01T23:59:59Z")).iter().map(|problem| problem.code).collect();
        assert_eq!(codes, ["grant-deleted"]);
        assert_eq!(vanished(&at("2026-03-02T00:00:00Z")), []);
    }
    let kept = Facts { base: &base, ..facts(&policy, &base) };
    assert_eq!(vanished(&kept), []);
}

#[test]
fn one_person_counts_once_however_often_the_key_signs() {
    let (demand, policy, _) = good();
    let text = grant_for(&demand, &policy).to_text();
    let ada = Signer::new(1);
    let doubled = [("ada", ada.clone()), ("bob", ada.clone()), ("ada-2", ada)];
    let files = [file(&text, &doubled)];
    assert_eq!(refusal(&demand, &facts(&policy, &files)), "too-few-approvals");
}

#[test]
fn one_bad_signature_beside_enough_good_ones_is_a_refusal() {
    let (demand, policy, good) = good();
    let eve = Signer::new(9);
    for bytes in [eve.sign(&good.bytes), Vec::new(), good.signatures[0].bytes[1..].to_vec()] {
        let mut file = good.clone();
        file.signatures.push(SignatureFile { name: "eve-key".to_owned(), bytes });
        assert_eq!(refusal(&demand, &facts(&policy, &[file])), "signature-invalid");
    }
}

#[test]
fn a_threshold_is_between_one_and_the_number_of_people() {
    let [ada, bob, cy] = signers();
    let all = [ada.clone(), bob.clone(), cy];
    for threshold in 0..=4 {
        let text = std::panic::catch_unwind(|| policy_of(&all, threshold));
        assert_eq!(text.is_ok(), (1..=3).contains(&threshold), "{threshold}");
    }
    // One key under two names, one person under two keys, and under two spellings.
    let text = policy_text();
    let (ada_line, bob_line) = (ada.1.line(), bob.1.line());
    for (from, to) in [
        (&*bob_line, &*ada_line),
        ("principal = \"bob@example.org\"", "principal = \"ada@example.org\""),
        ("principal = \"bob@example.org\"", "principal = \"ADA@example.org\""),
        ("name = \"bob-key\"", "name = \"ada-key\""),
        ("\"ada@example.org\", \"bob@example.org\"", "\"ada@example.org\", \"ada@example.org\""),
        ("\"ada@example.org\", \"bob@example.org\"", "\"ada@example.org\", \"eve@example.org\""),
        ("threshold = 2", "threshold = -1"),
        ("threshold = 2", "threshold = 18446744073709551616"),
    ] {
        assert!(text.contains(from), "{from}");
        let text = text.replace(from, to);
        assert!(Policy::loose(text.as_bytes()).is_err(), "{from} -> {to}");
    }
}

#[test]
fn an_action_without_a_rule_for_exactly_that_environment_is_refused() {
    let (_, policy, _) = good();
    for (action, environment) in [("apply", "elsewhere"), ("deploy", "production")] {
        let subject = Subject::Environment(environment.to_owned());
        let demand = Demand { action: action.to_owned(), subject, change: Digest::of(b"") };
        let files = [file(&grant_for(&demand, &policy).to_text(), &signers())];
        assert_eq!(refusal(&demand, &facts(&policy, &files)), "no-rule");
    }
}

#[test]
fn every_rule_that_speaks_of_a_seal_must_be_met() {
    let more = "[[rule]]\naction = \"reseal\"\nseals = [\"dist*\"]\n\
                approvers = [\"cy@example.org\"]\nthreshold = 1\n";
    let policy = Policy::loose((policy_text() + more).as_bytes()).unwrap();
    for (seal, signers, granted) in [
        ("docs", &signers()[..2], true),
        ("dist", &signers()[..2], false),
        ("dist", &signers()[..], true),
        ("dist", &signers()[1..], true),
    ] {
        let subject = Subject::Seal(seal.to_owned());
        let demand = Demand { action: "reseal".to_owned(), subject, change: Digest::of(b"") };
        let files = [file(&grant_for(&demand, &policy).to_text(), signers)];
        assert_eq!(decide(&demand, &facts(&policy, &files)).is_ok(), granted, "{seal}");
    }
}

#[test]
fn a_key_counts_until_the_last_second_before_its_date_and_never_once_it_is_revoked() {
    let text = policy_text();
    let dated =
        text.replacen("touch = false", "not-after = \"2026-03-01T12:00:00Z\"\ntouch = false", 1);
    let policy = Policy::read(canonical(&dated).as_bytes()).unwrap();
    let demand = demand();
    let files = [file(&grant_for(&demand, &policy).to_text(), &signers()[..2])];
    let at = |now: &str| Facts { now: moment(now), ..facts(&policy, &files) };
    assert!(decide(&demand, &at("2026-03-01T11:59:59Z")).is_ok());
    assert_eq!(refusal(&demand, &at("2026-03-01T12:00:00Z")), "key-expired");

    let revoked = format!("{text}[[revoked]]\nkey = \"{}\"\n", signers()[0].1.line());
    let policy = Policy::loose(revoked.as_bytes()).unwrap();
    let text = grant_for(&demand, &policy).to_text();
    let refused = [file(&text, &signers())];
    assert_eq!(refusal(&demand, &facts(&policy, &refused)), "key-revoked");
    let files = [file(&text, &signers()[1..])];
    assert!(decide(&demand, &facts(&policy, &files)).is_ok());
}

#[test]
fn a_revoked_grant_does_not_count() {
    let (demand, _, _) = good();
    // Its policy cannot name it: a grant names its policy. That of an update can, in the new one.
    let old = policy();
    let subject = Subject::Policy;
    let change = Digest::of(b"update");
    let update = Demand { action: "policy-update".to_owned(), subject, change };
    let grant = grant_for(&update, &old);
    let text = format!("{}[[revoked]]\ngrant = \"{}\"\n", policy_text(), grant.id());
    let new = Policy::loose(text.as_bytes()).unwrap();
    let files = [file(&grant.to_text(), &signers()[..2])];
    let facts = Facts { next: Some(&new), ..facts(&old, &files) };
    assert_eq!(refusal(&update, &facts), "grant-revoked");
    assert_ne!(demand, update);
}

#[test]
fn a_policy_update_holds_under_the_old_and_the_new_policy() {
    let [ada, bob, cy] = signers();
    let dan = ("dan", Signer::new(4));
    let eve = ("eve", Signer::new(5));
    let old =
        Policy::read(policy_of(&[ada.clone(), bob.clone(), cy.clone()], 2).as_bytes()).unwrap();
    let new =
        Policy::read(policy_of(&[cy.clone(), dan.clone(), eve.clone()], 2).as_bytes()).unwrap();
    let change = of_policy(&old.digest(), &new.digest()).digest;
    let demand = Demand { action: "policy-update".to_owned(), subject: Subject::Policy, change };
    let text = grant_for(&demand, &old).to_text();
    let all = [ada, bob, cy, dan, eve];
    let mut granted = Vec::new();
    for set in 0_u32..32 {
        let signing: Vec<_> =
            (0..5).filter(|at| set >> at & 1 == 1).map(|at| all[at].clone()).collect();
        let files = [file(&text, &signing)];
        let facts = Facts { next: Some(&new), ..facts(&old, &files) };
        if decide(&demand, &facts).is_ok() {
            granted.push(set);
        }
    }
    // Two of Ada, Bob and Cy, and two of Cy, Dan and Eve.
    let expected = (0_u32..32)
        .filter(|set| (set & 0b00111).count_ones() >= 2 && (set & 0b11100).count_ones() >= 2);
    assert_eq!(granted, expected.collect::<Vec<_>>());
    println!("sets of signers of a rotation: 32, of which granted: {}", granted.len());
}

#[test]
fn what_was_signed_under_the_policy_before_a_rotation_does_not_count_after_it() {
    let (demand, _, file) = good();
    let rotated = policy_of(&[signers()[0].clone(), signers()[1].clone()], 2);
    let rotated = Policy::read(rotated.as_bytes()).unwrap();
    assert_eq!(refusal(&demand, &facts(&rotated, &[file])), "grant-other-policy");
}

#[test]
fn a_policy_has_a_limited_number_of_globs_and_branches_and_any_number_of_names() {
    let rule = |seals: Vec<String>| {
        let text = policy_text();
        let seals = format!("seals = [{}]", seals.join(", "));
        Policy::loose(text.replace("seals = [\"*\"]", &seals).as_bytes())
    };
    let globs = |number: usize| (0..number).map(|at| format!("\"s{at}*\"")).collect();
    assert!(rule(globs(1_000)).is_ok());
    let refused = rule(globs(1_001)).unwrap_err().to_string();
    assert!(refused.contains("more than 1000 globs"), "{refused}");
    assert!(rule((0..5_000).map(|at| format!("\"s{at}\"")).collect()).is_ok());
    let branches = |number: usize| {
        let names: Vec<String> = (0..number).map(|at| format!("\"b{at}\"")).collect();
        let branches = format!("branches = [{}]", names.join(", "));
        Policy::loose(policy_text().replacen("branches = [\"main\"]", &branches, 1).as_bytes())
    };
    assert!(branches(100).is_ok());
    let refused = branches(101).unwrap_err().to_string();
    assert!(refused.contains("more than 100 branches"), "{refused}");
}
