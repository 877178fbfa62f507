//! Search for a node by name or id, and the graph in figures.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use countersign_access::engine::Stats;
use countersign_access::fact::RestsOn;
use countersign_access::finding::NodeRef;
use serde::Deserialize;

use super::super::frame::{Frame, Here};
use super::super::halt::Halt;
use super::super::moment::Moments;
use super::super::visitor::Visitor;
use super::super::{Ui, answer};
use super::when::{Seen, When, seen};
use super::{Named, Rest, counted, rests};
use crate::api::problem::Problem;
use crate::api::query::Query;

/// Most nodes that a search shows.
pub(super) const FOUND_MAX: usize = 50;

/// What is looked for.
#[derive(Debug, Deserialize)]
pub(in crate::ui) struct Which {
    #[serde(default)]
    q: String,
    #[serde(default)]
    at: String,
}

/// All that the page is made of.
#[derive(Debug, Clone)]
pub(in crate::ui) struct Known {
    pub(in crate::ui) when: When,
    pub(in crate::ui) words: String,
    pub(in crate::ui) found: Vec<NodeRef>,
    pub(in crate::ui) total: usize,
    pub(in crate::ui) stats: Stats,
    pub(in crate::ui) rests_on: Vec<RestsOn>,
}

#[derive(Debug, Template)]
#[template(path = "graph/search.html")]
pub(in crate::ui) struct Page {
    frame: Frame,
    when: When,
    words: String,
    found: Vec<Named>,
    total: usize,
    nodes: usize,
    edges: usize,
    dangling: usize,
    kinds: Vec<String>,
    rests: Vec<Rest>,
}

/// The page.
pub(in crate::ui) async fn search(
    State(ui): State<Ui>,
    visitor: Visitor,
    Query(which): Query<Which>,
) -> Result<Response, Halt> {
    let door = &ui.api.workers.door;
    let words = which.q.trim().to_owned();
    let (shown, when) = match seen(&ui, &visitor, &which.at, ("/graph", &[("q", &words)])).await? {
        Seen::Graph(shown, when) => (shown, when),
        Seen::Soon(page) => return Ok(page),
    };
    let known = door.graph.ask_of(shown, move |shown| {
        let (found, total) =
            if words.is_empty() { (Vec::new(), 0) } else { shown.engine.search(&words, FOUND_MAX) };
        let (stats, rests_on) = (shown.engine.stats(), shown.engine.rests_on());
        Known { when, words, found, total, stats, rests_on }
    });
    let known = known.await.map_err(Problem::from)?;
    let frame = Frame::of(&ui, &visitor, Here::Graph).await?;
    let moments = Moments::new(door.clock.now());
    Ok(answer::page(StatusCode::OK, &Page::new(frame, known, &moments)))
}

impl Page {
    pub(in crate::ui) fn new(frame: Frame, known: Known, moments: &Moments) -> Self {
        let Known { when, words, found, total, stats, rests_on } = known;
        let mut kinds: Vec<(&String, &usize)> = stats.nodes_by_kind.iter().collect();
        kinds.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        Self {
            frame,
            when,
            words,
            found: found.iter().map(Named::of).collect(),
            total,
            nodes: stats.nodes,
            edges: stats.edges,
            dangling: stats.dangling.len(),
            kinds: kinds.into_iter().map(|(kind, count)| counted(*count, kind)).collect(),
            rests: rests(&rests_on, moments),
        }
    }
}
