"""Decides what a check under a policy answers: a second opinion on docs/approvals.md and docs/blockers.md.

It is written from those two pages and not from the program. Each line of stdin is a case in JSON; each
line of stdout is the answer: {"verdict": "pass"} or {"verdict": "refused", "why": [...]}, and on a pass
who granted which seal. `python3 authority.py --why` prints a case and its answer for people.

A case has
  now       the time, in seconds
  commits   by name: "parents", "policy" (text), "maps" (path: text), "seals" (name: version), and
            "grants" (id: {"text": ..., "signatures": [name of the signer or "broken"]})
  branches  name: the commit at its tip
  policies  digest of a policy: its text
  changes   digest of a change: what it means, as a list
  ask       base, judged, environment, branch, older, action
"""

import json
import sys
import tomllib
from datetime import datetime
from fnmatch import fnmatchcase

VOCABULARY = {"production", "production-ci", "real-run", "cutover", "apply", "permit", "activation", "repoint"}
GRANTED_BY_A_CHECK = {"reseal", "policy-update", "close-blocker", "replace-map"}


class Refused(Exception):
    """What was asked is not authorised."""


def seconds(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def normal(word):
    return word.lower().replace("_", "-")


class Policy:
    def __init__(self, text):
        raw = tomllib.loads(text)
        self.text = text
        self.repository = raw["repository"]
        self.hours = raw["max-grant-hours"]
        self.ledger = raw.get("ledger")
        self.keys = {key["principal"]: key for key in raw.get("key", [])}
        self.rules = raw.get("rule", [])
        self.environments = {known["name"]: known for known in raw.get("environment", [])}
        revoked = raw.get("revoked", [])
        self.revoked_keys = {entry["key"] for entry in revoked if "key" in entry}
        self.revoked_grants = {entry["grant"] for entry in revoked if "grant" in entry}
        own = set(raw.get("words", [])) | set(self.environments)
        self.words = VOCABULARY | {normal(word) for word in own}

    def rules_for(self, action, subject, emergency):
        """All rules that speak of it: each must be met."""
        kind, name = subject
        found = []
        for rule in self.rules:
            if rule["action"] != action or rule.get("break-glass", False) != emergency:
                continue
            if kind == "seal" and not any(fnmatchcase(name, glob) for glob in rule["seals"]):
                continue
            if kind == "environment" and rule.get("environment") != name:
                continue
            found.append(rule)
        return found

    def map_of(self, environment):
        return self.environments.get(environment, {}).get("blockers")


class Grant:
    def __init__(self, id, file, changes):
        raw = tomllib.loads(file["text"])
        self.id, self.signatures = id, file["signatures"]
        self.repository, self.policy = raw["repository"], raw["policy"]
        self.action = raw["action"]
        if "seal" in raw:
            self.subject = ("seal", raw["seal"])
        elif "environment" in raw:
            self.subject = ("environment", raw["environment"])
        else:
            self.subject = ("policy", None)
        self.change = changes.get(raw["change"])
        self.begins, self.ends = seconds(raw["not-before"]), seconds(raw["not-after"])
        self.emergency = raw.get("break-glass", False)
        self.binding = raw.get("subject")


class Case:
    def __init__(self, case):
        self.now, self.commits = case["now"], case["commits"]
        self.branches, self.ask = case["branches"], case["ask"]
        self.changes = case["changes"]
        self.policy_texts = case["policies"]
        self.digests = {text: digest for digest, text in case["policies"].items()}
        self.base, self.judged = self.ask["base"], self.ask["judged"]
        self.why = []

    # History

    def before(self, commit):
        """The commit and all before it."""
        met, waiting = set(), [commit]
        while waiting:
            name = waiting.pop()
            if name not in met:
                met.add(name)
                waiting.extend(self.commits[name]["parents"])
        return met

    def line(self, commit):
        """The first-parent line."""
        found = []
        while commit is not None:
            found.append(commit)
            commit = next(iter(self.commits[commit]["parents"]), None)
        return found

    def policy(self, commit):
        text = self.commits[commit]["policy"]
        return None if text is None else Policy(text)

    def grants(self, commit):
        files = self.commits[commit]["grants"]
        return {id: Grant(id, file, self.changes) for id, file in files.items()}

    # The decision

    def decide(self):
        granted = {}
        try:
            granted = self.judge()
        except Refused as refused:
            self.why.append(str(refused))
        if self.why:
            return {"verdict": "refused", "why": self.why}
        return {"verdict": "pass", "granted": granted}

    def attempt(self, what, *arguments):
        try:
            return what(*arguments)
        except Refused as refused:
            self.why.append(str(refused))
            return None

    def judge_without_policy(self):
        """A first policy takes no grant; a base from before the policy is refused later on."""
        if self.ask["environment"] is not None:
            raise Refused("there is no policy")
        if self.policy(self.judged) is None or self.judged == self.base:
            return {}
        parent = next(iter(self.commits[self.judged]["parents"]), None)
        if parent not in (None, self.base) and self.policy(parent) is not None:
            raise Refused("the base is from before the policy")
        return {}

    def judge(self):
        if self.policy(self.base) is None:
            return self.judge_without_policy()
        if self.base not in self.before(self.judged):
            raise Refused("the base does not come before what is judged")
        self.own = self.policy(self.base)
        self.next = self.policy(self.judged)
        self.old_grants, self.all_grants = self.grants(self.base), self.grants(self.judged)
        self.new_grants = [grant for id, grant in self.all_grants.items() if id not in self.old_grants]
        self.stops = self.stopping()
        for grant in self.old_grants.values():
            self.attempt(self.must_stay, grant)
        if self.next is None:
            self.why.append("the policy is gone")
        elif self.next.text != self.own.text:
            change = ["policy", self.own.text, self.next.text]
            self.attempt(self.permitted, "policy-update", ("policy", None), change, [self.own, self.next])
        self.judge_maps()
        granted = self.judge_seals()
        if self.ask["environment"] is not None:
            self.judge_environment()
        return granted

    def stopping(self):
        """The policies of other commits that stop what the one of the base permits."""
        found = [self.next]
        if self.ask["environment"] is None:
            branches = {name for known in self.own.environments.values() for name in known["branches"]}
            commit = self.base
        else:
            known = self.own.environments.get(self.ask["environment"])
            branches = {self.ask["branch"]} & set(known["branches"] if known else [])
            commit = self.judged
        for branch in sorted(branches & set(self.branches)):
            if commit in self.line(self.branches[branch]):
                found.append(self.policy(self.branches[branch]))
        return [policy for policy in found if policy is not None]

    def must_stay(self, grant):
        now = self.all_grants.get(grant.id)
        if now is None and self.now < grant.ends:
            raise Refused("a grant disappeared before it expired")
        is_gone = now is None or (grant.signatures and not now.signatures)
        if grant.emergency and grant.signatures and is_gone and not self.is_followed(grant):
            raise Refused("an emergency that no usual grant has followed disappeared")

    def is_followed(self, emergency):
        for grant in [*self.old_grants.values(), *self.all_grants.values()]:
            same = (grant.action, grant.subject) == (emergency.action, emergency.subject)
            if same and not grant.emergency and grant.begins >= emergency.begins:
                if self.has_usual_approvals(grant):
                    return True
        return False

    def has_usual_approvals(self, grant):
        rules = self.own.rules_for(grant.action, grant.subject, False)
        signed = set()
        for name in grant.signatures:
            key = self.own.keys.get(name, {"key": None})
            in_time = "not-after" not in key or grant.begins < seconds(key["not-after"])
            if key["key"] is not None and in_time and key["key"] not in self.own.revoked_keys:
                signed.add(name)
        counts = grant.repository == self.own.repository and grant.id not in self.own.revoked_grants
        return counts and rules and all(
            len(signed & set(rule["approvers"])) >= rule["threshold"] for rule in rules
        )

    # Whether a change is permitted

    def permitted(self, action, subject, change, policies):
        for policy in policies:
            if not policy.rules_for(action, subject, False):
                raise Refused(f"nobody can permit {action} of {subject}")
        try:
            return self.permitted_by(action, subject, change, policies, False)
        except Refused:
            fitting = [grant for grant in self.fitting(action, subject, change, True) if not self.is_over(grant)]
            if not fitting:
                raise
            return self.permitted_by(action, subject, change, policies, True)

    def fitting(self, action, subject, change, emergency):
        # Of actions, the ledger alone states which grants are used.
        grants = self.new_grants if action in GRANTED_BY_A_CHECK else self.all_grants.values()
        wanted = (action, subject, change, emergency)
        return [g for g in grants if (g.action, g.subject, g.change, g.emergency) == wanted]

    def is_over(self, grant):
        revoking = [self.own, *self.stops]
        return self.now >= grant.ends or any(grant.id in policy.revoked_grants for policy in revoking)

    def permitted_by(self, action, subject, change, policies, emergency):
        fitting = self.fitting(action, subject, change, emergency)
        alive = [grant for grant in fitting if not self.is_over(grant)]
        if len(alive) != 1:
            raise Refused(f"{len(alive)} grants fit {action} of {subject}")
        grant = alive[0]
        if grant.repository != self.own.repository:
            raise Refused("the grant is for another repository")
        policies = list(policies)
        if grant.policy != self.digests[self.own.text]:
            policies.append(self.older_policy(grant.policy))
        if any(grant.id in policy.revoked_grants for policy in [*policies, *self.stops]):
            raise Refused("the grant is revoked")
        people = set()
        for policy in policies:
            rules = policy.rules_for(action, subject, emergency)
            if not rules:
                raise Refused(f"nobody can permit {action} of {subject}")
            if not grant.begins <= self.now < grant.ends:
                raise Refused("the grant does not count now")
            if grant.ends - grant.begins > policy.hours * 3600:
                raise Refused("the grant lives too long")
            signed = self.signed(grant, policy, policies, action)
            for rule in rules:
                approving = signed & set(rule["approvers"])
                if len(approving) < rule["threshold"]:
                    raise Refused(f"too few approvals of {action} of {subject}")
                people |= approving
        return grant, people

    def older_policy(self, digest):
        texts = [self.commits[commit]["policy"] for commit in self.line(self.base)]
        for text in texts:
            if text is not None and self.digests[text] == digest:
                return Policy(text)
        raise Refused("the grant is for a policy that the branch of the base never had")

    def signed(self, grant, policy, policies, action):
        """Who signed, by the keys of `policy`. A signature that does not count is a refusal."""
        stops = self.stops
        if action == "policy-update":
            # An update may take the very key away that signs it.
            stops = [stop for stop in stops if stop.text not in {judge.text for judge in policies}]
        signed = set()
        for name in grant.signatures:
            key = policy.keys.get(name)
            if key is None:
                if any(name in other.keys for other in policies):
                    continue
                raise Refused("a signature does not hold")
            if "not-after" in key and self.now >= seconds(key["not-after"]):
                raise Refused("a key is out of date")
            if any(key["key"] in revoking.revoked_keys for revoking in [policy, *stops]):
                raise Refused("a key is revoked")
            signed.add(name)
        return signed

    # Seals

    def judge_seals(self):
        granted = {}
        before, after = self.commits[self.base]["seals"], self.commits[self.judged]["seals"]
        for name in sorted(set(before) | set(after)):
            if before.get(name) == after.get(name):
                continue
            steps = self.attempt(self.reseal, name, before.get(name), after.get(name))
            if steps is not None:
                granted[name] = sorted([grant.id, sorted(people)] for grant, people in steps)
        return granted

    def reseal(self, name, old, new):
        def step(old, new):
            return self.permitted("reseal", ("seal", name), ["seal", name, old, new], [self.own])

        try:
            return [step(old, new)]
        except Refused:
            between = self.before(self.judged) - self.before(self.base)
            texts = {self.commits[commit]["seals"].get(name) for commit in between}
            texts -= {old, new, None}
            ways = self.ways(step, old, new, texts, [])
            if ways is None:
                raise
            return ways

    def ways(self, step, old, new, texts, taken):
        """Steps from one text to the other, each with a grant of its own."""
        for text in [new, *sorted(texts)]:
            try:
                grant, people = step(old, text)
            except Refused:
                continue
            if any(other.id == grant.id for other, _ in taken):
                continue
            here = [*taken, (grant, people)]
            found = here if text == new else self.ways(step, text, new, texts - {text}, here)
            if found is not None:
                return found
        return None

    # Blocker maps

    def judge_maps(self):
        if self.next is None:
            self.next_or_own = self.own
        else:
            self.next_or_own = self.next
        places = {}
        for name in sorted(set(self.own.environments) | set(self.next_or_own.environments)):
            before, after = self.own.map_of(name), self.next_or_own.map_of(name)
            if name not in self.next_or_own.environments:
                kept = [known.get("blockers") for known in self.next_or_own.environments.values()]
                if before is None or before not in kept:
                    continue
                after = before
            places.setdefault((before, after), []).append(name)
        places.pop((None, None), None)
        if self.next_or_own.words != self.own.words:
            self.judge_words()
        for (before, after), environments in sorted(places.items(), key=str):
            self.attempt(self.judge_map, before, after, environments)
        for name in sorted(set(self.own.environments) & set(self.next_or_own.environments)):
            self.attempt(self.judge_release, name)

    def judge_words(self):
        """A policy that knows more words must not make an open item block less."""
        for path in {known.get("blockers") for known in self.own.environments.values()} - {None}:
            for item in (read_map(self.commits[self.base]["maps"].get(path)) or {}).values():
                if is_open(item) and not covers(item, item, self.next_or_own.words, self.own.words):
                    self.why.append("a word of an open item becomes known")

    def judge_release(self, name):
        """An open item must not stop blocking an environment by a policy update alone."""
        before, after = self.own.map_of(name), self.next_or_own.map_of(name)
        if before is None or after is None:
            return
        old_text = self.commits[self.base]["maps"].get(before)
        new_text = self.commits[self.judged]["maps"].get(after)
        for item in (read_map(old_text) or {}).values():
            words = {normal(word) for word in item["blocks"].split("/")}
            blocks = []
            for policy in (self.own, self.next_or_own):
                asked = {normal(word) for word in [name, *policy.environments[name]["blocked-by"]]}
                blocks.append(bool(words - self.own.words or asked - policy.words or words & asked))
            if is_open(item) and blocks == [True, False]:
                change = ["map", after, old_text, new_text]
                self.permitted("replace-map", ("environment", name), change, [self.own])
                return

    def judge_map(self, before, after, environments):
        old_text = self.commits[self.base]["maps"].get(before)
        new_text = self.commits[self.judged]["maps"].get(after)
        moved = before != after
        known = {known.get("blockers") for known in self.own.environments.values()}
        if before is None and after in known and self.commits[self.base]["maps"].get(after) == new_text:
            # An environment takes a map as it is.
            return
        if after is not None and old_text == new_text:
            if moved and new_text is None:
                raise Refused("the map is not there")
            return
        if after is not None and read_map(new_text) is None:
            raise Refused("the map cannot be read")
        old = None if moved else read_map(old_text)
        if old is None or after is None:
            change = ["map", after or before, old_text, new_text if after else None]
            for name in environments:
                # Of an environment that had no map, the rules of the new policy count.
                policy = self.next_or_own if before is None else self.own
                self.attempt(self.permitted, "replace-map", ("environment", name), change, [policy])
            return
        self.judge_items(after, old, read_map(new_text), environments)

    def judge_items(self, path, old, new, environments):
        for id in sorted(set(old) | set(new)):
            before, now = old.get(id), new.get(id)
            if not self.needs_grant(before, now):
                continue
            concerned = environments
            if before is not None and is_open(before):
                concerned = self.concerned(before, environments)
            people, refused = set(), False
            for name in concerned:
                change = ["item", path, id, before, now]
                permitted = self.attempt(
                    self.permitted, "close-blocker", ("environment", name), change, [self.own]
                )
                refused |= permitted is None
                people |= permitted[1] if permitted else set()
            if refused or now is None or is_open(now):
                continue
            same = before is not None and not is_open(before) and before["closed_by"] == now["closed_by"]
            if not same and now["closed_by"] not in people:
                self.why.append("closed_by did not sign")

    def needs_grant(self, before, now):
        if before is None:
            return not is_open(now)
        if now is None:
            return is_open(before)
        if before["item"] != now["item"] or (is_open(before) and not is_open(now)):
            return True
        if is_open(before):
            waits = any(before[key] != now[key] for key in ("actor_needed", "next_action"))
            return waits or not covers(now, before, self.own.words, self.own.words)
        if is_open(now):
            return False
        return any(before.get(key) != now.get(key) for key in ("blocks", "closed_by", "closed_at"))

    def concerned(self, item, environments):
        owners = None
        for word in item["blocks"].split("/"):
            word = normal(word)
            if word not in self.own.words:
                return environments
            of = set()
            for name in environments:
                known = self.own.environments[name]
                if word in {normal(own) for own in [name, *known["blocked-by"]]}:
                    of.add(name)
            owners = of if owners is None else owners if owners == of else set()
        return sorted(owners) if owners and len(owners) == 1 else environments

    # Environments and actions

    def judge_environment(self):
        name, action, branch = (self.ask[key] for key in ("environment", "action", "branch"))
        own = self.own.environments.get(name)
        on_line = False
        if own is not None:
            tip = self.branches.get(branch)
            on_line = branch in own["branches"] and self.judged in self.line(tip)
            if not on_line:
                self.why.append("the commit is not on a branch of the environment")
            elif tip != self.judged and (action or not self.ask["older"]):
                self.why.append("the commit is not the tip")
        commits = [self.base, self.judged, *([self.branches[branch]] if on_line else [])]
        for commit in dict.fromkeys(commits):
            self.attempt(self.judge_standpoint, commit, name, action)
        if action:
            self.attempt(self.judge_action, name, action)
            if not self.why:
                raise Refused("only grant use authorises an action")

    def judge_standpoint(self, commit, name, action):
        policy = self.policy(commit)
        if policy is None:
            raise Refused("the policy is gone")
        known = policy.environments.get(name)
        if known is None:
            raise Refused("the environment is not known")
        if not known["enforced"]:
            self.why.append("the environment is not enforced")
        if "blockers" not in known:
            return
        items = read_map(self.commits[commit]["maps"].get(known["blockers"]))
        if items is None:
            raise Refused("the map cannot be read")
        asked = {normal(word) for word in [name, *known["blocked-by"], *([action] if action else [])]}
        for item in items.values():
            words = {normal(word) for word in item["blocks"].split("/")}
            unclear = words - policy.words or asked - policy.words
            if is_open(item) and (unclear or words & asked):
                self.why.append("an item is open")

    def judge_action(self, name, action):
        policies = {policy.text: policy for policy in [self.own, *self.stops]}
        change = ["action", self.commits[self.judged]["tree"]]
        grant, _ = self.permitted(action, ("environment", name), change, policies.values())
        if self.own.ledger is None or any(stop.ledger != self.own.ledger for stop in self.stops):
            raise Refused("the ledger")
        if grant.policy != self.digests[self.own.text]:
            raise Refused("a grant for an action counts under its policy alone")
        if grant.binding != self.commits[self.judged]["tree"]:
            raise Refused("the grant is for another tree")


def is_open(item):
    return item["status"] != "CLOSED"


def read_map(text):
    """The items by their ids; None where there is no map that can be read."""
    try:
        return {item["id"]: item for item in json.loads(text)["blockers"]}
    except (TypeError, ValueError, KeyError):
        return None


def covers(item, other, words, other_words):
    """Whether `item` blocks all that `other` blocks; an unknown word blocks everything."""
    own, others = ({normal(word) for word in each["blocks"].split("/")} for each in (item, other))
    if own - words:
        return True
    return not others - other_words and others <= own


def main():
    for line in sys.stdin:
        case = json.loads(line)
        answer = Case(case).decide()
        if sys.argv[1:] == ["--why"]:
            print(json.dumps(case, indent=1))
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
