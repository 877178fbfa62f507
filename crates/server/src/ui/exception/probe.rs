//! The tests that can be proposed from a finding: what stands on its paths and in what would be frozen,
//! asked in the systems that this server is connected to. Each has a key that names it by its content.

use std::collections::BTreeSet;

use countersign_access::change::Probe;
use countersign_access::engine::EdgeFilter;
use countersign_access::finding::{Finding as Toxic, NodeRef};
use countersign_access::node::{NodeId, NodeKind};
use sha2::{Digest, Sha256};

use super::super::Ui;
use super::matter::name;
use crate::about::Coverage;

/// Most things between which a path can be chosen.
const ENDS_MAX: usize = 12;

/// Most tests that are offered.
const OFFERS_MAX: usize = 80;

/// A test that can be proposed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::ui) struct Offer {
    pub(in crate::ui) key: String,
    pub(in crate::ui) words: String,
    /// The system that is asked; none where the graph answers.
    pub(in crate::ui) system: Option<String>,
    pub(in crate::ui) probe: Probe,
}

impl Offer {
    pub(in crate::ui) fn new(words: String, system: Option<String>, probe: Probe) -> Self {
        let written = serde_json::to_string(&probe).unwrap_or_default();
        let said = format!("{}\n{written}", system.as_deref().unwrap_or_default());
        let digest = Sha256::digest(said.as_bytes());
        let key = digest.iter().take(8).fold(String::new(), |key, byte| format!("{key}{byte:02x}"));
        Self { key, words, system, probe }
    }

    /// The test, with the number of days where it is about an end.
    pub(super) fn with_days(&self, days: u32) -> Probe {
        match &self.probe {
            Probe::ExpiresWithin { credential, .. } => {
                Probe::ExpiresWithin { credential: credential.clone(), days }
            }
            other => other.clone(),
        }
    }
}

/// The tests that can be proposed.
pub(super) fn offers(ui: &Ui, toxic: &Toxic, covers: &Coverage) -> Vec<Offer> {
    let mut offers: Vec<Offer> = Vec::new();
    let mut add = |offer: Offer| {
        if offers.len() < OFFERS_MAX && !offers.contains(&offer) {
            offers.push(offer);
        }
    };
    let things = things(ui, toxic, covers);
    for (node, system) in &things {
        if matches!(node.kind, NodeKind::Account | NodeKind::Role | NodeKind::ServiceAccount) {
            let words = format!("\u{201c}{}\u{201d} cannot sign in", name(node));
            add(Offer::new(
                words,
                Some(system.clone()),
                Probe::NoLogin { account: node.id.clone() },
            ));
        }
    }
    for (node, system) in &things {
        if matches!(node.kind, NodeKind::Account | NodeKind::Credential | NodeKind::Role) {
            let words = format!("\u{201c}{}\u{201d} ends within so many days", name(node));
            let probe = Probe::ExpiresWithin { credential: node.id.clone(), days: 0 };
            add(Offer::new(words, Some(system.clone()), probe));
        }
    }
    for (from, to) in pairs(toxic) {
        let probe = Probe::PathAbsent { from: from.id.clone(), to: to.id.clone() };
        let now = if is_there(ui, &from.id, &to.id) {
            ": there is one now, so it would fail"
        } else {
            ""
        };
        let words = format!(
            "no path from \u{201c}{}\u{201d} to \u{201c}{}\u{201d}{now}",
            name(from),
            name(to)
        );
        add(Offer::new(words, None, probe));
    }
    offers
}

/// What stands on the paths and what would be frozen, with the connected system that knows it.
fn things<'a>(ui: &Ui, toxic: &'a Toxic, covers: &'a Coverage) -> Vec<(&'a NodeRef, String)> {
    let targets = &ui.api.workers.targets;
    let connected = |name: &str| {
        let mut names = targets.keys().map(ToString::to_string);
        names.find(|target| target == name)
    };
    let steps = toxic.paths.iter().flatten();
    let mut things: Vec<(&NodeRef, String)> = Vec::new();
    let mut known = BTreeSet::new();
    for step in steps {
        let system =
            connected(&step.because.source.to_string()).or_else(|| connected(&step.node.system));
        if let Some(system) = system.filter(|_| known.insert(&step.node.id)) {
            things.push((&step.node, system));
        }
    }
    for node in covers.credentials.iter().chain([&toxic.root_cause]) {
        let system = connected(&node.system).filter(|_| known.insert(&node.id));
        things.extend(system.map(|system| (node, system)));
    }
    things
}

/// Two things on one path, the first before the second.
fn pairs(toxic: &Toxic) -> Vec<(&NodeRef, &NodeRef)> {
    let mut pairs: Vec<(&NodeRef, &NodeRef)> = Vec::new();
    for path in &toxic.paths {
        let shown = path.iter().take(ENDS_MAX).enumerate();
        for (at, from) in shown {
            for to in path.iter().take(ENDS_MAX).skip(at.saturating_add(1)) {
                let is_known =
                    pairs.iter().any(|(a, b)| a.id == from.node.id && b.id == to.node.id);
                if !is_known && pairs.len() < OFFERS_MAX {
                    pairs.push((&from.node, &to.node));
                }
            }
        }
    }
    pairs
}

fn is_there(ui: &Ui, from: &NodeId, to: &NodeId) -> bool {
    let shown = ui.api.workers.door.graph.read();
    let ways = shown.engine.path(from, to, &EdgeFilter::all()).ok();
    ways.is_some_and(|ways| !ways.paths.is_empty())
}
