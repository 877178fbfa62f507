//! The control seat orders the chosen change. Only this makes anything happen in a real system.

use super::{Event, Finding, Ordered, Stage};
use crate::facts::Facts;
use crate::id::OrderId;
use crate::refusal::Refusal;
use crate::seat::Control;

/// Order the chosen remedy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The key under which the system will get it.
    pub order: OrderId,
}

pub(super) fn order(
    finding: &Finding,
    facts: &Facts,
    command: Order,
) -> Result<Vec<Event>, Refusal> {
    // The seat comes before the stage: who may not order at all is told that first.
    let signed = facts.sign::<Control>(&finding.signed)?;
    let Stage::Chosen { chosen, .. } = &finding.stage else {
        return Err(finding.wrong_stage("ordered", "chosen"));
    };
    Ok(vec![Event::Ordered(Ordered { order: command.order, chosen: chosen.clone(), signed })])
}

pub(super) fn evolve(finding: &mut Finding, ordered: &Ordered) {
    if let Stage::Chosen { owner, .. } = &finding.stage {
        let owner = owner.clone();
        finding.remember(&ordered.signed);
        finding.stage = Stage::Remediating { owner, ordered: ordered.clone() };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authority::Authority;
    use crate::finding::Command;
    use crate::scene::{ADMIN, ALL_SEATS, Case, GUARD, OWNER, facts, order_id};

    fn order() -> Command {
        Command::Order(Order { order: order_id() })
    }

    #[test]
    fn the_business_decides_and_cannot_enforce() {
        assert_eq!(Case::chosen().refused(&facts(OWNER, 3), order()), "duty.wrong-seat");
        assert_eq!(Case::chosen().refused(&facts(GUARD, 3), order()), "duty.wrong-seat");
        assert!(Case::chosen().ask(&facts(ADMIN, 3), order()).is_ok());
    }

    #[test]
    fn one_person_signs_from_one_seat_only() {
        let mut case = Case::chosen();
        let finding = case.finding.as_mut().unwrap();
        finding.signed = vec![(crate::scene::id(ALL_SEATS), crate::seat::SeatName::Business)];
        assert_eq!(case.refused(&facts(ALL_SEATS, 3), order()), "duty.second-seat");
    }

    #[test]
    fn policy_can_forbid_what_the_laws_allow() {
        let authority = Authority { permitted: false, ..Authority::everything() };
        let facts = Facts { authority, ..facts(ADMIN, 3) };
        assert_eq!(Case::chosen().refused(&facts, order()), "duty.not-permitted");
    }

    #[test]
    fn nothing_is_ordered_twice_or_before_it_is_chosen() {
        assert_eq!(Case::assigned().refused(&facts(ADMIN, 3), order()), "case.wrong-stage");
        assert_eq!(Case::ordered().refused(&facts(ADMIN, 3), order()), "case.wrong-stage");
    }
}
