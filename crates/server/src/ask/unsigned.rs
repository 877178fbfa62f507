//! Which seats nobody could sign from for an access, as each person signs from one seat only and nobody
//! for their own access, and who could be appointed (EXC-15). Told while there is time; decides nothing.

use std::collections::BTreeSet;

use countersign_access::node::NodeId;
use countersign_governance::appointment::{self, OneCase};
use countersign_governance::exception::Stage;
use countersign_governance::id::{FindingId, PersonId};
use countersign_governance::person::Person;
use countersign_policy::authority::{Case, Who};
use countersign_policy::explain::unsigned as missing;
use countersign_store::read::exception::Item;
use serde::Serialize;
use utoipa::ToSchema;

use super::List;
use super::exception::whole::case;
use crate::about::Coverage;
use crate::accountable::Standing;
use crate::act::{Door, NotDone};
use crate::beforehand::grave_of;
use crate::kept;
use crate::oversight::{Oversight, Reading};
use crate::stake::Stake;

/// A seat from which nobody could sign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Unsigned {
    /// The seat.
    pub seat: String,
    /// Ids of people without part in the access who could be appointed to it; where there is none, it
    /// takes somebody from outside, who can be given this one seat.
    pub could_be_appointed: Vec<String>,
    /// Whether somebody from outside can be given this one seat for this one case.
    pub from_outside: bool,
}

/// The seats from which nobody could sign for an access after so many renewals; empty where it can be signed.
///
/// # Errors
/// When the store cannot answer.
pub async fn unsigned(
    door: &Door,
    (finding, case, renewals): (FindingId, Option<OneCase>, u32),
    covers: &Coverage,
    requested_by: &[PersonId],
) -> Result<List<Unsigned>, NotDone> {
    let standing = Standing::read(door).await?;
    let oversight = Oversight::read(door, Reading::Store(&door.store)).await?;
    let grave = grave_of(door, finding).await?;
    let stake = Stake::of(&oversight, &grave).renewed(renewals);
    let Some(tier) = stake.tier(&door.policy) else {
        return Ok(List::new(Vec::new(), None));
    };
    let regulated = stake.process.is_some_and(|it| it.regulated);
    let at_stake = Case {
        regulated,
        legal_signs: regulated || tier.legal_signs,
        requesters: requested_by.iter().copied().collect(),
        beneficiaries: holders(door, &standing, covers).await?,
        ..Case::of_tier(&tier.id)
    };
    let now = door.clock.now();
    let record = |id: PersonId| standing.people.get(&id).map(|human| &human.person);
    let who = |person| Who::on(person, case, &appointment::bound(person, now, record), now);
    // Whoever was called in for another case is of no use for this one.
    let is_here = |person: &&Person| person.only().is_none_or(|only| Some(only.case) == case);
    let people = standing.people.values().map(|human| &human.person).filter(is_here);
    let people: Vec<Who> = people.map(who).collect();
    let seats = missing(&door.policy, &at_stake, &people).into_iter().map(|it| Unsigned {
        seat: it.seat.to_owned(),
        could_be_appointed: it.could_be_appointed.iter().map(ToString::to_string).collect(),
        from_outside: it.from_outside,
    });
    Ok(List::new(seats.collect(), None))
}

/// The same for an exception that is in review; empty for any other.
///
/// # Errors
/// When the store cannot answer.
pub async fn of_exception(door: &Door, item: &Item) -> Result<List<Unsigned>, NotDone> {
    let nothing = List::new(Vec::new(), None);
    let Some(case) = case(item)? else { return Ok(nothing) };
    if !matches!(case.stage, Stage::InReview { .. }) {
        return Ok(nothing);
    }
    let words = kept::read_words(&door.store, &case.pin.frozen).await?;
    match words.and_then(|words| serde_json::from_str::<Coverage>(&words).ok()) {
        Some(covers) => {
            let of = (case.pin.finding, Some(OneCase::Exception(case.id)), case.renewal());
            unsigned(door, of, &covers, &case.terms.requested_by).await
        }
        // Whom it covers was erased: nobody can be shown to have no part in it, which the verbs say.
        None => Ok(nothing),
    }
}

/// The people one of whose identities is covered. Whoever's identities were erased cannot be told apart
/// and counts as one of them.
async fn holders(
    door: &Door,
    standing: &Standing,
    covers: &Coverage,
) -> Result<BTreeSet<PersonId>, NotDone> {
    let covered: BTreeSet<&NodeId> =
        covers.identities.iter().chain(&covers.credentials).map(|node| &node.id).collect();
    let mut holders = BTreeSet::new();
    for (id, human) in &standing.people {
        let words = kept::read_words(&door.store, &human.person.appointment().identities).await?;
        let ids = words.and_then(|words| serde_json::from_str::<Vec<NodeId>>(&words).ok());
        if ids.is_none_or(|ids| ids.iter().any(|id| covered.contains(id))) {
            holders.insert(*id);
        }
    }
    Ok(holders)
}
