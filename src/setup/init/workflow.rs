//! The workflows that `init` writes. They may read the repository and nothing more.

use sealgate_core::text::escape::message;

/// The workflows that there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Workflow {
    /// The gate: build, then check
    Check,
    /// A trial on branches seal-rehearsal/**, which authorises nothing
    Rehearsal,
    /// No workflow
    None,
}

const CHECK: &str = "\
# Written by `sealgate init`: builds, then compares the bytes with the committed seals.
name: sealgate
on:
  pull_request:
    types: [opened, synchronize, reopened, labeled]
  merge_group:
  push:
    branches: [BRANCHES]
permissions:
  contents: read
jobs:
  check:
";

const REHEARSAL: &str = "\
# Written by `sealgate init`: a rehearsal. Push a branch named seal-rehearsal/ANYTHING to see whether
# a clean machine builds the bytes that your seals state, before you ask for a review of them.
# It authorises nothing: it may only read, it runs on no other branch, and no seal counts as approved
# because it passed. Let no rule of your host require it.
name: seal rehearsal
on:
  push:
    branches: [\"seal-rehearsal/**\"]
permissions:
  contents: read
jobs:
  rehearsal:
";

const BEGIN: &str = "    runs-on: ubuntu-latest
    timeout-minutes: 30
    steps:
      - uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0
        with:
          persist-credentials: false
          fetch-depth: 0
";

/// Above a step that runs the program itself.
const FOUND: &str =
    "        # The sealgate that this runner has: install it in a step above, or on the runner.\n";

/// Where the names of the default branch go.
const BRANCHES: &str = "BRANCHES";

/// What comes before the check, each a command that [`build_command`] let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Steps<'a> {
    /// Nothing: all that is judged is kept in git, and no seal says how it is built.
    CheckAlone,
    /// This command, over what is checked out: no seal states it.
    Build(&'a str),
    /// The builds that the seals state, after what installs what they need.
    Rebuild {
        /// That command, if there is one.
        install: Option<&'a str>,
    },
}

impl Workflow {
    /// Its file, relative to the repository root; `None` for no workflow.
    #[must_use]
    pub fn file(self) -> Option<&'static str> {
        match self {
            Self::Check => Some(".github/workflows/sealgate.yml"),
            Self::Rehearsal => Some(".github/workflows/seal-rehearsal.yml"),
            Self::None => None,
        }
    }

    /// Its text: `steps` come before the check by `action` (`OWNER/REPO@SHA`), or with it. Without an action,
    /// the program is the one that the runner finds. A `default_branch` that is not known has one of
    /// two usual names.
    ///
    /// The action takes the seals from the commit, because a build can rewrite those beside it, and the base
    /// from the event.
    #[must_use]
    pub fn text(
        self,
        steps: Steps<'_>,
        action: Option<&str>,
        default_branch: Option<&str>,
    ) -> String {
        let branch = default_branch.filter(|branch| is_plain_branch(branch));
        let check = CHECK.replacen(BRANCHES, branch.unwrap_or("main, master"), 1);
        let head = if self == Self::Rehearsal { REHEARSAL } else { &check };
        let judge = |by_action: &str, by_program: &str| match action {
            Some(action) => format!("        uses: {action}\n{by_action}"),
            None => format!("{FOUND}{by_program}        run: sealgate check --base auto\n"),
        };
        let end = format!("      - name: sealgate\n{}", judge("", ""));
        // A literal block ends only with a line that is less indented: nothing in one line can get out
        // of it.
        let step = |name: &str, command: &str| {
            format!("      - name: {name}\n        run: |\n          {command}\n")
        };
        match steps {
            Steps::CheckAlone => format!("{head}{BEGIN}{end}"),
            Steps::Build(command) => format!("{head}{BEGIN}{}{end}", step("Build", command)),
            Steps::Rebuild { install } => {
                let install = install.map(|command| step("Install", command)).unwrap_or_default();
                // The action moves the checked-out output aside and builds it itself: a build that
                // writes nothing must not pass with the output of an earlier one.
                let name = "      - name: Build again, and compare\n";
                let rebuild = judge(
                    "        with:\n          rebuild: true\n",
                    "        run: sealgate rebuild\n      - name: Judge the seals\n",
                );
                format!("{head}{BEGIN}{install}{name}{rebuild}")
            }
        }
    }

    /// Whether `there`, the content of a file, is `text`, whatever versions of actions and of sealgate,
    /// and whatever default branch, it names now.
    #[must_use]
    pub fn is_same(there: &[u8], text: &str) -> bool {
        let fixed = |text| {
            let names = |line: &str| {
                let line = line.trim_start_matches([' ', '-']);
                line.starts_with("uses: ") || line.starts_with("branches: [")
            };
            str::lines(text).filter(move |line| !names(line))
        };
        std::str::from_utf8(there).is_ok_and(|there| fixed(there).eq(fixed(text)))
    }
}

/// Whether `branch` stands for itself in the list of a workflow, where some characters make a pattern.
fn is_plain_branch(branch: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte);
    branch.bytes().all(plain) && branch.starts_with(|c: char| c.is_ascii_alphabetic())
}

/// `text` as the command of a workflow's step, or why it cannot be one.
pub fn build_command(text: &str) -> Result<&str, &'static str> {
    let command = text.trim_matches([' ', '\t']);
    let shows = |c: char| {
        // After a letter, so that only the character itself decides.
        let beside = format!("a{c}");
        message(&beside) == beside
    };
    if command.is_empty() {
        Err("it is empty")
    } else if !command.chars().all(shows) {
        Err("it holds a line break or another character that does not show; put it in a script")
    } else if command.contains("${{") {
        Err("GitHub replaces ${{ ... }} before any shell sees it; put the command in a script")
    } else {
        Ok(command)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_build_command_is_one_line_that_shows_what_it_is() {
        let good = [
            "make",
            "npm ci && npm run build",
            "echo 'a: b' \"#c\" | cat > x; y::z \\ %{}[]*&!|>@`",
            "- x",
            "cargo build --features 'a b'",
            "\u{e9}cho e\u{301}",
        ];
        for command in good {
            assert_eq!(build_command(command), Ok(command));
        }
        assert_eq!(build_command("  make \t"), Ok("make"));
        let bad = [
            "",
            "  ",
            "a\nb",
            "a\rb",
            "a\tb",
            "a\0b",
            "a\u{85}b",
            "a\u{2028}b",
            "a\u{feff}b",
            "a\u{202e}b",
            "\u{1b}[0m",
            "echo ${{ github.head_ref }}",
        ];
        for command in bad {
            assert!(build_command(command).is_err(), "{command:?}");
        }
    }
}
