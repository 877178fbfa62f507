//! What the forms of a finding send. Each goes through the door exactly as the API's does; what is
//! refused is shown on the finding's page, with everything that was typed.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use countersign_governance::Command as Asking;
use countersign_governance::finding::Command;
use countersign_governance::id::FindingId;
use countersign_store::read::finding::Item;
use jiff::Timestamp;

use super::super::form::{Fields, Posted};
use super::super::halt::Halt;
use super::super::moment::Moments;
use super::super::refusal::Refused;
use super::super::visitor::Visitor;
use super::super::{Ui, again, answer};
use super::deed::{content, key};
use super::show::{Trouble, render};
use crate::api::finding as api;
use crate::api::problem::Problem;
use crate::ask::finding::{bare, remedies};
use crate::door::Asked;
use crate::text::Text;

type Built = Result<(Command, Vec<Text>), Problem>;

/// Puts somebody behind a finding.
pub(in crate::ui) async fn assign(
    State(ui): State<Ui>,
    Path(reference): Path<String>,
    posted: Posted,
) -> Result<Response, Halt> {
    let item = api::find(&ui.api, &reference).await?;
    let built = match posted.fields.get("owner").parse() {
        Ok(owner) => Ok(api::assign::asked(&api::assign::Content { owner })),
        Err(_) => Err(Problem::malformed_at(Some("owner"), "choose who shall own it")),
    };
    give(&ui, &posted, &item, ("assign", "You wanted to put somebody behind it", built)).await
}

/// Chooses one of the fixes that are offered now.
pub(in crate::ui) async fn choose(
    State(ui): State<Ui>,
    Path(reference): Path<String>,
    posted: Posted,
) -> Result<Response, Halt> {
    let item = api::find(&ui.api, &reference).await?;
    let offers = remedies(&ui.api.workers.door, &item).await?.items;
    let wanted = posted.fields.get("fix");
    let built = match offers.iter().find(|offer| key(offer) == wanted) {
        Some(offer) => api::choose::asked(&ui.api, &content(offer)),
        None => Err(Problem::malformed_at(Some("fix"), "choose one of these")),
    };
    give(&ui, &posted, &item, ("choose", "You wanted to choose the fix", built)).await
}

/// Orders what was chosen.
pub(in crate::ui) async fn order(
    State(ui): State<Ui>,
    Path(reference): Path<String>,
    posted: Posted,
) -> Result<Response, Halt> {
    let item = api::find(&ui.api, &reference).await?;
    let built = api::order::asked(&ui.api);
    give(&ui, &posted, &item, ("order", "You wanted to order the fix", built)).await
}

/// Says that it is not toxic.
pub(in crate::ui) async fn dispute(
    State(ui): State<Ui>,
    Path(reference): Path<String>,
    posted: Posted,
) -> Result<Response, Halt> {
    let item = api::find(&ui.api, &reference).await?;
    let reason = posted.fields.get("reason").to_owned();
    let built = api::dispute::asked(&ui.api, &api::dispute::Content { reason });
    give(&ui, &posted, &item, ("dispute", "You wanted to say that it is not toxic", built)).await
}

/// Answers that.
pub(in crate::ui) async fn settle(
    State(ui): State<Ui>,
    Path(reference): Path<String>,
    posted: Posted,
) -> Result<Response, Halt> {
    let item = api::find(&ui.api, &reference).await?;
    let moments = Moments::new(ui.api.workers.door.clock.now());
    let built = until(&posted.fields, &moments).and_then(|not_toxic_until| {
        let reason = posted.fields.get("reason").to_owned();
        api::settle::asked(&ui.api, &api::settle::Content { reason, not_toxic_until })
    });
    give(&ui, &posted, &item, ("settle", "You wanted to answer the dispute", built)).await
}

/// Until when it is not toxic, where that is the answer; the end of the day that was typed.
fn until(fields: &Fields, moments: &Moments) -> Result<Option<Timestamp>, Problem> {
    match fields.get("answer") {
        "toxic" => Ok(None),
        "not-toxic" => match moments.end_of(fields.get("until")) {
            Some(until) => Ok(Some(until)),
            None => Err(Problem::malformed_at(
                Some("until"),
                "give the last day, at most a year from now",
            )),
        },
        _ => Err(Problem::malformed_at(Some("answer"), "choose one of the two answers")),
    }
}

/// Gives a command to the door, and shows what came of it.
async fn give(
    ui: &Ui,
    posted: &Posted,
    item: &Item,
    (verb, what, built): (&'static str, &str, Built),
) -> Result<Response, Halt> {
    let problem = match asked(posted, item, verb, built) {
        Ok(asked) => match ui.api.workers.door.act(asked).await {
            Ok(_) => return Ok(answer::see(&format!("/findings/FN-{}", item.row.number))),
            Err(not_done) => Problem::from(not_done),
        },
        Err(problem) => problem,
    };
    if let Some(offered) = again::offer(ui, posted, (what, &problem)).await? {
        return Ok(offered);
    }
    let stale = posted
        .fields
        .number("seen")
        .filter(|_| problem.status() == StatusCode::PRECONDITION_FAILED);
    let trouble = Trouble {
        verb,
        fields: posted.fields.clone(),
        refused: Refused::of(what, &problem),
        stale,
    };
    // A refusal may have been recorded, so the finding is looked at again.
    let now = api::find(&ui.api, &item.row.id).await?;
    render(ui, &posted.visitor, &now, (problem.status(), Some(trouble))).await
}

/// The verbs of the forms, with what somebody wanted who sent one.
const WANTED: [(&str, &str); 4] = [
    ("assign", "You wanted to put somebody behind it"),
    ("choose", "You wanted to choose the fix"),
    ("dispute", "You wanted to say that it is not toxic"),
    ("settle", "You wanted to answer the dispute"),
];

/// The page with a form that was kept, filled in again.
pub(in crate::ui) async fn again(
    ui: &Ui,
    visitor: &Visitor,
    (reference, verb): (&str, &str),
    fields: Fields,
) -> Result<Response, Halt> {
    let Some((verb, what)) = WANTED.into_iter().find(|(known, _)| *known == verb) else {
        return Ok(answer::see(&format!("/findings/{reference}/{verb}")));
    };
    let item = api::find(&ui.api, reference).await?;
    let stale = fields.number("seen").filter(|seen| *seen < item.sequence);
    let trouble = Trouble { verb, fields, refused: Refused::until_now(what), stale };
    render(ui, visitor, &item, (StatusCode::OK, Some(trouble))).await
}

fn asked(posted: &Posted, item: &Item, verb: &str, built: Built) -> Result<Asked, Problem> {
    let (command, texts) = built?;
    let id: FindingId = bare(&item.row.id).parse().map_err(|_| Problem::unknown("finding"))?;
    let seen = posted.fields.number("seen");
    let seen = seen.ok_or_else(|| Problem::malformed("the form does not say what it showed"))?;
    let about = format!("{} {verb}", item.row.id);
    let asked = posted.visitor.asks(Asking::Finding(id, command)).with_texts(texts);
    Ok(Asked { seen: Some(seen), once: posted.once(&about), ..asked })
}
