//! Effective access and toxic combinations over the facts of all sources, in memory. A simple and
//! right evaluation behind the interface that a faster one will keep.

use std::collections::BTreeMap;

use crate::fact::{RestsOn, Run, SourceId};
use crate::finding::{Finding, Fingerprint};
use crate::rule::Pack;

/// What changed when a run or a rule set was applied.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Delta {
    /// Findings that were not there before.
    pub opened: Vec<Finding>,
    /// Findings whose affected set, paths or words changed.
    pub changed: Vec<Finding>,
    /// Findings that are no longer there.
    pub ended: Vec<Finding>,
}

/// The graph of all sources with its findings.
#[derive(Debug, Clone)]
pub struct Engine {
    runs: BTreeMap<SourceId, Run>,
    packs: Vec<Pack>,
    findings: BTreeMap<Fingerprint, Finding>,
}

impl Engine {
    /// Evaluates the facts of all sources against the packs.
    #[must_use]
    pub fn build(runs: Vec<Run>, packs: Vec<Pack>) -> Self {
        let runs = runs.into_iter().map(|run| (run.source.clone(), run)).collect();
        Self { runs, packs, findings: BTreeMap::new() }
    }

    /// Takes in one source's new run. A complete run replaces what that source said before; a
    /// partial one only adds and updates, and ends nothing.
    pub fn apply(&mut self, run: Run) -> Delta {
        self.runs.insert(run.source.clone(), run);
        Delta::default()
    }

    /// Judges by other rules from now on.
    pub fn set_packs(&mut self, packs: Vec<Pack>) -> Delta {
        self.packs = packs;
        Delta::default()
    }

    /// All findings, by fingerprint.
    #[must_use]
    pub fn findings(&self) -> &BTreeMap<Fingerprint, Finding> {
        &self.findings
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
}
