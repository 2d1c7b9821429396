//! Errors about seals, their roots and their entries.

use super::ErrorCode;

pub(super) const SEALS: &[ErrorCode] = &[
    ErrorCode {
        code: "bare-repository",
        title: "The repository has no files checked out",
        explanation: "The command works on the files of a working tree, and a bare repository has \
            no working tree. Clone the repository, and run the command in the clone.",
    },
    ErrorCode {
        code: "database-not-named",
        title: "Nothing says where the database is",
        explanation: "The seal covers a PostgreSQL database, and a seal never says on which server it \
            is. Nothing is judged. Pass `--at` with what `psql` takes to connect, such as \
            `host=HOST dbname=DATABASE` or `service=NAME`. No commit has such a database, so \
            `--rev` does not go with it: `--seals-from REV --at ...` takes the seal from a commit.",
    },
    ErrorCode {
        code: "database-not-shared",
        title: "Shares cannot judge a database on a server",
        explanation: "A check with `--partition` reads a part at another time than the other shares do, \
            and a database on a server may have changed meanwhile: all shares could pass although \
            the database was never as sealed. Nothing is judged. Check it in one run, without \
            `--partition`.",
    },
    ErrorCode {
        code: "database-unreachable",
        title: "The database cannot be reached",
        explanation: "`psql` could not connect to the PostgreSQL database that `--at` names, or the \
            connection ended before everything was read. Nothing is judged. The message is that of \
            `psql`. No password is asked for: it comes from PGPASSWORD, PGPASSFILE or ~/.pgpass.",
    },
    ErrorCode {
        code: "database-unreadable",
        title: "The database cannot be read",
        explanation: "The root of a seal over a database is not there as an SQLite database that \
            can be read: it is another file, it is encrypted or damaged, it is too large, or a link \
            or a directory stands in its place. Or a PostgreSQL server refused a statement, or \
            tables were created, dropped or renamed all the time. Nothing is judged. Restore the \
            file, or correct the root of the seal; give the user the right to read what is under seal.",
    },
    ErrorCode {
        code: "database-unsupported",
        title: "This sealgate cannot read the database",
        explanation: "The seal covers a database of a system that this program was built without, \
            or does not know; or the PostgreSQL server is older than 14, or has something in its \
            catalogs that this version would have to leave out. Nothing is judged. Install sealgate \
            with `--features sqlite`, or use a version that knows the system.",
    },
    ErrorCode {
        code: "findings-too-many",
        title: "The report is full",
        explanation: "The seals before this one have so many findings that they fill a report. \
            This seal was not judged, so the run cannot pass. Correct those findings first, or \
            name this seal alone.",
    },
    ErrorCode {
        code: "git-changes",
        title: "Git would keep something else than the seal states",
        explanation: "The root is kept in git, and `git add` would store other bytes or another \
            execute bit than the disk has: because of line endings, a filter, Git LFS, \
            `core.fileMode`, or because the index says that git is not to look at the file. Then \
            every clone fails the check. Use the command that the error prints, and seal again.",
    },
    ErrorCode {
        code: "include-matches-nothing",
        title: "The database has nothing at an included path",
        explanation: "A line of `include` in the seal of a database covers no object and no row: a \
            table was dropped or renamed, `exclude` leaves all of it out, or the path is wrong. A \
            seal never passes over what it is to cover. Correct the path; if the object is gone for \
            good, take the line out.",
    },
    ErrorCode {
        code: "lfs-pointer",
        title: "A Git LFS pointer is in the place of content",
        explanation: "A file holds the pointer by which Git LFS names content, and not the content. \
            A seal of it would approve bytes that nobody ships. Fetch the content with \
            `git lfs pull`, build again, and seal then; or exclude the file.",
    },
    ErrorCode {
        code: "name-invalid",
        title: "The NAME cannot be read as a glob",
        explanation: "A NAME on the command line is a glob with a fault in it, so it is not clear \
            which seals are meant. Write the name of a seal, or a glob such as `web-*`.",
    },
    ErrorCode {
        code: "name-not-on-windows",
        title: "Windows cannot hold the name of an entry",
        explanation: "A sealed path has a backslash in its name, which Windows reads as a separator \
            of directories, so the entry cannot be judged there. The others were. Check on another \
            system, or exclude such names.",
    },
    ErrorCode {
        code: "name-unmatched",
        title: "No seal has this name",
        explanation: "A NAME on the command line, a name or a glob, selects no seal. To go on \
            without it would skip a check that somebody asked for. Correct the name: the message \
            lists the seals that exist.",
    },
    ErrorCode {
        code: "nothing-judged",
        title: "No entry of the seal was judged",
        explanation: "Not one entry of the seal was compared, and no difference was found either, \
            so nothing supports a pass. Make the whole root readable, and check again.",
    },
    ErrorCode {
        code: "nothing-to-seal",
        title: "There is nothing to seal",
        explanation: "The root has no entry in scope. A seal without entries approves nothing, so \
            it is not written. Build first, or correct the root or the `exclude` list.",
    },
    ErrorCode {
        code: "only-unmatched",
        title: "The patterns match no sealed entry",
        explanation: "`check --only` judges the entries that its patterns match, and there is none \
            in the seal. A pass would say nothing. Correct the pattern: `sealgate ls NAME` lists \
            the paths.",
    },
    ErrorCode {
        code: "outside-link",
        title: "A link leads out of the root",
        explanation: "A symbolic link has a target that is absolute or may leave the root. A seal \
            states the text of the target and not the bytes behind it, so those bytes would not be \
            under seal. Copy in what the link leads to, exclude the link, or pass \
            `--allow-outside-links`.",
    },
    ErrorCode {
        code: "psql-missing",
        title: "There is no psql",
        explanation: "PostgreSQL databases are read by `psql`, the client that comes with PostgreSQL, \
            and it is not in PATH. Nothing is judged. Install it: the Debian package is \
            `postgresql-client`.",
    },
    ErrorCode {
        code: "require-sealed",
        title: "A directory that must be under seal is not",
        explanation: "A directory that `--require-sealed` names is under no seal that was checked, \
            is excluded by its seal, is or has a link on the way, or cannot be searched; or no \
            directory matches the glob. Bytes there would pass without a check. Seal the \
            directory, check its seal too, or correct the glob.",
    },
    ErrorCode {
        code: "root-invalid",
        title: "A seal cannot have this root",
        explanation: "The path of the directory cannot be stated in a seal, for example because it \
            is not UTF-8, or the directory overlaps the seals directory. Choose another root, or \
            another seals directory with `--seals`.",
    },
    ErrorCode {
        code: "root-is-link",
        title: "The root is a symbolic link",
        explanation: "The root, or a directory on the way to it, is a symbolic link. sealgate does \
            not follow it, because it can lead to other bytes at any time. Make it a real \
            directory, or name or seal the directory that it points to.",
    },
    ErrorCode {
        code: "root-missing",
        title: "The root does not exist",
        explanation: "The directory that a seal or the command line names is not there, so there \
            are no bytes to compare. Build first or correct the path. If the root is missing in a \
            commit, commit it, or set `tracked = false` in the seal of a directory that is built. \
            If the directory is gone for good, delete its seal.",
    },
    ErrorCode {
        code: "root-not-directory",
        title: "The root is not a directory",
        explanation: "The root, or something on the way to it, is a file or another thing that is \
            not a directory. Put the directory back, or name a directory. Unpack an archive before \
            you check it.",
    },
    ErrorCode {
        code: "root-outside",
        title: "The root is outside the repository",
        explanation: "A seal states its root relative to the repository that holds the seal, so \
            the root must be in that repository. Name a directory in the repository.",
    },
    ErrorCode {
        code: "root-too-large",
        title: "The root has too many paths in the commit",
        explanation: "In the commit, the root has many more paths than its seal states, too many \
            paths differ, or the trees name more paths than one check looks at. sealgate stops \
            there, because no such root can pass. Remove from the commit what is not an artifact, \
            or exclude its directory.",
    },
    ErrorCode {
        code: "root-unreadable",
        title: "The root cannot be read",
        explanation: "The system does not let this user open the root, or the directory in which a \
            relative root begins. Nothing can be compared. Give this user the right to read it.",
    },
    ErrorCode {
        code: "root-unstable",
        title: "The root changed during the run",
        explanation: "Another directory was put in the place of the root while it was read, so \
            what was read may never have existed together. Stop what writes there, and run the \
            command again.",
    },
    ErrorCode {
        code: "roots-overlap",
        title: "Too many seals cover the same directory",
        explanation: "So many seals cover the root of this seal that reading it again for each of \
            them takes too long. This seal was not judged. Give the seals roots of their own, or \
            name fewer seals.",
    },
    ErrorCode {
        code: "seal-conflict",
        title: "The seal is in a merge conflict",
        explanation: "The seal file has conflict markers, or its merge is open and the two sides \
            cannot be joined: one side deleted the file, is not a seal, or has other lines above \
            `[entries]`. sealgate does not choose a side. Keep one header, build, and run \
            `sealgate seal NAME` on bytes that you approve.",
    },
    ErrorCode {
        code: "seal-empty",
        title: "The seal has no entries",
        explanation: "A seal without entries approves nothing, so a check by it would prove \
            nothing. Restore the file from the commit that approved it, or remove the seal.",
    },
    ErrorCode {
        code: "seal-exists",
        title: "There is already a seal of this name",
        explanation: "A new seal was to be made, and its file exists. sealgate does not replace \
            it, because it holds an approval. Seal it again with `sealgate seal NAME`, or give the \
            new seal another name.",
    },
    ErrorCode {
        code: "seal-format-unknown",
        title: "The format of the seal is unknown",
        explanation: "The key `format` of the seal names a format or a version that this version \
            of sealgate does not read, so its lines may mean something else. Use a version of \
            sealgate that reads this format.",
    },
    ErrorCode {
        code: "seal-in-package",
        title: "A package contains its own seal",
        explanation: "The directory holds a package (an sdist, a `.crate`, the output of `npm pack`) that \
            its packager makes with the seals of the repository in it. Each new seal then makes another \
            package, so no seal ever states it. Add the line that the message names to the configuration \
            of the packager, build again, and seal.",
    },
    ErrorCode {
        code: "seal-invalid",
        title: "The file does not state a valid seal",
        explanation: "The file is TOML, but it breaks a rule for seals: for example a key is \
            missing or unknown, a path is hostile, an entry is covered by the seal's own \
            `exclude`, or the root overlaps the seals directory. Such a seal could hide bytes from \
            the check. Correct the line, or restore the file from the commit that approved it. \
            `sealgate fmt NAME` removes entries that a new pattern in `exclude` covers.",
    },
    ErrorCode {
        code: "seal-malformed",
        title: "The seal file cannot be parsed",
        explanation: "The seal file is not UTF-8, is not TOML, or has a value of the wrong type. \
            sealgate does not guess what was approved. Correct the line by hand, or restore the \
            file from the commit that approved it.",
    },
    ErrorCode {
        code: "seal-not-canonical",
        title: "The seal is not in canonical form",
        explanation: "The file states a valid seal, but not in the one form that a seal may have; \
            a checkout may have rewritten its line ends to CRLF. Run `sealgate fmt NAME`, which \
            changes no digest. Against CRLF, put the line `/seals/** -text` into `.gitattributes` \
            and commit it.",
    },
    ErrorCode {
        code: "seal-too-large",
        title: "The seal is too long",
        explanation: "The seal has more bytes than sealgate reads. Seal parts of the root \
            separately, or exclude what needs no seal.",
    },
    ErrorCode {
        code: "seal-unreadable",
        title: "The seal file cannot be read",
        explanation: "The seal file cannot be opened, changed while it was read, or is not in the \
            commit that was named. Without the seal there is nothing to compare with. Give this \
            user the right to read the file and let nothing write it during the run, or name a \
            seal that the commit has.",
    },
    ErrorCode {
        code: "seal-unwritable",
        title: "The seal file cannot be written",
        explanation: "The seal file is read-only, this user may not write it, or there is no room. \
            The file is as it was. Give this user the right to write it or make room, and run the \
            command again.",
    },
    ErrorCode {
        code: "seals-changed",
        title: "The seals changed during the check or the build",
        explanation: "A seal was written, added or removed while the check ran, so the verdict \
            would be about seals that are no longer there. Stop what writes seals, such as \
            sealgate or git, and check again. A build that `sealgate rebuild` runs must not write \
            there at all: it would approve itself. What was there before the build is back in its \
            place.",
    },
    ErrorCode {
        code: "seals-missing",
        title: "There are no seals",
        explanation: "The seals directory does not exist or has no seals, in the working tree or \
            in the commit that was named. Without seals, a check would pass whatever is there. Go \
            to the right repository, name the directory with `--seals`, or make a seal with \
            `sealgate seal NAME --root DIR`.",
    },
    ErrorCode {
        code: "seals-stray",
        title: "Something does not belong in the seals directory",
        explanation: "The seals directory may hold seals, `README.md`, `policy.toml` and the \
            directory `grants`. Anything else is refused, because it may be a seal with a misspelt \
            name, which nobody would check. Rename it if it is a seal, or move it elsewhere.",
    },
    ErrorCode {
        code: "seals-too-large",
        title: "The seals together are too long",
        explanation: "The seals of this run have more bytes together than sealgate reads in one \
            run. Name fewer seals at a time.",
    },
    ErrorCode {
        code: "seals-too-many",
        title: "The seals directory has too many files",
        explanation: "The seals directory holds more names than sealgate reads. Remove what is not \
            a seal, or put several directories under one seal.",
    },
    ErrorCode {
        code: "seals-unreadable",
        title: "The seals directory cannot be read",
        explanation: "The seals directory is not a directory, is a symbolic link, or cannot be \
            read by this user, so it is not known which seals there are. Make it a directory that \
            this user can read, or name another with `--seals`.",
    },
    ErrorCode {
        code: "server-major-differs",
        title: "The server is of another major version than the seal",
        explanation: "The seal states the major version of PostgreSQL that it was made on, and the \
            server is of another. Major versions have other catalogs and print definitions in other \
            words, so nothing is judged. Name a server of the sealed version; after an upgrade, make \
            the seal anew.",
    },
    ErrorCode {
        code: "several-seals",
        title: "More than one seal would change",
        explanation: "`sealgate seal` without NAME writes one changed seal at most, because each \
            change is an approval of its own. Name the seals whose bytes you approve, or pass \
            `--all`.",
    },
    ErrorCode {
        code: "sqlite-in-use",
        title: "The database is in use",
        explanation: "A journal or a write-ahead log that is not empty lies beside the SQLite \
            database, or the file changed while it was read: what was committed is not all in the \
            file, or what is in the file was not all committed. Nothing is judged. Stop what writes \
            to the database, and let SQLite move everything into the file; or check a backup.",
    },
    ErrorCode {
        code: "surface-too-large",
        title: "The surface of the database has too many entries",
        explanation: "The seal of a database covers more than a million rows and objects. List the \
            large tables under `buckets`, so that at most 256 entries stand for the rows of each, \
            or cover less.",
    },
    ErrorCode {
        code: "unmerged",
        title: "A merge is not finished in the root",
        explanation: "Files below a root that is kept in git have an open merge conflict, and a \
            seal could approve them half merged. Resolve these files or build them again, `git \
            add` them, and seal again.",
    },
    ErrorCode {
        code: "unreadable",
        title: "A path cannot be read",
        explanation: "The root, or a file or directory in it, cannot be read, so its bytes are not \
            known. Give this user the right to read it, or exclude it.",
    },
    ErrorCode {
        code: "unsealable",
        title: "A path cannot be stated in a seal",
        explanation: "Something in scope has a kind or a name that a seal cannot state, such as a \
            FIFO or a name that is not UTF-8. A seal without it would not cover the whole root. \
            Remove it, or exclude it.",
    },
    ErrorCode {
        code: "unstable",
        title: "A path changed while it was read",
        explanation: "A file or directory was written while its bytes were read, so they may never \
            have existed together. Stop what writes there, and seal again.",
    },
    ErrorCode {
        code: "untracked",
        title: "Git does not keep a path of a tracked root",
        explanation: "The seal has, or would have, `tracked = true`, and git does not keep all of \
            its entries: a path is ignored or not added, is in a submodule, or is a directory with \
            nothing in scope; or there is no git repository. A clone would lack these entries. \
            `git add` them, remove or exclude them, or set `tracked = false`. Add a root that is \
            built to `.gitignore`.",
    },
];
