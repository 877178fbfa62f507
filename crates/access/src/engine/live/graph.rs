//! The edges both ways, how often each is there, who counts, and the order. An edge is on a list
//! once, however many run in parallel; one from a node to itself is on none, for it gives nothing.

use std::collections::BTreeMap;

use super::fan::Fan;
use super::order::Order;
use super::place::Places;
use crate::engine::snapshot::{Slot, Snapshot};
use crate::engine::watch::{Pace, Stage, Watch};

/// Everything about the graph that no rule is needed for.
#[derive(Debug, Clone)]
pub(super) struct Graph {
    /// From whom each slot gains.
    pub(super) gained: Fan,
    /// Who gains from each slot.
    pub(super) gainers: Fan,
    pub(super) order: Order,
    pub(super) places: Places,
    /// How often an edge is there beyond what the lists say.
    beyond: BTreeMap<(Slot, Slot), u32>,
    /// All edges, each as often as it is there.
    pub(super) edges: usize,
    /// One bit for each slot: somebody whom a count counts.
    holder: Vec<u64>,
    /// One bit for each slot: some rule asks for it.
    asked: Vec<u64>,
}

impl Graph {
    /// Everything as a snapshot has it.
    ///
    /// # Errors
    /// When somebody calls it off.
    pub(super) fn new<E>(snapshot: &Snapshot, watch: Watch<'_, E>) -> Result<Self, E> {
        let mut pace = Pace::begin(watch, Stage::Listing, snapshot.edges() * 3 + snapshot.len())?;
        let slots = u32::try_from(snapshot.len()).unwrap_or(u32::MAX);
        let mut beyond = BTreeMap::new();
        let mut starts = Vec::with_capacity(snapshot.len() + 1);
        let mut items: Vec<Slot> = Vec::with_capacity(snapshot.edges());
        let mut list = Vec::new();
        starts.push(0);
        for slot in 0..slots {
            list.extend(snapshot.gained(slot));
            pace.step(list.len())?;
            list.sort_unstable();
            for same in list.chunk_by(|one, other| one == other) {
                let [item, others @ ..] = same else { continue };
                let more = others.len() + usize::from(*item == slot);
                if more > 0 {
                    beyond.insert((slot, *item), u32::try_from(more).unwrap_or(u32::MAX));
                }
                items.extend((*item != slot).then_some(*item));
            }
            list.clear();
            starts.push(u32::try_from(items.len()).unwrap_or(u32::MAX));
        }
        let gained = Fan::new(starts, items);
        let gainers = gained.turned(&mut pace)?;
        let order = Order::new(snapshot, &gainers, &mut pace)?;
        let mut holder = vec![0; snapshot.len().div_ceil(64)];
        (0..slots)
            .filter(|slot| snapshot.is_holder(*slot))
            .for_each(|it| set(&mut holder, it, true));
        let asked = vec![0; holder.len()];
        let places = Places::new(snapshot.len());
        let edges = snapshot.edges();
        Ok(Self { gained, gainers, order, places, beyond, edges, holder, asked })
    }

    pub(super) fn len(&self) -> Slot {
        self.gained.len()
    }

    /// One more slot.
    pub(super) fn push(&mut self, is_holder: bool) -> Slot {
        let slot = self.len();
        self.gained.push();
        self.gainers.push();
        self.order.push();
        self.places.push();
        let words = (slot as usize + 1).div_ceil(64);
        self.holder.resize(words, 0);
        self.asked.resize(words, 0);
        set(&mut self.holder, slot, is_holder);
        slot
    }

    #[inline(always)]
    pub(super) fn is_holder(&self, slot: Slot) -> bool {
        is_set(&self.holder, slot)
    }

    #[inline(always)]
    pub(super) fn is_asked(&self, slot: Slot) -> bool {
        is_set(&self.asked, slot)
    }

    pub(super) fn ask(&mut self, slot: Slot, asked: bool) {
        set(&mut self.asked, slot, asked);
    }

    /// Whether a slot's rows are kept: somebody gains from it, or once did.
    #[inline(always)]
    pub(super) fn is_kept(&self, slot: Slot) -> bool {
        self.order.is_labelled(slot)
    }

    /// How often an edge is there.
    pub(super) fn count(&self, from: Slot, to: Slot) -> u32 {
        let listed = u32::from(from != to && self.gained.contains(from, to));
        listed + self.beyond.get(&(from, to)).copied().unwrap_or_default()
    }

    /// Remembers how often an edge is there. The lists are not touched.
    pub(super) fn keep_count(&mut self, from: Slot, to: Slot, count: u32) {
        let beyond = if from == to { count } else { count.saturating_sub(1) };
        if beyond == 0 {
            self.beyond.remove(&(from, to));
        } else {
            self.beyond.insert((from, to), beyond);
        }
    }

    /// Every edge, as often as it is there.
    pub(super) fn all(&self) -> impl Iterator<Item = (Slot, Slot)> {
        let listed =
            (0..self.len()).flat_map(|slot| self.gained.list(slot).map(move |to| (slot, to)));
        let more = self
            .beyond
            .iter()
            .flat_map(|(edge, count)| std::iter::repeat_n(*edge, *count as usize));
        listed.chain(more)
    }

    /// Bytes held.
    pub(super) fn bytes(&self) -> usize {
        let bits = (self.holder.len() + self.asked.len()) * 8;
        self.gained.bytes()
            + self.gainers.bytes()
            + self.order.bytes()
            + self.beyond.len() * 24
            + bits
    }
}

fn set(bits: &mut [u64], slot: Slot, value: bool) {
    if let Some(word) = bits.get_mut(slot as usize / 64) {
        *word = *word & !(1 << (slot % 64)) | u64::from(value) << (slot % 64);
    }
}

#[inline(always)]
fn is_set(bits: &[u64], slot: Slot) -> bool {
    bits.get(slot as usize / 64).copied().unwrap_or_default() >> (slot % 64) & 1 == 1
}
