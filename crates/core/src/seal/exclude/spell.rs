//! Patterns that name paths: for advice that a person pastes.

use std::collections::BTreeMap;

use super::Scope;

/// The most patterns that are proposed for some paths.
const MOST: usize = 3;

/// The pattern that excludes `path` from the root of a seal, and little else: this very path, or
/// everything of this name where systems and editors leave such files anywhere. A byte that is no UTF-8,
/// or that cannot be pasted, is a `?`. `None` where no pattern can name it.
#[must_use]
pub fn pattern_of(path: &[u8]) -> Option<String> {
    const ANYWHERE: [&[u8]; 5] =
        [b".DS_Store", b"Thumbs.db", b"desktop.ini", b"ehthumbs.db", b".directory"];
    let name = name_of(path);
    if ANYWHERE.contains(&name) {
        return Some(spelled(name));
    }
    let pattern = format!("/{}", spelled(path));
    excludes_all(&pattern, &[path]).then_some(pattern)
}

/// The pattern that matches the file at `path` and no other; `None` where it would take a `?`.
#[must_use]
pub fn pattern_of_file(path: &[u8]) -> Option<String> {
    let is_plain = std::str::from_utf8(path).is_ok_and(|path| !path.contains(char::is_control));
    let pattern = format!("/{}", spelled(path));
    (is_plain && excludes_all(&pattern, &[path])).then_some(pattern)
}

/// Few patterns that exclude all of the paths `meant`, and none of the paths `others` that are in scope;
/// none at all where it takes many.
#[must_use]
pub fn patterns_of(meant: &[&[u8]], others: &[&[u8]]) -> Vec<String> {
    if let [path] = meant {
        return pattern_of(path).into_iter().collect();
    }
    if let Some(pattern) = one_pattern(meant, others) {
        return vec![pattern];
    }
    let mut by_directory: BTreeMap<&[u8], Vec<&[u8]>> = BTreeMap::new();
    for path in meant {
        by_directory.entry(directory_of(path)).or_default().push(path);
        if by_directory.len() > MOST {
            return Vec::new();
        }
    }
    let mut patterns = Vec::new();
    for paths in by_directory.values() {
        match &paths[..] {
            [path] => patterns.extend(pattern_of(path)),
            paths => match one_pattern(paths, others) {
                Some(pattern) => patterns.push(pattern),
                None => patterns.extend(paths.iter().filter_map(|path| pattern_of(path))),
            },
        }
        if patterns.len() > MOST {
            return Vec::new();
        }
    }
    let all = Scope::new(patterns.clone());
    let covers = all.is_ok_and(|all| meant.iter().all(|path| all.excludes(path, false).is_some()));
    if covers { patterns } else { Vec::new() }
}

/// The first pattern that excludes `meant` and nothing of `others`, from the narrow to the wide.
fn one_pattern(meant: &[&[u8]], others: &[&[u8]]) -> Option<String> {
    let first = meant.first()?;
    let directory = directory_of(first);
    let place =
        if directory.is_empty() { "/".to_owned() } else { format!("/{}/", spelled(directory)) };
    let is_together = meant.iter().all(|path| directory_of(path) == directory);
    let names: Vec<&[u8]> = meant.iter().map(|path| name_of(path)).collect();
    let begin = common_start(&names);
    let extension = common_extension(&names);
    let mut candidates = Vec::new();
    if is_together {
        if let Some(extension) = &extension {
            candidates.push(format!("{place}*{extension}"));
        }
        if !begin.is_empty() {
            candidates.push(format!("{place}{begin}*"));
        }
    }
    let above = common_directory(meant);
    if !above.is_empty() {
        candidates.push(format!("/{}/", spelled(above)));
    }
    if names.iter().all(|name| *name == names[0]) {
        candidates.push(spelled(names[0]));
    }
    if let Some(extension) = &extension {
        candidates.push(format!("*{extension}"));
    }
    candidates
        .into_iter()
        .find(|pattern| excludes_all(pattern, meant) && excludes_none(pattern, others))
}

fn excludes_all(pattern: &str, paths: &[&[u8]]) -> bool {
    let Ok(scope) = Scope::new(vec![pattern.to_owned()]) else { return false };
    paths.iter().all(|path| scope.excludes(path, false).is_some())
}

fn excludes_none(pattern: &str, paths: &[&[u8]]) -> bool {
    let Ok(scope) = Scope::new(vec![pattern.to_owned()]) else { return false };
    // A directory counts as one, too: what is in it may be excluded with it.
    paths
        .iter()
        .all(|path| scope.excludes(path, false).is_none() && scope.excludes(path, true).is_none())
}

/// What all `names` begin with, as a pattern has it.
fn common_start(names: &[&[u8]]) -> String {
    let first = names.first().copied().unwrap_or_default();
    let is_shared = |at: usize| names.iter().all(|name| name.get(at) == first.get(at));
    let length = (0..first.len()).take_while(|at| is_shared(*at)).count();
    spelled(&first[..length])
}

/// The extension that all `names` have, with its dot, as a pattern has it.
fn common_extension(names: &[&[u8]]) -> Option<String> {
    let extension = |name: &&[u8]| {
        let dot = name.iter().rposition(|&byte| byte == b'.').filter(|&at| at > 0)?;
        (dot + 1 < name.len()).then(|| name[dot..].to_vec())
    };
    let first = extension(names.first()?)?;
    names.iter().all(|name| extension(name).as_ref() == Some(&first)).then(|| spelled(&first))
}

/// The deepest directory that all `paths` are in; empty for the root.
fn common_directory<'p>(paths: &[&'p [u8]]) -> &'p [u8] {
    let mut common = paths.first().map_or(&[][..], |path| directory_of(path));
    for path in paths {
        while !common.is_empty() && !is_in(path, common) {
            common = directory_of(common);
        }
    }
    common
}

fn is_in(path: &[u8], directory: &[u8]) -> bool {
    path.strip_prefix(directory).is_some_and(|rest| rest.starts_with(b"/"))
}

fn directory_of(path: &[u8]) -> &[u8] {
    let slash = path.iter().rposition(|&byte| byte == b'/');
    slash.map_or(&[], |at| &path[..at])
}

fn name_of(path: &[u8]) -> &[u8] {
    path.rsplit(|&byte| byte == b'/').next().unwrap_or(path)
}

/// `path` as a pattern that stands for it.
fn spelled(path: &[u8]) -> String {
    let mut pattern = String::with_capacity(path.len());
    for chunk in path.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '*' | '?' | '[' | ']' | '{' | '}' | '\\' => pattern.extend(['\\', c]),
                // `?` is one byte.
                _ if c.is_control() => pattern.extend(std::iter::repeat_n('?', c.len_utf8())),
                _ => pattern.push(c),
            }
        }
        pattern.extend(chunk.invalid().iter().map(|_| '?'));
    }
    if pattern.ends_with(' ') {
        pattern.insert(pattern.len() - 1, '\\');
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_names_one_path() {
        let cases: [(&[u8], &str); 8] = [
            (b"a/b.js", "/a/b.js"),
            (b"a*[x]{y}?\\z", "/a\\*\\[x\\]\\{y\\}\\?\\\\z"),
            (b"caf\xe9/x\xff\xfey", "/caf?/x??y"),
            (b"tab\there\n", "/tab?here?"),
            ("nel\u{85}".as_bytes(), "/nel??"),
            (b"end ", "/end\\ "),
            (b"d/.DS_Store", ".DS_Store"),
            (b"#x", "/#x"),
        ];
        for (path, expected) in cases {
            assert_eq!(pattern_of(path).as_deref(), Some(expected), "{expected}");
        }
        let files: [(&[u8], Option<&str>); 5] = [
            (b"d/.DS_Store", Some("/d/.DS_Store")),
            (b"end ", Some("/end\\ ")),
            (b"a?", Some("/a\\?")),
            (b"tab\t", None),
            (b"\xff", None),
        ];
        for (path, expected) in files {
            assert_eq!(pattern_of_file(path).as_deref(), expected, "{path:?}");
        }
    }

    #[test]
    fn few_patterns_name_many_paths_and_no_other() {
        let cases: [(&[&str], &[&str], &[&str]); 11] = [
            (&["a/f1", "a/f2", "a/f3"], &["a/g"], &["/a/f*"]),
            (&["a/x.log", "a/y.log"], &["a/z"], &["/a/*.log"]),
            (&["x.log", "d/y.log"], &["d/z"], &["*.log"]),
            (&["d/e/x", "d/y"], &["z"], &["/d/"]),
            (&["a/core", "b/core"], &["a/x", "b/x"], &["core"]),
            // `f*` would take a sealed file with it.
            (&["f1", "f2"], &["f3"], &["/f1", "/f2"]),
            (&["f1", "f2", "f4", "f5"], &["f3"], &[]),
            (&["a/1", "b/1x", "b/2y"], &["a/2", "b/3", "c"], &["/a/1", "/b/1x", "/b/2y"]),
            (&["1x", "2y", "a/3", "b/4"], &["5", "a/6"], &[]),
            (&["a/p1", "a/p2", "b/q1", "b/q2"], &["a/z", "b/z"], &["/a/p*", "/b/q*"]),
            (&["one"], &[], &["/one"]),
        ];
        for (meant, others, expected) in cases {
            let bytes = |paths: &[&'static str]| -> Vec<&'static [u8]> {
                paths.iter().map(|path| path.as_bytes()).collect()
            };
            assert_eq!(patterns_of(&bytes(meant), &bytes(others)), expected, "{meant:?}");
        }
        let latin: [&[u8]; 2] = [b"n\xff1", b"n\xff2"];
        assert_eq!(patterns_of(&latin, &[b"nx1"]), ["/n?1", "/n?2"]);
        assert_eq!(patterns_of(&latin, &[b"x"]), ["/n?*"]);
    }
}
