use countersign_store::project::{finding, person, process, system};
use countersign_store::read::finding::Filter;
use countersign_store::{Fault, Kind, State, Store, read};

use crate::both::{Place, at, both};

both! {
    pages_are_stable_while_findings_are_opened,
    a_filter_shows_what_it_names,
    a_cursor_of_another_list_is_refused,
    a_finding_is_found_by_id_number_and_fingerprint,
    a_fingerprint_belongs_to_one_finding,
    people_processes_and_systems_are_listed,
    leaves_are_listed_newest_first,
}

fn row(number: i64) -> finding::Row {
    finding::Row {
        id: format!("f-{number}"),
        number,
        fingerprint: format!("fp-{number}"),
        rule: "pg.superuser".to_owned(),
        class: "administrator".to_owned(),
        severity: if number % 2 == 0 { "high" } else { "low" }.to_owned(),
        status: "open".to_owned(),
        certainty: "proven".to_owned(),
        owner: (number % 3 == 0).then(|| "p-1".to_owned()),
        due_at: Some(at(number)),
        opened_at: at(0),
        ended_at: None,
        ended_how: None,
        system: "pg".to_owned(),
        root_cause: "pg/role/1".to_owned(),
        affected_total: 3,
        detail_digest: None,
    }
}

async fn put(store: &Store, row: finding::Row) -> Result<(), Fault> {
    store
        .transact_with(row, |tx, row| {
            Box::pin(async move {
                let before = tx.state("finding", &row.id).await?.map_or(0, |state| state.sequence);
                let number = Some(row.number);
                let state = State { number, ..crate::acting::state(&row.id, before + 1) };
                tx.put_state(&state, before).await?;
                finding::put(tx, row).await
            })
        })
        .await
}

async fn open(store: &Store, numbers: std::ops::RangeInclusive<i64>) {
    for number in numbers {
        put(store, row(number)).await.unwrap();
    }
}

fn numbers(items: &[read::finding::Item]) -> Vec<i64> {
    items.iter().map(|item| item.row.number).collect()
}

async fn pages_are_stable_while_findings_are_opened(place: &Place) {
    let store = place.store().await;
    open(&store, 1..=10).await;
    let (mut seen, mut cursor, mut next_number) = (Vec::new(), None, 11);
    loop {
        let all = Filter::default();
        let page = read::finding::list(&store, &all, cursor.as_deref(), 3).await.unwrap();
        seen.extend(numbers(&page.items));
        open(&store, next_number..=next_number).await;
        next_number += 1;
        match page.next {
            Some(next) => cursor = Some(next),
            None => break,
        }
    }
    assert_eq!(seen, (1..=10).rev().collect::<Vec<_>>());
    let page = read::finding::list(&store, &Filter::default(), None, 10_000).await.unwrap();
    assert_eq!(page.items.len(), 14);
    assert_eq!(page.next, None);
}

async fn a_filter_shows_what_it_names(place: &Place) {
    let store = place.store().await;
    open(&store, 1..=12).await;
    let mut ended = row(12);
    ended.status = "ended".to_owned();
    ended.ended_at = Some(at(5));
    ended.ended_how = Some("fixed".to_owned());
    put(&store, ended.clone()).await.unwrap();
    let shown = async |filter: Filter<'_>| {
        let page = read::finding::list(&store, &filter, None, 50).await.unwrap();
        numbers(&page.items)
    };
    let all = Filter::default();
    assert_eq!(shown(Filter { severity: Some("high"), ..all }).await, [12, 10, 8, 6, 4, 2]);
    assert_eq!(shown(Filter { owner: Some("p-1"), ..all }).await, [12, 9, 6, 3]);
    assert_eq!(shown(Filter { owner: Some("p-1"), severity: Some("low"), ..all }).await, [9, 3]);
    assert_eq!(shown(Filter { status: Some("ended"), ..all }).await, [12]);
    let open = Filter { not_ended: true, ..all };
    assert_eq!(shown(open).await, (1..12).rev().collect::<Vec<i64>>());
    assert_eq!(shown(Filter { owner: Some("p-1"), ..open }).await, [9, 6, 3]);
    assert_eq!(shown(Filter { rule: Some("other"), ..all }).await, Vec::<i64>::new());
    assert_eq!(shown(Filter { system: Some("pg"), ..all }).await.len(), 12);
    let found = read::finding::by_number(&store, 12).await.unwrap().unwrap();
    assert_eq!((found.row, found.sequence), (ended, 2));
    let open = read::finding::not_ended(&store, 9, 50).await.unwrap();
    assert_eq!(numbers(&open), [10, 11]);
    let counts = read::finding::counts(&store).await.unwrap();
    let counts: Vec<_> =
        counts.iter().map(|count| (&*count.status, &*count.severity, count.count)).collect();
    assert_eq!(counts, [("ended", "high", 1), ("open", "high", 5), ("open", "low", 6)]);
}

async fn a_cursor_of_another_list_is_refused(place: &Place) {
    let store = place.store().await;
    open(&store, 1..=3).await;
    let page = read::finding::list(&store, &Filter::default(), None, 1).await.unwrap();
    let cursor = page.next.unwrap();
    let fault = read::person::list(&store, Some(&cursor), 1).await.unwrap_err();
    assert_eq!(fault.kind(), Kind::Malformed);
    assert!(fault.to_string().contains(&format!("`{cursor}` is not a cursor")), "{fault}");
    for wrong in ["", "?", "AAAA", "ZmluZGluZzo", "ZmluZGluZzp4", &"A".repeat(10_000)] {
        let filter = Filter::default();
        let fault = read::finding::list(&store, &filter, Some(wrong), 1).await.unwrap_err();
        assert_eq!(fault.kind(), Kind::Malformed, "{wrong}");
    }
}

async fn a_finding_is_found_by_id_number_and_fingerprint(place: &Place) {
    let store = place.store().await;
    open(&store, 1..=2).await;
    let by_id = read::finding::get(&store, "f-2").await.unwrap().unwrap();
    assert_eq!(by_id.row, row(2));
    assert_eq!(by_id.state, "{\"sequence\":1}");
    let by_number = read::finding::by_number(&store, 2).await.unwrap().unwrap();
    let by_fingerprint = read::finding::by_fingerprint(&store, "fp-2").await.unwrap().unwrap();
    assert_eq!((&by_id, &by_id), (&by_number, &by_fingerprint));
    assert_eq!(read::finding::get(&store, "f-3").await.unwrap(), None);
    let state = countersign_store::state::by_number(&store, "finding", 2).await.unwrap().unwrap();
    assert_eq!(state.subject, "f-2");
}

async fn a_fingerprint_belongs_to_one_finding(place: &Place) {
    let store = place.store().await;
    open(&store, 1..=1).await;
    let mut second = row(2);
    second.fingerprint = "fp-1".to_owned();
    assert_eq!(put(&store, second).await.unwrap_err().kind(), Kind::Conflict);
    let mut moved = row(1);
    moved.fingerprint = "fp-9".to_owned();
    assert_eq!(put(&store, moved).await.unwrap_err().kind(), Kind::Conflict);
    assert_eq!(read::finding::get(&store, "f-1").await.unwrap().unwrap().sequence, 1);
}

async fn people_processes_and_systems_are_listed(place: &Place) {
    let store = place.store().await;
    for number in 0..5 {
        put_nouns(&store, number).await;
    }
    let page = read::person::list(&store, None, 3).await.unwrap();
    let rest = read::person::list(&store, page.next.as_deref(), 3).await.unwrap();
    let names: Vec<_> =
        page.items.iter().chain(&rest.items).map(|item| item.row.name.as_str()).collect();
    assert_eq!(names, ["Ada 0", "Ada 1", "Ada 2", "Ada 3", "Ada 4"]);
    assert_eq!(rest.next, None);
    assert_eq!(read::process::list(&store, None, 9).await.unwrap().items.len(), 5);
    let system = read::system::by_name(&store, "pg-3").await.unwrap().unwrap();
    assert_eq!(system.row.last_read_at, Some(at(3)));
    assert_eq!(read::system::get(&store, "s-3").await.unwrap().unwrap(), system);
    assert_eq!(read::system::list(&store, None, 9).await.unwrap().items[3], system);
    assert_eq!(read::person::get(&store, "p-9").await.unwrap(), None);
    assert_eq!(read::process::get(&store, "w-1").await.unwrap().unwrap().row.owner, None);
}

async fn put_nouns(store: &Store, number: i64) {
    let put: Result<(), Fault> = store
        .transact(move |tx| {
            Box::pin(async move {
                let person = person::Row {
                    id: format!("p-{number}"),
                    name: format!("Ada {number}"),
                    contact: None,
                    status: "active".to_owned(),
                };
                let process = process::Row {
                    id: format!("w-{number}"),
                    name: format!("payroll {number}"),
                    criticality: "high".to_owned(),
                    owner: None,
                    status: "active".to_owned(),
                };
                let system = system::Row {
                    id: format!("s-{number}"),
                    name: format!("pg-{number}"),
                    kind: "postgres".to_owned(),
                    config: "/etc/countersign/pg.toml".to_owned(),
                    owner: None,
                    status: "active".to_owned(),
                    last_run: None,
                    last_read_at: Some(at(number)),
                };
                for id in [&person.id, &process.id, &system.id] {
                    tx.put_state(&crate::acting::state(id, 1), 0).await?;
                }
                person::put(tx, &person).await?;
                person::put(tx, &person).await?;
                process::put(tx, &process).await?;
                system::put(tx, &system).await
            })
        })
        .await;
    put.unwrap();
}

async fn leaves_are_listed_newest_first(place: &Place) {
    let store = place.store().await;
    for _ in 0..5 {
        crate::acting::act(&store, "f-1").await.unwrap();
    }
    crate::ledger::seal_all(&store).await;
    let page = read::leaf::list(&store, None, 3).await.unwrap();
    let rest = read::leaf::list(&store, page.next.as_deref(), 3).await.unwrap();
    let positions: Vec<_> =
        page.items.iter().chain(&rest.items).map(|leaf| leaf.position).collect();
    assert_eq!(positions, [4, 3, 2, 1, 0]);
    assert_eq!(page.items[0].name, "finding.noted.1");
}
