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
use crate::glob::Glob;
use crate::rule::{Body, Pack, Rule};

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

impl Judged {
    /// The first finding, by fingerprint, that is kept otherwise than it is found anew, in words.
    pub(super) fn first_difference(&self, anew: &Self) -> Option<String> {
        let both = self.findings.keys().chain(anew.findings.keys());
        let differs = |key: &&Fingerprint| self.findings.get(*key) != anew.findings.get(*key);
        let first = both.filter(differs).min()?;
        let rule = |judged: &Self| judged.findings.get(first).map(|it| it.rule.clone());
        Some(match (rule(self), rule(anew)) {
            (Some(rule), None) => {
                format!("finding `{}` of rule `{rule}` is kept but not there", first.0)
            }
            (None, Some(rule)) => {
                format!("finding `{}` of rule `{rule}` is there but not kept", first.0)
            }
            _ => format!("finding `{}` is kept with other content", first.0),
        })
    }
}

/// Evaluates everything.
pub(super) fn evaluate(graph: &Graph, packs: &[Pack]) -> Judged {
    let mut judging = Judging {
        graph,
        catalog: Catalog::of(graph),
        shared: Shared::default(),
        walk: Walk::new(graph),
        judged: Judged::default(),
    };
    for pack in packs {
        for rule in &pack.rules {
            judging.rule(&pack.baseline, rule);
        }
    }
    judging.judged
}

struct Judging<'a> {
    graph: &'a Graph,
    catalog: Catalog,
    shared: Shared,
    walk: Walk,
    judged: Judged,
}

impl Judging<'_> {
    fn rule(&mut self, baseline: &[Glob], rule: &Rule) {
        let mut kept = 0usize;
        match &rule.body {
            Body::Sides(sides) => {
                let trial = Trial::new(self.graph, &self.catalog, baseline, rule, sides);
                for lead in trial.leads(&mut self.shared, &mut self.walk) {
                    if kept > FINDINGS_PER_RULE_MAX {
                        break;
                    }
                    let hit = trial.hit(lead, &mut self.walk);
                    let found = hit.and_then(|hit| explain::finding(&trial, &hit, &mut self.walk));
                    self.keep(found, &mut kept);
                }
                self.note(rule, trial.combination.note.clone());
            }
            Body::Where(tests) => {
                for ix in hygiene::neglected(self.graph, rule, tests) {
                    if kept > FINDINGS_PER_RULE_MAX {
                        break;
                    }
                    if !is_baseline(self.graph, baseline, ix) {
                        self.keep(hygiene::finding(self.graph, rule, ix), &mut kept);
                    }
                }
            }
        }
        let over = kept > FINDINGS_PER_RULE_MAX;
        let note = format!("only its first {FINDINGS_PER_RULE_MAX} findings were kept");
        self.note(rule, over.then_some(note));
    }

    /// The first finding over the limit is counted and not kept, so that it is known that there are
    /// more.
    fn keep(&mut self, finding: Option<Finding>, kept: &mut usize) {
        let Some(finding) = finding else { return };
        *kept = kept.saturating_add(1);
        if *kept <= FINDINGS_PER_RULE_MAX {
            self.judged.findings.insert(finding.fingerprint.clone(), finding);
        }
    }

    fn note(&mut self, rule: &Rule, note: Option<String>) {
        self.judged.notes.extend(note.map(|note| format!("rule `{}`: {note}", rule.id)));
    }
}
