//! Rules that say which access is toxic. Plain types: reading them from TOML is `policy`, judging
//! with them is `engine`.

use serde::{Deserialize, Serialize};

use crate::edge::EdgeKind;
use crate::glob::Glob;
use crate::node::{NodeId, NodeKind};

/// A set of rules for one platform or business, with its version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pack {
    /// Short name, unique among the loaded packs.
    pub id: String,
    /// Version of the pack.
    pub version: String,
    /// The platform's own defaults, as globs on a node's id or name. What a default gives to a
    /// default is no finding, so that an empty cluster reports nothing: under a root cause that is
    /// among them, affected nodes that are among them are left out, and with none left there is no
    /// finding. A default role given to somebody's own account stays a finding.
    pub baseline: Vec<Glob>,
    /// The rules.
    pub rules: Vec<Rule>,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Unique over all packs, for example `postgres.self-escalation`.
    pub id: String,
    /// One line for lists.
    pub title: String,
    /// How bad.
    pub severity: Severity,
    /// The business process it protects.
    pub process: Option<String>,
    /// Only identities for which all of this holds; empty means everybody.
    pub scope: Scope,
    /// What the sides must share.
    pub same: Option<Same>,
    /// Why it is toxic, for people.
    pub explanation: String,
    /// What to do about it, for people.
    pub remedy: String,
    /// Official ids, `NHI5:2025`.
    pub owasp_nhi: Vec<String>,
    /// Official ids, `PR.AA-05`.
    pub csf: Vec<String>,
    /// A duty or person who owns the rule and decides disputes.
    pub owner: Option<String>,
    /// What sort of finding it makes.
    pub class: Class,
    /// The kinds of edge that count as access for this rule, beyond those that always count. A kind
    /// that is potential by nature (`controls` ...) counts as proven when named here.
    pub follow: Vec<EdgeKind>,
    /// What must come together.
    pub body: Body,
}

/// What a rule looks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// Permissions that must not come together. At least one side.
    Sides(Vec<Side>),
    /// Nodes that are unhealthy by themselves.
    Where(Where),
}

/// One side of a combination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// What the side lets somebody do, in business words.
    pub name: String,
    /// The permissions.
    pub need: Need,
}

/// How many of a side's selectors must be met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Need {
    /// One is enough.
    Any(Vec<Selector>),
    /// All are needed.
    All(Vec<Selector>),
}

/// A test on an entitlement; all that is given must match.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Selector {
    /// Exactly this entitlement.
    pub entitlement: Option<NodeId>,
    /// The entitlement's system.
    pub system: Option<Glob>,
    /// What may be done.
    pub action: Option<Glob>,
    /// On what: the entitlement's own text, or the id or name of a resource it applies to.
    pub resource: Option<Glob>,
    /// `key` or `key=value`, on the entitlement or a resource it applies to.
    pub tag: Option<TagTest>,
}

/// `key` (present, whatever its value) or `key=value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagTest {
    /// The tag's key.
    pub key: String,
    /// The value it must have.
    pub value: Option<String>,
}

/// Which identities a rule is about.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scope {
    /// Kinds of node; empty means all that can hold access.
    pub kinds: Vec<NodeKind>,
    /// Systems.
    pub system: Option<Glob>,
    /// Environments.
    pub environment: Option<Glob>,
    /// A tag of the identity.
    pub tag: Option<TagTest>,
}

/// What all sides of a combination must share. The value `*` (cluster-wide) is shared with every
/// other value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Same {
    /// The resource text of the entitlement, or a resource it applies to.
    Resource,
    /// The tag `namespace`.
    Namespace,
    /// The system.
    System,
    /// The environment.
    Environment,
    /// A named tag.
    Tag(String),
}

/// A hygiene rule: attribute tests on one node, all of which must hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Where {
    /// Kinds of node; never empty.
    pub kinds: Vec<NodeKind>,
    /// The node's system.
    pub system: Option<Glob>,
    /// Tags that must be there.
    pub tags: Vec<TagTest>,
    /// Tags that must not be there.
    pub without_tags: Vec<TagTest>,
    /// Created at least this many days before the read.
    pub age_days_min: Option<u32>,
    /// Not used for at least this many days before the read; never used counts when true use is known.
    pub unused_days_min: Option<u32>,
    /// Has (`true`) or lacks (`false`) an expiry.
    pub expires: Option<bool>,
    /// Has (`true`) or lacks (`false`) an owner.
    pub owned: Option<bool>,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing.
    Low,
    /// Worth planning.
    Medium,
    /// Worth doing soon.
    High,
    /// Worth doing now.
    Critical,
}

impl Severity {
    /// The name in files and outputs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// What sort of thing a rule finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Two or more powers that must not come together.
    ToxicPair,
    /// A power that lets its holder give itself more.
    SelfEscalation,
    /// A power to become or change somebody else.
    PowerOverOthers,
    /// Everything, everywhere.
    Administrator,
    /// Access from where none should come.
    Exposure,
    /// Neglect: no owner, no expiry, no use.
    Hygiene,
}

impl Class {
    /// The name in files and outputs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ToxicPair => "toxic_pair",
            Self::SelfEscalation => "self_escalation",
            Self::PowerOverOthers => "power_over_others",
            Self::Administrator => "administrator",
            Self::Exposure => "exposure",
            Self::Hygiene => "hygiene",
        }
    }
}
