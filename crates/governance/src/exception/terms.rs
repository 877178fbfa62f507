//! What is proposed and what is frozen with it: the four parts, the owner, the declared use and the
//! cadence of review; rule, path and identities. Every person's words and every name are texts.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::control::Controls;
use crate::id::{FindingId, PersonId};
use crate::instant::Instant;
use crate::text::{Reason, TextDigest};

/// Minutes in a day: a window's boundaries lie below or at it.
pub const DAY_MINUTES: u16 = 1_440;

/// What is proposed. It cannot be written down without one of its parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Terms {
    /// The one accountable business process owner.
    pub owner: PersonId,
    /// Why it cannot be removed now.
    pub why: Why<TextDigest>,
    /// How the access is used.
    pub used: Use,
    /// What keeps the risk down meanwhile; at least one.
    pub controls: Controls,
    /// When it ends, exclusive.
    #[schemars(with = "Instant")]
    pub until: Timestamp,
    /// Days between two reviews by the owner.
    pub review_days: u16,
    /// Who asked for the access: they and who stands in for them sign nothing here.
    pub requested_by: Vec<PersonId>,
    /// The ticket in another system that belongs to it, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<Ticket>,
}

/// Longest reference of a ticket, in bytes.
pub const TICKET_BYTES_MAX: usize = 200;

/// The reference of a ticket as its own system writes it (`CHG-4711`), or its address. It stands in the
/// ledger for good, so that words of people have no place in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub struct Ticket(String);

/// Why something is no reference of a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a ticket is named by its reference or its address: 1 to {TICKET_BYTES_MAX} letters, digits and \
     signs without a space"
)]
pub struct NoTicket;

impl TryFrom<String> for Ticket {
    type Error = NoTicket;

    fn try_from(written: String) -> Result<Self, NoTicket> {
        let fits = (1..=TICKET_BYTES_MAX).contains(&written.len());
        let plain = written.bytes().all(|byte| byte.is_ascii_graphic());
        if fits && plain { Ok(Self(written)) } else { Err(NoTicket) }
    }
}

impl From<Ticket> for String {
    fn from(ticket: Ticket) -> Self {
        ticket.0
    }
}

impl Ticket {
    /// As it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A structured reason: each part says something of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Why")]
pub struct Why<T> {
    /// What the access is needed for.
    pub need: T,
    /// Why it cannot be removed now.
    pub not_removable: T,
    /// What would change that.
    pub would_change: T,
}

impl Why<Reason> {
    /// What an event holds of it.
    #[must_use]
    pub fn digests(&self) -> Why<TextDigest> {
        Why {
            need: self.need.digest().clone(),
            not_removable: self.not_removable.digest().clone(),
            would_change: self.would_change.digest().clone(),
        }
    }
}

/// How the access is used, as its owner declares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "use", rename_all = "snake_case")]
pub enum Use {
    /// At any time.
    Continuous,
    /// Only within a window.
    Window(Window),
}

/// A weekly window, in minutes of the day in a named time zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Written", into = "Written")]
pub struct Window(Written);

/// A window as it is written down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Written {
    /// Days of the week, 1 for Monday to 7 for Sunday.
    pub weekdays: Vec<u8>,
    /// From which minute of the day, inclusive.
    pub from_minute: u16,
    /// Until which minute of the day, exclusive.
    pub until_minute: u16,
    /// Name of the time zone in the IANA database.
    pub zone: String,
}

/// Why a window is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a window needs days of the week from 1 to 7 and a time of day that ends after it begins: \
     give `weekdays`, `from_minute` and `until_minute`"
)]
pub struct NoWindow;

impl TryFrom<Written> for Window {
    type Error = NoWindow;

    fn try_from(mut written: Written) -> Result<Self, NoWindow> {
        written.weekdays.sort_unstable();
        written.weekdays.dedup();
        let days = !written.weekdays.is_empty()
            && written.weekdays.iter().all(|day| (1..=7).contains(day));
        let times =
            written.from_minute < written.until_minute && written.until_minute <= DAY_MINUTES;
        if days && times && !written.zone.is_empty() { Ok(Self(written)) } else { Err(NoWindow) }
    }
}

impl From<Window> for Written {
    fn from(window: Window) -> Self {
        window.0
    }
}

impl Window {
    /// Its parts.
    #[must_use]
    pub fn written(&self) -> &Written {
        &self.0
    }
}

/// What is frozen when an exception is proposed (EXC-1, EXC-4). Another path is another finding; who
/// joins later is not covered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Pin {
    /// The finding: its rule, root cause and minimal path edges by the systems' own immutable ids
    /// make its fingerprint, so that a re-created edge between the same two is the same finding.
    pub finding: FindingId,
    /// The fingerprint.
    pub fingerprint: String,
    /// The rule.
    pub rule: String,
    /// The finding as it was, as a text (JSON).
    pub detail: TextDigest,
    /// The identities it covers, with their credentials and the systems downstream, as a text (JSON).
    pub frozen: TextDigest,
    /// How many identities it covers.
    pub covered_total: u64,
    /// Whether legal or compliance signs too: the process is regulated, or the tier asks for it.
    pub regulated: bool,
    /// Its tier. What was frozen before tiers were computed names none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<String>,
    /// When the finding is due: its clock runs on, and this date comes back.
    #[schemars(with = "Option<Instant>")]
    pub due: Option<Timestamp>,
}
