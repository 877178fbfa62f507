//! What goes through the one door and what comes back: a command with what comes along, what came of
//! it, or why nothing did. The door itself opens in `act`.

use std::collections::BTreeMap;
use std::sync::Arc;

use countersign_access::fact::SourceId;
use countersign_governance::Command;
use countersign_governance::actor::Actor;
use countersign_governance::id::PersonId;
use countersign_governance::refusal::Refusal;
use countersign_policy::authority::Strength;
use countersign_policy::folder::Folder;
use countersign_store::{Fault, Store};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::clock::{Chance, Clock, NoChance};
use crate::graph::{Graph, NotThere, Unfinished};
use crate::live::Live;
use crate::record::NotRecorded;
use crate::signed::{Needed, Signed};
use crate::text::Text;
use crate::told::Told;

/// All that a decision needs around it; clones share everything. One decides by one policy from beginning
/// to end: [`Door::now`] is the door that decides by the one of this moment.
#[derive(Debug, Clone)]
pub struct Door {
    /// Where everything is kept.
    pub store: Store,
    /// The graph of this node.
    pub graph: Graph,
    /// The policy by which it decides.
    pub policy: Arc<Folder>,
    /// The policy by which this node decides at this moment.
    pub live: Live,
    /// The systems of this node, and by whom each is changed.
    pub systems: Arc<BTreeMap<SourceId, Hands>>,
    /// The time.
    pub clock: Clock,
    /// Randomness.
    pub chance: Chance,
}

impl Door {
    /// The same door, deciding by the policy of this moment.
    #[must_use]
    pub fn now(&self) -> Self {
        Self { policy: self.live.folder(), ..self.clone() }
    }

    /// The same door, deciding by this policy.
    #[must_use]
    pub fn by(self, policy: Folder) -> Self {
        let policy = Arc::new(policy);
        Self { live: Live::new(Arc::clone(&policy)), policy, ..self }
    }
}

/// Who changes a system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hands {
    /// We do.
    Ours,
    /// A person runs our script: the system is read-only for us.
    ByHand,
}

/// One command with what comes along.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Who asks.
    pub actor: Actor,
    /// How and when they showed who they are; a machine of ours shows nothing.
    pub signed: Option<Signed>,
    /// What is asked.
    pub command: Command,
    /// The texts to which the command refers.
    pub texts: Vec<Text>,
    /// The sequence that the asker has seen, if they say so (`If-Match`).
    pub seen: Option<i64>,
    /// The event that led to this.
    pub cause: Option<String>,
    /// Key and digest of the request, for an answer that is given once (`Idempotency-Key`).
    pub once: Option<Once>,
}

/// A request that is carried out once, however often it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Once {
    /// The client's key.
    pub key: String,
    /// SHA-256 of verb, subject and body, hex.
    pub body_digest: String,
}

/// What came of a command that was answered with yes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Committed {
    /// The subject, as the ledger names it.
    pub subject: String,
    /// The number of its short reference, for kinds that have one.
    pub number: Option<i64>,
    /// Its sequence now: the ETag.
    pub sequence: i64,
    /// Names of the events, in order; empty when nothing had to change.
    pub events: Vec<String>,
}

/// Why nothing came of a command.
#[derive(Debug, thiserror::Error)]
pub enum NotDone {
    /// The answer is no.
    #[error("{0}")]
    Refused(Refusal),
    /// The answer to the same request was no.
    #[error("{}", .0.detail)]
    RefusedBefore(Told),
    /// Somebody else changed the case since it was looked at.
    #[error("this was changed by somebody else since you looked at it: it is at {current} now")]
    Stale {
        /// Its sequence now.
        current: i64,
    },
    /// Whoever asks has shown who they are too weakly or too long ago for this.
    #[error("this needs {0}")]
    SignInAgain(Needed),
    /// The idempotency key was used for another request.
    #[error("this idempotency key was used for another request: choose a new key")]
    KeyReused,
    /// The ledger is not being sealed, so nothing more is put into it.
    #[error("the ledger has not been sealed since {since}: nothing is decided until it is again")]
    Unsealed {
        /// Time of the oldest event that is not sealed.
        since: Timestamp,
    },
    /// The ledger is sealed, and no checkpoint outside the database covers what was sealed.
    #[error(
        "since {since} no checkpoint of the ledger could be signed and written outside the database, so \
         nothing more is decided: free space or mend the rights of the folder `checkpoints` in the data \
         folder of the server that seals, whose log names it"
    )]
    Unsigned {
        /// Time of the oldest event that no checkpoint covers.
        since: Timestamp,
    },
    /// The graph of this node is not there yet.
    #[error("{0}")]
    NoGraph(NotThere),
    /// The judge says something else of the finding since the graph was asked about it.
    #[error("this finding is being judged anew: try again in a moment")]
    Moved,
    /// The graph was not evaluated.
    #[error("{0}")]
    Unfinished(#[from] Unfinished),
    /// This node judges by rules that are not in force.
    #[error("other rules are in force than those of this server: start it with the rules in force")]
    OtherRules,
    /// The store failed.
    #[error("{0}")]
    Store(#[from] Fault),
    /// An event could not be written down or read.
    #[error("{0}")]
    Record(#[from] NotRecorded),
    /// No randomness.
    #[error("{0}")]
    Chance(#[from] NoChance),
}

impl Asked {
    /// A command with nothing else.
    #[must_use]
    pub fn new(actor: Actor, command: Command) -> Self {
        let signed = None;
        Self { actor, signed, command, texts: Vec::new(), seen: None, cause: None, once: None }
    }

    /// A command of a person who showed so who they are.
    #[must_use]
    pub fn of_person(person: PersonId, signed: Signed, command: Command) -> Self {
        Self { signed: Some(signed), ..Self::new(Actor::Person(person), command) }
    }

    /// The same, by somebody who showed so who they are.
    #[must_use]
    pub fn shown(self, signed: Signed) -> Self {
        Self { signed: Some(signed), ..self }
    }

    /// How strongly whoever asks signed in, and how many minutes ago; as weakly and as long ago as can be
    /// where nobody knows.
    pub(crate) fn sign_in(&self, now: Timestamp) -> (Strength, i64) {
        let weakest = (Strength::Single, i64::MAX);
        self.signed.map_or(weakest, |signed| (signed.strength, signed.minutes(now)))
    }

    /// The same, with these texts.
    #[must_use]
    pub fn with_texts(self, texts: Vec<Text>) -> Self {
        Self { texts, ..self }
    }

    /// The same, because of this event.
    #[must_use]
    pub fn because(self, cause: Option<String>) -> Self {
        Self { cause, ..self }
    }
}
