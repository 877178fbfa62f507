use std::collections::BTreeSet;

use countersign_store::idempotency::Answered;
use countersign_store::job::{self, ATTEMPTS_MAX, Claim, Standing};
use countersign_store::token::{self, Token};
use countersign_store::{Fault, Job, Kind, Store};
use jiff::SignedDuration;
use tokio::task::JoinSet;

use crate::both::{Place, at, both};

both! {
    a_job_is_handed_to_one_worker,
    a_job_of_a_silent_worker_is_handed_out_again_and_the_late_one_cannot_end_it,
    a_worker_that_comes_back_takes_back_its_own_jobs_and_nobody_elses,
    a_job_is_kept_while_it_is_worked_on_and_not_by_who_lost_it,
    a_job_that_needs_a_system_is_handed_only_to_a_worker_that_has_it,
    what_a_subject_waits_for_is_found_until_it_is_done,
    a_job_has_one_key_for_ever,
    a_job_waits_for_its_time_and_its_kind,
    a_job_that_always_fails_is_given_up_and_can_be_revived,
    a_job_whose_worker_always_falls_silent_is_given_up,
    an_enqueued_job_wakes_a_worker,
    an_answer_is_kept_under_its_key_until_it_expires,
    every_token_of_a_person_ends_at_once_and_stays_ended,
}

const LEASE: SignedDuration = SignedDuration::from_secs(60);

async fn enqueue(store: &Store, kind: &str, key: &str, second: i64) -> bool {
    store
        .transact_with((kind.to_owned(), key.to_owned()), move |tx, (kind, key)| {
            Box::pin(async move {
                let run_at = at(second);
                tx.enqueue(&Job { kind, key, payload: "{\"n\":1}", run_at, ..Job::default() }).await
            })
        })
        .await
        .map_err(|fault: Fault| fault.to_string())
        .unwrap()
}

fn claim<'a>(kinds: &'a [&'a str], second: i64, limit: i64) -> Claim<'a> {
    Claim { kinds, systems: &[], holder: "node", now: at(second), lease: LEASE, limit }
}

async fn a_job_is_handed_to_one_worker(place: &Place) {
    let stores = [place.store().await, place.store().await];
    for number in 0..200 {
        enqueue(&stores[0], "order", &format!("k-{number}"), 0).await;
    }
    let mut workers = JoinSet::new();
    for worker in 0..8_usize {
        let store = stores[worker % 2].clone();
        workers.spawn(async move {
            let mut mine = Vec::new();
            loop {
                let jobs = store.claim(&claim(&["order"], 1, 7)).await.unwrap();
                if jobs.is_empty() {
                    return mine;
                }
                for job in jobs {
                    store.done(&job, at(2)).await.unwrap();
                    mine.push(job.key);
                }
            }
        });
    }
    let all: Vec<String> = workers.join_all().await.into_iter().flatten().collect();
    assert_eq!(all.len(), 200);
    assert_eq!(all.into_iter().collect::<BTreeSet<_>>().len(), 200);
}

async fn a_job_of_a_silent_worker_is_handed_out_again_and_the_late_one_cannot_end_it(
    place: &Place,
) {
    let store = place.store().await;
    enqueue(&store, "order", "k", 0).await;
    let late = store.claim(&claim(&["order"], 0, 1)).await.unwrap().remove(0);
    assert!(store.claim(&claim(&["order"], 59, 1)).await.unwrap().is_empty());
    let now = store.claim(&claim(&["order"], 60, 1)).await.unwrap().remove(0);
    assert_eq!((late.attempt, now.attempt), (1, 2));
    assert_eq!(store.done(&late, at(61)).await.unwrap_err().kind(), Kind::Fenced);
    assert_eq!(store.retry(&late, at(61), "e").await.unwrap_err().kind(), Kind::Fenced);
    assert_eq!(store.bury(&late, at(61), "e").await.unwrap_err().kind(), Kind::Fenced);
    store.done(&now, at(61)).await.unwrap();
    assert_eq!(store.done(&now, at(62)).await.unwrap_err().kind(), Kind::Fenced);
    assert!(store.claim(&claim(&["order"], 999, 1)).await.unwrap().is_empty());
}

async fn a_worker_that_comes_back_takes_back_its_own_jobs_and_nobody_elses(place: &Place) {
    let store = place.store().await;
    for key in ["mine", "other", "ended", "free"] {
        enqueue(&store, "order", key, 0).await;
    }
    let of = |holder| Claim { holder, ..claim(&["order"], 0, 1) };
    let late = store.claim(&of("node")).await.unwrap().remove(0);
    store.claim(&of("other node")).await.unwrap();
    let ended = store.claim(&of("node")).await.unwrap().remove(0);
    store.done(&ended, at(0)).await.unwrap();
    assert_eq!(store.take_back("node").await.unwrap(), 1);
    assert_eq!(store.take_back("node").await.unwrap(), 0, "there is no more to take back");
    let again = store.claim(&claim(&["order"], 1, 9)).await.unwrap();
    let keys: Vec<_> = again.iter().map(|job| (job.key.as_str(), job.attempt)).collect();
    assert_eq!(keys, [("mine", 2), ("free", 1)]);
    assert_eq!(store.done(&late, at(2)).await.unwrap_err().kind(), Kind::Fenced);
}

async fn a_job_is_kept_while_it_is_worked_on_and_not_by_who_lost_it(place: &Place) {
    let store = place.store().await;
    enqueue(&store, "order", "k", 0).await;
    let job = store.claim(&claim(&["order"], 0, 1)).await.unwrap().remove(0);
    assert_eq!(job.leased_until, at(60));
    for second in [50, 100, 150] {
        assert!(store.keep(&job, at(second), LEASE).await.unwrap());
        assert!(store.claim(&claim(&["order"], second + 59, 1)).await.unwrap().is_empty());
    }
    let other = store.claim(&claim(&["order"], 210, 1)).await.unwrap().remove(0);
    assert!(!store.keep(&job, at(211), LEASE).await.unwrap(), "it is somebody else's");
    store.done(&other, at(212)).await.unwrap();
    assert!(!store.keep(&other, at(213), LEASE).await.unwrap(), "it is done");
}

async fn enqueue_for(store: &Store, key: &str, subject: &str, system: &str) {
    let given = [key, subject, system].map(str::to_owned);
    let enqueued: Result<bool, Fault> = store
        .transact_with(given, |tx, [key, subject, system]| {
            Box::pin(async move {
                tx.enqueue(&Job {
                    kind: "order",
                    key,
                    payload: "{}",
                    run_at: at(0),
                    subject: Some(subject),
                    system: Some(system),
                    why: Some("it begins"),
                })
                .await
            })
        })
        .await;
    assert!(enqueued.unwrap());
}

async fn a_job_that_needs_a_system_is_handed_only_to_a_worker_that_has_it(place: &Place) {
    let store = place.store().await;
    for (key, system) in [("one", "erp"), ("two", "erp_2"), ("three", "hr")] {
        enqueue_for(&store, key, "f", system).await;
    }
    enqueue(&store, "order", "any", 0).await;
    let has = |systems, second| Claim { systems, ..claim(&["order"], second, 9) };
    let keys = |jobs: Vec<job::Claimed>| jobs.into_iter().map(|job| job.key).collect::<Vec<_>>();
    assert_eq!(keys(store.claim(&has(&[], 0)).await.unwrap()), ["any"]);
    // Neither a part of a name nor a wildcard nor another case is the name.
    for systems in [&["er"][..], &["erp-2", "ERP"], &["%"], &["r"]] {
        assert!(store.claim(&has(systems, 0)).await.unwrap().is_empty(), "{systems:?}");
    }
    assert_eq!(keys(store.claim(&has(&["x", "erp"], 0)).await.unwrap()), ["one"]);
    let jobs = store.claim(&has(&["hr", "erp_2"], 0)).await.unwrap();
    assert_eq!(jobs[0].attempt, 1, "waiting for its system has cost no attempt");
    assert_eq!(keys(jobs), ["two", "three"]);
    let many = vec!["s"; job::SYSTEMS_MAX + 1];
    assert_eq!(store.claim(&has(&many, 0)).await.unwrap_err().kind(), Kind::Malformed);
}

async fn what_a_subject_waits_for_is_found_until_it_is_done(place: &Place) {
    let store = place.store().await;
    enqueue_for(&store, "one", "finding:1", "erp").await;
    enqueue_for(&store, "two", "finding:2", "erp").await;
    let open = job::open_of(&store, "finding:2").await.unwrap().unwrap();
    assert_eq!((open.key.as_str(), open.system.as_deref()), ("two", Some("erp")));
    assert_eq!(open.error.as_deref(), Some("it begins"));
    let all = Claim { systems: &["erp"], ..claim(&["order"], 0, 9) };
    let jobs = store.claim(&all).await.unwrap();
    store.bury(&jobs[0], at(1), "it cannot be").await.unwrap();
    store.done(&jobs[1], at(1)).await.unwrap();
    let given_up = job::open_of(&store, "finding:1").await.unwrap().unwrap();
    assert_eq!(given_up.standing, Standing::Dead);
    assert_eq!(given_up.error.as_deref(), Some("it cannot be"));
    assert_eq!(job::open_of(&store, "finding:2").await.unwrap(), None);
}

async fn a_job_has_one_key_for_ever(place: &Place) {
    let store = place.store().await;
    assert!(enqueue(&store, "order", "k", 0).await);
    assert!(!enqueue(&store, "order", "k", 0).await);
    let job = store.claim(&claim(&["order"], 0, 9)).await.unwrap().remove(0);
    store.done(&job, at(1)).await.unwrap();
    assert!(!enqueue(&store, "order", "k", 0).await, "done is still known");
    assert_eq!(job::by_key(&store, "k").await.unwrap().unwrap().standing, Standing::Done);
    assert_eq!(store.forget_done(at(0)).await.unwrap(), 0);
    assert_eq!(store.forget_done(at(1)).await.unwrap(), 1);
    assert!(enqueue(&store, "order", "k", 0).await);
}

async fn a_job_waits_for_its_time_and_its_kind(place: &Place) {
    let store = place.store().await;
    enqueue(&store, "order", "late", 10).await;
    enqueue(&store, "order", "soon", 5).await;
    enqueue(&store, "mail", "mail", 0).await;
    let keys = |jobs: Vec<job::Claimed>| jobs.into_iter().map(|job| job.key).collect::<Vec<_>>();
    assert!(store.claim(&claim(&["order"], 4, 9)).await.unwrap().is_empty());
    assert!(store.claim(&claim(&[], 99, 9)).await.unwrap().is_empty());
    assert_eq!(keys(store.claim(&claim(&["x", "order"], 10, 9)).await.unwrap()), ["soon", "late"]);
    assert_eq!(keys(store.claim(&claim(&["order", "mail"], 10, 9)).await.unwrap()), ["mail"]);
    let fault = store.claim(&claim(&["k"; 9], 10, 9)).await.unwrap_err();
    assert_eq!(fault.kind(), Kind::Malformed);
}

async fn a_job_that_always_fails_is_given_up_and_can_be_revived(place: &Place) {
    let store = place.store().await;
    enqueue(&store, "order", "k", 0).await;
    for attempt in 1..=ATTEMPTS_MAX {
        let job = store.claim(&claim(&["order"], attempt, 1)).await.unwrap().remove(0);
        assert_eq!(job.attempt, attempt);
        let standing = store.retry(&job, at(attempt), "the target is away").await.unwrap();
        assert_eq!(standing == Standing::Dead, attempt == ATTEMPTS_MAX);
    }
    assert!(store.claim(&claim(&["order"], 99, 1)).await.unwrap().is_empty());
    let dead = job::list(&store, Standing::Dead, 0).await.unwrap().remove(0);
    assert_eq!(dead.error.as_deref(), Some("the target is away"));
    assert!(store.revive(dead.id, at(100)).await.unwrap());
    assert!(!store.revive(dead.id, at(100)).await.unwrap());
    let revived = store.claim(&claim(&["order"], 100, 1)).await.unwrap().remove(0);
    assert_eq!((revived.attempt, revived.fence), (1, ATTEMPTS_MAX + 1));
}

async fn a_job_whose_worker_always_falls_silent_is_given_up(place: &Place) {
    let store = place.store().await;
    enqueue(&store, "order", "k", 0).await;
    for attempt in 1..=ATTEMPTS_MAX {
        assert_eq!(store.claim(&claim(&["order"], attempt * 60, 1)).await.unwrap().len(), 1);
    }
    assert!(store.claim(&claim(&["order"], 6_000, 1)).await.unwrap().is_empty());
    let dead = job::list(&store, Standing::Dead, 0).await.unwrap().remove(0);
    assert_eq!(dead.error.as_deref(), Some("its worker fell silent each time"));
}

async fn an_enqueued_job_wakes_a_worker(place: &Place) {
    let store = place.store().await;
    let waiting = store.clone();
    let limit = std::time::Duration::from_secs(5);
    let worker = tokio::spawn(async move {
        loop {
            if !waiting.claim(&claim(&["order"], 0, 1)).await.unwrap().is_empty() {
                return;
            }
            waiting.job_enqueued(limit).await;
        }
    });
    enqueue(&store, "order", "k", 0).await;
    tokio::time::timeout(limit / 2, worker).await.unwrap().unwrap();
}

async fn an_answer_is_kept_under_its_key_until_it_expires(place: &Place) {
    let store = place.store().await;
    let answered = Answered { body_digest: "d".to_owned(), status: 201, response: b"{}".to_vec() };
    put_answer(&store, &answered, 0).await.unwrap();
    assert_eq!(put_answer(&store, &answered, 9).await.unwrap_err().kind(), Kind::Conflict);
    assert_eq!(kept(&store, 9).await, Some(answered.clone()));
    assert_eq!(kept(&store, 10).await, None);
    put_answer(&store, &answered, 10).await.unwrap();
    assert_eq!(store.forget_idempotency(at(19)).await.unwrap(), 0);
    assert_eq!(store.forget_idempotency(at(20)).await.unwrap(), 1);
}

async fn put_answer(store: &Store, answered: &Answered, second: i64) -> Result<(), Fault> {
    store
        .transact_with(answered.clone(), move |tx, answered| {
            Box::pin(tx.put_idempotency("k", "p", answered, (at(second), at(second + 10))))
        })
        .await
}

async fn kept(store: &Store, second: i64) -> Option<Answered> {
    let asked: Result<_, Fault> =
        store.transact(move |tx| Box::pin(tx.idempotency("k", "p", at(second)))).await;
    asked.unwrap()
}

async fn every_token_of_a_person_ends_at_once_and_stays_ended(place: &Place) {
    let store = place.store().await;
    let new = Token {
        hash: "h".to_owned(),
        person: "p".to_owned(),
        scope: "read".to_owned(),
        label: "laptop".to_owned(),
        created_at: at(0),
        expires_at: at(100),
        revoked_at: None,
    };
    let put = |new: Token| store.transact_with(new, |tx, new| Box::pin(tx.put_token(new)));
    put(new.clone()).await.unwrap();
    assert_eq!(put(new.clone()).await.unwrap_err().kind(), Kind::Conflict);
    assert_eq!(token::get(&store, "h").await.unwrap(), Some(new.clone()));
    for number in 0..250 {
        put(Token { hash: format!("h-{number}"), ..new.clone() }).await.unwrap();
    }
    put(Token { hash: "other".to_owned(), person: "q".to_owned(), ..new }).await.unwrap();
    let revoke = |second| store.transact(move |tx| Box::pin(tx.revoke_tokens("p", at(second))));
    assert_eq!(revoke(5).await.map_err(|fault: Fault| fault).unwrap(), 251);
    assert_eq!(revoke(6).await.unwrap(), 0);
    for hash in ["h", "h-249"] {
        let ended = token::get(&store, hash).await.unwrap().unwrap();
        assert_eq!(ended.revoked_at, Some(at(5)), "{hash}");
    }
    assert_eq!(token::get(&store, "other").await.unwrap().unwrap().revoked_at, None);
}
