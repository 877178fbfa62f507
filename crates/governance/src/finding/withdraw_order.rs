//! The control seat takes an order back that nobody ran: possible only where a person runs our script
//! by hand, and until that was seen. What we carry out ourselves ends by its proof.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Event, Finding, Stage};
use crate::facts::Facts;
use crate::id::OrderId;
use crate::refusal::Refusal;
use crate::seat::{Control, Signature};
use crate::text::{Reason, TextDigest};

/// Take the order back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WithdrawOrder {
    /// Why.
    pub reason: Reason,
}

/// The order was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OrderWithdrawn {
    /// Which order.
    pub order: OrderId,
    /// Why.
    pub reason: TextDigest,
    /// By whom.
    pub signed: Signature<Control>,
}

pub(super) fn withdraw_order(
    finding: &Finding,
    facts: &Facts,
    command: WithdrawOrder,
) -> Result<Vec<Event>, Refusal> {
    // The seat comes before the stage, as where it is ordered.
    let signed = facts.sign::<Control>(&finding.signed)?;
    let Stage::Remediating { ordered, .. } = &finding.stage else {
        return Err(finding.wrong_stage("relieved of its order", "remediating"));
    };
    if !facts.by_hand {
        return Err(Refusal::NotByHand);
    }
    let reason = command.reason.digest().clone();
    Ok(vec![Event::OrderWithdrawn(OrderWithdrawn { order: ordered.order, reason, signed })])
}

/// Back to where it was before it was ordered: the choice stays.
pub(super) fn evolve(finding: &mut Finding, withdrawn: &OrderWithdrawn) {
    if let Stage::Remediating { owner, ordered } = &finding.stage {
        let (owner, chosen) = (owner.clone(), ordered.chosen.clone());
        finding.remember(&withdrawn.signed);
        finding.stage = Stage::Chosen { owner, chosen };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Command, Event, order};
    use crate::scene::{ADMIN, Case, GUARD, OWNER, choose_revoke, facts, order_id, reason};

    fn withdraw() -> Command {
        Command::WithdrawOrder(WithdrawOrder { reason: reason() })
    }

    fn by_hand(n: u128) -> Facts {
        Facts { by_hand: true, ..facts(n, 4) }
    }

    #[test]
    fn what_nobody_ran_goes_back_to_what_the_owner_chose_and_can_be_ordered_again() {
        let case = Case::ordered().then(&by_hand(ADMIN), withdraw());
        assert_eq!(case.status(), "chosen");
        assert!(matches!(case.events.last(), Some(Event::OrderWithdrawn(_))));
        let again = Command::Order(order::Order { order: order_id() });
        assert!(case.ask(&facts(ADMIN, 5), again).is_ok());
        assert!(case.ask(&facts(OWNER, 5), choose_revoke()).is_ok(), "or something else is chosen");
    }

    #[test]
    fn what_we_run_ourselves_ends_by_its_proof() {
        assert_eq!(Case::ordered().refused(&facts(ADMIN, 4), withdraw()), "case.not-by-hand");
    }

    #[test]
    fn only_the_control_seat_takes_an_order_back() {
        for n in [OWNER, GUARD] {
            assert_eq!(Case::ordered().refused(&by_hand(n), withdraw()), "duty.wrong-seat");
        }
    }

    #[test]
    fn what_was_seen_to_be_run_is_not_taken_back_and_neither_is_what_was_not_ordered() {
        for case in [Case::fulfilled(), Case::chosen(), Case::fixed()] {
            assert_eq!(case.refused(&by_hand(ADMIN), withdraw()), "case.wrong-stage");
        }
    }
}
