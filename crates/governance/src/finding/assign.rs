//! One named person behind a finding. Never the security seat, never somebody who has part in the
//! access.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Event, Finding, Ownership, Stage};
use crate::facts::Facts;
use crate::id::PersonId;
use crate::refusal::Refusal;
use crate::seat::SeatName;

/// Name the owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assign {
    /// Who it shall be; also the named person among the facts.
    pub owner: PersonId,
}

/// The owner is named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assigned {
    /// Who, until when.
    pub owner: Ownership,
    /// Who named them.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
}

pub(super) fn assign(
    finding: &Finding,
    facts: &Facts,
    command: Assign,
) -> Result<Vec<Event>, Refusal> {
    let by = facts.permitted_person()?.id();
    let named = facts.named.as_ref().filter(|person| person.id() == command.owner);
    let named = named.ok_or(Refusal::Unknown("person"))?;
    let can_own = named.is_active()
        && named.seats().contains(&SeatName::Business)
        && !named.seats().contains(&SeatName::Security)
        && !facts.has_part_in(named);
    if !can_own {
        return Err(Refusal::CannotOwn);
    }
    let due = match &finding.stage {
        Stage::Open => {
            facts.now.saturating_add(SignedDuration::from_hours(facts.due_days.saturating_mul(24)))
        }
        // Handing a finding on does not buy time.
        Stage::Assigned { owner } => Ok(owner.due),
        Stage::Chosen { .. }
        | Stage::Remediating { .. }
        | Stage::Fulfilled { .. }
        | Stage::Ended { .. } => return Err(finding.wrong_stage("assigned", "open or assigned")),
    };
    let due = due.unwrap_or(Timestamp::MAX);
    let owner = Ownership { person: command.owner, due };
    Ok(vec![Event::Assigned(Assigned { owner, by, at: facts.now })])
}
