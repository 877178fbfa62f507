use countersign_store::account::{self, Account};
use countersign_store::device::{self, Device};
use countersign_store::draft::{self, Draft};
use countersign_store::link::{self, Link};
use countersign_store::session::{self, Session};
use countersign_store::{Fault, Kind, Store};

use crate::both::{Place, at, both};

both! {
    a_name_signs_in_one_person_only,
    an_ended_session_stays_ended,
    a_link_is_spent_once_and_never_after_its_time,
    the_links_of_one_person_are_good_for_nothing_at_once,
    a_program_is_answered_once_and_takes_the_answer_once,
    a_form_is_one_persons_and_of_a_person_only_the_newest_are_kept,
}

fn account(person: &str, name: &str) -> Account {
    let password = format!("$argon2id${person}");
    Account { person: person.to_owned(), name: name.to_owned(), password, set_at: at(1) }
}

async fn put(store: &Store, account: Account) -> Result<(), Fault> {
    store.transact_with(account, |tx, account| Box::pin(tx.put_account(account))).await
}

async fn a_name_signs_in_one_person_only(place: &Place) {
    let store = place.store().await;
    put(&store, account("p-1", "marta")).await.unwrap();
    put(&store, account("p-1", "marta-l")).await.unwrap();
    assert_eq!(account::by_name(&store, "marta").await.unwrap(), None);
    let kept = account::by_name(&store, "marta-l").await.unwrap();
    assert_eq!(kept, Some(account("p-1", "marta-l")));
    let fault = put(&store, account("p-2", "marta-l")).await.unwrap_err();
    assert_eq!(fault.kind(), Kind::Conflict);
}

fn session(hash: &str) -> Session {
    Session {
        hash: hash.to_owned(),
        person: "p-1".to_owned(),
        created_at: at(1),
        seen_at: at(1),
        expires_at: at(100),
        revoked_at: None,
        way: "provider".to_owned(),
        strength: "second".to_owned(),
        shown_at: Some(at(1)),
        issuer: Some("https://login.example".to_owned()),
        subject: Some("s-1".to_owned()),
        provider_session: Some(format!("at-{hash}")),
    }
}

async fn an_ended_session_stays_ended(place: &Place) {
    let store = place.store().await;
    for hash in ["a", "b", "c"] {
        let put = session(hash);
        let kept: Result<(), Fault> =
            store.transact_with(put, |tx, it| Box::pin(tx.put_session(it))).await;
        kept.unwrap();
    }
    let ended: Result<bool, Fault> =
        store.transact(|tx| Box::pin(tx.revoke_session("a", at(5)))).await;
    assert!(ended.unwrap());
    let seen: Result<(), Fault> = store
        .transact(|tx| {
            Box::pin(async move {
                tx.see_session("a", at(9)).await?;
                tx.see_session("b", at(9)).await
            })
        })
        .await;
    seen.unwrap();
    let a = session::get(&store, "a").await.unwrap().unwrap();
    assert_eq!((a.seen_at, a.revoked_at), (at(1), Some(at(5))));
    let b = session::get(&store, "b").await.unwrap().unwrap();
    assert_eq!((b.seen_at, b.revoked_at), (at(9), None));
    let all: Result<u64, Fault> =
        store.transact(|tx| Box::pin(tx.revoke_sessions("p-1", at(10)))).await;
    assert_eq!(all.unwrap(), 2);
    let over: Result<u64, Fault> = store.transact(|tx| Box::pin(tx.forget_sessions(at(100)))).await;
    assert_eq!(over.unwrap(), 3);
    assert_eq!(session::get(&store, "a").await.unwrap(), None);
}

async fn spend(store: &Store, second: i64) -> Option<String> {
    let spent: Result<_, Fault> =
        store.transact(move |tx| Box::pin(tx.spend_link("l", at(second)))).await;
    spent.unwrap()
}

async fn a_link_is_spent_once_and_never_after_its_time(place: &Place) {
    let store = place.store().await;
    let put = Link { hash: "l".to_owned(), person: "p-1".to_owned(), expires_at: at(10) };
    let kept: Result<(), Fault> =
        store.transact_with(put, |tx, it| Box::pin(tx.put_link(it))).await;
    kept.unwrap();
    assert_eq!(link::whose(&store, "l", at(10)).await.unwrap(), None);
    assert_eq!(spend(&store, 10).await, None);
    assert_eq!(link::whose(&store, "l", at(9)).await.unwrap().as_deref(), Some("p-1"));
    assert_eq!(spend(&store, 9).await.as_deref(), Some("p-1"));
    assert_eq!(spend(&store, 9).await, None);
    assert_eq!(link::whose(&store, "l", at(9)).await.unwrap(), None);
    let over: Result<u64, Fault> = store.transact(|tx| Box::pin(tx.forget_links(at(10)))).await;
    assert_eq!(over.unwrap(), 1);
}

async fn the_links_of_one_person_are_good_for_nothing_at_once(place: &Place) {
    let store = place.store().await;
    for (hash, person) in [("l", "p-1"), ("m", "p-1"), ("n", "p-2")] {
        let put = Link { hash: hash.to_owned(), person: person.to_owned(), expires_at: at(10) };
        let kept: Result<(), Fault> =
            store.transact_with(put, |tx, it| Box::pin(tx.put_link(it))).await;
        kept.unwrap();
    }
    assert_eq!(spend(&store, 1).await.as_deref(), Some("p-1"));
    let revoke = || store.transact(|tx| Box::pin(tx.revoke_links("p-1", at(2))));
    let ended: Result<u64, Fault> = revoke().await;
    assert_eq!((ended.unwrap(), revoke().await.unwrap()), (1, 0));
    assert_eq!(link::whose(&store, "m", at(3)).await.unwrap(), None);
    assert_eq!(link::whose(&store, "n", at(3)).await.unwrap().as_deref(), Some("p-2"));
}

async fn a_form_is_one_persons_and_of_a_person_only_the_newest_are_kept(place: &Place) {
    let store = place.store().await;
    let draft = |hash: &str, person: &str, second: i64| Draft {
        hash: hash.to_owned(),
        person: person.to_owned(),
        path: "/findings/FN-1/dispute".to_owned(),
        fields: "{}".to_owned(),
        expires_at: at(second),
    };
    for one in
        [draft("a", "p-1", 10), draft("b", "p-2", 10), draft("c", "p-1", 11), draft("d", "p-1", 12)]
    {
        let kept: Result<(), Fault> =
            store.transact_with(one, |tx, it| Box::pin(tx.put_draft(it, 2))).await;
        kept.unwrap();
    }
    let there = async |hash: &str, person: &str, second: i64| {
        draft::get(&store, (hash, person), at(second)).await.unwrap().is_some()
    };
    assert!(!there("a", "p-1", 1).await, "two newer ones");
    assert!(there("b", "p-2", 1).await && there("c", "p-1", 1).await && there("d", "p-1", 1).await);
    assert!(!there("b", "p-1", 1).await, "of somebody else");
    assert!(!there("b", "p-2", 10).await, "over");
    let over: Result<u64, Fault> = store.transact(|tx| Box::pin(tx.forget_drafts(at(11)))).await;
    assert_eq!(over.unwrap(), 2);
}

async fn a_program_is_answered_once_and_takes_the_answer_once(place: &Place) {
    let store = place.store().await;
    let device = |hash: &str, code: &str| Device {
        hash: hash.to_owned(),
        code: code.to_owned(),
        name: "command line".to_owned(),
        address: "::1".to_owned(),
        created_at: at(1),
        expires_at: at(10),
    };
    let put = async |one: Device| -> Result<(), Fault> {
        store.transact_with(one, |tx, it| Box::pin(tx.put_device(it))).await
    };
    put(device("h", "c")).await.unwrap();
    assert_eq!(put(device("i", "c")).await.unwrap_err().kind(), Kind::Conflict);
    let answer = async |answer: &'static str, second: i64| -> bool {
        let done: Result<bool, Fault> = store
            .transact(move |tx| Box::pin(tx.answer_device(("c", answer), "p-1", at(second))))
            .await;
        done.unwrap()
    };
    let spend = async |second: i64| -> Option<String> {
        let done: Result<_, Fault> =
            store.transact(move |tx| Box::pin(tx.spend_device(("h", "yes"), at(second)))).await;
        done.unwrap()
    };
    assert!(device::waiting(&store, "c", at(9)).await.unwrap().is_some());
    assert!(device::waiting(&store, "c", at(10)).await.unwrap().is_none(), "over");
    assert_eq!(spend(2).await, None, "nobody answered");
    assert!(!answer("yes", 10).await, "over");
    assert!(answer("yes", 9).await && !answer("no", 9).await, "answered once");
    assert!(device::waiting(&store, "c", at(9)).await.unwrap().is_none());
    let standing = device::standing(&store, "h").await.unwrap().unwrap();
    assert_eq!((standing.polled_at, standing.answer.as_deref()), (None, Some("yes")));
    assert_eq!(spend(10).await, None, "over");
    assert_eq!(spend(9).await.as_deref(), Some("p-1"));
    assert_eq!(spend(9).await, None, "spent");
    assert_eq!(device::count(&store, at(1)).await.unwrap(), 0);
}
