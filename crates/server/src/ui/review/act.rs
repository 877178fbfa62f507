//! What the forms of a review and of its items send. Each goes through the door exactly as the API's does;
//! what is refused is shown on the page that sent it.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use countersign_governance::Command;
use countersign_governance::id::{PersonId, ReviewId};
use countersign_governance::review::Command as Verb;
use countersign_store::read::review::Item as Review;

use super::super::form::Posted;
use super::super::halt::Halt;
use super::super::moment::Moments;
use super::super::refusal::Refused;
use super::super::{Ui, answer};
use super::words::decision;
use super::{item, queue, show};
use crate::api::problem::Problem;
use crate::api::query::Path;
use crate::api::review::{
    accept, cancel, command, decide, delegate, find, find_item, pause, reject,
};
use crate::ask::finding::bare;
use crate::door::Asked;
use crate::text::Text;

/// Does what a form of a review asks for.
pub(in crate::ui) async fn act(
    State(ui): State<Ui>,
    Path((reference, verb)): Path<(String, String)>,
    posted: Posted,
) -> Result<Response, Halt> {
    match give(&ui, &posted, (&reference, &verb)).await {
        Ok(()) => Ok(answer::see(&format!("/reviews/{reference}"))),
        Err(problem) => {
            let refused = Refused::of(&format!("You wanted to {verb} it"), &problem);
            let typed = posted.fields.get("reason").to_owned();
            let told = (problem.status(), Some(refused), typed);
            show::render(&ui, &posted.visitor, &reference, told).await
        }
    }
}

async fn give(ui: &Ui, posted: &Posted, (reference, verb): (&str, &str)) -> Result<(), Problem> {
    let review = find(&ui.api, reference).await?;
    let (command, texts) = asked(ui, posted, verb)?;
    let id: ReviewId = bare(&review.row.id).parse().map_err(|_| Problem::unknown("review"))?;
    let seen = posted.fields.number("seen");
    let seen = seen.ok_or_else(|| Problem::malformed("the form does not say what it showed"))?;
    let once = posted.once(&format!("{} {verb}", review.row.id));
    let asked = posted.visitor.asks(Command::Review(id, command)).with_texts(texts);
    ui.api.workers.door.act(Asked { seen: Some(seen), once, ..asked }).await?;
    Ok(())
}

fn asked(ui: &Ui, posted: &Posted, verb: &str) -> Result<(Verb, Vec<Text>), Problem> {
    let reason = posted.fields.get("reason").to_owned();
    match verb {
        "start" => Ok((Verb::Start, Vec::new())),
        "resume" => Ok((Verb::Resume, Vec::new())),
        "pause" => pause::asked(&ui.api, &pause::Content { reason }),
        "cancel" => cancel::asked(&ui.api, &cancel::Content { reason }),
        "accept" => accept::asked(&ui.api, &accept::Content { reason }),
        "reject" => reject::asked(&ui.api, &reject::Content { reason }),
        _ => Err(Problem::unknown("form")),
    }
}

/// What a form says of a decision. A day is meant whole.
fn content(posted: &Posted) -> Result<decide::Content, Problem> {
    let fields = &posted.fields;
    let name = fields.get("decision");
    if name.is_empty() {
        return Err(Problem::malformed_at(Some("decision"), "choose what you decide"));
    }
    let moments = Moments::new(jiff::Timestamp::UNIX_EPOCH);
    let until = moments.end_of(fields.get("until")).filter(|_| name == "keep");
    let reason = Some(fields.get("reason").to_owned()).filter(|reason| !reason.is_empty());
    Ok(decide::Content { decision: name.to_owned(), until, reason })
}

/// Decides about one item.
pub(in crate::ui) async fn decide_one(
    State(ui): State<Ui>,
    Path((reference, number)): Path<(String, i64)>,
    posted: Posted,
) -> Result<Response, Halt> {
    let what = format!("You wanted to decide: {}", decision(posted.fields.get("decision")));
    match one(&ui, &posted, (&reference, number)).await {
        Ok(()) => Ok(answer::see(&format!("/reviews/{reference}/items/{number}"))),
        Err(problem) => {
            let refused = Refused::of(&what, &problem);
            let typed = posted.fields.get("reason").to_owned();
            let told = (problem.status(), Some(refused), typed);
            item::render(&ui, &posted.visitor, (&reference, number), told).await
        }
    }
}

async fn one(ui: &Ui, posted: &Posted, (reference, number): (&str, i64)) -> Result<(), Problem> {
    let review = find(&ui.api, reference).await?;
    let (verb, texts) = decide::asked(&ui.api, &content(posted)?, 1)?;
    send(ui, posted, (&review, number), (verb, texts), true).await
}

async fn send(
    ui: &Ui,
    posted: &Posted,
    (review, number): (&Review, i64),
    (verb, texts): (countersign_governance::item::Command, Vec<Text>),
    is_alone: bool,
) -> Result<(), Problem> {
    let item = find_item(&ui.api, review, number).await?;
    let seen = posted.fields.number("seen").filter(|_| is_alone);
    let once = posted.once(&item.row.id).filter(|_| is_alone);
    let asked = posted.visitor.asks(command(&item, verb)?).with_texts(texts);
    ui.api.workers.door.act(Asked { seen, once, ..asked }).await?;
    Ok(())
}

/// Puts an item before somebody else.
pub(in crate::ui) async fn delegate_one(
    State(ui): State<Ui>,
    Path((reference, number)): Path<(String, i64)>,
    posted: Posted,
) -> Result<Response, Halt> {
    let done = async {
        let nobody = |_| Problem::malformed_at(Some("to"), "choose the person who is to be asked");
        let to: PersonId = posted.fields.get("to").parse().map_err(nobody)?;
        let review = find(&ui.api, &reference).await?;
        let verb = delegate::asked(to);
        send(&ui, &posted, (&review, number), (verb, Vec::new()), true).await
    };
    match done.await {
        Ok(()) => Ok(answer::see(&format!("/reviews/{reference}/items/{number}"))),
        Err(problem) => {
            let refused = Refused::of("You wanted to put it before somebody else", &problem);
            let told = (problem.status(), Some(refused), String::new());
            item::render(&ui, &posted.visitor, (&reference, number), told).await
        }
    }
}

/// Decides about several items, each for itself.
pub(in crate::ui) async fn decide_many(
    State(ui): State<Ui>,
    Path(reference): Path<String>,
    posted: Posted,
) -> Result<Response, Halt> {
    let mut refused = Vec::new();
    let reason = posted.fields.get("reason").to_owned();
    if let Err(problem) = many(&ui, &posted, &reference, &mut refused).await {
        let what = "You wanted to decide about several items";
        refused.push(("Nothing was decided".to_owned(), Refused::of(what, &problem)));
    }
    if refused.is_empty() {
        return Ok(answer::see(&format!("/reviews/{reference}/queue")));
    }
    let which = (reference.as_str(), queue::Which::default());
    let told = (StatusCode::UNPROCESSABLE_ENTITY, refused, reason);
    queue::render(&ui, &posted.visitor, which, told).await
}

async fn many(
    ui: &Ui,
    posted: &Posted,
    reference: &str,
    refused: &mut Vec<(String, Refused)>,
) -> Result<(), Problem> {
    let review = find(&ui.api, reference).await?;
    let content = content(posted)?;
    let numbers = posted.fields.numbered("item-");
    let at_once = decide::at_once(numbers.len())?;
    for number in numbers {
        let asked = decide::asked(&ui.api, &content, at_once)?;
        if let Err(problem) = send(ui, posted, (&review, number), asked, false).await {
            let what = format!("You wanted to decide: {}", decision(&content.decision));
            let title = format!("Item {number} was not decided");
            refused.push((title, Refused::of(&what, &problem)));
        }
    }
    Ok(())
}
