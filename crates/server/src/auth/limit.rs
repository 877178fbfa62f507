//! How often somebody may try to sign in: so many times for one name and for one address within a
//! window, counted on this node. Right answers count too; nobody signs in that often. Remembers names
//! and addresses in memory only, and at most so many.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

/// The window.
pub const WINDOW: SignedDuration = SignedDuration::from_mins(15);

/// Most tries for one name within the window.
pub const NAME_TRIES_MAX: u32 = 10;

/// Most tries from one address within the window.
pub const ADDRESS_TRIES_MAX: u32 = 60;

/// Most names and addresses that are remembered; beyond that nobody new may try until some are over.
const REMEMBERED_MAX: usize = 20_000;

/// Tries so far; clones share them.
#[derive(Debug, Clone, Default)]
pub struct Limit(Arc<Mutex<BTreeMap<Key, Tries>>>);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Name(String),
    Address(IpAddr),
}

#[derive(Debug, Clone, Copy)]
struct Tries {
    since: Timestamp,
    count: u32,
}

impl Limit {
    /// Counts a try, and says whether it may be made.
    #[must_use]
    pub fn may(&self, name: &str, address: IpAddr, now: Timestamp) -> bool {
        let mut tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if tries.len() >= REMEMBERED_MAX {
            tries.retain(|_, it| !it.is_over(now));
        }
        if tries.len() >= REMEMBERED_MAX {
            return false;
        }
        let address = count(&mut tries, Key::Address(network(address)), now) <= ADDRESS_TRIES_MAX;
        address && count(&mut tries, Key::Name(name.to_owned()), now) <= NAME_TRIES_MAX
    }
}

impl Tries {
    fn is_over(&self, now: Timestamp) -> bool {
        now.duration_since(self.since) >= WINDOW
    }
}

fn count(tries: &mut BTreeMap<Key, Tries>, key: Key, now: Timestamp) -> u32 {
    let entry = tries.entry(key).or_insert(Tries { since: now, count: 0 });
    if entry.is_over(now) {
        *entry = Tries { since: now, count: 0 };
    }
    entry.count = entry.count.saturating_add(1);
    entry.count
}

/// Whoever has one IPv6 address has all of its /64.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(six) => match six.to_ipv4_mapped() {
            Some(four) => IpAddr::V4(four),
            None => IpAddr::V6((six.to_bits() & (u128::MAX << 64)).into()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes)
    }

    fn from(address: &str) -> IpAddr {
        address.parse().unwrap()
    }

    #[test]
    fn a_name_may_be_tried_so_often_from_anywhere_and_again_after_the_window() {
        let limit = Limit::default();
        for last in 0..NAME_TRIES_MAX {
            assert!(limit.may("marta", from(&format!("192.0.2.{last}")), at(0)));
        }
        assert!(!limit.may("marta", from("198.51.100.1"), at(14)));
        assert!(limit.may("amara", from("198.51.100.1"), at(14)));
        assert!(limit.may("marta", from("198.51.100.1"), at(15)));
    }

    #[test]
    fn an_address_may_try_so_often_whatever_the_names_and_a_whole_network_is_one_address() {
        let limit = Limit::default();
        for number in 0..ADDRESS_TRIES_MAX {
            let address = from(&format!("2001:db8::{number:x}"));
            assert!(limit.may(&format!("name-{number}"), address, at(0)));
        }
        assert!(!limit.may("another", from("2001:db8::ffff"), at(1)));
        assert!(limit.may("another", from("2001:db8:0:1::1"), at(1)));
    }

    #[test]
    fn what_is_remembered_has_an_end() {
        let limit = Limit::default();
        for number in 0..REMEMBERED_MAX / 2 {
            let number = u32::try_from(number).unwrap();
            assert!(limit.may(&number.to_string(), IpAddr::V4(number.into()), at(0)));
        }
        assert!(!limit.may("one more", from("203.0.113.1"), at(1)));
        assert!(limit.may("one more", from("203.0.113.1"), at(16)));
    }
}
