//! Tests that a program from outside decides: runners of workflows, linters, parsers, browsers, ssh-keygen,
//! a model and a reader in Python. They need what `.ci/run` installs, and are ignored without it:
//! `cargo test --test judges -- --ignored`.

#![cfg(unix)]
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails so")]
#![expect(clippy::disallowed_methods, reason = "tests run the program and what judges it")]
#![expect(dead_code, unused_imports, reason = "the other tests use the rest of what both share")]

mod acting;
mod action_judges;
#[path = "../it/actions/mod.rs"]
mod actions;
#[path = "../../crates/core/tests/it/authority/mod.rs"]
mod authority;
mod authority_model;
mod authority_openssh;
mod bots;
mod completing;
mod esbuild_dist;
mod forgotten;
mod format_judges;
mod hook_managers;
#[path = "../it/judges/mod.rs"]
mod judges;
#[path = "../it/openssh.rs"]
mod openssh;
#[path = "../it/payloads.rs"]
mod payloads;
mod peers;
mod postgres;
mod postgres_broken_off;
mod postgres_documents;
mod postgres_seals;
mod postgres_values;
mod postgres_walk;
#[path = "../it/pushing/mod.rs"]
mod pushing;
#[path = "../it/random.rs"]
mod random;
mod registry;
#[path = "../it/rehearsals.rs"]
mod rehearsals;
mod rehearsing_hostile;
mod rehearsing_killed;
mod rehearsing_postgres;
mod releasing;
mod scope_of_event;
mod second_reader;
#[path = "../it/support/mod.rs"]
mod support;
