//! The variables of the environment that a command reads.

/// The value of the variable `name`; `None` where it is not set, empty or no text.
pub(super) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Whether this is a CI run, where nothing may be written without `--allow-ci`.
pub(super) fn in_ci() -> bool {
    std::env::var_os("CI")
        .is_some_and(|value| !(value.is_empty() || value == "0" || value == "false"))
}
