//! Starts what follows when a time has come or a finding changed: the consequence of an exception's
//! end, its suspension when a control is unproven, its own end when it is moot, and what was said of silence
//! when nobody answered in a review. Whatever has nothing due
//! costs it nothing. It makes nothing
//! true: whether an exception is in force is computed wherever it is asked. Any number of nodes may
//! do this at once; the second finds nothing left to do.

use countersign_governance::Command;
use countersign_governance::actor::{Actor, Machine};
use countersign_governance::exception::{Command as Verb, suspend::Suspend};
use countersign_governance::id::{ExceptionId, ItemId};
use countersign_governance::item;
use countersign_store::Fault;
use countersign_store::project::exception::settled;
use countersign_store::read::exception::{Unsettled, expired, unproven, unsettled};
use countersign_store::read::item::lapsed;
use tokio::sync::watch;

use super::said::Said;
use super::{LOOK_AGAIN, Workers, pause};
use crate::act::{Asked, NotDone};
use crate::ask::finding::bare;

/// Cases seen to in one look.
const AT_ONCE: i64 = 100;

/// Keeps time until told to stop.
pub(super) async fn run(workers: Workers, mut stop: watch::Receiver<bool>) {
    let mut said = Said::default();
    loop {
        match look(&workers, &mut said).await {
            Ok(true) => {}
            Ok(false) => said.well(),
            Err(problem) => {
                if said.is_new(problem.to_string()) {
                    tracing::warn!(%problem, "what is due was not looked for");
                }
            }
        }
        if pause(&mut stop, std::future::pending(), LOOK_AGAIN).await {
            return;
        }
    }
}

/// Looks once for what is due and sees to it. Whether something of it waits because it could not be done.
pub(super) async fn look(workers: &Workers, said: &mut Said) -> Result<bool, Fault> {
    let (store, now) = (&workers.door.store, workers.door.clock.now());
    let mut waits = false;
    for exception in expired(store, now, AT_ONCE).await? {
        waits |= !ask(workers, &exception, (Verb::Expire, None), said).await;
    }
    for exception in unproven(store, now, AT_ONCE).await? {
        let verb = Verb::Suspend(Suspend::Unproven);
        waits |= !ask(workers, &exception, (verb, None), said).await;
    }
    for it in unsettled(store, AT_ONCE).await? {
        let cause = (it.sequence > 0).then(|| format!("{}#{}", it.finding, it.sequence));
        if ask(workers, &it.exception, (Verb::Moot, cause), said).await {
            note(workers, it).await?;
        } else {
            waits = true;
        }
    }
    for item in lapsed(store, now, AT_ONCE).await? {
        let Ok(id) = bare(&item).parse::<ItemId>() else { continue };
        waits |= !send(workers, &item, (Command::Item(id, item::Command::Lapse), None), said).await;
    }
    Ok(waits)
}

/// Notes that an exception was asked whether it is over: not again before its finding changes.
async fn note(workers: &Workers, it: Unsettled) -> Result<(), Fault> {
    let noted = workers.door.store.transact(move |tx| {
        let it = it.clone();
        Box::pin(async move { settled(tx, &it.exception, it.sequence).await })
    });
    noted.await
}

/// Answers whether there was an answer, whatever it was.
async fn ask(
    workers: &Workers,
    subject: &str,
    (verb, cause): (Verb, Option<String>),
    said: &mut Said,
) -> bool {
    let Ok(id) = bare(subject).parse::<ExceptionId>() else { return true };
    send(workers, subject, (Command::Exception(id, verb), cause), said).await
}

/// Answers whether there was an answer, whatever it was.
async fn send(
    workers: &Workers,
    subject: &str,
    (command, cause): (Command, Option<String>),
    said: &mut Said,
) -> bool {
    let actor = Actor::Machine(Machine::Timekeeper);
    let asked = Asked::new(actor, command).because(cause);
    match workers.door.act(asked).await {
        Ok(_) => true,
        // Somebody was first.
        Err(NotDone::Refused(refusal)) => {
            tracing::debug!(%subject, %refusal, "nothing was due");
            true
        }
        Err(problem) => {
            if said.is_new(format!("{subject}: {problem}")) {
                tracing::warn!(%subject, %problem, "what was due waits, and is tried again");
            }
            false
        }
    }
}
