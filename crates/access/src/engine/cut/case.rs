//! The findings that a cut can clear, as positions: the rule, the root cause, everybody whom it affects
//! and the way by which the nearest one comes to the root cause.

use std::collections::BTreeMap;

use super::Asked;
use super::trying::Trying;
use crate::engine::graph::{Graph, Ix};
use crate::engine::select::Catalog;
use crate::engine::trial::{Trial, is_baseline};
use crate::finding::{Certainty, Finding, Fingerprint};
use crate::rule::{Body, Pack, Rule, Side};

/// One finding.
pub(super) struct Case<'a> {
    /// Position of the rule's trial.
    pub(super) rule: usize,
    pub(super) fingerprint: &'a Fingerprint,
    pub(super) certainty: Certainty,
    pub(super) root: Ix,
    pub(super) affected: Vec<Ix>,
    /// Who gains from whom on the way from the nearest affected node to the root cause.
    pub(super) way_in: Vec<(Ix, Ix)>,
    /// Whether it affects a default of the platform.
    pub(super) by_default: bool,
}

/// All of them.
pub(super) struct Cases<'a> {
    /// The rules with sides that found something.
    pub(super) trials: Vec<Trial<'a>>,
    pub(super) all: Vec<Case<'a>>,
    /// Whether none was left out, because a limit was met.
    pub(super) is_whole: bool,
}

impl<'a> Cases<'a> {
    pub(super) fn of(asked: Asked<'a>, trying: &mut Trying<'a>) -> Self {
        let Asked { graph, packs, findings, .. } = asked;
        let mut by_rule: BTreeMap<&str, Vec<&'a Finding>> = BTreeMap::new();
        for finding in findings.values() {
            by_rule.entry(&finding.rule).or_default().push(finding);
        }
        let catalog = Catalog::of(graph);
        let mut cases = Self { trials: Vec::new(), all: Vec::new(), is_whole: true };
        for (pack, rule, sides) in with_sides(packs) {
            // The findings of a rule that is loaded twice are counted once.
            let Some(found) = by_rule.remove(rule.id.as_str()) else { continue };
            let trial = Trial::new(graph, &catalog, &pack.baseline, rule, sides);
            let number = cases.trials.len();
            for finding in found {
                if !trying.may_go_on() {
                    cases.is_whole = false;
                    return cases;
                }
                cases.all.extend(case((number, &trial), finding, trying));
            }
            cases.trials.push(trial);
        }
        cases
    }
}

fn with_sides(packs: &[Pack]) -> impl Iterator<Item = (&Pack, &Rule, &[Side])> {
    let rules = packs.iter().flat_map(|pack| pack.rules.iter().map(move |rule| (pack, rule)));
    rules.filter_map(|(pack, rule)| match &rule.body {
        Body::Sides(sides) => Some((pack, rule, sides.as_slice())),
        Body::Where(_) => None,
    })
}

fn case<'a>(
    (rule, trial): (usize, &Trial<'a>),
    finding: &'a Finding,
    trying: &mut Trying<'a>,
) -> Option<Case<'a>> {
    let graph = trial.graph;
    let mut case = Case {
        rule,
        fingerprint: &finding.fingerprint,
        certainty: finding.certainty,
        root: graph.find(&finding.root_cause.id)?,
        affected: finding.affected.iter().filter_map(|node| graph.find(&node.id)).collect(),
        way_in: way_in(graph, finding),
        by_default: false,
    };
    // A finding names so many of those whom it affects and no more.
    if case.affected.len() < finding.affected_total {
        case.affected = trying.hit((rule, trial), &case)?.affected;
    }
    let is_default = |ix: &Ix| is_baseline(graph, trial.baseline, *ix);
    case.by_default = !trial.baseline.is_empty() && case.affected.iter().any(is_default);
    Some(case)
}

fn way_in(graph: &Graph, finding: &Finding) -> Vec<(Ix, Ix)> {
    let Some(path) = finding.paths.first() else { return Vec::new() };
    let to_root = path.iter().position(|step| step.node.id == finding.root_cause.id);
    let nodes = path.iter().take(to_root.map_or(0, |place| place.saturating_add(1)));
    let nodes: Vec<Ix> = nodes.filter_map(|step| graph.find(&step.node.id)).collect();
    nodes.iter().copied().zip(nodes.iter().copied().skip(1)).collect()
}
