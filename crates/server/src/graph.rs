//! The access graph that this node keeps in memory, with the position up to which runs are in it.
//! Written by the judge alone, read by whoever decides or asks.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use countersign_access::engine::Engine;
use countersign_access::fact::SourceId;
use countersign_access::finding::Finding;
use countersign_access::node::NodeId;
use jiff::Timestamp;

/// The graph as of a position.
#[derive(Debug)]
pub struct Shown {
    /// Effective access and findings.
    pub engine: Engine,
    /// Position of the last run in it; 0 before the first.
    pub position: i64,
}

/// A handle on the graph; clones share it.
#[derive(Debug, Clone)]
pub struct Graph(Arc<RwLock<Shown>>);

impl Graph {
    /// Keeps this engine, at this position.
    #[must_use]
    pub fn new(engine: Engine, position: i64) -> Self {
        Self(Arc::new(RwLock::new(Shown { engine, position })))
    }

    /// Looks at the graph. Hold it briefly: the judge waits meanwhile.
    pub fn read(&self) -> RwLockReadGuard<'_, Shown> {
        // A panic while reading leaves the graph as it was.
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the graph; only the judge does.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut Shown) -> T) -> T {
        change(&mut self.0.write().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Shown {
    /// Start and completeness of the newest read on which all of these sources rest: the oldest of
    /// them, complete when each is.
    #[must_use]
    pub fn as_of<'a>(
        &self,
        sources: impl IntoIterator<Item = &'a SourceId>,
    ) -> Option<(Timestamp, bool)> {
        let rests_on = self.engine.rests_on();
        let mut oldest: Option<(Timestamp, bool)> = None;
        for source in sources {
            let read = rests_on.iter().find(|it| &it.source == source)?;
            oldest = Some(match oldest {
                Some((at, complete)) => (at.min(read.read_at), complete && read.complete),
                None => (read.read_at, read.complete),
            });
        }
        oldest
    }

    /// Whether a limit cut the evaluation of a rule off: then what is not among its findings may still
    /// be there. A remark that names no rule counts for each.
    #[must_use]
    pub fn is_cut_off(&self, rule: &str) -> bool {
        self.engine.partial().iter().any(|remark| concerns(remark, rule))
    }

    /// Who of those that a finding affected still has the combination, on whatever path: the node
    /// and the ids along its first path.
    #[must_use]
    pub fn still(&self, finding: &Finding) -> Vec<Still> {
        let mut still = Vec::new();
        for node in &finding.affected {
            if let Some(path) = self.path_of(&finding.rule, &node.id) {
                still.push(Still { node: node.id.clone(), name: node.name.clone(), path });
            }
        }
        still
    }

    /// The path by which a node meets a rule, by name, if it does. A rule that is no longer loaded
    /// is met by nobody.
    #[must_use]
    pub fn path_of(&self, rule: &str, node: &NodeId) -> Option<Vec<String>> {
        let still = self.engine.still(rule, node).ok().flatten()?;
        let first = still.paths.into_iter().next().unwrap_or_default();
        Some(first.into_iter().map(|step| step.node.name).collect())
    }
}

/// Somebody who still has a toxic combination.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Still {
    /// Who.
    pub node: NodeId,
    /// Their name.
    pub name: String,
    /// Through what, by name, from them to the entitlement.
    pub path: Vec<String>,
}

/// Whether a remark of the engine is about this rule, or about none.
fn concerns(remark: &str, rule: &str) -> bool {
    !remark.starts_with("rule `") || remark.starts_with(&format!("rule `{rule}`:"))
}

#[cfg(test)]
mod tests {
    use super::concerns;

    #[test]
    fn a_remark_concerns_the_rule_that_it_names_and_each_when_it_names_none() {
        let remark = "rule `p2p.both`: only its first 100000 findings were kept";
        assert!(concerns(remark, "p2p.both"));
        assert!(!concerns(remark, "p2p"));
        assert!(!concerns(remark, "payroll.both"));
        assert!(concerns("only a part of the graph was looked at", "payroll.both"));
    }
}
