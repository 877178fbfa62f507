//! Findings over HTTP: a file a verb. Here is only what the verbs share.

pub mod assign;
pub mod choose;
pub mod dispute;
pub mod get;
pub mod history;
pub mod list;
pub mod order;
pub mod owner;
pub mod preview;
pub mod remedies;
pub mod settle;
pub mod withdraw_order;

use axum::response::Response;
use countersign_governance::Command;
use countersign_governance::finding::Command as Verb;
use countersign_governance::id::FindingId;
use countersign_governance::text::Reason;
use countersign_store::read::finding::Item;

use super::Api;
use super::caller::Caller;
use super::problem::Problem;
use super::reply;
use crate::act::{Asked, NotDone};
use crate::ask::finding as ask;
use crate::text::Text;

/// The finding of a reference, or the problem that there is none.
pub(crate) async fn find(api: &Api, reference: &str) -> Result<Item, Problem> {
    ask::find(&api.workers.door, reference).await?.ok_or_else(|| Problem::unknown("finding"))
}

/// Gives a verb to the door. Where somebody else was first the answer shows the case as it is now.
pub(super) async fn change(
    api: &Api,
    caller: &Caller,
    item: &Item,
    (verb, texts): (Verb, Vec<Text>),
    body_digest: &str,
) -> Result<Response, Problem> {
    let id: FindingId = ask::bare(&item.row.id).parse().map_err(|_| Problem::unknown("finding"))?;
    let about = format!("{} {}", item.row.id, verb_name(&verb));
    let asked = Asked {
        once: caller.once(&about, body_digest),
        ..caller.asks(Command::Finding(id, verb)).with_texts(texts)
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

fn verb_name(verb: &Verb) -> &'static str {
    match verb {
        Verb::Assign(_) => "assign",
        Verb::Choose(_) => "choose",
        Verb::Order(_) => "order",
        Verb::WithdrawOrder(_) => "withdraw-order",
        Verb::Dispute(_) => "dispute",
        Verb::Settle(_) => "settle",
        Verb::Open(_)
        | Verb::Change(_)
        | Verb::Recur(_)
        | Verb::End(_)
        | Verb::Entrust(_)
        | Verb::Fulfil(_)
        | Verb::Fail(_)
        | Verb::Verify(_) => "report",
    }
}

/// Words as a reason, with the text under which they are kept.
pub(crate) fn reason(api: &Api, words: &str) -> Result<(Reason, Text), Problem> {
    let text = Text::new(&api.workers.door.chance, words.trim()).map_err(NotDone::Chance)?;
    let reason = Reason::new(text.words(), text.digest().clone())
        .map_err(|none| Problem::malformed_at(Some("reason"), &none.to_string()))?;
    Ok((reason, text))
}
