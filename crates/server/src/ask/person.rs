//! People and their seats.

use countersign_governance::State;
use countersign_governance::seat::SeatName;
use countersign_store::read::person::{Item, get, list};
use serde::Serialize;
use utoipa::ToSchema;

use super::finding::bare;
use super::{List, each};
use crate::act::{Door, NotDone};

/// A person in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Person)]
pub struct Row {
    /// Their id.
    pub id: String,
    /// Their name.
    pub name: String,
    /// Whether they are active.
    pub active: bool,
    /// Their seats.
    #[schema(value_type = Vec<String>)]
    pub seats: Vec<SeatName>,
    /// Their sequence: the ETag.
    pub sequence: i64,
}

/// A page of people.
///
/// # Errors
/// When the cursor is of another list, or the store cannot answer.
pub async fn page(door: &Door, cursor: Option<&str>, limit: i64) -> Result<List<Row>, NotDone> {
    Ok(each(list(&door.store, cursor, limit).await?, |item| row(&item)))
}

/// One person.
///
/// # Errors
/// When the store cannot answer.
pub async fn one(door: &Door, id: &str) -> Result<Option<Row>, NotDone> {
    Ok(get(&door.store, &format!("person:{}", bare(id))).await?.map(|item| row(&item)))
}

fn row(item: &Item) -> Row {
    let person = match crate::kept::parse(&item.state) {
        Ok(State::Person(Some(person))) => Some(person),
        Ok(_) | Err(_) => None,
    };
    Row {
        id: bare(&item.row.id),
        name: item.row.name.clone(),
        active: person.as_ref().is_some_and(countersign_governance::person::Person::is_active),
        seats: person.map(|person| person.seats().iter().copied().collect()).unwrap_or_default(),
        sequence: item.sequence,
    }
}
