//! What `seal` is to write: which seals, and from where.

use sealgate_core::seal::{BuildEdit, SealName};
use sealgate_core::text::problem::Problem;

use super::{Context, collect, seal_header};
use crate::cli::args::SealArgs;
use crate::ops::seal::plan::{self, Plan, Wanted};

type Problems = Vec<Problem>;

/// `--at` seals one root that is built elsewhere.
pub(super) fn check_at(arguments: &SealArgs, plans: &[Plan]) -> Result<(), Problems> {
    let refuse =
        |message: &str, remedy: &str| Err(vec![Problem::new("usage", message).remedy(remedy)]);
    match plans {
        _ if arguments.at.is_none() => Ok(()),
        [plan] if plan.header.tracked => refuse(
            "--at does not go with a root that is kept in git",
            "copy the files into the root, and seal without --at",
        ),
        [_] => Ok(()),
        _ => refuse("--at seals the bytes of one seal", "name the seal that is meant"),
    }
}

/// What is to be sealed, from the command line and the seals that there are.
pub(super) fn plan(arguments: &SealArgs, context: &Context) -> Result<Vec<Plan>, Problems> {
    let root = arguments.root.as_deref();
    // A database on a server has no root.
    if root.is_some() || !arguments.include.is_empty() {
        let [name] = &arguments.names[..] else {
            return Err(vec![
                Problem::new("usage", "--root and --include make one seal")
                    .remedy("name it: sealgate seal NAME --root DIR"),
            ]);
        };
        if root.is_none() && arguments.at.is_none() {
            let message = "--include selects from a database, and nothing says where it is";
            let remedy = "name an SQLite file with --root FILE, or a PostgreSQL database with \
                 --at 'host=HOST dbname=DATABASE'";
            return Err(vec![Problem::new("usage", message).remedy(remedy)]);
        }
        let build = match seal_header::set_build(arguments)? {
            BuildEdit::Set(build) => Some(build),
            BuildEdit::Keep | BuildEdit::Remove => None,
        };
        if let (None, Some(_)) = (root, &build) {
            return Err(vec![seal_header::not_built()]);
        }
        let exclude = &arguments.exclude;
        let include = &arguments.include;
        let wanted = Wanted { name, root, build: build.as_ref(), exclude, include };
        return plan::make(&context.repository, &context.base, &wanted).map(|plan| vec![plan]);
    }
    let names = select(arguments, context)?;
    let needs_old = !arguments.only.is_empty();
    collect(names.into_iter().map(|name| plan::again(&context.repository, name, needs_old)))
}

/// The seals that are meant, of those that there are.
pub(super) fn select(arguments: &SealArgs, context: &Context) -> Result<Vec<SealName>, Problems> {
    let make = |problem: Problem| match problem.code {
        "name-unmatched" => problem.remedy("to make a seal: sealgate seal NAME --root DIR"),
        _ => problem,
    };
    let names = context.select(&arguments.names);
    names.map_err(|problems| problems.into_iter().map(make).collect())
}
