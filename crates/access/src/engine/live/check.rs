//! The comparison with a full evaluation: a snapshot of the graph as it is now, all rows anew, and
//! all holders by searches that share nothing with the rows.

use super::{Live, NotTaken, Seated, band};
use crate::engine::snapshot::{Edges, Part, Snapshot};
use crate::engine::sweep;
use crate::engine::watch::{Pace, Watch};

/// Where what was kept is not what a full evaluation finds.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Difference {
    /// A node has something for a rule that it should not have, or lacks something.
    #[error("node {node} does not have what a full evaluation of rule {rule} gives it")]
    Row {
        /// The node.
        node: u32,
        /// The rule.
        rule: usize,
    },
    /// A holder counts for a rule and should not, or the other way round.
    #[error("whether node {node} meets rule {rule} is not what a full evaluation finds")]
    Holder {
        /// The holder.
        node: u32,
        /// The rule.
        rule: usize,
    },
    /// The number kept for a rule is not the number of its holders.
    #[error("{kept} holders are counted for rule {rule}, a full evaluation finds {found}")]
    Count {
        /// The rule.
        rule: usize,
        /// What was counted.
        kept: u64,
        /// What there are.
        found: u64,
    },
    /// The graph as it is cannot be evaluated in full.
    #[error(transparent)]
    NotTaken(#[from] NotTaken),
}

impl Live {
    /// Evaluates everything in full and names the first difference: first of all rows bit for bit, in
    /// order of nodes, then of the holders and counts of each rule, in order of rules. Takes as long
    /// as several full evaluations and as much memory as this holds.
    ///
    /// # Errors
    /// The first difference.
    pub fn verify(&self) -> Result<(), Difference> {
        let snapshot = self.snapshot().map_err(NotTaken::from)?;
        let sides: Vec<usize> = self.bands.iter().map(|band| band.sides).collect();
        let Ok(full) = Self::seated(&snapshot, self.rules.clone(), &sides, Watch::NOBODY);
        for node in 0..u32::try_from(self.len()).unwrap_or(u32::MAX) {
            if let Some(rule) = self.differs_at(&full, node) {
                return Err(Difference::Row { node, rule });
            }
        }
        let mut holders: Vec<Vec<u32>> = vec![Vec::new(); self.rules.len()];
        for (at, band) in self.bands.iter().enumerate() {
            let Ok(()) = self.each_met(at, &mut Pace::nobody(), |slot, met| {
                for (bit, rule) in band.rules.iter().enumerate() {
                    let rule = rule.filter(|_| met >> bit & 1 == 1);
                    if let Some(list) = rule.and_then(|rule| holders.get_mut(rule)) {
                        list.push(self.node(slot));
                    }
                }
            });
        }
        for ((rule, seated), mut mine) in self.rules.iter().enumerate().zip(holders) {
            let Some(Seated { demand, count, .. }) = seated else { continue };
            mine.sort_unstable();
            let found = sweep::holders(&snapshot, demand);
            if let Some(node) = first_difference(&mine, &found) {
                return Err(Difference::Holder { node, rule });
            }
            let found = u64::try_from(found.len()).unwrap_or(u64::MAX);
            if *count != found {
                return Err(Difference::Count { rule, kept: *count, found });
            }
        }
        Ok(())
    }

    /// The graph as it is now, in the numbers of nodes.
    ///
    /// # Errors
    /// None that was not met before: what is here could be numbered when it came.
    pub fn snapshot(&self) -> Result<Snapshot, crate::engine::snapshot::NoSnapshot> {
        let slots = self.slots.iter().copied();
        let part = |slot| {
            if self.graph.is_holder(slot) {
                Part::Holder
            } else if self.graph.is_asked(slot) {
                Part::Goal
            } else {
                Part::Other
            }
        };
        let parts: Vec<Part> = slots.map(part).collect();
        let nodes = |(from, to)| (self.node(from), self.node(to));
        let (from, to): (Vec<u32>, Vec<u32>) = self.graph.all().map(nodes).unzip();
        Snapshot::build(&parts, Edges { from: &from, to: &to })
    }

    /// The first rule for which a node has something else in a full evaluation with the same seats.
    fn differs_at(&self, full: &Self, node: u32) -> Option<usize> {
        let mut rules = Vec::new();
        for (mine, other) in self.bands.iter().zip(&full.bands) {
            let (mut row, mut expected) = (vec![0; mine.sides], vec![0; mine.sides]);
            mine.read(&self.graph, self.slot(node), &mut row);
            other.read(&full.graph, full.slot(node), &mut expected);
            row.iter_mut().zip(expected).for_each(|(word, expected)| *word ^= expected);
            if band::is_empty(&row) {
                continue;
            }
            let bits = row.iter().fold(0, |all, word| all | word);
            let seats = mine.rules.iter().enumerate().filter(|(bit, _)| bits >> bit & 1 == 1);
            rules.extend(seats.map(|(_, rule)| rule.unwrap_or(usize::MAX)));
        }
        rules.into_iter().min()
    }
}

/// The first node that is in one sorted list only.
fn first_difference(one: &[u32], other: &[u32]) -> Option<u32> {
    let at = one.iter().zip(other).position(|(one, other)| one != other);
    let at = at.unwrap_or(one.len().min(other.len()));
    one.get(at).into_iter().chain(other.get(at)).copied().min()
}
