//! Reviews of access over HTTP: a file a verb. Here is only what the verbs share.

pub mod accept;
pub mod cancel;
pub mod decide;
pub mod delegate;
pub mod get;
pub mod history;
pub mod items;
pub mod list;
pub mod pause;
pub mod reject;
pub mod resume;
pub mod stage;
pub mod start;

use axum::response::Response;
use countersign_governance::Command;
use countersign_governance::id::{ItemId, ReviewId};
use countersign_governance::item::Command as ItemVerb;
use countersign_governance::review::Command as Verb;
use countersign_governance::text::Reason;
use countersign_store::read::item::{self, Item};
use countersign_store::read::review::Item as Review;
use serde::Deserialize;
use utoipa::ToSchema;

use super::Api;
use super::caller::Caller;
use super::problem::Problem;
use super::reply;
use crate::ask::finding::bare;
use crate::ask::review as ask;
use crate::door::{Asked, NotDone};
use crate::text::Text;

/// Nothing more is needed: what is started is what was planned.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReviewNothing)]
pub struct Nothing {}

/// The review of a reference, or the problem that there is none.
pub(crate) async fn find(api: &Api, reference: &str) -> Result<Review, Problem> {
    ask::find(&api.workers.door, reference).await?.ok_or_else(|| Problem::unknown("review"))
}

/// The item with a number, or the problem that there is none.
pub(crate) async fn find_item(api: &Api, review: &Review, number: i64) -> Result<Item, Problem> {
    let found = item::by_number(&api.workers.door.store, &review.row.id, number).await;
    found.map_err(NotDone::Store)?.ok_or_else(|| Problem::unknown("item"))
}

/// The command of a verb on an item.
pub(crate) fn command(item: &Item, verb: ItemVerb) -> Result<Command, Problem> {
    let id = bare(&item.row.id).parse::<ItemId>().map_err(|_| Problem::unknown("item"))?;
    Ok(Command::Item(id, verb))
}

/// Gives a verb to the door. Where somebody else was first the answer shows the review as it is now.
async fn change(
    api: &Api,
    caller: &Caller,
    item: &Review,
    (verb, texts): (Verb, Vec<Text>),
    body_digest: &str,
) -> Result<Response, Problem> {
    let id: ReviewId = bare(&item.row.id).parse().map_err(|_| Problem::unknown("review"))?;
    let name = verb.verb().map_or("report", |verb| verb.as_str());
    let about = format!("{} {name}", item.row.id);
    let asked = Asked {
        once: caller.once(&about, body_digest),
        ..caller.asks(Command::Review(id, verb)).with_texts(texts)
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

/// Gives a verb on an item to the door. Where somebody else was first the answer shows the item as it is
/// now.
async fn change_item(
    api: &Api,
    caller: &Caller,
    (review, number): (&Review, i64),
    (verb, texts): (ItemVerb, Vec<Text>),
    body_digest: &str,
) -> Result<Response, Problem> {
    let item = find_item(api, review, number).await?;
    let name = verb.verb().map_or("report", |verb| verb.as_str());
    let about = format!("{} {name}", item.row.id);
    let asked = Asked {
        once: caller.once(&about, body_digest),
        ..caller.asks(command(&item, verb)?).with_texts(texts)
    };
    match reply::change(api, caller, asked).await {
        Err(problem) if problem.is_conflict() => {
            let now = find_item(api, review, number).await?;
            let whole = ask::item::item_whole(&api.workers.door, review, &now).await?;
            Err(problem.with_state(serde_json::to_value(whole).ok()))
        }
        other => other,
    }
}

/// Words as a reason, with the text under which they are kept; `field` names them in a problem.
fn reason(api: &Api, field: &str, words: &str) -> Result<(Reason, Text), Problem> {
    let text = Text::new(&api.workers.door.chance, words.trim()).map_err(NotDone::Chance)?;
    let reason = Reason::new(text.words(), text.digest().clone())
        .map_err(|none| Problem::malformed_at(Some(field), &none.to_string()))?;
    Ok((reason, text))
}
