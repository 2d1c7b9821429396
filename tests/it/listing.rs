//! `sealgate ls`: what becomes of each path.

#![cfg(unix)]

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;

use crate::support::{Repo, scrubbed};

#[test]
fn what_no_seal_can_state_is_listed_as_that() {
    let repo = Repo::of_release();
    assert!(scrubbed("mkfifo").arg(repo.at("release/fifo")).status().unwrap().success());
    fs::write(repo.at("release").join(OsStr::from_bytes(b"not-\xff")), "").unwrap();
    let ran = repo.run(&["ls", "release"]);
    let listing = ran.stdout;
    assert!(listing.contains("unsealable fifo  no file, directory or link: a FIFO"), "{listing}");
    assert!(listing.contains("unsealable not-\\xff  its name is not UTF-8"), "{listing}");
    let one = repo.run(&["ls", "release", "fifo"]);
    assert!(one.stdout.starts_with("unsealable fifo  "), "{one:?}");
}
