//! How much of a sweep runs, and what it counted.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write as _;
use std::sync::Mutex;
use std::time::Instant;

use serde::{Deserialize, Serialize};

use crate::random::next;

/// The seed of the samples, unless `SEALGATE_HARDENING_SEED` states another one.
const SEED: u64 = 20_260_301;

/// The longest list of failures that a sweep prints.
const MOST_SHOWN: usize = 40;

/// What one sweep counted: a line of the file that `SEALGATE_HARDENING_FIGURES` names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Figures {
    /// The test that counted, as `cargo test` names it.
    pub(crate) test: String,
    /// Whether the whole sweep ran, and not a sample.
    pub(crate) full: bool,
    /// The seed of a sample.
    pub(crate) seed: u64,
    /// How many cases ran.
    pub(crate) cases: u64,
    /// Cases in which a tree or an approval that is wrong passed, or a right one got a wrong answer.
    pub(crate) passed_wrongly: u64,
    /// Runs that the watchdog ended.
    pub(crate) hung: u64,
    /// Cases that broke another demand of the sweep.
    pub(crate) broken: u64,
    /// Runs that a signal ended, or that panicked, and which therefore passed nothing.
    pub(crate) killed: u64,
    /// The cases by what they were about.
    pub(crate) by: BTreeMap<String, u64>,
    /// How long the sweep took.
    pub(crate) seconds: u64,
}

/// How a case can break the demands of a sweep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    PassedWrongly,
    Hung,
    Broken,
}

/// A sweep that is running. Workers share it.
pub(crate) struct Sweep {
    begun: Instant,
    state: Mutex<(Figures, Vec<String>)>,
}

/// Whether sweeps run as a whole.
pub(crate) fn is_full() -> bool {
    std::env::var_os("SEALGATE_HARDENING").is_some_and(|value| value == "full")
}

/// The seed of this run.
pub(crate) fn seed() -> u64 {
    let stated = std::env::var("SEALGATE_HARDENING_SEED").ok();
    stated.map_or(SEED, |text| text.parse().expect("SEALGATE_HARDENING_SEED is a number"))
}

/// All of `items` in a full run, otherwise `most` of them, in their order, chosen by the seed.
pub(crate) fn sample<T>(items: Vec<T>, most: usize) -> Vec<T> {
    if is_full() { items } else { choose(items, most, seed()) }
}

fn choose<T>(items: Vec<T>, most: usize, seed: u64) -> Vec<T> {
    let mut state = seed;
    let keyed = items.into_iter().enumerate().map(|(place, item)| (next(&mut state), place, item));
    let mut keyed: Vec<(u64, usize, T)> = keyed.collect();
    keyed.sort_by_key(|(key, ..)| *key);
    keyed.truncate(most);
    keyed.sort_by_key(|(_, place, _)| *place);
    keyed.into_iter().map(|(.., item)| item).collect()
}

impl Sweep {
    /// Begins the sweep of the test `test`, a path from `hardening::` on.
    pub(crate) fn begin(test: &str) -> Self {
        let figures = Figures {
            test: format!("hardening::{test}"),
            full: is_full(),
            seed: seed(),
            cases: 0,
            passed_wrongly: 0,
            hung: 0,
            broken: 0,
            killed: 0,
            by: BTreeMap::new(),
            seconds: 0,
        };
        Self { begun: Instant::now(), state: Mutex::new((figures, Vec::new())) }
    }

    /// Begins a sweep that is short enough to run as a whole always.
    pub(crate) fn begin_whole(test: &str) -> Self {
        let mut sweep = Self::begin(test);
        sweep.state.get_mut().unwrap().0.full = true;
        sweep
    }

    /// Counts a case about `what`.
    pub(crate) fn count(&self, what: &str) {
        self.count_many(what, 1);
    }

    pub(crate) fn count_many(&self, what: &str, cases: u64) {
        let (figures, _) = &mut *self.state.lock().unwrap();
        figures.cases += cases;
        *figures.by.entry(what.to_owned()).or_default() += cases;
    }

    /// Counts a run that a signal ended.
    pub(crate) fn killed(&self) {
        self.state.lock().unwrap().0.killed += 1;
    }

    /// Counts a case that broke a demand, and keeps `message` for the end.
    pub(crate) fn fault(&self, fault: Fault, message: &str) {
        let (figures, faults) = &mut *self.state.lock().unwrap();
        match fault {
            Fault::PassedWrongly => figures.passed_wrongly += 1,
            Fault::Hung => figures.hung += 1,
            Fault::Broken => figures.broken += 1,
        }
        faults.push(format!("{fault:?}: {message}"));
    }

    /// Writes the figures down; fails if a case broke a demand, or if there were fewer cases than
    /// `fewest` in a full run.
    #[track_caller]
    #[expect(clippy::print_stdout, reason = "the figures are to be seen")]
    pub(crate) fn end(self, fewest: u64) {
        let (mut figures, faults) = self.state.into_inner().unwrap();
        figures.seconds = self.begun.elapsed().as_secs();
        let line = serde_json::to_string(&figures).unwrap();
        println!("{line}");
        if let Some(path) = std::env::var_os("SEALGATE_HARDENING_FIGURES") {
            let mut file = File::options().append(true).create(true).open(path).unwrap();
            writeln!(file, "{line}").unwrap();
        }
        let shown = &faults[..faults.len().min(MOST_SHOWN)];
        assert!(faults.is_empty(), "{} faults; the first:\n{}", faults.len(), shown.join("\n"));
        let enough = if figures.full { fewest } else { 1 };
        assert!(figures.cases >= enough, "only {} cases ran", figures.cases);
    }
}

#[test]
fn a_sample_depends_on_the_seed_alone_and_keeps_the_order() {
    let all: Vec<u32> = (0..1_000).collect();
    let chosen = choose(all.clone(), 50, 1);
    assert_eq!(chosen.len(), 50);
    assert!(chosen.is_sorted());
    assert_eq!(chosen, choose(all.clone(), 50, 1));
    assert_ne!(chosen, choose(all.clone(), 50, 2));
    assert_eq!(choose(all.clone(), 5_000, 1), all);
}
