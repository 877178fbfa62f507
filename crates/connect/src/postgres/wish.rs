//! What a change or a claim is about in PostgreSQL's own terms, read from the ids alone. Pure: whether
//! it is so, and how it is changed, is asked of the server later.

use countersign_access::change::{Change, Claim};
use countersign_access::edge::{EdgeKey, EdgeKind};
use countersign_access::node::NodeId;

use super::id::{Holder, Ids, Meaning, Object};
use crate::Fault;

/// The role attributes that are powers.
pub(super) const ATTRIBUTES: [&str; 5] =
    ["bypassrls", "createdb", "createrole", "replication", "superuser"];

/// What is to be gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wish {
    /// A role in a role.
    Membership { member: i64, role: i64, part: Part },
    /// One privilege on one object, whoever granted it.
    Privilege { holder: Holder, object: Object, action: String },
    /// An attribute of a role.
    Attribute { role: i64, name: String },
    /// The right of a role to sign in.
    Login { role: i64 },
    /// No end to a role's password within a number of days.
    LateExpiry { role: i64, days: u32 },
    /// Something that follows from something else and cannot be taken away by itself.
    Fixed { instead: &'static str },
}

/// Which side of a membership the edge shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// The member has what the role has.
    Inherit,
    /// The member may become the role.
    Become,
    /// The member may add and remove members.
    Admin,
}

impl Wish {
    /// What a change asks for.
    pub(super) fn of_change(ids: &Ids, change: &Change) -> Result<Self, Fault> {
        match change {
            Change::RemoveEdge { edge, .. } => Self::of_edge(ids, edge),
            Change::DisableAccount { account } => Self::of_account(ids, account),
        }
    }

    /// What a claim says is gone.
    pub(super) fn of_claim(ids: &Ids, claim: &Claim) -> Result<Self, Fault> {
        match claim {
            Claim::EdgeGone { edge } => Self::of_edge(ids, edge),
            Claim::AccountDisabled { account } => Self::of_account(ids, account),
            Claim::ExpiresWithin { credential, days } => {
                let role = role_of_account(ids, credential)?;
                Ok(Self::LateExpiry { role, days: *days })
            }
        }
    }

    fn of_account(ids: &Ids, account: &NodeId) -> Result<Self, Fault> {
        role_of_account(ids, account).map(|role| Self::Login { role })
    }

    fn of_edge(ids: &Ids, edge: &EdgeKey) -> Result<Self, Fault> {
        let source = ids.parse(&edge.source)?;
        if edge.kind == EdgeKind::AppliesTo {
            return Ok(fixed("revoke the privilege from whoever holds it"));
        }
        let target = ids.parse(&edge.target)?;
        let wish = match edge.kind {
            EdgeKind::MemberOf => membership(&source, &target, Part::Inherit),
            EdgeKind::Assumes => membership(&source, &target, Part::Become),
            EdgeKind::Controls => membership(&source, &target, Part::Admin),
            EdgeKind::Grants => granted(&source, target),
            _ => None,
        };
        wish.ok_or_else(|| {
            Fault::Permanent(format!(
                "PostgreSQL has no edge `{edge}`: give an edge as the last sync shows it"
            ))
        })
    }
}

fn role_of_account(ids: &Ids, account: &NodeId) -> Result<i64, Fault> {
    match ids.parse(account)? {
        Meaning::Holder(Holder::Role(role)) => Ok(role),
        _ => Err(Fault::Permanent(format!(
            "`{account}` is no account: give the id of a role that can log in"
        ))),
    }
}

fn membership(source: &Meaning, target: &Meaning, part: Part) -> Option<Wish> {
    let role_of = |meaning: &Meaning| match meaning {
        Meaning::Holder(Holder::Role(oid)) | Meaning::Session(oid) => Some(*oid),
        _ => None,
    };
    match target {
        Meaning::Holder(Holder::Public) => {
            return Some(fixed("every role is in PUBLIC: revoke the privilege from PUBLIC"));
        }
        Meaning::Holder(Holder::DatabaseOwner(_)) => {
            return Some(fixed("it follows from owning the database: give that to another role"));
        }
        _ => {}
    }
    let (member, role) = (role_of(source)?, role_of(target)?);
    if member == role {
        return Some(fixed(
            "it is the account's own session: disable the account or take its attributes away",
        ));
    }
    Some(Wish::Membership { member, role, part })
}

fn granted(source: &Meaning, target: Meaning) -> Option<Wish> {
    match (source, target) {
        (Meaning::Holder(holder), Meaning::Privilege(object, action)) => {
            Some(Wish::Privilege { holder: *holder, object, action })
        }
        (
            Meaning::Holder(Holder::Role(role)) | Meaning::Session(role),
            Meaning::ClusterPower(name),
        ) => {
            if ATTRIBUTES.contains(&name.as_str()) {
                Some(Wish::Attribute { role: *role, name })
            } else {
                Some(fixed("it is built into the predefined role: remove that role's member"))
            }
        }
        _ => None,
    }
}

fn fixed(instead: &'static str) -> Wish {
    Wish::Fixed { instead }
}

#[cfg(test)]
mod tests {
    use countersign_access::fact::SourceId;

    use super::*;

    #[test]
    fn edges_are_read_as_what_postgresql_can_take_away() {
        let ids = Ids::new(&SourceId::new("s"));
        let wish = |source: &str, kind, target: &str| {
            let node = |rest: &str| NodeId::new(format!("postgres/s/{rest}")).unwrap();
            Wish::of_edge(&ids, &EdgeKey { source: node(source), kind, target: node(target) })
        };
        let member = |part| Wish::Membership { member: 1, role: 2, part };
        assert_eq!(wish("role/1", EdgeKind::MemberOf, "role/2").unwrap(), member(Part::Inherit));
        assert_eq!(
            wish("role/1/inherit", EdgeKind::MemberOf, "role/2/inherit").unwrap(),
            member(Part::Inherit)
        );
        assert_eq!(
            wish("role/1/session", EdgeKind::Assumes, "role/2/session").unwrap(),
            member(Part::Become)
        );
        assert_eq!(wish("role/1", EdgeKind::Controls, "role/2").unwrap(), member(Part::Admin));
        assert_eq!(
            wish("role/1/session", EdgeKind::Grants, "cluster/superuser").unwrap(),
            Wish::Attribute { role: 1, name: "superuser".to_owned() }
        );
        for (source, kind, target) in [
            ("role/1", EdgeKind::MemberOf, "public"),
            ("role/1", EdgeKind::Assumes, "role/1/session"),
            ("role/1/session", EdgeKind::MemberOf, "role/1"),
            ("role/1", EdgeKind::MemberOf, "db/5/owner"),
            ("role/9", EdgeKind::Grants, "cluster/pg_read_all_data"),
            ("db/5/table/6/select", EdgeKind::AppliesTo, "db/5/table/6"),
        ] {
            let wish = wish(source, kind, target).unwrap();
            assert!(matches!(wish, Wish::Fixed { .. }), "{source} {kind} {target}: {wish:?}");
        }
        assert!(wish("role/1", EdgeKind::Holds, "role/2").is_err());
    }
}
