//! Business processes and who owns their risk.

use countersign_store::read::process::list;
use serde::Serialize;
use utoipa::ToSchema;

use super::finding::bare;
use super::{List, each};
use crate::act::{Door, NotDone};

/// A process in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Process)]
pub struct Row {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// How critical.
    pub criticality: String,
    /// Who owns its risk.
    pub owner: Option<String>,
    /// Its sequence: the ETag.
    pub sequence: i64,
}

/// A page of processes.
///
/// # Errors
/// When the cursor is of another list, or the store cannot answer.
pub async fn page(door: &Door, cursor: Option<&str>, limit: i64) -> Result<List<Row>, NotDone> {
    Ok(each(list(&door.store, cursor, limit).await?, |item| Row {
        id: bare(&item.row.id),
        name: item.row.name,
        criticality: item.row.criticality,
        owner: item.row.owner,
        sequence: item.sequence,
    }))
}
