//! Two people at the same moment: exactly one is first, and the other one is told what is so by now.

use serde_json::{Value, json};

use super::{both, chosen, reading};
use crate::lab::{Answer, Keep, Lab};

both!(of_two_who_act_at_once_exactly_one_is_first);

/// How often each race is run.
const ROUNDS: usize = 12;

/// Of two answers, the one that is a yes and the one that is a no.
#[track_caller]
fn won_and_lost(one: Answer, other: Answer) -> (Value, Answer) {
    match (one.status.is_success(), other.status.is_success()) {
        (true, false) => (one.ok(), other),
        (false, true) => (other.ok(), one),
        (false, false) => panic!("nobody was first: {:#} {:#}", one.body, other.body),
        (true, true) => panic!("both were first: {:#} {:#}", one.body, other.body),
    }
}

async fn of_two_who_act_at_once_exactly_one_is_first(keep: Keep) {
    let Some((lab, _sandbox)) = reading(keep, 4).await else { return };
    disputed_and_settled(&lab).await;
    handed_on(&lab).await;
    for n in 3..=4 {
        ordered(&lab, &format!("FN-{n}")).await;
    }
    lab.states_are_folds().await;
    lab.end().await;
}

/// Two object at once, and two answer at once.
async fn disputed_and_settled(lab: &Lab) {
    let body = json!({ "reason": "this clerk left the company last year" });
    for round in 0..ROUNDS {
        let path = "/findings/FN-1/dispute";
        let (one, other) = tokio::join!(
            lab.post("owner", path, body.clone()),
            lab.post("operations", path, body.clone()),
        );
        let (won, lost) = won_and_lost(one, other);
        assert_eq!(won["events"], json!(["finding.disputed.1"]));
        let told = lost.refused(409, "case.exists");
        assert!(told["state"]["case"]["dispute"]["by"].is_string(), "{told:#}");
        assert_eq!(told["state"]["sequence"], won["sequence"], "round {round}");

        let path = "/findings/FN-1/settle";
        let (one, other) = tokio::join!(
            lab.post("security", path, body.clone()),
            lab.post("other-security", path, body.clone()),
        );
        let (won, lost) = won_and_lost(one, other);
        let told = lost.refused(409, "case.wrong-stage");
        assert_eq!(told["state"]["case"]["dispute"], Value::Null);
        assert_eq!(told["state"]["sequence"], won["sequence"], "round {round}");
    }
    assert_eq!(lab.events("FN-1").await.len(), 1 + 2 * ROUNDS, "an event for each who was first");
}

/// Two name an owner at once, having looked at the same.
async fn handed_on(lab: &Lab) {
    let path = "/findings/FN-2/assign";
    for _ in 0..ROUNDS {
        let tag = lab.get("auditor", "/findings/FN-2").await.etag.expect("an ETag");
        let seen = [("If-Match", tag.as_str())];
        let (one, other) = tokio::join!(
            lab.post_with("security", path, json!({ "owner": lab.id("owner") }), &seen),
            lab.post_with("control", path, json!({ "owner": lab.id("other-owner") }), &seen),
        );
        let (won, lost) = won_and_lost(one, other);
        let told = lost.refused(412, "case.stale");
        assert_eq!(told["current"], won["sequence"]);
        assert!(told["state"]["owner"].is_string());
    }
    assert_eq!(lab.events("FN-2").await.len(), 1 + ROUNDS);
}

/// Two order at once: one order goes out.
async fn ordered(lab: &Lab, reference: &str) {
    chosen(lab, reference).await;
    let path = format!("/findings/{reference}/order");
    let (one, other) = tokio::join!(
        lab.post("control", &path, json!({})),
        lab.post("other-control", &path, json!({})),
    );
    let (_, lost) = won_and_lost(one, other);
    let told = lost.refused(409, "case.wrong-stage");
    assert_ne!(told["state"]["status"], "chosen");
    lab.until_status(reference, "fixed").await;
    let events = lab.events(reference).await;
    assert_eq!(events.iter().filter(|it| *it == "ordered").count(), 1, "{events:?}");
    let late = lab.post("control", &path, json!({})).await;
    late.refused(409, "case.wrong-stage");
    let again = json!({ "owner": lab.id("owner") });
    let late = lab.post("security", &format!("/findings/{reference}/assign"), again).await;
    assert_eq!(late.refused(409, "case.wrong-stage")["state"]["status"], "fixed");
}
