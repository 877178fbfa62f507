//! What the enforcer tells a finding about its order, through the one door. Decides nothing.

use countersign_governance::Command;
use countersign_governance::actor::{Actor, Machine};
use countersign_governance::finding::{self, fail};
use countersign_store::Fault;

use super::Workers;
use crate::act::{self, Asked, NotDone};
use crate::clock::NoChance;
use crate::follow::OrderOf;
use crate::text::Text;

/// Why a job could not be done or told of.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    #[error("{0}")]
    Act(#[from] NotDone),
    #[error("{0}")]
    Store(#[from] Fault),
    #[error("{0}")]
    Chance(#[from] NoChance),
}

/// Tells the finding something about its order.
pub(super) async fn report(
    workers: &Workers,
    of: OrderOf,
    command: finding::Command,
    text: Text,
) -> Result<act::Committed, Trouble> {
    let command = Command::Finding(of.finding, command);
    let asked = Asked::new(Actor::Machine(Machine::Enforcer), command)
        .with_texts(vec![text])
        .because(Some(format!("order:{}", of.order)));
    Ok(workers.door.act(asked).await?)
}

/// Tells the finding that its order is given up, and why: it goes back to its owner.
pub(super) async fn failed(
    workers: &Workers,
    of: OrderOf,
    why: String,
) -> Result<act::Committed, Trouble> {
    let text = Text::new(&workers.door.chance, why)?;
    let why = text.digest().clone();
    report(workers, of, finding::Command::Fail(fail::Fail { order: of.order, why }), text).await
}
