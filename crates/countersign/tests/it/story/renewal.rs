//! An exception is renewed: never silently, only by new facts, a tier graver each time, and at the cap
//! with a plan by which the access goes. Asking again soon after the end is the same thing.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::rightful::{NOWHERE, proposal, proposed, shop, show, statement, watching};
use crate::lab::Lab;

/// A renewal in other words than the first time.
fn renewal(lab: &Lab, words: &str) -> Value {
    let mut body = proposal(lab, "FN-1", NOWHERE);
    let fields = body.as_object_mut().expect("an object");
    fields.remove("finding");
    for part in ["need", "not_removable", "would_change"] {
        let words = format!("{words}: {part} as it is by now, in words of its own");
        fields.insert(part.to_owned(), json!(words));
    }
    fields.insert("used_for".to_owned(), json!("every invoice of the last weeks was paid by it"));
    body
}

/// An exception in force whose control passed a test a day later.
async fn in_force(lab: &Lab, exception: &str) {
    let at = |verb: &str| format!("/exceptions/{exception}/{verb}");
    lab.post("owner", &at("accept"), json!({})).await.ok();
    lab.post("control", &at("confirm"), statement()).await.ok();
    if show(lab, exception).await["legal_needed"] == true {
        lab.post("legal", &at("sign"), json!({})).await.ok();
    }
    lab.until("it is in force", async || {
        (show(lab, exception).await["status"] == "active").then_some(())
    })
    .await;
    a_day_later(lab, exception).await;
}

async fn a_day_later(lab: &Lab, exception: &str) {
    lab.turn(SignedDuration::from_hours(25)).await;
    lab.sync("shop").await;
    let period = format!("/exceptions/{exception}/last-period");
    lab.until("its control passed a test in force", async || {
        let period = lab.get("auditor", &period).await.ok();
        (period["controls"][0]["passed"].as_u64() > Some(0)).then_some(())
    })
    .await;
}

fn until(lab: &Lab, days: i64) -> Value {
    let until = lab.server_clock().now() + SignedDuration::from_hours(24 * days);
    json!(until.to_string())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_extension_goes_back_through_review_with_new_facts_and_a_tier_graver() {
    let sandbox = shop(1);
    let Some((lab, finding)) = watching(&sandbox).await else { return };
    let first = proposed(&lab, &finding).await;
    let renew = format!("/exceptions/{first}/renew");
    // What was never in force cannot be renewed.
    let body = renewal(&lab, "first");
    lab.post("owner", &renew, body.clone()).await.refused(409, "case.nothing-to-renew");
    in_force(&lab, &first).await;

    // Another one for longer is a renewal, and says where it is asked for; a shorter one is not.
    let mut longer = proposal(&lab, &finding, NOWHERE);
    longer["until"] = until(&lab, 40);
    let no = lab.post("owner", "/exceptions", longer).await.refused(409, "case.is-a-renewal");
    assert!(no["next"].as_str().is_some_and(|it| it.contains("renew")), "{no:#}");

    // Nobody renews from a seat that proposes nothing, and nothing is copied.
    lab.post("security", &renew, body.clone()).await.refused(403, "duty.not-permitted");
    let mut copied = body.clone();
    copied["need"] = json!("The month-end run needs both, until the new interface is there.");
    copied["ticket"] = json!("CHG-1");
    let no = lab.post("owner", &renew, copied).await.refused(422, "case.nothing-new");
    assert!(no["detail"].as_str().is_some_and(|it| it.contains("`need`")), "{no:#}");

    // It climbs: the graver tier asks for a ticket, a shorter time and the legal seat.
    let no = lab.post("owner", &renew, body.clone()).await.refused(409, "policy.objects");
    assert!(no["detail"].as_str().is_some_and(|it| it.contains("link a ticket")), "{no:#}");
    let mut asked = body;
    asked["ticket"] = json!("CHG-4711");
    asked["until"] = until(&lab, 31);
    lab.post("owner", &renew, asked.clone()).await.refused(422, "case.bad-end");
    asked["until"] = until(&lab, 30);
    let done = lab.post("owner", &renew, asked.clone()).await.ok();
    let second = done["reference"].as_str().expect("a reference").to_owned();
    let whole = show(&lab, &second).await;
    assert_eq!((&whole["status"], &whole["signatures"]), (&json!("in_review"), &json!([])));
    assert_eq!(whole["legal_needed"], true);
    assert_eq!(
        (&whole["tier"]["id"], &whole["case"]["pin"]["tier"]),
        (&json!("critical"), &json!("critical"))
    );
    let renews = &whole["renews"];
    assert_eq!((&renews["exception"], &renews["renewal"]), (&json!(first), &json!(1)));
    assert!(renews["evidence"]["controls"][0]["passed"].as_u64() > Some(0), "{renews:#}");
    assert_eq!(renews["evidence"]["would"], "fail");
    assert_eq!(show(&lab, &first).await["renewed_by"], json!(second));
    lab.post("owner", &renew, asked).await.refused(409, "case.exists");

    // The old one stays in force until its own end, and the new one is not before it is signed.
    assert_eq!(show(&lab, &first).await["status"], "active");
    in_force(&lab, &second).await;
    lab.states_are_folds().await;
    lab.ledger_is_whole().await;
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_renewal_needs_a_plan_with_dates_and_a_request_soon_after_the_end_is_one() {
    let sandbox = shop(1);
    let Some((lab, finding)) = watching(&sandbox).await else { return };
    let process = json!({
        "key": "procure-to-pay", "name": "Procure to pay", "criticality": "critical",
        "owner": lab.id("owner"),
    });
    lab.post("security", "/processes", process).await.ok();
    let mut asked = proposal(&lab, &finding, NOWHERE);
    asked["ticket"] = json!("CHG-1");
    let done = lab.post("owner", "/exceptions", asked.clone()).await.ok();
    let first = done["reference"].as_str().expect("a reference").to_owned();
    in_force(&lab, &first).await;

    // It ends; asking again within the days of the tier is a renewal, whoever asks.
    lab.turn(SignedDuration::from_hours(24 * 20)).await;
    lab.sync("shop").await;
    lab.until("its end is recorded", async || {
        (show(&lab, &first).await["status"] == "expired").then_some(())
    })
    .await;
    asked["until"] = until(&lab, 20);
    lab.post("owner", "/exceptions", asked).await.refused(409, "case.is-a-renewal");

    let renew = format!("/exceptions/{first}/renew");
    let mut body = renewal(&lab, "second");
    body["ticket"] = json!("CHG-2");
    let no = lab.post("owner", &renew, body.clone()).await.refused(422, "case.no-plan");
    assert!(no["detail"].as_str().is_some_and(|it| it.contains("the last renewal")), "{no:#}");
    let step = |days| json!({ "what": "the role is split in two and given anew", "by": until(&lab, days) });
    body["plan"] = json!([step(10), step(5)]);
    lab.post("owner", &renew, body.clone()).await.refused(422, "case.no-plan");
    body["plan"] = json!([step(5), step(10)]);
    let done = lab.post("owner", &renew, body).await.ok();
    let second = done["reference"].as_str().expect("a reference").to_owned();
    let plan = show(&lab, &second).await["renews"]["plan"].clone();
    assert_eq!(plan.as_array().map(Vec::len), Some(2));
    in_force(&lab, &second).await;

    let mut third = renewal(&lab, "third");
    third["ticket"] = json!("CHG-3");
    third["plan"] = json!([step(5)]);
    third["used_for"] = json!("the last invoices of the old supplier were paid by it");
    let at = format!("/exceptions/{second}/renew");
    lab.post("owner", &at, third).await.refused(409, "case.renewals-used-up");
    lab.states_are_folds().await;
    lab.end().await;
}
