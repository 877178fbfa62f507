//! Signing a program in: a person types the code that it shows, sees who asks and from where, and says yes
//! or no. The code never comes out of an address: whoever sends a link to somebody has not typed for them.

use std::net::IpAddr;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use countersign_store::device::Device;

use super::asset::Links;
use super::form::{Form, Posted};
use super::halt::Halt;
use super::moment::{At, Moments};
use super::refusal::Refused;
use super::visitor::Visitor;
use super::{Ui, answer as answers};
use crate::api::problem::Problem;
use crate::api::problem::code::Code;
use crate::auth::device;
use crate::auth::limit::Wait;

#[derive(Debug, Template)]
#[template(path = "device.html")]
pub(super) struct Page {
    pub(super) links: Links,
    pub(super) form: Form,
    pub(super) who: String,
    pub(super) step: Step,
    pub(super) refused: Option<Refused>,
}

/// Where it stands.
#[derive(Debug, Clone)]
pub(super) enum Step {
    /// A code is to be typed.
    Type,
    /// Somebody is to be confirmed.
    Confirm(Waiting),
    /// It was confirmed, or not.
    Done(bool),
}

/// A program that waits.
#[derive(Debug, Clone)]
pub(super) struct Waiting {
    pub(super) code: String,
    pub(super) name: String,
    pub(super) from: String,
    pub(super) at: At,
}

/// The page on which a code is typed.
pub(super) async fn look(State(ui): State<Ui>, visitor: Visitor) -> Result<Response, Halt> {
    page(&ui, &visitor, (StatusCode::OK, Step::Type, None))
}

/// Who waits under the code that was typed.
pub(super) async fn find(State(ui): State<Ui>, posted: Posted) -> Result<Response, Halt> {
    let door = &ui.api.workers.door;
    let (visitor, typed) = (&posted.visitor, posted.fields.get("code"));
    if let Err(wait) = ui.api.pace.type_code(visitor.person, door.clock.now()) {
        return no(&ui, visitor, &too_often(&wait));
    }
    match device::find(door, typed).await? {
        Some(found) => {
            let moments = Moments::new(door.clock.now());
            let step = Step::Confirm(waiting(typed, found, &moments));
            page(&ui, visitor, (StatusCode::OK, step, None))
        }
        None => no(&ui, visitor, &Problem::of(Code::DeviceUnknown)),
    }
}

/// What was said to it.
pub(super) async fn answer(State(ui): State<Ui>, posted: Posted) -> Result<Response, Halt> {
    let (visitor, fields) = (&posted.visitor, &posted.fields);
    let is_yes = match fields.get("answer") {
        "yes" => true,
        "no" => false,
        _ => return Err(Problem::malformed("the form does not say what was answered").into()),
    };
    let door = &ui.api.workers.door;
    // Nobody answers for codes that they guess either.
    if let Err(wait) = ui.api.pace.type_code(visitor.person, door.clock.now()) {
        return no(&ui, visitor, &too_often(&wait));
    }
    if device::answer(door, visitor.person, (fields.get("code"), is_yes)).await? {
        page(&ui, visitor, (StatusCode::OK, Step::Done(is_yes), None))
    } else {
        no(&ui, visitor, &Problem::of(Code::DeviceUnknown))
    }
}

fn too_often(Wait(wait): &Wait) -> Problem {
    let seconds = wait.as_secs().saturating_add(1);
    Problem::of(Code::DeviceTooOften).then(&format!("wait {seconds} seconds and try again"))
}

fn waiting(typed: &str, device: Device, moments: &Moments) -> Waiting {
    let is_here = device.address.parse::<IpAddr>().is_ok_and(|it| it.is_loopback());
    let from = if is_here { "the machine of this server".to_owned() } else { device.address };
    let code = device::spelled(typed).map(|code| device::shown(&code)).unwrap_or_default();
    Waiting { code, name: device.name, from, at: moments.at(device.created_at) }
}

fn no(ui: &Ui, visitor: &Visitor, problem: &Problem) -> Result<Response, Halt> {
    page(ui, visitor, (problem.status(), Step::Type, Some(Refused::of("", problem))))
}

fn page(
    ui: &Ui,
    visitor: &Visitor,
    (status, step, refused): (StatusCode, Step, Option<Refused>),
) -> Result<Response, Halt> {
    let (form, who) = (Form::new(ui, visitor, 0)?, visitor.name.clone());
    Ok(answers::page(status, &Page { links: Links::new(), form, who, step, refused }))
}
