use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use countersign_store::{Fault, Kind, Store, event, job, state};
use tokio::task::JoinSet;

use crate::acting::{act, step};
use crate::both::{Place, at, both};

both! {
    concurrent_acts_on_one_subject_lose_nothing,
    concurrent_acts_on_many_subjects_lose_nothing,
    an_act_that_fails_is_taken_back_alone,
    an_act_that_panics_is_taken_back_alone,
    a_statement_that_failed_is_not_committed_when_the_act_overlooks_it,
    an_act_whose_caller_went_away_leaves_no_open_transaction,
    a_state_that_moved_on_is_a_conflict,
    a_state_is_the_one_after_the_last_event,
    numbers_are_given_without_gaps,
    a_read_sees_committed_rows_only,
}

async fn concurrent_acts_on_one_subject_lose_nothing(place: &Place) {
    crowd(place, 1).await;
}

async fn concurrent_acts_on_many_subjects_lose_nothing(place: &Place) {
    crowd(place, 16).await;
}

/// 64 tasks on two stores over the same database, two acts each.
async fn crowd(place: &Place, subjects: usize) {
    let stores = [place.store().await, place.store().await];
    let mut tasks = JoinSet::new();
    for task in 0..64_usize {
        let store = stores[task % 2].clone();
        tasks.spawn(async move {
            let subject = format!("f-{}", task % subjects);
            [act(&store, &subject).await.unwrap(), act(&store, &subject).await.unwrap()]
        });
    }
    let mut given: Vec<i64> = tasks.join_all().await.into_iter().flatten().collect();
    given.sort_unstable();
    let each = 128 / i64::try_from(subjects).unwrap();
    let expected: Vec<i64> =
        (1..=each).flat_map(|sequence| std::iter::repeat_n(sequence, subjects)).collect();
    assert_eq!(given, expected);
    for subject in 0..subjects {
        let subject = format!("f-{subject}");
        let events = event::history(&stores[0], &subject, 0).await.unwrap();
        let sequences: Vec<i64> = events.iter().map(|event| event.sequence).collect();
        assert_eq!(sequences, (1..=each).collect::<Vec<_>>());
        let state = state::get(&stores[1], "finding", &subject).await.unwrap().unwrap();
        assert_eq!(state.sequence, each);
    }
    let jobs = job::list(&stores[0], job::Standing::Waiting, 0).await.unwrap();
    assert_eq!(jobs.len(), 128);
}

async fn an_act_that_fails_is_taken_back_alone(place: &Place) {
    let store = place.store().await;
    let mut tasks = JoinSet::new();
    for task in 0..40_usize {
        let store = store.clone();
        tasks.spawn(async move {
            let subject = format!("f-{task}");
            let fails = task % 4 == 0;
            let done = store
                .transact_with((subject, fails), |tx, (subject, fails)| {
                    Box::pin(async move {
                        step(tx, subject).await?;
                        if *fails {
                            return Err(Fault::new(Kind::Malformed, "no"));
                        }
                        Ok(())
                    })
                })
                .await;
            assert_eq!(done.is_err(), fails, "{task}: {done:?}");
        });
    }
    tasks.join_all().await;
    for task in 0..40_usize {
        let subject = format!("f-{task}");
        let events = event::history(&store, &subject, 0).await.unwrap();
        assert_eq!(events.len(), usize::from(task % 4 != 0), "{subject}");
        let state = state::get(&store, "finding", &subject).await.unwrap();
        assert_eq!(state.is_some(), task % 4 != 0, "{subject}");
    }
    assert_eq!(job::list(&store, job::Standing::Waiting, 0).await.unwrap().len(), 30);
}

async fn an_act_that_panics_is_taken_back_alone(place: &Place) {
    let store = place.store().await;
    let fault = store
        .transact(|tx| {
            Box::pin(async move {
                step(tx, "f-1").await?;
                panic!("a planted defect");
                #[expect(unreachable_code, reason = "names the type")]
                Ok::<(), Fault>(())
            })
        })
        .await
        .unwrap_err();
    assert_eq!(fault.kind(), Kind::Permanent);
    assert_eq!(act(&store, "f-1").await.unwrap(), 1);
}

async fn a_statement_that_failed_is_not_committed_when_the_act_overlooks_it(place: &Place) {
    let store = place.store().await;
    act(&store, "f-1").await.unwrap();
    let runs = Arc::new(AtomicUsize::new(0));
    let fault = store
        .transact_with(Arc::clone(&runs), |tx, runs| {
            Box::pin(async move {
                runs.fetch_add(1, Ordering::Relaxed);
                step(tx, "f-2").await?;
                let lost = tx.put_state(&crate::acting::state("f-1", 9), 7).await;
                assert!(lost.is_err());
                Ok::<(), Fault>(())
            })
        })
        .await
        .unwrap_err();
    assert_eq!(fault.kind(), Kind::Conflict);
    assert_eq!(runs.load(Ordering::Relaxed), 1, "a stale request is not tried again");
    assert!(event::history(&store, "f-2", 0).await.unwrap().is_empty());
}

async fn an_act_whose_caller_went_away_leaves_no_open_transaction(place: &Place) {
    let store = place.store().await;
    let (begun, has_begun) = tokio::sync::oneshot::channel();
    let begun = Arc::new(std::sync::Mutex::new(Some(begun)));
    let gone = tokio::spawn({
        let store = store.clone();
        async move {
            store
                .transact_with(begun, |tx, begun| {
                    Box::pin(async move {
                        step(tx, "f-1").await?;
                        if let Some(begun) = begun.lock().unwrap().take() {
                            begun.send(()).unwrap();
                        }
                        tokio::task::yield_now().await;
                        step(tx, "f-1").await
                    })
                })
                .await
        }
    });
    has_begun.await.unwrap();
    gone.abort();
    let _ = gone.await;
    // Both or neither, and everybody else goes on.
    let sequence = act(&store, "f-1").await.unwrap();
    assert!(sequence == 1 || sequence == 3, "{sequence}");
    for _ in 0..30 {
        act(&store, "f-2").await.unwrap();
    }
}

async fn a_state_that_moved_on_is_a_conflict(place: &Place) {
    let store = place.store().await;
    act(&store, "f-1").await.unwrap();
    for before in [0, 2, 5] {
        let fault = put(&store, before).await.unwrap_err();
        assert_eq!(fault.kind(), Kind::Conflict, "{before}: {fault}");
    }
    put(&store, 1).await.unwrap();
    assert_eq!(state::get(&store, "finding", "f-1").await.unwrap().unwrap().sequence, 2);
}

async fn put(store: &Store, before: i64) -> Result<(), Fault> {
    store
        .transact(move |tx| {
            Box::pin(async move { tx.put_state(&crate::acting::state("f-1", 2), before).await })
        })
        .await
}

async fn a_state_is_the_one_after_the_last_event(place: &Place) {
    let store = place.store().await;
    for act_number in 0..30 {
        act(&store, &format!("f-{}", act_number % 7)).await.unwrap();
    }
    let states = state::all(&store, "finding", "").await.unwrap();
    assert_eq!(states.len(), 7);
    for state in states {
        let events = event::history(&store, &state.subject, 0).await.unwrap();
        let last = events.last().unwrap();
        assert_eq!(state.sequence, last.sequence);
        assert_eq!(events.len(), usize::try_from(last.sequence).unwrap());
    }
}

async fn numbers_are_given_without_gaps(place: &Place) {
    let store = place.store().await;
    let mut tasks = JoinSet::new();
    for task in 0..30_usize {
        let store = store.clone();
        tasks.spawn(async move {
            let number = store
                .transact(move |tx| {
                    Box::pin(async move {
                        let number = tx.next_number("finding").await?;
                        if task % 3 == 0 {
                            return Err(Fault::new(Kind::Malformed, "no"));
                        }
                        Ok(number)
                    })
                })
                .await;
            number.ok()
        });
    }
    let mut numbers: Vec<i64> = tasks.join_all().await.into_iter().flatten().collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=20).collect::<Vec<_>>());
}

async fn a_read_sees_committed_rows_only(place: &Place) {
    let store = place.store().await;
    let outside = store.clone();
    store
        .transact_with(outside, |tx, outside| {
            Box::pin(async move {
                step(tx, "f-1").await?;
                assert_eq!(tx.state("finding", "f-1").await?.unwrap().sequence, 1);
                assert_eq!(state::get(outside, "finding", "f-1").await?, None);
                Ok::<(), Fault>(())
            })
        })
        .await
        .unwrap();
    assert!(state::get(&store, "finding", "f-1").await.unwrap().is_some());
    assert_eq!(event::history(&store, "f-1", 0).await.unwrap()[0].at, at(1));
}
