//! Text: escaping what is printed, hexadecimal digits, paths and problems as a user reads them, and the
//! codes of problems.

pub mod codes;
pub mod escape;
pub mod hex;
pub mod place;
pub mod problem;
