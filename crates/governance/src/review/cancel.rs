//! A review ends before it is through. What was decided in it stays decided, and what is on its way to
//! proof stays on its way: a finding is ended by evidence alone.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Event, Review, Stage};
use crate::facts::Facts;
use crate::id::PersonId;
use crate::instant::Instant;
use crate::refusal::Refusal;
use crate::text::{Reason, TextDigest};

/// End it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cancel {
    /// Why.
    pub reason: Reason,
}

/// It ended before it was through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Cancelled {
    /// By whom; nobody where there was nothing to ask.
    pub by: Option<PersonId>,
    /// When.
    #[schemars(with = "Instant")]
    pub at: Timestamp,
    /// Why; nothing where there was nothing to ask.
    pub reason: Option<TextDigest>,
}

pub(super) fn cancel(
    review: &Review,
    facts: &Facts,
    command: &Cancel,
) -> Result<Vec<Event>, Refusal> {
    let by = Some(facts.permitted_person()?.id());
    match review.stage {
        Stage::Staged | Stage::Opening { .. } | Stage::Active | Stage::Paused { .. } => {
            let reason = Some(command.reason.digest().clone());
            Ok(vec![Event::Cancelled(Cancelled { by, at: facts.now, reason })])
        }
        Stage::Remediating { .. }
        | Stage::Proven { .. }
        | Stage::Accepted { .. }
        | Stage::Rejected { .. }
        | Stage::Cancelled { .. } => {
            Err(review.wrong_stage("cancelled", "staged, opening, active or paused"))
        }
    }
}

/// There was nothing to ask.
pub(super) fn nothing(at: Timestamp) -> Event {
    Event::Cancelled(Cancelled { by: None, at, reason: None })
}

pub(super) fn evolve(review: &mut Review, cancelled: &Cancelled) {
    let Cancelled { by, at, reason } = cancelled.clone();
    review.stage = Stage::Cancelled { at, by, reason };
}

#[cfg(test)]
mod tests {
    use crate::review::Command;
    use crate::review::scene::{Case, cancel, facts};
    use crate::scene::ADMIN;

    #[test]
    fn what_is_decided_cannot_be_cancelled_any_more() {
        assert_eq!(Case::active().then(&facts(ADMIN, 5), cancel()).status(), "cancelled");
        let case = Case::decided();
        assert_eq!(case.refused(&facts(ADMIN, 9), cancel()), "case.wrong-stage");
        let case = Case::active().then(&facts(ADMIN, 5), cancel());
        assert_eq!(case.refused(&facts(ADMIN, 6), Command::Start), "case.wrong-stage");
    }
}
