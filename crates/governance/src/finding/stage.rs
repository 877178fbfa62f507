//! Where a finding stands, and what exactly it has there. A stage without its parts cannot be written
//! down.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{end, settle, verify};
use crate::id::{OrderId, PersonId};
use crate::instant::Instant;
use crate::seat::{Business, Control, Signature};
use crate::text::TextDigest;

/// Where a finding stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum Stage {
    /// Nobody is behind it yet.
    Open,
    /// One person is.
    Assigned {
        /// Who, until when.
        owner: Ownership,
    },
    /// The owner has chosen a remedy; nothing has been ordered.
    Chosen {
        /// Who, until when.
        owner: Ownership,
        /// What.
        chosen: Chosen,
    },
    /// The control seat has ordered it; the system has not answered.
    Remediating {
        /// Who, until when.
        owner: Ownership,
        /// What was ordered.
        ordered: Ordered,
    },
    /// The system says that it is done, which is not yet proof.
    Fulfilled {
        /// Who, until when.
        owner: Ownership,
        /// What was ordered.
        ordered: Ordered,
        /// What the system answered.
        fulfilled: Fulfilled,
    },
    /// It is over.
    Ended {
        /// When.
        at: Timestamp,
        /// How.
        ending: Ending,
        /// Whose it was, if anybody's.
        owner: Option<Ownership>,
    },
}

/// Exactly one named person, and a date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Ownership {
    /// Who: an active person in the business seat who has no part in the access.
    pub person: PersonId,
    /// By when.
    #[schemars(with = "Instant")]
    pub due: Timestamp,
}

/// A remedy, chosen by the owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Chosen {
    /// What sort.
    pub remedy: Remedy,
    /// The change in the system, as a text (JSON of `access::change::Change`).
    pub change: TextDigest,
    /// Which system.
    pub system: String,
    /// Who decided.
    pub signed: Signature<Business>,
}

/// What sort of remedy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Remedy {
    /// Take a membership or role away from who has it.
    Revoke,
    /// Take a single permission out of a role or away from who has it.
    Reduce,
    /// Keep the account from signing in.
    Disable,
}

/// A remedy, ordered by the control seat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Ordered {
    /// The order's key.
    pub order: OrderId,
    /// What the owner had chosen.
    pub chosen: Chosen,
    /// Who ordered it.
    pub signed: Signature<Control>,
}

/// What the system answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Fulfilled {
    /// Which order.
    pub order: OrderId,
    /// When.
    #[schemars(with = "Instant")]
    pub at: Timestamp,
    /// The receipt, as a text (JSON of `access::change::Receipt`).
    pub receipt: TextDigest,
}

/// Someone says that this is not toxic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Dispute {
    /// Who.
    pub by: PersonId,
    /// When.
    #[schemars(with = "Instant")]
    pub at: Timestamp,
    /// Why.
    pub reason: TextDigest,
}

/// The four ways in which a finding ends, counted apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "how", rename_all = "snake_case")]
pub enum Ending {
    /// Read back after our change.
    Fixed(verify::Proof),
    /// A complete later read does not have it, and no order of ours was under way.
    Gone(end::Absence),
    /// The rules changed.
    RuleChanged(end::Rules),
    /// The rule's owner accepted a dispute, until a date.
    NotToxic(settle::NotToxic),
}
