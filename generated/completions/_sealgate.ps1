
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
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Compare the bytes with the approved ones, and give a verdict')
            [CompletionResult]::new('seal', 'seal', [CompletionResultType]::ParameterValue, 'Write seals again after an approved change, or make a new one')
            [CompletionResult]::new('fmt', 'fmt', [CompletionResultType]::ParameterValue, 'Bring edited seals into canonical form, without touching a digest')
            [CompletionResult]::new('diff', 'diff', [CompletionResultType]::ParameterValue, 'Show what sealing again would change, how two builds differ, or how the seals changed')
            [CompletionResult]::new('ls', 'ls', [CompletionResultType]::ParameterValue, 'List which paths are sealed, unsealed or excluded, and by which pattern')
            [CompletionResult]::new('export', 'export', [CompletionResultType]::ParameterValue, 'Print a seal in a format that other tools read')
            [CompletionResult]::new('init', 'init', [CompletionResultType]::ParameterValue, 'Set up a repository: the first seals, attributes and a workflow')
            [CompletionResult]::new('doctor', 'doctor', [CompletionResultType]::ParameterValue, 'List what weakens the gate in this repository, and how to fix it')
            [CompletionResult]::new('hook', 'hook', [CompletionResultType]::ParameterValue, 'Judge what git pushes, before it is sent; `hook install` sets this up')
            [CompletionResult]::new('accept', 'accept', [CompletionResultType]::ParameterValue, 'The older name of `seal --from-report`')
            [CompletionResult]::new('merge-reports', 'merge-reports', [CompletionResultType]::ParameterValue, 'Give one verdict from the JSON reports of several checks or shares')
            [CompletionResult]::new('blockers', 'blockers', [CompletionResultType]::ParameterValue, 'Check or list a map of what blocks an environment or an action')
            [CompletionResult]::new('policy', 'policy', [CompletionResultType]::ParameterValue, 'Check the policy, or print its digest or its keys')
            [CompletionResult]::new('grant', 'grant', [CompletionResultType]::ParameterValue, 'Write, show, sign, verify and use grants')
            [CompletionResult]::new('evidence', 'evidence', [CompletionResultType]::ParameterValue, 'Check the records of rehearsals')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print the completions for a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print the manual page of sealgate or of a command')
            break
        }
        'sealgate;check' {
            [CompletionResult]::new('--rev', '--rev', [CompletionResultType]::ParameterName, 'Judge the seals and the bytes of the commit REV instead of the working tree')
            [CompletionResult]::new('--seals-from', '--seals-from', [CompletionResultType]::ParameterName, 'Judge the bytes of the working tree by the seals of the commit REV')
            [CompletionResult]::new('--base', '--base', [CompletionResultType]::ParameterName, 'Judge how the seals changed since the commit REV; `auto` takes it from the event of GitHub Actions, `none` stands for no commit')
            [CompletionResult]::new('--on-reseal', '--on-reseal', [CompletionResultType]::ParameterName, 'Which changes of seals since the base may pass')
            [CompletionResult]::new('--environment', '--environment', [CompletionResultType]::ParameterName, 'Ask whether sealgate is enforced for the environment E, by the policy of the base')
            [CompletionResult]::new('--action', '--action', [CompletionResultType]::ParameterName, 'Demand a grant for ACTION in the environment')
            [CompletionResult]::new('--plan', '--plan', [CompletionResultType]::ParameterName, 'The file with the plan of the action: the grant must be for exactly this file')
            [CompletionResult]::new('--ref', '--ref', [CompletionResultType]::ParameterName, 'The ref that is judged, refs/heads/NAME or refs/tags/NAME [default in GitHub Actions: that of the event]')
            [CompletionResult]::new('--policy-digest', '--policy-digest', [CompletionResultType]::ParameterName, 'The digest of the first policy, if the base has no policy')
            [CompletionResult]::new('--at', '--at', [CompletionResultType]::ParameterName, 'Judge the bytes in DIR instead of the seal''s root; for one seal')
            [CompletionResult]::new('--stage', '--stage', [CompletionResultType]::ParameterName, 'Copy what is hashed into the new directory DIR, which exists only after a pass; for one seal')
            [CompletionResult]::new('--require-sealed', '--require-sealed', [CompletionResultType]::ParameterName, 'Fail unless each directory that matches GLOB (from the repository root) is under one of the seals checked')
            [CompletionResult]::new('--partition', '--partition', [CompletionResultType]::ParameterName, 'Check share I of N; `merge-reports` gives the verdict on all shares')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'The format of the output')
            [CompletionResult]::new('--report', '--report', [CompletionResultType]::ParameterName, 'Also write a report to FILE; repeatable')
            [CompletionResult]::new('--threads', '--threads', [CompletionResultType]::ParameterName, 'Number of threads [default: the CPUs available to this process]')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Start in DIR instead of the current directory')
            [CompletionResult]::new('--seals', '--seals', [CompletionResultType]::ParameterName, 'The seals directory, relative to the repository root')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--older', '--older', [CompletionResultType]::ParameterName, 'Allow an older commit of the environment''s branch; without it, the commit must be the tip')
            [CompletionResult]::new('--no-mmap', '--no-mmap', [CompletionResultType]::ParameterName, 'Read large files instead of mapping them, for rotating disks and network mounts')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'sealgate;seal' {
            [CompletionResult]::new('--root', '--root', [CompletionResultType]::ParameterName, 'Make a new seal of the directory DIR, relative to the current directory')
            [CompletionResult]::new('--exclude', '--exclude', [CompletionResultType]::ParameterName, 'Leave out what matches PATTERN (gitignore syntax); repeatable. An existing seal drops its entries, and no bytes are read or approved')
            [CompletionResult]::new('--only', '--only', [CompletionResultType]::ParameterName, 'Update only the entries that match PATTERN (gitignore syntax); repeatable')
            [CompletionResult]::new('--from-report', '--from-report', [CompletionResultType]::ParameterName, 'Approve what a failing check wrote with --report json=FILE, and nothing else: no bytes are read. Without NAME, for all seals that failed')
            [CompletionResult]::new('--threads', '--threads', [CompletionResultType]::ParameterName, 'Number of threads [default: the CPUs available to this process]')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Start in DIR instead of the current directory')
            [CompletionResult]::new('--seals', '--seals', [CompletionResultType]::ParameterName, 'The seals directory, relative to the repository root')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Without NAME, write every seal that would change instead of refusing to write several')
            [CompletionResult]::new('--allow-ci', '--allow-ci', [CompletionResultType]::ParameterName, 'Write even if CI is set')
            [CompletionResult]::new('--allow-outside-links', '--allow-outside-links', [CompletionResultType]::ParameterName, 'Seal links whose target is absolute or outside the root; their targets stay unsealed')
            [CompletionResult]::new('--no-mmap', '--no-mmap', [CompletionResultType]::ParameterName, 'Read large files instead of mapping them, for rotating disks and network mounts')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding')
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
            [CompletionResult]::new('--check', '--check', [CompletionResultType]::ParameterName, 'Write nothing, and exit 1 if a seal is not canonical')
            [CompletionResult]::new('--allow-ci', '--allow-ci', [CompletionResultType]::ParameterName, 'Write even if CI is set')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'sealgate;diff' {
            [CompletionResult]::new('--against', '--against', [CompletionResultType]::ParameterName, 'Compare the root with the build in DIR instead of the seal; for one seal')
            [CompletionResult]::new('--base', '--base', [CompletionResultType]::ParameterName, 'Show how the seals changed since the commit REV, without reading a root')
            [CompletionResult]::new('--rev', '--rev', [CompletionResultType]::ParameterName, 'With --base, take the seals of the commit REV instead of the working tree')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'The format of the output')
            [CompletionResult]::new('--threads', '--threads', [CompletionResultType]::ParameterName, 'Number of threads [default: the CPUs available to this process]')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Start in DIR instead of the current directory')
            [CompletionResult]::new('--seals', '--seals', [CompletionResultType]::ParameterName, 'The seals directory, relative to the repository root')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--exit-code', '--exit-code', [CompletionResultType]::ParameterName, 'Exit 1 if there is a difference')
            [CompletionResult]::new('--no-mmap', '--no-mmap', [CompletionResultType]::ParameterName, 'Read large files instead of mapping them, for rotating disks and network mounts')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding')
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
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'sealgate;export' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'The tool that reads the output')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Start in DIR instead of the current directory')
            [CompletionResult]::new('--seals', '--seals', [CompletionResultType]::ParameterName, 'The seals directory, relative to the repository root')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'sealgate;init' {
            [CompletionResult]::new('--root', '--root', [CompletionResultType]::ParameterName, 'Seal the directory DIR, relative to the current directory; repeatable [default: proposed directories that look like build artifacts]')
            [CompletionResult]::new('--build', '--build', [CompletionResultType]::ParameterName, 'The command by which the workflow builds what is not in git')
            [CompletionResult]::new('--workflow', '--workflow', [CompletionResultType]::ParameterName, 'The workflow to write: check on every push, or rehearse on branches seal-rehearsal/**')
            [CompletionResult]::new('--threads', '--threads', [CompletionResultType]::ParameterName, 'Number of threads [default: the CPUs available to this process]')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Start in DIR instead of the current directory')
            [CompletionResult]::new('--seals', '--seals', [CompletionResultType]::ParameterName, 'The seals directory, relative to the repository root')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--hook', '--hook', [CompletionResultType]::ParameterName, 'Install the pre-push hook too, as `sealgate hook install` does')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Accept what is proposed, and ask no questions')
            [CompletionResult]::new('--allow-ci', '--allow-ci', [CompletionResultType]::ParameterName, 'Write even if CI is set')
            [CompletionResult]::new('--no-mmap', '--no-mmap', [CompletionResultType]::ParameterName, 'Read large files instead of mapping them, for rotating disks and network mounts')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'sealgate;doctor' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'The format of the output')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Start in DIR instead of the current directory')
            [CompletionResult]::new('--seals', '--seals', [CompletionResultType]::ParameterName, 'The seals directory, relative to the repository root')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--exit-code', '--exit-code', [CompletionResultType]::ParameterName, 'Exit 1 if anything weakens the gate')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding')
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
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('pre-push', 'pre-push', [CompletionResultType]::ParameterValue, 'Judge the commits of a push; git runs this, with one line on stdin for each ref')
            [CompletionResult]::new('install', 'install', [CompletionResultType]::ParameterValue, 'Make git run the hook before each push; an existing hook is kept, and runs after it')
            [CompletionResult]::new('uninstall', 'uninstall', [CompletionResultType]::ParameterValue, 'Remove the hook, and restore the earlier one')
            break
        }
        'sealgate;hook;pre-push' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Start in DIR instead of the current directory')
            [CompletionResult]::new('--seals', '--seals', [CompletionResultType]::ParameterName, 'The seals directory, relative to the repository root')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding')
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
            [CompletionResult]::new('--print', '--print', [CompletionResultType]::ParameterName, 'Print the hook, and change nothing')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Install the hook even if core.hooksPath leads out of the .git of this repository')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding')
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
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding')
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
            [CompletionResult]::new('--allow-ci', '--allow-ci', [CompletionResultType]::ParameterName, 'Write even if CI is set')
            [CompletionResult]::new('--allow-outside-links', '--allow-outside-links', [CompletionResultType]::ParameterName, 'Approve links whose target is absolute or outside the root; their targets stay unsealed')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'sealgate;merge-reports' {
            [CompletionResult]::new('--only', '--only', [CompletionResultType]::ParameterName, 'Expect only the seals whose names match GLOB; repeatable')
            [CompletionResult]::new('--seals-from', '--seals-from', [CompletionResultType]::ParameterName, 'Refuse reports whose seals are not those of the commit REV [default: the commit that the reports name]')
            [CompletionResult]::new('--base', '--base', [CompletionResultType]::ParameterName, 'Refuse reports whose base is not the commit REV; `auto` and `none` as for `check`')
            [CompletionResult]::new('--on-reseal', '--on-reseal', [CompletionResultType]::ParameterName, 'Refuse reports that let other changes of seals pass')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'The format of the output')
            [CompletionResult]::new('--report', '--report', [CompletionResultType]::ParameterName, 'Also write a report to FILE; repeatable')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Start in DIR instead of the current directory')
            [CompletionResult]::new('--seals', '--seals', [CompletionResultType]::ParameterName, 'The seals directory, relative to the repository root')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--globs', '--globs', [CompletionResultType]::ParameterName, 'Read each FILE as a glob; one that matches no file is an error')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding')
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
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Fail if the map contradicts itself; with --blocks, refuse while an open item blocks WORD')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the items; with --blocks, only the open items that block WORD')
            break
        }
        'sealgate;blockers;check' {
            [CompletionResult]::new('--blocks', '--blocks', [CompletionResultType]::ParameterName, 'What is to go ahead: production, production-ci, real-run, cutover, apply, permit, activation or repoint; repeatable')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'The format of the output')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Start in DIR instead of the current directory')
            [CompletionResult]::new('--seals', '--seals', [CompletionResultType]::ParameterName, 'The seals directory, relative to the repository root')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--policy', '--policy', [CompletionResultType]::ParameterName, 'Use the words of the policy in the working tree too: its `words`, and the names of its environments')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'sealgate;blockers;list' {
            [CompletionResult]::new('--blocks', '--blocks', [CompletionResultType]::ParameterName, 'What is to go ahead: production, production-ci, real-run, cutover, apply, permit, activation or repoint; repeatable')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'The format of the output')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Start in DIR instead of the current directory')
            [CompletionResult]::new('--seals', '--seals', [CompletionResultType]::ParameterName, 'The seals directory, relative to the repository root')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--policy', '--policy', [CompletionResultType]::ParameterName, 'Use the words of the policy in the working tree too: its `words`, and the names of its environments')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding')
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
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('new', 'new', [CompletionResultType]::ParameterValue, 'Write a first policy for these approvers')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Check that the policy is valid and in canonical form')
            [CompletionResult]::new('fmt', 'fmt', [CompletionResultType]::ParameterValue, 'Write the policy in its canonical form; what it says stays as it is')
            [CompletionResult]::new('diff', 'diff', [CompletionResultType]::ParameterValue, 'Show how the policy differs from the policy of a commit')
            [CompletionResult]::new('digest', 'digest', [CompletionResultType]::ParameterValue, 'Print the digest by which grants name the policy')
            [CompletionResult]::new('export-allowed-signers', 'export-allowed-signers', [CompletionResultType]::ParameterValue, 'Print the keys in the format of OpenSSH''s allowed_signers')
            break
        }
        'sealgate;policy;new' {
            [CompletionResult]::new('--repository', '--repository', [CompletionResultType]::ParameterName, 'The name of the repository, such as example/notes: grants of another do not count')
            [CompletionResult]::new('--approver', '--approver', [CompletionResultType]::ParameterName, 'Who approves, and the file of their public key, PRINCIPAL=FILE; repeatable')
            [CompletionResult]::new('--threshold', '--threshold', [CompletionResultType]::ParameterName, 'How many of them it takes [default: more than half]')
            [CompletionResult]::new('--environment', '--environment', [CompletionResultType]::ParameterName, 'The environments where the gate may rule; repeatable')
            [CompletionResult]::new('--branch', '--branch', [CompletionResultType]::ParameterName, 'The branch of these environments')
            [CompletionResult]::new('--hours', '--hours', [CompletionResultType]::ParameterName, 'The longest life of a grant, in hours')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Start in DIR instead of the current directory')
            [CompletionResult]::new('--seals', '--seals', [CompletionResultType]::ParameterName, 'The seals directory, relative to the repository root')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'sealgate;policy;check' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Start in DIR instead of the current directory')
            [CompletionResult]::new('--seals', '--seals', [CompletionResultType]::ParameterName, 'The seals directory, relative to the repository root')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'sealgate;policy;fmt' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Start in DIR instead of the current directory')
            [CompletionResult]::new('--seals', '--seals', [CompletionResultType]::ParameterName, 'The seals directory, relative to the repository root')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--check', '--check', [CompletionResultType]::ParameterName, 'Write nothing; exit 1 if the policy is not in its canonical form')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'sealgate;policy;diff' {
            [CompletionResult]::new('--base', '--base', [CompletionResultType]::ParameterName, 'The commit')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Start in DIR instead of the current directory')
            [CompletionResult]::new('--seals', '--seals', [CompletionResultType]::ParameterName, 'The seals directory, relative to the repository root')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--exit-code', '--exit-code', [CompletionResultType]::ParameterName, 'Exit 1 if it differs')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding')
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
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding')
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
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding')
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
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('new', 'new', [CompletionResultType]::ParameterValue, 'Write an unsigned grant for a change in the working tree')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Describe what a grant permits')
            [CompletionResult]::new('sign', 'sign', [CompletionResultType]::ParameterValue, 'Describe what grants permit, ask, and sign them with `ssh-keygen -Y sign`')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Check that a grant counts')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the grants in the working tree')
            [CompletionResult]::new('prune', 'prune', [CompletionResultType]::ParameterValue, 'Remove the grants in the working tree that have expired')
            [CompletionResult]::new('use', 'use', [CompletionResultType]::ParameterValue, 'Do an action that is granted: check everything, record in the ledger that the grant is used, and run COMMAND once')
            [CompletionResult]::new('log', 'log', [CompletionResultType]::ParameterValue, 'List the uses in the ledger: who, when, which commit and plan, and how it ended')
            break
        }
        'sealgate;grant;new' {
            [CompletionResult]::new('--seal', '--seal', [CompletionResultType]::ParameterName, 'The seal that changed, for reseal')
            [CompletionResult]::new('--environment', '--environment', [CompletionResultType]::ParameterName, 'The environment')
            [CompletionResult]::new('--blocker', '--blocker', [CompletionResultType]::ParameterName, 'The item that is closed, for close-blocker')
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'The reason, for the people who read the grant')
            [CompletionResult]::new('--hours', '--hours', [CompletionResultType]::ParameterName, 'Hours for which the grant counts [default: the maximum of the policy]')
            [CompletionResult]::new('--evidence', '--evidence', [CompletionResultType]::ParameterName, 'The evidence that an approver looked at: the file of a record, or a digest')
            [CompletionResult]::new('--base', '--base', [CompletionResultType]::ParameterName, 'The commit whose policy judges, and from which the change starts')
            [CompletionResult]::new('--plan', '--plan', [CompletionResultType]::ParameterName, 'The file with the plan of the action')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Start in DIR instead of the current directory')
            [CompletionResult]::new('--seals', '--seals', [CompletionResultType]::ParameterName, 'The seals directory, relative to the repository root')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Write a grant for every change of a seal, a blocker map or the policy that has none yet')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'sealgate;grant;show' {
            [CompletionResult]::new('--base', '--base', [CompletionResultType]::ParameterName, 'The commit whose policy judges, and from which the change starts')
            [CompletionResult]::new('--plan', '--plan', [CompletionResultType]::ParameterName, 'The file with the plan of the action')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Start in DIR instead of the current directory')
            [CompletionResult]::new('--seals', '--seals', [CompletionResultType]::ParameterName, 'The seals directory, relative to the repository root')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'sealgate;grant;sign' {
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'The file of the private key')
            [CompletionResult]::new('--base', '--base', [CompletionResultType]::ParameterName, 'The commit whose policy judges, and from which the change starts')
            [CompletionResult]::new('--plan', '--plan', [CompletionResultType]::ParameterName, 'The file with the plan of the action')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Start in DIR instead of the current directory')
            [CompletionResult]::new('--seals', '--seals', [CompletionResultType]::ParameterName, 'The seals directory, relative to the repository root')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Sign without a question; without a terminal, a whole id of 64 digits does the same')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'sealgate;grant;verify' {
            [CompletionResult]::new('--base', '--base', [CompletionResultType]::ParameterName, 'The commit whose policy judges, and from which the change starts')
            [CompletionResult]::new('--plan', '--plan', [CompletionResultType]::ParameterName, 'The file with the plan of the action')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Start in DIR instead of the current directory')
            [CompletionResult]::new('--seals', '--seals', [CompletionResultType]::ParameterName, 'The seals directory, relative to the repository root')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding')
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
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'sealgate;grant;prune' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Start in DIR instead of the current directory')
            [CompletionResult]::new('--seals', '--seals', [CompletionResultType]::ParameterName, 'The seals directory, relative to the repository root')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'sealgate;grant;use' {
            [CompletionResult]::new('--environment', '--environment', [CompletionResultType]::ParameterName, 'The environment in which it is done')
            [CompletionResult]::new('--plan', '--plan', [CompletionResultType]::ParameterName, 'The file with the plan of the action: the grant must be for exactly this file')
            [CompletionResult]::new('--evidence', '--evidence', [CompletionResultType]::ParameterName, 'The file of a record of evidence: the grant must name exactly this record; repeatable')
            [CompletionResult]::new('--rev', '--rev', [CompletionResultType]::ParameterName, 'Judge the seals and the bytes of the commit REV [default: the bytes of the working tree by the seals of HEAD]')
            [CompletionResult]::new('--base', '--base', [CompletionResultType]::ParameterName, 'The commit whose policy judges [default: that of the last use in the environment]')
            [CompletionResult]::new('--ref', '--ref', [CompletionResultType]::ParameterName, 'The ref that is judged, refs/heads/NAME or refs/tags/NAME [default in GitHub Actions: that of the event]')
            [CompletionResult]::new('--policy-digest', '--policy-digest', [CompletionResultType]::ParameterName, 'The digest of the first policy, if the base has no policy')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'The format of the output; any other than human is written when everything is over')
            [CompletionResult]::new('--report', '--report', [CompletionResultType]::ParameterName, 'Also write a report to FILE when everything is over; repeatable')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Start in DIR instead of the current directory')
            [CompletionResult]::new('--seals', '--seals', [CompletionResultType]::ParameterName, 'The seals directory, relative to the repository root')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Check everything, and neither record a use nor run anything')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'sealgate;grant;log' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Start in DIR instead of the current directory')
            [CompletionResult]::new('--seals', '--seals', [CompletionResultType]::ParameterName, 'The seals directory, relative to the repository root')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'sealgate;evidence' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Start in DIR instead of the current directory')
            [CompletionResult]::new('--seals', '--seals', [CompletionResultType]::ParameterName, 'The seals directory, relative to the repository root')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Check that each file is the record of a rehearsal that passed, and describe it')
            break
        }
        'sealgate;evidence;check' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Start in DIR instead of the current directory')
            [CompletionResult]::new('--seals', '--seals', [CompletionResultType]::ParameterName, 'The seals directory, relative to the repository root')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding')
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
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding')
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
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only the verdict, and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every finding')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every finding')
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
