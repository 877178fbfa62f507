//! The columns of reviews and of their items. What a person decided is written with the state that it led
//! to: the last of the decisions is the one that is new.

use countersign_governance::campaign::NoAnswer;
use countersign_governance::item::decide::{Decided, Verdict};
use countersign_governance::item::{Item, Standing};
use countersign_governance::review::{Review, Stage};
use countersign_governance::{State, Subject};
use countersign_store::project::{item, review};
use countersign_store::{State as Row, Tx};
use jiff::{SignedDuration, Timestamp};

use crate::door::NotDone;
use crate::kept;
use crate::review::frozen::Frozen;
use crate::text::Text;

/// What was used so lately counts as used.
const USED_WITHIN: SignedDuration = SignedDuration::from_hours(24 * 90);

/// Writes the columns of a review.
pub(super) async fn put(
    tx: &mut Tx,
    row: &Row,
    it: &Review,
    texts: &[Text],
) -> Result<(), NotDone> {
    let title = kept::words(tx, texts, &it.plan.title).await?;
    let expected = match it.stage {
        Stage::Staged => it.in_scope,
        Stage::Opening { expected, .. } => expected,
        _ => it.items,
    };
    let columns = review::Row {
        id: row.subject.clone(),
        number: row.number.unwrap_or_default(),
        title: title.unwrap_or_else(|| "erased".to_owned()),
        status: it.status().to_owned(),
        staged_at: it.staged_at,
        began_at: it.began,
        ended_at: ended_at(it),
        expected: i64::try_from(expected).unwrap_or(i64::MAX),
    };
    Ok(review::put(tx, &columns, &stages(it)).await?)
}

fn ended_at(it: &Review) -> Option<Timestamp> {
    match &it.stage {
        Stage::Accepted { signed, .. } | Stage::Rejected { signed, .. } => Some(signed.at()),
        Stage::Cancelled { at, .. } => Some(*at),
        Stage::Staged
        | Stage::Opening { .. }
        | Stage::Active
        | Stage::Paused { .. }
        | Stage::Remediating { .. }
        | Stage::Proven { .. } => None,
    }
}

/// When its stages are over, while something can be decided in it.
fn stages(it: &Review) -> Vec<review::Stage> {
    let mut stages = Vec::new();
    if it.stage != Stage::Active {
        return stages;
    }
    for number in 0..it.plan.stages.len() {
        let Some(due_at) = it.due(number) else { continue };
        let stage = i64::try_from(number).unwrap_or(i64::MAX);
        stages.push(review::Stage { stage, escalated: false, due_at });
        if let NoAnswer::Escalate { .. } = it.plan.no_answer {
            let due_at = it.plan.escalated_due(due_at);
            stages.push(review::Stage { stage, escalated: true, due_at });
        }
    }
    stages
}

/// Writes the columns of an item, before whom it is, and what was decided about it.
pub(super) async fn put_item(
    tx: &mut Tx,
    row: &Row,
    it: &Item,
    texts: &[Text],
) -> Result<(), NotDone> {
    let frozen = kept::written::<Frozen>(tx, texts, &it.known.detail).await?;
    let kept_until = match it.standing {
        Standing::Kept { until } => Some(until),
        Standing::Open | Standing::Changing { .. } | Standing::Proven { .. } => None,
    };
    let last = it.decisions.last();
    let changed_at = match it.standing {
        Standing::Changing { since, .. } => since,
        _ => last.map_or(it.asked_at, |last| last.at.max(it.asked_at)),
    };
    let columns = item::Row {
        id: row.subject.clone(),
        review: Subject::Review(it.known.review).to_string(),
        number: i64::try_from(it.known.number).unwrap_or(i64::MAX),
        stage: i64::try_from(it.stage).unwrap_or(i64::MAX),
        escalated: it.escalated,
        standing: it.status().to_owned(),
        wish: it.wish().map(|wish| wish.as_str().to_owned()),
        fingerprint: it.known.fingerprint.clone(),
        shape: it.known.shape.clone(),
        detail: it.known.detail.0.clone(),
        system: frozen.map(|it| it.entitlement.system).unwrap_or_default(),
        severity: it.known.severity.map_or(0, |severity| severity as i64 + 1),
        last_used: it.known.last_used,
        opened_at: it.opened_at,
        asked_at: it.asked_at,
        changed_at,
        kept_until,
    };
    let reviewers = it.reviewers.iter().map(ToString::to_string).collect();
    Ok(item::put(tx, &columns, &reviewers, row.sequence == 1).await?)
}

/// Writes what a person decided, once the state that it led to is written.
pub(super) async fn decided(tx: &mut Tx, subject: &str, decided: &Decided) -> Result<(), NotDone> {
    let row = tx.state("item", subject).await?;
    let state = row.map(|row| kept::parse(&row.state)).transpose()?;
    let Some(State::Item(Some(it))) = state else { return Ok(()) };
    let before = decided.stage.checked_sub(1).and_then(|stage| it.decisions.get(stage));
    let asked_at = before.map_or(it.opened_at, |before| before.at);
    let id = subject.to_owned();
    let (review, person) = (Subject::Review(it.known.review).to_string(), decided.by.to_string());
    let verdict = match decided.verdict {
        Verdict::Keep { .. } => "keep",
        Verdict::Change { wish } => wish.as_str(),
    };
    let row = item::Decision {
        item: &id,
        stage: i64::try_from(decided.stage).unwrap_or(i64::MAX),
        review: &review,
        person: &person,
        verdict,
        at: decided.at,
        asked_at,
        at_once: i64::from(decided.at_once),
        agrees: agrees(&it, decided),
    };
    Ok(item::decided(tx, &row).await?)
}

/// Whether a decision agrees with the last use: what was used lately is kept, what was not is changed.
/// Where nothing is known of the use nothing is said.
fn agrees(it: &Item, decided: &Decided) -> Option<bool> {
    let used = it.known.last_used?;
    let is_used = decided.at.duration_since(used) <= USED_WITHIN;
    Some(is_used == matches!(decided.verdict, Verdict::Keep { .. }))
}
