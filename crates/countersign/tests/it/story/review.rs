//! A review from its plan to the auditor's word, over HTTP and against a sandbox that is really changed. The
//! names of the tests are what peers fail at.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::rightful::shop;
use super::{assign, choose, order};
use crate::lab::sandbox::Sandbox;
use crate::lab::{Keep, Lab, Place, business};

const WHY: &str = "the month-end run needs it until the new interface is there";

async fn lab(sandbox: &Sandbox, keep: Keep) -> Option<Lab> {
    let place = Place::new(keep).await?;
    let lab = Lab::start(place, &sandbox.system("shop", &[], ""), business()).await;
    lab.sync("shop").await;
    Some(lab)
}

/// A plan over everything in the shop, before these people.
fn plan(lab: &Lab, people: &[&str]) -> Value {
    let people: Vec<String> = people.iter().map(|who| lab.id(who)).collect();
    json!({
        "title": "Who may pay in the shop",
        "scope": { "systems": ["shop"] },
        "stages": [{ "by": "people", "people": people, "days": 14 }],
        "no_answer": { "outcome": "revoke" },
        "keep_days_max": 180,
    })
}

/// Plans and starts a review, and waits until its items are before people.
async fn started(lab: &Lab, plan: Value) -> String {
    let done = lab.post("control", "/reviews", plan).await.ok();
    let reference = done["reference"].as_str().expect("a reference").to_owned();
    lab.post("control", &format!("/reviews/{reference}/start"), json!({})).await.ok();
    until(lab, &reference, "active").await;
    reference
}

async fn until(lab: &Lab, reference: &str, status: &str) {
    lab.until(&format!("the review is {status}"), async || {
        let review = lab.get("auditor", &format!("/reviews/{reference}")).await.ok();
        (review["status"] == status).then_some(())
    })
    .await;
}

async fn items(lab: &Lab, reference: &str, query: &str) -> Vec<i64> {
    let list = lab.get("auditor", &format!("/reviews/{reference}/items{query}")).await.ok();
    let items = list["items"].as_array().cloned().unwrap_or_default();
    items.iter().map(|item| item["number"].as_i64().expect("a number")).collect()
}

fn keep(lab: &Lab) -> Value {
    let until = lab.server_clock().now() + SignedDuration::from_hours(24 * 60);
    json!({ "decision": "keep", "until": until.to_string(), "reason": WHY })
}

async fn whole_story(place: Keep) {
    let sandbox = shop(3);
    let Some(lab) = lab(&sandbox, place).await else { return };
    let preview = json!({ "scope": { "systems": ["shop"] } });
    let preview = lab.post("control", "/reviews/preview", preview).await.ok();
    assert_eq!((&preview["items"], &preview["identities"]), (&json!(6), &json!(3)));
    let reference = started(&lab, plan(&lab, &["owner", "other-owner"])).await;
    assert_eq!(reference, "RV-1");
    let owner = format!("?reviewer={}", lab.id("owner"));
    let other = format!("?reviewer={}", lab.id("other-owner"));
    assert_eq!(items(&lab, "RV-1", &owner).await, [1, 2, 3, 4, 5, 6]);

    // What takes part in a grave finding is kept with a reason or not at all.
    let mut silent = keep(&lab);
    silent["reason"] = Value::Null;
    let at = |number: i64| format!("/reviews/RV-1/items/{number}/decide");
    lab.post("owner", &at(1), silent).await.refused(422, "case.reason-needed");
    lab.post("owner", &at(1), keep(&lab)).await.ok();
    assert_eq!(items(&lab, "RV-1", &other).await, [2, 3, 4, 5, 6], "gone from everybody's queue");
    lab.post("other-owner", &at(1), keep(&lab)).await.refused(409, "case.wrong-stage");
    lab.post("legal", &at(2), keep(&lab)).await.refused(403, "duty.not-the-reviewer");

    // Several at once are named, each decided for itself, and told so.
    let many = json!({ "items": [2, 3, 4, 5, 1], "decision": keep(&lab) });
    let came = lab.post("other-owner", "/reviews/RV-1/decide", many).await.ok();
    assert_eq!(came["done"], json!([2, 3, 4, 5]));
    assert_eq!(came["refused"][0]["code"], "case.wrong-stage");
    let revoke = json!({ "decision": "revoke" });
    lab.post("owner", &at(6), revoke).await.ok();
    until(&lab, "RV-1", "remediating").await;
    let why = json!({ "reason": "all of it was read back after the decision" });
    lab.post("auditor", "/reviews/RV-1/accept", why.clone()).await.refused(409, "case.wrong-stage");

    // The negative decision is a finding on its way to proof, and nothing else ends the review.
    let finding = lab
        .until("a finding is opened for what was not kept", async || {
            let item = lab.get("auditor", "/reviews/RV-1/items/6").await.ok();
            item["finding"].as_str().map(str::to_owned)
        })
        .await;
    lab.sync("shop").await;
    assert_eq!(lab.finding(&finding).await["status"], "open", "a read that shows it ends nothing");
    assign(&lab, &finding).await;
    choose(&lab, &finding, "take `accounts payable` away from `Clerk 3`").await;
    order(&lab, &finding).await;
    lab.until_status(&finding, "fixed").await;
    until(&lab, "RV-1", "proven").await;
    let item = lab.get("auditor", "/reviews/RV-1/items/6").await.ok();
    assert_eq!((&item["standing"], &item["finding_status"]), (&json!("proven"), &json!("fixed")));

    lab.post("owner", "/reviews/RV-1/accept", why.clone()).await.refused(403, "duty.wrong-seat");
    lab.post("auditor", "/reviews/RV-1/accept", why).await.ok();
    let review = lab.get("auditor", "/reviews/RV-1").await.ok();
    assert_eq!(review["status"], "accepted");
    assert_eq!(review["quality"]["decisions"], 6);
    assert_eq!(review["quality"]["in_bulk"], 4, "decided in bulk: 4 of 6");

    // What was kept and has not changed since is asked of nobody.
    let again = json!({ "scope": { "systems": ["shop"] }, "changed_only": true });
    let again = lab.post("control", "/reviews/preview", again).await.ok();
    assert!(again["unchanged"].as_u64() >= Some(3), "{again:#}");
    lab.states_are_folds().await;
    lab.ledger_is_whole().await;
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_review_ends_with_proof_of_each_change_and_an_auditors_word() {
    whole_story(Keep::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_review_ends_with_proof_of_each_change_and_an_auditors_word_on_postgresql() {
    whole_story(Keep::Postgres).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_review_of_nothing_and_a_stage_of_nobody_are_refused() {
    let sandbox = shop(1);
    let Some(lab) = lab(&sandbox, Keep::Sqlite).await else { return };
    let mut empty = plan(&lab, &["owner"]);
    empty["scope"] = json!({ "systems": ["elsewhere"] });
    lab.post("control", "/reviews", empty).await.refused(422, "case.empty");
    lab.post("control", "/reviews", plan(&lab, &[])).await.refused(422, "case.empty");
    lab.post("control", "/reviews", plan(&lab, &["auditor"]))
        .await
        .refused(403, "duty.cannot-answer");
    lab.post("legal", "/reviews", plan(&lab, &["owner"])).await.refused(403, "duty.not-permitted");
    let mut kept = plan(&lab, &["owner"]);
    kept["no_answer"] = json!({ "outcome": "keep" });
    lab.post("control", "/reviews", kept).await.refused(422, "request.malformed");
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_asked_about_their_own_access() {
    let sandbox = shop(2);
    let Some(lab) = lab(&sandbox, Keep::Sqlite).await else { return };
    let body = json!({
        "name": "Clara Clerk", "seats": ["business"], "identities": ["shop/account/clerk-1"],
    });
    let done = lab.post("security", "/people", body).await.ok();
    let clara = done["subject"].as_str().expect("a subject").replace("person:", "");
    let mut two = plan(&lab, &["owner"]);
    two["stages"][0]["people"].as_array_mut().expect("people").push(json!(clara));
    let reference = started(&lab, two).await;
    let hers = items(&lab, &reference, &format!("?reviewer={clara}")).await;
    let others = items(&lab, &reference, &format!("?reviewer={}", lab.id("owner"))).await;
    assert_eq!((hers.len(), others.len()), (2, 4));
    let own = others.into_iter().find(|number| !hers.contains(number)).expect("her own");
    let at = format!("/reviews/{reference}/items/{own}/delegate");
    lab.post("owner", &at, json!({ "to": clara })).await.refused(403, "duty.cannot-answer");
    let token = lab.token_of(&clara).await;
    let decide = format!("/reviews/{reference}/items/{own}/decide");
    let no = lab.post_by(&token, &decide, json!({ "decision": "revoke" })).await;
    no.refused(403, "duty.not-the-reviewer");
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_missed_review_changes_something_and_a_pause_moves_the_day() {
    let sandbox = shop(1);
    let Some(lab) = lab(&sandbox, Keep::Sqlite).await else { return };
    let reference = started(&lab, plan(&lab, &["owner"])).await;
    let days = |days: i64| SignedDuration::from_hours(24 * days);
    lab.sealed().await;
    lab.clock.turn(days(10));
    let why = json!({ "reason": "the month end closes the ledgers until Friday" });
    lab.post("control", &format!("/reviews/{reference}/pause"), why).await.ok();
    let at = format!("/reviews/{reference}/items/1/decide");
    let no = lab.post("owner", &at, json!({ "decision": "revoke" })).await;
    no.refused(409, "case.not-running");
    lab.sealed().await;
    lab.clock.turn(days(10));
    lab.post("control", &format!("/reviews/{reference}/resume"), json!({})).await.ok();
    assert_eq!(items(&lab, &reference, "?standing=open").await, [1, 2], "not yet");
    lab.sealed().await;
    lab.clock.turn(days(5));
    until(&lab, &reference, "remediating").await;
    let item = lab.get("auditor", &format!("/reviews/{reference}/items/1")).await.ok();
    assert_eq!((&item["standing"], &item["wish"]), (&json!("changing"), &json!("revoke")));
    lab.states_are_folds().await;
    lab.end().await;
}
