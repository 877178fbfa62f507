//! Whether slots that reached each other still do, after edges between them were taken out.

use std::collections::BTreeSet;

use super::fan::Fan;
use crate::engine::snapshot::Slot;

/// Whether one member of a knot still leads to another within it: searches from both ends in turn, so
/// that a short way in a large knot is found at once.
pub(super) fn leads(
    gained: &Fan,
    gainers: &Fan,
    (from, to): (Slot, Slot),
    is_member: &impl Fn(Slot) -> bool,
) -> bool {
    let mut ends = [(gained, vec![from], 0), (gainers, vec![to], 0)];
    let mut seen = [BTreeSet::from([from]), BTreeSet::from([to])];
    loop {
        for side in [0, 1] {
            let [mine, others] = if side == 0 { [0, 1] } else { [1, 0] };
            let Some((fan, open, next)) = ends.get_mut(side) else { return false };
            let Some(slot) = open.get(*next).copied() else { return false };
            *next += 1;
            for neighbour in fan.list(slot).filter(|it| is_member(*it)) {
                if seen.get(others).is_some_and(|seen| seen.contains(&neighbour)) {
                    return true;
                }
                if seen.get_mut(mine).is_some_and(|seen| seen.insert(neighbour)) {
                    open.push(neighbour);
                }
            }
        }
    }
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
