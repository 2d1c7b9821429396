//! Any bytes as a tree, a commit or a tag of git: what is read is what a second reader finds.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sealgate_core::text::hex;

// Compiled here once more, because its crate does not publish the readers of single objects.
#[path = "../../crates/git/src/object.rs"]
#[allow(dead_code, unreachable_pub)]
mod object;

use object::{IdHasher, ObjectKind, Oid, TreeMode};

fuzz_target!(|bytes: &[u8]| {
    let Some((&first, content)) = bytes.split_first() else { return };
    let like = Oid::from_hex("0".repeat(if first & 1 == 0 { 40 } else { 64 }).as_bytes());
    let like = like.expect("zeros are an id");
    if let Ok(entries) = object::tree(content, &like) {
        // Written again in git's own form of modes, it is the same tree.
        let mut again = Vec::new();
        for entry in &entries {
            assert!(!entry.name.is_empty());
            assert!(!entry.name.contains(&b'/') && !entry.name.contains(&0));
            again.extend_from_slice(match entry.mode {
                TreeMode::Tree => b"40000 ",
                TreeMode::File { executable: true } => b"100755 ",
                TreeMode::File { executable: false } => b"100644 ",
                TreeMode::Link => b"120000 ",
                TreeMode::Submodule => b"160000 ",
            });
            again.extend_from_slice(&entry.name);
            again.push(0);
            let id = hex::bytes(&entry.oid.to_string()).expect("an id is hexadecimal");
            assert_eq!(id.len(), like.length());
            again.extend(id);
        }
        assert_eq!(object::tree(&again, &like).as_ref(), Ok(&entries));
    }
    if let Some(commit) = object::commit(content, like) {
        assert!(content.starts_with(format!("tree {}", commit.tree).as_bytes()));
        assert_eq!(commit.tree.length(), like.length());
    }
    if let Some(oid) = object::tagged(content, like) {
        assert!(content.starts_with(format!("object {oid}").as_bytes()));
    }
    // An id does not depend on how the content was cut into pieces.
    let whole = id(&[content], &like);
    let (left, right) = content.split_at(usize::from(first).min(content.len()));
    assert_eq!(id(&[left, right], &like), whole);
});

fn id(pieces: &[&[u8]], like: &Oid) -> Option<Oid> {
    let size = pieces.iter().map(|piece| piece.len() as u64).sum();
    let mut hasher = IdHasher::new(ObjectKind::Blob, size, like);
    pieces.iter().for_each(|piece| hasher.update(piece));
    hasher.finish()
}
