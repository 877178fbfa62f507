//! How far a review is follows from its items alone: decided when nobody is asked anything any more,
//! proven when of every change there is evidence. One item that has none keeps the whole review open.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Event, Review, Stage};
use crate::actor::Machine;
use crate::facts::Facts;
use crate::instant::Instant;
use crate::refusal::Refusal;

/// Everything is decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Decided {
    /// When.
    #[schemars(with = "Instant")]
    pub at: Timestamp,
    /// How many items are kept.
    pub kept: u64,
    /// How many are to change, proven already or not.
    pub to_change: u64,
}

/// Every change is proven.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Proven {
    /// When.
    #[schemars(with = "Instant")]
    pub at: Timestamp,
    /// How many items are kept.
    pub kept: u64,
    /// How many changed, each with evidence.
    pub proven: u64,
}

pub(super) fn progress(review: &Review, facts: &Facts) -> Result<Vec<Event>, Refusal> {
    facts.machine(Machine::Registrar)?;
    let tally = facts.review()?.tally;
    let at = facts.now;
    // Fewer than were put before people means that not all of them were counted.
    let is_whole = tally.items == review.items
        && tally.items == tally.open + tally.kept + tally.changing + tally.proven;
    let decided = Event::Decided(Decided {
        at,
        kept: tally.kept,
        to_change: tally.changing.saturating_add(tally.proven),
    });
    let proven = Event::Proven(Proven { at, kept: tally.kept, proven: tally.proven });
    Ok(match &review.stage {
        _ if !is_whole || tally.open > 0 => Vec::new(),
        Stage::Active if tally.changing > 0 => vec![decided],
        Stage::Active => vec![decided, proven],
        Stage::Remediating { .. } if tally.changing == 0 => vec![proven],
        Stage::Staged
        | Stage::Opening { .. }
        | Stage::Paused { .. }
        | Stage::Remediating { .. }
        | Stage::Proven { .. }
        | Stage::Accepted { .. }
        | Stage::Rejected { .. }
        | Stage::Cancelled { .. } => Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use crate::actor::Machine;
    use crate::review::Command;
    use crate::review::scene::{Case, facts, machine, tally};
    use crate::scene::ADMIN;

    #[test]
    fn one_change_without_evidence_keeps_the_whole_review_open() {
        let seen = |counts| tally(machine(Machine::Registrar, 9), counts);
        let case = Case::active();
        let same = case.clone().then(&seen((3, 1, 2, 0)), Command::Progress);
        assert_eq!(same.status(), "active", "somebody is still asked");
        let case = case.then(&seen((3, 0, 1, 2)), Command::Progress);
        assert_eq!(case.status(), "remediating");
        let case = case.then(&seen((3, 0, 1, 1)), Command::Progress);
        assert_eq!(case.status(), "remediating");
        assert_eq!(case.then(&seen((3, 0, 1, 0)), Command::Progress).status(), "proven");
    }

    #[test]
    fn nobody_can_say_that_it_is_proven_and_fewer_items_prove_nothing() {
        let none = tally(facts(ADMIN, 9), (3, 0, 3, 0));
        assert_eq!(Case::active().refused(&none, Command::Progress), "duty.wrong-actor");
        let fewer = tally(machine(Machine::Registrar, 9), (2, 0, 2, 0));
        assert_eq!(Case::active().then(&fewer, Command::Progress).status(), "active");
    }

    #[test]
    fn a_review_in_which_all_is_kept_is_proven_when_it_is_decided() {
        let kept = tally(machine(Machine::Registrar, 9), (3, 0, 3, 0));
        assert_eq!(Case::active().then(&kept, Command::Progress).status(), "proven");
    }
}
