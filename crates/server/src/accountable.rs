//! Who answers for what now: the rows of the policy in force, with the people whom its file names and
//! with what people have said since, beside the connected systems and the people there are. Read anew
//! each time it is asked. Decides nothing.

pub(crate) mod gap;
pub(crate) mod weight;

use std::collections::BTreeMap;

use countersign_governance::accountability::{Accountability, Cell, Plane};
use countersign_governance::facts::Answers;
use countersign_governance::id::{PersonId, SystemId};
use countersign_governance::person::Person;
use countersign_governance::system::System;
use countersign_governance::{State, Subject};
use countersign_policy::folder::Folder;
use countersign_policy::raci::{Deputy, Presence, Raci, Said};
use countersign_store::{PAGE_MAX, Store, Tx, read, state};
use jiff::Timestamp;
use jiff::civil::Date;

use crate::door::{Door, NotDone};
use crate::kept;

/// Somebody, with what they are called.
#[derive(Debug, Clone)]
pub(crate) struct Human {
    pub(crate) name: String,
    pub(crate) person: Person,
}

/// How accountability stands on a day.
#[derive(Debug, Clone)]
pub(crate) struct Standing {
    /// File and events together.
    pub(crate) raci: Raci,
    /// The connected systems, by name.
    pub(crate) systems: BTreeMap<String, System>,
    /// Everybody, gone or not.
    pub(crate) people: BTreeMap<PersonId, Human>,
    /// What was said of single cells, with the sequence of each.
    pub(crate) said: BTreeMap<Cell, (Accountability, i64)>,
    /// The day, as the organisation counts days.
    pub(crate) on: Date,
}

impl Standing {
    /// As it is committed.
    pub(crate) async fn read(door: &Door) -> Result<Self, NotDone> {
        let people = people(&door.store).await?;
        let systems = systems(&door.store).await?;
        let said = said(&door.store).await?;
        Ok(Self::of(door, people, systems, said))
    }

    /// From what is kept to what is so.
    fn of(
        door: &Door,
        people: BTreeMap<PersonId, Human>,
        systems: BTreeMap<String, System>,
        said: BTreeMap<Cell, (Accountability, i64)>,
    ) -> Self {
        let now = door.clock.now();
        let on = door.policy.calendar.local(now).date();
        let mut raci = rows(door, &people, &systems, &said);
        raci.deputies.extend(stand_ins(&people, (now, on)));
        Self { raci, systems, people, said, on }
    }

    /// Names of the connected systems, in order.
    pub(crate) fn names(&self) -> Vec<String> {
        self.systems.keys().cloned().collect()
    }

    /// The cell of a control plane of a system.
    pub(crate) fn cell(&self, plane: Plane, system: &str) -> Option<Cell> {
        let system = self.systems.get(system)?.id;
        Some(Cell { plane, system })
    }

    /// How everybody is there.
    pub(crate) fn presences(&self) -> Vec<Presence> {
        let presence = |(id, human): (&PersonId, &Human)| Presence {
            person: *id,
            active: human.person.is_active(),
            away: human.person.appointment().away.map(|away| (away.from, away.until)),
            seats: human.person.seats().iter().copied().collect(),
        };
        self.people.iter().map(presence).collect()
    }

    /// What somebody is called: their name, the name by which the file calls them, or their id.
    pub(crate) fn name(&self, id: PersonId) -> String {
        let known = self.people.get(&id).map(|human| human.name.clone());
        known.or_else(|| self.raci.unresolved.get(&id).cloned()).unwrap_or_else(|| id.to_string())
    }
}

/// Who answers for a cell, as the transaction that decides about it sees it; nothing where its system is
/// not connected. Of a file's names for which nobody is found no id is told: nobody has it.
pub(crate) async fn answers(
    door: &Door,
    tx: &mut Tx,
    (cell, state): (Cell, &State),
) -> Result<Option<Answers>, NotDone> {
    let item = read::system::get(&mut *tx, &Subject::System(cell.system).to_string()).await?;
    let Some(item) = item else { return Ok(None) };
    let said = match state {
        State::Accountability(it) => it.clone(),
        _ => None,
    };
    let place = (cell.plane, item.row.name.as_str());
    let raci = here(door, tx, (place, cell.system), said).await?;
    let accountable = match raci.rows(cell.plane, place.1).as_slice() {
        [row] => Some(row.accountable),
        _ => None,
    };
    let person = match accountable {
        Some(id) => match kept::load(tx, Subject::Person(id)).await?.state {
            State::Person(person) => person,
            _ => None,
        },
        None => None,
    };
    let is_active = person.as_ref().is_some_and(Person::is_active);
    Ok(Some(Answers { accountable: accountable.filter(|_| person.is_some()), is_active }))
}

/// The rows in force for a control plane of a system, as the transaction of a decision sees them: file and
/// events together, and nothing of any other. Whoever stands in by appointment alone is not among the
/// deputies: only the file bounds one to planes and systems.
pub(crate) async fn rows_in_force(
    door: &Door,
    tx: &mut Tx,
    (plane, system): (Plane, &str),
) -> Result<Raci, NotDone> {
    let Some(item) = read::system::by_name(&mut *tx, system).await? else {
        // What is not connected has no row that anybody could have taken over.
        return resolved(door.policy.raci.at(plane, system), tx).await;
    };
    let State::System(Some(known)) = kept::parse(&item.state)? else {
        return Ok(door.policy.raci.at(plane, system));
    };
    let cell = Cell { plane, system: known.id };
    let said = match kept::load(tx, Subject::Accountability(cell)).await?.state {
        State::Accountability(said) => said,
        _ => None,
    };
    here(door, tx, ((plane, system), known.id), said).await
}

/// All rows of a policy, as a transaction sees them: what is asked for only where a policy speaks of
/// duties.
pub(crate) async fn whole(door: &Door, folder: &Folder, tx: &mut Tx) -> Result<Raci, NotDone> {
    let raci = resolved(folder.raci.clone(), tx).await?;
    let (mut said, mut names) = (BTreeMap::new(), BTreeMap::new());
    let mut after = String::new();
    loop {
        let rows = state::all(&mut *tx, "accountability", &after).await?;
        let Some(last) = rows.last() else { break };
        last.subject.clone_into(&mut after);
        for row in rows {
            let State::Accountability(Some(it)) = kept::parse(&row.state)? else { continue };
            let id = it.cell.system;
            said.insert(it.cell, (it, row.sequence));
            if let std::collections::btree_map::Entry::Vacant(place) = names.entry(id) {
                let item = read::system::get(&mut *tx, &Subject::System(id).to_string()).await?;
                place.insert(item.map(|item| item.row.name));
            }
        }
    }
    Ok(raci.as_said(&words(door, &said, |id| names.get(&id)?.as_deref())))
}

/// The rows of one cell with what was said of it.
async fn here(
    door: &Door,
    tx: &mut Tx,
    ((plane, system), id): ((Plane, &str), SystemId),
    said: Option<Accountability>,
) -> Result<Raci, NotDone> {
    let raci = resolved(door.policy.raci.at(plane, system), tx).await?;
    let cell = Cell { plane, system: id };
    let said = said.map(|it| (cell, (it, 0))).into_iter().collect();
    Ok(raci.as_said(&words(door, &said, |_| Some(system))))
}

/// The same with the ids of the people whom the file names by their name.
async fn resolved(raci: Raci, tx: &mut Tx) -> Result<Raci, NotDone> {
    let mut found = BTreeMap::new();
    for name in raci.unresolved.values() {
        let mut people = BTreeMap::new();
        for item in read::person::named(&mut *tx, name).await? {
            let State::Person(Some(person)) = kept::parse(&item.state)? else { continue };
            people.insert(person.id(), Human { name: item.row.name, person });
        }
        found.extend(called(&people, name).map(|id| (name.clone(), id)));
    }
    Ok(raci.resolved(|name| found.get(name).copied()))
}

/// The rows of the file, with the people whom it names, and with what people have said since.
fn rows(
    door: &Door,
    people: &BTreeMap<PersonId, Human>,
    systems: &BTreeMap<String, System>,
    said: &BTreeMap<Cell, (Accountability, i64)>,
) -> Raci {
    let names: BTreeMap<SystemId, &str> =
        systems.iter().map(|(name, system)| (system.id, name.as_str())).collect();
    let words = words(door, said, |id| names.get(&id).copied());
    door.policy.raci.resolved(|name| called(people, name)).as_said(&words)
}

/// What people have said, of the systems that have a name.
fn words<'a>(
    door: &Door,
    said: &BTreeMap<Cell, (Accountability, i64)>,
    name: impl Fn(SystemId) -> Option<&'a str>,
) -> Vec<Said> {
    let word = |(cell, (it, _)): (&Cell, &(Accountability, i64))| {
        let said = it.said?;
        let system = name(cell.system)?.to_owned();
        let on = door.policy.calendar.local(said.at).date();
        Some(Said { plane: cell.plane, system, accountable: said.accountable, on })
    };
    said.iter().filter_map(word).collect()
}

/// The one active person, else the one person, whom people call so.
fn called(people: &BTreeMap<PersonId, Human>, name: &str) -> Option<PersonId> {
    let named: Vec<(&PersonId, &Human)> =
        people.iter().filter(|(_, human)| human.name == name).collect();
    let active: Vec<PersonId> =
        named.iter().filter(|(_, human)| human.person.is_active()).map(|(id, _)| **id).collect();
    match (active.as_slice(), named.as_slice()) {
        ([one], _) => Some(*one),
        ([], [(one, _)]) => Some(**one),
        _ => None,
    }
}

/// Whoever is appointed to stand in for somebody does so everywhere, as long as both are there.
fn stand_ins(people: &BTreeMap<PersonId, Human>, (now, on): (Timestamp, Date)) -> Vec<Deputy> {
    let active = people.values().filter(|human| human.person.is_active());
    active
        .flat_map(|human| {
            human.person.stands_in_for(now).map(|person| Deputy {
                person,
                by: human.person.id(),
                planes: Plane::ALL.to_vec(),
                systems: vec![countersign_access::glob::Glob::new("*")],
                from: on,
                until: on,
            })
        })
        .collect()
}

async fn people(store: &Store) -> Result<BTreeMap<PersonId, Human>, NotDone> {
    let (mut people, mut cursor) = (BTreeMap::new(), None::<String>);
    loop {
        let page = read::person::list(store, cursor.as_deref(), PAGE_MAX).await?;
        for item in page.items {
            let State::Person(Some(person)) = kept::parse(&item.state)? else { continue };
            people.insert(person.id(), Human { name: item.row.name, person });
        }
        cursor = page.next;
        if cursor.is_none() {
            return Ok(people);
        }
    }
}

async fn systems(store: &Store) -> Result<BTreeMap<String, System>, NotDone> {
    let (mut systems, mut cursor) = (BTreeMap::new(), None::<String>);
    loop {
        let page = read::system::list(store, cursor.as_deref(), PAGE_MAX).await?;
        for item in page.items {
            let State::System(Some(system)) = kept::parse(&item.state)? else { continue };
            systems.insert(item.row.name, system);
        }
        cursor = page.next;
        if cursor.is_none() {
            return Ok(systems);
        }
    }
}

async fn said(store: &Store) -> Result<BTreeMap<Cell, (Accountability, i64)>, NotDone> {
    let (mut said, mut after) = (BTreeMap::new(), String::new());
    loop {
        let rows = state::all(store, "accountability", &after).await?;
        let Some(last) = rows.last() else { return Ok(said) };
        last.subject.clone_into(&mut after);
        for row in rows {
            let State::Accountability(Some(it)) = kept::parse(&row.state)? else { continue };
            said.insert(it.cell, (it, row.sequence));
        }
    }
}
