//! One writer for a database that has one: takes the acts that wait, runs each in a savepoint,
//! commits them together and answers after the commit. Never answers before it is durable.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, mpsc, oneshot};

use crate::driver::Driver;
use crate::fault::Fault;
use crate::tx::{Doing, Tx};
use crate::work;

/// Acts that may wait for the writer.
const WAITING_MAX: usize = 4_096;

/// Acts committed together.
const GROUP_MAX: usize = 256;

/// Longest wait for a place among the waiting acts.
const PLACE_WAIT_MAX: Duration = Duration::from_secs(10);

/// Where acts wait for the writer.
#[derive(Debug, Clone)]
pub(crate) struct Queue(mpsc::Sender<Box<dyn Waiting>>);

/// Starts the writer; it ends when the last queue to it is dropped.
pub(crate) fn start(driver: Driver, enqueued: Arc<Notify>) -> Queue {
    let (places, waiting) = mpsc::channel(WAITING_MAX);
    tokio::spawn(write(driver, waiting, enqueued));
    Queue(places)
}

impl Queue {
    /// Waits for the writer to run and commit `work`.
    pub(crate) async fn transact<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: for<'t> Fn(&'t mut Tx) -> Doing<'t, T, E> + Send + Sync + 'static,
        T: Send + 'static,
        E: From<Fault> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let act = Box::new(Act { work, result: None, answer });
        self.0
            .send_timeout(act, PLACE_WAIT_MAX)
            .await
            .map_err(|_| Fault::transient("too many changes are waiting; try again in a moment"))?;
        answered.await.unwrap_or_else(|source| {
            Err(Fault::transient("the store is closing; start it again").because(source).into())
        })
    }
}

async fn write(
    driver: Driver,
    mut waiting: mpsc::Receiver<Box<dyn Waiting>>,
    enqueued: Arc<Notify>,
) {
    let mut group = Vec::with_capacity(GROUP_MAX);
    while waiting.recv_many(&mut group, GROUP_MAX).await > 0 {
        let outcome = commit_together(&driver, &mut group).await;
        if matches!(outcome, Ok(true)) {
            enqueued.notify_waiters();
        }
        let outcome = outcome.map(|_| ());
        for act in group.drain(..) {
            act.answer(&outcome);
        }
    }
}

/// Runs and commits a group; says whether a job was enqueued.
async fn commit_together(driver: &Driver, group: &mut [Box<dyn Waiting>]) -> Result<bool, Fault> {
    let mut tx = Tx::begin(driver).await?;
    for act in group {
        tx.control("savepoint act").await?;
        if act.run(&mut tx).await {
            tx.control("release act").await?;
        } else {
            tx.control("rollback to act; release act").await?;
        }
    }
    let enqueued = tx.has_enqueued();
    tx.commit().await?;
    Ok(enqueued)
}

/// An act that waits for the writer, whatever it returns.
trait Waiting: Send {
    /// Runs it; false takes back what it wrote.
    fn run<'t>(
        &'t mut self,
        tx: &'t mut Tx,
    ) -> std::pin::Pin<Box<dyn Future<Output = bool> + Send + 't>>;

    /// Tells the caller what came of it, now that the group is durable or lost.
    fn answer(self: Box<Self>, outcome: &Result<(), Fault>);
}

struct Act<T, E, F> {
    work: F,
    result: Option<Result<T, E>>,
    answer: oneshot::Sender<Result<T, E>>,
}

impl<T, E, F> Waiting for Act<T, E, F>
where
    F: for<'t> Fn(&'t mut Tx) -> Doing<'t, T, E> + Send + Sync,
    T: Send,
    E: From<Fault> + Send,
{
    fn run<'t>(
        &'t mut self,
        tx: &'t mut Tx,
    ) -> std::pin::Pin<Box<dyn Future<Output = bool> + Send + 't>> {
        Box::pin(async move {
            let outcome = work::run(tx, &self.work).await;
            let keep = outcome.result.is_ok();
            self.result = Some(outcome.result);
            keep
        })
    }

    fn answer(self: Box<Self>, outcome: &Result<(), Fault>) {
        let result = match (outcome, self.result) {
            (Ok(()), Some(result)) => result,
            (Ok(()), None) => Err(Fault::transient("the change was not run; try again").into()),
            (Err(fault), _) => Err(fault.clone().into()),
        };
        // A caller that went away needs no answer; what is durable stays durable.
        let _ = self.answer.send(result);
    }
}
