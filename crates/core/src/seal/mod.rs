//! The seal: what it states, how it is read and how it is written.
//!
//! `surface` is the part of a database that a seal over one covers.
//!
//! `path` and `entry` are what stands in it, `command` is how its root is built, `exclude` decides what it covers, and `collisions` finds
//! names that some file systems take for one. `model` is the seal in memory; `write` gives its one canonical text; `read` accepts exactly
//! that text and nothing else, a line at a step; `lenient` reads what people have edited, for
//! `fmt`, for `seal`, and for `explain`, which tells what is wrong with a text that `read` refuses. What makes a
//! seal valid stands once, in `rules`; what a ruined text still tells, in `salvage`; how a string is escaped, in `escape`; how two changes of a seal are joined, in `join`; the searches that
//! make it fast, in `scan`.

pub mod collisions;
mod command;
pub mod entry;
mod error;
mod escape;
pub mod exclude;
mod explain;
mod join;
mod lenient;
mod model;
pub mod path;
mod read;
mod rules;
mod salvage;
mod scan;
pub mod surface;
mod write;

pub use command::{BuildCommand, BuildEdit, CommandFault, MAX_BUILD_BYTES};
pub use error::{SealError, SealFault};
pub use escape::{push_string, quoted};
pub use join::{Joined, MARKER_SIZE, join};
pub use lenient::{loose_header, loose_seal, loose_seal_in_scope};
pub use model::{
    FORMAT, Header, LARGE_SEAL_BYTES, MAX_SEAL_BYTES, Root, Seal, SealName, SealedEntry,
};
pub use read::{Parts, read, read_explained};
pub use salvage::salvage;
pub use write::{entry_text, to_bytes};
