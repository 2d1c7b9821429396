//! Whether a demand is granted. Everything was read before, once: the bytes that are verified are the
//! bytes that are parsed.

use std::collections::BTreeSet;

use super::demand::{Commands, Demand, Facts, GrantFile, MAX_SIGNATURES, SignatureFile};
use super::grant::{Grant, Subject};
use super::grants::{GrantIndex, ReadGrant};
use super::judging::JudgingPolicy;
use super::policy::{Policy, Procedure};
use super::refusals::{NAMED, missing, no_rule, refused, too_few};
use super::signature::{SignatureFault, verify};
use super::text::cut;
use super::time::Moment;
use crate::seal::entry::Digest;
use crate::text::problem::Problem;

/// A demand that was granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authorised {
    /// By which grant.
    pub grant: Digest,
    /// Whose signatures count, sorted.
    pub principals: Vec<String>,
    /// By which rules.
    pub procedure: Procedure,
}

/// Decides demands by one set of facts: each grant and each policy is made ready once, and a demand
/// costs a look-up and the signatures of its own grant.
#[derive(Debug)]
pub struct Decider<'a> {
    now: Moment,
    policy: JudgingPolicy<'a>,
    next: Option<JudgingPolicy<'a>>,
    older: Vec<JudgingPolicy<'a>>,
    stopping: &'a [Policy],
    grants: GrantIndex<'a>,
    commands: Commands<'a>,
}

impl<'a> Decider<'a> {
    /// Reads the grants of `facts`.
    #[must_use]
    pub fn new(facts: &Facts<'a>) -> Self {
        Self {
            now: facts.now,
            policy: JudgingPolicy::new(facts.policy, "the policy of the base"),
            next: facts.next.map(|next| JudgingPolicy::new(next, THE_NEW_POLICY)),
            older: facts.older.iter().map(|old| JudgingPolicy::new(old, AN_OLDER_POLICY)).collect(),
            stopping: facts.stopping,
            grants: GrantIndex::new(facts),
            commands: facts.commands,
        }
    }

    /// Whether a grant that is not spent permits `demand`, whatever else keeps it from counting.
    #[must_use]
    pub fn has_grant(&self, demand: &Demand) -> bool {
        !self.grants.fitting(demand).new.is_empty()
    }

    /// Decides `demand`.
    ///
    /// # Errors
    ///
    /// The first thing that is missing or wrong, in this order: a rule; exactly one grant that fits; its
    /// name, its form, its repository and policy; its time; its revocation; each signature; the number of
    /// approvers.
    pub fn decide(&self, demand: &Demand) -> Result<Authorised, Problem> {
        // Only an update holds under two policies.
        let next = self.next.as_ref().filter(|_| demand.subject == Subject::Policy);
        let policies: Vec<_> = [Some(&self.policy), next].into_iter().flatten().collect();
        self.decide_under(demand, &policies)
    }

    /// Decides the demand to make `next` the policy: it must hold under both.
    ///
    /// # Errors
    ///
    /// As [`Decider::decide`].
    pub fn decide_update(&self, demand: &Demand, next: &Policy) -> Result<Authorised, Problem> {
        self.decide_under(demand, &[&self.policy, &JudgingPolicy::new(next, THE_NEW_POLICY)])
    }

    /// Decides a demand of which the policy of the base cannot know: it has no such environment. The
    /// rules are those of `next`, and the grant is given under the policy of the base.
    ///
    /// # Errors
    ///
    /// As [`Decider::decide`].
    pub fn decide_by_next(&self, demand: &Demand, next: &Policy) -> Result<Authorised, Problem> {
        self.decide_under(demand, &[&JudgingPolicy::new(next, THE_NEW_POLICY)])
    }

    /// Decides a demand that must hold under the policy of the base, and under each policy that can stop
    /// it: a later policy may demand more of an action than the policy of the base.
    ///
    /// # Errors
    ///
    /// As [`Decider::decide`].
    pub fn decide_everywhere(&self, demand: &Demand) -> Result<Authorised, Problem> {
        let mut others: Vec<JudgingPolicy<'_>> = Vec::new();
        for policy in self.stopping {
            let judging = JudgingPolicy::new(policy, A_LATER_POLICY);
            let is_met = others.iter().any(|other| other.digest == judging.digest);
            if !is_met && judging.digest != self.policy.digest {
                others.push(judging);
            }
        }
        let policies: Vec<_> = std::iter::once(&self.policy).chain(&others).collect();
        self.decide_under(demand, &policies)
    }

    fn decide_under(
        &self,
        demand: &Demand,
        policies: &[&JudgingPolicy<'_>],
    ) -> Result<Authorised, Problem> {
        check_rules(demand, policies, Procedure::Usual)?;
        let usual = self.decide_by(demand, policies, Procedure::Usual);
        let decided = usual.or_else(|problem| {
            if self.has_break_glass(demand) {
                self.decide_by(demand, policies, Procedure::BreakGlass)
            } else {
                Err(problem)
            }
        });
        decided.map_err(|problem| {
            if problem.remedy.is_some() {
                return problem;
            }
            let command = self.commands.new_grant(demand);
            problem.remedy(format!("make a grant, and have it signed: {command}"))
        })
    }

    /// Whether a grant that may still count states an emergency: then its refusal is the one to act on.
    fn has_break_glass(&self, demand: &Demand) -> bool {
        let is_alive = |read: &&ReadGrant<'_>| !self.is_over(read);
        let fitting = self.grants.fitting(demand).new;
        fitting.into_iter().filter(is_alive).any(|read| read.procedure() == Procedure::BreakGlass)
    }

    /// Decides by the grants and rules of one `procedure`. A refusal without a next step asks for a new
    /// grant.
    fn decide_by(
        &self,
        demand: &Demand,
        policies: &[&JudgingPolicy<'_>],
        procedure: Procedure,
    ) -> Result<Authorised, Problem> {
        let read = self.the_one(demand, procedure)?;
        let (grant, older) = self.sound(read)?;
        let policies: Vec<_> = policies.iter().copied().chain(older).collect();
        check_rules(demand, &policies, procedure)?;
        for judging in &policies {
            in_time(grant, &read.id, judging.policy, self.now)?;
        }
        if self.is_revoked(&read.id, &policies) {
            return Err(refused("grant-revoked", &read.id, "is revoked by a policy"));
        }
        let stopping: Vec<&Policy> = self.stopping_keys(demand, &policies).collect();
        let mut principals = BTreeSet::new();
        for judging in &policies {
            let signed = signers(read, judging.policy, &policies, &stopping, self.now)?;
            for rule in judging.rules(demand, procedure) {
                let approving: Vec<_> =
                    rule.approvers.iter().filter(|name| signed.contains(*name)).collect();
                if approving.len() < rule.threshold {
                    let problem = too_few(&read.id, rule, &signed, judging.whose);
                    let command = self.commands.sign(&read.id);
                    return Err(problem.remedy(format!("have it signed: {command}")));
                }
                principals.extend(approving.into_iter().cloned());
            }
        }
        let principals = principals.into_iter().collect();
        Ok(Authorised { grant: read.id, principals, procedure })
    }

    fn is_revoked(&self, id: &Digest, policies: &[&JudgingPolicy<'_>]) -> bool {
        let mut all = policies.iter().map(|judging| judging.policy).chain(self.stopping);
        all.any(|policy| policy.revokes_grant(id))
    }

    /// The policies of other commits whose revoked keys stop `demand`. An update may revoke the very
    /// key that signs it: the policy that it brings is among the `policies` that judge it.
    fn stopping_keys<'s>(
        &'s self,
        demand: &Demand,
        policies: &'s [&JudgingPolicy<'_>],
    ) -> impl Iterator<Item = &'s Policy> {
        let is_update = demand.subject == Subject::Policy;
        let judges = move |policy: &Policy| {
            let digest = policy.digest();
            policies.iter().any(|judging| judging.digest == digest)
        };
        self.stopping.iter().filter(move |policy| !(is_update && judges(policy)))
    }

    /// The one grant that fits and was not spent. Of several, those that cannot count any more are
    /// passed over.
    fn the_one(&self, demand: &Demand, procedure: Procedure) -> Result<&ReadGrant<'a>, Problem> {
        let mut fitting = self.grants.fitting(demand);
        // A grant of the other procedure is no grant for another change.
        let is_other = !fitting.new.is_empty();
        fitting.new.retain(|read| read.procedure() == procedure);
        fitting.spent.retain(|read| read.procedure() == procedure);
        let alive: Vec<_> =
            fitting.new.iter().copied().filter(|read| !self.is_over(read)).collect();
        match (&alive[..], &fitting.new[..], &fitting.spent[..]) {
            ([only], ..) | ([], [only, ..], _) => Ok(*only),
            ([], [], []) if is_other => Err(missing(demand, None)),
            ([], [], []) => Err(missing(demand, self.grants.nearest(demand).as_ref())),
            ([], [], [spent, ..]) => {
                Err(refused("grant-spent", &spent.id, "fits, and is spent: the base has it"))
            }
            ([first, others @ ..], ..) => {
                let number = alive.len();
                let why =
                    format!("is one of {number} that fit: it is not clear which one is meant");
                let files: Vec<String> =
                    others.iter().take(NAMED).map(|read| format!("{}.toml", read.id)).collect();
                let remedy =
                    format!("keep one of them, and remove the others: {}", files.join(", "));
                Err(refused("grant-ambiguous", &first.id, &why).remedy(remedy))
            }
        }
    }

    /// Whether a grant expired, or was revoked: it will never count again.
    fn is_over(&self, read: &ReadGrant<'_>) -> bool {
        let is_expired = read.grant.as_ref().is_ok_and(|grant| self.now >= grant.not_after);
        is_expired || self.is_revoked(&read.id, &[&self.policy])
    }

    /// What `read` says, if its name, its form, its repository and its policy are right; and the older
    /// policy that it was given under.
    fn sound<'g>(
        &'g self,
        read: &'g ReadGrant<'_>,
    ) -> Result<(&'g Grant, Option<&'g JudgingPolicy<'a>>), Problem> {
        let (file, id) = (read.file, &read.id);
        if file.id != id.to_string() {
            let why = format!("lies in a file of another name, {}.toml", file.id);
            return Err(refused("grant-misnamed", id, &why).remedy("name the file by its digest"));
        }
        let canonical = |grant: &'g Grant| grant.check_canonical(&file.bytes).map(|()| grant);
        let grant = read.grant.as_ref().map_err(Clone::clone).and_then(canonical);
        let grant = grant.map_err(|error| {
            refused("grant-not-canonical", id, &format!("is not canonical: {error}"))
        })?;
        if grant.repository != self.policy.policy.repository {
            let why = format!("is for the repository {}", cut(&grant.repository));
            return Err(refused("grant-other-repository", id, &why));
        }
        if grant.policy == self.policy.digest {
            return Ok((grant, None));
        }
        let older = self.older.iter().find(|older| older.digest == grant.policy);
        let older = older.ok_or_else(|| {
            let why = "was given under another policy than that of the base, and under none that \
                       the branch of the base had before";
            refused("grant-other-policy", id, why)
        })?;
        Ok((grant, Some(older)))
    }
}

/// Decides one demand. For more than one, a [`Decider`] reads the grants once.
///
/// # Errors
///
/// As [`Decider::decide`].
pub fn decide(demand: &Demand, facts: &Facts<'_>) -> Result<Authorised, Problem> {
    Decider::new(facts).decide(demand)
}

const THE_NEW_POLICY: &str = "the new policy";

const A_LATER_POLICY: &str = "the policy of what is judged, or of the tip of its branch,";

const AN_OLDER_POLICY: &str = "the policy that the grant was given under";

/// Every policy that judges `demand` has a rule for it.
fn check_rules(
    demand: &Demand,
    policies: &[&JudgingPolicy<'_>],
    procedure: Procedure,
) -> Result<(), Problem> {
    let lacking = policies.iter().find(|judging| judging.rules(demand, procedure).is_empty());
    lacking.map_or(Ok(()), |judging| Err(no_rule(demand, procedure, judging.whose)))
}

fn in_time(grant: &Grant, id: &Digest, policy: &Policy, now: Moment) -> Result<(), Problem> {
    if now < grant.not_before {
        let why = format!("does not count before {}; it is {now}", grant.not_before);
        return Err(refused("grant-too-early", id, &why).remedy("wait"));
    }
    if now >= grant.not_after {
        let why = format!("expired at {}; it is {now}", grant.not_after);
        return Err(refused("grant-expired", id, &why));
    }
    let life = grant.not_after.seconds().saturating_sub(grant.not_before.seconds());
    let hours = policy.max_grant_hours;
    if life > u64::from(hours) * 3_600 {
        let why = format!("lives longer than the {hours} hours that the policy allows");
        return Err(refused("grant-too-long", id, &why));
    }
    Ok(())
}

/// The principals of `policy` who signed. Any signature that does not hold is a refusal; one by a key
/// that another of the `policies` alone knows is none here.
fn signers<'p>(
    read: &ReadGrant<'_>,
    policy: &'p Policy,
    policies: &[&JudgingPolicy<'_>],
    stopping: &[&'p Policy],
    now: Moment,
) -> Result<BTreeSet<&'p String>, Problem> {
    let signatures = &read.file.signatures;
    if signatures.len() > MAX_SIGNATURES {
        let why = format!("has {} signatures: the limit is {MAX_SIGNATURES}", signatures.len());
        let remedy = "keep those of the people who approve it, and remove the others";
        return Err(refused("signatures-too-many", &read.id, &why).remedy(remedy));
    }
    let mut signed = BTreeSet::new();
    for SignatureFile { name, bytes } in signatures {
        let bad = |code, why: &str| {
            let why = format!("has a signature {name}.sig that does not count: {why}");
            refused(code, &read.id, &why).remedy("remove that signature, or have it made again")
        };
        let key = match verify(bytes, &read.file.bytes, &policy.keys) {
            Ok(key) => key,
            Err(SignatureFault::UnknownKey) if holds_elsewhere(bytes, read.file, policies) => {
                continue;
            }
            Err(fault) => return Err(bad("signature-invalid", &fault.to_string())),
        };
        if key.not_after.is_some_and(|end| now >= end) {
            let why = format!("the key {} is out of date", key.name);
            return Err(bad("key-expired", &why));
        }
        let mut revoking = std::iter::once(policy).chain(stopping.iter().copied());
        if revoking.any(|policy| policy.revokes_key(&key.public)) {
            return Err(bad("key-revoked", &format!("the key {} is revoked", key.name)));
        }
        signed.insert(&key.principal);
    }
    Ok(signed)
}

fn holds_elsewhere(bytes: &[u8], file: &GrantFile, policies: &[&JudgingPolicy<'_>]) -> bool {
    policies.iter().any(|judging| verify(bytes, &file.bytes, &judging.policy.keys).is_ok())
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::{Signer as _, SigningKey};
    use ssh_key::public::{Ed25519PublicKey, KeyData};
    use ssh_key::{Algorithm, HashAlg, LineEnding, Signature, SshSig};

    use super::*;
    use crate::approval::{CLOSE_BLOCKER, NAMESPACE, RESEAL, RuleScope, steps};

    fn key() -> (SigningKey, KeyData) {
        let secret = SigningKey::from_bytes(&[7; 32]);
        let public = Ed25519PublicKey(secret.verifying_key().to_bytes());
        (secret, public.into())
    }

    fn sign(message: &[u8]) -> Vec<u8> {
        let (secret, public) = key();
        let signed = SshSig::signed_data(NAMESPACE, HashAlg::Sha512, message).unwrap();
        let raw = secret.sign(&signed).to_bytes().to_vec();
        let signature = Signature::new(Algorithm::Ed25519, raw).unwrap();
        let signature = SshSig::new(public, NAMESPACE, HashAlg::Sha512, signature).unwrap();
        signature.to_pem(LineEnding::LF).unwrap().into_bytes()
    }

    /// Ada alone may close blockers of one environment, and change the seals that `seals` name.
    fn policy(seals: &str) -> Policy {
        let line = ssh_key::PublicKey::new(key().1, "").to_openssh().unwrap();
        let text = format!(
            "format = \"sealgate-policy/1\"\nrepository = \"example/notes\"\nmax-grant-hours = 72\n\
             [[key]]\nname = \"ada\"\nprincipal = \"ada\"\nkey = \"{}\"\ntouch = false\n\
             [[rule]]\naction = \"close-blocker\"\nenvironment = \"production\"\n\
             approvers = [\"ada\"]\nthreshold = 1\n\
             [[rule]]\naction = \"reseal\"\nseals = [{seals}]\napprovers = [\"ada\"]\nthreshold = 1\n\
             [[environment]]\nname = \"production\"\nbranches = [\"main\"]\nenforced = true\n",
            line.trim_end()
        );
        Policy::loose(text.as_bytes()).unwrap()
    }

    fn demand(number: usize) -> Demand {
        Demand {
            action: CLOSE_BLOCKER.to_owned(),
            subject: Subject::Environment("production".to_owned()),
            change: Digest::of(&number.to_le_bytes()),
        }
    }

    fn granted(demand: &Demand, policy: &Policy, signatures: usize) -> GrantFile {
        let grant = Grant {
            repository: policy.repository.clone(),
            policy: policy.digest(),
            action: demand.action.clone(),
            subject: demand.subject.clone(),
            change: demand.change,
            binding: None,
            procedure: Procedure::Usual,
            not_before: Moment::parse("2026-03-01T00:00:00Z").unwrap(),
            not_after: Moment::parse("2026-03-02T00:00:00Z").unwrap(),
            evidence: None,
            reason: "a test".to_owned(),
        };
        let bytes = grant.to_text().into_bytes();
        let signature =
            |number: usize| SignatureFile { name: format!("k{number}"), bytes: sign(&bytes) };
        let signatures = (0..signatures).map(signature).collect();
        GrantFile { id: Digest::of(&bytes).to_string(), bytes, signatures }
    }

    fn facts<'a>(policy: &'a Policy, judged: &'a [GrantFile]) -> Facts<'a> {
        let now = Moment::parse("2026-03-01T12:00:00Z").unwrap();
        let commands = Commands { program: "sealgate", base: "base" };
        Facts { now, policy, next: None, stopping: &[], older: &[], base: &[], judged, commands }
    }

    #[test]
    fn parses_each_grant_once_however_many_demands_there_are() {
        let policy = policy("\"*\"");
        let files: Vec<_> = (0..60).map(|at| granted(&demand(at), &policy, 1)).collect();
        let mut granted = 0;
        let [parsed, verified] = steps::of(|| {
            let decider = Decider::new(&facts(&policy, &files));
            // Half of the demands have no grant: for these, the nearest grant is looked for.
            granted = (0..120).filter(|at| decider.decide(&demand(*at)).is_ok()).count();
        });
        assert_eq!(granted, 60);
        assert_eq!(parsed, 60, "120 demands, 60 grants");
        assert_eq!(verified, 60);
    }

    #[test]
    fn verifies_no_signature_of_a_grant_with_too_many() {
        let policy = policy("\"*\"");
        for (signatures, verifications) in
            [(MAX_SIGNATURES, MAX_SIGNATURES), (MAX_SIGNATURES + 1, 0)]
        {
            let files = [granted(&demand(0), &policy, signatures)];
            let mut decided = None;
            let [_, verified] =
                steps::of(|| decided = Some(decide(&demand(0), &facts(&policy, &files))));
            assert_eq!(verified, verifications);
            let code = decided.unwrap().err().map(|problem| problem.code);
            assert_eq!(code, (verifications == 0).then_some("signatures-too-many"));
        }
    }

    #[test]
    fn finds_the_same_rules_for_a_seal_as_the_rules_themselves() {
        let seals =
            ["\"dist\"", "\"dist*\"", "\"d?st\", \"docs\"", "\"{dist,web}-[a-c]\"", "\"*\""];
        let mut met = 0;
        for seals in seals {
            let policy = policy(seals);
            let judging = JudgingPolicy::new(&policy, "the policy");
            for name in ["dist", "dist-a", "docs", "web-b", "web-d", "dost", "x", "*", "d?st"] {
                let subject = Subject::Seal(name.to_owned());
                let demand = Demand { action: RESEAL.to_owned(), subject, change: Digest::of(b"") };
                let rules = policy.rules.iter().filter(|rule| rule.covers_seal(name));
                let rules: Vec<_> =
                    rules.filter(|rule| matches!(rule.scope, RuleScope::Seals(_))).collect();
                assert_eq!(judging.rules(&demand, Procedure::Usual), rules, "{seals} {name}");
                met += rules.len();
            }
        }
        assert_eq!(met, 18);
    }
}
