//! Reads one system: streams what the connector sees into a staged run, then offers it. What is
//! staged is invisible; only the small event that accepts it makes it visible.

use std::time::Duration;

use countersign_access::fact::{Chunk, Unreadable};
use countersign_governance::actor::{Actor, Machine};
use countersign_governance::id::RunId;
use countersign_governance::refusal::Refusal;
use countersign_governance::{Command, State, Subject, system};
use countersign_ledger::tree::Hash;
use countersign_store::stage::Finish;
use countersign_store::stage::facts::RunDigest;
use countersign_store::{Fault, stage};
use jiff::Timestamp;
use tokio::sync::{mpsc, watch};

use super::{Target, Workers, pause};
use crate::act::{Asked, NotDone};
use crate::clock::NoChance;
use crate::kept;

/// Chunks that may wait between the reader and the store.
const CHUNKS_WAITING_MAX: usize = 4;

/// Longest read of one system.
const READ_MAX: Duration = Duration::from_secs(30 * 60);

/// What came of a read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Synced {
    /// The run.
    pub run: RunId,
    /// When the read began.
    pub read_at: Timestamp,
    /// Its position among the accepted runs; `None` while it is held.
    pub position: Option<i64>,
    /// How many facts it holds.
    pub facts: u64,
    /// What could not be read.
    pub unreadable: Vec<Unreadable>,
}

/// Why a system was not read.
#[derive(Debug, thiserror::Error)]
pub enum NotSynced {
    /// It could not be asked.
    #[error("{0}")]
    Connect(#[from] countersign_connect::Fault),
    /// It did not come to an end.
    #[error("the read took longer than {} minutes and was ended; read less or mend the system", READ_MAX.as_secs() / 60)]
    TooLong,
    /// It could not be staged.
    #[error("{0}")]
    Store(#[from] Fault),
    /// It could not be offered.
    #[error("{0}")]
    Act(#[from] NotDone),
    /// No randomness for its id.
    #[error("{0}")]
    Chance(#[from] NoChance),
}

/// Reads a system again and again until told to stop.
pub(super) async fn every(
    workers: Workers,
    target: Target,
    every: Duration,
    mut stop: watch::Receiver<bool>,
) {
    loop {
        if let Err(problem) = sync(&workers, &target).await {
            tracing::warn!(system = %target.connector.system(), %problem, "a system was not read");
        }
        if pause(&mut stop, std::future::pending(), every).await {
            return;
        }
    }
}

/// Reads a system once.
///
/// # Errors
/// When it could not be read, staged or offered; nothing that was known before is lost then.
pub async fn sync(workers: &Workers, target: &Target) -> Result<Synced, NotSynced> {
    // One read after the other: two at once would take up the reading account's connections, and
    // the one that began first could end last.
    let _alone = target.reading.lock().await;
    let door = &workers.door;
    let read_at = door.clock.now();
    let run = RunId(door.chance.id(read_at)?);
    let name = run.to_string();
    door.store.begin_run(&name, target.connector.system(), read_at).await?;
    let reading = tokio::time::timeout(READ_MAX, read(workers, target, &name));
    let (staged, unreadable) = reading.await.map_err(|_| NotSynced::TooLong)??;
    let complete = unreadable.is_empty();
    let finish = Finish {
        chunks: staged.chunks,
        counts: format!(r#"{{"nodes":{},"edges":{}}}"#, staged.nodes, staged.edges),
        digest: staged.digest.to_text(),
        unreadable: unreadable.clone(),
    };
    door.store.finish_run(&name, &finish).await?;
    let facts = staged.nodes.saturating_add(staged.edges);
    let digest = finish.digest;
    let offered = system::Offered { run, read_at, facts, complete, digest };
    let command = Command::System(target.id, system::Command::OfferRun(offered));
    let asked = Asked::new(Actor::Machine(Machine::Observer), command);
    let visible = match door.act(asked).await {
        Ok(_) => name,
        // Another node has read it meanwhile, and began later: that read shows what this one would.
        Err(NotDone::Refused(Refusal::Overtaken)) => last_run(workers, target).await?,
        Err(problem) => return Err(problem.into()),
    };
    workers.accepted.notify_waiters();
    let position = stage::run::get(&door.store, &visible).await?.and_then(|run| run.position);
    Ok(Synced { run, read_at, position, facts, unreadable })
}

/// The run of a system that is visible.
async fn last_run(workers: &Workers, target: &Target) -> Result<String, NotSynced> {
    let (state, _) = kept::look(&workers.door.store, Subject::System(target.id)).await?;
    let last = match state {
        State::System(Some(system)) => system.last,
        State::System(None)
        | State::Finding(_)
        | State::Person(_)
        | State::Process(_)
        | State::Exception(_)
        | State::Policy(_)
        | State::Accountability(_)
        | State::Gap(_)
        | State::Review(_)
        | State::Item(_) => None,
    };
    Ok(last.map(|last| last.run.run.to_string()).unwrap_or_default())
}

/// What has been staged so far.
#[derive(Default)]
struct Staged {
    chunks: i64,
    nodes: u64,
    edges: u64,
    digest: RunDigest,
}

impl Staged {
    fn take_in(&mut self, chunk: &Chunk, digest: Hash) {
        let count = |many: usize| u64::try_from(many).unwrap_or(u64::MAX);
        self.chunks = self.chunks.saturating_add(1);
        self.nodes = self.nodes.saturating_add(count(chunk.nodes.len()));
        self.edges = self.edges.saturating_add(count(chunk.edges.len()));
        self.digest.add(digest);
    }
}

async fn read(
    workers: &Workers,
    target: &Target,
    run: &str,
) -> Result<(Staged, Vec<Unreadable>), NotSynced> {
    let (send, mut chunks) = mpsc::channel(CHUNKS_WAITING_MAX);
    let observing = async { Ok(target.connector.observe(send).await?) };
    let staging = async {
        let mut staged = Staged::default();
        while let Some(chunk) = chunks.recv().await {
            let digest = workers.door.store.put_chunk(run, staged.chunks, &chunk).await?;
            staged.take_in(&chunk, digest);
        }
        Ok::<_, NotSynced>(staged)
    };
    let (seen, staged) = tokio::try_join!(observing, staging)?;
    Ok((staged, seen.unreadable))
}
