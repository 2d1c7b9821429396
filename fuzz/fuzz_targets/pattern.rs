//! Any bytes as an exclude list and a path: an accepted list decides from the top down.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sealgate_core::seal::exclude::Scope;

// The path stands before the first NUL; the patterns follow, one a line.
fuzz_target!(|bytes: &[u8]| {
    let Some(end) = bytes.iter().position(|&byte| byte == 0) else { return };
    let (path, list) = (&bytes[..end], &bytes[end + 1..]);
    let Ok(list) = std::str::from_utf8(list) else { return };
    let patterns: Vec<String> = list.split('\n').map(str::to_owned).collect();
    let scope = match Scope::new(patterns.clone()) {
        Ok(scope) => scope,
        Err(error) => {
            assert_eq!(patterns.get(error.index), Some(&error.pattern));
            return assert!(!error.reason.is_empty());
        }
    };
    assert_eq!(scope.patterns(), &patterns[..]);
    let is_path = path.split(|&byte| byte == b'/').all(|part| !matches!(part, b"" | b"." | b".."));
    if !is_path {
        return;
    }
    for is_dir in [false, true] {
        let excluded = scope.excludes(path, is_dir);
        // The first excluded directory above the path decides, else the path itself.
        let above = (0..path.len()).filter(|&at| path[at] == b'/').map(|at| &path[..at]);
        let decided = above
            .into_iter()
            .find_map(|parent| scope.excludes_child(parent, true))
            .or_else(|| scope.excludes_child(path, is_dir));
        assert_eq!(excluded, decided);
        if let Some(pattern) = excluded {
            assert!(patterns.iter().any(|known| known == pattern));
            assert!(!pattern.starts_with('!'), "a pattern that includes excluded something");
        }
    }
});
