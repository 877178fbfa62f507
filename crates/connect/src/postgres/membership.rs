//! Plans the removal of a member from a role, and of the ADMIN OPTION. Until PostgreSQL 15 there is
//! one row per member and whoever may remove members removes it; since 16 there is one row per
//! grantor, and only the grantor (or somebody with its rights) takes it back.

use std::collections::BTreeMap;

use super::plan::{Actor, Plan};
use super::rights;
use super::roles::{self, Member, Role};
use super::session::Session;
use super::wish::Part;
use crate::Fault;

/// The member, the role, and what of the membership is to go.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    pub(super) member: i64,
    pub(super) role: i64,
    pub(super) part: Part,
}

/// What is known about a membership when it is to be removed.
struct Case<'a> {
    member: &'a Role,
    role: &'a Role,
    /// With the role that granted it, where that one still exists.
    rows: Vec<(Member, Option<&'a Role>)>,
    admin_only: bool,
    has_options: bool,
}

/// Makes the plan from what stands in the catalogs now.
pub(super) async fn plan(
    session: &mut Session,
    wanted: Wanted,
    actor: Actor,
) -> Result<Plan, Fault> {
    let admin_only = wanted.part == Part::Admin;
    let mut rows = roles::read_membership(session, wanted.role, wanted.member).await?;
    rows.retain(|row| match wanted.part {
        Part::Inherit => row.inherit,
        Part::Become => row.set_role,
        Part::Admin => row.admin,
    });
    if rows.is_empty() {
        return Ok(Plan::done());
    }
    let oids: Vec<i64> = [wanted.member, wanted.role]
        .into_iter()
        .chain(rows.iter().map(|row| row.grantor))
        .collect();
    let known = roles::read_some(session, &oids).await?;
    let (Some(member), Some(role)) = (known.get(&wanted.member), known.get(&wanted.role)) else {
        return Ok(Plan::done());
    };
    let rows = rows.into_iter().map(|row| (row.clone(), known.get(&row.grantor))).collect();
    let has_options = session.has_options_per_grant();
    let case = Case { member, role, rows, admin_only, has_options };
    let mut plan = match actor {
        Actor::Hand => case.by_hand(),
        Actor::Account => case.by_account(session).await?,
    };
    plan.undo = case.undo();
    plan.obstacles.extend(case.dependants(session).await?);
    Ok(plan)
}

impl Case<'_> {
    fn by_hand(&self) -> Plan {
        let statements = if self.has_options {
            self.rows.iter().map(|(_, grantor)| self.revoke_from(*grantor)).collect()
        } else {
            vec![self.revoke()]
        };
        Plan { statements, ..Plan::default() }
    }

    /// Directly where our account has the right, else through the function of the guide.
    async fn by_account(&self, session: &mut Session) -> Result<Plan, Fault> {
        if let Some(statements) = self.directly(session).await? {
            return Ok(Plan { statements, ..Plan::default() });
        }
        if let Some(why) = rights::cannot_call(session, rights::Function::RemoveMember).await? {
            return Ok(Plan { obstacles: vec![why], ..self.by_hand() });
        }
        let mut plan = self.by_hand();
        if rights::is_listed_as_removable(session, self.role.oid).await? {
            let quoted = |name: &str| format!("'{}'::name", name.replace('\'', "''"));
            plan.statements = vec![format!(
                "select countersign.remove_member({}, {}, {});",
                quoted(&self.role.name),
                quoted(&self.member.name),
                self.admin_only
            )];
        } else {
            plan.obstacles.push(format!(
                "`{}` may not remove members of `{}`: add the role to `countersign.removable_role`, or \
                 carry the script out by hand",
                session.about().account,
                self.role.name
            ));
        }
        Ok(plan)
    }

    async fn directly(&self, session: &mut Session) -> Result<Option<Vec<String>>, Fault> {
        if !self.has_options {
            let may = rights::administers(session, self.role).await?;
            return Ok(may.then(|| vec![self.revoke()]));
        }
        let mut statements = Vec::new();
        for (row, grantor) in &self.rows {
            let Some(grantor) = grantor else { return Ok(None) };
            if !rights::may_become(session, row.grantor).await? {
                return Ok(None);
            }
            statements.push(format!("set local role {};", grantor.quoted));
            statements.push(self.revoke_from(Some(grantor)));
        }
        Ok(Some(statements))
    }

    fn revoke(&self) -> String {
        self.revoke_from(None)
    }

    fn revoke_from(&self, grantor: Option<&Role>) -> String {
        let what = if self.admin_only { "admin option for " } else { "" };
        let by = grantor.map(|it| format!(" granted by {}", it.quoted)).unwrap_or_default();
        format!("revoke {what}{} from {}{by};", self.role.quoted, self.member.quoted)
    }

    /// Each row as it was.
    fn undo(&self) -> Vec<String> {
        let grant = |(row, grantor): &(Member, Option<&Role>)| {
            let by = grantor.map(|it| format!(" granted by {}", it.quoted)).unwrap_or_default();
            let options = if self.has_options {
                let Member { admin, inherit, set_role, .. } = row;
                format!(" with admin {admin}, inherit {inherit}, set {set_role}")
            } else if row.admin {
                " with admin option".to_owned()
            } else {
                String::new()
            };
            format!("grant {} to {}{options}{by};", self.role.quoted, self.member.quoted)
        };
        self.rows.iter().map(grant).collect()
    }

    /// Since 16, what the member granted on keeps its own membership in place.
    async fn dependants(&self, session: &mut Session) -> Result<Vec<String>, Fault> {
        if !self.has_options || !self.rows.iter().any(|(row, _)| row.admin) {
            return Ok(Vec::new());
        }
        let granted = roles::read_granted_on(session, self.role.oid, self.member.oid).await?;
        let oids: Vec<i64> = granted.iter().map(|row| row.member).collect();
        let names: BTreeMap<i64, Role> = roles::read_some(session, &oids).await?;
        Ok(names
            .values()
            .map(|it| {
                format!(
                    "`{}` is in `{}` by the grant of `{}`, which depends on this one: remove that \
                     membership first",
                    it.name, self.role.name, self.member.name
                )
            })
            .collect())
    }
}
