//! The same request once more: with its `Idempotency-Key` it is carried out once, however often and
//! however fast it comes, for 24 hours.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use serde_json::json;

use super::{both, choice, reading};
use crate::lab::{Keep, Lab};

both!(
    a_request_that_is_sent_again_is_carried_out_once,
    a_request_that_was_refused_is_refused_again_and_recorded_once,
    copies_that_come_at_the_same_moment_are_carried_out_once,
);

const ASSIGN: &str = "/findings/FN-1/assign";

async fn events(lab: &Lab) -> usize {
    lab.events("FN-1").await.len()
}

async fn a_request_that_is_sent_again_is_carried_out_once(keep: Keep) {
    let Some((lab, _sandbox)) = reading(keep, 2).await else { return };
    let key = [("Idempotency-Key", "7a1c")];
    let body = json!({ "owner": lab.id("owner") });
    let other_body = json!({ "owner": lab.id("other-owner") });
    let first = lab.post_with("security", ASSIGN, body.clone(), &key).await;
    let etag = first.etag.clone();
    let first = first.ok();
    assert_eq!(events(&lab).await, 2);

    // Again, also after others went on, and though what was seen is long over.
    lab.post("control", ASSIGN, other_body.clone()).await.ok();
    let seen = [key[0], ("If-Match", "\"1\"")];
    for headers in [&key[..], &seen[..]] {
        let again = lab.post_with("security", ASSIGN, body.clone(), headers).await;
        assert_eq!(again.etag, etag);
        assert_eq!(again.ok(), first);
    }
    assert_eq!(events(&lab).await, 3);

    // The key stands for the whole request: body, verb and record.
    let reused = [
        (ASSIGN, other_body),
        ("/findings/FN-2/assign", body.clone()),
        ("/people", json!({ "name": "Nora New", "seats": ["business"] })),
    ];
    for (path, body) in reused {
        let answer = lab.post_with("security", path, body, &key).await;
        answer.refused(422, "request.key-reused");
    }
    // And for one person: the same key of somebody else is another one.
    lab.post_with("control", ASSIGN, body.clone(), &key).await.ok();
    assert_eq!(events(&lab).await, 4);

    let key = [("Idempotency-Key", "7a1c")];
    let before = events(&lab).await;
    lab.turn(SignedDuration::from_mins(24 * 60 - 1)).await;
    assert_eq!(lab.post_with("security", ASSIGN, body.clone(), &key).await.ok(), first);
    assert_eq!(events(&lab).await, before);
    lab.turn(SignedDuration::from_mins(1)).await;
    let anew = lab.post_with("security", ASSIGN, body.clone(), &key).await.ok();
    assert_ne!(anew, first, "kept for 24 hours and not longer");
    assert_eq!(events(&lab).await, before + 1);
    assert_eq!(lab.post_with("security", ASSIGN, body, &key).await.ok(), anew);
    lab.end().await;
}

async fn a_request_that_was_refused_is_refused_again_and_recorded_once(keep: Keep) {
    let Some((lab, _sandbox)) = reading(keep, 1).await else { return };
    // One that is recorded in the ledger, and one that is not: the finding has no owner yet.
    let to_auditor = json!({ "owner": lab.id("auditor") });
    let choice = choice(&lab, "FN-1").await;
    let choose = "/findings/FN-1/choose";
    let refused = [
        ("security", ASSIGN, to_auditor, "7b1a", (403, "duty.cannot-own")),
        ("owner", choose, choice.clone(), "7b1b", (409, "case.wrong-stage")),
    ];
    let mut said = Vec::new();
    for (who, path, body, key, (status, code)) in &refused {
        let key = [("Idempotency-Key", *key)];
        let answer = lab.post_with(who, path, body.clone(), &key).await;
        let mut answer = answer.refused(*status, code);
        answer["state"] = json!(null);
        said.push(answer);
    }
    assert_eq!(lab.events("FN-1").await, ["opened", "refused"]);

    // What stood in the way is gone; the same requests are told the same, and nothing is recorded.
    lab.post("security", ASSIGN, json!({ "owner": lab.id("owner") })).await.ok();
    let before = events(&lab).await;
    for ((who, path, body, key, (status, code)), first) in refused.iter().zip(&said) {
        let same = [("Idempotency-Key", *key)];
        for _ in 0..2 {
            let answer = lab.post_with(who, path, body.clone(), &same).await;
            let mut answer = answer.refused(*status, code);
            answer["state"] = json!(null);
            assert_eq!(&answer, first);
        }
    }
    assert_eq!(events(&lab).await, before);
    // Another request under the key is another one, and a new key asks anew.
    let key = [("Idempotency-Key", "7b1a")];
    let other = json!({ "owner": lab.id("owner") });
    lab.post_with("security", ASSIGN, other, &key).await.refused(422, "request.key-reused");
    lab.post_with("owner", choose, choice, &[("Idempotency-Key", "7b1c")]).await.ok();
    lab.states_are_folds().await;
    lab.end().await;
}

async fn copies_that_come_at_the_same_moment_are_carried_out_once(keep: Keep) {
    let Some((lab, _sandbox)) = reading(keep, 1).await else { return };
    for round in 0..6 {
        let before = events(&lab).await;
        let key = format!("round-{round}");
        let key = [("Idempotency-Key", key.as_str())];
        let body = json!({ "owner": lab.id("owner") });
        let send = || lab.post_with("security", ASSIGN, body.clone(), &key);
        let (a, b, c, d, e, f) = tokio::join!(send(), send(), send(), send(), send(), send());
        let answers = [a, b, c, d, e, f].map(|it| it.ok().to_string());
        let different: BTreeSet<String> = answers.into();
        assert_eq!(different.len(), 1, "{different:#?}");
        assert_eq!(events(&lab).await, before + 1);
    }
    // Somebody new, though each copy would make an id of its own.
    let body = json!({ "name": "Nora New", "seats": ["business"] });
    let key = [("Idempotency-Key", "nora")];
    let send = || lab.post_with("legal", "/people", body.clone(), &key);
    let (a, b, c) = tokio::join!(send(), send(), send());
    let subjects: BTreeSet<String> = [a, b, c].map(|it| it.ok()["subject"].to_string()).into();
    assert_eq!(subjects.len(), 1);
    let people = lab.get("auditor", "/people?limit=200").await.ok();
    let count = people["items"].as_array().map(Vec::len);
    assert_eq!(count, Some(lab.people.len() + 1));
    lab.end().await;
}
