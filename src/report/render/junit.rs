//! JUnit XML: a suite for each seal, a case for each finding, and one case that passes where a seal
//! has none.
//!
//! The dialect that GitLab, Jenkins and the rest have in common. Nothing in it changes from run to
//! run of the same bytes but the time that the check took.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use sealgate_core::compare::verdict::Verdict;
use sealgate_core::text::escape::{message, printable_str};

use crate::report::present::issues::{self, Issue};
use crate::report::v1::{Report, SealView};
use crate::report::words::text;

/// The most cases that fail and are written.
const MOST: usize = 10_000;

/// About the most text that is written, in bytes; GitLab takes no file above 30 MB.
const LONGEST: usize = 4 << 20;

/// The name of the suite for what concerns no seal.
const OWN: &str = "sealgate";

/// One suite.
struct Suite<'a> {
    name: &'a str,
    /// `None` where there is no such seal, or no seal at all.
    seal: Option<&'a SealView>,
    issues: Vec<&'a Issue<'a>>,
}

/// How many cases there are.
#[derive(Clone, Copy, Default)]
struct Counts {
    tests: usize,
    failures: usize,
    errors: usize,
}

/// Writes `report` as JUnit XML.
pub(crate) fn render(report: &Report, sink: &mut dyn io::Write) -> io::Result<()> {
    let all = issues::of(report, MOST);
    let (shown, hidden) = all.cut(MOST, LONGEST);
    let suites = suites(report, shown);
    let mut counts = suites.iter().map(Suite::counts).fold(Counts::default(), Counts::and);
    if hidden > 0 {
        counts = counts.and(Counts { tests: 1, failures: 1, errors: 0 });
    }
    let mut xml = Writer::new_with_indent(io::BufWriter::new(sink), b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let seconds = format!("{}.{:03}", report.elapsed_ms / 1000, report.elapsed_ms % 1000);
    xml.create_element("testsuites")
        .with_attribute(("name", &*heading(report)))
        .with_attributes(counts.attributes().iter().map(pair))
        .with_attribute(("time", &*seconds))
        .write_inner_content(|xml| {
            suites.iter().try_for_each(|suite| suite.write(xml))?;
            if hidden > 0 { write_hidden(hidden, xml) } else { Ok(()) }
        })?;
    let mut sink = xml.into_inner();
    io::Write::write_all(&mut sink, b"\n")?;
    io::Write::flush(&mut sink)
}

/// What was judged, and that there is an emergency.
fn heading(report: &Report) -> String {
    let heading = report.extent().beside(OWN.to_owned());
    if report.emergencies().next().is_some() { format!("{heading}, BREAK-GLASS") } else { heading }
}

/// A suite for each seal in their order, and before them those of what has none.
fn suites<'a>(report: &'a Report, issues: &'a [Issue<'a>]) -> Vec<Suite<'a>> {
    // `None` comes first, then names in their order.
    let mut by_seal: BTreeMap<Option<&str>, Vec<&Issue<'_>>> = BTreeMap::new();
    for issue in issues {
        by_seal.entry(issue.seal).or_default().push(issue);
    }
    let suite = |seal: &'a SealView| {
        let issues = by_seal.get(&Some(&*seal.name)).cloned().unwrap_or_default();
        Suite { name: &seal.name, seal: Some(seal), issues }
    };
    let seals: Vec<Suite<'_>> = report.seals.iter().map(suite).collect();
    for seal in &report.seals {
        by_seal.remove(&Some(&*seal.name));
    }
    let others = by_seal.into_iter();
    let others =
        others.map(|(name, issues)| Suite { name: name.unwrap_or(OWN), seal: None, issues });
    others.chain(seals).collect()
}

impl Counts {
    fn and(self, other: Self) -> Self {
        Self {
            tests: self.tests + other.tests,
            failures: self.failures + other.failures,
            errors: self.errors + other.errors,
        }
    }

    fn attributes(self) -> [(&'static str, String); 4] {
        let Self { tests, failures, errors } = self;
        let all = [("tests", tests), ("failures", failures), ("errors", errors), ("skipped", 0)];
        all.map(|(name, number)| (name, number.to_string()))
    }
}

impl Suite<'_> {
    /// Whether it is a seal of which there is nothing to say but that it passed.
    fn passed(&self) -> Option<&SealView> {
        self.seal.filter(|seal| self.issues.is_empty() && seal.verdict == Verdict::Pass)
    }

    fn counts(&self) -> Counts {
        let errors = self.issues.iter().filter(|issue| issue.error).count();
        let tests = self.issues.len() + usize::from(self.passed().is_some());
        Counts { tests, failures: self.issues.len() - errors, errors }
    }

    fn write<W: io::Write>(&self, xml: &mut Writer<W>) -> io::Result<()> {
        let name = printable_str(self.name);
        xml.create_element("testsuite")
            .with_attribute(("name", &*carried(&name)))
            .with_attributes(self.counts().attributes().iter().map(pair))
            .write_inner_content(|xml| {
                if let Some(seal) = self.passed() {
                    write_pass(seal, xml)?;
                }
                self.issues.iter().try_for_each(|issue| write_issue(issue, &name, self.seal, xml))
            })?;
        Ok(())
    }
}

fn write_pass<W: io::Write>(seal: &SealView, xml: &mut Writer<W>) -> io::Result<()> {
    let said = format!(
        "{}, {}; seal digest {}",
        text::count(seal.checked, "entry", "entries"),
        text::bytes(seal.bytes),
        seal.digest.as_deref().unwrap_or("unknown")
    );
    xml.create_element("testcase")
        .with_attribute(("classname", &*carried(&printable_str(&seal.name))))
        .with_attribute(("name", "every checked entry is as sealed"))
        .with_attribute(("file", &*carried(&printable_str(&seal.file))))
        .write_inner_content(|xml| write_text("system-out", &said, xml))?;
    Ok(())
}

fn write_issue<W: io::Write>(
    issue: &Issue<'_>,
    class: &str,
    seal: Option<&SealView>,
    xml: &mut Writer<W>,
) -> io::Result<()> {
    let name = match (issue.finding, seal) {
        (Some(finding), Some(seal)) => issues::place(finding, seal),
        _ => issue.title.clone(),
    };
    xml.create_element("testcase")
        .with_attribute(("classname", &*carried(class)))
        .with_attribute(("name", &*carried(&name)))
        .with_attribute(("file", &*carried(&printable_str(&issue.file))))
        .write_inner_content(|xml| {
            let outcome = if issue.error { "error" } else { "failure" };
            xml.create_element(outcome)
                .with_attribute(("type", issue.code))
                .with_attribute(("message", &*carried(&issue.title)))
                .write_text_content(BytesText::new(&carried(&body(issue, seal))))?;
            Ok(())
        })?;
    Ok(())
}

/// What a person reads who opens the case.
fn body(issue: &Issue<'_>, seal: Option<&SealView>) -> String {
    let mut facts = vec![("where", format!("{}:{}", printable_str(&issue.file), issue.line))];
    if let Some(finding) = issue.finding {
        let entry = |entry: &Option<_>| entry.as_ref().map(issues::entry);
        let (expected, observed) = (entry(&finding.expected), entry(&finding.observed));
        facts.push(("expected", expected.unwrap_or_else(|| "nothing".to_owned())));
        facts.extend(observed.map(|observed| ("observed", observed)));
        let cause = finding.cause.map(|cause| cause.code().to_owned());
        facts.extend(cause.map(|cause| ("cause", cause)));
        facts.extend(finding.detail.as_deref().map(|detail| ("detail", message(detail).into())));
    }
    facts.extend(issue.remedy.as_ref().map(|remedy| ("next", remedy.to_string())));
    let fix = seal.and_then(|seal| seal.fix.as_ref()).filter(|_| issue.finding.is_some());
    if let Some(fix) = fix {
        facts.push(("to approve", message(&fix.approve).into_owned()));
        facts.push(("but", message(&fix.caution).into_owned()));
    }
    let lines: Vec<_> = facts.iter().map(|(what, words)| format!("{what}: {words}")).collect();
    format!("\n{}\n", lines.join("\n"))
}

fn write_hidden<W: io::Write>(hidden: usize, xml: &mut Writer<W>) -> io::Result<()> {
    let one = Counts { tests: 1, failures: 1, errors: 0 };
    let said = format!("{hidden} more are left out; the JSON report has them all");
    xml.create_element("testsuite")
        .with_attribute(("name", "left out"))
        .with_attributes(one.attributes().iter().map(pair))
        .write_inner_content(|xml| {
            xml.create_element("testcase")
                .with_attribute(("classname", OWN))
                .with_attribute(("name", "left out"))
                .write_inner_content(|xml| {
                    xml.create_element("failure")
                        .with_attribute(("type", "left-out"))
                        .with_attribute(("message", &*said))
                        .write_empty()?;
                    Ok(())
                })?;
            Ok(())
        })?;
    Ok(())
}

fn write_text<W: io::Write>(element: &str, text: &str, xml: &mut Writer<W>) -> io::Result<()> {
    xml.create_element(element).write_text_content(BytesText::new(&carried(text)))?;
    Ok(())
}

fn pair<'a>((name, value): &'a (&'static str, String)) -> (&'a str, &'a str) {
    (name, value)
}

/// `text` with what XML 1.0 cannot carry, not even by number, replaced: section 2.2, `Char`.
fn carried(text: &str) -> Cow<'_, str> {
    let fits = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    if text.chars().all(fits) {
        return Cow::Borrowed(text);
    }
    let replaced = |c| if fits(c) { c } else { char::REPLACEMENT_CHARACTER };
    Cow::Owned(text.chars().map(replaced).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_cannot_carry_is_replaced_and_all_else_stays() {
        assert_eq!(carried("a\tb\né 日 🦀"), "a\tb\né 日 🦀");
        assert_eq!(
            carried("\0a\u{1b}\u{fffe}\u{ffff}b\u{b}"),
            "\u{fffd}a\u{fffd}\u{fffd}\u{fffd}b\u{fffd}"
        );
    }
}
