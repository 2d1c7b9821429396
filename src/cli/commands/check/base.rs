//! The commit that the seals are held against: named, found by the event, or none.

use std::path::Path;

use sealgate_core::text::problem::Problem;
use sealgate_scan::{NamedFault, read_named};

use super::super::Context;
use crate::github::event::{EventError, MAX_EVENT_BYTES, Variables, Wanted, other_parent, wanted};
use crate::report::Notice;
use crate::tree::CommitTree;

/// The value of `--base` that asks the event. A branch of this name is `refs/heads/auto`.
const AUTO: &str = "auto";

/// The value of `--base` for no base.
const NONE: &str = "none";

/// What the file of the event is called in errors: its own path says nothing to people.
const FILE: &str = "GITHUB_EVENT_PATH";

/// Opens the base that `given`, the value of `--base`, asks for; and a notice where the event has none.
pub(in crate::cli::commands) fn open<'a>(
    given: Option<&str>,
    context: &'a Context,
) -> Result<(Option<CommitTree<'a>>, Option<Notice>), Problem> {
    let revision = match given {
        None | Some(NONE) => return Ok((None, None)),
        Some(AUTO) => match by_event(context)? {
            Ok(revision) => revision,
            Err(why) => return Ok((None, Some(no_base(&why)))),
        },
        Some(revision) => revision.to_owned(),
    };
    Ok((Some(CommitTree::open(&context.repository, &revision)?), None))
}

/// The id of the event's base, or why it has none.
fn by_event(context: &Context) -> Result<Result<String, String>, Problem> {
    let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let variables = Variables {
        name: variable("GITHUB_EVENT_NAME"),
        sha: variable("GITHUB_SHA"),
        reference: variable("GITHUB_REF"),
    };
    let path = variable(FILE).ok_or(EventError::NotSet(FILE))?;
    let base = match wanted(&variables, &read(Path::new(&path))?)? {
        Wanted::Commit(base) => base,
        Wanted::OtherParent { merge, head } => {
            let commit = CommitTree::open(&context.repository, &merge.to_string())?;
            other_parent(&merge, commit.parents(), &head)?
        }
        Wanted::Nothing(why) => return Ok(Err(why)),
    };
    Ok(Ok(base.to_string()))
}

fn read(path: &Path) -> Result<Vec<u8>, Problem> {
    read_named(path, MAX_EVENT_BYTES).map_err(|fault| match fault {
        NamedFault::TooLarge(..) => EventError::TooLarge.into(),
        fault => {
            let message = format!("{FILE} ({}): {fault}", path.display());
            Problem::new("base-unknown", message)
                .remedy("name the base (--base REV), or do without one (--base none)")
        }
    })
}

fn no_base(why: &str) -> Notice {
    let message = format!("the seals are not held against a base: {why}");
    Notice { code: "no-base", message }
}
