//! What a command about a review needs of the graph and of who is there: how much is in the scope, who has
//! part in the access of an item, and who would be asked next.

use std::collections::BTreeSet;
use std::sync::Arc;

use countersign_governance::actor::Actor;
use countersign_governance::campaign::Scoped;
use countersign_governance::id::PersonId;
use countersign_governance::item::decide::Decision;
use countersign_governance::item::{Command as ItemVerb, Item};
use countersign_governance::review::Command as Verb;
use countersign_governance::text::TextDigest;
use countersign_governance::{Command, State, Subject};

use super::{About, about, written};
use crate::door::{Asked, Door, NotDone};
use crate::graph::{Shown, aside};
use crate::kept;
use crate::review::frozen::Frozen;
use crate::review::kept_shapes;
use crate::review::reviewers::{About as Asking, Candidates};
use crate::review::scope::{Scope, select};

/// What was worked out before the transaction.
#[derive(Debug, Default)]
pub(crate) struct Looked {
    /// How much is in the scope now.
    pub(crate) scope: Scoped,
    /// Who has part in the access of the item.
    pub(crate) about: Option<Arc<About>>,
    pub(crate) next_stage: BTreeSet<PersonId>,
    pub(crate) instead: Option<PersonId>,
}

/// Works out what a command about a review needs of the graph and of who is there.
pub(crate) async fn look(
    door: &Door,
    asked: &Asked,
    shown: &Arc<Shown>,
) -> Result<Option<Looked>, NotDone> {
    match &asked.command {
        Command::Review(_, Verb::Stage(it)) => {
            let plan = (&it.plan.scope, it.plan.changed_only);
            Ok(Some(in_scope(door, asked, plan, shown).await?))
        }
        Command::Review(id, Verb::Start) => {
            let (state, _) = kept::look(&door.store, Subject::Review(*id)).await?;
            let State::Review(Some(review)) = state else { return Ok(None) };
            let plan = (&review.plan.scope, review.plan.changed_only);
            Ok(Some(in_scope(door, asked, plan, shown).await?))
        }
        Command::Item(id, verb @ (ItemVerb::Decide(_) | ItemVerb::Delegate(_))) => {
            let (state, _) = kept::look(&door.store, Subject::Item(*id)).await?;
            let State::Item(Some(item)) = state else { return Ok(None) };
            Ok(Some(at_item(door, asked, (&item, verb), shown).await?))
        }
        _ => Ok(None),
    }
}

async fn in_scope(
    door: &Door,
    asked: &Asked,
    (scope, changed_only): (&TextDigest, bool),
    shown: &Arc<Shown>,
) -> Result<Looked, NotDone> {
    let Some(scope) = written::<Scope>(door, asked, scope).await? else {
        return Ok(Looked::default());
    };
    let counted = counted(door, &scope, changed_only, shown).await?;
    Ok(Looked { scope: counted, ..Looked::default() })
}

/// How much is in a scope now.
async fn counted(
    door: &Door,
    scope: &Scope,
    changed_only: bool,
    shown: &Arc<Shown>,
) -> Result<Scoped, NotDone> {
    let now = door.clock.now();
    let kept = if changed_only { kept_shapes(door, now).await? } else { BTreeSet::new() };
    let (shown, scope) = (Arc::clone(shown), scope.clone());
    let counting = aside(move || {
        let selection = select(&shown.engine, &scope, now, &kept);
        Scoped { items: selection.total, whole: selection.whole }
    });
    Ok(counting.await?)
}

async fn at_item(
    door: &Door,
    asked: &Asked,
    (item, verb): (&Item, &ItemVerb),
    shown: &Arc<Shown>,
) -> Result<Looked, NotDone> {
    let frozen = written::<Frozen>(door, asked, &item.known.detail).await?;
    let (of, detail) = (Arc::clone(shown), item.known.detail.clone());
    let it = frozen.clone();
    let about = aside(move || {
        let toxic = it.map(|frozen| Arc::new(frozen.not_kept(&of)));
        about(&of, (detail, toxic), None, false)
    });
    let about = Arc::new(about.await?);
    let mut looked = Looked { about: Some(Arc::clone(&about)), ..Looked::default() };
    let (state, _) = kept::look(&door.store, Subject::Review(item.known.review)).await?;
    let (State::Review(Some(review)), Some(frozen), ItemVerb::Decide(decide)) =
        (state, frozen, verb)
    else {
        return Ok(looked);
    };
    let next = review.plan.stages.get(item.stage.saturating_add(1));
    let is_last = next.is_none();
    match decide.decision {
        Decision::Change(_) => return Ok(looked),
        Decision::Keep { .. } if is_last => return Ok(looked),
        Decision::Keep { .. } | Decision::NotMine => {}
    }
    let candidates = Candidates::read(door).await?;
    let mut not = candidates.with_part(&about.behind.nodes);
    not.extend(item.decisions.iter().flat_map(|it| [Some(it.by), it.in_place_of]).flatten());
    if decide.decision == Decision::NotMine {
        not.extend(item.reviewers.iter().chain(&item.passed));
        let asking = asking(&frozen, &not);
        looked.instead = candidates.instead(&review.plan, item.stage, asking, review.started_by);
    } else if let (Some(next), Actor::Person(actor)) = (next, asked.actor) {
        not.insert(actor);
        looked.next_stage = candidates.of_stage(next, asking(&frozen, &not), review.started_by);
    }
    Ok(looked)
}

fn asking<'a>(frozen: &'a Frozen, not: &'a BTreeSet<PersonId>) -> Asking<'a> {
    Asking { entitlement: &frozen.entitlement, process: frozen.process.as_deref(), not }
}
