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

/// Shortest password, in characters.
pub const CHARS_MIN: usize = 12;

/// Longest password, in bytes.
pub const BYTES_MAX: usize = 1_024;

static PLACES: Semaphore = Semaphore::const_new(AT_ONCE_MAX);

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

/// Whether this is the password. Without anything kept it takes as long, and the answer is no: how
/// long an answer takes does not tell whether there is such an account.
pub async fn is(kept: Option<String>, words: &str) -> bool {
    if words.len() > BYTES_MAX {
        return false;
    }
    let words = words.to_owned();
    let Ok(_place) = PLACES.acquire().await else { return false };
    let compared = tokio::task::spawn_blocking(move || match kept {
        Some(kept) => PasswordHash::new(&kept).is_ok_and(|kept| {
            hasher().is_some_and(|it| it.verify_password(words.as_bytes(), &kept).is_ok())
        }),
        None => {
            // Computed for its time alone.
            let _ = computed(&words, [0; 16]);
            false
        }
    });
    compared.await.unwrap_or(false)
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
        assert!(is(Some(kept.clone()), "a long enough password").await);
        assert!(!is(Some(kept), "a long enough passwort").await);
    }

    #[tokio::test]
    async fn what_is_too_short_too_long_or_not_kept_is_no_password() {
        let chance = Chance::real();
        assert_eq!(keep(&chance, "eleven char").await, Err(BadPassword::Length));
        let long = "a".repeat(BYTES_MAX + 1);
        assert_eq!(keep(&chance, &long).await, Err(BadPassword::Length));
        assert!(!is(None, "a long enough password").await);
        assert!(!is(Some("damaged".to_owned()), "damaged").await);
        assert!(!is(None, &long).await);
    }
}
