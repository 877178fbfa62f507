//! What is kept, looked up: where a subject stands, and the words behind a digest. Changes nothing.

use countersign_access::finding::Finding as Toxic;
use countersign_governance::text::TextDigest;
use countersign_governance::{State, Subject};
use countersign_ledger::tree::Hash;
use countersign_store::{State as Row, Store, Tx};
use serde::de::DeserializeOwned;

use crate::door::NotDone;
use crate::record::NotRecorded;
use crate::text::Text;

/// Where a subject stands.
#[derive(Debug, Clone)]
pub(crate) struct Current {
    pub(crate) subject: Subject,
    pub(crate) state: State,
    pub(crate) sequence: i64,
    pub(crate) number: Option<i64>,
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

/// The words behind a digest, outside a transaction; `None` when they were erased or never kept.
///
/// # Errors
/// When the store cannot answer.
pub async fn read_words(store: &Store, digest: &TextDigest) -> Result<Option<String>, NotDone> {
    let Some(hash) = hash_of(digest) else { return Ok(None) };
    let text = countersign_store::text::get(store, hash).await?;
    Ok(text.and_then(|text| kept(text.body)))
}

/// Where a subject stands, for callers that must look before they ask.
///
/// # Errors
/// When the store cannot answer.
pub async fn look(store: &Store, subject: Subject) -> Result<(State, i64), NotDone> {
    let row = countersign_store::state::get(store, subject.kind(), &subject.to_string()).await?;
    let current = read(subject, row)?;
    Ok((current.state, current.sequence))
}
