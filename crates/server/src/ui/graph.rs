//! The graph as pages: search for a node, what it can reach and who can reach it, drawn and as a list,
//! what access it has and who gave it, the ways from one node to another, what would clear findings, and
//! what would be if access were otherwise.

mod asked;
pub(super) mod clear;
pub(super) mod difference;
mod edge;
mod end;
pub(super) mod every;
pub(super) mod file;
pub(super) mod held;
mod lane;
pub(super) mod node;
mod outcome;
mod picture;
#[cfg(test)]
pub(in crate::ui) mod sample;
pub(super) mod search;
mod supposed;
pub(super) mod ways;
pub(super) mod what_if;
mod when;

use countersign_access::engine::UnknownNode;
use countersign_access::fact::RestsOn;
use countersign_access::finding::{Finding, NodeRef};
use countersign_access::node::NodeId;
use countersign_store::read::finding::by_fingerprint;

use super::moment::Moments;
use crate::api::graph;
use crate::api::problem::Problem;
use crate::ask::finding::PREFIX;
use crate::door::{Door, NotDone};

/// Most findings about a node that a page names.
const FINDINGS_MAX: usize = 10;

/// Most reads that a page names.
const RESTS_MAX: usize = 8;

/// Which page about a node is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::ui) enum Tab {
    Reach,
    WhoCan,
    Held,
    Ways,
}

impl Tab {
    /// Its address without the node.
    fn address(self) -> &'static str {
        match self {
            Self::Reach => "/graph/blast?id=",
            Self::WhoCan => "/graph/who-can?id=",
            Self::Held => "/graph/access?id=",
            Self::Ways => "/graph/path?from=",
        }
    }
}

/// The pages about a node, and which of them is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::ui) struct Tabs {
    id: String,
    here: Tab,
    /// What keeps the time on an address.
    and: String,
}

impl Tabs {
    fn all(&self) -> [(&'static str, &'static str, bool); 4] {
        let of = |tab: Tab, words| (words, tab.address(), tab == self.here);
        [
            of(Tab::Reach, "What it can reach"),
            of(Tab::WhoCan, "Who can reach it"),
            of(Tab::Held, "Its access, and who gave it"),
            of(Tab::Ways, "Paths to another"),
        ]
    }
}

/// A node as a page names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::ui) struct Named {
    id: String,
    name: String,
    kind: String,
    system: String,
}

impl Named {
    fn of(node: &NodeRef) -> Self {
        let id = node.id.as_str().to_owned();
        let name = if node.name.is_empty() { id.clone() } else { node.name.clone() };
        Self { id, name, kind: words(node.kind.as_str()), system: node.system.clone() }
    }
}

/// A read that an answer rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::ui) struct Rest {
    tone: &'static str,
    icon: &'static str,
    words: String,
}

/// The reads, those that were not whole first; where there are many, some of them.
fn rests(reads: &[RestsOn], moments: &Moments) -> Vec<Rest> {
    let rest = |read: &RestsOn| {
        let ago = moments.ago(read.read_at);
        if read.complete {
            Rest { tone: "", icon: "ok", words: format!("{}, {ago}", read.source) }
        } else {
            let words = format!("{}, {ago}, in part only", read.source);
            Rest { tone: "soon", icon: "part", words }
        }
    };
    let mut sorted: Vec<&RestsOn> = reads.iter().collect();
    sorted.sort_by_key(|read| read.complete);
    let more = sorted.len().saturating_sub(RESTS_MAX);
    let more = (more > 0).then(|| Rest {
        tone: "",
        icon: "note",
        words: format!("and {more} more systems"),
    });
    sorted.into_iter().take(RESTS_MAX).map(rest).chain(more).collect()
}

/// Which reads did not see everything, in words.
fn not_whole(reads: &[RestsOn]) -> Vec<String> {
    let incomplete = reads.iter().filter(|read| !read.complete);
    incomplete.map(|read| format!("{} was not read whole", read.source)).collect()
}

/// Whom a finding affects, as a number.
fn counted_identities(total: usize) -> String {
    match total {
        1 => "affects 1 identity".to_owned(),
        _ => format!("affects {total} identities"),
    }
}

/// The reads on which a past time rests, each with when it began.
fn read_then(reads: &[RestsOn], moments: &Moments) -> Vec<Rest> {
    let rest = |read: &RestsOn| {
        let words = format!("{}, read {}", read.source, moments.at(read.read_at).words);
        if read.complete {
            Rest { tone: "", icon: "ok", words }
        } else {
            Rest { tone: "soon", icon: "part", words: format!("{words}, in part only") }
        }
    };
    reads.iter().map(rest).collect()
}

/// So many of a kind, in words.
fn counted(count: usize, kind: &str) -> String {
    match count {
        1 => format!("1 {}", words(kind)),
        _ => format!("{count} {}", plural(kind)),
    }
}

/// A finding in which a node has a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::ui) struct About {
    pub(in crate::ui) reference: String,
    pub(in crate::ui) title: String,
}

/// The findings of which a node is the root cause, or which affect it.
fn concerning<'a>(
    findings: impl IntoIterator<Item = &'a Finding>,
    id: &NodeId,
) -> Vec<(String, String)> {
    let is_about = |finding: &&Finding| {
        finding.root_cause.id == *id || finding.affected.iter().any(|node| node.id == *id)
    };
    let about = findings.into_iter().filter(is_about).take(FINDINGS_MAX);
    about.map(|it| (it.fingerprint.0.clone(), it.title.clone())).collect()
}

/// The same under their references. What is not opened yet has none.
async fn referred(door: &Door, found: Vec<(String, String)>) -> Result<Vec<About>, NotDone> {
    let mut about = Vec::new();
    for (fingerprint, title) in found {
        if let Some(item) = by_fingerprint(&door.store, &fingerprint).await? {
            about.push(About { reference: format!("{PREFIX}{}", item.row.number), title });
        }
    }
    Ok(about)
}

/// An id out of an address.
fn node_id(text: &str) -> Result<NodeId, Problem> {
    NodeId::new(text).map_err(|bad| Problem::malformed(&bad.to_string()))
}

fn unknown(unknown: &UnknownNode) -> Problem {
    graph::unknown(&unknown.to_string())
}

/// A kind in words.
fn words(kind: &str) -> String {
    match kind {
        "ai_agent" => "AI agent".to_owned(),
        kind => kind.replace('_', " "),
    }
}

/// A kind in words, of several.
fn plural(kind: &str) -> String {
    match kind {
        "process" => "processes".to_owned(),
        "person" => "people".to_owned(),
        kind => format!("{}s", words(kind)),
    }
}
