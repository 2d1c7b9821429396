//! One difference between seal and inventory, or one thing that could not be judged.

use serde::{Deserialize, Serialize};

use crate::seal::entry::{Entry, UnreadFile};
use crate::seal::path::EntryPath;

/// What is wrong at a path. Ordered from worst to mildest, which is the order of printing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FindingKind {
    /// It could not be opened, listed or read.
    Unreadable,
    /// It changed while it was read, twice.
    Unstable,
    /// A FIFO, socket, device, submodule, a name that no seal can hold, or a file that is not read.
    Unsealable,
    /// A file where a link was sealed, and the like; `file` and `exec` are one kind.
    KindChanged,
    /// The link names another target.
    LinkChanged,
    /// The bytes differ, whatever the mode.
    Modified,
    /// Same bytes, other execute bit.
    ModeChanged,
    /// Sealed, and not there.
    Missing,
    /// There, and not sealed.
    Unsealed,
    /// The sealed bytes, at another path.
    Moved,
}

impl FindingKind {
    /// Every kind, worst first.
    pub const ALL: [Self; 10] = [
        Self::Unreadable,
        Self::Unstable,
        Self::Unsealable,
        Self::KindChanged,
        Self::LinkChanged,
        Self::Modified,
        Self::ModeChanged,
        Self::Missing,
        Self::Unsealed,
        Self::Moved,
    ];

    /// The stable kebab-case code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::Unstable => "unstable",
            Self::Unsealable => "unsealable",
            Self::KindChanged => "kind-changed",
            Self::LinkChanged => "link-changed",
            Self::Modified => "modified",
            Self::ModeChanged => "mode-changed",
            Self::Missing => "missing",
            Self::Unsealed => "unsealed",
            Self::Moved => "moved",
        }
    }

    /// Whether it means that no judgement was possible, rather than a difference.
    #[must_use]
    pub fn is_error(self) -> bool {
        matches!(self, Self::Unreadable | Self::Unstable)
    }
}

/// Why a finding arose, proved from bytes. Ordered by precedence: the first proved counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// Two files hold each other's sealed bytes.
    Swapped,
    /// The two names differ in case alone.
    CaseOnlyRename,
    /// The two names are one after Unicode normalisation.
    UnicodeNormalisation,
    /// The bytes are those sealed for a name that differs in case or Unicode form alone: the file system
    /// takes both names for one.
    NamesCollide,
    /// The two names differ in a content hash or a version alone.
    RenamedByDigest,
    /// A directory became a link, which is never followed.
    DirectoryLinked,
    /// A link became a copy of what it led to.
    LinkFollowed,
    /// A Git LFS pointer stands where the content belongs, or the reverse.
    LfsPointer,
    /// Nothing is left of the content.
    Emptied,
    /// Only line endings differ.
    LineEndings,
    /// Only a UTF-8 byte order mark differs.
    ByteOrderMark,
    /// Only line ends at the end of the file differ.
    TrailingNewline,
    /// A regular file holds the text of the sealed link's target.
    LinkAsFile,
    /// Every sealed `exec` lost its execute bit.
    ModesLost,
    /// The commit agrees with the seal, and the build made something else.
    BuildDiffers,
    /// It is kept in git, they say, and git does not have it.
    NotInGit,
    /// The bytes name the commit that they were built from.
    EmbedsCommit,
    /// Two builds of one source made different bytes.
    BuildVaries,
    /// A commit changed it after the one that last changed its seal.
    CommittedSince,
    /// Only the order of a table's columns differs.
    ColumnOrder,
    /// Only quotes around names in the definition of an object differ.
    OnlyQuoting,
    /// It is a setting of the database, or of a role in it, which no plain dump has.
    SettingOfDatabase,
    /// Only the owner or the privileges of an object differ.
    OwnerOrGrants,
    /// Only the comment on an object is new.
    Comment,
}

impl Cause {
    /// Every cause, in the order of precedence.
    pub const ALL: [Self; 24] = [
        Self::Swapped,
        Self::CaseOnlyRename,
        Self::UnicodeNormalisation,
        Self::NamesCollide,
        Self::RenamedByDigest,
        Self::DirectoryLinked,
        Self::LinkFollowed,
        Self::LfsPointer,
        Self::Emptied,
        Self::LineEndings,
        Self::ByteOrderMark,
        Self::TrailingNewline,
        Self::LinkAsFile,
        Self::ModesLost,
        Self::BuildDiffers,
        Self::NotInGit,
        Self::EmbedsCommit,
        Self::BuildVaries,
        Self::CommittedSince,
        Self::ColumnOrder,
        Self::OnlyQuoting,
        Self::SettingOfDatabase,
        Self::OwnerOrGrants,
        Self::Comment,
    ];

    /// The stable kebab-case code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Swapped => "swapped",
            Self::CaseOnlyRename => "case-only-rename",
            Self::UnicodeNormalisation => "unicode-normalisation",
            Self::NamesCollide => "names-collide",
            Self::RenamedByDigest => "renamed-by-digest",
            Self::DirectoryLinked => "directory-linked",
            Self::LinkFollowed => "link-followed",
            Self::LfsPointer => "lfs-pointer",
            Self::Emptied => "emptied",
            Self::LineEndings => "line-endings",
            Self::ByteOrderMark => "byte-order-mark",
            Self::TrailingNewline => "trailing-newline",
            Self::LinkAsFile => "link-as-file",
            Self::ModesLost => "modes-lost",
            Self::BuildDiffers => "build-differs",
            Self::NotInGit => "not-in-git",
            Self::EmbedsCommit => "embeds-commit",
            Self::BuildVaries => "build-varies",
            Self::CommittedSince => "committed-since",
            Self::ColumnOrder => "column-order",
            Self::OnlyQuoting => "only-quoting",
            Self::SettingOfDatabase => "setting-of-database",
            Self::OwnerOrGrants => "owner-or-grants",
            Self::Comment => "comment",
        }
    }
}

/// One finding. A path has at most one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What is wrong.
    pub kind: FindingKind,
    /// Where, relative to the root; the new place of something moved. Not always UTF-8.
    pub path: Box<[u8]>,
    /// The entry's line in the seal file, from 1; the old entry's of something moved.
    pub line: Option<usize>,
    /// The sealed entry, if there is one.
    pub expected: Option<Entry>,
    /// The observed entry, if it could be observed.
    pub observed: Option<Entry>,
    /// The file that is there, if it was not read on purpose.
    pub unread: Option<UnreadFile>,
    /// The sealed path of something moved.
    pub from: Option<EntryPath>,
    /// Why, if it could be proved.
    pub cause: Option<Cause>,
    /// What else is known, in words; may quote hostile names, which are escaped on printing.
    pub detail: Option<String>,
}

impl Finding {
    /// A finding of `kind` at `path`, with nothing else known yet.
    #[must_use]
    pub fn new(kind: FindingKind, path: &[u8]) -> Self {
        Self {
            kind,
            path: path.into(),
            line: None,
            expected: None,
            observed: None,
            unread: None,
            from: None,
            cause: None,
            detail: None,
        }
    }
}
