//! How a point in time stands in an event, for the description of events. Time itself is `jiff`'s.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

/// RFC 3339 in UTC. Stands for a `Timestamp` where a field is described; no value of it is made.
pub(crate) enum Instant {}

impl JsonSchema for Instant {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Instant".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"title": "instant", "type": "string", "format": "date-time"})
    }
}
