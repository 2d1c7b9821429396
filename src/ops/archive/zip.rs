//! Zip files, by their central directory.

use std::io::{Cursor, Read};

use sealgate_core::compare::archive::{Archive, Form, Member, MemberContent, Stated};
use sealgate_core::seal::entry::Digest;
use zip::ZipArchive;
use zip::extra_fields::ExtraField;
use zip::read::ZipFile;

use super::limits::{Fault, Limits};

/// What each member of the central directory begins with.
const MEMBER: &[u8] = b"PK\x01\x02";

/// The extra fields that hold times: NTFS, extended, and Info-ZIP for Unix.
const TIMES: [u16; 3] = [0x000a, 0x5455, 0x5855];

/// The longest target of a link, in bytes.
const LONGEST_TARGET: u64 = 4096;

/// The members of the zip file `bytes`.
pub(super) fn read(bytes: &[u8], limits: &Limits<'_>) -> Result<Archive, Fault> {
    // Opening builds an index of all members.
    Limits::check_count(bytes.windows(MEMBER.len()).filter(|part| *part == MEMBER).count())?;
    let mut archive = ZipArchive::new(Cursor::new(bytes))?;
    if archive.has_duplicate_names() {
        return Err(Fault::SameNames);
    }
    let before = usize::try_from(archive.offset()).unwrap_or(usize::MAX).min(bytes.len());
    let frame = [archive.comment(), &bytes[..before]].concat();
    let mut members = Vec::with_capacity(archive.len());
    let mut names = 0;
    for index in 0..archive.len() {
        // Members may share compressed bytes: those count for each.
        let (_, packed) = limits.hash(archive.by_index_raw(index)?)?;
        let member = member(archive.by_index(index)?, packed, limits)?;
        names += member.name.len();
        members.push(member);
        Limits::check_members(&members, names)?;
    }
    Ok(Archive { form: Form::Members, members, frame: Digest::of(&frame), wrapper: None })
}

fn member<R: Read>(
    mut file: ZipFile<'_, R>,
    packed: Digest,
    limits: &Limits<'_>,
) -> Result<Member, Fault> {
    let name = file.name_raw().into();
    let stated = stated(&file, packed);
    let content = if file.is_dir() {
        MemberContent::Other(b'd')
    } else if file.is_symlink() {
        let mut target = Vec::new();
        limits.reader(&mut file).take(LONGEST_TARGET + 1).read_to_end(&mut target)?;
        if target.len() as u64 > LONGEST_TARGET {
            return Err(Fault::Unsupported("a link with a long target"));
        }
        MemberContent::Link(target.into())
    } else {
        let (size, digest) = limits.hash(&mut file)?;
        MemberContent::File(size, digest)
    };
    Ok(Member { name, content, stated })
}

fn stated<R: Read>(file: &ZipFile<'_, R>, packed: Digest) -> Stated {
    let (times, others): (Vec<&ExtraField>, Vec<&ExtraField>) =
        file.extra_data_fields().partition(|field| holds_times(field));
    let packing = (
        packed,
        file.compression(),
        file.version_made_by(),
        file.version_needed(),
        file.flags(),
        file.comment_raw(),
        others,
    );
    Stated {
        times: Digest::of(format!("{:?} {times:?}", file.last_modified()).as_bytes()),
        mode: Digest::of(
            format!("{:?} {}", file.unix_mode(), file.external_attributes()).as_bytes(),
        ),
        owner: Digest::of(b""),
        packing: Digest::of(format!("{packing:?}").as_bytes()),
    }
}

fn holds_times(field: &ExtraField) -> bool {
    match field {
        ExtraField::Ntfs(_) | ExtraField::ExtendedTimestamp(_) => true,
        ExtraField::Custom(field) => TIMES.contains(&field.header_id),
        _ => false,
    }
}
