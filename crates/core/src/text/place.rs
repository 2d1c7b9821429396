//! Paths of the file system as a person, or a later step, gets them.
//!
//! A canonical path of Windows begins with `\\?\`. Windows takes such a path literally: without the
//! prefix, `foo.` is another name of `foo`, and `NUL` is a device. So the program itself reads by
//! canonical paths. A person does not expect the prefix, and to an action that takes globs the
//! question mark is one, so they get the path without it, as long as it names the same file.

use std::borrow::Cow;
use std::path::Path;

/// The longest path that Windows takes without the prefix, in UTF-16 units, with one for the NUL
/// at its end.
const MAX_PATH: usize = 260;

/// The characters that no name may have, beside control characters.
const RESERVED: [char; 8] = ['<', '>', ':', '"', '/', '|', '?', '*'];

/// The devices that Windows finds in every directory; `COM` and `LPT` with a digit after them.
const DEVICES: [&str; 6] = ["AUX", "CON", "NUL", "PRN", "CONIN$", "CONOUT$"];

/// `path` as it is shown; see the module.
#[must_use]
pub fn shown_path(path: &Path) -> Cow<'_, str> {
    match path.to_string_lossy() {
        Cow::Borrowed(text) if cfg!(windows) => without_prefix(text),
        Cow::Owned(text) if cfg!(windows) => Cow::Owned(without_prefix(&text).into_owned()),
        text => text,
    }
}

/// `path` as other programs get it, which may not know the prefix; see the module.
#[must_use]
pub fn plain_path(path: &Path) -> Cow<'_, Path> {
    match path.to_str().map(without_prefix) {
        Some(Cow::Borrowed(text)) if cfg!(windows) => Cow::Borrowed(Path::new(text)),
        Some(Cow::Owned(text)) if cfg!(windows) => Cow::Owned(text.into()),
        _ => Cow::Borrowed(path),
    }
}

/// The target of a link as a seal states it, which is alike on every system; `None` if it is not
/// UTF-8. Windows separates directories by `\`, also where git wrote `/` into the link.
#[must_use]
pub fn link_target(target: &Path) -> Option<Cow<'_, str>> {
    let target = target.to_str()?;
    Some(if cfg!(windows) { with_slashes(target) } else { Cow::Borrowed(target) })
}

/// A path of Windows with `/` between its directories.
fn with_slashes(path: &str) -> Cow<'_, str> {
    if path.contains('\\') { Cow::Owned(path.replace('\\', "/")) } else { Cow::Borrowed(path) }
}

/// A path of Windows without the prefix of canonical paths, if it names the same file then.
#[must_use]
pub fn without_prefix(path: &str) -> Cow<'_, str> {
    let Some(literal) = path.strip_prefix(r"\\?\") else { return Cow::Borrowed(path) };
    let (plain, names) = match literal.strip_prefix(r"UNC\") {
        Some(share) => (Cow::Owned(format!(r"\\{share}")), share),
        None if literal.get(1..3) == Some(r":\") => (Cow::Borrowed(literal), &literal[3..]),
        None => return Cow::Borrowed(path),
    };
    let is_short = plain.encode_utf16().count() < MAX_PATH;
    let is_same = is_short && names.split('\\').all(keeps_its_name);
    if is_same { plain } else { Cow::Borrowed(path) }
}

/// Whether Windows takes `name`, a component of a path, as it is.
fn keeps_its_name(name: &str) -> bool {
    !name.ends_with(['.', ' ']) && !name.contains(RESERVED) && !is_device(name)
}

/// Whether `name` is that of a device, with or without an extension.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).trim_end_matches(' ').to_uppercase();
    let port = stem.strip_prefix("COM").or_else(|| stem.strip_prefix("LPT"));
    let is_port = port.is_some_and(|number| {
        let mut digits = number.chars();
        digits.next().is_some_and(|digit| digit.is_ascii_digit() || "¹²³".contains(digit))
            && digits.next().is_none()
    });
    is_port || DEVICES.contains(&&*stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_of_windows_is_stated_with_slashes_and_one_of_unix_as_it_is() {
        for (target, stated) in [
            (r"assets\app.js", "assets/app.js"),
            (r"..\..\x", "../../x"),
            (r"C:\x", "C:/x"),
            ("a/b", "a/b"),
            ("", ""),
        ] {
            assert_eq!(with_slashes(target), stated);
            let here = if cfg!(windows) { stated } else { target };
            assert_eq!(link_target(Path::new(target)).as_deref(), Some(here));
        }
    }

    #[test]
    fn a_canonical_path_of_windows_loses_its_prefix_where_it_names_the_same_file() {
        let long = format!(r"\\?\C:\{}", "n".repeat(300));
        let cases = [
            (r"\\?\D:\a\_temp\x", r"D:\a\_temp\x"),
            (r"\\?\D:\", r"D:\"),
            (r"\\?\UNC\host\share\x", r"\\host\share\x"),
            (r"D:\x", r"D:\x"),
            (r"\\?\D:\.git\hooks", r"D:\.git\hooks"),
            (r"\\?\D:\Ä\日本", r"D:\Ä\日本"),
            (r"\\?\D:\nullable\com10\consent.txt", r"D:\nullable\com10\consent.txt"),
            ("/x", "/x"),
            ("", ""),
        ];
        for (path, plain) in cases {
            assert_eq!(without_prefix(path), plain);
        }
        let kept = [
            &*long,
            r"\\?\D:x",
            r"\\?\Volume{1}\x",
            r"\\?\D:\foo.",
            r"\\?\D:\foo ",
            r"\\?\D:\foo.\x",
            r"\\?\D:\NUL",
            r"\\?\D:\con\x",
            r"\\?\D:\aux.js",
            r"\\?\D:\COM1",
            r"\\?\D:\lpt9.txt",
            r"\\?\D:\COM¹",
            r"\\?\D:\nul .txt",
            r"\\?\D:\a:b",
            r"\\?\D:\a/b",
            r"\\?\UNC\host\share\foo.",
            r"\\?\D:\..",
        ];
        for path in kept {
            assert_eq!(without_prefix(path), path);
        }
    }
}
