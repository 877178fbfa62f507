//! What an order does to a system's state, and what it refuses. Every change is idempotent under
//! the order's key; what is already gone is done (law 11).

use countersign_access::change::{Change, Order, Outcome};
use countersign_access::edge::{EdgeKey, EdgeKind};
use countersign_access::node::NodeId;

use super::broken::Broken;
use super::state::{DoneOrder, LOGIN, System};

/// Orders that a system remembers; the oldest are forgotten first.
const ORDERS_KEPT_MAX: usize = 10_000;

/// Carries an order out once. `true` when it had not been carried out before.
pub(super) fn carry_out(system: &mut System, order: &Order) -> Result<(Outcome, bool), Broken> {
    if let Some(done) = system.done.iter().find(|done| done.key == order.key) {
        return if done.change == order.change {
            Ok((done.outcome, false))
        } else {
            Err(Broken::Malformed(format!(
                "the key `{}` belongs to an earlier order for something else: send this one under a new key",
                order.key
            )))
        };
    }
    let outcome = apply(system, &order.change)?;
    let (key, change) = (order.key.clone(), order.change.clone());
    system.done.push(DoneOrder { key, change, outcome });
    let over = system.done.len().saturating_sub(ORDERS_KEPT_MAX);
    system.done.drain(..over);
    Ok((outcome, true))
}

/// Makes the change, order or not.
pub(super) fn apply(system: &mut System, change: &Change) -> Result<Outcome, Broken> {
    if let Some(why) = obstacle(system, change) {
        return Err(Broken::Malformed(why));
    }
    let changed = match change {
        Change::RemoveEdge { edge, grantor } => remove(system, edge, grantor.as_deref()),
        Change::DisableAccount { account } => {
            system.account_mut(account).is_some_and(|account| account.tags.remove(LOGIN).is_some())
        }
    };
    Ok(if changed { Outcome::Changed } else { Outcome::AlreadyGone })
}

/// Why a change could not be carried out, before it is tried.
pub(super) fn obstacle(system: &System, change: &Change) -> Option<String> {
    match change {
        Change::RemoveEdge { edge, .. } => not_removable(edge.kind),
        Change::DisableAccount { account } => {
            system.account(account).is_none().then(|| no_such_account(account))
        }
    }
}

/// Whether such an edge stands.
pub(super) fn stands(system: &System, edge: &EdgeKey) -> bool {
    system.edges.iter().any(|it| it.key == *edge)
}

/// No account of this id.
pub(super) fn no_such_account(account: &NodeId) -> String {
    format!("there is no account `{account}`: give the id that the last read shows")
}

/// Without a grantor every edge of this key goes, whoever granted it.
fn remove(system: &mut System, edge: &EdgeKey, grantor: Option<&str>) -> bool {
    let before = system.edges.len();
    system.edges.retain(|it| {
        it.key != *edge || grantor.is_some_and(|grantor| it.grantor.as_deref() != Some(grantor))
    });
    system.edges.len() != before
}

fn not_removable(kind: EdgeKind) -> Option<String> {
    match kind {
        EdgeKind::MemberOf | EdgeKind::Grants => None,
        EdgeKind::Assumes
        | EdgeKind::Holds
        | EdgeKind::AppliesTo
        | EdgeKind::Authenticates
        | EdgeKind::ReadsSecretOf
        | EdgeKind::Impersonates
        | EdgeKind::Controls
        | EdgeKind::ActsOnBehalfOf
        | EdgeKind::IsAccountOf
        | EdgeKind::UsesTool => Some(format!(
            "a sandbox takes `member_of` and `grants` away, not `{kind}`: choose one of those on the path"
        )),
    }
}
