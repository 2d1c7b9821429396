//! What is wrong with a text that the strict reader refuses.

use super::error::{SealError, SealFault, cut};
use super::lenient::{BYTE_ORDER_MARK, check_conflict, loose_seal};
use super::model::SealName;
use super::write::to_bytes;

/// The longest text that is read leniently only to say what is wrong with it: `toml` needs some
/// fifty times the memory.
const MAX_EXPLAINED_BYTES: usize = 8 << 20;

/// Tells what is wrong with `bytes`, of which the strict reader says `refusal`.
pub(super) fn explain(
    name: &SealName,
    bytes: &[u8],
    refusal: SealError,
    may_explain: impl FnOnce(usize) -> bool,
) -> SealError {
    if let Err(conflict) = check_conflict(bytes) {
        return conflict;
    }
    // Only a refusal of form leaves open what the text means.
    if refusal.fault != SealFault::NotCanonical || bytes.len() > MAX_EXPLAINED_BYTES {
        return refusal;
    }
    if !may_explain(bytes.len()) {
        return refusal;
    }
    match loose_seal(name, bytes) {
        Ok(seal) => first_difference(bytes, &to_bytes(&seal)).unwrap_or(refusal),
        Err(error) => error,
    }
}

/// Names the first line of `given` that is not as in `canonical`.
fn first_difference(given: &[u8], canonical: &[u8]) -> Option<SealError> {
    let mut given_lines = given.split_inclusive(|&byte| byte == b'\n');
    let mut canonical_lines = canonical.split_inclusive(|&byte| byte == b'\n');
    let mut line = 0;
    let (found, expected) = loop {
        line += 1;
        match (given_lines.next(), canonical_lines.next()) {
            (None, None) => return None,
            (found, expected) if found != expected => break (found, expected),
            _ => {}
        }
    };
    let early = canonical_lines.any(|later| Some(later) == found);
    let found = found.unwrap_or_default();
    let why = describe(found, expected, early);
    let message = format!("line {line} is not in canonical form: {why}");
    let fault = if why == CRLF { SealFault::LineEndings } else { SealFault::NotCanonical };
    Some(SealError::new(fault, line, message))
}

/// What is wrong with a line that a checkout rewrote.
const CRLF: &str = "it ends with CRLF instead of LF";

/// What is wrong with the line `found`; `early` says that it belongs further down.
fn describe(found: &[u8], expected: Option<&[u8]>, early: bool) -> String {
    let Some(expected) = expected else {
        return "the seal should end before it".to_owned();
    };
    let expected = expected.strip_suffix(b"\n").unwrap_or(expected);
    if found.starts_with(BYTE_ORDER_MARK) {
        "it begins with a byte order mark".to_owned()
    } else if found == expected {
        "it lacks the line feed at its end".to_owned()
    } else if found.strip_suffix(b"\r\n") == Some(expected) {
        CRLF.to_owned()
    } else if expected.is_empty() {
        "it should be empty".to_owned()
    } else {
        // Canonical text hides nothing, so that it can be shown as it is.
        let expected = String::from_utf8_lossy(expected);
        let order = if early { "; what stands here belongs further down" } else { "" };
        format!("it should read `{}`{order}", cut(&expected))
    }
}
