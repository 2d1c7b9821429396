//! What a file has in the place of a name that somebody must fill in.

/// A word that stands for a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Placeholder {
    /// The file, relative to the repository root.
    pub(super) file: String,
    /// The line, from 1.
    pub(super) line: usize,
    /// The word.
    pub(super) word: String,
}

/// The placeholders in the workflow `text`: an action of `OWNER`, or at the commit `SHA`.
pub(super) fn in_workflow(file: &str, text: &str) -> Vec<Placeholder> {
    find(file, text, |word| word.starts_with("OWNER/") || word.ends_with("@SHA"))
}

/// The placeholders in the file of owners `text`: `@OWNER`, or a team of it.
pub(super) fn in_owners(file: &str, text: &str) -> Vec<Placeholder> {
    find(file, text, |word| word == "@OWNER" || word.starts_with("@OWNER/"))
}

/// The words of `text` for which `is_one` holds, comments left out.
fn find(file: &str, text: &str, is_one: impl Fn(&str) -> bool) -> Vec<Placeholder> {
    let mut found = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let words = line.split_whitespace().take_while(|word| !word.starts_with('#'));
        for word in words.flat_map(|word| word.split(['"', '\'', '{', '}', '[', ']', ','])) {
            if is_one(word) {
                let word = word.to_owned();
                found.push(Placeholder { file: file.to_owned(), line: number, word });
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(found: &[Placeholder]) -> Vec<(usize, &str)> {
        found.iter().map(|placeholder| (placeholder.line, &*placeholder.word)).collect()
    }

    #[test]
    fn finds_what_nobody_filled_in() {
        let workflow = "# fill in OWNER/sealgate@SHA\n- uses: OWNER/sealgate@SHA # v1\n\
            - {uses: 'me/sealgate@SHA', x: y}\n- uses: OWNERS/x@0123\n- run: echo SHA OWNER\n";
        let found = in_workflow("w.yml", workflow);
        assert_eq!(words(&found), [(2, "OWNER/sealgate@SHA"), (3, "me/sealgate@SHA")]);
        let owners =
            "# /a/ @OWNER\n/seals/ @OWNER @me\n/b/ @OWNER/team # @OWNER\n/c/ @owner @OWNERS\n";
        assert_eq!(words(&in_owners("CODEOWNERS", owners)), [(2, "@OWNER"), (3, "@OWNER/team")]);
    }
}
