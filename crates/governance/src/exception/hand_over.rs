//! The owner hands an exception to a named person, who takes it over or does not. Until then it stays
//! with its owner, and nothing is cut by it.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Event, Exception};
use crate::facts::Facts;
use crate::id::PersonId;
use crate::refusal::Refusal;
use crate::seat::{Business, Signature};
use crate::text::{Reason, TextDigest};

/// To whom, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandOver {
    /// Who shall carry the risk; also the named person among the facts.
    pub to: PersonId,
    /// Why.
    pub reason: Reason,
}

/// Handed over, and not taken yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HandedOver {
    /// To whom.
    pub to: PersonId,
    /// By whom.
    pub signed: Signature<Business>,
    /// Why.
    pub reason: TextDigest,
}

/// What waits to be taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// Whose it was to hand on.
    pub from: PersonId,
    /// To whom.
    pub to: PersonId,
    /// Since when.
    pub at: Timestamp,
}

pub(super) fn hand_over(
    exception: &Exception,
    facts: &Facts,
    command: &HandOver,
) -> Result<Vec<Event>, Refusal> {
    let signed = exception.owner_signs(facts)?;
    if exception.is_ended() || exception.terms.until <= facts.now {
        let wanted = "in review, active or suspended";
        return Err(exception.wrong_stage(facts.now, "handed over", wanted));
    }
    let named = facts.named.as_ref().filter(|person| person.id() == command.to);
    let named = named.ok_or(Refusal::Unknown("person"))?;
    facts.must_know_of(named)?;
    let asked = exception.terms.requested_by.iter().copied().collect();
    let is_owner = command.to == exception.owner();
    if is_owner || facts.is_among(named, &asked) || !facts.can_own(named) {
        return Err(Refusal::CannotOwn);
    }
    let reason = command.reason.digest().clone();
    Ok(vec![Event::HandedOver(HandedOver { to: command.to, signed, reason })])
}

pub(super) fn evolve(exception: &mut Exception, handed: &HandedOver) {
    exception.remember(&handed.signed);
    let (from, to, at) = (exception.owner(), handed.to, handed.signed.at());
    exception.offer = Some(Offer { from, to, at });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exception::Command;
    use crate::exception::scene::{Case, facts, hand_over};
    use crate::scene::{ADMIN, ALL_SEATS, GUARD, OTHER_OWNER, OWNER, id, person};

    fn to(n: u128) -> (Facts, Command) {
        (Facts { named: Some(person(n)), ..facts(OWNER, 4) }, hand_over(n))
    }

    #[test]
    fn the_owner_hands_it_to_somebody_who_could_own_it_and_nothing_is_cut_by_that() {
        let (facts, command) = to(OTHER_OWNER);
        let case = Case::active().then(&facts, command);
        assert_eq!(case.status(4), "active");
        let exception = case.exception.unwrap();
        assert_eq!(exception.owner(), id(OWNER), "until it is taken it stays where it is");
        assert_eq!(exception.offer.map(|it| it.to), Some(id(OTHER_OWNER)));
    }

    #[test]
    fn it_is_handed_to_nobody_who_cannot_carry_it_and_by_nobody_but_its_owner() {
        for n in [OWNER, ADMIN, GUARD, ALL_SEATS] {
            let (facts, command) = to(n);
            assert_eq!(Case::active().refused(&facts, command), "duty.cannot-own", "{n}");
        }
        let (facts_of_owner, command) = to(OTHER_OWNER);
        let held = Facts { holders: [id(OTHER_OWNER)].into(), ..facts_of_owner };
        assert_eq!(Case::active().refused(&held, command), "duty.cannot-own");
        for (n, code) in [(OTHER_OWNER, "duty.not-the-owner"), (GUARD, "duty.wrong-seat")] {
            let told = Facts { named: Some(person(OTHER_OWNER)), ..facts(n, 4) };
            assert_eq!(Case::active().refused(&told, hand_over(OTHER_OWNER)), code, "{n}");
        }
    }
}
