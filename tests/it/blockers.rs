//! `sealgate blockers`: which maps are read, which are honest, and what an open item blocks.

#![cfg(unix)]

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;

use proptest::prelude::*;
use proptest::sample::select;
use sealgate_core::approval::blockers::{
    BlockerError, BlockerMap, How, MAX_MAP_BYTES, VOCABULARY, loosened,
};
use serde_json::{Value, json};

use crate::support::make_fifo;
use crate::support::{Repo, refused};

/// The seven items of this project.
const SEVEN: &str = include_str!("../../fixtures/blockers.json");

const CI: &str = "FIX7-P0-PROD-CI-SCOPE-1";
const ROLLBACK: &str = "FIX7-P0-DRYRUN-PROD-ROLLBACK-1";

fn seven() -> Value {
    serde_json::from_str(SEVEN).unwrap()
}

fn edited(change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let mut map = seven();
    change(&mut map);
    map.to_string().into_bytes()
}

/// Closes the item at `index` as it is to be done.
fn close(map: &mut Value, index: usize) {
    map["blockers"][index]["status"] = json!("CLOSED");
    map["blockers"][index]["closed_by"] = json!("the owner");
    map["blockers"][index]["closed_at"] = json!("2026-01-02T12:00:00Z");
    map["open_count"] = json!(map["open_count"].as_u64().unwrap() - 1);
}

/// The codes of what `bytes` say against themselves.
#[track_caller]
fn against(bytes: &[u8]) -> Vec<&'static str> {
    let map = BlockerMap::read(bytes).unwrap();
    let found = map.honest(&[]).err().unwrap_or_default();
    found.iter().map(sealgate_core::approval::blockers::Contradiction::code).collect()
}

/// The ids of what blocks `word` in an honest map.
#[track_caller]
fn blocking(bytes: &[u8], word: &str, known: &[&str]) -> Vec<String> {
    let map = BlockerMap::read(bytes).unwrap();
    let honest = map.honest(known).unwrap();
    honest.open_that_block(word).into_iter().map(|item| item.id.clone()).collect()
}

/// Whether `bytes` let `word` go ahead.
fn clears(bytes: &[u8], word: &str) -> bool {
    BlockerMap::read(bytes)
        .is_ok_and(|map| map.honest(&[]).is_ok_and(|map| map.open_that_block(word).is_empty()))
}

#[test]
fn the_seven_items_are_honest_and_open_and_each_says_what_it_waits_for() {
    let map = BlockerMap::read(SEVEN.as_bytes()).unwrap();
    assert_eq!(map.dishonest(map.honest(&[]).unwrap().known()), []);
    assert_eq!((map.blockers.len(), map.open().count(), map.open_count), (7, 7, 7));
    assert_eq!(map.partially_discharged, [ROLLBACK]);
    let repo = Repo::with(&[("blockers.json", SEVEN)]);
    for word in VOCABULARY {
        let run = repo.run(&["blockers", "check", "blockers.json", "--blocks", word]);
        assert_eq!(run.code, 1, "{word}: {run:#?}");
        let told = run.stdout.replace("\n    ", " ");
        for item in map.honest(&[]).unwrap().open_that_block(word) {
            for text in [&item.id, &item.status, &item.actor_needed, &item.next_action] {
                assert!(told.contains(&**text), "{word} should tell {text:?}:\n{told}");
            }
        }
    }
}

#[test]
fn each_word_is_refused_by_its_own_items_and_no_others() {
    let production = [
        "FIX7-P0-PROD-BIRTH-SURFACE-1",
        ROLLBACK,
        "FIX7-P0-PROD-OPT4-1",
        "FIX7-P0-OPERATOR-INPUT-1",
    ];
    let separate = ["FIX7-P0-PLAN-SEPARATE-AUTH-1"];
    let cases: [(&str, &[&str]); 9] = [
        ("production", &production),
        ("production-ci", &[CI]),
        ("Production_CI", &[CI]),
        ("real-run", &["FIX7-P0-PLAN-REALRUN-1"]),
        ("cutover", &separate),
        ("apply", &separate),
        ("permit", &separate),
        ("activation", &separate),
        ("repoint", &separate),
    ];
    for (word, ids) in cases {
        assert_eq!(blocking(SEVEN.as_bytes(), word, &[]), ids, "{word}");
    }
    assert_eq!(blocking(SEVEN.as_bytes(), "prodution", &[]).len(), 7, "a word that nobody knows");
    let staging = blocking(SEVEN.as_bytes(), "staging", &["staging"]);
    assert_eq!(staging, [""; 0], "a word of the policy that no item names");
}

#[test]
fn closing_the_ci_item_clears_production_ci_and_nothing_else() {
    let closed = edited(|map| close(map, 1));
    for word in VOCABULARY {
        assert_eq!(clears(&closed, word), word == "production-ci", "{word}");
    }
    let repo = Repo::with(&[]);
    repo.write("blockers.json", &closed);
    let run = repo.run(&["blockers", "check", "blockers.json", "--blocks", "production-ci"]);
    assert_eq!(run.code, 0, "{run:#?}");
    assert_eq!(
        run.stdout,
        "PASS  blockers.json: 7 items, 6 open, none of which blocks production-ci\n"
    );
    let run = repo.run(&["blockers", "check", "blockers.json", "--blocks", "production-ci/apply"]);
    assert_eq!(run.code, 1, "{run:#?}");
}

/// What is done to the seven items, and what is then said against them.
type Case = (&'static [&'static str], fn(&mut Value));

const DISHONEST: [Case; 27] = [
    (&["duplicate-id"], |m| m["blockers"][0]["id"] = json!(CI)),
    (&["duplicate-id"], |m| m["blockers"][0]["id"] = json!(CI.to_lowercase())),
    (&["unknown-status"], |m| m["blockers"][0]["status"] = json!("DONE")),
    (&["unknown-status"], |m| m["blockers"][0]["status"] = json!("open")),
    (&["unknown-status"], |m| m["blockers"][0]["status"] = json!("CLOSED_LATER")),
    (&["unknown-status"], |m| m["blockers"][0]["status"] = json!("")),
    (&["unknown-status", "open-count-wrong"], |m| {
        m["blockers"][0]["status"] = json!("DONE");
        m["open_count"] = json!(6);
    }),
    (&["open-count-wrong"], |m| m["open_count"] = json!(6)),
    (&["open-count-wrong"], |m| m["open_count"] = json!(8)),
    (&["open-count-wrong"], |m| m["open_count"] = json!(u64::MAX)),
    (&["closed-by-nobody", "open-count-wrong"], |m| m["blockers"][0]["status"] = json!("CLOSED")),
    (&["closed-by-nobody"], |m| {
        close(m, 0);
        m["blockers"][0]["closed_by"] = Value::Null;
    }),
    (&["closed-by-nobody"], |m| {
        close(m, 0);
        m["blockers"][0]["closed_by"] = json!(" \u{200b}-");
    }),
    (&["closed-by-nobody"], |m| {
        close(m, 0);
        m["blockers"][0]["closed_at"] = json!("");
    }),
    (&["closed-at-no-time"], |m| {
        close(m, 0);
        m["blockers"][0]["closed_at"] = json!("2026-02-30");
    }),
    (&["closed-at-no-time"], |m| {
        close(m, 0);
        m["blockers"][0]["closed_at"] = json!("last week");
    }),
    (&["open-and-closed"], |m| m["blockers"][0]["closed_by"] = json!("somebody")),
    (&["open-and-closed"], |m| m["blockers"][0]["closed_at"] = json!("2026-01-02")),
    (&["newly-closed-and-open"], |m| m["newly_closed_in_this_macro"] = json!([CI])),
    (&["newly-closed-unknown"], |m| m["newly_closed_in_this_macro"] = json!(["GONE"])),
    (&["newly-closed-unknown"], |m| {
        // Ids are named as they are written.
        close(m, 1);
        m["newly_closed_in_this_macro"] = json!([CI.to_lowercase()]);
    }),
    (&["discharge-of-unknown"], |m| m["partially_discharged_in_this_macro"] = json!(["GONE"])),
    (&["discharge-of-closed"], |m| close(m, 2)),
    (&["listed-twice"], |m| {
        m["partially_discharged_in_this_macro"] = json!([ROLLBACK, ROLLBACK, ROLLBACK]);
    }),
    (&["production-work-while-blocked"; 4], |m| m["production_work_performed"] = json!(true)),
    (&["production-work-while-blocked"], |m| {
        m["production_work_performed"] = json!(true);
        m["partially_discharged_in_this_macro"] = json!([]);
        for index in [0, 2, 5, 6] {
            close(m, index);
        }
        m["blockers"][1]["blocks"] = json!("nobody-knows");
    }),
    // All of it is told, not the first.
    (
        &[
            "duplicate-id",
            "unknown-status",
            "newly-closed-unknown",
            "discharge-of-unknown",
            "open-count-wrong",
        ],
        |m| {
            m["blockers"][0]["id"] = json!("FIX7-P0-PROD-OPT4-1");
            m["blockers"][1]["status"] = json!("WON'T DO");
            m["newly_closed_in_this_macro"] = json!(["GONE"]);
            m["partially_discharged_in_this_macro"] = json!(["GONE"]);
            m["open_count"] = json!(0);
        },
    ),
];

#[test]
fn a_dishonest_map_fails_with_all_that_it_says_against_itself() {
    let repo = Repo::with(&[]);
    for (number, (codes, change)) in DISHONEST.into_iter().enumerate() {
        let bytes = edited(change);
        assert_eq!(against(&bytes), codes, "case {number}");
        repo.write("b.json", &bytes);
        for arguments in [
            &["blockers", "check", "b.json"][..],
            &["blockers", "check", "b.json", "--blocks", "production-ci"],
            &["blockers", "list", "b.json"],
        ] {
            let run = repo.run(arguments);
            assert_eq!(run.code, 1, "case {number}: {arguments:?}: {run:#?}");
            let told = run.stdout.lines().filter(|line| codes.contains(line)).count();
            assert_eq!(told, codes.len(), "case {number}: {}", run.stdout);
            assert!(run.stdout.contains("\n  next: "), "case {number}: {}", run.stdout);
            let last = run.stdout.lines().last().unwrap();
            assert!(last.starts_with("FAIL  b.json: ") && last.ends_with("so it rules nothing"));
        }
        let run = repo.run(&["blockers", "check", "b.json", "--format", "json"]);
        assert_eq!(run.code, 1, "case {number}: {run:#?}");
        let said: Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!(said["verdict"], "fail");
        let told = said["dishonest"].as_array().unwrap();
        let told: Vec<_> = told.iter().map(|fault| fault["code"].as_str().unwrap()).collect();
        assert_eq!(told, codes, "case {number}");
    }
}

#[test]
fn a_map_that_says_what_was_closed_and_by_whom_is_honest() {
    let cases: [fn(&mut Value); 6] = [
        |m| close(m, 1),
        |m| {
            close(m, 1);
            m["newly_closed_in_this_macro"] = json!([CI]);
        },
        |m| {
            m["partially_discharged_in_this_macro"] = json!([]);
            for index in 0..7 {
                close(m, index);
            }
            m["production_work_performed"] = json!(true);
        },
        |m| m["blockers"][0]["closed_by"] = json!(""),
        |m| {
            m.as_object_mut().unwrap().remove("note");
            m["blockers"][0].as_object_mut().unwrap().remove("change_this_lane");
        },
        |m| m["blockers"][0]["status"] = json!("OPEN_AGAIN"),
    ];
    for (number, change) in cases.into_iter().enumerate() {
        assert_eq!(against(&edited(change)), [""; 0], "case {number}");
    }
}

/// What is done to the seven items, and what is then said.
type Malformed = (&'static str, fn(&mut Value));

#[test]
fn a_map_of_another_shape_is_an_error() {
    let cases: [Malformed; 22] = [
        ("missing field `doc`", |m| drop(m.as_object_mut().unwrap().remove("doc"))),
        ("missing field `open_count`", |m| drop(m.as_object_mut().unwrap().remove("open_count"))),
        ("missing field `blocks`", |m| {
            drop(m["blockers"][3].as_object_mut().unwrap().remove("blocks"));
        }),
        ("unknown field `closed-by`", |m| m["blockers"][3]["closed-by"] = json!("x")),
        ("unknown field `Status`", |m| m["blockers"][3]["Status"] = json!("CLOSED")),
        ("unknown field `x`", |m| m["x"] = json!([[[]]])),
        ("invalid type: string \"7\"", |m| m["open_count"] = json!("7")),
        ("invalid value: integer `-1`", |m| m["open_count"] = json!(-1)),
        ("invalid type: floating point `7.0`", |m| m["open_count"] = json!(7.0)),
        ("invalid type: string \"no\"", |m| m["production_work_performed"] = json!("no")),
        ("invalid type: null", |m| m["blockers"][0]["status"] = Value::Null),
        ("invalid type: sequence", |m| m["blockers"][0]["status"] = json!(["OPEN"])),
        ("invalid type: map", |m| m["note"] = json!({})),
        ("expected an object", |m| m["blockers"][0] = json!(["A", "a", "OPEN", "a", "a", "apply"])),
        ("invalid type: map", |m| m["blockers"] = json!({})),
        ("invalid type: string", |m| m["newly_closed_in_this_macro"] = json!(CI)),
        ("`actor_needed` of FIX7-P0-PROD-CI-SCOPE-1 says nothing", |m| {
            m["blockers"][1]["actor_needed"] = json!(" \u{2060}");
        }),
        ("`authority` of the map says nothing", |m| m["authority"] = json!("")),
        ("\"\" in blockers is no id", |m| m["blockers"][1]["id"] = json!("")),
        ("is no id", |m| m["blockers"][1]["id"] = json!("A B")),
        ("is no id", |m| m["newly_closed_in_this_macro"] = json!(["F\u{0406}X7"])),
        ("the map has no items", |m| {
            m["blockers"] = json!([]);
            m["partially_discharged_in_this_macro"] = json!([]);
            m["open_count"] = json!(0);
        }),
    ];
    let repo = Repo::with(&[]);
    for (says, change) in cases {
        repo.write("b.json", edited(change));
        refused(&repo, &["blockers", "check", "b.json"], says);
        refused(&repo, &["blockers", "list", "b.json"], says);
        let run = repo.run(&["blockers", "check", "b.json", "--format", "json"]);
        assert_eq!(run.code, 2, "{says}");
        let said: Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!((&said["verdict"], &said["map"]), (&json!("error"), &Value::Null));
        assert!(said["errors"][0]["message"].as_str().unwrap().contains(says), "{said}");
    }
}

#[test]
fn an_id_in_a_list_may_have_a_remark_behind_it() {
    let map = edited(|map| {
        map["partially_discharged_in_this_macro"] =
            json!([format!("{ROLLBACK} (the clone; not more)")]);
        map["blockers"][1]["evidence"] = json!("the minutes");
        map["blockers"][1]["remark"] = json!("a note");
    });
    let map = BlockerMap::read(&map).unwrap();
    assert_eq!(map.partially_discharged, [ROLLBACK]);
    assert!(map.honest(&[]).is_ok());
    for entry in [
        format!("{ROLLBACK} {CI}"),
        format!("{ROLLBACK}(x)"),
        format!("{ROLLBACK} (x"),
        format!(" {ROLLBACK}"),
        "(x) (y)".to_owned(),
    ] {
        let map = edited(|map| map["newly_closed_in_this_macro"] = json!([entry]));
        assert!(BlockerMap::read(&map).is_err(), "{entry}");
    }
    let unknown = edited(|map| map["newly_closed_in_this_macro"] = json!([format!("{CI} (done)")]));
    assert!(BlockerMap::read(&unknown).unwrap().honest(&[]).is_err());
}

#[test]
fn bytes_that_readers_of_json_may_take_in_two_ways_are_an_error() {
    let twice = |key: &str, value: &str| SEVEN.replacen(key, &format!("{value}, {key}"), 1);
    let cases: [(&str, Vec<u8>); 12] = [
        ("duplicate field `status`", twice("\"status\"", "\"status\": \"CLOSED\"").into()),
        ("duplicate field `status`", twice("\"status\"", "\"st\\u0061tus\": \"CLOSED\"").into()),
        ("duplicate field `open_count`", twice("\"open_count\"", "\"open_count\": 7").into()),
        ("duplicate field `blockers`", twice("\"blockers\"", "\"blockers\": []").into()),
        ("trailing characters", format!("{SEVEN}{{}}").into()),
        ("expected value", format!("\u{feff}{SEVEN}").into()),
        ("trailing comma", SEVEN.replace("\"note\": \"Everything", "\"note\": \"x\", }").into()),
        ("EOF while parsing", SEVEN.as_bytes()[..SEVEN.len() / 2].into()),
        ("EOF while parsing", Vec::new()),
        ("it is not UTF-8", [SEVEN.as_bytes(), b"\xff"].concat()),
        ("unexpected end of hex escape", SEVEN.replace("2026-01-01", "\\ud800").into()),
        ("invalid type: sequence", b"[".repeat(100_000)),
    ];
    let repo = Repo::with(&[]);
    for (says, bytes) in cases {
        repo.write("b.json", bytes);
        refused(&repo, &["blockers", "check", "b.json"], says);
    }
}

#[test]
fn a_map_may_be_as_long_as_the_limit_and_no_longer() {
    let limit = usize::try_from(MAX_MAP_BYTES).unwrap();
    let padded = |length: usize| format!("{SEVEN}{}", " ".repeat(length - SEVEN.len()));
    assert_eq!(against(padded(limit).as_bytes()), [""; 0]);
    let long = padded(limit + 1);
    let error = BlockerMap::read(long.as_bytes()).unwrap_err();
    assert_eq!(error, BlockerError::TooLarge(MAX_MAP_BYTES + 1));
    let repo = Repo::with(&[("b.json", &long)]);
    refused(&repo, &["blockers", "check", "b.json"], "the limit is 1048576");
}

#[test]
fn only_a_regular_file_is_opened() {
    let repo = Repo::with(&[("blockers.json", SEVEN), ("closed.json", SEVEN)]);
    make_fifo(&repo.at("fifo"));
    symlink("blockers.json", repo.at("link")).unwrap();
    fs::create_dir(repo.at("directory")).unwrap();
    let cases = [
        ("fifo", "it is not a regular file"),
        ("link", "it is a symbolic link"),
        ("directory", "it is not a regular file"),
        ("/dev/zero", "it is not a regular file"),
        ("gone.json", "no such file"),
        ("blockers.json/x", "not a directory"),
        ("..", "it is no name of a file"),
        ("gone/blockers.json", "no such file"),
    ];
    for (file, says) in cases {
        refused(&repo, &["blockers", "check", file], says);
    }
    fs::create_dir(repo.at("below")).unwrap();
    for arguments in [
        &["-C", "below", "blockers", "check", "../blockers.json"][..],
        &["blockers", "check", "./blockers.json"],
        &["blockers", "check", repo.at("blockers.json").to_str().unwrap()],
    ] {
        assert_eq!(repo.run(arguments).code, 0, "{arguments:?}");
    }
    assert_eq!(repo.read("blockers.json"), SEVEN);
}

#[test]
fn a_list_tells_every_item_and_passes_whatever_is_open() {
    let repo = Repo::with(&[]);
    repo.write("b.json", edited(|map| close(map, 1)));
    let run = repo.run(&["blockers", "list", "b.json"]);
    assert_eq!(run.code, 0, "{run:#?}");
    let map = BlockerMap::read(SEVEN.as_bytes()).unwrap();
    assert!(map.blockers.iter().all(|item| run.stdout.contains(&item.id)), "{}", run.stdout);
    assert!(run.stdout.contains("\n  closed by: the owner, 2026-01-02T12:00:00Z\n"));
    assert!(run.stdout.ends_with("\n\nb.json: 7 items, 6 open\n"), "{}", run.stdout);
    let run = repo.run(&["blockers", "list", "b.json", "--blocks", "permit"]);
    assert_eq!(run.code, 0, "{run:#?}");
    assert!(run.stdout.ends_with("\n\nb.json: 1 of 7 items blocks permit\n"), "{}", run.stdout);
    let run = repo.run(&["--quiet", "blockers", "list", "b.json"]);
    assert_eq!(run.stdout, "b.json: 7 items, 6 open\n");
}

#[test]
fn every_format_ends_with_one_exit_code() {
    let broken = edited(|map| map["x"] = json!(1));
    let dishonest = edited(|map| map["open_count"] = json!(1));
    let cases: [(&[u8], &[&str], i32, &str); 5] = [
        (SEVEN.as_bytes(), &[], 0, "pass"),
        (SEVEN.as_bytes(), &["--blocks", "apply"], 1, "refused"),
        (&dishonest, &["--blocks", "apply"], 1, "fail"),
        (&broken, &["--blocks", "apply"], 2, "error"),
        (SEVEN.as_bytes(), &["--blocks", "unheard-of"], 1, "refused"),
    ];
    let repo = Repo::with(&[]);
    for (bytes, more, code, verdict) in cases {
        repo.write("b.json", bytes);
        let arguments = [&["blockers", "check", "b.json"], more].concat();
        for quiet in [&[][..], &["--quiet"]] {
            let human = repo.run(&[quiet, &arguments[..]].concat());
            assert_eq!(human.code, code, "{arguments:?}: {human:#?}");
            let json = repo.run(&[quiet, &arguments[..], &["--format", "json"]].concat());
            assert_eq!(json.code, code, "{arguments:?}: {json:#?}");
            let said: Value = serde_json::from_str(&json.stdout).unwrap();
            assert_eq!(said["verdict"], verdict, "{arguments:?}");
            assert_eq!(said["format"], "sealgate-blockers/1");
        }
    }
}

#[test]
fn no_text_of_a_map_acts_on_a_terminal_or_a_runner() {
    let hostile = "x\u{1b}[2J\n::error::x\r##[error]y\u{202e}z\u{9b}";
    let mut maps = vec![];
    for key in ["doc", "date", "authority", "note"] {
        maps.push(edited(|map| map[key] = json!(hostile)));
    }
    for key in ["item", "status", "actor_needed", "next_action", "blocks", "change_this_lane"] {
        maps.push(edited(|map| map["blockers"][1][key] = json!(format!("OPEN{hostile}"))));
        maps.push(edited(|map| map["blockers"][1][key] = json!(hostile)));
    }
    for key in ["closed_by", "closed_at"] {
        maps.push(edited(|map| {
            close(map, 1);
            map["blockers"][1][key] = json!(hostile);
        }));
    }
    maps.push(edited(|map| map["blockers"][1]["id"] = json!(hostile)));
    maps.push(edited(|map| map["newly_closed_in_this_macro"] = json!([hostile])));
    maps.push(edited(|map| map[hostile] = json!(1)));
    maps.push(edited(|map| map["open_count"] = json!(hostile)));
    let repo = Repo::with(&[]);
    for map in maps {
        repo.write("b.json", &map);
        for command in ["check", "list"] {
            for format in ["human", "json"] {
                let words = ["--blocks", "production-ci", "--blocks", hostile];
                let arguments = ["blockers", command, "b.json", "--format", format];
                let run = repo.run(&[&arguments[..], &words].concat());
                let said = format!("{}{}", run.stdout, run.stderr);
                let acts = |c: char| c != '\n' && (c.is_control() || c == '\u{202e}');
                assert!(!said.contains(acts) && !said.contains("##["), "{said:?}");
                let commands = said.lines().any(|line| line.trim_start().starts_with("::"));
                assert!(!commands, "{said}");
            }
        }
    }
}

#[test]
fn what_blocks_less_than_before_is_found_and_nothing_else() {
    type Change = fn(&mut Value);
    let cases: [(Change, &[(&str, How)]); 14] = [
        (|_| {}, &[]),
        (|m| close(m, 1), &[(CI, How::Closed)]),
        (|m| m["blockers"][1]["status"] = json!("OPEN_AGAIN"), &[]),
        (|m| m["blockers"][1]["change_this_lane"] = json!("Nothing."), &[]),
        (|m| m["blockers"][1]["next_action"] = json!("Wait."), &[(CI, How::Rewritten)]),
        (|m| m["blockers"].as_array_mut().unwrap().reverse(), &[]),
        (|m| m["blockers"][1]["blocks"] = json!("Production_CI/apply"), &[]),
        (|m| m["blockers"][1]["blocks"] = json!("nobody-knows"), &[]),
        (|m| m["blockers"][1]["blocks"] = json!("production"), &[(CI, How::Narrowed)]),
        // A word of the policy: it blocks that, and nothing else.
        (|m| m["blockers"][1]["blocks"] = json!("staging"), &[(CI, How::Narrowed)]),
        (
            |m| m["blockers"][4]["blocks"] = json!("apply/permit/activation/repoint"),
            &[("FIX7-P0-PLAN-SEPARATE-AUTH-1", How::Narrowed)],
        ),
        (
            |m| {
                m["blockers"].as_array_mut().unwrap().remove(1);
                m["open_count"] = json!(6);
            },
            &[(CI, How::Removed)],
        ),
        (|m| m["blockers"][1]["id"] = json!("OTHER"), &[(CI, How::Removed)]),
        (
            |m| {
                m["blockers"][1]["id"] = json!("OTHER");
                close(m, 1);
            },
            &[(CI, How::Removed), ("OTHER", How::Closed)],
        ),
    ];
    let old = BlockerMap::read(SEVEN.as_bytes()).unwrap();
    for (number, (change, expected)) in cases.into_iter().enumerate() {
        let new = BlockerMap::read(&edited(change)).unwrap();
        let honest = new.honest(&["staging"]).unwrap();
        let found = loosened(Some(&old), &honest);
        let found: Vec<_> = found.iter().map(|less| (&*less.item.id, less.how)).collect();
        assert_eq!(found, expected, "case {number}");
        let from_nothing = loosened(None, &honest);
        let closed = new.blockers.iter().filter(|item| !item.is_open()).count();
        assert_eq!(from_nothing.len(), closed, "case {number}: every closed item is news");
    }
}

#[test]
fn an_item_that_was_closed_may_go_and_may_open_again() {
    let old = BlockerMap::read(&edited(|map| close(map, 1))).unwrap();
    let gone = edited(|map| {
        map["blockers"].as_array_mut().unwrap().remove(1);
        map["open_count"] = json!(6);
    });
    for new in [gone, SEVEN.into()] {
        let new = BlockerMap::read(&new).unwrap();
        assert_eq!(loosened(Some(&old), &new.honest(&[]).unwrap()), []);
    }
}

#[test]
fn no_flipped_bit_lets_anything_go_ahead() {
    let mut bytes = SEVEN.as_bytes().to_vec();
    let (mut read, mut honest) = (0, 0);
    for at in 0..bytes.len() {
        for bit in 0..8 {
            bytes[at] ^= 1 << bit;
            if let Ok(map) = BlockerMap::read(&bytes) {
                read += 1;
                if let Ok(map) = map.honest(&[]) {
                    honest += 1;
                    for word in VOCABULARY {
                        assert!(
                            !map.open_that_block(word).is_empty(),
                            "{word}: byte {at} bit {bit}"
                        );
                    }
                }
            }
            bytes[at] ^= 1 << bit;
        }
    }
    // Flips in the sentences, for which nobody asks.
    assert!(read > 1_000 && honest > 1_000 && honest < read, "{read} {honest}");
}

#[test]
fn no_cut_and_no_lost_line_lets_anything_go_ahead() {
    for end in 0..SEVEN.trim_end().len() {
        assert!(BlockerMap::read(&SEVEN.as_bytes()[..end]).is_err(), "cut at {end}");
    }
    let lines: Vec<&str> = SEVEN.lines().collect();
    for lost in 0..lines.len() {
        let kept = [&lines[..lost], &lines[lost + 1..]].concat().join("\n");
        for word in VOCABULARY {
            assert!(!clears(kept.as_bytes(), word), "{word} without line {lost}");
        }
    }
}

/// How an item is closed in a property: which of its two keys is right.
fn closing() -> impl Strategy<Value = (Value, Value)> {
    let by = select(vec![Value::Null, json!(""), json!(" "), json!("the owner")]);
    let at = select(vec![
        Value::Null,
        json!(""),
        json!("soon"),
        json!("2026-02-30"),
        json!("2026-01-02T12:00:00"),
        json!("2026-01-02"),
        json!("2026-01-02T12:00:00+01:00"),
    ]);
    (by, at)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_item_is_closed_by_whoever_says_so_at_a_time_or_not_at_all(
        closings in proptest::collection::btree_map(0_usize..7, closing(), 1..7),
        counted in any::<bool>(),
    ) {
        let mut right = BTreeSet::new();
        let bytes = edited(|map| {
            map["partially_discharged_in_this_macro"] = json!([]);
            for (&index, (by, at)) in &closings {
                map["blockers"][index]["status"] = json!("CLOSED");
                map["blockers"][index]["closed_by"] = by.clone();
                map["blockers"][index]["closed_at"] = at.clone();
                let time = at.as_str().unwrap_or_default();
                let at = matches!(time, "2026-01-02" | "2026-01-02T12:00:00+01:00");
                if *by == json!("the owner") && at {
                    right.insert(index);
                }
            }
            if counted {
                map["open_count"] = json!(7 - closings.len());
            }
        });
        let due = counted && right.len() == closings.len();
        prop_assert_eq!(BlockerMap::read(&bytes).unwrap().honest(&[]).is_ok(), due);
        for word in VOCABULARY {
            // Nothing goes ahead unless all of its items are closed, and closed as is due.
            let seven = BlockerMap::read(SEVEN.as_bytes()).unwrap();
            let seven = seven.honest(&[]).unwrap();
            let items = seven.open_that_block(word);
            let all = items.iter().all(|item| {
                let index = seven.map().blockers.iter().position(|other| other.id == item.id);
                right.contains(&index.unwrap())
            });
            prop_assert_eq!(clears(&bytes, word), due && all, "{}", word);
        }
    }

    #[test]
    fn any_bytes_are_a_map_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let outcome = BlockerMap::read(&bytes);
        prop_assert!(outcome.is_err());
        let problem = outcome.unwrap_err().into_problem("b.json");
        prop_assert!(problem.remedy.is_some());
    }

    #[test]
    fn a_map_with_bytes_put_in_or_taken_out_is_read_or_refused(
        edits in proptest::collection::vec((any::<prop::sample::Index>(), 0_usize..8, any::<Vec<u8>>()), 1..4),
    ) {
        let mut bytes = SEVEN.as_bytes().to_vec();
        for (at, out, put) in edits {
            let at = at.index(bytes.len());
            let end = (at + out).min(bytes.len());
            bytes.splice(at..end, put.into_iter().take(8));
        }
        if let Ok(map) = BlockerMap::read(&bytes) {
            let open = map.open().count() as u64;
            if let Ok(honest) = map.honest(&[]) {
                prop_assert_eq!(open, honest.map().open_count);
                prop_assert_eq!(honest.open_that_block("nobody-knows").len() as u64, open);
            }
        }
    }
}
