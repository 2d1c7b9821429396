//! The program `sealgate`: the library does everything, this gives it the process.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(sealgate::cli::commands::main(std::env::args_os()))
}
