//! Exceptions over HTTP: a file a verb. Here is only what the verbs share.

pub mod accept;
pub mod activate;
pub mod answer;
pub mod confirm;
pub mod get;
pub mod hand_over;
pub mod history;
pub mod list;
pub mod period;
pub mod propose;
pub mod reject;
pub mod renew;
pub mod resume;
pub mod revoke;
pub mod sign;
pub mod suspend;
pub mod take_over;
pub mod unsigned;
pub mod untested;
pub mod veto;
pub mod withdraw;

use axum::response::Response;
use countersign_governance::Command;
use countersign_governance::exception::Command as Verb;
use countersign_governance::id::ExceptionId;
use countersign_governance::text::Reason;
use countersign_store::read::exception::Item;
use serde::Deserialize;
use utoipa::ToSchema;

use super::Api;
use super::caller::Caller;
use super::problem::Problem;
use super::reply;
use crate::act::{Asked, NotDone};
use crate::ask::exception as ask;
use crate::ask::finding::bare;
use crate::text::Text;

/// Nothing more is needed: what is signed is what was proposed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ExceptionNothing)]
pub struct Nothing {}

/// The exception of a reference, or the problem that there is none.
pub(crate) async fn find(api: &Api, reference: &str) -> Result<Item, Problem> {
    ask::find(&api.workers.door, reference).await?.ok_or_else(|| Problem::unknown("exception"))
}

/// Gives a verb to the door. Where somebody else was first the answer shows the case as it is now.
pub(super) async fn change(
    api: &Api,
    caller: &Caller,
    item: &Item,
    (verb, texts): (Verb, Vec<Text>),
    body_digest: &str,
) -> Result<Response, Problem> {
    let unknown = || Problem::unknown("exception");
    let id: ExceptionId = bare(&item.row.id).parse().map_err(|_| unknown())?;
    let name = verb.verb().map_or("report", |verb| verb.as_str());
    let about = format!("{} {name}", item.row.id);
    let asked = Asked {
        once: caller.once(&about, body_digest),
        ..caller.asks(Command::Exception(id, verb)).with_texts(texts)
    };
    match reply::change(api, caller, asked).await {
        Err(problem) if problem.is_conflict() => {
            let now = find(api, &item.row.id).await?;
            let whole = ask::whole(&api.workers.door, &now).await?;
            Err(problem.with_state(serde_json::to_value(whole).ok()))
        }
        other => other,
    }
}

/// Words as a reason, with the text under which they are kept; `field` names them in a problem.
pub(super) fn reason(api: &Api, field: &str, words: &str) -> Result<(Reason, Text), Problem> {
    let text = Text::new(&api.workers.door.chance, words.trim()).map_err(NotDone::Chance)?;
    let reason = Reason::new(text.words(), text.digest().clone())
        .map_err(|none| Problem::malformed_at(Some(field), &none.to_string()))?;
    Ok((reason, text))
}
