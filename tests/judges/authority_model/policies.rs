//! Random policies and blocker maps, and random changes of them.

use std::fmt::Write as _;

use sealgate_core::approval::Policy;
use serde_json::{Value, json};

use crate::authority::Signer;
use crate::random::Random;

pub(super) const PEOPLE: [&str; 4] = ["ada", "bob", "cy", "dan"];

const WORDS: [&str; 8] = [
    "production",
    "stage",
    "real-run",
    "qt001",
    "production/stage",
    "repoint",
    "weird",
    "REAL_RUN/apply",
];

/// The signer of this name; Cy has a hardware key.
pub(super) fn signer(name: &str) -> Signer {
    match PEOPLE.iter().position(|known| *known == name) {
        Some(2) => Signer::hardware(43),
        Some(at) => Signer::new(41 + u8::try_from(at).unwrap()),
        None => Signer::new(99),
    }
}

/// Every kind of change of a policy.
pub(super) const ALL_KINDS: [usize; 13] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];

/// The kinds that change what blocks an environment.
pub(super) const MAP_KINDS: [usize; 6] = [7, 8, 9, 10, 10, 11];

#[derive(Clone)]
struct Rule {
    action: String,
    /// `seals = [...]`, `environment = "..."`, or nothing.
    of: String,
    approvers: Vec<&'static str>,
    threshold: usize,
    break_glass: bool,
}

#[derive(Clone)]
struct Environment {
    name: String,
    branches: Vec<&'static str>,
    enforced: bool,
    map: Option<&'static str>,
    blocked_by: Vec<&'static str>,
}

/// A policy in parts.
#[derive(Clone)]
pub(super) struct Spec {
    hours: usize,
    ledger: Option<&'static str>,
    words: Vec<&'static str>,
    /// Whose keys it has, and when each ends.
    keys: Vec<(&'static str, Option<&'static str>)>,
    rules: Vec<Rule>,
    environments: Vec<Environment>,
    revoked_keys: Vec<&'static str>,
    pub(super) revoked_grants: Vec<String>,
}

fn rule(random: &mut Random, action: &str, of: String, break_glass: bool) -> Rule {
    let mut approvers: Vec<&str> = PEOPLE.iter().copied().filter(|_| random.chance(75)).collect();
    if approvers.is_empty() {
        approvers.push("ada");
    }
    let most = if break_glass { 1 } else { approvers.len().min(3) };
    let threshold = 1 + random.below(most);
    Rule { action: action.to_owned(), of, approvers, threshold, break_glass }
}

impl Spec {
    pub(super) fn random(random: &mut Random) -> Self {
        loop {
            let spec = Self::any(random);
            if spec.text().is_some() {
                return spec;
            }
        }
    }

    fn any(random: &mut Random) -> Self {
        let mut keys: Vec<(&str, Option<&str>)> = PEOPLE.iter().map(|name| (*name, None)).collect();
        if random.chance(12) {
            let end = *random.pick(&["2026-01-01T00:00:00Z", "2999-01-01T00:00:00Z"]);
            keys[random.below(PEOPLE.len())].1 = Some(end);
        }
        let mut spec = Self {
            hours: *random.pick(&[2, 24, 48]),
            ledger: random.chance(85).then_some("local"),
            words: if random.chance(30) { vec!["qt001"] } else { Vec::new() },
            keys,
            rules: Vec::new(),
            environments: Vec::new(),
            revoked_keys: Vec::new(),
            revoked_grants: Vec::new(),
        };
        let all = || "seals = [\"*\"]\n".to_owned();
        if random.chance(95) {
            spec.rules.push(rule(random, "reseal", all(), false));
        }
        if random.chance(25) {
            spec.rules.push(rule(random, "reseal", "seals = [\"d*\"]\n".to_owned(), false));
        }
        if random.chance(25) {
            spec.rules.push(rule(random, "reseal", all(), true));
        }
        if random.chance(92) {
            spec.rules.push(rule(random, "policy-update", String::new(), false));
        }
        for (name, percent) in [("production", 95), ("stage", 60)] {
            if random.chance(percent) {
                spec.add_environment(random, name);
            }
        }
        if random.chance(8) {
            spec.revoked_keys.push(*random.pick(&PEOPLE));
        }
        spec
    }

    fn add_environment(&mut self, random: &mut Random, name: &str) {
        let map = *random.pick(&[Some("b.json"), Some("b.json"), Some("c.json"), None]);
        let mut blocked_by = vec![*random.pick(&["production", "stage", "real-run", "qt001"])];
        if random.chance(30) {
            blocked_by.push("repoint");
        }
        let branches =
            if random.chance(85) { vec!["main"] } else { vec![*random.pick(&["main", "release"])] };
        self.environments.push(Environment {
            name: name.to_owned(),
            branches,
            enforced: random.chance(92),
            map,
            blocked_by: map.map_or(Vec::new(), |_| blocked_by),
        });
        for (action, percent) in [("close-blocker", 92), ("replace-map", 92), ("apply", 85)] {
            let of = format!("environment = \"{name}\"\n");
            if random.chance(percent) {
                self.rules.push(rule(random, action, of.clone(), false));
            }
            if action == "apply" && random.chance(20) {
                self.rules.push(rule(random, action, of, true));
            }
        }
    }

    /// Whether it has environments, and a rule for whatever happens to their maps.
    pub(super) fn rules_maps(&self) -> bool {
        let count = |action: &str| self.rules.iter().filter(|rule| rule.action == action).count();
        let environments = self.environments.len();
        environments > 0
            && count("policy-update") == 1
            && ["close-blocker", "replace-map"].iter().all(|action| count(action) == environments)
    }

    /// Another policy that differs in one thing or two of these `kinds`.
    pub(super) fn changed(&self, random: &mut Random, grants: &[String], kinds: &[usize]) -> Self {
        loop {
            let mut spec = self.clone();
            for _ in 0..=random.below(2) {
                let kind = *random.pick(kinds);
                spec.change(random, grants, kind);
            }
            if spec.text().is_some() && spec.text() != self.text() {
                return spec;
            }
        }
    }

    fn change(&mut self, random: &mut Random, grants: &[String], kind: usize) {
        let rules = self.rules.len();
        let environments = self.environments.len();
        match kind {
            0 => self.hours = *random.pick(&[1, 3, 30, 60]),
            1 if rules > 0 => {
                let rule = &mut self.rules[random.below(rules)];
                rule.threshold = 1 + random.below(3);
            }
            2 if rules > 0 => {
                self.rules.remove(random.below(rules));
            }
            3 if environments > 0 => {
                let at = random.below(environments);
                self.environments[at].enforced ^= true;
            }
            4 => self.revoked_keys.push(*random.pick(&PEOPLE)),
            5 if !grants.is_empty() => self.revoked_grants.push(random.pick(grants).clone()),
            6 => {
                // Somebody leaves.
                let name = *random.pick(&PEOPLE);
                self.keys.retain(|(known, _)| *known != name);
                for rule in &mut self.rules {
                    rule.approvers.retain(|known| *known != name);
                }
            }
            7 if environments > 0 => {
                let at = random.below(environments);
                let map = *random.pick(&[Some("b.json"), Some("c.json"), None]);
                let known = &mut self.environments[at];
                known.map = map;
                known.blocked_by = map.map_or(Vec::new(), |_| vec!["production"]);
            }
            8 if environments > 0 => {
                // An environment has another name, with all of its rules.
                let at = random.below(environments);
                let name = self.environments[at].name.clone();
                let (old, new) = (format!("\"{name}\""), format!("\"{name}-two\""));
                for rule in self.rules.iter_mut().filter(|rule| rule.of.contains(&old)) {
                    rule.of = rule.of.replace(&old, &new);
                }
                self.environments[at].name = format!("{name}-two");
            }
            9 if environments > 0 => {
                let gone = self.environments.remove(random.below(environments));
                let name = format!("\"{}\"", gone.name);
                self.rules.retain(|rule| !rule.of.contains(&name));
            }
            11 => self.words = if self.words.is_empty() { vec!["qt001"] } else { Vec::new() },
            10 if environments > 0 => {
                let at = random.below(environments);
                if self.environments[at].map.is_some() {
                    self.environments[at].blocked_by = vec![*random.pick(&[
                        "production",
                        "stage",
                        "real-run",
                        "qt001",
                        "repoint",
                    ])];
                }
            }
            12 => self.ledger = if self.ledger.is_some() { None } else { Some("local") },
            _ => {}
        }
    }

    /// The names of its environments, and where each has its map.
    pub(super) fn maps(&self) -> Vec<(String, Option<&'static str>)> {
        self.environments.iter().map(|known| (known.name.clone(), known.map)).collect()
    }

    /// Who can sign under it.
    pub(super) fn able(&self) -> Vec<&'static str> {
        let is_able = |(name, end): &&(&'static str, Option<&str>)| {
            !end.is_some_and(|end| end.starts_with("2026")) && !self.revoked_keys.contains(name)
        };
        self.keys.iter().filter(is_able).map(|(name, _)| *name).collect()
    }

    pub(super) fn hours(&self) -> usize {
        self.hours
    }

    /// The canonical text; `None` where it is not sound.
    pub(super) fn text(&self) -> Option<String> {
        let mut text = format!(
            "format = \"sealgate-policy/1\"\nrepository = \"example/notes\"\nmax-grant-hours = {}\n",
            self.hours
        );
        if let Some(ledger) = self.ledger {
            writeln!(text, "ledger = \"{ledger}\"").unwrap();
        }
        writeln!(text, "words = {:?}", self.words).unwrap();
        for (name, end) in &self.keys {
            let key = signer(name);
            let touch = *name == "cy";
            let line = key.line();
            write!(text, "[[key]]\nname = \"{name}\"\nprincipal = \"{name}\"\nkey = \"{line}\"\n")
                .unwrap();
            if let Some(end) = end {
                writeln!(text, "not-after = \"{end}\"").unwrap();
            }
            writeln!(text, "touch = {touch}").unwrap();
        }
        for rule in &self.rules {
            let Rule { action, of, approvers, threshold, break_glass } = rule;
            write!(
                text,
                "[[rule]]\naction = \"{action}\"\n{of}approvers = {approvers:?}\n\
                 threshold = {threshold}\n"
            )
            .unwrap();
            if *break_glass {
                text.push_str("break-glass = true\n");
            }
        }
        for known in &self.environments {
            let Environment { name, branches, enforced, map, blocked_by } = known;
            write!(
                text,
                "[[environment]]\nname = \"{name}\"\nbranches = {branches:?}\nenforced = {enforced}\n"
            )
            .unwrap();
            if let Some(map) = map {
                write!(text, "blockers = \"{map}\"\nblocked-by = {blocked_by:?}\n").unwrap();
            }
        }
        for name in &self.revoked_keys {
            write!(text, "[[revoked]]\nkey = \"{}\"\n", signer(name).line()).unwrap();
        }
        for id in &self.revoked_grants {
            write!(text, "[[revoked]]\ngrant = \"{id}\"\n").unwrap();
        }
        Policy::loose(text.as_bytes()).ok().map(|policy| policy.to_text())
    }
}

/// The items of a blocker map.
pub(super) type Items = Vec<Value>;

fn item(random: &mut Random, id: &str) -> Value {
    let mut item = json!({"id": id, "item": "what it is", "status": "OPEN", "actor_needed": "the owner",
        "next_action": "decide", "blocks": random.pick(&WORDS)});
    if random.chance(60) {
        close(random, &mut item);
    }
    item
}

/// Closes an item, whoever it was.
pub(super) fn close(random: &mut Random, item: &mut Value) {
    item["status"] = "CLOSED".into();
    item["closed_by"] = (*random.pick(&PEOPLE)).into();
    item["closed_at"] = "2026-01-02".into();
}

pub(super) fn items(random: &mut Random) -> Items {
    ["A", "B", "C"][..=random.below(3)].iter().map(|id| item(random, id)).collect()
}

/// Changes one item, or the list of them.
pub(super) fn change_items(random: &mut Random, items: &mut Items) {
    let at = random.below(items.len());
    match random.below(8) {
        0 if items.len() > 1 => {
            items.remove(at);
        }
        1 if items.iter().all(|known| known["id"] != "D") => items.push(item(random, "D")),
        2 => items[at]["blocks"] = (*random.pick(&WORDS)).into(),
        3 => items[at]["item"] = "something else".into(),
        4 => items[at]["next_action"] = "wait".into(),
        5 => items[at]["remark"] = "noted".into(),
        _ if items[at]["status"] == "OPEN" => close(random, &mut items[at]),
        _ => {
            let open = items[at].as_object_mut().unwrap();
            open.insert("status".to_owned(), "OPEN".into());
            open.remove("closed_by");
            open.remove("closed_at");
        }
    }
}

/// The text of the map with these items.
pub(super) fn map_text(items: &Items) -> String {
    let open = items.iter().filter(|item| item["status"] == "OPEN").count();
    json!({"doc": "x", "date": "x", "authority": "x", "blockers": items,
        "newly_closed_in_this_macro": [], "partially_discharged_in_this_macro": [],
        "open_count": open, "production_work_performed": false})
    .to_string()
}
