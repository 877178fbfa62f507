//! What the forms of the policy send. Each goes through the door; what is refused is shown on the page.

use axum::extract::State;
use axum::response::Response;
use countersign_governance::Command as Any;
use countersign_governance::policy::Command;

use super::super::form::Posted;
use super::super::halt::Halt;
use super::super::refusal::Refused;
use super::super::{Ui, answer};
use super::show::render;
use crate::api::policy::withdraw as api;
use crate::api::problem::Problem;
use crate::door::Asked;

/// Countersigns what waits.
pub(in crate::ui) async fn countersign(
    State(ui): State<Ui>,
    posted: Posted,
) -> Result<Response, Halt> {
    let digest = posted.fields.get("digest").to_owned();
    let asked = posted.visitor.asks(Any::Policy(Command::Countersign(digest)));
    finish(&ui, &posted, Ok(asked), "countersign").await
}

/// Ends the proposal.
pub(in crate::ui) async fn withdraw(
    State(ui): State<Ui>,
    posted: Posted,
) -> Result<Response, Halt> {
    let reason = posted.fields.get("reason");
    let asked = api::asked(&ui.api, posted.visitor.actor(), reason);
    finish(&ui, &posted, asked, "withdraw").await
}

async fn finish(
    ui: &Ui,
    posted: &Posted,
    asked: Result<Asked, Problem>,
    verb: &str,
) -> Result<Response, Halt> {
    match give(ui, posted, asked, verb).await {
        Ok(()) => Ok(answer::see("/policy")),
        Err(problem) => {
            let refused = Refused::of(&format!("You wanted to {verb} the proposal"), &problem);
            let typed = posted.fields.get("reason");
            render(ui, &posted.visitor, (problem.status(), Some(refused)), typed).await
        }
    }
}

/// Gives it to the door, as what was seen.
pub(super) async fn give(
    ui: &Ui,
    posted: &Posted,
    asked: Result<Asked, Problem>,
    verb: &str,
) -> Result<(), Problem> {
    let seen = posted.fields.number("seen");
    let seen = seen.ok_or_else(|| Problem::malformed("the form does not say what it showed"))?;
    let once = posted.once(&format!("policy {verb}"));
    ui.api
        .workers
        .door
        .act(Asked { seen: Some(seen), once, ..posted.visitor.shows(asked?) })
        .await?;
    ui.api.workers.accepted.notify_waiters();
    Ok(())
}
