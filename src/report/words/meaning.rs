//! What each kind of finding means and what to do about it, in words that fit every path: for
//! readers who meet a kind before they meet a finding.

use sealgate_core::compare::finding::FindingKind;

/// One kind, explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Meaning {
    /// What it is, in a few words without a full stop.
    pub(crate) short: &'static str,
    /// What it is and why it counts, in sentences.
    pub(crate) full: &'static str,
    /// What to do, in sentences; commands stand in backticks.
    pub(crate) help: &'static str,
}

/// What `kind` means.
pub(crate) fn of(kind: FindingKind) -> Meaning {
    match kind {
        FindingKind::Unreadable | FindingKind::Unstable | FindingKind::Unsealable => unjudged(kind),
        FindingKind::KindChanged => Meaning {
            short: "Another kind of thing than the sealed one",
            full: "Where a file, a link or a directory was sealed, there is something of another \
                   kind.",
            help: "Restore what was sealed, or build again. An archive step or a checkout without \
                   links often makes files of links.",
        },
        FindingKind::LinkChanged => Meaning {
            short: "A link with another target than the sealed one",
            full: "A symbolic link names another target than the one that was approved.",
            help: "Restore the link. If the new target is meant, seal it and let the seal be \
                   reviewed.",
        },
        FindingKind::Modified => Meaning {
            short: "Other bytes than the sealed ones",
            full: "The bytes of a file are not those that were approved.",
            help: "Find out why: where a cause is named, fix it. Otherwise build twice and \
                   compare with `sealgate diff NAME --against OTHER_BUILD` before anything is \
                   sealed.",
        },
        FindingKind::ModeChanged => Meaning {
            short: "The sealed bytes with another execute bit",
            full: "A file has the approved bytes, and another execute bit than the approved one.",
            help: "Give the file its mode back. If every mode is gone, a copy or an archive step \
                   dropped them: pack the tree with `tar`.",
        },
        FindingKind::Missing => Meaning {
            short: "Sealed, and not there",
            full: "A path that was approved is not there.",
            help: "Restore it, or build again. If it is gone for good, seal what is left and let \
                   the seal be reviewed.",
        },
        FindingKind::Unsealed => Meaning {
            short: "There, and not sealed",
            full: "There is a path that nobody approved.",
            help: "Remove it if it does not belong there; add it to `exclude` of the seal if it \
                   never will; otherwise seal it and let the seal be reviewed.",
        },
        FindingKind::Moved => Meaning {
            short: "The sealed bytes at another path",
            full: "Bytes that were approved at one path are at another one.",
            help: "Move them back. If the new place is meant, seal it and let the seal be \
                   reviewed.",
        },
    }
}

/// What no seal can hold, or no check could read.
fn unjudged(kind: FindingKind) -> Meaning {
    match kind {
        FindingKind::Unreadable => Meaning {
            short: "Could not be opened, listed or read",
            full: "A path could not be opened, listed or read. What cannot be read is not judged, \
                   so the check is an error.",
            help: "Let the user who runs sealgate read it (permissions, owner, a failing disk), \
                   and check again.",
        },
        FindingKind::Unstable => Meaning {
            short: "Changed while it was read",
            full: "A path changed while it was read, twice. What is still being written is not \
                   judged, so the check is an error.",
            help: "Stop what writes into the directory (a build, a watcher, a sync tool), and \
                   check again.",
        },
        _ => Meaning {
            short: "Nothing that a seal can hold",
            full: "A FIFO, a socket, a device, a submodule, a name that no seal can hold, or a \
                   file of more than 64 GiB that is nearly all holes lies below the sealed \
                   directory.",
            help: "Remove it, or add it to `exclude` of the seal.",
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_words_of_its_own_and_whole_sentences() {
        let all = FindingKind::ALL.map(of);
        for (at, meaning) in all.iter().enumerate() {
            assert!(!meaning.short.ends_with('.'), "{meaning:?}");
            assert!(meaning.full.ends_with('.') && meaning.help.ends_with('.'), "{meaning:?}");
            let alike = |other: &Meaning| {
                other.short == meaning.short
                    || other.full == meaning.full
                    || other.help == meaning.help
            };
            assert_eq!(all.iter().position(alike), Some(at), "{meaning:?}");
        }
    }
}
