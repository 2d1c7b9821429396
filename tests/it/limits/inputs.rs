//! The cases, and how each input is made.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::process::Stdio;

use super::Case;
use crate::support::{Repo, scrubbed};

/// Each format of `check`.
const CHECKS: &[&str] = &[
    "check",
    "check -v",
    "check --format json",
    "check --format github",
    "check --format markdown",
    "check --format sarif",
    "check --format junit",
    "check --format codequality",
    "check --format html",
];

/// Each command that reads the seal `s`.
const SEALS: &[&str] = &[
    "check -q",
    "fmt --check",
    "diff",
    "ls s",
    "export s --format b3sum",
    "export s --format sha256sum",
    "doctor",
    "fmt",
    "seal s",
];

const DIGEST: &str = "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262";

pub(super) const CASES: &[Case] = &[
    // Seals whose entries are not there: a finding each, in every format.
    Case { name: "missing", make: |repo| sealed(repo, &entries(240_000, "dir")), commands: CHECKS },
    Case { name: "missing-files", make: |repo| sealed(repo, &files(50_000)), commands: CHECKS },
    Case {
        name: "missing-deep",
        make: |repo| sealed(repo, &deep(1_100)),
        commands: &[
            "check",
            "check --format html",
            "check --format json",
            "diff",
            "ls s",
            "seal s",
        ],
    },
    // Seals that are broken.
    Case { name: "unsorted", make: |repo| sealed(repo, &reversed(240_000)), commands: SEALS },
    Case {
        name: "doubled",
        make: |repo| sealed(repo, &"\"a\" = \"dir\"\n".repeat(380_000)),
        commands: SEALS,
    },
    Case { name: "garbage", make: |repo| sealed(repo, &"x\n".repeat(2_400_000)), commands: SEALS },
    Case { name: "one-line", make: |repo| sealed(repo, &"x".repeat(4_900_000)), commands: SEALS },
    Case {
        name: "long-key",
        make: |repo| sealed(repo, &format!("\"{}\" = \"dir\"\n", "a/".repeat(2_400_000))),
        commands: SEALS,
    },
    Case {
        name: "escapes",
        make: |repo| sealed(repo, &format!("\"{}\" = \"dir\"\n", "\\u0001".repeat(800_000))),
        commands: SEALS,
    },
    Case { name: "escaped-keys", make: |repo| sealed(repo, &escaped(60_000)), commands: SEALS },
    Case {
        name: "lists",
        make: |repo| sealed(repo, &format!("x = {}", "[".repeat(4_900_000))),
        commands: SEALS,
    },
    Case {
        name: "tables",
        make: |repo| sealed(repo, &format!("x = {}", "{a=".repeat(1_600_000))),
        commands: SEALS,
    },
    Case {
        name: "dotted",
        make: |repo| sealed(repo, &format!("{}a = 1\n", "a.".repeat(2_400_000))),
        commands: SEALS,
    },
    Case {
        name: "header-dotted",
        make: |repo| sealed(repo, &format!("[{}a]\n", "a.".repeat(2_400_000))),
        commands: SEALS,
    },
    Case {
        name: "many-tables",
        make: |repo| sealed(repo, &numbered(400_000, |at| format!("[a{at}]\n"))),
        commands: SEALS,
    },
    Case {
        name: "array-tables",
        make: |repo| sealed(repo, &"[[a]]\n".repeat(800_000)),
        commands: SEALS,
    },
    Case {
        name: "dotted-tables",
        make: |repo| {
            sealed(repo, &numbered(2_400, |at| format!("[{}b{at}]\n", "a.".repeat(1_000))));
        },
        commands: SEALS,
    },
    Case {
        name: "integers",
        make: |repo| sealed(repo, &format!("x = {}\n", "9".repeat(4_900_000))),
        commands: SEALS,
    },
    Case {
        name: "multi-line",
        make: |repo| sealed(repo, &format!("x = \"\"\"{}", "\\\n".repeat(2_400_000))),
        commands: SEALS,
    },
    Case {
        name: "sizes",
        make: |repo| {
            sealed(
                repo,
                &numbered(46_000, |at| format!("\"f{at:06}\" = \"file {} {DIGEST}\"\n", u64::MAX)),
            );
        },
        commands: SEALS,
    },
    Case { name: "prefixes", make: |repo| sealed(repo, &prefixes(100_000)), commands: SEALS },
    Case { name: "collisions", make: |repo| sealed(repo, &collisions(18)), commands: SEALS },
    Case { name: "conflicts", make: |repo| sealed(repo, &conflicts(40_000)), commands: SEALS },
    Case {
        name: "nested-conflicts",
        make: |repo| sealed(repo, &"<<<<<<< a\n=======\n>>>>>>> b\n".repeat(160_000)),
        commands: SEALS,
    },
    Case {
        name: "excludes",
        make: |repo| excluding(repo, 200_000, |at| format!("e{at}")),
        commands: SEALS,
    },
    Case {
        name: "excludes-stars",
        make: |repo| excluding(repo, 50_000, |at| format!("*a*b*{at}*c*d*")),
        commands: SEALS,
    },
    // A tree that is another than what is sealed.
    Case { name: "moved", make: |repo| moved(repo, 20_000), commands: CHECKS },
    Case { name: "moved-alike", make: moved_alike, commands: CHECKS },
    Case { name: "renamed-by-digest", make: renamed_by_digest, commands: CHECKS },
    Case { name: "unsealed", make: |repo| unsealed(repo, 60_000), commands: CHECKS },
    // Many seals.
    Case { name: "many-seals", make: |repo| many_seals(repo, 12_000, "dist"), commands: CHECKS },
    Case { name: "many-broken-seals", make: many_broken, commands: CHECKS },
    Case {
        name: "many-seals-named",
        make: |repo| many_seals(repo, 12_000, "dist"),
        commands: &[
            "check -q s* *s* s1* ??",
            "check -q --partition slice:7/4096",
            "check -q --require-sealed **",
            "diff -q",
            "doctor",
            "fmt --check",
        ],
    },
    Case {
        name: "overlapping-roots",
        make: overlapping,
        commands: &["check -q", "diff -q", "seal -q --all"],
    },
    Case {
        name: "overlapping-and-left-out",
        make: |repo| {
            unsealed(repo, 20_000);
            for at in 0..10_000 {
                let name = format!("s{at}");
                written(repo, &format!("seals/{name}.toml"), &header(&name, "dist", "\"/u*\""));
            }
        },
        commands: &["check -q", "diff -q", "seal -q --all"],
    },
    Case {
        name: "failing-seals-in-git",
        make: failing_in_git,
        commands: &["check -q", "check -q --rev main", "diff -q", "doctor -q", "seal -q --all"],
    },
    Case { name: "embeds-commit", make: embeds_commit, commands: &["check -q", "diff -q"] },
    Case {
        name: "globs",
        make: |repo| unsealed(repo, 60_000),
        commands: &[
            "check -q --require-sealed **/{a,b}*{c,d}*{e,f}*",
            "seal s --only *u*1*2* --only *a*a*a*a*b",
            "ls s",
            "check -q {s,t}*{s,t}*{s,t}*",
        ],
    },
    // Reports that are read back.
    Case { name: "report-findings", make: |repo| report(repo, 1, 14_000), commands: REPORTS },
    Case { name: "report-seals", make: |repo| report(repo, 14_000, 1), commands: REPORTS },
    Case { name: "report-of-a-tree", make: |repo| reported(repo, 1, 11_000), commands: REPORTS },
    Case { name: "report-of-seals", make: |repo| reported(repo, 2_100, 1), commands: REPORTS },
    Case { name: "report-shares", make: shares, commands: &[SHARES] },
    Case {
        name: "report-nested",
        make: |repo| written(repo, "r.json", &"[".repeat(4_900_000)),
        commands: REPORTS,
    },
    Case {
        name: "report-tiny",
        make: |repo| {
            written(repo, "r.json", &format!("{{\"seals\":[{}{{}}]}}", "{},".repeat(1_600_000)));
        },
        commands: REPORTS,
    },
    Case { name: "report-notices", make: report_notices, commands: REPORTS },
    // What git and its host bring.
    Case {
        name: "event-nested",
        make: |repo| event(repo, &format!("{{\"x\":{}", "[".repeat(4_900_000))),
        commands: &["check --base auto"],
    },
    Case {
        name: "event-keys",
        make: |repo| {
            event(
                repo,
                &numbered(400_000, |at| format!("{}\"{at}\":1", if at == 0 { "{" } else { "," })),
            );
        },
        commands: &["check --base auto"],
    },
    Case { name: "attributes", make: |repo| attributes(repo, "*.a b\n", 800_000), commands: GIT },
    Case {
        name: "attributes-stars",
        make: |repo| attributes(repo, "*a*a*a*a*b text\n", 300_000),
        commands: GIT,
    },
    Case { name: "pushed-commits", make: pushed_commits, commands: &["hook pre-push origin x"] },
    Case { name: "pushed", make: pushed, commands: &["hook pre-push origin x"] },
    Case {
        name: "seals-at-base",
        make: at_base,
        commands: &[
            "check -q --rev main --base main~1",
            "diff -q --base main~1",
            "check -q --seals-from main --base main~1",
        ],
    },
    // Authority.
    Case {
        name: "items-and-environments",
        make: |repo| authority(repo, &map_of(7_000, "CLOSED"), 9, 0),
        commands: AUTHORITY,
    },
    Case {
        name: "items-one-id",
        make: |repo| authority(repo, &map_one_id(5_000), 9, 0),
        commands: AUTHORITY,
    },
    Case {
        name: "environments",
        make: |repo| authority(repo, &map_of(5_000, "CLOSED"), 6_000, 0),
        commands: AUTHORITY,
    },
    Case {
        name: "grants",
        make: |repo| authority(repo, &map_of(3_000, "CLOSED"), 5, 3_500),
        commands: AUTHORITY,
    },
    Case { name: "grants-hostile", make: hostile_grants, commands: AUTHORITY },
    Case { name: "grant-signatures", make: signatures, commands: AUTHORITY },
    Case {
        name: "grants-of-one-blob",
        make: |repo| shared_grants(repo, 19_000),
        commands: AUTHORITY,
    },
    Case {
        name: "maps-of-one-blob",
        make: shared_maps,
        commands: &["check -q --rev main --base main~1"],
    },
    Case {
        name: "policy-globs",
        make: |repo| with_ada(repo, &rules(&numbered(100_000, |at| format!("\"{at}\", ")))),
        commands: POLICY,
    },
    Case {
        name: "policy-rules",
        make: |repo| with_ada(repo, &numbered(9_000, |at| rules(&format!("\"s{at}*\", ")))),
        commands: POLICY,
    },
    Case {
        name: "policy-hostile-globs",
        make: |repo| {
            let glob = "{a*?,b[!c-z]}*".repeat(17);
            with_ada(repo, &rules(&numbered(999, |at| format!("\"{at}{glob}\", "))));
        },
        commands: POLICY,
    },
    Case { name: "policy-approvers", make: approvers, commands: POLICY },
    Case {
        name: "policy-dotted",
        make: |repo| policy(repo, &format!("{}a = 1\n", "a.".repeat(500_000))),
        commands: POLICY,
    },
    Case {
        name: "policy-lists",
        make: |repo| policy(repo, &format!("x = {}", "[".repeat(1_000_000))),
        commands: POLICY,
    },
    Case {
        name: "policy-tables",
        make: |repo| policy(repo, &"[[key]]\n".repeat(130_000)),
        commands: POLICY,
    },
    Case {
        name: "map-nested",
        make: |repo| written(repo, "m.json", &"[".repeat(1_000_000)),
        commands: MAPS,
    },
    Case {
        name: "map-slashes",
        make: |repo| {
            written(
                repo,
                "m.json",
                &map_of(1, "OPEN")
                    .replace("\"production\"", &format!("\"{}\"", "/".repeat(900_000))),
            );
        },
        commands: MAPS,
    },
    Case {
        name: "map-items",
        make: |repo| written(repo, "m.json", &map_of(9_000, "OPEN")),
        commands: MAPS,
    },
    Case {
        name: "map-lists",
        make: |repo| {
            written(
                repo,
                "m.json",
                &map_of(2, "OPEN").replace(
                    "_macro\":[]",
                    &format!("_macro\":[{}\"B0\"]", numbered(50_000, |at| format!("\"B{at}\","))),
                ),
            );
        },
        commands: MAPS,
    },
];

const REPORTS: &[&str] = &[
    "seal --from-report r.json -q",
    "merge-reports r.json -q",
    "merge-reports r.json --format json",
];
const SHARES: &str = "merge-reports -q 01.json 02.json 03.json 04.json 05.json 06.json 07.json 08.json 09.json 10.json 11.json 12.json 13.json 14.json 15.json 16.json 17.json 18.json 19.json 20.json 21.json 22.json 23.json 24.json 25.json 26.json 27.json 28.json 29.json 30.json 31.json 32.json";
const GIT: &[&str] = &["doctor", "check -q --rev main", "check -q", "seal s"];
const MAPS: &[&str] = &[
    "blockers check m.json",
    "blockers list m.json",
    "blockers check m.json --blocks production --format json",
];
const POLICY: &[&str] = &["policy check", "policy digest", "policy export-allowed-signers"];
const AUTHORITY: &[&str] = &[
    "check -q --seals-from main --base main~1",
    "check --format json --rev main --base main~1",
    "check -q --seals-from main --base main~1 --environment env0 --ref refs/heads/main",
    "grant list",
    "grant show --base main~1",
    "grant verify --base main~1",
    "grant new close-blocker --environment env0 --blocker B0 --reason x --base main~1",
    "policy check",
];

// Seals.

fn header(name: &str, root: &str, exclude: &str) -> String {
    format!(
        "# Seal of {name}: the exact bytes approved. Written by `sealgate seal {name}`; review it like code.\n\
         format = \"sealgate-seal/1\"\nroot = \"{root}\"\ntracked = false\nexclude = [{exclude}]\n\n[entries]\n"
    )
}

fn written(repo: &Repo, path: &str, text: &str) {
    let path = repo.at(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
    fs::create_dir_all(repo.at("dist")).unwrap();
}

/// The seal `s` of `dist`, in which one file lies, with these entries.
fn sealed(repo: &Repo, entries: &str) {
    written(repo, "dist/there", "");
    written(repo, "seals/s.toml", &(header("s", "dist", "") + entries));
}

fn numbered(number: usize, line: impl Fn(usize) -> String) -> String {
    (0..number).map(line).collect()
}

fn entries(number: usize, entry: &str) -> String {
    numbered(number, |at| format!("\"{at:06}\" = \"{entry}\"\n"))
}

fn files(number: usize) -> String {
    entries(number, &format!("file 0 {DIGEST}"))
}

fn deep(number: usize) -> String {
    let tail = "/b".repeat(255);
    let long = "/".to_owned() + &"c".repeat(250);
    numbered(number, |at| {
        let tail = if at % 2 == 0 { tail.clone() } else { long.repeat(15) };
        format!("\"{at:06}{tail}\" = \"dir\"\n")
    })
}

fn reversed(number: usize) -> String {
    numbered(number, |at| format!("\"{:06}\" = \"dir\"\n", number - at))
}

fn escaped(number: usize) -> String {
    numbered(number, |at| format!("\"{}{at:06}\" = \"dir\"\n", "\\u202E".repeat(10)))
}

/// Each name begins the next: `a` beside `a/a`.
fn prefixes(number: usize) -> String {
    numbered(number, |at| format!("\"{at:06}\" = \"dir\"\n\"{at:06}/a\" = \"dir\"\n"))
}

/// Names that a file system without case takes for one: 2 to the power `letters`.
fn collisions(letters: u32) -> String {
    let name = |bits: u32| -> String {
        (0..letters).map(|at| if bits >> (letters - 1 - at) & 1 == 1 { 'a' } else { 'A' }).collect()
    };
    let lines = (0..1_u32 << letters.min(17)).map(|bits| format!("\"{}\" = \"dir\"\n", name(bits)));
    lines.collect::<Vec<_>>().concat()
}

fn conflicts(number: usize) -> String {
    numbered(number, |at| {
        let one = |entry: &str| format!("\"{at:06}\" = \"link {entry}\"\n");
        format!("<<<<<<< ours\n{}=======\n{}>>>>>>> theirs\n", one("a"), one("b"))
    })
}

fn excluding(repo: &Repo, number: usize, pattern: impl Fn(usize) -> String) {
    let patterns = numbered(number, |at| format!("  \"{}\",\n", pattern(at)));
    written(repo, "dist/there/a/b/c", "");
    let text = header("s", "dist", &format!("\n{patterns}")) + "\"z\" = \"dir\"\n";
    written(repo, "seals/s.toml", &text);
}

// Trees.

/// Files of one content that all have other names now.
fn moved(repo: &Repo, number: usize) {
    let digest = blake3::hash(b"x");
    sealed(repo, &entries(number, &format!("file 1 {digest}")));
    for at in 0..number {
        fs::write(repo.at(format!("dist/m{at}")), "x").unwrap();
    }
}

/// The same in many directories under the same base names.
fn moved_alike(repo: &Repo) {
    let digest = blake3::hash(b"x");
    let line = |at: usize| format!("\"{at:06}/a\" = \"file 1 {digest}\"\n");
    sealed(repo, &numbered(20_000, line));
    for at in 0..20_000 {
        let place = repo.at(format!("dist/m{at}"));
        fs::create_dir(&place).unwrap();
        fs::write(place.join("a"), "x").unwrap();
    }
}

/// Names that are equal but for what looks like the digest of a build.
fn renamed_by_digest(repo: &Repo) {
    let name = |at: usize, salt: u64| format!("app.{:016x}.js", at as u64 * 7_919 + salt);
    let mut names: Vec<_> = (0..20_000).map(|at| name(at, 1)).collect();
    names.sort();
    let line = |name: &String| format!("\"{name}\" = \"file 1 {DIGEST}\"\n");
    sealed(repo, &names.iter().map(line).collect::<String>());
    for at in 0..20_000 {
        fs::write(repo.at("dist").join(name(at, 0xabcd_0000_0000_0000)), at.to_string()).unwrap();
    }
}

fn unsealed(repo: &Repo, number: usize) {
    sealed(repo, &entries(1, "dir"));
    for at in 0..number {
        fs::write(repo.at(format!("dist/u{at}")), "").unwrap();
    }
}

// Many seals.

fn many_seals(repo: &Repo, number: usize, root: &str) {
    written(repo, "dist/there", "");
    for at in 0..number {
        let name = format!("s{at}");
        let text = header(&name, root, "") + &files(1);
        written(repo, &format!("seals/{name}.toml"), &text);
    }
}

fn many_broken(repo: &Repo) {
    for at in 0..40_000 {
        written(repo, &format!("seals/s{at}.toml"), "x");
    }
}

/// Many seals of nested roots over one tree of many files.
fn overlapping(repo: &Repo) {
    many_seals(repo, 2_000, "dist");
    unsealed(repo, 2_000);
}

/// Seals of roots of their own, in each of which a file is missing and another is not in git.
fn failing_in_git(repo: &Repo) {
    let seal = |at: usize| {
        let text = header(&format!("s{at}"), &format!("d{at}"), "");
        let text = text.replace("tracked = false", "tracked = true");
        (format!("seals/s{at}.toml"), text + &files(2))
    };
    let seals = (0..2_500).map(seal);
    let bytes = (0..2_500).map(|at| (format!("d{at}/000000"), String::new()));
    import(repo, &[seals.chain(bytes).collect()]);
    repo.git(&["reset", "--quiet", "--hard"]);
    for at in 0..2_500 {
        fs::write(repo.at(format!("d{at}/u")), "").unwrap();
    }
}

/// Files in which the id of the last of many commits stands often.
fn embeds_commit(repo: &Repo) {
    // As long as what is there: only then is an older id looked for.
    let seal = header("s", "dist", "") + &entries(40, &format!("file 108000 {DIGEST}"));
    let mut commits = vec![vec![("seals/s.toml".to_owned(), seal)]];
    commits.extend((0..1_500).map(|at| vec![("x".to_owned(), at.to_string())]));
    import(repo, &commits);
    repo.git(&["reset", "--quiet", "--hard"]);
    let head = String::from_utf8(repo.git(&["rev-parse", "HEAD"])).unwrap();
    for at in 0..40 {
        written(repo, &format!("dist/{at:06}"), &head.trim().repeat(2_700));
    }
}

// Reports.

fn report(repo: &Repo, seals: usize, findings: usize) {
    written(repo, "dist/there", "");
    for at in 0..seals.min(4_000) {
        let name = format!("s{at}");
        written(repo, &format!("seals/{name}.toml"), &(header(&name, "dist", "") + &files(1)));
    }
    let finding = |at: usize| {
        format!(
            "{{\"kind\":\"unsealed\",\"path\":\"u{at:06}\",\"observed\":{{\"kind\":\"file\",\"size\":0,\
             \"blake3\":\"{DIGEST}\"}},\"remedy\":\"x\"}}"
        )
    };
    let findings: Vec<_> = (0..findings).map(finding).collect();
    let findings = if seals > 1 { String::new() } else { findings.join(",") };
    let seal = |at: usize| {
        format!(
            "{{\"name\":\"s{at}\",\"file\":\"seals/s{at}.toml\",\"root\":\"dist\",\"digest\":\"{DIGEST}\",\
             \"source\":{{\"kind\":\"worktree\"}},\"seal_source\":{{\"kind\":\"worktree\"}},\
             \"verdict\":\"fail\",\"checked\":1,\"matched\":1,\"bytes\":0,\"findings\":[{findings}]}}"
        )
    };
    let seals: Vec<_> = (0..seals).map(seal).collect();
    written(repo, "r.json", &whole_report(&seals.join(","), ""));
}

/// The report of a check of so many seals of one tree of so many files, none of which is sealed.
fn reported(repo: &Repo, seals: usize, files: usize) {
    many_seals(repo, seals, "dist");
    for at in 0..files {
        fs::write(repo.at(format!("dist/u{at}")), "").unwrap();
    }
    repo.run(&["check", "-q", "--report", "json=r.json"]);
}

fn whole_report(seals: &str, notices: &str) -> String {
    format!(
        "{{\"format\":\"sealgate-report/1\",\"tool\":{{\"name\":\"sealgate\",\"version\":\"{}\"}},\
         \"verdict\":\"fail\",\"seals\":[{seals}],\"errors\":[],\"notices\":[{notices}],\"elapsed_ms\":1}}",
        env!("CARGO_PKG_VERSION")
    )
}

fn report_notices(repo: &Repo) {
    report(repo, 1, 1);
    let notice = "{\"code\":\"x\",\"message\":\"y\"},".repeat(150_000);
    written(repo, "r.json", &whole_report("", notice.trim_end_matches(',')));
}

/// The reports of 32 shares over many seals.
fn shares(repo: &Repo) {
    many_seals(repo, 120, "dist");
    for share in 1..=32 {
        let file = format!("json={share:02}.json");
        let slice = format!("slice:{share}/32");
        repo.run(&["check", "--partition", &slice, "--report", &file]);
    }
}

// git.

fn event(repo: &Repo, text: &str) {
    repo.git(&["init", "--quiet", "--initial-branch=main"]);
    sealed(repo, &files(1));
    written(repo, "event.json", text);
}

/// Makes commits of these files, each on the one before, on the branch `main`.
fn import(repo: &Repo, commits: &[Vec<(String, String)>]) {
    repo.git(&["init", "--quiet", "--initial-branch=main"]);
    let mut stream = Vec::new();
    for files in commits {
        write!(stream, "commit refs/heads/main\ncommitter a <a@b> 0 +0000\ndata 1\nx\n").unwrap();
        for (path, text) in files {
            // A text that begins with a colon is the mark of a blob above.
            if let Some(mark) = text.strip_prefix(':') {
                writeln!(stream, "M 100644 :{mark} {path}").unwrap();
            } else {
                write!(stream, "M 100644 inline {path}\ndata {}\n{text}\n", text.len()).unwrap();
            }
        }
    }
    feed(repo, &stream);
}

fn feed(repo: &Repo, stream: &[u8]) {
    let mut import = scrubbed("git");
    import.args(["fast-import", "--quiet"]).current_dir(repo.at("")).stdin(Stdio::piped());
    let mut import = import.spawn().unwrap();
    import.stdin.take().unwrap().write_all(stream).unwrap();
    assert!(import.wait().unwrap().success());
}

fn attributes(repo: &Repo, line: &str, number: usize) {
    let seal = header("s", "dist", "").replace("tracked = false", "tracked = true") + &files(1);
    let at_most = 4_800_000 / line.len();
    let text = line.repeat(number.min(at_most));
    let dist = ("dist/000000".to_owned(), String::new());
    import(
        repo,
        &[vec![dist, ("seals/s.toml".to_owned(), seal), (".gitattributes".to_owned(), text)]],
    );
    repo.git(&["reset", "--quiet", "--hard"]);
}

fn pushed(repo: &Repo) {
    import(repo, &[vec![("seals/s.toml".to_owned(), header("s", "dist", "") + &files(1))]]);
    let head = String::from_utf8(repo.git(&["rev-parse", "HEAD"])).unwrap();
    let (head, zeros) = (head.trim(), "0".repeat(40));
    let line = |at: usize| format!("refs/heads/main {head} refs/heads/b{at} {zeros}\n");
    written(repo, "stdin", &numbered(40_000, line));
}

/// A branch for each of many commits.
fn pushed_commits(repo: &Repo) {
    let seal = |at: usize| {
        let text = header("s", &format!("d{at}"), "").replace("tracked = false", "tracked = true");
        vec![
            ("seals/s.toml".to_owned(), text + &files(1)),
            (format!("d{at}/000000"), String::new()),
        ]
    };
    import(repo, &(0..1_500).map(seal).collect::<Vec<_>>());
    let ids = String::from_utf8(repo.git(&["rev-list", "HEAD"])).unwrap();
    let zeros = "0".repeat(40);
    let line = |(at, id): (usize, &str)| format!("refs/heads/a {id} refs/heads/b{at} {zeros}\n");
    written(repo, "stdin", &ids.lines().enumerate().map(line).collect::<String>());
}

/// Many seals, each another than in the commit before.
fn at_base(repo: &Repo) {
    let seals = |entry: &str| {
        let seal = |at: usize| {
            let text =
                header(&format!("s{at}"), "dist", "").replace("tracked = false", "tracked = true");
            (format!("seals/s{at}.toml"), text + &entries(1, entry))
        };
        let mut files: Vec<_> = (0..8_000).map(seal).collect();
        files.push(("dist/000000".to_owned(), String::new()));
        files
    };
    import(repo, &[seals("link a"), seals(&format!("file 0 {DIGEST}"))]);
}

// Authority.

const POLICY_HEAD: &str = "# Policy: who may change a seal, and where the gate may rule. Review it like a key to the house.\n\
     format = \"sealgate-policy/1\"\nrepository = \"example/notes\"\nmax-grant-hours = 72\n";

/// A public key that means no harm: the point that a secret of sevens belongs to.
fn public_key(seed: u8) -> String {
    crate::authority::Signer::new(seed).line()
}

fn policy(repo: &Repo, rest: &str) {
    written(repo, "seals/policy.toml", &(POLICY_HEAD.to_owned() + rest));
}

fn with_ada(repo: &Repo, rest: &str) {
    let key = public_key(1);
    let key =
        format!("\n[[key]]\nname = \"ada\"\nprincipal = \"ada\"\nkey = \"{key}\"\ntouch = false\n");
    policy(repo, &(key + rest));
}

fn rules(seals: &str) -> String {
    format!(
        "\n[[rule]]\naction = \"reseal\"\nseals = [{}]\napprovers = [\"ada\"]\nthreshold = 1\n",
        seals.trim_end_matches(", ")
    )
}

/// Keys, revoked keys, and rules that name all of the keys.
fn approvers(repo: &Repo) {
    let mut text = String::new();
    let mut names = Vec::new();
    for at in 0..128_u8 {
        write!(text, "\n[[key]]\nname = \"k{at:03}\"\nprincipal = \"p{at:03}\"\nkey = \"{}\"\ntouch = false\n", public_key(at)).unwrap();
        names.push(format!("\"p{at:03}\""));
    }
    let names = names.join(", ");
    for at in 0..500 {
        write!(text, "\n[[rule]]\naction = \"a{at:03}\"\nenvironment = \"e\"\napprovers = [{names}]\nthreshold = 1\n").unwrap();
    }
    text += "\n[[environment]]\nname = \"e\"\nbranches = [\"main\"]\nenforced = true\n";
    for at in 128..=255_u8 {
        write!(text, "\n[[revoked]]\nkey = \"{}\"\n", public_key(at)).unwrap();
    }
    policy(repo, &text);
}

fn item(id: &str, status: &str, blocks: &str) -> String {
    let by =
        if status == "CLOSED" { ",\"closed_by\":\"a\",\"closed_at\":\"2026-01-01\"" } else { "" };
    format!(
        "{{\"id\":\"{id}\",\"item\":\"x\",\"status\":\"{status}\",\"actor_needed\":\"x\",\
         \"next_action\":\"x\",\"blocks\":\"{blocks}\"{by}}}"
    )
}

fn map(items: &[String], open: usize) -> String {
    format!(
        "{{\"doc\":\"x\",\"date\":\"x\",\"authority\":\"x\",\"blockers\":[{}],\
         \"newly_closed_in_this_macro\":[],\"partially_discharged_in_this_macro\":[],\
         \"open_count\":{open},\"production_work_performed\":false}}",
        items.join(",")
    )
}

fn map_of(number: usize, status: &str) -> String {
    let items: Vec<_> =
        (0..number).map(|at| item(&format!("B{at}"), status, "production")).collect();
    map(&items, if status == "CLOSED" { 0 } else { number })
}

/// An open map in which one id stands often, for one that blocks a long list.
fn map_one_id(number: usize) -> String {
    let items: Vec<_> = (0..number).map(|_| item("B0", "OPEN", "production")).collect();
    map(&items, number)
}

fn environments(number: usize, map: impl Fn(usize) -> String) -> String {
    let environment = |at: usize| {
        let map = map(at);
        format!(
            "\n[[environment]]\nname = \"env{at}\"\nbranches = [\"main\"]\nenforced = true\n\
             blockers = \"{map}\"\nblocked-by = [\"production\"]\n"
        )
    };
    let mut all: Vec<_> = (0..number).map(environment).collect();
    all.sort();
    all.concat()
}

fn base_seal() -> (String, String) {
    let seal = header("s", "dist", "").replace("tracked = false", "tracked = true") + &files(1);
    ("seals/s.toml".to_owned(), seal)
}

/// A base with all items open, or with `map` if that is open; then `map`, with grants of other changes.
fn authority(repo: &Repo, map: &str, environments: usize, grants: usize) {
    let rest = self::environments(environments, |_| "m.json".to_owned());
    let key = format!(
        "\n[[key]]\nname = \"ada\"\nprincipal = \"ada\"\nkey = \"{}\"\ntouch = false\n",
        public_key(1)
    );
    let rule = "\n[[rule]]\naction = \"close-blocker\"\nenvironment = \"env0\"\napprovers = [\"ada\"]\nthreshold = 1\n";
    let policy = format!("{POLICY_HEAD}{key}{rule}{rest}");
    let open = map
        .replace("CLOSED", "OPEN")
        .replace(",\"closed_by\":\"a\",\"closed_at\":\"2026-01-01\"", "");
    let open = open
        .replace("\"open_count\":0", &format!("\"open_count\":{}", open.matches("OPEN").count()));
    let after = if open == map {
        map_of(1, "OPEN").replace("production", &"production/".repeat(40_000))
    } else {
        map.to_owned()
    };
    let before = vec![
        ("dist/000000".to_owned(), String::new()),
        base_seal(),
        ("seals/policy.toml".to_owned(), policy.clone()),
        ("m.json".to_owned(), open),
    ];
    let mut files = vec![("m.json".to_owned(), after)];
    for at in 0..grants {
        let text = grant(&policy, at);
        files.push((format!("seals/grants/{}.toml", blake3::hash(text.as_bytes())), text));
    }
    import(repo, &[before, files]);
    repo.git(&["reset", "--quiet", "--hard"]);
}

fn grant(policy: &str, number: usize) -> String {
    format!(
        "# Grant: one permission for one change. Read it with `sealgate grant show`; nobody signs hex.\n\
         format = \"sealgate-grant/1\"\nrepository = \"example/notes\"\npolicy = \"{}\"\n\
         action = \"close-blocker\"\nenvironment = \"env0\"\nchange = \"{}\"\n\
         not-before = \"2026-01-01T00:00:00Z\"\nnot-after = \"2026-01-03T00:00:00Z\"\nevidence = \"none\"\n\
         reason = \"x{number}\"\n",
        blake3::hash(policy.as_bytes()),
        blake3::hash(&number.to_le_bytes())
    )
}

/// Long files that are no grants.
fn hostile_grants(repo: &Repo) {
    authority(repo, &map_of(1_000, "CLOSED"), 1, 1);
    let texts = [
        "a.".repeat(8_000) + "a = 1",
        format!("x = {}", "[".repeat(16_000)),
        "[[a]]\n".repeat(2_600),
        numbered(2_000, |at| format!("[a{at}]\n")),
        format!("x = {}", "{a=".repeat(5_000)),
        format!("\"{}\" = 1\n", "\\u0061".repeat(2_600)),
    ];
    for at in 0..240 {
        let text = format!("{}\n#{at}", texts[at % texts.len()]);
        written(repo, &format!("seals/grants/{}.toml", blake3::hash(text.as_bytes())), &text);
    }
    repo.git(&["add", "-A"]);
    repo.git(&["commit", "--quiet", "--amend", "-m", "x"]);
}

/// One grant with thousands of signatures.
fn signatures(repo: &Repo) {
    authority(repo, &map_of(1, "CLOSED"), 1, 1);
    let grants = repo.at("seals/grants");
    let file = fs::read_dir(&grants).unwrap().next().unwrap().unwrap().path();
    let text = fs::read(&file).unwrap();
    let id = file.file_stem().unwrap().to_str().unwrap().to_owned();
    let signature = crate::authority::Signer::new(1).sign(&text);
    for at in 0..9_000 {
        fs::write(grants.join(format!("{id}.k{at}.sig")), &signature).unwrap();
    }
    repo.git(&["add", "-A"]);
    repo.git(&["commit", "--quiet", "--amend", "-m", "x"]);
}

/// One long blob under thousands of names.
fn shared_grants(repo: &Repo, number: usize) {
    let blob = format!("# {}\n", "x".repeat(16_000));
    let mut stream = format!("blob\nmark :1\ndata {}\n{blob}\n", blob.len()).into_bytes();
    write!(stream, "commit refs/heads/main\ncommitter a <a@b> 0 +0000\ndata 1\nx\n").unwrap();
    let (path, seal) = base_seal();
    write!(stream, "M 100644 inline {path}\ndata {}\n{seal}\n", seal.len()).unwrap();
    let policy = POLICY_HEAD;
    write!(stream, "M 100644 inline seals/policy.toml\ndata {}\n{policy}\n", policy.len()).unwrap();
    write!(stream, "M 100644 inline dist/000000\ndata 0\n\n").unwrap();
    write!(stream, "commit refs/heads/main\ncommitter a <a@b> 0 +0000\ndata 1\nx\n").unwrap();
    for at in 0..number {
        let id = blake3::hash(&at.to_le_bytes());
        writeln!(stream, "M 100644 :1 seals/grants/{id}.toml").unwrap();
    }
    repo.git(&["init", "--quiet", "--initial-branch=main"]);
    feed(repo, &stream);
}

/// One long map under thousands of names, another in the second commit.
fn shared_maps(repo: &Repo) {
    let number = 5_000;
    let maps = [map_of(9_000, "OPEN"), map_of(7_000, "CLOSED")];
    let mut stream = Vec::new();
    for (at, map) in maps.iter().enumerate() {
        write!(stream, "blob\nmark :{}\ndata {}\n{map}\n", at + 1, map.len()).unwrap();
    }
    let policy = POLICY_HEAD.to_owned() + &environments(number, |at| format!("maps/{at}.json"));
    let (path, seal) = base_seal();
    for mark in [1, 2] {
        write!(stream, "commit refs/heads/main\ncommitter a <a@b> 0 +0000\ndata 1\nx\n").unwrap();
        write!(stream, "M 100644 inline {path}\ndata {}\n{seal}\n", seal.len()).unwrap();
        write!(stream, "M 100644 inline seals/policy.toml\ndata {}\n{policy}\n", policy.len())
            .unwrap();
        write!(stream, "M 100644 inline dist/000000\ndata 0\n\n").unwrap();
        for at in 0..number {
            writeln!(stream, "M 100644 :{mark} maps/{at}.json").unwrap();
        }
    }
    repo.git(&["init", "--quiet", "--initial-branch=main"]);
    feed(repo, &stream);
}
