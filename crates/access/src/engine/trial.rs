//! One rule with sides before the graph: which root causes it finds and whom each affects, first by
//! what is proven, then by what is potential. Does not write findings; that is `explain`.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::component::components;
use super::graph::{EdgeIx, Graph, Ix, Plane};
use super::select::{Catalog, Combination};
use super::toxic::{Verdict, judge};
use super::walk::{Walk, Way};
use crate::edge::EdgeKind;
use crate::finding::Certainty;
use crate::glob::Glob;
use crate::node::NodeKind;
use crate::rule::{Rule, Scope, Side};

/// One rule, made ready for this graph.
#[derive(Debug)]
pub(super) struct Trial<'a> {
    /// The graph.
    pub(super) graph: &'a Graph,
    /// The rule.
    pub(super) rule: &'a Rule,
    /// What its pack takes for granted.
    pub(super) baseline: &'a [Glob],
    /// What must come together.
    pub(super) combination: Arc<Combination>,
    /// What is proven under this rule.
    pub(super) proven: Plane,
    /// All there is.
    pub(super) whole: Plane,
}

/// One root cause.
#[derive(Debug, Clone)]
pub(super) struct Lead {
    /// The lowest node.
    pub(super) root: Ix,
    /// The shared value that makes it one; none when any does.
    pub(super) value: Option<Arc<str>>,
    /// Proven or potential.
    pub(super) certainty: Certainty,
    /// The sides are proven from the root, only the way to it is not.
    pub(super) by_reach: bool,
}

/// One root cause with those it affects.
#[derive(Debug, Clone)]
pub(super) struct Hit {
    /// The root cause.
    pub(super) lead: Lead,
    /// Whom it affects, nearest first.
    pub(super) affected: Vec<Ix>,
}

/// What is computed once per plane and used by many rules, on whatever thread.
#[derive(Debug, Default)]
pub(super) struct Shared {
    planes: Mutex<BTreeMap<Plane, Arc<Known>>>,
}

/// What is known of a plane, once somebody asked.
#[derive(Debug, Default)]
struct Known {
    components: OnceLock<Arc<[u32]>>,
    differs: OnceLock<bool>,
}

impl Shared {
    fn of(&self, plane: &Plane) -> Arc<Known> {
        // A panic while an entry is looked up leaves the map as it was.
        let mut planes = self.planes.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(planes.entry(*plane).or_default())
    }

    pub(super) fn components(&self, graph: &Graph, plane: &Plane) -> Arc<[u32]> {
        let made = || Arc::from(components(graph, plane));
        Arc::clone(self.of(plane).components.get_or_init(made))
    }

    fn differs(&self, trial: &Trial<'_>) -> bool {
        *self.of(&trial.proven).differs.get_or_init(|| {
            let open = |plane: &Plane, (edge, link)| plane.is_open(edge, link);
            trial.graph.links().any(|it| open(&trial.whole, it) && !open(&trial.proven, it))
        })
    }
}

impl<'a> Trial<'a> {
    /// Makes the rule ready.
    pub(super) fn new(
        graph: &'a Graph,
        catalog: &Catalog,
        baseline: &'a [Glob],
        rule: &'a Rule,
        sides: &[Side],
    ) -> Self {
        let combination = Combination::of(graph, catalog, sides, rule.same.as_ref());
        Self {
            graph,
            rule,
            baseline,
            combination: Arc::new(combination),
            proven: Plane::proven(&rule.follow),
            whole: Plane::whole(&rule.follow),
        }
    }

    /// The same, as if one edge were not there.
    pub(super) fn without(&self, edge: EdgeIx) -> Self {
        Self {
            combination: Arc::clone(&self.combination),
            proven: self.proven.without(edge),
            whole: self.whole.without(edge),
            ..*self
        }
    }

    /// Where the sides meet on a plane.
    pub(super) fn verdict(&self, plane: &Plane, shared: &Shared, walk: &mut Walk) -> Verdict {
        let components = shared.components(self.graph, plane);
        judge(self.graph, plane, &components, &self.combination, walk)
    }

    /// All root causes, whether they affect somebody or not, the proven ones first.
    pub(super) fn leads(&self, shared: &Shared, walk: &mut Walk) -> Vec<Lead> {
        let sure = self.verdict(&self.proven, shared, walk);
        let lead = |(root, value): (&Ix, &Option<Arc<str>>), certainty| Lead {
            root: *root,
            value: value.clone(),
            certainty,
            by_reach: certainty == Certainty::Potential && sure.is_toxic(*root),
        };
        let mut leads: Vec<Lead> =
            sure.roots.iter().map(|root| lead(root, Certainty::Proven)).collect();
        if shared.differs(self) {
            let all = self.verdict(&self.whole, shared, walk);
            leads.extend(all.roots.iter().map(|root| lead(root, Certainty::Potential)));
        }
        leads
    }

    /// Whom a root cause affects; none when nobody.
    pub(super) fn hit(&self, lead: Lead, walk: &mut Walk) -> Option<Hit> {
        let plane = match lead.certainty {
            Certainty::Proven => &self.proven,
            Certainty::Potential => &self.whole,
        };
        let by = (self.rule, self.baseline);
        let mut affected = affected(self.graph, plane, by, lead.root, walk);
        if lead.by_reach {
            walk.run(self.graph, &self.proven, Way::Backward, &[lead.root]);
            affected.retain(|&ix| !walk.reached(ix));
        }
        (!affected.is_empty()).then_some(Hit { lead, affected })
    }

    /// All root causes that affect somebody.
    pub(super) fn hits(&self, shared: &Shared, walk: &mut Walk) -> Vec<Hit> {
        let leads = self.leads(shared, walk);
        leads.into_iter().filter_map(|lead| self.hit(lead, walk)).collect()
    }
}

/// Who in the rule's scope gains what a node has, without what a default of the platform gives to
/// another; nearest first.
pub(super) fn affected(
    graph: &Graph,
    plane: &Plane,
    (rule, baseline): (&Rule, &[Glob]),
    root: Ix,
    walk: &mut Walk,
) -> Vec<Ix> {
    walk.run(graph, plane, Way::Backward, &[root]);
    standing(graph, plane, (rule, baseline), root, walk)
}

/// Those of them that the last walk came by, which went back from the node.
pub(super) fn standing(
    graph: &Graph,
    plane: &Plane,
    (rule, baseline): (&Rule, &[Glob]),
    root: Ix,
    walk: &Walk,
) -> Vec<Ix> {
    let stands =
        |ix: &Ix| stands_for_somebody(graph, plane, *ix) && is_in_scope(graph, &rule.scope, *ix);
    let is_default = is_baseline(graph, baseline, root);
    let own = |ix: &Ix| is_default && is_baseline(graph, baseline, *ix);
    walk.order().iter().copied().filter(|ix| stands(ix) && !own(ix)).collect()
}

/// Whether a node is among the defaults of a pack's platform.
pub(super) fn is_baseline(graph: &Graph, baseline: &[Glob], ix: Ix) -> bool {
    let Some(node) = graph.node(ix) else { return false };
    baseline.iter().any(|glob| glob.matches(node.id.as_str()) || glob.matches(&node.name))
}

/// An identity; an account that nobody is known to own; a group whose members nobody knows.
pub(super) fn stands_for_somebody(graph: &Graph, plane: &Plane, ix: Ix) -> bool {
    match graph.kind(ix) {
        Some(NodeKind::Account) => !is_entered_by(graph, plane, ix, EdgeKind::IsAccountOf),
        Some(NodeKind::Group) => !is_entered_by(graph, plane, ix, EdgeKind::MemberOf),
        Some(kind) => kind.is_identity(),
        None => false,
    }
}

/// Whether a proven edge of this kind leads to the node.
pub(super) fn is_entered_by(graph: &Graph, plane: &Plane, ix: Ix, kind: EdgeKind) -> bool {
    let mut edges = graph.into(ix).filter(|(edge, link)| plane.is_open(*edge, link));
    edges.any(|(_, link)| link.kind == kind && plane.is_sure(link))
}

/// Whether a node is one that a rule is about.
pub(super) fn is_in_scope(graph: &Graph, scope: &Scope, ix: Ix) -> bool {
    let Some(node) = graph.node(ix) else { return false };
    let environment = node.environment.as_deref().unwrap_or_default();
    (scope.kinds.is_empty() || scope.kinds.contains(&node.kind))
        && scope.system.as_ref().is_none_or(|glob| glob.matches(&node.system))
        && scope.environment.as_ref().is_none_or(|glob| glob.matches(environment))
        && scope.tag.as_ref().is_none_or(|test| super::select::has_tag(test, node))
}
