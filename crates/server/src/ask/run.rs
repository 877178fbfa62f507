//! Reads of connected systems: what each saw and what it could not see.

use countersign_access::fact::Unreadable;
use countersign_store::read::run::list;
use countersign_store::stage::run::{Run, Standing};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{List, each};
use crate::act::{Door, NotDone};

/// A run in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Run)]
pub struct Row {
    /// Its id.
    pub id: String,
    /// The system.
    pub system: String,
    /// When the read began.
    #[schema(value_type = String, format = DateTime)]
    pub read_at: Timestamp,
    /// How far it has come: reading, staged, held, accepted, discarded.
    pub standing: String,
    /// Its place among the accepted runs.
    pub position: Option<i64>,
    /// Whether everything could be read.
    pub complete: bool,
    /// How many nodes and edges.
    #[schema(value_type = Object)]
    pub counts: Value,
    /// What could not be read.
    #[schema(value_type = Vec<Object>)]
    pub unreadable: Vec<Unreadable>,
    /// Why it is held.
    pub why: Option<String>,
}

/// A page of runs, the newest first.
///
/// # Errors
/// When the cursor is of another list, or the store cannot answer.
pub async fn page(
    door: &Door,
    system: Option<&str>,
    cursor: Option<&str>,
    limit: i64,
) -> Result<List<Row>, NotDone> {
    Ok(each(list(&door.store, system, cursor, limit).await?, row))
}

fn row(run: Run) -> Row {
    let standing = match run.standing {
        Standing::Staging => "reading",
        Standing::Staged => "staged",
        Standing::Held => "held",
        Standing::Accepted => "accepted",
        Standing::Discarded => "discarded",
    };
    let counts = run.counts.and_then(|counts| serde_json::from_str(&counts).ok());
    Row {
        id: run.id,
        system: run.source.to_string(),
        read_at: run.read_at,
        standing: standing.to_owned(),
        position: run.position,
        complete: run.complete,
        counts: counts.unwrap_or_default(),
        unreadable: run.unreadable,
        why: run.why,
    }
}
