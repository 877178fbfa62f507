//! What our own write account may do, asked of the server before an order is made. Changes nothing.

use super::roles::Role;
use super::session::Session;
use crate::Fault;

/// The schema with the functions of the guide.
const SCHEMA: &str = "countersign";

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

/// Why our account cannot call a function of the guide; nothing when it can.
pub(super) async fn cannot_call(
    session: &mut Session,
    function: &str,
) -> Result<Option<String>, Fault> {
    let query = sqlx::query_as(
        "select has_schema_privilege(n.oid, 'usage') and has_function_privilege(p.oid, 'execute') \
         from pg_proc p join pg_namespace n on n.oid = p.pronamespace \
         where n.nspname = $1 and p.proname = $2 limit 1",
    );
    let found: Option<(bool,)> = session.row(query.bind(SCHEMA).bind(function)).await?;
    let (account, database) = (&session.about().account, &session.about().database);
    Ok(match found {
        Some((true,)) => None,
        Some((false,)) => Some(format!(
            "`{account}` may not execute `{SCHEMA}.{function}` in database `{database}`: grant it \
             EXECUTE on the function and USAGE on the schema"
        )),
        None => Some(format!(
            "there is no function `{SCHEMA}.{function}` in database `{database}`: create it as the \
             guide shows, or carry the script out by hand"
        )),
    })
}

/// Whether the guide's list lets our account remove members of a role.
pub(super) async fn is_listed_as_removable(
    session: &mut Session,
    role: i64,
) -> Result<bool, Fault> {
    let visible: Option<(bool,)> = session
        .row(sqlx::query_as(
            "select true from pg_class c join pg_namespace n on n.oid = c.relnamespace \
             where n.nspname = 'countersign' and c.relname = 'removable_role' \
             and has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select')",
        ))
        .await?;
    if visible.is_none() {
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
