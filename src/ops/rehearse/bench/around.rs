//! What a cluster has beside the database that is rehearsed: other databases, and files of its own.

use std::fs;
use std::io;
use std::path::Path;

use sealgate_core::seal::entry::Digest;
use sealgate_rehearse::state::{Class, Place, State};

/// Files of a cluster that the server writes for itself, and the one whose settings are measured one by one.
const OF_THE_SERVER: [&str; 4] =
    ["postmaster.pid", "postmaster.opts", "postgresql.auto.conf", "current_logfiles"];

/// What another database must not have twice: all databases of the cluster show it.
pub(super) const SHARED: [&str; 6] = [
    "/+builtin/",
    "/+cluster/",
    "/+other/parameter ACL/",
    "/+replication-origins/",
    "/+roles/",
    "/+tablespaces/",
];

/// The line of the other database `name`, which has this `content`, and of what is in it if that was read.
pub(super) fn database(name: &str, content: &str, inside: Option<&State>) -> (Place, String) {
    let mut text = content.to_owned();
    for (place, line) in inside.iter().flat_map(|state| state.lines()) {
        text.extend(["\n", &place.path, "\t", line]);
    }
    let name = name.replace('%', "%25").replace('/', "%2F");
    measured(format!("+cluster/databases/{name}"), text.as_bytes())
}

/// A line for each file that the cluster in `directory` has beside its directories: what decides who may
/// connect and how the server is set, and what a script put there.
pub(super) fn files(directory: &Path) -> io::Result<Vec<(Place, String)>> {
    let mut lines = Vec::new();
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type()?.is_file() && !OF_THE_SERVER.contains(&&*name) {
            lines.push(measured(format!("+cluster/files/{name}"), &fs::read(entry.path())?));
        }
    }
    Ok(lines)
}

fn measured(path: String, bytes: &[u8]) -> (Place, String) {
    (Place { path, class: Class::Schema }, Digest::of(bytes).to_string())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn what_is_in_another_database_is_part_of_its_line() {
        let inside = |text: &str| {
            State::from_lines([(Place::new("public/t/+table", Class::Schema), text.to_owned())])
        };
        let line =
            |content, text: Option<&str>| database("a/b", content, text.map(inside).as_ref());
        let lines = [("{}", None), ("{x}", None), ("{}", Some("1")), ("{}", Some("2"))];
        let lines = lines.map(|(content, text)| line(content, text));
        assert!(lines.iter().all(|line| line.0.path == "+cluster/databases/a%2Fb"));
        let distinct: BTreeSet<&str> = lines.iter().map(|line| &*line.1).collect();
        assert_eq!(distinct.len(), lines.len());
    }

    #[test]
    fn each_file_of_a_cluster_is_measured_but_for_those_of_the_server() {
        let cluster = tempfile::tempdir().unwrap();
        fs::create_dir(cluster.path().join("base")).unwrap();
        for name in ["pg_hba.conf", "postmaster.pid", "left"] {
            fs::write(cluster.path().join(name), name).unwrap();
        }
        let paths = |lines: Vec<(Place, String)>| {
            let mut paths: Vec<String> = lines.into_iter().map(|(place, _)| place.path).collect();
            paths.sort();
            paths
        };
        let lines = files(cluster.path()).unwrap();
        assert_eq!(paths(lines.clone()), ["+cluster/files/left", "+cluster/files/pg_hba.conf"]);
        fs::write(cluster.path().join("pg_hba.conf"), "other").unwrap();
        assert_ne!(files(cluster.path()).unwrap(), lines);
    }
}
