//! The report for people: what is wrong, worst first; what to do; and the verdict last, where
//! the eye is when a command ends.
//!
//! Colour is always written; the caller's stream drops it where nobody sees colour. Whatever
//! comes from outside passes through `printable`, and every line begins with our own words.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use sealgate_core::compare::finding::{Cause, FindingKind};
use sealgate_core::compare::verdict::Verdict;
use sealgate_core::text::escape::{message, printable_str};

use crate::report::present::rows::Row;
use crate::report::present::to_do::Advice;
use crate::report::present::{Presentation, TO_COMPARE, last_line, to_approve};
use crate::report::v1::{
    BaseView, DifferenceView, FindingView, Fix, Report, SealView, SideView, SourceView,
};
use crate::report::words::changes::Names;
use crate::report::words::{self, resealed, text};

/// How much `human` tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Verbosity {
    /// The verdict line alone.
    Quiet,
    /// At most 50 findings a seal.
    #[default]
    Normal,
    /// Every finding.
    Verbose,
}

/// How much is told, and how wide a line may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Screen {
    /// How much `human` tells.
    pub verbosity: Verbosity,
    /// After how many columns sentences break, if they can.
    pub columns: usize,
}

impl Screen {
    /// The width of a line where no terminal says otherwise; wider lines are hard to read.
    pub const COLUMNS: usize = 100;
}

impl From<Verbosity> for Screen {
    fn from(verbosity: Verbosity) -> Self {
        Self { verbosity, columns: Self::COLUMNS }
    }
}

/// The most findings of one seal that [`Verbosity::Normal`] shows.
const SHOWN: usize = 50;

/// How many of every kind [`Verbosity::Normal`] shows at least.
const OF_EVERY_KIND: usize = 3;

/// The most pieces of advice for one seal.
const ADVICE: usize = 6;

/// The widest column of paths; a longer path pushes its own line to the right, and no other.
const PATH_COLUMN: usize = 60;

/// The column of kinds: the longest code, `kind-changed`.
const KIND_COLUMN: usize = 12;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
pub(super) const ERROR: Style = AnsiColor::Red.on_default().bold();
pub(super) const NEXT: Style = AnsiColor::Cyan.on_default();
pub(super) const NOTICE: Style = AnsiColor::Yellow.on_default().bold();

/// Writes `report` for people, without the errors, which `problems` writes elsewhere.
pub fn human(report: &Report, screen: impl Into<Screen>, sink: &mut dyn Write) -> io::Result<()> {
    render(&Presentation::new(report), screen.into(), sink)
}

pub(crate) fn render(shown: &Presentation, screen: Screen, sink: &mut dyn Write) -> io::Result<()> {
    let report = shown.report;
    let verbosity = screen.verbosity;
    let mut sink = io::BufWriter::new(sink);
    if verbosity != Verbosity::Quiet {
        if let Some(line) = last_line::scope_change(report) {
            writeln!(sink, "{line}\n")?;
        }
        write_reseals(shown, screen, &mut sink)?;
        write_seals(shown, screen, &mut sink)?;
        for notice in &report.notices {
            writeln!(sink, "{NOTICE}notice:{NOTICE:#} {}", message(&notice.message))?;
        }
    }
    writeln!(sink, "{}", last_line::of(shown))?;
    let passed = report.verdict == Verdict::Pass;
    if let Some(line) = report.authority.as_ref().and_then(|authority| authority.line(passed)) {
        writeln!(sink, "{line}")?;
    }
    if let (Some(staged), true) = (&report.staged, verbosity != Verbosity::Quiet) {
        writeln!(sink, "staged in {}: the very bytes that passed", printable_str(staged))?;
    }
    sink.flush()
}

/// What became of the seals since the base: before all else, for it is how something is hidden.
fn write_reseals(shown: &Presentation, screen: Screen, sink: &mut dyn Write) -> io::Result<()> {
    let Some(base) = &shown.report.base else { return Ok(()) };
    for seal in &base.deleted {
        let (name, root) = (printable_str(&seal.name), printable_str(&seal.root));
        let since = resealed::since(base);
        writeln!(sink, "{BOLD}{name}{BOLD:#}: the seal of {root} is gone {since}")?;
    }
    for (seal, reseal) in &shown.reseals {
        write!(sink, "{}", resealed::human(&seal.name, reseal, base, screen.verbosity))?;
        if !seal.findings.is_empty() {
            writeln!(sink, "  the bytes do not follow: see below")?;
        }
    }
    if let Some(remedy) = &base.remedy {
        write!(sink, "  {NEXT}next:{NEXT:#} ")?;
        write_wrapped(&message(remedy), 8, screen.columns, sink)?;
    }
    if !base.deleted.is_empty() || !shown.reseals.is_empty() {
        writeln!(sink)?;
    }
    Ok(())
}

/// The findings of each seal, and what to do about all of them.
fn write_seals(shown: &Presentation, screen: Screen, sink: &mut dyn Write) -> io::Result<()> {
    if shown.failing.is_empty() {
        return Ok(());
    }
    for seal in &shown.failing {
        write_seal(seal, shown.report.base.as_ref(), screen, sink)?;
    }
    write_to_do(shown, screen.columns, sink)?;
    writeln!(sink)
}

fn write_seal(
    seal: &SealView,
    base: Option<&BaseView>,
    screen: Screen,
    sink: &mut dyn Write,
) -> io::Result<()> {
    let (shown, hidden) = match screen.verbosity {
        Verbosity::Verbose => (Row::of(seal, true), Vec::new()),
        Verbosity::Quiet | Verbosity::Normal => choose(&Row::of(seal, false)),
    };
    let drifted = match base.filter(|_| seal.reseal.is_none()) {
        Some(base) => format!("; the seal is as it was in {}", printable_str(&base.rev)),
        None => String::new(),
    };
    writeln!(sink, "{BOLD}{}{BOLD:#}: {}{drifted}", printable_str(&seal.name), headline(seal))?;
    write_rows(&shown, sink)?;
    if !hidden.is_empty() {
        writeln!(sink, "  {DIM}{}{DIM:#}", cut(&hidden))?;
    }
    Ok(())
}

/// Which rows are shown and which are not: the worst first, and some of every kind, so that a long
/// list of one hides no other.
fn choose<'a>(rows: &[Row<'a>]) -> (Vec<Row<'a>>, Vec<Row<'a>>) {
    let mut met = BTreeMap::new();
    let mut rank = |row: &Row<'_>| {
        let number = met.entry(row.kind()).or_insert(0_usize);
        *number += 1;
        *number <= OF_EVERY_KIND
    };
    let first: Vec<bool> = rows.iter().map(&mut rank).collect();
    let mut room = SHOWN.saturating_sub(first.iter().filter(|&&first| first).count());
    let (mut shown, mut hidden) = (Vec::new(), Vec::new());
    for (row, first) in rows.iter().zip(first) {
        if first || room > 0 {
            room -= usize::from(!first);
            shown.push(*row);
        } else {
            hidden.push(*row);
        }
    }
    (shown, hidden)
}

fn headline(seal: &SealView) -> String {
    let number = text::count(seal.findings.len(), "finding", "findings");
    let root = printable_str(seal.root.as_deref().unwrap_or("?"));
    if let Some(build) = seal.build.as_ref().filter(|_| is_built_otherwise(seal)) {
        let build = printable_str(build);
        return format!("{number} in {root}, which `{build}` makes differently");
    }
    match &seal.source {
        SourceView::Worktree => format!("{number} in {root}"),
        SourceView::Directory { path } => {
            format!("{number} in {}, sealed as {root}", printable_str(path))
        }
        SourceView::Database { system, version } => {
            format!("{number} in {root} ({})", printable_str(format!("{system} {version}").trim()))
        }
        SourceView::Commit { rev, .. } => {
            format!("{number} in {root} of {}", printable_str(rev))
        }
    }
}

/// Whether the build explains every finding.
fn is_built_otherwise(seal: &SealView) -> bool {
    seal.findings.iter().all(|finding| finding.cause == Some(Cause::BuildDiffers))
}

/// What the list does not show: how many, and of which kinds.
fn cut(hidden: &[Row<'_>]) -> String {
    let mut kinds = BTreeMap::new();
    for row in hidden {
        *kinds.entry(row.kind()).or_insert(0_usize) += row.findings();
    }
    let kinds: Vec<String> =
        kinds.iter().map(|(kind, n)| format!("{} {}", text::grouped(*n), kind.code())).collect();
    format!(
        "... and {} more ({}); all of them: sealgate check -v or --format json",
        text::grouped(hidden.iter().map(Row::findings).sum::<usize>()),
        kinds.join(", ")
    )
}

fn write_rows(rows: &[Row<'_>], sink: &mut dyn Write) -> io::Result<()> {
    let paths: Vec<Cow<'_, str>> = rows.iter().map(Row::path).collect();
    let widest = paths.iter().map(|path| text::width(path)).max().unwrap_or(0);
    let column = widest.min(PATH_COLUMN);
    for (row, path) in rows.iter().zip(&paths) {
        let (kind, style) = (row.label(), weight(row.kind()));
        write!(sink, "  {style}{kind}{style:#}{}", pad(kind, KIND_COLUMN))?;
        write!(sink, "  {path}")?;
        let rest = remarks(row);
        if !rest.is_empty() {
            write!(sink, "{}  {rest}", pad(path, column))?;
        }
        writeln!(sink)?;
        if let Row::Finding(FindingView { difference: Some(difference), .. }) = row {
            write_difference(difference, sink)?;
        }
    }
    Ok(())
}

/// The lines that differ, each with its number.
fn write_difference(difference: &DifferenceView, sink: &mut dyn Write) -> io::Result<()> {
    let width = difference.number_width();
    for line in &difference.lines {
        let style = match line.side {
            SideView::Sealed => AnsiColor::Red.on_default(),
            SideView::Observed => AnsiColor::Green.on_default(),
        };
        let (sign, shown) = (line.side.sign(), line.shown());
        writeln!(sink, "    {DIM}{:>width$} |{DIM:#} {style}{sign} {shown}{style:#}", line.number)?;
    }
    match difference.hidden() {
        Some(hidden) => writeln!(sink, "    {:width$}   {DIM}{hidden}{DIM:#}", ""),
        None => Ok(()),
    }
}

/// What changed, why, and what else is known.
fn remarks(row: &Row<'_>) -> String {
    let change = Some(row.change(Names::Plain)).filter(|words| !words.is_empty());
    let (finding, detail) = match row {
        Row::Finding(finding) => (finding, finding.detail.as_deref()),
        // The detail names the partner, which the row does already.
        Row::Renamed(finding, _) => (finding, None),
        Row::Folded(_) => return change.unwrap_or_default(),
    };
    let cause = words::cause(finding);
    let detail = detail.map(|detail| format!("{DIM}{}{DIM:#}", message(detail)));
    let why: Vec<_> = cause.map(str::to_owned).into_iter().chain(detail).collect();
    let why = Some(why.join(": ")).filter(|words| !words.is_empty());
    [change, why].into_iter().flatten().collect::<Vec<_>>().join("; ")
}

/// What to do about the findings, and the command that approves.
fn write_to_do(shown: &Presentation, columns: usize, sink: &mut dyn Write) -> io::Result<()> {
    writeln!(sink, "\n  What to do:")?;
    let (all, fix) = (&shown.advice, shown.fix);
    let shown = &all[..all.len().min(ADVICE)];
    let column = shown.iter().map(|advice| advice.label.len()).max().unwrap_or(0);
    for Advice { label, remedy, others, .. } in shown {
        let alike = match others {
            0 => String::new(),
            _ => format!(" ({} more like it)", text::grouped(*others)),
        };
        let text = format!("{}{alike}", message(remedy));
        write!(sink, "    {BOLD}{label}{BOLD:#}{}  ", pad(label, column))?;
        write_wrapped(&text, column + 6, columns, sink)?;
    }
    let hidden = all.len() - shown.len();
    if hidden > 0 {
        writeln!(sink, "    {DIM}... and {hidden} more in --format json{DIM:#}")?;
    }
    fix.map_or(Ok(()), |fix| write_fix(fix, columns, sink))
}

fn write_fix(fix: &Fix, columns: usize, sink: &mut dyn Write) -> io::Result<()> {
    let heading = to_approve(fix);
    if fix.steps.is_empty() {
        writeln!(sink, "\n  {heading}  {BOLD}{}{BOLD:#}", message(&fix.approve))?;
    } else {
        writeln!(sink, "\n  {heading}")?;
        for step in &fix.steps {
            writeln!(sink, "    {BOLD}{}{BOLD:#}", message(step))?;
        }
    }
    write!(sink, "  ")?;
    write_wrapped(&message(&fix.caution), 2, columns, sink)?;
    if !fix.compare.is_empty() {
        writeln!(sink, "\n  {TO_COMPARE}")?;
    }
    for command in &fix.compare {
        writeln!(sink, "    {BOLD}{}{BOLD:#}", message(command))?;
    }
    Ok(())
}

/// Writes `text` in lines of at most `columns`, after `indent` columns of its first line, which are
/// written.
fn write_wrapped(
    text: &str,
    indent: usize,
    columns: usize,
    sink: &mut dyn Write,
) -> io::Result<()> {
    for (number, line) in text::wrap(text, columns.saturating_sub(indent)).iter().enumerate() {
        let indent = if number == 0 { 0 } else { indent };
        writeln!(sink, "{:indent$}{line}", "")?;
    }
    Ok(())
}

fn weight(kind: FindingKind) -> Style {
    let colour = match kind {
        FindingKind::Unreadable | FindingKind::Unstable => AnsiColor::Magenta,
        FindingKind::Unsealable
        | FindingKind::KindChanged
        | FindingKind::LinkChanged
        | FindingKind::Modified
        | FindingKind::Missing => AnsiColor::Red,
        FindingKind::ModeChanged | FindingKind::Unsealed => AnsiColor::Yellow,
        FindingKind::Moved => AnsiColor::Cyan,
    };
    colour.on_default()
}

/// The spaces that fill `text` up to `column`.
fn pad(text: &str, column: usize) -> String {
    " ".repeat(column.saturating_sub(text::width(text)))
}
