//! The JSON Schema of a rule pack, made from the same types that read it, for editors and other
//! programs. It describes the shape; the reader checks more.

use schemars::generate::SchemaSettings;

use crate::rules::form::PackForm;

/// The schema as JSON text, as it is published in `docs/reference/rule-pack.schema.json`.
///
/// # Errors
/// When the schema cannot be written as JSON.
pub fn schema() -> Result<String, serde_json::Error> {
    let schema = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<PackForm>();
    serde_json::to_string_pretty(&schema).map(|text| text + "\n")
}
