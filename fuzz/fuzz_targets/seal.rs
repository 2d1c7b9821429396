//! Any bytes as a seal: what is read is canonical, and reading it again gives the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sealgate_core::seal::{SealName, loose_seal, read, salvage, to_bytes};

fuzz_target!(|bytes: &[u8]| {
    let Some(name) = SealName::parse("dist") else { return };
    match read(&name, bytes) {
        Ok(seal) => assert_eq!(to_bytes(&seal), bytes),
        Err(error) => assert!(!error.into_problem(&name, "seals/dist.toml").message.is_empty()),
    }
    if let Ok(seal) = loose_seal(&name, bytes) {
        let canonical = to_bytes(&seal);
        assert_eq!(read(&name, &canonical).as_ref(), Ok(&seal));
    }
    let _ = salvage(bytes);
});
