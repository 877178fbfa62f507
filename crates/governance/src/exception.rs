//! An exception: toxic access that cannot be removed now and is countersigned for a while. Pinned to
//! what was frozen when it was proposed, carried by one accountable owner, kept alive by the pulse of
//! its controls. It never hides a finding: the finding's clock runs on beneath it.

use std::collections::BTreeSet;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use crate::control::{Control, Controls, Pulse, Test, TestKind, Verdict};
use crate::facts::Facts;
use crate::id::{ExceptionId, PersonId};
use crate::refusal::{Refusal, Refused, Wait};
use crate::seat::{Business, Seat, SeatName, Signature};

pub mod accept;
pub mod activate;
pub mod answer;
pub mod around;
mod command;
pub mod confirm;
pub mod expire;
pub mod hand_over;
pub mod moot;
#[cfg(test)]
mod outside;
pub mod owner_left;
pub mod propose;
pub mod reject;
pub mod renew;
pub mod resume;
pub mod revoke;
#[cfg(test)]
pub(crate) mod scene;
pub mod sign;
pub mod stage;
pub mod suspend;
pub mod take_over;
pub mod terms;
pub mod test;
pub mod veto;
pub mod withdraw;

pub use around::Around;
pub use command::Command;
pub use stage::{Countersigned, Ending, Given, Stage, Suspension};
pub use terms::{Pin, Terms, Ticket, Use, Why, Window};

/// An exception, as the events say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exception {
    /// Which.
    pub id: ExceptionId,
    /// What was proposed.
    pub terms: Terms,
    /// What was frozen with it.
    pub pin: Pin,
    /// Who drafted it. Drafting is not asking for the access.
    pub proposed_by: PersonId,
    /// When.
    pub proposed_at: Timestamp,
    /// Who has signed it, from which seat: one person, one seat.
    pub signed: Vec<(PersonId, SeatName)>,
    /// What security objected, and what the owner answered.
    pub veto: Option<veto::Veto>,
    /// What the tests of its controls showed, one for each control, in their order.
    pub pulses: Vec<Pulse>,
    /// What it renews, where it is no first one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renews: Option<Box<renew::Renews>>,
    /// To whom its owner handed it, as long as nobody took it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer: Option<hand_over::Offer>,
    /// Since its owner left: who is accountable, and until when somebody must take it over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<owner_left::OwnerLeft>,
    /// Where it stands.
    pub stage: Stage,
}

/// What happened to an exception.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Event {
    /// Put forward.
    #[serde(rename = "exception.proposed.1")]
    Proposed(Box<propose::Proposed>),
    /// Put forward once more.
    #[serde(rename = "exception.renewed.1")]
    Renewed(Box<renew::Renewed>),
    /// The owner took the risk.
    #[serde(rename = "exception.accepted.1")]
    Accepted(accept::Accepted),
    /// The control seat says that the controls are in place.
    #[serde(rename = "exception.confirmed.1")]
    Confirmed(confirm::Confirmed),
    /// Security objects.
    #[serde(rename = "exception.vetoed.1")]
    Vetoed(veto::Vetoed),
    /// The owner answered.
    #[serde(rename = "exception.veto_answered.1")]
    VetoAnswered(answer::Answered),
    /// Legal or compliance signed.
    #[serde(rename = "exception.signed.1")]
    Signed(sign::Signed),
    /// A control was tested.
    #[serde(rename = "exception.control_tested.1")]
    ControlTested(test::Tested),
    /// All is there: it may be in force from now on.
    #[serde(rename = "exception.activated.1")]
    Activated(activate::Activated),
    /// Out of force for now.
    #[serde(rename = "exception.suspended.1")]
    Suspended(suspend::Suspended),
    /// It may be in force again.
    #[serde(rename = "exception.resumed.1")]
    Resumed(resume::Resumed),
    /// Handed to somebody.
    #[serde(rename = "exception.handed_over.1")]
    HandedOver(hand_over::HandedOver),
    /// Somebody else owns it.
    #[serde(rename = "exception.taken_over.1")]
    TakenOver(take_over::TakenOver),
    /// Its owner left.
    #[serde(rename = "exception.owner_left.1")]
    OwnerLeft(owner_left::OwnerLeft),
    /// Its owner is back.
    #[serde(rename = "exception.owner_returned.1")]
    OwnerReturned(owner_left::OwnerReturned),
    /// It is over.
    #[serde(rename = "exception.ended.1")]
    Ended(stage::Ended),
    /// Somebody was told no.
    #[serde(rename = "exception.refused.1")]
    Refused(Refused),
}

/// The half-open time in which an exception is in force, as far as is known now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Force {
    /// From when, inclusive.
    pub from: Timestamp,
    /// Until when, exclusive: its end, the time at which a control has not been shown to work for too
    /// long, or that at which nobody took it over from an owner who left, whichever is earliest.
    pub until: Timestamp,
}

impl Exception {
    /// The boundaries of its being in force; `None` while it cannot be in force at all. They are all
    /// that the one predicate of the store needs (law 7).
    #[must_use]
    pub fn force(&self) -> Option<Force> {
        let Stage::Active { since, .. } = self.stage else { return None };
        let proven = self.proven_until()?;
        let until = proven.min(self.terms.until);
        // Where its owner left, somebody must have taken it over by then.
        Some(Force { from: since, until: self.taken_until().map_or(until, |it| it.min(until)) })
    }

    /// Whether it is in force. Nothing else answers that question: no stage, no event, no sweeper.
    #[must_use]
    pub fn in_force(&self, now: Timestamp) -> bool {
        self.force().is_some_and(|force| force.from <= now && now < force.until)
    }

    /// Until when every control counts as working, if no further test passes; `None` when one of
    /// them has never been shown to.
    #[must_use]
    pub fn proven_until(&self) -> Option<Timestamp> {
        let controls = self.terms.controls.as_slice().iter().zip(&self.pulses);
        controls.map(|(control, pulse)| pulse.holds_until(control)).min().flatten()
    }

    /// Where it stands at a time, in lists and outputs. Expired is computed, whether or not the
    /// consequence has been started.
    #[must_use]
    pub fn status(&self, now: Timestamp) -> &'static str {
        match &self.stage {
            Stage::Ended { ending, .. } => ending.name(),
            Stage::InReview { .. } | Stage::Active { .. } | Stage::Suspended { .. }
                if self.terms.until <= now =>
            {
                "expired"
            }
            Stage::InReview { .. } => "in_review",
            Stage::Active { .. } if self.in_force(now) => "active",
            Stage::Active { .. } | Stage::Suspended { .. } => "suspended",
        }
    }

    /// How many renewals led to it: 0 for a first one.
    #[must_use]
    pub fn renewal(&self) -> u32 {
        self.renews.as_ref().map_or(0, |renews| renews.renewal)
    }

    /// Whether it has ever been in force: what was only put forward allowed nothing.
    #[must_use]
    pub fn was_in_force(&self) -> bool {
        match &self.stage {
            Stage::InReview { .. } => false,
            Stage::Active { .. } | Stage::Suspended { .. } => true,
            Stage::Ended { by, .. } => by.is_some(),
        }
    }

    /// When it ended, or ends.
    #[must_use]
    pub fn end(&self) -> Timestamp {
        match &self.stage {
            Stage::Ended { at, .. } => self.terms.until.min(*at),
            Stage::InReview { .. } | Stage::Active { .. } | Stage::Suspended { .. } => {
                self.terms.until
            }
        }
    }

    /// The one accountable person.
    #[must_use]
    pub fn owner(&self) -> PersonId {
        self.terms.owner
    }

    /// Whether it has ended.
    #[must_use]
    pub fn is_ended(&self) -> bool {
        matches!(self.stage, Stage::Ended { .. })
    }

    /// What it still waits for before it can be in force; empty when there is nothing.
    #[must_use]
    pub fn waits_for(&self, now: Timestamp, around: Around) -> Vec<Wait> {
        let mut waits = around.waits_for(self);
        if self.is_vetoed() {
            waits.push(Wait::Answer);
        }
        let controls = self.terms.controls.as_slice().iter().zip(&self.pulses).enumerate();
        for (index, (control, pulse)) in controls {
            if !pulse.holds(control, now) {
                waits.push(Wait::Control(index.saturating_add(1)));
            }
        }
        waits
    }

    /// Whether a veto binds: security objected and nobody has answered.
    #[must_use]
    pub fn is_vetoed(&self) -> bool {
        self.veto.as_ref().is_some_and(|veto| veto.answered.is_none())
    }

    /// Keeps in mind who signed from which seat.
    pub(crate) fn remember<S: Seat>(&mut self, signature: &Signature<S>) {
        for entry in signature.counts_for() {
            if !self.signed.contains(&entry) {
                self.signed.push(entry);
            }
        }
    }

    pub(crate) fn wrong_stage(
        &self,
        now: Timestamp,
        verb: &'static str,
        wanted: &'static str,
    ) -> Refusal {
        Refusal::WrongStage { noun: "exception", is: self.status(now), verb, wanted }
    }

    /// The acting person signs from a seat, as long as nobody says that the access is theirs: whoever
    /// asked for it has part in it like whoever holds it.
    pub(crate) fn sign<S: Seat>(&self, facts: &Facts) -> Result<Signature<S>, Refusal> {
        let signature = facts.sign::<S>(&self.signed)?;
        let asked: BTreeSet<PersonId> = self.terms.requested_by.iter().copied().collect();
        if facts.is_among(facts.active_person()?, &asked) {
            return Err(Refusal::OwnAccess);
        }
        Ok(signature)
    }

    /// The signatures so far, while it is in review and its end has not come.
    pub(crate) fn in_review(&self, now: Timestamp, verb: &'static str) -> Result<&Given, Refusal> {
        match &self.stage {
            Stage::InReview { given } if now < self.terms.until => Ok(given),
            Stage::InReview { .. }
            | Stage::Active { .. }
            | Stage::Suspended { .. }
            | Stage::Ended { .. } => Err(self.wrong_stage(now, verb, "in review")),
        }
    }

    /// The acting person signs as the owner of this exception.
    pub(crate) fn owner_signs(&self, facts: &Facts) -> Result<Signature<Business>, Refusal> {
        let signature = self.sign::<Business>(facts)?;
        // An owner who came into the security seat owns no more.
        if facts.active_person()?.seats().contains(&SeatName::Security) {
            return Err(Refusal::CannotOwn);
        }
        facts.for_owner(signature, self.owner())
    }
}

/// Answers a command about an exception.
pub(crate) fn decide(
    state: Option<&Exception>,
    facts: &Facts,
    command: Command,
) -> Result<Vec<Event>, Refusal> {
    let known = || state.ok_or(Refusal::Unknown("exception"));
    match command {
        Command::Propose(it) => propose::propose(state, facts, *it),
        Command::Renew(it) => renew::renew(state, facts, *it),
        Command::Accept => accept::accept(known()?, facts),
        Command::Reject(it) => reject::reject(known()?, facts, &it),
        Command::Confirm(it) => confirm::confirm(known()?, facts, &it),
        Command::Veto(it) => veto::veto(known()?, facts, &it),
        Command::Answer(it) => answer::answer(known()?, facts, &it),
        Command::Sign => sign::sign(known()?, facts),
        Command::Activate => activate::activate(known()?, facts),
        Command::Suspend(it) => suspend::suspend(known()?, facts, &it),
        Command::Resume(it) => resume::resume(known()?, facts, &it),
        Command::Revoke(it) => revoke::revoke(known()?, facts, &it),
        Command::Withdraw(it) => withdraw::withdraw(known()?, facts, &it),
        Command::HandOver(it) => hand_over::hand_over(known()?, facts, &it),
        Command::TakeOver => take_over::take_over(known()?, facts),
        Command::OwnerLeft => owner_left::owner_left(known()?, facts),
        Command::Test(it) => test::test(known()?, facts, it),
        Command::Moot => moot::moot(known()?, facts),
        Command::Expire => expire::expire(known()?, facts),
    }
}

/// Adds one event to an exception. An event that its stage cannot have is ignored here and
/// impossible by `decide`; a property holds the two together.
pub(crate) fn evolve(
    id: ExceptionId,
    state: Option<Exception>,
    event: &Event,
) -> Option<Exception> {
    match event {
        Event::Proposed(proposed) => return Some(propose::first(id, proposed)),
        Event::Renewed(renewed) => return Some(renew::first(id, renewed)),
        _ => {}
    }
    let mut exception = state?;
    match event {
        Event::Proposed(_) | Event::Renewed(_) | Event::Refused(_) => {}
        Event::Accepted(accepted) => accept::evolve(&mut exception, accepted),
        Event::Confirmed(confirmed) => confirm::evolve(&mut exception, confirmed),
        Event::Vetoed(vetoed) => veto::evolve(&mut exception, vetoed),
        Event::VetoAnswered(answered) => answer::evolve(&mut exception, answered),
        Event::Signed(signed) => sign::evolve(&mut exception, signed),
        Event::ControlTested(tested) => test::evolve(&mut exception, tested),
        Event::Activated(activated) => activate::evolve(&mut exception, activated),
        Event::Suspended(suspended) => suspend::evolve(&mut exception, suspended),
        Event::Resumed(resumed) => resume::evolve(&mut exception, resumed),
        Event::HandedOver(handed) => hand_over::evolve(&mut exception, handed),
        Event::TakenOver(taken) => take_over::evolve(&mut exception, taken),
        Event::OwnerLeft(left) => exception.left = Some(*left),
        Event::OwnerReturned(_) => exception.left = None,
        Event::Ended(ended) => stage::evolve(&mut exception, ended),
    }
    Some(exception)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::scene::{
        Case, about, answer, confirm, exception_id, facts, machine, object, tested,
    };
    use super::*;
    use crate::actor::Machine;
    use crate::facts::{About, Regulated};
    use crate::scene::{day, id, person, reason};

    #[derive(Debug, Clone)]
    struct Move {
        who: u128,
        what: u8,
        verdict: u8,
        holder: u128,
        ended: bool,
        around: u8,
    }

    fn moves() -> impl Strategy<Value = Vec<Move>> {
        // Mostly what leads somewhere, so that deep states are reached.
        let what = prop_oneof![3 => 0_u8..4, 1 => 4_u8..19];
        let one = (0_u128..9, what, 0_u8..8, 1_u128..40, any::<(u8, u8)>()).prop_map(
            |(who, what, verdict, holder, (ended, around))| Move {
                who,
                what,
                verdict,
                holder,
                ended: ended < 20,
                around,
            },
        );
        proptest::collection::vec(one, 1..60)
    }

    fn told(step: &Move, on: i64, owner: PersonId) -> Facts {
        // Mostly as it was proposed; now and then the process, the rules or the owner have changed.
        let regulated = match step.around {
            0..=15 => Regulated::Yes,
            16..=31 => Regulated::Unknown,
            _ => Regulated::No,
        };
        let about = About { ended: step.ended.then_some("fixed"), regulated, ..about() };
        let owner = person(owner.0.as_u128());
        let owner = if step.around % 8 == 7 { owner.deactivated() } else { owner };
        let base = match step.what {
            3 => machine(Machine::Prober, on),
            18 => machine(Machine::Steward, on),
            13..=15 => machine(Machine::Timekeeper, on),
            _ => facts(step.who.max(1), on),
        };
        let holders = [id(step.holder)].into();
        let other = crate::scene::OTHER_OWNER;
        let (named, next) = (Some(person(other)), Some(id(other)));
        Facts { about: Some(about), holders, owner: Some(owner), named, next, ..base }
    }

    fn ask(step: &Move, on: i64) -> Command {
        match step.what {
            0 => Command::Accept,
            1 => confirm(),
            2 => Command::Sign,
            3 => {
                let verdict = match step.verdict {
                    0 => Verdict::Failed,
                    1 => Verdict::Unknown,
                    _ => Verdict::Passed,
                };
                Command::Test(tested(on, verdict))
            }
            4 => object(),
            5 => answer(),
            6 => Command::Activate,
            7 => Command::Suspend(suspend::Suspend::Person(reason())),
            8 | 9 => Command::Resume(resume::Resume { statement: reason() }),
            10 => Command::Revoke(revoke::Revoke { reason: reason() }),
            11 => Command::Withdraw(withdraw::Withdraw { reason: reason() }),
            12 => Command::Reject(reject::Reject { reason: reason() }),
            13 => Command::Moot,
            14 => Command::Expire,
            16 => super::scene::hand_over(crate::scene::OTHER_OWNER),
            17 => Command::TakeOver,
            18 => Command::OwnerLeft,
            _ => Command::Suspend(suspend::Suspend::Unproven),
        }
    }

    /// What must hold of every exception at every time (laws 6 and 7).
    fn lawful(it: &Exception, now: Timestamp) -> Result<(), TestCaseError> {
        for (who, seat) in &it.signed {
            prop_assert!(it.signed.iter().all(|(a, b)| a != who || b == seat), "one seat each");
        }
        if it.in_force(now) {
            let Stage::Active { by, .. } = &it.stage else {
                return Err(TestCaseError::fail("in force and not active"));
            };
            prop_assert_eq!(by.accepted().person(), it.owner());
            prop_assert_ne!(by.accepted().person(), by.confirmed().person());
            prop_assert!(!it.is_vetoed(), "a veto binds");
            prop_assert!(now < it.terms.until, "no exception without an end");
            prop_assert!(it.taken_until().is_none_or(|until| now < until), "somebody carries it");
            prop_assert!(!it.terms.controls.as_slice().is_empty());
            prop_assert!(it.pulses.iter().all(|pulse| pulse.passed_at.is_some()));
            prop_assert!(!it.pin.regulated || by.legal().is_some());
        }
        prop_assert_eq!(it.in_force(now), it.status(now) == "active");
        Ok(())
    }

    /// What must be so around an exception when it comes into force, and who may end it.
    fn rightful(it: &Exception, event: &Event, facts: &Facts) -> Result<(), TestCaseError> {
        let regulated = facts.about.as_ref().unwrap().regulated;
        let owner = facts.owner.as_ref().unwrap();
        match event {
            Event::Activated(_) => {
                let Stage::Active { by, .. } = &it.stage else { panic!("active") };
                let legal = it.pin.regulated || regulated != Regulated::No;
                prop_assert!(
                    !legal || by.legal().is_some(),
                    "legal signs what is regulated by now"
                );
                prop_assert!(owner.is_active(), "somebody carries the risk");
            }
            Event::Resumed(_) => prop_assert!(owner.is_active(), "somebody carries the risk"),
            Event::Ended(stage::Ended { ending: Ending::OwnerGone { .. }, .. }) => {
                let cannot = !owner.is_active() || facts.holders.contains(&it.owner());
                prop_assert!(cannot, "whoever can sign for it takes it back themselves");
            }
            _ => {}
        }
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        /// Whatever anybody tries in whatever order, the laws hold after every step and between them.
        #[test]
        fn no_sequence_of_commands_breaks_a_law(steps in moves(), regulated in any::<bool>()) {
            let regulated = if regulated { Regulated::Yes } else { Regulated::No };
            let propose = Facts {
                about: Some(About { regulated, ..about() }),
                ..facts(crate::scene::OWNER, 1)
            };
            let mut case = Case::proposed_by(&propose);
            for (on, step) in (2..).zip(&steps) {
                let before = case.exception.clone();
                let owner = before.as_ref().map_or(id(crate::scene::OWNER), Exception::owner);
                let facts = told(step, on, owner);
                if let Ok(events) = case.ask(&facts, ask(step, on)) {
                    for event in events {
                        case.exception = evolve(exception_id(), case.exception, &event);
                        rightful(case.exception.as_ref().unwrap(), &event, &facts)?;
                        case.events.push(event);
                    }
                }
                let it = case.exception.as_ref().unwrap();
                for now in [day(on), day(on + 1), day(on + 2), day(60), day(90)] {
                    lawful(it, now)?;
                }
                if before.is_some_and(|before| before.is_ended()) {
                    prop_assert!(it.is_ended(), "what has ended stays ended");
                }
            }
            let replayed = case
                .events
                .iter()
                .fold(None, |state, event| evolve(exception_id(), state, event));
            prop_assert_eq!(replayed, case.exception);
        }
    }

    #[test]
    fn events_and_state_survive_being_written_down() {
        let case = Case::active()
            .then(&facts(crate::scene::GUARD, 4), object())
            .then(&facts(crate::scene::OWNER, 4), answer());
        for event in &case.events {
            let json = serde_json::to_string(event).unwrap();
            assert_eq!(serde_json::from_str::<Event>(&json).unwrap(), *event, "{json}");
        }
        let json = serde_json::to_string(&case.exception).unwrap();
        let read: Option<Exception> = serde_json::from_str(&json).unwrap();
        assert_eq!(read, case.exception);
    }

    #[test]
    fn an_exception_without_a_control_cannot_be_read_back() {
        let mut json = serde_json::to_value(Case::proposed().exception).unwrap();
        assert!(serde_json::from_value::<Exception>(json.clone()).is_ok());
        json["terms"]["controls"] = serde_json::json!([]);
        assert!(serde_json::from_value::<Exception>(json).is_err());
    }
}
