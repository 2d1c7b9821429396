//! `sealgate diff --base`: what changed in the seals themselves, in every format.

#![cfg(unix)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::{Node, Repo, Run};

/// Names that try to leave the place where they are shown.
const HOSTILE: [&str; 16] = [
    "`",
    "``` `x`",
    "a|b|c",
    "</details><script>alert(1)</script>",
    "<!-- ",
    "![x](https:/x.png)",
    "[x](javascript:x)",
    "*b* _i_ ~~s~~ @someone #1 &amp; $x$",
    "a\n\n# heading\n| x | y |",
    "a\r::stop-commands::x",
    "::error::x",
    "##[set-output name=v;]pass",
    "\u{202e}sj.exe\u{2066}",
    "\u{1b}[2K\u{9b}31m",
    " spaces  ",
    "-rf ~ $(x)",
];

fn file(text: &str) -> Node {
    Node::File(text.as_bytes().to_vec())
}

fn commit(repo: &Repo, message: &str) {
    repo.git(&["add", "--all"]);
    let who = ["-c", "user.name=a", "-c", "user.email=a@b"];
    repo.git(&[&who[..], &["commit", "--quiet", "--allow-empty", "--message", message]].concat());
}

/// A repository with the seals `dist` and `lib` of directories that git ignores, committed.
fn made() -> Repo {
    Repo::once("", || {
        let repo = Repo::in_git();
        repo.build(
            "dist",
            &[
                ("app.js", file("app")),
                ("bin/run", Node::Exec(b"#!".to_vec())),
                ("gone.css", file("0123456789")),
                ("moves.txt", file("moving")),
                ("same", file("same")),
            ],
        );
        repo.build("lib", &[("x", file("x"))]);
        fs::write(repo.at(".gitignore"), "/dist\n/lib\n/other\n").unwrap();
        repo.seal("dist", "dist");
        repo.seal("lib", "lib");
        commit(&repo, "first");
        repo
    })
}

/// One change of each sort in `dist`.
fn change(repo: &Repo) {
    fs::write(repo.at("dist/app.js"), "x".repeat(3000)).unwrap();
    fs::write(repo.at("dist/new.js"), "new").unwrap();
    fs::remove_file(repo.at("dist/gone.css")).unwrap();
    fs::rename(repo.at("dist/moves.txt"), repo.at("dist/moved.txt")).unwrap();
    fs::remove_file(repo.at("dist/bin/run")).unwrap();
    repo.build("dist", &[("bin/run", file("#!"))]);
    edit(repo, "seals/dist.toml", "exclude = []", "exclude = [\"*.map\"]");
    ran(repo, &["seal", "dist"], 0);
}

fn edit(repo: &Repo, path: &str, from: &str, to: &str) {
    let text = fs::read_to_string(repo.at(path)).unwrap();
    assert!(text.contains(from), "{text}");
    fs::write(repo.at(path), text.replace(from, to)).unwrap();
}

/// Runs `arguments`, which must end with `code`.
#[track_caller]
fn ran(repo: &Repo, arguments: &[&str], code: i32) -> Run {
    let ran = repo.run(arguments);
    assert_eq!(ran.code, code, "{arguments:?}: {}{}", text(&ran), ran.stderr);
    ran
}

fn text(ran: &Run) -> &str {
    &ran.stdout
}

fn said(repo: &Repo, arguments: &[&str]) -> String {
    text(&ran(repo, &[&["diff", "--base", "HEAD"], arguments].concat(), 0)).to_owned()
}

fn read(repo: &Repo, arguments: &[&str]) -> Value {
    serde_json::from_str(&said(repo, &[arguments, &["--format", "json"]].concat())).unwrap()
}

/// The first digits of the commit.
fn short(repo: &Repo) -> String {
    String::from_utf8(repo.git(&["rev-parse", "HEAD"])).unwrap()[..10].to_owned()
}

#[test]
fn scope_comes_first_and_then_the_entries_by_kind_with_their_sums() {
    let repo = made();
    change(&repo);
    let expected = format!(
        "Seals since HEAD ({}): 1 changed, 1 unchanged\n\
         dist: what it covers changed; 1 added (+3 B), 1 removed (-10 B), 1 changed (+2.9 KiB), \
         1 moved, 1 mode\n  \
           scope    exclude: now also \"*.map\"\n  \
           added    new.js     3 B\n  \
           removed  gone.css   10 B\n  \
           changed  app.js     3 B -> 2.9 KiB\n  \
           moved    moved.txt  from moves.txt\n  \
           mode     bin/run    exec -> file\n\
         unchanged: lib\n",
        short(&repo)
    );
    assert_eq!(said(&repo, &[]), expected);
    let quiet: Vec<_> = expected.lines().take(3).map(str::to_owned).collect();
    assert_eq!(said(&repo, &["--quiet"]).lines().collect::<Vec<_>>(), quiet);
}

#[test]
fn json_says_the_base_the_totals_and_the_bytes_by_which_each_kind_grew() {
    let repo = made();
    change(&repo);
    let read = read(&repo, &["dist"]);
    assert_eq!(read["format"], "sealgate-diff/1");
    let oid = String::from_utf8(repo.git(&["rev-parse", "HEAD"])).unwrap();
    assert_eq!(read["base"], json!({"rev": "HEAD", "oid": oid.trim()}));
    assert_eq!(read["seal_source"], json!({"kind": "worktree"}));
    let seal = &read["seals"][0];
    assert_eq!(seal["name"], "dist");
    assert_eq!(seal["new"], false);
    assert_eq!(seal["scope"], json!([{"what": "exclude", "old": [], "new": ["*.map"]}]));
    let totals = json!({"added": 1, "removed": 1, "changed": 1, "moved": 1, "mode": 1});
    assert_eq!(seal["totals"], totals);
    assert_eq!(seal["bytes"], json!({"added": 3, "removed": -10, "changed": 2997}));
    let kinds: Vec<_> = seal["changes"].as_array().unwrap().iter().map(|c| &c["change"]).collect();
    assert_eq!(kinds, ["added", "removed", "changed", "moved", "mode"]);
    assert_eq!(read["seals"].as_array().unwrap().len(), 1);
    assert_eq!(read["errors"], json!([]));
}

#[test]
fn a_plain_diff_says_nothing_of_a_base() {
    let repo = made();
    fs::write(repo.at("dist/app.js"), "other").unwrap();
    let plain = ran(&repo, &["diff", "--format", "json"], 0);
    let plain: Value = serde_json::from_str(&plain.stdout).unwrap();
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&plain), ["errors", "format", "seals", "tool"]);
    assert_eq!(keys(&plain["seals"][0]), ["changes", "name", "root"]);
    let page = ran(&repo, &["diff", "--format", "markdown"], 0);
    assert!(text(&page).starts_with("### What resealing would change\n"), "{}", text(&page));
    assert!(text(&page).contains("| `app.js` | 3 B -> 5 B |"), "{}", text(&page));
    let page = ran(&repo, &["diff", "dist", "--against", "lib", "--format", "markdown"], 0);
    assert!(text(&page).starts_with("### What is different in `lib`\n"), "{}", text(&page));
}

/// Seals that are gone, new, renamed, changed in what they cover and left alone.
fn upheaval() -> Repo {
    let repo = made();
    for name in ["aa", "zz"] {
        repo.build(&format!("other/{name}"), &[("f", file(name))]);
        repo.seal(name, &format!("other/{name}"));
    }
    commit(&repo, "second");
    fs::remove_file(repo.at("seals/zz.toml")).unwrap();
    let seal = fs::read_to_string(repo.at("seals/dist.toml")).unwrap();
    fs::remove_file(repo.at("seals/dist.toml")).unwrap();
    fs::write(repo.at("seals/web.toml"), seal.replace("dist: the", "web: the")).unwrap();
    edit(&repo, "seals/web.toml", "`sealgate seal dist`", "`sealgate seal web`");
    repo.build("other/new", &[("n", file("12345"))]);
    repo.seal("new", "other/new");
    edit(&repo, "seals/aa.toml", "root = \"other/aa\"", "root = \"other/new\"");
    repo
}

#[test]
fn seals_that_are_gone_new_or_renamed_are_told_first() {
    let repo = upheaval();
    let expected = format!(
        "Seals since HEAD ({}): 1 gone, 1 new, 1 renamed, 1 changed, 1 unchanged\n\
         zz: the seal is gone; 1 removed (-2 B)\n  \
           scope    the seal is gone: nothing covers its root any more\n  \
           removed  f  2 B\n\
         new: a new seal of other/new; 1 added (+5 B)\n  \
           added    n  5 B\n\
         web: the seal has another name\n  \
           scope    the seal was named dist\n\
         aa: what it covers changed\n  \
           scope    root: other/aa -> other/new\n\
         unchanged: lib\n",
        short(&repo)
    );
    assert_eq!(said(&repo, &[]), expected);
    let read = read(&repo, &[]);
    let names: Vec<_> = read["seals"].as_array().unwrap().iter().map(|s| &s["name"]).collect();
    assert_eq!(names, ["zz", "new", "web", "aa", "lib"]);
    assert_eq!(read["seals"][0]["scope"], json!([{"what": "deleted"}]));
    assert_eq!(read["seals"][0]["bytes"]["removed"], -2);
    assert_eq!(read["seals"][1]["new"], true);
    assert_eq!(read["seals"][2]["scope"], json!([{"what": "renamed", "from": "dist"}]));
}

#[test]
fn a_page_has_the_totals_then_what_seals_cover_and_folds_the_entries() {
    let repo = upheaval();
    change_page(&repo);
    let page = said(&repo, &["--format", "markdown"]);
    let in_order = [
        "### Seals since `HEAD` (",
        "): 1 gone, 1 new, 1 renamed, 1 changed, 1 unchanged\n\n| seal | root | | added |",
        "| `zz` | `other/zz` | gone | - | 1 (-2 B) | - | - | - |\n",
        "| `web` | `dist` | renamed | 2 (+3 B) | - | - | - | - |\n",
        "**What seals cover changed:**\n\n- `zz`: the seal is gone",
        "- `web`: the seal was named `dist`\n",
        "- `aa`: root: `other/aa` -> `other/new`\n",
        "<details><summary>zz: 1 removed (-2 B)</summary>\n\n| path | |\n|---|---|\n| `f` | 2 B |\n\n</details>\n",
        "<details><summary>web: 2 added (+3 B)</summary>\n",
        "| `link` | link to `app.js` |\n",
        "| `more.js` | 3 B |\n",
    ];
    let mut rest = &page[..];
    for part in in_order {
        let at = rest.find(part).unwrap_or_else(|| panic!("{part:?} is not in its place:\n{page}"));
        rest = &rest[at + part.len()..];
    }
}

fn change_page(repo: &Repo) {
    repo.build("dist", &[("more.js", file("new")), ("link", Node::Link("app.js".into()))]);
    let ran = ran(repo, &["seal", "web"], 0);
    assert!(text(&ran).contains("web: 2 added"));
    let seal = fs::read_to_string(repo.at("seals/web.toml")).unwrap();
    assert!(seal.contains("\"link\" = \"link app.js\""));
}

#[test]
fn with_rev_two_commits_are_compared_and_the_working_tree_is_not_looked_at() {
    let repo = made();
    change(&repo);
    commit(&repo, "second");
    fs::write(repo.at("seals/dist.toml"), "broken").unwrap();
    fs::write(repo.at("seals/stray"), "").unwrap();
    let two = ["diff", "--base", "HEAD~1", "--rev", "HEAD"];
    let ran = ran(&repo, &two, 0);
    let said = text(&ran);
    assert!(said.starts_with("Seals from HEAD~1 ("), "{said}");
    assert!(said.contains(&format!(") to HEAD ({}): 1 changed, 1 unchanged\n", short(&repo))));
    assert!(said.contains("1 added (+3 B), 1 removed (-10 B)"), "{said}");
    let json = repo.run(&[&two[..], &["--format", "json"]].concat());
    let json: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(json["seal_source"]["kind"], "commit");
    assert_eq!(json["seal_source"]["rev"], "HEAD");
}

#[test]
fn no_root_is_read() {
    let repo = made();
    change(&repo);
    fs::remove_dir_all(repo.at("dist")).unwrap();
    assert!(said(&repo, &[]).contains("1 added (+3 B)"));
}

#[test]
fn names_select_on_both_sides_and_each_must_select_one() {
    let repo = upheaval();
    for (name, word) in [("zz", "1 gone"), ("new", "1 new"), ("lib", "1 unchanged")] {
        let said = said(&repo, &[name]);
        assert!(said.lines().next().unwrap().ends_with(word), "{said}");
    }
    let said = said(&repo, &["[nz]*"]);
    assert!(said.contains("1 gone, 1 new\n"), "{said}");
    let ran = ran(&repo, &["diff", "--base", "HEAD", "never"], 2);
    assert!(ran.stderr.contains("no seal is named never"), "{}", ran.stderr);
}

#[test]
fn the_exit_code_tells_of_a_difference_only_where_it_is_asked_to() {
    let repo = made();
    ran(&repo, &["diff", "--base", "HEAD", "--exit-code"], 0);
    edit(&repo, "seals/dist.toml", "tracked = false", "tracked = true");
    for format in ["human", "json", "markdown"] {
        let format = format!("--format={format}");
        ran(&repo, &["diff", "--base", "HEAD", &format], 0);
        ran(&repo, &["diff", "--base", "HEAD", "--exit-code", &format], 1);
        ran(&repo, &["diff", "lib", "--base", "HEAD", "--exit-code", &format], 0);
    }
    fs::remove_file(repo.at("seals/dist.toml")).unwrap();
    ran(&repo, &["diff", "--base", "HEAD", "--exit-code"], 1);
    fs::remove_dir_all(repo.at("seals")).unwrap();
    assert!(said(&repo, &[]).contains(": 2 gone\n"));
}

#[test]
fn what_cannot_be_compared_is_an_error_and_hides_nothing_else() {
    let repo = made();
    change(&repo);
    fs::write(repo.at("seals/lib.toml"), "broken").unwrap();
    for format in ["human", "json", "markdown"] {
        let ran = ran(&repo, &["diff", "--base", "HEAD", "--format", format], 2);
        assert!(ran.stderr.contains("seals/lib.toml:1"), "{}", ran.stderr);
        assert!(text(&ran).contains("gone.css") && !text(&ran).contains("1 gone"));
    }
    commit(&repo, "a broken seal");
    repo.git(&["checkout", "--quiet", "HEAD~1", "seals/lib.toml"]);
    let said = said(&repo, &[]);
    assert!(said.contains("scope    what stood there could not be read as a seal\n"), "{said}");
}

#[test]
fn what_cannot_be_meant_is_refused() {
    let repo = made();
    let cases: [(&[&str], &str); 6] = [
        (&["--base", "HEAD", "--against", "lib"], "cannot be used with"),
        (&["--rev", "HEAD"], "--base <REV>"),
        (&["--base", "nowhere"], "nowhere names no commit that is here"),
        (&["--base", "HEAD", "--rev", "nowhere"], "nowhere names no commit that is here"),
        (&["--base", "--all"], "unexpected argument '--all'"),
        (&["--base=--all"], "--all names no commit that is here"),
    ];
    for (arguments, says) in cases {
        let ran = ran(&repo, &[&["diff"], arguments].concat(), 2);
        assert!(ran.stderr.contains(says), "{arguments:?}: {}", ran.stderr);
        assert!(ran.stdout.is_empty());
    }
    let plain = Repo::plain();
    let outside = ran(&plain, &["diff", "--base", "HEAD"], 2);
    assert!(outside.stderr.contains("is no git repository"), "{}", outside.stderr);
    let empty = Repo::in_git();
    commit(&empty, "nothing");
    let ran = ran(&empty, &["diff", "--base", "HEAD"], 2);
    assert!(ran.stderr.contains("there are no seals in seals of HEAD"), "{}", ran.stderr);
}

#[test]
fn a_long_list_is_cut_and_the_command_for_all_of_it_works() {
    let repo = made();
    let many: Vec<String> = (0..60).map(|number| format!("n{number:02}")).collect();
    let many: Vec<_> = many.iter().map(|name| (&**name, file("n"))).collect();
    repo.build("dist", &many);
    ran(&repo, &["seal", "dist"], 0);
    let said = said(&repo, &[]);
    assert_eq!(said.matches("  added    n").count(), 50);
    let more = "  ... and 10 more changes; all of them: sealgate diff --base HEAD -v\n";
    assert!(said.contains(more), "{said}");
    let all = ran(&repo, &["diff", "--base", "HEAD", "-v"], 0);
    assert_eq!(text(&all).matches("  added    n").count(), 60);
}

/// A seal of as many empty files as `names` gives, all added since `HEAD`.
fn seal_of(repo: &Repo, seal: &str, header: &str, names: impl Iterator<Item = String>) {
    let digest = blake3::hash(b"");
    let mut text = format!(
        "# Seal of {seal}: the exact bytes approved. Written by `sealgate seal {seal}`; review it \
         like code.\nformat = \"sealgate-seal/1\"\nroot = \"big\"\ntracked = false\n{header}\n[entries]\n"
    );
    text.extend(names.map(|name| format!("\"{name}\" = \"file 0 {digest}\"\n")));
    fs::write(repo.at(format!("seals/{seal}.toml")), text).unwrap();
}

#[test]
fn a_page_too_long_for_hosts_is_cut_and_says_how_much_is_hidden() {
    const FILES: usize = 30_000;
    let repo = made();
    let name = |number| format!("{number:06}{}", "x".repeat(60));
    seal_of(&repo, "big", "exclude = []\n", (0..FILES).map(name));
    let page = said(&repo, &["--format", "markdown"]);
    assert!((880 << 10..=900 << 10).contains(&page.len()), "{}", page.len());
    let shown = page.matches("x` | 0 B |\n").count();
    let hidden = FILES - shown;
    let grouped = format!("{},{:03}", hidden / 1000, hidden % 1000);
    let end = format!(
        "\n</details>\n\n**Cut here: {grouped} of 30,000 changes are not shown.** All of them: \
         `sealgate diff --base HEAD -v`\n"
    );
    assert!(page.ends_with(&end), "{}", &page[page.len() - 300..]);

    // What seals cover keeps its place, whatever else there is; where it is too much, that is told.
    let patterns: Vec<_> =
        (0..66).map(|n| format!("  \"p{n:03}{}\",\n", "y".repeat(800))).collect();
    let seals: Vec<_> = (0..15).map(|number| format!("big{number:02}")).collect();
    for seal in &seals {
        seal_of(&repo, seal, "exclude = []\n", ["a".to_owned()].into_iter());
    }
    commit(&repo, "a base");
    let header = format!("exclude = [\n{}]\n", patterns.concat());
    for seal in &seals {
        seal_of(&repo, seal, &header, (0..FILES / 15).map(name));
    }
    let page = said(&repo, &["--format", "markdown"]);
    assert!((880 << 10..=900 << 10).contains(&page.len()), "{}", page.len());
    let patterns = page.matches("exclude: now also `p").count();
    assert!((600..900).contains(&patterns), "{patterns}");
    let left = 990 - patterns;
    let told = format!("**{left} more changes of what seals cover are not shown.**");
    assert!(page.contains(&told), "{told}");
    assert!(page.matches("x` | 0 B |\n").count() > 1000);
}

/// A repository in which every hostile name is a path, a link's target, a root and a pattern.
fn hostile() -> (Repo, BTreeSet<String>) {
    let repo = made();
    let mut names = BTreeSet::new();
    for (number, name) in HOSTILE.iter().enumerate() {
        let root = format!("other/{number}{}", name.replace('/', "-"));
        repo.build(&root, &[("a", file("a"))]);
        for (at, path) in [("", name.to_string()), ("d/", format!("d/{name}"))] {
            let path = path.trim_end_matches('/');
            let link = Node::Link((*name).into());
            let node = if at.is_empty() { file("x") } else { link };
            node.make(&repo.at(&root).join(path)).unwrap();
            names.insert(path.to_owned());
        }
        let seal = format!("s{number}");
        let pattern = format!("q{name}z");
        let make = ["seal", &seal, "--root", &root, "--allow-outside-links"];
        let pattern = pattern.replace(['\n', '\r'], ".").replace('[', "\\[");
        ran(&repo, &[&make[..], &["--exclude", &pattern]].concat(), 0);
    }
    (repo, names)
}

/// What GitHub's runner would take for a command.
fn acts(line: &str) -> bool {
    let modern = line.trim_start().strip_prefix("::").is_some_and(|rest| rest.contains("::"));
    modern || line.contains("##[")
}

/// What is left of a line of Markdown without its code.
fn without_code(line: &str) -> String {
    let parts: Vec<_> = line.split('`').collect();
    assert_eq!(parts.len() % 2, 1, "code that does not end: {line}");
    parts.into_iter().step_by(2).collect()
}

fn assert_page_is_inert(page: &str) {
    let mut columns = None;
    for line in page.lines() {
        let plain = without_code(line);
        let tags = ["<details><summary>", "</summary>", "</details>"];
        let bare = tags.iter().fold(plain.clone(), |line, tag| line.replacen(tag, "", 1));
        for sign in ['<', '&', '[', ']', '!', '@', '$', '~', '\\', '_'] {
            assert!(!bare.contains(sign), "{sign:?} outside of code: {line}");
        }
        let columns_here = plain.matches('|').count();
        let table = plain.starts_with('|').then_some(columns_here);
        assert!(
            table.is_none() && columns_here == 0 || columns.is_none_or(|c| Some(c) == table),
            "{line}"
        );
        columns = table;
    }
}

#[test]
fn no_name_acts_in_any_format_and_json_gives_every_name_back() {
    let (repo, names) = hostile();
    let human = said(&repo, &["-v"]);
    let page = said(&repo, &["--format", "markdown"]);
    let json = said(&repo, &["--format", "json"]);
    for output in [&human, &page, &json] {
        assert!(!output.lines().any(acts), "{output}");
        let hidden = |c: char| c.is_control() && c != '\n' || matches!(c, '\u{202e}' | '\u{2066}');
        assert!(!output.contains(hidden), "{output:?}");
    }
    assert_page_is_inert(&page);
    let page_rows = page.lines().filter(|line| line.starts_with("| `d/")).count();
    assert_eq!(page_rows, HOSTILE.len());
    let json: Value = serde_json::from_str(&json).unwrap();
    let changes = |seal: &Value| seal["changes"].as_array().expect("changes").clone();
    let found: BTreeSet<String> = json["seals"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(changes)
        .map(|change| change["path"].as_str().unwrap().to_owned())
        .filter(|path| path != "a")
        .collect();
    assert_eq!(found, names);

    // What is gone, and a base of an odd name.
    commit(&repo, "hostile seals");
    repo.git(&["branch", "odd`x|y&z<b>"]);
    for number in 0..HOSTILE.len() {
        edit(&repo, &format!("seals/s{number}.toml"), "exclude = [\n  \"q", "exclude = [\n  \"r");
    }
    fs::remove_file(repo.at("seals/s3.toml")).unwrap();
    fs::write(repo.at("seals/s4.toml"), HOSTILE[3]).unwrap();
    for format in ["human", "markdown"] {
        let ran = ran(&repo, &["diff", "--base", "odd`x|y&z<b>", "--format", format], 2);
        assert!(!text(&ran).lines().any(acts));
        if format == "markdown" {
            assert_page_is_inert(text(&ran));
            assert!(text(&ran).contains(r"since `odd\x60x\x7cy&z\x3cb>` ("), "{}", text(&ran));
            assert!(text(&ran).contains("- **not compared**: `s4`, `"), "{}", text(&ran));
        }
    }
    assert!(Path::new(&repo.at("seals/s0.toml")).exists());
}
