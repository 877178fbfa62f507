//! The item that the tests of its verbs play with: asked of two owners since day 3, for two weeks, in a
//! review that the control seat started.

use std::collections::BTreeSet;

use countersign_access::rule::Severity;
use jiff::SignedDuration;

use super::decide::{Decide, Decision};
use super::{Command, Event, Item, Known, Wish, decide, evolve, open};
use crate::actor::Machine;
use crate::campaign::{Around, NoAnswer, Plan, Reviewers, Running, StagePlan};
use crate::facts::Facts;
use crate::id::{ItemId, ReviewId};
use crate::refusal::Refusal;
use crate::scene::{self, ADMIN, OTHER_OWNER, OWNER, day, id, reason, text};

pub(crate) fn item_id() -> ItemId {
    ItemId(uuid::Uuid::from_u128(600))
}

pub(crate) fn review_id() -> ReviewId {
    ReviewId(uuid::Uuid::from_u128(500))
}

pub(crate) fn known() -> Known {
    Known {
        review: review_id(),
        number: 1,
        fingerprint: "f".into(),
        shape: "s".into(),
        detail: text("detail"),
        severity: None,
        last_used: None,
    }
}

pub(crate) fn stage_plan() -> StagePlan {
    let people = BTreeSet::from([id(OWNER), id(OTHER_OWNER)]);
    StagePlan { reviewers: Reviewers::People { people }, fallback: None, days: 14 }
}

pub(crate) fn running() -> Running {
    let plan = Plan {
        title: text("title"),
        scope: text("scope"),
        stages: vec![stage_plan()],
        no_answer: NoAnswer::Revoke,
        keep_days_max: 180,
        remind_days: BTreeSet::new(),
        ladder: Vec::new(),
        changed_only: false,
    };
    Running {
        id: review_id(),
        status: "active",
        is_running: true,
        plan,
        started_by: Some(id(ADMIN)),
        began: Some(day(3)),
        paused: SignedDuration::ZERO,
    }
}

pub(crate) fn around(facts: Facts) -> Around {
    facts.review.unwrap_or_default()
}

pub(crate) fn facts(n: u128, on: i64) -> Facts {
    let next_stage = BTreeSet::from([id(OWNER), id(OTHER_OWNER)]);
    let instead = Some(id(ADMIN));
    let review = Around { review: Some(running()), next_stage, instead, ..Around::default() };
    Facts { review: Some(review), ..scene::facts(n, on) }
}

pub(crate) fn machine(which: Machine, on: i64) -> Facts {
    let review = facts(OWNER, on).review;
    Facts { review, ..scene::machine(which, on) }
}

pub(crate) fn two_stages(facts: Facts) -> Facts {
    let mut around = around(facts.clone());
    if let Some(review) = &mut around.review {
        review.plan.stages.push(stage_plan());
    }
    Facts { review: Some(around), ..facts }
}

fn asked(decision: Decision) -> Decide {
    Decide { decision, reason: None, at_once: 1 }
}

pub(crate) fn keep(until: i64) -> Command {
    Command::Decide(asked(Decision::Keep { until: day(until) }))
}

pub(crate) fn keep_because(until: i64) -> Command {
    let decision = Decision::Keep { until: day(until) };
    Command::Decide(Decide { reason: Some(reason()), ..asked(decision) })
}

pub(crate) fn revoke() -> Command {
    Command::Decide(asked(Decision::Change(Wish::Revoke)))
}

pub(crate) fn exception() -> Command {
    Command::Decide(asked(Decision::Change(Wish::Exception)))
}

pub(crate) fn not_mine() -> Command {
    Command::Decide(asked(Decision::NotMine))
}

/// An item and what happened to it.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) item: Option<Item>,
    pub(crate) events: Vec<Event>,
}

impl Case {
    pub(crate) fn nothing() -> Self {
        Self { item: None, events: Vec::new() }
    }

    /// Asks and goes on with what happened; the answer must be yes.
    pub(crate) fn then(mut self, facts: &Facts, command: Command) -> Self {
        let events = self.ask(facts, command).expect("the command is answered with yes");
        for event in events {
            self.item = evolve(item_id(), self.item, &event);
            self.events.push(event);
        }
        self
    }

    pub(crate) fn ask(&self, facts: &Facts, command: Command) -> Result<Vec<Event>, Refusal> {
        decide(self.item.as_ref(), facts, command)
    }

    pub(crate) fn refused(&self, facts: &Facts, command: Command) -> &'static str {
        self.ask(facts, command).expect_err("the command is refused").code()
    }

    pub(crate) fn status(&self) -> &'static str {
        self.item.as_ref().expect("there is an item").status()
    }

    fn opened_as(known: Known) -> Self {
        let reviewers = BTreeSet::from([id(OWNER), id(OTHER_OWNER)]);
        let open = Command::Open(open::Open { known, reviewers });
        Self::nothing().then(&machine(Machine::Registrar, 3), open)
    }

    pub(crate) fn opened() -> Self {
        Self::opened_as(known())
    }

    pub(crate) fn grave() -> Self {
        Self::opened_as(Known { severity: Some(Severity::High), ..known() })
    }
}
