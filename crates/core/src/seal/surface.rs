//! A surface: the part of a database that a seal covers. Its objects and rows have paths like files.

use std::cmp::Ordering;
use std::fmt;

use super::path::{EntryPath, PathFault, is_below, parents};

/// The value of the `format` key of a seal over a database.
pub const SURFACE_FORMAT: &str = "sealgate-surface/1";

/// The most paths that `include`, `buckets` or `omit` may list.
pub const MAX_LISTED: usize = 1_000;

/// The database systems of which a surface can be sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DatabaseSystem {
    /// `SQLite` 3: the database is one file.
    Sqlite,
    /// `PostgreSQL` of this major version: the database is on a server, and the seal does not say on which.
    Postgres {
        /// The major version. Another one prints definitions in other words.
        major: u16,
    },
}

/// What stands before the major version of `PostgreSQL`.
const POSTGRES: &str = "postgresql ";

impl DatabaseSystem {
    /// The system that the `database` key names; `None` for any other text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text == "sqlite" {
            return Some(Self::Sqlite);
        }
        let digits = text.strip_prefix(POSTGRES)?;
        let major = digits.parse().ok()?;
        // One text for each version: no sign, no leading zero.
        let system = Self::Postgres { major };
        (major > 0 && system.to_string() == text).then_some(system)
    }

    /// Whether the database is a file, which the seal names as its root.
    #[must_use]
    pub fn is_file(self) -> bool {
        self == Self::Sqlite
    }
}

/// As the seal writes it.
impl fmt::Display for DatabaseSystem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite => f.write_str("sqlite"),
            Self::Postgres { major } => write!(f, "{POSTGRES}{major}"),
        }
    }
}

/// One line of `include`: a path that is in scope with everything below it, or the whole database,
/// which is `"."` and `None` inside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Included(Option<EntryPath>);

/// Ordered by the bytes that the seal writes.
impl Ord for Included {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl PartialOrd for Included {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Included {
    /// Takes `text` as a line of `include`.
    ///
    /// # Errors
    ///
    /// It is neither `.` nor a legal path.
    pub fn parse(text: &str) -> Result<Self, PathFault> {
        if text == "." {
            Ok(Self(None))
        } else {
            EntryPath::parse(text).map(|path| Self(Some(path)))
        }
    }

    /// As the seal writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_ref().map_or(".", EntryPath::as_str)
    }

    /// Whether `path` is this path, or lies below it.
    #[must_use]
    pub fn covers(&self, path: &[u8]) -> bool {
        let Some(own) = &self.0 else { return true };
        own.as_bytes() == path || is_below(path, own.as_bytes())
    }

    /// Whether anything that this covers can lie at `path` or below it.
    #[must_use]
    pub fn reaches(&self, path: &[u8]) -> bool {
        let Some(own) = &self.0 else { return true };
        self.covers(path) || is_below(own.as_bytes(), path)
    }
}

impl fmt::Display for Included {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The lists that only the header of a seal over a database has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SurfaceList {
    /// What is in scope.
    Include,
    /// The tables whose rows are sealed as buckets.
    Buckets,
    /// The columns that are left out of rows.
    Omit,
}

impl SurfaceList {
    /// Every list, in the order of the header.
    pub const ALL: [Self; 3] = [Self::Include, Self::Buckets, Self::Omit];

    /// The key under which it stands.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Include => "include",
            Self::Buckets => "buckets",
            Self::Omit => "omit",
        }
    }
}

/// Which part of which kind of database is under seal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Surface {
    /// The system.
    pub system: DatabaseSystem,
    /// What is in scope, unless `exclude` leaves it out; never empty, sorted and unique.
    pub include: Vec<Included>,
    /// The tables whose rows are sealed as at most 256 buckets instead of one by one; sorted and unique.
    pub buckets: Vec<EntryPath>,
    /// The columns, as `TABLE/COLUMN`, whose values are left out of rows; sorted and unique.
    pub omit: Vec<EntryPath>,
}

impl Surface {
    /// The paths of `list`, as the seal writes them.
    #[must_use]
    pub fn listed(&self, list: SurfaceList) -> Vec<String> {
        let paths = match list {
            SurfaceList::Include => return self.include.iter().map(ToString::to_string).collect(),
            SurfaceList::Buckets => &self.buckets,
            SurfaceList::Omit => &self.omit,
        };
        paths.iter().map(|path| path.as_str().to_owned()).collect()
    }

    /// Whether `path` is in scope, as far as `include` says.
    #[must_use]
    pub fn includes(&self, path: &[u8]) -> bool {
        self.covering(path).next().is_some()
    }

    /// The indices in `include` of what covers `path`.
    pub fn covering(&self, path: &[u8]) -> impl Iterator<Item = usize> {
        let find = |wanted: &[u8]| {
            self.include.binary_search_by(|included| included.as_str().as_bytes().cmp(wanted)).ok()
        };
        [&b"."[..]].into_iter().chain(parents(path)).chain([path]).filter_map(find)
    }

    /// Whether anything at `path` or below it can be in scope.
    #[must_use]
    pub fn reaches(&self, path: &[u8]) -> bool {
        self.include.iter().any(|included| included.reaches(path))
    }

    /// Whether the rows of the table at `path` are sealed as buckets.
    #[must_use]
    pub fn has_buckets(&self, path: &str) -> bool {
        self.buckets.iter().any(|table| table.as_str() == path)
    }

    /// Whether the values of the column at `path` are left out.
    #[must_use]
    pub fn omits(&self, path: &str) -> bool {
        self.omit.iter().any(|column| column.as_str() == path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_has_one_text() {
        for text in ["sqlite", "postgresql 15", "postgresql 9"] {
            assert_eq!(DatabaseSystem::parse(text).unwrap().to_string(), text);
        }
        let wrong = ["", "SQLite", "postgresql", "postgresql ", "postgresql 0", "postgresql 015"];
        let more = ["postgresql +15", "postgresql 15.1", "postgresql 70000", "postgres 15"];
        for text in wrong.into_iter().chain(more) {
            assert_eq!(DatabaseSystem::parse(text), None, "{text}");
        }
    }

    #[test]
    fn an_included_path_covers_itself_and_what_lies_below_it() {
        let cases = [
            (".", "main/t/+table", true),
            ("main/t", "main/t", true),
            ("main/t", "main/t/rows/1", true),
            ("main/t", "main/t2/rows/1", false),
            ("main/t", "main", false),
            ("main/t/rows/1", "main/t/rows/1/2", true),
            ("main/t/rows/1", "main/t/rows/10", false),
        ];
        for (included, path, covers) in cases {
            let included = Included::parse(included).unwrap();
            assert_eq!(included.covers(path.as_bytes()), covers, "{included} {path}");
        }
        let included = ["+database", ".", "main/t", "main/u/rows/1"];
        let include: Vec<Included> =
            included.iter().map(|path| Included::parse(path).unwrap()).collect();
        assert!(include.is_sorted());
        let surface = Surface {
            system: DatabaseSystem::Sqlite,
            include,
            buckets: Vec::new(),
            omit: Vec::new(),
        };
        let covering = |path: &[u8]| surface.covering(path).collect::<Vec<_>>();
        assert_eq!(covering(b"main/t/rows/1"), [1, 2]);
        assert_eq!(covering(b"main/u/rows/1"), [1, 3]);
        assert_eq!(covering(b"+database/encoding"), [1, 0]);
        let rows = Included::parse("main/t/rows/1").unwrap();
        assert!(
            rows.reaches(b"main/t") && rows.reaches(b"main/t/rows") && !rows.reaches(b"main/u")
        );
    }
}
