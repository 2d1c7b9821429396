//! All tests that see the program from outside, in one binary: it links once, and builds in a fraction
//! of the time that one binary a file takes. A file here that has no line below is an error
//! (`house::every_file_of_tests_is_a_module`).

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails so")]
#![expect(clippy::disallowed_methods, reason = "tests run the program and what judges it")]
#![expect(clippy::too_many_lines, reason = "cases are data, and there are many")]

mod action;
mod action_trust;
mod actions;
mod adversity;
mod archives;
#[cfg(unix)]
#[path = "../../crates/core/tests/it/authority/mod.rs"]
mod authority;
mod authority_checks;
mod authority_events;
mod authority_maps;
mod authority_stops;
mod bad_input;
mod base_of_event;
mod bit_flips;
mod blake3_vectors;
mod blockers;
mod break_glass;
mod broken_seals;
mod build_command;
mod causes_of_git;
mod claims;
mod commit_limits;
mod commits;
mod doctor;
mod doctor_approves_nothing;
mod documents;
mod drift;
mod earlier_reports;
mod error_codes;
mod every_system;
mod exchanges;
mod excluding;
mod exporting;
mod folded;
mod formats;
mod from_report;
mod generated;
mod giants;
mod git_runs;
mod granting;
mod hardening;
mod hook;
mod hook_install;
mod hostile_names;
mod house;
mod init;
mod job_summary;
mod judges;
mod keeping_builds;
mod kept_in_git;

mod limits;
mod listing;
mod long_seals;
mod many_seals;
mod merge_reports;
mod names_from;
mod naming_seals;
mod next_steps;
#[cfg(target_os = "linux")]
mod openssh;
mod other_ci;
mod outside_builds;
mod packaging;
mod partial_checks;
mod partition;
mod patterns;
mod payloads;
mod printed_commands;
mod properties;
mod pushing;
mod pushing_again;
mod random;
mod ranges;
mod real_input;
mod rebuilding;
mod recipe;
mod refusals;
#[cfg(target_os = "linux")]
mod rehearsals;
mod rehearsing;
mod rehearsing_granted;
mod rehearsing_hostile;
mod rehearsing_trees;
mod report_formats;
mod report_globs;
mod report_issues;
mod report_page;
mod require_sealed;
mod reseals;
mod resolving;
mod review;
mod revisions;
mod runner;
mod scope_of_event;
mod sealing;
mod sharded_workflow;
mod shown_lines;
mod snapshot;
mod staging;
mod stale_builds;
mod support;
mod surfaces;
mod surfaces_unsupported;
mod terminal;
mod unmerged;
mod using_commit;
mod using_evidence;
mod using_grants;

mod writing;
