//! What is so around an exception when it is asked about: whether legal or compliance must sign by now,
//! and whether its owner is still there to carry the risk. Decides nothing.

use countersign_governance::exception::{Around, Exception};
use countersign_governance::facts::Regulated;
use countersign_governance::person::Person;
use countersign_governance::{State, Subject};
use countersign_store::Store;

use crate::beforehand::grave_of;
use crate::door::{Door, NotDone};
use crate::kept;
use crate::oversight::{Oversight, Reading};
use crate::stake::Stake;

/// What is so around an exception now, for whoever shows it.
///
/// # Errors
/// When the store cannot answer.
pub async fn around(door: &Door, case: &Exception) -> Result<Around, NotDone> {
    let oversight = Oversight::read(door, Reading::Store(&door.store)).await?;
    let owner = person(&door.store, case).await?;
    with(door, &oversight, case, owner.as_ref()).await
}

/// The record of an exception's owner.
pub(crate) async fn person(store: &Store, case: &Exception) -> Result<Option<Person>, NotDone> {
    match kept::look(store, Subject::Person(case.owner())).await?.0 {
        State::Person(person) => Ok(person),
        State::Finding(_)
        | State::Exception(_)
        | State::Process(_)
        | State::System(_)
        | State::Policy(_)
        | State::Accountability(_)
        | State::Gap(_)
        | State::Review(_)
        | State::Item(_) => Ok(None),
    }
}

/// The same, where processes and owner are known. While legal is not needed as it was frozen, the graph
/// is asked for the tier that it is of by now.
pub(crate) async fn with(
    door: &Door,
    oversight: &Oversight,
    case: &Exception,
    owner: Option<&Person>,
) -> Result<Around, NotDone> {
    let is_owned = owner.is_some_and(Person::can_carry);
    let mut regulated = oversight.of(&case.pin.rule);
    if !case.pin.regulated && !case.is_ended() && regulated == Regulated::No {
        let grave = grave_of(door, case.pin.finding).await?;
        let stake = Stake::of(oversight, &grave).renewed(case.renewal());
        regulated = stake.legal(regulated, &door.policy);
    }
    Ok(Around { regulated, is_owned })
}
