//! Roles and memberships as the catalogs hold them. Reads only; what they mean for access is
//! `reach`.

use std::collections::BTreeMap;

use sqlx::FromRow;

use super::session::Session;
use crate::Fault;

/// Most roles that are read in one cluster.
const ROLES_MAX: usize = 500_000;
/// Most rows of `pg_auth_members` that are read in one cluster.
const MEMBERS_MAX: usize = 2_000_000;
/// Rows of one query.
const PAGE_ROWS: usize = 10_000;

/// One role.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub(super) struct Role {
    pub(super) oid: i64,
    pub(super) name: String,
    /// As it has to stand in a statement.
    pub(super) quoted: String,
    pub(super) login: bool,
    pub(super) inherit: bool,
    pub(super) superuser: bool,
    pub(super) createrole: bool,
    pub(super) createdb: bool,
    pub(super) replication: bool,
    pub(super) bypassrls: bool,
    /// Came with PostgreSQL.
    pub(super) predefined: bool,
    /// When its password ends, in microseconds since 1970.
    pub(super) valid_until: Option<i64>,
}

impl Role {
    /// The attributes that are powers: had by a session of the role, never by inheriting from it.
    pub(super) fn attributes(&self) -> impl Iterator<Item = &'static str> {
        [
            ("bypassrls", self.bypassrls),
            ("createdb", self.createdb),
            ("createrole", self.createrole),
            ("replication", self.replication),
            ("superuser", self.superuser),
        ]
        .into_iter()
        .filter_map(|(name, has)| has.then_some(name))
    }
}

/// One row of `pg_auth_members`.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub(super) struct Member {
    pub(super) role: i64,
    pub(super) member: i64,
    pub(super) grantor: i64,
    pub(super) admin: bool,
    /// The member has what the role has, without doing anything.
    pub(super) inherit: bool,
    /// The member may become the role.
    pub(super) set_role: bool,
}

/// All roles by number.
pub(super) async fn read_roles(session: &mut Session) -> Result<BTreeMap<i64, Role>, Fault> {
    let mut roles = BTreeMap::new();
    let mut after = 0_i64;
    loop {
        let query =
            sqlx::query_as(include_str!("sql/roles.sql")).bind(after).bind(rows_of_a_page());
        let page: Vec<Role> = session.rows(query).await?;
        let is_last = page.len() < PAGE_ROWS;
        after = page.last().map_or(after, |role| role.oid);
        roles.extend(page.into_iter().map(|role| (role.oid, role)));
        if is_last {
            return Ok(roles);
        }
        refuse_more_than(ROLES_MAX, roles.len(), "roles")?;
    }
}

/// The roles with these numbers; one that is no longer there is left out.
pub(super) async fn read_some(
    session: &mut Session,
    oids: &[i64],
) -> Result<BTreeMap<i64, Role>, Fault> {
    let mut roles = BTreeMap::new();
    for oid in oids {
        let query = sqlx::query_as(include_str!("sql/roles.sql")).bind(oid - 1).bind(1_i64);
        let found: Option<Role> = session.row(query).await?;
        roles.extend(found.filter(|role| role.oid == *oid).map(|role| (*oid, role)));
    }
    Ok(roles)
}

/// All memberships, by role, member and grantor.
pub(super) async fn read_members(session: &mut Session) -> Result<Vec<Member>, Fault> {
    let mut members: Vec<Member> = Vec::new();
    loop {
        let last = members.last().map_or((0, 0, -1), |row| (row.role, row.member, row.grantor));
        let page = read_members_after(session, last, rows_of_a_page()).await?;
        let is_last = page.len() < PAGE_ROWS;
        members.extend(page);
        if is_last {
            return Ok(members);
        }
        refuse_more_than(MEMBERS_MAX, members.len(), "memberships")?;
    }
}

/// The rows of one member in one role, one for each grantor.
pub(super) async fn read_membership(
    session: &mut Session,
    role: i64,
    member: i64,
) -> Result<Vec<Member>, Fault> {
    let mut rows = read_members_after(session, (role, member, -1), rows_of_a_page()).await?;
    rows.retain(|row| row.role == role && row.member == member);
    Ok(rows)
}

/// The rows that one member granted on to others in one role.
pub(super) async fn read_granted_on(
    session: &mut Session,
    role: i64,
    grantor: i64,
) -> Result<Vec<Member>, Fault> {
    let mut rows = read_members_after(session, (role, 0, -1), rows_of_a_page()).await?;
    rows.retain(|row| row.role == role && row.grantor == grantor);
    Ok(rows)
}

async fn read_members_after(
    session: &mut Session,
    after: (i64, i64, i64),
    most: i64,
) -> Result<Vec<Member>, Fault> {
    let sql = if session.has_options_per_grant() {
        include_str!("sql/members16.sql")
    } else {
        include_str!("sql/members15.sql")
    };
    let (role, member, grantor) = after;
    session.rows(sqlx::query_as(sql).bind(role).bind(member).bind(grantor).bind(most)).await
}

fn rows_of_a_page() -> i64 {
    i64::try_from(PAGE_ROWS).unwrap_or(i64::MAX)
}

fn refuse_more_than(most: usize, found: usize, what: &str) -> Result<(), Fault> {
    if found < most {
        return Ok(());
    }
    Err(Fault::Permanent(format!(
        "the cluster has more than {most} {what}, which is more than is read: ask for this limit to be \
         raised"
    )))
}
