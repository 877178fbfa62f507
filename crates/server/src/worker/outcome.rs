//! What comes of a job: done, tried again after a while that grows, made anew while a person is waited
//! for, or given up, and then the finding goes back to its owner with the reason. Nothing is given up
//! unseen.

use countersign_store::job::Claimed;
use countersign_store::{Fault, Job};
use jiff::{SignedDuration, Timestamp};

use super::Workers;
use super::report::failed;
use crate::follow::{self, ENFORCE, OrderOf, VERIFY};

/// First wait after a failure; doubled with each further one.
const RETRY_FIRST: SignedDuration = SignedDuration::from_secs(2);

/// Longest wait after our own store or ledger failed.
const HINDERED_MAX: SignedDuration = SignedDuration::from_secs(30);

/// Longest wait after a failure.
const RETRY_MAX: SignedDuration = SignedDuration::from_mins(30);

/// Times that a job is tried in a row; below the store's own limit.
const ATTEMPTS_MAX: i64 = 8;

/// How often a read-back is tried in a row, with [`RETRY_MAX`] between the rows, before the finding
/// goes back to its owner: the change was made, so that a system that is away for an hour is waited for.
const READ_BACK_ROWS_MAX: u32 = 4;

/// What came of a job.
pub(super) enum Came {
    /// Done for good.
    Done,
    /// Not now; the same job again, because of this.
    Later(String),
    /// Our own store or ledger failed us; soon again, because of this.
    Hindered(String),
    /// Nothing yet, and the system has no part in that: a new job after this time, because of this.
    Again(SignedDuration, String),
}

/// Keeps what came of a job.
pub(super) async fn keep(workers: &Workers, job: &Claimed, came: Came) -> Result<(), Fault> {
    let store = &workers.door.store;
    let now = workers.door.clock.now();
    match came {
        Came::Done => store.done(job, now).await,
        Came::Later(why) if job.attempt < ATTEMPTS_MAX => {
            tracing::info!(job = %job.key, %why, "an order waits");
            store.retry(job, later(now, job.attempt), &why).await.map(|_| ())
        }
        Came::Later(why) => worn(workers, job, now, &why).await,
        Came::Hindered(why) => {
            tracing::info!(job = %job.key, %why, "an order waits for us");
            again(workers, job, (now, hindered(job)), (0, &why)).await
        }
        Came::Again(wait, why) => again(workers, job, (now, wait), (0, &why)).await,
    }
}

/// A job that failed too often: the finding goes back to its owner with the reason and the next step.
async fn worn(workers: &Workers, job: &Claimed, now: Timestamp, why: &str) -> Result<(), Fault> {
    let Ok(of) = serde_json::from_str::<OrderOf>(&job.payload) else {
        return workers.door.store.bury(job, now, "the job cannot be read").await;
    };
    if job.kind == VERIFY && of.rows.saturating_add(1) < READ_BACK_ROWS_MAX {
        tracing::warn!(job = %job.key, %why, "a system could not be read back; tried on, seldom");
        return again(workers, job, (now, RETRY_MAX), (1, why)).await;
    }
    let words = if job.kind == VERIFY {
        format!(
            "the change was made and the system could not be read back, however often it was tried \
             (last: {why}): mend what keeps it from being read, then choose a remedy again and have \
             it ordered; what is done already counts as done"
        )
    } else {
        format!(
            "it was tried {ATTEMPTS_MAX} times and could not be carried out (last: {why}): mend what \
             stands in the way, then choose a remedy again and have it ordered"
        )
    };
    match failed(workers, of, words).await {
        Ok(_) => workers.door.store.done(job, now).await,
        Err(problem) => {
            tracing::warn!(job = %job.key, %problem, "a failed order was not reported yet");
            again(workers, job, (now, RETRY_MAX), (0, why)).await
        }
    }
}

fn later(now: Timestamp, attempt: i64) -> Timestamp {
    let doublings = u32::try_from(attempt.clamp(1, 16)).unwrap_or(1).saturating_sub(1);
    now.checked_add(doubled(doublings).min(RETRY_MAX)).unwrap_or(Timestamp::MAX)
}

/// How long a job waits when it is made anew for a reason of our own, the longer the more often.
fn hindered(job: &Claimed) -> SignedDuration {
    let round = serde_json::from_str::<OrderOf>(&job.payload).map_or(0, |of| of.round);
    doubled(round.min(16)).min(HINDERED_MAX)
}

fn doubled(times: u32) -> SignedDuration {
    RETRY_FIRST.saturating_mul(2_i32.saturating_pow(times))
}

/// Ends a job and makes the same one anew, so that waiting for a person never wears it out; `failed`
/// says how many more rows of tries have failed.
async fn again(
    workers: &Workers,
    job: &Claimed,
    (now, wait): (Timestamp, SignedDuration),
    (failed, why): (u32, &str),
) -> Result<(), Fault> {
    let Ok(of) = serde_json::from_str::<OrderOf>(&job.payload) else {
        return workers.door.store.bury(job, now, "the job cannot be read").await;
    };
    let kind = if job.kind == ENFORCE { ENFORCE } else { VERIFY };
    let (round, rows) = (of.round.saturating_add(1), of.rows.saturating_add(failed));
    let anew = follow::order_job(kind, OrderOf { round, rows, ..of });
    let run_at = now.checked_add(wait).unwrap_or(Timestamp::MAX);
    let given = (job.clone(), anew, why.to_owned());
    let remade = workers.door.store.transact_with(given, move |tx, (job, anew, why)| {
        Box::pin(async move {
            let new = Job {
                kind,
                key: &anew.key,
                payload: &anew.payload,
                run_at,
                subject: Some(&anew.subject),
                system: job.system.as_deref(),
                why: Some(why),
            };
            tx.enqueue(&new).await?;
            tx.job_done(job, now).await
        })
    });
    remade.await
}
