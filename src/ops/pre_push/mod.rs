//! What git pushes, judged before it leaves.
//!
//! - `protocol` reads what is pushed;
//! - `judging` finds the commits, each one once, however many refs lead to it; `run` is what it keeps
//!   meanwhile;
//! - `commit` judges one by its seals;
//! - `outcome` is what came of that, and the verdict;
//! - `known` is what was judged before, `passed` the list of what passed in earlier pushes, and `effort` how
//!   much work is left;
//! - `held` holds its seals against those that the remote has;
//! - `approvals` is what the policy says of it;
//! - `unsealed` is about refs that lead to no seals;
//! - `words` says in a line what came of it.

mod approvals;
mod commit;
mod effort;
mod held;
mod judging;
mod known;
mod outcome;
mod passed;
mod protocol;
mod run;
mod unsealed;
mod words;

pub use approvals::unapproved;
pub use outcome::{Failing, JudgedCommit, Judging, ScopeChanged, Stopped, Tally, Unsealed};
pub use protocol::{
    MAX_INPUT, MAX_LINE, Named, ProtocolError, Push, Pushes, Variables, of_stdin, of_variables,
};
pub use words::{heading, not_held, nothing, passed, scope_changed, skipped, stopped, warning};
