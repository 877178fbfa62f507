//! What our own write account may do, asked of the server before an order is made. Changes nothing.

use super::roles::Role;
use super::session::Session;
use crate::Fault;

/// Whether our account may take a role on for a statement.
pub(super) async fn may_become(session: &mut Session, role: i64) -> Result<bool, Fault> {
    let how = if session.has_options_per_grant() { "set" } else { "member" };
    has_role(session, role, how).await
}

/// Whether our account may itself remove members of a role, as PostgreSQL 15 has it: one row per
/// member, and CREATEROLE is enough for every role that is no superuser.
pub(super) async fn administers(session: &mut Session, role: &Role) -> Result<bool, Fault> {
    let query =
        sqlx::query_as("select rolsuper, rolcreaterole from pg_roles where rolname = session_user");
    let own: Option<(bool, bool)> = session.row(query).await?;
    let (superuser, createrole) = own.unwrap_or_default();
    if superuser || role.superuser {
        return Ok(superuser);
    }
    Ok(createrole || has_role(session, role.oid, "member with admin option").await?)
}

/// A function of the guide, by name and argument types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Function {
    DisableLogin,
    RemoveMember,
}

impl Function {
    fn signature(self) -> (&'static str, &'static str) {
        match self {
            Self::DisableLogin => ("disable_login", "name"),
            Self::RemoveMember => ("remove_member", "name, name, boolean"),
        }
    }
}

/// Why our account cannot call a function of the guide; nothing when it can. One that somebody else
/// put there under the same name is never called: it would run with our account's rights.
pub(super) async fn cannot_call(
    session: &mut Session,
    function: Function,
) -> Result<Option<String>, Fault> {
    let (name, arguments) = function.signature();
    let query = sqlx::query_as(
        "select has_schema_privilege(n.oid, 'usage') and has_function_privilege(p.oid, 'execute'), \
           p.prosecdef and (f.rolsuper or f.rolcreaterole) and (s.rolsuper or s.rolcreaterole) \
         from pg_proc p join pg_namespace n on n.oid = p.pronamespace \
         join pg_roles f on f.oid = p.proowner join pg_roles s on s.oid = n.nspowner \
         where n.nspname = 'countersign' and p.proname = $1 and oidvectortypes(p.proargtypes) = $2",
    );
    let found: Option<(bool, bool)> = session.row(query.bind(name).bind(arguments)).await?;
    let (account, database) = (&session.about().account, &session.about().database);
    let full = format!("countersign.{name}({arguments})");
    Ok(match found {
        Some((true, true)) => None,
        Some((_, false)) => Some(format!(
            "`{full}` in database `{database}` is not the guide's function (it or its schema belongs to \
             an ordinary role, or it is not SECURITY DEFINER) and is not called: remove it and create \
             it as the guide shows"
        )),
        Some((false, true)) => Some(format!(
            "`{account}` may not execute `{full}` in database `{database}`: grant it EXECUTE on the \
             function and USAGE on the schema"
        )),
        None => Some(format!(
            "there is no function `{full}` in database `{database}`: create it as the guide shows, or \
             carry the script out by hand"
        )),
    })
}

/// Whether a relation of the guide is there for our account. One that an ordinary role put there is
/// not looked at.
pub(super) async fn may_read(session: &mut Session, relation: &str) -> Result<bool, Fault> {
    let query = sqlx::query_as(
        "select true from pg_class c join pg_namespace n on n.oid = c.relnamespace \
         join pg_roles o on o.oid = c.relowner join pg_roles s on s.oid = n.nspowner \
         where n.nspname = 'countersign' and c.relname = $1 \
         and (o.rolsuper or o.rolcreaterole) and (s.rolsuper or s.rolcreaterole) \
         and has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select')",
    );
    let found: Option<(bool,)> = session.row(query.bind(relation)).await?;
    Ok(found.is_some())
}

/// Whether the guide's list lets our account remove members of a role.
pub(super) async fn is_listed_as_removable(
    session: &mut Session,
    role: i64,
) -> Result<bool, Fault> {
    if !may_read(session, "removable_role").await? {
        return Ok(false);
    }
    let query = sqlx::query_as(
        "select true from countersign.removable_role where role::oid::int8 = $1 limit 1",
    );
    let listed: Option<(bool,)> = session.row(query.bind(role)).await?;
    Ok(listed.is_some())
}

async fn has_role(session: &mut Session, role: i64, how: &str) -> Result<bool, Fault> {
    let query = sqlx::query_as("select pg_has_role(session_user, $1::int8::oid, $2)");
    let answer: Option<(bool,)> = session.row(query.bind(role).bind(how)).await?;
    Ok(answer.is_some_and(|(has,)| has))
}
