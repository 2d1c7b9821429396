//! The pre-push hook: what git pushes, judged before it leaves; and how git comes to run it.
//!
//! - `protocol` reads what is pushed;
//! - `judging` judges each commit once, however many refs lead to it;
//! - `words` says in a line what came of it;
//! - `script` is the text of the hook that git runs;
//! - `install` puts it where git looks, and takes it away again.

mod install;
mod judging;
mod protocol;
mod script;
mod words;

pub use install::{Installed, Place, Removed};
pub use judging::{JudgedCommit, Judging, Stopped, Tally, Unsealed};
pub use protocol::{
    MAX_INPUT, MAX_LINE, Named, ProtocolError, Push, Pushes, Variables, of_stdin, of_variables,
};
pub use script::{Author, author, script};
pub use words::{heading, installed, nothing, passed, removed, skipped, stopped, warning};
