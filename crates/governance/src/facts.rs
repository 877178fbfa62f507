//! What governance is told beside state and command: who acts, what policy says, what the clock says
//! and what the graph shows. Gathered by the server before it asks for a decision.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use crate::actor::{Actor, Machine};
use crate::adoption::Around;
use crate::appointment::{OneCase, Person, bound};
use crate::authority::Authority;
use crate::campaign;
use crate::criticality::Criticality;
use crate::id::{ExceptionId, FindingId, PersonId};
use crate::refusal::{NotFrozen, Refusal};
use crate::seat::{Business, Seat, SeatName, Signature};
use crate::text::TextDigest;

/// All that a decision may rest on.
#[derive(Debug, Clone)]
pub struct Facts {
    /// The clock.
    pub now: Timestamp,
    /// Who gives the command.
    pub actor: Actor,
    /// The actor's record, when a person.
    pub person: Option<Person>,
    /// The person whom the command names (an owner to be), if any.
    pub named: Option<Person>,
    /// Other people whom the command names (who answers for a control).
    pub others: Vec<Person>,
    /// Records of those to whom the people of this decision report or for whom they stand in, as far up as
    /// it goes.
    pub related: BTreeMap<PersonId, Person>,
    /// The case that the command is about, where it is one that is signed.
    pub case: Option<OneCase>,
    /// Whether the case for which somebody from outside is to be appointed has ended; nothing where there
    /// is none, or nobody asks.
    pub one_case_ended: Option<bool>,
    /// The record of the person who owns the exception, as it is now.
    pub owner: Option<Person>,
    /// Who would be accountable for the exception if its owner left: whoever is already, a deputy, or the
    /// next by the ways to an owner.
    pub next: Option<PersonId>,
    /// What policy says about this verb for this actor.
    pub authority: Authority,
    /// Who holds the access at stake, asked for it, or holds a credential of it.
    pub holders: BTreeSet<PersonId>,
    /// Of whom that cannot be known any more.
    pub erased: Erased,
    /// Whether a limit cut the search for them short: whoever was not found may still be one.
    pub holders_cut: bool,
    /// Whether the system of the order is changed by a person who runs our script.
    pub by_hand: bool,
    /// When a finding that is assigned now is due, by its tier and the calendar.
    pub due: Timestamp,
    /// For whom the actor may sign this case as a deputy, as appointment and policy say together; that
    /// person stays accountable.
    pub deputy_for: Option<PersonId>,
    /// Whether the change that the command names touches one of the finding's own paths.
    pub on_path: bool,
    /// What the graph shows, where the verb needs it.
    pub reach: Option<Reach>,
    /// The finding that an exception is about.
    pub about: Option<About>,
    /// What a decision about the policy rests on.
    pub policy: Option<Around>,
    /// Who answers for the control plane of a system that the command is about.
    pub answers: Option<Answers>,
    /// What a decision about a review or one of its items rests on.
    pub review: Option<campaign::Around>,
    /// That the policy lets the case pass without a person; nothing where it does not.
    pub routine: Option<Routine>,
}

/// That the policy in force lets cases of this tier pass without a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Routine {
    /// What of the policy says so, as `tier.ID.KEY`.
    pub by: String,
    /// How critical the process of the case counts as.
    pub criticality: Criticality,
}

/// Who answers for a control plane of a system, by file and events together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answers {
    /// Who; nobody where there is none, or several.
    pub accountable: Option<PersonId>,
    /// Whether that is one person who is active.
    pub is_active: bool,
}

/// What an exception needs to know of the finding that it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// Which.
    pub finding: FindingId,
    /// What makes it the same finding.
    pub fingerprint: String,
    /// The rule's id.
    pub rule: String,
    /// The finding as the engine describes it, as a text (JSON).
    pub detail: TextDigest,
    /// How it ended, if it has.
    pub ended: Option<&'static str>,
    /// When it is due.
    pub due: Option<Timestamp>,
    /// Whether legal or compliance signs, as things stand now.
    pub regulated: Regulated,
    /// Its tier, as things stand now.
    pub tier: String,
    /// What would be frozen now, or why nothing can be.
    pub frozen: Result<Frozen, NotFrozen>,
    /// How many of those whom the exception covers it still affects; `None` when that cannot be told.
    pub covered: Option<u64>,
    /// Most days until an exception ends, by tier.
    pub days_max: i64,
    /// Most days between two reviews, by tier.
    pub review_days_max: i64,
    /// Days within which somebody must take over from an owner who left, by tier.
    pub takeover_days: i64,
    /// The exception about the same finding that has been in force and ended or ends last, where there is
    /// one and the command puts another forward.
    pub before: Option<Before>,
}

/// An exception that another one would follow, and what is known of its last period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Before {
    /// Which.
    pub exception: ExceptionId,
    /// How many renewals led to it.
    pub renewal: u32,
    /// When it ended, or ends.
    pub end: Timestamp,
    /// Whether it has not ended yet.
    pub stands: bool,
    /// Days after its end in which a new request counts as a renewal, by tier.
    pub renewal_days: i64,
    /// Most renewals, by tier.
    pub renewals_max: u32,
    /// Whether a renewal now would climb beyond the gravest tier.
    pub at_the_top: bool,
    /// Whether another renewal of it waits for signatures already.
    pub waits: bool,
    /// What is known of its last period, where the command renews it.
    pub last: Option<LastPeriod>,
}

/// What is known of the last period of an exception.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastPeriod {
    /// Whether each of its controls passed a test since it came into force.
    pub controls_passed: bool,
    /// A part of the reason in which the renewal says the same words as before, by name.
    pub repeated: Option<&'static str>,
    /// All of it, as a text (JSON).
    pub evidence: TextDigest,
}

impl Before {
    /// Whether a request for an exception until this end is a renewal of it: it would outlast one that
    /// stands, or comes soon after the end of one.
    #[must_use]
    pub fn is_renewed_by(&self, now: Timestamp, until: Timestamp) -> bool {
        let hours = self.renewal_days.saturating_mul(24);
        let soon = SignedDuration::from_hours(hours);
        let counts_until = self.end.saturating_add(soon).unwrap_or(Timestamp::MAX);
        if self.stands && now < self.end { self.end < until } else { now < counts_until }
    }
}

/// Whether legal or compliance signs too: the process of a rule is regulated, or the tier asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Regulated {
    /// It is.
    Yes,
    /// It is not.
    No,
    /// It cannot be told here: the rules of this node are not the ones in force.
    Unknown,
}

/// Identities, credentials and systems as the graph shows them, to be frozen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frozen {
    /// All of it, as a text (JSON).
    pub digest: TextDigest,
    /// How many identities.
    pub covered_total: u64,
}

/// What was erased of the records that show who has part in an access.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Erased {
    /// Whether the record of whom the finding affects was.
    pub affected: bool,
    /// Whose identities were.
    pub people: BTreeSet<PersonId>,
}

/// What the graph shows about one finding, and as of when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    /// Start of the newest accepted read of the system in question.
    pub read_at: Timestamp,
    /// Whether that read saw everything.
    pub complete: bool,
    /// Whether a finding with this fingerprint is in the graph.
    pub present: bool,
    /// Whether anybody who was affected still has the combination, on whatever path; the detail
    /// (through which role) is kept as a text under this digest.
    pub still: Option<TextDigest>,
}

impl Facts {
    /// The acting person, if it is one and is active.
    pub(crate) fn active_person(&self) -> Result<&Person, Refusal> {
        let Actor::Person(_) = self.actor else { return Err(Refusal::WrongActor("a person")) };
        let person = self.person.as_ref().ok_or(Refusal::Unknown("person"))?;
        if person.is_active() { Ok(person) } else { Err(Refusal::Inactive) }
    }

    /// The acting person, if policy permits the verb. What it objects to is said last, by `decide`:
    /// nobody is sent to mend something that would not help.
    pub(crate) fn permitted_person(&self) -> Result<&Person, Refusal> {
        let person = self.active_person()?;
        if self.authority.permitted || self.authority.sign_in.is_some() {
            return Ok(person);
        }
        let Authority { seats, by, .. } = self.authority.clone();
        Err(Refusal::NotPermitted { seats, by })
    }

    /// Policy objects to nothing in how things stand, and to no sign-in.
    pub(crate) fn must_not_object(&self) -> Result<(), Refusal> {
        if let Some(sign_in) = self.authority.sign_in {
            return Err(Refusal::SignIn(sign_in));
        }
        if self.authority.objections.is_empty() {
            return Ok(());
        }
        Err(Refusal::Objected { objections: self.authority.objections.clone() })
    }

    /// Only this machine may go on.
    pub(crate) fn machine(&self, wanted: Machine) -> Result<(), Refusal> {
        match (self.actor, wanted) {
            (Actor::Machine(is), _) if is == wanted => Ok(()),
            (_, Machine::Setup) => Err(Refusal::WrongActor("the first start")),
            (_, Machine::Observer) => Err(Refusal::WrongActor("the reader of systems")),
            (_, Machine::Judge) => Err(Refusal::WrongActor("the judge")),
            (_, Machine::Enforcer) => Err(Refusal::WrongActor("the enforcer")),
            (_, Machine::Prober) => Err(Refusal::WrongActor("the prober")),
            (_, Machine::Timekeeper) => Err(Refusal::WrongActor("the timekeeper")),
            (_, Machine::Steward) => Err(Refusal::WrongActor("the check of who answers for what")),
            (_, Machine::Doorkeeper) => Err(Refusal::WrongActor("the provider of sign-ins")),
            (_, Machine::Registrar) => Err(Refusal::WrongActor("the registrar of reviews")),
        }
    }

    /// The only way to a signature: an active person in that seat, permitted by policy, with no part
    /// in the access, who has signed this case from no other seat (law 6).
    pub(crate) fn sign<S: Seat>(
        &self,
        signed: &[(PersonId, SeatName)],
    ) -> Result<Signature<S>, Refusal> {
        let person = self.active_person()?;
        if !person.seats_on(self.case, self.now).contains(&S::NAME) {
            return Err(Refusal::WrongSeat { needed: S::NAME });
        }
        self.permitted_person()?;
        self.must_know_of(person)?;
        if self.has_part_in(person) {
            return Err(Refusal::OwnAccess);
        }
        let other = signed.iter().find(|(who, seat)| *who == person.id() && *seat != S::NAME);
        match other {
            Some((_, already)) => Err(Refusal::SecondSeat { already: *already }),
            None => Ok(Signature::given(person.id(), self.now)),
        }
    }

    /// The signature of whoever owns a case: their own, or that of a deputy, who signs for them.
    pub(crate) fn for_owner(
        &self,
        signature: Signature<Business>,
        owner: PersonId,
    ) -> Result<Signature<Business>, Refusal> {
        if signature.person() == owner {
            Ok(signature)
        } else if self.deputy_for == Some(owner) {
            Ok(signature.in_place_of(owner))
        } else {
            Err(Refusal::NotTheOwner { owner })
        }
    }

    /// Whoever cannot be shown to have no part in the access does not pass for uninvolved.
    pub(crate) fn must_know_of(&self, person: &Person) -> Result<(), Refusal> {
        let erased = &self.erased.people;
        let is_erased = self.erased.affected || !self.bound(person).is_disjoint(erased);
        match (is_erased, self.holders_cut) {
            (true, _) => Err(Refusal::RecordErased),
            (false, true) => Err(Refusal::HoldersCut),
            (false, false) => Ok(()),
        }
    }

    /// What a decision about a review rests on; nothing is decided without.
    pub(crate) fn review(&self) -> Result<&campaign::Around, Refusal> {
        self.review.as_ref().ok_or(Refusal::Unknown("review"))
    }

    /// Whether the person, somebody they stand in for, or somebody above either holds or asked for the
    /// access.
    pub(crate) fn has_part_in(&self, person: &Person) -> bool {
        self.is_among(person, &self.holders)
    }

    /// Whether the person, somebody they stand in for, or somebody above either is one of these.
    pub(crate) fn is_among(&self, person: &Person, these: &BTreeSet<PersonId>) -> bool {
        !self.bound(person).is_disjoint(these)
    }

    /// Everybody with whom a person is bound when they sign.
    #[must_use]
    pub fn bound(&self, person: &Person) -> BTreeSet<PersonId> {
        bound(person, self.now, |id| self.related.get(&id))
    }

    /// Whether the person can carry this risk: from where they sit, and with no part in the access.
    pub(crate) fn can_own(&self, person: &Person) -> bool {
        person.can_carry() && !self.has_part_in(person)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exception::Command;
    use crate::exception::scene::{Case, confirm, facts, proposal};
    use crate::person::{self, Event};
    use crate::scene::{self, ADMIN, DEPUTY, OWNER, id};

    /// Somebody who reports to this one.
    fn reports(n: u128, to: u128) -> Person {
        let mut appointment = scene::person(n).appointment().clone();
        appointment.manager = Some(id(to));
        person::evolve(id(n), None, &Event::Appointed(appointment)).unwrap()
    }

    fn under(base: Facts, person: Person, above: Vec<Person>) -> Facts {
        let related = above.into_iter().map(|it| (it.id(), it)).collect();
        Facts { person: Some(person), related, ..base }
    }

    #[test]
    fn reports_of_who_holds_or_asked_for_the_access_sign_nothing_however_far_below() {
        let line = || vec![reports(20, 21), reports(21, 22), scene::person(22)];
        let told = |holder: u128| {
            let holders = [id(holder)].into();
            let facts = under(Facts { holders, ..facts(ADMIN, 2) }, reports(ADMIN, 20), line());
            Case::proposed().ask(&facts, confirm()).map_err(|it| it.code()).map(|it| it.len())
        };
        for above in [20, 21, 22, ADMIN] {
            assert_eq!(told(above), Err("duty.own-access"), "{above}");
        }
        assert!(told(23).is_ok(), "somebody who is nowhere above");
        let mut asked = proposal();
        asked.requested_by = vec![id(22)];
        let case = Case::nothing().then(&facts(OWNER, 1), Command::Propose(Box::new(asked)));
        let admin = under(facts(ADMIN, 2), reports(ADMIN, 20), line());
        assert_eq!(case.refused(&admin, confirm()), "duty.own-access");
    }

    #[test]
    fn who_reports_to_the_holder_owns_nothing_and_neither_does_who_stands_in_for_them() {
        let holders: BTreeSet<PersonId> = [id(20)].into();
        let own = reports(OWNER, 20);
        let facts = Facts { holders: holders.clone(), ..facts(ADMIN, 2) };
        assert!(!facts.can_own(&own) && facts.can_own(&scene::person(OWNER)));
        // The deputy stands in for the other owner, who reports to the holder.
        let deputy = scene::person(DEPUTY);
        let related = [reports(scene::OTHER_OWNER, 20)].map(|it| (it.id(), it)).into();
        let facts = Facts { related, ..facts };
        assert!(!facts.can_own(&deputy));
    }

    #[test]
    fn a_circle_in_an_old_record_ends_the_walk() {
        let facts =
            under(facts(ADMIN, 2), reports(ADMIN, 20), vec![reports(20, 21), reports(21, 20)]);
        let bound = facts.bound(&reports(ADMIN, 20));
        assert_eq!(bound, [ADMIN, 20, 21].map(id).into());
    }
}
