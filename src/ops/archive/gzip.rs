//! Gzip files, and the tar file that may be in one.

use std::cell::RefCell;
use std::io::{self, Cursor, Read};
use std::ops::Range;

use flate2::bufread::MultiGzDecoder;
use sealgate_core::compare::archive::{Archive, Form, Member, MemberContent, Stated, Wrapper};
use sealgate_core::seal::entry::Digest;

use super::limits::{Fault, Limits};
use super::{HEAD, is_tar, tar};

/// Where the time stands in the header.
const TIME: Range<usize> = 4..8;

/// Where the level of compression stands in the header.
const LEVEL: usize = 8;

/// What the gzip file `bytes` holds. Where that is no archive, it is the one member, without a name.
pub(super) fn read(bytes: &[u8], limits: &Limits<'_>) -> Result<Archive, Fault> {
    let decoder = MultiGzDecoder::new(bytes);
    let Some(header) = decoder.header().filter(|_| bytes.len() > LEVEL) else {
        return Err(Fault::Damaged("it has no whole header".to_owned()));
    };
    let time = header.mtime();
    let system = header.operating_system();
    let texts = (header.filename(), header.comment(), header.extra());
    let header = format!("{} {system} {texts:?}", bytes[LEVEL]);
    let mut packed = blake3::Hasher::new();
    packed.update(&bytes[..TIME.start]).update(&bytes[TIME.end..]);

    let hasher = RefCell::default();
    let mut unpacked = Hashed { reader: limits.reader(decoder), hasher: &hasher };
    let mut head = Vec::new();
    unpacked.by_ref().take(HEAD as u64).read_to_end(&mut head)?;
    let whole = Cursor::new(&head).chain(unpacked);
    let content = if is_tar(&head) {
        Some(tar::read_limited(whole)?)
    } else {
        drain(whole)?;
        None
    };
    let (size, unpacked) = finish(&hasher);
    let content = content.unwrap_or_else(|| alone(size, unpacked));
    let packed = Digest(*packed.finalize().as_bytes());
    let header = Digest::of(header.as_bytes());
    Ok(Archive { wrapper: Some(Wrapper { time, header, packed, unpacked }), ..content })
}

fn drain(mut reader: impl Read) -> io::Result<()> {
    io::copy(&mut reader, &mut io::sink()).map(|_| ())
}

fn finish(hasher: &RefCell<blake3::Hasher>) -> (u64, Digest) {
    let hasher = hasher.borrow();
    (hasher.count(), Digest(*hasher.finalize().as_bytes()))
}

/// One member that is the whole content.
fn alone(size: u64, digest: Digest) -> Archive {
    let nothing = Digest::of(b"");
    let stated = Stated { times: nothing, mode: nothing, owner: nothing, packing: nothing };
    let content = MemberContent::File(size, digest);
    let members = vec![Member { name: Box::default(), content, stated }];
    Archive { form: Form::Stream, members, frame: nothing, wrapper: None }
}

/// A reader whose bytes are hashed as they pass.
struct Hashed<'a, R> {
    reader: R,
    hasher: &'a RefCell<blake3::Hasher>,
}

impl<R: Read> Read for Hashed<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        self.hasher.borrow_mut().update(&buffer[..read]);
        Ok(read)
    }
}
