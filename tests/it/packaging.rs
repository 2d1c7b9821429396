//! What people install: that all packages are of one version and of one list of systems. `.ci/packages`
//! makes them and installs them.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

const VERSION: &str = env!("CARGO_PKG_VERSION");

fn read(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn table(name: &str) -> toml::Table {
    read(name).parse().unwrap()
}

/// The systems of `packaging/targets.json`: for each its target, and how its archive ends.
fn targets() -> Vec<(String, String)> {
    let rows: Vec<Value> = serde_json::from_str(&read("packaging/targets.json")).unwrap();
    let text = |row: &Value, key: &str| row[key].as_str().unwrap().to_owned();
    rows.iter().map(|row| (text(row, "target"), text(row, "archive"))).collect()
}

#[test]
fn the_version_stands_in_cargo_toml_alone() {
    let manifest = table("Cargo.toml");
    assert_eq!(manifest["workspace"]["package"]["version"].as_str(), Some(VERSION));
    assert_eq!(manifest["package"]["version"]["workspace"].as_bool(), Some(true));
    let project = table("pyproject.toml");
    assert!(project["project"].get("version").is_none());
    assert_eq!(project["project"]["dynamic"].as_array().unwrap()[0].as_str(), Some("version"));
    let npm: Value = serde_json::from_str(&read("packaging/npm/package.json")).unwrap();
    for key in ["version", "optionalDependencies"] {
        assert_eq!(npm.get(key), None, "{key} is written by .ci/packages");
    }
    for name in [".ci/packages", ".github/workflows/release.yml", "packaging/npm/sealgate.js"] {
        assert!(!read(name).contains(VERSION), "{name} states a version of its own");
    }
}

/// The crates that the program is made of are published with it, under its version.
#[test]
fn the_crates_need_each_other_in_the_one_version() {
    let manifest = table("Cargo.toml");
    let members = manifest["workspace"]["members"].as_array().unwrap();
    let manifests = members.iter().map(|member| format!("{}/Cargo.toml", member.as_str().unwrap()));
    for name in manifests.chain(["Cargo.toml".to_owned()]) {
        let crate_manifest = table(&name);
        assert_eq!(
            crate_manifest["package"]["version"]["workspace"].as_bool(),
            Some(true),
            "{name}"
        );
        let dependencies = crate_manifest["dependencies"].as_table().unwrap();
        for (dependency, needed) in
            dependencies.iter().filter(|(key, _)| key.starts_with("sealgate"))
        {
            assert_eq!(needed["version"].as_str(), Some(VERSION), "{name}: {dependency}");
        }
    }
}

#[test]
fn every_list_of_systems_is_that_of_the_packages() {
    let known: BTreeSet<_> = targets().into_iter().map(|(target, _)| target).collect();
    let workflow = read(".github/workflows/release.yml");
    let built = workflow.split("target: ").skip(1);
    let built = built.map(|rest| rest.split([',', '}', '\n']).next().unwrap().to_owned());
    assert_eq!(built.filter(|name| !name.contains('$')).collect::<BTreeSet<_>>(), known);
    for (script, kind) in [("action/check.sh", "tar.gz"), ("action/check.ps1", "zip")] {
        let text = read(script);
        for (target, archive) in targets() {
            assert_eq!(text.contains(&target), archive == kind, "{script} {target}");
        }
    }
}

/// `cargo binstall` fills in its template, which must give the name of an archive that a release has.
#[test]
fn binstall_finds_the_archives_of_a_release() {
    let manifest = table("Cargo.toml");
    let binstall = manifest["package"]["metadata"]["binstall"].as_table().unwrap();
    for (target, archive) in targets() {
        let own = binstall["overrides"].get(&target).unwrap_or(&binstall["pkg-fmt"]);
        let format = own.get("pkg-fmt").unwrap_or(own).as_str().unwrap();
        let suffix = if format == "tgz" { ".tar.gz" } else { ".zip" };
        let filled = binstall["pkg-url"].as_str().unwrap();
        let filled = filled.replace("{ repo }", "https://host.example/o/sealgate");
        let filled = filled.replace("{ version }", VERSION).replace("{ name }", "sealgate");
        let filled = filled.replace("{ target }", &target).replace("{ archive-suffix }", suffix);
        let path = format!("releases/download/v{VERSION}/sealgate-{VERSION}-{target}.{archive}");
        assert_eq!(filled, format!("https://host.example/o/sealgate/{path}"));
    }
    assert_eq!(binstall["bin-dir"].as_str(), Some("{ bin }{ binary-ext }"));
    assert!(read(".ci/packages").contains(r#"yield ("sealgate.exe" if windows else "sealgate""#));
}
