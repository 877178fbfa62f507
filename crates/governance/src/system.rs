//! A connected system and its reads. A run is staged outside governed state; only the small event
//! that accepts it makes it visible, and one that would make a large share vanish is held for a
//! person (REM-12).

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::{Actor, Machine};
use crate::facts::Facts;
use crate::id::{PersonId, RunId, SystemId};
use crate::instant::Instant;
use crate::refusal::{Refusal, Refused};
use crate::seat::{Control, Signature};
use crate::text::TextDigest;

/// A run is held when fewer than one in this many of the facts known before are still there.
pub const VANISHED_SHARE: u64 = 2;

/// Below this many facts a run is never held: a small system may well be emptied.
pub const VANISHED_MIN: u64 = 20;

/// A connected system, as the events say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct System {
    /// Which.
    pub id: SystemId,
    /// What it is and whose.
    pub connection: Connection,
    /// The last run that is visible.
    pub last: Option<Accepted>,
    /// How many facts are known: those of the last complete run, or more that partial ones added.
    pub known_facts: u64,
    /// A run that waits for a person.
    pub held: Option<Offered>,
}

/// What a system is and whose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Connection {
    /// The configured name, as a text.
    pub name: TextDigest,
    /// Kind of connector.
    pub kind: String,
    /// Who answers for the connection and its credentials (law 13).
    pub owner: Option<PersonId>,
}

/// A staged run, offered to be believed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Offered {
    /// Which.
    pub run: RunId,
    /// When the read began.
    #[schemars(with = "Instant")]
    pub read_at: Timestamp,
    /// How many facts it holds.
    pub facts: u64,
    /// Whether it saw everything.
    pub complete: bool,
    /// SHA-256 over its chunks.
    pub digest: String,
}

/// A run that became visible.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Accepted {
    /// The run.
    #[serde(flatten)]
    pub run: Offered,
    /// Who believed it, when it had been held.
    pub released: Option<Signature<Control>>,
}

/// What can be asked of a system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Connect it, or change what is known of the connection.
    Connect(Connection),
    /// Believe a run, or hold it.
    OfferRun(Offered),
    /// Believe the run that is held.
    ReleaseRun(RunId),
}

/// What happened to a system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Event {
    /// Connected.
    #[serde(rename = "system.connected.1")]
    Connected(Connection),
    /// A run became visible.
    #[serde(rename = "system.run_accepted.1")]
    RunAccepted(Accepted),
    /// A run waits for a person.
    #[serde(rename = "system.run_held.1")]
    RunHeld(Offered),
    /// Somebody was told no.
    #[serde(rename = "system.refused.1")]
    Refused(Refused),
}

/// Answers a command about a system.
pub(crate) fn decide(
    state: Option<&System>,
    facts: &Facts,
    command: Command,
) -> Result<Vec<Event>, Refusal> {
    match command {
        Command::Connect(connection) => connect(state, facts, connection),
        Command::OfferRun(offered) => offer(state, facts, offered),
        Command::ReleaseRun(run) => release(state, facts, run),
    }
}

fn connect(
    state: Option<&System>,
    facts: &Facts,
    connection: Connection,
) -> Result<Vec<Event>, Refusal> {
    if facts.actor != Actor::Machine(Machine::Setup) {
        facts.permitted_person()?;
    }
    if state.is_some_and(|system| system.connection == connection) {
        return Ok(Vec::new());
    }
    Ok(vec![Event::Connected(connection)])
}

fn offer(state: Option<&System>, facts: &Facts, offered: Offered) -> Result<Vec<Event>, Refusal> {
    facts.machine(Machine::Observer)?;
    let system = state.ok_or(Refusal::Unknown("system"))?;
    let known = system.known_facts;
    if system.last.as_ref().is_some_and(|last| last.run.run == offered.run) {
        return Ok(Vec::new());
    }
    if system.last.as_ref().is_some_and(|last| last.run.read_at >= offered.read_at) {
        return Err(Refusal::Overtaken);
    }
    let vanished = offered.complete
        && known >= VANISHED_MIN
        && offered.facts.saturating_mul(VANISHED_SHARE) < known;
    Ok(vec![if vanished {
        Event::RunHeld(offered)
    } else {
        Event::RunAccepted(Accepted { run: offered, released: None })
    }])
}

fn release(state: Option<&System>, facts: &Facts, run: RunId) -> Result<Vec<Event>, Refusal> {
    let held = state.and_then(|system| system.held.as_ref()).filter(|held| held.run == run);
    let held = held.ok_or(Refusal::Unknown("held run"))?;
    let last = state.and_then(|system| system.last.as_ref());
    if last.is_some_and(|last| last.run.read_at >= held.read_at) {
        return Err(Refusal::Overtaken);
    }
    let signed = facts.sign::<Control>(&[])?;
    Ok(vec![Event::RunAccepted(Accepted { run: held.clone(), released: Some(signed) })])
}

/// Adds one event to a system.
pub(crate) fn evolve(id: SystemId, state: Option<System>, event: &Event) -> Option<System> {
    match (state, event) {
        (None, Event::Connected(connection)) => Some(System {
            id,
            connection: connection.clone(),
            last: None,
            known_facts: 0,
            held: None,
        }),
        (Some(system), Event::Connected(connection)) => {
            Some(System { connection: connection.clone(), ..system })
        }
        (Some(system), Event::RunAccepted(accepted)) => {
            let complete = accepted.run.complete;
            let facts = accepted.run.facts;
            let known_facts = if complete { facts } else { system.known_facts.max(facts) };
            // A partial read takes nothing away, so it settles nothing about one that is held.
            let held = if complete { None } else { system.held };
            Some(System { last: Some(accepted.clone()), known_facts, held, ..system })
        }
        (Some(system), Event::RunHeld(offered)) => {
            Some(System { held: Some(offered.clone()), ..system })
        }
        (state, Event::RunAccepted(_) | Event::RunHeld(_) | Event::Refused(_)) => state,
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::scene::{ADMIN, day, facts, machine, text};

    fn run(n: u128, on: i64, facts: u64, complete: bool) -> Offered {
        let digest = "sha256:0".to_owned();
        Offered { run: RunId(Uuid::from_u128(n)), read_at: day(on), facts, complete, digest }
    }

    fn connected() -> System {
        let id = SystemId(Uuid::from_u128(9));
        let connection = Connection { name: text("erp"), kind: "sandbox".into(), owner: None };
        evolve(id, None, &Event::Connected(connection)).unwrap()
    }

    fn offered(system: &System, run: Offered) -> Result<System, Refusal> {
        let observer = machine(Machine::Observer, 20);
        let events = decide(Some(system), &observer, Command::OfferRun(run))?;
        let state = Some(system.clone());
        Ok(events.iter().fold(state, |state, event| evolve(system.id, state, event)).unwrap())
    }

    #[test]
    fn a_read_that_began_before_the_last_one_is_not_news() {
        let system = offered(&connected(), run(1, 5, 100, true)).unwrap();
        assert_eq!(offered(&system, run(2, 2, 100, true)), Err(Refusal::Overtaken));
        assert!(offered(&system, run(3, 6, 100, true)).is_ok());
    }

    #[test]
    fn what_would_make_most_vanish_waits_and_partial_reads_lead_around_nothing() {
        let system = offered(&connected(), run(1, 1, 1_000, true)).unwrap();
        let system = offered(&system, run(2, 2, 20, true)).unwrap();
        assert!(system.held.is_some());
        let system = offered(&system, run(3, 3, 30, false)).unwrap();
        assert!(system.held.is_some(), "a partial read settles nothing");
        let system = offered(&system, run(4, 4, 20, true)).unwrap();
        assert_eq!(system.held.as_ref().map(|held| held.read_at), Some(day(4)));
        let release = Command::ReleaseRun(RunId(Uuid::from_u128(4)));
        assert!(decide(Some(&system), &facts(ADMIN, 5), release).is_ok());
    }
}
