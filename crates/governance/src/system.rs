//! A connected system and its reads. A run is staged outside governed state; only the small event
//! that accepts it makes it visible, and one that would make a large share vanish is held for a
//! person (REM-12).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::actor::{Actor, Machine};
use crate::facts::Facts;
use crate::id::{PersonId, RunId, SystemId};
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
    /// A run that waits for a person.
    pub held: Option<Offered>,
}

/// What a system is and whose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connection {
    /// The configured name, as a text.
    pub name: TextDigest,
    /// Kind of connector.
    pub kind: String,
    /// Who answers for the connection and its credentials (law 13).
    pub owner: Option<PersonId>,
}

/// A staged run, offered to be believed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offered {
    /// Which.
    pub run: RunId,
    /// When the read began.
    pub read_at: Timestamp,
    /// How many facts it holds.
    pub facts: u64,
    /// Whether it saw everything.
    pub complete: bool,
    /// SHA-256 over its chunks.
    pub digest: String,
}

/// A run that became visible.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    let known = system.last.as_ref().map_or(0, |last| last.run.facts);
    if system.last.as_ref().is_some_and(|last| last.run.run == offered.run) {
        return Ok(Vec::new());
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
    let signed = facts.sign::<Control>(&[])?;
    Ok(vec![Event::RunAccepted(Accepted { run: held.clone(), released: Some(signed) })])
}

/// Adds one event to a system.
pub(crate) fn evolve(id: SystemId, state: Option<System>, event: &Event) -> Option<System> {
    match (state, event) {
        (None, Event::Connected(connection)) => {
            Some(System { id, connection: connection.clone(), last: None, held: None })
        }
        (Some(system), Event::Connected(connection)) => {
            Some(System { connection: connection.clone(), ..system })
        }
        (Some(system), Event::RunAccepted(accepted)) => {
            Some(System { last: Some(accepted.clone()), held: None, ..system })
        }
        (Some(system), Event::RunHeld(offered)) => {
            Some(System { held: Some(offered.clone()), ..system })
        }
        (state, Event::RunAccepted(_) | Event::RunHeld(_) | Event::Refused(_)) => state,
    }
}
