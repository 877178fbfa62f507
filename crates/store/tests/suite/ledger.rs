use countersign_ledger::tree::{Frontier, leaf_hash};
use countersign_store::seal::Checkpoint;
use countersign_store::{Fence, Kind, Store, event, reached, read, seal};
use jiff::SignedDuration;
use tokio::task::JoinSet;

use crate::acting::act;
use crate::both::{Place, at, both};

both! {
    each_event_is_sealed_once_and_the_stored_edge_is_that_of_the_leaves,
    a_sealer_whose_lease_passed_on_stops,
    two_sealers_and_many_acts_leave_dense_positions,
    an_event_whose_transaction_is_open_is_sealed_later_and_never_skipped,
    a_second_root_for_one_size_is_a_conflict,
    the_age_of_the_oldest_unsealed_event_is_known,
    a_lease_is_held_by_one,
    the_judge_moves_forward_only_and_only_under_its_lease,
}

const TTL: SignedDuration = SignedDuration::from_secs(10);

pub(crate) async fn seal_all(store: &Store) {
    let fence = store.lease("seal", "s", at(0), TTL).await.unwrap().unwrap();
    loop {
        let sealed = store.seal(&fence, 7).await.unwrap();
        if sealed.from == sealed.to {
            return;
        }
    }
}

pub(crate) async fn checkpoint(store: &Store) {
    let frontier = seal::frontier(store).await.unwrap();
    let checkpoint = Checkpoint {
        size: i64::try_from(frontier.size()).unwrap(),
        root: frontier.root(),
        note: "note".to_owned(),
        at: at(1),
    };
    store.put_checkpoint(&checkpoint).await.unwrap();
    assert_eq!(seal::latest_checkpoint(store).await.unwrap().unwrap(), checkpoint);
}

/// Positions are dense, hashes are those of the bytes, and the stored edge is that of the leaves.
async fn assert_whole(store: &Store, count: usize) {
    let leaves = read::leaf::from(store, 0, 5_000).await.unwrap();
    let positions: Vec<i64> = leaves.iter().map(|leaf| leaf.position).collect();
    assert_eq!(positions, (0..i64::try_from(count).unwrap()).collect::<Vec<_>>());
    let mut edge = Frontier::new();
    for leaf in &leaves {
        assert_eq!(leaf.hash, leaf_hash(&leaf.bytes));
        edge.push(leaf.hash);
    }
    assert_eq!(seal::frontier(store).await.unwrap(), edge);
    let mut events: Vec<_> =
        leaves.iter().map(|leaf| (leaf.subject.clone(), leaf.sequence)).collect();
    let in_order = events.clone();
    events.sort();
    events.dedup();
    assert_eq!(events.len(), count, "no event is sealed twice");
    for (subject, sequence) in events {
        let before = in_order.iter().filter(|(other, _)| *other == subject);
        let order: Vec<i64> = before.map(|(_, sequence)| *sequence).collect();
        assert!(order.is_sorted(), "{subject} {sequence}: {order:?}");
    }
}

async fn each_event_is_sealed_once_and_the_stored_edge_is_that_of_the_leaves(place: &Place) {
    let store = place.store().await;
    for number in 0..20 {
        act(&store, &format!("f-{}", number % 3)).await.unwrap();
    }
    seal_all(&store).await;
    assert_whole(&store, 20).await;
    let history = event::history(&store, "f-0", 0).await.unwrap();
    assert!(history.iter().all(|event| event.position.is_some()));
    let hashes = read::leaf::hashes(&store, 5, 3).await.unwrap();
    assert_eq!(hashes[2], read::leaf::at(&store, 7).await.unwrap().unwrap().hash);
    assert_eq!(read::leaf::at(&store, 20).await.unwrap(), None);
    act(&store, "f-9").await.unwrap();
    seal_all(&store).await;
    assert_whole(&store, 21).await;
}

async fn a_sealer_whose_lease_passed_on_stops(place: &Place) {
    let store = place.store().await;
    act(&store, "f-1").await.unwrap();
    let late = store.lease("seal", "a", at(0), TTL).await.unwrap().unwrap();
    let now = store.lease("seal", "b", at(11), TTL).await.unwrap().unwrap();
    let fault = store.seal(&late, 10).await.unwrap_err();
    assert_eq!(fault.kind(), Kind::Fenced, "{fault}");
    assert_whole(&store, 0).await;
    assert_eq!(store.seal(&now, 10).await.unwrap().to, 1);
}

async fn two_sealers_and_many_acts_leave_dense_positions(place: &Place) {
    let stores = [place.store().await, place.store().await];
    let mut acts = JoinSet::new();
    for task in 0..20_usize {
        let store = stores[task % 2].clone();
        acts.spawn(async move {
            for _ in 0..10 {
                act(&store, &format!("f-{task}")).await.unwrap();
            }
        });
    }
    let mut sealers = JoinSet::new();
    for (name, store) in ["a", "b"].into_iter().zip(stores.clone()) {
        sealers.spawn(async move { seal_until(&store, name, 200).await });
    }
    acts.join_all().await;
    sealers.join_all().await;
    assert_whole(&stores[0], 200).await;
}

/// Seals, taking the lease away from the other one each time, until `count` are sealed.
async fn seal_until(store: &Store, holder: &str, count: u64) {
    loop {
        if seal::frontier(store).await.unwrap().size() == count {
            return;
        }
        let now = at(if holder == "a" { 0 } else { 1_000 });
        let Some(fence) = store.lease("seal", holder, now, -TTL).await.unwrap() else { continue };
        match store.seal(&fence, 9).await {
            Ok(_) => {}
            Err(fault) => {
                assert!(matches!(fault.kind(), Kind::Fenced | Kind::Conflict), "{fault}");
            }
        }
    }
}

async fn an_event_whose_transaction_is_open_is_sealed_later_and_never_skipped(place: &Place) {
    // SQLite has one writer: nothing can be sealed while a transaction is open.
    if matches!(place, Place::Sqlite(_)) {
        return;
    }
    let store = place.store().await;
    let (appended, was_appended) = tokio::sync::oneshot::channel();
    let (go_on, may_go_on) = tokio::sync::oneshot::channel::<()>();
    let signals = std::sync::Mutex::new(Some((appended, may_go_on)));
    let slow = tokio::spawn({
        let store = store.clone();
        async move {
            store
                .transact_with(signals, |tx, signals| {
                    Box::pin(async move {
                        tx.append(&crate::acting::event("slow", 1, b"slow")).await?;
                        let taken = signals.lock().unwrap().take();
                        if let Some((appended, may_go_on)) = taken {
                            appended.send(()).unwrap();
                            may_go_on.await.unwrap();
                        }
                        Ok::<(), countersign_store::Fault>(())
                    })
                })
                .await
        }
    });
    was_appended.await.unwrap();
    act(&store, "quick").await.unwrap();
    seal_all(&store).await;
    assert_whole(&store, 1).await;
    go_on.send(()).unwrap();
    slow.await.unwrap().unwrap();
    seal_all(&store).await;
    assert_whole(&store, 2).await;
    assert_eq!(read::leaf::at(&store, 1).await.unwrap().unwrap().subject, "slow");
}

async fn a_second_root_for_one_size_is_a_conflict(place: &Place) {
    let store = place.store().await;
    act(&store, "f-1").await.unwrap();
    seal_all(&store).await;
    checkpoint(&store).await;
    checkpoint(&store).await;
    let forked =
        Checkpoint { size: 1, root: leaf_hash(b"other"), note: "note".to_owned(), at: at(2) };
    let fault = store.put_checkpoint(&forked).await.unwrap_err();
    assert_eq!(fault.kind(), Kind::Conflict, "{fault}");
    assert!(fault.to_string().contains("another root"), "{fault}");
}

async fn the_age_of_the_oldest_unsealed_event_is_known(place: &Place) {
    let store = place.store().await;
    assert_eq!(seal::oldest_unsealed(&store).await.unwrap(), None);
    act(&store, "f-1").await.unwrap();
    act(&store, "f-1").await.unwrap();
    assert_eq!(seal::oldest_unsealed(&store).await.unwrap(), Some(at(1)));
    let fence = store.lease("seal", "s", at(0), TTL).await.unwrap().unwrap();
    store.seal(&fence, 1).await.unwrap();
    assert_eq!(seal::oldest_unsealed(&store).await.unwrap(), Some(at(2)));
    store.seal(&fence, 1).await.unwrap();
    assert_eq!(seal::oldest_unsealed(&store).await.unwrap(), None);
}

async fn a_lease_is_held_by_one(place: &Place) {
    let store = place.store().await;
    let a = store.lease("judge", "a", at(0), TTL).await.unwrap().unwrap();
    assert_eq!(store.lease("judge", "b", at(9), TTL).await.unwrap(), None);
    assert!(store.renew(&a, at(9), TTL).await.unwrap());
    assert_eq!(store.lease("judge", "b", at(18), TTL).await.unwrap(), None);
    let b = store.lease("judge", "b", at(19), TTL).await.unwrap().unwrap();
    assert!(b.number > a.number);
    assert!(!store.renew(&a, at(20), TTL).await.unwrap());
    assert!(!store.release(&a).await.unwrap());
    let again = store.lease("judge", "b", at(20), TTL).await.unwrap().unwrap();
    assert!(!store.renew(&b, at(20), TTL).await.unwrap(), "a restarted holder fences itself off");
    assert!(store.release(&again).await.unwrap());
    assert!(store.lease("judge", "a", at(20), TTL).await.unwrap().is_some());
    assert!(store.lease("seal", "b", at(20), TTL).await.unwrap().is_some());
}

async fn the_judge_moves_forward_only_and_only_under_its_lease(place: &Place) {
    let store = place.store().await;
    assert_eq!(reached::judged_position(&store).await.unwrap(), 0);
    let late = store.lease(reached::JUDGE, "a", at(0), TTL).await.unwrap().unwrap();
    judged(&store, &late, 3).await.unwrap();
    assert_eq!(judged(&store, &late, 2).await.unwrap_err().kind(), Kind::Conflict);
    let now = store.lease(reached::JUDGE, "b", at(10), TTL).await.unwrap().unwrap();
    assert_eq!(judged(&store, &late, 4).await.unwrap_err().kind(), Kind::Fenced);
    judged(&store, &now, 5).await.unwrap();
    assert_eq!(reached::judged_position(&store).await.unwrap(), 5);
}

async fn judged(
    store: &Store,
    fence: &Fence,
    position: i64,
) -> Result<(), countersign_store::Fault> {
    store
        .transact_with(fence.clone(), move |tx, fence| {
            Box::pin(tx.set_judged_position(fence, position))
        })
        .await
}
