//! The edges of which nobody has proven that they lead anywhere, beside the others. Slots are given for
//! proven and potential edges alike, so that both planes are one numbering: who reach each other only
//! through a potential edge lie next to each other, and among them proven access leads to lower slots.
#![expect(
    clippy::indexing_slicing,
    reason = "nodes and slots were checked to be some when the edges came in"
)]

use std::ops::Range;

use super::list::Sorted;
use super::number::{self, Numbering};
use super::{Edges, Lists, Slot, Snapshot};
use crate::engine::watch::Pace;

/// Potential edges of a snapshot, where it has any.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::engine) struct Potential {
    /// By who may gain.
    pull: Sorted,
    /// By who may be gained from.
    into: Sorted,
    /// Ranges of slots that reach each other over edges of either kind.
    knots: Vec<(Slot, Slot)>,
    /// One bit for each slot that a potential edge can lead on: for all others both planes are one.
    led: Vec<u64>,
    /// How many of them lie before each word.
    before: Vec<u32>,
}

impl Potential {
    /// Of edges in the numbers of slots, for the numbering of all edges and the gainers of the proven
    /// ones.
    ///
    /// # Errors
    /// When somebody calls it off.
    pub(super) fn of<E>(
        edges: Edges<'_>,
        knots: Vec<(Slot, Slot)>,
        into: Lists<'_>,
        pace: &mut Pace<'_, E>,
    ) -> Result<Self, E> {
        let pull = Sorted::by_key(into.len() as usize, edges.from, edges.to, pace)?;
        Self::over(pull, knots, into, pace)
    }

    /// Of the lists of who may gain from whom.
    ///
    /// # Errors
    /// When somebody calls it off.
    pub(super) fn over<E>(
        pull: Sorted,
        knots: Vec<(Slot, Slot)>,
        into: Lists<'_>,
        pace: &mut Pace<'_, E>,
    ) -> Result<Self, E> {
        let count = into.len() as usize;
        let lists = pull.lists();
        let mut from = Vec::with_capacity(lists.edges());
        for slot in 0..lists.len() {
            from.extend(lists.row(slot).iter().map(|_| slot));
        }
        let backwards = Sorted::by_key(count, lists.items, &from, pace)?;
        let mut open = from;
        let mut led = vec![0u64; count.div_ceil(64)];
        while let Some(slot) = open.pop() {
            let (word, bit) = (&mut led[slot as usize / 64], 1u64 << (slot % 64));
            if *word & bit == 0 {
                *word |= bit;
                for list in [into.row(slot), backwards.lists().row(slot)] {
                    pace.step(list.len())?;
                    open.extend(list);
                }
            }
        }
        let before = led.iter().scan(0, |sum, word| {
            let before = *sum;
            *sum += word.count_ones();
            Some(before)
        });
        let before = before.collect();
        Ok(Self { pull, into: backwards, knots, led, before })
    }

    /// By who may gain.
    pub(super) fn lists(&self) -> Lists<'_> {
        self.pull.lists()
    }

    /// From whom a slot may gain.
    #[inline(always)]
    pub(in crate::engine) fn gained(&self, slot: Slot) -> &[Slot] {
        self.pull.lists().row(slot)
    }

    /// Who may gain from a slot.
    #[inline(always)]
    pub(in crate::engine) fn gainers(&self, slot: Slot) -> &[Slot] {
        self.into.lists().row(slot)
    }

    pub(in crate::engine) fn edges(&self) -> usize {
        self.pull.lists().edges()
    }

    /// Ranges of slots that reach each other over edges of either kind, in order.
    pub(in crate::engine) fn knots(&self) -> &[(Slot, Slot)] {
        &self.knots
    }

    #[inline(always)]
    pub(in crate::engine) fn is_led(&self, slot: Slot) -> bool {
        self.led[slot as usize / 64] >> (slot % 64) & 1 == 1
    }

    /// How many slots before this one a potential edge can lead on. It may be the first past all.
    #[inline(always)]
    pub(in crate::engine) fn led_before(&self, slot: Slot) -> usize {
        let Some(word) = self.led.get(slot as usize / 64) else { return self.count() };
        let lower = word & ((1 << (slot % 64)) - 1);
        (self.before[slot as usize / 64] + lower.count_ones()) as usize
    }

    fn count(&self) -> usize {
        let last = self.before.last().zip(self.led.last());
        last.map_or(0, |(before, word)| (before + word.count_ones()) as usize)
    }

    /// The slots from one on that a potential edge can lead on; those that reach each other as one range.
    pub(in crate::engine) fn turns(&self, from: Slot) -> impl Iterator<Item = Range<Slot>> + '_ {
        let mut knots = self.knots.iter().copied().peekable();
        let words = (0u32..).zip(&self.led).skip(from as usize / 64);
        let slots = words.flat_map(|(at, word)| {
            let bits = (0..64).filter(move |bit| word >> bit & 1 == 1);
            bits.map(move |bit| at * 64 + bit)
        });
        let mut past = from;
        slots.filter_map(move |slot| {
            if slot < past {
                return None;
            }
            while knots.next_if(|(_, end)| *end <= slot).is_some() {}
            let knot = knots.peek().filter(|(first, _)| *first <= slot);
            past = knot.map_or(slot + 1, |(_, end)| *end);
            Some(slot..past)
        })
    }
}

impl Snapshot {
    /// The potential edges, where there are any.
    #[inline(always)]
    pub(in crate::engine) fn potential(&self) -> Option<&Potential> {
        self.potential.as_deref()
    }
}

/// Numbers anew who reach each other through potential edges, so that among them all proven access leads
/// to lower slots too. What is left of the knots are those of the proven edges; returns those of all.
///
/// # Errors
/// When somebody calls it off.
pub(super) fn refine<E>(
    numbering: &mut Numbering,
    proven: Lists<'_>,
    potential: Edges<'_>,
    pace: &mut Pace<'_, E>,
) -> Result<Vec<(Slot, Slot)>, E> {
    let all = std::mem::take(&mut numbering.knots);
    let knot = |slot: Slot| {
        let at = all.partition_point(|(_, end)| *end <= slot);
        all.get(at).filter(|(first, _)| *first <= slot).map(|_| at)
    };
    let mut doubtful = vec![false; all.len()];
    for (from, to) in potential.from.iter().zip(potential.to) {
        pace.step(1)?;
        let ends = [from, to].map(|node| knot(numbering.slots[*node as usize]));
        if let (true, Some(at)) = (ends[0] == ends[1], ends[0]) {
            doubtful[at] = true;
        }
    }
    for ((first, end), is_doubtful) in all.iter().zip(doubtful) {
        if is_doubtful {
            part(numbering, proven, *first..*end, pace)?;
        } else {
            numbering.knots.push((*first, *end));
        }
    }
    Ok(all)
}

/// Numbers the members of one knot by proven edges alone.
fn part<E>(
    numbering: &mut Numbering,
    proven: Lists<'_>,
    slots: Range<Slot>,
    pace: &mut Pace<'_, E>,
) -> Result<(), E> {
    let members = numbering.nodes[slots.start as usize..slots.end as usize].to_vec();
    let (mut from, mut to) = (Vec::new(), Vec::new());
    for (at, node) in (0u32..).zip(&members) {
        pace.step(proven.row(*node).len())?;
        let gained = proven.row(*node).iter().map(|node| numbering.slots[*node as usize]);
        for slot in gained.filter(|slot| slots.contains(slot)) {
            from.push(at);
            to.push(slot - slots.start);
        }
    }
    let out = Sorted::by_key(members.len(), &from, &to, pace)?;
    let (order, knots) = number::order(out.lists(), pace)?;
    for (slot, at) in slots.clone().zip(order) {
        let node = members[at as usize];
        numbering.slots[node as usize] = slot;
        numbering.nodes[slot as usize] = node;
    }
    let moved = knots.iter().map(|(from, to)| (slots.start + from, slots.start + to));
    numbering.knots.extend(moved);
    Ok(())
}
