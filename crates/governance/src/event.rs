//! All events, by subject. The stored name ends in the version (`finding.opened.1`); a field is added
//! by a new version, never as an optional in an old one.

use schemars::{Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};

/// Something that happened to one subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Event {
    /// To a finding.
    Finding(crate::finding::Event),
    /// To an exception.
    Exception(crate::exception::Event),
    /// To a person's record.
    Person(crate::person::Event),
    /// To a process.
    Process(crate::process::Event),
    /// To a connected system.
    System(crate::system::Event),
    /// To the policy.
    Policy(crate::policy::Event),
    /// To who answers for a control plane of a system.
    Accountability(crate::accountability::Event),
    /// To a gap in who answers for what.
    Gap(crate::gap::Event),
    /// To a review of access.
    Review(crate::review::Event),
    /// To one access that a review asks about.
    Item(crate::item::Event),
}

macro_rules! nouns {
    ($($variant:ident, $noun:literal, $event:ty;)+) => {
        /// Every noun with the JSON Schema of its events, made of the very types that are written down:
        /// what each says of itself is what stands above it in the code. A noun that is not here does
        /// not compile.
        #[must_use]
        pub fn schemas() -> Vec<(&'static str, Schema)> {
            let _known = |event: &Event| match event { $(Event::$variant(_) => (),)+ };
            vec![$(($noun, SchemaGenerator::default().into_root_schema_for::<$event>())),+]
        }
    };
}

nouns! {
    Finding, "finding", crate::finding::Event;
    Exception, "exception", crate::exception::Event;
    Person, "person", crate::person::Event;
    Process, "process", crate::process::Event;
    System, "system", crate::system::Event;
    Policy, "policy", crate::policy::Event;
    Accountability, "accountability", crate::accountability::Event;
    Gap, "gap", crate::gap::Event;
    Review, "review", crate::review::Event;
    Item, "item", crate::item::Event;
}
