//! A question as a server is asked it.

use countersign_access::edge::EdgeKind;
use countersign_access::engine::ANSWERS_MAX;
use countersign_server::ask::graph::{Body, Question, Reply};
use jiff::Timestamp;
use serde_json::json;

use crate::client::Stopped;
use crate::client::send::Client;

/// Asks a server, of now or of another time; `kinds` are the edges that the question follows.
///
/// # Errors
/// The server's problem, or that there was no answer.
pub(super) async fn ask(
    client: &Client,
    question: &Question,
    kinds: &[EdgeKind],
    at: Option<Timestamp>,
) -> Result<Reply<Body>, Stopped> {
    if let Question::WhatIf { remove, add } = question {
        let body = json!({ "remove": remove, "add": add });
        return client.ask(&["graph", "what-if"], &body).await;
    }
    let (path, mut query) = address(question);
    if !kinds.is_empty() {
        let kinds: Vec<&str> = kinds.iter().map(|kind| kind.as_str()).collect();
        query.push(("edge", kinds.join(",")));
    }
    query.extend(at.map(|at| ("at", at.to_string())));
    client.get(&["graph", path], &query).await
}

/// Asks a server what is different between two times; until now when no later one is named.
///
/// # Errors
/// The server's problem, or that there was no answer.
pub(super) async fn difference(
    client: &Client,
    since: Timestamp,
    until: Option<Timestamp>,
) -> Result<Reply<Body>, Stopped> {
    let limit = ("limit", ANSWERS_MAX.to_string());
    let mut query = vec![("since", since.to_string()), limit];
    query.extend(until.map(|until| ("until", until.to_string())));
    client.get(&["graph", "difference"], &query).await
}

fn address(question: &Question) -> (&'static str, Vec<(&'static str, String)>) {
    let all = ("limit", ANSWERS_MAX.to_string());
    match question {
        Question::Stats => ("stats", Vec::new()),
        Question::Reach(id, _) => ("reach", vec![("id", id.to_string()), all]),
        Question::WhoReaches(id, _) => ("who-can", vec![("id", id.to_string()), all]),
        Question::WhoCan(ask, _) => {
            let (action, resource) =
                (ask.action.as_str().to_owned(), ask.resource.as_str().to_owned());
            let namespace = ask.namespace.clone().map(|it| ("namespace", it));
            let asked = [("action", action), ("resource", resource), all];
            ("who-can", asked.into_iter().chain(namespace).collect())
        }
        Question::Blast(id, _) => ("blast", vec![("id", id.to_string()), all]),
        Question::Access(id) => ("access", vec![("id", id.to_string()), all]),
        Question::Path(start, end, _) => {
            ("path", vec![("from", start.to_string()), ("to", end.to_string())])
        }
        Question::Cut(beginning) => ("cut", vec![("fingerprint", beginning.clone())]),
        Question::CutSet(beginning) => {
            ("cut", vec![("fingerprint", beginning.clone()), ("set", "true".to_owned())])
        }
        Question::CutAll(top) => ("cut", vec![("top", top.to_string())]),
        Question::WhatIf { .. } => ("what-if", Vec::new()),
        Question::Verify => ("verify", Vec::new()),
    }
}
