//! What the ledger holds about one case, for an auditor to take away: its entries with their proofs,
//! the texts that still exist, and the records of the people whom it names. Only what a signed
//! checkpoint covers is in it.

use std::collections::BTreeSet;

use countersign_ledger::leaf::Leaf;
use countersign_ledger::pack::{ENTRIES_MAX, Entry, PACK_VERSION, Pack};
use countersign_ledger::text::TextLine;
use countersign_store::event::{HISTORY_MAX, Stored, history};
use countersign_store::read::exception::{Filter, list};
use countersign_store::seal::latest_checkpoint;
use countersign_store::text::{Body, get};
use serde_json::Value;
use uuid::Uuid;

use super::ledger::under;
use super::{exception, finding};
use crate::act::{Door, NotDone};

/// Most exceptions of a finding whose entries go with it.
const EXCEPTIONS_MAX: i64 = 100;

/// Which program makes packs.
pub const MADE_BY: &str = concat!("countersign ", env!("CARGO_PKG_VERSION"));

/// Why there is no pack.
#[derive(Debug)]
pub enum NoPack {
    /// There is no such case.
    Unknown,
    /// None of its entries is under a signed checkpoint yet, or the ledger is too large for proofs of single
    /// entries.
    NotSigned,
    /// It has more entries than a pack may hold.
    TooMany,
    /// The store cannot answer.
    NotDone(NotDone),
}

impl<E: Into<NotDone>> From<E> for NoPack {
    fn from(why: E) -> Self {
        Self::NotDone(why.into())
    }
}

/// The pack of a finding or an exception, by its short reference or id, with the log's vkey.
///
/// # Errors
/// [`NoPack`].
pub async fn pack(door: &Door, reference: &str, verifier: &str) -> Result<Pack, NoPack> {
    let (about, whole) = case(door, reference).await?.ok_or(NoPack::Unknown)?;
    let head = latest_checkpoint(&door.store).await?.ok_or(NoPack::NotSigned)?;
    let tree = under(door, head.size).await?.ok_or(NoPack::NotSigned)?;
    let mut found = Vec::new();
    for subject in &whole {
        found.extend(signed(door, subject, head.size, |_| true).await?);
    }
    // A case that was opened a moment ago goes without what is not signed of it yet.
    let is_there = |subject: &String| found.iter().any(|it| it.subject == *subject);
    let whole: Vec<String> = whole.iter().filter(|it| is_there(it)).cloned().collect();
    if whole.is_empty() {
        return Err(NoPack::NotSigned);
    }
    let people: BTreeSet<String> = found.iter().flat_map(people).collect();
    for person in people {
        let subject = format!("person:{person}");
        let is_record = |it: &Stored| it.name.starts_with("person.appointed");
        found.extend(signed(door, &subject, head.size, is_record).await?);
    }
    found.sort_unstable_by_key(|it| it.position);
    if found.len() > ENTRIES_MAX {
        return Err(NoPack::TooMany);
    }
    let size = tree.frontier().size();
    let entries = found.iter().filter_map(|stored| {
        let position = u64::try_from(stored.position?).ok()?;
        let path = tree.inclusion(position, size).ok()?;
        Some(Entry { position, leaf: String::from_utf8(stored.bytes.clone()).ok()?, path })
    });
    Ok(Pack {
        version: PACK_VERSION,
        about,
        whole,
        made_at: door.clock.now().strftime("%FT%TZ").to_string(),
        made_by: MADE_BY.to_owned(),
        checkpoint: head.note,
        verifier: verifier.to_owned(),
        entries: entries.collect(),
        texts: texts(door, &found).await?,
    })
}

/// The short reference, and the subjects whose every entry belongs to it: an exception with its finding, a
/// finding with its exceptions.
async fn case(door: &Door, reference: &str) -> Result<Option<(String, Vec<String>)>, NoPack> {
    if let Some(item) = exception::find(door, reference).await? {
        let about = format!("{}{}", exception::PREFIX, item.row.number);
        return Ok(Some((about, vec![item.row.id, item.row.finding])));
    }
    let Some(item) = finding::find(door, reference).await? else { return Ok(None) };
    let about = format!("{}{}", finding::PREFIX, item.row.number);
    let filter = Filter { finding: Some(&item.row.id), ..Filter::default() };
    let now = door.clock.now();
    let page = list(&door.store, &filter, now, (None, EXCEPTIONS_MAX)).await?;
    // A finding whose exceptions were cut off would be said to be whole.
    if page.next.is_some() {
        return Err(NoPack::TooMany);
    }
    let exceptions = page.items.into_iter().map(|it| it.row.id);
    Ok(Some((about, std::iter::once(item.row.id.clone()).chain(exceptions).collect())))
}

/// The events of a subject that a checkpoint of this size covers.
async fn signed(
    door: &Door,
    subject: &str,
    size: i64,
    is_wanted: impl Fn(&Stored) -> bool,
) -> Result<Vec<Stored>, NoPack> {
    let mut all: Vec<Stored> = Vec::new();
    let mut after = 0;
    loop {
        let page = history(&door.store, subject, after).await?;
        let is_last = i64::try_from(page.len()).unwrap_or(i64::MAX) < HISTORY_MAX;
        after = page.last().map_or(after, |last| last.sequence);
        let covered = |it: &Stored| it.position.is_some_and(|position| position < size);
        all.extend(page.into_iter().filter(|it| covered(it) && is_wanted(it)));
        if all.len() > ENTRIES_MAX {
            return Err(NoPack::TooMany);
        }
        if is_last {
            return Ok(all);
        }
    }
}

/// Ids of the people whom an event names: who acted, and every id in it that stands where people do.
fn people(stored: &Stored) -> Vec<String> {
    let mut named: Vec<String> =
        stored.actor.strip_prefix("person:").map(str::to_owned).into_iter().collect();
    let event: Value = serde_json::from_slice(&stored.bytes).unwrap_or_default();
    let mut open: Vec<&Value> = event.get("body").into_iter().collect();
    while let Some(value) = open.pop() {
        match value {
            Value::String(text) if Uuid::parse_str(text).is_ok() => named.push(text.clone()),
            Value::Array(items) => open.extend(items),
            Value::Object(fields) => open.extend(fields.values()),
            Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
    named
}

/// The texts that still exist of what events refer to, each once.
async fn texts(door: &Door, events: &[Stored]) -> Result<Vec<TextLine>, NotDone> {
    let leaves = events.iter().filter_map(|it| Leaf::parse(&it.bytes).ok());
    let mut met = BTreeSet::new();
    let mut texts = Vec::new();
    for digest in leaves.flat_map(|leaf| leaf.texts()) {
        if !met.insert(digest) {
            continue;
        }
        if let Some(Body::Kept { salt, text }) =
            get(&door.store, digest).await?.map(|text| text.body)
        {
            texts.push(TextLine::new(&salt, &text));
        }
    }
    Ok(texts)
}
