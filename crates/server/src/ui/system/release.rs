//! The form by which a person believes a read that was held.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use countersign_governance::Command;
use countersign_governance::id::{RunId, SystemId};
use countersign_governance::system::Command as Verb;
use uuid::Uuid;

use super::super::form::Posted;
use super::super::halt::Halt;
use super::super::refusal::Refused;
use super::super::{Ui, again, answer};
use super::show::render;
use crate::api::problem::Problem;
use crate::api::query::Path;
use crate::ask::system::one;
use crate::door::Asked;

/// Believes a read.
pub(in crate::ui) async fn release(
    State(ui): State<Ui>,
    Path((name, run)): Path<(String, Uuid)>,
    posted: Posted,
) -> Result<Response, Halt> {
    let workers = &ui.api.workers;
    let system = one(&workers.door, &name).await?.ok_or_else(|| Problem::unknown("system"))?;
    let id: SystemId = system.id.parse().map_err(|_| Problem::unknown("system"))?;
    let Some(seen) = posted.fields.number("seen") else {
        return Err(Problem::malformed("the form does not say what it showed").into());
    };
    let command = Command::System(id, Verb::ReleaseRun(RunId(run)));
    let asked = posted.visitor.asks(command);
    let once = posted.once(&format!("run:{run} release"));
    match workers.door.act(Asked { seen: Some(seen), once, ..asked }).await {
        Ok(_) => {
            workers.accepted.notify_waiters();
            Ok(answer::see(&format!("/systems/{name}")))
        }
        Err(not_done) => {
            let problem = Problem::from(not_done);
            let what = format!("You wanted to believe a read of {name}");
            if let Some(offered) = again::offer(&ui, &posted, (&what, &problem)).await? {
                return Ok(offered);
            }
            let refused = Refused::of(&what, &problem);
            let status: StatusCode = problem.status();
            render(&ui, &posted.visitor, &name, (status, Some(refused))).await
        }
    }
}
