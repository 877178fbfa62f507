//! Giving somebody from outside one seat for one case: who, which seat, until when. The page says what comes
//! of it; the form goes through the door exactly as the API's does.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use countersign_access::node::NodeId;
use countersign_governance::Command;
use countersign_governance::id::PersonId;
use countersign_governance::seat::SeatName;

use super::form::{Fields, Form, Posted};
use super::frame::{Frame, Here};
use super::halt::Halt;
use super::moment::Moments;
use super::refusal::Refused;
use super::visitor::Visitor;
use super::{Ui, again, answer};
use crate::api::exception::find as find_exception;
use crate::api::finding::find as find_finding;
use crate::api::person::appoint_for_case::{Content, asked};
use crate::api::problem::Problem;
use crate::ask::exception::PREFIX;
use crate::door::{Asked, NotDone};

/// Days until the end that the form proposes.
const DAYS: i64 = 14;

/// What the one who looks wanted, in words.
const WANTED: &str = "You wanted to give somebody from outside a seat for this case";

#[derive(Debug, Template)]
#[template(path = "outside.html")]
pub(in crate::ui) struct Page {
    pub(super) frame: Frame,
    pub(super) refused: Option<Refused>,
    pub(super) reference: String,
    /// Where the case is shown.
    pub(super) back: String,
    /// Each seat that can be given, and whether it was chosen.
    pub(super) seats: Vec<(&'static str, bool)>,
    pub(super) name: String,
    pub(super) identities: String,
    /// Whether it was said that there are none.
    pub(super) none: bool,
    pub(super) until: String,
    pub(super) form: Form,
}

/// A case as the page needs it: how it is called, where it is shown, and from which seats it is signed.
struct Case {
    reference: String,
    back: String,
    seats: &'static [SeatName],
    here: Here,
}

/// The page.
pub(in crate::ui) async fn look(
    State(ui): State<Ui>,
    visitor: Visitor,
    Path(reference): Path<String>,
) -> Result<Response, Halt> {
    let case = case(&ui, &reference).await?;
    render(&ui, &visitor, (StatusCode::OK, None), (case, &Fields::default())).await
}

/// What was filled in.
pub(in crate::ui) async fn send(
    State(ui): State<Ui>,
    Path(reference): Path<String>,
    posted: Posted,
) -> Result<Response, Halt> {
    let case = case(&ui, &reference).await?;
    match give(&ui, &posted, &case).await {
        Ok(()) => Ok(answer::see(&case.back)),
        Err(problem) => {
            if let Some(offered) = again::offer(&ui, &posted, (WANTED, &problem)).await? {
                return Ok(offered);
            }
            let refused = (problem.status(), Some(Refused::of(WANTED, &problem)));
            render(&ui, &posted.visitor, refused, (case, &posted.fields)).await
        }
    }
}

async fn case(ui: &Ui, reference: &str) -> Result<Case, Problem> {
    use SeatName::{Control, Legal, Security};
    if reference.to_ascii_uppercase().starts_with(PREFIX) {
        let number = find_exception(&ui.api, reference).await?.row.number;
        let reference = format!("{PREFIX}{number}");
        let back = format!("/exceptions/{reference}");
        return Ok(Case {
            reference,
            back,
            seats: &[Legal, Control, Security],
            here: Here::Exceptions,
        });
    }
    let number = find_finding(&ui.api, reference).await?.row.number;
    let reference = format!("FN-{number}");
    let back = format!("/findings/{reference}");
    Ok(Case { reference, back, seats: &[Control, Security], here: Here::Findings })
}

async fn give(ui: &Ui, posted: &Posted, case: &Case) -> Result<(), Problem> {
    let door = &ui.api.workers.door;
    let (command, texts) = asked(&ui.api, &content(posted, ui, case)?).await?;
    let id = PersonId(door.chance.id(door.clock.now()).map_err(NotDone::Chance)?);
    let once = posted.once(&format!("outside {}", case.reference));
    let asked = posted.visitor.asks(Command::Person(id, command)).with_texts(texts);
    door.act(Asked { once, ..asked }).await?;
    Ok(())
}

fn content(posted: &Posted, ui: &Ui, case: &Case) -> Result<Content, Problem> {
    let fields = &posted.fields;
    let mut identities = Vec::new();
    for line in fields.get("identities").lines().map(str::trim).filter(|line| !line.is_empty()) {
        let id = NodeId::new(line);
        let id = id.map_err(|why| Problem::malformed_at(Some("identities"), &why.to_string()))?;
        identities.push(id);
    }
    // Leaving them out must not make somebody free to sign for access of their own.
    if identities.is_empty() && fields.get("none") != "yes" {
        let what = "name each identity of theirs, or say that there is none";
        return Err(Problem::malformed_at(Some("identities"), what));
    }
    let seat = SeatName::parse(fields.get("seat"));
    let seat = seat.ok_or_else(|| Problem::malformed_at(Some("seat"), "choose the seat"))?;
    let moments = Moments::new(ui.api.workers.door.clock.now());
    let until = moments.end_of(fields.get("until"));
    let until = until.ok_or_else(|| Problem::malformed_at(Some("until"), "choose the last day"))?;
    let name = fields.get("name").to_owned();
    Ok(Content { name, identities, case: case.reference.clone(), seat, until })
}

async fn render(
    ui: &Ui,
    visitor: &Visitor,
    (status, refused): (StatusCode, Option<Refused>),
    (case, fields): (Case, &Fields),
) -> Result<Response, Halt> {
    let now = ui.api.workers.door.clock.now();
    let in_days = jiff::SignedDuration::from_hours(24 * DAYS);
    let proposed = Moments::new(now).day_of(now.checked_add(in_days).unwrap_or(now));
    let until = Some(fields.get("until")).filter(|it| !it.is_empty());
    let seats = case.seats.iter().map(|it| (it.as_str(), it.as_str() == fields.get("seat")));
    let page = Page {
        frame: Frame::of(ui, visitor, case.here).await?,
        refused,
        seats: seats.collect(),
        reference: case.reference,
        back: case.back,
        name: fields.get("name").to_owned(),
        identities: fields.get("identities").to_owned(),
        none: fields.get("none") == "yes",
        until: until.map_or(proposed, str::to_owned),
        form: Form::new(ui, visitor, 0)?,
    };
    Ok(answer::page(status, &page))
}

impl Page {
    fn bad(&self, field: &str) -> Option<&str> {
        let refused = self.refused.as_ref()?;
        (refused.field.as_deref() == Some(field)).then_some(refused.why.as_str())
    }

    /// The page as tests look at it.
    #[cfg(test)]
    pub(super) fn sample(frame: Frame, text: &str, form: Form, refused: Option<Refused>) -> Self {
        Self {
            frame,
            refused,
            reference: "EX-142".to_owned(),
            back: "/exceptions/EX-142".to_owned(),
            seats: vec![("legal", true), ("control", false), ("security", false)],
            name: text.to_owned(),
            identities: text.to_owned(),
            none: false,
            until: "2027-03-30".to_owned(),
            form,
        }
    }
}
