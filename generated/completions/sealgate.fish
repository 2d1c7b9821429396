# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_sealgate_global_optspecs
    string join \n C= seals= color= q/quiet v/verbose h/help V/version
end

function __fish_sealgate_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_sealgate_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_sealgate_using_subcommand
    set -l cmd (__fish_sealgate_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c sealgate -n "__fish_sealgate_needs_command" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_needs_command" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_needs_command" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_needs_command" -s q -l quiet -d 'Print only the verdict, and errors'
complete -c sealgate -n "__fish_sealgate_needs_command" -s v -l verbose -d 'Print every finding'
complete -c sealgate -n "__fish_sealgate_needs_command" -s h -l help -d 'Print help'
complete -c sealgate -n "__fish_sealgate_needs_command" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_needs_command" -f -a "check" -d 'Compare the bytes with the approved ones, and give a verdict'
complete -c sealgate -n "__fish_sealgate_needs_command" -f -a "rebuild" -d 'Run the builds that seals state, and tell whether they make the sealed bytes'
complete -c sealgate -n "__fish_sealgate_needs_command" -f -a "seal" -d 'Write seals again after an approved change, or make a new one'
complete -c sealgate -n "__fish_sealgate_needs_command" -f -a "fmt" -d 'Bring edited seals into canonical form, without touching a digest'
complete -c sealgate -n "__fish_sealgate_needs_command" -f -a "resolve" -d 'Join seals that a merge left in conflict, entry by entry'
complete -c sealgate -n "__fish_sealgate_needs_command" -f -a "merge-driver" -d 'Merge one seal for git; `hook install` and `init` set this up'
complete -c sealgate -n "__fish_sealgate_needs_command" -f -a "diff" -d 'Show what sealing again would change, how two builds differ, or how the seals changed'
complete -c sealgate -n "__fish_sealgate_needs_command" -f -a "ls" -d 'List the seals, or which paths of one are sealed, unsealed or excluded, and by which pattern'
complete -c sealgate -n "__fish_sealgate_needs_command" -f -a "export" -d 'Print a seal in a format that other tools read'
complete -c sealgate -n "__fish_sealgate_needs_command" -f -a "init" -d 'Set up a repository: the first seals, attributes and a workflow'
complete -c sealgate -n "__fish_sealgate_needs_command" -f -a "doctor" -d 'List what weakens the gate in this repository, and how to fix it'
complete -c sealgate -n "__fish_sealgate_needs_command" -f -a "hook" -d 'Judge what git pushes, before it is sent; `hook install` sets this up'
complete -c sealgate -n "__fish_sealgate_needs_command" -f -a "accept" -d 'The older name of `seal --from-report`'
complete -c sealgate -n "__fish_sealgate_needs_command" -f -a "merge-reports" -d 'Give one verdict from the JSON reports of several checks or shares'
complete -c sealgate -n "__fish_sealgate_needs_command" -f -a "blockers" -d 'Check or list a map of what blocks an environment or an action'
complete -c sealgate -n "__fish_sealgate_needs_command" -f -a "policy" -d 'Check the policy, or print its digest or its keys'
complete -c sealgate -n "__fish_sealgate_needs_command" -f -a "grant" -d 'Write, show, sign, verify and use grants'
complete -c sealgate -n "__fish_sealgate_needs_command" -f -a "rehearse" -d 'Try a change and its rollback on a clone of a database, and record what that proves'
complete -c sealgate -n "__fish_sealgate_needs_command" -f -a "confined" -d 'Run one script, confined; `rehearse` does this'
complete -c sealgate -n "__fish_sealgate_needs_command" -f -a "evidence" -d 'Check the records of rehearsals'
complete -c sealgate -n "__fish_sealgate_needs_command" -f -a "completions" -d 'Print the completions for a shell'
complete -c sealgate -n "__fish_sealgate_needs_command" -f -a "man" -d 'Print the manual page of sealgate or of a command'
complete -c sealgate -n "__fish_sealgate_using_subcommand check" -l names-from -d 'Take the NAMEs from FILE, one a line, or from standard input with `-`; an empty list is an error' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand check" -l rev -d 'Judge the seals and the bytes of the commit REV instead of the working tree; with A..B, of every commit that B has and A has not' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand check" -l seals-from -d 'Judge the bytes of the working tree by the seals of the commit REV, and what REV has at their roots' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand check" -l base -d 'Judge how the seals changed since the commit REV; `auto` takes it from the event of GitHub Actions, `none` stands for no commit' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand check" -l on-reseal -d 'Which changes of seals since the base may pass [default: entries; allow with `--base auto` for a change request with the label seal-scope, a merge queue or a push to the default branch; under a policy, grants decide]' -r -f -a "allow\t'All of them'
entries\t'Changes of entries; what a seal covers must stay as it was'
fail\t'None'"
complete -c sealgate -n "__fish_sealgate_using_subcommand check" -l environment -d 'Ask whether sealgate is enforced for the environment E, by the policy of the base' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand check" -l action -d 'Demand a grant for ACTION in the environment' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand check" -l plan -d 'The file with the plan of the action: the grant must be for exactly this file' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand check" -l ref -d 'The ref that is judged, refs/heads/NAME or refs/tags/NAME [default in GitHub Actions: that of the event]' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand check" -l policy-digest -d 'The digest of the first policy, if the base has no policy' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand check" -l at -d 'Judge the bytes in DIR instead of the seal\'s root; for one seal. Of an SQLite database, DIR is another file; of a PostgreSQL database, how to connect, such as \'host=HOST dbname=DATABASE\'' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand check" -l stage -d 'Copy what is hashed into the new directory DIR, which exists only after a pass; for one seal' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand check" -l require-sealed -d 'Fail unless each directory that matches GLOB (from the repository root) is under one of the seals checked' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand check" -l only -d 'Judge only what matches PATTERN (gitignore syntax), sealed or not; repeatable. The verdict is on a part of the seal' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand check" -l partition -d 'Check share I of N; `merge-reports` gives the verdict on all shares' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand check" -l format -d 'The format of the output' -r -f -a "human\t'For people'
json\t'For scripts'
github\t'For GitHub Actions: for people, then annotations'
markdown\t'For the summary of a job'
sarif\t'For code scanning: SARIF 2.1.0'
junit\t'For CI, as test results: JUnit XML'
codequality\t'For GitLab\'s Code Quality'
html\t'For a browser: one page with a picture of the tree'"
complete -c sealgate -n "__fish_sealgate_using_subcommand check" -l report -d 'Also write a report to FILE; repeatable' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand check" -l threads -d 'Number of threads [default: the CPUs available to this process]' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand check" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand check" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand check" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand check" -l allow-none -d 'Pass if the list of --names-from is empty'
complete -c sealgate -n "__fish_sealgate_using_subcommand check" -l older -d 'Allow an older commit of the environment\'s branch; without it, the commit must be the tip'
complete -c sealgate -n "__fish_sealgate_using_subcommand check" -l no-mmap -d 'Read large files instead of mapping them, for rotating disks and network mounts'
complete -c sealgate -n "__fish_sealgate_using_subcommand check" -s q -l quiet -d 'Print only the verdict, and errors'
complete -c sealgate -n "__fish_sealgate_using_subcommand check" -s v -l verbose -d 'Print every finding'
complete -c sealgate -n "__fish_sealgate_using_subcommand check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sealgate -n "__fish_sealgate_using_subcommand check" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand rebuild" -l seals-from -d 'Judge by the seals of the commit REV, and run the build commands that they state' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand rebuild" -l base -d 'Judge how the seals changed since the commit REV; see `check --base`' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand rebuild" -l on-reseal -d 'Which changes of seals since the base may pass [default: entries; allow with `--base auto` for a change request with the label seal-scope, a merge queue or a push to the default branch; under a policy, grants decide]' -r -f -a "allow\t'All of them'
entries\t'Changes of entries; what a seal covers must stay as it was'
fail\t'None'"
complete -c sealgate -n "__fish_sealgate_using_subcommand rebuild" -l keep -d 'If what the builds make is not what is sealed, copy it to DIR/NAME; DIR must not exist' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand rebuild" -l format -d 'The format of the output' -r -f -a "human\t'For people'
json\t'For scripts'
github\t'For GitHub Actions: for people, then annotations'
markdown\t'For the summary of a job'
sarif\t'For code scanning: SARIF 2.1.0'
junit\t'For CI, as test results: JUnit XML'
codequality\t'For GitLab\'s Code Quality'
html\t'For a browser: one page with a picture of the tree'"
complete -c sealgate -n "__fish_sealgate_using_subcommand rebuild" -l report -d 'Also write a report to FILE; repeatable' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand rebuild" -l threads -d 'Number of threads [default: the CPUs available to this process]' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand rebuild" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand rebuild" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand rebuild" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand rebuild" -l seal -d 'Approve what came out: write the seals again instead of judging by them'
complete -c sealgate -n "__fish_sealgate_using_subcommand rebuild" -l twice -d 'Build twice first, and fail with the names of all files that differ'
complete -c sealgate -n "__fish_sealgate_using_subcommand rebuild" -l restore -d 'Put back what a rebuild moved aside that was stopped before its end, never over a newer file'
complete -c sealgate -n "__fish_sealgate_using_subcommand rebuild" -l no-mmap -d 'Read large files instead of mapping them, for rotating disks and network mounts'
complete -c sealgate -n "__fish_sealgate_using_subcommand rebuild" -s q -l quiet -d 'Print only the verdict, and errors'
complete -c sealgate -n "__fish_sealgate_using_subcommand rebuild" -s v -l verbose -d 'Print every finding'
complete -c sealgate -n "__fish_sealgate_using_subcommand rebuild" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sealgate -n "__fish_sealgate_using_subcommand rebuild" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand seal" -l root -d 'Make a new seal of the directory DIR, relative to the current directory; with --include, of the database in the file DIR' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand seal" -l at -d 'Seal the bytes in DIR instead of those in the root, which is built and not kept in git; for one seal. Of an SQLite database, DIR is another file; of a PostgreSQL database, how to connect' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand seal" -l exclude -d 'Leave out what matches PATTERN (gitignore syntax); repeatable. An existing seal drops its entries, and no bytes are read or approved' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand seal" -l include -d 'Seal the objects and rows at PATH and below it in the SQLite database that --root names, or in the PostgreSQL database that --at names: such as SCHEMA/TABLE, or `.` for everything; repeatable' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand seal" -l set-build -d 'The command that builds the root, run at the repository root by `sealgate rebuild` alone; an empty CMD takes it out. An existing seal changes above its entries, and no bytes are read or approved' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand seal" -l only -d 'Update only the entries that match PATTERN (gitignore syntax); repeatable' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand seal" -l from-report -d 'Approve what a failing check wrote with --report json=FILE, and nothing else: no bytes are read. Without NAME, for all seals that failed' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand seal" -l threads -d 'Number of threads [default: the CPUs available to this process]' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand seal" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand seal" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand seal" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand seal" -l all -d 'Without NAME, write every seal that would change instead of refusing to write several'
complete -c sealgate -n "__fish_sealgate_using_subcommand seal" -l allow-ci -d 'Write even if CI is set'
complete -c sealgate -n "__fish_sealgate_using_subcommand seal" -l allow-outside-links -d 'Seal links whose target is absolute or outside the root; their targets stay unsealed'
complete -c sealgate -n "__fish_sealgate_using_subcommand seal" -l no-mmap -d 'Read large files instead of mapping them, for rotating disks and network mounts'
complete -c sealgate -n "__fish_sealgate_using_subcommand seal" -s q -l quiet -d 'Print only the verdict, and errors'
complete -c sealgate -n "__fish_sealgate_using_subcommand seal" -s v -l verbose -d 'Print every finding'
complete -c sealgate -n "__fish_sealgate_using_subcommand seal" -s h -l help -d 'Print help'
complete -c sealgate -n "__fish_sealgate_using_subcommand seal" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand fmt" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand fmt" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand fmt" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand fmt" -l check -d 'Write nothing, and exit 1 if a seal is not canonical'
complete -c sealgate -n "__fish_sealgate_using_subcommand fmt" -l allow-ci -d 'Write even if CI is set'
complete -c sealgate -n "__fish_sealgate_using_subcommand fmt" -s q -l quiet -d 'Print only the verdict, and errors'
complete -c sealgate -n "__fish_sealgate_using_subcommand fmt" -s v -l verbose -d 'Print every finding'
complete -c sealgate -n "__fish_sealgate_using_subcommand fmt" -s h -l help -d 'Print help'
complete -c sealgate -n "__fish_sealgate_using_subcommand fmt" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand resolve" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand resolve" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand resolve" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand resolve" -s q -l quiet -d 'Print only the verdict, and errors'
complete -c sealgate -n "__fish_sealgate_using_subcommand resolve" -s v -l verbose -d 'Print every finding'
complete -c sealgate -n "__fish_sealgate_using_subcommand resolve" -s h -l help -d 'Print help'
complete -c sealgate -n "__fish_sealgate_using_subcommand resolve" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand merge-driver" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand merge-driver" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand merge-driver" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand merge-driver" -s q -l quiet -d 'Print only the verdict, and errors'
complete -c sealgate -n "__fish_sealgate_using_subcommand merge-driver" -s v -l verbose -d 'Print every finding'
complete -c sealgate -n "__fish_sealgate_using_subcommand merge-driver" -s h -l help -d 'Print help'
complete -c sealgate -n "__fish_sealgate_using_subcommand merge-driver" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand diff" -l against -d 'Compare the root with the build in DIR instead of the seal; for one seal. Of an SQLite database, DIR is another file. Of a PostgreSQL database, compare the seal with the one to which DIR connects' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand diff" -l base -d 'Show how the seals changed since the commit REV, without reading a root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand diff" -l rev -d 'With --base, take the seals of the commit REV instead of the working tree' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand diff" -l format -d 'The format of the output' -r -f -a "human\t'For people'
json\t'For scripts'
markdown\t'For the page of a change request'"
complete -c sealgate -n "__fish_sealgate_using_subcommand diff" -l threads -d 'Number of threads [default: the CPUs available to this process]' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand diff" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand diff" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand diff" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand diff" -l exit-code -d 'Exit 1 if there is a difference'
complete -c sealgate -n "__fish_sealgate_using_subcommand diff" -l no-mmap -d 'Read large files instead of mapping them, for rotating disks and network mounts'
complete -c sealgate -n "__fish_sealgate_using_subcommand diff" -s q -l quiet -d 'Print only the verdict, and errors'
complete -c sealgate -n "__fish_sealgate_using_subcommand diff" -s v -l verbose -d 'Print every finding'
complete -c sealgate -n "__fish_sealgate_using_subcommand diff" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sealgate -n "__fish_sealgate_using_subcommand diff" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand ls" -l at -d 'List another database than that of the seal: an SQLite file, or how to connect to PostgreSQL' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand ls" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand ls" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand ls" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand ls" -s q -l quiet -d 'Print only the verdict, and errors'
complete -c sealgate -n "__fish_sealgate_using_subcommand ls" -s v -l verbose -d 'Print every finding'
complete -c sealgate -n "__fish_sealgate_using_subcommand ls" -s h -l help -d 'Print help'
complete -c sealgate -n "__fish_sealgate_using_subcommand ls" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand export" -l format -d 'The tool that reads the output' -r -f -a "b3sum\t'For `b3sum --check`'
sha256sum\t'For `sha256sum --check`; the same read compares the bytes with the seal'"
complete -c sealgate -n "__fish_sealgate_using_subcommand export" -l at -d 'Read the bytes in DIR instead of the seal\'s root. Of an SQLite database, DIR is another file; of a PostgreSQL database, how to connect' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand export" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand export" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand export" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand export" -s q -l quiet -d 'Print only the verdict, and errors'
complete -c sealgate -n "__fish_sealgate_using_subcommand export" -s v -l verbose -d 'Print every finding'
complete -c sealgate -n "__fish_sealgate_using_subcommand export" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sealgate -n "__fish_sealgate_using_subcommand export" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand init" -l root -d 'Seal the directory DIR, relative to the current directory; repeatable [default: proposed directories that look like build artifacts]' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand init" -l build -d 'The command by which the workflow builds what is not in git' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand init" -l workflow -d 'The workflow to write: check on every push, or rehearse on branches seal-rehearsal/**' -r -f -a "check\t'The gate: build, then check'
rehearsal\t'A trial on branches seal-rehearsal/**, which authorises nothing'
none\t'No workflow'"
complete -c sealgate -n "__fish_sealgate_using_subcommand init" -l action -d 'The action that the workflow runs, by the full id of a commit [default: that of this release of sealgate]' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand init" -l threads -d 'Number of threads [default: the CPUs available to this process]' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand init" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand init" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand init" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand init" -l hook -d 'Install the pre-push hook too, as `sealgate hook install` does'
complete -c sealgate -n "__fish_sealgate_using_subcommand init" -l yes -d 'Accept what is proposed, and ask no questions'
complete -c sealgate -n "__fish_sealgate_using_subcommand init" -l allow-ci -d 'Write even if CI is set'
complete -c sealgate -n "__fish_sealgate_using_subcommand init" -l no-mmap -d 'Read large files instead of mapping them, for rotating disks and network mounts'
complete -c sealgate -n "__fish_sealgate_using_subcommand init" -s q -l quiet -d 'Print only the verdict, and errors'
complete -c sealgate -n "__fish_sealgate_using_subcommand init" -s v -l verbose -d 'Print every finding'
complete -c sealgate -n "__fish_sealgate_using_subcommand init" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sealgate -n "__fish_sealgate_using_subcommand init" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand doctor" -l format -d 'The format of the output' -r -f -a "human\t'For people'
json\t'For scripts'"
complete -c sealgate -n "__fish_sealgate_using_subcommand doctor" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand doctor" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand doctor" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand doctor" -l exit-code -d 'Exit 1 if anything weakens the gate'
complete -c sealgate -n "__fish_sealgate_using_subcommand doctor" -s q -l quiet -d 'Print only the verdict, and errors'
complete -c sealgate -n "__fish_sealgate_using_subcommand doctor" -s v -l verbose -d 'Print every finding'
complete -c sealgate -n "__fish_sealgate_using_subcommand doctor" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sealgate -n "__fish_sealgate_using_subcommand doctor" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand hook; and not __fish_seen_subcommand_from pre-push install uninstall" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand hook; and not __fish_seen_subcommand_from pre-push install uninstall" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand hook; and not __fish_seen_subcommand_from pre-push install uninstall" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand hook; and not __fish_seen_subcommand_from pre-push install uninstall" -s q -l quiet -d 'Print only the verdict, and errors'
complete -c sealgate -n "__fish_sealgate_using_subcommand hook; and not __fish_seen_subcommand_from pre-push install uninstall" -s v -l verbose -d 'Print every finding'
complete -c sealgate -n "__fish_sealgate_using_subcommand hook; and not __fish_seen_subcommand_from pre-push install uninstall" -s h -l help -d 'Print help'
complete -c sealgate -n "__fish_sealgate_using_subcommand hook; and not __fish_seen_subcommand_from pre-push install uninstall" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand hook; and not __fish_seen_subcommand_from pre-push install uninstall" -f -a "pre-push" -d 'Judge the commits of a push; git runs this, with one line on stdin for each ref'
complete -c sealgate -n "__fish_sealgate_using_subcommand hook; and not __fish_seen_subcommand_from pre-push install uninstall" -f -a "install" -d 'Make git run the hook before each push; an existing hook is kept, and runs after it'
complete -c sealgate -n "__fish_sealgate_using_subcommand hook; and not __fish_seen_subcommand_from pre-push install uninstall" -f -a "uninstall" -d 'Remove the hook, and restore the earlier one'
complete -c sealgate -n "__fish_sealgate_using_subcommand hook; and __fish_seen_subcommand_from pre-push" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand hook; and __fish_seen_subcommand_from pre-push" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand hook; and __fish_seen_subcommand_from pre-push" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand hook; and __fish_seen_subcommand_from pre-push" -s q -l quiet -d 'Print only the verdict, and errors'
complete -c sealgate -n "__fish_sealgate_using_subcommand hook; and __fish_seen_subcommand_from pre-push" -s v -l verbose -d 'Print every finding'
complete -c sealgate -n "__fish_sealgate_using_subcommand hook; and __fish_seen_subcommand_from pre-push" -s h -l help -d 'Print help'
complete -c sealgate -n "__fish_sealgate_using_subcommand hook; and __fish_seen_subcommand_from pre-push" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand hook; and __fish_seen_subcommand_from install" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand hook; and __fish_seen_subcommand_from install" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand hook; and __fish_seen_subcommand_from install" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand hook; and __fish_seen_subcommand_from install" -l print -d 'Print the hook, and change nothing'
complete -c sealgate -n "__fish_sealgate_using_subcommand hook; and __fish_seen_subcommand_from install" -l force -d 'Install the hook even if core.hooksPath leads out of the .git of this repository'
complete -c sealgate -n "__fish_sealgate_using_subcommand hook; and __fish_seen_subcommand_from install" -s q -l quiet -d 'Print only the verdict, and errors'
complete -c sealgate -n "__fish_sealgate_using_subcommand hook; and __fish_seen_subcommand_from install" -s v -l verbose -d 'Print every finding'
complete -c sealgate -n "__fish_sealgate_using_subcommand hook; and __fish_seen_subcommand_from install" -s h -l help -d 'Print help'
complete -c sealgate -n "__fish_sealgate_using_subcommand hook; and __fish_seen_subcommand_from install" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand hook; and __fish_seen_subcommand_from uninstall" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand hook; and __fish_seen_subcommand_from uninstall" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand hook; and __fish_seen_subcommand_from uninstall" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand hook; and __fish_seen_subcommand_from uninstall" -s q -l quiet -d 'Print only the verdict, and errors'
complete -c sealgate -n "__fish_sealgate_using_subcommand hook; and __fish_seen_subcommand_from uninstall" -s v -l verbose -d 'Print every finding'
complete -c sealgate -n "__fish_sealgate_using_subcommand hook; and __fish_seen_subcommand_from uninstall" -s h -l help -d 'Print help'
complete -c sealgate -n "__fish_sealgate_using_subcommand hook; and __fish_seen_subcommand_from uninstall" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand accept" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand accept" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand accept" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand accept" -l allow-ci -d 'Write even if CI is set'
complete -c sealgate -n "__fish_sealgate_using_subcommand accept" -l allow-outside-links -d 'Approve links whose target is absolute or outside the root; their targets stay unsealed'
complete -c sealgate -n "__fish_sealgate_using_subcommand accept" -s q -l quiet -d 'Print only the verdict, and errors'
complete -c sealgate -n "__fish_sealgate_using_subcommand accept" -s v -l verbose -d 'Print every finding'
complete -c sealgate -n "__fish_sealgate_using_subcommand accept" -s h -l help -d 'Print help'
complete -c sealgate -n "__fish_sealgate_using_subcommand accept" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand merge-reports" -l only -d 'Expect only the seals whose names match GLOB; repeatable' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand merge-reports" -l seals-from -d 'Refuse reports whose seals are not those of the commit REV [default: the commit that the reports name]' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand merge-reports" -l base -d 'Refuse reports whose base is not the commit REV; `auto` and `none` as for `check`' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand merge-reports" -l on-reseal -d 'Refuse reports that let other changes of seals pass [default: that of `check`]' -r -f -a "allow\t'All of them'
entries\t'Changes of entries; what a seal covers must stay as it was'
fail\t'None'"
complete -c sealgate -n "__fish_sealgate_using_subcommand merge-reports" -l format -d 'The format of the output' -r -f -a "human\t'For people'
json\t'For scripts'
github\t'For GitHub Actions: for people, then annotations'
markdown\t'For the summary of a job'
sarif\t'For code scanning: SARIF 2.1.0'
junit\t'For CI, as test results: JUnit XML'
codequality\t'For GitLab\'s Code Quality'
html\t'For a browser: one page with a picture of the tree'"
complete -c sealgate -n "__fish_sealgate_using_subcommand merge-reports" -l report -d 'Also write a report to FILE; repeatable' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand merge-reports" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand merge-reports" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand merge-reports" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand merge-reports" -l globs -d 'Read each FILE as a glob; one that matches no file is an error'
complete -c sealgate -n "__fish_sealgate_using_subcommand merge-reports" -s q -l quiet -d 'Print only the verdict, and errors'
complete -c sealgate -n "__fish_sealgate_using_subcommand merge-reports" -s v -l verbose -d 'Print every finding'
complete -c sealgate -n "__fish_sealgate_using_subcommand merge-reports" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sealgate -n "__fish_sealgate_using_subcommand merge-reports" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand blockers; and not __fish_seen_subcommand_from check list" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand blockers; and not __fish_seen_subcommand_from check list" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand blockers; and not __fish_seen_subcommand_from check list" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand blockers; and not __fish_seen_subcommand_from check list" -s q -l quiet -d 'Print only the verdict, and errors'
complete -c sealgate -n "__fish_sealgate_using_subcommand blockers; and not __fish_seen_subcommand_from check list" -s v -l verbose -d 'Print every finding'
complete -c sealgate -n "__fish_sealgate_using_subcommand blockers; and not __fish_seen_subcommand_from check list" -s h -l help -d 'Print help'
complete -c sealgate -n "__fish_sealgate_using_subcommand blockers; and not __fish_seen_subcommand_from check list" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand blockers; and not __fish_seen_subcommand_from check list" -f -a "check" -d 'Fail if the map contradicts itself; with --blocks, refuse while an open item blocks WORD'
complete -c sealgate -n "__fish_sealgate_using_subcommand blockers; and not __fish_seen_subcommand_from check list" -f -a "list" -d 'List the items; with --blocks, only the open items that block WORD'
complete -c sealgate -n "__fish_sealgate_using_subcommand blockers; and __fish_seen_subcommand_from check" -l blocks -d 'What is to go ahead: production, production-ci, real-run, cutover, apply, permit, activation or repoint; repeatable' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand blockers; and __fish_seen_subcommand_from check" -l format -d 'The format of the output' -r -f -a "human\t'For people'
json\t'For scripts'"
complete -c sealgate -n "__fish_sealgate_using_subcommand blockers; and __fish_seen_subcommand_from check" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand blockers; and __fish_seen_subcommand_from check" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand blockers; and __fish_seen_subcommand_from check" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand blockers; and __fish_seen_subcommand_from check" -l policy -d 'Use the words of the policy in the working tree too: its `words`, and the names of its environments'
complete -c sealgate -n "__fish_sealgate_using_subcommand blockers; and __fish_seen_subcommand_from check" -s q -l quiet -d 'Print only the verdict, and errors'
complete -c sealgate -n "__fish_sealgate_using_subcommand blockers; and __fish_seen_subcommand_from check" -s v -l verbose -d 'Print every finding'
complete -c sealgate -n "__fish_sealgate_using_subcommand blockers; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sealgate -n "__fish_sealgate_using_subcommand blockers; and __fish_seen_subcommand_from check" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand blockers; and __fish_seen_subcommand_from list" -l blocks -d 'What is to go ahead: production, production-ci, real-run, cutover, apply, permit, activation or repoint; repeatable' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand blockers; and __fish_seen_subcommand_from list" -l format -d 'The format of the output' -r -f -a "human\t'For people'
json\t'For scripts'"
complete -c sealgate -n "__fish_sealgate_using_subcommand blockers; and __fish_seen_subcommand_from list" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand blockers; and __fish_seen_subcommand_from list" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand blockers; and __fish_seen_subcommand_from list" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand blockers; and __fish_seen_subcommand_from list" -l policy -d 'Use the words of the policy in the working tree too: its `words`, and the names of its environments'
complete -c sealgate -n "__fish_sealgate_using_subcommand blockers; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Print only the verdict, and errors'
complete -c sealgate -n "__fish_sealgate_using_subcommand blockers; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Print every finding'
complete -c sealgate -n "__fish_sealgate_using_subcommand blockers; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sealgate -n "__fish_sealgate_using_subcommand blockers; and __fish_seen_subcommand_from list" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and not __fish_seen_subcommand_from new check fmt diff digest export-allowed-signers" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and not __fish_seen_subcommand_from new check fmt diff digest export-allowed-signers" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and not __fish_seen_subcommand_from new check fmt diff digest export-allowed-signers" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and not __fish_seen_subcommand_from new check fmt diff digest export-allowed-signers" -s q -l quiet -d 'Print only the verdict, and errors'
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and not __fish_seen_subcommand_from new check fmt diff digest export-allowed-signers" -s v -l verbose -d 'Print every finding'
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and not __fish_seen_subcommand_from new check fmt diff digest export-allowed-signers" -s h -l help -d 'Print help'
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and not __fish_seen_subcommand_from new check fmt diff digest export-allowed-signers" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and not __fish_seen_subcommand_from new check fmt diff digest export-allowed-signers" -f -a "new" -d 'Write a first policy for these approvers'
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and not __fish_seen_subcommand_from new check fmt diff digest export-allowed-signers" -f -a "check" -d 'Check that the policy is valid and in canonical form'
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and not __fish_seen_subcommand_from new check fmt diff digest export-allowed-signers" -f -a "fmt" -d 'Write the policy in its canonical form; what it says stays as it is'
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and not __fish_seen_subcommand_from new check fmt diff digest export-allowed-signers" -f -a "diff" -d 'Show how the policy differs from the policy of a commit'
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and not __fish_seen_subcommand_from new check fmt diff digest export-allowed-signers" -f -a "digest" -d 'Print the digest by which grants name the policy'
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and not __fish_seen_subcommand_from new check fmt diff digest export-allowed-signers" -f -a "export-allowed-signers" -d 'Print the keys in the format of OpenSSH\'s allowed_signers'
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from new" -l repository -d 'The name of the repository, such as example/notes: grants of another do not count' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from new" -l approver -d 'Who approves, and the file of their public key, PRINCIPAL=FILE; repeatable' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from new" -l threshold -d 'How many of them it takes [default: more than half]' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from new" -l environment -d 'The environments where the gate may rule; repeatable' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from new" -l branch -d 'The branch of these environments' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from new" -l hours -d 'The longest life of a grant, in hours' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from new" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from new" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from new" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from new" -s q -l quiet -d 'Print only the verdict, and errors'
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from new" -s v -l verbose -d 'Print every finding'
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from new" -s h -l help -d 'Print help'
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from new" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from check" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from check" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from check" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from check" -s q -l quiet -d 'Print only the verdict, and errors'
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from check" -s v -l verbose -d 'Print every finding'
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help'
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from check" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from fmt" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from fmt" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from fmt" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from fmt" -l check -d 'Write nothing; exit 1 if the policy is not in its canonical form'
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from fmt" -s q -l quiet -d 'Print only the verdict, and errors'
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from fmt" -s v -l verbose -d 'Print every finding'
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from fmt" -s h -l help -d 'Print help'
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from fmt" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from diff" -l base -d 'The commit' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from diff" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from diff" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from diff" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from diff" -l exit-code -d 'Exit 1 if it differs'
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from diff" -s q -l quiet -d 'Print only the verdict, and errors'
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from diff" -s v -l verbose -d 'Print every finding'
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from diff" -s h -l help -d 'Print help'
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from diff" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from digest" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from digest" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from digest" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from digest" -s q -l quiet -d 'Print only the verdict, and errors'
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from digest" -s v -l verbose -d 'Print every finding'
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from digest" -s h -l help -d 'Print help'
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from digest" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from export-allowed-signers" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from export-allowed-signers" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from export-allowed-signers" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from export-allowed-signers" -s q -l quiet -d 'Print only the verdict, and errors'
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from export-allowed-signers" -s v -l verbose -d 'Print every finding'
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from export-allowed-signers" -s h -l help -d 'Print help'
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from export-allowed-signers" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and not __fish_seen_subcommand_from new show sign verify list prune use log" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and not __fish_seen_subcommand_from new show sign verify list prune use log" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and not __fish_seen_subcommand_from new show sign verify list prune use log" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and not __fish_seen_subcommand_from new show sign verify list prune use log" -s q -l quiet -d 'Print only the verdict, and errors'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and not __fish_seen_subcommand_from new show sign verify list prune use log" -s v -l verbose -d 'Print every finding'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and not __fish_seen_subcommand_from new show sign verify list prune use log" -s h -l help -d 'Print help'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and not __fish_seen_subcommand_from new show sign verify list prune use log" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and not __fish_seen_subcommand_from new show sign verify list prune use log" -f -a "new" -d 'Write an unsigned grant for a change in the working tree'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and not __fish_seen_subcommand_from new show sign verify list prune use log" -f -a "show" -d 'Describe what a grant permits'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and not __fish_seen_subcommand_from new show sign verify list prune use log" -f -a "sign" -d 'Describe what grants permit, ask, and sign them with `ssh-keygen -Y sign`'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and not __fish_seen_subcommand_from new show sign verify list prune use log" -f -a "verify" -d 'Check that a grant counts'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and not __fish_seen_subcommand_from new show sign verify list prune use log" -f -a "list" -d 'List the grants in the working tree'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and not __fish_seen_subcommand_from new show sign verify list prune use log" -f -a "prune" -d 'Remove the grants in the working tree that have expired'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and not __fish_seen_subcommand_from new show sign verify list prune use log" -f -a "use" -d 'Do an action that is granted: check everything, record in the ledger that the grant is used, and run COMMAND once'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and not __fish_seen_subcommand_from new show sign verify list prune use log" -f -a "log" -d 'List the uses in the ledger: who, when, which commit and plan, and how it ended'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from new" -l seal -d 'The seal that changed, for reseal' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from new" -l environment -d 'The environment' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from new" -l blocker -d 'The item that is closed, for close-blocker' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from new" -l reason -d 'The reason, for the people who read the grant' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from new" -l hours -d 'Hours for which the grant counts [default: the maximum of the policy]' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from new" -l evidence -d 'The evidence that an approver looked at: the file of a record, or a digest' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from new" -l base -d 'The commit whose policy judges, and from which the change starts' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from new" -l plan -d 'The file with the plan of the action' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from new" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from new" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from new" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from new" -l all -d 'Write a grant for every change of a seal, a blocker map or the policy that has none yet'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from new" -l break-glass -d 'Make it for an emergency: the break-glass rules of the policy judge it, and every report states it until a usual grant for the same follows'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from new" -s q -l quiet -d 'Print only the verdict, and errors'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from new" -s v -l verbose -d 'Print every finding'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from new" -s h -l help -d 'Print help'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from new" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from show" -l base -d 'The commit whose policy judges, and from which the change starts' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from show" -l plan -d 'The file with the plan of the action' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from show" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from show" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from show" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Print only the verdict, and errors'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Print every finding'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from show" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from sign" -l key -d 'The file of the private key' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from sign" -l base -d 'The commit whose policy judges, and from which the change starts' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from sign" -l plan -d 'The file with the plan of the action' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from sign" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from sign" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from sign" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from sign" -l yes -d 'Sign without a question; without a terminal, a whole id of 64 digits does the same'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from sign" -s q -l quiet -d 'Print only the verdict, and errors'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from sign" -s v -l verbose -d 'Print every finding'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from sign" -s h -l help -d 'Print help'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from sign" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from verify" -l base -d 'The commit whose policy judges, and from which the change starts' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from verify" -l plan -d 'The file with the plan of the action' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from verify" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from verify" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from verify" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from verify" -s q -l quiet -d 'Print only the verdict, and errors'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from verify" -s v -l verbose -d 'Print every finding'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from verify" -s h -l help -d 'Print help'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from verify" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from list" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from list" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from list" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Print only the verdict, and errors'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Print every finding'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from list" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from prune" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from prune" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from prune" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from prune" -s q -l quiet -d 'Print only the verdict, and errors'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from prune" -s v -l verbose -d 'Print every finding'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from prune" -s h -l help -d 'Print help'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from prune" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from use" -l environment -d 'The environment in which it is done' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from use" -l plan -d 'The file with the plan of the action: the grant must be for exactly this file' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from use" -l evidence -d 'The file of a record of evidence: the grant must name exactly this record; repeatable' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from use" -l rev -d 'Judge the seals and the bytes of the commit REV [default: the bytes of the working tree by the seals of HEAD]' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from use" -l base -d 'The commit whose policy judges [default: that of the last use in the environment]' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from use" -l ref -d 'The ref that is judged, refs/heads/NAME or refs/tags/NAME [default in GitHub Actions: that of the event]' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from use" -l policy-digest -d 'The digest of the first policy, if the base has no policy' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from use" -l format -d 'The format of the output; any other than human is written when everything is over' -r -f -a "human\t'For people'
json\t'For scripts'
github\t'For GitHub Actions: for people, then annotations'
markdown\t'For the summary of a job'
sarif\t'For code scanning: SARIF 2.1.0'
junit\t'For CI, as test results: JUnit XML'
codequality\t'For GitLab\'s Code Quality'
html\t'For a browser: one page with a picture of the tree'"
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from use" -l report -d 'Also write a report to FILE when everything is over; repeatable' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from use" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from use" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from use" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from use" -l dry-run -d 'Check everything, and neither record a use nor run anything'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from use" -s q -l quiet -d 'Print only the verdict, and errors'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from use" -s v -l verbose -d 'Print every finding'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from use" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from use" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from log" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from log" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from log" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from log" -s q -l quiet -d 'Print only the verdict, and errors'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from log" -s v -l verbose -d 'Print every finding'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from log" -s h -l help -d 'Print help'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from log" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand rehearse" -l scratch -d 'Make the copies below DIR [default: the system\'s directory for temporary files]' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand rehearse" -l record -d 'Write the record into DIR [default: `evidence` in the seals directory]' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand rehearse" -l environment -d 'First use a grant for the action `rehearse` in the environment E, as `grant use` does' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand rehearse" -l base -d 'The commit whose policy judges [default: that of the last use in the environment]' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand rehearse" -l ref -d 'The ref that is judged, refs/heads/NAME or refs/tags/NAME [default in GitHub Actions: that of the event]' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand rehearse" -l report -d 'Also write a report to FILE, as `json` or `html`; repeatable' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand rehearse" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand rehearse" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand rehearse" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand rehearse" -l keep -d 'Keep the copies'
complete -c sealgate -n "__fish_sealgate_using_subcommand rehearse" -l unconfined -d 'Run scripts and commands without confinement; the record states it, and is no evidence'
complete -c sealgate -n "__fish_sealgate_using_subcommand rehearse" -s q -l quiet -d 'Print only the verdict, and errors'
complete -c sealgate -n "__fish_sealgate_using_subcommand rehearse" -s v -l verbose -d 'Print every finding'
complete -c sealgate -n "__fish_sealgate_using_subcommand rehearse" -s h -l help -d 'Print help'
complete -c sealgate -n "__fish_sealgate_using_subcommand rehearse" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand confined" -l outcome -d 'Where it writes how it ended: a new file' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand confined" -l writable -d 'A directory that may be written; repeatable' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand confined" -l database -d 'The database on which the script is run' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand confined" -l script -d 'The script' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand confined" -l inside -d 'Roll back, and write here what the transaction saw' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand confined" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand confined" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand confined" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand confined" -l unconfined -d 'Confine nothing'
complete -c sealgate -n "__fish_sealgate_using_subcommand confined" -l quits -d 'Ask the command to quit before it is killed'
complete -c sealgate -n "__fish_sealgate_using_subcommand confined" -l without-triggers -d 'Run no trigger'
complete -c sealgate -n "__fish_sealgate_using_subcommand confined" -s q -l quiet -d 'Print only the verdict, and errors'
complete -c sealgate -n "__fish_sealgate_using_subcommand confined" -s v -l verbose -d 'Print every finding'
complete -c sealgate -n "__fish_sealgate_using_subcommand confined" -s h -l help -d 'Print help'
complete -c sealgate -n "__fish_sealgate_using_subcommand confined" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand evidence; and not __fish_seen_subcommand_from check" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand evidence; and not __fish_seen_subcommand_from check" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand evidence; and not __fish_seen_subcommand_from check" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand evidence; and not __fish_seen_subcommand_from check" -s q -l quiet -d 'Print only the verdict, and errors'
complete -c sealgate -n "__fish_sealgate_using_subcommand evidence; and not __fish_seen_subcommand_from check" -s v -l verbose -d 'Print every finding'
complete -c sealgate -n "__fish_sealgate_using_subcommand evidence; and not __fish_seen_subcommand_from check" -s h -l help -d 'Print help'
complete -c sealgate -n "__fish_sealgate_using_subcommand evidence; and not __fish_seen_subcommand_from check" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand evidence; and not __fish_seen_subcommand_from check" -f -a "check" -d 'Check that each file is the record of a rehearsal that passed, and describe it'
complete -c sealgate -n "__fish_sealgate_using_subcommand evidence; and __fish_seen_subcommand_from check" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand evidence; and __fish_seen_subcommand_from check" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand evidence; and __fish_seen_subcommand_from check" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand evidence; and __fish_seen_subcommand_from check" -s q -l quiet -d 'Print only the verdict, and errors'
complete -c sealgate -n "__fish_sealgate_using_subcommand evidence; and __fish_seen_subcommand_from check" -s v -l verbose -d 'Print every finding'
complete -c sealgate -n "__fish_sealgate_using_subcommand evidence; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help'
complete -c sealgate -n "__fish_sealgate_using_subcommand evidence; and __fish_seen_subcommand_from check" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand completions" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand completions" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand completions" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand completions" -s q -l quiet -d 'Print only the verdict, and errors'
complete -c sealgate -n "__fish_sealgate_using_subcommand completions" -s v -l verbose -d 'Print every finding'
complete -c sealgate -n "__fish_sealgate_using_subcommand completions" -s h -l help -d 'Print help'
complete -c sealgate -n "__fish_sealgate_using_subcommand completions" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand man" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand man" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand man" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand man" -s q -l quiet -d 'Print only the verdict, and errors'
complete -c sealgate -n "__fish_sealgate_using_subcommand man" -s v -l verbose -d 'Print every finding'
complete -c sealgate -n "__fish_sealgate_using_subcommand man" -s h -l help -d 'Print help'
complete -c sealgate -n "__fish_sealgate_using_subcommand man" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand accept" -a '(sealgate ls 2>/dev/null)' -d 'Seal'
complete -c sealgate -n "__fish_sealgate_using_subcommand check" -a '(sealgate ls 2>/dev/null)' -d 'Seal'
complete -c sealgate -n "__fish_sealgate_using_subcommand diff" -a '(sealgate ls 2>/dev/null)' -d 'Seal'
complete -c sealgate -n "__fish_sealgate_using_subcommand export" -a '(sealgate ls 2>/dev/null)' -d 'Seal'
complete -c sealgate -n "__fish_sealgate_using_subcommand fmt" -a '(sealgate ls 2>/dev/null)' -d 'Seal'
complete -c sealgate -n "__fish_sealgate_using_subcommand ls" -a '(sealgate ls 2>/dev/null)' -d 'Seal'
complete -c sealgate -n "__fish_sealgate_using_subcommand rebuild" -a '(sealgate ls 2>/dev/null)' -d 'Seal'
complete -c sealgate -n "__fish_sealgate_using_subcommand resolve" -a '(sealgate ls 2>/dev/null)' -d 'Seal'
complete -c sealgate -n "__fish_sealgate_using_subcommand seal" -a '(sealgate ls 2>/dev/null)' -d 'Seal'
