//! Lists as CSV: the same rows as in JSON, under a header, in cells that no spreadsheet runs.

use std::collections::BTreeSet;

use countersign_server::token::Scope;
use serde_json::{Value, json};

use super::call::{Call, Said};
use super::{issued, reading};
use crate::lab::{Keep, Lab};

async fn csv(lab: &Lab, path: &str) -> Said {
    let token = issued(lab, "auditor", Scope::Read).await;
    let path = format!("/api/v1{path}");
    Call::get(&path).by(&token).with("accept", b"text/csv").to(lab).await
}

/// Header and rows.
fn rows(said: &Said) -> (Vec<String>, Vec<Vec<String>>) {
    assert_eq!(said.status, 200, "{said:?}");
    assert_eq!(said.header("content-type"), "text/csv; charset=utf-8; header=present");
    assert_eq!(said.header("vary"), "accept");
    assert_eq!(said.header("x-content-type-options"), "nosniff");
    assert!(said.text.ends_with("\r\n"), "lines end as the standard says: {said:?}");
    let mut reader = ::csv::Reader::from_reader(said.text.as_bytes());
    let own = |row: &::csv::StringRecord| row.iter().map(str::to_owned).collect::<Vec<_>>();
    let head = own(reader.headers().expect("a header"));
    let rows = reader.records().map(|row| own(&row.expect("a row as long as the header")));
    (head, rows.collect())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_list_of_the_document_can_be_had_as_csv_with_every_field_and_row() {
    let Some((lab, _sandbox)) = reading(Keep::Sqlite, 2).await else { return };
    lab.sealed().await;
    let document = serde_json::to_value(countersign_server::api::openapi()).expect("JSON");
    let mut count = 0;
    for (path, item) in document["paths"].as_object().expect("paths") {
        let answer = &item["get"]["responses"]["200"]["content"];
        if answer["text/csv"].is_null() {
            continue;
        }
        if path.starts_with("/api/v1/exceptions/{") {
            continue; // `cli::exception` has one whose history can be asked for
        }
        if path.starts_with("/api/v1/reviews/{") {
            continue; // there is no review here that could be asked about
        }
        if path.starts_with("/api/v1/graph/") {
            continue; // asked about a node, below
        }
        count += 1;
        let path = path.replace("/api/v1", "").replace("{reference}", "FN-1");
        let list = lab.get("auditor", &path).await.ok();
        let items = list["items"].as_array().expect("a list").clone();
        let (head, rows) = rows(&csv(&lab, &path).await);
        assert_eq!(rows.len(), items.len(), "{path}");
        let head: BTreeSet<String> = head.into_iter().collect();
        let fields = items.iter().flat_map(|it| it.as_object().expect("a row").keys().cloned());
        assert!(fields.collect::<BTreeSet<_>>().is_subset(&head), "{path}: {head:?}");
        assert!(!head.is_empty(), "{path} has a header though it may have no rows");
    }
    assert!(count >= 10, "{count}");
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_of_the_graph_has_the_same_rows_as_csv_and_says_when_they_are_not_all() {
    let Some((lab, _sandbox)) = reading(Keep::Sqlite, 2).await else { return };
    let detail = lab.get("auditor", "/findings/FN-1").await.ok()["detail"].clone();
    let path = detail["paths"][0].as_array().expect("a path").clone();
    let id = |at: usize| path[at]["id"].as_str().expect("an id").replace('/', "%2F");
    let (first, last) = (id(0), id(path.len() - 1));
    for question in [
        format!("reach?id={first}"),
        format!("blast?id={first}"),
        format!("access?id={first}"),
        format!("who-can?id={last}"),
    ] {
        let path = format!("/graph/{question}");
        let answer = lab.get("auditor", &path).await.ok();
        let items = answer["answers"].as_array().expect("answers").clone();
        let said = csv(&lab, &path).await;
        assert_eq!(said.header("countersign-partial"), "", "{path}");
        let (head, rows) = rows(&said);
        assert_eq!(rows.len(), items.len(), "{path}");
        assert_eq!(items.is_empty(), question.starts_with("blast"), "{path}: {answer:#}");
        for (row, item) in rows.iter().zip(&items) {
            for (field, cell) in head.iter().zip(row) {
                let value = item.get(field).unwrap_or(&Value::Null);
                let value = value.get("id").unwrap_or(value);
                if let Some(text) = value.as_str() {
                    assert_eq!(cell, text, "{path} {field}");
                }
            }
        }
        let one = csv(&lab, &format!("{path}&limit=1")).await;
        if items.len() > 1 {
            let why = one.header("countersign-partial");
            assert!(why.starts_with("only the first 1 of"), "{path}: {why}");
        }
    }
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn formulas_and_markup_are_text_in_a_cell_and_themselves_in_json() {
    let Some((lab, _sandbox)) = reading(Keep::Sqlite, 1).await else { return };
    let names = [
        "=HYPERLINK(\"http://evil\")",
        "+1",
        "-2+3",
        "@SUM(A1)",
        "<script>alert(\"1\")</script>, & more",
        "a=b",
    ];
    for name in names {
        let body = json!({ "name": name, "seats": ["auditor", "legal"] });
        lab.post("security", "/people", body).await.ok();
    }
    let (head, rows) = rows(&csv(&lab, "/people?limit=200").await);
    let column = |name: &str| head.iter().position(|it| it == name).expect("a column");
    let shown: Vec<&str> = rows.iter().map(|row| row[column("name")].as_str()).collect();
    for name in names {
        let text = if name.starts_with(['=', '+', '-', '@']) { "'" } else { "" };
        assert!(shown.contains(&format!("{text}{name}").as_str()), "{name}: {shown:?}");
    }
    let seats: Vec<&str> = rows.iter().map(|row| row[column("seats")].as_str()).collect();
    assert!(seats.contains(&"legal; auditor"), "{seats:?}");
    let list = lab.get("auditor", "/people?limit=200").await.ok();
    let items = list["items"].as_array().cloned().unwrap_or_default();
    assert!(names.iter().all(|name| items.iter().any(|it| it["name"] == *name)), "{items:?}");
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_of_csv_leads_to_the_next_and_what_is_no_list_stays_as_it_is() {
    let Some((lab, _sandbox)) = reading(Keep::Sqlite, 3).await else { return };
    let first = csv(&lab, "/findings?limit=2").await;
    assert!(first.header("link").contains("cursor="), "{first:?}");
    assert_eq!(rows(&first).1.len(), 2);
    let empty = csv(&lab, "/exceptions").await;
    let (head, none) = rows(&empty);
    assert!(none.is_empty() && head.iter().any(|it| it == "finding"), "{empty:?}");

    let one = csv(&lab, "/findings/FN-1").await;
    assert_eq!((one.status, one.header("content-type")), (200, "application/json"));
    csv(&lab, "/findings/FN-99/history").await.problem(404, "case.unknown");
    csv(&lab, "/findings?limit=0").await.problem(422, "request.malformed");
    let token = issued(&lab, "auditor", Scope::Read).await;
    for accept in ["*/*", "text/html, */*;q=0.1", "application/json, text/csv;q=0.5"] {
        let call = Call::get("/api/v1/findings").by(&token).with("accept", accept.as_bytes());
        let said = call.to(&lab).await;
        assert_eq!(said.header("content-type"), "application/json", "{accept}");
        assert_eq!(said.json()["items"].as_array().map(Vec::len), Some(3), "{accept}");
        assert_eq!(said.json()["next"], Value::Null);
    }
    Call::get("/api/v1/findings")
        .with("accept", b"text/csv")
        .to(&lab)
        .await
        .problem(401, "token.missing");
    lab.end().await;
}
