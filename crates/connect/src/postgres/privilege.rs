//! Plans a `REVOKE` of one privilege on one object. Each grantor's grant is taken back as that
//! grantor, because PostgreSQL lets nobody else do it and reports success all the same; never
//! `CASCADE`: who holds what through the grant is named instead.

use std::collections::BTreeMap;

use super::class::Class;
use super::grants::{self, Grant};
use super::id::{Holder, Object};
use super::plan::{Actor, Plan};
use super::rights;
use super::roles::{self, Role};
use super::session::Session;
use crate::Fault;

/// Most dependants that are named one by one.
const DEPENDANTS_NAMED_MAX: usize = 50;

/// Whose privilege on what.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub(super) holder: Holder,
    pub(super) object: &'a Object,
    pub(super) action: &'a str,
}

/// The access lists that the `REVOKE` touches, and the roles in them.
struct Case<'a> {
    holder: i64,
    grant: &'a Grant,
    /// The object's own rows.
    rows: &'a [Grant],
    /// For a table, the rows of its columns: a `REVOKE` on the table takes them away too.
    columns: &'a [Grant],
    known: BTreeMap<i64, Role>,
}

/// Makes the plan from what stands in the catalogs of the object's database now.
pub(super) async fn plan(
    session: &mut Session,
    wanted: Wanted<'_>,
    actor: Actor,
) -> Result<Plan, Fault> {
    let rows = grants::read_object(session, wanted.object).await?;
    let holder = wanted.holder.oid();
    let is_wanted = |row: &&Grant| {
        row.grantee == Some(holder) && row.action().as_deref() == Some(wanted.action)
    };
    let Some(grant) = rows.iter().find(is_wanted) else { return Ok(Plan::done()) };
    let database = wanted.object.class.is_of_database().then(|| session.about().database.clone());
    if wanted.action == "own" {
        let mut plan = Plan::impossible(format!(
            "ownership is moved, not revoked: choose another role and run `alter {} owner to ROLE`",
            grant.identity
        ));
        plan.database = database;
        return Ok(plan);
    }
    let columns = if wanted.object.class == Class::Table {
        grants::read_columns(session, wanted.object.oid).await?
    } else {
        Vec::new()
    };
    let oids: Vec<i64> = rows.iter().chain(&columns).flat_map(oids_of).collect();
    let known = roles::read_some(session, &unique(oids)).await?;
    let case = Case { holder, grant, rows: &rows, columns: &columns, known };
    let mut obstacles = case.dependants();
    if actor == Actor::Account {
        obstacles.extend(case.grantors_out_of_reach(session).await?);
    }
    let (statements, undo) = (case.revokes(), case.undo());
    Ok(Plan { database, statements, undo, obstacles, is_done: false })
}

impl Case<'_> {
    fn revokes(&self) -> Vec<String> {
        let Grant { before, identity, columns, .. } = self.grant;
        let word = self.grant.word();
        let grantee = self.grantee();
        self.as_each_grantor(self.grant, |_| {
            format!("{before}revoke {word}{columns} on {identity} from {grantee};")
        })
    }

    /// The grant as it was, and the same privilege on columns, which goes with it.
    fn undo(&self) -> Vec<String> {
        let by: Vec<i64> = self.grant.grantors().map(|(oid, _)| oid).collect();
        let word = self.grant.word();
        let goes_too = self.columns.iter().filter(|row| {
            row.grantee == Some(self.holder)
                && row.word() == word
                && row.grantors().any(|(oid, _)| by.contains(&oid))
        });
        let grantee = self.grantee();
        std::iter::once(self.grant)
            .chain(goes_too)
            .flat_map(|row| {
                let Grant { before, identity, columns, .. } = row;
                self.as_each_grantor(row, |with_option| {
                    let option = if with_option { " with grant option" } else { "" };
                    format!("{before}grant {word}{columns} on {identity} to {grantee}{option};")
                })
            })
            .collect()
    }

    fn as_each_grantor(&self, row: &Grant, statement: impl Fn(bool) -> String) -> Vec<String> {
        row.grantors()
            .flat_map(|(oid, with_option)| {
                let become_it = self.known.get(&oid);
                let become_it = become_it.map(|role| format!("set local role {};", role.quoted));
                become_it.into_iter().chain([statement(with_option)])
            })
            .collect()
    }

    fn grantee(&self) -> String {
        let known = self.known.get(&self.holder);
        known.map_or_else(|| "public".to_owned(), |role| role.quoted.clone())
    }

    /// Who holds the privilege through the holder: PostgreSQL refuses while they do.
    fn dependants(&self) -> Vec<String> {
        if self.holder == self.grant.owner {
            return Vec::new();
        }
        let lists = std::iter::once(self.rows).chain(self.columns.chunk_by(|a, b| a.key == b.key));
        let word = self.grant.word();
        let mut named = Vec::new();
        for list in lists {
            let same = || list.iter().filter(|row| row.word() == word);
            let passes_on = same().any(|row| {
                row.grantee == Some(self.holder) && row.grantors().any(|(_, option)| option)
            });
            let through = |row: &&Grant| row.grantors().any(|(oid, _)| oid == self.holder);
            for row in same().filter(|_| passes_on).filter(through) {
                named.push(format!(
                    "`{}` holds `{word}{}` on `{}` by the grant of `{}`, which depends on this one: \
                     revoke that first",
                    self.name(row.grantee.unwrap_or_default()),
                    row.columns,
                    row.name,
                    self.name(self.holder)
                ));
            }
        }
        let rest = named.len().saturating_sub(DEPENDANTS_NAMED_MAX);
        named.truncate(DEPENDANTS_NAMED_MAX);
        if rest > 0 {
            named.push(format!("{rest} more hold it that way: revoke those first"));
        }
        named
    }

    async fn grantors_out_of_reach(&self, session: &mut Session) -> Result<Vec<String>, Fault> {
        let mut obstacles = Vec::new();
        let account = session.about().account.clone();
        for (oid, _) in self.grant.grantors() {
            if rights::may_become(session, oid).await? {
                continue;
            }
            let name = self.name(oid);
            let step = match self.known.get(&oid) {
                Some(role) if !role.superuser => {
                    format!(
                        "make `{account}` a member of `{name}`, or carry the script out by hand"
                    )
                }
                _ => "carry the script out by hand as a superuser".to_owned(),
            };
            obstacles.push(format!(
                "`{name}` granted this and `{account}` may not act as that role: {step}"
            ));
        }
        Ok(obstacles)
    }

    fn name(&self, oid: i64) -> &str {
        self.known.get(&oid).map_or("PUBLIC", |role| role.name.as_str())
    }
}

fn oids_of(row: &Grant) -> impl Iterator<Item = i64> {
    row.grantors().map(|(oid, _)| oid).chain(row.grantee)
}

fn unique(mut oids: Vec<i64>) -> Vec<i64> {
    oids.sort_unstable();
    oids.dedup();
    oids
}
