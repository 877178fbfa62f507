//! Somebody who is asked decides: kept until a day, to be changed, or not theirs. Nobody decides about
//! access that they, or somebody they stand in for, have part in; each stage is another person; whoever
//! decides first has decided.

use std::collections::BTreeSet;

use countersign_access::rule::Severity;
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Event, Item, Standing, Wish};
use crate::appointment::Person;
use crate::campaign::{Around, Running};
use crate::facts::Facts;
use crate::id::PersonId;
use crate::instant::Instant;
use crate::refusal::Refusal;
use crate::text::{Reason, TextDigest};

/// What somebody decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decide {
    /// What.
    pub decision: Decision,
    /// Why.
    pub reason: Option<Reason>,
    /// About how many items at once.
    pub at_once: u32,
}

/// What somebody decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// It is kept until a day.
    Keep {
        /// Exclusive.
        until: Timestamp,
    },
    /// It is to change.
    Change(Wish),
    /// Somebody else is to be asked.
    NotMine,
}

/// What was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "decision", rename_all = "snake_case")]
pub enum Verdict {
    /// It is kept.
    Keep {
        /// Until when, exclusive.
        #[schemars(with = "Instant")]
        until: Timestamp,
    },
    /// It is to change.
    Change {
        /// How.
        wish: Wish,
    },
}

/// Somebody decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Decided {
    /// What.
    pub verdict: Verdict,
    /// In which stage, from zero.
    pub stage: usize,
    /// Who.
    pub by: PersonId,
    /// For whom, when they stand in for somebody who was asked.
    pub in_place_of: Option<PersonId>,
    /// When.
    #[schemars(with = "Instant")]
    pub at: Timestamp,
    /// Why, where they said so.
    pub reason: Option<TextDigest>,
    /// About how many items at once.
    pub at_once: u32,
    /// Who is asked next; nobody where that was the last word.
    pub next: BTreeSet<PersonId>,
}

/// Somebody said that it is not theirs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PassedOn {
    /// Who.
    pub by: PersonId,
    /// Who is asked instead.
    pub to: BTreeSet<PersonId>,
    /// When.
    #[schemars(with = "Instant")]
    pub at: Timestamp,
    /// Why, where they said so.
    pub reason: Option<TextDigest>,
}

pub(super) fn decide(item: &Item, facts: &Facts, command: &Decide) -> Result<Vec<Event>, Refusal> {
    let person = facts.permitted_person()?;
    let (around, review) = item.running(facts)?;
    if item.standing != Standing::Open {
        return Err(item.wrong_stage("decided on"));
    }
    let in_place_of = asked(item, facts, person)?;
    if item.due(review).is_some_and(|due| due <= facts.now) {
        let (noun, is) = ("item", "overdue, so that what was said of silence becomes of it");
        return Err(Refusal::WrongStage { noun, is, verb: "decided on", wanted: "in time" });
    }
    let reason = command.reason.as_ref().map(|reason| reason.digest().clone());
    let by = person.id();
    if command.decision == Decision::NotMine {
        return pass_on(item, around, (by, facts.now, reason));
    }
    facts.must_know_of(person)?;
    if facts.has_part_in(person) {
        return Err(Refusal::OwnAccess);
    }
    let earlier = [Some(by), in_place_of].into_iter().flatten();
    if earlier.into_iter().any(|who| item.was_decided_by(who)) {
        return Err(Refusal::SecondStage);
    }
    let verdict = verdict(item, facts, (review, command))?;
    let next = next(item, around, (review, verdict, by))?;
    let (stage, at, at_once) = (item.stage, facts.now, command.at_once);
    let decided = Decided { verdict, stage, by, in_place_of, at, reason, at_once, next };
    Ok(vec![Event::Decided(decided)])
}

/// Whether the person is asked: by name, or because they stand in for somebody who is.
fn asked(item: &Item, facts: &Facts, person: &Person) -> Result<Option<PersonId>, Refusal> {
    if item.reviewers.contains(&person.id()) {
        return Ok(None);
    }
    let other = person.stands_in_for(facts.now).find(|other| item.reviewers.contains(other));
    let nobody = || Refusal::NotTheReviewer { reviewers: item.reviewers.iter().copied().collect() };
    other.map(Some).ok_or_else(nobody)
}

fn pass_on(
    item: &Item,
    around: &Around,
    (by, at, reason): (PersonId, Timestamp, Option<TextDigest>),
) -> Result<Vec<Event>, Refusal> {
    let mut to: BTreeSet<PersonId> = item.reviewers.clone();
    to.remove(&by);
    if to.is_empty() {
        let instead = around.instead.filter(|it| *it != by && !item.passed.contains(it));
        to.insert(instead.ok_or(Refusal::NobodyElse)?);
    }
    Ok(vec![Event::PassedOn(PassedOn { by, to, at, reason })])
}

fn verdict(
    item: &Item,
    facts: &Facts,
    (review, command): (&Running, &Decide),
) -> Result<Verdict, Refusal> {
    if command.at_once > 1 && command.reason.is_none() {
        return Err(Refusal::Empty("a decision about several items at once needs a reason"));
    }
    match command.decision {
        Decision::Keep { until } => {
            let days_max = i64::from(review.plan.keep_days_max);
            let last = facts.now.checked_add(SignedDuration::from_hours(24 * days_max));
            if until <= facts.now || last.is_ok_and(|last| until > last) {
                return Err(Refusal::BadEnd { until, days_max });
            }
            let grave = item.known.severity.filter(|it| *it >= Severity::High);
            match grave {
                Some(severity) if command.reason.is_none() => {
                    Err(Refusal::ReasonNeeded { severity: severity.as_str() })
                }
                Some(_) | None => Ok(Verdict::Keep { until }),
            }
        }
        Decision::Change(wish) => Ok(Verdict::Change { wish }),
        Decision::NotMine => Err(Refusal::NobodyElse),
    }
}

/// Who is asked in the next stage: after the last one, and about what is to change, nobody.
fn next(
    item: &Item,
    around: &Around,
    (review, verdict, by): (&Running, Verdict, PersonId),
) -> Result<BTreeSet<PersonId>, Refusal> {
    let is_last = item.stage.saturating_add(1) >= review.plan.stages.len();
    if is_last || matches!(verdict, Verdict::Change { .. }) {
        return Ok(BTreeSet::new());
    }
    let others = around.next_stage.iter().copied();
    let next: BTreeSet<PersonId> =
        others.filter(|it| *it != by && !item.was_decided_by(*it)).collect();
    if next.is_empty() { Err(Refusal::NobodyElse) } else { Ok(next) }
}

pub(super) fn evolve(item: &mut Item, decided: &Decided) {
    item.standing = match decided.verdict {
        Verdict::Keep { .. } if !decided.next.is_empty() => {
            item.stage = item.stage.saturating_add(1);
            item.reviewers = decided.next.clone();
            item.asked_at = decided.at;
            item.escalated = false;
            item.passed = BTreeSet::new();
            Standing::Open
        }
        Verdict::Keep { until } => Standing::Kept { until },
        Verdict::Change { wish } => Standing::Changing { wish, since: decided.at },
    };
    if item.standing != Standing::Open {
        item.reviewers = BTreeSet::new();
    }
    item.decisions.push(decided.clone());
}

pub(super) fn evolve_passed(item: &mut Item, passed: &PassedOn) {
    item.passed.insert(passed.by);
    item.reviewers = passed.to.clone();
    item.asked_at = passed.at;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Erased;
    use crate::item::Command;
    use crate::item::scene::{
        Case, around, facts, keep, keep_because, not_mine, revoke, two_stages,
    };
    use crate::scene::{ADMIN, AUDITOR, DEPUTY, GUARD, OTHER_OWNER, OWNER, day, id};

    #[test]
    fn decided_by_one_reviewer_it_is_before_nobody_else() {
        let case = Case::opened().then(&facts(OWNER, 4), keep(30));
        assert_eq!(case.status(), "kept");
        assert!(case.item.as_ref().unwrap().reviewers.is_empty());
        assert_eq!(case.refused(&facts(OTHER_OWNER, 4), revoke()), "case.wrong-stage");
    }

    #[test]
    fn nobody_decides_about_their_own_access_nor_about_that_of_whom_they_stand_in_for() {
        let holds = |n: u128, facts: Facts| Facts { holders: BTreeSet::from([id(n)]), ..facts };
        for command in [keep(30), revoke()] {
            let case = Case::opened();
            let own = holds(OWNER, facts(OWNER, 4));
            assert_eq!(case.refused(&own, command.clone()), "duty.own-access");
            let deputy = holds(OTHER_OWNER, facts(DEPUTY, 4));
            assert_eq!(case.refused(&deputy, command.clone()), "duty.own-access");
            let cut = Facts { holders_cut: true, ..facts(OWNER, 4) };
            assert_eq!(case.refused(&cut, command.clone()), "case.holders-cut");
            let erased = Erased { affected: true, people: BTreeSet::new() };
            let erased = Facts { erased, ..facts(OWNER, 4) };
            assert_eq!(case.refused(&erased, command), "case.record-erased");
        }
        let own = holds(OWNER, facts(OWNER, 4));
        assert_eq!(Case::opened().then(&own, not_mine()).status(), "open", "it is passed on");
    }

    #[test]
    fn only_who_is_asked_decides_or_who_stands_in_for_them_and_then_it_says_so() {
        for other in [ADMIN, GUARD, AUDITOR] {
            let refused = Case::opened().refused(&facts(other, 4), revoke());
            assert_eq!(refused, "duty.not-the-reviewer");
        }
        let case = Case::opened().then(&facts(DEPUTY, 4), revoke());
        let Some(Event::Decided(decided)) = case.events.last() else { panic!("{case:?}") };
        assert_eq!((decided.by, decided.in_place_of), (id(DEPUTY), Some(id(OTHER_OWNER))));
        let over = Case::opened().refused(&facts(DEPUTY, 12), revoke());
        assert_eq!(over, "duty.not-the-reviewer", "standing in has an end");
    }

    #[test]
    fn keeping_what_takes_part_in_a_grave_finding_needs_a_reason_and_an_end() {
        let grave = Case::grave();
        assert_eq!(grave.refused(&facts(OWNER, 4), keep(30)), "case.reason-needed");
        assert_eq!(grave.then(&facts(OWNER, 4), keep_because(30)).status(), "kept");
        for until in [4, 300] {
            assert_eq!(Case::opened().refused(&facts(OWNER, 4), keep(until)), "case.bad-end");
        }
    }

    #[test]
    fn many_at_once_need_a_reason() {
        let many = Decide { decision: Decision::Change(Wish::Revoke), reason: None, at_once: 2 };
        assert_eq!(Case::opened().refused(&facts(OWNER, 4), Command::Decide(many)), "case.empty");
    }

    #[test]
    fn what_is_not_mine_goes_to_the_next_and_never_to_nobody() {
        let case = Case::opened().then(&facts(OWNER, 4), not_mine());
        let reviewers = case.item.as_ref().unwrap().reviewers.clone();
        assert_eq!(reviewers, BTreeSet::from([id(OTHER_OWNER)]));
        let case = case.then(&facts(OTHER_OWNER, 5), not_mine());
        assert_eq!(case.item.as_ref().unwrap().reviewers, BTreeSet::from([id(ADMIN)]));
        assert_eq!(case.refused(&facts(ADMIN, 5), not_mine()), "case.nobody-else");
        let mut back = around(facts(ADMIN, 5));
        back.instead = Some(id(OWNER));
        let back = Facts { review: Some(back), ..facts(ADMIN, 5) };
        assert_eq!(case.refused(&back, not_mine()), "case.nobody-else", "never in a circle");
    }

    #[test]
    fn each_stage_is_another_person_and_a_change_needs_no_second_word() {
        let facts = |n, on| two_stages(facts(n, on));
        let case = Case::opened().then(&facts(OWNER, 4), keep(30));
        let item = case.item.as_ref().unwrap();
        assert_eq!((case.status(), item.stage), ("open", 1));
        assert_eq!(item.reviewers, BTreeSet::from([id(OTHER_OWNER)]), "never the same again");
        assert_eq!(case.clone().then(&facts(OTHER_OWNER, 20), keep(60)).status(), "kept");
        assert_eq!(case.then(&facts(OTHER_OWNER, 20), revoke()).status(), "changing");
        assert_eq!(Case::opened().then(&facts(OWNER, 4), revoke()).status(), "changing");
    }

    #[test]
    fn nothing_is_decided_in_a_review_that_rests_or_after_the_day() {
        let mut rests = around(facts(OWNER, 4));
        if let Some(review) = &mut rests.review {
            (review.is_running, review.status) = (false, "paused");
        }
        let rests = Facts { review: Some(rests), ..facts(OWNER, 4) };
        assert_eq!(Case::opened().refused(&rests, revoke()), "case.not-running");
        assert_eq!(Case::opened().refused(&facts(OWNER, 17), revoke()), "case.wrong-stage");
        let late = Case::opened().then(&facts(OWNER, 16), keep(30)).item.unwrap();
        assert_eq!(late.standing, Standing::Kept { until: day(30) });
    }
}
