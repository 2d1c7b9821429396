//! Any bytes as a policy: what is believed has one text, and its thresholds can be met by people.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sealgate_core::approval::Policy;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(policy) = Policy::loose(bytes) {
        let text = policy.to_text();
        assert_eq!(Policy::read(text.as_bytes()).as_ref(), Ok(&policy));
        for rule in &policy.rules {
            assert!((1..=rule.approvers.len()).contains(&rule.threshold));
        }
    }
    if let Ok(policy) = Policy::read(bytes) {
        assert_eq!(policy.to_text().as_bytes(), bytes);
    }
});
