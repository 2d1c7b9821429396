//! Errors of blocker maps, and their contradictions. `sealgate blockers check` fails by a
//! contradiction; an environment is refused.

use super::ErrorCode;

pub(super) const BLOCKERS: &[ErrorCode] = &[
    ErrorCode {
        code: "blockers-dishonest",
        title: "The blocker map contradicts itself",
        explanation: "The blocker map states two things that cannot both be true, so it cannot \
            answer what is blocked. Correct the map.",
    },
    ErrorCode {
        code: "blockers-empty",
        title: "The blocker map has no items",
        explanation: "A blocker map without items blocks nothing, and looks like a map whose items \
            were lost. Keep closed items in the map.",
    },
    ErrorCode {
        code: "blockers-malformed",
        title: "The file is not a blocker map",
        explanation: "The file is not UTF-8 or not JSON, has other keys than a blocker map, has an \
            empty text, or has an id with other letters than an id may have. Correct the map: \
            `docs/blockers.md` has its keys.",
    },
    ErrorCode {
        code: "blockers-missing",
        title: "The blocker map is missing",
        explanation: "The policy names a blocker map for the environment, and there is no such \
            file. The environment stays closed, because nothing shows that its items are cleared. \
            Commit the map, with a grant for `replace-map`.",
    },
    ErrorCode {
        code: "blockers-too-large",
        title: "The blocker map is too long",
        explanation: "The blocker map has more bytes than sealgate reads, or all maps of the \
            policy have more together than it compares. Shorten the maps, or let environments \
            share one.",
    },
    ErrorCode {
        code: "blockers-unreadable",
        title: "The blocker map cannot be read",
        explanation: "The file that the command line names is missing, is a symbolic link or not a \
            regular file, or cannot be read by this user. Name a plain file that this user can \
            read.",
    },
    ErrorCode {
        code: "closed-at-no-time",
        title: "A time of closing is not a time",
        explanation: "`closed_at` of a closed item is neither a date nor a time with its offset, \
            so it is not known when the item was closed. Write it as `2026-01-31` or \
            `2026-01-31T12:00:00Z`. `sealgate blockers check` exits 1.",
    },
    ErrorCode {
        code: "closed-by-nobody",
        title: "An item is closed without a name or a time",
        explanation: "A closed item has no `closed_by` or no `closed_at`, so nobody answers for \
            it. Write who closed it and when, or open it again. `sealgate blockers check` exits 1.",
    },
    ErrorCode {
        code: "discharge-of-closed",
        title: "A closed item is listed as partly done",
        explanation: "The list of what was partly done names an item that is closed. Take it off \
            the list, or open the item again. `sealgate blockers check` exits 1.",
    },
    ErrorCode {
        code: "discharge-of-unknown",
        title: "The list of what was partly done has an unknown id",
        explanation: "The list of what was partly done names an id that no item of the map has. \
            Correct the id, or put the item back: a closed item stays in the map. `sealgate \
            blockers check` exits 1.",
    },
    ErrorCode {
        code: "duplicate-id",
        title: "Several items have one id",
        explanation: "Two or more items have the same id, where upper and lower case count as \
            equal, so it is not clear which of them counts. Give each item an id of its own. \
            `sealgate blockers check` exits 1.",
    },
    ErrorCode {
        code: "listed-twice",
        title: "An id is listed twice",
        explanation: "One of the lists of ids names the same id more than once. Name it once. \
            `sealgate blockers check` exits 1.",
    },
    ErrorCode {
        code: "newly-closed-and-open",
        title: "An open item is listed as closed",
        explanation: "The list of what was closed names an item that is open. Take it off the \
            list, or let somebody close the item who may do that. `sealgate blockers check` exits \
            1.",
    },
    ErrorCode {
        code: "newly-closed-unknown",
        title: "The list of what was closed has an unknown id",
        explanation: "The list of what was closed names an id that no item of the map has. Correct \
            the id, or put the item back: a closed item stays in the map. `sealgate blockers \
            check` exits 1.",
    },
    ErrorCode {
        code: "open-and-closed",
        title: "An open item says who or when it was closed",
        explanation: "An item that is not closed has `closed_by` or `closed_at`. Remove these \
            keys, or let somebody close the item who may do that. `sealgate blockers check` exits \
            1.",
    },
    ErrorCode {
        code: "open-count-wrong",
        title: "The number of open items is wrong",
        explanation: "`open_count` is not the number of items that are not closed. Count them, and \
            find out who wrote the other number. `sealgate blockers check` exits 1.",
    },
    ErrorCode {
        code: "production-work-while-blocked",
        title: "Work was done in production while it was blocked",
        explanation: "The map says that work was done in production, and an open item blocks \
            production. Find out what was done, by whom and with whose permission, before anything \
            else is done. `sealgate blockers check` exits 1.",
    },
    ErrorCode {
        code: "unknown-status",
        title: "A status is neither open nor closed",
        explanation: "The status of an item is neither `CLOSED`, nor `OPEN`, nor `OPEN_` with an \
            ending. Such an item counts as open, and the map must say so. Write one of these. \
            `sealgate blockers check` exits 1.",
    },
    ErrorCode {
        code: "words-narrowed",
        title: "A policy update narrows what an open item blocks",
        explanation: "An open item names a word that is not known, so it blocks everything. The \
            new policy has an environment of this name, so the item would block that alone, and \
            nobody granted this. Close the item or change its `blocks` first, with grants for \
            `close-blocker`; then change the policy.",
    },
];
