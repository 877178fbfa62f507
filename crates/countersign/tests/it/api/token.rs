//! Who is let in: by which tokens, until when, and for what. No token is ever repeated.

use countersign_server::token::{NotIssued, issue, revoke_all};
use jiff::SignedDuration;
use secrecy::ExposeSecret as _;
use serde_json::json;

use super::call::{Call, Said};
use super::{Scope, alone, appointed, both, issued};
use crate::lab::log::Log;
use crate::lab::{Keep, Lab};

both!(
    a_token_is_good_until_it_is_over_or_revoked_and_not_a_moment_longer,
    a_token_for_questions_changes_nothing,
    who_is_deactivated_reads_nothing_and_changes_nothing,
);

const PEOPLE: &str = "/api/v1/people";

#[track_caller]
fn turned_away(said: &Said, code: &str, challenge: &str) {
    said.problem(401, code);
    assert_eq!(said.header("www-authenticate"), challenge);
}

async fn a_token_is_good_until_it_is_over_or_revoked_and_not_a_moment_longer(keep: Keep) {
    let Some(lab) = alone(keep).await else { return };
    let invalid = "Bearer error=\"invalid_token\"";
    turned_away(&Call::get(PEOPLE).to(&lab).await, "token.missing", "Bearer");
    for header in [&b"Basic dXNlcjpwYXNz"[..], b"Bearer", b"Bearer ", b"", b"Bearer\xff x"] {
        let said = Call::get(PEOPLE).with("authorization", header).to(&lab).await;
        turned_away(&said, "token.missing", "Bearer");
    }
    let unknown = format!("countersign_{}", "A".repeat(43));
    for token in ["x", &unknown, &"x".repeat(10_000)] {
        let header = format!("bearer {token}");
        let said = Call::get(PEOPLE).with("authorization", header.as_bytes()).to(&lab).await;
        turned_away(&said, "token.invalid", invalid);
    }

    let token = issued(&lab, "auditor", Scope::Act).await;
    let other = issued(&lab, "auditor", Scope::Act).await;
    let kept = issued(&lab, "owner", Scope::Act).await;
    assert_eq!(ask(&lab, &token).await.status, 200);
    lab.turn(SignedDuration::from_hours(23)).await;
    assert_eq!(ask(&lab, &token).await.status, 200);
    let auditor = *lab.people.get("auditor").expect("one of the people");
    assert_eq!(revoke_all(lab.door(), auditor).await.expect("an answer"), 3);
    turned_away(&ask(&lab, &token).await, "token.invalid", invalid);
    turned_away(&ask(&lab, &other).await, "token.invalid", invalid);

    assert_eq!(ask(&lab, &kept).await.status, 200);
    lab.turn(SignedDuration::from_hours(1)).await;
    turned_away(&ask(&lab, &kept).await, "token.invalid", invalid);
    lab.end().await;
}

async fn ask(lab: &Lab, token: &str) -> Said {
    Call::get(PEOPLE).by(token).to(lab).await
}

async fn a_token_for_questions_changes_nothing(keep: Keep) {
    let Some(lab) = alone(keep).await else { return };
    let token = issued(&lab, "security", Scope::Read).await;
    assert_eq!(ask(&lab, &token).await.status, 200);
    let head = Call::new(reqwest::Method::HEAD, PEOPLE).by(&token).to(&lab).await;
    assert_eq!((head.status, head.text.as_str()), (200, ""));
    lab.sealed().await;
    let before = lab.get("auditor", "/ledger/entries?limit=200").await.ok();
    let body = json!({ "name": "Nora New", "seats": ["business"] }).to_string();
    let said = Call::post(PEOPLE, &body).by(&token).to(&lab).await;
    said.problem(403, "token.read-only");
    assert_eq!(said.header("www-authenticate"), "Bearer error=\"insufficient_scope\"");
    let sync = Call::post("/api/v1/systems/erp/sync", "{}").by(&token).to(&lab).await;
    sync.problem(403, "token.read-only");
    lab.sealed().await;
    assert_eq!(lab.get("auditor", "/ledger/entries?limit=200").await.ok(), before);
    lab.end().await;
}

async fn who_is_deactivated_reads_nothing_and_changes_nothing(keep: Keep) {
    let Some(lab) = alone(keep).await else { return };
    let appointment = json!({ "name": "Nora New", "seats": ["business", "legal"] });
    let (id, token) = appointed(&lab, &appointment).await;
    assert_eq!(ask(&lab, &token).await.status, 200);
    lab.post("security", &format!("/people/{id}/deactivate"), json!({})).await.ok();
    let again = lab.post("security", &format!("/people/{id}/deactivate"), json!({})).await.ok();
    assert_eq!(again["events"], json!([]), "it is so already");

    let invalid = "Bearer error=\"invalid_token\"";
    turned_away(&ask(&lab, &token).await, "token.invalid", invalid);
    let body = json!({ "name": "Friend", "seats": ["security"] }).to_string();
    turned_away(&Call::post(PEOPLE, &body).by(&token).to(&lab).await, "token.invalid", invalid);
    let person = lab.get("auditor", &format!("/people/{id}")).await.ok();
    assert_eq!(person["active"], false);

    lab.post("security", &format!("/people/{id}/appoint"), appointment).await.ok();
    turned_away(&ask(&lab, &token).await, "token.invalid", invalid);
    let person = id.parse().expect("an id");
    let anew = issue(lab.door(), person, Scope::Act, "anew", 1).await.expect("a token");
    assert_eq!(ask(&lab, anew.expose_secret()).await.status, 200, "appointed again");
    lab.post("security", &format!("/people/{id}/deactivate"), json!({})).await.ok();
    let refused = issue(lab.door(), person, Scope::Act, "too late", 1).await;
    assert!(matches!(refused, Err(NotIssued::Inactive)), "{refused:?}");
    lab.end().await;
}

/// On one thread, so that the log of this test is its own.
#[tokio::test]
async fn no_token_stands_in_a_log_or_an_answer() {
    let (log, guard) = Log::of_this_thread();
    let Some(lab) = alone(Keep::Sqlite).await else { return };
    let good = issued(&lab, "security", Scope::Act).await;
    let wrong = format!("countersign_{}", "Zz".repeat(20));
    let mut answers = String::new();
    for token in [&good, &wrong] {
        let body = json!({ "name": "Nora New", "seats": ["business"], "x": 1 }).to_string();
        for call in [
            Call::get(PEOPLE),
            Call::get("/api/v1/people?limit=x"),
            Call::get("/nothing"),
            Call::post(PEOPLE, &body),
            Call::post("/api/v1/systems/erp/sync", "{}"),
        ] {
            let said = call.by(token).to(&lab).await;
            answers.push_str(&format!("{:?}{}", said.headers, said.text));
        }
    }
    lab.end().await;
    drop(guard);
    let logged = log.text();
    assert!(logged.len() > 100, "something is logged");
    // The client of this test logs the header names it sends and marks the value as sensitive.
    for token in [&good, &wrong] {
        let secret = token.strip_prefix("countersign_").expect("a prefix");
        assert!(!answers.contains(secret));
        let line = logged.lines().find(|line| line.contains(secret));
        assert_eq!(line, None);
    }
}
