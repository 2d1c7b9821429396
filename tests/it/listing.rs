//! `sealgate ls`: what becomes of each path.

#![cfg(unix)]

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;

use rustix::fs::{Mode, OFlags};

use crate::support::{Node, Repo, scrubbed};

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

#[test]
fn what_lies_elsewhere_is_not_listed() {
    let repo = Repo::of_release();
    fs::create_dir_all(repo.at("release/wanted/below")).unwrap();
    fs::write(repo.at("release/wanted/below/new"), "").unwrap();
    // As deep as no path may be: whoever lists it fails.
    let mut deep = rustix::fs::open(repo.at("release"), OFlags::DIRECTORY, Mode::empty()).unwrap();
    let name = "d".repeat(250);
    for _ in 0..20 {
        rustix::fs::mkdirat(&deep, &*name, Mode::RWXU).unwrap();
        deep = rustix::fs::openat(&deep, &*name, OFlags::DIRECTORY, Mode::empty()).unwrap();
    }
    assert_ne!(repo.run(&["ls", "release"]).code, 0);
    for (path, listing) in [
        ("wanted", "unsealed   wanted/below/new\n"),
        ("wanted/below/", "unsealed   wanted/below/new\n"),
        ("wanted/below/new", "unsealed   wanted/below/new\n"),
        ("wanted/other", "absent     wanted/other  there is no such path below release\n"),
    ] {
        let ran = repo.run(&["ls", "release", path]);
        assert_eq!(ran.stdout, listing, "{path}");
    }
}

/// The completions ask for this.
#[test]
fn without_a_name_the_seals_are_listed() {
    let repo = Repo::of_release();
    repo.build("dist", &[("app.js", Node::File(b"app".to_vec()))]);
    repo.seal("dist", "dist");
    let ran = repo.run(&["ls"]);
    assert_eq!((ran.code, &*ran.stdout), (0, "dist\nrelease\n"), "{}", ran.stderr);
    let ran = Repo::plain().run(&["ls"]);
    assert_eq!((ran.code, &*ran.stdout), (2, ""));
    assert!(ran.stderr.contains("there are no seals"), "{}", ran.stderr);
}
