//! Who somebody is here whom the provider vouches for. The first time that is found by an e-mail address:
//! it must be verified there, and here somebody must have been appointed with it among their identities,
//! as `mailto:NAME@HOST`. From then on issuer and subject alone count, whatever address they have.
//! Makes no record of anybody: a person does that.

use countersign_access::node::NodeId;
use countersign_governance::State;
use countersign_governance::id::PersonId;
use countersign_store::provider::{Link, subject_of, whose};
use countersign_store::{Tx, read};
use jiff::Timestamp;

use super::Identity;
use crate::door::{Door, NotDone};
use crate::kept;

/// What an e-mail address is called among somebody's identities.
const MAIL: &str = "mailto:";

/// How many people are read at once.
const PAGE: i64 = 200;

/// Most people that are looked through for an e-mail address.
const PEOPLE_MAX: usize = 100_000;

/// Whom the provider vouches for; nobody, where nobody was appointed who they could be. Whether they are
/// active is asked when a session begins.
///
/// # Errors
/// When the store cannot answer.
pub(crate) async fn find(door: &Door, identity: &Identity) -> Result<Option<PersonId>, NotDone> {
    let now = door.clock.now();
    let found = door
        .store
        .transact_with(identity.clone(), move |tx, identity| Box::pin(find_in(tx, identity, now)));
    found.await
}

async fn find_in(
    tx: &mut Tx,
    identity: &Identity,
    now: Timestamp,
) -> Result<Option<PersonId>, NotDone> {
    let (issuer, subject) = (identity.issuer.as_str(), identity.subject.as_str());
    if let Some(person) = whose(&mut *tx, (issuer, subject)).await? {
        return Ok(person.parse().ok());
    }
    let Some(email) = &identity.email else { return Ok(None) };
    let Some(person) = appointed_with(tx, email).await? else { return Ok(None) };
    let id = person.to_string();
    if subject_of(&mut *tx, (&id, issuer)).await?.is_some() {
        tracing::warn!(person = %id, "somebody else at the provider has the address of a person who is linked");
        return Ok(None);
    }
    tracing::warn!(person = %id, subject, "a person is linked to whom the provider knows by this subject");
    let link =
        Link { issuer: issuer.to_owned(), subject: subject.to_owned(), person: id, linked_at: now };
    tx.put_provider_link(&link).await?;
    Ok(Some(person))
}

/// The one active person who was appointed with this address; nobody, where there are two.
async fn appointed_with(tx: &mut Tx, email: &str) -> Result<Option<PersonId>, NotDone> {
    let wanted = format!("{MAIL}{email}").to_lowercase();
    let (mut found, mut cursor, mut looked) = (None, None, 0);
    loop {
        let page = read::person::list(&mut *tx, cursor.as_deref(), PAGE).await?;
        looked += page.items.len();
        for item in page.items {
            let State::Person(Some(person)) = kept::parse(&item.state)? else { continue };
            if !person.is_active() {
                continue;
            }
            let identities = &person.appointment().identities;
            let ids = kept::written::<Vec<NodeId>>(tx, &[], identities).await?.unwrap_or_default();
            if ids.iter().any(|id| id.as_str().to_lowercase() == wanted) {
                if found.is_some() {
                    tracing::warn!("two people were appointed with one address: neither is linked");
                    return Ok(None);
                }
                found = Some(person.id());
            }
        }
        cursor = page.next;
        if cursor.is_none() {
            return Ok(found);
        }
        if looked >= PEOPLE_MAX {
            tracing::warn!("more people than are looked through: nobody is linked");
            return Ok(None);
        }
    }
}
