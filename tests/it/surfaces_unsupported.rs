//! A sealgate that was built without SQLite refuses seals over databases, and still reads and writes them.

#![cfg(all(unix, not(feature = "sqlite")))]

use crate::support::Repo;

const SEAL: &str =
    "# Seal of births: the exact rows and objects approved. Written by `sealgate seal births`; \
review it like code.
format = \"sealgate-surface/1\"
database = \"sqlite\"
root = \"data/app.db\"
tracked = false
include = [
  \"main/births\",
]
exclude = []
buckets = []
omit = []

[entries]
\"main/births/+table\" = \"file 1 af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262\"
";

#[test]
fn a_database_is_refused_by_name() {
    let repo = Repo::with(&[("seals/births.toml", SEAL), ("data/app.db", "SQLite format 3\0")]);
    for arguments in [&["check"][..], &["seal", "births"], &["diff"], &["ls", "births"]] {
        let run = repo.run(arguments);
        assert_eq!(run.code, 2, "{run:?}");
        let said = format!("{}{}", run.stdout, run.stderr);
        assert!(said.contains("built without SQLite"), "{said}");
        assert!(said.contains("--features sqlite"), "{said}");
    }
    assert_eq!(repo.run(&["fmt", "--check"]).code, 0);
    assert_eq!(repo.run(&["export", "births", "--format", "b3sum"]).code, 0);
}
