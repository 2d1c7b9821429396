//! The one command that stages seals, and the roots that git keeps with them.

use super::{CheckedOut, Invocation};
use crate::report::words::shell::{is_bare, pathspec};

/// The most seal files that a command names one by one where their directory says the same.
const MOST_FILES: usize = 8;

/// A seal that somebody commits.
#[derive(Debug, Clone, Copy)]
pub struct ToStage<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its root, where git keeps that.
    pub root: Option<&'a str>,
}

impl Invocation {
    /// The git command that stages `seals` and their roots, what was deleted there too, and nothing else.
    ///
    /// `there` are the names of all seals that the seals directory holds, where it holds nothing else.
    #[must_use]
    pub fn stage(&self, seals: &[ToStage<'_>], there: Option<&[String]>) -> String {
        let mut places: Vec<String> = Vec::new();
        let roots = || seals.iter().filter_map(|seal| seal.root);
        for root in roots() {
            let place = self.to_git(root);
            if !places.contains(&place) {
                places.push(place);
            }
        }
        if roots().all(|root| root != ".") {
            let has_all = |there: &[String]| {
                there.iter().all(|name| seals.iter().any(|seal| seal.name == name))
            };
            if seals.len() > MOST_FILES && there.is_some_and(has_all) {
                places.push(self.to_git(self.seals_directory()));
            } else {
                places.extend(seals.iter().map(|seal| self.to_git(&self.seal_file(seal.name))));
            }
        } else {
            // The whole repository holds the seals, too.
            places = vec![self.to_git(".")];
        }
        // Without it, git adds nothing that lies outside of what is checked out.
        let sparse = if self.extent == CheckedOut::Sparse { "--sparse " } else { "" };
        format!("{} add {sparse}-A -- {}", self.git(), places.join(" "))
    }

    /// `path` below the top of the repository as a word for git where the user is.
    fn to_git(&self, path: &str) -> String {
        let at_the_top = self.directory.is_none() && self.repository.is_none();
        let plain = is_bare(path.as_bytes()) && !path.starts_with('-');
        if at_the_top && plain { path.to_owned() } else { pathspec(path.as_bytes()) }
    }

    /// The directory of the seals, relative to the repository root.
    fn seals_directory(&self) -> &str {
        self.seals.as_deref().unwrap_or("seals").trim_end_matches('/')
    }

    /// The file of the seal `name`, relative to the repository root.
    pub(crate) fn seal_file(&self, name: &str) -> String {
        format!("{}/{name}.toml", self.seals_directory())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stage(seals: &[(&str, Option<&str>)], there: Option<&[&str]>) -> String {
        let seals: Vec<_> = seals.iter().map(|&(name, root)| ToStage { name, root }).collect();
        let there =
            there.map(|names| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>());
        Invocation::default().stage(&seals, there.as_deref())
    }

    #[test]
    fn names_what_was_sealed_and_nothing_else() {
        let (dist, release) = (("dist", Some("dist")), ("release", None));
        let many: Vec<String> = (0..9).map(|at| format!("p{at}")).collect();
        let many: Vec<(&str, Option<&str>)> =
            many.iter().map(|name| (&**name, Some(&**name))).collect();
        let names: Vec<&str> = many.iter().map(|(name, _)| *name).collect();
        let roots = names.join(" ");
        let files: Vec<String> = names.iter().map(|name| format!("seals/{name}.toml")).collect();
        let files = files.join(" ");
        let one_more: Vec<&str> = names.iter().copied().chain(["other"]).collect();
        let cases = [
            (stage(&[dist], None), "dist seals/dist.toml".to_owned()),
            (stage(&[release], None), "seals/release.toml".to_owned()),
            (stage(&[dist, release], None), "dist seals/dist.toml seals/release.toml".to_owned()),
            (
                stage(&[dist, ("again", Some("dist"))], None),
                "dist seals/dist.toml seals/again.toml".to_owned(),
            ),
            (stage(&[("all", Some(".")), dist], None), ".".to_owned()),
            (stage(&many, Some(&names)), format!("{roots} seals")),
            (stage(&many, Some(&one_more)), format!("{roots} {files}")),
            (stage(&many, None), format!("{roots} {files}")),
            (stage(&many[..8], Some(&names[..8])), {
                let files: Vec<&str> = files.split(' ').take(8).collect();
                format!("{} {}", names[..8].join(" "), files.join(" "))
            }),
        ];
        for (command, places) in cases {
            assert_eq!(command, format!("git add -A -- {places}"));
        }
    }
}
