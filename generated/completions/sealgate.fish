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
complete -c sealgate -n "__fish_sealgate_needs_command" -s q -l quiet -d 'Print the verdict alone; errors are always printed'
complete -c sealgate -n "__fish_sealgate_needs_command" -s v -l verbose -d 'Print every finding, however many there are'
complete -c sealgate -n "__fish_sealgate_needs_command" -s h -l help -d 'Print help'
complete -c sealgate -n "__fish_sealgate_needs_command" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_needs_command" -f -a "check" -d 'Compare what is there with what was approved: the gate'
complete -c sealgate -n "__fish_sealgate_needs_command" -f -a "seal" -d 'Write seals again after an approved change, or make one'
complete -c sealgate -n "__fish_sealgate_needs_command" -f -a "fmt" -d 'Bring seals that were edited into canonical form; digests stay untouched'
complete -c sealgate -n "__fish_sealgate_needs_command" -f -a "diff" -d 'Show what resealing would change, how two builds differ, or what changed in the seals'
complete -c sealgate -n "__fish_sealgate_needs_command" -f -a "ls" -d 'List what is sealed, unsealed, or excluded and by which pattern'
complete -c sealgate -n "__fish_sealgate_needs_command" -f -a "export" -d 'Print a seal in a format that other tools read'
complete -c sealgate -n "__fish_sealgate_needs_command" -f -a "init" -d 'Set a repository up: the first seals, attributes, a workflow'
complete -c sealgate -n "__fish_sealgate_needs_command" -f -a "doctor" -d 'List what weakens the gate here, each with its mend'
complete -c sealgate -n "__fish_sealgate_needs_command" -f -a "hook" -d 'Judge what git pushes, before it leaves; `hook install` lets git do it'
complete -c sealgate -n "__fish_sealgate_needs_command" -f -a "accept" -d 'Take over what a failing check reported, and nothing else'
complete -c sealgate -n "__fish_sealgate_needs_command" -f -a "merge-reports" -d 'Give one verdict from the JSON reports of several checks, or of the shares of one'
complete -c sealgate -n "__fish_sealgate_needs_command" -f -a "blockers" -d 'Judge or list a map of what stands in the way of an environment or an action'
complete -c sealgate -n "__fish_sealgate_needs_command" -f -a "policy" -d 'Tell whether the policy is sound, its digest, or its keys'
complete -c sealgate -n "__fish_sealgate_needs_command" -f -a "grant" -d 'Write, show, sign and verify permissions'
complete -c sealgate -n "__fish_sealgate_needs_command" -f -a "completions" -d 'Print the completions for a shell'
complete -c sealgate -n "__fish_sealgate_needs_command" -f -a "man" -d 'Print the manual page of sealgate, or of one of its commands'
complete -c sealgate -n "__fish_sealgate_using_subcommand check" -l rev -d 'Judge the commit REV: its seals and its bytes, whatever is in the working tree' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand check" -l seals-from -d 'Take the seals from the commit REV, and the bytes from here' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand check" -l base -d 'Tell what changed in the seals themselves since the commit REV; in GitHub Actions, `auto` takes it from the event; `none` is none' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand check" -l on-reseal -d 'Which changes of seals since the base let the check pass' -r -f -a "allow\t'All of them'
entries\t'Changes of entries; what a seal covers must stay as it was'
fail\t'None'"
complete -c sealgate -n "__fish_sealgate_using_subcommand check" -l environment -d 'Whether the gate may rule the environment E, by the policy of the base' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand check" -l action -d 'Demand a grant of ACTION in the environment' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand check" -l plan -d 'The plan that the action follows: its grant must be for this very file' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand check" -l ref -d 'The ref that is judged, refs/heads/NAME or refs/tags/NAME; in GitHub Actions that of the event' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand check" -l policy-digest -d 'The digest of the first policy, where the base has none' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand check" -l at -d 'Judge the bytes in DIR instead of the seal\'s root; with one seal only' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand check" -l stage -d 'Copy everything into DIR while it is hashed; DIR is new, and is there only after a pass. With one seal only' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand check" -l require-sealed -d 'Fail unless each directory that matches GLOB (from the repository root) is under one of the seals checked' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand check" -l partition -d 'Check the share I of N: its entries, and all that is not sealed; `merge-reports` gives the verdict' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand check" -l format -d 'The format on stdout' -r -f -a "human\t'For people'
json\t'For scripts'
github\t'For GitHub Actions: for people, then annotations'
markdown\t'For the summary of a job'
sarif\t'For code scanning: SARIF 2.1.0'
junit\t'For CI, as test results: JUnit XML'
codequality\t'For GitLab\'s Code Quality'
html\t'For a browser: one page with a picture of the tree'"
complete -c sealgate -n "__fish_sealgate_using_subcommand check" -l report -d 'Write a report to FILE as well; repeatable' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand check" -l threads -d 'Work with N threads; without, with as many as this process may use' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand check" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand check" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand check" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand check" -l no-mmap -d 'Read large files instead of mapping them: for rotating disks and network mounts'
complete -c sealgate -n "__fish_sealgate_using_subcommand check" -s q -l quiet -d 'Print the verdict alone; errors are always printed'
complete -c sealgate -n "__fish_sealgate_using_subcommand check" -s v -l verbose -d 'Print every finding, however many there are'
complete -c sealgate -n "__fish_sealgate_using_subcommand check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sealgate -n "__fish_sealgate_using_subcommand check" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand seal" -l root -d 'Make a new seal of the directory DIR, a path from where you are' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand seal" -l exclude -d 'Leave out what matches PATTERN (gitignore syntax); repeatable, for a new seal' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand seal" -l only -d 'Take only the entries that match PATTERN (gitignore syntax), keep the others; repeatable' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand seal" -l threads -d 'Work with N threads; without, with as many as this process may use' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand seal" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand seal" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand seal" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand seal" -l all -d 'Without NAME: write all seals that would change, not just one'
complete -c sealgate -n "__fish_sealgate_using_subcommand seal" -l allow-ci -d 'Write even though CI is set'
complete -c sealgate -n "__fish_sealgate_using_subcommand seal" -l allow-outside-links -d 'Seal links whose target is absolute or leaves the root: their names, not what they lead to'
complete -c sealgate -n "__fish_sealgate_using_subcommand seal" -l no-mmap -d 'Read large files instead of mapping them: for rotating disks and network mounts'
complete -c sealgate -n "__fish_sealgate_using_subcommand seal" -s q -l quiet -d 'Print the verdict alone; errors are always printed'
complete -c sealgate -n "__fish_sealgate_using_subcommand seal" -s v -l verbose -d 'Print every finding, however many there are'
complete -c sealgate -n "__fish_sealgate_using_subcommand seal" -s h -l help -d 'Print help'
complete -c sealgate -n "__fish_sealgate_using_subcommand seal" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand fmt" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand fmt" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand fmt" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand fmt" -l check -d 'Write nothing; exit 1 if a seal is not canonical'
complete -c sealgate -n "__fish_sealgate_using_subcommand fmt" -l allow-ci -d 'Write even though CI is set'
complete -c sealgate -n "__fish_sealgate_using_subcommand fmt" -s q -l quiet -d 'Print the verdict alone; errors are always printed'
complete -c sealgate -n "__fish_sealgate_using_subcommand fmt" -s v -l verbose -d 'Print every finding, however many there are'
complete -c sealgate -n "__fish_sealgate_using_subcommand fmt" -s h -l help -d 'Print help'
complete -c sealgate -n "__fish_sealgate_using_subcommand fmt" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand diff" -l against -d 'Compare the root with the build in DIR instead of the seal; with one seal only' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand diff" -l base -d 'Tell what changed in the seals themselves since the commit REV, and read no root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand diff" -l rev -d 'The seals of the commit REV instead of those in the working tree; with --base' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand diff" -l format -d 'The format on stdout' -r -f -a "human\t'For people'
json\t'For scripts'
markdown\t'For the page of a change request'"
complete -c sealgate -n "__fish_sealgate_using_subcommand diff" -l threads -d 'Work with N threads; without, with as many as this process may use' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand diff" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand diff" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand diff" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand diff" -l exit-code -d 'Exit 1 if there is a difference'
complete -c sealgate -n "__fish_sealgate_using_subcommand diff" -l no-mmap -d 'Read large files instead of mapping them: for rotating disks and network mounts'
complete -c sealgate -n "__fish_sealgate_using_subcommand diff" -s q -l quiet -d 'Print the verdict alone; errors are always printed'
complete -c sealgate -n "__fish_sealgate_using_subcommand diff" -s v -l verbose -d 'Print every finding, however many there are'
complete -c sealgate -n "__fish_sealgate_using_subcommand diff" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sealgate -n "__fish_sealgate_using_subcommand diff" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand ls" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand ls" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand ls" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand ls" -s q -l quiet -d 'Print the verdict alone; errors are always printed'
complete -c sealgate -n "__fish_sealgate_using_subcommand ls" -s v -l verbose -d 'Print every finding, however many there are'
complete -c sealgate -n "__fish_sealgate_using_subcommand ls" -s h -l help -d 'Print help'
complete -c sealgate -n "__fish_sealgate_using_subcommand ls" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand export" -l format -d 'The tool that is to read it' -r -f -a "b3sum\t'For `b3sum --check`'
sha256sum\t'For `sha256sum --check`; proves the bytes against the seal in the same read'"
complete -c sealgate -n "__fish_sealgate_using_subcommand export" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand export" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand export" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand export" -s q -l quiet -d 'Print the verdict alone; errors are always printed'
complete -c sealgate -n "__fish_sealgate_using_subcommand export" -s v -l verbose -d 'Print every finding, however many there are'
complete -c sealgate -n "__fish_sealgate_using_subcommand export" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sealgate -n "__fish_sealgate_using_subcommand export" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand init" -l root -d 'Seal the directory DIR, a path from where you are; repeatable. Without it, directories that look like build artifacts are proposed' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand init" -l build -d 'The command with which the workflow builds what is not kept in git' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand init" -l workflow -d 'The workflow to write: check on every push, or rehearse on branches seal-rehearsal/**' -r -f -a "check\t'The gate: build, then check'
rehearsal\t'A trial on branches seal-rehearsal/**, which authorises nothing'
none\t'No workflow'"
complete -c sealgate -n "__fish_sealgate_using_subcommand init" -l threads -d 'Work with N threads; without, with as many as this process may use' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand init" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand init" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand init" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand init" -l hook -d 'Install the pre-push hook too, as `sealgate hook install` does'
complete -c sealgate -n "__fish_sealgate_using_subcommand init" -l yes -d 'Take what is proposed, and ask nothing'
complete -c sealgate -n "__fish_sealgate_using_subcommand init" -l allow-ci -d 'Write even though CI is set'
complete -c sealgate -n "__fish_sealgate_using_subcommand init" -l no-mmap -d 'Read large files instead of mapping them: for rotating disks and network mounts'
complete -c sealgate -n "__fish_sealgate_using_subcommand init" -s q -l quiet -d 'Print the verdict alone; errors are always printed'
complete -c sealgate -n "__fish_sealgate_using_subcommand init" -s v -l verbose -d 'Print every finding, however many there are'
complete -c sealgate -n "__fish_sealgate_using_subcommand init" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sealgate -n "__fish_sealgate_using_subcommand init" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand doctor" -l format -d 'The format on stdout' -r -f -a "human\t'For people'
json\t'For scripts'"
complete -c sealgate -n "__fish_sealgate_using_subcommand doctor" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand doctor" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand doctor" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand doctor" -l exit-code -d 'Exit 1 if there is advice'
complete -c sealgate -n "__fish_sealgate_using_subcommand doctor" -s q -l quiet -d 'Print the verdict alone; errors are always printed'
complete -c sealgate -n "__fish_sealgate_using_subcommand doctor" -s v -l verbose -d 'Print every finding, however many there are'
complete -c sealgate -n "__fish_sealgate_using_subcommand doctor" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sealgate -n "__fish_sealgate_using_subcommand doctor" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand hook; and not __fish_seen_subcommand_from pre-push install uninstall" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand hook; and not __fish_seen_subcommand_from pre-push install uninstall" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand hook; and not __fish_seen_subcommand_from pre-push install uninstall" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand hook; and not __fish_seen_subcommand_from pre-push install uninstall" -s q -l quiet -d 'Print the verdict alone; errors are always printed'
complete -c sealgate -n "__fish_sealgate_using_subcommand hook; and not __fish_seen_subcommand_from pre-push install uninstall" -s v -l verbose -d 'Print every finding, however many there are'
complete -c sealgate -n "__fish_sealgate_using_subcommand hook; and not __fish_seen_subcommand_from pre-push install uninstall" -s h -l help -d 'Print help'
complete -c sealgate -n "__fish_sealgate_using_subcommand hook; and not __fish_seen_subcommand_from pre-push install uninstall" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand hook; and not __fish_seen_subcommand_from pre-push install uninstall" -f -a "pre-push" -d 'Judge the commits of a push: git runs this, with a line on stdin for each ref'
complete -c sealgate -n "__fish_sealgate_using_subcommand hook; and not __fish_seen_subcommand_from pre-push install uninstall" -f -a "install" -d 'Let git run it before each push; a hook that is there is kept, and runs after it'
complete -c sealgate -n "__fish_sealgate_using_subcommand hook; and not __fish_seen_subcommand_from pre-push install uninstall" -f -a "uninstall" -d 'Take it away, and put back the hook that was there before'
complete -c sealgate -n "__fish_sealgate_using_subcommand hook; and __fish_seen_subcommand_from pre-push" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand hook; and __fish_seen_subcommand_from pre-push" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand hook; and __fish_seen_subcommand_from pre-push" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand hook; and __fish_seen_subcommand_from pre-push" -s q -l quiet -d 'Print the verdict alone; errors are always printed'
complete -c sealgate -n "__fish_sealgate_using_subcommand hook; and __fish_seen_subcommand_from pre-push" -s v -l verbose -d 'Print every finding, however many there are'
complete -c sealgate -n "__fish_sealgate_using_subcommand hook; and __fish_seen_subcommand_from pre-push" -s h -l help -d 'Print help'
complete -c sealgate -n "__fish_sealgate_using_subcommand hook; and __fish_seen_subcommand_from pre-push" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand hook; and __fish_seen_subcommand_from install" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand hook; and __fish_seen_subcommand_from install" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand hook; and __fish_seen_subcommand_from install" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand hook; and __fish_seen_subcommand_from install" -l print -d 'Print the hook to stdout; change nothing'
complete -c sealgate -n "__fish_sealgate_using_subcommand hook; and __fish_seen_subcommand_from install" -l force -d 'Install it even where core.hooksPath leads out of this repository\'s own .git'
complete -c sealgate -n "__fish_sealgate_using_subcommand hook; and __fish_seen_subcommand_from install" -s q -l quiet -d 'Print the verdict alone; errors are always printed'
complete -c sealgate -n "__fish_sealgate_using_subcommand hook; and __fish_seen_subcommand_from install" -s v -l verbose -d 'Print every finding, however many there are'
complete -c sealgate -n "__fish_sealgate_using_subcommand hook; and __fish_seen_subcommand_from install" -s h -l help -d 'Print help'
complete -c sealgate -n "__fish_sealgate_using_subcommand hook; and __fish_seen_subcommand_from install" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand hook; and __fish_seen_subcommand_from uninstall" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand hook; and __fish_seen_subcommand_from uninstall" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand hook; and __fish_seen_subcommand_from uninstall" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand hook; and __fish_seen_subcommand_from uninstall" -s q -l quiet -d 'Print the verdict alone; errors are always printed'
complete -c sealgate -n "__fish_sealgate_using_subcommand hook; and __fish_seen_subcommand_from uninstall" -s v -l verbose -d 'Print every finding, however many there are'
complete -c sealgate -n "__fish_sealgate_using_subcommand hook; and __fish_seen_subcommand_from uninstall" -s h -l help -d 'Print help'
complete -c sealgate -n "__fish_sealgate_using_subcommand hook; and __fish_seen_subcommand_from uninstall" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand accept" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand accept" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand accept" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand accept" -l allow-ci -d 'Write even though CI is set'
complete -c sealgate -n "__fish_sealgate_using_subcommand accept" -l allow-outside-links -d 'Take links whose target is absolute or leaves the root: their names, not what they lead to'
complete -c sealgate -n "__fish_sealgate_using_subcommand accept" -s q -l quiet -d 'Print the verdict alone; errors are always printed'
complete -c sealgate -n "__fish_sealgate_using_subcommand accept" -s v -l verbose -d 'Print every finding, however many there are'
complete -c sealgate -n "__fish_sealgate_using_subcommand accept" -s h -l help -d 'Print help'
complete -c sealgate -n "__fish_sealgate_using_subcommand accept" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand merge-reports" -l only -d 'Ask only for seals whose names match GLOB; repeatable' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand merge-reports" -l seals-from -d 'Refuse reports of other seals than those of the commit REV; without, take the commit that they name' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand merge-reports" -l base -d 'Refuse reports of seals that were not held against the commit REV; `auto` and `none` as in `check`' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand merge-reports" -l on-reseal -d 'Refuse reports with which other changes of seals pass' -r -f -a "allow\t'All of them'
entries\t'Changes of entries; what a seal covers must stay as it was'
fail\t'None'"
complete -c sealgate -n "__fish_sealgate_using_subcommand merge-reports" -l format -d 'The format on stdout' -r -f -a "human\t'For people'
json\t'For scripts'
github\t'For GitHub Actions: for people, then annotations'
markdown\t'For the summary of a job'
sarif\t'For code scanning: SARIF 2.1.0'
junit\t'For CI, as test results: JUnit XML'
codequality\t'For GitLab\'s Code Quality'
html\t'For a browser: one page with a picture of the tree'"
complete -c sealgate -n "__fish_sealgate_using_subcommand merge-reports" -l report -d 'Write a report to FILE as well; repeatable' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand merge-reports" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand merge-reports" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand merge-reports" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand merge-reports" -l globs -d 'Read each FILE as a glob; one that matches no file is an error'
complete -c sealgate -n "__fish_sealgate_using_subcommand merge-reports" -s q -l quiet -d 'Print the verdict alone; errors are always printed'
complete -c sealgate -n "__fish_sealgate_using_subcommand merge-reports" -s v -l verbose -d 'Print every finding, however many there are'
complete -c sealgate -n "__fish_sealgate_using_subcommand merge-reports" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sealgate -n "__fish_sealgate_using_subcommand merge-reports" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand blockers; and not __fish_seen_subcommand_from check list" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand blockers; and not __fish_seen_subcommand_from check list" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand blockers; and not __fish_seen_subcommand_from check list" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand blockers; and not __fish_seen_subcommand_from check list" -s q -l quiet -d 'Print the verdict alone; errors are always printed'
complete -c sealgate -n "__fish_sealgate_using_subcommand blockers; and not __fish_seen_subcommand_from check list" -s v -l verbose -d 'Print every finding, however many there are'
complete -c sealgate -n "__fish_sealgate_using_subcommand blockers; and not __fish_seen_subcommand_from check list" -s h -l help -d 'Print help'
complete -c sealgate -n "__fish_sealgate_using_subcommand blockers; and not __fish_seen_subcommand_from check list" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand blockers; and not __fish_seen_subcommand_from check list" -f -a "check" -d 'Fail if the map contradicts itself; with --blocks, refuse while something open blocks WORD'
complete -c sealgate -n "__fish_sealgate_using_subcommand blockers; and not __fish_seen_subcommand_from check list" -f -a "list" -d 'List the items; with --blocks, the open ones that block WORD'
complete -c sealgate -n "__fish_sealgate_using_subcommand blockers; and __fish_seen_subcommand_from check" -l blocks -d 'What is to go ahead: production, production-ci, real-run, cutover, apply, permit, activation or repoint; repeatable' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand blockers; and __fish_seen_subcommand_from check" -l format -d 'The format on stdout' -r -f -a "human\t'For people'
json\t'For scripts'"
complete -c sealgate -n "__fish_sealgate_using_subcommand blockers; and __fish_seen_subcommand_from check" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand blockers; and __fish_seen_subcommand_from check" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand blockers; and __fish_seen_subcommand_from check" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand blockers; and __fish_seen_subcommand_from check" -s q -l quiet -d 'Print the verdict alone; errors are always printed'
complete -c sealgate -n "__fish_sealgate_using_subcommand blockers; and __fish_seen_subcommand_from check" -s v -l verbose -d 'Print every finding, however many there are'
complete -c sealgate -n "__fish_sealgate_using_subcommand blockers; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sealgate -n "__fish_sealgate_using_subcommand blockers; and __fish_seen_subcommand_from check" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand blockers; and __fish_seen_subcommand_from list" -l blocks -d 'What is to go ahead: production, production-ci, real-run, cutover, apply, permit, activation or repoint; repeatable' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand blockers; and __fish_seen_subcommand_from list" -l format -d 'The format on stdout' -r -f -a "human\t'For people'
json\t'For scripts'"
complete -c sealgate -n "__fish_sealgate_using_subcommand blockers; and __fish_seen_subcommand_from list" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand blockers; and __fish_seen_subcommand_from list" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand blockers; and __fish_seen_subcommand_from list" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand blockers; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Print the verdict alone; errors are always printed'
complete -c sealgate -n "__fish_sealgate_using_subcommand blockers; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Print every finding, however many there are'
complete -c sealgate -n "__fish_sealgate_using_subcommand blockers; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sealgate -n "__fish_sealgate_using_subcommand blockers; and __fish_seen_subcommand_from list" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and not __fish_seen_subcommand_from check digest export-allowed-signers" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and not __fish_seen_subcommand_from check digest export-allowed-signers" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and not __fish_seen_subcommand_from check digest export-allowed-signers" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and not __fish_seen_subcommand_from check digest export-allowed-signers" -s q -l quiet -d 'Print the verdict alone; errors are always printed'
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and not __fish_seen_subcommand_from check digest export-allowed-signers" -s v -l verbose -d 'Print every finding, however many there are'
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and not __fish_seen_subcommand_from check digest export-allowed-signers" -s h -l help -d 'Print help'
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and not __fish_seen_subcommand_from check digest export-allowed-signers" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and not __fish_seen_subcommand_from check digest export-allowed-signers" -f -a "check" -d 'Tell whether the policy is sound and in its one form'
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and not __fish_seen_subcommand_from check digest export-allowed-signers" -f -a "digest" -d 'Print the digest of the policy, which grants name it by'
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and not __fish_seen_subcommand_from check digest export-allowed-signers" -f -a "export-allowed-signers" -d 'Print the keys as OpenSSH\'s allowed_signers lists them, for cross-checks'
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from check" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from check" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from check" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from check" -s q -l quiet -d 'Print the verdict alone; errors are always printed'
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from check" -s v -l verbose -d 'Print every finding, however many there are'
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help'
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from check" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from digest" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from digest" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from digest" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from digest" -s q -l quiet -d 'Print the verdict alone; errors are always printed'
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from digest" -s v -l verbose -d 'Print every finding, however many there are'
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from digest" -s h -l help -d 'Print help'
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from digest" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from export-allowed-signers" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from export-allowed-signers" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from export-allowed-signers" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from export-allowed-signers" -s q -l quiet -d 'Print the verdict alone; errors are always printed'
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from export-allowed-signers" -s v -l verbose -d 'Print every finding, however many there are'
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from export-allowed-signers" -s h -l help -d 'Print help'
complete -c sealgate -n "__fish_sealgate_using_subcommand policy; and __fish_seen_subcommand_from export-allowed-signers" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and not __fish_seen_subcommand_from new show sign verify list" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and not __fish_seen_subcommand_from new show sign verify list" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and not __fish_seen_subcommand_from new show sign verify list" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and not __fish_seen_subcommand_from new show sign verify list" -s q -l quiet -d 'Print the verdict alone; errors are always printed'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and not __fish_seen_subcommand_from new show sign verify list" -s v -l verbose -d 'Print every finding, however many there are'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and not __fish_seen_subcommand_from new show sign verify list" -s h -l help -d 'Print help'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and not __fish_seen_subcommand_from new show sign verify list" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and not __fish_seen_subcommand_from new show sign verify list" -f -a "new" -d 'Write a grant for a change that is there, to be signed'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and not __fish_seen_subcommand_from new show sign verify list" -f -a "show" -d 'Tell in words what a grant permits'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and not __fish_seen_subcommand_from new show sign verify list" -f -a "sign" -d 'Tell the same, and sign it by `ssh-keygen -Y sign`'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and not __fish_seen_subcommand_from new show sign verify list" -f -a "verify" -d 'Tell whether a grant counts'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and not __fish_seen_subcommand_from new show sign verify list" -f -a "list" -d 'List the grants in the working tree'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from new" -l seal -d 'The seal that changed; of reseal' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from new" -l environment -d 'The environment' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from new" -l blocker -d 'The item that is closed; of close-blocker' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from new" -l reason -d 'Why' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from new" -l hours -d 'How many hours it counts from now on; without, as many as the policy allows' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from new" -l evidence -d 'The digest of what was looked at' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from new" -l base -d 'The commit whose policy judges, and from which on the change is meant' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from new" -l plan -d 'The plan that an action follows' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from new" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from new" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from new" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from new" -s q -l quiet -d 'Print the verdict alone; errors are always printed'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from new" -s v -l verbose -d 'Print every finding, however many there are'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from new" -s h -l help -d 'Print help'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from new" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from show" -l base -d 'The commit whose policy judges, and from which on the change is meant' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from show" -l plan -d 'The plan that an action follows' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from show" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from show" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from show" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Print the verdict alone; errors are always printed'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Print every finding, however many there are'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from show" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from sign" -l base -d 'The commit whose policy judges, and from which on the change is meant' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from sign" -l plan -d 'The plan that an action follows' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from sign" -l key -d 'The file of the key' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from sign" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from sign" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from sign" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from sign" -s q -l quiet -d 'Print the verdict alone; errors are always printed'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from sign" -s v -l verbose -d 'Print every finding, however many there are'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from sign" -s h -l help -d 'Print help'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from sign" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from verify" -l base -d 'The commit whose policy judges, and from which on the change is meant' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from verify" -l plan -d 'The plan that an action follows' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from verify" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from verify" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from verify" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from verify" -s q -l quiet -d 'Print the verdict alone; errors are always printed'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from verify" -s v -l verbose -d 'Print every finding, however many there are'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from verify" -s h -l help -d 'Print help'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from verify" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from list" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from list" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from list" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Print the verdict alone; errors are always printed'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Print every finding, however many there are'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c sealgate -n "__fish_sealgate_using_subcommand grant; and __fish_seen_subcommand_from list" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand completions" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand completions" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand completions" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand completions" -s q -l quiet -d 'Print the verdict alone; errors are always printed'
complete -c sealgate -n "__fish_sealgate_using_subcommand completions" -s v -l verbose -d 'Print every finding, however many there are'
complete -c sealgate -n "__fish_sealgate_using_subcommand completions" -s h -l help -d 'Print help'
complete -c sealgate -n "__fish_sealgate_using_subcommand completions" -s V -l version -d 'Print version'
complete -c sealgate -n "__fish_sealgate_using_subcommand man" -s C -d 'Start in DIR instead of the current directory' -r -F
complete -c sealgate -n "__fish_sealgate_using_subcommand man" -l seals -d 'The seals directory, relative to the repository root' -r
complete -c sealgate -n "__fish_sealgate_using_subcommand man" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sealgate -n "__fish_sealgate_using_subcommand man" -s q -l quiet -d 'Print the verdict alone; errors are always printed'
complete -c sealgate -n "__fish_sealgate_using_subcommand man" -s v -l verbose -d 'Print every finding, however many there are'
complete -c sealgate -n "__fish_sealgate_using_subcommand man" -s h -l help -d 'Print help'
complete -c sealgate -n "__fish_sealgate_using_subcommand man" -s V -l version -d 'Print version'
