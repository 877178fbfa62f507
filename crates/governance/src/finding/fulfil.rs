//! The system answered an order. Done is not proven: nothing ends here.

use super::{Event, Finding, Fulfilled, Stage};
use crate::actor::Machine;
use crate::facts::Facts;
use crate::id::OrderId;
use crate::refusal::Refusal;
use crate::text::TextDigest;

/// What the system answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fulfil {
    /// To which order.
    pub order: OrderId,
    /// The receipt, as a text.
    pub receipt: TextDigest,
}

pub(super) fn fulfil(
    finding: &Finding,
    facts: &Facts,
    command: Fulfil,
) -> Result<Vec<Event>, Refusal> {
    facts.machine(Machine::Enforcer)?;
    match &finding.stage {
        Stage::Remediating { ordered, .. } if ordered.order == command.order => {
            Ok(vec![Event::Fulfilled(Fulfilled {
                order: command.order,
                at: facts.now,
                receipt: command.receipt,
            })])
        }
        // The same answer once more, after a crash, is nothing new.
        Stage::Fulfilled { ordered, .. } if ordered.order == command.order => Ok(Vec::new()),
        Stage::Remediating { .. } | Stage::Fulfilled { .. } => Err(Refusal::OtherClaim),
        Stage::Open | Stage::Assigned { .. } | Stage::Chosen { .. } | Stage::Ended { .. } => {
            Err(finding.wrong_stage("fulfilled", "remediating"))
        }
    }
}

pub(super) fn evolve(finding: &mut Finding, fulfilled: &Fulfilled) {
    if let Stage::Remediating { owner, ordered } = &finding.stage {
        finding.stage = Stage::Fulfilled {
            owner: owner.clone(),
            ordered: ordered.clone(),
            fulfilled: fulfilled.clone(),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Command;
    use crate::scene::{ADMIN, Case, facts, machine, order_id, text};

    fn fulfil(order: OrderId) -> Command {
        Command::Fulfil(Fulfil { order, receipt: text("receipt") })
    }

    #[test]
    fn done_is_not_proven_and_the_same_answer_twice_is_one() {
        let case = Case::fulfilled();
        assert_eq!(case.status(), "fulfilled");
        let again = case.ask(&machine(Machine::Enforcer, 4), fulfil(order_id()));
        assert_eq!(again, Ok(Vec::new()));
    }

    #[test]
    fn no_person_reports_for_the_system_and_no_answer_fits_another_order() {
        let case = Case::ordered();
        assert_eq!(case.refused(&facts(ADMIN, 4), fulfil(order_id())), "duty.wrong-actor");
        let other = OrderId(uuid::Uuid::from_u128(7));
        let refused = case.refused(&machine(Machine::Enforcer, 4), fulfil(other));
        assert_eq!(refused, "proof.other-claim");
    }
}
