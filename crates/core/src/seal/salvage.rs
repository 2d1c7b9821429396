//! What can still be made out of a text that is no seal: enough to tell what a reseal changes.
//!
//! `seal` writes a seal anew from its header alone, after a conflict or an edit that broke an
//! entry. That must not happen in silence: these lines are what it is compared with.

use toml::de::{DeTable, DeValue};

use super::model::SealedEntry;
use super::rules::parse_value;
use crate::seal::path::EntryPath;

/// Every line of `bytes` that states an entry, sorted by path; a path may stand there more than
/// once, as in a conflict.
#[must_use]
pub fn salvage(bytes: &[u8]) -> Vec<SealedEntry> {
    let lines =
        bytes.split(|&byte| byte == b'\n').filter_map(|line| std::str::from_utf8(line).ok());
    let mut entries: Vec<_> = lines.filter_map(entry).collect();
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    entries
}

/// The entry that a line states on its own.
fn entry(line: &str) -> Option<SealedEntry> {
    if !line.starts_with(['"', '\'']) {
        return None;
    }
    let table = DeTable::parse(line.trim_end()).ok()?.into_inner();
    let (key, value) = table.into_iter().next()?;
    let DeValue::String(stated) = value.into_inner() else { return None };
    let path = EntryPath::parse(key.as_ref()).ok()?;
    Some(SealedEntry { path, entry: parse_value(&stated).ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_state_an_entry_are_found_in_any_ruin() {
        let text = b"<<<<<<< ours\n\"b\" = \"dir\"\n=======\n\"b\" = \"link x\"\n>>>>>>> theirs\n\
            format = \"sealgate-seal/1\"\n\"../x\" = \"dir\"\n'a' = 'dir'\r\n\xff\n\"c\" = \"file 1 ab\"\n\"d";
        let found = salvage(text);
        let paths: Vec<_> = found.iter().map(|sealed| sealed.path.as_str()).collect();
        assert_eq!(paths, ["a", "b", "b"]);
    }
}
