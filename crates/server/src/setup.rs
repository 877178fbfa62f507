//! The first start: people, processes, systems and the policy come in before anybody can sign in. The
//! machine `setup` may do this only while there are no people; afterwards people do it.

use std::collections::BTreeMap;

use countersign_access::node::NodeId;
use countersign_governance::actor::{Actor, Machine};
use countersign_governance::id::{PersonId, ProcessId, SystemId};
use countersign_governance::person::{self, Appointment, StandIn};
use countersign_governance::process::{self, Criticality, Definition};
use countersign_governance::seat::SeatName;
use countersign_governance::system::{self, Connection};
use countersign_governance::{Command, State, Subject, policy};
use countersign_store::read;
use jiff::SignedDuration;
use serde::Deserialize;

use crate::adoption;
use crate::clock::NoChance;
use crate::config::System;
use crate::door::{Asked, Door, NotDone};
use crate::kept;
use crate::text::Text;

/// How long a deputy of the first day stands in.
const STAND_IN_FOR: SignedDuration = SignedDuration::from_hours(24 * 365);

/// The people of an organisation, as a file says.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct People {
    /// Each.
    pub person: Vec<PersonRow>,
}

/// One person, as a file says.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonRow {
    /// Short key within the file.
    pub id: String,
    /// Name.
    pub name: String,
    /// What they are called in the organisation.
    #[serde(default)]
    pub title: String,
    /// Seats.
    pub seats: Vec<SeatName>,
    /// Processes whose risk they own; said again by the process itself.
    #[serde(default)]
    pub processes: Vec<String>,
    /// Who stands in for them.
    #[serde(default)]
    pub deputies: Vec<String>,
    /// Key of the person to whom they report.
    #[serde(default)]
    pub manager: Option<String>,
    /// Identities in the graph that are theirs.
    #[serde(default)]
    pub identities: Vec<String>,
}

/// The processes of an organisation, as a file says.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Processes {
    /// Each.
    pub process: Vec<ProcessRow>,
}

/// One process, as a file says.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProcessRow {
    /// The key by which rules and nodes name it.
    pub id: String,
    /// Name.
    pub name: String,
    /// How critical.
    pub criticality: Criticality,
    /// Key of the person who owns its risk.
    pub owner: String,
    /// Whether the legal seat signs exceptions in it too.
    #[serde(default)]
    pub regulated: bool,
}

/// Why the first start did not come about.
#[derive(Debug, thiserror::Error)]
pub enum NotSetUp {
    /// A file is not of its form, or names somebody who is not there.
    #[error("{0}")]
    Malformed(String),
    /// There are people already.
    #[error("this organisation is set up already: people are appointed by people from now on")]
    Already,
    /// The policy cannot be kept.
    #[error("{0}")]
    Policy(#[from] adoption::NotPutForward),
    /// It could not be done.
    #[error("{0}")]
    Act(#[from] NotDone),
    /// The store failed.
    #[error("{0}")]
    Store(#[from] countersign_store::Fault),
    /// No randomness.
    #[error("{0}")]
    Chance(#[from] NoChance),
}

/// Reads and checks both files whole, before anything is done.
///
/// # Errors
/// When one is not of its form, or a key names nobody.
pub fn parse(people: &str, processes: &str) -> Result<(People, Processes), NotSetUp> {
    let form = |name: &str, why: String| NotSetUp::Malformed(format!("`{name}`: {why}"));
    let people: People =
        toml::from_str(people).map_err(|why| form("people.toml", why.to_string()))?;
    let processes: Processes =
        toml::from_str(processes).map_err(|why| form("processes.toml", why.to_string()))?;
    let mut keys = std::collections::BTreeSet::new();
    for person in &people.person {
        if !keys.insert(person.id.as_str()) {
            return Err(form("people.toml", format!("two people have the id `{}`", person.id)));
        }
    }
    let deputies = people.person.iter().flat_map(|person| &person.deputies);
    let owners = processes.process.iter().map(|process| &process.owner);
    let managers = people.person.iter().filter_map(|person| person.manager.as_ref());
    if let Some(nobody) =
        deputies.chain(owners).chain(managers).find(|key| !keys.contains(key.as_str()))
    {
        return Err(form("people.toml", format!("nobody has the id `{nobody}`: add that person")));
    }
    if let Some(key) = circle(&people, |person| person.manager.iter().collect()) {
        let what = "reports to themselves by way of others: take one `manager` of the circle out";
        return Err(form("people.toml", format!("`{key}` {what}")));
    }
    if let Some(key) = circle(&people, |person| person.deputies.iter().collect()) {
        let what = "stands in for themselves by way of others: take one of `deputies` out";
        return Err(form("people.toml", format!("`{key}` {what}")));
    }
    Ok((people, processes))
}

/// Somebody who is met again on the way from them.
fn circle<'a>(
    people: &'a People,
    next: impl Fn(&'a PersonRow) -> Vec<&'a String>,
) -> Option<&'a str> {
    let rows: BTreeMap<&str, &PersonRow> =
        people.person.iter().map(|row| (row.id.as_str(), row)).collect();
    people.person.iter().map(|row| row.id.as_str()).find(|start| {
        let mut seen = std::collections::BTreeSet::new();
        let mut open = vec![*start];
        while let Some(key) = open.pop() {
            for to in rows.get(key).map(|row| next(row)).unwrap_or_default() {
                if to == start {
                    return true;
                }
                if seen.insert(to.as_str()) {
                    open.push(to);
                }
            }
        }
        false
    })
}

/// Puts the first policy in force where there is none, appoints the first people and defines the first
/// processes, all at once or not at all; answers who got which id.
///
/// # Errors
/// When there are people already, or it could not be done.
pub async fn organisation(
    door: &Door,
    people: &People,
    processes: &Processes,
) -> Result<BTreeMap<String, PersonId>, NotSetUp> {
    if !read::person::list(&door.store, None, 1).await?.items.is_empty() {
        return Err(NotSetUp::Already);
    }
    let mut ids = BTreeMap::new();
    for row in &people.person {
        ids.insert(row.id.clone(), PersonId(door.chance.id(door.clock.now())?));
    }
    let mut all = Vec::new();
    if let (State::Policy(None), _) = kept::look(&door.store, Subject::Policy).await? {
        all.push(first_policy(door)?);
    }
    for row in &people.person {
        all.extend(appoint(door, row, people, &ids)?);
    }
    for row in &processes.process {
        all.extend(define(door, row, &ids)?);
    }
    door.act_all(all).await?;
    Ok(ids)
}

fn appoint(
    door: &Door,
    row: &PersonRow,
    people: &People,
    ids: &BTreeMap<String, PersonId>,
) -> Result<Option<Asked>, NotSetUp> {
    let Some(id) = ids.get(&row.id) else { return Ok(None) };
    let until = door.clock.now().checked_add(STAND_IN_FOR).unwrap_or(jiff::Timestamp::MAX);
    let stands_in = people.person.iter().filter(|other| other.deputies.contains(&row.id));
    let stands_in = stands_in.filter_map(|other| ids.get(&other.id));
    let mut identities = Vec::new();
    for identity in &row.identities {
        let identity = NodeId::new(identity).map_err(|why| NotSetUp::Malformed(why.to_string()))?;
        identities.push(identity);
    }
    let name = Text::new(&door.chance, &row.name)?;
    let theirs = Text::json(&door.chance, &identities)?;
    let appointment = Appointment {
        name: name.digest().clone(),
        seats: row.seats.iter().copied().collect(),
        identities: theirs.digest().clone(),
        stands_in: stands_in.map(|person| StandIn { person: *person, until }).collect(),
        away: None,
        manager: row.manager.as_ref().and_then(|key| ids.get(key)).copied(),
    };
    let command = Command::Person(*id, person::Command::Appoint(appointment));
    Ok(Some(by_setup(command).with_texts(vec![name, theirs])))
}

fn define(
    door: &Door,
    row: &ProcessRow,
    ids: &BTreeMap<String, PersonId>,
) -> Result<Option<Asked>, NotSetUp> {
    let Some(owner) = ids.get(&row.owner) else { return Ok(None) };
    let name = Text::new(&door.chance, &row.name)?;
    let definition = Definition {
        key: row.id.clone(),
        name: name.digest().clone(),
        criticality: row.criticality,
        owner: *owner,
        regulated: row.regulated,
    };
    let id = ProcessId(door.chance.id(door.clock.now())?);
    let command = Command::Process(id, process::Command::Define(definition));
    Ok(Some(by_setup(command).with_texts(vec![name])))
}

/// Connects a configured system that is not known yet, and answers its id.
///
/// # Errors
/// When it could not be done.
pub async fn connect(door: &Door, system: &System) -> Result<SystemId, NotSetUp> {
    if let Some(item) = read::system::by_name(&door.store, &system.name).await? {
        let state = kept::parse(&item.state)?;
        if let State::System(Some(known)) = state {
            return Ok(known.id);
        }
    }
    let id = SystemId(door.chance.id(door.clock.now())?);
    let name = Text::new(&door.chance, &system.name)?;
    let connection = Connection {
        name: name.digest().clone(),
        kind: system.kind_name().to_owned(),
        owner: None,
    };
    let command = Command::System(id, system::Command::Connect(connection));
    door.act(by_setup(command).with_texts(vec![name])).await?;
    Ok(id)
}

/// Whether the loaded policy is in force; the very first is put in force here.
///
/// # Errors
/// When it could not be done.
pub async fn policy_in_force(door: &Door) -> Result<bool, NotSetUp> {
    let digest = door.policy.digest.clone();
    match kept::look(&door.store, Subject::Policy).await?.0 {
        State::Policy(Some(policy)) => Ok(policy.digest == digest),
        State::Policy(None)
        | State::Finding(_)
        | State::Exception(_)
        | State::Person(_)
        | State::Process(_)
        | State::System(_)
        | State::Accountability(_)
        | State::Gap(_)
        | State::Review(_)
        | State::Item(_) => {
            door.act(first_policy(door)?).await?;
            Ok(true)
        }
    }
}

fn first_policy(door: &Door) -> Result<Asked, NotSetUp> {
    let (adopt, files) = adoption::adoption(&door.chance, &door.policy, None)?;
    Ok(by_setup(Command::Policy(policy::Command::Adopt(adopt))).with_texts(vec![files]))
}

fn by_setup(command: Command) -> Asked {
    Asked::new(Actor::Machine(Machine::Setup), command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_circle_in_the_file_of_people_is_refused_with_somebody_in_it() {
        let told = |rows: &[(&str, &str)]| {
            let row = |(id, more): &(&str, &str)| {
                format!("{{ id = \"{id}\", name = \"{id}\", seats = [\"business\"], {more} }},")
            };
            let all: String = rows.iter().map(row).collect();
            parse(&format!("person = [{all}]"), "process = []").map_err(|why| why.to_string())
        };
        assert!(told(&[("a", "manager = \"b\""), ("b", "manager = \"c\""), ("c", "")]).is_ok());
        for circle in [
            told(&[("a", "manager = \"a\"")]),
            told(&[("a", "manager = \"b\""), ("b", "manager = \"c\""), ("c", "manager = \"a\"")]),
        ] {
            assert!(circle.unwrap_err().contains("reports to themselves"));
        }
        let deputies = told(&[("a", "deputies = [\"b\"]"), ("b", "deputies = [\"a\"]")]);
        assert!(deputies.unwrap_err().contains("stands in for themselves"));
        let nobody = told(&[("a", "manager = \"x\"")]).unwrap_err();
        assert!(nobody.contains("nobody has the id `x`"), "{nobody}");
    }
}
