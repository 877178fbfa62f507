//! What a command is about, an event happened to and a row of state is of.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::accountability::Cell;
use crate::id::{ExceptionId, FindingId, GapId, ItemId, PersonId, ProcessId, ReviewId, SystemId};

/// What a command is about. One command changes one subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// A finding.
    Finding(FindingId),
    /// An exception.
    Exception(ExceptionId),
    /// A person's record.
    Person(PersonId),
    /// A process.
    Process(ProcessId),
    /// A connected system.
    System(SystemId),
    /// The policy in force.
    Policy,
    /// Who answers for a control plane of a system.
    Accountability(Cell),
    /// A gap in who answers for what.
    Gap(GapId),
    /// A review of access.
    Review(ReviewId),
    /// One access that a review asks about.
    Item(ItemId),
}

impl Subject {
    /// The noun.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Finding(_) => "finding",
            Self::Exception(_) => "exception",
            Self::Person(_) => "person",
            Self::Process(_) => "process",
            Self::System(_) => "system",
            Self::Policy => "policy",
            Self::Accountability(_) => "accountability",
            Self::Gap(_) => "gap",
            Self::Review(_) => "review",
            Self::Item(_) => "item",
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Finding(id) => write!(f, "finding:{id}"),
            Self::Exception(id) => write!(f, "exception:{id}"),
            Self::Person(id) => write!(f, "person:{id}"),
            Self::Process(id) => write!(f, "process:{id}"),
            Self::System(id) => write!(f, "system:{id}"),
            Self::Policy => f.write_str("policy"),
            Self::Accountability(cell) => write!(f, "accountability:{cell}"),
            Self::Gap(id) => write!(f, "gap:{id}"),
            Self::Review(id) => write!(f, "review:{id}"),
            Self::Item(id) => write!(f, "item:{id}"),
        }
    }
}
