//! What a sandbox holds, as its file has it: the systems by name, each with its accounts, groups,
//! roles, entitlements and what connects them, and the orders it has carried out.

use std::collections::BTreeMap;

use countersign_access::change::{Change, Outcome};
use countersign_access::edge::Edge;
use countersign_access::node::{Node, NodeId, NodeKind};
use serde::{Deserialize, Serialize};

use super::faults::Faults;

/// The form of the file that this program writes.
pub(super) const FORM: u32 = 1;

/// The tag of an account that may sign in.
pub(super) const LOGIN: &str = "login";

/// The whole file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct State {
    /// [`FORM`].
    pub(super) version: u32,
    /// By name.
    pub(super) systems: BTreeMap<String, System>,
}

/// One system.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct System {
    /// Goes up by one with every write, so that a reader can say which state it saw.
    pub(super) revision: u64,
    /// How the system misbehaves.
    #[serde(default)]
    pub(super) faults: Faults,
    /// Accounts, groups, roles, entitlements, resources, and the identities behind the accounts.
    pub(super) nodes: Vec<Node>,
    /// Memberships, grants and the rest.
    pub(super) edges: Vec<Edge>,
    /// Orders that were carried out, oldest first.
    #[serde(default)]
    pub(super) done: Vec<DoneOrder>,
}

/// An order that was carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct DoneOrder {
    /// Its key.
    pub(super) key: String,
    /// What it asked for.
    pub(super) change: Change,
    /// What came of it.
    pub(super) outcome: Outcome,
}

impl System {
    /// The account with this id.
    pub(super) fn account(&self, id: &NodeId) -> Option<&Node> {
        self.nodes.iter().find(|node| node.kind == NodeKind::Account && node.id == *id)
    }

    /// The same, to be changed.
    pub(super) fn account_mut(&mut self, id: &NodeId) -> Option<&mut Node> {
        self.nodes.iter_mut().find(|node| node.kind == NodeKind::Account && node.id == *id)
    }
}
