//! The exception that the tests of its verbs play with: proposed on day 1 until day 60, one control
//! whose passed test is good for two days.

use jiff::Timestamp;

use super::confirm::Confirm;
use super::hand_over::HandOver;
use super::propose::Propose;
use super::renew::Renew;
use super::test::Tested;
use super::veto::Object;
use super::{Command, Event, Exception, Use, Why, answer, decide, evolve};
use crate::actor::Machine;
use crate::control::{Control, Test, TestKind, Verdict};
use crate::facts::{About, Before, Facts, Frozen, LastPeriod, Regulated};
use crate::id::ExceptionId;
use crate::refusal::Refusal;
use crate::scene::{self, ADMIN, OWNER, day, id, person, reason, text};

pub(crate) fn exception_id() -> ExceptionId {
    ExceptionId(uuid::Uuid::from_u128(300))
}

pub(crate) fn about() -> About {
    About {
        finding: scene::finding_id(),
        fingerprint: "f".into(),
        rule: "p2p.vendor-and-payment".into(),
        detail: text("detail"),
        ended: None,
        due: Some(day(31)),
        regulated: Regulated::No,
        tier: "elevated".into(),
        frozen: Ok(Frozen { digest: text("frozen"), covered_total: 1 }),
        covered: Some(1),
        days_max: 90,
        review_days_max: 30,
        takeover_days: 14,
        before: None,
    }
}

/// The exception of [`Case::active`] after most of its life: the next renewal is the first of two.
pub(crate) fn before() -> Before {
    Before {
        exception: exception_id(),
        renewal: 0,
        end: day(60),
        stands: true,
        renewal_days: 30,
        renewals_max: 2,
        at_the_top: false,
        waits: false,
        last: Some(LastPeriod {
            controls_passed: true,
            repeated: None,
            evidence: text("last period"),
        }),
    }
}

/// A renewal of it until day 120.
pub(crate) fn renewal() -> Renew {
    Renew {
        of: exception_id(),
        propose: Propose { until: day(120), ..proposal() },
        used_for: reason(),
        plan: Vec::new(),
    }
}

pub(crate) fn regulated() -> About {
    About { regulated: Regulated::Yes, ..about() }
}

pub(crate) fn facts(n: u128, on: i64) -> Facts {
    Facts {
        named: Some(person(OWNER)),
        others: vec![person(ADMIN)],
        owner: Some(person(OWNER)),
        about: Some(about()),
        ..scene::facts(n, on)
    }
}

pub(crate) fn machine(which: Machine, on: i64) -> Facts {
    let owner = Some(person(OWNER));
    Facts { about: Some(about()), owner, ..scene::machine(which, on) }
}

pub(crate) fn control() -> Control {
    Control {
        what: text("what"),
        owner: id(ADMIN),
        test: Test { kind: TestKind::NoLogin, system: Some("erp".into()), probe: text("probe") },
        every_hours: 24,
        max_age_hours: 48,
    }
}

pub(crate) fn proposal() -> Propose {
    let why = Why { need: reason(), not_removable: reason(), would_change: reason() };
    Propose {
        finding: scene::finding_id(),
        owner: id(OWNER),
        why,
        used: Use::Continuous,
        controls: vec![control()],
        until: day(60),
        review_days: 30,
        requested_by: Vec::new(),
        ticket: None,
    }
}

pub(crate) fn hand_over(n: u128) -> Command {
    Command::HandOver(HandOver { to: id(n), reason: reason() })
}

/// What the steward is told where the owner has left and this person would be next.
pub(crate) fn steward(next: Option<u128>, on: i64) -> Facts {
    let owner = Some(person(OWNER).deactivated());
    Facts { owner, next: next.map(id), ..machine(Machine::Steward, on) }
}

pub(crate) fn confirm() -> Command {
    Command::Confirm(Confirm { statement: reason() })
}

pub(crate) fn object() -> Command {
    Command::Veto(Object { reason: reason() })
}

pub(crate) fn answer() -> Command {
    Command::Answer(answer::Answer { reason: reason() })
}

pub(crate) fn tested(on: i64, verdict: Verdict) -> Tested {
    Tested { control: 1, read_at: day(on), verdict, evidence: text("evidence") }
}

/// An exception and what happened to it.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) exception: Option<Exception>,
    pub(crate) events: Vec<Event>,
}

impl Case {
    pub(crate) fn nothing() -> Self {
        Self { exception: None, events: Vec::new() }
    }

    pub(crate) fn ask(&self, facts: &Facts, command: Command) -> Result<Vec<Event>, Refusal> {
        decide(self.exception.as_ref(), facts, command)
    }

    /// Asks and goes on with what happened; the answer must be yes.
    pub(crate) fn then(mut self, facts: &Facts, command: Command) -> Self {
        let events = self.ask(facts, command).expect("the command is answered with yes");
        for event in events {
            self.exception = evolve(exception_id(), self.exception, &event);
            self.events.push(event);
        }
        self
    }

    pub(crate) fn refused(&self, facts: &Facts, command: Command) -> &'static str {
        self.ask(facts, command).expect_err("the command is refused").code()
    }

    pub(crate) fn status(&self, on: i64) -> &'static str {
        self.status_at(day(on))
    }

    pub(crate) fn status_at(&self, now: Timestamp) -> &'static str {
        self.exception.as_ref().expect("there is an exception").status(now)
    }

    pub(crate) fn proposed() -> Self {
        Self::proposed_by(&facts(OWNER, 1))
    }

    pub(crate) fn proposed_by(facts: &Facts) -> Self {
        Self::nothing().then(facts, Command::Propose(Box::new(proposal())))
    }

    pub(crate) fn accepted(self) -> Self {
        self.then(&facts(OWNER, 3), Command::Accept)
    }

    pub(crate) fn confirmed(self) -> Self {
        self.then(&facts(ADMIN, 3), confirm())
    }

    pub(crate) fn tested(self, on: i64, verdict: Verdict) -> Self {
        self.then(&machine(Machine::Prober, on), Command::Test(tested(on, verdict)))
    }

    pub(crate) fn passed(self, on: i64) -> Self {
        self.tested(on, Verdict::Passed)
    }

    /// In force since day 3.
    pub(crate) fn active() -> Self {
        Self::proposed().accepted().confirmed().passed(3)
    }
}
