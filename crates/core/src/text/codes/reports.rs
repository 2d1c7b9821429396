//! Errors of `seal --from-report` and `merge-reports`, which read reports of other runs.

use super::ErrorCode;

pub(super) const REPORTS: &[ErrorCode] = &[
    ErrorCode {
        code: "new-paths-declined",
        title: "What is new in a report was not approved",
        explanation: "`sealgate seal --from-report` asks at the terminal before it approves paths \
            that were not sealed before, and the answer was not `yes`. Nothing was written. Leave \
            out what does not belong there, with `sealgate seal NAME --exclude PATTERN`, and check \
            again; or answer `yes`.",
    },
    ErrorCode {
        code: "report-base-differs",
        title: "The reports have different bases",
        explanation: "A report compared its seals with another base, or with another \
            `--on-reseal`, than the first report or than the command asks for. Verdicts about \
            different bases cannot be joined. Give all checks and `merge-reports` the same \
            `--base` and `--on-reseal`.",
    },
    ErrorCode {
        code: "report-commit-differs",
        title: "The reports are about different commits",
        explanation: "A report took its seals from another commit, or from the working tree, than \
            the other reports or than `--seals-from` asks for. Check all parts with the same \
            `--seals-from`, and merge the reports of that.",
    },
    ErrorCode {
        code: "report-format-unknown",
        title: "The format of the report is unknown",
        explanation: "The report has a format that this version of sealgate does not read. Use the \
            version of sealgate that wrote it.",
    },
    ErrorCode {
        code: "report-inconsistent",
        title: "The report contradicts itself",
        explanation: "The report states something that no check can have found, so its verdict is \
            not believed. It may have been edited or damaged. Take the report as `sealgate check \
            --report json=FILE` wrote it, or check again.",
    },
    ErrorCode {
        code: "report-malformed",
        title: "The file is not a report",
        explanation: "The file is not the JSON report of one check, has a name that no seal can \
            have, or has a seal twice. Name a file that `sealgate check --report json=FILE` wrote.",
    },
    ErrorCode {
        code: "report-missing",
        title: "No report matches the glob",
        explanation: "A glob of `merge-reports --globs` matches no file, so the reports of some \
            parts are not there. Bring the reports of all shares there, or correct the glob.",
    },
    ErrorCode {
        code: "report-of-environment",
        title: "The report is of a check with --environment",
        explanation: "A check with `--environment` judges an environment by its own part alone, \
            and no merged verdict can answer for the whole. Check the parts without \
            `--environment`, and the whole with it.",
    },
    ErrorCode {
        code: "report-of-error",
        title: "A report has an error in it",
        explanation: "A report that is to be merged has an error, so it does not judge everything. \
            The message quotes the error and its code. Correct it, check again, and merge the new \
            report.",
    },
    ErrorCode {
        code: "report-partial",
        title: "A report covers a part of its seals",
        explanation: "The report is that of `check --only`, which judged some entries of each seal. \
            It is no part of a verdict on all of them. Give the report of a whole check, or of its \
            shares (`check --partition`).",
    },
    ErrorCode {
        code: "report-refused",
        title: "The report cannot be approved",
        explanation: "`sealgate seal --from-report` writes into a seal what a report found, and \
            this report does not allow it: for example, it is of one share or of another state of the seal, \
            has an error, passed, or has a finding that no seal can state. Check again where the \
            bytes are, and take the report of that, or do what the next step of the message \
            says.",
    },
    ErrorCode {
        code: "report-seal-differs",
        title: "The report is about another seal",
        explanation: "The digest or the root of the seal in the report is not that of the seal \
            that is here. Check again with the seals that are here, and merge the reports of that.",
    },
    ErrorCode {
        code: "report-source-differs",
        title: "The shares read different places",
        explanation: "The bytes of one share came from another place than those of the others, so \
            together they are not one tree. Check all shares in the same way, and merge the \
            reports of that.",
    },
    ErrorCode {
        code: "report-too-large",
        title: "The reports are too long",
        explanation: "The reports of this run have more bytes than sealgate reads. Check fewer \
            seals at a time. Instead of `--from-report`, take over the build itself, and seal it.",
    },
    ErrorCode {
        code: "report-unreadable",
        title: "The report cannot be read",
        explanation: "The file of a report, or a directory that a glob searches, is missing or \
            cannot be read by this user. Name the file that `sealgate check --report json=FILE` \
            wrote, and give this user the right to read it.",
    },
    ErrorCode {
        code: "report-version-differs",
        title: "Another version wrote the report",
        explanation: "The report was written by another version of sealgate, which may judge or \
            divide in another way. Use one version for all checks and for merging.",
    },
    ErrorCode {
        code: "seal-not-reported",
        title: "No report is about this seal",
        explanation: "The merged verdict must cover every seal that was asked for, and this one is \
            in no report. Add the report of the check that judged it, or name fewer seals with \
            `--only`.",
    },
    ErrorCode {
        code: "seal-surplus",
        title: "A report is about a seal that nobody asked for",
        explanation: "A report has a seal that the commit does not have, or that `--only` leaves \
            out. Merge only reports of the seals that are meant.",
    },
    ErrorCode {
        code: "seal-twice",
        title: "A seal is reported more than once",
        explanation: "Several reports are about the same seal, or it is there as a whole and in \
            shares, so it is not clear which counts. Merge one report of each seal, or one of each \
            of its shares.",
    },
    ErrorCode {
        code: "share-assignment",
        title: "A share has other entries than its own",
        explanation: "The entries that a share says it took are not those that belong to it by the \
            seals. Others may have been left out. Check again with the same seals in all shares, \
            and merge the reports of that.",
    },
    ErrorCode {
        code: "share-count-differs",
        title: "The shares are of different numbers",
        explanation: "The reports are shares of checks that were divided into different numbers of \
            shares. Merge the shares of one check, from `slice:1/N` to `slice:N/N`.",
    },
    ErrorCode {
        code: "share-missing",
        title: "A share is missing",
        explanation: "The reports are not those of all shares, so some entries were not judged. \
            Add the missing reports. A share that fails writes a report too.",
    },
    ErrorCode {
        code: "share-seals-differ",
        title: "The shares checked different seals",
        explanation: "Shares divide the entries of all seals of a check, so each share must check \
            the same seals. Check the same seals in all shares.",
    },
    ErrorCode {
        code: "share-twice",
        title: "A share is there twice",
        explanation: "Two reports are of the same share. Merge the report of each share once.",
    },
];
