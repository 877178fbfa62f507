//! People by name: lists and histories hold ids, people think in names.

use std::collections::BTreeMap;

use countersign_governance::seat::SeatName;
use serde::Deserialize;
use uuid::Uuid;

use super::Stopped;
use super::send::Client;
use crate::exit::Failure;

/// Most pages of people that are read.
const PAGES_MAX: usize = 50;

/// People on one page, the most that a server gives.
const PAGE: usize = 200;

/// Most names that are suggested or listed.
const NAMED_MAX: usize = 5;

/// Length of an id as it is written.
const ID_LENGTH: usize = 36;

/// Somebody.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Person {
    /// Their id.
    pub(crate) id: String,
    /// Their name.
    pub(crate) name: String,
    /// Whether they are active.
    pub(crate) active: bool,
    /// Their seats.
    pub(crate) seats: Vec<String>,
    /// The id of the person to whom they report.
    pub(crate) manager: Option<String>,
    /// The one seat of somebody from outside.
    pub(crate) only: Option<Only>,
}

/// The one seat of somebody from outside, on one case.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Only {
    /// The seat.
    seat: String,
    /// The case.
    case: String,
    /// Until when.
    until: String,
}

impl Person {
    /// Where they sit, in words.
    pub(crate) fn seated(&self) -> String {
        match &self.only {
            Some(Only { seat, case, until }) => format!("{seat} for {case} alone, until {until}"),
            None => self.seats.join(", "),
        }
    }
}

/// Everybody.
#[derive(Debug, Default)]
pub(crate) struct People(BTreeMap<String, Person>);

#[derive(Debug, Deserialize)]
struct Page {
    items: Vec<Person>,
    next: Option<String>,
}

impl People {
    /// Reads them all.
    ///
    /// # Errors
    /// When the server does not tell them.
    pub(crate) async fn read(client: &Client) -> Result<Self, Stopped> {
        let mut people = BTreeMap::new();
        let mut cursor: Option<String> = None;
        for _ in 0..PAGES_MAX {
            let mut query = vec![("limit", PAGE.to_string())];
            query.extend(cursor.take().map(|cursor| ("cursor", cursor)));
            let page: Page = client.get(&["people"], &query).await?;
            people.extend(page.items.into_iter().map(|it| (it.id.clone(), it)));
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        Ok(Self(people))
    }

    /// What people call the one with this id; the id itself where nobody has it.
    pub(crate) fn name(&self, id: &str) -> String {
        self.0.get(id).map_or_else(|| id.to_owned(), |person| person.name.clone())
    }

    /// Who is active in one of these seats, in a few names.
    pub(crate) fn in_seats(&self, seats: &[&str], but: &[&str]) -> String {
        let sits = |it: &&Person| it.seats.iter().any(|seat| seats.contains(&seat.as_str()));
        let mut names: Vec<&str> = self
            .0
            .values()
            .filter(|it| it.active && !but.contains(&it.id.as_str()))
            .filter(sits)
            .map(|it| it.name.as_str())
            .collect();
        names.sort_unstable();
        let more = names.len().saturating_sub(NAMED_MAX);
        let named = names.into_iter().take(NAMED_MAX).collect::<Vec<_>>().join(", ");
        match (named.is_empty(), more) {
            (true, _) => "nobody yet: appoint somebody".to_owned(),
            (false, 0) => named,
            (false, more) => format!("{named} and {more} more"),
        }
    }

    fn find(&self, wanted: &str) -> Result<&Person, Failure> {
        let named: Vec<&Person> = self.0.values().filter(|it| it.name == wanted).collect();
        let active: Vec<&Person> = named.iter().copied().filter(|it| it.active).collect();
        match (active.as_slice(), named.as_slice()) {
            ([one], _) | ([], [one]) => Ok(*one),
            ([], []) => Err(Failure::malformed(self.nobody(wanted))),
            _ => {
                let ids: Vec<&str> =
                    named.iter().take(NAMED_MAX).map(|it| it.id.as_str()).collect();
                Err(Failure::malformed(format!(
                    "{} people are called `{wanted}`: give the id of the right one ({})",
                    named.len(),
                    ids.join(", ")
                )))
            }
        }
    }

    fn nobody(&self, wanted: &str) -> String {
        let part = wanted.to_lowercase();
        let alike = self.0.values().filter(|it| it.name.to_lowercase().contains(&part));
        let alike: Vec<String> = alike.take(NAMED_MAX).map(|it| format!("`{}`", it.name)).collect();
        if alike.is_empty() {
            return format!(
                "nobody is called `{wanted}`: `countersign person list` shows names and ids"
            );
        }
        format!("nobody is called `{wanted}`: give the whole name, as in {}", alike.join(", "))
    }
}

/// Who acted, by name.
pub(crate) fn who(actor: &str, people: &People) -> String {
    match actor.split_once(':') {
        Some(("person", id)) => people.name(id),
        Some(("machine", machine)) => format!("the {machine}"),
        Some(_) | None => actor.to_owned(),
    }
}

/// The id of the one who is meant by a name or an id.
///
/// # Errors
/// When nobody or more than one is called so, or the server does not tell.
pub(crate) async fn id_of(client: &Client, wanted: &str) -> Result<String, Stopped> {
    if let Ok(id) = wanted.parse::<Uuid>() {
        return Ok(id.to_string());
    }
    let people = People::read(client).await?;
    Ok(people.find(wanted)?.id.clone())
}

/// Who could, in the server's words, by name: where it says ids, and where it says seats.
pub(crate) async fn named(client: &Client, who: &str) -> String {
    let who = with_names(client, who).await;
    let words: Vec<&str> = who.split(|it: char| !it.is_alphanumeric()).collect();
    let seats: Vec<&str> =
        SeatName::ALL.iter().map(|it| it.as_str()).filter(|it| words.contains(it)).collect();
    if seats.is_empty() {
        return who;
    }
    match People::read(client).await {
        Ok(people) => format!("{who} ({})", people.in_seats(&seats, &[])),
        Err(_) => who,
    }
}

/// Words of the server with names where it says ids.
pub(crate) async fn with_names(client: &Client, words: &str) -> String {
    let ids: Vec<&str> = words.split(|it: char| !it.is_ascii_hexdigit() && it != '-').collect();
    let mut told = words.to_owned();
    for id in ids.into_iter().filter(|it| it.len() == ID_LENGTH && it.parse::<Uuid>().is_ok()) {
        let Ok(person) = client.get::<Person>(&["people", id], &[]).await else { continue };
        told = told.replace(&format!("person {id}"), &person.name).replace(id, &person.name);
    }
    told
}
