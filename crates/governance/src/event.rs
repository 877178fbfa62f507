//! All events, by subject. The stored name ends in the version (`finding.opened.1`); a field is added
//! by a new version, never as an optional in an old one.

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
}
