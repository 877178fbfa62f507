//! Someone says that a finding is not toxic. Nothing ends by that: the rule's owner answers.

use super::{Dispute, Event, Finding};
use crate::facts::Facts;
use crate::refusal::Refusal;
use crate::text::Reason;

/// The objection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disputed {
    /// Why it is not toxic.
    pub reason: Reason,
}

pub(super) fn dispute(
    finding: &Finding,
    facts: &Facts,
    command: Disputed,
) -> Result<Vec<Event>, Refusal> {
    let by = facts.permitted_person()?.id();
    if finding.is_ended() || finding.order().is_some() {
        return Err(finding.wrong_stage("disputed", "open, assigned or chosen"));
    }
    if finding.dispute.is_some() {
        return Err(Refusal::Exists("dispute"));
    }
    let reason = command.reason.digest().clone();
    Ok(vec![Event::Disputed(Dispute { by, at: facts.now, reason })])
}
