//! Any bytes as a blocker map: whatever is believed is open where it says so, and blocks.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sealgate_core::approval::blockers::{BlockerMap, VOCABULARY, loosened};

fuzz_target!(|bytes: &[u8]| {
    let map = match BlockerMap::read(bytes) {
        Ok(map) => map,
        Err(error) => return assert!(error.into_problem("map.json").remedy.is_some()),
    };
    assert!(!map.blockers.is_empty());
    let honest = match map.honest(&["staging"]) {
        Ok(honest) => honest,
        Err(faults) => {
            assert!(!faults.is_empty());
            return faults.iter().for_each(|fault| drop(fault.to_problem("map.json")));
        }
    };
    let open = map.open().count();
    assert_eq!(open as u64, map.open_count);
    assert_eq!(honest.open_that_block("nobody-knows").len(), open);
    let words = [&VOCABULARY[..], &["staging"]].concat();
    assert_eq!(honest.open_that_block_any(&words).len(), open, "each open item blocks something");
    for item in map.blockers.iter().filter(|item| !item.is_open()) {
        assert!(item.closed_by.is_some() && item.closed_at.is_some());
    }
    assert_eq!(loosened(Some(&map), &honest), []);
    assert_eq!(loosened(None, &honest).len(), map.blockers.len() - open);
});
