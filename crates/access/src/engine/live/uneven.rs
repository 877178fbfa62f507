//! Knots whose members do not have the same rows: those that were tied by this batch. In every other
//! knot one member tells what all of them have.

use std::collections::BTreeMap;

use super::graph::Graph;
use super::order::Tied;
use crate::engine::snapshot::Slot;

/// Knots that were just tied, by head.
#[derive(Debug, Default)]
pub(super) struct Uneven {
    /// What each was tied of; none where it was tied more than once.
    knots: BTreeMap<Slot, Option<Tied>>,
}

impl Uneven {
    /// Takes a member of each knot that was tied, as often as it was.
    pub(super) fn of(graph: &Graph, tied: Vec<(Slot, Tied)>) -> Self {
        let mut knots = BTreeMap::new();
        for (slot, of) in tied {
            let again = knots.contains_key(&graph.order.head(slot));
            knots.insert(graph.order.head(slot), (!again).then_some(of));
        }
        Self { knots }
    }

    /// Members whose rows together are all that the tied knots have.
    pub(super) fn handed(&self, graph: &Graph) -> Vec<Slot> {
        let mut handed = Vec::new();
        for (head, tied) in &self.knots {
            match tied {
                Some(tied) => handed.extend(tied.others.iter().chain([&tied.one])),
                None => handed.extend(graph.order.members(head)),
            }
        }
        handed
    }

    /// Of the members of a knot those that may lack something, where `lacks` tells it of one.
    pub(super) fn lacking<'a>(
        &'a self,
        members: &'a [Slot],
        lacks: impl Fn(Slot) -> bool,
    ) -> &'a [Slot] {
        let Some(head) = members.first().filter(|_| members.len() > 1) else { return members };
        match self.knots.get(head) {
            None if lacks(*head) => members,
            None => &[],
            Some(Some(tied)) if !lacks(tied.one) => &tied.others,
            Some(_) => members,
        }
    }
}
