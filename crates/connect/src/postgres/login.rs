//! Plans that touch a role itself: keep an account from signing in, or take an attribute away. Only
//! the first is something our account may do, and only through the function of the guide.

use super::plan::{Actor, Plan};
use super::rights;
use super::roles::{self, Role};
use super::session::Session;
use crate::Fault;

/// Plans NOLOGIN.
pub(super) async fn plan_disable(
    session: &mut Session,
    role: i64,
    actor: Actor,
) -> Result<Plan, Fault> {
    let Some(role) = find(session, role).await?.filter(|role| role.login) else {
        return Ok(Plan::done());
    };
    let mut plan = Plan {
        statements: vec![format!("alter role {} nologin;", role.quoted)],
        undo: vec![format!("alter role {} login;", role.quoted)],
        ..Plan::default()
    };
    if actor == Actor::Hand {
        return Ok(plan);
    }
    if role.superuser || role.replication || role.name == session.about().account {
        plan.obstacles.push(format!(
            "`{}` is a protected role (superuser, replication, or our own account): carry the script \
             out by hand as a superuser",
            role.name
        ));
        return Ok(plan);
    }
    match rights::cannot_call(session, rights::Function::DisableLogin).await? {
        Some(why) => plan.obstacles.push(why),
        None => {
            let name = role.name.replace('\'', "''");
            plan.statements = vec![format!("select countersign.disable_login('{name}'::name);")];
        }
    }
    Ok(plan)
}

/// Plans NOSUPERUSER and its like, which our account never may.
pub(super) async fn plan_attribute(
    session: &mut Session,
    role: i64,
    name: &str,
    actor: Actor,
) -> Result<Plan, Fault> {
    let Some(role) = find(session, role).await? else { return Ok(Plan::done()) };
    let Some(attribute) = role.attributes().find(|it| *it == name) else {
        return Ok(Plan::done());
    };
    let by_hand = format!(
        "attributes of roles are out of our account's reach on purpose: carry the script out by hand as \
         a superuser, it takes `{attribute}` from `{}`",
        role.name
    );
    Ok(Plan {
        statements: vec![format!("alter role {} no{attribute};", role.quoted)],
        undo: vec![format!("alter role {} {attribute};", role.quoted)],
        obstacles: (actor == Actor::Account).then_some(by_hand).into_iter().collect(),
        ..Plan::default()
    })
}

async fn find(session: &mut Session, role: i64) -> Result<Option<Role>, Fault> {
    Ok(roles::read_some(session, &[role]).await?.remove(&role))
}
