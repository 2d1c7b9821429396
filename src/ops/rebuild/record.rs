//! What the last rebuild made: the next one does not take it for somebody's work.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use sealgate_core::seal::entry::Digest;
use sealgate_scan::read_named;
use serde::{Deserialize, Serialize};

use super::{Bytes, Contents};
use crate::tree::replace::Writer;

/// The file in the directory of all runs.
const FILE: &str = "built.json";

/// The value of the key `format`.
const FORMAT: &str = "sealgate-built/1";

/// A longer record is not read, in bytes.
const LONGEST: u64 = 256 << 20;

/// The record: by root and path, the digest of a file.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Text {
    format: String,
    roots: BTreeMap<String, BTreeMap<String, String>>,
}

fn read(runs: &Path) -> Text {
    let bytes = read_named(&runs.join(FILE), LONGEST).unwrap_or_default();
    let text: Text = serde_json::from_slice(&bytes).unwrap_or_default();
    if text.format == FORMAT { text } else { Text::default() }
}

/// What the last rebuild of `root` made; nothing where there is no record that can be read.
pub(super) fn made(runs: &Path, root: &str) -> Contents {
    let files = read(runs).roots.remove(root).unwrap_or_default();
    let file = |(path, digest): (String, String)| {
        let digest = Digest::from_hex(digest.as_bytes())?;
        Some((path.into_bytes().into(), Bytes::File(digest)))
    };
    files.into_iter().filter_map(file).collect()
}

/// Records what was made of each root. Without it, the next rebuild asks more questions than it needs.
pub(super) fn write(runs: &Path, made: HashMap<String, Contents>) {
    let mut text = read(runs);
    FORMAT.clone_into(&mut text.format);
    for (root, files) in made {
        let file = |(path, bytes): (Box<[u8]>, Bytes)| match bytes {
            Bytes::File(digest) => Some((String::from_utf8(path.into()).ok()?, digest.to_string())),
            Bytes::Link(_) | Bytes::Directory => None,
        };
        text.roots.insert(root, files.into_iter().filter_map(file).collect());
    }
    if let Ok(bytes) = serde_json::to_vec(&text) {
        let _ = Writer::default().write(&runs.join(FILE), &bytes);
    }
}
