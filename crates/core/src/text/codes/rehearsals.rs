//! Errors of `rehearse`.

use super::ErrorCode;

pub(super) const REHEARSALS: &[ErrorCode] = &[
    ErrorCode {
        code: "apply-changed-nothing",
        title: "The change changes nothing",
        explanation: "After the script of the change, everything is as before, in a transaction or \
            committed. Nothing can be proven of a change that does nothing: look at conditions, \
            names and rules on its tables. Correct the script, seal the plan again, and \
            rehearse.",
    },
    ErrorCode {
        code: "apply-failed",
        title: "The script of the change failed",
        explanation: "On a copy of the clone, the database refused a statement of the script \
            that makes the change, or the command that makes it ended with another exit code \
            than 0. The message is what it said last. Nothing is proven. Correct it, seal the \
            plan again, and rehearse.",
    },
    ErrorCode {
        code: "clone-unreadable",
        title: "The clone of a plan cannot be read",
        explanation: "What the plan names as `clone` is not there, is empty, is no regular file \
            (or, for a tree, no directory), or holds something that cannot be read or that no \
            seal can state. Name a clone in which this user can read everything.",
    },
    ErrorCode {
        code: "confinement-unavailable",
        title: "Scripts cannot be confined",
        explanation: "`rehearse` runs scripts only if the system keeps them from writing outside \
            of the scratch and from the network. That takes Linux with Landlock, version 4 or \
            later. Nothing was run. Where nothing else can be harmed, `--unconfined` runs them \
            all the same: the record states that, and is no evidence.",
    },
    ErrorCode {
        code: "control-not-caught",
        title: "A fault that was made on purpose was not found",
        explanation: "Each rehearsal makes faults and expects to find them, each by its exact \
            name. One was not found, or could not be made, so the proof is blind and counts for \
            nothing. Report this with the record.",
    },
    ErrorCode {
        code: "damage-not-done",
        title: "The copy could not be damaged",
        explanation: "Before a snapshot is restored, the rehearsal damages the copy in every class of \
            things that it has, so that a restore which does nothing is found out. In the \
            classes that are named, no damage shows, so the restore proves nothing. Report this \
            with the record.",
    },
    ErrorCode {
        code: "not-deterministic",
        title: "The clone does not read the same twice",
        explanation: "The clone, on which nothing was run, was measured at the beginning and at the end, \
            and the paths that are named differ. So no comparison of this rehearsal counts, and \
            the verdict is an error. See whether something else writes the scratch; otherwise \
            report this.",
    },
    ErrorCode {
        code: "outside-surface",
        title: "The change touches what is not under the seal",
        explanation: "The change also changed the paths that are named, which the seal of the plan \
            does not cover: a trigger, a cascade or a sequence may do that. Correct the \
            script, cover the paths by the seal, or, where it is meant, add the printed \
            lines (`outside`) to the plan with a reason.",
    },
    ErrorCode {
        code: "plan-invalid",
        title: "The file is not a plan",
        explanation: "The text is not a plan of a rehearsal: it is not TOML of this form, a \
            value is missing or wrong, or it names a seal over something else than it says. \
            docs/rehearse.md describes plans.",
    },
    ErrorCode {
        code: "plan-unsealed",
        title: "No seal covers the plan",
        explanation: "The plan, its scripts, and the files beside it that its commands name must \
            be entries of one seal that passes, so that a record is about exact bytes. Seal \
            their directory, or look into why its seal fails.",
    },
    ErrorCode {
        code: "reapply-differs",
        title: "The change does not come to the same each time",
        explanation: "Made again, after its rollback or after a snapshot, the change came to something \
            else at the paths that are named: it depends on a sequence, the time or chance, \
            or the rollback left something. Correct it, or, where it is meant, add the \
            printed lines (`varies`) to the plan with a reason.",
    },
    ErrorCode {
        code: "record-unwritable",
        title: "The record cannot be written",
        explanation: "The rehearsal ended, and its record could not be written. Name a directory \
            that can be written with `--record DIR`, and rehearse again.",
    },
    ErrorCode {
        code: "rehearsal-broken",
        title: "The rehearsal broke off",
        explanation: "A copy could not be made or measured, or something could not be run at \
            all. Nothing is proven, and nothing outside of the scratch was changed.",
    },
    ErrorCode {
        code: "rehearsal-interrupted",
        title: "The rehearsal was interrupted",
        explanation: "A signal ended the rehearsal. What it ran was ended, the copies are removed, and there \
            is no record. Rehearse again.",
    },
    ErrorCode {
        code: "restore-differs",
        title: "The restored snapshot does not bring back everything",
        explanation: "After the restore, the paths that are named are not as they were when the \
            snapshot was taken. No allowance covers that. Correct the commands of `snapshot` \
            and `restore`: a dump with the properties of the database, which is dropped and \
            made anew, brings back everything of one database.",
    },
    ErrorCode {
        code: "restore-failed",
        title: "The dump of a plan cannot be restored",
        explanation: "The dump was restored into a new cluster, and PostgreSQL refused a part of \
            it. The message is PostgreSQL's. Extensions that the dump names must be installed \
            here, and the dump must be of the major version of the server. Nothing was tried.",
    },
    ErrorCode {
        code: "roles-missing",
        title: "The dump names roles that are not there",
        explanation: "Objects of the dump belong to roles, or give rights to roles, that a new cluster does \
            not have. A dump of one database has no roles. Have `pg_dumpall` write those of the source \
            into a file (`--globals-only` with `--no-role-passwords`), and name it in the plan as `roles`.",
    },
    ErrorCode {
        code: "rollback-differs",
        title: "The rollback does not bring back everything",
        explanation: "After the change and its rollback, the paths that are named are not as they were \
            before. Correct the script of the rollback. Where it is meant, and no path of \
            the seal, add the printed lines (`left`) to the plan with a reason.",
    },
    ErrorCode {
        code: "rollback-failed",
        title: "The script of the rollback failed",
        explanation: "On a copy of the clone, the database refused a statement of the script \
            that takes the change back, or the command that does so ended with another exit code \
            than 0. The message is what it said last. Nothing is proven. Correct it, seal the \
            plan again, and rehearse.",
    },
    ErrorCode {
        code: "running-as-root",
        title: "PostgreSQL does not serve for root",
        explanation: "To rehearse a change of a PostgreSQL database, sealgate starts a server of \
            its own, and PostgreSQL refuses to be run by root. Rehearse as another user, who can \
            read the repository and the dump.",
    },
    ErrorCode {
        code: "scratch-unusable",
        title: "The directory for copies cannot be used",
        explanation: "The copies of a rehearsal need a directory that can be written, with room \
            for several copies of the clone: three are demanded before anything begins. Name one \
            with `--scratch DIR`.",
    },
    ErrorCode {
        code: "script-ends-transaction",
        title: "A script ends the transaction that it is run in",
        explanation: "The change is also tried in a transaction that the database rolls back. A \
            BEGIN, COMMIT or ROLLBACK in the script makes that impossible. Take it out, or \
            set `transaction = false` with a `transaction-reason`.",
    },
    ErrorCode {
        code: "script-timeout",
        title: "A script ran too long",
        explanation: "A script of the plan ran longer than `timeout-seconds`, and was ended. Make it \
            faster, or raise the limit in the plan.",
    },
    ErrorCode {
        code: "script-unreadable",
        title: "A script cannot be read",
        explanation: "A script that the plan names is not there, is too long, or is not UTF-8. \
            Correct the plan or the script.",
    },
    ErrorCode {
        code: "server-binaries-missing",
        title: "The programs of a PostgreSQL server are missing",
        explanation: "To rehearse a change of a PostgreSQL database, sealgate makes a cluster of \
            its own. It looks for `initdb` and `postgres` where `pg_config --bindir` says, in \
            `/usr/lib/postgresql`, and in PATH. Install the server.",
    },
    ErrorCode {
        code: "snapshot-changed",
        title: "Taking a snapshot changes something",
        explanation: "After the command that takes a snapshot, the paths that are named differ from \
            before. A snapshot only reads: correct the command.",
    },
    ErrorCode {
        code: "snapshot-failed",
        title: "A command for snapshots failed",
        explanation: "The command of the plan that takes a snapshot, or the one that restores it, ended with \
            another exit code than 0. The message is what it said last. Nothing is proven. Correct it, seal \
            the plan again, and rehearse.",
    },
    ErrorCode {
        code: "source-changed",
        title: "The clone changed during the rehearsal",
        explanation: "The file that was cloned is not what it was when the rehearsal began: \
            something writes to it. Rehearse on a backup that nobody writes.",
    },
    ErrorCode {
        code: "transaction-differs",
        title: "The database does not take the change back itself",
        explanation: "In a transaction that was rolled back, the change left the paths that are named: it \
            does what no transaction takes back. Set `transaction = false` in the plan, with a \
            `transaction-reason`.",
    },
];
