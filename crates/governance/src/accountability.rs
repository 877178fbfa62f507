//! Who answers for a control plane of a system, as people have said it since the site's file was
//! written: that it is so, that it passes to somebody else, and that this one has taken it over. The
//! file is the base; how both make one answer is policy's (`raci`). There is one such subject for each
//! control plane of each connected system.

use std::fmt;
use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::authority::Verb;
use crate::facts::{Answers, Facts};
use crate::id::{PersonId, SystemId};
use crate::instant::Instant;
use crate::refusal::{Refusal, Refused};
use crate::seat::{Security, Signature};

/// How long somebody has to take over what was handed to them.
pub const TAKE_WITHIN_DAYS: i64 = 14;

/// What has to be in somebody's hands (ACC-1).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Plane {
    /// Credentials are issued and revoked.
    Credentials,
    /// Privileged access is approved, and emergencies are let in.
    Approval,
    /// Accounts of services are known and owned.
    ServiceAccounts,
    /// Suppliers are reviewed and let go.
    Suppliers,
    /// What happens is seen, escalated and rolled back.
    Detection,
}

/// A control plane of a connected system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Cell {
    /// The control plane.
    pub plane: Plane,
    /// The system.
    pub system: SystemId,
}

/// Who answers for a cell, as the events say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accountability {
    /// Which.
    pub cell: Cell,
    /// Who said last that they answer for it, and when.
    pub said: Option<Said>,
    /// To whom it was handed, who has not taken it over yet.
    pub offer: Option<Offer>,
}

/// Somebody said that they answer for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Said {
    /// Who.
    pub accountable: PersonId,
    /// When.
    #[schemars(with = "Instant")]
    pub at: Timestamp,
}

/// It is to pass to somebody, who takes it over or does not. Until then nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Offer {
    /// Who answers for it meanwhile; nobody where there was none, or several.
    pub from: Option<PersonId>,
    /// Who is to.
    pub to: PersonId,
    /// Until when they can take it over, exclusive.
    #[schemars(with = "Instant")]
    pub until: Timestamp,
    /// The signature for somebody who is gone, or for nobody.
    pub signed: Option<Signature<Security>>,
}

/// What can be asked of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Say that it is so.
    Attest,
    /// Hand it to this person.
    HandOver(PersonId),
    /// Take over what was handed to oneself.
    TakeOver,
}

/// What happened to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Event {
    /// The accountable person said that they are it.
    #[serde(rename = "accountability.attested.1")]
    Attested(Said),
    /// Handed to somebody, who has to take it over.
    #[serde(rename = "accountability.handed_over.1")]
    HandedOver(Offer),
    /// Taken over.
    #[serde(rename = "accountability.taken.1")]
    Taken(Said),
    /// Somebody was told no.
    #[serde(rename = "accountability.refused.1")]
    Refused(Refused),
}

impl Plane {
    /// All five.
    pub const ALL: [Self; 5] = [
        Self::Credentials,
        Self::Approval,
        Self::ServiceAccounts,
        Self::Suppliers,
        Self::Detection,
    ];

    /// The word in files and outputs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Credentials => "credentials",
            Self::Approval => "approval",
            Self::ServiceAccounts => "service_accounts",
            Self::Suppliers => "suppliers",
            Self::Detection => "detection",
        }
    }

    /// The control plane that a verb works on; none for our own administration.
    #[must_use]
    pub fn of(verb: Verb) -> Option<Self> {
        match verb {
            Verb::FindingChoose | Verb::FindingOrder | Verb::FindingWithdrawOrder => {
                Some(Self::Credentials)
            }
            Verb::FindingAssign | Verb::FindingDispute | Verb::FindingSettle => {
                Some(Self::Detection)
            }
            Verb::ExceptionPropose
            | Verb::ExceptionRenew
            | Verb::ExceptionAccept
            | Verb::ExceptionReject
            | Verb::ExceptionConfirm
            | Verb::ExceptionVeto
            | Verb::ExceptionAnswer
            | Verb::ExceptionSign
            | Verb::ExceptionActivate
            | Verb::ExceptionSuspend
            | Verb::ExceptionResume
            | Verb::ExceptionRevoke
            | Verb::ExceptionHandOver
            | Verb::ExceptionTakeOver
            | Verb::ExceptionWithdraw
            | Verb::ReviewDecide
            | Verb::ReviewDelegate => Some(Self::Approval),
            Verb::PersonAppoint
            | Verb::PersonAppointForCase
            | Verb::PersonDeactivate
            | Verb::ProcessDefine
            | Verb::SystemConnect
            | Verb::SystemReleaseRun
            | Verb::PolicyAdopt
            | Verb::PersonUnlink
            | Verb::PolicyCountersign
            | Verb::PolicyWithdraw
            | Verb::AccountabilityAttest
            | Verb::AccountabilityHandOver
            | Verb::AccountabilityTakeOver
            | Verb::ReviewStage
            | Verb::ReviewStart
            | Verb::ReviewPause
            | Verb::ReviewResume
            | Verb::ReviewCancel
            | Verb::ReviewAccept
            | Verb::ReviewReject => None,
        }
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.plane.as_str(), self.system)
    }
}

/// Words that name no control plane of a system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this names no control plane of a system: write PLANE.ID")]
pub struct NoCell;

impl FromStr for Cell {
    type Err = NoCell;

    fn from_str(text: &str) -> Result<Self, NoCell> {
        let (plane, system) = text.split_once('.').ok_or(NoCell)?;
        let plane = Plane::ALL.into_iter().find(|it| it.as_str() == plane).ok_or(NoCell)?;
        Ok(Self { plane, system: system.parse().map_err(|_| NoCell)? })
    }
}

impl Command {
    pub(crate) fn verb(&self) -> Verb {
        match self {
            Self::Attest => Verb::AccountabilityAttest,
            Self::HandOver(_) => Verb::AccountabilityHandOver,
            Self::TakeOver => Verb::AccountabilityTakeOver,
        }
    }
}

/// Answers a command about who answers for a cell.
pub(crate) fn decide(
    state: Option<&Accountability>,
    facts: &Facts,
    command: Command,
) -> Result<Vec<Event>, Refusal> {
    let answers = facts.answers.ok_or(Refusal::Unknown("system"))?;
    match command {
        Command::Attest => {
            let by = facts.permitted_person()?.id();
            if answers.accountable != Some(by) {
                return Err(Refusal::NotAccountable { accountable: answers.accountable });
            }
            Ok(vec![Event::Attested(Said { accountable: by, at: facts.now })])
        }
        Command::HandOver(to) => Ok(vec![Event::HandedOver(hand_over(facts, answers, to)?)]),
        Command::TakeOver => {
            let by = facts.permitted_person()?.id();
            let offer = state.and_then(|state| state.offer.as_ref());
            let offer = offer.filter(|offer| offer.to == by).ok_or(Refusal::NotOffered)?;
            // What was handed over by somebody who does not answer for it any more is nobody's to take.
            if facts.now >= offer.until || offer.from != answers.accountable {
                return Err(Refusal::OfferOver);
            }
            Ok(vec![Event::Taken(Said { accountable: by, at: facts.now })])
        }
    }
}

/// Whoever answers for it hands it on; where they are gone, or there is nobody, security does.
fn hand_over(facts: &Facts, answers: Answers, to: PersonId) -> Result<Offer, Refusal> {
    let by = facts.permitted_person()?.id();
    let signed = if answers.is_active {
        if answers.accountable != Some(by) {
            return Err(Refusal::NotAccountable { accountable: answers.accountable });
        }
        None
    } else {
        if to == by {
            return Err(Refusal::OwnAppointment);
        }
        Some(facts.sign::<Security>(&[])?)
    };
    let next = facts.named.as_ref().filter(|person| person.id() == to);
    let can = next.is_some_and(|person| person.is_active() && person.can_answer());
    if !can || answers.accountable == Some(to) {
        return Err(Refusal::CannotAnswer);
    }
    let days = SignedDuration::from_hours(24 * TAKE_WITHIN_DAYS);
    let until = facts.now.checked_add(days).unwrap_or(Timestamp::MAX);
    Ok(Offer { from: answers.accountable, to, until, signed })
}

/// Adds one event.
pub(crate) fn evolve(
    cell: Cell,
    state: Option<Accountability>,
    event: &Event,
) -> Option<Accountability> {
    let before = || Accountability { cell, said: None, offer: None };
    match event {
        Event::Attested(said) => {
            Some(Accountability { said: Some(*said), ..state.unwrap_or_else(before) })
        }
        Event::HandedOver(offer) => {
            Some(Accountability { offer: Some(offer.clone()), ..state.unwrap_or_else(before) })
        }
        Event::Taken(said) => Some(Accountability { cell, said: Some(*said), offer: None }),
        Event::Refused(_) => state,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::actor::Machine;
    use crate::scene::{self, AUDITOR, DEPUTY, GUARD, OTHER_OWNER, OWNER};
    use crate::seat::SeatName;

    fn cell() -> Cell {
        Cell { plane: Plane::Credentials, system: SystemId(uuid::Uuid::from_u128(7)) }
    }

    /// How it stands when this person answers for it.
    fn by(actor: u128, day: i64, accountable: Option<u128>, is_active: bool) -> Facts {
        let accountable = accountable.map(scene::id);
        let answers = Some(Answers { accountable, is_active });
        Facts { answers, ..scene::facts(actor, day) }
    }

    fn to(facts: Facts, named: u128) -> (Facts, Command) {
        let named = scene::person(named);
        let command = Command::HandOver(named.id());
        (Facts { named: Some(named), ..facts }, command)
    }

    fn offered(from: Option<u128>) -> Accountability {
        let active = from.is_some();
        let actor = from.unwrap_or(GUARD);
        let (facts, command) = to(by(actor, 1, from, active), OTHER_OWNER);
        let events = decide(None, &facts, command).unwrap();
        events.iter().fold(None, |state, event| evolve(cell(), state, event)).unwrap()
    }

    #[test]
    fn only_the_accountable_person_says_that_it_is_so() {
        let said = decide(None, &by(OWNER, 3, Some(OWNER), true), Command::Attest).unwrap();
        let state = evolve(cell(), None, &said[0]).unwrap();
        let expected = Said { accountable: scene::id(OWNER), at: scene::day(3) };
        assert_eq!(state.said, Some(expected));
        let other = decide(None, &by(OTHER_OWNER, 3, Some(OWNER), true), Command::Attest);
        let accountable = Some(scene::id(OWNER));
        assert_eq!(other, Err(Refusal::NotAccountable { accountable }));
        let machine = Facts {
            answers: by(OWNER, 3, Some(OWNER), true).answers,
            ..scene::machine(Machine::Setup, 3)
        };
        assert!(
            decide(None, &machine, Command::Attest).is_err(),
            "no machine answers for anything"
        );
    }

    #[test]
    fn what_is_handed_over_stays_where_it_is_until_it_is_taken() {
        let state = offered(Some(OWNER));
        assert_eq!(state.said, None, "nothing has changed yet");
        let offer = state.offer.as_ref().unwrap();
        assert_eq!((offer.from, offer.signed.is_none()), (Some(scene::id(OWNER)), true));
        let take = |facts: Facts| decide(Some(&state), &facts, Command::TakeOver);
        assert_eq!(take(by(OWNER, 2, Some(OWNER), true)), Err(Refusal::NotOffered));
        let late = 1 + TAKE_WITHIN_DAYS;
        assert_eq!(take(by(OTHER_OWNER, late, Some(OWNER), true)), Err(Refusal::OfferOver));
        let moved = by(OTHER_OWNER, 2, Some(GUARD), true);
        assert_eq!(take(moved), Err(Refusal::OfferOver), "somebody else answers for it meanwhile");
        let taken = take(by(OTHER_OWNER, late - 1, Some(OWNER), true)).unwrap();
        let state = evolve(cell(), Some(state.clone()), &taken[0]).unwrap();
        assert_eq!(state.said.map(|it| it.accountable), Some(scene::id(OTHER_OWNER)));
        assert_eq!(state.offer, None);
    }

    #[test]
    fn security_hands_over_for_whom_is_gone_and_for_nobody_else() {
        for from in [None, Some(OWNER)] {
            let (facts, command) = to(by(GUARD, 1, from, false), OTHER_OWNER);
            let events = decide(None, &facts, command).unwrap();
            let Event::HandedOver(offer) = &events[0] else { panic!("{events:?}") };
            assert_eq!(offer.signed.as_ref().map(Signature::person), Some(scene::id(GUARD)));
            let (facts, command) = to(by(OTHER_OWNER, 1, from, false), DEPUTY);
            let expected = Err(Refusal::WrongSeat { needed: SeatName::Security });
            assert_eq!(decide(None, &facts, command), expected);
        }
        let (facts, command) = to(by(GUARD, 1, Some(OWNER), true), OTHER_OWNER);
        assert!(matches!(decide(None, &facts, command), Err(Refusal::NotAccountable { .. })));
        let (facts, command) = to(by(GUARD, 1, None, false), GUARD);
        assert_eq!(decide(None, &facts, command), Err(Refusal::OwnAppointment));
    }

    #[test]
    fn nobody_hands_it_to_themselves_to_whom_is_gone_or_to_who_only_reads() {
        let handed = |named: u128| {
            let (facts, command) = to(by(OWNER, 1, Some(OWNER), true), named);
            decide(None, &facts, command)
        };
        assert_eq!(handed(OWNER), Err(Refusal::CannotAnswer));
        assert_eq!(handed(AUDITOR), Err(Refusal::CannotAnswer));
        let (facts, command) = to(by(OWNER, 1, Some(OWNER), true), OTHER_OWNER);
        let gone = facts.named.clone().map(crate::person::Person::deactivated);
        let gone = Facts { named: gone, ..facts };
        assert_eq!(decide(None, &gone, command.clone()), Err(Refusal::CannotAnswer));
        let nobody = Facts { named: None, ..gone };
        assert_eq!(decide(None, &nobody, command), Err(Refusal::CannotAnswer));
    }

    #[test]
    fn a_cell_is_read_back_as_it_is_written() {
        assert_eq!(cell().to_string().parse(), Ok(cell()));
        for wrong in ["", "credentials", "keys.00000000-0000-0000-0000-000000000007", "approval.x"]
        {
            assert_eq!(wrong.parse::<Cell>(), Err(NoCell), "{wrong}");
        }
    }
}
