
use builtin;
use str;

set edit:completion:arg-completer[sealgate] = {|@words|
    fn spaces {|n|
        builtin:repeat $n ' ' | str:join ''
    }
    fn cand {|text desc|
        edit:complex-candidate $text &display=$text' '(spaces (- 14 (wcswidth $text)))$desc
    }
    var command = 'sealgate'
    for word $words[1..-1] {
        if (str:has-prefix $word '-') {
            break
        }
        set command = $command';'$word
    }
    var completions = [
        &'sealgate'= {
            cand -C 'Start in DIR instead of the current directory'
            cand --seals 'The seals directory, relative to the repository root'
            cand --color 'When to use colour'
            cand -q 'Print the verdict alone; errors are always printed'
            cand --quiet 'Print the verdict alone; errors are always printed'
            cand -v 'Print every finding, however many there are'
            cand --verbose 'Print every finding, however many there are'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
            cand check 'Compare what is there with what was approved: the gate'
            cand seal 'Write seals again after an approved change, or make one'
            cand fmt 'Bring seals that were edited into canonical form; digests stay untouched'
            cand diff 'Show what resealing would change, or how two builds differ'
            cand ls 'List what is sealed, unsealed, or excluded and by which pattern'
            cand export 'Print a seal in a format that other tools read'
            cand init 'Set a repository up: the first seals, attributes, a workflow'
            cand doctor 'List what weakens the gate here, each with its mend'
            cand completions 'Print the completions for a shell'
            cand man 'Print the manual page of sealgate, or of one of its commands'
        }
        &'sealgate;check'= {
            cand --rev 'Judge the commit REV: its seals and its bytes, whatever is in the working tree'
            cand --seals-from 'Take the seals from the commit REV, and the bytes from here'
            cand --base 'Tell what changed in the seals themselves since the commit REV'
            cand --on-reseal 'Which changes of seals since the base let the check pass'
            cand --at 'Judge the bytes in DIR instead of the seal''s root; with one seal only'
            cand --stage 'Copy everything into DIR while it is hashed; DIR is new, and is there only after a pass. With one seal only'
            cand --require-sealed 'Fail unless each directory that matches GLOB (from the repository root) is under one of the seals checked'
            cand --format 'The format on stdout'
            cand --report 'Write a report to FILE as well; repeatable'
            cand --threads 'Work with N threads; without, with as many as this process may use'
            cand -C 'Start in DIR instead of the current directory'
            cand --seals 'The seals directory, relative to the repository root'
            cand --color 'When to use colour'
            cand --no-mmap 'Read large files instead of mapping them: for rotating disks and network mounts'
            cand -q 'Print the verdict alone; errors are always printed'
            cand --quiet 'Print the verdict alone; errors are always printed'
            cand -v 'Print every finding, however many there are'
            cand --verbose 'Print every finding, however many there are'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'sealgate;seal'= {
            cand --root 'Make a new seal of the directory DIR, a path from where you are'
            cand --exclude 'Leave out what matches PATTERN (gitignore syntax); repeatable, for a new seal'
            cand --only 'Take only the entries that match PATTERN (gitignore syntax), keep the others; repeatable'
            cand --threads 'Work with N threads; without, with as many as this process may use'
            cand -C 'Start in DIR instead of the current directory'
            cand --seals 'The seals directory, relative to the repository root'
            cand --color 'When to use colour'
            cand --all 'Without NAME: write all seals that would change, not just one'
            cand --allow-ci 'Write even though CI is set'
            cand --allow-outside-links 'Seal links whose target is absolute or leaves the root: their names, not what they lead to'
            cand --no-mmap 'Read large files instead of mapping them: for rotating disks and network mounts'
            cand -q 'Print the verdict alone; errors are always printed'
            cand --quiet 'Print the verdict alone; errors are always printed'
            cand -v 'Print every finding, however many there are'
            cand --verbose 'Print every finding, however many there are'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'sealgate;fmt'= {
            cand -C 'Start in DIR instead of the current directory'
            cand --seals 'The seals directory, relative to the repository root'
            cand --color 'When to use colour'
            cand --check 'Write nothing; exit 1 if a seal is not canonical'
            cand --allow-ci 'Write even though CI is set'
            cand -q 'Print the verdict alone; errors are always printed'
            cand --quiet 'Print the verdict alone; errors are always printed'
            cand -v 'Print every finding, however many there are'
            cand --verbose 'Print every finding, however many there are'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'sealgate;diff'= {
            cand --against 'Compare the root with the build in DIR instead of the seal; with one seal only'
            cand --format 'The format on stdout'
            cand --threads 'Work with N threads; without, with as many as this process may use'
            cand -C 'Start in DIR instead of the current directory'
            cand --seals 'The seals directory, relative to the repository root'
            cand --color 'When to use colour'
            cand --exit-code 'Exit 1 if there is a difference'
            cand --no-mmap 'Read large files instead of mapping them: for rotating disks and network mounts'
            cand -q 'Print the verdict alone; errors are always printed'
            cand --quiet 'Print the verdict alone; errors are always printed'
            cand -v 'Print every finding, however many there are'
            cand --verbose 'Print every finding, however many there are'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'sealgate;ls'= {
            cand -C 'Start in DIR instead of the current directory'
            cand --seals 'The seals directory, relative to the repository root'
            cand --color 'When to use colour'
            cand -q 'Print the verdict alone; errors are always printed'
            cand --quiet 'Print the verdict alone; errors are always printed'
            cand -v 'Print every finding, however many there are'
            cand --verbose 'Print every finding, however many there are'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'sealgate;export'= {
            cand --format 'The tool that is to read it'
            cand -C 'Start in DIR instead of the current directory'
            cand --seals 'The seals directory, relative to the repository root'
            cand --color 'When to use colour'
            cand -q 'Print the verdict alone; errors are always printed'
            cand --quiet 'Print the verdict alone; errors are always printed'
            cand -v 'Print every finding, however many there are'
            cand --verbose 'Print every finding, however many there are'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'sealgate;init'= {
            cand --root 'Seal the directory DIR, a path from where you are; repeatable. Without it, directories that look like build artifacts are proposed'
            cand --build 'The command with which the workflow builds what is not kept in git'
            cand --workflow 'The workflow to write: check on every push, or rehearse on branches seal-rehearsal/**'
            cand --threads 'Work with N threads; without, with as many as this process may use'
            cand -C 'Start in DIR instead of the current directory'
            cand --seals 'The seals directory, relative to the repository root'
            cand --color 'When to use colour'
            cand --yes 'Take what is proposed, and ask nothing'
            cand --allow-ci 'Write even though CI is set'
            cand --no-mmap 'Read large files instead of mapping them: for rotating disks and network mounts'
            cand -q 'Print the verdict alone; errors are always printed'
            cand --quiet 'Print the verdict alone; errors are always printed'
            cand -v 'Print every finding, however many there are'
            cand --verbose 'Print every finding, however many there are'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'sealgate;doctor'= {
            cand --format 'The format on stdout'
            cand -C 'Start in DIR instead of the current directory'
            cand --seals 'The seals directory, relative to the repository root'
            cand --color 'When to use colour'
            cand --exit-code 'Exit 1 if there is advice'
            cand -q 'Print the verdict alone; errors are always printed'
            cand --quiet 'Print the verdict alone; errors are always printed'
            cand -v 'Print every finding, however many there are'
            cand --verbose 'Print every finding, however many there are'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'sealgate;completions'= {
            cand -C 'Start in DIR instead of the current directory'
            cand --seals 'The seals directory, relative to the repository root'
            cand --color 'When to use colour'
            cand -q 'Print the verdict alone; errors are always printed'
            cand --quiet 'Print the verdict alone; errors are always printed'
            cand -v 'Print every finding, however many there are'
            cand --verbose 'Print every finding, however many there are'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'sealgate;man'= {
            cand -C 'Start in DIR instead of the current directory'
            cand --seals 'The seals directory, relative to the repository root'
            cand --color 'When to use colour'
            cand -q 'Print the verdict alone; errors are always printed'
            cand --quiet 'Print the verdict alone; errors are always printed'
            cand -v 'Print every finding, however many there are'
            cand --verbose 'Print every finding, however many there are'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
    ]
    $completions[$command]
}
