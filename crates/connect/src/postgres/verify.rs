//! Reads the cluster back under the read account and says whether a claim holds, with the rows it
//! read as evidence. What cannot be read is unknown, never a yes.

use std::fmt::Write as _;

use countersign_access::change::{Claim, Evidence, Holds};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::Config;
use super::enforce::go_to;
use super::grants::{self, Grant};
use super::id::{Holder, Ids, Object};
use super::roles::{self, Member};
use super::session::{Mode, Session};
use super::wish::{Part, Wish};
use crate::Fault;

/// What the rows say.
struct Reading {
    holds: Holds,
    /// The rows as read, for the evidence.
    rows: Vec<Value>,
}

/// Reads back whether a claim holds.
pub(super) async fn verify(config: &Config, claim: &Claim) -> Result<Evidence, Fault> {
    let read_at = (config.clock)();
    let wish = Wish::of_claim(&Ids::new(&config.system), claim)?;
    let mut session = Session::open(&config.read, None, Mode::Read).await?;
    let read_by = session.about().account.clone();
    let mut read_from = session.read_from();
    let reading = match &wish {
        Wish::Membership { member, role, part } => {
            read_membership(&mut session, *member, *role, *part).await
        }
        Wish::Privilege { holder, object, action } => {
            match go_to(session, &config.read, object, Mode::Read).await {
                Ok(Some(mut there)) => {
                    read_from = there.read_from();
                    read_privilege(&mut there, *holder, object, action).await
                }
                Ok(None) => Ok(gone(Vec::new())),
                Err(fault) => Err(fault),
            }
        }
        Wish::Attribute { role, name } => read_attribute(&mut session, *role, name).await,
        Wish::Login { role } => read_login(&mut session, *role).await,
        Wish::LateExpiry { role, days } => read_expiry(&mut session, *role, (read_at, *days)).await,
        Wish::Fixed { instead } => {
            Ok(unknown(format!("it follows from something else; {instead}")))
        }
    };
    let Reading { holds, rows } =
        reading.unwrap_or_else(|fault| unknown(format!("could not be read back: {fault}")));
    let answer = answer(claim, &holds, &rows)?;
    let system = config.system.clone();
    let (claim, digest) = (claim.clone(), sha256_hex(&answer));
    Ok(Evidence { claim, holds, system, read_by, read_from, read_at, digest, answer })
}

async fn read_membership(
    session: &mut Session,
    member: i64,
    role: i64,
    part: Part,
) -> Result<Reading, Fault> {
    let rows = roles::read_membership(session, role, member).await?;
    let shown = rows.iter().map(member_row).collect();
    let has = |row: &&Member| match part {
        Part::Inherit => row.inherit,
        Part::Become => row.set_role,
        Part::Admin => row.admin,
    };
    let left: Vec<&Member> = rows.iter().filter(has).collect();
    if left.is_empty() {
        return Ok(gone(shown));
    }
    let oids: Vec<i64> =
        [member, role].into_iter().chain(left.iter().map(|it| it.grantor)).collect();
    let known = roles::read_some(session, &oids).await?;
    let name = |oid: i64| known.get(&oid).map_or_else(|| oid.to_string(), |it| it.name.clone());
    let grantors: Vec<String> = left.iter().map(|row| name(row.grantor)).collect();
    let what = match part {
        Part::Inherit => "has what the role has",
        Part::Become => "may become the role",
        Part::Admin => "may add and remove its members",
    };
    let found = format!(
        "`{}` is still a member of `{}` and {what}, granted by `{}`",
        name(member),
        name(role),
        grantors.join("`, `")
    );
    Ok(Reading { holds: Holds::No { found }, rows: shown })
}

async fn read_privilege(
    session: &mut Session,
    holder: Holder,
    object: &Object,
    action: &str,
) -> Result<Reading, Fault> {
    let rows = grants::read_object(session, object).await?;
    let same: Vec<&Grant> =
        rows.iter().filter(|row| row.action().as_deref() == Some(action)).collect();
    let shown = same.iter().map(|row| grant_row(row)).collect();
    let Some(left) = same.iter().find(|row| row.grantee == Some(holder.oid())) else {
        return Ok(gone(shown));
    };
    let found = if left.items().is_empty() {
        format!("it still owns {}", left.identity)
    } else {
        format!("`{}` still stands in the access list of {}", left.items().join(","), left.identity)
    };
    Ok(Reading { holds: Holds::No { found }, rows: shown })
}

async fn read_attribute(session: &mut Session, role: i64, name: &str) -> Result<Reading, Fault> {
    let Some(role) = roles::read_some(session, &[role]).await?.remove(&role) else {
        return Ok(gone(Vec::new()));
    };
    let attributes: Vec<&str> = role.attributes().collect();
    let rows = vec![json!({ "oid": role.oid, "name": role.name, "attributes": attributes })];
    if !attributes.contains(&name) {
        return Ok(gone(rows));
    }
    let found = format!("`{}` still has the attribute `{name}`", role.name);
    Ok(Reading { holds: Holds::No { found }, rows })
}

async fn read_login(session: &mut Session, role: i64) -> Result<Reading, Fault> {
    let Some(role) = roles::read_some(session, &[role]).await?.remove(&role) else {
        return Ok(gone(Vec::new()));
    };
    let query =
        sqlx::query_as("select count(*)::int8 from pg_stat_activity where usesysid::int8 = $1");
    let open: Option<(i64,)> = session.row(query.bind(role.oid)).await?;
    let rows = vec![json!({
        "oid": role.oid,
        "name": role.name,
        "rolcanlogin": role.login,
        "open_sessions": open.map(|(count,)| count),
    })];
    if !role.login {
        return Ok(gone(rows));
    }
    Ok(Reading { holds: Holds::No { found: format!("`{}` can still log in", role.name) }, rows })
}

/// A role whose password never ends, or ends too late. The end bounds signing in by password only,
/// which is all that PostgreSQL knows of it.
async fn read_expiry(
    session: &mut Session,
    role: i64,
    (read_at, days): (Timestamp, u32),
) -> Result<Reading, Fault> {
    let Some(role) = roles::read_some(session, &[role]).await?.remove(&role) else {
        return Ok(gone(Vec::new()));
    };
    let rows = vec![json!({
        "oid": role.oid,
        "name": role.name,
        "rolvaliduntil": role.valid_until.map(|micros| micros.to_string()),
    })];
    let hours = SignedDuration::from_hours(i64::from(days).saturating_mul(24));
    let latest = read_at.saturating_add(hours).unwrap_or(Timestamp::MAX);
    let ends = role.valid_until.and_then(|micros| Timestamp::from_microsecond(micros).ok());
    let found = match ends {
        Some(ends) if ends <= latest => return Ok(gone(rows)),
        Some(ends) => format!("the password of `{}` is good until {ends}", role.name),
        None => format!("the password of `{}` has no end", role.name),
    };
    Ok(Reading { holds: Holds::No { found }, rows })
}

fn gone(rows: Vec<Value>) -> Reading {
    Reading { holds: Holds::Yes, rows }
}

fn unknown(why: String) -> Reading {
    Reading { holds: Holds::Unknown { why }, rows: Vec::new() }
}

fn member_row(row: &Member) -> Value {
    json!({
        "roleid": row.role,
        "member": row.member,
        "grantor": row.grantor,
        "admin_option": row.admin,
        "inherit_option": row.inherit,
        "set_option": row.set_role,
    })
}

fn grant_row(row: &Grant) -> Value {
    json!({
        "object": row.object,
        "column": row.part,
        "name": row.name,
        "owner": row.owner,
        "privilege": row.word(),
        "grantee": row.grantee,
        "acl": row.items(),
    })
}

/// The canonical bytes (RFC 8785) of what was asked and read.
fn answer(claim: &Claim, holds: &Holds, rows: &[Value]) -> Result<Vec<u8>, Fault> {
    let answer = json!({ "claim": claim, "holds": holds, "rows": rows });
    serde_json_canonicalizer::to_vec(&answer)
        .map_err(|why| Fault::Permanent(format!("the answer cannot be written down: {why}")))
}

fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing to a string does not fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
