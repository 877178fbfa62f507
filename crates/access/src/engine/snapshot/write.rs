//! The lists of a snapshot in its own numbers, both ways, in one pass over the edges.
#![expect(
    clippy::indexing_slicing,
    reason = "nodes and slots name each other, and each place is one that was counted"
)]

use std::ops::Range;

use super::fill::{Shared, halves};
use super::list::{Lists, Sorted};
use super::{Slot, number::Numbering};
use crate::engine::watch::Pace;

/// Lists by slot.
pub(super) struct Written {
    /// What leads on, by who gains.
    pub(super) pull: Sorted,
    /// What leads to goals and aside, by who gains.
    pub(super) last: Sorted,
    /// Who gains, by from whom.
    pub(super) into: Sorted,
}

/// What both threads read and write.
struct Work<'a> {
    out: Lists<'a>,
    nodes: &'a [u32],
    /// What lies below it leads to goals and aside.
    border: Slot,
    pull: &'a Shared,
    last: &'a Shared,
    into: &'a Shared,
}

/// Where one thread is: the next free place of the lists that lead on and of those that do not.
struct At<'a> {
    pull: u32,
    last: u32,
    pull_starts: &'a mut [u32],
    last_starts: &'a mut [u32],
    goals: Vec<Goal>,
}

/// Where an edge leads, by node. Both are wanted together, so that they lie together.
#[derive(Clone, Copy, Default)]
struct Goal {
    slot: Slot,
    /// The next free place of its list of who gains.
    place: u32,
}

fn goals(numbering: &Numbering, places: &[u32]) -> Vec<Goal> {
    let mut goals = vec![Goal::default(); numbering.nodes.len()];
    for ((slot, node), place) in (0..).zip(&numbering.nodes).zip(places) {
        goals[*node as usize] = Goal { slot, place: *place };
    }
    goals
}

/// Writes the lists of `out`, to each of whose nodes so many edges lead; `into` has room for all edges.
///
/// # Errors
/// When somebody calls it off.
pub(super) fn write<E: Send>(
    (out, reached): (Lists<'_>, &[u32]),
    (numbering, into): (&Numbering, Shared),
    at_once: bool,
    pace: &mut Pace<'_, E>,
) -> Result<Written, E> {
    let slots = out.len();
    let mut into_starts = Vec::with_capacity(slots as usize + 1);
    let (mut sum, mut gained, mut middle) = (0, 0, slots);
    into_starts.push(0);
    for (slot, node) in (0u32..).zip(&numbering.nodes) {
        sum += reached[*node as usize];
        into_starts.push(sum);
        if at_once {
            gained += out.row(*node).len();
            if middle == slots && gained >= out.edges() / 2 {
                middle = slot + 1;
            }
        }
    }
    let behind = into_starts[numbering.ends.goals as usize];
    let on = u32::try_from(out.edges()).unwrap_or(u32::MAX) - behind;
    let (pull, last) = (Shared::zeros(on as usize), Shared::zeros(behind as usize));
    let (nodes, border) = (numbering.nodes.as_slice(), numbering.ends.goals);
    let work = Work { out, nodes, border, pull: &pull, last: &last, into: &into };
    let (mut pull_starts, mut last_starts) = (into_starts.clone(), into_starts.clone());
    let (pull_low, pull_high) = pull_starts.split_at_mut(middle as usize);
    let (last_low, last_high) = last_starts.split_at_mut(middle as usize);
    let mut other = pace.share();
    let low = || {
        let goals = goals(numbering, &into_starts);
        let at = At { pull: 0, last: 0, pull_starts: pull_low, last_starts: last_low, goals };
        work.forwards(0..middle, at, pace)
    };
    let high = || {
        let goals = if middle < slots { goals(numbering, &into_starts[1..]) } else { Vec::new() };
        let at =
            At { pull: on, last: behind, pull_starts: pull_high, last_starts: last_high, goals };
        work.backwards(middle..slots, at, &mut other)
    };
    halves(at_once, low, high)?;
    Ok(Written {
        pull: Sorted { starts: pull_starts, items: pull.done() },
        last: Sorted { starts: last_starts, items: last.done() },
        into: Sorted { starts: into_starts, items: into.done() },
    })
}

impl Work<'_> {
    fn forwards<E>(
        &self,
        slots: Range<Slot>,
        mut at: At<'_>,
        pace: &mut Pace<'_, E>,
    ) -> Result<(), E> {
        let starts = at.pull_starts.iter_mut().zip(at.last_starts);
        for (slot, (pull, last)) in slots.zip(starts) {
            (*pull, *last) = (at.pull, at.last);
            let list = self.out.row(self.nodes[slot as usize]);
            pace.step(list.len() + 1)?;
            for to in list {
                let goal = &mut at.goals[*to as usize];
                self.into.put(goal.place, slot);
                goal.place += 1;
                if goal.slot < self.border {
                    self.last.put(at.last, goal.slot);
                    at.last += 1;
                } else {
                    self.pull.put(at.pull, goal.slot);
                    at.pull += 1;
                }
            }
        }
        Ok(())
    }

    /// The same from the last slot and the end of each list on, and where the last lists end.
    fn backwards<E>(
        &self,
        slots: Range<Slot>,
        mut at: At<'_>,
        pace: &mut Pace<'_, E>,
    ) -> Result<(), E> {
        let mut starts = at.pull_starts.iter_mut().zip(at.last_starts).rev();
        if let Some((pull, last)) = starts.next() {
            (*pull, *last) = (at.pull, at.last);
        }
        for (slot, (pull, last)) in slots.rev().zip(starts) {
            let list = self.out.row(self.nodes[slot as usize]);
            pace.step(list.len() + 1)?;
            for to in list.iter().rev() {
                let goal = &mut at.goals[*to as usize];
                goal.place -= 1;
                self.into.put(goal.place, slot);
                if goal.slot < self.border {
                    at.last -= 1;
                    self.last.put(at.last, goal.slot);
                } else {
                    at.pull -= 1;
                    self.pull.put(at.pull, goal.slot);
                }
            }
            (*pull, *last) = (at.pull, at.last);
        }
        Ok(())
    }
}
