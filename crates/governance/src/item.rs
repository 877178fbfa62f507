//! One access that a review asks about: one identity, one entitlement, frozen with its direct sources. A
//! subject of its own, so that two people who decide at once cannot both win, and so that what became of
//! it is known without the others.

use std::collections::BTreeSet;

use countersign_access::rule::Severity;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::authority::Verb;
use crate::campaign::{Around, Running};
use crate::facts::Facts;
use crate::id::{ItemId, PersonId, ReviewId};
use crate::instant::Instant;
use crate::refusal::{Refusal, Refused};
use crate::text::TextDigest;

pub mod decide;
pub mod delegate;
pub mod lapse;
pub mod open;
#[cfg(test)]
pub(crate) mod scene;
pub mod settle;

/// An item, as the events say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Which.
    pub id: ItemId,
    /// What was frozen.
    pub known: Known,
    /// When it was put before somebody first.
    pub opened_at: Timestamp,
    /// The stage in which it is, from zero.
    pub stage: usize,
    /// Who is asked now; whoever of them decides first has decided.
    pub reviewers: BTreeSet<PersonId>,
    /// Since when they are.
    pub asked_at: Timestamp,
    /// Whether it was escalated because nobody answered.
    pub escalated: bool,
    /// Who said that it is not theirs.
    pub passed: BTreeSet<PersonId>,
    /// What was decided, stage by stage.
    pub decisions: Vec<decide::Decided>,
    /// Where it stands.
    pub standing: Standing,
}

/// What is frozen of an item. Node ids and names are in the text behind `detail`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Known {
    /// Of which review.
    pub review: ReviewId,
    /// Its number in it, from one.
    pub number: u64,
    /// What makes it the same access in the next review, and the finding by which it is changed.
    pub fingerprint: String,
    /// What makes it unchanged in the next review: its fingerprint, its direct sources, and how grave it is.
    pub shape: String,
    /// The access with its direct sources, as a text (JSON).
    pub detail: TextDigest,
    /// The worst finding that it takes part in.
    #[schemars(with = "Option<String>")]
    pub severity: Option<Severity>,
    /// When it was used last, as far as the sources say.
    #[schemars(with = "Option<Instant>")]
    pub last_used: Option<Timestamp>,
}

/// Where an item stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "standing", rename_all = "snake_case")]
pub enum Standing {
    /// Somebody is asked.
    Open,
    /// It is kept.
    Kept {
        /// Until when, exclusive: then somebody is asked again.
        until: Timestamp,
    },
    /// It is to change, and of that there is no evidence yet.
    Changing {
        /// How.
        wish: Wish,
        /// Since when.
        since: Timestamp,
    },
    /// It has changed.
    Proven {
        /// How it was to.
        wish: Wish,
        /// By what that is shown.
        proof: settle::Changed,
    },
}

/// How an access is to change. Of each it is proof that the access, as it was frozen, is on no path any
/// more; of an exception that one is in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Wish {
    /// Taken away.
    Revoke,
    /// Less of it.
    Reduce,
    /// Elsewhere only.
    Rescope,
    /// By a short-lived credential instead of a standing one.
    ShortLived,
    /// Asked for when it is needed.
    JustInTime,
    /// It stays for now, countersigned.
    Exception,
}

impl Wish {
    /// Every one.
    pub const ALL: [Self; 6] = [
        Self::Revoke,
        Self::Reduce,
        Self::Rescope,
        Self::ShortLived,
        Self::JustInTime,
        Self::Exception,
    ];

    /// The name in files and outputs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Revoke => "revoke",
            Self::Reduce => "reduce",
            Self::Rescope => "rescope",
            Self::ShortLived => "short_lived",
            Self::JustInTime => "just_in_time",
            Self::Exception => "exception",
        }
    }
}

/// What can be asked of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Put it before somebody.
    Open(open::Open),
    /// Decide about it.
    Decide(decide::Decide),
    /// Put it before somebody else.
    Delegate(delegate::Delegate),
    /// Nobody answered in time.
    Lapse,
    /// See whether it has changed.
    Settle,
}

/// What happened to an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Event {
    /// It is before somebody.
    #[serde(rename = "item.opened.1")]
    Opened(open::Opened),
    /// Somebody decided.
    #[serde(rename = "item.decided.1")]
    Decided(decide::Decided),
    /// Somebody said that it is not theirs.
    #[serde(rename = "item.passed_on.1")]
    PassedOn(decide::PassedOn),
    /// Somebody put it before somebody else.
    #[serde(rename = "item.delegated.1")]
    Delegated(delegate::Delegated),
    /// Nobody answered in time: somebody else is asked.
    #[serde(rename = "item.escalated.1")]
    Escalated(lapse::Escalated),
    /// Nobody answered in time: it is to be taken away.
    #[serde(rename = "item.lapsed.1")]
    Lapsed(lapse::Lapsed),
    /// It has changed.
    #[serde(rename = "item.proven.1")]
    Proven(settle::Changed),
    /// Somebody was told no.
    #[serde(rename = "item.refused.1")]
    Refused(Refused),
}

impl Command {
    /// The verb, where it is one that policy may permit to a person; reports of our own machines
    /// have none.
    #[must_use]
    pub fn verb(&self) -> Option<Verb> {
        match self {
            Self::Decide(_) => Some(Verb::ReviewDecide),
            Self::Delegate(_) => Some(Verb::ReviewDelegate),
            Self::Open(_) | Self::Lapse | Self::Settle => None,
        }
    }
}

impl Item {
    /// The name of its standing in files, lists and outputs.
    #[must_use]
    pub fn status(&self) -> &'static str {
        match self.standing {
            Standing::Open => "open",
            Standing::Kept { .. } => "kept",
            Standing::Changing { .. } => "changing",
            Standing::Proven { .. } => "proven",
        }
    }

    /// How it is to change or has changed.
    #[must_use]
    pub fn wish(&self) -> Option<Wish> {
        match self.standing {
            Standing::Changing { wish, .. } | Standing::Proven { wish, .. } => Some(wish),
            Standing::Open | Standing::Kept { .. } => None,
        }
    }

    /// When whoever is asked has to have answered.
    #[must_use]
    pub fn due(&self, review: &Running) -> Option<Timestamp> {
        let due = review.plan.due(self.stage, review.began?, review.paused);
        Some(if self.escalated { review.plan.escalated_due(due) } else { due })
    }

    /// Whether this person decided about it in a stage before this one.
    #[must_use]
    pub fn was_decided_by(&self, person: PersonId) -> bool {
        self.decisions.iter().any(|it| it.by == person || it.in_place_of == Some(person))
    }

    fn wrong_stage(&self, verb: &'static str) -> Refusal {
        Refusal::WrongStage { noun: "item", is: self.status(), verb, wanted: "open" }
    }

    /// The review that it is of, while something can be decided in it.
    fn running<'a>(&self, facts: &'a Facts) -> Result<(&'a Around, &'a Running), Refusal> {
        let around = facts.review()?;
        let review = around.review.as_ref().filter(|it| it.id == self.known.review);
        let review = review.ok_or(Refusal::Unknown("review"))?;
        if review.is_running {
            Ok((around, review))
        } else {
            Err(Refusal::NotRunning { is: review.status })
        }
    }
}

/// Answers a command about an item.
pub(crate) fn decide(
    state: Option<&Item>,
    facts: &Facts,
    command: Command,
) -> Result<Vec<Event>, Refusal> {
    let known = || state.ok_or(Refusal::Unknown("item"));
    match command {
        Command::Open(it) => open::open(state, facts, it),
        Command::Decide(it) => decide::decide(known()?, facts, &it),
        Command::Delegate(it) => delegate::delegate(known()?, facts, it),
        Command::Lapse => lapse::lapse(known()?, facts),
        Command::Settle => settle::settle(known()?, facts),
    }
}

/// Adds one event to an item.
pub(crate) fn evolve(id: ItemId, state: Option<Item>, event: &Event) -> Option<Item> {
    if let Event::Opened(opened) = event {
        return Some(open::begin(id, opened));
    }
    let mut item = state?;
    match event {
        Event::Opened(_) | Event::Refused(_) => {}
        Event::Decided(it) => decide::evolve(&mut item, it),
        Event::PassedOn(it) => decide::evolve_passed(&mut item, it),
        Event::Delegated(it) => delegate::evolve(&mut item, it),
        Event::Escalated(it) => lapse::evolve_escalated(&mut item, it),
        Event::Lapsed(it) => lapse::evolve(&mut item, it),
        Event::Proven(it) => settle::evolve(&mut item, it),
    }
    Some(item)
}
