//! The command that makes a directory: what the files of a project say of it, and what of a command
//! installs and what builds.

use sealgate_core::seal::path::{EntryPath, base};
use sealgate_scan::{Directory, read_whole};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

use crate::report::shell::quote;

/// No longer file of a project is read, in bytes.
const LONGEST: u64 = 4 << 20;

/// The scripts of a package that make its output, the likeliest first.
const SCRIPTS: [&str; 5] = ["build", "bundle", "package", "dist", "generate"];

/// The targets of a Makefile, a justfile or a Taskfile that do.
const TARGETS: [&str; 5] = ["build", "dist", "bundle", "generate", "all"];

/// How commands begin that install what builds need, and make no output of their own.
const INSTALLERS: [&str; 24] = [
    "bundle install",
    "bun i",
    "bun install",
    "cargo fetch",
    "composer install",
    "corepack enable",
    "go mod download",
    "npm ci",
    "npm clean-install",
    "npm install",
    "npm i",
    "yarn install",
    "yarn --frozen-lockfile",
    "yarn --immutable",
    "pnpm install",
    "pnpm i",
    "pip install",
    "pip3 install",
    "poetry install",
    "python -m pip install",
    "python3 -m pip install",
    "uv pip install",
    "uv sync",
    "uv tool install",
];

/// Names of directories that are copied from elsewhere, and that no build of the project makes.
const COPIED: [&str; 3] = ["third-party", "third_party", "vendor"];

/// A command that a project has for making a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundBuild {
    /// What installs what it needs, if anything is known to.
    pub install: Option<String>,
    /// The command.
    pub build: String,
    /// The file that says so, relative to the repository.
    pub file: String,
}

/// Whether a build may make the directory `root`: one of a name for what is copied from elsewhere is not
/// built.
#[must_use]
pub fn may_be_built(root: &str) -> bool {
    root != "." && !COPIED.contains(&base(root))
}

/// What of `command` installs, and what builds: `npm ci && npm run build` has both. Both begin with the
/// `cd DIR` that stands before them.
#[must_use]
pub fn split(command: &str) -> (Option<String>, String) {
    let (place, steps) = match command.split_once("&&") {
        Some((place, steps)) if place.trim().starts_with("cd ") => (Some(place.trim()), steps),
        _ => (None, command),
    };
    let mut end = 0;
    while let Some(length) = steps[end..].find("&&") {
        if !installs(steps[end..end + length].trim()) {
            break;
        }
        end += length + "&&".len();
    }
    if end == 0 {
        return (None, command.to_owned());
    }
    let there = |part: &str| match place {
        Some(place) => format!("{place} && {}", part.trim()),
        None => part.trim().to_owned(),
    };
    (Some(there(&steps[..end - "&&".len()])), there(&steps[end..]))
}

/// Whether `step` installs what builds need, and makes no output of its own.
fn installs(step: &str) -> bool {
    INSTALLERS.iter().any(|installer| {
        let rest = step.strip_prefix(installer);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    }) || step == "yarn"
}

/// Looks for the command that makes `root` in the files of the project around it, the nearest first.
#[must_use]
pub fn find(repository: &Path, root: &str) -> Option<FoundBuild> {
    let root = EntryPath::parse(root).ok().filter(|root| may_be_built(root.as_str()))?;
    let above: Vec<&str> = root.parents().collect();
    let above = above.into_iter().rev().chain([""]);
    above.into_iter().find_map(|directory| find_in(repository, directory, root.as_str()))
}

fn find_in(repository: &Path, directory: &str, root: &str) -> Option<FoundBuild> {
    let path = EntryPath::parse(directory).ok();
    let files = Directory::open_root(repository, path.as_ref()).ok()?;
    let read = |name: &str| {
        let bytes = read_whole(&files, &EntryPath::parse(name).ok()?, LONGEST).ok()?;
        String::from_utf8(bytes).ok()
    };
    let has = |name: &str| read(name).is_some();
    let file_in = |file: &str| {
        if directory.is_empty() { file.to_owned() } else { format!("{directory}/{file}") }
    };
    let of_file = |file: &str, install: Option<&str>, build: String| FoundBuild {
        install: install.map(|install| in_directory(directory, install)),
        build: in_directory(directory, &build),
        file: file_in(file),
    };
    if let Some(script) = read("package.json").and_then(|text| script_of(&text)) {
        let (run, install) = node_installer(repository, directory);
        let build = in_directory(directory, &format!("{run} {}", quote(script.as_bytes())));
        return Some(FoundBuild { install: Some(install), build, file: file_in("package.json") });
    }
    for (file, tool) in [("Makefile", "make"), ("justfile", "just"), ("Taskfile.yml", "task")] {
        let target = read(file).and_then(|text| target_of(&text));
        if let Some(target) = target {
            return Some(of_file(file, None, format!("{tool} {target}")));
        }
    }
    if base(root) == "dist"
        && read("pyproject.toml").is_some_and(|text| text.contains("[build-system]"))
    {
        let install = Some("python3 -m pip install build");
        return Some(of_file("pyproject.toml", install, "python3 -m build".to_owned()));
    }
    let generates = matches!(base(root), "gen" | "generated");
    (generates && has("buf.gen.yaml"))
        .then(|| of_file("buf.gen.yaml", None, "buf generate".to_owned()))
}

/// `command` as it runs at the repository root, if it is meant for `directory`.
fn in_directory(directory: &str, command: &str) -> String {
    match directory {
        "" => command.to_owned(),
        directory => format!("cd {} && {command}", quote(format!("./{directory}").as_bytes())),
    }
}

/// `command` so that the next one still begins at the repository root.
#[must_use]
pub fn at_the_root(command: &str) -> String {
    if command.starts_with("cd ") { format!("({command})") } else { command.to_owned() }
}

#[derive(Default, Deserialize)]
struct Package {
    #[serde(default)]
    scripts: BTreeMap<String, serde_json::Value>,
}

/// The script of a package.json that makes its output.
fn script_of(text: &str) -> Option<&'static str> {
    let package: Package = serde_json::from_str(text).ok()?;
    SCRIPTS
        .into_iter()
        .find(|script| package.scripts.get(*script).is_some_and(serde_json::Value::is_string))
}

/// The lock files of package managers for Node, each with how the manager runs a script and installs.
const NODE_MANAGERS: [(&str, &str, &str); 6] = [
    ("pnpm-lock.yaml", "pnpm run", "pnpm install --frozen-lockfile"),
    ("yarn.lock", "yarn run", "yarn install --frozen-lockfile"),
    ("bun.lock", "bun run", "bun install --frozen-lockfile"),
    ("bun.lockb", "bun run", "bun install --frozen-lockfile"),
    ("package-lock.json", "npm run", "npm ci"),
    ("npm-shrinkwrap.json", "npm run", "npm ci"),
];

/// How the package manager of `directory` runs a script, and the command that installs, at the repository
/// root. The nearest lock file tells: a workspace has one for all its packages.
fn node_installer(repository: &Path, directory: &str) -> (&'static str, String) {
    let package = EntryPath::parse(directory).ok();
    let mut above: Vec<&str> = package.iter().flat_map(EntryPath::parents).collect();
    above.insert(0, "");
    if package.is_some() {
        above.push(directory);
    }
    for place in above.into_iter().rev() {
        let lock = |file: &str| repository.join(place).join(file).symlink_metadata().is_ok();
        if let Some((_, run, install)) = NODE_MANAGERS.iter().find(|(file, ..)| lock(file)) {
            return (run, in_directory(place, install));
        }
    }
    ("npm run", in_directory(directory, "npm install"))
}

/// The first target that stands at the beginning of a line, or below `tasks:`, and makes output.
fn target_of(text: &str) -> Option<&'static str> {
    let is_line = |line: &str, target: &str| {
        let line = line.strip_prefix("  ").filter(|line| !line.starts_with(' ')).unwrap_or(line);
        let rest =
            line.strip_prefix(target).map(str::trim_start).and_then(|rest| rest.strip_prefix(':'));
        rest.is_some_and(|rest| !rest.starts_with('='))
    };
    TARGETS.into_iter().find(|target| text.lines().any(|line| is_line(line, target)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_installs_is_told_from_what_builds() {
        let cases = [
            ("npm ci && npm run build", Some("npm ci"), "npm run build"),
            (
                "npm ci&&pip install -r r.txt && make a && make b",
                Some("npm ci&&pip install -r r.txt"),
                "make a && make b",
            ),
            ("yarn && yarn build", Some("yarn"), "yarn build"),
            (
                "cd web && npm ci && npm run build",
                Some("cd web && npm ci"),
                "cd web && npm run build",
            ),
            ("cd web && npm run build", None, "cd web && npm run build"),
            ("cd web", None, "cd web"),
            ("npm ci && echo 'a&&b'", Some("npm ci"), "echo 'a&&b'"),
            ("npm ci &&", Some("npm ci"), ""),
            ("npm run build", None, "npm run build"),
            ("make && npm ci", None, "make && npm ci"),
            ("npm cite && make", None, "npm cite && make"),
            ("npm ci", None, "npm ci"),
        ];
        for (command, install, build) in cases {
            assert_eq!(split(command), (install.map(str::to_owned), build.to_owned()));
        }
    }

    #[test]
    fn the_nearest_project_says_how_a_directory_is_made() {
        let tree = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = tree.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write("web/package.json", r#"{"scripts":{"test":"x","package":"ncc build"}}"#);
        write("web/yarn.lock", "");
        write("Makefile", "x := 1\nbuild:=no\n.PHONY: dist\ndist: x\n\tcp\n");
        write("py/pyproject.toml", "[build-system]\n");
        write("broken/package.json", "{");
        write("proto/buf.gen.yaml", "");
        let found = |root: &str| {
            find(tree.path(), root).map(|found| (found.build, found.install, found.file))
        };
        let made = |build: &str, install: Option<&str>, file: &str| {
            Some((build.to_owned(), install.map(str::to_owned), file.to_owned()))
        };
        assert_eq!(
            found("web/dist"),
            made(
                "cd ./web && yarn run package",
                Some("cd ./web && yarn install --frozen-lockfile"),
                "web/package.json"
            )
        );
        assert_eq!(found("dist"), made("make dist", None, "Makefile"));
        assert_eq!(found("broken/dist"), made("make dist", None, "Makefile"));
        assert_eq!(
            found("py/dist"),
            made(
                "cd ./py && python3 -m build",
                Some("cd ./py && python3 -m pip install build"),
                "py/pyproject.toml"
            )
        );
        assert_eq!(
            found("proto/gen"),
            made("cd ./proto && buf generate", None, "proto/buf.gen.yaml")
        );
        assert_eq!(found("vendor"), None);
        assert_eq!(found("."), None);
        write("package.json", r#"{"scripts":{"build":"x"}}"#);
        write("package-lock.json", "{}");
        write("b/package.json", r#"{"scripts":{"build":"x"}}"#);
        write("b/bun.lockb", "");
        let install = Some("cd ./b && bun install --frozen-lockfile");
        assert_eq!(found("b/dist"), made("cd ./b && bun run build", install, "b/package.json"));
        // The lock file of a workspace is at its top.
        write("packages/a/package.json", r#"{"scripts":{"build":"x"}}"#);
        assert_eq!(
            found("packages/a/dist"),
            made("cd ./packages/a && npm run build", Some("npm ci"), "packages/a/package.json")
        );
        assert_eq!(found("dist"), made("npm run build", Some("npm ci"), "package.json"));
    }
}
