//! Errors of a run: git, hooks, files that are written, and the command line.

use super::ErrorCode;

pub(super) const RUN: &[ErrorCode] = &[
    ErrorCode {
        code: "base-unknown",
        title: "The event does not state a base",
        explanation: "`--base auto` takes the base from the event for which GitHub Actions runs \
            the workflow. The event or its variables are missing, cannot be read, or do not state \
            one commit that comes before. Name the base with `--base REV`, or do without one with \
            `--base none`. Do not run the workflow for a push that deletes its ref.",
    },
    ErrorCode {
        code: "file-unwritable",
        title: "A file of the repository cannot be written",
        explanation: "`sealgate init` cannot write a file such as `.gitattributes` or a workflow: \
            it is not a plain file, is read-only, is too long, or this user may not read or write \
            it. Make it a plain file that this user can write, or move it away, and run `init` \
            again.",
    },
    ErrorCode {
        code: "git",
        title: "Git failed",
        explanation: "Git cannot be run, or a git command that sealgate needs failed. The message \
            has what git said. Install git or put it in `PATH`; correct what the message names; \
            `git fsck --full` shows whether the repository is broken.",
    },
    ErrorCode {
        code: "git-ownership",
        title: "The repository belongs to another user",
        explanation: "Git reads no repository that another user owns, because its configuration \
            could run commands. In a container, the checkout often belongs to the user outside. If \
            you trust whoever owns it, run the command that the next step names, as the user who \
            runs sealgate.",
    },
    ErrorCode {
        code: "git-unreadable",
        title: "A file of git cannot be read",
        explanation: "A file by which git points to its directory, `.git` or `commondir`, cannot \
            be read or is not UTF-8. Without it, sealgate does not know where git keeps its data. \
            Give this user the right to read it.",
    },
    ErrorCode {
        code: "history-too-long",
        title: "The history is too long",
        explanation: "sealgate looked at as many commits as it ever does, and did not find the one \
            that it looked for. So it is not known whether one commit comes before the other. Name \
            a base that is nearer to what is judged.",
    },
    ErrorCode {
        code: "hook-edited",
        title: "The hook was edited",
        explanation: "The pre-push hook is the one of sealgate, but somebody changed it or made it \
            a link, and that would be lost. It is left as it is. Move it elsewhere, and run the \
            command again.",
    },
    ErrorCode {
        code: "hook-kept-aside",
        title: "An earlier hook is in the way",
        explanation: "The place where `hook install` keeps an earlier hook holds one already, and \
            sealgate does not overwrite it. Rename it to `pre-push` if it is the hook that you \
            want, or move it elsewhere, and run the command again.",
    },
    ErrorCode {
        code: "hook-unreadable",
        title: "The hook cannot be read",
        explanation: "The pre-push hook is not a regular file, is too long, or cannot be read by \
            this user, so it is not known whose hook it is. Give this user the right to read it, \
            or move it elsewhere, and run the command again.",
    },
    ErrorCode {
        code: "hook-unwritable",
        title: "The hook cannot be written",
        explanation: "The pre-push hook or its directory cannot be changed. Give this user the \
            right to write there, or make room.",
    },
    ErrorCode {
        code: "hooks-elsewhere",
        title: "Git takes hooks from another directory",
        explanation: "`core.hooksPath` names a directory that is not this repository's own: it is \
            in the working tree, where another tool keeps it or everybody gets it, or it may serve \
            other repositories. Add the line that the message shows to the hook there, or install \
            it there anyway with `--force`.",
    },
    ErrorCode {
        code: "lock",
        title: "The repository cannot be locked",
        explanation: "sealgate locks the directory of the repository, so that two runs do not \
            write seals at the same time, and the system refused. Give this user the right to read \
            that directory.",
    },
    ErrorCode {
        code: "no-answer",
        title: "A question was not answered",
        explanation: "`sealgate init` asked a question and got no answer, so it wrote nothing. Run \
            it again, or state what you want with options.",
    },
    ErrorCode {
        code: "none-named",
        title: "The list of names is empty",
        explanation: "The list of `check --names-from` names no seal, so nothing would be checked. Find out \
            why it is empty. If a list without names is legal, pass `--allow-none`.",
    },
    ErrorCode {
        code: "not-a-repository",
        title: "This is not a git repository",
        explanation: "The command needs git, and there is no git repository here or above, or only \
            a bare one. A repository that only the variable `GIT_DIR` names is not found. Go to \
            your repository, or name it with `-C`.",
    },
    ErrorCode {
        code: "not-as-sealed",
        title: "The bytes are not the sealed ones",
        explanation: "`sealgate export` prints SHA-256 sums only of bytes that agree with the \
            seal, and a file is missing or differs. Its sum would be taken for an approved one. \
            The exit code is 1, as for a failed check. Run `sealgate check NAME`.",
    },
    ErrorCode {
        code: "not-looked-at",
        title: "doctor could not look at a file",
        explanation: "`sealgate doctor` could not read a file that may weaken the gate, so its \
            advice is not complete. Give this user the right to read the file, or take it out of \
            the way.",
    },
    ErrorCode {
        code: "object-broken",
        title: "A git object is damaged or forged",
        explanation: "The bytes of a git object do not have the id under which git keeps them, or \
            they are broken. Somebody may have written to `.git`. Believe nothing in this \
            repository: clone it again, and find out who wrote to it.",
    },
    ErrorCode {
        code: "object-missing",
        title: "A git object is missing",
        explanation: "The repository does not have an object that the check needs, as in a shallow \
            or partial clone. Fetch it: the next step of the message has the command.",
    },
    ErrorCode {
        code: "object-too-large",
        title: "A git object is too long",
        explanation: "An object of the commit, such as a tree, a policy or a grant, is longer than \
            sealgate reads, or its commits and trees are too long together. Ordinary commits have \
            no such objects. Look into that commit before you trust it.",
    },
    ErrorCode {
        code: "output-unwritable",
        title: "The output cannot be written",
        explanation: "stdout or a file of GitHub Actions for outputs or summaries cannot be \
            written, or a path in an output cannot be passed to another step unharmed. A verdict \
            that does not arrive must not count as a pass. Make room, send the output elsewhere, \
            or choose a plain path.",
    },
    ErrorCode {
        code: "push-too-large",
        title: "The push is too much work for one run",
        explanation: "The first commits of the push were judged. The ones that the message names \
            were not, because so many refs with so many seals take too long in one run. Push fewer \
            refs at a time: the next step shows a command for the first of them.",
    },
    ErrorCode {
        code: "push-unreadable",
        title: "The input of the pre-push hook cannot be read",
        explanation: "`sealgate hook pre-push` reads from stdin, or from the variables of a hook \
            manager, what is pushed. What is there has another form or is too long, so it is not \
            known what to judge. Let git run the hook: `sealgate hook install`.",
    },
    ErrorCode {
        code: "range-cut",
        title: "The history of this clone ends within the range",
        explanation: "The clone is shallow, so git does not know which commits of the range are \
            missing, and a pass would leave them out. Fetch the whole history \
            (`git fetch --unshallow`, or `fetch-depth: 0` in a workflow).",
    },
    ErrorCode {
        code: "range-empty",
        title: "The range has no commit",
        explanation: "`check --rev A..B` judges the commits that B has and A has not, and there is \
            none, so nothing was checked. Name the older end first.",
    },
    ErrorCode {
        code: "refused-in-ci",
        title: "The command does not write in CI",
        explanation: "A seal states what a person approved, and no person reviews bytes in a CI \
            run. Run the command where you can review the change, and commit the result. Where the \
            command has the option `--allow-ci`, it permits it anyway.",
    },
    ErrorCode {
        code: "remote-unknown",
        title: "The commit of the remote is not here",
        explanation: "What is pushed has no seals, and the commit that the remote has is not in \
            this clone. So it is not known whether the push takes seals away. Fetch that commit, \
            and push again.",
    },
    ErrorCode {
        code: "report-unwritable",
        title: "The report cannot be written",
        explanation: "The file of `--report` cannot be written. A run whose report is missing must \
            not pass. Make room, give this user the right to write there, or name another file.",
    },
    ErrorCode {
        code: "revision-ambiguous",
        title: "The revision has several meanings",
        explanation: "The name of a commit could mean several refs or ids, and another one than \
            you mean may be judged. Write in full the one that you mean: the message lists them.",
    },
    ErrorCode {
        code: "revision-unknown",
        title: "The revision names no commit that is here",
        explanation: "The revision does not exist in this clone, is not a commit or a tag of one, \
            or has a form that sealgate does not read. Correct it, or fetch the commit first.",
    },
    ErrorCode {
        code: "stage",
        title: "The staged copy cannot be made",
        explanation: "The directory of `--stage` exists already, the directory above it does not \
            exist, or the copy cannot be written there. Nothing is published that was not judged. \
            Name a directory that does not exist in one that does, and make room. If the message \
            says that the directory cannot be removed, remove it: it is not approved.",
    },
    ErrorCode {
        code: "start-unreadable",
        title: "The start directory cannot be used",
        explanation: "The current directory or that of `-C` does not exist or is not a directory, \
            or this user may not look into a directory above it, where another repository with \
            other seals could be. Name another directory with `-C`, or give this user the right to \
            look there.",
    },
    ErrorCode {
        code: "usage",
        title: "The command line is not valid",
        explanation: "An option, an argument or a combination of them is not valid here, or \
            something that the command needs is not stated. sealgate does not guess what is meant. \
            The message names the argument, and `--help` lists what a command takes.",
    },
];
