//! People and their seats.

use countersign_governance::State;
use countersign_governance::person::{LocalSignIn, Only, Person};
use countersign_governance::seat::SeatName;
use countersign_store::read::person::{Item, Local, get, list, local};
use jiff::Timestamp;
use serde::{Deserialize as _, Serialize};
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
    /// The id of the person to whom they report; null where nobody is known.
    pub manager: Option<String>,
    /// The one case of somebody from outside, and the seat that they were given for it; null for
    /// everybody else.
    pub only: Option<OnlyRow>,
    /// Their sequence: the ETag.
    pub sequence: i64,
}

/// The one seat of somebody from outside, on one case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PersonOnly)]
pub struct OnlyRow {
    /// The case, `finding:ID` or `exception:ID`.
    pub case: String,
    /// The seat.
    #[schema(value_type = String)]
    pub seat: SeatName,
    /// Until when.
    #[schema(value_type = String, format = DateTime)]
    pub until: Timestamp,
}

/// Somebody who signed in past the provider of their organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    /// Their id.
    pub person: String,
    /// When.
    pub at: Timestamp,
    /// By what and from where; nothing where the event cannot be read.
    pub how: Option<LocalSignIn>,
}

/// Who signed in past the provider since then, the newest first, as the ledger has it.
///
/// # Errors
/// When the store cannot answer.
pub async fn past_provider(
    door: &Door,
    since: Timestamp,
    limit: i64,
) -> Result<Vec<Past>, NotDone> {
    let rows = local(&door.store, since, limit).await?;
    let past = |row: Local| {
        let leaf: serde_json::Value = serde_json::from_slice(&row.bytes).unwrap_or_default();
        let how = leaf.get("body").and_then(|body| LocalSignIn::deserialize(body).ok());
        Past { person: bare(&row.subject), at: row.at, how }
    };
    Ok(rows.into_iter().map(past).collect())
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
        active: person.as_ref().is_some_and(Person::is_active),
        manager: person.as_ref().and_then(Person::manager).map(|id| id.to_string()),
        only: person.as_ref().and_then(Person::only).map(only),
        seats: person.map(|person| person.seats().iter().copied().collect()).unwrap_or_default(),
        sequence: item.sequence,
    }
}

fn only(only: Only) -> OnlyRow {
    OnlyRow { case: only.case.to_string(), seat: only.seat, until: only.until }
}
