//! Any bytes as a grant: what is believed has one text, and an end.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sealgate_core::approval::Grant;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(grant) = Grant::loose(bytes) {
        assert_eq!(Grant::read(grant.to_text().as_bytes()).as_ref(), Ok(&grant));
        assert!(grant.not_before < grant.not_after);
        assert!(grant.subject.suits(&grant.action));
    }
    if let Ok(grant) = Grant::read(bytes) {
        assert_eq!(grant.to_text().as_bytes(), bytes);
    }
});
