//! `blockers`: judges or lists a map of what stands in the way.

use std::collections::HashSet;
use std::path::Path;

use sealgate_core::approval::Policy;
use sealgate_core::approval::blockers::demands::words_of;
use sealgate_core::approval::blockers::{BlockerError, BlockerMap, MAX_MAP_BYTES, Words, words};
use sealgate_core::compare::verdict::Verdict;
use sealgate_core::seal::path::EntryPath;
use sealgate_core::text::problem::{Problem, in_words};
use sealgate_scan::{Directory, ReadFault, read_whole};

use super::{Context, Outcome};
use crate::cli::args::{BlockersCommand, BlockersFormat};
use crate::ops::authorize::read_policy;
use crate::report::ErrorView;
use crate::report::blockers::{Answer, human, json};

pub(super) fn run(command: &BlockersCommand, context: &Context) -> Outcome {
    let (arguments, list) = match command {
        BlockersCommand::Check(arguments) => (arguments, false),
        BlockersCommand::List(arguments) => (arguments, true),
    };
    let policy = if arguments.policy { Some(own_policy(context)?) } else { None };
    let words_of_policy = policy.as_ref().map(words_of).unwrap_or_default();
    let known = Words::new(&words_of_policy);
    let file = arguments.file.to_string_lossy();
    let mut met = HashSet::new();
    let asked = arguments.blocks.iter().flat_map(|given| words(given));
    let asked: Vec<String> = asked.filter(|word| met.insert(word.clone())).collect();
    let mut answer = Answer {
        file: &file,
        verdict: Verdict::Error,
        map: None,
        known: known.clone(),
        asked: &asked,
        items: Vec::new(),
        list,
        dishonest: Vec::new(),
        errors: Vec::new(),
    };
    let read = open(&context.path(&arguments.file), &file);
    match &read {
        Err(problem) => answer.errors.push(ErrorView::new(problem)),
        Ok(map) => judge(map, &known, &mut answer),
    }
    let said = match arguments.format {
        BlockersFormat::Human => human(&answer, context.terminal.screen()),
        BlockersFormat::Json => json(&answer),
    };
    context.terminal.answer(&said)?;
    context.terminal.complain(read.as_ref().err());
    Ok(answer.verdict)
}

/// The policy of the working tree.
fn own_policy(context: &Context) -> Result<Policy, Vec<Problem>> {
    let bytes = context.repository.approval_files()?.policy;
    let bytes = bytes.ok_or_else(|| {
        vec![
            Problem::new("policy-missing", "there is no policy, and --policy asks for its words")
                .remedy("leave --policy out"),
        ]
    })?;
    read_policy(&bytes, "the policy").map_err(Vec::from)
}

/// Asks `map` what `answer` is to tell. A list passes whatever is open: it rules nothing.
fn judge<'m>(map: &'m BlockerMap, known: &'m Words, answer: &mut Answer<'m>) {
    answer.map = Some(map);
    match map.honest_with(known) {
        Err(dishonest) => {
            answer.verdict = Verdict::Fail;
            answer.dishonest = dishonest;
            if answer.list {
                answer.items = map.blockers.iter().collect();
            }
        }
        Ok(honest) => {
            answer.items = match (answer.asked, answer.list) {
                ([], true) => map.blockers.iter().collect(),
                ([], false) => map.open().collect(),
                (asked, _) => honest.open_that_block_any(asked),
            };
            let blocked = !(answer.asked.is_empty() || answer.items.is_empty());
            let refused = blocked && !answer.list;
            answer.verdict = if refused { Verdict::Refused } else { Verdict::Pass };
        }
    }
}

/// Reads the map in the file `path`, which the user named as `given`, with the care that any file
/// gets.
fn open(path: &Path, given: &str) -> Result<BlockerMap, Problem> {
    let unreadable = |message: String| {
        Problem::new("blockers-unreadable", message)
            .file(given)
            .remedy("name a plain file that this user can read")
    };
    let name = path
        .file_name()
        .and_then(|name| name.to_str())
        .and_then(|name| EntryPath::parse(name).ok());
    let name = name.ok_or_else(|| unreadable("it is no name of a file".to_owned()))?;
    // For the words: what is opened below is looked at again.
    let found = path.symlink_metadata().map_err(|error| unreadable(in_words(&error)))?;
    if found.is_symlink() {
        return Err(unreadable("it is a symbolic link, which is never followed".to_owned()));
    }
    if !found.is_file() {
        return Err(unreadable("it is not a regular file".to_owned()));
    }
    let above = path.parent().filter(|above| !above.as_os_str().is_empty());
    let above = Directory::open_root(above.unwrap_or(Path::new(".")), None)
        .map_err(|error| unreadable(error.to_string()))?;
    let bytes = read_whole(&above, &name, MAX_MAP_BYTES).map_err(|fault| match fault {
        ReadFault::TooLarge(size) => BlockerError::TooLarge(size).into_problem(given),
        ReadFault::ScanError(trouble) => unreadable(trouble.detail),
    })?;
    BlockerMap::read(&bytes).map_err(|error| error.into_problem(given))
}
