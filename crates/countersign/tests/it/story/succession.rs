//! The owner of an exception hands it on, or leaves: somebody is accountable at once by name, nothing is
//! cut by that alone, and it is out of force only when nobody takes it over in the days of the tier.

use jiff::SignedDuration;
use serde_json::json;

use super::rightful::{proposed, shop, show, statement, watching};
use crate::lab::Lab;

async fn in_force(lab: &Lab, finding: &str) -> String {
    let exception = proposed(lab, finding).await;
    let at = |verb: &str| format!("/exceptions/{exception}/{verb}");
    lab.post("owner", &at("accept"), json!({})).await.ok();
    lab.post("control", &at("confirm"), statement()).await.ok();
    assert_eq!(show(lab, &exception).await["status"], "active");
    exception
}

fn reason() -> serde_json::Value {
    json!("the process moves to the other department this month")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_owner_hands_it_to_a_named_person_who_takes_it_and_nothing_is_cut_by_that() {
    let sandbox = shop(1);
    let Some((lab, finding)) = watching(&sandbox).await else { return };
    let exception = in_force(&lab, &finding).await;
    let at = |verb: &str| format!("/exceptions/{exception}/{verb}");
    let to = |who: &str| json!({ "to": lab.id(who), "reason": reason() });
    lab.post("other-owner", &at("take-over"), json!({})).await.refused(403, "duty.not-offered");
    lab.post("other-owner", &at("hand-over"), to("other-owner"))
        .await
        .refused(403, "duty.not-the-owner");
    lab.post("security", &at("hand-over"), to("other-owner")).await.refused(403, "duty.wrong-seat");
    lab.post("owner", &at("hand-over"), to("control")).await.refused(403, "duty.cannot-own");
    lab.post("owner", &at("hand-over"), to("other-owner")).await.ok();
    let whole = show(&lab, &exception).await;
    assert_eq!(
        (&whole["owner"], &whole["handed_to"]),
        (&json!(lab.id("owner")), &json!(lab.id("other-owner")))
    );

    lab.post("other-owner", &at("take-over"), json!({})).await.ok();
    let whole = show(&lab, &exception).await;
    assert_eq!(
        (&whole["owner"], &whole["status"]),
        (&json!(lab.id("other-owner")), &json!("active"))
    );
    assert_eq!((&whole["in_force"], &whole["handed_to"]), (&json!(true), &json!(null)));
    let business = whole["signatures"].as_array().expect("signatures");
    assert_eq!(business[0]["person"], json!(lab.id("other-owner")), "by their own signature");
    lab.post("owner", &at("revoke"), json!({ "reason": reason() }))
        .await
        .refused(403, "duty.not-the-owner");
    lab.states_are_folds().await;
    lab.ledger_is_whole().await;
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_the_owner_leaves_the_next_is_accountable_at_once_and_it_is_suspended_only_untaken() {
    let sandbox = shop(1);
    let Some((lab, finding)) = watching(&sandbox).await else { return };
    let exception = in_force(&lab, &finding).await;
    // The process belongs to somebody else by now, who is the next by the ways to an owner.
    let process = json!({
        "key": "procure-to-pay", "name": "Procure to pay", "criticality": "high",
        "owner": lab.id("other-owner"),
    });
    lab.post("security", "/processes", process).await.ok();
    let gone = format!("/people/{}/deactivate", lab.id("owner"));
    lab.post("security", &gone, json!({})).await.ok();
    lab.until("somebody is accountable", async || {
        let left = show(&lab, &exception).await["left"].clone();
        (left["accountable"] == json!(lab.id("other-owner"))).then_some(())
    })
    .await;
    assert_eq!(show(&lab, &exception).await["status"], "active", "nothing is cut by that alone");

    // Thirteen days later it still stands, tested as before; on the fourteenth it does not.
    for _ in 0..13 {
        let before = show(&lab, &exception).await["controls"][0]["tested_at"].clone();
        lab.turn(SignedDuration::from_hours(24)).await;
        lab.sync("shop").await;
        lab.until("its control was tested", async || {
            let whole = show(&lab, &exception).await;
            (whole["controls"][0]["tested_at"] != before).then_some(())
        })
        .await;
        assert_eq!(show(&lab, &exception).await["in_force"], true);
    }
    lab.turn(SignedDuration::from_hours(24)).await;
    assert_eq!(show(&lab, &exception).await["in_force"], false, "no event was needed");
    let at = |verb: &str| format!("/exceptions/{exception}/{verb}");
    lab.sync("shop").await;
    lab.post("other-owner", &at("take-over"), json!({})).await.ok();
    let whole = show(&lab, &exception).await;
    assert_eq!(
        (&whole["status"], &whole["owner"]),
        (&json!("suspended"), &json!(lab.id("other-owner")))
    );
    lab.until("its control was tested again", async || {
        (show(&lab, &exception).await["waits_for"] == json!([])).then_some(())
    })
    .await;
    lab.post("control", &at("resume"), statement()).await.ok();
    assert_eq!(show(&lab, &exception).await["status"], "active");
    lab.states_are_folds().await;
    lab.end().await;
}
