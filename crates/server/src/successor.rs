//! Who is accountable for an exception when its owner leaves: whoever is already, else a deputy of the
//! owner, else the next by the ways to an owner that the policy names. Never somebody who has part in the
//! access. Decides nothing.

use std::collections::BTreeMap;

use countersign_governance::State;
use countersign_governance::exception::Exception;
use countersign_governance::facts::Facts;
use countersign_governance::id::PersonId;
use countersign_governance::person::Person;
use countersign_policy::raci::{Wanted, resolve};
use countersign_store::Tx;
use jiff::Timestamp;

use crate::accountable;
use crate::door::{Door, NotDone};
use crate::kept;
use crate::oversight::Reading;
use crate::people;

/// Most people who are looked through.
const PEOPLE_MAX: usize = 20_000;

/// The next person; nobody where no way leads to somebody who could carry it.
pub(crate) async fn next(
    door: &Door,
    tx: &mut Tx,
    of: &Exception,
    facts: &Facts,
) -> Result<Option<PersonId>, NotDone> {
    let people = people::active(Reading::Tx(tx), PEOPLE_MAX).await?;
    let fit: BTreeMap<PersonId, &Person> = people
        .iter()
        .filter(|person| is_fit(person, of, facts))
        .map(|person| (person.id(), person))
        .collect();
    let already = of.left.and_then(|left| left.accountable).filter(|id| fit.contains_key(id));
    let deputy = fit.values().find(|person| stands_in(person, of.owner(), facts.now));
    if let Some(person) = already.or_else(|| deputy.map(|person| person.id())) {
        return Ok(Some(person));
    }
    let raci = accountable::whole(door, &door.policy, tx).await?;
    let owners = process_owners(door, tx, &of.pin.rule).await?;
    let process = owners.iter().find(|id| fit.contains_key(id)).or_else(|| owners.first());
    let wanted = Wanted { explicit: None, system: None, process: process.copied() };
    Ok(resolve(&raci, wanted, |id| fit.contains_key(&id)).person)
}

fn is_fit(person: &Person, of: &Exception, facts: &Facts) -> bool {
    let has_part = |id: &PersonId| facts.holders.contains(id) || of.terms.requested_by.contains(id);
    person.id() != of.owner()
        && person.can_carry()
        && !has_part(&person.id())
        && !person.stands_in_for(facts.now).any(|other| has_part(&other))
}

fn stands_in(person: &Person, owner: PersonId, now: Timestamp) -> bool {
    person.stands_in_for(now).any(|other| other == owner)
}

/// The owners of the process to which a rule belongs, in order: several where processes share its key.
async fn process_owners(door: &Door, tx: &mut Tx, rule: &str) -> Result<Vec<PersonId>, NotDone> {
    let mut rules = door.policy.rules.packs.iter().flat_map(|pack| &pack.rules);
    let key = rules.find(|it| it.id == rule).and_then(|rule| rule.process.as_deref());
    let (mut owners, mut after) = (Vec::new(), String::new());
    let Some(key) = key else { return Ok(owners) };
    loop {
        let rows = Reading::Tx(tx).all("process", &after).await?;
        let Some(last) = rows.last() else { return Ok(owners) };
        last.subject.clone_into(&mut after);
        for row in rows {
            let State::Process(Some(process)) = kept::parse(&row.state)? else { continue };
            if process.definition.key == key {
                owners.push(process.definition.owner);
            }
        }
    }
}
