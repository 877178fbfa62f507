//! Typed ids, so that one kind of case cannot be mistaken for another. Made from UUIDv7 by the
//! server, which owns the randomness.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($(#[doc = $doc:literal] $name:ident),+ $(,)?) => { $(
        #[doc = $doc]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

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
    /// One read of a connected system.
    RunId,
    /// One order to a connected system.
    OrderId,
}
