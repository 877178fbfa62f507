//! What is so around a decision beside who asks and how grave it is: for what the person answers, and the
//! facts that policies can name. Looked up in what is kept, and only where a policy that can have a say
//! speaks of it; nothing that a client says finds its way in.

use std::collections::BTreeSet;

use countersign_governance::accountability::Plane;
use countersign_governance::authority::Verb;
use countersign_governance::exception::{Exception, Stage};
use countersign_governance::facts::Facts;
use countersign_governance::id::{PersonId, SystemId};
use countersign_governance::person::Person;
use countersign_governance::{State, Subject};
use countersign_store::{Tx, read, state};

use crate::accountable;
use crate::door::{Door, NotDone};
use crate::kept;
use crate::stake::{Stake, tier};

/// What is told to authority beside the case.
#[derive(Debug, Clone, Default)]
pub(crate) struct Around {
    pub(crate) duties: BTreeSet<String>,
    pub(crate) facts: BTreeSet<String>,
}

/// Looks up what the policies that can have a say speak of.
pub(crate) async fn around(
    door: &Door,
    tx: &mut Tx,
    facts: &Facts,
    (state, verb, stake): (&State, Verb, Option<Stake<'_>>),
) -> Result<Around, NotDone> {
    let mut around = Around::default();
    let Some(tier) = tier(&door.policy, stake) else { return Ok(around) };
    let reads = door.policy.authorities.reads(verb, &tier.id);
    let system = stake.and_then(|stake| stake.grave.system.as_deref());
    if let (true, Some(person)) = (reads.duties, &facts.person) {
        let raci = accountable::whole(door, &door.policy, tx).await?;
        let on = door.policy.calendar.local(facts.now).date();
        around.duties = raci.duties(person.id(), system, on);
    }
    if reads.facts {
        let mut found = so(door, tx, facts, state).await?;
        found.extend(of_system(tx, system).await?);
        around.facts = found.into_iter().collect();
    }
    Ok(around)
}

/// What is so of the case itself and of who owns it.
async fn so(
    door: &Door,
    tx: &mut Tx,
    facts: &Facts,
    state: &State,
) -> Result<Vec<String>, NotDone> {
    let mut found = Vec::new();
    let owner = match owner(state) {
        Some(id) => match kept::load(tx, Subject::Person(id)).await?.state {
            State::Person(person) => person,
            _ => None,
        },
        None => None,
    };
    let today = door.policy.calendar.local(facts.now).date();
    let is_away = |person: &Person| {
        person.appointment().away.is_some_and(|it| it.from <= today && today <= it.until)
    };
    found.extend(owner.as_ref().filter(|it| is_away(it)).map(|_| "owner-away"));
    found.extend(owner.as_ref().filter(|it| !it.is_active()).map(|_| "owner-gone"));
    let due = match state {
        State::Finding(Some(finding)) => finding.owner().map(|owner| owner.due),
        _ => facts.about.as_ref().and_then(|about| about.due),
    };
    found.extend(due.filter(|due| *due <= facts.now).map(|_| "overdue"));
    if let State::Exception(Some(exception)) = state {
        found.extend(of_exception(exception, facts));
    }
    Ok(found.into_iter().map(str::to_owned).collect())
}

fn of_exception(exception: &Exception, facts: &Facts) -> Vec<&'static str> {
    let is_suspended = matches!(exception.stage, Stage::Suspended { .. });
    let all = [
        (is_suspended, "suspended"),
        (exception.is_vetoed(), "vetoed"),
        (exception.terms.until <= facts.now, "expired"),
    ];
    all.into_iter().filter(|(is, _)| *is).map(|(_, word)| word).collect()
}

/// What is so of the system whose access it is.
async fn of_system(tx: &mut Tx, name: Option<&str>) -> Result<Vec<String>, NotDone> {
    let mut found = Vec::new();
    let Some(name) = name else { return Ok(found) };
    let Some(item) = read::system::by_name(&mut *tx, name).await? else { return Ok(found) };
    let State::System(Some(system)) = kept::parse(&item.state)? else { return Ok(found) };
    if system.held.is_some() {
        found.push("read-held".to_owned());
    }
    for plane in gaps(tx, system.id).await? {
        found.push("gap".to_owned());
        found.push(format!("gap.{}", plane.as_str()));
    }
    Ok(found)
}

/// The control planes of a system in which the check has found a gap and not seen it ended.
async fn gaps(tx: &mut Tx, system: SystemId) -> Result<BTreeSet<Plane>, NotDone> {
    let (mut planes, mut after) = (BTreeSet::new(), String::new());
    loop {
        let rows = state::all(&mut *tx, "gap", &after).await?;
        let Some(last) = rows.last() else { return Ok(planes) };
        last.subject.clone_into(&mut after);
        for row in rows {
            let State::Gap(Some(gap)) = kept::parse(&row.state)? else { continue };
            if gap.ended_at.is_none() && gap.known.system == Some(system) {
                planes.extend(gap.known.plane);
            }
        }
    }
}

/// Who owns a case.
pub(crate) fn owner(state: &State) -> Option<PersonId> {
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
