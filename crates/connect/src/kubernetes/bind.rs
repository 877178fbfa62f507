//! Turns objects into facts: subjects, roles, bindings and pods. A cluster role bound inside a
//! namespace acts there only, and is a node of its own for each such namespace. A binding to a role
//! that is not in the input is kept as a dangling edge and named.

use countersign_access::edge::{Edge, EdgeKind, Missing};
use countersign_access::fact::Locator;
use countersign_access::node::{BadId, Node, NodeId, NodeKind};

use super::aggregate::{ClusterRoles, Stated};
use super::build::Build;
use super::object::{BindingBody, Body, Object, RoleBody};
use super::permission::{self, Scope};
use super::subject::{self, SYSTEM};
use crate::reading::enumerate;

/// Most dangling bindings that are named; all are kept as edges.
const DANGLING_MAX: usize = 1_000;

/// Adds what all objects say.
pub(super) fn facts(objects: &[Object], build: &mut Build<'_>) {
    let roles = ClusterRoles::new(objects);
    let mut repeated = Vec::new();
    for object in objects {
        let namespace = object.namespace.as_deref().unwrap_or_default();
        let outcome = match &object.body {
            Body::ServiceAccount { mounts_token } => {
                account(object, namespace, *mounts_token, build)
            }
            Body::Role(body) => role(object, body, &roles, build),
            Body::Binding(_) | Body::Pod { .. } => Ok(true),
        };
        match outcome {
            Ok(true) => {}
            Ok(false) => repeated.push(named(object)),
            Err(bad) => build.refused.add(object.place.refer(), bad.to_string()),
        }
    }
    if !repeated.is_empty() {
        let objects = enumerate(&repeated);
        build.notes.push(format!("given more than once and merged: {objects}"));
    }
    bindings(objects, &roles, build);
    pods(objects, build);
    if let Err(bad) = subject::join_built_in_groups(build) {
        build.refused.add(build.source.as_str(), bad.to_string());
    }
}

/// `Kind namespace/name`, as locators cite an object.
fn named(object: &Object) -> String {
    let namespaced = |kind| {
        format!("{kind} {}/{}", object.namespace.as_deref().unwrap_or_default(), object.name)
    };
    match &object.body {
        Body::ServiceAccount { .. } => namespaced("ServiceAccount"),
        Body::Pod { .. } => namespaced("Pod"),
        Body::Role(role) if role.is_cluster => format!("ClusterRole {}", object.name),
        Body::Role(_) => namespaced("Role"),
        Body::Binding(binding) if binding.is_cluster => {
            format!("ClusterRoleBinding {}", object.name)
        }
        Body::Binding(_) => namespaced("RoleBinding"),
    }
}

fn cited(object: &Object, build: &Build<'_>) -> Locator {
    build.source.at(object.place.cite(&named(object)))
}

fn account(
    object: &Object,
    namespace: &str,
    mounts_token: Option<bool>,
    build: &mut Build<'_>,
) -> Result<bool, BadId> {
    let because = cited(object, build);
    let mut node = subject::service_account(namespace, &object.name, because)?;
    node.created = object.created;
    if mounts_token == Some(false) {
        node.tags.insert("mounts_token".into(), "false".into());
    }
    Ok(build.node(node))
}

fn role(
    object: &Object,
    body: &RoleBody,
    roles: &ClusterRoles<'_>,
    build: &mut Build<'_>,
) -> Result<bool, BadId> {
    let namespace = object.namespace.as_deref().unwrap_or_default();
    let scope = if body.is_cluster { Scope::Cluster } else { Scope::Namespace(namespace) };
    let id = if body.is_cluster {
        format!("ClusterRole:{}", object.name)
    } else {
        format!("Role:{namespace}/{}", object.name)
    };
    let rules = if body.is_cluster { roles.rules(object, body) } else { own_rules(object, body) };
    role_node(object, NodeId::new(id)?, (scope, &rules), build)
}

fn own_rules<'a>(object: &'a Object, body: &'a RoleBody) -> Vec<Stated<'a>> {
    body.rules.iter().map(|rule| Stated { role: object, rule }).collect()
}

/// Adds a role acting in a scope with all that it grants; false when it was there already.
fn role_node(
    object: &Object,
    id: NodeId,
    (scope, rules): (Scope<'_>, &[Stated<'_>]),
    build: &mut Build<'_>,
) -> Result<bool, BadId> {
    let label = match scope {
        Scope::Cluster => object.name.clone(),
        Scope::Namespace(namespace) => format!("{namespace}/{}", object.name),
    };
    let mut node = Node::new(id.clone(), NodeKind::Role, &label, SYSTEM, cited(object, build));
    node.created = object.created;
    node.tags.insert("namespace".into(), scope.as_str().to_owned());
    let is_new = build.node(node);
    for stated in rules {
        grant(&id, stated, scope, build);
    }
    Ok(is_new)
}

fn grant(role: &NodeId, stated: &Stated<'_>, scope: Scope<'_>, build: &mut Build<'_>) {
    let part = format!("{} rules[{}]", named(stated.role), stated.rule.index);
    let because = build.source.at(stated.rule.place.cite(&part));
    match permission::entitlements(stated.rule, scope, &because) {
        Err(why) => build.refused.add(stated.rule.place.refer(), format!("{part}: {why}")),
        Ok(nodes) => {
            for node in nodes {
                let id = node.id.clone();
                build.node(node);
                build.edge(Edge::new(role.clone(), EdgeKind::Grants, id, because.clone()));
            }
        }
    }
}

fn bindings(objects: &[Object], roles: &ClusterRoles<'_>, build: &mut Build<'_>) {
    let mut dangling = Vec::new();
    for object in objects {
        let Body::Binding(body) = &object.body else { continue };
        match bound_role(object, body, roles, build) {
            Err(bad) => build.refused.add(object.place.refer(), bad.to_string()),
            Ok(role) => {
                if !build.has(&role) {
                    let kind = if body.binds_cluster_role { "ClusterRole" } else { "Role" };
                    dangling.push(format!("{} -> {kind}/{}", object.name, body.role));
                }
                bind(object, body, &role, build);
            }
        }
    }
    dangling.sort();
    let more = dangling.len().saturating_sub(DANGLING_MAX);
    let named = dangling.into_iter().take(DANGLING_MAX);
    build.notes.extend(named.map(|it| format!("bound to a role that is not in the input: {it}")));
    if more > 0 {
        build.notes.push(format!("{more} more bindings to roles that are not in the input"));
    }
}

/// The node that stands for the bound role where the binding acts, made on the way where it is a
/// cluster role in one namespace.
fn bound_role(
    object: &Object,
    body: &BindingBody,
    roles: &ClusterRoles<'_>,
    build: &mut Build<'_>,
) -> Result<NodeId, BadId> {
    let id = bound_role_id(object, body)?;
    if body.binds_cluster_role && !body.is_cluster && !build.has(&id) {
        let scope = Scope::Namespace(object.namespace.as_deref().unwrap_or_default());
        for (role, role_body) in roles.named(&body.role) {
            role_node(role, id.clone(), (scope, &roles.rules(role, role_body)), build)?;
        }
    }
    Ok(id)
}

/// A cluster-wide binding to a role of one namespace is nothing that Kubernetes accepts: it dangles.
fn bound_role_id(object: &Object, body: &BindingBody) -> Result<NodeId, BadId> {
    let namespace = object.namespace.as_deref().unwrap_or_default();
    let role = body.role.as_str();
    NodeId::new(match (body.is_cluster, body.binds_cluster_role) {
        (true, true) => format!("ClusterRole:{role}"),
        (true, false) => format!("Role:{role}"),
        (false, true) => format!("ClusterRole:{role}@{namespace}"),
        (false, false) => format!("Role:{namespace}/{role}"),
    })
}

fn bind(object: &Object, body: &BindingBody, role: &NodeId, build: &mut Build<'_>) {
    let namespace = object.namespace.as_deref().unwrap_or_default();
    for subject in &body.subjects {
        let part = format!("{} subject[{}]", named(object), subject.index);
        let because = build.source.at(subject.place.cite(&part));
        match subject::node(subject, namespace, because.clone()) {
            Err(bad) => build.refused.add(subject.place.refer(), format!("{part}: {bad}")),
            Ok(node) => {
                let id = node.id.clone();
                build.node(node);
                let mut edge = Edge::new(id, EdgeKind::MemberOf, role.clone(), because);
                edge.granted_at = object.created;
                build.edge(edge);
            }
        }
    }
}

fn pods(objects: &[Object], build: &mut Build<'_>) {
    for object in objects {
        let Body::Pod { account, mounts_token } = &object.body else { continue };
        let account = account.as_deref().unwrap_or("default");
        if let Err(bad) = pod(object, account, *mounts_token, build) {
            build.refused.add(object.place.refer(), bad.to_string());
        }
    }
}

fn pod(
    object: &Object,
    account: &str,
    mounts_token: Option<bool>,
    build: &mut Build<'_>,
) -> Result<(), BadId> {
    let namespace = object.namespace.as_deref().unwrap_or_default();
    let because = cited(object, build);
    let label = format!("{namespace}/{}", object.name);
    let id = NodeId::new(format!("Pod:{label}"))?;
    let mut node = Node::new(id.clone(), NodeKind::Workload, &label, SYSTEM, because.clone());
    node.created = object.created;
    node.tags.insert("namespace".into(), namespace.into());
    build.node(node);
    let account = subject::service_account(namespace, account, because.clone())?;
    let target = account.id.clone();
    build.node(account);
    let mut edge = Edge::new(id, EdgeKind::Assumes, target.clone(), because);
    let account_mounts = build.tag(&target, "mounts_token") != Some("false");
    if !mounts_token.unwrap_or(account_mounts) {
        edge.missing.push(Missing {
            kind: "token".into(),
            what: "the pod mounts no token of its service account by itself".into(),
        });
    }
    build.edge(edge);
    Ok(())
}
