//! The map: control planes by systems, one accountable person in each cell, what is missing in words, who
//! carries how much, and how each control plane is doing.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use countersign_governance::accountability::Plane;
use countersign_governance::id::PersonId;
use countersign_policy::raci::Raci;

use super::super::frame::{Frame, Here};
use super::super::halt::{Halt, encoded};
use super::super::moment::{At, Moments};
use super::super::person::{initials, seats};
use super::super::refusal::sentence;
use super::super::state::Chip;
use super::super::visitor::Visitor;
use super::super::{Ui, answer};
use super::words::{chip, plane, plane_of};
use crate::accountable::Standing;
use crate::ask::accountability::measure::{self, Measured};
use crate::ask::accountability::{GapRow, Row, open_gaps, rows};

/// Most systems in the map; the list of the API has all.
const SYSTEMS_MAX: usize = 40;

/// Most gaps on the page.
const GAPS_MAX: usize = 100;

/// Most people on the page.
const PEOPLE_MAX: usize = 100;

#[derive(Debug, Template)]
#[template(path = "accountability/map.html")]
pub(in crate::ui) struct Page {
    frame: Frame,
    lead: String,
    systems: Vec<String>,
    systems_more: usize,
    planes: Vec<Line>,
    gaps: Vec<Gap>,
    gaps_more: usize,
    people: Vec<Load>,
    people_more: usize,
    measured: Vec<Shown>,
}

/// One control plane over all systems.
#[derive(Debug, Clone)]
struct Line {
    name: &'static str,
    cells: Vec<Cell>,
}

#[derive(Debug, Clone)]
struct Cell {
    /// `one`, `weak` or `gap`.
    tone: &'static str,
    icon: &'static str,
    words: String,
    /// What a listener hears.
    label: String,
    address: String,
}

#[derive(Debug, Clone)]
struct Gap {
    chip: Chip,
    title: String,
    place: String,
    address: String,
    since: At,
    ago: String,
    tier: String,
    /// By when, and the chip where that is over.
    due: Option<At>,
    late: Option<Chip>,
}

/// What one person carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::ui) struct Load {
    pub(in crate::ui) name: String,
    pub(in crate::ui) initials: String,
    pub(in crate::ui) seats: String,
    pub(in crate::ui) rows: usize,
    pub(in crate::ui) is_over: bool,
    /// Who stands in for them somewhere.
    pub(in crate::ui) deputies: Vec<String>,
}

#[derive(Debug, Clone)]
struct Shown {
    name: &'static str,
    measure: String,
    figure: String,
    rests_on: String,
    /// What cannot be told, and what next; empty where the figure is the whole measure.
    missing: String,
    attested: String,
}

/// All that the page is made of.
pub(in crate::ui) struct Known {
    pub(in crate::ui) rows: Vec<Row>,
    pub(in crate::ui) gaps: Vec<GapRow>,
    pub(in crate::ui) loads: Vec<Load>,
    pub(in crate::ui) measured: Vec<Measured>,
}

/// The page.
pub(in crate::ui) async fn map(State(ui): State<Ui>, visitor: Visitor) -> Result<Response, Halt> {
    let door = &ui.api.workers.door;
    let standing = Standing::read(door).await?;
    let now = door.clock.now();
    let known = Known {
        rows: rows(&standing, now),
        gaps: open_gaps(door, &standing).await?,
        loads: loads(&standing),
        measured: measure::all(door, &standing).await?,
    };
    let frame = Frame::of(&ui, &visitor, Here::Accountability).await?;
    Ok(answer::page(StatusCode::OK, &Page::new(frame, known, &Moments::new(now))))
}

/// Everybody who answers for something, the heaviest load first.
fn loads(standing: &Standing) -> Vec<Load> {
    let names = standing.names();
    let mut count: BTreeMap<PersonId, usize> = BTreeMap::new();
    for plane in Plane::ALL {
        for system in &names {
            if let [row] = standing.raci.rows(plane, system).as_slice() {
                let rows = count.entry(row.accountable).or_default();
                *rows = rows.saturating_add(1);
            }
        }
    }
    let mut loads: Vec<Load> =
        count.into_iter().map(|(id, rows)| load(standing, (id, rows))).collect();
    loads.sort_by(|one, other| other.rows.cmp(&one.rows).then(one.name.cmp(&other.name)));
    loads
}

fn load(standing: &Standing, (id, rows): (PersonId, usize)) -> Load {
    let Raci { deputies, rows_each_max, .. } = &standing.raci;
    let on = standing.on;
    let now = deputies.iter().filter(|it| it.person == id && it.from <= on && on <= it.until);
    let mut deputies: Vec<String> = now.map(|it| standing.name(it.by)).collect();
    deputies.sort_unstable();
    deputies.dedup();
    let person = standing.people.get(&id).map(|human| &human.person);
    let seats = match person {
        None => "nobody here is called so".to_owned(),
        Some(person) if !person.is_active() => "not active any more".to_owned(),
        Some(person) => seats(&person.seats().iter().copied().collect::<Vec<_>>()),
    };
    let name = standing.name(id);
    let is_over = rows > *rows_each_max;
    Load { initials: initials(&name), name, seats, rows, is_over, deputies }
}

impl Page {
    pub(in crate::ui) fn new(frame: Frame, known: Known, moments: &Moments) -> Self {
        let Known { rows, gaps, loads, measured } = known;
        let mut systems: Vec<String> = rows.iter().map(|row| row.system.clone()).collect();
        systems.sort_unstable();
        systems.dedup();
        let sound = rows.iter().filter(|row| row.gaps.is_empty()).count();
        let lead = lead((sound, rows.len()), gaps.len());
        let systems_more = systems.len().saturating_sub(SYSTEMS_MAX);
        systems.truncate(SYSTEMS_MAX);
        let line = |it: Plane| {
            let here = rows.iter().filter(|row| row.plane == it.as_str());
            let here = here.filter(|row| systems.contains(&row.system));
            Line { name: plane(it), cells: here.map(cell).collect() }
        };
        let (gaps_more, people_more) =
            (gaps.len().saturating_sub(GAPS_MAX), loads.len().saturating_sub(PEOPLE_MAX));
        Self {
            frame,
            lead,
            planes: Plane::ALL.into_iter().map(line).collect(),
            systems_more,
            gaps: gaps.iter().take(GAPS_MAX).map(|it| gap(it, moments)).collect(),
            gaps_more,
            people: loads.into_iter().take(PEOPLE_MAX).collect(),
            people_more,
            measured: measured.into_iter().map(shown).collect(),
            systems,
        }
    }
}

fn lead((sound, all): (usize, usize), gaps: usize) -> String {
    if all == 0 {
        return "No system is connected, so there is nothing to answer for yet.".to_owned();
    }
    let gaps = match gaps {
        0 => "There is no gap.".to_owned(),
        1 => "1 gap is open until it is gone.".to_owned(),
        gaps => format!("{gaps} gaps are open, each until it is gone."),
    };
    format!(
        "One accountable person for each control plane of each system, before anybody needs them. {sound} of {all} are sound. {gaps}"
    )
}

fn cell(row: &Row) -> Cell {
    let worst = row.gaps.first().map(|kind| chip(kind));
    let who = row.named.join(", ");
    let (tone, icon, words) = match &worst {
        None => ("one", "", who.clone()),
        Some(chip) if chip.tone == "wait" => ("weak", chip.icon, chip.word.clone()),
        Some(chip) => ("gap", chip.icon, chip.word.clone()),
    };
    let matter = worst.map(|chip| format!(": {}", chip.word)).unwrap_or_default();
    let named = if who.is_empty() { String::new() } else { format!(", {who}") };
    Cell {
        tone,
        icon,
        words,
        label: format!("{} of {}{named}{matter}", plane_of(&row.plane), row.system),
        address: format!("/accountability/{}/{}", row.plane, encoded(&row.system)),
    }
}

fn gap(it: &GapRow, moments: &Moments) -> Gap {
    let (place, address) = match (&it.plane, &it.system) {
        (Some(plane), Some(system)) => (
            format!("{} of {system}", plane_of(plane)),
            format!("/accountability/{plane}/{}", encoded(system)),
        ),
        _ => ("of a person, not of a cell".to_owned(), String::new()),
    };
    Gap {
        chip: chip(&it.kind),
        title: sentence(&it.words),
        place,
        address,
        since: moments.at(it.opened_at),
        ago: moments.ago(it.opened_at),
        tier: it.tier.clone().map_or_else(String::new, |tier| format!("tier {tier}")),
        due: it.due_at.map(|at| moments.at(at)),
        late: it.overdue.then(|| Chip::new("bad", "late", "Overdue")),
    }
}

fn shown(it: Measured) -> Shown {
    let attested = match it.attested_days {
        None => "no row yet".to_owned(),
        Some(0) => "today".to_owned(),
        Some(1) => "1 day ago".to_owned(),
        Some(days) => format!("{days} days ago"),
    };
    let (figure, rests_on) = match it.figure {
        Some(figure) => (figure.words, figure.rests_on),
        None => ("not measured yet".to_owned(), String::new()),
    };
    let missing = it.missing.map(str::to_owned).unwrap_or_default();
    Shown { name: plane(it.plane), measure: it.measure, figure, rests_on, missing, attested }
}
