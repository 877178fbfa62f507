//! Who meets which rule, kept exact while edges, nodes and rules come and go: what a change opens
//! and clears is found by looking only at where it can make a difference.
//!
//! | part | what it does |
//! |---|---|
//! | `fan` | lists of neighbours that change |
//! | `order`, `knot` | an order in which all access leads back, kept while edges change |
//! | `graph`, `place` | edges both ways with that order, and where rows lie |
//! | `band` | 64 rules as bits of rows |
//! | `uneven` | knots that were just tied |
//! | `support` | which member of a large knot gives what |
//! | `wave` | one change on its way through one band |
//! | `build` | the full evaluation that everything starts from |
//! | `batch` | a batch of changes: all removals at once, then all additions |
//! | `asking` | rules that come, change and go |
//! | `check` | the comparison with a full evaluation |
//!
//! Removal is where others over-delete and derive anew. Here a slot's turn comes when all that it
//! gains from has been settled, so it loses what none of them has any more, once. Who reach each
//! other are settled as one; that they still do is looked up before anything is taken from them.
//!
//! Not kept are the rows of those from whom nobody gains, which are most holders: a row is put
//! together from the rows of the groups and roles they gain from when a change comes by.

mod asking;
mod band;
mod batch;
mod build;
mod check;
mod fan;
mod graph;
mod knot;
mod order;
mod place;
mod support;
mod uneven;
mod wave;

use std::collections::BTreeMap;

use self::band::Band;
use self::graph::Graph;
use self::wave::{Found, Wave};
use super::snapshot::{NoSnapshot, Slot};
use super::sweep::Demand;
use super::watch::Pace;

/// Room for holders that is kept for each rule of a band from change to change.
const FOUND_KEPT: usize = 256;

/// One change of the graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// One more node, from which nobody gains yet. Its number is how many there were before.
    Node {
        /// Whether it counts where holders are counted.
        holder: bool,
    },
    /// One more edge. Edges between the same nodes run in parallel.
    Add {
        /// Who gains.
        from: u32,
        /// From whom.
        to: u32,
    },
    /// One of the edges between two nodes less; nothing where there is none.
    Remove {
        /// Who gained.
        from: u32,
        /// From whom.
        to: u32,
    },
}

/// What changed for one rule. Nobody is in both lists.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shift {
    /// Its number.
    pub rule: usize,
    /// Nodes of holders that now meet it and did not before, in order.
    pub began: Vec<u32>,
    /// Nodes of holders that met it before and do no more, in order.
    pub ceased: Vec<u32>,
}

/// What a batch did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// By rule, those for which something changed.
    pub shifts: Vec<Shift>,
    /// Removals of edges that were not there.
    pub absent: usize,
}

/// Why nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotTaken {
    /// A change names a node that is not there.
    #[error(
        "change {change} names node {node}, which is not among the {nodes} there are then: nothing \
         was changed; add the node first"
    )]
    NoSuchNode {
        /// Position in the batch.
        change: usize,
        /// The node.
        node: u32,
        /// Nodes there are when it is this change's turn.
        nodes: usize,
    },
    /// A rule asks for a node that is not there.
    #[error("the rule asks for node {node}, which is not among the {nodes} there are")]
    NothingToAsk {
        /// The node.
        node: u32,
        /// Nodes there are.
        nodes: usize,
    },
    /// There is no such rule, or it was removed.
    #[error("there is no rule {rule}")]
    NoSuchRule {
        /// Its number.
        rule: usize,
    },
    /// More than numbers of 32 bits can name.
    #[error(transparent)]
    TooLarge(#[from] NoSnapshot),
}

/// A rule and where its bits are.
#[derive(Debug, Clone)]
struct Seated {
    demand: Demand,
    /// Band and bit; none for a rule that nobody can meet.
    seat: Option<(usize, usize)>,
    count: u64,
}

/// A graph that changes, with the holders that meet each rule.
#[derive(Debug, Clone)]
pub struct Live {
    graph: Graph,
    /// By node.
    slots: Vec<Slot>,
    /// By slot.
    nodes: Vec<u32>,
    bands: Vec<Band>,
    /// By number; none where one was removed.
    rules: Vec<Option<Seated>>,
    wave: Wave,
    found: Found,
}

impl Live {
    /// How many nodes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// True without any node.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// How many edges, each as often as it is there.
    #[must_use]
    pub fn edges(&self) -> usize {
        self.graph.edges
    }

    /// How many holders meet a rule; none without such a rule.
    #[must_use]
    pub fn count(&self, rule: usize) -> Option<u64> {
        self.rules.get(rule)?.as_ref().map(|rule| rule.count)
    }

    /// How many holders meet each rule; nobody meets one that was removed.
    #[must_use]
    pub fn counts(&self) -> Vec<u64> {
        self.rules.iter().map(|rule| rule.as_ref().map_or(0, |rule| rule.count)).collect()
    }

    /// The holders that meet a rule, as nodes in order of their numbers. Looks at every holder.
    #[must_use]
    pub fn holders(&self, rule: usize) -> Vec<u32> {
        let seat = self.rules.get(rule).and_then(|rule| rule.as_ref()?.seat);
        let mut nodes = Vec::new();
        if let Some((band, bit)) = seat {
            let Ok(()) = self.each_met(band, &mut Pace::nobody(), |slot, met| {
                nodes.extend((met >> bit & 1 == 1).then(|| self.node(slot)));
            });
        }
        nodes.sort_unstable();
        nodes
    }

    fn node(&self, slot: Slot) -> u32 {
        self.nodes.get(slot as usize).copied().unwrap_or_default()
    }

    fn slot(&self, node: u32) -> Slot {
        self.slots.get(node as usize).copied().unwrap_or_default()
    }

    /// Bytes held, as far as they grow with the graph or the rules: lists, order, rows.
    #[must_use]
    pub fn bytes(&self) -> Bytes {
        let numbers = (self.slots.len() + self.nodes.len()) * 4;
        let rows = self.bands.iter().map(Band::bytes).sum::<usize>() + self.graph.places.bytes();
        Bytes { graph: self.graph.bytes() + numbers, rows, work: self.wave.bytes() }
    }

    /// Moves what a band found to its rules.
    fn keep(&mut self, band: usize, shifts: &mut BTreeMap<usize, Shift>) {
        let Some(band) = self.bands.get(band) else { return };
        let Found { began, ceased, bits } = &mut self.found;
        while *bits != 0 {
            let bit = bits.trailing_zeros() as usize;
            *bits &= *bits - 1;
            let (Some(began), Some(ceased)) = (began.get_mut(bit), ceased.get_mut(bit)) else {
                continue;
            };
            if let Some(rule) = band.rules.get(bit).copied().flatten() {
                if let Some(Some(seated)) = self.rules.get_mut(rule) {
                    let size = |slots: &[Slot]| u64::try_from(slots.len()).unwrap_or_default();
                    seated.count = (seated.count + size(began)).saturating_sub(size(ceased));
                }
                let shift = shifts.entry(rule).or_default();
                shift.rule = rule;
                let node =
                    |slot: &Slot| self.nodes.get(*slot as usize).copied().unwrap_or_default();
                shift.began.extend(began.iter().map(node));
                shift.ceased.extend(ceased.iter().map(node));
            }
            for slots in [began, ceased] {
                slots.clear();
                slots.shrink_to(FOUND_KEPT);
            }
        }
    }
}

/// What a [`Live`] holds in memory, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bytes {
    /// Edges both ways, numbers and order.
    pub graph: usize,
    /// Rows of bits.
    pub rows: usize,
    /// What a change on its way needs.
    pub work: usize,
}

/// Puts shifts in order and takes out who is in both lists.
fn net(shifts: BTreeMap<usize, Shift>) -> Vec<Shift> {
    let mut all: Vec<Shift> = shifts.into_values().collect();
    for shift in &mut all {
        shift.began.sort();
        shift.ceased.sort();
        if !shift.began.is_empty() && !shift.ceased.is_empty() {
            let began = shift.began.clone();
            shift.began.retain(|node| shift.ceased.binary_search(node).is_err());
            shift.ceased.retain(|node| began.binary_search(node).is_err());
        }
    }
    all.retain(|shift| !shift.began.is_empty() || !shift.ceased.is_empty());
    all
}
