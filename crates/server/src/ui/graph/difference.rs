//! What came and went between two times, and what is otherwise: findings by name, connections and things
//! by kind, each with how many. Both times are judged by the rules of now.

use std::collections::BTreeMap;
use std::time::Instant;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use countersign_access::edge::{EdgeKey, EdgeKind};
use countersign_access::engine::{Changes, Engine};
use countersign_access::finding::NodeRef;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::super::frame::{Frame, Here};
use super::super::halt::Halt;
use super::super::moment::Moments;
use super::super::visitor::Visitor;
use super::super::{Ui, answer};
use super::asked::{Asked, Wait, address, at_most};
use super::outcome::{Group, entire, group, moved, refer};
use super::when::{instant, then};
use super::{Named, Rest, plural, read_then};
use crate::api::graph::{as_of, is_there, not_answered};
use crate::api::problem::Problem;
use crate::api::problem::code::Code;
use crate::api::query::Query;
use crate::ask::graph::{Body, Difference, NoAnswer, Stop, difference as between};
use crate::door::Door;
use crate::graph::{SAY_LESS_AFTER, Shown as Graph};

/// Where the page is.
const PATH: &str = "/graph/difference";

/// Most examples of a kind.
const EXAMPLES_MAX: usize = 3;

/// Most findings of a sort that are carried along; the totals count all.
const FINDINGS_MAX: usize = 200;

/// Days back that the page offers.
const BACK: [(&str, i64); 3] = [("a day ago", 1), ("a week ago", 7), ("a month ago", 30)];

/// Between which days.
#[derive(Debug, Default, Deserialize)]
pub(in crate::ui) struct Which {
    #[serde(default)]
    pub(in crate::ui) since: String,
    #[serde(default)]
    pub(in crate::ui) until: String,
    /// Asks for the answer within the page.
    #[serde(default)]
    pub(in crate::ui) now: String,
}

/// What is different.
#[derive(Debug, Clone)]
pub(in crate::ui) struct Compared {
    lead: String,
    findings: Vec<Group>,
    edges: Vec<Row>,
    edge_totals: String,
    things: Vec<Row>,
    thing_totals: String,
    earlier: Vec<Rest>,
    later: Vec<Rest>,
    why: Vec<String>,
}

/// One kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Row {
    kind: String,
    came: Side,
    gone: Side,
    changed: usize,
}

/// So many, and some of them: a name, and where it leads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Side {
    total: usize,
    examples: Vec<(String, String)>,
}

/// The two days, read.
#[derive(Debug, Clone, Default)]
pub(in crate::ui) struct Days {
    since: Option<Timestamp>,
    until: Option<Timestamp>,
    bad: Vec<(&'static str, String)>,
}

#[derive(Debug, Template)]
#[template(path = "graph/difference.html")]
pub(in crate::ui) struct Page {
    frame: Frame,
    title: String,
    since: String,
    until: String,
    today: String,
    bad: Vec<(&'static str, String)>,
    back: Vec<(&'static str, String)>,
    asked: Asked<Compared>,
}

/// The page.
pub(in crate::ui) async fn difference(
    State(ui): State<Ui>,
    visitor: Visitor,
    Query(which): Query<Which>,
) -> Result<Response, Halt> {
    let door = &ui.api.workers.door;
    is_there(door).await?;
    let moments = Moments::new(door.clock.now());
    let days = Days::of(&which, &moments);
    let (status, asked) = match days.since.filter(|_| days.bad.is_empty()) {
        None => (StatusCode::OK, Asked::Nothing),
        Some(since) if !which.now.is_empty() => {
            Asked::came(compared(door, (since, days.until), &which, &moments).await, &visitor)
        }
        Some(_) => (StatusCode::OK, Asked::Waits(wait(&which))),
    };
    let frame = Frame::of(&ui, &visitor, Here::Graph).await?;
    Ok(answer::page(status, &Page::new(frame, (&which, days), asked, &moments)))
}

fn wait(which: &Which) -> Wait {
    let all = [("since", which.since.as_str()), ("until", &which.until), ("now", "yes")];
    let all: Vec<_> = all.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    let words = format!(
        "The graph of each past day is put together from what had been read by then, and the two are \
         compared. This waits {} at most; what is not done then goes on, and is there when you ask again.",
        at_most()
    );
    Wait { address: address(PATH, &all), words }
}

async fn compared(
    door: &Door,
    (since, until): (Timestamp, Option<Timestamp>),
    which: &Which,
    moments: &Moments,
) -> Result<Compared, Problem> {
    let later = as_of(door, "until", until).await?;
    let earlier = as_of(door, "since", Some(since)).await?;
    let (days, shown) = ((which.since.clone(), which.until.clone()), moments.clone());
    let asked = Instant::now();
    let should_stop = move || asked.elapsed() >= SAY_LESS_AFTER;
    let compare =
        move |later: &Graph| look((&earlier.engine, &later.engine), (&days, &shown), &should_stop);
    let found = door.graph.ask_of(later, compare).await?.map_err(not_answered)?;
    let (mut compared, Difference { findings, .. }) =
        found.ok_or_else(|| Problem::of(Code::FaultDefect))?;
    let of = [entire(&findings.came), entire(&findings.gone), moved(&findings.changed)];
    for (group, findings) in compared.findings.iter_mut().zip(&of) {
        refer(door, group, findings).await?;
    }
    Ok(compared)
}

/// Compares two graphs unless it is called off; references of findings are not looked up yet.
pub(in crate::ui) fn look(
    (earlier, later): (&Engine, &Engine),
    ((since, until), moments): (&(String, String), &Moments),
    should_stop: Stop<'_>,
) -> Result<Option<(Compared, Difference)>, NoAnswer> {
    let reply = between(earlier, later, should_stop)?;
    let mut why = reply.why_partial;
    let Body::Difference(mut found) = reply.body else { return Ok(None) };
    let Difference { nodes, edges, findings, .. } = &*found;
    if is_cut(nodes) || is_cut(edges) {
        why.push("there are so many that not all are counted by kind".to_owned());
    }
    let compared = Compared {
        lead: lead(&found),
        findings: vec![
            group("Came", "Not there before", (&entire(&findings.came), findings.came_total)),
            group("Went", "No longer there", (&entire(&findings.gone), findings.gone_total)),
            group(
                "Are otherwise",
                "Through other things, or for others",
                (&moved(&findings.changed), findings.changed_total),
            ),
        ],
        edges: connections(edges, (earlier, later)),
        edge_totals: totals(edges),
        things: things(nodes, since, until),
        thing_totals: totals(nodes),
        earlier: read_then(&found.earlier, moments),
        later: read_then(&found.later, moments),
        why,
    };
    found.findings.cut_to(FINDINGS_MAX);
    Ok(Some((compared, *found)))
}

fn is_cut<T>(changes: &Changes<T>) -> bool {
    changes.came_total > changes.came.len()
        || changes.gone_total > changes.gone.len()
        || changes.changed_total > changes.changed.len()
}

fn totals<T>(changes: &Changes<T>) -> String {
    let Changes { came_total, gone_total, changed_total, .. } = changes;
    format!("{came_total} came, {gone_total} went, {changed_total} are described otherwise")
}

fn lead(found: &Difference) -> String {
    let Difference { nodes, edges, findings, .. } = found;
    let sum = |all: [usize; 3]| all.into_iter().fold(0_usize, usize::saturating_add);
    let all = sum([
        sum([nodes.came_total, nodes.gone_total, nodes.changed_total]),
        sum([edges.came_total, edges.gone_total, edges.changed_total]),
        sum([findings.came_total, findings.gone_total, findings.changed_total]),
    ]);
    if all == 0 {
        return "Nothing came, nothing went, and nothing is otherwise.".to_owned();
    }
    let (came, gone) = (findings.came_total, findings.gone_total);
    let findings = |count: usize| match count {
        0 => "no toxic combination".to_owned(),
        1 => "1 toxic combination".to_owned(),
        _ => format!("{count} toxic combinations"),
    };
    let joined = found.findings.changed.iter().filter(|it| it.moved.joined_total > 0).count();
    let joined = match joined {
        0 => String::new(),
        1 => "; more have 1 that was there before".to_owned(),
        _ => format!("; more have {joined} that were there before"),
    };
    let words = format!("{} came, and {} went{joined}.", findings(came), findings(gone));
    super::super::refusal::sentence(&words)
}

/// Things by kind, each a link to what it reaches, then or now.
fn things(changes: &Changes<NodeRef>, since: &str, until: &str) -> Vec<Row> {
    let kind = |node: &NodeRef| super::super::refusal::sentence(&plural(node.kind.as_str()));
    let leads = |at: &str, node: &NodeRef| {
        let Named { id, name, .. } = Named::of(node);
        let all = [("id", id.as_str()), ("at", at)];
        let all: Vec<_> = all.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        (name, address("/graph/blast", &all))
    };
    rows(changes, kind, (&|node| leads(until, node), &|node| leads(since, node)))
}

/// Connections by kind, with the names of their ends.
fn connections(changes: &Changes<EdgeKey>, (earlier, later): (&Engine, &Engine)) -> Vec<Row> {
    let kind = |edge: &EdgeKey| counted(edge.kind).to_owned();
    let words = |engine: &Engine, edge: &EdgeKey| {
        let name = |id| {
            let known = engine.named(id).map(|node| Named::of(&node).name);
            known.unwrap_or_else(|| id.to_string())
        };
        (format!("{} \u{2192} {}", name(&edge.source), name(&edge.target)), String::new())
    };
    rows(changes, kind, (&|edge| words(later, edge), &|edge| words(earlier, edge)))
}

/// Says an example, and where it leads.
type Says<'a, T> = &'a dyn Fn(&T) -> (String, String);

/// The rows by kind, the kind with most first.
fn rows<T>(
    changes: &Changes<T>,
    kind: impl Fn(&T) -> String,
    (came, gone): (Says<'_, T>, Says<'_, T>),
) -> Vec<Row> {
    let mut rows: BTreeMap<String, Row> = BTreeMap::new();
    for item in &changes.came {
        rows.entry(kind(item)).or_default().came.add(item, came);
    }
    for item in &changes.gone {
        rows.entry(kind(item)).or_default().gone.add(item, gone);
    }
    for item in &changes.changed {
        let row = rows.entry(kind(item)).or_default();
        row.changed = row.changed.saturating_add(1);
    }
    let named = rows.into_iter().map(|(kind, row)| Row { kind, ..row });
    let mut rows: Vec<Row> = named.collect();
    let count =
        |row: &Row| row.came.total.saturating_add(row.gone.total).saturating_add(row.changed);
    rows.sort_by_key(|row| std::cmp::Reverse(count(row)));
    rows
}

impl Side {
    fn add<T>(&mut self, item: &T, says: Says<'_, T>) {
        self.total = self.total.saturating_add(1);
        if self.examples.len() < EXAMPLES_MAX {
            self.examples.push(says(item));
        }
    }
}

impl Days {
    pub(in crate::ui) fn of(which: &Which, moments: &Moments) -> Self {
        let mut days = Self::default();
        let mut read = |field: &'static str, typed: &str| {
            let typed = typed.trim();
            if typed.is_empty() {
                return None;
            }
            match instant(typed, moments) {
                Some(at) if at <= moments.now => Some(at),
                Some(_) => {
                    let why = "this day is not over yet: choose one before today";
                    days.bad.push((field, why.to_owned()));
                    None
                }
                None => {
                    let why = "this is no day: write one like 2027-01-31";
                    days.bad.push((field, why.to_owned()));
                    None
                }
            }
        };
        let since = read("since", &which.since);
        let is_today = which.until.trim() == moments.day_of(moments.now);
        let until = if is_today { None } else { read("until", &which.until) };
        if since.zip(until).is_some_and(|(since, until)| until < since) {
            days.bad.push(("until", "this is before the first day: choose a later one".to_owned()));
        }
        if since.is_none() && until.is_some() && days.bad.is_empty() {
            days.bad.push(("since", "choose a day from which on".to_owned()));
        }
        Self { since, until, ..days }
    }
}

impl Compared {
    fn has_no_findings(&self) -> bool {
        self.findings.iter().all(|group| group.total == 0)
    }
}

impl Page {
    pub(in crate::ui) fn new(
        frame: Frame,
        (which, days): (&Which, Days),
        asked: Asked<Compared>,
        moments: &Moments,
    ) -> Self {
        let title = match (days.since, days.until) {
            (None, _) => "What came and went since a day".to_owned(),
            (Some(since), None) => {
                let since = then(&which.since, since, moments);
                format!("What is different from how it was {since}")
            }
            (Some(since), Some(until)) => format!(
                "What is different {} from {}",
                then(&which.until, until, moments),
                then(&which.since, since, moments)
            ),
        };
        let back = BACK.map(|(words, days)| {
            let length = SignedDuration::from_hours(days.saturating_mul(24));
            let at = moments.now.checked_sub(length).unwrap_or(moments.now);
            (words, address(PATH, &[("since", &moments.day_of(at))]))
        });
        Self {
            frame,
            title,
            since: which.since.trim().to_owned(),
            until: which.until.trim().to_owned(),
            today: moments.day_of(moments.now),
            bad: days.bad,
            back: back.to_vec(),
            asked,
        }
    }

    fn bad(&self, field: &str) -> Option<&str> {
        self.bad.iter().find(|(bad, _)| *bad == field).map(|(_, words)| words.as_str())
    }
}

/// Several kinds of connection, as a page counts them.
fn counted(kind: EdgeKind) -> &'static str {
    match kind {
        EdgeKind::MemberOf => "Memberships of groups and roles",
        EdgeKind::Assumes => "Who can take on what",
        EdgeKind::Holds => "Credentials that somebody has",
        EdgeKind::Grants => "Entitlements given",
        EdgeKind::AppliesTo => "What entitlements are about",
        EdgeKind::Authenticates => "What credentials open",
        EdgeKind::ReadsSecretOf => "Who can read which secret",
        EdgeKind::Impersonates => "Who can act under whose name",
        EdgeKind::Controls => "Who can change what",
        EdgeKind::ActsOnBehalfOf => "Who acts for whom",
        EdgeKind::IsAccountOf => "Whose account it is",
        EdgeKind::UsesTool => "Who uses which tool",
    }
}
