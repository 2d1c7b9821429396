//! Tar files. Long names and the records of pax are read here, and not by the crate, which would take
//! them of any length.

use std::io::{self, Read};
use std::ops::Range;

use sealgate_core::compare::archive::{Archive, Form, Member, MemberContent, Stated};
use sealgate_core::seal::entry::Digest;
use tar::{EntryType, Header, PaxExtensions};

use super::limits::{Fault, Limits};

/// The longest name or set of records that is read, in bytes.
const LONGEST: u64 = 1 << 20;

/// Where a header states the mode, the owner, the time, the names of the owner, the format and the
/// device.
const MODE: Range<usize> = 100..108;
const OWNER: Range<usize> = 108..124;
const TIME: Range<usize> = 136..148;
const FORMAT: Range<usize> = 257..265;
const OWNER_NAMES: Range<usize> = 265..329;
const DEVICE: Range<usize> = 329..345;

/// The members of the tar file `bytes`.
pub(super) fn read(bytes: &[u8], limits: &Limits<'_>) -> Result<Archive, Fault> {
    read_limited(limits.reader(bytes))
}

/// The members of the tar file that `reader` gives, to its end.
pub(super) fn read_limited(reader: impl Read) -> Result<Archive, Fault> {
    let mut archive = tar::Archive::new(reader);
    let mut members = Vec::new();
    let mut frame = blake3::Hasher::new();
    let mut names = 0;
    let mut ahead = Ahead::default();
    for entry in archive.entries()?.raw(true) {
        let mut entry = entry?;
        let (kind, size) = (entry.header().entry_type(), entry.size());
        match kind {
            EntryType::XGlobalHeader => {
                frame.update(&small(&mut entry)?);
            }
            EntryType::XHeader => ahead.take_records(&small(&mut entry)?)?,
            EntryType::GNULongName => ahead.name = Some(without_nul(small(&mut entry)?)),
            EntryType::GNULongLink => ahead.target = Some(without_nul(small(&mut entry)?)),
            EntryType::GNUSparse => return Err(Fault::Unsupported("sparse members")),
            _ => {
                let mut hasher = blake3::Hasher::new();
                hasher.update_reader(&mut entry)?;
                if hasher.count() != size {
                    return Err(Fault::Damaged("it ends within a member".to_owned()));
                }
                let bytes = MemberContent::File(size, Digest(*hasher.finalize().as_bytes()));
                let member = std::mem::take(&mut ahead).member(entry.header(), bytes);
                names += member.name.len() + target_length(&member.content);
                members.push(member);
            }
        }
        Limits::check_members(&members, names)?;
    }
    frame.update_reader(archive.into_inner())?;
    Ok(Archive {
        form: Form::Members,
        members,
        frame: Digest(*frame.finalize().as_bytes()),
        wrapper: None,
    })
}

/// What is in an entry that describes the next one.
fn small(entry: &mut impl Read) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::new();
    entry
        .take(LONGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(|error: io::Error| Fault::from(error))?;
    if bytes.len() as u64 > LONGEST {
        return Err(Fault::Unsupported("a header of over 1 MiB"));
    }
    Ok(bytes)
}

fn without_nul(mut bytes: Vec<u8>) -> Vec<u8> {
    if bytes.last() == Some(&0) {
        bytes.pop();
    }
    bytes
}

fn target_length(content: &MemberContent) -> usize {
    match content {
        MemberContent::Link(target) | MemberContent::HardLink(target) => target.len(),
        _ => 0,
    }
}

/// What stands ahead of a member.
#[derive(Default)]
struct Ahead {
    name: Option<Vec<u8>>,
    target: Option<Vec<u8>>,
    times: Vec<u8>,
    owner: Vec<u8>,
    others: Vec<u8>,
}

impl Ahead {
    /// Takes the records of a pax header.
    fn take_records(&mut self, records: &[u8]) -> Result<(), Fault> {
        for record in PaxExtensions::new(records) {
            let record = record?;
            let (key, value) = (record.key_bytes(), record.value_bytes());
            let stated = match key {
                b"path" => self.name.insert(Vec::new()),
                b"linkpath" => self.target.insert(Vec::new()),
                b"mtime" | b"atime" | b"ctime" => &mut self.times,
                b"uid" | b"gid" | b"uname" | b"gname" => &mut self.owner,
                b"size" => return Err(Fault::Unsupported("a member of over 8 GiB")),
                _ if key.starts_with(b"GNU.sparse.") => {
                    return Err(Fault::Unsupported("sparse members"));
                }
                _ => &mut self.others,
            };
            if !matches!(key, b"path" | b"linkpath") {
                stated.extend_from_slice(key);
                stated.push(b'=');
            }
            stated.extend_from_slice(value);
        }
        Ok(())
    }

    fn member(self, header: &Header, bytes: MemberContent) -> Member {
        let field = |place: Range<usize>| &header.as_bytes()[place];
        let kind = header.entry_type();
        let target = || {
            let stated = || header.link_name_bytes().map(|target| target.to_vec());
            self.target.clone().or_else(stated).unwrap_or_default().into_boxed_slice()
        };
        let content = match kind {
            EntryType::Regular | EntryType::Continuous => bytes,
            EntryType::Symlink => MemberContent::Link(target()),
            EntryType::Link => MemberContent::HardLink(target()),
            other => MemberContent::Other(other.as_byte()),
        };
        let digest = |parts: &[&[u8]]| Digest::of(&parts.concat());
        let stated = Stated {
            times: digest(&[field(TIME), &self.times]),
            mode: digest(&[field(MODE)]),
            owner: digest(&[field(OWNER), field(OWNER_NAMES), &self.owner]),
            packing: digest(&[field(FORMAT), field(DEVICE), &self.others]),
        };
        let name = self.name.unwrap_or_else(|| header.path_bytes().into_owned());
        Member { name: name.into(), content, stated }
    }
}
