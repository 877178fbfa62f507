//! What follows from an event for somebody else: outbox rows that come back through the door with
//! the event as their cause, and staged runs that become visible or wait. Read this file to know what
//! the product does by itself.

use countersign_governance::event::Event;
use countersign_governance::id::{FindingId, OrderId, PersonId, RunId};
use countersign_governance::{Subject, finding, person, system};
use serde::{Deserialize, Serialize};

/// Job: carry an order out in the real system.
pub const ENFORCE: &str = "enforce";

/// Job: read the real system back.
pub const VERIFY: &str = "verify";

/// Something that must happen because an event did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Duty {
    /// A worker must do something outside.
    Job(OrderJob),
    /// A staged run becomes visible.
    ShowRun(RunId),
    /// A staged run waits for a person.
    HoldRun(RunId),
    /// Every session, token and sign-in link of a person is over for good.
    EndAccess(PersonId),
    /// Nobody at a provider of sign-ins is this person any more, and their sessions by it are over.
    Unlink(PersonId),
}

/// A job for an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderJob {
    /// Which worker.
    pub kind: &'static str,
    /// The same key is the same job.
    pub key: String,
    /// What it needs, as JSON.
    pub payload: String,
    /// The finding, by which the job is found again.
    pub subject: String,
}

/// What a worker needs to know of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderOf {
    /// The finding whose order it is.
    pub finding: FindingId,
    /// The order.
    pub order: OrderId,
    /// How often this job has been made anew.
    pub round: u32,
    /// How many rows of tries have failed before.
    #[serde(default)]
    pub rows: u32,
}

/// What follows from an event.
#[must_use]
pub fn duties(subject: Subject, event: &Event) -> Vec<Duty> {
    match (subject, event) {
        (Subject::Finding(id), Event::Finding(event)) => of_finding(id, event),
        (Subject::System(_), Event::System(event)) => of_system(event),
        (Subject::Person(id), Event::Person(event)) => of_person(id, event),
        (
            Subject::Finding(_)
            | Subject::Exception(_)
            | Subject::Person(_)
            | Subject::Process(_)
            | Subject::System(_)
            | Subject::Policy
            | Subject::Accountability(_)
            | Subject::Gap(_)
            | Subject::Review(_)
            | Subject::Item(_),
            _,
        ) => Vec::new(),
    }
}

fn of_finding(id: FindingId, event: &finding::Event) -> Vec<Duty> {
    match event {
        finding::Event::Ordered(ordered) => first(ENFORCE, id, ordered.order),
        finding::Event::Fulfilled(fulfilled) => first(VERIFY, id, fulfilled.order),
        finding::Event::Opened(_)
        | finding::Event::Changed(_)
        | finding::Event::Recurred(_)
        | finding::Event::Assigned(_)
        | finding::Event::Entrusted(_)
        | finding::Event::RemedyChosen(_)
        | finding::Event::OrderWithdrawn(_)
        | finding::Event::OrderFailed(_)
        | finding::Event::NotReadBack(_)
        | finding::Event::NotVerified(_)
        | finding::Event::Inconclusive(_)
        | finding::Event::Disputed(_)
        | finding::Event::DisputeRejected(_)
        | finding::Event::Ended(_)
        | finding::Event::Refused(_) => Vec::new(),
    }
}

fn first(kind: &'static str, finding: FindingId, order: OrderId) -> Vec<Duty> {
    vec![Duty::Job(order_job(kind, OrderOf { finding, order, round: 0, rows: 0 }))]
}

fn of_system(event: &system::Event) -> Vec<Duty> {
    match event {
        system::Event::RunAccepted(accepted) => vec![Duty::ShowRun(accepted.run.run)],
        system::Event::RunHeld(offered) => vec![Duty::HoldRun(offered.run)],
        system::Event::Connected(_) | system::Event::Refused(_) => Vec::new(),
    }
}

/// Whoever is appointed again begins anew: nothing that was issued before comes back to life.
fn of_person(id: PersonId, event: &person::Event) -> Vec<Duty> {
    match event {
        person::Event::Deactivated {} => vec![Duty::EndAccess(id)],
        person::Event::Unlinked {} => vec![Duty::Unlink(id)],
        person::Event::Appointed(_)
        | person::Event::AppointedSecond(_)
        | person::Event::AppointedForCase(_)
        | person::Event::AppointedBefore(_)
        | person::Event::TokenTaken(_)
        | person::Event::SignedInLocally(_)
        | person::Event::SeatedByGroup(_)
        | person::Event::Refused(_) => Vec::new(),
    }
}

/// The job of a kind for an order; `round` tells repetitions apart.
#[must_use]
pub fn order_job(kind: &'static str, of: OrderOf) -> OrderJob {
    // Two ids and a number always write.
    let payload = serde_json::to_string(&of).unwrap_or_default();
    let key = format!("{kind}:{}:{}", of.order, of.round);
    OrderJob { kind, key, payload, subject: Subject::Finding(of.finding).to_string() }
}
