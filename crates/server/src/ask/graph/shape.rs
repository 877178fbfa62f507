//! What the facts and findings of the graph look like in JSON, for the document: the crate that has them
//! knows nothing of it. Never made and never read; beside a test that holds them to what is really sent.

use countersign_access::edge::EdgeKind;
use countersign_access::finding::Certainty;
use countersign_access::node::NodeKind;
use countersign_access::rule::{Class, Severity};
use jiff::Timestamp;
use utoipa::ToSchema;
use utoipa::openapi::schema::{ObjectBuilder, OneOfBuilder, SchemaType, Type};
use utoipa::openapi::{RefOr, Schema};

use crate::shape::words;

/// A thing in the graph.
#[derive(Debug, ToSchema)]
#[schema(as = GraphNode)]
pub struct Node {
    /// The system's own id.
    pub id: String,
    /// What it is.
    #[schema(schema_with = node_kinds)]
    pub kind: NodeKind,
    /// What people call it.
    pub name: String,
    /// Where it lives.
    pub system: String,
}

/// Where a source says something.
#[derive(Debug, ToSchema)]
#[schema(as = GraphLocator)]
pub struct Locator {
    /// A configured system, or a file.
    pub source: String,
    /// The place in it.
    pub locator: String,
}

/// One step of a path: a thing, and how it is come by.
#[derive(Debug, ToSchema)]
#[schema(as = GraphStep)]
pub struct Step {
    /// The system's own id.
    pub id: String,
    /// What it is.
    #[schema(schema_with = node_kinds)]
    pub kind: NodeKind,
    /// What people call it.
    pub name: String,
    /// Where it lives.
    pub system: String,
    /// The kind of the edge that leads here from the step before; null for the first.
    #[schema(schema_with = edge_kind_or_null, required = true)]
    pub edge: Option<EdgeKind>,
    /// Where the source says that there is such an edge; for the first step, such a thing.
    pub because: Locator,
}

/// How two things are connected.
#[derive(Debug, ToSchema)]
#[schema(as = GraphEdge)]
pub struct Edge {
    /// The id of the first.
    pub source: String,
    /// How.
    #[schema(schema_with = edge_kinds)]
    pub kind: EdgeKind,
    /// The id of the second.
    pub target: String,
}

/// An edge, and how many findings its removal would clear.
#[derive(Debug, ToSchema)]
#[schema(as = GraphCutEdge)]
pub struct CutEdge {
    /// The id of the first.
    pub source: String,
    /// How.
    #[schema(schema_with = edge_kinds)]
    pub kind: EdgeKind,
    /// The id of the second.
    pub target: String,
    /// How many findings would have nobody left whom they affect.
    pub clears: usize,
}

/// A thing that has, or is had.
#[derive(Debug, ToSchema)]
#[schema(as = GraphHolder)]
pub struct Holder {
    /// The system's own id.
    pub id: String,
    /// What it is.
    #[schema(schema_with = node_kinds)]
    pub kind: NodeKind,
    /// What people call it.
    pub name: String,
    /// Where it lives.
    pub system: String,
    /// The last thing between, on the shortest path; null where there is none.
    #[schema(required = true)]
    pub via: Option<Node>,
    /// Whether some path is proven.
    #[schema(schema_with = certainties)]
    pub certainty: String,
    /// In which namespaces, `*` alone for all; left out where they do not apply.
    pub namespaces: Option<Vec<String>>,
    /// The only objects it is good for; left out where there is no such limit.
    pub resource_names: Option<Vec<String>>,
}

/// A read that an answer rests on.
#[derive(Debug, ToSchema)]
#[schema(as = GraphRead)]
pub struct Read {
    /// The source.
    pub source: String,
    /// When it was read.
    #[schema(value_type = String, format = DateTime)]
    pub read_at: Timestamp,
    /// Whether that read saw everything.
    pub complete: bool,
}

/// A fact that is not known.
#[derive(Debug, ToSchema)]
#[schema(as = GraphMissing)]
pub struct Missing {
    /// What sort of fact.
    pub kind: String,
    /// What it would have to say.
    pub what: String,
}

/// One toxic thing in the graph.
#[derive(Debug, ToSchema)]
#[schema(as = GraphFinding)]
pub struct Finding {
    /// What makes it the same finding tomorrow.
    pub fingerprint: String,
    /// The rule's id.
    pub rule: String,
    /// The rule's class.
    #[schema(schema_with = classes)]
    pub class: String,
    /// The rule's title.
    pub title: String,
    /// How bad.
    #[schema(schema_with = severities)]
    pub severity: String,
    /// Whether every step is a fact.
    #[schema(schema_with = certainties)]
    pub certainty: String,
    /// What is not known; empty exactly when proven.
    pub missing: Vec<Missing>,
    /// The lowest thing where all sides meet.
    pub root_cause: Node,
    /// Whom it affects, the first 1,000 in order of id.
    pub affected: Vec<Node>,
    /// How many it affects.
    pub affected_total: usize,
    /// The shortest paths, at most five.
    pub paths: Vec<Vec<Step>>,
    /// Official ids.
    pub owasp_nhi: Vec<String>,
    /// Official ids.
    pub csf: Vec<String>,
    /// What to do about it.
    pub remedy: String,
}

/// A finding that is otherwise, as it is now, with who joined and who left.
#[derive(Debug, ToSchema)]
#[schema(as = GraphChangedFinding)]
pub struct ChangedFinding {
    /// The finding.
    #[serde(flatten)]
    pub finding: Finding,
    /// Whom it affects now and did not before, the first 1,000 in order of id.
    pub joined: Vec<Node>,
    /// How many, listed or not.
    pub joined_total: usize,
    /// Whom it affected before and does not now, likewise.
    pub left: Vec<Node>,
    /// How many, listed or not.
    pub left_total: usize,
    /// Whether the two totals are exact; otherwise at least so many did.
    pub totals_exact: bool,
}

/// What came, went and is otherwise.
#[derive(Debug, ToSchema)]
#[schema(as = GraphChanges)]
pub struct Changes<T: ToSchema, C: ToSchema> {
    /// What was not there before.
    pub came: Vec<T>,
    /// How many, listed or not.
    pub came_total: usize,
    /// What is no longer there.
    pub gone: Vec<T>,
    /// How many, listed or not.
    pub gone_total: usize,
    /// What was there and is described otherwise.
    pub changed: Vec<C>,
    /// How many, listed or not.
    pub changed_total: usize,
}

fn node_kinds() -> RefOr<Schema> {
    one_of(NodeKind::ALL.map(NodeKind::as_str))
}

fn edge_kinds() -> RefOr<Schema> {
    one_of(EdgeKind::ALL.map(EdgeKind::as_str))
}

fn edge_kind_or_null() -> RefOr<Schema> {
    let null = ObjectBuilder::new().schema_type(SchemaType::Type(Type::Null));
    RefOr::T(OneOfBuilder::new().item(null).item(edge_kinds()).into())
}

fn certainties() -> RefOr<Schema> {
    one_of([Certainty::Proven, Certainty::Potential].map(Certainty::as_str))
}

fn severities() -> RefOr<Schema> {
    one_of(
        [Severity::Low, Severity::Medium, Severity::High, Severity::Critical].map(Severity::as_str),
    )
}

fn classes() -> RefOr<Schema> {
    let all = [
        Class::ToxicPair,
        Class::SelfEscalation,
        Class::PowerOverOthers,
        Class::Administrator,
        Class::Exposure,
        Class::Hygiene,
    ];
    one_of(all.map(Class::as_str))
}

fn one_of<const N: usize>(all: [&str; N]) -> RefOr<Schema> {
    RefOr::T(words(all).into())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::ask::graph::tests::judged;
    use crate::ask::graph::{Along, Question, difference};
    use countersign_access::engine::EdgeFilter;
    use countersign_access::node::NodeId;

    /// Whether a value is what the document says of this name, and every field of it is named there.
    fn fits(document: &Value, name: &str, value: &Value) {
        let schema = json!({
            "$ref": format!("#/components/schemas/{name}"),
            "components": document["components"],
        });
        let schema = jsonschema::validator_for(&schema).unwrap();
        let complaints: Vec<_> = schema.iter_errors(value).map(|it| it.to_string()).collect();
        assert!(complaints.is_empty(), "{name}: {complaints:?} in {value:#}");
    }

    /// Every field that is sent is in the document.
    fn is_whole(document: &Value, name: &str, value: &Value) {
        let known = &document["components"]["schemas"][name]["properties"];
        let sent = value.as_object().unwrap_or_else(|| panic!("{name}: {value}"));
        for field in sent.keys() {
            assert!(known.get(field).is_some(), "{name} says nothing of {field}");
        }
    }

    #[test]
    fn what_is_sent_is_what_the_document_says() {
        let document = serde_json::to_value(crate::api::openapi()).unwrap();
        let engine = judged();
        let id = |text: &str| NodeId::new(text).unwrap();
        let all = Along::default;
        let remove = vec!["ann,member_of,clerk".to_owned()];
        let fingerprint = engine.findings().keys().next().unwrap().0.clone();
        for (question, name, parts) in [
            (
                Question::Reach(id("ann"), all()),
                "GraphReply_GraphNodes",
                [("/answers/0", "GraphHolder"), ("/rests_on/0", "GraphRead")],
            ),
            (
                Question::Path(id("ann"), id("pay"), EdgeFilter::all()),
                "GraphReply_GraphWays",
                [("/paths/0/1", "GraphStep"), ("/paths/0/1/because", "GraphLocator")],
            ),
            (
                Question::Cut(fingerprint),
                "GraphReply_GraphCut",
                [("/edges/0", "GraphCutEdge"), ("/rests_on/0", "GraphRead")],
            ),
            (
                Question::WhatIf { remove, add: Vec::new() },
                "GraphReply_GraphWhatIf",
                [("/ended/0", "GraphFinding"), ("/ended/0/root_cause", "GraphNode")],
            ),
        ] {
            let reply = serde_json::to_value(question.answer(&engine).unwrap()).unwrap();
            fits(&document, name, &reply);
            for (at, part) in parts {
                is_whole(&document, part, reply.pointer(at).unwrap());
            }
        }
        let none = countersign_access::engine::Engine::build(Vec::new(), Vec::new());
        let reply = serde_json::to_value(difference(&none, &engine, &|| false).unwrap()).unwrap();
        fits(&document, "GraphReply_GraphDifference", &reply);
        assert!(reply["edges"]["came"][0]["kind"].is_string(), "{reply:#}");
    }

    #[test]
    fn what_is_not_sent_like_this_does_not_fit() {
        let document = serde_json::to_value(crate::api::openapi()).unwrap();
        let step = json!({ "id": "a", "kind": "person", "name": "", "system": "s", "edge": null,
            "because": { "source": "s", "locator": "l" } });
        fits(&document, "GraphStep", &step);
        let mut wrong = step;
        wrong["edge"] = json!("likes");
        let schema = json!({ "$ref": "#/components/schemas/GraphStep",
            "components": document["components"] });
        assert!(!jsonschema::validator_for(&schema).unwrap().is_valid(&wrong));
    }
}
