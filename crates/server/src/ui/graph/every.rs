//! Every way of a finding from its root cause to each thing that its rule asks for, and not the shortest
//! alone: so that whoever cuts one sees which are left.

use std::time::Instant;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use countersign_access::engine::breaks::Limits;
use countersign_access::engine::{FindingWays, SideWays, WAYS_WORK_MAX, WayLimits};
use countersign_access::finding::{Certainty, Fingerprint, Step};
use serde::Deserialize;

use super::super::finding::titles;
use super::super::frame::{Frame, Here};
use super::super::halt::Halt;
use super::super::moment::Moments;
use super::super::visitor::Visitor;
use super::super::{Ui, answer};
use super::{About, Named, Rest, not_whole, rests};
use crate::api::finding::find;
use crate::api::graph::is_there;
use crate::api::problem::Problem;
use crate::api::query::Query;
use crate::ask::finding::PREFIX;
use crate::graph::SAY_LESS_AFTER;

/// Most ways to each thing that are listed.
const LISTED: usize = 50;

/// Of which finding.
#[derive(Debug, Deserialize)]
pub(in crate::ui) struct Which {
    #[serde(default)]
    finding: String,
}

/// All ways to one thing.
#[derive(Debug, Clone)]
struct Side {
    name: String,
    ways: Vec<Row>,
    counted: String,
}

/// A way.
#[derive(Debug, Clone)]
struct Row {
    steps: Vec<Named>,
    length: usize,
    is_potential: bool,
    /// The one that the finding shows.
    is_shown: bool,
}

#[derive(Debug, Template)]
#[template(path = "graph/every.html")]
pub(in crate::ui) struct Page {
    frame: Frame,
    about: About,
    /// Whether the graph has the finding.
    is_there: bool,
    root: String,
    shared: Option<String>,
    sides: Vec<Side>,
    rests: Vec<Rest>,
    why: Vec<String>,
}

/// The page.
pub(in crate::ui) async fn every(
    State(ui): State<Ui>,
    visitor: Visitor,
    Query(which): Query<Which>,
) -> Result<Response, Halt> {
    let door = &ui.api.workers.door;
    is_there(door).await?;
    let item = find(&ui.api, &which.finding).await?;
    let print = Fingerprint(item.row.fingerprint.clone());
    let begun = Instant::now();
    let found = door.graph.ask(move |shown| {
        let should_stop = || begun.elapsed() >= SAY_LESS_AFTER;
        let cost = Limits { work: WAYS_WORK_MAX, should_stop: &should_stop, ..Limits::default() };
        let limits = WayLimits { most: LISTED, cost, ..WayLimits::default() };
        shown.engine.ways_of(&print, None, limits).ok()
    });
    let found = found.await.map_err(Problem::from)?;
    let reference = format!("{PREFIX}{}", item.row.number);
    let about = About { reference, title: titles(door)(&item.row.rule) };
    let frame = Frame::of(&ui, &visitor, Here::Findings).await?;
    let moments = Moments::new(door.clock.now());
    Ok(answer::page(StatusCode::OK, &Page::new(frame, about, found, &moments)))
}

impl Page {
    pub(in crate::ui) fn new(
        frame: Frame,
        about: About,
        found: Option<FindingWays>,
        moments: &Moments,
    ) -> Self {
        let reads = found.as_ref().map(|it| it.rests_on.clone()).unwrap_or_default();
        let partial = found.as_ref().and_then(|it| it.partial.clone());
        let print = found.as_ref().map(|it| &it.fingerprint);
        let sides = found.iter().flat_map(|it| &it.sides).map(|it| side(it, print)).collect();
        Self {
            frame,
            about,
            is_there: found.is_some(),
            root: found.as_ref().map(|it| Named::of(&it.from).name).unwrap_or_default(),
            sides,
            rests: rests(&reads, moments),
            why: not_whole(&reads).into_iter().chain(partial).collect(),
            shared: found.and_then(|it| it.shared),
        }
    }
}

fn side(side: &SideWays, finding: Option<&Fingerprint>) -> Side {
    let row = |(steps, way): (&Vec<Step>, &countersign_access::engine::OneWay)| Row {
        steps: steps.iter().map(|step| Named::of(&step.node)).collect(),
        length: way.length,
        is_potential: way.certainty == Certainty::Potential,
        is_shown: way.fingerprint.as_ref() == finding,
    };
    let counted = match (side.paths.len(), side.more) {
        (1, false) => "1 way".to_owned(),
        (count, false) => format!("{count} ways"),
        (count, true) => format!("the first {count}; there may be more"),
    };
    Side {
        name: side.side.clone(),
        ways: side.paths.iter().zip(&side.ways).map(row).collect(),
        counted,
    }
}
