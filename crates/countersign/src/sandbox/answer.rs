//! What the sandbox answers about a system: what it can do, what an order would run, and what a
//! read-back shows. Reads the state it is given and changes nothing.

use std::path::Path;

use countersign_access::change::{Change, Claim, Holds, Manifest, Preview};
use countersign_access::edge::EdgeKey;
use countersign_access::node::NodeId;
use countersign_connect::plugin::wire::{ReadBack, Role};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::change::{obstacle, stands};
use super::state::{LOGIN, System};

/// What every sandbox can do.
pub(super) fn manifest() -> Manifest {
    Manifest {
        kind: "sandbox".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        revoke_membership: true,
        revoke_grant: true,
        disable_account: true,
        secret_fields: Vec::new(),
    }
}

/// The account of ours under which a process works (law 13: two, and both are in the inventory).
pub(super) fn own_account(system: &str, role: Role) -> String {
    format!("sandbox/{system}/account/countersign-{}", role.as_str())
}

/// The commands that carry a change out by hand, and those that take it back.
pub(super) fn commands(file: &Path, system: &str, change: &Change) -> (String, String) {
    let (verb, undo, option, value) = match change {
        Change::RemoveEdge { edge, .. } => ("remove", "add", "--edge", edge.to_string()),
        Change::DisableAccount { account } => {
            ("disable", "enable", "--account", account.to_string())
        }
    };
    let command = |verb: &str| {
        let (file, system) = (quote(&file.to_string_lossy()), quote(system));
        format!(
            "countersign sandbox {verb} --file {file} --system {system} {option} {}",
            quote(&value)
        )
    };
    (command(verb), command(undo))
}

/// What an order would run. `deny`: the write account may not.
pub(super) fn preview(
    file: &Path,
    name: &str,
    system: &System,
    (change, deny): (&Change, bool),
) -> Preview {
    let (script, undo) = commands(file, name, change);
    let denied = deny.then(|| denied(name));
    let obstacles = obstacle(system, change).into_iter().chain(denied).collect();
    Preview { script: vec![script], undo: vec![undo], obstacles }
}

/// Our write account may not.
pub(super) fn denied(system: &str) -> String {
    format!(
        "the account `{}` may not change this system: have its administrator grant it the right",
        own_account(system, Role::Write)
    )
}

/// What stands in the system about a claim.
pub(super) fn read_back(file: &Path, name: &str, system: &System, claim: &Claim) -> ReadBack {
    let (holds, found) = match claim {
        Claim::EdgeGone { edge } => edge_gone(system, edge),
        Claim::AccountDisabled { account } => {
            let node = system.account(account);
            let may_sign_in = node.is_some_and(|it| it.tags.contains_key(LOGIN));
            let found = format!("the account `{account}` may still sign in");
            let holds = if may_sign_in { Holds::No { found } } else { Holds::Yes };
            (holds, json!({ "exists": node.is_some(), "login": may_sign_in }))
        }
        Claim::ExpiresWithin { credential, days } => expires_within(system, credential, *days),
    };
    ReadBack {
        claim: claim.clone(),
        holds,
        read_by: own_account(name, Role::Read),
        read_from: format!("file:{}", file.display()),
        answer: json!({ "system": name, "revision": system.revision, "found": found }),
    }
}

fn expires_within(system: &System, id: &NodeId, days: u32) -> (Holds, serde_json::Value) {
    let hours = SignedDuration::from_hours(i64::from(days).saturating_mul(24));
    let latest = crate::clock::now().saturating_add(hours).unwrap_or(Timestamp::MAX);
    let node = system.nodes.iter().find(|node| node.id == *id);
    let ends = node.and_then(|node| node.expires);
    let holds = match (node, ends) {
        (None, _) => Holds::Yes,
        (Some(_), Some(ends)) if ends <= latest => Holds::Yes,
        (Some(_), Some(ends)) => Holds::No { found: format!("`{id}` is good until {ends}") },
        (Some(_), None) => Holds::No { found: format!("`{id}` has no end") },
    };
    (holds, json!({ "exists": node.is_some(), "expires": ends }))
}

fn edge_gone(system: &System, edge: &EdgeKey) -> (Holds, serde_json::Value) {
    let from_source: Vec<_> = system
        .edges
        .iter()
        .filter(|it| it.key.source == edge.source)
        .map(|it| json!({ "kind": it.key.kind, "target": it.key.target }))
        .collect();
    let found = format!("`{}` still has `{}` to `{}`", edge.source, edge.kind, edge.target);
    let holds = if stands(system, edge) { Holds::No { found } } else { Holds::Yes };
    (holds, json!({ "source": edge.source, "edges": from_source }))
}

/// For a shell, where it has to be.
fn quote(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:,@+=".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::quote;

    #[test]
    fn a_command_can_be_pasted_into_a_shell_whatever_the_ids_contain() {
        assert_eq!(quote("sandbox/erp/role/a,member_of,b@c"), "sandbox/erp/role/a,member_of,b@c");
        assert_eq!(quote("it's; rm"), r"'it'\''s; rm'");
        assert_eq!(quote(""), "''");
    }
}
