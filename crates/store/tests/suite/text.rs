use std::collections::BTreeSet;

use countersign_ledger::text::digest;
use countersign_ledger::tree::Hash;
use countersign_store::text::{self, Body};
use countersign_store::{Fault, Kind, State, Store};

use crate::acting;
use crate::both::{Place, at, both};

both! {
    a_text_comes_back_under_its_salted_digest,
    an_erased_text_leaves_a_note_and_never_comes_back,
    a_text_over_the_limit_is_refused,
    the_texts_of_states_are_those_that_the_states_name_now,
}

const SALT: [u8; 32] = [7; 32];

async fn put(store: &Store, subject: &str, body: &str) -> Result<Hash, Fault> {
    store
        .transact_with((subject.to_owned(), body.to_owned()), |tx, (subject, body)| {
            Box::pin(tx.put_text(subject, &SALT, body))
        })
        .await
}

async fn a_text_comes_back_under_its_salted_digest(place: &Place) {
    let store = place.store().await;
    let long = "because ".repeat(100_000);
    for body in ["", "grüße", &long] {
        let key = put(&store, "f-1", body).await.unwrap();
        assert_eq!(key, digest(&SALT, body));
        assert_eq!(put(&store, "f-1", body).await.unwrap(), key);
        let kept = text::get(&store, key).await.unwrap().unwrap();
        assert_eq!(kept.body, Body::Kept { salt: SALT, text: body.to_owned() });
    }
    put(&store, "f-2", "other").await.unwrap();
    assert_eq!(text::of_subject(&store, "f-1").await.unwrap().len(), 3);
    let first = text::all(&store, None, 2).await.unwrap();
    let rest = text::all(&store, Some(first[1].digest), 9).await.unwrap();
    assert_eq!((first.len(), rest.len()), (2, 2));
    assert!(first[1].digest < rest[0].digest);
}

async fn an_erased_text_leaves_a_note_and_never_comes_back(place: &Place) {
    let store = place.store().await;
    let key = put(&store, "f-1", "a private reason").await.unwrap();
    let erase = || store.transact(move |tx| Box::pin(tx.erase_text(key, at(5), "privacy duty")));
    assert!(erase().await.map_err(|fault: Fault| fault).unwrap());
    assert!(!erase().await.unwrap());
    put(&store, "f-1", "a private reason").await.unwrap();
    let left = text::get(&store, key).await.unwrap().unwrap();
    assert_eq!(left.body, Body::Erased { at: at(5), by: "privacy duty".to_owned() });
    assert!(text::all(&store, None, 9).await.unwrap().is_empty());
}

async fn a_text_over_the_limit_is_refused(place: &Place) {
    let store = place.store().await;
    let fault = put(&store, "f-1", &"a".repeat(text::TEXT_BYTES_MAX + 1)).await.unwrap_err();
    assert_eq!(fault.kind(), Kind::Malformed);
}

async fn the_texts_of_states_are_those_that_the_states_name_now(place: &Place) {
    let store = place.store().await;
    let mut names = Vec::new();
    for subject in ["p-1", "p-2", "p-3"] {
        put(&store, subject, &format!("before of {subject}")).await.unwrap();
        let now = put(&store, subject, &format!("now of {subject}")).await.unwrap();
        let state =
            State { state: format!("{{\"name\":\"text:{now}\"}}"), ..acting::state(subject, 1) };
        let given = store.transact_with(state, |tx, state| {
            Box::pin(async move { tx.put_state(state, 0).await })
        });
        given.await.map_err(|fault: Fault| fault).unwrap();
        names.push(now);
    }
    let kind = acting::state("p-1", 1).kind;
    let among = async |after, last| {
        let texts = text::of_states(&store, &kind, (after, last)).await.unwrap();
        texts.into_iter().map(|it| it.digest).collect::<BTreeSet<_>>()
    };
    assert_eq!(among("", "p-3").await, names.iter().copied().collect());
    assert_eq!(among("p-1", "p-2").await, [names[1]].into(), "after the one and up to the other");
    assert!(among("p-3", "p-9").await.is_empty());
}
