//! Sealing: what is to be sealed (`plan`), and the new seal (`draft`).

pub mod database;
pub mod draft;
pub mod from_report;
pub mod header;
pub mod kept;
pub mod part;
pub mod plan;
pub mod pointers;
pub mod refusals;
pub mod unused;
