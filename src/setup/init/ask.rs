//! The conversation on a terminal: plain questions, each with a default, answered a line at a time.

use std::borrow::Cow;
use std::io::{self, BufRead, Write};

use sealgate_core::text::escape::{message, printable_str};

use super::action::{ActionFault, ActionRef};
use super::workflow::{Workflow, build_command};
use crate::report::text;
use crate::setup::artifacts::{Artifact, Kept};

/// Two ends of a conversation.
#[derive(Debug)]
pub struct Dialogue<R, W> {
    /// Where answers come from.
    pub input: R,
    /// Where questions go.
    pub output: W,
}

/// What a workflow runs to check, as the person at the terminal wants it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Runs {
    /// This action.
    Action(ActionRef),
    /// The program that the runner has.
    Program,
    /// Nothing: no workflow is written.
    Nothing,
}

/// Why an answer is asked for again.
type Reason = Cow<'static, str>;

/// `None` where the answers ended.
type Answer<T> = io::Result<Option<T>>;

impl<R: BufRead, W: Write> Dialogue<R, W> {
    /// Asks which directories are to be under seal: some of `artifacts`, or others by their path.
    ///
    /// What `can_be_root` refuses, for the reason that it gives, is asked for again.
    pub fn roots(
        &mut self,
        artifacts: &[&Artifact],
        can_be_root: impl Fn(&str) -> Result<(), String>,
    ) -> Answer<Vec<String>> {
        if artifacts.is_empty() {
            return self.ask("Which directory is to be under seal?", "", |answer| {
                let path = answer.trim();
                if path.is_empty() {
                    return Err("name one".into());
                }
                can_be_root(path)?;
                Ok(vec![path.to_owned()])
            });
        }
        writeln!(self.output, "Directories that look like build artifacts:")?;
        for (number, artifact) in (1..).zip(artifacts) {
            writeln!(self.output, "  {number}  {}", described(artifact))?;
        }
        let proposed: Vec<String> = (1..)
            .zip(artifacts)
            .filter(|(_, artifact)| artifact.kept != Kept::Unclear)
            .map(|(number, _): (usize, _)| number.to_string())
            .collect();
        let question = "Which are to be under seal? Numbers or paths, with commas between them";
        self.ask(question, &proposed.join(","), |answer| {
            let named: Vec<&str> =
                answer.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
            if named.is_empty() {
                return Err("name one at least".into());
            }
            let path = |part: &str| -> Result<String, Reason> {
                let Ok(number) = part.parse::<usize>() else {
                    can_be_root(part)?;
                    return Ok(part.to_owned());
                };
                let artifact = number.checked_sub(1).and_then(|at| artifacts.get(at));
                let artifact = artifact.ok_or("there is no such number")?;
                Ok(artifact.path.clone())
            };
            named.into_iter().map(path).collect()
        })
    }

    /// Asks which workflow to write.
    pub fn workflow(&mut self) -> Answer<Workflow> {
        let question = "Write a workflow for GitHub Actions? check, rehearsal or none";
        self.ask(question, "check", |answer| match answer.trim() {
            "check" => Ok(Workflow::Check),
            "rehearsal" => Ok(Workflow::Rehearsal),
            "none" => Ok(Workflow::None),
            _ => Err("answer check, rehearsal or none".into()),
        })
    }

    /// Asks for the action that the workflow runs.
    pub fn action(&mut self) -> Answer<Runs> {
        let question = "The action that the workflow runs, as OWNER/REPO@SHA (empty: the sealgate \
                        that the runner has; none: no workflow)";
        self.ask(question, "", |answer| match answer.trim() {
            "" => Ok(Runs::Program),
            "none" => Ok(Runs::Nothing),
            answer => {
                let action = answer.parse().map(Runs::Action);
                action.map_err(|fault: ActionFault| fault.to_string().into())
            }
        })
    }

    /// Asks for the command that builds `roots`; `None` where the seals are to state none. `is_needed` says
    /// that a workflow can check nothing without it.
    pub fn build(&mut self, roots: &[&str], is_needed: bool) -> Answer<Option<String>> {
        let roots: Vec<_> = roots.iter().map(|root| printable_str(root)).collect();
        let without = if is_needed { "none, and no workflow" } else { "none" };
        let question = format!("The command that builds {} (empty: {without})", roots.join(", "));
        self.ask(&question, "", |answer| match answer.trim() {
            "" => Ok(None),
            _ => Ok(Some(build_command(answer)?.to_owned())),
        })
    }

    /// Asks whether a line may go into `.gitattributes` that gives all text the same line ends.
    pub fn line(&mut self, line: &str) -> Answer<bool> {
        let question = format!(
            "Put `{line}` into .gitattributes too? Sources then have the same line ends on every \
             machine; no file here changes. yes or no"
        );
        self.yes(&question)
    }

    /// Asks whether git is to have what it pushes judged.
    pub fn hook(&mut self) -> Answer<bool> {
        self.yes("Install the pre-push hook in this clone? yes or no")
    }

    fn yes(&mut self, question: &str) -> Answer<bool> {
        self.ask(question, "yes", |answer| match answer.trim() {
            "yes" | "y" => Ok(true),
            "no" | "n" => Ok(false),
            _ => Err("answer yes or no".into()),
        })
    }

    /// Asks until `read` takes the answer; an empty one is `default`.
    fn ask<T>(
        &mut self,
        question: &str,
        default: &str,
        mut read: impl FnMut(&str) -> Result<T, Reason>,
    ) -> Answer<T> {
        loop {
            let shown = if default.is_empty() { String::new() } else { format!(" [{default}]") };
            write!(self.output, "{}{shown}: ", message(question))?;
            self.output.flush()?;
            let mut line = String::new();
            if self.input.read_line(&mut line)? == 0 {
                writeln!(self.output)?;
                return Ok(None);
            }
            let line = line.trim_end_matches(['\n', '\r']);
            match read(if line.trim().is_empty() { default } else { line }) {
                Ok(answer) => return Ok(Some(answer)),
                Err(why) => writeln!(self.output, "  {}", message(&why))?,
            }
        }
    }
}

/// `dist  4 files, 96 B; git ignores it`.
fn described(artifact: &Artifact) -> String {
    let kept = match artifact.kept {
        Kept::Tracked => "git tracks it",
        Kept::Ignored => "git ignores it: it is built",
        Kept::Unclear => "git does not track all of it and does not ignore it: see to that first",
    };
    let files = text::count(artifact.files, "file", "files");
    let bytes = text::bytes(artifact.bytes);
    format!("{}  {files}, {bytes}; {kept}", printable_str(&artifact.path))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn artifact(path: &str, kept: Kept) -> Artifact {
        Artifact { path: path.to_owned(), files: 2, bytes: 10, kept }
    }

    /// What `ask` makes of these answers, and what was shown meanwhile.
    fn talk<T>(
        answers: &'static str,
        ask: impl FnOnce(&mut Dialogue<&'static [u8], Vec<u8>>) -> Answer<T>,
    ) -> (Option<T>, String) {
        let mut dialogue = Dialogue { input: answers.as_bytes(), output: Vec::new() };
        let answer = ask(&mut dialogue).unwrap();
        (answer, String::from_utf8(dialogue.output).unwrap())
    }

    #[test]
    fn directories_are_chosen_by_number_by_path_or_by_agreeing() {
        let there = [
            artifact("dist", Kept::Ignored),
            artifact("ven\u{202e}dor", Kept::Tracked),
            artifact("out", Kept::Unclear),
        ];
        let there: Vec<&Artifact> = there.iter().collect();
        let cases: [(&str, Option<&[&str]>); 9] = [
            ("\n", Some(&["dist", "ven\u{202e}dor"])),
            ("1\n", Some(&["dist"])),
            ("3, 1\r\n", Some(&["out", "dist"])),
            ("1, some where/else\n", Some(&["dist", "some where/else"])),
            ("4\n0\n,\n2\n", Some(&["ven\u{202e}dor"])),
            ("1", Some(&["dist"])),
            ("dits\n1, dits\nsome where/else\n", Some(&["some where/else"])),
            ("", None),
            ("9\n", None),
        ];
        for (answers, chosen) in cases {
            let is_there = |path: &str| match path {
                "dits" => Err("there is nothing at dits".to_owned()),
                _ => Ok(()),
            };
            let (answer, shown) = talk(answers, |dialogue| dialogue.roots(&there, is_there));
            assert_eq!(
                shown.matches("  there is nothing at dits\n").count(),
                answers.matches("dits").count()
            );
            assert_eq!(
                answer.as_deref(),
                chosen.map(|c| c.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>()).as_deref(),
                "{answers:?}"
            );
            assert!(shown.contains("  2  ven\\u{202e}dor  2 files, 10 B; git tracks it\n"));
            assert!(shown.contains("[1,2]: "), "{shown}");
        }
        let (none, shown) = talk("\nx\n", |dialogue| dialogue.roots(&[], |_| Ok(())));
        assert_eq!((none, shown.contains("name one")), (Some(vec!["x".to_owned()]), true));
    }

    #[test]
    fn an_answer_that_makes_no_sense_is_asked_for_again() {
        let (workflow, shown) = talk("maybe\nrehearsal\n", Dialogue::workflow);
        assert_eq!(workflow, Some(Workflow::Rehearsal));
        assert!(shown.contains("answer check, rehearsal or none"));
        assert_eq!(talk("\n", Dialogue::workflow).0, Some(Workflow::Check));
        let (build, shown) =
            talk("${{ x }}\n make all \n", |dialogue| dialogue.build(&["dist"], true));
        assert_eq!(build, Some(Some("make all".to_owned())));
        assert!(shown.contains("put the command in a script"), "{shown}");
        let (action, shown) = talk("a/b@v1\nnone\n", Dialogue::action);
        assert_eq!(action, Some(Runs::Nothing));
        assert!(shown.contains("a tag can be moved"), "{shown}");
        assert_eq!(talk("perhaps\nn\n", |dialogue| dialogue.line("x")).0, Some(false));
        assert_eq!(talk("\n", |dialogue| dialogue.line("x")).0, Some(true));
    }

    #[test]
    fn a_question_says_what_an_empty_answer_means() {
        let (action, shown) = talk("\n", Dialogue::action);
        assert_eq!(action, Some(Runs::Program));
        assert!(shown.ends_with("(empty: the sealgate that the runner has; none: no workflow): "));
        for (is_needed, without) in [(false, "none"), (true, "none, and no workflow")] {
            let (build, shown) = talk(" \n", |dialogue| dialogue.build(&["a", "b"], is_needed));
            assert_eq!(build, Some(None));
            assert_eq!(shown, format!("The command that builds a, b (empty: {without}): "));
        }
    }
}
