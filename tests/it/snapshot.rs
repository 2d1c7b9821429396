//! Whole outputs, kept in `snapshots`. `INSTA_UPDATE=always cargo test --test it` writes them again.

#![cfg(unix)]

/// Holds `output` against the snapshot `name`, without what differs from run to run.
pub(crate) fn expect(name: &str, output: &[u8]) {
    let text = timeless(&String::from_utf8_lossy(output));
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// `output` without the time that a run took, of a terminal or of JSON.
pub(crate) fn timeless(output: &str) -> String {
    let lines = output.lines().map(|line| match line.rsplit_once(" in ") {
        Some((before, after)) if is_time(after) => format!("{before} in [TIME]\n"),
        _ if line.starts_with("  \"elapsed_ms\"") => "  \"elapsed_ms\": 0\n".to_owned(),
        _ => format!("{line}\n"),
    });
    lines.collect()
}

/// Whether `text` begins as `12 ms`, `1.2 s` or `under 1 ms` does.
fn is_time(text: &str) -> bool {
    let text = text.strip_prefix("under ").unwrap_or(text);
    let mut words = text.split(' ');
    let is_number = words.next().is_some_and(|word| word.parse::<f64>().is_ok());
    is_number && matches!(words.next(), Some("ms" | "s"))
}
