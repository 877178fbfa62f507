//! What would clear findings: of one, the single connections each of which does it alone; of several, or
//! where no single one does, the fewest together. Each leads to what would be if it were gone. Nothing is
//! taken away by looking.

use std::collections::BTreeSet;
use std::time::Instant;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use countersign_access::edge::EdgeKey;
use countersign_access::engine::breaks::Limits;
use countersign_access::engine::{CUT_WORK_MAX, Engine, UnknownFinding};
use countersign_access::fact::RestsOn;
use countersign_access::finding::Fingerprint;

use super::super::finding::titles;
use super::super::frame::{Frame, Here};
use super::super::halt::Halt;
use super::super::moment::Moments;
use super::super::visitor::Visitor;
use super::super::{Ui, answer};
use super::asked::{Asked, Wait, address, say_less_after};
use super::edge::{Connection, with_owners};
use super::{About, Rest, not_whole, rests};
use crate::api::finding::find;
use crate::api::graph::{is_there, unknown};
use crate::api::problem::Problem;
use crate::api::query::Query;
use crate::graph::SAY_LESS_AFTER;

/// Where the page is.
const PATH: &str = "/graph/clear";

/// Most findings that are cleared together.
const CHOSEN_MAX: usize = 50;

/// Most single connections that are named.
const SINGLE_MAX: usize = 40;

/// Most connections of a set that are named.
const SET_MAX: usize = 100;

/// Which findings, each as `finding`; `now` asks for the answer within the page.
pub(in crate::ui) type Which = Vec<(String, String)>;

/// What was found out.
#[derive(Debug, Clone)]
pub(in crate::ui) struct Found {
    /// Those that clear the finding alone, and how many findings each clears.
    pub(in crate::ui) single: Vec<(Connection, usize)>,
    pub(in crate::ui) single_total: usize,
    /// Whether none can have been missed.
    pub(in crate::ui) is_every: bool,
    pub(in crate::ui) set: Option<Set>,
    pub(in crate::ui) rests_on: Vec<RestsOn>,
    /// Why it may not be all.
    pub(in crate::ui) why: Vec<String>,
}

/// The fewest together.
#[derive(Debug, Clone)]
pub(in crate::ui) struct Set {
    pub(in crate::ui) all: Vec<Connection>,
    pub(in crate::ui) total: usize,
    pub(in crate::ui) clears: bool,
    pub(in crate::ui) at_least: u64,
    pub(in crate::ui) is_exact: bool,
}

/// A connection as the page shows it.
#[derive(Debug, Clone)]
struct Row {
    it: Connection,
    /// What else it clears.
    also: String,
    what_if: String,
}

/// The answer as the page shows it.
#[derive(Debug, Clone)]
pub(in crate::ui) struct Shown {
    lead: String,
    single: Vec<Row>,
    more: usize,
    is_one: bool,
    /// Whether it is sure that no single one does it.
    is_none_alone: bool,
    set: Vec<Row>,
    set_more: usize,
    set_words: String,
    /// What would be if all of them were gone.
    together: String,
    why: Vec<String>,
    rests: Vec<Rest>,
}

#[derive(Debug, Template)]
#[template(path = "graph/clear.html")]
pub(in crate::ui) struct Page {
    frame: Frame,
    title: String,
    chosen: Vec<About>,
    over: Vec<About>,
    asked: Asked<Shown>,
}

/// The page.
pub(in crate::ui) async fn clear(
    State(ui): State<Ui>,
    visitor: Visitor,
    Query(which): Query<Which>,
) -> Result<Response, Halt> {
    let door = &ui.api.workers.door;
    is_there(door).await?;
    let Chosen { chosen, over, prints } = chosen(&ui, &which).await?;
    let moments = Moments::new(door.clock.now());
    let (status, asked) = if chosen.is_empty() {
        (StatusCode::OK, Asked::Nothing)
    } else if which.iter().any(|(name, _)| name == "now") {
        let found = found(&ui, &visitor, prints).await;
        Asked::came(found.map(|found| Shown::new(found, chosen.len(), &moments)), &visitor)
    } else {
        (StatusCode::OK, Asked::Waits(wait(&chosen)))
    };
    let frame = Frame::of(&ui, &visitor, Here::Findings).await?;
    Ok(answer::page(status, &Page::new(frame, (chosen, over), asked)))
}

/// The findings that were named, each once.
#[derive(Debug, Default)]
struct Chosen {
    chosen: Vec<About>,
    /// Those that the graph does not show.
    over: Vec<About>,
    /// What makes each of the former the same one tomorrow.
    prints: BTreeSet<Fingerprint>,
}

async fn chosen(ui: &Ui, which: &Which) -> Result<Chosen, Halt> {
    let named = which.iter().filter(|(name, value)| name == "finding" && !value.is_empty());
    let named: BTreeSet<&str> = named.map(|(_, value)| value.as_str()).collect();
    if named.len() > CHOSEN_MAX {
        let words = format!("more than {CHOSEN_MAX} findings at once: choose fewer");
        return Err(Problem::malformed(&words).into());
    }
    let mut all = Chosen::default();
    let shown = ui.api.workers.door.graph.read();
    let title = titles(&ui.api.workers.door);
    for reference in named {
        let item = find(&ui.api, reference).await?;
        let about = About {
            reference: format!("{}{}", crate::ask::finding::PREFIX, item.row.number),
            title: title(&item.row.rule),
        };
        let print = Fingerprint(item.row.fingerprint.clone());
        if shown.engine.findings().contains_key(&print) {
            all.chosen.push(about);
            all.prints.insert(print);
        } else {
            all.over.push(about);
        }
    }
    Ok(all)
}

fn wait(chosen: &[About]) -> Wait {
    let mut fields: Vec<(&str, &str)> =
        chosen.iter().map(|it| ("finding", it.reference.as_str())).collect();
    fields.push(("now", "yes"));
    let words = format!(
        "Each connection on the way is tried as if it were gone. This takes {} at most: what was found \
         by then is shown, and what is not proven is said.",
        say_less_after()
    );
    Wait { address: address(PATH, &fields), words }
}

async fn found(
    ui: &Ui,
    visitor: &Visitor,
    prints: BTreeSet<Fingerprint>,
) -> Result<Found, Problem> {
    let door = &ui.api.workers.door;
    let asked = Instant::now();
    let should_stop = move || asked.elapsed() >= SAY_LESS_AFTER;
    let found = door.graph.ask(move |shown| look(&shown.engine, &prints, &should_stop)).await?;
    let mut found = found.map_err(|none| unknown(&none.to_string()))?;
    let you = visitor.person.to_string();
    let mut all: Vec<Connection> = found.single.iter().map(|(it, _)| it.clone()).collect();
    with_owners(door, &you, &mut all).await?;
    for ((it, _), known) in found.single.iter_mut().zip(all) {
        *it = known;
    }
    if let Some(set) = &mut found.set {
        with_owners(door, &you, &mut set.all).await?;
    }
    Ok(found)
}

/// The single ones of one finding, and the fewest together of several or where there is no single one.
pub(in crate::ui) fn look(
    engine: &Engine,
    findings: &BTreeSet<Fingerprint>,
    should_stop: &dyn Fn() -> bool,
) -> Result<Found, UnknownFinding> {
    let limits = Limits { work: CUT_WORK_MAX, should_stop, ..Limits::default() };
    let only = findings.first().filter(|_| findings.len() == 1);
    let cut = only.map(|only| engine.cut_within(only, limits)).transpose()?;
    let edges = cut.as_ref().map(|cut| cut.edges.as_slice()).unwrap_or_default();
    let connection = |key: &EdgeKey| Connection::of(engine, key);
    let single = edges.iter().take(SINGLE_MAX);
    let set = if edges.is_empty() { Some(engine.cut_set(findings, limits)?) } else { None };
    let set = set.map(|set| Set {
        all: set.edges.iter().take(SET_MAX).map(connection).collect(),
        total: set.edges.len(),
        clears: set.clears,
        at_least: set.at_least,
        is_exact: set.is_exact,
    });
    Ok(Found {
        single: single.map(|it| (connection(&it.edge), it.clears)).collect(),
        single_total: edges.len(),
        is_every: cut.is_none_or(|cut| cut.exact),
        set,
        rests_on: engine.rests_on(),
        why: not_whole(&engine.rests_on())
            .into_iter()
            .chain(engine.partial().iter().cloned())
            .collect(),
    })
}

impl Shown {
    pub(in crate::ui) fn new(found: Found, chosen: usize, moments: &Moments) -> Self {
        let lead = lead(&found, chosen);
        let mut why = found.why;
        if !found.is_every {
            why.push("the time was over before every connection was tried".to_owned());
        }
        let more = found.single_total.saturating_sub(found.single.len());
        let single = found.single.into_iter().map(|(it, clears)| Row {
            also: also(clears),
            what_if: what_if(&[&it]),
            it,
        });
        let single: Vec<Row> = single.collect();
        let set = found.set.as_ref();
        Self {
            lead,
            is_one: chosen == 1,
            is_none_alone: chosen == 1 && found.is_every && found.single_total == 0,
            single,
            more,
            set_more: set.map_or(0, |set| set.total.saturating_sub(set.all.len())),
            set_words: set.map(set_words).unwrap_or_default(),
            together: set
                .filter(|set| set.all.len() == set.total && set.total > 1)
                .map(|set| what_if(&set.all.iter().collect::<Vec<_>>()))
                .unwrap_or_default(),
            set: set.into_iter().flat_map(|set| &set.all).map(alone).collect(),
            why,
            rests: rests(&found.rests_on, moments),
        }
    }
}

fn alone(it: &Connection) -> Row {
    Row { also: String::new(), what_if: what_if(&[it]), it: it.clone() }
}

/// Where it is said what would be without these.
fn what_if(connections: &[&Connection]) -> String {
    let fields: Vec<(&str, &str)> =
        connections.iter().map(|it| ("remove", it.text.as_str())).collect();
    address("/graph/what-if", &fields)
}

fn also(clears: usize) -> String {
    match clears {
        0 | 1 => "nothing else".to_owned(),
        2 => "1 other finding".to_owned(),
        _ => format!("{} other findings", clears.saturating_sub(1)),
    }
}

fn lead(found: &Found, chosen: usize) -> String {
    let what = if chosen == 1 { "it" } else { "them" };
    match (found.single_total, &found.set) {
        (1, _) => "One change clears it by itself.".to_owned(),
        (several, _) if several > 1 => format!("Any one of {several} changes clears it by itself."),
        (_, Some(set)) if !set.clears => format!("No changes were found that clear {what}."),
        (_, Some(set)) if set.total == 1 => format!("One change clears {what}."),
        (_, Some(set)) if set.is_exact => {
            format!("{} changes together clear {what}; fewer do not.", set.total)
        }
        (_, Some(set)) => format!("{} changes together clear {what}.", set.total),
        (_, None) => String::new(),
    }
}

/// How sure the fewest are the fewest.
fn set_words(set: &Set) -> String {
    match (set.clears, set.is_exact) {
        (false, true) => {
            "It is proven that taking connections away does not do it: what is the matter is in the \
             thing itself, or somebody has it directly."
                .to_owned()
        }
        (false, false) => {
            "A limit of time or size was met before any were found. It is not proven that there are none."
                .to_owned()
        }
        (true, true) => "It is proven that no fewer do".to_owned(),
        (true, false) if set.at_least > 1 => format!(
            "Fewer than {} are proven not to do; whether fewer than {} would is not known",
            set.at_least, set.total
        ),
        (true, false) => "Whether fewer would do is not proven".to_owned(),
    }
}

impl Page {
    pub(in crate::ui) fn new(
        frame: Frame,
        (chosen, over): (Vec<About>, Vec<About>),
        asked: Asked<Shown>,
    ) -> Self {
        let title = match if chosen.is_empty() { over.as_slice() } else { &chosen } {
            [] => "What would clear findings".to_owned(),
            [only] => format!("What would clear {}", only.reference),
            several => format!("What would clear {} findings together", several.len()),
        };
        Self { frame, title, chosen, over, asked }
    }
}
