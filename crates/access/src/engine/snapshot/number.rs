//! Which slot each node gets. One depth-first search (Tarjan, SIAM J. Comput. 1(2), 1972, with its
//! own stack) over all nodes from whom somebody gains finds which nodes reach each other, what leads
//! on to a goal, and an order in which all access leads back. It begins at those that are no holders:
//! once these have their places, a holder's many edges to them tell one bit, and only edges between
//! holders are followed. Nodes from whom nobody gains cannot lie on a cycle and are left out of it.
#![expect(
    clippy::indexing_slicing,
    reason = "every node that is looked up was checked to be one when the edges came in"
)]

use super::fill::halves;
use super::out::Out;
use super::{Ends, Lists, Part, Slot};
use crate::engine::watch::{Pace, Stage, Watch};

/// The outcome.
#[derive(Debug)]
pub(super) struct Numbering {
    /// By node.
    pub(super) slots: Vec<Slot>,
    /// By slot.
    pub(super) nodes: Vec<u32>,
    /// Ranges of slots that reach each other.
    pub(super) knots: Vec<(Slot, Slot)>,
    pub(super) ends: Ends,
}

/// Something that a rule can ask for is reached.
const LEADS: u8 = 1;
/// A holder is reached.
const HOLDS: u8 = 2;
/// Somebody gains from it.
const ENTERED: u8 = 4;
/// It can be asked for: to whoever gains from it as [`LEADS`], so many bits further down.
const GOAL: u8 = LEADS << BELOW;
/// It is a holder: to whoever gains from it as [`HOLDS`].
const HOLDER: u8 = HOLDS << BELOW;
const BELOW: u32 = 3;
/// It has its place in the order.
const DONE: u8 = 32;
/// It gains from nobody more.
const END: u8 = 64;

const UNSEEN: u32 = 0;

/// In which range a node lies.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Aside,
    Goals,
    Shared,
    Lateral,
    Leaves,
}

/// Numbers the nodes.
///
/// # Errors
/// When somebody calls it off.
pub(super) fn number<E: Send>(
    parts: &[Part],
    out: &Out<'_>,
    at_once: bool,
    watch: Watch<'_, E>,
) -> Result<Numbering, E> {
    let lists = out.lists();
    let mut pace = Pace::begin(watch, Stage::Numbering, lists.edges() + parts.len() * 2)?;
    let mut search = Search::new(lists, flags(parts, out));
    search.search_each(|flags| flags & HOLDER == 0, &mut pace)?;
    // What holders gain from others is known now, so that from here on only edges between them matter.
    let leads = search.leads(at_once, &mut pace)?;
    search.out = out.lateral.lists();
    search.note(&leads);
    search.search_each(|flags| flags & HOLDER != 0, &mut pace)?;
    for node in 0..lists.len() {
        if search.flags[node as usize] & (ENTERED | LEADS) == 0 {
            pace.step(lists.row(node).len())?;
            let leads = lists.row(node).iter().any(|to| search.beyond(*to) & LEADS != 0);
            search.flags[node as usize] |= if leads { LEADS } else { 0 };
        }
    }
    let Search { flags, order, knots, .. } = search;
    placed(&flags, (&order, &knots), &mut pace)
}

/// What is known of each node beforehand.
fn flags(parts: &[Part], out: &Out<'_>) -> Vec<u8> {
    let own = |part: &Part| match part {
        Part::Holder => HOLDER,
        Part::Goal => GOAL,
        Part::Other => 0,
    };
    let lists = out.lists().starts.windows(2);
    let nodes = parts.iter().zip(&out.reached).zip(lists);
    let of = nodes.map(|((part, reached), list)| {
        let entered = if *reached == 0 { 0 } else { ENTERED };
        own(part) | entered | if list[0] == list[1] { END } else { 0 }
    });
    of.collect()
}

/// The nodes of a graph in an order in which all access leads back, and where in it several reach each
/// other.
///
/// # Errors
/// When somebody calls it off.
pub(super) fn order<E>(out: Lists<'_>, pace: &mut Pace<'_, E>) -> Result<Order, E> {
    let mut search = Search::new(out, vec![ENTERED; out.len() as usize]);
    for node in 0..out.len() {
        search.from(node, pace)?;
    }
    Ok((search.order, search.knots))
}

/// Nodes in order, and where in it several reach each other.
type Order = (Vec<u32>, Vec<(u32, u32)>);

struct Search<'a> {
    out: Lists<'a>,
    flags: Vec<u8>,
    /// The earliest node on the stack that is reached, as far as is known; from one up.
    low: Vec<u32>,
    open: Vec<u32>,
    calls: Vec<Call>,
    counted: u32,
    /// Nodes in the order in which they were done, those that reach each other next to each other.
    order: Vec<u32>,
    /// Where in that order several reach each other.
    knots: Vec<(u32, u32)>,
}

/// A node on its way, its own number, and the edges that are still to be followed.
struct Call {
    node: u32,
    number: u32,
    next: u32,
    end: u32,
}

impl<'a> Search<'a> {
    fn new(out: Lists<'a>, flags: Vec<u8>) -> Self {
        let nodes = flags.len();
        Self {
            out,
            flags,
            low: vec![UNSEEN; nodes],
            open: Vec::new(),
            calls: Vec::new(),
            counted: UNSEEN,
            order: Vec::with_capacity(nodes),
            knots: Vec::new(),
        }
    }

    /// From each node from which somebody gains, if it is meant.
    fn search_each<E>(
        &mut self,
        is_meant: impl Fn(u8) -> bool,
        pace: &mut Pace<'_, E>,
    ) -> Result<(), E> {
        for node in 0..self.out.len() {
            let flags = self.flags[node as usize];
            if flags & ENTERED != 0 && is_meant(flags) {
                self.from(node, pace)?;
            }
        }
        Ok(())
    }

    /// By node that has no place yet: whether it gains from one that has, and leads to a goal there.
    fn leads<E: Send>(&self, at_once: bool, pace: &mut Pace<'_, E>) -> Result<Vec<u8>, E> {
        let mut leads = vec![0; self.flags.len()];
        let middle = self.out.starts.partition_point(|at| (*at as usize) < self.out.edges() / 2);
        let (low, high) = leads.split_at_mut(middle.min(self.flags.len()));
        let first = u32::try_from(low.len()).unwrap_or(u32::MAX);
        let mut other = pace.share();
        let one = || self.leads_of(0, low, pace);
        halves(at_once, one, || self.leads_of(first, high, &mut other))?;
        Ok(leads)
    }

    fn leads_of<E>(&self, first: u32, leads: &mut [u8], pace: &mut Pace<'_, E>) -> Result<(), E> {
        for (node, leads) in (first..).zip(leads) {
            if self.flags[node as usize] & DONE != 0 {
                continue;
            }
            let list = self.out.row(node);
            let is_done = |to: u32| self.flags[to as usize] & DONE != 0;
            let known = list.iter().position(|to| is_done(*to) && self.beyond(*to) & LEADS != 0);
            pace.step(known.unwrap_or(list.len()) + 1)?;
            *leads = known.map_or(0, |_| LEADS);
        }
        Ok(())
    }

    /// Notes what was found out about those that have no place yet, for lists that they share.
    fn note(&mut self, leads: &[u8]) {
        let lists = self.out.starts.windows(2);
        for ((flags, leads), list) in self.flags.iter_mut().zip(leads).zip(lists) {
            *flags |= leads | if list[0] == list[1] { END } else { 0 };
        }
    }

    /// What somebody who gains from a node has of it.
    fn beyond(&self, node: u32) -> u8 {
        beyond(self.flags[node as usize])
    }

    fn from<E>(&mut self, root: u32, pace: &mut Pace<'_, E>) -> Result<(), E> {
        if self.flags[root as usize] & DONE != 0 {
            return Ok(());
        }
        self.discover(root);
        while let Some(Call { node, number, next, end }) = self.calls.pop() {
            let list = &self.out.items[next as usize..end as usize];
            let found = self.follow(node, list);
            pace.step(found.unwrap_or(list.len()) + 1)?;
            let Some(at) = found else {
                self.leave(node, number);
                continue;
            };
            let next = next + u32::try_from(at + 1).unwrap_or(u32::MAX);
            self.calls.push(Call { node, number, next, end });
            self.discover(list[at]);
        }
        Ok(())
    }

    /// Goes along edges as far as to one that was not come by before, and says which that is.
    fn follow(&mut self, node: u32, list: &[u32]) -> Option<usize> {
        let (mut flags, mut low) = (0, u32::MAX);
        let found = list.iter().position(|&to| {
            let there = self.flags[to as usize];
            if there & DONE == 0 {
                if there & END != 0 {
                    self.flags[to as usize] |= DONE;
                    self.order.push(to);
                } else {
                    let earlier = self.low[to as usize];
                    if earlier == UNSEEN {
                        return true;
                    }
                    low = low.min(earlier);
                }
            }
            flags |= beyond(there);
            false
        });
        self.flags[node as usize] |= flags;
        self.low[node as usize] = self.low[node as usize].min(low);
        found
    }

    fn discover(&mut self, node: u32) {
        self.counted += 1;
        self.low[node as usize] = self.counted;
        self.open.push(node);
        let start = |slot: u32| self.out.starts[slot as usize];
        let (next, end) = (start(node), start(node + 1));
        self.calls.push(Call { node, number: self.counted, next, end });
    }

    fn leave(&mut self, node: u32, number: u32) {
        let low = self.low[node as usize];
        if low == number {
            self.close(node);
        }
        if let Some(Call { node: parent, .. }) = self.calls.last() {
            let parent = *parent as usize;
            self.flags[parent] |= self.beyond(node);
            self.low[parent] = self.low[parent].min(low);
        }
    }

    /// A node that reaches nothing earlier is the first of those that reach each other.
    fn close(&mut self, first: u32) {
        let from = self.open.iter().rposition(|node| *node == first).unwrap_or_default();
        let members = &self.open[from..];
        let flags = members
            .iter()
            .fold(DONE, |all, node| all | self.flags[*node as usize] & (LEADS | HOLDS));
        let begin = self.order.len();
        for &node in members.iter().rev() {
            self.flags[node as usize] |= flags;
            self.order.push(node);
        }
        self.open.truncate(from);
        if self.order.len() > begin + 1 {
            let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
            self.knots.push((place(begin), place(self.order.len())));
        }
    }
}

fn beyond(flags: u8) -> u8 {
    (flags | flags >> BELOW) & (LEADS | HOLDS)
}

fn place_of(flags: u8) -> Place {
    match (flags & LEADS != 0, flags & ENTERED != 0) {
        (false, _) if flags & GOAL != 0 => Place::Goals,
        (false, _) => Place::Aside,
        (true, false) => Place::Leaves,
        (true, true) if flags & (HOLDER | HOLDS) != 0 => Place::Lateral,
        (true, true) => Place::Shared,
    }
}

/// Those that somebody gains from in the order in which they were done, the others in their own.
fn placed<E>(
    flags: &[u8],
    (order, knots): (&[u32], &[(u32, u32)]),
    pace: &mut Pace<'_, E>,
) -> Result<Numbering, E> {
    let place = |node: u32| place_of(flags[node as usize]);
    let mut next = [0u32; 5];
    let nodes = 0..u32::try_from(flags.len()).unwrap_or(u32::MAX);
    for node in nodes.clone() {
        pace.step(1)?;
        next[place(node) as usize] += 1;
    }
    let mut sum = 0;
    let ends = next.map(|count| {
        sum += count;
        sum
    });
    next = std::array::from_fn(|at| ends[at] - next[at]);
    let mut slots = vec![0u32; flags.len()];
    let mut by_slot = vec![0u32; flags.len()];
    let unentered = nodes.filter(|node| flags[*node as usize] & ENTERED == 0);
    for node in order.iter().copied().chain(unentered) {
        pace.step(1)?;
        let slot = &mut next[place(node) as usize];
        slots[node as usize] = *slot;
        by_slot[*slot as usize] = node;
        *slot += 1;
    }
    let first = |at: u32| slots[order[at as usize] as usize];
    let mut knots: Vec<(Slot, Slot)> =
        knots.iter().map(|(from, to)| (first(*from), first(*from) + (to - from))).collect();
    knots.sort_unstable();
    let [aside, goals, shared, lateral, leaves] = ends;
    let ends = Ends { aside, goals, shared, lateral, leaves };
    Ok(Numbering { slots, nodes: by_slot, knots, ends })
}
