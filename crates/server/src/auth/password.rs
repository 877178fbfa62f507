//! Passwords: made into what is kept (argon2id, salted), and compared with it. Slow by intention, so
//! only so many at a time, each on a thread of its own. Keeps nothing.

use argon2::password_hash::PasswordVerifier;
use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

use crate::clock::{Chance, NoChance};

/// Memory of one computation, in KiB.
const MEMORY_KIB: u32 = 19_456;

/// Passes over that memory.
const PASSES: u32 = 2;

/// Lanes of one computation.
const LANES: u32 = 1;

/// Bytes that come out.
const OUTPUT_BYTES: usize = 32;

/// Most computations at once; the others wait.
const AT_ONCE_MAX: usize = 2;

/// Most comparisons that wait or are made. Beyond that whoever signs in is told to come again, so that a
/// flood of them leaves places for everybody who is signed in.
const WAITING_MAX: usize = 32;

/// What is compared with where nothing is kept, so that it is the same work: 32 random bytes, of which
/// nobody knows a password.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$0U4Vsv4bERhOSjROwV3cgQ$EVs7waf9qFaswq76sZCrvqUAs30znX3rf3blHa3i5g8";

/// Shortest password, in characters.
pub const CHARS_MIN: usize = 12;

/// Longest password, in bytes.
pub const BYTES_MAX: usize = 1_024;

static PLACES: Semaphore = Semaphore::const_new(AT_ONCE_MAX);
static WAITING: Semaphore = Semaphore::const_new(WAITING_MAX);

/// Too many passwords are being compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many people sign in at this moment: try again in a few seconds")]
pub struct Busy;

/// Why a password is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadPassword {
    /// Shorter than [`CHARS_MIN`] or longer than [`BYTES_MAX`].
    #[error(
        "a password has at least {CHARS_MIN} characters and at most {BYTES_MAX} bytes: give another"
    )]
    Length,
    /// No randomness for its salt.
    #[error("{0}")]
    Chance(#[from] NoChance),
    /// The computation failed.
    #[error("the password could not be computed: free some memory and try again")]
    Failed,
}

/// What is kept of a password: a PHC string with its salt and parameters.
///
/// # Errors
/// When it is too short or too long, or cannot be computed.
pub async fn keep(chance: &Chance, words: &str) -> Result<String, BadPassword> {
    if words.chars().count() < CHARS_MIN || words.len() > BYTES_MAX {
        return Err(BadPassword::Length);
    }
    let salt = chance.bytes::<16>()?;
    let words = words.to_owned();
    let _place = PLACES.acquire().await.map_err(|_| BadPassword::Failed)?;
    let kept = tokio::task::spawn_blocking(move || computed(&words, salt)).await;
    kept.ok().flatten().ok_or(BadPassword::Failed)
}

/// Whether this is the password. Without anything kept the same is computed, and the answer is no: how
/// long an answer takes does not tell whether there is such an account.
///
/// # Errors
/// [`Busy`] when too many wait already.
pub async fn is(kept: Option<String>, words: &str) -> Result<bool, Busy> {
    if words.len() > BYTES_MAX {
        return Ok(false);
    }
    let words = words.to_owned();
    let _waiting = WAITING.try_acquire().map_err(|_| Busy)?;
    let Ok(_place) = PLACES.acquire().await else { return Ok(false) };
    let compared = tokio::task::spawn_blocking(move || {
        let is_kept = kept.is_some();
        let is = compared(kept.as_deref().unwrap_or(NOBODY), &words);
        is && is_kept
    });
    Ok(compared.await.unwrap_or(false))
}

fn compared(kept: &str, words: &str) -> bool {
    PasswordHash::new(kept).is_ok_and(|kept| {
        hasher().is_some_and(|it| it.verify_password(words.as_bytes(), &kept).is_ok())
    })
}

fn hasher() -> Option<Argon2<'static>> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, Some(OUTPUT_BYTES)).ok()?;
    Some(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn computed(words: &str, salt: [u8; 16]) -> Option<String> {
    let hasher = hasher()?;
    let mut output = [0; OUTPUT_BYTES];
    hasher.hash_password_into(words.as_bytes(), &salt, &mut output).ok()?;
    let kept = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(hasher.params()).ok()?,
        salt: Some(Salt::new(&salt).ok()?),
        hash: Some(Output::new(&output).ok()?),
    };
    Some(kept.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_kept_salted_and_with_its_parameters() {
        let chance = Chance::real();
        let kept = keep(&chance, "a long enough password").await.unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert_ne!(keep(&chance, "a long enough password").await.unwrap(), kept);
        assert_eq!(is(Some(kept.clone()), "a long enough password").await, Ok(true));
        assert_eq!(is(Some(kept), "a long enough passwort").await, Ok(false));
    }

    #[tokio::test]
    async fn what_is_too_short_too_long_or_not_kept_is_no_password() {
        let chance = Chance::real();
        assert_eq!(keep(&chance, "eleven char").await, Err(BadPassword::Length));
        let long = "a".repeat(BYTES_MAX + 1);
        assert_eq!(keep(&chance, &long).await, Err(BadPassword::Length));
        assert_eq!(is(None, "a long enough password").await, Ok(false));
        assert_eq!(is(Some("damaged".to_owned()), "damaged").await, Ok(false));
        assert_eq!(is(None, &long).await, Ok(false));
    }

    #[tokio::test]
    async fn where_nothing_is_kept_the_same_is_computed_as_where_something_is() {
        let kept = keep(&Chance::real(), "a long enough password").await.unwrap();
        let (kept, nobody) =
            (PasswordHash::new(&kept).unwrap(), PasswordHash::new(NOBODY).unwrap());
        assert_eq!(nobody.algorithm, kept.algorithm);
        assert_eq!(nobody.version, kept.version);
        assert_eq!(nobody.params, kept.params);
        let bytes = |it: &PasswordHash| it.hash.map(|hash| hash.as_ref().len());
        assert_eq!(bytes(&nobody), bytes(&kept));
    }

    #[tokio::test]
    async fn who_comes_when_too_many_wait_is_told_so_at_once() {
        let waiting = (0..WAITING_MAX).map(|_| WAITING.try_acquire().unwrap()).collect::<Vec<_>>();
        assert_eq!(is(None, "a long enough password").await, Err(Busy));
        drop(waiting);
        assert_eq!(is(None, "a long enough password").await, Ok(false));
    }
}
