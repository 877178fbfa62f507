//! The order in which changes are settled, kept while edges come and go: every slot from whom
//! somebody gains has a label, all access leads to a lower label, and slots that reach each other
//! (a knot) have the same. Slots from which nobody gains need none.
//!
//! An edge against the order is set right by moving only what lies between its ends (Pearce and
//! Kelly, ACM J. Exp. Algorithmics 11, 2006), here over knots instead of nodes: where the two
//! searches meet, a knot is tied. A knot whose edges no longer hold together is untied into parts
//! that share out the room above its label.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use super::fan::Fan;
use super::knot;
use crate::engine::snapshot::{Slot, Snapshot};
use crate::engine::watch::Pace;

/// The label of a slot from which nobody gains.
pub(super) const LAST: u64 = u64::MAX;
/// Room between labels when they are first given.
const ROOM: u64 = 1 << 24;
/// Room of what falls off a large knot.
const LITTLE_ROOM: u64 = 1 << 8;
/// Members of a knot that is looked at as a whole only where there is no other way.
const LARGE: usize = 1_024;

/// All labels.
#[derive(Debug, Clone, Default)]
pub(super) struct Order {
    labels: Vec<u64>,
    /// One bit for each slot: it has a label. What is asked most often lies nearest together.
    labelled: Vec<u64>,
    /// One bit for each slot: it is in a knot.
    tied: Vec<u64>,
    /// Members of each knot, in order.
    knots: BTreeMap<u64, Vec<Slot>>,
    /// How far a label's room goes, where it is not [`ROOM`].
    rooms: BTreeMap<u64, u64>,
    next: u64,
}

impl Order {
    /// As the snapshot has numbered; `gainers` tells from whom somebody gains.
    ///
    /// # Errors
    /// When somebody calls it off.
    pub(super) fn new<E>(
        snapshot: &Snapshot,
        gainers: &Fan,
        pace: &mut Pace<'_, E>,
    ) -> Result<Self, E> {
        let mut order = Self { next: ROOM, ..Self::default() };
        let mut knots = snapshot.knots().iter().copied().peekable();
        let mut slot = 0;
        while slot < gainers.len() {
            let end = knots.next_if(|(from, _)| *from == slot).map_or(slot + 1, |(_, end)| end);
            pace.step((end - slot) as usize)?;
            let label = if gainers.is_empty(slot) { LAST } else { order.fresh() };
            order.labels.resize(end as usize, LAST);
            order.widen();
            order.give(label, (slot..end).collect());
            slot = end;
        }
        Ok(order)
    }

    fn fresh(&mut self) -> u64 {
        let label = self.next;
        self.next += ROOM;
        label
    }

    /// One more slot, from which nobody gains yet.
    pub(super) fn push(&mut self) {
        self.labels.push(LAST);
        self.widen();
    }

    /// As many bits as there are labels.
    fn widen(&mut self) {
        let words = self.labels.len().div_ceil(64);
        self.labelled.resize(words, 0);
        self.tied.resize(words, 0);
    }

    #[inline(always)]
    pub(super) fn label(&self, slot: Slot) -> u64 {
        self.labels.get(slot as usize).copied().unwrap_or(LAST)
    }

    #[inline(always)]
    pub(super) fn is_labelled(&self, slot: Slot) -> bool {
        let word = self.labelled.get(slot as usize / 64).copied().unwrap_or_default();
        word >> (slot % 64) & 1 == 1
    }

    #[inline(always)]
    pub(super) fn is_tied(&self, slot: Slot) -> bool {
        let word = self.tied.get(slot as usize / 64).copied().unwrap_or_default();
        word >> (slot % 64) & 1 == 1
    }

    /// The one that stands for a slot's knot.
    #[inline(always)]
    pub(super) fn head(&self, slot: Slot) -> Slot {
        if self.is_tied(slot) { self.members(&slot).first().copied().unwrap_or(slot) } else { slot }
    }

    /// Everybody in a slot's knot, itself among them.
    #[inline(always)]
    pub(super) fn members<'a>(&'a self, slot: &'a Slot) -> &'a [Slot] {
        if self.is_tied(*slot) {
            self.knots.get(&self.label(*slot)).map_or(std::slice::from_ref(slot), Vec::as_slice)
        } else {
            std::slice::from_ref(slot)
        }
    }

    /// Whether two slots are one to the order.
    pub(super) fn is_same(&self, one: Slot, other: Slot) -> bool {
        one == other || self.is_tied(one) && self.label(one) == self.label(other)
    }

    /// Slots with a label, by label; of each knot one.
    pub(super) fn sorted(&self) -> Vec<Slot> {
        let slots = 0..u32::try_from(self.labels.len()).unwrap_or(u32::MAX);
        let labelled = slots.filter(|slot| self.label(*slot) != LAST);
        let mut heads: Vec<(u64, Slot)> = labelled.map(|slot| (self.label(slot), slot)).collect();
        heads.sort_unstable();
        heads.dedup_by_key(|(label, _)| *label);
        heads.into_iter().map(|(_, slot)| slot).collect()
    }

    /// Gives a slot from which nobody gained its label, above all others. The caller sees to it that
    /// it gains from nobody without a label.
    pub(super) fn enter(&mut self, slot: Slot) {
        if self.next > LAST - 2 * ROOM {
            self.number_anew(LAST, &[]);
        }
        let label = self.fresh();
        self.give(label, vec![slot]);
    }

    /// Sets the order right for an edge that was just put into both fans. Where a knot was tied, which
    /// then both ends are in, tells of what.
    pub(super) fn add(
        &mut self,
        gained: &Fan,
        gainers: &Fan,
        from: Slot,
        to: Slot,
    ) -> Option<Tied> {
        let (low, high) = (self.label(from), self.label(to));
        if low == LAST || high <= low {
            return None;
        }
        // The end at a large knot is looked at last, and mostly need not be at all.
        let mut early = None;
        if self.members(&from).len() >= LARGE {
            let below = self.between(gained, to, (low..=high, low));
            if self.is_one(gained, from, below.iter()) {
                return Some(self.tie(&below, low));
            }
            early = Some(below);
        }
        let above = self.between(gainers, from, (low..=high, high));
        if self.members(&to).len() >= LARGE && self.is_one(gainers, to, above.iter().rev()) {
            return Some(self.tie(&above, high));
        }
        let below = early.unwrap_or_else(|| self.between(gained, to, (low..=high, low)));
        let is_both = |label: &u64| below.contains_key(label) && above.contains_key(label);
        let labels: BTreeSet<u64> = below.keys().chain(above.keys()).copied().collect();
        let labels: Vec<u64> = labels.into_iter().collect();
        let mut take = |found: &BTreeMap<u64, Slot>, both: bool| -> Vec<Vec<Slot>> {
            let wanted = found.iter().filter(|(label, _)| is_both(label) == both);
            wanted.map(|(label, slot)| self.take(*label, *slot)).collect()
        };
        let together = take(&below, true);
        let (lower, upper) = (take(&below, false), take(&above, false));
        let middle = lower.len()..labels.len() - upper.len();
        let mut tied = None;
        if let (false, Some(middle)) = (together.is_empty(), labels.get(middle.clone())) {
            let label = self.joined(middle);
            let (members, of) = one_of(together);
            self.give(label, members);
            tied = Some(of);
        }
        let upper_labels = labels.iter().skip(middle.end);
        for (label, members) in labels.iter().zip(lower).chain(upper_labels.zip(upper)) {
            self.give(*label, members);
        }
        tied
    }

    /// Whether all that were found between a knot, from its end on, and one that it now gives to or gains
    /// from are one with it: then nothing else moves, and a large knot need not be looked at.
    fn is_one<'f>(
        &self,
        fan: &Fan,
        start: Slot,
        found: impl ExactSizeIterator<Item = (&'f u64, &'f Slot)>,
    ) -> bool {
        let (own, all, mut has_own) = (self.label(start), found.len(), false);
        let mut tied = BTreeSet::from([own]);
        for (label, slot) in found {
            has_own |= *label == own;
            let mut next = self.members(slot).iter().flat_map(|member| fan.list(*member));
            if *label != own && next.any(|it| tied.contains(&self.label(it))) {
                tied.insert(*label);
            }
        }
        has_own && tied.len() == all
    }

    /// Makes one knot with a label, which one of them has, of several.
    fn tie(&mut self, found: &BTreeMap<u64, Slot>, kept: u64) -> Tied {
        let groups = found.iter().map(|(label, slot)| self.take(*label, *slot)).collect();
        self.rooms.retain(|label, _| *label == kept || !found.contains_key(label));
        let (members, tied) = one_of(groups);
        self.give(kept, members);
        tied
    }

    /// Of each knot that is reached from a slot over knots with labels within `labels`, one member. None
    /// lies beyond the one with the label `end`.
    fn between(
        &self,
        fan: &Fan,
        start: Slot,
        (labels, end): (RangeInclusive<u64>, u64),
    ) -> BTreeMap<u64, Slot> {
        let mut found = BTreeMap::from([(self.label(start), start)]);
        let mut open = vec![start];
        while let Some(slot) = open.pop() {
            if self.label(slot) == end {
                continue;
            }
            for next in self.members(&slot).iter().flat_map(|member| fan.list(*member)) {
                let label = self.label(next);
                if labels.contains(&label) && !found.contains_key(&label) {
                    found.insert(label, next);
                    open.push(next);
                }
            }
        }
        found
    }

    fn take(&mut self, label: u64, slot: Slot) -> Vec<Slot> {
        self.knots.remove(&label).unwrap_or_else(|| vec![slot])
    }

    fn give(&mut self, label: u64, mut members: Vec<Slot>) {
        let is_knot = members.len() > 1;
        for slot in &members {
            if let Some(kept) = self.labels.get_mut(*slot as usize) {
                *kept = label;
            }
            if let Some(word) = self.tied.get_mut(*slot as usize / 64) {
                *word = *word & !(1 << (slot % 64)) | u64::from(is_knot) << (slot % 64);
            }
            if let Some(word) = self.labelled.get_mut(*slot as usize / 64) {
                *word |= u64::from(label != LAST) << (slot % 64);
            }
        }
        if is_knot {
            // Mostly one large sorted part with a few behind it, of which this sort makes use.
            members.sort();
            self.knots.insert(label, members);
        }
    }

    /// One label for several that are next to each other in use: the one with the most room, where
    /// rooms that touch are one.
    fn joined(&mut self, labels: &[u64]) -> u64 {
        let mut best = (0, LAST);
        let mut run = (0, LAST);
        for label in labels {
            let room = self.rooms.remove(label).unwrap_or(ROOM);
            run = if run.1.checked_add(run.0) == Some(*label) {
                (run.0 + room, run.1)
            } else {
                (room, *label)
            };
            best = if run.0 > best.0 { run } else { best };
        }
        self.rooms.insert(best.1, best.0);
        best.1
    }

    /// Unties a knot after edges between members were taken out of both fans, if it no longer holds
    /// together. Returns one slot of each part.
    pub(super) fn untie(
        &mut self,
        gained: &Fan,
        gainers: &Fan,
        taken: &[(Slot, Slot)],
    ) -> Vec<Slot> {
        let Some((slot, _)) = taken.first() else { return Vec::new() };
        let label = self.label(*slot);
        let parts = self.parts(gained, gainers, label, taken);
        if parts.len() < 2 {
            return Vec::new();
        }
        self.knots.remove(&label);
        let heads = parts.iter().filter_map(|part| part.first().copied()).collect();
        let room = self.rooms.get(&label).copied().unwrap_or(ROOM);
        let count = u64::try_from(parts.len()).unwrap_or(LAST);
        let mut each = room / count;
        let largest = (0..parts.len()).max_by_key(|at| parts.get(*at).map(Vec::len));
        let is_large = largest.and_then(|at| parts.get(at)).is_some_and(|it| it.len() >= LARGE);
        if is_large {
            // It is what will be untied again.
            each = each.min(LITTLE_ROOM);
        }
        if each == 0 {
            self.number_anew(label, &parts);
            return heads;
        }
        let keeper = if is_large { largest } else { parts.len().checked_sub(1) };
        let mut next = label;
        for (at, part) in parts.into_iter().enumerate() {
            let own = if Some(at) == keeper { room - each * (count - 1) } else { each };
            self.rooms.insert(next, own);
            self.give(next, part);
            next += own;
        }
        heads
    }

    /// What a knot falls into when edges between members are gone; no more than one part when it holds.
    fn parts(
        &self,
        gained: &Fan,
        gainers: &Fan,
        label: u64,
        taken: &[(Slot, Slot)],
    ) -> Vec<Vec<Slot>> {
        let Some(members) = self.knots.get(&label) else { return Vec::new() };
        let is_member = |slot: Slot| self.label(slot) == label;
        if let [edge] = taken {
            let fallen = knot::fallen(gained, gainers, *edge, members, &is_member);
            return fallen.unwrap_or_else(|| knot::parts(gained, members));
        }
        let leads = |edge: &(Slot, Slot)| {
            let way = knot::way(gained, gainers, *edge, &is_member, &mut members.len());
            matches!(way, knot::Way::Found)
        };
        if taken.iter().all(leads) { Vec::new() } else { knot::parts(gained, members) }
    }

    /// All labels anew, with room between them; `parts` take the place of the knot with that label.
    fn number_anew(&mut self, untied: u64, parts: &[Vec<Slot>]) {
        let heads = self.sorted();
        let old = std::mem::take(&mut self.knots);
        let mut fresh = Self { next: ROOM, ..Self::default() };
        fresh.labels = vec![LAST; self.labels.len()];
        fresh.widen();
        for head in heads {
            let label = self.label(head);
            if label == untied && !parts.is_empty() {
                for part in parts {
                    let label = fresh.fresh();
                    fresh.give(label, part.clone());
                }
            } else {
                let members = old.get(&label).cloned().unwrap_or_else(|| vec![head]);
                let label = fresh.fresh();
                fresh.give(label, members);
            }
        }
        *self = fresh;
    }

    /// Bytes held.
    pub(super) fn bytes(&self) -> usize {
        let knots = self.knots.values().map(|it| 48 + it.capacity() * 4).sum::<usize>();
        self.labels.len() * 8 + self.tied.len() * 16 + knots + self.rooms.len() * 24
    }
}

/// Of what a knot was tied: members of each part had the same rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tied {
    /// One of the largest part.
    pub(super) one: Slot,
    /// All of the other parts.
    pub(super) others: Vec<Slot>,
}

/// All members of several knots; the largest is not copied.
fn one_of(mut knots: Vec<Vec<Slot>>) -> (Vec<Slot>, Tied) {
    knots.sort_by_key(Vec::len);
    let mut all = knots.pop().unwrap_or_default();
    let others: Vec<Slot> = knots.into_iter().flatten().collect();
    let tied = Tied { one: all.first().copied().unwrap_or_default(), others };
    all.extend(&tied.others);
    (all, tied)
}

#[cfg(test)]
mod tests {
    use super::{LAST, Order, Slot};
    use crate::engine::live::graph::Graph;
    use crate::engine::snapshot::{Edges, Part, Snapshot};
    use crate::engine::watch::Watch;

    /// A ring with a tail at both ends, and what each slot gains from.
    fn ring(size: u32) -> (Graph, Vec<Slot>) {
        let parts = vec![Part::Goal; size as usize + 2];
        let mut from: Vec<u32> = (0..size).collect();
        let mut to: Vec<u32> = (0..size).map(|node| (node + 1) % size).collect();
        from.extend([0, size + 1]);
        to.extend([size, 1]);
        let snapshot = Snapshot::build(&parts, Edges { from: &from, to: &to }).unwrap();
        let slots = (0..size + 2).filter_map(|node| snapshot.slot(node)).collect();
        (Graph::new(&snapshot, Watch::NOBODY).unwrap(), slots)
    }

    fn is_in_order(graph: &Graph, order: &Order) -> bool {
        graph.all().all(|(from, to)| order.is_same(from, to) || order.label(to) < order.label(from))
    }

    fn cut(graph: &mut Graph, from: Slot, to: Slot) -> Vec<Slot> {
        graph.gained.remove(from, to);
        graph.gainers.remove(to, from);
        graph.order.untie(&graph.gained, &graph.gainers, &[(from, to)])
    }

    #[test]
    fn where_there_is_no_room_for_the_parts_of_a_knot_all_are_numbered_anew() {
        for room in [0, 1, 6, 7, 8, super::ROOM] {
            let (mut graph, slots) = ring(7);
            let [one, other] = [slots[2], slots[3]];
            let label = graph.order.label(one);
            assert!(graph.order.is_same(one, other) && label != LAST);
            graph.order.rooms.insert(label, room);
            assert_eq!(cut(&mut graph, one, other).len(), 7);
            assert!(is_in_order(&graph, &graph.order), "room {room}");
            graph.gained.insert(one, other);
            graph.gainers.insert(other, one);
            let graph_now = graph.clone();
            let tied = graph.order.add(&graph_now.gained, &graph_now.gainers, one, other);
            assert_eq!(tied.unwrap().others.len(), 6);
            assert!(is_in_order(&graph, &graph.order) && graph.order.is_same(one, other));
        }
    }

    #[test]
    fn when_labels_run_out_all_are_numbered_anew() {
        let (mut graph, slots) = ring(5);
        let last = slots[6];
        assert_eq!(graph.order.label(last), LAST);
        graph.order.next = LAST - 1;
        graph.order.enter(last);
        assert!(is_in_order(&graph, &graph.order) && graph.order.label(last) < LAST / 2);
        assert!(graph.order.is_same(slots[0], slots[4]));
    }

    #[test]
    fn the_room_of_a_knot_that_is_tied_and_untied_is_not_used_up() {
        let (mut graph, slots) = ring(4);
        let label = graph.order.label(slots[0]);
        for _ in 0..200 {
            cut(&mut graph, slots[1], slots[2]);
            graph.gained.insert(slots[1], slots[2]);
            graph.gainers.insert(slots[2], slots[1]);
            let now = graph.clone();
            graph.order.add(&now.gained, &now.gainers, slots[1], slots[2]);
            assert_eq!(graph.order.label(slots[0]), label);
        }
    }
}
