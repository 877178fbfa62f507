//! Who gives a command: a person, or one of our own machines, which can report but never sign.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::id::PersonId;

/// Who gives a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// A person who is signed in.
    Person(PersonId),
    /// A machine of ours.
    Machine(Machine),
}

/// Our own machines. None of them can sign, own or accept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Machine {
    /// Sets up what must exist before the first person can sign in.
    Setup,
    /// Reads systems.
    Observer,
    /// Compares the graph with the rules.
    Judge,
    /// Carries orders out and reads them back.
    Enforcer,
    /// Tests controls.
    Prober,
    /// Starts what follows when a time has come.
    Timekeeper,
    /// Checks who answers for what.
    Steward,
    /// Tells what the provider of sign-ins says of somebody.
    Doorkeeper,
    /// Puts the items of a review before people and follows what became of them.
    Registrar,
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person(id) => write!(f, "person:{id}"),
            Self::Machine(machine) => f.write_str(match machine {
                Machine::Setup => "machine:setup",
                Machine::Observer => "machine:observer",
                Machine::Judge => "machine:judge",
                Machine::Enforcer => "machine:enforcer",
                Machine::Prober => "machine:prober",
                Machine::Timekeeper => "machine:timekeeper",
                Machine::Steward => "machine:steward",
                Machine::Doorkeeper => "machine:doorkeeper",
                Machine::Registrar => "machine:registrar",
            }),
        }
    }
}
