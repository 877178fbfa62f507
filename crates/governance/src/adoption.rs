//! Who is around when a policy is put in force: what governance is told of them, and who is independent of
//! whom. Who signs what is in `policy`.

use jiff::Timestamp;

use crate::appointment::Person;

/// What a decision about the policy rests on beside the usual facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Around {
    /// Whether the policy in force asks for a second person.
    pub needs_two: bool,
    /// Whom that policy lets countersign.
    pub may_countersign: Vec<Person>,
    /// Everybody who is active.
    pub people: Vec<Person>,
    /// The record of who proposed what waits, as it is now.
    pub proposer: Option<Person>,
}

/// Whether one of two people can control what the other does: they are two, and neither stands in for
/// the other.
#[must_use]
pub fn independent(one: &Person, other: &Person, now: Timestamp) -> bool {
    let stands_in = |who: &Person, of: &Person| who.stands_in_for(now).any(|it| it == of.id());
    one.id() != other.id() && !stands_in(one, other) && !stands_in(other, one)
}
