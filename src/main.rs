//! The program `sealgate`: the library does everything, this gives it the process.

use std::process::ExitCode;

/// The allocator of musl asks the system for pages, and gives them back, a hundred times for a thousand
/// files: docs/performance.md has the figures.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    ExitCode::from(sealgate::cli::commands::main(std::env::args_os()))
}
