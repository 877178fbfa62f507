//! The main story, on both databases and against both versions of PostgreSQL.

use serde_json::json;

use super::{RULE, assign, choose, found, order, path, text_of, toxic_target, watching};
use crate::lab::Keep;
use crate::lab::place::{PG15, PG18};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_toxic_role_is_followed_to_its_proven_end_on_sqlite() {
    tell(Keep::Sqlite, PG15).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_toxic_role_is_followed_to_its_proven_end_on_postgresql() {
    tell(Keep::Postgres, PG15).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_toxic_role_in_postgresql_18_is_followed_to_its_proven_end() {
    tell(Keep::Sqlite, PG18).await;
}

async fn tell(keep: Keep, server: (u32, &str)) {
    let Some(target) = toxic_target(server).await else { return };
    let Some(lab) = watching(keep, &target).await else { return target.end().await };

    // Observed and judged: the exact path, and where it comes from.
    let reference = found(&lab).await;
    let finding = lab.finding(&reference).await;
    assert_eq!(finding["rule"], RULE);
    assert_eq!(finding["status"], "open");
    assert_eq!(finding["certainty"], "proven");
    assert_eq!(
        target.plain(finding["detail"]["root_cause"]["name"].as_str().unwrap_or_default()),
        "payments_admin"
    );
    assert_eq!(path(&finding, &target)[..3], ["svc_pay", "team", "payments_admin"]);
    assert_eq!(finding["detail"]["affected_total"], 1);

    // The same once more is nothing new.
    let all = lab.findings().await.len();
    lab.sync("hospital").await;
    assert_eq!(lab.events(&reference).await, ["opened"]);
    assert_eq!(lab.findings().await.len(), all);

    // Decided: one owner; the business may not order, and the ledger knows who was told no.
    assign(&lab, &reference).await;
    choose(&lab, &reference, &target.named("take `@team` away from `@svc_pay`")).await;
    let address = format!("/findings/{reference}/order");
    let told = lab.post("owner", &address, json!({})).await.refused(403, "duty.wrong-seat");
    assert!(told["who"].as_str().unwrap_or_default().contains("control"), "{told:#}");
    let last = lab.history(&reference).await.pop().expect("an event");
    assert_eq!(last["name"], "finding.refused.1");
    assert_eq!(last["event"]["body"]["code"], "duty.wrong-seat");
    assert_eq!(last["actor"], format!("person:{}", lab.id("owner")));

    // Acted: it is really taken away.
    let member = "pg_has_role('@svc_pay', '@payments_admin', 'member')";
    assert!(target.is(member).await);
    order(&lab, &reference).await;
    let fixed = lab.until_status(&reference, "fixed").await;
    assert!(!target.is(member).await);
    assert!(target.is("pg_has_role('@team', '@payments_admin', 'member')").await);
    assert!(fixed["ended_at"].is_string());

    // Proven: what was read, by whom, from where, under its digest.
    let history = lab.history(&reference).await;
    let evidence = text_of(&history, "finding.ended.1", "evidence");
    let evidence: serde_json::Value = serde_json::from_str(&evidence).expect("evidence");
    assert_eq!(evidence["holds"], json!({ "answer": "yes" }));
    assert_eq!(target.plain(evidence["read_by"].as_str().unwrap_or_default()), "cs_read");
    let receipt = text_of(&history, "finding.fulfilled.1", "receipt");
    assert!(receipt.contains("remove_member"), "{receipt}");
    assert_eq!(
        lab.events(&reference).await,
        ["opened", "assigned", "remedy_chosen", "refused", "ordered", "fulfilled", "ended"]
    );

    // Nothing opens by reading again, and it can all be checked from outside.
    lab.sync("hospital").await;
    assert_eq!(lab.history(&reference).await.len(), history.len());
    assert_eq!(lab.findings().await.len(), all);
    assert!(lab.states_are_folds().await > 10);
    let report = lab.ledger_is_whole().await;
    assert!(report.leaves > 18, "{report:#?}");
    lab.end().await;
    target.end().await;
}
