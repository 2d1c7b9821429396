//! The command line: its arguments, the commands that wire them to the operations, what is printed, and
//! the progress display.

pub mod args;
pub mod commands;
#[cfg(unix)]
mod descriptors;
pub mod output;
pub mod progress;
