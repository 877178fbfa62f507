//! All items of a review are before people: its first stage begins, and with it the clock of each item.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Event, Review, Stage, cancel};
use crate::actor::Machine;
use crate::facts::Facts;
use crate::instant::Instant;
use crate::refusal::Refusal;

/// All are there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// The run up to which the graph showed them.
    pub position: u64,
    /// SHA-256 over the ids of the items in order, hex: with it the list can be shown to be this one.
    pub digest: String,
}

/// All are there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Opened {
    /// How many.
    pub items: u64,
    /// The run up to which the graph showed them.
    pub position: u64,
    /// SHA-256 over the ids of the items in order, hex.
    pub digest: String,
    /// When.
    #[schemars(with = "Instant")]
    pub at: Timestamp,
}

pub(super) fn open(review: &Review, facts: &Facts, command: Open) -> Result<Vec<Event>, Refusal> {
    facts.machine(Machine::Registrar)?;
    let Stage::Opening { .. } = review.stage else {
        return Err(review.wrong_stage("opened", "opening"));
    };
    let items = facts.review()?.tally.items;
    if items == 0 {
        return Ok(vec![cancel::nothing(facts.now)]);
    }
    let Open { position, digest } = command;
    Ok(vec![Event::Opened(Opened { items, position, digest, at: facts.now })])
}

pub(super) fn evolve(review: &mut Review, opened: &Opened) {
    review.items = opened.items;
    review.began = Some(opened.at);
    review.stage = Stage::Active;
}

#[cfg(test)]
mod tests {
    use crate::actor::Machine;
    use crate::review::scene::{Case, facts, machine, open, tally};
    use crate::scene::{ADMIN, day};

    #[test]
    fn only_the_registrar_says_that_all_items_are_there_and_then_the_clock_runs() {
        let case = Case::started();
        assert_eq!(case.refused(&facts(ADMIN, 3), open()), "duty.wrong-actor");
        let case = case.then(&tally(machine(Machine::Registrar, 3), (3, 3, 0, 0)), open());
        assert_eq!(case.status(), "active");
        let review = case.review.unwrap();
        assert_eq!((review.items, review.due(0)), (3, Some(day(17))));
    }

    #[test]
    fn a_review_whose_access_went_away_meanwhile_asks_nobody() {
        let none = tally(machine(Machine::Registrar, 3), (0, 0, 0, 0));
        assert_eq!(Case::started().then(&none, open()).status(), "cancelled");
    }
}
