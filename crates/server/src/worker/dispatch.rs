//! Hands out the jobs of orders to a few at once, each under a lease that is renewed while the work
//! goes on. After a crash another worker takes a job up again. What a job does stands in `order`, what
//! comes of it in `outcome`.

use std::time::Duration;

use countersign_access::fact::SourceId;
use countersign_store::job::{ATTEMPTS_MAX as HANDED_OUT_MAX, Claim, Claimed};
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};

use super::held::{LEASE_FOR, while_held};
use super::order::attempt;
use super::outcome::{self, Came};
use super::{LOOK_AGAIN, Workers, pause};
use crate::crash;
use crate::follow::{ENFORCE, VERIFY};

/// Jobs that are being done at once.
const JOBS_AT_ONCE: usize = 4;

/// Longest time for one job: a read of the system that goes on already, one more, and the rest.
const WORK_MAX: Duration = Duration::from_secs(70 * 60);

/// How long a job that is being done may go on when everything stops.
const GRACE: Duration = Duration::from_secs(2);

/// Works until told to stop, on a few jobs at once, so that a system that does not answer keeps no
/// other one waiting. What is broken off at the end is taken up again like after a crash.
pub(super) async fn run(workers: Workers, mut stop: watch::Receiver<bool>) {
    let store = workers.door.store.clone();
    let mut working = JoinSet::new();
    loop {
        for job in claim(&workers, working.len()).await {
            crash::point("after-claim");
            let workers = workers.clone();
            working.spawn(async move { work_on(&workers, &job).await });
        }
        let wake = async {
            tokio::select! {
                Some(ended) = working.join_next() => broke_off(ended),
                () = store.job_enqueued(LOOK_AGAIN) => {}
            }
        };
        if pause(&mut stop, wake, LOOK_AGAIN).await {
            break;
        }
    }
    let ending = async {
        while let Some(ended) = working.join_next().await {
            broke_off(ended);
        }
    };
    // Over time is the other way to end; the rest is dropped with the set.
    let _ = tokio::time::timeout(GRACE, ending).await;
}

fn broke_off(ended: Result<(), JoinError>) {
    if let Err(problem) = ended {
        tracing::error!(%problem, "a job broke off; it is done again when its lease is over");
    }
}

/// Jobs for those that have nothing to do while this many are being done. What needs a system that
/// this node does not have is left to the node that has it.
async fn claim(workers: &Workers, busy: usize) -> Vec<Claimed> {
    let free = JOBS_AT_ONCE.saturating_sub(busy);
    let Some(limit) = i64::try_from(free).ok().filter(|limit| *limit > 0) else {
        return Vec::new();
    };
    let (now, holder) = (workers.door.clock.now(), &workers.holder);
    let systems: Vec<&str> = workers.targets.keys().map(SourceId::as_str).collect();
    let (kinds, systems) = (&[ENFORCE, VERIFY], &systems[..]);
    let claim = Claim { kinds, systems, holder, now, lease: LEASE_FOR, limit };
    workers.door.store.claim(&claim).await.unwrap_or_else(|problem| {
        tracing::warn!(%problem, "orders were not looked for");
        Vec::new()
    })
}

async fn work_on(workers: &Workers, job: &Claimed) {
    let work = async {
        // The last time that the store hands it out, because whoever had it fell silent each time
        // before: it is not begun once more, and it is not given up unseen.
        if job.attempt >= HANDED_OUT_MAX {
            let silent = "whoever worked on it fell silent each time".to_owned();
            return Came::Later(job.error.clone().unwrap_or(silent));
        }
        match tokio::time::timeout(WORK_MAX, attempt(workers, job)).await {
            Ok(Ok(came)) => came,
            // Our own trouble is not the order's: it wears nothing out.
            Ok(Err(trouble)) => Came::Hindered(trouble.to_string()),
            Err(_) => {
                Came::Later(format!("it took longer than {} minutes", WORK_MAX.as_secs() / 60))
            }
        }
    };
    let Some(came) = while_held(&workers.door, job, work).await else {
        tracing::warn!(job = %job.key, "a job passed to another worker and was broken off here");
        return;
    };
    if let Err(problem) = outcome::keep(workers, job, came).await {
        tracing::warn!(job = %job.key, %problem, "a job's outcome was not kept; it is done again");
    }
}
