//! Who put a policy in force: nobody on the first start, one person, or two. That two signatures are of
//! two people holds by construction, also for what is read back.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::PersonId;
use crate::seat::{Legal, SeatName, Security, Signature};

/// Who put a policy in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Assent {
    /// Nobody: the first start.
    First,
    /// One person in the security seat.
    One(Signature<Security>),
    /// Two people.
    Two(Both),
}

impl Assent {
    /// Who set it going.
    #[must_use]
    pub fn person(&self) -> Option<PersonId> {
        match self {
            Self::First => None,
            Self::One(signed) => Some(signed.person()),
            Self::Two(both) => Some(both.proposed.person()),
        }
    }

    /// Who countersigned, and from which seat.
    #[must_use]
    pub fn second(&self) -> Option<(PersonId, SeatName)> {
        match self {
            Self::First | Self::One(_) => None,
            Self::Two(both) => Some((both.countersigned.person(), both.countersigned.seat())),
        }
    }
}

/// The signature of a second person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Second {
    /// From the security seat.
    Security(Signature<Security>),
    /// From the legal seat.
    Legal(Signature<Legal>),
}

impl Second {
    /// Who.
    #[must_use]
    pub fn person(&self) -> PersonId {
        match self {
            Self::Security(signed) => signed.person(),
            Self::Legal(signed) => signed.person(),
        }
    }

    /// From which seat.
    #[must_use]
    pub fn seat(&self) -> SeatName {
        match self {
            Self::Security(signed) => signed.seat(),
            Self::Legal(signed) => signed.seat(),
        }
    }
}

/// The signatures of two different people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Written")]
pub struct Both {
    /// Who proposed it.
    proposed: Signature<Security>,
    /// Who countersigned it.
    countersigned: Second,
}

impl Both {
    /// Nothing where both are of one person.
    pub(super) fn of(proposed: Signature<Security>, countersigned: Second) -> Option<Self> {
        let are_two = proposed.person() != countersigned.person();
        are_two.then_some(Self { proposed, countersigned })
    }
}

/// The signatures of two different people, as they are written down.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Written {
    /// Who proposed it.
    proposed: Signature<Security>,
    /// Who countersigned it.
    countersigned: Second,
}

impl TryFrom<Written> for Both {
    type Error = &'static str;

    fn try_from(it: Written) -> Result<Self, Self::Error> {
        Self::of(it.proposed, it.countersigned).ok_or("one person signed twice")
    }
}
