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
