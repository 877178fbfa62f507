//! A review that rested goes on. What was due is due later by as long as it rested.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Event, Review, Stage};
use crate::facts::Facts;
use crate::id::PersonId;
use crate::instant::Instant;
use crate::refusal::Refusal;

/// It goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Resumed {
    /// By whom.
    pub by: PersonId,
    /// When.
    #[schemars(with = "Instant")]
    pub at: Timestamp,
    /// For how many seconds it rested.
    pub rested_seconds: i64,
}

pub(super) fn resume(review: &Review, facts: &Facts) -> Result<Vec<Event>, Refusal> {
    let by = facts.permitted_person()?.id();
    let Stage::Paused { since, .. } = review.stage else {
        return Err(review.wrong_stage("resumed", "paused"));
    };
    let rested_seconds = facts.now.duration_since(since).as_secs().max(0);
    Ok(vec![Event::Resumed(Resumed { by, at: facts.now, rested_seconds })])
}

pub(super) fn evolve(review: &mut Review, resumed: &Resumed) {
    review.paused_seconds = review.paused_seconds.saturating_add(resumed.rested_seconds);
    review.stage = Stage::Active;
}

#[cfg(test)]
mod tests {
    use crate::review::Command;
    use crate::review::scene::{Case, facts, pause};
    use crate::scene::{ADMIN, day};

    #[test]
    fn a_pause_moves_what_is_due_by_as_long_as_it_lasted() {
        let case = Case::active();
        assert_eq!(case.clone().review.unwrap().due(0), Some(day(17)));
        assert_eq!(case.refused(&facts(ADMIN, 5), Command::Resume), "case.wrong-stage");
        let case = case.then(&facts(ADMIN, 5), pause());
        assert_eq!(case.status(), "paused");
        assert_eq!(case.refused(&facts(ADMIN, 5), pause()), "case.wrong-stage");
        assert!(!case.review.as_ref().unwrap().running().is_running);
        let case = case.then(&facts(ADMIN, 8), Command::Resume);
        assert_eq!(case.review.unwrap().due(0), Some(day(20)));
    }
}
