//! One rule of a role as entitlements: one per verb, resource and named object, in the scope where
//! the role acts (`group/resource[/subresource]`, the core group written `core`).

use countersign_access::fact::Locator;
use countersign_access::node::{BadId, Node, NodeId, NodeKind, Notation};

use super::object::Rule;
use super::subject::SYSTEM;

/// Most entitlements of one rule.
const PER_RULE_MAX: usize = 20_000;

/// What stands before a path that is no resource; such a permission knows no namespace.
const NO_RESOURCE: &str = "nonResourceURL/";

/// Where a role acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope<'a> {
    /// Everywhere.
    Cluster,
    /// In one namespace.
    Namespace(&'a str),
}

impl<'a> Scope<'a> {
    /// The value of the tag `namespace`.
    pub(super) fn as_str(self) -> &'a str {
        match self {
            Self::Cluster => "*",
            Self::Namespace(namespace) => namespace,
        }
    }

    /// The value of the tag `reach`.
    fn reach(self) -> &'static str {
        match self {
            Self::Cluster => "cluster",
            Self::Namespace(_) => "namespace",
        }
    }
}

/// The entitlements of a rule.
///
/// # Errors
/// When it would be too many, or one has no acceptable id.
pub(super) fn entitlements(
    rule: &Rule,
    scope: Scope<'_>,
    because: &Locator,
) -> Result<Vec<Node>, String> {
    let factors = [rule.verbs.len(), rule.groups.len(), rule.resources.len()];
    let resources = factors
        .iter()
        .fold(rule.resource_names.len().max(1), |product, factor| product.saturating_mul(*factor));
    let total = resources.saturating_add(rule.verbs.len().saturating_mul(rule.paths.len()));
    if total > PER_RULE_MAX {
        return Err(format!(
            "the rule spells out {total} permissions, more than the {PER_RULE_MAX} that are read: \
             use `*` or split it"
        ));
    }
    let mut nodes = Vec::new();
    for verb in &rule.verbs {
        for resource in resources_of(rule, scope) {
            for name in names_of(rule) {
                let node = entitlement(verb, &resource, name, scope);
                nodes.push(node(because).map_err(|bad| bad.to_string())?);
            }
        }
    }
    Ok(nodes)
}

/// Paths outside the resources exist for the whole cluster only; in a namespace they mean nothing.
fn resources_of(rule: &Rule, scope: Scope<'_>) -> Vec<String> {
    let in_groups = rule.groups.iter().flat_map(|group| {
        let group = if group.is_empty() { "core" } else { group };
        rule.resources.iter().map(move |resource| format!("{group}/{resource}"))
    });
    let paths = rule.paths.iter().filter(|_| scope == Scope::Cluster);
    let paths = paths.map(|path| format!("{NO_RESOURCE}{}", path.trim_start_matches('/')));
    in_groups.chain(paths).collect()
}

fn names_of(rule: &Rule) -> Vec<Option<&str>> {
    if rule.resource_names.is_empty() {
        return vec![None];
    }
    rule.resource_names.iter().map(|name| Some(name.as_str())).collect()
}

fn entitlement<'a>(
    verb: &'a str,
    resource: &'a str,
    name: Option<&'a str>,
    scope: Scope<'a>,
) -> impl FnOnce(&Locator) -> Result<Node, BadId> + 'a {
    move |because| {
        let object = name.map(|it| format!("[{it}]")).unwrap_or_default();
        let label = format!("{verb} {resource}{object}");
        let id = NodeId::new(format!("Permission:{}/{label}", scope.as_str()))?;
        let mut node = Node::new(id, NodeKind::Entitlement, &label, SYSTEM, because.clone());
        node.action = Some(verb.to_owned());
        node.resource = Some(resource.to_owned());
        node.notation = Notation::Kubernetes;
        node.resource_names = name.map(str::to_owned).into_iter().collect();
        if !resource.starts_with(NO_RESOURCE) {
            node.tags.insert("namespace".into(), scope.as_str().to_owned());
            node.tags.insert("reach".into(), scope.reach().to_owned());
        }
        Ok(node)
    }
}
