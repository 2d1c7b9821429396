//! The summary of a job as Markdown: what stands first, what is folded, and what is left out.

use std::time::Duration;

use sealgate::report::{self, Format, Invocation, Report, Verbosity};
use sealgate_core::compare::changes::{Change, ChangeKind, OnReseal, Reseal, ScopeChange};
use sealgate_core::compare::finding::{Cause, Finding, FindingKind};
use sealgate_core::compare::verdict::{Base, SealResult, Source};
use sealgate_core::seal::entry::{Digest, Entry};
use sealgate_core::text::problem::Problem;

/// Hosts drop what is longer than 1,048,576 bytes.
const LONGEST: usize = 900 << 10;

fn file(size: u64) -> Entry {
    Entry::File { size, digest: Digest::of(&size.to_be_bytes()), executable: false }
}

fn modified(path: &str) -> Finding {
    let finding = Finding::new(FindingKind::Modified, path.as_bytes());
    Finding { expected: Some(file(1)), observed: Some(file(2)), line: Some(8), ..finding }
}

fn judgement(name: &str, findings: Vec<Finding>) -> SealResult {
    SealResult {
        name: name.to_owned(),
        database: None,
        root: Some(name.to_owned()),
        tracked: Some(false),
        build: None,
        digest: Some(Digest::of(b"seal")),
        source: Source::Worktree,
        seal_source: Source::Worktree,
        checked: 9 + findings.len() as u64,
        matched: 9,
        bytes: 2048,
        taken: None,
        findings,
        new_directories: Vec::new(),
        folds: Vec::new(),
        reseal: None,
        problems: Vec::new(),
    }
}

fn reseal(name: &str, changes: usize) -> Reseal {
    let change = |number| Change {
        kind: ChangeKind::Added,
        path: format!("new/{number}"),
        from: None,
        old: None,
        new: Some(file(1024)),
    };
    Reseal {
        name: name.to_owned(),
        root: name.to_owned(),
        new: false,
        scope: vec![ScopeChange::Exclude(Vec::new())],
        build: None,
        exclude: vec!["*.log".to_owned()],
        changes: (0..changes).map(change).collect(),
        allowed: true,
    }
}

fn base(deleted: Vec<Reseal>) -> Base {
    let source = Source::Commit { given: "main".to_owned(), oid: "a1".repeat(20) };
    Base { source, on_reseal: OnReseal::Allow, deleted }
}

fn page(judgements: &[SealResult], base: Option<&Base>, problems: &[Problem]) -> String {
    let invocation = Invocation::default();
    let elapsed = Duration::from_millis(7);
    let report = Report::new(judgements, base, problems, Vec::new(), elapsed, &invocation);
    let mut bytes = Vec::new();
    report::write(&report, Format::Markdown, Verbosity::Normal, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn a_pass_is_a_line_and_the_totals() {
    let said = page(&[judgement("dist", Vec::new())], None, &[]);
    assert_eq!(
        said,
        "### PASS: every byte is as sealed\n\n\
         | seal | verdict | entries | as sealed | findings | read |\n\
         |---|---|---:|---:|---:|---:|\n\
         | `dist` | pass | 9 | 9 | 0 | 2.0 KiB |\n\n\
         1 seal, 9 entries, 2.0 KiB in 7 ms\n"
    );
}

#[test]
fn the_order_is_verdict_scope_errors_findings_commands_totals() {
    let findings =
        vec![Finding { cause: Some(Cause::LineEndings), ..modified("a.js") }, modified("b.js")];
    let changed = SealResult { reseal: Some(reseal("dist", 2)), ..judgement("dist", findings) };
    let gone = Reseal { scope: vec![ScopeChange::Deleted], ..reseal("old", 0) };
    let problem = Problem::new("x", "it is broken").file("seals/gen.toml").remedy("fix it");
    let said = page(&[changed], Some(&base(vec![gone])), &[problem]);
    let parts = [
        "### ERROR, RESEALED: 1 error, 2 findings in 1 of 1 seal\n",
        "\n**The seals changed since `main` (a1a1a1a1a1).**\n",
        "- `old`: **the seal is gone**, nothing covers `old`\n",
        "- `dist`: **scope** exclude: now also `*.log`\n",
        "- `dist`: 2 added (+2.0 KiB)\n",
        "- **error**: `seals/gen.toml`: it is broken\n  - next: fix it\n",
        "\n#### `dist`: 2 modified in `dist`\n",
        "| modified | `a.js` | 1 B -> 2 B | only line endings differ |\n",
        "\n**What to do**\n\n- **line-endings**: ",
        "\n- **modified**: Find out why before you reseal: ",
        "\nTo approve these bytes:\n\n```sh\nsealgate seal dist\n```\n",
        "\n| seal | verdict |",
        "<details><summary>the entries that changed</summary>\n",
        "| added | `new/1` | 1.0 KiB |\n\n</details>\n",
    ];
    let mut rest = &*said;
    for part in parts {
        let at = rest.find(part);
        assert!(at.is_some(), "{part:?} is not where it belongs:\n{said}");
        rest = &rest[at.unwrap() + part.len()..];
    }
    assert_eq!(rest, "", "{said}");
}

#[test]
fn what_to_do_stands_before_a_long_list() {
    let findings = (0..500).map(|number| modified(&format!("{number:03}"))).collect();
    let said = page(&[judgement("dist", findings)], None, &[]);
    let at = |part: &str| said.find(part).unwrap();
    assert!(at("| `009` |") < at("**What to do**"), "{said}");
    assert!(at("**What to do**") < at("sealgate seal dist\n"), "{said}");
    assert!(at("sealgate seal dist\n") < at("<details>"), "{said}");
    assert!(at("<details>") < at("| `010` |"), "{said}");
    assert!(said.contains("490 more are folded at the end.") && said.contains("| `499` |"));
    assert!(!said.contains("Cut here"), "{said}");
}

#[test]
fn a_page_is_never_longer_than_hosts_keep_and_says_what_it_hides() {
    let long = |number: usize| format!("{number:06}/{}", "x".repeat(200));
    let many = |count| (0..count).map(|number| modified(&long(number))).collect::<Vec<_>>();
    let problem = |number| Problem::new("x", long(number)).file(long(number)).remedy(long(number));
    let problems: Vec<_> = (0..20_000).map(problem).collect();
    let seals = |count, findings| {
        let seal = |number| judgement(&format!("seal{number}"), many(findings));
        (0..count).map(seal).collect::<Vec<_>>()
    };
    let resealed: Vec<_> = (0..5_000)
        .map(|number| SealResult {
            reseal: Some(reseal(&long(number), 3)),
            ..judgement(&long(number), many(1))
        })
        .collect();
    let one = SealResult { reseal: Some(reseal("dist", 90_000)), ..judgement("dist", many(3)) };
    let cases = [
        ("many findings", page(&seals(1, 30_000), None, &[])),
        ("many seals", page(&seals(5_000, 4), None, &[])),
        ("many errors", page(&seals(2, 3), None, &problems)),
        ("many reseals", page(&resealed, Some(&base(Vec::new())), &[])),
        ("many entries", page(&[one], Some(&base(Vec::new())), &[])),
        ("many of all", page(&resealed, Some(&base(Vec::new())), &problems)),
    ];
    for (what, said) in cases {
        assert!(said.len() <= LONGEST, "{what}: {} bytes", said.len());
        assert!(said.len() > LONGEST / 3, "{what}: {} bytes", said.len());
        assert!(said.starts_with("### "), "{what}");
        assert!(said.contains(" not shown.**"), "{what}: {}", &said[said.len() - 500..]);
        assert_eq!(said.matches("<details>").count(), said.matches("</details>").count(), "{what}");
    }
    let said = page(&seals(1, 30_000), None, &[]);
    let shown = said.matches("\n| modified |").count();
    let hidden = format!(
        "**Cut here: {},{:03} findings not shown.**",
        (30_000 - shown) / 1000,
        (30_000 - shown) % 1000
    );
    assert!(said.contains(&hidden), "{hidden}: {}", &said[said.len() - 300..]);
}
