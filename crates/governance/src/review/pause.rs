//! A review rests: nobody decides in it and nothing is due until it goes on.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Event, Review, Stage};
use crate::facts::Facts;
use crate::id::PersonId;
use crate::instant::Instant;
use crate::refusal::Refusal;
use crate::text::{Reason, TextDigest};

/// Let it rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pause {
    /// Why.
    pub reason: Reason,
}

/// It rests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Paused {
    /// By whom.
    pub by: PersonId,
    /// When.
    #[schemars(with = "Instant")]
    pub at: Timestamp,
    /// Why.
    pub reason: TextDigest,
}

pub(super) fn pause(
    review: &Review,
    facts: &Facts,
    command: &Pause,
) -> Result<Vec<Event>, Refusal> {
    let by = facts.permitted_person()?.id();
    if review.stage != Stage::Active {
        return Err(review.wrong_stage("paused", "active"));
    }
    let reason = command.reason.digest().clone();
    Ok(vec![Event::Paused(Paused { by, at: facts.now, reason })])
}

pub(super) fn evolve(review: &mut Review, paused: &Paused) {
    review.stage = Stage::Paused { since: paused.at, reason: paused.reason.clone() };
}
