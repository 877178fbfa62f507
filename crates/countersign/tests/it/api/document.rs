//! The committed OpenAPI document: it is what the code makes, and it promises what is kept.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};

use super::call::Call;
use super::{alone, chosen, reading};
use crate::lab::Keep;

/// Set to write the document anew.
const WRITE: &str = "COUNTERSIGN_WRITE_OPENAPI";

/// Answers of the graph that are rows.
const GRAPH_LISTS: [&str; 3] = [
    "#/components/schemas/GraphReply_GraphNodes",
    "#/components/schemas/GraphReply_GraphBlast",
    "#/components/schemas/GraphReply_GraphAccess",
];

fn made() -> String {
    let document = countersign_server::api::openapi();
    let text = serde_json::to_string_pretty(&document).expect("JSON");
    format!("{text}\n")
}

#[test]
fn the_committed_document_is_what_the_code_makes() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/openapi.json");
    if std::env::var_os(WRITE).is_some() {
        std::fs::write(&path, made()).expect("a file");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == made(),
        "docs/reference/openapi.json is not what the code makes: look at the change, then write it \
         anew with `{WRITE}=1 cargo test -p countersign --test it committed_document`"
    );
}

#[test]
fn every_operation_has_a_name_of_its_own_and_says_how_it_is_refused() {
    let document: Value = serde_json::from_str(&made()).expect("JSON");
    assert!(document["openapi"].as_str().is_some_and(|version| version.starts_with("3.1")));
    let mut names = BTreeSet::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let name = operation["operationId"].as_str().expect("a name").to_owned();
            assert!(names.insert(name.clone()), "two operations are called `{name}`");
            assert!(operation["summary"].is_string(), "{name}");
            let responses = operation["responses"].as_object().expect("responses");
            let mut wanted = vec!["200", "401", "422", "500", "503"];
            if operation["requestBody"].is_object() {
                wanted.extend(["400", "413", "415"]);
            }
            // Whoever has no token yet is told no in the words of another standard.
            if method != "get" && !path.contains("/sign-in/") {
                wanted.push("403");
            }
            if path.contains('{') {
                wanted.push("404");
            }
            let missing: Vec<_> =
                wanted.iter().filter(|it| !responses.contains_key(**it)).collect();
            assert!(missing.is_empty(), "{name} does not document {missing:?}");
            for (status, response) in responses {
                let words = response["description"].as_str().unwrap_or_default();
                assert!(!words.is_empty(), "{name} {status}");
                let kind =
                    if status == "200" { "application/json" } else { "application/problem+json" };
                let content = response["content"].as_object().expect("content");
                let is_list = content[kind]["schema"]["$ref"].as_str().is_some_and(|it| {
                    it.starts_with("#/components/schemas/List_") || GRAPH_LISTS.contains(&it)
                });
                let kinds = if is_list { vec![kind, "text/csv"] } else { vec![kind] };
                assert_eq!(content.keys().collect::<Vec<_>>(), kinds, "{name} {status}");
                if status != "200" {
                    let schema = &content[kind]["schema"]["$ref"];
                    assert_eq!(*schema, "#/components/schemas/Problem", "{name} {status}");
                }
            }
        }
    }
    assert!(names.len() > 20, "{names:?}");
}

#[test]
fn every_list_can_be_had_as_csv_and_nothing_else_is_a_list() {
    let document: Value = serde_json::from_str(&made()).expect("JSON");
    let mut lists = 0;
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let content = &operation["responses"]["200"]["content"];
            let mut answer = &content["application/json"]["schema"];
            if let Some(reference) = answer["$ref"].as_str() {
                let at = reference.trim_start_matches('#');
                answer = document.pointer(at).expect("it leads somewhere");
            }
            assert_ne!(answer["type"], "array", "{method} {path}: a list has a form of its own");
            let mut parts = answer["allOf"].as_array().into_iter().flatten();
            let is_list = answer["properties"]["items"]["type"] == "array"
                || parts.any(|part| part["properties"]["answers"]["type"] == "array");
            assert_eq!(content["text/csv"].is_object(), is_list, "{method} {path}");
            lists += usize::from(is_list);
        }
    }
    assert!(lists > 10, "{lists}");
}

/// The document has one place for each name: of two types that share one, only the last would stand.
#[test]
fn no_two_types_of_the_document_share_a_name() {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../server/src")];
    let mut names = BTreeSet::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let source = std::fs::read_to_string(&path).expect("a file");
            for rest in source.split("#[schema(as = ").skip(1) {
                let name = rest.split([')', ',']).next().unwrap_or_default().to_owned();
                assert!(names.insert(name.clone()), "{}: `{name}` is taken", path.display());
            }
        }
    }
    assert!(names.len() > 30, "{names:?}");
}

#[test]
fn every_reference_in_the_document_leads_somewhere() {
    let text = made();
    let document: Value = serde_json::from_str(&text).expect("JSON");
    let references = text.split("\"$ref\": \"#").skip(1).filter_map(|it| it.split('"').next());
    let lost: Vec<_> = references.filter(|it| document.pointer(it).is_none()).collect();
    assert!(lost.is_empty(), "{lost:?}");
    assert_eq!(document["components"]["securitySchemes"]["token"]["scheme"], "bearer");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_asks_gets_the_same_document() {
    let Some(lab) = alone(Keep::Sqlite).await else { return };
    let said = Call::get("/openapi.json").to(&lab).await;
    assert_eq!(said.json(), serde_json::from_str::<Value>(&made()).expect("JSON"));
    assert_eq!(Call::get("/healthz").to(&lab).await.text, "ok\n");
    lab.end().await;
}

/// Holds what was answered against the schema of the document.
#[track_caller]
fn conforms(document: &Value, (method, path, status): (&str, &str, &str), body: &Value) {
    let content =
        &document["paths"][format!("/api/v1{path}")][method]["responses"][status]["content"];
    let kind = if status == "200" { "application/json" } else { "application/problem+json" };
    let mut schema = content[kind]["schema"].clone();
    assert!(schema.is_object(), "{method} {path} {status}");
    schema["components"] = document["components"].clone();
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    if let Some(bad) = validator.iter_errors(body).next() {
        panic!("{method} {path}: {bad} at {}: {body:#}", bad.instance_path());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_are_as_the_document_says() {
    let Some((lab, _sandbox)) = reading(Keep::Sqlite, 2).await else { return };
    let document: Value = serde_json::from_str(&made()).expect("JSON");
    chosen(&lab, "FN-1").await;
    let order = lab.post("control", "/findings/FN-1/order", json!({})).await.ok();
    conforms(&document, ("post", "/findings/{reference}/order", "200"), &order);
    lab.until_status("FN-1", "fixed").await;
    chosen(&lab, "FN-2").await;
    let sync = lab.post("control", "/systems/shop/sync", json!({})).await.ok();
    conforms(&document, ("post", "/systems/{name}/sync", "200"), &sync);
    lab.sealed().await;
    let person = lab.id("owner");
    let paths = [
        ("/findings", ""),
        ("/findings/{reference}", "FN-1"),
        ("/findings/{reference}", "FN-2"),
        ("/findings/{reference}/history", "FN-1"),
        ("/findings/{reference}/remedies", "FN-2"),
        ("/findings/{reference}/preview", "FN-2"),
        ("/people", ""),
        ("/people/{id}", &person),
        ("/processes", ""),
        ("/systems", ""),
        ("/systems/{name}", "shop"),
        ("/runs", ""),
        ("/ledger/entries", ""),
        ("/ledger/checkpoint", ""),
        ("/ledger/entries/{position}/proof", "0"),
    ];
    for (path, value) in paths {
        let at = path.split('/').map(|it| if it.starts_with('{') { value } else { it });
        let body = lab.get("auditor", &at.collect::<Vec<_>>().join("/")).await.ok();
        conforms(&document, ("get", path, "200"), &body);
    }
    let finding = lab.finding("FN-2").await["detail"]["fingerprint"].clone();
    let set = format!("?set=true&fingerprint={}", finding.as_str().expect("a fingerprint"));
    for (path, query) in [
        ("stats", ""),
        ("verify", ""),
        ("reach", "?id=shop/account/clerk-2"),
        ("who-can", "?id=shop/ent/vendor"),
        ("blast", "?id=shop/account/clerk-2"),
        ("path", "?from=shop/account/clerk-2&to=shop/ent/vendor"),
        ("cut", "?top=3"),
        ("cut", &set),
    ] {
        let body = lab.get("auditor", &format!("/graph/{path}{query}")).await.ok();
        conforms(&document, ("get", &format!("/graph/{path}"), "200"), &body);
    }
    let stale = lab
        .post_with("control", "/findings/FN-2/order", json!({}), &[("If-Match", "\"1\"")])
        .await
        .refused(412, "case.stale");
    conforms(&document, ("post", "/findings/{reference}/order", "412"), &stale);
    lab.end().await;
}
