//! What tiers are made of, as plain types: nobody can write down a quorum of nobody.

use std::collections::BTreeSet;

use countersign_governance::process::Criticality;
use countersign_governance::seat::SeatName;

use crate::rules::word::{Word, words};

/// Every criticality, mildest first.
pub const CRITICALITIES: [Criticality; 4] =
    [Criticality::Low, Criticality::Medium, Criticality::High, Criticality::Critical];

impl Word for Criticality {
    const NOUN: &'static str = "criticality";
    fn all() -> &'static [Self] {
        &CRITICALITIES
    }
    fn text(self) -> &'static str {
        self.as_str()
    }
}

impl Word for SeatName {
    const NOUN: &'static str = "seat";
    fn all() -> &'static [Self] {
        &Self::ALL
    }
    fn text(self) -> &'static str {
        self.as_str()
    }
}

words! {
    /// What happens when an exception ends and nothing else was decided (EXC-10).
    AtExpiry is "outcome at expiry" {
        /// The finding's clock runs again, and its owner and the next of the ladder are told.
        Reopen = "reopen",
        /// The access is contained in the way that operations has defined.
        Contain = "contain",
        /// The access is taken away.
        Revoke = "revoke",
    }
}

words! {
    /// When a decision can be had.
    Hours is "kind of hours" {
        /// Around the clock.
        Always = "always",
        /// In the hours of the calendar.
        Working = "working",
    }
}

words! {
    /// How a workflow fails without doing harm, as operations has defined.
    SafeFailure is "safe failure" {
        /// Goes on with less.
        Degrade = "degrade",
        /// Waits.
        Queue = "queue",
        /// Goes on elsewhere.
        FailOver = "fail_over",
        /// Stops.
        Stop = "stop",
    }
}

/// Different seats that all have to sign. Never empty (law 9).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quorum(BTreeSet<SeatName>);

impl Quorum {
    /// These seats, or nothing when there are none.
    #[must_use]
    pub fn of(seats: BTreeSet<SeatName>) -> Option<Self> {
        if seats.is_empty() { None } else { Some(Self(seats)) }
    }

    /// The seats, in their order.
    pub fn seats(&self) -> impl Iterator<Item = SeatName> + '_ {
        self.0.iter().copied()
    }

    /// Whether this seat signs too.
    #[must_use]
    pub fn needs(&self, seat: SeatName) -> bool {
        self.0.contains(&seat)
    }
}

/// Who has to say yes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Approval {
    /// Nobody: low risk and routine. The laws ask for their own signatures all the same.
    Routine,
    /// Every one of these seats, each by another person.
    Seats(Quorum),
}

impl Approval {
    /// Whether this seat has to sign.
    #[must_use]
    pub fn needs(&self, seat: SeatName) -> bool {
        match self {
            Self::Routine => false,
            Self::Seats(quorum) => quorum.needs(seat),
        }
    }
}

/// Resources within reach, from and to inclusive; no end when `to` is nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// The criticality of the process.
    pub criticality: Criticality,
    /// Fewest resources.
    pub from: u64,
    /// Most resources.
    pub to: Option<u64>,
}

impl Range {
    /// Whether a radius lies in it.
    #[must_use]
    pub fn holds(&self, criticality: Criticality, radius: u64) -> bool {
        self.criticality == criticality
            && self.from <= radius
            && self.to.is_none_or(|to| radius <= to)
    }
}

/// One tier: what a case of this weight asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tier {
    /// Its short name.
    pub id: String,
    /// Its name for people.
    pub title: String,
    /// 0 for the mildest.
    pub rank: usize,
    /// From which cases it is computed.
    pub when: Vec<Range>,
    /// Who has to say yes.
    pub approval: Approval,
    /// Most days from a proposal to the end of an exception.
    pub days_max: i64,
    /// Most days between two reviews.
    pub review_days_max: i64,
    /// Most renewals.
    pub renewals_max: u32,
    /// How many tiers each renewal climbs.
    pub renewal_climb: u32,
    /// Days after the end of an exception in which a new request counts as a renewal.
    pub renewal_days: i64,
    /// Days within which somebody must take over from an owner who left.
    pub takeover_days: i64,
    /// What happens at its end.
    pub at_expiry: AtExpiry,
    /// Whether legal or compliance signs even where the process is not regulated.
    pub legal_signs: bool,
    /// Whether a ticket is required.
    pub ticket_required: bool,
    /// Whether a deputy may sign.
    pub deputies_may_sign: bool,
    /// Oldest data, in hours, that a decision may rest on.
    pub data_age_hours_max: i64,
    /// Whether a decision may rest on a read that did not see everything.
    pub partial_reads_accepted: bool,
    /// Whether a second person countersigns a change of policy: of the tier of administration.
    pub second_person: bool,
    /// Most resources within reach for which an exception can be had at all.
    pub radius_max: Option<u64>,
}

impl Tier {
    /// Whether this seat has to sign, legal or compliance included where the tier says so. Where a
    /// process is regulated the laws ask for that signature in every tier.
    #[must_use]
    pub fn needs(&self, seat: SeatName) -> bool {
        self.approval.needs(seat) || (seat == SeatName::Legal && self.legal_signs)
    }
}

/// What security says a tier may not fall below: key of the tier and the least that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Baseline {
    /// The tier's short name.
    pub tier: String,
    /// Key and words, in the order of the keys of a tier.
    pub asks: Vec<(&'static str, String)>,
}

/// How `budget.owner` names whoever owns the process.
pub const PROCESS_OWNER: &str = "process-owner";

/// What operations asks of a workflow in a tier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Constraint {
    /// The tier's short name.
    pub tier: String,
    /// The process, or all of them.
    pub process: Option<String>,
    /// Longest wait for a decision, in hours.
    pub decide_hours_max: u32,
    /// When a decision can be had.
    pub hours: Hours,
    /// How it fails without doing harm.
    pub safe_failure: SafeFailure,
}

/// How much waiting a business risk owner has agreed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Budget {
    /// The tier's short name.
    pub tier: String,
    /// The process, or all of them.
    pub process: Option<String>,
    /// A name from `[people]` of `raci.toml`, or `process-owner` for the person who owns the process.
    pub owner: String,
    /// Hours of waiting for one case.
    pub hours_per_case: u32,
}

/// How far an access reaches, as the graph says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Radius {
    /// Distinct resources within reach: all of them, or as many as were counted.
    pub resources: u64,
    /// Whether they were all counted.
    pub complete: bool,
}
