//! Exceptions at the door of the API: each row of what must be refused, with its code, and that the
//! ledger knows who was told no. What an exception lives through is told by the second story.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::call::Call;
use super::{appointed, assign, both, reading};
use crate::lab::{Keep, Lab};

both!(
    a_reason_that_says_nothing_is_none_in_any_part_and_for_any_verb,
    one_person_signs_an_exception_from_one_seat,
    after_it_was_withdrawn_nobody_signs,
    who_holds_or_asked_for_the_access_and_their_deputies_sign_nothing,
    a_refused_proposal_takes_no_number_and_stands_with_its_finding,
    proposals_at_the_same_moment_get_numbers_of_their_own,
);

const WHY: &str = "the month-end run needs both until the new interface is there";

/// Words that are no reason.
const NOTHING: [&str; 4] = [".", "", "ok", "..........................."];

/// A proposal about a clerk's finding. Its control is a path that the graph does not have.
pub(super) fn proposal(lab: &Lab, finding: &str) -> Value {
    let until = lab.server_clock().now() + SignedDuration::from_hours(24 * 20);
    json!({
        "finding": finding, "owner": lab.id("owner"),
        "need": WHY, "not_removable": WHY, "would_change": WHY,
        "used": { "use": "continuous" },
        "controls": [{
            "what": "suppliers can approve no payment", "owner": lab.id("control"),
            "test": {
                "test": "path_absent", "from": "shop/role/suppliers", "to": "shop/ent/payment",
            },
            "every_hours": 24, "max_age_hours": 48,
        }],
        "until": until.to_string(), "review_days": 7,
    })
}

/// Puts an exception forward, with some fields otherwise.
pub(super) async fn propose(lab: &Lab, otherwise: Value) -> String {
    let mut proposal = proposal(lab, "FN-1");
    for (field, value) in otherwise.as_object().into_iter().flatten() {
        proposal[field] = value.clone();
    }
    let done = lab.post("owner", "/exceptions", proposal).await.ok();
    done["reference"].as_str().expect("a reference").to_owned()
}

pub(super) async fn show(lab: &Lab, exception: &str) -> Value {
    lab.get("auditor", &format!("/exceptions/{exception}")).await.ok()
}

/// Until its control was seen to work: nothing more happens to it by itself today.
async fn passed(lab: &Lab, exception: &str) {
    lab.until("the control has passed", async || {
        (show(lab, exception).await["controls"][0]["verdict"] == "passed").then_some(())
    })
    .await;
}

pub(super) fn statement() -> Value {
    json!({ "statement": "the two roles were read and neither has both" })
}

fn reason() -> Value {
    json!({ "reason": "somebody has looked at it and says why" })
}

/// Sends a verb as somebody with a token, who is told no, and looks for the event.
async fn refused_by(
    lab: &Lab,
    (id, token): &(String, String),
    (exception, verb): (&str, &str),
    body: &Value,
    code: &str,
) {
    let path = format!("/api/v1/exceptions/{exception}/{verb}");
    let said = Call::post(&path, &body.to_string()).by(token).to(lab).await;
    said.problem(403, code);
    let list = lab.get("auditor", &format!("/exceptions/{exception}/history")).await.ok();
    // Its control may have been tested since.
    let mut all = list["items"].as_array().into_iter().flatten();
    let last = all.rfind(|it| it["name"] == "exception.refused.1").expect("an event");
    let verb = format!("exception.{verb}");
    assert_eq!(last["event"]["body"], json!({ "verb": verb, "code": code }), "{last:#}");
    assert_eq!(last["actor"], format!("person:{id}"));
}

async fn a_reason_that_says_nothing_is_none_in_any_part_and_for_any_verb(keep: Keep) {
    let Some((lab, _sandbox)) = reading(keep, 1).await else { return };
    for none in NOTHING {
        for part in ["need", "not_removable", "would_change"] {
            let mut wrong = proposal(&lab, "FN-1");
            wrong[part] = json!(none);
            let told = lab.post("owner", "/exceptions", wrong).await;
            assert_eq!(told.refused(422, "request.malformed")["field"], part, "{none}");
        }
        let mut wrong = proposal(&lab, "FN-1");
        wrong["controls"][0]["what"] = json!(none);
        let told = lab.post("owner", "/exceptions", wrong).await;
        assert_eq!(told.refused(422, "request.malformed")["field"], "controls[0].what", "{none}");
    }
    for part in ["owner", "until", "review_days", "controls", "used"] {
        let mut without = proposal(&lab, "FN-1");
        without.as_object_mut().expect("an object").remove(part);
        lab.post("owner", "/exceptions", without).await.refused(422, "request.malformed");
    }
    let mut untested = proposal(&lab, "FN-1");
    untested["controls"][0].as_object_mut().expect("an object").remove("test");
    lab.post("owner", "/exceptions", untested).await.refused(422, "request.malformed");
    let list = lab.get("auditor", "/exceptions").await.ok();
    assert_eq!(list["items"], json!([]), "nothing was half made");

    let exception = propose(&lab, json!({})).await;
    passed(&lab, &exception).await;
    let before = show(&lab, &exception).await["sequence"].clone();
    let verbs = [
        ("owner", "reject", "reason"),
        ("control", "confirm", "statement"),
        ("security", "veto", "reason"),
        ("owner", "answer", "reason"),
        ("control", "suspend", "reason"),
        ("control", "resume", "statement"),
        ("owner", "revoke", "reason"),
        ("owner", "withdraw", "reason"),
    ];
    for (who, verb, field) in verbs {
        for none in NOTHING {
            let path = format!("/exceptions/{exception}/{verb}");
            let told = lab.post(who, &path, json!({ field: none })).await;
            assert_eq!(told.refused(422, "request.malformed")["field"], field, "{verb} {none}");
        }
    }
    assert_eq!(show(&lab, &exception).await["sequence"], before, "nothing came of any");
    lab.end().await;
}

async fn one_person_signs_an_exception_from_one_seat(keep: Keep) {
    let Some((lab, _sandbox)) = reading(keep, 1).await else { return };
    let both = json!({ "name": "Bo Both", "seats": ["business", "control", "legal"] });
    let both = appointed(&lab, &both).await;
    let exception = propose(&lab, json!({ "owner": both.0 })).await;
    let accept = format!("/api/v1/exceptions/{exception}/accept");
    assert_eq!(Call::post(&accept, "{}").by(&both.1).to(&lab).await.status, 200);
    let on = (exception.as_str(), "confirm");
    refused_by(&lab, &both, on, &statement(), "duty.second-seat").await;
    refused_by(&lab, &both, (&exception, "sign"), &json!({}), "duty.second-seat").await;
    lab.post("control", &format!("/exceptions/{exception}/confirm"), statement()).await.ok();
    // The seat that objects never answers itself.
    lab.post("security", &format!("/exceptions/{exception}/veto"), reason()).await.ok();
    let answer = format!("/exceptions/{exception}/answer");
    lab.post("security", &answer, reason()).await.refused(403, "duty.wrong-seat");
    lab.post("owner", &answer, reason()).await.refused(403, "duty.not-the-owner");
    lab.end().await;
}

async fn after_it_was_withdrawn_nobody_signs(keep: Keep) {
    let Some((lab, _sandbox)) = reading(keep, 1).await else { return };
    let exception = propose(&lab, json!({})).await;
    let at = |verb: &str| format!("/exceptions/{exception}/{verb}");
    lab.post("owner", &at("withdraw"), reason()).await.ok();
    for (who, verb, body) in [
        ("owner", "accept", json!({})),
        ("owner", "reject", reason()),
        ("control", "confirm", statement()),
        ("legal", "sign", json!({})),
        ("security", "veto", reason()),
        ("owner", "answer", reason()),
        ("owner", "activate", json!({})),
        ("control", "suspend", reason()),
        ("control", "resume", statement()),
        ("owner", "revoke", reason()),
        ("owner", "withdraw", reason()),
    ] {
        lab.post(who, &at(verb), body).await.refused(409, "case.wrong-stage");
    }
    assert_eq!(show(&lab, &exception).await["status"], "withdrawn");
    lab.end().await;
}

async fn who_holds_or_asked_for_the_access_and_their_deputies_sign_nothing(keep: Keep) {
    let Some((lab, _sandbox)) = reading(keep, 1).await else { return };
    let clerk = json!(["shop/account/clerk-1"]);
    let person = |name: &str, seat: &str| json!({ "name": name, "seats": [seat] });
    let for_whom = |id: &str| json!([{ "person": id, "until": "2027-02-01T00:00:00Z" }]);
    let mut holder = person("Hana Holder", "operations");
    holder["identities"] = clerk.clone();
    let holder = appointed(&lab, &holder).await;
    let asker = appointed(&lab, &person("Ari Asker", "operations")).await;
    let asked = json!({ "requested_by": [asker.0] });
    // None of them owns it.
    let mut nobody = vec![];
    for id in [&holder.0, &asker.0] {
        let mut deputy = person("Dora Deputy", "business");
        deputy["stands_in"] = for_whom(id);
        nobody.push(appointed(&lab, &deputy).await.0);
    }
    let mut own = person("Hank Holder", "business");
    own["identities"] = clerk.clone();
    nobody.push(appointed(&lab, &own).await.0);
    for id in nobody {
        let mut wrong = proposal(&lab, "FN-1");
        (wrong["owner"], wrong["requested_by"]) = (json!(id), asked["requested_by"].clone());
        lab.post("owner", "/exceptions", wrong).await.refused(403, "duty.cannot-own");
    }
    // Nor does any of them sign it from another seat.
    let process = json!({
        "key": "procure-to-pay", "name": "Procure to pay", "criticality": "high",
        "owner": lab.id("owner"), "regulated": true,
    });
    lab.post("security", "/processes", process).await.ok();
    let exception = propose(&lab, asked).await;
    let signs = [
        ("control", "confirm", statement()),
        ("legal", "sign", json!({})),
        ("security", "veto", reason()),
    ];
    for (seat, verb, body) in signs {
        let mut holding = person("Hugo Holder", seat);
        holding["identities"] = clerk.clone();
        let mut all = vec![holding];
        for id in [&holder.0, &asker.0] {
            let mut deputy = person("Dina Deputy", seat);
            deputy["stands_in"] = for_whom(id);
            all.push(deputy);
        }
        for appointment in all {
            let who = appointed(&lab, &appointment).await;
            refused_by(&lab, &who, (&exception, verb), &body, "duty.own-access").await;
        }
        // The one who asked may sit there by now.
        let path = format!("/people/{}/appoint", asker.0);
        lab.post("legal", &path, person("Ari Asker", seat)).await.ok();
        let asker = (asker.0.clone(), lab.token_of(&asker.0).await);
        refused_by(&lab, &asker, (&exception, verb), &body, "duty.own-access").await;
    }
    assert_eq!(show(&lab, &exception).await["signatures"], json!([]));
    lab.end().await;
}

async fn a_refused_proposal_takes_no_number_and_stands_with_its_finding(keep: Keep) {
    let Some((lab, _sandbox)) = reading(keep, 1).await else { return };
    assign(&lab, "FN-1", "owner").await;
    for _ in 0..3 {
        let mut wrong = proposal(&lab, "FN-1");
        wrong["owner"] = json!(lab.id("security"));
        lab.post("owner", "/exceptions", wrong).await.refused(403, "duty.cannot-own");
    }
    lab.post("auditor", "/exceptions", proposal(&lab, "FN-1"))
        .await
        .refused(403, "duty.not-permitted");
    let store = &lab.door().store;
    let kept = countersign_store::state::all(store, "exception", "").await.expect("states");
    assert_eq!(kept, [], "what was refused is nothing");
    let told = lab.history("FN-1").await.pop().expect("an event");
    let body = json!({ "verb": "exception.propose", "code": "duty.not-permitted" });
    assert_eq!(told["event"]["body"], body, "{told:#}");
    assert_eq!(told["actor"], format!("person:{}", lab.id("auditor")));
    assert_eq!(lab.finding("FN-1").await["status"], "assigned", "the finding is as it was");

    assert_eq!(propose(&lab, json!({})).await, "EX-1");
    let mut wrong = proposal(&lab, "FN-1");
    wrong["owner"] = json!(lab.id("control"));
    lab.post("owner", "/exceptions", wrong).await.refused(403, "duty.cannot-own");
    assert_eq!(propose(&lab, json!({})).await, "EX-2", "no refusal leaves a gap");
    for exception in ["EX-1", "EX-2"] {
        passed(&lab, exception).await;
    }
    lab.states_are_folds().await;
    lab.ledger_is_whole().await;
    lab.end().await;
}

async fn proposals_at_the_same_moment_get_numbers_of_their_own(keep: Keep) {
    let Some((lab, _sandbox)) = reading(keep, 1).await else { return };
    let wrong = || {
        let mut wrong = proposal(&lab, "FN-1");
        wrong["owner"] = json!(lab.id("security"));
        wrong
    };
    let one = || propose(&lab, json!({}));
    let no = || lab.post("owner", "/exceptions", wrong());
    let (a, no_1, b, no_2, c, d) = tokio::join!(one(), no(), one(), no(), one(), one());
    for refused in [no_1, no_2] {
        refused.refused(403, "duty.cannot-own");
    }
    let mut numbers = vec![a, b, c, d];
    numbers.sort();
    assert_eq!(numbers, ["EX-1", "EX-2", "EX-3", "EX-4"]);
    lab.states_are_folds().await;
    lab.end().await;
}
