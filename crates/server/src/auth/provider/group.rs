//! In which seats somebody sits whom the provider vouches for: those that policy gives their groups, told
//! to the one door each time they come from there, so that who left a group has left its seats.

use std::collections::BTreeSet;

use countersign_governance::actor::{Actor, Machine};
use countersign_governance::id::PersonId;
use countersign_governance::person::{Command as Verb, SeatedByGroup};
use countersign_governance::seat::SeatName;
use countersign_governance::{Command, State, Subject};

use super::Identity;
use crate::door::{Asked, Door, NotDone};
use crate::kept;
use crate::text::Text;

/// The seats that policy gives the groups of somebody.
pub(crate) fn seats(door: &Door, identity: &Identity) -> BTreeSet<SeatName> {
    door.now().policy.groups.seats_of(identity.groups.iter().map(String::as_str))
}

/// Seats a person by their groups, where that is another seat than before.
///
/// # Errors
/// When the door cannot take it: nobody comes in with seats that they may have lost.
pub(crate) async fn seat(
    door: &Door,
    person: PersonId,
    identity: &Identity,
) -> Result<(), NotDone> {
    let door = &door.now();
    let groups = &door.policy.groups;
    let is_named = |it: &&String| !groups.seats_of([it.as_str()]).is_empty();
    let named: Vec<&String> = identity.groups.iter().filter(is_named).collect();
    let seats = seats(door, identity);
    let before = door.store.transact_with(person, move |tx, person| {
        Box::pin(async move { kept::load(tx, Subject::Person(*person)).await })
    });
    let State::Person(Some(before)) = before.await?.state else { return Ok(()) };
    if *before.by_group() == seats {
        return Ok(());
    }
    let text = Text::json(&door.chance, &named)?;
    let seated = SeatedByGroup { seats, groups: text.digest().clone() };
    let command = Command::Person(person, Verb::SitByGroup(seated));
    let asked = Asked::new(Actor::Machine(Machine::Doorkeeper), command);
    door.act(Asked { texts: vec![text], ..asked }).await.map(drop)
}
