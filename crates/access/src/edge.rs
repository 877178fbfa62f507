//! Edges of the access graph. By CONTRACT the source gains what the target has, save for
//! `is_account_of`, where the identity (target) gains what its account (source) has.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::node::NodeId;
use crate::source::Locator;

/// How two nodes are connected. The names are those of the CSV form and of every output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EdgeKind {
    /// Identity, account, group or role is a member of a group or role and has what it has.
    MemberOf,
    /// May take on a role, account or identity.
    Assumes,
    /// Identity has a credential.
    Holds,
    /// Credential opens an account or identity.
    Authenticates,
    /// Group, role, account or identity has an entitlement.
    Grants,
    /// Entitlement is about a resource.
    AppliesTo,
    /// Can read a credential's secret, or one that opens an account or identity.
    ReadsSecretOf,
    /// Can act under the name of the target.
    Impersonates,
    /// May change the policy, membership or credentials of the target.
    Controls,
    /// Agent acts for a person.
    ActsOnBehalfOf,
    /// Account belongs to an identity.
    IsAccountOf,
    /// Agent uses a tool's identity.
    UsesTool,
}

impl EdgeKind {
    /// Every kind, in the order of the documentation.
    pub const ALL: [Self; 12] = [
        Self::MemberOf,
        Self::Assumes,
        Self::Holds,
        Self::Grants,
        Self::AppliesTo,
        Self::Authenticates,
        Self::ReadsSecretOf,
        Self::Impersonates,
        Self::Controls,
        Self::ActsOnBehalfOf,
        Self::IsAccountOf,
        Self::UsesTool,
    ];

    /// The name in files and outputs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MemberOf => "member_of",
            Self::Assumes => "assumes",
            Self::Holds => "holds",
            Self::Authenticates => "authenticates",
            Self::Grants => "grants",
            Self::AppliesTo => "applies_to",
            Self::ReadsSecretOf => "reads_secret_of",
            Self::Impersonates => "impersonates",
            Self::Controls => "controls",
            Self::ActsOnBehalfOf => "acts_on_behalf_of",
            Self::IsAccountOf => "is_account_of",
            Self::UsesTool => "uses_tool",
        }
    }

    /// The kind with this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// True for the kinds that make access *potential* unless a rule says that they count:
    /// `controls`, `acts_on_behalf_of` and `uses_tool`.
    #[must_use]
    pub fn is_potential(self) -> bool {
        matches!(self, Self::Controls | Self::ActsOnBehalfOf | Self::UsesTool)
    }
}

impl fmt::Display for EdgeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What makes an edge the same edge: a deleted and re-created binding is nothing new.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EdgeKey {
    /// From.
    pub source: NodeId,
    /// How.
    pub kind: EdgeKind,
    /// To.
    pub target: NodeId,
}

impl fmt::Display for EdgeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{},{}", self.source, self.kind, self.target)
    }
}

/// A fact that is not known, because of which access is potential and not proven.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Missing {
    /// Names the fact: `condition`, `policy`, `session`, `account` and so on.
    pub kind: String,
    /// What it would have to say.
    pub what: String,
}

/// One edge as one source describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edge {
    /// From, how, to.
    #[serde(flatten)]
    pub key: EdgeKey,
    /// Who granted it, where the source knows: an id of this graph or the source's own word.
    pub grantor: Option<String>,
    /// Since when, as the source claims.
    pub granted_at: Option<Timestamp>,
    /// Until when by itself.
    pub expires: Option<Timestamp>,
    /// Empty where the access is proven.
    #[serde(default)]
    pub missing: Vec<Missing>,
    /// Where the source says so.
    pub because: Locator,
}

impl Edge {
    /// A proven edge with no claims about its past.
    #[must_use]
    pub fn new(source: NodeId, kind: EdgeKind, target: NodeId, because: Locator) -> Self {
        Self {
            key: EdgeKey { source, kind, target },
            grantor: None,
            granted_at: None,
            expires: None,
            missing: Vec::new(),
            because,
        }
    }
}
