//! The language between Countersign and a real system: what is to change (order), what must be true
//! afterwards (claim), what was read back (evidence), and what a system can do at all (manifest).
//! Says nothing about how a system is reached; that is `connect`.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::edge::EdgeKey;
use crate::fact::SourceId;
use crate::node::NodeId;

/// A change to one real system, idempotent under its key (law 11).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// The same key is the same order, however often it is sent.
    pub key: String,
    /// The configured system that is to change.
    pub system: SourceId,
    /// What is to change.
    pub change: Change,
}

/// What an order asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Change {
    /// Take one edge away: a membership or a grant.
    RemoveEdge {
        /// Which edge, by the system's own immutable ids.
        #[serde(flatten)]
        edge: EdgeKey,
        /// On whose authority it was granted, where the system tells grants apart by grantor.
        grantor: Option<String>,
    },
    /// Keep an account from signing in, its grants untouched.
    DisableAccount {
        /// Which account.
        account: NodeId,
    },
}

impl Change {
    /// What must be true once the change is real.
    #[must_use]
    pub fn claim(&self) -> Claim {
        match self {
            Self::RemoveEdge { edge, .. } => Claim::EdgeGone { edge: edge.clone() },
            Self::DisableAccount { account } => Claim::AccountDisabled { account: account.clone() },
        }
    }
}

/// What must be true in the real system after a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Claim {
    /// No such edge, whoever granted it.
    EdgeGone {
        /// Which edge.
        #[serde(flatten)]
        edge: EdgeKey,
    },
    /// The account cannot sign in.
    AccountDisabled {
        /// Which account.
        account: NodeId,
    },
    /// The credential, or the password of the account, ends within a number of days from the read.
    ExpiresWithin {
        /// Which credential or account.
        credential: NodeId,
        /// How many days.
        days: u32,
    },
}

/// How a compensating control is tested: what must be so for the control to work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "test", rename_all = "snake_case", deny_unknown_fields)]
pub enum Probe {
    /// The account or role cannot sign in.
    NoLogin {
        /// Which account.
        account: NodeId,
    },
    /// The credential ends within a number of days.
    ExpiresWithin {
        /// Which credential or account.
        credential: NodeId,
        /// How many days.
        days: u32,
    },
    /// There is no path from one node to another; the graph answers, not a system.
    PathAbsent {
        /// From where.
        from: NodeId,
        /// To where.
        to: NodeId,
    },
}

impl Probe {
    /// What the system is asked; `None` where the graph answers.
    #[must_use]
    pub fn claim(&self) -> Option<Claim> {
        match self {
            Self::NoLogin { account } => Some(Claim::AccountDisabled { account: account.clone() }),
            Self::ExpiresWithin { credential, days } => {
                Some(Claim::ExpiresWithin { credential: credential.clone(), days: *days })
            }
            Self::PathAbsent { .. } => None,
        }
    }
}

/// What an order would do, said before it is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    /// The exact statements, in order; text that a person can run by hand.
    pub script: Vec<String>,
    /// The statements that take it back.
    pub undo: Vec<String>,
    /// Why our write credential cannot do it, in words with the next step; empty when it can.
    pub obstacles: Vec<String>,
}

/// What a system answered to an order. Not evidence: only a read-back is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The order's key.
    pub key: String,
    /// Whether anything had to change.
    pub outcome: Outcome,
    /// When the system answered, by our clock.
    pub at: Timestamp,
    /// What was run, secrets removed.
    pub statements: Vec<String>,
}

/// Whether an order changed anything; both count as done (law 11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The system says that it changed.
    Changed,
    /// There was nothing left to change.
    AlreadyGone,
}

/// What a read-back of a real system showed about a claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// What was asked.
    pub claim: Claim,
    /// What the answer says.
    pub holds: Holds,
    /// Which system answered.
    pub system: SourceId,
    /// Under which of our accounts it was read.
    pub read_by: String,
    /// Address of the endpoint that answered, without secrets.
    pub read_from: String,
    /// When, by our clock, the read began.
    pub read_at: Timestamp,
    /// SHA-256 of `answer`, lower-case hex.
    pub digest: String,
    /// The raw answer, secrets already removed.
    #[serde(with = "as_text")]
    pub answer: Vec<u8>,
}

/// The three possible answers to a claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Holds {
    /// It is so.
    Yes,
    /// It is not so.
    No {
        /// What stands there instead.
        found: String,
    },
    /// Could not be told: denied, partial, unreachable.
    Unknown {
        /// Why.
        why: String,
    },
}

/// What a connected system can do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Kind of system: `postgres`, `sandbox`.
    pub kind: String,
    /// Version as the system reports it.
    pub version: String,
    /// Can take memberships away.
    pub revoke_membership: bool,
    /// Can take single grants away.
    pub revoke_grant: bool,
    /// Can disable accounts.
    pub disable_account: bool,
    /// Names of answer fields that hold secrets and are removed before anything is kept.
    pub secret_fields: Vec<String>,
}

/// Bytes that are nearly always text: written as text where they are, so that people can read what was
/// answered, and as numbers where they are not.
mod as_text {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Text(String),
        Bytes(Vec<u8>),
    }

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        match std::str::from_utf8(bytes) {
            Ok(text) => to.serialize_str(text),
            Err(_) => bytes.serialize(to),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        Ok(match Written::deserialize(from)? {
            Written::Text(text) => text.into_bytes(),
            Written::Bytes(bytes) => bytes,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evidence(answer: &[u8]) -> Evidence {
        let account = NodeId::new("erp/account/1").unwrap();
        Evidence {
            claim: Claim::AccountDisabled { account },
            holds: Holds::Yes,
            system: SourceId::new("erp"),
            read_by: "cs_read".into(),
            read_from: "127.0.0.1:5432".into(),
            read_at: Timestamp::UNIX_EPOCH,
            digest: String::new(),
            answer: answer.to_vec(),
        }
    }

    #[test]
    fn an_answer_can_be_read_by_people_and_loses_no_byte() {
        for answer in [&b"{\"rows\":[]}"[..], b"\xff\x00", b""] {
            let before = evidence(answer);
            let json = serde_json::to_string(&before).unwrap();
            assert_eq!(serde_json::from_str::<Evidence>(&json).unwrap(), before, "{json}");
        }
        assert!(serde_json::to_string(&evidence(b"rows")).unwrap().contains(r#""answer":"rows""#));
    }
}
