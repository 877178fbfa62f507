//! How far a question about reach goes: most edges from where it begins, most nodes that it comes by, most
//! work, and a stop from outside. What was met is said in words; an answer never looks whole when it is not.

use super::breaks::{Limits, Meter};

/// Most nodes that one walk of a question comes by.
pub const REACHED_MAX: usize = 50_000_000;

/// Most edges looked at for one question about reach.
pub const REACH_WORK_MAX: u64 = 2_000_000_000;

/// How far a question about reach goes.
#[derive(Debug, Clone, Copy)]
pub struct Within<'a> {
    /// Most edges from where it begins; none for however many.
    pub depth: Option<usize>,
    /// Most nodes that a walk comes by.
    pub nodes: usize,
    /// Most work, and whether to stop.
    pub cost: Limits<'a>,
}

impl Default for Within<'_> {
    fn default() -> Self {
        let cost = Limits { work: REACH_WORK_MAX, ..Limits::default() };
        Self { depth: None, nodes: REACHED_MAX, cost }
    }
}

/// What the walks of one question may still do, and which limits they met.
#[derive(Debug)]
pub(super) struct Bound<'a> {
    pub(super) depth: usize,
    pub(super) nodes: usize,
    pub(super) meter: Meter<'a>,
    /// There is more beyond the depth.
    pub(super) is_deeper: bool,
    /// There are more nodes than may be come by.
    pub(super) is_wider: bool,
    /// It was broken off.
    pub(super) is_stopped: bool,
}

impl<'a> Bound<'a> {
    pub(super) fn new(within: Within<'a>) -> Self {
        Self {
            depth: within.depth.unwrap_or(usize::MAX),
            nodes: within.nodes,
            meter: Meter::new(within.cost),
            is_deeper: false,
            is_wider: false,
            is_stopped: false,
        }
    }

    /// Which limits were met, in words.
    pub(super) fn why_partial(&self) -> Vec<String> {
        let Self { depth, nodes, .. } = self;
        let edges = if *depth == 1 { "edge" } else { "edges" };
        let each = [
            (self.is_deeper, format!("what is more than {depth} {edges} away was not looked at")),
            (self.is_wider, format!("no more than {nodes} nodes were come by")),
            (self.is_stopped, "a limit on work or time was met before all was come by".to_owned()),
        ];
        each.into_iter().filter(|(is_met, _)| *is_met).map(|(_, words)| words).collect()
    }
}
