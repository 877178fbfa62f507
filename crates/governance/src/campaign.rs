//! How a review is planned, and what is counted of it: what both the review and its items are told.
//! What can be asked of a review is `review`, of one of its items `item`.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::{FindingId, PersonId, ReviewId};
use crate::text::TextDigest;

/// Most stages of one review.
pub const STAGES_MAX: usize = 3;

/// Most people who are asked about the same item at once.
pub const REVIEWERS_MAX: usize = 20;

/// Most days of one stage.
pub const STAGE_DAYS_MAX: u32 = 180;

/// Longest time for which access can be kept, in days: after that somebody is asked again.
pub const KEEP_DAYS_MAX: u32 = 366;

/// Most items of one review. A larger one is several reviews.
pub const ITEMS_MAX: u64 = 250_000;

/// Most people on a ladder of escalation.
pub const LADDER_MAX: usize = 5;

/// A review, as it was planned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Plan {
    /// What it is about, in words, as a text.
    pub title: TextDigest,
    /// Which access is looked at, as a text (JSON of the query).
    pub scope: TextDigest,
    /// Who is asked, one stage after the other.
    pub stages: Vec<StagePlan>,
    /// What becomes of an item about which nobody says anything in time.
    pub no_answer: NoAnswer,
    /// Longest time for which access is kept, in days.
    pub keep_days_max: u32,
    /// Days before the end of a stage on which whoever still owes an answer is reminded.
    pub remind_days: BTreeSet<u32>,
    /// Who is told of what is silent, level by level, each when another part of the stage is over.
    pub ladder: Vec<PersonId>,
    /// Whether only what has changed since it was decided last is asked.
    pub changed_only: bool,
}

/// One stage of a review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StagePlan {
    /// How it is found who is asked.
    pub reviewers: Reviewers,
    /// Who is asked where that leads to nobody who may be.
    pub fallback: Option<PersonId>,
    /// How many days they have.
    pub days: u32,
}

/// How it is found who is asked about an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Reviewers {
    /// Along the ways to an owner that the policy names: system, process, fallback.
    Owner,
    /// Whoever owns the process that the access belongs to.
    ProcessOwner,
    /// Whoever answers for approvals in the system that the access is in.
    SystemOwner,
    /// These people; whoever of them decides first has decided.
    People {
        /// Who.
        people: BTreeSet<PersonId>,
    },
}

/// What becomes of an item about which nobody says anything in time. That it is kept is not among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum NoAnswer {
    /// The access is to be taken away.
    Revoke,
    /// Somebody else is asked, once; if they are silent too, the access is to be taken away.
    Escalate {
        /// Who.
        to: PersonId,
        /// For how many days.
        days: u32,
    },
}

impl NoAnswer {
    /// The name in files and outputs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Revoke => "revoke",
            Self::Escalate { .. } => "escalate",
        }
    }
}

impl Plan {
    /// Everybody whom it names.
    #[must_use]
    pub fn people(&self) -> BTreeSet<PersonId> {
        let mut people: BTreeSet<PersonId> = self.ladder.iter().copied().collect();
        for stage in &self.stages {
            people.extend(stage.fallback);
            if let Reviewers::People { people: named } = &stage.reviewers {
                people.extend(named);
            }
        }
        if let NoAnswer::Escalate { to, .. } = self.no_answer {
            people.insert(to);
        }
        people
    }

    /// When a stage is over, counted from when the first began, with the time for which it was paused.
    #[must_use]
    pub fn due(&self, stage: usize, began: Timestamp, paused: SignedDuration) -> Timestamp {
        let days: i64 = self.stages.iter().take(stage + 1).map(|it| i64::from(it.days)).sum();
        let last = began.checked_add(SignedDuration::from_hours(24 * days));
        last.and_then(|at| at.checked_add(paused)).unwrap_or(Timestamp::MAX)
    }

    /// The same for somebody to whom it was escalated.
    #[must_use]
    pub fn escalated_due(&self, due: Timestamp) -> Timestamp {
        match self.no_answer {
            NoAnswer::Revoke => due,
            NoAnswer::Escalate { days, .. } => due
                .checked_add(SignedDuration::from_hours(24 * i64::from(days)))
                .unwrap_or(Timestamp::MAX),
        }
    }
}

/// What is counted of the items of a review. Made anew each time; kept nowhere.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// All that were put before somebody.
    pub items: u64,
    /// About which somebody still has to decide.
    pub open: u64,
    /// Which are kept.
    pub kept: u64,
    /// Which are to change and of which that is not proven yet.
    pub changing: u64,
    /// Which have changed, with evidence.
    pub proven: u64,
}

/// What a decision about a review or one of its items rests on beside the usual facts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Around {
    /// How much access is in its scope now.
    pub scope: Scoped,
    /// What is counted of its items.
    pub tally: Tally,
    /// Whether the acting person decided about one of its items.
    pub took_part: bool,
    /// The review that an item is of.
    pub review: Option<Running>,
    /// Who would be asked about the item in the stage after this one.
    pub next_stage: BTreeSet<PersonId>,
    /// Who would be asked instead of whom it is before.
    pub instead: Option<PersonId>,
    /// What became of the finding by which the item is changed.
    pub finding: Option<Outcome>,
}

/// How much access is in a scope, as the graph shows it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Scoped {
    /// How many items it would be.
    pub items: u64,
    /// Whether the graph could be asked for all of it.
    pub whole: bool,
}

/// A review, as its items are told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    /// Which.
    pub id: ReviewId,
    /// Where it stands.
    pub status: &'static str,
    /// Whether anything can be decided in it now.
    pub is_running: bool,
    /// How it was planned.
    pub plan: Plan,
    /// Who started it.
    pub started_by: Option<PersonId>,
    /// When its first stage began.
    pub began: Option<Timestamp>,
    /// For how long it was paused.
    pub paused: SignedDuration,
}

/// What became of the finding by which an item is changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Which.
    pub finding: FindingId,
    /// The way in which it ended, and when; nothing while it has not.
    pub ended: Option<(Ended, Timestamp)>,
    /// Since when an exception for it is in force; nothing where none is.
    pub excepted: Option<Timestamp>,
}

/// How the finding of an item ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// Evidence read after our change.
    Fixed,
    /// A complete later read without it.
    Gone,
    /// In a way that proves no change.
    Otherwise,
}
