//! Transactions on a database that lets several writers in at once: each is serializable, and a
//! lost race is run again a bounded number of times. Nothing else is retried.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::Notify;

use crate::driver::Driver;
use crate::fault::Fault;
use crate::tx::{Doing, Tx};
use crate::value::{Row, Value};
use crate::work;

/// Times that a lost race is run again.
const RETRIES_MAX: u32 = 30;

/// The longest step of the back-off is 2 to this power, in milliseconds.
const BACK_OFF_DOUBLINGS_MAX: u32 = 6;

/// Runs `work` until it has won, at most [`RETRIES_MAX`] times more than once.
pub(crate) async fn transact<T, E, F>(driver: &Driver, enqueued: &Notify, work: F) -> Result<T, E>
where
    F: for<'t> Fn(&'t mut Tx) -> Doing<'t, T, E> + Send + Sync,
    E: From<Fault>,
{
    for attempt in 0..=RETRIES_MAX {
        let mut tx = Tx::begin(driver).await?;
        let outcome = work::run(&mut tx, &work).await;
        match outcome.result {
            Ok(value) => {
                let jobs = tx.has_enqueued();
                match tx.commit().await {
                    Ok(()) => {
                        if jobs {
                            enqueued.notify_waiters();
                        }
                        return Ok(value);
                    }
                    Err(fault) if fault.is_race() => {}
                    Err(fault) => return Err(fault.into()),
                }
            }
            Err(error) => {
                tx.roll_back().await;
                if !outcome.raced {
                    return Err(error);
                }
            }
        }
        tokio::time::sleep(back_off(attempt)).await;
    }
    Err(contended().into())
}

/// Runs a single statement that is a transaction of its own.
pub(crate) async fn once(
    driver: &Driver,
    sql: &'static str,
    args: &[Value],
) -> Result<Vec<Row>, Fault> {
    for attempt in 0..=RETRIES_MAX {
        match driver.writer().await?.rows(sql, args).await {
            Err(fault) if fault.is_race() => tokio::time::sleep(back_off(attempt)).await,
            answer => return answer,
        }
    }
    Err(contended())
}

fn contended() -> Fault {
    Fault::conflict("too many people change this at the same moment; try again in a moment")
}

/// Between half and one and a half of a step that doubles. A count, well mixed, spreads waiters as
/// well as chance would, and needs no source of randomness.
fn back_off(attempt: u32) -> Duration {
    static WAITS: AtomicU64 = AtomicU64::new(0);
    let step = 1_000_u64 << attempt.min(BACK_OFF_DOUBLINGS_MAX);
    let mixed = WAITS.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
    Duration::from_micros(step / 2 + mixed % step)
}
