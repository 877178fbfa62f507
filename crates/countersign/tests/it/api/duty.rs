//! Who is told no, and that the ledger knows: each refusal that concerns duties is an event of the case
//! with the verb, the code and the person.

use serde_json::{Value, json};

use super::call::Call;
use super::{appointed, assign, both, choice, chosen, reading};
use crate::lab::{Keep, Lab};

both!(
    each_refusal_of_a_duty_is_an_event_that_says_who_was_told_no,
    nobody_has_a_say_over_access_of_their_own_or_of_whom_they_stand_in_for,
    one_person_signs_one_case_from_one_seat,
    an_erased_record_of_who_has_the_access_is_no_record_that_nobody_has,
    a_dispute_needs_a_reason_and_is_settled_by_somebody_else,
);

const REASON: &str = "this clerk works under dual control of the bank";

/// The last event of a subject's ledger must be this refusal.
async fn is_recorded(lab: &Lab, reference: &str, who: &str, (verb, code): (&str, &str)) {
    let last = lab.history(reference).await.pop().expect("an event");
    assert_eq!(last["name"], "finding.refused.1", "{last:#}");
    assert_eq!(last["event"]["body"], json!({ "verb": verb, "code": code }), "{last:#}");
    assert_eq!(last["actor"], format!("person:{who}"));
}

/// Sends a verb on a finding as somebody with a token, who is told no, and looks for the event.
async fn refused_by(
    lab: &Lab,
    (id, token): &(String, String),
    (reference, verb): (&str, &str),
    body: &Value,
    code: &str,
) {
    let path = format!("/api/v1/findings/{reference}/{verb}");
    let said = Call::post(&path, &body.to_string()).by(token).to(lab).await;
    let problem = said.problem(403, code);
    assert!(problem["who"].as_str().is_some_and(|who| !who.is_empty()), "{problem:#}");
    is_recorded(lab, reference, id, (&format!("finding.{verb}"), code)).await;
}

async fn each_refusal_of_a_duty_is_an_event_that_says_who_was_told_no(keep: Keep) {
    let Some((lab, _sandbox)) = reading(keep, 1).await else { return };
    let owner = json!({ "owner": lab.id("owner") });
    let told = async |who: &str, verb: &str, body: Value, code: &str| {
        let path = format!("/findings/FN-1/{verb}");
        lab.post(who, &path, body).await.refused(403, code);
        is_recorded(&lab, "FN-1", &lab.id(who), (&format!("finding.{verb}"), code)).await;
    };
    told("auditor", "assign", owner, "duty.not-permitted").await;
    for nobody in ["security", "control", "auditor"] {
        told("security", "assign", json!({ "owner": lab.id(nobody) }), "duty.cannot-own").await;
    }
    assign(&lab, "FN-1", "owner").await;
    let choice = choice(&lab, "FN-1").await;
    for who in ["control", "security", "auditor", "operations"] {
        told(who, "choose", choice.clone(), "duty.wrong-seat").await;
    }
    told("other-owner", "choose", choice.clone(), "duty.not-the-owner").await;
    lab.post("owner", "/findings/FN-1/choose", choice).await.ok();
    for who in ["owner", "security", "legal"] {
        told(who, "order", json!({}), "duty.wrong-seat").await;
    }
    told("auditor", "dispute", json!({ "reason": REASON }), "duty.not-permitted").await;
    for who in ["owner", "control"] {
        told(who, "settle", json!({ "reason": REASON }), "duty.wrong-seat").await;
    }
    assert_eq!(lab.finding("FN-1").await["status"], "chosen", "nothing came of any");

    // What is asked of people, processes and systems is in the ledger too.
    let people = json!({ "name": "Friend", "seats": ["security"] });
    lab.post("owner", "/people", people.clone()).await.refused(403, "duty.not-permitted");
    let own = format!("/people/{}/appoint", lab.id("security"));
    lab.post("security", &own, people).await.refused(403, "duty.own-appointment");
    let process =
        json!({ "key": "x", "name": "X", "criticality": "low", "owner": lab.id("owner") });
    lab.post("control", "/processes", process).await.refused(403, "duty.not-permitted");
    lab.sealed().await;
    // A check that ran meanwhile may have put gaps between them.
    let entries = lab.get("auditor", "/ledger/entries?limit=50").await.ok();
    let entries = entries["items"].as_array().expect("entries").iter();
    let bodies = entries.map(|entry| entry["event"]["body"].clone());
    let bodies: Vec<_> = bodies.filter(|body| body["verb"].is_string()).take(3).collect();
    assert_eq!(
        bodies,
        [
            json!({ "verb": "process.define", "code": "duty.not-permitted" }),
            json!({ "verb": "person.appoint", "code": "duty.own-appointment" }),
            json!({ "verb": "person.appoint", "code": "duty.not-permitted" }),
        ]
    );
    lab.end().await;
}

async fn nobody_has_a_say_over_access_of_their_own_or_of_whom_they_stand_in_for(keep: Keep) {
    let Some((lab, _sandbox)) = reading(keep, 2).await else { return };
    let holding = |name: &str, seats: Value| json!({ "name": name, "seats": seats, "identities": ["shop/account/clerk-1"] });
    let holder = appointed(&lab, &holding("Hana Holder", json!(["business"]))).await;
    let deputy = json!({
        "name": "Dora Deputy", "seats": ["business"],
        "stands_in": [{ "person": holder.0, "until": "2027-02-01T00:00:00Z" }],
    });
    let deputy = appointed(&lab, &deputy).await;
    let reference = of_clerk(&lab, 1).await;
    for (id, _) in [&holder, &deputy] {
        let path = format!("/findings/{reference}/assign");
        let told = lab.post("security", &path, json!({ "owner": id })).await;
        told.refused(403, "duty.cannot-own");
    }
    // An owner who comes to hold the access, or to stand in for who does, signs no more.
    let late = appointed(&lab, &json!({ "name": "Lena Late", "seats": ["business"] })).await;
    let path = format!("/findings/{reference}/assign");
    lab.post("security", &path, json!({ "owner": late.0 })).await.ok();
    let choice = choice(&lab, &reference).await;
    let becomes = [
        holding("Lena Late", json!(["business"])),
        json!({ "name": "Lena Late", "seats": ["business"],
            "stands_in": [{ "person": holder.0, "until": "2027-02-01T00:00:00Z" }] }),
    ];
    for appointment in becomes {
        lab.post("legal", &format!("/people/{}/appoint", late.0), appointment).await.ok();
        let on = (reference.as_str(), "choose");
        refused_by(&lab, &late, on, &choice, "duty.own-access").await;
    }
    // The standing in ends by itself.
    lab.turn(jiff::SignedDuration::from_hours(24 * 28)).await;
    lab.sync("shop").await;
    let path = format!("/people/{}", late.0);
    assert_eq!(lab.get("auditor", &path).await.ok()["active"], true);
    let late = (late.0.clone(), lab.token_of(&late.0).await);
    let path = format!("/api/v1/findings/{reference}/choose");
    let said = Call::post(&path, &choice.to_string()).by(&late.1).to(&lab).await;
    assert_eq!(said.status, 200, "{}", said.text);

    // Neither control nor security signs for access of their own.
    let control = appointed(&lab, &holding("Kim Control", json!(["control"]))).await;
    let on = (reference.as_str(), "order");
    refused_by(&lab, &control, on, &json!({}), "duty.own-access").await;
    let security = appointed(&lab, &holding("Sia Security", json!(["security"]))).await;
    lab.post("owner", &format!("/findings/{reference}/dispute"), json!({ "reason": REASON }))
        .await
        .ok();
    let on = (reference.as_str(), "settle");
    refused_by(&lab, &security, on, &json!({ "reason": REASON }), "duty.own-access").await;
    lab.post("control", &format!("/findings/{reference}/order"), json!({})).await.ok();
    lab.until_status(&reference, "fixed").await;
    lab.end().await;
}

/// The finding about a clerk.
async fn of_clerk(lab: &Lab, n: usize) -> String {
    let id = format!("shop/account/clerk-{n}");
    let all = lab.findings().await;
    let found = all.iter().find(|it| it["root_cause"] == id).expect("a finding about the clerk");
    found["reference"].as_str().unwrap_or_default().to_owned()
}

async fn one_person_signs_one_case_from_one_seat(keep: Keep) {
    let Some((lab, _sandbox)) = reading(keep, 2).await else { return };
    let both = json!({ "name": "Bo Both", "seats": ["business", "control"] });
    let both = appointed(&lab, &both).await;
    lab.post("security", "/findings/FN-1/assign", json!({ "owner": both.0 })).await.ok();
    let choice = choice(&lab, "FN-1").await;
    let said = Call::post("/api/v1/findings/FN-1/choose", &choice.to_string());
    assert_eq!(said.by(&both.1).to(&lab).await.status, 200);
    refused_by(&lab, &both, ("FN-1", "order"), &json!({}), "duty.second-seat").await;
    // On another case they may sit in the other seat.
    chosen(&lab, "FN-2").await;
    let said = Call::post("/api/v1/findings/FN-2/order", "{}").by(&both.1).to(&lab).await;
    assert_eq!(said.status, 200, "{}", said.text);
    lab.until_status("FN-2", "fixed").await;
    assert_eq!(lab.finding("FN-1").await["status"], "chosen");
    lab.end().await;
}

/// Erases a text as an operator does who must.
async fn erase(lab: &Lab, reference: &Value) {
    let reference = reference.as_str().expect("a reference");
    let digest = countersign_ledger::text::parse_reference(reference).expect("a digest");
    let at = lab.server_clock().now();
    let erased: Result<bool, countersign_store::Fault> = lab
        .door()
        .store
        .transact(move |tx| Box::pin(tx.erase_text(digest, at, "person:dpo")))
        .await;
    assert!(erased.expect("an answer"), "there was a text");
}

async fn an_erased_record_of_who_has_the_access_is_no_record_that_nobody_has(keep: Keep) {
    let Some((lab, _sandbox)) = reading(keep, 1).await else { return };
    assign(&lab, "FN-1", "owner").await;
    let choice = choice(&lab, "FN-1").await;
    let detail = async || lab.finding("FN-1").await["case"]["known"]["detail"].clone();
    erase(&lab, &detail().await).await;
    let other = json!({ "owner": lab.id("other-owner") });
    let requests = [("security", "assign", other), ("owner", "choose", choice.clone())];
    for (who, verb, body) in requests {
        let said = lab.post(who, &format!("/findings/FN-1/{verb}"), body).await;
        let said = said.refused(409, "case.record-erased");
        assert!(said["detail"].as_str().is_some_and(|it| it.contains("erased")), "{said:#}");
        assert!(said["next"].as_str().is_some_and(|it| it.contains("read again")), "{said:#}");
    }
    // The next read writes the record anew.
    lab.turn(jiff::SignedDuration::from_secs(1)).await;
    lab.sync("shop").await;
    lab.post("owner", "/findings/FN-1/choose", choice.clone()).await.ok();

    // Whose own identities were erased does not pass for somebody without any.
    let store = &lab.door().store;
    let id = *lab.people.get("owner").expect("one of the people");
    let subject = countersign_governance::Subject::Person(id);
    let (state, _) = countersign_server::kept::look(store, subject).await.expect("a state");
    let countersign_governance::State::Person(Some(person)) = state else { panic!("{state:?}") };
    erase(&lab, &json!(person.appointment().identities.0)).await;
    let said = lab.post("owner", "/findings/FN-1/choose", choice).await;
    said.refused(409, "case.record-erased");
    lab.states_are_folds().await;
    lab.end().await;
}

async fn a_dispute_needs_a_reason_and_is_settled_by_somebody_else(keep: Keep) {
    let Some((lab, _sandbox)) = reading(keep, 1).await else { return };
    let dispute = "/findings/FN-1/dispute";
    let settle = "/findings/FN-1/settle";
    for (path, who) in [(dispute, "operations"), (settle, "security")] {
        for none in
            [".", "", "   ", "ok", "n/a n/a", "..........................", &"x".repeat(8_193)]
        {
            let told = lab.post(who, path, json!({ "reason": none })).await;
            assert_eq!(told.refused(422, "request.malformed")["field"], "reason", "{none}");
        }
    }
    let reason = json!({ "reason": REASON });
    lab.post("security", settle, reason.clone()).await.refused(409, "case.wrong-stage");

    let judge = json!({ "name": "Jo Judge", "seats": ["operations", "security"] });
    let judge = appointed(&lab, &judge).await;
    let said = Call::post("/api/v1/findings/FN-1/dispute", &reason.to_string());
    assert_eq!(said.by(&judge.1).to(&lab).await.status, 200);
    refused_by(&lab, &judge, ("FN-1", "settle"), &reason, "duty.own-dispute").await;
    lab.post("legal", dispute, reason.clone()).await.refused(409, "case.exists");

    for until in ["2027-01-04T07:59:59Z", "2028-01-05T08:00:00Z", "2020-01-01T00:00:00Z"] {
        let body = json!({ "reason": REASON, "not_toxic_until": until });
        lab.post("security", settle, body).await.refused(422, "case.bad-end");
    }
    let body = json!({ "reason": REASON, "not_toxic_until": "2027-06-30T22:00:00Z" });
    lab.post("security", settle, body).await.ok();
    let finding = lab.finding("FN-1").await;
    assert_eq!(finding["status"], "not_toxic");
    for (path, who) in [(dispute, "legal"), (settle, "security")] {
        lab.post(who, path, reason.clone()).await.refused(409, "case.wrong-stage");
    }
    // The words stand in the history, and only there.
    let last = lab.history("FN-1").await.pop().expect("an event");
    assert!(last["texts"].to_string().contains(REASON), "{last:#}");
    assert!(!last["event"].to_string().contains(REASON), "{last:#}");
    lab.end().await;
}
