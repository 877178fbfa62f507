//! Typed ids, so that one kind of case cannot be mistaken for another. Made from UUIDv7 by the
//! server, which owns the randomness.

use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($(#[doc = $doc:literal] $name:ident),+ $(,)?) => { $(
        #[doc = $doc]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({"title": stringify!($name), "type": "string", "format": "uuid"})
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    )+ };
}

id! {
    /// A finding.
    FindingId,
    /// An exception.
    ExceptionId,
    /// A person.
    PersonId,
    /// A business process.
    ProcessId,
    /// A connected system.
    SystemId,
    /// A gap in who answers for what.
    GapId,
    /// A review of access.
    ReviewId,
    /// One access that a review asks about.
    ItemId,
    /// One read of a connected system.
    RunId,
    /// One order to a connected system.
    OrderId,
}
