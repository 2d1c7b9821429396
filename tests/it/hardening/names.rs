//! The hostile names in every format and place, counted. The tests of `hostile_names` judge; they
//! run here once more, because a figure needs a run of its own.

use super::figures::{Sweep, is_full};
use crate::hostile_names as judged;

/// The bar of a full run: the names, times the formats, and what the program prints besides.
const FEWEST: u64 = 5_000;

#[test]
#[ignore = "long: run by .ci/run as a sample, by .ci/hardening in full"]
fn no_hostile_name_forges_anything() {
    let sweep = Sweep::begin("names::no_hostile_name_forges_anything");
    judged::JUDGED.lock().unwrap().clear();
    judged::no_nasty_name_makes_any_format_say_what_nobody_meant();
    if is_full() {
        judged::files_with_nasty_names_forge_nothing();
        judged::a_nasty_file_among_the_seals_forges_nothing();
        judged::nasty_words_on_the_command_line_forge_nothing();
        judged::nasty_names_of_revisions_forge_nothing();
        judged::nasty_patterns_in_seals_forge_nothing();
        judged::nasty_directories_forge_nothing();
        judged::a_report_full_of_nasty_names_is_merged_without_forging_anything();
    }
    for (format, texts) in judged::JUDGED.lock().unwrap().iter() {
        sweep.count_many(format, *texts);
    }
    sweep.end(FEWEST);
}
