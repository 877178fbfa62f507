//! Connected systems: when each was read last, and whether a read waits for a person.

use countersign_governance::State;
use countersign_governance::system::System;
use countersign_store::read::system::{Item, by_name, list};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::finding::bare;
use super::{List, each};
use crate::act::{Door, NotDone};

/// A system in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = System)]
pub struct Row {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Which connector reads it.
    pub kind: String,
    /// When the newest accepted read began.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_read_at: Option<Timestamp>,
    /// Whether that read saw everything.
    pub complete: Option<bool>,
    /// A run that waits for a person.
    pub held_run: Option<String>,
    /// Its sequence: the ETag.
    pub sequence: i64,
}

/// A page of systems.
///
/// # Errors
/// When the cursor is of another list, or the store cannot answer.
pub async fn page(door: &Door, cursor: Option<&str>, limit: i64) -> Result<List<Row>, NotDone> {
    Ok(each(list(&door.store, cursor, limit).await?, |item| row(&item)))
}

/// One system.
///
/// # Errors
/// When the store cannot answer.
pub async fn one(door: &Door, name: &str) -> Result<Option<Row>, NotDone> {
    Ok(by_name(&door.store, name).await?.map(|item| row(&item)))
}

/// The id of the person who answers for a system, where somebody does.
///
/// # Errors
/// When the store cannot answer.
pub(crate) async fn owner(door: &Door, name: &str) -> Result<Option<String>, NotDone> {
    let item = by_name(&door.store, name).await?;
    Ok(item.and_then(|item| state(&item)?.connection.owner).map(|owner| owner.to_string()))
}

fn state(item: &Item) -> Option<System> {
    match crate::kept::parse(&item.state) {
        Ok(State::System(system)) => system,
        Ok(_) | Err(_) => None,
    }
}

fn row(item: &Item) -> Row {
    let system = state(item);
    let last = system.as_ref().and_then(|system| system.last.as_ref());
    let held = system.as_ref().and_then(|system| system.held.as_ref());
    Row {
        id: bare(&item.row.id),
        name: item.row.name.clone(),
        kind: item.row.kind.clone(),
        last_read_at: item.row.last_read_at,
        complete: last.map(|last| last.run.complete),
        held_run: held.map(|held| held.run.to_string()),
        sequence: item.sequence,
    }
}
