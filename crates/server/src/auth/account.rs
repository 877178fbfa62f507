//! Accounts for the first start: a person, a sign-in name and a password. Where an organisation has a
//! directory of its own, nobody needs one of these.

use countersign_governance::id::PersonId;
use countersign_store::Fault;
use countersign_store::account::{Account, by_name};

use super::{NotSigned, password, sign_out};
use crate::door::Door;

/// Longest sign-in name, in characters.
pub const NAME_CHARS_MAX: usize = 64;

/// Sets the password by which a person signs in, under this name. Whatever sessions they have are over
/// with it, and so are their sign-in links.
///
/// # Errors
/// When the name or the password will not do, or it could not be kept.
pub async fn set(door: &Door, person: PersonId, name: &str, words: &str) -> Result<(), NotSigned> {
    let name = spelled(name).ok_or_else(|| NotSigned::BadName(name.to_owned()))?;
    let person = person.to_string();
    if by_name(&door.store, &name).await?.is_some_and(|kept| kept.person != person) {
        return Err(NotSigned::NameTaken(name));
    }
    let password = password::keep(&door.chance, words).await?;
    let at = door.clock.now();
    let account = Account { person, name, password, set_at: at };
    let kept = door.store.transact_with(account, move |tx, account| {
        Box::pin(async move {
            tx.put_account(account).await?;
            sign_out(tx, &account.person, at).await
        })
    });
    kept.await.map(|_: u64| ()).map_err(|fault: Fault| fault.into())
}

/// Who signs in with this name and password; nobody where one of them is wrong.
///
/// # Errors
/// When the store cannot answer, or too many wait for an answer.
pub async fn check(door: &Door, name: &str, words: &str) -> Result<Option<PersonId>, NotSigned> {
    let account = kept(door, name).await?;
    let person = account.as_ref().and_then(|account| account.person.parse().ok());
    let is = password::is(account.map(|account| account.password), words).await?;
    Ok(person.filter(|_| is))
}

/// Whether this is the name by which this person signs in.
///
/// # Errors
/// When the store cannot answer.
pub async fn is_of(door: &Door, name: &str, person: PersonId) -> Result<bool, Fault> {
    let account = kept(door, name).await?;
    Ok(account.is_some_and(|account| account.person == person.to_string()))
}

async fn kept(door: &Door, name: &str) -> Result<Option<Account>, Fault> {
    match spelled(name) {
        Some(name) => by_name(&door.store, &name).await,
        None => Ok(None),
    }
}

/// The sign-in name that a person gets where nobody gives another: `marta-lindqvist`.
#[must_use]
pub fn usual_name(person: &str) -> String {
    let words = person.split_whitespace().map(str::to_lowercase);
    words.collect::<Vec<_>>().join("-")
}

/// A sign-in name as it is kept: without space around it, in lower case.
pub(crate) fn spelled(name: &str) -> Option<String> {
    let name = name.trim().to_lowercase();
    let fits = !name.is_empty()
        && name.chars().count() <= NAME_CHARS_MAX
        && name
            .chars()
            .all(|it| it.is_alphanumeric() || matches!(it, '.' | '-' | '_' | '@' | '\''));
    fits.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_in_name_is_the_same_however_it_is_typed() {
        assert_eq!(spelled(" Marta-Lindqvist ").as_deref(), Some("marta-lindqvist"));
        assert_eq!(usual_name("Marta  Lindqvist"), "marta-lindqvist");
        assert_eq!(spelled(&usual_name("Zoë O'Brien")).as_deref(), Some("zoë-o'brien"));
        for bad in ["", "  ", "two words", "a\0b", &"a".repeat(65)] {
            assert_eq!(spelled(bad), None, "{bad:?}");
        }
    }
}
