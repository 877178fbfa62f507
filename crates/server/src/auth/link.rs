//! Links that sign somebody in once, for the demo and for a first look: good for fifteen minutes, and
//! only from the machine on which the server runs, which the pages see to. Looking at one spends
//! nothing, so that a preview does not.

use countersign_governance::id::PersonId;
use countersign_store::Fault;
use countersign_store::link::{Link, whose as kept_for};
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;

use super::{NotSigned, hash, is_active_in, secret};
use crate::door::Door;

/// How long a link is good.
pub const LIFE: SignedDuration = SignedDuration::from_mins(15);

/// Where a link leads; its secret follows.
pub const PATH: &str = "/sign-in/link/";

/// Makes a link for a person: the path with its secret, shown once and kept nowhere.
///
/// # Errors
/// When it could not be kept, or the person is not active.
pub async fn issue(door: &Door, person: PersonId) -> Result<SecretString, NotSigned> {
    let secret = secret(&door.chance)?;
    let now = door.clock.now();
    let expires_at = now.checked_add(LIFE).unwrap_or(Timestamp::MAX);
    let link = Link { hash: hash(&secret), person: person.to_string(), expires_at };
    let kept = door.store.transact_with(link, move |tx, link| {
        Box::pin(async move {
            if !is_active_in(tx, person, now).await? {
                return Err(NotSigned::Inactive);
            }
            tx.forget_links(now).await?;
            Ok(tx.put_link(link).await?)
        })
    });
    kept.await?;
    Ok(SecretString::from(format!("{PATH}{secret}")))
}

/// Whom a link would sign in; nobody where it is spent, over or none.
///
/// # Errors
/// When the store cannot answer.
pub async fn whose(door: &Door, secret: &str) -> Result<Option<PersonId>, Fault> {
    let person = kept_for(&door.store, &hash(secret), door.clock.now()).await?;
    Ok(person.and_then(|person| person.parse().ok()))
}

/// Spends a link, and says whom it signs in.
///
/// # Errors
/// When the store cannot answer.
pub async fn spend(door: &Door, secret: &str) -> Result<Option<PersonId>, Fault> {
    let (hash, now) = (hash(secret), door.clock.now());
    let spent = door.store.transact_with(hash, move |tx, hash| {
        Box::pin(async move { tx.spend_link(hash, now).await })
    });
    let person: Option<String> = spent.await.map_err(|fault: Fault| fault)?;
    Ok(person.and_then(|person| person.parse().ok()))
}
