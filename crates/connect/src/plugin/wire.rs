//! The lines of plugin protocol 0, as both ends read and write them (docs/reference/plugin-protocol.md
//! shows each). Plain forms only: who sends them when, and what is done about a bad one, is `session`.

use countersign_access::change::{Claim, Holds, Manifest, Order, Outcome};
use countersign_access::fact::{Chunk, SourceId, Unreadable};
use serde::{Deserialize, Serialize};

/// The versions of the protocol that this program speaks.
pub const PROTOCOLS: [u32; 1] = [0];

/// Under which credential a plugin process works: one reads, another changes (law 13).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Observes and verifies; must refuse to enforce.
    Read,
    /// Previews and enforces.
    Write,
}

impl Role {
    /// The word on the command line and in the lines.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }
}

/// One line to a plugin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Counts up from 1 in one process; every line of the answer carries it.
    pub id: u64,
    /// What is asked.
    #[serde(flatten)]
    pub ask: Ask,
}

/// What a plugin can be asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Ask {
    /// Always first, and again whenever we want to know whether it is still there.
    Hello {
        /// The versions that we speak; the plugin chooses one.
        protocol: Vec<u32>,
        /// As what the process was started.
        #[serde(rename = "as")]
        role: Role,
        /// The name under which the system is configured.
        system: SourceId,
    },
    /// Say everything that the read credential can see.
    Observe,
    /// Say what an order would run.
    Preview {
        /// The order.
        order: Order,
    },
    /// Carry an order out.
    Enforce {
        /// The order.
        order: Order,
    },
    /// Read back whether a claim holds.
    Verify {
        /// The claim.
        claim: Claim,
    },
}

/// One line from a plugin: its request's id and exactly one of the other four.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer<T> {
    /// The request's id.
    pub id: u64,
    /// The whole answer to anything but `observe`.
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    pub ok: Option<T>,
    /// The plugin says no.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Refused>,
    /// Part of what `observe` saw.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chunk: Option<Chunk>,
    /// `observe` is through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<End>,
}

impl<T> Answer<T> {
    /// The whole answer.
    #[must_use]
    pub fn ok(id: u64, ok: T) -> Self {
        Self { ok: Some(ok), ..Self::empty(id) }
    }

    /// A no.
    #[must_use]
    pub fn error(id: u64, error: Refused) -> Self {
        Self { error: Some(error), ..Self::empty(id) }
    }

    /// Part of what was seen.
    #[must_use]
    pub fn chunk(id: u64, chunk: Chunk) -> Self {
        Self { chunk: Some(chunk), ..Self::empty(id) }
    }

    /// The end of what was seen.
    #[must_use]
    pub fn end(id: u64, end: End) -> Self {
        Self { end: Some(end), ..Self::empty(id) }
    }

    fn empty(id: u64) -> Self {
        Self { id, ok: None, error: None, chunk: None, end: None }
    }
}

/// The answer to `hello`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// The chosen version.
    pub protocol: u32,
    /// The plugin's own name and version, for messages.
    pub name: String,
    /// As what it understands itself to be started.
    #[serde(rename = "as")]
    pub role: Role,
    /// What the system can do.
    pub manifest: Manifest,
}

/// The answer to `enforce`. The time is added by our clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// The order's key.
    pub key: String,
    /// Whether anything had to change.
    pub outcome: Outcome,
    /// What was run, secrets removed.
    #[serde(default)]
    pub statements: Vec<String>,
}

/// The answer to `verify`. System, time and digest are added on our side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadBack {
    /// The claim that was asked about.
    pub claim: Claim,
    /// What the answer says.
    pub holds: Holds,
    /// Under which account it was read.
    pub read_by: String,
    /// Address of the endpoint that answered, without secrets.
    pub read_from: String,
    /// The raw answer: any JSON; a text is kept as its bytes.
    pub answer: serde_json::Value,
}

/// The last line of an `observe`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    /// How many chunk lines went before, so that a lost one is noticed.
    pub chunks: u64,
    /// What could not be read; empty means complete.
    #[serde(default)]
    pub unreadable: Vec<Unreadable>,
}

/// A no from a plugin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// Whether it is worth trying again.
    pub kind: RefusedKind,
    /// For people: what is wrong and what to do about it.
    pub message: String,
}

/// Whether a no may turn into a yes by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusedKind {
    /// May work when tried again.
    Transient,
    /// Will not work until somebody changes something.
    Permanent,
}

fn none<T>() -> Option<T> {
    None
}
