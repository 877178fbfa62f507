//! A question as a server is asked it.

use countersign_access::edge::EdgeKind;
use countersign_server::ask::graph::{Along, Body, Most, Question, Reply};
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
    (kinds, at): (&[EdgeKind], Option<Timestamp>),
    limit: usize,
) -> Result<Reply<Body>, Stopped> {
    if let Question::WhatIf { remove, add } = question {
        let body = json!({ "remove": remove, "add": add });
        return client.ask(&["graph", "what-if"], &body).await;
    }
    let (path, mut query) = address(question, limit);
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
    (since, until): (Timestamp, Option<Timestamp>),
    limit: usize,
) -> Result<Reply<Body>, Stopped> {
    let mut query = vec![("since", since.to_string()), ("limit", limit.to_string())];
    query.extend(until.map(|until| ("until", until.to_string())));
    client.get(&["graph", "difference"], &query).await
}

type Fields = Vec<(&'static str, String)>;

fn address(question: &Question, limit: usize) -> (&'static str, Fields) {
    let limit = || ("limit", limit.to_string());
    match question {
        Question::Stats => ("stats", Vec::new()),
        Question::Reach(id, along) => ("reach", far([("id", id.to_string()), limit()], along)),
        Question::WhoReaches(id, along) => {
            ("who-can", far([("id", id.to_string()), limit()], along))
        }
        Question::WhoCan(ask, along) => {
            let (action, resource) =
                (ask.action.as_str().to_owned(), ask.resource.as_str().to_owned());
            let namespace = ask.namespace.clone().map(|it| ("namespace", it));
            let asked = [("action", action), ("resource", resource), limit()];
            ("who-can", far(asked.into_iter().chain(namespace), along))
        }
        Question::Blast(id, along) => ("blast", far([("id", id.to_string()), limit()], along)),
        Question::Access(id) => ("access", vec![("id", id.to_string()), limit()]),
        Question::Path(start, end, _) => {
            ("path", vec![("from", start.to_string()), ("to", end.to_string())])
        }
        Question::Paths(start, end, _, most) => {
            let ends = [("from", start.to_string()), ("to", end.to_string())];
            let all = [("all", "true".to_owned())];
            ("path", ends.into_iter().chain(all).chain(bounds(*most)).collect())
        }
        Question::WaysOf { finding, from, most } => {
            let finding = [("fingerprint", finding.clone())];
            let from = from.as_ref().map(|from| ("from", from.to_string()));
            ("ways", finding.into_iter().chain(from).chain(bounds(*most)).collect())
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

fn far(fields: impl IntoIterator<Item = (&'static str, String)>, along: &Along) -> Fields {
    let depth = along.depth.map(|depth| ("depth", depth.to_string()));
    fields.into_iter().chain(depth).collect()
}

fn bounds(most: Most) -> [(&'static str, String); 2] {
    [("limit", most.ways.to_string()), ("depth", most.edges.to_string())]
}
