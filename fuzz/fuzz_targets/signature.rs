//! Any bytes as a signature: none is one of a key whose secret nobody has.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sealgate_core::approval::{Policy, verify};

const POLICY: &str = "format = \"sealgate-policy/1\"\nrepository = \"r\"\nmax-grant-hours = 1\n\
    [[key]]\nname = \"a\"\nprincipal = \"a\"\ntouch = false\n\
    key = \"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c\"\n";

fuzz_target!(|bytes: &[u8]| {
    let policy = Policy::loose(POLICY.as_bytes()).expect("a policy");
    assert!(verify(bytes, b"a message", &policy.keys).is_err());
});
