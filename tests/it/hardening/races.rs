//! Trees that change without a pause while they are checked, and that are wrong at every instant:
//! whichever moment a check looks at, it must not pass.

use std::fs::{self, File};
use std::os::unix::fs::{FileExt as _, symlink};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::fs::{CWD, RenameFlags, renameat_with};

use super::figures::{Fault, Sweep, is_full};
use super::strace;
use crate::support::{Repo, scrubbed};

/// Checks of each race: in a sample, and in a full run.
const SAMPLE: usize = 12;
const FULL: usize = 160;

/// The bar of a full run.
const FEWEST: u64 = 2_000;

/// The most turns of a race, so that it ends even if a check does not.
const MOST_TURNS: usize = 100_000_000;

/// What is sealed, and what stands there instead.
const GOOD: &str = "the approved bytes";
const BAD: &str = "some other bytes !";

/// The length of the file of zeros that is cut and grown.
const ZEROS: u64 = 100_000;

/// A race: how the sealed tree is made wrong, and one turn, which leaves it wrong.
struct Race {
    name: &'static str,
    spoil: fn(&Repo),
    turn: fn(&Path, usize),
}

/// `dist/p` and `dist/q` hold the same; `dist/zeros` is a file of zeros; other directories keep
/// a check busy.
fn sealed() -> Repo {
    let repo = Repo::plain();
    for directory in ["p", "q"] {
        fs::create_dir_all(repo.at(format!("dist/{directory}"))).unwrap();
        fs::write(repo.at(format!("dist/{directory}/f")), GOOD).unwrap();
        fs::write(repo.at(format!("dist/{directory}/g")), GOOD).unwrap();
    }
    File::create(repo.at("dist/zeros")).unwrap().set_len(ZEROS).unwrap();
    for number in 0..20 {
        fs::create_dir_all(repo.at(format!("dist/pp{number}"))).unwrap();
        fs::write(repo.at(format!("dist/pp{number}/x")), "x").unwrap();
    }
    repo.seal("dist", "dist");
    repo
}

const RACES: [Race; 13] = [
    Race {
        name: "exchange of a good file and a bad one in a directory",
        spoil: |repo| fs::write(repo.at("dist/p/f"), BAD).unwrap(),
        turn: |root, _| exchange(&root.join("dist/p/f"), &root.join("dist/p/g")),
    },
    Race {
        name: "exchange of a good file and a bad one in two directories",
        spoil: |repo| fs::write(repo.at("dist/p/f"), BAD).unwrap(),
        turn: |root, _| exchange(&root.join("dist/p/f"), &root.join("dist/q/f")),
    },
    Race {
        name: "exchange of a good directory and a bad one",
        spoil: |repo| fs::write(repo.at("dist/p/f"), BAD).unwrap(),
        turn: |root, _| exchange(&root.join("dist/p"), &root.join("dist/q")),
    },
    Race {
        name: "exchange of a bad file and a link to a good one",
        spoil: |repo| {
            fs::write(repo.at("good"), GOOD).unwrap();
            fs::write(repo.at("dist/p/f"), BAD).unwrap();
            symlink("../../good", repo.at("other")).unwrap();
        },
        turn: |root, _| exchange(&root.join("dist/p/f"), &root.join("other")),
    },
    Race {
        name: "exchange of a bad directory and a link to a good one",
        spoil: |repo| {
            fs::write(repo.at("dist/p/f"), BAD).unwrap();
            symlink("q", repo.at("other")).unwrap();
        },
        turn: |root, _| exchange(&root.join("dist/p"), &root.join("other")),
    },
    Race {
        name: "exchange of a good file and an empty directory",
        spoil: |repo| {
            fs::write(repo.at("dist/q/f"), BAD).unwrap();
            fs::create_dir(repo.at("other")).unwrap();
        },
        turn: |root, _| exchange(&root.join("dist/p/f"), &root.join("other")),
    },
    Race {
        name: "exchange of two roots, each with another bad file",
        spoil: |repo| {
            let copied = std::process::Command::new("cp")
                .arg("-a")
                .args([repo.at("dist"), repo.at("other")])
                .status();
            assert!(copied.unwrap().success());
            fs::write(repo.at("dist/p/f"), BAD).unwrap();
            fs::write(repo.at("other/q/f"), BAD).unwrap();
        },
        turn: |root, _| exchange(&root.join("dist"), &root.join("other")),
    },
    Race {
        name: "exchange of two seals, each with another wrong entry",
        spoil: |repo| {
            let spoilt = |path: &str| {
                fs::write(repo.at(path), BAD).unwrap();
                assert_eq!(repo.run(&["seal", "dist"]).code, 0);
                fs::write(repo.at(path), GOOD).unwrap();
                fs::read(repo.at("seals/dist.toml")).unwrap()
            };
            let first = spoilt("dist/p/f");
            spoilt("dist/q/f");
            fs::write(repo.at("other"), first).unwrap();
        },
        turn: |root, _| exchange(&root.join("seals/dist.toml"), &root.join("other")),
    },
    Race {
        name: "rename of a file that is not sealed from one directory to another",
        spoil: |repo| fs::write(repo.at("dist/p/more"), "x").unwrap(),
        turn: |root, turn| rename(root, ["dist/p/more", "dist/q/more"], turn),
    },
    Race {
        name: "rename of the one file that is there to the other sealed name",
        spoil: |repo| fs::remove_file(repo.at("dist/q/f")).unwrap(),
        turn: |root, turn| rename(root, ["dist/p/f", "dist/q/f"], turn),
    },
    Race {
        name: "truncation of a file and growth beyond its sealed size",
        spoil: |repo| set_length(&repo.at("dist/zeros"), ZEROS - 1),
        turn: |root, turn| {
            let length = if turn % 2 == 0 { ZEROS + 1 } else { ZEROS - 1 };
            set_length(&root.join("dist/zeros"), length);
        },
    },
    Race {
        name: "append of bytes that are not sealed, and their truncation with one byte more",
        spoil: |repo| set_length(&repo.at("dist/zeros"), ZEROS - 1),
        turn: |root, _| {
            let path = root.join("dist/zeros");
            let file = File::options().append(true).open(path).unwrap();
            std::io::Write::write_all(&mut &file, b"\0\0").unwrap();
            file.set_len(ZEROS - 1).unwrap();
        },
    },
    Race {
        name: "writes into the two halves of a file, of which one is always bad",
        spoil: |repo| write_at(&repo.at("dist/zeros"), b"x", 0),
        turn: |root, turn| {
            let path = root.join("dist/zeros");
            let (spoilt, fixed) = if turn % 2 == 0 { (ZEROS - 1, 0) } else { (0, ZEROS - 1) };
            write_at(&path, b"x", spoilt);
            write_at(&path, b"\0", fixed);
        },
    },
];

fn exchange(a: &Path, b: &Path) {
    renameat_with(CWD, a, CWD, b, RenameFlags::EXCHANGE).unwrap();
}

fn rename(root: &Path, places: [&str; 2], turn: usize) {
    fs::rename(root.join(places[turn % 2]), root.join(places[(turn + 1) % 2])).unwrap();
}

fn set_length(path: &Path, length: u64) {
    File::options().write(true).open(path).unwrap().set_len(length).unwrap();
}

fn write_at(path: &Path, bytes: &[u8], place: u64) {
    File::options().write(true).open(path).unwrap().write_all_at(bytes, place).unwrap();
}

#[test]
#[ignore = "long: run by .ci/run as a sample, by .ci/hardening in full"]
fn no_check_of_a_tree_that_is_always_wrong_passes() {
    let sweep = Sweep::begin("races::no_check_of_a_tree_that_is_always_wrong_passes");
    for race in &RACES {
        let repo = sealed();
        assert_eq!(repo.run(&["check"]).code, 0, "{}", race.name);
        (race.spoil)(&repo);
        let root = repo.at("");
        // Each state on its own is wrong.
        for turn in 0..2 {
            assert_eq!(repo.run(&["check"]).code, 1, "{}", race.name);
            (race.turn)(&root, turn);
        }
        let over = AtomicBool::new(false);
        std::thread::scope(|threads| {
            threads.spawn(|| {
                for turn in 0..MOST_TURNS {
                    if over.load(Ordering::Relaxed) {
                        return;
                    }
                    (race.turn)(&root, turn);
                }
            });
            for _ in 0..if is_full() { FULL } else { SAMPLE } {
                check(&sweep, race.name, &root);
            }
            over.store(true, Ordering::Relaxed);
        });
    }
    sweep.end(FEWEST);
}

fn check(sweep: &Sweep, name: &str, root: &Path) {
    let mut command = scrubbed(env!("CARGO_BIN_EXE_sealgate"));
    command.current_dir(root).arg("check");
    let ended = strace::run(&command, b"");
    sweep.count(name);
    if ended.hung {
        sweep.fault(Fault::Hung, name);
    } else if ended.code == Some(0) {
        sweep.fault(Fault::PassedWrongly, &format!("{name}: {}", ended.stdout));
    } else if ended.crashed() {
        sweep.killed();
        sweep.fault(Fault::Broken, &format!("{name}: {ended:#?}"));
    }
}
