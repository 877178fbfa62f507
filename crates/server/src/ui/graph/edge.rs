//! A connection in plain words: as it stands, and what it means to take it away or to give it; with the
//! system that says it and who answers for that system. Judges nothing.

use std::collections::{BTreeMap, BTreeSet};

use countersign_access::edge::{EdgeKey, EdgeKind};
use countersign_access::engine::{EdgeFilter, Engine};
use countersign_access::finding::NodeRef;
use countersign_access::node::NodeId;

use super::super::person::People;
use super::{Named, words};
use crate::ask::system::owner;
use crate::door::{Door, NotDone};

/// A connection that is taken away or given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::ui) struct Connection {
    /// As an address names it: `SOURCE,KIND,TARGET`.
    pub(in crate::ui) text: String,
    pub(in crate::ui) take: String,
    pub(in crate::ui) give: String,
    /// The ends, by id, for whoever needs to find them in the system.
    pub(in crate::ui) ids: String,
    /// The source that says it; none where no source does yet.
    pub(in crate::ui) system: Option<String>,
    /// Who could change it.
    pub(in crate::ui) who: String,
}

impl Connection {
    /// Who could change it is not looked up yet.
    pub(in crate::ui) fn of(engine: &Engine, key: &EdgeKey) -> Self {
        let (source, target) = (name(engine, &key.source), name(engine, &key.target));
        Self {
            text: key.to_string(),
            take: take(key.kind, &source, &target),
            give: give(key.kind, &source, &target),
            ids: format!("{} {} {}", key.source, words(key.kind.as_str()), key.target),
            system: said_by(engine, key),
            who: String::new(),
        }
    }
}

/// Looks up who answers for the systems that say these.
pub(super) async fn with_owners(
    door: &Door,
    you: &str,
    connections: &mut [Connection],
) -> Result<(), NotDone> {
    let systems: BTreeSet<String> = connections.iter().filter_map(|it| it.system.clone()).collect();
    let mut owners = BTreeMap::new();
    for system in systems {
        if let Some(owner) = owner(door, &system).await? {
            owners.insert(system, owner);
        }
    }
    let people = People::of(door, you, owners.values().cloned()).await?;
    for connection in connections {
        let Some(system) = &connection.system else { continue };
        connection.who = match owners.get(system) {
            Some(owner) => format!("{}, who answers for {system}", people.name(owner)),
            None => format!("whoever administers {system}; nobody is named as answering for it"),
        };
    }
    Ok(())
}

/// Which source says a connection: the one that its own path of one step names.
fn said_by(engine: &Engine, key: &EdgeKey) -> Option<String> {
    let (from, to) = match key.kind {
        EdgeKind::IsAccountOf => (&key.target, &key.source),
        _ => (&key.source, &key.target),
    };
    let ways = engine.path(from, to, &EdgeFilter::only([key.kind])).ok()?;
    let only = ways.paths.first().filter(|path| path.len() == 2)?;
    only.last().map(|step| step.because.source.to_string())
}

/// What people call an end, with what it is.
fn name(engine: &Engine, id: &NodeId) -> String {
    engine.named(id).map_or_else(|| format!("\u{201c}{id}\u{201d}"), |node| of(&node))
}

fn of(node: &NodeRef) -> String {
    let Named { name, kind, .. } = Named::of(node);
    format!("the {kind} \u{201c}{name}\u{201d}")
}

fn take(kind: EdgeKind, source: &str, target: &str) -> String {
    match kind {
        EdgeKind::MemberOf => format!("Take {source} out of {target}"),
        EdgeKind::Assumes => format!("Keep {source} from taking on {target}"),
        EdgeKind::Holds | EdgeKind::Grants => format!("Take {target} away from {source}"),
        EdgeKind::AppliesTo => format!("Keep {source} from applying to {target}"),
        EdgeKind::Authenticates => format!("Keep {source} from opening {target}"),
        EdgeKind::ReadsSecretOf => format!("Keep {source} from reading the secret of {target}"),
        EdgeKind::Impersonates => format!("Keep {source} from acting under the name of {target}"),
        EdgeKind::Controls => format!("Keep {source} from changing {target}"),
        EdgeKind::ActsOnBehalfOf => format!("Keep {source} from acting for {target}"),
        EdgeKind::IsAccountOf => format!("Take {source} away from {target}"),
        EdgeKind::UsesTool => format!("Keep {source} from using {target}"),
    }
}

fn give(kind: EdgeKind, source: &str, target: &str) -> String {
    match kind {
        EdgeKind::MemberOf => format!("Put {source} into {target}"),
        EdgeKind::Assumes => format!("Let {source} take on {target}"),
        EdgeKind::Holds | EdgeKind::Grants => format!("Give {target} to {source}"),
        EdgeKind::AppliesTo => format!("Let {source} apply to {target}"),
        EdgeKind::Authenticates => format!("Let {source} open {target}"),
        EdgeKind::ReadsSecretOf => format!("Let {source} read the secret of {target}"),
        EdgeKind::Impersonates => format!("Let {source} act under the name of {target}"),
        EdgeKind::Controls => format!("Let {source} change {target}"),
        EdgeKind::ActsOnBehalfOf => format!("Let {source} act for {target}"),
        EdgeKind::IsAccountOf => format!("Give {source} to {target}"),
        EdgeKind::UsesTool => format!("Let {source} use {target}"),
    }
}

/// A kind as a form offers it: what the first has to do with the second.
pub(super) fn offered(kind: EdgeKind) -> &'static str {
    match kind {
        EdgeKind::MemberOf => "is in the group or role",
        EdgeKind::Assumes => "can take on the role or account",
        EdgeKind::Holds => "has the credential",
        EdgeKind::Grants => "has the entitlement",
        EdgeKind::AppliesTo => "is about the resource",
        EdgeKind::Authenticates => "is the credential that opens",
        EdgeKind::ReadsSecretOf => "can read the secret of",
        EdgeKind::Impersonates => "can act under the name of",
        EdgeKind::Controls => "can change",
        EdgeKind::ActsOnBehalfOf => "acts for the person",
        EdgeKind::IsAccountOf => "is an account of",
        EdgeKind::UsesTool => "uses the tool",
    }
}
