//! How machines that run jobs read a log and the files of a step: an independent model, which
//! takes for a command whatever looks like one, known to the runner or not.
//!
//! After the sources of the runner of GitHub Actions (`ProcessInvoker`, `ActionCommand`,
//! `FileCommandManager`), with what Azure Pipelines, `TeamCity` and GitLab look for.

#![cfg(unix)]

use std::collections::BTreeMap;

/// Every output of the step, in the order of writing.
pub(crate) const OUTPUTS: [&str; 9] = [
    "verdict",
    "exit-code",
    "checked",
    "findings",
    "extent",
    "resealed",
    "authority",
    "staged",
    "report",
];

/// Every output of the action: those of the program, and what its script adds.
pub(crate) fn action_outputs() -> Vec<&'static str> {
    OUTPUTS.into_iter().chain(["artifact"]).collect()
}

/// `names` in the order of a map.
pub(crate) fn sorted(mut names: Vec<&'static str>) -> Vec<&'static str> {
    names.sort_unstable();
    names
}

/// A workflow command in a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Command {
    /// In lower case: case does not count.
    pub(crate) name: String,
    pub(crate) properties: BTreeMap<String, String>,
    pub(crate) data: String,
}

/// The lines of `log` as .NET reads them: LF, CRLF and a lone CR end one.
fn lines(log: &str) -> Vec<&str> {
    // The quick way, for most logs.
    if !log.contains('\r') {
        return log.split_terminator('\n').collect();
    }
    let mut lines = Vec::new();
    let mut rest = log;
    while !rest.is_empty() {
        let end = rest.find(['\r', '\n']).unwrap_or(rest.len());
        lines.push(&rest[..end]);
        rest = &rest[end..];
        rest = rest.strip_prefix("\r\n").or_else(|| rest.get(1..)).unwrap_or("");
    }
    lines
}

/// Every command in `log`.
pub(crate) fn commands(log: &str) -> Vec<Command> {
    let mut found: Vec<_> = lines(log).into_iter().filter_map(command).collect();
    found.extend(sections(log));
    found
}

fn command(line: &str) -> Option<Command> {
    modern(line).or_else(|| bracketed(line))
}

/// `::name key=value,key=value::data`, after white space.
fn modern(line: &str) -> Option<Command> {
    // What .NET takes for white space is what Rust does, U+0085 among it.
    let inside = line.trim_start().strip_prefix("::")?;
    let (info, data) = inside.split_once("::")?;
    let (name, properties) = info.split_once(' ').unwrap_or((info, ""));
    let properties = properties.trim().split(',').filter_map(|pair| pair.split_once('='));
    Some(Command {
        name: name.to_lowercase(),
        properties: properties
            .map(|(key, value)| (key.to_owned(), unescaped(value, true)))
            .collect(),
        data: unescaped(data, false),
    })
}

/// `##[name key=value;]data` anywhere in a line, and the cousins `##vso[` and `##teamcity[`.
fn bracketed(line: &str) -> Option<Command> {
    let mut signs = ["##[", "##vso[", "##teamcity["].into_iter();
    let (sign, inside) = signs.find_map(|sign| Some((sign, line.split_once(sign)?.1)))?;
    let (info, data) = inside.split_once(']').unwrap_or((inside, ""));
    let (name, properties) = info.split_once(' ').unwrap_or((info, ""));
    let properties = properties.split(';').filter_map(|pair| pair.split_once('='));
    Some(Command {
        name: format!("{sign}{}", name.to_lowercase()),
        properties: properties.map(|(key, value)| (key.to_owned(), value.to_owned())).collect(),
        data: data.to_owned(),
    })
}

/// GitLab's `section_start:TIME:NAME` and `section_end:`, which a CR ends.
fn sections(log: &str) -> Vec<Command> {
    let mut found = Vec::new();
    for sign in ["section_start:", "section_end:"] {
        for (at, _) in log.match_indices(sign) {
            let inside = log[at + sign.len()..].split_once(':');
            let timed = inside.filter(|(time, _)| {
                !time.is_empty() && time.bytes().all(|byte| byte.is_ascii_digit())
            });
            let name = timed.map(|(_, rest)| rest.split_once(['\r', '\n']).unwrap_or((rest, "")));
            let ended = name.filter(|(name, _)| log[at..].contains(&format!("{name}\r")));
            found.extend(ended.map(|(name, _)| Command {
                name: sign.to_owned(),
                properties: BTreeMap::new(),
                data: name.to_owned(),
            }));
        }
    }
    found
}

fn unescaped(text: &str, property: bool) -> String {
    let mut text = text.replace("%0D", "\r").replace("%0A", "\n");
    if property {
        text = text.replace("%3A", ":").replace("%2C", ",");
    }
    text.replace("%25", "%")
}

/// The outputs in a file of them, in their order; what the runner refuses is an error.
pub(crate) fn outputs(text: &str) -> Result<Vec<(String, String)>, String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((line, after)) = next_line(rest) {
        rest = after;
        if line.is_empty() {
            continue;
        }
        let (equals, heredoc) = (line.find('='), line.find("<<"));
        match (equals, heredoc) {
            (equals, Some(at)) if equals.is_none_or(|equals| at < equals) => {
                let (key, delimiter) = (&line[..at], &line[at + 2..]);
                if key.is_empty() || delimiter.is_empty() {
                    return Err(format!("no key or no delimiter: {line:?}"));
                }
                let mut value: Vec<&str> = Vec::new();
                loop {
                    let Some((line, after)) = next_line(rest) else {
                        return Err(format!("no end: {delimiter:?}"));
                    };
                    rest = after;
                    if line == delimiter {
                        break;
                    }
                    value.push(line);
                }
                found.push((key.to_owned(), value.join("\n")));
            }
            (Some(0), _) => return Err(format!("no key: {line:?}")),
            (Some(at), _) => found.push((line[..at].to_owned(), line[at + 1..].to_owned())),
            (None, _) => return Err(format!("neither form: {line:?}")),
        }
    }
    Ok(found)
}

/// The first line of `text`, and the rest. A file ends its lines by LF.
fn next_line(text: &str) -> Option<(&str, &str)> {
    (!text.is_empty()).then(|| text.split_once('\n').unwrap_or((text, "")))
}

/// What a step hands on: of a key that comes twice, the later value.
pub(crate) fn handed_on(text: &str) -> BTreeMap<String, String> {
    let outputs = outputs(text);
    assert!(outputs.is_ok(), "{outputs:?}: {text}");
    outputs.into_iter().flatten().collect()
}

#[test]
fn the_model_reads_a_log_as_the_runner_does() {
    let names = |log: &str| {
        commands(log).into_iter().map(|command| command.name).collect::<Vec<_>>().join(" ")
    };
    for (log, found) in [
        ("::error::x", "error"),
        ("a\n  ::Error file=x::y", "error"),
        ("a\r::stop-commands::t\r\n::set-output name=v::p", "stop-commands set-output"),
        ("\u{85}\u{2003}::warning::x", "warning"),
        ("x ::error::y", ""),
        ("::error:x", ""),
        ("a ##[set-output name=verdict;]pass", "##[set-output"),
        ("##vso[task.complete]", "##vso[task.complete"),
        ("\u{1b}[0Ksection_start:1:a\r\u{1b}[0Kb", "section_start:"),
        ("section_start:1:a b", ""),
        ("# # [x]", ""),
    ] {
        assert_eq!(names(log), found, "{log:?}");
    }
    let parsed = commands("::error file=a%2Cb,line=7,title=x%3A%25::5%25%0Ax%250A");
    let property = |key: &str| parsed[0].properties[key].as_str();
    assert_eq!((property("file"), property("line"), property("title")), ("a,b", "7", "x:%"));
    assert_eq!(parsed[0].data, "5%\nx%0A");
}

#[test]
fn the_model_reads_outputs_as_the_runner_does() {
    let pairs = |text: &str| {
        outputs(text).map(|pairs| pairs.into_iter().map(|(k, v)| format!("{k}:{v}")).collect())
    };
    let good: [(&str, &[&str]); 6] = [
        ("a=b\n", &["a:b"]),
        ("a=b=c\nd=\n", &["a:b=c", "d:"]),
        ("a<<E\nx\ny\nE\nb=1", &["a:x\ny", "b:1"]),
        ("a<<E\nE\n", &["a:"]),
        ("a=<<E\n", &["a:<<E"]),
        ("\na<<E\nb=c\nE\n", &["a:b=c"]),
    ];
    for (text, expected) in good {
        assert_eq!(
            pairs(text),
            Ok(expected.iter().map(|&pair| pair.to_owned()).collect::<Vec<_>>())
        );
    }
    for text in ["a\n", "=b\n", "<<E\nE\n", "a<<\n", "a<<E\nx\n", "a<<E\nx\nE "] {
        assert!(pairs(text).is_err(), "{text:?}");
    }
}

// Each test file uses a part of this and compiles all of it: none of it is dead.
const _: () = {
    let _ = (commands, outputs, handed_on);
    let _ = |command: Command| (command.name, command.properties, command.data);
};
