//! Somebody from outside on the one case for which they were called in, and people who report to whoever
//! has the access: told through HTTP, as anybody would try it.

use countersign_server::token as tokens;
use countersign_server::token::Scope;
use jiff::SignedDuration;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::call::Call;
use super::exception::{proposal, propose, show, statement};
use super::{appointed, both, reading};
use crate::lab::{Keep, Lab};

both!(
    somebody_from_outside_signs_one_case_and_nothing_else,
    who_reports_to_the_holder_signs_nothing,
    a_circle_of_people_is_refused_when_it_comes_in,
);

/// What is asked to call somebody in.
fn called_in(lab: &Lab, case: &str, seat: &str) -> Value {
    let until = lab.server_clock().now() + SignedDuration::from_hours(24 * 5);
    json!({ "name": "Ines Outside", "case": case, "seat": seat, "until": until.to_string() })
}

/// A token of whoever an answer is about.
async fn token(lab: &Lab, done: &Value) -> (String, String) {
    let subject = done["subject"].as_str().unwrap_or_default();
    let id = subject.strip_prefix("person:").expect("a person").to_owned();
    let person = id.parse().expect("an id");
    let secret = tokens::issue(lab.door(), person, Scope::Act, "test", 30).await.expect("a token");
    (id, secret.expose_secret().to_owned())
}

async fn tells(lab: &Lab, token: &str, path: &str, body: &Value) -> (u16, String) {
    let said = Call::post(path, &body.to_string()).by(token).to(lab).await;
    let code = serde_json::from_str::<Value>(&said.text).unwrap_or_default();
    (said.status, code["code"].as_str().unwrap_or_default().to_owned())
}

/// What somebody from outside has no say in, and what they are told.
fn elsewhere(one: &str, other: &str) -> [(String, Value, &'static str); 5] {
    [
        (format!("/api/v1/exceptions/{other}/confirm"), statement(), "duty.other-case"),
        (format!("/api/v1/exceptions/{one}/sign"), json!({}), "duty.wrong-seat"),
        (format!("/api/v1/exceptions/{one}/activate"), json!({}), "duty.other-case"),
        (
            "/api/v1/people".to_owned(),
            json!({ "name": "F", "seats": ["control"] }),
            "duty.other-case",
        ),
        (
            "/api/v1/findings/FN-1/dispute".to_owned(),
            json!({ "reason": "this clerk works under dual control" }),
            "duty.other-case",
        ),
    ]
}

async fn somebody_from_outside_signs_one_case_and_nothing_else(keep: Keep) {
    let Some((lab, _sandbox)) = reading(keep, 2).await else { return };
    let one = propose(&lab, json!({})).await;
    let other = lab.post("owner", "/exceptions", proposal(&lab, "FN-2")).await.ok();
    let other = other["reference"].as_str().expect("a reference").to_owned();
    let path = "/people/appoint-for-case";
    let for_one = called_in(&lab, &one, "control");
    lab.post("owner", path, for_one.clone()).await.refused(403, "duty.not-permitted");
    for (body, status, code) in [
        (called_in(&lab, &one, "business"), 422, "case.not-for-one-case"),
        (called_in(&lab, "FN-1", "legal"), 422, "case.not-for-one-case"),
        (called_in(&lab, "EX-99", "control"), 404, "case.unknown"),
        (
            json!({ "duties": ["all"], "name": "X", "case": one, "seat": "legal",
            "until": "2027-02-01T00:00:00Z" }),
            422,
            "request.malformed",
        ),
    ] {
        lab.post("security", path, body).await.refused(status, code);
    }
    let mut long = for_one.clone();
    long["until"] = json!("2028-01-01T00:00:00Z");
    lab.post("security", path, long).await.refused(422, "case.bad-end");
    let done = lab.post("security", path, for_one).await.ok();
    assert_eq!(done["events"], json!(["person.appointed_for_case.1"]));
    let (id, token) = token(&lab, &done).await;
    let row = lab.get("auditor", &format!("/people/{id}")).await.ok();
    assert_eq!((&row["seats"], &row["only"]["seat"]), (&json!([]), &json!("control")), "{row:#}");

    // Everything else is refused, and the ledger knows.
    for (path, body, code) in &elsewhere(&one, &other) {
        assert_eq!(tells(&lab, &token, path, body).await, (403, (*code).to_owned()), "{path}");
    }
    let own = format!("/api/v1/exceptions/{one}/confirm");
    assert_eq!(tells(&lab, &token, &own, &statement()).await.0, 200);
    let signed = show(&lab, &one).await["signatures"].clone();
    assert_eq!((&signed[0]["seat"], &signed[0]["person"]), (&json!("control"), &json!(id)));
    // A second seat on it is none that they can sign from.
    let again = format!("/people/{id}/appoint-for-case");
    lab.post("security", &again, called_in(&lab, &one, "security")).await.ok();
    let veto = format!("/api/v1/exceptions/{one}/veto");
    let reason = json!({ "reason": "the two roles were read and both are too wide" });
    assert_eq!(tells(&lab, &token, &veto, &reason).await, (403, "duty.second-seat".to_owned()));
    // On another case they may, until the day that was given.
    lab.post("security", &again, called_in(&lab, &other, "control")).await.ok();
    let on_other = format!("/api/v1/exceptions/{other}/confirm");
    assert_eq!(tells(&lab, &token, &own, &statement()).await.1, "duty.other-case");
    lab.turn(SignedDuration::from_hours(24 * 5)).await;
    assert_eq!(
        tells(&lab, &token, &on_other, &statement()).await.0,
        401,
        "they are let in no more"
    );
    let inside = format!("/people/{}/appoint-for-case", lab.id("control"));
    let body = called_in(&lab, &other, "control");
    lab.post("security", &inside, body).await.refused(409, "case.appointed-already");
    lab.states_are_folds().await;
    lab.end().await;
}

async fn who_reports_to_the_holder_signs_nothing(keep: Keep) {
    let Some((lab, _sandbox)) = reading(keep, 1).await else { return };
    let holder = json!({ "name": "Hana Holder", "seats": ["business"],
        "identities": ["shop/account/clerk-1"] });
    let holder = appointed(&lab, &holder).await;
    let between = json!({ "name": "Mia Middle", "seats": ["operations"], "manager": holder.0 });
    let between = appointed(&lab, &between).await;
    let below = |seat: &str| json!({ "name": "Bea Below", "seats": [seat], "manager": between.0 });
    let control = appointed(&lab, &below("control")).await;
    let owner = appointed(&lab, &below("business")).await;
    let assign = json!({ "owner": owner.0 });
    let told = lab.post("security", "/findings/FN-1/assign", assign).await;
    told.refused(403, "duty.cannot-own");
    let one = propose(&lab, json!({})).await;
    let path = format!("/api/v1/exceptions/{one}/confirm");
    let told = tells(&lab, &control.1, &path, &statement()).await;
    assert_eq!(told, (403, "duty.own-access".to_owned()));
    // Who asked for it is as who holds it.
    let asked = json!({ "requested_by": [between.0], "finding": "FN-1" });
    lab.post(
        "owner",
        &format!("/exceptions/{one}/withdraw"),
        json!({ "reason": "it was asked for by somebody else" }),
    )
    .await
    .ok();
    let one = propose(&lab, asked).await;
    let path = format!("/api/v1/exceptions/{one}/confirm");
    let free = json!({ "name": "Bea Below", "seats": ["control"] });
    lab.post(
        "security",
        &format!("/people/{}/appoint", between.0),
        json!({ "name": "Mia Middle", "seats": ["operations"] }),
    )
    .await
    .ok();
    let told = tells(&lab, &control.1, &path, &statement()).await;
    assert_eq!(told, (403, "duty.own-access".to_owned()), "she reports to who asked for it");
    let may = format!("/policy/may?case={one}&verb=exception.confirm&who={}", control.0);
    let may = lab.get("auditor", &may).await.ok();
    assert!(may["why"].to_string().contains("somebody they report to"), "{may:#}");
    lab.post("security", &format!("/people/{}/appoint", control.0), free).await.ok();
    assert_eq!(tells(&lab, &control.1, &path, &statement()).await.0, 200);
    lab.end().await;
}

async fn a_circle_of_people_is_refused_when_it_comes_in(keep: Keep) {
    let Some((lab, _sandbox)) = reading(keep, 1).await else { return };
    let first = appointed(&lab, &json!({ "name": "One", "seats": ["business"] })).await;
    let second = json!({ "name": "Two", "seats": ["business"], "manager": first.0,
        "stands_in": [{ "person": first.0, "until": "2027-02-01T00:00:00Z" }] });
    let second = appointed(&lab, &second).await;
    let path = format!("/people/{}/appoint", first.0);
    for (field, value) in [
        ("manager", json!(second.0)),
        ("manager", json!(first.0)),
        ("stands_in", json!([{ "person": second.0, "until": "2027-02-01T00:00:00Z" }])),
    ] {
        let mut body = json!({ "name": "One", "seats": ["business"] });
        body[field] = value;
        lab.post("security", &path, body).await.refused(422, "case.circle");
    }
    let nobody = json!({ "name": "One", "seats": ["business"], "manager": lab.id("auditor") });
    lab.post("security", &path, nobody).await.ok();
    lab.end().await;
}
