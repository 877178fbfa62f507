//! What an engine can be asked, by the ids of nodes and the fingerprints of findings. The answers are
//! worked out by the modules beside this one.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use super::answer::{
    Answer, Ask, BadEdit, Blast, Cut, CutSet, EdgeFilter, Edit, Held, Holder, Stats,
    UnknownFinding, UnknownNode, Ways, WhatIf, WhoCan,
};
use super::ask::Asking;
use super::breaks::Limits;
use super::delta::{self, Delta};
use super::moved::{Ground, Moving};
use super::revise::revise;
use super::watch::Watch;
use super::within::{Bound, Within};
use super::{Engine, cut, judge, search, stats};
use crate::edge::EdgeKey;
use crate::finding::{Fingerprint, NodeRef};
use crate::node::NodeId;

impl Engine {
    /// The graph in figures.
    #[must_use]
    pub fn stats(&self) -> Stats {
        stats::stats(&self.graph)
    }

    /// Edges with an end that no source knows, in order, each once.
    #[must_use]
    pub fn dangling(&self) -> &[EdgeKey] {
        self.graph.dangling()
    }

    /// Whether some source knows a node.
    #[must_use]
    pub fn knows(&self, id: &NodeId) -> bool {
        self.known(id).is_ok()
    }

    /// Everything that a node reaches, itself not counted.
    ///
    /// # Errors
    /// When no source knows the node.
    pub fn reach(&self, id: &NodeId, filter: &EdgeFilter) -> Result<Answer<Holder>, UnknownNode> {
        self.reach_within(id, filter, Within::default())
    }

    /// The same within limits; where one is met, that is said and `total` counts what was come by.
    ///
    /// # Errors
    /// When no source knows the node.
    pub fn reach_within(
        &self,
        id: &NodeId,
        filter: &EdgeFilter,
        within: Within<'_>,
    ) -> Result<Answer<Holder>, UnknownNode> {
        Ok(self.asking(within).reach(self.known(id)?, filter))
    }

    /// The entitlements that a node has in the end, each with its direct sources.
    ///
    /// # Errors
    /// When no source knows the node.
    pub fn held(&self, id: &NodeId) -> Result<Answer<Held>, UnknownNode> {
        self.held_within(id, Within::default())
    }

    /// The same within limits; where one is met, that is said.
    ///
    /// # Errors
    /// When no source knows the node.
    pub fn held_within(
        &self,
        id: &NodeId,
        within: Within<'_>,
    ) -> Result<Answer<Held>, UnknownNode> {
        Ok(self.asking(within).held(self.known(id)?))
    }

    /// A node as outputs name it, where some source knows it.
    #[must_use]
    pub fn named(&self, id: &NodeId) -> Option<NodeRef> {
        self.graph.node_ref(self.graph.find(id)?)
    }

    /// When a node was last used, where a source says so.
    #[must_use]
    pub fn last_used(&self, id: &NodeId) -> Option<Timestamp> {
        self.graph.last_used(self.graph.find(id)?)
    }

    /// The `limit` nodes whose name or id fits best, and how many fit: the same text first, then one
    /// that begins so, then one that holds it. Upper and lower case count alike.
    #[must_use]
    pub fn search(&self, words: &str, limit: usize) -> (Vec<NodeRef>, usize) {
        search::search(&self.graph, words, limit)
    }

    /// Who reaches a node: identities, accounts, and groups without a known member.
    ///
    /// # Errors
    /// When no source knows the node.
    pub fn who_can_node(
        &self,
        id: &NodeId,
        filter: &EdgeFilter,
    ) -> Result<Answer<Holder>, UnknownNode> {
        self.who_can_node_within(id, filter, Within::default())
    }

    /// The same within limits; where one is met, that is said and `total` counts what was come by.
    ///
    /// # Errors
    /// When no source knows the node.
    pub fn who_can_node_within(
        &self,
        id: &NodeId,
        filter: &EdgeFilter,
        within: Within<'_>,
    ) -> Result<Answer<Holder>, UnknownNode> {
        Ok(self.asking(within).who_can_node(self.known(id)?, filter))
    }

    /// Who reaches an entitlement that covers what is asked: identities, accounts, and groups
    /// without a known member.
    #[must_use]
    pub fn who_can(&self, ask: &Ask, filter: &EdgeFilter) -> WhoCan {
        self.who_can_within(ask, filter, Within::default())
    }

    /// The same within limits; where one is met, that is said and `total` counts what was come by.
    #[must_use]
    pub fn who_can_within(&self, ask: &Ask, filter: &EdgeFilter, within: Within<'_>) -> WhoCan {
        self.asking(within).who_can(ask, filter)
    }

    /// The distinct resources that a node reaches: resources, and for entitlements that apply to
    /// none their own text within their system.
    ///
    /// # Errors
    /// When no source knows the node.
    pub fn blast(&self, id: &NodeId, filter: &EdgeFilter) -> Result<Blast, UnknownNode> {
        self.blast_within(id, filter, Within::default())
    }

    /// The same within limits; where one is met, that is said and the figures count what was come by.
    ///
    /// # Errors
    /// When no source knows the node.
    pub fn blast_within(
        &self,
        id: &NodeId,
        filter: &EdgeFilter,
        within: Within<'_>,
    ) -> Result<Blast, UnknownNode> {
        Ok(self.asking(within).blast(self.known(id)?, filter))
    }

    /// The shortest ways from one node to another.
    ///
    /// # Errors
    /// When no source knows one of the nodes.
    pub fn path(
        &self,
        from: &NodeId,
        to: &NodeId,
        filter: &EdgeFilter,
    ) -> Result<Ways, UnknownNode> {
        self.path_within(from, to, filter, Within::default())
    }

    /// The same within limits, of which the depth does not matter: the shortest are the shortest.
    ///
    /// # Errors
    /// When no source knows one of the nodes.
    pub fn path_within(
        &self,
        from: &NodeId,
        to: &NodeId,
        filter: &EdgeFilter,
        within: Within<'_>,
    ) -> Result<Ways, UnknownNode> {
        let within = Within { depth: None, ..within };
        Ok(self.asking(within).ways(self.known(from)?, self.known(to)?, filter))
    }

    /// The single edges whose removal clears a finding: nobody whom it affects is left under its
    /// rule. Edges that say what an entitlement applies to give no access and are not among them.
    ///
    /// # Errors
    /// When there is no such finding.
    pub fn cut(&self, fingerprint: &Fingerprint) -> Result<Cut, UnknownFinding> {
        self.cut_within(fingerprint, cut_limits())
    }

    /// The same within limits. Where one is met, better edges may have been missed and those that are
    /// named may clear more than is said.
    ///
    /// # Errors
    /// When there is no such finding.
    pub fn cut_within(
        &self,
        fingerprint: &Fingerprint,
        limits: Limits<'_>,
    ) -> Result<Cut, UnknownFinding> {
        if !self.judged.findings.contains_key(fingerprint) {
            return Err(UnknownFinding(fingerprint.clone()));
        }
        Ok(cut::of_finding(self.cutting(limits), self.rests_on(), fingerprint))
    }

    /// The `top` single edges whose removal clears most findings.
    #[must_use]
    pub fn cut_all(&self, top: usize) -> Cut {
        self.cut_all_within(top, cut_limits())
    }

    /// The same within limits. Where one is met, better edges may have been missed and those that are
    /// named may clear more than is said.
    #[must_use]
    pub fn cut_all_within(&self, top: usize, limits: Limits<'_>) -> Cut {
        cut::of_all(self.cutting(limits), self.rests_on(), top)
    }

    /// The fewest edges whose removal together clears all of these findings.
    ///
    /// # Errors
    /// When one of them is not there.
    pub fn cut_set(
        &self,
        findings: &BTreeSet<Fingerprint>,
        limits: Limits<'_>,
    ) -> Result<CutSet, UnknownFinding> {
        let is_unknown = |it: &&Fingerprint| !self.judged.findings.contains_key(*it);
        if let Some(unknown) = findings.iter().find(is_unknown) {
            return Err(UnknownFinding(unknown.clone()));
        }
        Ok(cut::of_set(self.cutting(limits), self.rests_on(), findings))
    }

    /// What an edit would do to the findings. Nothing is changed.
    ///
    /// # Errors
    /// When an added edge has an end that no source knows, or no source says a removed one.
    pub fn what_if(&self, edit: &Edit) -> Result<WhatIf, BadEdit> {
        let Ok(answer) = self.what_if_within(edit, Watch::NOBODY);
        answer
    }

    /// The same, watched.
    ///
    /// # Errors
    /// When it was called off.
    pub fn what_if_within<E: Send>(
        &self,
        edit: &Edit,
        watch: Watch<'_, E>,
    ) -> Result<Result<WhatIf, BadEdit>, E> {
        if let Err(bad) = self.check(edit) {
            return Ok(Err(bad));
        }
        let graph = Arc::new(revise(&self.graph, &self.runs, edit, watch)?);
        let judged = judge::renew(&graph, &self.packs, self.before(), watch)?;
        let now = Ground { graph: &graph, packs: &self.packs };
        let moving = Moving::new(self.ground(), now, watch);
        let (before, now) = (&self.judged.findings, &judged.findings);
        let Delta { opened, changed, ended, .. } =
            delta::difference(before, now, |both| moving.each(both))?;
        let partial = (!judged.notes.is_empty()).then(|| judged.notes.join("; "));
        Ok(Ok(WhatIf { ended, opened, changed, partial, rests_on: self.rests_on() }))
    }

    /// Whether all that an edit names is there.
    fn check(&self, edit: &Edit) -> Result<(), BadEdit> {
        for edge in &edit.add {
            self.known(&edge.key.source)?;
            self.known(&edge.key.target)?;
        }
        if let Some(edge) = edit.remove.iter().find(|edge| !self.graph.has_edge(edge)) {
            return Err(BadEdit::Edge(edge.clone()));
        }
        Ok(())
    }

    fn asking<'a>(&'a self, within: Within<'a>) -> Asking<'a> {
        Asking { graph: &self.graph, rests_on: self.rests_on(), bound: Bound::new(within) }
    }

    fn cutting<'a>(&'a self, limits: Limits<'a>) -> cut::Asked<'a> {
        let (packs, findings) = (&self.packs, &self.judged.findings);
        cut::Asked { graph: &self.graph, packs, findings, limits }
    }
}

fn cut_limits() -> Limits<'static> {
    Limits { work: cut::CUT_WORK_MAX, ..Limits::default() }
}
