//! How many files this process may have open.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// `OPEN_MAX` of Apple's systems: they refuse a limit above it, although they state no maximum.
const MOST_OF_APPLE: u64 = 10_240;

/// Takes as many file descriptors as this user may have: the walk holds one for each directory
/// that it is in. What cannot be had is reported where it is missed.
pub(super) fn raise_limit() {
    let limit = getrlimit(Resource::Nofile);
    let most = cfg!(target_vendor = "apple").then_some(MOST_OF_APPLE);
    let current = raised(limit.maximum, most);
    let _ = setrlimit(Resource::Nofile, Rlimit { current, ..limit });
}

/// The limit to ask for: the `maximum` that this user may have, and no more than `most`, if the system
/// refuses more. `None` is no limit.
fn raised(maximum: Option<u64>, most: Option<u64>) -> Option<u64> {
    match (maximum, most) {
        (Some(maximum), Some(most)) => Some(maximum.min(most)),
        (maximum, most) => maximum.or(most),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_limit_is_asked_for_that_the_system_refuses() {
        for (maximum, most, expected) in [
            (Some(4_096), None, Some(4_096)),
            (None, None, None),
            (None, Some(MOST_OF_APPLE), Some(MOST_OF_APPLE)),
            (Some(4_096), Some(MOST_OF_APPLE), Some(4_096)),
            (Some(1 << 20), Some(MOST_OF_APPLE), Some(MOST_OF_APPLE)),
        ] {
            assert_eq!(raised(maximum, most), expected, "{maximum:?} {most:?}");
        }
    }
}
