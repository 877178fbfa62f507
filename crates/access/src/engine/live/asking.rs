//! Rules that come, change and go: one search back from each side sets or clears one bit where it
//! comes by. No other rule is looked at.

use std::collections::BTreeMap;

use super::band::{Band, RULES};
use super::{Live, NotTaken, Seated, Shift, net};
use crate::engine::snapshot::Slot;
use crate::engine::sweep::Demand;

/// Band and bit.
type Seat = (usize, usize);

/// Whether a rule asks only for nodes that are there.
pub(super) fn check(demand: &Demand, nodes: usize) -> Result<(), NotTaken> {
    let unknown = demand.sides.iter().flatten().find(|node| **node as usize >= nodes);
    unknown.map_or(Ok(()), |node| Err(NotTaken::NothingToAsk { node: *node, nodes }))
}

impl Live {
    /// One more rule. Tells its number and who meets it.
    ///
    /// # Errors
    /// When it asks for a node that is not there. Nothing was changed then.
    pub fn add_rule(&mut self, demand: Demand) -> Result<Shift, NotTaken> {
        check(&demand, self.len())?;
        let rule = self.rules.len();
        self.rules.push(None);
        let began = self.seat(rule, demand);
        Ok(Shift { rule, began, ceased: Vec::new() })
    }

    /// Another rule under the same number. Tells who began and ceased to meet it.
    ///
    /// # Errors
    /// When there is no such rule, or the new one asks for a node that is not there. Nothing was
    /// changed then.
    pub fn change_rule(&mut self, rule: usize, demand: Demand) -> Result<Shift, NotTaken> {
        check(&demand, self.len())?;
        let mut shift = self.remove_rule(rule)?;
        shift.began = self.seat(rule, demand);
        let netted = net(BTreeMap::from([(rule, shift)])).into_iter().next();
        Ok(netted.unwrap_or(Shift { rule, ..Shift::default() }))
    }

    /// Removes a rule; its number is not given again. Tells who met it.
    ///
    /// # Errors
    /// When there is no such rule.
    pub fn remove_rule(&mut self, rule: usize) -> Result<Shift, NotTaken> {
        let seated = self.rules.get_mut(rule).and_then(Option::take);
        let seated = seated.ok_or(NotTaken::NoSuchRule { rule })?;
        let Some(seat) = seated.seat else { return Ok(Shift { rule, ..Shift::default() }) };
        let ceased = self.sweep_bit(&seated.demand, seat, false);
        let Some(band) = self.bands.get_mut(seat.0) else {
            return Ok(Shift { rule, ..Shift::default() });
        };
        if let Some(place) = band.rules.get_mut(seat.1) {
            *place = None;
        }
        let slots: Vec<Slot> =
            seated.demand.sides.iter().flatten().map(|it| self.slot(*it)).collect();
        for slot in slots {
            self.ask_no_more(slot, seat);
        }
        Ok(Shift { rule, began: Vec::new(), ceased })
    }

    fn seat(&mut self, rule: usize, demand: Demand) -> Vec<u32> {
        let seat = demand.can_be_met().then(|| self.free_seat(demand.sides.len()));
        let mut began = Vec::new();
        if let Some(seat) = seat {
            self.ask(rule, &demand, seat);
            began = self.sweep_bit(&demand, seat, true);
        }
        let count = u64::try_from(began.len()).unwrap_or_default();
        if let Some(place) = self.rules.get_mut(rule) {
            *place = Some(Seated { demand, seat, count });
        }
        began
    }

    fn free_seat(&mut self, sides: usize) -> Seat {
        let free = |band: &Band| band.rules.iter().take(RULES).position(Option::is_none);
        let fit = self.bands.iter().enumerate().filter(|(_, band)| band.sides == sides);
        let mut seats = fit.filter_map(|(at, band)| Some((at, free(band)?)));
        if let Some(seat) = seats.next() {
            return seat;
        }
        drop(seats);
        let mut band = Band::new(sides);
        band.grow(&self.graph.places);
        self.bands.push(band);
        (self.bands.len() - 1, 0)
    }

    /// Notes what a rule asks for, and whose bit it is.
    pub(super) fn ask(&mut self, rule: usize, demand: &Demand, (band, bit): Seat) {
        let Some(band) = self.bands.get_mut(band) else { return };
        if let Some(place) = band.rules.get_mut(bit) {
            *place = Some(rule);
        }
        for (side, nodes) in demand.sides.iter().enumerate() {
            for node in nodes {
                let slot = self.slots.get(*node as usize).copied().unwrap_or_default();
                band.ask(slot, side, bit);
                self.graph.ask(slot, true);
            }
        }
    }

    fn ask_no_more(&mut self, slot: Slot, (band, bit): Seat) {
        if let Some(band) = self.bands.get_mut(band)
            && let Some(own) = band.own.get_mut(&slot)
        {
            own.iter_mut().for_each(|word| *word &= !(1 << bit));
            if own.iter().all(|word| *word == 0) {
                band.own.remove(&slot);
            }
        }
        if self.bands.iter().all(|band| !band.own.contains_key(&slot)) {
            self.graph.ask(slot, false);
        }
    }

    /// Sets or clears the bit of a rule wherever its sides are come by. Returns the holders, as nodes in
    /// order, that are come by for all sides.
    fn sweep_bit(&mut self, demand: &Demand, (band, bit): Seat, on: bool) -> Vec<u32> {
        let mut met: Option<Vec<Slot>> = None;
        for (side, nodes) in demand.sides.iter().enumerate() {
            let mut slots = self.above(nodes);
            for slot in &slots {
                if self.graph.is_kept(*slot) {
                    self.put_bit(*slot, (band, bit), side, on);
                }
            }
            slots.retain(|slot| self.graph.is_holder(*slot));
            slots.sort_unstable();
            met = Some(match met {
                None => slots,
                Some(mut before) => {
                    before.retain(|slot| slots.binary_search(slot).is_ok());
                    before
                }
            });
        }
        self.bands.iter_mut().for_each(|band| band.grow(&self.graph.places));
        let met = met.unwrap_or_default();
        if let Some(band) = self.bands.get_mut(band).filter(|_| on) {
            met.iter().for_each(|slot| band.mark(*slot, true));
        }
        let mut nodes: Vec<u32> = met.into_iter().map(|slot| self.node(slot)).collect();
        nodes.sort_unstable();
        nodes
    }

    fn put_bit(&mut self, slot: Slot, (band, bit): Seat, side: usize, on: bool) {
        let place = if on { self.graph.places.take(slot) } else { self.graph.places.of(slot) };
        let Some(band) = self.bands.get_mut(band) else { return };
        band.grow(&self.graph.places);
        if let Some(word) = band.row_mut(place).get_mut(side) {
            *word = *word & !(1 << bit) | u64::from(on) << bit;
        }
    }

    /// Everybody who reaches one of these nodes, they among them.
    fn above(&self, nodes: &[u32]) -> Vec<Slot> {
        let mut seen = vec![0u64; self.nodes.len().div_ceil(64)];
        let mut is_new = |slot: Slot| {
            seen.get_mut(slot as usize / 64).is_some_and(|word| {
                let bit = 1 << (slot % 64);
                let new = *word & bit == 0;
                *word |= bit;
                new
            })
        };
        let mut found: Vec<Slot> =
            nodes.iter().map(|node| self.slot(*node)).filter(|slot| is_new(*slot)).collect();
        let mut next = 0;
        while let Some(slot) = found.get(next).copied() {
            next += 1;
            found.extend(self.graph.gainers.list(slot).filter(|slot| is_new(*slot)));
        }
        found
    }
}
