//! Work under the lease of a job: renewed while the work goes on, and broken off when the job has
//! passed to somebody else. Knows nothing of what is done.

use std::time::Duration;

use countersign_store::job::Claimed;
use jiff::{SignedDuration, Timestamp};

use crate::door::Door;

/// How long a claimed job is nobody else's without being renewed.
pub(super) const LEASE_FOR: SignedDuration = SignedDuration::from_secs(30);

/// How old a lease gets before it is renewed.
const RENEW_AFTER: SignedDuration = SignedDuration::from_secs(10);

/// Between two looks at the clock.
const LOOK: Duration = Duration::from_millis(100);

/// Does the work as long as the job is ours; `None` when it passed to another worker, and the work
/// was dropped where it waited.
pub(super) async fn while_held<T>(
    door: &Door,
    job: &Claimed,
    work: impl Future<Output = T>,
) -> Option<T> {
    let mut work = std::pin::pin!(work);
    let mut held_until = job.leased_until;
    loop {
        tokio::select! {
            done = &mut work => return Some(done),
            () = tokio::time::sleep(LOOK) => {}
        }
        let now = door.clock.now();
        if held_until.duration_since(now) > LEASE_FOR.saturating_sub(RENEW_AFTER) {
            continue;
        }
        match door.store.keep(job, now, LEASE_FOR).await {
            Ok(true) => held_until = now.checked_add(LEASE_FOR).unwrap_or(Timestamp::MAX),
            Ok(false) => return None,
            Err(problem) if now < held_until => {
                tracing::warn!(job = %job.key, %problem, "a lease was not renewed; tried again");
            }
            // Nobody can say whose it is by now.
            Err(_) => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use countersign_access::engine::Engine;
    use countersign_store::job::Claim;
    use countersign_store::{Fault, Job, Store};

    use super::*;
    use crate::clock::{Chance, TurnedClock};
    use crate::graph::Graph;
    use crate::live::Live;

    /// A door, its clock, and a job that was claimed through it.
    async fn claimed() -> (Door, TurnedClock, Claimed) {
        let store = Store::memory().await.unwrap();
        let clock = TurnedClock::standing_at(Timestamp::from_second(1_800_000_000).unwrap());
        let policy = std::sync::Arc::new(countersign_policy::folder::Folder::builtin());
        let graph = Graph::new(Engine::build(Vec::new(), Vec::new()), 0);
        let (clock, handed) = (clock.clone(), clock.clock());
        let (systems, chance) = (std::sync::Arc::default(), Chance::real());
        let live = Live::new(std::sync::Arc::clone(&policy));
        let door = Door { store, graph, policy, live, systems, clock: handed, chance };
        let run_at = door.clock.now();
        let enqueued: Result<bool, Fault> = door
            .store
            .transact(move |tx| {
                Box::pin(async move {
                    let new =
                        Job { kind: "order", key: "k", payload: "{}", run_at, ..Job::default() };
                    tx.enqueue(&new).await
                })
            })
            .await;
        assert!(enqueued.unwrap());
        let job = claim(&door, "node").await.unwrap();
        (door, clock, job)
    }

    async fn claim(door: &Door, holder: &str) -> Option<Claimed> {
        let (kinds, now) = (&["order"], door.clock.now());
        let claim = Claim { kinds, systems: &[], holder, now, lease: LEASE_FOR, limit: 1 };
        door.store.claim(&claim).await.unwrap().pop()
    }

    async fn leased_until(door: &Door) -> Timestamp {
        let job = countersign_store::job::by_key(&door.store, "k").await.unwrap();
        job.unwrap().leased_until
    }

    #[tokio::test]
    async fn work_that_takes_many_times_the_lease_stays_ours() {
        let (door, clock, job) = claimed().await;
        let work = async {
            for _ in 0..5 {
                let before = leased_until(&door).await;
                clock.turn(SignedDuration::from_secs(20));
                while leased_until(&door).await == before {
                    tokio::task::yield_now().await;
                }
                assert_eq!(claim(&door, "other").await, None, "nobody else is handed it");
            }
            "done"
        };
        assert_eq!(while_held(&door, &job, work).await, Some("done"));
        door.store.done(&job, door.clock.now()).await.unwrap();
    }

    #[tokio::test]
    async fn work_on_a_job_that_passed_to_somebody_else_is_broken_off() {
        let (door, clock, job) = claimed().await;
        clock.turn(SignedDuration::from_secs(31));
        let other = claim(&door, "other").await.unwrap();
        assert_eq!(while_held(&door, &job, std::future::pending::<()>()).await, None);
        door.store.done(&other, door.clock.now()).await.unwrap();
    }
}
