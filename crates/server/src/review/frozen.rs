//! One access as a review freezes it: who has what, through whom directly, how it is used, who else like
//! them has it, and which findings it takes part in. Names stand here and in no event.

use countersign_access::edge::EdgeKind;
use countersign_access::engine::EdgeFilter;
use countersign_access::fact::Locator;
use countersign_access::finding::{Certainty, Finding as Toxic, Fingerprint, NodeRef, Step};
use countersign_access::rule::{Class, Severity};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::graph::{NOT_KEPT, Shown};

/// One access, frozen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frozen {
    /// Who has it.
    pub identity: NodeRef,
    /// What.
    pub entitlement: NodeRef,
    /// Whether some path to it is proven.
    pub certainty: Certainty,
    /// Who on the way has it directly, some of them.
    pub sources: Vec<Source>,
    /// How many have it directly.
    pub sources_total: usize,
    /// When it was used last, as far as the sources say.
    pub last_used: Option<Timestamp>,
    /// Who else like them has it.
    pub peers: Peers,
    /// The process that it belongs to, by its short key.
    pub process: Option<String>,
    /// The findings in which it takes part, the worst first.
    pub findings: Vec<Part>,
}

/// Who has something directly, and who gave it to them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Who.
    pub node: NodeRef,
    /// How.
    pub edge: EdgeKind,
    /// Where a source says so.
    pub because: Locator,
    /// Who granted it, where the source knows.
    pub grantor: Option<String>,
    /// Since when, as the source claims.
    pub granted_at: Option<Timestamp>,
}

/// How many of the same kind in the scope of the review have it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Peers {
    /// How many have it.
    pub have: usize,
    /// Of how many.
    pub of: usize,
}

/// A finding in which an access takes part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// What makes it the same finding tomorrow.
    pub fingerprint: String,
    /// Its title.
    pub title: String,
    /// How bad.
    pub severity: Severity,
}

impl Frozen {
    /// What makes it the same access in another review, and the finding by which it is changed.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        fingerprint(self.identity.id.as_str(), self.entitlement.id.as_str())
    }

    /// What makes it unchanged: the same access, through the same direct sources, in the same findings.
    #[must_use]
    pub fn shape(&self) -> String {
        let mut words = self.fingerprint();
        for source in &self.sources {
            words.push_str(&format!("\n{} {}", source.node.id, source.edge));
        }
        words.push_str(&format!("\n{}", self.sources_total));
        for part in &self.findings {
            words.push_str(&format!("\n{} {}", part.fingerprint, part.severity.as_str()));
        }
        sha256(words.as_bytes())
    }

    /// The worst finding in which it takes part.
    #[must_use]
    pub fn severity(&self) -> Option<Severity> {
        self.findings.iter().map(|part| part.severity).max()
    }

    /// The finding that says that this access was not kept, with the ways to it that the graph shows now.
    pub(crate) fn not_kept(&self, shown: &Shown) -> Toxic {
        let ways = shown.engine.path(&self.identity.id, &self.entitlement.id, &EdgeFilter::all());
        let paths = ways.map(|ways| ways.paths).ok().filter(|paths| !paths.is_empty());
        let paths = paths.unwrap_or_else(|| vec![self.as_it_was()]);
        let who = &self.identity.name;
        let what = &self.entitlement.name;
        Toxic {
            fingerprint: Fingerprint(self.fingerprint()),
            rule: NOT_KEPT.to_owned(),
            class: Class::Hygiene,
            title: format!("{who} still has {what}, which a review did not keep"),
            severity: self.severity().unwrap_or(Severity::Medium),
            certainty: self.certainty,
            missing: Vec::new(),
            root_cause: self.entitlement.clone(),
            affected: vec![self.identity.clone()],
            affected_total: 1,
            paths,
            owasp_nhi: Vec::new(),
            csf: vec!["PR.AA-05".to_owned()],
            remedy: "Take it away where the path can be cut, and have the system read back."
                .to_owned(),
        }
    }

    /// The way to it through the first direct source, as it was frozen.
    fn as_it_was(&self) -> Vec<Step> {
        let Some(source) = self.sources.first() else { return Vec::new() };
        let step = |node: &NodeRef, edge| Step {
            node: node.clone(),
            edge,
            because: source.because.clone(),
        };
        let mut steps = vec![step(&self.identity, None)];
        if source.node.id != self.identity.id {
            steps.push(step(&source.node, Some(EdgeKind::MemberOf)));
        }
        steps.push(step(&self.entitlement, Some(source.edge)));
        steps
    }
}

/// What makes the access of one identity to one entitlement the same everywhere.
pub(crate) fn fingerprint(identity: &str, entitlement: &str) -> String {
    sha256(format!("{NOT_KEPT}\n{identity}\n{entitlement}").as_bytes())
}

fn sha256(bytes: &[u8]) -> String {
    countersign_ledger::tree::Hash(Sha256::digest(bytes).into()).to_hex()
}
