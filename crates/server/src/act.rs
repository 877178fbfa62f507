//! The one door for changes (law 1). Web, API, command line, worker and connector evidence all come
//! through here: load, gather, decide, record, in one transaction. Nothing else changes governed state.

use std::sync::Arc;

use countersign_governance::actor::Actor;
use countersign_governance::refusal::Refusal;
use countersign_governance::text::TextDigest;
use countersign_governance::{Command, State, decide, refused};
use countersign_policy::rules::RuleSet;
use countersign_store::{Fault, Store, Tx};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::clock::{Chance, Clock, NoChance};
use crate::gather::gather;
use crate::graph::Graph;
use crate::record::NotRecorded;
use crate::text::Text;
use crate::write;

/// How long an answer is kept under its idempotency key.
const ANSWER_KEPT: SignedDuration = SignedDuration::from_hours(24);

/// How old an event may be before it must be sealed.
const UNSEALED_MAX: SignedDuration = SignedDuration::from_mins(1);

/// All that a decision needs around it; clones share everything.
#[derive(Debug, Clone)]
pub struct Door {
    /// Where everything is kept.
    pub store: Store,
    /// The graph of this node.
    pub graph: Graph,
    /// The policy in force.
    pub policy: Arc<RuleSet>,
    /// The time.
    pub clock: Clock,
    /// Randomness.
    pub chance: Chance,
}

/// One command with what comes along.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Who asks.
    pub actor: Actor,
    /// What is asked.
    pub command: Command,
    /// The texts to which the command refers.
    pub texts: Vec<Text>,
    /// The sequence that the asker has seen, if they say so (`If-Match`).
    pub seen: Option<i64>,
    /// The event that led to this.
    pub cause: Option<String>,
    /// Key and digest of the request, for an answer that is given once (`Idempotency-Key`).
    pub once: Option<Once>,
}

/// A request that is carried out once, however often it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Once {
    /// The client's key.
    pub key: String,
    /// SHA-256 of verb, subject and body, hex.
    pub body_digest: String,
}

/// What came of a command that was answered with yes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Committed {
    /// The subject, as the ledger names it.
    pub subject: String,
    /// The number of its short reference, for kinds that have one.
    pub number: Option<i64>,
    /// Its sequence now: the ETag.
    pub sequence: i64,
    /// Names of the events, in order; empty when nothing had to change.
    pub events: Vec<String>,
}

/// Why nothing came of a command.
#[derive(Debug, thiserror::Error)]
pub enum NotDone {
    /// The answer is no.
    #[error("{0}")]
    Refused(Refusal),
    /// Somebody else changed the case since it was looked at.
    #[error("this was changed by somebody else since you looked at it: it is at {current} now")]
    Stale {
        /// Its sequence now.
        current: i64,
    },
    /// The idempotency key was used for another request.
    #[error("this idempotency key was used for another request: choose a new key")]
    KeyReused,
    /// The ledger is not being sealed, so nothing more is put into it.
    #[error("the ledger has not been sealed since {since}: nothing is decided until it is again")]
    Unsealed {
        /// Time of the oldest event that is not sealed.
        since: Timestamp,
    },
    /// The store failed.
    #[error("{0}")]
    Store(#[from] Fault),
    /// An event could not be written down or read.
    #[error("{0}")]
    Record(#[from] NotRecorded),
    /// No randomness.
    #[error("{0}")]
    Chance(#[from] NoChance),
}

/// What a transaction answers: a refusal that is recorded is committed too.
enum Decided {
    Yes(Committed),
    No(Refusal),
}

impl Asked {
    /// A command with nothing else.
    #[must_use]
    pub fn new(actor: Actor, command: Command) -> Self {
        Self { actor, command, texts: Vec::new(), seen: None, cause: None, once: None }
    }

    /// The same, with these texts.
    #[must_use]
    pub fn with_texts(self, texts: Vec<Text>) -> Self {
        Self { texts, ..self }
    }

    /// The same, because of this event.
    #[must_use]
    pub fn because(self, cause: Option<String>) -> Self {
        Self { cause, ..self }
    }
}

impl Door {
    /// Carries out one command, or says why not.
    ///
    /// # Errors
    /// [`NotDone`]; nothing is changed then, save that a refusal that concerns duties is recorded.
    pub async fn act(&self, asked: Asked) -> Result<Committed, NotDone> {
        self.must_be_sealed().await?;
        let door = self.clone();
        let asked = Arc::new(asked);
        let decided = self
            .store
            .transact(move |tx| {
                let (door, asked) = (door.clone(), Arc::clone(&asked));
                Box::pin(async move { door.answer(tx, &asked).await })
            })
            .await?;
        crate::crash::point("after-commit");
        match decided {
            Decided::Yes(committed) => Ok(committed),
            Decided::No(refusal) => Err(NotDone::Refused(refusal)),
        }
    }

    /// Carries out several commands of one of our own machines in one transaction. A refusal is no
    /// error: what a machine reports may have been settled meanwhile.
    ///
    /// # Errors
    /// When the store failed; nothing is changed then.
    pub async fn act_many(&self, many: Vec<Asked>) -> Result<(), NotDone> {
        self.must_be_sealed().await?;
        let door = self.clone();
        let many = Arc::new(many);
        self.store
            .transact(move |tx| {
                let (door, many) = (door.clone(), Arc::clone(&many));
                Box::pin(async move {
                    for asked in many.iter() {
                        if let Decided::No(refusal) = door.answer(tx, asked).await? {
                            tracing::debug!(%refusal, "a report was refused");
                        }
                    }
                    Ok::<_, NotDone>(())
                })
            })
            .await
    }

    /// Nothing more goes into a ledger that nobody seals.
    async fn must_be_sealed(&self) -> Result<(), NotDone> {
        let oldest = countersign_store::seal::oldest_unsealed(&self.store).await?;
        let late = |since: &Timestamp| self.clock.now().duration_since(*since) > UNSEALED_MAX;
        match oldest.filter(late) {
            Some(since) => Err(NotDone::Unsealed { since }),
            None => Ok(()),
        }
    }

    async fn answer(&self, tx: &mut Tx, asked: &Asked) -> Result<Decided, NotDone> {
        let now = self.clock.now();
        if let Some(before) = answered_before(tx, asked, now).await? {
            return Ok(Decided::Yes(before));
        }
        let current = write::load(tx, asked.command.subject()).await?;
        if asked.seen.is_some_and(|seen| seen != current.sequence) {
            return Err(NotDone::Stale { current: current.sequence });
        }
        let gathered = gather(self, tx, &current.state, asked, now).await?;
        let texts: Vec<_> = asked.texts.iter().chain(&gathered.texts).cloned().collect();
        let around = self.around(asked, now);
        match decide(&current.state, &gathered.facts, asked.command.clone()) {
            Ok(events) => {
                let committed = write::record(tx, &around, current, &events, &texts).await?;
                keep_answer(tx, asked, &committed, now).await?;
                Ok(Decided::Yes(committed))
            }
            Err(refusal) => {
                if refusal.concerns_duties() {
                    let subject = asked.command.subject();
                    let event = refused(subject, asked.command.verb(), &refusal);
                    write::record(tx, &around, current, &[event], &texts).await?;
                }
                Ok(Decided::No(refusal))
            }
        }
    }

    fn around(&self, asked: &Asked, now: Timestamp) -> write::Around {
        write::Around {
            actor: asked.actor.to_string(),
            policy: self.policy.digest.clone(),
            cause: asked.cause.clone(),
            now,
        }
    }
}

async fn answered_before(
    tx: &mut Tx,
    asked: &Asked,
    now: Timestamp,
) -> Result<Option<Committed>, NotDone> {
    let Some(once) = &asked.once else { return Ok(None) };
    let actor = asked.actor.to_string();
    let Some(before) = tx.idempotency(&once.key, &actor, now).await? else { return Ok(None) };
    if before.body_digest != once.body_digest {
        return Err(NotDone::KeyReused);
    }
    Ok(Some(serde_json::from_slice(&before.response).map_err(NotRecorded::Unknown)?))
}

async fn keep_answer(
    tx: &mut Tx,
    asked: &Asked,
    committed: &Committed,
    now: Timestamp,
) -> Result<(), NotDone> {
    let Some(once) = &asked.once else { return Ok(()) };
    let answer = countersign_store::idempotency::Answered {
        body_digest: once.body_digest.clone(),
        status: 200,
        response: serde_json::to_vec(committed).map_err(NotRecorded::Unknown)?,
    };
    let until = now.checked_add(ANSWER_KEPT).unwrap_or(Timestamp::MAX);
    tx.put_idempotency(&once.key, &asked.actor.to_string(), &answer, (now, until)).await?;
    Ok(())
}

/// The words behind a digest; `None` when they were erased or never kept.
///
/// # Errors
/// When the store cannot answer.
pub async fn words(store: &Store, digest: &TextDigest) -> Result<Option<String>, NotDone> {
    let Some(hash) = write::hash_of(digest) else { return Ok(None) };
    let text = countersign_store::text::get(store, hash).await?;
    Ok(text.and_then(|text| write::kept(text.body)))
}

/// Where a subject stands, for callers that must look before they ask.
///
/// # Errors
/// When the store cannot answer.
pub async fn look(
    store: &Store,
    subject: countersign_governance::Subject,
) -> Result<(State, i64), NotDone> {
    let row = countersign_store::state::get(store, subject.kind(), &subject.to_string()).await?;
    let current = write::read(subject, row)?;
    Ok((current.state, current.sequence))
}
