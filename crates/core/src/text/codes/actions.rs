//! Errors and refusals of actions: using a grant, the ledger, and the evidence.

use super::ErrorCode;

pub(super) const ACTIONS: &[ErrorCode] = &[
    ErrorCode {
        code: "action-in-change-request",
        title: "An action is asked for by a change that is not merged",
        explanation: "The event or the ref is a change request. Whoever opened it chose its files, and \
            nobody merged them, so no action is authorised for it, whatever grants it has. Merge it, \
            and use the grant on the tip of the branch.",
    },
    ErrorCode {
        code: "action-needs-use",
        title: "A check never authorises an action",
        explanation: "Everything that the action needs is there. A check can be repeated, and a grant \
            for an action counts once, so `check --action` is always refused. `grant use` checks the \
            same, records in the ledger that the grant is used, and runs the command. The next step is \
            that command: put your own in the place of COMMAND.",
    },
    ErrorCode {
        code: "command-failed",
        title: "The command of an action failed",
        explanation: "`grant use` recorded the use of the grant, and the command ended with another exit \
            code than 0, or by a signal, or could not be started. The grant is used all the same, since \
            some of the action may be done. See what was done, and make a new grant for what is left.",
    },
    ErrorCode {
        code: "command-not-found",
        title: "There is no such program to run",
        explanation: "`grant use` looks for the program before it records anything, so that a misspelt \
            name uses up no grant. Correct the command after `--`.",
    },
    ErrorCode {
        code: "end-not-recorded",
        title: "How an action ended is not recorded",
        explanation: "The command ran, and its end could not be written to the ledger. The grant is used. \
            `grant log` lists the use without an end: note elsewhere how it ended.",
    },
    ErrorCode {
        code: "evidence-allowances",
        title: "A rehearsal rests on allowances",
        explanation: "The rule has `allowances = false`, and the record lists exceptions that its plan \
            asked for. Change the plan so that it needs none, and rehearse it again.",
    },
    ErrorCode {
        code: "evidence-failed",
        title: "A record of a rehearsal proves nothing",
        explanation: "The verdict of the record is not `pass`, an invariant did not hold, a program \
            failed, a fault that was made on purpose was not caught, or there were no such faults. Or it \
            contradicts itself, or a part of it ran or measured nothing. Read \
            what the rehearsal reported, change the plan, and rehearse it again.",
    },
    ErrorCode {
        code: "evidence-missing",
        title: "The evidence that the policy demands is missing",
        explanation: "The rule demands evidence, and the grant names none, or the record that it names \
            is not in the judged commit, or `--evidence` names another one. Commit the record at \
            `seals/evidence/DIGEST.json`, and make a grant that names it: `grant new --evidence FILE`.",
    },
    ErrorCode {
        code: "evidence-not-canonical",
        title: "A file is not the record of a rehearsal",
        explanation: "The name of a record is its digest, and it has one canonical text: this key order, \
            two spaces, line feeds, at most 256 KiB. The file has another text or name, so it was \
            changed after it was written, or something else wrote it. Take the file as the rehearsal \
            wrote it.",
    },
    ErrorCode {
        code: "evidence-other-plan",
        title: "Another plan was rehearsed",
        explanation: "The plan of the record is not the plan of the grant, or the seal that covers the \
            plan and its files has another digest in the judged commit, or it does not state the plan. Rehearse the plan that will be \
            followed.",
    },
    ErrorCode {
        code: "evidence-other-surface",
        title: "The plan was rehearsed on another surface",
        explanation: "The seal of the surface in the base is not the one that was rehearsed, so the \
            system has changed since. Rehearse the plan on a new clone.",
    },
    ErrorCode {
        code: "evidence-too-old",
        title: "A rehearsal is too old",
        explanation: "The rule has `evidence-hours`, and the rehearsal began longer before the grant \
            begins to count, or after it. Rehearse the plan on a new clone, and make a new grant.",
    },
    ErrorCode {
        code: "evidence-unconfined",
        title: "A rehearsal could reach other systems",
        explanation: "The record names no confinement that is known, `landlock-N`, so the rehearsed \
            programs may have changed something that was not measured. Rehearse where Landlock \
            confines it.",
    },
    ErrorCode {
        code: "grant-unbound",
        title: "A grant for an action is for any commit",
        explanation: "A grant for an action states its subject, which is the tree of the commit, and the \
            text of its plan. This one does not. Make a new one with `grant new`.",
    },
    ErrorCode {
        code: "grant-used",
        title: "A grant was used before",
        explanation: "The ledger has a record of the use of this grant, and a grant for an action counts \
            once. `grant log` lists who used it, when, and how it ended. To do the action again, make a \
            new grant and have it signed.",
    },
    ErrorCode {
        code: "ledger-differs",
        title: "Two policies name different ledgers",
        explanation: "The policy of the base and the policy of the judged commit have different ledgers. \
            In one of them, a used grant could be new. Name a later base, whose policy has the new \
            ledger.",
    },
    ErrorCode {
        code: "ledger-missing",
        title: "The policy has no ledger",
        explanation: "Without a ledger nothing records that a grant for an action is used, so no action \
            is authorised. Add `ledger = \"URL\"` below `max-grant-hours` by a signed policy update; \
            `ledger = \"local\"` records uses in one clone alone.",
    },
    ErrorCode {
        code: "ledger-redirected",
        title: "The configuration of git leads the ledger elsewhere",
        explanation: "A setting `url.X.insteadOf`, `url.X.pushInsteadOf`, `core.sshCommand` or \
            `http.curloptResolve`, or a remote that is named like the URL of the ledger (a setting, or a \
            file in `.git/remotes` or `.git/branches`), can make git record uses in another repository. \
            Remove it; the variable `GIT_SSH_COMMAND` is taken from the caller.",
    },
    ErrorCode {
        code: "ledger-unreachable",
        title: "The ledger cannot be reached",
        explanation: "The repository of the ledger could not be read or refused the record. What cannot \
            be recorded does not run. Look whether you can reach it (`git ls-remote URL`) and may push \
            tags `sealgate-used/*`, and try again.",
    },
    ErrorCode {
        code: "ledger-unwritable",
        title: "The ledger of this clone cannot be written",
        explanation: "With `ledger = \"local\"` uses are files in `sealgate/used` in git's directory. \
            The file could not be read or written. What cannot be recorded does not run. Give this user \
            room and the right to write there.",
    },
    ErrorCode {
        code: "random",
        title: "The system gives no random bytes",
        explanation: "Each record in a ledger has 128 random bits, so that no two runs record the same \
            object. Let this process use the random numbers of the system.",
    },
    ErrorCode {
        code: "tip-differs",
        title: "An action is asked for on an old commit",
        explanation: "The judged commit is not the tip of a branch of the environment in the repository \
            of the ledger, so what was stopped or fixed since would be passed over. Push the commit, or \
            fetch the branch and use the grant on its tip.",
    },
    ErrorCode {
        code: "use-unclear",
        title: "It is not clear whether a use was recorded",
        explanation: "The connection to the ledger broke while the use was recorded. The action did not \
            run. `grant log` shows what is recorded; if the use is, the grant is used, and the action \
            needs a new one.",
    },
];
