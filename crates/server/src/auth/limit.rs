//! How often somebody may try to sign in. Whoever guesses is slowed down: by name and address, by name
//! from wherever, and by address whatever the names. Nobody is locked out: what is used up comes back
//! one by one, and a name that signed in from an address before has a budget of its own there, which
//! guesses from elsewhere do not touch. Right answers cost nothing. Counted by this server alone and in
//! memory only.
//!
//! What it bounds: guesses at one name in a day, from however many addresses. Strangers have `NAME`,
//! 20 at once and 1,440 more; each of `FAMILIAR_MAX` addresses from which the name signed in, and a
//! browser that is signed in as it, have `FAMILIAR`, 10 at once and 288 more. That is at most
//! `GUESSES_A_DAY_MAX` for each server.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};

use super::bucket::{Bounded, Buckets, Rate};
use crate::front::start;

/// Most guesses at one name within a day, on one server that is not started anew.
pub const GUESSES_A_DAY_MAX: u32 = 3_000;

/// For one name from one address.
const PAIR: Rate = Rate { at_once: 10, every: SignedDuration::from_mins(2) };

/// For one name, from all addresses that are strange to it.
const NAME: Rate = Rate { at_once: 20, every: SignedDuration::from_mins(1) };

/// For one address, whatever the names that are strange to it.
const ADDRESS: Rate = Rate { at_once: 100, every: SignedDuration::from_secs(10) };

/// For one name from one address from which it has signed in.
const FAMILIAR: Rate = Rate { at_once: 10, every: SignedDuration::from_mins(5) };

/// Most addresses that are familiar to one name; the one that was so longest ago goes first.
pub const FAMILIAR_MAX: usize = 4;

/// How long an address is familiar after somebody signed in from there.
const FAMILIAR_FOR: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Most keys of each kind that are remembered.
const REMEMBERED_MAX: usize = 20_000;

/// Tries so far; clones share them.
#[derive(Debug, Clone)]
pub struct Limit(Arc<Mutex<Tables>>);

#[derive(Debug)]
struct Tables {
    familiar: Bounded<(String, IpAddr)>,
    by_familiar: Buckets<(String, Known)>,
    by_pair: Buckets<(String, IpAddr)>,
    by_name: Buckets<String>,
    by_address: Buckets<IpAddr>,
}

/// By what somebody who tries is known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Known {
    /// The browser is signed in as the one whose name it is.
    Session,
    /// The name has signed in from this address.
    Address(IpAddr),
}

/// Somebody who would try to sign in.
#[derive(Debug, Clone, Copy)]
pub struct Who<'a> {
    /// The name, as it is kept.
    pub name: &'a str,
    /// From where.
    pub address: IpAddr,
    /// Whether this browser is signed in as the one whose name it is.
    pub is_own: bool,
}

/// A try that is being made.
#[derive(Debug)]
#[must_use = "a right answer costs nothing"]
pub struct Try {
    name: String,
    block: IpAddr,
    /// Of which budget it was taken; of the strangers' when nothing is known.
    known: Option<Known>,
}

/// How long to wait before the next try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait(pub SignedDuration);

impl Default for Limit {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Tables {
            familiar: Bounded::new(REMEMBERED_MAX),
            by_familiar: Buckets::new(FAMILIAR, REMEMBERED_MAX),
            by_pair: Buckets::new(PAIR, REMEMBERED_MAX),
            by_name: Buckets::new(NAME, REMEMBERED_MAX),
            by_address: Buckets::new(ADDRESS, REMEMBERED_MAX),
        })))
    }
}

impl Limit {
    /// Begins a try, which is counted as wrong until it is said to be right.
    ///
    /// # Errors
    /// How long to wait; nothing is counted then.
    pub fn begin(&self, who: Who<'_>, now: Timestamp) -> Result<Try, Wait> {
        let mut tables = self.tables();
        let (name, block) = (who.name.to_owned(), block(who.address));
        let mut wait = SignedDuration::MAX;
        if let Some(known) = tables.known(who, block, now) {
            let key = (name.clone(), known);
            wait = tables.by_familiar.wait(&key, now);
            if wait.is_zero() {
                tables.by_familiar.take(key.clone(), now);
                return Ok(Try { name, block, known: Some(key.1) });
            }
        }
        wait = wait.min(tables.wait_of_a_stranger(&name, block, now));
        if !wait.is_zero() {
            return Err(Wait(wait));
        }
        tables.by_pair.take((name.clone(), block), now);
        tables.by_name.take(name.clone(), now);
        tables.by_address.take(block, now);
        Ok(Try { name, block, known: None })
    }

    /// The name and the password were right: the try costs nothing, and the address is familiar.
    pub fn was_right(&self, it: Try, now: Timestamp) {
        let mut tables = self.tables();
        tables.remember(&it.name, it.block, now);
        tables.give_back(it, now);
    }

    /// No password was compared: the try costs nothing.
    pub fn was_none(&self, it: Try, now: Timestamp) {
        self.tables().give_back(it, now);
    }

    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tables {
    fn known(&self, who: Who<'_>, block: IpAddr, now: Timestamp) -> Option<Known> {
        if who.is_own {
            return Some(Known::Session);
        }
        let since = self.familiar.get(&(who.name.to_owned(), block))?;
        (now.duration_since(since) < FAMILIAR_FOR).then_some(Known::Address(block))
    }

    fn wait_of_a_stranger(&self, name: &str, block: IpAddr, now: Timestamp) -> SignedDuration {
        let by_pair = self.by_pair.wait(&(name.to_owned(), block), now);
        let by_name = self.by_name.wait(&name.to_owned(), now);
        by_pair.max(by_name).max(self.by_address.wait(&block, now))
    }

    fn give_back(&mut self, Try { name, block, known }: Try, now: Timestamp) {
        if let Some(known) = known {
            self.by_familiar.give_back((name, known), now);
        } else {
            self.by_pair.give_back((name.clone(), block), now);
            self.by_name.give_back(name, now);
            self.by_address.give_back(block, now);
        }
    }

    fn remember(&mut self, name: &str, block: IpAddr, now: Timestamp) {
        self.familiar.put((name.to_owned(), block), now);
        let first = (name.to_owned(), IpAddr::V4(Ipv4Addr::UNSPECIFIED));
        let of_name = self.familiar.from(&first).take_while(|((of, _), _)| of == name);
        let mut of_name: Vec<_> = of_name.map(|((_, block), at)| (*at, *block)).collect();
        of_name.sort_unstable();
        let too_many = of_name.len().saturating_sub(FAMILIAR_MAX);
        for (_, block) in of_name.into_iter().take(too_many) {
            self.familiar.remove(&(name.to_owned(), block));
        }
    }
}

/// Whoever has one address has, or soon gets, all of its /24, or of its /56.
pub(super) fn block(address: IpAddr) -> IpAddr {
    let address = address.to_canonical();
    start(address, if address.is_ipv4() { 24 } else { 56 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_secs(seconds)
    }

    fn who<'a>(name: &'a str, address: &str) -> Who<'a> {
        Who { name, address: address.parse().unwrap(), is_own: false }
    }

    /// How many of so many wrong tries are let through at one moment.
    fn wrong(limit: &Limit, who: Who<'_>, tries: u32, now: Timestamp) -> u32 {
        (0..tries).map(|_| u32::from(limit.begin(who, now).is_ok())).sum()
    }

    fn sign_in(limit: &Limit, who: Who<'_>, now: Timestamp) {
        let right = limit.begin(who, now).unwrap();
        limit.was_right(right, now);
    }

    #[test]
    fn who_guesses_is_slowed_down_and_never_locked_out() {
        let limit = Limit::default();
        let marta = who("marta", "192.0.2.1");
        assert_eq!(wrong(&limit, marta, 50, at(0)), PAIR.at_once);
        let said = limit.begin(who("marta", "192.0.2.200"), at(0)).unwrap_err();
        assert_eq!(said, Wait(PAIR.every), "the same network");
        assert_eq!(wrong(&limit, marta, 50, at(120)), 1, "one comes back each two minutes");
        assert_eq!(wrong(&limit, who("amara", "192.0.2.1"), 50, at(0)), PAIR.at_once);
    }

    #[test]
    fn right_answers_cost_nothing() {
        let limit = Limit::default();
        for number in 0..1_000 {
            sign_in(&limit, who(&format!("name-{number}"), "192.0.2.1"), at(0));
        }
        for _ in 0..1_000 {
            sign_in(&limit, who("marta", "192.0.2.1"), at(0));
        }
    }

    #[test]
    fn guesses_from_everywhere_do_not_keep_out_who_signed_in_from_here_or_is_signed_in() {
        let limit = Limit::default();
        sign_in(&limit, who("marta", "192.0.2.1"), at(0));
        for number in 0..1_000 {
            let address = format!("198.{}.{}.1", number / 250, number % 250);
            let _ = limit.begin(who("marta", &address), at(1));
        }
        let strange = limit.begin(who("marta", "203.0.113.5"), at(1)).unwrap_err();
        assert_eq!(
            strange,
            Wait(NAME.every),
            "a stranger waits a minute, not a quarter of an hour"
        );
        sign_in(&limit, who("marta", "192.0.2.77"), at(1));
        sign_in(&limit, Who { is_own: true, ..who("marta", "203.0.113.5") }, at(1));
        sign_in(&limit, who("marta", "203.0.113.77"), at(2));
    }

    #[test]
    fn an_address_is_familiar_for_a_time_and_only_so_many_are() {
        let limit = Limit::default();
        for number in 0..=FAMILIAR_MAX {
            let second = i64::try_from(number).unwrap();
            sign_in(&limit, who("marta", &format!("10.0.{number}.1")), at(second));
        }
        let all = wrong(&limit, who("marta", "10.0.1.1"), 50, at(10));
        assert_eq!(all, FAMILIAR.at_once + PAIR.at_once, "and as a stranger too");
        assert_eq!(wrong(&limit, who("marta", "10.0.0.1"), 50, at(10)), PAIR.at_once);
        let later = at(11).checked_add(FAMILIAR_FOR).unwrap();
        assert_eq!(wrong(&limit, who("marta", "10.0.4.1"), 50, later), PAIR.at_once);
    }

    #[test]
    fn an_address_may_try_so_often_whatever_the_names() {
        let limit = Limit::default();
        let tries = 0..ADDRESS.at_once + 50;
        let made = tries.filter(|number| {
            limit
                .begin(who(&format!("name-{number}"), &format!("2001:db8::{number:x}")), at(0))
                .is_ok()
        });
        assert_eq!(u32::try_from(made.count()).unwrap(), ADDRESS.at_once);
        assert!(limit.begin(who("another", "2001:db8:0:100::1"), at(0)).is_ok(), "another network");
    }

    #[test]
    fn a_flood_of_addresses_and_names_locks_nobody_out_and_makes_nobody_forget_a_guesser() {
        let limit = Limit::default();
        sign_in(&limit, who("marta", "192.0.2.1"), at(0));
        assert_eq!(wrong(&limit, who("amara", "192.0.2.1"), 50, at(0)), PAIR.at_once);
        for number in 0..3 * u32::try_from(REMEMBERED_MAX).unwrap() {
            let address = IpAddr::V4((0x0a00_0000 + (number << 8)).into());
            let name = format!("nobody-{number}");
            assert!(limit.begin(Who { name: &name, address, is_own: false }, at(1)).is_ok());
        }
        let tables = limit.tables();
        assert_eq!(tables.by_pair.len(), REMEMBERED_MAX);
        assert_eq!(tables.by_name.len(), REMEMBERED_MAX);
        assert_eq!(tables.by_address.len(), REMEMBERED_MAX);
        drop(tables);
        assert_eq!(wrong(&limit, who("amara", "192.0.2.1"), 50, at(2)), 0, "still known");
        sign_in(&limit, who("marta", "192.0.2.1"), at(2));
        sign_in(&limit, who("somebody new", "203.0.113.1"), at(2));
    }

    #[test]
    fn guesses_at_one_name_in_a_day_are_bounded_however_many_addresses_guess() {
        let limit = Limit::default();
        for number in 0..FAMILIAR_MAX {
            sign_in(&limit, who("marta", &format!("10.0.{number}.1")), at(0));
        }
        let mut made = 0;
        // Everybody tries as often as they may, each ten seconds of a day.
        for step in 0..8_640_i64 {
            let now = at(step * 10);
            for number in 0..FAMILIAR_MAX {
                made += wrong(&limit, who("marta", &format!("10.0.{number}.1")), 11, now);
            }
            let own = Who { is_own: true, ..who("marta", "10.9.9.1") };
            made += wrong(&limit, own, 11, now);
            for _ in 0..3 {
                let stranger = format!("172.{}.{}.1", step % 250, step / 250);
                made += wrong(&limit, who("marta", &stranger), 11, now);
            }
        }
        assert!(made <= GUESSES_A_DAY_MAX, "{made}");
        assert!(made > GUESSES_A_DAY_MAX / 2, "the bound says something: {made}");
    }
}
