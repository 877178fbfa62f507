//! Between an event and its leaf: the event's name and version go into the envelope, the rest is the
//! body. What is hashed is what is stored (law 4): the bytes are made here once and never again.

use countersign_governance::event::Event;
use countersign_ledger::leaf::{Authority, Leaf, NotALeaf};
use serde_json::Value;

/// What surrounds an event.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Envelope<'a> {
    pub(crate) subject: &'a str,
    pub(crate) sequence: u64,
    pub(crate) at: &'a str,
    pub(crate) actor: &'a str,
    pub(crate) policy: &'a str,
    pub(crate) cause: Option<&'a str>,
    pub(crate) authority: Option<&'a Authority>,
}

/// An event that could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum NotRecorded {
    /// Not in the form of one name and one body.
    #[error("an event is not in the form of a name and a body: this is a mistake in this program")]
    Form,
    /// Refused by the ledger.
    #[error("the ledger refuses the event: {0}")]
    Leaf(#[from] NotALeaf),
    /// Not JSON of a known event.
    #[error("the event cannot be read by this version: {0}; use the version that wrote it")]
    Unknown(#[from] serde_json::Error),
}

/// The leaf of an event.
pub(crate) fn leaf(event: &Event, envelope: Envelope<'_>) -> Result<Leaf, NotRecorded> {
    let Value::Object(fields) = serde_json::to_value(event)? else {
        return Err(NotRecorded::Form);
    };
    let Some((name, body)) = fields.into_iter().next() else { return Err(NotRecorded::Form) };
    Ok(Leaf {
        subject: envelope.subject.to_owned(),
        sequence: envelope.sequence,
        name,
        at: envelope.at.to_owned(),
        actor: envelope.actor.to_owned(),
        policy: envelope.policy.to_owned(),
        cause: envelope.cause.map(str::to_owned),
        authority: envelope.authority.cloned(),
        body,
    })
}

/// The event of a leaf's bytes.
///
/// # Errors
/// When the bytes are no leaf, or the event is none that this version knows.
pub fn event(bytes: &[u8]) -> Result<Event, NotRecorded> {
    let leaf = Leaf::parse(bytes)?;
    let named = serde_json::Map::from_iter([(leaf.name, leaf.body)]);
    Ok(serde_json::from_value(Value::Object(named))?)
}
