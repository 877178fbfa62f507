//! Which slot each node gets. One depth-first search (Tarjan, SIAM J. Comput. 1(2), 1972, with its
//! own stack) over all nodes from whom somebody gains finds which nodes reach each other, what leads
//! on to a goal, and an order in which all access leads back. Nodes from whom nobody gains cannot lie
//! on a cycle and are left out of it.
#![expect(
    clippy::indexing_slicing,
    reason = "every node that is looked up was checked to be one when the edges came in"
)]

use super::{Ends, Lists, Part, Slot};
use crate::engine::watch::{ASK_EVERY, Pace, Stage, Watch};

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
/// A holder is this, or is reached.
const HOLDS: u8 = 2;
/// Somebody gains from it.
const ENTERED: u8 = 4;

const UNSEEN: u32 = 0;
const CLOSED: u32 = u32::MAX;

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
pub(super) fn number<E>(
    parts: &[Part],
    out: Lists<'_>,
    watch: Watch<'_, E>,
) -> Result<Numbering, E> {
    let mut pace = Pace::begin(watch, Stage::Numbering, (out.edges() + parts.len()) * 2)?;
    let mut search = Search::new(parts, out, &mut pace)?;
    for holders in [false, true] {
        for node in 0..out.len() {
            let is_holder = parts[node as usize] == Part::Holder;
            if is_holder == holders && search.flags[node as usize] & ENTERED != 0 {
                search.from(node, &mut pace)?;
            }
        }
    }
    for node in 0..out.len() {
        if search.flags[node as usize] & ENTERED == 0 {
            for list in out.row(node).chunks(ASK_EVERY) {
                pace.step(list.len())?;
                search.flags[node as usize] |=
                    list.iter().fold(0, |flags, to| flags | search.beyond(*to));
            }
        }
    }
    let Search { flags, order, knots, .. } = search;
    placed(parts, &flags, (&order, &knots), &mut pace)
}

/// The nodes of a graph in an order in which all access leads back, and where in it several reach each
/// other.
///
/// # Errors
/// When somebody calls it off.
pub(super) fn order<E>(out: Lists<'_>, pace: &mut Pace<'_, E>) -> Result<Order, E> {
    let parts = vec![Part::Other; out.len() as usize];
    let mut search = Search::new(&parts, out, pace)?;
    for node in 0..out.len() {
        search.from(node, pace)?;
    }
    Ok((search.order, search.knots))
}

/// Nodes in order, and where in it several reach each other.
type Order = (Vec<u32>, Vec<(u32, u32)>);

struct Search<'a> {
    parts: &'a [Part],
    out: Lists<'a>,
    flags: Vec<u8>,
    /// The earliest node on the stack that is reached, as far as is known; from one up.
    low: Vec<u32>,
    open: Vec<u32>,
    /// A node, its own number, and how many of its edges were followed.
    calls: Vec<(u32, u32, u32)>,
    counted: u32,
    /// Nodes in the order in which they were done, those that reach each other next to each other.
    order: Vec<u32>,
    /// Where in that order several reach each other.
    knots: Vec<(u32, u32)>,
}

impl<'a> Search<'a> {
    fn new<E>(parts: &'a [Part], out: Lists<'a>, pace: &mut Pace<'_, E>) -> Result<Self, E> {
        let mut flags = vec![0u8; parts.len()];
        for items in out.items.chunks(ASK_EVERY) {
            pace.step(items.len())?;
            items.iter().for_each(|to| flags[*to as usize] = ENTERED);
        }
        Ok(Self {
            parts,
            out,
            flags,
            low: vec![UNSEEN; parts.len()],
            open: Vec::new(),
            calls: Vec::new(),
            counted: UNSEEN,
            order: Vec::with_capacity(parts.len()),
            knots: Vec::new(),
        })
    }

    /// What somebody who gains from a node has of it.
    fn beyond(&self, node: u32) -> u8 {
        let own = match self.parts[node as usize] {
            Part::Holder => HOLDS,
            Part::Goal => LEADS,
            Part::Other => 0,
        };
        self.flags[node as usize] & (LEADS | HOLDS) | own
    }

    fn from<E>(&mut self, root: u32, pace: &mut Pace<'_, E>) -> Result<(), E> {
        if self.low[root as usize] != UNSEEN {
            return Ok(());
        }
        self.discover(root);
        while let Some((node, number, followed)) = self.calls.last_mut() {
            let (node, number) = (*node, *number);
            let Some(&to) = self.out.row(node).get(*followed as usize) else {
                self.calls.pop();
                self.leave(node, number);
                continue;
            };
            *followed += 1;
            pace.step(1)?;
            match self.low[to as usize] {
                UNSEEN => self.discover(to),
                CLOSED => self.flags[node as usize] |= self.beyond(to),
                earlier => {
                    self.flags[node as usize] |= self.beyond(to);
                    self.low[node as usize] = self.low[node as usize].min(earlier);
                }
            }
        }
        Ok(())
    }

    fn discover(&mut self, node: u32) {
        self.counted += 1;
        self.low[node as usize] = self.counted;
        self.open.push(node);
        self.calls.push((node, self.counted, 0));
    }

    fn leave(&mut self, node: u32, number: u32) {
        let low = self.low[node as usize];
        if low == number {
            self.close(node);
        }
        if let Some((parent, ..)) = self.calls.last() {
            let parent = *parent as usize;
            self.flags[parent] |= self.beyond(node);
            self.low[parent] = self.low[parent].min(low);
        }
    }

    /// A node that reaches nothing earlier is the first of those that reach each other.
    fn close(&mut self, first: u32) {
        let from = self.open.iter().rposition(|node| *node == first).unwrap_or_default();
        let members = &self.open[from..];
        let flags = members.iter().fold(0, |flags, node| flags | self.flags[*node as usize]);
        let begin = self.order.len();
        for &node in members.iter().rev() {
            self.low[node as usize] = CLOSED;
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

fn place_of(part: Part, flags: u8) -> Place {
    match (flags & LEADS != 0, flags & ENTERED != 0) {
        (false, _) if part == Part::Goal => Place::Goals,
        (false, _) => Place::Aside,
        (true, false) => Place::Leaves,
        (true, true) if part == Part::Holder || flags & HOLDS != 0 => Place::Lateral,
        (true, true) => Place::Shared,
    }
}

/// Those that somebody gains from in the order in which they were done, the others in their own.
fn placed<E>(
    parts: &[Part],
    flags: &[u8],
    (order, knots): (&[u32], &[(u32, u32)]),
    pace: &mut Pace<'_, E>,
) -> Result<Numbering, E> {
    let place = |node: u32| place_of(parts[node as usize], flags[node as usize]);
    let mut next = [0u32; 5];
    let nodes = 0..u32::try_from(parts.len()).unwrap_or(u32::MAX);
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
    let mut slots = vec![0u32; parts.len()];
    let mut by_slot = vec![0u32; parts.len()];
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
