//! How git comes to run the pre-push hook.
//!
//! - `script` is the text of the hook that git runs;
//! - `install` puts it where git looks, and takes it away again;
//! - `words` says what was done.

mod install;
mod script;
mod words;

pub use install::{Installed, LINE, Place, Removed};
pub use script::{Author, author, script};
pub use words::{installed, removed};
