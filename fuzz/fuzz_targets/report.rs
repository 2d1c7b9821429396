//! Any bytes as a report of a check: an answer, whatever they say.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sealgate::ops::accept::{choose, taken};
use sealgate_core::seal::entry::Digest;
use sealgate::report::Report;
use sealgate_core::seal::{Seal, SealName, read, to_bytes};

/// The seal that reports of the corpus are about.
const SEAL: &str = "\
# Seal of dist: the exact bytes approved. Written by `sealgate seal dist`; review it like code.
format = \"sealgate-seal/1\"
root = \"dist\"
tracked = false
exclude = []

[entries]
\"app.js\" = \"file 3 a172cedcae47474b615c54d510a5d84a8dea3032e958587430b413538be3f333\"
\"latest\" = \"link app.js\"
";

fuzz_target!(|bytes: &[u8]| {
    let Ok(report) = Report::from_json(bytes) else { return };
    let Ok(chosen) = choose(&report, &[]) else { return };
    let Some(name) = SealName::parse("dist") else { return };
    let current: Seal = read(&name, SEAL.as_bytes()).expect("the seal is one");
    for (_, reported) in chosen {
        // What is taken need not be a legal seal; it is read again before it is written.
        if let Ok(seal) = taken(reported, &current, Digest::of(SEAL.as_bytes()), &report) {
            let _ = read(&name, &to_bytes(&seal));
        }
    }
});
