//! A change and its way back, tried on a clone of what it is for.
//!
//! - `plan` reads what is to be tried;
//! - `state` is what was measured at one moment;
//! - `proof` holds the moments against one another. It is pure, and decides alone;
//! - `confine` keeps a process from writing elsewhere;
//! - `supervise` ends what a process started with it, and `ended` is how that ended.

pub mod confine;
pub mod ended;
pub mod plan;
pub mod proof;
pub mod state;
pub mod supervise;
