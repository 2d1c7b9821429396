//! The report as one page that needs nothing else: verdict first, then what is wrong, what fixes it,
//! a picture of the tree, and a table that can be filtered.
//!
//! A page is opened by people who trust it, and names in it may be hostile. Every text passes
//! `printable` and then the template's own escaping; and a policy in the page lets run and load
//! nothing but the style and the script that stand in it, which no name can become.

mod findings;
mod picture;

use std::io;

use maud::{DOCTYPE, Markup, PreEscaped, html};
use sealgate_core::compare::verdict::Verdict;
use sealgate_core::text::escape::{message, printable_str};

use self::findings::{findings, fixes};
use self::picture::picture;
use crate::report::present::{Presentation, title};
use crate::report::v1::{BaseView, ErrorView, Occasion, Report};
use crate::report::words::changes::{Names, sums};
use crate::report::words::resealed::commit;
use crate::report::words::text;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// What the page may do: nothing, save its own style and script, named by SHA-256 in Base64 (CSP
/// Level 3, section 2.3.1). A test keeps them in step.
const POLICY: &str = "default-src 'none'; \
     style-src 'sha256-f+GWGK/JGA7Uz7IxqlHdNvnVLoG4qS+boh7APfllOVE='; \
     script-src 'sha256-SwM8XUzrU178P6DnM7EEfCNLl7rHIOjY5BJRvhfi0Fs='; \
     base-uri 'none'; form-action 'none'; \
     require-trusted-types-for 'script'; trusted-types 'none'";

/// The most errors, and the most seals, that are listed.
const LISTED: usize = 200;

/// How many digits of a commit's id are shown.
const COMMIT: usize = 12;

/// Writes a report as a page.
pub(crate) fn render(shown: &Presentation, sink: &mut dyn io::Write) -> io::Result<()> {
    sink.write_all(page(shown).into_string().as_bytes())
}

fn page(shown: &Presentation) -> Markup {
    let report = shown.report;
    let title = title::of(report);
    let (word, rest) = title.split_once(": ").unwrap_or((&title, ""));
    html! {
        (DOCTYPE)
        html lang="en" {
            (head(&title, POLICY, STYLE))
            body {
                div class={ "verdict " (report.verdict.code()) } {
                    header {
                        h1 { b { (word) } (rest) }
                        p { (work(shown)) }
                        (occasion(report))
                    }
                }
                main {
                    (errors(&report.errors))
                    (reseals(shown))
                    (fixes(shown))
                    (findings(shown))
                    (picture(report))
                    (totals(shown))
                    (notices(report))
                }
                footer {
                    p class="soft" {
                        "Written by " (report.tool.name) " " (report.tool.version)
                        ". The verdict of the gate is its exit code; this page is for reading."
                    }
                }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    }
}

/// The head of a page that does what `policy` permits, in the style `style`.
pub(crate) fn head(title: &str, policy: &str, style: &str) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            meta http-equiv="Content-Security-Policy" content=(policy);
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="referrer" content="no-referrer";
            title { (title) " - sealgate" }
            style { (PreEscaped(style)) }
        }
    }
}

/// `owner/name at 1a2b3c4d5e6f, 2026-11-29T00:27:05Z`.
fn occasion(report: &Report) -> Markup {
    let Some(Occasion { repository, commit, time }) = &report.occasion else { return html! {} };
    html! {
        p class="occasion" {
            bdi { (printable_str(repository)) }
            @if let Some(commit) = commit {
                " at " span title=(printable_str(commit)) {
                    (printable_str(&commit.chars().take(COMMIT).collect::<String>()))
                }
            }
            @if let Some(time) = time { ", " time { (time) } }
        }
    }
}

/// `2 seals, 117 entries, 4.4 MiB in 25 ms`.
fn work(shown: &Presentation) -> String {
    format!(
        "{}, {}, {} in {}",
        text::count(shown.seals.len(), "seal", "seals"),
        text::count(shown.entries, "entry", "entries"),
        text::bytes(shown.bytes),
        text::duration_ms(shown.report.elapsed_ms)
    )
}

fn errors(errors: &[ErrorView]) -> Markup {
    html! {
        @if !errors.is_empty() {
            h2 { "What kept the gate from judging" }
            @for error in errors.iter().take(LISTED) {
                div class="card" {
                    p {
                        b { (error.code) } ": "
                        @if let Some(file) = &error.file {
                            bdi { code {
                                (printable_str(file))
                                @if let Some(line) = error.line { ":" (line) }
                            } } ": "
                        }
                        (prose(&error.message))
                    }
                    @if let Some(remedy) = &error.remedy { p { "Next: " (prose(remedy)) } }
                }
            }
            (left_out(errors.len().saturating_sub(LISTED), "errors"))
        }
    }
}

/// What became of the seals since the base: before all else, for it is how something is hidden.
fn reseals(shown: &Presentation) -> Markup {
    let Some(base) = shown.resealed else { return html! {} };
    let refused = |allowed: bool| {
        let text = format!(", which --on-reseal {} refuses", base.on_reseal.code());
        if allowed { String::new() } else { text }
    };
    html! {
        h2 { "The seals changed since " (commit(&base.rev, &base.oid, Names::Plain)) }
        div class="card fail" {
            @if shown.report.verdict == Verdict::Pass {
                p { "Bytes and seals agree; whoever reviews this approves both." }
            }
            ul {
                @for gone in base.deleted.iter().take(LISTED) {
                    li {
                        b { (printable_str(&gone.name)) } ": the seal is gone, nothing covers "
                        code { (printable_str(&gone.root)) } (refused(gone.allowed))
                    }
                }
                @for (seal, reseal) in shown.reseals.iter().take(LISTED) {
                    @for told in reseal.scope.iter().flat_map(|scope| scope.told(Names::Plain)) {
                        li {
                            b { (printable_str(&seal.name)) ": scope " } (message(&told))
                            (refused(reseal.allowed))
                        }
                    }
                    li {
                        b { (printable_str(&seal.name)) } ": "
                        @if reseal.new { "a new seal: " }
                        (sums(&reseal.changes)) (refused(reseal.allowed))
                    }
                }
            }
            (remedy(base))
        }
    }
}

fn remedy(base: &BaseView) -> Markup {
    html! { @if let Some(remedy) = &base.remedy { p { (prose(remedy)) } } }
}

fn totals(shown: &Presentation) -> Markup {
    let seals = &shown.seals;
    html! {
        @if !seals.is_empty() {
            h2 { "Seals" }
            table class="totals" {
                thead { tr {
                    th { "Seal" } th { "Verdict" } th { "Root" }
                    th class="number" { "Entries" } th class="number" { "As sealed" }
                    th class="number" { "Bytes" } th { "Seal digest" }
                } }
                tbody {
                    @for seal in seals.iter().take(LISTED) {
                        tr {
                            td { b { (printable_str(&seal.name)) } }
                            td { (seal.verdict.code()) }
                            td class="path" data-name="root" {
                                (printable_str(seal.root.as_deref().unwrap_or("unknown")))
                            }
                            td class="number" data-name="entries" { (text::grouped(seal.checked)) }
                            td class="number" data-name="as sealed" { (text::grouped(seal.matched)) }
                            td class="number" data-name="bytes" { (text::bytes(seal.bytes)) }
                            td class="path" data-name="digest" {
                                (seal.digest.as_deref().unwrap_or("unread"))
                            }
                        }
                    }
                }
            }
            (left_out(seals.len().saturating_sub(LISTED), "seals"))
        }
    }
}

fn notices(report: &Report) -> Markup {
    html! {
        @if !report.notices.is_empty() {
            h2 { "Notices" }
            ul { @for notice in report.notices.iter().take(LISTED) { li { (prose(&notice.message)) } } }
        }
    }
}

/// A sentence that may quote hostile text; what stands in backticks is code.
pub(crate) fn prose(text: &str) -> Markup {
    let shown = message(text);
    html! {
        @for (number, part) in shown.split('`').enumerate() {
            @if number % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

/// What is not shown, if anything.
fn left_out(hidden: usize, what: &str) -> Markup {
    html! {
        @if hidden > 0 {
            p class="soft" { (text::grouped(hidden)) " more " (what) " are left out; the JSON report has them all." }
        }
    }
}

/// What a policy calls the style or script `text`.
#[cfg(test)]
pub(crate) fn style_hash(text: &str) -> String {
    use sha2::{Digest as _, Sha256};
    format!("'sha256-{}'", base64(&Sha256::digest(text)))
}

/// Base64 (RFC 4648, section 4) of `bytes`.
#[cfg(test)]
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let bits = (0..3).fold(0, |sum, at| sum << 8 | u32::from(*three.get(at).unwrap_or(&0)));
        for at in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * at) & 63) as usize];
            text.push(if at > three.len() { '=' } else { letter.into() });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_lets_nothing_but_this_style_and_this_script_run() {
        assert_eq!(base64(b"light w"), "bGlnaHQgdw==");
        let named = style_hash;
        for (what, text) in [("style-src", STYLE), ("script-src", SCRIPT)] {
            let stated = POLICY.split("; ").find_map(|part| part.strip_prefix(what));
            assert_eq!(stated, Some(&*format!(" {}", named(text))), "the hash of the {what}");
            // HTML turns the first into a line feed, and ends the element at the second.
            assert!(!text.contains('\r') && !text.contains("</"), "{what}");
        }
        assert!(POLICY.starts_with("default-src 'none'; ") && !POLICY.contains("unsafe"));
    }
}
