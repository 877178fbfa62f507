//! Somebody takes an exception over: whoever it was handed to by its owner, or who is accountable since
//! its owner left. They sign for the risk by that; what the owner before them had signed counts for
//! nothing any more. Nothing comes into force by it, and nothing is cut.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Event, Exception, Stage, owner_left};
use crate::facts::Facts;
use crate::id::PersonId;
use crate::refusal::Refusal;
use crate::seat::{Business, SeatName, Signature};

/// Taken over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TakenOver {
    /// From whom.
    pub from: PersonId,
    /// By whom: the owner from now on.
    pub signed: Signature<Business>,
}

pub(super) fn take_over(exception: &Exception, facts: &Facts) -> Result<Vec<Event>, Refusal> {
    let signed = exception.sign::<Business>(facts)?;
    // Whoever sets the rules owns nothing under them.
    if facts.active_person()?.seats().contains(&SeatName::Security) {
        return Err(Refusal::CannotOwn);
    }
    let by = signed.person();
    if !exception.is_offered_to(by) {
        return Err(Refusal::NotOffered);
    }
    if exception.is_ended() || exception.terms.until <= facts.now {
        let wanted = "in review, active or suspended";
        return Err(exception.wrong_stage(facts.now, "taken over", wanted));
    }
    let mut events: Vec<Event> = owner_left::lapsed(exception, facts.now).into_iter().collect();
    events.push(Event::TakenOver(TakenOver { from: exception.owner(), signed }));
    Ok(events)
}

impl Exception {
    /// Whether this person may take it over: its owner handed it to them, or left and they are
    /// accountable since then.
    #[must_use]
    pub fn is_offered_to(&self, person: PersonId) -> bool {
        let owner = self.owner();
        let handed = self.offer.is_some_and(|it| it.from == owner && it.to == person);
        let left = self.left.is_some_and(|it| it.accountable == Some(person));
        person != owner && (handed || left)
    }

    /// Until when somebody must take it over, where its owner left.
    #[must_use]
    pub fn taken_until(&self) -> Option<Timestamp> {
        self.left.map(|left| left.until)
    }
}

pub(super) fn evolve(exception: &mut Exception, taken: &TakenOver) {
    exception.remember(&taken.signed);
    exception.terms.owner = taken.signed.person();
    exception.offer = None;
    exception.left = None;
    match &mut exception.stage {
        // What is in review is decided on by whoever owns it now.
        Stage::InReview { given } => given.accepted = None,
        Stage::Active { by, .. } | Stage::Suspended { by, .. } => {
            *by = by.clone().accepted_anew(taken.signed.clone());
        }
        Stage::Ended { .. } => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exception::Command;
    use crate::exception::scene::{Case, facts, hand_over, steward};
    use crate::scene::{ADMIN, DEPUTY, GUARD, OTHER_OWNER, OWNER, id, person};

    fn handed(case: Case) -> Case {
        let named = Facts { named: Some(person(OTHER_OWNER)), ..facts(OWNER, 4) };
        case.then(&named, hand_over(OTHER_OWNER))
    }

    fn gone(n: u128, on: i64) -> Facts {
        Facts { owner: Some(person(OWNER).deactivated()), ..facts(n, on) }
    }

    #[test]
    fn whoever_it_was_handed_to_carries_the_risk_by_their_own_signature() {
        let case = handed(Case::active()).then(&facts(OTHER_OWNER, 4), Command::TakeOver);
        assert_eq!(case.status(4), "active", "nothing is cut by it");
        let it = case.exception.clone().unwrap();
        assert_eq!(it.owner(), id(OTHER_OWNER));
        let Stage::Active { by, .. } = &it.stage else { panic!("active") };
        assert_eq!(by.accepted().person(), id(OTHER_OWNER));
        assert_eq!(case.refused(&facts(OTHER_OWNER, 5), Command::TakeOver), "duty.not-offered");
    }

    #[test]
    fn in_review_the_acceptance_of_the_owner_before_falls() {
        let case = handed(Case::proposed().accepted());
        let case = case.then(&facts(OTHER_OWNER, 4), Command::TakeOver);
        let Stage::InReview { given } = &case.exception.as_ref().unwrap().stage else { panic!() };
        assert_eq!(given.accepted, None);
        assert_eq!(case.refused(&facts(OWNER, 5), Command::Accept), "duty.not-the-owner");
        assert!(case.ask(&facts(OTHER_OWNER, 5), Command::Accept).is_ok());
    }

    #[test]
    fn nobody_takes_what_was_not_handed_to_them_or_confirmed_it_themselves() {
        for (n, code) in
            [(DEPUTY, "duty.not-offered"), (ADMIN, "duty.wrong-seat"), (GUARD, "duty.wrong-seat")]
        {
            let case = handed(Case::active());
            assert_eq!(case.refused(&facts(n, 4), Command::TakeOver), code, "{n}");
        }
        assert_eq!(
            Case::active().refused(&facts(OTHER_OWNER, 4), Command::TakeOver),
            "duty.not-offered"
        );
        let held = Facts { holders: [id(OTHER_OWNER)].into(), ..facts(OTHER_OWNER, 4) };
        assert_eq!(handed(Case::active()).refused(&held, Command::TakeOver), "duty.own-access");
    }

    #[test]
    fn whoever_is_accountable_since_the_owner_left_takes_it_and_too_late_it_waits_for_the_control_seat()
     {
        let case = Case::active().then(&steward(Some(OTHER_OWNER), 4), Command::OwnerLeft);
        let soon = case.clone().then(&gone(OTHER_OWNER, 4), Command::TakeOver);
        assert_eq!(soon.status(4), "active");
        // Its controls were tested on, and nobody took it in time.
        let case = (4..19).fold(case, Case::passed);
        let late = case.then(&gone(OTHER_OWNER, 18), Command::TakeOver);
        assert_eq!(late.status(18), "suspended", "too late it does not come back by itself");
    }
}
