//! What a scan says, in the JSON form that other programs rely on (version 1).

use std::cmp::Reverse;

use countersign_access::finding::Finding;
use countersign_access::rule::Pack;
use serde::Serialize;

use crate::files::{Files, Source};

/// Version of the JSON form.
const VERSION: u32 = 1;

/// Everything a scan found.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    version: u32,
    /// Whether something could not be read or a limit was met.
    pub(super) partial: bool,
    /// The paths.
    pub(super) sources: Vec<Source>,
    /// The findings, the worst first.
    pub(super) findings: Vec<Finding>,
    /// Why the findings may not be all there are.
    pub(super) why_partial: Vec<String>,
}

impl Report {
    /// Judges files by packs.
    pub(super) fn new(files: Files, packs: Vec<Pack>) -> Self {
        let mut why_partial = files.partial();
        let sources = files.sources.clone();
        let engine = files.into_engine(packs);
        why_partial.extend(engine.partial().iter().cloned());
        let found = engine.findings().values();
        let mut findings: Vec<Finding> = found.map(|it| Finding::clone(it)).collect();
        findings.sort_by(|left, right| key(left).cmp(&key(right)));
        Self { version: VERSION, partial: !why_partial.is_empty(), sources, findings, why_partial }
    }
}

fn key(finding: &Finding) -> impl Ord + '_ {
    (
        Reverse(finding.severity),
        finding.rule.as_str(),
        finding.root_cause.id.as_str(),
        finding.fingerprint.0.as_str(),
    )
}
