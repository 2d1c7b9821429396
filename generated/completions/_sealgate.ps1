
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'sealgate' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'sealgate'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'sealgate' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Start in DIR instead of the current directory')
            [CompletionResult]::new('--seals', '--seals', [CompletionResultType]::ParameterName, 'The seals directory, relative to the repository root')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print the verdict alone; errors are always printed')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print the verdict alone; errors are always printed')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding, however many there are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding, however many there are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Compare what is there with what was approved: the gate')
            [CompletionResult]::new('seal', 'seal', [CompletionResultType]::ParameterValue, 'Write seals again after an approved change, or make one')
            [CompletionResult]::new('fmt', 'fmt', [CompletionResultType]::ParameterValue, 'Bring seals that were edited into canonical form; digests stay untouched')
            [CompletionResult]::new('diff', 'diff', [CompletionResultType]::ParameterValue, 'Show what resealing would change, how two builds differ, or what changed in the seals')
            [CompletionResult]::new('ls', 'ls', [CompletionResultType]::ParameterValue, 'List what is sealed, unsealed, or excluded and by which pattern')
            [CompletionResult]::new('export', 'export', [CompletionResultType]::ParameterValue, 'Print a seal in a format that other tools read')
            [CompletionResult]::new('init', 'init', [CompletionResultType]::ParameterValue, 'Set a repository up: the first seals, attributes, a workflow')
            [CompletionResult]::new('doctor', 'doctor', [CompletionResultType]::ParameterValue, 'List what weakens the gate here, each with its mend')
            [CompletionResult]::new('hook', 'hook', [CompletionResultType]::ParameterValue, 'Judge what git pushes, before it leaves; `hook install` lets git do it')
            [CompletionResult]::new('accept', 'accept', [CompletionResultType]::ParameterValue, 'Take over what a failing check reported, and nothing else')
            [CompletionResult]::new('merge-reports', 'merge-reports', [CompletionResultType]::ParameterValue, 'Give one verdict from the JSON reports of several checks, or of the shares of one')
            [CompletionResult]::new('blockers', 'blockers', [CompletionResultType]::ParameterValue, 'Judge or list a map of what stands in the way of an environment or an action')
            [CompletionResult]::new('policy', 'policy', [CompletionResultType]::ParameterValue, 'Tell whether the policy is sound, its digest, or its keys')
            [CompletionResult]::new('grant', 'grant', [CompletionResultType]::ParameterValue, 'Write, show, sign and verify permissions')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print the completions for a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print the manual page of sealgate, or of one of its commands')
            break
        }
        'sealgate;check' {
            [CompletionResult]::new('--rev', '--rev', [CompletionResultType]::ParameterName, 'Judge the commit REV: its seals and its bytes, whatever is in the working tree')
            [CompletionResult]::new('--seals-from', '--seals-from', [CompletionResultType]::ParameterName, 'Take the seals from the commit REV, and the bytes from here')
            [CompletionResult]::new('--base', '--base', [CompletionResultType]::ParameterName, 'Tell what changed in the seals themselves since the commit REV; in GitHub Actions, `auto` takes it from the event; `none` is none')
            [CompletionResult]::new('--on-reseal', '--on-reseal', [CompletionResultType]::ParameterName, 'Which changes of seals since the base let the check pass')
            [CompletionResult]::new('--environment', '--environment', [CompletionResultType]::ParameterName, 'Whether the gate may rule the environment E, by the policy of the base')
            [CompletionResult]::new('--action', '--action', [CompletionResultType]::ParameterName, 'Demand a grant of ACTION in the environment')
            [CompletionResult]::new('--plan', '--plan', [CompletionResultType]::ParameterName, 'The plan that the action follows: its grant must be for this very file')
            [CompletionResult]::new('--ref', '--ref', [CompletionResultType]::ParameterName, 'The ref that is judged, refs/heads/NAME or refs/tags/NAME; in GitHub Actions that of the event')
            [CompletionResult]::new('--policy-digest', '--policy-digest', [CompletionResultType]::ParameterName, 'The digest of the first policy, where the base has none')
            [CompletionResult]::new('--at', '--at', [CompletionResultType]::ParameterName, 'Judge the bytes in DIR instead of the seal''s root; with one seal only')
            [CompletionResult]::new('--stage', '--stage', [CompletionResultType]::ParameterName, 'Copy everything into DIR while it is hashed; DIR is new, and is there only after a pass. With one seal only')
            [CompletionResult]::new('--require-sealed', '--require-sealed', [CompletionResultType]::ParameterName, 'Fail unless each directory that matches GLOB (from the repository root) is under one of the seals checked')
            [CompletionResult]::new('--partition', '--partition', [CompletionResultType]::ParameterName, 'Check the share I of N: its entries, and all that is not sealed; `merge-reports` gives the verdict')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'The format on stdout')
            [CompletionResult]::new('--report', '--report', [CompletionResultType]::ParameterName, 'Write a report to FILE as well; repeatable')
            [CompletionResult]::new('--threads', '--threads', [CompletionResultType]::ParameterName, 'Work with N threads; without, with as many as this process may use')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Start in DIR instead of the current directory')
            [CompletionResult]::new('--seals', '--seals', [CompletionResultType]::ParameterName, 'The seals directory, relative to the repository root')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--no-mmap', '--no-mmap', [CompletionResultType]::ParameterName, 'Read large files instead of mapping them: for rotating disks and network mounts')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print the verdict alone; errors are always printed')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print the verdict alone; errors are always printed')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding, however many there are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding, however many there are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'sealgate;seal' {
            [CompletionResult]::new('--root', '--root', [CompletionResultType]::ParameterName, 'Make a new seal of the directory DIR, a path from where you are')
            [CompletionResult]::new('--exclude', '--exclude', [CompletionResultType]::ParameterName, 'Leave out what matches PATTERN (gitignore syntax); repeatable, for a new seal')
            [CompletionResult]::new('--only', '--only', [CompletionResultType]::ParameterName, 'Take only the entries that match PATTERN (gitignore syntax), keep the others; repeatable')
            [CompletionResult]::new('--threads', '--threads', [CompletionResultType]::ParameterName, 'Work with N threads; without, with as many as this process may use')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Start in DIR instead of the current directory')
            [CompletionResult]::new('--seals', '--seals', [CompletionResultType]::ParameterName, 'The seals directory, relative to the repository root')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Without NAME: write all seals that would change, not just one')
            [CompletionResult]::new('--allow-ci', '--allow-ci', [CompletionResultType]::ParameterName, 'Write even though CI is set')
            [CompletionResult]::new('--allow-outside-links', '--allow-outside-links', [CompletionResultType]::ParameterName, 'Seal links whose target is absolute or leaves the root: their names, not what they lead to')
            [CompletionResult]::new('--no-mmap', '--no-mmap', [CompletionResultType]::ParameterName, 'Read large files instead of mapping them: for rotating disks and network mounts')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print the verdict alone; errors are always printed')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print the verdict alone; errors are always printed')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding, however many there are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding, however many there are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'sealgate;fmt' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Start in DIR instead of the current directory')
            [CompletionResult]::new('--seals', '--seals', [CompletionResultType]::ParameterName, 'The seals directory, relative to the repository root')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--check', '--check', [CompletionResultType]::ParameterName, 'Write nothing; exit 1 if a seal is not canonical')
            [CompletionResult]::new('--allow-ci', '--allow-ci', [CompletionResultType]::ParameterName, 'Write even though CI is set')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print the verdict alone; errors are always printed')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print the verdict alone; errors are always printed')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding, however many there are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding, however many there are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'sealgate;diff' {
            [CompletionResult]::new('--against', '--against', [CompletionResultType]::ParameterName, 'Compare the root with the build in DIR instead of the seal; with one seal only')
            [CompletionResult]::new('--base', '--base', [CompletionResultType]::ParameterName, 'Tell what changed in the seals themselves since the commit REV, and read no root')
            [CompletionResult]::new('--rev', '--rev', [CompletionResultType]::ParameterName, 'The seals of the commit REV instead of those in the working tree; with --base')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'The format on stdout')
            [CompletionResult]::new('--threads', '--threads', [CompletionResultType]::ParameterName, 'Work with N threads; without, with as many as this process may use')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Start in DIR instead of the current directory')
            [CompletionResult]::new('--seals', '--seals', [CompletionResultType]::ParameterName, 'The seals directory, relative to the repository root')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--exit-code', '--exit-code', [CompletionResultType]::ParameterName, 'Exit 1 if there is a difference')
            [CompletionResult]::new('--no-mmap', '--no-mmap', [CompletionResultType]::ParameterName, 'Read large files instead of mapping them: for rotating disks and network mounts')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print the verdict alone; errors are always printed')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print the verdict alone; errors are always printed')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding, however many there are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding, however many there are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'sealgate;ls' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Start in DIR instead of the current directory')
            [CompletionResult]::new('--seals', '--seals', [CompletionResultType]::ParameterName, 'The seals directory, relative to the repository root')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print the verdict alone; errors are always printed')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print the verdict alone; errors are always printed')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding, however many there are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding, however many there are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'sealgate;export' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'The tool that is to read it')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Start in DIR instead of the current directory')
            [CompletionResult]::new('--seals', '--seals', [CompletionResultType]::ParameterName, 'The seals directory, relative to the repository root')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print the verdict alone; errors are always printed')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print the verdict alone; errors are always printed')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding, however many there are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding, however many there are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'sealgate;init' {
            [CompletionResult]::new('--root', '--root', [CompletionResultType]::ParameterName, 'Seal the directory DIR, a path from where you are; repeatable. Without it, directories that look like build artifacts are proposed')
            [CompletionResult]::new('--build', '--build', [CompletionResultType]::ParameterName, 'The command with which the workflow builds what is not kept in git')
            [CompletionResult]::new('--workflow', '--workflow', [CompletionResultType]::ParameterName, 'The workflow to write: check on every push, or rehearse on branches seal-rehearsal/**')
            [CompletionResult]::new('--threads', '--threads', [CompletionResultType]::ParameterName, 'Work with N threads; without, with as many as this process may use')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Start in DIR instead of the current directory')
            [CompletionResult]::new('--seals', '--seals', [CompletionResultType]::ParameterName, 'The seals directory, relative to the repository root')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--hook', '--hook', [CompletionResultType]::ParameterName, 'Install the pre-push hook too, as `sealgate hook install` does')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Take what is proposed, and ask nothing')
            [CompletionResult]::new('--allow-ci', '--allow-ci', [CompletionResultType]::ParameterName, 'Write even though CI is set')
            [CompletionResult]::new('--no-mmap', '--no-mmap', [CompletionResultType]::ParameterName, 'Read large files instead of mapping them: for rotating disks and network mounts')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print the verdict alone; errors are always printed')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print the verdict alone; errors are always printed')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding, however many there are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding, however many there are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'sealgate;doctor' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'The format on stdout')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Start in DIR instead of the current directory')
            [CompletionResult]::new('--seals', '--seals', [CompletionResultType]::ParameterName, 'The seals directory, relative to the repository root')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--exit-code', '--exit-code', [CompletionResultType]::ParameterName, 'Exit 1 if there is advice')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print the verdict alone; errors are always printed')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print the verdict alone; errors are always printed')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding, however many there are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding, however many there are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'sealgate;hook' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Start in DIR instead of the current directory')
            [CompletionResult]::new('--seals', '--seals', [CompletionResultType]::ParameterName, 'The seals directory, relative to the repository root')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print the verdict alone; errors are always printed')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print the verdict alone; errors are always printed')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding, however many there are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding, however many there are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('pre-push', 'pre-push', [CompletionResultType]::ParameterValue, 'Judge the commits of a push: git runs this, with a line on stdin for each ref')
            [CompletionResult]::new('install', 'install', [CompletionResultType]::ParameterValue, 'Let git run it before each push; a hook that is there is kept, and runs after it')
            [CompletionResult]::new('uninstall', 'uninstall', [CompletionResultType]::ParameterValue, 'Take it away, and put back the hook that was there before')
            break
        }
        'sealgate;hook;pre-push' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Start in DIR instead of the current directory')
            [CompletionResult]::new('--seals', '--seals', [CompletionResultType]::ParameterName, 'The seals directory, relative to the repository root')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print the verdict alone; errors are always printed')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print the verdict alone; errors are always printed')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding, however many there are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding, however many there are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'sealgate;hook;install' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Start in DIR instead of the current directory')
            [CompletionResult]::new('--seals', '--seals', [CompletionResultType]::ParameterName, 'The seals directory, relative to the repository root')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--print', '--print', [CompletionResultType]::ParameterName, 'Print the hook to stdout; change nothing')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Install it even where core.hooksPath leads out of this repository''s own .git')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print the verdict alone; errors are always printed')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print the verdict alone; errors are always printed')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding, however many there are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding, however many there are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'sealgate;hook;uninstall' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Start in DIR instead of the current directory')
            [CompletionResult]::new('--seals', '--seals', [CompletionResultType]::ParameterName, 'The seals directory, relative to the repository root')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print the verdict alone; errors are always printed')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print the verdict alone; errors are always printed')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding, however many there are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding, however many there are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'sealgate;accept' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Start in DIR instead of the current directory')
            [CompletionResult]::new('--seals', '--seals', [CompletionResultType]::ParameterName, 'The seals directory, relative to the repository root')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--allow-ci', '--allow-ci', [CompletionResultType]::ParameterName, 'Write even though CI is set')
            [CompletionResult]::new('--allow-outside-links', '--allow-outside-links', [CompletionResultType]::ParameterName, 'Take links whose target is absolute or leaves the root: their names, not what they lead to')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print the verdict alone; errors are always printed')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print the verdict alone; errors are always printed')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding, however many there are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding, however many there are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'sealgate;merge-reports' {
            [CompletionResult]::new('--only', '--only', [CompletionResultType]::ParameterName, 'Ask only for seals whose names match GLOB; repeatable')
            [CompletionResult]::new('--seals-from', '--seals-from', [CompletionResultType]::ParameterName, 'Refuse reports of other seals than those of the commit REV; without, take the commit that they name')
            [CompletionResult]::new('--base', '--base', [CompletionResultType]::ParameterName, 'Refuse reports of seals that were not held against the commit REV; `auto` and `none` as in `check`')
            [CompletionResult]::new('--on-reseal', '--on-reseal', [CompletionResultType]::ParameterName, 'Refuse reports with which other changes of seals pass')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'The format on stdout')
            [CompletionResult]::new('--report', '--report', [CompletionResultType]::ParameterName, 'Write a report to FILE as well; repeatable')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Start in DIR instead of the current directory')
            [CompletionResult]::new('--seals', '--seals', [CompletionResultType]::ParameterName, 'The seals directory, relative to the repository root')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--globs', '--globs', [CompletionResultType]::ParameterName, 'Read each FILE as a glob; one that matches no file is an error')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print the verdict alone; errors are always printed')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print the verdict alone; errors are always printed')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding, however many there are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding, however many there are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'sealgate;blockers' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Start in DIR instead of the current directory')
            [CompletionResult]::new('--seals', '--seals', [CompletionResultType]::ParameterName, 'The seals directory, relative to the repository root')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print the verdict alone; errors are always printed')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print the verdict alone; errors are always printed')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding, however many there are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding, however many there are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Fail if the map contradicts itself; with --blocks, refuse while something open blocks WORD')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the items; with --blocks, the open ones that block WORD')
            break
        }
        'sealgate;blockers;check' {
            [CompletionResult]::new('--blocks', '--blocks', [CompletionResultType]::ParameterName, 'What is to go ahead: production, production-ci, real-run, cutover, apply, permit, activation or repoint; repeatable')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'The format on stdout')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Start in DIR instead of the current directory')
            [CompletionResult]::new('--seals', '--seals', [CompletionResultType]::ParameterName, 'The seals directory, relative to the repository root')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print the verdict alone; errors are always printed')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print the verdict alone; errors are always printed')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding, however many there are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding, however many there are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'sealgate;blockers;list' {
            [CompletionResult]::new('--blocks', '--blocks', [CompletionResultType]::ParameterName, 'What is to go ahead: production, production-ci, real-run, cutover, apply, permit, activation or repoint; repeatable')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'The format on stdout')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Start in DIR instead of the current directory')
            [CompletionResult]::new('--seals', '--seals', [CompletionResultType]::ParameterName, 'The seals directory, relative to the repository root')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print the verdict alone; errors are always printed')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print the verdict alone; errors are always printed')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding, however many there are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding, however many there are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'sealgate;policy' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Start in DIR instead of the current directory')
            [CompletionResult]::new('--seals', '--seals', [CompletionResultType]::ParameterName, 'The seals directory, relative to the repository root')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print the verdict alone; errors are always printed')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print the verdict alone; errors are always printed')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding, however many there are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding, however many there are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Tell whether the policy is sound and in its one form')
            [CompletionResult]::new('digest', 'digest', [CompletionResultType]::ParameterValue, 'Print the digest of the policy, which grants name it by')
            [CompletionResult]::new('export-allowed-signers', 'export-allowed-signers', [CompletionResultType]::ParameterValue, 'Print the keys as OpenSSH''s allowed_signers lists them, for cross-checks')
            break
        }
        'sealgate;policy;check' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Start in DIR instead of the current directory')
            [CompletionResult]::new('--seals', '--seals', [CompletionResultType]::ParameterName, 'The seals directory, relative to the repository root')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print the verdict alone; errors are always printed')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print the verdict alone; errors are always printed')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding, however many there are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding, however many there are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'sealgate;policy;digest' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Start in DIR instead of the current directory')
            [CompletionResult]::new('--seals', '--seals', [CompletionResultType]::ParameterName, 'The seals directory, relative to the repository root')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print the verdict alone; errors are always printed')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print the verdict alone; errors are always printed')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding, however many there are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding, however many there are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'sealgate;policy;export-allowed-signers' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Start in DIR instead of the current directory')
            [CompletionResult]::new('--seals', '--seals', [CompletionResultType]::ParameterName, 'The seals directory, relative to the repository root')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print the verdict alone; errors are always printed')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print the verdict alone; errors are always printed')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding, however many there are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding, however many there are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'sealgate;grant' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Start in DIR instead of the current directory')
            [CompletionResult]::new('--seals', '--seals', [CompletionResultType]::ParameterName, 'The seals directory, relative to the repository root')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print the verdict alone; errors are always printed')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print the verdict alone; errors are always printed')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding, however many there are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding, however many there are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('new', 'new', [CompletionResultType]::ParameterValue, 'Write a grant for a change that is there, to be signed')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Tell in words what a grant permits')
            [CompletionResult]::new('sign', 'sign', [CompletionResultType]::ParameterValue, 'Tell the same, and sign it by `ssh-keygen -Y sign`')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Tell whether a grant counts')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the grants in the working tree')
            break
        }
        'sealgate;grant;new' {
            [CompletionResult]::new('--seal', '--seal', [CompletionResultType]::ParameterName, 'The seal that changed; of reseal')
            [CompletionResult]::new('--environment', '--environment', [CompletionResultType]::ParameterName, 'The environment')
            [CompletionResult]::new('--blocker', '--blocker', [CompletionResultType]::ParameterName, 'The item that is closed; of close-blocker')
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why')
            [CompletionResult]::new('--hours', '--hours', [CompletionResultType]::ParameterName, 'How many hours it counts from now on; without, as many as the policy allows')
            [CompletionResult]::new('--evidence', '--evidence', [CompletionResultType]::ParameterName, 'The digest of what was looked at')
            [CompletionResult]::new('--base', '--base', [CompletionResultType]::ParameterName, 'The commit whose policy judges, and from which on the change is meant')
            [CompletionResult]::new('--plan', '--plan', [CompletionResultType]::ParameterName, 'The plan that an action follows')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Start in DIR instead of the current directory')
            [CompletionResult]::new('--seals', '--seals', [CompletionResultType]::ParameterName, 'The seals directory, relative to the repository root')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print the verdict alone; errors are always printed')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print the verdict alone; errors are always printed')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding, however many there are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding, however many there are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'sealgate;grant;show' {
            [CompletionResult]::new('--base', '--base', [CompletionResultType]::ParameterName, 'The commit whose policy judges, and from which on the change is meant')
            [CompletionResult]::new('--plan', '--plan', [CompletionResultType]::ParameterName, 'The plan that an action follows')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Start in DIR instead of the current directory')
            [CompletionResult]::new('--seals', '--seals', [CompletionResultType]::ParameterName, 'The seals directory, relative to the repository root')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print the verdict alone; errors are always printed')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print the verdict alone; errors are always printed')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding, however many there are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding, however many there are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'sealgate;grant;sign' {
            [CompletionResult]::new('--base', '--base', [CompletionResultType]::ParameterName, 'The commit whose policy judges, and from which on the change is meant')
            [CompletionResult]::new('--plan', '--plan', [CompletionResultType]::ParameterName, 'The plan that an action follows')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'The file of the key')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Start in DIR instead of the current directory')
            [CompletionResult]::new('--seals', '--seals', [CompletionResultType]::ParameterName, 'The seals directory, relative to the repository root')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print the verdict alone; errors are always printed')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print the verdict alone; errors are always printed')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding, however many there are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding, however many there are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'sealgate;grant;verify' {
            [CompletionResult]::new('--base', '--base', [CompletionResultType]::ParameterName, 'The commit whose policy judges, and from which on the change is meant')
            [CompletionResult]::new('--plan', '--plan', [CompletionResultType]::ParameterName, 'The plan that an action follows')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Start in DIR instead of the current directory')
            [CompletionResult]::new('--seals', '--seals', [CompletionResultType]::ParameterName, 'The seals directory, relative to the repository root')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print the verdict alone; errors are always printed')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print the verdict alone; errors are always printed')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding, however many there are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding, however many there are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'sealgate;grant;list' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Start in DIR instead of the current directory')
            [CompletionResult]::new('--seals', '--seals', [CompletionResultType]::ParameterName, 'The seals directory, relative to the repository root')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print the verdict alone; errors are always printed')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print the verdict alone; errors are always printed')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding, however many there are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding, however many there are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'sealgate;completions' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Start in DIR instead of the current directory')
            [CompletionResult]::new('--seals', '--seals', [CompletionResultType]::ParameterName, 'The seals directory, relative to the repository root')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print the verdict alone; errors are always printed')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print the verdict alone; errors are always printed')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding, however many there are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding, however many there are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'sealgate;man' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Start in DIR instead of the current directory')
            [CompletionResult]::new('--seals', '--seals', [CompletionResultType]::ParameterName, 'The seals directory, relative to the repository root')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print the verdict alone; errors are always printed')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print the verdict alone; errors are always printed')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding, however many there are')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding, however many there are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
