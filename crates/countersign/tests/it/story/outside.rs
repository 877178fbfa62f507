//! What happens without us: somebody removes it, somebody brings it back, somebody says that it is no
//! problem, a person runs our script by hand, a system says yes and does nothing.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::{
    RULE, assign, choose, chosen, found, order, text_of, toxic_target, until_event, watching,
};
use crate::lab::place::PG15;
use crate::lab::sandbox::Sandbox;
use crate::lab::{Keep, Lab, Place, business};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_somebody_removes_without_an_order_is_gone_and_recurs_as_the_same_finding() {
    let Some(target) = toxic_target(PG15).await else { return };
    let Some(lab) = watching(Keep::Sqlite, &target).await else { return target.end().await };
    let reference = found(&lab).await;
    assign(&lab, &reference).await;
    target.sql("revoke @team from @svc_pay").await;
    lab.sync("hospital").await;
    let gone = lab.until_status(&reference, "gone").await;
    assert!(gone["ended_at"].is_string());

    target.sql("grant @team to @svc_pay").await;
    lab.sync("hospital").await;
    let again = lab.until_status(&reference, "assigned").await;
    assert_eq!(again["owner"], lab.id("owner"), "it is still its owner's");
    assert_eq!(lab.events(&reference).await, ["opened", "assigned", "ended", "recurred"]);
    assert_eq!(found(&lab).await, reference);
    lab.states_are_folds().await;
    lab.end().await;
    target.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dispute_that_was_accepted_until_a_date_recurs_at_the_next_read_after_it() {
    let Some(target) = toxic_target(PG15).await else { return };
    let Some(lab) = watching(Keep::Sqlite, &target).await else { return target.end().await };
    let reference = found(&lab).await;
    assign(&lab, &reference).await;
    let why = json!({ "reason": "the payment run is a test system until the fourth of February" });
    lab.post("owner", &format!("/findings/{reference}/dispute"), why).await.ok();
    let until: Timestamp = "2027-02-04T00:00:00Z".parse().expect("an instant");
    let answer = json!({ "reason": "agreed until the system goes live", "not_toxic_until": until });
    let address = format!("/findings/{reference}/settle");
    lab.post("owner", &address, answer.clone()).await.refused(403, "duty.wrong-seat");
    lab.post("security", &address, answer).await.ok();
    lab.until_status(&reference, "not_toxic").await;

    lab.sync("hospital").await;
    assert_eq!(lab.finding(&reference).await["status"], "not_toxic", "the word still holds");
    lab.turn(SignedDuration::from_hours(24 * 32)).await;
    lab.sync("hospital").await;
    let again = lab.until_status(&reference, "assigned").await;
    assert_eq!(again["overdue"], true, "the date of the first time still counts");
    assert_eq!(
        lab.events(&reference).await,
        ["opened", "assigned", "disputed", "refused", "ended", "recurred"]
    );
    lab.states_are_folds().await;
    lab.end().await;
    target.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_read_only_system_a_person_runs_the_script_and_the_next_look_proves_it() {
    let Some(target) = toxic_target(PG15).await else { return };
    let Some(place) = Place::new(Keep::Sqlite).await else { return };
    let lab = Lab::start(place, &target.system_with("read_only = true"), business()).await;
    let reference = chosen(&lab, &target.named("take `@team` away from `@svc_pay`")).await;
    let preview = lab.get("control", &format!("/findings/{reference}/preview")).await.ok();
    assert_eq!(preview["read_only"], true);
    let script: Vec<String> = serde_json::from_value(preview["script"].clone()).expect("a script");
    let undo: Vec<String> = serde_json::from_value(preview["undo"].clone()).expect("an undo");
    assert!(preview["obstacles"].to_string().contains("read-only"), "{preview:#}");

    order(&lab, &reference).await;
    let member = "pg_has_role('@svc_pay', '@team', 'member')";
    for _ in 0..2 {
        lab.turn(SignedDuration::from_secs(61)).await;
        lab.sync("hospital").await;
    }
    assert!(target.is(member).await, "nothing is run by us");
    assert_eq!(lab.events(&reference).await, ["opened", "assigned", "remedy_chosen", "ordered"]);

    for line in &script {
        target.sql(line).await;
    }
    assert!(!target.is(member).await);
    lab.until_in_time("the script is noticed", async || {
        (lab.finding(&reference).await["status"] == "fixed").then_some(())
    })
    .await;
    let receipt = text_of(&lab.history(&reference).await, "finding.fulfilled.1", "receipt");
    assert!(receipt.contains("by hand"), "{receipt}");

    for line in &undo {
        target.sql(line).await;
    }
    assert!(target.is(member).await, "the undo brings it back");
    lab.end().await;
    target.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_system_that_says_yes_and_does_nothing_is_found_out() {
    let sandbox = Sandbox::sample();
    let Some(place) = Place::new(Keep::Sqlite).await else { return };
    let lab = Lab::start(place, &sandbox.system("erp", &["--lie"], ""), business()).await;
    lab.sync("erp").await;
    let findings = lab.findings().await;
    let row = findings.iter().find(|it| it["rule"] == RULE).expect("the finding of the sample");
    let reference = row["reference"].as_str().unwrap_or_default().to_owned();
    assign(&lab, &reference).await;
    let offers = lab.get("owner", &format!("/findings/{reference}/remedies")).await.ok();
    let words = offers["items"][0]["words"].as_str().unwrap_or_default().to_owned();
    choose(&lab, &reference, &words).await;
    order(&lab, &reference).await;
    let history = until_event(&lab, &reference, "not_verified").await;
    let last = history.last().expect("an event");
    assert_eq!(last["event"]["body"]["because"]["because"], "edge_still_there", "{last:#}");
    let evidence = text_of(&history, "finding.not_verified.1", "evidence");
    assert!(evidence.contains("still has"), "{evidence}");
    let finding = lab.finding(&reference).await;
    assert_eq!(
        (&finding["status"], &finding["owner"]),
        (&json!("assigned"), &json!(lab.id("owner")))
    );
    lab.states_are_folds().await;
    lab.end().await;
}
