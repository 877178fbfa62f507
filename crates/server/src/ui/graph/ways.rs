//! The shortest ways from one node to another, as a picture and step by step.

use std::time::Instant;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use countersign_access::engine::breaks::Limits;
use countersign_access::engine::{EdgeFilter, REACH_WORK_MAX, Ways, Within};
use serde::Deserialize;

use super::super::finding::path::{Chain, Drawn, Picture, chains, picture};
use super::super::frame::{Frame, Here};
use super::super::halt::Halt;
use super::super::moment::Moments;
use super::super::visitor::Visitor;
use super::super::{Ui, answer};
use super::end::{End, Field, end, field};
use super::when::{Seen, When, seen};
use super::{Named, Rest, Tab, Tabs, not_whole, rests};
use crate::api::problem::Problem;
use crate::api::query::Query;
use crate::graph::SAY_LESS_AFTER;

/// Between which two; a name will do where it is nobody else's.
#[derive(Debug, Deserialize)]
pub(in crate::ui) struct Which {
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    at: String,
}

/// All that the page is made of.
#[derive(Debug, Clone)]
pub(in crate::ui) struct Known {
    pub(in crate::ui) when: When,
    pub(in crate::ui) from: End,
    pub(in crate::ui) to: End,
    pub(in crate::ui) ways: Option<Ways>,
}

#[derive(Debug, Template)]
#[template(path = "graph/ways.html")]
pub(in crate::ui) struct Page {
    frame: Frame,
    when: When,
    tabs: Option<Tabs>,
    title: String,
    lead: String,
    from: Field,
    to: Field,
    is_found: bool,
    picture: Option<Picture>,
    chains: Vec<Chain>,
    missing: Vec<String>,
    rests: Vec<Rest>,
    why: Vec<String>,
}

/// The page.
pub(in crate::ui) async fn ways(
    State(ui): State<Ui>,
    visitor: Visitor,
    Query(which): Query<Which>,
) -> Result<Response, Halt> {
    let door = &ui.api.workers.door;
    let ends = [("from", which.from.as_str()), ("to", which.to.as_str())];
    let (shown, when) = match seen(&ui, &visitor, &which.at, ("/graph/path", &ends)).await? {
        Seen::Graph(shown, when) => (shown, when),
        Seen::Soon(page) => return Ok(page),
    };
    let begun = Instant::now();
    let known = door.graph.ask_of(shown, move |shown| {
        let should_stop = || begun.elapsed() >= SAY_LESS_AFTER;
        let engine = &shown.engine;
        let (from, to) = (end(engine, &which.from), end(engine, &which.to));
        let ways = match (&from, &to) {
            (End::Node(from), End::Node(to)) => {
                let cost =
                    Limits { work: REACH_WORK_MAX, should_stop: &should_stop, ..Limits::default() };
                let within = Within { cost, ..Within::default() };
                engine.path_within(&from.id, &to.id, &EdgeFilter::all(), within).ok()
            }
            _ => None,
        };
        Known { when, from, to, ways }
    });
    let known = known.await.map_err(Problem::from)?;
    let frame = Frame::of(&ui, &visitor, Here::Graph).await?;
    let moments = Moments::new(door.clock.now());
    Ok(answer::page(StatusCode::OK, &Page::new(frame, known, &moments)))
}

impl Page {
    pub(in crate::ui) fn new(frame: Frame, known: Known, moments: &Moments) -> Self {
        let Known { when, from, to, ways } = known;
        let name = |end: &End| match end {
            End::Node(node) => Some(Named::of(node)),
            End::Open | End::Several(..) => None,
        };
        let (start, goal) = (name(&from), name(&to));
        let title = match (&start, &goal) {
            (Some(start), Some(goal)) => format!("How {} reaches {}", start.name, goal.name),
            (Some(start), None) => format!("Paths from {}", start.name),
            (None, _) => "Paths between two".to_owned(),
        };
        let drawn = ways.as_ref().map(|it| Drawn { paths: &it.paths, root: None });
        let reads = ways.as_ref().map(|it| it.rests_on.clone()).unwrap_or_default();
        let partial = ways.as_ref().and_then(|it| it.partial.clone());
        Self {
            frame,
            lead: ways.as_ref().map(lead).unwrap_or_default(),
            tabs: start.map(|it| Tabs { id: it.id, here: Tab::Ways, and: when.and.clone() }),
            title,
            from: field(from),
            to: field(to),
            is_found: ways.as_ref().is_some_and(|it| it.found),
            picture: drawn.filter(|it| it.paths.iter().any(|it| it.len() > 1)).and_then(picture),
            chains: drawn.map(chains).unwrap_or_default(),
            missing: ways.iter().flat_map(|it| &it.missing).map(|it| it.what.clone()).collect(),
            rests: rests(&reads, moments),
            why: not_whole(&reads).into_iter().chain(partial).collect(),
            when,
        }
    }
}

fn lead(ways: &Ways) -> String {
    let steps =
        if ways.length == 1 { "1 step".to_owned() } else { format!("{} steps", ways.length) };
    match (ways.found, ways.paths.len()) {
        (false, _) => "There is no way, as far as was read.".to_owned(),
        (true, _) if ways.length == 0 => "Both are the same.".to_owned(),
        (true, 1) => format!("The shortest way has {steps}."),
        (true, several) if ways.more => {
            format!("{several} shortest ways of {steps} each are shown; there are more.")
        }
        (true, several) => format!("There are {several} shortest ways of {steps} each."),
    }
}
