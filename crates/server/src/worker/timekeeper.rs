//! Starts what follows when a time has come or a finding is over: the consequence of an exception's
//! end, its suspension when a control is unproven, its own end when it is moot. It makes nothing
//! true: whether an exception is in force is computed wherever it is asked. Any number of nodes may
//! do this at once; the second finds nothing left to do.

use countersign_governance::Command;
use countersign_governance::actor::{Actor, Machine};
use countersign_governance::exception::{Command as Verb, suspend::Suspend};
use countersign_governance::id::ExceptionId;
use countersign_store::Fault;
use countersign_store::read::exception::{expired, moot, unproven};
use tokio::sync::watch;

use super::{LOOK_AGAIN, Workers, pause};
use crate::act::{Asked, NotDone};
use crate::ask::finding::bare;

/// Cases seen to in one look.
const AT_ONCE: i64 = 100;

/// Keeps time until told to stop.
pub(super) async fn run(workers: Workers, mut stop: watch::Receiver<bool>) {
    loop {
        if let Err(problem) = look(&workers).await {
            tracing::warn!(%problem, "what is due was not looked for");
        }
        if pause(&mut stop, std::future::pending(), LOOK_AGAIN).await {
            return;
        }
    }
}

/// Looks once for what is due and sees to it.
pub(crate) async fn look(workers: &Workers) -> Result<(), Fault> {
    let (store, now) = (&workers.door.store, workers.door.clock.now());
    for exception in expired(store, now, AT_ONCE).await? {
        ask(workers, &exception, Verb::Expire, None).await;
    }
    for exception in unproven(store, now, AT_ONCE).await? {
        ask(workers, &exception, Verb::Suspend(Suspend::Unproven), None).await;
    }
    for over in moot(store, AT_ONCE).await? {
        let cause = format!("{}#{}", over.finding, over.sequence);
        ask(workers, &over.exception, Verb::Moot, Some(cause)).await;
    }
    Ok(())
}

async fn ask(workers: &Workers, subject: &str, verb: Verb, cause: Option<String>) {
    let Ok(id) = bare(subject).parse::<ExceptionId>() else { return };
    let actor = Actor::Machine(Machine::Timekeeper);
    let asked = Asked::new(actor, Command::Exception(id, verb)).because(cause);
    match workers.door.act(asked).await {
        Ok(_) => {}
        // Somebody was first.
        Err(NotDone::Refused(refusal)) => tracing::debug!(%subject, %refusal, "nothing was due"),
        Err(problem) => tracing::warn!(%subject, %problem, "what was due waits"),
    }
}
