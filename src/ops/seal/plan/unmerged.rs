//! A seal that a merge left open: what both sides say above its entries, if they agree.

use sealgate_core::seal::{Header, MAX_SEAL_BYTES, SealName, loose_header};
use sealgate_core::text::problem::Problem;
use sealgate_git::{Objects, Oid, Unmerged, unmerged};

use crate::report::text::listed;
use crate::tree::{Workspace, unreadable_object};

/// How many files a refusal names; the others are counted.
const NAMED: usize = 10;

/// The header on which both sides of an open merge of the seal `name` agree; `None` where no merge
/// is open.
pub(super) fn header(repository: &Workspace, name: &SealName) -> Result<Option<Header>, Problem> {
    if !repository.in_git() {
        return Ok(None);
    }
    let file = repository.file_of(name);
    let problem = |message: String, remedy: String| {
        Problem::new("seal-conflict", message).seal(name.as_str()).file(&*file).remedy(remedy)
    };
    let sides = unmerged(repository.root(), &file).map_err(Problem::from)?;
    let Some(Unmerged { ours, theirs, .. }) =
        sides.into_iter().find(|side| side.path == file.as_bytes())
    else {
        return Ok(None);
    };
    let (Some(ours), Some(theirs)) = (ours, theirs) else {
        let whose = if ours.is_none() { "ours" } else { "theirs" };
        return Err(problem(
            format!("one side of the merge ({whose}) deleted it"),
            format!("decide: `git rm :/{file}`, or take the side that kept it, and seal again"),
        ));
    };
    let mut objects = Objects::open(repository.root()).map_err(Problem::from)?;
    let mut read = |oid: &Oid, side: &str| {
        let bytes = objects.blob(oid, MAX_SEAL_BYTES).map_err(|error| unreadable_object(&error))?;
        loose_header(&bytes).map_err(|error| {
            problem(
                format!("{side} of the merge is no seal: {error}"),
                format!(
                    "take the other side's file, correct the lines above [entries], and run \
                     `sealgate seal {name}` again"
                ),
            )
        })
    };
    let (ours, theirs) = (read(&ours, "our side")?, read(&theirs, "the other side")?);
    let differing = differing(&ours, &theirs);
    if !differing.is_empty() {
        return Err(problem(
            format!("the two sides of the merge differ above [entries]: {}", differing.join(", ")),
            format!(
                "choose: `git checkout --ours :/{file}` (or --theirs), correct the lines above \
                 [entries], and run `sealgate seal {name}` again"
            ),
        ));
    }
    Ok(Some(ours))
}

/// The keys whose values differ, with the values where they are short.
fn differing(ours: &Header, theirs: &Header) -> Vec<String> {
    let root = (ours.root != theirs.root)
        .then(|| format!("root ({:?} and {:?})", ours.root.as_str(), theirs.root.as_str()));
    let tracked = (ours.tracked != theirs.tracked)
        .then(|| format!("tracked ({} and {})", ours.tracked, theirs.tracked));
    let build = (ours.build != theirs.build).then(|| "build".to_owned());
    let exclude = (ours.scope.patterns() != theirs.scope.patterns()).then(|| "exclude".to_owned());
    let surface =
        (ours.surface != theirs.surface).then(|| "database, include, buckets or omit".to_owned());
    [root, tracked, build, exclude, surface].into_iter().flatten().collect()
}

/// Refuses a root that is kept in git and has files of which a merge is not finished.
pub(super) fn check_root(
    repository: &Workspace,
    name: &SealName,
    header: &Header,
) -> Result<(), Problem> {
    if !(header.tracked && repository.in_git()) {
        return Ok(());
    }
    let root = header.root.as_str();
    let files = unmerged(repository.root(), root).map_err(Problem::from)?;
    let below = |path: &[u8]| match header.root.path() {
        None => Some(path.to_vec()),
        Some(root) => Some(path.strip_prefix(root.as_bytes())?.strip_prefix(b"/")?.to_vec()),
    };
    let open: Vec<_> = files
        .iter()
        .filter_map(|file| below(&file.path))
        .filter(|path| header.scope.excludes(path, false).is_none())
        .map(|path| String::from_utf8_lossy(&path).into_owned())
        .collect();
    if open.is_empty() {
        return Ok(());
    }
    let named = listed(&open, NAMED);
    let message = format!("the merge is not finished below {root}: {named}");
    Err(Problem::new("unmerged", message)
        .seal(name.as_str())
        .remedy("resolve these files or build them again, `git add` them, and seal again"))
}
