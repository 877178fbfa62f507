//! All ways between two nodes, and all ways by which a finding's root cause or somebody whom it affects
//! comes to each thing that its rule asks for: without a repeated node, shortest first, within bounds that
//! are said. Each carries the digest by which findings, and exceptions from them, are told apart.

mod simple;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use self::simple::{Bounds, Seeking, Simple};
use super::Engine;
use super::answer::{EdgeFilter, UnknownFinding, UnknownNode, Ways};
use super::breaks::Limits;
use super::explain::{fingerprint, fingerprint_with, tell};
use super::graph::{EdgeIx, Graph, Ix, Plane};
use super::select::Catalog;
use super::trial::{Hit, Shared, Trial};
use super::walk::Walk;
use super::within::{Bound, Within};
use crate::edge::Missing;
use crate::fact::RestsOn;
use crate::finding::{Certainty, Finding, Fingerprint, NodeRef, PATHS_MAX, Step};
use crate::node::NodeId;
use crate::rule::{Body, Need, Side};

/// Most ways that may be asked for.
pub const WAYS_MAX: usize = 1_000;

/// Ways that are listed when nobody says how many.
pub const WAYS_LISTED: usize = 100;

/// Most edges of a way that may be asked for.
pub const WAY_EDGES_MAX: usize = 256;

/// Edges of the longest ways that are looked for when nobody says how many.
pub const WAY_EDGES: usize = 32;

/// Most edges looked at for one question about all ways.
pub const WAYS_WORK_MAX: u64 = 50_000_000;

/// Said of an answer that a limit on work or time cut short.
const BROKEN_OFF: &str = "a limit on work or time was met before all ways were looked for";

/// How many ways are looked for, how long they may be, and what that may cost.
#[derive(Debug, Clone, Copy)]
pub struct WayLimits<'a> {
    /// Most ways, to each thing that is to be reached; at most [`WAYS_MAX`].
    pub most: usize,
    /// Most edges of each; at most [`WAY_EDGES_MAX`].
    pub edges: usize,
    /// Most work, and whether to stop.
    pub cost: Limits<'a>,
}

impl Default for WayLimits<'_> {
    fn default() -> Self {
        let cost = Limits { work: WAYS_WORK_MAX, ..Limits::default() };
        Self { most: WAYS_LISTED, edges: WAY_EDGES, cost }
    }
}

/// What is said of one way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OneWay {
    /// Between two nodes: the digest of the first node and the edges. Of a finding: the fingerprint that
    /// the finding has where this is its way to what is to be reached, so that of its shortest ways it is
    /// its own. None where the way does not lead through the root cause.
    pub fingerprint: Option<Fingerprint>,
    /// How many edges.
    pub length: usize,
    /// Whether each edge is proven.
    pub certainty: Certainty,
    /// What is not known; empty exactly when proven.
    pub missing: Vec<Missing>,
}

/// All ways of a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FindingWays {
    /// Which finding.
    pub fingerprint: Fingerprint,
    /// The rule's id.
    pub rule: String,
    /// Its root cause.
    pub root_cause: NodeRef,
    /// Where the ways begin.
    pub from: NodeRef,
    /// The value that the sides share, where the rule asks for one and it matters.
    pub shared: Option<String>,
    /// The ways to each thing that must be reached, in order of the rule.
    pub sides: Vec<SideWays>,
    /// Why these are not all, if they are not.
    pub partial: Option<String>,
    /// The sources behind it.
    pub rests_on: Vec<RestsOn>,
}

/// All ways to one thing that must be reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SideWays {
    /// The side's name; a side of which all parts are needed is there once for each part.
    pub side: String,
    /// The ways, shortest first, among equals in order of the ids along them.
    pub paths: Vec<Vec<Step>>,
    /// What is said of each of them, in the same order.
    pub ways: Vec<OneWay>,
    /// Whether there are more, or nobody knows that there are not.
    pub more: bool,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoWays {
    /// There is no such finding.
    #[error(transparent)]
    Finding(#[from] UnknownFinding),
    /// No source knows the node.
    #[error(transparent)]
    Node(#[from] UnknownNode),
}

impl Engine {
    /// All ways from one node to another without a repeated node, shortest first, proven or not.
    ///
    /// # Errors
    /// When no source knows one of the nodes.
    pub fn paths(
        &self,
        from: &NodeId,
        to: &NodeId,
        filter: &EdgeFilter,
        limits: WayLimits<'_>,
    ) -> Result<Ways, UnknownNode> {
        let (graph, from, to) = (&*self.graph, self.known(from)?, self.known(to)?);
        let plane = Plane::whole(&[]).along(filter);
        let mut bound = limits.bound();
        let seeking = Seeking::new(graph, &plane, &[to], (&mut Walk::new(graph), &mut bound));
        let found = seeking.ways(from, limits.bounds(), &mut bound);
        let partial = why_partial([&found].into_iter(), &limits);
        let more = !partial.is_empty();
        let ways = ways(graph, &plane, from, found, more);
        Ok(Ways { partial: more.then(|| partial.join("; ")), rests_on: self.rests_on(), ..ways })
    }

    /// All ways of a finding to each thing that its rule asks for, from its root cause or from another
    /// node: along what is proven where the finding is, and along all there is where it is potential. A
    /// finding of a rule about single nodes has none.
    ///
    /// # Errors
    /// When there is no such finding, or no source knows the node.
    pub fn ways_of(
        &self,
        fingerprint: &Fingerprint,
        from: Option<&NodeId>,
        limits: WayLimits<'_>,
    ) -> Result<FindingWays, NoWays> {
        let finding = self.judged.findings.get(fingerprint);
        let finding = finding.ok_or_else(|| UnknownFinding(fingerprint.clone()))?;
        let root = self.known(&finding.root_cause.id)?;
        let from = from.map_or(Ok(root), |from| self.known(from))?;
        let (sides, shared, partial) = self.sides(finding, from, &limits);
        Ok(FindingWays {
            fingerprint: fingerprint.clone(),
            rule: finding.rule.clone(),
            root_cause: finding.root_cause.clone(),
            from: self.graph.node_ref(from).unwrap_or_else(|| finding.root_cause.clone()),
            shared,
            sides,
            partial: (!partial.is_empty()).then(|| partial.join("; ")),
            rests_on: self.rests_on(),
        })
    }

    fn sides(
        &self,
        finding: &Finding,
        from: Ix,
        limits: &WayLimits<'_>,
    ) -> (Vec<SideWays>, Option<String>, Vec<String>) {
        let graph = &*self.graph;
        let rules = self.packs.iter().flat_map(|pack| pack.rules.iter().map(move |it| (pack, it)));
        let rule = rules.into_iter().find(|(_, rule)| rule.id == finding.rule);
        let Some((pack, rule)) = rule else { return Default::default() };
        let Body::Sides(sides) = &rule.body else { return Default::default() };
        let trial = Trial::new(graph, &Catalog::of(graph), &pack.baseline, rule, sides);
        let mut walk = Walk::new(graph);
        let Some(hit) = hit(&trial, finding, &mut walk) else { return Default::default() };
        let legs = tell(&trial, &hit, &mut walk).legs;
        let plane = match hit.lead.certainty {
            Certainty::Proven => &trial.proven,
            Certainty::Potential => &trial.whole,
        };
        let (mut told, mut all) = (Vec::new(), Vec::new());
        let mut bound = limits.bound();
        for (place, (side, atom)) in names(sides).zip(&trial.combination.atoms).enumerate() {
            let only = hit.lead.value.as_deref().map(|value| atom.only(value));
            let ends = [atom.everywhere.as_slice(), only.unwrap_or_default()].concat();
            let seeking = Seeking::new(graph, plane, &ends, (&mut walk, &mut bound));
            let found = seeking.ways(from, limits.bounds(), &mut bound);
            let more = !why_partial([&found].into_iter(), limits).is_empty();
            let mut ways =
                ways(graph, plane, from, Simple { ways: found.ways.clone(), ..found }, more);
            for (one, edges) in ways.ways.iter_mut().zip(&found.ways) {
                let leg = after(graph, from, edges, hit.lead.root);
                one.fingerprint =
                    leg.and_then(|leg| fingerprint_with(&trial, &hit, &legs, (place, leg)));
            }
            let Ways { paths, ways, .. } = ways;
            told.push(SideWays { side: side.to_owned(), paths, ways, more });
            all.push(found);
        }
        (told, hit.lead.value.as_deref().map(str::to_owned), why_partial(all.iter(), limits))
    }
}

impl WayLimits<'_> {
    fn bounds(&self) -> Bounds {
        Bounds { most: self.most.clamp(1, WAYS_MAX), edges: self.edges.clamp(1, WAY_EDGES_MAX) }
    }

    fn bound(&self) -> Bound<'_> {
        Bound::new(Within { cost: self.cost, ..Within::default() })
    }
}

/// The shortest ways from one node to another, those first that are proven, at most [`PATHS_MAX`].
pub(super) fn shortest(
    graph: &Graph,
    (from, to): (Ix, Ix),
    filter: &EdgeFilter,
    bound: &mut Bound<'_>,
) -> Ways {
    let plane = Plane::whole(&[]).along(filter);
    let seeking = Seeking::new(graph, &plane, &[to], (&mut Walk::new(graph), bound));
    let edges = seeking.shortest(from).unwrap_or(0);
    let bounds = Bounds { most: PATHS_MAX, edges };
    let mut found = seeking.ways(from, bounds, bound);
    let is_potential = |way: &Vec<EdgeIx>| !graph.missing(&plane, way.iter().copied()).is_empty();
    found.ways.sort_by_key(is_potential);
    let (more, is_broken_off) = (found.has_more || found.is_broken_off, found.is_broken_off);
    let partial = is_broken_off.then(|| BROKEN_OFF.to_owned());
    Ways { partial, ..ways(graph, &plane, from, found, more) }
}

fn ways(graph: &Graph, plane: &Plane, from: Ix, found: Simple, more: bool) -> Ways {
    let all: Vec<OneWay> = found.ways.iter().map(|way| one(graph, plane, from, way)).collect();
    Ways {
        found: !all.is_empty(),
        length: all.first().map_or(0, |it| it.length),
        paths: found.ways.iter().map(|way| graph.steps(from, way)).collect(),
        missing: all.first().map(|it| it.missing.clone()).unwrap_or_default(),
        ways: all,
        more,
        partial: None,
        rests_on: Vec::new(),
    }
}

fn one(graph: &Graph, plane: &Plane, from: Ix, way: &[EdgeIx]) -> OneWay {
    let missing = graph.missing(plane, way.iter().copied());
    let edges: BTreeSet<_> = way.iter().filter_map(|&edge| graph.key(edge)).collect();
    let first = graph.node(from).map(|node| &node.id);
    OneWay {
        fingerprint: first.map(|first| fingerprint("", first, &edges, false)),
        length: way.len(),
        certainty: if missing.is_empty() { Certainty::Proven } else { Certainty::Potential },
        missing,
    }
}

/// The finding's root cause; whom it affects is not asked.
fn hit(trial: &Trial<'_>, finding: &Finding, walk: &mut Walk) -> Option<Hit> {
    let root = trial.graph.find(&finding.root_cause.id)?;
    let leads = trial.leads(&Shared::default(), walk).into_iter();
    let lead = leads.into_iter().find(|it| (it.root, it.certainty) == (root, finding.certainty))?;
    Some(Hit { lead, affected: Vec::new() })
}

/// The part of a way behind a node that it comes by.
fn after<'a>(graph: &Graph, from: Ix, way: &'a [EdgeIx], node: Ix) -> Option<&'a [EdgeIx]> {
    if from == node {
        return Some(way);
    }
    let leads_there = |&edge: &EdgeIx| graph.link(edge).is_some_and(|link| link.to == node);
    way.get(way.iter().position(leads_there)?.saturating_add(1)..)
}

/// The name of the side for each thing that must be reached.
fn names(sides: &[Side]) -> impl Iterator<Item = &str> {
    sides.iter().flat_map(|side| {
        let parts = match &side.need {
            Need::All(selectors) => selectors.len().max(1),
            Need::Any(_) => 1,
        };
        std::iter::repeat_n(side.name.as_str(), parts)
    })
}

/// Which bounds were met, in words.
fn why_partial<'a>(
    found: impl Iterator<Item = &'a Simple> + Clone,
    limits: &WayLimits<'_>,
) -> Vec<String> {
    let Bounds { most, edges } = limits.bounds();
    let any = |test: fn(&Simple) -> bool| found.clone().any(test);
    let each = [
        (any(|it| it.has_more), format!("only the first {most} ways are listed")),
        (
            any(|it| it.may_be_longer),
            format!("ways of more than {edges} edges were not looked for"),
        ),
        (any(|it| it.is_broken_off), BROKEN_OFF.to_owned()),
    ];
    each.into_iter().filter(|(is_met, _)| *is_met).map(|(_, words)| words).collect()
}
