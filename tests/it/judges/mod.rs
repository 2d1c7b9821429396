//! Judges of what is written: each format is read by a parser of its own, and its parts are held
//! against those of reports without a hostile name. A part that no harmless report has was forged.

#![cfg(unix)]

use std::collections::BTreeSet;

use html5gum::{Token, Tokenizer};
use pulldown_cmark::{Event, Options, Parser, Tag};
use serde_json::Value;

/// The kinds of parts that reports in one format have: keys with the type of their value, elements
/// with their attributes.
pub(crate) type Parts = BTreeSet<String>;

/// The parts of `text`, which is of `format`; what the format does not allow is an error, and so is
/// a format without a judge.
pub(crate) fn parts(format: &str, text: &str) -> Result<Parts, String> {
    if let Some(c) = text.chars().find(|&c| c.is_control() && c != '\n') {
        return Err(format!("a control character: {c:?}"));
    }
    // None of these is in ASCII, and most texts are nothing else.
    let mut others = if text.is_ascii() { "" } else { text }.chars();
    if let Some(c) = others.find(|&c| reorders(c)) {
        return Err(format!("a character that changes how others are shown: {c:?}"));
    }
    match format {
        "human" | "github" => Ok(Parts::new()),
        "json" | "sarif" | "codequality" => json(text),
        "markdown" => markdown(text),
        "junit" => xml(text),
        "html" => html(text),
        other => Err(format!("there is no judge of {other}")),
    }
}

fn reorders(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn json(text: &str) -> Result<Parts, String> {
    fn walk(value: &Value, place: &str, parts: &mut Parts) {
        match value {
            Value::Object(map) => {
                for (key, value) in map {
                    walk(value, &format!("{place}/{key}"), parts);
                }
            }
            Value::Array(values) => {
                for value in values {
                    walk(value, &format!("{place}/[]"), parts);
                }
            }
            other => {
                let kind = match other {
                    Value::String(_) => "string",
                    Value::Number(_) => "number",
                    Value::Bool(_) => "bool",
                    _ => "null",
                };
                parts.insert(format!("{place}: {kind}"));
            }
        }
    }
    let value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let mut parts = Parts::new();
    walk(&value, "", &mut parts);
    Ok(parts)
}

fn xml(text: &str) -> Result<Parts, String> {
    let document = roxmltree::Document::parse(text).map_err(|error| error.to_string())?;
    let mut parts = Parts::new();
    for node in document.descendants() {
        if node.is_comment() || node.is_pi() {
            parts.insert(format!("{:?}", node.node_type()));
        }
        if node.is_element() {
            let mut way: Vec<_> = node.ancestors().map(|node| node.tag_name().name()).collect();
            way.reverse();
            let way = way.join("/");
            parts.extend(node.attributes().map(|attribute| format!("{way}@{}", attribute.name())));
            parts.insert(way);
        }
    }
    Ok(parts)
}

/// Elements with the names of their attributes; of what acts, a script, a style or where something
/// leads, the text too.
fn html(text: &str) -> Result<Parts, String> {
    let mut parts = Parts::new();
    let mut emitter = html5gum::DefaultEmitter::<()>::default();
    emitter.naively_switch_states(true);
    let shown = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mut inside = String::new();
    for token in Tokenizer::new_with_emitter(text, emitter) {
        let Ok(token) = token;
        match token {
            Token::StartTag(tag) => {
                inside = shown(&tag.name);
                let attributes: Vec<_> = tag.attributes.keys().map(|key| shown(key)).collect();
                parts.insert(format!("{inside} {}", attributes.join(" ")));
                for (key, value) in &tag.attributes {
                    let key = shown(key);
                    if key.starts_with("on") || ["href", "src", "action"].contains(&&*key) {
                        parts.insert(format!("{inside} {key}={}", shown(value)));
                    }
                }
            }
            Token::EndTag(tag) => {
                inside.clear();
                parts.insert(format!("/{}", shown(&tag.name)));
            }
            Token::Comment(comment) => {
                parts.insert(format!("comment {}", shown(&comment)));
            }
            Token::String(text) if ["script", "style"].contains(&&*inside) => {
                parts.insert(format!("{inside}: {}", shown(&text)));
            }
            Token::Error(error) => return Err(format!("{error:?}")),
            Token::Doctype(_) | Token::String(_) => {}
        }
    }
    Ok(parts)
}

/// Blocks and spans as `CommonMark` and GitHub's extensions read them, HTML as it stands; and of plain
/// text nothing that hosts make a link of.
fn markdown(text: &str) -> Result<Parts, String> {
    let mut parts = Parts::new();
    let mut in_code = false;
    for event in Parser::new_ext(text, Options::all()) {
        match event {
            Event::Start(Tag::CodeBlock(kind)) => {
                in_code = true;
                parts.insert(format!("{kind:?}"));
            }
            Event::End(pulldown_cmark::TagEnd::CodeBlock) => in_code = false,
            Event::Start(Tag::Heading { level, .. }) => {
                parts.insert(format!("heading {level}"));
            }
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                return Err(format!("a link or an image: {dest_url}"));
            }
            Event::Start(Tag::Table(columns)) => {
                parts.insert(format!("table of {}", columns.len()));
            }
            Event::Start(tag) => {
                parts.insert(format!("{tag:?}"));
            }
            Event::Html(html) | Event::InlineHtml(html) => {
                parts.insert(format!("html {}", html.trim()));
            }
            Event::Text(text) if !in_code => plain(&text)?,
            Event::Text(_) | Event::Code(_) | Event::End(_) | Event::SoftBreak => {}
            other => {
                parts.insert(format!("{other:?}"));
            }
        }
    }
    Ok(parts)
}

/// Refuses what hosts make of plain text when it is parsed: mentions, references, addresses, the
/// ids of commits, short names of emoji. We mean the id that stands in brackets behind a revision.
fn plain(text: &str) -> Result<(), String> {
    let meant = text.strip_prefix(" (").and_then(|rest| rest.split_at_checked(10));
    let meant = meant.filter(|(id, _)| id.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let text = meant.and_then(|(_, rest)| rest.strip_prefix(')')).unwrap_or(text);
    let word = |word: &str| {
        let inner = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
        let hex = inner.len() >= 7 && inner.bytes().all(|byte| byte.is_ascii_hexdigit());
        let dashed = inner
            .split_once('-')
            .is_some_and(|(_, number)| number.starts_with(|c: char| c.is_ascii_digit()));
        let emoji = word.strip_prefix(':').and_then(|rest| rest.strip_suffix(':'));
        let emoji = emoji.is_some_and(|name| name.contains(|c: char| c.is_ascii_alphanumeric()));
        ["@", "#", "://", "www."].iter().any(|sign| word.contains(sign)) || hex || dashed || emoji
    };
    match text.split_whitespace().find(|text| word(text)) {
        Some(word) => Err(format!("{word:?} would become a link in {text:?}")),
        None => Ok(()),
    }
}

#[test]
fn every_judge_sees_what_is_forged() {
    let harmless = |format: &str, text: &str| parts(format, text).unwrap();
    let cases = [
        ("json", r#"{"a": [{"b": 1}]}"#, r#"{"a": [{"b": 1, "c": 2}]}"#),
        ("json", r#"{"a": "x"}"#, r#"{"a": null}"#),
        ("junit", "<a b='1'>x</a>", "<a b='1' c=''>x</a>"),
        ("junit", "<a>x</a>", "<a>x<b/></a>"),
        ("junit", "<a>x</a>", "<a>x<!-- y --></a>"),
        ("html", "<p class=a>x</p>", "<p class=a onclick=b>x</p>"),
        ("html", "<p>x</p>", "<p>x<script>y</script></p>"),
        ("html", "<title>x</title>", "<title>x</title><img src=x>"),
        ("html", "<a href=x>y</a>", "<a href=javascript:z>y</a>"),
        ("html", "<script>x</script>", "<script>y</script>"),
        ("markdown", "- `x`", "- *x*"),
        ("markdown", "| a |\n|---|\n| x |\n", "| a |\n|---|\n| x<b> |\n"),
        ("markdown", "x", "x\n\n# y"),
        ("markdown", "`x`", "`x`\n- y"),
    ];
    for (format, good, forged) in cases {
        let (good, forged) = (harmless(format, good), harmless(format, forged));
        assert!(!forged.is_subset(&good), "{format}: {forged:?}");
    }
    for (format, wrong) in [
        ("json", "{"),
        ("junit", "<a>"),
        ("junit", "<a>&#27;</a>"),
        ("human", "\u{1b}[1m"),
        ("human", "a\rb"),
        ("github", "\u{85}"),
        ("sarif", "\"\u{202e}\""),
        ("markdown", "[a](b)"),
        ("markdown", "![a](b)"),
        ("markdown", "<http://a.b>"),
        ("markdown", "see @user"),
        ("markdown", "see #1"),
        ("markdown", "see GH-1"),
        ("markdown", "see http://a.b"),
        ("markdown", "see www.a.b"),
        ("markdown", "see 1a2b3c4d"),
        ("markdown", "see :smile:"),
        ("yaml", "a: b"),
    ] {
        assert!(parts(format, wrong).is_err(), "{format}: {wrong}");
    }
    assert!(parts("markdown", "`@user` `#1` `http://a.b` a b-c 14 x").is_ok());
}
