//! What is so around an exception at the moment of asking and stands in none of its own events: whether
//! its process is regulated by now, and whether its owner is still there to carry the risk. Both are
//! asked anew each time, because both change without anything happening to the exception.

use std::collections::BTreeSet;

use super::{Exception, Given, Stage};
use crate::facts::{Facts, Regulated};
use crate::person::Person;
use crate::refusal::{Refusal, Wait};
use crate::seat::SeatName;

/// What is so around an exception now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Around {
    /// Whether its process is regulated.
    pub regulated: Regulated,
    /// Whether its owner sits where a risk can be carried.
    pub is_owned: bool,
}

impl Around {
    /// As the facts of a decision say.
    pub(super) fn of(exception: &Exception, facts: &Facts) -> Self {
        let about = facts.about.as_ref().filter(|about| about.finding == exception.pin.finding);
        Self {
            regulated: about.map_or(Regulated::Unknown, |about| about.regulated),
            is_owned: owner(exception, facts).is_some_and(Person::can_carry),
        }
    }

    /// Whether legal or compliance must sign: as was frozen, or as it is by now. What was regulated
    /// when it was proposed needs the signature for good.
    #[must_use]
    pub fn legal(self, exception: &Exception) -> Regulated {
        if exception.pin.regulated { Regulated::Yes } else { self.regulated }
    }

    /// The signatures that are missing, and what keeps those that are there from counting.
    pub(super) fn waits_for(self, exception: &Exception) -> Vec<Wait> {
        let mut waits = match &exception.stage {
            Stage::InReview { given } => self.signatures(exception, given),
            Stage::Active { .. } | Stage::Suspended { .. } | Stage::Ended { .. } => Vec::new(),
        };
        // What is in force stays so without its owner; it cannot come into force without one.
        let would_begin =
            matches!(exception.stage, Stage::InReview { .. } | Stage::Suspended { .. });
        if would_begin && !self.is_owned {
            waits.push(Wait::Owner);
        }
        waits
    }

    fn signatures(self, exception: &Exception, given: &Given) -> Vec<Wait> {
        let legal = self.legal(exception);
        let missing = given.missing(legal == Regulated::Yes).into_iter().map(Wait::Seat);
        let unknown = legal == Regulated::Unknown && given.legal.is_none();
        missing.chain(unknown.then_some(Wait::Rules)).collect()
    }
}

/// The refusal for what keeps an exception from being in force; nothing when it waits for nothing.
pub(super) fn must_not_wait(exception: &Exception, waits: Vec<Wait>) -> Result<(), Refusal> {
    if waits.contains(&Wait::Rules) {
        Err(Refusal::OtherRules)
    } else if waits.contains(&Wait::Owner) {
        Err(Refusal::OwnerGone { owner: exception.owner() })
    } else if waits.is_empty() {
        Ok(())
    } else {
        Err(Refusal::NotReady { waits })
    }
}

/// Whether the security seat steps in to end it: its owner cannot sign for it any more, for whatever
/// reason, and the acting person sits in that seat. It ends nothing that somebody in the business
/// still answers for, and it never accepts.
pub(super) fn steps_in(exception: &Exception, facts: &Facts) -> Result<bool, Refusal> {
    let sits = facts.active_person()?.seats().contains(&SeatName::Security);
    Ok(sits && !owner(exception, facts).is_some_and(|owner| could_sign(exception, facts, owner)))
}

fn could_sign(exception: &Exception, facts: &Facts, owner: &Person) -> bool {
    let asked: BTreeSet<_> = exception.terms.requested_by.iter().copied().collect();
    facts.must_know_of(owner).is_ok() && facts.can_own(owner) && !facts.is_among(owner, &asked)
}

fn owner<'a>(exception: &Exception, facts: &'a Facts) -> Option<&'a Person> {
    facts.owner.as_ref().filter(|person| person.id() == exception.owner())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::actor::Machine;
    use crate::control::Verdict;
    use crate::exception::resume::Resume;
    use crate::exception::revoke::Revoke;
    use crate::exception::scene::{
        Case, about, answer, confirm, facts, machine, object, proposal, tested,
    };
    use crate::exception::withdraw::Withdraw;
    use crate::exception::{Command, Ending, Event};
    use crate::facts::About;
    use crate::scene::{ADMIN, ALL_SEATS, GUARD, LAWYER, OTHER_OWNER, OWNER, id, person, reason};

    fn when(regulated: Regulated, facts: Facts) -> Facts {
        Facts { about: Some(About { regulated, ..about() }), ..facts }
    }

    /// The owner as they are after they left.
    fn gone(facts: Facts) -> Facts {
        Facts { owner: Some(person(OWNER).deactivated()), ..facts }
    }

    fn passed(on: i64) -> Command {
        Command::Test(tested(on, Verdict::Passed))
    }

    fn revoke() -> Command {
        Command::Revoke(Revoke { reason: reason() })
    }

    fn withdraw() -> Command {
        Command::Withdraw(Withdraw { reason: reason() })
    }

    fn resume() -> Command {
        Command::Resume(Resume { statement: reason() })
    }

    #[test]
    fn a_process_that_becomes_regulated_after_the_proposal_needs_legal_before_it_is_in_force() {
        let now = |facts| when(Regulated::Yes, facts);
        let case = Case::proposed().accepted().confirmed();
        let case = case.then(&now(machine(Machine::Prober, 3)), passed(3));
        assert_eq!(case.status(3), "in_review");
        let refused = case.ask(&now(facts(OWNER, 3)), Command::Activate).unwrap_err();
        assert_eq!(refused.to_string(), "not yet: the legal seat has not signed");
        assert_eq!(case.refused(&facts(LAWYER, 3), Command::Sign), "case.not-needed");
        let case = case.then(&now(facts(LAWYER, 3)), Command::Sign);
        assert_eq!(case.status(3), "active");
    }

    #[test]
    fn what_was_regulated_when_it_was_proposed_needs_legal_for_good() {
        let case = Case::proposed_by(&when(Regulated::Yes, facts(OWNER, 1)));
        let case = case.accepted().confirmed().passed(3);
        assert_eq!(case.status(3), "in_review");
        let waits = |regulated| {
            Around { regulated, is_owned: true }.waits_for(case.exception.as_ref().unwrap())
        };
        assert_eq!(waits(Regulated::No), [Wait::Seat(SeatName::Legal)]);
        assert_eq!(waits(Regulated::Unknown), [Wait::Seat(SeatName::Legal)]);
    }

    #[test]
    fn where_other_rules_are_in_force_nothing_is_proposed_and_nothing_comes_into_force() {
        let here = |facts| when(Regulated::Unknown, facts);
        let propose = Command::Propose(Box::new(proposal()));
        let refused = Case::nothing().ask(&here(facts(OWNER, 1)), propose).unwrap_err();
        assert_eq!(refused.code(), "case.other-rules");
        assert!(refused.to_string().contains("other rules"), "{refused}");
        assert!(refused.next().contains("with the rules in force"), "{}", refused.next());

        // A signature stands wherever it is given, save the one that would bring it into force.
        let case = Case::proposed().then(&here(facts(OWNER, 2)), Command::Accept);
        let case = case.then(&here(machine(Machine::Prober, 3)), passed(3));
        assert_eq!(case.refused(&here(facts(ADMIN, 3)), confirm()), "case.other-rules");
        assert_eq!(case.refused(&here(facts(LAWYER, 3)), Command::Sign), "case.other-rules");
        assert_eq!(case.refused(&here(facts(OWNER, 3)), Command::Activate), "case.other-rules");
        // Nor does the last test: a node that can tell makes it again.
        let case = Case::proposed().accepted().confirmed();
        let prober = here(machine(Machine::Prober, 3));
        assert_eq!(case.refused(&prober, passed(3)), "case.other-rules");
        let failed = Command::Test(tested(3, Verdict::Failed));
        assert!(case.ask(&prober, failed).is_ok(), "what does not work is recorded");
        // What is in force is tested on.
        assert!(Case::active().ask(&here(machine(Machine::Prober, 4)), passed(4)).is_ok());
    }

    #[test]
    fn without_its_owner_nothing_comes_into_force_or_back_and_the_refusal_says_who_steps_in() {
        let case = Case::proposed().accepted().confirmed();
        // What is so in the system is recorded all the same.
        let case = case.then(&gone(machine(Machine::Prober, 3)), passed(3));
        assert_eq!(case.status(3), "in_review");
        let refused = case.ask(&gone(facts(ADMIN, 3)), Command::Activate).unwrap_err();
        assert_eq!(refused.code(), "case.owner-gone");
        assert!(refused.who_could().contains("security seat"), "{}", refused.who_could());
        let last = Case::proposed().accepted().passed(3);
        assert_eq!(last.refused(&gone(facts(ADMIN, 3)), confirm()), "case.owner-gone");

        let case = Case::active().tested(4, Verdict::Failed).tested(5, Verdict::Passed);
        assert_eq!(case.refused(&gone(facts(ADMIN, 5)), resume()), "case.owner-gone");
        assert!(case.ask(&facts(ADMIN, 5), resume()).is_ok());
    }

    #[test]
    fn an_owner_in_no_fit_seat_any_more_is_gone_and_what_is_in_force_stays() {
        for n in [ADMIN, ALL_SEATS] {
            let now_elsewhere = crate::person::Event::Appointed(person(n).appointment().clone());
            let owner = crate::person::evolve(id(OWNER), None, &now_elsewhere);
            let facts = Facts { owner, ..facts(ADMIN, 5) };
            let case = Case::active().tested(4, Verdict::Failed).tested(5, Verdict::Passed);
            assert_eq!(case.refused(&facts, resume()), "case.owner-gone", "{n}");
        }
        let case = Case::active().then(&gone(machine(Machine::Prober, 4)), passed(4));
        assert_eq!(case.status(4), "active");
    }

    #[test]
    fn security_ends_what_its_owner_can_take_back_no_more_and_nothing_else() {
        // As long as the owner can sign it is theirs.
        assert_eq!(Case::active().refused(&facts(GUARD, 4), revoke()), "duty.wrong-seat");
        assert_eq!(Case::proposed().refused(&facts(GUARD, 2), withdraw()), "duty.not-the-owner");
        for n in [ADMIN, LAWYER] {
            let refused = Case::active().refused(&gone(facts(n, 4)), revoke());
            assert_eq!(refused, "duty.wrong-seat", "{n}");
        }
        let refused = Case::active().refused(&gone(facts(OTHER_OWNER, 4)), revoke());
        assert_eq!(refused, "duty.not-the-owner", "nobody takes the risk over by ending it");

        let case = Case::active().then(&gone(facts(GUARD, 4)), revoke());
        assert_eq!(case.status(4), "revoked");
        let Some(Event::Ended(ended)) = case.events.last() else { panic!("ended") };
        assert!(
            matches!(&ended.ending, Ending::OwnerGone { signed, .. } if signed.person() == id(GUARD))
        );
        let case = Case::proposed().accepted().then(&gone(facts(GUARD, 4)), withdraw());
        assert_eq!(case.status(4), "withdrawn");
        // It answers and accepts nothing in the owner's place.
        let vetoed = Case::active().then(&facts(GUARD, 4), object());
        assert_eq!(vetoed.refused(&gone(facts(GUARD, 4)), answer()), "duty.wrong-seat");
        assert_eq!(vetoed.then(&gone(facts(GUARD, 4)), revoke()).status(4), "revoked");
    }

    #[test]
    fn an_owner_who_came_to_have_part_in_the_access_leaves_nothing_that_nobody_can_end() {
        let holds = |n| Facts { holders: [id(OWNER)].into(), ..facts(n, 4) };
        assert_eq!(Case::active().refused(&holds(OWNER), revoke()), "duty.own-access");
        assert_eq!(Case::active().then(&holds(GUARD), revoke()).status(4), "revoked");
        // Nor does security end what it has part in itself.
        let both = Facts { holders: [id(OWNER), id(GUARD)].into(), ..facts(GUARD, 4) };
        assert_eq!(Case::active().refused(&both, revoke()), "duty.own-access");
    }

    #[test]
    fn who_was_not_found_because_a_limit_cut_the_search_short_does_not_pass_for_uninvolved() {
        let cut = |n, on| Facts { holders_cut: true, ..facts(n, on) };
        let propose = || Command::Propose(Box::new(proposal()));
        assert_eq!(Case::nothing().refused(&cut(OWNER, 1), propose()), "case.holders-cut");
        for (n, command) in [(OWNER, Command::Accept), (ADMIN, confirm()), (GUARD, object())] {
            assert_eq!(Case::proposed().refused(&cut(n, 2), command), "case.holders-cut", "{n}");
        }
        let suspend = Command::Suspend(crate::exception::suspend::Suspend::Person(reason()));
        let case = Case::active().then(&cut(ADMIN, 4), suspend);
        assert_eq!(case.status(4), "suspended", "what only takes away is open to everybody");
    }
}
