//! Text: escaping what is printed, hexadecimal digits, and problems as a user reads them.

pub mod escape;
pub mod hex;
pub mod problem;
