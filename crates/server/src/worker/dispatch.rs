//! Carries orders out and reads the systems back. Every step is a job under a lease, so that after a
//! crash another worker goes on: it reads before it writes, and what was done already counts as done.

use std::time::Duration;

use countersign_access::change::{Change, Evidence, Holds, Order, Outcome, Receipt};
use countersign_access::fact::SourceId;
use countersign_connect::Fault as Unable;
use countersign_governance::actor::{Actor, Machine};
use countersign_governance::finding::{self, Stage, fail, fulfil, verify};
use countersign_governance::refusal::Refusal;
use countersign_governance::{Command, State, Subject};
use countersign_store::job::{Claim, Claimed};
use countersign_store::{Fault, Job};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};

use super::sync::sync;
use super::{LOOK_AGAIN, Target, Workers, pause};
use crate::act::{self, Asked, NotDone};
use crate::clock::NoChance;
use crate::crash;
use crate::follow::{self, ENFORCE, OrderOf, VERIFY};
use crate::kept;
use crate::text::Text;

/// How long a claimed job is nobody else's.
const LEASE_FOR: SignedDuration = SignedDuration::from_secs(30);

/// Longest time for one exchange with a system.
const EXCHANGE_MAX: Duration = Duration::from_secs(25);

/// First wait after a failure; doubled with each further one.
const RETRY_FIRST: SignedDuration = SignedDuration::from_secs(2);

/// Longest wait after a failure.
const RETRY_MAX: SignedDuration = SignedDuration::from_mins(30);

/// Times that a job is tried before something else happens; below the store's own limit.
const ATTEMPTS_MAX: i64 = 8;

/// Between two looks whether somebody ran the script of a read-only system.
const SCRIPT_LOOK: SignedDuration = SignedDuration::from_mins(1);

/// Jobs that are being done at once.
const JOBS_AT_ONCE: usize = 4;

/// How long a job that is being done may go on when everything stops.
const GRACE: Duration = Duration::from_secs(2);

/// Longest wait for the judge to take in a run that was just accepted.
const JUDGED_MAX: Duration = Duration::from_secs(20);

/// What came of a job.
enum Came {
    /// Done for good.
    Done,
    /// Not now; the same job again, because of this.
    Later(String),
    /// Nothing yet, which is nobody's fault: a new job after this time.
    Again(SignedDuration),
}

/// Why a job could not even be begun.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error("{0}")]
    Act(#[from] NotDone),
    #[error("{0}")]
    Store(#[from] Fault),
    #[error("{0}")]
    Chance(#[from] NoChance),
}

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

/// Jobs for those that have nothing to do while this many are being done.
async fn claim(workers: &Workers, busy: usize) -> Vec<Claimed> {
    let free = JOBS_AT_ONCE.saturating_sub(busy);
    let Some(limit) = i64::try_from(free).ok().filter(|limit| *limit > 0) else {
        return Vec::new();
    };
    let (now, holder) = (workers.door.clock.now(), &workers.holder);
    let claim = Claim { kinds: &[ENFORCE, VERIFY], holder, now, lease: LEASE_FOR, limit };
    workers.door.store.claim(&claim).await.unwrap_or_else(|problem| {
        tracing::warn!(%problem, "orders were not looked for");
        Vec::new()
    })
}

async fn work_on(workers: &Workers, job: &Claimed) {
    let came = match attempt(workers, job).await {
        Ok(came) => came,
        Err(trouble) => Came::Later(trouble.to_string()),
    };
    let store = &workers.door.store;
    let now = workers.door.clock.now();
    let kept = match came {
        Came::Done => store.done(job, now).await,
        Came::Later(why) if job.attempt < ATTEMPTS_MAX => {
            tracing::info!(job = %job.key, %why, "an order waits");
            store.retry(job, later(now, job.attempt), &why).await.map(|_| ())
        }
        Came::Later(why) => worn(workers, job, now, why).await,
        Came::Again(wait) => again(workers, job, now, wait).await,
    };
    if let Err(problem) = kept {
        tracing::warn!(job = %job.key, %problem, "a job's outcome was not kept; it is done again");
    }
}

/// A job that failed too often is not given up unseen: an order goes back to the finding's owner with
/// the reason, a read-back is tried on, seldom.
async fn worn(workers: &Workers, job: &Claimed, now: Timestamp, why: String) -> Result<(), Fault> {
    let of = serde_json::from_str::<OrderOf>(&job.payload);
    let (Ok(of), ENFORCE) = (of, job.kind.as_str()) else {
        return again(workers, job, now, RETRY_MAX).await;
    };
    match failed(workers, of, why).await {
        Ok(_) => workers.door.store.done(job, now).await,
        Err(problem) => {
            tracing::warn!(job = %job.key, %problem, "a failed order was not reported yet");
            again(workers, job, now, RETRY_MAX).await
        }
    }
}

/// Tells the finding that its order was refused for good.
async fn failed(workers: &Workers, of: OrderOf, why: String) -> Result<act::Committed, Trouble> {
    let text = Text::new(&workers.door.chance, why)?;
    let why = text.digest().clone();
    report(workers, of, finding::Command::Fail(fail::Fail { order: of.order, why }), text).await
}

fn later(now: Timestamp, attempt: i64) -> Timestamp {
    let doublings = u32::try_from(attempt.clamp(1, 16)).unwrap_or(1).saturating_sub(1);
    let wait = RETRY_FIRST.saturating_mul(2_i32.saturating_pow(doublings)).min(RETRY_MAX);
    now.checked_add(wait).unwrap_or(Timestamp::MAX)
}

/// Ends a job and makes the same one anew, so that waiting for a person never wears it out.
async fn again(
    workers: &Workers,
    job: &Claimed,
    now: Timestamp,
    wait: SignedDuration,
) -> Result<(), Fault> {
    let Ok(of) = serde_json::from_str::<OrderOf>(&job.payload) else {
        return workers.door.store.bury(job, now, "the job cannot be read").await;
    };
    let kind = if job.kind == ENFORCE { ENFORCE } else { VERIFY };
    let follow::Duty::Job { key, payload, .. } =
        follow::job(kind, of.finding, of.order, of.round.saturating_add(1))
    else {
        return Ok(());
    };
    let run_at = now.checked_add(wait).unwrap_or(Timestamp::MAX);
    let job = job.clone();
    let remade = workers.door.store.transact(move |tx| {
        let (job, key, payload) = (job.clone(), key.clone(), payload.clone());
        Box::pin(async move {
            tx.enqueue(&Job { kind, key: &key, payload: &payload, run_at }).await?;
            tx.job_done(&job, now).await
        })
    });
    remade.await
}

async fn attempt(workers: &Workers, job: &Claimed) -> Result<Came, Trouble> {
    let Ok(of) = serde_json::from_str::<OrderOf>(&job.payload) else { return Ok(Came::Done) };
    let (state, _) = kept::look(&workers.door.store, Subject::Finding(of.finding)).await?;
    let State::Finding(Some(finding)) = state else { return Ok(Came::Done) };
    let Some(ordered) = finding.order().filter(|ordered| ordered.order == of.order) else {
        return Ok(Came::Done);
    };
    let system = SourceId::new(&ordered.chosen.system);
    let Some(target) = workers.targets.get(&system) else {
        return Ok(Came::Later(format!(
            "no system `{system}` is configured here: configure it, or start the node that has it"
        )));
    };
    let words = kept::read_words(&workers.door.store, &ordered.chosen.change).await?;
    let Some(change) = words.and_then(|words| serde_json::from_str::<Change>(&words).ok()) else {
        return Ok(Came::Later("the order's text is gone: choose the remedy anew".to_owned()));
    };
    let order = Order { key: of.order.to_string(), system, change };
    match (&finding.stage, job.kind.as_str()) {
        (Stage::Remediating { .. }, ENFORCE) => enforce(workers, target, &order, of).await,
        (Stage::Fulfilled { .. }, VERIFY) => read_back(workers, target, &order, of).await,
        _ => Ok(Came::Done),
    }
}

async fn enforce(
    workers: &Workers,
    target: &Target,
    order: &Order,
    of: OrderOf,
) -> Result<Came, Trouble> {
    let answered = if target.read_only {
        if of.round == 0 {
            print_script(target, order).await;
        }
        by_hand(workers, target, order).await
    } else {
        in_time(target.connector.enforce(order)).await.map(Some)
    };
    crash::point("after-enforce");
    let door = &workers.door;
    let (command, text) = match answered {
        Ok(None) => return Ok(Came::Again(SCRIPT_LOOK)),
        Ok(Some(receipt)) => {
            let text = Text::json(&door.chance, &receipt)?;
            let receipt = text.digest().clone();
            (finding::Command::Fulfil(fulfil::Fulfil { order: of.order, receipt }), text)
        }
        Err(Unable::Transient(why)) => return Ok(Came::Later(why)),
        Err(Unable::Permanent(why)) => {
            failed(workers, of, why).await?;
            return Ok(Came::Done);
        }
    };
    report(workers, of, command, text).await?;
    crash::point("after-receipt");
    Ok(Came::Done)
}

/// Prints what a person is to run on a read-only system, and how it is undone.
async fn print_script(target: &Target, order: &Order) {
    match in_time(target.connector.preview(order)).await {
        Ok(preview) => {
            let (script, undo) = (preview.script.join("\n"), preview.undo.join("\n"));
            tracing::info!(order = %order.key, %script, %undo, "to be run by hand");
        }
        Err(problem) => tracing::warn!(order = %order.key, %problem, "no script could be made"),
    }
}

/// On a read-only system a person runs the script; we look whether they have.
async fn by_hand(
    workers: &Workers,
    target: &Target,
    order: &Order,
) -> Result<Option<Receipt>, Unable> {
    let evidence = in_time(target.connector.verify(&order.change.claim())).await?;
    Ok(match evidence.holds {
        Holds::Yes => Some(Receipt {
            key: order.key.clone(),
            outcome: Outcome::AlreadyGone,
            at: workers.door.clock.now(),
            statements: vec!["run by hand: this system is read-only for us".to_owned()],
        }),
        Holds::No { .. } | Holds::Unknown { .. } => None,
    })
}

/// Reads the claim back, then the whole system, and lets the verb `verify` decide on both.
async fn read_back(
    workers: &Workers,
    target: &Target,
    order: &Order,
    of: OrderOf,
) -> Result<Came, Trouble> {
    // By the clock that decides, and before the question is asked.
    let read_at = workers.door.clock.now();
    let evidence = match in_time(target.connector.verify(&order.change.claim())).await {
        Ok(evidence) => Evidence { read_at, ..evidence },
        Err(Unable::Transient(why) | Unable::Permanent(why)) => return Ok(Came::Later(why)),
    };
    crash::point("after-read-back");
    let synced = match sync(workers, target).await {
        Ok(synced) => synced,
        Err(problem) => return Ok(Came::Later(problem.to_string())),
    };
    let Some(position) = synced.position else {
        return Ok(Came::Later("the read of the system is held: release it or read again".into()));
    };
    if !judged(workers, position).await {
        return Ok(Came::Later("the read of the system is not judged yet".into()));
    }
    let text = Text::json(&workers.door.chance, &evidence)?;
    let command = finding::Command::Verify(verify::Verify {
        order: of.order,
        holds: evidence.holds,
        read_at: evidence.read_at,
        evidence: text.digest().clone(),
    });
    let committed = match report(workers, of, command, text).await {
        Err(Trouble::Act(NotDone::Refused(no @ (Refusal::NotYet | Refusal::Incomplete)))) => {
            return Ok(Came::Later(no.to_string()));
        }
        other => other?,
    };
    crash::point("after-evidence");
    let told = |name: &String| name.starts_with("finding.inconclusive");
    if committed.events.iter().any(told) {
        return Ok(Came::Later("the read-back could not tell".to_owned()));
    }
    Ok(Came::Done)
}

async fn report(
    workers: &Workers,
    of: OrderOf,
    command: finding::Command,
    text: Text,
) -> Result<act::Committed, Trouble> {
    let command = Command::Finding(of.finding, command);
    let asked = Asked::new(Actor::Machine(Machine::Enforcer), command)
        .with_texts(vec![text])
        .because(Some(format!("order:{}", of.order)));
    Ok(workers.door.act(asked).await?)
}

/// Waits until the graph of this node has taken in a run.
async fn judged(workers: &Workers, position: i64) -> bool {
    let waiting = async {
        while workers.door.graph.read().position < position {
            workers.accepted.notify_waiters();
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(JUDGED_MAX, waiting).await.is_ok()
}

async fn in_time<T>(exchange: impl Future<Output = Result<T, Unable>>) -> Result<T, Unable> {
    tokio::time::timeout(EXCHANGE_MAX, exchange).await.unwrap_or_else(|_| {
        let secs = EXCHANGE_MAX.as_secs();
        Err(Unable::Transient(format!("the system did not answer within {secs} seconds")))
    })
}
