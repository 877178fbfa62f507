//! So many at once, and then one each interval, counted by key. What is remembered of a key is one
//! instant: when all that it took will have come back. From then on there is nothing to remember, so
//! what is forgotten when there are too many keys is what would be forgotten first anyway.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

/// Instants by key, at most so many: the earliest goes first.
#[derive(Debug)]
pub(super) struct Bounded<K> {
    most: usize,
    by_key: BTreeMap<K, Timestamp>,
    by_time: BTreeSet<(Timestamp, K)>,
}

impl<K: Ord + Clone> Bounded<K> {
    pub(super) fn new(most: usize) -> Self {
        Self { most, by_key: BTreeMap::new(), by_time: BTreeSet::new() }
    }

    pub(super) fn get(&self, key: &K) -> Option<Timestamp> {
        self.by_key.get(key).copied()
    }

    pub(super) fn put(&mut self, key: K, at: Timestamp) {
        self.remove(&key);
        self.by_key.insert(key.clone(), at);
        self.by_time.insert((at, key));
        if self.by_key.len() > self.most
            && let Some((_, earliest)) = self.by_time.pop_first()
        {
            self.by_key.remove(&earliest);
        }
    }

    pub(super) fn remove(&mut self, key: &K) {
        if let Some(at) = self.by_key.remove(key) {
            self.by_time.remove(&(at, key.clone()));
        }
    }

    /// Keys from this one on, in their order.
    pub(super) fn from(&self, key: &K) -> impl Iterator<Item = (&K, &Timestamp)> {
        self.by_key.range(key..)
    }

    /// Forgets what is not after this time.
    pub(super) fn forget(&mut self, until: Timestamp) {
        while self.by_time.first().is_some_and(|(at, _)| *at <= until) {
            if let Some((_, key)) = self.by_time.pop_first() {
                self.by_key.remove(&key);
            }
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        assert_eq!(self.by_key.len(), self.by_time.len());
        self.by_key.len()
    }
}

/// So many at once, and then one each interval.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rate {
    pub(super) at_once: u32,
    pub(super) every: SignedDuration,
}

impl Rate {
    /// What may be taken at once, as time.
    fn whole(self) -> SignedDuration {
        SignedDuration::from_micros(micros(self.every).saturating_mul(i64::from(self.at_once)))
    }
}

/// What was taken by each key.
#[derive(Debug)]
pub(super) struct Buckets<K> {
    rate: Rate,
    /// When all that was taken will have come back.
    full_at: Bounded<K>,
}

impl<K: Ord + Clone> Buckets<K> {
    pub(super) fn new(rate: Rate, most: usize) -> Self {
        Self { rate, full_at: Bounded::new(most) }
    }

    /// How long until one may be taken; zero when it may be now.
    pub(super) fn wait(&self, key: &K, now: Timestamp) -> SignedDuration {
        let after = self.until_full(key, now).saturating_add(self.rate.every);
        after.saturating_sub(self.rate.whole()).max(SignedDuration::ZERO)
    }

    /// Takes one, whether or not it may be taken.
    pub(super) fn take(&mut self, key: K, now: Timestamp) {
        self.full_at.forget(now);
        let until_full = self.until_full(&key, now).saturating_add(self.rate.every);
        self.full_at.put(key, now.checked_add(until_full).unwrap_or(Timestamp::MAX));
    }

    /// Gives one back that was taken.
    pub(super) fn give_back(&mut self, key: K, now: Timestamp) {
        let until_full = self.until_full(&key, now).saturating_sub(self.rate.every);
        if until_full.is_positive() {
            self.full_at.put(key, now.checked_add(until_full).unwrap_or(Timestamp::MAX));
        } else {
            self.full_at.remove(&key);
        }
    }

    /// A clock that was put back makes nobody wait for longer than what may be taken at once.
    fn until_full(&self, key: &K, now: Timestamp) -> SignedDuration {
        let full_at = self.full_at.get(key).unwrap_or(now);
        full_at.duration_since(now).clamp(SignedDuration::ZERO, self.rate.whole())
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.full_at.len()
    }
}

fn micros(duration: SignedDuration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate { at_once: 3, every: SignedDuration::from_secs(10) };

    fn at(seconds: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_secs(seconds)
    }

    #[test]
    fn so_many_are_taken_at_once_and_one_comes_back_each_interval() {
        let mut buckets = Buckets::new(RATE, 10);
        for _ in 0..3 {
            assert!(buckets.wait(&"a", at(0)).is_zero());
            buckets.take("a", at(0));
        }
        assert_eq!(buckets.wait(&"a", at(0)).as_secs(), 10);
        assert_eq!(buckets.wait(&"a", at(9)).as_secs(), 1);
        assert!(buckets.wait(&"a", at(10)).is_zero());
        assert!(buckets.wait(&"b", at(0)).is_zero(), "another key");
        buckets.give_back("a", at(0));
        assert!(buckets.wait(&"a", at(0)).is_zero());
        assert!(buckets.wait(&"a", at(-1_000)).as_secs() <= 10, "a clock that was put back");
    }

    #[test]
    fn what_came_back_is_forgotten_and_too_many_keys_push_out_the_least_useful_one() {
        let mut buckets = Buckets::new(RATE, 100);
        for _ in 0..3 {
            buckets.take("drained".to_owned(), at(0));
        }
        for number in 0..10_000 {
            buckets.take(format!("flood-{number}"), at(1));
        }
        assert_eq!(buckets.len(), 100);
        assert!(!buckets.wait(&"drained".to_owned(), at(1)).is_zero(), "it is still known");
        buckets.take("one more".to_owned(), at(60));
        assert_eq!(buckets.len(), 1);
    }
}
