//! Forgets what is over and needed by nothing: kept answers and filled-in forms after their time, jobs that were done long
//! ago, reads that never became visible. What became visible stays: the graph, its past and the evidence
//! rest on it. Every node does it; twice does no harm.

use std::time::Duration;

use countersign_store::job::FORGOTTEN_MAX;
use countersign_store::stage::DISCARDED_MAX;
use countersign_store::{Fault, Store};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

use super::{Workers, pause};
use crate::auth::device::OVER_KEPT;

/// Between two rounds.
const EVERY: Duration = Duration::from_secs(10 * 60);

/// How long a done job is kept, for whoever asks what became of it.
const DONE_KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// How long a read is kept that did not become visible; many times the longest read.
const UNSEEN_KEPT: SignedDuration = SignedDuration::from_hours(24);

/// Most portions of one sort in one round; the rest is for the next.
const PORTIONS_MAX: usize = 50;

/// What one round forgot.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Answers that were kept for repeated requests.
    pub answers: usize,
    /// Done jobs.
    pub jobs: usize,
    /// Reads that never became visible.
    pub runs: usize,
}

/// Forgets again and again until told to stop.
pub(super) async fn run(workers: Workers, mut stop: watch::Receiver<bool>) {
    loop {
        let now = workers.door.clock.now();
        match once(&workers.door.store, now).await {
            Ok(pruned) if pruned != Pruned::default() => {
                let Pruned { answers, jobs, runs } = pruned;
                tracing::info!(answers, jobs, runs, "forgot what is over");
            }
            Ok(_) => {}
            Err(problem) => tracing::warn!(%problem, "what is over was not forgotten"),
        }
        if pause(&mut stop, std::future::pending(), EVERY).await {
            break;
        }
    }
}

/// Forgets once.
///
/// # Errors
/// When the store failed; what was forgotten until then is forgotten.
pub async fn once(store: &Store, now: Timestamp) -> Result<Pruned, Fault> {
    let over = store.transact(move |tx| {
        Box::pin(async move {
            tx.forget_drafts(now).await?;
            tx.forget_devices(now.checked_sub(OVER_KEPT).unwrap_or(Timestamp::MIN)).await
        })
    });
    over.await.map(|_: u64| ()).map_err(|fault: Fault| fault)?;
    let mut pruned = Pruned { answers: store.forget_idempotency(now).await?, ..Pruned::default() };
    let before = |kept: SignedDuration| now.checked_sub(kept).unwrap_or(Timestamp::MIN);
    for _ in 0..PORTIONS_MAX {
        let jobs = store.forget_done(before(DONE_KEPT)).await?;
        pruned.jobs = pruned.jobs.saturating_add(jobs);
        if !is_whole(jobs, FORGOTTEN_MAX) {
            break;
        }
    }
    for _ in 0..PORTIONS_MAX {
        let runs = store.discard_runs(before(UNSEEN_KEPT)).await?;
        pruned.runs = pruned.runs.saturating_add(runs);
        if !is_whole(runs, DISCARDED_MAX) {
            break;
        }
    }
    Ok(pruned)
}

/// Whether a portion was as large as it may be, so that there may be more.
fn is_whole(portion: usize, most: i64) -> bool {
    i64::try_from(portion).is_ok_and(|portion| portion >= most)
}
