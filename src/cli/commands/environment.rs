//! The variables of the environment that a command reads.

/// The value of the variable `name`; `None` where it is not set, empty or no text.
pub(super) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
