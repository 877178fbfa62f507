//! The cheapest elements that hit every one of some sets, by branch and bound: what is certain to be no
//! better than something else is left out before, and sets that share nothing are a lower bound on the
//! way. Exact, or nothing.
#![expect(
    clippy::indexing_slicing,
    reason = "elements are numbered by whoever asks, who gives a price for each"
)]

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::meter::{Meter, Stopped};

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Free,
    Taken,
    Barred,
}

/// The cheapest elements that hit all sets and cost less than `below`, in order; none when there are
/// none. Every set has an element.
pub(super) fn cheapest(
    prices: &[u64],
    sets: &[Vec<u32>],
    below: u64,
    meter: &mut Meter<'_>,
) -> Result<Option<Vec<u32>>, Stopped> {
    let sets = reduced(prices, sets, meter)?;
    let mut search = Search {
        prices,
        hits: hits(&sets).into_iter().map(|(element, sets)| (element, sets.len())).collect(),
        sets: &sets,
        states: vec![State::Free; prices.len()],
        used: vec![0; prices.len()],
        use_number: 0,
        best: None,
        below,
    };
    search.go(0, meter)?;
    Ok(search.best)
}

/// By element: the sets that it hits.
fn hits(sets: &[Vec<u32>]) -> BTreeMap<u32, Vec<usize>> {
    let mut hits: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (number, set) in sets.iter().enumerate() {
        for element in set {
            hits.entry(*element).or_default().push(number);
        }
    }
    hits
}

/// The sets without each element in whose place another hits at least as much for no more.
fn reduced(
    prices: &[u64],
    sets: &[Vec<u32>],
    meter: &mut Meter<'_>,
) -> Result<Vec<Vec<u32>>, Stopped> {
    let hits = hits(sets);
    let mut dropped = vec![false; prices.len()];
    for set in sets {
        for &one in set {
            for &other in set {
                if one == other || dropped[one as usize] || dropped[other as usize] {
                    continue;
                }
                let (few, many) = (&hits[&one], &hits[&other]);
                let price = |element: u32| prices[element as usize];
                meter.spend(few.len().min(many.len()) / 8 + 1)?;
                let is_alike = few.len() == many.len() && price(one) == price(other);
                if price(other) <= price(one)
                    && few.len() <= many.len()
                    && (!is_alike || other < one)
                    && few.iter().all(|set| many.binary_search(set).is_ok())
                {
                    dropped[one as usize] = true;
                }
            }
        }
    }
    let left = |set: &Vec<u32>| {
        let mut left = set.clone();
        left.retain(|element| !dropped[*element as usize]);
        left
    };
    let mut left: Vec<Vec<u32>> = sets.iter().map(left).collect();
    left.sort();
    left.dedup();
    left.sort_by_key(Vec::len);
    Ok(left)
}

struct Search<'a> {
    prices: &'a [u64],
    hits: BTreeMap<u32, usize>,
    /// Smallest first.
    sets: &'a [Vec<u32>],
    states: Vec<State>,
    /// By element: by which bound it was last used.
    used: Vec<u64>,
    use_number: u64,
    best: Option<Vec<u32>>,
    /// What the best costs.
    below: u64,
}

impl Search<'_> {
    /// Takes and bars elements of the set with fewest left to choose from. As deep as there are sets.
    fn go(&mut self, cost: u64, meter: &mut Meter<'_>) -> Result<(), Stopped> {
        let Some((bound, tightest)) = self.bound(meter)? else { return Ok(()) };
        if cost.saturating_add(bound) >= self.below {
            return Ok(());
        }
        let Some(tightest) = tightest else {
            let taken = (0u32..).zip(&self.states).filter(|(_, state)| **state == State::Taken);
            self.best = Some(taken.map(|(element, _)| element).collect());
            self.below = cost;
            return Ok(());
        };
        let is_free = |element: &u32| self.states[*element as usize] == State::Free;
        let mut choice: Vec<u32> =
            self.sets[tightest].iter().copied().filter(|it| is_free(it)).collect();
        choice.sort_by_key(|it| (Reverse(self.hits.get(it).copied().unwrap_or_default()), *it));
        for element in &choice {
            self.states[*element as usize] = State::Taken;
            self.go(cost.saturating_add(self.prices[*element as usize]), meter)?;
            self.states[*element as usize] = State::Barred;
        }
        for element in choice {
            self.states[element as usize] = State::Free;
        }
        Ok(())
    }

    /// What the sets not hit yet cost at least, and the one with fewest elements left. None when one has
    /// no element left.
    fn bound(&mut self, meter: &mut Meter<'_>) -> Result<Option<(u64, Option<usize>)>, Stopped> {
        self.use_number += 1;
        let (mut bound, mut tightest) = (0u64, None);
        let mut fewest = usize::MAX;
        for (number, set) in self.sets.iter().enumerate() {
            meter.spend(set.len())?;
            let is = |element: &u32, state: State| self.states[*element as usize] == state;
            if set.iter().any(|element| is(element, State::Taken)) {
                continue;
            }
            let free = || set.iter().filter(|element| is(element, State::Free));
            let left = free().count();
            let Some(cheapest) = free().map(|it| self.prices[*it as usize]).min() else {
                return Ok(None);
            };
            if left < fewest {
                (fewest, tightest) = (left, Some(number));
            }
            if free().all(|element| self.used[*element as usize] != self.use_number) {
                bound = bound.saturating_add(cheapest);
                let free: Vec<u32> = free().copied().collect();
                for element in free {
                    self.used[element as usize] = self.use_number;
                }
            }
        }
        Ok(Some((bound, tightest)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::{prop_assert_eq, proptest};

    use super::cheapest;
    use crate::engine::breaks::meter::{Limits, Meter};

    proptest! {
        #[test]
        fn nothing_cheaper_hits_every_set(
            prices in vec(1..5u64, 9),
            sets in vec(vec(0..9u32, 1..5), 0..12),
            below in 0..24u64,
        ) {
            let hits = |chosen: u32| sets.iter().all(|set| set.iter().any(|it| chosen >> it & 1 == 1));
            let cost = |chosen: u32| -> u64 {
                (0..9).filter(|it| chosen >> it & 1 == 1).map(|it| prices[it]).sum()
            };
            let least = (0..1u32 << 9).filter(|it| hits(*it)).map(cost).min().unwrap();
            let mut sets = sets.clone();
            for set in &mut sets {
                set.sort_unstable();
                set.dedup();
            }
            let mut meter = Meter::new(Limits::default());
            let found = cheapest(&prices, &sets, below, &mut meter).unwrap();
            let chosen = found.map(|it| it.iter().fold(0, |chosen, element| chosen | 1 << element));
            prop_assert_eq!(chosen.map(cost), (least < below).then_some(least));
            prop_assert_eq!(chosen.is_none_or(hits), true);
        }
    }
}
