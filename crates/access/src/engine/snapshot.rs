//! The graph as integers, made ready for every rule set at once: which nodes reach each other is
//! settled, nodes are numbered so that all access leads to a lower number, and what can never matter
//! to a rule lies apart. Knows neither facts nor rules, only numbers.
//!
//! Numbers ("slots") are given in five ranges, each in depth-first post-order, so that neighbours in
//! the organisation are neighbours in memory:
//!
//! | range | what is there |
//! |---|---|
//! | aside | nodes that reach no goal and are none: few rules, if any, ask for one |
//! | goals | goals behind which no other lies |
//! | shared | what leads on to goals and gains nothing from a holder: groups, roles |
//! | lateral | holders from whom somebody gains, and all that gains from them |
//! | leaves | nodes from which nobody gains and that reach a goal: most holders |

mod file;
mod fill;
mod hold;
mod list;
mod number;
mod out;
mod potential;
mod write;

use std::fmt;
use std::num::NonZero;
use std::ops::Range;
use std::sync::Arc;

pub use self::file::BadFile;
use self::fill::{Shared, halves};
use self::hold::{Arrays, Hold, View};
pub use self::list::Lists;
use self::number::Numbering;
use self::out::Out;
pub(super) use self::potential::Potential;
use self::write::Written;
use super::watch::{Pace, Stage, Watch};

/// Position of a node in a [`Snapshot`].
pub type Slot = u32;

/// What a node is to the kernels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Somebody whom a count counts.
    Holder,
    /// What a rule may ask for.
    Goal,
    /// Anything between and behind.
    Other,
}

/// Edges as two lists of the same length: `from[i]` gains what `to[i]` has.
#[derive(Debug, Clone, Copy)]
pub struct Edges<'a> {
    /// Who gains.
    pub from: &'a [u32],
    /// From whom.
    pub to: &'a [u32],
}

/// Why no snapshot was made. Nothing was allocated for edges, and nothing at all for what is too large.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoSnapshot {
    /// More nodes or edges than numbers of 32 bits can name.
    #[error(
        "{nodes} nodes and {edges} edges are more than one graph can hold (4,294,967,294 of each): \
         split it by organisation"
    )]
    TooLarge {
        /// Nodes asked for.
        nodes: usize,
        /// Edges asked for.
        edges: usize,
    },
    /// An edge names a node that is not there, or an edge has one end only.
    #[error("edge {edge} leads to or from a node that is not among the {nodes} given")]
    NoSuchNode {
        /// Position of the edge.
        edge: usize,
        /// Nodes there are.
        nodes: usize,
    },
}

/// The ranges of slots, by where each ends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Ends {
    pub(super) aside: Slot,
    pub(super) goals: Slot,
    pub(super) shared: Slot,
    pub(super) lateral: Slot,
    pub(super) leaves: Slot,
}

/// The graph.
///
/// A clone shares its arrays.
#[derive(Clone)]
pub struct Snapshot {
    ends: Ends,
    knots: Vec<(Slot, Slot)>,
    hold: Hold,
    /// None where all edges are proven.
    potential: Option<Arc<Potential>>,
}

impl PartialEq for Snapshot {
    fn eq(&self, other: &Self) -> bool {
        let is_same = self.ends == other.ends && self.knots == other.knots;
        is_same && self.view() == other.view() && self.potential == other.potential
    }
}

impl Eq for Snapshot {}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot")
            .field("nodes", &self.len())
            .field("edges", &self.edges())
            .field("ends", &self.ends)
            .field("knots", &self.knots.len())
            .finish_non_exhaustive()
    }
}

impl Snapshot {
    /// Numbers the nodes and sorts the edges, all of them proven. Linear in both; the order of the edges
    /// does not matter to any answer.
    ///
    /// # Errors
    /// When there is more than can be numbered, or an edge leads nowhere.
    pub fn build(parts: &[Part], edges: Edges<'_>) -> Result<Self, NoSnapshot> {
        Self::build_both(parts, edges, Edges { from: &[], to: &[] })
    }

    /// The same with edges of which it is only known that access may lead along them. They are kept
    /// apart: everything but what says otherwise goes along proven edges alone.
    ///
    /// # Errors
    /// When there is more than can be numbered, or an edge leads nowhere; potential edges are counted
    /// behind the proven ones.
    pub fn build_both(
        parts: &[Part],
        proven: Edges<'_>,
        potential: Edges<'_>,
    ) -> Result<Self, NoSnapshot> {
        let one = NonZero::<usize>::MIN;
        let Ok(built) = Self::build_within(parts, proven, potential, one, Watch::NOBODY);
        built
    }

    /// The same with so many threads, of which two are of use, while somebody watches, who may call it off.
    /// The outcome does not depend on how many there are.
    ///
    /// # Errors
    /// When it was called off; within, as [`Snapshot::build_both`] does.
    pub fn build_within<E: Send>(
        parts: &[Part],
        proven: Edges<'_>,
        potential: Edges<'_>,
        threads: NonZero<usize>,
        watch: Watch<'_, E>,
    ) -> Result<Result<Self, NoSnapshot>, E> {
        let nodes = parts.len();
        let count = proven.from.len().saturating_add(potential.from.len());
        let fits = |number: usize| u32::try_from(number).is_ok_and(|it| it < u32::MAX);
        if !fits(nodes) || !fits(count) {
            return Ok(Err(NoSnapshot::TooLarge { nodes, edges: count }));
        }
        let at_once = threads > NonZero::<usize>::MIN;
        let mut pace = Pace::begin(watch, Stage::Sorting, proven.from.len() * 2)?;
        let out = match Out::of(parts, proven, at_once, &mut pace)? {
            Ok(out) => out,
            Err(edge) => return Ok(Err(NoSnapshot::NoSuchNode { edge, nodes })),
        };
        if potential.from.is_empty() && potential.to.is_empty() {
            let into = Shared::zeros(out.lists().edges());
            let number = || number::number(parts, &out, at_once, watch);
            let touch = || {
                if at_once {
                    into.touch();
                }
                Ok(())
            };
            let (numbering, ()) = halves(at_once, number, touch)?;
            return Ok(Ok(Self::numbered(parts, (numbering, into), &out, (at_once, watch))?));
        }
        let both = Self::with_potential(parts, (proven, &out), potential, (at_once, watch))?;
        let before = proven.from.len();
        Ok(both.map_err(|edge| NoSnapshot::NoSuchNode { edge: edge.max(before), nodes }))
    }

    /// One numbering for edges of either kind; within, the position of the first potential edge that leads
    /// nowhere, behind all others.
    fn with_potential<E: Send>(
        parts: &[Part],
        (proven, out): (Edges<'_>, &Out<'_>),
        potential: Edges<'_>,
        (at_once, watch): (bool, Watch<'_, E>),
    ) -> Result<Result<Self, usize>, E> {
        let (from, to) =
            ([proven.from, potential.from].concat(), [proven.to, potential.to].concat());
        let mut pace = Pace::begin(watch, Stage::Sorting, from.len() * 2)?;
        let all = match Out::of(parts, Edges { from: &from, to: &to }, at_once, &mut pace)? {
            Ok(all) => all,
            Err(edge) => return Ok(Err(edge)),
        };
        let mut numbering = number::number(parts, &all, at_once, watch)?;
        drop(all);
        drop((from, to));
        let mut pace = Pace::begin(watch, Stage::Numbering, 0)?;
        let knots = potential::refine(&mut numbering, out.lists(), potential, &mut pace)?;
        let slots = |nodes: &[u32]| -> Vec<Slot> {
            nodes.iter().filter_map(|node| numbering.slots.get(*node as usize).copied()).collect()
        };
        let (from, to) = (slots(potential.from), slots(potential.to));
        let into = Shared::zeros(out.lists().edges());
        let mut snapshot = Self::numbered(parts, (numbering, into), out, (at_once, watch))?;
        let potential = Edges { from: &from, to: &to };
        let mut pace = Pace::begin(watch, Stage::Listing, 0)?;
        let potential = Potential::of(potential, knots, snapshot.view().into, &mut pace)?;
        snapshot.potential = Some(Arc::new(potential));
        Ok(Ok(snapshot))
    }

    fn numbered<E: Send>(
        parts: &[Part],
        (numbering, into): (Numbering, Shared),
        out: &Out<'_>,
        (at_once, watch): (bool, Watch<'_, E>),
    ) -> Result<Self, E> {
        let lists = out.lists();
        let mut pace = Pace::begin(watch, Stage::Listing, lists.edges() + lists.len() as usize)?;
        let written = write::write((lists, &out.reached), (&numbering, into), at_once, &mut pace)?;
        let Numbering { slots, nodes, knots, ends } = numbering;
        let mut holder = vec![0u64; nodes.len().div_ceil(64)];
        for (word, nodes) in holder.iter_mut().zip(nodes.chunks(64)) {
            let is_holder = |node: &u32| parts.get(*node as usize) == Some(&Part::Holder);
            let bits = nodes.iter().enumerate().map(|(at, node)| u64::from(is_holder(node)) << at);
            *word = bits.fold(0, |all, bit| all | bit);
        }
        let Written { pull, last, into } = written;
        let arrays = Arrays { slots, nodes, holder, pull, last, into };
        Ok(Self { ends, knots, hold: arrays.hold(), potential: None })
    }

    #[inline(always)]
    fn view(&self) -> &View<'_> {
        self.hold.get()
    }

    /// How many nodes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.view().nodes.len()
    }

    /// True without any node.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.view().nodes.is_empty()
    }

    /// How many proven edges.
    #[must_use]
    pub fn edges(&self) -> usize {
        self.view().into.edges()
    }

    /// How many potential edges.
    #[must_use]
    pub fn potential_edges(&self) -> usize {
        self.potential().map_or(0, Potential::edges)
    }

    /// Where a node is.
    #[must_use]
    pub fn slot(&self, node: u32) -> Option<Slot> {
        self.view().slots.get(node as usize).copied()
    }

    /// Which node is at a slot.
    #[must_use]
    pub fn node(&self, slot: Slot) -> Option<u32> {
        self.view().nodes.get(slot as usize).copied()
    }

    /// Whether a slot holds somebody.
    #[must_use]
    pub fn is_holder(&self, slot: Slot) -> bool {
        let word = self.view().holder.get(slot as usize / 64).copied().unwrap_or_default();
        word >> (slot % 64) & 1 == 1
    }

    /// The slots that hold somebody, as one bit a slot.
    #[inline(always)]
    pub(super) fn holder_bits(&self) -> &[u64] {
        self.view().holder
    }

    /// From whom a slot gains, what rules cannot look behind last.
    pub fn gained(&self, slot: Slot) -> impl Iterator<Item = Slot> + '_ {
        self.view().pull.row(slot).iter().chain(self.view().last.row(slot)).copied()
    }

    /// Who gains from a slot.
    #[must_use]
    pub fn gainers(&self, slot: Slot) -> &[Slot] {
        self.view().into.row(slot)
    }

    /// Who gains from any of several slots, list behind list.
    #[must_use]
    pub fn gainers_of(&self, slots: Range<Slot>) -> &[Slot] {
        self.view().into.rows(slots)
    }

    /// Edges that lead on, by who gains: the part of [`Snapshot::gained`] that a rule looks behind.
    #[must_use]
    #[inline(always)]
    pub fn pull(&self) -> Lists<'_> {
        self.view().pull
    }

    /// Edges that lead to goals and aside, by who gains.
    #[must_use]
    #[inline(always)]
    pub fn last(&self) -> Lists<'_> {
        self.view().last
    }

    /// Slots of what reaches no goal and is none.
    #[must_use]
    pub fn aside(&self) -> Range<Slot> {
        0..self.ends.aside
    }

    /// Slots of nodes that nobody gains from and that reach a goal.
    #[must_use]
    pub fn leaves(&self) -> Range<Slot> {
        self.ends.lateral..self.ends.leaves
    }

    /// Slots that lead on and that somebody gains from, in an order in which all access leads back.
    #[must_use]
    pub fn inner(&self) -> Range<Slot> {
        self.ends.goals..self.ends.lateral
    }

    /// Those of [`Snapshot::inner`] that gain nothing from a holder.
    #[must_use]
    pub fn shared(&self) -> Range<Slot> {
        self.ends.goals..self.ends.shared
    }

    /// Ranges of slots that reach each other by proven edges, as first and one past the last, in order.
    /// Every other slot reaches lower ones only.
    #[must_use]
    pub fn knots(&self) -> &[(Slot, Slot)] {
        &self.knots
    }
}
