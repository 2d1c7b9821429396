//! The schema of a report, which is generated from its types and committed.

use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator, json_schema};

use super::{Cause, FindingKind, Report, RulingView};

pub(crate) fn verdict(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"enum": ["pass", "fail", "refused", "error"]})
}

pub(crate) fn kind(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"enum": FindingKind::ALL.map(FindingKind::code)})
}

pub(crate) fn cause(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"enum": Cause::ALL.map(Cause::code)})
}

pub(crate) fn on_reseal(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"enum": ["allow", "entries", "fail"]})
}

pub(crate) fn change(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"enum": ["added", "removed", "changed", "moved", "mode"]})
}

pub(crate) fn authority(generator: &mut SchemaGenerator) -> Schema {
    let ruling = generator.subschema_for::<RulingView>();
    json_schema!({"anyOf": [{"const": "none"}, ruling]})
}

/// Holds the committed schema `name` against that of the type `T`.
#[cfg(test)]
fn hold<T: schemars::JsonSchema>(name: &str) {
    let generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let schema = generator.into_root_schema_for::<T>();
    let schema = serde_json::to_string_pretty(&schema).unwrap() + "\n";
    let file = format!("{}/generated/schema/{name}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&file, &schema).unwrap();
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(committed == schema, "write it again: UPDATE=1 cargo test --lib schema");
}

#[test]
fn the_committed_schemas_are_those_of_the_types() {
    hold::<Report>("report-1.json");
    hold::<super::RehearsalReport>("rehearsal-1.json");
}
