//! The one function that decides, and the one that replays. Both match every case by name: a new
//! noun or verb does not compile until it has an answer here.

use serde::{Deserialize, Serialize};

use crate::event::Event;
use crate::facts::Facts;
use crate::finding::{self, Finding};
use crate::id::{FindingId, PersonId, ProcessId, SystemId};
use crate::person::{self, Person};
use crate::policy::{self, Policy};
use crate::process::{self, Process};
use crate::refusal::{Refusal, Refused};
use crate::system::{self, System};

/// What a command is about. One command changes one subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// A finding.
    Finding(FindingId),
    /// A person's record.
    Person(PersonId),
    /// A process.
    Process(ProcessId),
    /// A connected system.
    System(SystemId),
    /// The policy in force.
    Policy,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Of a finding.
    Finding(FindingId, finding::Command),
    /// Of a person's record.
    Person(PersonId, person::Command),
    /// Of a process.
    Process(ProcessId, process::Command),
    /// Of a connected system.
    System(SystemId, system::Command),
    /// Of the policy.
    Policy(policy::Command),
}

/// The current state of one subject; `None` inside where it does not exist yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// A finding.
    Finding(Option<Box<Finding>>),
    /// A person's record.
    Person(Option<Person>),
    /// A process.
    Process(Option<Process>),
    /// A connected system.
    System(Option<System>),
    /// The policy.
    Policy(Option<Policy>),
}

impl Subject {
    /// The noun.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Finding(_) => "finding",
            Self::Person(_) => "person",
            Self::Process(_) => "process",
            Self::System(_) => "system",
            Self::Policy => "policy",
        }
    }

    /// The state before the first event.
    #[must_use]
    pub fn nothing(&self) -> State {
        match self {
            Self::Finding(_) => State::Finding(None),
            Self::Person(_) => State::Person(None),
            Self::Process(_) => State::Process(None),
            Self::System(_) => State::System(None),
            Self::Policy => State::Policy(None),
        }
    }
}

impl std::fmt::Display for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Finding(id) => write!(f, "finding:{id}"),
            Self::Person(id) => write!(f, "person:{id}"),
            Self::Process(id) => write!(f, "process:{id}"),
            Self::System(id) => write!(f, "system:{id}"),
            Self::Policy => f.write_str("policy"),
        }
    }
}

impl Command {
    /// What it is about.
    #[must_use]
    pub fn subject(&self) -> Subject {
        match self {
            Self::Finding(id, _) => Subject::Finding(*id),
            Self::Person(id, _) => Subject::Person(*id),
            Self::Process(id, _) => Subject::Process(*id),
            Self::System(id, _) => Subject::System(*id),
            Self::Policy(_) => Subject::Policy,
        }
    }
}

/// Answers a command: events, or a refusal. A state of another kind than the command's subject is
/// the caller's mistake and is answered as an unknown case.
///
/// # Errors
/// The refusal, when the answer is no.
pub fn decide(state: &State, facts: &Facts, command: Command) -> Result<Vec<Event>, Refusal> {
    match (state, command) {
        (State::Finding(state), Command::Finding(_, command)) => {
            finding::decide(state.as_deref(), facts, command).map(wrap(Event::Finding))
        }
        (State::Person(state), Command::Person(_, command)) => {
            person::decide(state.as_ref(), facts, command).map(wrap(Event::Person))
        }
        (State::Process(_), Command::Process(_, command)) => {
            process::decide(facts, command).map(wrap(Event::Process))
        }
        (State::System(state), Command::System(_, command)) => {
            system::decide(state.as_ref(), facts, command).map(wrap(Event::System))
        }
        (State::Policy(state), Command::Policy(command)) => {
            policy::decide(state.as_ref(), facts, command).map(wrap(Event::Policy))
        }
        (
            State::Finding(_)
            | State::Person(_)
            | State::Process(_)
            | State::System(_)
            | State::Policy(_),
            command,
        ) => Err(Refusal::Unknown(command.subject().kind())),
    }
}

/// Adds one event to the state of its subject. An event of another kind changes nothing.
#[must_use]
pub fn evolve(subject: Subject, state: State, event: &Event) -> State {
    match (subject, state, event) {
        (Subject::Finding(id), State::Finding(state), Event::Finding(event)) => {
            State::Finding(finding::evolve(id, state.map(|it| *it), event).map(Box::new))
        }
        (Subject::Person(id), State::Person(state), Event::Person(event)) => {
            State::Person(person::evolve(id, state, event))
        }
        (Subject::Process(id), State::Process(state), Event::Process(event)) => {
            State::Process(process::evolve(id, state, event))
        }
        (Subject::System(id), State::System(state), Event::System(event)) => {
            State::System(system::evolve(id, state, event))
        }
        (Subject::Policy, State::Policy(state), Event::Policy(event)) => {
            State::Policy(policy::evolve(state, event))
        }
        (
            Subject::Finding(_)
            | Subject::Person(_)
            | Subject::Process(_)
            | Subject::System(_)
            | Subject::Policy,
            state,
            _,
        ) => state,
    }
}

/// The event by which the ledger remembers a refusal that concerns duties.
#[must_use]
pub fn refused(subject: Subject, verb: &str, refusal: &Refusal) -> Event {
    let refused = Refused { verb: verb.to_owned(), code: refusal.code().to_owned() };
    match subject {
        Subject::Finding(_) => Event::Finding(finding::Event::Refused(refused)),
        Subject::Person(_) => Event::Person(person::Event::Refused(refused)),
        Subject::Process(_) => Event::Process(process::Event::Refused(refused)),
        Subject::System(_) => Event::System(system::Event::Refused(refused)),
        Subject::Policy => Event::Policy(policy::Event::Refused(refused)),
    }
}

fn wrap<T>(make: fn(T) -> Event) -> impl Fn(Vec<T>) -> Vec<Event> {
    move |events| events.into_iter().map(make).collect()
}
