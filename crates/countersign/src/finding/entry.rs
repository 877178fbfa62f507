//! An event of a finding's history as the server sends it, and all of them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::client::Stopped;
use crate::client::send::Client;

/// Most pages of a history that are read.
const PAGES_MAX: usize = 20;

/// An event.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Entry {
    /// Its place.
    pub(super) sequence: i64,
    /// What happened, with its version.
    pub(super) name: String,
    /// When.
    pub(super) at: Timestamp,
    /// Who.
    pub(super) actor: String,
    /// Its position in the ledger, once it is sealed.
    pub(super) position: Option<i64>,
    event: Value,
    texts: BTreeMap<String, Option<String>>,
}

/// A text of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Words<'a> {
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
    pub(super) fn what(&self) -> String {
        let name = self.name.strip_prefix("finding.").unwrap_or(&self.name);
        let name = name.rsplit_once('.').map_or(name, |(what, _version)| what);
        name.replace('-', "_")
    }

    /// A word of the event's body, by JSON pointer.
    pub(super) fn word(&self, pointer: &str) -> Option<&str> {
        self.body(pointer).and_then(Value::as_str)
    }

    /// A number of the event's body, by JSON pointer.
    pub(super) fn number(&self, pointer: &str) -> Option<u64> {
        let number = self.body(pointer)?;
        number.as_u64().or_else(|| number.as_str()?.parse().ok())
    }

    /// An instant of the event's body, by JSON pointer.
    pub(super) fn instant(&self, pointer: &str) -> Option<Timestamp> {
        self.word(pointer)?.parse().ok()
    }

    /// The text to whose digest a pointer leads.
    pub(super) fn words(&self, pointer: &str) -> Words<'_> {
        match self.word(pointer).map(|digest| self.texts.get(digest)) {
            Some(Some(Some(words))) => Words::Kept(words),
            Some(Some(None)) => Words::Erased,
            Some(None) | None => Words::None,
        }
    }

    /// The text to whose digest a pointer leads, where it is JSON of this form.
    pub(super) fn written<T: DeserializeOwned>(&self, pointer: &str) -> Option<T> {
        match self.words(pointer) {
            Words::Kept(words) => serde_json::from_str(words).ok(),
            Words::Erased | Words::None => None,
        }
    }

    fn body(&self, pointer: &str) -> Option<&Value> {
        self.event.get("body")?.pointer(pointer)
    }
}

/// The whole history of a finding.
///
/// # Errors
/// When the server does not tell it.
pub(super) async fn history(client: &Client, reference: &str) -> Result<Vec<Entry>, Stopped> {
    let mut entries = Vec::new();
    let mut cursor: Option<String> = None;
    for _ in 0..PAGES_MAX {
        let query: Vec<_> = cursor.take().map(|cursor| ("cursor", cursor)).into_iter().collect();
        let page: Page = client.get(&["findings", reference, "history"], &query).await?;
        entries.extend(page.items);
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    Ok(entries)
}
