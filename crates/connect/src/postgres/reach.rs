//! What roles and memberships mean for access. Privileges are inherited; attributes (superuser,
//! createrole ...) and the right to become further roles are not: only whoever may be the role has
//! them. Such powers therefore hang on a node of their own, the role's *session*. Pure: turns rows
//! into nodes and edges.

use std::collections::{BTreeMap, BTreeSet};

use countersign_access::edge::{Edge, EdgeKind};
use countersign_access::fact::{Chunk, SourceId};
use countersign_access::node::{Node, NodeId, NodeKind};
use jiff::Timestamp;

use super::id::{DATABASE_OWNER_OID, Ids};
use super::roles::{Member, Role};
use crate::Fault;

/// The roles of a cluster with what connects them.
#[derive(Debug)]
pub(super) struct Reach {
    source: SourceId,
    ids: Ids,
    roles: BTreeMap<i64, Role>,
    pairs: BTreeMap<(i64, i64), Pair>,
    /// Roles that somebody inherits from without being allowed to become them.
    inherited_only: BTreeSet<i64>,
    /// Roles with a session node.
    sessions: BTreeSet<i64>,
}

/// One member in one role, over all grantors.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Pair {
    inherit: bool,
    set_role: bool,
    admin: bool,
    grantors: Vec<i64>,
}

impl Reach {
    /// Works out who inherits, who may become, and which roles need a session node.
    pub(super) fn new(
        source: SourceId,
        ids: Ids,
        roles: BTreeMap<i64, Role>,
        rows: &[Member],
    ) -> Self {
        let pairs = paired(rows);
        let inherited_only = inherited_only(&pairs);
        let becomes: BTreeSet<i64> = pairs
            .iter()
            .filter(|(_, pair)| pair.set_role)
            .map(|((member, _), _)| *member)
            .collect();
        let sessions = roles
            .values()
            .filter(|role| {
                role.attributes().next().is_some()
                    || (inherited_only.contains(&role.oid) && becomes.contains(&role.oid))
            })
            .map(|role| role.oid)
            .collect();
        Self { source, ids, roles, pairs, inherited_only, sessions }
    }

    /// The role with this number.
    pub(super) fn role(&self, oid: i64) -> Option<&Role> {
        self.roles.get(&oid)
    }

    /// The nodes that have what is granted to a role.
    pub(super) fn holders(&self, oid: i64) -> Result<Vec<NodeId>, Fault> {
        let mut holders = vec![self.ids.role(oid)?];
        if self.is_split(oid) {
            holders.push(self.ids.inherited(oid)?);
        }
        Ok(holders)
    }

    /// Grantors as an edge names them: their nodes, joined by commas.
    pub(super) fn grantors(&self, oids: &[i64]) -> Result<Option<String>, Fault> {
        let known = oids.iter().filter(|oid| self.roles.contains_key(oid));
        let ids = known.map(|oid| self.ids.role(*oid).map(String::from));
        let ids = ids.collect::<Result<Vec<_>, _>>()?;
        Ok((!ids.is_empty()).then(|| ids.join(",")))
    }

    /// All nodes and edges between roles, with their attributes.
    pub(super) fn facts(&self, passwords: &BTreeMap<i64, String>) -> Result<Chunk, Fault> {
        let mut facts = Chunk::default();
        let at = |text: &str| self.source.at(text);
        let system = self.source.as_str();
        let public = self.ids.public()?;
        let everybody = Node::new(public, NodeKind::Group, "public", system, at("PUBLIC"));
        facts.nodes.push(Node { tags: platform(), ..everybody });
        let cluster = self.ids.cluster()?;
        let cluster = Node::new(cluster, NodeKind::Resource, "cluster", system, at("the cluster"));
        facts.nodes.push(Node { tags: platform(), ..cluster });
        self.cluster_powers(&mut facts)?;
        for role in self.roles.values() {
            self.role_facts(role, passwords.get(&role.oid), &mut facts)?;
        }
        for ((member, role), pair) in &self.pairs {
            self.pair_facts(*member, *role, pair, &mut facts)?;
        }
        Ok(facts)
    }

    fn cluster_powers(&self, facts: &mut Chunk) -> Result<(), Fault> {
        let attributes = ["bypassrls", "createdb", "createrole", "replication", "superuser"];
        let predefined = self.roles.values().filter(|role| has_built_in_power(role));
        for name in attributes.into_iter().chain(predefined.map(|role| role.name.as_str())) {
            let because = self.source.at(format!("power `{name}` over the cluster"));
            let id = self.ids.cluster_power(name)?;
            let system = self.source.as_str();
            let title = format!("{name} on cluster");
            let node =
                Node::new(id.clone(), NodeKind::Entitlement, &title, system, because.clone());
            facts.nodes.push(Node {
                action: Some(name.to_owned()),
                resource: Some("cluster".to_owned()),
                tags: platform(),
                ..node
            });
            facts.edges.push(Edge::new(id, EdgeKind::AppliesTo, self.ids.cluster()?, because));
        }
        Ok(())
    }

    fn role_facts(
        &self,
        role: &Role,
        password: Option<&String>,
        facts: &mut Chunk,
    ) -> Result<(), Fault> {
        let because = self.source.at(format!("pg_roles {}", role.name));
        let id = self.ids.role(role.oid)?;
        let kind = if role.login { NodeKind::Account } else { NodeKind::Role };
        let system = self.source.as_str();
        let node = Node::new(id.clone(), kind, &role.name, system, because.clone());
        facts.nodes.push(Node {
            expires: role.valid_until.and_then(|at| Timestamp::from_microsecond(at).ok()),
            tags: role_tags(role, password),
            ..node
        });
        if self.is_split(role.oid) {
            let inherited = self.ids.inherited(role.oid)?;
            let name = format!("{} (inherited)", role.name);
            let node = Node::new(inherited, NodeKind::Role, &name, system, because.clone());
            facts.nodes.push(Node { tags: platform(), ..node });
        }
        for holder in self.holders(role.oid)? {
            let public = self.ids.public()?;
            facts.edges.push(Edge::new(
                holder.clone(),
                EdgeKind::MemberOf,
                public,
                self.source.at("PUBLIC: every role"),
            ));
            if has_built_in_power(role) {
                let power = self.ids.cluster_power(&role.name)?;
                facts.edges.push(Edge::new(holder, EdgeKind::Grants, power, because.clone()));
            }
        }
        if self.sessions.contains(&role.oid) {
            self.session_facts(role, id, facts)?;
        }
        Ok(())
    }

    fn session_facts(&self, role: &Role, id: NodeId, facts: &mut Chunk) -> Result<(), Fault> {
        let because = self.source.at(format!("pg_roles {}", role.name));
        let session = self.ids.session(role.oid)?;
        let name = format!("{} (session)", role.name);
        let system = self.source.as_str();
        let node = Node::new(session.clone(), NodeKind::Role, &name, system, because.clone());
        facts.nodes.push(Node { tags: platform(), ..node });
        if role.login {
            let own = Edge::new(id.clone(), EdgeKind::Assumes, session.clone(), because.clone());
            facts.edges.push(own);
        }
        facts.edges.push(Edge::new(session.clone(), EdgeKind::MemberOf, id, because));
        for name in role.attributes() {
            let power = self.ids.cluster_power(name)?;
            let at = self.source.at(format!("pg_roles {}: rol{}", role.name, catalog_name(name)));
            facts.edges.push(Edge::new(session.clone(), EdgeKind::Grants, power, at));
        }
        Ok(())
    }

    fn pair_facts(
        &self,
        member: i64,
        role: i64,
        pair: &Pair,
        facts: &mut Chunk,
    ) -> Result<(), Fault> {
        let (Some(of), Some(into)) = (self.roles.get(&member), self.roles.get(&role)) else {
            return Ok(());
        };
        let because =
            self.source.at(format!("pg_auth_members role={} member={}", into.name, of.name));
        let grantor = self.grantors(&pair.grantors)?;
        let mut add = |source: NodeId, kind: EdgeKind, target: NodeId| {
            let edge = Edge::new(source, kind, target, because.clone());
            facts.edges.push(Edge { grantor: grantor.clone(), ..edge });
        };
        if pair.inherit {
            let target = if self.is_split(role) {
                self.ids.inherited(role)?
            } else {
                self.ids.role(role)?
            };
            for holder in self.holders(member)? {
                add(holder, EdgeKind::MemberOf, target.clone());
            }
        }
        let has_session = self.sessions.contains(&role);
        if pair.set_role && (has_session || !pair.inherit) {
            let is_inherited_only = self.inherited_only.contains(&member);
            let source = if is_inherited_only {
                self.ids.session(member)?
            } else {
                self.ids.role(member)?
            };
            let target = if has_session { self.ids.session(role)? } else { self.ids.role(role)? };
            add(source, EdgeKind::Assumes, target);
        }
        if pair.admin {
            add(self.ids.role(member)?, EdgeKind::Controls, self.ids.role(role)?);
        }
        Ok(())
    }

    /// A login role whose own node cannot stand for what is inherited from it, because it also
    /// stands for what only its own sessions have.
    fn is_split(&self, oid: i64) -> bool {
        self.inherited_only.contains(&oid)
            && self.sessions.contains(&oid)
            && self.roles.get(&oid).is_some_and(|role| role.login)
    }
}

/// The tag that every node of this connector has.
pub(super) fn platform() -> BTreeMap<String, String> {
    BTreeMap::from([("platform".to_owned(), "postgres".to_owned())])
}

fn role_tags(role: &Role, password: Option<&String>) -> BTreeMap<String, String> {
    let mut tags = platform();
    let flags = [("login", role.login), ("inherit", role.inherit), ("predefined", role.predefined)];
    for (name, _) in flags.into_iter().filter(|(_, is)| *is) {
        tags.insert(name.to_owned(), String::new());
    }
    if let Some(password) = password {
        tags.insert("password".to_owned(), password.clone());
    }
    tags
}

/// Predefined roles carry a power of their own; `pg_database_owner` only stands for whoever owns a
/// database.
fn has_built_in_power(role: &Role) -> bool {
    role.predefined && role.oid != DATABASE_OWNER_OID
}

fn catalog_name(attribute: &str) -> &str {
    if attribute == "superuser" { "super" } else { attribute }
}

fn paired(rows: &[Member]) -> BTreeMap<(i64, i64), Pair> {
    let mut pairs: BTreeMap<(i64, i64), Pair> = BTreeMap::new();
    for row in rows {
        let pair = pairs.entry((row.member, row.role)).or_default();
        pair.inherit |= row.inherit;
        pair.set_role |= row.set_role;
        pair.admin |= row.admin;
        pair.grantors.push(row.grantor);
    }
    pairs
}

/// Roles that are inherited from along a way on which not every step lets the member become the
/// next role. Each role enters the work list at most once.
fn inherited_only(pairs: &BTreeMap<(i64, i64), Pair>) -> BTreeSet<i64> {
    let mut found: BTreeSet<i64> = BTreeSet::new();
    let mut open: Vec<i64> = pairs
        .iter()
        .filter(|(_, pair)| pair.inherit && !pair.set_role)
        .map(|((_, role), _)| *role)
        .collect();
    while let Some(role) = open.pop() {
        if found.insert(role) {
            let next = pairs.range((role, i64::MIN)..=(role, i64::MAX));
            open.extend(next.filter(|(_, pair)| pair.inherit).map(|((_, role), _)| *role));
        }
    }
    found
}
