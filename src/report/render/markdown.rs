//! The report as Markdown, for the summary of a job: the verdict, what became of the seals, what
//! is wrong and what fixes it stand on the first screen; long lists are folded at the end.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;

use sealgate_core::compare::verdict::Verdict;

use crate::report::present::rows::Row;
use crate::report::present::{Presentation, TO_COMPARE, scope, title, to_approve};
use crate::report::v1::{
    BaseView, DifferenceView, ErrorView, FindingView, LineView, ResealView, ScopeView, SealView,
    SourceView,
};
use crate::report::words::changes::{Names, sums, what};
use crate::report::words::markdown::{Page, block, code, commands, prose, quoted, span};
use crate::report::words::resealed::commit;
use crate::report::words::{self, text};

/// How much of the page, in hundredths, each part and all before it may fill.
const TO_RESEALS: usize = 25;
const TO_ERRORS: usize = 40;
const TO_SEALS: usize = 65;
const TO_TOTALS: usize = 80;
const TO_NOTICES: usize = 85;
const TO_THE_END: usize = 100;

/// How many findings of a seal stand before its commands; the others are folded.
const FIRST: usize = 10;

/// The most pieces of advice for one seal.
const ADVICE: usize = 6;

/// Writes a report as Markdown.
pub(crate) fn render(shown: &Presentation, sink: &mut dyn io::Write) -> io::Result<()> {
    let report = shown.report;
    let mut page = Page::default();
    page.close(&format!("### {}\n", title::of(report)));
    if let Some(base) = shown.resealed {
        reseals(&mut page, shown, base);
    }
    errors(&mut page, &report.errors);
    let fits = |seal: &&&SealView| page.add(&seal_in_short(seal), TO_SEALS);
    let told = shown.failing.iter().take_while(fits).count();
    if !shown.failing.is_empty() {
        page.add(&what_to_do(shown), TO_TOTALS);
    }
    totals(&mut page, shown);
    let notice = |message: &String| format!("- **notice**: {}\n", prose(message));
    let notices: Vec<_> = report.notices.iter().map(|notice| &notice.message).map(notice).collect();
    page.list(&notices, TO_NOTICES, "notices");
    let mut hidden: usize = shown.failing[told..].iter().map(|seal| seal.findings.len()).sum();
    for seal in &shown.failing[..told] {
        let rest = Row::of(seal, false).into_iter().skip(FIRST).collect::<Vec<_>>();
        let head = folded(&seal.name, "the other findings", HEAD);
        let fitting = fold(&mut page, &head, rest.iter().map(row));
        hidden += rest[fitting..].iter().map(Row::findings).sum::<usize>();
    }
    let mut entries = 0;
    for (seal, reseal) in &shown.reseals {
        entries += entries_of(&mut page, &seal.name, reseal);
    }
    cut(&mut page, hidden, entries);
    sink.write_all(&page.into_bytes())
}

/// What to add to a summary whose verdict does not count any more, because of `errors`.
pub(crate) fn taken_back(errors: &[ErrorView]) -> Vec<u8> {
    let mut page = Page::default();
    page.close("\n### ERROR: the verdict above does not count\n");
    self::errors(&mut page, errors);
    page.into_bytes()
}

/// What became of the seals since the base: what they cover before how many entries changed.
fn reseals(page: &mut Page, shown: &Presentation, base: &BaseView) {
    let since = commit(&base.rev, &base.oid, Names::Code);
    if scope::passed_since(shown.report).is_some() {
        let sentence = scope::sentence(shown.report, base, Names::Plain);
        page.close(&format!("\n**A change of scope passes**: {}\n", prose(&sentence)));
    }
    page.close(&format!("\n**The seals changed since {since}.**"));
    page.close(match shown.report.verdict {
        Verdict::Pass => " Bytes and seals agree; whoever reviews this approves both.\n",
        _ => "\n",
    });
    let mut lines: Vec<String> = Vec::new();
    for gone in &base.deleted {
        let (name, root) = (code(&gone.name), code(&gone.root));
        let refused = refused(gone.allowed, base);
        lines.push(format!("- {name}: **the seal is gone**, nothing covers {root}{refused}\n"));
    }
    for (seal, reseal) in &shown.reseals {
        let name = code(&seal.name);
        let refused = refused(reseal.allowed, base);
        let told = reseal.scope.iter().flat_map(|scope: &ScopeView| scope.told(Names::Code));
        lines.extend(told.map(|line| format!("- {name}: **scope** {line}{refused}\n")));
    }
    for (seal, reseal) in &shown.reseals {
        let refused = refused(reseal.allowed, base);
        let new = if reseal.new { "a new seal: " } else { "" };
        let sums = sums(&reseal.changes);
        if !sums.is_empty() || reseal.new {
            lines.push(format!("- {}: {new}{sums}{refused}\n", code(&seal.name)));
        }
    }
    list(page, "\n", &lines, TO_RESEALS, "changes of seals");
    if let Some(remedy) = &base.remedy {
        page.add(&format!("\n{}\n", prose(remedy)), TO_ERRORS);
    }
}

fn refused(allowed: bool, base: &BaseView) -> String {
    if allowed {
        String::new()
    } else {
        format!(", which `--on-reseal {}` refuses", base.on_reseal.code())
    }
}

fn errors(page: &mut Page, errors: &[ErrorView]) {
    let line = |error: &ErrorView| {
        let place = match (&error.file, error.line, &error.seal) {
            (Some(file), Some(line), _) => format!("{}, line {line}: ", code(file)),
            (Some(file), None, _) => format!("{}: ", code(file)),
            (None, _, Some(seal)) => format!("seal {}: ", code(seal)),
            (None, _, None) => String::new(),
        };
        let next = error.remedy.as_deref().map(|remedy| format!("\n  - next: {}", prose(remedy)));
        format!("- **error**: {place}{}{}\n", prose(&error.message), next.unwrap_or_default())
    };
    list(page, "\n", &errors.iter().map(line).collect::<Vec<_>>(), TO_ERRORS, "errors");
}

/// The head of a table of findings.
const HEAD: &str = "| | path | what changed | why |\n|---|---|---|---|\n";

/// One seal with findings: the worst of them.
fn seal_in_short(seal: &SealView) -> String {
    let rows = Row::of(seal, false);
    let mut said = format!("\n#### {}: {}\n\n{HEAD}", code(&seal.name), headline(seal));
    said.extend(rows.iter().take(FIRST).map(row));
    if rows.len() > FIRST {
        let hidden = rows[FIRST..].iter().map(Row::findings).sum::<usize>();
        let others = text::grouped(hidden);
        // Writing to a `String` cannot fail, here and below.
        let _ = writeln!(said, "\n{others} more are folded at the end.");
    }
    for row in rows.iter().take(FIRST) {
        if let Row::Finding(FindingView { difference: Some(difference), .. }) = row {
            let lines = changed_lines(difference);
            let _ = write!(said, "\n{}:\n\n{}", span(&row.path()), block("diff", &lines));
        }
    }
    said
}

/// The lines that differ, as the language `diff` has them: the sign first.
fn changed_lines(difference: &DifferenceView) -> Vec<String> {
    let width = difference.number_width();
    let line = |line: &LineView| {
        format!("{} {:>width$} | {}", line.side.sign(), line.number, line.shown())
    };
    difference.lines.iter().map(line).chain(difference.hidden()).collect()
}

/// `12 findings in dist: 3 modified, 9 unsealed`.
fn headline(seal: &SealView) -> String {
    let mut kinds = BTreeMap::new();
    for finding in &seal.findings {
        *kinds.entry(finding.kind).or_insert(0_u64) += 1;
    }
    let kinds: Vec<_> =
        kinds.iter().map(|(kind, n)| format!("{} {}", text::grouped(*n), kind.code())).collect();
    let root = code(seal.root.as_deref().unwrap_or("?"));
    let place = match &seal.source {
        SourceView::Worktree => root,
        SourceView::Directory { path } => format!("{}, sealed as {root}", code(path)),
        SourceView::Database { system, version } => {
            format!("{root} ({})", code(format!("{system} {version}").trim()))
        }
        SourceView::Commit { rev, oid } => {
            format!("{root} of {}", commit(rev, oid, Names::Code))
        }
    };
    format!("{} in {place}", kinds.join(", "))
}

fn row(row: &Row<'_>) -> String {
    let why = match row {
        Row::Finding(finding) => {
            [words::cause(finding).map(str::to_owned), finding.detail.as_deref().map(quoted)]
        }
        Row::Renamed(finding, _) => [words::cause(finding).map(str::to_owned), None],
        Row::Folded(_) => [None, None],
    };
    format!(
        "| {} | {} | {} | {} |\n",
        row.label(),
        span(&row.path()),
        row.change(Names::Code),
        why.into_iter().flatten().collect::<Vec<_>>().join(": "),
    )
}

/// What to do about the findings, and the command that approves.
fn what_to_do(shown: &Presentation) -> String {
    let mut said = String::from("\n**What to do**\n\n");
    let all = &shown.advice;
    for advice in all.iter().take(ADVICE) {
        let _ = writeln!(said, "- **{}**: {}", advice.label, prose(advice.remedy));
    }
    if all.len() > ADVICE {
        let hidden = text::grouped(all.len() - ADVICE);
        let _ = writeln!(said, "- {hidden} more in the report as JSON");
    }
    if let Some(fix) = shown.fix {
        let steps: Vec<&str> = fix.commands().collect();
        let _ = write!(said, "\n{}\n\n{}", to_approve(fix), commands(&steps));
        let _ = writeln!(said, "\n{}", prose(&fix.caution));
        if !fix.compare.is_empty() {
            let compare: Vec<&str> = fix.compare.iter().map(String::as_str).collect();
            let _ = write!(said, "\n{TO_COMPARE}\n\n{}", commands(&compare));
        }
    }
    said
}

/// A row for each seal, the worst first, and the sum.
fn totals(page: &mut Page, shown: &Presentation) {
    if shown.seals.is_empty() {
        return;
    }
    let row = |seal: &&SealView| {
        let verdict = match seal.verdict {
            Verdict::Pass => "pass".to_owned(),
            other => format!("**{}**", other.code()),
        };
        format!(
            "| {} | {verdict} | {} | {} | {} | {} |\n",
            code(&seal.name),
            text::grouped(seal.checked),
            text::grouped(seal.matched),
            text::grouped(seal.findings.len()),
            text::bytes(seal.bytes),
        )
    };
    let head = "\n| seal | verdict | entries | as sealed | findings | read |\n\
                |---|---|---:|---:|---:|---:|\n";
    list(page, head, &shown.seals.iter().map(row).collect::<Vec<_>>(), TO_TOTALS, "seals");
    page.close(&format!(
        "\n{}, {}, {} in {}\n",
        text::count(shown.seals.len(), "seal", "seals"),
        text::count(shown.entries, "entry", "entries"),
        text::bytes(shown.bytes),
        text::duration_ms(shown.report.elapsed_ms),
    ));
    if let Some(staged) = &shown.report.staged {
        page.close(&format!("\nStaged in {}: the very bytes that passed\n", code(staged)));
    }
}

/// The changed entries of a reseal, folded; how many found no room.
fn entries_of(page: &mut Page, name: &str, reseal: &ResealView) -> usize {
    let row = |change: &sealgate_core::compare::changes::Change| {
        format!(
            "| {} | {} | {} |\n",
            change.kind.code(),
            code(&change.path),
            what(change, Names::Code)
        )
    };
    let head = folded(name, "the entries that changed", "| | path | |\n|---|---|---|\n");
    reseal.changes.len() - fold(page, &head, reseal.changes.iter().map(row))
}

/// The head of a folded table about the seal `name`.
fn folded(name: &str, what: &str, table: &str) -> String {
    format!("\n#### {}\n\n<details><summary>{what}</summary>\n\n{table}", code(name))
}

/// Adds a folded table of `rows`, as far as there is room; how many found it. The others are not made.
fn fold(page: &mut Page, head: &str, rows: impl Iterator<Item = String>) -> usize {
    let mut rows = rows.peekable();
    if rows.peek().is_none() || !page.add(head, TO_THE_END) {
        return 0;
    }
    let shown = rows.take_while(|row| page.add(row, TO_THE_END)).count();
    page.close("\n</details>\n");
    shown
}

/// Adds `lines` below `head` up to `share`, and tells how many are left out.
fn list(page: &mut Page, head: &str, lines: &[String], share: usize, what: &str) {
    if !lines.is_empty() {
        page.close(head);
    }
    page.list(lines, share, what);
}

/// Tells what the page has no room for.
fn cut(page: &mut Page, findings: usize, entries: usize) {
    let hidden = [
        (findings, text::count(findings, "finding", "findings")),
        (entries, text::count(entries, "changed entry", "changed entries")),
    ];
    let hidden: Vec<_> =
        hidden.into_iter().filter(|(number, _)| *number > 0).map(|(_, words)| words).collect();
    if !hidden.is_empty() {
        page.close(&format!(
            "\n**Cut here: {} not shown.** All of them: `sealgate check --format json`\n",
            hidden.join(" and ")
        ));
    }
}
