//! What a decision about a review or one of its items is told, as its transaction sees it: what is counted,
//! who took part, where the review of an item stands, and what became of the finding by which it is changed.

use countersign_governance::actor::Actor;
use countersign_governance::campaign::{Around, Ended, Outcome, Running};
use countersign_governance::finding::{Ending, Stage};
use countersign_governance::id::FindingId;
use countersign_governance::item::{Command as ItemVerb, Item};
use countersign_governance::review::{Command as Verb, Review};
use countersign_governance::{Command, State, Subject};
use countersign_store::{Tx, read};
use jiff::Timestamp;

use crate::beforehand::Looked;
use crate::door::{Asked, NotDone};
use crate::kept;
use crate::review::tally;

/// What the decision is told, as its transaction sees it.
pub(crate) async fn gathered(
    tx: &mut Tx,
    (state, asked): (&State, &Asked),
    looked: Option<&Looked>,
    now: Timestamp,
) -> Result<Around, NotDone> {
    let mut around = Around::default();
    if let Some(looked) = looked {
        around.scope = looked.scope;
        around.next_stage = looked.next_stage.clone();
        around.instead = looked.instead;
    }
    match (state, &asked.command) {
        (State::Review(Some(review)), Command::Review(_, verb)) => {
            of_review(tx, (review, verb), asked.actor, &mut around).await?;
        }
        (State::Item(Some(item)), Command::Item(_, verb)) => {
            around.review = running(tx, item).await?;
            if matches!(verb, ItemVerb::Settle) {
                around.finding = outcome(tx, item, now).await?;
            }
        }
        _ => {}
    }
    Ok(around)
}

async fn of_review(
    tx: &mut Tx,
    (review, verb): (&Review, &Verb),
    actor: Actor,
    around: &mut Around,
) -> Result<(), NotDone> {
    let id = Subject::Review(review.id).to_string();
    if matches!(verb, Verb::Open(_) | Verb::Progress) {
        around.tally = tally(&read::review::tally(&mut *tx, &id).await?);
    }
    if let (Verb::Accept(_) | Verb::Reject(_), Actor::Person(person)) = (verb, actor) {
        around.took_part = read::review::took_part(tx, &id, &person.to_string()).await?;
    }
    Ok(())
}

async fn running(tx: &mut Tx, item: &Item) -> Result<Option<Running>, NotDone> {
    let state = kept::load(tx, Subject::Review(item.known.review)).await?.state;
    let State::Review(Some(review)) = state else { return Ok(None) };
    Ok(Some(review.running()))
}

/// What became of the finding by which an item is changed.
async fn outcome(tx: &mut Tx, item: &Item, now: Timestamp) -> Result<Option<Outcome>, NotDone> {
    let row = read::finding::by_fingerprint(&mut *tx, &item.known.fingerprint).await?;
    let Some(row) = row else { return Ok(None) };
    let State::Finding(Some(finding)) = kept::parse(&row.state)? else { return Ok(None) };
    let ended = match &finding.stage {
        Stage::Ended { at, ending, .. } => Some((how(ending), *at)),
        Stage::Open
        | Stage::Assigned { .. }
        | Stage::Chosen { .. }
        | Stage::Remediating { .. }
        | Stage::Fulfilled { .. } => None,
    };
    let excepted = excepted(tx, finding.id, now).await?;
    Ok(Some(Outcome { finding: finding.id, ended, excepted }))
}

fn how(ending: &Ending) -> Ended {
    match ending {
        Ending::Fixed(_) => Ended::Fixed,
        Ending::Gone(_) => Ended::Gone,
        Ending::RuleChanged(_) | Ending::NotToxic(_) => Ended::Otherwise,
    }
}

/// Since when an exception for a finding is in force.
async fn excepted(
    tx: &mut Tx,
    finding: FindingId,
    now: Timestamp,
) -> Result<Option<Timestamp>, NotDone> {
    let finding = Subject::Finding(finding).to_string();
    let filter = read::exception::Filter {
        status: Some("active"),
        finding: Some(&finding),
        ..read::exception::Filter::default()
    };
    let page = read::exception::list(&mut *tx, &filter, now, (None, 1)).await?;
    let Some(item) = page.items.first() else { return Ok(None) };
    let State::Exception(Some(exception)) = kept::parse(&item.state)? else { return Ok(None) };
    Ok(exception.force().filter(|_| exception.in_force(now)).map(|force| force.from))
}
