//! Evaluates every rule of every pack on one graph. Pure and whole: what is kept between runs, and
//! what a difference means, is the engine's business.

use std::collections::BTreeMap;

use super::explain;
use super::graph::Graph;
use super::hygiene;
use super::select::Catalog;
use super::trial::{Shared, Trial, is_baseline};
use super::walk::Walk;
use crate::finding::{Finding, Fingerprint};
use crate::rule::{Body, Pack};

/// Most findings that one rule may make; a rule beyond it says more about itself than about access.
pub const FINDINGS_PER_RULE_MAX: usize = 100_000;

/// All findings, and what limits were met.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Judged {
    /// By fingerprint.
    pub(super) findings: BTreeMap<Fingerprint, Finding>,
    /// Why it is not all, in words; empty when it is.
    pub(super) notes: Vec<String>,
}

/// Evaluates everything.
pub(super) fn evaluate(graph: &Graph, packs: &[Pack]) -> Judged {
    let mut judged = Judged::default();
    let catalog = Catalog::of(graph);
    let (mut shared, mut walk) = (Shared::default(), Walk::new(graph));
    for (pack, rule) in packs.iter().flat_map(|pack| pack.rules.iter().map(move |it| (pack, it))) {
        let mut count = 0usize;
        let mut keep = |finding: Option<Finding>| {
            if let Some(finding) = finding {
                judged.findings.insert(finding.fingerprint.clone(), finding);
            }
        };
        match &rule.body {
            Body::Sides(sides) => {
                let trial = Trial::new(graph, &catalog, &pack.baseline, rule, sides);
                let hits = trial.hits(&mut shared, &mut walk);
                count = count.saturating_add(hits.len());
                for hit in hits.iter().take(FINDINGS_PER_RULE_MAX) {
                    keep(explain::finding(&trial, hit, &mut walk));
                }
                let note = trial.combination.note.iter();
                judged.notes.extend(note.map(|note| format!("rule `{}`: {note}", rule.id)));
            }
            Body::Where(tests) => {
                let mut nodes = hygiene::neglected(graph, rule, tests);
                nodes.retain(|&ix| !is_baseline(graph, &pack.baseline, ix));
                count = count.saturating_add(nodes.len());
                for &ix in nodes.iter().take(FINDINGS_PER_RULE_MAX) {
                    keep(hygiene::finding(graph, rule, ix));
                }
            }
        }
        if count > FINDINGS_PER_RULE_MAX {
            let note = format!("only {FINDINGS_PER_RULE_MAX} of {count} findings were kept");
            judged.notes.push(format!("rule `{}`: {note}", rule.id));
        }
    }
    judged
}
