//! Setting a repository up: what is proposed, what is asked, and what the files say.
//!
//! - `action` names the action that a workflow runs;
//! - `ask` is the conversation on a terminal;
//! - `build` finds the command that makes a directory;
//! - `files` are those that are written beside the seals;
//! - `name` makes the names of seals;
//! - `refusals` are the reasons not to go on;
//! - `workflow` is the text of the workflows.
//!
//! Nothing is written before everything is known.

mod action;
mod ask;
pub mod build;
pub mod files;
mod name;
mod refusals;
mod workflow;

pub use action::{ActionFault, ActionRef};
pub use ask::{Dialogue, Runs};
pub use name::seal_name;
pub use refusals::{MOST_ROOTS, by_hand, not_a_terminal, nothing_found};
pub use workflow::{Steps, Workflow, build_command};
