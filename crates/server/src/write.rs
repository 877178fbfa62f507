//! Writing down what was decided: events with their exact bytes, the state after them, the columns
//! for lists, the outbox rows that follow, and the texts that the events refer to. Decides nothing.

use countersign_access::finding::Finding as Toxic;
use countersign_governance::event::Event;
use countersign_governance::text::TextDigest;
use countersign_governance::{State, Subject, evolve};
use countersign_ledger::tree::Hash;
use countersign_store::{Job, State as Row, Tx};
use jiff::Timestamp;
use serde::de::DeserializeOwned;

use crate::act::{Committed, NotDone};
use crate::follow;
use crate::project;
use crate::record::{self, Envelope, NotRecorded};
use crate::text::Text;

/// Where a subject stands.
#[derive(Debug, Clone)]
pub(crate) struct Current {
    pub(crate) subject: Subject,
    pub(crate) state: State,
    pub(crate) sequence: i64,
    pub(crate) number: Option<i64>,
}

/// What surrounds the events of one decision.
#[derive(Debug, Clone)]
pub(crate) struct Around {
    pub(crate) actor: String,
    pub(crate) policy: String,
    pub(crate) cause: Option<String>,
    pub(crate) now: Timestamp,
}

/// Loads where a subject stands.
pub(crate) async fn load(tx: &mut Tx, subject: Subject) -> Result<Current, NotDone> {
    let row = tx.state(subject.kind(), &subject.to_string()).await?;
    read(subject, row)
}

/// Reads a stored state; a subject without one stands at nothing.
pub(crate) fn read(subject: Subject, row: Option<Row>) -> Result<Current, NotDone> {
    let Some(row) = row else {
        return Ok(Current { subject, state: subject.nothing(), sequence: 0, number: None });
    };
    let state = parse(&row.state)?;
    Ok(Current { subject, state, sequence: row.sequence, number: row.number })
}

/// Reads a stored state.
pub(crate) fn parse(state: &str) -> Result<State, NotDone> {
    Ok(serde_json::from_str(state).map_err(NotRecorded::Unknown)?)
}

/// Writes down the events of one decision, and what hangs on them.
pub(crate) async fn record(
    tx: &mut Tx,
    around: &Around,
    current: Current,
    events: &[Event],
    texts: &[Text],
) -> Result<Committed, NotDone> {
    let Current { subject, mut state, sequence: before, mut number } = current;
    let key = subject.to_string();
    let mut sequence = before;
    let mut names = Vec::new();
    for event in events {
        sequence = sequence.saturating_add(1);
        let name = append(tx, around, (&key, sequence), event, texts).await?;
        names.push(name);
        state = evolve(subject, state, event);
        follow_up(tx, around, subject, event).await?;
    }
    if !events.is_empty() {
        if before == 0 && matches!(subject, Subject::Finding(_)) {
            number = Some(tx.next_number(subject.kind()).await?);
        }
        let row = Row {
            kind: subject.kind().to_owned(),
            subject: key.clone(),
            number,
            sequence,
            state: serde_json::to_string(&state).map_err(NotRecorded::Unknown)?,
        };
        tx.put_state(&row, before).await?;
        project::put(tx, &row, &state, texts).await?;
    }
    Ok(Committed { subject: key, number, sequence, events: names })
}

async fn append(
    tx: &mut Tx,
    around: &Around,
    (subject, sequence): (&str, i64),
    event: &Event,
    texts: &[Text],
) -> Result<String, NotDone> {
    let at = around.now.to_string();
    let envelope = Envelope {
        subject,
        sequence: u64::try_from(sequence).unwrap_or(0),
        at: &at,
        actor: &around.actor,
        policy: &around.policy,
        cause: around.cause.as_deref(),
    };
    let leaf = record::leaf(event, envelope)?;
    for reference in countersign_ledger::text::references(&leaf.body).into_iter().flatten() {
        let reference = countersign_ledger::text::reference(reference);
        if let Some(text) = texts.iter().find(|text| text.digest.0 == reference) {
            tx.put_text(subject, &text.salt, &text.words).await?;
        }
    }
    let bytes = leaf.bytes().map_err(NotRecorded::Leaf)?;
    let event = countersign_store::Event {
        subject,
        sequence,
        name: &leaf.name,
        at: around.now,
        actor: &around.actor,
        cause: around.cause.as_deref(),
        bytes: &bytes,
    };
    tx.append(&event).await?;
    Ok(leaf.name)
}

async fn follow_up(
    tx: &mut Tx,
    around: &Around,
    subject: Subject,
    event: &Event,
) -> Result<(), NotDone> {
    for duty in follow::duties(subject, event) {
        match duty {
            follow::Duty::Job { kind, key, payload } => {
                let job = Job { kind, key: &key, payload: &payload, run_at: around.now };
                tx.enqueue(&job).await?;
            }
            follow::Duty::ShowRun(run) => {
                tx.accept_run(&run.to_string(), around.now).await?;
            }
            follow::Duty::HoldRun(run) => {
                let why = "it would make a large share of what is known vanish";
                tx.hold_run(&run.to_string(), why).await?;
            }
        }
    }
    Ok(())
}

/// The words behind a digest, from those that come along or those that are kept; `None` when they
/// were erased or never kept.
pub(crate) async fn words(
    tx: &mut Tx,
    texts: &[Text],
    digest: &TextDigest,
) -> Result<Option<String>, NotDone> {
    if let Some(text) = texts.iter().find(|text| &text.digest == digest) {
        return Ok(Some(text.words.clone()));
    }
    let Some(hash) = hash_of(digest) else { return Ok(None) };
    Ok(match tx.text(hash).await? {
        Some(countersign_store::text::Text { body, .. }) => kept(body),
        None => None,
    })
}

/// What is written as JSON behind a digest.
pub(crate) async fn written<T: DeserializeOwned>(
    tx: &mut Tx,
    texts: &[Text],
    digest: &TextDigest,
) -> Result<Option<T>, NotDone> {
    let words = words(tx, texts, digest).await?;
    Ok(words.and_then(|words| serde_json::from_str(&words).ok()))
}

/// The finding, as the engine described it.
pub(crate) async fn detail(
    tx: &mut Tx,
    texts: &[Text],
    digest: &TextDigest,
) -> Result<Option<Toxic>, NotDone> {
    written(tx, texts, digest).await
}

/// The hash that a digest stands for.
pub(crate) fn hash_of(digest: &TextDigest) -> Option<Hash> {
    countersign_ledger::text::parse_reference(&digest.0)
}

/// The words of a text that was not erased.
pub(crate) fn kept(body: countersign_store::text::Body) -> Option<String> {
    match body {
        countersign_store::text::Body::Kept { text, .. } => Some(text),
        countersign_store::text::Body::Erased { .. } => None,
    }
}
