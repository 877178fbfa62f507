//! Effective access and toxic combinations over the facts of all sources, in memory. A simple and
//! right evaluation: a change judges anew what it can have touched, and nothing else. Reads no file,
//! knows no clock, decides nothing.

mod answer;
mod ask;
mod behind;
pub mod breaks;
mod compare;
mod component;
mod cover;
mod cut;
mod delta;
mod difference;
mod explain;
mod graph;
mod held;
mod hygiene;
mod judge;
pub mod live;
mod merge;
mod moved;
mod numbered;
mod question;
pub mod radius;
mod renew;
mod revise;
mod room;
mod rows;
mod search;
mod select;
pub mod snapshot;
mod stats;
mod still;
pub mod sweep;
mod toxic;
mod trial;
mod walk;
mod watch;
mod ways;
mod within;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub use answer::{
    ANSWERS_MAX, Answer, Ask, BadEdit, Behind, Blast, Changes, Cut, CutEdge, CutSet, Difference,
    EdgeFilter, Edit, Held, Holder, Sensitive, Source, Stats, Still, UnknownFinding, UnknownNode,
    UnknownRule, Verified, Ways, WhatIf, WhoCan,
};
pub use behind::BEHIND_MAX;
pub use cut::{CUT_PAIRS_MAX, CUT_TRIALS_MAX, CUT_WORK_MAX};
pub use delta::Delta;
pub use held::SOURCES_MAX;
pub use judge::FINDINGS_PER_RULE_MAX;
pub use moved::{ChangedFinding, Moved};
pub use room::AFFECTED_KEPT_MAX;
pub use select::SAME_VALUES_MAX;
pub use watch::{Stage, Watch};
pub use ways::{
    FindingWays, NoWays, OneWay, SideWays, WAY_EDGES, WAY_EDGES_MAX, WAYS_LISTED, WAYS_MAX,
    WAYS_WORK_MAX, WayLimits,
};
pub use within::{REACH_WORK_MAX, REACHED_MAX, Within};

use self::delta::Cause;
use self::graph::{Graph, Ix};
use self::judge::{Before, Judged};
use self::merge::Runs;
use self::moved::{Ground, Moving};
use self::revise::revise;
use crate::fact::{RestsOn, Run, SourceId};
use crate::finding::{Finding, Fingerprint};
use crate::node::NodeId;
use crate::rule::{Pack, Rule};

/// The graph of all sources with its findings.
#[derive(Debug, Clone)]
pub struct Engine {
    runs: Runs,
    packs: Arc<[Pack]>,
    graph: Arc<Graph>,
    judged: Judged,
    withheld: delta::Withheld,
}

impl Engine {
    /// Evaluates the facts of all sources against the packs. Several runs of one source are taken
    /// in one after the other, as [`Engine::apply`] does.
    #[must_use]
    pub fn build(runs: Vec<Run>, packs: Vec<Pack>) -> Self {
        let Ok(engine) = Self::build_within(runs, packs, Watch::NOBODY);
        engine
    }

    /// The same, watched.
    ///
    /// # Errors
    /// When it was called off.
    pub fn build_within<E: Send>(
        runs: Vec<Run>,
        packs: Vec<Pack>,
        watch: Watch<'_, E>,
    ) -> Result<Self, E> {
        let mut kept = Runs::new();
        for run in runs {
            merge::take_in(&mut kept, run);
        }
        let graph = Arc::new(Graph::build(&kept, &Edit::default(), watch)?);
        let packs: Arc<[Pack]> = packs.into();
        let judged = judge::evaluate(&graph, &packs, watch)?;
        Ok(Self { runs: kept, packs, graph, judged, withheld: BTreeMap::new() })
    }

    /// Takes in one source's new run. A complete run replaces what that source said before; a
    /// partial one only adds and updates, and ends nothing ([`Delta::withheld`]).
    pub fn apply(&mut self, run: Run) -> Delta {
        let (next, delta) = self.after(run);
        *self = next;
        delta
    }

    /// What [`Engine::apply`] would make of it, as an engine of its own: this one goes on answering
    /// meanwhile. Both share the facts of every other source.
    #[must_use]
    pub fn after(&self, run: Run) -> (Self, Delta) {
        let Ok(after) = self.after_within(run, Watch::NOBODY);
        after
    }

    /// The same, watched.
    ///
    /// # Errors
    /// When it was called off.
    pub fn after_within<E: Send>(&self, run: Run, watch: Watch<'_, E>) -> Result<(Self, Delta), E> {
        let source = run.source.clone();
        let complete = run.is_complete();
        let mut runs = self.runs.clone();
        merge::take_in(&mut runs, run);
        let next = self.with_runs(runs, watch)?;
        let cause = if complete { Cause::Complete(&source) } else { Cause::Partial(&source) };
        self.turned_into(next, cause, watch)
    }

    /// Judges by other rules from now on.
    pub fn set_packs(&mut self, packs: Vec<Pack>) -> Delta {
        let (runs, graph) = (self.runs.clone(), Arc::clone(&self.graph));
        let Ok(next) = self.renewed(runs, graph, packs.into(), Watch::NOBODY);
        self.become_next(next, Cause::Rules)
    }

    /// Forgets a source and all that it said. What other sources say stays.
    pub fn remove_source(&mut self, source: &SourceId) -> Delta {
        let mut runs = self.runs.clone();
        runs.remove(source);
        let Ok(next) = self.with_runs(runs, Watch::NOBODY);
        self.become_next(next, Cause::Complete(source))
    }

    /// Keeps back a finding that was known before this engine was built from the facts: when it is not
    /// there and some source is read incompletely, that source may have taken it, and nothing ends
    /// before each such source was read completely. Does nothing when it is there, or all is complete.
    pub fn withhold(&mut self, finding: Finding) {
        let partial = self.runs.values().filter(|run| !run.is_complete());
        let holders: BTreeSet<SourceId> = partial.map(|run| run.source.clone()).collect();
        if !holders.is_empty() && !self.judged.findings.contains_key(&finding.fingerprint) {
            self.withheld.insert(finding.fingerprint.clone(), (holders, Arc::new(finding)));
        }
    }

    /// All findings, by fingerprint.
    #[must_use]
    pub fn findings(&self) -> &BTreeMap<Fingerprint, Arc<Finding>> {
        &self.judged.findings
    }

    /// Findings that are no longer there, but only by reads that did not see everything.
    pub fn withheld(&self) -> impl Iterator<Item = &Finding> {
        self.withheld.values().map(|(_, finding)| finding.as_ref())
    }

    /// Whether a finding is among the withheld ones.
    #[must_use]
    pub fn is_withheld(&self, fingerprint: &Fingerprint) -> bool {
        self.withheld.contains_key(fingerprint)
    }

    /// Those of the nodes of which a source says something, as a node or as an end of an edge, whose
    /// last read was incomplete: it may not have seen all that it would say of them.
    #[must_use]
    pub fn in_doubt<'a>(&self, nodes: &BTreeSet<&'a NodeId>) -> BTreeSet<&'a NodeId> {
        let mut doubt = BTreeSet::new();
        for run in self.runs.values().filter(|run| !run.is_complete()) {
            let ends = run.facts.edges.iter().flat_map(|edge| [&edge.key.source, &edge.key.target]);
            let said = run.facts.nodes.iter().map(|node| &node.id).chain(ends);
            doubt.extend(said.filter_map(|id| nodes.get(id).copied()));
        }
        doubt
    }

    /// Which limits the evaluation met, in words; empty when the findings are all there are.
    #[must_use]
    pub fn partial(&self) -> &[String] {
        &self.judged.notes
    }

    /// What the answers rest on, by source.
    #[must_use]
    pub fn rests_on(&self) -> Vec<RestsOn> {
        self.runs
            .values()
            .map(|run| RestsOn {
                source: run.source.clone(),
                read_at: run.read_at,
                complete: run.is_complete(),
            })
            .collect()
    }

    /// What a source said last, with what its incomplete reads added; none when it was never read.
    #[must_use]
    pub fn said_by(&self, source: &SourceId) -> Option<&Run> {
        self.runs.get(source).map(Arc::as_ref)
    }

    /// Evaluates everything anew and compares it with what is kept.
    #[must_use]
    pub fn verify(&self) -> Verified {
        let Ok(verified) = self.verify_within(Watch::NOBODY);
        verified
    }

    /// The same, watched.
    ///
    /// # Errors
    /// When it was called off.
    pub fn verify_within<E: Send>(&self, watch: Watch<'_, E>) -> Result<Verified, E> {
        let graph = Graph::build(&self.runs, &Edit::default(), watch)?;
        let judged = judge::evaluate(&graph, &self.packs, watch)?;
        let first_difference = match self.judged.first_difference(&judged) {
            None => compare::first_difference(&self.graph, &graph, watch)?,
            first => first,
        };
        Ok(Verified { equal: first_difference.is_none(), first_difference })
    }

    /// Whether a node still meets all sides of a rule, through which root causes and paths. None
    /// when it does not, which includes that no source knows the node any more.
    ///
    /// # Errors
    /// When no loaded pack has the rule.
    pub fn still(&self, rule: &str, node: &NodeId) -> Result<Option<Still>, UnknownRule> {
        Ok(self.still_many(rule, [node])?.into_values().next())
    }

    /// The same for many nodes, with one evaluation of the rule: those that still meet it.
    ///
    /// # Errors
    /// When no loaded pack has the rule.
    pub fn still_many<'a>(
        &self,
        rule: &str,
        nodes: impl IntoIterator<Item = &'a NodeId>,
    ) -> Result<BTreeMap<NodeId, Still>, UnknownRule> {
        let rule = self.rule(rule)?;
        let known: BTreeSet<Ix> =
            nodes.into_iter().filter_map(|node| self.graph.find(node)).collect();
        let met = still::still(&self.graph, rule, &known);
        let named = met.into_iter().filter_map(|(ix, still)| {
            let node = self.graph.node(ix)?;
            Some((node.id.clone(), still))
        });
        Ok(named.collect())
    }

    /// Whether a loaded pack has this rule.
    #[must_use]
    pub fn has_rule(&self, id: &str) -> bool {
        self.rule(id).is_ok()
    }

    /// Everything that meets all sides of a rule, proven or potential: the nodes for which
    /// [`Engine::still`] has an answer.
    ///
    /// # Errors
    /// When no loaded pack has the rule.
    pub fn meeting(&self, rule: &str) -> Result<BTreeSet<NodeId>, UnknownRule> {
        let met = still::meeting(&self.graph, self.rule(rule)?);
        let nodes = met.into_iter().filter_map(|ix| self.graph.node(ix));
        Ok(nodes.map(|node| node.id.clone()).collect())
    }

    /// Everything that stands behind these nodes, themselves included: whose accounts and credentials
    /// they are, who acts for whom, and the same identities under their other accounts.
    #[must_use]
    pub fn behind<'a>(&self, nodes: impl IntoIterator<Item = &'a NodeId>, limit: usize) -> Behind {
        let starts = nodes.into_iter().filter_map(|node| self.graph.find(node));
        let found = behind::behind(&self.graph, starts, limit);
        let nodes = found.nodes.into_iter().filter_map(|ix| self.graph.node(ix));
        Behind { nodes: nodes.map(|node| node.id.clone()).collect(), is_cut: found.is_cut }
    }

    fn ground(&self) -> Ground<'_> {
        Ground { graph: &self.graph, packs: &self.packs }
    }

    fn before(&self) -> Before<'_> {
        Before { graph: &self.graph, packs: &self.packs, judged: &self.judged }
    }

    /// What follows from other facts: only rules that the difference can have touched are judged anew.
    fn with_runs<E: Send>(&self, runs: Runs, watch: Watch<'_, E>) -> Result<Self, E> {
        let graph = Arc::new(revise(&self.graph, &runs, &Edit::default(), watch)?);
        self.renewed(runs, graph, Arc::clone(&self.packs), watch)
    }

    fn renewed<E: Send>(
        &self,
        runs: Runs,
        graph: Arc<Graph>,
        packs: Arc<[Pack]>,
        watch: Watch<'_, E>,
    ) -> Result<Self, E> {
        let judged = judge::renew(&graph, &packs, self.before(), watch)?;
        Ok(Self { runs, packs, graph, judged, withheld: BTreeMap::new() })
    }

    fn become_next(&mut self, next: Self, cause: Cause<'_>) -> Delta {
        let Ok((next, delta)) = self.turned_into(next, cause, Watch::NOBODY);
        *self = next;
        delta
    }

    /// The next engine with what this one withheld, and what is different in it.
    fn turned_into<E: Send>(
        &self,
        mut next: Self,
        cause: Cause<'_>,
        watch: Watch<'_, E>,
    ) -> Result<(Self, Delta), E> {
        next.withheld.clone_from(&self.withheld);
        let (old, new) = (&self.judged.findings, &next.judged.findings);
        let now = Ground { graph: &next.graph, packs: &next.packs };
        let moving = Moving::new(self.ground(), now, watch);
        let delta = delta::settle(old, new, &mut next.withheld, (cause, &moving))?;
        Ok((next, delta))
    }

    fn known(&self, id: &NodeId) -> Result<Ix, UnknownNode> {
        self.graph.find(id).ok_or_else(|| UnknownNode(id.clone()))
    }

    fn rule(&self, id: &str) -> Result<&Rule, UnknownRule> {
        let mut rules = self.packs.iter().flat_map(|pack| &pack.rules);
        rules.find(|rule| rule.id == id).ok_or_else(|| UnknownRule(id.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::Timestamp;

    use super::Engine;
    use crate::edge::{Edge, EdgeKind};
    use crate::fact::{Chunk, Run, SourceId};
    use crate::node::{Node, NodeId, NodeKind};
    use crate::rule::{Body, Class, Need, Pack, Rule, Scope, Selector, Severity, Side};

    fn engine() -> Engine {
        let source = SourceId::new("app");
        let id = |name: &str| NodeId::new(name).unwrap();
        let node = |name: &str, kind| Node::new(id(name), kind, name, "app", source.at(name));
        let facts = Chunk {
            nodes: vec![node("ann", NodeKind::Person), node("all", NodeKind::Entitlement)],
            edges: vec![Edge::new(id("ann"), EdgeKind::Grants, id("all"), source.at("grant"))],
        };
        let need = Need::Any(vec![Selector::default()]);
        let rule = Rule {
            id: "any".to_owned(),
            title: String::new(),
            severity: Severity::Low,
            process: None,
            scope: Scope::default(),
            same: None,
            explanation: String::new(),
            remedy: String::new(),
            owasp_nhi: Vec::new(),
            csf: Vec::new(),
            owner: None,
            class: Class::Exposure,
            follow: Vec::new(),
            body: Body::Sides(vec![Side { name: "any".to_owned(), need }]),
        };
        let (id, version) = ("p".to_owned(), "1".to_owned());
        let pack = Pack { id, version, baseline: Vec::new(), rules: vec![rule] };
        let (read_at, unreadable) = (Timestamp::UNIX_EPOCH, Vec::new());
        Engine::build(vec![Run { source, read_at, unreadable, facts }], vec![pack])
    }

    #[test]
    fn a_kept_state_that_is_not_what_the_facts_say_is_named() {
        let sound = engine();
        assert_eq!((sound.judged.findings.len(), sound.verify().equal), (1, true));
        let difference = |engine: &Engine| engine.verify().first_difference.unwrap();
        let mut lost = sound.clone();
        lost.judged.findings.clear();
        assert!(difference(&lost).ends_with("of rule `any` is there but not kept"));
        let mut altered = sound.clone();
        altered.judged.findings.values_mut().for_each(|it| Arc::make_mut(it).affected_total = 7);
        assert!(difference(&altered).ends_with("is kept with other content"));
        let mut stale = sound.clone();
        stale.runs.values_mut().for_each(|run| Arc::make_mut(run).facts.edges.clear());
        assert!(difference(&stale).ends_with("of rule `any` is kept but not there"));
        let mut grown = sound;
        grown.packs = Arc::from([]);
        grown.judged.findings.clear();
        grown.runs.values_mut().for_each(|run| Arc::make_mut(run).facts.edges.clear());
        assert_eq!(difference(&grown), "edge `ann,grants,all` is kept but not there");
    }
}
