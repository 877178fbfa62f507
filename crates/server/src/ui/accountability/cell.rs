//! One cell of the map: who answers for it, who stands in, what is the matter, and the forms by which it
//! is attested, handed over and taken over. Why a form is not there is said beside it.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use countersign_governance::Command;
use countersign_governance::accountability::{Cell, Command as Verb, Plane, TAKE_WITHIN_DAYS};
use countersign_governance::id::PersonId;

use super::super::form::Form;
use super::super::frame::{Frame, Here};
use super::super::halt::Halt;
use super::super::moment::{At, Moments};
use super::super::person::{People, Who, active};
use super::super::refusal::Refused;
use super::super::state::Chip;
use super::super::visitor::Visitor;
use super::super::{Ui, answer};
use super::words::{chip, plane};
use crate::accountable::Standing;
use crate::api::accountability::cell;
use crate::api::problem::Problem;
use crate::api::query::Path;
use crate::ask::accountability::{Row, rows};
use crate::door::Asked;

#[derive(Debug, Template)]
#[template(path = "accountability/cell.html")]
pub(in crate::ui) struct Page {
    frame: Frame,
    title: String,
    plane: String,
    plane_name: &'static str,
    system: String,
    chips: Vec<Chip>,
    accountable: Option<Who>,
    /// What the rows name where that is no one person.
    named: Vec<String>,
    deputies: Vec<Who>,
    attested: String,
    offered: Option<(Who, At)>,
    is_offered_to_you: bool,
    measure: String,
    /// Why the one who looks cannot attest it; nothing where they can.
    no_attest: Option<Refused>,
    /// Why they cannot hand it over.
    no_hand_over: Option<Refused>,
    /// To whom it can be handed.
    choices: Vec<Who>,
    days: i64,
    form: Form,
    refused: Option<Refused>,
}

/// All that the page is made of.
pub(in crate::ui) struct Known {
    pub(in crate::ui) row: Row,
    pub(in crate::ui) plane: Plane,
    pub(in crate::ui) people: People,
    pub(in crate::ui) you: String,
    pub(in crate::ui) no_attest: Option<Refused>,
    pub(in crate::ui) no_hand_over: Option<Refused>,
    pub(in crate::ui) choices: Vec<Who>,
    pub(in crate::ui) form: Form,
    pub(in crate::ui) refused: Option<Refused>,
}

/// The page.
pub(in crate::ui) async fn show(
    State(ui): State<Ui>,
    visitor: Visitor,
    Path((plane, system)): Path<(String, String)>,
) -> Result<Response, Halt> {
    render(&ui, &visitor, (&plane, &system), (StatusCode::OK, None)).await
}

/// The page, after something that did not work.
pub(super) async fn render(
    ui: &Ui,
    visitor: &Visitor,
    (plane, system): (&str, &str),
    (status, refused): (StatusCode, Option<Refused>),
) -> Result<Response, Halt> {
    let door = &ui.api.workers.door;
    let cell = cell(&ui.api, plane, system).await?;
    let standing = Standing::read(door).await?;
    let row = rows(&standing, door.clock.now())
        .into_iter()
        .find(|row| row.plane == plane && row.system == system)
        .ok_or_else(|| Problem::unknown("system"))?;
    let you = visitor.person.to_string();
    let can = |who: &Who| {
        let person = who.id.parse().ok().and_then(|id: PersonId| standing.people.get(&id));
        person.is_some_and(|human| human.person.can_answer())
    };
    let mut choices: Vec<Who> = active(door, &you).await?;
    choices.retain(|who| can(who) && !who.is_you && Some(&who.id) != row.accountable.as_ref());
    let to = choices.first().and_then(|who| who.id.parse().ok()).unwrap_or(visitor.person);
    let [no_attest, no_hand_over] = would(ui, visitor, (cell, to)).await?;
    let ids = row.accountable.iter().chain(&row.deputies).chain(&row.offered_to).cloned();
    let known = Known {
        people: People::of(door, &you, ids).await?,
        plane: cell.plane,
        you,
        no_attest,
        no_hand_over,
        choices,
        form: Form::new(ui, visitor, row.sequence)?,
        refused,
        row,
    };
    let frame = Frame::of(ui, visitor, Here::Accountability).await?;
    let moments = Moments::new(door.clock.now());
    Ok(answer::page(status, &Page::new(frame, known, &moments)))
}

/// What the door would answer to each verb now.
async fn would(
    ui: &Ui,
    visitor: &Visitor,
    (cell, to): (Cell, PersonId),
) -> Result<[Option<Refused>; 2], Halt> {
    let asked = |verb| Asked::new(visitor.actor(), Command::Accountability(cell, verb));
    let all = vec![asked(Verb::Attest), asked(Verb::HandOver(to))];
    let answers = ui.api.workers.door.would(all).await?;
    let mut told = answers
        .into_iter()
        .map(|answer| answer.err().map(|refusal| Refused::of("", &Problem::refused(&refusal))));
    Ok([told.next().flatten(), told.next().flatten()])
}

impl Page {
    pub(in crate::ui) fn new(frame: Frame, known: Known, moments: &Moments) -> Self {
        let Known { row, people, .. } = known;
        let who = |id: &String| people.who(id);
        let title = match (row.accountable.as_ref(), row.gaps.first().map(String::as_str)) {
            (None, Some("several")) => format!("Several people answer for this in {}", row.system),
            (None, _) => format!("Nobody answers for this in {}", row.system),
            (Some(id), Some("gone")) => {
                format!("{} answered for this in {} and is gone", people.who(id).name, row.system)
            }
            (Some(id), _) => format!("{} answers for this in {}", people.who(id).name, row.system),
        };
        let offered = row.offered_to.as_ref().zip(row.offered_until);
        let told = |no: Option<Refused>| no.map(|no| people.told(&no));
        Self {
            frame,
            title,
            plane: row.plane.clone(),
            plane_name: plane(known.plane),
            chips: row.gaps.iter().map(|kind| chip(kind)).collect(),
            accountable: row.accountable.as_ref().map(who),
            named: if row.accountable.is_none() { row.named.clone() } else { Vec::new() },
            deputies: row.deputies.iter().map(who).collect(),
            attested: row.attested.map(|day| day.to_string()).unwrap_or_default(),
            offered: offered.map(|(id, until)| (people.who(id), moments.at(until))),
            is_offered_to_you: row.offered_to.as_ref() == Some(&known.you),
            measure: row.measure.clone(),
            no_attest: told(known.no_attest),
            no_hand_over: told(known.no_hand_over),
            choices: known.choices,
            days: TAKE_WITHIN_DAYS,
            form: known.form,
            refused: told(known.refused),
            system: row.system,
        }
    }
}
