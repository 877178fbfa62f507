//! The TOML form of a rule pack, key by key, as serde reads it and as the published JSON Schema
//! describes it. Only the shape: what the values mean and which go together is for `read`.

use schemars::{JsonSchema, json_schema};
use serde::Deserialize;
use toml::Spanned;

use crate::rules::limit::{
    BASELINE_MAX, ID_BYTES_MAX, LINE_BYTES_MAX, LIST_MAX, RULES_MAX, SELECTORS_MAX, SIDES_MAX,
    TEXT_BYTES_MAX,
};
use crate::rules::word;
use countersign_access::edge::EdgeKind;
use countersign_access::node::NodeKind;
use countersign_access::rule::{Class, Severity};

/// How an id of a pack or rule is written.
const ID_PATTERN: &str = "^[a-z0-9][a-z0-9._-]*$";
/// How `same` is written.
const SAME_PATTERN: &str = "^(resource|namespace|system|environment|tag:.+)$";
/// How a tag test is written.
const TAG_PATTERN: &str = "^[^=\\s;]+(=.+)?$";

/// A rule pack: rules that say which access is toxic, for one platform or one business.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a rule pack with `[pack]` and `[[rule]]`")]
#[schemars(title = "Countersign rule pack")]
pub(crate) struct PackForm {
    /// What the pack is.
    pub(crate) pack: HeadForm,
    /// The rules.
    #[schemars(with = "Vec<RuleForm>", length(min = 1, max = RULES_MAX))]
    pub(crate) rule: Vec<Spanned<RuleForm>>,
}

/// What the pack is.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "the table `[pack]`")]
#[schemars(rename = "Head")]
pub(crate) struct HeadForm {
    /// Short name, unique among the loaded packs.
    #[schemars(with = "String", length(max = ID_BYTES_MAX), extend("pattern" = ID_PATTERN))]
    pub(crate) id: Spanned<String>,
    /// Version of the pack.
    #[schemars(with = "String", length(min = 1, max = LINE_BYTES_MAX))]
    pub(crate) version: Spanned<String>,
    /// The platform's own defaults, as globs on a node's id or name: what a default gives to a
    /// default is no finding.
    #[serde(default)]
    #[schemars(with = "Vec<String>", length(max = BASELINE_MAX))]
    pub(crate) baseline: Vec<Spanned<String>>,
}

/// One rule. It has either sides (permissions that must not come together) or `where` (tests on
/// the attributes of one node).
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a table `[[rule]]`")]
#[schemars(rename = "Rule", extend("oneOf" = [{"required": ["side"]}, {"required": ["where"]}]))]
pub(crate) struct RuleForm {
    /// Unique over all packs.
    #[schemars(with = "String", length(max = ID_BYTES_MAX), extend("pattern" = ID_PATTERN))]
    pub(crate) id: Spanned<String>,
    /// One line for lists.
    #[schemars(with = "String", length(min = 1, max = LINE_BYTES_MAX))]
    pub(crate) title: Spanned<String>,
    /// How bad.
    #[schemars(with = "String", extend("enum" = word::texts::<Severity>()))]
    pub(crate) severity: Spanned<String>,
    /// What sort of finding it makes; without it `toxic_pair` with two sides or more, else
    /// `hygiene`.
    #[schemars(with = "Option<String>", transform = class_schema)]
    pub(crate) class: Option<Spanned<String>>,
    /// The business process it protects.
    #[schemars(with = "Option<String>")]
    pub(crate) process: Option<Spanned<String>>,
    /// Only identities for which all of this holds.
    pub(crate) scope: Option<ScopeForm>,
    /// What all sides must share: `resource`, `namespace`, `system`, `environment` or `tag:NAME`.
    #[schemars(with = "Option<String>", extend("pattern" = SAME_PATTERN))]
    pub(crate) same: Option<Spanned<String>>,
    /// Kinds of edge that count as access for this rule beyond those that always count.
    #[serde(default)]
    #[schemars(with = "Vec<String>", transform = edge_kinds_schema)]
    pub(crate) follow: Vec<Spanned<String>>,
    /// Why it is toxic, for people.
    #[schemars(with = "String", length(min = 1, max = TEXT_BYTES_MAX))]
    pub(crate) explanation: Spanned<String>,
    /// What to do about it, for people.
    #[schemars(with = "String", length(min = 1, max = TEXT_BYTES_MAX))]
    pub(crate) remedy: Spanned<String>,
    /// OWASP Non-Human Identities Top 10 ids, `NHI5:2025`.
    #[serde(default)]
    #[schemars(with = "Vec<String>", length(max = LIST_MAX))]
    pub(crate) owasp_nhi: Vec<Spanned<String>>,
    /// NIST CSF 2.0 ids, `PR.AA-05`.
    #[serde(default)]
    #[schemars(with = "Vec<String>", length(max = LIST_MAX))]
    pub(crate) csf: Vec<Spanned<String>>,
    /// A duty or person who owns the rule and decides disputes.
    #[schemars(with = "Option<String>")]
    pub(crate) owner: Option<Spanned<String>>,
    /// The sides that must not come together; one side is a permission that is toxic alone.
    #[schemars(with = "Option<Vec<SideForm>>", length(min = 1, max = SIDES_MAX))]
    pub(crate) side: Option<Vec<Spanned<SideForm>>>,
    /// Attribute tests on one node, all of which must hold.
    #[serde(rename = "where")]
    #[schemars(with = "Option<WhereForm>")]
    pub(crate) r#where: Option<Spanned<WhereForm>>,
}

/// One side of a combination: exactly one of `any` and `all`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a table `[[rule.side]]`")]
#[schemars(rename = "Side", extend("oneOf" = [{"required": ["any"]}, {"required": ["all"]}]))]
pub(crate) struct SideForm {
    /// What the side lets somebody do, in business words.
    #[schemars(with = "String", length(min = 1, max = LINE_BYTES_MAX))]
    pub(crate) name: Spanned<String>,
    /// One of these is enough.
    #[schemars(with = "Option<Vec<SelectorForm>>", length(min = 1, max = SELECTORS_MAX))]
    pub(crate) any: Option<Vec<Spanned<SelectorForm>>>,
    /// All of these are needed.
    #[schemars(with = "Option<Vec<SelectorForm>>", length(min = 1, max = SELECTORS_MAX))]
    pub(crate) all: Option<Vec<Spanned<SelectorForm>>>,
}

/// A test on a permission; all that is given must match. Globs know only `*`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a selector such as `{ action = \"insert\" }`")]
#[schemars(rename = "Selector", extend("minProperties" = 1))]
pub(crate) struct SelectorForm {
    /// Exactly the permission with this id; stands alone.
    #[schemars(with = "Option<String>")]
    pub(crate) entitlement: Option<Spanned<String>>,
    /// Glob on the system.
    #[schemars(with = "Option<String>")]
    pub(crate) system: Option<Spanned<String>>,
    /// Glob on what may be done.
    #[schemars(with = "Option<String>")]
    pub(crate) action: Option<Spanned<String>>,
    /// Glob on what it may be done to.
    #[schemars(with = "Option<String>")]
    pub(crate) resource: Option<Spanned<String>>,
    /// `key` or `key=value` on the permission or on a resource it applies to.
    #[schemars(with = "Option<String>", extend("pattern" = TAG_PATTERN))]
    pub(crate) tag: Option<Spanned<String>>,
}

/// Which identities a rule is about; all that is given must hold.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a scope such as `{ kinds = [\"workload\"] }`")]
#[schemars(rename = "Scope")]
pub(crate) struct ScopeForm {
    /// Kinds of node.
    #[serde(default)]
    #[schemars(with = "Vec<String>", transform = node_kinds_schema)]
    pub(crate) kinds: Vec<Spanned<String>>,
    /// Glob on the system.
    #[schemars(with = "Option<String>")]
    pub(crate) system: Option<Spanned<String>>,
    /// Glob on the environment.
    #[schemars(with = "Option<String>")]
    pub(crate) environment: Option<Spanned<String>>,
    /// `key` or `key=value`.
    #[schemars(with = "Option<String>", extend("pattern" = TAG_PATTERN))]
    pub(crate) tag: Option<Spanned<String>>,
}

/// Tests on the attributes of one node, all of which must hold; at least one beside `kinds`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "the table `[rule.where]`")]
#[schemars(rename = "Where", extend("minProperties" = 2))]
pub(crate) struct WhereForm {
    /// Kinds of node.
    #[schemars(with = "Vec<String>", transform = node_kinds_schema, length(min = 1))]
    pub(crate) kinds: Vec<Spanned<String>>,
    /// Glob on the system.
    #[schemars(with = "Option<String>")]
    pub(crate) system: Option<Spanned<String>>,
    /// Tags it must have, `key` or `key=value`.
    #[serde(default)]
    #[schemars(with = "Vec<String>", length(max = LIST_MAX))]
    pub(crate) tags: Vec<Spanned<String>>,
    /// Tags it must not have, `key` or `key=value`.
    #[serde(default)]
    #[schemars(with = "Vec<String>", length(max = LIST_MAX))]
    pub(crate) without_tags: Vec<Spanned<String>>,
    /// Created at least this many days ago.
    pub(crate) age_days_min: Option<u32>,
    /// Not used for at least this many days.
    pub(crate) unused_days_min: Option<u32>,
    /// Has (`true`) or lacks (`false`) an expiry.
    pub(crate) expires: Option<bool>,
    /// Has (`true`) or lacks (`false`) an owner.
    pub(crate) owned: Option<bool>,
}

fn class_schema(schema: &mut schemars::Schema) {
    *schema = json_schema!({ "type": "string", "enum": word::texts::<Class>() });
}

fn node_kinds_schema(schema: &mut schemars::Schema) {
    words_schema(schema, &word::texts::<NodeKind>());
}

fn edge_kinds_schema(schema: &mut schemars::Schema) {
    words_schema(schema, &word::texts::<EdgeKind>());
}

fn words_schema(schema: &mut schemars::Schema, words: &[&str]) {
    let items = json_schema!({ "type": "string", "enum": words });
    schema.insert("items".to_owned(), items.into());
}
