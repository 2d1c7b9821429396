//! A random history in a real repository, with the grants that it needs or nearly so, and what is asked of
//! it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

use sealgate_core::approval::change::{Side, of_action, of_map, of_policy, of_seal};
use sealgate_core::approval::{Binding, Grant, Moment, Procedure, Subject};
use sealgate_core::seal::entry::Digest;
use sealgate_core::seal::{SealName, read};
use serde_json::{Value, json};

use super::policies::{
    ALL_KINDS, Items, MAP_KINDS, PEOPLE, Spec, change_items, close, items, map_text, signer,
};
use crate::random::Random;
use crate::support::Repo;

impl Random {
    /// Whether something happens that happens in so many of a hundred cases.
    pub(super) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub(super) fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

const SEALS: [&str; 2] = ["dist", "site"];

/// A seal in its versions: what the file in its root holds, and the text of the seal.
pub(super) struct Seals(BTreeMap<(&'static str, usize), String>);

impl Seals {
    pub(super) fn new() -> Self {
        let repo = Repo::in_git();
        let mut texts = BTreeMap::new();
        for name in SEALS {
            for version in 0..3 {
                write_root(&repo, name, version);
                repo.git(&["add", "-A"]);
                if version == 0 {
                    repo.seal(name, name);
                } else {
                    assert_eq!(repo.run(&["seal", name]).code, 0);
                }
                let text = fs::read_to_string(repo.at(format!("seals/{name}.toml"))).unwrap();
                texts.insert((name, version), text);
            }
        }
        Self(texts)
    }
}

fn write_root(repo: &Repo, name: &str, version: usize) {
    fs::create_dir_all(repo.at(name)).unwrap();
    fs::write(repo.at(name).join("a"), format!("version {version}\n")).unwrap();
}

/// A signature of a grant: whose, and whether its bytes are as they were made.
type Signed = Vec<&'static str>;

/// What a commit holds.
#[derive(Clone)]
struct State {
    policy: Option<Spec>,
    maps: BTreeMap<&'static str, Items>,
    /// Maps whose text is no map.
    broken: BTreeSet<&'static str>,
    seals: BTreeMap<&'static str, usize>,
    grants: BTreeMap<String, (String, Signed)>,
}

impl State {
    fn policy_text(&self) -> Option<String> {
        self.policy.as_ref().map(|spec| spec.text().unwrap())
    }

    fn map(&self, path: &str) -> Option<String> {
        if self.broken.contains(path) {
            return Some("{".to_owned());
        }
        self.maps.get(path).map(map_text)
    }
}

/// A case for the model, and the report of the program.
pub(super) struct Asked {
    pub(super) seed: u64,
    pub(super) case: Value,
    pub(super) report: Value,
}

/// What happens in a history, mostly.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Focus {
    /// Little, so that an action may be ready.
    Actions,
    /// Blocker maps and what the policy makes of them change together.
    Maps,
    Everything,
}

/// A history as it grows.
struct History<'s> {
    repo: Repo,
    random: Random,
    seals: &'s Seals,
    focus: Focus,
    now: u64,
    commits: serde_json::Map<String, Value>,
    policies: serde_json::Map<String, Value>,
    changes: serde_json::Map<String, Value>,
}

/// Makes the history of `seed`, and asks the program.
pub(super) fn asked(seed: u64, seals: &Seals) -> Asked {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let mut history = History {
        repo: Repo::in_git(),
        random: Random(seed),
        seals,
        focus: [Focus::Actions, Focus::Maps, Focus::Everything][usize::try_from(seed % 3).unwrap()],
        now,
        commits: serde_json::Map::new(),
        policies: serde_json::Map::new(),
        changes: serde_json::Map::new(),
    };
    let first = history.first();
    let older = first.policy.clone();
    let mut base = first;
    let mut names = vec![history.commit(&base, "first")];
    if history.random.chance(40) {
        base.policy = base.policy.map(|spec| spec.changed(&mut history.random, &[], &ALL_KINDS));
        names.push(history.commit(&base, "another policy"));
    }
    let planned = history.planned(&base);
    let mut judged = planned.clone();
    history.grant_changes(&base, &planned, older.as_ref(), &mut judged);
    if history.random.chance(12) {
        // A grant that the base has is spent; it may be gone in what is judged.
        if let Some((id, grant)) = judged.grants.iter().next().map(|(a, b)| (a.clone(), b.clone()))
        {
            base.grants.insert(id.clone(), grant);
            if history.random.chance(30) {
                judged.grants.remove(&id);
            }
        }
        names.push(history.commit(&base, "spent"));
    }
    let based = names.last().unwrap().clone();
    let ask = history.goal(&judged);
    let mut on_judged = history.arrive(&base, &judged);
    if ask["action"] != Value::Null {
        on_judged = history.grant_action(&base, &mut judged, &ask, &on_judged);
    }
    let tip = history.go_on(&judged, &on_judged);
    let mut ask = ask;
    let is_wrong = history.random.chance(4);
    ask["base"] = if is_wrong { names[0].clone().into() } else { based.into() };
    if history.random.chance(3) {
        ask["base"] = tip.clone().into();
    }
    ask["judged"] = on_judged.into();
    history.ask(seed, &ask, &tip, &names[0])
}

impl History<'_> {
    fn first(&mut self) -> State {
        let random = &mut self.random;
        let mut maps = BTreeMap::new();
        for path in ["b.json", "c.json"] {
            if random.chance(90) {
                maps.insert(path, items(random));
            }
        }
        if self.focus == Focus::Actions {
            maps.values_mut().flatten().for_each(|item| close(random, item));
        }
        let broken = if random.chance(6) { BTreeSet::from(["b.json"]) } else { BTreeSet::new() };
        let mut policy = Spec::random(random);
        while self.focus == Focus::Maps && !policy.rules_maps() {
            policy = Spec::random(random);
        }
        State {
            policy: Some(policy),
            maps,
            broken,
            seals: SEALS.into_iter().map(|name| (name, 0)).collect(),
            grants: BTreeMap::new(),
        }
    }

    /// What is to become of `base`.
    fn planned(&mut self, base: &State) -> State {
        let random = &mut self.random;
        let mut state = base.clone();
        state.grants.clear();
        if self.focus == Focus::Actions && random.chance(70) {
            return state;
        }
        let in_maps = self.focus == Focus::Maps;
        for name in SEALS {
            if random.chance(if in_maps { 10 } else { 45 }) {
                state.seals.insert(name, 1 + random.below(2));
            }
        }
        if in_maps {
            state.policy = state.policy.map(|spec| spec.changed(random, &[], &MAP_KINDS));
        } else if random.chance(25) {
            state.policy = state.policy.map(|spec| spec.changed(random, &[], &ALL_KINDS));
        } else if random.chance(2) {
            state.policy = None;
        }
        for path in ["b.json", "c.json"] {
            if random.chance(if in_maps { 50 } else { 30 })
                && let Some(items) = state.maps.get_mut(path)
            {
                change_items(random, items);
            }
            if random.chance(3) {
                state.maps.remove(path);
            }
        }
        if random.chance(30) {
            state.broken.clear();
        } else if random.chance(3) {
            state.broken.insert("b.json");
        }
        state
    }

    /// Writes the grants for what differs, most of them as they should be.
    fn grant_changes(&mut self, base: &State, new: &State, older: Option<&Spec>, into: &mut State) {
        let mut wanted: Vec<(&str, Subject, Digest)> = Vec::new();
        for name in SEALS {
            let (before, after) = (base.seals[name], new.seals[name]);
            if before == after {
                continue;
            }
            // In one step, or in two that are granted apart.
            let steps = match (before, after, self.random.chance(40)) {
                (0, 2, true) => vec![(0, 1), (1, 2)],
                _ => vec![(before, after)],
            };
            for (old, new) in steps {
                wanted.push((
                    "reseal",
                    Subject::Seal(name.to_owned()),
                    self.of_seal(name, old, new),
                ));
            }
        }
        let texts = (base.policy_text(), new.policy_text());
        if let (Some(old), Some(new)) = texts
            && old != new
        {
            let change = of_policy(&Digest::of(old.as_bytes()), &Digest::of(new.as_bytes())).digest;
            self.means(&change, json!(["policy", old, new]));
            wanted.push(("policy-update", Subject::Policy, change));
        }
        wanted.extend(self.of_maps(base, new));
        let policy = base.policy.as_ref().unwrap();
        for (action, subject, change) in wanted {
            let is_left_out = self.focus == Focus::Maps && action != "policy-update";
            if self.random.chance(if is_left_out { 70 } else { 95 }) {
                self.grant(policy, older, (action, subject.clone(), change, None), into);
            }
            if self.random.chance(4) {
                self.grant(policy, older, (action, subject, change, None), into);
            }
        }
    }

    fn of_seal(&mut self, name: &'static str, old: usize, new: usize) -> Digest {
        let parsed = SealName::parse(name).unwrap();
        let seal = |version| read(&parsed, self.seals.0[&(name, version)].as_bytes()).unwrap();
        let (before, after) = (seal(old), seal(new));
        let change = of_seal(&parsed, Side::Seal(&before), Side::Seal(&after)).digest;
        self.means(&change, json!(["seal", name, old, new]));
        change
    }

    /// Grants for all that differs in the maps, for each environment of either policy.
    fn of_maps(&mut self, base: &State, new: &State) -> Vec<(&'static str, Subject, Digest)> {
        let mut wanted = Vec::new();
        let maps = |state: &State| -> BTreeMap<String, Option<&'static str>> {
            state.policy.as_ref().map(Spec::maps).unwrap_or_default().into_iter().collect()
        };
        let (before, after) = (maps(base), maps(new));
        let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        for name in names {
            let place =
                |maps: &BTreeMap<String, Option<&'static str>>| maps.get(name).copied().flatten();
            let places = (place(&before), place(&after));
            let subject = Subject::Environment(name.clone());
            let old = places.0.and_then(|path| base.map(path));
            let now = places.1.and_then(|path| new.map(path));
            if let Some(path) = places.1.or(places.0) {
                let digest =
                    |text: &Option<String>| text.as_ref().map(|text| Digest::of(text.as_bytes()));
                let change = of_map(path, digest(&old).as_ref(), digest(&now).as_ref()).digest;
                self.means(&change, json!(["map", path, old, now]));
                wanted.push(("replace-map", subject.clone(), change));
            }
            // Of an environment that goes away, another may keep the map.
            if let Some(path) = places.0
                && let (Some(old), Some(now)) = (base.map(path), new.map(path))
            {
                for id in ["A", "B", "C", "D"] {
                    let texts = [old.as_bytes(), now.as_bytes()];
                    let Some(change) = sealgate::ops::authorize::closing(path, id, &texts) else {
                        continue;
                    };
                    let find = |state: &State| {
                        state.maps[path].iter().find(|item| item["id"] == id).cloned()
                    };
                    let (was, is) = (find(base), find(new));
                    if was != is {
                        self.means(&change, json!(["item", path, id, was, is]));
                        wanted.push(("close-blocker", subject.clone(), change));
                    }
                }
            }
        }
        wanted
    }

    fn means(&mut self, change: &Digest, meaning: Value) {
        self.changes.insert(change.to_string(), meaning);
    }

    /// Writes a grant, which may have a fault.
    fn grant(
        &mut self,
        policy: &Spec,
        older: Option<&Spec>,
        (action, subject, change, tree): (&str, Subject, Digest, Option<&str>),
        into: &mut State,
    ) {
        let text = policy.text().unwrap();
        let random = &mut self.random;
        let hours = policy.hours() as u64;
        let (begins, ends) = match random.below(40) {
            0 => (self.now - 7_000, self.now - 600),
            1 => (self.now + 600, self.now + 3_600),
            2 => (self.now - 60, self.now + hours * 3_600),
            _ => (self.now - 1_200, self.now + 2_400),
        };
        let under = match random.below(20) {
            0 => Digest::of(b"another policy"),
            1 | 2 => Digest::of(older.map_or(text.clone(), |spec| spec.text().unwrap()).as_bytes()),
            _ => Digest::of(text.as_bytes()),
        };
        let is_break_glass = ["reseal", "apply"].contains(&action) && random.chance(12);
        let moment = |seconds| Moment::from_seconds(seconds).unwrap();
        let grant = Grant {
            repository: if random.chance(2) { "other/one" } else { "example/notes" }.to_owned(),
            policy: under,
            action: action.to_owned(),
            subject,
            change: if random.chance(2) { Digest::of(b"another change") } else { change },
            binding: tree.map(|tree| Binding { tree: tree.to_owned(), plan: None }),
            procedure: if is_break_glass { Procedure::BreakGlass } else { Procedure::Usual },
            not_before: moment(begins),
            not_after: moment(ends),
            evidence: None,
            reason: format!("number {}", random.below(1_000_000)),
        };
        let mut signers: Signed = if random.chance(80) {
            policy.able()
        } else {
            PEOPLE.into_iter().filter(|_| random.chance(60)).collect()
        };
        match random.below(40) {
            0 => signers.push("stranger"),
            1 => signers.push("broken"),
            _ => {}
        }
        into.grants.insert(grant.id().to_string(), (grant.to_text(), signers));
    }

    /// What is asked of what is judged.
    fn goal(&mut self, judged: &State) -> Value {
        let random = &mut self.random;
        let names = judged.policy.as_ref().map(Spec::maps).unwrap_or_default();
        let environment = match random.below(10) {
            0..=4 => None,
            5 => Some("nowhere".to_owned()),
            _ if names.is_empty() => Some("production".to_owned()),
            _ => Some(random.pick(&names).0.clone()),
        };
        let action = (environment.is_some() && random.chance(45)).then_some("apply");
        let branch = if random.chance(95) { "main" } else { "release" };
        let older = action.is_none() && random.chance(30);
        json!({"environment": environment, "action": action, "branch": branch, "older": older})
    }

    /// Comes from `base` to `judged` in one commit or in several, on main or on a branch that is merged.
    fn arrive(&mut self, base: &State, judged: &State) -> String {
        let mut steps = Vec::new();
        let mut state = base.clone();
        let by_steps = self.random.chance(60);
        for name in SEALS {
            if (base.seals[name], judged.seals[name]) == (0, 2) && by_steps {
                state.seals.insert(name, 1);
                steps.push(state.clone());
            }
        }
        steps.push(judged.clone());
        let is_merged = self.random.chance(30);
        if is_merged {
            self.repo.git(&["checkout", "--quiet", "-b", "topic"]);
        }
        let mut last = String::new();
        for step in &steps {
            last = self.commit(step, "a step");
        }
        if is_merged {
            self.repo.git(&["checkout", "--quiet", "main"]);
            self.repo.git(&["merge", "--quiet", "--no-ff", "-m", "a merge", "topic"]);
            last = self.enter(judged);
        }
        last
    }

    /// Adds a grant for the action, whose subject is the tree of `commit` without grants.
    fn grant_action(
        &mut self,
        base: &State,
        judged: &mut State,
        ask: &Value,
        commit: &str,
    ) -> String {
        let tree = self.commits[commit]["tree"].as_str().unwrap().to_owned();
        let digests: Vec<(SealName, Digest)> = SEALS
            .into_iter()
            .map(|name| {
                let text = &self.seals.0[&(name, judged.seals[name])];
                (SealName::parse(name).unwrap(), Digest::of(text.as_bytes()))
            })
            .collect();
        let change = of_action(&digests, None, &tree).digest;
        self.means(&change, json!(["action", tree]));
        let subject = Subject::Environment(ask["environment"].as_str().unwrap().to_owned());
        let policy = base.policy.as_ref().unwrap();
        self.grant(policy, None, ("apply", subject, change, Some(&tree)), judged);
        self.commit(judged, "an action is granted")
    }

    /// What comes on main after what is judged: stops, mostly. The tip.
    fn go_on(&mut self, judged: &State, on_judged: &str) -> String {
        let mut tip = on_judged.to_owned();
        let mut state = judged.clone();
        if self.random.chance(if self.focus == Focus::Actions { 85 } else { 50 }) {
            return tip;
        }
        let random = &mut self.random;
        let grants: Vec<String> = state.grants.keys().cloned().collect();
        if random.chance(60) {
            state.policy = state.policy.map(|spec| spec.changed(random, &grants, &ALL_KINDS));
        }
        if random.chance(50)
            && let Some(items) = state.maps.get_mut("b.json")
        {
            change_items(random, items);
        }
        if random.chance(5) {
            state.maps.remove("b.json");
        }
        tip.clone_from(&self.commit(&state, "main goes on"));
        tip
    }

    /// Commits `state`; the id of the commit.
    fn commit(&mut self, state: &State, message: &str) -> String {
        let repo = &self.repo;
        for (name, version) in &state.seals {
            write_root(repo, name, *version);
            let text = &self.seals.0[&(*name, *version)];
            fs::write(repo.at(format!("seals/{name}.toml")), text).unwrap();
        }
        put(repo, "seals/policy.toml", state.policy_text());
        for path in ["b.json", "c.json"] {
            put(repo, path, state.map(path));
        }
        let grants = repo.at("seals/grants");
        let _ = fs::remove_dir_all(&grants);
        fs::create_dir_all(&grants).unwrap();
        for (id, (text, signers)) in &state.grants {
            fs::write(grants.join(format!("{id}.toml")), text).unwrap();
            for name in signers {
                let mut signature = signer(name).sign(text.as_bytes());
                if *name == "broken" {
                    signature = signer("ada").sign(b"something else");
                }
                fs::write(grants.join(format!("{id}.{name}.sig")), signature).unwrap();
            }
        }
        repo.git(&["add", "-A"]);
        repo.git(&["commit", "--quiet", "--allow-empty", "-m", message]);
        self.enter(state)
    }

    /// Tells the model what HEAD is, and holds.
    fn enter(&mut self, state: &State) -> String {
        let git = |arguments: &[&str]| String::from_utf8(self.repo.git(arguments)).unwrap();
        let listed = git(&["rev-list", "--parents", "--max-count=1", "HEAD"]);
        let mut ids = listed.split_whitespace().map(str::to_owned);
        let id = ids.next().unwrap();
        let parents: Vec<String> = ids.collect();
        git(&["rm", "-r", "--cached", "--quiet", "--ignore-unmatch", "seals/grants"]);
        let tree = git(&["write-tree"]).trim().to_owned();
        git(&["read-tree", "HEAD"]);
        let policy = state.policy_text();
        if let Some(text) = &policy {
            let digest = Digest::of(text.as_bytes()).to_string();
            self.policies.insert(digest, text.clone().into());
        }
        let mut maps = serde_json::Map::new();
        for path in ["b.json", "c.json"] {
            if let Some(text) = state.map(path) {
                maps.insert(path.to_owned(), text.into());
            }
        }
        let grants: serde_json::Map<String, Value> = state
            .grants
            .iter()
            .map(|(id, (text, signers))| (id.clone(), json!({"text": text, "signatures": signers})))
            .collect();
        let entry = json!({"parents": parents, "policy": policy, "maps": maps, "seals": state.seals,
            "grants": grants, "tree": tree});
        self.commits.insert(id.clone(), entry);
        id
    }

    fn ask(self, seed: u64, ask: &Value, tip: &str, first: &str) -> Asked {
        self.repo.git(&["branch", "release", first]);
        let text = |key: &str| ask[key].as_str().map(str::to_owned);
        let reference = format!("refs/heads/{}", text("branch").unwrap());
        let (base, judged) = (text("base").unwrap(), text("judged").unwrap());
        let mut arguments = vec!["--base", &base, "--rev", &judged];
        let (environment, action) = (text("environment"), text("action"));
        if let Some(environment) = &environment {
            arguments.extend(["--environment", environment, "--ref", &reference]);
        }
        if let Some(action) = &action {
            arguments.extend(["--action", action]);
        }
        if environment.is_some() && ask["older"] == true {
            arguments.push("--older");
        }
        let report = self.repo.check(&arguments).report;
        let branches = json!({"main": tip, "release": first});
        let case = json!({"now": self.now, "commits": self.commits, "branches": branches,
            "policies": self.policies, "changes": self.changes, "ask": ask});
        Asked { seed, case, report }
    }
}

fn put(repo: &Repo, path: &str, text: Option<String>) {
    match text {
        Some(text) => fs::write(repo.at(path), text).unwrap(),
        None => {
            let _ = fs::remove_file(repo.at(path));
        }
    }
}
