//! Law 7 on both databases: where an exception stands, and whether it is in force, is the same in the
//! one function of governance and in the one predicate of the store, at every instant.

use std::collections::BTreeSet;

use countersign_governance::exception::Exception;
use countersign_store::project::{affected, exception, finding};
use countersign_store::read::exception as read;
use countersign_store::{State, Store};
use jiff::Timestamp;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use crate::both::{Place, at, both};

both! {
    an_exception_is_in_force_in_sql_exactly_when_it_is_in_governance,
    what_is_due_is_what_the_clock_says,
    only_whom_an_exception_in_force_covers_is_excepted,
    what_the_clock_asks_costs_nothing_where_nothing_is_due,
    who_is_still_covered_is_told_and_an_exception_is_asked_once_for_each_change,
}

/// Exceptions made for one run of a property.
const MADE: i64 = 120;

/// What one exception is made of: seconds after the beginning, and where it stands.
#[derive(Debug, Clone)]
struct Made {
    since: i64,
    until: i64,
    passed: Vec<Option<i64>>,
    age_hours: u32,
    stage: u8,
}

fn made() -> impl Strategy<Value = Made> {
    let passed = proptest::collection::vec(proptest::option::weighted(0.9, 0_i64..200), 1..4);
    (0_i64..100, 1_i64..300, passed, 1_u32..4, 0_u8..8).prop_map(
        |(since, until, passed, age_hours, stage)| Made { since, until, passed, age_hours, stage },
    )
}

fn id(n: i64) -> String {
    format!("00000000-0000-0000-0000-{n:012}")
}

/// This many hours after the beginning.
fn hours(n: i64) -> Timestamp {
    at(n * 3_600)
}

fn signature(seat: &str) -> Value {
    json!({ "person": id(1), "seat": seat, "at": hours(0) })
}

fn build(n: i64, it: &Made) -> Exception {
    let by = json!({
        "accepted": signature("business"), "confirmed": signature("control"), "legal": null,
    });
    let stage = match it.stage {
        0 => json!({ "stage": "in_review", "given": {
            "accepted": signature("business"), "confirmed": null, "legal": null,
        } }),
        1 => json!({ "stage": "suspended", "since": hours(it.since),
            "because": { "because": "vetoed" }, "by": by }),
        2 => json!({ "stage": "ended", "at": hours(it.since),
            "ending": { "how": "expired", "outcome": "reopen" }, "by": by }),
        _ => json!({ "stage": "active", "since": hours(it.since), "by": by }),
    };
    let control = json!({
        "what": "text:sha256:00", "owner": id(2),
        "test": { "kind": "no_login", "system": "erp", "probe": "text:sha256:00" },
        "every_hours": 1, "max_age_hours": it.age_hours * 20,
    });
    let pulses: Vec<Value> = it
        .passed
        .iter()
        .map(|passed| {
            let passed = passed.map(hours);
            json!({ "last": passed.map(|at| (at, "passed")), "passed_at": passed })
        })
        .collect();
    serde_json::from_value(json!({
        "id": id(n),
        "terms": {
            "owner": id(1),
            "why": { "need": "text:sha256:00", "not_removable": "text:sha256:00",
                "would_change": "text:sha256:00" },
            "used": { "use": "continuous" },
            "controls": vec![control; it.passed.len()],
            "until": hours(it.until),
            "review_days": 7,
            "requested_by": [],
        },
        "pin": {
            "finding": id(1000 + n), "fingerprint": format!("fp-{n}"), "rule": "r",
            "detail": "text:sha256:00", "frozen": "text:sha256:00", "covered_total": 1,
            "regulated": false, "due": null,
        },
        "proposed_by": id(1),
        "proposed_at": hours(0),
        "signed": [],
        "veto": null,
        "pulses": pulses,
        "stage": stage,
    }))
    .unwrap()
}

fn finding_row(n: i64, affected_total: i64) -> finding::Row {
    finding::Row {
        id: format!("finding:{}", id(1000 + n)),
        number: n,
        fingerprint: format!("fp-{n}"),
        rule: "r".to_owned(),
        class: "toxic_pair".to_owned(),
        severity: "high".to_owned(),
        status: "open".to_owned(),
        certainty: "proven".to_owned(),
        owner: None,
        due_at: None,
        opened_at: hours(0),
        ended_at: None,
        ended_how: None,
        system: "erp".to_owned(),
        root_cause: "erp/role/1".to_owned(),
        affected_total,
        detail_digest: None,
    }
}

/// Keeps an exception that covers `identity`, and its finding, which affects `affected`.
async fn keep(store: &Store, n: i64, it: &Exception, affected: &[&str]) {
    let affected: BTreeSet<String> = affected.iter().map(ToString::to_string).collect();
    let given = (n, it.clone(), affected);
    let kept = store.transact_with(given, |tx, (n, it, affected)| {
        Box::pin(async move {
            let total = i64::try_from(affected.len()).unwrap();
            let row = finding_row(*n, total);
            let of_finding = State { number: Some(*n), ..crate::acting::state(&row.id, 1) };
            tx.put_state(&of_finding, 0).await?;
            finding::put(tx, &row).await?;
            affected::put(tx, &row.id, affected, hours(0)).await?;
            let row = exception::Row::of(it, *n);
            let state = State {
                kind: "exception".to_owned(),
                subject: row.id.clone(),
                number: Some(*n),
                sequence: 1,
                state: "{}".to_owned(),
            };
            tx.put_state(&state, 0).await?;
            exception::put(tx, &row, &exception::controls(it)).await?;
            exception::cover(tx, &row.id, &["alice".to_owned()]).await
        })
    });
    kept.await.unwrap();
}

/// The boundaries of all exceptions, and the instants next to them.
fn instants(all: &[Exception]) -> BTreeSet<Timestamp> {
    let mut instants = BTreeSet::new();
    for it in all {
        let force = it.force().into_iter().flat_map(|force| [force.from, force.until]);
        for boundary in force.chain([it.terms.until]) {
            let micro = jiff::SignedDuration::from_micros(1);
            instants.extend([boundary - micro, boundary, boundary + micro]);
        }
    }
    instants
}

fn sampled() -> Vec<Exception> {
    let mut runner = TestRunner::deterministic();
    (1..=MADE).map(|n| build(n, &made().new_tree(&mut runner).unwrap().current())).collect()
}

async fn an_exception_is_in_force_in_sql_exactly_when_it_is_in_governance(place: &Place) {
    let store = place.store().await;
    let all = sampled();
    for (n, it) in (1..).zip(&all) {
        keep(&store, n, it, &["alice"]).await;
    }
    let mut ever = 0;
    for now in instants(&all) {
        let page = read::list(&store, &read::Filter::default(), now, (None, 200)).await.unwrap();
        assert_eq!(page.items.len(), all.len());
        for item in &page.items {
            let it = &all[usize::try_from(item.row.number - 1).unwrap()];
            assert_eq!(item.status, it.status(now), "{now} {it:#?}");
            assert_eq!(item.status == "active", it.in_force(now), "{now} {it:#?}");
        }
        let active = page.items.iter().filter(|item| item.status == "active").count();
        ever = ever.max(active);
        // Pages, counts and what is covered are asked apart and agree.
        let counts = read::counts(&store, now).await.unwrap();
        let counted = counts.iter().find(|(status, _)| status == "active");
        assert_eq!(counted.map_or(0, |(_, count)| *count), i64::try_from(active).unwrap());
        let covered = read::covered(&store, (0, i64::MAX), now).await.unwrap();
        assert_eq!(covered.len(), active);
        let filter = read::Filter { status: Some("active"), ..read::Filter::default() };
        let filtered = read::list(&store, &filter, now, (None, 200)).await.unwrap();
        assert_eq!(filtered.items.len(), active);
    }
    assert!(ever > 5, "the property looked at exceptions in force: {ever}");
}

async fn what_is_due_is_what_the_clock_says(place: &Place) {
    let store = place.store().await;
    let all = sampled();
    for (n, it) in (1..).zip(&all) {
        keep(&store, n, it, &["alice"]).await;
    }
    for now in instants(&all).into_iter().step_by(7) {
        let ids = |wanted: &dyn Fn(&Exception) -> bool| -> BTreeSet<String> {
            let these = all.iter().filter(|it| wanted(it));
            these.map(|it| format!("exception:{}", it.id)).collect()
        };
        let expired = read::expired(&store, now, 200).await.unwrap().into_iter().collect();
        assert_eq!(ids(&|it| !it.is_ended() && it.terms.until <= now), expired, "{now}");
        let unproven: BTreeSet<String> =
            read::unproven(&store, now, 200).await.unwrap().into_iter().collect();
        let wanted =
            ids(&|it| it.force().is_some_and(|force| force.until <= now) && now < it.terms.until);
        assert_eq!(wanted, unproven, "{now}");
    }
}

async fn only_whom_an_exception_in_force_covers_is_excepted(place: &Place) {
    let store = place.store().await;
    let always = Made { since: 0, until: 100, passed: vec![Some(0)], age_hours: 5, stage: 7 };
    let exception = build(1, &always);
    keep(&store, 1, &exception, &["alice", "bob"]).await;
    let covered = read::covered(&store, (1, 1), hours(1)).await.unwrap();
    assert_eq!(covered.get(&1), Some(&1));
    let affected = read::affected(&store, &finding_row(1, 2).id, hours(1)).await.unwrap();
    let by: Vec<_> = affected.iter().map(|it| (it.identity.as_str(), it.excepted_by)).collect();
    assert_eq!(by, [("alice", Some(1)), ("bob", None)]);
    let later = read::affected(&store, &finding_row(1, 2).id, hours(100)).await.unwrap();
    assert!(later.iter().all(|it| it.excepted_by.is_none()));
    // Who left and came back is not who was frozen with it.
    affect(&store, 1, &[], hours(1)).await;
    affect(&store, 1, &["alice", "bob"], hours(2)).await;
    assert_eq!(read::covered(&store, (1, 1), hours(3)).await.unwrap().get(&1), None);
    let back = read::affected(&store, &finding_row(1, 2).id, hours(3)).await.unwrap();
    assert!(back.iter().all(|it| it.since == hours(2) && it.excepted_by.is_none()), "{back:?}");
}

/// Writes whom a finding affects as of a time, as its events would.
async fn affect(store: &Store, n: i64, affected: &[&str], now: Timestamp) {
    let affected: BTreeSet<String> = affected.iter().map(ToString::to_string).collect();
    let written = store.transact_with((n, affected), move |tx, (n, affected)| {
        Box::pin(async move {
            let row = finding_row(*n, i64::try_from(affected.len()).unwrap());
            finding::put(tx, &row).await?;
            affected::put(tx, &row.id, affected, now).await?;
            exception::unsettle(tx, &row.id, 7).await
        })
    });
    written.await.unwrap();
}

async fn who_is_still_covered_is_told_and_an_exception_is_asked_once_for_each_change(
    place: &Place,
) {
    let store = place.store().await;
    let always = Made { since: 0, until: 100, passed: vec![Some(0)], age_hours: 5, stage: 7 };
    let it = build(1, &always);
    keep(&store, 1, &it, &["alice", "bob"]).await;
    keep(&store, 2, &build(2, &Made { stage: 2, ..always }), &["alice"]).await;
    let id = format!("exception:{}", it.id);
    let still = async || read::still_covered(&store, &id).await.unwrap();
    assert_eq!(read::unsettled(&store, 10).await.unwrap(), Vec::new(), "nothing has changed");
    assert_eq!(still().await, Some(1));

    affect(&store, 1, &["bob"], hours(1)).await;
    affect(&store, 2, &[], hours(1)).await;
    let unsettled = read::unsettled(&store, 10).await.unwrap();
    let expected =
        read::Unsettled { exception: id.clone(), finding: finding_row(1, 0).id, sequence: 7 };
    assert_eq!(unsettled, [expected], "and none that has ended");
    assert_eq!(still().await, Some(0), "nobody covered is left");
    affect(&store, 1, &["alice", "bob"], hours(2)).await;
    assert_eq!(still().await, Some(0), "who comes back is not covered any more");
    let cut_short = store.transact(|tx| {
        Box::pin(async move {
            affected::put(tx, &finding_row(1, 0).id, &BTreeSet::new(), hours(3)).await
        })
    });
    cut_short.await.unwrap();
    assert_eq!(still().await, None, "whom it affects is not known");

    for (asked_after, left) in [(6, 1), (7, 0)] {
        let given = (id.clone(), asked_after);
        let noted = store.transact_with(given, |tx, (id, sequence)| {
            Box::pin(async move { exception::settled(tx, id, *sequence).await })
        });
        noted.await.unwrap();
        assert_eq!(read::unsettled(&store, 10).await.unwrap().len(), left);
    }
}

/// Many exceptions in force with nothing due: what the clock asks is answered by an index alone.
async fn what_the_clock_asks_costs_nothing_where_nothing_is_due(place: &Place) {
    const LIVE: i64 = 3_000;
    let store = place.store().await;
    let numbers = format!(
        "with recursive n(i) as (select 1 union all select i + 1 from n where i < {LIVE}) "
    );
    let far = hours(100_000).as_microsecond();
    place
        .raw(&format!(
            "insert into exception (id, number, finding, rule, owner, stage, proposed_at, until_at, \
             force_from, force_until, covered_total) {numbers} \
             select 'exception:' || i, i, 'finding:' || i, 'r', 'p', 'active', 0, {far}, 0, {far}, 1 \
             from n;
             insert into exception_control (exception, control, kind, owner, due_at, claimed_until) \
             {numbers} select 'exception:' || i, 1, 'no_login', 'p', {far}, 0 from n;
             analyze;"
        ))
        .await
        .unwrap();
    for asked in read::ASKED_BY_THE_CLOCK {
        let asked = asked.replace("$1", "1000").replace("$2", "100");
        let explain = match place {
            Place::Sqlite(_) => "explain query plan",
            Place::Postgres { .. } => "explain",
        };
        let plan = place.plan(&format!("{explain} {asked}")).await.join("\n");
        let whole = plan.contains("Seq Scan") || plan.lines().any(|it| it.starts_with("SCAN"));
        assert!(!whole && plan.to_lowercase().contains("index"), "{asked}\n{plan}");
    }
    assert!(read::unproven(&store, hours(1), 100).await.unwrap().is_empty());
}
