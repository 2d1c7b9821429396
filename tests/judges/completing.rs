//! Completions, asked as a shell asks them: they know the seals of the repository.

#![cfg(unix)]

use std::path::Path;

use crate::support::{Node, Repo, Run, run, scrubbed};

/// A repository with the seals `dist` and `release`.
fn sealed() -> Repo {
    let repo = Repo::of_release();
    repo.build("dist", &[("app.js", Node::File(b"app".to_vec()))]);
    repo.seal("dist", "dist");
    repo
}

/// Runs `script` in the repository by `shell`, with the program in PATH and the completions in `$1`.
fn shell(repo: &Repo, shell: &str, options: &[&str], file: &str, script: &str) -> Vec<String> {
    let program = Path::new(env!("CARGO_BIN_EXE_sealgate")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let completions = Path::new(env!("CARGO_MANIFEST_DIR")).join("generated/completions");
    let mut command = scrubbed(shell);
    command.args(options).arg("-c").arg(script).env("PATH", path).current_dir(repo.at("."));
    command.env("COMPLETIONS", completions.join(file)).env("HOME", repo.at("."));
    let Run { code, stdout, stderr } = run(command);
    assert_eq!(code, 0, "{shell}: {stderr}");
    stdout.lines().map(str::to_owned).collect()
}

#[test]
fn bash_completes_the_names_of_seals() {
    let repo = sealed();
    for (words, expected) in [
        ("check d", &["dist"][..]),
        ("seal rel", &["release"]),
        ("ls ", &["dist", "release"]),
        ("check dist re", &["release"]),
        ("doctor d", &[]),
        ("check --color a", &["always", "auto"]),
    ] {
        let script = format!(
            ". \"$COMPLETIONS\"; COMP_WORDS=(sealgate {words}{end}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))\n\
             _sealgate sealgate \"${{COMP_WORDS[COMP_CWORD]}}\" \"${{COMP_WORDS[COMP_CWORD - 1]}}\"\n\
             for reply in \"${{COMPREPLY[@]}}\"; do case $reply in -*) ;; *) echo \"$reply\" ;; esac; done",
            end = if words.ends_with(' ') { "''" } else { "" },
        );
        let mut found = shell(&repo, "bash", &[], "sealgate.bash", &script);
        found.sort();
        assert_eq!(found, expected, "{words}");
    }
}

#[test]
#[ignore = "needs fish and zsh, which .ci/run installs"]
fn fish_and_zsh_complete_the_names_of_seals() {
    let repo = sealed();
    let ask =
        "source $COMPLETIONS; complete -C 'sealgate check d'; complete -C 'sealgate doctor d'";
    let mut found = shell(&repo, "fish", &[], "sealgate.fish", ask);
    // Beside the files, which it offers too.
    found.retain(|line| line.ends_with("\tSeal"));
    assert_eq!(found, ["dist\tSeal"]);
    // What zsh completes can be seen on a terminal alone: its helpers print what they are handed.
    let helpers = "compdef() { :; }; _call_program() { shift; \"${@[1]}\" \"${@[2]}\"; }\n\
        _files() { echo files; }; compadd() { print -l -- \"${(@P)2}\"; }\n\
        _alternative() { for action; do eval \"${action#*:*:}\"; done; }\n\
        source $COMPLETIONS; _sealgate_seals";
    assert_eq!(shell(&repo, "zsh", &["-f"], "_sealgate", helpers), ["dist", "release", "files"]);
}
