//! Kubernetes objects that matter for access, taken out of a tree (Kubernetes API: core/v1 and
//! rbac.authorization.k8s.io/v1). Every refusal names the field; lists of any depth are unfolded.

use std::collections::BTreeMap;

use super::place::Place;
use super::selector::{Selector, labels};
use super::tree::{Shape, Tree};
use jiff::Timestamp;

/// Deepest nesting of lists in lists.
const LISTS_MAX: usize = 8;

/// An object.
#[derive(Debug, Clone)]
pub(super) struct Object {
    /// Its name.
    pub(super) name: String,
    /// Its namespace, where it names one.
    pub(super) namespace: Option<String>,
    /// When it was created.
    pub(super) created: Option<Timestamp>,
    /// Where it stands.
    pub(super) place: Place,
    /// What it is.
    pub(super) body: Body,
}

/// What an object is.
#[derive(Debug, Clone)]
pub(super) enum Body {
    /// `ServiceAccount`.
    ServiceAccount {
        /// Whether pods get its token, where it says.
        mounts_token: Option<bool>,
    },
    /// `Pod`.
    Pod {
        /// Its service account, where it names one.
        account: Option<String>,
        /// Whether it gets the token, where it says.
        mounts_token: Option<bool>,
    },
    /// `Role` or `ClusterRole`.
    Role(RoleBody),
    /// `RoleBinding` or `ClusterRoleBinding`.
    Binding(BindingBody),
}

/// A role.
#[derive(Debug, Clone)]
pub(super) struct RoleBody {
    /// True for a `ClusterRole`.
    pub(super) is_cluster: bool,
    /// Labels, for aggregation.
    pub(super) labels: BTreeMap<String, String>,
    /// Whose rules it takes on: any of these selectors.
    pub(super) aggregates: Vec<Selector>,
    /// Its own rules.
    pub(super) rules: Vec<Rule>,
}

/// One rule of a role.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    /// Position in the role as written.
    pub(super) index: usize,
    /// Where it stands.
    pub(super) place: Place,
    /// Verbs.
    pub(super) verbs: Vec<String>,
    /// API groups, the core group empty.
    pub(super) groups: Vec<String>,
    /// Resources, with subresources after a slash.
    pub(super) resources: Vec<String>,
    /// The only objects it is good for.
    pub(super) resource_names: Vec<String>,
    /// Paths outside the resources.
    pub(super) paths: Vec<String>,
}

/// A binding.
#[derive(Debug, Clone)]
pub(super) struct BindingBody {
    /// True for a `ClusterRoleBinding`.
    pub(super) is_cluster: bool,
    /// True where it binds a `ClusterRole`.
    pub(super) binds_cluster_role: bool,
    /// Name of the role.
    pub(super) role: String,
    /// Whom it binds.
    pub(super) subjects: Vec<Subject>,
}

/// One subject of a binding.
#[derive(Debug, Clone)]
pub(super) struct Subject {
    /// Position in the binding.
    pub(super) index: usize,
    /// Where it stands.
    pub(super) place: Place,
    /// What it is.
    pub(super) kind: SubjectKind,
    /// Its name.
    pub(super) name: String,
    /// Its namespace, where it names one.
    pub(super) namespace: Option<String>,
}

/// What a subject is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SubjectKind {
    /// A service account.
    ServiceAccount,
    /// A name that authentication vouches for.
    User,
    /// A group that authentication vouches for.
    Group,
}

/// What unfolding a document gives.
#[derive(Debug)]
pub(super) enum Found {
    /// An object that matters.
    Object(Box<Object>),
    /// A valid object of a kind that is not read, by kind.
    Unknown(String),
    /// No Kubernetes object at all.
    Foreign(Place),
    /// A malformed object or part of one.
    Refused(Place, String),
}

/// Unfolds a document into objects.
pub(super) fn unfold(tree: &Tree, place: &Place, found: &mut Vec<Found>) {
    unfold_at(tree, place, &Inherited::default(), found);
}

/// What items of a list take from it when they do not say it themselves, as raw API answers do not.
#[derive(Debug, Clone, Default)]
struct Inherited {
    kind: Option<String>,
    version: Option<String>,
    depth: usize,
}

fn unfold_at(tree: &Tree, place: &Place, inherited: &Inherited, found: &mut Vec<Found>) {
    let place = place.at(tree.line);
    if inherited.depth > LISTS_MAX {
        let why = format!("lists nested deeper than {LISTS_MAX}: unfold them");
        found.push(Found::Refused(place, why));
        return;
    }
    if let Shape::List(items) = &tree.shape {
        let inherited = Inherited { depth: inherited.depth.saturating_add(1), ..inherited.clone() };
        items.iter().for_each(|item| unfold_at(item, &place, &inherited, found));
        return;
    }
    match head(tree, inherited) {
        Err(why) => found.push(Found::Refused(place, why)),
        Ok(head) => unfold_head(tree, place, head, found),
    }
}

struct Head {
    kind: Option<String>,
    version: Option<String>,
    is_list: bool,
    depth: usize,
}

fn head(tree: &Tree, inherited: &Inherited) -> Result<Head, String> {
    let owned = |it: Option<&str>| it.map(str::to_owned);
    let kind = owned(tree.text("kind")?).or_else(|| inherited.kind.clone());
    let version = owned(tree.text("apiVersion")?).or_else(|| inherited.version.clone());
    let is_list_kind = kind.as_ref().is_none_or(|it| it.ends_with("List"));
    let has_items = matches!(tree.get("items").map(|it| &it.shape), Some(Shape::List(_)));
    let is_list = is_list_kind && (has_items || (kind.is_some() && tree.get("items").is_none()));
    Ok(Head { kind, version, is_list, depth: inherited.depth })
}

fn unfold_head(tree: &Tree, place: Place, head: Head, found: &mut Vec<Found>) {
    if head.is_list {
        let kind = head.kind.as_deref().and_then(|it| it.strip_suffix("List"));
        let kind = kind.filter(|it| !it.is_empty()).map(str::to_owned);
        let depth = head.depth.saturating_add(1);
        let version = head.version.filter(|_| kind.is_some());
        let inherited = Inherited { kind, version, depth };
        for item in tree.list("items").unwrap_or_default() {
            unfold_at(item, &place, &inherited, found);
        }
        return;
    }
    match (head.kind, head.version) {
        (Some(kind), version) => {
            let group = version.as_deref().and_then(|it| it.split_once('/')).map_or("", |it| it.0);
            object(tree, place, (&kind, group), found);
        }
        (None, Some(_)) => {
            let why = "an object with `apiVersion` and without `kind`: say which kind it is";
            found.push(Found::Refused(place, why.into()));
        }
        (None, None) => found.push(Found::Foreign(place)),
    }
}

fn object(tree: &Tree, place: Place, (kind, group): (&str, &str), found: &mut Vec<Found>) {
    let mut broken = Vec::new();
    let body = match (group, kind) {
        ("", "ServiceAccount") => account(tree),
        ("", "Pod") => pod(tree),
        ("rbac.authorization.k8s.io", "Role" | "ClusterRole") => {
            role(tree, &place, kind == "ClusterRole", &mut broken)
        }
        ("rbac.authorization.k8s.io", "RoleBinding" | "ClusterRoleBinding") => {
            binding(tree, &place, kind == "ClusterRoleBinding", &mut broken)
        }
        ("", _) => return found.push(Found::Unknown(kind.to_owned())),
        _ => return found.push(Found::Unknown(format!("{group}/{kind}"))),
    };
    found.extend(broken.into_iter().map(|(place, why)| Found::Refused(place, why)));
    match body.and_then(|body| whole(tree, place.clone(), body)) {
        Ok(object) => found.push(Found::Object(Box::new(object))),
        Err(why) => found.push(Found::Refused(place, format!("{kind}: {why}"))),
    }
}

fn whole(tree: &Tree, place: Place, body: Body) -> Result<Object, String> {
    let metadata = tree.get("metadata").ok_or("`metadata` is missing: an object needs a name")?;
    let name = metadata.text("name")?.ok_or("`metadata.name` is missing: give it a name")?;
    let namespace = metadata.text("namespace")?.map(str::to_owned);
    let created = metadata.text("creationTimestamp")?.and_then(|it| it.parse().ok());
    Ok(Object { name: name.to_owned(), namespace, created, place, body })
}

fn account(tree: &Tree) -> Result<Body, String> {
    Ok(Body::ServiceAccount { mounts_token: flag(tree, "automountServiceAccountToken")? })
}

fn pod(tree: &Tree) -> Result<Body, String> {
    let spec = tree.get("spec").ok_or("`spec` is missing: was the export cut?")?;
    let account = spec.text("serviceAccountName")?.or(spec.text("serviceAccount")?);
    let mounts_token = flag(spec, "automountServiceAccountToken")?;
    Ok(Body::Pod { account: account.map(str::to_owned), mounts_token })
}

fn flag(tree: &Tree, key: &str) -> Result<Option<bool>, String> {
    match tree.get(key).map(|it| &it.shape) {
        None => Ok(None),
        Some(Shape::Bool(value)) => Ok(Some(*value)),
        Some(_) => Err(format!("`{key}` is neither true nor false")),
    }
}

type Broken = Vec<(Place, String)>;

fn role(tree: &Tree, place: &Place, is_cluster: bool, broken: &mut Broken) -> Result<Body, String> {
    let labels =
        tree.get("metadata").and_then(|it| it.get("labels")).map(labels).unwrap_or_default();
    let aggregates = match tree.get("aggregationRule") {
        Some(rule) if is_cluster => rule
            .list("clusterRoleSelectors")?
            .iter()
            .map(Selector::read)
            .collect::<Result<_, _>>()?,
        Some(_) | None => Vec::new(),
    };
    let mut rules = Vec::new();
    for (index, item) in tree.list("rules")?.iter().enumerate() {
        let place = place.at(item.line);
        match rule(item, index, place.clone()) {
            Ok(rule) => rules.push(rule),
            Err(why) => broken.push((place, format!("rules[{index}]: {why}"))),
        }
    }
    Ok(Body::Role(RoleBody { is_cluster, labels, aggregates, rules }))
}

fn rule(tree: &Tree, index: usize, place: Place) -> Result<Rule, String> {
    if !matches!(tree.shape, Shape::Map(_)) {
        return Err("a rule is a table with verbs, apiGroups and resources".into());
    }
    let owned = |key| tree.texts(key).map(|it| it.into_iter().map(str::to_owned).collect());
    let rule = Rule {
        index,
        place,
        verbs: owned("verbs")?,
        groups: owned("apiGroups")?,
        resources: owned("resources")?,
        resource_names: owned("resourceNames")?,
        paths: owned("nonResourceURLs")?,
    };
    if rule.verbs.is_empty() {
        return Err("no verbs: say what may be done".into());
    }
    if rule.resources.is_empty() && rule.paths.is_empty() {
        return Err("neither resources nor nonResourceURLs: say on what".into());
    }
    if !rule.resources.is_empty() && rule.groups.is_empty() {
        return Err("resources without apiGroups: the core group is written \"\"".into());
    }
    Ok(rule)
}

fn binding(
    tree: &Tree,
    place: &Place,
    is_cluster: bool,
    broken: &mut Broken,
) -> Result<Body, String> {
    let role = tree.get("roleRef").ok_or("`roleRef` is missing: say which role it binds")?;
    let kind = role.text("kind")?.ok_or("`roleRef.kind` is missing: Role or ClusterRole")?;
    if kind != "Role" && kind != "ClusterRole" {
        return Err(format!("`roleRef.kind` is `{kind}`: it must be Role or ClusterRole"));
    }
    let name = role.text("name")?.ok_or("`roleRef.name` is missing: say which role it binds")?;
    let mut subjects = Vec::new();
    for (index, item) in tree.list("subjects")?.iter().enumerate() {
        let place = place.at(item.line);
        match subject(item, index, place.clone()) {
            Ok(subject) => subjects.push(subject),
            Err(why) => broken.push((place, format!("subjects[{index}]: {why}"))),
        }
    }
    let binds_cluster_role = kind == "ClusterRole";
    Ok(Body::Binding(BindingBody {
        is_cluster,
        binds_cluster_role,
        role: name.to_owned(),
        subjects,
    }))
}

fn subject(tree: &Tree, index: usize, place: Place) -> Result<Subject, String> {
    let kind = match tree.text("kind")?.ok_or("`kind` is missing")? {
        "ServiceAccount" => SubjectKind::ServiceAccount,
        "User" => SubjectKind::User,
        "Group" => SubjectKind::Group,
        other => {
            return Err(format!("`kind` is `{other}`: it must be User, Group or ServiceAccount"));
        }
    };
    let name = tree.text("name")?.ok_or("`name` is missing")?.to_owned();
    let namespace = tree.text("namespace")?.map(str::to_owned);
    Ok(Subject { index, place, kind, name, namespace })
}
