//! Runs a caller's work inside an open transaction with a limit on its time, and turns a panic in
//! it into a fault, so that one caller cannot take the writer away from the others.

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::Poll;
use std::time::Duration;

use crate::fault::Fault;
use crate::tx::{Doing, Tx};

/// Longest time that one work may hold a transaction open.
const WORK_TIME_MAX: Duration = Duration::from_secs(60);

/// What came of one work.
pub(crate) struct Outcome<T, E> {
    /// What it returned, or the first statement's failure that it overlooked.
    pub(crate) result: Result<T, E>,
    /// Whether it lost a race that it may win when it runs again.
    pub(crate) raced: bool,
}

/// Runs `work` once.
pub(crate) async fn run<T, E, F>(tx: &mut Tx, work: &F) -> Outcome<T, E>
where
    F: for<'t> Fn(&'t mut Tx) -> Doing<'t, T, E> + Sync,
    E: From<Fault>,
{
    let result = match within(tx, work).await {
        Ok(result) => result,
        Err(fault) => return Outcome { result: Err(fault.into()), raced: false },
    };
    match tx.take_failure() {
        None => Outcome { result, raced: false },
        Some(failure) => {
            let raced = failure.is_race();
            Outcome { result: result.and_then(|_| Err(failure.into())), raced }
        }
    }
}

async fn within<T, E, F>(tx: &mut Tx, work: &F) -> Result<Result<T, E>, Fault>
where
    F: for<'t> Fn(&'t mut Tx) -> Doing<'t, T, E> + Sync,
{
    let mut doing = Box::pin(async move { work(tx).await });
    let caught =
        poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| doing.as_mut().poll(context))) {
            Ok(Poll::Ready(result)) => Poll::Ready(Ok(result)),
            Ok(Poll::Pending) => Poll::Pending,
            Err(_) => Poll::Ready(Err(Fault::permanent(
                "a change stopped because of a defect in this program; report it with the log",
            ))),
        });
    tokio::time::timeout(WORK_TIME_MAX, caught).await.unwrap_or_else(|source| {
        Err(Fault::transient("a change took too long and was taken back; try again")
            .because(source))
    })
}
