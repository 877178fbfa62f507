//! The forms of a list: a table of at most 100 columns without colour outside a terminal, JSON that is
//! exactly version, items and next, and CSV that no spreadsheet runs.

use serde_json::{Value, json};

use super::{Desk, SYNC};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_list_has_a_table_a_json_form_and_a_csv_form() {
    let desk = Desk::open().await;
    desk.lab.sealed().await;
    let finding = desk.finding(SYNC).await;
    for list in [
        vec!["finding", "list"],
        vec!["finding", "history", &finding],
        vec!["finding", "remedies", &finding],
        vec!["person", "list"],
        vec!["process", "list"],
        vec!["accountability", "list"],
        vec!["accountability", "gaps"],
        vec!["system", "list"],
        vec!["run", "list"],
        vec!["ledger", "entries"],
    ] {
        let table = desk.ok("auditor", &list).await;
        assert!(!table.contains('\u{1b}'), "{list:?} is coloured outside a terminal");
        for line in table.lines() {
            assert!(line.chars().count() <= 100, "{list:?}: {line}");
        }
        let json = desk.json("auditor", &list).await;
        let keys: Vec<&String> = json.as_object().expect("an object").keys().collect();
        assert_eq!(keys, ["version", "items", "next"], "{list:?}");
        let items = json["items"].as_array().expect("items");
        assert!(json["version"] == 1 && !items.is_empty(), "{list:?}: {json:#}");

        let csv = desk.ok("auditor", &[&list[..], &["--format", "csv"]].concat()).await;
        let head: Vec<&str> = csv.lines().next().unwrap_or_default().split(',').collect();
        let mut fields: Vec<&str> = items
            .iter()
            .flat_map(|it| it.as_object().expect("a row").keys())
            .map(String::as_str)
            .collect();
        fields.sort_unstable();
        fields.dedup();
        let mut sorted = head.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, fields, "{list:?}: a column for each field");
    }
    desk.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_lead_through_the_whole_list_and_many_rows_are_put_together() {
    let desk = Desk::open().await;
    let ids = |list: &Value| -> Vec<String> {
        let items = list["items"].as_array().expect("items");
        items.iter().map(|it| it["id"].to_string()).collect()
    };
    let all = desk.json("auditor", &["person", "list", "--limit", "1000"]).await;
    assert_eq!((ids(&all).len(), &all["next"]), (9, &Value::Null));
    let mut seen = Vec::new();
    let mut page = desk.json("auditor", &["person", "list", "--limit", "4"]).await;
    loop {
        seen.extend(ids(&page));
        let Some(next) = page["next"].as_str().map(str::to_owned) else { break };
        page = desk.json("auditor", &["person", "list", "--limit", "4", "--cursor", &next]).await;
    }
    assert_eq!(seen, ids(&all));
    let table = desk.ok("auditor", &["person", "list", "--limit", "4"]).await;
    assert!(table.contains("4 shown; go on with `--cursor "), "{table}");
    desk.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_history_is_cut_where_it_was_asked_to_be_and_goes_on_there() {
    let desk = Desk::open().await;
    let finding = desk.finding(SYNC).await;
    let history = ["finding", "history", finding.as_str(), "--limit", "1"];
    desk.ok("security", &["finding", "assign", &finding, "--owner", "Olga Owner"]).await;
    let first = desk.json("auditor", &history).await;
    assert_eq!(
        (first["items"][0]["sequence"].clone(), first["next"].clone()),
        (json!(1), json!("1"))
    );
    let second = desk.json("auditor", &[&history[..], &["--cursor", "1"]].concat()).await;
    let second = (second["items"][0]["sequence"].clone(), second["next"].clone());
    assert_eq!(second, (json!(2), Value::Null));
    desk.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_is_filtered_by_what_its_flags_say() {
    let desk = Desk::open().await;
    let finding = desk.finding(SYNC).await;
    desk.ok("security", &["finding", "assign", &finding, "--owner", "Olga Owner"]).await;
    let of = async |flags: &[&str]| {
        let list = desk.json("auditor", &[&["finding", "list"][..], flags].concat()).await;
        let items = list["items"].as_array().cloned().unwrap_or_default();
        items.iter().map(|it| it["reference"].to_string()).collect::<Vec<_>>()
    };
    let one = vec![format!("\"{finding}\"")];
    assert_eq!(of(&["--owner", "Olga Owner"]).await, one);
    assert_eq!(of(&["--status", "assigned"]).await, one);
    assert_eq!(of(&["--status", "open"]).await.len(), 2);
    assert_eq!(of(&["--severity", "critical", "--system", "erp"]).await.len(), 3);
    assert!(of(&["--rule", "none.such"]).await.is_empty());
    let none = desk.ok("auditor", &["finding", "list", "--rule", "none.such"]).await;
    assert_eq!(none, "No findings of this kind.\n");
    desk.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_that_a_spreadsheet_would_run_is_text_in_csv_and_itself_in_json() {
    let desk = Desk::open().await;
    let name = "=HYPERLINK(\"http://evil\")";
    let appoint = ["person", "appoint", "--seat", "auditor", "--name", name];
    desk.ok("security", &appoint).await;
    let minus =
        desk.run("security", &["person", "appoint", "--seat", "auditor", "--name=-2+3"]).await;
    assert_eq!(minus.code, 0, "{minus:?}");
    let csv = desk.ok("auditor", &["person", "list", "--format", "csv"]).await;
    assert!(csv.contains("\"'=HYPERLINK(\"\"http://evil\"\")\""), "{csv}");
    assert!(csv.contains(",'-2+3,"), "{csv}");
    let list = desk.json("auditor", &["person", "list"]).await;
    let names: Vec<&str> = list["items"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|it| it["name"].as_str())
        .collect();
    assert!(names.contains(&name) && names.contains(&"-2+3"), "{names:?}");
    desk.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn records_and_changes_have_a_json_form_too() {
    let desk = Desk::open().await;
    let finding = desk.finding(SYNC).await;
    let shown = desk.json("auditor", &["finding", "show", &finding]).await;
    assert_eq!(shown["reference"], Value::from(finding.as_str()));
    assert_eq!(shown["detail"]["root_cause"]["id"], SYNC);
    let done =
        desk.json("security", &["finding", "assign", &finding, "--owner", "Olga Owner"]).await;
    assert_eq!((&done["sequence"], &done["events"]), (&json!(2), &json!(["finding.assigned.1"])));
    let read = desk.json("control", &["system", "sync", "erp"]).await;
    assert_eq!((&read["version"], &read["unreadable"]), (&json!(1), &json!([])));
    desk.end().await;
}
