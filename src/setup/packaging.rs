//! Packages that contain the seals of their own repository. No seal can state such a package: each new
//! seal makes another package.
//!
//! Whether a packager takes the seals in is read from its own configuration, in the directory of the
//! project that it packs.

use std::path::Path;

use sealgate_core::seal::exclude::Scope;
use sealgate_core::seal::path::is_below;
use sealgate_core::seal::{Root, Seal};
use sealgate_core::text::escape::printable_str;
use sealgate_core::text::problem::Problem;
use sealgate_scan::read_named;

use crate::report::shell::quote;

/// No longer file of a project is read, in bytes.
const LONGEST: u64 = 4 << 20;

/// What packs a project into one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Packager {
    Hatch,
    Setuptools,
    Maturin,
    Cargo,
    Npm,
}

/// A package below a root that contains the seals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SelfSealed {
    /// The package, relative to the root.
    package: String,
    packager: Packager,
    /// The directory of the project, relative to the repository; empty for the repository itself.
    project: String,
    /// The seals directory, relative to the project.
    seals: String,
}

impl SelfSealed {
    /// Looks for a package in the root of `seal` that its packager makes with the seals in it. `seals` is
    /// the seals directory.
    #[must_use]
    pub fn find(repository: &Path, seal: &Seal, seals: &str) -> Option<Self> {
        let projects = projects(&seal.header.root);
        let files = seal.entries.iter().filter(|sealed| sealed.entry.size().is_some());
        files.map(|sealed| sealed.path.as_str()).find_map(|package| {
            projects.iter().find_map(|project| {
                let own = below(seals, project)?;
                let there = Project { directory: repository.join(project) };
                let packager = there.packager_of(package)?;
                there.packs(packager, own).then(|| Self {
                    package: package.to_owned(),
                    packager,
                    project: (*project).to_owned(),
                    seals: own.to_owned(),
                })
            })
        })
    }

    /// What is wrong, in a sentence; names are escaped.
    #[must_use]
    pub fn what(&self) -> String {
        let packager = match self.packager {
            Packager::Hatch => "hatch",
            Packager::Setuptools => "setuptools",
            Packager::Maturin => "maturin",
            Packager::Cargo => "cargo",
            Packager::Npm => "npm",
        };
        format!(
            "{} contains the seals themselves ({packager} packs {}/), so each new seal makes another package",
            printable_str(&self.package),
            printable_str(&self.seals)
        )
    }

    /// The line that makes the packager leave the seals out, and where it goes.
    #[must_use]
    pub fn remedy(&self) -> String {
        let file = |name: &str| match &*self.project {
            "" => name.to_owned(),
            project => quote(format!("{project}/{name}").as_bytes()),
        };
        let seals = &self.seals;
        match self.packager {
            Packager::Hatch => format!(
                "in {}, below [tool.hatch.build.targets.sdist]: exclude = [\"/{seals}\"]",
                file("pyproject.toml")
            ),
            Packager::Setuptools => {
                let line = quote(format!("prune {seals}").as_bytes());
                format!("echo {line} >> {}", file("MANIFEST.in"))
            }
            Packager::Maturin => format!(
                "in {}, below [tool.maturin]: exclude = [\"{seals}/**\"]",
                file("pyproject.toml")
            ),
            Packager::Cargo => {
                format!("in {}, below [package]: exclude = [\"/{seals}\"]", file("Cargo.toml"))
            }
            Packager::Npm => format!(
                "in {}, name what is shipped: \"files\": [\"lib\"]; or put /{seals} into .npmignore, \
                 if there is one",
                file("package.json")
            ),
        }
    }

    /// Why the root of `seal` cannot be sealed.
    #[must_use]
    pub fn problem(&self, seal: &Seal) -> Problem {
        let message = format!("{}: {}", printable_str(seal.header.root.as_str()), self.what());
        Problem::new("seal-in-package", message).remedy(self.remedy())
    }
}

/// Whether the root of `seal` holds a package of its project, into which files of the repository go.
#[must_use]
pub fn holds_package(repository: &Path, seal: &Seal) -> bool {
    let projects = projects(&seal.header.root);
    seal.entries.iter().any(|sealed| {
        let package = sealed.path.as_str();
        projects.iter().any(|project| {
            Project { directory: repository.join(project) }.packager_of(package).is_some()
        })
    })
}

/// The directories in which the project of `root` may be, relative to the repository, the nearest first.
fn projects(root: &Root) -> Vec<&str> {
    let above: Vec<&str> = root.path().map(|path| path.parents().collect()).unwrap_or_default();
    above.into_iter().rev().chain([""]).collect()
}

/// `path` relative to the directory `above`, if it lies in it.
fn below<'p>(path: &'p str, above: &str) -> Option<&'p str> {
    match above {
        "" => Some(path),
        above => is_below(path.as_bytes(), above.as_bytes()).then(|| &path[above.len() + 1..]),
    }
}

/// The files of a project.
struct Project {
    directory: std::path::PathBuf,
}

impl Project {
    fn read(&self, name: &str) -> Option<String> {
        String::from_utf8(read_named(&self.directory.join(name), LONGEST).ok()?).ok()
    }

    fn toml(&self, name: &str) -> Option<toml::Table> {
        self.read(name)?.parse().ok()
    }

    /// What makes `package` of this project; `None` for a file of another kind, or of another name.
    fn packager_of(&self, package: &str) -> Option<Packager> {
        let file = package.rsplit_once('/').map_or(package, |(_, file)| file);
        let is_of = |name: &str| {
            file.strip_prefix(name).is_some_and(|rest| {
                rest.strip_prefix('-').is_some_and(|version| version.starts_with(char::is_numeric))
            })
        };
        let has_extension =
            |wanted: &str| file.rsplit_once('.').is_some_and(|(_, end)| end == wanted);
        if has_extension("crate") {
            let manifest = self.toml("Cargo.toml")?;
            return is_of(text(&manifest, &["package", "name"])?).then_some(Packager::Cargo);
        }
        if has_extension("tgz") {
            let name = self.package_json()?.get("name")?.as_str()?.replace('/', "-");
            return is_of(name.trim_start_matches('@')).then_some(Packager::Npm);
        }
        file.strip_suffix(".tar.gz")?;
        let manifest = self.toml("pyproject.toml")?;
        let backend = text(&manifest, &["build-system", "build-backend"]);
        let packager = match backend.unwrap_or("setuptools.build_meta") {
            "hatchling.build" => Packager::Hatch,
            "maturin" => Packager::Maturin,
            backend if backend.starts_with("setuptools") => Packager::Setuptools,
            _ => return None,
        };
        // A name may come from elsewhere, such as setup.py or Cargo.toml.
        let named = text(&manifest, &["project", "name"]);
        let same = |name| normalised(file).starts_with(&format!("{}-", normalised(name)));
        named.is_none_or(same).then_some(packager)
    }

    fn package_json(&self) -> Option<serde_json::Value> {
        serde_json::from_str(&self.read("package.json")?).ok()
    }

    /// Whether `packager` takes in the directory `seals`, relative to the project.
    fn packs(&self, packager: Packager, seals: &str) -> bool {
        match packager {
            Packager::Hatch => self.hatch_packs(seals),
            Packager::Setuptools => self.setuptools_packs(seals),
            Packager::Maturin => {
                let manifest = self.toml("pyproject.toml").unwrap_or_default();
                let left_out = list(&manifest, &["tool", "maturin", "exclude"]);
                !left_out.is_some_and(|patterns| covers(&patterns, seals))
                    && self.cargo_packs(seals).unwrap_or(true)
            }
            Packager::Cargo => self.cargo_packs(seals).unwrap_or(true),
            Packager::Npm => self.npm_packs(seals),
        }
    }

    fn hatch_packs(&self, seals: &str) -> bool {
        let manifest = self.toml("pyproject.toml").unwrap_or_default();
        let of_target = ["tool", "hatch", "build", "targets", "sdist"];
        let for_all = ["tool", "hatch", "build"];
        // What stands at the target replaces what stands for all of them.
        let stated = |key: &str| {
            list(&manifest, &[&of_target[..], &[key]].concat())
                .or_else(|| list(&manifest, &[&for_all[..], &[key]].concat()))
        };
        let names = |patterns: Vec<String>| covers(&patterns, seals);
        let chosen = stated("only-include").or_else(|| stated("include"));
        chosen.is_none_or(names) && !stated("exclude").is_some_and(names)
    }

    /// setuptools packs what the manifest names, and everything that git has with a plugin for that.
    fn setuptools_packs(&self, seals: &str) -> bool {
        let manifest = self.toml("pyproject.toml").unwrap_or_default();
        let required = list(&manifest, &["build-system", "requires"]).unwrap_or_default();
        let plugin = |name: &String| {
            let name = name.to_ascii_lowercase().replace('_', "-");
            name.starts_with("setuptools-scm") || name.starts_with("setuptools-git")
        };
        let mut packs = required.iter().any(plugin);
        let lines = self.read("MANIFEST.in").unwrap_or_default();
        // The last line that is about them decides.
        for line in lines.lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            let names_seals = |word: &&str| {
                let word = word.trim_start_matches("./").trim_end_matches('/');
                word == seals || seals.starts_with(&format!("{word}/"))
            };
            match &words[..] {
                ["graft" | "recursive-include", ".", ..] | ["global-include", ..] => packs = true,
                ["graft", rest @ ..] if rest.iter().any(names_seals) => packs = true,
                ["recursive-include", directory, ..] if names_seals(directory) => packs = true,
                ["prune", rest @ ..] if rest.iter().any(names_seals) => packs = false,
                ["recursive-exclude", directory, patterns @ ..]
                    if names_seals(directory) && patterns.contains(&"*") =>
                {
                    packs = false;
                }
                _ => {}
            }
        }
        packs
    }

    fn cargo_packs(&self, seals: &str) -> Option<bool> {
        let manifest = self.toml("Cargo.toml")?;
        // With `include`, Cargo passes over `exclude`.
        if let Some(include) = list(&manifest, &["package", "include"]) {
            return Some(covers(&include, seals));
        }
        let exclude = list(&manifest, &["package", "exclude"]).unwrap_or_default();
        Some(!covers(&exclude, seals))
    }

    fn npm_packs(&self, seals: &str) -> bool {
        let package = self.package_json().unwrap_or_default();
        if let Some(files) = package.get("files").and_then(serde_json::Value::as_array) {
            let files: Vec<String> =
                files.iter().filter_map(|file| Some(file.as_str()?.to_owned())).collect();
            let all = |file: &String| matches!(file.as_str(), "." | "./" | "" | "*" | "**");
            return files.iter().any(all) || covers(&files, seals);
        }
        let lines = self.read(".npmignore").or_else(|| self.read(".gitignore"));
        let lines = lines.unwrap_or_default();
        let patterns: Vec<String> = lines.lines().map(|line| line.trim().to_owned()).collect();
        !covers(&patterns, seals)
    }
}

/// Whether one of `patterns`, in gitignore syntax, matches the directory `seals`, all that is in it, or a
/// directory above it. A pattern that a seal could not have counts as none.
fn covers(patterns: &[String], seals: &str) -> bool {
    let file = format!("{seals}/seal.toml");
    patterns.iter().any(|pattern| {
        let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
        let scope = Scope::new(vec![pattern.to_owned()]);
        scope.is_ok_and(|scope| scope.excludes(file.as_bytes(), false).is_some())
    })
}

/// The text at `keys`.
fn text<'t>(table: &'t toml::Table, keys: &[&str]) -> Option<&'t str> {
    value(table, keys)?.as_str()
}

/// The texts of the list at `keys`.
fn list(table: &toml::Table, keys: &[&str]) -> Option<Vec<String>> {
    let items = value(table, keys)?.as_array()?;
    Some(items.iter().filter_map(|item| Some(item.as_str()?.to_owned())).collect())
}

fn value<'t>(table: &'t toml::Table, keys: &[&str]) -> Option<&'t toml::Value> {
    let (last, above) = keys.split_last()?;
    let mut table = table;
    for key in above {
        table = table.get(*key)?.as_table()?;
    }
    table.get(*last)
}

/// The name of a Python project as it stands in the names of its files (PEP 625).
fn normalised(name: &str) -> String {
    let mut normalised = String::new();
    for c in name.chars() {
        match c {
            '-' | '_' | '.' if normalised.ends_with('-') => {}
            '-' | '_' | '.' => normalised.push('-'),
            c => normalised.push(c.to_ascii_lowercase()),
        }
    }
    normalised
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether the packager of `package` packs the seals, with these files of the project.
    fn packs(package: &str, files: &[(&str, &str)]) -> Option<bool> {
        let directory = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(directory.path().join(name), text).unwrap();
        }
        let project = Project { directory: directory.path().to_owned() };
        Some(project.packs(project.packager_of(package)?, "seals"))
    }

    const HATCH: &str = "[build-system]\nrequires = [\"hatchling\"]\n\
        build-backend = \"hatchling.build\"\n[project]\nname = \"My.Tool\"\n";
    const SETUPTOOLS: &str = "[build-system]\nrequires = [\"setuptools\"]\n\
        build-backend = \"setuptools.build_meta\"\n[project]\nname = \"tool\"\n";
    const CRATE: &str = "[package]\nname = \"tool\"\n";

    #[test]
    fn a_packager_takes_the_seals_in_unless_it_is_told_to_leave_them_out() {
        let hatch = |more: &str| {
            packs("my_tool-1.0.tar.gz", &[("pyproject.toml", &(HATCH.to_owned() + more))])
        };
        let sdist = "[tool.hatch.build.targets.sdist]\n";
        assert_eq!(hatch(""), Some(true));
        assert_eq!(hatch(&format!("{sdist}exclude = [\"/seals\"]\n")), Some(false));
        assert_eq!(hatch(&format!("{sdist}exclude = [\"/seal\"]\n")), Some(true));
        assert_eq!(hatch(&format!("{sdist}only-include = [\"src\"]\n")), Some(false));
        assert_eq!(hatch("[tool.hatch.build]\nexclude = [\"seals/\"]\n"), Some(false));
        let setuptools = |more: &str, manifest: &str| {
            packs(
                "tool-1.0.tar.gz",
                &[("pyproject.toml", &(SETUPTOOLS.to_owned() + more)), ("MANIFEST.in", manifest)],
            )
        };
        assert_eq!(setuptools("", ""), Some(false));
        assert_eq!(setuptools("", "graft .\n"), Some(true));
        assert_eq!(setuptools("", "graft .\nprune seals\n"), Some(false));
        assert_eq!(setuptools("", "prune seals\ngraft .\n"), Some(true));
        let scm = SETUPTOOLS.replace("\"setuptools\"]", "\"setuptools\", \"setuptools_scm>=8\"]");
        assert_eq!(packs("tool-1.0.tar.gz", &[("pyproject.toml", &scm)]), Some(true));
        let krate =
            |more: &str| packs("tool-1.0.crate", &[("Cargo.toml", &(CRATE.to_owned() + more))]);
        assert_eq!(krate(""), Some(true));
        assert_eq!(krate("exclude = [\"/seals\"]\n"), Some(false));
        assert_eq!(krate("include = [\"src/**\"]\n"), Some(false));
        assert_eq!(krate("include = [\"**\"]\nexclude = [\"/seals\"]\n"), Some(true));
        let npm = |json: &str, files: &[(&str, &str)]| {
            packs("me-tool-1.0.0.tgz", &[&[("package.json", json)], files].concat())
        };
        let bare = "{\"name\": \"@me/tool\"}";
        assert_eq!(npm(bare, &[]), Some(true));
        assert_eq!(npm(bare, &[(".npmignore", "/seals\n")]), Some(false));
        assert_eq!(npm(bare, &[(".gitignore", "dist\n")]), Some(true));
        assert_eq!(npm("{\"name\": \"@me/tool\", \"files\": [\"dist\"]}", &[]), Some(false));
        assert_eq!(npm("{\"name\": \"@me/tool\", \"files\": [\"*\"]}", &[]), Some(true));
    }

    #[test]
    fn files_of_other_projects_and_kinds_are_passed_over() {
        let files = [
            ("pyproject.toml", HATCH),
            ("Cargo.toml", CRATE),
            ("package.json", "{\"name\": \"tool\"}"),
        ];
        for package in [
            "other-1.0.tar.gz",
            "my_tool-1.0-py3-none-any.whl",
            "tool.crate",
            "other-1.0.crate",
            "tool-plugin-1.0.tgz",
            "app.js",
        ] {
            assert_eq!(packs(package, &files), None, "{package}");
        }
        assert_eq!(packs("tool-1.0.tgz", &[("package.json", "{")]), None);
        assert_eq!(packs("tool-1.0.crate", &[("Cargo.toml", "[workspace]\n")]), None);
    }
}
