//! The `sh` that comes with Git for Windows: hooks run in it, and so do builds.

use std::path::{Path, PathBuf};

/// The `sh` of the git that is run here, if it brings one.
#[cfg(not(unix))]
#[must_use]
pub fn shell() -> Option<PathBuf> {
    let git = super::git(Path::new(".")).arg("--exec-path").output().ok()?;
    shell_beside(&super::native(&git.stdout))
}

/// The `sh` of the git whose own commands are in the directory `commands`, which Git for Windows keeps
/// at `mingw64/libexec/git-core` below its own. No directory above that is looked at: other users may
/// put something there.
fn shell_beside(commands: &Path) -> Option<PathBuf> {
    let above = commands.ancestors().skip(1).take(3);
    let places = above.flat_map(|above| ["usr/bin/sh.exe", "bin/sh.exe"].map(|sh| above.join(sh)));
    places.into_iter().find(|place| place.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shell_is_found_in_the_installation_of_git_and_nowhere_above_it() {
        let disk = tempfile::tempdir().unwrap();
        let commands = disk.path().join("Git/mingw64/libexec/git-core");
        std::fs::create_dir_all(&commands).unwrap();
        let outside = ["usr/bin/sh.exe", "bin/sh.exe"];
        let inside = ["Git/bin/sh.exe", "Git/usr/bin/sh.exe"];
        for path in outside.iter().chain(&inside) {
            let path = disk.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            assert_eq!(shell_beside(&commands), None, "before {}", path.display());
            if path.starts_with(disk.path().join("Git")) {
                std::fs::write(&path, "").unwrap();
                assert_eq!(shell_beside(&commands), Some(path.clone()));
                std::fs::remove_file(path).unwrap();
            } else {
                std::fs::write(&path, "").unwrap();
            }
        }
    }
}
