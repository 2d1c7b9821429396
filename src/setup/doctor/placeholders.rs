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

/// The placeholders in the workflow `text`: an action of `OWNER`, or at the commit `SHA` or an example of
/// one.
pub(super) fn in_workflow(file: &str, text: &str) -> Vec<Placeholder> {
    find(file, text, |word| {
        word.starts_with("OWNER/") || word.ends_with("@SHA") || is_at_example(word)
    })
}

/// Whether `word` names an action at the example of a commit: the digits of its id are a few ones again and
/// again, which those of no real commit are.
fn is_at_example(word: &str) -> bool {
    /// The most digits that are repeated: all that there are.
    const LONGEST_PERIOD: usize = 16;
    let Some((_, id)) = word.rsplit_once('@') else { return false };
    let digits = id.as_bytes();
    let is_id = matches!(digits.len(), 40 | 64) && digits.iter().all(u8::is_ascii_hexdigit);
    let repeats =
        |period: usize| digits.iter().zip(&digits[period..]).all(|(one, next)| one == next);
    is_id && (1..=LONGEST_PERIOD).any(repeats)
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
        let id = "0123456789abcdef0123456789abcdef01234567";
        let same = "a".repeat(40);
        let long = "deadbeef".repeat(8);
        let real = "7d41c0be9f2a5836d01c7be4a95f3208c6e1b749";
        let workflow = format!(
            "- uses: a/b@{id}\n- uses: a/b@{same} # v1\n- uses: a/b@{long}\n- uses: a/b@{real}\n\
             - uses: a/b@{}\n- run: {id}\n",
            &id[..39]
        );
        let found = in_workflow("w.yml", &workflow);
        let expected =
            [(1, id), (2, &same), (3, &long)].map(|(line, id)| (line, format!("a/b@{id}")));
        assert_eq!(words(&found), expected.each_ref().map(|(line, word)| (*line, &**word)));
        let owners =
            "# /a/ @OWNER\n/seals/ @OWNER @me\n/b/ @OWNER/team # @OWNER\n/c/ @owner @OWNERS\n";
        assert_eq!(words(&in_owners("CODEOWNERS", owners)), [(2, "@OWNER"), (3, "@OWNER/team")]);
    }
}
