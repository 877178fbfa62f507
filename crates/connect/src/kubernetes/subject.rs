//! Who can be bound: service accounts, names and groups, and the groups that every cluster puts
//! them into by itself (Kubernetes documentation, "Authenticating": `system:authenticated`,
//! `system:unauthenticated`, `system:serviceaccounts`, `system:serviceaccounts:NAMESPACE`).

use countersign_access::node::{BadId, Node, NodeId, NodeKind};

use super::build::Build;
use super::object::{Subject, SubjectKind};
use countersign_access::edge::{Edge, EdgeKind};
use countersign_access::fact::Locator;

/// Name of the system that all nodes are in.
pub(super) const SYSTEM: &str = "kubernetes";

const SERVICE_ACCOUNT_NAME: &str = "system:serviceaccount:";

/// A service account by namespace and name.
pub(super) fn service_account(
    namespace: &str,
    name: &str,
    because: Locator,
) -> Result<Node, BadId> {
    let label = format!("{namespace}/{name}");
    let id = NodeId::new(format!("ServiceAccount:{label}"))?;
    let mut node = Node::new(id, NodeKind::ServiceAccount, &label, SYSTEM, because);
    node.tags.insert("namespace".into(), namespace.into());
    Ok(node)
}

/// The node of a binding's subject. A user named `system:serviceaccount:NAMESPACE:NAME` is that
/// service account. `namespace` is that of the binding.
pub(super) fn node(subject: &Subject, namespace: &str, because: Locator) -> Result<Node, BadId> {
    let name = subject.name.as_str();
    let (prefix, kind) = match subject.kind {
        SubjectKind::ServiceAccount => {
            let namespace = subject.namespace.as_deref().unwrap_or(namespace);
            return service_account(namespace, name, because);
        }
        SubjectKind::User => {
            let account = name.strip_prefix(SERVICE_ACCOUNT_NAME).and_then(|it| it.split_once(':'));
            if let Some((namespace, name)) = account {
                return service_account(namespace, name, because);
            }
            ("User", NodeKind::Account)
        }
        SubjectKind::Group => ("Group", NodeKind::Group),
    };
    let id = NodeId::new(format!("{prefix}:{name}"))?;
    let mut node = Node::new(id, kind, name, SYSTEM, because);
    node.tags.extend(open_to(name).map(|whom| ("open".into(), whom.into())));
    Ok(node)
}

/// Whom a built-in name or group stands for, where it is not a chosen few.
fn open_to(name: &str) -> Option<&'static str> {
    match name {
        "system:anonymous" | "system:unauthenticated" => Some("anonymous"),
        "system:authenticated" => Some("authenticated"),
        "system:serviceaccounts" => Some("service_accounts"),
        _ => None,
    }
}

/// Puts everybody into the built-in groups that some binding names.
pub(super) fn join_built_in_groups(build: &mut Build<'_>) -> Result<(), BadId> {
    let mut joined = Vec::new();
    for node in build.nodes() {
        for group in built_in_groups(node) {
            let group = NodeId::new(format!("Group:{group}"))?;
            if build.has(&group) {
                joined.push((node.id.clone(), group));
            }
        }
    }
    for (member, group) in joined {
        let because = build.source.at(format!("Kubernetes: built-in membership of {group}"));
        build.edge(Edge::new(member, EdgeKind::MemberOf, group, because));
    }
    Ok(())
}

fn built_in_groups(node: &Node) -> Vec<String> {
    match node.kind {
        NodeKind::ServiceAccount => {
            let namespace = node.tags.get("namespace").map_or("", String::as_str);
            vec![
                "system:authenticated".into(),
                "system:serviceaccounts".into(),
                format!("system:serviceaccounts:{namespace}"),
            ]
        }
        NodeKind::Account if node.name == "system:anonymous" => {
            vec!["system:unauthenticated".into()]
        }
        NodeKind::Account => vec!["system:authenticated".into()],
        NodeKind::Person
        | NodeKind::Workload
        | NodeKind::Pipeline
        | NodeKind::AiAgent
        | NodeKind::Vendor
        | NodeKind::Credential
        | NodeKind::Group
        | NodeKind::Role
        | NodeKind::Entitlement
        | NodeKind::Resource
        | NodeKind::System
        | NodeKind::Process => Vec::new(),
    }
}
