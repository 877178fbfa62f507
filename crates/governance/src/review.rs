//! A review of access: planned, put before people item by item, followed until every change is proven,
//! and then accepted or rejected by an auditor. Each item is a subject of its own (`item`); what is
//! counted of them is told, never kept here.

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::authority::Verb;
use crate::campaign::{Plan, Running};
use crate::facts::Facts;
use crate::id::{PersonId, ReviewId};
use crate::refusal::{Refusal, Refused};
use crate::seat::{Auditor, Signature};
use crate::text::TextDigest;

pub mod accept;
pub mod cancel;
pub mod open;
pub mod pause;
pub mod progress;
pub mod reject;
pub mod resume;
#[cfg(test)]
pub(crate) mod scene;
pub mod stage;
pub mod start;

/// A review, as the events say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// Which.
    pub id: ReviewId,
    /// How it was planned.
    pub plan: Plan,
    /// Who planned it.
    pub staged_by: PersonId,
    /// When.
    pub staged_at: Timestamp,
    /// How many items its scope had then.
    pub in_scope: u64,
    /// Who started it.
    pub started_by: Option<PersonId>,
    /// When its first stage began.
    pub began: Option<Timestamp>,
    /// How many items were put before people.
    pub items: u64,
    /// Seconds for which it was paused, pauses that are over alone.
    pub paused_seconds: i64,
    /// Where it stands.
    pub stage: Stage,
}

/// Where a review stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum Stage {
    /// Planned; nobody has been asked anything.
    Staged,
    /// Its items are being put before people.
    Opening {
        /// Since when.
        since: Timestamp,
        /// How many there will be.
        expected: u64,
    },
    /// People decide.
    Active,
    /// It rests.
    Paused {
        /// Since when.
        since: Timestamp,
        /// Why.
        reason: TextDigest,
    },
    /// All is decided; what is to change is on its way.
    Remediating {
        /// Since when.
        since: Timestamp,
    },
    /// Every change is proven.
    Proven {
        /// Since when.
        since: Timestamp,
    },
    /// An auditor said that it holds.
    Accepted {
        /// Who.
        signed: Signature<Auditor>,
        /// Why.
        reason: TextDigest,
    },
    /// An auditor said that it does not.
    Rejected {
        /// Who.
        signed: Signature<Auditor>,
        /// Why.
        reason: TextDigest,
    },
    /// It ended before it was through.
    Cancelled {
        /// When.
        at: Timestamp,
        /// Who ended it; nobody where there was nothing to ask.
        by: Option<PersonId>,
        /// Why.
        reason: Option<TextDigest>,
    },
}

/// What can be asked of a review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Plan it.
    Stage(Box<stage::Stage>),
    /// Put its items before people.
    Start,
    /// They all are.
    Open(open::Open),
    /// Let it rest.
    Pause(pause::Pause),
    /// Let it go on.
    Resume,
    /// End it before it is through.
    Cancel(cancel::Cancel),
    /// See how far it is.
    Progress,
    /// Say that it holds.
    Accept(accept::Accept),
    /// Say that it does not.
    Reject(reject::Reject),
}

/// What happened to a review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Event {
    /// Planned.
    #[serde(rename = "review.staged.1")]
    Staged(Box<stage::Staged>),
    /// Its items are being put before people.
    #[serde(rename = "review.started.1")]
    Started(start::Started),
    /// They all are: the first stage begins.
    #[serde(rename = "review.opened.1")]
    Opened(open::Opened),
    /// It rests.
    #[serde(rename = "review.paused.1")]
    Paused(pause::Paused),
    /// It goes on; what is due is due so much later.
    #[serde(rename = "review.resumed.1")]
    Resumed(resume::Resumed),
    /// Everything is decided.
    #[serde(rename = "review.decided.1")]
    Decided(progress::Decided),
    /// Every change is proven.
    #[serde(rename = "review.proven.1")]
    Proven(progress::Proven),
    /// An auditor said that it holds.
    #[serde(rename = "review.accepted.1")]
    Accepted(accept::Accepted),
    /// An auditor said that it does not.
    #[serde(rename = "review.rejected.1")]
    Rejected(reject::Rejected),
    /// It ended before it was through.
    #[serde(rename = "review.cancelled.1")]
    Cancelled(cancel::Cancelled),
    /// Somebody was told no.
    #[serde(rename = "review.refused.1")]
    Refused(Refused),
}

impl Command {
    /// The verb, where it is one that policy may permit to a person; reports of our own machines
    /// have none.
    #[must_use]
    pub fn verb(&self) -> Option<Verb> {
        match self {
            Self::Stage(_) => Some(Verb::ReviewStage),
            Self::Start => Some(Verb::ReviewStart),
            Self::Pause(_) => Some(Verb::ReviewPause),
            Self::Resume => Some(Verb::ReviewResume),
            Self::Cancel(_) => Some(Verb::ReviewCancel),
            Self::Accept(_) => Some(Verb::ReviewAccept),
            Self::Reject(_) => Some(Verb::ReviewReject),
            Self::Open(_) | Self::Progress => None,
        }
    }
}

impl Review {
    /// The stage's name in files, lists and outputs.
    #[must_use]
    pub fn status(&self) -> &'static str {
        match &self.stage {
            Stage::Staged => "staged",
            Stage::Opening { .. } => "opening",
            Stage::Active => "active",
            Stage::Paused { .. } => "paused",
            Stage::Remediating { .. } => "remediating",
            Stage::Proven { .. } => "proven",
            Stage::Accepted { .. } => "accepted",
            Stage::Rejected { .. } => "rejected",
            Stage::Cancelled { .. } => "cancelled",
        }
    }

    /// Whether it is over.
    #[must_use]
    pub fn is_ended(&self) -> bool {
        matches!(
            self.stage,
            Stage::Accepted { .. } | Stage::Rejected { .. } | Stage::Cancelled { .. }
        )
    }

    /// For how long it was paused until the last pause ended.
    #[must_use]
    pub fn paused(&self) -> SignedDuration {
        SignedDuration::from_secs(self.paused_seconds)
    }

    /// When a stage is over; nothing before the first has begun.
    #[must_use]
    pub fn due(&self, stage: usize) -> Option<Timestamp> {
        self.began.map(|began| self.plan.due(stage, began, self.paused()))
    }

    /// As its items are told of it.
    #[must_use]
    pub fn running(&self) -> Running {
        Running {
            id: self.id,
            status: self.status(),
            is_running: matches!(self.stage, Stage::Active),
            plan: self.plan.clone(),
            started_by: self.started_by,
            began: self.began,
            paused: self.paused(),
        }
    }

    fn wrong_stage(&self, verb: &'static str, wanted: &'static str) -> Refusal {
        Refusal::WrongStage { noun: "review", is: self.status(), verb, wanted }
    }

    /// The acting person signs as an auditor who had no part in it.
    fn auditor_signs(&self, facts: &Facts) -> Result<Signature<Auditor>, Refusal> {
        let signed = facts.sign::<Auditor>(&[])?;
        let who = signed.person();
        let has_led = who == self.staged_by || self.started_by == Some(who);
        if has_led || facts.review()?.took_part {
            return Err(Refusal::TookPart);
        }
        Ok(signed)
    }
}

/// Answers a command about a review.
pub(crate) fn decide(
    state: Option<&Review>,
    facts: &Facts,
    command: Command,
) -> Result<Vec<Event>, Refusal> {
    let known = || state.ok_or(Refusal::Unknown("review"));
    match command {
        Command::Stage(it) => stage::stage(state, facts, *it),
        Command::Start => start::start(known()?, facts),
        Command::Open(it) => open::open(known()?, facts, it),
        Command::Pause(it) => pause::pause(known()?, facts, &it),
        Command::Resume => resume::resume(known()?, facts),
        Command::Cancel(it) => cancel::cancel(known()?, facts, &it),
        Command::Progress => progress::progress(known()?, facts),
        Command::Accept(it) => accept::accept(known()?, facts, &it),
        Command::Reject(it) => reject::reject(known()?, facts, &it),
    }
}

/// Adds one event to a review.
pub(crate) fn evolve(id: ReviewId, state: Option<Review>, event: &Event) -> Option<Review> {
    if let Event::Staged(staged) = event {
        return Some(stage::begin(id, staged));
    }
    let mut review = state?;
    match event {
        Event::Staged(_) | Event::Refused(_) => {}
        Event::Started(it) => start::evolve(&mut review, it),
        Event::Opened(it) => open::evolve(&mut review, it),
        Event::Paused(it) => pause::evolve(&mut review, it),
        Event::Resumed(it) => resume::evolve(&mut review, it),
        Event::Decided(it) => review.stage = Stage::Remediating { since: it.at },
        Event::Proven(it) => review.stage = Stage::Proven { since: it.at },
        Event::Accepted(it) => accept::evolve(&mut review, it),
        Event::Rejected(it) => reject::evolve(&mut review, it),
        Event::Cancelled(it) => cancel::evolve(&mut review, it),
    }
    Some(review)
}
