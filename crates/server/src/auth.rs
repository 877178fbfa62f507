//! Who a browser speaks for: accounts of the first start, sessions, and links that sign in once. None
//! of it is governed state, and none of it gives anybody a duty: a session acts under the seats that
//! its person has at that moment. Knows no page.

pub mod account;
mod bucket;
pub(crate) mod device;
pub(crate) mod draft;
pub mod limit;
pub mod link;
pub mod password;
pub(crate) mod provider;
pub mod session;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign_governance::id::PersonId;
use countersign_governance::person::Person;
use countersign_governance::{State, Subject};
use countersign_store::{Fault, Tx};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::clock::{Chance, NoChance};
use crate::door::{Door, NotDone};
use crate::kept;

/// Why somebody could not be signed in or out.
#[derive(Debug, thiserror::Error)]
pub enum NotSigned {
    /// The store failed.
    #[error("{0}")]
    Store(#[from] Fault),
    /// No randomness.
    #[error("{0}")]
    Chance(#[from] NoChance),
    /// The password is too short or too long.
    #[error("{0}")]
    Password(#[from] password::BadPassword),
    /// Somebody else signs in under this name.
    #[error("`{0}` is the sign-in name of somebody else: give another")]
    NameTaken(String),
    /// Too many sign in at this moment.
    #[error("{0}")]
    Busy(#[from] password::Busy),
    /// Nobody signs in who is not active.
    #[error("this person is not active: appoint them first")]
    Inactive,
    /// Whether the person is active could not be read.
    #[error("{0}")]
    Unread(#[from] NotDone),
    /// The name cannot be one.
    #[error("`{0}` is no sign-in name: 1 to 64 letters, digits, dots, dashes and `@`")]
    BadName(String),
}

/// Somebody who was deactivated neither changes nor reads anything, however they signed in.
///
/// # Errors
/// When the store cannot answer.
pub async fn is_active(door: &Door, person: PersonId) -> Result<bool, NotDone> {
    let (state, _) = kept::look(&door.store, Subject::Person(person)).await?;
    Ok(sits(&state, door.clock.now()))
}

/// The same within the transaction that issues something to them: of a deactivation at the same time,
/// one of the two sees the other.
pub(crate) async fn is_active_in(
    tx: &mut Tx,
    person: PersonId,
    now: Timestamp,
) -> Result<bool, NotDone> {
    Ok(sits(&kept::load(tx, Subject::Person(person)).await?.state, now))
}

/// Somebody from outside is let in as long as they have their one seat.
fn sits(state: &State, now: Timestamp) -> bool {
    let is_here = |person: &Person| person.only().is_none_or(|only| now < only.until);
    match state {
        State::Person(person) => {
            person.as_ref().is_some_and(|person| person.is_active() && is_here(person))
        }
        State::Finding(_)
        | State::Exception(_)
        | State::Process(_)
        | State::System(_)
        | State::Policy(_)
        | State::Accountability(_)
        | State::Gap(_)
        | State::Review(_)
        | State::Item(_) => false,
    }
}

/// Ends every way in that is open in a browser: sessions, and links that nobody has spent.
async fn sign_out(tx: &mut Tx, person: &str, at: Timestamp) -> Result<u64, Fault> {
    tx.revoke_links(person, at).await?;
    tx.revoke_sessions(person, at).await
}

/// A secret of 256 bits, as it stands in a cookie or an address.
fn secret(chance: &Chance) -> Result<String, NoChance> {
    Ok(URL_SAFE_NO_PAD.encode(chance.bytes::<32>()?))
}

/// Under what a secret is kept. It is random, so how it is digested needs to be neither slow nor salted.
fn hash(secret: &str) -> String {
    let digest: [u8; 32] = Sha256::digest(secret.as_bytes()).into();
    countersign_ledger::tree::Hash(digest).to_hex()
}
