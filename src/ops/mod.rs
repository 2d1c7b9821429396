//! The operations: what each command does, without a command line and without printing.

pub mod archive;
pub mod authorize;
pub mod bounds;
pub mod bring_back;
pub mod broken;
pub mod check;
pub mod grant_use;
pub mod merge;
pub mod pre_push;
pub mod rebuild;
pub mod rehearse;
mod reported;
pub mod resolve;
pub mod seal;
pub mod side_by_side;
pub mod signals;
