//! Whether slots that reached each other still do, after edges between them were taken out.

use std::collections::BTreeSet;

use super::fan::Fan;
use crate::engine::snapshot::Slot;

/// Members that fall off a knot one by one: with more the whole knot is looked at.
const FALLEN_MAX: usize = 1_024;

/// Whether one member of a knot still leads to another.
pub(super) enum Way {
    /// It does.
    Found,
    /// It does not: this is all that the first one leads to, itself among it.
    Behind(BTreeSet<Slot>),
    /// It does not: this is all that leads to the other, itself among it.
    Before(BTreeSet<Slot>),
}

/// Searches from both ends in turn, so that a short way in a large knot is found at once, and so is that
/// one end hardly leads anywhere.
pub(super) fn way(
    gained: &Fan,
    gainers: &Fan,
    (from, to): (Slot, Slot),
    is_member: &impl Fn(Slot) -> bool,
) -> Way {
    if from == to {
        return Way::Found;
    }
    let mut behind = End { fan: gained, open: vec![from], next: 0, seen: BTreeSet::from([from]) };
    let mut before = End { fan: gainers, open: vec![to], next: 0, seen: BTreeSet::from([to]) };
    loop {
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
/// Members that fall off are reached from the rest, or reach it, over the edge that is gone only. What
/// went through them went over that edge, so that the rest holds together if whoever stood next to them
/// still finds its way to the edge's other end. Who does not falls off too.
pub(super) fn fallen(
    gained: &Fan,
    gainers: &Fan,
    (from, to): (Slot, Slot),
    members: &[Slot],
    is_member: &impl Fn(Slot) -> bool,
) -> Option<Vec<Vec<Slot>>> {
    let (mut off, is_behind) = match way(gained, gainers, (from, to), is_member) {
        Way::Found => return Some(Vec::new()),
        Way::Behind(off) => (off, true),
        Way::Before(off) => (off, false),
    };
    let fan = if is_behind { gainers } else { gained };
    let next_to = |off: &BTreeSet<Slot>| -> BTreeSet<Slot> {
        let all = off.iter().flat_map(|slot| fan.list(*slot));
        all.filter(|it| is_member(*it) && !off.contains(it)).take(FALLEN_MAX).collect()
    };
    let mut open = next_to(&off);
    let mut rounds = 0;
    while let Some(slot) = open.pop_first() {
        rounds += 1;
        if off.len().max(open.len()).max(rounds) >= FALLEN_MAX {
            return None;
        }
        let ends = if is_behind { (slot, to) } else { (from, slot) };
        let rests = |slot: Slot| is_member(slot) && !off.contains(&slot);
        match (way(gained, gainers, ends, &rests), is_behind) {
            (Way::Found, _) => {}
            // It falls off too, and what was found before may have led over it.
            (Way::Behind(more), true) | (Way::Before(more), false) => {
                off.extend(more);
                open = next_to(&off);
            }
            _ => return None,
        }
    }
    let rest: Vec<Slot> = members.iter().copied().filter(|slot| !off.contains(slot)).collect();
    let off: Vec<Slot> = off.into_iter().collect();
    let mut all = parts(gained, &off);
    all.insert(if is_behind { all.len() } else { 0 }, rest);
    Some(all)
}

const UNSEEN: u32 = 0;
const CLOSED: u32 = u32::MAX;

/// The parts of a former knot in which all reach each other, in an order in which all access leads
/// back (Tarjan, SIAM J. Comput. 1(2), 1972, with its own stack). `members` is sorted.
pub(super) fn parts(gained: &Fan, members: &[Slot]) -> Vec<Vec<Slot>> {
    let lists: Vec<Vec<usize>> = members
        .iter()
        .map(|slot| gained.list(*slot).filter_map(|it| members.binary_search(&it).ok()).collect())
        .collect();
    let mut search = Search {
        lists,
        low: vec![UNSEEN; members.len()],
        counted: UNSEEN,
        open: Vec::new(),
        parts: Vec::new(),
    };
    for root in 0..members.len() {
        if search.low(root) == UNSEEN {
            search.from(root);
        }
    }
    let slot = |at: usize| members.get(at).copied().unwrap_or_default();
    search.parts.into_iter().map(|part| part.into_iter().map(slot).collect()).collect()
}

struct Search {
    lists: Vec<Vec<usize>>,
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
        (at, self.counted, 0)
    }

    fn from(&mut self, root: usize) {
        let mut calls = vec![self.discover(root)];
        while let Some((at, number, followed)) = calls.last_mut() {
            let (at, number) = (*at, *number);
            if let Some(to) = self.lists.get(at).and_then(|list| list.get(*followed)).copied() {
                *followed += 1;
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
