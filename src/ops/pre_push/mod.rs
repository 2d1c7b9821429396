//! What git pushes, judged before it leaves.
//!
//! - `protocol` reads what is pushed;
//! - `judging` judges each commit once, however many refs lead to it;
//! - `outcome` is what came of that, and the verdict;
//! - `held` holds its seals against those that the remote has;
//! - `words` says in a line what came of it.

mod held;
mod judging;
mod outcome;
mod protocol;
mod words;

pub use held::ScopeChanged;
pub use outcome::{JudgedCommit, Judging, Stopped, Tally, Unsealed};
pub use protocol::{
    MAX_INPUT, MAX_LINE, Named, ProtocolError, Push, Pushes, Variables, of_stdin, of_variables,
};
pub use words::{heading, not_held, nothing, passed, scope_changed, skipped, stopped, warning};
