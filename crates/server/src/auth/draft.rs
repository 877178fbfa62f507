//! What somebody had filled in when they were asked to sign in again: kept here and never in an address,
//! for ten minutes, for that person alone. Nothing of it is sent on by itself.

use countersign_governance::id::PersonId;
use countersign_store::Fault;
use countersign_store::draft::{Draft, get};
use jiff::{SignedDuration, Timestamp};

use super::{NotSigned, hash, secret};
use crate::door::Door;

/// How long it is kept.
pub(crate) const LIFE: SignedDuration = SignedDuration::from_mins(10);

/// Most forms of one person that are kept at a time; the oldest make room.
const KEPT_MAX: i64 = 5;

/// Keeps a form, and answers the secret by which its person finds it again.
///
/// # Errors
/// When it could not be kept.
pub(crate) async fn keep(
    door: &Door,
    person: PersonId,
    (path, fields): (&str, String),
) -> Result<String, NotSigned> {
    let (secret, now) = (secret(&door.chance)?, door.clock.now());
    let draft = Draft {
        hash: hash(&secret),
        person: person.to_string(),
        path: path.to_owned(),
        fields,
        expires_at: now.checked_add(LIFE).unwrap_or(Timestamp::MAX),
    };
    let kept = door.store.transact_with(draft, move |tx, draft| {
        Box::pin(async move {
            tx.forget_drafts(now).await?;
            tx.put_draft(draft, KEPT_MAX).await
        })
    });
    kept.await.map_err(|fault: Fault| NotSigned::Store(fault))?;
    Ok(secret)
}

/// Where the form of this secret was sent and what it held; nothing where it is another person's, or over.
///
/// # Errors
/// When the store cannot answer.
pub(crate) async fn find(
    door: &Door,
    person: PersonId,
    secret: &str,
) -> Result<Option<(String, String)>, Fault> {
    let (hash, person) = (hash(secret), person.to_string());
    let draft = get(&door.store, (&hash, &person), door.clock.now()).await?;
    Ok(draft.map(|draft| (draft.path, draft.fields)))
}
