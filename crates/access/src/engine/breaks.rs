//! What it takes to break toxic access over a [`Snapshot`](super::snapshot::Snapshot): the single edges
//! that break most or clear most findings, the fewest edges that break what was chosen, and what a change would open and clear.
//! Changes nothing and knows no clock: whoever asks hands in when to stop.
//!
//! What is broken is counted in pairs of a rule and a holder who meets it. An edge is one fact: two edges
//! between the same nodes are two, taking one of them away breaks nothing, and both have to go to cut the
//! way.

mod bridge;
mod clearing;
mod crew;
mod flow;
mod hitting;
mod knot;
mod meeting;
mod meter;
mod overlay;
mod region;
mod rows;
mod side;
mod single;
mod smallest;

pub use self::clearing::{Clearer, Clearing, Clears, Group, clearing};
pub use self::meter::{Limits, WORK_MAX};
pub(super) use self::meter::{Meter, Stopped};
pub use self::overlay::{BadChange, Change, WhatIf, what_if};
pub use self::single::{Break, Singles, single};
pub use self::smallest::{CutEdge, Smallest, WITNESSES_MAX, smallest};

/// A rule, by its position, and a holder, by the node's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pair {
    /// Position of the rule.
    pub rule: usize,
    /// Number of the node.
    pub holder: u32,
}
