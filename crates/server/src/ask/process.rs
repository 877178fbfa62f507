//! Business processes and who owns their risk.

use countersign_governance::State;
use countersign_store::read::process::{Item, list};
use serde::Serialize;
use utoipa::ToSchema;

use super::List;
use super::finding::bare;
use crate::act::{Door, NotDone};
use crate::kept;

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
    /// Whether the law or a supervisor has a say, so that the legal seat signs exceptions too.
    pub regulated: bool,
    /// Its sequence: the ETag.
    pub sequence: i64,
}

/// A page of processes.
///
/// # Errors
/// When the cursor is of another list, or the store cannot answer.
pub async fn page(door: &Door, cursor: Option<&str>, limit: i64) -> Result<List<Row>, NotDone> {
    let page = list(&door.store, cursor, limit).await?;
    let items = page.items.into_iter().map(row).collect::<Result<_, NotDone>>()?;
    Ok(List::new(items, page.next))
}

fn row(item: Item) -> Result<Row, NotDone> {
    let regulated = match kept::parse(&item.state)? {
        State::Process(process) => process.is_some_and(|it| it.definition.regulated),
        State::Finding(_)
        | State::Person(_)
        | State::Exception(_)
        | State::System(_)
        | State::Policy(_)
        | State::Accountability(_)
        | State::Gap(_)
        | State::Review(_)
        | State::Item(_) => false,
    };
    Ok(Row {
        id: bare(&item.row.id),
        name: item.row.name,
        criticality: item.row.criticality,
        owner: item.row.owner,
        regulated,
        sequence: item.sequence,
    })
}
