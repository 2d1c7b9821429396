//! The lines in which files differ that are kept in git, where their sealed bytes are at hand.

use sealgate_core::compare::finding::{Cause, Finding, FindingKind};
use sealgate_core::compare::lines::{LineDifference, line_difference};
use sealgate_core::compare::verdict::{SealResult, Source};
use sealgate_core::seal::Root;
use sealgate_core::seal::entry::{Digest, Entry};
use sealgate_core::seal::path::EntryPath;
use sealgate_scan::{Directory, read_whole};

use crate::report::{DifferenceView, Report};
use crate::tree::{CommitTree, Workspace};

/// The most lines of one file.
const OF_FILE: usize = 12;

/// The most lines of a report.
const OF_REPORT: usize = 60;

/// The most files that are read for them.
const FILES: usize = 64;

/// The largest file that is read for them, in bytes.
const MAX_BYTES: u64 = 4 << 20;

/// Adds to `report`, which is of these `judgements`, the first lines that differ: of files that are
/// modified in a directory, and whose sealed bytes the commit has that is checked out.
///
/// What cannot be read, or is not what was judged any more, is left out.
pub fn add(report: &mut Report, judgements: &[SealResult], repository: &Workspace) {
    let is_meant = |judgement: &&SealResult| {
        judgement.tracked == Some(true)
            && !matches!(judgement.source, Source::Commit { .. })
            && judgement.findings.iter().any(is_unexplained)
    };
    if !judgements.iter().any(|judgement| is_meant(&judgement)) {
        return;
    }
    let Ok(commit) = CommitTree::open(repository, "HEAD") else { return };
    let (mut lines, mut files) = (OF_REPORT, FILES);
    for judgement in judgements.iter().filter(is_meant) {
        let Some(texts) = Texts::of(judgement, &commit, repository) else { continue };
        let view = report.seals.iter_mut().find(|view| view.name == judgement.name);
        let Some(view) = view else { continue };
        for (finding, view) in judgement.findings.iter().zip(&mut view.findings) {
            if !is_unexplained(finding) {
                continue;
            }
            if lines == 0 || files == 0 {
                return;
            }
            files -= 1;
            let difference = texts.difference(finding, lines.min(OF_FILE));
            lines -= difference.as_ref().map_or(0, |difference| difference.lines.len());
            view.difference = difference.as_ref().map(DifferenceView::new);
        }
    }
}

/// Whether lines say more than the cause: of other line endings, say, every line differs and none
/// shows it.
fn is_unexplained(finding: &Finding) -> bool {
    let shows_none =
        [Cause::BuildDiffers, Cause::BuildVaries, Cause::EmbedsCommit, Cause::CommittedSince];
    finding.kind == FindingKind::Modified
        && finding.cause.is_none_or(|cause| shows_none.contains(&cause))
}

/// Where both sides of a seal are read.
struct Texts<'a> {
    commit: &'a CommitTree<'a>,
    root: Root,
    observed: Directory,
}

impl<'a> Texts<'a> {
    fn of(
        judgement: &SealResult,
        commit: &'a CommitTree<'a>,
        repository: &Workspace,
    ) -> Option<Self> {
        let root = Root::parse(judgement.root.as_deref()?).ok()?;
        let observed = match &judgement.source {
            Source::Worktree => repository.open(&root).ok()?,
            Source::Directory { path, .. } => Directory::open_root(path, None).ok()?,
            Source::Commit { .. } | Source::Server { .. } => return None,
        };
        Some(Self { commit, root, observed })
    }

    fn difference(&self, finding: &Finding, most: usize) -> Option<LineDifference> {
        let path = EntryPath::parse(std::str::from_utf8(&finding.path).ok()?).ok()?;
        let (sealed, observed) =
            (file(finding.expected.as_ref())?, file(finding.observed.as_ref())?);
        if sealed.size.max(observed.size) > MAX_BYTES {
            return None;
        }
        let before = self.commit.bytes(&self.root, &path, MAX_BYTES)?;
        let now = read_whole(&self.observed, &path, MAX_BYTES).ok()?;
        let is_judged = Digest::of(&before) == sealed.digest && Digest::of(&now) == observed.digest;
        is_judged.then(|| line_difference(&before, &now, most)).flatten()
    }
}

struct File {
    size: u64,
    digest: Digest,
}

fn file(entry: Option<&Entry>) -> Option<File> {
    match entry {
        Some(Entry::File { size, digest, .. }) => Some(File { size: *size, digest: *digest }),
        _ => None,
    }
}
