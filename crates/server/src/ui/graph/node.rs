//! What a node can reach, and who can reach it: drawn, and the same as a list.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use countersign_access::engine::breaks::Limits;
use countersign_access::engine::{
    Answer, EdgeFilter, Engine, Holder, REACH_WORK_MAX, Sensitive, UnknownNode, Within,
};
use countersign_access::finding::NodeRef;
use countersign_access::node::NodeId;
use serde::Deserialize;

use super::super::frame::{Frame, Here};
use super::super::halt::Halt;
use super::super::moment::Moments;
use super::super::visitor::Visitor;
use super::super::{Ui, answer};
use super::lane::{Group, Thing, groups, key, reached, reaching};
use super::picture::{Leads, Picture, picture};
use super::when::{Seen, When, seen};
use super::{
    About, Named, Rest, Tab, Tabs, concerning, node_id, not_whole, referred, rests, unknown,
};
use crate::api::problem::Problem;
use crate::api::query::Query;
use crate::graph::SAY_LESS_AFTER;

/// Up to so many things need no list by kind and system.
const FEW_MAX: usize = 12;

/// Up to so many things are listed one by one without being asked for.
const ALL_MAX: usize = 60;

/// Most things that are listed one by one.
const ROWS_MAX: usize = 200;

/// Which node, and which group is opened.
#[derive(Debug, Deserialize)]
pub(in crate::ui) struct Which {
    id: String,
    #[serde(default)]
    open: String,
    #[serde(default)]
    at: String,
}

/// All that the page is made of.
#[derive(Debug, Clone)]
pub(in crate::ui) struct Known {
    pub(in crate::ui) when: When,
    pub(in crate::ui) node: NodeRef,
    /// Whether it is asked what the node reaches, and not who reaches it.
    pub(in crate::ui) is_reach: bool,
    pub(in crate::ui) answer: Answer<Holder>,
    /// Distinct resources that it reaches.
    pub(in crate::ui) resources: usize,
    /// These by system and sensitivity.
    pub(in crate::ui) sensitive: Vec<Sensitive>,
    pub(in crate::ui) about: Vec<About>,
}

#[derive(Debug, Template)]
#[template(path = "graph/node.html")]
pub(in crate::ui) struct Page {
    frame: Frame,
    when: When,
    node: Named,
    tabs: Tabs,
    is_reach: bool,
    title: String,
    lead: String,
    total: usize,
    is_few: bool,
    potential: usize,
    systems: usize,
    resources: usize,
    sensitive: Vec<Sensitive>,
    rests: Vec<Rest>,
    why: Vec<String>,
    picture: Option<Picture>,
    groups: Vec<Group>,
    open: String,
    listed: Vec<Thing>,
    more: usize,
    about: Vec<About>,
}

/// What it can reach.
pub(in crate::ui) async fn blast(
    State(ui): State<Ui>,
    visitor: Visitor,
    Query(which): Query<Which>,
) -> Result<Response, Halt> {
    show(&ui, &visitor, which, true).await
}

/// Who can reach it.
pub(in crate::ui) async fn who_can(
    State(ui): State<Ui>,
    visitor: Visitor,
    Query(which): Query<Which>,
) -> Result<Response, Halt> {
    show(&ui, &visitor, which, false).await
}

async fn show(ui: &Ui, visitor: &Visitor, which: Which, is_reach: bool) -> Result<Response, Halt> {
    let door = &ui.api.workers.door;
    let id = node_id(&which.id)?;
    let path = if is_reach { "/graph/blast" } else { "/graph/who-can" };
    let (shown, when) = match seen(ui, visitor, &which.at, (path, &[("id", &which.id)])).await? {
        Seen::Graph(shown, when) => (shown, when),
        Seen::Soon(page) => return Ok(page),
    };
    let begun = Instant::now();
    let asked = door.graph.ask_of(shown, move |shown| {
        let should_stop = || begun.elapsed() >= SAY_LESS_AFTER;
        let known = look(&shown.engine, when, (&id, is_reach), &should_stop)?;
        Ok((known, concerning(shown.engine.findings().values().map(AsRef::as_ref), &id)))
    });
    let asked: Result<_, UnknownNode> = asked.await.map_err(Problem::from)?;
    let (mut known, found) = asked.map_err(|none| unknown(&none))?;
    known.about = referred(door, found).await?;
    let frame = Frame::of(ui, visitor, Here::Graph).await?;
    let moments = Moments::new(door.clock.now());
    Ok(answer::page(StatusCode::OK, &Page::new(frame, known, &which.open, &moments)))
}

fn look(
    engine: &Engine,
    when: When,
    (id, is_reach): (&NodeId, bool),
    should_stop: &dyn Fn() -> bool,
) -> Result<Known, UnknownNode> {
    let follow = EdgeFilter::all();
    let cost = Limits { work: REACH_WORK_MAX, should_stop, ..Limits::default() };
    let within = Within { cost, ..Within::default() };
    let (answer, resources, sensitive) = if is_reach {
        let blast = engine.blast_within(id, &follow, within)?;
        let reach = engine.reach_within(id, &follow, within)?;
        (reach, blast.answer.total, blast.by_sensitivity)
    } else {
        (engine.who_can_node_within(id, &follow, within)?, 0, Vec::new())
    };
    let node = engine.named(id).ok_or_else(|| UnknownNode(id.clone()))?;
    Ok(Known { when, node, is_reach, answer, resources, sensitive, about: Vec::new() })
}

impl Page {
    pub(in crate::ui) fn new(frame: Frame, known: Known, open: &str, moments: &Moments) -> Self {
        let Known { when, node, is_reach, answer, resources, sensitive, about } = known;
        let things: Vec<Thing> = answer.answers.iter().map(Thing::of).collect();
        let node = Named::of(&node);
        let all: Vec<&Thing> = things.iter().collect();
        let groups = groups(&all);
        let in_open = things.iter().filter(|it| things.len() <= ALL_MAX || key(it) == open);
        let listed: Vec<Thing> = in_open.clone().take(ROWS_MAX).cloned().collect();
        let systems: BTreeSet<&str> = things.iter().map(|it| it.named.system.as_str()).collect();
        let why = not_whole(&answer.rests_on).into_iter();
        Self {
            frame,
            tabs: Tabs {
                id: node.id.clone(),
                here: if is_reach { Tab::Reach } else { Tab::WhoCan },
                and: when.and.clone(),
            },
            title: if is_reach {
                format!("What {} can reach", node.name)
            } else {
                format!("Who can reach {}", node.name)
            },
            lead: lead(answer.total, &groups, is_reach),
            total: answer.total,
            is_few: answer.total <= FEW_MAX,
            potential: things.iter().filter(|it| it.is_potential).count(),
            systems: systems.len(),
            resources,
            sensitive,
            rests: rests(&answer.rests_on, moments),
            why: why.chain(answer.partial.clone()).collect(),
            picture: (!things.is_empty()).then(|| drawn(&node, &things, is_reach, open)),
            more: in_open.count().saturating_sub(listed.len()),
            groups,
            open: open.to_owned(),
            listed,
            about,
            node,
            is_reach,
            when,
        }
    }
}

/// How many of what, the most of them first.
fn lead(total: usize, groups: &[Group], is_reach: bool) -> String {
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for group in groups {
        let kind = group.key.split('~').next().unwrap_or_default();
        let count = kinds.entry(kind).or_default();
        *count = count.saturating_add(group.total);
    }
    let mut kinds: Vec<(&str, usize)> = kinds.into_iter().collect();
    kinds.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let kinds: Vec<String> =
        kinds.into_iter().map(|(kind, count)| super::counted(count, kind)).collect();
    match (total, is_reach) {
        (0, true) => "Nothing: no access begins here.".to_owned(),
        (0, false) => "Nobody: no access leads here.".to_owned(),
        _ => format!("{}.", kinds.join(", ")),
    }
}

fn drawn(node: &Named, things: &[Thing], is_reach: bool, open: &str) -> Picture {
    let via = |thing: &Thing| thing.via.as_ref().map(|via| via.id.clone());
    if is_reach {
        let pairs: Vec<_> = things
            .iter()
            .map(|it| {
                let from = via(it).unwrap_or_else(|| node.id.clone());
                (from, it.named.id.clone(), it.is_potential)
            })
            .collect();
        return picture(&reached(node, things, open), &pairs);
    }
    let between: BTreeMap<&Named, bool> =
        things.iter().filter_map(|it| Some((it.via.as_ref()?, it.is_potential))).collect();
    let thing = |(named, is_potential): (&&Named, &bool)| Thing {
        kind: kind_of(named),
        named: (*named).clone(),
        is_potential: *is_potential,
        via: None,
    };
    let between: Vec<Thing> = between.iter().map(thing).collect();
    let far = things.iter().map(|it| {
        let to = via(it).unwrap_or_else(|| node.id.clone());
        (it.named.id.clone(), to, it.is_potential)
    });
    let near = between.iter().map(|it| (it.named.id.clone(), node.id.clone(), it.is_potential));
    let pairs: Vec<_> = far.chain(near).collect();
    picture(&reaching(node, things, &between, open), &pairs)
}

fn kind_of(named: &Named) -> countersign_access::node::NodeKind {
    use countersign_access::node::NodeKind;
    let kind = NodeKind::ALL.into_iter().find(|kind| super::words(kind.as_str()) == named.kind);
    kind.unwrap_or(NodeKind::Role)
}
