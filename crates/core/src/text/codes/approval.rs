//! Errors and refusals of the policy, the grants and the environments.

use super::ErrorCode;

pub(super) const APPROVAL: &[ErrorCode] = &[
    ErrorCode {
        code: "base-before-policy",
        title: "The base is older than the policy",
        explanation: "The base has no policy, and the commit before what is judged has one: the \
            changes since the base would be judged by no policy. Name a newer base. If this is \
            how the first policy comes, name its digest from outside: `--policy-digest HEX`.",
    },
    ErrorCode {
        code: "base-missing",
        title: "There is no base, so no policy can judge",
        explanation: "`--environment` and `--policy-digest` need a base, because the policy of the \
            base judges. Under a policy, `--base auto` and `merge-reports` need one too: an event \
            without a base is judged since the commit at which it left the branch of the \
            environment, and that commit must be in the clone. Nothing is authorised without a \
            base. Fetch the whole history, or name the commit: `--base REV`.",
    },
    ErrorCode {
        code: "base-not-ancestor",
        title: "The base does not come before what is judged",
        explanation: "The base is not an ancestor of the commit that is judged, so its policy may \
            be an old one that permits more. Merge the base into what is judged, or name the \
            commit from which it began.",
    },
    ErrorCode {
        code: "blocker-open",
        title: "An open item blocks the environment",
        explanation: "An item of the blocker map of the base is not closed, and it blocks this \
            environment or action. The message names the item, and the next step is what the item \
            waits for.",
    },
    ErrorCode {
        code: "clock",
        title: "The clock of this machine is wrong",
        explanation: "The time of this machine is not between the years 1970 and 9999, and grants \
            count for a limited time only. Set the clock.",
    },
    ErrorCode {
        code: "closed-by-other",
        title: "Somebody else closed the item",
        explanation: "`closed_by` of an item must name one of those who sign the grant for it, as \
            the policy names them. Write the principal of an approver into the map; then make the \
            grant again, and have it signed.",
    },
    ErrorCode {
        code: "confirmation-missing",
        title: "Nobody was asked whether to sign",
        explanation: "`grant sign` asks at the terminal before it signs, and there is no \
            terminal. Read what the grant permits (`grant show`); then name it by its whole id of \
            64 digits, or pass `--yes`.",
    },
    ErrorCode {
        code: "environment-not-enforced",
        title: "The gate is not enforced for the environment",
        explanation: "The policy of the base does not say `enforced = true` for this environment, \
            so a pass would authorise nothing there. Set `enforced = true` by a signed policy \
            update.",
    },
    ErrorCode {
        code: "environment-unknown",
        title: "The policy has no such environment",
        explanation: "The policy of the base does not name the environment of `--environment`. \
            Correct the name, or add the environment by a signed policy update.",
    },
    ErrorCode {
        code: "grant-ambiguous",
        title: "Several grants fit",
        explanation: "More than one new grant permits this change, so it is not clear which one is \
            meant and which one is used up. Keep one of them, and remove the others.",
    },
    ErrorCode {
        code: "grant-deleted",
        title: "A grant is gone before its end",
        explanation: "A grant of the base was removed or changed, and it would count for some time \
            yet. Without its file, a grant that was used could be used again. Put the file back as \
            it was, and leave it there until it has expired.",
    },
    ErrorCode {
        code: "grant-expired",
        title: "The grant has expired",
        explanation: "The time of the grant is over. Make a new grant with `sealgate grant new`, \
            and have it signed.",
    },
    ErrorCode {
        code: "grant-invalid",
        title: "The file is not a grant",
        explanation: "The file cannot be read as a grant, or does not have the digest that its \
            name states, so it permits nothing. Do not sign it: make a new grant with `sealgate \
            grant new`.",
    },
    ErrorCode {
        code: "grant-misnamed",
        title: "The grant has the wrong file name",
        explanation: "The file of a grant must have the digest of its bytes as its name, and this \
            one has another name. Rename the file as the message says, if it is the grant that you \
            mean.",
    },
    ErrorCode {
        code: "grant-missing",
        title: "There is no grant for this",
        explanation: "The policy wants a grant for this change or action, and no grant comes near \
            it. Make one with `sealgate grant new`, and have it signed.",
    },
    ErrorCode {
        code: "grant-not-canonical",
        title: "The grant is not in canonical form",
        explanation: "The file states a grant in another form than the one that a grant may have, \
            so its signatures do not count. Make a new grant with `sealgate grant new`, and have \
            it signed.",
    },
    ErrorCode {
        code: "grant-other-action",
        title: "The grant is for another action",
        explanation: "The nearest grant permits another action than the one that was asked for. \
            Make a new grant for this action, and have it signed.",
    },
    ErrorCode {
        code: "grant-other-change",
        title: "The grant is for another change",
        explanation: "The nearest grant permits another change than the one that is there: \
            something changed after the grant was made. Do not sign it. Make a new grant for the \
            change that is there, and have it signed.",
    },
    ErrorCode {
        code: "grant-other-policy",
        title: "The grant was made under another policy",
        explanation: "The grant names the digest of a policy that is not the policy of the base, \
            so its approvers agreed to other rules. Make a new grant, and have it signed.",
    },
    ErrorCode {
        code: "grant-other-repository",
        title: "The grant is for another repository",
        explanation: "The grant names a repository that is not the one of the policy. Make a new \
            grant in this repository, and have it signed.",
    },
    ErrorCode {
        code: "grant-other-subject",
        title: "The grant is for another seal or environment",
        explanation: "The nearest grant permits this action for another seal or environment. Make \
            a new grant for the one that is meant, and have it signed.",
    },
    ErrorCode {
        code: "grant-revoked",
        title: "The grant is revoked",
        explanation: "The policy lists this grant as revoked, so it permits nothing. Make a new \
            grant, and have it signed.",
    },
    ErrorCode {
        code: "grant-spent",
        title: "The grant was used before",
        explanation: "The grant fits, but the base already has it: it permitted an earlier change, \
            and a grant counts once. Make a new grant, and have it signed.",
    },
    ErrorCode {
        code: "grant-too-early",
        title: "The grant does not count yet",
        explanation: "The time of the grant has not begun. Wait until the time that the message \
            names.",
    },
    ErrorCode {
        code: "grant-too-long",
        title: "The grant counts for too long",
        explanation: "The time between the start and the end of the grant is longer than the \
            policy allows. Make a new grant with a shorter time, and have it signed.",
    },
    ErrorCode {
        code: "grant-unknown",
        title: "It is not clear which grant is meant",
        explanation: "The command line does not name exactly one grant that is here. Name the \
            grant by its id: `sealgate grant list` shows all of them.",
    },
    ErrorCode {
        code: "grant-unwritable",
        title: "The file of the grant cannot be written",
        explanation: "The grant or its signature cannot be written to the directory of grants. \
            Give this user the right to write there.",
    },
    ErrorCode {
        code: "grants-stray",
        title: "Something does not belong among the grants",
        explanation: "The directory of grants may hold grants (`ID.toml`), signatures of these \
            grants (`ID.KEYNAME.sig`) and a `README.md`. Anything else may be a grant or a \
            signature with a wrong name. Move it elsewhere, or put the grant beside its signature.",
    },
    ErrorCode {
        code: "grants-too-many",
        title: "There are too many grants",
        explanation: "The directory of grants has more files or more bytes than sealgate reads. \
            Remove grants that have expired, with their signatures.",
    },
    ErrorCode {
        code: "key-expired",
        title: "A key has expired",
        explanation: "A signature of the grant was made by a key whose time in the policy is over. \
            A grant with a signature that does not count permits nothing. Remove that signature, \
            or have it made again with another key.",
    },
    ErrorCode {
        code: "key-revoked",
        title: "A key is revoked",
        explanation: "A signature of the grant was made by a key that the policy revokes. A grant \
            with a signature that does not count permits nothing. Remove that signature, or have \
            it made again with another key.",
    },
    ErrorCode {
        code: "no-rule",
        title: "No rule permits this",
        explanation: "The policy has no rule for this action here, so no approver can permit it. \
            Add a rule by a signed policy update, or undo the change.",
    },
    ErrorCode {
        code: "not-committed",
        title: "The working tree is not as in the commit",
        explanation: "The seals, grants or policy of the working tree are not those of the commit \
            at `HEAD`. An environment is judged by what a branch has, so they must be in a commit. \
            Commit them, and check that commit: `--seals-from HEAD`. Or `grant use` found a file of \
            the judged commit that has other bytes or another mode here, or is gone: its command \
            would use files that nobody granted. Check the commit out in a new clone, byte for \
            byte, and use the grant there.",
    },
    ErrorCode {
        code: "nothing-to-grant",
        title: "Nothing has changed",
        explanation: "A grant permits a change, and the seal, the policy or the blocker map is as \
            it was in the base. Make the change first, and then the grant for it.",
    },
    ErrorCode {
        code: "papers-unreadable",
        title: "The policy, a grant or a blocker map cannot be read",
        explanation: "A file or directory that the decision needs is missing where it was listed, \
            is not a regular file, is too long, or cannot be read by this user. Nothing is \
            authorised without it. Make it a regular file that this user can read, or remove it.",
    },
    ErrorCode {
        code: "policy-deleted",
        title: "The policy is gone",
        explanation: "The base has a policy, and what is judged does not. A policy is never \
            removed, because nothing would be refused after that. Put it back; change it by a \
            signed policy update.",
    },
    ErrorCode {
        code: "policy-digest-differs",
        title: "The policy has another digest",
        explanation: "The policy that judges does not have the digest of `--policy-digest`. Find \
            out who changed which of the two; `sealgate policy digest` prints the digest of the \
            policy that is here.",
    },
    ErrorCode {
        code: "policy-elsewhere",
        title: "Two policies name the environment",
        explanation: "`--seals` names a directory with a policy of its own, and the policy in \
            `seals` names an environment of the same name. Which of the two decides must not \
            depend on an option. Ask without `--seals`, or rename the environment in one of them.",
    },
    ErrorCode {
        code: "policy-invalid",
        title: "The policy is not valid",
        explanation: "The policy cannot be read, or breaks a rule for policies. Nothing is \
            authorised until it is corrected. `sealgate policy check` says what is wrong.",
    },
    ErrorCode {
        code: "policy-missing",
        title: "There is no policy",
        explanation: "The command or the check needs a policy, and the base, the working tree or \
            the commit does not have one. Commit a policy, or name a base that has one. A first \
            policy is named by its digest: `--policy-digest HEX`.",
    },
    ErrorCode {
        code: "policy-unreadable",
        title: "It is not known whether there is a policy",
        explanation: "The system does not let this user look for `policy.toml` in the seals \
            directory, so it is not known whether a policy applies. Give this user the right to \
            look there.",
    },
    ErrorCode {
        code: "policy-unwritable",
        title: "The policy cannot be written",
        explanation: "`policy new` or `policy fmt` cannot write the policy. Give this user the \
            right to write there.",
    },
    ErrorCode {
        code: "ref-mismatch",
        title: "The tag is on another commit",
        explanation: "The tag that was named with `--ref`, or by the event, does not name the \
            commit that is judged. Check the commit that the tag names.",
    },
    ErrorCode {
        code: "ref-not-of-environment",
        title: "The commit is not on a branch of the environment",
        explanation: "What is judged does not lie on one of the branches that the policy names for \
            this environment. Judge a commit of one of these branches; a tag must lie on one of \
            them.",
    },
    ErrorCode {
        code: "ref-not-tip",
        title: "The commit is not the tip of the branch",
        explanation: "`--environment` judges the tip of the branch of the environment, and the \
            branch has gone on: the commit lacks what was added since, such as a fix or a stop. \
            Check the tip. For a check without an action, `--older` allows an older commit of the \
            branch, and the report states it; what the tip forbids stays forbidden. An action is \
            done on the tip alone.",
    },
    ErrorCode {
        code: "ref-unknown",
        title: "It is not known which ref is judged",
        explanation: "No ref is named, its name has another form than `refs/heads/NAME` or \
            `refs/tags/NAME`, or a branch of the environment is not in this clone. So it is not \
            known on which branch the commit is. Name the ref with `--ref`, or fetch the branch \
            with its history.",
    },
    ErrorCode {
        code: "refusals-left-out",
        title: "The list of refusals is cut",
        explanation: "There are more reasons for the refusal than a report lists. Correct those \
            that are listed or make a smaller change, and check again.",
    },
    ErrorCode {
        code: "signature-invalid",
        title: "A signature does not count",
        explanation: "A signature is damaged, is not one of this grant, was made in a way that \
            sealgate does not accept, or was made by a key that the policy does not have. A grant \
            with such a signature permits nothing. Remove the signature, or have it made again \
            with a key of the policy.",
    },
    ErrorCode {
        code: "signatures-too-many",
        title: "The grant has too many signatures",
        explanation: "The grant has more signatures than sealgate verifies. Keep those of the \
            people who approve it, and remove the others.",
    },
    ErrorCode {
        code: "signer-no-approver",
        title: "The signer approves nothing here",
        explanation: "The key is in the policy, and its owner is no approver of this action, so \
            the signature would not count. Nothing was written. Let an approver sign.",
    },
    ErrorCode {
        code: "signing-failed",
        title: "ssh-keygen did not sign",
        explanation: "`ssh-keygen` cannot be run, or did not sign with the key that `--key` names. \
            Name the file of a key that OpenSSH can sign with, such as `--key ~/.ssh/id_ed25519`.",
    },
    ErrorCode {
        code: "too-few-approvals",
        title: "Too few approvers have signed",
        explanation: "The grant has fewer signatures of approvers than the rule of the policy \
            wants. The message names who has not signed. Have it signed with `sealgate grant sign \
            --base REV --key FILE`.",
    },
];
