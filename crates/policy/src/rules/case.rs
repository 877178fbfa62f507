//! The TOML form of tests beside the rules, and the small facts that a case is about. Does not judge
//! and does not compare; that is `trial`.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use countersign_access::edge::{Edge, EdgeKind};
use countersign_access::fact::{Chunk, Locator, Run, SourceId};
use countersign_access::node::{Node, NodeId, NodeKind, Notation};
use jiff::Timestamp;
use serde::Deserialize;
use toml::Spanned;

use crate::rules::limit::FACTS_MAX;
use crate::rules::malformed::Marks;
use crate::rules::word;

/// The source of a case's facts.
const SOURCE: &str = "case";

/// A file of cases for the pack of the same name.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "tests of a rule pack with `[[case]]`")]
pub(crate) struct CasesForm {
    /// What most facts of the file have in common.
    #[serde(default)]
    pub(crate) defaults: DefaultsForm,
    /// The cases.
    pub(crate) case: Vec<Spanned<CaseForm>>,
}

/// What most facts of the file have in common.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, expecting = "the table `[defaults]`")]
pub(crate) struct DefaultsForm {
    #[serde(default)]
    system: String,
    #[serde(default)]
    notation: Notation,
    /// Tags of every node and permission.
    #[serde(default)]
    tags: Vec<String>,
}

/// Some facts, and what must be found in them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table `[[case]]`")]
pub(crate) struct CaseForm {
    /// What the case shows, as a sentence.
    pub(crate) name: String,
    /// When the facts were read.
    read_at: Option<Timestamp>,
    #[serde(default)]
    nodes: Vec<Spanned<NodeForm>>,
    /// Entitlements, each granted to somebody.
    #[serde(default)]
    permissions: Vec<Spanned<PermissionForm>>,
    /// `[source, kind, target]`.
    #[serde(default)]
    edges: Vec<Spanned<[String; 3]>>,
    /// Exactly these findings of the rules that are named here or in `quiet`.
    #[serde(default)]
    pub(crate) find: Vec<Spanned<FindForm>>,
    /// Rules that find nothing beyond `find`; `*` stands for all of the pack.
    #[serde(default)]
    pub(crate) quiet: Vec<Spanned<String>>,
}

/// One expected finding.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "an expected finding such as `{ rule, root, affected }`")]
pub(crate) struct FindForm {
    /// The rule's id.
    pub(crate) rule: String,
    /// The root cause's id.
    pub(crate) root: String,
    /// The ids of all it affects.
    pub(crate) affected: Vec<String>,
    /// A fact is missing: the finding is potential, not proven.
    #[serde(default)]
    pub(crate) potential: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a node such as `{ id = \"a\", kind = \"account\" }`")]
struct NodeForm {
    id: String,
    kind: String,
    name: Option<String>,
    system: Option<String>,
    environment: Option<String>,
    owner: Option<String>,
    created: Option<Timestamp>,
    last_used: Option<Timestamp>,
    expires: Option<Timestamp>,
    #[serde(default)]
    tags: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "a permission such as `{ to = [\"a\"], action = \"insert\" }`"
)]
struct PermissionForm {
    /// Who has it.
    to: Vec<String>,
    id: Option<String>,
    action: Option<String>,
    resource: Option<String>,
    system: Option<String>,
    environment: Option<String>,
    #[serde(default)]
    resource_names: Vec<String>,
    #[serde(default)]
    tags: Vec<String>,
}

/// The facts of one case as one complete run, or what is wrong with them in `marks`.
pub(crate) fn run(case: &Spanned<CaseForm>, defaults: &DefaultsForm, marks: &mut Marks<'_>) -> Run {
    let form = case.get_ref();
    let mut scene = Scene { defaults, marks, known: BTreeSet::new(), facts: Chunk::default() };
    if form.nodes.len().max(form.permissions.len()).max(form.edges.len()) > FACTS_MAX {
        let what = format!(
            "a case has more than {FACTS_MAX} nodes, permissions or edges: make it smaller"
        );
        scene.marks.fault(&case.span(), what);
    }
    for node in &form.nodes {
        scene.node(node);
    }
    for permission in &form.permissions {
        scene.permission(permission);
    }
    for edge in &form.edges {
        let [source, kind, target] = edge.get_ref();
        if let Some(kind) = word::read::<EdgeKind>(kind, &edge.span(), scene.marks) {
            scene.edge((source, kind, target), &edge.span());
        }
    }
    let read_at = form.read_at.unwrap_or(Timestamp::UNIX_EPOCH);
    Run { source: SourceId::new(SOURCE), read_at, unreadable: Vec::new(), facts: scene.facts }
}

struct Scene<'a, 'text> {
    defaults: &'a DefaultsForm,
    marks: &'a mut Marks<'text>,
    known: BTreeSet<NodeId>,
    facts: Chunk,
}

impl Scene<'_, '_> {
    fn node(&mut self, spanned: &Spanned<NodeForm>) {
        let (form, span) = (spanned.get_ref(), spanned.span());
        let kind = word::read::<NodeKind>(&form.kind, &span, self.marks);
        let (Some(kind), Some(id)) = (kind, self.id(&form.id, &span)) else { return };
        if !self.known.insert(id.clone()) {
            self.marks.fault(&span, format!("`{id}` stands twice in this case: remove one"));
        }
        let system = form.system.as_ref().unwrap_or(&self.defaults.system);
        let name = form.name.as_ref().unwrap_or(&form.id);
        self.facts.nodes.push(Node {
            environment: form.environment.clone(),
            owner: form.owner.clone(),
            created: form.created,
            last_used: form.last_used,
            expires: form.expires,
            tags: self.tags(&form.tags),
            ..Node::new(id, kind, name, system, place(&form.id))
        });
    }

    fn permission(&mut self, spanned: &Spanned<PermissionForm>) {
        let (form, span) = (spanned.get_ref(), spanned.span());
        let spelled = || {
            let (action, resource) = (form.action.as_deref(), form.resource.as_deref());
            let parts = [action.unwrap_or("-"), resource.unwrap_or("-"), &form.tags.join(";")];
            format!("permission {} {}", parts.join(" "), form.resource_names.join(","))
                .trim()
                .to_owned()
        };
        let Some(id) = self.id(&form.id.clone().unwrap_or_else(spelled), &span) else { return };
        if self.known.insert(id.clone()) {
            let system = form.system.as_ref().unwrap_or(&self.defaults.system);
            self.facts.nodes.push(Node {
                action: form.action.clone(),
                resource: form.resource.clone(),
                notation: self.defaults.notation,
                resource_names: form.resource_names.clone(),
                environment: form.environment.clone(),
                tags: self.tags(&form.tags),
                ..Node::new(
                    id.clone(),
                    NodeKind::Entitlement,
                    id.as_str(),
                    system,
                    place(id.as_str()),
                )
            });
        }
        for holder in &form.to {
            self.edge((holder, EdgeKind::Grants, id.as_str()), &span);
        }
    }

    fn edge(&mut self, (source, kind, target): (&str, EdgeKind, &str), span: &Range<usize>) {
        let ends =
            [source, target].map(|end| self.id(end, span).filter(|id| self.known.contains(id)));
        if let [Some(source), Some(target)] = ends {
            let because = place(&format!("{source} {kind} {target}"));
            self.facts.edges.push(Edge::new(source, kind, target, because));
            return;
        }
        let what = format!("`{source}` or `{target}` is no node of this case: add it to `nodes`");
        self.marks.fault(span, what);
    }

    fn id(&mut self, text: &str, span: &Range<usize>) -> Option<NodeId> {
        NodeId::new(text).map_err(|bad| self.marks.fault(span, bad.to_string())).ok()
    }

    fn tags(&self, own: &[String]) -> BTreeMap<String, String> {
        let all = self.defaults.tags.iter().chain(own);
        all.map(|tag| tag.split_once('=').unwrap_or((tag, "")))
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect()
    }
}

fn place(what: &str) -> Locator {
    SourceId::new(SOURCE).at(what)
}
