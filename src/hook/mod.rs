//! The pre-push hook: what git pushes, judged before it leaves; and how git comes to run it.
//!
//! - `protocol` reads what is pushed;
//! - `judging` judges each commit once, however many refs lead to it;
//! - `outcome` is what came of that, and the verdict;
//! - `held` holds its seals against those that the remote has;
//! - `words` says in a line what came of it;
//! - `script` is the text of the hook that git runs;
//! - `install` puts it where git looks, and takes it away again.

mod held;
mod install;
mod judging;
mod outcome;
mod protocol;
mod script;
mod words;

pub use held::ScopeChanged;
pub use install::{Installed, Place, Removed};
pub use outcome::{JudgedCommit, Judging, Stopped, Tally, Unsealed};
pub use protocol::{
    MAX_INPUT, MAX_LINE, Named, ProtocolError, Push, Pushes, Variables, of_stdin, of_variables,
};
pub use script::{Author, author, script};
pub use words::{
    heading, installed, not_held, nothing, passed, removed, scope_changed, skipped, stopped,
    warning,
};
