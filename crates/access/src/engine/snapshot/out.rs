//! The edges as they came, sorted by who gains, with what one look at each tells: how many lead to every
//! node, and which lead from one holder to another. Edges that came in the order of who gains are not
//! copied.
#![expect(
    clippy::indexing_slicing,
    reason = "each end was looked at before it is a place, and each place is one that was counted"
)]

use std::borrow::Cow;

use super::fill::{Shared, halves};
use super::list::Sorted;
use super::{Edges, Lists, Part};
use crate::engine::watch::{ASK_EVERY, Pace};

/// Edges by who gains.
#[derive(Debug)]
pub(super) struct Out<'a> {
    starts: Vec<u32>,
    items: Cow<'a, [u32]>,
    /// By node: how many edges lead to it.
    pub(super) reached: Vec<u32>,
    /// Edges from a holder to a holder, by who gains.
    pub(super) lateral: Sorted,
}

/// What is counted of some edges.
struct Counted {
    gained: Vec<u32>,
    reached: Vec<u32>,
    lateral: (Vec<u32>, Vec<u32>),
    /// Whether each gainer is none before the last.
    is_sorted: bool,
    /// Where the first edge is that names no node.
    bad: Option<usize>,
}

impl<'a> Out<'a> {
    /// Of fewer than `u32::MAX` edges, with two threads where that is wanted; within, the position of
    /// the first edge that has one end only or names none of the nodes.
    ///
    /// # Errors
    /// When somebody calls it off.
    pub(super) fn of<E: Send>(
        parts: &[Part],
        edges: Edges<'a>,
        at_once: bool,
        pace: &mut Pace<'_, E>,
    ) -> Result<Result<Self, usize>, E> {
        let holders = bits(parts);
        let both = edges.from.len().min(edges.to.len());
        let middle = if at_once { both / 2 } else { both };
        let (first, second) = edges.split(middle, both);
        let mut other = pace.share();
        let (one, two) = halves(
            at_once,
            || Counted::of(&holders, parts.len(), first, pace),
            || Counted::of(&holders, parts.len(), second, &mut other),
        )?;
        if let Some(bad) = one.bad.or(two.bad.map(|at| middle + at)) {
            return Ok(Err(bad));
        }
        if edges.from.len() != edges.to.len() {
            return Ok(Err(both));
        }
        let follows = first.from.last() <= second.from.first() || second.from.is_empty();
        let is_sorted = one.is_sorted && two.is_sorted && follows;
        let add = |mut counts: Vec<u32>, more: &[u32]| {
            if !second.from.is_empty() {
                counts.iter_mut().zip(more).for_each(|(count, more)| *count += more);
            }
            counts
        };
        let starts = starts(add(one.gained, &two.gained));
        let reached = add(one.reached, &two.reached);
        let lateral =
            ([one.lateral.0, two.lateral.0].concat(), [one.lateral.1, two.lateral.1].concat());
        let lateral = Sorted::by_key(parts.len(), &lateral.0, &lateral.1, pace)?;
        let items = if is_sorted {
            Cow::Borrowed(edges.to)
        } else {
            Cow::Owned(sorted(&starts, (first, second), at_once, pace)?)
        };
        Ok(Ok(Self { starts, items, reached, lateral }))
    }

    pub(super) fn lists(&self) -> Lists<'_> {
        Lists { starts: &self.starts, items: &self.items }
    }
}

impl<'a> Edges<'a> {
    /// Those before a place and those from it on, of so many.
    fn split(self, middle: usize, count: usize) -> (Self, Self) {
        let part = |first: usize, end: usize| Self {
            from: &self.from[first..end],
            to: &self.to[first..end],
        };
        (part(0, middle), part(middle, count))
    }
}

impl Counted {
    fn of<E>(
        holders: &[u64],
        nodes: usize,
        edges: Edges<'_>,
        pace: &mut Pace<'_, E>,
    ) -> Result<Self, E> {
        let none = || {
            // With room for where the last list ends.
            let mut counts = vec![0u32; nodes + 1];
            counts.truncate(nodes);
            counts
        };
        let mut counted = Self {
            gained: none(),
            reached: none(),
            lateral: (Vec::new(), Vec::new()),
            is_sorted: true,
            bad: None,
        };
        let pieces = edges.from.chunks(ASK_EVERY).zip(edges.to.chunks(ASK_EVERY));
        for (piece, (from, to)) in pieces.enumerate() {
            pace.step(from.len())?;
            if let Some(bad) = counted.piece(holders, from, to) {
                counted.bad = Some(piece * ASK_EVERY + bad);
                break;
            }
            let before = edges.from[(piece * ASK_EVERY).saturating_sub(1)];
            counted.is_sorted &= from.first().is_none_or(|first| before <= *first);
        }
        Ok(counted)
    }

    /// Counts who gains in a row at once: a place that was just written is waited for when it is read.
    fn piece(&mut self, holders: &[u64], from: &[u32], to: &[u32]) -> Option<usize> {
        let mut begin = 0;
        for run in from.chunk_by(|one, other| one == other) {
            let gainer = run[0];
            let Some(gained) = self.gained.get_mut(gainer as usize) else { return Some(begin) };
            *gained += u32::try_from(run.len()).unwrap_or(u32::MAX);
            let is_holder = has(holders, gainer);
            for (at, to) in to[begin..begin + run.len()].iter().enumerate() {
                let Some(reached) = self.reached.get_mut(*to as usize) else {
                    return Some(begin + at);
                };
                *reached += 1;
                if is_holder && has(holders, *to) {
                    self.lateral.0.push(gainer);
                    self.lateral.1.push(*to);
                }
            }
            begin += run.len();
        }
        self.is_sorted &= from.is_sorted();
        None
    }
}

/// One bit for each holder.
fn bits(parts: &[Part]) -> Vec<u64> {
    let word = |parts: &[Part]| {
        let bits = parts.iter().enumerate();
        bits.fold(0, |word, (at, part)| word | u64::from(*part == Part::Holder) << at)
    };
    parts.chunks(64).map(word).collect()
}

#[inline(always)]
fn has(bits: &[u64], node: u32) -> bool {
    bits[node as usize / 64] >> (node % 64) & 1 == 1
}

/// Where each list begins, and where the last one ends.
fn starts(mut counts: Vec<u32>) -> Vec<u32> {
    let mut sum = 0;
    for count in &mut counts {
        let start = sum;
        sum += *count;
        *count = start;
    }
    counts.push(sum);
    counts
}

/// Items list behind list, each in the order in which they came.
fn sorted<E: Send>(
    starts: &[u32],
    (first, second): (Edges<'_>, Edges<'_>),
    at_once: bool,
    pace: &mut Pace<'_, E>,
) -> Result<Vec<u32>, E> {
    let items = Shared::zeros(first.from.len() + second.from.len());
    let mut other = pace.share();
    let forwards = || {
        let mut places = starts.to_vec();
        for (from, to) in first.from.chunks(ASK_EVERY).zip(first.to.chunks(ASK_EVERY)) {
            pace.step(from.len())?;
            for (from, to) in from.iter().zip(to) {
                let place = &mut places[*from as usize];
                items.put(*place, *to);
                *place += 1;
            }
        }
        Ok(())
    };
    let backwards = || {
        if second.from.is_empty() {
            return Ok(());
        }
        let mut places = starts[1..].to_vec();
        for (from, to) in second.from.rchunks(ASK_EVERY).zip(second.to.rchunks(ASK_EVERY)) {
            other.step(from.len())?;
            for (from, to) in from.iter().zip(to).rev() {
                let place = &mut places[*from as usize];
                *place -= 1;
                items.put(*place, *to);
            }
        }
        Ok(())
    };
    halves(at_once, forwards, backwards)?;
    Ok(items.done())
}
