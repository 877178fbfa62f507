//! Whether slots that reached each other still do, after edges between them were taken out.

use std::collections::BTreeSet;

use super::fan::Fan;
use crate::engine::snapshot::Slot;

/// Members that fall off a knot one by one: with more the whole knot is looked at.
const FALLEN_MAX: usize = 512;
/// Of how many members one may be looked at before all are, which then costs a tenth more or so: a look
/// at one here costs several times of one there.
const LOOKS_SHARE: usize = 32;
/// Members that may be looked at in any case.
const LOOKS_MIN: usize = 256;

/// Whether one member of a knot still leads to another.
pub(super) enum Way {
    /// It does.
    Found,
    /// It does not: this is all that the first one leads to, itself among it.
    Behind(BTreeSet<Slot>),
    /// It does not: this is all that leads to the other, itself among it.
    Before(BTreeSet<Slot>),
    /// As many were looked at as may be.
    Unknown,
}

/// Searches from both ends in turn, so that a short way in a large knot is found at once, and so is that
/// one end hardly leads anywhere. Looks at no more members than there are `looks`.
pub(super) fn way(
    gained: &Fan,
    gainers: &Fan,
    (from, to): (Slot, Slot),
    is_member: &impl Fn(Slot) -> bool,
    looks: &mut usize,
) -> Way {
    if from == to {
        return Way::Found;
    }
    let mut behind = End { fan: gained, open: vec![from], next: 0, seen: BTreeSet::from([from]) };
    let mut before = End { fan: gainers, open: vec![to], next: 0, seen: BTreeSet::from([to]) };
    loop {
        let Some(left) = looks.checked_sub(2) else { return Way::Unknown };
        *looks = left;
        match behind.step(&before.seen, is_member) {
            Some(true) => return Way::Found,
            Some(false) => {}
            None => return Way::Behind(behind.seen),
        }
        match before.step(&behind.seen, is_member) {
            Some(true) => return Way::Found,
            Some(false) => {}
            None => return Way::Before(before.seen),
        }
    }
}

/// A search from one end.
struct End<'a> {
    fan: &'a Fan,
    open: Vec<Slot>,
    next: usize,
    seen: BTreeSet<Slot>,
}

impl End<'_> {
    /// Looks at one more: whether it leads to what the other end has seen; none when all were looked at.
    fn step(&mut self, others: &BTreeSet<Slot>, is_member: &impl Fn(Slot) -> bool) -> Option<bool> {
        let slot = *self.open.get(self.next)?;
        self.next += 1;
        for neighbour in self.fan.list(slot).filter(|it| is_member(*it)) {
            if others.contains(&neighbour) {
                return Some(true);
            }
            if self.seen.insert(neighbour) {
                self.open.push(neighbour);
            }
        }
        Some(false)
    }
}

/// The parts of a knot after one edge was taken out, in an order in which all access leads back, where a
/// few members fall off and the others can be shown to hold together without looking at them all; no
/// parts where nothing falls off. None when that cannot be shown.
///
/// Some fall off because they no longer lead anywhere, some because nobody leads to them any more. A way
/// between two of the rest that went over any of them went over the edge that is gone: from somebody of
/// the rest who stood before the first to somebody behind the others. The rest holds together if all of
/// those still find their way to all of these.
pub(super) fn fallen(
    gained: &Fan,
    gainers: &Fan,
    (from, to): (Slot, Slot),
    members: &[Slot],
    is_member: &impl Fn(Slot) -> bool,
) -> Option<Vec<Vec<Slot>>> {
    let (mut first, mut last) = (BTreeSet::new(), BTreeSet::new());
    let mut rounds = 0;
    let mut looks = LOOKS_MIN.max(members.len() / LOOKS_SHARE);
    'fell: loop {
        let rests = |slot: Slot| is_member(slot) && !first.contains(&slot) && !last.contains(&slot);
        let next_to = |fan: &Fan, off: &BTreeSet<Slot>, end: Slot| -> BTreeSet<Slot> {
            if off.is_empty() {
                return BTreeSet::from([end]);
            }
            let all = off.iter().flat_map(|slot| fan.list(*slot));
            all.filter(|it| rests(*it)).take(FALLEN_MAX).collect()
        };
        let before = next_to(gainers, &first, from);
        let behind = next_to(gained, &last, to);
        rounds += before.len() * behind.len() + 1;
        if first.len().max(last.len()).max(rounds) >= FALLEN_MAX {
            return None;
        }
        for slot in &before {
            for end in &behind {
                match way(gained, gainers, (*slot, *end), &rests, &mut looks) {
                    Way::Found => continue,
                    Way::Unknown => return None,
                    Way::Behind(more) => first.extend(more),
                    Way::Before(more) => last.extend(more),
                }
                // What was found before may have led over those.
                continue 'fell;
            }
        }
        break;
    }
    if first.is_empty() && last.is_empty() {
        return Some(Vec::new());
    }
    let is_off = |slot: &Slot| first.contains(slot) || last.contains(slot);
    let rest: Vec<Slot> = members.iter().copied().filter(|slot| !is_off(slot)).collect();
    let of = |off: &BTreeSet<Slot>| {
        let off: Vec<Slot> = off.iter().copied().collect();
        parts(gained, &off)
    };
    let mut all = of(&first);
    all.extend((!rest.is_empty()).then_some(rest));
    all.extend(of(&last));
    Some(all)
}

const UNSEEN: u32 = 0;
const CLOSED: u32 = u32::MAX;

/// The parts of a former knot in which all reach each other, in an order in which all access leads
/// back (Tarjan, SIAM J. Comput. 1(2), 1972, with its own stack). `members` is sorted; whoever is no
/// member of the knot is none of them.
pub(super) fn parts(gained: &Fan, members: &[Slot]) -> Vec<Vec<Slot>> {
    let places = Places::of(members);
    let mut search = Search {
        starts: vec![0],
        items: Vec::new(),
        low: vec![UNSEEN; members.len()],
        counted: UNSEEN,
        open: Vec::new(),
        parts: Vec::new(),
    };
    for slot in members {
        search.items.extend(gained.list(*slot).filter_map(|it| places.of_member(it)));
        search.starts.push(search.items.len());
    }
    for root in 0..members.len() {
        if search.low(root) == UNSEEN {
            search.from(root);
        }
    }
    let slot = |at: usize| members.get(at).copied().unwrap_or_default();
    search.parts.into_iter().map(|part| part.into_iter().map(slot).collect()).collect()
}

/// How many members are found by halves; more are found by their bits.
const FEW: usize = 64;

/// Where members stand among themselves.
struct Places<'a> {
    members: &'a [Slot],
    first: Slot,
    /// One bit for each slot from the first member to the last, and how many members lie before each word.
    bits: Vec<(u64, u32)>,
}

impl<'a> Places<'a> {
    fn of(members: &'a [Slot]) -> Self {
        let ends = members.first().zip(members.last()).filter(|_| members.len() > FEW);
        let (first, last) = ends.map_or((0, 0), |(first, last)| (*first, *last));
        let mut bits = vec![(0u64, 0u32); ends.map_or(0, |_| (last - first) as usize / 64 + 1)];
        if !bits.is_empty() {
            for at in members.iter().map(|slot| slot - first) {
                if let Some((word, _)) = bits.get_mut(at as usize / 64) {
                    *word |= 1 << (at % 64);
                }
            }
        }
        let mut sum = 0;
        for (word, before) in &mut bits {
            *before = sum;
            sum += word.count_ones();
        }
        Self { members, first, bits }
    }

    fn of_member(&self, slot: Slot) -> Option<usize> {
        if self.bits.is_empty() {
            return self.members.binary_search(&slot).ok();
        }
        let at = slot.checked_sub(self.first)?;
        let (word, before) = self.bits.get(at as usize / 64)?;
        let bit = 1u64 << (at % 64);
        (word & bit != 0).then(|| *before as usize + (word & (bit - 1)).count_ones() as usize)
    }
}

struct Search {
    /// Where the list of each begins, and where the last one ends.
    starts: Vec<usize>,
    items: Vec<usize>,
    /// The earliest on the stack that is reached, from one up.
    low: Vec<u32>,
    counted: u32,
    open: Vec<usize>,
    parts: Vec<Vec<usize>>,
}

impl Search {
    fn low(&self, at: usize) -> u32 {
        self.low.get(at).copied().unwrap_or(CLOSED)
    }

    fn lower(&mut self, at: usize, to: u32) {
        if let Some(low) = self.low.get_mut(at) {
            *low = if *low == UNSEEN { to } else { (*low).min(to) };
        }
    }

    fn discover(&mut self, at: usize) -> (usize, u32, usize) {
        self.counted += 1;
        self.lower(at, self.counted);
        self.open.push(at);
        (at, self.counted, self.starts.get(at).copied().unwrap_or_default())
    }

    fn from(&mut self, root: usize) {
        let mut calls = vec![self.discover(root)];
        while let Some((at, number, next)) = calls.last_mut() {
            let (at, number) = (*at, *number);
            let end = self.starts.get(at + 1).copied().unwrap_or_default();
            if let Some(to) = self.items.get(*next).copied().filter(|_| *next < end) {
                *next += 1;
                match self.low(to) {
                    UNSEEN => calls.push(self.discover(to)),
                    CLOSED => {}
                    earlier => self.lower(at, earlier),
                }
                continue;
            }
            calls.pop();
            let low = self.low(at);
            if let Some((parent, ..)) = calls.last() {
                self.lower(*parent, low);
            }
            if low == number {
                self.close(at);
            }
        }
    }

    /// One that reaches nothing earlier is the first of its part.
    fn close(&mut self, first: usize) {
        let from = self.open.iter().rposition(|at| *at == first).unwrap_or_default();
        let part = self.open.split_off(from);
        for at in &part {
            if let Some(low) = self.low.get_mut(*at) {
                *low = CLOSED;
            }
        }
        self.parts.push(part);
    }
}
