//! Errors of `rebuild`.

use super::ErrorCode;

pub(super) const REBUILD: &[ErrorCode] = &[
    ErrorCode {
        code: "build-failed",
        title: "The build failed",
        explanation: "The command that a seal states as `build` cannot be run, ended with another \
            exit code than 0, or was interrupted. What was there before the build is back in its \
            place. Install what the build needs, or correct it, and run `sealgate rebuild` again.",
    },
    ErrorCode {
        code: "build-not-repeatable",
        title: "Two builds differ",
        explanation: "`sealgate init` builds twice before it seals what a build makes, and the two \
            builds made different bytes. A seal of one of them fails with the next build. Make the \
            build repeat itself: the output names each file, and where it differs. To seal what is \
            there all the same: `sealgate seal NAME --root DIR`.",
    },
    ErrorCode {
        code: "build-wrote-nothing",
        title: "The build wrote nothing",
        explanation: "The command ended well, and the directory that it should make does not \
            exist. `rebuild` moves the old output aside first, so a build that does nothing cannot \
            pass with the output of an earlier one. Correct the command in the seal with \
            `sealgate seal NAME --set-build CMD`.",
    },
    ErrorCode {
        code: "commit-differs",
        title: "The commit ships other bytes than those that were judged",
        explanation: "A share of a check found nothing wrong with the bytes that were built, and the \
            commit that has the seal also has files at the root, with other bytes than the seal \
            approves. What a commit has is shipped, whatever a build put over it. `sealgate check \
            NAME --rev REV` names the files. Build, and commit what the build makes.",
    },
    ErrorCode {
        code: "no-build-command",
        title: "The seal states no build command",
        explanation: "`rebuild` runs the command that a seal states in the key `build`, and this \
            one states none. Add it with `sealgate seal NAME --set-build CMD`.",
    },
    ErrorCode {
        code: "rebuild-aside",
        title: "A root cannot be moved aside or put back",
        explanation: "`rebuild` moves the root below git's directory before the build runs, by a \
            rename on one file system. The root is a mount point or on another file system, this \
            user may not rename it, or there is no room. Nothing is lost: the message says where \
            everything is, and `sealgate rebuild --restore` puts it back.",
    },
    ErrorCode {
        code: "rebuild-foreign",
        title: "No build runs with rights that its author may not have",
        explanation: "In a workflow for `pull_request_target`, or for `workflow_run` about a commit \
            of another repository, the job has rights and secrets of this repository, and the build \
            is what somebody else wrote. Rebuild in a workflow for `pull_request`.",
    },
    ErrorCode {
        code: "rebuild-root",
        title: "The root cannot be rebuilt",
        explanation: "The root is the whole repository, or contains the root of another seal. \
            Moving it aside would take away more than what its build makes. Seal the directory that \
            the build makes.",
    },
    ErrorCode {
        code: "rebuild-running",
        title: "Another rebuild goes on",
        explanation: "Another `sealgate rebuild` works in this working tree, or the build of one \
            that was killed still runs. Wait for its end, or stop it.",
    },
    ErrorCode {
        code: "rebuild-stray",
        title: "The root has files that nothing would bring back",
        explanation: "Files in the scope of the seal are neither sealed nor tracked nor ignored by \
            git, and no earlier rebuild made them. Somebody may have written them by hand, and a \
            build does not make them again. Move them elsewhere, remove them, or add them to git.",
    },
    ErrorCode {
        code: "rebuild-unfinished",
        title: "An earlier rebuild was stopped",
        explanation: "A rebuild was killed after it had moved roots aside, and they are still \
            there. Put them back with `sealgate rebuild --restore`, which replaces no newer file.",
    },
];
