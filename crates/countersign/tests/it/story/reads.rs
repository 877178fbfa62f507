//! What a read may not do: end something because it did not see everything, or because a large share
//! of a system was suddenly not there.

use std::fmt::Write;

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{chosen, found, order, toxic_target, watching};
use crate::lab::place::PG15;
use crate::lab::sandbox::Sandbox;
use crate::lab::target::Target;
use crate::lab::{Keep, Lab, Place, builtin, business};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_that_may_not_enter_the_database_ends_nothing() {
    let Some(target) = toxic_target(PG15).await else { return };
    target.keep_in("read", "@cs_read", "READ_PASSWORD", "postgres");
    let Some(lab) = watching(Keep::Sqlite, &target).await else { return target.end().await };
    let reference = found(&lab).await;
    let shut = format!("revoke connect on database {} from public, @cs_read", target.database);
    target.sql(&shut).await;
    target.sql("revoke @team from @svc_pay").await;
    let read = lab.sync("hospital").await;
    let unreadable = read["unreadable"].to_string();
    assert!(unreadable.contains(&format!("database `{}`", target.database)), "{unreadable}");
    assert_eq!(lab.finding(&reference).await["status"], "open");
    let system = lab.get("auditor", "/systems/hospital").await.ok();
    assert_eq!(system["complete"], false);

    target.guide("read-database", "").await;
    lab.sync("hospital").await;
    lab.until_status(&reference, "gone").await;
    lab.end().await;
    target.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_is_proven_only_once_the_whole_system_can_be_read_again() {
    let Some(target) = toxic_target(PG15).await else { return };
    target.keep_in("read", "@cs_read", "READ_PASSWORD", "postgres");
    let Some(lab) = watching(Keep::Sqlite, &target).await else { return target.end().await };
    let reference = chosen(&lab, &target.named("take `@team` away from `@svc_pay`")).await;
    target
        .sql(&format!("revoke connect on database {} from public, @cs_read", target.database))
        .await;
    target.sql(&format!("grant connect on database {} to @cs_write", target.database)).await;
    order(&lab, &reference).await;
    lab.until_status(&reference, "fulfilled").await;
    lab.until_in_time("an incomplete read came", async || {
        let runs = lab.get("auditor", "/runs").await.ok();
        (runs["items"][0]["complete"] == false).then_some(())
    })
    .await;
    assert!(!target.is("pg_has_role('@svc_pay', '@team', 'member')").await);
    assert_eq!(lab.finding(&reference).await["status"], "fulfilled", "done is not proven");

    target.guide("read-database", "").await;
    lab.until_in_time("it is proven", async || {
        (lab.finding(&reference).await["status"] == "fixed").then_some(())
    })
    .await;
    lab.end().await;
    target.end().await;
}

/// One account with both duties, and many others without any.
fn large() -> (String, String) {
    let mut nodes = "id,kind,name,system,tags,action\n\
        sandbox/erp,system,Finance system,erp,,\n\
        sandbox/erp/account/pay,account,pay,erp,login,\n\
        sandbox/erp/role/ap,role,accounts payable,erp,,\n\
        sandbox/erp/entitlement/vendor,entitlement,create vendors,erp,duty=create_vendor,create\n\
        sandbox/erp/entitlement/payment,entitlement,approve payments,erp,duty=approve_payment,approve\n"
        .to_owned();
    let edges = "source,kind,target\n\
        sandbox/erp/account/pay,member_of,sandbox/erp/role/ap\n\
        sandbox/erp/role/ap,grants,sandbox/erp/entitlement/vendor\n\
        sandbox/erp/role/ap,grants,sandbox/erp/entitlement/payment\n"
        .to_owned();
    for n in 0..60 {
        let _always = writeln!(nodes, "sandbox/erp/account/n{n},account,n{n},erp,login,");
    }
    (nodes, edges)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_in_which_a_large_share_vanished_waits_for_the_control_seat() {
    let (nodes, edges) = large();
    let sandbox = Sandbox::of_csv(&nodes, &edges);
    let Some(place) = Place::new(Keep::Sqlite).await else { return };
    let lab = Lab::start(place, &sandbox.system("erp", &[], ""), business()).await;
    lab.sync("erp").await;
    let reference = Lab::only(&lab.findings().await);
    sandbox.change(|file| {
        let system = &mut file["systems"]["erp"];
        system["nodes"].as_array_mut().expect("nodes").truncate(3);
        system["edges"] = json!([]);
    });
    let read = lab.sync("erp").await;
    assert_eq!(read["position"], Value::Null, "{read:#}");
    let run = read["run"].as_str().unwrap_or_default();
    let runs = lab.get("auditor", "/runs?system=erp").await.ok();
    let mut runs = runs["items"].as_array().into_iter().flatten();
    let held = runs.find(|it| it["id"] == run).expect("the run is listed");
    assert_eq!(held["standing"], "held");
    assert!(held["why"].as_str().is_some_and(|why| why.contains("vanish")), "{held:#}");
    assert_eq!(lab.finding(&reference).await["status"], "open");

    let address = format!("/systems/erp/runs/{run}/release");
    lab.post("owner", &address, json!({})).await.refused(403, "duty.wrong-seat");
    lab.post("control", &address, json!({})).await.ok();
    lab.until_status(&reference, "gone").await;
    lab.states_are_folds().await;
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_newer_read_does_not_confirm_is_believed_only_once_somebody_released_it() {
    let (nodes, edges) = large();
    let sandbox = Sandbox::of_csv(&nodes, &edges);
    let before = sandbox.json();
    let Some(place) = Place::new(Keep::Sqlite).await else { return };
    let lab = Lab::start(place, &sandbox.system("erp", &[], ""), business()).await;
    lab.sync("erp").await;
    let reference = Lab::only(&lab.findings().await);
    sandbox.change(|file| file["systems"]["erp"]["nodes"] = json!([]));
    sandbox.change(|file| file["systems"]["erp"]["edges"] = json!([]));
    let held = lab.sync("erp").await["run"].as_str().unwrap_or_default().to_owned();
    sandbox.change(|file| *file = before.clone());
    let read = lab.sync("erp").await;
    assert!(read["position"].is_i64(), "{read:#}");
    assert_eq!(lab.events(&reference).await, ["opened"]);
    let address = format!("/systems/erp/runs/{held}/release");
    lab.post("control", &address, json!({})).await.refused(404, "case.unknown");
    assert_eq!(lab.finding(&reference).await["status"], "open");
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cluster_in_which_nobody_was_given_anything_has_no_findings() {
    let Some(target) = Target::new(PG15).await else { return };
    let Some(place) = Place::new(Keep::Sqlite).await else { return };
    let lab = Lab::start(place, &target.system(), builtin()).await;
    let read = lab.sync("hospital").await;
    assert_eq!(read["unreadable"], json!([]));
    // Others may be testing in the same cluster; what is not theirs is ours, or came with the server.
    for row in lab.findings().await {
        let finding = lab.finding(row["reference"].as_str().unwrap_or_default()).await;
        let affected = finding["detail"]["affected"].as_array().cloned().unwrap_or_default();
        for node in affected.iter().chain([&finding["detail"]["root_cause"]]) {
            let name = node["name"].as_str().unwrap_or_default();
            let is_theirs = name.contains('_') && !name.starts_with("pg_");
            assert!(is_theirs && !name.contains(&target.database), "{finding:#}");
        }
    }
    lab.end().await;
    target.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_system_that_cannot_be_reached_or_has_no_such_database_is_said_and_nothing_is_lost() {
    let Some(target) = toxic_target(PG15).await else { return };
    let Some(mut lab) = watching(Keep::Sqlite, &target).await else { return target.end().await };
    let reference = found(&lab).await;
    let before = lab.events(&reference).await;
    // A port at which nobody listens, and a database that is not there.
    let closed = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = closed.local_addr().expect("an address").port();
    drop(closed);
    target.keep_url("read", &format!("postgres://reader:SECRET-77@127.0.0.1:{port}/x"));
    lab.stop().await;
    lab.go_on().await;
    let said = lab.post("control", "/systems/hospital/sync", json!({})).await;
    let said = said.refused(503, "system.fault").to_string();
    assert!(said.contains("cannot reach") && !said.contains("SECRET-77"), "{said}");

    target.keep_in("read", "@cs_read", "READ_PASSWORD", "no_such_database");
    lab.stop().await;
    lab.go_on().await;
    let said = lab.post("control", "/systems/hospital/sync", json!({})).await;
    let said = said.refused(503, "system.fault").to_string();
    assert!(said.contains("correct the database's name"), "{said}");
    assert_eq!(lab.events(&reference).await, before);
    assert_eq!(lab.finding(&reference).await["status"], "open");

    target.keep("read", "@cs_read", "READ_PASSWORD");
    lab.stop().await;
    lab.go_on().await;
    lab.turn(SignedDuration::from_secs(1)).await;
    assert_eq!(found(&lab).await, reference);
    assert_eq!(lab.events(&reference).await, before);
    lab.end().await;
    target.end().await;
}
