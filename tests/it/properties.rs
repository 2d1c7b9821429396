//! What holds for every tree, every pattern and every path.

#![cfg(unix)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, Permissions};
use std::num::NonZeroUsize;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::thread;

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use sealgate::ops::check::Judge;
use sealgate::ops::seal::draft::draft;
use sealgate::tree::Workspace;
use sealgate_core::compare::inventory::Inventory;
use sealgate_core::compare::verdict::{SealResult, Verdict};
use sealgate_core::seal::entry::{Digest, Entry};
use sealgate_core::seal::exclude::Scope;
use sealgate_core::seal::path::EntryPath;
use sealgate_core::seal::{Header, Root, SealName, to_bytes};
use sealgate_scan::{self as inventory, Directory, Scanner};

use crate::support;
use crate::support::{Node, Repo, copy, make_fifo};

/// A tree to be built, and the judge of what is found in it.
type Tree = BTreeMap<String, Plant>;

#[derive(Debug, Clone)]
enum Plant {
    File { content: Content, executable: bool },
    Link(String),
    Dir(Tree),
}

/// A file's bytes, small enough to print whatever the file's size.
#[derive(Debug, Clone)]
struct Content {
    length: usize,
    seed: u8,
}

impl Content {
    fn bytes(&self) -> Vec<u8> {
        let block: Vec<u8> = (0..=250).map(|byte: u8| byte ^ self.seed).collect();
        let mut bytes = block.repeat(self.length / block.len() + 1);
        bytes.truncate(self.length);
        bytes
    }
}

fn name() -> impl Strategy<Value = String> {
    let odd = select(vec![
        "é",
        "e\u{301}",
        "E\u{301}",
        "a\nb",
        "\t",
        "\u{202e}x",
        "-rf",
        "#a",
        "'",
        "\"",
        "::x",
        "日本",
        ".git",
        "x y",
        " ",
        "~",
        "...",
        "1:2",
        "*",
        "[a]",
        "\u{7f}",
        "\u{feff}",
        "$(x)",
    ]);
    let plain = "[a-cA-C0-2._-]{1,3}".prop_filter("no name", |name| name != "." && name != "..");
    prop_oneof![3 => plain, 1 => odd.prop_map(str::to_owned)]
}

fn content() -> impl Strategy<Value = Content> {
    // Around the sizes at which the reader changes its ways.
    let length = prop_oneof![
        4 => 0_usize..40,
        2 => select(vec![0, 1023, 1024, 1025, 65_535, 65_536, 65_537]),
        1 => select(vec![(1 << 20) - 1, 1 << 20, (1 << 20) + 1]),
    ];
    (length, any::<u8>()).prop_map(|(length, seed)| Content { length, seed })
}

fn tree() -> impl Strategy<Value = Tree> {
    let file = (content(), any::<bool>())
        .prop_map(|(content, executable)| Plant::File { content, executable });
    let target = select(vec!["a", "../b", "a/b", "/etc/passwd", ".", "é \n", "loop"]);
    let leaf = prop_oneof![
        6 => file,
        1 => target.prop_map(|target| Plant::Link(target.to_owned())),
        1 => Just(Plant::Dir(Tree::new())),
    ];
    let plant =
        leaf.prop_recursive(4, 32, 5, |inner| btree_map(name(), inner, 0..5).prop_map(Plant::Dir));
    btree_map(name(), plant, 1..8)
}

/// Builds `tree` in the directory `at`; the last name first if `backwards`.
fn build(tree: &Tree, at: &Path, backwards: bool) {
    fs::create_dir_all(at).unwrap();
    let mut plants: Vec<_> = tree.iter().collect();
    if backwards {
        plants.reverse();
    }
    for (name, plant) in plants {
        let path = at.join(name);
        match plant {
            Plant::File { content, executable } => {
                fs::write(&path, content.bytes()).unwrap();
                let mode = if *executable { 0o755 } else { 0o644 };
                fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            }
            Plant::Link(target) => symlink(target, &path).unwrap(),
            Plant::Dir(inside) => build(inside, &path, backwards),
        }
    }
}

/// What a seal of `tree` states, worked out without looking at any disk.
fn entries(tree: &Tree, scope: &Scope) -> BTreeMap<String, Entry> {
    let mut found = BTreeMap::new();
    gather(tree, "", scope, &mut found);
    found
}

/// Gathers what lies in scope below `above`; whether anything did.
fn gather(tree: &Tree, above: &str, scope: &Scope, found: &mut BTreeMap<String, Entry>) -> bool {
    let mut any = false;
    for (name, plant) in tree {
        let path = if above.is_empty() { name.clone() } else { format!("{above}/{name}") };
        let is_dir = matches!(plant, Plant::Dir(_));
        if scope.excludes(path.as_bytes(), is_dir).is_some() {
            continue;
        }
        any = true;
        let entry = match plant {
            Plant::File { content, executable } => {
                let bytes = content.bytes();
                let (size, digest) = (bytes.len() as u64, Digest::of(&bytes));
                Entry::File { size, digest, executable: *executable }
            }
            Plant::Link(target) => Entry::Link { target: target.as_str().into() },
            Plant::Dir(inside) if gather(inside, &path, scope, found) => continue,
            Plant::Dir(_) => Entry::Dir,
        };
        found.insert(path, entry);
    }
    any
}

fn walk(root: &Path, scope: &Scope) -> Inventory {
    walk_with(&Scanner::new(None), root, scope)
}

fn walk_with(scanner: &Scanner, root: &Path, scope: &Scope) -> Inventory {
    let root = Directory::open_root(root, None).unwrap();
    inventory::take(&root, scope, scanner).unwrap()
}

/// The same by so many threads. A thread is one of the workers of one engine in its life.
fn walk_by(threads: usize, root: &Path, scope: &Scope) -> Inventory {
    let walk = || walk_with(&Scanner::new(NonZeroUsize::new(threads)), root, scope);
    thread::scope(|threads| threads.spawn(walk).join().unwrap())
}

fn scope(patterns: &[String]) -> Scope {
    Scope::new(patterns.to_vec()).expect("legal patterns")
}

fn all() -> Scope {
    Scope::new(Vec::new()).unwrap()
}

fn name_of_seal() -> SealName {
    SealName::parse("dist").unwrap()
}

/// The bytes of the seal that states `inventory`.
fn sealed(inventory: &Inventory, scope: Scope) -> Vec<u8> {
    let header = Header {
        root: Root::parse("dist").unwrap(),
        tracked: false,
        build: None,
        scope,
        surface: None,
    };
    to_bytes(&draft(&name_of_seal(), header, inventory, None).unwrap())
}

/// A repository whose `dist` holds `tree`, sealed.
fn repo_of(tree: &Tree) -> Repo {
    let repo = Repo::plain();
    build(tree, &repo.at("dist"), false);
    fs::write(repo.at("seals/dist.toml"), sealed(&walk(&repo.at("dist"), &all()), all())).unwrap();
    repo
}

/// What the gate says of `dist`.
fn gate(repo: &Repo) -> SealResult {
    let seals = EntryPath::parse("seals").unwrap();
    let repository = Workspace::find(&repo.at(""), &seals).unwrap();
    let begun = repository.begin(&name_of_seal());
    Judge::of_worktree(&repository, &Scanner::new(None)).judge(&name_of_seal(), begun)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_walk_finds_what_was_built_and_the_seal_of_it_passes(tree in tree()) {
        let repo = repo_of(&tree);
        let inventory = walk(&repo.at("dist"), &all());
        let found: BTreeMap<String, Entry> = inventory
            .entries()
            .map(|(path, entry)| (path.as_str().to_owned(), entry.clone()))
            .collect();
        prop_assert_eq!(&found, &entries(&tree, &all()));
        prop_assert_eq!(found.len(), inventory.items.len());
        prop_assert_eq!(&walk(&repo.at("dist"), &all()), &inventory, "two walks differ");
        let judgement = gate(&repo);
        prop_assert_eq!(judgement.verdict(), Verdict::Pass, "{:?}", judgement);
        prop_assert_eq!(judgement.checked, found.len() as u64);
        prop_assert_eq!(judgement.matched, judgement.checked);
    }

    #[test]
    fn no_single_change_of_a_tree_passes(tree in tree(), at in any::<Index>(), change in change()) {
        let repo = repo_of(&tree);
        let leaves: Vec<_> = entries(&tree, &all()).into_iter().collect();
        let (path, entry) = at.get(&leaves);
        change.make(&repo.at("dist").join(path), entry);
        let judgement = gate(&repo);
        prop_assert_eq!(judgement.verdict(), Verdict::Fail, "{:?} of {:?}: {:?}", change, path, judgement);
        prop_assert!(!judgement.findings.is_empty());
    }

    #[test]
    fn a_seal_does_not_tell_how_the_tree_was_made_or_read(tree in tree()) {
        let (here, there) = (Repo::plain(), Repo::plain());
        build(&tree, &here.at("dist"), false);
        build(&tree, &there.at("somewhere/else/entirely"), true);
        let seal = sealed(&walk_by(1, &here.at("dist"), &all()), all());
        for threads in [2, 7] {
            let again = sealed(&walk_by(threads, &here.at("dist"), &all()), all());
            prop_assert_eq!(&again, &seal, "{} threads", threads);
            let other = walk_by(threads, &there.at("somewhere/else/entirely"), &all());
            prop_assert_eq!(&sealed(&other, all()), &seal, "{} threads, elsewhere", threads);
        }
    }
}

/// One change of one entry that a gate must see.
#[derive(Debug, Clone, Copy)]
enum Change {
    FlipBit(Bit),
    Append,
    CutLastByte,
    Remove,
    Mode,
    IntoLink,
    IntoFifo,
    IntoFullDirectory,
    NewFileBeside,
    NewDirectoryBeside,
    Rename,
}

/// A place in a file, as a share of its length, and a bit.
#[derive(Debug, Clone, Copy)]
struct Bit {
    share: Index,
    bit: u8,
}

fn change() -> impl Strategy<Value = Change> {
    use Change::*;
    let flip = (any::<Index>(), 0_u8..8).prop_map(|(share, bit)| FlipBit(Bit { share, bit }));
    let others = select(vec![
        Append,
        CutLastByte,
        Remove,
        Mode,
        IntoLink,
        IntoFifo,
        IntoFullDirectory,
        NewFileBeside,
        NewDirectoryBeside,
        Rename,
    ]);
    prop_oneof![1 => flip, 4 => others]
}

impl Change {
    /// Changes the entry at `path`; a change that does not apply to it becomes its removal.
    fn make(self, path: &Path, entry: &Entry) {
        let beside = |name: &str| path.with_file_name(name);
        match (self, entry) {
            (Self::FlipBit(Bit { share, bit }), Entry::File { size: 1.., .. }) => {
                rewrite(path, |bytes| {
                    let at = share.index(bytes.len());
                    bytes[at] ^= 1 << bit;
                });
            }
            (Self::Append, Entry::File { .. }) => rewrite(path, |bytes| bytes.push(b'\n')),
            (Self::CutLastByte, Entry::File { size: 1.., .. }) => rewrite(path, |bytes| {
                bytes.pop();
            }),
            (Self::Mode, Entry::File { executable, .. }) => {
                let mode = if *executable { 0o644 } else { 0o755 };
                fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
            }
            (Self::IntoLink, Entry::File { .. }) => {
                fs::rename(path, beside("what was there")).unwrap();
                symlink("what was there", path).unwrap();
            }
            (Self::IntoLink, Entry::Link { target }) => {
                remove(path);
                symlink(format!("{target}/"), path).unwrap();
            }
            (Self::IntoFifo, _) => {
                remove(path);
                make_fifo(path);
            }
            (Self::IntoFullDirectory, _) => {
                remove(path);
                Node::File(b"x".to_vec()).make(&path.join("inside")).unwrap();
            }
            (Self::NewFileBeside, _) => fs::write(beside("an extra file"), "").unwrap(),
            (Self::NewDirectoryBeside, _) => fs::create_dir(beside("an extra directory")).unwrap(),
            (Self::Rename, _) => fs::rename(path, beside("another name")).unwrap(),
            _ => remove(path),
        }
    }
}

fn rewrite(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).unwrap();
    change(&mut bytes);
    fs::write(path, bytes).unwrap();
}

fn remove(path: &Path) {
    if path.symlink_metadata().unwrap().is_dir() {
        fs::remove_dir(path).unwrap();
    } else {
        fs::remove_file(path).unwrap();
    }
}

/// A component of a pattern, over the names of [`woods`].
fn component() -> impl Strategy<Value = String> {
    let plain = select(vec!["a", "b", "c", "ab", "x.x", "é", "l", "A"]);
    let wild = select(vec![
        "*", "*.x", "a*", "*b", "?", "??", "a?", "*.*", "?*", "[ab]", "[!a]", "[^a]", "[a-c]",
        "[]a]", "[!]a]", "[a-]", "[a-c]", "[*]", "[a?]", "[+-a]", "[[]", "[.x]*",
    ]);
    let escaped = select(vec!["\\a", "\\*", "\\[a]", "\\?", "\\!a", "\\#", "x\\.x", "\\{a\\}"]);
    prop_oneof![4 => plain, 3 => wild, 1 => escaped].prop_map(str::to_owned)
}

/// A legal pattern: `[!][/]COMPONENT[/COMPONENT...][/]`, with `**` at any place.
fn pattern() -> impl Strategy<Value = String> {
    let step = prop_oneof![4 => component(), 1 => Just("**".to_owned())];
    let negated = prop_oneof![3 => Just(""), 1 => Just("!")];
    let anchored = prop_oneof![2 => Just(""), 1 => Just("/")];
    let closed = prop_oneof![2 => Just(""), 1 => Just("/")];
    (negated, anchored, vec(step, 1..4), closed).prop_map(|(negated, anchored, steps, closed)| {
        format!("{negated}{anchored}{}{closed}", steps.join("/"))
    })
}

fn patterns() -> impl Strategy<Value = Vec<String>> {
    vec(pattern(), 1..5).prop_map(|mut patterns| {
        let mut seen = BTreeSet::new();
        patterns.retain(|pattern| seen.insert(pattern.clone()));
        patterns
    })
}

/// Three floors of names that the patterns speak of, with files, directories and a link to one.
fn woods() -> Tree {
    let file = || Plant::File { content: Content { length: 1, seed: 7 }, executable: false };
    let files = |names: &[&str]| names.iter().map(|name| ((*name).to_owned(), file())).collect();
    let floor: Tree = files(&["a", "c", "x.x", "ab"]);
    let mut tree: Tree = files(&["c", "x.x", "é", "bb", "A", "*", "[a]", "!a", "#", "{a}", "?"]);
    tree.insert("l".to_owned(), Plant::Link("a".to_owned()));
    for name in ["a", "b", "ab", "a.x"] {
        let mut inside: Tree = files(&["c", "x.x", "é"]);
        inside.insert("a".to_owned(), Plant::Dir(floor.clone()));
        inside.insert("b".to_owned(), Plant::Dir(floor.clone()));
        inside.insert("empty".to_owned(), Plant::Dir(Tree::new()));
        tree.insert(name.to_owned(), Plant::Dir(inside));
    }
    tree
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_path_is_excluded_if_it_or_a_directory_above_it_is(
        patterns in patterns(), steps in vec(component(), 1..6), is_dir in any::<bool>(),
    ) {
        let scope = scope(&patterns);
        let mut by_steps = None;
        for depth in 1..=steps.len() {
            let path = steps[..depth].join("/");
            let last = depth == steps.len();
            by_steps = by_steps.or(scope.excludes_child(path.as_bytes(), !last || is_dir));
        }
        prop_assert_eq!(scope.excludes(steps.join("/").as_bytes(), is_dir), by_steps);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn excludes_decide_alike_for_every_source_and_every_command(patterns in patterns()) {
        let scope = scope(&patterns);
        let repo = Repo::plain();
        build(&woods(), &repo.at("dist"), false);
        let mut seal = repo.command(&["seal", "dist", "--root", "dist"]);
        for pattern in &patterns {
            seal.arg(format!("--exclude={pattern}"));
        }
        let ran = support::run(seal);
        let expected = entries(&woods(), &scope);
        if expected.is_empty() {
            prop_assert_eq!(ran.code, 2);
            prop_assert!(ran.stderr.contains("nothing in scope"), "{}", ran.stderr);
            return Ok(());
        }
        prop_assert_eq!(ran.code, 0, "{}", ran.stderr);

        copy(&repo.at("dist"), &repo.at("copy")).unwrap();
        for arguments in [&["dist"][..], &["dist", "--at", "copy"]] {
            let checked = repo.check(arguments);
            prop_assert_eq!(checked.code, 0, "{:?}: {}", arguments, checked.report);
            prop_assert_eq!(&checked.report["seals"][0]["checked"], expected.len());
        }

        let listing = repo.run(&["ls", "dist"]).stdout;
        let row = |line: &str| {
            let (word, rest) = line.split_once(' ').expect("a word and a path");
            let path = rest.trim_start();
            let path = if word == "excluded" { path.split("  by ").next().unwrap() } else { path };
            (word.to_owned(), path.to_owned())
        };
        let rows: BTreeSet<(String, String)> = listing.lines().map(row).collect();
        let told = |word: &str| -> BTreeSet<String> {
            rows.iter().filter(|row| row.0 == word).map(|row| row.1.clone()).collect()
        };
        prop_assert_eq!(told("sealed"), expected.keys().cloned().collect::<BTreeSet<_>>());
        prop_assert_eq!(told("sealed").len() + told("excluded").len(), rows.len(), "{}", &listing);
        for path in told("excluded") {
            let excluded = |is_dir| scope.excludes_child(path.as_bytes(), is_dir).is_some();
            prop_assert!(excluded(repo.at("dist").join(&path).symlink_metadata().is_ok_and(|found| found.is_dir())), "{path}");
        }
    }
}

#[test]
fn what_git_reads_otherwise_is_refused() {
    let refused = [
        "[[:alpha:]]",
        "a[[.x.]]",
        "[[=a=]]b",
        "[\\]]",
        "[!\\]]",
        "[\\a]",
        "[a\\-c]",
        "x/[\\!a]/y",
        "[a-c-e]",
        "[é]",
        "[a-é]",
        "***",
        "a/***/b",
        "****",
        "a**",
        "**b",
        "a**b",
        "/a**/b",
        "!**.x",
        "a/**b",
        "b**/",
        "\\/",
        "a\\/",
        "a\\/b",
        "!a\\/",
        "{a,b}",
        "[{]",
        "a ",
        "a\\\\ ",
        "a\t",
        "\u{feff}a",
        "[a/b]",
        "[!/]",
        "x[/]y",
        "[a",
        "[!]",
        "[c-a]",
        "a\\",
    ];
    for pattern in refused {
        assert!(Scope::new(vec![pattern.to_owned()]).is_err(), "{pattern} is taken");
    }
}

#[test]
fn the_number_of_threads_changes_nothing_in_the_seal_or_in_the_verdict() {
    let repo = Repo::plain();
    let wide = |count: usize, length| -> Tree {
        let file = |at: usize| {
            let content = Content { length: length + at, seed: 0 };
            (format!("f{at}"), Plant::File { content, executable: at.is_multiple_of(3) })
        };
        (0..count).map(file).collect()
    };
    let mut tree = wide(300, 0);
    tree.insert("large".to_owned(), Plant::Dir(wide(5, 1 << 20)));
    tree.insert("medium".to_owned(), Plant::Dir(wide(70, 60 << 10)));
    build(&tree, &repo.at("dist"), false);
    let run = |threads: &str, arguments: &[&str]| {
        repo.run(&[arguments, &["--threads", threads]].concat())
    };
    let mut seals = BTreeSet::new();
    for threads in ["1", "2", "7"] {
        assert_eq!(run(threads, &["seal", "dist", "--root", "dist"]).code, 0);
        seals.insert(fs::read(repo.at("seals/dist.toml")).unwrap());
        fs::remove_file(repo.at("seals/dist.toml")).unwrap();
    }
    assert_eq!(seals.len(), 1, "seals differ by the number of threads");
    fs::write(repo.at("seals/dist.toml"), seals.first().unwrap()).unwrap();
    rewrite(&repo.at("dist/large/f3"), |bytes| bytes[1 << 20] ^= 1);
    for threads in ["1", "2", "7"] {
        let ran = run(threads, &["check", "--format", "json"]);
        let report = ran.stdout;
        assert_eq!((ran.code, report.matches("\"modified\"").count()), (1, 1), "{threads} threads");
    }
}
