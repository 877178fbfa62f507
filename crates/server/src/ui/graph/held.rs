//! What access a node has in the end, each entitlement with whoever has it directly and who says so.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use countersign_access::engine::{Answer, Held, UnknownNode};
use countersign_access::finding::{Certainty, NodeRef};
use serde::Deserialize;

use super::super::frame::{Frame, Here};
use super::super::halt::Halt;
use super::super::moment::Moments;
use super::super::visitor::Visitor;
use super::super::{Ui, answer};
use super::when::{Seen, When, seen};
use super::{
    About, Named, Rest, Tab, Tabs, concerning, node_id, not_whole, referred, rests, unknown,
};
use crate::api::problem::Problem;
use crate::api::query::Query;

/// Most entitlements that are listed.
const ROWS_MAX: usize = 200;

/// Which node.
#[derive(Debug, Deserialize)]
pub(in crate::ui) struct Which {
    id: String,
    #[serde(default)]
    at: String,
}

/// All that the page is made of.
#[derive(Debug, Clone)]
pub(in crate::ui) struct Known {
    pub(in crate::ui) when: When,
    pub(in crate::ui) node: NodeRef,
    pub(in crate::ui) answer: Answer<Held>,
    pub(in crate::ui) about: Vec<About>,
}

#[derive(Debug, Template)]
#[template(path = "graph/held.html")]
pub(in crate::ui) struct Page {
    frame: Frame,
    when: When,
    node: Named,
    tabs: Tabs,
    total: usize,
    rows: Vec<Row>,
    more: usize,
    rests: Vec<Rest>,
    why: Vec<String>,
    about: Vec<About>,
}

/// An entitlement.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Row {
    what: Named,
    is_potential: bool,
    sources: Vec<(Named, String)>,
    more: usize,
}

/// The page.
pub(in crate::ui) async fn held(
    State(ui): State<Ui>,
    visitor: Visitor,
    Query(which): Query<Which>,
) -> Result<Response, Halt> {
    let door = &ui.api.workers.door;
    let id = node_id(&which.id)?;
    let here = ("/graph/access", &[("id", which.id.as_str())][..]);
    let (shown, when) = match seen(&ui, &visitor, &which.at, here).await? {
        Seen::Graph(shown, when) => (shown, when),
        Seen::Soon(page) => return Ok(page),
    };
    let asked = door.graph.ask_of(shown, move |shown| {
        let answer = shown.engine.held(&id)?;
        let node = shown.engine.named(&id).ok_or_else(|| UnknownNode(id.clone()))?;
        let known = Known { when, node, answer, about: Vec::new() };
        Ok((known, concerning(shown.engine.findings().values().map(AsRef::as_ref), &id)))
    });
    let asked: Result<_, UnknownNode> = asked.await.map_err(Problem::from)?;
    let (mut known, found) = asked.map_err(|none| unknown(&none))?;
    known.about = referred(door, found).await?;
    let frame = Frame::of(&ui, &visitor, Here::Graph).await?;
    let moments = Moments::new(door.clock.now());
    Ok(answer::page(StatusCode::OK, &Page::new(frame, known, &moments)))
}

impl Page {
    pub(in crate::ui) fn new(frame: Frame, known: Known, moments: &Moments) -> Self {
        let Known { when, node, answer, about } = known;
        let rows: Vec<Row> = answer.answers.iter().take(ROWS_MAX).map(row).collect();
        let why = not_whole(&answer.rests_on).into_iter();
        let node = Named::of(&node);
        Self {
            frame,
            tabs: Tabs { id: node.id.clone(), here: Tab::Held, and: when.and.clone() },
            total: answer.total,
            more: answer.total.saturating_sub(rows.len()),
            rows,
            rests: rests(&answer.rests_on, moments),
            why: why.chain(answer.partial.clone()).collect(),
            about,
            node,
            when,
        }
    }
}

fn row(held: &Held) -> Row {
    let source = |it: &countersign_access::engine::Source| {
        (Named::of(&it.node), format!("{}: {}", it.because.source, it.because.locator))
    };
    Row {
        what: Named::of(&held.entitlement),
        is_potential: held.certainty == Certainty::Potential,
        sources: held.sources.iter().map(source).collect(),
        more: held.sources_total.saturating_sub(held.sources.len()),
    }
}
