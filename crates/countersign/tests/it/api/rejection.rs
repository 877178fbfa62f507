//! What the framework itself would refuse, asked of every operation of the document: a body that is no
//! JSON, is not said to be, or is too large, a part of an address or a query that cannot be read, a method
//! and an address that nobody serves. Each is a problem like any other.

use reqwest::Method;
use serde_json::Value;

use super::call::{Call, Said};
use super::{Scope, alone, issued};
use crate::lab::Keep;

/// One operation of the document.
struct Operation {
    method: Method,
    /// As the document has it.
    path: String,
    has_body: bool,
    /// Names and formats of what stands in the address.
    parts: Vec<(String, Value)>,
    has_query: bool,
}

impl Operation {
    /// The address, with this in the place of one part and what could be there in the others.
    fn at(&self, bad: Option<(&str, &str)>) -> String {
        let mut path = self.path.clone();
        for (name, schema) in &self.parts {
            let good = match (&schema["format"], &schema["type"]) {
                (Value::String(format), _) if format == "uuid" => {
                    "018f0000-0000-7000-8000-000000000000"
                }
                (_, Value::String(kind)) if kind == "integer" => "0",
                _ => "FN-1",
            };
            let value = bad.filter(|(part, _)| part == name).map_or(good, |(_, value)| value);
            path = path.replace(&format!("{{{name}}}"), value);
        }
        path
    }
}

fn operations() -> Vec<Operation> {
    let document = serde_json::to_value(countersign_server::api::openapi()).expect("JSON");
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            let part = |it: &Value| {
                let name = it["name"].as_str().unwrap_or_default().to_owned();
                (it["in"] == "path").then(|| (name, it["schema"].clone()))
            };
            all.push(Operation {
                method: method.to_uppercase().parse().expect("a method"),
                path: path.clone(),
                has_body: operation["requestBody"].is_object(),
                parts: parameters.iter().filter_map(part).collect(),
                has_query: parameters.iter().any(|it| it["in"] == "query"),
            });
        }
    }
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_operation_refuses_a_body_that_cannot_be_read_with_a_problem() {
    let Some(lab) = alone(Keep::Sqlite).await else { return };
    let token = issued(&lab, "security", Scope::Act).await;
    let large = format!("{{\"x\":\"{}\"}}", "x".repeat(1 << 20));
    let mut asked = 0;
    for it in operations().iter().filter(|it| it.has_body) {
        let address = it.at(None);
        let said = async |kind: &[u8], body: &str| -> Said {
            let mut call = Call::new(it.method.clone(), &address).by(&token);
            call.body = Some(body.as_bytes().to_vec());
            call.with("content-type", kind).to(&lab).await
        };
        said(b"application/json", "{").await.problem(400, "request.json");
        said(b"text/plain", "{}").await.problem(415, "request.media-type");
        // The files of a policy are more than goes into a socket before the answer is there.
        let policy = ["/policy/propose", "/policy/consequences"];
        if !policy.iter().any(|it| address.ends_with(it)) {
            said(b"application/json", &large).await.problem(413, "request.too-large");
        }
        said(b"application/json", "{\"x\":1}").await.problem(422, "request.malformed");
        asked += 1;
    }
    assert!(asked > 20, "{asked}");
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_operation_refuses_an_address_that_cannot_be_read_with_a_problem() {
    let Some(lab) = alone(Keep::Sqlite).await else { return };
    let token = issued(&lab, "security", Scope::Act).await;
    let ask = async |it: &Operation, address: &str| -> Said {
        let call = Call::new(it.method.clone(), address).by(&token);
        let body = if it.has_body { Some(b"{}".to_vec()) } else { None };
        Call { body, ..call }.with("content-type", b"application/json").to(&lab).await
    };
    let (mut parts, mut queries) = (0, 0);
    for it in &operations() {
        for (name, _) in &it.parts {
            let said = ask(it, &it.at(Some((name, "%FF")))).await;
            said.problem(422, "request.malformed");
            parts += 1;
        }
        if it.has_query {
            for query in ["limit=x", "nothing=1", "cursor=%FF%00", "limit=1&limit=1"] {
                let said = ask(it, &format!("{}?{query}", it.at(None))).await;
                said.problem(422, "request.malformed");
                queries += 1;
            }
        }
        let said = ask(it, &format!("{}/nothing/here", it.at(None))).await;
        said.problem(404, "request.address");
    }
    assert!(parts > 20 && queries > 20, "{parts} {queries}");
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_address_refuses_other_methods_and_strangers_with_a_problem() {
    let Some(lab) = alone(Keep::Sqlite).await else { return };
    let all = operations();
    for it in &all {
        let address = it.at(None);
        let said = Call::new(it.method.clone(), &address).to(&lab).await;
        // Whoever signs in has no token yet, and is asked for something else first.
        if it.path.contains("/sign-in/") {
            said.problem(415, "request.media-type");
        } else {
            said.problem(401, "token.missing");
        }
        let served: Vec<&Method> =
            all.iter().filter(|other| other.path == it.path).map(|it| &it.method).collect();
        for other in [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            if served.contains(&&other) {
                continue;
            }
            let said = Call::new(other, &address).to(&lab).await;
            said.problem(405, "request.method");
            let mut allowed: Vec<&str> = said.header("allow").split(',').collect();
            allowed.retain(|it| *it != "HEAD");
            let named: Vec<&str> = served.iter().map(|it| it.as_str()).collect();
            assert_eq!(allowed, named, "{}", it.path);
        }
    }
    lab.end().await;
}
