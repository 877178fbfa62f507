//! Seats and the signatures given from them. A signature's seat is part of its type, and nothing
//! outside this crate can make one: a function that asks for `Signature<Business>` cannot be handed
//! anything else (law 6). The one other way to get one is reading an event back, which checks the
//! seat's name.

use std::fmt;
use std::marker::PhantomData;

use jiff::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::id::PersonId;

/// The duties a person can be appointed to.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum SeatName {
    /// Owns a process and decides on its risk.
    Business,
    /// IT and IAM: enforces in the systems.
    Control,
    /// Sets policy, owns the rules, may veto.
    Security,
    /// Signs where a process is regulated.
    Legal,
    /// Runs the workloads and says what a change breaks.
    Operations,
    /// Reads everything, changes nothing.
    Auditor,
}

impl SeatName {
    /// Every seat.
    pub const ALL: [Self; 6] = [
        Self::Business,
        Self::Control,
        Self::Security,
        Self::Legal,
        Self::Operations,
        Self::Auditor,
    ];

    /// The name in files and outputs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Business => "business",
            Self::Control => "control",
            Self::Security => "security",
            Self::Legal => "legal",
            Self::Operations => "operations",
            Self::Auditor => "auditor",
        }
    }

    /// The seat with this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|seat| seat.as_str() == name)
    }
}

impl fmt::Display for SeatName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

mod sealed {
    pub trait Sealed {}
}

/// A seat as a type. Sealed: the seats that exist are those of this file.
pub trait Seat: sealed::Sealed {
    /// Its name.
    const NAME: SeatName;
}

macro_rules! seats {
    ($($(#[doc = $doc:literal])+ $name:ident),+ $(,)?) => { $(
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {}
        impl sealed::Sealed for $name {}
        impl Seat for $name {
            const NAME: SeatName = SeatName::$name;
        }
    )+ };
}

seats! {
    /// Owns and decides; cannot enforce.
    Business,
    /// Enforces; cannot accept risk.
    Control,
    /// Rules and vetoes; cannot own or accept.
    Security,
    /// Signs where a process is regulated; cannot own, accept or enforce.
    Legal,
    /// Says of a finished review whether it holds; cannot own, accept, enforce or take part in one.
    Auditor,
}

/// One person's signature from one seat on one case.
pub struct Signature<S: Seat> {
    person: PersonId,
    at: Timestamp,
    in_place_of: Option<PersonId>,
    seat: PhantomData<S>,
}

impl<S: Seat> Signature<S> {
    /// Only `facts::Facts::sign` calls this, after every check of law 6.
    pub(crate) fn given(person: PersonId, at: Timestamp) -> Self {
        Self { person, at, in_place_of: None, seat: PhantomData }
    }

    /// The same, given for somebody who stays accountable. Only `facts::Facts::for_owner` calls this.
    pub(crate) fn in_place_of(self, other: PersonId) -> Self {
        Self { in_place_of: Some(other), ..self }
    }

    /// For whom, when a deputy signed.
    #[must_use]
    pub fn signed_for(&self) -> Option<PersonId> {
        self.in_place_of
    }

    /// Who signed.
    #[must_use]
    pub fn person(&self) -> PersonId {
        self.person
    }

    /// When.
    #[must_use]
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// From which seat.
    #[must_use]
    pub fn seat(&self) -> SeatName {
        S::NAME
    }

    /// Who has signed from which seat by it: a deputy, and for whom they did, who signs the same case
    /// from no other seat either.
    pub(crate) fn counts_for(&self) -> impl Iterator<Item = (PersonId, SeatName)> {
        [Some(self.person), self.in_place_of].into_iter().flatten().map(|who| (who, S::NAME))
    }
}

impl<S: Seat> Clone for Signature<S> {
    fn clone(&self) -> Self {
        Self { in_place_of: self.in_place_of, ..Self::given(self.person, self.at) }
    }
}

impl<S: Seat> PartialEq for Signature<S> {
    fn eq(&self, other: &Self) -> bool {
        self.person == other.person && self.at == other.at && self.in_place_of == other.in_place_of
    }
}

impl<S: Seat> Eq for Signature<S> {}

impl<S: Seat> fmt::Debug for Signature<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signature<{}>({} at {})", S::NAME, self.person, self.at)
    }
}

impl<S: Seat> JsonSchema for Signature<S> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("Signature from {}", S::NAME).into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let title = format!("signature ({})", S::NAME);
        json_schema!({"title": title, "type": "object", "required": ["person", "seat", "at"]})
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    person: PersonId,
    seat: SeatName,
    at: Timestamp,
    #[serde(rename = "for", default, skip_serializing_if = "Option::is_none")]
    in_place_of: Option<PersonId>,
}

impl<S: Seat> Serialize for Signature<S> {
    fn serialize<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
        let (person, at, in_place_of) = (self.person, self.at, self.in_place_of);
        Written { person, seat: S::NAME, at, in_place_of }.serialize(serializer)
    }
}

impl<'de, S: Seat> Deserialize<'de> for Signature<S> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = Written::deserialize(deserializer)?;
        if written.seat != S::NAME {
            return Err(serde::de::Error::custom(format!(
                "a signature from the {} seat stands where one from the {} seat belongs",
                written.seat,
                S::NAME
            )));
        }
        let signed = Self::given(written.person, written.at);
        Ok(Self { in_place_of: written.in_place_of, ..signed })
    }
}
