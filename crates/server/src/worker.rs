//! What runs by itself: reading systems (`sync`), judging what was read (`judge`), carrying orders out
//! and reading back (`dispatch`), testing controls (`prober`), starting what a time brings
//! (`timekeeper`), checking who answers for what (`steward`), putting the owner behind what is routine
//! (`routine`), putting the items of reviews before people and following them (`registrar`), sealing the
//! ledger (`seal`), forgetting what is over (`prune`). Each ends within a second when told to, and each can
//! be killed anywhere: it repeats and never skips.

pub mod crew;
pub mod dispatch;
mod held;
pub mod judge;
mod order;
mod outcome;
mod owner;
pub mod prober;
pub mod prune;
pub mod registrar;
mod report;
mod routine;
mod said;
pub mod seal;
pub mod steward;
pub mod sync;
pub mod timekeeper;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use countersign_access::fact::SourceId;
use countersign_connect::Connector;
use countersign_governance::id::SystemId;
use countersign_store::Fault;
use tokio::sync::{Mutex, Notify, watch};

use self::crew::Crew;
use crate::act::Door;

/// Longest wait before a worker looks again, when nothing wakes it.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// A connected system as the workers need it.
#[derive(Debug, Clone)]
pub struct Target {
    /// The subject in the ledger.
    pub id: SystemId,
    /// How it is reached.
    pub connector: Arc<Connector>,
    /// Whether orders are only printed as scripts.
    pub read_only: bool,
    /// How often it is read by itself; never when `None`.
    pub every: Option<Duration>,
    /// Held by whoever reads it.
    pub reading: Arc<Mutex<()>>,
}

/// What all workers share.
#[derive(Debug, Clone)]
pub struct Workers {
    /// The door.
    pub door: Door,
    /// The systems, by configured name.
    pub targets: Arc<BTreeMap<SourceId, Target>>,
    /// Wakes the judge when a run was accepted.
    pub accepted: Arc<Notify>,
    /// This process among those on the same database.
    pub holder: String,
    /// Who seals, and where checkpoints go outside the database.
    pub sealer: Arc<seal::Sealer>,
}

impl Workers {
    /// The same, going by the policy of this moment.
    #[must_use]
    pub fn now(&self) -> Self {
        Self { door: self.door.now(), ..self.clone() }
    }

    /// Seals once what waits, if nobody else is at it.
    pub async fn seal_once(&self) {
        seal::once(self).await;
    }

    /// Tests the controls that are due and starts what a time brings, once, as the workers do by
    /// themselves: for whoever turns the clock and does not want to wait for their next look.
    ///
    /// # Errors
    /// When the store cannot answer.
    pub async fn look_once(&self) -> Result<(), Fault> {
        prober::look(self).await?;
        timekeeper::look(self, &mut said::Said::default()).await.map(drop)
    }

    /// Starts all of them; they end when the sender says so or is gone.
    #[must_use]
    pub fn start(&self, stop: &watch::Receiver<bool>) -> Crew {
        let mut crew = Crew::default();
        crew.add("seal", seal::run(self.clone(), stop.clone()));
        crew.add("judge", judge::run(self.clone(), stop.clone()));
        crew.add("dispatch", dispatch::run(self.clone(), stop.clone()));
        crew.add("prober", prober::run(self.clone(), stop.clone()));
        crew.add("timekeeper", timekeeper::run(self.clone(), stop.clone()));
        crew.add("steward", steward::run(self.clone(), stop.clone()));
        crew.add("routine", routine::run(self.clone(), stop.clone()));
        crew.add("registrar", registrar::run(self.clone(), stop.clone()));
        crew.add("prune", prune::run(self.clone(), stop.clone()));
        for (name, target) in self.targets.iter() {
            if let Some(every) = target.every {
                let reading = sync::every(self.clone(), target.clone(), every, stop.clone());
                crew.add(&format!("sync {name}"), reading);
            }
        }
        crew
    }
}

/// Waits for the end of a pause, a wake-up or the word to stop; true means stop.
async fn pause(
    stop: &mut watch::Receiver<bool>,
    wake: impl Future<Output = ()>,
    at_most: Duration,
) -> bool {
    if *stop.borrow() {
        return true;
    }
    tokio::select! {
        changed = stop.changed() => changed.is_err() || *stop.borrow(),
        () = wake => false,
        () = tokio::time::sleep(at_most) => false,
    }
}
