//! What to do about a finding in a database: its rows and objects are no files, so that no build and no git
//! command brings them back.

use sealgate_core::compare::finding::{Cause, Finding, FindingKind};
use sealgate_core::compare::verdict::Source;

use super::Advice;

impl Advice<'_> {
    /// Whether a database was judged.
    pub(super) fn is_database(&self) -> bool {
        self.judgement.database.is_some()
    }

    fn is_on_server(&self) -> bool {
        matches!(self.judgement.source, Source::Server { .. })
    }

    /// The advice on a row or an object.
    pub(super) fn on_database(&self, finding: &Finding) -> String {
        let approval = self.approval();
        match (finding.cause, finding.kind) {
            (Some(Cause::ColumnOrder), _) => format!(
                "A column was dropped and added again, so that it comes last: restore the table if its \
                 order matters, or {approval}."
            ),
            (Some(Cause::OnlyQuoting), _) => format!(
                "SQLite rewrites definitions when a table is renamed, and leaves them so when it is renamed \
                 back: {approval}."
            ),
            (Some(Cause::SettingOfDatabase), _) => format!(
                "No plain dump has what ALTER DATABASE and ALTER ROLE IN DATABASE set: set it again, or, if \
                 it is meant, {approval}."
            ),
            (Some(Cause::OwnerOrGrants), _) => format!(
                "Find out who changed the owner or granted or revoked privileges: undo that with ALTER, \
                 GRANT or REVOKE; or, if it is meant, {approval}."
            ),
            (Some(Cause::Comment), _) => {
                format!("Remove the comment if it does not belong there; or, if it is meant, {approval}.")
            }
            (_, FindingKind::Unreadable) if self.is_on_server() => {
                "Give the user of the connection the right to read it if the server says that it is missing, or \
                 correct what else it says: what cannot be read is never approved."
                    .to_owned()
            }
            (_, FindingKind::Unstable) if self.is_on_server() => {
                "Check again while nobody changes it.".to_owned()
            }
            (_, FindingKind::Unreadable | FindingKind::Unstable) => {
                "Run `PRAGMA integrity_check` in the sqlite3 shell, and restore the database from a backup \
                 if it is damaged: what cannot be read is never approved."
                    .to_owned()
            }
            (_, FindingKind::Unsealable) => {
                format!("Make it shorter, or {}: no seal can hold it.", self.exclusion(&finding.path))
            }
            (_, FindingKind::Missing) => {
                format!("Put it back if it belongs there; if it is gone for good, {approval}.")
            }
            (_, FindingKind::Unsealed) if is_row(&finding.path) => {
                format!("Delete it if it does not belong there; or, if it is meant, {approval}.")
            }
            (_, FindingKind::Unsealed) => format!(
                "Delete it if it does not belong there, {} if it never will, or {approval}.",
                self.exclusion(&finding.path)
            ),
            _ => format!(
                "Find out what changed it. Undo that in the database; or, if it is meant, {approval}."
            ),
        }
    }
}

/// Whether `path` is of a row, or of a bucket of rows.
fn is_row(path: &[u8]) -> bool {
    path.windows(ROWS.len()).any(|part| part == ROWS)
}

/// What stands between the path of a table and the key of a row.
const ROWS: &[u8] = b"/rows/";
