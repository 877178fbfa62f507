//! Nodes of the access graph: identities, what stands for them in a system, and what they reach.
//! Says nothing about how nodes are connected (`edge`) or judged (`rule`).

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::source::Locator;

/// Longest id or name that is accepted, in bytes.
pub const NAME_BYTES_MAX: usize = 4_096;

/// A node's id as its own system keeps it, unique over all sources, for example
/// `postgres:hospital/role/16384`. Never a display name that can be given to somebody else.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct NodeId(Arc<str>);

impl NodeId {
    /// Accepts an id.
    ///
    /// # Errors
    /// [`BadId`] for an empty id, one over [`NAME_BYTES_MAX`] bytes, or one with a control character.
    pub fn new(text: impl AsRef<str>) -> Result<Self, BadId> {
        let text = text.as_ref();
        if text.trim().is_empty() {
            return Err(BadId::Empty);
        }
        if text.len() > NAME_BYTES_MAX {
            return Err(BadId::TooLong { bytes: text.len() });
        }
        if text.chars().any(char::is_control) {
            return Err(BadId::ControlCharacter);
        }
        Ok(Self(Arc::from(text)))
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.0)
    }
}

impl TryFrom<String> for NodeId {
    type Error = BadId;

    fn try_from(text: String) -> Result<Self, BadId> {
        Self::new(text)
    }
}

impl From<NodeId> for String {
    fn from(id: NodeId) -> Self {
        id.0.as_ref().to_owned()
    }
}

/// Why a text is no id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadId {
    /// Nothing but white space.
    #[error("an id may not be empty: give the id that the system itself uses")]
    Empty,
    /// Over [`NAME_BYTES_MAX`].
    #[error("an id of {bytes} bytes is longer than the {NAME_BYTES_MAX} that are accepted")]
    TooLong {
        /// Length as found.
        bytes: usize,
    },
    /// A control character, which would break lists and terminals.
    #[error("an id may not contain control characters: remove line breaks and tabs")]
    ControlCharacter,
}

/// What a node is. The names are those of the CSV form and of every output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NodeKind {
    /// A human being.
    Person,
    /// A service account that belongs to no single workload.
    ServiceAccount,
    /// A running program.
    Workload,
    /// A build or deployment pipeline or its runner.
    Pipeline,
    /// An AI agent.
    AiAgent,
    /// A vendor or a vendor's integration.
    Vendor,
    /// One system's own record of an identity.
    Account,
    /// An API key, token, certificate, SSH key or password.
    Credential,
    /// A set of members.
    Group,
    /// A set of permissions that can be taken on.
    Role,
    /// A permission on a resource in one system.
    Entitlement,
    /// What is protected.
    Resource,
    /// A system.
    System,
    /// A business process.
    Process,
}

impl NodeKind {
    /// Every kind, in the order of the documentation.
    pub const ALL: [Self; 14] = [
        Self::Person,
        Self::ServiceAccount,
        Self::Workload,
        Self::Pipeline,
        Self::AiAgent,
        Self::Vendor,
        Self::Account,
        Self::Credential,
        Self::Group,
        Self::Role,
        Self::Entitlement,
        Self::Resource,
        Self::System,
        Self::Process,
    ];

    /// The name in files and outputs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::ServiceAccount => "service_account",
            Self::Workload => "workload",
            Self::Pipeline => "pipeline",
            Self::AiAgent => "ai_agent",
            Self::Vendor => "vendor",
            Self::Account => "account",
            Self::Credential => "credential",
            Self::Group => "group",
            Self::Role => "role",
            Self::Entitlement => "entitlement",
            Self::Resource => "resource",
            Self::System => "system",
            Self::Process => "process",
        }
    }

    /// The kind with this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// True for the six kinds of identity (an account stands for one, but is none).
    #[must_use]
    pub fn is_identity(self) -> bool {
        matches!(
            self,
            Self::Person
                | Self::ServiceAccount
                | Self::Workload
                | Self::Pipeline
                | Self::AiAgent
                | Self::Vendor
        )
    }
}

impl fmt::Display for NodeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How the action and resource of an entitlement are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Notation {
    /// As plain text: a `*` in it is a star.
    #[default]
    Text,
    /// As Kubernetes RBAC reads it: `*` grants everything, `*/exec` one subresource everywhere.
    Kubernetes,
}

/// One node as one source describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    /// The system's own immutable id.
    pub id: NodeId,
    /// What it is.
    pub kind: NodeKind,
    /// What people call it; may change, is never a key.
    pub name: String,
    /// The system it lives in.
    pub system: String,
    /// Entitlements: what may be done, for selectors.
    pub action: Option<String>,
    /// Entitlements: on what, for selectors. Structure is an `applies_to` edge.
    pub resource: Option<String>,
    /// Entitlements: how the two above are read.
    #[serde(default)]
    pub notation: Notation,
    /// Entitlements: the only objects it is good for; empty means no such limit.
    #[serde(default)]
    pub resource_names: Vec<String>,
    /// `production`, `test` and so on, as the source says.
    pub environment: Option<String>,
    /// The business process it belongs to.
    pub process: Option<String>,
    /// Who owns it, as the source says; a claim, not an appointment.
    pub owner: Option<String>,
    /// When it came to be.
    pub created: Option<Timestamp>,
    /// When it was last seen in use.
    pub last_used: Option<Timestamp>,
    /// When it ends by itself.
    pub expires: Option<Timestamp>,
    /// Everything else, for selectors: `namespace`, `login`, `sensitivity` and so on. A bare key has
    /// the empty value.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// Where the source says so.
    pub because: Locator,
}

impl Node {
    /// A node with nothing but what every node has; fill in the rest with struct update.
    #[must_use]
    pub fn new(id: NodeId, kind: NodeKind, name: &str, system: &str, because: Locator) -> Self {
        Self {
            id,
            kind,
            name: name.to_owned(),
            system: system.to_owned(),
            action: None,
            resource: None,
            notation: Notation::Text,
            resource_names: Vec::new(),
            environment: None,
            process: None,
            owner: None,
            created: None,
            last_used: None,
            expires: None,
            tags: BTreeMap::new(),
            because,
        }
    }
}
