//! What the forms of an exception send. Each goes through the door exactly as the API's does; what is
//! refused is shown on the page that sent it, with everything that was typed.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use countersign_governance::Command as Asking;
use countersign_governance::id::ExceptionId;
use countersign_store::read::exception::Item;

use super::super::form::{Fields, Posted};
use super::super::halt::Halt;
use super::super::refusal::Refused;
use super::super::visitor::Visitor;
use super::super::{Ui, again, answer};
use super::deed::asked;
use super::pulse::{number, verdict};
use super::show::render;
use super::trouble::Trouble;
use super::verb::Verb;
use crate::api::exception::find;
use crate::api::problem::Problem;
use crate::ask::exception::PREFIX;
use crate::ask::finding::{Entry, bare, history};
use crate::door::{Asked, NotDone};

/// Most tests past which a form is still taken.
const PASSED_MAX: i64 = 50;

/// Does what a form of the exception's own page asks for.
pub(in crate::ui) async fn act(
    State(ui): State<Ui>,
    Path((reference, verb)): Path<(String, String)>,
    posted: Posted,
) -> Result<Response, Halt> {
    let verb = Verb::parse(&verb).ok_or_else(|| Problem::unknown("form"))?;
    let item = find(&ui.api, &reference).await?;
    match give(&ui, &posted, &item, verb).await {
        Ok(()) => Ok(answer::see(&format!("/exceptions/{PREFIX}{}", item.row.number))),
        Err(problem) => {
            let trouble = trouble(&posted, verb, &problem);
            if let Some(offered) = offered(&ui, &posted, &trouble, &problem).await? {
                return Ok(offered);
            }
            // A refusal may have been recorded, so the exception is looked at again.
            let now = find(&ui.api, &item.row.id).await?;
            render(&ui, &posted.visitor, &now, (problem.status(), Some(trouble))).await
        }
    }
}

/// Gives a verb to the door.
pub(super) async fn give(ui: &Ui, posted: &Posted, item: &Item, verb: Verb) -> Result<(), Problem> {
    let field = verb.words().field.map_or("", |(name, _, _)| name);
    let (command, texts) =
        asked(ui, verb, (posted.fields.get(field).to_owned(), posted.fields.get("to")))?;
    let id: ExceptionId = bare(&item.row.id).parse().map_err(|_| Problem::unknown("exception"))?;
    let seen = posted.fields.number("seen");
    let seen = seen.ok_or_else(|| Problem::malformed("the form does not say what it showed"))?;
    let about = format!("{} {}", item.row.id, verb.name());
    let asked = posted.visitor.asks(Asking::Exception(id, command)).with_texts(texts);
    let seen = past_passed_tests(ui, item, seen).await?;
    let asked = Asked { seen: Some(seen), once: posted.once(&about), ..asked };
    ui.api.workers.door.act(asked).await?;
    Ok(())
}

/// The page that offers to sign in again, where that is what is the matter.
pub(super) async fn offered(
    ui: &Ui,
    posted: &Posted,
    trouble: &Trouble,
    problem: &Problem,
) -> Result<Option<Response>, Halt> {
    again::offer(ui, posted, (&trouble.refused.what, problem)).await
}

/// The page with a form that was kept, filled in again.
pub(in crate::ui) async fn again(
    ui: &Ui,
    visitor: &Visitor,
    (reference, verb): (&str, &str),
    fields: Fields,
) -> Result<Response, Halt> {
    let verb = Verb::parse(verb).ok_or_else(|| Problem::unknown("form"))?;
    let item = find(&ui.api, reference).await?;
    let trouble = resumed(verb, fields, item.sequence);
    render(ui, visitor, &item, (StatusCode::OK, Some(trouble))).await
}

/// What was typed before somebody signed in again.
pub(super) fn resumed(verb: Verb, fields: Fields, sequence: i64) -> Trouble {
    let what = format!("You wanted to: {}", verb.words().title.to_lowercase());
    let stale = fields.number("seen").filter(|seen| *seen < sequence);
    Trouble { verb, fields, refused: Refused::until_now(&what), stale }
}

/// A test that passed takes back nothing of what somebody was shown: whoever reads for an hour is not
/// sent back because of it. Anything else that happened since is for them to see first.
async fn past_passed_tests(ui: &Ui, item: &Item, seen: i64) -> Result<i64, NotDone> {
    let since = history(&ui.api.workers.door, &item.row.id, seen, PASSED_MAX).await?.items;
    let passed = |entry: &&Entry| number(entry).is_some() && verdict(entry) == "passed";
    Ok(since.iter().take_while(passed).last().map_or(seen, |entry| entry.sequence))
}

/// What did not work, with what was typed.
pub(super) fn trouble(posted: &Posted, verb: Verb, problem: &Problem) -> Trouble {
    let is_stale = problem.status() == StatusCode::PRECONDITION_FAILED;
    let what = format!("You wanted to: {}", verb.words().title.to_lowercase());
    Trouble {
        verb,
        fields: posted.fields.clone(),
        refused: Refused::of(&what, problem),
        stale: posted.fields.number("seen").filter(|_| is_stale),
    }
}
