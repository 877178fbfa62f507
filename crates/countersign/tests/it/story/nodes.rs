//! Several servers on one database, and servers that are killed at the worst moment.

use countersign_governance::actor::{Actor, Machine};
use countersign_governance::finding::{self, end::End};
use countersign_governance::{Command, id::FindingId};
use countersign_server::act::{Asked, NotDone};
use countersign_store::reached::{JUDGE, judged_position};
use countersign_store::{Fence, Kind, Store, seal};
use jiff::SignedDuration;
use serde_json::json;
use sqlx::{AssertSqlSafe, Connection, Executor, SqliteConnection};

use super::{assign, choose, found, order, toxic_target, watching};
use crate::lab::place::PG15;
use crate::lab::target::Target;
use crate::lab::{Keep, Lab};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_on_one_database_judge_seal_and_enforce_once() {
    let Some(target) = toxic_target(PG15).await else { return };
    let Some(one) = watching(Keep::Postgres, &target).await else { return target.end().await };
    let mut two = one.beside().await;
    let reference = found(&two).await;
    let position = judged_position(&one.door().store).await.expect("a position");
    one.judged(position).await;
    assert_eq!(one.finding(&reference).await, two.finding(&reference).await);

    // Both read the same system at once; nothing is seen twice.
    tokio::join!(one.sync("hospital"), two.sync("hospital"));
    assert_eq!(one.events(&reference).await, ["opened"]);

    // Decided at one, by two who do not know of each other: one is told that somebody was first.
    let owner = json!({ "owner": one.id("owner") });
    let address = format!("/findings/{reference}/assign");
    let seen = [("If-Match", "\"1\"")];
    let (first, second) = tokio::join!(
        one.post_with("security", &address, owner.clone(), &seen),
        two.post_with("other-security", &address, owner, &seen),
    );
    let mut statuses = [first.status.as_u16(), second.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412], "{:#}\n{:#}", first.body, second.body);

    choose(&two, &reference, &target.named("take `@team` away from `@svc_pay`")).await;
    order(&one, &reference).await;
    two.until_status(&reference, "fixed").await;
    one.until_status(&reference, "fixed").await;
    assert_eq!(
        two.events(&reference).await,
        ["opened", "assigned", "remedy_chosen", "ordered", "fulfilled", "ended"]
    );
    one.states_are_folds().await;
    one.ledger_is_whole().await;
    two.stop().await;
    one.end().await;
    target.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_one_server_dies_the_other_goes_on_judging_and_sealing() {
    let Some(target) = toxic_target(PG15).await else { return };
    let Some(mut one) = watching(Keep::Postgres, &target).await else { return target.end().await };
    let mut two = one.beside().await;
    let reference = found(&one).await;
    one.kill().await;
    // The leases of the dead server run out.
    two.clock.turn(SignedDuration::from_secs(50));
    two.sealed().await;
    two.clock.turn(SignedDuration::from_secs(50));
    target.sql("revoke @team from @svc_pay").await;
    two.sync("hospital").await;
    two.until_status(&reference, "gone").await;
    two.ledger_is_whole().await;
    assert_eq!(two.events(&reference).await, ["opened", "ended"]);
    two.stop().await;
    one.end().await;
    target.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_stops_in_order_leaves_its_work_to_the_other_at_once() {
    let Some(target) = toxic_target(PG15).await else { return };
    let Some(mut one) = watching(Keep::Postgres, &target).await else { return target.end().await };
    let mut two = one.beside().await;
    let reference = found(&one).await;
    one.stop().await;
    target.sql("revoke @team from @svc_pay").await;
    two.sync("hospital").await;
    two.until_status(&reference, "gone").await;
    two.ledger_is_whole().await;
    two.stop().await;
    one.end().await;
    target.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_with_another_key_is_told_so_before_it_signs_anything() {
    let Some(target) = Target::new(PG15).await else { return };
    let Some(one) = watching(Keep::Postgres, &target).await else { return target.end().await };
    one.ledger_is_whole().await;
    let mut two = one.beside_without_key();
    let refused = two.try_go_on().await.expect_err("the ledger has another key").to_string();
    assert!(refused.contains("ledger.key"), "{refused}");
    assert!(!two.folder().join("ledger.key").exists(), "no key was made");
    one.ledger_is_whole().await;
    one.end().await;
    target.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reads_that_nobody_judged_are_judged_one_by_one_and_none_is_skipped() {
    let Some(target) = toxic_target(PG15).await else { return };
    let Some(mut lab) = watching(Keep::Sqlite, &target).await else { return target.end().await };
    // While somebody else holds the judge's work, reads are accepted and not judged.
    lab.stop().await;
    let store = Store::open(&lab.settings().database).await.expect("the store");
    let now = lab.server_clock().now();
    let held = store.lease(JUDGE, "somebody", now, SignedDuration::from_hours(1)).await;
    let fence = held.expect("an answer").expect("the lease");
    store.close().await;
    lab.go_on().await;
    for sql in ["select 1", "revoke @team from @svc_pay", "grant @team to @svc_pay"] {
        target.sql(sql).await;
        lab.post("control", "/systems/hospital/sync", json!({})).await.ok();
    }
    assert_eq!(lab.findings().await.len(), 0);
    assert_eq!(judged_position(&lab.door().store).await.expect("a position"), 0);
    lab.kill().await;

    let store = Store::open(&lab.settings().database).await.expect("the store");
    assert!(store.release(&fence).await.expect("an answer"));
    store.close().await;
    lab.go_on().await;
    lab.judged(3).await;
    let reference = Lab::only(&lab.findings().await);
    assert_eq!(lab.events(&reference).await, ["opened", "ended", "recurred"]);
    lab.states_are_folds().await;
    lab.ledger_is_whole().await;
    lab.end().await;
    target.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_judge_that_died_before_it_noted_a_read_repeats_it_and_says_nothing_twice() {
    let Some(target) = toxic_target(PG15).await else { return };
    let Some(mut lab) = watching(Keep::Sqlite, &target).await else { return target.end().await };
    let reference = found(&lab).await;
    let steps = [("select 1", "open"), ("revoke @team from @svc_pay", "gone")];
    for (position, (sql, status)) in (1..).zip(steps) {
        if position > 1 {
            target.sql(sql).await;
            lab.sync("hospital").await;
        }
        lab.until_status(&reference, status).await;
        let before = lab.events(&reference).await;
        lab.kill().await;
        forget_the_last_read(&lab, position - 1).await;
        lab.go_on().await;
        lab.judged(position).await;
        assert_eq!(lab.events(&reference).await, before);
    }
    lab.ledger_is_whole().await;
    lab.end().await;
    target.end().await;
}

/// As if the judge had died after it said what a read showed and before it noted the read.
async fn forget_the_last_read(lab: &Lab, position: i64) {
    let file = lab.settings().database;
    let file = file.strip_prefix("sqlite:").expect("a file");
    let mut link = SqliteConnection::connect(file).await.expect("the file");
    let sql = format!("update reached set position = {position} where name = 'judge'");
    let done = link.execute(AssertSqlSafe(sql)).await.expect("an update");
    assert_eq!(done.rows_affected(), 1);
    link.close().await.expect("a connection ends");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_decided_last_is_sealed_when_a_server_stops_and_done_when_it_goes_on() {
    let Some(target) = toxic_target(PG15).await else { return };
    let Some(mut lab) = watching(Keep::Sqlite, &target).await else { return target.end().await };
    let reference = found(&lab).await;
    assign(&lab, &reference).await;
    choose(&lab, &reference, &target.named("take `@team` away from `@svc_pay`")).await;
    order(&lab, &reference).await;
    lab.stop().await;
    let store = Store::open(&lab.settings().database).await.expect("the store");
    assert_eq!(seal::oldest_unsealed(&store).await.expect("an answer"), None);
    store.close().await;
    lab.go_on().await;
    lab.until_in_time("the order is done and proven", async || {
        (lab.finding(&reference).await["status"] == "fixed").then_some(())
    })
    .await;
    let events = lab.events(&reference).await;
    let once = |name: &str| events.iter().filter(|it| *it == name).count();
    assert_eq!([once("ordered"), once("fulfilled"), once("ended")], [1, 1, 1], "{events:?}");
    lab.ledger_is_whole().await;
    lab.end().await;
    target.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_not_there_is_said_without_its_password() {
    let Some(target) = Target::new(PG15).await else { return };
    let Some(mut lab) = watching(Keep::Postgres, &target).await else { return target.end().await };
    lab.stop().await;
    let settings = lab.settings();
    let mut other = settings.clone();
    other.database = format!("{}_gone", settings.database);
    let begun = std::time::Instant::now();
    let clock = lab.server_clock();
    let refused =
        countersign_server::start::start(other, clock, countersign_server::clock::Chance::real())
            .await
            .expect_err("there is no such database")
            .to_string();
    let password = settings.database.split([':', '@']).nth(2).unwrap_or_default();
    assert!(password.len() > 5 && !refused.contains(password), "{refused}");
    assert!(refused.contains("_gone"), "{refused}");
    assert!(begun.elapsed().as_secs() < 15, "it says so soon");
    lab.go_on().await;
    lab.end().await;
    target.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_drops_every_connection_in_the_middle_loses_nothing() {
    let Some(target) = toxic_target(PG15).await else { return };
    let Some(lab) = watching(Keep::Postgres, &target).await else { return target.end().await };
    let reference = found(&lab).await;
    assign(&lab, &reference).await;
    choose(&lab, &reference, &target.named("take `@team` away from `@svc_pay`")).await;
    let database = lab.settings().database;
    let (_, name) = database.rsplit_once('/').expect("a URL");
    let drop_all =
        format!("select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'");
    for _ in 0..3 {
        target.sql(&drop_all).await;
        let address = format!("/findings/{reference}/order");
        let key = [("Idempotency-Key", "the-one-order")];
        lab.until("the order is taken", async || {
            let answer = lab.post_with("control", &address, json!({}), &key).await;
            assert!([200, 503].contains(&answer.status.as_u16()), "{:#}", answer.body);
            answer.status.is_success().then_some(())
        })
        .await;
        target.sql(&drop_all).await;
    }
    lab.until_in_time("it is proven", async || {
        let finding = lab.get("auditor", &format!("/findings/{reference}")).await;
        (finding.body["status"] == "fixed").then_some(())
    })
    .await;
    let events = lab.events(&reference).await;
    let once = |name: &str| events.iter().filter(|it| *it == name).count();
    assert_eq!([once("ordered"), once("fulfilled"), once("ended")], [1, 1, 1], "{events:?}");
    lab.states_are_folds().await;
    lab.ledger_is_whole().await;
    lab.end().await;
    target.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_judge_whose_work_has_passed_on_ends_nothing_any_more() {
    let Some(target) = toxic_target(PG15).await else { return };
    let Some(lab) = watching(Keep::Sqlite, &target).await else { return target.end().await };
    let reference = found(&lab).await;
    let finding = lab.finding(&reference).await;
    let id: FindingId = finding["id"].as_str().unwrap_or_default().parse().expect("an id");
    let read_at = lab.server_clock().now();
    let gone = finding::Command::End(End::NotSeen { read_at, complete: true, still: false });
    let asked = Asked::new(Actor::Machine(Machine::Judge), Command::Finding(id, gone));
    let late = Fence { name: JUDGE.to_owned(), number: 0 };
    let refused = lab.door().act_many(vec![asked], &late).await;
    let Err(NotDone::Store(fault)) = refused else { panic!("{refused:?}") };
    assert_eq!(fault.kind(), Kind::Fenced);
    assert_eq!(lab.finding(&reference).await["status"], "open");
    lab.end().await;
    target.end().await;
}
