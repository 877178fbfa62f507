//! Where an exception stands, and what exactly it has there. One in force without the signatures it
//! needs cannot be written down.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Exception;
use crate::id::PersonId;
use crate::instant::Instant;
use crate::seat::{Business, Control, Legal, SeatName, Security, Signature};
use crate::text::TextDigest;

/// Where an exception stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum Stage {
    /// It waits for signatures and for the first passed test of each control.
    InReview {
        /// The signatures that are there.
        given: Given,
    },
    /// All is there. Whether it is in force is for the clock and the controls to say.
    Active {
        /// Since when.
        since: Timestamp,
        /// By whose signatures.
        by: Countersigned,
    },
    /// Not in force until it is resumed; the finding's clock decides meanwhile.
    Suspended {
        /// Since when.
        since: Timestamp,
        /// Why.
        because: Suspension,
        /// By whose signatures it had been in force.
        by: Countersigned,
    },
    /// It is over.
    Ended {
        /// When.
        at: Timestamp,
        /// How.
        ending: Ending,
        /// By whose signatures it had been in force, if ever.
        by: Option<Countersigned>,
    },
}

/// The signatures that are there so far.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    /// The owner's.
    pub accepted: Option<Signature<Business>>,
    /// The control seat's.
    pub confirmed: Option<Signature<Control>>,
    /// Legal or compliance's.
    pub legal: Option<Signature<Legal>>,
}

/// All the signatures it needs. Nothing outside this file makes one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Countersigned {
    accepted: Signature<Business>,
    confirmed: Signature<Control>,
    legal: Option<Signature<Legal>>,
}

impl Given {
    /// The seats that have not signed yet.
    #[must_use]
    pub fn missing(&self, regulated: bool) -> Vec<SeatName> {
        let mut missing = Vec::new();
        if self.accepted.is_none() {
            missing.push(SeatName::Business);
        }
        if self.confirmed.is_none() {
            missing.push(SeatName::Control);
        }
        if regulated && self.legal.is_none() {
            missing.push(SeatName::Legal);
        }
        missing
    }

    /// All of them, once none is missing.
    #[must_use]
    pub fn complete(&self, regulated: bool) -> Option<Countersigned> {
        if regulated && self.legal.is_none() {
            return None;
        }
        Some(Countersigned {
            accepted: self.accepted.clone()?,
            confirmed: self.confirmed.clone()?,
            legal: self.legal.clone(),
        })
    }
}

impl Countersigned {
    /// The owner's signature.
    #[must_use]
    pub fn accepted(&self) -> &Signature<Business> {
        &self.accepted
    }

    /// The control seat's signature.
    #[must_use]
    pub fn confirmed(&self) -> &Signature<Control> {
        &self.confirmed
    }

    /// The signature of legal or compliance, where one was needed.
    #[must_use]
    pub fn legal(&self) -> Option<&Signature<Legal>> {
        self.legal.as_ref()
    }

    /// The same, with the risk taken by somebody else.
    pub(super) fn accepted_anew(self, accepted: Signature<Business>) -> Self {
        Self { accepted, ..self }
    }

    /// The same, with the control seat's word given anew.
    pub(super) fn confirmed_anew(self, confirmed: Signature<Control>) -> Self {
        Self { confirmed, ..self }
    }
}

/// Why an exception is suspended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "because", rename_all = "snake_case")]
pub enum Suspension {
    /// The test of a control failed.
    ControlFailed {
        /// Which, counted from one.
        control: u32,
        /// What was read, as a text.
        evidence: TextDigest,
    },
    /// A control has not been shown to work for longer than its tests may be old.
    Unproven {
        /// Which, counted from one.
        control: u32,
    },
    /// Security objected.
    Vetoed {},
    /// Its owner left, and nobody took it over in the days of the tier.
    OwnerLeft {},
    /// Somebody put it out of force.
    Person {
        /// Who.
        by: PersonId,
        /// Why.
        reason: TextDigest,
    },
}

/// It is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Ended {
    /// When.
    #[schemars(with = "Instant")]
    pub at: Timestamp,
    /// How.
    pub ending: Ending,
}

/// How an exception ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "how", rename_all = "snake_case")]
pub enum Ending {
    /// What it was about is over, or nobody whom it covers has it any more.
    Moot {
        /// How the finding ended (`fixed`, `gone` ...), or `nobody covered`.
        finding: String,
        /// The finding as it was then, as a text.
        detail: TextDigest,
    },
    /// Its owner took the acceptance back.
    Revoked {
        /// By whom.
        signed: Signature<Business>,
        /// Why.
        reason: TextDigest,
    },
    /// Its owner could not sign any more, so that the security seat ended it.
    OwnerGone {
        /// By whom.
        signed: Signature<Security>,
        /// Why.
        reason: TextDigest,
    },
    /// The proposal was taken back.
    Withdrawn {
        /// By whom.
        by: PersonId,
        /// Why.
        reason: TextDigest,
    },
    /// The owner did not accept it.
    Rejected {
        /// By whom.
        signed: Signature<Business>,
        /// Why.
        reason: TextDigest,
    },
    /// Security objected again after the owner had answered.
    Vetoed {
        /// By whom.
        signed: Signature<Security>,
        /// Why.
        reason: TextDigest,
    },
    /// Its end came, and the consequence was started.
    Expired {
        /// What follows.
        outcome: Outcome,
    },
}

/// What follows when the end of an exception comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The finding stands uncovered, with its old date, and its owner is told.
    Reopen,
}

impl Ending {
    /// The name in lists and outputs.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Moot { .. } => "moot",
            Self::Revoked { .. } | Self::OwnerGone { .. } => "revoked",
            Self::Withdrawn { .. } => "withdrawn",
            Self::Rejected { .. } => "rejected",
            Self::Vetoed { .. } => "vetoed",
            Self::Expired { .. } => "expired",
        }
    }
}

pub(super) fn evolve(exception: &mut Exception, ended: &Ended) {
    match &ended.ending {
        Ending::Revoked { signed, .. } | Ending::Rejected { signed, .. } => {
            exception.remember(signed);
        }
        Ending::Vetoed { signed, .. } | Ending::OwnerGone { signed, .. } => {
            exception.remember(signed);
        }
        Ending::Moot { .. } | Ending::Withdrawn { .. } | Ending::Expired { .. } => {}
    }
    let by = match &exception.stage {
        Stage::InReview { .. } => None,
        Stage::Active { by, .. } | Stage::Suspended { by, .. } => Some(by.clone()),
        Stage::Ended { by, .. } => by.clone(),
    };
    exception.stage = Stage::Ended { at: ended.at, ending: ended.ending.clone(), by };
}
