//! What the kernel does not say, asked of the graph without one edge: whether a root cause has somebody
//! new, and everything about defaults of the platform.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::CUT_TRIALS_MAX;
use super::case::Case;
use crate::engine::breaks::Limits;
use crate::engine::explain::{legs, tell};
use crate::engine::graph::{EdgeIx, Graph, Ix, Link, Plane};
use crate::engine::trial::{Hit, Lead, Shared, Trial};
use crate::engine::walk::Walk;
use crate::finding::Certainty;

/// Trials on one graph, with memory for many, and what they cost.
pub(super) struct Trying<'a> {
    graph: &'a Graph,
    limits: Limits<'a>,
    shared: Shared,
    walk: Walk,
    /// By position of the rule: its root causes.
    leads: BTreeMap<usize, Arc<[Lead]>>,
    tried: usize,
    walked: u64,
}

/// The graph without one edge.
pub(super) struct Without<'t, 'a> {
    trying: &'t mut Trying<'a>,
    edge: EdgeIx,
    /// By position of the rule: what it finds then. None where a limit was met.
    left: BTreeMap<usize, Option<Left>>,
}

/// What a rule finds.
struct Left {
    roots: BTreeSet<Ix>,
    affected: BTreeSet<Ix>,
}

impl<'a> Trying<'a> {
    pub(super) fn new(graph: &'a Graph, limits: Limits<'a>) -> Self {
        let (shared, walk) = (Shared::default(), Walk::new(graph));
        Self { graph, limits, shared, walk, leads: BTreeMap::new(), tried: 0, walked: 0 }
    }

    pub(super) fn may_go_on(&self) -> bool {
        self.tried < CUT_TRIALS_MAX
            && self.walked < self.limits.work
            && !(self.limits.should_stop)()
    }

    pub(super) fn without(&mut self, edge: EdgeIx) -> Without<'_, 'a> {
        Without { trying: self, edge, left: BTreeMap::new() }
    }

    /// The root cause of a finding with all whom it affects.
    pub(super) fn hit(
        &mut self,
        (rule, trial): (usize, &Trial<'a>),
        case: &Case<'_>,
    ) -> Option<Hit> {
        let leads = self.leads(rule, trial);
        let is_it = |lead: &&Lead| lead.root == case.root && lead.certainty == case.certainty;
        let lead = leads.iter().find(is_it)?.clone();
        self.hit_of(trial, lead)
    }

    /// The edges without any of which somebody else may be the root cause, or the nearest affected node
    /// have no way to it or it none to a side: those of its access, and those between nodes that reach
    /// each other where the root cause is one of them, which without one may reach each other no more.
    pub(super) fn rests_on(
        &mut self,
        (rule, trial): (usize, &Trial<'a>),
        case: &Case<'_>,
    ) -> BTreeSet<EdgeIx> {
        let Some(hit) = self.hit((rule, trial), case) else { return BTreeSet::new() };
        let plane = match case.certainty {
            Certainty::Proven => trial.proven,
            Certainty::Potential => trial.whole,
        };
        let mut edges: BTreeSet<EdgeIx> = tell(trial, &hit, &mut self.walk).edges().collect();
        // Where only the way to the root cause is potential its proven access is told, but it is one by
        // what it reaches on this plane.
        if hit.lead.by_reach {
            edges.extend(legs(trial, &hit, &mut self.walk).into_iter().flatten());
        }
        let components = self.shared.components(self.graph, &plane);
        let component = |ix: Ix| components.get(ix as usize);
        let own = component(case.root);
        let is_inside = |(edge, link): &(EdgeIx, &Link)| {
            plane.is_open(*edge, link) && component(link.from) == own && component(link.to) == own
        };
        if self.graph.out(case.root).any(|it| is_inside(&it)) {
            edges.extend(self.graph.links().filter(is_inside).map(|(edge, _)| edge));
        }
        edges
    }

    /// Whether the edge lies between nodes that reach each other and the root cause too.
    fn is_around(&self, link: &Link, root: Ix) -> bool {
        let components = self.shared.components(self.graph, &Plane::whole(&[]));
        let component = |ix: Ix| components.get(ix as usize);
        let own = component(root);
        component(link.from) == own && component(link.to) == own
    }

    fn leads(&mut self, rule: usize, trial: &Trial<'a>) -> Arc<[Lead]> {
        let (shared, walk) = (&self.shared, &mut self.walk);
        let leads = self.leads.entry(rule).or_insert_with(|| trial.leads(shared, walk).into());
        Arc::clone(leads)
    }

    fn hit_of(&mut self, trial: &Trial<'a>, lead: Lead) -> Option<Hit> {
        let hit = trial.hit(lead, &mut self.walk);
        self.walked = self.walked.saturating_add(self.walk.order().len() as u64 + 1);
        hit
    }
}

impl<'a> Without<'_, 'a> {
    /// Whether no limit was met.
    pub(super) fn is_whole(&self) -> bool {
        self.left.values().all(Option::is_some)
    }

    /// Whether a finding that the edge may clear is cleared: no finding of the same rule has the same
    /// root cause, or one of the same nodes among its affected.
    pub(super) fn is_cleared(&mut self, trial: &Trial<'a>, case: &Case<'_>) -> bool {
        let Some(link) = self.trying.graph.link(self.edge).copied() else { return false };
        if case.by_default {
            return self.is_free(trial, case);
        }
        // From here on nobody whom it affects reaches all sides any more. Where the nearest one still
        // reaches the root cause, or is it, that is no root cause any more either.
        if !case.way_in.contains(&(link.from, link.to)) {
            return true;
        }
        if self.trying.is_around(&link, case.root) {
            return self.is_free(trial, case);
        }
        // What the root cause reaches is as before, so that it is one as before. It stands for somebody
        // new when an account has lost the one who it was known to belong to, or a group its members.
        let leads = self.trying.leads(case.rule, trial);
        let without = trial.without(self.edge);
        let mut same = leads.iter().filter(|lead| lead.root == case.root);
        !same.any(|lead| self.trying.hit_of(&without, lead.clone()).is_some())
    }

    /// Judges the rule anew.
    fn is_free(&mut self, trial: &Trial<'a>, case: &Case<'_>) -> bool {
        let edge = self.edge;
        let trying = &mut *self.trying;
        let left = self.left.entry(case.rule).or_insert_with(|| {
            if !trying.may_go_on() {
                return None;
            }
            trying.tried = trying.tried.saturating_add(1);
            let hits = trial.without(edge).hits(&Shared::default(), &mut trying.walk);
            Some(Left {
                roots: hits.iter().map(|hit| hit.lead.root).collect(),
                affected: hits.into_iter().flat_map(|hit| hit.affected).collect(),
            })
        });
        left.as_ref().is_some_and(|left| {
            !left.roots.contains(&case.root)
                && !case.affected.iter().any(|ix| left.affected.contains(ix))
        })
    }
}
