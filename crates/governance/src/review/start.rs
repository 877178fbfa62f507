//! The items of a review are put before people: from now on what is in its scope is frozen, item by item,
//! as the graph shows it. An empty scope is refused here too.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::stage::must_fit;
use super::{Event, Review, Stage};
use crate::facts::Facts;
use crate::id::PersonId;
use crate::instant::Instant;
use crate::refusal::Refusal;

/// Started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Started {
    /// By whom.
    pub by: PersonId,
    /// When.
    #[schemars(with = "Instant")]
    pub at: Timestamp,
    /// How many items its scope has now.
    pub expected: u64,
}

pub(super) fn start(review: &Review, facts: &Facts) -> Result<Vec<Event>, Refusal> {
    let by = facts.permitted_person()?.id();
    if review.stage != Stage::Staged {
        return Err(review.wrong_stage("started", "staged"));
    }
    let scope = facts.review()?.scope;
    must_fit(scope)?;
    Ok(vec![Event::Started(Started { by, at: facts.now, expected: scope.items })])
}

pub(super) fn evolve(review: &mut Review, started: &Started) {
    review.started_by = Some(started.by);
    review.stage = Stage::Opening { since: started.at, expected: started.expected };
}

#[cfg(test)]
mod tests {
    use crate::review::Command;
    use crate::review::scene::{Case, facts, scoped};
    use crate::scene::ADMIN;

    #[test]
    fn it_starts_once_and_never_with_nothing() {
        let empty = scoped(facts(ADMIN, 2), 0, true);
        assert_eq!(Case::staged().refused(&empty, Command::Start), "case.empty");
        let case = Case::staged().then(&facts(ADMIN, 2), Command::Start);
        assert_eq!(case.status(), "opening");
        assert_eq!(case.refused(&facts(ADMIN, 2), Command::Start), "case.wrong-stage");
    }
}
