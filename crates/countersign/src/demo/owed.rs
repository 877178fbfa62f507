//! What each person owes today, counted from the cases as they stand. Whether a deed is really theirs
//! the door decides when they come to it; here stands what their seats are asked for.

use std::collections::BTreeMap;

use countersign_access::fact::SourceId;
use countersign_governance::exception::{Around, Exception, Stage as Standing, Suspension};
use countersign_governance::finding::{Finding, Stage};
use countersign_governance::id::PersonId;
use countersign_governance::refusal::Wait;
use countersign_governance::seat::SeatName;
use countersign_governance::{State, Subject};
use countersign_server::around::around;
use countersign_server::ask::{exception, finding};
use countersign_server::door::{Door, Hands};
use countersign_server::kept::look;
use countersign_store::read::{exception as exceptions, finding as findings};
use jiff::Timestamp;

use super::cast::{broken, missing};
use crate::exit::Failure;

/// Most cases of one kind that are looked through.
const LOOKED_MAX: i64 = 500;

/// Something that is owed, the most urgent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Debt {
    Answer,
    Sign,
    Confirm,
    Resume,
    Mend,
    Overdue,
    Decide,
    Order,
    Script,
    Settle,
    Assign,
    End,
}

/// To whom something falls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Whose {
    Person(PersonId),
    Seat(SeatName),
}

/// All that is owed.
#[derive(Debug, Default)]
pub(super) struct Owed(BTreeMap<(Whose, Debt), usize>);

impl Owed {
    /// Looks through the cases that are not over.
    pub(super) async fn look(door: &Door) -> Result<Self, Failure> {
        let (mut owed, now) = (Self::default(), door.clock.now());
        let filter = findings::Filter::default();
        let page = finding::page(door, &filter, None, LOOKED_MAX).await.map_err(broken)?;
        for row in page.items.iter().filter(|row| row.ended_at.is_none()) {
            let id = row.id.parse().map_err(|_| missing(&row.id))?;
            let looked = look(&door.store, Subject::Finding(id)).await.map_err(broken)?;
            if let (State::Finding(Some(finding)), _) = looked {
                owed.of_finding(door, &finding, now);
            }
        }
        let filter = exceptions::Filter::default();
        let page = exception::page(door, &filter, None, LOOKED_MAX).await.map_err(broken)?;
        for row in &page.items {
            let id = row.id.parse().map_err(|_| missing(&row.id))?;
            let looked = look(&door.store, Subject::Exception(id)).await.map_err(broken)?;
            if let (State::Exception(Some(exception)), _) = looked {
                let around = around(door, &exception).await.map_err(broken)?;
                owed.of_exception(&exception, around, now);
            }
        }
        Ok(owed)
    }

    /// In a sentence, for somebody in these seats.
    pub(super) fn sentence(&self, person: PersonId, seats: &[SeatName]) -> String {
        let mut all: BTreeMap<Debt, usize> = BTreeMap::new();
        for ((whose, debt), count) in &self.0 {
            let is_theirs = match whose {
                Whose::Person(owner) => *owner == person,
                Whose::Seat(seat) => seats.contains(seat),
            };
            if is_theirs {
                let sum = all.entry(*debt).or_default();
                *sum = sum.saturating_add(*count);
            }
        }
        if all.is_empty() {
            return nothing(seats).to_owned();
        }
        let parts: Vec<String> = all.into_iter().map(|(debt, count)| debt.words(count)).collect();
        parts.join(", ")
    }

    fn of_finding(&mut self, door: &Door, finding: &Finding, now: Timestamp) {
        if let Some(owner) = finding.owner().filter(|owner| owner.due < now) {
            self.add(Whose::Person(owner.person), Debt::Overdue);
        }
        if finding.dispute.is_some() {
            self.add(Whose::Seat(SeatName::Security), Debt::Settle);
        }
        match &finding.stage {
            Stage::Open => self.add(Whose::Seat(SeatName::Security), Debt::Assign),
            Stage::Assigned { owner } if owner.due >= now => {
                self.add(Whose::Person(owner.person), Debt::Decide);
            }
            Stage::Chosen { .. } => self.add(Whose::Seat(SeatName::Control), Debt::Order),
            Stage::Remediating { ordered, .. } => {
                let system = SourceId::new(&ordered.chosen.system);
                if door.systems.get(&system) == Some(&Hands::ByHand) {
                    self.add(Whose::Seat(SeatName::Control), Debt::Script);
                }
            }
            Stage::Assigned { .. } | Stage::Fulfilled { .. } | Stage::Ended { .. } => {}
        }
    }

    fn of_exception(&mut self, exception: &Exception, around: Around, now: Timestamp) {
        if exception.is_ended() || exception.terms.until <= now {
            return;
        }
        let owner = Whose::Person(exception.owner());
        let waits = exception.waits_for(now, around);
        for wait in &waits {
            match wait {
                Wait::Seat(SeatName::Business) => self.add(owner, Debt::Sign),
                Wait::Seat(SeatName::Control) => {
                    self.add(Whose::Seat(SeatName::Control), Debt::Confirm);
                }
                Wait::Seat(seat) => self.add(Whose::Seat(*seat), Debt::Sign),
                Wait::Answer => self.add(owner, Debt::Answer),
                Wait::Owner => self.add(Whose::Seat(SeatName::Security), Debt::End),
                Wait::Control(_) | Wait::Rules => {}
            }
        }
        if let Standing::Suspended { because, .. } = &exception.stage {
            match because {
                Suspension::ControlFailed { .. } | Suspension::Unproven { .. }
                    if !waits.is_empty() =>
                {
                    self.add(Whose::Seat(SeatName::Control), Debt::Mend);
                }
                _ if waits.is_empty() => self.add(Whose::Seat(SeatName::Control), Debt::Resume),
                _ => {}
            }
        }
    }

    fn add(&mut self, whose: Whose, debt: Debt) {
        let count = self.0.entry((whose, debt)).or_default();
        *count = count.saturating_add(1);
    }
}

impl Debt {
    fn words(self, count: usize) -> String {
        let many = |one: &str, more: &str| {
            if count == 1 { format!("1 {one}") } else { format!("{count} {more}") }
        };
        match self {
            Self::Answer => many("veto waits for your answer", "vetoes wait for your answer"),
            Self::Sign => {
                many("exception waits for your signature", "exceptions wait for your signature")
            }
            Self::Confirm => many(
                "exception waits for a word that its controls are in place",
                "exceptions wait for a word that their controls are in place",
            ),
            Self::Resume => {
                many("exception can be put back in force", "exceptions can be put back in force")
            }
            Self::Mend => many(
                "exception is suspended because a control failed",
                "exceptions are suspended because a control failed",
            ),
            Self::Overdue => many("finding is overdue", "findings are overdue"),
            Self::Decide => many("finding waits for a decision", "findings wait for a decision"),
            Self::Order => {
                many("chosen remedy is to be ordered", "chosen remedies are to be ordered")
            }
            Self::Script => many("script is to be run by hand", "scripts are to be run by hand"),
            Self::Settle => many("dispute waits for an answer", "disputes wait for an answer"),
            Self::End => {
                many("exception has no owner any more", "exceptions have no owner any more")
            }
            Self::Assign => many("finding has no owner yet", "findings have no owner yet"),
        }
    }
}

/// What somebody does who owes nothing.
fn nothing(seats: &[SeatName]) -> &'static str {
    if seats.contains(&SeatName::Auditor) {
        "nothing to sign: the ledger is there to be checked"
    } else {
        "nothing is owed today"
    }
}
