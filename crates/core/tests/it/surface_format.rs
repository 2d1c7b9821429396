//! The format of a seal over a database: one text, and each other text refused with the reason.

use proptest::prelude::*;
use sealgate_core::approval::change::{Side, of_seal};
use sealgate_core::seal::entry::{Digest, Entry};
use sealgate_core::seal::exclude::Scope;
use sealgate_core::seal::path::EntryPath;
use sealgate_core::seal::surface::{DatabaseSystem, Included, Surface};
use sealgate_core::seal::{
    Header, Joined, Root, Seal, SealError, SealName, SealedEntry, join, loose_seal, read, to_bytes,
};

const HEX: &str = "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262";

fn births() -> SealName {
    SealName::parse("births").unwrap()
}

fn good() -> String {
    format!(
        "\
# Seal of births: the exact rows and objects approved. Written by `sealgate seal births`; review it like code.
format = \"sealgate-surface/1\"
database = \"sqlite\"
root = \"data/app.db\"
tracked = true
build = \"make db\"
include = [
  \"+database/user_version\",
  \"main/births\",
]
exclude = [
  \"/main/births/indexes\",
]
buckets = [
  \"main/births\",
]
omit = [
  \"main/births/seen\",
]

[entries]
\"main/births/+table\" = \"file 402 {HEX}\"
\"main/births/rows/1\" = \"file 107 {HEX}\"
"
    )
}

fn with(from: &str, to: &str) -> String {
    let text = good();
    assert!(text.contains(from), "{from:?} is not in the good seal");
    text.replacen(from, to, 1)
}

fn refused(text: &str) -> SealError {
    read(&births(), text.as_bytes()).unwrap_err()
}

#[test]
fn the_canonical_text_reads_back() {
    let seal = read(&births(), good().as_bytes()).unwrap();
    assert_eq!(String::from_utf8(to_bytes(&seal)).unwrap(), good());
    let surface = seal.header.surface.as_ref().unwrap();
    assert_eq!(
        surface.include.iter().map(Included::as_str).collect::<Vec<_>>(),
        ["+database/user_version", "main/births"]
    );
    let line =
        good().lines().position(|line| line.starts_with("\"main/births/rows/1\"")).unwrap() + 1;
    assert_eq!(seal.line_of(1), line);
    let bare = with("build = \"make db\"\n", "")
        .replace("exclude = [\n  \"/main/births/indexes\",\n]", "exclude = []")
        .replace("omit = [\n  \"main/births/seen\",\n]", "omit = []");
    let seal = read(&births(), bare.as_bytes()).unwrap();
    let line =
        bare.lines().position(|line| line.starts_with("\"main/births/rows/1\"")).unwrap() + 1;
    assert_eq!(seal.line_of(1), line);
}

#[test]
fn every_other_text_is_refused_by_line_and_reason() {
    let cases = [
        ("sealgate-surface/1", "sealgate-surface/2", "seal-format-unknown", "sealgate-surface/2"),
        ("sealgate-surface/1", "sealgate-seal/1", "seal-invalid", "\"database\" is unknown"),
        ("rows and objects", "bytes", "seal-not-canonical", "line 1"),
        ("\"sqlite\"", "\"mysql 8\"", "database-unsupported", "mysql 8"),
        ("\"data/app.db\"", "\".\"", "seal-invalid", "no directory"),
        (
            "  \"+database/user_version\",\n  \"main/births\",\n",
            "  \"main/births\",\n  \"main/births\",\n",
            "seal-invalid",
            "twice",
        ),
        (
            "  \"+database/user_version\",\n  \"main/births\",\n",
            "  \"main/births\",\n  \"+database/user_version\",\n",
            "seal-not-canonical",
            "line 8",
        ),
        (
            "include = [\n  \"+database/user_version\",\n  \"main/births\",\n]",
            "include = []",
            "seal-invalid",
            "cover nothing",
        ),
        (
            "  \"main/births\",\n]\nexclude",
            "  \"main//births\",\n]\nexclude",
            "seal-invalid",
            "empty component",
        ),
        (
            "  \"main/births\",\n]\nexclude",
            "  \"main/other\",\n]\nexclude",
            "seal-invalid",
            "not in `include`",
        ),
        ("\"/main/births/indexes\"", "\"/main/births/rows\"", "seal-invalid", "excluded by"),
        ("\"file 402", "\"exec 402", "seal-invalid", "file SIZE DIGEST"),
        ("database = \"sqlite\"\n", "", "seal-invalid", "`database` is missing"),
        ("omit = [\n  \"main/births/seen\",\n]\n", "", "seal-not-canonical", "omit"),
        ("omit =", "omitted =", "seal-invalid", "\"omitted\" is unknown"),
        ("buckets = [", "buckets = [ ", "seal-not-canonical", "buckets = ["),
    ];
    for (from, to, code, says) in cases {
        let error = refused(&with(from, to));
        assert_eq!(error.code(), code, "{to}: {error}");
        assert!(error.message.contains(says), "{to}: {error}");
    }
    let many: Vec<String> = (0..1_001).map(|at| format!("  \"t{at:04}\",\n")).collect();
    let many = many.concat();
    let error = refused(&with("  \"main/births/seen\",\n", &many));
    assert!(error.message.contains("the limit is 1000"), "{error}");
}

#[test]
fn a_seal_over_a_directory_has_no_lists_of_a_database() {
    let dist = SealName::parse("dist").unwrap();
    let text = format!(
        "# Seal of dist: the exact bytes approved. Written by `sealgate seal dist`; review it like code.\n\
         format = \"sealgate-seal/1\"\nroot = \"dist\"\ntracked = true\nexclude = []\ninclude = []\n\n\
         [entries]\n\"a\" = \"file 1 {HEX}\"\n"
    );
    let error = read(&dist, text.as_bytes()).unwrap_err();
    assert_eq!((error.code(), error.line), ("seal-invalid", Some(6)), "{error}");
}

#[test]
fn lists_are_sorted_when_people_edited_them() {
    let loose = with(
        "include = [\n  \"+database/user_version\",\n  \"main/births\",\n]",
        "include = ['main/births', '+database/user_version']",
    );
    assert_eq!(to_bytes(&loose_seal(&births(), loose.as_bytes()).unwrap()), good().into_bytes());
}

#[test]
fn the_change_that_a_grant_covers_names_what_is_covered() {
    let seal = |text: &str| read(&births(), text.as_bytes()).unwrap();
    let old = seal(&good());
    let change = |new: &Seal| of_seal(&births(), Side::Seal(&old), Side::Seal(new)).text;
    assert_eq!(change(&old), "");
    let omitting = seal(&with("omit = [\n  \"main/births/seen\",\n]", "omit = []"));
    assert_eq!(change(&omitting), "births\tomit\t[\"main/births/seen\"]\t[]\n");
    let narrow = seal(&with("  \"+database/user_version\",\n", ""));
    let include =
        "births\tinclude\t[\"+database/user_version\", \"main/births\"]\t[\"main/births\"]\n";
    assert_eq!(change(&narrow), include);
    let directory = Seal { header: Header { surface: None, ..old.header.clone() }, ..old.clone() };
    assert_eq!(change(&directory).lines().count(), 4);
}

#[test]
fn two_changes_of_one_surface_are_joined() {
    let seal = |text: &str| read(&births(), text.as_bytes()).unwrap();
    let base = seal(&good());
    let ours = seal(&with("omit = [\n  \"main/births/seen\",\n]", "omit = []"));
    let theirs = seal(&with("file 107", "file 108"));
    let Joined::Whole(joined) = join(Some(&base), &ours, &theirs, 7) else { panic!("a conflict") };
    assert!(joined.header.surface.unwrap().omit.is_empty());
    assert_eq!(joined.entries, theirs.entries);
    let narrow = good()
        .replace("  \"+database/user_version\",\n  \"main/births\",\n", "  \"main/births/rows\",\n")
        .replace(&format!("\"main/births/+table\" = \"file 402 {HEX}\"\n"), "");
    let ours = seal(&narrow);
    let theirs = seal(&with("file 402", "file 403"));
    assert!(matches!(join(Some(&base), &ours, &theirs, 7), Joined::Conflict { .. }));
}

fn path() -> impl Strategy<Value = String> {
    prop_oneof!["[a-c]{1,2}(/[a-c+%]{1,2}){0,3}", "[a-c]/[\\PC\\n\\t\"\\\\]{1,4}"]
}

fn paths(most: usize) -> impl Strategy<Value = Vec<EntryPath>> {
    prop::collection::btree_set(path(), 0..most)
        .prop_map(|paths| paths.iter().filter_map(|path| EntryPath::parse(path).ok()).collect())
}

proptest! {
    #[test]
    fn what_is_written_is_read_by_both_readers(
        (include, buckets, omit) in (paths(5), paths(4), paths(4)),
        (entries, all) in (paths(12), any::<bool>()),
    ) {
        let mut include: Vec<Included> =
            include.iter().map(|path| Included::parse(path.as_str()).unwrap()).collect();
        if all || include.is_empty() {
            include.push(Included::parse(".").unwrap());
            include.sort();
        }
        let surface = Surface { system: DatabaseSystem::Sqlite, include, buckets, omit };
        let mut sealed: Vec<SealedEntry> = Vec::new();
        for path in entries.into_iter().filter(|path| surface.includes(path.as_bytes())) {
            let is_beside = |other: &SealedEntry| path.parents().any(|above| above == other.path.as_str());
            if !sealed.iter().any(is_beside) {
                let entry = Entry::File { size: 1, digest: Digest::of(path.as_bytes()), executable: false };
                sealed.push(SealedEntry { path, entry });
            }
        }
        prop_assume!(!sealed.is_empty());
        let header = Header {
            root: Root::parse("a.db").unwrap(),
            tracked: all,
            build: None,
            scope: Scope::new(Vec::new()).unwrap(),
            surface: Some(surface),
        };
        let seal = Seal { name: births(), header, entries: sealed };
        let text = to_bytes(&seal);
        prop_assert_eq!(&read(&births(), &text).unwrap(), &seal);
        prop_assert_eq!(&loose_seal(&births(), &text).unwrap(), &seal);
        let lines = String::from_utf8(text).unwrap();
        let first = lines.lines().nth(seal.line_of(0) - 1).unwrap();
        let digest = Digest::of(seal.entries[0].path.as_bytes()).to_string();
        prop_assert!(first.contains(&digest));
    }
}
