//! The one door for changes (law 1). Web, API, command line, worker and connector evidence all come
//! through here: load, gather, decide, record, in one transaction. Nothing else changes governed state.

use std::sync::Arc;

use countersign_governance::authority::Authority;
use countersign_governance::refusal::Refusal;
use countersign_governance::{decide, refused};
use countersign_ledger::leaf;
use countersign_store::{Fence, Tx};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::beforehand::{self, Beforehand, Seen};
pub use crate::door::{Asked, Committed, Door, NotDone, Once};
use crate::gather::gather;
use crate::holder::Found;
use crate::kept;
use crate::oversight::rules_in_force;
use crate::record::NotRecorded;
use crate::told::Told;
use crate::write;

/// How long an answer is kept under its idempotency key.
const ANSWER_KEPT: SignedDuration = SignedDuration::from_hours(24);

/// The status of an answer that is a yes.
const DONE: u16 = 200;

/// How often the graph is asked about a finding that the judge says something else of meanwhile.
const LOOKS_MAX: u32 = 5;

/// How old an event may be before it must be sealed.
const UNSEALED_MAX: SignedDuration = SignedDuration::from_mins(1);

/// How old a sealed event may be before a checkpoint must be kept over it, outside the database too:
/// a cut-off end of the ledger is found by that alone.
pub const UNSIGNED_MAX: SignedDuration = SignedDuration::from_mins(10);

/// What a transaction answers: a refusal that is recorded is committed too.
enum Decided {
    Yes(Committed),
    No(Refusal),
    NoBefore(Told),
}

impl Door {
    /// Carries out one command, or says why not.
    ///
    /// # Errors
    /// [`NotDone`]; nothing is changed then, save that a refusal that concerns duties is recorded.
    pub async fn act(&self, asked: Asked) -> Result<Committed, NotDone> {
        self.must_be_sealed().await?;
        let asked = Arc::new(asked);
        let mut decided = self.now().decided(&asked).await;
        for _ in 1..LOOKS_MAX {
            if !matches!(decided, Err(NotDone::Moved)) {
                break;
            }
            decided = self.now().decided(&asked).await;
        }
        match decided? {
            Decided::Yes(committed) => {
                crate::crash::after_commit(&committed.events);
                Ok(committed)
            }
            Decided::No(refusal) => Err(NotDone::Refused(refusal)),
            Decided::NoBefore(told) => Err(NotDone::RefusedBefore(told)),
        }
    }

    /// What would be answered to each command now, on the same facts and by the same rule. Nothing is
    /// carried out and no refusal is recorded: nobody has asked for anything.
    ///
    /// # Errors
    /// When the store failed, or the graph is not there yet.
    pub async fn would(&self, all: Vec<Asked>) -> Result<Vec<Result<(), Refusal>>, NotDone> {
        let door = self.now();
        let mut seen = Seen::of(door.graph.read());
        let mut looked = Vec::new();
        for asked in all {
            let before = beforehand::look(&door, &asked, &mut seen).await?;
            looked.push((asked, before));
        }
        let looked = Arc::new(looked);
        self.store
            .transact(move |tx| {
                let (door, looked) = (door.clone(), Arc::clone(&looked));
                Box::pin(async move { door.answers(tx, &looked).await })
            })
            .await
    }

    /// What would be answered to each, with who has part in an access found out once for all.
    pub(crate) async fn answers(
        &self,
        tx: &mut Tx,
        looked: &[(Asked, Beforehand)],
    ) -> Result<Vec<Result<(), Refusal>>, NotDone> {
        let (mut answers, mut found) = (Vec::new(), Found::default());
        for (asked, before) in looked {
            let current = kept::load(tx, asked.command.subject()).await?;
            let told = (asked, before, &mut found);
            let gathered = gather(self, tx, &current.state, told, self.clock.now()).await?;
            let decided = decide(&current.state, &gathered.facts, asked.command.clone());
            answers.push(match decided {
                // Whoever may after another sign-in is asked for it when they do it.
                Ok(_) | Err(Refusal::SignIn(_)) => Ok(()),
                Err(refusal) => Err(refusal),
            });
        }
        Ok(answers)
    }

    /// Asks the graph, then decides in one transaction, which may be tried again without asking again.
    async fn decided(&self, asked: &Arc<Asked>) -> Result<Decided, NotDone> {
        let mut seen = Seen::of(self.graph.read());
        let given = Arc::new((Arc::clone(asked), beforehand::look(self, asked, &mut seen).await?));
        let door = self.clone();
        self.store
            .transact(move |tx| {
                let (door, given) = (door.clone(), Arc::clone(&given));
                Box::pin(async move { door.answer(tx, &given.0, &given.1).await })
            })
            .await
    }

    /// Carries out several commands of one of our own machines in one transaction, as long as the
    /// machine's work is its own and has not passed to another node. A refusal is no error: what a
    /// machine reports may have been settled meanwhile.
    ///
    /// # Errors
    /// When the store failed, the work has passed on, or other rules are in force than those of this
    /// node; nothing is changed then.
    pub async fn act_many(&self, many: Vec<Asked>, fence: &Fence) -> Result<(), NotDone> {
        self.must_be_sealed().await?;
        let door = self.now();
        let before = Beforehand::of(self.graph.read());
        let given = Arc::new((many, fence.clone(), before));
        let events = self
            .store
            .transact(move |tx| {
                let (door, given) = (door.clone(), Arc::clone(&given));
                Box::pin(async move {
                    let (many, fence, before) = &*given;
                    tx.hold(fence).await?;
                    if !rules_in_force(&door, tx).await? {
                        return Err(NotDone::OtherRules);
                    }
                    let mut events = Vec::new();
                    for asked in many {
                        match door.answer(tx, asked, before).await? {
                            Decided::Yes(committed) => events.extend(committed.events),
                            Decided::No(refusal) => {
                                tracing::debug!(%refusal, "a report was refused");
                            }
                            Decided::NoBefore(told) => {
                                tracing::debug!(refusal = %told.detail, "a report was refused");
                            }
                        }
                    }
                    Ok::<_, NotDone>(events)
                })
            })
            .await?;
        crate::crash::after_commit(&events);
        Ok(())
    }

    /// Carries out several commands in one transaction: all of them, or none.
    ///
    /// # Errors
    /// [`NotDone`] for the first that was not carried out; nothing is changed then.
    pub(crate) async fn act_all(&self, all: Vec<Asked>) -> Result<(), NotDone> {
        self.must_be_sealed().await?;
        let door = self.now();
        let before = Beforehand::of(self.graph.read());
        let all = Arc::new((all, before));
        let events = self
            .store
            .transact(move |tx| {
                let (door, all) = (door.clone(), Arc::clone(&all));
                Box::pin(async move {
                    let mut events = Vec::new();
                    let (all, before) = &*all;
                    for asked in all {
                        match door.answer(tx, asked, before).await? {
                            Decided::Yes(committed) => events.extend(committed.events),
                            Decided::No(refusal) => return Err(NotDone::Refused(refusal)),
                            Decided::NoBefore(told) => return Err(NotDone::RefusedBefore(told)),
                        }
                    }
                    Ok(events)
                })
            })
            .await?;
        crate::crash::after_commit(&events);
        Ok(())
    }

    /// Nothing more goes into a ledger that nobody seals, or whose end nobody could prove.
    async fn must_be_sealed(&self) -> Result<(), NotDone> {
        let oldest = countersign_store::seal::oldest_unsealed(&self.store).await?;
        let age = |since: &Timestamp| self.clock.now().duration_since(*since);
        if let Some(since) = oldest.filter(|since| age(since) > UNSEALED_MAX) {
            return Err(NotDone::Unsealed { since });
        }
        let oldest = countersign_store::seal::oldest_unsigned(&self.store).await?;
        match oldest.filter(|since| age(since) > UNSIGNED_MAX) {
            Some(since) => Err(NotDone::Unsigned { since }),
            None => Ok(()),
        }
    }

    async fn answer(
        &self,
        tx: &mut Tx,
        asked: &Asked,
        before: &Beforehand,
    ) -> Result<Decided, NotDone> {
        let now = self.clock.now();
        if let Some(before) = answered_before(tx, asked, now).await? {
            return Ok(before);
        }
        let current = kept::load(tx, asked.command.subject()).await?;
        if asked.seen.is_some_and(|seen| seen != current.sequence) {
            return Err(NotDone::Stale { current: current.sequence });
        }
        let told = (asked, before, &mut Found::default());
        let gathered = gather(self, tx, &current.state, told, now).await?;
        let texts: Vec<_> = asked.texts.iter().chain(&gathered.texts).cloned().collect();
        let around = self.around(asked, &gathered.facts.authority, now);
        match decide(&current.state, &gathered.facts, asked.command.clone()) {
            Ok(events) => {
                let committed = write::record(tx, &around, current, &events, &texts).await?;
                keep_answer(tx, asked, (DONE, &committed), now).await?;
                Ok(Decided::Yes(committed))
            }
            // Nothing is kept of it: the same request comes again after the sign-in.
            Err(Refusal::SignIn(sign_in)) => Err(NotDone::SignInAgain(sign_in.into())),
            Err(refusal) => {
                if refusal.concerns_duties() {
                    let subject = asked.command.told_no();
                    let event = refused(subject, asked.command.verb(), &refusal);
                    let told = if subject == current.subject {
                        current
                    } else {
                        kept::load(tx, subject).await?
                    };
                    write::record(tx, &around, told, &[event], &texts).await?;
                }
                let told = Told::from(&refusal);
                keep_answer(tx, asked, (told.status, &told), now).await?;
                Ok(Decided::No(refusal))
            }
        }
    }

    fn around(&self, asked: &Asked, authority: &Authority, now: Timestamp) -> write::Around {
        write::Around {
            authority: asked.command.verb().map(|_| leaf::Authority {
                by: authority.by.iter().take(leaf::POLICIES_MAX).map(|id| shorten(id)).collect(),
                row: authority.row.as_deref().map(shorten),
            }),
            actor: asked.actor.to_string(),
            policy: self.policy.digest.clone(),
            cause: asked.cause.clone(),
            now,
        }
    }
}

/// As much of a name as an event holds.
fn shorten(name: &str) -> String {
    let end = name.floor_char_boundary(leaf::ID_BYTES_MAX);
    name.get(..end).unwrap_or_default().to_owned()
}

async fn answered_before(
    tx: &mut Tx,
    asked: &Asked,
    now: Timestamp,
) -> Result<Option<Decided>, NotDone> {
    let Some(once) = &asked.once else { return Ok(None) };
    let actor = asked.actor.to_string();
    let Some(before) = tx.idempotency(&once.key, &actor, now).await? else { return Ok(None) };
    if before.body_digest != once.body_digest {
        return Err(NotDone::KeyReused);
    }
    let response = before.response.as_slice();
    let decided = if before.status == i64::from(DONE) {
        serde_json::from_slice(response).map(Decided::Yes)
    } else {
        serde_json::from_slice(response).map(Decided::NoBefore)
    };
    Ok(Some(decided.map_err(NotRecorded::Unknown)?))
}

/// A refusal is kept like any answer: the same request is neither refused nor recorded twice.
async fn keep_answer(
    tx: &mut Tx,
    asked: &Asked,
    (status, answer): (u16, &impl Serialize),
    now: Timestamp,
) -> Result<(), NotDone> {
    let Some(once) = &asked.once else { return Ok(()) };
    let answer = countersign_store::idempotency::Answered {
        body_digest: once.body_digest.clone(),
        status: i64::from(status),
        response: serde_json::to_vec(answer).map_err(NotRecorded::Unknown)?,
    };
    let until = now.checked_add(ANSWER_KEPT).unwrap_or(Timestamp::MAX);
    tx.put_idempotency(&once.key, &asked.actor.to_string(), &answer, (now, until)).await?;
    Ok(())
}
