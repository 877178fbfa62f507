//! An order that is given up: the system refused it for good, or what it changed cannot be read back.
//! Nothing ends by that, and nothing waits unseen: the finding goes back to its owner, with the reason.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Event, Finding, Stage};
use crate::actor::Machine;
use crate::facts::Facts;
use crate::id::OrderId;
use crate::instant::Instant;
use crate::refusal::Refusal;
use crate::text::TextDigest;

/// The order is given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fail {
    /// Of which order.
    pub order: OrderId,
    /// What went wrong and what to do next, as a text.
    pub why: TextDigest,
}

/// The order could not be carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OrderFailed {
    /// Which order.
    pub order: OrderId,
    /// What the system said, as a text.
    pub why: TextDigest,
    /// When.
    #[schemars(with = "Instant")]
    pub at: Timestamp,
}

/// The change was made, and the system could not be read back to prove it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NotReadBack {
    /// Which order.
    pub order: OrderId,
    /// What went wrong and what to do next, as a text.
    pub why: TextDigest,
    /// When.
    #[schemars(with = "Instant")]
    pub at: Timestamp,
}

pub(super) fn fail(finding: &Finding, facts: &Facts, command: Fail) -> Result<Vec<Event>, Refusal> {
    facts.machine(Machine::Enforcer)?;
    let (Fail { order, why }, at) = (command, facts.now);
    match &finding.stage {
        Stage::Remediating { ordered, .. } if ordered.order == order => {
            Ok(vec![Event::OrderFailed(OrderFailed { order, why, at })])
        }
        Stage::Fulfilled { ordered, .. } if ordered.order == order => {
            Ok(vec![Event::NotReadBack(NotReadBack { order, why, at })])
        }
        Stage::Open
        | Stage::Assigned { .. }
        | Stage::Chosen { .. }
        | Stage::Remediating { .. }
        | Stage::Fulfilled { .. }
        | Stage::Ended { .. } => Err(finding.wrong_stage("failed", "remediating or fulfilled")),
    }
}

pub(super) fn evolve(finding: &mut Finding) {
    if let Stage::Remediating { owner, .. } = &finding.stage {
        finding.stage = Stage::Assigned { owner: owner.clone() };
    }
}

/// Our change was made and not proven: what it took away may show on another path.
pub(super) fn evolve_not_read_back(finding: &mut Finding) {
    if let Stage::Fulfilled { owner, .. } = &finding.stage {
        finding.stage = Stage::Assigned { owner: owner.clone() };
        finding.unproven = true;
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
    fn what_cannot_be_read_back_goes_back_to_the_owner_and_counts_as_unproven() {
        let before = Case::fulfilled().finding.unwrap();
        let case = Case::fulfilled().then(&machine(Machine::Enforcer, 9), fail());
        let finding = case.finding.as_ref().unwrap();
        assert_eq!((finding.status(), finding.unproven), ("assigned", true));
        assert_eq!(finding.owner(), before.owner(), "the same owner, the same date");
        assert!(matches!(case.events.last(), Some(Event::NotReadBack(_))));
        assert_eq!(case.refused(&machine(Machine::Enforcer, 9), fail()), "case.wrong-stage");
    }

    #[test]
    fn no_order_but_the_one_under_way_is_given_up() {
        let order = OrderId(uuid::Uuid::from_u128(7));
        let other = Command::Fail(Fail { order, why: text("why") });
        for case in [Case::ordered(), Case::fulfilled()] {
            assert!(case.ask(&machine(Machine::Enforcer, 4), other.clone()).is_err());
        }
    }

    #[test]
    fn no_person_says_that_the_system_refused() {
        assert_eq!(Case::ordered().refused(&facts(ADMIN, 4), fail()), "duty.wrong-actor");
    }
}
