//! The question that policy is asked about one command: who, which verb, a case of which tier, and how
//! things stand. Everything in it comes from what is kept and from the graph; nothing that a client says
//! about itself finds its way in. Answers nothing itself.

use std::collections::BTreeSet;

use countersign_governance::authority::{Authority, Verb};
use countersign_governance::exception;
use countersign_governance::facts::{Facts, Regulated};
use countersign_governance::id::PersonId;
use countersign_governance::{Command, State};
use countersign_policy::authority::{Ask, Case, Situation, Who};
use countersign_policy::folder::Folder;
use countersign_policy::raci::{Plane, Raci, Row};
use countersign_policy::tier::Tier;
use jiff::{SignedDuration, Timestamp};

use crate::door::Asked;
use crate::stake::{Grave, Stake};

/// By how much the clock of whoever read a system may be ahead of ours without its data counting as
/// dated in the future.
const SKEW_MAX: SignedDuration = SignedDuration::from_mins(5);

/// Minutes and hours that no tier accepts.
const LONG_AGO: i64 = 1_000_000;

/// The question for a verb of a person, once everything else about it is gathered: about a case of the
/// tier that it is of, or about our own administration. None when nobody acts who is known.
pub(crate) fn ask(
    folder: &Folder,
    facts: &Facts,
    (state, asked, verb): (&State, &Asked, Verb),
    stake: Option<Stake<'_>>,
) -> Option<Ask> {
    let command = &asked.command;
    let tier = match stake {
        Some(stake) => stake.tier(folder),
        // A case that is not there is of the tier of our own administration, so that nobody learns by
        // what they are refused whether it exists.
        None => folder.tiers.administration(),
    }?;
    Some(Ask {
        who: Who::of(facts.person.as_ref()?, facts.now),
        verb,
        case: case((folder, tier), facts, (state, command), stake),
        situation: situation(folder, facts, (state, asked), stake),
        deputy_for: facts.deputy_for,
    })
}

/// What policy says to a question; to one that nobody can ask it says no. What things stand like of a
/// case that is not there is objected to by nobody.
pub(crate) fn answer(
    (folder, raci): (&Folder, &Raci),
    ask: Option<&Ask>,
    (facts, is_there): (&Facts, bool),
) -> Authority {
    let Some(ask) = ask else { return Authority::nothing() };
    let on = folder.calendar.local(facts.now).date();
    let place = Plane::of(ask.verb).zip(ask.case.system.as_deref());
    let row = place.and_then(|(plane, system)| raci.row_for(ask.who.person, plane, system, on));
    let said = Authority { row: row.map(Row::id), ..folder.authority(ask, facts.now) };
    if is_there { said } else { Authority { objections: Vec::new(), ..said } }
}

/// For whom a person may sign as a deputy: whoever owns the case, when they stand in for them by
/// appointment and the folder says that it covers this system and its control plane.
pub(crate) fn deputy_for(
    (folder, raci): (&Folder, &Raci),
    facts: &Facts,
    (state, verb): (&State, Verb),
    grave: Option<&Grave>,
) -> Option<PersonId> {
    let owner = owner(state)?;
    let person = facts.person.as_ref()?;
    let plane = Plane::of(verb)?;
    let system = grave?.system.as_deref()?;
    let on = folder.calendar.local(facts.now).date();
    let covers = |it: &&countersign_policy::raci::Deputy| {
        it.by == person.id() && it.person == owner && it.covers(plane, system, on)
    };
    let stands_in = person.id() != owner && person.stands_in_for(facts.now).any(|it| it == owner);
    (stands_in && raci.deputies.iter().any(|it| covers(&it))).then_some(owner)
}

fn owner(state: &State) -> Option<PersonId> {
    match state {
        State::Finding(finding) => finding.as_ref()?.owner().map(|owner| owner.person),
        State::Exception(exception) => Some(exception.as_ref()?.owner()),
        State::Person(_)
        | State::Process(_)
        | State::System(_)
        | State::Policy(_)
        | State::Accountability(_)
        | State::Gap(_)
        | State::Review(_)
        | State::Item(_) => None,
    }
}

fn case(
    (folder, tier): (&Folder, &Tier),
    facts: &Facts,
    (state, command): (&State, &Command),
    stake: Option<Stake<'_>>,
) -> Case {
    let requesters: BTreeSet<PersonId> = match (state, command) {
        (State::Exception(Some(exception)), _) => exception.terms.requested_by.clone(),
        (_, Command::Exception(_, exception::Command::Propose(it))) => it.requested_by.clone(),
        _ => Vec::new(),
    }
    .into_iter()
    .collect();
    let about = facts.about.as_ref();
    let known = Case::of_tier(&tier.id);
    let Some(stake) = stake else { return Case { requesters, ..known } };
    let radius = stake.grave.radius;
    Case {
        process: stake.process.map(|process| process.key.clone()),
        criticality: folder.tiers.counts_as(stake.criticality()),
        system: stake.grave.system.clone(),
        radius: if radius.complete { radius.resources } else { u64::MAX },
        regulated: about.is_some_and(|about| about.regulated != Regulated::No)
            || stake.process.is_some_and(|process| process.regulated),
        requesters,
        beneficiaries: facts.holders.clone(),
        owner: owner(state),
        ..known
    }
}

fn situation(
    folder: &Folder,
    facts: &Facts,
    (state, asked): (&State, &Asked),
    stake: Option<Stake<'_>>,
) -> Situation {
    let (strength, signed_in_minutes) = asked.sign_in(facts.now);
    let ticket = match (state, &asked.command) {
        (State::Exception(Some(exception)), _) => exception.terms.ticket.is_some(),
        (_, Command::Exception(_, exception::Command::Propose(it))) => it.ticket.is_some(),
        _ => false,
    };
    let read = stake.and_then(|stake| stake.grave.read);
    Situation {
        strength,
        signed_in_minutes,
        data_age_hours: read.map_or(LONG_AGO, |(at, _)| hours_since(at, facts.now)),
        data_complete: read.is_some_and(|(_, complete)| complete),
        ticket,
        working_hours: folder.calendar.is_open(facts.now),
        facts: BTreeSet::new(),
    }
}

/// Whole hours since a read began; below 0 for one that is dated in the future.
fn hours_since(read_at: Timestamp, now: Timestamp) -> i64 {
    let age = now.duration_since(read_at);
    if age.is_negative() && -age <= SKEW_MAX {
        return 0;
    }
    if age.is_negative() { -1 } else { age.as_hours() }
}
