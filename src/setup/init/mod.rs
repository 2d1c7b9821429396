//! Setting a repository up: what is proposed, what is asked, and what the files say.
//!
//! - `ask` is the conversation on a terminal;
//! - `build` finds the command that makes a directory;
//! - `files` are those that are written beside the seals;
//! - `name` makes the names of seals;
//! - `refusals` are the reasons not to go on;
//! - `workflow` is the text of the workflows.
//!
//! Nothing is written before everything is known.

mod ask;
pub mod build;
pub mod files;
mod name;
mod refusals;
mod workflow;

pub use ask::Dialogue;
pub use name::seal_name;
pub use refusals::{by_hand, not_a_terminal, nothing_found};
pub use workflow::{Steps, Workflow, build_command};
