use countersign_ledger::tree::leaf_hash;
use countersign_store::{Fault, Kind, Store, event};

use crate::acting::{act, event as new_event};
use crate::both::{Place, both};

both! {
    an_event_keeps_its_bytes_and_their_leaf_hash,
    an_event_is_appended_once,
    an_event_over_the_limit_is_refused,
    events_leaves_and_checkpoints_are_never_changed_or_removed,
}

async fn append(store: &Store, sequence: i64, bytes: &[u8]) -> Result<(), Fault> {
    store
        .transact_with(bytes.to_vec(), move |tx, bytes| {
            Box::pin(async move {
                tx.append(&new_event("f-1", sequence, bytes)).await?;
                Ok(())
            })
        })
        .await
}

async fn an_event_keeps_its_bytes_and_their_leaf_hash(place: &Place) {
    let store = place.store().await;
    let bytes = "{\"a\":\"\\u0000 ü 𝄞\"}".as_bytes();
    append(&store, 1, bytes).await.unwrap();
    let stored = event::history(&store, "f-1", 0).await.unwrap().remove(0);
    assert_eq!(stored.bytes, bytes);
    assert_eq!(stored.hash, leaf_hash(bytes));
    assert_eq!(stored.position, None);
}

async fn an_event_is_appended_once(place: &Place) {
    let store = place.store().await;
    append(&store, 1, b"first").await.unwrap();
    let fault = append(&store, 1, b"second").await.unwrap_err();
    assert_eq!(fault.kind(), Kind::Conflict, "{fault}");
    let stored = event::history(&store, "f-1", 0).await.unwrap();
    assert_eq!(stored.len(), 1);
    assert_eq!(stored[0].bytes, b"first");
}

async fn an_event_over_the_limit_is_refused(place: &Place) {
    let store = place.store().await;
    append(&store, 1, &vec![b'a'; 65_535]).await.unwrap();
    let fault = append(&store, 2, &vec![b'a'; 65_536]).await.unwrap_err();
    assert_eq!(fault.kind(), Kind::Malformed, "{fault}");
}

async fn events_leaves_and_checkpoints_are_never_changed_or_removed(place: &Place) {
    let store = place.store().await;
    for _ in 0..3 {
        act(&store, "f-1").await.unwrap();
    }
    crate::ledger::seal_all(&store).await;
    crate::ledger::checkpoint(&store).await;
    for table in ["event", "leaf", "checkpoint"] {
        let column = if table == "checkpoint" { "size" } else { "sequence" };
        for sql in [
            format!("update {table} set {column} = {column}"),
            format!("update {table} set {column} = 99 where {column} = 3"),
            format!("delete from {table}"),
        ] {
            let error = place.raw(&sql).await.unwrap_err();
            assert!(error.contains("never") || error.contains("append-only"), "{sql}: {error}");
        }
    }
    if matches!(place, Place::Postgres { .. }) {
        for table in ["event cascade", "leaf", "checkpoint"] {
            let error = place.raw(&format!("truncate {table}")).await.unwrap_err();
            assert!(error.contains("append-only"), "{table}: {error}");
        }
    }
    assert_eq!(event::history(&store, "f-1", 0).await.unwrap().len(), 3);
}
