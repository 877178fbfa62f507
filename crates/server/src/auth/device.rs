//! Signing a program in from a browser: OAuth 2.0 Device Authorization Grant (RFC 8628). The program gets
//! two codes: a long one by which it asks, and a short one that a person types on a page. Both last ten
//! minutes, are good once, and are kept as digests only. Nobody is signed in who did not confirm it.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use countersign_governance::id::PersonId;
use countersign_store::Fault;
use countersign_store::device::{Device, count, standing, waiting};
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use subtle::ConstantTimeEq as _;

use super::bucket::{Buckets, Rate};
use super::limit::{Wait, block};
use super::{NotSigned, hash, secret};
use crate::clock::{Chance, NoChance};
use crate::door::Door;

/// How long the codes are good.
pub(crate) const LIFE: SignedDuration = SignedDuration::from_mins(10);

/// How long a program waits between two questions, at least.
pub(crate) const INTERVAL: SignedDuration = SignedDuration::from_secs(5);

/// Longest name that a program gives itself, in characters.
pub(crate) const NAME_CHARS_MAX: usize = 100;

/// Most programs that wait at the same time.
const WAITING_MAX: i64 = 1_000;

/// How long what is over is known as such.
pub(crate) const OVER_KEPT: SignedDuration = SignedDuration::from_hours(1);

/// The letters of a code that a person types: no vowels, so that no words come of them (RFC 8628 6.1).
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";

/// Letters in such a code.
const LETTERS_TYPED: usize = 8;

/// How often a program from one address may begin.
const BEGUN: Rate = Rate { at_once: 60, every: SignedDuration::from_secs(10) };

/// How often one person may name a code, to see who waits under it or to answer.
const TYPED: Rate = Rate { at_once: 10, every: SignedDuration::from_mins(1) };

/// Most keys of each kind that are remembered.
const REMEMBERED_MAX: usize = 20_000;

const YES: &str = "yes";
const NO: &str = "no";

/// How often codes are asked for and tried; clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Pace(Arc<Mutex<(Buckets<IpAddr>, Buckets<String>)>>);

impl Default for Pace {
    fn default() -> Self {
        let tables = (Buckets::new(BEGUN, REMEMBERED_MAX), Buckets::new(TYPED, REMEMBERED_MAX));
        Self(Arc::new(Mutex::new(tables)))
    }
}

impl Pace {
    /// Counts that a program begins.
    ///
    /// # Errors
    /// How long to wait.
    pub(crate) fn begin(&self, address: IpAddr, now: Timestamp) -> Result<(), Wait> {
        take(&mut self.tables().0, block(address), now)
    }

    /// Counts that a person named a code, before it is looked up.
    ///
    /// # Errors
    /// How long to wait.
    pub(crate) fn type_code(&self, person: PersonId, now: Timestamp) -> Result<(), Wait> {
        take(&mut self.tables().1, person.to_string(), now)
    }

    fn tables(&self) -> MutexGuard<'_, (Buckets<IpAddr>, Buckets<String>)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn take<K: Ord + Clone>(buckets: &mut Buckets<K>, key: K, now: Timestamp) -> Result<(), Wait> {
    let wait = buckets.wait(&key, now);
    if wait.is_zero() {
        buckets.take(key, now);
        Ok(())
    } else {
        Err(Wait(wait))
    }
}

/// The two codes of a program that begins.
#[derive(Debug)]
pub(crate) struct Begun {
    /// By which it asks.
    pub(crate) device_code: SecretString,
    /// What a person types.
    pub(crate) user_code: String,
}

/// A program begins; nothing when too many wait.
///
/// # Errors
/// When it could not be kept.
pub(crate) async fn begin(
    door: &Door,
    name: &str,
    address: IpAddr,
) -> Result<Option<Begun>, NotSigned> {
    let now = door.clock.now();
    if count(&door.store, now).await? >= WAITING_MAX {
        return Ok(None);
    }
    let (device_code, user_code) = (secret(&door.chance)?, drawn(&door.chance)?);
    let device = Device {
        hash: hash(&device_code),
        code: typed_hash(&user_code),
        name: name.to_owned(),
        address: address.to_string(),
        created_at: now,
        expires_at: now.checked_add(LIFE).unwrap_or(Timestamp::MAX),
    };
    let over = now.checked_sub(OVER_KEPT).unwrap_or(Timestamp::MIN);
    let kept = door.store.transact_with(device, move |tx, device| {
        Box::pin(async move {
            tx.forget_devices(over).await?;
            tx.put_device(device).await
        })
    });
    kept.await.map_err(|fault: Fault| NotSigned::Store(fault))?;
    let user_code = shown(&user_code);
    Ok(Some(Begun { device_code: SecretString::from(device_code), user_code }))
}

/// The program that waits under the code that was typed; nothing where none does.
///
/// # Errors
/// When the store cannot answer.
pub(crate) async fn find(door: &Door, typed: &str) -> Result<Option<Device>, Fault> {
    let Some(code) = spelled(typed) else { return Ok(None) };
    let code = typed_hash(&code);
    let found = waiting(&door.store, &code, door.clock.now()).await?;
    Ok(found.filter(|it| it.code.as_bytes().ct_eq(code.as_bytes()).into()))
}

/// What a person says to the program that waits under this code; false where none does any more.
///
/// # Errors
/// When the store cannot answer.
pub(crate) async fn answer(
    door: &Door,
    person: PersonId,
    (typed, is_yes): (&str, bool),
) -> Result<bool, Fault> {
    let Some(code) = spelled(typed) else { return Ok(false) };
    let (now, answer) = (door.clock.now(), if is_yes { YES } else { NO });
    let given = (typed_hash(&code), person.to_string());
    let answered = door.store.transact_with(given, move |tx, (code, person)| {
        Box::pin(async move { tx.answer_device((code, answer), person, now).await })
    });
    answered.await
}

/// What a program is told that asks.
#[derive(Debug)]
pub(crate) enum Polled {
    /// Nobody has answered.
    Pending,
    /// It asks too often.
    SlowDown,
    /// Somebody said no.
    Denied,
    /// The code is over, spent, or none.
    Expired,
    /// This person signed it in, which is said once.
    Confirmed(PersonId),
}

/// Answers a program that asks.
///
/// # Errors
/// When the store cannot answer.
pub(crate) async fn poll(door: &Door, device_code: &str) -> Result<Polled, Fault> {
    let (hash, now) = (hash(device_code), door.clock.now());
    let Some(stands) = standing(&door.store, &hash).await? else { return Ok(Polled::Expired) };
    if stands.expires_at <= now {
        return Ok(Polled::Expired);
    }
    match stands.answer.as_deref() {
        Some(YES) => {}
        Some(_) => return Ok(Polled::Denied),
        None => return waits(door, hash, stands.polled_at).await,
    }
    let spent = door.store.transact_with(hash, move |tx, hash| {
        Box::pin(async move { tx.spend_device((hash, YES), now).await })
    });
    let person: Option<String> = spent.await.map_err(|fault: Fault| fault)?;
    let person = person.and_then(|person| person.parse().ok());
    Ok(person.map_or(Polled::Expired, Polled::Confirmed))
}

async fn waits(door: &Door, hash: String, polled_at: Option<Timestamp>) -> Result<Polled, Fault> {
    let now = door.clock.now();
    let noted = door.store.transact_with(hash, move |tx, hash| {
        Box::pin(async move { tx.poll_device(hash, now).await })
    });
    noted.await.map_err(|fault: Fault| fault)?;
    let is_early = polled_at.is_some_and(|at| now.duration_since(at) < INTERVAL);
    Ok(if is_early { Polled::SlowDown } else { Polled::Pending })
}

/// A code, each letter as likely as any.
fn drawn(chance: &Chance) -> Result<String, NoChance> {
    let mut code = String::new();
    while code.len() < LETTERS_TYPED {
        for byte in chance.bytes::<16>()? {
            // 240 is the most of which twenty letters have the same share.
            if byte < 240 && code.len() < LETTERS_TYPED {
                let letter = LETTERS.get(usize::from(byte % 20)).copied().unwrap_or(b'B');
                code.push(char::from(letter));
            }
        }
    }
    Ok(code)
}

/// In two halves, so that it can be read out.
pub(crate) fn shown(code: &str) -> String {
    match code.split_at_checked(LETTERS_TYPED / 2) {
        Some((first, second)) => format!("{first}-{second}"),
        None => code.to_owned(),
    }
}

/// A code as it is kept, however it was typed.
pub(crate) fn spelled(typed: &str) -> Option<String> {
    let letters = typed.chars().filter(|it| !it.is_whitespace() && *it != '-');
    let code: String = letters.take(LETTERS_TYPED + 1).collect::<String>().to_uppercase();
    let fits = code.len() == LETTERS_TYPED && code.bytes().all(|it| LETTERS.contains(&it));
    fits.then_some(code)
}

fn typed_hash(code: &str) -> String {
    hash(&format!("code\n{code}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_the_same_however_it_is_typed_and_makes_no_word() {
        let code = drawn(&Chance::real()).unwrap();
        assert_eq!(code.len(), LETTERS_TYPED);
        let typed = shown(&code);
        assert_eq!(typed.len(), 9);
        for typed in [typed.clone(), typed.to_lowercase(), format!(" {} ", typed.replace('-', " "))]
        {
            assert_eq!(spelled(&typed).as_deref(), Some(code.as_str()), "{typed}");
        }
        for bad in ["", "BCDF", "BCDF-GHJKL", "ABCD-EFGH", "bcdf-ghj1", "ﬀBCDFGHJ"] {
            assert_eq!(spelled(bad), None, "{bad}");
        }
    }

    #[test]
    fn codes_are_tried_a_few_times_and_then_at_a_pace() {
        let (pace, person) = (Pace::default(), PersonId(uuid::Uuid::nil()));
        let at = |second| Timestamp::from_second(second).unwrap();
        for _ in 0..10 {
            pace.type_code(person, at(0)).unwrap();
        }
        assert!(pace.type_code(person, at(0)).is_err());
        assert!(pace.type_code(person, at(61)).is_ok());
        let address: IpAddr = "203.0.113.9".parse().unwrap();
        let begun = (0..100).filter(|_| pace.begin(address, at(0)).is_ok()).count();
        assert_eq!(begun, 60);
    }
}
