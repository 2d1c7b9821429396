//! Whether a file is a report that some run wrote earlier, by what stands in it. Pure.

/// How much of the beginning of a file is looked at, in bytes, and of its end.
pub const LOOKED_AT: usize = 64 << 10;

/// The words with which a report for people gives its verdict.
const VERDICTS: [&[u8]; 4] = [b"PASS", b"FAIL", b"ERROR", b"REFUSED"];

/// Whether a file with this `head` and this `tail` is a report in any of the formats. A file that
/// is none of ours may look like one for people: a line of it begins with a verdict.
#[must_use]
pub fn is_report(head: &[u8], tail: &[u8]) -> bool {
    let holds = |part: &str| head.windows(part.len()).any(|window| window == part.as_bytes());
    let text = head.trim_ascii_start();
    match text.first() {
        Some(b'{') => holds("\"sealgate-report/") || (holds("sarif") && holds("\"sealgate\"")),
        Some(b'[') => {
            let empty = head == tail && text.trim_ascii() == b"[]";
            empty || (holds("\"check_name\"") && holds("\"fingerprint\""))
        }
        Some(b'<') => holds("<testsuites name=\"sealgate\"") || holds(" - sealgate</title>"),
        _ => [head, tail].iter().any(|part| part.split(|&byte| byte == b'\n').any(gives_verdict)),
    }
}

/// Whether a line is the one with the verdict, in text or in Markdown.
fn gives_verdict(line: &[u8]) -> bool {
    let line = line.strip_prefix(b"### ").unwrap_or(line);
    VERDICTS.iter().any(|verdict| {
        let rest = line.strip_prefix(*verdict);
        rest.is_some_and(|rest| matches!(rest, [b',' | b':', ..] | [b' ', b' ', ..]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_file(text: &str) -> bool {
        is_report(text.as_bytes(), text.as_bytes())
    }

    #[test]
    fn files_of_others_are_not_taken_for_reports() {
        for text in [
            "",
            "{}",
            "{\"name\": \"sealgate\", \"version\": \"1.0.0\"}",
            "{\"format\": \"report/1\", \"verdict\": \"pass\"}",
            "[1]",
            "[ [] ]",
            "[]]",
            "<testsuites name=\"other\">",
            "<!DOCTYPE html><title>sealgate</title>",
            "# A document\n\nThe tests PASS, and FAIL: never\n",
            "PASSED\n",
            "PASS\n",
            "PASS the salt\n",
            "x PASS  1 seal\n",
        ] {
            assert!(!of_file(text), "{text}");
        }
    }

    #[test]
    fn a_verdict_is_found_at_the_beginning_and_at_the_end_of_a_report_for_people() {
        let long = "x\n".repeat(LOOKED_AT);
        let verdict = b"PASS  1 seal (dist), 1 entry, 2 B in 6 ms\n";
        assert!(is_report(verdict, b""));
        assert!(is_report(long.as_bytes(), verdict));
        assert!(!is_report(long.as_bytes(), long.as_bytes()));
    }
}
