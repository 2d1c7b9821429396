//! The command that approves, for one seal and for many, and when it is the wrong answer.

use std::collections::BTreeSet;

use sealgate_core::compare::finding::{Cause, Finding, FindingKind};
use sealgate_core::compare::verdict::{SealResult, Source, Verdict};

use super::kept::{Kept, is_for_a_report, of_artifact, with_the_build};
use super::{Advice, Invocation, ToStage};
use crate::report::v1::Fix;
use crate::report::words::shell::{pathspec, quote};
use crate::report::words::text;

/// How many paths a caution names; the others are counted.
const NAMED: usize = 3;

/// How a failing seal is fixed. `None` where nothing can be approved: the seal passed, or part
/// of it could not be judged, and then `seal` would refuse as well; or builds differ from each other.
pub(crate) fn fix(judgement: &SealResult, invocation: &Invocation) -> Option<Fix> {
    let advice = Advice { judgement, invocation };
    (judgement.verdict() == Verdict::Fail
        && !judgement.findings.is_empty()
        && !judgement.findings.iter().any(|finding| advice.is_refused(finding))
        && !judgement.findings.iter().any(|finding| finding.cause == Some(Cause::BuildVaries))
        && !is_all_gone(judgement))
    .then(|| {
        if is_for_a_build(judgement, invocation) {
            return of_build(&[judgement], invocation);
        }
        if let (Some(Kept::Artifact { name, run, .. }), true) =
            (&invocation.kept, is_for_a_report(judgement))
        {
            return of_artifact(&[judgement], (name, run), advice.caution_of_report(), invocation);
        }
        Fix {
            approve: advice.seal_here(),
            caution: advice.caution(),
            steps: Vec::new(),
            from_report: false,
            compare: Vec::new(),
        }
    })
}

/// Whether whoever approves what was judged builds it again: a build made it just now, its root is kept
/// in git, and nothing else explains a finding; or the build is right, and the commit is not.
fn is_for_a_build(judgement: &SealResult, invocation: &Invocation) -> bool {
    let is_of_build = |finding: &Finding| {
        let of_builds = [Cause::BuildDiffers, Cause::RenamedByDigest, Cause::CommittedSince];
        let unexplained = finding.cause.is_none_or(|cause| of_builds.contains(&cause));
        unexplained && finding.kind != FindingKind::Unsealable
    };
    let is_committed =
        invocation.outside_commit && matches!(judgement.source, Source::Commit { .. });
    (invocation.after_build || is_committed)
        && judgement.tracked == Some(true)
        && judgement.build.is_some()
        && (is_committed || judgement.findings.iter().all(is_of_build))
}

/// How roots are fixed of which the build made something else than the commit has.
fn of_build<'a>(failing: &[&'a SealResult], invocation: &Invocation) -> Fix {
    let names: Vec<String> = failing.iter().map(|one| quote(one.name.as_bytes())).collect();
    let sealgate = invocation.sealgate();
    let approve = format!("{sealgate} rebuild {} --seal", names.join(" "));
    let installs: BTreeSet<&String> =
        failing.iter().filter_map(|one| invocation.installs.get(&one.name)).collect();
    let mut steps: Vec<String> = installs.into_iter().cloned().collect();
    steps.push(approve.clone());
    let kept = |one: &'a SealResult| one.root.as_deref().filter(|_| one.tracked == Some(true));
    let staged = failing.iter().map(|one| ToStage { name: &one.name, root: kept(one) });
    steps.push(invocation.stage(&staged.collect::<Vec<_>>(), invocation.seals_there.as_deref()));
    let subject = match failing {
        [one] => format!("Rebuild {}", one.root.as_deref().unwrap_or(&one.name)),
        _ => format!("Rebuild {} directories", failing.len()),
    };
    steps.push(format!("{} commit -m {}", invocation.git(), quote(subject.as_bytes())));
    let first = &names[0];
    let compare = with_the_build(&names, invocation);
    let show = if compare.is_empty() {
        format!(
            "with a copy of what this one made, `{sealgate} diff {first} --against COPY` shows where they differ."
        )
    } else {
        "what this one made is kept.".to_owned()
    };
    let caution = format!(
        "If that changes nothing where you build, that machine and this one make different bytes. \
         `{sealgate} rebuild {first} --twice` says on each whether it repeats itself; {show}"
    );
    let dropped = failing.iter().filter_map(|judgement| Advice { judgement, invocation }.dropped());
    let caution = dropped.chain([caution]).collect::<Vec<_>>().join(" ");
    Fix { approve, caution, steps, from_report: false, compare }
}

/// Whether nothing is left of what is sealed, and nothing else is there: `seal` refuses an empty root.
fn is_all_gone(judgement: &SealResult) -> bool {
    let is_missing = |finding: &Finding| finding.kind == FindingKind::Missing;
    let is_whole = judgement.taken.is_none();
    is_whole && judgement.matched == 0 && judgement.findings.iter().all(is_missing)
}

/// How several failing seals are fixed, in one command; `None` where fewer than two can be.
pub(crate) fn fix_of_all(judgements: &[SealResult], invocation: &Invocation) -> Option<Fix> {
    let fixes = judgements.iter().filter_map(|one| Some((one, fix(one, invocation)?)));
    let (failing, fixes): (Vec<_>, Vec<_>) = fixes.unzip();
    if failing.len() < 2 {
        return None;
    }
    let is_for_a_build = |one: &&SealResult| is_for_a_build(one, invocation);
    // A build makes what git ignores too.
    let is_built = |one: &&SealResult| invocation.after_build && one.build.is_some();
    if failing.iter().any(is_for_a_build)
        && failing.iter().all(|one| is_for_a_build(one) || is_built(one))
    {
        return Some(of_build(&failing, invocation));
    }
    let no_error = |one: &SealResult| matches!(one.verdict(), Verdict::Pass | Verdict::Fail);
    let is_here = |one: &SealResult| one.source == Source::Worktree;
    let all = invocation.every_seal && judgements.iter().all(|one| no_error(one) && is_here(one));
    let which = if all {
        "--all".to_owned()
    } else {
        let names = failing.iter().map(|one| quote(one.name.as_bytes()));
        names.collect::<Vec<_>>().join(" ")
    };
    let mut cautions: Vec<&str> = fixes.iter().map(|fix| &*fix.caution).collect();
    cautions.dedup();
    let caution = match &cautions[..] {
        [alike] => (*alike).to_owned(),
        [first, others @ ..] => {
            format!(
                "Of {}: {first} (Read the same for {}.)",
                failing[0].name,
                match others.len() {
                    1 => "the other seal".to_owned(),
                    others => format!("each of the other {others} seals"),
                }
            )
        }
        [] => String::new(),
    };
    if let (Some(Kept::Artifact { name, run, .. }), true) =
        (&invocation.kept, failing.iter().all(|one| is_for_a_report(one)))
    {
        return Some(of_artifact(&failing, (name, run), caution, invocation));
    }
    let approve = format!("{} seal {which}", invocation.sealgate());
    Some(Fix { approve, caution, steps: Vec::new(), from_report: false, compare: Vec::new() })
}

impl Advice<'_> {
    /// When approving is the wrong answer, and what is right then.
    fn caution(&self) -> String {
        let root = self.root_in_words();
        let mut sentences = Vec::new();
        if let Source::Directory { given, .. } = &self.judgement.source {
            sentences.push(format!(
                "First bring the bytes of {given} into {root}: the command seals what is in {root}."
            ));
        }
        match &self.judgement.source {
            Source::Commit { oid, .. } if self.is_checked_out(oid) => sentences.push(
                "The command seals what is in the working tree; commit the seal after it, and check \
                 or push that commit."
                    .to_owned(),
            ),
            Source::Commit { given, .. } => sentences.push(format!(
                "First check out {given}: the command seals what is in the working tree."
            )),
            Source::Worktree | Source::Directory { .. } | Source::Server { .. } => {}
        }
        if self.invocation.checkout.other_seals.contains(&self.judgement.name) {
            let file = self.invocation.seal_file(&self.judgement.name);
            sentences.push(format!(
                "The seal of a commit judged, and {file} in the working tree is another one: if it \
                 approves these bytes, commit it (`{} commit -- {}`).",
                self.git(),
                pathspec(file.as_bytes())
            ));
        }
        if let Some(build) = &self.judgement.build {
            // A backtick would end the command in the formats that set it apart.
            let command = build.as_str().replace('`', r"\x60");
            let rebuild = self.sealgate("rebuild");
            sentences.push(if self.is_database() {
                format!("{root} is built by `{command}`.")
            } else if self.invocation.after_build {
                format!(
                    "{root} was built by `{command}` just now; `{rebuild} --seal` builds it again and \
                     approves what that makes."
                )
            } else {
                format!(
                    "{root} is built by `{command}`: `{rebuild}` runs that and says whether it makes \
                     the sealed bytes, and `{rebuild} --seal` approves what it makes."
                )
            });
        }
        let mut findings = self.judgement.findings.iter();
        if findings.any(|finding| finding.kind == FindingKind::Unsealable) {
            sentences.push("It refuses while anything unsealable is there.".to_owned());
        }
        let is_ignored = |finding: &Finding| {
            finding.cause == Some(Cause::NotInGit) && finding.kind != FindingKind::Missing
        };
        if self.is_kept_in_git() && self.judgement.findings.iter().any(is_ignored) {
            sentences.push("It refuses while git ignores anything there.".to_owned());
        }
        sentences.extend(self.dropped());
        sentences.extend(self.caution_of_causes());
        sentences.extend(self.by_report());
        sentences.push(self.last_caution());
        sentences.extend(self.caution_of_links());
        sentences.join(" ")
    }

    /// Whether no build made what is missing, and git has it.
    pub(super) fn is_unmade(&self, finding: &Finding) -> bool {
        self.invocation.after_build
            && self.is_kept_in_git()
            && self.judgement.build.is_some()
            && finding.kind == FindingKind::Missing
            && matches!(finding.cause, None | Some(Cause::BuildDiffers))
    }

    /// A sealed file was there, and no build made it again.
    pub(super) fn on_unmade(&self, path: &[u8]) -> String {
        let keep = match self.pattern(path) {
            Some(pattern) => format!(
                "bring it back and leave it out of the seal with `{} && {} --exclude {}`",
                self.restore(&self.in_repository(Some(path))),
                self.sealgate("seal"),
                quote(pattern.as_bytes())
            ),
            None => format!("put it back and {}", self.exclusion(path)),
        };
        format!(
            "No build makes it. If it is kept by hand, let the build copy it, or {keep}; if nothing makes it \
             any more, `{} --seal` drops it.",
            self.sealgate("rebuild")
        )
    }

    /// Names what approving drops because no build makes it.
    fn dropped(&self) -> Option<String> {
        let unmade = self.judgement.findings.iter().filter(|finding| self.is_unmade(finding));
        let path = |finding: &Finding| quote(&self.in_repository(Some(&finding.path)));
        let paths: Vec<String> = unmade.map(path).collect();
        let named = text::listed(&paths, NAMED);
        (!paths.is_empty()).then(|| format!("That drops what no build makes: {named}."))
    }

    /// When approving from a report is the wrong answer. The bytes need not be here.
    fn caution_of_report(&self) -> String {
        let sentences = self.caution_of_causes().into_iter().chain([self.last_caution()]);
        sentences.collect::<Vec<_>>().join(" ")
    }

    fn caution_of_causes(&self) -> Option<String> {
        let findings = &self.judgement.findings;
        let proved = findings.iter().filter_map(|finding| finding.cause);
        let causes: BTreeSet<Cause> = proved.filter(|cause| !may_be_meant(*cause)).collect();
        let causes: Vec<_> = causes.into_iter().map(Cause::code).collect();
        (!causes.is_empty()).then(|| {
            format!("Do not approve what has a known cause ({}): fix the cause.", causes.join(", "))
        })
    }

    fn last_caution(&self) -> String {
        let again = self.again(None);
        let unsealed = |finding: &Finding| finding.kind == FindingKind::Unsealed;
        if self.judgement.findings.iter().all(unsealed) {
            format!("Do not approve what does not belong in {}: remove it.", self.root_in_words())
        } else if self.committed().is_some() {
            format!(
                "Do not approve this if nobody meant to change {}: {again}.",
                self.root_in_words()
            )
        } else if self.is_kept_in_git() {
            format!(
                "Do not approve this if nobody meant to change {}: {again}, which drops changes of \
                 committed files; if the change is in a commit, `{} log -- {}` names it.",
                self.root_in_words(),
                self.git(),
                pathspec(self.root().as_bytes())
            )
        } else {
            format!(
                "Do not approve this if you cannot say why the bytes changed: {again}, and check again."
            )
        }
    }
}

/// Whether somebody may have meant what has this cause: nothing is broken, and a database has it so.
fn may_be_meant(cause: Cause) -> bool {
    matches!(
        cause,
        Cause::ColumnOrder
            | Cause::OnlyQuoting
            | Cause::SettingOfDatabase
            | Cause::OwnerOrGrants
            | Cause::Comment
            | Cause::RenamedByDigest
            | Cause::CommittedSince
    )
}
