//! The system refused an order for good. Nothing ends by that, and nothing waits unseen: the finding
//! goes back to its owner, with the reason.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Event, Finding, Stage};
use crate::actor::Machine;
use crate::facts::Facts;
use crate::id::OrderId;
use crate::refusal::Refusal;
use crate::text::TextDigest;

/// The system's refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fail {
    /// Of which order.
    pub order: OrderId,
    /// What the system said, as a text.
    pub why: TextDigest,
}

/// The order could not be carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderFailed {
    /// Which order.
    pub order: OrderId,
    /// What the system said, as a text.
    pub why: TextDigest,
    /// When.
    pub at: Timestamp,
}

pub(super) fn fail(finding: &Finding, facts: &Facts, command: Fail) -> Result<Vec<Event>, Refusal> {
    facts.machine(Machine::Enforcer)?;
    match &finding.stage {
        Stage::Remediating { ordered, .. } if ordered.order == command.order => {
            let Fail { order, why } = command;
            Ok(vec![Event::OrderFailed(OrderFailed { order, why, at: facts.now })])
        }
        Stage::Open
        | Stage::Assigned { .. }
        | Stage::Chosen { .. }
        | Stage::Remediating { .. }
        | Stage::Fulfilled { .. }
        | Stage::Ended { .. } => Err(finding.wrong_stage("failed", "remediating")),
    }
}

pub(super) fn evolve(finding: &mut Finding) {
    if let Stage::Remediating { owner, .. } = &finding.stage {
        finding.stage = Stage::Assigned { owner: owner.clone() };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Command;
    use crate::scene::{ADMIN, Case, facts, machine, order_id, text};

    fn fail() -> Command {
        Command::Fail(Fail { order: order_id(), why: text("dependent privileges exist") })
    }

    #[test]
    fn a_refused_order_goes_back_to_the_owner_with_the_reason() {
        let case = Case::ordered().then(&machine(Machine::Enforcer, 4), fail());
        assert_eq!(case.status(), "assigned");
    }

    #[test]
    fn no_person_says_that_the_system_refused() {
        assert_eq!(Case::ordered().refused(&facts(ADMIN, 4), fail()), "duty.wrong-actor");
    }
}
