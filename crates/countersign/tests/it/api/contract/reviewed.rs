//! Reviews in every stage in which one of their verbs can be done.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::LOOK_AGAIN;
use super::asked::{Asked, CONTROL, SECURITY, SENTENCE, There, text};

/// Who says of a review whether it holds.
const AUDITOR: &str = "pieter-langeveld";

/// Longest wait for what the server does by itself.
const WAIT_MAX: Duration = Duration::from_secs(30);

/// A case for each verb, about a review in which it can be done.
pub(super) async fn about_reviews(there: &There<'_>) -> Vec<Asked> {
    let staged = planned(there).await;
    let [open, pausing, paused, cancelled] =
        [active(there).await, active(there).await, active(there).await, active(there).await];
    // What is decided there by the way cannot be handed on any more.
    let delegated = active(there).await;
    let rest = format!("/reviews/{paused}/pause");
    there.server.post(CONTROL, &rest, json!({ "reason": SENTENCE })).await;
    let (accepted, rejected) = (proven(there).await, proven(there).await);
    let of = |verb: &str, who: &str, reference: &str, words: bool| {
        let words = words.then(|| ("body.reason", vec![SENTENCE.to_owned()]));
        let at = ("path.reference", vec![reference.to_owned()]);
        Asked {
            operation: format!("POST /api/v1/reviews/{{reference}}/{verb}"),
            who: who.to_owned(),
            parameters: std::iter::once(at).chain(words).collect(),
        }
    };
    let read = |rest: &str| Asked {
        operation: format!("GET /api/v1/reviews/{{reference}}{rest}"),
        who: SECURITY.to_owned(),
        parameters: vec![("path.reference", vec![open.clone()])],
    };
    let item = |mut asked: Asked, number: &str, more: &[(&'static str, &str)]| {
        asked.parameters.push(("path.number", vec![number.to_owned()]));
        for (field, value) in more {
            asked.parameters.push((field, vec![(*value).to_owned()]));
        }
        asked
    };
    let decided = [("body.decision", "revoke"), ("body.reason", SENTENCE)];
    let to = there.id(CONTROL);
    let mut many = of("decide", SECURITY, &open, false);
    many.parameters.push(("body.decision.decision", vec!["revoke".to_owned()]));
    many.parameters.push(("body.decision.reason", vec![SENTENCE.to_owned()]));
    vec![
        of("start", CONTROL, &staged, false),
        of("pause", CONTROL, &pausing, true),
        of("resume", CONTROL, &paused, false),
        of("cancel", CONTROL, &cancelled, true),
        of("accept", AUDITOR, &accepted, true),
        of("reject", AUDITOR, &rejected, true),
        item(of("items/{number}/decide", SECURITY, &open, false), "1", &decided),
        item(of("items/{number}/delegate", SECURITY, &delegated, false), "2", &[("body.to", &to)]),
        many,
        read(""),
        read("/history"),
        read("/items"),
        item(read("/items/{number}"), "1", &[]),
    ]
}

/// A review of two machines' access, before the security seat.
async fn planned(there: &There<'_>) -> String {
    let scope = json!({ "systems": ["erp"], "kinds": ["service_account"] });
    let plan = json!({
        "title": "Machines in the ERP",
        "scope": scope,
        "stages": [{ "by": "people", "people": [there.id(SECURITY)], "days": 14 }],
        "no_answer": { "outcome": "revoke" },
        "keep_days_max": 180,
    });
    text(&there.server.post(CONTROL, "/reviews", plan).await, "reference")
}

async fn active(there: &There<'_>) -> String {
    let reference = planned(there).await;
    there.server.post(CONTROL, &format!("/reviews/{reference}/start"), json!({})).await;
    until(there, &reference, "active").await;
    reference
}

/// A review in which everything is kept.
async fn proven(there: &There<'_>) -> String {
    let reference = active(there).await;
    let list = there.server.get(&format!("/reviews/{reference}/items?limit=200")).await;
    let numbers: Vec<&Value> =
        list["items"].as_array().expect("items").iter().map(|it| &it["number"]).collect();
    let until_when =
        countersign_server::clock::Clock::real().now() + jiff::SignedDuration::from_hours(24 * 30);
    for some in numbers.chunks(50) {
        let keep =
            json!({ "decision": "keep", "until": until_when.to_string(), "reason": SENTENCE });
        let many = json!({ "items": some, "decision": keep });
        let came = there.server.post(SECURITY, &format!("/reviews/{reference}/decide"), many).await;
        assert_eq!(came["refused"], json!([]), "{came:#}");
    }
    until(there, &reference, "proven").await;
    reference
}

async fn until(there: &There<'_>, reference: &str, status: &str) {
    let begin = Instant::now();
    loop {
        let review = there.server.get(&format!("/reviews/{reference}")).await;
        if review["status"] == status {
            return;
        }
        assert!(begin.elapsed() < WAIT_MAX, "not {status}: {review:#}");
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}
