//! Carries one order out and reads the system back. It reads before it writes, so that what was done
//! already counts as done; whether the finding has ended is decided by the verb `verify`.

use std::time::Duration;

use countersign_access::change::{Change, Evidence, Holds, Order, Outcome, Receipt};
use countersign_access::fact::SourceId;
use countersign_connect::Fault as Unable;
use countersign_governance::finding::{self, Stage, fulfil, verify};
use countersign_governance::refusal::Refusal;
use countersign_governance::{State, Subject};
use countersign_store::job::Claimed;
use jiff::SignedDuration;

use super::outcome::Came;
use super::report::{Trouble, failed, report};
use super::sync::sync;
use super::{Target, Workers};
use crate::act::NotDone;
use crate::crash;
use crate::follow::{ENFORCE, OrderOf, VERIFY};
use crate::kept;
use crate::text::Text;

/// Longest time for one exchange with a system.
const EXCHANGE_MAX: Duration = Duration::from_secs(25);

/// Between two looks whether somebody ran the script of a read-only system.
const SCRIPT_LOOK: SignedDuration = SignedDuration::from_mins(1);

/// Between two looks whether somebody released a read that is held.
const HELD_LOOK: SignedDuration = SignedDuration::from_mins(5);

/// Longest wait for the judge to take in a run that was just accepted.
const JUDGED_MAX: Duration = Duration::from_secs(20);

/// Does what a job says, once.
pub(super) async fn attempt(workers: &Workers, job: &Claimed) -> Result<Came, Trouble> {
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
        Ok(None) => {
            let why = "a person runs the script by hand: this system is read-only for us";
            return Ok(Came::Again(SCRIPT_LOOK, why.to_owned()));
        }
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
        let why = format!(
            "the read of the system is held, because a large share of it vanished: look at it, then \
             release the run {} or read the system again",
            synced.run
        );
        return Ok(Came::Again(HELD_LOOK, why));
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
