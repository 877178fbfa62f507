//! What the forms of a cell send. Each goes through the door exactly as the API's does; what is refused
//! is shown on the page that sent it.

use axum::extract::State;
use axum::response::Response;
use countersign_governance::Command;
use countersign_governance::accountability::Command as Verb;
use countersign_governance::id::PersonId;

use super::super::form::Posted;
use super::super::halt::{Halt, encoded};
use super::super::refusal::Refused;
use super::super::{Ui, answer};
use super::cell::render;
use crate::api::accountability::cell;
use crate::api::problem::Problem;
use crate::api::query::Path;
use crate::door::Asked;

/// Does what a form asks for.
pub(in crate::ui) async fn act(
    State(ui): State<Ui>,
    Path((plane, system, verb)): Path<(String, String, String)>,
    posted: Posted,
) -> Result<Response, Halt> {
    let place = format!("/accountability/{plane}/{}", encoded(&system));
    match give(&ui, &posted, (&plane, &system, &verb)).await {
        Ok(()) => Ok(answer::see(&place)),
        Err(problem) => {
            let what = format!("You wanted to {} it", verb.replace('-', " "));
            let refused = Refused::of(&what, &problem);
            let told = (problem.status(), Some(refused));
            render(&ui, &posted.visitor, (&plane, &system), told).await
        }
    }
}

async fn give(
    ui: &Ui,
    posted: &Posted,
    (plane, system, verb): (&str, &str, &str),
) -> Result<(), Problem> {
    let command = match verb {
        "attest" => Verb::Attest,
        "take-over" => Verb::TakeOver,
        "hand-over" => Verb::HandOver(to(posted)?),
        _ => return Err(Problem::unknown("form")),
    };
    let cell = cell(&ui.api, plane, system).await?;
    let seen = posted.fields.number("seen");
    let seen = seen.ok_or_else(|| Problem::malformed("the form does not say what it showed"))?;
    let once = posted.once(&format!("accountability {cell} {verb}"));
    let asked = Asked::new(posted.visitor.actor(), Command::Accountability(cell, command));
    ui.api.workers.door.act(Asked { seen: Some(seen), once, ..asked }).await?;
    Ok(())
}

fn to(posted: &Posted) -> Result<PersonId, Problem> {
    let nobody = |_| Problem::malformed_at(Some("to"), "choose the person who is to answer for it");
    posted.fields.get("to").parse().map_err(nobody)
}
