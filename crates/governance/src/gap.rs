//! Where nobody, or not one person alone, is there to answer for something: opened and ended by the
//! check that looks for it and by nothing else, so that a gap is over when it is gone (ACC-2).

use std::collections::BTreeSet;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::accountability::Plane;
use crate::actor::Machine;
use crate::facts::Facts;
use crate::id::{GapId, PersonId, SystemId};
use crate::instant::Instant;
use crate::refusal::{Refusal, Refused};
use crate::seat::SeatName;

/// A gap, as the events say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// Which.
    pub id: GapId,
    /// Where and what.
    pub known: Known,
    /// When the check saw it first.
    pub opened_at: Timestamp,
    /// When the check saw it no more.
    pub ended_at: Option<Timestamp>,
}

/// Where a gap is and what it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Known {
    /// What is missing or too much.
    pub kind: Kind,
    /// The control plane, for gaps of a row.
    pub plane: Option<Plane>,
    /// The system, for gaps of a row.
    pub system: Option<SystemId>,
    /// Whom it is about; nobody where a file names somebody whom no record knows.
    pub people: BTreeSet<PersonId>,
    /// Two seats that check each other, where that is the gap.
    pub seats: BTreeSet<SeatName>,
}

/// What is missing or too much.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Nobody answers for it.
    Nobody,
    /// Several do.
    Several,
    /// Who answers for it is gone, or was never there.
    Gone,
    /// Who answers for it is away, and nobody stands in.
    Away,
    /// One person holds two seats that check each other.
    Conflict,
    /// One person answers for more than the folder lets them.
    Overload,
    /// Nobody has said for too long that it is so.
    Stale,
}

impl Kind {
    /// All of them, worst first.
    pub const ALL: [Self; 7] = [
        Self::Nobody,
        Self::Gone,
        Self::Several,
        Self::Away,
        Self::Conflict,
        Self::Overload,
        Self::Stale,
    ];

    /// The word in outputs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Nobody => "nobody",
            Self::Several => "several",
            Self::Gone => "gone",
            Self::Away => "away",
            Self::Conflict => "conflict",
            Self::Overload => "overload",
            Self::Stale => "stale",
        }
    }
}

/// What can be asked of a gap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// The check sees it.
    Open(Known),
    /// The check sees it no more.
    End,
}

/// The check saw a gap no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Ended {
    /// When.
    #[schemars(with = "Instant")]
    pub at: Timestamp,
}

/// The check saw a gap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Opened {
    /// Where and what.
    #[serde(flatten)]
    pub known: Known,
    /// When.
    #[schemars(with = "Instant")]
    pub at: Timestamp,
}

/// What happened to a gap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Event {
    /// It is there, for the first time or again.
    #[serde(rename = "gap.opened.1")]
    Opened(Opened),
    /// It is there no more.
    #[serde(rename = "gap.ended.1")]
    Ended(Ended),
    /// Somebody was told no.
    #[serde(rename = "gap.refused.1")]
    Refused(Refused),
}

/// Answers a command about a gap. What is so already makes no event, so that any number of servers may
/// look at once.
pub(crate) fn decide(
    state: Option<&Gap>,
    facts: &Facts,
    command: Command,
) -> Result<Vec<Event>, Refusal> {
    facts.machine(Machine::Steward)?;
    let is_open = state.is_some_and(|gap| gap.ended_at.is_none());
    Ok(match command {
        Command::Open(known) if !is_open => vec![Event::Opened(Opened { known, at: facts.now })],
        Command::End if is_open => vec![Event::Ended(Ended { at: facts.now })],
        Command::Open(_) | Command::End => Vec::new(),
    })
}

/// Adds one event to a gap.
pub(crate) fn evolve(id: GapId, state: Option<Gap>, event: &Event) -> Option<Gap> {
    match event {
        Event::Opened(Opened { known, at }) => {
            Some(Gap { id, known: known.clone(), opened_at: *at, ended_at: None })
        }
        Event::Ended(ended) => state.map(|gap| Gap { ended_at: Some(ended.at), ..gap }),
        Event::Refused(_) => state,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene;

    #[test]
    fn only_the_check_opens_and_ends_a_gap_and_twice_is_once() {
        let id = GapId(uuid::Uuid::from_u128(9));
        let known = Known {
            kind: Kind::Nobody,
            plane: Some(Plane::Detection),
            system: Some(SystemId(uuid::Uuid::from_u128(7))),
            people: BTreeSet::new(),
            seats: BTreeSet::new(),
        };
        let open = || Command::Open(known.clone());
        let check = |day| scene::machine(Machine::Steward, day);
        for other in [scene::facts(scene::GUARD, 1), scene::machine(Machine::Judge, 1)] {
            assert!(decide(None, &other, open()).is_err());
        }
        let opened = decide(None, &check(1), open()).unwrap();
        let gap = evolve(id, None, &opened[0]).unwrap();
        assert_eq!(decide(Some(&gap), &check(2), open()), Ok(Vec::new()));
        assert!(decide(Some(&gap), &scene::facts(scene::GUARD, 2), Command::End).is_err());
        let ended = decide(Some(&gap), &check(3), Command::End).unwrap();
        let gap = evolve(id, Some(gap), &ended[0]).unwrap();
        assert_eq!((gap.opened_at, gap.ended_at), (scene::day(1), Some(scene::day(3))));
        assert_eq!(decide(Some(&gap), &check(4), Command::End), Ok(Vec::new()));
        let again = decide(Some(&gap), &check(5), open()).unwrap();
        let gap = evolve(id, Some(gap), &again[0]).unwrap();
        assert_eq!((gap.opened_at, gap.ended_at), (scene::day(5), None));
        let event = crate::event::Event::Gap(again[0].clone());
        let json = serde_json::to_string(&event).unwrap();
        assert_eq!(serde_json::from_str::<crate::event::Event>(&json).unwrap(), event, "{json}");
    }
}
