//! What to do about rewritten line endings.

use sealgate_core::compare::verdict::Source;

use super::Advice;
use crate::report::words::shell::is_bare;

impl Advice<'_> {
    /// git takes a file whose time and size it knows for unchanged, whatever the attributes say
    /// now: without deleting it first, restoring does nothing.
    pub(crate) fn on_line_endings(&self) -> String {
        let root = self.root();
        let attribute = match root {
            "." => "put `* -text` into".to_owned(),
            _ if is_bare(root.as_bytes()) => format!("put `{root}/** -text` into"),
            _ => format!("mark everything in {root} as `-text` in"),
        };
        let again = match &self.judgement.source {
            Source::Worktree if self.is_kept_in_git() => None,
            Source::Worktree => Some("build again from a fresh checkout".to_owned()),
            Source::Directory { .. } | Source::Commit { .. } | Source::Server { .. } => {
                Some(self.again(None))
            }
        };
        if let Some(again) = again {
            let in_commit = matches!(self.judgement.source, Source::Commit { .. });
            if in_commit && self.judgement.tracked == Some(true) {
                return format!(
                    "A filter rewrote line endings: {attribute} .gitattributes, and {again}."
                );
            }
            return format!(
                "A filter rewrote line endings, most often of the sources at checkout: put `* \
                 -text` into .gitattributes, and {again}."
            );
        }
        if self.invocation.checkout.exact_lines.contains(&self.judgement.name) {
            return format!(
                "Something other than git rewrote the line endings, because .gitattributes keeps those in \
                 {}: an editor, a formatter, or a build on another system. Keep it away from these \
                 files, delete them, and check them out again with `{}`.",
                self.root_in_words(),
                self.restore(root.as_bytes())
            );
        }
        format!(
            "A filter rewrote line endings at checkout: {attribute} .gitattributes, delete the \
             files, and check them out again with `{}`.",
            self.restore(root.as_bytes())
        )
    }
}
