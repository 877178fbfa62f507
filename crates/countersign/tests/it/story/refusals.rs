//! Orders that a system does not carry out: they go back to the finding's owner with the reason, and
//! what can be known beforehand is said beforehand.

use std::time::Instant;

use serde_json::{Value, json};

use super::{RULE, assign, choose, chosen, order, text_of, toxic_target, until_event, watching};
use crate::lab::place::PG15;
use crate::lab::sandbox::Sandbox;
use crate::lab::{Keep, Lab, Place, business};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_on_which_other_privileges_depend_fails_and_names_who_has_them() {
    let Some(target) = toxic_target(PG15).await else { return };
    target
        .sql(
            "create role @branch;
             grant insert on ap.vendor to @payments_admin with grant option;
             set role @payments_admin; grant insert on ap.vendor to @branch; reset role;",
        )
        .await;
    let Some(lab) = watching(Keep::Sqlite, &target).await else { return target.end().await };
    let words = "take `insert on DB/table/ap.vendor` away from `@payments_admin`";
    let words = target.named(&words.replace("DB", &target.database));
    let reference = chosen(&lab, &words).await;
    let preview = lab.get("owner", &format!("/findings/{reference}/preview")).await.ok();
    let obstacles = preview["obstacles"].to_string();
    assert!(obstacles.contains(&target.named("@branch")), "{obstacles}");

    order(&lab, &reference).await;
    let history = until_event(&lab, &reference, "order_failed").await;
    let why = text_of(&history, "finding.order_failed.1", "why");
    assert!(why.contains(&target.named("@branch")), "{why}");
    let finding = lab.finding(&reference).await;
    assert_eq!(finding["status"], "assigned");
    assert_eq!(finding["owner"], lab.id("owner"));
    assert!(target.is("has_table_privilege('@branch', 'ap.vendor', 'insert')").await);

    // Once nothing hangs on it any more, the same choice works.
    target
        .sql("set role @payments_admin; revoke insert on ap.vendor from @branch; reset role")
        .await;
    choose(&lab, &reference, &words).await;
    let preview = lab.get("owner", &format!("/findings/{reference}/preview")).await.ok();
    assert_eq!(preview["obstacles"], json!([]));
    order(&lab, &reference).await;
    lab.until_status(&reference, "fixed").await;
    assert!(!target.is("has_table_privilege('@svc_pay', 'ap.vendor', 'insert')").await);
    lab.states_are_folds().await;
    lab.end().await;
    target.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_write_account_may_not_do_is_said_before_the_order() {
    let Some(target) = toxic_target(PG15).await else { return };
    let Some(lab) = watching(Keep::Sqlite, &target).await else { return target.end().await };
    let words = "take `update on DB/table/ap.payment` away from `@payments_admin`";
    let words = target.named(&words.replace("DB", &target.database));
    let reference = chosen(&lab, &words).await;
    let preview = lab.get("control", &format!("/findings/{reference}/preview")).await.ok();
    let obstacles = preview["obstacles"].to_string();
    assert!(obstacles.contains(&target.named("@payer")), "it names the grantor: {obstacles}");
    assert!(preview["script"].to_string().contains("revoke"), "{preview:#}");

    order(&lab, &reference).await;
    let history = until_event(&lab, &reference, "order_failed").await;
    let why = text_of(&history, "finding.order_failed.1", "why");
    assert!(why.contains(&target.named("@payer")), "{why}");
    assert!(target.is("has_table_privilege('@svc_pay', 'ap.payment', 'update')").await);
    assert_eq!(lab.finding(&reference).await["status"], "assigned");
    lab.end().await;
    target.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_system_that_does_not_answer_keeps_no_other_one_waiting_and_no_server_from_stopping() {
    let sandbox = Sandbox::sample();
    let systems = [sandbox.system("erp", &[], ""), sandbox.system("records", &[], "")].concat();
    let Some(place) = Place::new(Keep::Sqlite).await else { return };
    let lab = Lab::start(place, &systems, business()).await;
    lab.sync("erp").await;
    lab.sync("records").await;
    let stuck = ready(&lab, RULE).await;
    let other = ready(&lab, "business.patient-read-and-export").await;
    sandbox.change(|file| file["systems"]["erp"]["faults"]["hang"] = Value::Bool(true));
    order(&lab, &stuck).await;
    let begun = Instant::now();
    order(&lab, &other).await;
    until_event(&lab, &other, "fulfilled").await;
    assert!(begun.elapsed().as_secs() < 15, "it waited: {:?}", begun.elapsed());
    assert_eq!(lab.finding(&stuck).await["status"], "remediating");
    let begun = Instant::now();
    lab.end().await;
    assert!(begun.elapsed().as_secs() < 8, "it stops: {:?}", begun.elapsed());
}

/// The finding of a rule, with the first of its remedies chosen.
async fn ready(lab: &Lab, rule: &str) -> String {
    let findings = lab.findings().await;
    let row = findings.iter().find(|it| it["rule"] == rule).expect("a finding of the sample");
    let reference = row["reference"].as_str().unwrap_or_default().to_owned();
    assign(lab, &reference).await;
    let offers = lab.get("owner", &format!("/findings/{reference}/remedies")).await.ok();
    let words = offers["items"][0]["words"].as_str().unwrap_or_default().to_owned();
    choose(lab, &reference, &words).await;
    reference
}
