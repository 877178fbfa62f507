//! Puts the items of a review that was started before people, opens a finding for each access that was not
//! kept, and follows what became of them. Each step can be repeated: what is there already is left as it
//! is, so that it can be killed anywhere and done by another node.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use countersign_access::engine::BEHIND_MAX;
use countersign_access::node::NodeId;
use countersign_governance::actor::{Actor, Machine};
use countersign_governance::finding::{self, Known as FindingKnown, open as finding_open, recur};
use countersign_governance::id::{FindingId, ItemId, PersonId, ReviewId};
use countersign_governance::item::{self, Known, Standing};
use countersign_governance::review::{self, Review};
use countersign_governance::{Command, State, Subject};
use countersign_store::read::item::Changing;
use countersign_store::{Fence, read};
use jiff::SignedDuration;
use sha2::{Digest, Sha256};
use tokio::sync::watch;

use super::said::Said;
use super::{LOOK_AGAIN, Workers, pause};
use crate::ask::finding::bare;
use crate::door::{Asked, Door, NotDone};
use crate::graph::{Shown, aside};
use crate::kept;
use crate::review::frozen::Frozen;
use crate::review::kept_shapes;
use crate::review::reviewers::{About, Candidates};
use crate::review::scope::{Scope, Selection, select};
use crate::text::Text;

/// The work that one node at a time does.
const REGISTRAR: &str = "registrar";

/// How long nobody else does it.
const LEASE_FOR: SignedDuration = SignedDuration::from_secs(30);

/// Items put before people in one transaction.
const AT_ONCE: usize = 250;

/// Reviews and items looked at in one look.
const LOOKED_AT: i64 = 100;

/// Keeps reviews going until told to stop.
pub(super) async fn run(workers: Workers, mut stop: watch::Receiver<bool>) {
    let mut said = Said::default();
    loop {
        let workers = workers.now();
        match look(&workers.door, &workers.holder).await {
            Ok(()) => said.well(),
            Err(problem) => {
                if said.is_new(problem.to_string()) {
                    tracing::warn!(%problem, "reviews were not followed, and are looked at again");
                }
            }
        }
        if pause(&mut stop, std::future::pending(), LOOK_AGAIN).await {
            return;
        }
    }
}

/// Looks once at every review that is under way, as the process of this name.
///
/// # Errors
/// When the store or the graph cannot answer; what was done until then is done.
pub async fn look(door: &Door, holder: &str) -> Result<(), NotDone> {
    let opening = read::review::of_status(&door.store, "opening", LOOKED_AT).await?;
    if !opening.is_empty() {
        open_all(door, holder, &opening).await?;
    }
    follow(door).await?;
    for status in ["active", "remediating"] {
        for review in read::review::of_status(&door.store, status, LOOKED_AT).await? {
            progress(door, &review, status).await?;
        }
    }
    Ok(())
}

async fn open_all(door: &Door, holder: &str, opening: &[String]) -> Result<(), NotDone> {
    // Before the graph is there nobody knows what anybody has.
    if door.graph.read().position == 0 {
        return Ok(());
    }
    let lease = || door.store.lease(REGISTRAR, holder, door.clock.now(), LEASE_FOR);
    for id in opening {
        let Some(fence) = lease().await? else { return Ok(()) };
        let Ok(id) = bare(id).parse::<ReviewId>() else { continue };
        let (state, _) = kept::look(&door.store, Subject::Review(id)).await?;
        let State::Review(Some(review)) = state else { continue };
        open(door, &review, &fence).await?;
        door.store.release(&fence).await?;
    }
    Ok(())
}

/// Puts all items of one review before people, then says that they are.
async fn open(door: &Door, review: &Review, fence: &Fence) -> Result<(), NotDone> {
    let shown = door.graph.read();
    let selection = selected(door, review, &shown).await?;
    let candidates = Arc::new(Candidates::read(door).await?);
    let id = Subject::Review(review.id).to_string();
    let (mut known, mut number) = there_already(door, &id).await?;
    let mut parts = Parts { shown: Arc::clone(&shown), candidates, known: BTreeMap::new() };
    let mut batch = Vec::with_capacity(AT_ONCE);
    for frozen in selection.items {
        let fingerprint = frozen.fingerprint();
        if !known.insert(fingerprint.clone()) {
            continue;
        }
        number = number.saturating_add(1);
        batch.extend(parts.asked(door, review, (frozen, fingerprint, number))?);
        if batch.len() >= AT_ONCE {
            keep(door, fence).await?;
            door.act_many(std::mem::take(&mut batch), fence).await?;
        }
    }
    keep(door, fence).await?;
    door.act_many(batch, fence).await?;
    let position = u64::try_from(shown.position).unwrap_or_default();
    let digest = digest(&known);
    let open = review::Command::Open(review::open::Open { position, digest });
    ask(door, Command::Review(review.id, open), None).await
}

async fn keep(door: &Door, fence: &Fence) -> Result<(), NotDone> {
    door.store.renew(fence, door.clock.now(), LEASE_FOR).await?;
    Ok(())
}

async fn selected(door: &Door, review: &Review, shown: &Arc<Shown>) -> Result<Selection, NotDone> {
    let words = kept::read_words(&door.store, &review.plan.scope).await?;
    let scope = words.and_then(|words| serde_json::from_str::<Scope>(&words).ok());
    // What cannot be read any more asks nobody, and the review ends by that.
    let Some(scope) = scope else { return Ok(Selection::default()) };
    let now = door.clock.now();
    let kept = match review.plan.changed_only {
        true => kept_shapes(door, now).await?,
        false => BTreeSet::new(),
    };
    let shown = Arc::clone(shown);
    Ok(aside(move || select(&shown.engine, &scope, now, &kept)).await?)
}

/// The fingerprints of the items that are there from before, and the last number.
async fn there_already(door: &Door, review: &str) -> Result<(BTreeSet<String>, u64), NotDone> {
    let (mut known, mut after) = (BTreeSet::new(), 0);
    loop {
        let page = read::item::fingerprints(&door.store, review, after).await?;
        let Some((last, _)) = page.last() else { break };
        after = *last;
        known.extend(page.into_iter().map(|(_, fingerprint)| fingerprint));
    }
    Ok((known, u64::try_from(after).unwrap_or_default()))
}

fn digest(fingerprints: &BTreeSet<String>) -> String {
    let mut digest = Sha256::new();
    for fingerprint in fingerprints {
        digest.update(fingerprint.as_bytes());
        digest.update(b"\n");
    }
    countersign_ledger::tree::Hash(digest.finalize().into()).to_hex()
}

/// Who has part in the access of an identity, looked up once for each.
struct Parts {
    shown: Arc<Shown>,
    candidates: Arc<Candidates>,
    known: BTreeMap<NodeId, BTreeSet<PersonId>>,
}

impl Parts {
    fn of(&mut self, identity: &NodeId) -> BTreeSet<PersonId> {
        if let Some(known) = self.known.get(identity) {
            return known.clone();
        }
        let mut behind = self.shown.engine.behind([identity], BEHIND_MAX).nodes;
        behind.insert(identity.clone());
        let part = self.candidates.with_part(&behind);
        self.known.insert(identity.clone(), part.clone());
        part
    }

    /// The command that puts an item before whoever is asked in the first stage; none where nobody can
    /// be, which takes an organisation in which everybody has it.
    fn asked(
        &mut self,
        door: &Door,
        review: &Review,
        (frozen, fingerprint, number): (Frozen, String, u64),
    ) -> Result<Option<Asked>, NotDone> {
        let Some(stage) = review.plan.stages.first() else { return Ok(None) };
        let not = self.of(&frozen.identity.id);
        let about = About {
            entitlement: &frozen.entitlement,
            process: frozen.process.as_deref(),
            not: &not,
        };
        let reviewers = self.candidates.of_stage(stage, about, review.started_by);
        if reviewers.is_empty() {
            tracing::warn!(review = %review.id, number, "nobody can be asked about an item");
            return Ok(None);
        }
        let text = Text::json(&door.chance, &frozen)?;
        let known = Known {
            review: review.id,
            number,
            shape: frozen.shape(),
            detail: text.digest().clone(),
            severity: frozen.severity(),
            last_used: frozen.last_used,
            fingerprint,
        };
        let id = item_id(review.id, &known.fingerprint);
        let open = item::Command::Open(item::open::Open { known, reviewers });
        let asked = Asked::new(Actor::Machine(Machine::Registrar), Command::Item(id, open));
        Ok(Some(asked.with_texts(vec![text])))
    }
}

/// The same access in the same review is the same item, so that saying it twice is saying it once (RFC 9562
/// section 5.8).
fn item_id(review: ReviewId, fingerprint: &str) -> ItemId {
    let digest = Sha256::digest(format!("{review}\n{fingerprint}").as_bytes());
    let mut bytes = [0; 16];
    for (to, from) in bytes.iter_mut().zip(digest) {
        *to = from;
    }
    ItemId(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

/// Follows the items that are to change: each has a finding, and has changed when that ended with evidence.
async fn follow(door: &Door) -> Result<(), NotDone> {
    let mut after = (i64::MIN, String::new());
    loop {
        let page = read::item::changing(&door.store, (after.0, &after.1), LOOKED_AT).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = (last.changed_at, last.item.clone());
        for it in page {
            step(door, &it).await?;
        }
    }
}

async fn step(door: &Door, it: &Changing) -> Result<(), NotDone> {
    let Ok(id) = bare(&it.item).parse::<ItemId>() else { return Ok(()) };
    let (state, sequence) = kept::look(&door.store, Subject::Item(id)).await?;
    let State::Item(Some(item)) = state else { return Ok(()) };
    let Standing::Changing { since, .. } = item.standing else { return Ok(()) };
    let is_over = it.ended_at.is_some_and(|at| at < since);
    if it.finding.is_some() && !is_over {
        return ask(door, Command::Item(id, item::Command::Settle), None).await;
    }
    let words = kept::read_words(&door.store, &item.known.detail).await?;
    let frozen = words.and_then(|words| serde_json::from_str::<Frozen>(&words).ok());
    let Some(frozen) = frozen else { return Ok(()) };
    let shown = door.graph.read();
    if shown.position == 0 {
        return Ok(());
    }
    let toxic = aside(move || frozen.not_kept(&shown)).await?;
    let text = Text::json(&door.chance, &toxic)?;
    let known = FindingKnown {
        fingerprint: toxic.fingerprint.clone(),
        rule: toxic.rule.clone(),
        class: toxic.class,
        severity: toxic.severity,
        certainty: toxic.certainty,
        affected_total: 1,
        detail: text.digest().clone(),
        policy: door.policy.digest.clone(),
    };
    let (finding, verb) = match it.finding.as_deref().and_then(|id| bare(id).parse().ok()) {
        // It was taken away before, and is back.
        Some(finding) => (finding, finding::Command::Recur(recur::Recur { known })),
        None => {
            let new = FindingId(door.chance.id(door.clock.now())?);
            (new, finding::Command::Open(finding_open::Open { known }))
        }
    };
    let asked = Asked::new(Actor::Machine(Machine::Judge), Command::Finding(finding, verb));
    let cause = Some(format!("{}#{sequence}", it.item));
    done(door.act(asked.with_texts(vec![text]).because(cause)).await)
}

/// Says how far a review is, where something may have come of it.
async fn progress(door: &Door, review: &str, status: &str) -> Result<(), NotDone> {
    let waits = match status {
        "active" => read::item::has(&door.store, review, "open").await?,
        _ => read::item::has(&door.store, review, "changing").await?,
    };
    let Ok(id) = bare(review).parse::<ReviewId>() else { return Ok(()) };
    if waits {
        return Ok(());
    }
    ask(door, Command::Review(id, review::Command::Progress), None).await
}

async fn ask(door: &Door, command: Command, cause: Option<String>) -> Result<(), NotDone> {
    let asked = Asked::new(Actor::Machine(Machine::Registrar), command).because(cause);
    done(door.act(asked).await)
}

/// Somebody else may have been first: then there is nothing left to do.
fn done(came: Result<crate::door::Committed, NotDone>) -> Result<(), NotDone> {
    match came {
        Ok(_) => Ok(()),
        Err(NotDone::Refused(refusal)) => {
            tracing::debug!(%refusal, "a report about a review was refused");
            Ok(())
        }
        Err(problem) => Err(problem),
    }
}
