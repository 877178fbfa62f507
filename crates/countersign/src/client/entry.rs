//! An event of a history as the server sends it, and all of them; the same for every noun.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Stopped;
use super::send::Client;

/// Most pages of a history that are read.
const PAGES_MAX: usize = 20;

/// An event.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Entry {
    /// Its place.
    pub(crate) sequence: i64,
    /// What happened, with its version.
    pub(crate) name: String,
    /// When.
    pub(crate) at: Timestamp,
    /// Who.
    pub(crate) actor: String,
    /// Its position in the ledger, once it is sealed.
    pub(crate) position: Option<i64>,
    event: Value,
    texts: BTreeMap<String, Option<String>>,
}

/// A text of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Words<'a> {
    /// It says this.
    Kept(&'a str),
    /// It was erased.
    Erased,
    /// The event has no such text.
    None,
}

#[derive(Debug, Deserialize)]
struct Page {
    items: Vec<Entry>,
    next: Option<String>,
}

impl Entry {
    /// What happened, without noun and version: the versions of an event differ in what it holds.
    pub(crate) fn what(&self) -> String {
        let name = self.name.split_once('.').map_or(self.name.as_str(), |(_noun, name)| name);
        let name = name.rsplit_once('.').map_or(name, |(what, _version)| what);
        name.replace('-', "_")
    }

    /// A word of the event's body, by JSON pointer.
    pub(crate) fn word(&self, pointer: &str) -> Option<&str> {
        self.body(pointer).and_then(Value::as_str)
    }

    /// A number of the event's body, by JSON pointer.
    pub(crate) fn number(&self, pointer: &str) -> Option<u64> {
        let number = self.body(pointer)?;
        number.as_u64().or_else(|| number.as_str()?.parse().ok())
    }

    /// An instant of the event's body, by JSON pointer.
    pub(crate) fn instant(&self, pointer: &str) -> Option<Timestamp> {
        self.word(pointer)?.parse().ok()
    }

    /// The text to whose digest a pointer leads.
    pub(crate) fn words(&self, pointer: &str) -> Words<'_> {
        match self.word(pointer).map(|digest| self.texts.get(digest)) {
            Some(Some(Some(words))) => Words::Kept(words),
            Some(Some(None)) => Words::Erased,
            Some(None) | None => Words::None,
        }
    }

    /// The text to whose digest a pointer leads, where it is JSON of this form.
    pub(crate) fn written<T: DeserializeOwned>(&self, pointer: &str) -> Option<T> {
        match self.words(pointer) {
            Words::Kept(words) => serde_json::from_str(words).ok(),
            Words::Erased | Words::None => None,
        }
    }

    fn body(&self, pointer: &str) -> Option<&Value> {
        self.event.get("body")?.pointer(pointer)
    }
}

/// The whole history of a record of a list (`findings`, `exceptions`).
///
/// # Errors
/// When the server does not tell it.
pub(crate) async fn history(
    client: &Client,
    list: &str,
    reference: &str,
) -> Result<Vec<Entry>, Stopped> {
    let mut entries = Vec::new();
    let mut cursor: Option<String> = None;
    for _ in 0..PAGES_MAX {
        let query: Vec<_> = cursor.take().map(|cursor| ("cursor", cursor)).into_iter().collect();
        let page: Page = client.get(&[list, reference, "history"], &query).await?;
        entries.extend(page.items);
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    Ok(entries)
}
