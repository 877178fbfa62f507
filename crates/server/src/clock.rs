//! The one place that reads the real clock and real randomness. Everything else is handed a
//! [`Clock`] and a [`Chance`], so that tests turn the clock and repeat the ids.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

/// Tells the time, in whole microseconds, because that is what is stored.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub fn real() -> Self {
        Self(Arc::new(|| {
            #[expect(clippy::disallowed_methods, reason = "this is the clock that is passed in")]
            let now = Timestamp::now();
            whole_microseconds(now)
        }))
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

/// A clock that stands until it is turned.
#[derive(Debug, Clone)]
pub struct TurnedClock(Arc<AtomicI64>);

impl TurnedClock {
    /// Stands at this time.
    #[must_use]
    pub fn standing_at(at: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(at.as_microsecond())))
    }

    /// Turns it on.
    pub fn turn(&self, by: SignedDuration) {
        let by = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
        self.0.fetch_add(by, Ordering::SeqCst);
    }

    /// The clock to hand out. Each look moves it on by a microsecond, so that before and after
    /// stay apart.
    #[must_use]
    pub fn clock(&self) -> Clock {
        let at = self.0.clone();
        Clock(Arc::new(move || {
            let now = at.fetch_add(1, Ordering::SeqCst);
            Timestamp::from_microsecond(now).unwrap_or(Timestamp::MAX)
        }))
    }
}

/// Fills bytes at random.
type Fill = dyn Fn(&mut [u8]) -> Result<(), NoChance> + Send + Sync;

/// Randomness for ids, salts, keys and tokens.
#[derive(Clone)]
pub struct Chance(Arc<Fill>);

/// The machine has no randomness to give, which no security rests well on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the machine gives no random numbers: {0}; check its entropy source and start again")]
pub struct NoChance(String);

impl Chance {
    /// The machine's own randomness.
    #[must_use]
    pub fn real() -> Self {
        Self(Arc::new(|bytes| {
            getrandom::fill(bytes).map_err(|refusal| NoChance(refusal.to_string()))
        }))
    }

    /// So many random bytes.
    ///
    /// # Errors
    /// When the machine has none.
    pub fn bytes<const N: usize>(&self) -> Result<[u8; N], NoChance> {
        let mut bytes = [0; N];
        (self.0)(&mut bytes)?;
        Ok(bytes)
    }

    /// A new UUIDv7 at this time (RFC 9562 section 5.7).
    ///
    /// # Errors
    /// When the machine has no randomness.
    pub fn id(&self, now: Timestamp) -> Result<Uuid, NoChance> {
        let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
        Ok(uuid::Builder::from_unix_timestamp_millis(millis, &self.bytes()?).into_uuid())
    }
}

impl fmt::Debug for Chance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Chance")
    }
}

fn whole_microseconds(at: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at)
}

/// The machine's time, for connectors, which say by it when they were answered; what counts for a
/// decision is timed by the [`Clock`] that the server was given.
#[must_use]
pub fn now() -> Timestamp {
    Clock::real().now()
}
