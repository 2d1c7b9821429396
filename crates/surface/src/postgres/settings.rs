//! Settings that decide how values are printed, pinned: so equal values read equal whatever the server, the
//! database, the role and the connection string set.

use super::fault::PostgresFault;
use super::psql::Session;

/// Settings and their values. One that a server does not have is passed over.
const PINNED: [(&str, &str); 21] = [
    ("DateStyle", "ISO, YMD"),
    ("IntervalStyle", "postgres"),
    ("TimeZone", "UTC"),
    ("bytea_output", "hex"),
    ("client_encoding", "UTF8"),
    ("client_min_messages", "error"),
    ("default_transaction_read_only", "on"),
    ("extra_float_digits", "3"),
    ("idle_in_transaction_session_timeout", "0"),
    ("idle_session_timeout", "0"),
    ("jit", "off"),
    ("lc_monetary", "C"),
    ("lock_timeout", "5s"),
    ("quote_all_identifiers", "off"),
    // A policy that hides rows is an error, and hides none in silence.
    ("row_security", "off"),
    ("standard_conforming_strings", "on"),
    ("statement_timeout", "0"),
    ("transaction_timeout", "0"),
    ("xmlbinary", "base64"),
    ("xmloption", "content"),
    // No name means what the database put in the way of the server's own.
    ("search_path", "pg_catalog"),
];

/// Pins the settings of `session`.
///
/// # Errors
///
/// The server does not answer.
pub(super) fn pin(session: &mut Session) -> Result<(), PostgresFault> {
    for reset in
        ["SET SESSION AUTHORIZATION DEFAULT", "SET ROLE NONE", "SET search_path = pg_catalog"]
    {
        session.run(reset, &mut |_| ())?;
    }
    let values: Vec<String> =
        PINNED.iter().map(|(name, value)| format!("('{name}', '{value}')")).collect();
    let statement = format!(
        "SELECT count(set_config(s.name, v.value, false)) FROM (VALUES {}) v(name, value) \
         JOIN pg_settings s ON lower(s.name) = lower(v.name)",
        values.join(", ")
    );
    session.run(&statement, &mut |_| ())
}
