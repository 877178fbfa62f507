//! Lists: the form they all have, their pages, and the address of the next one. A page begins where
//! the one before ended, whatever was added meanwhile.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::{alone, both, reading};
use crate::lab::{Answer, Keep, Lab};

both!(
    pages_show_everything_once_though_more_comes_meanwhile,
    the_address_of_the_next_page_asks_the_same_question,
    every_list_has_the_same_form,
    a_history_goes_on_page_by_page,
);

/// Where `Link` leads, below `/api/v1`.
fn next(answer: &Answer) -> Option<String> {
    let link = answer.headers.get("link")?.to_str().expect("text");
    let address = link.strip_prefix("</api/v1").expect("an address of ours");
    Some(address.strip_suffix(">; rel=\"next\"").expect("the next page").to_owned())
}

/// The ids of all pages from here on; between two pages something is done.
async fn follow(lab: &Lab, path: &str, field: &str, between: impl AsyncFn()) -> Vec<Vec<String>> {
    let (mut pages, mut path) = (Vec::new(), Some(path.to_owned()));
    while let Some(address) = path {
        let answer = lab.get("auditor", &address).await;
        path = next(&answer);
        let body = answer.ok();
        assert_eq!(body["version"], 1);
        assert_eq!(body["next"].is_string(), path.is_some(), "`next` and `Link` say the same");
        let items = body["items"].as_array().expect("items");
        pages.push(items.iter().map(|it| it[field].to_string()).collect());
        assert!(pages.len() < 100, "it comes to an end");
        between().await;
    }
    pages
}

async fn pages_show_everything_once_though_more_comes_meanwhile(keep: Keep) {
    let Some((lab, sandbox)) = reading(keep, 5).await else { return };
    let people: BTreeSet<String> = lab.people.values().map(|id| format!("\"{id}\"")).collect();
    let pages = follow(&lab, "/people?limit=2", "id", async || {
        let body = json!({ "name": "Nora New", "seats": ["business"] });
        lab.post("security", "/people", body).await.ok();
    })
    .await;
    let shown = pages.concat();
    let once: BTreeSet<String> = shown.iter().cloned().collect();
    assert_eq!(once.len(), shown.len(), "nobody twice");
    assert!(people.is_subset(&once), "nobody is left out");

    let before: Vec<String> = ["5", "4", "3", "2", "1"].map(|n| format!("\"FN-{n}\"")).into();
    let more = AtomicUsize::new(0);
    let pages = follow(&lab, "/findings?limit=2", "reference", async || {
        let n = more.fetch_add(1, Ordering::Relaxed);
        sandbox.change(|file| add_clerk(file, n));
        lab.sync("shop").await;
    })
    .await;
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [2, 2, 1]);
    assert_eq!(pages.concat(), before);
    assert_eq!(lab.findings().await.len(), 8);
    lab.end().await;
}

/// One more clerk like the others.
fn add_clerk(file: &mut Value, n: usize) {
    let text = |value: &Value| value.to_string().replace("clerk-1", &format!("late-{n}"));
    let system = &mut file["systems"]["shop"];
    for part in ["nodes", "edges"] {
        let all = system[part].as_array_mut().expect("a list");
        let like: Vec<Value> = all
            .iter()
            .filter(|it| it.to_string().contains("clerk-1"))
            .map(|it| serde_json::from_str(&text(it)).expect("JSON"))
            .collect();
        assert!(!like.is_empty(), "{part}");
        all.extend(like);
    }
}

async fn the_address_of_the_next_page_asks_the_same_question(keep: Keep) {
    let Some((lab, _sandbox)) = reading(keep, 5).await else { return };
    super::assign(&lab, "FN-2", "owner").await;
    let path = "/findings?status=open&limit=1&severity=critical&system=shop\
        &rule=business.vendor-and-payment";
    let first = lab.get("auditor", path).await;
    let link = next(&first).expect("a next page");
    assert!(link.starts_with(&format!("{path}&cursor=")), "{link}");
    let pages = follow(&lab, path, "reference", async || {}).await.concat();
    assert_eq!(pages, ["\"FN-5\"", "\"FN-4\"", "\"FN-3\"", "\"FN-1\""]);

    let owner = lab.id("owner");
    for (filter, count) in [
        ("status=assigned".to_owned(), 1),
        (format!("owner={owner}"), 1),
        (format!("owner={}", lab.id("other-owner")), 0),
        ("severity=low".to_owned(), 0),
        ("system=erp".to_owned(), 0),
        ("rule=business.vendor-and-payment&limit=200".to_owned(), 5),
    ] {
        let list = lab.get("auditor", &format!("/findings?{filter}")).await.ok();
        assert_eq!(list["items"].as_array().map(Vec::len), Some(count), "{filter}");
        assert_eq!(list["next"], Value::Null);
    }
    // A name with what an address must encode stays as it was sent.
    let odd = "/findings?system=a%26b%20%22c&limit=1";
    assert_eq!(lab.get("auditor", odd).await.ok()["items"], json!([]));
    lab.end().await;
}

async fn every_list_has_the_same_form(keep: Keep) {
    let Some((lab, _sandbox)) = reading(keep, 1).await else { return };
    lab.sealed().await;
    let lists = [
        "/findings",
        "/findings/FN-1/history",
        "/findings/FN-1/remedies",
        "/people",
        "/processes",
        "/systems",
        "/runs",
        "/runs?system=shop",
        "/ledger/entries",
    ];
    for path in lists {
        let body = lab.get("auditor", path).await.ok();
        let fields: Vec<_> = body.as_object().expect("an object").keys().cloned().collect();
        assert_eq!(fields, ["version", "items", "next"], "{path}");
        assert!(body["items"].as_array().is_some_and(|items| !items.is_empty()), "{path}");
    }
    let entries = follow(&lab, "/ledger/entries?limit=3", "position", async || {}).await.concat();
    let positions: Vec<usize> = entries.iter().map(|it| it.parse().expect("a number")).collect();
    let down: Vec<usize> = (0..positions.len()).rev().collect();
    assert_eq!(positions, down, "the newest first, each once");
    let proof = lab.get("auditor", "/ledger/entries/0/proof").await.ok();
    assert_eq!(proof["position"], 0);
    for position in ["-1", "99999", "9223372036854775807"] {
        let path = format!("/ledger/entries/{position}/proof");
        lab.get("auditor", &path).await.refused(404, "case.unknown");
    }
    lab.end().await;
}

async fn a_history_goes_on_page_by_page(keep: Keep) {
    let Some((lab, _sandbox)) = reading(keep, 1).await else { return };
    for owner in ["owner", "other-owner", "owner", "other-owner"] {
        super::assign(&lab, "FN-1", owner).await;
    }
    let pages = follow(&lab, "/findings/FN-1/history?limit=2", "sequence", async || {}).await;
    assert_eq!(pages, [vec!["1", "2"], vec!["3", "4"], vec!["5"]]);
    let path = "/findings/FN-1/history?cursor=x";
    lab.get("auditor", path).await.refused(422, "request.malformed");
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_shows_fifty_when_nothing_is_said_and_two_hundred_at_most() {
    let Some(lab) = alone(Keep::Sqlite).await else { return };
    for n in 0..50 {
        let body = json!({ "name": format!("Person {n}"), "seats": ["business"] });
        lab.post("security", "/people", body).await.ok();
    }
    let count = async |path: &str| {
        let list = lab.get("auditor", path).await.ok();
        list["items"].as_array().map(Vec::len).unwrap_or_default()
    };
    assert_eq!(count("/people").await, 50);
    assert_eq!(count("/people?limit=200").await, 59);
    assert_eq!(count("/people?limit=1").await, 1);
    lab.end().await;
}
