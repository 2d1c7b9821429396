//! What joins two changes of one seal.

use std::path::PathBuf;

use clap::Args;

/// `resolve`.
#[derive(Debug, Args)]
pub struct ResolveArgs {
    /// Seals to join, by name, glob, root or seal file [default: all that a merge left in conflict]
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
}

/// `merge-driver`, as git runs it: gitattributes(5).
#[derive(Debug, Args)]
pub struct MergeDriverArgs {
    /// The file with the version of the common ancestor
    pub base: PathBuf,
    /// The file with our version, which takes the result
    pub ours: PathBuf,
    /// The file with the other version
    pub theirs: PathBuf,
    /// The length of the markers, in characters
    #[arg(value_parser = marker_size)]
    pub marker_size: usize,
    /// The path of the seal in the repository
    pub path: String,
}

/// git takes any number; what is longer than a line is a mistake.
fn marker_size(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(size @ 1..=1000) => Ok(size),
        _ => Err("it is no number from 1 to 1000".to_owned()),
    }
}
