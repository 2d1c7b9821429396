//! What is said of a blocker map, for people and as `sealgate-blockers/1`.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use sealgate_core::approval::blockers::{Blocker, BlockerMap, Contradiction, Reach, State, Words};
use sealgate_core::compare::verdict::Verdict;
use sealgate_core::text::escape::{message, printable_str};
use serde::Serialize;

use crate::report::present::last_line::headword;
use crate::report::render::json::to_writer;
use crate::report::v1::{ErrorView, Tool};
use crate::report::words::text;
use crate::report::{Screen, Verbosity};

/// How many columns of a line are left free: an indent, and a margin.
const MARGIN: usize = 8;

/// The answer of one run.
#[derive(Debug)]
pub struct Answer<'m> {
    /// The map, as the user named it.
    pub file: &'m str,
    /// What it comes to.
    pub verdict: Verdict,
    /// The map; `None` if there is none.
    pub map: Option<&'m BlockerMap>,
    /// The words that are known.
    pub known: Words,
    /// The words that were asked for, in the normal form.
    pub asked: &'m [String],
    /// The items that answer the question, in the map's order.
    pub items: Vec<&'m Blocker>,
    /// Whether people are shown the items even if nothing was asked.
    pub list: bool,
    /// What the map says against itself.
    pub dishonest: Vec<Contradiction>,
    /// What kept it from being read.
    pub errors: Vec<ErrorView>,
}

/// For people; errors are told elsewhere.
#[must_use]
pub fn human(answer: &Answer<'_>, screen: impl Into<Screen>) -> Vec<u8> {
    let Screen { verbosity, columns } = screen.into();
    let Some(map) = answer.map else { return Vec::new() };
    let mut said = String::new();
    if verbosity != Verbosity::Quiet {
        if answer.list || !answer.asked.is_empty() {
            answer.items.iter().for_each(|item| said.push_str(&one(item, &answer.known, columns)));
        }
        answer.dishonest.iter().for_each(|fault| said.push_str(&against(fault, columns)));
        for word in answer.unknown() {
            let note = format!(
                "{word:?} is no word that is known here: everything that is open blocks it"
            );
            let _ = writeln!(said, "{}", message(&note));
        }
        if !said.is_empty() {
            said.push('\n');
        }
    }
    let (file, state) = (printable_str(answer.file), answer.state(map));
    // Writing to a string cannot fail.
    let _ = if answer.list && answer.verdict == Verdict::Pass {
        writeln!(said, "{file}: {state}")
    } else {
        let (word, style) = headword(answer.verdict);
        writeln!(said, "{style}{word}{style:#}  {file}: {state}")
    };
    said.into_bytes()
}

impl Answer<'_> {
    /// The words asked for that are not known.
    fn unknown(&self) -> impl Iterator<Item = &String> {
        self.asked.iter().filter(|word| !self.known.know(word))
    }

    /// The map in half a line.
    fn state(&self, map: &BlockerMap) -> String {
        let open = map.open().count();
        let all = text::count(map.blockers.len(), "item", "items");
        if !self.dishonest.is_empty() {
            let things = text::count(self.dishonest.len(), "contradiction", "contradictions");
            return format!("{things} in it, so it rules nothing");
        }
        if self.asked.is_empty() {
            let all = format!("{all}, {} open", text::grouped(open));
            return if self.list { all } else { format!("{all}; it does not contradict itself") };
        }
        let asked: Vec<_> = self.asked.iter().map(|word| printable_str(word)).collect();
        let asked = asked.join(" or ");
        let verb = if self.items.len() == 1 { "blocks" } else { "block" };
        match self.items.len() {
            0 => format!("{all}, {} open, none of which blocks {asked}", text::grouped(open)),
            blocking => format!("{} of {all} {verb} {asked}", text::grouped(blocking)),
        }
    }
}

/// One item: what it is, and what it waits for.
fn one(item: &Blocker, known: &Words, columns: usize) -> String {
    let bold = Style::new().bold();
    let colour = if item.is_open() { AnsiColor::Yellow } else { AnsiColor::Green };
    let status = colour.on_default();
    let mut said = format!(
        "{bold}{}{bold:#}  {status}{}{status:#}  blocks {}\n",
        printable_str(&item.id),
        printable_str(&item.status),
        blocked(item, known)
    );
    push(&mut said, columns, "", &item.item);
    if item.is_open() {
        push(&mut said, columns, "waits for: ", &item.actor_needed);
        push(&mut said, columns, "next: ", &item.next_action);
    } else {
        let unsaid = |said: &Option<String>| said.clone().unwrap_or_else(|| "nobody".to_owned());
        let at = item.closed_at.as_deref().unwrap_or("no time");
        push(&mut said, columns, "closed by: ", &format!("{}, {at}", unsaid(&item.closed_by)));
    }
    said
}

fn blocked(item: &Blocker, known: &Words) -> String {
    match item.reach(known) {
        Reach::Words(words) => words.into_iter().collect::<Vec<_>>().join(", "),
        Reach::Everything(unknown) => {
            let unknown: Vec<_> = unknown.iter().map(|word| format!("{word:?}")).collect();
            message(&format!("everything: {} is not known", unknown.join(", "))).into_owned()
        }
    }
}

/// One contradiction.
fn against(fault: &Contradiction, columns: usize) -> String {
    let style = Style::new().bold().fg_color(Some(AnsiColor::Red.into()));
    let mut said = format!("{style}{}{style:#}\n", fault.code());
    push(&mut said, columns, "", &fault.to_string());
    push(&mut said, columns, "next: ", fault.remedy());
    said
}

/// Adds a sentence on lines of its own; nothing in it can end a line.
fn push(said: &mut String, columns: usize, label: &str, sentence: &str) {
    let sentence = format!("{label}{sentence}");
    let shown = message(&sentence);
    for (at, line) in text::wrap(&shown, columns.saturating_sub(MARGIN)).iter().enumerate() {
        let deeper = if at > 0 && !label.is_empty() { "  " } else { "" };
        let _ = writeln!(said, "  {deeper}{line}");
    }
}

/// As `sealgate-blockers/1`.
#[must_use]
pub fn json(answer: &Answer<'_>) -> Vec<u8> {
    let view = AnswerView {
        format: "sealgate-blockers/1",
        tool: Tool::this(),
        verdict: answer.verdict.code(),
        file: answer.file,
        map: answer.map.map(MapView::new),
        asked: answer.asked,
        unknown: answer.unknown().collect(),
        blockers: answer.items.iter().map(|item| ItemView::new(item, &answer.known)).collect(),
        dishonest: answer.dishonest.iter().map(DishonestyView::new).collect(),
        errors: &answer.errors,
    };
    let mut bytes = Vec::new();
    // Writing to memory cannot fail.
    let _ = to_writer(&view, &mut bytes);
    bytes
}

#[derive(Serialize)]
struct AnswerView<'a> {
    format: &'static str,
    tool: Tool,
    verdict: &'static str,
    file: &'a str,
    map: Option<MapView<'a>>,
    asked: &'a [String],
    unknown: Vec<&'a String>,
    blockers: Vec<ItemView<'a>>,
    dishonest: Vec<DishonestyView<'a>>,
    errors: &'a [ErrorView],
}

#[derive(Serialize)]
struct MapView<'a> {
    doc: &'a str,
    date: &'a str,
    authority: &'a str,
    items: usize,
    open: usize,
    production_work_performed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'a str>,
}

impl<'a> MapView<'a> {
    fn new(map: &'a BlockerMap) -> Self {
        Self {
            doc: &map.doc,
            date: &map.date,
            authority: &map.authority,
            items: map.blockers.len(),
            open: map.open().count(),
            production_work_performed: map.production_work_performed,
            note: map.note.as_deref(),
        }
    }
}

#[derive(Serialize)]
struct ItemView<'a> {
    id: &'a str,
    item: &'a str,
    status: &'a str,
    state: &'static str,
    /// Absent where it blocks everything.
    #[serde(skip_serializing_if = "Option::is_none")]
    blocks: Option<Vec<String>>,
    /// The words for which it blocks everything.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unknown: Vec<String>,
    actor_needed: &'a str,
    next_action: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    change_this_lane: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    closed_by: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    closed_at: Option<&'a str>,
}

impl<'a> ItemView<'a> {
    fn new(item: &'a Blocker, known: &Words) -> Self {
        let (blocks, unknown) = match item.reach(known) {
            Reach::Words(words) => (Some(words.into_iter().collect()), Vec::new()),
            Reach::Everything(unknown) => (None, unknown),
        };
        Self {
            id: &item.id,
            item: &item.item,
            status: &item.status,
            state: match item.state() {
                State::Open => "open",
                State::Closed => "closed",
                State::Unknown => "unknown",
            },
            blocks,
            unknown,
            actor_needed: &item.actor_needed,
            next_action: &item.next_action,
            change_this_lane: item.change_this_lane.as_deref(),
            closed_by: item.closed_by.as_deref(),
            closed_at: item.closed_at.as_deref(),
        }
    }
}

#[derive(Serialize)]
struct DishonestyView<'a> {
    code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    message: String,
    remedy: &'static str,
}

impl<'a> DishonestyView<'a> {
    fn new(fault: &'a Contradiction) -> Self {
        Self {
            code: fault.code(),
            id: fault.id(),
            message: fault.to_string(),
            remedy: fault.remedy(),
        }
    }
}
