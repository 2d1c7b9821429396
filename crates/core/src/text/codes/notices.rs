//! Notices: facts in a report that change no verdict.

use super::ErrorCode;

pub(super) const NOTICES: &[ErrorCode] = &[
    ErrorCode {
        code: "base-of-branch",
        title: "The base is where the branch was left",
        explanation: "`--base auto` found no base for the event, and there is a policy. The base is \
            the commit at which what is judged left the branch that the message names.",
    },
    ErrorCode {
        code: "before-first-seal",
        title: "Commits come before the first seal",
        explanation: "`check --rev A..B` found commits without seals before the first commit that \
            has one. There was nothing to judge in them.",
    },
    ErrorCode {
        code: "break-glass",
        title: "An emergency waits for its usual grant",
        explanation: "A break-glass grant permitted something without the usual approvals. Look at \
            what was done, and have a usual grant for the same action and subject signed and committed: \
            until then, every report states the emergency.",
    },
    ErrorCode {
        code: "first-policy",
        title: "The change brings the first policy",
        explanation: "The base has no policy, and what is judged has one. No grant permits a \
            first policy, and from then on its keys decide. Compare the digest in the message \
            with the digest that the owners of the policy name; `--policy-digest HEX` holds the \
            two together.",
    },
    ErrorCode {
        code: "ledger-local",
        title: "Grants are one-time in this clone only",
        explanation: "The policy has `ledger = \"local\"`, so the uses of grants are recorded in one \
            clone. In another clone the same grant can be used once more. Name the URL of a repository \
            that all clones can reach.",
    },
    ErrorCode {
        code: "merged",
        title: "The verdict was merged from reports",
        explanation: "`merge-reports` made this answer from the reports that it was given, by the \
            seals that are here. It read no artifacts.",
    },
    ErrorCode {
        code: "modes-not-compared",
        title: "Execute bits were not compared",
        explanation: "The check ran on a system that has no execute bits, so `file` and `exec` \
            were taken as equal. Check on a Unix as well, if modes matter.",
    },
    ErrorCode {
        code: "narrowed",
        title: "Only some seals were asked for",
        explanation: "`merge-reports --only` asked for some of the seals, and the verdict says \
            nothing about the others.",
    },
    ErrorCode {
        code: "no-base",
        title: "There is no base",
        explanation: "`--base auto` found no base for the event, so changes of the seals were not \
            judged.",
    },
    ErrorCode {
        code: "not-rebuilt",
        title: "A seal states no build",
        explanation: "`rebuild` judged the bytes of this seal as they lie there: its seal states no \
            build command. `sealgate seal NAME --set-build COMMAND` states one.",
    },
    ErrorCode {
        code: "nothing-named",
        title: "The list of names is empty",
        explanation: "`check --names-from` got an empty list, and `--allow-none` lets that pass. Nothing \
            was checked.",
    },
    ErrorCode {
        code: "older-commit",
        title: "An older commit of the branch was judged",
        explanation: "`--older` allowed a commit that is not the tip of the environment's branch. \
            What was added to the branch since is not in what was judged.",
    },
    ErrorCode {
        code: "one-step-judged",
        title: "One step was judged",
        explanation: "`--base auto` found no base for the event, there is a policy, and the commit \
            is on the branch of the environment. The base is its first parent, so nothing before \
            that was judged.",
    },
    ErrorCode {
        code: "part",
        title: "The report is of a part",
        explanation: "`check --only` judged the entries that match, and no other. Check without \
            `--only` for a verdict on the whole.",
    },
    ErrorCode {
        code: "range",
        title: "Every commit of a range was judged",
        explanation: "`check --rev A..B` judged each commit by its own seals. The report has a seal \
            once for each commit, with the id in `source.oid`.",
    },
    ErrorCode {
        code: "rehearsal-unconfined",
        title: "A rehearsal was not confined",
        explanation: "`rehearse --unconfined` ran scripts that could write and connect anywhere. The record \
            states it, and no policy takes it as evidence.",
    },
    ErrorCode {
        code: "reseal-granted",
        title: "A grant permits the changed seal",
        explanation: "A seal changed since the base, and the policy permits it by the grant of the \
            people that the message names.",
    },
    ErrorCode {
        code: "scope-change-allowed",
        title: "The event lets a change of scope pass",
        explanation: "What a seal covers changed since the base, and `--base auto` let it pass: the \
            change request has the label `seal-scope`, or the event is one of a merge queue or a push \
            to the default branch, before which the change request was judged. `--on-reseal entries` \
            lets no such change pass.",
    },
    ErrorCode {
        code: "seal-deleted",
        title: "A commit of the range deletes a seal",
        explanation: "`check --rev A..B` found a commit without a seal that a commit before it has. \
            Nothing judges what it covered from there on. Name the seal to make that an error.",
    },
    ErrorCode {
        code: "seals-differ",
        title: "The working tree has other seals",
        explanation: "The seals in the working tree are not those of the commit. The seals of the \
            commit judged.",
    },
    ErrorCode {
        code: "share",
        title: "The report is of one share",
        explanation: "This run judged one share of a divided check. `sealgate merge-reports` with \
            the reports of all shares gives the verdict.",
    },
    ErrorCode {
        code: "share-empty",
        title: "The share has no entry of a seal",
        explanation: "This share takes no entry of the seals that the message names. Other shares \
            judge them.",
    },
    ErrorCode {
        code: "shares-differ",
        title: "The shares saw different trees",
        explanation: "Some shares saw paths that nobody sealed, and others did not see them or saw \
            something else there. The jobs did not have the same tree. Give all shares the same \
            bytes.",
    },
    ErrorCode {
        code: "shifted",
        title: "The tree is a level too deep",
        explanation: "Every sealed entry is missing, and all of them are in one directory below the \
            place that was checked: an archive was unpacked into a directory of its own name. \
            Check that directory.",
    },
];
