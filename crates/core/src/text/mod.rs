//! Text: escaping what is printed, hexadecimal digits, problems as a user reads them, and their codes.

pub mod codes;
pub mod escape;
pub mod hex;
pub mod problem;
