//! What we took away is gone and the privilege is not: there is another way to it.

use serde_json::{Value, json};

use super::{assign, choose, found, order, path, text_of, toxic_target, until_event, watching};
use crate::lab::Keep;
use crate::lab::place::PG15;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_privilege_that_is_still_there_through_another_role_keeps_the_finding_open() {
    let Some(target) = toxic_target(PG15).await else { return };
    target
        .sql("create role @night; grant @payments_admin to @night; grant @night to @svc_pay")
        .await;
    target.guide("write-team", "@night").await;
    let Some(lab) = watching(Keep::Sqlite, &target).await else { return target.end().await };
    let reference = found(&lab).await;
    let first = path(&lab.finding(&reference).await, &target)[1].clone();
    let other = if first == "team" { "night" } else { "team" };
    assign(&lab, &reference).await;
    let take = |role: &str| target.named(&format!("take `@{role}` away from `@svc_pay`"));

    choose(&lab, &reference, &take(&first)).await;
    order(&lab, &reference).await;
    let history = until_event(&lab, &reference, "not_verified").await;
    let still: Value = serde_json::from_str(&text_of(&history, "finding.not_verified.1", "still"))
        .expect("who still has it");
    assert_eq!(still[0]["name"], target.named("@svc_pay"));
    let through = still[0]["path"].as_array().cloned().unwrap_or_default();
    let through: Vec<_> =
        through.iter().map(|it| target.plain(it.as_str().unwrap_or_default())).collect();
    assert_eq!(through[..3], ["svc_pay", other, "payments_admin"]);
    let finding = lab.finding(&reference).await;
    assert_eq!(finding["status"], "assigned");
    assert_eq!(finding["owner"], lab.id("owner"));
    assert!(target.is("pg_has_role('@svc_pay', '@payments_admin', 'member')").await);

    // What is read again and again meanwhile does not end it.
    lab.sync("hospital").await;
    assert_eq!(lab.finding(&reference).await["status"], "assigned");

    choose(&lab, &reference, &take(other)).await;
    order(&lab, &reference).await;
    lab.until_status(&reference, "fixed").await;
    assert!(!target.is("pg_has_role('@svc_pay', '@payments_admin', 'member')").await);
    lab.states_are_folds().await;
    lab.end().await;
    target.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_way_around_the_root_cause_keeps_the_finding_open_until_it_is_gone_too() {
    let Some(target) = toxic_target(PG15).await else { return };
    // Through this role svc_pay has the same two privileges, and payments_admin is not on the way.
    target
        .sql(
            "create role @spare; grant usage on schema ap to @spare;
             grant insert on ap.vendor to @spare; grant update on ap.payment to @spare;
             grant @spare to @svc_pay",
        )
        .await;
    target.guide("write-team", "@spare").await;
    let Some(lab) = watching(Keep::Sqlite, &target).await else { return target.end().await };
    let reference = found(&lab).await;
    assign(&lab, &reference).await;
    choose(&lab, &reference, &target.named("take `@team` away from `@svc_pay`")).await;
    order(&lab, &reference).await;
    let history = until_event(&lab, &reference, "not_verified").await;
    let still = text_of(&history, "finding.not_verified.1", "still");
    assert!(still.contains(&target.named("@spare")), "{still}");
    lab.sync("hospital").await;
    assert_eq!(lab.finding(&reference).await["status"], "assigned", "not gone: it is still had");

    choose(&lab, &reference, &target.named("take `@spare` away from `@svc_pay`")).await;
    order(&lab, &reference).await;
    lab.until_status(&reference, "fixed").await;
    lab.end().await;
    target.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_else_with_the_same_role_keeps_the_finding_open_by_name() {
    let Some(target) = toxic_target(PG15).await else { return };
    target
        .sql("create role @svc_two login valid until '2099-12-31'; grant @team to @svc_two")
        .await;
    let Some(lab) = watching(Keep::Sqlite, &target).await else { return target.end().await };
    let reference = found(&lab).await;
    assert_eq!(lab.finding(&reference).await["affected_total"], json!(2));
    assign(&lab, &reference).await;
    choose(&lab, &reference, &target.named("take `@team` away from `@svc_pay`")).await;
    order(&lab, &reference).await;
    let history = until_event(&lab, &reference, "not_verified").await;
    let still = text_of(&history, "finding.not_verified.1", "still");
    assert!(still.contains(&target.named("@svc_two")), "{still}");
    assert!(!still.contains(&target.named("@svc_pay")), "{still}");
    lab.end().await;
    target.end().await;
}
