//! Carries orders out, and says beforehand what that would be. Reads before it writes, every time, so
//! that the same order twice changes nothing the second time. Does not judge whether it worked: a
//! `REVOKE` that reports success may have changed nothing, and only reading back tells.

use countersign_access::change::{Order, Outcome, Preview, Receipt};

use super::Config;
use super::credential::Credential;
use super::fault;
use super::id::{Ids, Object};
use super::plan::{Actor, Plan};
use super::session::{Mode, Session};
use super::wish::Wish;
use super::{login, membership, privilege};
use crate::Fault;

/// What an order would run, how it is taken back, and what stands in its way.
pub(super) async fn preview(config: &Config, order: &Order) -> Result<Preview, Fault> {
    let wish = wish_of(config, order)?;
    let mut obstacles = Vec::new();
    let plan = match writer(config) {
        Ok(credential) => match prepare(credential, Mode::Write, &wish, Actor::Account).await {
            Ok((plan, session)) => {
                session.close().await;
                plan
            }
            Err(Fault::Permanent(why)) => {
                obstacles.push(format!("the write account cannot be used: {why}"));
                by_hand(config, &wish).await?
            }
            Err(fault) => return Err(fault),
        },
        Err(why) => {
            obstacles.push(why);
            by_hand(config, &wish).await?
        }
    };
    let (script, undo) = (plan.script(), plan.way_back());
    if plan.is_done {
        obstacles.clear();
    }
    obstacles.extend(plan.obstacles);
    Ok(Preview { script, undo, obstacles })
}

/// Carries an order out under the write account.
pub(super) async fn enforce(config: &Config, order: &Order) -> Result<Receipt, Fault> {
    let wish = wish_of(config, order)?;
    let credential = match writer(config) {
        Ok(credential) => credential,
        Err(why) => return not_run(config, order, &wish, &why).await,
    };
    let (plan, mut session) = prepare(credential, Mode::Write, &wish, Actor::Account).await?;
    if plan.is_done {
        session.close().await;
        return Ok(receipt(config, order, Outcome::AlreadyGone, Vec::new()));
    }
    if !plan.obstacles.is_empty() {
        session.close().await;
        return Err(Fault::Permanent(plan.obstacles.join("; ")));
    }
    let statements = plan.transaction();
    for statement in &statements {
        // On a fault the session is dropped, and the server rolls back.
        session.run(statement).await.map_err(explain)?;
    }
    session.close().await;
    Ok(receipt(config, order, Outcome::Changed, statements))
}

fn wish_of(config: &Config, order: &Order) -> Result<Wish, Fault> {
    if order.system != config.system {
        return Err(Fault::Permanent(format!(
            "the order is for `{}` and this is `{}`: send it to the system it names",
            order.system, config.system
        )));
    }
    Wish::of_change(&Ids::new(&config.system), &order.change)
}

/// The write account, or why none is used.
fn writer(config: &Config) -> Result<&Credential, String> {
    let system = &config.system;
    if config.read_only {
        return Err(format!("`{system}` is configured read-only: carry the script out by hand"));
    }
    config.write.as_ref().ok_or_else(|| {
        format!("`{system}` has no write account: configure one, or carry the script out by hand")
    })
}

async fn by_hand(config: &Config, wish: &Wish) -> Result<Plan, Fault> {
    let (plan, session) = prepare(&config.read, Mode::Read, wish, Actor::Hand).await?;
    session.close().await;
    Ok(plan)
}

async fn not_run(config: &Config, order: &Order, wish: &Wish, why: &str) -> Result<Receipt, Fault> {
    let plan = by_hand(config, wish).await?;
    if plan.is_done {
        return Ok(receipt(config, order, Outcome::AlreadyGone, Vec::new()));
    }
    let script = plan.script().join(" ");
    Err(Fault::Permanent(format!("nothing was run, {why}: {script}")))
}

/// The plan, and the session in whose database it holds.
async fn prepare(
    credential: &Credential,
    mode: Mode,
    wish: &Wish,
    actor: Actor,
) -> Result<(Plan, Session), Fault> {
    let mut session = Session::open(credential, None, mode).await?;
    let plan = match wish {
        Wish::Membership { member, role, part } => {
            let wanted = membership::Wanted { member: *member, role: *role, part: *part };
            membership::plan(&mut session, wanted, actor).await?
        }
        Wish::Privilege { holder, object, action } => {
            let Some(found) = go_to(session, credential, object, mode).await? else {
                let session = Session::open(credential, None, mode).await?;
                return Ok((Plan::done(), session));
            };
            session = found;
            let wanted = privilege::Wanted { holder: *holder, object, action };
            privilege::plan(&mut session, wanted, actor).await?
        }
        Wish::Attribute { role, name } => {
            login::plan_attribute(&mut session, *role, name, actor).await?
        }
        Wish::Login { role } => login::plan_disable(&mut session, *role, actor).await?,
        // No order asks for it: it is a claim about a control and nothing else.
        Wish::LateExpiry { .. } => Plan::impossible("set an end to the password by hand"),
        Wish::Fixed { instead } => {
            Plan::impossible(format!("this cannot be taken away by itself; {instead}"))
        }
    };
    Ok((plan, session))
}

/// A session in the object's database; none when that database is gone.
pub(super) async fn go_to(
    mut session: Session,
    credential: &Credential,
    object: &Object,
    mode: Mode,
) -> Result<Option<Session>, Fault> {
    if !object.class.is_of_database() {
        return Ok(Some(session));
    }
    let query = sqlx::query_as("select datname::text from pg_database where oid::int8 = $1");
    let found: Option<(String,)> = session.row(query.bind(object.database)).await?;
    let Some((name,)) = found else {
        session.close().await;
        return Ok(None);
    };
    if name == session.about().database {
        return Ok(Some(session));
    }
    session.close().await;
    Session::open(credential, Some(&name), mode).await.map(Some)
}

fn explain(fault: Fault) -> Fault {
    if fault::is_dependent(&fault) {
        return Fault::Permanent(format!("{fault}; ask for a preview to see who"));
    }
    fault
}

fn receipt(config: &Config, order: &Order, outcome: Outcome, statements: Vec<String>) -> Receipt {
    Receipt { key: order.key.clone(), outcome, at: (config.clock)(), statements }
}
