//! The id that a tree would have without some of its entries.

use super::object::{self, IdHasher, ObjectKind, Oid, TreeMode};
use super::objects::{MAX_TREE, ObjectError, Objects};

/// The entry of `tree`, from its raw bytes, whose name is `name`: where it begins and ends, what it is, and
/// its object.
fn entry(bytes: &[u8], tree: &Oid, name: &[u8]) -> Result<Option<Found>, ObjectError> {
    let broken = |why| ObjectError::Broken(*tree, why);
    let wanted = object::tree(bytes, tree).map_err(broken)?;
    let Some(wanted) = wanted.into_iter().find(|entry| *entry.name == *name) else {
        return Ok(None);
    };
    // The entries were read without an error: each is MODE SP NAME NUL ID.
    let mut from = 0;
    while from < bytes.len() {
        let rest = &bytes[from..];
        let end = rest.iter().position(|&byte| byte == 0).ok_or(broken("a name without an end"))?;
        let length = end + 1 + tree.length();
        let is_it = rest[..end]
            .iter()
            .position(|&byte| byte == b' ')
            .is_some_and(|space| rest[space + 1..end] == *name);
        if is_it {
            return Ok(Some(Found { from, to: from + length, mode: wanted.mode, oid: wanted.oid }));
        }
        from += length;
    }
    Err(broken("an entry that cannot be found again"))
}

struct Found {
    from: usize,
    to: usize,
    mode: TreeMode,
    oid: Oid,
}

impl Objects {
    /// The id of the tree `root` without the entries `names` of its directory `directory`, whose
    /// components are separated by `/`. All other bytes stay, as `git rm --cached` and `git write-tree`
    /// keep them. A directory that is empty without them is left out too, as git has no empty directories.
    ///
    /// # Errors
    ///
    /// A tree cannot be read, or is none that git would write.
    pub fn tree_without(
        &mut self,
        root: &Oid,
        directory: &[u8],
        names: &[&[u8]],
    ) -> Result<Oid, ObjectError> {
        let components: Vec<&[u8]> = directory.split(|&byte| byte == b'/').collect();
        let bytes = self.without(root, &components, names)?;
        bytes.map_or(Ok(*root), |bytes| id_of(&bytes, root))
    }

    /// The bytes of `tree` without the entries; `None`: it has none of them.
    fn without(
        &mut self,
        tree: &Oid,
        components: &[&[u8]],
        names: &[&[u8]],
    ) -> Result<Option<Vec<u8>>, ObjectError> {
        let mut bytes = self.whole(tree, ObjectKind::Tree, MAX_TREE)?;
        self.spend(&bytes)?;
        let Some((first, rest)) = components.split_first() else {
            let mut is_changed = false;
            for name in names {
                if let Some(found) = entry(&bytes, tree, name)? {
                    bytes.drain(found.from..found.to);
                    is_changed = true;
                }
            }
            return Ok(is_changed.then_some(bytes));
        };
        let Some(found) = entry(&bytes, tree, first)? else { return Ok(None) };
        if found.mode != TreeMode::Tree {
            return Ok(None);
        }
        let Some(inner) = self.without(&found.oid, rest, names)? else { return Ok(None) };
        if inner.is_empty() {
            bytes.drain(found.from..found.to);
        } else {
            let id = id_of(&inner, tree)?;
            bytes.splice(found.to - tree.length()..found.to, id.as_bytes().iter().copied());
        }
        Ok(Some(bytes))
    }
}

fn id_of(bytes: &[u8], like: &Oid) -> Result<Oid, ObjectError> {
    let mut id = IdHasher::new(ObjectKind::Tree, bytes.len() as u64, like);
    id.update(bytes);
    id.finish().ok_or(ObjectError::Broken(*like, "an id of another length"))
}
