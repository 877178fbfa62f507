//! The review that the tests of its verbs play with: planned on day 1, begun on day 3, two weeks, three
//! items.

use std::collections::BTreeSet;

use super::{Command, Event, Review, accept, cancel, decide, evolve, open, pause, reject, stage};
use crate::actor::Machine;
use crate::campaign::{Around, NoAnswer, Plan, Reviewers, Scoped, StagePlan, Tally};
use crate::facts::Facts;
use crate::id::ReviewId;
use crate::refusal::Refusal;
use crate::scene::{self, ADMIN, OTHER_OWNER, OWNER, id, person, reason, text};

pub(crate) fn review_id() -> ReviewId {
    ReviewId(uuid::Uuid::from_u128(500))
}

pub(crate) fn plan() -> Plan {
    let people = BTreeSet::from([id(OWNER), id(OTHER_OWNER)]);
    let stage = StagePlan { reviewers: Reviewers::People { people }, fallback: None, days: 14 };
    Plan {
        title: text("title"),
        scope: text("scope"),
        stages: vec![stage],
        no_answer: NoAnswer::Revoke,
        keep_days_max: 180,
        remind_days: BTreeSet::from([2]),
        ladder: Vec::new(),
        changed_only: false,
    }
}

pub(crate) fn stage_of(plan: Plan) -> Command {
    Command::Stage(Box::new(stage::Stage { plan }))
}

fn around() -> Around {
    let tally = Tally { items: 3, open: 3, ..Tally::default() };
    Around { scope: Scoped { items: 3, whole: true }, tally, ..Around::default() }
}

pub(crate) fn facts(n: u128, on: i64) -> Facts {
    let others = [OWNER, OTHER_OWNER, ADMIN, scene::AUDITOR].map(person).to_vec();
    Facts { review: Some(around()), others, ..scene::facts(n, on) }
}

pub(crate) fn machine(which: Machine, on: i64) -> Facts {
    Facts { review: Some(around()), ..scene::machine(which, on) }
}

pub(crate) fn scoped(facts: Facts, items: u64, whole: bool) -> Facts {
    let around = facts.review.clone().unwrap_or_default();
    Facts { review: Some(Around { scope: Scoped { items, whole }, ..around }), ..facts }
}

/// Items, those that are open, kept, and changing.
pub(crate) fn tally(facts: Facts, (items, open, kept, changing): (u64, u64, u64, u64)) -> Facts {
    let proven = items - open - kept - changing;
    let tally = Tally { items, open, kept, changing, proven };
    let around = facts.review.clone().unwrap_or_default();
    Facts { review: Some(Around { tally, ..around }), ..facts }
}

pub(crate) fn took_part(facts: Facts) -> Facts {
    let around = facts.review.clone().unwrap_or_default();
    Facts { review: Some(Around { took_part: true, ..around }), ..facts }
}

pub(crate) fn open() -> Command {
    Command::Open(open::Open { position: 7, digest: "d".into() })
}

pub(crate) fn pause() -> Command {
    Command::Pause(pause::Pause { reason: reason() })
}

pub(crate) fn cancel() -> Command {
    Command::Cancel(cancel::Cancel { reason: reason() })
}

pub(crate) fn accept() -> Command {
    Command::Accept(accept::Accept { reason: reason() })
}

pub(crate) fn reject() -> Command {
    Command::Reject(reject::Reject { reason: reason() })
}

/// A review and what happened to it.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) review: Option<Review>,
    pub(crate) events: Vec<Event>,
}

impl Case {
    pub(crate) fn nothing() -> Self {
        Self { review: None, events: Vec::new() }
    }

    /// Asks and goes on with what happened; the answer must be yes.
    pub(crate) fn then(mut self, facts: &Facts, command: Command) -> Self {
        let events = self.ask(facts, command).expect("the command is answered with yes");
        for event in events {
            self.review = evolve(review_id(), self.review, &event);
            self.events.push(event);
        }
        self
    }

    pub(crate) fn ask(&self, facts: &Facts, command: Command) -> Result<Vec<Event>, Refusal> {
        decide(self.review.as_ref(), facts, command)
    }

    pub(crate) fn refused(&self, facts: &Facts, command: Command) -> &'static str {
        self.ask(facts, command).expect_err("the command is refused").code()
    }

    pub(crate) fn status(&self) -> &'static str {
        self.review.as_ref().expect("there is a review").status()
    }

    pub(crate) fn staged() -> Self {
        Self::nothing().then(&facts(ADMIN, 1), stage_of(plan()))
    }

    pub(crate) fn started() -> Self {
        Self::staged().then(&facts(ADMIN, 2), Command::Start)
    }

    pub(crate) fn active() -> Self {
        Self::started().then(&machine(Machine::Registrar, 3), open())
    }

    pub(crate) fn decided() -> Self {
        let seen = tally(machine(Machine::Registrar, 8), (3, 0, 2, 1));
        Self::active().then(&seen, Command::Progress)
    }

    pub(crate) fn proven() -> Self {
        let seen = tally(machine(Machine::Registrar, 9), (3, 0, 2, 0));
        Self::decided().then(&seen, Command::Progress)
    }
}
