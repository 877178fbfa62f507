//! Lists of neighbours that change: each slot's list is sorted and names nobody twice. Lists begin
//! where they were built, behind each other, four bytes an item. One that grows beyond its place, or
//! is long, moves into sorted blocks of its own, so that no change moves more than a block: a group
//! may have a million members.
#![expect(
    clippy::indexing_slicing,
    reason = "every slot that is asked for was checked to be one, and each table has its length"
)]

use crate::engine::snapshot::Slot;
use crate::engine::watch::Pace;

/// Items that a list in its first place may have: to change it moves all behind.
const FIRST_MAX: usize = 2_048;
/// Items of a line of the caches.
const LINE: usize = 16;
/// Items of a block.
const BLOCK_MAX: usize = 512;
/// Set on a length that is the number of a moved list.
const MOVED: u32 = 1 << 31;

/// One list for each slot.
#[derive(Debug, Clone, Default)]
pub(super) struct Fan {
    starts: Vec<u32>,
    items: Vec<Slot>,
    /// How long each list is in its first place, or which moved list it is.
    lengths: Vec<u32>,
    moved: Vec<Vec<Vec<Slot>>>,
}

impl Fan {
    /// Takes sorted lists without doubles: where each begins and one place more, and all items.
    pub(super) fn new(starts: Vec<u32>, items: Vec<Slot>) -> Self {
        let slots = starts.len().saturating_sub(1);
        let mut fan = Self { starts, items, lengths: Vec::with_capacity(slots), moved: Vec::new() };
        for at in 0..slots {
            let length = fan.starts[at + 1] - fan.starts[at];
            fan.lengths.push(length);
            if length as usize > FIRST_MAX {
                let start = fan.starts[at] as usize;
                fan.move_away(at, start..start + length as usize);
            }
        }
        fan
    }

    /// The same edges from the other end.
    ///
    /// # Errors
    /// When somebody calls it off.
    pub(super) fn turned<E>(&self, pace: &mut Pace<'_, E>) -> Result<Self, E> {
        let mut starts = vec![0u32; self.lengths.len() + 2];
        for slot in 0..self.len() {
            for list in self.pieces(slot) {
                pace.step(list.len())?;
                list.iter().for_each(|item| starts[*item as usize + 2] += 1);
            }
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut items = vec![0; sum as usize];
        for slot in 0..self.len() {
            for list in self.pieces(slot) {
                pace.step(list.len())?;
                for item in list {
                    let place = &mut starts[*item as usize + 1];
                    items[*place as usize] = slot;
                    *place += 1;
                }
            }
        }
        starts.pop();
        Ok(Self::new(starts, items))
    }

    pub(super) fn len(&self) -> Slot {
        u32::try_from(self.lengths.len()).unwrap_or(u32::MAX)
    }

    /// One more slot, with an empty list.
    pub(super) fn push(&mut self) {
        let end = self.starts.last().copied().unwrap_or_default();
        if self.starts.is_empty() {
            self.starts.push(end);
        }
        self.starts.push(end);
        self.lengths.push(0);
    }

    /// A list in pieces: its first place and its blocks, one of which is always empty.
    #[inline(always)]
    pub(super) fn pieces(&self, slot: Slot) -> impl Iterator<Item = &[Slot]> {
        let (first, blocks) = self.parts(slot);
        std::iter::once(first).chain(blocks.iter().map(Vec::as_slice))
    }

    #[inline(always)]
    fn parts(&self, slot: Slot) -> (&[Slot], &[Vec<Slot>]) {
        let length = self.lengths[slot as usize];
        if length & MOVED == 0 {
            let start = self.starts[slot as usize] as usize;
            (&self.items[start..start + length as usize], &[])
        } else {
            (&[], &self.moved[(length & !MOVED) as usize])
        }
    }

    /// All items of a list.
    #[inline(always)]
    pub(super) fn list(&self, slot: Slot) -> impl Iterator<Item = Slot> {
        self.pieces(slot).flatten().copied()
    }

    /// Reads where the lists of some slots begin, and then what stands there. None of the reads waits
    /// for another, as those of one list after the other do: lists that lie far apart come near
    /// together.
    #[inline(always)]
    pub(super) fn touch(&self, slots: &[Slot]) {
        let mut any = 0;
        for slot in slots {
            let start = self.starts[*slot as usize] as usize;
            any |= self.lengths[*slot as usize];
            any |= self.items.get(start).copied().unwrap_or_default();
            any |= self.items.get(start + LINE).copied().unwrap_or_default();
        }
        std::hint::black_box(any);
    }

    /// How long a list is.
    pub(super) fn count(&self, slot: Slot) -> usize {
        self.pieces(slot).map(<[Slot]>::len).sum()
    }

    pub(super) fn is_empty(&self, slot: Slot) -> bool {
        let (first, blocks) = self.parts(slot);
        first.is_empty() && blocks.is_empty()
    }

    pub(super) fn contains(&self, slot: Slot, item: Slot) -> bool {
        let (first, blocks) = self.parts(slot);
        let list = blocks.get(block_of(blocks, item)).map_or(first, Vec::as_slice);
        list.binary_search(&item).is_ok()
    }

    /// Puts an item on a list that it is not on.
    pub(super) fn insert(&mut self, slot: Slot, item: Slot) {
        let at = slot as usize;
        let length = self.lengths[at];
        if length & MOVED == 0 {
            let (start, end) = (self.starts[at] as usize, self.starts[at + 1] as usize);
            let used = start + length as usize;
            if used < end {
                let place = start + self.items[start..used].partition_point(|it| *it < item);
                self.items.copy_within(place..used, place + 1);
                self.items[place] = item;
                self.lengths[at] += 1;
                return;
            }
            self.move_away(at, start..used);
        }
        let blocks = &mut self.moved[(self.lengths[at] & !MOVED) as usize];
        let of = block_of(blocks, item);
        let Some(block) = blocks.get_mut(of) else {
            blocks.push(vec![item]);
            return;
        };
        let place = block.partition_point(|it| *it < item);
        block.insert(place, item);
        if block.len() > BLOCK_MAX {
            let half = block.split_off(BLOCK_MAX / 2);
            blocks.insert(of + 1, half);
        }
    }

    /// Takes an item off a list that it is on.
    pub(super) fn remove(&mut self, slot: Slot, item: Slot) {
        let at = slot as usize;
        let length = self.lengths[at];
        if length & MOVED == 0 {
            let start = self.starts[at] as usize;
            let used = start + length as usize;
            if let Ok(place) = self.items[start..used].binary_search(&item) {
                self.items.copy_within(start + place + 1..used, start + place);
                self.lengths[at] -= 1;
            }
            return;
        }
        let blocks = &mut self.moved[(length & !MOVED) as usize];
        let of = block_of(blocks, item);
        let Some(block) = blocks.get_mut(of) else { return };
        if let Ok(place) = block.binary_search(&item) {
            block.remove(place);
        }
        if block.is_empty() {
            blocks.remove(of);
        }
    }

    fn move_away(&mut self, at: usize, from: std::ops::Range<usize>) {
        let blocks = self.items[from].chunks(BLOCK_MAX).map(<[Slot]>::to_vec).collect();
        self.lengths[at] = MOVED | u32::try_from(self.moved.len()).unwrap_or_default();
        self.moved.push(blocks);
    }

    /// Bytes held.
    pub(super) fn bytes(&self) -> usize {
        let blocks = self.moved.iter().flatten().map(|block| 24 + block.capacity() * 4);
        let words = self.starts.len() + self.items.len() + self.lengths.len();
        words * 4 + self.moved.len() * 24 + blocks.sum::<usize>()
    }
}

/// The block that an item is in, or would be put into.
fn block_of(blocks: &[Vec<Slot>], item: Slot) -> usize {
    let behind = blocks.partition_point(|block| block.first().is_some_and(|it| *it <= item));
    behind.saturating_sub(1)
}
