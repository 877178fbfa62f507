//! The people and the finding that the tests of all verbs play with.

use std::collections::{BTreeMap, BTreeSet};

use countersign_access::change::Holds;
use countersign_access::finding::{Certainty, Fingerprint};
use countersign_access::rule::{Class, Severity};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::actor::{Actor, Machine};
use crate::authority::Authority;
use crate::facts::{Erased, Facts, Reach};
use crate::finding::{Command, Event, Finding, Known, Remedy};
use crate::finding::{
    assign, choose, decide, dispute, evolve, fulfil, open, order, settle, verify,
};
use crate::id::{FindingId, OrderId, PersonId};
use crate::person::{self, Appointment, Person};
use crate::refusal::Refusal;
use crate::seat::SeatName;
use crate::text::{Reason, TextDigest};

pub(crate) const OWNER: u128 = 1;
pub(crate) const OTHER_OWNER: u128 = 2;
pub(crate) const ADMIN: u128 = 3;
pub(crate) const GUARD: u128 = 4;
pub(crate) const ALL_SEATS: u128 = 5;
pub(crate) const AUDITOR: u128 = 6;
/// Stands in for the other owner until day 10.
pub(crate) const DEPUTY: u128 = 7;

pub(crate) const LAWYER: u128 = 8;

pub(crate) fn id(n: u128) -> PersonId {
    PersonId(Uuid::from_u128(n))
}

pub(crate) fn day(n: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * n)
}

pub(crate) fn text(name: &str) -> TextDigest {
    TextDigest(format!("text:sha256:{name}"))
}

pub(crate) fn reason() -> Reason {
    Reason::new("the two permissions are for different ledgers", text("reason")).unwrap()
}

pub(crate) fn person(n: u128) -> Person {
    use SeatName::{Auditor, Business, Control, Legal, Security};
    let seats: &[SeatName] = match n {
        OWNER | OTHER_OWNER | DEPUTY => &[Business],
        ADMIN => &[Control],
        GUARD => &[Security],
        AUDITOR => &[Auditor],
        LAWYER => &[Legal],
        _ => &[Business, Control, Security],
    };
    let stands_in = if n == DEPUTY {
        vec![person::StandIn { person: id(OTHER_OWNER), until: day(10) }]
    } else {
        Vec::new()
    };
    let appointment = Appointment {
        name: text("name"),
        seats: seats.iter().copied().collect(),
        identities: text("identities"),
        stands_in,
        away: None,
        manager: None,
    };
    person::evolve(id(n), None, &person::Event::Appointed(appointment)).unwrap()
}

pub(crate) fn known() -> Known {
    Known {
        fingerprint: Fingerprint("f".into()),
        rule: "p2p.vendor-and-payment".into(),
        class: Class::ToxicPair,
        severity: Severity::High,
        certainty: Certainty::Proven,
        affected_total: 1,
        detail: text("detail"),
        policy: "policy".into(),
    }
}

/// Facts with a person acting on a day; policy permits everything.
pub(crate) fn facts(n: u128, on: i64) -> Facts {
    Facts {
        now: day(on),
        actor: Actor::Person(id(n)),
        person: Some(person(n)),
        named: None,
        others: Vec::new(),
        related: BTreeMap::new(),
        case: None,
        one_case_ended: None,
        owner: None,
        next: None,
        authority: Authority::everything(),
        holders: BTreeSet::new(),
        erased: Erased::default(),
        holders_cut: false,
        by_hand: false,
        due: day(on + 30),
        deputy_for: None,
        on_path: true,
        reach: None,
        about: None,
        policy: None,
        answers: None,
        routine: None,
        review: None,
    }
}

/// Facts with a machine acting on a day.
pub(crate) fn machine(which: Machine, on: i64) -> Facts {
    Facts { actor: Actor::Machine(which), person: None, ..facts(OWNER, on) }
}

pub(crate) fn finding_id() -> FindingId {
    FindingId(Uuid::from_u128(100))
}

pub(crate) fn order_id() -> OrderId {
    OrderId(Uuid::from_u128(200))
}

/// The graph as of a day, in which the combination is nowhere any more.
pub(crate) fn clear(on: i64) -> Reach {
    Reach { read_at: day(on), complete: true, present: false, still: None }
}

pub(crate) fn choose_revoke() -> Command {
    Command::Choose(choose::Choose {
        remedy: Remedy::Revoke,
        change: text("change"),
        system: "erp".into(),
    })
}

pub(crate) fn assign_to(n: u128) -> Command {
    Command::Assign(assign::Assign { owner: id(n) })
}

pub(crate) fn verify_with(holds: Holds, on: i64) -> Command {
    Command::Verify(verify::Verify {
        order: order_id(),
        holds,
        read_at: day(on),
        evidence: text("evidence"),
    })
}

pub(crate) fn disputed() -> Command {
    Command::Dispute(dispute::Disputed { reason: reason() })
}

pub(crate) fn settle_until(until: Option<i64>) -> Command {
    Command::Settle(settle::Settle { reason: reason(), not_toxic_until: until.map(day) })
}

/// A finding and what happened to it.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) finding: Option<Finding>,
    pub(crate) events: Vec<Event>,
}

impl Case {
    pub(crate) fn nothing() -> Self {
        Self { finding: None, events: Vec::new() }
    }

    /// Asks and goes on with what happened; the answer must be yes.
    pub(crate) fn then(mut self, facts: &Facts, command: Command) -> Self {
        let events = self.ask(facts, command).expect("the command is answered with yes");
        for event in events {
            self.finding = evolve(finding_id(), self.finding, &event);
            self.events.push(event);
        }
        self
    }

    pub(crate) fn ask(&self, facts: &Facts, command: Command) -> Result<Vec<Event>, Refusal> {
        decide(self.finding.as_ref(), facts, command)
    }

    pub(crate) fn refused(&self, facts: &Facts, command: Command) -> &'static str {
        self.ask(facts, command).expect_err("the command is refused").code()
    }

    pub(crate) fn status(&self) -> &'static str {
        self.finding.as_ref().expect("there is a finding").status()
    }

    pub(crate) fn opened() -> Self {
        let open = Command::Open(open::Open { known: known() });
        Self::nothing().then(&machine(Machine::Judge, 0), open)
    }

    pub(crate) fn assigned() -> Self {
        let facts = Facts { named: Some(person(OWNER)), ..facts(GUARD, 1) };
        Self::opened().then(&facts, assign_to(OWNER))
    }

    pub(crate) fn chosen() -> Self {
        Self::assigned().then(&facts(OWNER, 2), choose_revoke())
    }

    pub(crate) fn ordered() -> Self {
        let order = Command::Order(order::Order { order: order_id() });
        Self::chosen().then(&facts(ADMIN, 3), order)
    }

    pub(crate) fn fulfilled() -> Self {
        let fulfil = fulfil::Fulfil { order: order_id(), receipt: text("receipt") };
        Self::ordered().then(&machine(Machine::Enforcer, 4), Command::Fulfil(fulfil))
    }

    pub(crate) fn fixed() -> Self {
        let facts = Facts { reach: Some(clear(5)), ..machine(Machine::Enforcer, 5) };
        Self::fulfilled().then(&facts, verify_with(Holds::Yes, 5))
    }
}
